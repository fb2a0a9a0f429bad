/**
 * How long things last when not all have ended yet: the time to an event in days, right-censored.
 *
 * Where events and censored observations have the same time, the censored ones still count as at risk at it, as
 * is usual. An observation of 0 days is one like the others: an event at 0 lowers the curve at 0. What cannot be
 * estimated is null, never NaN; each function says when.
 */

/** One stay or wait: how long it was watched, and whether the event came then or it was left going on. */
export interface Observation {
  /** 0 or more; whole or not */
  days: number;
  event: boolean;
  /** How many of it there are; absent: one. */
  count?: number;
  /**
   * How long it had gone on when it began to be watched (late entry, left truncation): it counts as at risk after
   * that, and not at all where it was over by then. Absent or 0: it was watched from its beginning.
   */
  from?: number;
}
/** Beside the event something else may come after which the event cannot come any more. */
export interface CompetingObservation extends Observation {
  /** That other thing came; never with `event`. */
  other?: boolean;
}
/** The limits at 95 % confidence. */
export interface Interval {
  low: number;
  high: number;
}
/** The curve from one time on, until the next. */
export interface CurveStep {
  days: number;
  /** those watched at this time: until it or longer, and from before it */
  atRisk: number;
  events: number;
  censored: number;
  /** the estimated share to whom the event happens later than this */
  survival: number;
  /** of `survival`, by Greenwood's formula */
  variance: number;
  /**
   * By the complementary log-log transformation (Kalbfleisch and Prentice). The one to show: it stays within 0
   * and 1, and in small groups it holds its 95 % far better than the plain one (Borgan and Liestøl 1990).
   */
  interval: Interval;
  /** The estimate ± 1.96 standard errors, cut at 0 and 1. */
  plainInterval: Interval;
}
export interface Curve {
  /** those watched at any time */
  count: number;
  events: number;
  /** one for each time that occurs, of events and of censored observations, in order */
  steps: readonly CurveStep[];
}

/** The 97.5 % point of the normal distribution. */
const Z = 1.959963984540054;
/** Two shares that differ by less are the same but for the rounding of a long product. */
const SAME = 1e-12;

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

function refuseWrongTimes(observations: readonly Observation[]): void {
  for (const { days, from = 0, count = 1 } of observations) {
    for (const time of [days, from]) {
      if (!(time >= 0 && time < Number.POSITIVE_INFINITY)) {
        throw new RangeError(`A time is a number of days from 0 on, not ${time}.`);
      }
    }
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new RangeError(`So many of an observation is a whole number from 1 on, not ${count}.`);
    }
  }
}

/** What ended at one time, and how many were watched until then. */
interface Time {
  days: number;
  atRisk: number;
  events: number;
  others: number;
  censored: number;
}

/** Whether it was watched at all: what was over when the watch began says nothing. */
export function isWatched({ days, from = 0 }: Observation): boolean {
  return from === 0 || days > from;
}

/** The sum of the counts before a time. */
function countBefore(counted: readonly { at: number; count: number }[]): (time: number) => number {
  const sorted = counted.toSorted((a, b) => a.at - b.at);
  const sums = [0];
  for (const { count } of sorted) sums.push((sums.at(-1) ?? 0) + count);
  return (time) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.at ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    return sums[low] ?? 0;
  };
}

/** How many are watched at a time: until it or longer, and from before it or from their beginning. */
function riskSet(observations: readonly Observation[]): (time: number) => number {
  const watched = observations
    .filter(isWatched)
    .map(({ days, from = 0, count = 1 }) => ({ days, from, count }));
  const came = countBefore(watched.map(({ from, count }) => ({ at: from === 0 ? -1 : from, count })));
  const ended = countBefore(watched.map(({ days, count }) => ({ at: days, count })));
  return (time) => came(time) - ended(time);
}

/** The times at which observations end, in order, with those at risk at each. */
function byTime(observations: readonly CompetingObservation[]): Time[] {
  refuseWrongTimes(observations);
  const atRisk = riskSet(observations);
  const times = new Map<number, Time>();
  for (const observation of observations) {
    if (!isWatched(observation)) continue;
    const { days, event, other = false, count = 1 } = observation;
    const time = times.get(days) ?? { days, atRisk: atRisk(days), events: 0, others: 0, censored: 0 };
    if (event) time.events += count;
    else if (other) time.others += count;
    else time.censored += count;
    times.set(days, time);
  }
  return [...times.values()].sort((a, b) => a.days - b.days);
}

