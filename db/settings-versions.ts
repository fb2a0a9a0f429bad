/** Settings as they were: a deadline tells which version it was counted with. */
import type { PoolClient } from 'pg';
import { defaultSettings, type Settings, settingsSchema } from '../domain/settings';

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
