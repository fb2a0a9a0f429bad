-- What the inbox of a programme with a million open tasks needs beyond 0008 (`npm run bench -- inbox`).

-- All tabs are counted in one reading of a site's open tasks. Most of them share their day, holder, kind and step with
-- others, and this index says such a combination once: 143,000 entries are 1 MB here, 29 MB in tasks_by_site. It also
-- holds what row-level security looks at.
create index tasks_to_count on tasks (site_id, due_at, assignee_id, partner_id, kind, step) where status = 'open';

-- The pathways of a referent, or without one, at a site: the site is in the index too, for row-level security.
create index pathways_by_referent_at_site on pathways (referent_id, site_id, id);
drop index pathways_by_referent;

-- A partner's pathways from two indexes alone: every policy that speaks of a partner asks for them. That they are some
-- hundred, and not a thousand, keeps the planner from reading whole tables for fear of asking.
drop index tasks_by_partner;
create index tasks_by_partner on tasks (partner_id, status, due_at, id) include (pathway_id) where partner_id is not null;
create or replace function app_shared_pathways() returns setof uuid language sql stable security definer rows 100
  set search_path = public, pg_temp
  as $$
    select pathway_id from public.tasks where app_role() = 'partner' and assignee_id = app_actor()
    union
    select pathway_id from public.tasks where app_role() = 'partner' and partner_id = app_actor()
  $$;

-- Every list asks for its site and row-level security asks again. Two times `=` is counted as two chances, with seven
-- sites one of 49: lists are taken for short, read as a whole and sorted. A function's chance is one of three, always.
alter policy see on tasks using (
  texteq(site_id, (select app_team_site()))
  or ((select app_role()) = 'partner' and (assignee_id = (select app_actor()) or partner_id = (select app_actor())))
);
alter policy see on pathways using (
  texteq(site_id, (select app_team_site()))
  or ((select app_role()) = 'partner' and id in (select app_shared_pathways()))
);
alter policy see on enrolments using (
  texteq(site_id, (select app_team_site())) or created_by = (select app_actor())
  or ((select app_role()) = 'partner' and id in (select app_shared_pathways()))
);

-- Most kinds belong to one step: a list narrowed by both is not as short as chance would have it, or is empty.
create statistics tasks_kind_and_step (mcv) on kind, step, status from tasks;
analyze tasks;
