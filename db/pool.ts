/** Connections to PostgreSQL. Two doors: the worker's (the tables' owner) and the API's (row-level security holds). */
import { Pool, type PoolClient, type PoolConfig, type QueryConfig, types } from 'pg';
import type { Role } from '../domain/pathway';
import { isAway } from './away';

// Days stay the text they are: a Date would move them through a time zone.
types.setTypeParser(types.builtins.DATE, (text) => text);
// Counts fit a double.
types.setTypeParser(types.builtins.INT8, Number);

export interface PoolOptions {
  readonly max?: number;
  /** Told in pg_stat_activity. */
  readonly name: string;
}

export function ownerPool(databaseUrl: string, options: PoolOptions): Pool {
  return makePool(databaseUrl, options);
}

/** A person waits for each of the API's queries: a database that hangs is as good as away. */
const API_QUERY_MS = 3_000;
/** What nobody waits for any more, the database does not go on with. */
const STATEMENT_MS = API_QUERY_MS + 1_000;

/** The API's door: every connection takes the role `service_plus_api`, which row-level security holds. */
export function apiPool(databaseUrl: string, options: PoolOptions): Pool {
  return makePool(databaseUrl, options, {
    options: '-c role=service_plus_api',
    query_timeout: API_QUERY_MS,
    statement_timeout: STATEMENT_MS,
  });
}

function makePool(connectionString: string, { max = 10, name }: PoolOptions, more: PoolConfig = {}): Pool {
  const pool = new Pool({
    connectionString,
    max,
    application_name: name,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    ...more,
  });
  // A connection that breaks while idle is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}

/** The person on whose behalf the database is asked. */
export interface Actor {
  readonly id: string;
  readonly role: Role;
  readonly siteId: string | null;
}

/** Reading everybody takes longer than what a page may wait for; a few people a day ask. */
const PATIENCE_MS = 120_000;

/** A query of the API that may take long, in a transaction. */
export async function patiently<T extends object>(
  client: PoolClient,
  text: string,
  values: readonly unknown[],
): Promise<T[]> {
  await client.query(`set local statement_timeout = ${PATIENCE_MS}`);
  const { rows } = await client.query<T>({
    text,
    values: [...values],
    query_timeout: PATIENCE_MS + 1_000,
  } as QueryConfig);
  await client.query(`set local statement_timeout = ${STATEMENT_MS}`);
  return rows;
}

/** Runs `work` in one transaction in which row-level security sees `actor`. Rolls back when it throws. */
export async function asActor<T>(
  pool: Pool,
  actor: Actor,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    // One round trip; the three values are checked to be what cannot end a literal.
    for (const value of [actor.id, actor.role, actor.siteId ?? '']) {
      if (!/^[a-z0-9_-]*$/.test(value)) throw new Error(`not an id or role: ${JSON.stringify(value)}`);
    }
    await client.query(
      `begin; select set_config('app.actor', '${actor.id}', true), set_config('app.role', '${actor.role}', true), set_config('app.site', '${actor.siteId ?? ''}', true)`,
    );
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    // What did not answer once would not answer the rollback either: the connection is thrown away.
    if (isAway(error)) broken = error as Error;
    else
      await client.query('rollback').catch((e: Error) => {
        broken = e;
      });
    throw error;
  } finally {
    client.release(broken);
  }
}
