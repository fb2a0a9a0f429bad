/**
 * Row-level security alone, as if the API asked nothing before: the API's database role tries every table of the schema
 * for every role. A table or SECURITY DEFINER function that is not in the lists below fails until somebody has said
 * who sees what of it.
 */
import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Role } from '../domain/pathway';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { apiPool, ownerPool } from './pool';
import { demonstrationPeople, demonstrationPerson, seedDemonstration } from './seed';

/** Who tries: `nobody` has said no role, a `visitor` one that there is not. */
type Who = Role | 'nobody' | 'visitor';

/** Whose rows, as a condition on them in which `:me` and `:site` are who asks; who is not named has none. */
type Rows = Partial<Record<Who, string>>;

interface Wall {
  readonly see?: Rows;
  readonly add?: Rows;
  readonly change?: { readonly set: string; readonly rows: Rows };
  readonly remove?: Rows;
}

const team = (rows: string): Rows => ({ coordinator: rows, counsellor: rows, mediator: rows });
const signedIn = (rows: string): Rows => ({
  ...team(rows),
  partner: rows,
  committee: rows,
  national_committee: rows,
  evaluator: rows,
  admin: rows,
});
const everybody: Rows = { ...signedIn('true'), nobody: 'true', visitor: 'true' };

const ofSite = 'site_id = :site';
const tasksOfPartner = 'select id from tasks where partner_id = :me or assignee_id = :me';
const shared = 'select pathway_id from tasks where partner_id = :me or assignee_id = :me';
const inPathway = 'pathway_id in (select id from enrolments where site_id = :site)';
const inShared = `pathway_id in (${shared})`;
const ofPartnersTask = `task_id in (${tasksOfPartner})`;
/** What belongs to a pathway is seen by whoever sees the pathway. */
const withPathway: Wall = { see: { ...team(inPathway), partner: inShared } };
const ofEvaluation = "what in ('evaluation', 'evaluation_matching')";
const and = (...conditions: string[]) => conditions.join(' and ');

/** A committee's, and those who accompany at its site; of no site, the national roles. */
const ofCommittee: Rows = {
  ...{ coordinator: ofSite, counsellor: ofSite, committee: ofSite },
  ...{ national_committee: 'site_id is null', evaluator: 'site_id is null' },
};

