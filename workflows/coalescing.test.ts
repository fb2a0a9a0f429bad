/** What one decision sets off is one entry, so that its answer tells all that opened. */
import { PathwayWorld } from '../test/setup/pathways';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterAll(() => world.end());

test('an answer tells what opened in consequence, recorded in the same revision', async () => {
  const young = await world.enrol();
  const reached = await young.complete('first_contact', 'reached', { channel: 'phone' });
  expect(reached).toMatchObject({ revision: 2, opened: [`${young.pathwayId}.3`] });
  const assigned = await young.complete('assign_referent', 'assigned', { referentId: young.counsellor });
  expect(assigned.revision).toBe(3);
  expect(assigned.opened).toHaveLength(3);
  await young.complete('information_session', 'attended');
  await young.complete('family_information', 'met');
  // Left one step, entered the next, opened all of its tasks: one entry.
  const interviewed = await young.complete('entry_interview', 'project_to_validate', { obstacles: [] });
  expect(interviewed).toMatchObject({ revision: 6 });
  expect(interviewed.opened).toHaveLength(3);
});
