/** Queries about who of the staff is away and who is on duty. Days are days in Europe/Paris, both ends included. */
import type { PoolClient } from 'pg';
import type { Day } from '../domain/calendar';
import type { Absence, DutyTurn } from '../domain/duty';
import type { Notice } from '../domain/notices';
import type { PersonRef } from './tasks';

export interface AbsenceRow extends Absence {
  readonly id: string;
  readonly siteId: string;
  readonly staff: PersonRef;
  readonly substitute: PersonRef | null;
}

const absenceRows = `select a.id, s.site_id as "siteId", a.staff_id as "staffId", a.first_day as "from", a.last_day as "to",
    a.substitute_id as "substituteId", json_build_object('id', s.id, 'displayName', s.display_name) as staff,
    case when b.id is not null then json_build_object('id', b.id, 'displayName', b.display_name) end as substitute
  from absences a join staff s on s.id = a.staff_id left join staff b on b.id = a.substitute_id`;

/** Those of a site that are not over on the day `since`, by first day. */
export async function absencesSince(client: PoolClient, siteId: string, since: Day): Promise<AbsenceRow[]> {
  const { rows } = await client.query<AbsenceRow>({
    name: 'absences_since',
    text: `${absenceRows} where s.site_id = $1 and a.last_day >= $2 order by a.first_day, a.id`,
    values: [siteId, since],
  });
  return rows;
}

export async function absenceById(client: PoolClient, id: string): Promise<AbsenceRow | null> {
  const { rows } = await client.query<AbsenceRow>({
    name: 'absence_by_id',
    text: `${absenceRows} where a.id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** Until the transaction ends nobody else records an absence at the site: what they are held against stays true. */
export async function lockAbsences(client: PoolClient, siteId: string): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtextextended('absences ' || $1, 0))", [siteId]);
}

export interface Recorded {
  readonly id: string;
  readonly by: string;
  readonly now: Date;
}

export async function addAbsence(client: PoolClient, a: Absence & Recorded): Promise<void> {
  await client.query(
    `insert into absences (id, staff_id, first_day, last_day, substitute_id, recorded_by, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [a.id, a.staffId, a.from, a.to, a.substituteId, a.by, a.now],
  );
}

export async function removeAbsence(client: PoolClient, id: string): Promise<void> {
  await client.query('delete from absences where id = $1', [id]);
}

/** The coordinators of the site are told of it. */
export async function giveNotice(
  client: PoolClient,
  siteId: string,
  notice: Notice,
  now: Date,
): Promise<void> {
  await client.query(
    'insert into outbox (id, kind, site_id, data, recorded_at) values ($1, $2, $3, $4, $5)',
    [notice.id, notice.kind, siteId, JSON.stringify(notice.data), now],
  );
}

export interface DutyRow extends DutyTurn {
  readonly id: string;
  readonly siteId: string;
  readonly staff: PersonRef;
}

const dutyRows = `select d.id, d.site_id as "siteId", d.staff_id as "staffId", d.first_day as "from", d.last_day as "to",
    json_build_object('id', s.id, 'displayName', s.display_name) as staff
  from duty_turns d join staff s on s.id = d.staff_id`;

/** The turns of a site that are not over on the day `since`, by first day. */
export async function dutySince(client: PoolClient, siteId: string, since: Day): Promise<DutyRow[]> {
  const { rows } = await client.query<DutyRow>({
    name: 'duty_since',
    text: `${dutyRows} where d.site_id = $1 and d.last_day >= $2 order by d.first_day, d.id`,
    values: [siteId, since],
  });
  return rows;
}

export async function dutyTurnById(client: PoolClient, id: string): Promise<DutyRow | null> {
  const { rows } = await client.query<DutyRow>({
    name: 'duty_turn_by_id',
    text: `${dutyRows} where d.id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

export async function addDutyTurn(
  client: PoolClient,
  turn: DutyTurn & Recorded & { readonly siteId: string },
): Promise<void> {
  await client.query(
    `insert into duty_turns (id, site_id, staff_id, first_day, last_day, recorded_by, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [turn.id, turn.siteId, turn.staffId, turn.from, turn.to, turn.by, turn.now],
  );
}

export async function removeDutyTurn(client: PoolClient, id: string): Promise<void> {
  await client.query('delete from duty_turns where id = $1', [id]);
}
