/** Enrolling in the database: who is there, who may be the same person, what is written. Each a named query. */
import { createHash } from 'node:crypto';
import { DatabaseError, type PoolClient } from 'pg';
import type { Day } from '../domain/calendar';
import { externalNumberKey, nameKey } from '../domain/enrolment';
import type { Arm } from '../domain/pathway';
import { defaultSettings, type Settings, settingsSchema } from '../domain/settings';

export interface EnrollingSite {
  readonly id: string;
  readonly name: string;
  /** Of the newest version. */
  readonly settings: Settings;
  readonly settingsVersion: number;
}

/** Every site with its newest settings; the defaults are version 1 where a site has none. */
export async function enrollingSites(client: PoolClient): Promise<EnrollingSite[]> {
  const { rows } = await client.query<{
    id: string;
    name: string;
    version: number | null;
    settings: unknown;
  }>({
    name: 'enrolling_sites',
    text: `select s.id, s.name, v.version, v.settings from sites s
     left join lateral (
       select version, settings from site_settings where site_id = s.id order by version desc limit 1
     ) v on true
     order by s.id`,
  });
  return rows.map(({ id, name, version, settings }) => ({
    id,
    name,
    settings: settings === null ? defaultSettings : settingsSchema.parse(settings),
    settingsVersion: version ?? 1,
  }));
}

export interface Counsellor {
  readonly id: string;
  readonly subject: string;
  readonly email: string | null;
  readonly siteId: string;
}

/** The active counsellors of every site: those who can be a referent. */
export async function activeCounsellors(client: PoolClient): Promise<Counsellor[]> {
  const { rows } = await client.query<Counsellor>(
    `select id, subject, email, site_id as "siteId" from staff
     where active and role = 'counsellor' and site_id is not null`,
  );
  return rows;
}

// Locks are held until the transaction ends. Their order, which keeps two transactions from waiting for each other:
// the idempotency key, then enrolling, then the person's name, then their external number.

/** Two requests with one key, one after the other. */
export async function lockKey(client: PoolClient, actorId: string, key: string): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [lockNumber('idempotency key', actorId, key)]);
}

/** An import excludes all other enrolling until it ends: a lock for each of its people would exhaust the server's. */
export async function lockForImport(client: PoolClient): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [lockNumber('enrolling')]);
}

/** No import meanwhile, and two enrolments of what may be one person one after the other: the second sees the first. */
export async function lockForPerson(client: PoolClient, person: PersonKeys): Promise<void> {
  const name = lockNumber('name', person.nameKey, person.birthDate);
  await client.query({
    name: 'lock_for_person',
    // Without a number the name is locked again, which changes nothing.
    text: 'select pg_advisory_xact_lock_shared($1), pg_advisory_xact_lock($2), pg_advisory_xact_lock($3)',
    values: [
      lockNumber('enrolling'),
      name,
      person.externalNumberKey ? lockNumber('external number', person.externalNumberKey) : name,
    ],
  });
}

function lockNumber(...parts: string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  return hash.readBigInt64BE().toString();
}

/** What a person is recognised by. */
export interface PersonKeys {
  readonly nameKey: string;
  readonly birthDate: Day;
  readonly externalNumberKey: string | null;
}

export function personKeys(p: {
  lastName: string;
  firstName: string;
  birthDate: Day;
  externalNumber?: string | undefined;
}): PersonKeys {
  return {
    nameKey: nameKey(p.lastName, p.firstName),
    birthDate: p.birthDate,
    externalNumberKey: p.externalNumber ? externalNumberKey(p.externalNumber) : null,
  };
}

export type MatchedOn = 'name_and_birth_date' | 'external_number';

/** An enrolment, at any site, of what may be the same person. */
export interface Match {
  readonly enrolmentId: string;
  /** The first enrolment of that person. */
  readonly firstId: string;
  readonly siteId: string;
  readonly matchedOn: readonly MatchedOn[];
  /** The row of the file, when it came with the import that asks. */
  readonly importRow: number | null;
}

