/** What the forecast says is what comes when nobody does anything. */
import { randomUUID } from 'node:crypto';
import { type Foreseen, forecast } from '../api/forecast';
import type { SiteRules } from '../db/settings';
import { siteRules } from '../db/settings';
import { holdPathway, raiseAlert, recordTermination } from '../workflows/messages';
import { carriedState } from '../workflows/state';
import { PathwayWorld, type YoungPerson } from './setup/pathways';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterEach(() => world.forgetAll());
afterAll(() => world.end());

const day = 86_400_000;

/** To ten seconds: the server's clock is a little late at each timer. */
const told = (event: { type: string; at: string; data?: Readonly<Record<string, unknown>> | null }) => {
  const { taskId, kind, name, cause, result } = event.data ?? {};
  const at = new Date(Math.round(Date.parse(event.at) / 10_000) * 10_000).toISOString();
  return JSON.stringify({ at, type: event.type, taskId, kind, name, cause, result });
};

async function foresee(young: YoungPerson, days: number): Promise<{ events: Foreseen[]; to: string }> {
  await young.settled();
  const state = await young.handle.query(carriedState);
  const site = (await siteRules(world.pool, young.siteId)) as SiteRules;
  const from = await world.now();
  const to = new Date(Date.parse(from) + days * day).toISOString();
  return { events: await forecast(state, site, from, to), to };
}

const ways: [string, (w: PathwayWorld) => Promise<YoungPerson>][] = [
  ['just enrolled', (w) => w.enrol()],
  ['searching', (w) => w.enrolInto('contract_search')],
  ['whose project is validated', (w) => w.enrolInto('project_validation')],
  ['in a contract', (w) => w.enrolInto('securing')],
  ['looking for a job', (w) => w.enrolInto('durable_employment')],
  [
    'looking for a job, who missed two follow-ups',
    async (w) => {
      const young = await w.enrolInto('durable_employment');
      for (let round = 0; round < 2; round++) {
        await young.untilOpen('job_search_follow_up');
        await young.complete('job_search_follow_up', 'missed');
      }
      return young;
    },
  ],
  [
    'on hold',
    async (w) => {
      const young = await w.enrolInto('contract_search');
      await young.send(holdPathway, { until: await w.day({ days: 50 }) });
      return young;
    },
  ],
  [
    'in a mediation whose meeting was held',
    async (w) => {
      const young = await w.enrolInto('securing');
      await young.send(raiseAlert, { level: 'high', source: 'employer', wordsId: randomUUID() });
      await young.complete('accept_mediation', 'accepted');
      await young.complete('meet_parties', 'agreement', { on: await w.day() });
      return young;
    },
  ],
  [
    'in a mediation that nobody accepts, after a low alert that nobody handles',
    async (w) => {
      const young = await w.enrolInto('securing');
      await young.send(raiseAlert, { level: 'low', source: 'cfa', wordsId: randomUUID() });
      return young;
    },
  ],
  [
    'whose contract was terminated',
    async (w) => {
      const young = await w.enrolInto('securing');
      const on = await w.day({ days: 14 });
      await young.send(recordTermination, { on, initiator: 'mutual', reason: 'health' });
      return young;
    },
  ],
];

test.each(ways)('a young person %s', async (_, arrive) => {
  const young = await arrive(world);
  const { revision } = await young.settled();
  const { events, to } = await foresee(young, 200);
  expect((await young.settled()).revision).toBe(revision);
  const { rows } = await world.pool.query(
    'select coalesce(max(position), 0) as last from timeline where pathway_id = $1 and revision = $2',
    [young.pathwayId, revision],
  );
  expect(rows).toHaveLength(1);

  await young.passTo(to);
  const came = (await young.timeline()).filter((e) => e.at <= to);
  const after = came.slice(came.length - events.filter((e) => e.type !== 'task_due').length);
  expect(
    events
      .filter((e) => e.type !== 'task_due')
      .map(told)
      .sort(),
  ).toEqual(after.map(told).sort());

  const { rows: due } = await world.pool.query<{ id: string }>(
    `select id from tasks where pathway_id = $1 and status = 'open' and due_at between $2 and $3`,
    [young.pathwayId, new Date(Date.parse(to) - 200 * day), to],
  );
  const foreseen = events.filter((e) => e.type === 'task_due').map((e) => e.data?.taskId);
  expect(foreseen).toEqual(expect.arrayContaining(due.map((t) => t.id)));
});

test('a change of the settings changes what is foreseen, and nothing else', async () => {
  const young = await world.enrolInto('contract_search');
  await young.settled();
  const state = await young.handle.query(carriedState);
  const site = (await siteRules(world.pool, young.siteId)) as SiteRules;
  const from = await world.now();
  const to = new Date(Date.parse(from) + 100 * day).toISOString();
  const before = JSON.stringify(state);
  const later = structuredClone(site);
  later.settings.tasks.search_review.opensAfter = [{ months: 2 }];
  const reviews = async (rules: SiteRules) =>
    (await forecast(state, rules, from, to)).filter(
      (e) => e.data?.kind === 'search_review' && e.type === 'task_opened',
    );
  const [now, then] = [await reviews(site), await reviews(later)];
  // What was counted already keeps its day until the settings are applied.
  expect(then).toEqual(now);
  expect(JSON.stringify(state)).toBe(before);
});
