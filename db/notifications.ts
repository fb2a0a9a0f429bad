/**
 * Queries about e-mails: notices to address, the digests of a morning, messages to send, and what each person wants.
 * Instants are passed in. Those of the worker run as the tables' owner.
 */
import type { Pool, PoolClient } from 'pg';
import type { Day, Instant } from '../domain/calendar';
import type { NoticeFacts } from '../domain/mails';
import { type NoticeKind, noticeKinds } from '../domain/notices';
import { type DigestTask, type MessageKind, messageKinds } from '../domain/notifications';
import type { Role } from '../domain/pathway';
import { mayHold } from '../domain/policy';
import { taskKinds } from '../domain/tasks';

// ---- notices

export interface NoticeToAddress {
  readonly id: string;
  readonly kind: NoticeKind;
  /** null: of the national committee */
  readonly siteId: string | null;
  /** Of its pathway; null: none yet, or no pathway is concerned. */
  readonly referentId: string | null;
}

/**
 * The oldest notice that has no messages yet and that no other worker is at, locked until the transaction ends.
 * @param except passed over
 */
export async function noticeToAddress(
  client: PoolClient,
  except: readonly string[],
): Promise<NoticeToAddress | null> {
  const { rows } = await client.query<NoticeToAddress>({
    name: 'notice_to_address',
    text: `select o.id, o.kind, o.site_id as "siteId",
             (select p.referent_id from pathways p where p.id = o.pathway_id) as "referentId"
           from outbox o
           where o.addressed_at is null and o.kind = any($1) and o.id <> all($2)
           order by o.recorded_at limit 1 for update of o skip locked`,
    values: [noticeKinds, except],
  });
  return rows[0] ?? null;
}

/** One message for each of the people who is active, has an e-mail address and has not switched this kind off. */
export async function addressNotice(
  client: PoolClient,
  notice: NoticeToAddress,
  staffIds: readonly string[],
  now: Date,
): Promise<void> {
  await client.query({
    name: 'address_notice',
    text: `with addressed as (update outbox set addressed_at = $4 where id = $1)
           insert into messages (staff_id, kind, outbox_id, created_at, next_attempt_at)
           select s.id, $2, $1, $4, $4 from staff s where s.id = any($3) and ${reachable('$2')}
           on conflict do nothing`,
    values: [notice.id, notice.kind, staffIds, now],
  });
}

const reachable = (kind: string) =>
  `s.active and s.email <> '' and not exists (select from notification_choices c
     where c.staff_id = s.id and c.kind = ${kind} and not c.email)`;

// ---- the morning

/** Sites whose morning of this day nobody has seen to. */
export async function sitesWithoutMorning(db: Pool, day: Day): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>({
    name: 'sites_without_morning',
    text: `select s.id from sites s
           where not exists (select from mornings m where m.site_id = s.id and m.day = $1) order by s.id`,
    values: [day],
  });
  return rows.map((r) => r.id);
}

/** @returns false when another worker has seen to it; this one waits until the other's transaction has ended */
export async function takeMorning(client: PoolClient, siteId: string, day: Day, now: Date): Promise<boolean> {
  const { rowCount } = await client.query(
    'insert into mornings (site_id, day, at) values ($1, $2, $3) on conflict do nothing',
    [siteId, day, now],
  );
  return rowCount === 1;
}

export interface DigestReader {
  readonly id: string;
  readonly role: Role;
  readonly siteId: string;
  /** When the last digest that reached them was written; before the first one a day ago. */
  readonly since: Instant;
}

/** Who of a site gets a digest when there is something to say. */
export async function digestReaders(
  client: PoolClient,
  siteId: string,
  roles: readonly Role[],
  now: Date,
): Promise<DigestReader[]> {
  const { rows } = await client.query<DigestReader>(
    `select s.id, s.role, s.site_id as "siteId",
       iso(coalesce(max(m.created_at) filter (where m.status = 'sent'), min(m.since), $3::timestamptz - interval '1 day'))
         as since
     from staff s left join messages m on m.staff_id = s.id and m.kind = 'digest'
     where s.site_id = $1 and s.role = any($2) and ${reachable("'digest'")}
     group by s.id order by s.id`,
    [siteId, roles, now],
  );
  return rows;
}

