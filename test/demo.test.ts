/** `npm run demo` as people meet it: beside a running `npm start`, with a small roster, a draw and the story told to its end. */
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

interface Draw {
  readonly id: string;
  readonly wave: string;
  readonly state: string;
  readonly commitment: string;
  readonly registerHash: string;
  readonly sites: readonly Record<string, unknown>[];
}
const drawsOf = async () => (await read<{ items: Draw[] }>('committee.national', '/draws')).items;
const statusesAt = async (site: string) => {
  const { items } = await read<{ items: Pathway[] }>(`coordinator.${site}`, '/pathways?limit=200');
  const counts: Record<string, number> = {};
  for (const { status } of items) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
/** Of the 30 of the roster, at the sites that draw. */
const imported = { blois: 5, orleans: 5 };

test('the roster is imported, a wave drawn and the story told, all by the API', async () => {
  const demo = run(['run.mjs', 'demo', '--people', '30']);
  await demo.well();
  expect(demo.output()).toContain('30/30 parcours commencés');

  const told = demo.output().split('\n');
  for (const step of [1, 2, 3, 4, 5]) expect(told).toContainEqual(expect.stringMatching(`^Étape ${step} · `));
  const [draw] = await drawsOf();
  expect(draw).toMatchObject({ wave: 'Démonstration 1', state: 'drawn' });
  expect(told).toEqual(
    expect.arrayContaining([
      'Le tirage au sort · vague « Démonstration 1 »',
      `   ${draw?.commitment}`,
      `   ${draw?.registerHash}`,
      expect.stringMatching(/^ {3}Blois {4}30 souhaits · \d+ service plus · \d+ droit commun · 2 attendent/),
      expect.stringMatching(/^ {3}Orléans {2}30 souhaits · 16 service plus · 8 droit commun · 6 attendent/),
      expect.stringMatching(/^ {3}✓ Ce qui fut publié auparavant/),
    ]),
  );
  // Who waits for the next wave waits; the caseload that was imported goes on.
  expect(await statusesAt('blois')).toEqual({
    ...{ active: imported.blois + 14, usual_service: 14, awaiting_draw: 2 },
  });
  expect(await statusesAt('orleans')).toEqual({
    ...{ active: imported.orleans + 16, usual_service: 8, awaiting_draw: 6 },
  });

  // Sites that did not begin to draw go on as before.
  expect(Object.keys(await statusesAt('tours')).sort()).toEqual(['active', 'exited']);
  const { items: meetings } = await read<{ items: { id: string; madeAt: string | null }[] }>(
    'committee.national',
    '/steering/meetings',
  );
  expect(meetings).toEqual([expect.objectContaining({ madeAt: expect.any(String) })]);
  expect(demo.output()).toContain(`/steering/report?meeting=${meetings[0]?.id}`);

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
  expect(reconcile.output()).toContain('91 equal');
});

test('run again it says that the roster is there already, enrols nobody twice and draws the next wave', async () => {
  const before = await pathwaysOfTours();
  const demo = run(['run.mjs', 'demo', '--people', '30', '--no-story', '--lang', 'en']);
  await demo.well();
  expect(demo.output()).toContain(
    '30 of these 30 young people are enrolled already: nobody is enrolled twice.',
  );
  expect(await pathwaysOfTours()).toEqual(before);

  expect(demo.output()).toContain('60 made-up young people are enrolled, 8 were waiting already');
  expect(demo.output()).toContain('✓ Earlier draws');
  const draws = await drawsOf();
  expect(draws.map(({ wave, state }) => [wave, state])).toEqual([
    ['Démonstration 2', 'drawn'],
    ['Démonstration 1', 'drawn'],
  ]);
  expect(await statusesAt('blois')).toEqual({ active: imported.blois + 14 + 16, usual_service: 14 + 16 });
  expect(demo.output()).toMatch(/The national committee meets on [\d-]+, as planned already/);
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
