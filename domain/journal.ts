/**
 * What a workflow hands to its journal, and what the journal answers. One entry tells all that happened in one
 * activation; the read model is nothing but the entries applied in the order of their revisions.
 */
import type { Day, Instant } from './calendar';
import type { Holder } from './duty';
import type { MediationCause, MediationResult } from './mediation';
import type { Arm, ContactResult, ExitCode, Status, Step } from './pathway';
import type { Rules } from './settings';
import { type Decision, definitionOf, type TaskKind } from './tasks';

/** `planned`: it will open on a known day. `cancelled`: closed without outcome, with the reason. */
export type TaskStatus = 'planned' | 'open' | 'done' | 'cancelled';

/** Why a task ended without an outcome. */
export type CancelReason =
  | 'step_left'
  | 'exited'
  | 'reached'
  | 'hard_to_reach'
  | 'contract_ended'
  | 'before_import'
  | 'not_in_time'
  | 'no_longer_needed';

/** From what a due date is counted; the activity turns it into instants with the site's settings and calendar. */
export interface Schedule {
  /** The day it counts from, or an instant of that day; absent: the day the task is recorded. */
  readonly anchor?: Day | Instant;
  /** Counted back from the anchor instead of on from it. */
  readonly before?: true;
  /** Due on a day that a person chose, instead of after the kind's delay. */
  readonly on?: Day;
  /** Opens now although the kind usually opens after a delay (`opensAfter`). */
  readonly atOnce?: true;
  /** Calendar days the pathway was on hold meanwhile: they do not count. */
  readonly paused?: number;
}

/** The instants of a task, from the site's settings and calendar. All UTC. */
export interface TaskInstants {
  readonly opensAt: Instant;
  readonly dueAt: Instant;
  /** Where something follows when it is not done in time: the start of the first open day after the day it was due. */
  readonly lateAt?: Instant;
  readonly remindAt: Instant;
  readonly escalateAt: Instant;
  readonly committeeAt: Instant;
  /** The day the due date was counted from. */
  readonly countedFrom: Day;
  /** Version of the site's settings they come from. */
  readonly settingsVersion: number;
  /** It would have opened, or been due, before the day it was recorded. */
  readonly past?: true;
  /** The day before it was moved to an open one, and why that one was closed. */
  readonly movedFrom?: { readonly day: Day; readonly because: string };
}

export const rungs = ['reminded', 'escalated', 'flagged'] as const;
/** The ladder of an open task: reminder, coordinator, local committee. */
export type Rung = (typeof rungs)[number];

export interface TaskRecord {
  readonly id: string;
  readonly key: string;
  readonly kind: TaskKind;
  readonly round: number;
  /** What it is about where one kind can be open several times: the obstacle, the action, the offer's words id. */
  readonly subject?: string;
  readonly step: Step;
  readonly interval: number;
  status: TaskStatus;
  assigneeId?: string;
  /** The absent person whom the assignee stands in for; without assignee: nobody stands in. */
  standsInFor?: string;
  /** The journal answers who has it today. */
  askHolder?: true;
  /** A partner it is shared with (discovery action). */
  readonly partnerId?: string;
  schedule: Schedule;
  /** A milestone of a pathway that came in the middle: passed over when its day lies before that. */
  passOver?: true;
  /** Absent until the journal has answered. */
  instants?: TaskInstants;
  /** Counted anew: what it was before. */
  recounted?: TaskInstants;
  plannedAt: Instant;
  openedAt?: Instant;
  closedAt?: Instant;
  closedBy?: string;
  decision?: Decision;
  cancelReason?: CancelReason;
  /** How far up the ladder it went. */
  rungs: Rung[];
  /** Its due date passed while it was open, and something followed. */
  late?: true;
}

