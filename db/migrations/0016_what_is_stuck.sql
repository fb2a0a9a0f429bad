-- What is stuck, and how service plus is carried out: who is at risk and why, of the read model as it is now; and cases, each
-- of one young person, of which every other figure is a count. The list behind a figure is the same rows, so that they
-- cannot differ. Definitions: domain/attention.ts.

-- The few follow-ups that were missed.
create index tasks_missed on tasks (pathway_id, kind, round) include (key, closed_at)
  where outcome in ('missed', 'not_reached');
-- What was due in a period, of the kinds that service plus promises a rhythm or a date for.
create index tasks_promised on tasks (kind, due_at)
  where kind in ('search_follow_up', 'apprentice_follow_up', 'job_search_follow_up', 'company_visit', 'trial_review',
    'tripartite_meeting');
-- What a site offers, by when it took place, and what a project's validation followed.
create index tasks_offered on tasks (kind, closed_at)
  where kind in ('discovery_action', 'information_session', 'family_information', 'basic_skills_assessment',
    'search_workshop') and status = 'done';
create index tasks_validated on tasks (pathway_id, closed_at) where kind = 'validate_project' and outcome = 'validated';
create index tasks_of_summer on tasks (opened_at) where kind = 'summer_check_in' and opened_at is not null;

-- ---- who is at risk, and why

-- How many stays in each step of each site have lasted so many days, those that were over at an instant and those that
-- went on. Days of the calendar in Paris.
create function step_stays(as_of timestamptz, of_site text)
  returns table (site_id text, step text, days integer, ended bigint, going bigint) language sql stable
  as $$
    select p.site_id, i.step, greatest(paris_day(least(i.left_at, as_of)) - paris_day(i.entered_at), 0) as days,
      count(*) filter (where i.left_at < as_of), count(*) filter (where i.left_at is null or i.left_at >= as_of)
    from step_intervals i join pathways p on p.id = i.pathway_id
    where i.entered_at < as_of and (of_site is null or p.site_id = of_site)
    group by 1, 2, 3
  $$;

-- The active pathways with a reason at least. A reason that there is not is null.
-- rules: of each site [{site_id, missed, limits}], how many follow-ups missed in a row are too many, and the days that a
-- stay in each step is long beyond (a step without a limit is not named).
create function at_risk(as_of timestamptz, of_site text, rules jsonb)
  returns table (pathway_id uuid, site_id text,
    silent_at timestamptz, -- when silence was too long, or somebody was asked what to do about it
    overdue_since timestamptz, overdue_tasks integer,
    missed_since timestamptz, missed_kind text, missed_times integer,
    stay_since timestamptz, stay_days integer, stay_limit integer)
  language sql stable
  as $$
    with rule as (
      select r.site_id, r.missed, r.limits from jsonb_to_recordset(rules) as r(site_id text, missed integer, limits jsonb)
    ),
    missed as (
      select m.pathway_id, m.kind, m.closed_at, m.round,
        -- A check-in of the summer is asked anew each time; a follow-up goes by rounds of its step or contract.
        case when m.kind = 'summer_check_in' then '' else left(m.key, -1 - length(m.round::text)) end as series
      from tasks m
      where m.outcome in ('missed', 'not_reached')
        and m.kind in ('search_follow_up', 'apprentice_follow_up', 'job_search_follow_up', 'summer_check_in')
    ),
    -- Rounds without a gap are in a row.
    numbered as (
      select m.*, case when m.kind = 'summer_check_in' then 0
        else m.round - row_number() over (partition by m.pathway_id, m.kind, m.series order by m.round) end as a_row
      from missed m join pathways p on p.id = m.pathway_id
      where p.status = 'active' and (of_site is null or p.site_id = of_site)
        and (m.kind <> 'summer_check_in' or m.closed_at > coalesce(p.last_contact_at, '-infinity'))
    ),
    in_a_row as (
      select n.pathway_id, n.kind, max(n.closed_at) as last_at, count(*)::integer as times,
        array_agg(n.closed_at order by n.closed_at) as at
      from numbered n group by n.pathway_id, n.kind, n.series, n.a_row
    ),
    too_many as (
      select distinct on (r.pathway_id) r.pathway_id, r.kind, r.at[rule.missed] as since, r.times
      from in_a_row r join pathways p on p.id = r.pathway_id join rule on rule.site_id = p.site_id
      where r.times >= rule.missed and r.last_at > coalesce(p.last_contact_at, '-infinity')
      order by r.pathway_id, r.last_at desc
    ),
    overdue as (
      select t.pathway_id, min(t.due_at) as since, count(*)::integer as tasks from tasks t
      where t.status = 'open' and t.due_at < as_of and t.site_id = any (array(select rule.site_id from rule))
      group by t.pathway_id
    ),
    silence as (
      select l.pathway_id, max(l.occurred_at) as at from timeline l
      where l.fact = 'silence' and l.occurred_at <= as_of group by l.pathway_id
    ),
    found as (
      select p.id, p.site_id, p.step_entered_at,
        case when s.at > coalesce(p.last_contact_at, '-infinity') then s.at end as silent_at,
        o.since as overdue_since, o.tasks, m.since as missed_since, m.kind, m.times,
        paris_day(as_of) - paris_day(p.step_entered_at) as days, (rule.limits->>p.step)::integer as day_limit
      from pathways p join rule on rule.site_id = p.site_id
      left join silence s on s.pathway_id = p.id
      left join overdue o on o.pathway_id = p.id
      left join too_many m on m.pathway_id = p.id
      where p.status = 'active' and (of_site is null or p.site_id = of_site)
    )
    select f.id, f.site_id, f.silent_at, f.overdue_since, f.tasks, f.missed_since, f.kind, f.times,
      case when f.days > f.day_limit then f.step_entered_at end,
      case when f.days > f.day_limit then f.days end, case when f.days > f.day_limit then f.day_limit end
    from found f
    where f.silent_at is not null or f.overdue_since is not null or f.missed_since is not null or f.days > f.day_limit
  $$;

