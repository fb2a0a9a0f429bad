/** The versions of a site's settings: those in force, those a deadline was counted with, and what a change would move. */
import type { PoolClient } from 'pg';
import type { Instant } from '../domain/calendar';
import { defaultSettings, type Settings, settingsSchema } from '../domain/settings';
import type { OpenDeadlines } from '../domain/settings-change';
import type { PersonRef } from './tasks';

/** A version never changes once applied. Version 1 without a row is the defaults (see siteRules). */
export async function settingsVersions(
  client: PoolClient,
  siteId: string,
  versions: readonly number[],
): Promise<Map<number, Settings>> {
  const wanted = [...new Set(versions)];
  const found = new Map<number, Settings>();
  if (wanted.length === 0) return found;
  const { rows } = await client.query<{ version: number; settings: unknown }>({
    name: 'settings_versions',
    text: 'select version, settings from site_settings where site_id = $1 and version = any($2)',
    values: [siteId, wanted],
  });
  for (const { version, settings } of rows) found.set(version, settingsSchema.parse(settings));
  if (wanted.includes(1) && !found.has(1)) found.set(1, defaultSettings);
  return found;
}

/** Who applied a version and when; nulls: the defaults, which nobody applied. */
export interface AppliedVersion {
  readonly version: number;
  readonly appliedAt: Instant | null;
  readonly appliedBy: PersonRef | null;
}

const applied = `v.version, iso(v.applied_at) as "appliedAt",
  case when a.id is not null then json_build_object('id', a.id, 'displayName', a.display_name) end as "appliedBy"`;

/** The settings of a site; null: there is no such site. */
export async function settingsInForce(
  client: PoolClient,
  siteId: string,
): Promise<(AppliedVersion & { readonly settings: Settings }) | null> {
  const { rows } = await client.query<
    { settings: unknown; version: number | null } & Omit<AppliedVersion, 'version'>
  >({
    name: 'settings_in_force',
    text: `select ${applied}, v.settings from sites s
           left join lateral (select * from site_settings where site_id = s.id order by version desc limit 1) v on true
           left join staff a on a.id = v.applied_by
           where s.id = $1`,
    values: [siteId],
  });
  const [row] = rows;
  if (!row) return null;
  const { version, settings, ...by } = row;
  return version === null
    ? { version: 1, settings: defaultSettings, ...by }
    : { version, settings: settingsSchema.parse(settings), ...by };
}

/** The newest first, down to version 1; null: there is no such site. */
export async function appliedVersions(client: PoolClient, siteId: string): Promise<AppliedVersion[] | null> {
  const { rowCount } = await client.query('select from sites where id = $1', [siteId]);
  if (rowCount === 0) return null;
  const { rows } = await client.query<AppliedVersion>(
    `select ${applied} from site_settings v left join staff a on a.id = v.applied_by
     where v.site_id = $1 order by v.version desc`,
    [siteId],
  );
  const first = { version: 1, appliedAt: null, appliedBy: null };
  return rows.at(-1)?.version === 1 ? rows : [...rows, first];
}

/** Until the transaction ends nobody else changes the settings of this site. */
export async function lockSettings(client: PoolClient, siteId: string): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtextextended('settings of ' || $1, 0))", [siteId]);
}

export async function insertSettings(
  client: PoolClient,
  v: { siteId: string; version: number; settings: Settings; appliedAt: Date; appliedBy: string },
): Promise<void> {
  await client.query(
    'insert into site_settings (site_id, version, settings, applied_at, applied_by) values ($1, $2, $3, $4, $5)',
    [v.siteId, v.version, JSON.stringify(v.settings), v.appliedAt, v.appliedBy],
  );
}

/** The open deadlines of the pathways of a site that are not closed, `pathways` of them behind `after` by id. */
export async function openDeadlines(
  client: PoolClient,
  siteId: string,
  after: string | null,
  pathways: number,
): Promise<OpenDeadlines[]> {
  const { rows } = await client.query<OpenDeadlines>({
    name: 'open_deadlines',
    text: 'select pathway_id as "pathwayId", tasks, waits from app_open_deadlines($1, $2, $3)',
    values: [siteId, after, pathways],
  });
  return rows;
}
