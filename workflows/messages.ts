/**
 * How the API speaks with a pathway: one Update for each decision of a person, queries for its state. Everything here
 * is codes, days and opaque ids; words are in PostgreSQL under `wordsId` (invariant 2).
 */
import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Day, Instant } from '../domain/calendar';
import type { PathwayState } from '../domain/journal';
import type { Channel, ContactResult, EmploymentKind, ExitCode, Step } from '../domain/pathway';
import type { Rules } from '../domain/settings';
import type { Decision } from '../domain/tasks';

export const pathwayWorkflowId = (pathwayId: string) => `pathway-${pathwayId}`;

/** What a pathway is started with. */
export interface PathwayInput {
  readonly pathwayId: string;
  readonly siteId: string;
  /** Under 18 on the day of enrolment: the family is always informed. */
  readonly minor: boolean;
  readonly rules: Rules;
  readonly enrolledBy: string;
  /** Start of the day for an enrolment of the past, absent for one of today. */
  readonly enrolledAt?: Instant;
  /** For a pathway that was accompanied before: where it stands. */
  readonly start?: {
    readonly step: Step;
    readonly since: Instant;
    readonly referentId?: string;
    readonly contract?: NewContract;
  };
}

export interface NewContract {
  readonly signedOn: Day;
  readonly startsOn: Day;
  readonly endsOn: Day;
  readonly legalRepresentativeSigned?: boolean;
  readonly wordsId?: string;
}

/** Every request of a person: who, and an id that makes it count once however often it arrives. */
interface Request {
  readonly requestId: string;
  readonly by: string;
}

/** What was recorded. The read model has it at this revision. */
export interface Recorded {
  readonly revision: number;
  /** The task, contract… that the request was about or created. */
  readonly subjectId?: string;
  /** Tasks that opened in consequence. */
  readonly opened: readonly string[];
}

export interface TaskRequest extends Request {
  readonly taskId: string;
}

export const claimTask = defineUpdate<Recorded, [TaskRequest]>('claimTask');
/** Gives a task back. `force`: by a coordinator, whoever holds it. */
export const releaseTask = defineUpdate<Recorded, [TaskRequest & { force?: boolean }]>('releaseTask');
export const assignTask = defineUpdate<Recorded, [TaskRequest & { assigneeId: string }]>('assignTask');
export const completeTask = defineUpdate<Recorded, [TaskRequest & { decision: Decision }]>('completeTask');

export const recordContact = defineUpdate<
  Recorded,
  [Request & { channel: Channel; result: ContactResult; at?: Instant; wordsId?: string }]
>('recordContact');
export const recordContract = defineUpdate<Recorded, [Request & NewContract]>('recordContract');
export const recordTermination = defineUpdate<
  Recorded,
  [Request & { on: Day; initiator: string; reason: string; wordsId?: string }]
>('recordTermination');
export const recordEmployment = defineUpdate<
  Recorded,
  [Request & { kind: EmploymentKind; startsOn: Day; endsOn?: Day; wordsId?: string }]
>('recordEmployment');
export const proposeOffer = defineUpdate<Recorded, [Request & { proposedOn: Day; wordsId: string }]>(
  'proposeOffer',
);
export const raiseAlert = defineUpdate<
  Recorded,
  [Request & { level: 'low' | 'high'; source: string; wordsId: string }]
>('raiseAlert');
export const exitPathway = defineUpdate<Recorded, [Request & { code: ExitCode; wordsId?: string }]>(
  'exitPathway',
);
export const undoExit = defineUpdate<Recorded, [Request]>('undoExit');

export const pathwayState = defineQuery<PathwayState>('pathwayState');

/**
 * Why an Update was refused: the `type` of its ApplicationFailure, and the `code` of the API's problem details.
 * `task_held` carries in its details who holds the task.
 */
export const refusals = [
  'task_unknown',
  'task_planned',
  'task_closed',
  'task_held',
  'task_not_held',
  'outcome_invalid',
  'dates_contradict',
  'legal_representative_missing',
  'contract_running',
  'contract_missing',
  'not_exited',
  'pathway_exited',
  'exit_words_missing',
  'not_in_this_step',
] as const;
export type Refusal = (typeof refusals)[number];
