/** The HTTP application: every route of the table behind authentication, policy and validation, every error a problem. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { types } from 'node:util';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import helmet from 'helmet';
import { DatabaseError } from 'pg';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { absolutePath as swaggerUiFolder } from 'swagger-ui-dist';
import * as z from 'zod';
import { isAway } from '../db/away';
import { countMessages } from '../db/notifications';
import { text } from '../domain/forms';
import { scopeOf } from '../domain/policy';
import { createBeginnings } from './beginning';
import { calendarFeed, calendarPath } from './calendar-feed';
import { requestIdOf } from './deciding';
import { sendFailurePage } from './failure-page';
import { readiness } from './health';
import type { Person } from './identity';
import { jsonMistakeAt } from './json-position';
import { createGuessLimit, limited } from './limits';
import { openApiDocument } from './openapi';
import { checked, type Language, languageOf, Problem, type ProblemCode, pointerOf } from './problems';
import { createRemembered } from './remembered';
import { routes as allRoutes } from './routes';
import {
  type Answer,
  type Call,
  type Context,
  type Deps,
  idempotencyKey,
  ifMatch,
  isWrite,
  percentDecoded,
  type Route,
} from './routing';
import { createSessions } from './sessions';
import { signInRoutes } from './sign-in';
import { type WebApplication, webRoutes } from './web';

export interface AppOptions {
  /** Mounted before the API: the embedded issuer. */
  readonly before?: (app: Express) => void;
  /** Absent: the API alone. */
  readonly web?: WebApplication;
}

/** @returns the application, to listen with or to test in process */
export function createApp(deps: Deps, { before, web }: AppOptions = {}): Express {
  const log = deps.log.child({}, { serializers: { err: withoutValues } });
  const context: Context = {
    ...deps,
    log,
    remembered: createRemembered(),
    beginnings: createBeginnings({ ...deps, log, taskQueue: deps.config.TEMPORAL_TASK_QUEUE }),
    sessions: createSessions(deps),
    guesses: createGuessLimit(),
  };
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  // How far X-Forwarded-For is believed: where a request comes from is counted.
  app.set('trust proxy', deps.config.TRUSTED_PROXIES);
  const { register, observe } = metrics(deps);
  app.use(observed(log, observe));
  app.use(
    helmet({
      contentSecurityPolicy: { useDefaults: false, directives: nothing },
      referrerPolicy: { policy: 'no-referrer' },
    }),
  );
  app.use((_req, res, next) => {
    res.setHeader('permissions-policy', unused);
    next();
  });
  before?.(app);
  app.use(signInRoutes(context, context.sessions, context.guesses));

  app.get('/health/live', (_, res) => void res.json({ status: 'up' }));
  app.get('/health/ready', async (_, res) => {
    const { ready, checks } = await readiness(deps);
    res.status(ready ? 200 : 503).json({ status: ready ? 'up' : 'down', checks });
  });
  app.get(calendarPath, ...calendarFeed(deps));
  app.get('/metrics', async (_, res) => void res.type(register.contentType).send(await register.metrics()));

  app.use('/api', (_, res, next) => {
    res.setHeader('cache-control', 'no-store');
    next();
  });
  documentation(app);
  const limit = limited(deps.requestsPerMinute, (_req, res) => (res.locals.actor as Person).id);
  for (const route of allRoutes) app[route.method](expressPath(route), handlerOf(context, route, limit));
  for (const path of new Set(allRoutes.map(expressPath))) {
    const known = allRoutes.filter((r) => expressPath(r) === path).map((r) => r.method);
    const allow = known.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
    app.all(path, () => {
      throw new Problem('method_not_allowed', { headers: { allow: allow.join(', ') } });
    });
  }
  if (web) app.use(webRoutes(web));
  app.use(() => {
    throw new Problem('not_found');
  });
  app.use(problems(log));
  return app;
}

