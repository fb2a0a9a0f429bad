/** The whole system as `npm start` runs it, in a folder of its own: for tests that meet it from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from '../../bin/token';
import { freePort, identify, projectRoot } from '../../embedded/processes';

export type PartName = 'start' | 'api' | 'worker' | 'temporal' | 'postgres';

/** A command of bin/, with what it printed so far. */
export class Run {
  readonly child: ChildProcess;
  readonly exit: Promise<number | NodeJS.Signals | null>;
  output = '';

  constructor([script, ...args]: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(process.execPath, [path.join('bin', script as string), ...args], {
      cwd: projectRoot(),
      // As a terminal does: a group of its own, to which Ctrl-C goes.
      detached: true,
      env: { ...process.env, NODE_ENV: '', ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk;
      });
    }
    this.exit = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(signal ?? code)));
  }

  /** Waits until it has printed this. @throws when it ends before */
  async says(text: string): Promise<void> {
    let ended = false;
    void this.exit.then(() => {
      ended = true;
    });
    while (!this.output.includes(text)) {
      if (ended) throw new Error(`it ended without saying "${text}": ${this.output}`);
      await sleep(30);
    }
  }
}

export class RunningSystem {
  private constructor(
    readonly dataDir: string,
    readonly port: number,
    readonly env: NodeJS.ProcessEnv,
    readonly start: Run,
  ) {}

  static async create(more: NodeJS.ProcessEnv = {}): Promise<RunningSystem> {
    const dataDir = mkdtempSync(path.join(os.tmpdir(), 'system-'));
    const port = await freePort();
    const env = { DATA_DIR: dataDir, PORT: String(port), ...more };
    const system = new RunningSystem(dataDir, port, env, new Run(['start.mjs'], env));
    await system.start.says('service-plus is running.');
    return system;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  pidOf(name: PartName): number {
    return JSON.parse(readFileSync(path.join(this.dataDir, 'run', `${name}.json`), 'utf8')).pid;
  }

  /** Sends a signal to a part and to what it started. */
  signal(name: PartName, signal: NodeJS.Signals): void {
    const pid = this.pidOf(name);
    // PostgreSQL is many processes, each in a group of its own.
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean);
    for (const each of [pid, ...children.map(Number)]) process.kill(each, signal);
  }

  /** Waits until a part that died runs again. */
  async recovered(name: PartName, times = 1): Promise<void> {
    while (this.start.output.split(`${name} is running again`).length - 1 < times) await sleep(50);
  }

  token(person: string): Promise<string> {
    return tokenOf(person, this.url);
  }

  /** One request; the answer's JSON and status, or status 0 when nothing answered. */
  async call(
    token: string,
    method: string,
    to: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, never> }> {
    try {
      const response = await fetch(`${this.url}${to}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text ? JSON.parse(text) : {} };
    } catch {
      return { status: 0, body: {} };
    }
  }

  /** Runs a command of bin/ beside it. */
  async run(...args: string[]): Promise<{ exit: number | NodeJS.Signals | null; output: string }> {
    const run = new Run(['run.mjs', ...args], this.env);
    const exit = await run.exit;
    return { exit, output: run.output };
  }

  async stop(): Promise<void> {
    this.start.child.kill('SIGTERM');
    await this.start.exit;
    const left = existsSync(path.join(this.dataDir, 'run'))
      ? readdirSync(path.join(this.dataDir, 'run'))
      : [];
    const alive = left.filter((file) =>
      identify(JSON.parse(readFileSync(path.join(this.dataDir, 'run', file), 'utf8')).pid),
    );
    rmSync(this.dataDir, { recursive: true, force: true });
    if (alive.length) throw new Error(`still running after the end: ${alive.join(', ')}`);
  }
}
