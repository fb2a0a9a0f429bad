/** Young people's pathways: the list, the record with what comes next, the timeline, and what happens to them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { UpdateDefinition } from '@temporalio/common';
import * as z from 'zod';
import { isAway } from '../../db/away';
import {
  birthDateOf,
  isBeginning,
  listPathways,
  logReading,
  type PathwayFacts,
  type PathwayFilter,
  pathwayFacts,
  readNotes,
  readPathway,
  readTimeline,
} from '../../db/pathways';
import { asActor } from '../../db/pool';
import { settingsVersions } from '../../db/settings-versions';
import { staffByIds } from '../../db/staff';
import { addComment } from '../../db/tasks';
import { keepWords } from '../../db/words';
import { ageOn, dayOf } from '../../domain/calendar';
import { eventTypes } from '../../domain/event-groups';
import { eventSentence, peopleIn } from '../../domain/event-sentences';
import { type EventKind, eventFields, eventLabels, whyNotNow } from '../../domain/events';
import { isWords, type Label, text } from '../../domain/forms';
import { causeLabels, mediationCauses, mediationResults, resultLabels } from '../../domain/mediation';
import {
  employmentKinds,
  obstacles,
  statuses,
  terminationInitiators,
  terminationReasons,
} from '../../domain/pathway';
import { type Action, scopeOf, sees, verdict } from '../../domain/policy';
import { definitionOf, splitWords, type TaskKind } from '../../domain/tasks';
import {
  exitPathway,
  holdPathway,
  proposeOffer,
  type Recorded,
  raiseAlert,
  recordContact,
  recordContract,
  recordEmployment,
  recordTermination,
  resumePathway,
  transferReferent,
  undoExit,
} from '../../workflows/messages';
import {
  dateProblems,
  directoryProblems,
  type Found,
  namedIn,
  namesNothing,
  refuseFound,
  signatureProblems,
  timeOf,
} from '../checks';
import { cursorQuery, page, pageOf, readCursor } from '../cursor';
import { deadline, deadlinesOf } from '../deadlines';
import { answerOf, decide, derivedId, wasTaken, wordsIdOf } from '../deciding';
import { formSchemaOf, jsonSchema, proposals, proposalsFor } from '../form-schemas';
import type { Person } from '../identity';
import { Problem, type ProblemCode, problemKinds } from '../problems';
import { type Answer, type Call, type Context, type Route, route } from '../routing';
import * as shape from '../shapes';
import { scopeFor } from './tasks';

/** How long a reader waits for the first entry of a pathway, and how often it looks. */
const BEGINS_WITHIN_MS = 2_000;
const LOOK_AGAIN_MS = 50;

export const pathwaySummary = z
  .object({
    id: z.uuid(),
    siteId: z.string(),
    status: shape.status,
    step: shape.step
      .nullable()
      .meta({ description: 'null: in none, before the draw or in the usual service' }),
    stepEnteredAt: shape.instant(),
    referent: shape.personRef.nullable(),
    lastContactAt: shape.instant().nullable(),
    holdUntil: shape.day().nullable(),
    exitCode: shape.exitCode.nullable(),
    person: z.object({ lastName: z.string(), firstName: z.string() }),
    openTasks: z.int(),
    nextDueAt: shape.instant().nullable(),
    revision: z.int(),
  })
  .meta({ id: 'PathwaySummary' });

/** What narrows the list. */
const filters = {
  site: z.string().max(40).optional(),
  step: shape.step.optional(),
  status: z
    .preprocess(shape.several, z.array(shape.status).min(1).max(statuses.length))
    .optional()
    .meta({ description: 'one, or several: status=active&status=on_hold' }),
  referent: z.union([z.enum(['me', 'none']), z.uuid()]).optional(),
};
export const pathwayFilters = z.strictObject(filters).meta({ id: 'PathwayFilters' });

/** What `GET /pathways` lists. */
export function listed(
  actor: Person,
  { site, step, status, referent }: z.output<typeof pathwayFilters>,
  sought?: string,
): Omit<PathwayFilter, 'after' | 'limit'> {
  return {
    ...{ scope: scopeFor(actor, 'pathway.list'), site, step, statuses: status, sought },
    referentId: referent === 'me' ? actor.id : referent === 'none' ? null : referent,
  };
}

