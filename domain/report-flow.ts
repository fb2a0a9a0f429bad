/** The sections of the report that flow and durations make: who came how far, how long steps last, and when a contract comes. */
import { flowDefinitions, type Survived, stageLabel, termDefinitions } from './figures';
import type { Duration, Durations, Flow, Funnel, Survival, SurvivalGroup } from './flow';
import type { Label } from './forms';
import { armLabels, numberedStep } from './labels';
import {
  type Cell,
  countColumn,
  type Row,
  type Section,
  shareColumn,
  shareOf,
  type Table,
  textColumn,
} from './report';
import { allSites } from './report-words';

/** Sites by id. */
type SiteNames = ReadonlyMap<string, string>;

const name = (fr: string, en: string): Label => ({ fr, en });
const words = {
  site: name('Site', 'Site'),
  group: name('Groupe', 'Arm'),
  stage: name('Étape ou résultat', 'Step or result'),
  share: name('Part', 'Share'),
  entered: name('Entrés', 'Entered'),
  takenOver: name('Repris en cours', 'Taken over'),
  first: name('Premier quart (jours)', 'First quarter (days)'),
  median: name('Médiane (jours)', 'Median (days)'),
  third: name('Troisième quart (jours)', 'Third quarter (days)'),
  stays: name('Séjours', 'Stays'),
  movedOn: name('Passés à une autre étape', 'Entered another step'),
  exited: name('Sortis', 'Left'),
  stillIn: name('Encore là (censurés)', 'Still in (censored)'),
  unwatched: name('Non observés', 'Not watched'),
  watched: name('Jeunes observés', 'Young people watched'),
  days: name('Jours', 'Days'),
  noCurve: name('Trop peu de jeunes pour une courbe.', 'Too few young people for a curve.'),
  notKnown: name(
    '« – » : la durée n’est pas encore connue, ou trop peu de séjours la disent.',
    '“–”: the time is not known yet, or too few stays tell it.',
  ),
};
const ofCurve: Readonly<Record<Survived, Readonly<Record<'title' | 'came' | 'other' | 'open', Label>>>> = {
  contract: {
    title: flowDefinitions.time_to_contract.label,
    came: name('Ont signé', 'Signed'),
    other: name('Sortis sans contrat', 'Left without a contract'),
    open: name('Attendent encore', 'Still waiting'),
  },
  termination: {
    title: flowDefinitions.time_to_termination.label,
    came: name('Rompus', 'Terminated'),
    other: name('Arrivés à leur terme', 'Came to their end'),
    open: name('En cours, ou jeune sorti', 'Running, or the young person left'),
  },
};

const quarter = (cohort: string) => name(cohort.replace('-Q', ' T'), cohort.replace('-', ' '));
const start = ({ stages }: Flow) => stages.find(({ stage }) => stage === 'welcome')?.fromStart ?? null;

