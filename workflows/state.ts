/** All that a pathway carries from one run to the next: plain data, codes and ids only. */
import type { Day, Instant } from '../domain/calendar';
import type {
  ContactRecord,
  ContractRecord,
  EmploymentRecord,
  ExitRecord,
  TaskRecord,
  WaitRecord,
} from '../domain/journal';
import type { ExitCode, Obstacle, Status, Step } from '../domain/pathway';
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
  step: Step;
  interval: number;
  stepEnteredAt: Instant;
  readonly enrolledAt: Instant;
  referentId: string | null;
  lastContactAt: Instant | null;
  exit: ExitRecord | null;
  holdUntil: Day | null;
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
  /** What a step has done once, by scope and name. */
  done: Record<string, true>;
  /** Requests of people that were answered, the oldest first: the same request again is answered the same. */
  answered: [requestId: string, Recorded][];
}

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
  const state: State = {
    pathwayId: input.pathwayId,
    siteId: input.siteId,
    minor: input.minor,
    imported: start !== undefined,
    rules: input.rules,
    revision: 0,
    status: 'active',
    step: start?.step ?? 'welcome',
    interval: 1,
    stepEnteredAt: start?.since ?? now,
    enrolledAt: input.enrolledAt ?? now,
    referentId: start?.referentId ?? null,
    lastContactAt: null,
    exit: null,
    holdUntil: null,
    tasks: {},
    taskCount: 0,
    waits: {},
    attempts: [],
    obstacles: [],
    contracts: [],
    employments: [],
    offers: 0,
    alerts: 0,
    done: {},
    answered: [],
  };
  return state;
}
