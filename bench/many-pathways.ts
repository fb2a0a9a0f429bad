/** Pathways of any number with their timelines in the read model, written by SQL alone: what counts of past instants cost. */
import type { Pool } from 'pg';

/**
 * Thirty events for each pathway, ten days apart, at seven sites. Of ten, three have exited and one is on hold; some are
 * in mediation, unreachable or have an overdue task, or missed their last follow-ups; one exit of a hundred was undone. Half
 * sign a contract, some of these are terminated. The rows of the read model say what the timeline says.
 * @param now the last event lies before it
 */
export async function writeManyPathways(pool: Pool, pathways: number, now: Date): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    // Whose rows these are is not what is tested, and checking each costs more than writing it.
    await client.query('set local session_replication_role = replica');
    await client.query(
      `create temp table made on commit drop as
         select n, md5(n::text)::uuid as id, (array(select id from sites order by id))[n % 7 + 1] as site_id,
           $2::timestamptz - interval '1 day' * (901 - n % 600) as began, n % 10 < 3 as exits, n % 10 = 3 as holds,
           n % 20 = 4 as mediates, n % 2 = 0 as signs, n % 12 = 5 as silent, n % 100 = 55 as undone, n % 4 = 1 as late,
           (array['declined', 'lost_contact', 'reoriented', 'moved_away', 'back_to_school'])[n % 5 + 1] as code
         from generate_series(1, $1::int) n`,
      [pathways, now],
    );
    await client.query(`
      create temp table hands on commit drop as
        select site_id, array_agg(id order by id) filter (where role = 'counsellor') as counsellors,
          (array_agg(id order by id) filter (where role = 'coordinator'))[1] as coordinator
        from staff where site_id is not null group by site_id;
      insert into people (id, last_name, first_name, birth_date, name_key)
        select id, upper(last), initcap(first), '2008-01-01', last || ' ' || first
        from (select id, translate(left(md5(id::text), 8), '0123456789', 'ghijklmnop') as last,
                translate(right(md5(id::text), 8), '0123456789', 'ghijklmnop') as first from made) named;
      insert into enrolments (id, person_id, site_id, name_key, situation, origin, consent_on, enrolled_on, created_by, created_at, start_input, started_at)
        select id, id, site_id, name_key, 'in_school', 'cfa', began::date, began::date, coordinator, began, '{}', began
        from made join hands using (site_id) join people using (id);
      insert into pathways (id, revision, site_id, status, step, interval, step_entered_at, enrolled_at, referent_id,
          last_contact_at, exit_code, exited_at, mediation_id, settings_version, recorded_at)
        select id, 30, site_id, case when exits then 'exited' when holds then 'on_hold' else 'active' end,
          case when signs then 'securing' else 'contract_search' end, case when signs then 3 else 2 end,
          began + interval '10 days' * case when signs then 20 else 12 end, began, counsellors[1],
          began + interval '10 days' * 24, case when exits then code end,
          case when exits then began + interval '10 days' * 30 end,
          case when mediates and not exits then id || '.mediation-1' end, 1, began
        from made join hands using (site_id);
      insert into step_intervals (pathway_id, interval, step, entered_at, left_at)
        select id, i, step, began + interval '10 days' * entered, began + interval '10 days' * left_after
        from made, lateral (values (1, 'welcome', 2, 12), (2, 'contract_search', 12, case when signs then 20 when exits then 30 end),
          (3, 'securing', case when signs then 20 end, case when exits then 30 end)) s(i, step, entered, left_after)
        where entered is not null;
      insert into mediations (id, pathway_id, number, cause, opened_at)
        select id || '.mediation-1', id, 1, 'high_alert', began + interval '10 days' * 26 from made where mediates and not exits;
      insert into tasks (id, pathway_id, site_id, key, kind, round, step, interval, status, schedule, counted_from, planned_at,
          opens_at, due_at, remind_at, escalate_at, committee_at, settings_version, opened_at, closed_at, outcome, rungs, revision)
        select id || '.' || k, id, site_id, 'step-1/search_follow_up/' || round, 'search_follow_up', round, 'contract_search', 2,
          case when k = 22 and late then 'open' else 'done' end, '{}', at::date, at, at, at + interval '12 days',
          at, at, at, 1, at, case when k = 22 and late then null else at + interval '10 days' end,
          case when k = 22 and late then null when round > 4 and n % 9 = 8 then 'missed' else 'done' end, '{}', k
        from made, unnest(array[3, 6, 9, 14, 17, 22]) with ordinality t(k, round),
          lateral (select began + interval '10 days' * k as at) a;
      insert into timeline (pathway_id, revision, position, type, occurred_at, recorded_at, data)
        select id, k, 1, type, at, at, case type
            when 'step_entered' then jsonb_build_object('step', case k when 2 then 'welcome' when 12 then 'contract_search' else 'securing' end)
            when 'task_opened' then jsonb_build_object('taskId', id || '.' || k, 'kind', 'search_follow_up')
            when 'task_completed' then jsonb_build_object('taskId', id || '.' || k - 1, 'kind', 'search_follow_up', 'outcome', 'done', 'met', true)
            when 'contact' then '{"channel": "phone", "result": "reached"}'
            when 'referent_assigned' then jsonb_build_object('referentId', counsellors[1])
            when 'contract_recorded' then jsonb_build_object('contractId', id || '.contract-1', 'signedOn', at::date - n % 60,
              'startsOn', at::date - n % 60 + 10, 'endsOn', at::date + 700)
            when 'contract_terminated' then jsonb_build_object('contractId', id || '.contract-1', 'on', at::date - n % 30,
              'initiator', 'employer', 'reason', 'conflict')
            when 'day_came' then '{"name": "contact_watch_phase_1"}'
            when 'mediation_opened' then jsonb_build_object('mediationId', id || '.mediation-1')
            when 'hold_started' then '{"until": "2099-01-01"}'
            when 'exited' then jsonb_build_object('code', code)
            when 'exit_undone' then jsonb_build_object('code', code)
            when 'task_reminded' then jsonb_build_object('taskId', id || '.1') end
        from made join hands using (site_id), generate_series(1, 30) k,
          lateral (select began + interval '10 days' * (case when k = 1 then 0 else k end) as at) a,
          lateral (select case
            when k = 1 then 'enrolled'
            when k in (2, 12) or (k = 20 and signs) then 'step_entered'
            when k in (3, 6, 9, 14, 17, 22) then 'task_opened'
            when k in (4, 7, 10, 15, 18) or (k = 23 and not late) then 'task_completed'
            when k in (5, 8, 13, 16, 19, 24) then 'contact'
            when k = 11 then 'referent_assigned'
            when k = 21 and signs then 'contract_recorded'
            when k = 25 and silent then 'day_came'
            when k = 25 and signs and n % 5 = 2 then 'contract_terminated'
            when k = 26 and mediates and not exits then 'mediation_opened'
            when k = 27 and holds then 'hold_started'
            when (k = 28 and undone) or (k = 30 and exits) then 'exited'
            when k = 29 and undone then 'exit_undone'
            else 'task_reminded' end as type) e;`);
    await client.query('commit');
    // As autovacuum leaves them: the statistics plans are made from, the pages that need no second look.
    await client.query(
      'vacuum analyze people, enrolments, pathways, step_intervals, mediations, tasks, timeline',
    );
  } finally {
    client.release();
  }
}
