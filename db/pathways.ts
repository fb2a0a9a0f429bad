/** Queries about pathways: what the policy asks, the list, one young person's record, its timeline and notes. */
import type { PoolClient } from 'pg';
import type { Day, Instant } from '../domain/calendar';
import type { Schedule, TaskStatus, TimelineEvent, WaitName } from '../domain/journal';
import type { MediationCause, MediationResult } from '../domain/mediation';
import type { ExitCode, Status, Step } from '../domain/pathway';
import type { ReadingKind } from '../domain/readings';
import type { TaskKind } from '../domain/tasks';
import { whereSought } from './people';
import type { PersonRef } from './tasks';

/** What an action on a pathway is allowed by. */
export interface PathwayFacts {
  readonly id: string;
  readonly siteId: string;
  readonly status: Status;
  readonly step: Step | null;
  /** The contract that runs. */
  readonly contractId: string | null;
  readonly revision: number;
  /** One of its tasks is or was the caller's. */
  readonly shared: boolean;
  /** Of another site, and open to the caller for a reason until then. */
  readonly glassUntil: Instant | null;
  /** When the last thing was recorded, on the pathway's own clock. */
  readonly recordedAt: Instant;
}

/** Of pathway `p`, for actor $2. */
const glassUntil = `(select iso(max(g.until)) from glass_openings g
  where g.pathway_id = p.id and g.actor_id = $2 and g.until > now() and p.site_id <> app_site())`;

export async function pathwayFacts(
  client: PoolClient,
  actorId: string,
  id: string,
): Promise<PathwayFacts | null> {
  const { rows } = await client.query<PathwayFacts>({
    name: 'pathway_facts',
    text: `select id, site_id as "siteId", status, step, contract_id as "contractId", revision, iso(recorded_at) as "recordedAt",
             exists (select from tasks t where t.pathway_id = p.id and (t.assignee_id = $2 or t.partner_id = $2)) as shared,
             ${glassUntil} as "glassUntil"
           from pathways p where id = $1`,
    values: [id, actorId],
  });
  return rows[0] ?? null;
}

export async function birthDateOf(client: PoolClient, pathwayId: string): Promise<Day | null> {
  const { rows } = await client.query<{ birth_date: Day }>(
    'select y.birth_date from enrolments e join people y on y.id = e.person_id where e.id = $1',
    [pathwayId],
  );
  return rows[0]?.birth_date ?? null;
}

const ref = (alias: string) =>
  `case when ${alias}.id is not null then json_build_object('id', ${alias}.id, 'displayName', ${alias}.display_name) end`;

export interface PathwaySummary {
  readonly id: string;
  readonly siteId: string;
  readonly status: Status;
  readonly step: Step | null;
  readonly stepEnteredAt: Instant;
  readonly referent: PersonRef | null;
  readonly lastContactAt: Instant | null;
  readonly holdUntil: Day | null;
  readonly exitCode: ExitCode | null;
  readonly person: { readonly lastName: string; readonly firstName: string };
  readonly openTasks: number;
  readonly nextDueAt: Instant | null;
  readonly revision: number;
}

