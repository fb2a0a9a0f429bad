/** Where the servers of `npm start` listen, for a command run beside it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../config/config';

/**
 * @returns the addresses given by environment, or else those that `npm start` keeps in DATA_DIR
 * @throws Error of one sentence when neither is there
 */
export function runningServers(config: Config): { databaseUrl: string; temporalAddress: string } {
  return {
    databaseUrl:
      config.DATABASE_URL ?? postgresUrl(kept<{ port: number; password: string }>(config, 'postgres.json')),
    temporalAddress:
      config.TEMPORAL_ADDRESS ?? `127.0.0.1:${kept<{ port: number }>(config, 'temporal/server.json').port}`,
  };
}

function postgresUrl({ port, password }: { port: number; password: string }): string {
  return `postgresql://service_plus:${password}@127.0.0.1:${port}/service_plus`;
}

function kept<T>(config: Config, name: string): T {
  const file = path.resolve(config.DATA_DIR, name);
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Error(
      `There is no ${file}: start the system with npm start, or set DATABASE_URL and TEMPORAL_ADDRESS to its servers.`,
    );
  }
}
