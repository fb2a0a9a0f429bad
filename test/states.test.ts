/** States as at any instant: whatever the read model said at an instant, the timeline says of it later, and what was corrected since. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { asActor } from '../db/pool';
import { demonstrationPerson } from '../db/seed';
import { countStates, listStates } from '../db/steering';
import type { Instant } from '../domain/calendar';
import { overviewOf } from '../domain/steering';
import {
  exitPathway,
  holdPathway,
  recordContact,
  recordContract,
  recordTermination,
  resumePathway,
} from '../workflows/messages';
import { dayAfter, startOfDay } from './setup/paris';
import { PathwayWorld, person, type YoungPerson } from './setup/pathways';
import { recordedPathways } from './setup/recorded-pathways';
import { holdTimeline, instantsOf, keepEveryVersion, toldAt as told } from './setup/states';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create({ eventsOfARun: 400 });
  await world.pool.query(keepEveryVersion);
}, 60_000);
afterAll(() => world?.end());

const toldAt = (id: string, at: Instant, knownAt = at) => told(world.pool, id, at, knownAt);

/** What the pathways came through. */
const met = new Set<string>();

test.each(Object.keys(recordedPathways))(
  'a pathway is told at every instant as the read model showed it then: %s',
  async (name) => {
    const young = await (recordedPathways[name] as (w: PathwayWorld) => Promise<YoungPerson>)(world);
    await young.settled();
    const states = await holdTimeline(world.pool, young.pathwayId, await world.now());
    expect(states.length).toBeGreaterThan(20);
    for (const state of states) {
      met.add(state.status as string);
      for (const part of ['overdue', 'mediationId', 'contractId', 'referentId', 'lastContactAt'])
        if (state[part]) met.add(part);
    }
    // Before anything was recorded there was nobody.
    const before = new Date(
      Date.parse((await instantsOf(world.pool, young.pathwayId))[0] as Instant) - 1,
    ).toISOString();
    expect(await toldAt(young.pathwayId, before)).toBeUndefined();
    await world.forgetAll();
  },
  120_000,
);

test('these pathways have been in every state there is', () => {
  expect([...met].sort().join(' ')).toBe(
    'active awaiting_draw closed contractId exited lastContactAt mediationId on_hold overdue referentId usual_service',
  );
});

test('what was recorded before events told of contracts and contacts is completed as they tell it', async () => {
  const facts = async () =>
    (
      await world.pool.query(
        'select pathway_id, revision, position, fact, told from timeline where fact is not null order by 1, 2, 3',
      )
    ).rows;
  const told = await facts();
  const { rowCount } = await world.pool.query(
    `update timeline set data = data - 'met' - 'signedOn' where type in ('task_completed', 'contract_recorded')`,
  );
  expect(rowCount).toBeGreaterThan(20);
  expect((await facts()).length).toBeLessThan(told.length);
  const migration = readFileSync(path.join(__dirname, '../db/migrations/0014_states_as_at.sql'), 'utf8');
  const [completing] = migration.split('-- ---- what an event says of the state');
  await world.pool.query(completing as string);
  expect(await facts()).toEqual(told);
});

const committee = demonstrationPerson('committee.national');
const coordinator = demonstrationPerson('coordinator.tours');

async function overview(asOf: Instant, knownAt = asOf) {
  const counted = await asActor(world.pool, coordinator, (client) =>
    countStates(client, { asOf, knownAt }, 'tours'),
  );
  return overviewOf(counted, ['tours'], { masked: false, arms: false });
}
const listed = (asOf: Instant, knownAt: Instant, figure: 'entered' | 'corrected') =>
  asActor(world.pool, coordinator, (client) =>
    listStates(client, { asOf, knownAt, siteId: 'tours', figure }, { limit: 1000 }),
  );

/** What was counted and which counts were corrected, of the pathways of this test alone. */
async function changes(asOf: Instant, knownAt: Instant) {
  const { corrected } = await overview(asOf, knownAt);
  return Object.fromEntries(corrected.changes.map((c) => [c.count, (c.knownNow ?? 0) - (c.knownThen ?? 0)]));
}

