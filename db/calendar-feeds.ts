/** Queries about calendar feeds: a person's secret address, and the deadlines behind it. */
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '../domain/calendar';
import type { Role } from '../domain/pathway';
import type { TaskKind } from '../domain/tasks';

/** When the person's feed was made, null: there is none. */
export async function calendarFeedSince(client: PoolClient, actorId: string): Promise<Instant | null> {
  const { rows } = await client.query<{ at: Instant }>(
    'select iso(created_at) as at from calendar_feeds where staff_id = $1',
    [actorId],
  );
  return rows[0]?.at ?? null;
}

/** Makes the person's feed, or gives it another secret: the old one is nothing any more. */
export async function setCalendarFeed(
  client: PoolClient,
  actorId: string,
  secretHash: Buffer,
  now: Date,
): Promise<void> {
  await client.query(
    `insert into calendar_feeds (staff_id, secret_hash, created_at) values ($1, $2, $3)
     on conflict (staff_id) do update set secret_hash = excluded.secret_hash, created_at = excluded.created_at`,
    [actorId, secretHash, now],
  );
}

export async function dropCalendarFeed(client: PoolClient, actorId: string): Promise<void> {
  await client.query('delete from calendar_feeds where staff_id = $1', [actorId]);
}

/** Whose feed has this secret; null: nobody's, or somebody's whose access has ended. */
export async function calendarFeedOwner(db: Pool, secretHash: Buffer): Promise<string | null> {
  const { rows } = await db.query<{ owner: string | null }>({
    name: 'calendar_feed_owner',
    text: 'select calendar_feed_owner($1) as owner',
    values: [secretHash],
  });
  return rows[0]?.owner ?? null;
}

export interface CalendarTask {
  readonly id: string;
  readonly kind: TaskKind;
  readonly dueAt: Instant;
  readonly revision: number;
  /** When the last thing was recorded of its pathway. */
  readonly recordedAt: Instant;
}

/** The open and planned tasks that are a person's, by due date. */
export async function calendarTasks(
  client: PoolClient,
  person: { readonly id: string; readonly role: Role },
): Promise<CalendarTask[]> {
  const { rows } = await client.query<CalendarTask>({
    name: 'calendar_tasks',
    text: `with own as (
        select t.id from tasks t where t.assignee_id = $1 and t.status = 'open'
        union select t.id from tasks t where t.assignee_id = $1 and t.status = 'planned'
        union select t.id from tasks t
          where $2 = 'partner' and t.partner_id = $1 and t.status in ('open', 'planned')
      )
      select t.id, t.kind, iso(t.due_at) as "dueAt", t.revision, iso(p.recorded_at) as "recordedAt"
      from own join tasks t on t.id = own.id join pathways p on p.id = t.pathway_id
      order by t.due_at, t.id`,
    values: [person.id, person.role],
  });
  return rows;
}
