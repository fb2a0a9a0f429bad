-- Browsers that are signed in. A browser's cookie holds 256 bits at random, this table their hash: who reads it can be
-- nobody. The API's role reads and writes none of it but by the functions below, by the hash of one cookie.

create table sessions (
  -- sha256
  id_hash bytea primary key,
  staff_id uuid not null references staff on delete cascade,
  -- `sub` that the issuer gave
  subject text not null,
  created_at timestamptz not null,
  -- the last request, to the minute
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  -- to end the issuer's session with this one; sealed with a key made from what the cookie holds
  id_token bytea,
  revoked_at timestamptz
);
create index sessions_by_person on sessions (staff_id);
create index sessions_by_end on sessions (expires_at);
alter table sessions enable row level security;

-- Answers whether it was begun: not for somebody whose access has ended meanwhile. Clears away what is over.
create function session_begin(hash bytea, person uuid, at timestamptz, until timestamptz, token bytea)
  returns boolean language plpgsql volatile security definer
  set search_path = public, pg_temp
  as $$
  begin
    delete from public.sessions where expires_at <= at;
    insert into public.sessions (id_hash, staff_id, subject, created_at, seen_at, expires_at, id_token)
      select hash, s.id, s.subject, at, at, until, token from public.staff s where s.id = person and s.active;
    return found;
  end $$;

-- Whose session it is, if it goes on. With `touch` this counts as a use of it.
create function session_use(hash bytea, at timestamptz, idle interval, touch boolean)
  returns table (id uuid, "displayName" text, role text, "siteId" text, organisation text, active boolean,
    "expiresAt" timestamptz, "idleAt" timestamptz)
  language sql volatile security definer
  set search_path = public, pg_temp
  as $$
    with live as (
      select x.id_hash, x.expires_at, touch and x.seen_at <= at - interval '1 minute' as touched, x.seen_at,
        s.id, s.display_name, s.role, s.site_id, s.organisation, s.active
      from public.sessions x join public.staff s on s.id = x.staff_id and s.subject = x.subject and s.active
      where x.id_hash = hash and x.revoked_at is null and x.expires_at > at and x.seen_at + idle > at
    ), seen as (
      update public.sessions x set seen_at = at from live where x.id_hash = live.id_hash and live.touched
    )
    select id, display_name, role, site_id, organisation, active, expires_at,
      least(expires_at, case when touched then at else seen_at end + idle)
    from live
  $$;

-- Ends it, and answers its id_token once.
create function session_end(hash bytea, at timestamptz) returns bytea language sql volatile security definer
  set search_path = public, pg_temp
  as $$
    with ending as (
      select id_hash, id_token from public.sessions where id_hash = hash and revoked_at is null for update
    ), ended as (
      update public.sessions x set revoked_at = at, id_token = null from ending where x.id_hash = ending.id_hash
    )
    select id_token from ending
  $$;

revoke execute on function session_begin, session_use, session_end from public;
grant execute on function session_begin, session_use, session_end to service_plus_api;

-- Whose access ends, or who is given another sign-in, is signed out everywhere; coming back means signing in again.
create function sessions_end_with_access() returns trigger language plpgsql security definer
  set search_path = public, pg_temp
  as $$
  begin
    update public.sessions set revoked_at = now(), id_token = null where staff_id = new.id and revoked_at is null;
    return null;
  end $$;
create trigger sessions_end_with_access after update of active, subject on staff
  for each row when (not new.active or new.subject <> old.subject)
  execute function sessions_end_with_access();
