/** The settings of a site and who is away there, as the journal and the API need them. */
import type { Pool, PoolClient } from 'pg';
import type { Duty } from '../domain/duty';
import { defaultSettings, type Settings, settingsSchema } from '../domain/settings';

export interface SiteRules {
  readonly settings: Settings;
  readonly version: number;
  readonly duty: Duty;
}

/**
 * The settings in force at a site, and its absences and turns of duty that are not long over. A site that never
 * changed any setting has version 1, the defaults of PATHWAY.md.
 * @returns null when there is no such site.
 */
export async function siteRules(db: Pool | PoolClient, siteId: string): Promise<SiteRules | null> {
  const { rows } = await db.query<{
    version: number | null;
    settings: unknown;
    absences: Duty['absences'];
    roster: Duty['roster'];
  }>({
    name: 'site_rules',
    text: `select v.version, v.settings,
             (select coalesce(json_agg(json_build_object('staffId', a.staff_id, 'from', a.first_day, 'to', a.last_day,
                       'substituteId', a.substitute_id) order by a.first_day, a.id), '[]')
                from absences a join staff on staff.id = a.staff_id where staff.site_id = s.id) as absences,
             (select coalesce(json_agg(json_build_object('staffId', d.staff_id, 'from', d.first_day, 'to', d.last_day)
                       order by d.first_day, d.id), '[]')
                from duty_turns d where d.site_id = s.id) as roster
           from sites s
           left join lateral (select version, settings from site_settings where site_id = s.id
                              order by version desc limit 1) v on true
           where s.id = $1`,
    values: [siteId],
  });
  const row = rows[0];
  if (!row) return null;
  const { absences, roster } = row;
  return {
    settings: row.version === null ? defaultSettings : settingsSchema.parse(row.settings),
    version: row.version ?? 1,
    duty: { absences, roster },
  };
}
