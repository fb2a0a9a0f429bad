/** The inbox and what is done with a task. */
import * as z from 'zod';
import { logReading } from '../../db/pathways';
import { asActor } from '../../db/pool';
import { settingsVersions } from '../../db/settings-versions';
import {
  addComment,
  countTasks,
  listTasks,
  peopleByLoad,
  readTask,
  saveDraft,
  type TaskFilter,
  type TaskNarrowing,
  type TaskRow,
  type TaskScope,
  taskFacts,
} from '../../db/tasks';
import { addDelay, dayOf, endOfDay, type Instant } from '../../domain/calendar';
import { mediaTypes } from '../../domain/files';
import { text } from '../../domain/forms';
import type { TaskStatus } from '../../domain/journal';
import { type Role, roles } from '../../domain/pathway';
import { type Action, mayHold, scopeOf, verdict } from '../../domain/policy';
import { definitionOf, formOf, type TaskKind, taskKinds } from '../../domain/tasks';
import { timeOf } from '../checks';
import { cursorQuery, page, pageOf, readCursor } from '../cursor';
import { deadline, taskDeadlines } from '../deadlines';
import { answerOf, derivedId, requestIdOf } from '../deciding';
import { formSchemaOf, jsonSchema, proposals, proposalsFor, proposed } from '../form-schemas';
import type { Person } from '../identity';
import { Problem, problemSchema } from '../problems';
import { type Call, type Context, route } from '../routing';
import * as shape from '../shapes';
import { decideOnTask, decideOnTasks, type TaskDecision } from '../task-decisions';

const dues = ['overdue', 'today', 'week', 'later'] as const;

/** Which tab of the inbox. */
const tabs = {
  assignee: z
    .union([z.enum(['me', 'unassigned', 'team']), z.uuid()])
    .default('team')
    .meta({
      description:
        'whose: mine, nobody’s, all of the site, or those of one person; nobody’s are those of the kinds asked for, without `kind` of those that the caller’s role may take',
    }),
  due: z
    .enum(dues)
    .optional()
    .meta({ description: 'overdue · due today · within the six days after · later (days in Europe/Paris)' }),
  status: shape.taskStatus.default('open'),
};

/** What narrows each tab. */
const narrowing = {
  site: z.string().max(40).optional(),
  step: shape.step.optional(),
  kind: z
    .preprocess(shape.several, z.array(shape.kind).min(1).max(taskKinds.length))
    .optional()
    .meta({ description: 'one, or several: kind=first_contact&kind=entry_interview' }),
  referent: z
    .union([z.enum(['me', 'none']), z.uuid()])
    .optional()
    .meta({ description: 'of the young person: me, none yet, or one person' }),
  pathway: z.uuid().optional(),
};

/** Of a list that is shown already: what its tasks are now, and which of those that changed belong to it. */
const MOST_NAMED = 100;

const listQuery = z.strictObject({
  ...tabs,
  ...narrowing,
  ...cursorQuery,
  status: shape.taskStatus.optional().meta({ description: 'default: open; with `id`: any' }),
  id: z
    .preprocess(shape.several, z.array(shape.taskId).min(1).max(MOST_NAMED))
    .optional()
    .meta({ description: 'these tasks alone, as far as they are in the list: id=…&id=…' }),
});
const countQuery = z.strictObject(narrowing);

/** What a saved view keeps. Not whom somebody sought: a name in it would outlast the young person's erasure. */
export const viewFilters = z.strictObject({ ...tabs, ...narrowing }).meta({ id: 'ViewFilters' });

function narrowed(actor: Person, query: z.output<typeof countQuery>, sought?: string): TaskNarrowing {
  const { site, step, kind, pathway, referent } = query;
  return {
    scope: scopeFor(actor, 'task.list'),
    site,
    step,
    kinds: kind,
    pathwayId: pathway,
    referentId: referent === 'me' ? actor.id : referent === 'none' ? null : referent,
    sought,
  };
}

/** The kinds of nobody's tasks: those asked for, else those the role may take. Undefined: all. */
export function kindsOfNobodys(
  { role }: { readonly role: Role },
  asked?: readonly TaskKind[],
): readonly TaskKind[] | undefined {
  if (asked || scopeOf(role, 'task.claim') !== 'takeable') return asked;
  return taskKinds.filter((kind) => mayHold(role, kind));
}

export function scopeFor(actor: Person, action: Action): TaskScope {
  return scopeOf(actor.role, action) === 'site'
    ? { siteId: actor.siteId as string }
    : { partnerId: actor.id };
}

