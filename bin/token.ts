/** `npm run token -- PERSON`: signs a demonstration person in at the running server and prints the access token. */
import { createHash, randomBytes } from 'node:crypto';
import { callbackPath, clientId } from '../api/demo-client';
import { loadConfig } from '../config/config';
import { demonstrationPeople } from '../db/seed';

/** Keeps the cookies of one sign-in. */
class Browser {
  private readonly cookies = new Map<string, string>();

  constructor(private readonly base: string) {}

  async go(url: string, form?: Record<string, string>): Promise<Response> {
    const response = await fetch(new URL(url, this.base), {
      redirect: 'manual',
      headers: { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    }).catch((error: Error) => {
      const { cause } = error as { cause?: { code?: string } };
      throw new Error(
        `Nothing answers at ${this.base} (${cause?.code ?? error.message}): start it with npm start, or set PUBLIC_URL or PORT as the server has them.`,
      );
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) as unknown as [string, string, string];
      this.cookies.set(name, value);
    }
    return response;
  }

  /** Follows redirects until one leads to `until`. */
  async follow(start: Response, until: string): Promise<URL> {
    let response = start;
    for (let step = 0; step < 10; step++) {
      const location = response.headers.get('location');
      if (!location) break;
      const url = new URL(location, this.base);
      if (url.pathname.startsWith(until)) return url;
      response = await this.go(url.href);
    }
    throw new Error(
      `The sign-in of ${this.base} did not go on (status ${response.status}): is it the embedded one (OIDC_ISSUER unset)?`,
    );
  }
}

/**
 * Walks the authorisation code flow with PKCE as a browser would.
 * @param base where the server answers, as it calls itself (PUBLIC_URL)
 * @returns the access token
 * @throws Error of one sentence
 */
export async function tokenOf(person: string, base: string): Promise<string> {
  const people = demonstrationPeople().map((p) => p.subject);
  if (!people.includes(person)) {
    throw new Error(`${person ? `There is no ${person}` : 'Say who'}: choose one of ${people.join(', ')}.`);
  }
  const browser = new Browser(base);
  const verifier = randomBytes(32).toString('base64url');
  const redirectUri = `${base}${callbackPath}`;
  const asked = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile',
    state: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const page = await browser.follow(await browser.go(`/oidc/auth?${asked}`), '/oidc/sign-in/');
  const signedIn = await browser.go(page.pathname, { person });
  const back = await browser.follow(signedIn, callbackPath);
  const code = back.searchParams.get('code');
  if (!code) throw new Error(`The sign-in was refused: ${back.searchParams.get('error_description')}.`);
  const response = await browser.go('/oidc/token', {
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
  const answer = (await response.json()) as { access_token?: string; error_description?: string };
  if (!answer.access_token) throw new Error(`The sign-in gave no token: ${answer.error_description}.`);
  return answer.access_token;
}

if (require.main === module) {
  const { PUBLIC_URL, PORT, OIDC_ISSUER } = loadConfig(process.env);
  const base = (PUBLIC_URL ?? `http://127.0.0.1:${PORT}`).replace(/\/$/, '');
  Promise.resolve()
    .then(() => {
      if (OIDC_ISSUER)
        throw new Error(
          `Sign in at ${OIDC_ISSUER}: demonstration people exist only while OIDC_ISSUER is unset.`,
        );
      return tokenOf(process.argv[2] ?? '', base);
    })
    .then(
      (token) => console.log(token),
      (error: Error) => {
        console.error(error.message);
        process.exitCode = 1;
      },
    );
}
