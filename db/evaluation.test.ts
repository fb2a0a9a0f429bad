/** The evaluation as the database tells it, of a programme counted by hand; and that it tells no more than it should. */
import { createHmac } from 'node:crypto';
import type { Pool } from 'pg';
import { type FlowCount, flowCounts, flowOf, flowSums } from '../domain/consort';
import { csvCell, type EvaluatedPerson, rowOf, rowSchema } from '../domain/evaluation-row';
import { defaultSettings } from '../domain/settings';
import { asOf, autumn, idOf, spring, writeEvaluated, young } from '../test/setup/evaluated';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import {
  countBaseline,
  countEvaluated,
  countFlow,
  evaluatedPeople,
  insertUnblinding,
  keepAnswers,
  matches,
  surveyDays,
  surveyPlan,
} from './evaluation';
import { apiPool, asActor, ownerPool } from './pool';
import { maskedArmOf, padsOf, pseudonymOf } from './pseudonym';
import { demonstrationPerson, seedDemonstration } from './seed';

const key = 'ab'.repeat(32);
const pads = padsOf(key, 'open');
const nameOf = new Map(Object.keys(young).map((name) => [pseudonymOf(key, 'open', idOf(name)), name]));
const now = '2026-11-01T00:00:00.000Z';

let database: TestDatabase;
let owner: Pool;
let api: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  owner = ownerPool(database.url, { name: 'test owner' });
  api = apiPool(database.url, { name: 'test api' });
  await writeEvaluated(owner);
}, 60_000);
afterAll(async () => {
  await Promise.all([owner.end(), api.end()]);
  await database.drop();
});

type Work<T> = Parameters<typeof asActor<T>>[2];
const as = <T>(subject: string, work: Work<T>) => asActor(api, demonstrationPerson(subject), work);

/** The whole export by the test's names, in pieces of so many. */
const exported = (at: { asOf: string; knownAt: string }, { wave = null as string | null, piece = 3 } = {}) =>
  as('evaluator', async (client) => {
    const plan = await surveyPlan(client, at.knownAt);
    const all: EvaluatedPerson[] = [];
    for (;;) {
      const rows = await evaluatedPeople(
        client,
        { ...at, wave },
        plan,
        pads,
        all.at(-1)?.pseudonym ?? '',
        piece,
      );
      all.push(...rows);
      if (rows.length < piece) return all;
    }
  });
const byName = async (at: { asOf: string; knownAt: string }): Promise<Record<string, EvaluatedPerson>> =>
  Object.fromEntries((await exported(at)).map((row) => [nameOf.get(row.pseudonym) ?? '', row]));
const flowAt = async (at: { asOf: string; knownAt: string }, wave: string | null = null) =>
  as('evaluator', async (client) => countFlow(client, { ...at, wave }, await surveyPlan(client, at.knownAt)));
const nowThen = { asOf, knownAt: now };

test('the pseudonym that the database computes is HMAC-SHA-256, and no id leaves', async () => {
  const rows = await exported(nowThen);
  const people = ['p1', 'p2', 'p3', 'p4', 'b1', 'b2', 'b3', 'b5', 'q2'];
  expect(rows.map((row) => nameOf.get(row.pseudonym)).sort()).toEqual(people.sort());
  const derived = createHmac('sha256', Buffer.from(key, 'hex')).update('pseudonym/open').digest();
  const expected = createHmac('sha256', derived).update(idOf('p1')).digest('hex').slice(0, 32);
  expect(pseudonymOf(key, 'open', idOf('p1'))).toBe(expected);
  expect(rows.map((row) => row.pseudonym)).toEqual(rows.map((row) => row.pseudonym).sort());
  expect(await exported(nowThen, { piece: 100 })).toEqual(rows);
  expect(JSON.stringify(rows)).not.toMatch(/secret|0655|P3-|[0-9a-f]{8}-[0-9a-f]{4}-|\d{4}-\d\d-\d\d/i);
});

test('the row of somebody met again has both pathways, by the first draw', async () => {
  const { p1 } = await byName(nowThen);
  expect(p1).toMatchObject({
    ...{ site: 'tours', wave: autumn.wave, stratum: 'tours', arm: 'service_plus', age: 17, waited_days: 10 },
    ...{ weight: 2, service_plus_probability: 0.5, entering_probability: 0.75, observed_days: 259 },
    // One pathway has exited, the other has not.
    ...{ exit_day: null, exit_code: null, in_steps: true },
    ...{ contract_day: 30, termination_day: 60, contracts: 2, durable_employment_day: null },
    // The contact with its task counts once, the one before the draw not at all.
    ...{ contacts: 1, contact_attempts: 0, follow_ups_done: 0, follow_ups_missed: 0, mediations: 0 },
  });
  expect(await exported({ ...nowThen }, { wave: spring.wave })).toHaveLength(2);
});

