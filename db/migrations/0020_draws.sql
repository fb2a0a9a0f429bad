-- The draw: who is accompanied by service plus. What was drawn is never changed, freed or drawn again.

-- Somebody met again: the first enrolment of the same person, whose arm they keep. null: met for the first time.
alter table enrolments add column same_person_as uuid references enrolments;
create index enrolments_met_again on enrolments (same_person_as) where same_person_as is not null;

-- In no step before the draw and in the usual service.
alter table pathways alter column step drop not null;
alter table pathways add column arm text;

create table draws (
  id uuid primary key,
  -- A wave is drawn once.
  wave text not null unique,
  -- domain/draw/record.ts: rulesSchema
  rules jsonb not null,
  freeze_at timestamptz not null,
  draw_at timestamptz not null,
  created_by uuid not null references staff,
  created_at timestamptz not null,
  -- when its workflow had been started; null: the starter takes it up
  started_at timestamptz,
  commitment text,
  committed_at timestamptz,
  -- what is published before the draw, and its hash; then the record, which has all of it
  frozen jsonb,
  register_hash text,
  frozen_at timestamptz,
  public_number text,
  record jsonb,
  drawn_at timestamptz
);
create index draws_to_start on draws (created_at) where started_at is null;

-- The seed is nobody's to read before the record tells it: the API's role has no right to this table at all.
create table draw_seeds (
  draw_id uuid primary key references draws,
  seed bytea not null
);

-- One row for whoever has an arm, for ever: also for those met again, with the arm of the first draw.
create table allocations (
  enrolment_id uuid primary key references enrolments,
  draw_id uuid not null references draws,
  -- which enrolments are one person's: that of the first of them
  person uuid not null references enrolments,
  -- which was drawn, when the person was met again
  first_enrolment_id uuid references allocations,
  arm text not null,
  stratum text,
  block integer,
  -- of getting service plus once entered, and of entering the wave
  probability_num bigint,
  probability_den bigint,
  entering_num bigint,
  entering_den bigint,
  check ((first_enrolment_id is null) = (stratum is not null and block is not null and probability_num is not null
    and probability_den is not null and entering_num is not null and entering_den is not null))
);
create index allocations_by_draw on allocations (draw_id, enrolment_id);
-- Nobody is drawn twice.
create unique index allocations_first on allocations (person) where first_enrolment_id is null;

-- What was published and done, hash-chained over all draws: an entry that is changed, taken out or put in breaks it.
create table draw_log (
  n integer primary key,
  draw_id uuid not null references draws,
  at timestamptz not null,
  what text not null,
  content_hash text not null,
  previous text not null,
  hash text not null unique
);

create function stays_as_it_is() returns trigger language plpgsql as $$
declare
  something boolean;
begin
  -- With the tables that it refers to, an empty one may be emptied.
  if tg_op = 'TRUNCATE' then
    execute format('select exists (select from %I.%I)', tg_table_schema, tg_table_name) into something;
    if not something then
      return null;
    end if;
  end if;
  raise exception '% of % is refused: what was drawn and published stays as it is', tg_op, tg_table_name;
end $$;
create trigger stays before update or delete or truncate on allocations execute function stays_as_it_is();
create trigger stays before update or delete or truncate on draw_log execute function stays_as_it_is();
create trigger stays before update or delete or truncate on draw_seeds execute function stays_as_it_is();

create function published_stays() returns trigger language plpgsql as $$
begin
  if (old.rules, old.wave, old.freeze_at, old.draw_at, old.created_by, old.created_at)
      is distinct from (new.rules, new.wave, new.freeze_at, new.draw_at, new.created_by, new.created_at)
    or (old.commitment is not null and (old.commitment, old.committed_at) is distinct from (new.commitment, new.committed_at))
    or (old.frozen is not null and (old.frozen, old.register_hash, old.frozen_at)
      is distinct from (new.frozen, new.register_hash, new.frozen_at))
    or (old.public_number is not null and old.public_number is distinct from new.public_number)
    or (old.record is not null and (old.record, old.drawn_at) is distinct from (new.record, new.drawn_at))
  then
    raise exception 'what was published of draw % stays as it is', old.id;
  end if;
  return new;
end $$;
create trigger published_stays before update on draws for each row execute function published_stays();
create trigger stays before delete or truncate on draws execute function stays_as_it_is();

grant select on draws, draw_log, allocations to service_plus_api;
grant insert on draws to service_plus_api;
alter table draws enable row level security;
alter table draw_log enable row level security;
alter table draw_seeds enable row level security;
alter table allocations enable row level security;
-- What is published is for everybody signed in; who is whom behind an id, only the team of the site can say.
create function app_is_signed_in() returns boolean language sql stable
  as $$ select coalesce(app_role() in ('coordinator', 'counsellor', 'mediator', 'partner', 'committee', 'national_committee',
    'evaluator', 'admin'), false) $$;