/**
 * The Kaplan–Meier estimate. Of no observations: a curve without steps. All censored: 1 throughout, limits 1 and
 * 1, since nothing varies. No censoring: the share that lasted longer, with the binomial variance. Where the
 * curve reaches 0, Greenwood's formula has no value: the variance is that of a share of 0, which is 0, and the
 * upper limit stays what it was before, for the curve cannot rise.
 * Throws RangeError for a time that is negative or no number.
 */
export function kaplanMeier(observations: readonly Observation[]): Curve {
  let survival = 1;
  // Greenwood's sum of d / (n (n − d))
  let sum = 0;
  let [high, plainHigh] = [1, 1];
  const times = byTime(observations);
  const steps = times.map(({ days, atRisk, events, others, censored }): CurveStep => {
    const staying = atRisk - events;
    survival *= staying / atRisk;
    if (staying > 0) sum += events / (atRisk * staying);
    const variance = survival * survival * sum;
    let interval = { low: survival, high };
    let plainInterval = { low: survival, high: plainHigh };
    if (survival > 0 && survival < 1) {
      const width = (Z * Math.sqrt(sum)) / Math.abs(Math.log(survival));
      interval = { low: survival ** Math.exp(width), high: survival ** Math.exp(-width) };
      const half = Z * Math.sqrt(variance);
      plainInterval = { low: clamp(survival - half), high: clamp(survival + half) };
    }
    high = interval.high;
    plainHigh = plainInterval.high;
    return {
      ...{ days, atRisk, events, censored: censored + others },
      ...{ survival, variance, interval, plainInterval },
    };
  });
  const count = times.reduce((all, time) => all + time.events + time.others + time.censored, 0);
  const events = times.reduce((all, time) => all + time.events, 0);
  return { count, events, steps };
}

/** What had come by a time, as shares of all: the event, the other thing, and with what is left they sum to 1. */
export interface IncidenceStep {
  days: number;
  event: number;
  other: number;
}

/**
 * The Aalen–Johansen estimate: to which share of all the event came, and to which the other thing, by each time at which
 * one of the two came. The complement of Kaplan–Meier says more than that: it takes those to whom the other thing came
 * for people to whom the event would still have come as to those who are left. Of no observations: no steps.
 * Throws RangeError as `kaplanMeier` does.
 */
export function cumulativeIncidence(observations: readonly CompetingObservation[]): IncidenceStep[] {
  let left = 1;
  let event = 0;
  let other = 0;
  return byTime(observations).flatMap(({ days, atRisk, events, others }) => {
    if (events + others === 0) return [];
    event += (left * events) / atRisk;
    other += (left * others) / atRisk;
    left *= (atRisk - events - others) / atRisk;
    return [{ days, event, other }];
  });
}

/** How many were watched at each of these times: until it or longer, and from before it. Throws as `kaplanMeier` does. */
export function numberAtRisk(observations: readonly Observation[], times: readonly number[]): number[] {
  refuseWrongTimes(observations);
  return times.map(riskSet(observations));
}

/** The curve at one time. */
export interface SurvivalAt {
  days: number;
  /** those at risk at the next step of the curve, or at this time where it is one; else see `numberAtRisk` */
  atRisk: number;
  /** null where nobody was watched for so long and the event had not come to all, and of an empty curve */
  survival: number | null;
  /** as in the steps of the curve; null when `survival` is */
  interval: Interval | null;
}

/** The survival at given times, an event at the very time having happened. Before the first step it is 1. */
export function survivalAt(curve: Curve, times: readonly number[]): SurvivalAt[] {
  return times.map((days) => {
    const reached = curve.steps.findLast((step) => step.days <= days);
    const atRisk = curve.steps.find((step) => step.days >= days)?.atRisk ?? 0;
    const beyond = atRisk === 0 && reached?.survival !== 0;
    const { survival, interval } = reached ?? { survival: 1, interval: { low: 1, high: 1 } };
    return { days, atRisk, survival: beyond ? null : survival, interval: beyond ? null : interval };
  });
}

