/** Decisions on tasks, one or many: allowed, checked, words kept, then each task's workflow decides. */

import { type AbsenceRow, absencesSince } from '../db/absences';
import { isAway } from '../db/away';
import { birthDateOf } from '../db/pathways';
import { type Actor, asActor } from '../db/pool';
import { staffByIds } from '../db/staff';
import { dropDraft, type TaskFacts, taskFacts } from '../db/tasks';
import { keepWords, type Words } from '../db/words';
import { type Day, dayOf } from '../domain/calendar';
import { longDay } from '../domain/days';
import { holderOn } from '../domain/duty';
import { type Action, mayHold, verdict } from '../domain/policy';
import { type Decision, decisionSchemaOf, definitionOf, formOf, splitWords } from '../domain/tasks';
import { assignTask, claimTask, completeTask, releaseTask } from '../workflows/messages';
import {
  dateProblems,
  directoryProblems,
  namedIn,
  namesNothing,
  refuseFound,
  signatureProblems,
  timeOf,
} from './checks';
import { type Decided, decide, type ToDecide, wasTaken, wordsIdOf } from './deciding';
import type { Person } from './identity';
import { checked, type Language, Problem } from './problems';
import type { Context } from './routing';

export type TaskDecision =
  | { readonly action: 'claim' }
  | { readonly action: 'release' }
  | { readonly action: 'assign'; readonly assigneeId: string }
  | { readonly action: 'complete'; readonly form: unknown };

export interface Asked {
  readonly actor: Person;
  readonly decision: TaskDecision;
  readonly language: Language;
  readonly now: Date;
  readonly ifMatch: number | null;
}

/** How long what is known of a task may serve while the database is away. */
const REMEMBERED_MS = 1_800_000;

type Ready = ToDecide<never> & { readonly dropDraftOf?: string };

/** Decides on one task. @throws Problem */
export async function decideOnTask(
  context: Context,
  asked: Asked,
  id: string,
  requestId: string,
): Promise<Decided> {
  const [ready] = await prepare(context, asked, [{ id, requestId }]);
  if (ready instanceof Problem) throw ready;
  return carryOut(context, asked, ready as Ready);
}

/**
 * Decides on many tasks, a few at a time; each has its own result.
 * @param concurrency Updates under way at once
 */
