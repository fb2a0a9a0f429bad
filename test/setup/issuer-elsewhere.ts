/** An OpenID Connect issuer that answers what a test has it answer: also what no honest one would. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

type Key = Parameters<SignJWT['sign']>[0];

export interface IssuerElsewhere {
  readonly issuer: string;
  /** The forms that its token endpoint was sent. */
  readonly asked: URLSearchParams[];
  /** What the token endpoint answers next, until it is set anew. */
  answer: (form: URLSearchParams) => Promise<{ status: number; body: object }>;
  /** An id_token, by default with its own key. */
  sign(claims: JWTPayload, options?: { alg?: string; key?: Key }): Promise<string>;
  end(): Promise<void>;
}

export async function createIssuerElsewhere(): Promise<IssuerElsewhere> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
  const server = http.createServer(async (req, res) => {
    const json = (status: number, body: object) => {
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (req.url === '/.well-known/openid-configuration') {
      json(200, {
        issuer: it.issuer,
        authorization_endpoint: `${it.issuer}/authorise`,
        token_endpoint: `${it.issuer}/token`,
        jwks_uri: `${it.issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    } else if (req.url === '/jwks') json(200, { keys: [jwk] });
    else {
      let text = '';
      for await (const piece of req) text += piece;
      const form = new URLSearchParams(text);
      it.asked.push(form);
      const { status, body } = await it.answer(form);
      json(status, body);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const it: IssuerElsewhere = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer: async () => ({ status: 500, body: {} }),
    sign: (claims, { alg = 'RS256', key = privateKey } = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid: 'k' }).sign(key),
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return it;
}
