/** Draws: what is published of them, the log that chains it, and who got which arm. Nothing of it is ever changed. */
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '../domain/calendar';
import type { Candidate } from '../domain/draw/draw';
import type { DrawRecord, Frozen, Kept, LogEntry, Rules } from '../domain/draw/record';
import type { Arm } from '../domain/pathway';
import { enrollingSites } from './enrolments';
import type { PersonRef } from './tasks';

/** On this channel PostgreSQL tells that a draw was announced. */
export const drawsChannel = 'draws';

export interface DrawRow {
  readonly id: string;
  readonly wave: string;
  readonly rules: Rules;
  readonly freezeAt: Instant;
  readonly drawAt: Instant;
  readonly createdBy: string;
  readonly announcedBy: PersonRef;
  readonly createdAt: Instant;
  /** SHA-256 of the seed; null: not committed yet. */
  readonly commitment: string | null;
  readonly committedAt: Instant | null;
  readonly registerHash: string | null;
  readonly frozenAt: Instant | null;
  readonly publicNumber: string | null;
  readonly drawnAt: Instant | null;
}

const drawRow = `(select json_build_object('id', s.id, 'displayName', s.display_name) from staff s where s.id = created_by) as "announcedBy", id, wave, rules, iso(freeze_at) as "freezeAt", iso(draw_at) as "drawAt", created_by as "createdBy",
  iso(created_at) as "createdAt", commitment, iso(committed_at) as "committedAt", register_hash as "registerHash",
  iso(frozen_at) as "frozenAt", public_number as "publicNumber", iso(drawn_at) as "drawnAt"`;