export const waitNames = [
  'hold_ends',
  'exit_becomes_final',
  'employment_step_starts',
  'contract_ends',
  'cfa_keeps_apprentice',
  'cfa_first_warning',
  'cfa_last_warning',
  'contact_watch_phase_1',
  'contact_watch_phase_2',
  'summer_check',
  'term_starts',
  'transfer_ends',
  'trial_can_end',
  'evaluation_survey',
] as const;
export type WaitName = (typeof waitNames)[number];

/** Waits that count from the last contact, and stand still while the pathway is on hold. */
export const waitsForSilence: readonly WaitName[] = [
  'contact_watch_phase_1',
  'contact_watch_phase_2',
  'summer_check',
];

/** A wait for a day that is not a task: what comes next, and from which day and setting it was counted. */
export interface WaitRecord {
  readonly key: string;
  readonly name: WaitName;
  /** The day it counts from, or an instant of that day. */
  anchor: Day | Instant;
  /** Absent until the journal has answered. */
  at?: Instant;
  /** Counted anew: when it would have been. */
  recounted?: Instant;
  settingsVersion?: number;
  passed?: true;
}

/** A contract's dates and how it went; employer, master, CFA, trade and diploma are words. */
export interface ContractRecord {
  readonly id: string;
  readonly number: number;
  readonly signedOn: Day;
  startsOn: Day;
  readonly endsOn: Day;
  readonly wordsId?: string;
  readonly recordedAt: Instant;
  /** `initiator` is null when the contract never started. */
  terminated?: { readonly on: Day; readonly initiator: string | null; readonly reason: string };
}

/** A mediation: its own workflow decides how it goes on, the pathway asks its questions. */
export interface MediationRecord {
  readonly id: string;
  readonly number: number;
  readonly cause: MediationCause;
  readonly openedAt: Instant;
  mediatorId?: string;
  endedAt?: Instant;
  result?: MediationResult;
}

export interface EmploymentRecord {
  readonly id: string;
  readonly number: number;
  readonly kind: string;
  readonly startsOn: Day;
  readonly endsOn?: Day;
  readonly durable: boolean;
  readonly wordsId?: string;
  left?: true;
}

export interface ExitRecord {
  readonly code: ExitCode;
  readonly at: Instant;
  /** null: it was in none. */
  readonly from: Step | null;
  /** The key of the task whose outcome was the exit, asked again when the exit is undone. */
  readonly taskKey?: string;
  readonly wordsId?: string;
}

