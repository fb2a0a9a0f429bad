-- The evaluation: both arms, pseudonymised; what its surveys brought back; when arms were shown to whoever was blind to them.

-- Which survey of the evaluation somebody answered, as those who ask bring it back. `person`: as in allocations.
create table survey_answers (
  person uuid not null references enrolments,
  -- from 1
  survey integer not null check (survey between 1 and 20),
  answered_on date not null,
  recorded_at timestamptz not null,
  recorded_by uuid not null references staff,
  primary key (person, survey)
);
create trigger stays before update or delete or truncate on survey_answers execute function stays_as_it_is();
alter table survey_answers enable row level security;

-- Committees read no figure of an arm before. Once, for one wave after the other or for the programme as a whole, never
-- both: what is published of all waves and of each of them would give masked counts away.
create table unblindings (
  id uuid primary key,
  -- null: the programme
  wave text unique nulls not distinct,
  reason text not null,
  made_by uuid not null references staff,
  made_at timestamptz not null
);
create trigger stays before update or delete or truncate on unblindings execute function stays_as_it_is();
alter table unblindings enable row level security;
grant select, insert on unblindings to service_plus_api;
create policy see on unblindings for select to service_plus_api
  using (app_role() in ('evaluator', 'committee', 'national_committee', 'admin'));
create policy make on unblindings for insert to service_plus_api
  with check (app_role() = 'admin' and made_by = app_actor());

-- ---- what left in a file: the evaluation's own log

alter table exports drop constraint exports_what_check;
alter table exports add constraint exports_what_check
  check (what in ('tasks', 'pathways', 'import_rejects', 'report', 'evaluation', 'evaluation_matching'));
create index exports_of_evaluation on exports (made_at, id) where what in ('evaluation', 'evaluation_matching');
alter policy make on exports
  with check (actor_id = app_actor() and coalesce(site_id, '') = app_site()
    and ((app_role() = 'coordinator' and what not in ('evaluation', 'evaluation_matching'))
      or (app_role() = 'admin' and what in ('import_rejects', 'evaluation_matching'))
      or (app_role() = 'evaluator' and what = 'evaluation')
      or (app_role() in ('counsellor', 'committee', 'national_committee', 'evaluator') and what = 'report')));
alter policy see on exports
  using ((app_role() = 'coordinator' and (site_id = app_site() or site_id is null)
      and what not in ('evaluation', 'evaluation_matching'))
    or (app_role() in ('evaluator', 'admin') and what in ('evaluation', 'evaluation_matching')));

-- ---- one row for each person drawn

-- HMAC-SHA-256, cut to 128 bits, with a key that is given as its two pads (RFC 2104): an id leaves the database as a
-- pseudonym only.
create function pseudonym_of(inner_pad bytea, outer_pad bytea, person uuid) returns text language sql immutable
  as $$ select left(encode(sha256(outer_pad || sha256(inner_pad || person::text::bytea)), 'hex'), 32) $$;

-- Everybody drawn by `as_of`, once, as they were at their draw; of_people null: all.
create function evaluation_people(as_of timestamptz, of_wave text, of_people uuid[])
  returns table (person uuid, draw_id uuid, wave text, drawn_at timestamptz, drawn_on date, site_id text, arm text,
    stratum text, weight float8, service_plus_probability float8, entering_probability float8, age integer,
    situation text, origin text, waited_days integer)
  language sql stable
  as $$
    select a.person, a.draw_id, d.wave, d.drawn_at, t.drawn_on, e.site_id, a.arm, a.stratum,
      a.probability_den::float8
        / case a.arm when 'service_plus' then a.probability_num else a.probability_den - a.probability_num end,
      a.probability_num::float8 / a.probability_den, a.entering_num::float8 / a.entering_den,
      extract(year from age(t.drawn_on, y.birth_date))::integer, e.situation, e.origin, t.drawn_on - e.enrolled_on
    from allocations a
    join draws d on d.id = a.draw_id
    join enrolments e on e.id = a.enrolment_id
    join people y on y.id = e.person_id
    cross join lateral (select (d.drawn_at at time zone 'Europe/Paris')::date as drawn_on) t
    where a.first_enrolment_id is null and d.drawn_at <= as_of
      and (of_wave is null or d.wave = of_wave) and (of_people is null or a.person = any (of_people))
  $$;