/** How the time is parted for an inbox. */
export function dueBounds(now: Date): { now: Instant; todayEnds: Instant; weekEnds: Instant } {
  const today = dayOf(now);
  const noClosures = { alsaceMoselle: false, closures: [] };
  const lastDay = addDelay(today, { days: 6 }, noClosures, 'none').day;
  // A task is due at the last millisecond of its day: what is due "before the end" must include it.
  const after = (day: string) => new Date(Date.parse(endOfDay(day)) + 1).toISOString();
  return { now: now.toISOString(), todayEnds: after(today), weekEnds: after(lastDay) };
}

/** What `GET /tasks` lists. */
export function listed(
  actor: Person,
  filters: Omit<z.output<typeof viewFilters>, 'status'> & { status?: TaskStatus },
  sought: string | undefined,
  now: Date,
): Omit<TaskFilter, 'after' | 'limit'> {
  const { todayEnds, weekEnds, now: from } = dueBounds(now);
  const due = {
    overdue: { dueBefore: from },
    today: { dueFrom: from, dueBefore: todayEnds },
    week: { dueFrom: todayEnds, dueBefore: weekEnds },
    later: { dueFrom: weekEnds },
  };
  const whose = { me: actor.id, unassigned: null, team: undefined } as const;
  const { assignee, kind } = filters;
  return {
    ...narrowed(actor, filters, sought),
    kinds: assignee === 'unassigned' ? kindsOfNobodys(actor, kind) : kind,
    status: filters.status,
    assigneeId: assignee in whose ? whose[assignee as keyof typeof whose] : assignee,
    ...(filters.due && due[filters.due]),
  };
}

export const list = route({
  method: 'get',
  path: '/tasks',
  action: 'task.list',
  tag: 'tasks',
  summary: { fr: 'Les tâches, par échéance', en: 'Tasks by due date' },
  query: listQuery,
  seeks: true,
  answers: { 200: { description: 'A page of tasks', schema: pageOf(shape.task) } },
  problems: ['cursor_invalid'],
  async handle({ api }, { actor, query, sought, now }) {
    const after = readCursor(query.cursor, z.tuple([z.iso.datetime(), shape.taskId]));
    const { id, limit } = query;
    const status = query.status ?? (id ? undefined : 'open');
    const rows = await asActor(api, actor, (client) =>
      listTasks(client, {
        ...listed(actor, { ...query, status }, sought, now),
        ids: id,
        after,
        limit: limit + 1,
      }),
    );
    const { items, next } = page(rows, limit, (row) => [row.dueAt, row.id]);
    return { status: 200, body: { items: items.map((row) => shown(row, actor)), next } };
  },
});

const shown = (row: TaskRow, actor: Person) => ({
  ...row,
  label: definitionOf(row.kind).label,
  takeable: verdict(actor, 'task.claim', { siteId: row.siteId, task: factsOf(row) }) === 'allowed',
});

const factsOf = ({ kind, assignee, partner }: TaskRow) => ({
  kind,
  assigneeId: assignee?.id ?? null,
  partnerId: partner?.id ?? null,
});

const counts = z.object({ total: z.int(), overdue: z.int(), today: z.int(), week: z.int(), later: z.int() });

export const taskCounts = z.object({ me: counts, unassigned: counts, team: counts });

export const count = route({
  method: 'get',
  path: '/tasks/counts',
  action: 'task.list',
  tag: 'tasks',
  summary: {
    fr: 'Combien de tâches ouvertes, par personne et échéance',
    en: 'How many open tasks, by whose and when due',
  },
  query: countQuery,
  seeks: true,
  answers: {
    200: {
      description: 'Counts of open tasks',
      schema: taskCounts,
    },
  },
  async handle({ api }, { actor, query, sought, now }) {
    const body = await asActor(api, actor, (client) =>
      countTasks(
        client,
        actor.id,
        { ...narrowed(actor, query, sought), kindsOfNobodys: kindsOfNobodys(actor, query.kind) },
        dueBounds(now),
      ),
    );
    return { status: 200, body };
  },
});

/** What can be done with a task. */
const taskActions = [
  'task.claim',
  'task.release',
  'task.assign',
  'task.complete',
  'task.draft',
  'task.comment',
] as const satisfies readonly Action[];

/** Those who may have a task at all; which one may have which, each task decides. */
const holders: readonly Role[] = ['counsellor', 'coordinator', 'mediator', 'partner'];