/** What the timeline tells, with codes and ids only. */
export interface TimelineEvent {
  readonly type:
    | 'enrolled'
    | 'imported'
    | 'arm_drawn'
    | 'step_entered'
    | 'step_left'
    | 'task_planned'
    | 'task_opened'
    | 'task_claimed'
    | 'task_released'
    | 'task_assigned'
    | `task_${Rung}`
    | 'task_late'
    | 'task_completed'
    | 'task_cancelled'
    | 'contact'
    | 'referent_assigned'
    | 'referent_transferred'
    | 'deadline_moved'
    | 'stood_in'
    | 'came_back'
    | 'mediation_opened'
    | 'mediation_ended'
    | 'contract_recorded'
    | 'contract_terminated'
    | 'contract_start_postponed'
    | 'employment_recorded'
    | 'employment_left'
    | 'offer_proposed'
    | 'alert_raised'
    | 'follow_ups_missed'
    | 'hold_started'
    | 'hold_ended'
    | 'day_came'
    | 'exited'
    | 'exit_undone'
    | 'closed';
  /** When it happened; the entry's `recordedAt` says when it became known. */
  readonly at: Instant;
  readonly by?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The pathway's row: where it is now. */
export interface PathwaySnapshot {
  readonly siteId: string;
  readonly status: Status;
  /** Absent: no draw, or not yet. */
  readonly arm?: Arm;
  /** null: in none, before the draw or in the usual service. */
  readonly step: Step | null;
  /** Number of the stay in a step, from 1: a step entered again is a new interval. 0: it was in none so far. */
  readonly interval: number;
  readonly stepEnteredAt: Instant;
  readonly enrolledAt: Instant;
  readonly referentId: string | null;
  readonly lastContactAt: Instant | null;
  readonly exit: ExitRecord | null;
  readonly holdUntil: Day | null;
  /** The mediation that is open. */
  readonly mediationId: string | null;
  readonly contractId: string | null;
  readonly settingsVersion: number;
}

export interface JournalEntry {
  readonly pathwayId: string;
  /** From 1, one more with each entry of a pathway, over all its runs. */
  readonly revision: number;
  /** The workflow's clock. */
  readonly recordedAt: Instant;
  readonly pathway: PathwaySnapshot;
  /** The tasks that changed, whole. */
  readonly tasks: readonly TaskRecord[];
  /** All waits that have not passed, when they changed. */
  readonly waits?: readonly WaitRecord[];
  readonly contracts: readonly ContractRecord[];
  readonly employments: readonly EmploymentRecord[];
  /** Those that changed, whole. */
  readonly mediations: readonly MediationRecord[];
  readonly events: readonly TimelineEvent[];
  /** The pathway was told that settings or people's absences changed: the journal looks them up anew. */
  readonly fresh?: true;
}

export interface JournalAnswer {
  readonly revision: number;
  /** The instants of each task of the entry that had none, by task id. */
  readonly tasks: Readonly<Record<string, TaskInstants>>;
  /** Who has each open task of the entry that asked for it, by task id. Answers of before absences had none. */
  readonly holders?: Readonly<Record<string, Holder>>;
  /** The instants of each wait of the entry that had none, by wait key. */
  readonly waits: Readonly<Record<string, { anchor: Day; at: Instant; settingsVersion: number }>>;
  /** The site's rules, when the entry was written under an older version. */
  readonly rules?: Rules;
}

/** All that the read model should say of a pathway now: `npm run reconcile` holds one against the other. */
export interface PathwayState {
  readonly pathwayId: string;
  /** The last revision that the journal has acknowledged. */
  readonly revision: number;
  /** Entries that happened and are not yet acknowledged (the database is away). */
  readonly pending: boolean;
  readonly pathway: PathwaySnapshot;
  /** Tasks planned and open. */
  readonly tasks: readonly TaskRecord[];
  readonly waits: readonly WaitRecord[];
  readonly contracts: readonly ContractRecord[];
  readonly employments: readonly EmploymentRecord[];
  readonly mediations: readonly MediationRecord[];
}

/** A contact as the workflow remembers it: channel and result count, never words. */
export interface ContactRecord {
  readonly at: Instant;
  readonly channel: string;
  readonly result: ContactResult;
}

/**
 * The entry with the answers it asked for: what is recorded, and recorded again by a repair. A planned task whose
 * day has come is open from the start, or passed over; what was counted anew tells from when to when it moved.
 */
export function completeEntry(
  entry: JournalEntry,
  answer: Pick<JournalAnswer, 'tasks' | 'holders' | 'waits' | 'rules'>,
): JournalEntry {
  const tasks = entry.tasks.map((task) => adoptAnswer(task, answer, entry));
  const waits = entry.waits?.map((wait) => adoptInstant(wait, answer));
  const become = new Map(
    tasks.filter((t, i) => t.status !== entry.tasks[i]?.status).map((t) => [t.id as unknown, t]),
  );
  const events = entry.events.map((e) => {
    const task = e.type === 'task_planned' ? become.get(e.data?.taskId) : undefined;
    if (!task) return e;
    return task.status === 'open'
      ? { ...e, type: 'task_opened' as const }
      : { ...e, type: 'task_cancelled' as const, data: { ...e.data, reason: task.cancelReason } };
  });
  return {
    ...entry,
    ...(answer.rules && { pathway: { ...entry.pathway, settingsVersion: answer.rules.version } }),
    tasks,
    waits,
    events: [
      ...events,
      ...entry.tasks.flatMap((before, i) => opensAfterAll(before, tasks[i] as TaskRecord, entry.recordedAt)),
      ...entry.tasks.flatMap((before, i) => movedTask(before, tasks[i] as TaskRecord, entry.recordedAt)),
      ...entry.tasks.flatMap((before, i) => changedHands(before, tasks[i] as TaskRecord, entry.recordedAt)),
      ...(entry.waits ?? []).flatMap((before, i) =>
        movedWait(before, (waits as WaitRecord[])[i] as WaitRecord, entry.recordedAt),
      ),
    ],
  };
}

/** A task of an entry, with the instants and the holder answered for it. */
export function adoptAnswer(
  task: TaskRecord,
  answer: Pick<JournalAnswer, 'tasks' | 'holders'>,
  { recordedAt, pathway }: Pick<JournalEntry, 'recordedAt' | 'pathway'>,
): TaskRecord {
  const { recounted, passOver, askHolder: _asked, ...counted } = task;
  const instants = task.instants ?? answer.tasks[task.id];
  if (!instants) throw new Error(`no instants were answered for task ${task.key}`);
  const adopted: TaskRecord = { ...counted, instants };
  if (task.status === 'planned' && !task.instants) {
    if (passOver && instants.past)
      return { ...adopted, status: 'cancelled', cancelReason: 'before_import', closedAt: recordedAt };
    // What stands still while the pathway is on hold is counted anew, but does not open before it goes on.
    const standsStill = pathway.status === 'on_hold' && recounted && !definitionOf(task.kind).notAfter;
    if (instants.opensAt <= recordedAt && !standsStill) {
      adopted.status = 'open';
      adopted.openedAt = recordedAt;
    }
  }
  const holder = answer.holders?.[task.id];
  if (!holder || adopted.status !== 'open') return adopted;
  const { assigneeId: _assignee, standsInFor: _absent, ...unheld } = adopted;
  return { ...unheld, ...holder };
}

/** A wait with the instant answered for it. */
export function adoptInstant(wait: WaitRecord, answer: Pick<JournalAnswer, 'waits'>): WaitRecord {
  if (wait.at) return wait;
  const { recounted: _recounted, ...counted } = wait;
  return { ...counted, ...answer.waits[wait.key] };
}

/** Counted anew, its day has come already. */
function opensAfterAll(before: TaskRecord, task: TaskRecord, at: Instant): TimelineEvent[] {
  if (!before.recounted || before.status !== 'planned' || task.status !== 'open') return [];
  return [{ type: 'task_opened', at, data: { taskId: task.id, kind: task.kind } }];
}

function movedTask({ recounted: was, status }: TaskRecord, task: TaskRecord, at: Instant): TimelineEvent[] {
  const now = task.instants;
  if (!was || !now) return [];
  const which = was.dueAt === now.dueAt ? 'opensAt' : 'dueAt';
  // What was open before is open.
  if (was[which] === now[which] || (which === 'opensAt' && status === 'open')) return [];
  const { id: taskId, kind } = task;
  const data = {
    taskId,
    kind,
    which,
    from: was[which],
    to: now[which],
    settingsVersion: now.settingsVersion,
  };
  return [{ type: 'deadline_moved', at, data }];
}

function movedWait({ recounted: from }: WaitRecord, wait: WaitRecord, at: Instant): TimelineEvent[] {
  if (!from || from === wait.at) return [];
  const { name, settingsVersion } = wait;
  return [{ type: 'deadline_moved', at, data: { name, from, to: wait.at, settingsVersion } }];
}

function changedHands(before: TaskRecord, task: TaskRecord, at: Instant): TimelineEvent[] {
  if (before.standsInFor === task.standsInFor && before.assigneeId === task.assigneeId) return [];
  const { id: taskId, kind, assigneeId = null, standsInFor } = task;
  if (standsInFor) return [{ type: 'stood_in', at, data: { taskId, kind, assigneeId, standsInFor } }];
  if (before.standsInFor) return [{ type: 'came_back', at, data: { taskId, kind, assigneeId } }];
  // Who is on duty is told with the task's opening.
  return [];
}
