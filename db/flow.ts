/** Flow and durations as at any instant: who came how far, and how long it took, counted by what they have in common. */
import type { PoolClient } from 'pg';
import type { Survived } from '../domain/figures';
import type { FunnelRow, StayRow, TimeRow } from '../domain/flow';
import type { Instants } from './steering';

/**
 * @param siteId null: of all sites, for the national roles
 * @throws insufficient_privilege for a role that steers nothing, or another site's; so do the two below
 */
export async function countFunnel(
  client: PoolClient,
  { asOf, knownAt }: Instants,
  siteId: string | null,
): Promise<FunnelRow[]> {
  const { rows } = await client.query<FunnelRow>(
    `select site_id as "siteId", cohort, entered, taken_over as "takenOver", reached, from_start as "fromStart",
       entered_there as "enteredThere"
     from steering_funnel($1, $2, $3)`,
    [asOf, knownAt, siteId],
  );
  return rows;
}

/** The stays in steps, those that go on too. */
export async function countStays(
  client: PoolClient,
  { asOf, knownAt }: Instants,
  siteId: string | null,
): Promise<StayRow[]> {
  const { rows } = await client.query<StayRow>(
    `select site_id as "siteId", step, days, since as "from", ended, stays as count
     from steering_stays($1, $2, $3)`,
    [asOf, knownAt, siteId],
  );
  return rows;
}

/** The times to what is waited for, those still waiting too. The arm is told to the evaluation alone. */
export async function countTimes(
  client: PoolClient,
  of: Survived,
  { asOf, knownAt }: Instants,
  siteId: string | null,
): Promise<TimeRow[]> {
  const { rows } = await client.query<TimeRow>(
    `select site_id as "siteId", arm, days, since as "from", ended, young_people as count
     from steering_times($1, $2, $3, $4)`,
    [of, asOf, knownAt, siteId],
  );
  return rows;
}
