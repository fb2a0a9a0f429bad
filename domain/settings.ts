/**
 * What a site may set: every delay and every count of the pathway. The defaults are those of PATHWAY.md; a site's
 * settings are versioned in the database and each deadline says which version it came from.
 */
import * as z from 'zod';
import { day } from './forms';
import { discoveryActions, type EmploymentKind, lastingKinds } from './pathway';
import { type TaskKind, taskKinds, tasks } from './tasks';

/** 'MM-DD', of every year; 29 February is none. */
const dayOfYear = z
  .string()
  .refine((text) => /^\d\d-\d\d$/.test(text) && day().safeParse(`2023-${text}`).success, {
    message: 'a day of every year is written MM-DD: 07-01 is 1 July',
  });

/** In days, by the shortest a month can be and the longest so many working days usually take. */
const daysOf = (delay: Delay): number =>
  'workingDays' in delay
    ? delay.workingDays * 1.4
    : 'days' in delay
      ? delay.days
      : 'weeks' in delay
        ? delay.weeks * 7
        : delay.months * 28;
/** A tenth is left to the calendar. */
const isShorter = (a: Delay, b: Delay) => daysOf(a) < daysOf(b) * 0.9;

const longestClosure = 90;
const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000;

const whole = (max: number) => z.int().min(0).max(max);

const noDelay = 'is no delay: give one of workingDays, days, weeks and months';

/** A length of time: working days of the site's calendar, calendar days, weeks or months. */
export const delaySchema = z.union(
  [
    z.strictObject({ workingDays: whole(400) }),
    z.strictObject({ days: whole(1500) }),
    z.strictObject({ weeks: whole(200) }),
    z.strictObject({ months: whole(48) }),
  ],
  noDelay,
);
export type Delay = z.infer<typeof delaySchema>;

/** One delay, or one for each round: the last one serves all further rounds. */
const delaysSchema = z.union([delaySchema, z.array(delaySchema).min(1)], noDelay);
export type Delays = z.infer<typeof delaysSchema>;

export const timingSchema = z.strictObject({
  /** From the anchor (or the opening, where `opensAfter` is set) to the end of the due day. */
  due: delaysSchema,
  /** The task opens this long before it is due; until then it is planned. */
  opensBefore: delaySchema.optional(),
  /** The task opens this long after its anchor; until then it is planned. */
  opensAfter: delaysSchema.optional(),
});
export type Timing = z.infer<typeof timingSchema>;

const defaultTimings = Object.fromEntries(taskKinds.map((k) => [k, tasks[k].timing])) as Record<
  TaskKind,
  Timing
>;

