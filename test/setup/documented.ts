/** Holds every answer of the API against its documentation, and remembers which documented answers were seen. */
import type request from 'supertest';
import * as z from 'zod';
import { problemsOf } from '../../api/openapi';
import { problemKinds, problemSchema } from '../../api/problems';
import { routes } from '../../api/routes';
import type { Route } from '../../api/routing';

const pattern = (path: string) => new RegExp(`^/api${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
// A word in a place comes before a parameter there, as in the application.
const patterns = routes.map((route) => ({ route, path: pattern(route.path) }));

export function routeOf(method: string, url: string): Route | undefined {
  const path = url.split('?')[0] as string;
  return patterns.find((p) => p.route.method === method && p.path.test(path))?.route;
}

export class Documentation {
  private readonly seen = new Set<string>();

  /** @throws when the answer is not one that the route documents */
  hold(method: string, url: string, { status, body, headers }: request.Response): void {
    const route = routeOf(method, url);
    if (!route) return;
    const name = `${method.toUpperCase()} ${route.path} ${status}`;
    const answer = route.answers[status];
    if (answer) {
      if (answer.schema instanceof z.ZodType) this.same(name, answer.schema, body);
    } else {
      const codes = problemsOf(route).filter((code) => problemKinds[code].status === status);
      if (!codes.includes(body.code)) throw new Error(`${name} ${body.code} is not documented`);
      if (!/^application\/problem\+json/.test(headers['content-type'] ?? ''))
        throw new Error(`${name} is no problem`);
      this.same(name, problemSchema, body);
    }
    this.seen.add(name);
  }

  /** The schema, which drops what it does not know, must keep all of it. */
  private same(name: string, schema: z.ZodType, body: unknown): void {
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw new Error(`${name}: ${JSON.stringify(parsed.error.issues)}`);
    const sorted = (v: unknown): unknown =>
      v && typeof v === 'object' && !Array.isArray(v)
        ? Object.fromEntries(
            Object.entries(v)
              .sort()
              .map(([k, x]) => [k, sorted(x)]),
          )
        : Array.isArray(v)
          ? v.map(sorted)
          : v;
    const [documented, answered] = [parsed.data, body].map((v) => JSON.stringify(sorted(v)));
    if (documented !== answered)
      throw new Error(`${name} answers more than it documents: ${answered} (${documented})`);
  }

  /** Documented answers that no request got. */
  unseen(): string[] {
    return routes
      .flatMap((route) => {
        const statuses = [
          ...Object.keys(route.answers).map(Number),
          ...problemsOf(route).map((code) => problemKinds[code].status),
        ];
        return [...new Set(statuses)].map(
          (status) => `${route.method.toUpperCase()} ${route.path} ${status}`,
        );
      })
      .filter((name) => !this.seen.has(name));
  }
}
