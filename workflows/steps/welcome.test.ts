import { PathwayWorld } from '../test/setup/pathways';
import { recordContact } from './messages';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterAll(() => world.end());

const kinds = (state: { tasks: readonly { kind: string; status: string }[] }, status = 'open') =>
  state.tasks.filter((t) => t.status === status).map((t) => t.kind);

test('an enrolment opens the first contact and plans the decision for who cannot be reached', async () => {
  const young = await world.enrol();
  const state = await young.settled();
  expect(state.pathway).toMatchObject({ status: 'active', step: 'welcome', interval: 1 });
  expect(kinds(state)).toEqual(['first_contact']);
  expect(kinds(state, 'planned')).toEqual(['hard_to_reach_decision']);
});

test('a young person who is reached gets a referent, and the three tasks of the welcome', async () => {
  const young = await world.enrol();
  await young.complete('first_contact', 'reached', { channel: 'phone' });
  expect(kinds(await young.settled())).toEqual(['assign_referent']);
  const { opened } = await young.complete('assign_referent', 'assigned', { referentId: young.counsellor });
  const state = await young.settled();
  expect(kinds(state).sort()).toEqual(['entry_interview', 'family_information', 'information_session']);
  expect(opened).toHaveLength(3);
  expect(state.tasks.every((t) => t.assigneeId === young.counsellor)).toBe(true);
});

test('three attempts over two channels bring the decision forward', async () => {
  const young = await world.enrol();
  for (const channel of ['phone', 'phone', 'sms'] as const) {
    await young.send(recordContact, { channel, result: 'not_reached', at: new Date().toISOString() });
  }
  expect(kinds(await young.settled()).sort()).toEqual(['first_contact', 'hard_to_reach_decision']);
});
