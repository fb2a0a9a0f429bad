/**
 * A release of changed workflow code over pathways that are under way, on a real Temporal server. The change is the one
 * that docs/operations.md shows, applied to the sources as they are.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { release } from '../bin/release';
import { bundle } from '../worker/bundle';
import { type Deployment, makeCurrent, releases } from '../worker/release';
import { createWorker } from '../worker/worker';
import { completeTask } from '../workflows/messages';
import { PathwayWorld, withRunsOf, type YoungPerson } from './setup/pathways';
import { testTemporalAddress, testWorkflowBundle } from './setup/servers';

// Workers end in their own time here, and releases wait for servers: a bound for a machine that has much else to do.
jest.setTimeout(240_000);

const root = path.join(__dirname, '..');
const patch = 'referent-first';
/** More than a pathway has here before a run of it is meant to end. */
const eventsOfARun = 400;

type Code = { code: string };
/** What is released now; with the documented change; with its patch deprecated; with the new way alone. */
let code: Record<'released' | 'changed' | 'deprecated' | 'unguarded', Code>;
let address: string;
let world: PathwayWorld;
let deployment: Deployment;
const workers: { worker: Worker; running: Promise<void> }[] = [];

beforeAll(async () => {
  address = await testTemporalAddress();
  const changed = documentedChange();
  const guard = `patched('${patch}')`;
  expect(changed.source).toContain(guard);
  const guardedBy = (other: string) => {
    const source = changed.source.replace('{ patched }', '{ deprecatePatch }').replace(guard, other);
    return bundleWith({ ...changed, source });
  };
  code = {
    released: withRunsOf(eventsOfARun, await testWorkflowBundle()),
    changed: await bundleWith(changed),
    deprecated: await guardedBy(`(deprecatePatch('${patch}'), true)`),
    unguarded: await guardedBy('true'),
  };
});

// Its own worker has no build: it is the installation as it is before the first release with builds.
beforeEach(async () => {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  world = await PathwayWorld.create({
    temporal: () => TestWorkflowEnvironment.createFromExistingServer({ address }),
  });
  deployment = { client: world.env.client, taskQueue: world.taskQueue, name: world.taskQueue };
});

afterEach(async () => {
  for (const { worker } of workers) worker.shutdown();
  await Promise.all(workers.splice(0).map(({ running }) => running));
  await world.forgetAll();
  await world.end();
});

test('pathways under way go on as they began, new ones take the new way, and no task of a workflow fails', async () => {
  const beforeBuilds = await world.enrol();
  await startWorker('a', code.released);
  expect(await makeCurrent(deployment, 'a', 10_000)).toBeNull();
  await beforeBuilds.contact('not_reached');
  const contacted = await world.enrol();
  await contacted.complete('first_contact', 'reached', { channel: 'phone' });
  const inStep2 = await world.enrolInto('project_validation');
  const longLived = await world.enrol();

  // Both live; the new one has no work yet.
  await startWorker('b', code.changed);
  await inStep2.contact('reached');
  expect(await lastBuild(inStep2)).toBe('a');
  expect(await makeCurrent(deployment, 'b', 10_000)).toBe('a');

  await beforeBuilds.complete('first_contact', 'reached', { channel: 'sms' });
  for (const young of [beforeBuilds, contacted]) {
    expect(await asks(young)).toEqual(['assign_referent']);
    await young.complete('assign_referent', 'assigned', { referentId: young.counsellor });
    expect(await asks(young)).toEqual(['entry_interview']);
  }
  await inStep2.contact('reached', 'sms');

  const fresh = await world.enrol();
  expect(await asks(fresh)).toEqual(['assign_referent']);
  await fresh.complete('assign_referent', 'assigned', { referentId: fresh.counsellor });
  expect(await asks(fresh)).toEqual(['first_contact']);
  await fresh.complete('first_contact', 'reached', { channel: 'phone' });
  expect(await asks(fresh)).toEqual(['entry_interview']);

  // A new run begins its step's function at the top, with every patch on: what was asked already decides.
  const { runId } = await longLived.handle.describe();
  while ((await longLived.handle.describe()).runId === runId)
    await Promise.all(Array.from({ length: 8 }, () => longLived.contact('not_reached')));
  expect(await asks(longLived)).toEqual(['first_contact']);

  const under = [beforeBuilds, contacted, inStep2, longLived];
  expect(await Promise.all(under.map(patchesOf))).toEqual(under.map(() => []));
  expect(await patchesOf(fresh)).toEqual([patch]);
  for (const young of [...under, fresh]) {
    expect(await lastBuild(young)).toBe('b');
    expect(await failedTasks(young)).toEqual([]);
  }
});

