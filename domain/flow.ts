/**
 * Flow and durations: how rows counted by site become the funnel, the time in each step and the curves that those who steer
 * read, and what of them a committee reads. What each counts: domain/figures.ts.
 */
import { type Stage, stages } from './figures';
import { maskCounts, type Shown, SMALLEST_SHOWN, type Sum } from './masking';
import { type Arm, arms, type Step, steps } from './pathway';
import {
  type CompetingObservation,
  cumulativeIncidence,
  type Interval,
  isWatched,
  kaplanMeier,
  logRank,
  median,
  numberAtRisk,
  quantile,
  stratifiedLogRank,
} from './survival';

/** @property masked for whom small counts are masked, with what would give them away */
interface How {
  readonly masked: boolean;
  /** Of this site alone. */
  readonly siteId?: string;
}

// ---- who came how far

/** Pathways of one site and cohort. The lists have a number for each of `stages`. */
export interface FunnelRow {
  readonly siteId: string;
  readonly cohort: string;
  readonly entered: number;
  /** Taken over in a later step than welcome. */
  readonly takenOver: number;
  readonly reached: readonly number[];
  /** Of those who reached it: who came in at welcome. */
  readonly fromStart: readonly number[];
  /** Of those who reached it: who had it when they were taken over. */
  readonly enteredThere: readonly number[];
}

/** null: masked, or not told to who reads masked counts. */
export interface StageCount {
  readonly stage: Stage;
  readonly reached: Shown;
  readonly fromStart: Shown;
  readonly enteredThere: Shown;
}

export interface Flow {
  readonly entered: Shown;
  readonly takenOver: Shown;
  readonly stages: readonly StageCount[];
}

export interface Funnel {
  /** In their order; none: not told to who reads masked counts. */
  readonly cohorts: readonly ({ readonly cohort: string } & Flow)[];
  /** None: not told to who reads masked counts. */
  readonly sites: readonly ({ readonly siteId: string } & Flow)[];
  readonly total: Flow;
}

/**
 * @param siteIds of which sites, also those without anybody
 * @param how.cohort of this cohort alone
 */
export function funnelOf(
  rows: readonly FunnelRow[],
  siteIds: readonly string[],
  how: How & { readonly cohort?: string },
): Funnel {
  if (how.masked) return maskedFunnel(rows, siteIds, how);
  const asked = rows.filter(
    (row) =>
      (how.siteId === undefined || row.siteId === how.siteId) &&
      (how.cohort === undefined || row.cohort === how.cohort),
  );
  return {
    cohorts: cohortsOf(asked).map((cohort) => ({
      cohort,
      ...flowOf(asked.filter((row) => row.cohort === cohort)),
    })),
    sites: siteIds
      .filter((siteId) => how.siteId === undefined || siteId === how.siteId)
      .map((siteId) => ({ siteId, ...flowOf(asked.filter((row) => row.siteId === siteId)) })),
    total: flowOf(asked),
  };
}

const cohortsOf = (rows: readonly FunnelRow[]) => [...new Set(rows.map((row) => row.cohort))].sort();
const sumOf = <T>(all: readonly T[], count: (one: T) => number) =>
  all.reduce((sum, one) => sum + count(one), 0);

function flowOf(rows: readonly FunnelRow[]): Flow {
  return {
    entered: sumOf(rows, (row) => row.entered),
    takenOver: sumOf(rows, (row) => row.takenOver),
    stages: stages.map((stage, i) => ({
      stage,
      reached: sumOf(rows, (row) => row.reached[i] ?? 0),
      fromStart: sumOf(rows, (row) => row.fromStart[i] ?? 0),
      enteredThere: sumOf(rows, (row) => row.enteredThere[i] ?? 0),
    })),
  };
}

/** Of those who came in at welcome, who has a stage has the other too. */
const within: readonly (readonly [Stage, Stage])[] = [
  ['six_months', 'contract'],
  // Who came in otherwise than at welcome awaits a draw, is in the usual service or was taken over.
  ...stages.filter((stage) => stage !== 'welcome').map((stage) => [stage, 'welcome'] as const),
];

