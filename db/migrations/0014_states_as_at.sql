-- States as at any instant, told by the timeline alone. Two instants count: when something happened (occurred_at) and
-- when it became known (recorded_at). The same question with the same two instants has the same answer for ever.

-- ---- what the timeline lacked: events tell it from now on, and those of before are completed from what is kept

-- The dates of a contract. The first start of one that was postponed is no longer known: the start is the latest.
update timeline l
  set data = l.data || jsonb_build_object('signedOn', c.signed_on, 'startsOn', c.starts_on, 'endsOn', c.ends_on)
  from contracts c
  where l.type = 'contract_recorded' and c.pathway_id = l.pathway_id and c.id = l.data->>'contractId';
-- The young person was met by what the task was about (`contact` of the catalogue, as it is today), unless a contact
-- recorded with it tells when.
update timeline l
  set data = l.data || '{"met": true}'
  from (values ('first_contact', 'reached'), ('information_session', 'attended'), ('entry_interview', 'information_only'),
    ('entry_interview', 'project_to_validate'), ('entry_interview', 'project_ready'), ('entry_interview', 'contract_signed'),
    ('entry_interview', 'looking_for_job'), ('entry_interview', 'reoriented'), ('discovery_action', 'done'),
    ('basic_skills_assessment', 'sufficient'), ('basic_skills_assessment', 'to_strengthen'),
    ('validate_project', 'validated'), ('validate_project', 'redefine'), ('search_workshop', 'attended'),
    ('search_follow_up', 'done'), ('offer_feedback', 'applied'), ('offer_feedback', 'interview'),
    ('offer_feedback', 'hired'), ('company_visit', 'visited'), ('trial_review', 'fine'), ('trial_review', 'fragile'),
    ('trial_review', 'alert'), ('tripartite_meeting', 'held'), ('apprentice_follow_up', 'fine'),
    ('apprentice_follow_up', 'difficulty'), ('closer_follow_up', 'fine'), ('closer_follow_up', 'difficulty'),
    ('skills_review', 'reviewed'), ('rebound_interview', 'search_again'), ('rebound_interview', 'new_project'),
    ('re_establish_contact', 'reached'), ('summer_check_in', 'reached'), ('return_to_term', 'back'),
    ('meet_parties', 'agreement'), ('meet_parties', 'no_agreement'), ('employment_plan', 'kept_by_employer'),
    ('employment_plan', 'looking'), ('employment_plan', 'further_study'), ('employment_plan', 'new_apprenticeship'),
    ('job_search_follow_up', 'done'), ('employment_check', 'still_there'), ('employment_check', 'left')
  ) as met(kind, outcome)
  where l.type = 'task_completed' and l.data->>'kind' = met.kind and l.data->>'outcome' = met.outcome
    and not exists (select from timeline c where c.pathway_id = l.pathway_id and c.revision = l.revision
      and c.type = 'contact' and c.data->>'result' = 'reached');

-- ---- what an event says of the state

-- Which part of the state it bears on, and what it says of it; null: of none. Of each part the last one counts.
alter table timeline
  add column fact text collate "C" generated always as (
    case type
      when 'enrolled' then 'entry'
      when 'imported' then 'entry'
      when 'step_entered' then 'step'
      when 'exited' then 'exit'
      when 'exit_undone' then 'exit'
      when 'closed' then 'closed'
      when 'hold_started' then 'hold'
      when 'hold_ended' then 'hold'
      when 'mediation_opened' then 'mediation'
      when 'mediation_ended' then 'mediation'
      when 'referent_assigned' then 'referent'
      when 'referent_transferred' then 'referent'
      when 'contract_recorded' then 'contract'
      when 'contract_terminated' then 'contract'
      when 'arm_drawn' then 'arm'
      when 'contact' then case data->>'result' when 'reached' then 'contact' end
      when 'task_completed' then case data->>'met' when 'true' then 'contact' end
      when 'day_came' then case when data->>'name' in ('contact_watch_phase_1', 'contact_watch_phase_2') then 'silence' end
      when 'task_opened' then case data->>'kind' when 'hard_to_reach_decision' then 'silence' end
      when 'deadline_moved' then case data->>'which' when 'dueAt' then 'due' end
    end) stored,
  add column told text collate "C" generated always as (
    case type
      when 'step_entered' then data->>'step'
      when 'exited' then data->>'code'
      when 'hold_started' then data->>'until'
      when 'mediation_opened' then data->>'mediationId'
      when 'referent_assigned' then data->>'referentId'
      when 'referent_transferred' then data->>'to'
      -- The day from which it counts, then which contract: none, when it was terminated.
      when 'contract_recorded' then (data->>'signedOn') || ' ' || (data->>'contractId')
      when 'contract_terminated' then data->>'on'
      when 'arm_drawn' then data->>'arm'
      -- Which task, then when it was due before.
      when 'deadline_moved' then (data->>'taskId') || ' ' || (data->>'from')
    end) stored;

