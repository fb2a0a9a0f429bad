import { Client, Connection } from '@temporalio/client';
import { dayOf } from '../../domain/calendar';
import { startTemporal } from '../../embedded/temporal';
import { type ApiWorld, createApiWorld } from '../../test/setup/api-world';
import { createTimeSkippingEnvironment } from '../../test/setup/servers';
import { pathwayState, pathwayWorkflowId } from '../../workflows/messages';
import { NoTimeSkipping, skipTime, timeOf } from './skip-time';

const day = 86_400_000;

let world: ApiWorld;
let client: Client;

beforeAll(async () => {
  world = await createApiWorld();
  client = world.deps.temporal;
});
afterAll(() => world.end());

const tasksOf = async (pathwayId: string) =>
  (await client.workflow.getHandle(pathwayWorkflowId(pathwayId)).query(pathwayState)).tasks;

test('what a pathway waits for comes, and is recorded on the day it came in the young person’s time', async () => {
  const id = await world.enrol('tours');
  const until = Date.now() + 30 * day;
  await skipTime(client, pathwayWorkflowId(id), until);

  const now = await timeOf(client, pathwayWorkflowId(id));
  expect(now - until).toBeGreaterThanOrEqual(0);
  expect(now - until).toBeLessThan(60_000);
  const tasks = await tasksOf(id);
  expect(tasks.find((t) => t.kind === 'first_contact')?.rungs).toEqual(['reminded', 'escalated', 'flagged']);
  const decision = tasks.find((t) => t.kind === 'hard_to_reach_decision');
  expect(decision?.status).toBe('open');

  const { rows } = await world.owner.query<{ opened: Date; recorded: Date }>(
    `select t.opened_at as opened, p.recorded_at as recorded from tasks t join pathways p on p.id = t.pathway_id
     where t.id = $1`,
    [decision?.id],
  );
  expect(dayOf(rows[0]?.opened as Date)).toBe(dayOf(decision?.instants?.opensAt as string));
  expect(rows[0]?.recorded.getTime()).toBeGreaterThan(Date.now() + 10 * day);
});

test('the time of the others stays as it is', async () => {
  const [one, other] = await Promise.all([world.enrol('tours'), world.enrol('tours')]);
  await skipTime(client, pathwayWorkflowId(one), Date.now() + 3 * day);
  await skipTime(client, pathwayWorkflowId(one), Date.now() + 9 * day);
  expect(await timeOf(client, pathwayWorkflowId(one))).toBeGreaterThan(Date.now() + 8 * day);
  expect(await timeOf(client, pathwayWorkflowId(other))).toBeLessThan(Date.now() + day);
  expect((await tasksOf(other)).find((t) => t.kind === 'first_contact')?.rungs).toEqual([]);
});

test('a day that has passed needs no skipping', async () => {
  const id = await world.enrol('tours');
  await skipTime(client, pathwayWorkflowId(id), Date.now() - day);
  expect(await timeOf(client, pathwayWorkflowId(id))).toBeLessThan(Date.now() + 60_000);
});

test('a server that does not know how says so', async () => {
  const other = await createTimeSkippingEnvironment();
  await other.client.workflow.start('pathway', { workflowId: 'any', taskQueue: 'nobody listens' });
  await expect(skipTime(other.client, 'any', Date.now() + day)).rejects.toThrow(NoTimeSkipping);
  await other.teardown();
});

test('a server on which it is switched off says so', async () => {
  const server = await startTemporal({
    namespace: 'default',
    dynamicConfig: { 'frontend.WorkflowTimeSkippingEnabled': false },
  });
  const connection = await Connection.connect({ address: server.address });
  const other = new Client({ connection });
  await other.workflow.start('pathway', { workflowId: 'any', taskQueue: 'nobody listens' });
  await expect(skipTime(other, 'any', Date.now() + day)).rejects.toThrow(NoTimeSkipping);
  await connection.close();
  await server.stop();
});
