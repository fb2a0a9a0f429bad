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
}
/** The limits at 95 % confidence. */
export interface Interval {
  low: number;
  high: number;
}
/** The curve from one time on, until the next. */
export interface CurveStep {
  days: number;
  /** those watched until this time or longer */
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
  for (const { days } of observations) {
    if (!(days >= 0 && days < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`A time is a number of days from 0 on, not ${days}.`);
    }
  }
}

/** The observations by their time, in order. */
function byTime(observations: readonly Observation[]): { days: number; events: number; censored: number }[] {
  const times = new Map<number, { days: number; events: number; censored: number }>();
  for (const { days, event } of observations) {
    const time = times.get(days) ?? { days, events: 0, censored: 0 };
    if (event) time.events++;
    else time.censored++;
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
  refuseWrongTimes(observations);
  let atRisk = observations.length;
  let survival = 1;
  // Greenwood's sum of d / (n (n − d))
  let sum = 0;
  let [high, plainHigh] = [1, 1];
  const steps = byTime(observations).map(({ days, events, censored }): CurveStep => {
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
    const step = { days, atRisk, events, censored, survival, variance, interval, plainInterval };
    atRisk -= events + censored;
    return step;
  });
  const events = steps.reduce((count, step) => count + step.events, 0);
  return { count: observations.length, events, steps };
}

/** The curve at one time. */
export interface SurvivalAt {
  days: number;
  /** those watched until this time or longer */
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
  const timelines = groups.map((group, index) => {
    refuseWrongTimes(group);
    const entry = tally[index];
    if (entry) entry.count += group.length;
    return { times: byTime(group), next: 0, atRisk: group.length };
  });
  const all = groups.reduce((count, group) => count + group.length, 0);
  let atRisk = all;
  for (const { days, events, censored } of byTime(groups.flat())) {
    const spread = atRisk > 1 ? (events * (atRisk - events)) / (atRisk - 1) : 0;
    const shares = timelines.map((timeline) => timeline.atRisk / atRisk);
    timelines.forEach((timeline, one) => {
      const entry = tally[one];
      const share = shares[one] ?? 0;
      if (entry) entry.expected += events * share;
      shares.forEach((other, column) => {
        const row = covariance[one];
        if (row) row[column] = (row[column] ?? 0) + spread * share * ((one === column ? 1 : 0) - other);
      });
      const now = timeline.times[timeline.next];
      if (now?.days !== days) return;
      if (entry) entry.observed += now.events;
      timeline.atRisk -= now.events + now.censored;
      timeline.next++;
    });
    atRisk -= events + censored;
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
