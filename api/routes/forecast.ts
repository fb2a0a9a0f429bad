/** What would come for a young person if nobody did anything. */
import { WorkflowNotFoundError } from '@temporalio/client';
import * as z from 'zod';
import { logReading, pathwayFacts } from '../../db/pathways';
import { asActor } from '../../db/pool';
import { siteRules } from '../../db/settings';
import type { Label } from '../../domain/forms';
import { definitionOf, type TaskKind } from '../../domain/tasks';
import { pathwayWorkflowId } from '../../workflows/messages';
import { carriedState } from '../../workflows/state';
import { isUnanswered } from '../../workflows/unanswered';
import { timeOf } from '../checks';
import { type Foreseen, forecast as lookAhead } from '../forecast';
import { eventSentence, foreseenTypes } from '../foreseen-sentences';
import { Problem } from '../problems';
import { route } from '../routing';
import * as shape from '../shapes';
import { seen } from './pathways';

const MS_PER_DAY = 86_400_000;

export const foreseen = z
  .object({
    at: shape.instant(),
    what: z.enum(foreseenTypes),
    taskId: z
      .string()
      .nullable()
      .meta({ description: 'of a task that there is already; null: it would be asked until then' }),
    kind: shape.kind.nullable(),
    name: z.string().nullable().meta({ description: 'of a wait: the day that would come' }),
    sentence: shape.label,
  })
  .meta({ id: 'Foreseen' });

export const forecast = route({
  method: 'get',
  path: '/pathways/{id}/forecast',
  action: 'pathway.forecast',
  tag: 'pathways',
  summary: {
    fr: 'Ce qui s’ouvrirait, et quand, si personne ne faisait rien',
    en: 'What would open, and when, if nobody did anything',
  },
  params: shape.uuidParams,
  query: z.strictObject({
    days: z.coerce.number().int().min(1).max(400).default(90).meta({ description: 'how far to look ahead' }),
  }),
  answers: {
    200: {
      description: 'In the order of the instants, with the settings as they are now',
      schema: z.object({ from: shape.instant(), to: shape.instant(), items: z.array(foreseen) }),
    },
  },
  problems: ['temporal_away'],
  async handle(context, { actor, params, query, now }) {
    const { facts, site } = await asActor(context.api, actor, async (client) => {
      const facts = await seen(
        context,
        actor,
        'pathway.forecast',
        await pathwayFacts(client, actor.id, params.id),
      );
      await logReading(client, actor.id, params.id, 'forecast');
      return { facts, site: await siteRules(client, facts.siteId) };
    });
    const from = timeOf(facts, now).toISOString();
    const to = new Date(Date.parse(from) + query.days * MS_PER_DAY).toISOString();
    const state = await context.temporal
      .withDeadline(Date.now() + context.config.API_WRITE_TIMEOUT_MS, () =>
        context.temporal.workflow.getHandle(pathwayWorkflowId(facts.id)).query(carriedState),
      )
      .catch((cause: unknown) => {
        // Closed for longer than Temporal keeps it: nothing is to come.
        if (cause instanceof WorkflowNotFoundError) return null;
        if (isUnanswered(cause))
          throw new Problem('temporal_away', { headers: { 'retry-after': '5' }, cause });
        throw cause;
      });
    if (!state || !site || state.status === 'closed') return { status: 200, body: { from, to, items: [] } };
    const items = (await lookAhead(state, site, from, to)).flatMap((event) => itemOf(event, state.taskCount));
    return { status: 200, body: { from, to, items } };
  },
});

function itemOf(event: Foreseen, tasksNow: number) {
  const sentence = eventSentence(event);
  if (!sentence) return [];
  const { taskId, kind, name } = (event.data ?? {}) as { taskId?: string; kind?: TaskKind; name?: string };
  const exists = taskId !== undefined && Number(taskId.slice(taskId.lastIndexOf('.') + 1)) <= tasksNow;
  return [
    {
      at: event.at,
      what: event.type,
      taskId: exists ? taskId : null,
      kind: kind ?? null,
      name: name ?? null,
      sentence: withTask(sentence, kind),
    },
  ];
}

function withTask(sentence: Label, kind: TaskKind | undefined): Label {
  if (!kind) return sentence;
  const { label } = definitionOf(kind);
  return { fr: `« ${label.fr} » ${sentence.fr}`, en: `"${label.en}" ${sentence.en}` };
}
