/** Flow and durations: who came how far, how long each step lasts, and when a contract is signed or broken off. */
import { Accordion } from '@codegouvfr/react-dsfr/Accordion';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import {
  flowDefinitions,
  type Survived,
  stageLabel,
  survived,
  termDefinitions,
} from '../../../domain/figures';
import { numberedStep } from '../../../domain/labels';
import type { Step } from '../../../domain/pathway';
import { get, queryOf } from '../api/client';
import type { Blinding, Durations, Funnel, Survival } from '../api/types';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { useMay } from '../session/session';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useLanguage, useWords } from '../words/words';
import { useAsked } from './asked';
import { Curves } from './curves';
import { Filters } from './filters';
import { FigurePages } from './pages';
import { usePercent } from './percent';
import './steering.css';
import { Table } from './table';

const w = inBoth({
  fr: {
    title: 'Parcours et durées',
    print: 'Imprimer',
    asAt: (instant: string, known: string) =>
      `État au ${instant}, d’après ce qui était enregistré le ${known}.`,
    maskedWhy:
      'Les nombres de 1 à 4 sont masqués, et avec eux ceux qui permettraient de les retrouver ; les courbes et les durées sont arrondies.',
    masked: 'masqué',
    unknown: 'pas encore connu',
    site: 'Site',
    cohort: 'Cohorte (trimestre d’inscription)',
    allCohorts: 'Toutes les cohortes',
    quarter: (year: string, n: string) => `${year} T${n}`,
    funnel: 'Jusqu’où vont les jeunes',
    started: (n: string, taken: string) =>
      `${n} jeunes entrés, dont ${taken} repris en cours de parcours. Les barres montrent ceux qui ont été suivis depuis l’accueil.`,
    stage: 'Étape ou résultat',
    share: 'Part',
    entered: 'Entrés',
    takenOver: 'Repris en cours',
    byCohort: 'Par cohorte, suivis depuis l’accueil',
    bySite: 'Par site, suivis depuis l’accueil',
    notCrossed: 'Pour un comité, l’entonnoir est par site ou par cohorte, non croisé.',
    all: 'Ensemble',
    durations: 'Durée dans chaque étape, en jours',
    stays: 'Séjours',
    movedOn: 'Passés à une autre étape',
    exited: 'Sortis',
    stillIn: 'Encore là (censurés)',
    unwatched: 'Non observés',
    first: 'Premier quart',
    median: 'Médiane (95 %)',
    third: 'Troisième quart',
    medians: 'Durée médiane par site, en jours',
    curves: 'Quand cela arrive',
    of: 'Ce qui est attendu',
    by: 'Comparer',
    bySites: 'Les sites',
    byArms: 'Les groupes du tirage au sort',
    how: 'Comment c’est compté',
  },
  en: {
    title: 'Flow and durations',
    print: 'Print',
    asAt: (instant: string, known: string) => `State as at ${instant}, by what was recorded by ${known}.`,
    maskedWhy:
      'Numbers from 1 to 4 are masked, and with them those that would give them away; curves and durations are rounded.',
    masked: 'masked',
    unknown: 'not known yet',
    site: 'Site',
    cohort: 'Cohort (quarter of enrolment)',
    allCohorts: 'All cohorts',
    quarter: (year: string, n: string) => `${year} Q${n}`,
    funnel: 'How far young people come',
    started: (n: string, taken: string) =>
      `${n} young people entered, ${taken} of them taken over as their pathway ran. The bars show those followed from welcome.`,
    stage: 'Step or result',
    share: 'Share',
    entered: 'Entered',
    takenOver: 'Taken over',
    byCohort: 'By cohort, followed from welcome',
    bySite: 'By site, followed from welcome',
    notCrossed: 'For a committee the funnel is by site or by cohort, not crossed.',
    all: 'All sites',
    durations: 'Time in each step, in days',
    stays: 'Stays',
    movedOn: 'Entered another step',
    exited: 'Left',
    stillIn: 'Still in (censored)',
    unwatched: 'Not watched',
    first: 'First quarter',
    median: 'Median (95 %)',
    third: 'Third quarter',
    medians: 'Median time by site, in days',
    curves: 'When it comes',
    of: 'What is waited for',
    by: 'Compare',
    bySites: 'The sites',
    byArms: 'The arms of the draw',
    how: 'How it is counted',
  },
});

type Flow = Funnel['total'];
type Stage = Flow['stages'][number];

/** A number, or that it is masked. */
function Shown({ n }: { n: number | null | undefined }) {
  const words = useWords(w);
  const language = useLanguage();
  return n === null || n === undefined ? (
    <span className="masked">{words.masked}</span>
  ) : (
    n.toLocaleString(language)
  );
}

