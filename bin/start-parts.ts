/** One part of the running system under watch: started, started again when it dies, stopped. */
import { fork } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  endLeftover,
  forget,
  logSince,
  openLog,
  type RunningServer,
  remember,
  supervised,
} from '../embedded/processes';

/** A part that stayed up for this long has recovered: the next restart is a quick one again. */
const STEADY_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export class Part<Server extends RunningServer = RunningServer> {
  private server?: Server;
  private starting?: Promise<Server>;
  private readonly stopping = new AbortController();
  private pauseMs = FIRST_PAUSE_MS;

  /**
   * @param launch starts it, resolves when it is ready; called again after a death; gives up on `signal`
   * @param say told of deaths and restarts, in sentences
   */
  constructor(
    readonly name: string,
    private readonly launch: (signal: AbortSignal) => Promise<Server>,
    private readonly say: (line: string) => void,
  ) {}

  /** Starts it the first time. @throws what kept it from being ready */
  async start(): Promise<Server> {
    const server = await this.begin();
    void this.watch(server);
    return server;
  }

  private async begin(): Promise<Server> {
    this.starting = this.launch(this.stopping.signal);
    this.server = await this.starting;
    return this.server;
  }

  private async watch(first: Server): Promise<void> {
    let server = first;
    const { signal } = this.stopping;
    for (;;) {
      const since = Date.now();
      const how = await server.exited;
      if (signal.aborted) return;
      this.say(`${this.name} ended unexpectedly (${how})`);
      if (Date.now() - since > STEADY_MS) this.pauseMs = FIRST_PAUSE_MS;
      for (;;) {
        await sleep(this.pauseMs, undefined, { signal }).catch(() => {});
        this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
        if (signal.aborted) return;
        try {
          server = await this.begin();
          break;
        } catch (error) {
          if (signal.aborted) return;
          this.say(
            `${this.name} could not be started again, next try in ${this.pauseMs / 1000} s: ${(error as Error).message}`,
          );
        }
      }
      this.say(`${this.name} is running again (process ${server.pid})`);
    }
  }

  /** Stops it, in whatever state it is. `quick` is for a second request that must not wait for the first. */
  async stop(options: { quick?: boolean } = {}): Promise<void> {
    this.stopping.abort();
    await this.starting?.catch(() => {});
    await this.server?.stop(options);
  }
}

/**
 * Starts a script of ours in a process group of its own, its output in a log file, and waits for its message
 * `{ready: true}`.
 * @throws Error with its last words when it ends before
 */
export async function startScript(options: {
  name: string;
  script: string;
  env: NodeJS.ProcessEnv;
  dataDir: string;
  logFile: string;
  signal: AbortSignal;
}): Promise<RunningServer> {
  const { name, script, env, dataDir, logFile, signal } = options;
  await endLeftover(dataDir, name, 'SIGTERM');
  signal.throwIfAborted();
  const { fd, size } = openLog(logFile);
  const child = fork(script, [], { detached: true, env, stdio: ['ignore', fd, fd, 'ipc'] });
  closeSync(fd);
  const server = supervised(child, 'SIGTERM');
  remember(dataDir, name, server.pid);
  // It has nothing to finish yet.
  const giveUp = () => void server.stop({ quick: true });
  signal.addEventListener('abort', giveUp);
  const ready = new Promise<undefined>((resolve) => {
    child.on('message', (message: { ready?: boolean }) => message.ready && resolve(undefined));
  });
  const ended = await Promise.race([ready, server.exited]);
  signal.removeEventListener('abort', giveUp);
  if (ended !== undefined) {
    forget(dataDir, name);
    throw new Error(
      `The ${name} did not start (${ended}): ${lastWords(logSince(logFile, size))} (log: ${logFile})`,
    );
  }
  return { ...server, stop: (how) => server.stop(how).then(() => forget(dataDir, name)) };
}

/** Of a log of JSON lines (pino) and of what Node prints of an uncaught error: the line that says why. */
export function lastWords(lines: string[]): string {
  for (const line of lines.toReversed()) {
    if (!line.startsWith('{')) continue;
    try {
      const { level, msg, err } = JSON.parse(line);
      if (level >= 50) return msg || err?.message;
    } catch {}
  }
  const thrown = lines.findLast((line) => /^\w*Error\b.*: /.test(line));
  return thrown ?? lines.at(-1) ?? 'it said nothing';
}