-- Each part is a range of this index in the order in which the last one of each pathway is found, and nothing else is
-- read of an event.
create index timeline_facts on timeline (fact, pathway_id, revision desc, position desc)
  include (told, occurred_at, recorded_at) where fact is not null;
-- What may change the answer about a past instant: it became known later than it happened, or is about a day of before.
create index timeline_late on timeline (recorded_at) include (pathway_id, type, occurred_at)
  where recorded_at > occurred_at or type in ('exit_undone', 'contract_recorded', 'contract_terminated');
-- Tasks that were open at an instant are those that were closed after it, or are not.
create index tasks_by_closing on tasks (closed_at, opened_at) include (due_at, pathway_id, id) where opened_at is not null;

-- ---- the state of every pathway

-- The last that was told of a part. The day of an instant is that of Europe/Paris.
create function facts_at(part text, as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid, told text, occurred_at timestamptz) language sql stable
  as $$
    select distinct on (l.pathway_id) l.pathway_id, l.told, l.occurred_at from timeline l
    where l.fact = part and l.occurred_at <= as_of and l.recorded_at <= known_at
      and (of_pathways is null or l.pathway_id = any (of_pathways))
    order by l.pathway_id, l.revision desc, l.position desc
  $$;

-- The latest of something that may become known in another order than it happened in.
create function latest_at(part text, as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid, occurred_at timestamptz) language sql stable
  as $$
    select l.pathway_id, max(l.occurred_at) from timeline l
    where l.fact = part and l.occurred_at <= as_of and l.recorded_at <= known_at
      and (of_pathways is null or l.pathway_id = any (of_pathways))
    group by l.pathway_id
  $$;

-- The contract that was signed last, unless it was terminated. Both count from their day on, whenever they were recorded;
-- from when they were recorded, if that was before.
create function contracts_at(as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid, contract_id text) language sql stable
  as $$
    select distinct on (l.pathway_id) l.pathway_id, nullif(split_part(l.told, ' ', 2), '') from timeline l
    where l.fact = 'contract' and l.recorded_at <= known_at
      and (l.occurred_at <= as_of or left(l.told, 10) <= to_char(as_of at time zone 'Europe/Paris', 'YYYY-MM-DD'))
      and (of_pathways is null or l.pathway_id = any (of_pathways))
    order by l.pathway_id, l.revision desc, l.position desc
  $$;

-- The pathways with an open task whose due instant, as it was counted then, had passed. A task's row knows when it was
-- opened, closed and due; the timeline, what of it became known later, and from when its due instant was moved since.
create function overdue_at(as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid) language sql stable
  as $$
    select t.pathway_id
    from (
      select t.id, t.pathway_id, t.due_at from tasks t
        where t.closed_at is null and t.opened_at <= as_of
          and (of_pathways is null or t.pathway_id = any (of_pathways))
      union all
      select t.id, t.pathway_id, t.due_at from tasks t
        where t.closed_at > as_of and t.opened_at <= as_of
          and (of_pathways is null or t.pathway_id = any (of_pathways))
      union all
      -- Closed before, as became known only after known_at.
      select t.id, t.pathway_id, t.due_at from timeline l join tasks t on t.id = l.data->>'taskId'
        where l.recorded_at > known_at and l.recorded_at > l.occurred_at and l.occurred_at <= as_of
          and l.type in ('task_completed', 'task_cancelled') and t.closed_at <= as_of and t.opened_at <= as_of
          and (of_pathways is null or t.pathway_id = any (of_pathways))
    ) t
    left join (
      select distinct on (split_part(l.told, ' ', 1)) split_part(l.told, ' ', 1) as task_id,
        split_part(l.told, ' ', 2)::timestamptz as due_at
      from timeline l
      where l.fact = 'due' and (l.occurred_at > as_of or l.recorded_at > known_at)
        and (of_pathways is null or l.pathway_id = any (of_pathways))
      order by split_part(l.told, ' ', 1), l.revision, l.position
    ) before on before.task_id = t.id
    where coalesce(before.due_at, t.due_at) < as_of
      and t.id not in (
        select l.data->>'taskId' from timeline l
        where l.recorded_at > known_at and l.recorded_at > l.occurred_at and l.occurred_at <= as_of
          and l.type = 'task_opened' and l.data ? 'taskId')
    group by t.pathway_id
  $$;

