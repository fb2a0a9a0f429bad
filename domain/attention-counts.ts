/** How cases and reasons counted by site become what those who steer read: masked where they may not read small numbers. */
import {
  type AttentionFigure,
  attentionFigures,
  type CaseGroup,
  caseMarks,
  figuresOf,
  marksOf,
  resultsOf,
  riskReasons,
} from './attention';
import { maskSites } from './mask-sites';
import type { Shown, Sum } from './masking';

/** A number of each site. */
export type AttentionCounts = Readonly<Record<AttentionFigure, Shown>>;
export interface AttentionRow {
  readonly siteId: string;
  readonly figure: AttentionFigure;
  readonly n: number;
}

const rest = (name: string, of = '') => `rest/${of}/${name}`;
/** A part of a total, and the others, whom whoever subtracts knows. */
const part = (total: string, name: string): Sum => ({ total, parts: [name, rest(name, total)] });
const attentionSums: readonly Sum[] = [
  part('active', 'at_risk'),
  part('active', 'without_referent'),
  ...riskReasons.map((reason) => part('at_risk', reason)),
  // Reasons overlap: together they are as many as are at risk, and more by as much as they overlap.
  { total: 'reasons', parts: riskReasons },
  { total: 'reasons', parts: ['at_risk', 'overlap'] },
  { total: 'tasks_open', parts: ['tasks_overdue', 'tasks_week', 'tasks_later'] },
  part('tasks_open', 'tasks_unassigned'),
];

/**
 * @param siteIds of which sites, also those without anybody
 * @param masked small counts are, with what would give them away
 */
export function attentionOf(
  rows: readonly AttentionRow[],
  siteIds: readonly string[],
  masked: boolean,
): { sites: (AttentionCounts & { siteId: string })[]; total: AttentionCounts } {
  const bySite = new Map(
    siteIds.map((siteId) => {
      const counts = new Map<string, number>(attentionFigures.map((figure) => [figure, 0]));
      for (const row of rows) if (row.siteId === siteId) counts.set(row.figure, row.n);
      return [siteId, counts] as const;
    }),
  );
  const shown = masked ? maskSites(withRests(bySite), attentionSums) : unmasked(bySite);
  const take = (counts: ReadonlyMap<string, Shown> | undefined) =>
    Object.fromEntries(
      attentionFigures.map((figure) => [figure, counts?.get(figure) ?? null]),
    ) as unknown as AttentionCounts;
  return {
    sites: siteIds.map((siteId) => ({ siteId, ...take(shown.site.get(siteId)) })),
    total: take(shown.total),
  };
}

function withRests(
  bySite: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Map<string, Map<string, number>> {
  return new Map(
    [...bySite].map(([siteId, counts]) => {
      const n = (name: string) => counts.get(name) ?? 0;
      const reasons = riskReasons.reduce((sum, reason) => sum + n(reason), 0);
      return [
        siteId,
        new Map([
          ...counts,
          ['reasons', reasons],
          ['overlap', reasons - n('at_risk')],
          ['tasks_later', n('tasks_open') - n('tasks_overdue') - n('tasks_week')],
          [rest('at_risk', 'active'), n('active') - n('at_risk')],
          [rest('without_referent', 'active'), n('active') - n('without_referent')],
          ...riskReasons.map((reason) => [rest(reason, 'at_risk'), n('at_risk') - n(reason)] as const),
          [rest('tasks_unassigned', 'tasks_open'), n('tasks_open') - n('tasks_unassigned')],
        ]),
      ];
    }),
  );
}

/** All of them together: the sum of the sites. */
function unmasked(bySite: ReadonlyMap<string, ReadonlyMap<string, number>>) {
  const total = new Map<string, number>();
  for (const counts of bySite.values())
    for (const [name, n] of counts) total.set(name, (total.get(name) ?? 0) + n);
  return {
    site: bySite as ReadonlyMap<string, ReadonlyMap<string, Shown>>,
    total: total as ReadonlyMap<string, Shown>,
  };
}

// ---- cases

/** Cases that have all of it in common. */
export interface CaseCell {
  readonly siteId: string;
  readonly figure: string;
  readonly result: string;
  readonly marks: readonly string[];
  readonly n: number;
}

export interface CaseFigure {
  readonly figure: string;
  /** All cases; null: masked. */
  readonly of: Shown;
  readonly results: readonly { readonly result: string; readonly n: Shown }[];
  readonly marks: readonly { readonly mark: string; readonly n: Shown }[];
}

/** The counts of a group by site and of all. @param masked small ones are, with what would give them away */
export function casesOf(
  group: CaseGroup,
  cells: readonly CaseCell[],
  siteIds: readonly string[],
  masked: boolean,
): { sites: { siteId: string; figures: CaseFigure[] }[]; total: CaseFigure[] } {
  const byFigure = figuresOf(group).map((figure) => {
    const bySite = new Map(
      siteIds.map((siteId) => [
        siteId,
        countsOf(
          group,
          figure,
          cells.filter((cell) => cell.siteId === siteId && cell.figure === figure),
        ),
      ]),
    );
    // Figures have no sum in common, so each is masked alone.
    const shown = masked ? maskSites(bySite, sumsOf(group, figure)) : unmasked(bySite);
    const shaped = (counts: ReadonlyMap<string, Shown> | undefined): CaseFigure => ({
      figure,
      of: counts?.get('of') ?? null,
      results: resultsOf(group, figure).map((result) => ({ result, n: counts?.get(result) ?? null })),
      marks: marksOf(group, figure).map((mark) => ({ mark, n: counts?.get(mark) ?? null })),
    });
    return {
      site: (siteId: string) => shaped(shown.site.get(siteId)),
      total: shaped(shown.total),
    };
  });
  return {
    sites: siteIds.map((siteId) => ({ siteId, figures: byFigure.map(({ site }) => site(siteId)) })),
    total: byFigure.map(({ total }) => total),
  };
}

/** A result whose name is also that of a group's mark does not exist: they share one list of names. */
function countsOf(group: CaseGroup, figure: string, cells: readonly CaseCell[]): Map<string, number> {
  const names = [...resultsOf(group, figure), ...marksOf(group, figure)];
  const counts = new Map<string, number>(['of', ...names].map((name) => [name, 0]));
  const add = (name: string, n: number) => counts.set(name, (counts.get(name) ?? 0) + n);
  for (const { result, marks, n } of cells) {
    for (const name of ['of', result, ...marks]) add(name, n);
  }
  for (const { total, parts } of markSums(group, figure))
    counts.set(parts[1] as string, (counts.get(total) ?? 0) - (counts.get(parts[0] as string) ?? 0));
  return counts;
}

const sumsOf = (group: CaseGroup, figure: string): Sum[] => [
  { total: 'of', parts: resultsOf(group, figure) },
  ...markSums(group, figure),
];
function markSums(group: CaseGroup, figure: string): Sum[] {
  const among: Readonly<Record<string, string>> = caseMarks[group];
  return marksOf(group, figure).map((mark) => {
    const total = among[mark] === figure ? 'of' : (among[mark] as string);
    return { total, parts: [mark, rest(mark, total)] };
  });
}