test('service, weights and events are told of each', async () => {
  const rows = await byName(nowThen);
  expect(rows.b1).toMatchObject({
    ...{ weight: 1.5, contacts: 3, follow_ups_done: 2, follow_ups_missed: 1, mediations: 1 },
    durable_employment_day: 106,
  });
  expect(rows.b3).toMatchObject({ weight: 3, service_plus_probability: 2 / 3, contacts: 0, in_steps: false });
  expect(rows.p2).toMatchObject({ exit_day: 40, exit_code: 'lost_contact', contract_day: null, contacts: 1 });
  expect(rows.p3).toMatchObject({ exit_code: null, contact_attempts: 2, contacts: 0, age: 22 });
  // The birthday is the day after the draw.
  expect(rows.p4).toMatchObject({ age: 22, exit_day: 50, exit_code: 'moved_away' });
  expect(rows.b5).toMatchObject({ wave: spring.wave, observed_days: 122, contacts: 1 });
});

test('what became known later is not in what was known then', async () => {
  const day = (n: number) => new Date(Date.parse(autumn.drawnAt) + n * 86_400_000).toISOString();
  const then = await byName({ asOf: day(60), knownAt: day(60) });
  const since = await byName({ asOf: day(60), knownAt: day(110) });
  expect([then.p4?.exit_code, since.p4?.exit_code]).toEqual([null, 'moved_away']);
  expect([then.b5, since.b5]).toEqual([undefined, undefined]);
  // Between the exit and its being undone it was an exit; by what is known since it never was.
  const exited = await byName({ asOf: day(22), knownAt: day(22) });
  const undone = await byName({ asOf: day(22), knownAt: day(30) });
  expect([exited.p3?.exit_code, undone.p3?.exit_code]).toEqual(['declined', null]);
  expect(await byName({ asOf: day(60), knownAt: day(110) })).toEqual(since);
});

test('exits are those of the figures', async () => {
  for (const at of [nowThen, { asOf, knownAt: asOf }, { asOf: '2026-03-01T00:00:00.000Z', knownAt: now }]) {
    const rows = await byName(at);
    const { rows: states } = await owner.query<{ id: string; code: string | null }>(
      'select pathway_id as id, exit_code as code from states_at($1, $2, null)',
      [at.asOf, at.knownAt],
    );
    const codeOf = new Map(states.map(({ id, code }) => [id, code]));
    for (const [name, row] of Object.entries(rows)) {
      // Two pathways.
      if (name === 'p1') continue;
      expect([name, row.exit_code]).toEqual([name, codeOf.get(idOf(name))]);
    }
  }
});

test('surveys are on the same days for both arms, by the settings that were in force', async () => {
  expect(surveyDays('2026-01-15', defaultSettings)).toEqual([181, 365, 546, 730]);
  const weekly = { ...defaultSettings, counts: { ...defaultSettings.counts, evaluationSurveys: 2 } };
  await owner.query("insert into site_settings values ('blois', 2, $1, '2026-10-15T00:00:00Z', null)", [
    weekly,
  ]);
  const rows = await byName(nowThen);
  expect([rows.p1?.survey_days, rows.p2?.survey_days]).toEqual([
    [181, 365, 546, 730],
    [181, 365, 546, 730],
  ]);
  expect(rows.b1?.survey_days).toEqual([181, 365]);
  expect((await byName({ asOf, knownAt: asOf })).b1?.survey_days).toEqual([181, 365, 546, 730]);
});

const answer = (name: string, survey: number, answeredOn: string) => ({
  pseudonym: pseudonymOf(key, 'open', idOf(name)),
  ...{ survey, answeredOn },
});
const kept = (answers: ReturnType<typeof answer>[]) =>
  as('evaluator', (client) => keepAnswers(client, answers, pads, new Date('2026-09-30T12:00:00Z')));