export const list = route({
  method: 'get',
  path: '/pathways',
  action: 'pathway.list',
  tag: 'pathways',
  summary: { fr: 'Les parcours', en: 'The pathways' },
  query: z.strictObject({ ...filters, ...cursorQuery }),
  seeks: true,
  answers: {
    200: { description: 'A page of pathways, by name', schema: pageOf(pathwaySummary) },
  },
  problems: ['cursor_invalid'],
  async handle({ api }, { actor, query, sought }) {
    const [after] = readCursor(query.cursor, z.tuple([z.uuid()])) ?? [];
    const { limit } = query;
    const rows = await asActor(api, actor, (client) =>
      listPathways(client, { ...listed(actor, query, sought), after, limit: limit + 1 }),
    );
    return { status: 200, body: page(rows, limit, (row) => [row.id]) };
  },
});

export const pathwayRecord = z
  .object({
    id: z.uuid(),
    siteId: z.string(),
    siteName: z.string(),
    status: shape.status,
    step: shape.step
      .nullable()
      .meta({ description: 'null: in none, before the draw or in the usual service' }),
    interval: z
      .int()
      .meta({ description: 'number of the stay in a step: a step entered again is a new one' }),
    stepEnteredAt: shape.instant(),
    enrolledAt: shape.instant(),
    referent: shape.personRef.nullable(),
    lastContactAt: shape.instant().nullable(),
    holdUntil: shape.day().nullable(),
    exit: z.object({ code: shape.exitCode, at: shape.instant(), words: shape.words }).nullable(),
    contractId: z.string().nullable(),
    settingsVersion: z.int(),
    revision: z.int(),
    recordedAt: shape
      .instant()
      .meta({ description: 'when the last thing was recorded, on the pathway’s own clock' }),
    glassUntil: shape.instant().nullable().meta({
      description:
        'another site’s, which the caller reads until then and changes nothing of; null: their own',
    }),
    person: shape.identity.extend({ age: z.int().optional() }),
    tasks: z.array(
      z.object({
        id: z.string(),
        kind: shape.kind,
        label: shape.label,
        round: z.int(),
        subject: z.string().nullable(),
        step: shape.step,
        status: shape.taskStatus,
        assignee: shape.personRef.nullable(),
        standsInFor: shape.standsInFor,
        opensAt: shape.instant(),
        dueAt: shape.instant(),
        rungs: z.array(z.string()),
      }),
    ),
    deadlines: z.array(deadline).meta({ description: 'what comes next, and why' }),
    steps: z.array(
      z.object({
        interval: z.int(),
        step: shape.step,
        enteredAt: shape.instant(),
        leftAt: shape.instant().nullable(),
      }),
    ),
    contracts: z.array(
      z.object({
        id: z.string(),
        signedOn: shape.day(),
        startsOn: shape.day(),
        endsOn: shape.day(),
        terminated: z
          .object({
            on: shape.day(),
            initiator: z.enum(terminationInitiators),
            reason: z.enum(terminationReasons),
          })
          .nullable(),
        words: shape.words,
      }),
    ),
    employments: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(employmentKinds),
        startsOn: shape.day(),
        endsOn: shape.day().nullable(),
        durable: z.boolean(),
        left: z.boolean(),
        words: shape.words,
      }),
    ),
    mediations: z
      .array(
        z.object({
          id: z.string(),
          number: z.int(),
          cause: z.enum(mediationCauses),
          causeLabel: shape.label,
          openedAt: shape.instant(),
          mediator: shape.personRef.nullable(),
          endedAt: shape.instant().nullable(),
          result: z.enum(mediationResults).nullable(),
          resultLabel: shape.label.nullable(),
        }),
      )
      .meta({ description: 'the first one first; the one that is open has no result' }),
    referentAway: z
      .object({ until: shape.day(), substitute: shape.personRef.nullable() })
      .nullable()
      .meta({ description: 'the referent is away today: who stands in, if somebody does' }),
    obstacles: z
      .array(
        z.object({
          obstacle: z.enum(obstacles),
          task: z
            .object({
              id: z.string(),
              status: shape.taskStatus,
              outcome: z.string().nullable(),
              outcomeLabel: shape.label.nullable(),
              dueAt: shape.instant(),
              closedAt: shape.instant().nullable(),
            })
            .nullable()
            .meta({ description: 'the last time somebody was asked to remove it; null: nobody yet' }),
        }),
      )
      .meta({ description: 'found at the latest entry interview' }),
    followUps: z
      .array(
        z.object({
          taskId: z.string(),
          kind: shape.kind,
          label: shape.label,
          outcome: z.string(),
          outcomeLabel: shape.label,
          closedAt: shape.instant(),
        }),
      )
      .meta({ description: 'what was done while securing the contract, the first one first' }),
    skills: z
      .array(z.object({ taskId: z.string(), reviewedAt: shape.instant(), words: shape.words }))
      .meta({ description: 'of the skills reviews, the latest first' }),
  })
  .meta({ id: 'Pathway' });

