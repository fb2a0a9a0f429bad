/** Who read which young person's record, for the coordinators of the site. */
import * as z from 'zod';
import { pathwayFacts } from '../../db/pathways';
import { asActor } from '../../db/pool';
import { listReadings, type Reading } from '../../db/readings';
import { addDelay, dayOf } from '../../domain/calendar';
import { readingKinds } from '../../domain/readings';
import { cursorQuery, page, pageOf, readCursor } from '../cursor';
import { route } from '../routing';
import * as shape from '../shapes';
import { seen } from './pathways';

export const readCounts = z.array(z.object({ what: z.enum(readingKinds), count: z.int() }));

export const reading = z
  .object({
    day: shape.day(),
    staff: shape.staff,
    pathwayId: z.uuid(),
    person: z.object({ lastName: z.string(), firstName: z.string() }),
    glass: z.boolean().meta({ description: 'read by another site, for a reason: see GET /glass' }),
    what: readCounts.meta({ description: 'which parts of the record, and how often each' }),
    count: z.int(),
    lastAt: shape.instant(),
  })
  .meta({ id: 'Reading', description: 'All that one person read of one young person’s record on one day' });

const cursor = z.tuple([z.iso.datetime(), z.uuid(), z.uuid(), z.boolean()]);
const keyOf = (row: Reading) => [row.lastAt, row.staff.id, row.pathwayId, row.glass];

/** Without a first day the list begins so many days ago: it is read for what happened lately. */
const LATELY_DAYS = 30;

const list = route({
  method: 'get',
  path: '/readings',
  action: 'reading.list',
  tag: 'who sees what',
  summary: {
    fr: 'Qui a consulté les jeunes du site, par personne, jeune et jour',
    en: 'Who read the records of the site, by person, young person and day',
  },
  query: z.strictObject({
    staff: shape.uuid.optional(),
    from: shape
      .listDay()
      .optional()
      .meta({ description: `${LATELY_DAYS} days before \`to\` if absent` }),
    to: shape.listDay().optional().meta({ description: 'today if absent' }),
    what: z.enum(readingKinds).optional(),
    ...cursorQuery,
  }),
  answers: { 200: { description: 'A page of readings, the latest first', schema: pageOf(reading) } },
  problems: ['cursor_invalid'],
  async handle({ api }, { actor, query, now }) {
    const after = readCursor(query.cursor, cursor);
    const { staff, what, limit, to = dayOf(now) } = query;
    const always = { alsaceMoselle: false, closures: [] };
    const from = query.from ?? addDelay(to, { days: -LATELY_DAYS }, always, 'none').day;
    const rows = await asActor(api, actor, (client) =>
      listReadings(client, { staffId: staff, what, from, to, after, limit: limit + 1 }),
    );
    return { status: 200, body: page(rows, limit, keyOf) };
  },
});

const ofPathway = route({
  method: 'get',
  path: '/pathways/{id}/readings',
  action: 'reading.list',
  tag: 'who sees what',
  summary: {
    fr: 'Qui a consulté ce jeune, par personne et jour',
    en: 'Who read the record of this young person, by person and day',
  },
  params: shape.uuidParams,
  query: z.strictObject(cursorQuery),
  answers: { 200: { description: 'A page of readings, the latest first', schema: pageOf(reading) } },
  problems: ['cursor_invalid'],
  async handle(context, { actor, params, query }) {
    const after = readCursor(query.cursor, cursor);
    const rows = await asActor(context.api, actor, async (client) => {
      const { id } = await seen(
        context,
        actor,
        'reading.list',
        await pathwayFacts(client, actor.id, params.id),
      );
      return listReadings(client, { pathwayId: id, after, limit: query.limit + 1 });
    });
    return { status: 200, body: page(rows, query.limit, keyOf) };
  },
});

export const readingRoutes = [list, ofPathway];
