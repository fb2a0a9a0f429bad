/** The settings and the calendar of a site, as the journal and the API need them. */
import type { Pool, PoolClient } from 'pg';
import type { SiteCalendar } from '../domain/calendar';
import { defaultSettings, type Settings, settingsSchema } from '../domain/settings';

export interface SiteRules {
  readonly settings: Settings;
  readonly version: number;
  readonly calendar: SiteCalendar;
}

/**
 * The settings in force at a site. A site that never changed any has version 1, the defaults of PATHWAY.md.
 * @returns null when there is no such site.
 */
export async function siteRules(db: Pool | PoolClient, siteId: string): Promise<SiteRules | null> {
  const { rows } = await db.query<{
    alsace_moselle: boolean;
    version: number | null;
    settings: unknown;
    closures: { from: string; to: string; label: string }[];
  }>({
    name: 'site_rules',
    text: `select s.alsace_moselle, v.version, v.settings,
             (select coalesce(json_agg(json_build_object('from', c.first_day, 'to', c.last_day, 'label', c.label)), '[]')
                from site_closures c where c.site_id = s.id) as closures
           from sites s
           left join lateral (select version, settings from site_settings where site_id = s.id
                              order by version desc limit 1) v on true
           where s.id = $1`,
    values: [siteId],
  });
  const row = rows[0];
  if (!row) return null;
  return {
    settings: row.version === null ? defaultSettings : settingsSchema.parse(row.settings),
    version: row.version ?? 1,
    calendar: { alsaceMoselle: row.alsace_moselle, closures: row.closures },
  };
}
