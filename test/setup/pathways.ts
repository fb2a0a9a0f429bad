/** Pathways under test: a time-skipping server, a worker and a database of the test's own, and how one walks through. */
import { randomUUID } from 'node:crypto';
import type { UpdateDefinition } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import type { Pool } from 'pg';
import { ownerPool } from '../../db/pool';
import { demonstrationPeople, seedDemonstration } from '../../db/seed';
import { addDelay, type Day, type Delay, dayOf } from '../../domain/calendar';
import type { TaskRecord } from '../../domain/journal';
import { defaultSettings, rulesOf } from '../../domain/settings';
import type { OutcomeOf, TaskKind } from '../../domain/tasks';
import { createWorker } from '../../worker/worker';
import * as messages from '../../workflows/messages';
import { type PathwayInput, pathwayState, pathwayWorkflowId, type Recorded } from '../../workflows/messages';
import { createTestDatabase, createTimeSkippingEnvironment, testWorkflowBundle } from './servers';

const taskQueue = 'pathways-under-test';

/** The id of a demonstration person: `counsellor.tours`. */
export function person(subject: string): string {
  const found = demonstrationPeople().find((p) => p.subject === subject);
  if (!found) throw new Error(`no demonstration person ${subject}`);
  return found.id;
}

export class PathwayWorld {
  private running?: Promise<void>;
  private worker?: Worker;

  private constructor(
    readonly env: TestWorkflowEnvironment,
    readonly pool: Pool,
    readonly databaseUrl: string,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  static async create(): Promise<PathwayWorld> {
    const [env, database] = await Promise.all([createTimeSkippingEnvironment(), createTestDatabase()]);
    await seedDemonstration(database.url);
    const pool = ownerPool(database.url, { name: 'test' });
    const world = new PathwayWorld(env, pool, database.url, database.drop);
    await world.startWorker();
    return world;
  }

  async startWorker(): Promise<void> {
    this.worker = await createWorker({
      connection: this.env.nativeConnection,
      namespace: this.env.namespace ?? 'default',
      taskQueue,
      pool: this.pool,
      workflowBundle: await testWorkflowBundle(),
    });
    this.running = this.worker.run();
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

  /** The Paris day it is on the server's clock, or so long after. */
  async day(after: Delay = { days: 0 }): Promise<Day> {
    const today = dayOf(await this.env.currentTimeMs());
    return addDelay(today, after, { alsaceMoselle: false, closures: [] }, 'none').day;
  }

  /** Enrols a young person (an invented one) and starts the pathway. */
  async enrol(
    more: Partial<Omit<PathwayInput, 'pathwayId' | 'rules' | 'enrolledBy'>> = {},
  ): Promise<YoungPerson> {
    const pathwayId = randomUUID();
    const siteId = more.siteId ?? 'tours';
    const enrolledBy = person(`coordinator.${siteId}`);
    const now = new Date(await this.env.currentTimeMs());
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
         values ($2, 'Dupont', 'Camille', '2009-01-01', '06 39 98 00 00', 'dupont camille') returning id)
       insert into enrolments (id, person_id, site_id, situation, origin, consent_on, enrolled_on, created_by, created_at, start_input, started_at)
       select $1, p.id, $3, 'seeking_training', 'cfa', $4::timestamptz::date, $4::timestamptz::date, $5, $4, $6, $4 from p`,
      [pathwayId, randomUUID(), siteId, now, enrolledBy, JSON.stringify(input)],
    );
    await this.env.client.workflow.start('pathway', {
      workflowId: pathwayWorkflowId(pathwayId),
      taskQueue,
      args: [input],
    });
    const young = new YoungPerson(this, pathwayId, siteId);
    await young.settled();
    return young;
  }
}

export class YoungPerson {
  constructor(
    private readonly world: PathwayWorld,
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
    for (let tries = 0; tries < 200; tries++) {
      const state = await this.state();
      if (!state.pending && state.revision > 0) return state;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('the pathway does not come to rest');
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

  /** The open task of a kind (and subject), the only one there is. */
  async task(kind: TaskKind, subject?: string): Promise<TaskRecord> {
    const { tasks } = await this.settled();
    const found = tasks.filter((t) => t.kind === kind && (subject === undefined || t.subject === subject));
    const open = found.filter((t) => t.status === 'open');
    if (open.length !== 1) {
      throw new Error(
        `${open.length} open ${kind}; there are ${tasks.map((t) => `${t.kind} ${t.status}`).join(', ')}`,
      );
    }
    return open[0] as TaskRecord;
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
      await this.pass(Math.max(1_000, wait + 1_000));
    }
    throw new Error(`no ${kind} opened within the time`);
  }

  /** Lets time pass: milliseconds, or '8 days'. */
  async pass(time: number | `${number} ${'days' | 'hours'}`): Promise<void> {
    await this.world.env.sleep(time as number);
    await this.settled();
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
}
