import { randomUUID } from 'node:crypto';
import { journalActivities } from '../activities/journal';
import type { JournalEntry, TaskRecord } from '../domain/journal';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { ownerPool } from './pool';
import { demonstrationPeople, seedDemonstration } from './seed';

let database: TestDatabase;
let pool: ReturnType<typeof ownerPool>;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  pool = ownerPool(database.url, { name: 'test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const [coordinator] = demonstrationPeople();

/** An enrolment whose pathway has no entry yet. */
async function enrolled(): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `with p as (insert into people (id, last_name, first_name, birth_date, name_key)
       values (gen_random_uuid(), 'Essai', 'Un', '2008-01-01', 'essai un') returning id, name_key)
     insert into enrolments (id, person_id, site_id, name_key, situation, origin, consent_on, enrolled_on, created_by, created_at, start_input)
     select $1, id, 'tours', name_key, 'in_school', 'cfa', '2026-03-02', '2026-03-02', $2, '2026-03-02T09:00:00Z', '{}' from p`,
    [id, coordinator?.id],
  );
  return id;
}

const task = (pathwayId: string, more: Partial<TaskRecord> = {}): TaskRecord => ({
  id: `${pathwayId}.1`,
  key: 'step-1/first_contact/1',
  kind: 'first_contact',
  round: 1,
  step: 'welcome',
  interval: 1,
  status: 'planned',
  schedule: {},
  plannedAt: '2026-03-02T09:00:00.000Z',
  rungs: [],
  ...more,
});

const entry = (pathwayId: string, revision: number, more: Partial<JournalEntry> = {}): JournalEntry => ({
  pathwayId,
  revision,
  recordedAt: '2026-03-02T09:00:00.000Z',
  pathway: {
    siteId: 'tours',
    status: 'active',
    step: 'welcome',
    interval: 1,
    stepEnteredAt: '2026-03-02T09:00:00.000Z',
    enrolledAt: '2026-03-02T09:00:00.000Z',
    referentId: null,
    lastContactAt: null,
    exit: null,
    holdUntil: null,
    mediationId: null,
    contractId: null,
    settingsVersion: 1,
  },
  tasks: [],
  contracts: [],
  employments: [],
  mediations: [],
  events: [],
  ...more,
});

async function everything(pathwayId: string): Promise<unknown> {
  const rows: Record<string, unknown> = {};
  for (const table of ['tasks', 'waits', 'timeline', 'step_intervals', 'contracts', 'employments']) {
    rows[table] = (
      await pool.query(`select * from ${table} where pathway_id = $1 order by 1, 2, 3`, [pathwayId])
    ).rows;
  }
  rows.pathways = (await pool.query('select * from pathways where id = $1', [pathwayId])).rows;
  return rows;
}

test('an entry answers the instants of its tasks from the calendar of the site', async () => {
  const id = await enrolled();
  const { record } = journalActivities(pool);
  const answer = await record(entry(id, 1, { tasks: [task(id)] }));
  // Monday 2 March, three working days on, the end of Thursday 5 March in Paris.
  expect(answer.tasks[`${id}.1`]).toMatchObject({
    dueAt: '2026-03-05T22:59:59.999Z',
    remindAt: '2026-03-03T23:00:00.000Z',
    escalateAt: '2026-03-10T22:59:59.999Z',
    committeeAt: '2026-03-19T22:59:59.999Z',
    countedFrom: '2026-03-02',
    settingsVersion: 1,
  });
  const { rows } = await pool.query(
    'select status, iso(due_at) as due, iso(opened_at) as opened from tasks where id = $1',
    [`${id}.1`],
  );
  expect(rows).toEqual([
    { status: 'open', due: '2026-03-05T22:59:59.999Z', opened: '2026-03-02T09:00:00.000Z' },
  ]);
});

test('the same revision twice changes nothing, and is answered as it was recorded though the settings have changed', async () => {
  const id = await enrolled();
  const first = entry(id, 1, {
    tasks: [task(id)],
    waits: [{ key: 'step-1/hold_ends/1', name: 'hold_ends', anchor: '2026-04-04' }],
    events: [{ type: 'enrolled', at: '2026-03-02T09:00:00.000Z' }],
  });
  const answered = await journalActivities(pool).record(first);
  const before = await everything(id);
  await pool.query(
    `insert into site_settings (site_id, version, settings, applied_at)
     values ('tours', 2, '{"tasks": {"first_contact": {"due": {"workingDays": 8}}}}', now())`,
  );
  try {
    const again = await journalActivities(pool).record(first);
    expect({ tasks: again.tasks, waits: again.waits }).toEqual({
      tasks: answered.tasks,
      waits: answered.waits,
    });
    expect(again.rules).toMatchObject({ version: 2 });
    expect(await everything(id)).toEqual(before);
  } finally {
    await pool.query("delete from site_settings where site_id = 'tours'");
  }
});

test('an older revision after a newer changes nothing', async () => {
  const id = await enrolled();
  const { record } = journalActivities(pool);
  await record(entry(id, 1, { tasks: [task(id)] }));
  await record(
    entry(id, 2, {
      tasks: [
        task(id, {
          status: 'done',
          closedAt: '2026-03-03T10:00:00.000Z',
          openedAt: '2026-03-02T09:00:00.000Z',
          decision: { outcome: 'reached', channel: 'phone' },
        }),
      ],
    }),
  );
  const before = await everything(id);
  await record(
    entry(id, 1, { tasks: [task(id)], events: [{ type: 'task_opened', at: '2026-03-02T09:00:00.000Z' }] }),
  );
  expect(await everything(id)).toEqual(before);
});

test('the same entry from several attempts at once is applied once', async () => {
  const id = await enrolled();
  const { record } = journalActivities(pool);
  const same = entry(id, 1, {
    tasks: [task(id)],
    events: [{ type: 'enrolled', at: '2026-03-02T09:00:00.000Z' }],
  });
  await Promise.all(Array.from({ length: 8 }, () => record(same)));
  const { rows } = await pool.query('select type from timeline where pathway_id = $1', [id]);
  expect(rows).toEqual([{ type: 'enrolled' }]);
});

test('a person whom the database does not know does not stop a journal', async () => {
  const id = await enrolled();
  const stranger = randomUUID();
  await journalActivities(pool).record(entry(id, 1, { tasks: [task(id, { assigneeId: stranger })] }));
  const { rows } = await pool.query('select assignee_id from tasks where pathway_id = $1', [id]);
  expect(rows).toEqual([{ assignee_id: stranger }]);
});

test('an entry that cannot be written whole is not written at all', async () => {
  const id = await enrolled();
  const { record } = journalActivities(pool);
  const broken = entry(id, 1, { tasks: [task(id, { assigneeId: 'nobody' })] });
  await expect(record(broken)).rejects.toThrow(/invalid input syntax/);
  expect(await everything(id)).toMatchObject({ pathways: [], tasks: [], timeline: [] });
});
