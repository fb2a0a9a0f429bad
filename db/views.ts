/** Saved views: what somebody narrows their inbox by, under a name. Row-level security holds whose they are. */
import type { PoolClient } from 'pg';
import type { Instant } from '../domain/calendar';
import type { PersonRef } from './tasks';

export interface ViewRow {
  readonly id: string;
  readonly name: string;
  /** As `GET /tasks` takes them. */
  readonly filters: Readonly<Record<string, unknown>>;
  /** The site's; else its owner's alone. */
  readonly shared: boolean;
  /** Of a shared one: who saved it last. */
  readonly owner: PersonRef;
  readonly savedAt: Instant;
}

export interface ViewToSave {
  readonly id: string;
  readonly ownerId: string;
  readonly siteId: string | null;
  readonly name: string;
  readonly filters: object;
  readonly shared: boolean;
  readonly now: Date;
}

const view = `select v.id, v.name, v.filters, v.shared, json_build_object('id', o.id, 'displayName', o.display_name) as owner,
  iso(v.saved_at) as "savedAt" from views v join staff o on o.id = v.owner_id`;

/** The caller's own and those shared at their site, by name. */
export async function listViews(client: PoolClient): Promise<ViewRow[]> {
  const { rows } = await client.query<ViewRow>(`${view} order by lower(v.name), v.id`);
  return rows;
}

export async function viewById(client: PoolClient, id: string): Promise<ViewRow | null> {
  const { rows } = await client.query<ViewRow>(`${view} where v.id = $1`, [id]);
  return rows[0] ?? null;
}

/** A new one, or what takes the place of the one with this id. */
export async function saveView(client: PoolClient, v: ViewToSave): Promise<void> {
  const values = [v.id, v.ownerId, v.siteId, v.name, JSON.stringify(v.filters), v.shared, v.now];
  const { rowCount } = await client.query(
    `update views set owner_id = $2, site_id = $3, name = $4, filters = $5, shared = $6, saved_at = $7 where id = $1`,
    values,
  );
  if (rowCount) return;
  await client.query(
    'insert into views (id, owner_id, site_id, name, filters, shared, saved_at) values ($1, $2, $3, $4, $5, $6, $7)',
    values,
  );
}

export async function removeView(client: PoolClient, id: string): Promise<void> {
  await client.query('delete from views where id = $1', [id]);
}