const takenBy = Object.fromEntries(
  (['coordinator', 'counsellor', 'mediator'] as const).map((role) => [
    role,
    taskKinds.filter((kind) => mayHold(role, kind)),
  ]),
) as Partial<Record<Role, string[]>>;

/** The open tasks that a digest may tell a person of: see `DigestTask`. */
export async function digestTasks(
  client: PoolClient,
  reader: Pick<DigestReader, 'id' | 'role' | 'siteId'>,
  since: Instant,
): Promise<DigestTask[]> {
  const { rows } = await client.query<DigestTask>({
    name: 'digest_tasks',
    text: `with open as (
        select t.id, 'own' as whose from tasks t where t.status = 'open' and t.assignee_id = $1
        union
        select t.id, 'own' from tasks t where $2 = 'partner' and t.status = 'open' and t.partner_id = $1
        union
        select t.id, 'free' from tasks t
          where t.status = 'open' and t.site_id = $3 and t.assignee_id is null and t.kind = any($4)
        union
        select t.id, 'escalated' from tasks t
          where $2 = 'coordinator' and t.status = 'open' and t.site_id = $3 and t.assignee_id <> $1
            and 'escalated' = any(t.rungs)
            and exists (select from timeline e where e.pathway_id = t.pathway_id and e.type = 'task_escalated'
                        and e.data->>'taskId' = t.id and e.recorded_at > $5)
      )
      select t.id, t.kind, open.whose, iso(t.due_at) as "dueAt", iso(coalesce(t.opened_at, t.opens_at)) as "openedAt"
      from open join tasks t on t.id = open.id`,
    values: [reader.id, reader.role, reader.siteId, takenBy[reader.role] ?? [], since],
  });
  return rows;
}

export async function writeDigest(
  client: PoolClient,
  reader: DigestReader,
  day: Day,
  now: Date,
): Promise<void> {
  await client.query(
    `insert into messages (staff_id, kind, day, since, created_at, next_attempt_at)
     values ($1, 'digest', $2, $3, $4, $4) on conflict do nothing`,
    [reader.id, day, reader.since, now],
  );
}

// ---- sending

export interface MessageToSend {
  readonly id: string;
  readonly kind: MessageKind;
  /** How often it was tried before. */
  readonly attempts: number;
  readonly createdAt: Instant;
  /** Of a digest. */
  readonly day: Day | null;
  readonly since: Instant | null;
  readonly to: {
    readonly id: string;
    readonly role: Role;
    readonly siteId: string;
    readonly email: string | null;
    /** Active, with an address, and the kind not switched off since it was written. */
    readonly reachable: boolean;
  };
  /** Of a notice. */
  readonly notice: NoticeFacts | null;
}

/** The message whose turn it is and that no other worker is at, locked until the transaction ends. */
export async function messageToSend(client: PoolClient, now: Date): Promise<MessageToSend | null> {
  const { rows } = await client.query<MessageToSend>({
    name: 'message_to_send',
    text: `select m.id, m.kind, m.attempts, iso(m.created_at) as "createdAt", m.day, iso(m.since) as since,
             json_build_object('id', s.id, 'role', s.role, 'siteId', s.site_id, 'email', s.email,
               'reachable', coalesce(${reachable('m.kind')}, false)) as "to",
             case when o.id is not null then json_build_object('kind', o.kind, 'data', o.data, 'siteName', site.name,
               'pathwayId', o.pathway_id, 'recordedAt', iso(o.recorded_at),
               'staff', (select json_build_object('displayName', a.display_name, 'siteName', its.name)
                 from staff a left join sites its on its.id = a.site_id where a.id::text = o.data->>'staffId')) end as notice
           from messages m join staff s on s.id = m.staff_id
             left join outbox o on o.id = m.outbox_id left join sites site on site.id = o.site_id
           where m.status = 'waiting' and m.next_attempt_at <= $1 and m.kind = any($2)
           order by m.next_attempt_at, m.id limit 1 for update of m skip locked`,
    values: [now, messageKinds],
  });
  return rows[0] ?? null;
}

