/** How a broadcast goes on from page to page, with activities that this test plays. */
import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { BroadcastActivities } from '../activities/broadcasts';
import { createTimeSkippingEnvironment, testWorkflowBundle } from '../test/setup/servers';

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'ERROR' } },
});

let env: TestWorkflowEnvironment;
beforeAll(async () => {
  env = await createTimeSkippingEnvironment();
});
afterAll(() => env.teardown());

/** A bundle whose runs have two pages. */
async function shortRuns(): Promise<{ code: string }> {
  const { code } = await testWorkflowBundle();
  const shorter = code.replace(/(\bpagesOfARun = )\d+;/, '$12;');
  if (shorter === code) throw new Error('the bundle names no pagesOfARun: see workflows/broadcast.ts');
  return { code: shorter };
}

test('tells page after page, over several runs and failures, and notes once how many there were', async () => {
  const asked: unknown[] = [];
  const done: unknown[] = [];
  const activities: BroadcastActivities = {
    async tellPage({ broadcastId, after }) {
      asked.push([broadcastId, after]);
      if (asked.length === 2) throw new Error('the database is away');
      const page = Number(after ?? 0) + 1;
      return { next: page < 5 ? `${page}` : null, told: 10 };
    },
    async markBroadcastDone(of) {
      done.push(of);
      if (done.length === 1) throw new Error('the database is away again');
    },
  };
  const taskQueue = `broadcasts-${randomUUID()}`;
  const worker = await Worker.create({
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    taskQueue,
    workflowBundle: await shortRuns(),
    activities,
  });
  await worker.runUntil(
    env.client.workflow.execute('broadcast', {
      workflowId: 'broadcast-b',
      taskQueue,
      args: [{ broadcastId: 'b' }],
    }),
  );
  expect(asked).toEqual([null, '1', '1', '2', '3', '4'].map((after) => ['b', after]));
  expect(done).toEqual([
    { broadcastId: 'b', told: 50 },
    { broadcastId: 'b', told: 50 },
  ]);
  const last = await env.client.workflow.getHandle('broadcast-b').fetchHistory();
  expect(last.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId).toBeTruthy();
});
