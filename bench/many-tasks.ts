/** A programme of any size in the read model, written by SQL alone: for what only many rows show, plans and sizes. */
import type { Pool } from 'pg';

/**
 * Ten open tasks and five closed ones for each pathway, at seven sites; every fourth open task is nobody's, every
 * hundredth a partner's. Names are letters made from the number of the pathway.
 * @param pathways how many
 * @param firstDue their tasks are due on this day and the 119 after
 */
export async function writeManyTasks(pool: Pool, pathways: number, firstDue = '2026-03-02'): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    // Whose rows these are is not what is tested, and checking each costs more than writing it.
    await client.query('set local session_replication_role = replica');
    await client.query(
      `create temp table made on commit drop as
         select n, md5(n::text)::uuid as id, (array(select id from sites order by id))[n % 7 + 1] as site_id,
           $2::date as first_due
         from generate_series(1, $1::int) n`,
      [pathways, firstDue],
    );
    await client.query(`
      create temp table hands on commit drop as
        select site_id, array_agg(id order by id) filter (where role = 'counsellor') as counsellors,
          array_agg(id order by id) filter (where role = 'partner') as partners,
          (array_agg(id order by id) filter (where role = 'coordinator'))[1] as coordinator
        from staff where site_id is not null group by site_id;
      insert into people (id, last_name, first_name, birth_date, name_key)
        select id, upper(last), initcap(first), '2008-01-01', last || ' ' || first
        from (select id, translate(left(md5(id::text), 8), '0123456789', 'ghijklmnop') as last,
                translate(right(md5(id::text), 8), '0123456789', 'ghijklmnop') as first from made) named;
      insert into enrolments (id, person_id, site_id, name_key, situation, origin, consent_on, enrolled_on, created_by, created_at, start_input, started_at)
        select id, id, site_id, name_key, 'in_school', 'cfa', '2026-03-02', '2026-03-02', coordinator, '2026-03-02', '{}', '2026-03-02'
        from made join hands using (site_id) join people using (id);
      insert into pathways (id, revision, site_id, status, step, interval, step_entered_at, enrolled_at, referent_id, settings_version, recorded_at)
        select id, 9, site_id, 'active', 'contract_search', 3, '2026-03-02', '2026-03-02',
          case when n % 5 > 0 then counsellors[n % cardinality(counsellors) + 1] end, 1, '2026-03-02'
        from made join hands using (site_id);
      insert into tasks (id, pathway_id, site_id, key, kind, round, step, interval, status, assignee_id, partner_id, schedule,
          counted_from, planned_at, opens_at, due_at, remind_at, escalate_at, committee_at, settings_version, rungs, revision)
        select id || '.' || i, id, site_id, 'step-3/' || i,
          -- Of nobody's tasks a few are for another role than a counsellor's.
          case when i = 8 and n % 10 = 0 then 'accept_mediation' when i = 8 and n % 10 = 1 then 'assign_referent'
            else (array['search_follow_up', 'search_workshop', 'offer_feedback', 'remove_obstacle', 'first_contact'])[i % 5 + 1] end,
          1, (array['contract_search', 'project_validation', 'welcome'])[i % 3 + 1], 3, case when i > 10 then 'done' else 'open' end,
          case when i % 4 > 0 then counsellors[(n * 7 + i) % cardinality(counsellors) + 1] end,
          case when (n * 10 + i) % 100 = 0 then partners[n / 10 % cardinality(partners) + 1] end, '{}',
          '2026-03-02', '2026-03-02', '2026-03-02', due, due, due, due, 1, '{}', 9
        from made join hands using (site_id), generate_series(1, 15) i,
          lateral (
            -- The last millisecond of a day in Paris.
            select (first_due + (n * 31 + i * 17) % 120 + 1)::timestamp at time zone 'Europe/Paris' - interval '1 ms' as due
          ) at;`);
    await client.query('commit');
    // As autovacuum leaves them: the statistics plans are made from, the pages that need no second look.
    await client.query('vacuum analyze people, enrolments, pathways, tasks');
  } finally {
    client.release();
  }
}