/** Everybody's words, or of a partner only its own. */
const readsAllWords = (actor: Person) => scopeOf(actor.role, 'pathway.read') === 'site';

export const read = route({
  method: 'get',
  path: '/pathways/{id}',
  action: 'pathway.read',
  tag: 'pathways',
  summary: {
    fr: 'Un parcours : état, tâches, prochaines échéances et leurs raisons',
    en: 'A pathway: state, tasks, next deadlines with their reasons',
  },
  params: shape.uuidParams,
  answers: { 200: { description: 'The pathway; ETag is its revision', schema: pathwayRecord } },
  problems: ['pathway_beginning'],
  async handle(context, { actor, params, now }) {
    const read = () =>
      asActor(context.api, actor, async (client) => {
        const row = await readPathway(client, actor.id, params.id, readsAllWords(actor), dayOf(now));
        if (!row && (await isBeginning(client, params.id))) return 'beginning' as const;
        if (!row || verdict(actor, 'pathway.read', row) !== 'allowed') return null;
        context.remembered.pathways.set(row.id, row);
        const versions = [...row.tasks, ...row.waits].map((x) => x.settingsVersion);
        const settings = await settingsVersions(client, row.siteId, versions);
        await logReading(client, actor.id, row.id, 'pathway');
        return { row, settings };
      });
    let found = await read();
    // Who has just enrolled somebody looks for the pathway at once: its first entry takes a moment.
    for (let waited = 0; found === 'beginning' && waited < BEGINS_WITHIN_MS; waited += LOOK_AGAIN_MS) {
      await sleep(LOOK_AGAIN_MS);
      found = await read();
    }
    if (!found) throw new Problem('not_found');
    // Behind a large import it may take minutes; it is not lost.
    if (found === 'beginning') throw new Problem('pathway_beginning', { headers: { 'retry-after': '10' } });
    const { shared: _, waits, tasks, mediations, person, obstacles, followUps, ...row } = found.row;
    const site = { id: row.siteId, name: row.siteName };
    return {
      status: 200,
      body: {
        ...row,
        person: seenBy(actor, { ...person, age: ageOn(person.birthDate, dayOf(timeOf(row, now))) }),
        tasks: tasks.map(({ id, kind, round, subject, step, status, assignee, standsInFor, ...task }) => ({
          ...{ id, kind, label: definitionOf(kind).label, round, subject, step, status },
          ...{ assignee, standsInFor, opensAt: task.opensAt, dueAt: task.dueAt, rungs: task.rungs },
        })),
        mediations: mediations.map((m) => ({
          ...m,
          causeLabel: causeLabels[m.cause],
          resultLabel: m.result && resultLabels[m.result],
        })),
        obstacles: obstacles.map(({ obstacle, task }) => ({
          obstacle,
          task: task && { ...task, outcomeLabel: outcomeLabel('remove_obstacle', task.outcome) },
        })),
        followUps: followUps.map((f) => ({
          ...f,
          label: definitionOf(f.kind).label,
          outcomeLabel: outcomeLabel(f.kind, f.outcome),
        })),
        deadlines: deadlinesOf(
          tasks,
          waits,
          site,
          (v) => found.settings.get(v),
          timeOf(row, now).toISOString(),
          row.status === 'on_hold',
        ),
      },
      headers: { etag: `"${row.revision}"` },
    };
  },
});

