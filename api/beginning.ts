/** Starts the pathway of an enrolment within the request that made it; if that fails, the worker's starter does. */
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { markStarted, startInput } from '../db/enrolments';
import { type Actor, asActor } from '../db/pool';
import type { PathwayInput } from '../workflows/messages';
import { startPathway } from '../workflows/start-pathway';

/** How long Temporal may take; afterwards the starter takes it up. */
const START_MS = 3_000;
/** Starts are noted together: until then the starter would at most start what is started, to no effect. */
const NOTED_AFTER_MS = 200;

export interface Beginnings {
  /**
   * @param input as `enrol` answers it; null: an enrolment made by an earlier request
   * @returns false when Temporal or the database did not answer: the starter takes it up
   */
  begin(actor: Actor, enrolmentId: string, input: PathwayInput | null): Promise<boolean>;
}

export function createBeginnings(parts: {
  api: Pool;
  temporal: Client;
  taskQueue: string;
  log: Logger;
}): Beginnings {
  const { api, temporal, taskQueue, log } = parts;
  const started = new Map<string, { actor: Actor; ids: string[] }>();
  let timer: NodeJS.Timeout | undefined;

  function note(actor: Actor, id: string): void {
    const of = started.get(actor.id) ?? { actor, ids: [] };
    of.ids.push(id);
    started.set(actor.id, of);
    timer ??= setTimeout(async () => {
      timer = undefined;
      const all = [...started.values()];
      started.clear();
      for (const { actor: who, ids } of all) {
        await asActor(api, who, (client) => markStarted(client, ids, new Date())).catch((error: Error) =>
          log.warn({ reason: error.message }, 'starts were not noted: the starter will find them started'),
        );
      }
    }, NOTED_AFTER_MS);
  }

  return {
    async begin(actor, enrolmentId, input) {
      try {
        const toStart =
          input ?? (await asActor(api, actor, (client) => startInput<PathwayInput>(client, enrolmentId)));
        if (!toStart) return true;
        await startPathway(temporal, taskQueue, toStart, START_MS);
        note(actor, enrolmentId);
        return true;
      } catch (error) {
        log.warn({ reason: (error as Error).message }, 'a pathway was not started at once: the starter will');
        return false;
      }
    },
  };
}
