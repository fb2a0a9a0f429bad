/**
 * What a change of a site's settings must be, and what it would move. For the API: it counts with the calendar, so it is
 * not for workflow code.
 */
import * as z from 'zod';
import { addWorkingDays, type Day, type Instant, isDay, type SiteCalendar } from './calendar';
import { type SiteTime, spreadOf, taskInstants, waitRules } from './deadlines';
import type { Rung, Schedule, WaitName } from './journal';
import { type Settings, settingsSchema } from './settings';
import type { TaskKind } from './tasks';

/** Days without an open one: a closure of the longest length, and the weekends and holidays beside it. */
const longestShut = 100;

/** The closures, by index, that leave the site shut so long that no deadline could be counted over them. */
function shutTooLong(calendar: SiteCalendar): number[] {
  return calendar.closures.flatMap(({ from, to }, index) => {
    if (!isDay(from) || !isDay(to) || from > to) return [];
    try {
      const open = [addWorkingDays(from, -1, calendar), addWorkingDays(to, 1, calendar)].map(Date.parse);
      return ((open[1] as number) - (open[0] as number)) / 86_400_000 > longestShut ? [index] : [];
    } catch {
      // No open day within reach.
      return [index];
    }
  });
}

/** The schema without its defaults: who replaces the settings says all of them, so that nothing falls back unseen. */
function whole(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return whole(schema.unwrap());
  if (!(schema instanceof z.ZodObject)) return schema;
  const shape = Object.entries(schema.shape).map(([name, part]) => [name, whole(part as z.core.$ZodType)]);
  // With its own refinements.
  return schema.clone({ ...schema.def, shape: Object.fromEntries(shape) });
}

/** The calendar of a site as it is given to replace the one in force. */
export const wholeCalendar = (
  whole(settingsSchema.shape.calendar) as z.ZodType<Settings['calendar']>
).superRefine((calendar, context) => {
  for (const index of shutTooLong(calendar)) {
    context.addIssue({
      code: 'custom',
      path: ['closures', index],
      message: `with its neighbours it shuts the site for more than ${longestShut} days on end: leave open days between them`,
    });
  }
});

const everything = whole(settingsSchema) as z.ZodObject;

/** The settings of a site as they are given to replace those in force. */
export const wholeSettings = everything.clone({
  ...everything.def,
  shape: { ...everything.shape, calendar: wholeCalendar },
}) as unknown as z.ZodType<Settings>;

/** The open deadlines of a pathway, as they are recorded. */
export interface OpenDeadlines {
  readonly pathwayId: string;
  readonly tasks: readonly {
    readonly id: string;
    readonly kind: TaskKind;
    readonly round: number;
    readonly status: 'planned' | 'open';
    readonly schedule: Schedule;
    readonly plannedAt: Instant;
    readonly opensAt: Instant;
    readonly dueAt: Instant;
    readonly remindAt: Instant;
    readonly escalateAt: Instant;
    readonly committeeAt: Instant;
    readonly rungs: readonly Rung[];
  }[];
  readonly waits: readonly { readonly name: WaitName; readonly anchor: Day; readonly at: Instant }[];
}

/** The instants that may move: of a task, up its ladder, and of a wait. */
export const movable = ['opensAt', 'dueAt', 'remindAt', 'escalateAt', 'committeeAt', 'at'] as const;

/** The rungs of a task's ladder, and when each comes. */
const ladder = [
  ['reminded', 'remindAt'],
  ['escalated', 'escalateAt'],
  ['flagged', 'committeeAt'],
] as const satisfies readonly (readonly [Rung, string])[];

/** An instant that moves; `name` of a wait, `taskId` and `kind` of a task. */
export interface Move {
  readonly pathwayId: string;
  readonly taskId?: string;
  readonly kind?: TaskKind;
  readonly name?: WaitName;
  readonly which: (typeof movable)[number];
  readonly from: Instant;
  readonly to: Instant;
  /** It would lie in the past: what follows from it follows at once. */
  readonly alreadyPast: boolean;
}

/** What of a pathway is at another instant under the settings of `site`, counted as its journal counts. */
export function movesUnder(site: SiteTime, of: OpenDeadlines, now: Instant): Move[] {
  const { pathwayId } = of;
  const spread = spreadOf(pathwayId);
  const moves: Move[] = [];
  function compare(
    what: Omit<Move, 'pathwayId' | 'from' | 'to' | 'alreadyPast'>,
    from: Instant,
    to: Instant,
  ) {
    if (from !== to) moves.push({ pathwayId, ...what, from, to, alreadyPast: to <= now });
  }
  for (const task of of.tasks) {
    const { id: taskId, kind, round, status, schedule, plannedAt, opensAt, dueAt } = task;
    const instants = taskInstants(kind, round, schedule, plannedAt, site);
    // What is open is open.
    if (status === 'planned') compare({ taskId, kind, which: 'opensAt' }, opensAt, instants.opensAt);
    compare({ taskId, kind, which: 'dueAt' }, dueAt, instants.dueAt);
    // Of what is planned, the ladder follows the day it is due.
    if (status === 'planned') continue;
    for (const [rung, which] of ladder)
      if (!task.rungs.includes(rung)) compare({ taskId, kind, which }, task[which], instants[which]);
  }
  for (const { name, anchor, at } of of.waits) {
    compare({ name, which: 'at' }, at, waitRules[name].at(anchor, site, spread));
  }
  return moves;
}
