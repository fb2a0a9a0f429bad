/**
 * The figures of a programme of 100,000 pathways with 30 events each: as at any instant, beside those of now from the read
 * model; funnel, durations and curves beside the same of 1,000 pathways; who is at risk now, and what was promised in a year.
 */
import { countDay } from '../db/counted-days';
import { asActor } from '../db/pool';
import { demonstrationPerson } from '../db/seed';
import { countStates, listStates } from '../db/steering';
import { writeManyPathways } from './many-pathways';
import { load, type Measure, measure, median } from './measure';
import type { System } from './system';

const PATHWAYS = 100_000;
/** What growth is counted from. */
const FEW = 1_000;
const ROUNDS = 7;
/** The first are not counted: connections and caches. */
const WARM_UP = 2;

/** @param tokens of who asks, by sign-in name */
export async function steering(
  { pool, call }: System,
  tokens: Readonly<Record<'evaluator' | 'coordinator.tours', string>>,
): Promise<Measure[]> {
  const now = new Date();
  const requested = async (token: string, path: string) => {
    const { times } = await load(WARM_UP + ROUNDS, 1, async () => {
      const { status } = await call(token, 'GET', path);
      if (status !== 200) throw new Error(`${path} was answered ${status}`);
    });
    return median(times.slice(WARM_UP));
  };
  const flow = async () => ({
    funnel: await requested(tokens.evaluator, '/api/steering/funnel'),
    durations: await requested(tokens.evaluator, '/api/steering/durations'),
    contract: await requested(tokens.evaluator, '/api/steering/survival?of=contract'),
    termination: await requested(tokens.evaluator, '/api/steering/survival?of=termination'),
  });
  await writeManyPathways(pool, FEW, now);
  const ofFew = await flow();
  // The same ones are written again among all.
  await pool.query('truncate people cascade');
  await writeManyPathways(pool, PATHWAYS, now);
  await pool.query('checkpoint');
  const ofAll = await flow();
  const at = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();

  /** In the API's role, on behalf of somebody. @returns the median in milliseconds */
  const timed = async (
    subject: string,
    work: (client: Parameters<typeof countStates>[0]) => Promise<unknown>,
  ) => {
    const times: number[] = [];
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      await asActor(pool, demonstrationPerson(subject), async (client) => {
        await client.query('set local role service_plus_api');
        const began = performance.now();
        await work(client);
        if (round >= 0) times.push(performance.now() - began);
      });
    }
    return median(times);
  };
  const all = (asOf: string, knownAt: string) =>
    timed('evaluator', (client) => countStates(client, { asOf, knownAt }, null));
  const today = await timed('evaluator', async (client) => {
    await client.query('reset role');
    await client.query(
      `select p.site_id, p.step, p.exit_code, count(*), count(*) filter (where p.status = 'on_hold'),
         count(*) filter (where p.mediation_id is not null),
         count(*) filter (where p.status = 'active' and o.pathway_id is not null)
       from pathways p
       left join (select distinct pathway_id from tasks where status = 'open' and due_at < $1) o on o.pathway_id = p.id
       group by 1, 2, 3`,
      [now],
    );
  });
  const siteList = await timed('coordinator.tours', (client) =>
    listStates(client, { asOf: at(160), knownAt: at(0), siteId: 'tours', figure: 'overdue' }, { limit: 51 }),
  );
  /** The overview at the end of past days, once each: as it is asked first, and once the worker has counted the day. */
  const ofPastDays = async () => {
    const { rows } = await pool.query<{ day: string; end: string }>(
      `select day::date::text as day, iso((day::date + 1)::timestamp at time zone 'Europe/Paris' - interval '1 ms') as end
       from (select $1::timestamp - interval '1 day' * n as day from (values (7), (33), (61), (98), (130), (167), (214), (251),
         (300), (342), (389), (441), (487), (530), (571)) as past (n)) days`,
      [now],
    );
    const asked = async () => {
      const times: number[] = [];
      for (const { day } of rows) {
        const began = performance.now();
        const { status } = await call(tokens.evaluator, 'GET', `/api/steering/overview?asOf=${day}`);
        if (status !== 200) throw new Error(`the overview was answered ${status}`);
        times.push(performance.now() - began);
      }
      return median(times);
    };
    const first = await asked();
    const began = performance.now();
    for (const { end } of rows)
      if (!(await countDay(pool, { asOf: end, withArms: true }))) throw new Error('a day was not kept');
    const counting = (performance.now() - began) / rows.length;
    return [
      measure(
        'steering, all sites at the end of a past day by HTTP, p50',
        'ms',
        await asked(),
        first,
        '≤ 100',
      ),
      measure('counting a day that is over, once', 'ms', counting, null, null),
    ];
  };
  return [
    measure(
      'steering, all sites as at now over the same from the read model: SQL p50',
      'ms',
      await all(at(0), at(0)),
      today,
      null,
    ),
    measure('the same as at 160 days ago, known now: SQL p50', 'ms', await all(at(160), at(0)), today, null),
    ...(await ofPastDays()),
    measure(
      'steering, one site as at 160 days ago by HTTP, p50',
      'ms',
      await requested(tokens['coordinator.tours'], `/api/steering/overview?asOf=${at(160)}`),
      null,
      '≤ 500',
    ),
    measure('steering, the list behind a figure of one site: SQL p50', 'ms', siteList, null, '≤ 1000'),
    ...(
      [
        ['funnel by site and cohort', 'funnel', '≤ 1000'],
        ['time in each step by site', 'durations', '≤ 1000'],
        ['curves of signature by site', 'contract', '≤ 500'],
        ['curves of termination by site', 'termination', '≤ 500'],
      ] as const
    ).flatMap(([what, name, goal]) => [
      measure(`${what}, all sites by HTTP, p50`, 'ms', ofAll[name], null, goal),
      measure('the same over that of 1,000 pathways', 'ms', ofAll[name], ofFew[name], null),
    ]),
    measure(
      'steering, who is at risk of one site and why, first page by HTTP, p50',
      'ms',
      await requested(tokens['coordinator.tours'], '/api/steering/at-risk'),
      null,
      '≤ 200',
    ),
    measure(
      'the same of one site, counted by HTTP, p50',
      'ms',
      await requested(tokens['coordinator.tours'], '/api/steering/attention'),
      null,
      '≤ 200',
    ),
    measure(
      'the same of all sites, counted by HTTP, p50',
      'ms',
      await requested(tokens.evaluator, '/api/steering/attention'),
      null,
      null,
    ),
    measure(
      'steering, a year of all sites as promised by HTTP, p50',
      'ms',
      await requested(tokens.evaluator, '/api/steering/fidelity'),
      null,
      '≤ 2000',
    ),
  ];
}
