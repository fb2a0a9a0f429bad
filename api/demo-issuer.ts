/**
 * The demonstration's OpenID Connect issuer: real authorisation code with PKCE, and a sign-in page where one picks who
 * one is. Only when no OIDC_ISSUER is set, never in production.
 */
import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import express, { type Express, type Router } from 'express';
import helmet from 'helmet';
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';
import { demonstrationPeople, siteNames } from '../db/seed';
import { callbackPath, clientId } from './demo-client';

const mount = '/oidc';
/** A working day. */
const TOKEN_SECONDS = 8 * 3600;

export interface DemoIssuer {
  /** `iss` of its tokens. */
  readonly issuer: string;
  /** Its own keys, so that nobody has to ask it by HTTP. */
  readonly keys: JWTVerifyGetKey;
  mountOn(app: Express): void;
}

/** Keys and cookies' secret, kept so that a sign-in outlives a restart. */
interface Secrets {
  readonly jwks: { keys: JsonWebKey[] };
  readonly cookies: string[];
}

/**
 * @param publicUrl where browsers reach the API, without a slash at its end
 * @param dataDir keeps its keys, readable to this user only
 * @throws Error in production
 */
export function createDemoIssuer(options: {
  publicUrl: string;
  audience: string;
  dataDir: string;
}): DemoIssuer {
  if (process.env.NODE_ENV === 'production') {
    throw new Error(
      'The demonstration’s sign-in lets anybody in and NODE_ENV is production: set OIDC_ISSUER to your OpenID Connect issuer.',
    );
  }
  const { publicUrl, audience, dataDir } = options;
  const issuer = `${publicUrl}${mount}`;
  const secrets = loadSecrets(dataDir);
  const people = demonstrationPeople();

  const configuration: Configuration = {
    jwks: secrets.jwks as Configuration['jwks'],
    cookies: { keys: secrets.cookies },
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: [`${publicUrl}${callbackPath}`],
        post_logout_redirect_uris: [`${publicUrl}/`],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['name'] },
    findAccount: (_, sub) => {
      const person = people.find((p) => p.subject === sub);
      return person && { accountId: sub, claims: async () => ({ sub, name: person.displayName }) };
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(ctx, form) {
          ctx.body = signOutPage(form);
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource(audience),
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: TOKEN_SECONDS,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    ttl: {
      Interaction: 3600,
      Session: TOKEN_SECONDS,
      Grant: TOKEN_SECONDS,
      AccessToken: TOKEN_SECONDS,
      IdToken: 3600,
    },
    interactions: { url: (_, interaction) => `${mount}/sign-in/${interaction.uid}` },
    renderError(ctx, { error, error_description: description = '' }) {
      ctx.type = 'html';
      ctx.body = page(
        `<h1>Connexion refusée</h1>\n<p lang="en">${escapeHtml(error)}: ${escapeHtml(description)}</p>`,
      );
    },
    // The application is ours: nobody is asked whether it may know who they are.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId,
        accountId: oidc.session?.accountId,
      });
      grant.addOIDCScope('openid profile');
      grant.addResourceScope(resource(audience), '');
      await grant.save();
      return grant;
    },
  };
  const provider = new Provider(issuer, configuration);
  provider.proxy = true;

  return {
    issuer,
    keys: createLocalJWKSet({ keys: secrets.jwks.keys.map(publicPart) } as unknown as JSONWebKeySet),
    mountOn(app) {
      app.use(mount, signInPages(provider), provider.callback());
    },
  };
}

/** Resource indicators are URIs (RFC 8707); the audience in the token is the plain name. */
const resource = (audience: string) => `urn:${audience}:api`;

