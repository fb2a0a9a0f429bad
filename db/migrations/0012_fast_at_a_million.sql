-- What the inbox of a programme with a million open tasks needs beyond 0008 (`npm run bench -- inbox`).

-- All tabs are counted in one reading of a site's open tasks. Most of them share kind, step, day and holder with others,
-- and this index says such a combination once: 143,000 entries are 1 MB here, 29 MB in tasks_by_site.
create index tasks_to_count on tasks (site_id, kind, step, due_at, assignee_id) where status = 'open';

-- The open tasks of the caller's site, counted by when they are due: those of the caller, nobody's, all. SECURITY
-- DEFINER, because row-level security looks at columns of each task that would make of this index one like the others;
-- here it is looked at once, whether the site is the caller's.
create function app_open_tasks(site text, kinds text[], of_step text)
  returns table (due_at timestamptz, me bigint, unassigned bigint, team bigint)
  language sql stable security definer
  set search_path = public, pg_temp
  as $$
    select t.due_at, count(*) filter (where t.assignee_id = (select app_actor())),
      count(*) filter (where t.assignee_id is null), count(*)
    from public.tasks t
    where t.site_id = site and site = (select app_team_site()) and t.status = 'open'
      and (kinds is null or t.kind = any (kinds)) and (of_step is null or t.step = of_step)
    group by t.due_at
  $$;
revoke execute on function app_open_tasks from public;
grant execute on function app_open_tasks to service_plus_api;

-- Most kinds belong to one step: a list narrowed by both is not as short as chance would have it, or is empty.
create statistics tasks_kind_and_step (mcv) on kind, step, status from tasks;
analyze tasks;

-- The pathways of a referent, or without one, at a site: the site is in the index too, for row-level security.
create index pathways_by_referent_at_site on pathways (referent_id, site_id, id);
drop index pathways_by_referent;

-- A partner's pathways from two indexes alone: every policy that speaks of a partner asks for them, so several a
-- statement. plpgsql keeps its plans and answers all at once, not row by row. That they are some hundred, not a
-- thousand, keeps the planner from reading whole tables for fear of asking.
drop index tasks_by_partner;
create index tasks_by_partner on tasks (partner_id, status, due_at, id) include (pathway_id) where partner_id is not null;
create or replace function app_shared_pathways() returns setof uuid
  language plpgsql stable security definer rows 100
  set search_path = public, pg_temp
  as $$
  begin
    if app_role() = 'partner' then
      return query select pathway_id from public.tasks where assignee_id = app_actor()
        union all select pathway_id from public.tasks where partner_id = app_actor();
    end if;
  end $$;

-- Every list asks for its site and row-level security asks again. Two times `=` is counted as two chances, with seven
-- sites one of 49: lists are taken for short, read as a whole and sorted. A function's chance is one of three, always.
-- Whatever else the policies allow stays as it is.
do $$
declare
  policy record;
  asked constant text := '(site_id = ( SELECT app_team_site() AS app_team_site))';
begin
  for policy in select tablename, qual from pg_policies
    where policyname = 'see' and tablename in ('tasks', 'pathways', 'enrolments')
  loop
    if position(asked in policy.qual) = 0 then
      raise exception 'policy see on % does not ask for the team''s site: %', policy.tablename, policy.qual;
    end if;
    execute format('alter policy see on %I using (%s)', policy.tablename,
      replace(policy.qual, asked, 'texteq(site_id, (select app_team_site()))'));
  end loop;
end $$;