/**
 * A committee reads each site over all cohorts and each cohort over all its sites, masked together, and the stages of those
 * who came in at welcome: all cells of sites × cohorts would hide each other until nothing is left. Whoever asks for
 * one site or one cohort reads a part of that.
 */
function maskedFunnel(
  rows: readonly FunnelRow[],
  siteIds: readonly string[],
  { siteId, cohort }: Parameters<typeof funnelOf>[2],
): Funnel {
  const cohorts = cohortsOf(rows);
  const parts: readonly (readonly string[])[] = [
    siteIds.map((id) => `site ${id}`),
    cohorts.map((one) => `cohort ${one}`),
  ];
  const counts = new Map<string, number>();
  const sums: Sum[] = [];
  const units = new Map([
    ['all', rows],
    ...siteIds.map((id) => [`site ${id}`, rows.filter((row) => row.siteId === id)] as const),
    ...cohorts.map((one) => [`cohort ${one}`, rows.filter((row) => row.cohort === one)] as const),
  ]);
  const names = ['entered', 'takenOver', 'start', ...stages, ...stages.map((stage) => `not ${stage}`)];
  for (const [unit, of] of units) {
    const flow = flowOf(of);
    const start = (flow.entered ?? 0) - (flow.takenOver ?? 0);
    const set = (name: string, n: number) => counts.set(`${unit}/${name}`, n);
    set('entered', flow.entered ?? 0);
    set('takenOver', flow.takenOver ?? 0);
    set('start', start);
    sums.push({ total: `${unit}/entered`, parts: [`${unit}/takenOver`, `${unit}/start`] });
    for (const { stage, fromStart } of flow.stages) {
      set(stage, fromStart ?? 0);
      set(`not ${stage}`, start - (fromStart ?? 0));
      sums.push({ total: `${unit}/start`, parts: [`${unit}/${stage}`, `${unit}/not ${stage}`] });
    }
    for (const [small, large] of within) {
      const rest = `${unit}/${large} without ${small}`;
      counts.set(rest, (counts.get(`${unit}/${large}`) ?? 0) - (counts.get(`${unit}/${small}`) ?? 0));
      sums.push({ total: `${unit}/${large}`, parts: [`${unit}/${small}`, rest] });
    }
  }
  for (const name of names) {
    for (const of of parts)
      if (of.length > 0) sums.push({ total: `all/${name}`, parts: of.map((unit) => `${unit}/${name}`) });
  }
  const shown = maskCounts(counts, sums);
  const told = (unit: string): Flow => {
    const take = (name: string): Shown => {
      const id = `${unit}/${name}`;
      // Nobody is of a cohort that there is not.
      return shown.has(id) ? (shown.get(id) ?? null) : unit.startsWith('cohort') ? 0 : null;
    };
    return {
      entered: take('entered'),
      takenOver: take('takenOver'),
      stages: stages.map((stage) => ({
        ...{ stage, reached: null, fromStart: take(stage), enteredThere: null },
      })),
    };
  };
  // Of one site all cohorts are told, for there is nothing else.
  const oneSite = siteIds.length === 1;
  const site = oneSite ? undefined : siteId;
  const unit = cohort ? (site ? 'nothing' : `cohort ${cohort}`) : site ? `site ${site}` : 'all';
  const total = told(unit);
  const toldCohorts = cohort ? [cohort] : cohorts;
  return {
    cohorts: site ? [] : toldCohorts.map((one) => ({ cohort: one, ...told(`cohort ${one}`) })),
    sites: oneSite
      ? siteIds.map((id) => ({ siteId: id, ...total }))
      : cohort
        ? []
        : siteIds
            .filter((id) => site === undefined || id === site)
            .map((id) => ({ siteId: id, ...told(`site ${id}`) })),
    total,
  };
}

// ---- how long a step lasts

/** Stays alike. `from`: how long they had lasted when they began to be watched. */
export interface StayRow {
  readonly siteId: string;
  readonly step: Step;
  readonly days: number;
  readonly from: number;
  readonly ended: 'step' | 'exit' | 'open';
  readonly count: number;
}

