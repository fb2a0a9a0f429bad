/** A Temporal development server of our own: one process, its state in one SQLite file or in memory. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { msToTs } from '@temporalio/common/lib/time';
import {
  accepts,
  choosePort,
  endLeftover,
  forget,
  type RunningServer,
  remember,
  spawnServer,
  temporaryFolder,
  writePrivately,
} from './processes';
import { findTemporalBinary } from './temporal-binaries';

export interface TemporalServer extends RunningServer {
  /** host:port of its gRPC service, without TLS. */
  address: string;
}

/** How long a finished pathway can still be read in Temporal; PostgreSQL keeps what it recorded. */
const RETENTION_MS = 90 * 24 * 3600 * 1000;

/**
 * Starts Temporal on 127.0.0.1 and waits until the namespace answers.
 * @param options.dataDir where state and log are kept; none: in memory, log in a temporary folder
 * @param options.port 0: the one it had before, or any free one
 * @param options.binary path of `temporal`; by default found or downloaded
 * @throws Error of one sentence when the port is taken or no server is to be had
 */
export async function startTemporal(options: {
  namespace: string;
  dataDir?: string;
  port?: number;
  binary?: string;
  dynamicConfig?: Record<string, string | number | boolean>;
}): Promise<TemporalServer> {
  const { namespace, port: asked = 0, dynamicConfig } = options;
  const binary = options.binary ?? (await findTemporalBinary());
  const temporary = options.dataDir === undefined;
  const dataDir = path.resolve(options.dataDir ?? (await temporaryFolder()));
  mkdirSync(dataDir, { recursive: true });
  await endLeftover(dataDir, 'temporal', 'SIGTERM');

  const state = path.join(dataDir, 'temporal');
  const remembered = path.join(state, 'server.json');
  let { port, whole }: { port?: number; whole?: boolean } = existsSync(remembered)
    ? JSON.parse(readFileSync(remembered, 'utf8'))
    : {};
  const values = {
    // The demonstration lets one pathway move forward in time.
    'frontend.WorkflowTimeSkippingEnabled': true,
    ...dynamicConfig,
  };
  // Each commit reaches the disk, as in PostgreSQL: neither may forget what the other has recorded.
  const file = [
    `--db-filename=${path.join(state, 'temporal.db')}`,
    '--sqlite-pragma=journal_mode=WAL',
    '--sqlite-pragma=synchronous=FULL',
  ];
  for (let attempt = 1; ; attempt++) {
    // A first start that was interrupted leaves a file without all of its tables, which the server never completes.
    if (!whole) rmSync(state, { recursive: true, force: true });
    mkdirSync(state, { recursive: true, mode: 0o700 });
    port = await choosePort('Temporal', 'TEMPORAL_PORT', asked, port);
    writePrivately(remembered, JSON.stringify({ port, whole }));
    const server = spawnServer(
      binary,
      [
        ...[
          'server',
          'start-dev',
          '--headless',
          '--ip=127.0.0.1',
          `--port=${port}`,
          `--namespace=${namespace}`,
        ],
        ...['--log-level=error', ...(temporary ? [] : file)],
        ...Object.entries(values).map(
          ([key, value]) => `--dynamic-config-value=${key}=${JSON.stringify(value)}`,
        ),
      ],
      { logFile: path.join(dataDir, 'temporal.log'), stopSignal: 'SIGTERM' },
    );
    remember(dataDir, 'temporal', server.pid);
    const address = `127.0.0.1:${port}`;
    const ready = await untilReady(server, address, port, namespace);
    if (ready) {
      whole = true;
      writePrivately(remembered, JSON.stringify({ port, whole }));
      const clear = () => {
        forget(dataDir, 'temporal');
        if (temporary) rmSync(dataDir, { recursive: true, force: true });
      };
      return { ...server, address, stop: (how) => server.stop(how).then(clear) };
    }
    const how = await server.exited;
    forget(dataDir, 'temporal');
    const last = server.logLines().slice(-3).join(' ');
    // Its inner services take free ports of their own choice, and another programme may be quicker.
    if (/address already in use/i.test(last) && attempt < 5) {
      await sleep(100);
      continue;
    }
    if (temporary) rmSync(dataDir, { recursive: true, force: true });
    throw new Error(`Temporal did not start (${how}): ${last}`);
  }
}

/** @returns false when the server ended first */
async function untilReady(
  server: RunningServer,
  address: string,
  port: number,
  namespace: string,
): Promise<boolean> {
  // gRPC waits a second after a refused connection, hence the look at the port first.
  if (!(await accepts(port, server.exited))) return false;
  // Slow to load: those who start no server, such as most test runs, shall not wait for it.
  const { Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address });
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        const { config } = await connection.workflowService.describeNamespace({ namespace });
        const retention = msToTs(RETENTION_MS);
        if (!config?.workflowExecutionRetentionTtl?.seconds?.eq(retention.seconds ?? 0))
          await connection.workflowService.updateNamespace({
            namespace,
            config: { workflowExecutionRetentionTtl: retention },
          });
        return true;
      } catch (error) {
        if (attempt === 400)
          throw new Error(`Temporal started but does not answer: ${(error as Error).message}`);
        await sleep(25);
      }
    }
  } finally {
    await connection.close();
  }
}
