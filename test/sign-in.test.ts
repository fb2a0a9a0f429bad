/** Signing in by browser: the whole way through a real issuer, and what somebody who means ill would try on it. */
import { randomUUID } from 'node:crypto';
import type { Express } from 'express';
import { decodeJwt, generateKeyPair, type JWTPayload, UnsecuredJWT } from 'jose';
import request from 'supertest';
import { createApp } from '../api/app';
import { createIdentity } from '../api/identity';
import { routes } from '../api/routes';
import { type Deps, isWrite } from '../api/routing';
import { createSessions } from '../api/sessions';
import { apiPool } from '../db/pool';
import { type ApiWorld, createApiWorld, idOf } from './setup/api-world';
import { Browser } from './setup/browser';
import { Cut } from './setup/cut';
import { createIssuerElsewhere, type IssuerElsewhere } from './setup/issuer-elsewhere';
import { type Served, serve } from './setup/served';

let w: ApiWorld;
let served: Served;
let base: string;
let deps: Deps;
/** What the application takes for now. */
let later = 0;
let handler: Express;

const minutes = (n: number) => n * 60_000;
const sessionCookie = 'service-plus-session';
const signInCookie = 'service-plus-sign-in';

beforeAll(async () => {
  w = await createApiWorld();
  served = await serve(w, { now: () => new Date(Date.now() + later) });
  ({ base, deps, app: handler } = served);
}, 60_000);
afterEach(() => {
  later = 0;
});
afterAll(async () => {
  await served?.end();
  await w?.end();
});

const json = async (response: Response) => (await response.json()) as Record<string, never>;

/** A browser in which somebody is signed in. */
async function signedIn(person: string): Promise<Browser> {
  const browser = new Browser(base);
  expect((await browser.signIn(person)).status).toBe(303);
  return browser;
}
/** Status and code of what the API says to `GET /api/me`. */
async function me(browser: Browser, headers?: Record<string, string>) {
  const response = await browser.go('/api/me', { headers });
  const body = await json(response);
  return [response.status, body.code ?? body.id];
}
/** A write that changes one's own settings and is then there. */
const write = (browser: Browser, headers: Record<string, string>) =>
  browser.go('/api/me/calendar', { method: 'POST', headers });
async function refused(response: Response) {
  return [response.status, (await json(response)).code];
}

