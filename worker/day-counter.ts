/**
 * Counts each day once it is over, so that the figures of a past day are at hand (db/counted-days.ts). After an import of
 * running caseloads it goes once through the days that these touch, the latest first.
 */
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { countDay, daysToCount } from '../db/counted-days';

export interface DayCounterParts {
  /** The tables' owner: what is counted is of everybody. */
  readonly owner: Pool;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** How often it looks which days are to be counted. */
  readonly everyMs?: number;
}

/** Of several workers one counts. Any number that no other lock has. */
const LOCK = 1_406_023;

/** Resolves after `signal`, never rejects. */
export async function runDayCounter({
  owner,
  log,
  signal,
  everyMs = 600_000,
}: DayCounterParts): Promise<void> {
  while (!signal.aborted) {
    try {
      await countDays(owner, signal);
    } catch (err) {
      if (!signal.aborted)
        log.warn({ err }, 'days that are over could not be counted: next try in some minutes');
    }
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, everyMs);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
  }
}

async function countDays(owner: Pool, signal: AbortSignal): Promise<void> {
  const client = await owner.connect();
  let broken: Error | undefined;
  try {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [LOCK]);
    if (!rows[0]?.mine) return;
    for (const day of await daysToCount(owner)) {
      if (signal.aborted) break;
      const began = Date.now();
      await countDay(owner, day);
      // As long as it took, others have the database to themselves.
      await new Promise((goOn) => setTimeout(goOn, Math.min(Date.now() - began, 2_000)));
    }
    await client.query('select pg_advisory_unlock($1)', [LOCK]);
  } catch (err) {
    broken = err as Error;
    throw err;
  } finally {
    client.release(broken);
  }
}