-- ---- cases: what was promised, offered, asked in summer, and mediations

-- Where an open mediation stands: the task that is asked now, or next.
create function mediation_stages(of_site text)
  returns table (pathway_id uuid, kind text, due_at timestamptz) language sql stable
  as $$
    select distinct on (t.pathway_id) t.pathway_id, t.kind, t.due_at from tasks t
    join pathways p on p.id = t.pathway_id
    where p.mediation_id is not null and (of_site is null or p.site_id = of_site) and t.status in ('open', 'planned')
      and t.kind in ('accept_mediation', 'name_mediator', 'meet_parties', 'mediation_follow_up')
    order by t.pathway_id, t.status = 'open' desc, t.due_at
  $$;

-- `at`: when it was done or happened; `due_at`: by when it was promised. Groups and what they take as rules:
-- fidelity    [{site_id, day, due}]: by when who entered on a day is to have a referent
-- practices   none
-- summer      [{site_id, since, until}]: the summer of each site
-- mediations  none
create function cases_of(of_group text, since timestamptz, until timestamptz, as_of timestamptz, of_site text, rules jsonb)
  returns table (pathway_id uuid, site_id text, figure text, result text, marks text[], at timestamptz, due_at timestamptz)
  language plpgsql stable
  as $$
  begin
    if of_group = 'fidelity' then
      return query
        -- A referent in time. Who left before had no time to get one; who came in the middle came with one.
        select p.id, p.site_id, 'referent', case when r.at <= d.due then 'kept' when r.at is not null then 'late' else 'not_done' end,
          '{}'::text[], r.at, d.due
        from jsonb_to_recordset(rules) as d(site_id text, day date, due timestamptz)
        join (step_intervals i join pathways p on p.id = i.pathway_id)
          on p.site_id = d.site_id and paris_day(i.entered_at) = d.day
        left join lateral (select min(l.occurred_at) as at from timeline l
          where l.fact = 'referent' and l.pathway_id = p.id and l.occurred_at <= as_of) r on true
        where i.interval = 1 and i.step = 'welcome'
          -- From the midnight before, so that the index of nobody's day is not asked for.
          and i.entered_at >= (select min(e.day) - 1 from jsonb_to_recordset(rules) as e(day date))
          and (r.at is not null or p.exited_at is null or p.exited_at > d.due)
          and not exists (select from timeline l where l.pathway_id = p.id and l.fact = 'entry' and l.type = 'imported')
        union all
        -- Follow-ups, visits and reviews: each that was due in the period and was not withdrawn before. What was recorded
        -- only after it was due could not be kept.
        select t.pathway_id, t.site_id,
          case t.kind when 'search_follow_up' then 'follow_up_step_3' when 'apprentice_follow_up' then 'follow_up_step_4'
            when 'job_search_follow_up' then 'follow_up_step_5' when 'company_visit' then 'visit_in_pair' else t.kind end,
          case
            when t.outcome in ('missed', 'not_possible') then 'refused'
            when t.outcome is null then 'not_done'
            when t.kind = 'company_visit' then case
              when t.decision->>'withPartnerId' is null then 'alone'
              when (t.decision->>'on')::date <= paris_day(t.due_at) then 'kept' else 'late' end
            -- Of the 45 days present in the company, in which either side may end the contract (art. L6222-18).
            when t.kind = 'trial_review' and t.decision->>'daysInCompany' is not null then
              case when (t.decision->>'daysInCompany')::integer < 45 then 'kept' else 'late' end
            when t.closed_at <= t.due_at then 'kept'
            else 'late' end,
          '{}'::text[], case when t.outcome is not null then t.closed_at end, t.due_at
        from tasks t join pathways p on p.id = t.pathway_id
        where t.kind in ('search_follow_up', 'apprentice_follow_up', 'job_search_follow_up', 'company_visit', 'trial_review')
          and t.due_at >= since and t.due_at <= until and (of_site is null or t.site_id = of_site)
          and t.due_at >= t.planned_at
          and (t.status = 'done' or (t.status = 'open' and p.status = 'active')
            or (t.status = 'cancelled' and t.closed_at > t.due_at and t.cancel_reason <> 'before_import'))
        union all
        -- The meeting of three, once a contract: the first day it was due on counts, whatever it was postponed to.
        select t.pathway_id, t.site_id, 'tripartite_meeting',
          case when held.day <= paris_day(t.due_at) then 'kept' when held.day is not null then 'late'
            when held.refused then 'refused' else 'not_done' end,
          '{}'::text[], held.at, t.due_at
        from tasks t join pathways p on p.id = t.pathway_id
        cross join lateral (
          select min((h.decision->>'on')::date) filter (where h.outcome = 'held') as day,
            min(h.closed_at) filter (where h.outcome = 'held') as at, bool_or(h.outcome = 'refused') as refused
          from tasks h where h.pathway_id = t.pathway_id and h.kind = t.kind
            and split_part(h.key, '/', 1) = split_part(t.key, '/', 1)) held
        where t.kind = 'tripartite_meeting' and t.round = 1 and t.due_at >= since and t.due_at <= until
          and (of_site is null or t.site_id = of_site) and t.due_at >= t.planned_at
          and (t.status = 'done' or (t.status = 'open' and p.status = 'active')
            or (t.status = 'cancelled' and t.closed_at > t.due_at and t.cancel_reason <> 'before_import'))
        union all
        -- Never without contact for as long as the watch allows. Before the first contact the welcome looks after it.
        select p.id, p.site_id, 'contact', case when came.at is null then 'kept' else 'not_done' end, '{}'::text[], came.at,
          null::timestamptz
        from pathways p
        left join (select l.pathway_id, min(l.occurred_at) as at from timeline l
          where l.fact = 'silence' and l.type = 'day_came' and l.occurred_at >= since and l.occurred_at <= until
          group by l.pathway_id) came on came.pathway_id = p.id
        where p.enrolled_at <= until and (p.exited_at is null or p.exited_at >= since)
          and (of_site is null or p.site_id = of_site) and (p.last_contact_at is not null or p.step <> 'welcome');
    elsif of_group = 'practices' then
      return query
        select t.pathway_id, t.site_id,
          case t.kind when 'discovery_action' then split_part(t.subject, ' ', 1) else t.kind end, done.result,
          case when done.result = 'done' and t.closed_at <= as_of - interval '90 days' then array_remove(array['watched',
            case when exists (select from tasks v where v.pathway_id = t.pathway_id and v.kind = 'validate_project'
                and v.outcome = 'validated' and v.closed_at >= t.closed_at and v.closed_at <= t.closed_at + interval '90 days')
              then 'validated' end,
            case when exists (select from contracts c where c.pathway_id = t.pathway_id
                and c.signed_on between paris_day(t.closed_at) and paris_day(t.closed_at) + 90)
              then 'signed' end], null) else '{}'::text[] end,
          t.closed_at, null::timestamptz
        from tasks t
        cross join lateral (select case
          when t.outcome in ('done', 'attended', 'met', 'sufficient', 'to_strengthen') then 'done'
          when t.outcome = 'absent' then 'absent' else 'cancelled' end as result) done
        where t.kind in ('discovery_action', 'information_session', 'family_information', 'basic_skills_assessment',
            'search_workshop')
          and t.status = 'done' and t.outcome <> 'not_needed' and t.closed_at >= since and t.closed_at <= until
          and (of_site is null or t.site_id = of_site);
    elsif of_group = 'summer' then
      return query
        select p.id, p.site_id, 'present', case when met.at is not null then 'contacted' else 'silent' end, '{}'::text[], met.at,
          null::timestamptz
        from jsonb_to_recordset(rules) as s(site_id text, since timestamptz, until timestamptz)
        join pathways p on p.site_id = s.site_id and p.enrolled_at <= s.until
          and (p.exited_at is null or p.exited_at >= s.since)
        left join lateral (select max(l.occurred_at) as at from timeline l
          where l.fact = 'contact' and l.pathway_id = p.id and l.occurred_at >= s.since and l.occurred_at <= s.until) met on true
        union all
        select t.pathway_id, t.site_id, 'check_in',
          -- Who is reached by another way needs no check-in any more.
          case when t.outcome = 'reached' or t.cancel_reason = 'reached' then 'reached'
            when t.outcome = 'not_reached' then 'missed' when t.status = 'open' then 'open' else 'cancelled' end,
          '{}'::text[], t.opened_at, t.due_at
        from jsonb_to_recordset(rules) as s(site_id text, since timestamptz, until timestamptz)
        join tasks t on t.site_id = s.site_id and t.opened_at >= s.since and t.opened_at <= s.until
        where t.kind = 'summer_check_in' and t.opened_at is not null;
    elsif of_group = 'mediations' then
      return query
        select p.id, p.site_id, 'open', coalesce(stage.kind, 'unknown'),
          case when stage.due_at < as_of then '{overdue}' else '{}' end::text[], m.opened_at, stage.due_at
        from pathways p join mediations m on m.id = p.mediation_id
        left join mediation_stages(of_site) stage on stage.pathway_id = p.id
        where p.mediation_id is not null and p.status in ('active', 'on_hold') and (of_site is null or p.site_id = of_site)
        union all
        select p.id, p.site_id, 'opened', m.cause, '{}'::text[], m.opened_at, null::timestamptz
        from mediations m join pathways p on p.id = m.pathway_id
        where m.opened_at >= since and m.opened_at <= until and (of_site is null or p.site_id = of_site)
        union all
        select p.id, p.site_id, 'ended', m.result, '{}'::text[], m.ended_at, null::timestamptz
        from mediations m join pathways p on p.id = m.pathway_id
        where m.ended_at >= since and m.ended_at <= until and (of_site is null or p.site_id = of_site);
    end if;
  end $$;

