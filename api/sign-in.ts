/**
 * Signing in and out by browser: OpenID Connect's authorisation code with PKCE, state and nonce; in the end the browser
 * has a session (api/sessions.ts). The issuer's access token is not kept: nothing is asked of the issuer afterwards.
 */
import express, { type RequestHandler, type Router } from 'express';
import * as openid from 'openid-client';
import * as z from 'zod';
import { staffBySubject } from '../db/staff';
import { callbackPath } from './demo-client';
import { type GuessLimit, limited } from './limits';
import { checked, languageOf, Problem } from './problems';
import type { Deps } from './routing';
import { browserCookie, derived, newSecret, type Sessions } from './sessions';

/** How long one may take at the issuer. */
const SIGN_IN_SECONDS = 600;
const ISSUER_SECONDS = 5;
/** It travels in a cookie, and browsers drop one of more than 4,096 bytes. */
const LONGEST_RETURN_BYTES = 2_000;

/** Counted by where they come from: an office has one address, at nine o'clock too. */
const SIGN_INS_PER_MINUTE = 240;

const loginQuery = z.strictObject({
  returnTo: z.string().optional(),
  anew: z.literal('true').optional(),
  hint: z
    .string()
    .regex(/^[\w.@+-]{1,100}$/)
    .optional(),
});

/**
 * The routes of /auth, which browsers go through:
 * - `GET /auth/login?returnTo=/path` begins at the issuer; with `anew=true` it asks who one is even if it knows, with
 *   `hint=person` it is told who (`login_hint`): the demonstration's issuer believes it
 * - `GET /auth/callback` comes back from there, with a session
 * - `GET /auth/session` says who is signed in, until when, and the CSRF token of writes
 * - `POST /auth/logout` ends the session and says where to go on: the issuer, which ends its own
 */
export function signInRoutes(
  { api, log, oidc, publicUrl }: Pick<Deps, 'api' | 'log' | 'oidc' | 'publicUrl'>,
  sessions: Sessions,
  guesses: GuessLimit,
): Router {
  // What a sign-in needs on its way is in the browser, or made from what is there; nothing is stored for who never comes back.
  const underWay = browserCookie('sign-in', publicUrl, /^[\w-]{43}\.[\w-]{1,2700}$/);
  const client = openidClient(oidc);
  const router = express.Router();

  router.use('/auth', (req, res, next) => {
    res.setHeader('cache-control', 'no-store');
    // For the log, and without the query, in which the code comes.
    const path = `/auth${req.path}`;
    if (router.stack.some(({ route }) => route?.path === path)) res.locals.route = path;
    next();
  });
  const page: RequestHandler = (_req, res, next) => {
    res.locals.failsAsPage = true;
    next();
  };

  router.get('/auth/login', page, limited(SIGN_INS_PER_MINUTE), async (req, res) => {
    const { returnTo = '/', anew, hint } = checked(loginQuery, req.query, languageOf(req), 'query_invalid');
    localUrl(returnTo, publicUrl);
    if (isOtherNameOf(publicUrl, req.headers.host))
      return res.redirect(303, `${publicUrl}${req.originalUrl}`);
    const configuration = await client();
    const secret = newSecret();
    const { state, nonce, verifier } = secretsOf(secret);
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri: `${publicUrl}${callbackPath}`,
      scope: 'openid',
      state,
      nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...((anew || hint) && { prompt: 'login' }),
      ...(hint && { login_hint: hint }),
    });
    const packed = Buffer.from(returnTo).toString('base64url');
    res.append('set-cookie', underWay.set(`${secret}.${packed}`, SIGN_IN_SECONDS));
    res.redirect(303, url.href);
  });

  router.get(callbackPath, page, limited(SIGN_INS_PER_MINUTE), async (req, res) => {
    const [secret = '', packed = ''] = underWay.of(req.headers)?.split('.') ?? [];
    if (!secret) throw new Problem('sign_in_failed');
    const { state, nonce, verifier } = secretsOf(secret);
    const configuration = await client();
    const answer = new URL(`${publicUrl}${callbackPath}`);
    answer.search = new URL(req.originalUrl, publicUrl).search;
    const tokens = await openid
      .authorizationCodeGrant(configuration, answer, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      })
      .catch((error: unknown) => {
        const problem = problemOf(error);
        const { code, error: reason } = error as { code?: string; error?: string };
        // What came by the address is anybody's words; what the token endpoint says is a code.
        const said = error instanceof openid.ResponseBodyError ? reason : undefined;
        log.warn({ requestId: res.locals.trace, code, said }, 'A sign-in did not succeed');
        throw problem;
      });
    const person = await staffBySubject(api, tokens.claims()?.sub as string);
    if (!person) throw new Problem('unknown_person');
    res.locals.actor = person;
    // Who was signed in with this browser is not any more, and nobody knows the new id beforehand.
    await sessions.end(req.headers);
    const cookie = await sessions.begin(person, tokens.id_token as string);
    res.append('set-cookie', cookie);
    res.append('set-cookie', underWay.none);
    res.redirect(303, localUrl(Buffer.from(packed, 'base64url').toString(), publicUrl));
  });

  router.get('/auth/session', async (req, res) => {
    // Asked by pages that wait: it is no use of the session.
    const harmless = !sessions.isIn(req.headers) || sessions.knows(req.headers);
    const { person, expiresAt, idleAt } = await guesses.hold(req, harmless, () =>
      sessions.of(req.headers, { touch: false }),
    );
    res.locals.actor = person;
    const { active: _, ...shown } = person;
    res.json({ person: shown, expiresAt, idleAt, csrfToken: sessions.csrfTokenOf(req.headers) });
  });

  router.post('/auth/logout', async (req, res) => {
    if (sessions.isIn(req.headers)) sessions.refuseForged(req.headers);
    const idToken = await sessions.end(req.headers);
    res.append('set-cookie', sessions.noCookie);
    res.json({ location: (idToken && (await endAtIssuer(idToken))) || `${publicUrl}/` });
  });

  /** Null: the issuer has no such address, or does not answer; here one is signed out all the same. */
  async function endAtIssuer(idToken: string): Promise<string | null> {
    const configuration = await client().catch(() => null);
    if (!configuration?.serverMetadata().end_session_endpoint) return null;
    return openid.buildEndSessionUrl(configuration, {
      id_token_hint: idToken,
      post_logout_redirect_uri: `${publicUrl}/`,
    }).href;
  }

  return router;
}