-- What became of them by `as_of`, by what was recorded until `known_at`, over all their pathways; days count from the draw.
-- `plan`: of each draw and site the days of the surveys. What each column means: domain/evaluation.ts.
create function evaluation_lives(as_of timestamptz, known_at timestamptz, of_wave text, of_people uuid[], plan jsonb)
  returns table (person uuid, site_id text, wave text, stratum text, age integer, situation text, origin text,
    waited_days integer, arm text, weight float8, service_plus_probability float8, entering_probability float8,
    observed_days integer, exit_day integer, exit_code text, in_steps boolean,
    contract_day integer, termination_day integer, contracts integer, durable_employment_day integer, contacts integer,
    contact_attempts integer, follow_ups_done integer, follow_ups_missed integer, mediations integer,
    survey_days integer[], answer_days integer[])
  language sql stable
  as $$
    with chosen as materialized (
      select p.*, (as_of at time zone 'Europe/Paris')::date as today from evaluation_people(as_of, of_wave, of_people) p
    ), ways as materialized (
      select c.person, c.person as pathway_id, c.drawn_at, c.drawn_on, c.today from chosen c
      union all
      select c.person, e.id, c.drawn_at, c.drawn_on, c.today from chosen c join enrolments e on e.same_person_as = c.person
    ), told as materialized (
      select w.person, w.drawn_on, w.today, l.pathway_id, l.revision, l.position, l.type, l.fact, l.told, l.data,
        l.occurred_at, l.occurred_at between w.drawn_at and as_of as during, l.occurred_at <= as_of as by_then
      from ways w join timeline l on l.pathway_id = w.pathway_id
      where l.recorded_at <= known_at and l.type in ('enrolled', 'imported', 'contact', 'task_completed', 'mediation_opened',
        'step_entered', 'contract_recorded', 'contract_terminated', 'employment_recorded', 'exited', 'exit_undone')
    ), service as (
      select t.person, bool_or(t.type = 'step_entered' and t.by_then) as in_steps,
        -- A contact recorded with the task that it completed is one.
        count(distinct (t.pathway_id, t.revision)) filter (where t.fact = 'contact' and t.during) as contacts,
        count(*) filter (where t.type = 'contact' and t.fact is null and t.during) as contact_attempts,
        count(*) filter (where t.during and t.type = 'task_completed' and t.data->>'met' = 'true' and t.data->>'kind' in
          ('search_follow_up', 'apprentice_follow_up', 'closer_follow_up', 'job_search_follow_up')) as follow_ups_done,
        count(*) filter (where t.during and t.type = 'task_completed' and t.data->>'outcome' = 'missed') as follow_ups_missed,
        count(*) filter (where t.during and t.type = 'mediation_opened') as mediations
      from told t group by t.person
    ), signed as (
      select t.person, t.pathway_id, t.data->>'contractId' as id, (t.data->>'signedOn')::date as signed_on, t.revision
      from told t where t.type = 'contract_recorded' and (t.data->>'signedOn')::date <= t.today
    ), first_contract as (
      select distinct on (s.person) s.*, count(*) over (partition by s.person) as contracts from signed s
      order by s.person, s.signed_on, s.pathway_id, s.revision
    ), terminated as (
      select t.person, t.data->>'contractId' as id, min((t.data->>'on')::date) as on_day
      from told t where t.type = 'contract_terminated' and (t.data->>'on')::date <= t.today group by 1, 2
    ), employed as (
      select t.person, min(m.starts_on) as starts_on
      from told t join employments m on m.id = t.data->>'employmentId'
      where t.type = 'employment_recorded' and t.by_then and t.data->>'durable' = 'true' and m.starts_on <= t.today
      group by t.person
    ), ended as (
      -- As in states_at: whatever came last of an exit counts, also when it was undone after `as_of`.
      select distinct on (t.pathway_id) t.pathway_id, t.told as code, t.occurred_at
      from told t where t.fact = 'exit' order by t.pathway_id, t.revision desc, t.position desc
    ), gone as (
      -- Out is who is out of every pathway of theirs, since the last.
      select t.person, bool_and(x.code is not null and x.occurred_at <= as_of) as out,
        (array_agg(x.code order by x.occurred_at desc nulls last, t.pathway_id))[1] as code, max(x.occurred_at) as at
      from told t left join ended x on x.pathway_id = t.pathway_id
      where t.fact = 'entry' and t.by_then group by t.person
    ), planned as materialized (
      select (x->>'draw')::uuid as draw_id, x->>'site' as site_id,
        array(select d::integer from jsonb_array_elements_text(x->'days') d) as days
      from jsonb_array_elements(plan) x
    ), answered as (
      select c.person, array_agg(a.answered_on - c.drawn_on order by k.survey) as days
      from chosen c
      join planned p on p.draw_id = c.draw_id and p.site_id = c.site_id
      cross join lateral generate_subscripts(p.days, 1) as k(survey)
      left join survey_answers a on a.person = c.person and a.survey = k.survey and a.recorded_at <= known_at
        and a.answered_on <= c.today
      group by c.person
    )
    select c.person, c.site_id, c.wave, c.stratum, c.age, c.situation, c.origin, c.waited_days, c.arm, c.weight,
      c.service_plus_probability, c.entering_probability, c.today - c.drawn_on,
      case when g.out then (g.at at time zone 'Europe/Paris')::date - c.drawn_on end, case when g.out then g.code end,
      coalesce(s.in_steps, false), f.signed_on - c.drawn_on, e.on_day - c.drawn_on, coalesce(f.contracts, 0)::integer,
      m.starts_on - c.drawn_on, coalesce(s.contacts, 0)::integer, coalesce(s.contact_attempts, 0)::integer,
      coalesce(s.follow_ups_done, 0)::integer, coalesce(s.follow_ups_missed, 0)::integer,
      coalesce(s.mediations, 0)::integer, coalesce(p.days, '{}'), coalesce(a.days, '{}')
    from chosen c
    left join service s on s.person = c.person
    left join first_contract f on f.person = c.person
    left join terminated e on e.person = f.person and e.id = f.id
    left join employed m on m.person = c.person
    left join gone g on g.person = c.person
    left join planned p on p.draw_id = c.draw_id and p.site_id = c.site_id
    left join answered a on a.person = c.person
  $$;
