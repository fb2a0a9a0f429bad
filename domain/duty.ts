/** Who has a task on a day when people are away: substitutes, and the duty roster of the summer. */
import { addWorkingDays, type Day } from './calendar';
import type { Settings } from './settings';

/** Somebody of the staff is away, both days included. */
export interface Absence {
  readonly staffId: string;
  readonly from: Day;
  readonly to: Day;
  /** null: nobody stands in; what the absent person has goes to the team of the site. */
  readonly substituteId: string | null;
}

/** Somebody is on duty, both days included. */
export interface DutyTurn {
  readonly staffId: string;
  readonly from: Day;
  readonly to: Day;
}

export interface Duty {
  readonly absences: readonly Absence[];
  readonly roster: readonly DutyTurn[];
}

/** Who has a task, and for whom when that is a substitute. Neither: it is free for the team to take. */
export interface Holder {
  readonly assigneeId?: string;
  readonly standsInFor?: string;
}

/** A substitute's substitute, and so on: no further than this. */
const longestChain = 5;

export function isAbsent(staffId: string, on: Day, { absences }: Duty): boolean {
  return absences.some((a) => a.staffId === staffId && a.from <= on && on <= a.to);
}

/**
 * Who has a task on a day: its own person, or while that one is away the substitute, and the own person again after.
 * @param held as it is now
 */
export function holderOn(on: Day, held: Holder, duty: Duty): Holder {
  const own = held.standsInFor ?? held.assigneeId;
  if (own === undefined) return {};
  if (!isAbsent(own, on, duty)) return { assigneeId: own };
  let stand: string | undefined = own;
  for (let n = 0; stand !== undefined && n < longestChain; n++) {
    const away: Absence | undefined = duty.absences.find(
      (a) => a.staffId === stand && a.from <= on && on <= a.to,
    );
    if (!away) return { assigneeId: stand, standsInFor: own };
    stand = away.substituteId ?? undefined;
  }
  return { standsInFor: own };
}

/**
 * Who has a task of those on duty when it opens: of the day's turns the one that `spread` falls on, absent people left
 * out; without a turn it is as for the own person.
 * @param spread from 0 to below 1, the same for a pathway at all times: several on duty share the pathways
 */
export function onDuty(on: Day, spread: number, held: Holder, duty: Duty): Holder {
  const turns = presentOnDuty(on, duty);
  const turn = turns[Math.floor(spread * turns.length)];
  return turn ? { assigneeId: turn } : holderOn(on, held, duty);
}

/** Who has a turn of duty that day and is there, in the order of their ids. */
function presentOnDuty(on: Day, duty: Duty): string[] {
  return [...new Set(duty.roster.filter((t) => t.from <= on && on <= t.to).map((t) => t.staffId))]
    .filter((staffId) => !isAbsent(staffId, on, duty))
    .sort();
}

/** Whether there is a day of an absence, from `since` on, on which nobody stands in. */
export function isUncovered({ staffId, from, to }: Absence, since: Day, duty: Duty): boolean {
  // Nobody has two absences on one day, so cover is lost on a day somebody leaves: no other day need be looked at.
  return [from, since, ...duty.absences.map((a) => a.from)].some(
    (day) =>
      from <= day && since <= day && day <= to && !holderOn(day, { assigneeId: staffId }, duty).assigneeId,
  );
}

/** The working days of the site's summers, from one day to another, on which nobody is on duty who is there. */
export function dutyGaps(
  from: Day,
  to: Day,
  { calendar, summer }: Pick<Settings, 'calendar' | 'summer'>,
  duty: Duty,
): Day[] {
  const gaps: Day[] = [];
  for (let day = addWorkingDays(from, 0, calendar); day <= to; day = addWorkingDays(day, 1, calendar)) {
    const inSummer = summer.from <= day.slice(5) && day.slice(5) <= summer.to;
    if (inSummer && presentOnDuty(day, duty).length === 0) gaps.push(day);
  }
  return gaps;
}
