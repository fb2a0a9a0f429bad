/** What a route is: authorisation, validation, documentation and tests all come from its one entry in a table. */
import type { Readable } from 'node:stream';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type * as z from 'zod';
import type { Config } from '../config/config';
import type { Label } from '../domain/forms';
import type { Action } from '../domain/policy';
import type { Beginnings } from './beginning';
import type { Identity, Person } from './identity';
import type { GuessLimit } from './limits';
import type { LiveEvents } from './live-events';
import type { Language, ProblemCode } from './problems';
import type { Remembered } from './remembered';
import type { Sessions } from './sessions';

/** What the API works with. */
export interface Deps {
  /** The API's door to PostgreSQL (`apiPool`): row-level security holds it. */
  readonly api: Pool;
  readonly temporal: Client;
  readonly config: Pick<
    Config,
    | 'TEMPORAL_NAMESPACE'
    | 'TEMPORAL_TASK_QUEUE'
    | 'API_WRITE_TIMEOUT_MS'
    | 'DRAW_NOTICE_MINUTES'
    | 'DRAW_FROZEN_MINUTES'
    | 'EVALUATION_KEY'
    | 'IMPORT_MAX_BYTES'
    | 'FILE_MAX_BYTES'
    | 'DATA_DIR'
    | 'TRUSTED_PROXIES'
    | 'DIGEST_AT'
    | 'REPORT_DAYS_BEFORE'
  >;
  readonly identity: Identity;
  /** By which browsers sign in, and how it knows this application; without a secret it is a public client. */
  readonly oidc: { readonly issuer: string; readonly clientId: string; readonly clientSecret?: string };
  /** What changes, told to open streams. */
  readonly liveEvents: LiveEvents;
  /** By which browsers reach the application, without a slash at its end. */
  readonly publicUrl: string;
  readonly log: Logger;
  readonly now: () => Date;
  /** Requests a minute and person; 0: no limit. */
  readonly requestsPerMinute: number;
}

export interface Context extends Deps {
  /** What was seen of tasks and pathways lately: a decision can be taken while the database is away. */
  readonly remembered: Remembered;
  readonly beginnings: Beginnings;
  readonly sessions: Sessions;
  readonly guesses: GuessLimit;
}

/** One request as a handler sees it: who asks, and everything already valid. */
export interface Call<P = unknown, Q = unknown, B = unknown> {
  readonly actor: Person;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** The request's Idempotency-Key, a generated one when it has none. */
  readonly key: string;
  /** Whether the caller chose the key, so may repeat the request. */
  readonly keyed: boolean;
  /** Of If-Match: the revision that the caller had read. */
  readonly ifMatch: number | null;
  /** Of Last-Event-ID: the last event that the reader of a stream has. */
  readonly lastEventId: string | undefined;
  /** Of X-Search: who is sought, as somebody typed it. */
  readonly sought: string | undefined;
  /**
   * Who asks, asked again: a stream may outlast a session. It does not count as a use of it.
   * @throws Problem as the request itself would
   */
  readonly whoNow: () => Promise<Person>;
  /** Names the request: what has the same is the same request (actor, route and key). */
  readonly requestId: string;
  /** X-Request-Id: names this one attempt in the log. */
  readonly trace: string;
  readonly language: Language;
  readonly now: Date;
  /** The body of a route that takes a stream. */
  readonly stream: Readable;
  /** Of the body, without parameters; undefined: there is no body. */
  readonly mediaType: string | undefined;
  /** Of X-File-Name, as it was sent. */
  readonly fileName: string | undefined;
}

export interface Answer {
  readonly status: number;
  /** JSON; with `contentType` text, whole or in pieces, or bytes in pieces. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Documented {
  readonly description: string;
  /** Of the JSON body; what is no JSON has a media type, or one of several. None: an empty body. */
  readonly schema?: z.ZodType | readonly string[];
}

export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As OpenAPI writes it, behind /api: `/tasks/{id}/claim`. */
  readonly path: string;
  readonly action: Action;
  readonly tag: string;
  readonly summary: Label;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** What the documentation shows instead of `body`, where the handler knows more. */
  readonly documentedBody?: z.ZodType;
  /** Media types of a body that the handler reads as a stream. */
  readonly stream?: readonly string[];
  /** What a body of any other type is answered; default: media_type_unsupported. */
  readonly otherType?: ProblemCode;
  /** Takes X-File-Name: a name may be a person's, so it stands in no address. */
  readonly named?: true;
  /** Takes `Idempotency-Key`; default: every POST, PUT and DELETE. `ifMatch`: takes If-Match too. */
  readonly ifMatch?: true;
  /** Takes Last-Event-ID: a stream that goes on where it was left. */
  readonly resumes?: true;
  /** Takes X-Search: a name is sought without standing in an address. */
  readonly seeks?: true;
  readonly answers: Readonly<Record<number, Documented>>;
  /** Beyond those that follow from the rest of the entry (see `problemsOf`). */
  readonly problems?: readonly ProblemCode[];
  readonly handle: (context: Context, call: Call<never, never, never>) => Promise<Answer>;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** An entry of the route table; the handler's call is typed by its schemas. */
export function route<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  entry: Omit<Route, 'params' | 'query' | 'body' | 'handle'> & {
    params?: P;
    query?: Q;
    body?: B;
    handle: (context: Context, call: Call<Parsed<P>, Parsed<Q>, Parsed<B>>) => Promise<Answer>;
  },
): Route {
  return entry as unknown as Route;
}

/** What the headers of a request may be. */
export const idempotencyKey = /^[\x20-\x7e]{1,200}$/;
/** An ETag as it was read, or `*`: whatever it is. */
export const ifMatch = /^(?:\*|"([0-9]{1,9})")$/;

export const isWrite = (r: Route) => r.method !== 'get';

/** What a header of ASCII holds percent-encoded, as encodeURIComponent does it; undefined: it cannot be read. */
export function percentDecoded(header: string): string | undefined {
  try {
    return decodeURIComponent(header);
  } catch {
    return undefined;
  }
}
