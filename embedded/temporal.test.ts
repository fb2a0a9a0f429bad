import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { startTemporal, type TemporalServer } from './temporal';
import { findTemporalBinary } from './temporal-binaries';

let folder: string;
let servers: TemporalServer[];
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'temporal-'));
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true });
});

async function start(
  options: Parameters<typeof startTemporal>[0] = { namespace: 'default', dataDir: folder },
) {
  const server = await startTemporal(options);
  servers.push(server);
  return server;
}

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

const begin = (address: string) =>
  withClient(address, ({ workflow }) =>
    workflow.start('pathway', { workflowId: 'p1', taskQueue: 'nobody', args: [] }),
  );
const status = (address: string) =>
  withClient(address, async ({ workflow }) => (await workflow.getHandle('p1').describe()).status.name);

describe('the embedded Temporal', () => {
  it('keeps its workflows, at the same address, when it is stopped and started', async () => {
    const first = await start();
    await begin(first.address);
    await first.stop();
    const second = await start();
    expect(second.address).toBe(first.address);
    expect(await status(second.address)).toBe('RUNNING');
  });

  it('keeps its workflows when it is killed', async () => {
    const first = await start();
    await begin(first.address);
    await first.kill();
    expect(await status((await start()).address)).toBe('RUNNING');
  });

  it('keeps its state from other users of the machine', async () => {
    await start();
    expect(readdirSync(path.join(folder, 'temporal'))).toContain('temporal.db');
    expect(statSync(path.join(folder, 'temporal')).mode & 0o077).toBe(0);
  });

  it('begins anew when its very first start was interrupted', async () => {
    mkdirSync(path.join(folder, 'temporal'));
    writeFileSync(path.join(folder, 'temporal', 'temporal.db'), '');
    await begin((await start()).address);
  });

  it('makes the namespace it is asked for', async () => {
    const { address } = await start({ namespace: 'programme' });
    const { namespaceInfo } = await withClient(address, ({ workflowService }) =>
      workflowService.describeNamespace({ namespace: 'programme' }),
    );
    expect(namespaceInfo?.name).toBe('programme');
  });

  it('can move one workflow forward in time', async () => {
    const { address } = await start({ namespace: 'default' });
    await begin(address);
    await withClient(address, ({ workflowService }) =>
      workflowService.updateWorkflowExecutionOptions({
        namespace: 'default',
        workflowExecution: { workflowId: 'p1' },
        workflowExecutionOptions: { timeSkippingConfig: { enabled: true } },
        updateMask: { paths: ['time_skipping_config'] },
      }),
    );
  });

  it('says that its port is taken', async () => {
    const other = net.createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as net.AddressInfo;
    await expect(start({ namespace: 'default', port })).rejects.toThrow(
      `Temporal cannot use port ${port} of 127.0.0.1, another programme listens there: stop it, or set TEMPORAL_PORT`,
    );
    other.close();
  });

  it('says what the server said when it does not start', async () => {
    const binary = path.join(folder, 'temporal');
    writeFileSync(binary, '#!/bin/sh\necho unknown flag: --headless\nexit 3\n');
    chmodSync(binary, 0o755);
    await expect(start({ namespace: 'default', binary })).rejects.toThrow(
      'Temporal did not start (exit code 3): unknown flag: --headless',
    );
  });
});

describe('the programme of the Temporal server', () => {
  const before = process.env.PATH;
  afterEach(() => {
    process.env.PATH = before;
  });

  function put(name: string, script: string): string {
    const place = path.join(folder, name);
    const file = path.join(place, 'temporal');
    mkdirSync(place);
    writeFileSync(file, script, { mode: 0o755 });
    return file;
  }

  it('is the first on PATH that answers', async () => {
    const broken = put('broken', '#!/bin/sh\nexit 1\n');
    const works = put('works', '#!/bin/sh\nexit 0\n');
    process.env.PATH = [path.dirname(broken), path.dirname(works), before].join(path.delimiter);
    expect(await findTemporalBinary()).toBe(works);
  });
});
