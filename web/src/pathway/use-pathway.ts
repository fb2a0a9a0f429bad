/** One young person's record and what is read beside it: asked for together, read anew when something changes. */
import { type QueryKey, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { type Answered, get, queryOf, read, write } from '../api/client';
import { isProblem } from '../api/problem';
import type { EventForm, Page, Pathway } from '../api/types';
import { useLive } from '../live/live';

const keyOf = (id: string, ...what: unknown[]): QueryKey => ['pathway', id, ...what];

/** Reads what is shown of this young person anew. */
export function useRefresh(id: string): () => Promise<void> {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: keyOf(id) });
}

/** The record, kept up to date as long as the page is open. */
export function usePathway(id: string) {
  const refresh = useRefresh(id);
  const asked = useQuery({
    queryKey: keyOf(id, 'record'),
    queryFn: ({ signal }) => read<Pathway>(`/api/pathways/${id}`, signal),
  });
  // What is asked for the first time may be of before: see live.tsx.
  const anew = async () => {
    if (asked.data === undefined) await asked.refetch();
    await refresh();
  };
  useLive({
    changed: (changed) => {
      const known = asked.data?.body.revision ?? 0;
      if (changed.pathwayId === id && changed.revision > known) void anew();
    },
    mayHaveMissed: () => void anew(),
  });
  return asked;
}

/** What may be recorded, and with which fields. */
export function useForms(id: string) {
  return useQuery({
    queryKey: keyOf(id, 'forms'),
    queryFn: ({ signal }) => get<{ items: EventForm[] }>(`/api/pathways/${id}/forms`, signal),
  });
}

/** One part of the record. @param path behind /pathways/{id} */
export function usePart<T>(id: string, path: string, query: Record<string, unknown> = {}, enabled = true) {
  return useQuery({
    queryKey: keyOf(id, path, query),
    queryFn: ({ signal }) => get<T>(`/api/pathways/${id}/${path}${queryOf(query)}`, signal),
    enabled,
  });
}

/** A part that comes in pages, each added to those before. */
export function usePagedPart<T>(id: string, path: string, query: Record<string, unknown> = {}) {
  const asked = useInfiniteQuery({
    queryKey: keyOf(id, path, query, 'pages'),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      get<Page<T>>(`/api/pathways/${id}/${path}${queryOf({ ...query, cursor: pageParam })}`, signal),
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  return { ...asked, items: asked.data?.pages.flatMap(({ items }) => items) };
}

/**
 * Writes, each attempt under a key of its own: the same thing sent again because no answer came has the same key, so
 * it is done once.
 */
export function useAttempts() {
  const last = useRef({ sent: '', key: '' });
  return async function send<T>(
    method: 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    ifMatch?: string | null,
  ): Promise<Answered<T>> {
    const sent = JSON.stringify([method, path, body]);
    if (last.current.sent !== sent) last.current = { sent, key: crypto.randomUUID() };
    try {
      const answered = await write<T>(method, path, body, { key: last.current.key, ifMatch });
      last.current.sent = '';
      return answered;
    } catch (error) {
      // Refused: what is tried next is something else. Not answered: it may have been done.
      if (isProblem(error) && error.status >= 400 && error.status < 500) last.current.sent = '';
      throw error;
    }
  };
}
