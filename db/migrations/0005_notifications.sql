-- E-mail to the people who work with the pathways, what each of them wants of it, and their calendar feeds. Codes and
-- ids only: a message's text is made when it is sent.

create table messages (
  id uuid primary key default gen_random_uuid(),
  staff_id uuid not null references staff on delete cascade,
  -- domain/notifications.ts
  kind text not null,
  -- what it tells of: a notice, or the morning of a day in Europe/Paris
  outbox_id text references outbox on delete cascade,
  day date,
  -- of a morning's digest: what opened or was escalated after it is new
  since timestamptz,
  -- `sending` is committed before the mail server gets it; whoever dies then leaves it there, and it becomes `unsure`,
  -- which is never sent again. `dropped`: nothing to say any more, or no longer wanted.
  status text not null default 'waiting'
    check (status in ('waiting', 'sending', 'sent', 'unsure', 'failed', 'dropped')),
  attempts integer not null default 0,
  created_at timestamptz not null,
  next_attempt_at timestamptz not null,
  claimed_at timestamptz,
  sent_at timestamptz,
  -- a code: 550, ECONNREFUSED
  last_error text,
  check ((outbox_id is null) = (day is not null)),
  -- once for each person and cause
  unique (outbox_id, staff_id),
  unique (staff_id, day)
);
create index messages_to_send on messages (next_attempt_at, id) where status = 'waiting';
create index messages_in_hand on messages (claimed_at) where status = 'sending';

-- A site's morning has been seen to: its digests were written, or it was closed that day.
create table mornings (
  site_id text not null references sites,
  day date not null,
  at timestamptz not null,
  primary key (site_id, day)
);

-- What a person switched off, or on again; without a row it is on.
create table notification_choices (
  staff_id uuid not null references staff on delete cascade,
  kind text not null,
  email boolean not null,
  primary key (staff_id, kind)
);

-- The secret itself (256 bits at random) is told once and never stored.
create table calendar_feeds (
  staff_id uuid primary key references staff on delete cascade,
  -- sha256
  secret_hash bytea not null unique,
  created_at timestamptz not null
);
-- For the calendar, which shows planned tasks too.
create index tasks_planned_by_assignee on tasks (assignee_id) where status = 'planned';

grant select on messages to service_plus_api;
grant select, insert, update on notification_choices to service_plus_api;
grant select, insert, update, delete on calendar_feeds to service_plus_api;
alter table messages enable row level security;
alter table mornings enable row level security;
alter table notification_choices enable row level security;
alter table calendar_feeds enable row level security;

create policy own on messages for select to service_plus_api using (staff_id = app_actor());
create policy own on notification_choices to service_plus_api
  using (staff_id = app_actor()) with check (staff_id = app_actor());
create policy own on calendar_feeds to service_plus_api
  using (staff_id = app_actor()) with check (staff_id = app_actor());

-- Whose calendar it is, before anybody is known. SECURITY DEFINER: who has the secret learns one id, nobody else learns
-- anything; the tasks are then read as that person.
create function calendar_feed_owner(hash bytea) returns uuid language sql stable security definer
  set search_path = public, pg_temp
  as $$
    select s.id from public.calendar_feeds f join public.staff s on s.id = f.staff_id
    where f.secret_hash = hash and s.active
  $$;
-- How many messages are in which state, for the metrics: numbers of the whole programme, nobody's own.
create function count_messages() returns table (status text, count bigint) language sql stable security definer
  set search_path = public, pg_temp
  as $$ select m.status, count(*) from public.messages m group by m.status $$;
revoke execute on function calendar_feed_owner, count_messages from public;
grant execute on function calendar_feed_owner, count_messages to service_plus_api;
