/** Whose views are whose, by row-level security alone: as if the API asked nothing before. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { apiPool, asActor } from './pool';
import { demonstrationPerson, seedDemonstration } from './seed';
import { listViews, removeView, saveView, type ViewToSave } from './views';

let database: TestDatabase;
let api: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  api = apiPool(database.url, { name: 'test api' });
});
afterAll(async () => {
  await api.end();
  await database.drop();
});

const as = <T>(subject: string, work: Parameters<typeof asActor<T>>[2]) =>
  asActor(api, demonstrationPerson(subject), work);

const viewOf = (subject: string, more: Partial<ViewToSave> = {}): ViewToSave => ({
  id: randomUUID(),
  ownerId: demonstrationPerson(subject).id,
  siteId: 'tours',
  name: `De ${subject}`,
  filters: { assignee: 'me' },
  shared: false,
  now: new Date('2026-03-02T09:00:00Z'),
  ...more,
});

const save = (subject: string, view: ViewToSave) => as(subject, (client) => saveView(client, view));
const names = async (subject: string) => (await as(subject, listViews)).map((v) => v.name);

test('what is shared is seen by the team of its site and changed by its coordinators', async () => {
  const shared = viewOf('coordinator.tours', { name: 'Du site', shared: true });
  await save('coordinator.tours', shared);
  for (const subject of ['coordinator.tours', 'counsellor.tours', 'mediator.tours']) {
    expect([subject, await names(subject)]).toEqual([subject, ['Du site']]);
  }
  for (const subject of ['partner.tours', 'counsellor.blois', 'admin', 'committee.tours', 'evaluator']) {
    expect([subject, await names(subject)]).toEqual([subject, []]);
  }
  for (const subject of ['counsellor.tours', 'partner.tours', 'coordinator.blois']) {
    // Not one of theirs: nothing is deleted, and to change it is to write one with the id of another.
    await as(subject, (client) => removeView(client, shared.id));
    await expect(save(subject, { ...viewOf(subject), id: shared.id })).rejects.toThrow(/duplicate key/);
    expect(await names('coordinator.tours')).toEqual(['Du site']);
  }
});

test('nobody writes in somebody else’s name, for another site, or shares without being asked to', async () => {
  for (const [subject, view] of [
    ['counsellor.tours', viewOf('counsellor.tours', { shared: true })],
    ['counsellor.tours', viewOf('counsellor2.tours')],
    ['coordinator.tours', viewOf('coordinator.tours', { shared: true, siteId: 'blois' })],
    ['coordinator.tours', viewOf('counsellor.tours', { shared: true })],
    ['admin', viewOf('admin')],
  ] as const) {
    await expect(save(subject, view)).rejects.toThrow(/row-level security/);
  }
});

test('one’s own is seen by nobody else', async () => {
  await save('partner.orleans', viewOf('partner.orleans', { siteId: 'orleans' }));
  expect(await names('partner.orleans')).toEqual(['De partner.orleans']);
  expect(await names('coordinator.orleans')).toEqual([]);
});
