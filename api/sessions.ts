/**
 * Who asks by cookie. A browser holds 256 bits at random and nothing else; what belongs to its session is made from them
 * (the CSRF token, the key of the id_token), so nothing that PostgreSQL keeps opens or forges anything.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isAway } from '../db/away';
import { beginSession, endSession, liveSession, type SessionRow } from '../db/sessions';
import type { Person } from './identity';
import { Problem } from './problems';
import { Recent } from './remembered';
import type { Deps } from './routing';

/** A working day with its breaks. */
const LONGEST_MS = 10 * 3_600_000;
const IDLE_MS = 3_600_000;

export type Session = SessionRow;

export interface Sessions {
  /**
   * Begins a session under a new id.
   * @returns the Set-Cookie line
   * @throws Problem inactive_person
   */
  begin(person: Person, idToken: string): Promise<string>;
  /**
   * The session of a request.
   * @param touch whether this is a use of it, so that it lives on; default: yes
   * @throws Problem token_missing (no cookie), session_expired, database_away
   */
  of(headers: IncomingHttpHeaders, options?: { touch?: boolean }): Promise<Session>;
  /** Whether the request's session was live when it was last asked for here. */
  knows(headers: IncomingHttpHeaders): boolean;
  /** Whether the request has a session's cookie, which may be over. */
  isIn(headers: IncomingHttpHeaders): boolean;
  /** What `X-CSRF-Token` must be in this browser; null: it has no session's cookie. */
  csrfTokenOf(headers: IncomingHttpHeaders): string | null;
  /**
   * Holds a write against being sent by another site's page.
   * @throws Problem origin_refused, csrf_token_invalid
   */
  refuseForged(headers: IncomingHttpHeaders): void;
  /**
   * Ends the session of a request, if there is one.
   * @returns the issuer's id_token of it; null when it had ended before
   */
  end(headers: IncomingHttpHeaders): Promise<string | null>;
  /** The Set-Cookie line that takes the cookie away. */
  readonly noCookie: string;
}

export function createSessions({ api, publicUrl, now }: Pick<Deps, 'api' | 'publicUrl' | 'now'>): Sessions {
  const cookie = browserCookie('session', publicUrl);
  const { origin } = new URL(publicUrl);
  // While the database is away, what it said last counts.
  const known = new Recent<string, Session>(5_000, () => now().getTime());

  return {
    noCookie: cookie.none,

    async begin(person, idToken) {
      const id = newSecret();
      const at = now();
      const begun = await beginSession(api, hashOf(id), {
        staffId: person.id,
        at,
        expiresAt: new Date(at.getTime() + LONGEST_MS),
        idToken: seal(id, idToken),
      });
      if (!begun) throw new Problem('inactive_person');
      // Without an age: a browser that is closed forgets it.
      return cookie.set(id);
    },

    async of(headers, { touch = true } = {}) {
      const id = cookie.of(headers);
      if (!id) throw unauthorised('token_missing');
      const hash = hashOf(id);
      const key = keyOf(hash);
      const at = now();
      const session = await liveSession(api, hash, { at, idleMs: IDLE_MS, touch }).catch((cause: unknown) => {
        if (!isAway(cause)) throw cause;
        const before = known.get(key, IDLE_MS);
        if (before && at < before.idleAt) return before;
        throw new Problem('database_away', { headers: { 'retry-after': '5' }, cause });
      });
      if (!session) {
        known.delete(key);
        throw unauthorised('session_expired');
      }
      known.set(key, session);
      return session;
    },

    knows(headers) {
      const id = cookie.of(headers);
      return id !== null && known.get(keyOf(hashOf(id)), IDLE_MS) !== undefined;
    },

    isIn: (headers) => cookie.of(headers) !== null,

    csrfTokenOf(headers) {
      const id = cookie.of(headers);
      return id && csrfToken(id);
    },

    refuseForged(headers) {
      const { origin: from } = headers;
      const site = headers['sec-fetch-site'];
      // Browsers say at least one of the two with every write.
      const silent = from === undefined && site === undefined;
      const elsewhere =
        (from !== undefined && from !== origin) || (site !== undefined && site !== 'same-origin');
      if (silent || elsewhere) throw new Problem('origin_refused');
      const id = cookie.of(headers);
      if (!id || !same(String(headers['x-csrf-token'] ?? ''), csrfToken(id)))
        throw new Problem('csrf_token_invalid');
    },

    async end(headers) {
      const id = cookie.of(headers);
      if (!id) return null;
      known.delete(keyOf(hashOf(id)));
      const sealed = await endSession(api, hashOf(id), now());
      return sealed && unseal(id, sealed);
    },
  };
}

function unauthorised(code: 'token_missing' | 'session_expired'): Problem {
  return new Problem(code, { headers: { 'www-authenticate': 'Bearer realm="service-plus"' } });
}

// ---- cookies

/** 256 bits at random, in 43 characters. */
export const newSecret = () => randomBytes(32).toString('base64url');

export interface BrowserCookie {
  /** Its secret in a request; null: none, or nothing we can have set. */
  of(headers: IncomingHttpHeaders): string | null;
  /** @param seconds its age; unset: until the browser is closed */
  set(value: string, seconds?: number): string;
  readonly none: string;
}

/**
 * A cookie that no script reads and no other site's form sends. By https only this host can set it (`__Host-`).
 * @param form of its values, as a whole
 */
export function browserCookie(plain: string, publicUrl: string, form = /^[\w-]{43}$/): BrowserCookie {
  const secure = new URL(publicUrl).protocol === 'https:';
  const name = `${secure ? '__Host-' : ''}service-plus-${plain}`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  return {
    of({ cookie = '' }) {
      const pairs = cookie.split(';').map((pair) => pair.trim());
      const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
      return value !== undefined && form.test(value) ? value : null;
    },
    set: (value, seconds) =>
      `${name}=${value}; ${attributes}${seconds === undefined ? '' : `; Max-Age=${seconds}`}`,
    none: `${name}=; ${attributes}; Max-Age=0`,
  };
}

// ---- what is made from a secret

/** From a secret and a purpose: tells nothing of the secret, nor of what is made for another purpose. */
export function derived(secret: string, purpose: string): Buffer {
  return createHmac('sha256', secret).update(purpose).digest();
}

// Looked up by its hash: how long that takes says nothing about a secret.
const hashOf = (id: string) => createHash('sha256').update(id).digest();
const keyOf = (hash: Buffer) => hash.toString('base64');
const csrfToken = (id: string) => derived(id, 'csrf').toString('base64url');

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const IV = 12;
const TAG = 16;

function seal(id: string, text: string): Buffer {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', derived(id, 'id_token'), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

function unseal(id: string, sealed: Buffer): string {
  const key = derived(id, 'id_token');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV), { authTagLength: TAG });
  decipher.setAuthTag(sealed.subarray(IV, IV + TAG));
  return Buffer.concat([decipher.update(sealed.subarray(IV + TAG)), decipher.final()]).toString('utf8');
}
