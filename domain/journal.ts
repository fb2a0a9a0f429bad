/**
 * What a workflow hands to its journal, and what the journal answers. One entry tells all that happened in one
 * activation; the read model is nothing but the entries applied in the order of their revisions.
 */
import type { Day, Instant } from './calendar';
import type { ContactResult, ExitCode, Status, Step } from './pathway';
import type { Rules } from './settings';
import type { Decision, TaskKind } from './tasks';

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
}

/** The instants of a task, from the site's settings and calendar. All UTC. */
export interface TaskInstants {
  readonly opensAt: Instant;
  readonly dueAt: Instant;
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
  /** A partner it is shared with (discovery action). */
  readonly partnerId?: string;
  schedule: Schedule;
  /** Absent until the journal has answered. */
  instants?: TaskInstants;
  plannedAt: Instant;
  openedAt?: Instant;
  closedAt?: Instant;
  closedBy?: string;
  decision?: Decision;
  cancelReason?: CancelReason;
  /** How far up the ladder it went. */
  rungs: Rung[];
}

export const waitNames = [
  'hold_ends',
  'exit_becomes_final',
  'employment_step_starts',
  'contract_ends',
  'cfa_keeps_apprentice',
  'cfa_first_warning',
  'cfa_last_warning',
] as const;
export type WaitName = (typeof waitNames)[number];

/** A wait for a day that is not a task: what comes next, and from which day and setting it was counted. */
export interface WaitRecord {
  readonly key: string;
  readonly name: WaitName;
  /** The day it counts from, or an instant of that day. */
  readonly anchor: Day | Instant;
  /** Absent until the journal has answered. */
  at?: Instant;
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
  readonly from: Step;
  /** The key of the task whose outcome was the exit, asked again when the exit is undone. */
  readonly taskKey?: string;
  readonly wordsId?: string;
}

/** What the timeline tells, with codes and ids only. */
export interface TimelineEvent {
  readonly type:
    | 'enrolled'
    | 'imported'
    | 'step_entered'
    | 'step_left'
    | 'task_planned'
    | 'task_opened'
    | 'task_claimed'
    | 'task_released'
    | 'task_assigned'
    | `task_${Rung}`
    | 'task_completed'
    | 'task_cancelled'
    | 'contact'
    | 'referent_assigned'
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
  readonly step: Step;
  /** Number of the stay in a step, from 1: a step entered again is a new interval. */
  readonly interval: number;
  readonly stepEnteredAt: Instant;
  readonly enrolledAt: Instant;
  readonly referentId: string | null;
  readonly lastContactAt: Instant | null;
  readonly exit: ExitRecord | null;
  readonly holdUntil: Day | null;
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
  readonly events: readonly TimelineEvent[];
}

export interface JournalAnswer {
  readonly revision: number;
  /** The instants of each task of the entry that had none, by task id. */
  readonly tasks: Readonly<Record<string, TaskInstants>>;
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
}

/** A contact as the workflow remembers it: channel and result count, never words. */
export interface ContactRecord {
  readonly at: Instant;
  readonly channel: string;
  readonly result: ContactResult;
}

/**
 * The entry with the answers it asked for: what is recorded, and recorded again by a repair. A planned task whose
 * day has come is open from the start.
 */
export function completeEntry(
  entry: JournalEntry,
  answer: Pick<JournalAnswer, 'tasks' | 'waits'>,
): JournalEntry {
  const tasks = entry.tasks.map((task) => adoptInstants(task, answer.tasks[task.id], entry.recordedAt));
  const opened = new Set(
    tasks.filter((t, i) => t.status === 'open' && entry.tasks[i]?.status === 'planned').map((t) => t.id),
  );
  return {
    ...entry,
    tasks,
    waits: entry.waits?.map((wait) => (wait.at ? wait : { ...wait, ...answer.waits[wait.key] })),
    events: entry.events.map((e) =>
      e.type === 'task_planned' && opened.has(e.data?.taskId as string) ? { ...e, type: 'task_opened' } : e,
    ),
  };
}

/** A task with the instants answered for it; `recordedAt` is the instant of the entry that asked. */
export function adoptInstants(
  task: TaskRecord,
  answered: TaskInstants | undefined,
  recordedAt: Instant,
): TaskRecord {
  const instants = task.instants ?? answered;
  if (!instants) throw new Error(`no instants were answered for task ${task.key}`);
  return task.status === 'planned' && instants.opensAt <= recordedAt
    ? { ...task, instants, status: 'open', openedAt: recordedAt }
    : { ...task, instants };
}
