/** What sites are called. */
import { useQuery } from '@tanstack/react-query';
import { get } from '../api/client';

export interface Site {
  readonly id: string;
  readonly name: string;
}

export function useSites() {
  return useQuery({
    queryKey: ['sites'],
    queryFn: ({ signal }) => get<{ items: readonly Site[] }>('/api/sites', signal),
    staleTime: Infinity,
  });
}

/** @returns a site's name by its code; the code, where it is not known */
export function useSiteName(): (id: string) => string {
  const { data } = useSites();
  return (id) => data?.items.find((site) => site.id === id)?.name ?? id;
}
