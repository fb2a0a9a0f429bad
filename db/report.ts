/** Makes the report of a committee: each section counts for itself, in the order in which it is read. */
import type { PoolClient } from 'pg';
import type { Instant } from '../domain/calendar';
import type { Report, Section } from '../domain/report';
import { comparisonSection, overviewDefinitions, overviewSections } from '../domain/report-overview';
import { listSites } from './staff';
import { type Instants, type OverviewReader, overviewFor } from './steering';

export interface ReportQuestion extends Instants, OverviewReader {
  /** null: of all sites */
  readonly siteId: string | null;
  /** The earlier instant to compare with. */
  readonly compareTo: Instant | null;
}

type MakeSections = (
  client: PoolClient,
  asked: ReportQuestion,
  sites: ReadonlyMap<string, string>,
) => Promise<Section[]>;

/** The report, section by section. Another one is a module in domain/ that says what was counted, and a line here. */
const sections: readonly MakeSections[] = [
  async (client, asked, sites) => {
    const { knownAt, compareTo, masked } = asked;
    const of = { ...asked, siteIds: [...sites.keys()] };
    const now = await overviewFor(client, asked, of);
    if (compareTo === null) return overviewSections(now, sites, masked);
    const before = await overviewFor(client, { asOf: compareTo, knownAt }, of);
    return [...overviewSections(now, sites, masked), comparisonSection(now, before, sites, masked)];
  },
];

/**
 * With the same question the answer is the same for ever, but for a site's name and corrected words.
 * @param client of who asks: row-level security knows whose site it is
 */
export async function makeReport(client: PoolClient, asked: ReportQuestion): Promise<Report> {
  const { asOf, knownAt, compareTo, siteId, masked, arms } = asked;
  const sites = new Map((await listSites(client)).map((site) => [site.id, site.name]));
  const made: Section[] = [];
  for (const make of sections) made.push(...(await make(client, asked, sites)));
  return {
    ...{ asOf, knownAt, compareTo, masked },
    site: siteId === null ? null : { id: siteId, name: sites.get(siteId) ?? siteId },
    sections: made,
    definitions: overviewDefinitions(arms),
  };
}
