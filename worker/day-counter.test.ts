/** That days which are over get counted, once, while the worker lives. */
import type { Pool } from 'pg';
import pino from 'pino';
import { writeManyPathways } from '../bench/many-pathways';
import { daysToCount } from '../db/counted-days';
import { ownerPool } from '../db/pool';
import { seedDemonstration } from '../db/seed';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { runDayCounter } from './day-counter';

let database: TestDatabase;
let owner: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  owner = ownerPool(database.url, { name: 'test owner' });
  await writeManyPathways(owner, 20, new Date(Date.now() + 850 * 86_400_000));
}, 60_000);
afterAll(async () => {
  await owner.end();
  await database.drop();
});

const log = pino({ level: 'silent' });

test('of two workers one counts the days that are over, and both end when they are told', async () => {
  const days = await daysToCount(owner);
  expect(days.length).toBeGreaterThan(10);
  const stop = new AbortController();
  const running = [1, 2].map(() => runDayCounter({ owner, log, signal: stop.signal, everyMs: 20 }));
  while ((await daysToCount(owner)).length > 0) await new Promise((goOn) => setTimeout(goOn, 50));
  stop.abort();
  await Promise.all(running);
  const { rows } = await owner.query('select count(*)::int as n from counted_days where cells is not null');
  expect(rows).toEqual([{ n: days.length }]);
  expect((await owner.query("select 1 from pg_locks where locktype = 'advisory'")).rowCount).toBe(0);
});

test('goes on when the database was away for a moment', async () => {
  await owner.query('delete from counted_days');
  const stop = new AbortController();
  let failed = 0;
  const connect = async () => {
    if (failed++ === 0) throw new Error('connection refused');
    return owner.connect();
  };
  const away = Object.assign(Object.create(owner), { connect, query: owner.query.bind(owner) }) as Pool;
  const running = runDayCounter({ owner: away, log, signal: stop.signal, everyMs: 20 });
  while ((await daysToCount(owner)).length > 0) await new Promise((goOn) => setTimeout(goOn, 50));
  stop.abort();
  await running;
  expect(failed).toBeGreaterThan(1);
});
