/** The sections of the report that the overview of the figures makes: who is where, who left, what was corrected since. */

import {
  countLabel,
  type Figure,
  figureDefinitions,
  figures,
  stepsCounted,
  termDefinitions,
} from './figures';
import type { Label } from './forms';
import { armLabels, exitLabels, noStep, numberedStep } from './labels';
import { type ExitCode, exitCodes, type Step } from './pathway';
import {
  type Column,
  countColumn,
  type Row,
  type Section,
  shareColumn,
  shareOf,
  type Table,
  textColumn,
} from './report';
import { allSites } from './report-words';
import type { Counts, Overview } from './steering';

/** Sites by id. */
export type SiteNames = ReadonlyMap<string, string>;

const name = (fr: string, en: string): Label => ({ fr, en });
const words = {
  site: name('Site', 'Site'),
  figure: name('Chiffre', 'Figure'),
  count: name('Jeunes', 'Young people'),
  share: name('Part', 'Share'),
  sum: name('Total', 'Total'),
  noDraw: name('Sans tirage', 'No draw'),
  reason: name('Motif', 'Reason'),
};

const numbered = (step: Step | null): Label => (step ? numberedStep(step) : noStep);
const codeOf = (step: Step | null) => step ?? 'unknown';
const figureLabel = (figure: Figure) => figureDefinitions[figure].label;

/** @param names of the sites of the overview */
export function overviewSections(overview: Overview, names: SiteNames, masked: boolean): Section[] {
  const { sites, total } = overview;
  const several = sites.length > 1;
  const siteName = (siteId: string) => names.get(siteId) ?? siteId;
  /** A row a site, and one for all of them. */
  const bySite = (
    id: string,
    title: Label,
    columns: Column[],
    cellsOf: (counts: Counts) => Row['cells'],
  ): Table => ({
    ...{ id, title },
    columns: [textColumn('site', words.site), ...columns],
    rows: [
      ...sites.map((site) => ({ id: site.siteId, cells: [siteName(site.siteId), ...cellsOf(site)] })),
      { id: 'all', cells: [allSites, ...cellsOf(total)], total: true },
    ],
  });

  const where: Section = {
    id: 'figures',
    title: name('Les chiffres', 'The figures'),
    words: [],
    tables: [
      {
        id: 'figures',
        title: name('Combien de jeunes', 'How many young people'),
        columns: [textColumn('figure', words.figure), countColumn('young_people', words.count)],
        rows: figures.map((figure) => ({ id: figure, cells: [figureLabel(figure), total.figures[figure]] })),
      },
      ...(several
        ? [
            {
              ...bySite(
                'figures_by_site',
                name('Par site', 'By site'),
                figures.map((figure) => countColumn(figure, figureLabel(figure))),
                (counts) => figures.map((figure) => counts.figures[figure]),
              ),
              chart: { kind: 'bars' as const, of: 'currently_in' },
            },
          ]
        : []),
    ],
  };

  // Where everybody is in a step there is nothing to say of the others.
  const shown = total.steps.filter(({ step, youngPeople }) => step !== null || youngPeople !== 0);
  const inStep = (counts: Counts, step: Step | null) =>
    counts.steps.find((one) => one.step === step)?.youngPeople ?? null;
  const byStep: Section = {
    id: 'steps',
    title: name('Présents, par étape', 'Currently in, by step'),
    words: [],
    tables: [
      {
        id: 'steps',
        title: name('Dans quelle étape', 'In which step'),
        columns: [
          textColumn('step', termDefinitions.step.label),
          countColumn('young_people', words.count),
          shareColumn('share', words.share),
        ],
        rows: [
          ...shown.map(({ step, youngPeople }) => ({
            id: codeOf(step),
            cells: [numbered(step), youngPeople, shareOf(youngPeople, total.figures.currently_in)],
          })),
          { id: 'all', cells: [words.sum, total.figures.currently_in, ''], total: true },
        ],
        chart: { kind: 'bars', of: 'young_people' },
      },
      ...(several
        ? [
            bySite(
              'steps_by_site',
              name('Par étape et par site', 'By step and site'),
              [
                ...shown.map(({ step }) => countColumn(codeOf(step), numbered(step))),
                countColumn('all', words.sum),
              ],
              (counts) => [...shown.map(({ step }) => inStep(counts, step)), counts.figures.currently_in],
            ),
          ]
        : []),
    ],
  };

  const exitsOf = (counts: Counts, code: ExitCode, phase: 'phase1' | 'phase2') =>
    counts.exits.byCode.find((one) => one.code === code)?.[phase] ?? null;
  const exits = (phase: 'phase1' | 'phase2', title: Label): Table => ({
    ...{ id: `exits_${phase}`, title },
    columns: [
      textColumn('exit', words.reason),
      countColumn('young_people', words.count),
      shareColumn('share', words.share),
    ],
    rows: [
      // By reason a committee is not told of phase 2: so many small counts would hide all else.
      ...(masked && phase === 'phase2' ? [] : exitCodes).map((code) => {
        const n = exitsOf(total, code, phase);
        return { id: code, cells: [exitLabels[code], n, shareOf(n, total.exits[phase])] };
      }),
      { id: 'all', cells: [words.sum, total.exits[phase], ''], total: true },
    ],
    ...(!(masked && phase === 'phase2') && { chart: { kind: 'bars' as const, of: 'young_people' } }),
  });
  const left: Section = {
    id: 'exits',
    title: name('Sorties', 'Exits'),
    words: masked
      ? [
          name(
            'Les sorties de phase 2 ne sont pas détaillées par motif ici : de trop petits nombres cacheraient tous les autres.',
            'Phase-2 exits are not told by reason here: numbers that small would hide all the others.',
          ),
        ]
      : [],
    tables: [
      exits('phase1', name('Sorties de phase 1, par motif', 'Phase-1 exits, by reason')),
      ...(several
        ? [
            {
              id: 'exits_phase1_by_site',
              title: name('Sorties de phase 1, par motif et par site', 'Phase-1 exits, by reason and site'),
              columns: [
                textColumn('exit', words.reason),
                ...sites.map(({ siteId }) => countColumn(siteId, name(siteName(siteId), siteName(siteId)))),
              ],
              rows: [
                ...exitCodes.map((code) => ({
                  id: code,
                  cells: [exitLabels[code], ...sites.map((site) => exitsOf(site, code, 'phase1'))],
                })),
                { id: 'all', cells: [words.sum, ...sites.map((site) => site.exits.phase1)], total: true },
              ],
            },
          ]
        : []),
      exits(
        'phase2',
        masked
          ? name('Sorties de phase 2', 'Phase-2 exits')
          : name('Sorties de phase 2, par motif', 'Phase-2 exits, by reason'),
      ),
    ],
  };

  return [
    where,
    byStep,
    left,
    ...(overview.arms ? [armsSection(overview.arms)] : []),
    correctedSection(overview, siteName, masked),
  ];
}

