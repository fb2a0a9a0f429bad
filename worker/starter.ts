/** Starts the pathways of the enrolments that an import wrote, or whose own start was interrupted. */
import type { Client } from '@temporalio/client';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { enrolmentsChannel, markStarted } from '../db/enrolments';
import type { PathwayInput } from '../workflows/messages';
import { startPathway } from '../workflows/start-pathway';
import { isUnanswered } from '../workflows/unanswered';

/** The watcher's parts. */
export interface StarterParts {
  /** The tables' owner: the watcher starts everybody's enrolments. */
  readonly owner: Pool;
  readonly temporal: Client;
  readonly taskQueue: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** How often it looks without being told. */
  readonly everyMs?: number;
}

/** How long one start may take. */
const START_MS = 3_000;
/** A request that enrols starts the pathway itself, and has this long to say so. */
const OWN_START_MS = 5_000;
const BATCH = 100;
const CONCURRENCY = 10;

/** Starts what waits, at once when told and every few seconds anyway. Resolves after `signal`, never rejects. */
export async function runStarter(parts: StarterParts): Promise<void> {
  const { owner, log, signal, everyMs = 5_000 } = parts;
  let wake = () => {};
  let told = false;
  const tell = () => {
    told = true;
    wake();
  };
  let listener: PoolClient | undefined;
  signal.addEventListener('abort', tell);

  while (!signal.aborted) {
    told = false;
    try {
      listener ??= await listen(owner, tell, () => {
        listener = undefined;
      });
      while (!signal.aborted && (await startBatch(parts)) === BATCH) {
        // A full batch: there is more.
      }
    } catch (err) {
      if (!signal.aborted) log.warn({ err }, 'enrolments could not be started: next try in a few seconds');
    }
    if (!told) await pause(everyMs, (w) => (wake = w));
  }
  listener?.release(true);
}

function pause(ms: number, onWake: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    onWake(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function listen(owner: Pool, tell: () => void, gone: () => void): Promise<PoolClient> {
  const client = await owner.connect();
  client.on('notification', tell);
  client.on('error', () => {
    gone();
    client.release(true);
  });
  await client.query(`listen ${enrolmentsChannel}`);
  return client;
}

/** @returns how many were started */
async function startBatch({ owner, temporal, taskQueue, log }: StarterParts): Promise<number> {
  const client = await owner.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    // Another worker's starter has locked its own.
    const { rows } = await client.query<{ input: PathwayInput }>(
      `select start_input as input from enrolments
       where started_at is null and (import_id is not null or created_at < $1)
       order by created_at limit ${BATCH} for update skip locked`,
      [new Date(Date.now() - OWN_START_MS)],
    );
    const started: string[] = [];
    const waiting = rows.values();
    let away = false;
    const lane = async () => {
      for (const { input } of waiting) {
        // The rows are locked meanwhile: no waiting for a server that does not answer, once for each of them.
        if (away) return;
        try {
          await startPathway(temporal, taskQueue, input, START_MS);
          started.push(input.pathwayId);
        } catch (err) {
          // It stays for the next look; the others go on.
          away = isUnanswered(err);
          log.warn(
            { reason: (err as Error).message, pathwayId: input.pathwayId },
            'a pathway could not be started',
          );
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, lane));
    await markStarted(client, started, new Date());
    await client.query('commit');
    if (started.length) log.info({ started: started.length }, 'pathways were started');
    return started.length;
  } catch (error) {
    await client.query('rollback').catch((e: Error) => {
      broken = e;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
