/** `npm run demo` as people meet it: beside a running `npm start`, with a small roster and the story told to its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tokenOf } from '../bin/token';
import { freePort, projectRoot } from '../embedded/processes';
import { startTemporal, type TemporalServer } from '../embedded/temporal';

// The first start builds, on a machine that other tests share.
jest.setTimeout(180_000);

let dataDir: string;
let env: NodeJS.ProcessEnv;
let base: string;
let temporal: TemporalServer;
let system: Run;

interface Run {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  output(): string;
  /** Waits for its end. @throws what it said when that was not a good one */
  well(): Promise<void>;
}

function run([script, ...args]: [string, ...string[]], more: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, [path.join('bin', script), ...args], {
    cwd: projectRoot(),
    env: { ...env, ...more },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk;
    });
  }
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const well = async () => {
    const code = await exit;
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${text}`);
  };
  return { child, exit, output: () => text, well };
}

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'demo-'));
  // By itself the server looks once a second whether a timer is due, and the story skips some fifty.
  temporal = await startTemporal({
    namespace: 'default',
    dynamicConfig: { 'history.timerProcessorMaxTimeShift': '50ms' },
  });
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  env = {
    ...process.env,
    DATA_DIR: dataDir,
    PORT: String(port),
    TEMPORAL_ADDRESS: temporal.address,
    NODE_ENV: '',
  };
  system = run(['start.mjs']);
  await new Promise<void>((resolve, reject) => {
    system.child.stdout?.on('data', () => {
      if (system.output().includes('service-plus is running.')) resolve();
    });
    void system.exit.then((code) => reject(new Error(`ended with ${code}: ${system.output()}`)));
  });
});
afterAll(async () => {
  system.child.kill('SIGTERM');
  await system.exit;
  await temporal.stop();
  rmSync(dataDir, { recursive: true });
});

interface Pathway {
  readonly id: string;
  readonly status: string;
  readonly exit: { code: string; at: string } | null;
  readonly recordedAt: string;
  readonly tasks: readonly unknown[];
  readonly steps: readonly { step: string; enteredAt: string; leftAt: string | null }[];
}

async function read<T>(person: string, url: string): Promise<T> {
  const response = await fetch(`${base}/api${url}`, {
    headers: { authorization: `Bearer ${await tokenOf(person, base)}` },
  });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

const pathwaysOfTours = async (query = '') =>
  (await read<{ items: Pathway[] }>('coordinator.tours', `/pathways?limit=200${query}`)).items;

test('the roster is imported and the story told, all by the API', async () => {
  const demo = run(['run.mjs', 'demo', '--people', '30']);
  await demo.well();
  expect(demo.output()).toContain('30/30 parcours commencés');

  const told = demo.output().split('\n');
  for (const step of [1, 2, 3, 4, 5]) expect(told).toContainEqual(expect.stringMatching(`^Étape ${step} · `));
  expect(told.at(-2)).toMatch(/^Sortie : emploi durable, après \d+ jours, 5 étapes, plus rien d’ouvert/);

  const exited = await pathwaysOfTours('&status=exited');
  expect(exited).toHaveLength(1);
  const id = exited[0]?.id as string;
  const pathway = await read<Pathway>('coordinator.tours', `/pathways/${id}`);
  expect(pathway.exit?.code).toBe('durable_employment');
  expect(pathway.tasks).toEqual([]);
  expect(pathway.steps.map((s) => s.step)).toEqual([
    'welcome',
    'project_validation',
    'contract_search',
    'securing',
    'durable_employment',
  ]);
  // Each step is left when the next is entered, the last by the exit, long after the machine's today.
  pathway.steps.forEach((step, n) => {
    expect(step.leftAt).toBe(pathway.steps[n + 1]?.enteredAt ?? pathway.exit?.at);
  });
  expect(Date.parse(pathway.recordedAt) - Date.now()).toBeGreaterThan(500 * 86_400_000);

  // What is told of a pathway whose clock was skipped is in the order it happened there.
  const { items } = await read<{ items: { recordedAt: string }[] }>(
    'coordinator.tours',
    `/pathways/${id}/timeline?limit=200`,
  );
  const recorded = items.map((event) => event.recordedAt);
  expect(recorded.length).toBeGreaterThan(100);
  expect(recorded).toEqual(recorded.toSorted().reverse());

  const reconcile = run(['run.mjs', 'reconcile', '--check']);
  await reconcile.well();
  expect(reconcile.output()).toContain('31 equal');
});

test('run again it says that the roster is there already, and enrols nobody twice', async () => {
  const before = await pathwaysOfTours();
  const demo = run(['run.mjs', 'demo', '--people', '30', '--no-story', '--lang', 'en']);
  await demo.well();
  expect(demo.output()).toContain(
    '30 of these 30 young people are enrolled already: nobody is enrolled twice.',
  );
  expect(await pathwaysOfTours()).toEqual(before);
});

test('what keeps it from going on is said in a sentence', async () => {
  const wrong = run(['run.mjs', 'demo', '--lang', 'de']);
  expect([await wrong.exit, wrong.output()]).toEqual([
    1,
    expect.stringMatching(/^--lang is fr or en, not de\.$/m),
  ]);
  const lonely = run(['run.mjs', 'demo'], { PORT: String(await freePort()) });
  expect([await lonely.exit, lonely.output()]).toEqual([
    1,
    expect.stringMatching(/^.*Nothing answers at .+$/m),
  ]);
});
