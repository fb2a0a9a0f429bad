/** What was promised and delivered, and what the sites offer with what came of it: material for the programme's guide. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { figuresOf, resultsOf } from '../../../domain/attention';
import {
  caseDefinition,
  caseDefinitions,
  caseGroupDefinitions,
  markDefinition,
  resultLabel,
} from '../../../domain/case-definitions';
import { get, queryOf } from '../api/client';
import type { CaseCounts } from '../api/types';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';
import { Definitions } from './definitions';
import { Figure, Share } from './figure';
import { SiteChoice } from './filters';
import { PeriodChoice, useNarrowing } from './narrowing';
import { FigurePages } from './pages';
import { Table } from './table';
import './steering.css';

const w = inBoth({
  fr: {
    title: 'Service rendu et pratiques',
    print: 'Imprimer',
    period: (from: string, to: string) => `Du ${from} au ${to}, d’après ce qui est enregistré maintenant.`,
    masked: 'Les nombres de 1 à 4 sont masqués, et avec eux ceux qui permettraient de les retrouver.',
    site: 'Site',
    all: 'Ensemble',
    shares: 'Part faite comme promis, par site',
    detail: (where: string) => `Ce qu’il en est advenu – ${where}`,
    promised: 'Promis',
    due: 'Dû',
    used: 'Utilisée',
    practice: 'Pratique',
    practicesOf: (where: string) => `Pratiques – ${where}`,
    none: 'pas encore',
    unused: 'Aucune pratique close dans cette période.',
    of: (what: string, result: string) => `${what}, ${result}`,
  },
  en: {
    title: 'Service as promised and practices',
    print: 'Print',
    period: (from: string, to: string) => `From ${from} to ${to}, by what is recorded now.`,
    masked: 'Numbers from 1 to 4 are masked, and with them those that would give them away.',
    site: 'Site',
    all: 'All sites',
    shares: 'Share done as promised, by site',
    detail: (where: string) => `What became of it – ${where}`,
    promised: 'Promised',
    due: 'Due',
    used: 'Used',
    practice: 'Practice',
    practicesOf: (where: string) => `Practices – ${where}`,
    none: 'not yet',
    unused: 'No practice was closed in this period.',
    of: (what: string, result: string) => `${what}, ${result}`,
  },
});

type Figures = CaseCounts['total'];
type OneFigure = Figures[number];
const resultIn = (figure: OneFigure, name: string) =>
  figure.results.find(({ result }) => result === name)?.n ?? null;
const markIn = (figure: OneFigure, name: string) => figure.marks.find(({ mark }) => mark === name)?.n ?? null;

export function Component() {
  const words = useWords(w);
  const asked = useNarrowing();
  const { day } = useDates();
  const { period } = asked;
  const counts = (group: 'fidelity' | 'practices') => ({
    queryKey: [group, period],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      get<CaseCounts>(`/api/steering/${group}${queryOf(period)}`, signal),
    placeholderData: keepPreviousData,
  });
  const fidelity = useQuery(counts('fidelity'));
  const practices = useQuery(counts('practices'));
  const found = fidelity.data;
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
        <PeriodChoice of={asked} />
        <SiteChoice site={asked.site} choose={(id) => asked.narrow('site', id)} />
      </search>
      {fidelity.isPending && <Waiting />}
      {fidelity.error && <Failure error={fidelity.error} retry={() => void fidelity.refetch()} />}
      {found && !fidelity.error && (
        <>
          <p role="status">{words.period(day(found.from), day(found.to))}</p>
          {found.masked && <p className="fr-hint-text">{words.masked}</p>}
          <Fidelity found={found} period={period} />
        </>
      )}
      {practices.isPending && <Waiting />}
      {practices.error && <Failure error={practices.error} retry={() => void practices.refetch()} />}
      {practices.data && !practices.error && <Practices found={practices.data} period={period} />}
      <Definitions
        of={[
          caseGroupDefinitions.fidelity,
          ...Object.values(caseDefinitions.fidelity),
          caseGroupDefinitions.practices,
          ...['watched', 'validated', 'signed'].map(markDefinition),
        ]}
      />
    </Page>
  );
}

type Period = ReturnType<typeof useNarrowing>['period'];
const casesOf = (period: Period, narrowing: Readonly<Record<string, string>>) =>
  `/steering/cases${queryOf({ ...period, ...narrowing })}`;

/** The shares of each site, then for one what became of what was promised. */
function Fidelity({ found, period }: { found: CaseCounts; period: Period }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const several = found.sites.length > 1;
  const results = resultsOf('fidelity', 'referent');
  return (
    <section>
      <h2>{labelOf(caseGroupDefinitions.fidelity.label)}</h2>
      <p className="fr-hint-text">{labelOf(caseGroupDefinitions.fidelity.definition)}</p>
      <Table
        caption={words.shares}
        first={words.promised}
        columns={[...found.sites.map(({ siteName }) => siteName), ...(several ? [words.all] : [])]}
        sums={false}
        rows={figuresOf('fidelity').map((name, i) => [
          labelOf(caseDefinition('fidelity', name).label),
          ...[...found.sites.map(({ figures }) => figures), ...(several ? [found.total] : [])].map(
            (figures, place) => {
              const figure = figures[i] as OneFigure;
              // biome-ignore lint/suspicious/noArrayIndexKey: the places never change
              return <Share key={place} n={resultIn(figure, 'kept')} of={figure.of} />;
            },
          ),
        ])}
      />
      <Table
        caption={words.detail(several ? words.all : (found.sites[0]?.siteName ?? ''))}
        first={words.promised}
        columns={[words.due, ...results.map((result) => labelOf(resultLabel(result)))]}
        sums={false}
        rows={found.total.map((figure) => {
          const what = labelOf(caseDefinition('fidelity', figure.figure).label);
          const narrowing = { group: 'fidelity', figure: figure.figure };
          return [
            what,
            <Figure key="of" n={figure.of} what={what} to={casesOf(period, narrowing)} />,
            ...results.map((result) => (
              <Figure
                key={result}
                n={resultIn(figure, result)}
                what={words.of(what, labelOf(resultLabel(result)))}
                to={casesOf(period, { ...narrowing, result })}
              />
            )),
          ];
        })}
      />
    </section>
  );
}

