/**
 * Our worker, but the days that summer brings come within a minute that the benchmark says while it runs
 * (a message, epoch milliseconds): only what the journal answers of them is changed.
 */
import type { Pool } from 'pg';
import type { JournalActivities } from '../activities/journal';

let burstAt = 0;
process.on('message', (message: { burstAt: number }) => {
  burstAt = message.burstAt;
});
const minute = 60_000;

// Before the worker takes it.
const journal: { journalActivities(pool: Pool): JournalActivities } = require('../activities/journal');
const { journalActivities } = journal;
journal.journalActivities = (pool) => {
  const { record } = journalActivities(pool);
  return {
    async record(entry) {
      const answer = await record(entry);
      const waits = Object.fromEntries(
        Object.entries(answer.waits).map(([key, wait]) => {
          if (!key.includes('/summer_check/')) return [key, wait];
          const at = new Date(burstAt + Math.random() * minute).toISOString();
          return [key, Date.now() < burstAt ? { ...wait, at } : wait];
        }),
      );
      return { ...answer, waits };
    },
  };
};
require('../worker/main');
