/**
 * A committee's report by the clock: made before the meeting on the server that skips time, kept, announced to its members by
 * a mail without figures, once also when workers die.
 */
import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import pino from 'pino';
import { meetingActivities } from '../activities/meetings';
import { addMeeting, meetingById } from '../db/meetings';
import { endOfDay } from '../domain/calendar';
import { runStarter } from '../worker/starter';
import { meetingWorkflowId } from '../workflows/messages';
import { idOf, Office } from './setup/office';
import { createTimeSkippingEnvironment, testWorkflowBundle } from './setup/servers';

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'ERROR' } },
});

let env: TestWorkflowEnvironment;
let office: Office;
beforeAll(async () => {
  env = await createTimeSkippingEnvironment();
}, 60_000);
afterAll(() => env.teardown());
beforeEach(async () => {
  office = await Office.open('2026-03-10T05:00:00Z');
}, 60_000);
afterEach(() => office.close());

const days = (n: number) => n * 86_400_000;

/** A meeting thirty days after the clock of the server, its report seven days before it. @returns its id and that instant */
async function planned(siteId: string | null): Promise<{ id: string; makeAt: string }> {
  const now = await env.currentTimeMs();
  const id = randomUUID();
  const dayIn = (n: number) => new Date(now + days(n)).toISOString().slice(0, 10);
  const makeAt = new Date(now + days(23)).toISOString();
  await addMeeting(
    office.pool as never,
    { id, siteId, day: dayIn(30), asOf: dayIn(-1), compareTo: null, makeAt },
    { actorId: idOf('coordinator.tours'), now: new Date(now) },
  );
  return { id, makeAt };
}

/** What starts meetings, until the work is done. */
async function started<T>(taskQueue: string, work: () => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const starter = runStarter({
    owner: office.pool,
    temporal: env.client,
    taskQueue,
    log: pino({ level: 'silent' }),
    signal: stopping.signal,
    everyMs: 50,
  });
  try {
    return await work();
  } finally {
    stopping.abort();
    await starter;
  }
}

async function startedAt(id: string): Promise<void> {
  const sql = 'select id from meetings where id = $1 and started_at is not null';
  while ((await office.pool.query(sql, [id])).rows.length === 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

async function workerOf(taskQueue: string, activities = meetingActivities(office.pool)): Promise<Worker> {
  return Worker.create({
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    taskQueue,
    workflowBundle: await testWorkflowBundle(),
    activities,
  });
}

const keptOf = async (id: string) =>
  (await office.pool.query('select report, hash from kept_reports where meeting_id = $1', [id])).rows;

test('seven days before the meeting the report is made and kept, and each member told without a figure', async () => {
  await office.pathway('tours', { events: [{ type: 'enrolled' }] });
  // What it is made of here is the read model alone.
  await office.pool.query('update enrolments set started_at = created_at');
  const taskQueue = randomUUID();
  const { id, makeAt } = await planned('tours');
  const worker = await workerOf(taskQueue);
  await worker.runUntil(async () => {
    await started(taskQueue, () => startedAt(id));
    expect(await keptOf(id)).toEqual([]);
    await office.work();
    expect(office.recipients).toEqual([]);
    expect(await env.client.workflow.getHandle(meetingWorkflowId(id)).result()).toBe(true);
  });
  const [kept] = await keptOf(id);
  const meeting = await meetingById(office.pool, id);
  expect(meeting?.madeAt && meeting.madeAt >= makeAt).toBe(true);
  // By the clock of the workflow, not of this machine.
  expect(Date.parse(kept.report.knownAt) - Date.parse(makeAt)).toBeLessThan(days(1));
  expect(kept.report).toMatchObject({
    ...{ knownAt: meeting?.madeAt, asOf: endOfDay(meeting?.asOf as string), masked: true },
    site: { id: 'tours' },
  });

  await Promise.all([office.work(), office.work()]);
  await office.work();
  expect(office.recipients).toEqual(['committee.tours']);
  const [mail] = office.mailsTo('committee.tours');
  expect(mail?.subject).toBe('Service plus : note d’étape prête / progress report ready');
  expect(mail?.text).toContain(`\nhttps://service-plus.test/steering/report?meeting=${id}\n`);
  expect(mail?.text).toContain('La note d’étape du comité de pilotage de Tours, qui se réunit le ');
  // But for its days and the link no number stands in it.
  const words = (mail?.text ?? '')
    .replace(/https?:\S+/g, '')
    .replace(/\d\d\/\d\d\/\d{4}|\d{4}-\d\d-\d\d/g, '');
  expect(words).not.toMatch(/\d/);
});

test('the national committee is told by itself, and who switched it off is not', async () => {
  const taskQueue = randomUUID();
  const { id } = await planned(null);
  const off = await planned('blois');
  await office.pool.query(`insert into notification_choices values ($1, 'report_ready', false)`, [
    idOf('committee.blois'),
  ]);
  const worker = await workerOf(taskQueue);
  await worker.runUntil(() =>
    started(taskQueue, async () => {
      for (const meetingId of [id, off.id]) {
        await startedAt(meetingId);
        await env.client.workflow.getHandle(meetingWorkflowId(meetingId)).result();
      }
    }),
  );
  await office.work();
  expect(office.recipients).toEqual(['committee.national']);
  expect(office.mailsTo('committee.national')[0]?.text).toContain('du comité de pilotage national, ');
  expect((await keptOf(id))[0].report.site).toBeNull();
});

test('a worker that dies before or after it was kept makes it once, and one mail leaves', async () => {
  const taskQueue = randomUUID();
  const { id } = await planned('tours');
  const { makeMeetingReport } = meetingActivities(office.pool);
  let tries = 0;
  const worker = await workerOf(taskQueue, {
    // What Temporal sees of a worker that died: no answer, the first time before anything was done, then after all was.
    async makeMeetingReport(of) {
      tries++;
      if (tries === 1) throw new Error('died before');
      await makeMeetingReport(of);
      if (tries === 2) throw new Error('died after');
      return makeMeetingReport(of);
    },
  });
  await worker.runUntil(() =>
    started(taskQueue, async () => {
      await startedAt(id);
      await env.client.workflow.getHandle(meetingWorkflowId(id)).result();
    }),
  );
  expect(tries).toBe(3);
  expect(await keptOf(id)).toHaveLength(1);
  await office.work();
  await office.work();
  expect(office.recipients).toEqual(['committee.tours']);
});

test('of a meeting that was cancelled no report is made and nobody is told', async () => {
  const taskQueue = randomUUID();
  const { id } = await planned('tours');
  const worker = await workerOf(taskQueue);
  await worker.runUntil(async () => {
    await started(taskQueue, () => startedAt(id));
    await office.pool.query('update meetings set cancelled_at = now() where id = $1', [id]);
    expect(await env.client.workflow.getHandle(meetingWorkflowId(id)).result()).toBe(false);
  });
  expect(await keptOf(id)).toEqual([]);
  await office.work();
  expect(office.recipients).toEqual([]);
});
