/** Queries about tasks: what the policy asks, the inbox, one task with all that its form needs, drafts and comments. */
import type { PoolClient } from 'pg';
import type { Day, Instant } from '../domain/calendar';
import type { FileType } from '../domain/files';
import type { Rung, Schedule, TaskStatus } from '../domain/journal';
import type { Role, Step } from '../domain/pathway';
import type { Decision, TaskKind } from '../domain/tasks';
import { whereSought } from './people';

/** What a decision on a task is allowed and checked by. */
export interface TaskFacts {
  readonly id: string;
  readonly pathwayId: string;
  readonly siteId: string;
  readonly kind: TaskKind;
  readonly assigneeId: string | null;
  readonly partnerId: string | null;
  readonly revision: number;
  /** When the last thing was recorded of the pathway, on its own clock. */
  readonly recordedAt: Instant;
  /** The caller has a draft for it. */
  readonly hasDraft: boolean;
}

export async function taskFacts(
  client: PoolClient,
  actorId: string,
  ids: readonly string[],
): Promise<TaskFacts[]> {
  const { rows } = await client.query<TaskFacts>({
    name: 'task_facts',
    text: `select id, pathway_id as "pathwayId", site_id as "siteId", kind, assignee_id as "assigneeId",
             partner_id as "partnerId", revision,
             (select iso(p.recorded_at) from pathways p where p.id = t.pathway_id) as "recordedAt",
             exists (select from task_drafts d where d.task_id = t.id and d.author_id = $2) as "hasDraft"
           from tasks t where id = any($1)`,
    values: [ids, actorId],
  });
  return rows;
}

export interface PersonRef {
  readonly id: string;
  readonly displayName: string;
}

export interface TaskRow {
  readonly id: string;
  readonly pathwayId: string;
  readonly siteId: string;
  readonly kind: TaskKind;
  readonly step: Step;
  readonly status: TaskStatus;
  readonly round: number;
  /** What it is about: an obstacle, an action. */
  readonly subject: string | null;
  readonly assignee: PersonRef | null;
  /** The absent person whose task it is; without assignee: nobody stands in. */
  readonly standsInFor: PersonRef | null;
  readonly partner: PersonRef | null;
  /** Of the young person. */
  readonly referent: PersonRef | null;
  readonly opensAt: Instant;
  readonly dueAt: Instant;
  readonly openedAt: Instant | null;
  readonly closedAt: Instant | null;
  readonly closedBy: PersonRef | null;
  readonly outcome: string | null;
  readonly cancelReason: string | null;
  readonly rungs: readonly Rung[];
  readonly revision: number;
  readonly person: { readonly lastName: string; readonly firstName: string };
}

const ref = (alias: string) =>
  `case when ${alias}.id is not null then json_build_object('id', ${alias}.id, 'displayName', ${alias}.display_name) end`;

const taskRow = `t.id, t.pathway_id as "pathwayId", t.site_id as "siteId", t.kind, t.step, t.status, t.round, t.subject,
  ${ref('assignee')} as assignee, ${ref('absent')} as "standsInFor", ${ref('partner')} as partner,
  ${ref('referent')} as referent, iso(t.opens_at) as "opensAt", iso(t.due_at) as "dueAt",
  iso(t.opened_at) as "openedAt", iso(t.closed_at) as "closedAt", ${ref('closer')} as "closedBy",
  t.outcome, t.cancel_reason as "cancelReason", t.rungs, t.revision, json_build_object('lastName', y.last_name, 'firstName', y.first_name) as person`;

const taskJoins = `join enrolments e on e.id = t.pathway_id join people y on y.id = e.person_id
  left join staff assignee on assignee.id = t.assignee_id left join staff absent on absent.id = t.stands_in_for
  left join staff closer on closer.id = t.closed_by left join staff partner on partner.id = t.partner_id
  left join pathways p on p.id = t.pathway_id left join staff referent on referent.id = p.referent_id`;

/** Whose tasks: the site's for its team, those that are or were theirs for a partner. */
export type TaskScope = { readonly siteId: string } | { readonly partnerId: string };

/** What narrows a list of tasks as well as its counts. */
export interface TaskNarrowing {
  readonly scope: TaskScope;
  readonly site?: string;
  readonly step?: Step;
  readonly kinds?: readonly TaskKind[];
  readonly pathwayId?: string;
  /** The young person's; null: none yet */
  readonly referentId?: string | null;
  /** A name, or an external number. */
  readonly sought?: string;
}

