/** The servers a test works with: shared by the whole run, started when the first test asks. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client } from 'pg';

async function shared(what: 'database' | 'temporal' | 'test-server' | 'workflow-bundle'): Promise<string> {
  const response = await fetch(`${process.env.TEST_SHARED_SERVERS}/${what}`);
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return answer;
}

export interface TestDatabase {
  url: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** A database of the test's own, with the schema of this release and nothing in it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = new URL(await shared('database'));
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(
    template,
    `create database ${name} template ${template.pathname.slice(1)} strategy file_copy`,
  );
  const url = new URL(template);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(template, `drop database if exists ${name} with (force)`) };
}

/** Nobody may be connected to the template while it is copied. */
async function administer(server: URL, sql: string): Promise<void> {
  const url = new URL(server);
  url.pathname = '/postgres';
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** host:port of the Temporal server of this run, in memory, namespace `default`: use a task queue of your own. */
export function testTemporalAddress(): Promise<string> {
  return shared('temporal');
}

/** The workflow code, bundled once for the run, as `workflowBundle` of a worker. */
export async function testWorkflowBundle(): Promise<{ code: string }> {
  return { code: readFileSync(await shared('workflow-bundle'), 'utf8') };
}

/**
 * A time-skipping server of the test's own, ended by `teardown()`. Time is skipped for all that runs on it. It is now
 * there, or TEST_BEGINS_IN_DAYS later: what holds today must hold on any day of the year.
 */
export async function createTimeSkippingEnvironment() {
  const executable = { type: 'existing-path' as const, path: await shared('test-server') };
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  const days = Number(process.env.TEST_BEGINS_IN_DAYS ?? 0);
  if (days > 0) await env.sleep(`${days} days`);
  return env;
}
