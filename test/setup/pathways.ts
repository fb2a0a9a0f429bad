/** Pathways under test: a time-skipping server, a worker and a database of the test's own, and how one walks through. */
import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, type UpdateDefinition } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, type Worker } from '@temporalio/worker';
import { Client, type Pool } from 'pg';
import { ownerPool } from '../../db/pool';
import { demonstrationPerson, seedDemonstration } from '../../db/seed';
import { addDelay, type Day, type Delay, dayOf, type Instant } from '../../domain/calendar';
import type { TaskRecord } from '../../domain/journal';
import type { Step } from '../../domain/pathway';
import { defaultSettings, rulesOf } from '../../domain/settings';
import type { OutcomeOf, TaskKind } from '../../domain/tasks';
import { createWorker } from '../../worker/worker';
import * as messages from '../../workflows/messages';
import {
  mediationWorkflowId,
  type PathwayInput,
  pathwayState,
  pathwayWorkflowId,
  type Recorded,
} from '../../workflows/messages';
import { createTestDatabase, createTimeSkippingEnvironment, testWorkflowBundle } from './servers';

Runtime.install({
  // A line for each failure, where the SDK's own account fills a screen; none for an outage that a test has made.
  logger: new DefaultLogger('WARN', ({ message, meta }) => {
    const line = `${message}: ${meta?.error}\n`;
    if (!/not currently accepting connections|terminating connection/.test(line)) process.stderr.write(line);
  }),
  telemetryOptions: { logging: { filter: 'ERROR' } },
});

const second = 1_000;
/** More events than one activation adds to a run. */
const farFromTheEnd = 100;

/** The id of a demonstration person: `counsellor.tours`. */
export const person = (subject: string): string => demonstrationPerson(subject).id;

/** Why an Update was refused, and what came with it. Throws when it was not. */
export async function refusalOf(
  update: Promise<Recorded>,
): Promise<{ type: string; heldBy?: string; field?: string; message: string }> {
  const error = await update.then(
    () => new Error('the Update was accepted'),
    (e: unknown) => e,
  );
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
    return { type: error.cause.type as string, ...(error.cause.details?.[0] as { message: string }) };
  throw error;
}

type Enrolment = Partial<Omit<PathwayInput, 'pathwayId' | 'rules' | 'enrolledBy'>>;

interface WorldOptions {
  /** Absent: a time-skipping server of its own. */
  temporal?: () => Promise<TestWorkflowEnvironment>;
  /** A pathway continues in a new run after so many events, instead of the release's number. */
  eventsOfARun?: number;
  /** Absent: where runs are short and time is skipped. Wherever else time is skipped over the end of a run: true. */
  mediationsStayOpen?: boolean;
}

const runLength = /(\beventsOfARun = )([\d_e]+);/;

/** After how many events a pathway of this bundle continues in a new run. */
function eventsOfARunIn({ code }: { code: string }): number {
  const [, , number] = runLength.exec(code) ?? [];
  if (!number) throw new Error('the bundle names no eventsOfARun: see workflows/pathway.ts');
  return Number(number.replaceAll('_', ''));
}

/** A bundle whose pathways continue in a new run after so many events; undefined: after the release's number. */
export function withRunsOf(events: number | undefined, { code }: { code: string }): { code: string } {
  return { code: events === undefined ? code : code.replace(runLength, `$1${events};`) };
}

/**
 * The time-skipping server skips no time any more once a child has closed whose parent's run was closed before, which a
 * mediation does that outlives a run of its pathway. There it waits for ever when it is over; how it closes is tested
 * on the real server (workflows/continue-as-new.test.ts). Nor does that server find a pathway between two of its runs:
 * there a mediation speaks to it until it hears.
 */