/** Whether curves by arm may be asked for: of the national committee once the programme is unblinded. */
function useArmsTold(): boolean {
  const may = useMay();
  const blinded = may('steering.curves_by_arm') && !may('steering.arms');
  const blinding = useQuery({
    queryKey: ['evaluation', 'blinding'],
    queryFn: ({ signal }) => get<Blinding>('/api/evaluation/blinding', signal),
    enabled: blinded,
  });
  if (!blinded) return may('steering.arms');
  return blinding.data?.unblindings.some(({ wave }) => wave === null) ?? false;
}

/** One of the three answers that the page is made of. */
function useAnswer<T>(path: string, query: Readonly<Record<string, string>>): UseQueryResult<T> {
  return useQuery({
    queryKey: ['steering', path, query],
    queryFn: ({ signal }) => get<T>(`/api/steering/${path}${queryOf(query)}`, signal),
    placeholderData: keepPreviousData,
  });
}

/** @param children what is shown of the answer, once there is one */
function Answer<T>({ asked, children }: { asked: UseQueryResult<T>; children: (found: T) => ReactNode }) {
  if (asked.isPending) return <Waiting />;
  if (asked.error) return <Failure error={asked.error} retry={() => void asked.refetch()} />;
  return <>{children(asked.data as T)}</>;
}

export function Component() {
  const words = useWords(w);
  const labelOf = useLabel();
  const { instant } = useDates();
  const { params, query, narrow } = useAsked();
  const of = survived.find((one) => one === params.get('of')) ?? 'contract';
  const armsTold = useArmsTold();
  const by = params.get('by') === 'arm' && armsTold ? 'arm' : 'site';
  const cohort = /^2\d{3}-Q[1-4]$/.test(params.get('cohort') ?? '') ? (params.get('cohort') as string) : '';
  const funnel = useAnswer<Funnel>('funnel', { ...query, cohort });
  // Which cohorts there are.
  const whole = useAnswer<Funnel>('funnel', query);
  const durations = useAnswer<Durations>('durations', query);
  const curves = useAnswer<Survival>('survival', { ...query, of, by });
  const cohortName = (one: string) => words.quarter(one.slice(0, 4), one.slice(6));
  const cohorts = [...new Set([...(whole.data?.cohorts ?? []).map((one) => one.cohort), cohort])]
    .filter(Boolean)
    .sort();
  return (
    <Page
      title={words.title}
      actions={
        <Button priority="tertiary" iconId="fr-icon-printer-line" onClick={() => window.print()}>
          {words.print}
        </Button>
      }
    >
      <FigurePages />
      <Filters>
        <Select
          label={words.cohort}
          nativeSelectProps={{ value: cohort, onChange: (e) => narrow('cohort', e.target.value) }}
        >
          <option value="">{words.allCohorts}</option>
          {cohorts.map((one) => (
            <option key={one} value={one}>
              {cohortName(one)}
            </option>
          ))}
        </Select>
      </Filters>
      <Answer asked={funnel}>
        {(found) => (
          <>
            <p role="status">{words.asAt(instant(found.asOf), instant(found.knownAt))}</p>
            {found.masked && <p className="fr-hint-text">{words.maskedWhy}</p>}
            <h2>{words.funnel}</h2>
            <FunnelFigure found={found} />
            {found.masked && found.sites.length !== 1 && <p className="fr-hint-text">{words.notCrossed}</p>}
            {found.sites.length > 1 && (
              <Flows
                caption={words.bySite}
                first={words.site}
                flows={found.sites.map((one) => [one.siteName, one] as const)}
                total={found.total}
              />
            )}
            {found.cohorts.length > 1 && (
              <Flows
                caption={words.byCohort}
                first={labelOf(flowDefinitions.cohort.label)}
                flows={found.cohorts.map((one) => [cohortName(one.cohort), one] as const)}
                total={found.total}
              />
            )}
          </>
        )}
      </Answer>
      <h2>{words.durations}</h2>
      <Answer asked={durations}>{(found) => <DurationTables found={found} />}</Answer>
      <h2>{words.curves}</h2>
      <div className="steering-filters">
        <Select
          label={words.of}
          nativeSelectProps={{ value: of, onChange: (e) => narrow('of', e.target.value) }}
        >
          {survived.map((one) => (
            <option key={one} value={one}>
              {labelOf(timeDefinition(one).label)}
            </option>
          ))}
        </Select>
        {armsTold && (
          <Select
            label={words.by}
            nativeSelectProps={{ value: by, onChange: (e) => narrow('by', e.target.value) }}
          >
            <option value="site">{words.bySites}</option>
            <option value="arm">{words.byArms}</option>
          </Select>
        )}
      </div>
      <h3>{labelOf(timeDefinition(of).label)}</h3>
      <p className="fr-hint-text">{labelOf(timeDefinition(of).definition)}</p>
      <Answer asked={curves}>{(found) => <Curves found={found} />}</Answer>
      <Accordion label={words.how} titleAs="h2">
        <dl className="definitions">
          {[termDefinitions.as_of, termDefinitions.known_at, ...Object.values(flowDefinitions)].map(
            ({ label, definition }) => (
              <div key={label.fr}>
                <dt>{labelOf(label)}</dt>
                <dd>{labelOf(definition)}</dd>
              </div>
            ),
          )}
        </dl>
      </Accordion>
    </Page>
  );
}

