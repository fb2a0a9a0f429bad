-- Flow and durations as at any instant: who reached what, how long a step lasts, when a contract is signed and when it is
-- broken off. From the timeline alone, by the two instants of 0014. Definitions: domain/figures.ts.

-- ---- what an event says of a contract's dates

-- The contract, then: signed, starts, ends; or the new start; or the day of the termination.
alter table timeline
  add column dates text collate "C" generated always as (
    case type
      when 'contract_recorded' then (data->>'contractId') || ' ' || (data->>'signedOn') || ' ' || (data->>'startsOn')
        || ' ' || (data->>'endsOn')
      when 'contract_start_postponed' then (data->>'contractId') || ' ' || (data->>'startsOn')
      when 'contract_terminated' then (data->>'contractId') || ' ' || (data->>'on')
    end) stored;
-- All that is read of an event about a contract.
create index timeline_contracts on timeline (type, pathway_id, revision, position)
  include (dates, occurred_at, recorded_at) where dates is not null;

create function paris_day(t timestamptz) returns date language sql immutable
  as $$ select (t at time zone 'Europe/Paris')::date $$;

-- ---- what is known of each pathway

-- The day of the enrolment, and the day from which the pathway is watched: the one it was recorded on. What was over before
-- that would not have been recorded, so nothing can be said of the time before.
create function entries_at(as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid, entered_on date, watched_on date) language sql stable
  as $$
    select distinct on (l.pathway_id) l.pathway_id, paris_day(l.occurred_at), paris_day(l.recorded_at) from timeline l
    where l.fact = 'entry' and l.occurred_at <= as_of and l.recorded_at <= known_at
      and (of_pathways is null or l.pathway_id = any (of_pathways))
    order by l.pathway_id, l.revision desc, l.position desc
  $$;

-- Exits by as_of that were not undone by known_at.
create function exits_at(as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid, code text, exited_on date) language sql stable
  as $$
    select f.pathway_id, f.told, paris_day(f.occurred_at) from facts_at('exit', 'infinity', known_at, of_pathways) f
    where f.told is not null and f.occurred_at <= as_of
  $$;

-- Contracts that were signed by as_of, numbered as they were recorded. Signature and termination count from their day, or
-- from when they were recorded, if that was before; the start is the latest known. `next_signed_on`: of the contract after it.
create function contract_terms(as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid, number bigint, signed_on date, starts_on date, ends_on date, terminated_on date,
    next_signed_on date)
  language sql stable
  as $$
    -- Materialized: few, and looked up by hash rather than one by one.
    with postponed as materialized (
      select distinct on (l.pathway_id, split_part(l.dates, ' ', 1)) l.pathway_id, split_part(l.dates, ' ', 1) as id,
        split_part(l.dates, ' ', 2)::date as starts_on
      from timeline l
      where l.type = 'contract_start_postponed' and l.dates is not null and l.recorded_at <= known_at
        and (of_pathways is null or l.pathway_id = any (of_pathways))
      order by l.pathway_id, split_part(l.dates, ' ', 1), l.revision desc, l.position desc
    ),
    terminated as materialized (
      select l.pathway_id, split_part(l.dates, ' ', 1) as id,
        least(split_part(l.dates, ' ', 2)::date, paris_day(l.occurred_at)) as terminated_on
      from timeline l
      where l.type = 'contract_terminated' and l.dates is not null and l.recorded_at <= known_at
        and (of_pathways is null or l.pathway_id = any (of_pathways))
    )
    select c.pathway_id, c.number, c.signed_on, coalesce(p.starts_on, c.starts_on), c.ends_on, t.terminated_on,
      c.next_signed_on
    from (
      select s.*, row_number() over each as number, lead(s.signed_on) over each as next_signed_on
      from (
        select l.pathway_id, l.revision, l.position, split_part(l.dates, ' ', 1) as id,
          least(split_part(l.dates, ' ', 2)::date, paris_day(l.occurred_at)) as signed_on,
          split_part(l.dates, ' ', 3)::date as starts_on, split_part(l.dates, ' ', 4)::date as ends_on
        from timeline l
        where l.type = 'contract_recorded' and l.dates is not null and l.recorded_at <= known_at
          and (of_pathways is null or l.pathway_id = any (of_pathways))
      ) s
      window each as (partition by s.pathway_id order by s.revision, s.position)
    ) c
    left join postponed p on p.pathway_id = c.pathway_id and p.id = c.id
    left join terminated t on t.pathway_id = c.pathway_id and t.id = c.id and t.terminated_on <= paris_day(as_of)
    where c.signed_on <= paris_day(as_of)
  $$;

