/** The web application as it is served: which addresses, with what headers, and how much of it may be asked. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createApp } from '../api/app';
import { webRoutes } from '../api/web';
import { type ApiWorld, createApiWorld } from './setup/api-world';
import { type Served, serve } from './setup/served';

const folder = path.join(__dirname, '../dist/web');
const brand = '<script>alert("République")</script>|& Française';
let w: ApiWorld;
let served: Served;

beforeAll(async () => {
  w = await createApiWorld();
  served = await serve(w, {}, { folder, brand, demonstration: true });
}, 60_000);
afterAll(async () => {
  await served?.end();
  await w?.end();
});

/** As a browser asks for a page. */
const go = (url: string, headers: Record<string, string> = {}) =>
  fetch(served.base + url, {
    redirect: 'manual',
    headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', ...headers },
  });
const built = (pattern: RegExp) =>
  readdirSync(path.join(folder, 'assets')).find((name) => pattern.test(name)) as string;

describe('the page', () => {
  const somePage = '/tasks/0197-of-nobody';
  test.each(['/', '/index.html', '/tasks', somePage, '/apidays', '/authors', '/welcome?a=b'])(
    'is at every address of the application: %s',
    async (url) => {
      const answer = await go(url);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(await answer.text()).toContain('<div id="root">');
    },
  );

  test.each([
    '/api',
    '/api/nothing',
    '/API/nothing',
    '/auth',
    '/auth/nothing',
    '/health',
    '/health/nothing',
    '/calendar',
    '/calendar/nothing.ics',
    '/assets/nothing.js',
    '/assets/',
  ])('is not where something else answers: %s', async (url) => {
    const answer = await go(url);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(await answer.json()).toMatchObject({ code: 'not_found' });
  });

  test('is not for the issuer’s addresses', async () => {
    expect(await (await go('/oidc/nothing')).text()).not.toContain('<div id="root">');
  });

  test('is for who asks for a page: a programme is told that there is nothing, and a write does nothing', async () => {
    for (const accept of ['*/*', 'application/json'])
      expect([accept, (await go('/tasks', { accept })).status]).toEqual([accept, 404]);
    const written = await fetch(`${served.base}/tasks`, { method: 'POST', headers: { accept: 'text/html' } });
    expect(written.status).toBe(404);
  });

  test('is asked for anew each time, what it is made of once for good', async () => {
    expect((await go(somePage)).headers.get('cache-control')).toBe('no-store');
    const page = await (await go('/')).text();
    const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, url]) => url as string);
    expect(assets.length).toBeGreaterThan(1);
    for (const url of assets) {
      const answer = await go(url, { 'accept-encoding': 'gzip' });
      // What is small is sent as it is.
      const isSmall = statSync(path.join(folder, url)).size < 1_024;
      const head = ['cache-control', 'content-encoding', 'vary'].map((name) => answer.headers.get(name));
      expect([url, answer.status, ...head]).toEqual([
        url,
        200,
        'public, max-age=31536000, immutable',
        isSmall ? null : 'gzip',
        'Accept-Encoding',
      ]);
      // Compressed on the way, the same at the end.
      expect(await answer.text()).toBe(readFileSync(path.join(folder, url), 'utf8'));
    }
  });

  test('is made of files and of nothing around them', async () => {
    for (const url of ['/assets/..%2f..%2fpackage.json', '/.git/config']) {
      const text = await (await go(url, { accept: '*/*' })).text();
      expect([url, JSON.parse(text).code]).toEqual([url, 'not_found']);
    }
  });

  test('says what the installation is like, and nothing of it is taken for markup', async () => {
    const page = await (await go('/')).text();
    expect(page).toContain(
      '<meta name="brand" content="&#60;script&#62;alert(&#34;République&#34;)&#60;/script&#62;|&#38; Française" />',
    );
    expect(page).toContain('<meta name="demonstration" content="true" />');
    const app = createApp(served.deps, { web: { folder, brand: '', demonstration: false } });
    const other = await w.call('', 'get', '/', { app, headers: { accept: 'text/html' } });
    expect(other.text).toContain('<meta name="brand" content="" />');
    expect(other.text).toContain('<meta name="demonstration" content="false" />');
  });

  test('is missed at the start when it was not built, or cannot say what the installation is like', () => {
    const empty = mkdtempSync(path.join(os.tmpdir(), 'service-plus-web-'));
    const start = () => webRoutes({ folder: empty, brand: '', demonstration: false });
    expect(start).toThrow(/not built .*npm run build/);
    writeFileSync(path.join(empty, 'index.html'), '<meta name="brand" content="" />');
    expect(start).toThrow(/no line <meta name="demonstration"/);
    rmSync(empty, { recursive: true });
  });
});

