/** The list of young people of many: by name, and found in an index. */
import type { Pool } from 'pg';
import { writeManyTasks } from '../bench/many-tasks';
import { scansOf } from '../test/setup/plans';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { listPathways, type PathwayFilter } from './pathways';
import { apiPool, asActor, ownerPool } from './pool';
import { demonstrationPerson, seedDemonstration } from './seed';

let database: TestDatabase;
let owner: Pool;
let api: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  owner = ownerPool(database.url, { name: 'test' });
  api = apiPool(database.url, { name: 'test api' });
  await writeManyTasks(owner, 4_000);
}, 120_000);
afterAll(async () => {
  await Promise.all([owner.end(), api.end()]);
  await database.drop();
});

const site = { scope: { siteId: 'tours' }, limit: 51 } as const;
const counsellor = demonstrationPerson('counsellor.tours').id;
const partner = demonstrationPerson('partner.tours').id;
const list = (subject: string, filter: PathwayFilter) =>
  asActor(api, demonstrationPerson(subject), (client) => listPathways(client, filter));

const lists: [string, string, PathwayFilter][] = [
  ['all of the site', 'counsellor.tours', site],
  ['those who are accompanied', 'counsellor.tours', { ...site, statuses: ['active', 'on_hold'] }],
  ['mine', 'counsellor.tours', { ...site, referentId: counsellor }],
  ['those without referent', 'coordinator.tours', { ...site, referentId: null }],
  ['those in a step', 'counsellor.tours', { ...site, step: 'contract_search' }],
  ['those in a step where nobody is', 'counsellor.tours', { ...site, step: 'welcome' }],
  ['those who are sought', 'counsellor.tours', { ...site, sought: 'abc' }],
  ['a partner’s', 'partner.tours', { scope: { partnerId: partner }, limit: 51 }],
];
test.each(lists)('a list of %s reads no whole table', async (_, subject, filter) => {
  const whole = (await scansOf(api, subject, (client) => listPathways(client, filter))).filter(
    (n) => n['Node Type'] === 'Seq Scan',
  );
  // Of seven sites and seventy people there is nothing to look up.
  expect(whole.map((n) => n['Relation Name']).filter((t) => t !== 'sites' && t !== 'staff')).toEqual([]);
});

test('a page reads the people that it shows, in the order of the index', async () => {
  const [first] = await list('counsellor.tours', { ...site, limit: 1 });
  for (const filter of [site, { ...site, after: first?.id }]) {
    const scans = await scansOf(api, 'counsellor.tours', (client) => listPathways(client, filter));
    const named = scans.filter((n) => n['Index Name'] === 'enrolments_by_name');
    expect(named.map((n) => n['Actual Rows'] * n['Actual Loops'])).toEqual([51]);
  }
});

test('pages follow each other by name, and lose and repeat nobody', async () => {
  const seen: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await list('counsellor.tours', { ...site, limit: 1_000, after });
    seen.push(
      ...page.map(({ person }) => `${person.lastName.toLowerCase()} ${person.firstName.toLowerCase()}`),
    );
    after = page.at(-1)?.id;
    if (page.length < 1_000) break;
  }
  const { rows } = await owner.query(
    `select y.name_key from enrolments e join people y on y.id = e.person_id where e.site_id = 'tours'
     order by y.name_key collate "C"`,
  );
  expect(seen).toEqual(rows.map(({ name_key }) => name_key));
});

test('who is renamed stands where the new name belongs', async () => {
  const [first] = await list('counsellor.tours', { ...site, limit: 1 });
  await owner.query(
    `update people set last_name = 'Zy', name_key = 'zzzz y'
     where id = (select person_id from enrolments where id = $1)`,
    [first?.id],
  );
  const { rows } = await owner.query('select name_key from enrolments where id = $1', [first?.id]);
  expect(rows).toEqual([{ name_key: 'zzzz y' }]);
});

test('row-level security hides whom the site in the question does not', async () => {
  expect(await list('counsellor.blois', site)).toEqual([]);
  const own = await list('partner.tours', { scope: { partnerId: partner }, limit: 200 });
  expect(own.length).toBeGreaterThan(0);
  expect(await list('partner2.tours', { scope: { partnerId: partner }, limit: 200 })).toEqual([]);
});