describe('the history of a pathway under way', () => {
  const replay = async (young: YoungPerson, workflowBundle: Code) => {
    const [history] = await young.histories();
    return Worker.runReplayHistory({ workflowBundle }, history, young.handle.workflowId);
  };
  /** With a first contact and a referent, in whichever order. */
  const walked = async (build: keyof typeof code) => {
    await startWorker(build, code[build]);
    await makeCurrent(deployment, build, 10_000);
    const young = await world.enrol();
    await young.contact('reached');
    await young.complete('assign_referent', 'assigned', { referentId: young.counsellor });
    await young.settled();
    return young;
  };

  test('is replayed with the change, and not with one that lacks patched()', async () => {
    const young = await walked('released');
    await replay(young, code.changed);
    await expect(replay(young, code.unguarded)).rejects.toThrow(DeterminismViolationError);
  });

  test('lets its patch be deprecated when nothing is older, and removed when nothing is older than that', async () => {
    const older = await walked('released');
    const patched = await walked('changed');
    const later = await walked('deprecated');
    await expect(replay(older, code.deprecated)).rejects.toThrow(DeterminismViolationError);
    await replay(patched, code.deprecated);
    await expect(replay(patched, code.unguarded)).rejects.toThrow(DeterminismViolationError);
    await replay(later, code.unguarded);
  });
});

test('a release that fails the pathways under way is taken back, and no decision is lost', async () => {
  await startWorker('a', code.released);
  await makeCurrent(deployment, 'a', 10_000);
  const young = await world.enrol();
  await young.contact('reached');
  const { id: taskId } = await young.task('assign_referent');
  await startWorker('b', code.unguarded);
  await makeCurrent(deployment, 'b', 10_000);

  const decision = young.send(completeTask, {
    taskId,
    by: young.coordinator,
    decision: { outcome: 'assigned', referentId: young.counsellor },
  });
  await until(async () => (await failedTasks(young)).length > 0);
  expect(await makeCurrent(deployment, 'a', 10_000)).toBe('b');
  await decision;
  expect(await asks(young)).toEqual(['entry_interview']);
});

test('when a change is taken back, pathways that began with it wait until it is there again; the others go on', async () => {
  await startWorker('a', code.released);
  await makeCurrent(deployment, 'a', 10_000);
  const older = await world.enrol();
  await startWorker('b', code.changed);
  await makeCurrent(deployment, 'b', 10_000);
  const fresh = await world.enrol();
  await makeCurrent(deployment, 'a', 10_000);

  await older.complete('first_contact', 'reached', { channel: 'phone' });
  expect(await asks(older)).toEqual(['assign_referent']);
  expect(await failedTasks(older)).toEqual([]);
  const decision = fresh.contact('reached');
  await until(async () => (await failedTasks(fresh)).length > 0);
  await makeCurrent(deployment, 'b', 10_000);
  await decision;
  expect(await asks(fresh)).toEqual(['assign_referent']);
});

describe('npm run release', () => {
  const lines: string[] = [];
  const run = (...args: string[]) => {
    lines.length = 0;
    const env = {
      TEMPORAL_ADDRESS: address,
      TEMPORAL_TASK_QUEUE: world.taskQueue,
      WORKER_DEPLOYMENT_NAME: world.taskQueue,
    };
    return release(args, env, (line) => lines.push(line));
  };
  /** The table without its instants: build, status, workers, open pathways, older runs. */
  const status = async () => {
    await run('--status');
    return lines.slice(1).map((line) => line.split(/ {2,}/).filter((_, column) => column !== 2));
  };

  test('shows the builds, gives the pathways to one and back, and says what it did', async () => {
    await world.enrol();
    expect(await status()).toEqual([['(none)', 'current', '1', '1', '-']]);
    await startWorker('a', code.released);
    await run('a');
    expect(lines[0]).toBe(`Current of ${world.taskQueue}: build a. Before: workers without a build.`);
    await run('a');
    expect(lines).toEqual([`Current of ${world.taskQueue}: build a, as before.`]);
    await world.enrol();
    await startWorker('b', code.changed);
    await until(async () => (await releases(deployment)).some(({ build }) => build === 'b'));
    await untilEqual(status, [
      ['b', 'inactive', '1', '0', '-'],
      ['a', 'current', '1', '1', '2'],
      ['(none)', 'inactive', '1', '1', '-'],
    ]);
    await run('b');
    expect((await releases(deployment)).map(({ status }) => status)).toEqual([
      'current',
      expect.stringMatching(/^drain(ing|ed)$/),
      'inactive',
    ]);
    await run('--unversioned');
    expect(lines[0]).toBe(`Current of ${world.taskQueue}: workers without a build. Before: build b.`);
  });

  test('changes nothing, and says why, when no worker of the build polls', async () => {
    await startWorker('a', code.released);
    await run('a');
    await expect(run('b', '--wait', '1')).rejects.toThrow(
      `No worker of build b of ${world.taskQueue} polls ${world.taskQueue}: start one with WORKER_BUILD_ID=b, then repeat (waited 1 s).`,
    );
    await run('a');
    expect(lines).toEqual([`Current of ${world.taskQueue}: build a, as before.`]);
  });

  test.each([
    [[], 'Give one build, or --unversioned, or --status: npm run release'],
    [['a', 'b'], 'Give one build'],
    [['a', '--status'], 'Give one build'],
    [['a', '--wait', 'long'], '--wait long is not a number of seconds'],
    [['a:b'], 'a:b is no WORKER_BUILD_ID'],
    [['--staus'], "Unknown option '--staus'"],
  ])('refuses %j', async (args, why) => {
    await expect(run(...args)).rejects.toThrow(why);
  });

  test('says when Temporal does not answer', async () => {
    await expect(release(['--status'], { TEMPORAL_ADDRESS: '127.0.0.1:1' }, () => {})).rejects.toThrow(
      'Temporal does not answer at 127.0.0.1:1',
    );
  });
});