/** null: masked, or not known yet. */
export interface Duration {
  readonly step: Step;
  /** Those watched, however they ended: the sum of the three. */
  readonly stays: Shown;
  readonly movedOn: Shown;
  readonly exited: Shown;
  readonly stillIn: Shown;
  /** Over before they were watched: not among the stays. */
  readonly unwatched: Shown;
  readonly quartiles: {
    readonly first: number | null;
    readonly median: number | null;
    readonly third: number | null;
    /** Of the median, 95 %; an end that is not known is null. */
    readonly medianInterval: { readonly low: number | null; readonly high: number | null } | null;
  };
}

export interface Durations {
  readonly sites: readonly { readonly siteId: string; readonly steps: readonly Duration[] }[];
  readonly total: readonly Duration[];
}

/** @param siteIds of which sites, also those without anybody */
export function durationsOf(rows: readonly StayRow[], siteIds: readonly string[], how: How): Durations {
  const of = new Map(steps.map((step) => [step, durationsOfStep(rows, step, siteIds, how.masked)]));
  const at = (place: string | null) => steps.map((step) => of.get(step)?.get(place) as Duration);
  const { siteId } = how;
  return {
    sites: siteIds
      .filter((id) => siteId === undefined || id === siteId)
      .map((id) => ({ siteId: id, steps: at(id) })),
    total: at(siteId ?? null),
  };
}

/**
 * Counts of places and of all of them together (null), small ones masked.
 * @param divided into which places all are divided, in each of these ways
 */
function maskPlaces(
  divided: readonly (readonly string[])[],
  countsOf: (place: string | null) => Readonly<Record<string, number>>,
  total: string,
  parts: readonly string[],
): (place: string | null, name: string) => Shown {
  const places = [...divided.flat(), null];
  const counts = new Map<string, number>();
  const sums: Sum[] = [];
  const id = (place: string | null, name: string) => `${place ?? ''}/${name}`;
  const names = Object.keys(countsOf(null));
  for (const place of places) {
    for (const [name, n] of Object.entries(countsOf(place))) counts.set(id(place, name), n);
    sums.push({ total: id(place, total), parts: parts.map((part) => id(place, part)) });
  }
  for (const name of names) {
    for (const way of divided)
      sums.push({ total: id(null, name), parts: way.map((place) => id(place, name)) });
  }
  const shown = maskCounts(counts, sums);
  return (place, name) => shown.get(id(place, name)) ?? null;
}

/** To committees times are told in whole weeks, rounded up. */
const WEEK = 7;

function durationsOfStep(
  rows: readonly StayRow[],
  step: Step,
  siteIds: readonly string[],
  masked: boolean,
): Map<string | null, Duration> {
  const places = [...siteIds, null];
  const staysAt = new Map(
    places.map((place) => {
      const stays = rows.filter((row) => row.step === step && (place === null || row.siteId === place));
      const watched = stays.filter((row) => isWatched(observed(row)));
      const ended = (how: StayRow['ended']) =>
        sumOf(
          watched.filter((row) => row.ended === how),
          (row) => row.count,
        );
      const counts = {
        stays: sumOf(watched, (row) => row.count),
        movedOn: ended('step'),
        exited: ended('exit'),
        stillIn: ended('open'),
        unwatched: sumOf(stays, (row) => row.count) - sumOf(watched, (row) => row.count),
      };
      return [place, { watched, counts }];
    }),
  );
  const at = (place: string | null) => staysAt.get(place) as { watched: StayRow[]; counts: typeof none };
  const shown = masked
    ? maskPlaces([siteIds], (place) => at(place).counts, 'stays', ['movedOn', 'exited', 'stillIn'])
    : (place: string | null, name: string): Shown => at(place).counts[name as keyof typeof none];
  return new Map(
    places.map((place) => [
      place,
      {
        step,
        ...{ stays: shown(place, 'stays'), movedOn: shown(place, 'movedOn'), exited: shown(place, 'exited') },
        ...{ stillIn: shown(place, 'stillIn'), unwatched: shown(place, 'unwatched') },
        quartiles: quartilesOf(at(place).watched.map(observed), masked),
      },
    ]),
  );
}
const none = { stays: 0, movedOn: 0, exited: 0, stillIn: 0, unwatched: 0 };

const observed = ({ days, from, ended, count }: StayRow): CompetingObservation => ({
  ...{ days, from, count, event: ended !== 'open' },
});

