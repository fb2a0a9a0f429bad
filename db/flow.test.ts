/** Flow and durations of timelines written by hand: what begins a time, what ends it, and by what was known when. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { type Stage, stages } from '../domain/figures';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { countFunnel, countStays, countTimes } from './flow';
import { apiPool, asActor, ownerPool } from './pool';
import { demonstrationPerson, seedDemonstration } from './seed';

let database: TestDatabase;
let owner: Pool;
let api: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  owner = ownerPool(database.url, { name: 'test owner' });
  api = apiPool(database.url, { name: 'test api' });
}, 60_000);
afterAll(async () => {
  await Promise.all([owner.end(), api.end()]);
  await database.drop();
});
afterEach(() => owner.query('truncate people cascade'));

/** Type, day it happened, what it says, and the day it was recorded, where that is another one. */
type Told = readonly [type: string, on: string, data?: object, recorded?: string];
const noon = (day: string) => `${day}T12:00:00.000Z`;

async function young(events: readonly Told[], siteId = 'tours'): Promise<string> {
  const id = randomUUID();
  await owner.query(
    `with p as (insert into people (id, last_name, first_name, birth_date, name_key)
       values ($1, 'Dupont', 'Camille', '2009-01-01', 'dupont camille') returning id),
     e as (insert into enrolments (id, person_id, site_id, name_key, situation, origin, consent_on, enrolled_on, created_by, created_at, start_input)
       select id, id, $2, 'dupont camille', 'in_school', 'cfa', '2026-01-01', '2026-01-01', $3, now(), '{}' from p returning id)
     insert into pathways (id, revision, site_id, status, step, interval, step_entered_at, enrolled_at, settings_version, recorded_at)
       select id, 1, $2, 'active', 'welcome', 1, now(), now(), 1, now() from e`,
    [id, siteId, demonstrationPerson('coordinator.tours').id],
  );
  for (const [revision, [type, on, data, recorded]] of events.entries())
    await owner.query('insert into timeline values ($1, $2, 1, $3, $4, $5, null, $6)', [
      ...[id, revision + 1, type, noon(on), noon(recorded ?? on)],
      data ?? null,
    ]);
  return id;
}
const enrolled = (on: string): Told[] => [
  ['enrolled', on],
  ['step_entered', on, { step: 'welcome' }],
];
const takenOver = (enrolledOn: string, step: string, since: string, recorded: string): Told[] => [
  ['imported', enrolledOn, {}, recorded],
  ['step_entered', since, { step }, recorded],
];
const step = (name: string, on: string): Told => ['step_entered', on, { step: name }];
const contract = (
  n: number,
  signedOn: string,
  startsOn: string,
  endsOn: string,
  recorded = signedOn,
): Told => [
  ...(['contract_recorded', recorded, { contractId: `c${n}`, signedOn, startsOn, endsOn }] as const),
];
const terminated = (n: number, on: string, recorded = on): Told => [
  ...(['contract_terminated', recorded, { contractId: `c${n}`, on }] as const),
];

const asOf = noon('2026-06-30');
type Instants = readonly [asOf: string, knownAt?: string];
const timesOf = async (what: 'contract' | 'termination', id: string, [at, known = at]: Instants = [asOf]) =>
  (
    await owner.query(`select days, since, ended from times_to_${what}($1, $2, array[$3::uuid])`, [
      at,
      known,
      id,
    ])
  ).rows.map((row) => [row.days, row.since, row.ended]);
const staysOf = async (id: string, [at, known = at]: Instants = [asOf]) =>
  (
    await owner.query(
      'select step, days, since, ended from stays_at($1, $2, array[$3::uuid]) order by days, step',
      [...[at, known, id]],
    )
  ).rows.map((row) => [row.step, row.days, row.since, row.ended]);

