-- Nobody's tasks are counted apart by kind: those that the caller's role may take, in the same reading as all others.
drop function app_open_tasks(text, text[], text);
create function app_open_tasks(site text, kinds text[], kinds_of_nobodys text[], of_step text)
  returns table (due_at timestamptz, me bigint, unassigned bigint, team bigint)
  language sql stable security definer
  set search_path = public, pg_temp
  as $$
    select t.due_at, count(*) filter (where t.assignee_id = (select app_actor())),
      count(*) filter (where t.assignee_id is null and (kinds_of_nobodys is null or t.kind = any (kinds_of_nobodys))), count(*)
    from public.tasks t
    where t.site_id = site and site = (select app_team_site()) and t.status = 'open'
      and (kinds is null or t.kind = any (kinds)) and (of_step is null or t.step = of_step)
    group by t.due_at
  $$;
revoke execute on function app_open_tasks from public;
grant execute on function app_open_tasks to service_plus_api;
