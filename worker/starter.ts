/**
 * Starts what is written first and started afterwards: the pathways of enrolments that an import wrote or whose own
 * start was interrupted, the draws that were announced, the broadcasts that are due, and the meetings of committees.
 */
import type { Client } from '@temporalio/client';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import {
  broadcastsChannel,
  broadcastsToStart,
  markBroadcastsStarted,
  nextBroadcastIn,
} from '../db/broadcasts';
import { type DrawRow, drawsChannel, drawsToStart, markDrawsStarted } from '../db/draws';
import { enrolmentsChannel, markStarted } from '../db/enrolments';
import { type MeetingToStart, markMeetingsStarted, meetingsToStart } from '../db/meetings';
import type { PathwayInput } from '../workflows/messages';
import { startBroadcast, startDraw, startMeeting, startPathway } from '../workflows/start-pathway';
import { isUnanswered } from '../workflows/unanswered';

/** The watcher's parts. */
export interface StarterParts {
  /** The tables' owner: the watcher starts what everybody wrote. */
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

/**
 * Starts what waits, at once when told, when a broadcast is due, and every few seconds anyway. Resolves after `signal`,
 * never rejects.
 */
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
    let dueAt = Infinity;
    try {
      listener ??= await listen(owner, tell, () => {
        listener = undefined;
      });
      // Asked first: what comes due meanwhile is looked for again.
      dueAt = Date.now() + ((await nextBroadcastIn(owner)) ?? Infinity);
      await startAll(parts, broadcasts);
      await startAll(parts, draws);
      await startAll(parts, pathways);
      await startAll(parts, meetings);
    } catch (err) {
      if (!signal.aborted) log.warn({ err }, 'what waits could not be started: next try in a few seconds');
    }
    if (!told) await pause(Math.min(everyMs, dueAt - Date.now()), (w) => (wake = w));
  }
  listener?.release(true);
}

async function startAll<Item>(parts: StarterParts, of: ToStart<Item>): Promise<void> {
  while (!parts.signal.aborted && (await startBatch(parts, of)) === BATCH) {
    // A full batch: there is more.
  }
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
  await client.query(`listen ${enrolmentsChannel}; listen ${broadcastsChannel}; listen ${drawsChannel}`);
  return client;
}

/** Something that is written first and started afterwards. */
interface ToStart<Item> {
  /** In the log: what they are. */
  readonly what: string;
  /** Locks up to `limit` that are to be started now, past those that another worker's starter has locked. */
  readonly lock: (client: PoolClient, limit: number) => Promise<readonly Item[]>;
  readonly idOf: (item: Item) => string;
  readonly start: (parts: StarterParts, item: Item) => Promise<void>;
  readonly mark: (client: PoolClient, ids: readonly string[], now: Date) => Promise<void>;
}

const pathways: ToStart<PathwayInput> = {
  what: 'pathways',
  async lock(client, limit) {
    const { rows } = await client.query<{ input: PathwayInput }>(
      `select start_input as input from enrolments
       where started_at is null and (import_id is not null or created_at < $1)
       order by created_at limit $2 for update skip locked`,
      [new Date(Date.now() - OWN_START_MS), limit],
    );
    return rows.map((row) => row.input);
  },
  idOf: (input) => input.pathwayId,
  start: ({ temporal, taskQueue }, input) => startPathway(temporal, taskQueue, input, START_MS),
  mark: markStarted,
};

const broadcasts: ToStart<string> = {
  what: 'broadcasts',
  lock: broadcastsToStart,
  idOf: (id) => id,
  start: ({ temporal, taskQueue }, id) => startBroadcast(temporal, taskQueue, id, START_MS),
  mark: markBroadcastsStarted,
};

const draws: ToStart<DrawRow> = {
  what: 'draws',
  lock: drawsToStart,
  idOf: ({ id }) => id,
  start: ({ temporal, taskQueue }, { id, freezeAt, drawAt, rules }) => {
    const numberNotBefore = rules.publicNumber?.notBefore ?? null;
    return startDraw(temporal, taskQueue, { drawId: id, freezeAt, drawAt, numberNotBefore }, START_MS);
  },
  mark: markDrawsStarted,
};

const meetings: ToStart<MeetingToStart> = {
  what: 'meetings',
  lock: meetingsToStart,
  idOf: ({ meetingId }) => meetingId,
  start: ({ temporal, taskQueue }, input) => startMeeting(temporal, taskQueue, input, START_MS),
  mark: markMeetingsStarted,
};

/** @returns how many were started */
async function startBatch<Item>(parts: StarterParts, of: ToStart<Item>): Promise<number> {
  const { owner, log } = parts;
  const client = await owner.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const waiting = (await of.lock(client, BATCH)).values();
    const started: string[] = [];
    let away = false;
    const lane = async () => {
      for (const item of waiting) {
        // The rows are locked meanwhile: no waiting for a server that does not answer, once for each of them.
        if (away) return;
        try {
          await of.start(parts, item);
          started.push(of.idOf(item));
        } catch (err) {
          // It stays for the next look; the others go on.
          away = isUnanswered(err);
          log.warn(
            { reason: (err as Error).message, id: of.idOf(item) },
            `of the ${of.what} one could not be started`,
          );
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, lane));
    await of.mark(client, started, new Date());
    await client.query('commit');
    if (started.length) log.info({ started: started.length }, `${of.what} were started`);
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
