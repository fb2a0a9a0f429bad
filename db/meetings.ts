/** Meetings of the steering committees, and the report that is made and kept for each. */
import type { Pool, PoolClient } from 'pg';
import type { Day, Instant } from '../domain/calendar';
import { endOfDay } from '../domain/calendar';
import { hashOf, type Report } from '../domain/report';
import { asActor } from './pool';
import { makeReport, type ReportQuestion } from './report';

export interface Meeting {
  readonly id: string;
  /** null: the national committee's */
  readonly siteId: string | null;
  readonly day: Day;
  /** Whose state its report tells. */
  readonly asOf: Day;
  readonly compareTo: Day | null;
  readonly makeAt: Instant;
  readonly madeAt: Instant | null;
  readonly cancelledAt: Instant | null;
}

const columns = `id, site_id as "siteId", day, as_of as "asOf", compare_to as "compareTo", iso(make_at) as "makeAt",
  iso(made_at) as "madeAt", iso(cancelled_at) as "cancelledAt"`;

export async function addMeeting(
  client: PoolClient,
  meeting: Pick<Meeting, 'id' | 'siteId' | 'day' | 'asOf' | 'compareTo' | 'makeAt'>,
  by: { actorId: string; now: Date },
): Promise<void> {
  const { id, siteId, day, asOf, compareTo, makeAt } = meeting;
  await client.query(
    `insert into meetings (id, site_id, day, as_of, compare_to, make_at, created_by, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, siteId, day, asOf, compareTo, makeAt, by.actorId, by.now],
  );
}

export async function meetingById(db: Pool | PoolClient, id: string): Promise<Meeting | null> {
  const { rows } = await db.query<Meeting>(`select ${columns} from meetings where id = $1`, [id]);
  return rows[0] ?? null;
}

/** Those that the reader's committee has, the latest day first. */
export async function listMeetings(
  client: PoolClient,
  of: { after?: readonly [day: Day, id: string]; limit: number },
): Promise<Meeting[]> {
  const { rows } = await client.query<Meeting>(
    `select ${columns} from meetings where $1::date is null or (day, id) < ($1::date, $2::uuid)
     order by day desc, id desc limit $3`,
    [of.after?.[0] ?? null, of.after?.[1] ?? null, of.limit],
  );
  return rows;
}

export async function cancelMeeting(
  client: PoolClient,
  id: string,
  by: { actorId: string; now: Date },
): Promise<void> {
  await client.query(
    'update meetings set cancelled_at = $2, cancelled_by = $3 where id = $1 and cancelled_at is null',
    [id, by.now, by.actorId],
  );
}

/** What a committee itself reads: masked, and of all sites together where it is the national one. */
export function committeeQuestion(
  { siteId, asOf, compareTo }: Pick<Meeting, 'siteId' | 'asOf' | 'compareTo'>,
  knownAt: Instant,
): ReportQuestion {
  return {
    ...{ siteId, knownAt, asOf: endOfDay(asOf), compareTo: compareTo && endOfDay(compareTo) },
    ...{ masked: true, arms: false, national: siteId === null },
  };
}

export interface KeptReport {
  readonly report: Report;
  readonly hash: string;
  readonly madeAt: Instant;
}

/** The report that a meeting was given, as it was; null: none yet, or of another committee. */
export async function keptReport(client: PoolClient, meetingId: string): Promise<KeptReport | null> {
  const { rows } = await client.query<KeptReport>(
    'select report, hash, iso(made_at) as "madeAt" from kept_reports where meeting_id = $1',
    [meetingId],
  );
  return rows[0] ?? null;
}

/**
 * Makes a meeting's report as its committee reads it, keeps it and writes the notice to its members, all in one transaction:
 * done again, it does nothing.
 * @param owner the tables' owner
 * @returns whether it was made now; false: it was before, or the meeting is cancelled
 */
export async function makeAndKeep(owner: Pool, meetingId: string, now: Date): Promise<boolean> {
  const meeting = await meetingById(owner, meetingId);
  if (!meeting) return false;
  const role = meeting.siteId === null ? 'national_committee' : 'committee';
  return asActor(owner, { id: '', role, siteId: meeting.siteId }, async (client) => {
    const { rows } = await client.query(
      'select id from meetings where id = $1 and made_at is null and cancelled_at is null for update',
      [meetingId],
    );
    if (rows.length === 0) return false;
    const report = await makeReport(client, committeeQuestion(meeting, now.toISOString()));
    await client.query(
      'insert into kept_reports (meeting_id, site_id, report, hash, made_at) values ($1, $2, $3, $4, $5)',
      [meetingId, meeting.siteId, JSON.stringify(report), hashOf(report), now],
    );
    await client.query('update meetings set made_at = $2 where id = $1', [meetingId, now]);
    await client.query(
      `insert into outbox (id, kind, site_id, data, recorded_at) values ('meeting/' || $1, 'report_ready', $2, $3, $4)`,
      [meetingId, meeting.siteId, JSON.stringify({ meetingId, day: meeting.day, asOf: meeting.asOf }), now],
    );
    return true;
  });
}

/** A meeting whose workflow is to be started. */
export interface MeetingToStart {
  readonly meetingId: string;
  readonly makeAt: Instant;
}

/** Locks meetings whose workflow has not been started. */
export async function meetingsToStart(client: PoolClient, limit: number): Promise<MeetingToStart[]> {
  const { rows } = await client.query<MeetingToStart>(
    `select id as "meetingId", iso(make_at) as "makeAt" from meetings
     where started_at is null and cancelled_at is null order by created_at limit $1 for update skip locked`,
    [limit],
  );
  return rows;
}

/** Temporal has taken the starts of these. */
export async function markMeetingsStarted(
  client: PoolClient,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  await client.query('update meetings set started_at = $2 where id = any($1)', [ids, now]);
}
