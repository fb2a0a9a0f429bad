/** What people may say to a pathway and what is refused; a request that arrives twice counts once. */
import { randomUUID } from 'node:crypto';
import type { Decision } from '../domain/tasks';
import { PathwayWorld, person, refusalOf, type YoungPerson } from '../test/setup/pathways';
import {
  assignTask,
  claimTask,
  completeTask,
  exitPathway,
  proposeOffer,
  raiseAlert,
  recordContact,
  recordContract,
  recordEmployment,
  recordTermination,
  releaseTask,
  undoExit,
} from './messages';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterEach(() => world.forgetAll());
afterAll(() => world.end());

const colleague = person('counsellor2.tours');

describe('a task', () => {
  let young: YoungPerson;
  let taskId: string;
  beforeEach(async () => {
    young = await world.enrol();
    taskId = (await young.task('first_contact')).id;
  });
  const reached: Decision = { outcome: 'reached', channel: 'phone' };
  const holder = async () => (await young.task('first_contact')).assigneeId;

  test('that nobody holds may be completed by whoever may take it', async () => {
    await young.send(completeTask, { taskId, by: colleague, decision: reached });
    const { rows } = await world.pool.query('select closed_by, outcome from tasks where id = $1', [taskId]);
    expect(rows).toEqual([{ closed_by: colleague, outcome: 'reached' }]);
  });

  test('that was claimed is completed by nobody else, who is told who holds it', async () => {
    await young.send(claimTask, { taskId });
    expect(await holder()).toBe(young.counsellor);
    for (const attempt of [
      young.send(completeTask, { taskId, by: colleague, decision: reached }),
      young.send(claimTask, { taskId, by: colleague }),
      young.send(releaseTask, { taskId, by: colleague }),
    ]) {
      expect(await refusalOf(attempt)).toMatchObject({ type: 'task_held', heldBy: young.counsellor });
    }
    await young.send(completeTask, { taskId, decision: reached });
  });

  test('may be claimed again by who holds it', async () => {
    await young.send(claimTask, { taskId });
    await young.send(claimTask, { taskId });
    expect(await holder()).toBe(young.counsellor);
  });

  test('that is given back may be taken by a colleague', async () => {
    await young.send(claimTask, { taskId });
    await young.send(releaseTask, { taskId });
    expect(await holder()).toBeUndefined();
    await young.send(claimTask, { taskId, by: colleague });
    expect(await holder()).toBe(colleague);
  });

  test('that nobody holds cannot be given back', async () => {
    expect(await refusalOf(young.send(releaseTask, { taskId }))).toMatchObject({ type: 'task_not_held' });
  });

  test('is freed and assigned by the coordinator, whoever holds it', async () => {
    await young.send(claimTask, { taskId });
    await young.send(releaseTask, { taskId, by: young.coordinator, force: true });
    expect(await holder()).toBeUndefined();
    await young.send(assignTask, { taskId, by: young.coordinator, assigneeId: colleague });
    await young.send(assignTask, { taskId, by: young.coordinator, assigneeId: young.counsellor });
    expect(await holder()).toBe(young.counsellor);
    expect(
      (await young.timeline('task_claimed', 'task_released', 'task_assigned')).map((e) => e.type),
    ).toEqual(['task_claimed', 'task_released', 'task_assigned', 'task_assigned']);
  });

  test('that is closed cannot be completed, claimed, given back or assigned', async () => {
    await young.send(completeTask, { taskId, decision: reached });
    const before = await young.timeline();
    for (const attempt of [
      young.send(completeTask, { taskId, decision: reached }),
      young.send(claimTask, { taskId }),
      young.send(releaseTask, { taskId }),
      young.send(assignTask, { taskId, assigneeId: colleague }),
    ]) {
      expect((await refusalOf(attempt)).type).toBe('task_closed');
    }
    await young.settled();
    expect(await young.timeline()).toEqual(before);
  });

  test('of two who complete it at the same moment, one is told that it is closed', async () => {
    const both = await Promise.allSettled([
      young.send(completeTask, { taskId, decision: reached }),
      young.send(completeTask, { taskId, by: colleague, decision: reached }),
    ]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await young.open()).toEqual(['assign_referent']);
  });

  test('that is planned waits for its day', async () => {
    const planned = await young.plannedTask('hard_to_reach_decision');
    const attempt = young.send(completeTask, { taskId: planned.id, decision: { outcome: 'lost_contact' } });
    expect((await refusalOf(attempt)).type).toBe('task_planned');
  });

  test.each([
    ['of another pathway', () => `${randomUUID()}.1`],
    ['that never was', () => `${young.pathwayId}.99`],
    ['with a number that is none', () => `${young.pathwayId}.first`],
    ['with no name', () => ''],
  ])('%s is unknown', async (_, id) => {
    const attempt = young.send(completeTask, { taskId: id(), decision: reached });
    expect((await refusalOf(attempt)).type).toBe('task_unknown');
  });

  test.each<[string, Decision, string]>([
    ['an outcome of another kind', { outcome: 'attended' }, '/outcome'],
    ['a field that is missing', { outcome: 'reached' }, '/channel'],
    ['a field with a wrong value', { outcome: 'reached', channel: 'pigeon' }, '/channel'],
    [
      'words, which belong to PostgreSQL',
      { outcome: 'reached', channel: 'sms', comment: 'Bonjour' },
      '/outcome',
    ],
  ])('is not completed with %s', async (_, decision, field) => {
    const attempt = young.send(completeTask, { taskId, decision });
    expect(await refusalOf(attempt)).toMatchObject({ type: 'outcome_invalid', field });
    expect(await young.open()).toEqual(['first_contact']);
  });
});

