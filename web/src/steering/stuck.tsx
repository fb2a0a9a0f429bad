/** What needs attention now: at one look, then who and why, who has how much, mediations, the summer. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { attentionDefinitions, type RiskReason, resultsOf, riskReasons } from '../../../domain/attention';
import {
  caseDefinition,
  caseDefinitions,
  coverageDefinitions,
  markDefinition,
  resultLabel,
} from '../../../domain/case-definitions';
import { numberedStep, roleLabels } from '../../../domain/labels';
import { get, queryOf } from '../api/client';
import type { AtRisk, Attention, CaseCounts, Load, SummerCoverage } from '../api/types';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { usePages } from '../people/use-pages';
import { useMay } from '../session/session';
import { parisDay, useDates } from '../words/dates';
import { nameOf } from '../words/listed';
import { inBoth, useLabel, useWords } from '../words/words';
import { Definitions } from './definitions';
import { Figure } from './figure';
import { SiteChoice } from './filters';
import { PeriodChoice, useNarrowing } from './narrowing';
import { FigurePages } from './pages';
import { Table } from './table';
import '../pathway/pathway.css';
import './steering.css';

const w = inBoth({
  fr: {
    title: 'À surveiller',
    print: 'Imprimer',
    now: (instant: string) => `État de maintenant, ${instant}.`,
    masked: 'Les nombres de 1 à 4 sont masqués, et avec eux ceux qui permettraient de les retrouver.',
    bySite: 'Par site',
    site: 'Site',
    all: 'Ensemble',
    who: 'Qui, et pourquoi',
    reason: 'Raison',
    anyReason: 'Toutes',
    order: 'D’abord ceux qui ont le plus de raisons, puis la raison la plus ancienne.',
    name: 'Nom',
    reasons: 'Raisons',
    step: 'Étape',
    referent: 'Référent',
    noReferent: 'Sans référent',
    list: 'Jeunes à surveiller',
    shown: (n: number, more: boolean) =>
      `${n} ${n > 1 ? 'jeunes affichés' : 'jeune affiché'}${more ? ', il y en a d’autres' : ''}`,
    nobody: 'Personne n’est à surveiller ici.',
    more: 'Voir la suite',
    load: 'Charge de l’équipe',
    person: 'Personne',
    youngPeople: 'Jeunes',
    open: 'Tâches ouvertes',
    overdue: 'En retard',
    today: 'Aujourd’hui',
    week: 'Dans les 6 jours',
    absence: 'Absence',
    none: 'aucune',
    away: (from: string, to: string) => `du ${from} au ${to}`,
    by: (name: string) => `remplacement : ${name}`,
    nobodyStandsIn: 'personne ne remplace',
    of: (what: string, name: string) => `${what}, ${name}`,
    mediations: 'Médiations',
    openNow: 'Ouvertes maintenant, par ce qui est à faire',
    cause: 'Ouvertes dans la période, par cause',
    result: 'Closes dans la période, par résultat',
    total: 'Total',
    late: (n: string) => `dont en retard : ${n}`,
    maskedOne: 'masqué',
    summer: 'Été',
    year: 'Année',
    summerOf: (from: string, to: string) => `du ${from} au ${to}`,
    gaps: 'Jours sans permanence, par semaine',
    weekOf: 'Semaine',
    days: 'Jours sans permanence',
    covered: 'aucun',
    workingDays: 'Jours ouvrés',
  },
  en: {
    title: 'Needs attention',
    print: 'Print',
    now: (instant: string) => `State of now, ${instant}.`,
    masked: 'Numbers from 1 to 4 are masked, and with them those that would give them away.',
    bySite: 'By site',
    site: 'Site',
    all: 'All sites',
    who: 'Who, and why',
    reason: 'Reason',
    anyReason: 'Any',
    order: 'Those with most reasons first, then the oldest reason.',
    name: 'Name',
    reasons: 'Reasons',
    step: 'Step',
    referent: 'Referent',
    noReferent: 'Without referent',
    list: 'Young people at risk',
    shown: (n: number, more: boolean) => `${n} shown${more ? ', there are more' : ''}`,
    nobody: 'Nobody is at risk here.',
    more: 'See more',
    load: 'Load of the team',
    person: 'Person',
    youngPeople: 'Young people',
    open: 'Open tasks',
    overdue: 'Overdue',
    today: 'Today',
    week: 'In the next 6 days',
    absence: 'Absence',
    none: 'none',
    away: (from: string, to: string) => `from ${from} to ${to}`,
    by: (name: string) => `stood in for by ${name}`,
    nobodyStandsIn: 'nobody stands in',
    of: (what: string, name: string) => `${what}, ${name}`,
    mediations: 'Mediations',
    openNow: 'Open now, by what is to be done',
    cause: 'Opened in the period, by cause',
    result: 'Ended in the period, by result',
    total: 'Total',
    late: (n: string) => `of them overdue: ${n}`,
    maskedOne: 'masked',
    summer: 'Summer',
    year: 'Year',
    summerOf: (from: string, to: string) => `from ${from} to ${to}`,
    gaps: 'Days without duty, by week',
    weekOf: 'Week',
    days: 'Days without duty',
    covered: 'none',
    workingDays: 'Working days',
  },
});

/** At one look: what is counted, and where the list behind it is. */
const looks = [
  'at_risk',
  ...riskReasons,
  'without_referent',
  'tasks_open',
  'tasks_overdue',
  'tasks_week',
  'tasks_unassigned',
] as const;
const listOf: Readonly<Partial<Record<(typeof looks)[number], string>>> = {
  at_risk: '/steering/stuck#who',
  ...Object.fromEntries(riskReasons.map((reason) => [reason, `/steering/stuck?reason=${reason}#who`])),
  without_referent: '/pathways?referent=none',
  tasks_open: '/tasks?assignee=team',
  tasks_overdue: '/tasks?assignee=team&due=overdue',
  tasks_unassigned: '/tasks?assignee=unassigned',
};

