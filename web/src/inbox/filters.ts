/** What narrows the inbox, and how its address says it: an address that somebody wrote by hand shows what it can. */
import { taskLabels, taskStatusLabels } from '../../../domain/labels';
import { steps } from '../../../domain/pathway';
import type { ViewFilters } from '../api/types';

export type Filters = ViewFilters;
export type TaskKind = NonNullable<Filters['kind']>[number];

export const tabs = ['me', 'unassigned', 'team'] as const;
export type Tab = (typeof tabs)[number];
export const dues = ['overdue', 'today', 'week', 'later'] as const;
export type Due = (typeof dues)[number];
export const kinds = Object.keys(taskLabels) as TaskKind[];
export const taskStatuses = Object.keys(taskStatusLabels) as Filters['status'][];

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const oneOf =
  <T extends string>(known: readonly T[]) =>
  (value: string): value is T =>
    (known as readonly string[]).includes(value);
const isId = (value: string) => uuid.test(value);

/** Which values of an address are one of a filter's. */
const isValue: Readonly<Record<keyof Filters, (value: string) => boolean>> = {
  assignee: (value) => oneOf(tabs)(value) || isId(value),
  due: oneOf(dues),
  status: oneOf(taskStatuses),
  site: (value) => value.length <= 40,
  step: oneOf(steps),
  kind: oneOf(kinds),
  referent: (value) => oneOf(['me', 'none'])(value) || isId(value),
  pathway: isId,
};
const names = Object.keys(isValue) as (keyof Filters)[];

/** @param first the tab that one begins with */
export function filtersIn(search: URLSearchParams, first: Tab): Filters {
  const found: Record<string, unknown> = { assignee: first, status: 'open' };
  for (const name of names) {
    const values = search.getAll(name).filter((value) => value !== '' && isValue[name](value));
    if (values.length > 0) found[name] = name === 'kind' ? [...new Set(values)].sort() : values[0];
  }
  return found as Filters;
}

/** What says the same as these filters in an address, the shorter for what everybody begins with. */
export function searchOf(filters: Filters, first: Tab): URLSearchParams {
  const search = new URLSearchParams();
  for (const name of names) {
    const value = filters[name];
    if ((name === 'assignee' && value === first) || (name === 'status' && value === 'open')) continue;
    for (const one of Array.isArray(value) ? [...value].sort() : [value])
      if (one !== undefined) search.append(name, one);
  }
  return search;
}

export const same = (a: Filters, b: Filters): boolean =>
  searchOf(a, 'me').toString() === searchOf(b, 'me').toString();

/** In which tab one is: one person's tasks are some of the team's. */
export const tabOf = ({ assignee }: Filters): Tab => (oneOf(tabs)(assignee) ? assignee : 'team');

/** What narrows the counts of all tabs. */
export const narrowingOf = ({ site, step, kind, referent, pathway }: Filters) => ({
  site,
  step,
  kind,
  referent,
  pathway,
});

/** Whether something narrows the tab, beside the status. */
export const isNarrowed = (filters: Filters): boolean =>
  filters.due !== undefined ||
  !oneOf(tabs)(filters.assignee) ||
  Object.values(narrowingOf(filters)).some((value) => value !== undefined);
