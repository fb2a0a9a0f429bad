/** Hands what happened to the one activity that records it: all of one activation as one entry, one entry at a time. */
import type {
  ContractRecord,
  EmploymentRecord,
  JournalAnswer,
  JournalEntry,
  MediationRecord,
  TaskRecord,
  TimelineEvent,
} from '../domain/journal';
import type { Runtime } from './runtime';

/** What an entry is made of, gathered until it is taken. */
class Changes {
  readonly events: TimelineEvent[] = [];
  readonly tasks = new Set<TaskRecord>();
  readonly contracts = new Set<ContractRecord>();
  readonly employments = new Set<EmploymentRecord>();
  readonly mediations = new Set<MediationRecord>();
  waits = false;
  fresh = false;
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

  private stir: () => void = () => {};
  private readonly awaited: { readonly target: number; readonly goOn: () => void }[] = [];

  /**
   * @param revision the last one that was acknowledged, by an earlier run
   * @param changed called after each change
   */
  constructor(
    public revision: number,
    private readonly changed: () => void,
    private readonly runtime: Pick<Runtime, 'record' | 'everythingElse'>,
  ) {}

  /** Notes a change. Nothing leaves before everything this activation sets off has happened. */
  note(change: (changes: Changes) => void): void {
    change(this.changes);
    this.made++;
    this.stir();
    this.changed();
  }

  /** Whether something is not yet acknowledged. */
  get pending(): boolean {
    return this.made > this.acknowledged;
  }

  /** Whether an entry is on its way: it was made before whatever happens now. */
  get underWay(): boolean {
    return this.taken > this.acknowledged;
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
      if (this.made === this.taken) await new Promise<void>((goOn) => (this.stir = goOn));
      await this.runtime.everythingElse();
      const changes = this.changes;
      const taken = this.made;
      this.changes = new Changes();
      this.taken = taken;
      const entry = of.entry(this.revision + 1, changes);
      const answer = await this.runtime.record(entry);
      this.revision = entry.revision;
      of.adopt(entry, answer);
      this.acknowledged = taken;
      while (this.awaited[0] && this.awaited[0].target <= taken) this.awaited.shift()?.goOn();
    }
  }
}
