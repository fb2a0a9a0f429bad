/** What those who steer read: states as at an instant, counted, and for the team of a site the list behind each count. */
import * as z from 'zod';
import { asActor } from '../../db/pool';
import { listSites } from '../../db/staff';
import { countStates, type Instants, listStates } from '../../db/steering';
import { dayOf, endOfDay, type Instant } from '../../domain/calendar';
import { eventTypes } from '../../domain/event-groups';
import { arms, figures, listedFigures, stepsCounted } from '../../domain/figures';
import type { Label } from '../../domain/forms';
import { exitCodes, phaseOf, steps } from '../../domain/pathway';
import { type Action, scopeOf, verdict } from '../../domain/policy';
import { countNames, ofOneSite, overviewOf } from '../../domain/steering';
import { cursorQuery, page, pageOf, readCursor } from '../cursor';
import type { Person } from '../identity';
import { type FieldError, type Language, Problem } from '../problems';
import { route } from '../routing';
import * as shape from '../shapes';

/** From then on there is something to ask about, until then a date is a slip of the pen. */
const FIRST = '2000-01-01';
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

const instants = {
  asOf: moment.optional().meta({
    description:
      'as at which instant; a day means its end in Europe/Paris, today means now. Absent: now. Not in the future',
  }),
  knownAt: moment.optional().meta({
    description:
      'by what was recorded until then, written like `asOf`. Absent: now. Not in the future, and not before `asOf`: what was known of a time to come is a forecast',
  }),
  site: z.string().max(40).optional(),
};

/** @throws Problem for an instant in the future, or known before it was */
function instantsOf(query: { asOf?: string; knownAt?: string }, now: Date, language: Language): Instants {
  const errors: FieldError[] = [];
  const refuse = (field: 'asOf' | 'knownAt', code: string, message: Label) =>
    errors.push({ pointer: `/${field}`, code, message: message[language] });
  const find = (field: 'asOf' | 'knownAt'): Instant => {
    const given = query[field];
    const nowOf = now.toISOString();
    if (given === undefined || given === dayOf(now)) return nowOf;
    if (given < FIRST) {
      refuse(field, 'date_too_far', {
        fr: 'est avant 2000 : corrigez-le',
        en: 'lies before 2000: correct it',
      });
      return nowOf;
    }
    const at = given.length === 10 ? endOfDay(given) : new Date(given).toISOString();
    // By number: an instant after the year 9999 is written with a sign.
    if (Date.parse(at) > now.getTime())
      refuse(field, 'date_in_future', {
        fr: 'est dans le futur : corrigez-le',
        en: 'is in the future: correct it',
      });
    return at;
  };
  const [asOf, knownAt] = [find('asOf'), find('knownAt')];
  if (errors.length === 0 && knownAt < asOf) {
    refuse('knownAt', 'known_before', {
      fr: 'est avant asOf : on ne sait pas encore ce qui n’a pas eu lieu',
      en: 'lies before asOf: what has not happened is not known yet',
    });
  }
  if (errors.length > 0) throw new Problem('query_invalid', { errors });
  return { asOf, knownAt };
}

/**
 * The site that is asked about; null: all of them.
 * @throws Problem: another site is not there for this person
 */
export function siteOf(actor: Person, action: Action, given: string | undefined): string | null {
  if (scopeOf(actor.role, action) === 'all') return given ?? null;
  if (given !== undefined && verdict(actor, action, { siteId: given }) !== 'allowed')
    throw new Problem('not_found');
  return actor.siteId;
}

const shown = (description = 'null: masked') => z.int().nullable().meta({ description });
const figureCounts = z
  .object(
    Object.fromEntries(figures.map((figure) => [figure, shown()])) as Record<
      (typeof figures)[number],
      z.ZodNullable<z.ZodInt>
    >,
  )
  .meta({ id: 'SteeringFigures' });
const counts = {
  figures: figureCounts,
  steps: z.array(z.object({ step: shape.step.nullable(), youngPeople: shown() })).meta({
    description:
      'of those currently in; null: not known on that date, of a pathway that was taken over as it ran',
  }),
  exits: z.object({
    all: shown(),
    phase1: shown('from steps 1 to 3'),
    phase2: shown('from steps 4 and 5'),
    byCode: z.array(
      z.object({
        code: shape.exitCode,
        phase1: shown(),
        phase2: shown('null: masked, as all are where counts are'),
      }),
    ),
  }),
};

export const overview = z
  .object({
    asOf: shape.instant(),
    knownAt: shape.instant(),
    masked: z.boolean().meta({
      description: 'counts of 1 to 4 are null for the reader, with what would give them away',
    }),
    sites: z.array(z.object({ siteId: z.string(), siteName: z.string(), ...counts })),
    total: z.object(counts),
    arms: z
      .array(z.object({ arm: z.enum(arms).nullable(), figures: figureCounts }))
      .optional()
      .meta({
        description:
          'for the evaluation alone, until it is unblinded: absent for everybody else; null: no draw',
      }),
    corrected: z
      .object({
        youngPeople: z.int().nullable().meta({
          description:
            'whose state as at `asOf` is another one by what was recorded after it; null: some, masked',
        }),
        changes: z
          .array(
            z.object({
              siteId: z.string(),
              count: z.string().meta({ description: `one of ${countNames.slice(0, 3).join(', ')}…` }),
              knownThen: shown('as it was known at `asOf`; null: masked'),
              knownNow: shown('as it is known at `knownAt`; null: masked'),
            }),
          )
          .meta({ description: 'the counts that are other ones because of it' }),
      })
      .meta({ description: 'corrected since: what became known after `asOf`, until `knownAt`' }),
  })
  .meta({ id: 'SteeringOverview' });

