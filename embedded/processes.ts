/** Processes beside this one: recognised for certain, remembered across runs, logged to files, stopped in time. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process and when it began: a pid alone may by now belong to another programme. */
export interface ProcessIdentity {
  pid: number;
  started: string;
}

/** Something this programme started and can stop. */
export interface RunningServer {
  pid: number;
  /** Resolves with how it ended ("exit code 1", "SIGKILL"), whoever ended it. */
  exited: Promise<string>;
  /** Asks it to end and waits; `quick` spends two seconds at most on asking. */
  stop(options?: { quick?: boolean }): Promise<void>;
  /** Ends it as a power cut would, and waits. */
  kill(): Promise<void>;
}

/** @returns undefined when there is no such process, or when it has ended and nobody has buried it yet */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    if (process.platform === 'linux') {
      // Fields 3 (state) and 22 (start, in ticks since boot); field 2, the name, may hold spaces and brackets.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, started: `${boot} ${fields[19]}` };
    }
    const [state = '', ...start] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/);
    return state.startsWith('Z') ? undefined : { pid, started: start.join(' ') };
  } catch {
    return undefined;
  }
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

function self(): ProcessIdentity {
  return identify(process.pid) ?? { pid: process.pid, started: '' };
}

interface Remembered extends ProcessIdentity {
  /** Who started it and answers for it. */
  owner: ProcessIdentity;
}

const recordOf = (dataDir: string, name: string) => path.join(dataDir, 'run', `${name}.json`);

function readRecord(file: string): Remembered | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes a whole file or nothing, readable by its owner only. */
export function writePrivately(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
}

/** Notes that this process runs `name` in `dataDir`, so that a later run can end it if this one dies. */
export function remember(dataDir: string, name: string, pid: number): void {
  const identity = identify(pid);
  if (identity) writePrivately(recordOf(dataDir, name), JSON.stringify({ ...identity, owner: self() }));
}

export function forget(dataDir: string, name: string): void {
  rmSync(recordOf(dataDir, name), { force: true });
}

/**
 * Ends what a run that died has left of `name` in `dataDir`; does nothing when nothing is left.
 * @throws Error when it is running and the process that started it lives
 */
export async function endLeftover(dataDir: string, name: string, signal: NodeJS.Signals): Promise<void> {
  const left = readRecord(recordOf(dataDir, name));
  if (left && isRunning(left)) {
    if (isRunning(left.owner))
      throw new Error(
        `${name} (process ${left.pid}) is already running on ${dataDir} for process ${left.owner.pid}: stop that one or choose another DATA_DIR.`,
      );
    await end(left, signal, 10_000);
  }
  forget(dataDir, name);
}

