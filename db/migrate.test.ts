import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { migrate } from './migrate';

let database: TestDatabase;
let client: Client;
beforeEach(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

const applied = async () =>
  (await client.query('select name, hash, applied_at from migrations order by name')).rows;

test('a database of this release is left as it is, also by several at once', async () => {
  const before = await applied();
  expect(before.length).toBeGreaterThan(2);
  await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
  expect(await applied()).toEqual(before);
});

test('an empty database gets the schema and the seven sites, once, when several begin together', async () => {
  await client.query('drop schema public cascade; create schema public');
  await Promise.all([migrate(database.url), migrate(database.url)]);
  const { rows } = await client.query('select name from sites order by name collate "C"');
  expect(rows.map((r) => r.name)).toEqual([
    'Ain',
    'Blois',
    'Le Mans',
    'Limousin',
    'Orléans',
    'Roanne',
    'Tours',
  ]);
});

test('a database of a newer schema is refused in one sentence, and not touched', async () => {
  await client.query("insert into migrations (name, hash) values ('9999_of_next_year.sql', 'x')");
  await client.query("delete from migrations where name like '0003%'");
  await expect(migrate(database.url)).rejects.toThrow(
    'the database has a newer schema than this release (9999_of_next_year.sql): start the release that made it, or a later one',
  );
  expect((await applied()).map((m) => m.name)).not.toContain('0003_enrolling.sql');
});

test('a migration that was changed after it was applied is refused', async () => {
  await client.query("update migrations set hash = 'other' where name like '0001%'");
  await expect(migrate(database.url)).rejects.toThrow(/0001_spine.sql was changed after it was applied/);
});
