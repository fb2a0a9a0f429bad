/**
 * Days that are over, counted once. What is kept is the answer as it was known at one instant; `steering_counts` adds what
 * became known since (db/migrations/0023_counted_days.sql), so that a day that is kept and one that is not answer alike.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Instant } from '../domain/calendar';

/** A day is counted anew when so many young people were touched since, or it was so long ago: adding them costs as much. */
const MANY_TOUCHED = 500;
const LONG_AGO = '7 days';
/** An entry of the journal is that late when all goes well. One that comes later takes days away that lack it. */
const ON_THE_WAY = '5 minutes';
/** Whoever writes for longer than that is not waited for: the day is counted another time. Milliseconds. */
const PATIENCE_MS = 30_000;

export interface CountedDay {
  /** The last millisecond of a day in Europe/Paris. */
  readonly asOf: Instant;
  /** Whether the arms are told apart, as for the evaluation alone. */
  readonly withArms: boolean;
}

/** @returns the days that are over and to be counted, the latest first */
export async function daysToCount(owner: Pool): Promise<CountedDay[]> {
  const { rows } = await owner.query<CountedDay>(
    `select iso(d.as_of) as "asOf", a.with_arms as "withArms"
     from (
       select (day::date + 1)::timestamp at time zone 'Europe/Paris' - interval '1 ms' as as_of
       from generate_series((select min(enrolled_at) at time zone 'Europe/Paris' from pathways)::date::timestamp,
         (now() at time zone 'Europe/Paris')::date - interval '1 day', interval '1 day') as day
     ) d
     cross join (values (false), (true)) as a (with_arms)
     left join counted_days k on k.as_of = d.as_of and k.with_arms = a.with_arms
     where k.cells is null or k.known_at < now() - $2::interval
       or cardinality(touched_since(d.as_of, k.known_at, now())) > $1
     order by d.as_of desc, a.with_arms`,
    [MANY_TOUCHED, LONG_AGO],
  );
  return rows;
}

/**
 * Counts a day that is over and keeps it, by what was recorded until a few minutes ago. Safe beside whatever is written
 * meanwhile.
 * @returns false: nothing is kept, since something that was recorded before came into the database meanwhile, or somebody
 *   was writing for too long
 */
export async function countDay(owner: Pool, { asOf, withArms }: CountedDay): Promise<boolean> {
  // Announced first: whoever writes from now on an entry that it should have seen takes it away again (a trigger).
  const { rows } = await owner.query<{ announcedBy: string }>(
    `insert into counted_days (as_of, with_arms, known_at)
     values ($1, $2, greatest(now() - $3::interval, $1))
     on conflict (as_of, with_arms) do update
       set known_at = excluded.known_at, announced_by = pg_current_xact_id(), cells = null
     returning announced_by::text as "announcedBy"`,
    [asOf, withArms, ON_THE_WAY],
  );
  const { announcedBy } = rows[0] as (typeof rows)[0];
  // Whoever began to write before may not have seen the announcement: it is over before anything is counted.
  for (const began = Date.now(); ; await sleep(50)) {
    const { rows: oldest } = await owner.query<{ over: boolean }>(
      'select pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 as over',
      [announcedBy],
    );
    if (oldest[0]?.over) break;
    if (Date.now() - began > PATIENCE_MS) return false;
  }
  const { rowCount } = await owner.query(
    `update counted_days k set cells = (select coalesce(jsonb_agg(c), '[]') from counts_at(k.as_of, k.known_at, k.with_arms, null) c)
     where k.as_of = $1 and k.with_arms = $2 and k.announced_by = $3::xid8`,
    [asOf, withArms, announcedBy],
  );
  return rowCount === 1;
}