export interface TaskFilter extends TaskNarrowing {
  readonly ids?: readonly string[];
  /** Absent: any. */
  readonly status?: TaskStatus;
  /** null: nobody's */
  readonly assigneeId?: string | null;
  readonly dueFrom?: Instant;
  readonly dueBefore?: Instant;
  readonly after?: readonly [dueAt: Instant, id: string];
  readonly limit: number;
}

type Parameter = (value: unknown) => string;

function collect(): { values: unknown[]; $: Parameter } {
  const values: unknown[] = [];
  return { values, $: (value) => `$${values.push(value)}` };
}

function inScope(scope: TaskScope, $: Parameter): string {
  if ('siteId' in scope) return `t.site_id = ${$(scope.siteId)}`;
  const me = $(scope.partnerId);
  return `(t.assignee_id = ${me} or t.partner_id = ${me})`;
}

function narrowedBy(f: TaskNarrowing, $: Parameter): string[] {
  const conditions = [inScope(f.scope, $)];
  if (f.site) conditions.push(`t.site_id = ${$(f.site)}`);
  if (f.step) conditions.push(`t.step = ${$(f.step)}`);
  if (f.kinds) conditions.push(`t.kind = any(${$(f.kinds)})`);
  if (f.pathwayId) conditions.push(`t.pathway_id = ${$(f.pathwayId)}`);
  if (f.referentId !== undefined) {
    const referent = f.referentId === null ? 'is null' : `= ${$(f.referentId)}`;
    // The site again, where it is known: the index of its pathways by referent has them in one piece.
    const at = 'siteId' in f.scope ? `p.site_id = ${$(f.scope.siteId)} and ` : '';
    // `is true`: looked up in a hash table for each task in its turn. As a join, behind row-level security, it is
    // believed to be of a few pathways, and the tasks of all of them are read and sorted before the first is shown.
    conditions.push(
      `(t.pathway_id in (select p.id from pathways p where ${at}p.referent_id ${referent})) is true`,
    );
  }
  if (f.sought !== undefined) {
    conditions.push(
      `t.pathway_id in (select e.id from enrolments e join people y on y.id = e.person_id where ${whereSought(f.sought, $)})`,
    );
  }
  return conditions;
}

function listed(f: Omit<TaskFilter, 'after' | 'limit'>, $: Parameter): string[] {
  const conditions = narrowedBy(f, $);
  if (f.status) conditions.push(`t.status = ${$(f.status)}`);
  if (f.ids) conditions.push(`t.id = any(${$(f.ids)})`);
  if (f.assigneeId === null) conditions.push('t.assignee_id is null');
  else if (f.assigneeId) conditions.push(`t.assignee_id = ${$(f.assigneeId)}`);
  if (f.dueFrom) conditions.push(`t.due_at >= ${$(f.dueFrom)}`);
  if (f.dueBefore) conditions.push(`t.due_at < ${$(f.dueBefore)}`);
  return conditions;
}

/** How many the list has on all its pages. */
export async function countListed(
  client: PoolClient,
  f: Omit<TaskFilter, 'after' | 'limit'>,
): Promise<number> {
  const { values, $ } = collect();
  const { rows } = await client.query<{ n: number }>(
    `select count(*)::int as n from tasks t where ${listed(f, $).join(' and ')}`,
    values,
  );
  return (rows[0] as { n: number }).n;
}

/** By due date, then id. The page is found in an index alone; only its own tasks are then read. */
export async function listTasks(client: PoolClient, f: TaskFilter): Promise<TaskRow[]> {
  const { values, $ } = collect();
  const conditions = listed(f, $);
  if (f.after) conditions.push(`(t.due_at, t.id) > (${$(f.after[0])}::timestamptz, ${$(f.after[1])})`);
  const { rows } = await client.query<TaskRow>(
    `with page as materialized (
       select t.id from tasks t where ${conditions.join(' and ')} order by t.due_at, t.id limit ${$(f.limit)}
     )
     select ${taskRow} from page join tasks t using (id) ${taskJoins} order by t.due_at, t.id`,
    values,
  );
  return rows;
}

export interface DueCounts {
  readonly total: number;
  readonly overdue: number;
  readonly today: number;
  readonly week: number;
  readonly later: number;
}