test('answers come back under pseudonyms, and what cannot be is named', async () => {
  expect(await kept([answer('p1', 1, '2026-07-20'), answer('q2', 1, '2026-09-15')])).toEqual([]);
  // Again it is the same.
  expect(await kept([answer('p1', 1, '2026-07-20')])).toEqual([]);
  const refused = as('evaluator', async (client) => {
    const found = await keepAnswers(
      client,
      [
        answer('p1', 1, '2026-07-21'),
        answer('p2', 1, '2026-01-01'),
        { ...answer('p2', 1, '2026-07-20'), pseudonym: '0'.repeat(32) },
        ...[answer('p3', 1, '2026-08-01'), answer('p3', 1, '2026-08-02')],
      ],
      pads,
      new Date('2026-09-30T12:00:00Z'),
    );
    throw Object.assign(new Error('taken back'), { found });
  });
  await expect(refused).rejects.toMatchObject({
    found: [
      { item: 0, refused: 'differs' },
      { item: 1, refused: 'before' },
      { item: 2, refused: 'unknown' },
      { item: 4, refused: 'differs' },
    ],
  });
  const { p1, p2, q2 } = await byName(nowThen);
  expect(p1?.answer_days).toEqual([186, null, null, null]);
  expect(p2?.answer_days).toEqual([null, null, null, null]);
  expect(q2?.answer_days[0]).toBe(106);
  // Recorded later than known: not there yet.
  const before = await byName({ asOf: '2026-08-01T00:00:00.000Z', knownAt: '2026-09-01T00:00:00.000Z' });
  expect(before.p1?.answer_days[0]).toBeNull();
});

test('the flow of the programme is as counted by hand', async () => {
  const flow = flowOf(flowCounts(await flowAt(nowThen)));
  expect(flow).toMatchObject({
    ...{ enrolled: 14, noDraw: 2, assessed: 12, randomised: 9 },
    excluded: [{ reason: 'back_to_school', youngPeople: 1 }],
    waiting: [
      { reason: 'first', youngPeople: 1 },
      { reason: 'rush', youngPeople: 1 },
    ],
  });
  const [plus, standard] = flow.arms;
  expect(plus).toMatchObject({
    ...{ allocated: 5, received: 3, notReceived: 2, stillIn: 5 },
    // The last survey whose time is over: nobody but p1 answered it; b5 was not asked yet.
    ...{ lost: 3, followed: 2, analysed: 1, notAsked: 1, notAnswered: 3 },
  });
  expect(plus?.surveys[0]).toEqual({ survey: 1, due: 4, answered: 1 });
  expect(standard).toMatchObject({
    ...{ allocated: 4, received: 4, notReceived: 0, stillIn: 2 },
    // q2 answered before being asked.
    ...{ lost: 3, followed: 1, analysed: 1, notAsked: 0, notAnswered: 3 },
  });
  expect(standard?.exits.filter((e) => e.youngPeople)).toEqual([
    { code: 'lost_contact', youngPeople: 1 },
    { code: 'moved_away', youngPeople: 1 },
  ]);
});

test('the flow of a wave is that of its register', async () => {
  const of = async (wave: string, at = nowThen) => flowOf(flowCounts(await flowAt(at, wave)));
  expect(await of(autumn.wave)).toMatchObject({
    ...{ enrolled: 9, noDraw: 0, assessed: 9, excluded: [], randomised: 7 },
    waiting: [
      { reason: 'rush', youngPeople: 1 },
      { reason: 'misfit', youngPeople: 1 },
    ],
  });
  expect(await of(spring.wave)).toMatchObject({
    ...{ assessed: 4, randomised: 2, excluded: [{ reason: 'met_again', youngPeople: 1 }] },
    waiting: [{ reason: 'rush', youngPeople: 1 }],
  });
  // Frozen and not drawn yet.
  const between = '2026-06-01T09:00:00.000Z';
  expect(await of(spring.wave, { asOf: between, knownAt: now })).toMatchObject({
    ...{ assessed: 4, randomised: 0, waiting: [{ reason: 'first', youngPeople: 3 }] },
  });
});

test('at any instant and of any wave the numbers of the flow add up', async () => {
  const days = [-20, -9, 0, 10, 22, 45, 75, 120, 137, 160, 190, 243, 259, 280];
  for (const n of days) {
    const at = new Date(Date.parse(autumn.drawnAt) + n * 86_400_000).toISOString();
    for (const knownAt of [at, now])
      for (const wave of [null, autumn.wave, spring.wave]) {
        const counted: FlowCount[] = await flowAt({ asOf: at, knownAt }, wave);
        const counts = flowCounts(counted);
        // Nothing is counted that has no place in the flow.
        expect(counted.reduce((sum, c) => sum + c.youngPeople, 0)).toBe(
          [...counts.values()].reduce((sum, c) => sum + c, 0),
        );
        for (const { total, parts, whole } of flowSums(counted)) {
          const sum = parts.reduce((all, part) => all + (counts.get(part) as number), 0);
          if (whole || sum > (counts.get(total) as number))
            expect([n, wave, total, counts.get(total)]).toEqual([n, wave, total, sum]);
        }
      }
  }
});

