/** Rows of the read model are broken on purpose, each in its way; the repair brings back what the workflow says. */
import { reconcile } from '../db/reconcile';
import { readWorkflow } from '../worker/read-workflow';
import { recordContact } from '../workflows/messages';
import { PathwayWorld, type YoungPerson } from './setup/pathways';

let world: PathwayWorld;
let young: YoungPerson;
beforeAll(async () => {
  world = await PathwayWorld.create();
  young = await world.enrol();
  await young.send(recordContact, { channel: 'sms', result: 'not_reached', at: new Date().toISOString() });
  await young.welcomed('contract_signed', await young.terms());
  await young.pass('20 days');
}, 60_000);
afterAll(() => world.end());

const look = (repair: boolean) =>
  reconcile(world.pool, young.pathwayId, () => readWorkflow(world.env.client, young.pathwayId), repair);

const tables = ['pathways', 'step_intervals', 'tasks', 'waits', 'contracts', 'timeline'];

async function readModel() {
  const rows: Record<string, string[]> = {};
  for (const table of tables) {
    const owner = table === 'pathways' ? 'id' : 'pathway_id';
    const found = await world.pool.query(
      `select to_jsonb(t)::text as row from ${table} t where ${owner} = $1`,
      [young.pathwayId],
    );
    rows[table] = found.rows.map(({ row }) => row).sort();
  }
  return rows;
}

test('a read model that was left alone is equal to its workflow', async () => {
  expect(await look(false)).toEqual({ result: 'equal', differences: [] });
  expect((await readModel()).tasks?.length).toBeGreaterThan(8);
});

const mine = 'pathway_id = $1';
test.each([
  [
    'an open task shown as done',
    `update tasks set status = 'done' where ${mine} and status = 'open'`,
    'tasks',
  ],
  [
    'a due date moved',
    `update tasks set due_at = due_at + interval '1 day' where ${mine} and status = 'planned'`,
    'tasks',
  ],
  ['a closed task lost', `delete from tasks where ${mine} and kind = 'first_contact'`, 'tasks'],
  [
    'a task that never was',
    `insert into tasks select (jsonb_populate_record(t, '{"id": "x", "key": "x"}')).* from tasks t where ${mine} limit 1`,
    'tasks',
  ],
  ['the step rewritten', `update pathways set step = 'welcome', interval = 1 where id = $1`, 'pathways'],
  ['a part of the timeline lost', `delete from timeline where ${mine} and revision = 3`, 'timeline'],
  ['a wait lost', `delete from waits where ${mine}`, 'waits'],
  ['a contract with another end', `update contracts set ends_on = ends_on + 1 where ${mine}`, 'contracts'],
  ['a step left open', `update step_intervals set left_at = null where ${mine}`, 'step_intervals'],
  ['everything lost', 'delete from pathways where id = $1', 'pathways'],
])('%s is found, and repaired', async (_, breaking, table) => {
  const before = await readModel();
  await world.pool.query(breaking, [young.pathwayId]);
  const broken = await readModel();
  expect(broken).not.toEqual(before);

  const found = await look(false);
  expect(found.result).toBe('different');
  expect(found.differences.map((d) => d.table)).toContain(table);
  // Only told, not changed.
  expect(await readModel()).toEqual(broken);

  expect((await look(true)).result).toBe('repaired');
  expect(await readModel()).toEqual(before);
  expect((await look(false)).result).toBe('equal');
});

test('a database restored from an older backup catches up with the workflow', async () => {
  const before = await readModel();
  await world.pool.query('update pathways set revision = 2 where id = $1', [young.pathwayId]);
  await world.pool.query(`delete from timeline where ${mine} and revision > 2`, [young.pathwayId]);
  expect((await look(true)).result).toBe('repaired');
  expect(await readModel()).toEqual(before);
});

test('a read model that is ahead of its workflow is told and left alone', async () => {
  await world.pool.query('update pathways set revision = revision + 5 where id = $1', [young.pathwayId]);
  const ahead = await readModel();
  expect((await look(true)).result).toBe('ahead');
  expect(await readModel()).toEqual(ahead);
});