export async function markSending(client: PoolClient, id: string, now: Date): Promise<void> {
  await client.query(
    `update messages set status = 'sending', attempts = attempts + 1, claimed_at = $2 where id = $1`,
    [id, now],
  );
}

/** What became of a message; `error` is a code. */
export type Settled =
  | { readonly status: 'sent'; readonly at: Date }
  | { readonly status: 'waiting'; readonly nextAttemptAt: Date; readonly error: string }
  | { readonly status: 'unsure' | 'failed' | 'dropped'; readonly error: string };

/** A message that was given up as unsure and then turns out to be sent is sent; one that is sent stays so. */
export async function settle(db: Pool | PoolClient, id: string, settled: Settled): Promise<void> {
  await db.query({
    name: 'settle_message',
    text: `update messages set status = $2, sent_at = $3, next_attempt_at = coalesce($4, next_attempt_at), last_error = $5
           where id = $1 and (status in ('waiting', 'sending') or (status = 'unsure' and $2 = 'sent'))`,
    values: [
      id,
      settled.status,
      settled.status === 'sent' ? settled.at : null,
      settled.status === 'waiting' ? settled.nextAttemptAt : null,
      settled.status === 'sent' ? null : settled.error,
    ],
  });
}

/**
 * Gives up what somebody had in hand and did not settle, and drops the digests of days gone by: today's says more.
 * @param claimedBefore nobody is still at what was claimed before
 * @returns the ids of those that are unsure from now on
 */
export async function tidyMessages(db: Pool, today: Day, claimedBefore: Date): Promise<string[]> {
  await db.query({
    name: 'drop_old_digests',
    text: `update messages set status = 'dropped', last_error = 'out_of_date' where status = 'waiting' and day < $1`,
    values: [today],
  });
  const { rows } = await db.query<{ id: string }>({
    name: 'give_up_in_hand',
    text: `update messages set status = 'unsure', last_error = 'no_answer'
           where status = 'sending' and claimed_at < $1 returning id`,
    values: [claimedBefore],
  });
  return rows.map((r) => r.id);
}

// ---- what a person wants, and what they were sent; row-level security shows each their own

export interface OwnNotifications {
  /** An e-mail address is recorded: without one nothing is sent. */
  readonly hasAddress: boolean;
  readonly switchedOff: readonly string[];
  /** The last messages to this person, the newest first. */
  readonly recent: readonly {
    readonly kind: MessageKind;
    readonly status: string;
    readonly createdAt: Instant;
    readonly sentAt: Instant | null;
  }[];
}

export async function ownNotifications(client: PoolClient, actorId: string): Promise<OwnNotifications> {
  const { rows } = await client.query<OwnNotifications>({
    name: 'own_notifications',
    text: `select s.email is not null and s.email <> '' as "hasAddress",
             array(select c.kind from notification_choices c where c.staff_id = s.id and not c.email) as "switchedOff",
             (select coalesce(json_agg(r), '[]') from (
                select m.kind, m.status, iso(m.created_at) as "createdAt", iso(m.sent_at) as "sentAt" from messages m
                where m.staff_id = s.id and m.kind = any($2) order by m.created_at desc, m.id limit 20) r) as recent
           from staff s where s.id = $1`,
    values: [actorId, messageKinds],
  });
  return rows[0] as OwnNotifications;
}

/** Kinds that are not named stay as they are. */
export async function chooseNotifications(
  client: PoolClient,
  actorId: string,
  email: Readonly<Partial<Record<MessageKind, boolean>>>,
): Promise<void> {
  await client.query(
    `insert into notification_choices (staff_id, kind, email)
     select $1, key, value::boolean from jsonb_each_text($2)
     on conflict (staff_id, kind) do update set email = excluded.email`,
    [actorId, JSON.stringify(email)],
  );
}

/** How many messages are in which state. */
export async function countMessages(db: Pool): Promise<{ status: string; count: number }[]> {
  const { rows } = await db.query<{ status: string; count: number }>(
    'select status, count from count_messages()',
  );
  return rows;
}