export interface PathwayFilter {
  readonly scope: { readonly siteId: string } | { readonly partnerId: string };
  readonly site?: string;
  readonly step?: Step;
  readonly statuses?: readonly Status[];
  /** null: none yet */
  readonly referentId?: string | null;
  /** A name, or an external number. */
  readonly sought?: string;
  /** The last one of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** Conditions on `enrolments e` and `pathways p`. */
function narrowedBy(f: Omit<PathwayFilter, 'after' | 'limit'>, $: (value: unknown) => string): string[] {
  const conditions: string[] = [];
  if ('siteId' in f.scope) conditions.push(`e.site_id = ${$(f.scope.siteId)}`);
  else {
    const me = $(f.scope.partnerId);
    conditions.push(
      `e.id in (select t.pathway_id from tasks t where t.assignee_id = ${me} or t.partner_id = ${me})`,
    );
  }
  if (f.site) conditions.push(`e.site_id = ${$(f.site)}`);
  if (f.referentId === null) conditions.push('p.referent_id is null');
  else if (f.referentId) {
    conditions.push(`e.id in (select id from pathways where referent_id = ${$(f.referentId)})`);
  }
  if (f.step) conditions.push(`p.step = ${$(f.step)}`);
  if (f.statuses) conditions.push(`p.status = any(${$(f.statuses)})`);
  if (f.sought !== undefined) {
    conditions.push(
      `e.id in (select s.id from enrolments s join people y on y.id = s.person_id where ${whereSought(f.sought, $)})`,
    );
  }
  return conditions;
}

/** How many the list has on all its pages. */
export async function countPathways(
  client: PoolClient,
  f: Omit<PathwayFilter, 'after' | 'limit'>,
): Promise<number> {
  const values: unknown[] = [];
  const conditions = narrowedBy(f, (value) => `$${values.push(value)}`);
  const { rows } = await client.query<{ n: number }>(
    `select count(*)::int as n from enrolments e join pathways p on p.id = e.id where ${conditions.join(' and ')}`,
    values,
  );
  return (rows[0] as { n: number }).n;
}

/** By name, and of one name by id. */
export async function listPathways(client: PoolClient, f: PathwayFilter): Promise<PathwaySummary[]> {
  const values: unknown[] = [];
  const $ = (value: unknown) => `$${values.push(value)}`;
  const conditions = narrowedBy(f, $);
  if (f.after) {
    // The name is looked up: in a cursor it would stand in an address. And before the page is asked for: of a name it
    // does not know the planner supposes that few come after it, and sorts them all.
    const { rows } = await client.query<{ key: string }>(
      'select name_key as key from enrolments where id = $1',
      [f.after],
    );
    if (!rows[0]) return [];
    conditions.push(`(e.name_key, e.id) > (${$(rows[0].key)}, ${$(f.after)}::uuid)`);
  }
  const { rows } = await client.query<PathwaySummary>(
    `with page as materialized (
       select p.*, e.person_id, e.name_key from enrolments e
       -- Fenced, because what row-level security asks once a statement is reckoned for each of them otherwise, and
       -- all pathways of the programme are read for one page.
       cross join lateral (select * from pathways p where p.id = e.id offset 0) p
       where ${conditions.join(' and ')} order by e.name_key, e.id limit ${$(f.limit)}
     )
     select p.id, p.site_id as "siteId", p.status, p.step, iso(p.step_entered_at) as "stepEnteredAt",
       ${ref('r')} as referent, iso(p.last_contact_at) as "lastContactAt", p.exit_code as "exitCode",
       json_build_object('lastName', y.last_name, 'firstName', y.first_name) as person,
       p.hold_until as "holdUntil", coalesce(o.open, 0) as "openTasks", iso(o.next) as "nextDueAt", p.revision
     from page p join people y on y.id = p.person_id
     left join staff r on r.id = p.referent_id
     left join lateral (select count(*)::int as open, min(t.due_at) as next from tasks t
                        where t.pathway_id = p.id and t.status = 'open') o on true
     order by p.name_key, p.id`,
    values,
  );
  return rows;
}

export interface Identity {
  readonly lastName: string;
  readonly firstName: string;
  readonly birthDate: Day;
  readonly phone: string | null;
  readonly email: string | null;
  readonly address: string | null;
  readonly family: { readonly name: string; readonly phone: string | null } | null;
  readonly externalNumber: string | null;
}

const identity = `json_build_object('lastName', y.last_name, 'firstName', y.first_name, 'birthDate', y.birth_date,
  'phone', y.phone, 'email', y.email, 'address', y.address,
  'family', case when y.family_name is not null
    then json_build_object('name', y.family_name, 'phone', y.family_phone) end,
  'externalNumber', y.external_number)`;

export interface PathwayTask {
  readonly id: string;
  readonly kind: TaskKind;
  readonly round: number;
  readonly subject: string | null;
  readonly step: Step;
  readonly status: TaskStatus;
  readonly assignee: PersonRef | null;
  /** The absent person whose task it is; without assignee: nobody stands in. */
  readonly standsInFor: PersonRef | null;
  readonly partnerId: string | null;
  readonly schedule: Schedule;
  /** The day the due date was counted from. */
  readonly countedFrom: Day;
  readonly opensAt: Instant;
  readonly dueAt: Instant;
  readonly remindAt: Instant;
  readonly escalateAt: Instant;
  readonly committeeAt: Instant;
  readonly settingsVersion: number;
  readonly movedFrom: { readonly day: Day; readonly because: string } | null;
  readonly rungs: readonly string[];
}

export interface PathwayWait {
  readonly key: string;
  readonly name: WaitName;
  readonly anchor: Day;
  readonly at: Instant;
  readonly settingsVersion: number;
}

type Fields = Readonly<Record<string, string>>;

export interface PathwayRecord {
  readonly id: string;
  readonly siteId: string;
  readonly siteName: string;
  readonly status: Status;
  readonly step: Step | null;
  readonly interval: number;
  readonly stepEnteredAt: Instant;
  readonly enrolledAt: Instant;
  readonly referent: PersonRef | null;
  readonly lastContactAt: Instant | null;
  readonly holdUntil: Day | null;
  readonly exit: { readonly code: ExitCode; readonly at: Instant; readonly words: Fields | null } | null;
  readonly contractId: string | null;
  readonly settingsVersion: number;
  readonly revision: number;
  readonly recordedAt: Instant;
  readonly shared: boolean;
  readonly glassUntil: Instant | null;
  readonly person: Identity;
  readonly tasks: readonly PathwayTask[];
  readonly waits: readonly PathwayWait[];
  readonly steps: readonly { interval: number; step: Step; enteredAt: Instant; leftAt: Instant | null }[];
  readonly contracts: readonly {
    id: string;
    signedOn: Day;
    startsOn: Day;
    endsOn: Day;
    terminated: { on: Day; initiator: string; reason: string } | null;
    words: Fields | null;
  }[];
  readonly employments: readonly {
    id: string;
    kind: string;
    startsOn: Day;
    endsOn: Day | null;
    durable: boolean;
    left: boolean;
    words: Fields | null;
  }[];
  /** The one that is open has no result. */
  readonly mediations: readonly {
    id: string;
    number: number;
    cause: MediationCause;
    openedAt: Instant;
    mediator: PersonRef | null;
    endedAt: Instant | null;
    result: MediationResult | null;
  }[];
  /** The referent is away today: who stands in, if somebody does. */
  readonly referentAway: { readonly until: Day; readonly substitute: PersonRef | null } | null;
  /** Found at the latest entry interview, each with the last time somebody was asked to remove it. */
  readonly obstacles: readonly {
    obstacle: string;
    task: {
      id: string;
      status: TaskStatus;
      outcome: string | null;
      dueAt: Instant;
      closedAt: Instant | null;
    } | null;
  }[];
  /** What was done while securing the contract, the first one first. */
  readonly followUps: readonly { taskId: string; kind: TaskKind; outcome: string; closedAt: Instant }[];
  /** Of the skills reviews, the latest first. */
  readonly skills: readonly { taskId: string; reviewedAt: Instant; words: Fields | null }[];
}

/** What is done with apprentice and employer while a contract runs. */
const securingFollowUps: readonly TaskKind[] = [
  'start_check',
  'company_visit',
  'trial_review',
  'tripartite_meeting',
  'apprentice_follow_up',
  'closer_follow_up',
  'skills_review',
];

const list = (object: string, from: string) => `(select coalesce(json_agg(${object}), '[]') from ${from})`;

/** Whether this is an enrolment whose pathway has nothing recorded yet. */
export async function isBeginning(client: PoolClient, id: string): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'pathway_is_beginning',
    text: `select from enrolments e where e.id = $1 and not exists (select from pathways p where p.id = e.id)`,
    values: [id],
  });
  return rowCount === 1;
}

