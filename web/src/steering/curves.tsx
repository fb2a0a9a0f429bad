/**
 * Curves of what is waited for: each with a line style of its own and its name at its end, so that they are told apart
 * without colour; those at risk beneath, and a table that says all of it. Plain SVG: some lines, an axis and words are
 * less than what a chart library would bring, and it prints as it is shown.
 */
import { useId } from 'react';
import { flowDefinitions } from '../../../domain/figures';
import { armLabels } from '../../../domain/labels';
import { apart, lineDashes } from '../../../domain/report-words';
import type { Survival } from '../api/types';
import { inBoth, useLabel, useLanguage, useWords } from '../words/words';
import { usePercent } from './percent';
import { Table } from './table';

const w = inBoth({
  fr: {
    all: 'Tous les sites',
    yet: { contract: 'sans contrat encore', termination: 'contrat non rompu' },
    came: { contract: 'ont signé', termination: 'rompus' },
    other: { contract: 'sortis sans contrat', termination: 'arrivés à leur terme' },
    open: { contract: 'attendent encore', termination: 'en cours, ou jeune sorti' },
    chart: (what: string) => `Courbe : part ${what}, selon le nombre de jours`,
    seeTable: 'Les mêmes valeurs sont dans le tableau qui suit.',
    from: { contract: 'jours depuis l’inscription', termination: 'jours depuis le début du contrat' },
    atRisk: 'Exposés',
    none: 'Trop peu de jeunes pour une courbe.',
    tooFew: (names: string) => `Trop peu de jeunes pour une courbe : ${names}.`,
    group: 'Groupe',
    watched: 'Jeunes observés',
    unwatched: 'Non observés',
    median: 'Médiane, en jours (95 %)',
    numbers: 'Nombres et médianes',
    values: (what: string) => `Part ${what} (intervalle à 95 %), et exposés`,
    days: 'Jours',
    actual: 'Ce qui s’est passé : parts réelles',
    shares: (came: string, other: string) => `${came} · ${other}`,
    test: (chi: string, df: number, p: string) => `Test du log-rank : χ² = ${chi}, ddl = ${df}, p ${p}.`,
    withinSites: 'Les groupes sont comparés à l’intérieur de chaque site.',
    noTest: 'Rien à comparer.',
    masked: 'masqué',
  },
  en: {
    all: 'All sites',
    yet: { contract: 'without a contract yet', termination: 'with the contract not terminated' },
    came: { contract: 'signed', termination: 'terminated' },
    other: { contract: 'left without a contract', termination: 'came to their end' },
    open: { contract: 'still waiting', termination: 'running, or the young person left' },
    chart: (what: string) => `Curve: share ${what}, by days`,
    seeTable: 'The same values are in the table that follows.',
    from: { contract: 'days since enrolment', termination: 'days since the contract’s start' },
    atRisk: 'At risk',
    none: 'Too few young people for a curve.',
    tooFew: (names: string) => `Too few young people for a curve: ${names}.`,
    group: 'Group',
    watched: 'Young people watched',
    unwatched: 'Not watched',
    median: 'Median, in days (95 %)',
    numbers: 'Numbers and medians',
    values: (what: string) => `Share ${what} (95 % interval), and those at risk`,
    days: 'Days',
    actual: 'What happened: actual shares',
    shares: (came: string, other: string) => `${came} · ${other}`,
    test: (chi: string, df: number, p: string) => `Log-rank test: χ² = ${chi}, df = ${df}, p ${p}.`,
    withinSites: 'Arms are compared within each site.',
    noTest: 'Nothing to compare.',
    masked: 'masked',
  },
});

type Group = Survival['groups'][number];
type Point = NonNullable<Group['points']>[number];
interface Line {
  readonly name: string;
  readonly dash: string;
  readonly heavy: boolean;
  readonly group: Group;
  readonly points: readonly Point[];
  /** The last day of which it says something. */
  readonly until: number;
}

