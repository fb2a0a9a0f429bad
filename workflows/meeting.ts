/** Waits for the day on which a committee's report is to be made, and has it made once, however long the database is away. */
import { proxyActivities, sleep } from '@temporalio/workflow';
import type { MeetingActivities } from '../activities/meetings';
import type { MeetingInput } from './messages';

const { makeMeetingReport } = proxyActivities<MeetingActivities>({
  // A worker that dies has made all of it or nothing.
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
});

/** @returns whether there is a report now; false: the meeting was cancelled */
export async function meeting({ meetingId, makeAt }: MeetingInput): Promise<boolean> {
  const wait = Date.parse(makeAt) - Date.now();
  if (wait > 0) await sleep(wait);
  return makeMeetingReport({ meetingId, now: Date.now() });
}
