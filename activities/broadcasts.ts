/** The activities that tell a site's pathways of a change, page by page. */
import { heartbeat } from '@temporalio/activity';
import type { Pool } from 'pg';
import { type BroadcastRecord, markTold, nextToTell, readBroadcast } from '../db/broadcasts';
import { armsOf } from '../db/draws';
import type { Told } from '../domain/broadcasts';
import type { Arm } from '../domain/pathway';

export interface BroadcastActivities {
  /**
   * Tells the next page of pathways, by id. A page that is told again changes nothing.
   * @param of.after the last pathway of the page before, null: the first page
   * @returns `next` is `after` of the next page, null: this was the last; `told`: how many there were to hear it
   */
  tellPage(of: { broadcastId: string; after: string | null }): Promise<{ next: string | null; told: number }>;
  /** Notes that all have been told. */
  markBroadcastDone(of: { broadcastId: string; told: number }): Promise<void>;
}

/** @returns false: the pathway is closed */
export type TellPathway = (pathwayId: string, told: Told) => Promise<boolean>;

const PAGE = 200;
/** Signals under way at once. */
const CONCURRENCY = 10;

export function broadcastActivities(pool: Pool, tell: TellPathway): BroadcastActivities {
  return {
    async tellPage({ broadcastId, after }) {
      const broadcast = await readBroadcast(pool, broadcastId);
      if (!broadcast) return { next: null, told: 0 };
      const page = await nextToTell(pool, broadcast, after, PAGE);
      const { message } = broadcast;
      const arms =
        message.kind === 'drawn' ? await armsOf(pool, message.drawId, page) : new Map<string, Arm>();
      let told = 0;
      const waiting = page.values();
      let failed = false;
      const lane = async () => {
        for (const pathwayId of waiting) {
          // The page is told again, by the next attempt.
          if (failed) return;
          try {
            if (await tell(pathwayId, toldTo(pathwayId, broadcast, arms))) told++;
          } catch (error) {
            failed = true;
            throw error;
          }
          heartbeat();
        }
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, lane));
      return { next: page.length === PAGE ? (page.at(-1) as string) : null, told };
    },

    async markBroadcastDone({ broadcastId, told }) {
      await markTold(pool, broadcastId, told, new Date());
    },
  };
}

/** Of a hand-over or a draw a pathway hears what concerns itself. */
function toldTo(pathwayId: string, { message }: BroadcastRecord, arms: ReadonlyMap<string, Arm>): Told {
  switch (message.kind) {
    case 'hand_over': {
      const { kind, from, by, to } = message;
      return { kind, from, by, to: to[pathwayId] ?? null };
    }
    case 'drawn': {
      const { kind, drawId } = message;
      return { kind, drawId, arm: arms.get(pathwayId) as Arm };
    }
    default:
      return message;
  }
}
