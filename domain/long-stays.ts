/** Stays that last longer than nearly all others of the same place, those still going on being counted too. */
import { kaplanMeier, type Observation, quantile } from './survival';

/**
 * The number of days that a share (0.9: nine in ten) of these stays does not exceed: who stays longer is to be
 * looked at. A stay that goes on, or was cut short by something else, is one whose event has not come: to leave
 * these out would put the limit too low, for it is the long stays that have not ended.
 * Null when fewer stays have ended than `leastEnded` (the limit would be that of one or two young people), or
 * when not so many of them end within the time watched that the limit shows: then nobody can be said to be late.
 * Throws RangeError for a time that is negative or no number, or a share not above 0 and at most 1.
 */
export function longStayLimit(stays: readonly Observation[], share = 0.9, leastEnded = 10): number | null {
  const curve = kaplanMeier(stays);
  const { days } = quantile(curve, share);
  return curve.events < leastEnded ? null : days;
}

/** Whether a stay of so many days is beyond the limit, which nothing is when there is none. */
export function isLongStay(days: number, limit: number | null): boolean {
  return limit !== null && days > limit;
}