describe('the time to a contract', () => {
  test('goes on for who waits, on hold or not, until the date asked for', async () => {
    const id = await young([
      ...enrolled('2026-01-01'),
      ['hold_started', '2026-03-01', { until: '2026-09-01' }],
    ]);
    expect(await timesOf('contract', id)).toEqual([[180, 0, 'open']]);
    expect(await timesOf('contract', id, [noon('2026-01-01')])).toEqual([[0, 0, 'open']]);
    expect(await timesOf('contract', id, [noon('2025-12-31'), asOf])).toEqual([]);
  });

  test('ends on the day of the signature, once that is known', async () => {
    const id = await young([
      ...enrolled('2026-01-01'),
      contract(1, '2026-03-01', '2026-03-10', '2027-03-09', '2026-03-15'),
    ]);
    expect(await timesOf('contract', id)).toEqual([[59, 0, 'event']]);
    // It was not known yet, and afterwards it is known of that day.
    expect(await timesOf('contract', id, [noon('2026-03-05')])).toEqual([[63, 0, 'open']]);
    expect(await timesOf('contract', id, [noon('2026-03-05'), asOf])).toEqual([[59, 0, 'event']]);
    expect(await timesOf('contract', id, [noon('2026-02-28'), asOf])).toEqual([[58, 0, 'open']]);
  });

  test('ends by an exit without one, unless that was undone', async () => {
    const id = await young([
      ...enrolled('2026-01-01'),
      ['exited', '2026-02-01', { code: 'declined' }],
      ['exit_undone', '2026-02-10', { code: 'declined' }],
      ['step_entered', '2026-01-01', { step: 'welcome', again: true }, '2026-02-10'],
    ]);
    const between = noon('2026-02-05');
    expect(await timesOf('contract', id, [between])).toEqual([[31, 0, 'other']]);
    expect(await timesOf('contract', id, [between, asOf])).toEqual([[35, 0, 'open']]);
    expect(await timesOf('contract', id)).toEqual([[180, 0, 'open']]);
    // An exit after the signature ends nothing.
    const signed = await young([
      ...enrolled('2026-01-01'),
      contract(1, '2026-02-01', '2026-02-01', '2027-01-31'),
      ['exited', '2026-03-01', { code: 'moved_away' }],
    ]);
    expect(await timesOf('contract', signed)).toEqual([[31, 0, 'event']]);
  });

  test('is watched from the take-over on; what was before it or before the enrolment says so', async () => {
    const id = await young([
      ...takenOver('2025-06-01', 'contract_search', '2025-09-01', '2026-02-01'),
      contract(1, '2026-05-01', '2026-05-10', '2027-05-09'),
    ]);
    expect(await timesOf('contract', id)).toEqual([[334, 245, 'event']]);
    const before = await young([
      ...takenOver('2025-06-01', 'securing', '2025-08-20', '2026-02-01'),
      contract(1, '2025-08-01', '2025-08-15', '2027-08-14', '2026-02-01'),
    ]);
    expect(await timesOf('contract', before)).toEqual([[61, 245, 'event']]);
    const apprentice = await young([
      ...enrolled('2026-01-10'),
      contract(1, '2026-01-03', '2026-01-05', '2027-01-04', '2026-01-20'),
    ]);
    expect(await timesOf('contract', apprentice)).toEqual([[-7, 0, 'event']]);
  });
});

describe('the time to a termination', () => {
  const begun = (...events: Told[]) =>
    young([...enrolled('2026-01-01'), contract(1, '2026-01-10', '2026-01-20', '2027-01-19'), ...events]);

  test('runs from the start, and ends on the day of the termination, whenever that was recorded', async () => {
    const id = await begun(terminated(1, '2026-03-01', '2026-03-20'));
    expect(await timesOf('termination', id)).toEqual([[40, 0, 'event']]);
    expect(await timesOf('termination', id, [noon('2026-03-10')])).toEqual([[49, 0, 'open']]);
    expect(await timesOf('termination', id, [noon('2026-03-10'), asOf])).toEqual([[40, 0, 'event']]);
    // It has not started yet.
    expect(await timesOf('termination', id, [noon('2026-01-15'), asOf])).toEqual([]);
  });

  test('is of the first contract alone', async () => {
    const id = await begun(
      terminated(1, '2026-03-01'),
      contract(2, '2026-04-01', '2026-04-02', '2027-04-01'),
      terminated(2, '2026-04-10'),
    );
    expect(await timesOf('termination', id)).toEqual([[40, 0, 'event']]);
  });

  test('is 0 where it never started or was broken off before, and begins anew where the start was postponed', async () => {
    expect(await timesOf('termination', await begun(terminated(1, '2026-01-20', '2026-01-27')))).toEqual([
      [0, 0, 'event'],
    ]);
    expect(await timesOf('termination', await begun(terminated(1, '2026-01-12')))).toEqual([[0, 0, 'event']]);
    const postponed = await begun([
      ...(['contract_start_postponed', '2026-01-27', { contractId: 'c1', startsOn: '2026-02-20' }] as const),
    ]);
    expect(await timesOf('termination', postponed)).toEqual([[130, 0, 'open']]);
    expect(await timesOf('termination', postponed, [noon('2026-01-25')])).toEqual([[5, 0, 'open']]);
    expect(await timesOf('termination', postponed, [noon('2026-01-25'), asOf])).toEqual([]);
  });

  test('is cut short by the exit, and over with the end as agreed or the next contract', async () => {
    expect(
      await timesOf('termination', await begun(['exited', '2026-02-19', { code: 'moved_away' }])),
    ).toEqual([[30, 0, 'open']]);
    const short = await young([
      ...enrolled('2026-01-01'),
      contract(1, '2026-01-10', '2026-01-20', '2026-05-20'),
      ['exited', '2026-06-01', { code: 'contract_completed' }],
    ]);
    expect(await timesOf('termination', short)).toEqual([[120, 0, 'other']]);
    const another = await begun(contract(2, '2026-06-09', '2026-06-10', '2028-06-09'));
    expect(await timesOf('termination', another)).toEqual([[140, 0, 'other']]);
  });
});