function armsSection(arms: NonNullable<Overview['arms']>): Section {
  return {
    id: 'arms',
    title: name('Par groupe du tirage au sort', 'By arm of the draw'),
    words: [
      name(
        'Pour l’évaluation seule, jusqu’à la levée de l’aveugle.',
        'For the evaluation alone, until it is unblinded.',
      ),
    ],
    tables: [
      {
        id: 'arms',
        title: name('Groupes', 'Arms'),
        columns: [
          textColumn('arm', termDefinitions.arm.label),
          ...figures.map((figure) => countColumn(figure, figureLabel(figure))),
        ],
        rows: arms.map(({ arm, figures: of }) => ({
          id: arm ?? 'no_draw',
          cells: [arm ? armLabels[arm] : words.noDraw, ...figures.map((figure) => of[figure])],
        })),
      },
    ],
  };
}

function correctedSection(
  { corrected, sites }: Overview,
  siteName: (siteId: string) => string,
  masked: boolean,
): Section {
  const { youngPeople, changes } = corrected;
  return {
    id: 'corrected',
    title: termDefinitions.corrected.label,
    words: [
      youngPeople === 0
        ? name(
            'Aucun état n’a été corrigé depuis la date de la note.',
            'No state has been corrected since the date of the report.',
          )
        : name(
            'Des évènements ont été enregistrés après la date de la note et changent l’état à cette date : les nombres ci-dessus en tiennent compte, ceux qui ont changé sont nommés ici.',
            'Things were recorded after the date of the report that change the state as at that date: the numbers above take them into account, those that changed are named here.',
          ),
    ],
    tables: [
      {
        id: 'corrected',
        title: name('Jeunes dont l’état a été corrigé', 'Young people whose state was corrected'),
        columns: [textColumn('what', words.figure), countColumn('young_people', words.count)],
        rows: [{ id: 'young_people', cells: [termDefinitions.corrected.label, youngPeople] }],
      },
      ...(changes.length > 0
        ? [
            {
              id: 'corrections',
              title: name('Nombres qui ont changé', 'Numbers that changed'),
              columns: [
                ...(sites.length > 1 ? [textColumn('site', words.site)] : []),
                textColumn('figure', words.figure),
                // Whose numbers are masked reads which of them changed.
                ...(masked
                  ? []
                  : [
                      countColumn('known_then', name('Connu alors', 'Known then')),
                      countColumn('known_now', name('Connu depuis', 'Known since')),
                    ]),
              ],
              rows: changes.map(({ siteId, count: id, knownThen, knownNow }) => ({
                id: `${siteId}/${id}`,
                cells: [
                  ...(sites.length > 1 ? [siteName(siteId)] : []),
                  countLabel(id),
                  ...(masked ? [] : [knownThen, knownNow]),
                ],
              })),
            },
          ]
        : []),
    ],
  };
}