const readOverview = route({
  method: 'get',
  path: '/steering/overview',
  action: 'steering.overview',
  tag: 'steering',
  summary: {
    fr: 'Les chiffres du programme à une date : par site, étape, sortie ; entrés, présents, en retard, en médiation, en attente, injoignables',
    en: 'The figures of the programme as at a date: by site, step and exit; entered, currently in, overdue, in mediation, on hold, unreachable',
  },
  query: z.strictObject(instants),
  answers: {
    200: { description: 'The counts; those of 1 to 4 are masked for committees', schema: overview },
  },
  problems: ['not_found'],
  async handle({ api }, { actor, query, now, language }) {
    const at = instantsOf(query, now, language);
    const ofSite = siteOf(actor, 'steering.overview', query.site);
    const names = new Map((await listSites(api)).map((site) => [site.id, site.name]));
    if (ofSite !== null && !names.has(ofSite)) throw new Problem('not_found');
    const masked = actor.role === 'committee' || actor.role === 'national_committee';
    // What one reader may read of all sites is masked of all of them together.
    const together = masked && scopeOf(actor.role, 'steering.overview') === 'all';
    const counting = together ? null : ofSite;
    const siteIds = counting === null ? [...names.keys()] : [counting];
    const counted = await asActor(api, actor, (client) => countStates(client, at, counting));
    const whole = overviewOf(counted, siteIds, { masked, arms: actor.role === 'evaluator' });
    const made = together && ofSite !== null ? ofOneSite(whole, ofSite) : whole;
    return {
      status: 200,
      body: {
        ...at,
        masked,
        ...made,
        sites: made.sites.map((site) => ({ siteName: names.get(site.siteId), ...site })),
      },
    };
  },
});

export const state = z
  .object({
    pathwayId: z.uuid(),
    siteId: z.string(),
    person: z.object({ lastName: z.string(), firstName: z.string() }),
    enteredAt: shape.instant(),
    step: shape.step.nullable().meta({ description: 'null: not known on that date' }),
    stepEnteredAt: shape.instant().nullable(),
    status: shape.status,
    exit: z.object({ code: shape.exitCode, at: shape.instant() }).nullable(),
    holdUntil: shape.day().nullable(),
    referent: shape.personRef.nullable(),
    contract: z
      .object({ id: z.string(), signedOn: shape.day(), startsOn: shape.day(), endsOn: shape.day() })
      .nullable()
      .meta({ description: 'signed by that date, and not terminated' }),
    inMediation: z.boolean(),
    lastContactAt: shape.instant().nullable(),
    unreachable: z.boolean(),
    overdue: z.boolean(),
    corrections: z
      .array(
        z.object({
          type: z.enum(eventTypes as [string, ...string[]]),
          occurredAt: shape.instant(),
          recordedAt: shape.instant(),
        }),
      )
      .meta({ description: 'what was recorded after `asOf` and made of the state another one' }),
  })
  .meta({ id: 'PathwayStateAsAt' });

const listing = {
  figure: z.enum(listedFigures).optional().meta({ description: 'whom the figure counts; absent: entered' }),
  step: z.enum([...steps, 'unknown']).optional(),
  exit: z.enum(exitCodes).optional(),
  phase: z.enum(['1', '2']).optional().meta({ description: 'of an exit: from steps 1 to 3, or 4 and 5' }),
};

const readStates = route({
  method: 'get',
  path: '/steering/states',
  action: 'steering.list',
  tag: 'steering',
  summary: {
    fr: 'Les jeunes derrière un chiffre : l’état de chacun à une date',
    en: 'The young people behind a figure: the state of each as at a date',
  },
  query: z.strictObject({ ...instants, ...listing, ...cursorQuery }),
  answers: {
    200: {
      description: 'A page of them, by name; a later page is of the same two instants',
      schema: pageOf(state).extend({ asOf: shape.instant(), knownAt: shape.instant() }),
    },
  },
  problems: ['cursor_invalid', 'not_found'],
  async handle({ api }, { actor, query, now, language }) {
    const cursor = readCursor(query.cursor, z.tuple([z.iso.datetime(), z.iso.datetime(), z.uuid()]));
    const asked = instantsOf(query, now, language);
    // "Now" is what it was on the first page.
    const at = cursor ? { asOf: cursor[0], knownAt: cursor[1] } : asked;
    const siteId = siteOf(actor, 'steering.list', query.site) as string;
    const { step, figure, exit, phase } = query;
    const rows = await asActor(api, actor, (client) =>
      listStates(
        client,
        {
          ...at,
          ...{ siteId, figure, exitCode: exit },
          ...(step && { step: step === 'unknown' ? null : step }),
          ...(phase && {
            exitedFrom: stepsCounted.filter((from) => (from && phaseOf(from) === 2 ? '2' : '1') === phase),
          }),
        },
        { after: cursor?.[2], limit: query.limit + 1 },
      ),
    );
    return {
      status: 200,
      body: { ...at, ...page(rows, query.limit, (row) => [at.asOf, at.knownAt, row.pathwayId]) },
    };
  },
});

export const steeringRoutes = [readOverview, readStates];
