/** The activity every pathway records with: it answers the instants, and writes entry and answer in one transaction. */
import { ApplicationFailure } from '@temporalio/activity';
import type { Pool } from 'pg';
import { apply, recordedInstants } from '../db/journal';
import { type SiteRules, siteRules } from '../db/settings';
import { anchorDay, taskInstants, waitRules } from '../domain/deadlines';
import { completeEntry, type JournalAnswer, type JournalEntry } from '../domain/journal';
import { rulesOf } from '../domain/settings';

/** How long a site's settings are kept before they are looked up again, in milliseconds. */
const settingsKept = 2_000;

export interface JournalActivities {
  /**
   * Records an entry and answers its instants. The same entry again, or an older one, changes nothing and is answered
   * as it was recorded.
   */
  record(entry: JournalEntry): Promise<JournalAnswer>;
}

export function journalActivities(pool: Pool): JournalActivities {
  const kept = new Map<string, { until: number; rules: Promise<SiteRules | null> }>();

  async function rulesOfSite(siteId: string): Promise<SiteRules> {
    let known = kept.get(siteId);
    if (!known || known.until < Date.now()) {
      known = { until: Date.now() + settingsKept, rules: siteRules(pool, siteId) };
      kept.set(siteId, known);
      known.rules.catch(() => kept.delete(siteId));
    }
    const rules = await known.rules;
    if (!rules)
      throw ApplicationFailure.create({ message: `there is no site ${siteId}`, type: 'unknown_site' });
    return rules;
  }

  return {
    async record(entry) {
      const site = await rulesOfSite(entry.pathway.siteId);
      const answer: JournalAnswer = {
        revision: entry.revision,
        tasks: Object.fromEntries(
          entry.tasks
            .filter((t) => !t.instants)
            .map((t) => [t.id, taskInstants(t.kind, t.round, t.schedule, entry.recordedAt, site)]),
        ),
        waits: Object.fromEntries(
          (entry.waits ?? [])
            .filter((w) => !w.at)
            .map((w) => {
              const anchor = anchorDay(w.anchor);
              return [
                w.key,
                { anchor, at: waitRules[w.name].at(anchor, site), settingsVersion: site.version },
              ];
            }),
        ),
        ...(site.version !== entry.pathway.settingsVersion && {
          rules: rulesOf(site.settings, site.version),
        }),
      };
      const taken = await apply(pool, completeEntry(entry, answer));
      if (taken) return answer;
      // Recorded by an attempt whose answer was lost: the settings may have changed since.
      return { ...answer, ...(await recordedInstants(pool, entry)) };
    },
  };
}