/** Every table of the schema. */
const walls: Readonly<Record<string, Wall>> = {
  // Kept by the owner alone.
  counted_days: {},
  migrations: {},
  mornings: {},
  sessions: {},

  // Reference data: who works where is looked up before it is known who asks.
  sites: { see: everybody },
  staff: { see: everybody },
  site_settings: {
    see: everybody,
    add: { coordinator: and(ofSite, 'applied_by = :me'), admin: 'applied_by = :me' },
  },

  people: {
    see: {
      ...team('id in (select person_id from enrolments where site_id = :site)'),
      partner: `id in (select person_id from enrolments where id in (${shared}))`,
    },
    // Before there is an enrolment nobody can say of which site.
    add: { coordinator: 'true', admin: 'true' },
  },
  enrolments: {
    see: { ...team(ofSite), partner: `id in (${shared})`, admin: 'created_by = :me' },
    add: { coordinator: and(ofSite, 'created_by = :me'), admin: 'created_by = :me' },
    change: {
      set: 'started_at = now()',
      rows: { coordinator: 'created_by = :me', admin: 'created_by = :me' },
    },
  },
  imports: {
    see: { coordinator: 'actor_id = :me', admin: 'actor_id = :me' },
    add: { coordinator: 'actor_id = :me', admin: 'actor_id = :me' },
  },
  import_rejects: {
    see: {
      coordinator: 'import_id in (select id from imports where actor_id = :me)',
      admin: 'import_id in (select id from imports where actor_id = :me)',
    },
    add: {
      coordinator: 'import_id in (select id from imports where actor_id = :me)',
      admin: 'import_id in (select id from imports where actor_id = :me)',
    },
  },
  idempotency_keys: { see: signedIn('actor_id = :me'), add: signedIn('actor_id = :me') },

  pathways: { see: { ...team(ofSite), partner: `id in (${shared})` } },
  tasks: { see: { ...team(ofSite), partner: `id in (${tasksOfPartner})` } },
  step_intervals: withPathway,
  waits: withPathway,
  contracts: withPathway,
  employments: withPathway,
  mediations: withPathway,
  timeline: withPathway,

  words: {
    see: {
      ...team(inPathway),
      partner: and(
        inShared,
        `(author_id = :me or id::text in (select decision->>'wordsId' from tasks where id in (${tasksOfPartner})))`,
      ),
    },
    add: {
      ...team(and(inPathway, 'author_id = :me')),
      partner: and(inShared, 'author_id = :me'),
      admin: 'author_id = :me and pathway_id in (select id from enrolments where created_by = :me)',
    },
    remove: {
      ...team(and(inPathway, 'author_id = :me')),
      partner: and(inShared, 'author_id = :me'),
    },
  },
  comments: {
    see: { ...team(inPathway), partner: ofPartnersTask },
    add: {
      ...team(and(inPathway, 'author_id = :me')),
      partner: and(ofPartnersTask, 'author_id = :me'),
    },
  },
  task_drafts: {
    see: { ...team(and(inPathway, 'author_id = :me')), partner: and(inShared, 'author_id = :me') },
    add: { ...team(and(inPathway, 'author_id = :me')), partner: and(inShared, 'author_id = :me') },
    change: {
      set: 'saved_at = now()',
      rows: { ...team(and(inPathway, 'author_id = :me')), partner: and(inShared, 'author_id = :me') },
    },
    remove: { ...team(and(inPathway, 'author_id = :me')), partner: and(inShared, 'author_id = :me') },
  },
  files: {
    see: { ...team(inPathway), partner: ofPartnersTask },
    add: { ...team(and(inPathway, 'author_id = :me')), partner: and(ofPartnersTask, 'author_id = :me') },
    remove: {
      ...team(and(inPathway, 'author_id = :me')),
      coordinator: inPathway,
      partner: and(ofPartnersTask, 'author_id = :me'),
    },
  },
  views: {
    see: {
      ...signedIn('owner_id = :me and not shared'),
      ...team('(owner_id = :me and not shared) or (shared and site_id = :site)'),
    },
    add: {
      ...team('owner_id = :me and not shared'),
      partner: 'owner_id = :me and not shared',
      coordinator: 'owner_id = :me and (not shared or site_id = :site)',
    },
    change: {
      set: 'saved_at = now()',
      rows: {
        ...team('owner_id = :me and not shared'),
        partner: 'owner_id = :me and not shared',
        coordinator: '(owner_id = :me and not shared) or (shared and site_id = :site)',
      },
    },
    remove: {
      ...signedIn('owner_id = :me and not shared'),
      coordinator: '(owner_id = :me and not shared) or (shared and site_id = :site)',
    },
  },

  draws: { see: signedIn('true'), add: { admin: 'created_by = :me and commitment is null' } },
  draw_log: { see: signedIn('true') },
  // The seed is told by the record, once it is drawn.
  draw_seeds: {},
  // Who answered is told under pseudonyms, and taken so.
  survey_answers: {},
  unblindings: {
    see: { evaluator: 'true', committee: 'true', national_committee: 'true', admin: 'true' },
    add: { admin: 'made_by = :me' },
  },
  allocations: { see: team('enrolment_id in (select id from enrolments where site_id = :site)') },

  absences: {
    see: { ...team('staff_id in (select id from staff where site_id = :site)'), admin: 'true' },
    add: {
      ...team('recorded_by = :me and staff_id = :me'),
      coordinator: 'recorded_by = :me and staff_id in (select id from staff where site_id = :site)',
    },
    remove: {
      ...team('staff_id = :me'),
      coordinator: 'staff_id in (select id from staff where site_id = :site)',
    },
  },
  duty_turns: {
    see: { ...team(ofSite), admin: 'true' },
    add: { coordinator: and(ofSite, 'recorded_by = :me') },
    remove: { coordinator: ofSite },
  },
  broadcasts: {
    see: { ...team(ofSite), admin: 'true' },
    add: { ...team(and(ofSite, 'created_by = :me')), admin: 'created_by = :me' },
    remove: { ...team(and(ofSite, 'started_at is null')), admin: 'started_at is null' },
  },
  outbox: { add: { ...team(ofSite), admin: 'true' } },
  messages: { see: signedIn('staff_id = :me') },
  notification_choices: {
    see: signedIn('staff_id = :me'),
    add: signedIn('staff_id = :me'),
    change: { set: 'email = not email', rows: signedIn('staff_id = :me') },
  },
  calendar_feeds: {
    see: signedIn('staff_id = :me'),
    add: signedIn('staff_id = :me'),
    change: { set: 'created_at = now()', rows: signedIn('staff_id = :me') },
    remove: signedIn('staff_id = :me'),
  },

  meetings: {
    see: { ...ofCommittee, admin: 'true' },
    add: { coordinator: and(ofSite, 'created_by = :me'), admin: 'created_by = :me' },
    change: {
      set: 'cancelled_at = now(), cancelled_by = app_actor()',
      rows: { coordinator: ofSite, admin: 'true' },
    },
  },
  kept_reports: { see: ofCommittee },

  reading_log: {
    see: { coordinator: ofSite },
    add: {
      ...team(and(inPathway, 'actor_id = :me and not glass', ofSite)),
      partner: and(
        inShared,
        'actor_id = :me and not glass and site_id = (select e.site_id from enrolments e where e.id = pathway_id)',
      ),
    },
  },
  glass_requests: {
    see: {
      ...signedIn('actor_id = :me'),
      coordinator: `actor_id = :me or ${ofSite} or id in (select request_id from glass_openings where ${ofSite})`,
    },
  },
  glass_openings: {
    see: {
      ...signedIn('actor_id = :me'),
      coordinator: `actor_id = :me or ${ofSite} or request_id in (select id from glass_requests where ${ofSite})`,
    },
  },
  exports: {
    see: {
      coordinator: `(${ofSite} or site_id is null) and not ${ofEvaluation}`,
      evaluator: ofEvaluation,
      admin: ofEvaluation,
    },
    add: {
      coordinator: and(ofSite, 'actor_id = :me', `not ${ofEvaluation}`),
      admin: "actor_id = :me and site_id is null and what in ('import_rejects', 'evaluation_matching')",
      counsellor: and(ofSite, "actor_id = :me and what = 'report'"),
      committee: and(ofSite, "actor_id = :me and what = 'report'"),
      national_committee: "actor_id = :me and site_id is null and what = 'report'",
      evaluator: "actor_id = :me and site_id is null and what in ('evaluation', 'report')",
    },
  },
};

