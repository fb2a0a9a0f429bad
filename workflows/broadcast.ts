/** Tells the pathways of a site of a change, page by page, however long the database or a worker is away. */
import { continueAsNew, proxyActivities } from '@temporalio/workflow';
import type { BroadcastActivities } from '../activities/broadcasts';
import type { BroadcastInput } from './messages';

const { tellPage, markBroadcastDone } = proxyActivities<BroadcastActivities>({
  // A page is told within seconds, or while the pathways are busy within minutes.
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** A page is six events. */
const pagesOfARun = 500;

export async function broadcast({ broadcastId, after = null, told = 0 }: BroadcastInput): Promise<void> {
  let [next, sum] = [after, told];
  for (let page = 0; page < pagesOfARun; page++) {
    const result = await tellPage({ broadcastId, after: next });
    next = result.next;
    sum += result.told;
    if (next === null) return markBroadcastDone({ broadcastId, told: sum });
  }
  await continueAsNew<typeof broadcast>({ broadcastId, after: next, told: sum });
}
