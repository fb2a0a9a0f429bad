/** How counts by site, step, exit and arm become what those who steer read. What each figure counts: domain/figures.ts. */
import { type Figure, figures, stepsCounted } from './figures';
import { maskSites } from './mask-sites';
import type { Shown, Sum } from './masking';
import { type Arm, arms, type ExitCode, exitCodes, phaseOf, type Step } from './pathway';

/** Pathways that have site, step, exit and arm in common. */
export interface Cell {
  readonly siteId: string;
  readonly step: Step | null;
  /** null: currently in */
  readonly exitCode: ExitCode | null;
  /** null: no draw, or not told */
  readonly arm: Arm | null;
  readonly youngPeople: number;
  readonly overdue: number;
  readonly inMediation: number;
  readonly onHold: number;
  readonly unreachable: number;
}

/** null: masked. */
export interface Counts {
  readonly figures: Readonly<Record<Figure, Shown>>;
  /** Of those who are currently in. */
  readonly steps: readonly { readonly step: Step | null; readonly youngPeople: Shown }[];
  readonly exits: {
    readonly all: Shown;
    readonly phase1: Shown;
    readonly phase2: Shown;
    readonly byCode: readonly { readonly code: ExitCode; readonly phase1: Shown; readonly phase2: Shown }[];
  };
}

/** The names of all counts of one site, or of all sites. */
export const countNames = [
  ...figures.map((figure) => `figures/${figure}`),
  ...stepsCounted.map((step) => `steps/${step ?? 'unknown'}`),
  ...['all', 'phase1', 'phase2'].map((which) => `exits/${which}`),
  ...exitCodes.flatMap((code) => [`exits/${code}/phase1`, `exits/${code}/phase2`]),
] as const;

/** The part of those currently in that a figure leaves out: whoever subtracts knows it. */
const partsOfThoseIn = ['overdue', 'in_mediation', 'on_hold', 'unreachable'] as const;
const others = (figure: string) => `others/${figure}`;

/** Every count of these cells by its name. */
export function countsOf(cells: readonly Cell[]): Map<string, number> {
  const counts = new Map<string, number>(countNames.map((name) => [name, 0]));
  const add = (name: string, n: number) => counts.set(name, (counts.get(name) ?? 0) + n);
  for (const cell of cells) {
    const n = cell.youngPeople;
    add('figures/entered', n);
    if (cell.exitCode === null) {
      add('figures/currently_in', n);
      add(`steps/${cell.step ?? 'unknown'}`, n);
      add('figures/overdue', cell.overdue);
      add('figures/in_mediation', cell.inMediation);
      add('figures/on_hold', cell.onHold);
      add('figures/unreachable', cell.unreachable);
    } else {
      const phase = cell.step && phaseOf(cell.step) === 2 ? 'phase2' : 'phase1';
      for (const name of ['all', phase, `${cell.exitCode}/${phase}`]) add(`exits/${name}`, n);
    }
  }
  return counts;
}

const sumsOfOne: readonly Sum[] = [
  { total: 'figures/entered', parts: ['figures/currently_in', 'exits/all'] },
  { total: 'figures/currently_in', parts: stepsCounted.map((step) => `steps/${step ?? 'unknown'}`) },
  ...partsOfThoseIn.map((figure) => ({
    total: 'figures/currently_in',
    parts: [`figures/${figure}`, others(figure)],
  })),
  { total: 'exits/all', parts: ['exits/phase1', 'exits/phase2'] },
  { total: 'exits/phase1', parts: exitCodes.map((code) => `exits/${code}/phase1`) },
];

/** Small counts of many kinds hide each other until nothing is left: of phase 2 a committee reads the sum alone. */
const toldMasked = countNames.filter((name) => !/^exits\/.+\/phase2$/.test(name));

/** Masks the counts of the sites and of all of them together. */
function masked(bySite: ReadonlyMap<string, ReadonlyMap<string, number>>): ReturnType<typeof maskSites> {
  const counted = [...bySite].map(([siteId, site]) => {
    const known = new Map(toldMasked.map((name) => [name as string, numberIn(site, name)]));
    for (const figure of partsOfThoseIn)
      known.set(others(figure), numberIn(site, 'figures/currently_in') - numberIn(site, `figures/${figure}`));
    return [siteId, known] as const;
  });
  return maskSites(new Map(counted), sumsOfOne);
}

