/** The OpenAPI 3.1 document, made from the route table. */
import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { roles } from '../domain/pathway';
import { type Action, scopeOf } from '../domain/policy';
import { type ProblemCode, problemKinds, problemSchema } from './problems';
import { idempotencyKey, ifMatch, isWrite, type Route } from './routing';

/** Every problem a route may answer: those that follow from its entry, and its own. */
export function problemsOf(route: Route): ProblemCode[] {
  const writes = isWrite(route);
  return [
    ...new Set<ProblemCode>([
      'query_invalid',
      'token_missing',
      'token_expired',
      'token_invalid',
      'session_expired',
      ...(writes ? (['csrf_token_invalid', 'origin_refused'] as const) : []),
      'unknown_person',
      'inactive_person',
      ...(roles.some((role) => !scopeOf(role, route.action)) ? (['forbidden'] as const) : []),
      ...(route.params ? (['not_found'] as const) : []),
      ...(writes || route.seeks ? (['header_invalid'] as const) : []),
      ...(route.ifMatch ? (['stale'] as const) : []),
      ...(route.body
        ? (['json_invalid', 'body_too_large', 'media_type_unsupported', 'body_invalid'] as const)
        : []),
      ...(route.stream ? [route.otherType ?? 'media_type_unsupported'] : []),
      'too_many_requests',
      'database_away',
      'issuer_away',
      ...(202 in route.answers ? (['temporal_away'] as const) : []),
      ...(route.problems ?? []),
    ]),
  ];
}

const writeHeaders = z.object({
  'Idempotency-Key': z.string().regex(idempotencyKey).optional().meta({
    description: 'The same person, path and key are the same request: it counts once and has the same answer',
  }),
  'X-CSRF-Token': z.string().optional().meta({
    description: '`csrfToken` of /auth/session: needed by a browser’s session, not with a bearer token',
  }),
});
const ifMatchHeader = z.object({
  'If-Match': z
    .string()
    .regex(ifMatch)
    .optional()
    .meta({ description: 'ETag as read: 412 when it has changed since' }),
});
const searchHeader = z.object({
  'X-Search': z.string().min(1).max(900).optional().meta({
    description:
      'who is sought, percent-encoded: the beginning of a name (any order, without accents or case), or the external number. In a header, because an address is written down in too many places',
  }),
});
const lastEventHeader = z.object({
  'Last-Event-ID': z.string().optional().meta({ description: '`id` of the last event the reader has' }),
});
const fileNameHeader = z.object({
  'X-File-Name': z.string().meta({ description: 'Name of the file, encoded as by encodeURIComponent' }),
});

/** What is no JSON: text, or bytes. */
const contentOf = (mediaTypes: readonly string[]) =>
  Object.fromEntries(
    mediaTypes.map((type) => [
      type,
      { schema: { type: 'string' as const, ...(!type.startsWith('text/') && { format: 'binary' }) } },
    ]),
  );

function operation(route: Route): ZodOpenApiOperationObject {
  const codes = problemsOf(route);
  const statuses = [...new Set(codes.map((code) => problemKinds[code].status))];
  const allowed = roles.flatMap((role) => {
    const scope = scopeOf(role, route.action);
    return scope ? [`${role} (${scope})`] : [];
  });
  const header = isWrite(route)
    ? writeHeaders.extend({
        ...(route.ifMatch && ifMatchHeader.shape),
        ...(route.named && fileNameHeader.shape),
      })
    : route.resumes
      ? lastEventHeader
      : route.seeks && searchHeader;
  const body = route.documentedBody ?? route.body;
  return {
    operationId: `${route.method}${route.path.replace(/[/{}.-]+(\w)?/g, (_, c: string | undefined) => c?.toUpperCase() ?? '')}`,
    tags: [route.tag],
    summary: route.summary.fr,
    description: `${route.summary.en}. Action \`${route.action satisfies Action}\`: ${allowed.join(', ')}.`,
    requestParams: {
      ...(route.params && { path: route.params }),
      ...(route.query && { query: route.query }),
      ...(header && { header }),
    },
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    ...(route.stream && { requestBody: { required: true, content: contentOf(route.stream) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, { description, schema }]) => [
          status,
          {
            description,
            content: Array.isArray(schema) ? contentOf(schema) : { 'application/json': { schema } },
          },
        ]),
      ),
      ...Object.fromEntries(
        statuses.map((status) => [
          String(status),
          {
            description: codes
              .filter((code) => problemKinds[code].status === status)
              .map((code) => `\`${code}\`: ${problemKinds[code].title.en}`)
              .join('\n\n'),
            content: { 'application/problem+json': { schema: problemSchema } },
          },
        ]),
      ),
      default: {
        description: 'Any other problem',
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    },
  } as ZodOpenApiOperationObject;
}

export function openApiDocument(routes: readonly Route[]) {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    Object.assign(paths[route.path] as object, { [route.method]: operation(route) });
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'service-plus',
      version: '0.1.0',
      description:
        'Each young person is one pathway. A decision is one request; its answer says what was recorded. Errors are problem details (RFC 9457) with a stable `code`, in French unless Accept-Language prefers English. Days are days in Europe/Paris, instants are UTC.',
      license: { name: 'AGPL-3.0-or-later', identifier: 'AGPL-3.0-or-later' },
    },
    servers: [{ url: '/api' }],
    security: [{ bearer: [] }, { session: [] }],
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'Access token of the OpenID Connect issuer; demonstration: npm run token -- counsellor.tours',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'service-plus-session',
          description:
            'Of a browser that signed in at /auth/login; by https its name begins with __Host-. Writes need the header X-CSRF-Token (of /auth/session) and come from the application’s own pages',
        },
      },
    },
    paths,
  });
}