test('the baseline counts everybody once, with weights', async () => {
  const counted = await as('evaluator', (client) => countBaseline(client, asOf, null));
  const of = (arm: string, variable: string) =>
    counted.filter((c) => c.arm === arm && c.variable === variable);
  for (const variable of ['age', 'minor', 'waited_days', 'situation', 'origin', 'site'])
    expect([variable, of('service_plus', variable).reduce((sum, c) => sum + c.youngPeople, 0)]).toEqual([
      variable,
      5,
    ]);
  expect(of('standard', 'site')).toEqual([
    { arm: 'standard', variable: 'site', value: 'blois', youngPeople: 1, weight: 3 },
    { arm: 'standard', variable: 'site', value: 'tours', youngPeople: 3, weight: 6 },
  ]);
  expect(of('service_plus', 'minor')).toContainEqual(
    expect.objectContaining({ value: 'true', youngPeople: 1 }),
  );
});

test('every row is as the dictionary says, and nothing else leaves', async () => {
  const rows = await exported(nowThen);
  for (const masked of [false, true]) {
    for (const person of rows) {
      const row = rowOf(person, masked ? (arm) => maskedArmOf(key, arm) : null);
      expect(rowSchema(masked).safeParse(row).success).toBe(true);
      expect(Object.values(row).map(csvCell).join()).not.toMatch(/null|undefined|true|false|object/);
      if (masked) expect(JSON.stringify(row)).not.toMatch(/service_plus|standard|contacts|exit/);
    }
  }
  const [person] = rows as [EvaluatedPerson];
  expect(() => rowOf({ ...person, situation: 'Secretnom' }, null)).toThrow();
});

test('the matching file has the number of each, also of who is met again, and is the administration’s', async () => {
  const rows = await as('admin', (client) => matches(client, null, pads));
  expect(Object.fromEntries(rows.map((m) => [nameOf.get(m.pseudonym), m.external_number]))).toEqual({
    ...{ p1: 'P3-0001', p2: null, p3: null, p4: null, b1: 'P3-0002', b2: null, b3: null, b5: null, q2: null },
  });
  expect(Object.keys(rows[0] as object)).toEqual(['pseudonym', 'external_number']);
});

test('each door is for its roles alone; committees have the flow of what was unblinded', async () => {
  const doors: Readonly<Record<string, Work<unknown>>> = {
    rows: (client) => evaluatedPeople(client, { ...nowThen, wave: null }, [], pads, '', 10),
    count: (client) => countEvaluated(client, { ...nowThen, wave: null }),
    baseline: (client) => countBaseline(client, asOf, null),
    answers: (client) => keepAnswers(client, [], pads, new Date(now)),
    matching: (client) => matches(client, null, pads),
    flow: (client) => countFlow(client, { ...nowThen, wave: null }, []),
    'flow of a wave': (client) => countFlow(client, { ...nowThen, wave: autumn.wave }, []),
  };
  const people = [
    ...['coordinator.tours', 'counsellor.tours', 'mediator.tours', 'partner.tours', 'committee.tours'],
    ...['committee.national', 'evaluator', 'admin'],
  ];
  const opened = async () => {
    const open: Record<string, string[]> = {};
    for (const [name, door] of Object.entries(doors))
      for (const person of people) {
        const may = await as(person, door).then(
          () => true,
          (error: { code?: string }) => {
            expect([name, person, error.code]).toEqual([name, person, '42501']);
            return false;
          },
        );
        if (may) open[name] = [...(open[name] ?? []), person];
      }
    return open;
  };
  const before = {
    ...{ rows: ['evaluator'], count: ['evaluator'], baseline: ['evaluator'], answers: ['evaluator'] },
    ...{ matching: ['admin'], flow: ['evaluator'], 'flow of a wave': ['evaluator'] },
  };
  expect(await opened()).toEqual(before);
  await as('admin', (client) =>
    insertUnblinding(client, {
      ...{
        id: idOf('unblinding'),
        wave: autumn.wave,
        reason: 'a test',
        madeBy: demonstrationPerson('admin').id,
      },
      now: new Date(now),
    }),
  );
  expect(await opened()).toEqual({
    ...before,
    'flow of a wave': ['committee.tours', 'committee.national', 'evaluator'],
  });
  await expect(owner.query('delete from unblindings')).rejects.toThrow(/stays as it is/);
  await expect(owner.query('update survey_answers set survey = 2')).rejects.toThrow(/stays as it is/);
});