/** Functions that look past row-level security: why, and a call that would tell most. */
const definers: Readonly<Record<string, readonly [reason: string, call: string]>> = {
  app_shared_pathways: [
    'the policy of tasks would ask itself: ids of the caller’s own',
    'select app_shared_pathways()',
  ],
  app_sees_pathway: [
    'the policies of what belongs to a pathway ask it: yes or no',
    'select id, app_sees_pathway(id) from (values (:pathway::uuid)) p(id)',
  ],
  app_reads_pathway: [
    'as app_sees_pathway: yes or no',
    'select id, app_reads_pathway(id) from (values (:pathway::uuid)) p(id)',
  ],
  app_glass_pathways: ['ids of what is open to the caller for a reason', 'select app_glass_pathways()'],
  app_glass_requests: ['two policies would ask each other: ids of the site’s', 'select app_glass_requests()'],
  glass_open: [
    'nobody sees another site’s young people: whether the request was taken',
    "select glass_open(gen_random_uuid(), 'secretnom secretprenom', '2008-01-01', null, 'une raison')",
  ],
  enrolling_duplicates: [
    'the same person is recognised at any site: ids, site and what matched',
    "select * from enrolling_duplicates('{secretnom secretprenom}', '{2008-01-01}', '{NULL}', null)",
  ],
  enrolling_arms: [
    'the arm of somebody met again, drawn at another site: ids and codes, for who enrols',
    'select * from enrolling_arms(array[:pathway::uuid])',
  ],
  draw_awaited: [
    'whoever announces a draw sees no pathway: a count, for the administration',
    "select draw_awaited('a wave', '{tours,blois}', now())",
  ],
  evaluation_count: ['evaluators see no person: a count', 'select evaluation_count(now(), null)'],
  evaluation_rows: [
    'evaluators see no person: codes, counts and days under a pseudonym, no id',
    "select * from evaluation_rows(now(), now(), null, '[]', '\\x01', '\\x02', '', 100)",
  ],
  evaluation_baseline: ['evaluators see no person: counts', 'select * from evaluation_baseline(now(), null)'],
  evaluation_flow: [
    'evaluators, and committees once they are unblinded, see no person: counts',
    "select * from evaluation_flow(now(), now(), null, '[]', 60)",
  ],
  evaluation_matching: [
    'the administration sees no pathway: a pseudonym and the number of Parcours 3',
    "select * from evaluation_matching(null, '\\x01', '\\x02')",
  ],
  evaluation_answer: [
    'answers come under pseudonyms: which of them cannot be',
    "select * from evaluation_answer('[]', '\\x01', '\\x02', now())",
  ],
  app_open_deadlines: [
    'an admin changes settings and sees no pathway: ids, kinds and days',
    "select * from app_open_deadlines('blois', null, 100)",
  ],
  app_open_tasks: [
    'counts by when they are due, of the caller’s site alone',
    "select * from app_open_tasks('blois', null, null, null)",
  ],
  app_changed_tasks: [
    'read once for all who listen, then told to whom the policy lets see: ids and kinds',
    'select * from app_changed_tasks(array[:pathway::uuid], array[0])',
  ],
  steering_counts: [
    'committees see no row of what is counted: counts, of the caller’s site or for the national roles of any',
    "select * from steering_counts(now(), now(), 'blois')",
  ],
  steering_states: [
    'asked once whose site it is, not for each event: ids and codes of the caller’s own site',
    "select * from steering_states(now(), now(), 'blois')",
  ],
  steering_funnel: [
    'as steering_counts: counts by site and quarter',
    "select * from steering_funnel(now(), now(), 'blois')",
  ],
  steering_stays: [
    'as steering_counts: how many stays of how many days',
    "select * from steering_stays(now(), now(), 'blois')",
  ],
  steering_times: [
    'as steering_counts: how many waited how many days',
    "select * from steering_times('contract', now(), now(), 'blois')",
  ],
  steering_attention: [
    'as steering_counts: numbers of young people and tasks, of the caller’s site or for the national roles of any',
    'select * from steering_attention(now(), now(), \'blois\', \'[{"site_id": "blois", "missed": 2, "limits": {"welcome": -1}}]\')',
  ],
  steering_step_stays: [
    'as steering_counts: numbers of stays by their days',
    "select * from steering_step_stays(now(), 'blois')",
  ],
  steering_case_counts: [
    'as steering_counts: numbers of cases',
    "select * from steering_case_counts('mediations', '-infinity', now(), now(), 'blois', '[]')",
  ],
  steering_duty_days: [
    'a committee reads on which days somebody is on duty, not who: days',
    "select * from steering_duty_days('2026-01-01', '2026-12-31', 'blois')",
  ],
  steering_at_risk: [
    'as steering_states: ids and codes of the caller’s own site',
    'select * from steering_at_risk(now(), \'blois\', \'[{"site_id": "blois", "missed": 2, "limits": {"welcome": -1}}]\')',
  ],
  steering_cases: [
    'as steering_states: ids and codes of the caller’s own site',
    "select * from steering_cases('mediations', '-infinity', now(), now(), 'blois', '[]')",
  ],
  calendar_feed_owner: [
    'a calendar asks before anybody is known: an id for a secret',
    "select calendar_feed_owner(sha256('coordinator.blois'))",
  ],
  count_messages: ['numbers of the whole programme', 'select * from count_messages()'],
  session_begin: [
    'a browser signs in before anybody is known: whether it did',
    "select session_begin('\\x01', :me::uuid, now(), now() + interval '1 hour', null)",
  ],
  session_use: [
    'who of the staff has the secret, before anybody is known',
    "select * from session_use(sha256('coordinator.blois'), now(), '1 hour', false)",
  ],
  session_end: [
    'the id_token, sealed, for the secret',
    "select session_end(sha256('coordinator.blois'), now())",
  ],
  keep_name_key: ['a trigger: a corrected name reaches the column that lists are in the order of', ''],
  sessions_end_with_access: ['a trigger of staff, which the API cannot change', ''],
};

const subjects: readonly (readonly [Who, string | null])[] = [
  ['coordinator', 'coordinator.tours'],
  ['counsellor', 'counsellor.tours'],
  ['mediator', 'mediator.tours'],
  ['partner', 'partner.tours'],
  ['committee', 'committee.tours'],
  ['national_committee', 'committee.national'],
  ['evaluator', 'evaluator'],
  ['admin', 'admin'],
  ['visitor', null],
  ['nobody', null],
];
const idOf = (subject: string) => demonstrationPerson(subject).id;
const stranger = randomUUID();