export function Component() {
  const words = useWords(w);
  const labelOf = useLabel();
  const { instant } = useDates();
  const may = useMay();
  const asked = useNarrowing();
  const now = useQuery({
    queryKey: ['attention', asked.site],
    queryFn: ({ signal }) =>
      get<Attention>(`/api/steering/attention${queryOf({ site: asked.site })}`, signal),
    placeholderData: keepPreviousData,
  });
  const found = now.data;
  return (
    <Page
      title={words.title}
      actions={
        <Button
          priority="secondary"
          iconId="fr-icon-printer-line"
          onClick={() => window.print()}
          disabled={!found}
        >
          {words.print}
        </Button>
      }
    >
      <FigurePages />
      <search className="steering-filters">
        <SiteChoice site={asked.site} choose={(id) => asked.narrow('site', id)} />
      </search>
      {now.isPending && <Waiting />}
      {now.error && <Failure error={now.error} retry={() => void now.refetch()} />}
      {found && !now.error && (
        <>
          <p role="status">{words.now(instant(found.asOf))}</p>
          {found.masked && <p className="fr-hint-text">{words.masked}</p>}
          <dl className="figures">
            {looks.map((figure) => (
              <div key={figure}>
                <dt>{labelOf(attentionDefinitions[figure].label)}</dt>
                <dd>
                  <Figure
                    n={found.total[figure]}
                    what={labelOf(attentionDefinitions[figure].label)}
                    to={listOf[figure]}
                  />
                </dd>
              </div>
            ))}
          </dl>
          {found.sites.length > 1 && (
            <Table
              caption={words.bySite}
              first={words.site}
              columns={looks.map((figure) => labelOf(attentionDefinitions[figure].label))}
              rows={[
                ...found.sites.map(
                  (site) =>
                    [
                      site.siteName,
                      ...looks.map((figure) => <Figure key={figure} n={site[figure]} />),
                    ] as const,
                ),
                [words.all, ...looks.map((figure) => <Figure key={figure} n={found.total[figure]} />)],
              ]}
            />
          )}
          {may('steering.list') && (
            <>
              <Who of={asked} />
              <Loads />
            </>
          )}
          <Mediations of={asked} />
          <Summer of={asked} />
          <Definitions
            of={[
              ...Object.values(attentionDefinitions),
              ...Object.values(caseDefinitions.mediations),
              ...Object.values(caseDefinitions.summer),
              ...Object.values(coverageDefinitions),
            ]}
          />
        </>
      )}
    </Page>
  );
}