describe('the stays in steps', () => {
  test('end by another step or the exit, and go on until the date asked for', async () => {
    const id = await young([...enrolled('2026-01-01'), step('contract_search', '2026-01-31')]);
    expect(await staysOf(id)).toEqual([
      ['welcome', 30, 0, 'step'],
      ['contract_search', 150, 0, 'open'],
    ]);
    expect(await staysOf(id, [noon('2026-01-30'), asOf])).toEqual([['welcome', 29, 0, 'open']]);
    const left = await young([...enrolled('2026-01-01'), ['exited', '2026-01-11', { code: 'declined' }]]);
    expect(await staysOf(left)).toEqual([['welcome', 10, 0, 'exit']]);
  });

  test('are new ones when a step is entered again, but not when an exit was undone', async () => {
    const id = await young([
      ...enrolled('2026-01-01'),
      step('contract_search', '2026-01-31'),
      ['exited', '2026-02-10', { code: 'declined' }],
      ['exit_undone', '2026-02-20', { code: 'declined' }],
      ['step_entered', '2026-01-31', { step: 'contract_search', again: true }, '2026-02-20'],
      step('securing', '2026-03-02'),
      step('contract_search', '2026-06-20'),
    ]);
    expect(await staysOf(id)).toEqual([
      ['contract_search', 10, 0, 'open'],
      ['contract_search', 30, 0, 'step'],
      ['welcome', 30, 0, 'step'],
      ['securing', 110, 0, 'step'],
    ]);
    expect(await staysOf(id, [noon('2026-02-15')])).toContainEqual(['contract_search', 10, 0, 'exit']);
  });

  test('of one taken over had lasted when they began to be watched', async () => {
    const id = await young([
      ...takenOver('2025-06-01', 'contract_search', '2025-09-01', '2026-02-01'),
      step('securing', '2026-05-01'),
    ]);
    expect(await staysOf(id)).toEqual([
      ['securing', 60, 0, 'open'],
      ['contract_search', 242, 153, 'step'],
    ]);
  });
});

