/** The inbox of many: what its queries read, on tables large enough that a plan matters. */
import type { Pool } from 'pg';
import { writeManyTasks } from '../bench/many-tasks';
import { type Plan, plansOf, scansOf } from '../test/setup/plans';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { apiPool, asActor, ownerPool } from './pool';
import { demonstrationPerson, seedDemonstration } from './seed';
import { type CountNarrowing, countTasks, listTasks, type TaskFilter, type TaskNarrowing } from './tasks';

let database: TestDatabase;
let owner: Pool;
let api: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  owner = ownerPool(database.url, { name: 'test' });
  api = apiPool(database.url, { name: 'test api' });
  await writeManyTasks(owner, 6_000);
}, 60_000);
afterAll(async () => {
  await Promise.all([owner.end(), api.end()]);
  await database.drop();
});

const site = { scope: { siteId: 'tours' }, status: 'open', limit: 51 } as const;
const counsellor = demonstrationPerson('counsellor.tours').id;
const partner = demonstrationPerson('partner.tours').id;
const shared = { scope: { partnerId: partner }, limit: 51 } as const;
const somebody = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b';
const bounds = {
  now: '2026-04-20T10:00:00.000Z',
  todayEnds: '2026-04-20T22:00:00.000Z',
  weekEnds: '2026-04-26T22:00:00.000Z',
};
const after = ['2026-05-01T21:59:59.999Z', 'a'] as const;

const ofSite = { scope: { siteId: 'tours' }, limit: 51 } as const;

/** Tables that were read from end to end. */
function readWhole(scans: readonly Plan[]): (string | undefined)[] {
  expect(scans.length).toBeGreaterThan(0);
  const whole = scans.filter((n) => n['Node Type'] === 'Seq Scan').map((n) => n['Relation Name']);
  // Of seven sites and seventy people there is nothing to look up.
  return whole.filter((table) => !['sites', 'staff'].includes(table as string));
}

const lists: [string, string, TaskFilter][] = [
  ['the team’s', 'counsellor.tours', site],
  ['the team’s, a later page', 'counsellor.tours', { ...site, after }],
  ['mine', 'counsellor.tours', { ...site, assigneeId: counsellor }],
  ['nobody’s', 'coordinator.tours', { ...site, assigneeId: null }],
  [
    'nobody’s that a mediator may take',
    'mediator.tours',
    { ...site, assigneeId: null, kinds: ['accept_mediation', 'meet_parties', 'mediation_follow_up'] },
  ],
  ['overdue ones', 'counsellor.tours', { ...site, dueBefore: bounds.now }],
  [
    'those of the week',
    'counsellor.tours',
    { ...site, dueFrom: bounds.todayEnds, dueBefore: bounds.weekEnds },
  ],
  ['those of today', 'counsellor.tours', { ...site, dueFrom: bounds.now, dueBefore: bounds.todayEnds }],
  ['later ones', 'counsellor.tours', { ...site, dueFrom: bounds.weekEnds }],
  ['mine of the week', 'counsellor.tours', { ...site, assigneeId: counsellor, dueBefore: bounds.weekEnds }],
  ['planned ones', 'counsellor.tours', { ...site, status: 'planned' }],
  ['one pathway', 'counsellor.tours', { ...site, pathwayId: somebody }],
  ['some kinds and a step', 'counsellor.tours', { ...site, kinds: ['first_contact'], step: 'welcome' }],
  ['those of a referent', 'coordinator.tours', { ...site, referentId: counsellor }],
  ['mine of a referent', 'counsellor.tours', { ...site, assigneeId: counsellor, referentId: counsellor }],
  ['those without referent', 'coordinator.tours', { ...site, referentId: null }],
  ['those of who is sought', 'counsellor.tours', { ...site, sought: 'abc' }],
  ['those of some ids', 'counsellor.tours', { ...site, status: undefined, ids: ['a.1', 'b.1'] }],
  ['those of who is sought by number', 'counsellor.tours', { ...site, sought: '2026-117' }],
  ['closed ones', 'counsellor.tours', { ...site, status: 'done' }],
  ['a partner’s', 'partner.tours', { ...shared, status: 'open' }],
  ['a partner’s of a referent', 'partner.tours', { ...shared, status: 'open', referentId: counsellor }],
  ['a partner’s who is sought', 'partner.tours', { ...shared, status: 'open', sought: 'abc' }],
  ['a partner’s closed ones', 'partner.tours', { ...shared, status: 'done' }],
];

test.each(lists)('a list of %s reads no whole table', async (_, subject, filter) => {
  expect(readWhole(await scansOf(api, subject, (client) => listTasks(client, filter)))).toEqual([]);
});

test('a first page is found in an index alone and reads the tasks that it shows, no more', async () => {
  const scans = await scansOf(api, 'counsellor.tours', (client) => listTasks(client, site));
  const read = scans.filter((n) => n['Relation Name'] === 'tasks');
  expect(read.map((n) => [n['Node Type'], n['Index Name'], n['Actual Rows'] * n['Actual Loops']])).toEqual([
    ['Index Only Scan', 'tasks_by_site', 51],
    ['Index Scan', 'tasks_pkey', 51],
  ]);
});

