/** The figures as at a date: for committees, the evaluation, and the team of a site, who may open whom each counts. */
import { Accordion } from '@codegouvfr/react-dsfr/Accordion';
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { countLabel, figureDefinitions, figures, termDefinitions } from '../../../domain/figures';
import { armLabels, exitLabels, noStep, numberedStep } from '../../../domain/labels';
import { cellText } from '../../../domain/report-words';
import { get, queryOf } from '../api/client';
import type { Overview } from '../api/types';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { useMay } from '../session/session';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useLanguage, useWords } from '../words/words';
import { useAsked } from './asked';
import { Figure as ListedCount } from './figure';
import { CompareTo, Filters } from './filters';
import { FigurePages } from './pages';
import './steering.css';
import { Table } from './table';

const w = inBoth({
  fr: {
    title: 'Chiffres du programme',
    site: 'Site',
    asAt: (instant: string, known: string) =>
      `État au ${instant}, d’après ce qui était enregistré le ${known}.`,
    masked: 'masqué',
    maskedWhy: 'Les nombres de 1 à 4 sont masqués, et avec eux ceux qui permettraient de les retrouver.',
    corrected: (n: number | null) =>
      n === null
        ? 'Des états ont été corrigés depuis cette date'
        : `${n} ${n > 1 ? 'jeunes n’ont' : 'jeune n’a'} plus l’état connu à cette date : corrigé depuis`,
    changed: 'Les nombres qui ont changé :',
    changedTo: (what: string, then: number, now: number) =>
      `${what} : ${then} connus alors, ${now} aujourd’hui`,
    who: 'Voir les jeunes concernés',
    compared: (instant: string) => `Sous chaque chiffre, son évolution depuis le ${instant}.`,
    inTheReport: 'Tout comparer dans la note d’étape',
    change: (by: string, was: string) => `${by} (était ${was})`,
    changeMasked: 'évolution masquée',
    bySite: 'Par site',
    byStep: 'Présents, par étape',
    exits: 'Sorties de phase 1, par motif',
    exit: 'Motif',
    phase2: (n: string) => `Sorties de phase 2 : ${n}`,
    phase2ByCode: 'Sorties de phase 2, par motif',
    all: 'Ensemble',
    sum: 'Total',
    arms: 'Par groupe du tirage au sort',
    noDraw: 'Sans tirage',
    how: 'Comment c’est compté',
  },
  en: {
    title: 'Figures of the programme',
    site: 'Site',
    asAt: (instant: string, known: string) => `State as at ${instant}, by what was recorded by ${known}.`,
    masked: 'masked',
    maskedWhy: 'Numbers from 1 to 4 are masked, and with them those that would give them away.',
    corrected: (n: number | null) =>
      n === null
        ? 'States have been corrected since that date'
        : `${n} young ${n === 1 ? 'person has' : 'people have'} another state than was known on that date: corrected since`,
    changed: 'The numbers that changed:',
    changedTo: (what: string, then: number, now: number) => `${what}: ${then} known then, ${now} today`,
    who: 'See whom it concerns',
    compared: (instant: string) => `Below each figure, how it moved since ${instant}.`,
    inTheReport: 'Compare everything in the progress report',
    change: (by: string, was: string) => `${by} (was ${was})`,
    changeMasked: 'change masked',
    bySite: 'By site',
    byStep: 'Currently in, by step',
    exits: 'Phase-1 exits, by reason',
    exit: 'Reason',
    phase2: (n: string) => `Phase-2 exits: ${n}`,
    phase2ByCode: 'Phase-2 exits, by reason',
    all: 'All sites',
    sum: 'Total',
    arms: 'By arm of the draw',
    noDraw: 'No draw',
    how: 'How it is counted',
  },
});

type Counts = Overview['total'];
/** What narrows the list behind a count. */
type Narrowing = Readonly<Record<string, string>>;

/** A count, and the way to the list of whom it counts. @param what it counts, in words */
function Count({ n, what, of }: { n: number | null; what?: string; of?: Narrowing }) {
  const { address } = useAsked();
  return <ListedCount n={n} what={what} to={of && `/steering/list${queryOf({ ...address, ...of })}`} />;
}