function secretsOf(secret: string) {
  const made = (purpose: string) => derived(secret, purpose).toString('base64url');
  return { state: made('state'), nonce: made('nonce'), verifier: made('code_verifier') };
}

/** Of this machine, as `localhost` is of 127.0.0.1: its cookies would not be there when the issuer sends us back. */
function isOtherNameOf(publicUrl: string, host = ''): boolean {
  const { hostname, port } = new URL(publicUrl);
  const [, name = '', itsPort = ''] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  const loopback = ['localhost', '127.0.0.1', '[::1]'];
  return name !== hostname && itsPort === port && loopback.includes(name) && loopback.includes(hostname);
}

/**
 * @returns the whole address: what stands before a path's second slash must never be taken for a host
 * @throws Problem query_invalid when it is not a path of this application
 */
function localUrl(returnTo: string, publicUrl: string): string {
  const home = new URL(publicUrl);
  const isPath =
    /^\/(?![/\\])[^\p{Cc}\\]*$/u.test(returnTo) &&
    Buffer.byteLength(returnTo) <= LONGEST_RETURN_BYTES &&
    URL.canParse(returnTo, publicUrl);
  const url = isPath ? new URL(returnTo, home) : null;
  if (url?.origin === home.origin) return url.href;
  throw new Problem('query_invalid', {
    detail: {
      fr: 'returnTo : attendu un chemin de cette application, par exemple /taches',
      en: 'returnTo: expected a path of this application, such as /tasks',
    },
  });
}

/** The issuer, found by its discovery document at the first sign-in: it may start after us. */
function openidClient({ issuer, clientId, clientSecret }: Deps['oidc']): () => Promise<openid.Configuration> {
  let found: Promise<openid.Configuration> | undefined;
  const discover = () =>
    openid.discovery(
      new URL(issuer),
      clientId,
      { [openid.clockTolerance]: 5 },
      clientSecret === undefined ? openid.None() : openid.ClientSecretPost(clientSecret),
      {
        timeout: ISSUER_SECONDS,
        execute: [
          // The id_token's signature is checked although it comes from the issuer itself.
          openid.enableNonRepudiationChecks,
          // On one machine, and in networks of one's own.
          ...(issuer.startsWith('http:') ? [openid.allowInsecureRequests] : []),
        ],
      },
    );
  return () => {
    found ??= discover().catch((cause: unknown) => {
      found = undefined;
      throw issuerAway(cause);
    });
    return found;
  };
}

const issuerAway = (cause: unknown) => new Problem('issuer_away', { headers: { 'retry-after': '5' }, cause });

/** What the issuer or the address said, told apart: it is away, it does not know us, or this sign-in is not one. */
function problemOf(error: unknown): Problem {
  const { code, error: said } = error as { code?: string; error?: string };
  if (said === 'server_error' || said === 'temporarily_unavailable') return issuerAway(error);
  const refused = said === 'invalid_client' || said === 'unauthorized_client';
  if (
    error instanceof openid.WWWAuthenticateChallengeError ||
    (error instanceof openid.ResponseBodyError && refused)
  ) {
    const cause = new Error(
      'The issuer refuses this application: correct OIDC_CLIENT_ID or OIDC_CLIENT_SECRET',
    );
    return new Problem('internal', { cause });
  }
  const silent = ['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON'];
  if (error instanceof TypeError || silent.includes(code ?? '')) return issuerAway(error);
  return new Problem('sign_in_failed', { cause: error });
}
