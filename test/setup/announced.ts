/** Draws under test: announced as the API does it, their workflow started and their pathways told as the starter does. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBroadcast } from '../../db/broadcasts';
import { insertDraw, readDraw } from '../../db/draws';
import type { DrawRecord, Rules, SiteRules } from '../../domain/draw/record';
import { broadcastWorkflowId, drawWorkflowId } from '../../workflows/messages';
import { startDraw } from '../../workflows/start-pathway';
import { siteRules } from './draws';
import { type PathwayWorld, person } from './pathways';

interface Announcement {
  readonly wave?: string;
  readonly sites?: readonly Partial<SiteRules>[];
  readonly publicNumber?: Rules['publicNumber'];
  /** Days from now. */
  readonly freezeIn?: number;
  readonly drawIn?: number;
}

/** A draw whose workflow has started and, in this world, whose seed is committed to. */
export async function announce(
  world: PathwayWorld,
  {
    wave = `wave ${randomUUID()}`,
    sites = [{}],
    publicNumber = null,
    freezeIn = 2,
    drawIn = 4,
  }: Announcement = {},
) {
  const now = await world.env.currentTimeMs();
  const inDays = (n: number) => new Date(now + n * 86_400_000).toISOString();
  const id = randomUUID();
  const rules: Rules = { strata: 'site', sites: sites.map((s) => siteRules('tours', s)), publicNumber };
  const [freezeAt, drawAt] = [inDays(freezeIn), inDays(drawIn)];
  const client = await world.pool.connect();
  await insertDraw(client, {
    ...{ id, wave, rules, freezeAt, drawAt },
    createdBy: person('admin'),
    createdAt: new Date(now),
  });
  client.release();
  const numberNotBefore = publicNumber?.notBefore ?? null;
  const input = { drawId: id, freezeAt, drawAt, numberNotBefore };
  await startDraw(world.env.client, world.taskQueue, input, 10_000);
  const draw = new AnnouncedDraw(world, id);
  await draw.until((row) => row.commitment !== null);
  return draw;
}

export class AnnouncedDraw {
  constructor(
    readonly world: PathwayWorld,
    readonly id: string,
  ) {}

  get handle() {
    return this.world.env.client.workflow.getHandle(drawWorkflowId(this.id));
  }

  async row() {
    const client = await this.world.pool.connect();
    try {
      return (await readDraw(client, this.id)) as NonNullable<Awaited<ReturnType<typeof readDraw>>>;
    } finally {
      client.release();
    }
  }

  async until(reached: (row: Awaited<ReturnType<typeof this.row>>) => boolean) {
    for (let tries = 0; tries < 1_000; tries++) {
      const row = await this.row();
      if (reached(row)) return row;
      await sleep(20);
    }
    throw new Error('the draw does not go on');
  }

  /** Lets time pass until it is drawn, and the pathways be told. @returns its record */
  async drawn() {
    const { env } = this.world;
    const left = Date.parse((await this.row()).drawAt) - (await env.currentTimeMs());
    // A second more than its timer.
    if (left > 0) await env.sleep(left + 1_000);
    const { record } = await this.until((row) => row.record !== null);
    await this.tell();
    return record as DrawRecord;
  }

  /** Tells the pathways, as the starter has them told. */
  async tell(): Promise<void> {
    const { pool, env, taskQueue } = this.world;
    const { rows } = await pool.query<{ id: string }>(
      `select id from broadcasts where message->>'drawId' = $1 and done_at is null`,
      [this.id],
    );
    for (const { id } of rows) {
      await env.client.workflow.start('broadcast', {
        workflowId: broadcastWorkflowId(id),
        taskQueue,
        args: [{ broadcastId: id }],
      });
      for (let tries = 0; !(await readBroadcast(pool, id))?.doneAt; tries++) {
        if (tries === 1_000) throw new Error('the pathways are not told');
        await sleep(20);
      }
    }
  }
}