function signInPages(provider: Provider): Router {
  const router = express.Router();
  // The form's redirect goes back to the application, which a developer may serve on another local port.
  router.use(
    helmet.contentSecurityPolicy({
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'style-src': ["'unsafe-inline'"],
        // None of ours; the library adds the hash of the one that ends a session nobody has any more.
        'script-src': [],
        'form-action': ["'self'", 'http://127.0.0.1:*', 'http://localhost:*'],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
      },
    }),
  );
  router.get('/sign-in/:uid', async (req, res) => {
    const details = await provider.interactionDetails(req, res).catch(() => null);
    const person = demonstrationPeople().find((p) => p.subject === details?.params.login_hint);
    if (!details) res.status(400).type('html').send(expiredPage);
    else if (person) await provider.interactionFinished(req, res, { login: { accountId: person.subject } });
    else res.type('html').send(signInPage(details.uid));
  });
  router.post('/sign-in/:uid', express.urlencoded({ extended: false, limit: '1kb' }), async (req, res) => {
    const person = demonstrationPeople().find((p) => p.subject === req.body?.person);
    const details = person && (await provider.interactionDetails(req, res).catch(() => null));
    if (!details) {
      res.status(400).type('html').send(expiredPage);
      return;
    }
    await provider.interactionFinished(req, res, { login: { accountId: person.subject } });
  });
  return router;
}

const page = (body: string) => `<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Connexion de démonstration – service-plus</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #161616; background: #fff }
fieldset { border: 1px solid #929292; margin: 0 0 1rem; padding: .5rem 1rem 1rem }
legend { font-weight: bold }
button { font: inherit; margin: .25rem .25rem 0 0; padding: .5rem .75rem; color: #000091; background: #fff; border: 1px solid #000091; cursor: pointer }
button:hover { background: #e3e3fd }
button:focus-visible { outline: 3px solid #0a76f6; outline-offset: 2px }
</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;

const expiredPage = page(
  '<h1>Connexion expirée</h1>\n<p>Revenez à l’application et connectez-vous à nouveau.</p>\n<p lang="en">The sign-in has expired: go back to the application and sign in again.</p>',
);

/** @param form the library's, which ends the session when it is sent with `logout` */
const signOutPage = (form: string) =>
  page(`<h1>Déconnexion</h1>
<p>Vous êtes déconnecté de l’application. Il reste à quitter la connexion de démonstration.</p>
<p lang="en">You are signed out of the application; leave the demonstration’s sign-in too.</p>
${form}
<button form="op.logoutForm" name="logout" value="yes" autofocus>Se déconnecter · <span lang="en">Sign out</span></button>`);

function signInPage(uid: string): string {
  const people = demonstrationPeople();
  const groups = [...new Set(people.map((p) => p.siteId))];
  const fieldsets = groups.map((siteId) => {
    const buttons = people
      .filter((p) => p.siteId === siteId)
      .map(
        (p) =>
          `<button name="person" value="${p.subject}">${escapeHtml(p.displayName)} (${p.subject})</button>`,
      );
    return `<fieldset>\n<legend>${escapeHtml(siteId ? (siteNames[siteId] ?? siteId) : 'National')}</legend>\n${buttons.join('\n')}\n</fieldset>`;
  });
  return page(`<h1>Connexion de démonstration</h1>
<p>Qui êtes-vous ? Ces personnes n’existent pas.</p>
<p lang="en">Demonstration sign-in: who are you? These people do not exist.</p>
<form method="post" action="${mount}/sign-in/${encodeURIComponent(uid)}">
${fieldsets.join('\n')}
</form>`);
}

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function publicPart({ d: _, ...key }: JsonWebKey): JsonWebKey {
  return key;
}

function secretsFile(dataDir: string): string {
  return path.join(dataDir, 'demonstration-issuer.json');
}

function loadSecrets(dataDir: string): Secrets {
  const file = secretsFile(dataDir);
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new Error(
        `The demonstration’s keys in ${file} cannot be read: remove the file to make new ones.`,
        { cause: error },
      );
    }
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomBytes(8).toString('hex');
  const secrets: Secrets = {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }] },
    cookies: [randomBytes(32).toString('base64url')],
  };
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // Another process was quicker.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return loadSecrets(dataDir);
    throw error;
  }
  return secrets;
}