describe('the funnel', () => {
  const funnel = async ([at, known = at]: Instants = [asOf]) =>
    (
      await asActor(api, demonstrationPerson('coordinator.tours'), (client) =>
        countFunnel(client, { asOf: at, knownAt: known }, 'tours'),
      )
    ).map(({ siteId, cohort, entered, takenOver, ...numbers }) => {
      const byStage = (of: readonly number[]): Partial<Record<Stage, number>> =>
        Object.fromEntries(stages.flatMap((stage, i) => (of[i] ? [[stage, of[i]]] : [])));
      const { reached, fromStart, enteredThere } = numbers;
      return {
        ...{ siteId, cohort, entered, takenOver, reached: byStage(reached) },
        ...{ fromStart: byStage(fromStart), enteredThere: byStage(enteredThere) },
      };
    });

  test('counts by quarter who reached what, and apart what somebody had when they were taken over', async () => {
    await young([
      ...enrolled('2026-01-01'),
      step('contract_search', '2026-01-05'),
      contract(1, '2026-01-10', '2026-01-12', '2027-01-11'),
      step('securing', '2026-01-10'),
      terminated(1, '2026-02-01'),
      step('contract_search', '2026-02-02'),
    ]);
    await young([
      ...takenOver('2025-06-01', 'securing', '2025-08-20', '2026-02-01'),
      contract(1, '2025-08-01', '2025-08-15', '2027-08-14', '2026-02-01'),
    ]);
    await young([
      ...takenOver('2025-06-30', 'contract_search', '2025-07-20', '2026-02-01'),
      step('securing', '2026-03-01'),
    ]);
    await young(enrolled('2026-01-01'), 'blois');
    expect(await funnel()).toEqual([
      {
        ...{ siteId: 'tours', cohort: '2025-Q2', entered: 2, takenOver: 2 },
        reached: { contract_search: 1, securing: 2, contract: 1, six_months: 1 },
        fromStart: {},
        // Six months in contract came after the take-over.
        enteredThere: { contract_search: 1, securing: 1, contract: 1 },
      },
      {
        ...{ siteId: 'tours', cohort: '2026-Q1', entered: 1, takenOver: 0 },
        reached: { welcome: 1, contract_search: 1, securing: 1, contract: 1 },
        fromStart: { welcome: 1, contract_search: 1, securing: 1, contract: 1 },
        enteredThere: {},
      },
    ]);
    // By what was known before, nobody had been taken over.
    expect(await funnel([noon('2026-01-06')])).toEqual([
      {
        ...{ siteId: 'tours', cohort: '2026-Q1', entered: 1, takenOver: 0 },
        reached: { welcome: 1, contract_search: 1 },
        fromStart: { welcome: 1, contract_search: 1 },
        enteredThere: {},
      },
    ]);
  });

  test('six months are of one contract, while it runs and the young person is accompanied', async () => {
    const reaches = async (...events: Told[]) => {
      await owner.query('truncate people cascade');
      await young([...enrolled('2025-09-01'), ...events]);
      return (await funnel()).map((row) => row.reached.six_months ?? 0)[0];
    };
    const first = contract(1, '2025-09-10', '2025-09-15', '2026-09-14');
    expect(await reaches(first)).toBe(1);
    expect(await reaches(first, terminated(1, '2026-03-15'))).toBe(1);
    expect(await reaches(first, terminated(1, '2026-03-14'))).toBe(0);
    expect(await reaches(first, ['exited', '2026-03-01', { code: 'moved_away' }])).toBe(0);
    expect(
      await reaches(
        first,
        terminated(1, '2025-12-20'),
        contract(2, '2026-01-02', '2026-01-02', '2027-01-01'),
      ),
    ).toBe(0);
    expect(
      await reaches(
        first,
        terminated(1, '2025-10-01'),
        contract(2, '2025-11-02', '2025-11-02', '2026-11-01'),
      ),
    ).toBe(1);
    expect(await reaches(contract(1, '2025-09-10', '2025-09-15', '2026-01-14'))).toBe(0);
  });

  test('durable employment is the exit, unless it was undone', async () => {
    await young([
      ...enrolled('2025-01-01'),
      step('durable_employment', '2025-02-01'),
      ['exited', '2026-01-01', { code: 'durable_employment' }],
      ['exit_undone', '2026-01-15', {}],
    ]);
    const reached = async (at: Instants) => (await funnel(at)).map((row) => row.reached.lasting_job ?? 0);
    expect(await reached([noon('2026-01-10')])).toEqual([1]);
    expect(await reached([noon('2026-01-10'), asOf])).toEqual([0]);
  });
});

test('those alike are counted together, and the arm is told to the evaluation alone', async () => {
  for (const arm of ['service_plus', 'standard', 'standard'])
    await young([...enrolled('2026-01-01'), ['arm_drawn', '2026-01-05', { arm }]]);
  await young(enrolled('2026-01-01'), 'blois');
  const at = { asOf, knownAt: asOf };
  const as = (subject: string, siteId: string | null) =>
    asActor(api, demonstrationPerson(subject), async (client) =>
      (await countTimes(client, 'contract', at, siteId))
        .map((row) => [row.siteId, row.arm, row.count])
        .sort(),
    );
  expect(await as('evaluator', null)).toEqual([
    ['blois', null, 1],
    ['tours', 'service_plus', 1],
    ['tours', 'standard', 2],
  ]);
  expect(await as('coordinator.tours', 'tours')).toEqual([['tours', null, 3]]);
  expect(await as('committee.national', null)).toEqual([
    ['blois', null, 1],
    ['tours', null, 3],
  ]);
  const stays = await asActor(api, demonstrationPerson('committee.tours'), (client) =>
    countStays(client, at, 'tours'),
  );
  expect(stays).toEqual([{ siteId: 'tours', step: 'welcome', days: 180, from: 0, ended: 'open', count: 3 }]);
});