const outcomeLabel = (kind: TaskKind, outcome: string | null): Label | null =>
  outcome ? (definitionOf(kind).outcomes[outcome]?.label ?? { fr: outcome, en: outcome }) : null;

/** What of the young person's identity this role may see. */
export function seenBy(actor: Person, person: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(person).filter(([name]) => sees(actor.role, name)));
}

export const pathwayEvent = z
  .object({
    revision: z.int(),
    position: z.int(),
    type: z.string(),
    at: shape.instant().meta({ description: 'when it happened' }),
    recordedAt: shape.instant().meta({ description: 'when it became known' }),
    by: shape.personRef.nullable(),
    data: z.record(z.string(), z.unknown()).nullable().meta({ description: 'codes, days and ids' }),
    words: shape.words,
    sentence: shape.label.meta({ description: 'what happened and who did it' }),
  })
  .meta({ id: 'TimelineEvent' });

export const timeline = route({
  method: 'get',
  path: '/pathways/{id}/timeline',
  action: 'pathway.read',
  tag: 'pathways',
  summary: { fr: 'Ce qui s’est passé, le plus récent d’abord', en: 'What has happened, the latest first' },
  params: shape.uuidParams,
  query: z.strictObject({
    type: z
      .preprocess(shape.several, z.array(z.enum(eventTypes)).min(1).max(eventTypes.length))
      .optional()
      .meta({ description: 'one, or several: type=contact&type=exited' }),
    mediation: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_000)
      .optional()
      .meta({ description: 'the page of one mediation, by its number' }),
    task: shape.taskId.optional().meta({ description: 'what happened with one task, by its id' }),
    ...cursorQuery,
  }),
  answers: { 200: { description: 'A page of the timeline', schema: pageOf(pathwayEvent) } },
  problems: ['cursor_invalid'],
  async handle(context, { actor, params, query }) {
    const before = readCursor(
      query.cursor,
      z.tuple([
        z
          .int()
          .min(0)
          .max(2 ** 31 - 1),
        z
          .int()
          .min(0)
          .max(2 ** 31 - 1),
      ]),
    );
    const { limit, type, mediation, task } = query;
    const rows = await asActor(context.api, actor, async (client) => {
      await seen(context, actor, 'pathway.read', await pathwayFacts(client, actor.id, params.id));
      await logReading(client, actor.id, params.id, 'timeline');
      const allWords = readsAllWords(actor);
      const rows = await readTimeline(client, actor.id, params.id, {
        allWords,
        types: type,
        mediation,
        task,
        before,
        limit: limit + 1,
      });
      const staff = await staffByIds(client, [...new Set(rows.flatMap(peopleIn))]);
      const names = new Map(staff.map(({ id, displayName }) => [id, displayName]));
      return rows.map(({ subject, ...row }) => ({
        ...row,
        sentence: eventSentence({ ...row, subject, by: row.by?.displayName }, (id) => names.get(id)),
      }));
    });
    return { status: 200, body: page(rows, limit, (row) => [row.revision, row.position]) };
  },
});

/** @throws Problem not_found, forbidden */
export async function seen(
  context: Context,
  actor: Person,
  action: Action,
  facts: PathwayFacts | null,
): Promise<PathwayFacts> {
  const allowed = facts ? verdict(actor, action, facts) : 'unseen';
  if (!facts || allowed === 'unseen') throw new Problem('not_found');
  if (allowed === 'forbidden') throw new Problem('forbidden');
  context.remembered.pathways.set(facts.id, facts);
  return facts;
}

/** How long what is known of a pathway may serve while the database is away. */
const REMEMBERED_MS = 1_800_000;

type Body = Record<string, unknown>;

interface Happening<R> {
  readonly update: UpdateDefinition<Recorded, [R], string>;
  readonly fields: z.ZodRawShape;
  /** What the Update takes beside who and the request's id. */
  readonly terms: (decision: Body, now: Date) => Body;
  /** What the schema and the dates do not say. */
  readonly check?: (body: Body, now: Date) => Found[];
}

