-- Enrolling, one by one and by file: how the same person is recognised across sites, and what an import leaves behind.

-- The row of the file an enrolment was imported from, as a spreadsheet numbers it.
alter table enrolments add column import_row integer;

-- The rejected rows of an import as a corrected template, in pieces so that a file of any size streams in and out.
-- Personal data, deleted with its import.
alter table imports drop column rejects;
create table import_rejects (
  import_id uuid not null references imports on delete cascade,
  position integer not null,
  chunk text not null,
  primary key (import_id, position)
);
alter table import_rejects enable row level security;
grant select, insert on import_rejects to service_plus_api;
-- `imports` shows a person their own ones only.
create policy own on import_rejects to service_plus_api
  using (exists (select from imports i where i.id = import_id))
  with check (exists (select from imports i where i.id = import_id));

-- Who may be the same person, at any site. SECURITY DEFINER, because nobody sees the young people of another site:
-- it answers with ids, the site and what matched, never with a word about the person. The three lists have one place
-- for each person asked for, which `item` counts from 1. `import_row` is told of the enrolments of `of_import` only.
-- Nested loops are forced: an import fills the table faster than its statistics follow, and a plan that reads the
-- whole table for each batch would make it quadratic.
create function enrolling_duplicates(name_keys text[], birth_dates date[], number_keys text[], of_import uuid)
  returns table (item integer, enrolment_id uuid, site_id text, by_name boolean, by_number boolean, import_row integer)
  language sql stable security definer
  set search_path = public, pg_temp
  set enable_hashjoin = off
  set enable_mergejoin = off
  set enable_seqscan = off
  as $$
    select a.item::integer, e.id, e.site_id, bool_or(p.by_name), bool_or(not p.by_name),
      case when e.import_id = of_import then e.import_row end
    from unnest(name_keys, birth_dates, number_keys) with ordinality as a(name_key, birth_date, number_key, item)
    cross join lateral (
      select s.id, true as by_name from public.people s
      where s.name_key = a.name_key and s.birth_date = a.birth_date
      union all
      select s.id, false from public.people s where s.external_number_key = a.number_key
    ) p
    join public.enrolments e on e.person_id = p.id
    where app_role() in ('coordinator', 'admin')
    group by a.item, e.id
    order by a.item, e.created_at, e.import_row, e.id
  $$;
revoke execute on function enrolling_duplicates from public;
grant execute on function enrolling_duplicates to service_plus_api;
