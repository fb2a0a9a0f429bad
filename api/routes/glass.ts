/** Reading a young person whom another site accompanies, for a reason that is kept and told. */
import * as z from 'zod';
import { listGlassRequests, openGlass, openingsOf } from '../../db/glass';
import { asActor } from '../../db/pool';
import { enrolmentShape, externalNumberKey, nameKey } from '../../domain/enrolment';
import { field, text } from '../../domain/forms';
import { cursorQuery, page, pageOf, readCursor } from '../cursor';
import { derivedId } from '../deciding';
import { once } from '../once';
import { Problem } from '../problems';
import { route } from '../routing';
import * as shape from '../shapes';
import { readCounts } from './readings';

const reason = field(text(500).min(20), 'Raison', 'Reason');
const { lastName, firstName, birthDate, externalNumber } = enrolmentShape;

const body = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('name'), lastName, firstName, birthDate, reason }),
  z.strictObject({ by: z.literal('number'), externalNumber: externalNumber.unwrap(), reason }),
]);

const opening = z.object({
  pathwayId: z.uuid(),
  site: shape.site,
  until: shape.instant().nullable().meta({
    description: 'reading ends; null: of the asker’s own site, who reads it anyway',
  }),
});

export const glassAnswer = z.object({
  id: z.uuid().meta({ description: 'of the request' }),
  pathways: z.array(opening).meta({ description: 'none: nobody is accompanied under exactly that' }),
});

const open = route({
  method: 'post',
  path: '/glass',
  action: 'glass.open',
  tag: 'who sees what',
  summary: {
    fr: 'Lire pendant quatre heures le parcours d’un jeune d’un autre site, avec une raison : son site en est averti',
    en: 'Read the pathway of another site’s young person for four hours, for a reason: that site is told',
  },
  body,
  answers: {
    201: {
      description: 'Kept, whoever was found; accents, case, spaces and hyphens do not matter, all else does',
      schema: glassAnswer,
    },
  },
  problems: ['idempotency_key_reused'],
  async handle({ api }, call) {
    const { actor, body, requestId } = call;
    const id = derivedId(requestId, 'glass');
    const sought =
      body.by === 'name'
        ? { nameKey: nameKey(body.lastName, body.firstName), birthDate: body.birthDate }
        : { externalNumberKey: externalNumberKey(body.externalNumber) };
    const pathways = await asActor(api, actor, async (client) => {
      await once(client, call, id, async () => {
        if (await openGlass(client, { id, sought, reason: body.reason })) return;
        throw new Problem('too_many_requests', {
          detail: { fr: 'Dix recherches par heure au plus', en: 'Ten searches an hour at most' },
          headers: { 'retry-after': '3600' },
        });
      });
      return openingsOf(client, id);
    });
    return { status: 201, body: { id, pathways } };
  },
});

export const glassRequest = z
  .object({
    id: z.uuid(),
    askedAt: shape.instant(),
    staff: shape.staff,
    site: shape.site.meta({ description: 'of the person who asked' }),
    by: z.enum(['name', 'number']),
    reason: z.string(),
    openings: z.array(
      z.object({
        ...opening.shape,
        person: z
          .object({ lastName: z.string(), firstName: z.string() })
          .nullable()
          .meta({ description: 'null: another site’s' }),
        read: readCounts.nullable().meta({ description: 'what was read meanwhile; null: another site’s' }),
      }),
    ),
  })
  .meta({ id: 'GlassRequest' });

const list = route({
  method: 'get',
  path: '/glass',
  action: 'glass.list',
  tag: 'who sees what',
  summary: {
    fr: 'Qui a lu des jeunes du site depuis un autre, et ce que l’équipe du site a demandé ailleurs',
    en: 'Who read young people of the site from another one, and what its own team asked elsewhere',
  },
  query: z.strictObject(cursorQuery),
  answers: { 200: { description: 'A page of requests, the latest first', schema: pageOf(glassRequest) } },
  problems: ['cursor_invalid'],
  async handle({ api }, { actor, query }) {
    const after = readCursor(query.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
    const rows = await asActor(api, actor, (client) =>
      listGlassRequests(client, actor.siteId as string, { after, limit: query.limit + 1 }),
    );
    return { status: 200, body: page(rows, query.limit, (row) => [row.askedAt, row.id]) };
  },
});

export const glassRoutes = [open, list];