export const assignees = route({
  method: 'get',
  path: '/tasks/assignees',
  action: 'task.assign',
  tag: 'tasks',
  summary: {
    fr: 'À qui une tâche du site peut être confiée, les moins chargés d’abord',
    en: 'Who a task of the site can be assigned to, the least loaded first',
  },
  answers: { 200: { description: 'The people', schema: z.object({ items: z.array(proposed) }) } },
  async handle({ api }, { actor, now }) {
    const items = await asActor(api, actor, (client) =>
      peopleByLoad(client, actor.siteId as string, holders, dayOf(now)),
    );
    return { status: 200, body: { items } };
  },
});

/** One task with all that its page needs. */
export const taskDetails = z.object({
  ...shape.task.shape,
  plannedAt: shape.instant(),
  remindAt: shape.instant(),
  escalateAt: shape.instant(),
  committeeAt: shape.instant(),
  recordedAt: shape
    .instant()
    .meta({ description: 'when the last thing was recorded, on the pathway’s own clock' }),
  settingsVersion: z.int(),
  movedFrom: z.object({ day: shape.day(), because: z.string() }).nullable(),
  deadlines: z.array(deadline).meta({ description: 'of an open or planned task: what comes next, and why' }),
  closedBy: shape.personRef.nullable(),
  decision: z.record(z.string(), z.unknown()).nullable(),
  words: shape.words,
  subjectWords: shape.words,
  form: jsonSchema.meta({
    description: 'JSON Schema of what POST …/complete takes; `title` is French, `x-title-en` English',
  }),
  outcomes: z.array(z.object({ code: z.string(), label: shape.label, follows: shape.label })).meta({
    description: 'what may come of it, and what follows',
  }),
  proposals,
  actions: z
    .array(z.enum(taskActions))
    .meta({ description: 'what the caller’s role may do with it, whoever holds it' }),
  assignees: z
    .array(z.object({ ...proposed.shape, role: shape.role }))
    .meta({ description: 'of an open task, for who may assign it: to whom' }),
  draft: z
    .object({ form: z.unknown(), savedAt: shape.instant() })
    .nullable()
    .meta({ description: 'the caller’s' }),
  comments: z.array(
    z.object({ id: z.uuid(), author: shape.personRef, body: z.string(), createdAt: shape.instant() }),
  ),
  files: z.array(
    z.object({
      id: z.uuid(),
      name: z.string(),
      mediaType: z.enum(mediaTypes),
      size: z.int().meta({ description: 'in bytes' }),
      author: shape.personRef,
      createdAt: shape.instant(),
      mayRemove: z.boolean().meta({ description: 'the caller may' }),
    }),
  ),
});

export const read = route({
  method: 'get',
  path: '/tasks/{id}',
  action: 'task.read',
  tag: 'tasks',
  summary: {
    fr: 'Une tâche, son formulaire et ce qui suit de chaque issue',
    en: 'A task, its form and what follows from each outcome',
  },
  params: shape.taskParams,
  answers: { 200: { description: 'The task; ETag is its revision', schema: taskDetails } },
  async handle(context, { actor, params, now }) {
    const found = await asActor(context.api, actor, async (client) => {
      const row = await readTask(client, actor.id, params.id);
      if (!row) return null;
      const facts = {
        id: row.id,
        pathwayId: row.pathwayId,
        siteId: row.siteId,
        ...factsOf(row as TaskRow),
        revision: row.revision,
        recordedAt: row.recordedAt,
        hasDraft: row.draft !== null,
      };
      if (verdict(actor, 'task.read', { siteId: row.siteId, task: facts }) !== 'allowed') return null;
      context.remembered.tasks.set(row.id, facts);
      const form = formSchemaOf(formOf(row.kind));
      const proposals = await proposalsFor(client, row.siteId, form, dayOf(now));
      await logReading(client, actor.id, row.pathwayId, 'task');
      const allowed = taskActions.filter(
        (action) => verdict(actor, action, { siteId: row.siteId, task: facts }) === 'allowed',
      );
      const assignees: object[] = [];
      if (row.status === 'open' && allowed.includes('task.assign')) {
        const who = roles.filter((role) => mayHold(role, row.kind));
        assignees.push(...(await peopleByLoad(client, row.siteId, who, dayOf(now))));
      }
      const settings = await settingsVersions(client, row.siteId, [row.settingsVersion]);
      return {
        row,
        form,
        proposals,
        actions: allowed,
        assignees,
        settings: settings.get(row.settingsVersion),
      };
    });
    if (!found) throw new Problem('not_found');
    const { schedule, countedFrom, siteName, ...row } = found.row;
    const site = { id: row.siteId, name: siteName };
    const isTold = row.status === 'open' || row.status === 'planned';
    return {
      status: 200,
      body: {
        ...shown(row as TaskRow, actor),
        form: found.form.schema,
        outcomes: Object.entries(definitionOf(row.kind).outcomes).map(([code, o]) => ({
          code,
          label: o.label,
          follows: o.then,
        })),
        proposals: found.proposals,
        actions: found.actions,
        assignees: found.assignees,
        deadlines: isTold
          ? taskDeadlines(
              { ...row, schedule, countedFrom },
              site,
              found.settings,
              timeOf(row, now).toISOString(),
            )
          : [],
        files: row.files.map((f) => ({ ...f, mayRemove: mayRemoveFile(actor, row.siteId, f.author.id) })),
      },
      headers: { etag: `"${row.revision}"` },
    };
  },
});