const expressPath = (route: Route) => `/api${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;

// ---- one request

function handlerOf(context: Context, route: Route, limit: RequestHandler): RequestHandler {
  const query = route.query ?? z.strictObject({});
  const parse = express.json({ limit: '1mb', type: 'application/json' });
  return async (req, res) => {
    res.locals.route = route.path;
    const actor = await actorOf(context, req, route);
    res.locals.actor = actor;
    await through(limit, req, res);
    if (!scopeOf(actor.role, route.action)) throw new Problem('forbidden');

    const language = languageOf(req);
    const params = route.params ? pathParams(route.params, req.params) : undefined;
    const call: Call = {
      actor,
      params,
      query: checked(query, req.query, language, 'query_invalid'),
      ...keyOf(req, route, actor),
      ifMatch: route.ifMatch ? ifMatchOf(req) : null,
      lastEventId: req.get('last-event-id'),
      sought: route.seeks ? soughtOf(req) : undefined,
      whoNow: () => actorOf(context, req, route, { touch: false }),
      language,
      now: context.now(),
      trace: res.locals.trace,
      stream: req,
      mediaType: mediaTypeOf(req, route),
      fileName: req.get('x-file-name'),
      body: await bodyOf(req, res, route, parse, language),
    };
    await send(res, await route.handle(context, call as Call<never, never, never>));
  };
}

/**
 * By bearer token, or by the session of a browser; whose header is there, its cookie does not count.
 * A cookie is sent whoever wrote the page, so a write by cookie must be shown to come from ours.
 */
async function actorOf(
  { identity, sessions, guesses }: Context,
  req: Request,
  route: Route,
  options?: { touch: boolean },
): Promise<Person> {
  const { authorization } = req.headers;
  if (authorization !== undefined || !sessions.isIn(req.headers))
    return guesses.hold(req, authorization === undefined || identity.knows(authorization), () =>
      identity.personOf(authorization),
    );
  if (isWrite(route)) sessions.refuseForged(req.headers);
  const session = await guesses.hold(req, sessions.knows(req.headers), () =>
    sessions.of(req.headers, options),
  );
  return session.person;
}

/** What is no id at all is not found, as an id that nobody has. */
function pathParams(schema: z.ZodObject, params: object) {
  const result = schema.safeParse(params);
  if (!result.success) throw new Problem('not_found');
  return result.data;
}

function keyOf(req: Request, route: Route, actor: Person) {
  const given = isWrite(route) ? req.headers['idempotency-key'] : undefined;
  if (given !== undefined && !idempotencyKey.test(String(given))) {
    throw headerInvalid(
      'Idempotency-Key',
      '1 à 200 caractères ASCII imprimables',
      '1 to 200 printable ASCII characters',
    );
  }
  const key = given === undefined ? randomUUID() : String(given);
  const requestId = requestIdOf(actor.id, `${req.method} ${req.path.toLowerCase()}`, key);
  return { key, keyed: given !== undefined, requestId };
}

function ifMatchOf(req: Request): number | null {
  const given = req.headers['if-match'];
  if (given === undefined || given === '*') return null;
  const revision = ifMatch.exec(given)?.[1];
  if (!revision)
    throw headerInvalid(
      'If-Match',
      'l’ETag tel qu’il a été lu, par exemple "12"',
      'the ETag as it was read, such as "12"',
    );
  return Number(revision);
}

const sought = text(100);

function soughtOf(req: Request): string | undefined {
  const given = req.get('x-search');
  if (given === undefined) return undefined;
  const found = sought.safeParse(percentDecoded(given));
  if (!found.success) {
    throw headerInvalid(
      'X-Search',
      '1 à 100 caractères, en UTF-8 encodé par des pourcents',
      '1 to 100 characters, as percent-encoded UTF-8',
    );
  }
  return found.data;
}

function headerInvalid(pointer: string, fr: string, en: string): Problem {
  return new Problem('header_invalid', { detail: { fr: `${pointer} : ${fr}`, en: `${pointer}: ${en}` } });
}

/** @throws Problem: a body of a type that the route does not take */
function mediaTypeOf(req: Request, route: Route): string | undefined {
  const types = route.stream ?? (route.body && ['application/json']);
  const present =
    req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  if (!types || !present) return undefined;
  const type = req.is([...types]);
  if (type) return type;
  throw new Problem(route.otherType ?? 'media_type_unsupported', {
    detail: { fr: `Attendu : ${types.join(', ')}`, en: `Expected: ${types.join(', ')}` },
  });
}

async function bodyOf(req: Request, res: Response, route: Route, parse: RequestHandler, language: Language) {
  if (!route.body) return undefined;
  await through(parse, req, res);
  refuseUnstorable(req.body);
  return checked(route.body, req.body, language, 'body_invalid');
}

/** PostgreSQL stores neither NUL nor half a surrogate pair, wherever in the body they are. */
function refuseUnstorable(value: unknown, path: string[] = []): void {
  const bad = (text: string) => /[\0\p{Surrogate}]/u.test(text);
  const refuse = () => {
    throw new Problem('body_invalid', {
      detail: {
        fr: 'Un caractère ne peut être enregistré (NUL ou demi-caractère Unicode) : retirez-le',
        en: 'A character cannot be stored (NUL or half a Unicode character): remove it',
      },
      errors: [{ pointer: pointerOf(path), code: 'character_invalid', message: 'NUL, U+D800–U+DFFF' }],
    });
  };
  if (typeof value === 'string') {
    if (bad(value)) refuse();
  } else if (value && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (bad(key)) refuse();
      refuseUnstorable(inner, [...path, key]);
    }
  }
}

function through(middleware: RequestHandler, req: Request, res: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void middleware(req, res, (error?: unknown) => (error ? reject(error) : resolve()));
  });
}

async function send(res: Response, { status, body, contentType, headers }: Answer): Promise<void> {
  res.status(status);
  for (const [name, value] of Object.entries(headers ?? {})) res.setHeader(name, value);
  if (contentType === undefined) {
    const json = JSON.stringify(body);
    res.setHeader('content-type', 'application/json; charset=utf-8');
    res.setHeader('content-length', Buffer.byteLength(json));
    res.end(json);
    return;
  }
  res.setHeader('content-type', contentType);
  if (typeof body === 'string') res.end(body);
  else {
    const stream = body instanceof Readable ? body : Readable.from(body as AsyncIterable<string | Buffer>);
    try {
      if (res.req.method === 'HEAD') res.end();
      else await pipeline(stream, res);
    } catch (error) {
      // Whoever asked has gone, or was dropped for being too slow: nothing went wrong here.
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!/^ERR_STREAM_(PREMATURE_CLOSE|DESTROYED|UNABLE_TO_PIPE)$/.test(code)) throw error;
    } finally {
      stream.destroy();
    }
  }
}

// ---- errors

function problems(log: Context['log']): ErrorRequestHandler {
  return (error, req, res, _next) => {
    // Whoever asked went away while sending: nobody is there to be answered, and nothing went wrong here.
    if (error === req.errored) return;
    // What is still being sent is let go by: many read the answer only when they have sent all.
    res.once('finish', () => req.resume());
    const problem = problemOf(error);
    if (problem.status >= 500) {
      log.error(
        { err: problem.cause ?? error, requestId: res.locals.trace, code: problem.code },
        problem.message,
      );
    }
    // Too late to say it: what was sent so far must not look whole.
    if (res.headersSent) return void res.destroy();
    const language = languageOf(req);
    for (const [name, value] of Object.entries(problem.more.headers ?? {})) res.setHeader(name, value);
    if (res.locals.failsAsPage && req.accepts(['html', 'json']) === 'html') {
      const toAnother = problem.status === 403 ? '?anew=true' : '';
      return sendFailurePage(res, problem, `/auth/login${toAnother}`);
    }
    res.setHeader('content-language', language);
    res.status(problem.status).type('application/problem+json');
    res.end(JSON.stringify(problem.toBody(language, res.locals.trace)));
  };
}

/** Errors of body-parser by their `type`. */
const bodyErrors: Readonly<Record<string, ProblemCode>> = {
  'entity.too.large': 'body_too_large',
  'entity.parse.failed': 'json_invalid',
  'encoding.unsupported': 'media_type_unsupported',
  'charset.unsupported': 'media_type_unsupported',
  'request.size.invalid': 'json_invalid',
  'request.aborted': 'json_invalid',
};

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { type, body, status } = error as { type?: string; body?: unknown; status?: number };
  const code = type === undefined ? undefined : bodyErrors[type];
  if (code === 'json_invalid' && typeof body === 'string') {
    const at = jsonMistakeAt(body) ?? 0;
    return new Problem(code, { detail: { fr: `Au caractère ${at + 1}`, en: `At character ${at + 1}` } });
  }
  if (code === 'body_too_large') {
    return new Problem(code, { detail: { fr: 'Au plus 1 Mo', en: 'At most 1 MB' } });
  }
  if (code) return new Problem(code);
  if (isAway(error)) return new Problem('database_away', { headers: { 'retry-after': '5' }, cause: error });
  // A path that cannot be decoded.
  if (error instanceof URIError || status === 400) return new Problem('not_found');
  return new Problem('internal', { cause: error });
}

/** Of an error what names its cause: what PostgreSQL says of one may quote a person's values. */
function withoutValues(error: unknown): object {
  if (!types.isNativeError(error)) return { type: typeof error };
  const { name, stack = '', cause } = error;
  const frames = stack.slice(Math.max(stack.indexOf('\n    at '), 0));
  if (error instanceof DatabaseError) {
    const { code, constraint, table, routine } = error;
    return { name, code, constraint, table, routine, stack: frames };
  }
  return {
    name,
    message: error.message,
    stack: frames,
    ...(types.isNativeError(cause) && { cause: withoutValues(cause) }),
  };
}

// ---- around each request

const nothing = {
  'default-src': ["'none'"],
  'frame-ancestors': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

/** What browsers can do and no page here needs: not even a script that got in may use it. */
const unused = [
  'camera',
  'display-capture',
  'geolocation',
  'microphone',
  'payment',
  'publickey-credentials-get',
  'usb',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

function metrics({ api, liveEvents }: Deps) {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer, by route pattern',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [register],
  });
  new Gauge({
    name: 'notification_messages',
    help: 'E-mails to people, by status; `unsure`: perhaps sent, and not sent again',
    labelNames: ['status'],
    registers: [register],
    async collect() {
      this.reset();
      // Without the database the other figures are told all the same.
      const counts = await countMessages(api).catch(() => []);
      for (const { status, count } of counts) this.set({ status }, count);
    },
  });
  new Gauge({
    name: 'live_event_streams',
    help: 'Open streams of events',
    registers: [register],
    collect() {
      this.set(liveEvents.open);
    },
  });
  const observe = (method: string, route: string, status: number, seconds: number) =>
    durations.observe({ method, route, status }, seconds);
  return { register, observe };
}

function observed(log: Context['log'], observe: ReturnType<typeof metrics>['observe']): RequestHandler {
  return (req, res, next) => {
    const started = process.hrtime.bigint();
    // Never the path or the query: an id or a name may be in them.
    const outside =
      /^\/(health|metrics|oidc|api\/(docs|openapi\.json))\b/.exec(req.originalUrl)?.[0] ?? 'unmatched';
    const given = req.headers['x-request-id'];
    const trace = typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
    res.locals.trace = trace;
    res.setHeader('x-request-id', trace);
    res.once('close', () => {
      const ms = Number(process.hrtime.bigint() - started) / 1e6;
      const route: string = res.locals.route ?? outside;
      const status = res.writableFinished ? res.statusCode : 499;
      observe(req.method, route, status, ms / 1e3);
      log.info({
        method: req.method,
        route,
        status,
        ms: Math.round(ms * 10) / 10,
        requestId: trace,
        actorId: res.locals.actor?.id,
      });
    });
    next();
  };
}

// ---- documentation

function documentation(app: Express): void {
  let document: string | undefined;
  app.get('/api/openapi.json', (_, res) => {
    document ??= JSON.stringify(openApiDocument(allRoutes));
    res.type('application/json').send(document);
  });
  const csp: RequestHandler = helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      ...nothing,
      'script-src': ["'self'"],
      // Swagger UI sets styles on its elements.
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'connect-src': ["'self'"],
    },
  });
  app.use('/api/docs', csp);
  app.get('/api/docs', (_, res) => void res.type('html').send(docsPage));
  app.get('/api/docs/start.js', (_, res) => void res.type('js').send(docsScript));
  app.use('/api/docs', express.static(swaggerUiFolder(), { index: false, redirect: false }));
}

const docsPage = `<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>API service-plus</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;
const docsScript = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });
`;
