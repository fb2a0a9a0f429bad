/** Tokens of an issuer elsewhere: its keys are found, and its absence is told from a bad token. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Pool } from 'pg';
import { apiPool } from '../db/pool';
import { seedDemonstration } from '../db/seed';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { createIdentity } from './identity';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  pool = apiPool(database.url, { name: 'test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test('an issuer that starts after the API, with the algorithms that production uses', async () => {
  const rsa = await generateKeyPair('RS256');
  const server = http.createServer(async (req, res) => {
    res.setHeader('content-type', 'application/json');
    res.end(
      JSON.stringify(
        req.url === '/jwks'
          ? { keys: [{ ...(await exportJWK(rsa.publicKey)), kid: 'k', alg: 'RS256' }] }
          : { issuer: base, jwks_uri: `${base}/jwks` },
      ),
    );
  });
  const listening = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listening(0);
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));

  const identity = createIdentity({ issuer: base, audience: 'service-plus', pool });
  const sign = (alg: string, key: Parameters<SignJWT['sign']>[0]) =>
    new SignJWT({ sub: 'evaluator' })
      .setProtectedHeader({ alg, kid: 'k' })
      .setIssuer(base)
      .setAudience('service-plus')
      .setExpirationTime('1h')
      .sign(key);
  const authorization = `Bearer ${await sign('RS256', rsa.privateKey)}`;
  await expect(identity.personOf(authorization)).rejects.toMatchObject({ code: 'issuer_away', status: 503 });
  await listening(port);
  await expect(identity.personOf(authorization)).resolves.toMatchObject({ role: 'evaluator', siteId: null });
  // Whoever knows the public key could have signed this.
  const forged = await sign(
    'HS256',
    new TextEncoder().encode(JSON.stringify(await exportJWK(rsa.publicKey))),
  );
  await expect(identity.personOf(`Bearer ${forged}`)).rejects.toMatchObject({ code: 'token_invalid' });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
