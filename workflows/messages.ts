/**
 * How the API speaks with a pathway: one Update for each decision of a person, queries for its state. Everything here
 * is codes, days and opaque ids; words are in PostgreSQL under `wordsId` (invariant 2).
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Told } from '../domain/broadcasts';
import type { Day, Instant } from '../domain/calendar';
import type { PathwayState } from '../domain/journal';
import type { MediationCause, MediationResult } from '../domain/mediation';
import type { Arm, Channel, ContactResult, EmploymentKind, ExitCode, Step } from '../domain/pathway';
import type { Rules } from '../domain/settings';
import type { Decision, TaskKind } from '../domain/tasks';

export const pathwayWorkflowId = (pathwayId: string) => `pathway-${pathwayId}`;
export const mediationWorkflowId = (pathwayId: string, number: number) => `mediation-${pathwayId}-${number}`;

export const broadcastWorkflowId = (broadcastId: string) => `broadcast-${broadcastId}`;

/** What a broadcast is started with, and where its next run goes on. */
export interface BroadcastInput {
  readonly broadcastId: string;
  /** The last pathway that was told. */
  readonly after?: string | null;
  /** How many were. */
  readonly told?: number;
}

export const drawWorkflowId = (drawId: string) => `draw-${drawId}`;

/** What a draw is started with. */
export interface DrawInput {
  readonly drawId: string;
  readonly freezeAt: Instant;
  readonly drawAt: Instant;
  /** From when on the public number can be known that goes into the draw; null: it takes none. */
  readonly numberNotBefore: Instant | null;
}

/** What the source that the rules of a draw name has published. */
export const tellPublicNumber = defineUpdate<void, [{ number: string }]>('tellPublicNumber');
/** Why it is not taken. */
export const numberRefusals = ['number_not_awaited', 'number_too_early', 'number_told'] as const;
export type NumberRefusal = (typeof numberRefusals)[number];

export const meetingWorkflowId = (meetingId: string) => `meeting-${meetingId}`;

/** What a meeting is started with. */
export interface MeetingInput {
  readonly meetingId: string;
  /** When its report is made. */
  readonly makeAt: string;
}

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
  /** The site draws who is accompanied: nothing begins before. */
  readonly awaitsDraw?: true;
  /** Somebody met again at a site that does not draw: the arm of the first draw. */
  readonly keeps?: { readonly arm: Arm; readonly drawId: string };
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
/** On hold until a day: the pathway's time stands still, legal dates run on. On hold already: until another day. */
export const holdPathway = defineUpdate<Recorded, [Request & { until: Day; wordsId?: string }]>(
  'holdPathway',
);
export const resumePathway = defineUpdate<Recorded, [Request]>('resumePathway');
/** Another referent, for good or until a day. */
export const transferReferent = defineUpdate<
  Recorded,
  [Request & { referentId: string; until?: Day; wordsId?: string }]
>('transferReferent');

export const pathwayState = defineQuery<PathwayState>('pathwayState');

/** A change at the site that concerns this pathway. Told twice, it changes nothing the second time. */
export const tell = defineSignal<[Told]>('tell');

// ---- between a pathway and its mediation

export interface MediationInput {
  readonly pathwayId: string;
  /** From 1, of the pathway. */
  readonly number: number;
  readonly cause: MediationCause;
}

/** A mediation asks a person: the pathway opens the task and tells the answer. */
export interface MediationQuestion {
  readonly kind: Extract<
    TaskKind,
    'accept_mediation' | 'name_mediator' | 'meet_parties' | 'mediation_follow_up'
  >;
  /** From 1. */
  readonly round: number;
  readonly assigneeId?: string;
  readonly anchor?: Instant;
}

export interface MediationAnswer {
  readonly kind: MediationQuestion['kind'];
  readonly round: number;
  /** Of the task; `late`: nobody answered in time, the question was withdrawn. */
  readonly outcome: string;
  /** Who answered, and who is named as mediator. */
  readonly by?: string;
  readonly mediatorId?: string;
  readonly at: Instant;
}

/** `over`: the pathway or its contract came to its end, and so does the mediation. */
export type MediationMessage = { readonly answer: MediationAnswer } | { readonly over: MediationResult };

export const mediationAsks = defineSignal<[{ number: number; question: MediationQuestion }]>('mediationAsks');
export const mediationEnded = defineSignal<[{ number: number; result: MediationResult }]>('mediationEnded');
export const mediationTold = defineSignal<[MediationMessage]>('mediationTold');

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
  'pathway_closed',
  'exit_words_missing',
  'not_in_the_steps',
  'not_in_this_step',
  'not_on_hold',
  'referent_already',
] as const;
export type Refusal = (typeof refusals)[number];