/** Each with the reasons, and the way to them. */
function Who({ of: { given, narrow } }: { of: ReturnType<typeof useNarrowing> }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const reason = riskReasons.find((one) => one === given('reason')) ?? '';
  const list = usePages<AtRisk>('/steering/at-risk', { reason, limit: 50 });
  const { items } = list;
  return (
    <section>
      <h2 id="who">{words.who}</h2>
      <Select
        label={words.reason}
        className="steering-narrow"
        nativeSelectProps={{ value: reason, onChange: (e) => narrow('reason', e.target.value) }}
      >
        <option value="">{words.anyReason}</option>
        {riskReasons.map((one: RiskReason) => (
          <option key={one} value={one}>
            {labelOf(attentionDefinitions[one].label)}
          </option>
        ))}
      </Select>
      <p className="fr-hint-text">{words.order}</p>
      {list.isPending && <Waiting />}
      {list.error && <Failure error={list.error} retry={() => void list.refetch()} />}
      <p role="status" className="fr-hint-text">
        {items && (items.length > 0 ? words.shown(items.length, list.hasNextPage) : words.nobody)}
      </p>
      {items && items.length > 0 && (
        <table className="people">
          <caption className="fr-sr-only">{words.list}</caption>
          <thead>
            <tr>
              {[words.name, words.reasons, words.step, words.referent].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((one) => (
              <tr key={one.pathwayId}>
                <th scope="row">
                  <Link to={`/pathways/${one.pathwayId}`}>{nameOf(one)}</Link>
                </th>
                <td data-label={words.reasons}>
                  <ul className="reasons">
                    {one.reasons.map(({ code, label, sentence }) => (
                      <li key={code}>
                        <strong>{labelOf(label)}</strong> – {labelOf(sentence)}
                      </li>
                    ))}
                  </ul>
                </td>
                <td data-label={words.step}>{labelOf(numberedStep(one.step))}</td>
                <td data-label={words.referent}>{one.referent?.displayName ?? words.noReferent}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {list.hasNextPage && (
        <Button
          className="fr-mt-2w"
          priority="secondary"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
    </section>
  );
}

function Loads() {
  const words = useWords(w);
  const labelOf = useLabel();
  const { day } = useDates();
  const asked = useQuery({
    queryKey: ['load'],
    queryFn: ({ signal }) => get<{ items: Load[] }>('/api/steering/load', signal),
  });
  if (asked.isPending) return <Waiting />;
  if (asked.error) return <Failure error={asked.error} retry={() => void asked.refetch()} />;
  const awayOf = ({ absence }: Load) =>
    absence ? (
      <>
        {words.away(day(absence.from), day(absence.to))}
        <br />
        <span className="fr-hint-text">
          {absence.substitute ? words.by(absence.substitute.displayName) : words.nobodyStandsIn}
        </span>
      </>
    ) : (
      words.none
    );
  return (
    <section>
      <h2>{words.load}</h2>
      <Table
        caption={words.load}
        first={words.person}
        columns={[words.youngPeople, words.open, words.overdue, words.today, words.week, words.absence]}
        sums={false}
        rows={asked.data.items.map((one) => {
          const figure = (n: number, what: string, to: string) => (
            <Figure key={what} n={n} what={words.of(what, one.displayName)} to={to} />
          );
          const tasks = (due: string) => `/tasks${queryOf({ assignee: one.id, due })}`;
          return [
            `${one.displayName} · ${labelOf(roleLabels[one.role])}`,
            figure(one.youngPeople, words.youngPeople, `/pathways${queryOf({ referent: one.id })}`),
            figure(one.open, words.open, tasks('')),
            figure(one.overdue, words.overdue, tasks('overdue')),
            figure(one.today, words.today, tasks('today')),
            figure(one.week, words.week, tasks('week')),
            awayOf(one),
          ] as const;
        })}
      />
    </section>
  );
}

type Figures = CaseCounts['total'];
const figureIn = (figures: Figures, name: string) => figures.find(({ figure }) => figure === name);

function Mediations({ of: asked }: { of: ReturnType<typeof useNarrowing> }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { period } = asked;
  const counts = useQuery({
    queryKey: ['mediations', period],
    queryFn: ({ signal }) => get<CaseCounts>(`/api/steering/mediations${queryOf(period)}`, signal),
    placeholderData: keepPreviousData,
  });
  const found = counts.data;
  const captions = { open: words.openNow, opened: words.cause, ended: words.result };
  const table = (figure: keyof typeof captions, places: readonly { name: string; figures: Figures }[]) => {
    const list = (result = '') =>
      `/steering/cases${queryOf({ ...period, group: 'mediations', figure, result })}`;
    const what = caseDefinition('mediations', figure).label;
    const shown = resultsOf('mediations', figure).filter(
      (result) =>
        result !== 'unknown' || places.some(({ figures }) => numberOf(figures, figure, result) !== 0),
    );
    return (
      <Table
        key={figure}
        caption={captions[figure]}
        first={words.site}
        columns={[
          ...shown.map((result) => labelOf(resultLabel(result))),
          words.total,
          ...(figure === 'open' ? [labelOf(markDefinition('overdue').label)] : []),
        ]}
        sums={places.length > 1}
        rows={places.map(({ name, figures }) => [
          name,
          ...shown.map((result) => (
            <Figure
              key={result}
              n={numberOf(figures, figure, result)}
              what={words.of(labelOf(what), labelOf(resultLabel(result)))}
              to={list(result)}
            />
          )),
          <Figure key="total" n={figureIn(figures, figure)?.of ?? null} what={labelOf(what)} to={list()} />,
          ...(figure === 'open'
            ? [
                <Figure
                  key="overdue"
                  n={figureIn(figures, figure)?.marks[0]?.n ?? null}
                  what={words.of(labelOf(what), words.overdue)}
                  to={`${list()}&mark=overdue`}
                />,
              ]
            : []),
        ])}
      />
    );
  };
  return (
    <section>
      <h2>{words.mediations}</h2>
      <div className="steering-filters">
        <PeriodChoice of={asked} />
      </div>
      {counts.isPending && <Waiting />}
      {counts.error && <Failure error={counts.error} retry={() => void counts.refetch()} />}
      {found &&
        !counts.error &&
        (['open', 'opened', 'ended'] as const).map((figure) => table(figure, placesOf(found, words.all)))}
    </section>
  );
}

const numberOf = (figures: Figures, figure: string, result: string) =>
  figureIn(figures, figure)?.results.find((one) => one.result === result)?.n ?? null;

/** The sites, and all of them together where there are several. */
function placesOf(found: Pick<CaseCounts, 'sites' | 'total'>, all: string) {
  return [
    ...found.sites.map(({ siteName, figures }) => ({ name: siteName, figures })),
    ...(found.sites.length > 1 ? [{ name: all, figures: found.total }] : []),
  ];
}

function Summer({ of: { given, narrow, site } }: { of: ReturnType<typeof useNarrowing> }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { day, shortDay } = useDates();
  const current = Number(parisDay().slice(0, 4));
  const years = [current + 1, current, current - 1, current - 2, current - 3];
  const year = years.find((one) => String(one) === given('year')) ?? current;
  const counts = useQuery({
    queryKey: ['summer', site, year],
    queryFn: ({ signal }) => get<SummerCoverage>(`/api/steering/summer${queryOf({ site, year })}`, signal),
    placeholderData: keepPreviousData,
  });
  const found = counts.data;
  const columns = (['present', 'check_in'] as const).flatMap((figure) => [
    { figure, result: '' },
    ...resultsOf('summer', figure).map((result) => ({ figure, result })),
  ]);
  const nameOfColumn = ({ figure, result }: (typeof columns)[number]) =>
    labelOf(result ? resultLabel(result) : caseDefinition('summer', figure).label);
  return (
    <section>
      <h2>{words.summer}</h2>
      <Select
        label={words.year}
        className="steering-narrow"
        nativeSelectProps={{ value: String(year), onChange: (e) => narrow('year', e.target.value) }}
      >
        {years.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </Select>
      {counts.isPending && <Waiting />}
      {counts.error && <Failure error={counts.error} retry={() => void counts.refetch()} />}
      {found && !counts.error && (
        <>
          <Table
            caption={words.summer}
            first={words.site}
            columns={columns.map(nameOfColumn)}
            sums={found.sites.length > 1}
            rows={placesOf(found, words.all).map(({ name, figures }) => [
              name,
              ...columns.map((column) => (
                <Figure
                  key={`${column.figure} ${column.result}`}
                  n={
                    column.result
                      ? numberOf(figures, column.figure, column.result)
                      : (figureIn(figures, column.figure)?.of ?? null)
                  }
                  what={nameOfColumn(column)}
                  to={`/steering/cases${queryOf({ group: 'summer', ...column, year })}`}
                />
              )),
            ])}
          />
          {found.sites.map((one) => (
            <Table
              key={one.siteId}
              caption={`${words.gaps} – ${one.siteName}, ${words.summerOf(day(one.from), day(one.to))}`}
              first={words.weekOf}
              columns={[words.workingDays, words.days]}
              sums={false}
              rows={one.weeks.map((week) => [
                words.summerOf(shortDay(week.from), shortDay(week.to)),
                week.workingDays,
                week.gaps.length === 0 ? words.covered : week.gaps.map((gap) => shortDay(gap)).join(', '),
              ])}
            />
          ))}
        </>
      )}
    </section>
  );
}
