/** The inbox of many: what its queries read, on tables large enough that a plan matters. */
import type { Pool, PoolClient } from 'pg';
import { writeManyTasks } from '../test/setup/many-tasks';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { apiPool, asActor, ownerPool } from './pool';
import { demonstrationPerson, seedDemonstration } from './seed';
import { countTasks, listTasks, type TaskFilter } from './tasks';

let database: TestDatabase;
let owner: Pool;
let api: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  owner = ownerPool(database.url, { name: 'test' });
  api = apiPool(database.url, { name: 'test api' });
  await writeManyTasks(owner, 3_000);
}, 60_000);
afterAll(async () => {
  await Promise.all([owner.end(), api.end()]);
  await database.drop();
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

/** What of `tasks` one query reads, as somebody: each scan, by node type and index, and its rows. */
async function scansOf(subject: string, query: (client: PoolClient) => Promise<unknown>) {
  const plans: Plan[] = [];
  const person = demonstrationPerson(subject);
  await asActor(api, person, async (client) => {
    const explained = {
      query: async (text: string, values: unknown[]) => {
        const { rows } = await client.query(`explain (analyze, format json) ${text}`, values);
        plans.push(rows[0]['QUERY PLAN'][0].Plan);
        return client.query(text, values);
      },
    } as PoolClient;
    await query(explained);
  });
  const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
  return plans.flatMap(nodes).filter((n) => n['Relation Name'] || n['Index Name']);
}

const site = { scope: { siteId: 'tours' }, status: 'open', limit: 51 } as const;
const counsellor = demonstrationPerson('counsellor.tours').id;
const partner = demonstrationPerson('partner.tours').id;
const bounds = {
  now: '2026-04-20T10:00:00.000Z',
  todayEnds: '2026-04-20T22:00:00.000Z',
  weekEnds: '2026-04-26T22:00:00.000Z',
};
const after = ['2026-05-01T21:59:59.999Z', 'a'] as const;

const lists: [string, string, TaskFilter][] = [
  ['the team’s', 'counsellor.tours', site],
  ['the team’s, a later page', 'counsellor.tours', { ...site, after }],
  ['mine', 'counsellor.tours', { ...site, assigneeId: counsellor }],
  ['nobody’s', 'counsellor.tours', { ...site, assigneeId: null }],
  ['overdue ones', 'counsellor.tours', { ...site, dueBefore: bounds.now }],
  [
    'those of the week',
    'counsellor.tours',
    { ...site, dueFrom: bounds.todayEnds, dueBefore: bounds.weekEnds },
  ],
  ['some kinds and a step', 'counsellor.tours', { ...site, kinds: ['first_contact'], step: 'welcome' }],
  ['those of a referent', 'coordinator.tours', { ...site, referentId: counsellor }],
  ['those without referent', 'coordinator.tours', { ...site, referentId: null }],
  ['those of who is sought', 'counsellor.tours', { ...site, sought: 'abc' }],
  ['those of some ids', 'counsellor.tours', { ...site, status: undefined, ids: ['a.1', 'b.1'] }],
  ['closed ones', 'counsellor.tours', { ...site, status: 'done' }],
  ['a partner’s', 'partner.tours', { scope: { partnerId: partner }, status: 'open', limit: 51 }],
  ['a partner’s closed ones', 'partner.tours', { scope: { partnerId: partner }, status: 'done', limit: 51 }],
];

test.each(lists)('a list of %s reads no whole table', async (_, subject, filter) => {
  const scans = await scansOf(subject, (client) => listTasks(client, filter));
  expect(scans.length).toBeGreaterThan(0);
  const whole = scans.filter((n) => n['Node Type'] === 'Seq Scan').map((n) => n['Relation Name']);
  // Of seven sites and seventy people there is nothing to look up.
  expect(whole.filter((table) => !['sites', 'staff'].includes(table as string))).toEqual([]);
});

test('a first page is found in an index alone and reads the tasks that it shows, no more', async () => {
  const scans = await scansOf('counsellor.tours', (client) => listTasks(client, site));
  const read = scans.filter((n) => n['Relation Name'] === 'tasks');
  expect(read.map((n) => [n['Node Type'], n['Index Name'], n['Actual Rows'] * n['Actual Loops']])).toEqual([
    ['Index Only Scan', 'tasks_by_site', 51],
    ['Index Scan', 'tasks_pkey', 51],
  ]);
});

test.each([
  ['counsellor.tours', counsellor, { scope: { siteId: 'tours' } }],
  ['counsellor.tours', counsellor, { scope: { siteId: 'tours' }, kinds: ['first_contact' as const] }],
])(
  'counts of %s are read in indexes alone, each tab in the one that has it in one piece',
  async (subject, id, f) => {
    const scans = await scansOf(subject, (client) => countTasks(client, id, f, bounds));
    const read = scans.filter((n) => n['Relation Name'] === 'tasks');
    expect(read.map((n) => [n['Node Type'], n['Index Name']])).toEqual([
      ['Index Only Scan', 'tasks_by_assignee'],
      ['Index Only Scan', 'tasks_unassigned'],
      ['Index Only Scan', 'tasks_by_site'],
    ]);
  },
);

test('counts of a partner read its tasks, not those of all', async () => {
  const scans = await scansOf('partner.tours', (client) =>
    countTasks(client, partner, { scope: { partnerId: partner } }, bounds),
  );
  expect(scans.filter((n) => n['Node Type'] === 'Seq Scan')).toEqual([]);
});

test('row-level security hides what the site in the question does not', async () => {
  const found = await asActor(api, demonstrationPerson('counsellor.blois'), (client) =>
    listTasks(client, site),
  );
  expect(found).toEqual([]);
  const own = await asActor(api, demonstrationPerson('partner.tours'), (client) =>
    listTasks(client, { scope: { partnerId: partner }, status: 'open', limit: 200 }),
  );
  expect(own.length).toBeGreaterThan(0);
  expect(own.every((t) => t.partner?.id === partner)).toBe(true);
  const others = await asActor(api, demonstrationPerson('partner2.tours'), (client) =>
    listTasks(client, { scope: { partnerId: partner }, status: 'open', limit: 200 }),
  );
  expect(others).toEqual([]);
});