const decideWith = (toDecision: (body: never) => TaskDecision) =>
  async function handle(context: Context, call: Call<{ id: string }, unknown, unknown>) {
    const { actor, params, language, now, ifMatch, requestId } = call;
    const decision = toDecision(call.body as never);
    const asked = { actor, decision, language, now, ifMatch };
    return answerOf(await decideOnTask(context, asked, params.id, requestId), 200);
  };

export const claim = route({
  method: 'post',
  path: '/tasks/{id}/claim',
  action: 'task.claim',
  tag: 'tasks',
  summary: { fr: 'Prendre une tâche', en: 'Claim a task' },
  params: shape.taskParams,
  ifMatch: true,
  answers: shape.decisionAnswers(200),
  problems: ['task_held', 'task_closed', 'task_planned', 'pathway_closed'],
  handle: decideWith(() => ({ action: 'claim' })),
});

export const release = route({
  method: 'post',
  path: '/tasks/{id}/release',
  action: 'task.release',
  tag: 'tasks',
  summary: {
    fr: 'Rendre une tâche (la coordination : aussi celle d’un autre)',
    en: 'Give a task back (a coordinator: anybody’s)',
  },
  params: shape.taskParams,
  ifMatch: true,
  answers: shape.decisionAnswers(200),
  problems: ['task_held', 'task_not_held', 'task_closed', 'task_planned', 'pathway_closed'],
  handle: decideWith(() => ({ action: 'release' })),
});

export const assign = route({
  method: 'post',
  path: '/tasks/{id}/assign',
  action: 'task.assign',
  tag: 'tasks',
  summary: { fr: 'Confier une tâche à une personne du site', en: 'Assign a task to a person of the site' },
  params: shape.taskParams,
  body: z.strictObject({ assigneeId: shape.uuid }),
  ifMatch: true,
  answers: shape.decisionAnswers(200),
  problems: ['assignee_absent', 'task_closed', 'task_planned', 'pathway_closed'],
  handle: decideWith(({ assigneeId }: { assigneeId: string }) => ({ action: 'assign', assigneeId })),
});

/** Any form: which one it must be is known with the task. */
const anyForm = z.looseObject({ outcome: z.string().max(60) });
const everyForm = z
  .union(taskKinds.map((kind) => formOf(kind).meta({ id: `Form_${kind}` })) as [z.ZodType, ...z.ZodType[]])
  .meta({ id: 'TaskForm', description: 'The form of the task’s kind' });

export const complete = route({
  method: 'post',
  path: '/tasks/{id}/complete',
  action: 'task.complete',
  tag: 'tasks',
  summary: { fr: 'Terminer une tâche par une issue', en: 'Complete a task with an outcome' },
  params: shape.taskParams,
  body: anyForm,
  documentedBody: everyForm,
  ifMatch: true,
  answers: shape.decisionAnswers(200),
  problems: [
    'task_held',
    'task_closed',
    'task_planned',
    'pathway_closed',
    'outcome_invalid',
    'dates_contradict',
    'legal_representative_missing',
  ],
  handle: decideWith((form: unknown) => ({ action: 'complete', form })),
});

export const draft = route({
  method: 'put',
  path: '/tasks/{id}/draft',
  action: 'task.draft',
  tag: 'tasks',
  summary: { fr: 'Garder un brouillon du formulaire', en: 'Keep a draft of the form' },
  params: shape.taskParams,
  body: z.strictObject({ form: z.record(z.string().max(60), z.unknown()) }),
  answers: {
    200: { description: 'Kept; only its author sees it', schema: z.object({ savedAt: shape.instant() }) },
  },
  async handle({ api }, { actor, params, body, now }) {
    await asActor(api, actor, async (client) => {
      const [facts] = await taskFacts(client, actor.id, [params.id]);
      refuseTask(actor, 'task.draft', facts);
      const { pathwayId } = facts as { pathwayId: string };
      await saveDraft(client, { taskId: params.id, pathwayId, authorId: actor.id, form: body.form, now });
    });
    return { status: 200, body: { savedAt: now.toISOString() } };
  },
});

