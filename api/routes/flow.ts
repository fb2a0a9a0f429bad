/** Who came how far, how long it took, and the curves of what is waited for: counts and shares, of nobody by name. */
import type { PoolClient } from 'pg';
import * as z from 'zod';
import { listUnblindings } from '../../db/evaluation';
import { countFunnel, countStays, countTimes } from '../../db/flow';
import { asActor } from '../../db/pool';
import { listSites } from '../../db/staff';
import { stages, survived } from '../../domain/figures';
import { durationsOf, funnelOf, survivalOf } from '../../domain/flow';
import { arms } from '../../domain/pathway';
import { scopeOf } from '../../domain/policy';
import type { Person } from '../identity';
import { Problem } from '../problems';
import { type Context, route } from '../routing';
import * as shape from '../shapes';
import { instants, instantsOf, isMasked, shown, siteOf } from './steering';

/** The sites that are counted, and how this reader reads them. */
async function reading({ api }: Context, actor: Person, site: string | undefined) {
  const ofSite = siteOf(actor, 'steering.flow', site);
  const names = new Map((await listSites(api)).map(({ id, name }) => [id, name]));
  if (ofSite !== null && !names.has(ofSite)) throw new Problem('not_found');
  const masked = isMasked(actor);
  // What one reader may read of all sites is masked of all of them together.
  const together = masked && scopeOf(actor.role, 'steering.flow') === 'all';
  const counting = together ? null : ofSite;
  return {
    masked,
    counting,
    siteIds: counting === null ? [...names.keys()] : [counting],
    how: { masked, ...(ofSite !== null && together && { siteId: ofSite }) },
    named: <T extends { siteId: string }>(of: T) => ({ siteName: names.get(of.siteId) as string, ...of }),
    names,
  };
}

/** Whether somebody may ask for curves by arm now; migration 0024 holds it too. */
const readsArms = async (client: PoolClient, { role }: Person): Promise<boolean> =>
  scopeOf(role, 'steering.arms') !== null ||
  (scopeOf(role, 'steering.curves_by_arm') !== null &&
    (await listUnblindings(client)).some(({ wave }) => wave === null));

const asked = {
  asOf: shape.instant(),
  knownAt: shape.instant(),
  masked: z.boolean().meta({
    description: 'counts of 1 to 4 are null for the reader, with what would give them away',
  }),
};
const siteRef = { siteId: z.string(), siteName: z.string() };

const flow = {
  entered: shown(),
  takenOver: shown('of them, taken over in a later step than welcome; null: masked'),
  stages: z.array(
    z.object({
      stage: z.enum(stages),
      reached: shown('null: not told where counts are masked'),
      fromStart: shown('of them, who came in at welcome: shares are of these; null: masked'),
      enteredThere: shown(
        'of them, who had it when they were taken over; null: not told where counts are masked',
      ),
    }),
  ),
};
export const funnel = z
  .object({
    ...asked,
    cohort: z.string().nullable().meta({ description: 'of this one alone; null: of all' }),
    cohorts: z.array(z.object({ cohort: z.string(), ...flow })).meta({
      description: 'by quarter of the enrolment; of one site of several none where counts are masked',
    }),
    sites: z
      .array(z.object({ ...siteRef, ...flow }))
      .meta({ description: 'of one cohort of several sites none where counts are masked' }),
    total: z.object(flow),
  })
  .meta({ id: 'SteeringFunnel' });

const readFunnel = route({
  method: 'get',
  path: '/steering/funnel',
  action: 'steering.flow',
  tag: 'steering',
  summary: {
    fr: 'L’entonnoir : combien de chaque cohorte et de chaque site ont atteint chaque étape, un contrat, six mois en contrat, un emploi durable',
    en: 'The funnel: how many of each cohort and site reached each step, a contract, six months in contract, durable employment',
  },
  query: z.strictObject({
    ...instants,
    cohort: z
      .string()
      .regex(/^2\d{3}-Q[1-4]$/, { error: 'is not a quarter: write it like 2026-Q1' })
      .optional()
      .meta({ description: 'the quarter of the enrolment: 2026-Q1' }),
  }),
  answers: {
    200: { description: 'The counts; those of 1 to 4 are masked for committees', schema: funnel },
  },
  problems: ['not_found'],
  async handle(context, { actor, query, now, language }) {
    const at = instantsOf(query, now, language);
    const { masked, counting, siteIds, how, named } = await reading(context, actor, query.site);
    const rows = await asActor(context.api, actor, (client) => countFunnel(client, at, counting));
    const made = funnelOf(rows, siteIds, { ...how, cohort: query.cohort });
    return {
      status: 200,
      body: { ...at, masked, cohort: query.cohort ?? null, ...made, sites: made.sites.map(named) },
    };
  },
});

const days = (description: string) =>
  z
    .number()
    .nullable()
    .meta({ description: `${description}; null: not known yet, or not told` });
const duration = z
  .object({
    step: shape.step,
    stays: shown('those watched: moved on + exited + still in; null: masked'),
    movedOn: shown(),
    exited: shown(),
    stillIn: shown('on the date asked for, censored; null: masked'),
    unwatched: shown('over before they were watched, not among the stays; null: masked'),
    quartiles: z.object({
      first: days('by which a quarter has ended'),
      median: days('by which half has ended'),
      third: days('by which three quarters have ended'),
      medianInterval: z
        .object({ low: days('95 %'), high: days('95 %') })
        .nullable()
        .meta({ description: 'null: not known yet, or not told' }),
    }),
  })
  .meta({ id: 'StepDuration' });