-- ---- how long it took, one row each: whole days of Paris

-- From the enrolment to the first contract (`event`), or to the exit without one (`other`), or until as_of (`open`).
-- `since`: how long it had gone on when it began to be watched. Below 0 days: signed before the enrolment.
create function times_to_contract(as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid, days integer, since integer, ended text) language sql stable
  as $$
    select e.pathway_id, least(c.signed_on, x.exited_on, paris_day(as_of)) - e.entered_on,
      greatest(0, e.watched_on - e.entered_on),
      case when c.signed_on <= coalesce(x.exited_on, 'infinity') then 'event' when x.exited_on is not null then 'other'
        else 'open' end
    from entries_at(as_of, known_at, of_pathways) e
    left join exits_at(as_of, known_at, of_pathways) x on x.pathway_id = e.pathway_id
    left join (
      select t.pathway_id, min(t.signed_on) as signed_on from contract_terms(as_of, known_at, of_pathways) t
      group by t.pathway_id
    ) c on c.pathway_id = e.pathway_id
  $$;

-- From the start of the first contract, once it has come, to its termination (`event`), or to its end as agreed or the next
-- contract (`other`), or until the exit or as_of (`open`). One that was broken off before it started lasted 0 days.
create function times_to_termination(as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid, days integer, since integer, ended text) language sql stable
  as $$
    select c.pathway_id,
      greatest(0, least(c.terminated_on, c.ends_on, c.next_signed_on, x.exited_on, paris_day(as_of)) - c.starts_on),
      greatest(0, e.watched_on - c.starts_on),
      case
        when c.terminated_on <= least(c.ends_on, c.next_signed_on, x.exited_on) then 'event'
        when least(c.ends_on, c.next_signed_on) <= least(x.exited_on, paris_day(as_of)) then 'other'
        else 'open' end
    from entries_at(as_of, known_at, of_pathways) e
    join contract_terms(as_of, known_at, of_pathways) c on c.pathway_id = e.pathway_id and c.number = 1
      and c.starts_on <= paris_day(as_of)
    left join exits_at(as_of, known_at, of_pathways) x on x.pathway_id = e.pathway_id
  $$;

-- The stays in steps: until another step was entered (`step`), the exit (`exit`), or as_of (`open`).
create function stays_at(as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid, step text, days integer, since integer, ended text) language sql stable
  as $$
    select s.pathway_id, s.step, coalesce(s.left_on, x.exited_on, paris_day(as_of)) - s.entered_on,
      greatest(0, e.watched_on - s.entered_on),
      case when s.left_on is not null then 'step' when x.exited_on is not null then 'exit' else 'open' end
    from (
      select r.pathway_id, r.step, paris_day(r.occurred_at) as entered_on,
        lag(paris_day(r.occurred_at)) over (partition by r.pathway_id order by r.revision desc, r.position desc) as left_on
      from (
        select l.pathway_id, l.revision, l.position, l.told as step, l.occurred_at,
          lead(l.told) over latest as step_before, lead(l.occurred_at) over latest as entered_before
        from timeline l
        where l.fact = 'step' and l.occurred_at <= as_of and l.recorded_at <= known_at
          and (of_pathways is null or l.pathway_id = any (of_pathways))
        window latest as (partition by l.pathway_id order by l.revision desc, l.position desc)
      ) r
      -- Told again when an exit was undone: the stay goes on.
      where (r.step, r.occurred_at) is distinct from (r.step_before, r.entered_before)
    ) s
    join entries_at(as_of, known_at, of_pathways) e on e.pathway_id = s.pathway_id
    left join exits_at(as_of, known_at, of_pathways) x on x.pathway_id = s.pathway_id
  $$;