test.each<[string, Partial<CountNarrowing>]>([
  ['a team', {}],
  ['a team, nobody’s by what one may take', { kindsOfNobodys: ['first_contact', 'entry_interview'] }],
  ['a team narrowed by kind and step', { kinds: ['first_contact'], step: 'welcome' }],
])('all tabs of %s are counted in a small index, without the tasks themselves', async (_, narrowed) => {
  const asked = { scope: ofSite.scope, ...narrowed };
  const read = async () =>
    (
      await plansOf(api, 'counsellor.tours', (client) => countTasks(client, counsellor, asked, bounds))
    ).reduce((pages, plan) => pages + plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], 0);
  // The first time on a connection it also reads how it is to be done.
  await read();
  const { rows } = await owner.query(
    `select pg_relation_size('tasks') / 8192 as tasks, pg_relation_size('tasks_by_site') / 8192 as lists`,
  );
  expect(Math.min(rows[0].tasks, rows[0].lists)).toBeGreaterThan(1_000);
  expect(await read()).toBeLessThan(100);
});

test('nobody counts the tasks of another site, and a partner no site’s', async () => {
  const asked = { scope: ofSite.scope };
  const countedBy = (subject: string) => {
    const person = demonstrationPerson(subject);
    return asActor(api, person, (client) => countTasks(client, person.id, asked, bounds));
  };
  expect((await countedBy('counsellor.tours')).team.total).toBeGreaterThan(1_000);
  for (const other of ['counsellor.blois', 'partner.tours', 'committee.tours', 'admin']) {
    expect((await countedBy(other)).team.total).toBe(0);
  }
});

test.each<[string, Partial<TaskNarrowing>]>([
  ['a referent', { referentId: counsellor }],
  ['no referent', { referentId: null }],
  ['who is sought', { sought: 'abc' }],
  ['one pathway', { pathwayId: somebody }],
])('counts narrowed by %s read no whole table', async (_, narrowed) => {
  const scans = await scansOf(api, 'counsellor.tours', (client) =>
    countTasks(client, counsellor, { scope: ofSite.scope, ...narrowed }, bounds),
  );
  expect(readWhole(scans)).toEqual([]);
});

test('counts tell each tab by when its tasks are due', async () => {
  const { rows } = await owner.query(
    `select assignee_id = $1 as me, assignee_id is null as unassigned, due_at < $2 as overdue,
       due_at >= $2 and due_at < $3 as today, due_at >= $3 and due_at < $4 as week, due_at >= $4 as later
     from tasks where site_id = 'tours' and status = 'open'`,
    [counsellor, bounds.now, bounds.todayEnds, bounds.weekEnds],
  );
  const dues = ['overdue', 'today', 'week', 'later'] as const;
  const counted = (tab: typeof rows) => ({
    total: tab.length,
    ...Object.fromEntries(dues.map((due) => [due, tab.filter((row) => row[due]).length])),
  });
  const told = await asActor(api, demonstrationPerson('counsellor.tours'), (client) =>
    countTasks(client, counsellor, { scope: ofSite.scope }, bounds),
  );
  expect(told).toEqual({
    me: counted(rows.filter((row) => row.me)),
    unassigned: counted(rows.filter((row) => row.unassigned)),
    team: counted(rows),
  });
  expect(Math.min(...dues.map((due) => told.me[due]))).toBeGreaterThan(0);
});

test.each<[string, Partial<TaskNarrowing>]>([
  ['by day', {}],
  ['about somebody', { referentId: null }],
])('nobody’s are counted by kind, all others whatever their kind: %s', async (_, narrowed) => {
  const kindsOfNobodys = ['first_contact'] as const;
  const { rows } = await owner.query<{ of: number; nobodys: number; team: number; me: number }>(
    `select count(*) filter (where t.assignee_id is null and kind = any($2))::int as of,
       count(*) filter (where t.assignee_id is null)::int as nobodys, count(*)::int as team,
       count(*) filter (where t.assignee_id = $1)::int as me
     from tasks t join pathways p on p.id = t.pathway_id
     where t.site_id = 'tours' and t.status = 'open' and ($3 or p.referent_id is null)`,
    [counsellor, kindsOfNobodys, !('referentId' in narrowed)],
  );
  const { of, nobodys, team, me } = rows[0] as (typeof rows)[0];
  expect([of > 0, nobodys > of]).toEqual([true, true]);
  const told = await asActor(api, demonstrationPerson('counsellor.tours'), (client) =>
    countTasks(client, counsellor, { scope: ofSite.scope, ...narrowed, kindsOfNobodys }, bounds),
  );
  expect([told.unassigned.total, told.team.total, told.me.total]).toEqual([of, team, me]);
});

test('counts of a partner read its tasks, not those of all', async () => {
  const scans = await scansOf(api, 'partner.tours', (client) =>
    countTasks(client, partner, { scope: { partnerId: partner } }, bounds),
  );
  expect(readWhole(scans)).toEqual([]);
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