export function Component() {
  const words = useWords(w);
  const labelOf = useLabel();
  const { instant } = useDates();
  const may = useMay();
  const { query, address, compareTo } = useAsked();
  const asked = useQuery({
    queryKey: ['steering', query],
    queryFn: ({ signal }) => get<Overview>(`/api/steering/overview${queryOf(query)}`, signal),
    placeholderData: keepPreviousData,
  });
  const found = asked.data;
  const comparing = useQuery({
    queryKey: ['steering', 'compared', query, compareTo],
    queryFn: ({ signal }) =>
      get<Overview>(`/api/steering/overview${queryOf({ ...query, asOf: compareTo })}`, signal),
    enabled: compareTo !== '',
  });
  const before = compareTo === '' ? undefined : comparing.data;

  return (
    <Page title={words.title}>
      <FigurePages />
      <Filters>
        <CompareTo />
      </Filters>
      {asked.isPending && <Waiting />}
      {asked.error && <Failure error={asked.error} retry={() => void asked.refetch()} />}
      {found && !asked.error && (
        <>
          <p role="status">{words.asAt(instant(found.asOf), instant(found.knownAt))}</p>
          {found.masked && <p className="fr-hint-text">{words.maskedWhy}</p>}
          {comparing.error && <Failure error={comparing.error} retry={() => void comparing.refetch()} />}
          {before && (
            <p role="status">
              {words.compared(instant(before.asOf))}{' '}
              <Link to={`/steering/report${queryOf({ ...address, compareTo })}`}>{words.inTheReport}</Link>
            </p>
          )}
          <dl className="figures">
            {figures.map((figure) => (
              <div key={figure}>
                <dt>{labelOf(figureDefinitions[figure].label)}</dt>
                <dd>
                  <Count
                    n={found.total.figures[figure]}
                    what={labelOf(figureDefinitions[figure].label)}
                    of={{ figure }}
                  />
                  {before && <Change from={before.total.figures[figure]} to={found.total.figures[figure]} />}
                </dd>
              </div>
            ))}
          </dl>
          <Corrected
            found={found}
            listing={may('steering.list') ? queryOf({ ...address, figure: 'corrected' }) : null}
          />
          {found.sites.length > 1 && (
            <Table
              caption={words.bySite}
              first={words.site}
              columns={figures.map((figure) => labelOf(figureDefinitions[figure].label))}
              rows={[
                ...found.sites.map(
                  (one) =>
                    [
                      one.siteName,
                      ...figures.map((figure) => <Count key={figure} n={one.figures[figure]} />),
                    ] as const,
                ),
                [
                  words.all,
                  ...figures.map((figure) => <Count key={figure} n={found.total.figures[figure]} />),
                ],
              ]}
            />
          )}
          <ByStep found={found} />
          <Exits found={found} />
          {found.arms && (
            <Table
              caption={words.arms}
              first={labelOf(termDefinitions.arm.label)}
              columns={figures.map((figure) => labelOf(figureDefinitions[figure].label))}
              rows={found.arms.map(
                ({ arm, figures: of }) =>
                  [
                    arm ? labelOf(armLabels[arm]) : words.noDraw,
                    ...figures.map((figure) => <Count key={figure} n={of[figure]} />),
                  ] as const,
              )}
              sums={false}
            />
          )}
          <Accordion label={words.how} titleAs="h2">
            <dl className="definitions">
              {[...Object.values(figureDefinitions), ...Object.values(termDefinitions)].map(
                ({ label, definition }) => (
                  <div key={label.fr}>
                    <dt>{labelOf(label)}</dt>
                    <dd>{labelOf(definition)}</dd>
                  </div>
                ),
              )}
            </dl>
          </Accordion>
        </>
      )}
    </Page>
  );
}

/** How a figure moved; of a masked one it is not told. */
function Change({ from, to }: { from: number | null; to: number | null }) {
  const words = useWords(w);
  const language = useLanguage();
  return (
    <span className="figures__change">
      {from === null || to === null
        ? words.changeMasked
        : words.change(cellText(to - from, 'change', language), cellText(from, 'count', language))}
    </span>
  );
}

