/** What happened to a task since the list that shows it was read. */
import type { StaffRef, Task } from '../api/types';
import type { Filters } from './filters';

export type Change =
  /** Nobody’s that one sees: it is no longer theirs to see. */
  | { readonly what: 'gone' }
  | { readonly what: 'done'; readonly by: StaffRef | null }
  | { readonly what: 'cancelled'; readonly because: string | null }
  | { readonly what: 'taken'; readonly by: StaffRef }
  | { readonly what: 'released' };

/** @param now as it is; null: the reader does not see it any more; undefined: nothing was heard of it */
export function changeOf(before: Task, now: Task | null | undefined): Change | null {
  if (now === undefined) return null;
  if (now === null) return { what: 'gone' };
  if (now.status !== before.status) {
    if (now.status === 'done') return { what: 'done', by: now.closedBy };
    if (now.status === 'cancelled') return { what: 'cancelled', because: now.cancelReason };
  }
  if (now.assignee?.id === before.assignee?.id) return null;
  return now.assignee ? { what: 'taken', by: now.assignee } : { what: 'released' };
}

/** Whether it is over for who reads this list: no longer open, or of another tab. What they took themselves is not. */
export function isOver(change: Change | null, { assignee }: Filters, readerId: string): boolean {
  if (change === null) return false;
  if (change.what === 'taken') return assignee !== 'team' && change.by.id !== readerId;
  if (change.what === 'released') return assignee !== 'team' && assignee !== 'unassigned';
  return true;
}

type Place = Pick<Task, 'dueAt' | 'id'>;
const isBefore = (a: Place, b: Place) => a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.id < b.id);

/** Whether a task that is not shown would be on this page, if it were read anew. */
export function belongsHere(
  task: Place,
  { items, next }: { items: readonly Place[]; next: string | null },
  isFirst: boolean,
): boolean {
  const [first, last] = [items[0], items.at(-1)];
  if (items.some(({ id }) => id === task.id)) return false;
  if (!isFirst && first && isBefore(task, first)) return false;
  return next === null || !last || isBefore(task, last);
}
