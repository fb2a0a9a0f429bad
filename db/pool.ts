/** Connections to PostgreSQL. Two doors: the worker's (the tables' owner) and the API's (row-level security holds). */
import { Pool, type PoolClient, types } from 'pg';
import type { Role } from '../domain/pathway';

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

/** The API's door: every connection takes the role `service_plus_api`, which row-level security holds. */
export function apiPool(databaseUrl: string, options: PoolOptions): Pool {
  return makePool(databaseUrl, options, '-c role=service_plus_api');
}

function makePool(connectionString: string, { max = 10, name }: PoolOptions, options?: string): Pool {
  const pool = new Pool({
    connectionString,
    max,
    application_name: name,
    options,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
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
    await client.query('rollback').catch((e: Error) => {
      broken = e;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