async function end(identity: ProcessIdentity, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  for (const next of [signal, 'SIGKILL'] as const) {
    const deadline = Date.now() + graceMs;
    try {
      if (isRunning(identity)) process.kill(identity.pid, next);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    while (isRunning(identity) && Date.now() < deadline) await sleep(20);
  }
}

/**
 * Makes this process the only one of `name` on `dataDir` until `release` is called or it dies.
 * @throws Error of one sentence when another process holds it
 */
export async function claim(dataDir: string, name: string): Promise<{ release(): void }> {
  const file = recordOf(dataDir, name);
  const draft = `${file}.${process.pid}`;
  writePrivately(draft, JSON.stringify({ ...self(), owner: self() }));
  try {
    for (;;) {
      try {
        linkSync(draft, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readRecord(file);
      if (holder && isRunning(holder))
        throw new Error(
          `Another one (process ${holder.pid}) is already running on ${dataDir}: stop it, or set DATA_DIR and PORT to run a second one beside it.`,
        );
      setAside(file, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return { release: () => rmSync(file, { force: true }) };
}

/** Renaming lets one of several claimants remove the dead holder's record; what was not dead is put back. */
function setAside(file: string, dead: Remembered | undefined): void {
  const aside = `${file}.dead.${process.pid}`;
  try {
    renameSync(file, aside);
    const moved = readRecord(aside);
    if (moved?.pid !== dead?.pid || moved?.started !== dead?.started) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

const temporaryPrefix = 'service-plus-';

/** A new temporary folder; those of runs that died are removed, and the servers in them ended. */
export async function temporaryFolder(): Promise<string> {
  for (const name of readdirSync(os.tmpdir())) {
    const pid = Number(new RegExp(`^${temporaryPrefix}(\\d+)-`).exec(name)?.[1]);
    if (!pid || identify(pid)) continue;
    const folder = path.join(os.tmpdir(), name);
    const records = existsSync(path.join(folder, 'run')) ? readdirSync(path.join(folder, 'run')) : [];
    for (const record of records) await endLeftover(folder, path.basename(record, '.json'), 'SIGINT');
    rmSync(folder, { recursive: true, force: true });
  }
  return mkdtempSync(path.join(os.tmpdir(), `${temporaryPrefix}${process.pid}-`));
}

/** From here up, systems give ports to connections that go out (Linux from 32768, others from 49152). */
const portsGivenOut = 32_768;
const firstPort = 20_000;

/**
 * @returns a TCP port of 127.0.0.1 that is free now, and one that no connection is given: a server that stops for a moment
 *   finds it again
 */
export async function freePort(): Promise<number> {
  let why: string | undefined;
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(firstPort, portsGivenOut);
    why = await whyNotListen(port, '127.0.0.1');
    if (!why) return port;
  }
  throw new Error(
    `No port of 127.0.0.1 between ${firstPort} and ${portsGivenOut} can be listened on: ${why}`,
  );
}

/** @returns undefined when `host:port` can be listened on, else the system's reason, such as EADDRINUSE */
export async function whyNotListen(port: number, host: string): Promise<string | undefined> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/**
 * The port an embedded server shall use: the one asked for, else the one it had, else a free one.
 * @throws Error of one sentence when the port asked for is taken
 */
export async function choosePort(
  server: string,
  variable: string,
  asked: number,
  before?: number,
): Promise<number> {
  if (asked) {
    if (await whyNotListen(asked, '127.0.0.1'))
      throw new Error(
        `${server} cannot use port ${asked} of 127.0.0.1, another programme listens there: stop it, or set ${variable} to another port (0 for any free one).`,
      );
    return asked;
  }
  return before && !(await whyNotListen(before, '127.0.0.1')) ? before : freePort();
}

const LOG_MAX_BYTES = 20 * 1024 * 1024;

/** Opens a log for appending; what is over 20 MB is set aside as `.old`, which replaces the one before. */
export function openLog(file: string): { fd: number; size: number } {
  mkdirSync(path.dirname(file), { recursive: true });
  if (existsSync(file) && statSync(file).size > LOG_MAX_BYTES) renameSync(file, `${file}.old`);
  const fd = openSync(file, 'a', 0o600);
  return { fd, size: statSync(file).size };
}

/** The lines written to a log since it was `from` bytes long, 16 kB of them at most. */
export function logSince(file: string, from: number): string[] {
  const bytes = readFileSync(file).subarray(from);
  return bytes.subarray(-16_384).toString('utf8').split('\n').filter(Boolean);
}

/**
 * Starts a server in a process group of its own: Ctrl-C in a terminal reaches the whole foreground group at
 * once, and the servers must outlive those who use them. Its output goes to a file, not through a pipe, so that
 * the death of this process does not break it.
 */
export function spawnServer(
  command: string,
  args: string[],
  options: {
    logFile: string;
    uid?: number;
    gid?: number;
    env?: NodeJS.ProcessEnv;
    stopSignal: NodeJS.Signals;
  },
): RunningServer & { logLines(): string[] } {
  const { fd, size } = openLog(options.logFile);
  const { uid, gid, env } = options;
  const child = spawn(command, args, { detached: true, stdio: ['ignore', fd, fd], uid, gid, env, cwd: '/' });
  closeSync(fd);
  child.unref();
  return { ...supervised(child, options.stopSignal), logLines: () => logSince(options.logFile, size) };
}

/** What `RunningServer` promises, of a child process. */
export function supervised(child: ChildProcess, stopSignal: NodeJS.Signals): RunningServer {
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  // A child without reference does not keep this process alive: while somebody waits for its end, a timer does.
  const ended = async (withinMs: number) => {
    const waiting = new AbortController();
    const limit = sleep(withinMs, false, { signal: waiting.signal }).catch(() => false);
    const done = await Promise.race([exited.then(() => true), limit]);
    waiting.abort();
    return done;
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await ended(10_000);
  };
  return {
    pid: child.pid ?? 0,
    exited,
    kill,
    stop: async ({ quick = false } = {}) => {
      child.kill(stopSignal);
      if (!(await ended(quick ? 2_000 : 30_000))) await kill();
    },
  };
}

/** Waits until `host:port` accepts connections. @returns false when `until` settles first */
export async function accepts(port: number, until: Promise<unknown>): Promise<boolean> {
  let over = false;
  void until.then(() => {
    over = true;
  });
  while (!over) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect({ port, host: '127.0.0.1' });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return true;
    await sleep(20);
  }
  return false;
}

/** The folder that holds package.json, whether this file runs compiled or not. */
export function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}
