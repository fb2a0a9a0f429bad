/** The system under measurement: real servers, our API and worker and the bare worker, each in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { Pool } from 'pg';
import { migrate } from '../db/migrate';
import { ownerPool } from '../db/pool';
import { seedDemonstration } from '../db/seed';
import { startPostgres } from '../embedded/postgres';
import { freePort } from '../embedded/processes';
import { startTemporal } from '../embedded/temporal';

type Part = 'api' | 'worker' | 'bare';

export interface System {
  readonly temporal: Client;
  readonly pool: Pool;
  readonly url: string;
  /** Starts a bare workflow. */
  startBare(): Promise<WorkflowHandle>;
  /** Starts a bare workflow that waits until an instant (epoch milliseconds). */
  startSleeper(at: number): Promise<WorkflowHandle>;
  /** How many bare workflows have recorded nothing so far. */
  bareLeft(): Promise<number>;
  /** How many bare workflows have recorded that their instant had come. */
  bareFired(): Promise<number>;
  /** Tells our worker (burst-worker.ts) when the minute begins, in epoch milliseconds. */
  sayBurstAt(at: number): void;
  /** Ends our worker as a power cut would, and starts another. */
  replaceWorker(): Promise<void>;
  /** Resident memory in bytes. */
  memoryOf(part: Part): number;
  /** Processor time it has used, in seconds. */
  processorOf(part: Part): number;
  /** One request with a bearer token; keep-alive. */
  call(
    token: string,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: never }>;
  stop(): Promise<void>;
}

/** PostgreSQL keeps what it commits (fsync on); Temporal is in memory, as for the figures of DESIGN.md. */
/**
 * @param workerScript another one than the release's, relative to this file
 * @param ofApi variables of the API's process alone
 */
export async function startSystem(
  workerScript = '../worker/main.js',
  ofApi: NodeJS.ProcessEnv = {},
): Promise<System> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'bench-'));
  const postgres = await startPostgres({ dataDir });
  const temporalServer = await startTemporal({ namespace: 'default' });
  await migrate(postgres.url);
  await seedDemonstration(postgres.url);
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: String(port),
    DATA_DIR: dataDir,
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporalServer.address,
    LOG_LEVEL: 'warn',
    EVALUATION_KEY: 'be'.repeat(32),
    WORKER_MAX_CACHED_WORKFLOWS: '20000',
  };
  const [firstWorker, bare, api] = await Promise.all([
    startProcess(workerScript, env),
    startProcess('./bare/worker.js', env),
    startProcess('../api/main.js', { ...env, ...ofApi }),
  ]);
  const connection = await Connection.connect({ address: temporalServer.address });
  const pool = ownerPool(postgres.url, { name: 'bench', max: 2 });
  const agent = new Agent({ keepAlive: true });
  const client = new Client({ connection });
  let bareStarted = 0;
  let worker = firstWorker;
  const startBare = (type: string, args: unknown[]) => {
    bareStarted++;
    return client.workflow.start(type, { taskQueue: 'bare', workflowId: `bare-${randomUUID()}`, args });
  };
  const askBare = () => {
    const answer = new Promise<{ recorded: number; fired: number }>((resolve) =>
      bare.once('message', resolve as never),
    );
    bare.send('how many?');
    return answer;
  };
  return {
    temporal: client,
    startBare: () => startBare('bare', []),
    startSleeper: (at) => startBare('sleeper', [at]),
    bareLeft: async () => Math.max(0, bareStarted - (await askBare()).recorded),
    bareFired: async () => (await askBare()).fired,
    sayBurstAt: (burstAt) => void worker.send({ burstAt }),
    async replaceWorker() {
      const gone = new Promise((resolve) => worker.once('exit', resolve));
      worker.kill('SIGKILL');
      await gone;
      worker = await startProcess(workerScript, env);
    },
    pool,
    url: `http://127.0.0.1:${port}`,
    memoryOf: (part) => residentBytes({ api, worker, bare }[part]),
    processorOf: (part) => processorSeconds({ api, worker, bare }[part]),
    call: (token, method, to, body, headers) => call(agent, port, token, method, to, body, headers),
    async stop() {
      agent.destroy();
      await pool.end();
      await connection.close();
      for (const child of [api, worker, bare]) await end(child);
      await temporalServer.stop();
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function startProcess(script: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = fork(path.join(__dirname, script), [], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function residentBytes({ pid }: ChildProcess): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/);
  return Number(line?.[1]) * 1024;
}

function processorSeconds({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields 14 and 15, in hundredths of a second; field 2, the name, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function call(
  agent: Agent,
  port: number,
  token: string,
  method: string,
  to: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
) {
  const text = body === undefined ? '' : JSON.stringify(body);
  return new Promise<{ status: number; body: never }>((resolve, reject) => {
    const req = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method,
        path: to,
        headers: {
          authorization: `Bearer ${token}`,
          ...headers,
          ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk) => chunks.push(chunk));
        res.on('end', () => {
          const answer = Buffer.concat(chunks).toString();
          const status = res.statusCode as number;
          if (status >= 400) reject(new Error(`${method} ${to}: ${status} ${answer}`));
          else resolve({ status, body: (answer ? JSON.parse(answer) : null) as never });
        });
      },
    );
    req.on('error', reject);
    req.end(text);
  });
}