interface Actor {
  readonly who: Who;
  readonly id: string;
  readonly siteId: string;
}
const actors: readonly Actor[] = subjects.map(([who, subject]) => {
  const person = demonstrationPeople().find((p) => p.subject === subject);
  return { who, id: person?.id ?? stranger, siteId: person ? (person.siteId ?? '') : 'tours' };
});

let database: TestDatabase;
let owner: Pool;
let api: Pool;
/** A pathway of Blois that nobody of Tours has to do with. */
let elsewhere: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  owner = ownerPool(database.url, { name: 'test owner' });
  api = apiPool(database.url, { name: 'test api' });
  await owner.query(rowsOfEverything());
  await owner.query(insertsOneByOne);
  const { rows } = await owner.query<{ id: string }>(
    `select id from enrolments where site_id = 'blois' and id not in (${shared.replaceAll(':me', `'${idOf('partner.tours')}'`)}) order by id limit 1`,
  );
  elsewhere = (rows[0] as { id: string }).id;
}, 60_000);
afterAll(async () => {
  await Promise.all([owner.end(), api.end()]);
  await database.drop();
});

/** Which of these rows, counted from 0, row-level security lets through; each is tried alone and none of them stays. */
const insertsOneByOne = `
  create schema trying;
  grant usage on schema trying to service_plus_api;
  create function trying.inserts(target text, columns text, copies jsonb) returns integer[] language plpgsql as $$
    declare through integer[] := '{}';
    begin
      for n in 0 .. jsonb_array_length(copies) - 1 loop
        begin
          execute format('insert into public.%I (%s) select %s from jsonb_populate_record(null::public.%I, $1)',
            target, columns, columns, target) using copies->n;
          raise exception 'undone';
        exception
          when insufficient_privilege then null;
          -- The row is there already: what else is wrong with it comes to light behind the wall.
          when others then through := through || n;
        end;
      end loop;
      return through;
    end $$`;