-- How far each pathway came: the five steps, a contract, six months in one contract, durable employment. `came_in`: the first
-- step known, later than welcome where it was taken over as it ran; `there`: what it had when it was taken over.
create function ways_at(as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid, entered_on date, came_in text, reached boolean[], there boolean[]) language sql stable
  as $$
    select e.pathway_id, e.entered_on, f.came_in,
      array[coalesce(s.welcome, false), coalesce(s.project_validation, false), coalesce(s.contract_search, false),
        coalesce(s.securing, false), coalesce(s.durable_employment, false), c.signed_on is not null,
        c.six_months_on is not null, coalesce(x.code = 'durable_employment', false)],
      array[f.came_in = 'welcome', f.came_in = 'project_validation', f.came_in = 'contract_search', f.came_in = 'securing',
        f.came_in = 'durable_employment', coalesce(c.signed_on < e.watched_on, false),
        coalesce(c.six_months_on < e.watched_on, false), false]
    from entries_at(as_of, known_at, of_pathways) e
    left join exits_at(as_of, known_at, of_pathways) x on x.pathway_id = e.pathway_id
    left join (
      select distinct on (l.pathway_id) l.pathway_id, l.told as came_in from timeline l
      where l.fact = 'step' and l.recorded_at <= known_at
        and (of_pathways is null or l.pathway_id = any (of_pathways))
      order by l.pathway_id desc, l.revision, l.position
    ) f on f.pathway_id = e.pathway_id
    left join (
      select l.pathway_id, bool_or(l.told = 'welcome') as welcome, bool_or(l.told = 'project_validation') as project_validation,
        bool_or(l.told = 'contract_search') as contract_search, bool_or(l.told = 'securing') as securing,
        bool_or(l.told = 'durable_employment') as durable_employment
      from timeline l
      where l.fact = 'step' and l.occurred_at <= as_of and l.recorded_at <= known_at
        and (of_pathways is null or l.pathway_id = any (of_pathways))
      group by l.pathway_id
    ) s on s.pathway_id = e.pathway_id
    left join (
      select t.pathway_id, min(t.signed_on) as signed_on,
        min((t.starts_on + interval '6 months')::date) filter (where t.starts_on + interval '6 months'
          <= least(t.ends_on, t.terminated_on, y.exited_on, paris_day(as_of))) as six_months_on
      from contract_terms(as_of, known_at, of_pathways) t
      left join exits_at(as_of, known_at, of_pathways) y on y.pathway_id = t.pathway_id
      group by t.pathway_id
    ) c on c.pathway_id = e.pathway_id
  $$;

revoke execute on function entries_at, exits_at, contract_terms, times_to_contract, times_to_termination, stays_at, ways_at
  from public;

-- ---- the doors of the API

-- The pathways that the caller may have counted; null: all of the programme.
create function steering_pathways(of_site text) returns uuid[] language plpgsql stable
  set search_path = public, pg_temp
  as $$
  begin
    if not coalesce(app_role() in ('national_committee', 'evaluator')
        or (app_role() in ('coordinator', 'counsellor', 'committee') and of_site = app_site()), false) then
      raise insufficient_privilege using message = 'not for this role, or of another site';
    end if;
    if of_site is null then
      return null;
    end if;
    return array(select p.id from pathways p where p.site_id = of_site);
  end $$;
revoke execute on function steering_pathways from public;

-- All three count, of the caller's own site or for the national roles of any, and tell of nobody who it is. SECURITY DEFINER,
-- because committees and evaluators see no row of what is counted. Arms are told to evaluators.

