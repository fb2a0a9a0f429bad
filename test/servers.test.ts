import { Connection } from '@temporalio/client';
import { Client } from 'pg';
import {
  createTestDatabase,
  createTimeSkippingEnvironment,
  testTemporalAddress,
  testWorkflowBundle,
} from './setup/servers';

async function ask(url: string, sql: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('servers shared by the tests', () => {
  it('give each test a migrated database of its own', async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await ask(one.url, 'create table mine (id int)');
    expect(await ask(one.url, "select to_regclass('mine') is not null as there")).toEqual([{ there: true }]);
    expect(await ask(other.url, "select to_regclass('mine') is not null as there")).toEqual([
      { there: false },
    ]);
    const [{ count }] = await ask(other.url, 'select count(*)::int from migrations');
    expect(count).toBeGreaterThan(0);
    await one.drop();
    await other.drop();
    await expect(ask(one.url, 'select 1')).rejects.toThrow(/does not exist/);
  });

  it('read accented names in capitals and small letters, and tell the time in UTC', async () => {
    const { url, drop } = await createTestDatabase();
    const [row] = await ask(
      url,
      "select lower('ÉLOÏSE') as lower, 'Éloïse' ilike 'éLO%' as found, current_setting('TimeZone') as zone, pg_encoding_to_char(encoding) as encoding from pg_database where datname = current_database()",
    );
    expect(row).toEqual({ lower: 'éloïse', found: true, zone: 'UTC', encoding: 'UTF8' });
    await drop();
  });

  it('answer as Temporal, with finished pathways kept for months', async () => {
    const connection = await Connection.connect({ address: await testTemporalAddress() });
    const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 24 * 3600);
    await connection.close();
  });

  it('come with the workflow code, bundled for a worker', async () => {
    const { code } = await testWorkflowBundle();
    expect(code).toContain('__TEMPORAL__');
  });

  it('skip half a year when a test wants it', async () => {
    const env = await createTimeSkippingEnvironment();
    const before = await env.currentTimeMs();
    await env.sleep('180 days');
    expect((await env.currentTimeMs()) - before).toBeGreaterThan(179 * 24 * 3600 * 1000);
    await env.teardown();
  });
});
