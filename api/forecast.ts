/**
 * What would come if nobody did anything: the pathway's own code, played forward on a clock of its own from where the
 * pathway is, with the journal's own answers. No rule is written a second time.
 */
import { setImmediate } from 'node:timers/promises';
import type { Instant } from '../domain/calendar';
import { answerTo, type SiteTime } from '../domain/deadlines';
import type { Duty } from '../domain/duty';
import { completeEntry, type JournalEntry, type TaskRecord, type TimelineEvent } from '../domain/journal';
import { Accompaniment } from '../workflows/accompaniment';
import { accompany } from '../workflows/accompany';
import { mediate } from '../workflows/mediate';
import type { MediationAnswer, MediationInput, MediationMessage } from '../workflows/messages';
import type { Runtime } from '../workflows/runtime';
import type { State } from '../workflows/state';

export type ForeseenSite = SiteTime & { readonly duty: Duty };

/** Something that would happen, told as the timeline would tell it, or the end of a task's due day. */
export type Foreseen =
  | TimelineEvent
  | { readonly type: 'task_due'; readonly at: Instant; readonly data: { taskId: string; kind: string } };

/** No pathway has so many: one that does not come to rest is a mistake in its code. */
const mostAlarms = 20_000;

/**
 * @param state what the pathway decides by (query `carriedState`); it is not changed
 * @param site its settings, absences and roster, as they are now
 * @param from the clock it starts at
 * @param to events until then are answered
 * @returns in the order of their instants
 */
export async function forecast(
  state: State,
  site: ForeseenSite,
  from: Instant,
  to: Instant,
): Promise<Foreseen[]> {
  const clock = new Clock(Date.parse(from), site);
  const p = new Accompaniment(structuredClone(state), clock);
  clock.of = p;
  clock.goesOn(p.journal.keep(p));
  const { mediation } = p;
  if (mediation) clock.startMediation({ pathwayId: state.pathwayId, ...mediation });
  // An answer of the journal may be on its way to the pathway that lives: it is asked for here too.
  p.askAgain();
  p.pickUp();
  clock.goesOn(accompany(p));
  await clock.runUntil(Date.parse(to), () => p.journal.pending);
  return [...clock.told, ...dueDays(p, clock, from, to)].sort((a, b) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : 0,
  );
}

/** The world of a pathway that is only imagined. */
class Clock implements Runtime {
  readonly told: TimelineEvent[] = [];
  /** Tasks as they were recorded last. */
  readonly tasks = new Map<string, TaskRecord>();
  of: Accompaniment | undefined;
  private failure: unknown;
  /** The instant whose alarm went off last. */
  private since: number;
  private readonly alarms: { readonly at: number; readonly wake: () => void }[] = [];
  private readonly asked = new Map<string, (answer: MediationAnswer) => void>();

  constructor(
    private time: number,
    private readonly site: ForeseenSite,
  ) {
    this.since = time;
  }

  /** Something that goes on beside: that it fails is a failure of the forecast. */
  goesOn(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.failure ??= error;
    });
  }

  now(): number {
    return this.time;
  }

  wakeAt(at: number, wake: () => void): void {
    this.alarms.push({ at: Math.max(at, this.time + 1), wake });
  }

  readonly record = async (entry: JournalEntry) => {
    const answer = answerTo(entry, this.site);
    const { tasks, events } = completeEntry(entry, answer);
    for (const task of tasks) this.tasks.set(task.id, task);
    // Told with the instant itself, not with the moment after.
    const [moment, instant] = [this.time, this.since].map((ms) => new Date(ms).toISOString());
    this.told.push(...events.map((e) => (e.at === moment ? { ...e, at: instant as string } : e)));
    return answer;
  };

  everythingElse(): Promise<void> {
    return setImmediate();
  }

  startMediation({ number }: MediationInput): void {
    const mediation = mediate((question) => {
      const p = this.of as Accompaniment;
      const before = p.answered(number, question);
      if (before) return Promise.resolve(before);
      p.mediationAsks(number, question);
      return new Promise((resolve) => this.asked.set(keyOf(question), resolve));
    });
    this.goesOn(mediation.then((result) => this.of?.mediationEnds(number, result, null)));
  }

  tellMediation(_: string, __: number, message: MediationMessage): void {
    if ('answer' in message) this.asked.get(keyOf(message.answer))?.(message.answer);
  }

  /** Goes from alarm to alarm, each when all that the one before set off has happened. */
  async runUntil(end: number, busy: () => boolean): Promise<void> {
    for (let n = 0; n < mostAlarms; n++) {
      do await setImmediate();
      while (busy() && this.failure === undefined);
      if (this.failure !== undefined) throw this.failure;
      this.alarms.sort((a, b) => a.at - b.at);
      const [next] = this.alarms;
      if (!next || next.at > end) return;
      this.alarms.shift();
      // A timer fires a moment after its instant: what ends with a day is over when the next has begun.
      this.time = next.at + 1;
      this.since = next.at;
      next.wake();
    }
    throw new Error('the forecast does not come to rest');
  }
}

const keyOf = ({ kind, round }: { kind: string; round: number }) => `${kind}/${round}`;

/** The due days of all tasks that nobody does. */
function dueDays(p: Accompaniment, clock: Clock, from: Instant, to: Instant): Foreseen[] {
  const left = new Map(p.unfinished().map((t) => [t.id, t]));
  const tasks = new Map([...clock.tasks, ...left]);
  return [...tasks.values()].flatMap(({ id: taskId, kind, instants, closedAt }): Foreseen[] => {
    const due = instants?.dueAt;
    if (!due || due < from || due > to || (closedAt && closedAt < due)) return [];
    return [{ type: 'task_due', at: due, data: { taskId, kind } }];
  });
}