/** One thing that happens to a pathway: allowed, checked, words kept, then its workflow decides. */
async function happen<R>(
  context: Context,
  call: Call<{ id: string }, unknown, unknown>,
  action: Action,
  { update, fields, terms, check }: Happening<R>,
  status: 200 | 201,
): Promise<Answer> {
  const { actor, language, now, requestId, ifMatch } = call;
  const body = (call.body ?? {}) as Body;
  const refuseDates = (known: PathwayFacts) => {
    const there = timeOf(known, now);
    refuseFound([...dateProblems(body, dayOf(there)), ...(check?.(body, there) ?? [])], language);
  };
  const named = namedIn(body);
  const parts = splitWords(fields, body);
  // Words never leave for Temporal.
  if (Object.keys(parts.decision).some((name) => !fields[name] || isWords(fields[name]))) {
    throw new Error('a field of this event is not known to be without words');
  }
  const wordsId = parts.words && wordsIdOf(requestId);

  let newWords = false;
  let facts: PathwayFacts;
  try {
    facts = await asActor(context.api, actor, async (client) => {
      const known = await seen(context, actor, action, await pathwayFacts(client, actor.id, call.params.id));
      if (ifMatch !== null && ifMatch !== known.revision && !(await wasTaken(context, known.id, requestId))) {
        throw new Problem('stale', { headers: { etag: `"${known.revision}"` } });
      }
      refuseDates(known);
      if (!namesNothing(named)) refuseFound(await directoryProblems(client, known.siteId, named), language);
      if ('signedOn' in body)
        refuseFound(signatureProblems(body, await birthDateOf(client, known.id)), language);
      if (parts.words && wordsId) {
        const words = [{ id: wordsId, pathwayId: known.id, fields: parts.words }];
        newWords = (await keepWords(client, actor.id, words, now)).size > 0;
      }
      return known;
    });
  } catch (error) {
    if (!isAway(error)) throw error;
    const known = context.remembered.pathways.get(call.params.id, REMEMBERED_MS);
    // Words, people, and what a partner shares, need the database.
    const needs = parts.words || !namesNothing(named);
    if (!known || needs || verdict(actor, action, { siteId: known.siteId }) !== 'allowed') {
      throw new Problem('database_away', { headers: { 'retry-after': '5' }, cause: error });
    }
    refuseDates(known);
    facts = known;
  }
  const request = {
    requestId,
    by: actor.id,
    ...terms(parts.decision, timeOf(facts, now)),
    ...(wordsId && { wordsId }),
  } as R;
  return answerOf(
    await decide(context, actor, { pathwayId: facts.id, requestId, update, request, newWords }),
    status,
  );
}

/** An entry of the route table that records an event. */
type EventRoute = Route & { readonly event: EventKind };

function happening<R>(
  entry: {
    event: EventKind;
    method?: 'delete';
    path: string;
    action: Action;
    summary?: Label;
    status: 200 | 201;
    problems: readonly ProblemCode[];
  } & Omit<Happening<R>, 'fields'>,
): EventRoute {
  const { event, method = 'post', summary = eventLabels[event] } = entry;
  const fields: z.ZodRawShape = eventFields[event];
  return {
    event,
    ...route({
      method,
      path: `/pathways/{id}/${entry.path}`,
      action: entry.action,
      tag: 'pathways',
      summary,
      params: shape.uuidParams,
      ...(method === 'post' && { body: z.strictObject(fields) }),
      ifMatch: true,
      answers: shape.decisionAnswers(entry.status),
      problems: ['pathway_closed', ...entry.problems],
      handle: (context, call) => happen(context, call, entry.action, { ...entry, fields }, entry.status),
    }),
  };
}

/** A clock that runs a little ahead of ours is no mistake of a person. */
const CLOCKS_DIFFER_MS = 60_000;

export const contacts = happening({
  path: 'contacts',
  action: 'contact.record',
  event: 'contact',
  status: 201,
  problems: ['pathway_exited'],
  update: recordContact,
  terms: ({ at, ...decision }, now) => ({
    ...decision,
    // Never later than now, whatever the caller's clock says.
    // Without it the workflow's clock says when: it is the young person's own.
    ...(at !== undefined && {
      at: new Date(Math.min(Date.parse(at as string), now.getTime())).toISOString(),
    }),
  }),
  check({ at }, now) {
    if (typeof at !== 'string' || Date.parse(at) <= now.getTime() + CLOCKS_DIFFER_MS) return [];
    return [
      {
        pointer: '/at',
        code: 'date_in_future',
        message: {
          fr: 'ce contact est dans le futur : corrigez la date',
          en: 'this contact is in the future: correct the date',
        },
      },
    ];
  },
});

