/**
 * The one way to the API. Reads and writes by the session's cookie; a write carries the session's CSRF token and an
 * Idempotency-Key, so that it may be sent again when no answer came and is done once.
 */
import { language } from '../words/words';
import { ApiProblem } from './problem';

/** Called when the API says that nobody is signed in (any more). */
type SignedOutListener = () => void;
const signedOut = new Set<SignedOutListener>();
export function whenSignedOut(listener: SignedOutListener): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

let csrfToken: string | undefined;
/** Whose page this is, once somebody is signed in. */
let owner: string | undefined;

export interface Answered<T> {
  readonly body: T;
  /** As `If-Match` takes it. */
  readonly etag: string | null;
  readonly status: number;
}

interface Sent {
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
  readonly signal?: AbortSignal;
  readonly keepalive?: boolean;
}

/** @throws ApiProblem */
async function respond(path: string, { headers, ...sent }: Sent): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...sent,
      headers: { accept: 'application/json', 'accept-language': language(), ...headers },
    });
  } catch (error) {
    if (sent.signal?.aborted) throw error;
    throw noAnswer();
  }
  if (response.ok) return response;
  const body = await jsonOf(response);
  if (!body?.code) throw noAnswer(response.status);
  const problem = new ApiProblem(response.status, body);
  if (response.status === 401) for (const tell of signedOut) tell();
  throw problem;
}

async function jsonOf(response: Response) {
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return isJson ? response.json().catch(() => null) : null;
}

async function answered<T>(response: Response): Promise<Answered<T>> {
  const { headers, status } = response;
  return { body: (await jsonOf(response)) as T, etag: headers.get('etag'), status };
}

function noAnswer(status = 0): ApiProblem {
  const title = {
    fr: 'Le serveur ne répond pas : rien n’est perdu, réessayez dans un instant',
    en: 'The server does not answer: nothing is lost, try again in a moment',
  }[language()];
  return new ApiProblem(status, { type: 'about:blank', title, status, code: 'no_answer', requestId: '' });
}

/** A query string: what is undefined is left out, a list is repeated. */
export function queryOf(query: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null && one !== '') params.append(name, String(one));
  }
  const text = params.toString();
  return text && `?${text}`;
}

/** @throws ApiProblem */
export async function read<T>(
  path: string,
  signal?: AbortSignal,
  headers?: Record<string, string>,
): Promise<Answered<T>> {
  return answered<T>(await respond(path, { method: 'GET', signal, ...(headers && { headers }) }));
}

/** Who is sought, as the lists take it: in a header, because addresses are written down. */
export const seeking = (sought: string): Record<string, string> | undefined =>
  sought.trim() ? { 'x-search': encodeURIComponent(sought.trim()) } : undefined;

export const get = async <T>(
  path: string,
  signal?: AbortSignal,
  headers?: Record<string, string>,
): Promise<T> => (await read<T>(path, signal, headers)).body;

export interface WriteOptions {
  /** The same request again has the same: a double click, a retry. Absent: a new one. */
  readonly key?: string;
  readonly ifMatch?: string | null;
  readonly headers?: Record<string, string>;
  /** It is sent even when the page is left meanwhile. */
  readonly keepalive?: boolean;
}

/** How often a write is sent again when no answer came, and after how long each time, in milliseconds. */
const again = [500, 1_500, 4_000];

type Method = 'POST' | 'PUT' | 'DELETE';

/**
 * @param body JSON, or a file
 * @throws ApiProblem
 */
export async function write<T>(
  method: Method,
  path: string,
  body?: unknown,
  options?: WriteOptions,
): Promise<Answered<T>> {
  return answered<T>(await sendUntilAnswered(method, path, body, options));
}

/** A write that is answered by a file, which the browser keeps under the name that came with it. @throws ApiProblem */
export async function download(path: string, body: unknown): Promise<void> {
  const response = await sendUntilAnswered('POST', path, body);
  const file = await response.blob().catch(() => {
    throw noAnswer();
  });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? '';
  link.click();
  // The browser begins to take it after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function sendUntilAnswered(
  method: Method,
  path: string,
  body?: unknown,
  { key = crypto.randomUUID(), ifMatch, headers, keepalive }: WriteOptions = {},
): Promise<Response> {
  const isFile = body instanceof Blob;
  const sent = () =>
    respond(path, {
      method,
      keepalive,
      headers: {
        ...(csrfToken !== undefined && { 'x-csrf-token': csrfToken }),
        'idempotency-key': key,
        ...(body !== undefined && !isFile && { 'content-type': 'application/json' }),
        ...(ifMatch && { 'if-match': ifMatch }),
        ...headers,
      },
      ...(body !== undefined && { body: isFile ? body : JSON.stringify(body) }),
    });
  for (let tries = 0, renewed = false; ; ) {
    try {
      return await sent();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (error.code === 'csrf_token_invalid' && !renewed) {
        // Another tab has signed in anew.
        renewed = true;
        await session();
        continue;
      }
      const wait = again[tries++];
      const mayPass =
        error.status === 0 || error.status === 502 || error.status === 503 || error.status === 504;
      if (!mayPass || wait === undefined) throw error;
      await new Promise((goOn) => setTimeout(goOn, wait));
    }
  }
}

export interface Session {
  readonly person: {
    readonly id: string;
    readonly displayName: string;
    readonly role: string;
    readonly siteId: string | null;
    readonly organisation: string | null;
  };
  readonly expiresAt: string;
  readonly idleAt: string;
  readonly csrfToken: string;
}

/**
 * Who is signed in, and the token that writes carry: another sign-in has another. When it is somebody else than before,
 * nothing of the former person stays, and nothing goes on in the other one's name: the page is left.
 * @throws ApiProblem, of status 401 when nobody is
 */
export async function session(): Promise<Session> {
  const found = await get<Session>('/auth/session');
  if (owner !== undefined && owner !== found.person.id) {
    location.replace('/');
    return new Promise(() => {});
  }
  owner = found.person.id;
  csrfToken = found.csrfToken;
  return found;
}
