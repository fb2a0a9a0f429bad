/** Keeps the latest so many values for a while: what an answer may rest on while the database is away. */
import type { PathwayFacts } from '../db/pathways';
import type { TaskFacts } from '../db/tasks';

export class Recent<K, V> {
  private readonly entries = new Map<K, { value: V; at: number }>();

  constructor(
    private readonly most: number,
    private readonly now: () => number = Date.now,
  ) {}

  set(key: K, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, { value, at: this.now() });
    if (this.entries.size > this.most) this.entries.delete(this.entries.keys().next().value as K);
  }

  /** @returns undefined when it is older than `ms` or was never seen */
  get(key: K, ms: number): V | undefined {
    const entry = this.entries.get(key);
    return entry && this.now() - entry.at <= ms ? entry.value : undefined;
  }

  delete(key: K): void {
    this.entries.delete(key);
  }
}

/** What the API remembers of its latest answers. */
export function createRemembered() {
  return { tasks: new Recent<string, TaskFacts>(20_000), pathways: new Recent<string, PathwayFacts>(20_000) };
}
export type Remembered = ReturnType<typeof createRemembered>;