export interface CountNarrowing extends TaskNarrowing {
  readonly kindsOfNobodys?: readonly TaskKind[];
}

export type TabCounts = Readonly<Record<'me' | 'unassigned' | 'team', DueCounts>>;

/**
 * Open tasks by whose they are and when they are due, all in one reading: of a site in an index made for it.
 * @param f.kindsOfNobodys of which kinds nobody's are counted; absent: those of all
 * @param bounds part the time, each after the one before: see `dueBounds` of the API
 */
export async function countTasks(
  client: PoolClient,
  actorId: string,
  f: CountNarrowing,
  bounds: { now: Instant; todayEnds: Instant; weekEnds: Instant },
): Promise<TabCounts> {
  const { values, $ } = collect();
  const before = Object.entries({ overdue: bounds.now, today: bounds.todayEnds, week: bounds.weekEnds });
  // What is due between two instants is a difference; and a day's tasks are told from the bounds once, not one by one.
  const counts = (tab: string) =>
    [
      `'total', coalesce(sum(${tab}), 0)`,
      ...before.map(([due, end]) => `'${due}', coalesce(sum(${tab}) filter (where due_at < ${$(end)}), 0)`),
    ].join(', ');
  const tabs = ['me', 'unassigned', 'team'].map((tab) => `json_build_object(${counts(tab)}) as ${tab}`);
  const { rows } = await client.query<Record<keyof TabCounts, Omit<DueCounts, 'later'>>>(
    `select ${tabs.join(', ')}
     from ${byDue(actorId, f, $)}`,
    values,
  );
  const { me: mine, unassigned, team } = rows[0] as NonNullable<(typeof rows)[0]>;
  const parted = ({ total, overdue, today, week }: typeof mine): DueCounts => ({
    total,
    overdue,
    today: today - overdue,
    week: week - today,
    later: total - week,
  });
  return { me: parted(mine), unassigned: parted(unassigned), team: parted(team) };
}

/** How many tasks are due when: mine, nobody's, the team's. */
function byDue(actorId: string, f: CountNarrowing, $: Parameter): string {
  const { scope, site, step, kinds, kindsOfNobodys, ...aboutSomebody } = f;
  const ofNobody = $(kindsOfNobodys ?? null);
  if ('siteId' in scope && site === undefined && Object.values(aboutSomebody).every((v) => v === undefined)) {
    return `app_open_tasks(${$(scope.siteId)}, ${$(kinds ?? null)}, ${ofNobody}, ${$(step ?? null)})`;
  }
  const conditions = [...narrowedBy(f, $), "t.status = 'open'"].join(' and ');
  return `(select t.due_at, count(*) filter (where t.assignee_id = ${$(actorId)}) as me,
     count(*) filter (where t.assignee_id is null and (${ofNobody}::text[] is null or t.kind = any(${ofNobody}))) as unassigned, count(*) as team
     from tasks t where ${conditions} group by t.due_at) counted`;
}

export interface TaskDetails extends TaskRow {
  readonly schedule: Schedule;
  readonly siteName: string;
  /** The day the due date was counted from. */
  readonly countedFrom: Day;
  readonly plannedAt: Instant;
  readonly remindAt: Instant;
  readonly escalateAt: Instant;
  readonly committeeAt: Instant;
  /** When the last thing was recorded of the pathway, on its own clock. */
  readonly recordedAt: Instant;
  readonly settingsVersion: number;
  readonly movedFrom: { readonly day: Day; readonly because: string } | null;
  readonly closedBy: PersonRef | null;
  readonly decision: Decision | null;
  /** Words of the decision, and of what the task is about. */
  readonly words: Readonly<Record<string, string>> | null;
  readonly subjectWords: Readonly<Record<string, string>> | null;
  readonly draft: { readonly form: unknown; readonly savedAt: Instant } | null;
  readonly comments: readonly { id: string; author: PersonRef; body: string; createdAt: Instant }[];
  readonly files: readonly {
    id: string;
    name: string;
    mediaType: FileType;
    size: number;
    author: PersonRef;
    createdAt: Instant;
  }[];
}

