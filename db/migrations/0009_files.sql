-- Files on tasks: their bytes too, so that they are saved, restored and erased with the rest of a young person's data.

create table files (
  id uuid primary key,
  -- goes with the young person
  pathway_id uuid not null references enrolments on delete cascade,
  -- not held by a foreign key: what the read model shows of a task may be made again, a file may not
  task_id text not null,
  author_id uuid not null references staff,
  name text not null check (char_length(name) between 1 and 200),
  media_type text not null,
  size integer not null check (size > 0),
  content bytea not null check (octet_length(content) = size),
  sha256 bytea not null generated always as (sha256(content)) stored,
  created_at timestamptz not null
);
-- Read in pieces; and of what is compressed already there is nothing to gain.
alter table files alter column content set storage external;
create index files_by_task on files (task_id, created_at, id);
create index files_by_pathway on files (pathway_id);

alter table files enable row level security;
grant select, insert, delete on files to service_plus_api;
-- A file is seen by whoever sees its task; their own question is held by the policy of tasks.
create policy see on files for select to service_plus_api
  using (exists (select from tasks t where t.id = task_id));
create policy add on files for insert to service_plus_api
  with check (author_id = app_actor()
    and exists (select from tasks t where t.id = task_id and t.pathway_id = files.pathway_id));
create policy remove on files for delete to service_plus_api
  using ((author_id = app_actor() or app_role() = 'coordinator')
    and exists (select from tasks t where t.id = task_id));
