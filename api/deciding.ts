/**
 * How a person's decision becomes one Update on the young person's workflow: words first into PostgreSQL, then the
 * Update under the request's id, then its answer — or the refusal as a problem.
 */
import { createHash } from 'node:crypto';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure } from '@temporalio/common';
import { hashId } from '../db/hash-id';
import { asActor } from '../db/pool';
import { staffByIds } from '../db/staff';
import { withdrawWords } from '../db/words';
import { pathwayWorkflowId, type Recorded, type Refusal, refusals } from '../workflows/messages';
import { isUnanswered } from '../workflows/unanswered';
import type { Person } from './identity';
import { Problem, type ProblemCode } from './problems';
import type { Answer, Context } from './routing';

/** What was decided, and whether it is recorded already. */
export type Decided =
  | { readonly status: 'recorded'; readonly pathwayId: string; readonly recorded: Recorded }
  | { readonly status: 'accepted'; readonly pathwayId: string; readonly requestId: string };

export interface ToDecide<R> {
  readonly pathwayId: string;
  readonly requestId: string;
  readonly update: UpdateDefinition<Recorded, [R], string>;
  readonly request: R;
  /** The request's words were new in this attempt: they go again when it is refused. */
  readonly newWords?: boolean;
}

/** How long Temporal may take to say whether it has a request that was not answered in time. */
const ACCEPTED_WITHIN_MS = 2_000;

/** Names a request: the same person, route and key are the same request, however often it arrives. */
export function requestIdOf(actorId: string, route: string, key: string): string {
  return createHash('sha256')
    .update(JSON.stringify([actorId, route, key]))
    .digest('base64url');
}

/** An id that every attempt of a request finds again. */
export const derivedId = (requestId: string, what: string) => hashId(`${what} ${requestId}`);

export const wordsIdOf = (requestId: string) => derivedId(requestId, 'words');

/**
 * Takes the decision.
 * @throws Problem: the workflow's refusal, `pathway_closed`, or `temporal_away` when it is not known to be accepted
 */
export async function decide<R>(context: Context, actor: Person, what: ToDecide<R>): Promise<Decided> {
  const { temporal, config } = context;
  const { pathwayId, requestId } = what;
  const handle = temporal.workflow.getHandle(pathwayWorkflowId(pathwayId));
  const options = { args: [what.request] as [R], updateId: requestId };
  try {
    const recorded = await temporal.withDeadline(Date.now() + config.API_WRITE_TIMEOUT_MS, () =>
      handle.executeUpdate(what.update, options),
    );
    return { status: 'recorded', pathwayId, recorded };
  } catch (error) {
    if (!isUnanswered(error)) throw await refusal(context, actor, what, error);
  }
  try {
    // The same update id: it finds the request there, or brings it once more.
    await temporal.withDeadline(Date.now() + ACCEPTED_WITHIN_MS, () =>
      handle.startUpdate(what.update, { ...options, waitForStage: 'ACCEPTED' }),
    );
    return { status: 'accepted', pathwayId, requestId };
  } catch (error) {
    if (!isUnanswered(error)) throw await refusal(context, actor, what, error);
    throw new Problem('temporal_away', { headers: { 'retry-after': '5' }, cause: error });
  }
}

/** Whether this request was taken before: a repeated one is not stale although its own effect changed the revision. */
export async function wasTaken(context: Context, pathwayId: string, requestId: string): Promise<boolean> {
  const handle = context.temporal.workflow.getHandle(pathwayWorkflowId(pathwayId));
  try {
    await context.temporal.withDeadline(Date.now() + ACCEPTED_WITHIN_MS, () =>
      handle.getUpdateHandle(requestId).result(),
    );
    return true;
  } catch (error) {
    // Accepted and still waiting for the database: no answer in time. Never accepted: not found.
    return !(error instanceof WorkflowNotFoundError);
  }
}

async function refusal<R>(
  context: Context,
  actor: Person,
  what: ToDecide<R>,
  error: unknown,
): Promise<unknown> {
  if (what.newWords) {
    await asActor(context.api, actor, (client) => withdrawWords(client, [wordsIdOf(what.requestId)])).catch(
      (e: Error) => context.log.warn({ err: e }, 'the words of a refused request were not withdrawn'),
    );
  }
  if (error instanceof WorkflowNotFoundError) return new Problem('pathway_closed', { cause: error });
  if (!(error instanceof WorkflowUpdateFailedError)) return error;
  const failure = error.cause;
  if (!(failure instanceof ApplicationFailure)) return error;
  if (failure.type === 'AcceptedUpdateCompletedWorkflow')
    return new Problem('pathway_closed', { cause: error });
  if (!(refusals as readonly string[]).includes(failure.type ?? '')) return error;
  return refusalProblem(context, failure.type as Refusal, failure.details?.[0] as RefusalDetails | undefined);
}

interface RefusalDetails {
  readonly message?: string;
  readonly heldBy?: string;
  readonly field?: string;
}

async function refusalProblem(
  context: Context,
  type: Refusal,
  details: RefusalDetails = {},
): Promise<Problem> {
  const code: ProblemCode = type === 'task_unknown' ? 'not_found' : type;
  const { message = '', heldBy, field } = details;
  const holder = heldBy ? await staffByIds(context.api, [heldBy]).catch(() => []) : [];
  return new Problem(code, {
    ...(field && { errors: [{ pointer: field, code, message }] }),
    ...(holder[0] && { members: { heldBy: { id: holder[0].id, displayName: holder[0].displayName } } }),
  });
}

/** The answer to a decision: `status` when it is recorded, 202 when only accepted. */
export function answerOf(decided: Decided, status: 200 | 201): Answer {
  if (decided.status === 'accepted') {
    const { pathwayId, requestId } = decided;
    return { status: 202, body: { status: 'accepted', pathwayId, requestId } };
  }
  const { pathwayId, recorded } = decided;
  const { revision, subjectId, opened } = recorded;
  return {
    status,
    body: { pathwayId, revision, ...(subjectId && { subjectId }), opened },
    headers: { etag: `"${revision}"` },
  };
}
