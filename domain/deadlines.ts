/**
 * Turns what a workflow waits for into instants, with the site's settings and calendar. The journal's activity
 * answers with it, so the workflow itself needs no calendar and no time zone.
 */
import { addDelay, type Day, dayOf, endOfDay, type Instant, isDay, startOfDay } from './calendar';
import { type Duty, type Holder, holderOn, onDuty } from './duty';
import type { JournalAnswer, JournalEntry, Schedule, TaskInstants, TaskRecord, WaitName } from './journal';
import { type Delay, delayOf, rulesOf, type Settings } from './settings';
import { definitionOf, type TaskKind } from './tasks';

export interface SiteTime {
  /** The calendar among them. */
  readonly settings: Settings;
  /** Of the settings. */
  readonly version: number;
}

const earlier = (delay: Delay): Delay =>
  Object.fromEntries(Object.entries(delay).map(([unit, n]) => [unit, -n])) as Delay;

const dayAfter = (day: Day, delay: Delay, { settings }: SiteTime) =>
  addDelay(day, delay, settings.calendar, 'next').day;

/**
 * When a task opens, is due, is reminded and goes up the ladder. A due date is the end of its day in Europe/Paris;
 * a task opens, and a reminder comes, at the start of a day.
 * @param round from 1: a follow-up's delay may differ by round
 * @param plannedAt the workflow's clock when the task was planned: nothing opens before it
 */
export function taskInstants(
  kind: TaskKind,
  round: number,
  schedule: Schedule,
  plannedAt: Instant,
  site: SiteTime,
): TaskInstants {
  const { settings } = site;
  const { calendar } = settings;
  const timing = settings.tasks[kind];
  const definition = definitionOf(kind);
  const countedFrom = anchorDay(schedule.anchor ?? plannedAt);
  const onHold = (day: Day) =>
    schedule.paused ? addDelay(day, { days: schedule.paused }, calendar, 'none').day : day;
  const anchor = onHold(countedFrom);
  const due = delayOf(timing.due, round);

  const today = onHold(dayOf(plannedAt));
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
      ? addDelay(onHold(schedule.on), { days: 0 }, calendar, roll)
      : addDelay(anchor, schedule.before ? earlier(due) : due, calendar, roll);
    past = counted.day < today;
    if (timing.opensBefore) opensOn = dayAfter(counted.day, earlier(timing.opensBefore), site);
  }
  const dueOn = counted.day;
  if (opensOn !== null && opensOn > dueOn) opensOn = dueOn;
  const opensAt = later(plannedAt, opensOn === null ? plannedAt : startOfDay(opensOn));
  const { reminderBefore, escalationAfter, committeeAfter } = settings.ladder;
  // What is recorded after it was due goes up the ladder from then on, not at once to the top.
  const ladderFrom = past && dueOn < today ? openDay(today, site) : dueOn;
  const remindAt =
    ladderFrom === dueOn
      ? startOfDay(addDelay(dueOn, earlier(reminderBefore), calendar, 'previous').day)
      : startOfDay(dayAfter(ladderFrom, { workingDays: 1 }, site));
  return {
    opensAt,
    dueAt: endOfDay(dueOn),
    // What follows asks somebody: not on a closed day.
    ...(definition.lateMatters && { lateAt: startOfDay(dayAfter(dueOn, { workingDays: 1 }, site)) }),
    // A task shorter than the reminder's notice is reminded on the morning of the day it is due.
    remindAt: remindAt > opensAt ? remindAt : later(opensAt, startOfDay(dueOn)),
    escalateAt: endOfDay(dayAfter(ladderFrom, escalationAfter, site)),
    committeeAt: endOfDay(dayAfter(ladderFrom, committeeAfter, site)),
    countedFrom,
    settingsVersion: site.version,
    ...(past && { past }),
    ...(counted.moved && { movedFrom: { day: counted.moved.from, because: counted.moved.because.reason } }),
  };
}

/** Days present in the company in which either side may end the contract freely (art. L6222-18 of the Labour Code). */
const trialDays = 45;

interface WaitRule {
  /** Path of the setting it is counted with; null: the day itself. */
  readonly setting: `periods.${keyof Settings['periods']}` | 'summer.to' | null;
  /** @param spread from 0 to below 1, the same for a pathway at all times */
  readonly at: (anchor: Day, site: SiteTime, spread: number) => Instant;
}

