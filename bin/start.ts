/**
 * Runs the whole system on this machine: PostgreSQL and Temporal unless they are given by environment, then the
 * worker and the API, each in a process of its own. Started by bin/start.mjs.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Config, loadConfig } from '../config/config';
import { migrate } from '../db/migrate';
import { seedDemonstration } from '../db/seed';
import { startPostgres } from '../embedded/postgres';
import { claim, endLeftover, type RunningServer, whyNotListen } from '../embedded/processes';
import { startTemporal } from '../embedded/temporal';
import { findTemporalBinary } from '../embedded/temporal-binaries';
import { Part, startScript } from './start-parts';

const say = (line: string) => console.log(line);
// The terminal may be gone before the servers are.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

/** What runs, in the order it was started; it is stopped in the reverse order. */
const parts: Part[] = [];
const stopping = new AbortController();

async function start(): Promise<void> {
  const config = loadConfig(process.env);
  const dataDir = path.resolve(config.DATA_DIR);
  const { release } = await claim(dataDir, 'start');
  process.once('exit', release);

  // A run that was killed has left its processes. Those who use the servers go first.
  for (const name of ['api', 'worker', 'temporal', 'postgres']) {
    stopping.signal.throwIfAborted();
    await endLeftover(dataDir, name, name === 'postgres' ? 'SIGINT' : 'SIGTERM');
  }
  const taken = await whyNotListen(config.PORT, config.HOST);
  if (taken)
    throw new Error(
      taken === 'EADDRINUSE'
        ? `Port ${config.PORT} of ${config.HOST} is already in use: stop the programme that listens there, or set PORT to another one.`
        : `The API cannot listen on ${config.HOST}:${config.PORT} (${taken}): set HOST and PORT to what this machine and user may use.`,
    );

  const url = await database(config, dataDir);
  const address = await temporal(config, dataDir);
  stopping.signal.throwIfAborted();
  await migrate(url);
  if (!config.OIDC_ISSUER) await seedDemonstration(url);

  const env = {
    ...process.env,
    ...{ DATA_DIR: dataDir, DATABASE_URL: url, TEMPORAL_ADDRESS: address },
    ...(!config.OIDC_ISSUER && { EVALUATION_KEY: config.EVALUATION_KEY ?? demonstrationKey(dataDir) }),
    ...drawsAtOnce(config),
  };
  const scripts = (['worker', 'api'] as const).map((name) => {
    const script = path.join(__dirname, '..', name, 'main.js');
    const logFile = path.join(dataDir, `${name}.log`);
    return part(name, (signal) => startScript({ name, script, env, dataDir, logFile, signal }));
  });
  await Promise.all(scripts.map((script) => script.start()));
  stopping.signal.throwIfAborted();

  const home =
    config.PUBLIC_URL ??
    `http://${/^(0\.0\.0\.0|::)$/.test(config.HOST) ? '127.0.0.1' : config.HOST}:${config.PORT}`;
  say(
    [
      '',
      'service-plus is running.',
      `  Open     ${home}`,
      `  Sign in  ${config.OIDC_ISSUER ? `at ${config.OIDC_ISSUER}` : 'there, with one click for each role; by the API: npm run token -- counsellor.tours'}`,
      `  API      ${home}/api/docs`,
      `  Kept in  ${dataDir} (state and logs)`,
      '  Stop     Ctrl-C',
    ].join('\n'),
  );
}

/** With invented people in a database of its own a draw need not be told a day before: what is not set is 0. */
function drawsAtOnce({ OIDC_ISSUER, DATABASE_URL }: Config): NodeJS.ProcessEnv {
  if (OIDC_ISSUER || DATABASE_URL) return {};
  const names = ['DRAW_NOTICE_MINUTES', 'DRAW_FROZEN_MINUTES'];
  return Object.fromEntries(names.map((name) => [name, process.env[name] || '0']));
}

/** Of the demonstration's pseudonyms, the same at each start; where people are real somebody keeps a key of their own. */
function demonstrationKey(dataDir: string): string {
  const file = path.join(dataDir, 'demonstration-evaluation-key');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

function part<Server extends RunningServer>(
  name: string,
  launch: (signal: AbortSignal) => Promise<Server>,
): Part<Server> {
  stopping.signal.throwIfAborted();
  const made = new Part(name, launch, (line) => say(`${new Date().toISOString()} ${line}`));
  parts.push(made);
  return made;
}

async function database(config: Config, dataDir: string): Promise<string> {
  if (config.DATABASE_URL) return config.DATABASE_URL;
  let port = config.POSTGRES_PORT;
  const { url } = await part('postgres', () => startPostgres({ dataDir, port, log: say })).start();
  // Those who use it hold this address: after a death it must come back there.
  port = Number(new URL(url).port);
  say(`PostgreSQL is running on port ${port}`);
  return url;
}

async function temporal(config: Config, dataDir: string): Promise<string> {
  if (config.TEMPORAL_ADDRESS) return config.TEMPORAL_ADDRESS;
  const binary = await findTemporalBinary({ log: say, signal: stopping.signal });
  let port = config.TEMPORAL_PORT;
  const namespace = config.TEMPORAL_NAMESPACE;
  const { address } = await part('temporal', () =>
    startTemporal({ dataDir, port, namespace, binary }),
  ).start();
  port = Number(address.split(':')[1]);
  say(`Temporal is running on port ${port}`);
  return address;
}

let stopRequestedAt = 0;
let quick = false;

/** In order: the API takes no more, the worker finishes what it does, then nobody needs the servers. */
async function stopAll(): Promise<void> {
  stopping.abort();
  for (const each of parts.toReversed()) await each.stop({ quick });
}

function onSignal(): void {
  if (!stopRequestedAt) {
    stopRequestedAt = Date.now();
    say('\nStopping');
    void stopAll().then(() => process.exit(0));
  } else if (Date.now() - stopRequestedAt > 1_000) {
    // One Ctrl-C may come twice, from the terminal and from npm; a later one is from somebody in a hurry.
    quick = true;
    void stopAll();
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

start().catch(async (error: Error) => {
  if (stopping.signal.aborted) return;
  console.error(error.message);
  await stopAll();
  process.exit(1);
});
