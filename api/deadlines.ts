/**
 * What comes next for a young person, and why: each deadline with the day it was counted from, the setting it was
 * counted with, and a sentence. The waits and instants themselves come from the read model.
 */

import * as z from 'zod';
import type { PathwayTask, PathwayWait } from '../db/pathways';
import { addDelay, closedBecause, type Day, dayOf, type Instant } from '../domain/calendar';
import { lengthOf, longDay } from '../domain/days';
import { waitRules } from '../domain/deadlines';
import type { Label } from '../domain/forms';
import { type WaitName, waitsForSilence } from '../domain/journal';
import { type SettingPath, settingLabel, waitSubjects } from '../domain/labels';
import { type Delay, delayOf, type Settings } from '../domain/settings';
import { definitionOf, type TaskKind } from '../domain/tasks';
import * as shape from './shapes';

export const deadlineNames = [
  'task_opens',
  'task_due',
  'task_reminder',
  'task_escalation',
  'task_committee',
] as const;

export const deadline = z
  .object({
    at: shape.instant(),
    name: z.string().meta({ description: `${deadlineNames.join(', ')}, or the name of a wait` }),
    taskId: z.string().optional(),
    kind: shape.kind.optional(),
    reason: z.object({
      code: z.string().meta({ description: 'counted_after, counted_before or that_day' }),
      anchor: shape.day().meta({ description: 'the day it was counted from' }),
      setting: z
        .string()
        .nullable()
        .meta({ description: 'path of the setting it was counted with, null: the day itself' }),
      settingsVersion: z.int(),
      siteId: z.string(),
    }),
    sentence: shape.label,
  })
  .meta({ id: 'Deadline' });
export type Deadline = z.infer<typeof deadline>;

/** The settings of a version; undefined: that version is not known any more, and the sentence says no length. */
export type SettingsOf = (version: number) => Settings | undefined;

interface Site {
  readonly id: string;
  readonly name: string;
}

interface Counted {
  readonly at: Instant;
  readonly anchor: Day;
  readonly code: 'counted_after' | 'counted_before' | 'that_day';
  readonly setting: SettingPath | null;
  readonly delay?: Delay;
  readonly movedFrom?: { readonly day: Day; readonly because: string } | null;
  /** Days the pathway was on hold meanwhile. */
  readonly paused?: number;
}

/** The closed day that something would have been on, were it not closed; null: it is on its own day. */
function movedFrom(
  counted: Pick<Counted, 'at' | 'anchor' | 'code' | 'delay'>,
  settings: Settings | undefined,
): Counted['movedFrom'] {
  const { at, anchor, code, delay = { days: 0 } } = counted;
  if (!settings || 'workingDays' in delay) return null;
  const [unit, n] = Object.entries(delay)[0] as [string, number];
  const back = { [unit]: code === 'counted_before' ? -n : n } as Delay;
  const { day } = addDelay(anchor, back, settings.calendar, 'none');
  const closed = day === dayOf(at) ? null : closedBecause(day, settings.calendar);
  return closed && { day, because: closed.reason };
}

/**
 * In the order of their instants; what has passed is left out, except what is overdue.
 * @param onHold the pathway is: what stands still has no day, and is left out too
 */
