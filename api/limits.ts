/** How many requests a minute are taken, by whoever is counted. */
import type { Request, RequestHandler, Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import { Problem } from './problems';

/**
 * @param perMinute 0: no limit
 * @param of who is counted; default: where the request comes from, behind a proxy everybody together
 * @returns a handler that goes on, or answers the problem too_many_requests
 */
export function limited(perMinute: number, of?: (req: Request, res: Response) => string): RequestHandler {
  if (perMinute === 0) return (_req, _res, next) => next();
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    ...(of && { keyGenerator: of }),
    handler: (_req, res, next) => {
      const headers = { 'retry-after': String(res.getHeader('retry-after') ?? 60) };
      next(new Problem('too_many_requests', { headers }));
    },
  });
}
