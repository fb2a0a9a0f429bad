-- What time brings: people who are away, mediations, changes that many pathways are told of, notices to send.

alter table pathways add column mediation_id text;
-- stands_in_for without assignee: nobody stands in, the task is the team's.
alter table tasks add column stands_in_for uuid, add column late boolean;
create index tasks_stood_in on tasks (stands_in_for) where status = 'open' and stands_in_for is not null;

create table mediations (
  id text primary key,
  pathway_id uuid not null references pathways on delete cascade,
  number integer not null,
  cause text not null,
  opened_at timestamptz not null,
  mediator_id uuid,
  ended_at timestamptz,
  result text
);
create index mediations_by_pathway on mediations (pathway_id);

-- Days in Europe/Paris, both included.
create table absences (
  id uuid primary key,
  staff_id uuid not null references staff,
  first_day date not null,
  last_day date not null check (last_day >= first_day),
  -- null: nobody stands in, the tasks go to the team
  substitute_id uuid references staff,
  recorded_by uuid not null references staff,
  recorded_at timestamptz not null,
  check (substitute_id <> staff_id)
);
create index absences_by_person on absences (staff_id, first_day);

-- Who is on duty, in summer above all.
create table duty_turns (
  id uuid primary key,
  site_id text not null references sites,
  staff_id uuid not null references staff,
  first_day date not null,
  last_day date not null check (last_day >= first_day),
  recorded_by uuid not null references staff,
  recorded_at timestamptz not null
);
create index duty_turns_by_site on duty_turns (site_id, first_day);

-- A change that pathways must be told of, written in the transaction of the change itself; the worker tells them from
-- `due_at` on, page by page, and a pathway that is told twice changes nothing the second time.
create table broadcasts (
  id uuid primary key,
  site_id text not null references sites,
  -- settings, staff, hand_over: domain/broadcasts.ts
  message jsonb not null,
  due_at timestamptz not null,
  created_by uuid not null references staff,
  -- when its workflow had been started
  started_at timestamptz,
  -- when every pathway had been told, and how many there were
  done_at timestamptz,
  told integer
);
create index broadcasts_to_start on broadcasts (due_at) where started_at is null;

-- What people are told of by e-mail, written with the entry it comes from. Codes and ids only.
create table outbox (
  -- of its cause: the same cause again is the same notice
  id text primary key,
  kind text not null,
  site_id text not null references sites,
  pathway_id uuid,
  data jsonb not null,
  recorded_at timestamptz not null,
  -- when its messages were written to each of those it concerns
  addressed_at timestamptz
);
create index outbox_to_address on outbox (recorded_at) where addressed_at is null;

grant select on mediations, absences, duty_turns, broadcasts to service_plus_api;
grant insert, delete on absences, duty_turns to service_plus_api;
grant insert on site_settings, broadcasts, outbox to service_plus_api;
grant delete on broadcasts to service_plus_api;
alter table mediations enable row level security;
alter table absences enable row level security;
alter table duty_turns enable row level security;
alter table site_settings enable row level security;
alter table broadcasts enable row level security;
alter table outbox enable row level security;

create policy see on mediations for select to service_plus_api
  using (exists (select from pathways p where p.id = pathway_id));
create policy see on site_settings for select to service_plus_api using (true);
create policy change on site_settings for insert to service_plus_api
  with check (applied_by = app_actor() and (app_role() = 'admin' or (app_role() = 'coordinator' and site_id = app_site())));
-- Why somebody is away is nobody's business and not recorded; that they are, their team sees.
create policy see on absences for select to service_plus_api
  using (exists (select from staff s where s.id = staff_id and (app_is_team_of(s.site_id) or app_role() = 'admin')));
create policy record on absences for insert to service_plus_api
  with check (recorded_by = app_actor() and exists (select from staff s where s.id = staff_id
    and (s.id = app_actor() or (app_role() = 'coordinator' and s.site_id = app_site()))));
create policy withdraw on absences for delete to service_plus_api
  using (exists (select from staff s where s.id = staff_id
    and (s.id = app_actor() or (app_role() = 'coordinator' and s.site_id = app_site()))));
create policy see on duty_turns for select to service_plus_api
  using (app_is_team_of(site_id) or app_role() = 'admin');
create policy record on duty_turns for insert to service_plus_api
  with check (recorded_by = app_actor() and app_role() = 'coordinator' and site_id = app_site());
create policy withdraw on duty_turns for delete to service_plus_api
  using (app_role() = 'coordinator' and site_id = app_site());
create policy see on broadcasts for select to service_plus_api
  using (app_is_team_of(site_id) or app_role() = 'admin');
create policy tell on broadcasts for insert to service_plus_api
  with check (created_by = app_actor() and (site_id = app_site() or app_role() = 'admin'));
create policy withdraw on broadcasts for delete to service_plus_api
  using (started_at is null and (site_id = app_site() or app_role() = 'admin'));
create policy tell on outbox for insert to service_plus_api
  with check (site_id = app_site() or app_role() = 'admin');