describe('a browser is told', () => {
  test('to run and load files of ours and nothing else, to send nothing elsewhere and to be framed by nobody', async () => {
    const scheme = expect.stringMatching(/^style-src 'self' 'sha256-[\w+/]{43}=' 'sha256-[\w+/]{43}='$/);
    expect((await go('/tasks')).headers.get('content-security-policy')?.split(';')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      scheme,
      "font-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "manifest-src 'self'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types react-dsfr react-dsfr-asap',
    ]);
  });

  const everywhere = ['/', '/assets/nothing', '/favicon.svg', '/api/me', '/auth/session', '/health/live'];
  test.each(everywhere)('at %s what it must not do with an answer of ours', async (url) => {
    const { headers } = await go(url);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(
      Object.fromEntries(
        [
          'referrer-policy',
          'x-content-type-options',
          'x-frame-options',
          'cross-origin-opener-policy',
          'cross-origin-resource-policy',
          'strict-transport-security',
          'permissions-policy',
          'x-powered-by',
        ].map((name) => [name, headers.get(name)]),
      ),
    ).toEqual({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'permissions-policy':
        'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), publickey-credentials-get=(), usb=()',
      'x-powered-by': null,
    });
  });

  test('of a source map and of a script what they are, so that neither is taken for the other', async () => {
    expect((await go(`/assets/${built(/^index-.*\.js$/)}`)).headers.get('content-type')).toMatch(
      /^text\/javascript/,
    );
    expect((await go(`/assets/${built(/\.map$/)}`)).headers.get('content-type')).toMatch(
      /^application\/json/,
    );
  });
});

describe('who tries tokens and sessions until one fits', () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const wrongSession = { cookie: `service-plus-session=${'a'.repeat(43)}` };

  /** An application of its own, with nobody counted yet, behind one proxy. */
  const untried = () =>
    createApp({
      ...served.deps,
      identity: w.deps.identity,
      config: { ...w.deps.config, TRUSTED_PROXIES: 1 },
    });
  const ask = (app: ReturnType<typeof untried>, headers: Record<string, string>, url = '/api/me') =>
    w.call('', 'get', url, { app, headers: { 'x-forwarded-for': '192.0.2.7', ...headers } });

  test.each([
    ['tokens', bearer('a.b.c'), '/api/me', 'token_invalid'],
    ['sessions', wrongSession, '/api/me', 'session_expired'],
    ['sessions by the sign-in', wrongSession, '/auth/session', 'session_expired'],
  ] as const)('is held back after some: %s', async (_what, wrong, url, code) => {
    const app = untried();
    const good = bearer(await w.tokenOf('counsellor.tours'));
    expect((await ask(app, good)).status).toBe(200);
    for (let n = 0; n < 300; n++) {
      const answer = await ask(app, wrong, url);
      expect([n, answer.status, answer.body.code]).toEqual([n, 401, code]);
    }
    const answer = await ask(app, wrong, url);
    expect([answer.status, answer.body.code]).toEqual([429, 'too_many_requests']);
    const seconds = Number(answer.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    // Not who is in already, not from elsewhere, and not who shows nothing.
    expect((await ask(app, good)).status).toBe(200);
    expect((await ask(app, { ...wrong, 'x-forwarded-for': '192.0.2.8' }, url)).status).toBe(401);
    expect((await ask(app, {}, url)).status).toBe(401);
    // Who writes another address before the proxy's is not believed.
    const forged = { ...wrong, 'x-forwarded-for': '198.51.100.9, 192.0.2.7' };
    expect((await ask(app, forged, url)).status).toBe(429);
  });
});
