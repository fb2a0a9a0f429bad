/** The application of a test as a machine has it: on a port of its own, with the demonstration's issuer in it. */
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Express } from 'express';
import { createApp } from '../../api/app';
import { createDemoIssuer } from '../../api/demo-issuer';
import type { Deps } from '../../api/routing';
import type { WebApplication } from '../../api/web';
import type { ApiWorld } from './api-world';
import { testAudience } from './token';

export interface Served {
  /** Where it answers, without a slash at its end. */
  readonly base: string;
  readonly deps: Deps;
  readonly app: Express;
  end(): Promise<void>;
}

/**
 * @param more what it works with instead of what the world has
 * @param web absent: the API alone
 */
export async function serve(w: ApiWorld, more: Partial<Deps> = {}, web?: WebApplication): Promise<Served> {
  // What the issuer's library says of its own store.
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'service-plus-served-'));
  let app: Express | undefined;
  const server = http.createServer((req, res) => app?.(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // The issuer is part of the application, and has to know where that is.
  const demo = createDemoIssuer({ publicUrl: base, audience: testAudience, dataDir });
  const deps: Deps = {
    ...w.deps,
    publicUrl: base,
    oidc: { issuer: demo.issuer, clientId: 'service-plus-web' },
    ...more,
  };
  app = createApp(deps, { before: (express) => demo.mountOn(express), web });
  return {
    base,
    deps,
    app,
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
