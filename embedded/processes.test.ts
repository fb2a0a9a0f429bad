import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { claim, endLeftover, identify, isRunning, remember } from './processes';

const dead = { pid: 2 ** 22 + 1, started: 'long ago' };
let folder: string;
let recordFile: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'processes-'));
  recordFile = path.join(folder, 'run', 'server.json');
  mkdirSync(path.dirname(recordFile));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Notes a process as remembered by an owner that died. */
function abandon(pid: number, changes = {}) {
  remember(folder, 'server', pid);
  const record = JSON.parse(readFileSync(recordFile, 'utf8'));
  writeFileSync(recordFile, JSON.stringify({ ...record, owner: dead, ...changes }));
}

describe('a process', () => {
  it('is told from a later one that got its number', () => {
    const me = identify(process.pid);
    expect(me && isRunning(me)).toBe(true);
    expect(isRunning({ pid: process.pid, started: 'at another time' })).toBe(false);
  });

  it('does not run once it has ended', () => {
    const { pid } = spawnSync('true');
    expect(identify(pid)).toBeUndefined();
  });

  it('that a dead run has left is ended', async () => {
    const child = spawn('sleep', ['60']);
    const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    abandon(child.pid as number);
    await endLeftover(folder, 'server', 'SIGTERM');
    expect(await ended).toBe('SIGTERM');
    expect(readdirSync(path.join(folder, 'run'))).toEqual([]);
  });

  it('that only has the number of one left behind is spared', async () => {
    const child = spawn('sleep', ['60']);
    abandon(child.pid as number, { started: 'at another time' });
    await endLeftover(folder, 'server', 'SIGTERM');
    expect(identify(child.pid as number)).toBeDefined();
    child.kill();
  });

  it('that somebody alive answers for is spared, and named', async () => {
    const child = spawn('sleep', ['60']);
    remember(folder, 'server', child.pid as number);
    await expect(endLeftover(folder, 'server', 'SIGTERM')).rejects.toThrow(
      `server (process ${child.pid}) is already running on ${folder} for process ${process.pid}`,
    );
    child.kill();
  });
});

describe('a folder', () => {
  it('is for one at a time', async () => {
    const { release } = await claim(folder, 'start');
    await expect(claim(folder, 'start')).rejects.toThrow(
      `Another one (process ${process.pid}) is already running on ${folder}`,
    );
    release();
    (await claim(folder, 'start')).release();
  });

  it('is taken over from one that died, by one of those who come', async () => {
    writeFileSync(path.join(folder, 'run', 'start.json'), JSON.stringify({ ...dead, owner: dead }));
    const claims = await Promise.allSettled(Array.from({ length: 5 }, () => claim(folder, 'start')));
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(readdirSync(path.join(folder, 'run'))).toEqual(['start.json']);
  });
});