revoke execute on function pseudonym_of, evaluation_people, evaluation_lives from public;

-- ---- the doors of the API. SECURITY DEFINER, because neither evaluators nor committees see a row of what is told.

create function evaluation_count(as_of timestamptz, of_wave text) returns bigint
  language plpgsql stable security definer
  set search_path = public, pg_temp
  as $$
  begin
    if app_role() <> 'evaluator' then
      raise insufficient_privilege using message = 'not for this role';
    end if;
    return (select count(*) from evaluation_people(as_of, of_wave, null));
  end $$;

-- A piece of the export, in the order of the pseudonyms, which tells nothing of the order in which people came.
create function evaluation_rows(as_of timestamptz, known_at timestamptz, of_wave text, plan jsonb, inner_pad bytea,
    outer_pad bytea, after text, most integer)
  returns table (pseudonym text, site text, wave text, stratum text, age integer, situation text, origin text,
    waited_days integer, arm text, weight float8, service_plus_probability float8, entering_probability float8,
    observed_days integer, exit_day integer, exit_code text, in_steps boolean, contract_day integer,
    termination_day integer, contracts integer, durable_employment_day integer, contacts integer,
    contact_attempts integer, follow_ups_done integer, follow_ups_missed integer, mediations integer,
    survey_days integer[], answer_days integer[])
  language plpgsql stable security definer rows 2000
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
  declare
    page uuid[];
  begin
    if app_role() <> 'evaluator' then
      raise insufficient_privilege using message = 'not for this role';
    end if;
    page := array(
      select p.person from (
        select a.person, pseudonym_of(inner_pad, outer_pad, a.person) collate "C" as pseudonym
        from allocations a join draws d on d.id = a.draw_id
        where a.first_enrolment_id is null and d.drawn_at <= as_of and (of_wave is null or d.wave = of_wave)
      ) p where p.pseudonym > after order by p.pseudonym limit most);
    return query
      select pseudonym_of(inner_pad, outer_pad, l.person), l.site_id, l.wave, l.stratum, l.age, l.situation, l.origin,
        l.waited_days, l.arm, l.weight, l.service_plus_probability, l.entering_probability, l.observed_days, l.exit_day,
        l.exit_code, l.in_steps, l.contract_day, l.termination_day, l.contracts, l.durable_employment_day, l.contacts,
        l.contact_attempts, l.follow_ups_done, l.follow_ups_missed, l.mediations, l.survey_days, l.answer_days
      from evaluation_lives(as_of, known_at, of_wave, page, plan) l
      order by pseudonym_of(inner_pad, outer_pad, l.person) collate "C";
  end $$;

