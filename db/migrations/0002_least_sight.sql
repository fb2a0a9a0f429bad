-- Row-level security: the second wall behind the API's policy (domain/policy.ts). The API's connections take the role
-- service_plus_api and say in each transaction who asks: app.actor, app.role, app.site. Without them nothing is seen.
-- The worker and the migrations are the tables' owner, whom row-level security does not hold.

do $$
begin
  create role service_plus_api nologin;
exception
  -- another database of the same server made it
  when duplicate_object or unique_violation then null;
end $$;
grant service_plus_api to current_user;

create function app_actor() returns uuid language sql stable
  as $$ select nullif(current_setting('app.actor', true), '')::uuid $$;
create function app_role() returns text language sql stable
  as $$ select coalesce(current_setting('app.role', true), '') $$;
create function app_site() returns text language sql stable
  as $$ select coalesce(current_setting('app.site', true), '') $$;

-- Roles that work with the young people of their site.
create function app_is_team_of(site text) returns boolean language sql stable
  as $$ select app_role() in ('coordinator', 'counsellor', 'mediator') and site = app_site() $$;

-- The pathways that a partner shares: those with a task that is or was theirs. SECURITY DEFINER, because the tasks
-- themselves are held by the same question.
create function app_shared_pathways() returns setof uuid language sql stable security definer
  set search_path = public, pg_temp
  as $$
    select distinct pathway_id from public.tasks
    where app_role() = 'partner' and (assignee_id = app_actor() or partner_id = app_actor())
  $$;
create index tasks_shared on tasks (partner_id) where partner_id is not null;

create function app_sees_pathway(pathway uuid) returns boolean language sql stable security definer
  set search_path = public, pg_temp
  as $$
    select exists (
      select from public.enrolments e where e.id = pathway
        and (app_is_team_of(e.site_id) or (app_role() = 'partner' and e.id in (select app_shared_pathways())))
    )
  $$;

-- Reference data: every signed-in person.
grant select on sites, site_settings, staff to service_plus_api;

grant select on pathways, step_intervals, tasks, waits, contracts, employments, timeline to service_plus_api;
grant select, insert on people, enrolments, idempotency_keys, words, imports, comments, reading_log to service_plus_api;
grant update (started_at) on enrolments to service_plus_api;
grant delete on words to service_plus_api;
grant select, insert, update, delete on task_drafts to service_plus_api;

alter table people enable row level security;
alter table enrolments enable row level security;
alter table idempotency_keys enable row level security;
alter table imports enable row level security;
alter table words enable row level security;
alter table pathways enable row level security;
alter table step_intervals enable row level security;
alter table tasks enable row level security;
alter table waits enable row level security;
alter table contracts enable row level security;
alter table employments enable row level security;
alter table timeline enable row level security;
alter table task_drafts enable row level security;
alter table comments enable row level security;
alter table reading_log enable row level security;

-- Coordinators enrol for their site, an admin (who imports for all sites) sees no person afterwards.
create policy enrol on enrolments for insert to service_plus_api
  with check (created_by = app_actor()
    and (app_role() = 'admin' or (app_role() = 'coordinator' and site_id = app_site())));
create policy see on enrolments for select to service_plus_api
  using (app_is_team_of(site_id) or created_by = app_actor()
    or (app_role() = 'partner' and id in (select app_shared_pathways())));
create policy start on enrolments for update to service_plus_api
  using (created_by = app_actor()) with check (created_by = app_actor());

create policy enrol on people for insert to service_plus_api
  with check (app_role() in ('admin', 'coordinator'));
create policy see on people for select to service_plus_api
  using (exists (select from enrolments e where e.person_id = people.id));

create policy own on idempotency_keys to service_plus_api
  using (actor_id = app_actor()) with check (actor_id = app_actor());
create policy own on imports to service_plus_api
  using (actor_id = app_actor()) with check (actor_id = app_actor());

create policy see on pathways for select to service_plus_api
  using (app_is_team_of(site_id) or (app_role() = 'partner' and id in (select app_shared_pathways())));
-- A partner sees the tasks that are or were theirs, the team of a site all of its tasks.
create policy see on tasks for select to service_plus_api
  using (app_is_team_of(site_id) or (app_role() = 'partner' and (assignee_id = app_actor() or partner_id = app_actor())));
create policy see on step_intervals for select to service_plus_api
  using (exists (select from pathways p where p.id = pathway_id));
create policy see on waits for select to service_plus_api
  using (exists (select from pathways p where p.id = pathway_id));
create policy see on contracts for select to service_plus_api
  using (exists (select from pathways p where p.id = pathway_id));
create policy see on employments for select to service_plus_api
  using (exists (select from pathways p where p.id = pathway_id));
create policy see on timeline for select to service_plus_api
  using (exists (select from pathways p where p.id = pathway_id));

create policy see on words for select to service_plus_api using (app_sees_pathway(pathway_id));
create policy write on words for insert to service_plus_api
  with check (author_id = app_actor() and (app_sees_pathway(pathway_id) or app_role() = 'admin'));
create policy withdraw on words for delete to service_plus_api using (author_id = app_actor());
create policy own on task_drafts to service_plus_api
  using (author_id = app_actor()) with check (author_id = app_actor() and app_sees_pathway(pathway_id));
create policy see on comments for select to service_plus_api using (app_sees_pathway(pathway_id));
create policy write on comments for insert to service_plus_api
  with check (author_id = app_actor() and app_sees_pathway(pathway_id));
-- Who read what is written by everybody and read by the coordinator of the site.
create policy write on reading_log for insert to service_plus_api with check (actor_id = app_actor());
create policy see on reading_log for select to service_plus_api
  using (app_role() = 'coordinator' and app_sees_pathway(pathway_id));
