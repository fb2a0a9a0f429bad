-- The inbox: its lists and counts read from indexes alone, people found by name, saved views, and what changed just now.

-- Whose inbox somebody asks for, then the status, then the order in which it is shown. What else a list is narrowed by,
-- and what row-level security looks at, is in the index too: a page or a count of a site's 150,000 open tasks touches
-- no row that it does not show. They take the place of indexes whose first columns are the same. What row-level
-- security looks at comes first of what is included: a count unpacks each entry as far as that, and no further.
create index tasks_by_site on tasks (site_id, status, due_at, id)
  include (assignee_id, partner_id, kind, step, pathway_id);
create index tasks_unassigned on tasks (site_id, status, due_at, id)
  include (assignee_id, partner_id, kind, step, pathway_id) where assignee_id is null;
create index tasks_by_assignee on tasks (assignee_id, status, due_at, id)
  include (site_id, partner_id, kind, step, pathway_id) where assignee_id is not null;
create index tasks_by_partner on tasks (partner_id, status, due_at, id) where partner_id is not null;
drop index tasks_open_by_site, tasks_open_by_assignee, tasks_planned_by_assignee, tasks_shared;

-- The team's site, null for everybody else: asked once a statement, not once a row.
create function app_team_site() returns text language sql stable
  as $$ select case when app_role() in ('coordinator', 'counsellor', 'mediator') then app_site() end $$;
alter policy see on tasks using (
  site_id = (select app_team_site())
  or ((select app_role()) = 'partner' and (assignee_id = (select app_actor()) or partner_id = (select app_actor())))
);
alter policy see on pathways using (
  site_id = (select app_team_site())
  or ((select app_role()) = 'partner' and id in (select app_shared_pathways()))
);
alter policy see on enrolments using (
  site_id = (select app_team_site()) or created_by = (select app_actor())
  or ((select app_role()) = 'partner' and id in (select app_shared_pathways()))
);

-- A name is sought by its beginning, and by the beginning of the first name. Behind row-level security LIKE reads every
-- person, because it might tell of those who are hidden; comparing with ~>=~ and ~<~ may not, and uses these.
alter table people add column first_name_key text generated always as (split_part(name_key, ' ', 2)) stored;
create index people_by_first_name on people (first_name_key text_pattern_ops);

-- What somebody narrows their inbox by, under a name. A shared one is the site's, whoever wrote it.
create table views (
  id uuid primary key,
  owner_id uuid not null references staff,
  site_id text references sites,
  name text not null,
  filters jsonb not null,
  shared boolean not null,
  saved_at timestamptz not null,
  check (not shared or site_id is not null)
);
create index views_by_owner on views (owner_id);
create index views_by_site on views (site_id) where shared;
alter table views enable row level security;
grant select, insert, update, delete on views to service_plus_api;
create policy see on views for select to service_plus_api using (shared and app_is_team_of(site_id));
create policy own on views to service_plus_api
  using (owner_id = app_actor() and not shared)
  with check (owner_id = app_actor() and not shared
    and app_role() in ('coordinator', 'counsellor', 'mediator', 'partner'));
create policy share on views to service_plus_api
  using (shared and app_role() = 'coordinator' and site_id = app_site())
  with check (shared and owner_id = app_actor() and app_role() = 'coordinator' and site_id = app_site());

-- Which tasks the latest entries of these pathways changed, and whose they are: read once for all who listen, who are
-- then told what the policy lets each of them see (api/live-events.ts). SECURITY DEFINER for that reason; it answers
-- ids and kinds, never a word about a person.
create function app_changed_tasks(pathways uuid[], revisions integer[])
  returns table (pathway_id uuid, site_id text, revision integer, tasks json)
  language sql stable security definer
  set search_path = public, pg_temp
  as $$
    select p.id, p.site_id, p.revision,
      (select coalesce(json_agg(json_build_object('id', t.id, 'kind', t.kind, 'assigneeId', t.assignee_id,
           'partnerId', t.partner_id) order by t.id), '[]')
         from public.tasks t where t.pathway_id = p.id and t.revision >= c.revision)
    from unnest(pathways, revisions) as c(pathway_id, revision)
    join public.pathways p on p.id = c.pathway_id
  $$;
revoke execute on function app_changed_tasks from public;
grant execute on function app_changed_tasks to service_plus_api;
