/** A list that comes in pages, each added to those before. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { get, queryOf } from '../api/client';
import type { Page } from '../api/types';

export function usePages<T>(path: string, query: Readonly<Record<string, unknown>> = {}) {
  const asked = useInfiniteQuery({
    queryKey: [path, query],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      get<Page<T>>(`/api${path}${queryOf({ ...query, cursor: pageParam })}`, signal),
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  return { ...asked, items: asked.data?.pages.flatMap(({ items }) => items) };
}