/** Every table with rows of two sites and of everybody: whoever sees one too many is found. */
function rowsOfEverything(): string {
  const people = subjects.flatMap(([, subject]) => (subject ? [`'${idOf(subject)}'::uuid`] : []));
  const others = ['coordinator.blois', 'counsellor.blois', 'partner.blois'].map((s) => `'${idOf(s)}'::uuid`);
  return `
    create temp table everybody as select unnest(array[${[...people, ...others]}]) as id;
    -- Of each site one that its partner shares, one that it does not, one that the admin imported; and one at Blois that
    -- the coordinator of Tours enrolled before they moved.
    create temp table made as
      select gen_random_uuid() as id, site, n,
        case n when 3 then '${idOf('admin')}'::uuid when 4 then '${idOf('coordinator.tours')}'::uuid
          else (select id from staff where subject = 'coordinator.' || site) end as creator
      from unnest(array['tours', 'blois']) site, generate_series(1, 4) n where n < 4 or site = 'blois';
    insert into people (id, last_name, first_name, birth_date, phone, name_key)
      select id, 'Secretnom', 'Secretprenom', '2008-01-01', '0655555555', 'secretnom secretprenom' from made;
    insert into enrolments (id, person_id, site_id, situation, origin, consent_on, enrolled_on, created_by, created_at, start_input, name_key)
      select id, id, site, 'in_school', 'cfa', '2026-03-02', '2026-03-02', creator, now(), '{}', 'secretnom secretprenom' from made;
    insert into pathways (id, revision, site_id, status, step, interval, step_entered_at, enrolled_at, settings_version, recorded_at)
      select id, 1, site, case when site = 'tours' and n = 1 then 'awaiting_draw' else 'active' end, 'welcome', 1, now(), now(), 1, now() from made;
    insert into words (id, pathway_id, author_id, fields, created_at)
      select gen_random_uuid(), made.id, everybody.id, '{"comment": "Secretmot"}', now() from made, everybody;
    insert into tasks (id, pathway_id, site_id, key, kind, round, step, interval, status, assignee_id, partner_id, schedule, counted_from,
        planned_at, opens_at, due_at, remind_at, escalate_at, committee_at, settings_version, rungs, revision, decision)
      select made.id || '.' || i, made.id, site, 'step-1/' || i, 'discovery_action', i, 'welcome', 1, 'open',
        case i when 1 then (select s.id from staff s where subject = 'counsellor.' || site) end,
        case when i = 2 and n = 1 then (select s.id from staff s where subject = 'partner.' || site) end,
        '{}', '2026-03-02', now(), now(), now(), now(), now(), now(), 1, '{}', 1,
        jsonb_build_object('wordsId', (select w.id from words w where w.pathway_id = made.id
          and w.author_id = (select s.id from staff s where subject = case i when 1 then 'counsellor.' else 'coordinator.' end || site)))
      from made, generate_series(1, 3) i;
    insert into step_intervals select id, 1, 'welcome', now(), null from made;
    insert into waits select id, 'step-1/x', 'project_review', '2026-03-02', now(), 1 from made;
    insert into contracts (id, pathway_id, number, signed_on, starts_on, ends_on, recorded_at)
      select id || '.contract-1', id, 1, '2026-03-02', '2026-03-02', '2028-03-02', now() from made;
    insert into employments (id, pathway_id, number, kind, starts_on, durable)
      select id || '.employment-1', id, 1, 'permanent', '2026-03-02', true from made;
    insert into mediations (id, pathway_id, number, cause, opened_at) select id || '.mediation-1', id, 1, 'high_alert', now() from made;
    insert into timeline (pathway_id, revision, position, type, occurred_at, recorded_at)
      select id, 1, position, type, now(), now() from made, (values (0, 'enrolled'), (1, 'step_entered')) e(position, type);
    insert into comments (id, pathway_id, task_id, author_id, body, created_at)
      select gen_random_uuid(), made.id, task, everybody.id, 'Secretmot', now()
      from made, everybody, lateral (values (null), (made.id || '.1'), (made.id || '.2')) t(task);
    insert into task_drafts select made.id || '.2', everybody.id, made.id, '{"comment": "Secretmot"}', now() from made, everybody;
    insert into files (id, pathway_id, task_id, author_id, name, media_type, size, content, created_at)
      select gen_random_uuid(), made.id, made.id || '.' || i, everybody.id, 'secret.pdf', 'application/pdf', 1, '\\x01', now()
      from made, everybody, generate_series(1, 2) i;
    insert into reading_log (actor_id, pathway_id, what, site_id, glass)
      select everybody.id, made.id, 'pathway', which.site, glass
      from made, everybody, (values ('tours', false), ('blois', false), ('tours', true)) which(site, glass);
    insert into idempotency_keys select id, 'key', '\\x01', gen_random_uuid(), now() from everybody;
    insert into imports (id, actor_id, created_at, dry_run, report) select id, id, now(), false, '{"rejected": 1}' from everybody;
    insert into import_rejects select id, 0, 'Secretnom' from everybody;
    insert into site_settings (site_id, version, settings, applied_at, applied_by)
      select site, row_number() over (partition by site), '{}', now(), everybody.id from everybody, unnest(array['tours', 'blois']) site;
    insert into draws (id, wave, rules, freeze_at, draw_at, created_by, created_at, commitment)
      select gen_random_uuid(), gen_random_uuid(), '{}', now(), now(), id, now(), c from everybody, (values (null), ('promise')) d(c);
    insert into draw_seeds select id, '\\x01' from draws where commitment is not null;
    insert into draw_log select row_number() over (), id, now(), 'committed', 'a', 'b', id from draws where commitment is not null;
    insert into allocations (enrolment_id, draw_id, person, arm, stratum, block, probability_num, probability_den, entering_num, entering_den)
      select id, (select min(id::text)::uuid from draws), id, 'standard', site, 1, 1, 2, 1, 1 from made where site = 'blois' or n > 1;
    insert into absences (id, staff_id, first_day, last_day, recorded_by, recorded_at)
      select gen_random_uuid(), a.id, '2026-03-02', '2026-03-03', b.id, now() from everybody a, everybody b;
    insert into duty_turns select gen_random_uuid(), site, id, '2026-07-01', '2026-07-02', id, now() from everybody, unnest(array['tours', 'blois']) site;
    insert into broadcasts (id, site_id, message, due_at, created_by, started_at)
      select gen_random_uuid(), site, '{}', now(), id, begun from everybody, unnest(array['tours', 'blois']) site, (values (null), (now())) b(begun);
    insert into outbox (id, kind, site_id, data, recorded_at) select site, 'high_alert', site, '{}', now() from unnest(array['tours', 'blois']) site;
    insert into messages (staff_id, kind, day, created_at, next_attempt_at) select id, 'digest', '2026-03-02', now(), now() from everybody;
    insert into mornings values ('tours', '2026-03-02', now()), ('blois', '2026-03-02', now());
    insert into notification_choices select id, 'digest', true from everybody;
    insert into calendar_feeds select e.id, sha256(s.subject::bytea), now() from everybody e join staff s using (id);
    insert into sessions (id_hash, staff_id, subject, created_at, seen_at, expires_at, id_token)
      select sha256(subject::bytea), id, subject, now(), now(), now() + interval '1 hour', '\\x02' from everybody join staff using (id);
    insert into views (id, owner_id, site_id, name, filters, shared, saved_at)
      select gen_random_uuid(), e.id, s.site_id, 'Une vue', '{}'::jsonb, false, now() from everybody e join staff s using (id)
      union all select gen_random_uuid(), id, site_id, 'Du site', '{}', true, now() from staff
      where subject in ('coordinator.tours', 'coordinator.blois');
    insert into glass_requests
      select gen_random_uuid(), e.id, s.site_id, 'name', 'Secretmot', now() from everybody e join staff s using (id) where s.site_id is not null;
    -- What the team of Tours reads anyway, and what was open to a counsellor of Blois and is no more.
    insert into glass_openings
      select r.id, r.actor_id, m.id, m.site, case when r.site_id <> m.site then now() - interval '1 second' end
      from glass_requests r join staff s on s.id = r.actor_id, made m
      where m.n = 2 and s.subject in ('counsellor.blois', 'counsellor.tours');
    insert into exports (actor_id, site_id, what, filters, rows, made_at)
      select id, site, what, '{}', 1, now() from everybody, unnest(array['tours', 'blois', null]) site, unnest(array['tasks', 'import_rejects', 'report', 'evaluation', 'evaluation_matching']) what;
    insert into meetings (id, site_id, day, as_of, make_at, created_by, created_at)
      select gen_random_uuid(), site, '2026-03-02', '2026-02-28', now(), id, now() from everybody, unnest(array['tours', 'blois', null]) site;
    insert into kept_reports select id, site_id, '{}', repeat('0', 64), now() from meetings;
    insert into counted_days (as_of, with_arms, known_at, cells) values ('2026-03-01', false, '2026-03-02', '[]');
    insert into survey_answers select id, 1, '2026-03-02', now(), (select min(id::text)::uuid from everybody) from made;
    insert into unblindings select gen_random_uuid(), id::text, 'Une raison', id, now() from everybody;`;
}