/** A committee reads one that at least five had come to by then and at least five had not. */
function quartilesOf(stays: readonly CompetingObservation[], masked: boolean): Duration['quartiles'] {
  const curve = kaplanMeier(stays);
  const told = (days: number | null): number | null => {
    if (days === null || !masked) return days;
    const ended = sumOf(
      curve.steps.filter((step) => step.days <= days),
      (step) => step.events,
    );
    const last = curve.steps.findLast((step) => step.days <= days);
    const longer = last ? last.atRisk - last.events - last.censored : 0;
    return ended < SMALLEST_SHOWN || longer < SMALLEST_SHOWN ? null : Math.ceil(days / WEEK) * WEEK;
  };
  const half = median(curve);
  return {
    first: told(quantile(curve, 0.25).days),
    median: told(half.days),
    third: told(quantile(curve, 0.75).days),
    medianInterval: masked || half.days === null ? null : half.interval,
  };
}

// ---- when what is waited for comes

/** Young people alike. `from`: how long it had gone on when it began to be watched. */
export interface TimeRow {
  readonly siteId: string;
  /** null: no draw, or not told */
  readonly arm: Arm | null;
  /** Below 0: it came before the time began. */
  readonly days: number;
  readonly from: number;
  /** `other`: something came after which it cannot come. */
  readonly ended: 'event' | 'other' | 'open';
  readonly count: number;
}

/** From this day on, until the next point. Shares of all. */
export interface CurvePoint {
  readonly days: number;
  /** To whom it comes later than this (Kaplan–Meier). */
  readonly survival: number;
  /** Of `survival`, 95 %: log-log, by Greenwood's variance. */
  readonly interval: Interval;
  /** To whom it had come, and to whom the other thing (Aalen–Johansen). */
  readonly event: number;
  readonly other: number;
}

export interface SurvivalGroup {
  /** null: all sites together, or an arm of them. */
  readonly siteId: string | null;
  readonly arm?: Arm;
  /** Those watched: the sum of the three. null: masked. */
  readonly youngPeople: Shown;
  readonly events: Shown;
  readonly others: Shown;
  readonly open: Shown;
  /** Not watched when it could have come: not among the young people. */
  readonly unwatched: Shown;
  /** The day by which it has come to half of them, 95 %; null: not known yet, or not told. */
  readonly median: {
    readonly days: number;
    readonly interval: { low: number | null; high: number | null } | null;
  } | null;
  /** null: too few to be told. */
  readonly points: readonly CurvePoint[] | null;
  /** Those watched at each of the times; null: not told. */
  readonly atRisk: readonly Shown[];
}

export interface Survival {
  /** Days at which those at risk are counted. */
  readonly times: readonly number[];
  readonly groups: readonly SurvivalGroup[];
  /** Between the groups, those of arms within their sites; null: nothing to compare. */
  readonly logRank: {
    readonly chiSquare: number;
    readonly degreesOfFreedom: number;
    readonly pValue: number;
    readonly withinSites: boolean;
  } | null;
}

/**
 * The curves of each site and of all of them together, or of each arm.
 * @param siteIds of which sites, also those without anybody
 * @param how.by arms are compared within their sites, as they were drawn; who was not drawn is in neither
 * @param how.arms whether the reader may ask for arms too: what is masked is then masked of sites and arms together
 */
