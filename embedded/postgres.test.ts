import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
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
import { Client } from 'pg';
import { type Postgres, startPostgres } from './postgres';

/** A data folder made once and copied: making one takes a second of waiting for the disk. */
let pristine: string;
let folder: string;
let servers: Postgres[];
let bystanders: ChildProcess[];

beforeAll(async () => {
  pristine = newFolder();
  await (await startPostgres({ dataDir: pristine })).stop();
});
afterAll(() => rmSync(pristine, { recursive: true }));

function newFolder(): string {
  const made = mkdtempSync(path.join(os.tmpdir(), 'postgres-'));
  chmodSync(made, 0o755);
  return made;
}

beforeEach(() => {
  folder = newFolder();
  execFileSync('cp', ['-a', `${pristine}/.`, folder]);
  servers = [];
  bystanders = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  for (const process of bystanders) process.kill();
  rmSync(folder, { recursive: true });
});

async function start(options: Parameters<typeof startPostgres>[0] = { dataDir: folder }) {
  const server = await startPostgres(options);
  servers.push(server);
  return server;
}

async function ask(url: string, sql: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function occupiedPort() {
  const other = net.createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  return { port: (other.address() as net.AddressInfo).port, leave: () => other.close() };
}

describe('the embedded PostgreSQL', () => {
  it('keeps what was written, at the same URL, when it is stopped and started', async () => {
    const first = await start();
    await ask(first.url, "create table kept as select 'Éloïse' as name");
    await first.stop();
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'select name from kept')).toEqual([{ name: 'Éloïse' }]);
  });

  it('keeps what was committed when everything is killed', async () => {
    const first = await start();
    await ask(first.url, 'create table kept as select 1 as id');
    const session = new Client({ connectionString: first.url });
    session.on('error', () => {});
    await session.connect();
    await first.kill();
    const told: string[] = [];
    const second = await start({ dataDir: folder, log: (line) => told.push(line) });
    expect(await ask(second.url, 'select id from kept')).toEqual([{ id: 1 }]);
    await session.end().catch(() => {});
  });

  it('writes to the disk before it answers', async () => {
    const { url } = await start();
    const [row] = await ask(
      url,
      "select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('full_page_writes') as pages",
    );
    expect(row).toEqual({ fsync: 'on', commit: 'on', pages: 'on' });
  });

  it('listens to this machine only, and to those who know its password', async () => {
    const { url } = await start();
    const listens = await ask(
      url,
      "select current_setting('listen_addresses') as on_, current_setting('unix_socket_directories') as socket",
    );
    expect(listens).toEqual([{ on_: '127.0.0.1', socket: '' }]);
    const guess = new URL(url);
    guess.password = 'password';
    await expect(ask(guess.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    expect(statSync(path.join(folder, 'postgres.json')).mode & 0o777).toBe(0o600);
  });

  it('starts though the killed one’s process number now belongs to somebody else', async () => {
    const first = await start();
    await first.kill();
    const lock = path.join(folder, 'postgres', 'postmaster.pid');
    const { uid, gid } = statSync(lock);
    const other = spawn('sleep', ['60'], process.geteuid?.() === 0 ? { uid, gid } : {});
    bystanders.push(other);
    const text = readFileSync(lock, 'utf8');
    writeFileSync(lock, text.replace(/^\d+/, String(other.pid)));
    const second = await start();
    expect(await ask(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(other.exitCode).toBeNull();
  });

  it('ends what a run that was killed has left, and starts anew', async () => {
    const left = await start();
    await ask(left.url, 'create table kept as select 1 as id');
    const record = path.join(folder, 'run', 'postgres.json');
    writeFileSync(
      record,
      JSON.stringify({
        ...JSON.parse(readFileSync(record, 'utf8')),
        owner: { pid: 2 ** 22 + 1, started: '' },
      }),
    );
    const next = await start();
    expect(await left.exited).toBe('exit code 0');
    expect(next.pid).not.toBe(left.pid);
    expect(await ask(next.url, 'select id from kept')).toEqual([{ id: 1 }]);
  });

  it('says that the folder is in use', async () => {
    const { pid } = await start();
    await expect(start()).rejects.toThrow(`postgres (process ${pid}) is already running on ${folder}`);
  });

  it('says that its port is taken', async () => {
    const { port, leave } = await occupiedPort();
    await expect(start({ dataDir: folder, port })).rejects.toThrow(
      `PostgreSQL cannot use port ${port} of 127.0.0.1, another programme listens there: stop it, or set POSTGRES_PORT`,
    );
    leave();
  });

  it('moves to another port when the one it had is taken and none was asked for', async () => {
    const { port, leave } = await occupiedPort();
    const remembered = path.join(folder, 'postgres.json');
    writeFileSync(remembered, JSON.stringify({ ...JSON.parse(readFileSync(remembered, 'utf8')), port }));
    const { url } = await start();
    expect(new URL(url).port).not.toBe(String(port));
    leave();
  });

  it('refuses the data of another major version', async () => {
    writeFileSync(path.join(folder, 'postgres', 'PG_VERSION'), '17\n');
    await expect(start()).rejects.toThrow(/was made by PostgreSQL 17 and this is PostgreSQL 18/);
  });

  it('finishes what an interrupted first start has begun', async () => {
    renameSync(path.join(folder, 'postgres'), path.join(folder, 'postgres.new'));
    rmSync(path.join(folder, 'postgres.new', 'global'), { recursive: true });
    const { url } = await start();
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(existsSync(path.join(folder, 'postgres.new'))).toBe(false);
  });

  // As root the server runs as another user, to whom such a folder is closed.
  it('works in a folder that is closed to others', async () => {
    const closed = path.join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const { url } = await start({ dataDir: path.join(closed, 'data') });
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(statSync(closed).mode & 0o777).toBe(0o700);
  });

  it('leaves nothing behind when no folder was given', async () => {
    const mine = () =>
      readdirSync(os.tmpdir()).filter((name) => name.startsWith(`service-plus-${process.pid}-`));
    const before = mine();
    const { url, pid, stop } = await start({});
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    expect(mine()).toHaveLength(before.length + 1);
    expect(command).toContain(path.join(os.tmpdir(), 'service-plus-'));
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await stop();
    expect(mine()).toEqual(before);
  });
});
