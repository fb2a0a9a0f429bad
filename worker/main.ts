/** The worker's process: workflows, activities, and the starter that begins what waits to be started. */
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import pino from 'pino';
import { type Config, loadConfig, publicUrlOf } from '../config/config';
import { temporalConnection } from '../config/temporal';
import { ownerPool } from '../db/pool';
import { bundle, bundleFile } from './bundle';
import { runDayCounter } from './day-counter';
import { MailServer } from './mail-server';
import { runNotifier } from './notifier';
import { currentBuild, named } from './release';
import { runStarter } from './starter';
import { createWorker, defaultActivities } from './worker';

async function main(): Promise<void> {
  yieldToPeople();
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
    // Each activity holds one, the starter two, the notifier one.
    max: (config.WORKER_MAX_CONCURRENT_ACTIVITIES ?? defaultActivities) + 3,
  });
  const connection = await NativeConnection.connect(temporalConnection(config));
  const clientConnection = await Connection.connect(temporalConnection(config));
  const client = new Client({ connection: clientConnection, namespace: config.TEMPORAL_NAMESPACE });
  const worker = await createWorker({
    connection,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    pool,
    temporal: client,
    workflowBundle: existsSync(bundleFile) ? { code: readFileSync(bundleFile, 'utf8') } : await bundle(),
    maxCachedWorkflows: config.WORKER_MAX_CACHED_WORKFLOWS,
    maxConcurrentActivities: config.WORKER_MAX_CONCURRENT_ACTIVITIES,
    version: config.WORKER_BUILD_ID
      ? { deploymentName: config.WORKER_DEPLOYMENT_NAME, buildId: config.WORKER_BUILD_ID }
      : undefined,
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

  await sayWhetherItWaits(client, config, log);
  const starter = runStarter({
    owner: pool,
    temporal: client,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    log,
    signal: stopping.signal,
  });
  const notifier = runNotifier({
    owner: pool,
    mailServer: config.SMTP_URL ? new MailServer(config.SMTP_URL, config.MAIL_FROM as string) : null,
    publicUrl: publicUrlOf(config),
    digestAt: config.DIGEST_AT,
    log,
    signal: stopping.signal,
  });
  const dayCounter = runDayCounter({ owner: pool, log, signal: stopping.signal });
  process.send?.({ ready: true });
  await worker.run();
  stopping.abort();
  await Promise.all([starter, notifier, dayCounter]);
  await clientConnection.close();
  await connection.close();
  await pool.end();
}

/**
 * On a machine that is shared, who waits for an answer comes before what the clock sets off for thousands. On Linux a
 * priority is a thread's own, handed down to the threads it begins: to be said before there is a worker.
 */
function yieldToPeople(): void {
  try {
    os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some systems do not let a process say so: it goes on as it is.
  }
}

/** A worker whose build is not current polls, and gets nothing: its log is where one looks. */
async function sayWhetherItWaits(client: Client, config: Config, log: pino.Logger): Promise<void> {
  const { TEMPORAL_TASK_QUEUE: taskQueue, WORKER_DEPLOYMENT_NAME: name, WORKER_BUILD_ID = null } = config;
  try {
    const current = await currentBuild({ client, taskQueue, name });
    if (current !== WORKER_BUILD_ID)
      log.warn(
        `The pathways go to ${named(current)}: this worker gets none until npm run release makes its own current.`,
      );
  } catch (err) {
    log.warn({ err }, 'whether this build is current could not be asked');
  }
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    pino().fatal({ err: error }, error.message);
    process.exit(1);
  },
);