/** Every wait that is not a task: how its instant is counted from its anchor. */
export const waitRules: Readonly<Record<WaitName, WaitRule>> = {
  // A young person comes back on an open day, so that somebody is there.
  hold_ends: { setting: null, at: (day, site) => startOfDay(openDay(day, site)) },
  exit_becomes_final: {
    setting: 'periods.undoExit',
    at: (day, site) => endOfDay(dayAfter(day, site.settings.periods.undoExit, site)),
  },
  employment_step_starts: {
    setting: 'periods.employmentBeforeEnd',
    at: (day, site) => startOfDay(dayAfter(day, earlier(site.settings.periods.employmentBeforeEnd), site)),
  },
  contract_ends: { setting: null, at: (day) => endOfDay(day) },
  // A legal date: it is not moved.
  cfa_keeps_apprentice: {
    setting: 'periods.cfaKeepsApprentice',
    at: (day, site) => endOfDay(cfaLastDay(day, site)),
  },
  cfa_first_warning: {
    setting: 'periods.cfaFirstWarningBefore',
    at: (day, site) => warning(day, site.settings.periods.cfaFirstWarningBefore, site),
  },
  cfa_last_warning: {
    setting: 'periods.cfaLastWarningBefore',
    at: (day, site) => warning(day, site.settings.periods.cfaLastWarningBefore, site),
  },
  contact_watch_phase_1: {
    setting: 'periods.contactWatchPhase1',
    at: (day, site) => startOfDay(dayAfter(day, site.settings.periods.contactWatchPhase1, site)),
  },
  contact_watch_phase_2: {
    setting: 'periods.contactWatchPhase2',
    at: (day, site) => startOfDay(dayAfter(day, site.settings.periods.contactWatchPhase2, site)),
  },
  // In the summer after so long a silence; a silence from before it, when it begins.
  summer_check: {
    setting: 'periods.summerSilence',
    at: (day, site, spread) => {
      const silent = dayAfter(day, site.settings.periods.summerSilence, site);
      const { from, to } = site.settings.summer;
      const year = Number(silent.slice(0, 4));
      for (const summer of [year, year + 1]) {
        const begins = openDay(`${summer}-${from}`, site);
        if (silent > `${summer}-${to}`) continue;
        return silent > begins ? startOfDay(silent) : spreadOver(begins, site, spread);
      }
      throw new Error(`no summer follows ${day}`);
    },
  },
  term_starts: {
    setting: 'summer.to',
    at: (day, site, spread) => {
      const year = Number(day.slice(0, 4));
      const { to } = site.settings.summer;
      const ended = day <= `${year}-${to}` ? year : year + 1;
      const begins = addDelay(`${ended}-${to}`, { days: 1 }, site.settings.calendar, 'next').day;
      return spreadOver(begins, site, spread);
    },
  },
  // The last of 45 days, if every one of them were spent in the company: the trial cannot be over before.
  trial_can_end: {
    setting: null,
    at: (day, site) => endOfDay(addDelay(day, { days: trialDays - 1 }, site.settings.calendar, 'none').day),
  },
  transfer_ends: { setting: null, at: (day, site) => startOfDay(openDay(day, site)) },
  // Of both arms on the same day after the draw, whatever day that is.
  evaluation_survey: {
    setting: 'periods.evaluationSurvey',
    at: (day, site) =>
      startOfDay(addDelay(day, site.settings.periods.evaluationSurvey, site.settings.calendar, 'none').day),
  },
};

const openDay = (day: Day, site: SiteTime) => addDelay(day, { days: 0 }, site.settings.calendar, 'next').day;

/**
 * What opens for every pathway on the same day opens over some hours from its midnight, each pathway at its own
 * moment: before anybody is at work, and not all at one instant.
 */
function spreadOver(day: Day, site: SiteTime, spread: number): Instant {
  const ms = Math.floor(spread * site.settings.summer.openOverHours * 3_600_000);
  return new Date(Date.parse(startOfDay(day)) + ms).toISOString();
}

/** From 0 to below 1, evenly over the pathways and the same for one at all times (FNV-1a of its id). */
export function spreadOf(pathwayId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < pathwayId.length; i++)
    hash = Math.imul(hash ^ pathwayId.charCodeAt(i), 0x01000193) >>> 0;
  return hash / 2 ** 32;
}

function cfaLastDay(terminatedOn: Day, site: SiteTime): Day {
  return addDelay(terminatedOn, site.settings.periods.cfaKeepsApprentice, site.settings.calendar, 'none').day;
}

function warning(terminatedOn: Day, before: Delay, site: SiteTime): Instant {
  return startOfDay(
    addDelay(cfaLastDay(terminatedOn, site), earlier(before), site.settings.calendar, 'previous').day,
  );
}

/**
 * What the journal answers an entry: the instants of what has none, who has the tasks that ask, and the rules when the
 * entry was written under other settings. Pure: the activity records with it and the forecast looks ahead with it.
 */
export function answerTo(entry: JournalEntry, site: SiteTime & { readonly duty: Duty }): JournalAnswer {
  const spread = spreadOf(entry.pathwayId);
  const today = dayOf(entry.recordedAt);
  const holder = (task: TaskRecord): Holder =>
    definitionOf(task.kind).who === 'duty' && !task.standsInFor
      ? onDuty(today, spread, task, site.duty)
      : holderOn(today, task, site.duty);
  return {
    revision: entry.revision,
    tasks: Object.fromEntries(
      entry.tasks
        .filter((t) => !t.instants)
        .map((t) => [t.id, taskInstants(t.kind, t.round, t.schedule, t.plannedAt, site)]),
    ),
    holders: Object.fromEntries(entry.tasks.filter((t) => t.askHolder).map((t) => [t.id, holder(t)])),
    waits: Object.fromEntries(
      (entry.waits ?? [])
        .filter((w) => !w.at)
        .map((w) => {
          const anchor = anchorDay(w.anchor);
          return [
            w.key,
            { anchor, at: waitRules[w.name].at(anchor, site, spread), settingsVersion: site.version },
          ];
        }),
    ),
    ...(site.version !== entry.pathway.settingsVersion && { rules: rulesOf(site.settings, site.version) }),
  };
}

/** The Paris day of an anchor, which may be given as a day or as an instant. */
export function anchorDay(anchor: Day | Instant): Day {
  return isDay(anchor) ? anchor : dayOf(anchor);
}

function later(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}