export function survivalOf(
  rows: readonly TimeRow[],
  siteIds: readonly string[],
  how: How & { readonly by: 'site' | 'arm'; readonly arms?: boolean },
): Survival {
  const at = (of: readonly TimeRow[]) =>
    of.map(({ days, from, ended, count }): CompetingObservation => {
      return { days, from, count, event: ended === 'event', other: ended === 'other' };
    });
  const drawn = how.by === 'arm' ? rows.filter((row) => row.arm !== null) : rows;
  const times = regularTimes(Math.max(0, ...drawn.map((row) => row.days)));
  const ofArm = (arm: Arm | null, of = rows) => at(of.filter((row) => row.arm === arm));
  const bySite = new Map<string | null, CompetingObservation[]>(
    siteIds.map((siteId) => [siteId, at(rows.filter((row) => row.siteId === siteId))]),
  );
  if (siteIds.length > 1) bySite.set(null, at(rows));
  const byArm = new Map([...arms, null].map((arm) => [armPlace(arm), ofArm(arm)]));
  const mask = (plain: readonly Group[], placeOf: (group: Group) => string | null) =>
    maskGroups(plain, placeOf, bySite, how.arms ? byArm : undefined, times);
  const one = how.siteId;
  if (how.by === 'arm') {
    const plain = arms.map((arm) => ({ siteId: null, arm, ...groupOf(ofArm(arm), times) }));
    const groups = how.masked ? mask(plain, ({ arm }) => armPlace(arm ?? null)) : plain;
    const strata = siteIds.map((siteId) => {
      const ofSite = rows.filter((row) => row.siteId === siteId);
      return arms.map((arm) => begun(ofArm(arm, ofSite)));
    });
    const told = groups.every(({ points }) => points !== null);
    const test = told ? compared(stratifiedLogRank(strata), true) : null;
    return { times, groups, logRank: how.masked && test ? roundedTest(test) : test };
  }
  const places = [...bySite.keys()];
  const plain = places.map((siteId) => ({ siteId, ...groupOf(bySite.get(siteId) ?? [], times) }));
  const groups = how.masked ? mask(plain, ({ siteId }) => siteId) : plain;
  const told = groups.filter((group) => group.siteId !== null && group.points !== null);
  const test = compared(logRank(told.map((group) => begun(bySite.get(group.siteId) ?? []))), false);
  return {
    times,
    groups: groups.filter((group) => one === undefined || group.siteId === one),
    logRank: one !== undefined ? null : how.masked && test ? roundedTest(test) : test,
  };
}

/** No site has such an id. */
const armPlace = (arm: Arm | null) => `arm:${arm ?? ''}`;

/** Those whose time had begun. */
const begun = (observations: readonly CompetingObservation[]) => observations.filter(({ days }) => days >= 0);

const round = (x: number, digits: number) => Number(x.toFixed(digits));

function compared(test: ReturnType<typeof logRank>, withinSites: boolean): Survival['logRank'] {
  const { chiSquare, degreesOfFreedom, pValue } = test;
  return degreesOfFreedom === 0 ? null : { chiSquare, degreesOfFreedom, pValue, withinSites };
}
const roundedTest = ({ chiSquare, pValue, ...test }: NonNullable<Survival['logRank']>) => ({
  ...{ ...test, chiSquare: round(chiSquare, 2), pValue: round(pValue, 4) },
});

/** At most nine, and the last one not beyond the longest. */
export function regularTimes(longest: number): number[] {
  const apart = [30, 60, 90, 180, 360].find((days) => longest / days < 9) ?? 720;
  return Array.from({ length: Math.floor(longest / apart) + 1 }, (_, i) => i * apart);
}

/** Shares have six digits: a file of curves is read over a network. */
const DIGITS = 6;

function groupOf(all: readonly CompetingObservation[], times: readonly number[]) {
  const observations = begun(all);
  const watched = observations.filter(isWatched);
  const count = (which: (one: CompetingObservation) => boolean | undefined) =>
    sumOf(watched.filter(which), (one) => one.count ?? 1);
  const curve = kaplanMeier(watched);
  const half = median(curve);
  const youngPeople = curve.count;
  const events = curve.events;
  const others = count((one) => one.other);
  return {
    ...{ youngPeople, events, others, open: youngPeople - events - others },
    unwatched: sumOf(all, (one) => one.count ?? 1) - youngPeople,
    median: half.days === null ? null : { days: half.days, interval: half.interval },
    points: pointsOf(watched),
    atRisk: numberAtRisk(watched, times),
  };
}

function pointsOf(watched: readonly CompetingObservation[]): CurvePoint[] {
  const { steps: curve } = kaplanMeier(watched);
  let next = 0;
  return cumulativeIncidence(watched).map(({ days, event, other }) => {
    // Every point of the one is a step of the other.
    while ((curve[next]?.days ?? days) < days) next++;
    const { survival, interval } = curve[next] as (typeof curve)[number];
    return {
      days,
      survival: round(survival, DIGITS),
      interval: { low: round(interval.low, DIGITS), high: round(interval.high, DIGITS) },
      event: round(event, DIGITS),
      other: round(other, DIGITS),
    };
  });
}

// ---- what of the curves a committee reads