/** @param names of all sites */
export function funnelSection({ cohorts, sites, total }: Funnel, names: SiteNames): Section {
  /** The funnels of several, one in each row. */
  const each = (id: string, title: Label, first: Label, flows: readonly [string, Cell, Flow][]): Table => ({
    ...{ id, title },
    columns: [
      textColumn('of', first),
      countColumn('entered', words.entered),
      countColumn('taken_over', words.takenOver),
      ...total.stages.map(({ stage }) => countColumn(stage, stageLabel(stage))),
    ],
    rows: [...flows, ['all', allSites, total] as const].map(([of, label, flow]) => ({
      id: of,
      cells: [label, flow.entered, flow.takenOver, ...flow.stages.map(({ fromStart }) => fromStart)],
      ...(of === 'all' && { total: true }),
    })),
  });
  return {
    id: 'funnel',
    title: name('Jusqu’où vont les jeunes', 'How far young people come'),
    words: [
      name(
        'Les nombres sont ceux des jeunes suivis depuis l’accueil ; qui a été repris en cours de parcours est compté à part.',
        'The numbers are of the young people followed from welcome; those taken over as their pathway ran are counted apart.',
      ),
    ],
    tables: [
      {
        id: 'funnel',
        title: name('Étapes et résultats atteints', 'Steps and results reached'),
        columns: [
          textColumn('stage', words.stage),
          countColumn('from_start', flowDefinitions.from_start.label),
          shareColumn('share', words.share),
        ],
        rows: total.stages.map(({ stage, fromStart }) => ({
          id: stage,
          cells: [stageLabel(stage), fromStart, shareOf(fromStart, start(total))],
        })),
        chart: { kind: 'bars', of: 'from_start' },
      },
      ...(sites.length > 1
        ? [
            each(
              'funnel_by_site',
              name('Par site', 'By site'),
              words.site,
              sites.map((site) => [site.siteId, names.get(site.siteId) ?? site.siteId, site]),
            ),
          ]
        : []),
      ...(cohorts.length > 1
        ? [
            each(
              'funnel_by_cohort',
              name('Par trimestre d’inscription', 'By quarter of enrolment'),
              flowDefinitions.cohort.label,
              cohorts.map((one) => [one.cohort, quarter(one.cohort), one]),
            ),
          ]
        : []),
    ],
  };
}

/** A time that is not known is not a masked number: it is often both, and neither is told apart. */
const time = (days: number | null): Cell => days ?? '';

/** @param names of all sites */
export function durationsSection({ sites, total }: Durations, names: SiteNames): Section {
  const medians = (steps: readonly Duration[]) => steps.map(({ quartiles }) => time(quartiles.median));
  return {
    id: 'durations',
    title: name('Durée dans chaque étape', 'Time in each step'),
    words: [words.notKnown],
    tables: [
      {
        id: 'durations',
        title: name('En jours', 'In days'),
        columns: [
          textColumn('step', termDefinitions.step.label),
          countColumn('first', words.first),
          countColumn('median', words.median),
          countColumn('third', words.third),
          countColumn('stays', words.stays),
          countColumn('moved_on', words.movedOn),
          countColumn('exited', words.exited),
          countColumn('still_in', words.stillIn),
          countColumn('unwatched', words.unwatched),
        ],
        rows: total.map(({ step, quartiles, stays, movedOn, exited, stillIn, unwatched }) => ({
          id: step,
          cells: [
            numberedStep(step),
            ...[quartiles.first, quartiles.median, quartiles.third].map(time),
            ...[stays, movedOn, exited, stillIn, unwatched],
          ],
        })),
        chart: { kind: 'bars', of: 'median' },
      },
      ...(sites.length > 1
        ? [
            {
              id: 'medians_by_site',
              title: name('Durée médiane par site, en jours', 'Median time by site, in days'),
              columns: [
                textColumn('site', words.site),
                ...total.map(({ step }) => countColumn(step, numberedStep(step))),
              ],
              rows: [
                ...sites.map((site) => ({
                  id: site.siteId,
                  cells: [names.get(site.siteId) ?? site.siteId, ...medians(site.steps)],
                })),
                { id: 'all', cells: [allSites, ...medians(total)], total: true },
              ],
            },
          ]
        : []),
    ],
  };
}

/** More lines in one chart hide each other: then the chart is of all sites together. */
const MOST_LINES = 7;

/**
 * The curves of one event by site or arm.
 * @param masked whether the survival is told at whole months, where enough came and are left
 */
