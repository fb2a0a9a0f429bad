/** A meeting of the national committee, planned by the API: near enough for its report to be made at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { addDelay, type Day, dayOf, type Instant } from '../../domain/calendar';
import { addMonths } from '../roster/timeline';
import type { Api } from './api';
import type { Telling } from './telling';

interface Meeting {
  readonly id: string;
  readonly siteId: string | null;
  readonly day: Day;
  readonly madeAt: Instant | null;
  readonly cancelledAt: Instant | null;
}

const LOOK_EVERY_MS = 500;
const WITHIN_MS = 120_000;
const noClosures = { alsaceMoselle: false, closures: [] };

/**
 * Plans it, unless one is planned, and waits for its report.
 * @throws Refused; Error when nobody makes the report
 */
export async function planMeeting(api: Api, telling: Telling): Promise<void> {
  const today = dayOf(new Date());
  const meetings = await api.all<Meeting>('admin', '/steering/meetings');
  const planned = meetings.find((m) => m.siteId === null && m.cancelledAt === null && m.day >= today);
  const asOf = addDelay(today, { days: -1 }, noClosures, 'none').day;
  const meeting =
    planned ??
    (await api.post<Meeting>('admin', '/steering/meetings', {
      siteId: null,
      day: addDelay(today, { workingDays: 2 }, noClosures, 'next').day,
      ...{ asOf, compareTo: addMonths(asOf, -1), daysBefore: 7 },
    }));
  telling.say();
  for (const giveUpAt = Date.now() + WITHIN_MS; ; await sleep(LOOK_EVERY_MS)) {
    const found = await api.all<Meeting>('committee.national', '/steering/meetings');
    if (found.find((m) => m.id === meeting.id)?.madeAt) break;
    if (Date.now() > giveUpAt)
      throw new Error(
        `The report of the meeting of ${meeting.day} is not made after ${WITHIN_MS / 1000} s: see what the worker says in its log.`,
      );
  }
  telling.say({
    fr: `Le comité national se réunit le ${meeting.day.split('-').reverse().join('/')}${planned ? ', comme prévu déjà' : ''} : sa note d’étape est prête, /steering/report?meeting=${meeting.id} [committee.national]`,
    en: `The national committee meets on ${meeting.day}${planned ? ', as planned already' : ''}: its report is ready, /steering/report?meeting=${meeting.id} [committee.national]`,
  });
}
