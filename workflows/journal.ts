/** Hands what happened to the one activity that records it: all of one activation as one entry, one entry at a time. */
import { condition, proxyActivities } from '@temporalio/workflow';
import type { JournalActivities } from '../activities/journal';
import type {
  ContractRecord,
  EmploymentRecord,
  JournalAnswer,
  JournalEntry,
  TaskRecord,
  TimelineEvent,
} from '../domain/journal';

const { record } = proxyActivities<JournalActivities>({
  startToCloseTimeout: '30 seconds',
  // The database may be away for hours: what is recorded waits for it, and no attempt is the last.
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** What an entry is made of, gathered until it is taken. */
class Changes {
  readonly events: TimelineEvent[] = [];
  readonly tasks = new Set<TaskRecord>();
  readonly contracts = new Set<ContractRecord>();
  readonly employments = new Set<EmploymentRecord>();
  waits = false;
}

export interface Journalled {
  /** The entry of these changes, as the state is now. */
  entry(revision: number, changes: Changes): JournalEntry;
  /** Takes over what the journal answered. */
  adopt(entry: JournalEntry, answer: JournalAnswer): void;
}

export class Journal {
  private changes = new Changes();
  private made = 0;
  private taken = 0;
  private acknowledged = 0;

  private readonly awaited: { readonly target: number; readonly goOn: () => void }[] = [];

  /**
   * @param revision the last one that was acknowledged, by an earlier run
   * @param changed called after each change
   */
  constructor(
    public revision: number,
    private readonly changed: () => void,
  ) {}

  /** Notes a change. Nothing leaves before everything this activation sets off has happened. */
  note(change: (changes: Changes) => void): void {
    change(this.changes);
    this.made++;
    this.changed();
  }

  /** Whether something is not yet acknowledged. */
  get pending(): boolean {
    return this.made > this.acknowledged;
  }

  /** Waits until all that has happened so far is recorded. */
  recorded(): Promise<void> {
    const target = this.made;
    return new Promise((goOn) => {
      if (this.acknowledged >= target) goOn();
      else this.awaited.push({ target, goOn });
    });
  }

  /** Records as long as the workflow lives; what happens while an entry is on its way goes into the next. */
  async keep(of: Journalled): Promise<never> {
    for (;;) {
      await condition(() => this.made > this.taken);
      await everythingElse();
      const changes = this.changes;
      const taken = this.made;
      this.changes = new Changes();
      this.taken = taken;
      const entry = of.entry(this.revision + 1, changes);
      const answer = await record(entry);
      this.revision = entry.revision;
      of.adopt(entry, answer);
      this.acknowledged = taken;
      while (this.awaited[0] && this.awaited[0].target <= taken) this.awaited.shift()?.goOn();
    }
  }
}

/**
 * Waits until all else in the activation has run as far as it can. A condition is looked at when it is made, and again
 * when nothing is left to run.
 */
function everythingElse(): Promise<void> {
  let looks = 0;
  return condition(() => looks++ > 0);
}
