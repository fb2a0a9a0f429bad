/** A referent who leaves for good: what they have, who would take it over, and handing it over in one request. */
import type { PoolClient } from 'pg';
import * as z from 'zod';
import { insertBroadcast } from '../../db/broadcasts';
import { handedOver, pathwaysOf, tasksOf } from '../../db/handover';
import { asActor } from '../../db/pool';
import { type StaffPerson, staffByIds } from '../../db/staff';
import { type PersonRef, type Proposed, peopleByLoad } from '../../db/tasks';
import { type Day, dayOf } from '../../domain/calendar';
import { shareOut } from '../../domain/handover';
import { verdict } from '../../domain/policy';
import { definitionOf } from '../../domain/tasks';
import { type Found, refuseFound } from '../checks';
import { derivedId } from '../deciding';
import type { Person } from '../identity';
import { once } from '../once';
import { type Language, Problem } from '../problems';
import { route } from '../routing';
import * as shape from '../shapes';

const person = z.object({ lastName: z.string(), firstName: z.string() });
const proposed = shape.personRef
  .nullable()
  .meta({ description: 'who would take it over; null: nobody is there, or for a task: the team' });

const proposal = z
  .object({
    staff: shape.personRef,
    pathways: z.array(
      z.object({ id: z.uuid(), status: shape.status, step: shape.step.nullable(), person, proposed }),
    ),
    tasks: z.array(
      z.object({
        ...{ id: z.string(), pathwayId: z.uuid(), kind: shape.kind, label: shape.label },
        ...{ status: shape.taskStatus, dueAt: shape.instant(), person, proposed },
      }),
    ),
    people: z.array(
      z.object({
        ...shape.personRef.shape,
        load: z.int().meta({ description: 'young people they accompany now' }),
        loadAfter: z.int().meta({ description: 'and would accompany after it' }),
      }),
    ),
  })
  .meta({ id: 'Handover' });

/** Somebody of the coordinator's site who may have young people and tasks. @throws Problem not_found */
async function whoLeaves(
  client: PoolClient,
  actor: Person,
  id: string,
): Promise<StaffPerson & { siteId: string }> {
  const [staff] = await staffByIds(client, [id]);
  if (!staff?.siteId || verdict(actor, 'staff.hand_over', { siteId: staff.siteId }) !== 'allowed')
    throw new Problem('not_found');
  return { ...staff, siteId: staff.siteId };
}

/** Who could take over: the counsellors of the site who are there today, the least loaded first. */
async function successors(
  client: PoolClient,
  siteId: string,
  leaving: string,
  today: Day,
): Promise<Proposed[]> {
  const counsellors = await peopleByLoad(client, siteId, ['counsellor'], today);
  return counsellors.filter(({ id, absentUntil }) => id !== leaving && absentUntil === null);
}

const ref = (p: PersonRef | undefined) => (p ? { id: p.id, displayName: p.displayName } : null);

export const propose = route({
  method: 'get',
  path: '/staff/{id}/handover',
  action: 'staff.hand_over',
  tag: 'people',
  summary: {
    fr: 'Ce qu’a une personne qui part, et à qui le confier selon les charges',
    en: 'What somebody who leaves has, and whom to give it to by load',
  },
  params: shape.uuidParams,
  answers: { 200: { description: 'A proposal; nothing is changed', schema: proposal } },
  async handle({ api }, { actor, params, now }) {
    const found = await asActor(api, actor, async (client) => {
      const staff = await whoLeaves(client, actor, params.id);
      return {
        staff,
        pathways: await pathwaysOf(client, staff.id),
        tasks: await tasksOf(client, staff.id),
        people: await successors(client, staff.siteId, staff.id, dayOf(now)),
      };
    });
    const shared = shareOut(
      found.pathways.map((p) => p.id),
      found.people,
    );
    const taken = [...shared.values()];
    return {
      status: 200,
      body: {
        staff: ref(found.staff),
        pathways: found.pathways.map((p) => ({ ...p, proposed: ref(shared.get(p.id)) })),
        tasks: found.tasks.map((t) => ({
          ...t,
          label: definitionOf(t.kind).label,
          proposed: ref(shared.get(t.pathwayId)),
        })),
        people: found.people.map((p) => ({
          ...{ id: p.id, displayName: p.displayName, load: p.load },
          loadAfter: p.load + taken.filter(({ id }) => id === p.id).length,
        })),
      },
    };
  },
});

