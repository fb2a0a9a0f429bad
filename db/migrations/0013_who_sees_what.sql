-- Who sees what: the log of readings as coordinators read it, reading another site's young person for a reason, exports
-- that were made; and row-level security closer to the policy where db/least-sight.test.ts found it wider.

-- ---- another site's young person, for a reason

-- Who asked for somebody, why and by what; never for whom: where nobody was found it might be anybody.
create table glass_requests (
  id uuid primary key,
  actor_id uuid not null references staff,
  -- theirs, when they asked
  site_id text not null references sites,
  by text not null check (by in ('name', 'number')),
  reason text not null,
  asked_at timestamptz not null
);
create index glass_requests_by_person on glass_requests (actor_id, asked_at);
create index glass_requests_by_site on glass_requests (site_id, asked_at);

-- What a request found.
create table glass_openings (
  request_id uuid not null references glass_requests,
  actor_id uuid not null references staff,
  pathway_id uuid not null references enrolments,
  -- the young person's
  site_id text not null references sites,
  -- reading ends; null: of the asker's own site, who reads it anyway
  until timestamptz,
  primary key (request_id, pathway_id)
);
create index glass_openings_by_person on glass_openings (actor_id, until);
create index glass_openings_by_site on glass_openings (site_id);

alter table glass_requests enable row level security;
alter table glass_openings enable row level security;
-- Written by glass_open alone: no statement of the API's opens a pathway by its id.
grant select on glass_requests, glass_openings to service_plus_api;
-- The requests of this site, and those about its young people. SECURITY DEFINER, because the policies of the two tables
-- would ask each other; it answers ids.
create function app_glass_requests() returns setof uuid language sql stable security definer
  set search_path = public, pg_temp
  as $$
    select id from public.glass_requests where site_id = app_site()
    union select request_id from public.glass_openings where site_id = app_site()
  $$;
create policy see on glass_requests for select to service_plus_api
  using (actor_id = app_actor() or (app_role() = 'coordinator' and id in (select app_glass_requests())));
create policy see on glass_openings for select to service_plus_api
  using (actor_id = app_actor() or (app_role() = 'coordinator' and (site_id = app_site()
    or exists (select from glass_requests r where r.id = request_id and r.site_id = app_site()))));

-- Finds a young person by the keys of domain/enrolment.ts, each exactly, and lets whoever asks read their pathways for
-- four hours; one that is open to them already stays open as long as it was, and nobody is told again. SECURITY
-- DEFINER, because nobody sees the young people of another site: it answers whether it took the request, which is
-- kept whatever it finds; ten an hour for each person. The clock is that of the policies and of the log of readings.
create function glass_open(request uuid, name_key text, birth_date date, number_key text, reason text)
  returns boolean language plpgsql volatile security definer
  set search_path = public, pg_temp
  as $$
  begin
    if app_team_site() is null then
      raise insufficient_privilege using message = 'not of the team of a site';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('glass ' || app_actor(), 0));
    if (select count(*) from public.glass_requests r
        where r.actor_id = app_actor() and r.asked_at > now() - interval '1 hour') >= 10 then
      return false;
    end if;
    insert into public.glass_requests (id, actor_id, site_id, by, reason, asked_at)
      values (request, app_actor(), app_site(), case when number_key is null then 'name' else 'number' end, reason, now());
    insert into public.glass_openings (request_id, actor_id, pathway_id, site_id, until)
      select request, app_actor(), e.id, e.site_id,
        case when e.site_id <> app_site() then coalesce(
          (select max(o.until) from public.glass_openings o
           where o.actor_id = app_actor() and o.pathway_id = e.id and o.until > now()), now() + interval '4 hours') end
      from public.people y join public.enrolments e on e.person_id = y.id
      where (y.name_key = glass_open.name_key and y.birth_date = glass_open.birth_date)
        or y.external_number_key = number_key;
    insert into public.outbox (id, kind, site_id, data, recorded_at)
      select distinct 'glass/' || request || '/' || o.site_id, 'glass_opened', o.site_id,
        jsonb_build_object('staffId', app_actor()), now()
      from public.glass_openings o
      where o.request_id = request and o.until is not null and not exists (
        select from public.glass_openings before where before.actor_id = o.actor_id
          and before.pathway_id = o.pathway_id and before.request_id <> request and before.until > now());
    return true;
  end $$;
revoke execute on function glass_open from public;
grant execute on function glass_open to service_plus_api;

-- The pathways of other sites that are open to who asks. SECURITY DEFINER, so that each table's policy asks an index
-- and not a policy; it answers ids, as an array that a statement makes once, when a row first needs it.
create function app_glass_pathways() returns uuid[] language sql stable security definer
  set search_path = public, pg_temp
  as $$
    select coalesce(array_agg(pathway_id), '{}') from public.glass_openings
    where actor_id = app_actor() and until > now() and app_team_site() is not null
  $$;

-- Reading reaches as far as seeing, and what is open for a reason; writing never that far.
create function app_reads_pathway(pathway uuid) returns boolean language sql stable security definer
  set search_path = public, pg_temp
  as $$ select app_sees_pathway(pathway) or pathway = any (app_glass_pathways()) $$;

-- The last arm of each: what belongs to a pathway follows it by its own policy. Whoever asks for the tasks of a site
-- names it, so its rows are through with the first arm (texteq: see 0012).
alter policy see on tasks using (
  texteq(site_id, (select app_team_site()))
  or ((select app_role()) = 'partner' and (assignee_id = (select app_actor()) or partner_id = (select app_actor())))
  or pathway_id = any ((select app_glass_pathways())::uuid[])
);
alter policy see on pathways using (
  texteq(site_id, (select app_team_site()))
  or ((select app_role()) = 'partner' and id in (select app_shared_pathways()))
  or id = any ((select app_glass_pathways())::uuid[])
);

