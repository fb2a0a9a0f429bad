/** `npm start` as people meet it: the real command, the real servers, the real signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort, identify, projectRoot } from '../embedded/processes';

// The first start builds, on a machine that other tests share.
jest.setTimeout(180_000);

let dataDir: string;
let port: number;
let started: Run[];

beforeEach(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'start-'));
  port = await freePort();
  started = [];
});
afterEach(async () => {
  // Whatever a failed test has left is ended by a run of its own.
  if (existsSync(path.join(dataDir, 'run')) && readdirSync(path.join(dataDir, 'run')).length > 0) {
    for (const { child } of started) child.kill('SIGKILL');
    const last = run();
    await Promise.race([last.ready, last.exit]);
    last.child.kill('SIGTERM');
    await last.exit;
  }
  rmSync(dataDir, { recursive: true });
});

interface Run {
  child: ChildProcess;
  ready: Promise<void>;
  exit: Promise<number | NodeJS.Signals | null>;
  output(): string;
}

function run(env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, ['bin/start.mjs'], {
    cwd: projectRoot(),
    // As a terminal does: a group of its own, to which Ctrl-C goes.
    detached: true,
    env: { ...process.env, DATA_DIR: dataDir, PORT: String(port), NODE_ENV: '', ...env },
  });
  let text = '';
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        text += chunk;
        if (text.includes('service-plus is running.')) resolve();
      });
  });
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  const made = { child, ready, exit, output: () => text };
  started.push(made);
  return made;
}

async function running(env?: NodeJS.ProcessEnv): Promise<Run> {
  const made = run(env);
  const early = await Promise.race([made.ready, made.exit.then((code) => ({ code }))]);
  if (early) throw new Error(`ended with ${early.code}: ${made.output()}`);
  return made;
}

type Name = 'start' | 'api' | 'worker' | 'temporal' | 'postgres';
const all: Name[] = ['start', 'api', 'worker', 'temporal', 'postgres'];
function pidOf(name: Name): number {
  return JSON.parse(readFileSync(path.join(dataDir, 'run', `${name}.json`), 'utf8')).pid;
}

async function answers(): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health/live`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50);
}

async function inDatabase(sql: string) {
  const { password, port: databasePort } = JSON.parse(
    readFileSync(path.join(dataDir, 'postgres.json'), 'utf8'),
  );
  const client = new Client({
    connectionString: `postgresql://service_plus:${password}@127.0.0.1:${databasePort}/service_plus`,
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Ctrl-C: the terminal tells the whole foreground group. */
function ctrlC({ child }: Run): void {
  process.kill(-(child.pid as number), 'SIGINT');
}

describe('npm start', () => {
  it('runs everything, stops everything on Ctrl-C and finds its state again', async () => {
    const first = await running();
    expect(first.output()).toContain(`Open     http://127.0.0.1:${port}\n`);
    const page = await fetch(`http://127.0.0.1:${port}/tasks`, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('<meta name="demonstration" content="true" />');
    expect(first.output()).toContain(dataDir);
    expect(await answers()).toBe(true);
    await inDatabase('create table kept as select 1 as id');
    const pids = all.map(pidOf);
    ctrlC(first);
    expect(await first.exit).toBe(0);
    expect(pids.filter((pid) => identify(pid))).toEqual([]);

    const second = await running();
    expect(await inDatabase('select id from kept')).toEqual([{ id: 1 }]);
    second.child.kill('SIGTERM');
    expect(await second.exit).toBe(0);
    expect(readdirSync(path.join(dataDir, 'run'))).toEqual([]);
  });

  it('survives the death of each of its parts', async () => {
    const { output, child, exit } = await running();
    for (const name of ['worker', 'api', 'temporal', 'postgres'] as const) {
      process.kill(pidOf(name), 'SIGKILL');
      await until(() => output().includes(`${name} is running again`));
    }
    expect(await answers()).toBe(true);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  it('cleans up after a run that was killed and starts again', async () => {
    await running();
    const pids = all.map(pidOf);
    process.kill(pidOf('start'), 'SIGKILL');
    await until(() => !identify(pids[0] as number));
    const second = await running();
    expect(pids.filter((pid) => identify(pid))).toEqual([]);
    expect(await answers()).toBe(true);

    for (const name of all) process.kill(pidOf(name), 'SIGKILL');
    await second.exit;
    const third = await running();
    expect(await answers()).toBe(true);
    third.child.kill('SIGTERM');
    expect(await third.exit).toBe(0);
  });

  it('refuses a second one on the same folder, and a port that is taken, in one sentence', async () => {
    const first = await running();
    const same = run();
    expect(await same.exit).toBe(1);
    expect(same.output()).toBe(
      `Another one (process ${first.child.pid}) is already running on ${dataDir}: stop it, or set DATA_DIR and PORT to run a second one beside it.\n`,
    );
    const beside = mkdtempSync(path.join(os.tmpdir(), 'start-beside-'));
    const taken = run({ DATA_DIR: beside });
    expect(await taken.exit).toBe(1);
    expect(taken.output()).toBe(
      `Port ${port} of 127.0.0.1 is already in use: stop the programme that listens there, or set PORT to another one.\n`,
    );
    expect(readdirSync(beside)).toEqual(['run']);
    rmSync(beside, { recursive: true });
    ctrlC(first);
    expect(await first.exit).toBe(0);
  });

  it('starts no server of its own when both are given', async () => {
    const own = await running();
    const { password, port: databasePort } = JSON.parse(
      readFileSync(path.join(dataDir, 'postgres.json'), 'utf8'),
    );
    const temporal = JSON.parse(readFileSync(path.join(dataDir, 'temporal', 'server.json'), 'utf8'));
    const beside = mkdtempSync(path.join(os.tmpdir(), 'start-beside-'));
    const guest = await running({
      DATA_DIR: beside,
      PORT: String(await freePort()),
      DATABASE_URL: `postgresql://service_plus:${password}@127.0.0.1:${databasePort}/service_plus`,
      TEMPORAL_ADDRESS: `127.0.0.1:${temporal.port}`,
    });
    expect(readdirSync(path.join(beside, 'run')).sort()).toEqual(['api.json', 'start.json', 'worker.json']);
    guest.child.kill('SIGTERM');
    expect(await guest.exit).toBe(0);
    rmSync(beside, { recursive: true });
    own.child.kill('SIGTERM');
    expect(await own.exit).toBe(0);
  });

  it('stops with the name of a variable that is wrong', async () => {
    const { exit, output } = run({ PORT: 'three thousand' });
    expect(await exit).toBe(1);
    expect(output()).toMatch(/^Wrong configuration: PORT: .*\n$/m);
  });
});
