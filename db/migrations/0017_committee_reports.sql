-- Meetings of steering committees, and the report that each was given: kept as it was read.

create table meetings (
  id uuid primary key,
  -- null: of the national committee
  site_id text references sites,
  day date not null,
  -- whose state its report tells, and the earlier day that it is compared with
  as_of date not null,
  compare_to date,
  -- when the report is made
  make_at timestamptz not null,
  created_by uuid not null references staff,
  created_at timestamptz not null,
  -- when the workflow that makes the report had been started
  started_at timestamptz,
  made_at timestamptz,
  cancelled_at timestamptz,
  cancelled_by uuid references staff
);
create index meetings_by_day on meetings (day desc, id desc);
create index meetings_to_start on meetings (created_at) where started_at is null and cancelled_at is null;

-- What a committee was given. Never changed and never removed, by nobody: whoever asks later finds what was read then.
create table kept_reports (
  meeting_id uuid primary key references meetings,
  site_id text references sites,
  -- domain/report.ts
  report jsonb not null,
  -- of its canonical text: SHA-256 in hexadecimal digits
  hash text not null check (hash ~ '^[0-9a-f]{64}$'),
  made_at timestamptz not null
);
create function kept_reports_stay() returns trigger language plpgsql
  as $$ begin raise exception 'a report that was kept is neither changed nor removed'; end $$;
create trigger stay before update or delete or truncate on kept_reports
  for each statement execute function kept_reports_stay();

-- Told of in the name of nobody's site: the national committee.
alter table outbox alter column site_id drop not null;

alter table meetings enable row level security;
alter table kept_reports enable row level security;
grant select, insert on meetings to service_plus_api;
grant update (cancelled_at, cancelled_by) on meetings to service_plus_api;
grant select on kept_reports to service_plus_api;

-- A committee, those who accompany at its site, and for the national one the national roles: counts of a single site that
-- are masked alone must not be read beside those that are masked with all the others.
create function app_is_of_committee(site text) returns boolean language sql stable
  as $$
    select case when site is null then app_role() in ('national_committee', 'evaluator')
      else app_role() in ('coordinator', 'counsellor', 'committee') and site = app_site() end
  $$;
create policy see on meetings for select to service_plus_api
  using (app_is_of_committee(site_id) or app_role() = 'admin');
create policy plan on meetings for insert to service_plus_api
  with check (created_by = app_actor() and (app_role() = 'admin' or (app_role() = 'coordinator' and site_id = app_site())));
create policy cancel on meetings for update to service_plus_api
  using (app_role() = 'admin' or (app_role() = 'coordinator' and site_id = app_site()))
  with check (cancelled_by = app_actor());
create policy see on kept_reports for select to service_plus_api using (app_is_of_committee(site_id));

-- A report that leaves in a file is kept in the list of exports, whoever may read it.
alter table exports drop constraint exports_what_check,
  add constraint exports_what_check check (what in ('tasks', 'pathways', 'import_rejects', 'report'));
alter policy make on exports with check (actor_id = app_actor() and coalesce(site_id, '') = app_site()
  and (app_role() = 'coordinator' or (app_role() = 'admin' and what = 'import_rejects')
    or (what = 'report' and app_role() in ('counsellor', 'committee', 'national_committee', 'evaluator'))));
