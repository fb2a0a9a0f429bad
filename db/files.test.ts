/** Whose files are whose, by row-level security alone, and what stays of them: as if the API asked nothing before. */
import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { writeManyTasks } from '../bench/many-tasks';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { addFile, type FileToAdd, fileFacts, filePiece, removeFile } from './files';
import { apiPool, asActor, ownerPool } from './pool';
import { demonstrationPerson, seedDemonstration } from './seed';
import { readTask } from './tasks';

let database: TestDatabase;
let owner: Pool;
let api: Pool;
/** Of Tours: one that partner.tours has, one that no partner has. */
let shared: { id: string; pathwayId: string };
let other: { id: string; pathwayId: string };
beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  owner = ownerPool(database.url, { name: 'test' });
  api = apiPool(database.url, { name: 'test api' });
  await writeManyTasks(owner, 200);
  const oneWith = async (partnerIs: string) =>
    (
      await owner.query(
        `select id, pathway_id as "pathwayId" from tasks where site_id = 'tours' and partner_id ${partnerIs} limit 1`,
      )
    ).rows[0];
  shared = await oneWith(`= '${demonstrationPerson('partner.tours').id}'`);
  other = await oneWith('is null');
}, 60_000);
afterAll(async () => {
  await Promise.all([owner.end(), api.end()]);
  await database.drop();
});

const as = <T>(subject: string, work: (client: PoolClient) => Promise<T>) =>
  asActor(api, demonstrationPerson(subject), work);

const fileOf = (subject: string, task: typeof shared, more: Partial<FileToAdd> = {}): FileToAdd => ({
  id: randomUUID(),
  pathwayId: task.pathwayId,
  taskId: task.id,
  authorId: demonstrationPerson(subject).id,
  name: 'note.txt',
  mediaType: 'text/plain',
  content: Buffer.from(`De ${subject}`),
  now: new Date('2026-03-02T09:00:00Z'),
  ...more,
});

async function added(subject: string, task: typeof shared): Promise<FileToAdd> {
  const file = fileOf(subject, task);
  await as(subject, (client) => addFile(client, file));
  return file;
}
const sees = (subject: string, { id, content }: FileToAdd) =>
  as(subject, async (client) => {
    const piece = await filePiece(client, id, 0, 1000);
    expect((await fileFacts(client, id)) !== undefined).toBe(piece !== null);
    return piece?.equals(content) ?? false;
  });

test('a file is seen by whoever sees its task', async () => {
  const team = ['coordinator.tours', 'counsellor.tours', 'counsellor2.tours', 'mediator.tours'];
  const nobody = ['counsellor.blois', 'partner2.tours', 'committee.tours', 'evaluator', 'admin'];
  for (const [task, partnerSees] of [
    [shared, true],
    [other, false],
  ] as const) {
    const file = await added('counsellor.tours', task);
    for (const subject of team) expect([subject, await sees(subject, file)]).toEqual([subject, true]);
    for (const subject of nobody) expect([subject, await sees(subject, file)]).toEqual([subject, false]);
    expect(await sees('partner.tours', file)).toBe(partnerSees);
  }
});

test('nobody adds in somebody else’s name, to a task that they do not see, or to another young person', async () => {
  for (const [subject, file] of [
    ['counsellor.tours', fileOf('counsellor2.tours', shared)],
    ['counsellor.blois', fileOf('counsellor.blois', shared)],
    ['partner.tours', fileOf('partner.tours', other)],
    ['admin', fileOf('admin', shared)],
    ['counsellor.tours', fileOf('counsellor.tours', shared, { pathwayId: other.pathwayId })],
  ] as const) {
    await expect(as(subject, (client) => addFile(client, file))).rejects.toThrow(/row-level security/);
  }
});

test('a file is removed by its author or the coordinator of the site, and changed by nobody', async () => {
  const file = await added('counsellor.tours', shared);
  for (const subject of ['counsellor2.tours', 'mediator.tours', 'partner.tours', 'coordinator.blois']) {
    await as(subject, (client) => removeFile(client, file.id));
    expect([subject, await sees('counsellor.tours', file)]).toEqual([subject, true]);
  }
  await expect(
    as('counsellor.tours', (client) => client.query("update files set name = 'x'")),
  ).rejects.toThrow(/permission denied/);
  await as('coordinator.tours', (client) => removeFile(client, file.id));
  expect(await sees('counsellor.tours', file)).toBe(false);
});

test('a file goes with its young person, not with what is shown of its task', async () => {
  const file = await added('counsellor.tours', other);
  const of = async (table: string, id: string) =>
    (await owner.query(`select count(*) as n from ${table} where pathway_id = $1`, [id])).rows[0].n;
  await owner.query('delete from pathways where id = $1', [file.pathwayId]);
  expect(await of('tasks', file.pathwayId)).toBe(0);
  expect(await of('files', file.pathwayId)).toBeGreaterThan(0);
  await owner.query('delete from enrolments where id = $1', [file.pathwayId]);
  expect(await of('files', file.pathwayId)).toBe(0);
});

test('a task tells of its files without reading their bytes', async () => {
  const file = await added('counsellor.tours', shared);
  const columns = await owner.query(
    "select string_agg(column_name, ', ') as names from information_schema.columns where table_name = 'files' and column_name <> 'content'",
  );
  await owner.query('revoke select on files from service_plus_api');
  await owner.query(`grant select (${columns.rows[0].names}) on files to service_plus_api`);
  const task = await as('counsellor.tours', (client) => readTask(client, file.authorId, shared.id));
  expect(task?.files.map((f) => f.id)).toContain(file.id);
  await expect(as('counsellor.tours', (client) => filePiece(client, file.id, 0, 1))).rejects.toThrow(
    /permission denied/,
  );
});