const numberIn = (counts: ReadonlyMap<string, number>, name: string) => counts.get(name) ?? 0;

/** Counts by name in their shape. */
export function shaped(counts: ReadonlyMap<string, Shown>): Counts {
  const take = (name: string): Shown => counts.get(name) ?? null;
  return {
    figures: Object.fromEntries(
      figures.map((figure) => [figure, take(`figures/${figure}`)]),
    ) as Counts['figures'],
    steps: stepsCounted.map((step) => ({ step, youngPeople: take(`steps/${step ?? 'unknown'}`) })),
    exits: {
      all: take('exits/all'),
      phase1: take('exits/phase1'),
      phase2: take('exits/phase2'),
      byCode: exitCodes.map((code) => ({
        code,
        phase1: take(`exits/${code}/phase1`),
        phase2: take(`exits/${code}/phase2`),
      })),
    },
  };
}

export interface Change {
  readonly siteId: string;
  /** Of `countNames`. */
  readonly count: string;
  /** As it was known at the instant itself, and as it is known now; null: not told to who reads masked counts. */
  readonly knownThen: Shown;
  readonly knownNow: Shown;
}

export interface Overview {
  readonly sites: readonly ({ readonly siteId: string } & Counts)[];
  readonly total: Counts;
  readonly arms?: readonly { readonly arm: Arm | null; readonly figures: Counts['figures'] }[];
  readonly corrected: { readonly youngPeople: Shown; readonly changes: readonly Change[] };
}

/** What was counted: as it is known, and of the pathways whose state was corrected, before and after. */
export interface Counted {
  readonly known: readonly Cell[];
  readonly before: readonly Cell[];
  readonly after: readonly Cell[];
  /** How many pathways were corrected. */
  readonly changed: number;
}

/**
 * @param siteIds of which sites, also those without anybody
 * @param how.masked for whom small counts are masked
 * @param how.arms for whom arms are counted
 */
export function overviewOf(
  { known, before, after, changed }: Counted,
  siteIds: readonly string[],
  how: { masked: boolean; arms: boolean },
): Overview {
  const at = (cells: readonly Cell[], siteId: string) =>
    countsOf(cells.filter((cell) => cell.siteId === siteId));
  const bySite = new Map(siteIds.map((siteId) => [siteId, at(known, siteId)]));
  const shown = how.masked
    ? masked(bySite)
    : { site: bySite as ReadonlyMap<string, ReadonlyMap<string, Shown>>, total: countsOf(known) };
  const changes = siteIds.flatMap((siteId) => {
    const [was, is] = [at(before, siteId), at(after, siteId)];
    return countNames.flatMap((count): Change[] => {
      const by = numberIn(is, count) - numberIn(was, count);
      if (by === 0) return [];
      if (how.masked) return [{ siteId, count, knownThen: null, knownNow: null }];
      const now = numberIn(bySite.get(siteId) as Map<string, number>, count);
      return [{ siteId, count, knownThen: now - by, knownNow: now }];
    });
  });
  return {
    sites: siteIds.map((siteId) => ({ siteId, ...shaped(shown.site.get(siteId) ?? new Map()) })),
    total: shaped(shown.total),
    ...(how.arms && {
      arms: [...arms, null].map((arm) => ({
        arm,
        figures: shaped(countsOf(known.filter((cell) => cell.arm === arm))).figures,
      })),
    }),
    // How few were corrected says of whom a change tells.
    corrected: { youngPeople: how.masked && changed > 0 ? null : changed, changes },
  };
}

/**
 * One site out of what was masked together with the others: masked alone it might show what the others' numbers need
 * hidden, and the same person reads both.
 */
export function ofOneSite(overview: Overview, siteId: string): Overview {
  const sites = overview.sites.filter((site) => site.siteId === siteId);
  const [{ siteId: _, ...total }] = sites as [Overview['sites'][number]];
  const { youngPeople, changes } = overview.corrected;
  return {
    sites,
    total,
    corrected: {
      youngPeople: youngPeople === 0 ? 0 : null,
      changes: changes.filter((change) => change.siteId === siteId),
    },
  };
}
