/** Makes the report of a committee: each section counts for itself, in the order in which it is read. */
import type { PoolClient } from 'pg';
import type { Instant } from '../domain/calendar';
import { survived } from '../domain/figures';
import { durationsOf, funnelOf, survivalOf } from '../domain/flow';
import type { Report, Section } from '../domain/report';
import { curvesSection, durationsSection, flowTerms, funnelSection } from '../domain/report-flow';
import { comparisonSection, overviewDefinitions, overviewSections } from '../domain/report-overview';
import { listUnblindings } from './evaluation';
import { countFunnel, countStays, countTimes } from './flow';
import { listSites } from './staff';
import { type Instants, type OverviewReader, overviewFor } from './steering';

export interface ReportQuestion extends Instants, OverviewReader {
  /** null: of all sites */
  readonly siteId: string | null;
  /** The earlier instant to compare with. */
  readonly compareTo: Instant | null;
  /** What is masked was decided by what was unblinded then; absent: at `knownAt`. */
  readonly maskedAt?: Instant;
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
  async (client, asked, sites) => {
    const { masked, national, siteId, arms } = asked;
    // What one reader may read of all sites is masked of all of them together.
    const counting = masked && national ? null : siteId;
    const siteIds = counting === null ? [...sites.keys()] : [counting];
    // Who may ask for curves by arm is told those by site as they are masked beside them.
    const at = asked.maskedAt ?? asked.knownAt;
    const beside =
      masked && national && (await listUnblindings(client)).some((u) => u.wave === null && u.at <= at);
    const how = { masked, ...(counting === null && siteId !== null && { siteId }) };
    const made = [
      funnelSection(funnelOf(await countFunnel(client, asked, counting), siteIds, how), sites),
      durationsSection(durationsOf(await countStays(client, asked, counting), siteIds, how), sites),
    ];
    for (const of of survived) {
      const times = await countTimes(client, of, asked, counting);
      for (const by of arms ? (['site', 'arm'] as const) : (['site'] as const))
        made.push(
          curvesSection(of, survivalOf(times, siteIds, { ...how, by, arms: arms || beside }), sites, masked),
        );
    }
    return made;
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
    definitions: [...overviewDefinitions(arms), ...flowTerms(masked)],
  };
}
