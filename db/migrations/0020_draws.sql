-- The draw: who is accompanied by service plus. What was drawn is never changed, freed or drawn again.

-- In no step before the draw and in the usual service.
alter table pathways alter column step drop not null;
alter table pathways add column arm text;

create table draws (
  id uuid primary key,
  wave text not null,
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
  -- of the first draw, when the person was met again
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
begin
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
grant update (started_at) on draws to service_plus_api;
alter table draws enable row level security;
alter table draw_log enable row level security;
alter table draw_seeds enable row level security;
alter table allocations enable row level security;
-- What is published is for everybody signed in; who is whom behind an id, only the team of the site can say.
create policy see on draws for select to service_plus_api using (app_role() <> '');
create policy announce on draws for insert to service_plus_api
  with check (created_by = app_actor() and app_role() = 'admin');
create policy start on draws for update to service_plus_api
  using (app_role() = 'admin') with check (app_role() = 'admin');
create policy see on draw_log for select to service_plus_api using (app_role() <> '');
create policy see on allocations for select to service_plus_api
  using (exists (select from enrolments e where e.id = enrolment_id and app_is_team_of(e.site_id)));