const timeDefinition = (of: Survived) =>
  of === 'contract' ? flowDefinitions.time_to_contract : flowDefinitions.time_to_termination;

/** Bars of those followed from welcome, and the table that says all of it. */
function FunnelFigure({ found }: { found: Funnel }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const percent = usePercent();
  const language = useLanguage();
  const { entered, takenOver, stages } = found.total;
  // Not entered less taken over: who awaits a draw or is in the usual service is neither.
  const start = stages.find(({ stage }) => stage === 'welcome')?.fromStart ?? null;
  const shareOf = ({ fromStart }: Stage) =>
    start === null || fromStart === null || start === 0 ? null : fromStart / start;
  const say = (n: number | null) => (n === null ? words.masked : n.toLocaleString(language));
  return (
    <>
      <p>{words.started(say(entered), say(takenOver))}</p>
      {/* The table below says the same to who does not see it. */}
      <ol className="funnel" aria-hidden="true">
        {stages.map((one) => {
          const share = shareOf(one);
          return (
            <li key={one.stage}>
              <span>{labelOf(stageLabel(one.stage))}</span>
              <span className="funnel__track">
                <span className="funnel__bar" style={{ width: `${100 * (share ?? 0)}%` }} />
              </span>
              <span>{share === null ? say(one.fromStart) : `${say(one.fromStart)} · ${percent(share)}`}</span>
            </li>
          );
        })}
      </ol>
      <Table
        caption={words.funnel}
        first={words.stage}
        columns={[
          labelOf(flowDefinitions.from_start.label),
          words.share,
          ...(found.masked
            ? []
            : [labelOf(flowDefinitions.entered_there.label), labelOf(flowDefinitions.reached.label)]),
        ]}
        rows={stages.map((one) => {
          const share = shareOf(one);
          return [
            labelOf(stageLabel(one.stage)),
            <Shown key="from" n={one.fromStart} />,
            share === null ? '–' : percent(share),
            ...(found.masked
              ? []
              : [<Shown key="there" n={one.enteredThere} />, <Shown key="all" n={one.reached} />]),
          ] as const;
        })}
        sums={false}
      />
    </>
  );
}

/** The funnels of several, one in each row. */
function Flows({
  caption,
  first,
  flows,
  total,
}: {
  caption: string;
  first: string;
  flows: readonly (readonly [string, Flow])[];
  total: Flow;
}) {
  const words = useWords(w);
  const labelOf = useLabel();
  return (
    <Table
      caption={caption}
      first={first}
      columns={[
        words.entered,
        words.takenOver,
        ...total.stages.map(({ stage }) => labelOf(stageLabel(stage))),
      ]}
      rows={[...flows, [words.all, total] as const].map(
        ([name, flow]) =>
          [
            name,
            <Shown key="entered" n={flow.entered} />,
            <Shown key="taken" n={flow.takenOver} />,
            ...flow.stages.map(({ stage, fromStart }) => <Shown key={stage} n={fromStart} />),
          ] as const,
      )}
    />
  );
}

function DurationTables({ found }: { found: Durations }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const nameOf = (step: Step) => labelOf(numberedStep(step));
  const days = (n: number | null) => (n === null ? '–' : String(n));
  const medianOf = ({ quartiles: { median, medianInterval } }: Durations['total'][number]) =>
    median !== null && medianInterval
      ? `${median} (${medianInterval.low ?? '…'} – ${medianInterval.high ?? '…'})`
      : days(median);
  return (
    <>
      <Table
        caption={words.durations}
        first={labelOf(termDefinitions.step.label)}
        columns={[
          ...[words.first, words.median, words.third, words.stays, words.movedOn, words.exited],
          ...[words.stillIn, words.unwatched],
        ]}
        rows={found.total.map(
          (one) =>
            [
              nameOf(one.step),
              days(one.quartiles.first),
              medianOf(one),
              days(one.quartiles.third),
              ...(['stays', 'movedOn', 'exited', 'stillIn', 'unwatched'] as const).map((name) => (
                <Shown key={name} n={one[name]} />
              )),
            ] as const,
        )}
        sums={false}
      />
      {found.sites.length > 1 && (
        <Table
          caption={words.medians}
          first={words.site}
          columns={found.total.map(({ step }) => nameOf(step))}
          rows={[
            ...found.sites.map((site) => [site.siteName, ...site.steps.map(medianOf)] as const),
            [words.all, ...found.total.map(medianOf)] as const,
          ]}
        />
      )}
    </>
  );
}
