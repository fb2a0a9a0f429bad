/** Broadcasts over live pathways on skipped time: what a change does to deadlines that have passed, and whom it reaches. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { insertBroadcast, readBroadcast } from '../db/broadcasts';
import { reconcile } from '../db/reconcile';
import type { Broadcast } from '../domain/broadcasts';
import { addDelay, dayOf, endOfDay } from '../domain/calendar';
import { defaultSettings, type Settings } from '../domain/settings';
import { readWorkflow } from '../worker/read-workflow';
import {
  broadcastWorkflowId,
  exitPathway,
  holdPathway,
  resumePathway,
  transferReferent,
} from '../workflows/messages';
import { PathwayWorld, person, type YoungPerson } from './setup/pathways';

jest.setTimeout(60_000);

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
});
afterEach(async () => {
  await world.forgetAll();
  await world.pool.query('delete from absences');
});
afterAll(() => world.end());

/** Tells a site's pathways, and waits until each has recorded it. @returns how many were told */
async function tell(message: Broadcast, siteId: string, pathways: YoungPerson[] = []): Promise<number> {
  const client = await world.pool.connect();
  const createdBy = person(`coordinator.${siteId}`);
  const id = await insertBroadcast(client, { siteId, message, createdBy });
  client.release();
  await world.env.client.workflow.start('broadcast', {
    workflowId: broadcastWorkflowId(id),
    taskQueue: world.taskQueue,
    args: [{ broadcastId: id }],
  });
  for (let tries = 0; tries < 1_000; tries++) {
    const { doneAt, told } = (await readBroadcast(world.pool, id)) ?? {};
    if (doneAt) {
      await Promise.all(pathways.map((young) => young.settled()));
      return told as number;
    }
    await sleep(20);
  }
  throw new Error('the pathways are not told');
}

async function apply(siteId: string, version: number, change: (s: Settings) => void): Promise<void> {
  const settings = structuredClone(defaultSettings);
  change(settings);
  await world.pool.query(
    'insert into site_settings (site_id, version, settings, applied_at) values ($1, $2, $3, now())',
    [siteId, version, JSON.stringify(settings)],
  );
}

/** From now on for a year. */
async function away(who: string, substitute: string): Promise<void> {
  await world.pool.query(
    `insert into absences (id, staff_id, first_day, last_day, substitute_id, recorded_by, recorded_at)
     values (gen_random_uuid(), $1, $2, $3, $4, $1, now())`,
    [person(who), await world.day(), await world.day({ days: 365 }), person(substitute)],
  );
}

const after = (from: string, workingDays: number) =>
  endOfDay(addDelay(dayOf(from), { workingDays }, defaultSettings.calendar, 'next').day);

test('a task that is overdue gets the time a change gives it, and climbs no step of its ladder twice', async () => {
  const young = await world.enrol({ siteId: 'tours' });
  const { plannedAt, instants } = await young.task('first_contact');
  await young.passTo(instants?.escalateAt as string);
  expect((await young.task('first_contact')).rungs).toEqual(['reminded', 'escalated']);

  await apply('tours', 2, (s) => {
    s.tasks.first_contact.due = { workingDays: 20 };
  });
  await tell({ kind: 'settings', version: 2 }, 'tours', [young]);
  const later = await young.task('first_contact');
  expect(later.instants).toMatchObject({ dueAt: after(plannedAt, 20), settingsVersion: 2 });
  expect(later.rungs).toEqual(['reminded', 'escalated']);
  const moved = { taskId: later.id, kind: 'first_contact', which: 'dueAt', settingsVersion: 2 };
  expect((await young.timeline('deadline_moved')).map((e) => e.data)).toContainEqual({
    ...moved,
    from: instants?.dueAt,
    to: later.instants?.dueAt,
  });

  await young.passTo(instants?.committeeAt as string);
  expect(await young.timeline('task_flagged')).toEqual([]);
  await young.passTo(later.instants?.committeeAt as string);
  for (const type of ['task_reminded', 'task_escalated', 'task_flagged']) {
    const events = (await young.timeline(type)).filter((e) => e.data?.taskId === later.id);
    expect([type, events.length]).toEqual([type, 1]);
  }
});

test('a task whose time a change takes away is not dropped: what was due since is due at once', async () => {
  const young = await world.enrol({ siteId: 'blois' });
  const { id, plannedAt, instants } = await young.task('first_contact');
  await young.passTo(instants?.dueAt as string);
  await apply('blois', 2, (s) => {
    s.tasks.first_contact.due = { workingDays: 0 };
    s.ladder.escalationAfter = { workingDays: 1 };
    s.ladder.committeeAfter = { workingDays: 2 };
  });
  await tell({ kind: 'settings', version: 2 }, 'blois', [young]);
  const task = await young.task('first_contact');
  expect(task.instants?.dueAt).toBe(after(plannedAt, 0));
  expect(task.rungs).toEqual(['reminded', 'escalated', 'flagged']);
  const told = (await young.timeline('deadline_moved')).filter((e) => e.data?.taskId === id);
  expect(told.map((e) => e.data?.to)).toEqual([task.instants?.dueAt]);
  expect(
    await reconcile(
      world.pool,
      young.pathwayId,
      () => readWorkflow(world.env.client, young.pathwayId),
      false,
    ),
  ).toEqual({ result: 'equal', differences: [] });
});

