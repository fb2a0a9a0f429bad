/** What tests share in one jest run: how each server is made, and how all of them end. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { migrate } from '../../db/migrate';
import { startPostgres } from '../../embedded/postgres';
import { type RunningServer, temporaryFolder } from '../../embedded/processes';
import { startTemporal } from '../../embedded/temporal';
import { findTestServerBinary } from '../../embedded/temporal-binaries';
import { bundle } from '../../worker/bundle';

const cleanUp: (() => Promise<void>)[] = [];

function untilTheEnd<Server extends RunningServer>(server: Server): Server {
  // Nothing in it is kept: no need to let it finish.
  cleanUp.push(() => server.kill().then(() => server.stop()));
  return server;
}

/** By name; each answers with an address or a path. */
export const make = {
  /** URL of a migrated database that nobody stays connected to: others are copied from it. */
  database: async (): Promise<string> => {
    const server = process.env.TEST_DATABASE_URL || untilTheEnd(await startPostgres()).url;
    const name = `template_${process.pid}`;
    await query(server, `drop database if exists ${name}`);
    await query(server, `create database ${name}`);
    if (process.env.TEST_DATABASE_URL)
      cleanUp.push(() => query(server, `drop database ${name} with (force)`));
    const url = new URL(server);
    url.pathname = `/${name}`;
    await migrate(url.href);
    return url.href;
  },

  /** host:port of a Temporal server, in memory. */
  temporal: async (): Promise<string> =>
    process.env.TEST_TEMPORAL_ADDRESS || untilTheEnd(await startTemporal({ namespace: 'default' })).address,

  /** Path of the time-skipping server. */
  'test-server': (): Promise<string> => findTestServerBinary(),

  /** Path of the bundled workflow code. */
  'workflow-bundle': async (): Promise<string> => {
    const { code } = await bundle();
    const folder = await temporaryFolder();
    cleanUp.push(async () => rmSync(folder, { recursive: true }));
    const file = path.join(folder, 'workflow-bundle.js');
    writeFileSync(file, code);
    return file;
  },
};

export async function endAll(): Promise<void> {
  await Promise.all(cleanUp.splice(0).map((end) => end()));
}

async function query(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
