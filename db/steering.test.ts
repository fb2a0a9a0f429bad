/** The figures of a large programme: counted from indexes alone, the same as the read model has them now. */
import type { Pool } from 'pg';
import { writeManyPathways } from '../bench/many-pathways';
import { scansOf } from '../test/setup/plans';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { apiPool, asActor, ownerPool } from './pool';
import { demonstrationPerson, seedDemonstration } from './seed';
import { countStates, listStates } from './steering';

/** Of `explain`. */
interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Node[];
}

const now = new Date();
const days = (n: number) => new Date(now.getTime() + n * 86_400_000).toISOString();
let database: TestDatabase;
let owner: Pool;
let api: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  owner = ownerPool(database.url, { name: 'test owner' });
  api = apiPool(database.url, { name: 'test api' });
  await writeManyPathways(owner, 5_000, now);
}, 60_000);
afterAll(async () => {
  await Promise.all([owner.end(), api.end()]);
  await database.drop();
});

const counted = (subject: string, asOf: string, knownAt: string, siteId: string | null) =>
  asActor(api, demonstrationPerson(subject), (client) => countStates(client, { asOf, knownAt }, siteId));

test('as at now the counts are those of the read model', async () => {
  const { rows } = await owner.query(
    `select p.site_id as "siteId", p.step, p.exit_code as "exitCode", null as arm, count(*) as "youngPeople",
       count(*) filter (where p.status = 'active' and o.pathway_id is not null) as overdue,
       count(*) filter (where p.mediation_id is not null) as "inMediation",
       count(*) filter (where p.status = 'on_hold') as "onHold"
     from pathways p
     left join (select distinct pathway_id from tasks where status = 'open' and due_at < $1) o on o.pathway_id = p.id
     group by 1, 2, 3 order by 1, 2, 3`,
    [now],
  );
  const { known, changed } = await counted('committee.national', days(0), days(0), null);
  expect(known.map(({ unreachable: _, ...cell }) => cell)).toEqual(rows);
  expect(known.reduce((n, cell) => n + cell.unreachable, 0)).toBeGreaterThan(100);
  expect(known.reduce((n, cell) => n + cell.overdue, 0)).toBeGreaterThan(100);
  expect(changed).toBe(0);
  const tours = await counted('committee.tours', days(0), days(0), 'tours');
  expect(tours.known).toEqual(known.filter((cell) => cell.siteId === 'tours'));
});

test.each([
  ['of all sites', null],
  ['of a site', 'tours'],
] as const)('counts %s as at a past instant read no event and no task but in an index', async (_, siteId) => {
  const scansOfCounts = async (asOf: string) => {
    const { rows: ids } = await owner.query<{ ids: string[] | null }>(
      'select case when $1::text is not null then array(select id from pathways where site_id = $1) end as ids',
      [siteId],
    );
    const { rows } = await owner.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
      `explain (format json) select s.site_id, s.step, s.exit_code, count(*), count(*) filter (where s.overdue),
         count(*) filter (where s.mediation_id is not null), count(*) filter (where s.status = 'on_hold'),
         count(*) filter (where s.unreachable) from states_at($1, $2, $3) s group by 1, 2, 3`,
      [asOf, days(0), ids[0]?.ids],
    );
    const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];
    return rows.flatMap((row) => nodes(row['QUERY PLAN'][0].Plan)).filter((node) => node['Relation Name']);
  };
  for (const asOf of [days(0), days(-200), days(-500)]) {
    const scans = await scansOfCounts(asOf);
    // Neither referent nor contract is counted, so neither is read.
    const parts = scans.filter((node) => node['Relation Name'] === 'timeline').length;
    expect([parts > 8, parts < 15]).toEqual([true, true]);
    const whole = scans
      .filter((node) => node['Node Type'] === 'Seq Scan')
      .map((node) => node['Relation Name']);
    expect([asOf, whole.filter((table) => table === 'timeline' || table === 'tasks')]).toEqual([asOf, []]);
  }
});

test('a list reads names of whom it shows, no more', async () => {
  const asked = { asOf: days(-100), knownAt: days(0), siteId: 'tours' };
  const scans = await scansOf(api, 'coordinator.tours', (client) => listStates(client, asked, { limit: 51 }));
  const people = scans.filter((n) => n['Relation Name'] === 'people');
  expect(people.reduce((n, scan) => n + scan['Actual Rows'] * scan['Actual Loops'], 0)).toBe(51);
});

test('what was recorded afterwards is found as corrected: exits that were undone, contracts told later', async () => {
  // As bench/many-pathways.ts has them: undone ten days after, about one in a hundred pathways; signed before it was told.
  const { rows } = await owner.query<{ at: Date }>(
    `select l.occurred_at + interval '1 day' as at from timeline l join timeline u using (pathway_id)
     where l.type = 'exited' and u.type = 'exit_undone' and l.revision < u.revision limit 1`,
  );
  const at = (rows[0] as { at: Date }).at.toISOString();
  const { rows: later } = await owner.query<{ undone: number; contracts: number; all: number }>(
    `select count(distinct pathway_id) filter (where undone)::int as undone,
       count(distinct pathway_id) filter (where not undone)::int as contracts, count(distinct pathway_id)::int as all
     from (select l.pathway_id, l.type = 'exit_undone' as undone from timeline l
       where l.recorded_at > $1 and ((l.type = 'exit_undone' and exists (select from timeline e
           where e.pathway_id = l.pathway_id and e.type = 'exited' and e.recorded_at <= $1))
         or (l.type = 'contract_recorded' and (l.data->>'signedOn')::date <= paris_day($1))
         or (l.type = 'contract_terminated' and (l.data->>'on')::date <= paris_day($1)))) told`,
    [at],
  );
  const { undone, contracts, all } = later[0] as (typeof later)[0];
  expect([undone > 0, contracts > 0]).toEqual([true, true]);
  const since = await counted('committee.national', at, days(0), null);
  const then = await counted('committee.national', at, at, null);
  const exits = (cells: typeof since.known) =>
    cells.filter((cell) => cell.exitCode !== null).reduce((n, cell) => n + cell.youngPeople, 0);
  expect(since.changed).toBe(all);
  expect(exits(then.known) - exits(since.known)).toBe(undone);
  expect(exits(since.before) - exits(since.after)).toBe(undone);
});