export function Curves({ found }: { found: Survival }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const percent = usePercent();
  const language = useLanguage();
  const { of, times, groups } = found;
  const nameOf = ({ siteName, arm }: Group) => (arm ? labelOf(armLabels[arm]) : (siteName ?? words.all));
  const lines = groups.flatMap((group, i): Line[] => {
    const { points } = group;
    if (!points || !group.youngPeople) return [];
    // A committee reads regular times: before the first of them there is nothing to draw.
    if (found.masked && points.length === 0) return [];
    const last = times.findLast((_, at) => (group.atRisk[at] ?? 0) > 0) ?? 0;
    return [
      {
        ...{ name: nameOf(group), dash: lineDashes[i % lineDashes.length]?.join(' ') ?? '', group, points },
        heavy: group.siteId === null && !group.arm,
        until: Math.max(points.at(-1)?.days ?? 0, last),
      },
    ];
  });
  const without = groups.filter((group) => !lines.some((line) => line.group === group)).map(nameOf);
  const number = (x: number, digits: number) =>
    new Intl.NumberFormat(language === 'fr' ? 'fr-FR' : 'en-GB', { maximumFractionDigits: digits }).format(x);
  const shown = (n: number | null) =>
    n === null ? <span className="masked">{words.masked}</span> : String(n);
  const median = ({ median: half }: Group) => {
    if (!half) return '–';
    const { days, interval } = half;
    return interval ? `${days} (${interval.low ?? '…'} – ${interval.high ?? '…'})` : String(days);
  };
  /** What is known at one of the times. */
  const at = ({ group, points }: Line, i: number): Point | null => {
    const day = times[i] as number;
    if (found.masked) return points.find((point) => point.days === day) ?? null;
    const last = points.findLast((point) => point.days <= day);
    if (!group.atRisk[i] && last?.survival !== 0) return null;
    return last ?? { days: day, survival: 1, interval: { low: 1, high: 1 }, event: 0, other: 0 };
  };
  const test = found.logRank;
  return (
    <>
      {lines.length > 0 && <Chart found={found} lines={lines} />}
      {without.length > 0 && <p>{lines.length > 0 ? words.tooFew(without.join(', ')) : words.none}</p>}
      <p>
        {test
          ? words.test(
              number(test.chiSquare, 2),
              test.degreesOfFreedom,
              test.pValue < 0.0001 ? `< ${number(0.0001, 4)}` : `= ${number(test.pValue, 4)}`,
            )
          : groups.length > 1 && words.noTest}{' '}
        {test?.withinSites && words.withinSites}
      </p>
      <Table
        caption={words.numbers}
        first={words.group}
        columns={[
          ...[words.watched, words.came[of], words.other[of], words.open[of], words.unwatched, words.median],
        ]}
        rows={groups.map(
          (group) =>
            [
              nameOf(group),
              ...[group.youngPeople, group.events, group.others, group.open, group.unwatched].map(shown),
              median(group),
            ] as const,
        )}
        sums={false}
      />
      {lines.length > 0 && (
        <>
          <Table
            caption={words.values(words.yet[of])}
            first={words.days}
            columns={lines.map(({ name }) => name)}
            rows={times.map(
              (day, i) =>
                [
                  String(day),
                  ...lines.map((line) => {
                    const point = at(line, i);
                    const risk = line.group.atRisk[i];
                    if (!point) return '–';
                    const { low, high } = point.interval;
                    const n = risk === null || risk === undefined ? '' : ` · ${risk}`;
                    return `${percent(point.survival)} (${percent(low)} – ${percent(high)})${n}`;
                  }),
                ] as const,
            )}
            sums={false}
          />
          <p className="fr-hint-text">{labelOf(flowDefinitions.incidence.definition)}</p>
          <Table
            caption={`${words.actual} (${words.shares(words.came[of], words.other[of])})`}
            first={words.days}
            columns={lines.map(({ name }) => name)}
            rows={times.map(
              (day, i) =>
                [
                  String(day),
                  ...lines.map((line) => {
                    const point = at(line, i);
                    return point ? words.shares(percent(point.event), percent(point.other)) : '–';
                  }),
                ] as const,
            )}
            sums={false}
          />
        </>
      )}
    </>
  );
}