/** Writes what is announced; the starter begins it. */
export async function insertDraw(
  client: PoolClient,
  draw: Pick<DrawRow, 'id' | 'wave' | 'rules' | 'freezeAt' | 'drawAt' | 'createdBy'> & { createdAt: Date },
): Promise<void> {
  await client.query(
    `insert into draws (id, wave, rules, freeze_at, draw_at, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      draw.id,
      draw.wave,
      JSON.stringify(draw.rules),
      draw.freezeAt,
      draw.drawAt,
      draw.createdBy,
      draw.createdAt,
    ],
  );
  await client.query(`notify ${drawsChannel}`);
}

/** The last announced first. */
export async function listDraws(client: PoolClient): Promise<DrawRow[]> {
  const { rows } = await client.query<DrawRow>(`select ${drawRow} from draws order by created_at desc, id`);
  return rows;
}

/** A draw without what is published of it. */
export async function drawById(client: PoolClient, id: string): Promise<DrawRow | null> {
  const { rows } = await client.query<DrawRow>(`select ${drawRow} from draws where id = $1`, [id]);
  return rows[0] ?? null;
}

/** Whether a wave has its draw. */
export async function drawOfWave(client: PoolClient, wave: string): Promise<boolean> {
  const { rowCount } = await client.query('select from draws where wave = $1', [wave]);
  return rowCount !== 0;
}

/** Every site, and whether it draws who is accompanied. */
export async function drawSites(client: PoolClient): Promise<Map<string, { draws: boolean }>> {
  const sites = await enrollingSites(client);
  return new Map(sites.map(({ id, settings }) => [id, { draws: settings.draw }]));
}

/** How many young people would stand in the register of this draw, as they wait now; for the administration. */
export async function awaitingCount(
  client: PoolClient,
  { wave, rules, freezeAt }: Pick<DrawRow, 'wave' | 'rules' | 'freezeAt'>,
): Promise<number> {
  const { rows } = await client.query<{ n: number }>('select draw_awaited($1, $2, $3) as n', [
    wave,
    rules.sites.map(({ site }) => site),
    freezeAt,
  ]);
  return rows[0]?.n ?? 0;
}

/** A draw with what is published of it so far: the frozen register, then the whole record. */
export async function readDraw(
  client: PoolClient,
  id: string,
): Promise<(DrawRow & { readonly frozen: Frozen | null; readonly record: DrawRecord | null }) | null> {
  const { rows } = await client.query(`select ${drawRow}, frozen, record from draws where id = $1`, [id]);
  return rows[0] ?? null;
}

/** One draw is changed at a time, until the transaction ends: all are in one log and nobody is in two registers. */
export async function lockDraws(client: PoolClient): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtext('service-plus draws'))");
}

/** The seed becomes this draw's, for good. @param seed 64 hexadecimal digits */
export async function commitTo(
  client: PoolClient,
  id: string,
  of: { seed: string; commitment: string; at: Instant },
): Promise<void> {
  await client.query(`insert into draw_seeds (draw_id, seed) values ($1, decode($2, 'hex'))`, [id, of.seed]);
  await client.query('update draws set commitment = $2, committed_at = $3 where id = $1', [
    id,
    of.commitment,
    of.at,
  ]);
}

export async function seedOf(client: PoolClient, id: string): Promise<string> {
  const { rows } = await client.query<{ seed: string }>(
    `select encode(seed, 'hex') as seed from draw_seeds where draw_id = $1`,
    [id],
  );
  return rows[0]?.seed as string;
}

export async function publishFrozen(
  client: PoolClient,
  id: string,
  of: { frozen: Frozen; hash: string },
): Promise<void> {
  await client.query('update draws set frozen = $2, register_hash = $3, frozen_at = $4 where id = $1', [
    id,
    JSON.stringify(of.frozen),
    of.hash,
    of.frozen.frozenAt,
  ]);
}

/** @param number what the source that the rules name has published */
export async function publishNumber(client: PoolClient, id: string, number: string): Promise<void> {
  await client.query('update draws set public_number = $2 where id = $1', [id, number]);
}

/** The record, and the arm of everybody in it. */
export async function publishRecord(client: PoolClient, record: DrawRecord): Promise<void> {
  await client.query('update draws set record = $2, drawn_at = $3 where id = $1', [
    record.draw,
    JSON.stringify(record),
    record.drawnAt,
  ]);
  await client.query(
    `insert into allocations (enrolment_id, draw_id, person, arm, stratum, block, probability_num, probability_den,
       entering_num, entering_den)
     select a.id, $1, coalesce(e.same_person_as, e.id), a.arm, a.stratum, a.block, (a.probability->>'num')::bigint,
       (a.probability->>'den')::bigint, (a.entering->>'num')::bigint, (a.entering->>'den')::bigint
     from jsonb_to_recordset($2) as a(id uuid, arm text, stratum text, block int, probability jsonb, entering jsonb)
     join enrolments e on e.id = a.id`,
    [record.draw, JSON.stringify(record.allocations)],
  );
  await client.query(
    `insert into allocations (enrolment_id, draw_id, person, arm, first_enrolment_id)
     select k.id, $1, coalesce(e.same_person_as, e.id), k.arm, k."firstId"
     from jsonb_to_recordset($2) as k(id uuid, arm text, "firstId" uuid) join enrolments e on e.id = k.id`,
    [record.draw, JSON.stringify(record.kept)],
  );
}

/**
 * Who awaits this draw (`draw_waiting`): those who were never drawn, each person once, by their first wish; and those
 * met again.
 */
export async function awaitingDraw(
  client: PoolClient,
  { wave, freezeAt, rules }: Pick<DrawRow, 'wave' | 'freezeAt' | 'rules'>,
): Promise<{ candidates: Candidate[]; kept: Kept[] }> {
  const { rows } = await client.query<Candidate & { person: string; first: KeptArm | null }>(
    `select w.id, w.site, w.person, iso(w.wished_at) as "wishedAt",
       case when f.arm is not null then
         json_build_object('firstDraw', f.draw_id, 'firstId', f.enrolment_id, 'arm', f.arm) end as first
     from draw_waiting($1, $2, $3) w
     left join allocations f on f.person = w.person and f.first_enrolment_id is null
     order by w.wished_at, w.id`,
    [wave, rules.sites.map(({ site }) => site), freezeAt],
  );
  const firstWishes = new Map(rows.toReversed().map((row) => [row.person, row.id]));
  return {
    candidates: rows
      .filter(({ id, person, first }) => !first && firstWishes.get(person) === id)
      .map(({ id, site, wishedAt }) => ({ id, site, wishedAt })),
    kept: rows.flatMap(({ id, site, first }) => (first ? [{ id, site, ...first }] : [])),
  };
}
type KeptArm = Pick<Kept, 'firstDraw' | 'firstId' | 'arm'>;

/** The sites whose pathways a draw decided something for. */
export async function sitesOfDraw(client: PoolClient, drawId: string): Promise<string[]> {
  const { rows } = await client.query<{ site: string }>(
    `select distinct e.site_id as site from allocations a join enrolments e on e.id = a.enrolment_id
     where a.draw_id = $1 order by 1`,
    [drawId],
  );
  return rows.map(({ site }) => site);
}

/** The arm that a draw gave to each of these pathways. */
export async function armsOf(
  pool: Pool,
  drawId: string,
  pathwayIds: readonly string[],
): Promise<Map<string, Arm>> {
  const { rows } = await pool.query<{ id: string; arm: Arm }>({
    name: 'arms_of',
    text: 'select enrolment_id as id, arm from allocations where draw_id = $1 and enrolment_id = any($2)',
    values: [drawId, pathwayIds],
  });
  return new Map(rows.map(({ id, arm }) => [id, arm]));
}

const logLine = `n, draw_id as draw, iso(at) as at, what, content_hash as content, previous, hash`;

/** The log's last line. */
export async function lastLine(client: PoolClient): Promise<LogEntry | null> {
  const { rows } = await client.query<LogEntry>(`select ${logLine} from draw_log order by n desc limit 1`);
  return rows[0] ?? null;
}

/** The log from its beginning. */
export async function readLog(client: PoolClient): Promise<LogEntry[]> {
  const { rows } = await client.query<LogEntry>(`select ${logLine} from draw_log order by n`);
  return rows;
}

export async function appendLine(client: PoolClient, line: LogEntry): Promise<void> {
  await client.query(
    `insert into draw_log (n, draw_id, at, what, content_hash, previous, hash) values ($1, $2, $3, $4, $5, $6, $7)`,
    [line.n, line.draw, line.at, line.what, line.content, line.previous, line.hash],
  );
}

/** Locks draws that were announced and whose workflow has not been started. */
export async function drawsToStart(client: PoolClient, limit: number): Promise<DrawRow[]> {
  const { rows } = await client.query<DrawRow>(
    `select ${drawRow} from draws where started_at is null order by created_at limit $1 for update skip locked`,
    [limit],
  );
  return rows;
}

/** Temporal has taken the starts of these. */
export async function markDrawsStarted(client: PoolClient, ids: readonly string[], now: Date): Promise<void> {
  await client.query('update draws set started_at = $2 where id = any($1)', [ids, now]);
}
