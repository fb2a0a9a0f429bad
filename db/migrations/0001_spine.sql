-- The read model of the pathways (written only by the journal), personal data and words (written only by the API),
-- and the people who work with them. Instants are timestamptz, days are dates in Europe/Paris.

-- An instant as the programme writes it: ISO 8601, UTC, milliseconds.
create function iso(t timestamptz) returns text language sql immutable
  as $$ select to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

create table sites (
  id text primary key,
  name text not null
);

create table site_settings (
  site_id text not null references sites,
  version integer not null,
  settings jsonb not null,
  applied_at timestamptz not null,
  applied_by uuid,
  primary key (site_id, version)
);

create table staff (
  id uuid primary key,
  -- `sub` of the OpenID provider
  subject text not null unique,
  display_name text not null,
  email text,
  role text not null,
  -- null: national
  site_id text references sites,
  -- structure of a partner: CFA, CMA, CCI…
  organisation text,
  active boolean not null default true
);
create index staff_by_site on staff (site_id, role);

-- Personal data of a young person: here and nowhere else.
create table people (
  id uuid primary key,
  last_name text not null,
  first_name text not null,
  birth_date date not null,
  phone text,
  email text,
  address text,
  family_name text,
  family_phone text,
  -- see domain/enrolment.ts: nameKey, externalNumberKey
  name_key text not null,
  external_number text,
  external_number_key text
);
create index people_by_name on people (name_key text_pattern_ops, birth_date);
create index people_by_number on people (external_number_key) where external_number_key is not null;

create table enrolments (
  id uuid primary key,
  person_id uuid not null references people,
  site_id text not null references sites,
  wave text,
  situation text not null,
  origin text not null,
  consent_on date not null,
  derogation text,
  enrolled_on date not null,
  created_by uuid not null references staff,
  created_at timestamptz not null,
  -- what the workflow is started with: codes, days and ids only
  start_input jsonb not null,
  -- when Temporal had taken the start; null: still to be started (the starter takes it up)
  started_at timestamptz,
  -- the enrolments this one was said not to be the same person as
  not_same_as uuid[] not null default '{}',
  import_id uuid
);
create index enrolments_to_start on enrolments (created_at) where started_at is null;
create index enrolments_by_person on enrolments (person_id);

-- A request with an Idempotency-Key that created something: the same key answers the same.
create table idempotency_keys (
  actor_id uuid not null references staff,
  key text not null,
  request_hash bytea not null,
  resource_id uuid not null,
  created_at timestamptz not null,
  primary key (actor_id, key)
);

create table imports (
  id uuid primary key,
  actor_id uuid not null references staff,
  created_at timestamptz not null,
  dry_run boolean not null,
  report jsonb not null,
  -- the corrected template: personal data, deleted with the retention of imports
  rejects text
);

-- Words: whatever people type freely. A decision refers to them by id.
create table words (
  id uuid primary key,
  pathway_id uuid not null references enrolments,
  author_id uuid not null references staff,
  fields jsonb not null,
  created_at timestamptz not null
);
create index words_by_pathway on words (pathway_id);

-- Read model. `revision` only ever rises: an entry that is not newer changes nothing. It does not refuse what a
-- workflow has decided (a person it does not know, for instance): that entry would wait for ever and all later ones with it.
create table pathways (
  id uuid primary key references enrolments,
  revision integer not null,
  site_id text not null references sites,
  status text not null,
  step text not null,
  interval integer not null,
  step_entered_at timestamptz not null,
  enrolled_at timestamptz not null,
  referent_id uuid,
  last_contact_at timestamptz,
  exit_code text,
  exited_at timestamptz,
  exit_words_id uuid,
  hold_until date,
  contract_id text,
  settings_version integer not null,
  recorded_at timestamptz not null
);
create index pathways_by_site on pathways (site_id, id);
create index pathways_by_referent on pathways (referent_id, id);

create table step_intervals (
  pathway_id uuid not null references pathways on delete cascade,
  interval integer not null,
  step text not null,
  entered_at timestamptz not null,
  left_at timestamptz,
  primary key (pathway_id, interval)
);

create table tasks (
  id text primary key,
  pathway_id uuid not null references pathways on delete cascade,
  site_id text not null references sites,
  key text not null,
  kind text not null,
  round integer not null,
  subject text,
  step text not null,
  interval integer not null,
  status text not null,
  assignee_id uuid,
  partner_id uuid,
  schedule jsonb not null,
  -- the day the due date was counted from
  counted_from date not null,
  planned_at timestamptz not null,
  opens_at timestamptz not null,
  due_at timestamptz not null,
  remind_at timestamptz not null,
  escalate_at timestamptz not null,
  committee_at timestamptz not null,
  settings_version integer not null,
  moved_from jsonb,
  past boolean,
  opened_at timestamptz,
  closed_at timestamptz,
  closed_by uuid,
  outcome text,
  decision jsonb,
  cancel_reason text,
  rungs text[] not null,
  revision integer not null
);
create index tasks_by_pathway on tasks (pathway_id);
create index tasks_open_by_site on tasks (site_id, due_at, id) where status = 'open';
create index tasks_open_by_assignee on tasks (assignee_id, due_at, id) where status = 'open';

create table waits (
  pathway_id uuid not null references pathways on delete cascade,
  key text not null,
  name text not null,
  anchor date not null,
  at timestamptz not null,
  settings_version integer not null,
  primary key (pathway_id, key)
);

create table contracts (
  id text primary key,
  pathway_id uuid not null references pathways on delete cascade,
  number integer not null,
  signed_on date not null,
  starts_on date not null,
  ends_on date not null,
  terminated_on date,
  termination_initiator text,
  termination_reason text,
  words_id uuid,
  recorded_at timestamptz not null
);
create index contracts_by_pathway on contracts (pathway_id);

create table employments (
  id text primary key,
  pathway_id uuid not null references pathways on delete cascade,
  number integer not null,
  kind text not null,
  starts_on date not null,
  ends_on date,
  durable boolean not null,
  left_job boolean not null default false,
  words_id uuid
);
create index employments_by_pathway on employments (pathway_id);

create table timeline (
  pathway_id uuid not null references pathways on delete cascade,
  revision integer not null,
  position integer not null,
  type text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  actor_id uuid,
  data jsonb,
  primary key (pathway_id, revision, position)
);

-- Words that live in PostgreSQL alone.
create table task_drafts (
  task_id text not null,
  author_id uuid not null references staff,
  pathway_id uuid not null references enrolments,
  form jsonb not null,
  saved_at timestamptz not null,
  primary key (task_id, author_id)
);

create table comments (
  id uuid primary key,
  pathway_id uuid not null references enrolments,
  -- null: a note on the pathway
  task_id text,
  author_id uuid not null references staff,
  body text not null,
  created_at timestamptz not null
);
create index comments_by_pathway on comments (pathway_id, created_at);

-- Who read which young person's record.
create table reading_log (
  id bigint generated always as identity primary key,
  actor_id uuid not null references staff,
  pathway_id uuid not null,
  what text not null,
  read_at timestamptz not null default now()
);
create index reading_log_by_pathway on reading_log (pathway_id, read_at);

-- The sites of the programme (note d'étape AP1_112, 2010).
insert into sites (id, name) values
  ('tours', 'Tours'),
  ('blois', 'Blois'),
  ('orleans', 'Orléans'),
  ('le-mans', 'Le Mans'),
  ('limousin', 'Limousin'),
  ('ain', 'Ain'),
  ('roanne', 'Roanne');