/** In a transaction of the API's role, as this person, that leaves nothing behind. */
async function attempt<T>(actor: Actor, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await api.connect();
  try {
    await client.query('begin');
    if (actor.who !== 'nobody') {
      await client.query(
        "select set_config('app.actor', $1, true), set_config('app.role', $2, true), set_config('app.site', $3, true)",
        [actor.id, actor.who, actor.siteId],
      );
    }
    return await work(client);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

const refused = (error: unknown) => (error as { code?: string }).code === '42501';

/** The condition of a list for who asks. */
const rowsOf = (rows: Rows | undefined, { who, id, siteId }: Actor): string =>
  `(${rows?.[who] ?? 'false'})`.replaceAll(':me', `'${id}'::uuid`).replaceAll(':site', `'${siteId}'`);

async function tablesOf(): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') order by relname`,
  );
  return rows.map((r) => r.name);
}

/** The rows of a table by where they lie. */
async function lying(client: Pool | PoolClient, table: string, where = 'true'): Promise<string[]> {
  const { rows } = await client.query<{ at: string }>(
    `select ctid::text as at from ${table} where ${where} order by ctid`,
  );
  return rows.map((r) => r.at);
}

/** The owner of the tables, inside a transaction of the API's role. */
const asOwner = (client: PoolClient) => client.query('set local role none');

test('every table is in the list, with rows to try, and behind row-level security unless it is reference data', async () => {
  const tables = await tablesOf();
  expect(tables).toEqual(Object.keys(walls).sort());
  for (const table of tables) expect([table, (await lying(owner, table)).length]).not.toEqual([table, 0]);
  const { rows } = await owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
       and not relrowsecurity order by relname`,
  );
  expect(rows.map((r) => r.name)).toEqual(['migrations', 'sites', 'staff']);
});

describe.each(Object.entries(walls))('%s', (table, wall) => {
  test('shows each only what is theirs to see', async () => {
    for (const actor of actors) {
      const seen = await attempt(actor, (client) =>
        lying(client, table).catch((error: unknown) => {
          if (refused(error)) return [];
          throw error;
        }),
      );
      expect([actor.who, seen]).toEqual([actor.who, await lying(owner, table, rowsOf(wall.see, actor))]);
    }
  });

  test('takes from each only what is theirs to write', async () => {
    const columns = await writable(table);
    const { rows } = await owner.query<{ at: string; row: object }>(
      `select ctid::text as at, to_jsonb(t) as row from ${table} t order by ctid`,
    );
    const copies = JSON.stringify(rows.map((r) => r.row));
    for (const actor of actors) {
      const { rows: tried } = await attempt(actor, (client) =>
        client.query<{ through: number[] }>('select trying.inserts($1, $2, $3) as through', [
          table,
          columns,
          copies,
        ]),
      );
      const through = tried[0]?.through.map((n) => rows[n]?.at);
      expect([actor.who, through]).toEqual([actor.who, await lying(owner, table, rowsOf(wall.add, actor))]);
    }
  });

  test('is changed and emptied by each only where it is theirs', async () => {
    const { rows: may } = await owner.query<{ change: boolean; remove: boolean; truncate: boolean }>(
      `select has_any_column_privilege('service_plus_api', $1, 'update') as change,
         has_table_privilege('service_plus_api', $1, 'delete') as remove,
         has_table_privilege('service_plus_api', $1, 'truncate') as truncate`,
      [table],
    );
    expect(may).toEqual([
      { change: wall.change !== undefined, remove: wall.remove !== undefined, truncate: false },
    ]);
    for (const actor of actors) {
      const others = (rows: Rows | undefined) => `not coalesce(${rowsOf(rows, actor)}, false)`;
      if (wall.change) {
        const { set, rows } = wall.change;
        await attempt(actor, async (client) => {
          // What a role may see and not change is refused as a whole.
          const changed = await client.query(`update ${table} set ${set}`).then(
            () => true,
            (error: unknown) => !refused(error),
          );
          if (!changed) return;
          await asOwner(client);
          const now = 'xmin = pg_current_xact_id()::xid';
          expect([actor.who, await lying(client, table, `${now} and ${others(rows)}`)]).toEqual([
            actor.who,
            [],
          ]);
          expect(await lying(client, table, `not ${now} and ${rowsOf(rows, actor)}`)).toEqual([]);
        });
      }
      if (wall.remove) {
        const { remove } = wall;
        const kept = await lying(owner, table, others(remove));
        await attempt(actor, async (client) => {
          await client.query(`delete from ${table}`);
          await asOwner(client);
          expect([actor.who, await lying(client, table)]).toEqual([actor.who, kept]);
        });
      }
    }
  });
});

/** The columns that an insert may name. */
async function writable(table: string): Promise<string> {
  const { rows } = await owner.query<{ names: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as names from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''`,
    [table],
  );
  return (rows[0] as { names: string }).names;
}

describe('what looks past row-level security', () => {
  test('is in the list with its reason, and finds tables by a path of its own', async () => {
    const { rows } = await owner.query<{ name: string; config: string[] | null }>(
      `select proname as name, proconfig as config from pg_proc
       where pronamespace = 'public'::regnamespace and prosecdef order by proname`,
    );
    expect(rows.map((r) => r.name)).toEqual(Object.keys(definers).sort());
    for (const { name, config } of rows)
      expect([name, config]).toEqual([name, expect.arrayContaining(['search_path=public, pg_temp'])]);
  });

  test.each(Object.entries(definers).filter(([, [, call]]) => call))(
    '%s tells nobody a young person’s name, number or words',
    async (_, [, call]) => {
      for (const actor of actors) {
        const told = await attempt(actor, async (client) => {
          const text = call.replaceAll(':pathway', `'${elsewhere}'`).replaceAll(':me', `'${actor.id}'`);
          return client.query(text).then(
            ({ rows }) => JSON.stringify(rows),
            (error: unknown) => {
              if (!refused(error)) throw error;
              return '';
            },
          );
        });
        expect(told).not.toMatch(/secret|0655555555/i);
      }
    },
  );
});