describe('what became known later', () => {
  test('a contract counts from the day it was signed, once it is known, and the answer says so', async () => {
    const young = await world.enrolInto('contract_search');
    const before = await world.now();
    await young.pass('10 days');
    const known = await world.now();
    const day = dayAfter(await world.day(), { days: -4 }, 0);
    await young.send(recordContract, { ...(await young.terms()), signedOn: day });
    await young.settled();
    const now = await world.now();
    const signed = startOfDay(day);
    const lastMoment = new Date(Date.parse(signed) - 1).toISOString();
    const id = `${young.pathwayId}.contract-1`;
    expect((await toldAt(young.pathwayId, signed, known))?.contractId).toBeNull();
    expect(await toldAt(young.pathwayId, signed, now)).toMatchObject({
      contractId: id,
      step: 'contract_search',
    });
    expect((await toldAt(young.pathwayId, lastMoment, now))?.contractId).toBeNull();
    expect((await overview(signed, known)).corrected).toEqual({ youngPeople: 0, changes: [] });
    expect((await overview(signed, now)).corrected.youngPeople).toBe(1);
    expect((await overview(lastMoment, now)).corrected.youngPeople).toBe(0);
    expect((await overview(before, now)).corrected.youngPeople).toBe(0);
    const [row, ...more] = await listed(signed, now, 'corrected');
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      pathwayId: young.pathwayId,
      contract: { id, signedOn: day },
      corrections: [{ type: 'contract_recorded' }],
    });
    expect((row?.corrections[0]?.recordedAt as string) > signed).toBe(true);

    // Its termination too.
    await young.pass('20 days');
    const on = dayAfter(await world.day(), { days: -3 }, 0);
    const unaware = await world.now();
    await young.send(recordTermination, { on, initiator: 'employer', reason: 'conflict' });
    await young.settled();
    const later = await world.now();
    expect((await toldAt(young.pathwayId, startOfDay(on), unaware))?.contractId).toBe(id);
    expect((await toldAt(young.pathwayId, startOfDay(on), later))?.contractId).toBeNull();
    await world.forgetAll();
  }, 60_000);

  test('an exit that was undone never was, though it was counted while it was known', async () => {
    const young = await world.enrolInto('contract_search');
    await young.pass('2 days');
    await young.send(exitPathway, { code: 'declined' });
    await young.pass('5 days');
    const between = await world.now();
    await young.pass('5 days');
    await young.undoExit();
    await young.settled();
    const now = await world.now();
    expect(await toldAt(young.pathwayId, between, between)).toMatchObject({
      status: 'exited',
      exitCode: 'declined',
    });
    expect(await toldAt(young.pathwayId, between, now)).toMatchObject({ status: 'active', exitCode: null });
    expect(await changes(between, between)).toEqual({});
    expect(await changes(between, now)).toEqual({
      'figures/currently_in': 1,
      'steps/contract_search': 1,
      'exits/all': -1,
      'exits/phase1': -1,
      'exits/declined/phase1': -1,
    });
    // A year later the same two instants have the same answers.
    const then = await overview(between, between);
    const since = await overview(between, now);
    await young.pass('300 days');
    expect(await overview(between, between)).toEqual(then);
    expect(await overview(between, now)).toEqual(since);
    await world.forgetAll();
  }, 60_000);

  test('an exit that was recorded after an outage counts from when it happened', async () => {
    const young = await world.enrolInto('project_validation');
    await young.send(exitPathway, { code: 'moved_away' });
    await young.settled();
    const at = await world.now();
    // As an entry that waited for the database.
    const { rows } = await world.pool.query<{ recorded: Instant; before: Instant }>(
      `with exit as (select revision from timeline where pathway_id = $1 and type = 'exited')
       update timeline set recorded_at = recorded_at + interval '3 hours' where pathway_id = $1
         and revision >= (select revision from exit)
       returning iso(recorded_at) as recorded, iso(recorded_at - interval '1 ms') as before`,
      [young.pathwayId],
    );
    const { recorded, before } = rows[0] as (typeof rows)[0];
    expect(await toldAt(young.pathwayId, at, before)).toMatchObject({ status: 'active' });
    expect(await toldAt(young.pathwayId, at, recorded)).toMatchObject({ status: 'exited' });
    expect(await changes(at, recorded)).toMatchObject({
      'exits/moved_away/phase1': 1,
      'figures/currently_in': -1,
    });
    await world.forgetAll();
  }, 60_000);

  test('a task that was done in an outage is overdue for as long as nobody knew', async () => {
    const young = await world.enrol();
    const task = await young.task('first_contact');
    await young.passTo(task.instants?.dueAt as Instant);
    await young.pass('2 hours');
    const overdue = await world.now();
    await young.complete('first_contact', 'reached', { channel: 'phone' });
    await young.settled();
    const at = await world.now();
    const { rows } = await world.pool.query<{ recorded: Instant; before: Instant }>(
      `update timeline set recorded_at = recorded_at + interval '3 hours'
       where pathway_id = $1 and data->>'taskId' = $2 and type = 'task_completed'
       returning iso(recorded_at) as recorded, iso(recorded_at - interval '1 ms') as before`,
      [young.pathwayId, task.id],
    );
    const { recorded, before } = rows[0] as (typeof rows)[0];
    expect(await toldAt(young.pathwayId, overdue, recorded)).toMatchObject({ overdue: true });
    expect(await toldAt(young.pathwayId, at, before)).toMatchObject({ overdue: true });
    expect(await toldAt(young.pathwayId, at, recorded)).toMatchObject({ overdue: false });
    expect(await changes(at, recorded)).toEqual({ 'figures/overdue': -1 });
    await world.forgetAll();
  }, 60_000);

  test('a due date that is moved later does not undo that a task was overdue', async () => {
    const young = await world.enrol();
    const task = await young.task('first_contact');
    await young.passTo(task.instants?.dueAt as Instant);
    await young.pass('2 hours');
    const overdue = await world.now();
    await young.send(holdPathway, { until: await world.day({ days: 60 }) });
    await young.pass('20 days');
    const onHold = await world.now();
    await young.send(resumePathway, {});
    await young.settled();
    const now = await world.now();
    const { rows } = await world.pool.query('select due_at > $2 as later from tasks where id = $1', [
      task.id,
      overdue,
    ]);
    expect(rows).toEqual([{ later: true }]);
    expect(await toldAt(young.pathwayId, overdue, overdue)).toMatchObject({ overdue: true });
    expect(await toldAt(young.pathwayId, overdue, now)).toMatchObject({ overdue: true });
    // On hold nothing is due.
    expect(await toldAt(young.pathwayId, onHold)).toMatchObject({ status: 'on_hold', overdue: false });
    expect(await toldAt(young.pathwayId, now)).toMatchObject({ status: 'active' });
    await holdTimeline(world.pool, young.pathwayId, now);
    await world.forgetAll();
  }, 60_000);

  test('a pathway that was taken over as it ran had entered before, in a step that is not known until its own', async () => {
    const [enrolled, since] = await Promise.all([-300, -110].map((days) => world.day({ days })));
    const before = await world.now();
    const young = await world.enrol({
      enrolledAt: `${enrolled}T12:00:00.000Z`,
      start: {
        step: 'contract_search',
        since: `${since}T12:00:00.000Z`,
        referentId: person('counsellor.tours'),
      },
    });
    const now = await world.now();
    const early = `${await world.day({ days: -200 })}T12:00:00.000Z`;
    expect(await toldAt(young.pathwayId, early, before)).toBeUndefined();
    expect(await toldAt(young.pathwayId, early, now)).toMatchObject({ status: 'active', step: null });
    expect(await toldAt(young.pathwayId, `${since}T12:00:00.000Z`, now)).toMatchObject({
      step: 'contract_search',
    });
    expect(await changes(early, now)).toMatchObject({
      'figures/entered': 1,
      'figures/currently_in': 1,
      'steps/unknown': 1,
    });
    await world.forgetAll();
  }, 60_000);

  test('a contact is of when it was, and who was reached is not unreachable', async () => {
    const young = await world.enrol();
    for (const channel of ['phone', 'sms', 'letter'] as const) await young.contact('not_reached', channel);
    await young.settled();
    const asked = await world.now();
    const unreachable = async (at: Instant, known: Instant) =>
      (
        await world.pool.query('select unreachable from states_at($1, $2, array[$3::uuid])', [
          at,
          known,
          young.pathwayId,
        ])
      ).rows[0].unreachable;
    expect(await unreachable(asked, asked)).toBe(true);
    await young.pass('3 days');
    const silent = await world.now();
    await young.pass('3 days');
    const met = new Date(Date.parse(silent) - 86_400_000).toISOString();
    await young.send(recordContact, { channel: 'family', result: 'reached', at: met });
    await young.settled();
    const now = await world.now();
    expect(await unreachable(silent, silent)).toBe(true);
    expect(await unreachable(silent, now)).toBe(false);
    expect(await unreachable(asked, now)).toBe(true);
    expect(await changes(silent, now)).toEqual({ 'figures/unreachable': -1 });
    // The contact watch: nobody was met for a month.
    await young.complete('assign_referent', 'assigned', { referentId: young.counsellor });
    await young.pass('20 days');
    expect(await unreachable(await world.now(), await world.now())).toBe(false);
    await young.pass('40 days');
    expect(await unreachable(await world.now(), await world.now())).toBe(true);
    await young.send(recordContact, { channel: 'phone', result: 'reached', at: await world.now() });
    await young.settled();
    expect(await unreachable(await world.now(), await world.now())).toBe(false);
    await world.forgetAll();
  }, 60_000);
});

test('the draw is told from when it was drawn', async () => {
  const young = await world.enrol();
  const now = await world.now();
  await world.pool.query(
    `insert into timeline (pathway_id, revision, position, type, occurred_at, recorded_at, data)
     values ($1, 900, 1, 'arm_drawn', $2, $2, '{"arm": "standard", "drawId": "x"}')`,
    [young.pathwayId, now],
  );
  const armAt = async (at: Instant) =>
    (await world.pool.query('select arm from states_at($1, $1, array[$2::uuid])', [at, young.pathwayId]))
      .rows[0].arm;
  expect(await armAt(now)).toBe('standard');
  expect(await armAt(new Date(Date.parse(now) - 1).toISOString())).toBeNull();
  const evaluator = demonstrationPerson('evaluator');
  const countedBy = (actor: typeof evaluator) =>
    asActor(world.pool, actor, (client) => countStates(client, { asOf: now, knownAt: now }, null));
  const armsTold = (await countedBy(evaluator)).known.map((cell) => cell.arm);
  expect(armsTold).toContain('standard');
  // To a committee none is told, by the database itself.
  expect(new Set((await countedBy(committee)).known.map((cell) => cell.arm))).toEqual(new Set([null]));
  await world.forgetAll();
}, 60_000);
