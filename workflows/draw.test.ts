/** A draw from its announcement to the arms, and what the pathways do before and after it. */
import { randomUUID } from 'node:crypto';
import type { WorkflowUpdateFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { drawActivities } from '../activities/draws';
import type { DrawRecord } from '../domain/draw/record';
import { AnnouncedDraw, announce } from '../test/setup/announced';
import { PathwayWorld, refusalOf, type YoungPerson } from '../test/setup/pathways';
import { verify } from '../verifier/verify-draw.mjs';
import { exitPathway, holdPathway, recordContract, tellPublicNumber } from './messages';

jest.setTimeout(120_000);

let world: PathwayWorld;
beforeEach(async () => {
  world = await PathwayWorld.create();
});
afterEach(async () => {
  await world.forgetAll();
  await world.end();
});

/** So many young people of a site who await its draw. */
async function waiting(count: number, siteId = 'tours'): Promise<YoungPerson[]> {
  const young: YoungPerson[] = [];
  for (let n = 0; n < count; n++) young.push(await world.enrol({ siteId, awaitsDraw: true }));
  return young;
}

const statusOf = async (young: YoungPerson) => (await young.settled()).pathway.status;
const typesOf = async (young: YoungPerson) => (await young.timeline()).map((e) => e.type);
const tasksOf = async (young: YoungPerson) =>
  (await world.pool.query('select kind from tasks where pathway_id = $1', [young.pathwayId])).rows;
const problemsOf = (record: DrawRecord, previous: DrawRecord[] = []) =>
  verify(record, { previous }).problems.map((p) => `${p.check} ${p.where} ${p.en}`);
const armIn = (record: DrawRecord, young: YoungPerson) =>
  record.allocations.find(({ id }) => id === young.pathwayId)?.arm;
const ofArm = (record: DrawRecord, all: readonly YoungPerson[], arm: string) =>
  all.filter((young) => armIn(record, young) === arm);

describe('a pathway at a site that draws', () => {
  test('waits for the draw: nothing is asked, planned or watched, whatever time passes', async () => {
    const [young] = (await waiting(1)) as [YoungPerson];
    await young.pass('400 days');
    const { pathway, tasks, waits } = await young.settled();
    expect(pathway).toMatchObject({ status: 'awaiting_draw', step: null, interval: 0 });
    expect([tasks, waits]).toEqual([[], []]);
    expect(await typesOf(young)).toEqual(['enrolled']);
    expect(await young.intervals()).toEqual([]);
    // Only what belongs to no step can happen.
    expect((await refusalOf(young.send(recordContract, await young.terms()))).type).toBe('not_in_the_steps');
    expect((await refusalOf(young.send(holdPathway, { until: await world.day({ days: 9 }) }))).type).toBe(
      'not_in_the_steps',
    );
    await young.contact('reached');
    expect(await statusOf(young)).toBe('awaiting_draw');
  });

  test('goes into step 1 when service plus is drawn, and counts from that day', async () => {
    const all = await waiting(4);
    const draw = await announce(world, { freezeIn: 30, drawIn: 60 });
    const record = await draw.drawn();
    const [young] = ofArm(record, all, 'service_plus') as [YoungPerson];
    const { pathway, tasks } = await young.settled();
    expect(pathway).toMatchObject({ status: 'active', arm: 'service_plus', step: 'welcome', interval: 1 });
    expect(pathway.stepEnteredAt >= record.drawnAt).toBe(true);
    expect(await young.open()).toEqual(['first_contact']);
    for (const task of tasks) expect(task.plannedAt >= record.drawnAt).toBe(true);
    expect((await typesOf(young)).slice(0, 3)).toEqual(['enrolled', 'arm_drawn', 'step_entered']);
    await young.welcomed('project_ready');
    expect((await young.settled()).pathway.step).toBe('contract_search');
  });

  test('is in the usual service when standard is drawn: for years no task, only the surveys of both arms', async () => {
    const all = await waiting(4);
    const record = await (await announce(world)).drawn();
    const [young] = ofArm(record, all, 'standard') as [YoungPerson];
    const [other] = ofArm(record, all, 'service_plus') as [YoungPerson];
    const survey = async (one: YoungPerson) =>
      (await one.settled()).waits.filter((w) => w.name === 'evaluation_survey').map(({ at }) => at);
    const next = await survey(young);
    expect(next).toHaveLength(1);
    expect(await survey(other)).toEqual(next);

    await world.env.sleep('3 years');
    expect((await young.settled()).pathway).toMatchObject({ status: 'usual_service', step: null });
    expect((await young.settled()).waits).toEqual([]);
    expect(await tasksOf(young)).toEqual([]);
    const days = (one: YoungPerson) => one.timeline('day_came');
    const surveys = (await days(young)).map(({ at, data }) => [data?.name, at.slice(0, 10)]);
    expect(surveys).toHaveLength(4);
    await other.settled();
    expect(
      (await days(other))
        .filter(({ data }) => data?.name === 'evaluation_survey')
        .map(({ at, data }) => [data?.name, at.slice(0, 10)]),
    ).toEqual(surveys);
    expect(new Set(await typesOf(young))).toEqual(new Set(['enrolled', 'arm_drawn', 'day_came']));
    expect(await tasksOf(other)).toContainEqual({ kind: 'first_contact' });
    expect((await refusalOf(young.send(recordContract, await young.terms()))).type).toBe('not_in_the_steps');

    await young.send(exitPathway, { code: 'moved_away' });
    expect((await young.settled()).pathway).toMatchObject({ status: 'exited', exit: { from: null } });
    await young.undoExit();
    expect(await statusOf(young)).toBe('usual_service');
  });

  test('may be left while it waits: it stands in no register, and comes back to wait', async () => {
    const [young, ...others] = (await waiting(5)) as [YoungPerson, ...YoungPerson[]];
    await young.send(exitPathway, { code: 'declined' });
    expect((await young.settled()).pathway).toMatchObject({ status: 'exited', exit: { from: null } });
    const record = await (await announce(world)).drawn();
    expect(record.register.map(({ id }) => id).sort()).toEqual(others.map((o) => o.pathwayId).sort());
    await young.undoExit();
    expect(await statusOf(young)).toBe('awaiting_draw');
  });

  test('that was left between register and draw keeps its arm, and has it when the exit is undone', async () => {
    const all = await waiting(4);
    const draw = await announce(world);
    await world.env.sleep('3 days');
    await draw.until((row) => row.frozen !== null);
    for (const young of all) await young.send(exitPathway, { code: 'declined' });
    const record = await draw.drawn();
    for (const young of all) expect(await statusOf(young)).toBe('exited');
    for (const [arm, status] of [
      ['standard', 'usual_service'],
      ['service_plus', 'active'],
    ] as const) {
      const [young] = ofArm(record, all, arm) as [YoungPerson];
      await young.undoExit();
      expect((await young.settled()).pathway).toMatchObject({ status, arm });
      expect(await young.open()).toEqual(arm === 'standard' ? [] : ['first_contact']);
    }
  });

  test('keeps an arm that is known at the enrolment, where nobody draws', async () => {
    const drawId = randomUUID();
    const [plus, standard] = await Promise.all(
      (['service_plus', 'standard'] as const).map((arm) => world.enrol({ keeps: { arm, drawId } })),
    );
    expect((await plus?.settled())?.pathway).toMatchObject({ status: 'active', arm: 'service_plus' });
    expect(await plus?.open()).toEqual(['first_contact']);
    expect((await standard?.settled())?.pathway).toMatchObject({ status: 'usual_service', step: null });
    expect(await standard?.open()).toEqual([]);
  });
});

describe('a draw', () => {
  test('publishes the commitment, then the register, then the arms, each before the next', async () => {
    const all = await waiting(7);
    const draw = await announce(world, { sites: [{ misfits: 'next_wave' }] });
    const committed = await draw.row();
    expect(committed).toMatchObject({ frozen: null, registerHash: null, record: null, drawnAt: null });
    await world.env.sleep('3 days');
    const frozen = await draw.until((row) => row.frozen !== null);
    expect(frozen).toMatchObject({ commitment: committed.commitment, record: null, drawnAt: null });
    expect(frozen.frozen?.register.map(({ id }) => id).sort()).toEqual(all.map((y) => y.pathwayId).sort());
    expect((frozen.frozenAt as string) >= frozen.freezeAt).toBe(true);
    // Whoever comes now enters the next wave.
    const [late] = (await waiting(1)) as [YoungPerson];

    const record = await draw.drawn();
    expect(record.drawnAt >= frozen.drawAt).toBe(true);
    const { commitment, registerHash } = frozen as { commitment: string; registerHash: string };
    expect(verify(record, { commitment, register: registerHash }).problems).toEqual([]);
    expect(record.allocations).toHaveLength(4);
    expect(ofArm(record, all, 'service_plus')).toHaveLength(2);
    const drawn = all.filter((young) => armIn(record, young));
    const statuses = { service_plus: 'active', standard: 'usual_service' };
    for (const young of all) {
      const arm = armIn(record, young);
      expect(await statusOf(young)).toBe(arm ? statuses[arm] : 'awaiting_draw');
    }
    expect(await statusOf(late)).toBe('awaiting_draw');
    const { rows } = await world.pool.query(
      `select enrolment_id as id, arm, probability_num || '/' || probability_den as probability,
         entering_num || '/' || entering_den as entering from allocations where draw_id = $1`,
      [draw.id],
    );
    expect(rows.map(({ id }) => id).sort()).toEqual(drawn.map((y) => y.pathwayId).sort());
    for (const row of rows) expect(row).toMatchObject({ probability: '1/2', entering: '4/7' });
  });

  test('done again by an attempt whose answer was lost changes nothing', async () => {
    const all = await waiting(4);
    const draw = await announce(world);
    const record = await draw.drawn();
    const everything = async () =>
      (
        await world.pool.query(
          `select (select jsonb_agg(d) from draws d) as draws, (select jsonb_agg(l) from draw_log l) as log,
             (select jsonb_agg(a order by enrolment_id) from allocations a) as allocations,
             (select jsonb_agg(s) from draw_seeds s) as seeds,
             (select count(*) from broadcasts where message->>'drawId' is not null) as broadcasts`,
        )
      ).rows;
    const before = await everything();
    const activities = drawActivities(world.pool);
    const of = { drawId: draw.id, at: await world.now() };
    await activities.commitDraw(of);
    await activities.freezeDraw(of);
    await activities.carryOutDraw({ ...of, publicNumber: null });
    expect(await everything()).toEqual(before);
    // Told again, the pathways do nothing either.
    await world.pool.query(`update broadcasts set done_at = null where message->>'drawId' = $1`, [draw.id]);
    await draw.tell();
    for (const young of all) {
      await young.settled();
      expect(await young.timeline('arm_drawn')).toHaveLength(1);
      expect(await young.intervals()).toHaveLength(armIn(record, young) === 'standard' ? 0 : 1);
    }
  });

  test('takes its public number once it can be known, and no other one', async () => {
    await waiting(4);
    const notBefore = new Date((await world.env.currentTimeMs()) + 3 * 86_400_000).toISOString();
    const draw = await announce(world, { publicNumber: { source: 'Loto du lundi', notBefore } });
    const tell = (number: string) =>
      draw.handle.executeUpdate(tellPublicNumber, { args: [{ number }] }).then(
        () => 'taken',
        (e) => ((e as WorkflowUpdateFailedError).cause as ApplicationFailure).type,
      );
    expect(await tell('1 2 3')).toBe('number_too_early');
    await world.env.sleep('10 days');
    // The day of the draw has come; it awaits the number.
    expect(await draw.row()).toMatchObject({ record: null, publicNumber: null });
    expect(await tell('3 14 15')).toBe('taken');
    const record = await draw.drawn();
    expect(record.publicNumber).toBe('3 14 15');
    expect(problemsOf(record)).toEqual([]);

    const without = await announce(world);
    await expect(
      without.handle.executeUpdate(tellPublicNumber, { args: [{ number: '1' }] }),
    ).rejects.toMatchObject({ cause: { type: 'number_not_awaited' } });
  });

  test('keeps a number that was told before its day, and refuses another one', async () => {
    await waiting(4);
    const notBefore = new Date((await world.env.currentTimeMs()) + 3 * 86_400_000).toISOString();
    const draw = await announce(world, { drawIn: 30, publicNumber: { source: 'Loto', notBefore } });
    await world.env.sleep('5 days');
    const tell = (number: string) => draw.handle.executeUpdate(tellPublicNumber, { args: [{ number }] });
    await tell('7');
    expect((await draw.row()).publicNumber).toBe('7');
    await expect(tell('8')).rejects.toMatchObject({ cause: { type: 'number_told' } });
    await tell('7');
    expect((await draw.drawn()).publicNumber).toBe('7');
  });

  test('of nobody draws nobody', async () => {
    const record = await (await announce(world)).drawn();
    expect([record.register, record.entries, record.allocations]).toEqual([[], [], []]);
    expect(problemsOf(record)).toEqual([]);
  });

  test('that comes next has who waited and who is met again, in one chain with the first', async () => {
    const all = await waiting(6);
    const first = await (await announce(world, { wave: 'automne', sites: [{ places: 4 }] })).drawn();
    const [waited, alsoWaited] = all.filter((young) => !armIn(first, young));
    // They named the wave in which there was no place.
    await world.pool.query(`update enrolments set wave = 'automne' where id = $1`, [waited?.pathwayId]);
    const [plus] = ofArm(first, all, 'service_plus') as [YoungPerson];
    const [again, elsewhere, twice, future] = await Promise.all([
      world.enrol({ siteId: 'blois', awaitsDraw: true }),
      ...Array.from({ length: 3 }, () => world.enrol({ awaitsDraw: true })),
    ]);
    const same = (one: YoungPerson | undefined, as: YoungPerson | undefined) =>
      world.pool.query('update enrolments set same_person_as = $2 where id = $1', [
        one?.pathwayId,
        as?.pathwayId,
      ]);
    await same(again, plus);
    // One person who wished twice is drawn once, by the first wish.
    await same(twice, elsewhere);
    await world.pool.query(
      `update enrolments set created_at = created_at + interval '1 minute' where id = $1`,
      [twice?.pathwayId],
    );
    await world.pool.query(`update enrolments set wave = 'été' where id = $1`, [future?.pathwayId]);

    const sites = [{ site: 'blois' }, { site: 'tours', misfits: 'next_wave' as const, block: 2 }];
    const draw = await announce(world, { wave: 'hiver', sites });
    const second = await draw.drawn();
    expect(second.register.map(({ id }) => id).sort()).toEqual(
      [waited, alsoWaited, elsewhere].map((y) => y?.pathwayId).sort(),
    );
    expect(second.kept).toEqual([
      {
        ...{ id: again?.pathwayId, site: 'blois', arm: 'service_plus' },
        ...{ firstDraw: first.draw, firstId: plus.pathwayId },
      },
    ]);
    expect(problemsOf(second, [first])).toEqual([]);
    expect(second.log).toHaveLength(6);
    expect(second.log.slice(0, 3)).toEqual(first.log);
    expect((await again?.settled())?.pathway).toMatchObject({ status: 'active', arm: 'service_plus' });
    for (const one of [twice, future]) expect((await one?.settled())?.pathway.status).toBe('awaiting_draw');
  });

  test('that overlaps another has nobody who stands in its register', async () => {
    const all = await waiting(4);
    const first = await announce(world, { freezeIn: 1, drawIn: 10 });
    const second = await announce(world, { freezeIn: 2, drawIn: 3 });
    await world.env.sleep('5 days');
    expect((await second.drawn()).register).toEqual([]);
    expect((await first.drawn()).register.map(({ id }) => id).sort()).toEqual(
      all.map((y) => y.pathwayId).sort(),
    );
  });
});

test('what was drawn and published cannot be changed, by the owner of the tables either', async () => {
  await waiting(4);
  const draw = await announce(world);
  const record = await draw.drawn();
  const [id] = record.allocations.map((a) => a.id);
  for (const statement of [
    `update allocations set arm = 'service_plus'`,
    'delete from allocations',
    'truncate allocations cascade',
    'update draw_log set at = now()',
    'delete from draw_log',
    'truncate draw_log',
    `update draw_seeds set seed = '\\x00'`,
    'delete from draw_seeds',
    'truncate draw_seeds',
    'delete from draws',
    'truncate draws cascade',
  ])
    await expect(world.pool.query(statement)).rejects.toThrow(/stays as it is/);
  for (const [column, value] of [
    ['record', `'{}'`],
    ['frozen', 'null'],
    ['rules', `'{}'`],
    ['wave', `'autre'`],
    ['commitment', `'0'`],
    ['register_hash', `'0'`],
    ['draw_at', 'now()'],
    ['drawn_at', 'now()'],
  ])
    await expect(world.pool.query(`update draws set ${column} = ${value}`)).rejects.toThrow(/stays as it is/);
  await expect(
    world.pool.query(
      `insert into allocations (enrolment_id, draw_id, person, arm, stratum, block, probability_num, probability_den,
         entering_num, entering_den)
       select e.id, $1, $2, 'standard', 'tours', 1, 1, 2, 1, 1 from enrolments e where id <> all ($3) limit 1`,
      [draw.id, id, [randomUUID()]],
    ),
  ).rejects.toThrow(/duplicate key/);
  expect(await new AnnouncedDraw(world, draw.id).row()).toMatchObject({ record });
});