describe('a contract', () => {
  test.each([
    ['that ends before it starts', { startsOn: '2027-09-01', endsOn: '2027-08-31' }],
    ['that ends on the day it starts', { startsOn: '2027-09-01', endsOn: '2027-09-01' }],
    ['signed after its end', { startsOn: '2025-09-01', endsOn: '2026-06-30' }],
  ])('%s is refused', async (_, dates) => {
    const young = await world.enrol();
    const attempt = young.send(recordContract, { signedOn: '2027-01-10', ...dates });
    expect(await refusalOf(attempt)).toMatchObject({ type: 'dates_contradict', field: '/endsOn' });
    expect((await young.settled()).contracts).toEqual([]);
  });

  test('with contradictory dates is refused in the interview too', async () => {
    const young = await world.enrol();
    await young.complete('first_contact', 'reached', { channel: 'phone' });
    await young.complete('assign_referent', 'assigned', { referentId: young.counsellor });
    const terms = { ...(await young.terms()), endsOn: '2020-01-01' };
    expect(await refusalOf(young.complete('entry_interview', 'contract_signed', terms))).toMatchObject({
      type: 'dates_contradict',
    });
  });

  test('is not recorded beside one that runs', async () => {
    const young = await world.enrolInto('securing');
    expect((await refusalOf(young.send(recordContract, await young.terms()))).type).toBe('contract_running');
  });

  test('that there is not cannot be terminated', async () => {
    const young = await world.enrol();
    const attempt = young.send(recordTermination, { on: '2027-01-01', initiator: 'mutual', reason: 'other' });
    expect((await refusalOf(attempt)).type).toBe('contract_missing');
  });

  test.each([
    ['before it was signed', -1],
    ['after its end', 380],
  ])('is not terminated %s', async (_, days) => {
    const young = await world.enrolInto('securing');
    const on = await world.day({ days });
    const attempt = young.send(recordTermination, { on, initiator: 'mutual', reason: 'other' });
    expect(await refusalOf(attempt)).toMatchObject({ type: 'dates_contradict', field: '/on' });
  });
});