function withMediationsLeftOpen({ code }: { code: string }): { code: string } {
  const changes: [RegExp, string][] = [
    [/(async function mediation\([\s\S]*?)return result;/, '$1await new Promise(() => {});'],
    [/(async function mediation\([\s\S]*?)const pathway = ([^;]*);/, `$1const pathway = (${patient})($2);`],
  ];
  return {
    code: changes.reduce((before, [from, to]) => {
      const after = before.replace(from, to);
      if (after === before) throw new Error(`the bundle's mediation has changed: there is no ${from}`);
      return after;
    }, code),
  };
}

/** JavaScript of a workflow: signals a pathway again, some times, when it was not found. */
const patient = `(found) => ({
  async signal(...message) {
    for (let tries = 1; ; tries++) {
      try {
        return await found.signal(...message);
      } catch (error) {
        if (tries === 20) throw error;
        await new Promise((goOn) => setTimeout(goOn, 10));
      }
    }
  },
})`;

export class PathwayWorld {
  /** Of this world alone, so that worlds may share a server. */
  readonly taskQueue = `pathways-${randomUUID()}`;
  private running?: Promise<void>;
  private worker?: Worker;
  private readonly followed = new Set<YoungPerson>();
  /** After how many events a pathway continues in a new run here. */
  eventsOfARun = Infinity;

  private constructor(
    readonly env: TestWorkflowEnvironment,
    readonly pool: Pool,
    readonly databaseUrl: string,
    private readonly dropDatabase: () => Promise<void>,
    private readonly shorterRuns: number | undefined,
    /** A mediation whose result the pathway has goes on waiting: see `withMediationsLeftOpen`. */
    readonly mediationsStayOpen: boolean,
  ) {}

  static async create({
    temporal = createTimeSkippingEnvironment,
    eventsOfARun,
    mediationsStayOpen,
  }: WorldOptions = {}) {
    const [env, database] = await Promise.all([temporal(), createTestDatabase()]);
    await seedDemonstration(database.url);
    const pool = ownerPool(database.url, { name: 'test' });
    const stayOpen = mediationsStayOpen ?? (eventsOfARun !== undefined && env.supportsTimeSkipping);
    const world = new PathwayWorld(env, pool, database.url, database.drop, eventsOfARun, stayOpen);
    await world.startWorker();
    return world;
  }

  /** Whether pathways come to the end of a run here. */
  get runsEnd(): boolean {
    return this.shorterRuns !== undefined || this.mediationsStayOpen;
  }

  async startWorker(): Promise<void> {
    this.worker = await createWorker({
      connection: this.env.nativeConnection,
      namespace: this.env.namespace ?? 'default',
      taskQueue: this.taskQueue,
      pool: this.pool,
      temporal: this.env.client,
      workflowBundle: await this.workflows(),
    });
    this.running = this.worker.run();
  }

  private async workflows(): Promise<{ code: string }> {
    const bundle = withRunsOf(this.shorterRuns, await testWorkflowBundle());
    this.eventsOfARun = eventsOfARunIn(bundle);
    return this.mediationsStayOpen ? withMediationsLeftOpen(bundle) : bundle;
  }

  async stopWorker(): Promise<void> {
    this.worker?.shutdown();
    await this.running;
  }

  async end(): Promise<void> {
    await this.stopWorker();
    await this.env.teardown();
    await this.pool.end();
    await this.dropDatabase();
  }

  /** Takes the database away (or gives it back): whoever is connected is cut off, and nobody connects. */
  async databaseAnswers(answers: boolean): Promise<void> {
    const url = new URL(this.databaseUrl);
    const name = url.pathname.slice(1);
    url.pathname = '/postgres';
    const client = new Client({ connectionString: url.href });
    await client.connect();
    await client.query(`alter database ${name} allow_connections ${answers}`);
    if (!answers)
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await client.end();
  }

  /** Nobody is followed any longer: time that passes later costs nothing for them. */
  async forgetAll(): Promise<void> {
    const why = 'the test is over';
    const { rows } = await this.pool.query<{ pathwayId: string; number: number }>(
      'select pathway_id as "pathwayId", number from mediations where pathway_id = any($1)',
      [[...this.followed].map((young) => young.pathwayId)],
    );
    // First, also those that are just ending: one that closes after its pathway stops the time-skipping server's time
    // (see `withMediationsLeftOpen`).
    await Promise.all(
      rows.map(({ pathwayId, number }) =>
        this.env.client.workflow
          .getHandle(mediationWorkflowId(pathwayId, number))
          .terminate(why)
          .catch(() => {}),
      ),
    );
    await Promise.all([...this.followed].map((young) => young.handle.terminate(why).catch(() => {})));
    this.followed.clear();
  }

  /** The instant it is on the server's clock. */
  async now(): Promise<Instant> {
    return new Date(await this.env.currentTimeMs()).toISOString();
  }

  /** The Paris day it is on the server's clock, or so long after (closed days are not passed over). */
  async day(after: Delay = { days: 0 }): Promise<Day> {
    return addDelay(dayOf(await this.now()), after, defaultSettings.calendar, 'none').day;
  }

  /**
   * Enrols a young person (an invented one) and starts the pathway.
   * @param how `settled` false: it may not have done anything yet
   */
  async enrol(more: Enrolment = {}, { settled = true } = {}): Promise<YoungPerson> {
    return this.start(await this.newcomer(more), { settled });
  }

  /** Writes an enrolment whose pathway is not started. @returns what to start it with */
  async newcomer(more: Enrolment = {}): Promise<PathwayInput> {
    const pathwayId = randomUUID();
    const siteId = more.siteId ?? 'tours';
    const enrolledBy = person(`coordinator.${siteId}`);
    const now = await this.now();
    const input: PathwayInput = {
      minor: false,
      ...more,
      pathwayId,
      siteId,
      rules: rulesOf(defaultSettings, 1),
      enrolledBy,
    };
    await this.pool.query(
      `with p as (insert into people (id, last_name, first_name, birth_date, phone, name_key)
         values ($2, 'Dupont', 'Camille', '2009-01-01', '06 39 98 00 00', 'dupont camille') returning id, name_key)
       insert into enrolments (id, person_id, site_id, name_key, situation, origin, consent_on, enrolled_on, created_by, created_at, start_input, started_at)
       select $1, p.id, $3, p.name_key, 'seeking_training', 'cfa', $4::timestamptz::date, $4::timestamptz::date, $5, $4, $6, $4 from p`,
      [pathwayId, randomUUID(), siteId, now, enrolledBy, JSON.stringify(input)],
    );
    return input;
  }

  /** Starts the pathway of an enrolment that is in the database. */
  async start(input: PathwayInput, { settled = true } = {}): Promise<YoungPerson> {
    await this.env.client.workflow.start('pathway', {
      workflowId: pathwayWorkflowId(input.pathwayId),
      taskQueue: this.taskQueue,
      args: [input],
    });
    const young = this.follow(input);
    if (settled) await young.settled();
    return young;
  }

  /** A pathway that was started another way. */
  follow({ pathwayId, siteId }: PathwayInput): YoungPerson {
    const young = new YoungPerson(this, pathwayId, siteId);
    this.followed.add(young);
    return young;
  }

  /** Enrols a young person and leads them into a step, on the usual way. */
  async enrolInto(step: Step): Promise<YoungPerson> {
    const young = await this.enrol();
    switch (step) {
      case 'welcome':
        break;
      case 'project_validation':
        await young.welcomed('project_to_validate');
        break;
      case 'contract_search':
        await young.welcomed('project_ready');
        break;
      case 'securing':
        await young.welcomed('contract_signed', await young.terms());
        break;
      case 'durable_employment':
        await young.welcomed('looking_for_job');
        break;
    }
    return young;
  }
}

export class YoungPerson {
  constructor(
    readonly world: PathwayWorld,
    readonly pathwayId: string,
    readonly siteId: string,
  ) {}

  get handle() {
    return this.world.env.client.workflow.getHandle(pathwayWorkflowId(this.pathwayId));
  }
  get counsellor(): string {
    return person(`counsellor.${this.siteId}`);
  }
  get coordinator(): string {
    return person(`coordinator.${this.siteId}`);
  }

  async state() {
    return this.handle.query(pathwayState);
  }

  /** Waits until the journal has all that has happened. */
  async settled() {
    for (let tries = 0; tries < 500; tries++) {
      if ((await this.mediationAtRest()) && (!this.world.runsEnd || (await this.isAtRest()))) {
        const state = await this.state();
        if (!state.pending && state.revision > 0) return state;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('the pathway does not come to rest');
  }

  /**
   * Nothing is under way in the workflow. The time-skipping server never answers a query that comes while a run is in
   * its last workflow task, and skips no time from then on.
   */
  private async isAtRest(): Promise<boolean> {
    const { raw, historyLength } = await this.handle.describe();
    if (raw.pendingActivities?.length) return false;
    // Far from the run's end; the history need not be fetched, which is long then.
    if (historyLength < this.world.eventsOfARun - farFromTheEnd) return true;
    const { events } = await this.handle.fetchHistory();
    const last = events?.at(-1);
    return !last?.workflowTaskScheduledEventAttributes && !last?.workflowTaskStartedEventAttributes;
  }

  /**
   * Nothing is on its way between the pathway and its mediation: it has asked what it asks next, or is over. The
   * time-skipping server loses a signal that comes while it answers a query, and skips no time from then on.
   */
  private async mediationAtRest(): Promise<boolean> {
    const { rows } = await this.world.pool
      .query<{ number: number; asks: boolean; over: boolean }>(
        `select number, result is not null as over, exists (select from tasks t where t.pathway_id = m.pathway_id
           and t.key like 'mediation-' || m.number || '/%' and t.status in ('open', 'planned')) as asks
         from mediations m where pathway_id = $1 order by number desc limit 1`,
        [this.pathwayId],
      )
      // A test has taken the database away.
      .catch(() => ({ rows: [] }));
    const [last] = rows;
    if (!last?.over) return last?.asks ?? true;
    if (this.world.mediationsStayOpen) return true;
    const mediation = this.world.env.client.workflow.getHandle(
      mediationWorkflowId(this.pathwayId, last.number),
    );
    return (await mediation.describe()).status.name !== 'RUNNING';
  }

  /**
   * The kinds of the open tasks, in the order of the alphabet; what they are about after a colon. Without what is asked
   * of everybody whenever they are silent for a while: see `task` for these.
   */
  async open(): Promise<string[]> {
    return this.kinds('open');
  }
  /** The kinds of the tasks that will open on a known day. */
  async planned(): Promise<string[]> {
    return this.kinds('planned');
  }
  private async kinds(status: TaskRecord['status']): Promise<string[]> {
    const { tasks } = await this.settled();
    return tasks
      .filter((t) => t.status === status && !/^(watch|summer|term)-\d+\/(?!hard)/.test(t.key))
      .map((t) => (t.subject ? `${t.kind}: ${t.subject}` : t.kind))
      .sort();
  }

  /** Sends an Update as the API does. `by` defaults to the counsellor. */
  async send<R extends { requestId: string; by: string }>(
    update: UpdateDefinition<Recorded, [R]>,
    request: Omit<R, 'requestId' | 'by'> & { requestId?: string; by?: string },
  ): Promise<Recorded> {
    const requestId = request.requestId ?? randomUUID();
    return this.handle.executeUpdate(update, {
      updateId: requestId,
      args: [{ by: this.counsellor, ...request, requestId } as unknown as R],
    });
  }

  /** A contact, now. */
  async contact(
    result: 'reached' | 'not_reached' | 'message_left',
    channel: 'phone' | 'sms' | 'email' | 'letter' | 'family' | 'visit' = 'phone',
  ): Promise<Recorded> {
    return this.send(messages.recordContact, { channel, result, at: await this.world.now() });
  }

  async undoExit(): Promise<Recorded> {
    return this.send(messages.undoExit, {});
  }

  /** What is waited for, without what is watched at any time (contact, summer, term) and what is only shown. */
  async waits() {
    const { waits } = await this.settled();
    return waits.filter((w) => !/^(watch|summer|term)-/.test(w.key) && w.name !== 'trial_can_end');
  }

  /** The open task of a kind (and subject), the only one there is. */
  async task(kind: TaskKind, subject?: string): Promise<TaskRecord> {
    return this.only('open', kind, subject);
  }
  /** The planned task of a kind (and subject), the only one there is. */
  async plannedTask(kind: TaskKind, subject?: string): Promise<TaskRecord> {
    return this.only('planned', kind, subject);
  }
  private async only(status: TaskRecord['status'], kind: TaskKind, subject?: string): Promise<TaskRecord> {
    const { tasks } = await this.settled();
    const found = tasks.filter((t) => t.kind === kind && (subject === undefined || t.subject === subject));
    const [task, ...more] = found.filter((t) => t.status === status);
    if (!task || more.length) {
      throw new Error(
        `not one ${kind} ${status}; there are ${tasks.map((t) => `${t.kind} ${t.status}`).join(', ')}`,
      );
    }
    return task;
  }

  /** Whoever holds the task, or may take it, completes it. */
  async complete<K extends TaskKind>(
    kind: K,
    outcome: OutcomeOf<K>,
    fields: Record<string, unknown> = {},
    subject?: string,
  ): Promise<Recorded> {
    const task = await this.task(kind, subject);
    return this.send(messages.completeTask, {
      taskId: task.id,
      by: task.assigneeId ?? this.coordinator,
      decision: { outcome, ...fields },
    });
  }

  /** Lets time pass until a task of this kind is open. At most 400 days. */
  async untilOpen(kind: TaskKind): Promise<TaskRecord> {
    for (let turn = 0; turn < 60; turn++) {
      const { tasks } = await this.settled();
      const found = tasks.filter((t) => t.kind === kind);
      const open = found.find((t) => t.status === 'open');
      if (open) return open;
      const planned = found.find((t) => t.instants);
      const wait = planned?.instants
        ? Date.parse(planned.instants.opensAt) - (await this.world.env.currentTimeMs())
        : 7 * 86_400_000;
      await this.pass(Math.max(second, wait + second));
    }
    throw new Error(`no ${kind} opened within the time`);
  }

  /** Lets time pass: milliseconds, or '8 days'. */
  async pass(time: number | `${number} ${'days' | 'hours'}`): Promise<void> {
    await this.world.env.sleep(time as number);
    await this.settled();
  }

  /** Lets time pass to a second after an instant. */
  async passTo(instant: Instant): Promise<void> {
    await this.pass(Math.max(1, Date.parse(instant) - (await this.world.env.currentTimeMs())) + second);
  }

  /** Welcomes with the usual answers, up to the interview's outcome. */
  async welcomed(need: OutcomeOf<'entry_interview'>, fields: Record<string, unknown> = {}): Promise<void> {
    await this.complete('first_contact', 'reached', { channel: 'phone' });
    await this.complete('assign_referent', 'assigned', { referentId: this.counsellor });
    await this.complete('information_session', 'attended');
    await this.complete('family_information', 'met');
    await this.complete('entry_interview', need, { obstacles: [], ...fields });
    await this.settled();
  }

  /** The terms of a contract that starts in a fortnight and lasts a year. */
  async terms() {
    return {
      signedOn: await this.world.day(),
      startsOn: await this.world.day({ days: 14 }),
      endsOn: await this.world.day({ days: 14 + 365 }),
      legalRepresentativeSigned: false,
    };
  }

  /** The histories of all of its runs, the first first. */
  async histories() {
    const runs: Awaited<ReturnType<typeof this.handle.fetchHistory>>[] = [];
    for (let runId: string | undefined; ; ) {
      const history = await this.world.env.client.workflow
        .getHandle(this.handle.workflowId, runId)
        .fetchHistory();
      runs.unshift(history);
      runId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
      if (!runId) return runs;
    }
  }

  // ---- what PostgreSQL has of it

  /** The timeline's events of these types (all, when none is named), in their order. */
  async timeline(
    ...types: string[]
  ): Promise<{ type: string; at: Instant; data: Record<string, unknown> | null }[]> {
    const { rows } = await this.world.pool.query(
      `select type, iso(occurred_at) as at, data from timeline where pathway_id = $1 and (cardinality($2::text[]) = 0 or type = any($2))
       order by revision, position`,
      [this.pathwayId, types],
    );
    return rows;
  }

  /** The stays in the steps, in their order. */
  async intervals(): Promise<{ interval: number; step: Step; left: boolean }[]> {
    const { rows } = await this.world.pool.query(
      `select interval, step, left_at is not null as left from step_intervals where pathway_id = $1 order by interval`,
      [this.pathwayId],
    );
    return rows;
  }

  /** All tasks of a kind that there ever were, in the order of their planning. */
  async recorded(
    kind: TaskKind,
  ): Promise<{ round: number; status: string; outcome: string | null; cancelReason: string | null }[]> {
    const { rows } = await this.world.pool.query(
      `select round, status, outcome, cancel_reason as "cancelReason" from tasks
       where pathway_id = $1 and kind = $2 order by split_part(id, '.', 2)::int`,
      [this.pathwayId, kind],
    );
    return rows;
  }
}