export const contracts = happening({
  path: 'contracts',
  action: 'contract.record',
  event: 'contract',
  status: 201,
  problems: [
    'pathway_exited',
    'not_in_the_steps',
    'contract_running',
    'dates_contradict',
    'legal_representative_missing',
  ],
  update: recordContract,
  terms: (decision) => decision,
});

export const terminations = happening({
  path: 'terminations',
  action: 'termination.record',
  event: 'termination',
  status: 201,
  problems: ['pathway_exited', 'not_in_the_steps', 'contract_missing', 'dates_contradict'],
  update: recordTermination,
  terms: (decision) => decision,
});

export const employments = happening({
  path: 'employments',
  action: 'employment.record',
  event: 'employment',
  status: 201,
  problems: ['pathway_exited', 'not_in_the_steps', 'dates_contradict'],
  update: recordEmployment,
  terms: (decision) => decision,
});

export const alerts = happening({
  path: 'alerts',
  action: 'alert.raise',
  event: 'alert',
  status: 201,
  problems: ['pathway_exited', 'not_in_the_steps'],
  update: raiseAlert,
  terms: (decision) => decision,
});

export const offers = happening({
  path: 'offers',
  action: 'offer.propose',
  event: 'offer',
  status: 201,
  problems: ['pathway_exited', 'not_in_the_steps', 'not_in_this_step'],
  update: proposeOffer,
  terms: (decision, now) => ({ proposedOn: dayOf(now), ...decision }),
});

export const exit = happening({
  path: 'exit',
  action: 'pathway.exit',
  event: 'exit',
  status: 200,
  problems: ['pathway_exited', 'exit_words_missing'],
  update: exitPathway,
  terms: (decision) => decision,
  check({ code, comment }) {
    if (code !== 'other' || comment) return [];
    return [
      {
        pointer: '/comment',
        code: 'exit_words_missing',
        message: { fr: 'précisez la sortie « autre »', en: 'say what the exit "other" is' },
      },
    ];
  },
});

export const undo = happening({
  event: 'undo_exit',
  method: 'delete',
  path: 'exit',
  action: 'exit.undo',
  status: 200,
  problems: ['not_exited'],
  update: undoExit,
  terms: () => ({}),
});

export const hold = happening({
  path: 'hold',
  action: 'pathway.hold',
  summary: {
    fr: 'Mettre en attente jusqu’à une date : rien n’est dû avant, sauf ce que la loi date',
    en: 'Put on hold until a day: nothing is due before it but what the law dates',
  },
  event: 'hold',
  status: 200,
  problems: ['pathway_exited', 'not_in_the_steps'],
  update: holdPathway,
  terms: (decision) => decision,
});

export const resume = happening({
  event: 'resume',
  method: 'delete',
  path: 'hold',
  action: 'pathway.hold',
  summary: { fr: 'Reprendre un parcours en attente', en: 'Resume a pathway that is on hold' },
  status: 200,
  problems: ['not_on_hold'],
  update: resumePathway,
  terms: () => ({}),
});

export const transfer = happening({
  path: 'transfer',
  action: 'pathway.transfer',
  summary: {
    fr: 'Changer de référent, pour de bon ou jusqu’à une date : ses tâches suivent',
    en: 'Another referent, for good or until a day: the tasks follow',
  },
  event: 'transfer',
  status: 200,
  problems: ['pathway_exited', 'not_in_the_steps', 'referent_already'],
  update: transferReferent,
  terms: (decision) => decision,
});

const happenings = [
  contacts,
  contracts,
  terminations,
  employments,
  alerts,
  offers,
  exit,
  undo,
  hold,
  resume,
  transfer,
];
const noFields = z.strictObject({});

