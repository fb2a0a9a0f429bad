/** The worker of the baseline, in a process of its own, with the same options as ours. */
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

let recorded = 0;
let fired = 0;

async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const logger = new DefaultLogger('ERROR');
  const connection = await NativeConnection.connect({ address: process.env.TEMPORAL_ADDRESS });
  const worker = await Worker.create({
    connection,
    taskQueue: 'bare',
    workflowBundle: await bundleWorkflowCode({ workflowsPath: require.resolve('./workflows'), logger }),
    activities: {
      nothing: async (of: 'start' | 'touch' | 'timer') => {
        if (of === 'start') recorded++;
        if (of === 'timer') fired++;
      },
    },
    maxConcurrentActivityTaskExecutions: 20,
    maxCachedWorkflows: Number(process.env.WORKER_MAX_CACHED_WORKFLOWS),
    reuseV8Context: true,
  });
  // Asked how much it has recorded, so that a measure does not pay for the one before.
  process.on('message', () => process.send?.({ recorded, fired }));
  process.on('SIGTERM', () => worker.shutdown());
  process.on('disconnect', () => worker.shutdown());
  process.send?.({ ready: true });
  await worker.run();
  await connection.close();
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