// In units of the drawing, which is scrolled by itself where the window is narrower.
const width = 760;
const left = 150;
const right = 150;
const top = 12;
const plot = 280;
const axis = 44;
const row = 18;

function Chart({ found, lines }: { found: Survival; lines: readonly Line[] }) {
  const words = useWords(w);
  const id = useId();
  const percent = usePercent();
  const { times, of } = found;
  const longest = Math.max(1, times.at(-1) ?? 0, ...lines.map(({ until }) => until));
  const x = (days: number) => left + (days / longest) * (width - left - right);
  const y = (share: number) => top + (1 - share) * plot;
  const height = top + plot + axis + row * (lines.length + 1);
  const path = ({ points, until }: Line, share: (point: Point) => number) => {
    const turns = points.map((point) => `H${x(point.days).toFixed(1)}V${y(share(point)).toFixed(1)}`);
    return `M${x(0)} ${y(1)}${turns.join('')}H${x(until).toFixed(1)}`;
  };
  // Names stand at the ends of their lines, one below the other where these are close.
  const heights = apart(
    lines.map((line) => y(line.points.at(-1)?.survival ?? 1)),
    14,
  );
  const ends = lines.map((line, i) => ({ line, at: heights[i] as number }));
  const beyond = Math.max(0, Math.max(...heights) - (top + plot));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by the keyboard
    <section className="counts-room" aria-label={words.chart(words.yet[of])} tabIndex={0}>
      <svg className="curves" viewBox={`0 0 ${width} ${height}`} role="img" aria-labelledby={`${id}t ${id}d`}>
        <title id={`${id}t`}>{words.chart(words.yet[of])}</title>
        <desc id={`${id}d`}>{words.seeTable}</desc>
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <g key={share}>
            <line className="curves__grid" x1={left} x2={width - right} y1={y(share)} y2={y(share)} />
            <text x={left - 8} y={y(share) + 4} textAnchor="end">
              {percent(share)}
            </text>
          </g>
        ))}
        {times.map((day) => (
          <g key={day}>
            <line className="curves__tick" x1={x(day)} x2={x(day)} y1={top + plot} y2={top + plot + 5} />
            <text x={x(day)} y={top + plot + 18} textAnchor="middle">
              {day}
            </text>
          </g>
        ))}
        <text x={(left + width - right) / 2} y={top + plot + 36} textAnchor="middle">
          {words.from[of]}
        </text>
        {/* The limits of many lines would hide the lines. */}
        {lines.length <= 2 &&
          lines.flatMap((line) =>
            (['low', 'high'] as const).map((end) => (
              <path
                key={`${line.name} ${end}`}
                className="curves__limit"
                d={path(line, (point) => point.interval[end])}
              />
            )),
          )}
        {lines.map((line) => (
          <path
            key={line.name}
            className={line.heavy ? 'curves__line curves__line--heavy' : 'curves__line'}
            strokeDasharray={line.dash}
            d={path(line, (point) => point.survival)}
          />
        ))}
        {ends.map(({ line, at }) => (
          <g key={line.name}>
            <line
              className="curves__lead"
              x1={x(line.until)}
              y1={y(line.points.at(-1)?.survival ?? 1)}
              x2={width - right + 10}
              y2={at - beyond}
            />
            <text x={width - right + 14} y={at - beyond + 4}>
              {line.name}
            </text>
          </g>
        ))}
        <text x={4} y={top + plot + axis + 12} className="curves__head">
          {words.atRisk}
        </text>
        {lines.map((line, i) => {
          const at = top + plot + axis + 12 + row * (i + 1);
          return (
            <g key={line.name}>
              <line
                className="curves__line"
                strokeDasharray={line.dash}
                x1={4}
                x2={36}
                y1={at - 4}
                y2={at - 4}
              />
              <text x={42} y={at}>
                {line.name}
              </text>
              {times.map((day, n) => (
                <text key={day} x={x(day)} y={at} textAnchor="middle">
                  {line.group.atRisk[n] ?? '–'}
                </text>
              ))}
            </g>
          );
        })}
      </svg>
    </section>
  );
}
