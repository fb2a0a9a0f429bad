/** All that a pathway carries from one run to the next: plain data, codes and ids only. */
import { defineQuery } from '@temporalio/workflow';
import type { Day, Instant } from '../domain/calendar';
import type {
  ContactRecord,
  ContractRecord,
  EmploymentRecord,
  ExitRecord,
  MediationRecord,
  TaskRecord,
  WaitRecord,
} from '../domain/journal';
import type { Arm, ExitCode, Obstacle, Status, Step } from '../domain/pathway';
import type { Rules } from '../domain/settings';
import type { PathwayInput, Recorded } from './messages';

export interface State {
  readonly pathwayId: string;
  readonly siteId: string;
  readonly minor: boolean;
  /** Accompanied before this software: milestones of the past are passed over in the interval it starts in. */
  readonly imported: boolean;
  rules: Rules;
  /** The last revision acknowledged by the journal. */
  revision: number;
  status: Status;
  /** The draw has not decided yet. */
  awaitsDraw: boolean;
  /** null: there was no draw. */
  arm: Arm | null;
  /** How often the evaluators have asked, and since when they ask again. */
  surveys: { done: number; since: Instant };
  /** Of the pathway outside the steps: the one it would begin with. */
  step: Step;
  /** 0: it was in no step so far. */
  interval: number;
  stepEnteredAt: Instant;
  readonly enrolledAt: Instant;
  referentId: string | null;
  lastContactAt: Instant | null;
  exit: ExitRecord | null;
  /** On hold; kept while an exit from it can be undone. `lost`: because nobody could reach the young person. */
  hold: {
    readonly since: Instant;
    readonly until: Day;
    readonly lost: boolean;
    /** Of the decision it follows from. */
    readonly round: number;
  } | null;
  /** Silence is counted from here when no contact came later: the workflow's start, the end of a hold. */
  silentSince: Instant;
  /** The term that is waited for is the first to start after this. */
  termSince: Instant;
  /** A transfer until a day: who is referent again then. */
  transfer: { readonly back: string | null; readonly until: Day } | null;
  /** Tasks of this interval, of the running contract and job, and open alerts; by key. */
  tasks: Record<string, TaskRecord>;
  taskCount: number;
  waits: Record<string, WaitRecord>;
  /** Contacts tried since attempts began. */
  attempts: ContactRecord[];
  obstacles: Obstacle[];
  contracts: ContractRecord[];
  employments: EmploymentRecord[];
  offers: number;
  alerts: number;
  lowAlertAt: Instant | null;
  mediations: MediationRecord[];
  /** How often each of what goes on through all steps came round: contact watch, summer, term. */
  rounds: { watch: number; summer: number; term: number };
  /** Summer check-ins missed since the last contact, and when the last one was over. */
  summer: { missed: number; checkedAt: Instant | null };
  /** Version of the site's settings that all deadlines were counted with. */
  countedVersion: number;
  /** What a step has done once, by scope and name. */
  done: Record<string, true>;
  /** Requests of people that were answered, the oldest first: the same request again is answered the same. */
  answered: [requestId: string, Recorded][];
}

/** The whole of it: a forecast goes on from it. */
export const carriedState = defineQuery<State>('carriedState');

/** How many answered requests are remembered: a client repeats within minutes, not after so many others. */
export const rememberedRequests = 500;

/** Where a step leads: to a step, out of the pathway, or to its own top (what it stands on has changed). */
export type Way =
  | { readonly to: Step }
  | { readonly exit: ExitCode; readonly taskKey?: string; readonly wordsId?: string; readonly by?: string }
  | { readonly again: true };

export const to = (step: Step): Way => ({ to: step });
/** @param because the answer that decided it: it is asked again when the exit is undone */
export const exit = (code: ExitCode, because: { taskKey?: string; wordsId?: string } = {}): Way => ({
  exit: code,
  ...(because.taskKey && { taskKey: because.taskKey }),
  ...(because.wordsId && { wordsId: because.wordsId }),
});
export const again: Way = { again: true };

export function initialState(input: PathwayInput, now: Instant): State {
  const { start } = input;
  // Until the arm is known, which the beginning may tell already.
  const outside = input.awaitsDraw === true || input.keeps !== undefined;
  const state: State = {
    pathwayId: input.pathwayId,
    siteId: input.siteId,
    minor: input.minor,
    imported: start !== undefined,
    rules: input.rules,
    revision: 0,
    status: outside ? 'awaiting_draw' : 'active',
    awaitsDraw: outside,
    arm: null,
    surveys: { done: 0, since: now },
    step: start?.step ?? 'welcome',
    interval: outside ? 0 : 1,
    stepEnteredAt: start?.since ?? now,
    enrolledAt: input.enrolledAt ?? now,
    referentId: start?.referentId ?? null,
    lastContactAt: null,
    exit: null,
    hold: null,
    silentSince: now,
    termSince: now,
    transfer: null,
    tasks: {},
    taskCount: 0,
    waits: {},
    attempts: [],
    obstacles: [],
    contracts: [],
    employments: [],
    offers: 0,
    alerts: 0,
    lowAlertAt: null,
    mediations: [],
    rounds: { watch: 1, summer: 1, term: 1 },
    summer: { missed: 0, checkedAt: null },
    countedVersion: input.rules.version,
    done: {},
    answered: [],
  };
  return state;
}

/** A state that an earlier release carried, with what has come since. */
export function upToDate(
  carried: Partial<State> & { holdUntil?: Day | null },
  input: PathwayInput,
  now: Instant,
) {
  const { holdUntil = null, ...known } = carried;
  const state: State = { ...initialState(input, now), ...known };
  if (state.hold || !holdUntil) return state;
  // Holds were waits of their step, one for each round of its decision.
  state.hold = { since: now, until: holdUntil, lost: true, round: 1 };
  for (const wait of Object.values(state.waits)) {
    if (wait.name !== 'hold_ends' || wait.key.startsWith('pathway/')) continue;
    const [scope, , round] = wait.key.split('/');
    state.done[`${scope}/hold ${round}`] = true;
    delete state.waits[wait.key];
    if (!wait.passed) state.waits['pathway/hold_ends/1'] = { ...wait, key: 'pathway/hold_ends/1' };
  }
  return state;
}