-- Every pathway that had entered at `as_of`, by what was recorded until `known_at`; of_pathways null: of the programme.
-- An exit that was undone is one that never was. `step` is null before a pathway that was taken over as it ran entered
-- the one it came in. Definitions of the figures: domain/figures.ts.
create function states_at(as_of timestamptz, known_at timestamptz, of_pathways uuid[])
  returns table (pathway_id uuid, site_id text, entered_at timestamptz, step text, step_entered_at timestamptz,
    status text, exit_code text, exited_at timestamptz, hold_until text, arm text, referent_id text, contract_id text,
    mediation_id text, last_contact_at timestamptz, unreachable boolean, overdue boolean)
  language sql stable
  as $$
    select p.id, p.site_id, entry.occurred_at, step.told, step.occurred_at, state.status,
      case when state.status in ('exited', 'closed') then exit.told end,
      case when state.status in ('exited', 'closed') then exit.occurred_at end,
      case when state.status = 'on_hold' then hold.told end,
      arm.told, referent.told, contract.contract_id, mediation.told, contact.occurred_at,
      state.status in ('active', 'on_hold')
        and coalesce(silence.occurred_at > coalesce(contact.occurred_at, '-infinity'), false),
      state.status = 'active' and overdue.pathway_id is not null
    from pathways p
    join facts_at('entry', as_of, known_at, of_pathways) entry on entry.pathway_id = p.id
    left join facts_at('step', as_of, known_at, of_pathways) step on step.pathway_id = p.id
    -- Whatever came last of it counts, also when it was undone after `as_of`.
    left join facts_at('exit', 'infinity', known_at, of_pathways) exit on exit.pathway_id = p.id
    left join facts_at('closed', as_of, known_at, of_pathways) closed on closed.pathway_id = p.id
    left join facts_at('hold', as_of, known_at, of_pathways) hold on hold.pathway_id = p.id
    left join facts_at('mediation', as_of, known_at, of_pathways) mediation on mediation.pathway_id = p.id
    left join facts_at('referent', as_of, known_at, of_pathways) referent on referent.pathway_id = p.id
    left join contracts_at(as_of, known_at, of_pathways) contract on contract.pathway_id = p.id
    left join facts_at('arm', as_of, known_at, of_pathways) arm on arm.pathway_id = p.id
    left join latest_at('contact', as_of, known_at, of_pathways) contact on contact.pathway_id = p.id
    left join latest_at('silence', as_of, known_at, of_pathways) silence on silence.pathway_id = p.id
    left join overdue_at(as_of, known_at, of_pathways) overdue on overdue.pathway_id = p.id
    cross join lateral (
      select case
        when closed.pathway_id is not null then 'closed'
        when exit.told is not null and exit.occurred_at <= as_of then 'exited'
        when hold.told is not null then 'on_hold'
        else 'active' end as status
    ) state
  $$;

-- What became known between the two instants and is about the time up to `as_of`: for these pathways alone the answer may
-- have changed.
create function corrections(as_of timestamptz, known_at timestamptz)
  returns table (pathway_id uuid, revision integer, "position" integer, type text, occurred_at timestamptz, recorded_at timestamptz)
  language sql stable
  as $$
    select l.pathway_id, l.revision, l.position, l.type, l.occurred_at, l.recorded_at from timeline l
    where l.recorded_at > as_of and l.recorded_at <= known_at
      and (l.recorded_at > l.occurred_at or l.type in ('exit_undone', 'contract_recorded', 'contract_terminated'))
      and (l.occurred_at <= as_of or l.type = 'exit_undone'
        or (l.fact = 'contract' and left(l.told, 10) <= to_char(as_of at time zone 'Europe/Paris', 'YYYY-MM-DD')))
  $$;

revoke execute on function facts_at, latest_at, contracts_at, overdue_at, states_at, corrections from public;

-- ---- the two doors of the API

