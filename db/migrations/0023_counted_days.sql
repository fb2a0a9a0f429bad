-- Days that are over are counted once (db/counted-days.ts): what is asked of them again is what was kept, and the difference
-- that what became known since makes. An answer never depends on whether its day was kept.

-- What was counted as at an instant by what was recorded until `known_at`; cells null: being counted. Nobody's but the owner's.
create table counted_days (
  as_of timestamptz not null,
  -- Whether the arms are told apart, as for the evaluation alone.
  with_arms boolean not null,
  known_at timestamptz not null,
  -- The transaction that announced it: what began before that and writes is waited for before it is counted.
  announced_by xid8 not null default pg_current_xact_id(),
  cells jsonb,
  primary key (as_of, with_arms)
);
alter table counted_days enable row level security;
create index counted_days_known on counted_days (known_at);

-- An entry may come into the database long after its own instant: while the database was away, say. Days that were counted as
-- if all were known by then are not kept.
create function forget_counted_days() returns trigger language plpgsql as $$
  begin
    delete from counted_days where known_at >= (select min(recorded_at) from came);
    return null;
  end $$;
create trigger forget_counted_days after insert on timeline referencing new table as came
  for each statement execute function forget_counted_days();

-- A pathway that is gone is counted no more, nor is one whose rows are put right by hand.
create function forget_all_counted_days() returns trigger language plpgsql as $$
  begin
    delete from counted_days;
    return null;
  end $$;
create trigger forget_all_counted_days after delete or truncate on pathways
  for each statement execute function forget_all_counted_days();
create trigger forget_all_counted_days after update or delete or truncate on timeline
  for each statement execute function forget_all_counted_days();

-- What became known after `since` and is about the time up to `as_of`, as `corrections` has it.
create function touched_since(as_of timestamptz, since timestamptz, known_at timestamptz) returns uuid[] language sql stable
  as $$
    select array(select distinct l.pathway_id from timeline l
      where l.recorded_at > since and l.recorded_at <= known_at
        and (l.recorded_at > l.occurred_at or l.type in ('exit_undone', 'contract_recorded', 'contract_terminated'))
        and (l.occurred_at <= as_of or l.type = 'exit_undone'
          or (l.fact = 'contract' and left(l.told, 10) <= to_char(as_of at time zone 'Europe/Paris', 'YYYY-MM-DD'))))
  $$;

-- Counts of these pathways (null: of all) from the timeline; see steering_counts in 0014, which this was a part of.
create function counts_at(as_of timestamptz, known_at timestamptz, with_arms boolean, of_pathways uuid[])
  returns table (version text, site_id text, step text, exit_code text, arm text, young_people bigint,
    overdue bigint, in_mediation bigint, on_hold bigint, unreachable bigint)
  language plpgsql stable
  -- What is asked for decides how: a general plan would read the whole programme for one site.
  set plan_cache_mode = force_custom_plan
  as $$
  declare
    touched uuid[];
  begin
    return query
      select 'known', s.site_id, s.step, s.exit_code, case when with_arms then s.arm end, count(*),
        count(*) filter (where s.overdue), count(*) filter (where s.mediation_id is not null),
        count(*) filter (where s.status = 'on_hold'), count(*) filter (where s.unreachable)
      from states_at(as_of, known_at, of_pathways) s group by 2, 3, 4, 5;
    if known_at <= as_of then
      return;
    end if;
    touched := array(select t from unnest(touched_since(as_of, as_of, known_at)) t
      where of_pathways is null or t = any (of_pathways));
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
          or (with_arms and a.arm is distinct from b.arm)
      ),
      both_of_them as (
        select 'before' as of_version, b.* from earlier b join changed using (pathway_id)
        union all select 'after', a.* from later a join changed using (pathway_id)
      )
      select s.of_version, s.site_id, s.step, s.exit_code, case when with_arms then s.arm end, count(*),
        count(*) filter (where s.overdue), count(*) filter (where s.mediation_id is not null),
        count(*) filter (where s.status = 'on_hold'), count(*) filter (where s.unreachable)
      from both_of_them s group by 1, 2, 3, 4, 5
      -- How many pathways that are, once each.
      union all
      select 'changed', p.site_id, null, null, null, count(*), 0, 0, 0, 0
      from changed join pathways p on p.id = changed.pathway_id group by 2;
  end $$;

create or replace function steering_counts(as_of timestamptz, known_at timestamptz, of_site text)
  returns table (version text, site_id text, step text, exit_code text, arm text, young_people bigint,
    overdue bigint, in_mediation bigint, on_hold bigint, unreachable bigint)
  language plpgsql stable security definer
  set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan
  as $$
  declare
    arms constant boolean := coalesce(app_role() = 'evaluator', false);
    kept counted_days;
    touched uuid[];
  begin
    if not coalesce(app_role() in ('national_committee', 'evaluator')
        or (app_role() in ('coordinator', 'counsellor', 'committee') and of_site = app_site()), false) then
      raise insufficient_privilege using message = 'not for this role, or of another site';
    end if;
    select * into kept from counted_days d
      where d.as_of = steering_counts.as_of and d.with_arms = arms and d.known_at <= steering_counts.known_at
        and d.cells is not null;
    if not found then
      return query select * from counts_at(as_of, known_at, arms,
          case when of_site is not null then array(select p.id from pathways p where p.site_id = of_site) end) c
        order by 1, 2, 3, 4, 5;
      return;
    end if;
    touched := array(select t.id from unnest(touched_since(as_of, kept.known_at, known_at)) as t (id)
      join pathways p on p.id = t.id where of_site is null or p.site_id = of_site);
    return query
      select c.version, c.site_id, c.step, c.exit_code, c.arm, sum(c.young_people)::bigint, sum(c.overdue)::bigint,
        sum(c.in_mediation)::bigint, sum(c.on_hold)::bigint, sum(c.unreachable)::bigint
      from (
        select * from jsonb_to_recordset(kept.cells) as k (version text, site_id text, step text, exit_code text, arm text,
            young_people bigint, overdue bigint, in_mediation bigint, on_hold bigint, unreachable bigint)
          where of_site is null or k.site_id = of_site
        union all select * from counts_at(as_of, steering_counts.known_at, arms, touched) where cardinality(touched) > 0
        union all select a.version, a.site_id, a.step, a.exit_code, a.arm, -a.young_people, -a.overdue, -a.in_mediation,
            -a.on_hold, -a.unreachable
          from counts_at(as_of, kept.known_at, arms, touched) a where cardinality(touched) > 0
      ) c
      group by 1, 2, 3, 4, 5 having sum(c.young_people) > 0 order by 1, 2, 3, 4, 5;
  end $$;

revoke execute on function counts_at, touched_since, forget_counted_days, forget_all_counted_days from public;