/** What was offered at each site, with its results and what followed. */
function Practices({ found, period }: { found: CaseCounts; period: Period }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const results = ['done', 'absent', 'cancelled'];
  const marks = ['validated', 'signed'];
  const labelOfMark = (mark: string) => labelOf(markDefinition(mark).label);
  const places = [
    ...(found.sites.length > 1 ? [{ key: '', name: words.all, figures: found.total }] : []),
    ...found.sites.map((site) => ({ key: site.siteId, name: site.siteName, figures: site.figures })),
  ];
  return (
    <section>
      <h2>{labelOf(caseGroupDefinitions.practices.label)}</h2>
      <p className="fr-hint-text">{labelOf(caseGroupDefinitions.practices.definition)}</p>
      {found.total.every(({ of }) => of === 0) && <p>{words.unused}</p>}
      {places
        // Where nothing was used there is nothing to read.
        .filter(({ figures }) => figures.some(({ of }) => of !== 0))
        .map(({ key, name, figures }) => (
          <Table
            key={key}
            caption={words.practicesOf(name)}
            first={words.practice}
            columns={[
              words.used,
              ...results.map((result) => labelOf(resultLabel(result))),
              labelOfMark('watched'),
              ...marks.map(labelOfMark),
            ]}
            sums={false}
            rows={figures
              .filter(({ of }) => of !== 0)
              .map((figure) => {
                const what = labelOf(caseDefinition('practices', figure.figure).label);
                const narrowing = { group: 'practices', figure: figure.figure };
                return [
                  what,
                  <Figure key="of" n={figure.of} what={what} to={casesOf(period, narrowing)} />,
                  ...results.map((result) => (
                    <Figure
                      key={result}
                      n={resultIn(figure, result)}
                      what={words.of(what, labelOf(resultLabel(result)))}
                      to={casesOf(period, { ...narrowing, result })}
                    />
                  )),
                  <Figure
                    key="watched"
                    n={markIn(figure, 'watched')}
                    what={words.of(what, labelOfMark('watched'))}
                    to={casesOf(period, { ...narrowing, mark: 'watched' })}
                  />,
                  ...marks.map((mark) => (
                    <Share
                      key={mark}
                      n={markIn(figure, mark)}
                      of={markIn(figure, 'watched')}
                      none={words.none}
                    />
                  )),
                ];
              })}
          />
        ))}
    </section>
  );
}
