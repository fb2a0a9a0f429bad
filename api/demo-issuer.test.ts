/** The embedded issuer walked as a browser does, by the code of `npm run token`. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import express from 'express';
import { jwtVerify } from 'jose';
import { tokenOf } from '../bin/token';
import { clientId } from './demo-client';
import { createDemoIssuer, type DemoIssuer } from './demo-issuer';

let dataDir: string;
let server: http.Server;
let base: string;
let issuer: DemoIssuer;

beforeAll(async () => {
  // What the library says of its own store and of Node's version.
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'service-plus-issuer-'));
  const app = express();
  server = http.createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  issuer = createDemoIssuer({ publicUrl: base, audience: 'service-plus', dataDir });
  issuer.mountOn(app);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dataDir, { recursive: true });
});

test('a person picked on the sign-in page gets a token for the API', async () => {
  const token = await tokenOf('mediator.le-mans', base);
  const { payload } = await jwtVerify(token, issuer.keys, {
    issuer: issuer.issuer,
    audience: 'service-plus',
  });
  expect(payload).toMatchObject({ sub: 'mediator.le-mans', iss: `${base}/oidc`, client_id: clientId });
});

test('the keys are kept to their owner, and a token outlives a restart', async () => {
  const token = await tokenOf('admin', base);
  expect(statSync(path.join(dataDir, 'demonstration-issuer.json')).mode & 0o777).toBe(0o600);
  const restarted = createDemoIssuer({ publicUrl: base, audience: 'service-plus', dataDir });
  await expect(jwtVerify(token, restarted.keys, { audience: 'service-plus' })).resolves.toBeDefined();
});

test('without PKCE, or for another application’s address, nobody signs in', async () => {
  const ask = (more: object) =>
    fetch(
      `${base}/oidc/auth?${new URLSearchParams({ client_id: clientId, response_type: 'code', scope: 'openid', redirect_uri: `${base}/auth/callback`, ...more })}`,
      { redirect: 'manual' },
    );
  expect((await ask({})).headers.get('location')).toContain('error=invalid_request');
  expect(
    (
      await ask({
        redirect_uri: 'http://elsewhere.test/',
        code_challenge: 'x'.repeat(43),
        code_challenge_method: 'S256',
      })
    ).status,
  ).toBe(400);
});

test('a sign-in page that is not asked for says so', async () => {
  const page = await fetch(`${base}/oidc/sign-in/unknown`);
  expect([page.status, await page.text()]).toEqual([400, expect.stringContaining('Connexion expirée')]);
});

test('somebody who does not exist is told who does, and a server that does not answer how to start it', async () => {
  await expect(tokenOf('counsellor.paris', base)).rejects.toThrow(
    /^There is no counsellor\.paris: choose one of coordinator\.tours, /,
  );
  await expect(tokenOf('admin', 'http://127.0.0.1:1')).rejects.toThrow(
    /Nothing answers at http:\/\/127\.0\.0\.1:1 .*npm start/,
  );
});

test('in production there is no such issuer', () => {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    expect(() => createDemoIssuer({ publicUrl: base, audience: 'service-plus', dataDir })).toThrow(
      /set OIDC_ISSUER/,
    );
  } finally {
    process.env.NODE_ENV = before;
  }
});