/** The distance of the days at which a committee's curve has points. */
const MONTH = 30;
/** A committee reads numbers at risk to the nearest of these, and shares in whole hundredths. */
const ROUNDED_TO = 5;

type Group = SurvivalGroup;

/**
 * A curve tells of each whose event lowers it. So a committee reads it of groups alone whose numbers are told it, at
 * whole months at which, since the point before, each way to end and to come in had none or five at least, and as long
 * as five are still watched.
 * @param placeOf whose observations a group's are: of `bySite` or `byArm`
 * @param byArm with those who were not drawn; undefined: the reader reads of no arm
 */
function maskGroups(
  groups: readonly Group[],
  placeOf: (group: Group) => string | null,
  bySite: ReadonlyMap<string | null, readonly CompetingObservation[]>,
  byArm: ReadonlyMap<string, readonly CompetingObservation[]> | undefined,
  times: readonly number[],
): Group[] {
  const siteIds = [...bySite.keys()].filter((siteId) => siteId !== null);
  const at = (place: string | null): readonly CompetingObservation[] =>
    // Of one site all are that site's.
    byArm?.get(place ?? '') ?? bySite.get(place ?? (bySite.has(null) ? null : (siteIds[0] ?? null))) ?? [];
  const countsAt = (place: string | null): Record<string, number> => {
    const group = groupOf(at(place), times);
    const names = ['youngPeople', 'events', 'others', 'open', 'unwatched'] as const;
    return Object.fromEntries(names.map((name) => [name, group[name]]));
  };
  const ways = ['events', 'others', 'open'];
  const divided = [siteIds, ...(byArm ? [[...byArm.keys()]] : [])];
  const shown = maskPlaces(divided, countsAt, 'youngPeople', ways);
  return groups.map((group) => {
    const take = (name: string) => shown(placeOf(group), name);
    const counts = {
      ...{ youngPeople: take('youngPeople'), events: take('events'), others: take('others') },
      ...{ open: take('open'), unwatched: take('unwatched') },
    };
    if (!counts.youngPeople || counts.events === null)
      return { ...group, ...counts, median: null, points: null, atRisk: times.map(() => null) };
    const watched = begun(at(placeOf(group))).filter(isWatched);
    const points = coarsened(watched, group.points ?? []);
    const told = new Set(points.map((point) => point.days));
    const half = points.find((point) => point.survival <= 0.5);
    return {
      ...{ ...group, ...counts, points },
      median: half ? { days: half.days, interval: null } : null,
      atRisk: group.atRisk.map((n, i) =>
        n !== null && told.has(times[i] as number) ? Math.round(n / ROUNDED_TO) * ROUNDED_TO : null,
      ),
    };
  });
}

function coarsened(watched: readonly CompetingObservation[], exact: readonly CurvePoint[]): CurvePoint[] {
  const points: CurvePoint[] = [];
  let before = -1;
  for (let day = 0; ; day += MONTH) {
    const count = (which: (one: CompetingObservation) => boolean | undefined) =>
      sumOf(watched.filter(which), (one) => one.count ?? 1);
    const came = ({ from = 0 }: CompetingObservation) => from === 0 || from < day;
    if (count((one) => one.days > day && came(one)) < SMALLEST_SHOWN) return points;
    const ended = ({ days }: CompetingObservation) => days > before && days <= day;
    const changes = [
      count((one) => one.event && ended(one)),
      count((one) => one.other && ended(one)),
      count((one) => !one.event && !one.other && ended(one)),
      count(({ from = 0 }) => from > 0 && from >= before && from < day),
    ];
    if (changes.some((n) => n > 0 && n < SMALLEST_SHOWN)) continue;
    before = day;
    const last = exact.findLast((point) => point.days <= day);
    const { survival = 1, interval = { low: 1, high: 1 }, event = 0, other = 0 } = last ?? {};
    const [outwardLow, outwardHigh] = [
      Math.floor(interval.low * 100) / 100,
      Math.ceil(interval.high * 100) / 100,
    ];
    points.push({
      ...{ days: day, survival: round(survival, 2), interval: { low: outwardLow, high: outwardHigh } },
      ...{ event: round(event, 2), other: round(other, 2) },
    });
  }
}