/** For each person, in their order, the enrolments that may be the same one's, oldest first. */
export async function duplicatesOf(
  client: PoolClient,
  people: readonly PersonKeys[],
  importId: string | null = null,
): Promise<Match[][]> {
  const { rows } = await client.query<{
    item: number;
    enrolment_id: string;
    first_id: string;
    site_id: string;
    by_name: boolean;
    by_number: boolean;
    import_row: number | null;
  }>({
    name: 'enrolling duplicates',
    text: 'select * from enrolling_duplicates($1, $2, $3, $4)',
    values: [
      people.map((p) => p.nameKey),
      people.map((p) => p.birthDate),
      people.map((p) => p.externalNumberKey),
      importId,
    ],
  });
  const found: Match[][] = people.map(() => []);
  for (const row of rows) {
    found[row.item - 1]?.push({
      enrolmentId: row.enrolment_id,
      firstId: row.first_id,
      siteId: row.site_id,
      matchedOn: [
        ...(row.by_name ? (['name_and_birth_date'] as const) : []),
        ...(row.by_number ? (['external_number'] as const) : []),
      ],
      importRow: row.import_row,
    });
  }
  return found;
}

/** The arm that each of these people keeps, who were drawn. @param people the first enrolment of each */
export async function firstArms(
  client: PoolClient,
  people: readonly string[],
): Promise<Map<string, { arm: Arm; drawId: string }>> {
  if (people.length === 0) return new Map();
  const { rows } = await client.query<{ person: string; arm: Arm; drawId: string }>(
    'select person, arm, draw_id as "drawId" from enrolling_arms($1)',
    [people],
  );
  return new Map(rows.map(({ person, ...kept }) => [person, kept]));
}

/** A person and their enrolment as the tables hold them; the names are the columns'. */
export interface NewEnrolment {
  readonly id: string;
  readonly person_id: string;
  readonly last_name: string;
  readonly first_name: string;
  readonly birth_date: Day;
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
  readonly address?: string | undefined;
  readonly family_name?: string | undefined;
  readonly family_phone?: string | undefined;
  readonly name_key: string;
  readonly external_number?: string | undefined;
  readonly external_number_key: string | null;
  readonly site_id: string;
  readonly wave?: string | undefined;
  readonly situation: string;
  readonly origin: string;
  readonly consent_on: Day;
  readonly derogation?: string | undefined;
  readonly enrolled_on: Day;
  /** JSON. */
  readonly start_input: string;
  readonly not_same_as: readonly string[];
  /** The first enrolment of somebody met again. */
  readonly same_person_as?: string | undefined;
  readonly import_row?: number;
  /** The contract's words: id and fields. */
  readonly words_id?: string;
  readonly words?: Readonly<Record<string, string>>;
}

const personColumns = {
  person_id: 'uuid',
  last_name: 'text',
  first_name: 'text',
  birth_date: 'date',
  phone: 'text',
  email: 'text',
  address: 'text',
  family_name: 'text',
  family_phone: 'text',
  name_key: 'text',
  external_number: 'text',
  external_number_key: 'text',
} as const;
const enrolmentColumns = {
  id: 'uuid',
  person_id: 'uuid',
  site_id: 'text',
  // Of the person; see db/migrations/0011.
  name_key: 'text',
  wave: 'text',
  situation: 'text',
  origin: 'text',
  consent_on: 'date',
  derogation: 'text',
  enrolled_on: 'date',
  start_input: 'jsonb',
  // A list for each row cannot be an item of a list: its text can.
  not_same_as: 'text',
  same_person_as: 'uuid',
  import_row: 'integer',
} as const;
const newColumns = Object.entries({ ...personColumns, ...enrolmentColumns });
const personList = Object.keys(personColumns).join(', ');
const enrolmentList = Object.keys(enrolmentColumns).join(', ');
// Lists of values rather than JSON: PostgreSQL reads them several times as fast.
const insertStatement = {
  name: 'enrol',
  text: `
    with n as (
      select * from unnest(${newColumns.map(([, type], at) => `$${at + 4}::${type}[]`).join(', ')})
        as n(${newColumns.map(([name]) => name).join(', ')})
    ), written as (
      insert into people (${personList.replace('person_id', 'id')}) select ${personList} from n
    )
    insert into enrolments (${enrolmentList}, created_by, created_at, import_id)
    select ${enrolmentList.replace('not_same_as', 'not_same_as::uuid[]')}, $1, $2, $3 from n`,
};

/** Writes people, enrolments and the words of their contracts, as many as there are, in one statement or two. */
export async function insertEnrolments(
  client: PoolClient,
  rows: readonly NewEnrolment[],
  by: { actorId: string; now: Date; importId?: string },
): Promise<void> {
  if (rows.length === 0) return;
  await client.query({
    ...insertStatement,
    values: [
      by.actorId,
      by.now,
      by.importId ?? null,
      ...newColumns.map(([name]) => list(rows.map((row) => row[name as keyof NewEnrolment]))),
    ],
  });
  const withWords = rows.filter((row) => row.words);
  if (withWords.length === 0) return;
  await client.query(
    `insert into words (id, pathway_id, author_id, fields, created_at)
     select id, pathway_id, $1, fields, $2 from unnest($3::uuid[], $4::uuid[], $5::jsonb[]) as w(id, pathway_id, fields)`,
    [
      by.actorId,
      by.now,
      withWords.map((row) => row.words_id),
      withWords.map((row) => row.id),
      withWords.map((row) => JSON.stringify(row.words, wellFormed)),
    ],
  );
}

