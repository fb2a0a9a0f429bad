/**
 * The list and its counts. A list that is shown stays as it was read, whatever happens: what is heard of its tasks
 * lies over it, what is new is counted, and it is read anew only when the person asks for something.
 */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigationType } from 'react-router';
import { get, queryOf, seeking } from '../api/client';
import type { Page, Task, TaskCounts } from '../api/types';
import { useLive } from '../live/live';
import { belongsHere } from './change';
import { type Filters, narrowingOf } from './filters';

const PAGE_SIZE = 50;
/** The API reads so many by their ids at once. */
const MOST_NAMED = 100;
/** What happens at once is asked for once, and not by all browsers at the same moment. Milliseconds. */
const GATHER_MS = 300;
const SPREAD_MS = 400;
/** A list that one comes back to is the one that was left. Milliseconds. */
const KEPT_MS = 3_600_000;

/** What was heard since a list was read. */
interface Heard {
  /** Of the list: another one has heard nothing yet. */
  readonly readAt: number;
  /** null: not to be seen any more */
  readonly now: ReadonlyMap<string, Task | null>;
  /** Not shown, but would be. */
  readonly fresh: ReadonlySet<string>;
}
const nothing = { now: new Map<string, Task | null>(), fresh: new Set<string>() };

export interface Asked {
  readonly filters: Filters;
  readonly cursor: string | null;
  readonly sought: string;
}

export function useInbox({ filters, cursor, sought }: Asked) {
  const cache = useQueryClient();
  const how = useNavigationType();
  const query = { ...filters, cursor, limit: PAGE_SIZE };
  const listKey = ['tasks', query, sought];
  const readList = (more: object, signal?: AbortSignal) =>
    get<Page<Task>>(`/api/tasks${queryOf({ ...query, ...more })}`, signal, seeking(sought));
  const list = useQuery({
    queryKey: listKey,
    queryFn: ({ signal }) => readList({}, signal),
    placeholderData: keepPreviousData,
    // Who comes back finds what they left; who goes somewhere reads it anew.
    staleTime: how === 'POP' ? Number.POSITIVE_INFINITY : 0,
    gcTime: KEPT_MS,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const narrowing = narrowingOf(filters);
  const counts = useQuery({
    queryKey: ['task-counts', narrowing, sought],
    queryFn: ({ signal }) =>
      get<TaskCounts>(`/api/tasks/counts${queryOf({ ...narrowing })}`, signal, seeking(sought)),
    placeholderData: keepPreviousData,
  });

  const page = list.data;
  const readAt = list.dataUpdatedAt;
  const [heard, setHeard] = useState<Heard>({ readAt: 0, ...nothing });
  const { now, fresh } = heard.readAt === readAt ? heard : nothing;

  /** Asks what has become of tasks, of all when it is not known which. */
  const check = async (changed: ReadonlySet<string> | 'any') => {
    void cache.invalidateQueries({ queryKey: ['task-counts'] });
    if (!page || list.isPlaceholderData) return;
    const shown = page.items.map(({ id }) => id).filter((id) => changed === 'any' || changed.has(id));
    const others = changed === 'any' ? [] : [...changed].filter((id) => !shown.includes(id));
    // Of more than can be named, the page itself says which of them are on it.
    const named = changed === 'any' || others.length > MOST_NAMED ? undefined : others;
    const [become, matching] = await Promise.all([
      shown.length === 0
        ? []
        : get<Page<Task>>(`/api/tasks${queryOf({ id: shown, limit: MOST_NAMED })}`).then((p) => p.items),
      named?.length === 0
        ? []
        : readList(named ? { id: named, cursor: null, limit: MOST_NAMED } : {}).then((p) => p.items),
    ]);
    setHeard((before) => {
      const base = before.readAt === readAt ? before : nothing;
      const found = new Map(become.map((task) => [task.id, task]));
      return {
        readAt,
        now: new Map([...base.now, ...shown.map((id) => [id, found.get(id) ?? null] as const)]),
        fresh: new Set([
          ...(named ? [...base.fresh].filter((id) => !named.includes(id)) : []),
          ...matching.filter((task) => belongsHere(task, page, cursor === null)).map(({ id }) => id),
        ]),
      };
    });
  };

  const latest = useRef(check);
  latest.current = check;
  const gathered = useRef<Set<string> | 'any'>(new Set());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hear = useCallback((ids: readonly string[] | 'any') => {
    if (ids === 'any') gathered.current = 'any';
    else if (gathered.current !== 'any') for (const id of ids) gathered.current.add(id);
    timer.current ??= setTimeout(
      () => {
        timer.current = undefined;
        const all = gathered.current;
        gathered.current = new Set();
        // Away for a moment: the next event, or the person, asks again.
        latest.current(all).catch(() => {});
      },
      GATHER_MS + Math.random() * SPREAD_MS,
    );
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLive({ changed: ({ tasks }) => hear(tasks), mayHaveMissed: () => hear('any') });

  // A list that was left and is shown again may be of a while ago.
  const wasLeft = page !== undefined && !list.isFetchedAfterMount && !list.isFetching;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each list that was left is asked about once
  useEffect(() => {
    if (wasLeft) hear('any');
  }, [wasLeft, readAt]);

  const tasks = useMemo(() => page?.items ?? [], [page]);
  return {
    page,
    tasks,
    readAt: new Date(readAt),
    now,
    fresh: fresh.size,
    counts: counts.data,
    error: list.error,
    /** Something else was asked for: what is shown is of before. */
    isOld: list.isPlaceholderData || (list.isFetching && page !== undefined),
    isLoading: list.isLoading,
    readAnew: () => {
      void cache.invalidateQueries({ queryKey: ['task-counts'] });
      return list.refetch();
    },
    check: (ids: readonly string[]) => check(new Set(ids)),
  };
}
export type Inbox = ReturnType<typeof useInbox>;
