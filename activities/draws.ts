/** The activities of a draw: each writes what it publishes and the line of the log that says so, in one transaction. */
import { randomBytes } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/activity';
import type { Pool, PoolClient } from 'pg';
import { insertBroadcast } from '../db/broadcasts';
import {
  appendLine,
  awaitingDraw,
  commitTo,
  lastLine,
  lockDraws,
  publishFrozen,
  publishNumber,
  publishRecord,
  readDraw,
  readLog,
  seedOf,
  sitesOfDraw,
} from '../db/draws';
import type { Instant } from '../domain/calendar';
import { draw, freeze, type Refused, recordOf } from '../domain/draw/draw';
import { commitmentTo, contentOf, nextLine } from '../domain/draw/hashes';
import type { LogEntry } from '../domain/draw/record';

/** Done again, each changes nothing: an attempt whose answer was lost is repeated. `at` is the workflow's clock. */
export interface DrawActivities {
  /** Chooses the seed and publishes its commitment. */
  commitDraw(of: { drawId: string; at: Instant }): Promise<void>;
  /** Freezes the register: whoever awaits a draw at the sites of the wave. */
  freezeDraw(of: { drawId: string; at: Instant }): Promise<void>;
  /** Publishes the public number: it stays. */
  takePublicNumber(of: { drawId: string; number: string }): Promise<void>;
  /** Draws, publishes the record and has the pathways told. */
  carryOutDraw(of: { drawId: string; at: Instant; publicNumber: string | null }): Promise<void>;
}

export function drawActivities(pool: Pool): DrawActivities {
  return {
    commitDraw: ({ drawId, at }) =>
      inTurn(pool, drawId, async (client, { commitment, wave }) => {
        if (commitment) return;
        const seed = randomBytes(32).toString('hex');
        const committed = {
          draw: drawId,
          wave,
          commitment: commitmentTo(seed),
          committedAt: await notBefore(client, at),
        };
        await commitTo(client, drawId, { seed, commitment: committed.commitment, at: committed.committedAt });
        await log(client, {
          at: committed.committedAt,
          draw: drawId,
          what: 'committed',
          content: contentOf.committed(committed),
        });
      }),

    freezeDraw: ({ drawId, at }) =>
      inTurn(pool, drawId, async (client, row) => {
        const { wave, rules, commitment, committedAt, frozen } = row;
        if (frozen) return;
        const made = freeze({
          draw: drawId,
          wave,
          rules,
          commitment: commitment as string,
          committedAt: committedAt as Instant,
          frozenAt: await notBefore(client, at),
          ...(await awaitingDraw(client, row)),
        });
        if ('problems' in made) throw refused(made);
        await publishFrozen(client, drawId, made);
        await log(client, {
          at: made.frozen.frozenAt,
          draw: drawId,
          what: 'frozen',
          content: contentOf.frozen(made.frozen),
        });
      }),

    takePublicNumber: ({ drawId, number }) =>
      inTurn(pool, drawId, async (client, { publicNumber }) => {
        if (publicNumber === null) await publishNumber(client, drawId, number);
      }),

    carryOutDraw: ({ drawId, at, publicNumber }) =>
      inTurn(pool, drawId, async (client, { frozen, record, createdBy }) => {
        if (record || !frozen) return;
        const drawnAt = await notBefore(client, at);
        const made = draw(frozen, { seed: await seedOf(client, drawId), publicNumber, drawnAt });
        if ('problems' in made) throw refused(made);
        await log(client, {
          at: drawnAt,
          draw: drawId,
          what: 'drawn',
          content: contentOf.drawn(made.drawn, made.hash),
        });
        await publishRecord(client, recordOf(frozen, made, await readLog(client)));
        for (const siteId of await sitesOfDraw(client, drawId))
          await insertBroadcast(client, { siteId, message: { kind: 'drawn', drawId }, createdBy });
      }),
  };
}

type Draw = NonNullable<Awaited<ReturnType<typeof readDraw>>>;

/** In one transaction, while no other draw is changed. */
async function inTurn(
  pool: Pool,
  drawId: string,
  work: (client: PoolClient, draw: Draw) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    await lockDraws(client);
    const found = await readDraw(client, drawId);
    if (!found)
      throw ApplicationFailure.create({ message: `there is no draw ${drawId}`, type: 'unknown_draw' });
    await work(client, found);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch((e: Error) => {
      broken = e;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

/** The log's instants only ever rise, whatever the clocks of two draws say: a moment after its last line at least. */
async function notBefore(client: PoolClient, at: Instant): Promise<Instant> {
  const last = await lastLine(client);
  return last && at <= last.at ? new Date(Date.parse(last.at) + 1).toISOString() : at;
}

async function log(
  client: PoolClient,
  said: Pick<LogEntry, 'at' | 'draw' | 'what' | 'content'>,
): Promise<void> {
  await appendLine(client, nextLine(await lastLine(client), said));
}

/** It stays for somebody to look at: nothing was drawn, and to try again would be refused again. */
function refused({ problems }: Refused): ApplicationFailure {
  const message = problems.map((p) => `${p.pointer} ${p.message}`).join('; ');
  return ApplicationFailure.create({ message, type: 'draw_refused', nonRetryable: true });
}
