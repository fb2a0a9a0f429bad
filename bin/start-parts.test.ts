import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, type RunningServer } from '../embedded/processes';
import { lastWords, Part, startScript } from './start-parts';

let folder: string;
let said: string[];
let begun: Part[];
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'parts-'));
  said = [];
  begun = [];
});
afterEach(async () => {
  await Promise.all(begun.map((part) => part.stop({ quick: true })));
  rmSync(folder, { recursive: true });
});

const READY = 'process.send({ ready: true });';
const LIVES = 'setInterval(() => {}, 1000);';

function part(source: string): Part {
  const script = path.join(folder, 'worker.js');
  writeFileSync(script, source);
  const logFile = path.join(folder, 'worker.log');
  const launch = (signal: AbortSignal): Promise<RunningServer> =>
    startScript({ name: 'worker', script, env: process.env, dataDir: folder, logFile, signal });
  const made = new Part('worker', launch, (line) => said.push(line));
  begun.push(made);
  return made;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

describe('a part of the running system', () => {
  it('is started again when it is killed', async () => {
    const worker = part(`${READY}${LIVES}`);
    const { pid } = await worker.start();
    process.kill(pid, 'SIGKILL');
    await until(() => said.length === 2);
    expect(said[0]).toBe('worker ended unexpectedly (SIGKILL)');
    expect(said[1]).toMatch(/^worker is running again \(process \d+\)$/);
    const again = Number(/\d+/.exec(said[1] ?? '')?.[0]);
    expect(identify(again)).toBeDefined();
    await worker.stop();
    expect(identify(again)).toBeUndefined();
    expect(said).toHaveLength(2);
  });

  it('finishes what it does when it is stopped', async () => {
    const worker = part(
      `process.on('SIGTERM', () => setTimeout(() => { console.log('finished'); process.exit(0); }, 200)); ${READY}${LIVES}`,
    );
    const { exited } = await worker.start();
    await worker.stop();
    expect(await exited).toBe('exit code 0');
    expect(readFileSync(path.join(folder, 'worker.log'), 'utf8')).toBe('finished\n');
    expect(said).toEqual([]);
  });

  it('that never ends is ended when the person who stops it is in a hurry', async () => {
    const worker = part(`process.on('SIGTERM', () => {}); ${READY}${LIVES}`);
    const { exited } = await worker.start();
    await worker.stop({ quick: true });
    expect(await exited).toBe('SIGKILL');
  });

  it('that is stopped before it is ready does not hold up the stop', async () => {
    const worker = part(`console.log('loading'); ${LIVES}`);
    const started = worker.start();
    const log = path.join(folder, 'worker.log');
    await until(() => existsSync(log) && readFileSync(log, 'utf8') !== '');
    await Promise.all([expect(started).rejects.toThrow(/did not start \(SIGTERM\)/), worker.stop()]);
  });

  it('that is stopped before it has begun never begins', async () => {
    const worker = part(`${READY}${LIVES}`);
    await Promise.all([expect(worker.start()).rejects.toThrow(/aborted/), worker.stop()]);
    expect(existsSync(path.join(folder, 'worker.log'))).toBe(false);
  });

  it('that cannot start says why', async () => {
    const worker = part("throw new TypeError('no task queue');");
    await expect(worker.start()).rejects.toThrow(
      'The worker did not start (exit code 1): TypeError: no task queue (log: ',
    );
  });
});

describe('last words', () => {
  it('are the last error of a log of JSON lines', () => {
    expect(
      lastWords([
        '{"level":30,"msg":"starting"}',
        '{"level":60,"msg":"the database refuses the password"}',
        '{"level":30,"msg":"closing"}',
      ]),
    ).toBe('the database refuses the password');
  });

  it('are the last line when nothing better is there', () => {
    expect(lastWords(['one', 'two'])).toBe('two');
    expect(lastWords([])).toBe('it said nothing');
  });
});
