-- What a change of a site's settings would move: the open deadlines of its pathways, by id, page by page, as they are
-- counted. SECURITY DEFINER, because an admin, who may change settings, sees no pathway: it answers ids, kinds and
-- days to whoever may change the settings of that site, and nothing of a person.
create function app_open_deadlines(site text, after uuid, pathways integer)
  returns table (pathway_id uuid, tasks json, waits json)
  language sql stable security definer
  set search_path = public, pg_temp
  as $$
    select p.id,
      (select coalesce(json_agg(json_build_object('id', t.id, 'kind', t.kind, 'round', t.round, 'status', t.status,
           'schedule', t.schedule, 'plannedAt', iso(t.planned_at), 'opensAt', iso(t.opens_at), 'dueAt', iso(t.due_at),
           'remindAt', iso(t.remind_at), 'escalateAt', iso(t.escalate_at), 'committeeAt', iso(t.committee_at),
           'rungs', t.rungs)), '[]')
         from public.tasks t where t.pathway_id = p.id and t.status in ('open', 'planned')),
      (select coalesce(json_agg(json_build_object('name', w.name, 'anchor', w.anchor, 'at', iso(w.at))), '[]')
         from public.waits w where w.pathway_id = p.id)
    from public.pathways p
    where p.site_id = site and p.status <> 'closed' and (after is null or p.id > after)
      and (app_role() = 'admin' or (app_role() = 'coordinator' and site = app_site()))
    order by p.id limit pathways
  $$;
revoke execute on function app_open_deadlines from public;
grant execute on function app_open_deadlines to service_plus_api;