export function deadlinesOf(
  tasks: readonly PathwayTask[],
  waits: readonly PathwayWait[],
  site: Site,
  settingsOf: SettingsOf,
  now: Instant,
  onHold: boolean,
): Deadline[] {
  const found = [
    ...tasks
      .filter(({ kind }) => !onHold || definitionOf(kind).notAfter)
      .flatMap((task) => taskDeadlines(task, site, settingsOf(task.settingsVersion), now)),
    ...waits
      .filter(({ name }) => !onHold || !waitsForSilence.includes(name))
      .map((wait) => waitDeadline(wait, site, settingsOf(wait.settingsVersion))),
  ];
  return found.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** Of one task: it comes from the page of the pathway or from its own. */
export type DatedTask = Omit<
  PathwayTask,
  'partnerId' | 'rungs' | 'subject' | 'step' | 'assignee' | 'standsInFor'
>;

/** In no order; a rung of the ladder that has passed is left out. */
export function taskDeadlines(
  task: DatedTask,
  site: Site,
  settings: Settings | undefined,
  now: Instant,
): Deadline[] {
  const { kind, round, schedule } = task;
  const timing = settings?.tasks[kind] ?? definitionOf(kind).timing;
  const length = <D>(delay: D) => (settings ? delay : undefined);
  const anchor = task.countedFrom;
  const dueDay = dayOf(task.dueAt);
  const afterOpening = timing.opensAfter !== undefined && !schedule.atOnce;
  const ladder = settings?.ladder;

  const { paused } = schedule;
  const due: Counted = {
    at: task.dueAt,
    movedFrom: task.movedFrom,
    ...(paused && !afterOpening && { paused }),
    ...(schedule.on && !afterOpening
      ? { anchor: schedule.on, code: 'that_day', setting: null }
      : {
          anchor: afterOpening ? dayOf(task.opensAt) : anchor,
          code: schedule.before && !afterOpening ? 'counted_before' : 'counted_after',
          setting: `tasks.${kind}.due`,
          delay: length(delayOf(timing.due, round)),
        }),
  };
  const say = (name: (typeof deadlineNames)[number], counted: Counted): Deadline => ({
    at: counted.at,
    name,
    taskId: task.id,
    kind,
    reason: reasonOf(counted, task.settingsVersion, site),
    sentence: sentence(taskSubject(name, kind), counted, task.settingsVersion, site),
  });

  if (task.status === 'planned') {
    const opens: Counted = afterOpening
      ? {
          at: task.opensAt,
          anchor,
          code: 'counted_after',
          setting: `tasks.${kind}.opensAfter`,
          delay: timing.opensAfter && length(delayOf(timing.opensAfter, round)),
        }
      : {
          at: task.opensAt,
          anchor: dueDay,
          code: timing.opensBefore ? 'counted_before' : 'that_day',
          setting: timing.opensBefore ? `tasks.${kind}.opensBefore` : null,
          delay: timing.opensBefore && length(timing.opensBefore),
        };
    if (afterOpening && paused) Object.assign(opens, { paused });
    return [say('task_opens', { ...opens, movedFrom: movedFrom(opens, settings) }), say('task_due', due)];
  }
  // What was recorded after it was due goes up the ladder from then on.
  const [, ladderFrom] = [dueDay, dayOf(task.opensAt)].sort() as [Day, Day];
  const rung = (
    name: (typeof deadlineNames)[number],
    at: Instant,
    setting: 'reminderBefore' | 'escalationAfter' | 'committeeAfter',
  ): Deadline[] => {
    if (at <= now) return [];
    // A task shorter than the reminder's notice is reminded on the day it is due.
    const code =
      setting !== 'reminderBefore' || dayOf(at) > dueDay
        ? 'counted_after'
        : dayOf(at) === dueDay
          ? 'that_day'
          : 'counted_before';
    const counted: Counted = {
      at,
      anchor: ladderFrom,
      code,
      setting: `ladder.${setting}`,
      delay: ladder?.[setting],
    };
    const moved = code === 'counted_after' ? movedFrom(counted, settings) : null;
    return [say(name, { ...counted, movedFrom: moved })];
  };
  return [
    ...rung('task_reminder', task.remindAt, 'reminderBefore'),
    say('task_due', due),
    ...rung('task_escalation', task.escalateAt, 'escalationAfter'),
    ...rung('task_committee', task.committeeAt, 'committeeAfter'),
  ];
}

/** Legal days do not move, the CFA's warnings are counted from one; the summer's days are counted from the summer. */
const ownSentence: readonly WaitName[] = [
  'cfa_keeps_apprentice',
  'cfa_first_warning',
  'cfa_last_warning',
  'contract_ends',
  'trial_can_end',
  'summer_check',
  'term_starts',
];

function waitDeadline(wait: PathwayWait, site: Site, settings: Settings | undefined): Deadline {
  const { setting } = waitRules[wait.name];
  const period = setting?.startsWith('periods.') ? setting.slice('periods.'.length) : null;
  const counted: Counted = {
    at: wait.at,
    anchor: wait.anchor,
    code:
      period === null
        ? 'that_day'
        : wait.name === 'employment_step_starts'
          ? 'counted_before'
          : 'counted_after',
    setting,
    delay: period && settings ? settings.periods[period as keyof Settings['periods']] : undefined,
  };
  const reason = reasonOf(counted, wait.settingsVersion, site);
  const told = ownSentence.includes(wait.name)
    ? counted
    : { ...counted, movedFrom: movedFrom(counted, settings) };
  return { at: wait.at, name: wait.name, reason, sentence: waitSentence(wait, told, settings, site) };
}

function waitSentence(
  wait: PathwayWait,
  counted: Counted,
  settings: Settings | undefined,
  site: Site,
): Label {
  switch (wait.name) {
    // The two warnings are counted back from a day that is itself counted.
    case 'cfa_first_warning':
    case 'cfa_last_warning':
      return warningSentence(wait, counted, settings, site);
    case 'trial_can_end': {
      const { fr, en } = waitSubjects.trial_can_end;
      const [on, from] = [longDay(dayOf(wait.at)), longDay(wait.anchor)];
      return {
        fr: `${fr}, ${on.fr}, parce qu’elle dure 45 jours de présence en entreprise (sans les jours au CFA ni les arrêts maladie), comptés comme s’ils se suivaient depuis ${from.fr}`,
        en: `${en}, ${on.en}, because it lasts 45 days present in the company (without CFA days and sick leave), counted as if in a row since ${from.en}`,
      };
    }
    case 'contact_watch_phase_1':
    case 'contact_watch_phase_2':
    case 'summer_check':
    case 'term_starts':
      return silenceSentence(wait, counted, settings, site);
    default:
      return sentence(waitSubjects[wait.name], counted, wait.settingsVersion, site);
  }
}

/** "… le 14 juillet, parce qu'aucun contact depuis le 30 juin (réglage … de Blois, version 3)" */
function silenceSentence(
  wait: PathwayWait,
  counted: Counted,
  settings: Settings | undefined,
  site: Site,
): Label {
  const subject = waitSubjects[wait.name];
  const [on, since] = [longDay(dayOf(wait.at)), longDay(wait.anchor)];
  const version = wait.settingsVersion;
  const source = sourceOf(counted, version, site);
  if (wait.name === 'term_starts') {
    return {
      fr: `${subject.fr} ${on.fr}, parce que l’été est fini${source.fr}`,
      en: `${subject.en} on ${on.en}, because the summer is over${source.en}`,
    };
  }
  const length = counted.delay && lengthOf(counted.delay);
  const summer = wait.name === 'summer_check' ? settings?.summer : undefined;
  const why = ((): Label => {
    if (!length) return { fr: '', en: '' };
    if (!summer) return { fr: `, soit ${length.fr}`, en: `, that is ${length.en}` };
    // A silence from before the summer is longer than that when the summer begins.
    const [from, to] = [yearlyDay(summer.from), yearlyDay(summer.to)];
    return {
      fr: ` et qu’en été (du ${from.fr} au ${to.fr}) un point est demandé dès ${length.fr} de silence`,
      en: ` and in summer (${from.en} to ${to.en}) a check-in is asked for after ${length.en} of silence`,
    };
  })();
  const moved = movedSentence(counted);
  return {
    fr: `${subject.fr} ${on.fr}, parce qu’aucun contact n’est noté depuis ${since.fr}${why.fr}${moved.fr}${source.fr}`,
    en: `${subject.en} on ${on.en}, because no contact has been recorded since ${since.en}${why.en}${moved.en}${source.en}`,
  };
}

/** "1er juillet", "1 July", from '07-01' */
function yearlyDay(monthAndDay: string): Label {
  const { fr, en } = longDay(`2023-${monthAndDay}`);
  return { fr: fr.replace(/^le | 2023$/g, ''), en: en.replace(/ 2023$/, '') };
}

function reasonOf(
  { code, anchor, setting }: Counted,
  settingsVersion: number,
  site: Site,
): Deadline['reason'] {
  return { code, anchor, setting, settingsVersion, siteId: site.id };
}

function taskSubject(name: (typeof deadlineNames)[number], kind: TaskKind): Label {
  const { label } = definitionOf(kind);
  const what: Record<(typeof deadlineNames)[number], Label> = {
    task_opens: { fr: 's’ouvre', en: 'opens' },
    task_due: { fr: 'est à faire au plus tard', en: 'is due' },
    task_reminder: { fr: 'est rappelée', en: 'is reminded' },
    task_escalation: {
      fr: 'passe à la coordination si elle reste ouverte',
      en: 'goes to the coordinator if still open',
    },
    task_committee: {
      fr: 'est signalée au comité local si elle reste ouverte',
      en: 'is flagged to the local committee if still open',
    },
  };
  return { fr: `« ${label.fr} » ${what[name].fr}`, en: `"${label.en}" ${what[name].en}` };
}

function sentence(subject: Label, counted: Counted, version: number, site: Site): Label {
  const { at, anchor, code, delay } = counted;
  const on = longDay(dayOf(at));
  const from = longDay(anchor);
  const because = ((): Label => {
    if (code === 'that_day' && dayOf(at) === anchor)
      return { fr: 'c’est le jour prévu', en: 'that is the day set' };
    if (code === 'that_day')
      return { fr: `c’est le jour prévu, ${from.fr}`, en: `that is the day set, ${from.en}` };
    const length = delay ? lengthOf(delay) : null;
    const after = code === 'counted_after';
    return {
      fr: `${length ? `c’est ${length.fr}` : 'c’est le délai du site'} ${after ? 'après' : 'avant'} ${from.fr}`,
      en: `that is ${length ? length.en : 'the site’s delay'} ${after ? 'after' : 'before'} ${from.en}`,
    };
  })();
  const moved = movedSentence(counted);
  const source = sourceOf(counted, version, site);
  return {
    fr: `${subject.fr} ${on.fr}, parce que ${because.fr}${moved.fr}${source.fr}`,
    en: `${subject.en} on ${on.en}, because ${because.en}${moved.en}${source.en}`,
  };
}

/** By which rule of the site: " (réglage « silence en été » de Blois, version 3)"; nothing when it is no setting. */
function sourceOf({ setting }: Counted, version: number, site: Site): Label {
  if (!setting) return { fr: '', en: '' };
  const { fr, en } = settingLabel(setting);
  return {
    fr: ` (réglage « ${fr} » de ${site.name}, version ${version})`,
    en: ` (setting "${en}" of ${site.name}, version ${version})`,
  };
}

/** Why it is not on the day it counts to: the hold that lay between, the closed day that it would have been on. */
function movedSentence({ movedFrom, paused }: Counted): Label {
  const held = paused
    ? {
        fr: ` ; le parcours a été en attente ${lengthOf({ days: paused }).fr}, qui ne comptent pas`,
        en: `; the pathway was on hold for ${lengthOf({ days: paused }).en}, which do not count`,
      }
    : { fr: '', en: '' };
  if (!movedFrom) return held;
  const { day, because } = movedFrom;
  return {
    fr: `${held.fr} ; ${longDay(day).fr} est fermé (${closed[because]?.fr ?? because})`,
    en: `${held.en}; ${longDay(day).en} is closed (${closed[because]?.en ?? because})`,
  };
}

function warningSentence(
  wait: PathwayWait,
  counted: Counted,
  settings: Settings | undefined,
  site: Site,
): Label {
  const subject = waitSubjects[wait.name];
  const [on, from] = [longDay(dayOf(wait.at)), longDay(wait.anchor)];
  const keeps = settings && lengthOf(settings.periods.cfaKeepsApprentice);
  const before = counted.delay && lengthOf(counted.delay);
  const source = sourceOf(counted, wait.settingsVersion, site);
  return {
    fr: `${subject.fr} : ${on.fr}, parce que le CFA accueille le jeune ${keeps ? `${keeps.fr} ` : ''}après la rupture, ${from.fr}, et avertit ${before ? `${before.fr} ` : ''}avant${source.fr}`,
    en: `${subject.en}: ${on.en}, because the CFA keeps the apprentice ${keeps ? `${keeps.en} ` : ''}after the termination, ${from.en}, and warns ${before ? `${before.en} ` : ''}before${source.en}`,
  };
}

const closed: Readonly<Record<string, Label>> = {
  weekend: { fr: 'week-end', en: 'weekend' },
  public_holiday: { fr: 'jour férié', en: 'public holiday' },
  closure: { fr: 'fermeture du site', en: 'closure of the site' },
};
