/** The ladder of a task that nobody does, and a site's settings while a pathway is under way. */

import { defaultSettings } from '../domain/settings';
import { dayAfter, endOfDay, parisDay, startOfDay } from '../test/setup/paris';
import { PathwayWorld, person } from '../test/setup/pathways';
import { assignTask, claimTask } from './messages';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterEach(() => world.forgetAll());
afterAll(() => world.end());

describe('a task that nobody does', () => {
  test('is reminded, goes to the coordinator and to the local committee, once each', async () => {
    const young = await world.enrol();
    const task = await young.task('first_contact');
    const dueOn = parisDay(task.instants?.dueAt as string);
    const ladder = {
      task_reminded: startOfDay(dayAfter(dueOn, { workingDays: -1 })),
      task_escalated: endOfDay(dayAfter(dueOn, { workingDays: 3 })),
      task_flagged: endOfDay(dayAfter(dueOn, { workingDays: 10 })),
    };
    await young.pass('70 days');
    const rungs = (await young.timeline(...Object.keys(ladder))).filter((e) => e.data?.taskId === task.id);
    expect(rungs.map((e) => e.type)).toEqual(Object.keys(ladder));
    for (const { type, at } of rungs) {
      const lateness = Date.parse(at) - Date.parse(ladder[type as keyof typeof ladder]);
      expect(lateness).toBeGreaterThanOrEqual(0);
      expect(lateness).toBeLessThan(60_000);
    }
    expect((await young.task('first_contact')).rungs).toEqual(['reminded', 'escalated', 'flagged']);
  });

  test('is still done by whoever does it at last, and then is on no ladder', async () => {
    const young = await world.enrol();
    const { instants } = await young.task('first_contact');
    await young.passTo(instants?.escalateAt as string);
    await young.complete('first_contact', 'reached', { channel: 'visit' });
    await young.pass('30 days');
    expect(await young.timeline('task_flagged')).not.toContainEqual(
      expect.objectContaining({ data: expect.objectContaining({ kind: 'first_contact' }) }),
    );
  });

  test('is not reminded before it opens', async () => {
    const young = await world.enrol();
    await young.complete('first_contact', 'reached', { channel: 'phone' });
    await young.pass('16 days');
    const told = await young.timeline('task_opened', 'task_reminded', 'task_escalated');
    expect(told.filter((e) => e.data?.kind === 'hard_to_reach_decision')).toEqual([]);
  });

  test('waits without a single event between its deadlines', async () => {
    const young = await world.enrol();
    await young.pass('70 days');
    const { historyLength } = await young.handle.describe();
    await young.pass('200 days');
    expect((await young.handle.describe()).historyLength).toBe(historyLength);
  });
});

test('a planned task opens for the referent', async () => {
  const young = await world.enrolInto('contract_search');
  const task = await young.untilOpen('search_follow_up');
  expect(task.assigneeId).toBe((await young.settled()).pathway.referentId);
});

test('a task that the coordinator took over stays with them', async () => {
  const young = await world.enrolInto('contract_search');
  const { id: taskId } = await young.task('search_workshop');
  await young.send(assignTask, { taskId, by: young.coordinator, assigneeId: person('partner.tours') });
  await young.pass('40 days');
  expect((await young.task('search_workshop')).assigneeId).toBe(person('partner.tours'));
});

test('new settings hold for what is asked from then on, and say their version', async () => {
  const young = await world.enrol({ siteId: 'blois' });
  const settings = {
    ...defaultSettings,
    tasks: { ...defaultSettings.tasks, assign_referent: { due: { workingDays: 7 } } },
    counts: { ...defaultSettings.counts, contactAttempts: 2 },
  };
  await world.pool.query(
    `insert into site_settings (site_id, version, settings, applied_at) values ('blois', 2, $1, $2)`,
    [settings, await world.now()],
  );
  // The journal looks a site's settings up again after two seconds.
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  const { id: taskId } = await young.task('first_contact');
  await young.send(claimTask, { taskId });
  const before = await young.settled();
  expect(before.tasks.map((t) => t.instants?.settingsVersion)).toEqual([1, 1]);
  await young.contact('not_reached', 'phone');
  await young.contact('not_reached', 'sms');
  expect(await young.open()).toContain('hard_to_reach_decision');
  expect((await young.settled()).pathway.settingsVersion).toBe(2);

  await young.complete('first_contact', 'reached', { channel: 'phone' });
  const task = await young.task('assign_referent');
  expect(task.instants).toMatchObject({
    settingsVersion: 2,
    dueAt: endOfDay(dayAfter(parisDay(task.plannedAt), { workingDays: 7 })),
  });
});