-- Counts, of the caller's own site or for the national roles of any; nobody learns of a person from here. SECURITY
-- DEFINER, because committees and evaluators see no row of what is counted. `known`: by what was recorded until known_at.
-- `before` and `after`: of the pathways whose state as at `as_of` is another one by what was recorded after it, as it was
-- known then and as it is known now. Arms are told to evaluators.
create function steering_counts(as_of timestamptz, known_at timestamptz, of_site text)
  returns table (version text, site_id text, step text, exit_code text, arm text, young_people bigint,
    overdue bigint, in_mediation bigint, on_hold bigint, unreachable bigint)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  -- What is asked for decides how: a general plan would read the whole programme for one site.
  set plan_cache_mode = force_custom_plan
  as $$
  declare
    chosen uuid[];
    touched uuid[];
  begin
    if not coalesce(app_role() in ('national_committee', 'evaluator')
        or (app_role() in ('coordinator', 'counsellor', 'committee') and of_site = app_site()), false) then
      raise insufficient_privilege using message = 'not for this role, or of another site';
    end if;
    if of_site is not null then
      chosen := array(select p.id from public.pathways p where p.site_id = of_site);
    end if;
    return query
      select 'known', s.site_id, s.step, s.exit_code, case when app_role() = 'evaluator' then s.arm end, count(*),
        count(*) filter (where s.overdue), count(*) filter (where s.mediation_id is not null),
        count(*) filter (where s.status = 'on_hold'), count(*) filter (where s.unreachable)
      from states_at(as_of, known_at, chosen) s group by 2, 3, 4, 5 order by 2, 3, 4, 5;
    if known_at <= as_of then
      return;
    end if;
    touched := array(select distinct c.pathway_id from corrections(as_of, known_at) c
      join public.pathways p on p.id = c.pathway_id where of_site is null or p.site_id = of_site);
    if cardinality(touched) = 0 then
      return;
    end if;
    return query
      with earlier as materialized (select * from states_at(as_of, as_of, touched)),
      later as materialized (select * from states_at(as_of, known_at, touched)),
      changed as (
        select coalesce(a.pathway_id, b.pathway_id) as pathway_id
        from earlier b full join later a on a.pathway_id = b.pathway_id
        where (a.pathway_id, a.step, a.status, a.exit_code, a.referent_id, a.contract_id, a.mediation_id, a.unreachable,
            a.overdue)
          is distinct from (b.pathway_id, b.step, b.status, b.exit_code, b.referent_id, b.contract_id, b.mediation_id,
            b.unreachable, b.overdue)
          or (app_role() = 'evaluator' and a.arm is distinct from b.arm)
      ),
      both_of_them as (
        select 'before' as of_version, b.* from earlier b join changed using (pathway_id)
        union all select 'after', a.* from later a join changed using (pathway_id)
      )
      select s.of_version, s.site_id, s.step, s.exit_code, case when app_role() = 'evaluator' then s.arm end, count(*),
        count(*) filter (where s.overdue), count(*) filter (where s.mediation_id is not null),
        count(*) filter (where s.status = 'on_hold'), count(*) filter (where s.unreachable)
      from both_of_them s group by 1, 2, 3, 4, 5
      -- How many pathways that are, once each.
      union all
      select 'changed', p.site_id, null, null, null, count(*), 0, 0, 0, 0
      from changed join public.pathways p on p.id = changed.pathway_id group by 2;
  end $$;

-- The states that are counted, of the caller's own site: ids and codes; the names are found behind row-level security.
-- SECURITY DEFINER, because row-level security would ask for each event of the timeline whose it is; here it is asked
-- once, whose site it is. The arm is not told: a team does not need it.
create function steering_states(as_of timestamptz, known_at timestamptz, of_site text)
  returns table (pathway_id uuid, entered_at timestamptz, step text, step_entered_at timestamptz, status text,
    exit_code text, exited_at timestamptz, hold_until text, referent_id text, contract_id text, mediation_id text,
    last_contact_at timestamptz, unreachable boolean, overdue boolean, corrected boolean)
  language plpgsql stable security definer rows 10000
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
  declare
    chosen uuid[];
    touched uuid[];
  begin
    if not coalesce(app_role() in ('coordinator', 'counsellor') and of_site = app_site(), false) then
      raise insufficient_privilege using message = 'not for this role, or of another site';
    end if;
    chosen := array(select p.id from public.pathways p where p.site_id = of_site);
    if known_at > as_of then
      touched := array(select distinct c.pathway_id from corrections(as_of, known_at) c
        join public.pathways p on p.id = c.pathway_id where p.site_id = of_site);
    end if;
    return query
      select s.pathway_id, s.entered_at, s.step, s.step_entered_at, s.status, s.exit_code, s.exited_at, s.hold_until,
        s.referent_id, s.contract_id, s.mediation_id, s.last_contact_at, s.unreachable, s.overdue,
        s.pathway_id = any (touched) is true
          and (b.pathway_id is null
            or (s.step, s.status, s.exit_code, s.referent_id, s.contract_id, s.mediation_id, s.unreachable, s.overdue)
              is distinct from (b.step, b.status, b.exit_code, b.referent_id, b.contract_id, b.mediation_id,
                b.unreachable, b.overdue))
      from states_at(as_of, known_at, chosen) s
      left join states_at(as_of, as_of, coalesce(touched, '{}')) b on b.pathway_id = s.pathway_id;
  end $$;
revoke execute on function steering_counts, steering_states from public;
grant execute on function steering_counts, steering_states to service_plus_api;