/**
 * @param allWords false: only the caller's own words are joined in
 * @param today the day on which the referent may be away
 */
export async function readPathway(
  client: PoolClient,
  actorId: string,
  id: string,
  allWords: boolean,
  today: Day,
): Promise<PathwayRecord | null> {
  const words = (wordsId: string) =>
    `(select w.fields from words w where w.id = ${wordsId} and ($3 or w.author_id = $2))`;
  const { rows } = await client.query<PathwayRecord>({
    name: 'read_pathway',
    text: `select p.id, p.site_id as "siteId", s.name as "siteName", p.status, p.step, p.interval,
        iso(p.step_entered_at) as "stepEnteredAt", iso(p.enrolled_at) as "enrolledAt", ${ref('r')} as referent,
        iso(p.last_contact_at) as "lastContactAt", p.hold_until as "holdUntil", p.contract_id as "contractId",
        case when p.exit_code is not null then json_build_object('code', p.exit_code, 'at', iso(p.exited_at),
          'words', ${words('p.exit_words_id')}) end as exit,
        p.settings_version as "settingsVersion", p.revision, iso(p.recorded_at) as "recordedAt",
        exists (select from tasks t where t.pathway_id = p.id and (t.assignee_id = $2 or t.partner_id = $2)) as shared,
        ${glassUntil} as "glassUntil", ${identity} as person,
        ${list(
          `json_build_object('id', t.id, 'kind', t.kind, 'round', t.round, 'subject', t.subject, 'step', t.step,
            'status', t.status, 'assignee', ${ref('a')}, 'standsInFor', ${ref('b')}, 'partnerId', t.partner_id, 'schedule', t.schedule,
            'countedFrom', t.counted_from, 'opensAt', iso(t.opens_at), 'dueAt', iso(t.due_at),
            'remindAt', iso(t.remind_at), 'escalateAt', iso(t.escalate_at), 'committeeAt', iso(t.committee_at),
            'settingsVersion', t.settings_version, 'movedFrom', t.moved_from, 'rungs', t.rungs)
            order by t.due_at, t.id`,
          `tasks t left join staff a on a.id = t.assignee_id left join staff b on b.id = t.stands_in_for
            where t.pathway_id = p.id and t.status in ('open', 'planned')`,
        )} as tasks,
        ${list(
          `json_build_object('key', w.key, 'name', w.name, 'anchor', w.anchor, 'at', iso(w.at),
            'settingsVersion', w.settings_version) order by w.at, w.key`,
          'waits w where w.pathway_id = p.id',
        )} as waits,
        ${list(
          `json_build_object('interval', i.interval, 'step', i.step, 'enteredAt', iso(i.entered_at),
            'leftAt', iso(i.left_at)) order by i.interval`,
          'step_intervals i where i.pathway_id = p.id',
        )} as steps,
        ${list(
          `json_build_object('id', c.id, 'signedOn', c.signed_on, 'startsOn', c.starts_on, 'endsOn', c.ends_on,
            'terminated', case when c.terminated_on is not null then json_build_object('on', c.terminated_on,
              'initiator', c.termination_initiator, 'reason', c.termination_reason) end,
            'words', ${words('c.words_id')}) order by c.number`,
          'contracts c where c.pathway_id = p.id',
        )} as contracts,
        ${list(
          `json_build_object('id', j.id, 'kind', j.kind, 'startsOn', j.starts_on, 'endsOn', j.ends_on,
            'durable', j.durable, 'left', j.left_job, 'words', ${words('j.words_id')}) order by j.number`,
          'employments j where j.pathway_id = p.id',
        )} as employments,
        ${list(
          `json_build_object('id', m.id, 'number', m.number, 'cause', m.cause, 'openedAt', iso(m.opened_at),
            'mediator', ${ref('a')}, 'endedAt', iso(m.ended_at), 'result', m.result) order by m.number`,
          'mediations m left join staff a on a.id = m.mediator_id where m.pathway_id = p.id',
        )} as mediations,
        (select json_build_object('until', b.last_day, 'substitute', ${ref('a')})
           from absences b left join staff a on a.id = b.substitute_id
           where b.staff_id = p.referent_id and $4 between b.first_day and b.last_day
           order by b.last_day desc limit 1) as "referentAway",
        ${list(
          `json_build_object('obstacle', o.obstacle, 'task', case when t.id is not null then json_build_object(
            'id', t.id, 'status', t.status, 'outcome', t.outcome, 'dueAt', iso(t.due_at),
            'closedAt', iso(t.closed_at)) end) order by o.place`,
          `(select i.decision from tasks i where i.pathway_id = p.id and i.kind = 'entry_interview'
              and i.status = 'done' order by i.closed_at desc limit 1) i
           cross join jsonb_array_elements_text(i.decision->'obstacles') with ordinality as o(obstacle, place)
           left join lateral (select * from tasks t where t.pathway_id = p.id and t.kind = 'remove_obstacle'
             and t.subject = o.obstacle order by t.planned_at desc, t.round desc limit 1) t on true`,
        )} as obstacles,
        ${list(
          `json_build_object('taskId', t.id, 'kind', t.kind, 'outcome', t.outcome, 'closedAt', iso(t.closed_at))
            order by t.closed_at, t.id`,
          `tasks t where t.pathway_id = p.id and t.status = 'done' and t.kind = any($5)`,
        )} as "followUps",
        ${list(
          `json_build_object('taskId', t.id, 'reviewedAt', iso(t.closed_at), 'words',
            (select w.fields from words w where w.id = (t.decision->>'wordsId')::uuid)) order by t.closed_at desc, t.id`,
          `tasks t where t.pathway_id = p.id and t.kind = 'skills_review' and t.outcome = 'reviewed'`,
        )} as skills
      from pathways p join sites s on s.id = p.site_id
      join enrolments e on e.id = p.id join people y on y.id = e.person_id
      left join staff r on r.id = p.referent_id
      where p.id = $1`,
    values: [id, actorId, allWords, today, securingFollowUps],
  });
  return rows[0] ?? null;
}