-- Of each baseline variable how many people of each arm have each value, and their weights together.
create function evaluation_baseline(as_of timestamptz, of_wave text)
  returns table (arm text, variable text, value text, young_people bigint, weight float8)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  as $$
  begin
    if app_role() <> 'evaluator' then
      raise insufficient_privilege using message = 'not for this role';
    end if;
    return query
      select p.arm, v.variable, v.value, count(*), sum(p.weight)
      from evaluation_people(as_of, of_wave, null) p
      cross join lateral (values ('age', p.age::text), ('minor', (p.age < 18)::text), ('waited_days', p.waited_days::text),
        ('situation', p.situation), ('origin', p.origin), ('site', p.site_id)) v(variable, value)
      group by 1, 2, 3 order by 2, 3, 1;
  end $$;

-- The numbers of the CONSORT flow, each counted by itself. The unit is the person; of a wave: whoever stands in its register.
-- `closes`: after so many days a survey that was not answered is a missing one. For committees once they are unblinded.
create function evaluation_flow(as_of timestamptz, known_at timestamptz, of_wave text, plan jsonb, closes integer)
  returns table (part text, arm text, name text, young_people bigint)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
  begin
    if not (app_role() = 'evaluator' or (app_role() in ('committee', 'national_committee')
        and exists (select from unblindings u where u.wave is not distinct from of_wave))) then
      raise insufficient_privilege using message = 'not for this role, or not unblinded';
    end if;
    if of_wave is null then
      return query
        with fates as (
          select distinct on (r.value->>'id') (r.value->>'id')::uuid as id, r.value->>'fate' as fate
          from draws d cross join lateral jsonb_array_elements(d.record->'entries') r
          where d.drawn_at <= as_of order by r.value->>'id', d.drawn_at desc
        ), people as (
          select coalesce(e.same_person_as, e.id) as person, bool_or(s.status = 'awaiting_draw') as waits,
            (array_agg(f.fate) filter (where s.status = 'awaiting_draw' and f.fate <> 'drawn'))[1] as fate,
            (array_agg(s.exit_code order by s.exited_at desc) filter (where s.exit_code is not null
              and s.step is null and s.arm is null
              and not exists (select from timeline l where l.pathway_id = s.pathway_id and l.type = 'imported')))[1] as left_before
          from states_at(as_of, known_at, null) s
          join enrolments e on e.id = s.pathway_id
          left join fates f on f.id = s.pathway_id
          group by 1
        ), told as (
          select p.*, d.person is not null as drawn
          from people p left join evaluation_people(as_of, null, null) d on d.person = p.person
        )
        select 'enrolment', null, 'enrolled', count(*) from told
        union all select 'enrolment', null, 'no_draw', count(*) from told t
          where not t.drawn and not t.waits and t.left_before is null
        union all select 'enrolment', null, 'assessed', count(*) from told t
          where t.drawn or t.waits or t.left_before is not null
        union all select 'enrolment', null, 'randomised', count(*) from told t where t.drawn
        union all select 'excluded', null, t.left_before, count(*) from told t
          where not t.drawn and not t.waits and t.left_before is not null group by 3
        union all select 'waiting', null, coalesce(t.fate, 'first'), count(*) from told t
          where not t.drawn and t.waits group by 3;
    else
      return query
        with register as (
          select r.value->>'fate' as fate from draws d cross join lateral jsonb_array_elements(d.record->'entries') r
            where d.wave = of_wave and d.drawn_at <= as_of
          union all select 'first' from draws d cross join lateral jsonb_array_elements(d.frozen->'register') r
            where d.wave = of_wave and d.frozen_at <= as_of and (d.drawn_at is null or d.drawn_at > as_of)
          union all select 'met_again' from draws d cross join lateral jsonb_array_elements(d.frozen->'kept') r
            where d.wave = of_wave and d.frozen_at <= as_of
        )
        select 'enrolment', null, n.name, count(*) from register, (values ('enrolled'), ('assessed')) n(name) group by 3
        union all select 'enrolment', null, 'randomised', count(*) from evaluation_people(as_of, of_wave, null)
        union all select 'excluded', null, r.fate, count(*) from register r where r.fate = 'met_again' group by 3
        union all select 'waiting', null, r.fate, count(*) from register r
          where r.fate in ('first', 'rush', 'misfit') group by 3;
    end if;
    return query
      with lives as materialized (
        select l.*, l.in_steps and l.contacts > 0 as had_service_plus,
          -- Of the surveys whose time to answer is over, the last: was it answered?
          (select (array_agg(a.day is not null order by a.n desc))[1]
            from unnest(l.survey_days, l.answer_days) with ordinality a(due, day, n)
            where a.due + closes <= l.observed_days) as last_answered,
          exists (select from unnest(l.answer_days) a where a is not null) as answered,
          coalesce(l.survey_days[1] <= l.observed_days, false) as asked
        from evaluation_lives(as_of, known_at, of_wave, null, plan) l
      )
      select 'arm', l.arm, n.name, count(*) from lives l
        cross join lateral (values ('allocated', true),
          ('received', case l.arm when 'service_plus' then l.had_service_plus else not l.in_steps end),
          ('not_received', case l.arm when 'service_plus' then not l.had_service_plus else l.in_steps end),
          ('still_in', l.exit_code is null),
          ('lost', l.last_answered is false), ('followed', l.last_answered is not false),
          ('analysed', l.answered), ('not_asked', not l.answered and not l.asked),
          ('not_answered', not l.answered and l.asked)) n(name, counts)
        where n.counts group by 2, 3
      union all select 'exit', l.arm, l.exit_code, count(*) from lives l where l.exit_code is not null group by 2, 3
      union all select n.part, l.arm, a.n::text, count(*) from lives l
        cross join lateral unnest(l.survey_days, l.answer_days) with ordinality a(due, day, n)
        cross join lateral (values ('survey_due', a.due <= l.observed_days or a.day is not null), ('survey_answered', a.day is not null)) n(part, counts)
        where n.counts group by 1, 2, 3;
  end $$;

