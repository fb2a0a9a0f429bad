/** Files with many young people that left: who made them, of what and how many rows. */
import type { PoolClient } from 'pg';
import type { Instant } from '../domain/calendar';
import type { ExportKind } from '../domain/readings';
import type { Actor } from './pool';
import type { PersonRef } from './tasks';

export interface ExportToLog {
  readonly what: ExportKind;
  /** Codes, days and ids. */
  readonly filters: object;
  readonly rows: number;
}

export async function logExport(
  client: PoolClient,
  actor: Actor,
  { what, filters, rows }: ExportToLog,
  now: Date,
): Promise<void> {
  await client.query(
    'insert into exports (actor_id, site_id, what, filters, rows, made_at) values ($1, $2, $3, $4, $5, $6)',
    [actor.id, actor.siteId, what, JSON.stringify(filters), rows, now],
  );
}

export interface ExportRow {
  readonly id: string;
  readonly madeAt: Instant;
  readonly staff: PersonRef;
  readonly what: ExportKind;
  readonly filters: Readonly<Record<string, unknown>>;
  readonly rows: number;
}

/** The latest first. */
export async function listExports(
  client: PoolClient,
  of: { after?: readonly [madeAt: Instant, id: string]; limit: number },
): Promise<ExportRow[]> {
  const [at, id] = of.after ?? [null, null];
  const { rows } = await client.query<ExportRow>(
    `select x.id, iso(x.made_at) as "madeAt", json_build_object('id', a.id, 'displayName', a.display_name) as staff,
       x.what, x.filters, x.rows
     from exports x join staff a on a.id = x.actor_id
     where $1::timestamptz is null or (x.made_at, x.id) < ($1, $2::uuid)
     order by x.made_at desc, x.id desc limit $3`,
    [at, id, of.limit],
  );
  return rows;
}
