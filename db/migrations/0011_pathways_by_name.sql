-- The list of young people is in the order of their names. A name's order within a site is an index only where site and
-- name are columns of one table: the key of the name stands beside the site, and follows when a name is corrected.
alter table enrolments add column name_key text collate "C";
update enrolments e set name_key = y.name_key from people y where y.id = e.person_id;
alter table enrolments alter column name_key set not null;
create index enrolments_by_name on enrolments (site_id, name_key, id);

create function keep_name_key() returns trigger language plpgsql security definer
  set search_path = public, pg_temp
  as $$
    begin
      update public.enrolments set name_key = new.name_key where person_id = new.id;
      return null;
    end
  $$;
create trigger name_corrected after update of name_key on people for each row
  when (old.name_key is distinct from new.name_key) execute function keep_name_key();
