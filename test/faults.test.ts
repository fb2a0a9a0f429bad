/** Parts are killed in the middle; afterwards nothing that was accepted is lost, nothing is there twice. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DrawRecord } from '../domain/draw/record';
import { defaultSettings } from '../domain/settings';
import { siteRules } from './setup/draws';
import { RunningSystem } from './setup/system';

jest.setTimeout(180_000);

let system: RunningSystem;
let coordinator: string;
let counsellor: string;

beforeAll(async () => {
  // A write waits for its pathway for one second, so that the outages of this test are short.
  system = await RunningSystem.create({
    ...{ API_WRITE_TIMEOUT_MS: '1000', DRAW_NOTICE_MINUTES: '0', DRAW_FROZEN_MINUTES: '0' },
  });
  coordinator = await system.token('coordinator.tours');
  counsellor = await system.token('counsellor.tours');
});
afterAll(() => system.stop());

const young = (lastName: string) => ({
  siteId: 'tours',
  lastName,
  firstName: 'Camille',
  birthDate: '2009-03-14',
  phone: '06 39 98 12 34',
  situation: 'seeking_training',
  origin: 'cfa',
  consentOn: '2026-11-02',
});

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await sleep(100);
  }
}

async function enrolled(lastName: string): Promise<string> {
  const { status, body } = await system.call(coordinator, 'POST', '/api/enrolments', young(lastName));
  expect(status).toBe(201);
  const id = body.id as unknown as string;
  await pathway(id);
  return id;
}

const pathway = (id: string) =>
  until(async () => {
    const { status, body } = await system.call(counsellor, 'GET', `/api/pathways/${id}`);
    return status === 200 && (body as unknown as { tasks: { kind: string; status: string }[] });
  });

const openKinds = async (id: string) =>
  (await pathway(id)).tasks.filter((t) => t.status === 'open').map((t) => t.kind);

async function everyReadModelIsItsWorkflow(): Promise<void> {
  const { exit, output } = await system.run('reconcile', '--check');
  expect(output).toMatch(/^\d+ equal$/m);
  expect(exit).toBe(0);
}

const reached = { outcome: 'reached', channel: 'phone' };

test('a worker that is killed while tasks are being completed loses none and does none twice', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 12; n++) ids.push(await enrolled(`Pendant ${'abcdefghijkl'[n]}`));
  const keys = ids.map(() => randomUUID());
  const complete = (n: number) =>
    system.call(counsellor, 'POST', `/api/tasks/${ids[n]}.1/complete`, reached, {
      'idempotency-key': keys[n] as string,
    });

  const answers = ids.map((_, n) => complete(n));
  await sleep(60);
  system.signal('worker', 'SIGKILL');
  // Recorded, accepted, or not accepted because nobody could: then it is safe to repeat.
  for (const { status } of await Promise.all(answers)) expect([200, 202, 503]).toContain(status);

  await system.recovered('worker');
  // A client that got no certain answer repeats its request.
  for (let n = 0; n < ids.length; n++) await until(async () => (await complete(n)).status === 200);
  for (const id of ids) {
    expect(await openKinds(id)).toEqual(['assign_referent']);
    const { body } = await system.call(counsellor, 'GET', `/api/pathways/${id}/timeline`);
    const types = (body.items as unknown as { type: string }[]).map((e) => e.type);
    expect(types.filter((t) => t === 'task_completed')).toHaveLength(1);
  }
  await everyReadModelIsItsWorkflow();
});

test('an enrolment whose API is killed between its two writes starts its pathway, once', async () => {
  const key = { 'idempotency-key': randomUUID() };
  // Temporal does not answer: the API has written the person, answers, and hangs before the start.
  system.signal('temporal', 'SIGSTOP');
  const answered = await system.call(coordinator, 'POST', '/api/enrolments', young('Coupée'), key);
  expect(answered.status).toBe(201);
  system.signal('api', 'SIGKILL');
  system.signal('temporal', 'SIGCONT');
  await system.recovered('api');

  // Nobody asks again: the starter begins it all the same.
  const found = await until(async () => {
    const { body } = await system.call(coordinator, 'GET', '/api/pathways', undefined, {
      'x-search': 'coupee',
    });
    const items = (body.items ?? []) as unknown as { id: string }[];
    return items.length > 0 && items;
  });
  expect(found).toHaveLength(1);
  // The client asks again with the same key: the same enrolment.
  const again = await system.call(coordinator, 'POST', '/api/enrolments', young('Coupée'), key);
  expect(again.body.id).toBe(found[0]?.id);
  expect(again.body.id).toBe(answered.body.id);
  expect([200, 201]).toContain(again.status);
  expect(await openKinds(found[0]?.id as string)).toEqual(['first_contact']);
  await everyReadModelIsItsWorkflow();
});

test('decisions taken while the database is away are accepted, and recorded when it is back', async () => {
  const id = await enrolled('Sans Base');
  // The API has seen the task and who asks.
  expect((await system.call(counsellor, 'GET', `/api/tasks/${id}.1`)).status).toBe(200);
  const request = { 'idempotency-key': randomUUID() };

  system.signal('postgres', 'SIGSTOP');
  const during = await system.call(counsellor, 'POST', `/api/tasks/${id}.1/complete`, reached, request);
  system.signal('postgres', 'SIGCONT');
  expect(during).toMatchObject({ status: 202, body: { status: 'accepted', pathwayId: id } });

  await until(async () => (await openKinds(id)).includes('assign_referent'));
  const again = await system.call(counsellor, 'POST', `/api/tasks/${id}.1/complete`, reached, request);
  expect(again.status).toBe(200);
  await everyReadModelIsItsWorkflow();
});

test('a database that dies and comes back loses nothing', async () => {
  const id = await enrolled('Base Tombée');
  system.signal('postgres', 'SIGKILL');
  await system.recovered('postgres');
  const key = { 'idempotency-key': randomUUID() };
  await until(
    async () =>
      (await system.call(counsellor, 'POST', `/api/tasks/${id}.1/complete`, reached, key)).status === 200,
  );
  await everyReadModelIsItsWorkflow();
});

test('a draw whose worker is killed at each of its moments is made once, and each pathway has its arm once', async () => {
  const [admin, atBlois] = await Promise.all(['admin', 'counsellor.blois'].map((who) => system.token(who)));
  const asAdmin = async <T>(method: string, url: string, body?: unknown) =>
    (await system.call(admin as string, method, url, body)) as { status: number; body: T };
  const settings = { ...defaultSettings, draw: true };
  expect((await asAdmin('PUT', '/api/admin/sites/blois/settings', settings)).status).toBe(200);
  const enrolling = await system.token('coordinator.blois');
  const ids: string[] = [];
  for (let n = 0; n < 14; n++) {
    const lastName = `Tirage ${'abcdefghijklmn'[n]}`;
    const body = { ...young(lastName), siteId: 'blois' };
    const made = await system.call(enrolling, 'POST', '/api/enrolments', body);
    expect(made.status).toBe(201);
    ids.push(made.body.id as unknown as string);
  }
  const statusOf = async (id: string) =>
    (await system.call(atBlois as string, 'GET', `/api/pathways/${id}`)).body.status as unknown as string;
  const inSeconds = (n: number) => new Date(Date.now() + n * 1000).toISOString();
  for (const id of ids) await until(async () => (await statusOf(id)) === 'awaiting_draw');

  let deaths = system.start.output.split('worker is running again').length - 1;
  const die = async () => {
    system.signal('worker', 'SIGKILL');
    await system.recovered('worker', ++deaths);
  };
  const announced = await asAdmin<{ id: string }>('POST', '/api/draws', {
    wave: 'Pendant la panne',
    rules: { strata: 'site', sites: [siteRules('blois')], publicNumber: null },
    ...{ freezeAt: inSeconds(8), drawAt: inSeconds(16) },
  });
  expect(announced.status).toBe(201);
  const url = `/api/draws/${announced.body.id}`;
  const states = ['announced', 'committed', 'frozen', 'drawn'];
  const reached = (state: string) =>
    until(async () => {
      const { body } = await asAdmin<{ state: string }>('GET', url);
      return states.indexOf(body.state) >= states.indexOf(state);
    });
  await die();
  await reached('committed');
  await die();
  await reached('frozen');
  await die();
  await reached('drawn');
  await die();
  // The first have been told.
  await until(async () =>
    (await Promise.all(ids.map(statusOf))).some((status) => status !== 'awaiting_draw'),
  );
  await die();

  const { body: record } = await asAdmin<DrawRecord>('GET', `${url}/record`);
  const arms = new Map(record.allocations.map(({ id, arm }) => [id, arm]));
  expect([...arms.keys()].sort()).toEqual([...ids].sort());
  expect(record.log.map(({ what }) => what)).toEqual(['committed', 'frozen', 'drawn']);
  const file = path.join(system.dataDir, 'record.json');
  writeFileSync(file, JSON.stringify(record));
  const verifier = path.join(__dirname, '../verifier/verify-draw.mjs');
  expect(spawnSync(process.execPath, [verifier, file]).status).toBe(0);
  for (const id of ids) {
    const status = arms.get(id) === 'standard' ? 'usual_service' : 'active';
    await until(async () => (await statusOf(id)) === status);
    const { body } = await system.call(atBlois as string, 'GET', `/api/pathways/${id}/timeline?limit=200`);
    const types = (body.items as unknown as { type: string }[]).map((e) => e.type);
    expect(types.filter((type) => type === 'arm_drawn')).toHaveLength(1);
    expect(types.filter((type) => type === 'step_entered')).toHaveLength(status === 'active' ? 1 : 0);
    expect(types.filter((type) => type === 'task_opened' || type === 'task_planned').length > 0).toBe(
      status === 'active',
    );
  }
  await everyReadModelIsItsWorkflow();
});
