/** One young person's pathway as the story walks it: read by the API, decided by the API, its clock moved by Temporal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { demonstrationPeople } from '../../db/seed';
import { addDelay, type Day, type Delay, dayOf, type Instant, startOfDay } from '../../domain/calendar';
import type { Label } from '../../domain/forms';
import type { ExitCode, Status, Step } from '../../domain/pathway';
import type { OutcomeOf, TaskKind } from '../../domain/tasks';
import { type Api, Refused } from './api';

/** Of GET /pathways/{id}, what the story looks at. */
export interface Pathway {
  readonly id: string;
  readonly status: Status;
  readonly step: Step;
  readonly exit: { readonly code: ExitCode } | null;
  /** When the last thing was recorded, on the pathway's own clock. */
  readonly recordedAt: Instant;
  readonly tasks: readonly Task[];
  readonly deadlines: readonly { at: Instant; name: string; kind?: TaskKind; sentence: Label }[];
  readonly steps: readonly { step: Step; enteredAt: Instant; leftAt: Instant | null }[];
}

interface Task {
  readonly id: string;
  readonly kind: TaskKind;
  readonly status: 'open' | 'planned';
  readonly subject: string | null;
  readonly opensAt: Instant;
  readonly dueAt: Instant;
  readonly assignee: { readonly id: string; readonly displayName: string } | null;
}

/** Moves the pathway's clock to an instant, in epoch milliseconds. */
export type Skip = (pathwayId: string, until: number) => Promise<void>;

/** People work from half past nine. */
const MORNING_MS = 9.5 * 3_600_000;
const WITHIN_MS = 15_000;

export class YoungPerson {
  constructor(
    private readonly api: Api,
    private readonly skip: Skip,
    readonly id: string,
    /** Whoever reads the pathway: the coordinator of its site. */
    private readonly reader: string,
  ) {}

  read(): Promise<Pathway> {
    return this.api.get(this.reader, `/pathways/${this.id}`);
  }

  /** The Paris day of the last record, on the pathway's own clock. */
  async today(): Promise<Day> {
    return dayOf((await this.read()).recordedAt);
  }

  /** Waits until the read model has the pathway, which begins in the background. */
  async begun(): Promise<void> {
    await this.eventually('the pathway has not begun', () =>
      this.read().catch((error: unknown) => {
        if (error instanceof Refused && error.status === 404) return null;
        throw error;
      }),
    );
  }

  /** The open task of a kind. */
  private task(kind: TaskKind, subject?: string): Promise<Task> {
    return this.find(`${kind} is not open`, (p) =>
      p.tasks.find(
        (t) => t.kind === kind && t.status === 'open' && (subject === undefined || t.subject === subject),
      ),
    );
  }

  /** The task of a kind, open or planned. */
  private asked(kind: TaskKind): Promise<Task> {
    return this.find(`${kind} is neither open nor planned`, (p) => p.tasks.find((t) => t.kind === kind));
  }

  /** Completes the open task of a kind, as whoever holds it or as `by`. */
  async complete<K extends TaskKind>(
    kind: K,
    outcome: OutcomeOf<K>,
    fields: object = {},
    { by, subject }: { by?: string; subject?: string } = {},
  ): Promise<void> {
    const task = await this.task(kind, subject);
    const holder = by ?? signInOf(task.assignee?.id);
    if (!holder) throw new Error(`nobody holds ${kind}: say who completes it`);
    await this.eventually(`${kind} does not open`, () =>
      this.api.post<object>(holder, `/tasks/${task.id}/complete`, { outcome, ...fields }).catch((error) => {
        // The read model has it a moment before the workflow knows that it has.
        if (error instanceof Refused && error.code === 'task_planned') return null;
        throw error;
      }),
    );
  }

  /** Gives a task back, so that somebody else may do it. */
  async release(kind: TaskKind, by: string): Promise<void> {
    const { id } = await this.task(kind);
    await this.api.post(by, `/tasks/${id}/release`);
  }

  /** Whom the form of `assign_referent` proposes first. */
  async leastLoadedCounsellor(by: string): Promise<string> {
    const { id } = await this.task('assign_referent');
    const { proposals } = await this.api.get<{ proposals: Record<string, { id: string }[]> }>(
      by,
      `/tasks/${id}`,
    );
    const [first] = proposals.counsellor ?? [];
    if (!first) throw new Error('The site has no counsellor.');
    return first.id;
  }

  /** Something that happens beside tasks: contacts, offers, contracts, employments… */
  async happens(by: string, what: string, body: object): Promise<void> {
    await this.api.post(by, `/pathways/${this.id}/${what}`, body);
  }

  /** Lets time pass until a task of this kind has opened, and it is morning. */
  async untilOpen(kind: TaskKind): Promise<void> {
    const task = await this.asked(kind);
    if (task.status === 'planned') await this.untilMorningOf(dayOf(task.opensAt));
  }

  /** Lets time pass until the morning of the day on which a task of this kind is due. */
  async untilDue(kind: TaskKind): Promise<void> {
    await this.untilMorningOf(dayOf((await this.asked(kind)).dueAt));
  }

  /** Lets time pass until a named day has come: `employment_step_starts`, `contract_ends`. */
  async untilCome(name: string): Promise<void> {
    const wait = await this.find(`${name} is not waited for`, (p) =>
      p.deadlines.find((d) => d.name === name),
    );
    // What comes at the end of a day has come on the morning after.
    await this.untilMorningOf(dayOf(Date.parse(wait.at) + MORNING_MS));
  }

  async untilMorningOf(day: Day): Promise<void> {
    await this.skip(this.id, Date.parse(startOfDay(day)) + MORNING_MS);
  }

  async pass(delay: Delay): Promise<void> {
    await this.untilMorningOf(await this.dayIn(delay));
  }

  /** An open day of the site, so long after the last that was recorded. */
  async dayIn(delay: Delay): Promise<Day> {
    return addDelay(await this.today(), delay, { alsaceMoselle: false, closures: [] }, 'next').day;
  }

  /** Something in the pathway, or what a moment later is in it. */
  find<T>(missing: string, look: (pathway: Pathway) => T | null | undefined): Promise<T> {
    return this.eventually(missing, async () => look(await this.read()));
  }

  private async eventually<T>(missing: string, look: () => Promise<T | null | undefined>): Promise<T> {
    for (const giveUpAt = Date.now() + WITHIN_MS; ; await sleep(50)) {
      const found = await look();
      if (found) return found;
      if (Date.now() > giveUpAt) {
        throw new Error(`Pathway ${this.id}: ${missing}, after ${WITHIN_MS / 1000} s.`);
      }
    }
  }
}

/** The sign-in name of a person of the demonstration. */
export function signInOf(id: string | undefined): string | undefined {
  return demonstrationPeople().find((p) => p.id === id)?.subject;
}