export interface Quantile {
  /** null when the curve does not come down so far */
  days: number | null;
  /** null at an end that is not reached: that limit is open */
  interval: { low: number | null; high: number | null };
}

/**
 * The time in days by which the event has come to a share (above 0, up to 1) of all: the first at which the
 * curve is at 1 − share or lower. Where the curve is level at just 1 − share, other programs take the middle of
 * that stretch (R does) and this takes its beginning. The limits are the times at which the log-log limits of
 * the curve come so far down (Brookmeyer and Crowley 1982). All null for an empty curve or one without events.
 * Throws RangeError for another share.
 */
export function quantile(curve: Curve, share: number): Quantile {
  if (!(share > 0 && share <= 1)) throw new RangeError(`A share is above 0 and at most 1, not ${share}.`);
  const first = (height: (step: CurveStep) => number) =>
    curve.steps.find((step) => height(step) <= 1 - share + SAME)?.days ?? null;
  return {
    days: first((step) => step.survival),
    interval: { low: first((step) => step.interval.low), high: first((step) => step.interval.high) },
  };
}

/** The time by which the event has come to half of all; see `quantile`. */
export function median(curve: Curve): Quantile {
  return quantile(curve, 0.5);
}

export interface RestrictedMean {
  days: number;
  standardError: number;
  /** plain, cut at 0 and the horizon */
  interval: Interval;
}

/**
 * The mean time to the event in days, where what lasts longer than the horizon counts as the horizon: the area
 * under the curve up to there. Its variance is the sum over the event times of the squared area still to come
 * × d / (n (n − d)), without a correction for small groups (as R prints it). Null when nobody was watched until
 * the horizon and the event had not come to all, and for an empty curve: choose a shorter horizon.
 * Throws RangeError for a horizon that is negative or no number.
 */
export function restrictedMean(curve: Curve, horizon: number): RestrictedMean | null {
  refuseWrongTimes([{ days: horizon, event: false }]);
  if (survivalAt(curve, [horizon])[0]?.survival === null) return null;
  const steps = curve.steps.filter((step) => step.days <= horizon);
  let area = 0;
  let variance = 0;
  let end = horizon;
  for (const { days, survival, atRisk, events } of steps.toReversed()) {
    area += survival * (end - days);
    // Where the event has come to all there is no area to come, and the formula no value.
    if (atRisk > events) variance += (area * area * events) / (atRisk * (atRisk - events));
    end = days;
  }
  const mean = area + end;
  const standardError = Math.sqrt(variance);
  const low = Math.max(0, mean - Z * standardError);
  const high = Math.min(horizon, mean + Z * standardError);
  return { days: mean, standardError, interval: { low, high } };
}

export interface LogRank {
  chiSquare: number;
  degreesOfFreedom: number;
  /** the probability of this or a greater chi-square when all groups have the same curve */
  pValue: number;
  /** in the order of the groups given; `expected` are the events each would have with the same curve */
  groups: readonly { count: number; observed: number; expected: number }[];
}

/**
 * The log-rank test (Mantel–Haenszel, the hypergeometric variance with ties) that two or more groups have the
 * same curve. A group that nobody is at risk in when events happen is not compared: each takes a degree of
 * freedom away. With nothing to compare (one group, no events, all events in the last standing alike) the
 * chi-square is 0 with 0 degrees of freedom and the p-value is 1.
 * Throws RangeError for a time that is negative or no number.
 */
export function logRank(groups: readonly (readonly Observation[])[]): LogRank {
  return stratifiedLogRank([groups]);
}

/**
 * The log-rank test within strata, such as sites: in each stratum the same groups in the same order (a group may
 * be empty), compared there only; differences are summed over the strata. Else as `logRank`.
 * Throws RangeError also when the strata have different numbers of groups.
 */
export function stratifiedLogRank(strata: readonly (readonly (readonly Observation[])[])[]): LogRank {
  const size = strata[0]?.length ?? 0;
  if (strata.some((groups) => groups.length !== size)) {
    throw new RangeError('Each stratum has the same groups; give an empty one where nobody is in it.');
  }
  const tally = Array.from({ length: size }, () => ({ count: 0, observed: 0, expected: 0 }));
  const covariance = tally.map(() => new Array<number>(size).fill(0));
  for (const groups of strata) addStratum(groups, tally, covariance);
  const differences = tally.map(({ observed, expected }) => observed - expected);
  const { value, rank } = quadraticForm(covariance, differences);
  return {
    chiSquare: value,
    degreesOfFreedom: rank,
    pValue: rank === 0 ? 1 : chiSquareTail(value, rank),
    groups: tally,
  };
}

