/** Who read which young person's record, as coordinators read it; row-level security shows each the log of their site. */
import type { PoolClient } from 'pg';
import { type Day, dayOf, endOfDay, type Instant, startOfDay } from '../domain/calendar';
import type { ReadingKind } from '../domain/readings';
import type { StaffPerson } from './staff';

/** All that one person read of one young person's record on one day: opening a page reads several parts at once. */
export interface Reading {
  /** In Europe/Paris. */
  readonly day: Day;
  readonly staff: Omit<StaffPerson, 'active'>;
  readonly pathwayId: string;
  readonly person: { readonly lastName: string; readonly firstName: string };
  /** Read as another site's, for a reason. */
  readonly glass: boolean;
  readonly what: readonly { readonly what: ReadingKind; readonly count: number }[];
  readonly count: number;
  readonly lastAt: Instant;
}

export interface ReadingFilter {
  readonly pathwayId?: string;
  readonly staffId?: string;
  readonly what?: ReadingKind;
  /** The first and the last day. */
  readonly from?: Day;
  readonly to?: Day;
  readonly after?: readonly [lastAt: Instant, staffId: string, pathwayId: string, glass: boolean];
  readonly limit: number;
}

const dayAfter = (day: Day) => new Date(Date.parse(endOfDay(day)) + 1).toISOString();

/** The latest first. */
export async function listReadings(client: PoolClient, f: ReadingFilter): Promise<Reading[]> {
  const values: unknown[] = [];
  const $ = (value: unknown) => `$${values.push(value)}`;
  const conditions = ['true'];
  if (f.pathwayId) conditions.push(`pathway_id = ${$(f.pathwayId)}`);
  if (f.staffId) conditions.push(`actor_id = ${$(f.staffId)}`);
  if (f.what) conditions.push(`what = ${$(f.what)}`);
  if (f.from) conditions.push(`read_at >= ${$(startOfDay(f.from))}`);
  if (f.to) conditions.push(`read_at < ${$(dayAfter(f.to))}`);
  // What is of a later day than the page before is not read again.
  if (f.after) conditions.push(`read_at < ${$(dayAfter(dayOf(f.after[0])))}`);
  const after = f.after
    ? `where (last, actor_id, pathway_id, glass) < (${$(f.after[0])}::timestamptz, ${$(f.after[1])}::uuid, ${$(f.after[2])}::uuid, ${$(f.after[3])}::boolean)`
    : '';
  const { rows } = await client.query<Reading>(
    `with parts as (
       select (read_at at time zone 'Europe/Paris')::date as day, actor_id, pathway_id, glass, what, count(*)::int as n,
         date_trunc('milliseconds', max(read_at)) as last
       from reading_log where ${conditions.join(' and ')} group by 1, 2, 3, 4, 5
     ), readings as (
       select day, actor_id, pathway_id, glass, sum(n)::int as count, max(last) as last,
         json_agg(json_build_object('what', what, 'count', n) order by what) as what
       from parts group by 1, 2, 3, 4
     ), page as materialized (
       select * from readings ${after} order by last desc, actor_id desc, pathway_id desc, glass desc limit ${$(f.limit)}
     )
     select r.day, json_build_object('id', a.id, 'displayName', a.display_name, 'role', a.role, 'siteId', a.site_id,
         'organisation', a.organisation) as staff,
       r.pathway_id as "pathwayId", json_build_object('lastName', y.last_name, 'firstName', y.first_name) as person,
       r.glass, r.what, r.count, iso(r.last) as "lastAt"
     from page r join staff a on a.id = r.actor_id
     join enrolments e on e.id = r.pathway_id join people y on y.id = e.person_id
     order by r.last desc, r.actor_id desc, r.pathway_id desc, r.glass desc`,
    values,
  );
  return rows;
}