export const eventForm = z
  .object({
    event: z.enum(Object.keys(eventFields) as [EventKind, ...EventKind[]]),
    method: z.enum(['post', 'delete']),
    path: z.string().meta({ description: 'behind /api' }),
    label: shape.label,
    notNow: z
      .object({ code: z.string(), reason: shape.label })
      .nullable()
      .meta({ description: 'why it cannot be recorded as things are; null: it can' }),
    form: jsonSchema.meta({
      description: 'JSON Schema of what the request takes; `title` is French, `x-title-en` English',
    }),
    proposals,
  })
  .meta({ id: 'EventForm' });

export const forms = route({
  method: 'get',
  path: '/pathways/{id}/forms',
  action: 'pathway.read',
  tag: 'pathways',
  summary: {
    fr: 'Ce que l’on peut enregistrer pour ce jeune, avec les formulaires',
    en: 'What can be recorded for this young person, with the forms',
  },
  params: shape.uuidParams,
  answers: {
    200: {
      description: 'Each event that the caller’s role records, with the reason for those not now',
      schema: z.object({ items: z.array(eventForm) }),
    },
  },
  async handle(context, { actor, params, now }) {
    const items = await asActor(context.api, actor, async (client) => {
      const facts = await seen(
        context,
        actor,
        'pathway.read',
        await pathwayFacts(client, actor.id, params.id),
      );
      const state = {
        exited: facts.status === 'exited',
        closed: facts.status === 'closed',
        onHold: facts.status === 'on_hold',
        step: facts.step,
        contractRuns: facts.contractId !== null,
      };
      const found: z.output<typeof eventForm>[] = [];
      for (const { event, method, path, action, body } of happenings) {
        if (verdict(actor, action, facts) !== 'allowed') continue;
        const form = formSchemaOf(body ?? noFields);
        const why = whyNotNow(event, state);
        found.push({
          ...{ event, method: method as 'post' | 'delete', path: path.replace('{id}', facts.id) },
          ...{ label: eventLabels[event], form: form.schema },
          notNow: why && { code: why, reason: problemKinds[why].title },
          proposals: await proposalsFor(client, facts.siteId, form, dayOf(now)),
        });
      }
      return found;
    });
    return { status: 200, body: { items } };
  },
});

export const note = z
  .object({ id: z.uuid(), author: shape.personRef, body: z.string(), createdAt: shape.instant() })
  .meta({ id: 'Note' });

export const notes = route({
  method: 'get',
  path: '/pathways/{id}/notes',
  action: 'note.read',
  tag: 'pathways',
  summary: { fr: 'Les notes, la plus récente d’abord', en: 'The notes, the latest first' },
  params: shape.uuidParams,
  query: z.strictObject(cursorQuery),
  answers: { 200: { description: 'A page of notes', schema: pageOf(note) } },
  problems: ['cursor_invalid'],
  async handle(context, { actor, params, query }) {
    const before = readCursor(query.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
    const rows = await asActor(context.api, actor, async (client) => {
      await seen(context, actor, 'note.read', await pathwayFacts(client, actor.id, params.id));
      await logReading(client, actor.id, params.id, 'notes');
      return readNotes(client, params.id, { before, limit: query.limit + 1 });
    });
    return { status: 200, body: page(rows, query.limit, (row) => [row.createdAt, row.id]) };
  },
});

export const addNote = route({
  method: 'post',
  path: '/pathways/{id}/notes',
  action: 'note.write',
  tag: 'pathways',
  summary: { fr: 'Ajouter une note', en: 'Add a note' },
  params: shape.uuidParams,
  body: z.strictObject({ body: text(4000) }),
  answers: {
    201: { description: 'Written', schema: z.object({ id: z.uuid(), createdAt: shape.instant() }) },
  },
  async handle(context, { actor, params, body, now, requestId }) {
    const id = derivedId(requestId, 'note');
    const createdAt = await asActor(context.api, actor, async (client) => {
      const facts = await seen(context, actor, 'note.write', await pathwayFacts(client, actor.id, params.id));
      return addComment(client, {
        id,
        pathwayId: facts.id,
        taskId: null,
        authorId: actor.id,
        body: body.body,
        now,
      });
    });
    return { status: 201, body: { id, createdAt } };
  },
});

export const pathwayRoutes = [list, read, timeline, forms, ...happenings, notes, addNote];