function addStratum(
  groups: readonly (readonly Observation[])[],
  tally: { count: number; observed: number; expected: number }[],
  covariance: number[][],
): void {
  const each = groups.map((group, index) => {
    const times = byTime(group);
    const entry = tally[index];
    if (entry) {
      entry.count += times.reduce((all, t) => all + t.events + t.others + t.censored, 0);
      entry.observed += times.reduce((all, t) => all + t.events, 0);
    }
    return riskSet(group);
  });
  for (const { days, events, atRisk } of byTime(groups.flat())) {
    if (events === 0) continue;
    const spread = atRisk > 1 ? (events * (atRisk - events)) / (atRisk - 1) : 0;
    const shares = each.map((atRiskOf) => atRiskOf(days) / atRisk);
    shares.forEach((share, one) => {
      const entry = tally[one];
      if (entry) entry.expected += events * share;
      shares.forEach((other, column) => {
        const row = covariance[one];
        if (row) row[column] = (row[column] ?? 0) + spread * share * ((one === column ? 1 : 0) - other);
      });
    });
  }
}

/**
 * The difference · (a generalised inverse of the covariance) · the difference, and the rank. The differences sum
 * to 0, so the covariance of all groups never has full rank: elimination takes the greatest diagonal left, and
 * stops where only rounding is left.
 */
function quadraticForm(covariance: readonly (readonly number[])[], difference: readonly number[]) {
  const rows = covariance.map((row) => [...row]);
  const rest = [...difference];
  const left = new Set(rows.keys());
  const least = 1e-10 * Math.max(0, ...rows.map((row, i) => row[i] ?? 0));
  let value = 0;
  let rank = 0;
  while (left.size > 0) {
    const [pivot, height] = [...left]
      .map((i): [number, number] => [i, rows[i]?.[i] ?? 0])
      .reduce((best, next) => (next[1] > best[1] ? next : best));
    if (!(height > least)) break;
    left.delete(pivot);
    rank++;
    const by = rest[pivot] ?? 0;
    value += (by * by) / height;
    for (const i of left) {
      const factor = (rows[i]?.[pivot] ?? 0) / height;
      rest[i] = (rest[i] ?? 0) - factor * by;
      for (const j of left) {
        const row = rows[i];
        if (row) row[j] = (row[j] ?? 0) - factor * (rows[pivot]?.[j] ?? 0);
      }
    }
  }
  return { value, rank };
}

/**
 * The probability that a chi-square variable with these degrees of freedom (whole, 1 or more) is greater than x
 * (0 or more): the regularised upper incomplete gamma function Q(degrees / 2, x / 2), by its series below
 * degrees / 2 + 1 and by its continued fraction (Lentz) above; about twelve digits.
 * Throws RangeError for other arguments.
 */
export function chiSquareTail(x: number, degrees: number): number {
  if (!(x >= 0) || !Number.isInteger(degrees) || degrees < 1) {
    throw new RangeError(
      `No chi-square distribution with ${degrees} degrees of freedom has a tail from ${x}.`,
    );
  }
  if (x === 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const a = degrees / 2;
  const y = x / 2;
  // Γ(a) from Γ(1/2) = √π or Γ(1) = 1 up.
  let logGamma = degrees % 2 === 1 ? Math.log(Math.PI) / 2 : 0;
  for (let factor = degrees % 2 === 1 ? 0.5 : 1; factor < a - 0.25; factor++) logGamma += Math.log(factor);
  const front = Math.exp(a * Math.log(y) - y - logGamma);
  const most = 1000 + 10 * degrees;
  if (y < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < most && term > sum * 1e-17; n++) {
      term *= y / (a + n);
      sum += term;
    }
    return clamp(1 - front * sum);
  }
  const tiny = 1e-300;
  let b = y + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < most; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = factor * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + factor / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return clamp(front * fraction);
}