const handOverBody = z.strictObject({
  to: z
    .union([z.literal('proposal'), z.record(shape.uuid, shape.uuid)])
    .meta({ description: 'the new referent of each pathway, by its id; or `proposal`: as proposed' }),
});

export const handOver = route({
  method: 'post',
  path: '/staff/{id}/handover',
  action: 'staff.hand_over',
  tag: 'people',
  summary: {
    fr: 'Confier à d’autres tout ce qu’a une personne qui part',
    en: 'Hand everything that somebody who leaves has over to others',
  },
  params: shape.uuidParams,
  body: handOverBody,
  answers: {
    202: {
      description: 'Taken; each pathway is told, and `GET /admin/broadcasts/{id}` says when all have been',
      schema: z.object({
        broadcastId: z.uuid(),
        pathways: z.int().meta({ description: 'how many have a new referent' }),
      }),
    },
  },
  problems: ['nobody_to_take_over', 'idempotency_key_reused'],
  async handle({ api }, call) {
    const { actor, params, body, language, now, requestId } = call;
    const broadcastId = derivedId(requestId, 'hand over');
    const pathways = await asActor(api, actor, async (client) => {
      const { id: from, siteId } = await whoLeaves(client, actor, params.id);
      await once(client, call, broadcastId, async () => {
        const held = (await pathwaysOf(client, from)).map((p) => p.id);
        const to =
          body.to === 'proposal'
            ? asProposed(held, await successors(client, siteId, from, dayOf(now)))
            : body.to;
        await refuseSuccessors(client, { from, siteId, held, to }, language);
        const message = { kind: 'hand_over', from, by: actor.id, to } as const;
        await insertBroadcast(client, { id: broadcastId, siteId, message, createdBy: actor.id });
      });
      return handedOver(client, broadcastId);
    });
    return { status: 202, body: { broadcastId, pathways } };
  },
});

function asProposed(pathwayIds: readonly string[], people: readonly Proposed[]): Record<string, string> {
  if (pathwayIds.length > 0 && people.length === 0) throw new Problem('nobody_to_take_over');
  return Object.fromEntries([...shareOut(pathwayIds, people)].map(([id, to]) => [id, to.id]));
}

/** Every pathway of theirs has a new referent, a counsellor of the site, and no other pathway is named. */
async function refuseSuccessors(
  client: PoolClient,
  { from, siteId, held, to }: { from: string; siteId: string; held: string[]; to: Record<string, string> },
  language: Language,
): Promise<void> {
  const staff = await staffByIds(client, [...new Set(Object.values(to))]);
  const fits = (id: string) =>
    id !== from &&
    staff.some((s) => s.id === id && s.active && s.siteId === siteId && s.role === 'counsellor');
  const wrong = (id: string, code: Found['code'], fr: string, en: string): Found => ({
    pointer: `/to/${id}`,
    code,
    message: { fr, en },
  });
  refuseFound(
    [
      ...held
        .filter((id) => !(id in to))
        .map((id) =>
          wrong(
            id,
            'referent_missing',
            'ce parcours n’aurait plus de référent : nommez-en un',
            'this pathway would have no referent: name one',
          ),
        ),
      ...Object.entries(to).flatMap(([id, staffId]) =>
        !held.includes(id)
          ? [
              wrong(
                id,
                'pathway_not_theirs',
                'cette personne n’est pas le référent de ce parcours : retirez-le',
                'this person is not the referent of this pathway: remove it',
              ),
            ]
          : fits(staffId)
            ? []
            : [
                wrong(
                  id,
                  'person_unknown',
                  'ce n’est pas un autre conseiller de ce site : choisissez-en un',
                  'this is no other counsellor of this site: choose one',
                ),
              ],
      ),
    ],
    language,
  );
}

export const handoverRoutes = [propose, handOver];