/** The state at two instants, by what was known at the same one. @param before as at the earlier */
export function comparisonSection(
  now: Overview,
  before: Overview,
  names: SiteNames,
  masked: boolean,
): Section {
  const columns: Column[] = [
    countColumn('before', name('À la date comparée', 'At the date compared')),
    countColumn('now', name('À la date de la note', 'At the date of the report')),
    { id: 'change', label: name('Évolution', 'Change'), type: 'change' },
  ];
  const compared = (was: number | null, is: number | null) => [
    was,
    is,
    was === null || is === null ? null : is - was,
  ];
  const row = (
    id: string,
    label: Label | string,
    of: (counts: Counts) => number | null,
    pair = [before.total, now.total],
  ) => ({
    id,
    cells: [label, ...compared(of(pair[0] as Counts), of(pair[1] as Counts))],
  });
  const bySite = (id: string, title: Label, of: (counts: Counts) => number | null): Table => ({
    ...{ id, title },
    columns: [textColumn('site', words.site), ...columns],
    rows: [
      ...now.sites.map((site) => {
        const was = before.sites.find(({ siteId }) => siteId === site.siteId) as Counts;
        return row(site.siteId, names.get(site.siteId) ?? site.siteId, of, [was, site]);
      }),
      { ...row('all', allSites, of), total: true },
    ],
  });
  const inStep = (step: Step | null) => (counts: Counts) =>
    counts.steps.find((one) => one.step === step)?.youngPeople ?? null;
  const exit = (code: ExitCode) => (counts: Counts) =>
    counts.exits.byCode.find((one) => one.code === code)?.phase1 ?? null;
  return {
    id: 'comparison',
    title: name('Comparaison des deux dates', 'Comparison of the two dates'),
    words: masked
      ? [
          name(
            'Une évolution n’est donnée que si les deux nombres sont montrés.',
            'A change is told only where both numbers are shown.',
          ),
        ]
      : [],
    tables: [
      {
        id: 'compared_figures',
        title: name('Les chiffres', 'The figures'),
        columns: [textColumn('figure', words.figure), ...columns],
        rows: figures.map((figure) => row(figure, figureLabel(figure), (counts) => counts.figures[figure])),
      },
      {
        id: 'compared_steps',
        title: name('Présents, par étape', 'Currently in, by step'),
        columns: [textColumn('step', termDefinitions.step.label), ...columns],
        rows: stepsCounted
          .filter((step) => step !== null || [now, before].some(({ total }) => inStep(null)(total) !== 0))
          .map((step) => row(codeOf(step), numbered(step), inStep(step))),
      },
      {
        id: 'compared_exits',
        title: name('Sorties de phase 1, par motif', 'Phase-1 exits, by reason'),
        columns: [textColumn('exit', words.reason), ...columns],
        rows: [
          ...exitCodes.map((code) => row(code, exitLabels[code], exit(code))),
          { ...row('all', words.sum, (counts) => counts.exits.phase1), total: true },
        ],
      },
      ...(now.sites.length > 1
        ? [
            bySite(
              'compared_entered',
              name('Entrés, par site', 'Entered, by site'),
              (counts) => counts.figures.entered,
            ),
            bySite(
              'compared_currently_in',
              name('Présents, par site', 'Currently in, by site'),
              (counts) => counts.figures.currently_in,
            ),
          ]
        : []),
    ],
  };
}

/** The words of these sections, in the order of the page of the figures. @param arms whether they are told of */
export function overviewDefinitions(arms: boolean) {
  const { arm, ...terms } = termDefinitions;
  return [...Object.values(figureDefinitions), ...Object.values(terms), ...(arms ? [arm] : [])];
}