test('the arm of somebody met again is told to who enrols, how many await a draw to who announces it', async () => {
  for (const actor of actors) {
    const [arms, counts] = await attempt(actor, async (client) => [
      (await client.query('select arm from enrolling_arms(array[$1::uuid])', [elsewhere])).rows,
      (await client.query("select draw_awaited('a wave', '{tours}', now()) as n")).rows,
    ]);
    const enrols = ['coordinator', 'admin'].includes(actor.who);
    expect([actor.who, arms]).toEqual([actor.who, enrols ? [{ arm: 'standard' }] : []]);
    expect([actor.who, counts]).toEqual([actor.who, [{ n: actor.who === 'admin' ? 1 : 0 }]]);
  }
});

describe('the figures as at an instant', () => {
  const asked = (actor: Actor, call: string) =>
    attempt(actor, (client) =>
      client.query(call).then(
        ({ rows }) => rows,
        (error: unknown) => {
          if (!refused(error)) throw error;
          return 'refused' as const;
        },
      ),
    );

  test('are counts without a person, of the own site for its committee and team, of all for the national roles', async () => {
    const { rows: enrolled } = await owner.query<{ site_id: string; n: number }>(
      'select site_id, count(*)::int as n from enrolments group by site_id',
    );
    const all = Object.fromEntries(enrolled.map(({ site_id, n }) => [site_id, n]));
    for (const actor of actors) {
      const national = actor.who === 'national_committee' || actor.who === 'evaluator';
      const local = ['coordinator', 'counsellor', 'committee'].includes(actor.who);
      for (const site of ['tours', 'blois', null]) {
        const rows = await asked(
          actor,
          `select * from steering_counts(now(), now(), ${site ? `'${site}'` : 'null'})`,
        );
        if (!national && !(local && site === 'tours')) {
          expect([actor.who, site, rows]).toEqual([actor.who, site, 'refused']);
          continue;
        }
        const counted: Record<string, number> = {};
        for (const { site_id, young_people } of rows as { site_id: string; young_people: number }[])
          counted[site_id] = (counted[site_id] ?? 0) + young_people;
        expect([actor.who, site, counted]).toEqual([actor.who, site, site ? { [site]: all[site] } : all]);
        expect(JSON.stringify(rows)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
      }
    }
  });

  test('of flow and durations are told to the same, and the arm to the evaluation alone until it is unblinded', async () => {
    const doors = [
      'steering_funnel(',
      'steering_stays(',
      "steering_times('contract', ",
      "steering_times('termination', ",
    ];
    for (const actor of actors) {
      const national = actor.who === 'national_committee' || actor.who === 'evaluator';
      const local = ['coordinator', 'counsellor', 'committee'].includes(actor.who);
      for (const [door, site] of doors.flatMap((d) => ['tours', 'blois', null].map((s) => [d, s] as const))) {
        const rows = await asked(actor, `select * from ${door}now(), now(), ${site ? `'${site}'` : 'null'})`);
        const may = national || (local && site === 'tours');
        expect([actor.who, door, site, rows === 'refused']).toEqual([actor.who, door, site, !may]);
        expect(JSON.stringify(rows)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
        if (rows === 'refused' || site === null) continue;
        expect(rows.every((row) => row.site_id === site && (row.arm ?? null) === null)).toBe(true);
      }
    }
  });

  test('have a list for who accompanies young people at the site, and for nobody else', async () => {
    for (const actor of actors) {
      for (const site of ['tours', 'blois', null]) {
        const rows = await asked(
          actor,
          `select pathway_id from steering_states(now(), now(), ${site ? `'${site}'` : 'null'})`,
        );
        const may = ['coordinator', 'counsellor'].includes(actor.who) && site === 'tours';
        expect([actor.who, site, rows === 'refused' ? rows : rows.length]).toEqual([
          actor.who,
          site,
          may ? 3 : 'refused',
        ]);
      }
    }
  });

  /** At every site: all that there is at it is a reason. */
  const rules = `'${JSON.stringify(
    ['tours', 'blois'].map((site_id) => ({ site_id, missed: 2, limits: { welcome: -1 } })),
  )}'`;
  const named = (site: string | null) => (site ? `'${site}'` : 'null');

  test('and those of what is stuck are counts and days alone for who steers, of the own site or for the national roles of any', async () => {
    const calls = (site: string | null) => [
      `steering_attention(now(), now(), ${named(site)}, ${rules})`,
      `steering_step_stays(now() + interval '1 second', ${named(site)})`,
      `steering_case_counts('mediations', '-infinity', now(), now(), ${named(site)}, '[]')`,
      `steering_duty_days('2026-01-01', '2026-12-31', ${named(site)})`,
    ];
    for (const actor of actors) {
      const national = actor.who === 'national_committee' || actor.who === 'evaluator';
      const local = ['coordinator', 'counsellor', 'committee'].includes(actor.who);
      for (const site of ['tours', 'blois', null]) {
        for (const call of calls(site)) {
          const rows = await asked(actor, `select * from ${call}`);
          if (!national && !(local && site === 'tours')) {
            expect([actor.who, call, rows]).toEqual([actor.who, call, 'refused']);
            continue;
          }
          const sites = new Set((rows as { site_id: string }[]).map((row) => row.site_id));
          expect([actor.who, call, [...sites].sort()]).toEqual([
            actor.who,
            call,
            site ? [site] : ['blois', 'tours'],
          ]);
          expect(JSON.stringify(rows)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
        }
      }
    }
  });

  test('and those of what is stuck have lists for who accompanies at the site alone', async () => {
    for (const actor of actors) {
      for (const site of ['tours', 'blois', null]) {
        for (const [call, theirs] of [
          // Who awaits the draw is not accompanied yet: nothing can be stuck.
          [`steering_at_risk(now(), ${named(site)}, ${rules})`, 2],
          [`steering_cases('mediations', '-infinity', now(), now(), ${named(site)}, '[]')`, 3],
        ] as const) {
          const rows = await asked(actor, `select pathway_id from ${call}`);
          const may = ['coordinator', 'counsellor'].includes(actor.who) && site === 'tours';
          expect([actor.who, call, rows === 'refused' ? rows : rows.length]).toEqual([
            actor.who,
            call,
            may ? theirs : 'refused',
          ]);
        }
      }
    }
  });

  test('are told by nothing else: what they are made of is the owner’s alone', async () => {
    for (const made of [
      'states_at(now(), now(), null)',
      "facts_at('step', now(), now(), null)",
      "latest_at('contact', now(), now(), null)",
      'contracts_at(now(), now(), null)',
      'overdue_at(now(), now(), null)',
      'corrections(now(), now())',
      'entries_at(now(), now(), null)',
      'exits_at(now(), now(), null)',
      'contract_terms(now(), now(), null)',
      'times_to_contract(now(), now(), null)',
      'times_to_termination(now(), now(), null)',
      'stays_at(now(), now(), null)',
      'ways_at(now(), now(), null)',
      "steering_pathways('tours')",
      'step_stays(now(), null)',
      "at_risk(now(), null, '[]')",
      'mediation_stages(null)',
      "cases_of('mediations', now(), now(), now(), null, '[]')",
    ]) {
      for (const actor of actors)
        expect([made, await asked(actor, `select * from ${made}`)]).toEqual([made, 'refused']);
    }
  });
});

describe('another site’s young person, opened for a reason', () => {
  const counsellor: Actor = { who: 'counsellor', id: idOf('counsellor.tours'), siteId: 'tours' };

  /** What somebody sees of every table. */
  async function sight(client: PoolClient): Promise<Record<string, string[]>> {
    const seen: Record<string, string[]> = {};
    for (const [table, { see }] of Object.entries(walls)) if (see) seen[table] = await lying(client, table);
    return seen;
  }
  const open = (client: PoolClient, until: string) =>
    client
      .query('set local role none')
      .then(() =>
        client.query(
          `with r as (insert into glass_requests values (gen_random_uuid(), $1, 'tours', 'name', 'Une raison', now()) returning id)
           insert into glass_openings select r.id, $1, $2, 'blois', now() + $3::interval from r`,
          [counsellor.id, elsewhere, until],
        ),
      )
      .then(() => client.query('set local role service_plus_api'));

  test('is read with all that belongs to it, by who asked alone, until it closes', async () => {
    await attempt(counsellor, async (client) => {
      const before = await sight(client);
      await open(client, '-1 second');
      // Their own request is all that they see more.
      expect({ ...(await sight(client)), glass_requests: [], glass_openings: [] }).toEqual({
        ...before,
        glass_requests: [],
        glass_openings: [],
      });
      await open(client, '4 hours');
      const after = await sight(client);
      await asOwner(client);
      const more: string[] = [];
      for (const [table, rows] of Object.entries(after)) {
        const added = rows.filter((at) => !before[table]?.includes(at));
        if (table.startsWith('glass_') || added.length === 0) continue;
        more.push(table);
        const id = ['people', 'enrolments', 'pathways'].includes(table) ? 'id' : 'pathway_id';
        expect([table, added]).toEqual([table, await lying(client, table, `${id} = '${elsewhere}'`)]);
      }
      expect(more.join(' ')).toBe(
        'people enrolments pathways tasks step_intervals waits contracts employments mediations timeline words comments',
      );
      await client.query('set local role service_plus_api');
      await client.query("select set_config('app.actor', $1, true)", [idOf('counsellor2.tours')]);
      expect((await sight(client)).pathways).toEqual(before.pathways);
    });
  });

  test('is not written to, and reading it is marked', async () => {
    const writes = [
      "insert into words values (gen_random_uuid(), $1, $2, '{}', now())",
      "insert into comments values (gen_random_uuid(), $1, null, $2, 'x', now())",
      `insert into files (id, pathway_id, task_id, author_id, name, media_type, size, content, created_at)
       values (gen_random_uuid(), $1::uuid, $1::uuid || '.1', $2, 'x', 'x', 1, '\\x01', now())`,
      "insert into task_drafts values ($1::uuid || '.1', $2, $1, '{}', now())",
      "insert into reading_log (pathway_id, actor_id, what, site_id) values ($1, $2, 'pathway', 'blois')",
      "insert into reading_log (pathway_id, actor_id, what, site_id, glass) values ($1, $2, 'pathway', 'tours', true)",
    ];
    for (const statement of writes) {
      await attempt(counsellor, async (client) => {
        await open(client, '4 hours');
        await expect(client.query(statement, [elsewhere, counsellor.id])).rejects.toMatchObject({
          code: '42501',
        });
      });
    }
    await attempt(counsellor, async (client) => {
      await open(client, '4 hours');
      const marked =
        "insert into reading_log (pathway_id, actor_id, what, site_id, glass) values ($1, $2, 'pathway', 'blois', true)";
      expect((await client.query(marked, [elsewhere, counsellor.id])).rowCount).toBe(1);
    });
  });
});