revoke execute on function step_stays, at_risk, mediation_stages, cases_of from public;

-- ---- the doors of the API: counts for who steers, ids and codes for the team of the site

create function app_steers(of_site text) returns boolean language sql stable
  as $$
    select coalesce(app_role() in ('national_committee', 'evaluator')
      or (app_role() in ('coordinator', 'counsellor', 'committee') and of_site = app_site()), false)
  $$;
create function app_accompanies(of_site text) returns boolean language sql stable
  as $$ select coalesce(app_role() in ('coordinator', 'counsellor') and of_site = app_site(), false) $$;

-- SECURITY DEFINER, all five, because committees see no row of what is counted, and so that it is asked once whose site
-- it is. Numbers of stays, from which the API works out what a long one is.
create function steering_step_stays(as_of timestamptz, of_site text)
  returns table (site_id text, step text, days integer, ended bigint, going bigint)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
  begin
    if not app_steers(of_site) then
      raise insufficient_privilege using message = 'not for this role, or of another site';
    end if;
    return query select * from step_stays(as_of, of_site);
  end $$;

create function steering_attention(as_of timestamptz, week_ends timestamptz, of_site text, rules jsonb)
  returns table (site_id text, count_of text, n bigint)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
  begin
    if not app_steers(of_site) then
      raise insufficient_privilege using message = 'not for this role, or of another site';
    end if;
    return query
      select p.site_id, c.name, c.n from (
        select p.site_id, count(*) as active, count(*) filter (where p.referent_id is null) as without_referent
        from pathways p where p.status = 'active' and (of_site is null or p.site_id = of_site) group by 1
      ) p cross join lateral (values ('active', p.active), ('without_referent', p.without_referent)) c(name, n);
    return query
      select r.site_id, c.name, c.n from (
        select r.site_id, count(*) as at_risk, count(*) filter (where r.silent_at is not null) as no_contact,
          count(*) filter (where r.overdue_since is not null) as overdue,
          count(*) filter (where r.missed_since is not null) as two_missed,
          count(*) filter (where r.stay_since is not null) as long_stay
        from at_risk(as_of, of_site, rules) r group by 1
      ) r cross join lateral (values ('at_risk', r.at_risk), ('no_contact', r.no_contact), ('overdue', r.overdue),
        ('two_missed', r.two_missed), ('long_stay', r.long_stay)) c(name, n);
    return query
      select t.site_id, c.name, c.n from (
        select t.site_id, count(*) as open, count(*) filter (where t.due_at < as_of) as late,
          count(*) filter (where t.due_at >= as_of and t.due_at < week_ends) as week,
          count(*) filter (where t.assignee_id is null) as unassigned
        from tasks t where t.status = 'open' and (of_site is null or t.site_id = of_site) group by 1
      ) t cross join lateral (values ('tasks_open', t.open), ('tasks_overdue', t.late), ('tasks_week', t.week),
        ('tasks_unassigned', t.unassigned)) c(name, n);
  end $$;

