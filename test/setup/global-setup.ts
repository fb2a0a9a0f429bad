/**
 * One PostgreSQL, one Temporal and one workflow bundle for a whole jest run. They are made when a test first asks
 * this process for them (test/setup/servers.ts), so that tests of pure rules wait for nothing.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { findTemporalBinary, findTestServerBinary } from '../../embedded/temporal-binaries';
import { endAll, make } from './shared-servers';

declare global {
  var endSharedServers: (() => Promise<void>) | undefined;
}

export default async function globalSetup(): Promise<void> {
  // A first download may take longer than a test waits. Whoever needs what could not be had is told then.
  await Promise.allSettled([
    findTemporalBinary({ log: console.log }),
    findTestServerBinary({ log: console.log }),
  ]);

  const made = new Map<string, Promise<string>>();

  const listener = http.createServer(async ({ url = '' }, response) => {
    const name = url.slice(1) as keyof typeof make;
    try {
      const answer = made.get(name) ?? make[name]();
      made.set(name, answer);
      response.end(await answer);
    } catch (error) {
      response.statusCode = 500;
      response.end((error as Error).stack);
    }
  });
  // A test that asks again just when its connection is closed for being idle would be answered by nobody.
  listener.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  process.env.TEST_SHARED_SERVERS = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;

  globalThis.endSharedServers = async () => {
    listener.closeAllConnections();
    listener.close();
    await Promise.allSettled(made.values());
    await endAll();
  };
}