-- Whom a pseudonym is, by the number of Parcours 3 or i-milo alone: for who matches data, and never for who analyses them.
create function evaluation_matching(of_wave text, inner_pad bytea, outer_pad bytea)
  returns table (pseudonym text, external_number text)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  as $$
  begin
    if app_role() <> 'admin' then
      raise insufficient_privilege using message = 'not for this role';
    end if;
    return query
      select * from (
        select pseudonym_of(inner_pad, outer_pad, p.person) as pseudonym,
          -- Of somebody met again the number may stand in another enrolment of theirs.
          (select y.external_number from enrolments e join people y on y.id = e.person_id
            where (e.id = p.person or e.same_person_as = p.person) and y.external_number is not null
            order by e.created_at desc, e.id limit 1) as external_number
        from evaluation_people('infinity', of_wave, null) p
      ) m order by m.pseudonym collate "C";
  end $$;

-- Takes answers, `[{"pseudonym", "survey", "answeredOn"}]`, and tells which of them, from 0, cannot be, for which the
-- caller takes all of them back: `unknown`: nobody has this pseudonym; `before`: answered before the draw; `differs`: another day was recorded before.
create function evaluation_answer(items jsonb, inner_pad bytea, outer_pad bytea, now timestamptz)
  returns table (item integer, refused text)
  language plpgsql volatile security definer
  set search_path = public, pg_temp
  as $$
  begin
    if app_role() <> 'evaluator' then
      raise insufficient_privilege using message = 'not for this role';
    end if;
    return query
      with given as (
        select (i.n - 1)::integer as item, p.person, p.drawn_on, (i.value->>'survey')::integer as survey,
          (i.value->>'answeredOn')::date as answered_on
        from jsonb_array_elements(items) with ordinality i(value, n)
        left join (select p.person, p.drawn_on, pseudonym_of(inner_pad, outer_pad, p.person) as pseudonym
          from evaluation_people(now, null, null) p) p on p.pseudonym = i.value->>'pseudonym'
      ), taken as (
        insert into survey_answers (person, survey, answered_on, recorded_at, recorded_by)
          select g.person, g.survey, g.answered_on, now, app_actor() from given g where g.person is not null order by g.item
          on conflict do nothing
      )
      select g.item, case when g.person is null then 'unknown' when g.answered_on < g.drawn_on then 'before' else 'differs' end
      from (select g.*, min(g.answered_on) over (partition by g.person, g.survey) as earliest from given g) g
      left join survey_answers a on a.person = g.person and a.survey = g.survey
      where g.person is null or g.answered_on < g.drawn_on or g.answered_on <> coalesce(a.answered_on, g.earliest)
      order by g.item;
  end $$;
revoke execute on function evaluation_count, evaluation_rows, evaluation_baseline, evaluation_flow, evaluation_matching,
  evaluation_answer from public;
grant execute on function evaluation_count, evaluation_rows, evaluation_baseline, evaluation_flow, evaluation_matching,
  evaluation_answer to service_plus_api;
