/** Counts of several sites that are published together, and of all of them: masked together, since each is told by the others. */
import { maskCounts, type Shown, type Sum } from './masking';

/**
 * @param bySite the counts of each site by their names, the same names at every site
 * @param sums that hold at each site, and so in all
 */
export function maskSites(
  bySite: ReadonlyMap<string, ReadonlyMap<string, number>>,
  sums: readonly Sum[],
): { site: Map<string, Map<string, Shown>>; total: Map<string, Shown> } {
  const counts = new Map<string, number>();
  const all: Sum[] = [];
  const total = new Map<string, number>();
  for (const [siteId, site] of bySite) {
    for (const [name, n] of site) {
      counts.set(`${siteId}:${name}`, n);
      total.set(name, (total.get(name) ?? 0) + n);
    }
    all.push(...sums.map((sum) => at(siteId, sum)));
  }
  for (const [name, n] of total) {
    counts.set(`:${name}`, n);
    all.push({ total: `:${name}`, parts: [...bySite.keys()].map((siteId) => `${siteId}:${name}`) });
  }
  all.push(...sums.map((sum) => at('', sum)));
  const shown = maskCounts(counts, all);
  const of = (siteId: string) =>
    new Map([...total.keys()].map((name) => [name, shown.get(`${siteId}:${name}`) ?? null]));
  return { site: new Map([...bySite.keys()].map((siteId) => [siteId, of(siteId)])), total: of('') };
}

const at = (siteId: string, { total, parts }: Sum): Sum => ({
  total: `${siteId}:${total}`,
  parts: parts.map((part) => `${siteId}:${part}`),
});