create policy see on draws for select to service_plus_api using (app_is_signed_in());
-- What follows the announcement is the worker's to write.
create policy announce on draws for insert to service_plus_api
  with check (created_by = app_actor() and app_role() = 'admin' and num_nonnulls(started_at, commitment, committed_at,
    frozen, register_hash, frozen_at, public_number, record, drawn_at) = 0);
create policy see on draw_log for select to service_plus_api using (app_is_signed_in());
create policy see on allocations for select to service_plus_api
  using (exists (select from enrolments e where e.id = enrolment_id and app_is_team_of(e.site_id)));

-- As before, and `first_id`: that of the person's first enrolment.
drop function enrolling_duplicates;
create function enrolling_duplicates(name_keys text[], birth_dates date[], number_keys text[], of_import uuid)
  returns table (item integer, enrolment_id uuid, first_id uuid, site_id text, by_name boolean, by_number boolean, import_row integer)
  language sql stable security definer
  set search_path = public, pg_temp
  set enable_hashjoin = off
  set enable_mergejoin = off
  set enable_seqscan = off
  as $$
    select a.item::integer, e.id, coalesce(e.same_person_as, e.id), e.site_id, bool_or(p.by_name), bool_or(not p.by_name),
      case when e.import_id = of_import then e.import_row end
    from unnest(name_keys, birth_dates, number_keys) with ordinality as a(name_key, birth_date, number_key, item)
    cross join lateral (
      select s.id, true as by_name from public.people s
      where s.name_key = a.name_key and s.birth_date = a.birth_date
      union all
      select s.id, false from public.people s where s.external_number_key = a.number_key
    ) p
    join public.enrolments e on e.person_id = p.id
    where app_role() in ('coordinator', 'admin')
    group by a.item, e.id
    order by a.item, e.created_at, e.import_row, e.id
  $$;
revoke execute on function enrolling_duplicates from public;
grant execute on function enrolling_duplicates to service_plus_api;

-- The arm that somebody met again keeps, for who enrols them. SECURITY DEFINER, because it was drawn at another site,
-- perhaps; what is asked for is the id of an enrolment that says nothing of a person.
create function enrolling_arms(people uuid[]) returns table (person uuid, arm text, draw_id uuid)
  language sql stable security definer
  set search_path = public, pg_temp
  as $$
    select a.person, a.arm, a.draw_id from public.allocations a
    where a.person = any (people) and a.first_enrolment_id is null and app_role() in ('coordinator', 'admin')
  $$;
revoke execute on function enrolling_arms from public;
grant execute on function enrolling_arms to service_plus_api;

-- Who awaits a draw at these sites and enters that of this wave, whose register is frozen then. Who named a wave at the
-- enrolment enters that one, or any later one when its day has passed. `person` is the first enrolment of the same one.
create function draw_waiting(of_wave text, of_sites text[], frozen_at timestamptz)
  returns table (id uuid, site text, person uuid, wished_at timestamptz)
  language sql stable
  as $$
    with elsewhere as (
      -- Whoever stands in a register that is frozen and not drawn is drawn there.
      select coalesce(f.same_person_as, f.id) as person
      from draws d
      cross join lateral jsonb_array_elements((d.frozen->'register') || (d.frozen->'kept')) r
      join enrolments f on f.id = (r->>'id')::uuid
      where d.frozen is not null and d.record is null
    )
    select e.id, e.site_id, coalesce(e.same_person_as, e.id),
      (e.enrolled_on + (e.created_at at time zone 'UTC')::time) at time zone 'UTC'
    from enrolments e join pathways p on p.id = e.id
    where p.status = 'awaiting_draw' and e.site_id = any (of_sites)
      and (e.wave is null or e.wave = of_wave or exists (
        select from draws d where d.wave = e.wave and d.freeze_at < frozen_at))
      and not exists (select from allocations a where a.enrolment_id = e.id)
      and not exists (select from elsewhere x where x.person = coalesce(e.same_person_as, e.id))
  $$;
revoke execute on function draw_waiting from public;

-- How many they are, for whoever announces the draw. SECURITY DEFINER, because the administration sees no pathway.
create function draw_awaited(of_wave text, of_sites text[], frozen_at timestamptz) returns bigint
  language sql stable security definer
  set search_path = public, pg_temp
  as $$ select count(*) from draw_waiting(of_wave, of_sites, frozen_at) where app_role() = 'admin' $$;
revoke execute on function draw_awaited from public;
grant execute on function draw_awaited to service_plus_api;