test('a job that ends before it starts is refused', async () => {
  const young = await world.enrolInto('durable_employment');
  const attempt = young.send(recordEmployment, {
    kind: 'fixed_term',
    startsOn: '2027-05-01',
    endsOn: '2027-05-01',
  });
  expect(await refusalOf(attempt)).toMatchObject({ type: 'dates_contradict', field: '/endsOn' });
});

test('an offer is proposed only while a contract is sought', async () => {
  const young = await world.enrol();
  const attempt = young.send(proposeOffer, { proposedOn: await world.day(), wordsId: randomUUID() });
  expect((await refusalOf(attempt)).type).toBe('not_in_this_step');
});

test('an alert is raised in whichever step the young person is', async () => {
  const young = await world.enrol();
  const { subjectId } = await young.send(raiseAlert, {
    level: 'high',
    source: 'young_person',
    wordsId: randomUUID(),
  });
  expect((await young.task('alert_follow_up')).id).toBe(subjectId);
});

test('the last contact is the latest that reached the young person, in whichever order they are recorded', async () => {
  const young = await world.enrol();
  const days = (n: number) =>
    world.now().then((now) => new Date(Date.parse(now) + n * 86_400_000).toISOString());
  const [older, newer] = [await days(-4), await days(-2)];
  for (const at of [newer, older])
    await young.send(recordContact, { channel: 'phone', result: 'reached', at });
  await young.contact('not_reached');
  expect((await young.settled()).pathway.lastContactAt).toBe(newer);
});

describe('a pathway that has exited', () => {
  test('takes nothing but that the exit is undone', async () => {
    const young = await world.enrol();
    const task = await young.task('first_contact');
    await young.send(exitPathway, { code: 'moved_away' });
    const wordsId = randomUUID();
    const terms = await young.terms();
    const startsOn = await world.day();
    for (const attempt of [
      young.contact('reached'),
      young.send(recordContract, terms),
      young.send(recordTermination, { on: startsOn, initiator: 'mutual', reason: 'other' }),
      young.send(recordEmployment, { kind: 'permanent', startsOn }),
      young.send(proposeOffer, { proposedOn: startsOn, wordsId }),
      young.send(raiseAlert, { level: 'low', source: 'cfa', wordsId }),
      young.send(exitPathway, { code: 'declined' }),
    ]) {
      expect((await refusalOf(attempt)).type).toBe('pathway_exited');
    }
    expect((await refusalOf(young.send(claimTask, { taskId: task.id }))).type).toBe('task_closed');
    await young.undoExit();
    expect((await refusalOf(young.send(undoExit, {}))).type).toBe('not_exited');
  });

  test('for another reason than those of the list is told in words', async () => {
    const young = await world.enrol();
    expect(await refusalOf(young.send(exitPathway, { code: 'other' }))).toMatchObject({
      type: 'exit_words_missing',
      field: '/comment',
    });
    const wordsId = randomUUID();
    await young.send(exitPathway, { code: 'other', wordsId });
    expect((await young.settled()).pathway.exit).toMatchObject({ code: 'other', wordsId });
  });
});

describe('a request that arrives twice', () => {
  test('counts once and is answered the same', async () => {
    const young = await world.enrol();
    const request = {
      requestId: randomUUID(),
      channel: 'phone',
      result: 'not_reached',
      at: await world.now(),
    } as const;
    const first = await young.send(recordContact, request);
    await young.contact('message_left');
    expect(await young.send(recordContact, request)).toEqual(first);
    expect(await young.timeline('contact')).toHaveLength(2);
  });

  test('counts once although the server has forgotten its update id', async () => {
    const young = await world.enrol();
    const { id: taskId } = await young.task('first_contact');
    const decision = { outcome: 'reached', channel: 'phone' };
    const request = { requestId: randomUUID(), by: young.counsellor, taskId, decision };
    const args: [typeof request] = [request];
    const first = await young.handle.executeUpdate(completeTask, { updateId: 'one', args });
    // The task is closed by now: without its memory the pathway would refuse.
    expect(await young.handle.executeUpdate(completeTask, { updateId: 'two', args })).toEqual(first);
  });
});
