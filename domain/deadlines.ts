/**
 * Turns what a workflow waits for into instants, with the site's settings and calendar. The journal's activity
 * answers with it, so the workflow itself needs no calendar and no time zone.
 */
import { addDelay, type Day, dayOf, endOfDay, type Instant, isDay, startOfDay } from './calendar';
import type { Schedule, TaskInstants, WaitName } from './journal';
import { type Delay, delayOf, type Settings } from './settings';
import { definitionOf, type TaskKind } from './tasks';

export interface SiteTime {
  readonly settings: Settings;
  /** Of the settings. */
  readonly version: number;
  readonly calendar: Parameters<typeof addDelay>[2];
}

const earlier = (delay: Delay): Delay =>
  Object.fromEntries(Object.entries(delay).map(([unit, n]) => [unit, -n])) as Delay;

const dayAfter = (day: Day, delay: Delay, site: SiteTime) => addDelay(day, delay, site.calendar, 'next').day;

/**
 * When a task opens, is due, is reminded and goes up the ladder. A due date is the end of its day in Europe/Paris;
 * a task opens, and a reminder comes, at the start of a day.
 * @param round from 1: a follow-up's delay may differ by round
 * @param now the workflow's clock: nothing opens before it
 */
export function taskInstants(
  kind: TaskKind,
  round: number,
  schedule: Schedule,
  now: Instant,
  site: SiteTime,
): TaskInstants {
  const { settings, calendar } = site;
  const timing = settings.tasks[kind];
  const definition = definitionOf(kind);
  const anchor = anchorDay(schedule.anchor ?? now);
  const due = delayOf(timing.due, round);

  const today = dayOf(now);
  let past: boolean;
  let opensOn: Day | null = null;
  let counted: ReturnType<typeof addDelay>;
  if (timing.opensAfter && !schedule.atOnce) {
    opensOn = dayAfter(anchor, delayOf(timing.opensAfter, round), site);
    past = opensOn < today;
    // What should have opened in the past (an import) opens now and is due from now.
    if (past) opensOn = today;
    counted = addDelay(opensOn, due, calendar, 'next');
  } else {
    const roll = definition.notAfter ? 'previous' : 'next';
    counted = schedule.on
      ? addDelay(schedule.on, { days: 0 }, calendar, roll)
      : addDelay(anchor, schedule.before ? earlier(due) : due, calendar, roll);
    past = counted.day < today;
    if (timing.opensBefore) opensOn = dayAfter(counted.day, earlier(timing.opensBefore), site);
  }
  const dueOn = counted.day;
  if (opensOn !== null && opensOn > dueOn) opensOn = dueOn;
  const opensAt = later(now, opensOn === null ? now : startOfDay(opensOn));
  const { reminderBefore, escalationAfter, committeeAfter } = settings.ladder;
  const remindAt = startOfDay(addDelay(dueOn, earlier(reminderBefore), calendar, 'previous').day);
  return {
    opensAt,
    dueAt: endOfDay(dueOn),
    // A task shorter than the reminder's notice is reminded on the morning of the day it is due.
    remindAt: remindAt > opensAt ? remindAt : later(opensAt, startOfDay(dueOn)),
    escalateAt: endOfDay(dayAfter(dueOn, escalationAfter, site)),
    committeeAt: endOfDay(dayAfter(dueOn, committeeAfter, site)),
    countedFrom: anchor,
    settingsVersion: site.version,
    ...(past && { past }),
    ...(counted.moved && { movedFrom: { day: counted.moved.from, because: counted.moved.because.reason } }),
  };
}

interface WaitRule {
  /** The setting it is counted with; null: the day itself. */
  readonly setting: keyof Settings['periods'] | null;
  readonly at: (anchor: Day, site: SiteTime) => Instant;
}

/** Every wait that is not a task: how its instant is counted from its anchor. */
export const waitRules: Readonly<Record<WaitName, WaitRule>> = {
  // A young person comes back on an open day, so that somebody is there.
  hold_ends: {
    setting: null,
    at: (day, site) => startOfDay(addDelay(day, { days: 0 }, site.calendar, 'next').day),
  },
  exit_becomes_final: {
    setting: 'undoExit',
    at: (day, site) => endOfDay(addDelay(day, site.settings.periods.undoExit, site.calendar, 'next').day),
  },
  employment_step_starts: {
    setting: 'employmentBeforeEnd',
    at: (day, site) =>
      startOfDay(
        addDelay(day, earlier(site.settings.periods.employmentBeforeEnd), site.calendar, 'next').day,
      ),
  },
  contract_ends: { setting: null, at: (day) => endOfDay(day) },
  // A legal date: it is not moved.
  cfa_keeps_apprentice: { setting: 'cfaKeepsApprentice', at: (day, site) => endOfDay(cfaLastDay(day, site)) },
  cfa_first_warning: {
    setting: 'cfaFirstWarningBefore',
    at: (day, site) => warning(day, site.settings.periods.cfaFirstWarningBefore, site),
  },
  cfa_last_warning: {
    setting: 'cfaLastWarningBefore',
    at: (day, site) => warning(day, site.settings.periods.cfaLastWarningBefore, site),
  },
};

function cfaLastDay(terminatedOn: Day, site: SiteTime): Day {
  return addDelay(terminatedOn, site.settings.periods.cfaKeepsApprentice, site.calendar, 'none').day;
}

function warning(terminatedOn: Day, before: Delay, site: SiteTime): Instant {
  return startOfDay(addDelay(cfaLastDay(terminatedOn, site), earlier(before), site.calendar, 'previous').day);
}

/** The Paris day of an anchor, which may be given as a day or as an instant. */
export function anchorDay(anchor: Day | Instant): Day {
  return isDay(anchor) ? anchor : dayOf(anchor);
}

function later(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}
