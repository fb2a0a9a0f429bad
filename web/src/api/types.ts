/** The shapes of the API's answers, from the schemas it checks and documents them with: types only, none of its code. */
import type { z } from 'zod';
import type { proposed } from '../../../api/form-schemas';
import type {
  atRisk,
  attention,
  caseCounts,
  caseRow,
  load,
  summerCoverage,
} from '../../../api/routes/attention';
import type { drawOne, drawSummary } from '../../../api/routes/draws';
import type { balance, blinding, flow } from '../../../api/routes/evaluation';
import type { exportRow } from '../../../api/routes/exports';
import type { durations, funnel, survival } from '../../../api/routes/flow';
import type { foreseen } from '../../../api/routes/forecast';
import type { glassAnswer, glassRequest } from '../../../api/routes/glass';
import type { calendarMade, calendarShape, notificationsShape } from '../../../api/routes/me';
import type {
  eventForm,
  note,
  pathwayEvent,
  pathwayRecord,
  pathwaySummary,
} from '../../../api/routes/pathways';
import type { reading } from '../../../api/routes/readings';
import type { meetingShape, shownReport } from '../../../api/routes/report';
import type { overview, state } from '../../../api/routes/steering';
import type { bulkResult, taskCounts, taskDetails, viewFilters } from '../../../api/routes/tasks';
import type { view } from '../../../api/routes/views';
import type * as shape from '../../../api/shapes';
import type { Action, Scope } from '../../../domain/policy';

export type Task = z.output<typeof shape.task>;
export type TaskDetails = z.output<typeof taskDetails>;
export type TaskCounts = z.output<typeof taskCounts>;
export type ViewFilters = z.output<typeof viewFilters>;
export type View = z.output<typeof view>;
export type BulkResult = z.output<typeof bulkResult>;
export type Proposed = z.output<typeof proposed>;
export type DueCounts = TaskCounts['team'];
export type StaffRef = z.output<typeof shape.personRef>;
export type Staff = z.output<typeof shape.staff>;
/** A decision was recorded… */
export type Recorded = z.output<typeof shape.recorded>;
/** … or taken, and will be recorded when the database is back. */
export type Accepted = z.output<typeof shape.accepted>;
export type Pathway = z.output<typeof pathwayRecord>;
export type PathwaySummary = z.output<typeof pathwaySummary>;
export type TimelineEvent = z.output<typeof pathwayEvent>;
/** What may be recorded of a pathway, and with which fields. */
export type EventForm = z.output<typeof eventForm>;
export type Note = z.output<typeof note>;
export type Foreseen = z.output<typeof foreseen>;

export type Reading = z.output<typeof reading>;
/** Whom a request for another site's young person found. */
export type GlassAnswer = z.output<typeof glassAnswer>;
export type GlassRequest = z.output<typeof glassRequest>;
export type Export = z.output<typeof exportRow>;

export type Overview = z.output<typeof overview>;
/** What committees are given. */
export type Report = z.output<typeof shownReport>;
export type CommitteeMeeting = z.output<typeof meetingShape>;
export type Funnel = z.output<typeof funnel>;
export type Durations = z.output<typeof durations>;
export type Survival = z.output<typeof survival>;
/** Of a young person, as at an instant. */
export type StateAsAt = z.output<typeof state>;

export type DrawSummary = z.output<typeof drawSummary>;
/** A draw with its counts by site. */
export type Draw = z.output<typeof drawOne>;

/** The CONSORT flow as at a day. */
export type ConsortFlow = z.output<typeof flow>;
export type Balance = z.output<typeof balance>;
export type Blinding = z.output<typeof blinding>;
export type Attention = z.output<typeof attention>;
export type AtRisk = z.output<typeof atRisk>;
/** What somebody of the staff has. */
export type Load = z.output<typeof load>;
export type CaseCounts = z.output<typeof caseCounts>;
export type SummerCoverage = z.output<typeof summerCoverage>;
/** Of a young person, what a figure counts. */
export type Case = z.output<typeof caseRow>;

export interface Page<T> {
  readonly items: readonly T[];
  /** The cursor of the next page, null: this is the last. */
  readonly next: string | null;
}

/** Who is signed in, and how far each action of their role reaches. */
export interface Me extends Staff {
  readonly actions: Partial<Record<Action, Scope>>;
}

export type Notifications = z.output<typeof notificationsShape>;
export type CalendarFeed = z.output<typeof calendarShape>;
/** The address is told this once. */
export type CalendarFeedMade = z.output<typeof calendarMade>;
