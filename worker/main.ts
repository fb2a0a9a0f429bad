/** The worker's process: workflows, activities, and the starter that begins pathways whose start was interrupted. */
import { existsSync, readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import pino from 'pino';
import { loadConfig } from '../config/config';
import { temporalConnection } from '../config/temporal';
import { ownerPool } from '../db/pool';
import { bundle, bundleFile } from './bundle';
import { runStarter } from './starter';
import { createWorker, defaultActivities } from './worker';

async function main(): Promise<void> {
  const config = loadConfig(process.env, ['DATABASE_URL', 'TEMPORAL_ADDRESS']);
  const log = pino({ level: config.LOG_LEVEL, base: { part: 'worker' } });
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) =>
      log.warn({ sdkLevel: level, ...meta }, message),
    ),
    telemetryOptions: config.WORKER_METRICS_PORT
      ? { metrics: { prometheus: { bindAddress: `0.0.0.0:${config.WORKER_METRICS_PORT}` } } }
      : undefined,
  });
  const pool = ownerPool(config.DATABASE_URL, {
    name: 'service-plus worker',
    // Each activity holds one, the starter two.
    max: (config.WORKER_MAX_CONCURRENT_ACTIVITIES ?? defaultActivities) + 2,
  });
  const connection = await NativeConnection.connect(temporalConnection(config));
  const worker = await createWorker({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    pool,
    workflowBundle: existsSync(bundleFile) ? { code: readFileSync(bundleFile, 'utf8') } : await bundle(),
    maxCachedWorkflows: config.WORKER_MAX_CACHED_WORKFLOWS,
    maxConcurrentActivities: config.WORKER_MAX_CONCURRENT_ACTIVITIES,
  });
  // npm start stops the worker itself, after the API; run alone, Ctrl-C stops it.
  const stopping = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    worker.shutdown();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', () => {
    if (!process.connected) stop();
  });
  // npm start is gone: what it started goes too.
  process.on('disconnect', stop);

  const clientConnection = await Connection.connect(temporalConnection(config));
  const starter = runStarter({
    owner: pool,
    temporal: new Client({ connection: clientConnection, namespace: config.TEMPORAL_NAMESPACE }),
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    log,
    signal: stopping.signal,
  });
  process.send?.({ ready: true });
  await worker.run();
  stopping.abort();
  await starter;
  await clientConnection.close();
  await connection.close();
  await pool.end();
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    pino().fatal({ err: error }, error.message);
    process.exit(1);
  },
);