export async function decideOnTasks(
  context: Context,
  asked: Asked,
  tasks: readonly { id: string; requestId: string }[],
  concurrency: number,
): Promise<(Decided | Problem)[]> {
  const results: (Decided | Problem)[] = await prepare(context, asked, tasks).then((all) => all as never[]);
  const waiting = results.entries();
  const lane = async () => {
    for (const [n, ready] of waiting) {
      if (ready instanceof Problem) continue;
      results[n] = await carryOut(context, asked, ready as unknown as Ready).catch((error: unknown) => {
        if (error instanceof Problem) return error;
        context.log.error({ err: error }, 'a task of a bulk request failed');
        return new Problem('internal', { cause: error });
      });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return results;
}

async function carryOut(context: Context, { actor }: Asked, ready: Ready): Promise<Decided> {
  const decided = await decide(context, actor, ready);
  if (ready.dropDraftOf) {
    const taskId = ready.dropDraftOf;
    await asActor(context.api, actor, (client) => dropDraft(client, taskId, actor.id)).catch((err: Error) =>
      context.log.warn({ err }, 'the draft of a completed task was not removed'),
    );
  }
  return decided;
}

/** All that is to be known before the workflows are asked, in one transaction; or by memory while there is none. */
async function prepare(
  context: Context,
  asked: Asked,
  tasks: readonly { id: string; requestId: string }[],
): Promise<(Ready | Problem)[]> {
  const { actor, decision } = asked;
  try {
    return await asActor(context.api, actor as Actor, async (client) => {
      const known = new Map(
        (
          await taskFacts(
            client,
            actor.id,
            tasks.map((t) => t.id),
          )
        ).map((f) => [f.id, f]),
      );
      for (const facts of known.values()) context.remembered.tasks.set(facts.id, facts);
      const assignee =
        decision.action === 'assign' ? ((await staffByIds(client, [decision.assigneeId]))[0] ?? null) : null;

      const absences = assignee?.siteId ? await absencesSince(client, assignee.siteId, dayOf(asked.now)) : [];

      const results: (Draft | Problem)[] = [];
      for (const { id, requestId } of tasks) {
        results.push(
          await orProblem(async () => {
            const draft = await draftOf(context, asked, known.get(id), requestId);
            if (decision.action === 'assign') refuseAssignee(asked, draft.facts, assignee, absences);
            if (draft.form) {
              const found = await directoryProblems(client, draft.facts.siteId, namedIn(draft.form));
              if ('signedOn' in draft.form) {
                found.push(
                  ...signatureProblems(draft.form, await birthDateOf(client, draft.facts.pathwayId)),
                );
              }
              refuseFound(found, asked.language);
            }
            return draft;
          }),
        );
      }
      const words = results.flatMap((r) => (r instanceof Problem || !r.words ? [] : [r.words]));
      const fresh = words.length ? await keepWords(client, actor.id, words, asked.now) : new Set<string>();
      return results.map((r) =>
        r instanceof Problem
          ? r
          : {
              ...r.toDecide,
              newWords: r.words !== null && fresh.has(r.words.id),
              ...(decision.action === 'complete' && r.facts.hasDraft && { dropDraftOf: r.facts.id }),
            },
      );
    });
  } catch (error) {
    if (!isAway(error)) throw error;
    const away = new Problem('database_away', { headers: { 'retry-after': '5' }, cause: error });
    return Promise.all(
      tasks.map(({ id, requestId }) =>
        orProblem(async () => {
          const facts = context.remembered.tasks.get(id, REMEMBERED_MS);
          if (!facts) throw away;
          const draft = await draftOf(context, asked, facts, requestId);
          // Words and names need the database.
          if (
            draft.words ||
            decision.action === 'assign' ||
            (draft.form && !namesNothing(namedIn(draft.form)))
          ) {
            throw away;
          }
          return draft.toDecide;
        }),
      ),
    );
  }
}

async function orProblem<T>(work: () => Promise<T>): Promise<T | Problem> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

interface Draft {
  readonly facts: TaskFacts;
  readonly toDecide: ToDecide<never>;
  readonly words: Words | null;
  readonly form: Record<string, unknown> | null;
}

const actionOf = {
  claim: 'task.claim',
  release: 'task.release',
  assign: 'task.assign',
  complete: 'task.complete',
} as const satisfies Record<TaskDecision['action'], Action>;

/** @throws Problem not_found, forbidden, stale, outcome_invalid … */
async function draftOf(
  context: Context,
  { actor, decision, language, now, ifMatch }: Asked,
  facts: TaskFacts | undefined,
  requestId: string,
): Promise<Draft> {
  const allowed = facts
    ? verdict(actor, actionOf[decision.action], { siteId: facts.siteId, task: facts })
    : 'unseen';
  if (!facts || allowed === 'unseen') throw new Problem('not_found');
  if (allowed === 'forbidden') throw new Problem('forbidden');
  const { id: taskId, pathwayId } = facts;
  if (ifMatch !== null && ifMatch !== facts.revision && !(await wasTaken(context, pathwayId, requestId))) {
    throw new Problem('stale', { headers: { etag: `"${facts.revision}"` } });
  }
  const request = { requestId, by: actor.id, taskId };
  const base = { pathwayId, requestId };
  switch (decision.action) {
    case 'claim':
      return { facts, words: null, form: null, toDecide: { ...base, update: claimTask, request } as never };
    case 'release': {
      const released = { ...request, ...(actor.role === 'coordinator' && { force: true }) };
      return {
        facts,
        words: null,
        form: null,
        toDecide: { ...base, update: releaseTask, request: released } as never,
      };
    }
    case 'assign': {
      const assigned = { ...request, assigneeId: decision.assigneeId };
      return {
        facts,
        words: null,
        form: null,
        toDecide: { ...base, update: assignTask, request: assigned } as never,
      };
    }
    case 'complete': {
      const form = checked(formOf(facts.kind), decision.form, language, 'outcome_invalid');
      refuseFound(dateProblems(form, dayOf(timeOf(facts, now))), language);
      const parts = splitWords(definitionOf(facts.kind).outcomes[form.outcome]?.fields() ?? {}, form);
      const words = parts.words && { id: wordsIdOf(requestId), pathwayId, fields: parts.words };
      // Words never leave for Temporal: whatever else were left in the decision, this refuses.
      const decided: Decision = decisionSchemaOf(facts.kind).parse({
        ...parts.decision,
        ...(words && { wordsId: words.id }),
      });
      const completed = { ...request, decision: decided };
      return { facts, words, form, toDecide: { ...base, update: completeTask, request: completed } as never };
    }
  }
}

function refuseAssignee(
  { language, now }: Asked,
  facts: TaskFacts,
  assignee: Awaited<ReturnType<typeof staffByIds>>[number] | null,
  absences: readonly AbsenceRow[],
) {
  const fits = assignee?.active && assignee.siteId === facts.siteId && mayHold(assignee.role, facts.kind);
  if (fits) return refuseAbsent(absences, assignee.id, dayOf(timeOf(facts, now)));
  refuseFound(
    [
      {
        pointer: '/assigneeId',
        code: 'person_unknown',
        message: {
          fr: 'cette personne n’est pas de ce site ou son rôle ne prend pas cette tâche : choisissez-en une autre',
          en: 'this person is not of this site, or their role does not take this task: choose another',
        },
      },
    ],
    language,
  );
}

/** Nobody is given a task while they are away: who stands in is said, to be chosen or not. */
function refuseAbsent(absences: readonly AbsenceRow[], staffId: string, today: Day): void {
  const away = absences.find((a) => a.staffId === staffId && a.from <= today && today <= a.to);
  if (!away) return;
  const stands = holderOn(today, { assigneeId: staffId }, { absences, roster: [] }).assigneeId;
  const substitute = absences.find((a) => a.substitute?.id === stands)?.substitute;
  const back = longDay(away.to);
  throw new Problem('assignee_absent', {
    detail: {
      fr: `De retour après ${back.fr} ; ${substitute ? `${substitute.displayName} la remplace` : 'personne ne la remplace'}`,
      en: `Back after ${back.en}; ${substitute?.displayName ?? 'nobody'} stands in`,
    },
  });
}