test('of somebody who is away hear the pathways with a task that they have or that is stood in for', async () => {
  const [theirs, stoodIn] = await Promise.all([1, 2].map(() => world.enrolInto('contract_search')));
  await world.enrol();
  const counsellor = person('counsellor.tours');
  await world.pool.query(
    `update tasks set assignee_id = $2, stands_in_for = $3 where pathway_id = $1 and status = 'open'`,
    [stoodIn?.pathwayId, person('counsellor2.tours'), counsellor],
  );
  const young = [theirs, stoodIn] as YoungPerson[];
  const before = await Promise.all(young.map(async (y) => (await y.settled()).revision));
  expect(await tell({ kind: 'staff', staffId: counsellor }, 'tours', young)).toBe(2);
  expect(await tell({ kind: 'staff', staffId: counsellor }, 'blois')).toBe(0);
  // Nobody is away: it is recorded that this was looked up, and nothing else.
  const recorded = await Promise.all(young.map(async (y) => (await y.settled()).revision));
  expect(recorded).toEqual(before.map((revision) => revision + 1));
});

test('of somebody who leaves hear their pathways, exited ones too, and those they have lent to another', async () => {
  const of = person('counsellor.tours');
  const [own, exited, lent, other] = (await Promise.all(
    [1, 2, 3, 4].map(() => world.enrolInto('contract_search')),
  )) as [YoungPerson, YoungPerson, YoungPerson, YoungPerson];
  await exited.send(exitPathway, { code: 'declined' });
  const by = person('coordinator.tours');
  await lent.send(transferReferent, {
    by,
    referentId: person('counsellor2.tours'),
    until: await world.day({ days: 20 }),
  });
  await other.send(transferReferent, { by, referentId: person('counsellor2.tours') });
  await world.pool.query(`update tasks set assignee_id = null where pathway_id = any($1)`, [
    [lent.pathwayId, other.pathwayId],
  ]);
  const to = { [own.pathwayId]: person('counsellor3.tours') };
  const all = [own, exited, lent, other];
  expect(await tell({ kind: 'hand_over', from: of, by, to }, 'tours', all)).toBe(3);
  const referents = await Promise.all(all.map(async (y) => (await y.settled()).pathway.referentId));
  expect(referents).toEqual([
    person('counsellor3.tours'),
    null,
    person('counsellor2.tours'),
    person('counsellor2.tours'),
  ]);
  // Nobody is named for whom it would come back to: whoever has it keeps it.
  expect(await lent.waits()).toEqual([]);
});

test('what a change would open opens when the pathway goes on, if it is on hold', async () => {
  const young = await world.enrol({ siteId: 'ain' });
  await young.plannedTask('hard_to_reach_decision');
  await young.send(holdPathway, { until: await world.day({ days: 60 }) });
  await apply('ain', 2, (s) => {
    s.tasks.hard_to_reach_decision.opensAfter = { days: 0 };
  });
  await tell({ kind: 'settings', version: 2 }, 'ain', [young]);
  expect((await young.plannedTask('hard_to_reach_decision')).instants).toMatchObject({ settingsVersion: 2 });
  await young.send(resumePathway, {});
  await young.task('hard_to_reach_decision');
  expect(
    (await young.timeline('task_opened')).filter((e) => e.data?.kind === 'hard_to_reach_decision'),
  ).toHaveLength(1);
});

test('what a change opens opens for whoever is there', async () => {
  const young = await world.enrolInto('contract_search');
  const { id } = await young.plannedTask('search_follow_up');
  await away('counsellor.tours', 'counsellor2.tours');
  const { rows } = await world.pool.query(
    `select max(version) + 1 as next from site_settings where site_id = 'tours'`,
  );
  const version = rows[0].next ?? 2;
  await apply('tours', version, (s) => {
    s.tasks.search_follow_up.due = { days: 0 };
  });
  await tell({ kind: 'settings', version }, 'tours', [young]);
  const opened = await young.task('search_follow_up');
  expect(opened).toMatchObject({
    id,
    assigneeId: person('counsellor2.tours'),
    standsInFor: person('counsellor.tours'),
  });
});

test('a substitute who goes away too is stood in for', async () => {
  const young = await world.enrolInto('contract_search');
  await away('counsellor.tours', 'counsellor2.tours');
  await tell({ kind: 'staff', staffId: person('counsellor.tours') }, 'tours', [young]);
  await away('counsellor2.tours', 'counsellor3.tours');
  await tell({ kind: 'staff', staffId: person('counsellor2.tours') }, 'tours', [young]);
  expect(await young.task('search_workshop')).toMatchObject({
    assigneeId: person('counsellor3.tours'),
    standsInFor: person('counsellor.tours'),
  });
});

test('a page that finds pathways closed goes on to the next, and counts who was there to hear', async () => {
  const young = await world.enrol({ siteId: 'roanne' });
  // As of a restored backup: their workflows are not there.
  await world.pool.query(
    `with e as (insert into enrolments select (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid()))).*
       from enrolments e, generate_series(1, 450) where e.id = $1 returning id)
     select count(*) from e`,
    [young.pathwayId],
  );
  await world.pool.query(
    `insert into pathways select (jsonb_populate_record(p, jsonb_build_object('id', e.id))).*
     from pathways p, enrolments e where p.id = $1 and e.site_id = 'roanne' and e.id <> $1`,
    [young.pathwayId],
  );
  await apply('roanne', 2, (s) => {
    s.tasks.first_contact.due = { workingDays: 4 };
  });
  expect(await tell({ kind: 'settings', version: 2 }, 'roanne', [young])).toBe(1);
  expect((await young.task('first_contact')).instants?.settingsVersion).toBe(2);
});

test('a broadcast that was withdrawn before it began tells nobody', async () => {
  const handle = await world.env.client.workflow.start('broadcast', {
    workflowId: broadcastWorkflowId(randomUUID()),
    taskQueue: world.taskQueue,
    args: [{ broadcastId: randomUUID() }],
  });
  await expect(handle.result()).resolves.toBeUndefined();
});
