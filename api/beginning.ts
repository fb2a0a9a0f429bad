/**
 * Starts the pathway of an enrolment right after the request that made it was answered. The enrolment is safe in
 * PostgreSQL by then; whatever is not started here, because the process ends or Temporal is away, the worker's starter
 * starts.
 */
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { markStarted } from '../db/enrolments';
import { type Actor, asActor } from '../db/pool';
import type { PathwayInput } from '../workflows/messages';
import { startPathway } from '../workflows/start-pathway';

/** How long Temporal may take for one. */
const START_MS = 3_000;
/** Starts under way at once: people who wait for an answer come first. */
const AT_ONCE = 8;
/** More than these are left to the starter. */
const WAITING_AT_MOST = 2_000;
/** Starts are noted together: until then the starter would at most start what is started, to no effect. */
const NOTED_AFTER_MS = 200;

export interface Beginnings {
  /** @param input as `enrol` answers it */
  beginSoon(actor: Actor, input: PathwayInput): void;
}

export function createBeginnings(parts: {
  api: Pool;
  temporal: Client;
  taskQueue: string;
  log: Logger;
}): Beginnings {
  const { api, temporal, taskQueue, log } = parts;
  const waiting: { actor: Actor; input: PathwayInput }[] = [];
  const started = new Map<string, { actor: Actor; ids: string[] }>();
  let lanes = 0;
  let noting = false;

  async function lane(): Promise<void> {
    lanes++;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { actor, input } = next;
      try {
        await startPathway(temporal, taskQueue, input, START_MS);
        note(actor, input.pathwayId);
      } catch (error) {
        log.warn({ reason: (error as Error).message }, 'a pathway was not started at once: the starter will');
      }
    }
    lanes--;
  }

  function note(actor: Actor, id: string): void {
    const of = started.get(actor.id) ?? { actor, ids: [] };
    of.ids.push(id);
    started.set(actor.id, of);
    if (noting) return;
    noting = true;
    setTimeout(noteAll, NOTED_AFTER_MS);
  }

  async function noteAll(): Promise<void> {
    noting = false;
    const all = [...started.values()];
    started.clear();
    for (const { actor, ids } of all) {
      await asActor(api, actor, (client) => markStarted(client, ids, new Date())).catch((error: Error) =>
        log.warn({ reason: error.message }, 'starts were not noted: the starter will find them started'),
      );
    }
  }

  return {
    beginSoon(actor, input) {
      if (waiting.length >= WAITING_AT_MOST) return;
      waiting.push({ actor, input });
      if (lanes < AT_ONCE) void lane();
    },
  };
}