export const settingsSchema = z.strictObject({
  tasks: z
    .strictObject(
      Object.fromEntries(taskKinds.map((k) => [k, timingSchema.default(defaultTimings[k])])) as Record<
        TaskKind,
        z.ZodDefault<typeof timingSchema>
      >,
    )
    .prefault({}),
  /** Every task has a reminder before it is due, goes to the coordinator and then to the local committee. */
  ladder: z
    .strictObject({
      reminderBefore: delaySchema.default({ workingDays: 1 }),
      escalationAfter: delaySchema.default({ workingDays: 3 }),
      committeeAfter: delaySchema.default({ workingDays: 10 }),
    })
    .refine(({ escalationAfter, committeeAfter }) => !isShorter(committeeAfter, escalationAfter), {
      path: ['committeeAfter'],
      message: 'the committee would hear of it before the coordinator: correct one of the two delays',
    })
    .prefault({}),
  counts: z
    .strictObject({
      /** First contact: this many attempts over this many channels open `hard_to_reach_decision`. */
      contactAttempts: z.int().min(1).max(20).default(3),
      contactChannels: z.int().min(1).max(6).default(2),
      /** An absent young person is invited again this many times at most. */
      invitationsAgain: whole(10).default(2),
      /** Follow-ups missed in a row before somebody must decide. */
      missedInARow: z.int().min(1).max(10).default(2),
      /** `redefine` this many times and the coordinator reviews the project. */
      redefinitionsBeforeReview: z.int().min(1).max(10).default(2),
      /** A second low alert within this many days opens a mediation. */
      repeatedAlertWithinDays: z.int().min(1).max(365).default(30),
      /** The evaluators ask both arms this many times. */
      evaluationSurveys: whole(20).default(4),
    })
    .prefault({}),
  periods: z
    .strictObject({
      /** An exit can be undone for this long. */
      undoExit: delaySchema.default({ days: 30 }),
      /** Step 5 starts this long before the end of the contract. */
      employmentBeforeEnd: delaySchema.default({ days: 90 }),
      /** The CFA keeps an apprentice without employer this long (art. L6222-12-1 of the Labour Code). */
      cfaKeepsApprentice: delaySchema.default({ months: 6 }),
      cfaFirstWarningBefore: delaySchema.default({ days: 60 }),
      cfaLastWarningBefore: delaySchema.default({ days: 30 }),
      /** No contact for this long before the contract, and after it: contact is to be re-established. */
      contactWatchPhase1: delaySchema.default({ days: 30 }),
      contactWatchPhase2: delaySchema.default({ days: 45 }),
      /** In summer already after this long. */
      summerSilence: delaySchema.default({ days: 14 }),
      /** The evaluators ask both arms this long after the draw, and this long after each time they asked. */
      evaluationSurvey: delaySchema.default({ months: 6 }),
    })
    .refine((p) => !isShorter(p.cfaFirstWarningBefore, p.cfaLastWarningBefore), {
      path: ['cfaLastWarningBefore'],
      message: 'the last warning would come before the first: correct one of the two delays',
    })
    .refine((p) => !isShorter(p.cfaKeepsApprentice, p.cfaFirstWarningBefore), {
      path: ['cfaFirstWarningBefore'],
      message: 'the warning would come before the termination: correct one of the two delays',
    })
    .prefault({}),
  /** The summer of every year, both days included. The day after it, everybody is asked whether they are back. */
  summer: z
    .strictObject({
      from: dayOfYear.default('07-01'),
      to: dayOfYear.default('08-31'),
      /** What summer opens for all at once opens over this many hours from midnight, each pathway at its own moment. */
      openOverHours: z.int().min(1).max(8).default(6),
    })
    .refine(({ from, to }) => from < to, {
      path: ['to'],
      message: 'the summer ends before it begins: correct one of the two days',
    })
    .prefault({}),
  calendar: z
    .strictObject({
      /** Good Friday and 26 December are public holidays there. */
      alsaceMoselle: z.boolean().default(false),
      closures: z
        .array(
          z
            .strictObject({ from: day(), to: day(), label: z.string().trim().min(1).max(80) })
            .refine(({ from, to }) => from <= to, {
              path: ['to'],
              message: 'the closure ends before it begins: correct one of the two days',
            })
            .refine(({ from, to }) => daysBetween(from, to) < longestClosure, {
              path: ['to'],
              message: `a closure lasts at most ${longestClosure} days: give it in parts with open days between them`,
            }),
        )
        .max(500)
        .default([]),
    })
    .prefault({}),
  /** Who is accompanied is drawn: whoever is enrolled waits for the draw of a wave, but not who comes in the middle. */
  draw: z.boolean().default(false),
  /** Jobs of these kinds are durable employment. */
  durableKinds: z
    .array(z.enum(lastingKinds))
    .min(1)
    .default([...lastingKinds]),
  /** Those with an end, fixed-term and agency, from this many months on. */
  durableFromMonths: z.int().min(1).max(60).default(6),
  /** Discovery actions that the site offers. */
  actions: z
    .array(z.enum(discoveryActions))
    .min(1)
    .default([...discoveryActions]),
});
export type Settings = z.infer<typeof settingsSchema>;

export const defaultSettings: Settings = settingsSchema.parse({});

/** The part of a site's settings that a workflow decides by; delays are resolved outside, with the calendar. */
export interface Rules extends Readonly<Settings['counts']> {
  readonly version: number;
  /** Rules of before it was a setting have none: every kind that can last. */
  readonly durableKinds?: readonly EmploymentKind[];
  readonly durableFromMonths: number;
  readonly searchReviews: number;
  readonly employmentChecks: number;
}

export function rulesOf(settings: Settings, version: number): Rules {
  return {
    version,
    ...settings.counts,
    durableKinds: settings.durableKinds,
    durableFromMonths: settings.durableFromMonths,
    searchReviews: rounds(settings.tasks.search_review.opensAfter),
    employmentChecks: rounds(settings.tasks.employment_check.due),
  };
}

/** The delay of a round (from 1). */
export function delayOf(delays: Delays, round: number): Delay {
  if (!Array.isArray(delays)) return delays;
  return delays[Math.min(round, delays.length) - 1] as Delay;
}

function rounds(delays: Delays | undefined): number {
  return Array.isArray(delays) ? delays.length : 1;
}