export const durations = z
  .object({
    ...asked,
    sites: z.array(z.object({ ...siteRef, steps: z.array(duration) })),
    total: z.array(duration),
  })
  .meta({ id: 'SteeringDurations' });

const readDurations = route({
  method: 'get',
  path: '/steering/durations',
  action: 'steering.flow',
  tag: 'steering',
  summary: {
    fr: 'Les durées dans chaque étape, en jours : médiane et quartiles, ceux qui y sont encore étant censurés',
    en: 'How long each step lasts, in days: median and quartiles, those still in it being censored',
  },
  query: z.strictObject(instants),
  answers: {
    200: { description: 'By site and step; masked for committees', schema: durations },
  },
  problems: ['not_found'],
  async handle(context, { actor, query, now, language }) {
    const at = instantsOf(query, now, language);
    const { masked, counting, siteIds, how, named } = await reading(context, actor, query.site);
    const rows = await asActor(context.api, actor, (client) => countStays(client, at, counting));
    const made = durationsOf(rows, siteIds, how);
    return { status: 200, body: { ...at, masked, ...made, sites: made.sites.map(named) } };
  },
});

const share = (description: string) => z.number().min(0).max(1).meta({ description });
export const survival = z
  .object({
    ...asked,
    of: z.enum(survived),
    by: z.enum(['site', 'arm']),
    times: z.array(z.int()).meta({ description: 'days at which those at risk are counted' }),
    groups: z.array(
      z.object({
        siteId: z.string().nullable().meta({ description: 'null: all sites' }),
        siteName: z.string().nullable(),
        arm: z.enum(arms).optional().meta({ description: 'with `by=arm`' }),
        youngPeople: shown('those watched: events + others + open; null: masked'),
        events: shown(),
        others: shown('to whom something else came, after which the event cannot come; null: masked'),
        open: shown('censored; null: masked'),
        unwatched: shown('not watched when it could have come, not among the young people; null: masked'),
        median: z
          .object({
            days: z.number(),
            interval: z.object({ low: days('95 %'), high: days('95 %') }).nullable(),
          })
          .nullable()
          .meta({ description: 'the day by which it has come to half; null: not known yet, or not told' }),
        points: z
          .array(
            z.object({
              days: z.number(),
              survival: share('to whom it comes later (Kaplan–Meier)'),
              interval: z.object({ low: share('95 %'), high: share('95 %, log-log by Greenwood') }),
              event: share('to whom it had come (Aalen–Johansen)'),
              other: share('to whom something else had come (Aalen–Johansen)'),
            }),
          )
          .nullable()
          .meta({ description: 'each holds until the next; before the first it is 1; null: too few' }),
        atRisk: z.array(shown('null: not told')).meta({ description: 'at each of `times`' }),
      }),
    ),
    logRank: z
      .object({
        chiSquare: z.number(),
        degreesOfFreedom: z.int(),
        pValue: share('of such a difference or a greater one, if the curves were the same'),
        withinSites: z.boolean().meta({ description: 'arms are compared within sites' }),
      })
      .nullable()
      .meta({ description: 'between the groups; null: nothing to compare' }),
  })
  .meta({ id: 'SteeringSurvival' });

const readSurvival = route({
  method: 'get',
  path: '/steering/survival',
  action: 'steering.flow',
  tag: 'steering',
  summary: {
    fr: 'Les courbes : signature d’un contrat ou rupture, par site ou par groupe, avec intervalles, exposés et test du log-rank',
    en: 'The curves: signature of a contract or termination, by site or arm, with intervals, those at risk and the log-rank test',
  },
  query: z.strictObject({
    ...instants,
    of: z.enum(survived).default('contract').meta({
      description:
        'contract: from the enrolment to the signature; termination: from the start of the contract',
    }),
    by: z.enum(['site', 'arm']).default('site').meta({
      description: 'arm: for the evaluation, and for the national committee once the programme is unblinded',
    }),
  }),
  answers: {
    200: { description: 'A curve for each group; masked for committees', schema: survival },
  },
  problems: ['not_found', 'still_blinded'],
  async handle(context, { actor, query, now, language }) {
    const { of, by } = query;
    if (by === 'arm' && !scopeOf(actor.role, 'steering.curves_by_arm')) throw new Problem('forbidden');
    const at = instantsOf(query, now, language);
    const { masked, counting, siteIds, how, names } = await reading(context, actor, query.site);
    const { rows, arms } = await asActor(context.api, actor, async (client) => {
      const arms = await readsArms(client, actor);
      if (by === 'arm' && !arms) throw new Problem('still_blinded');
      return { rows: await countTimes(client, of, at, counting), arms };
    });
    const made = survivalOf(rows, siteIds, { ...how, by, arms });
    const groups = made.groups.map((group) => ({
      siteName: group.siteId === null ? null : (names.get(group.siteId) as string),
      ...group,
    }));
    return { status: 200, body: { ...at, masked, of, by, ...made, groups } };
  },
});

export const flowRoutes = [readFunnel, readDurations, readSurvival];