// ---- the change

interface Change {
  readonly file: string;
  readonly source: string;
}

/** The file that docs/operations.md changes, as it is after the change. */
function documentedChange(): Change {
  const document = readFileSync(path.join(root, 'docs/operations.md'), 'utf8');
  const [, file = '', hunks = ''] = /```diff\n--- (\S+)\n([\s\S]*?)```/.exec(document) ?? [];
  let source = readFileSync(path.join(root, file), 'utf8');
  for (const hunk of hunks.split(/^@@\n/m).filter(Boolean)) {
    const lines = hunk.trimEnd().split('\n');
    const side = (sign: string) =>
      lines
        .filter((line) => line.startsWith(' ') || line.startsWith(sign))
        .map((line) => line.slice(1))
        .join('\n');
    const parts = source.split(side('-'));
    if (parts.length !== 2) throw new Error(`docs/operations.md: this is not once in ${file}:\n${side('-')}`);
    source = parts.join(side('+'));
  }
  return { file, source };
}

/** The bundle of the sources with one file changed. */
async function bundleWith({ file, source }: Change): Promise<Code> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'release-'));
  try {
    for (const room of ['workflows', 'domain', 'activities'])
      cpSync(path.join(root, room), path.join(folder, room), {
        recursive: true,
        filter: (name) => !name.endsWith('.test.ts'),
      });
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    writeFileSync(path.join(folder, file), source);
    return withRunsOf(eventsOfARun, await bundle(folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// ---- workers and pathways

async function startWorker(buildId: string, workflowBundle: Code): Promise<void> {
  const worker = await createWorker({
    connection: world.env.nativeConnection,
    namespace: 'default',
    taskQueue: world.taskQueue,
    pool: world.pool,
    temporal: world.env.client,
    workflowBundle,
    version: { deploymentName: deployment.name, buildId },
  });
  workers.push({ worker, running: worker.run() });
}

/** Of what is open, what the change is about. */
async function asks(young: YoungPerson): Promise<string[]> {
  const kinds = ['first_contact', 'assign_referent', 'entry_interview'];
  return (await young.open()).filter((kind) => kinds.includes(kind));
}

const eventsOf = async (young: YoungPerson) =>
  (await young.histories()).flatMap(({ events }) => events ?? []);

/** The build that did the last task of its workflow. */
async function lastBuild(young: YoungPerson): Promise<string | undefined> {
  const completed = (await eventsOf(young)).findLast((e) => e.workflowTaskCompletedEventAttributes);
  return completed?.workflowTaskCompletedEventAttributes?.deploymentVersion?.buildId ?? undefined;
}

/** Why tasks of its workflow failed. */
async function failedTasks(young: YoungPerson): Promise<string[]> {
  return (await eventsOf(young)).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
    failed ? [failed.failure?.message ?? ''] : [],
  );
}

/** How its runs have taken the patch that is released here; the code has others of its own. */
async function patchesOf(young: YoungPerson): Promise<string[]> {
  const taken = (await eventsOf(young)).flatMap(({ markerRecordedEventAttributes: marker }) => {
    const [payload] =
      marker?.details?.patch_data?.payloads ?? marker?.details?.['patch-data']?.payloads ?? [];
    return payload?.data ? [JSON.parse(Buffer.from(payload.data).toString()).id as string] : [];
  });
  return taken.filter((name) => name === patch);
}

async function until(happened: () => Promise<boolean>): Promise<void> {
  while (!(await happened())) await sleep(100);
}

/** Temporal's index of workflows is a moment late. */
async function untilEqual<T>(look: () => Promise<T>, expected: T): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    if (JSON.stringify(await look()) === JSON.stringify(expected)) return;
    await sleep(100);
  }
  expect(await look()).toEqual(expected);
}