-- By site and quarter of the enrolment: who entered, who of them was taken over in a later step than welcome, and for each
-- of the eight stages how many reached it, how many of these came in at welcome, and how many had it when they were taken over.
create function steering_funnel(as_of timestamptz, known_at timestamptz, of_site text)
  returns table (site_id text, cohort text, entered integer, taken_over integer, reached integer[], from_start integer[],
    entered_there integer[])
  language plpgsql stable security definer
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
  declare
    chosen uuid[] := steering_pathways(of_site);
  begin
    return query
      with each as (
        select p.site_id as of_site_id, date_trunc('quarter', w.entered_on::timestamp) as quarter, w.reached as r, w.there as h,
          coalesce(w.came_in, 'welcome') = 'welcome' as b
        from ways_at(as_of, known_at, chosen) w join pathways p on p.id = w.pathway_id
      )
      select e.of_site_id, to_char(e.quarter, 'YYYY-"Q"Q'), count(*)::integer, (count(*) filter (where not e.b))::integer,
        array[count(*) filter (where r[1]), count(*) filter (where r[2]), count(*) filter (where r[3]),
          count(*) filter (where r[4]), count(*) filter (where r[5]), count(*) filter (where r[6]),
          count(*) filter (where r[7]), count(*) filter (where r[8])]::integer[],
        array[count(*) filter (where b and r[1]), count(*) filter (where b and r[2]), count(*) filter (where b and r[3]),
          count(*) filter (where b and r[4]), count(*) filter (where b and r[5]), count(*) filter (where b and r[6]),
          count(*) filter (where b and r[7]), count(*) filter (where b and r[8])]::integer[],
        array[0, count(*) filter (where not b and h[2] and r[2]), count(*) filter (where not b and h[3] and r[3]),
          count(*) filter (where not b and h[4] and r[4]), count(*) filter (where not b and h[5] and r[5]),
          count(*) filter (where not b and h[6]), count(*) filter (where not b and h[7]), 0]::integer[]
      from each e group by e.of_site_id, e.quarter order by e.of_site_id, e.quarter;
  end $$;

create function steering_stays(as_of timestamptz, known_at timestamptz, of_site text)
  returns table (site_id text, step text, days integer, since integer, ended text, stays integer)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
  declare
    chosen uuid[] := steering_pathways(of_site);
  begin
    return query
      select p.site_id, s.step, s.days, s.since, s.ended, count(*)::integer
      from stays_at(as_of, known_at, chosen) s join pathways p on p.id = s.pathway_id group by 1, 2, 3, 4, 5;
  end $$;

-- @param of_what contract: signature of the first; termination: of the first contract
create function steering_times(of_what text, as_of timestamptz, known_at timestamptz, of_site text)
  returns table (site_id text, arm text, days integer, since integer, ended text, young_people integer)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
  declare
    chosen uuid[] := steering_pathways(of_site);
    -- Who is not told of arms has them not looked up.
    arms boolean := coalesce(app_role() = 'evaluator', false);
  begin
    if of_what = 'contract' then
      return query
        select p.site_id, a.told, t.days, t.since, t.ended, count(*)::integer
        from times_to_contract(as_of, known_at, chosen) t join pathways p on p.id = t.pathway_id
        left join facts_at('arm', as_of, known_at, chosen) a on arms and a.pathway_id = t.pathway_id
        group by 1, 2, 3, 4, 5;
    else
      return query
        select p.site_id, a.told, t.days, t.since, t.ended, count(*)::integer
        from times_to_termination(as_of, known_at, chosen) t join pathways p on p.id = t.pathway_id
        left join facts_at('arm', as_of, known_at, chosen) a on arms and a.pathway_id = t.pathway_id
        group by 1, 2, 3, 4, 5;
    end if;
  end $$;

revoke execute on function steering_funnel, steering_stays, steering_times from public;
grant execute on function steering_funnel, steering_stays, steering_times to service_plus_api;
