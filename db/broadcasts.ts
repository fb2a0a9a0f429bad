/** Broadcasts: changes at a site that its pathways are told of (domain/broadcasts.ts). */
import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Broadcast } from '../domain/broadcasts';
import type { Instant } from '../domain/calendar';

/** On this channel PostgreSQL tells that a broadcast was written. */
export const broadcastsChannel = 'broadcasts';

/**
 * How long after the change pathways are told of it: workers keep a site's settings and absences for two seconds
 * (activities/journal.ts), and by then none counts with what it had before.
 */
const settlesWithin = '3 seconds';

/**
 * Writes a broadcast, in the transaction of the change itself.
 * @param of.id where whoever writes it must find it again
 * @param of.dueAt from when on the pathways are told; absent: as soon as no worker knows the former state any more
 * @returns its id
 */
export async function insertBroadcast(
  client: PoolClient,
  of: { siteId: string; message: Broadcast; createdBy: string; dueAt?: Instant; id?: string },
): Promise<string> {
  const id = of.id ?? randomUUID();
  // PostgreSQL's clock, which the worker that starts it asks too.
  await client.query(
    `insert into broadcasts (id, site_id, message, due_at, created_by)
     values ($1, $2, $3, coalesce($4, clock_timestamp() + interval '${settlesWithin}'), $5)`,
    [id, of.siteId, JSON.stringify(of.message), of.dueAt ?? null, of.createdBy],
  );
  await client.query(`notify ${broadcastsChannel}`);
  return id;
}

export interface BroadcastRecord {
  readonly siteId: string;
  readonly message: Broadcast;
  readonly createdBy: string;
  readonly startedAt: Instant | null;
  readonly doneAt: Instant | null;
  readonly told: number | null;
}

/** @returns null when there is none, or when it was withdrawn before it began */
export async function readBroadcast(db: Pool | PoolClient, id: string): Promise<BroadcastRecord | null> {
  const { rows } = await db.query<BroadcastRecord>({
    name: 'read_broadcast',
    text: `select site_id as "siteId", message, created_by as "createdBy", iso(started_at) as "startedAt",
             iso(done_at) as "doneAt", told
           from broadcasts where id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** Which of a site's pathways a broadcast concerns, rather too many: whom it does not concern changes nothing. */
const concerned: Readonly<Record<Broadcast['kind'], string>> = {
  settings: 'true',
  // Somebody may stand in for a substitute: whatever is stood in for.
  staff: `p.id in (select pathway_id from tasks where status = 'open' and assignee_id = $4
    union select pathway_id from tasks where status = 'open' and stands_in_for is not null)`,
  // Whose referent is another one for a time: to whom it comes back then, only the pathway knows.
  hand_over: `(p.referent_id = $4
    or p.id in (select pathway_id from tasks
      where status in ('open', 'planned') and (assignee_id = $4 or stands_in_for = $4))
    or p.id in (select pathway_id from waits where name = 'transfer_ends'))`,
  drawn: `p.id in (select enrolment_id from allocations where draw_id = $4)`,
};

/** The next pathways to tell, by id: exited ones too, their exit may be undone; not those that are closed. */
export async function nextToTell(
  pool: Pool,
  { siteId, message }: BroadcastRecord,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const whom = ((): string[] => {
    switch (message.kind) {
      case 'settings':
        return [];
      case 'staff':
        return [message.staffId];
      case 'hand_over':
        return [message.from];
      case 'drawn':
        return [message.drawId];
    }
  })();
  const { rows } = await pool.query<{ id: string }>({
    name: `next_to_tell_${message.kind}`,
    text: `select p.id from pathways p
           where p.site_id = $1 and p.status <> 'closed' and ($2::uuid is null or p.id > $2)
             and ${concerned[message.kind]}
           order by p.id limit $3`,
    values: [siteId, after, limit, ...whom],
  });
  return rows.map((row) => row.id);
}

/** Every pathway has been told. */
export async function markTold(pool: Pool, id: string, told: number, now: Date): Promise<void> {
  await pool.query('update broadcasts set done_at = $3, told = $2 where id = $1 and done_at is null', [
    id,
    told,
    now,
  ]);
}

/** Locks broadcasts that are due and have not been started. */
export async function broadcastsToStart(client: PoolClient, limit: number): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select id from broadcasts where started_at is null and due_at <= now()
     order by due_at limit $1 for update skip locked`,
    [limit],
  );
  return rows.map((row) => row.id);
}

/** Temporal has taken the starts of these. */
export async function markBroadcastsStarted(
  client: PoolClient,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  await client.query('update broadcasts set started_at = $2 where id = any($1)', [ids, now]);
}

/** Milliseconds until another broadcast is due; null: none is. */
export async function nextBroadcastIn(pool: Pool): Promise<number | null> {
  const { rows } = await pool.query<{ ms: number | null }>(
    `select (extract(epoch from min(due_at) - now()) * 1000)::float8 as ms from broadcasts
     where started_at is null and due_at > now()`,
  );
  return rows[0]?.ms ?? null;
}

/** Takes back those that are not under way yet. */
export async function dropBroadcasts(client: PoolClient, ids: readonly string[]): Promise<void> {
  await client.query('delete from broadcasts where id = any($1) and started_at is null', [ids]);
}