export interface EnrolmentRecord {
  readonly id: string;
  readonly siteId: string;
  readonly person: Identity;
  readonly situation: string;
  readonly origin: string;
  readonly wave: string | null;
  readonly consentOn: Day;
  readonly derogation: string | null;
  readonly enrolledOn: Day;
  readonly notSameAs: readonly string[];
  /** The first enrolment of somebody met again. */
  readonly samePersonAs: string | null;
  readonly createdBy: PersonRef;
  readonly createdAt: Instant;
  readonly startedAt: Instant | null;
}

export async function readEnrolment(client: PoolClient, id: string): Promise<EnrolmentRecord | null> {
  const { rows } = await client.query<EnrolmentRecord>({
    name: 'read_enrolment',
    text: `select e.id, e.site_id as "siteId", ${identity} as person, e.situation, e.origin, e.wave,
             e.consent_on as "consentOn", e.derogation, e.enrolled_on as "enrolledOn",
             to_json(e.not_same_as) as "notSameAs", e.same_person_as as "samePersonAs", ${ref('c')} as "createdBy", iso(e.created_at) as "createdAt",
             iso(e.started_at) as "startedAt"
           from enrolments e join people y on y.id = e.person_id join staff c on c.id = e.created_by
           where e.id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

export interface TimelineRow {
  readonly revision: number;
  readonly position: number;
  readonly type: TimelineEvent['type'];
  readonly at: Instant;
  readonly recordedAt: Instant;
  readonly by: PersonRef | null;
  readonly data: Readonly<Record<string, unknown>> | null;
  /** Of the task it tells of: the obstacle, the action… */
  readonly subject: string | null;
  readonly words: Fields | null;
}

/**
 * The latest known first.
 * @param of.allWords false: of words only the caller's own, and those about the caller's tasks
 */
export async function readTimeline(
  client: PoolClient,
  actorId: string,
  pathwayId: string,
  of: {
    allWords: boolean;
    types?: readonly string[];
    /** What belongs to one mediation, by its number. */
    mediation?: number;
    /** What tells of one task, by its id. */
    task?: string;
    before?: readonly [revision: number, position: number];
    limit: number;
  },
): Promise<TimelineRow[]> {
  const [revision, position] = of.before ?? [null, null];
  const { rows } = await client.query<TimelineRow>({
    name: 'read_timeline',
    text: `select l.revision, l.position, l.type, iso(l.occurred_at) as at, iso(l.recorded_at) as "recordedAt",
             ${ref('a')} as by, l.data,
             (select t.subject from tasks t where t.id = l.data->>'taskId') as subject,
             (select w.fields from words w where w.id = (l.data->>'wordsId')::uuid
               and ($3 or w.author_id = $2 or exists (select from tasks t where t.id = l.data->>'taskId'
                 and (t.assignee_id = $2 or t.partner_id = $2)))) as words
           from timeline l left join staff a on a.id = l.actor_id
           where l.pathway_id = $1 and ($4::text[] is null or l.type = any($4))
             and ($5::int is null or (l.revision, l.position) < ($5, $6::int))
             and ($8::int is null or l.data->>'mediationId' = $1 || '.mediation-' || $8
               or l.data->>'taskId' in (select id from tasks where pathway_id = $1 and key like 'mediation-' || $8 || '/%'))
             and ($9::text is null or l.data->>'taskId' = $9)
           order by l.revision desc, l.position desc limit $7`,
    values: [
      ...[pathwayId, actorId, of.allWords, of.types ?? null, revision, position, of.limit],
      ...[of.mediation ?? null, of.task ?? null],
    ],
  });
  return rows;
}

export interface Note {
  readonly id: string;
  readonly author: PersonRef;
  readonly body: string;
  readonly createdAt: Instant;
}

/** The latest first. */
export async function readNotes(
  client: PoolClient,
  pathwayId: string,
  of: { before?: readonly [Instant, string]; limit: number },
): Promise<Note[]> {
  const [at, id] = of.before ?? [null, null];
  const { rows } = await client.query<Note>(
    `select c.id, ${ref('a')} as author, c.body, iso(c.created_at) as "createdAt"
     from comments c join staff a on a.id = c.author_id
     where c.pathway_id = $1 and c.task_id is null
       and ($2::timestamptz is null or (c.created_at, c.id) < ($2, $3::uuid))
     order by c.created_at desc, c.id desc limit $4`,
    [pathwayId, at, id, of.limit],
  );
  return rows;
}

/** Who read which young person's record; what one does not see by one's own right is read as another site's. */
export async function logReading(
  client: PoolClient,
  actorId: string,
  pathwayId: string,
  what: ReadingKind,
): Promise<void> {
  await client.query({
    name: 'log_reading',
    text: `insert into reading_log (actor_id, pathway_id, what, site_id, glass)
           values ($1, $2, $3, (select e.site_id from enrolments e where e.id = $2), not app_sees_pathway($2))`,
    values: [actorId, pathwayId, what],
  });
}
