/** The activity that makes the report of a committee's meeting. */
import type { Pool } from 'pg';
import { makeAndKeep } from '../db/meetings';

export interface MeetingActivities {
  /** Makes, keeps and announces a meeting's report; made before, or of a cancelled meeting, it is left. */
  makeMeetingReport(of: { meetingId: string; now: number }): Promise<boolean>;
}

export function meetingActivities(pool: Pool): MeetingActivities {
  return { makeMeetingReport: ({ meetingId, now }) => makeAndKeep(pool, meetingId, new Date(now)) };
}