export async function readTask(client: PoolClient, actorId: string, id: string): Promise<TaskDetails | null> {
  const { rows } = await client.query<TaskDetails>({
    name: 'read_task',
    text: `select ${taskRow}, t.schedule, t.counted_from as "countedFrom",
        (select s.name from sites s where s.id = t.site_id) as "siteName", iso(t.planned_at) as "plannedAt", iso(t.remind_at) as "remindAt",
        iso(t.escalate_at) as "escalateAt", iso(t.committee_at) as "committeeAt",
        iso(p.recorded_at) as "recordedAt",
        t.settings_version as "settingsVersion", t.moved_from as "movedFrom", t.decision,
        (select ${ref('closer')} from staff closer where closer.id = t.closed_by) as "closedBy",
        (select w.fields from words w where w.id = (t.decision->>'wordsId')::uuid) as words,
        (select w.fields from words w where w.pathway_id = t.pathway_id and w.id::text = t.subject) as "subjectWords",
        (select json_build_object('form', d.form, 'savedAt', iso(d.saved_at)) from task_drafts d
          where d.task_id = t.id and d.author_id = $2) as draft,
        (select coalesce(json_agg(json_build_object('id', c.id, 'author', ${ref('a')}, 'body', c.body,
            'createdAt', iso(c.created_at)) order by c.created_at, c.id), '[]')
          from comments c join staff a on a.id = c.author_id
          where c.pathway_id = t.pathway_id and c.task_id = t.id) as comments,
        (select coalesce(json_agg(json_build_object('id', f.id, 'name', f.name, 'mediaType', f.media_type,
            'size', f.size, 'author', ${ref('a')}, 'createdAt', iso(f.created_at))
            order by f.created_at, f.id), '[]')
          from files f join staff a on a.id = f.author_id where f.task_id = t.id) as files
      from tasks t ${taskJoins} where t.id = $1`,
    values: [id, actorId],
  });
  return rows[0] ?? null;
}

export interface Proposed extends PersonRef {
  readonly role: Role;
  readonly organisation: string | null;
  /** Young people they accompany now. */
  readonly load: number;
  /** The last day of their absence, when they are away today. */
  readonly absentUntil: Day | null;
}

/** Who of the site could be named, the least loaded first, after them those who are away. */
export async function peopleByLoad(
  client: PoolClient,
  siteId: string,
  roles: readonly string[],
  today: Day,
): Promise<Proposed[]> {
  const { rows } = await client.query<Proposed>({
    name: 'people_by_load',
    text: `select s.id, s.display_name as "displayName", s.role, s.organisation,
             (select count(*)::int from pathways p
               where p.referent_id = s.id and p.site_id = $1 and p.status in ('active', 'on_hold')) as load,
             away.until as "absentUntil"
           from staff s
           left join lateral (select max(a.last_day) as until from absences a
                              where a.staff_id = s.id and $3 between a.first_day and a.last_day) away on true
           where s.site_id = $1 and s.role = any($2) and s.active
           order by away.until is not null, load, s.display_name, s.id`,
    values: [siteId, roles, today],
  });
  return rows;
}

export async function saveDraft(
  client: PoolClient,
  draft: { taskId: string; pathwayId: string; authorId: string; form: unknown; now: Date },
): Promise<void> {
  await client.query(
    `insert into task_drafts (task_id, author_id, pathway_id, form, saved_at) values ($1, $2, $3, $4, $5)
     on conflict (task_id, author_id) do update set form = excluded.form, saved_at = excluded.saved_at`,
    [draft.taskId, draft.authorId, draft.pathwayId, JSON.stringify(draft.form), draft.now],
  );
}

export async function dropDraft(client: PoolClient, taskId: string, authorId: string): Promise<void> {
  await client.query('delete from task_drafts where task_id = $1 and author_id = $2', [taskId, authorId]);
}

export interface Comment {
  readonly id: string;
  readonly pathwayId: string;
  /** null: a note on the pathway */
  readonly taskId: string | null;
  readonly authorId: string;
  readonly body: string;
  readonly now: Date;
}

/** @returns when it was written: the same comment sent again keeps its first instant */
export async function addComment(client: PoolClient, c: Comment): Promise<Instant> {
  await client.query(
    `insert into comments (id, pathway_id, task_id, author_id, body, created_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (id) do nothing`,
    [c.id, c.pathwayId, c.taskId, c.authorId, c.body, c.now],
  );
  const { rows } = await client.query<{ at: Instant }>(
    'select iso(created_at) as at from comments where id = $1',
    [c.id],
  );
  return rows[0]?.at as Instant;
}