-- Files are no part of it, and whoever may not write to a young person's record neither adds nor removes any.
alter policy see on files using (app_sees_pathway(pathway_id) and exists (select from tasks t where t.id = task_id));
alter policy add on files with check (author_id = app_actor() and app_sees_pathway(pathway_id)
  and exists (select from tasks t where t.id = task_id and t.pathway_id = files.pathway_id));
alter policy remove on files using ((author_id = app_actor() or app_role() = 'coordinator')
  and app_sees_pathway(pathway_id) and exists (select from tasks t where t.id = task_id));

-- ---- who read which record

-- Whose young person it was, and whether it was read as another site's.
alter table reading_log add column site_id text references sites, add column glass boolean not null default false;
update reading_log l set site_id = e.site_id from enrolments e where e.id = l.pathway_id;
create index reading_log_by_site on reading_log (site_id, read_at);
-- Nobody writes that they read what they may not, or as their own what is another site's.
alter policy write on reading_log with check (
  actor_id = app_actor() and app_reads_pathway(pathway_id) and glass <> app_sees_pathway(pathway_id)
  and site_id = (select e.site_id from enrolments e where e.id = pathway_id)
);
alter policy see on reading_log using ((select app_role()) = 'coordinator' and site_id = (select app_site()));

-- ---- what left in a file

create table exports (
  id uuid primary key default gen_random_uuid(),
  actor_id uuid not null references staff,
  -- null: of every site
  site_id text references sites,
  what text not null check (what in ('tasks', 'pathways', 'import_rejects')),
  -- codes, days and ids: never a name that was sought
  filters jsonb not null,
  rows integer not null,
  made_at timestamptz not null
);
create index exports_by_site on exports (site_id, made_at);
alter table exports enable row level security;
grant select, insert on exports to service_plus_api;
create policy make on exports for insert to service_plus_api
  with check (actor_id = app_actor() and coalesce(site_id, '') = app_site()
    and (app_role() = 'coordinator' or (app_role() = 'admin' and what = 'import_rejects')));
create policy see on exports for select to service_plus_api
  using (app_role() = 'coordinator' and (site_id = app_site() or site_id is null));

-- ---- row-level security where it was wider than the policy

-- An enrolment was seen by whoever had made it, also at another site or in another role; its person by the admin.
alter policy see on enrolments using (
  texteq(site_id, (select app_team_site()))
  or ((select app_role()) = 'admin' and created_by = (select app_actor()))
  or ((select app_role()) = 'partner' and id in (select app_shared_pathways()))
  or id = any ((select app_glass_pathways())::uuid[])
);
alter policy see on people using (
  (select app_role()) <> 'admin' and exists (select from enrolments e where e.person_id = people.id)
);
alter policy start on enrolments
  using (created_by = app_actor() and app_role() in ('coordinator', 'admin'))
  with check (created_by = app_actor() and app_role() in ('coordinator', 'admin'));

-- A partner saw every word and note about a young person it shares; now its own, and those of its tasks.
alter policy see on words using (
  app_reads_pathway(pathway_id) and (
    (select app_role()) <> 'partner' or author_id = (select app_actor())
    or exists (select from tasks t where t.pathway_id = words.pathway_id
      and (t.decision->>'wordsId' = words.id::text or t.subject = words.id::text))
  )
);
alter policy see on comments using (
  app_reads_pathway(pathway_id)
  and ((select app_role()) <> 'partner' or exists (select from tasks t where t.id = task_id))
);
alter policy write on comments with check (
  author_id = app_actor() and app_sees_pathway(pathway_id)
  and (app_role() <> 'partner' or exists (select from tasks t where t.id = task_id))
);
-- An admin wrote words about any pathway; now of those they import.
alter policy write on words with check (
  author_id = app_actor() and (app_sees_pathway(pathway_id)
    or (app_role() = 'admin' and exists (select from enrolments e where e.id = pathway_id and e.created_by = app_actor())))
);
alter policy withdraw on words using (author_id = app_actor() and app_sees_pathway(pathway_id));
-- Drafts and refused rows were kept by people who had moved to another site or role.
alter policy own on task_drafts using (author_id = app_actor() and app_sees_pathway(pathway_id));
alter policy own on imports
  using (actor_id = app_actor() and app_role() in ('coordinator', 'admin'))
  with check (actor_id = app_actor() and app_role() in ('coordinator', 'admin'));

-- Partners and committees of a site recorded absences of their own and told its pathways of changes.
alter policy record on absences with check (recorded_by = app_actor()
  and exists (select from staff s where s.id = staff_id and app_is_team_of(s.site_id)
    and (s.id = app_actor() or app_role() = 'coordinator')));
alter policy withdraw on absences using (exists (select from staff s where s.id = staff_id
  and app_is_team_of(s.site_id) and (s.id = app_actor() or app_role() = 'coordinator')));
alter policy tell on broadcasts
  with check (created_by = app_actor() and (app_is_team_of(site_id) or app_role() = 'admin'));
alter policy withdraw on broadcasts
  using (started_at is null and (app_is_team_of(site_id) or app_role() = 'admin'));
alter policy tell on outbox with check (app_is_team_of(site_id) or app_role() = 'admin');