export const comment = route({
  method: 'post',
  path: '/tasks/{id}/comments',
  action: 'task.comment',
  tag: 'tasks',
  summary: { fr: 'Commenter une tâche', en: 'Comment on a task' },
  params: shape.taskParams,
  body: z.strictObject({ body: text(4000) }),
  answers: {
    201: { description: 'Written', schema: z.object({ id: z.uuid(), createdAt: shape.instant() }) },
  },
  async handle({ api }, { actor, params, body, now, requestId }) {
    const id = derivedId(requestId, 'comment');
    const createdAt = await asActor(api, actor, async (client) => {
      const [facts] = await taskFacts(client, actor.id, [params.id]);
      refuseTask(actor, 'task.comment', facts);
      const { pathwayId } = facts as { pathwayId: string };
      return addComment(client, {
        id,
        pathwayId,
        taskId: params.id,
        authorId: actor.id,
        body: body.body,
        now,
      });
    });
    return { status: 201, body: { id, createdAt } };
  },
});

export function refuseTask(
  actor: Person,
  action: Action,
  facts: { siteId: string; kind: TaskKind; assigneeId: string | null; partnerId: string | null } | undefined,
): void {
  const allowed = facts ? verdict(actor, action, { siteId: facts.siteId, task: facts }) : 'unseen';
  if (allowed === 'unseen') throw new Problem('not_found');
  if (allowed === 'forbidden') throw new Problem('forbidden');
}

export const mayRemoveFile = (actor: Person, siteId: string, authorId: string) =>
  verdict(actor, 'file.remove', { siteId, staffId: authorId }) === 'allowed';

const taskIds = z
  .array(shape.taskId)
  .min(1)
  .max(200)
  .refine((ids) => new Set(ids).size === ids.length, { error: 'names a task twice: remove one' });

const bulkBody = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('claim'), taskIds }),
  z.strictObject({ action: z.literal('release'), taskIds }),
  z.strictObject({ action: z.literal('assign'), taskIds, assigneeId: shape.uuid }),
  z.strictObject({ action: z.literal('complete'), taskIds, form: anyForm }),
]);

/** What became of one of them. */
export const bulkResult = z.union([
  z.object({ taskId: z.string(), status: z.literal(200), recorded: shape.recorded }),
  z.object({ taskId: z.string(), status: z.literal(202), accepted: shape.accepted }),
  z.object({ taskId: z.string(), status: z.int().min(400), problem: problemSchema }),
]);

/** Updates of a bulk request under way at once: a person's two hundred leave room for everybody else's one. */
const BULK_CONCURRENCY = 8;

export const bulk = route({
  method: 'post',
  path: '/tasks/bulk',
  action: 'task.bulk',
  tag: 'tasks',
  summary: {
    fr: 'Prendre, rendre, confier ou terminer jusqu’à 200 tâches ; un résultat pour chacune',
    en: 'Claim, give back, assign or complete up to 200 tasks; a result for each',
  },
  body: bulkBody,
  answers: {
    200: {
      description: 'A result for each task, in the order asked',
      schema: z.object({
        results: z.array(bulkResult),
      }),
    },
  },
  async handle(context, { actor, body, key, language, now, trace }) {
    const decision: TaskDecision =
      body.action === 'claim' || body.action === 'release'
        ? { action: body.action }
        : body.action === 'assign'
          ? { action: 'assign', assigneeId: body.assigneeId }
          : { action: 'complete', form: body.form };
    const tasks = body.taskIds.map((id) => ({ id, requestId: requestIdOf(actor.id, `bulk ${id}`, key) }));
    const asked = { actor, decision, language, now, ifMatch: null };
    const results = await decideOnTasks(context, asked, tasks, BULK_CONCURRENCY);
    return {
      status: 200,
      body: {
        results: results.map((result, n) => {
          const taskId = body.taskIds[n];
          if (result instanceof Problem) {
            return { taskId, status: result.status, problem: result.toBody(language, trace) };
          }
          const { status, body: said } = answerOf(result, 200);
          return { taskId, status, [status === 200 ? 'recorded' : 'accepted']: said };
        }),
      },
    };
  },
});

export const taskRoutes = [
  list,
  count,
  assignees,
  read,
  claim,
  release,
  assign,
  complete,
  draft,
  comment,
  bulk,
];