describe('signing in', () => {
  test('goes to the issuer and comes back to where one was, with a session that the API takes', async () => {
    const browser = new Browser(base);
    expect(await me(browser)).toEqual([401, 'token_missing']);
    const back = await browser.signIn('counsellor.tours', '/taches?etape=3#suite');
    expect([back.status, back.headers.get('location')]).toEqual([303, `${base}/taches?etape=3#suite`]);
    expect(back.headers.get('cache-control')).toBe('no-store');
    expect(await me(browser)).toEqual([200, idOf('counsellor.tours')]);

    const session = await json(await browser.go('/auth/session'));
    expect(session).toEqual({
      person: expect.objectContaining({ id: idOf('counsellor.tours'), role: 'counsellor', siteId: 'tours' }),
      expiresAt: expect.any(String),
      idleAt: expect.any(String),
      csrfToken: expect.stringMatching(/^[\w-]{43}$/),
    });
    const from = Date.now();
    expect(Date.parse(session.expiresAt as never) - from).toBeGreaterThan(minutes(599));
    expect(Date.parse(session.expiresAt as never) - from).toBeLessThanOrEqual(minutes(600));
    expect(Date.parse(session.idleAt as never) - from).toBeLessThanOrEqual(minutes(60));
    // What the way needed is gone.
    expect([...browser.cookies.keys()]).not.toContain(signInCookie);
  });

  test('asks the issuer with PKCE, state and nonce, and for nothing but who one is', async () => {
    const begun = await new Browser(base).go('/auth/login');
    const asked = Object.fromEntries(new URL(begun.headers.get('location') as string).searchParams);
    const random = expect.stringMatching(/^[\w-]{43}$/);
    expect(asked).toEqual({
      client_id: 'service-plus-web',
      response_type: 'code',
      redirect_uri: `${base}/auth/callback`,
      scope: 'openid',
      code_challenge: random,
      code_challenge_method: 'S256',
      state: random,
      nonce: random,
    });
    expect(new Set([asked.code_challenge, asked.state, asked.nonce]).size).toBe(3);
    const again = await new Browser(base).go('/auth/login');
    expect(new URL(again.headers.get('location') as string).searchParams.get('state')).not.toBe(asked.state);
  });

  test('asks who one is although the issuer knows, when one wants to be somebody else', async () => {
    const browser = await signedIn('counsellor.tours');
    const begun = await browser.go('/auth/login?anew=true');
    expect((await browser.follow(begun, '/oidc/sign-in/')).pathname).toMatch(/^\/oidc\/sign-in\//);
  });

  test('sets cookies that no script reads and no other site’s form sends', async () => {
    const browser = await signedIn('counsellor.tours');
    const ours = browser.wasSet.filter(({ name }) => name.startsWith('service-plus-'));
    expect(ours.map(({ name, attributes }) => [name, ...attributes])).toEqual([
      [signInCookie, 'Path=/', 'HttpOnly', 'SameSite=Lax', 'Max-Age=600'],
      [sessionCookie, 'Path=/', 'HttpOnly', 'SameSite=Lax'],
      [signInCookie, 'Path=/', 'HttpOnly', 'SameSite=Lax', 'Max-Age=0'],
    ]);
    expect(browser.cookies.get(sessionCookie)).toMatch(/^[\w-]{43}$/);
  });

  test('by https sets cookies that only this host can set, and never sends them in the clear', async () => {
    const publicUrl = 'https://service-plus.test';
    const app = createApp({ ...deps, publicUrl });
    const begun = await request(app).get('/auth/login').expect(303);
    expect(begun.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-service-plus-sign-in=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=600$/,
      ),
    ]);
    const line = await createSessions({ ...deps, publicUrl }).begin(
      { id: idOf('admin'), displayName: '', role: 'admin', siteId: null, organisation: null, active: true },
      'token',
    );
    const [, pair = ''] =
      /^(__Host-service-plus-session=[\w-]{43}); Path=\/; HttpOnly; SameSite=Lax; Secure$/.exec(line) ?? [];
    await request(app).get('/api/me').set('cookie', pair).expect(200);
    // The same secret under the name that any host may set is none.
    await request(app).get('/api/me').set('cookie', pair.replace('__Host-', '')).expect(401);
  });

  test.each([
    ['the state of another sign-in', 'state', { code: 'OAUTH_INVALID_RESPONSE' }],
    ['a nonce that this browser did not choose', 'nonce', { code: 'OAUTH_JWT_CLAIM_COMPARISON_FAILED' }],
    ['a proof key that this browser does not have', 'code_challenge', { said: 'invalid_grant' }],
  ])('does not succeed with %s', async (_what, parameter, reason) => {
    const browser = new Browser(base);
    const callback = await browser.toCallback('counsellor.tours', '/', (at) =>
      at.searchParams.set(parameter, 'x'.repeat(43)),
    );
    expect(callback.searchParams.get('code')).toBeTruthy();
    const answer = await browser.go(callback.href);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('sign_in_failed');
    expect(w.logged.findLast(({ msg }) => msg === 'A sign-in did not succeed')).toMatchObject(reason);
    expect([...browser.cookies.keys()]).not.toContain(sessionCookie);
  });

  test('does not succeed in another browser than the one it began in', async () => {
    const callback = await new Browser(base).toCallback('counsellor.tours');
    // As somebody would whom a link to the callback was sent: with no sign-in under way, and with their own.
    const other = new Browser(base);
    expect((await other.go(callback.href)).status).toBe(400);
    await other.go('/auth/login');
    expect((await other.go(callback.href)).status).toBe(400);
    expect([...other.cookies.keys()]).not.toContain(sessionCookie);
  });

  test('succeeds once with one code, also for whoever has the cookie of the way', async () => {
    const browser = new Browser(base);
    const callback = await browser.toCallback('counsellor.tours');
    const underWay = browser.cookies.get(signInCookie) as string;
    expect((await browser.go(callback.href)).status).toBe(303);
    const thief = new Browser(base);
    expect((await thief.go(callback.href)).status).toBe(400);
    thief.cookies.set(signInCookie, underWay);
    expect((await thief.go(callback.href)).status).toBe(400);
    expect([...thief.cookies.keys()]).not.toContain(sessionCookie);
  });

  test.each([
    'https://elsewhere.test/',
    '//elsewhere.test',
    '///elsewhere.test',
    '/\\elsewhere.test',
    '\\\\elsewhere.test',
    '/\t/elsewhere.test',
    '/\r\nlocation: https://elsewhere.test',
    'javascript:alert(1)',
    '@elsewhere.test',
    'taches',
    '',
    `/${'é'.repeat(1_000)}`,
  ])('does not lead to another site afterwards: %j', async (returnTo) => {
    const answer = await new Browser(base).go(`/auth/login?returnTo=${encodeURIComponent(returnTo)}`, {
      headers: { accept: 'application/json' },
    });
    expect(await refused(answer)).toEqual([400, 'query_invalid']);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test.each(['/.//elsewhere.test/', '/%2F/elsewhere.test', '/%5Celsewhere.test', '/a/..//elsewhere.test'])(
    'stays on this host with %s',
    async (returnTo) => {
      const back = await new Browser(base).signIn('counsellor.tours', returnTo);
      expect(new URL(back.headers.get('location') as string).origin).toBe(base);
    },
  );

  test('gives a new id: one that somebody put into the browser before is nobody’s', async () => {
    const browser = new Browser(base);
    const planted = 'p'.repeat(43);
    browser.cookies.set(sessionCookie, planted);
    await browser.signIn('counsellor.tours');
    const first = browser.cookies.get(sessionCookie) as string;
    expect(first).not.toBe(planted);
    const attacker = new Browser(base);
    attacker.cookies.set(sessionCookie, planted);
    expect(await me(attacker)).toEqual([401, 'session_expired']);

    // Signing in again ends the session that was there.
    await browser.signIn('counsellor.tours');
    expect(browser.cookies.get(sessionCookie)).not.toBe(first);
    attacker.cookies.set(sessionCookie, first);
    expect(await me(attacker)).toEqual([401, 'session_expired']);
    expect(await me(browser)).toEqual([200, idOf('counsellor.tours')]);
  });

  test('begun under another name of this machine comes back to the name that the issuer knows', async () => {
    const { port } = new URL(base);
    const begun = await fetch(`http://localhost:${port}/auth/login?returnTo=%2Ftaches`, {
      redirect: 'manual',
    });
    expect([begun.status, begun.headers.get('location')]).toEqual([
      303,
      `${base}/auth/login?returnTo=%2Ftaches`,
    ]);
    expect(begun.headers.getSetCookie()).toEqual([]);
    // Any other name may be what a proxy calls us.
    const proxied = await request(handler).get('/auth/login').set('host', 'inside.test');
    expect(proxied.headers.location).toContain('/oidc/auth');
  });

  test('somebody unknown here is told so, on a page from which they can be somebody else', async () => {
    await w.owner.query("update staff set subject = 'gone' where subject = 'counsellor3.blois'");
    const browser = new Browser(base);
    const answer = await browser.signIn('counsellor3.blois');
    const text = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8']);
    expect(text).toContain('demandez à l’administration de vous ajouter');
    expect(text).toContain('href="/auth/login?anew=true"');
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect([...browser.cookies.keys()]).not.toContain(sessionCookie);
  });

  test('what the issuer refuses is told, and nothing of the address is shown', async () => {
    const browser = new Browser(base);
    const begun = await browser.go('/auth/login');
    const state = new URL(begun.headers.get('location') as string).searchParams.get('state');
    const answer = await browser.go(
      `/auth/callback?error=access_denied&error_description=%3Cscript%3E&state=${state}&iss=${encodeURIComponent(deps.oidc.issuer)}`,
    );
    expect(answer.status).toBe(400);
    expect(await answer.text()).not.toContain('<script');
  });

  test('an issuer that does not answer is told from a sign-in that fails, and is asked again', async () => {
    const app = createApp({ ...deps, oidc: { issuer: 'http://127.0.0.1:1/oidc', clientId: 'x' } });
    for (let n = 0; n < 2; n++) {
      const answer = await request(app).get('/auth/login').set('accept', 'application/json');
      expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([
        503,
        'issuer_away',
        '5',
      ]);
    }
  });

  test('in the demonstration as somebody named in the link needs no more', async () => {
    const browser = new Browser(base);
    const begun = await browser.go('/auth/login?hint=counsellor.tours&returnTo=/tasks');
    const asked = new URL(begun.headers.get('location') as string).searchParams;
    expect([asked.get('login_hint'), asked.get('prompt')]).toEqual(['counsellor.tours', 'login']);
    const callback = await browser.follow(begun, '/auth/callback');
    expect((await browser.go(callback.href)).headers.get('location')).toBe(`${base}/tasks`);
    expect(await me(browser)).toEqual([200, idOf('counsellor.tours')]);
  });

  test('as somebody named in the link whom the issuer does not know is asked who one is', async () => {
    const browser = new Browser(base);
    const at = await browser.follow(await browser.go('/auth/login?hint=nobody.tours'), '/oidc/sign-in/');
    expect(await (await browser.go(at.href)).text()).toContain('Qui êtes-vous');
  });

  test.each(['', 'a b', '<script>', 'a'.repeat(101)])(
    'takes no name in the link that is none: %j',
    async (hint) => {
      const answer = await new Browser(base).go(`/auth/login?hint=${encodeURIComponent(hint)}`, {
        headers: { accept: 'application/json' },
      });
      expect(await refused(answer)).toEqual([400, 'query_invalid']);
    },
  );

  test('has a limit to how often it is begun from one place', async () => {
    const app = createApp({ ...deps, oidc: { issuer: 'http://127.0.0.1:1/oidc', clientId: 'x' } });
    const ask = () => request(app).get('/auth/login?returnTo=//x').set('accept', 'application/json');
    let answer = await ask();
    for (let n = 0; n < 300 && answer.status === 400; n++) answer = await ask();
    expect([answer.status, answer.body.code]).toEqual([429, 'too_many_requests']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('signing in at an issuer elsewhere', () => {
  const secret = 'the secret of the application, of 40 characters';
  let elsewhere: IssuerElsewhere;
  let app: Express;
  beforeAll(async () => {
    elsewhere = await createIssuerElsewhere();
    app = createApp({ ...deps, oidc: { issuer: elsewhere.issuer, clientId: 'us', clientSecret: secret } });
  });
  afterAll(() => elsewhere.end());

  /** The whole way with a person who exists; `change` makes the id_token another one. */
  async function comeBack(
    change: (claims: JWTPayload) => Promise<string> | undefined = () => undefined,
    query = '',
  ) {
    const begun = await request(app).get(`/auth/login${query}`).expect(303);
    const asked = new URL(begun.headers.location as string).searchParams;
    const at = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: elsewhere.issuer,
      aud: 'us',
      sub: 'counsellor.tours',
      nonce: asked.get('nonce'),
      iat: at,
      exp: at + 300,
    };
    elsewhere.answer = async () => ({
      status: 200,
      body: {
        access_token: 'not kept',
        token_type: 'Bearer',
        id_token: await (change(claims) ?? elsewhere.sign(claims)),
      },
    });
    return callback(begun, asked);
  }
  const callback = (begun: request.Response, asked: URLSearchParams) =>
    request(app)
      .get(`/auth/callback?code=c&state=${asked.get('state')}`)
      .set({ cookie: pairOf(begun, signInCookie), accept: 'application/json' });
  const pairOf = ({ headers }: request.Response, name: string) =>
    ([headers['set-cookie']].flat().find((line) => line?.startsWith(`${name}=`)) as string).split(
      ';',
    )[0] as string;

  test('shows the application’s secret and the proof key, and signing out stays here when it has no such address', async () => {
    const back = await comeBack();
    expect([back.status, back.headers.location]).toEqual([303, `${base}/`]);
    const form = Object.fromEntries(elsewhere.asked.at(-1) as URLSearchParams);
    expect(form).toEqual({
      client_id: 'us',
      client_secret: secret,
      grant_type: 'authorization_code',
      code: 'c',
      redirect_uri: `${base}/auth/callback`,
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    });
    const cookie = pairOf(back, sessionCookie);
    const { body } = await request(app).get('/auth/session').set({ cookie }).expect(200);
    const headers = { cookie, origin: base, 'x-csrf-token': body.csrfToken };
    const out = await request(app).post('/auth/logout').set(headers).expect(200);
    expect(out.body).toEqual({ location: `${base}/` });
  });

  test('is as whom the issuer says, whoever a link names', async () => {
    const back = await comeBack(undefined, '?hint=admin');
    const { body } = await request(app)
      .get('/api/me')
      .set({ cookie: pairOf(back, sessionCookie) });
    expect(body.id).toBe(idOf('counsellor.tours'));
  });

  test.each<[string, (claims: JWTPayload) => Promise<string>]>([
    [
      'signed by somebody else',
      async (c) => elsewhere.sign(c, { key: (await generateKeyPair('RS256')).privateKey }),
    ],
    [
      'signed with what is no secret of the issuer',
      (c) => elsewhere.sign(c, { alg: 'HS256', key: new TextEncoder().encode(secret) }),
    ],
    ['not signed', async (c) => new UnsecuredJWT(c).encode()],
    ['of another issuer', (c) => elsewhere.sign({ ...c, iss: 'https://elsewhere.test' })],
    ['for another application', (c) => elsewhere.sign({ ...c, aud: 'them' })],
    ['that is over', (c) => elsewhere.sign({ ...c, iat: 1_000, exp: 2_000 })],
    ['without the nonce', ({ nonce: _, ...c }) => elsewhere.sign(c)],
    ['of nobody', ({ sub: _, ...c }) => elsewhere.sign(c)],
  ])('does not succeed with an id_token %s', async (_what, change) => {
    const back = await comeBack(change);
    expect([back.status, back.body.code]).toEqual([400, 'sign_in_failed']);
    expect(back.headers['set-cookie']).toBeUndefined();
  });

  test.each([
    [401, { error: 'invalid_client' }, 500, 'internal'],
    [400, { error: 'invalid_grant' }, 400, 'sign_in_failed'],
    [503, { error: 'temporarily_unavailable' }, 503, 'issuer_away'],
    [502, {}, 503, 'issuer_away'],
  ])('tells what is wrong when the issuer answers %i %j', async (status, body, expected, code) => {
    const begun = await request(app).get('/auth/login').expect(303);
    elsewhere.answer = async () => ({ status, body });
    const back = await callback(begun, new URL(begun.headers.location as string).searchParams);
    expect([back.status, back.body.code]).toEqual([expected, code]);
    if (code === 'internal')
      expect(JSON.stringify(w.logged.slice(-3))).toContain('correct OIDC_CLIENT_ID or OIDC_CLIENT_SECRET');
  });
});

describe('a write by cookie', () => {
  let browser: Browser;
  let ours: Record<string, string>;
  beforeAll(async () => {
    browser = await signedIn('mediator.tours');
    ours = await browser.writeHeaders();
  });

  test('is taken from the application’s own page', async () => {
    expect((await write(browser, ours)).status).toBe(201);
    // Browsers that do not say both say one.
    const { origin: _o, ...byFetchMetadata } = ours;
    const { 'sec-fetch-site': _s, ...byOrigin } = ours;
    expect((await write(browser, byFetchMetadata)).status).toBe(201);
    expect((await write(browser, byOrigin)).status).toBe(201);
  });

  test('without its token, with a wrong one or another session’s, is refused', async () => {
    const { 'x-csrf-token': token = '', ...rest } = ours;
    const other = (await (await signedIn('mediator.tours')).writeHeaders())['x-csrf-token'] as string;
    expect(other).not.toBe(token);
    for (const wrong of [
      undefined,
      '',
      'x',
      'x'.repeat(43),
      `${token}x`,
      other,
      browser.cookies.get(sessionCookie),
    ])
      expect(
        await refused(
          await write(browser, { ...rest, ...(wrong !== undefined && { 'x-csrf-token': wrong }) }),
        ),
      ).toEqual([403, 'csrf_token_invalid']);
  });

  test('from another site, or from nobody knows where, is refused with the right token too', async () => {
    const { origin: _o, 'sec-fetch-site': _s, ...token } = ours;
    const elsewhere: Record<string, string>[] = [
      {},
      { origin: 'https://elsewhere.test' },
      { origin: 'null' },
      { origin: `${base}.elsewhere.test` },
      { origin: base.replace('http:', 'https:') },
      { origin: base, 'sec-fetch-site': 'cross-site' },
      { origin: base, 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://elsewhere.test', 'sec-fetch-site': 'same-origin' },
    ];
    for (const from of elsewhere)
      expect([from, await refused(await write(browser, { ...token, ...from }))]).toEqual([
        from,
        [403, 'origin_refused'],
      ]);
  });

  test('is refused on every route that writes, when it does not come from our page', async () => {
    for (const route of routes.filter(isWrite)) {
      const url = `/api${route.path.replaceAll(/\{\w+\}/g, randomUUID())}`;
      const answer = await browser.go(url, { method: route.method.toUpperCase() });
      expect([route.path, await refused(answer)]).toEqual([route.path, [403, 'origin_refused']]);
    }
  });

  test('changes nothing when it is refused', async () => {
    const since = async () => (await json(await browser.go('/api/me/calendar'))).since;
    await browser.go('/api/me/calendar', { method: 'DELETE', headers: ours });
    expect(await since()).toBeNull();
    expect((await write(browser, {})).status).toBe(403);
    expect(await since()).toBeNull();
    expect((await write(browser, ours)).status).toBe(201);
    expect(await since()).toEqual(expect.any(String));
  });

  test('is not asked for any of it when it comes with a bearer token, whose cookie does not count', async () => {
    const identity = createIdentity({
      issuer: 'http://issuer.test/oidc',
      audience: 'service-plus',
      pool: w.deps.api,
      keys: w.keys,
    });
    const app = createApp({ ...deps, identity });
    const token = await w.tokenOf('coordinator.tours');
    const cookie = `${sessionCookie}=${browser.cookies.get(sessionCookie)}`;
    const answer = await request(app)
      .post('/api/me/calendar')
      .set({ cookie, authorization: `Bearer ${token}` });
    expect(answer.status).toBe(201);
    const who = await request(app)
      .get('/api/me')
      .set({ cookie, authorization: `Bearer ${token}` });
    expect(who.body.id).toBe(idOf('coordinator.tours'));
    const wrong = await request(app).get('/api/me').set({ cookie, authorization: 'Bearer x' });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'token_invalid']);
  });
});

describe('a session', () => {
  test('ends an hour after its last use, and looking at it is no use', async () => {
    const browser = await signedIn('counsellor.tours');
    later = minutes(50);
    expect((await me(browser))[0]).toBe(200);
    later = minutes(105);
    expect((await me(browser))[0]).toBe(200);
    for (const at of [120, 140, 160]) {
      later = minutes(at);
      expect((await browser.go('/auth/session')).status).toBe(200);
    }
    later = minutes(166);
    expect(await refused(await browser.go('/auth/session'))).toEqual([401, 'session_expired']);
    expect(await me(browser)).toEqual([401, 'session_expired']);
  });

  test('ends ten hours after it began, however much it is used', async () => {
    const browser = await signedIn('counsellor.tours');
    for (let at = 55; at < 600; at += 55) {
      later = minutes(at);
      expect([at, (await me(browser))[0]]).toEqual([at, 200]);
    }
    const { idleAt, expiresAt } = await json(await browser.go('/auth/session'));
    expect(idleAt).toBe(expiresAt);
    later = minutes(600);
    expect(await me(browser)).toEqual([401, 'session_expired']);
    // What is over is cleared away when somebody signs in.
    later = minutes(601);
    await signedIn('admin');
    const { rows } = await w.owner.query('select expires_at as "expiresAt" from sessions');
    expect(rows.length).toBeGreaterThan(0);
    for (const { expiresAt } of rows) expect(expiresAt.getTime()).toBeGreaterThan(deps.now().getTime());
  });

  test('is over when one signs out, here and at the issuer', async () => {
    const browser = await signedIn('counsellor.tours');
    const stolen = new Browser(base);
    stolen.cookies.set(sessionCookie, browser.cookies.get(sessionCookie) as string);
    // A page of another site signs nobody out.
    expect(await refused(await browser.go('/auth/logout', { method: 'POST' }))).toEqual([
      403,
      'origin_refused',
    ]);
    expect((await me(browser))[0]).toBe(200);

    const headers = await browser.writeHeaders();
    const answer = await browser.go('/auth/logout', { method: 'POST', headers });
    expect(answer.status).toBe(200);
    const { location } = await json(answer);
    const at = new URL(location as never);
    expect([at.origin + at.pathname, at.searchParams.get('post_logout_redirect_uri')]).toEqual([
      `${base}/oidc/session/end`,
      `${base}/`,
    ]);
    expect(decodeJwt(at.searchParams.get('id_token_hint') as string).sub).toBe('counsellor.tours');
    expect(browser.cookies.has(sessionCookie)).toBe(false);
    expect(await me(browser)).toEqual([401, 'token_missing']);
    expect(await me(stolen)).toEqual([401, 'session_expired']);

    // At the issuer: one button, then back, and it asks again who one is.
    const page = await (await browser.go(at.href)).text();
    expect(page).toContain('Se déconnecter');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] as string;
    const ended = await browser.go('/oidc/session/end/confirm', { form: { xsrf, logout: 'yes' } });
    expect(ended.headers.get('location')).toBe(`${base}/`);
    expect((await browser.follow(await browser.go('/auth/login'), '/oidc/sign-in/')).pathname).toBeTruthy();

    // Whose sign-in there is over already is led through: the one script of that page is let run.
    const over = await new Browser(base).go(at.href);
    expect(over.headers.get('content-security-policy')).toMatch(/script-src 'sha256-/);

    // Again, as a double click does: nothing to end, and no error.
    const twice = await browser.go('/auth/logout', { method: 'POST' });
    expect([twice.status, await json(twice)]).toEqual([200, { location: `${base}/` }]);
  });

  test('ends for somebody whose access ends, in every browser, and does not come back with it', async () => {
    const browsers = [await signedIn('counsellor2.roanne'), await signedIn('counsellor2.roanne')];
    const active = (is: boolean) =>
      w.owner.query("update staff set active = $1 where subject = 'counsellor2.roanne'", [is]);
    for (const browser of browsers) expect((await me(browser))[0]).toBe(200);
    await active(false);
    for (const browser of browsers) expect(await me(browser)).toEqual([401, 'session_expired']);
    const again = await new Browser(base).signIn('counsellor2.roanne');
    expect([again.status, await again.text()]).toEqual([403, expect.stringContaining('inactive_person')]);
    await active(true);
    for (const browser of browsers) expect(await me(browser)).toEqual([401, 'session_expired']);
    expect((await me(await signedIn('counsellor2.roanne')))[0]).toBe(200);
  });

  test('ends for somebody who is given another sign-in', async () => {
    const browser = await signedIn('counsellor3.limousin');
    await w.owner.query("update staff set subject = 'other' where subject = 'counsellor3.limousin'");
    expect(await me(browser)).toEqual([401, 'session_expired']);
  });

  test('has the role and site that the person has now', async () => {
    const browser = await signedIn('counsellor2.limousin');
    await w.owner.query(
      "update staff set role = 'mediator', site_id = 'ain' where subject = 'counsellor2.limousin'",
    );
    expect(await json(await browser.go('/api/me'))).toMatchObject({ role: 'mediator', siteId: 'ain' });
  });

  test('is stored and logged as nothing that would open it', async () => {
    const browser = new Browser(base);
    const callback = await browser.toCallback('evaluator');
    const way = browser.cookies.get(signInCookie) as string;
    await browser.go(callback.href);
    const csrf = (await browser.writeHeaders())['x-csrf-token'] as string;
    const id = browser.cookies.get(sessionCookie) as string;
    await me(browser);
    const secrets = [id, csrf, way, way.split('.')[0] as string, callback.searchParams.get('code') as string];
    const logged = JSON.stringify(w.logged);
    expect(logged).toContain('"route":"/auth/callback"');
    const { rows } = await w.owner.query('select * from sessions');
    const stored = rows.flatMap((row) =>
      Object.values(row).flatMap((v) =>
        Buffer.isBuffer(v) ? [v.toString('latin1'), v.toString('base64url')] : [String(v)],
      ),
    );
    for (const secret of secrets) {
      expect(logged).not.toContain(secret);
      expect(stored.filter((text) => text.includes(secret))).toEqual([]);
    }
    // Nor does the table tell the issuer's token.
    expect(stored.filter((text) => text.includes('eyJ'))).toEqual([]);
    expect((await request(handler).get('/metrics')).text).not.toContain(id);
  });

  test('is nothing the API’s own role can list, change or make up', async () => {
    const api = apiPool(w.databaseUrl, { name: 'test' });
    for (const sql of [
      'select * from sessions',
      'update sessions set revoked_at = null',
      'delete from sessions',
      "insert into sessions select '\\x00', id, subject, now(), now(), now() from staff",
    ])
      await expect(api.query(sql)).rejects.toMatchObject({ code: '42501' });
    await api.end();
  });

  test('goes on while the database is away, until it would have ended', async () => {
    const way = new Cut();
    const api = apiPool(await way.through(w.databaseUrl), { name: 'cut' });
    const sessions = createSessions({ ...deps, api });
    const browser = await signedIn('counsellor.tours');
    const headers = { cookie: `${sessionCookie}=${browser.cookies.get(sessionCookie)}` };
    const other = {
      cookie: `${sessionCookie}=${(await signedIn('counsellor.tours')).cookies.get(sessionCookie)}`,
    };
    await sessions.of(headers);
    await way.cut();
    expect((await sessions.of(headers)).person.id).toBe(idOf('counsellor.tours'));
    await expect(sessions.of(other)).rejects.toMatchObject({ code: 'database_away', status: 503 });
    later = minutes(61);
    await expect(sessions.of(headers)).rejects.toMatchObject({ status: 503 });
    await api.end();
  });

  test('of a cookie that is none is no question to the database', async () => {
    for (const value of ['', 'a', "'or 1=1", 'a'.repeat(44)]) {
      const browser = new Browser(base);
      browser.cookies.set(sessionCookie, value);
      expect([value, await me(browser)]).toEqual([value, [401, 'token_missing']]);
    }
  });
});
