/** The activity every pathway records with: it answers the instants, and writes entry and answer in one transaction. */
import { ApplicationFailure } from '@temporalio/activity';
import type { Pool } from 'pg';
import { apply, recordedAnswer } from '../db/journal';
import { type SiteRules, siteRules } from '../db/settings';
import { answerTo } from '../domain/deadlines';
import { completeEntry, type JournalAnswer, type JournalEntry } from '../domain/journal';
import { noticesOf } from '../domain/notices';

/** How long a site's settings, absences and roster are kept before they are looked up again, in milliseconds. */
const settingsKept = 2_000;

export interface JournalActivities {
  /**
   * Records an entry and answers its instants. The same entry again, or an older one, changes nothing and is answered
   * as it was recorded.
   */
  record(entry: JournalEntry): Promise<JournalAnswer>;
}

export function journalActivities(pool: Pool): JournalActivities {
  const kept = new Map<string, { since: number; rules: Promise<SiteRules | null> }>();

  /** @param fresh what was read before this call will not do */
  async function rulesOfSite(siteId: string, fresh: boolean): Promise<SiteRules> {
    let known = kept.get(siteId);
    if (!known || fresh || known.since + settingsKept < Date.now()) {
      known = { since: Date.now(), rules: siteRules(pool, siteId) };
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
      const answer = answerTo(entry, await rulesOfSite(entry.pathway.siteId, entry.fresh === true));
      const complete = completeEntry(entry, answer);
      const taken = await apply(pool, complete, noticesOf(complete));
      if (taken) return answer;
      // Recorded by an attempt whose answer was lost: the settings may have changed since.
      const recorded = await recordedAnswer(pool, entry);
      return { ...answer, ...recorded, tasks: withWhatIsNotRecorded(recorded.tasks, answer.tasks) };
    },
  };
}

/** What only the workflow needs to know of a task's instants is counted again. */
function withWhatIsNotRecorded(recorded: Tasks, counted: Tasks): Tasks {
  return Object.fromEntries(
    Object.entries(recorded).map(([id, instants]) => {
      const lateAt = counted[id]?.lateAt;
      return [id, { ...instants, ...(lateAt && { lateAt }) }];
    }),
  );
}
type Tasks = JournalAnswer['tasks'];
