/** Who asks: a bearer JWT of the OpenID issuer, and the person of `staff` that its `sub` names. */
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Pool } from 'pg';
import { isAway } from '../db/away';
import { type StaffPerson, staffBySubject } from '../db/staff';
import { Problem } from './problems';
import { Recent } from './remembered';

export type Person = StaffPerson;

export interface Identity {
  /**
   * @param authorization the request's header
   * @throws Problem token_missing, token_expired, token_invalid, unknown_person, inactive_person, issuer_away,
   * database_away
   */
  personOf(authorization: string | undefined): Promise<Person>;
  /** Whether the header's token was found to be good lately. */
  knows(authorization: string | undefined): boolean;
}

/** Symmetric algorithms are not taken: whoever checks such a token could make one. */
const algorithms = ['ES256', 'PS256', 'RS256', 'EdDSA'];

/** How long a token that was verified is not verified again: as long as the keys are trusted without asking. */
const VERIFIED_MS = 60_000;

/** How long what `staff` said is trusted, and how long it is when the database is away. */
const FRESH_MS = 10_000;
const WHILE_AWAY_MS = 3_600_000;

/**
 * @param issuer exactly as the tokens' `iss`
 * @param keys the issuer's keys; default: those it publishes
 */
export function createIdentity(options: {
  issuer: string;
  audience: string;
  pool: Pool;
  keys?: JWTVerifyGetKey;
}): Identity {
  const { issuer, audience, pool } = options;
  const keys = options.keys ?? publishedKeys(issuer);
  const known = new Recent<string, Person | null>(5_000);
  const verified = new Recent<string, { subject: string; expires: number }>(5_000);

  function verifiedBefore(token: string): string | undefined {
    const before = verified.get(token, VERIFIED_MS);
    return before && Date.now() / 1000 < before.expires ? before.subject : undefined;
  }

  async function subjectOf(authorization: string | undefined): Promise<string> {
    const token = tokenIn(authorization);
    if (!token) throw unauthorised('token_missing');
    const before = verifiedBefore(token);
    if (before !== undefined) return before;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms,
        requiredClaims: ['sub', 'exp'],
        clockTolerance: 5,
      });
      verified.set(token, { subject: payload.sub as string, expires: payload.exp as number });
      return payload.sub as string;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw unauthorised('token_expired');
      if (error instanceof errors.JWKSTimeout || error instanceof IssuerAway) {
        throw new Problem('issuer_away', { headers: { 'retry-after': '5' }, cause: error });
      }
      if (error instanceof errors.JOSEError) throw unauthorised('token_invalid', error);
      throw new Problem('issuer_away', { headers: { 'retry-after': '5' }, cause: error });
    }
  }

  async function staffOf(subject: string): Promise<Person | null> {
    const fresh = known.get(subject, FRESH_MS);
    if (fresh) return fresh;
    try {
      const person = await staffBySubject(pool, subject);
      known.set(subject, person);
      return person;
    } catch (error) {
      if (!isAway(error)) throw error;
      const before = known.get(subject, WHILE_AWAY_MS);
      if (before) return before;
      throw new Problem('database_away', { headers: { 'retry-after': '5' }, cause: error });
    }
  }

  return {
    knows(authorization) {
      const token = tokenIn(authorization);
      return token !== undefined && verifiedBefore(token) !== undefined;
    },

    async personOf(authorization) {
      const person = await staffOf(await subjectOf(authorization));
      if (!person) throw new Problem('unknown_person');
      if (!person.active) throw new Problem('inactive_person');
      return person;
    },
  };
}

const tokenIn = (authorization = ''): string | undefined => /^Bearer +(\S+) *$/i.exec(authorization)?.[1];

function unauthorised(code: 'token_missing' | 'token_expired' | 'token_invalid', cause?: unknown): Problem {
  // RFC 6750, 3: without a token, no error code.
  const error = code === 'token_missing' ? '' : `, error="invalid_token", error_description="${code}"`;
  return new Problem(code, { headers: { 'www-authenticate': `Bearer realm="service-plus"${error}` }, cause });
}

class IssuerAway extends Error {}

/** The issuer's keys, found by its discovery document the first time a token comes: it may start after us. */
function publishedKeys(issuer: string): JWTVerifyGetKey {
  let set: Promise<JWTVerifyGetKey> | undefined;
  const discover = async (): Promise<JWTVerifyGetKey> => {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    const { jwks_uri, issuer: named } = (await response.json()) as { jwks_uri: string; issuer: string };
    if (named !== issuer)
      throw new Error(`${url} names another issuer than OIDC_ISSUER: they must be the same text`);
    return createRemoteJWKSet(new URL(jwks_uri));
  };
  return async (header, token) => {
    set ??= discover();
    const keys = await set.catch((cause: Error) => {
      set = undefined;
      throw new IssuerAway(cause.message, { cause });
    });
    return keys(header, token);
  };
}
