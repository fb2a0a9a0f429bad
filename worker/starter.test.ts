/** Enrolments whose start was interrupted, or that an import wrote, against real servers. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Pool } from 'pg';
import pino from 'pino';
import { enrol } from '../api/enrolling';
import { insertBroadcast, readBroadcast } from '../db/broadcasts';
import { enrolmentsChannel } from '../db/enrolments';
import { apiPool, ownerPool } from '../db/pool';
import type { Enrolment } from '../domain/enrolment';
import { anEnrolment, coordinatorOfTours, insertStaff } from '../test/data/enrolling';
import { createTestDatabase, type TestDatabase, testTemporalAddress } from '../test/setup/servers';
import { runStarter } from './starter';

let database: TestDatabase;
let owner: Pool;
let api: Pool;
let connection: Connection;
let temporal: Client;
const taskQueue = `starter-${randomUUID()}`;
const log = pino({ level: 'silent' });
const stopping: AbortController[] = [];
const running: Promise<void>[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  owner = ownerPool(database.url, { name: 'test' });
  api = apiPool(database.url, { name: 'test' });
  connection = await Connection.connect({ address: await testTemporalAddress() });
  temporal = new Client({ connection });
  await insertStaff(owner);
});
afterEach(async () => {
  for (const s of stopping.splice(0)) s.abort();
  await Promise.all(running.splice(0));
});
afterAll(async () => {
  await Promise.all([api.end(), owner.end(), connection.close()]);
  await database.drop();
});

function starter(more: { everyMs?: number; temporal?: Client } = {}): void {
  const stop = new AbortController();
  stopping.push(stop);
  running.push(runStarter({ owner, temporal, taskQueue, log, signal: stop.signal, everyMs: 50, ...more }));
}

let people = 0;
async function interrupted(secondsAgo: number): Promise<string> {
  const body: Enrolment = anEnrolment({
    lastName: `Personne ${'abcdefghijklmnopqrstuvwxyz'[people++]}`,
    externalNumber: undefined,
  });
  const { enrolmentId } = await enrol(api, coordinatorOfTours, body, null, new Date());
  await owner.query('update enrolments set created_at = now() - make_interval(secs => $2) where id = $1', [
    enrolmentId,
    secondsAgo,
  ]);
  return enrolmentId;
}

const startedAt = async (id: string) =>
  (await owner.query('select started_at from enrolments where id = $1', [id])).rows[0]
    .started_at as Date | null;

async function started(id: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await startedAt(id))) {
    if (Date.now() > deadline) throw new Error('never started');
    await sleep(20);
  }
}

const description = (id: string) => temporal.workflow.getHandle(`pathway-${id}`).describe();

test('an interrupted start is made up for, with what the enrolment says and nothing of the person', async () => {
  const id = await interrupted(10);
  starter();
  await started(id);
  const { type, taskQueue: queue } = await description(id);
  expect([type, queue]).toEqual(['pathway', taskQueue]);
});

test('the request that has just made an enrolment starts it itself', async () => {
  const [fresh, old] = [await interrupted(0), await interrupted(10)];
  starter();
  await started(old);
  expect(await startedAt(fresh)).toBeNull();
});

test('a pathway that runs already, or has ended, is not started again', async () => {
  const id = await interrupted(10);
  const start = () =>
    temporal.workflow.start('pathway', { workflowId: `pathway-${id}`, taskQueue, args: [{}] });
  const { firstExecutionRunId } = await start();
  starter();
  await started(id);
  expect((await description(id)).runId).toBe(firstExecutionRunId);
  await temporal.workflow.getHandle(`pathway-${id}`).terminate();
  await owner.query('update enrolments set started_at = null where id = $1', [id]);
  await started(id);
  expect((await description(id)).status.name).toBe('TERMINATED');
});

test('told by PostgreSQL, it starts an import at once', async () => {
  starter({ everyMs: 60_000 });
  await sleep(300);
  const id = await interrupted(0);
  await owner.query('update enrolments set import_id = gen_random_uuid() where id = $1', [id]);
  await api.query(`notify ${enrolmentsChannel}`);
  await started(id);
});

test('two starters share the work, and one without Temporal does not keep it', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, () => interrupted(10)));
  const nowhere = Connection.lazy({ address: '127.0.0.1:1' });
  starter({ temporal: new Client({ connection: nowhere }), everyMs: 1_000 });
  starter();
  starter();
  await Promise.all(ids.map(started));
});

describe('a broadcast', () => {
  async function written(dueAt?: string): Promise<string> {
    const client = await owner.connect();
    const message = { kind: 'settings', version: 2 } as const;
    const id = await insertBroadcast(client, {
      siteId: 'tours',
      message,
      createdBy: coordinatorOfTours.id,
      ...(dueAt && { dueAt }),
    });
    client.release();
    return id;
  }
  const startOf = async (id: string) => (await readBroadcast(owner, id))?.startedAt ?? null;
  async function begun(id: string): Promise<void> {
    const deadline = Date.now() + 10_000;
    while ((await startOf(id)) === null) {
      if (Date.now() > deadline) throw new Error('never started');
      await sleep(20);
    }
  }
  const past = () => new Date(Date.now() - 1_000).toISOString();
  const handle = (id: string) => temporal.workflow.getHandle(`broadcast-${id}`);

  test('is started when it is due, without being looked for every few seconds', async () => {
    starter({ everyMs: 60_000 });
    await sleep(300);
    const [soon, later] = [await written(), await written('2099-01-01T00:00:00.000Z')];
    await begun(soon);
    const { rows } = await owner.query('select started_at >= due_at as due from broadcasts where id = $1', [
      soon,
    ]);
    expect(rows[0].due).toBe(true);
    const { type, taskQueue: queue } = await handle(soon).describe();
    expect([type, queue]).toEqual(['broadcast', taskQueue]);
    expect(await startOf(later)).toBeNull();
  });

  test('that was told already is not told again', async () => {
    const id = await written(past());
    await temporal.workflow.start('broadcast', { workflowId: `broadcast-${id}`, taskQueue, args: [{}] });
    await handle(id).terminate();
    starter();
    await begun(id);
    expect((await handle(id).describe()).status.name).toBe('TERMINATED');
  });

  test('waits while Temporal is away, and does not keep the starter busy', async () => {
    const id = await written(past());
    const nowhere = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const tried = jest.spyOn(nowhere.workflow, 'start').mockRejectedValue(new Error('away'));
    // Of this one: the enrolment that an earlier test left to its request may have grown old enough meanwhile.
    const attempts = () =>
      tried.mock.calls.filter(([, options]) => options.workflowId === `broadcast-${id}`).length;
    const began = Date.now();
    starter({ temporal: nowhere, everyMs: 300 });
    while (attempts() < 3) await sleep(20);
    expect(Date.now() - began).toBeGreaterThan(590);
    expect(await startOf(id)).toBeNull();
    starter();
    await begun(id);
  });
});
