/** Who may be the same person: found across sites by those who enrol, and by nobody else. */
import type { Pool, PoolClient } from 'pg';
import { enrol } from '../api/enrolling';
import {
  admin,
  anEnrolment,
  coordinatorOfBlois,
  coordinatorOfTours,
  counsellorOfBlois,
  insertStaff,
  now,
} from '../test/data/enrolling';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { duplicatesOf, personKeys } from './enrolments';
import { type Actor, apiPool, asActor, ownerPool } from './pool';

let database: TestDatabase;
let owner: Pool;
let pool: Pool;
let enrolmentId: string;
const person = personKeys({ ...anEnrolment(), externalNumber: 'IM1' });
const nobody = personKeys({ lastName: 'x', firstName: 'y', birthDate: '2009-03-04' });

beforeAll(async () => {
  database = await createTestDatabase();
  owner = ownerPool(database.url, { name: 'test' });
  pool = apiPool(database.url, { name: 'test' });
  await insertStaff(owner);
  ({ enrolmentId } = await enrol(
    pool,
    coordinatorOfTours,
    anEnrolment({ externalNumber: 'IM-1' }),
    null,
    now,
  ));
});
afterAll(async () => {
  await Promise.all([pool.end(), owner.end()]);
  await database.drop();
});

const as = <T>(actor: Actor, work: (client: PoolClient) => Promise<T>) => asActor(pool, actor, work);

test('a coordinator of another site is told the enrolment, its site and what matched, and still sees no person', async () => {
  const match = {
    enrolmentId,
    firstId: enrolmentId,
    siteId: 'tours',
    matchedOn: ['name_and_birth_date', 'external_number'],
    importRow: null,
  };
  expect(await as(coordinatorOfBlois, (client) => duplicatesOf(client, [nobody, person, nobody]))).toEqual([
    [],
    [match],
    [],
  ]);
  expect(await as(admin, (client) => duplicatesOf(client, [person]))).toEqual([[match]]);
  expect(await as(coordinatorOfBlois, (client) => client.query('select * from people'))).toMatchObject({
    rows: [],
  });
});

test.each(['counsellor', 'mediator', 'partner', 'committee', 'evaluator'] as const)(
  'a %s, who does not enrol, is told nothing',
  async (role) => {
    const actor: Actor = { id: counsellorOfBlois, role, siteId: 'blois' };
    expect(await as(actor, (client) => duplicatesOf(client, [person]))).toEqual([[]]);
  },
);

test('a batch is looked up by index: a table of many people is not read whole', async () => {
  const client = await owner.connect();
  try {
    await client.query("begin; select set_config('app.role', 'admin', true)");
    await client.query(
      `insert into people (id, last_name, first_name, birth_date, name_key)
       select gen_random_uuid(), 'n' || i, 'x', '2009-01-01', 'n' || i || ' x' from generate_series(1, 20000) i`,
    );
    const reads = async () => {
      const { rows } = await client.query(
        "select pg_stat_get_xact_tuples_returned('people'::regclass) as read, pg_stat_get_xact_numscans('people'::regclass) as scans",
      );
      return rows[0] as { read: number; scans: number };
    };
    const before = await reads();
    await duplicatesOf(
      client,
      Array.from({ length: 500 }, () => person),
    );
    expect((await reads()).read - before.read).toBe(0);
  } finally {
    await client.query('rollback');
    client.release();
  }
});