export function curvesSection(
  of: Survived,
  { times, groups, logRank }: Survival,
  names: SiteNames,
  masked: boolean,
): Section {
  const { title, came, other, open } = ofCurve[of];
  const byArm = groups.some(({ arm }) => arm);
  const codeOf = ({ siteId, arm }: SurvivalGroup) => arm ?? siteId ?? 'all';
  const labelOf = ({ siteId, arm }: SurvivalGroup): Label => {
    if (arm) return armLabels[arm];
    const site = siteId === null ? undefined : (names.get(siteId) ?? siteId);
    return site === undefined ? allSites : name(site, site);
  };
  const id = `${of}${byArm ? '_by_arm' : ''}`;
  const all = groups.filter(({ siteId }) => siteId === null);
  // Of too few there is no curve, nor of nobody.
  const drawn = (groups.length > MOST_LINES ? all : groups).filter(
    ({ points, youngPeople }) => youngPeople !== 0 && points !== null && (points.length > 0 || !masked),
  );
  const at = ({ points, atRisk }: SurvivalGroup, n: number): Cell => {
    const day = times[n] as number;
    if (masked) return points?.find(({ days }) => days === day)?.survival ?? null;
    const last = points?.findLast(({ days }) => days <= day);
    // Where nobody is watched any more nothing is known, unless it has come to all.
    return atRisk[n] || last?.survival === 0 ? (last?.survival ?? 1) : '';
  };
  const rows = times
    .map((day, n): Row => ({ id: String(day), cells: [day, ...drawn.map((group) => at(group, n))] }))
    .filter(({ cells }) => cells.slice(1).some((cell) => cell !== ''));
  return {
    id: `curve_${id}`,
    title: byArm ? name(`${title.fr}, par groupe du tirage`, `${title.en}, by arm of the draw`) : title,
    words: [
      (of === 'contract' ? flowDefinitions.time_to_contract : flowDefinitions.time_to_termination).definition,
      ...(drawn.length === 0 ? [words.noCurve] : []),
    ],
    tables: [
      {
        id: `numbers_${id}`,
        title: name('Nombres et médianes', 'Numbers and medians'),
        columns: [
          textColumn('group', byArm ? words.group : words.site),
          countColumn('watched', words.watched),
          countColumn('came', came),
          countColumn('other', other),
          countColumn('open', open),
          countColumn('unwatched', words.unwatched),
          countColumn('median', words.median),
        ],
        rows: groups.map((group) => ({
          id: codeOf(group),
          cells: [
            labelOf(group),
            ...[group.youngPeople, group.events, group.others, group.open, group.unwatched],
            time(group.median?.days ?? null),
          ],
          ...(codeOf(group) === 'all' && groups.length > 1 && { total: true }),
        })),
      },
      ...(drawn.length > 0
        ? [
            {
              id: `curve_${id}`,
              title: name(
                'Part pour qui ce n’est pas encore venu (Kaplan–Meier)',
                'Share to whom it has not come yet (Kaplan–Meier)',
              ),
              columns: [
                countColumn('days', words.days),
                ...drawn.map((group) => shareColumn(codeOf(group), labelOf(group))),
              ],
              rows,
              // A line has two ends.
              ...(rows.length > 1 && {
                chart: { kind: 'curve' as const, over: 'days', of: drawn.map(codeOf) },
              }),
            },
          ]
        : []),
      ...(logRank
        ? [
            {
              id: `log_rank_${id}`,
              title: flowDefinitions.log_rank.label,
              columns: [
                textColumn('between', name('Entre', 'Between')),
                { id: 'chi_square', label: name('χ²', 'χ²'), type: 'number' as const },
                countColumn('degrees', name('Degrés de liberté', 'Degrees of freedom')),
                { id: 'p', label: name('Valeur p', 'p-value'), type: 'number' as const },
              ],
              rows: [
                {
                  id: byArm ? 'arms' : 'sites',
                  cells: [
                    byArm
                      ? name('Les groupes, à l’intérieur de chaque site', 'The arms, within each site')
                      : name('Les sites', 'The sites'),
                    ...[logRank.chiSquare, logRank.degreesOfFreedom],
                    logRank.pValue < 0.0001 ? name('< 0,0001', '< 0.0001') : logRank.pValue,
                  ],
                },
              ],
            },
          ]
        : []),
    ],
  };
}

/** The words of these sections. */
export const flowTerms = (masked: boolean) => {
  const { masked_curves, ...all } = flowDefinitions;
  return [...Object.values(all), ...(masked ? [masked_curves] : [])];
};