create function steering_at_risk(as_of timestamptz, of_site text, rules jsonb)
  returns table (pathway_id uuid, site_id text, silent_at timestamptz, overdue_since timestamptz, overdue_tasks integer,
    missed_since timestamptz, missed_kind text, missed_times integer,
    stay_since timestamptz, stay_days integer, stay_limit integer)
  language plpgsql stable security definer rows 1000
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
  begin
    if not app_accompanies(of_site) then
      raise insufficient_privilege using message = 'not for this role, or of another site';
    end if;
    return query select * from at_risk(as_of, of_site, rules);
  end $$;

create function steering_case_counts(of_group text, since timestamptz, until timestamptz, as_of timestamptz, of_site text, rules jsonb)
  returns table (site_id text, figure text, result text, marks text[], n bigint)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
  begin
    if not app_steers(of_site) then
      raise insufficient_privilege using message = 'not for this role, or of another site';
    end if;
    return query
      select c.site_id, c.figure, c.result, c.marks, count(*) from cases_of(of_group, since, until, as_of, of_site, rules) c
      where of_site is null or c.site_id = of_site group by 1, 2, 3, 4;
  end $$;

create function steering_cases(of_group text, since timestamptz, until timestamptz, as_of timestamptz, of_site text, rules jsonb)
  returns table (pathway_id uuid, site_id text, figure text, result text, marks text[], at timestamptz, due_at timestamptz)
  language plpgsql stable security definer rows 1000
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
  begin
    if not app_accompanies(of_site) then
      raise insufficient_privilege using message = 'not for this role, or of another site';
    end if;
    return query select * from cases_of(of_group, since, until, as_of, of_site, rules) c where c.site_id = of_site;
  end $$;

-- The days on which somebody of a site's roster of duty is there: not who, nor who is away.
create function steering_duty_days(first_day date, last_day date, of_site text)
  returns table (site_id text, day date)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  as $$
  begin
    if not app_steers(of_site) then
      raise insufficient_privilege using message = 'not for this role, or of another site';
    end if;
    return query
      select distinct d.site_id, on_day::date from duty_turns d
      cross join lateral generate_series(greatest(d.first_day, steering_duty_days.first_day),
        least(d.last_day, steering_duty_days.last_day), interval '1 day') on_day
      where (of_site is null or d.site_id = of_site)
        and not exists (select from absences a where a.staff_id = d.staff_id and on_day::date between a.first_day and a.last_day);
  end $$;

revoke execute on function steering_step_stays, steering_attention, steering_at_risk, steering_case_counts, steering_cases,
  steering_duty_days from public;
grant execute on function steering_step_stays, steering_attention, steering_at_risk, steering_case_counts, steering_cases,
  steering_duty_days to service_plus_api;