/** A list as PostgreSQL reads it. The driver's own way runs two regular expressions over each of many thousand values. */
function list(values: readonly (string | number | readonly string[] | object | null | undefined)[]): string {
  const items = values.map((value) => {
    if (value === null || value === undefined) return 'NULL';
    const text = Array.isArray(value) ? `{${value}}` : String(value);
    return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
  });
  return `{${items}}`;
}

/** PostgreSQL refuses half a surrogate pair in JSON: it becomes the replacement character, as it does in text. */
const wellFormed = (_: string, value: unknown) =>
  typeof value === 'string' ? Buffer.from(value).toString() : value;

/** What the actor's request with this key created, and the hash of that request. */
export async function keyed(
  client: PoolClient,
  actorId: string,
  key: string,
): Promise<{ resourceId: string; requestHash: Buffer } | null> {
  const { rows } = await client.query<{ resourceId: string; requestHash: Buffer }>(
    `select resource_id as "resourceId", request_hash as "requestHash" from idempotency_keys
     where actor_id = $1 and key = $2`,
    [actorId, key],
  );
  return rows[0] ?? null;
}

export async function rememberKey(
  client: PoolClient,
  k: { actorId: string; key: string; requestHash: Buffer; resourceId: string; now: Date },
): Promise<void> {
  await client.query(
    'insert into idempotency_keys (actor_id, key, request_hash, resource_id, created_at) values ($1, $2, $3, $4, $5)',
    [k.actorId, k.key, k.requestHash, k.resourceId, k.now],
  );
}

export async function insertImport(
  client: PoolClient,
  i: { id: string; actorId: string; now: Date; dryRun: boolean; report: object },
): Promise<void> {
  await client.query(
    'insert into imports (id, actor_id, created_at, dry_run, report) values ($1, $2, $3, $4, $5)',
    [i.id, i.actorId, i.now, i.dryRun, JSON.stringify(i.report)],
  );
}

/** The report of an import of this person; null: none of theirs. */
export async function importReport<R>(
  client: PoolClient,
  actorId: string,
  importId: string,
): Promise<R | null> {
  const { rows } = await client.query<{ report: R }>(
    'select report from imports where id = $1 and actor_id = $2',
    [importId, actorId],
  );
  return rows[0]?.report ?? null;
}

export async function insertRejects(
  client: PoolClient,
  importId: string,
  position: number,
  chunk: string,
): Promise<void> {
  await client.query('insert into import_rejects (import_id, position, chunk) values ($1, $2, $3)', [
    importId,
    position,
    chunk,
  ]);
}

/** One piece of the reject file, counted from 0; null: there is no more. */
export async function rejectChunk(
  client: PoolClient,
  actorId: string,
  importId: string,
  position: number,
): Promise<string | null> {
  const { rows } = await client.query<{ chunk: string }>(
    `select r.chunk from import_rejects r join imports i on i.id = r.import_id
     where i.id = $1 and i.actor_id = $2 and r.position = $3`,
    [importId, actorId, position],
  );
  return rows[0]?.chunk ?? null;
}

/** PostgreSQL refused a write. Its own words may quote a person's values, so only what names a cause is kept. */
export class DatabaseRefusal extends Error {
  constructor(
    readonly sqlState: string,
    constraint: string | undefined,
  ) {
    super(
      `the database refused to enrol (SQLSTATE ${sqlState}${constraint ? `, ${constraint}` : ''}): nothing was written, try again or tell the operator`,
    );
    this.name = 'DatabaseRefusal';
  }
}

/** Runs `work`; what PostgreSQL says of an error goes no further. */
export async function withoutValues<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseError) throw new DatabaseRefusal(error.code ?? 'unknown', error.constraint);
    throw error;
  }
}

/** On this channel PostgreSQL tells that enrolments wait to be started. */
export const enrolmentsChannel = 'enrolments';

/** Temporal has taken the starts of these. */
export async function markStarted(client: PoolClient, ids: readonly string[], now: Date): Promise<void> {
  await client.query('update enrolments set started_at = $2 where id = any($1) and started_at is null', [
    ids,
    now,
  ]);
}