function ByStep({ found }: { found: Overview }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const nameOf = (step: Counts['steps'][number]['step']) => labelOf(step ? numberedStep(step) : noStep);
  // Nobody of the programme has an unknown step: there is nothing to say of it.
  const shown = found.total.steps.filter(({ step, youngPeople }) => step !== null || youngPeople !== 0);
  const row = (name: string, counts: Counts) =>
    [
      name,
      ...shown.map(({ step }) => (
        <Count
          key={step}
          n={counts.steps.find((one) => one.step === step)?.youngPeople ?? null}
          what={nameOf(step)}
          of={{ figure: 'currently_in', step: step ?? 'unknown' }}
        />
      )),
      <Count
        key="sum"
        n={counts.figures.currently_in}
        what={labelOf(figureDefinitions.currently_in.label)}
        of={{ figure: 'currently_in' }}
      />,
    ] as const;
  return (
    <Table
      caption={words.byStep}
      first={words.site}
      columns={[...shown.map(({ step }) => nameOf(step)), words.sum]}
      rows={[
        ...found.sites.map((site) => row(site.siteName, site)),
        ...(found.sites.length > 1 ? [row(words.all, found.total)] : []),
      ]}
      sums={found.sites.length > 1}
    />
  );
}

function Exits({ found }: { found: Overview }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const places = [
    ...found.sites.map((site) => ({ name: site.siteName, counts: site as Counts })),
    ...(found.sites.length > 1 ? [{ name: words.all, counts: found.total }] : []),
  ];
  const rowsOf = (phase: 'phase1' | 'phase2') => [
    ...found.total.exits.byCode.map(
      ({ code }, i) =>
        [
          labelOf(exitLabels[code]),
          ...places.map(({ name, counts }) => (
            <Count
              key={name}
              n={counts.exits.byCode[i]?.[phase] ?? null}
              what={labelOf(exitLabels[code])}
              of={{ figure: 'exited', exit: code, phase: phase === 'phase1' ? '1' : '2' }}
            />
          )),
        ] as const,
    ),
    [
      words.sum,
      ...places.map(({ name, counts }) => (
        <Count
          key={name}
          n={counts.exits[phase]}
          what={labelOf(termDefinitions[phase === 'phase1' ? 'phase_1_exits' : 'phase_2_exits'].label)}
          of={{ figure: 'exited', phase: phase === 'phase1' ? '1' : '2' }}
        />
      )),
    ] as const,
  ];
  const columns = places.map(({ name }) => name);
  return (
    <>
      <Table caption={words.exits} first={words.exit} columns={columns} rows={rowsOf('phase1')} />
      {found.masked ? (
        <p>
          {words.phase2(found.total.exits.phase2 === null ? words.masked : String(found.total.exits.phase2))}
        </p>
      ) : (
        <Table caption={words.phase2ByCode} first={words.exit} columns={columns} rows={rowsOf('phase2')} />
      )}
    </>
  );
}

/** What became known after the date, and which numbers are other ones for it. */
function Corrected({ found, listing }: { found: Overview; listing: string | null }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { corrected, sites } = found;
  const nameOf = (siteId: string, count: string) =>
    sites.length > 1
      ? `${sites.find((site) => site.siteId === siteId)?.siteName}, ${labelOf(countLabel(count))}`
      : labelOf(countLabel(count));
  if (corrected.youngPeople === 0) return null;
  return (
    <Alert
      as="h2"
      className="fr-mb-4w"
      severity="info"
      title={words.corrected(corrected.youngPeople)}
      description={
        <>
          {corrected.changes.length > 0 && <p>{words.changed}</p>}
          <ul>
            {corrected.changes.map(({ siteId, count, knownThen, knownNow }) => (
              <li key={`${siteId} ${count}`}>
                {knownThen === null || knownNow === null
                  ? nameOf(siteId, count)
                  : words.changedTo(nameOf(siteId, count), knownThen, knownNow)}
              </li>
            ))}
          </ul>
          {listing !== null && (
            <p>
              <Link to={`/steering/list${listing}`}>{words.who}</Link>
            </p>
          )}
        </>
      }
    />
  );
}
