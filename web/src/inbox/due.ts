/** When a task is due, as people say it and as the inbox is parted: by days in Europe/Paris. */
import { daysBetween } from '../words/dates';
import type { Due } from './filters';

/** As the API parts them: see `dueBounds` there. */
export function dueOf(dueAt: string, now: Date): Due {
  const days = daysBetween(now, dueAt);
  if (days < 0) return 'overdue';
  if (days === 0) return 'today';
  return days <= 6 ? 'week' : 'later';
}

/** Tasks sorted by due date, parted where another part of the time begins. */
export function grouped<T extends { readonly dueAt: string }>(
  tasks: readonly T[],
  now: Date,
): { due: Due; tasks: T[] }[] {
  const groups: { due: Due; tasks: T[] }[] = [];
  for (const task of tasks) {
    const due = dueOf(task.dueAt, now);
    const last = groups.at(-1);
    if (last?.due === due) last.tasks.push(task);
    else groups.push({ due, tasks: [task] });
  }
  return groups;
}
