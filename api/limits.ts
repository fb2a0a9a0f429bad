/** How many requests a minute are taken, by whoever is counted. */
import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, MemoryStore, rateLimit } from 'express-rate-limit';
import { Problem } from './problems';

const WINDOW_MS = 60_000;

/**
 * @param perMinute 0: no limit
 * @param of who is counted; default: where the request comes from
 * @returns a handler that goes on, or answers the problem too_many_requests
 */
export function limited(perMinute: number, of?: (req: Request, res: Response) => string): RequestHandler {
  if (perMinute === 0) return (_req, _res, next) => next();
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    ...(of && { keyGenerator: of }),
    handler: (_req, res, next) => next(tooMany(Number(res.getHeader('retry-after') ?? 60))),
  });
}

/** Tokens and sessions that let nobody in, from one address: far more than an office has in the morning. */
const GUESSES_PER_MINUTE = 300;

/** Holds back whoever tries tokens or sessions, before it costs a signature or a question to the database. */
export interface GuessLimit {
  /**
   * @param harmless whether the request shows nothing, or what let somebody in lately: it is not held back for who
   * guesses beside it
   * @param ask who it is
   * @throws Problem too_many_requests, and what `ask` throws
   */
  hold<T>(req: Request, harmless: boolean, ask: () => Promise<T>): Promise<T>;
}

export function createGuessLimit(): GuessLimit {
  const guesses = new MemoryStore();
  guesses.init({ windowMs: WINDOW_MS } as Parameters<MemoryStore['init']>[0]);
  return {
    async hold(req, harmless, ask) {
      const from = ipKeyGenerator(req.ip ?? '');
      const before = await guesses.get(from);
      if (!harmless && before && before.totalHits >= GUESSES_PER_MINUTE) {
        const { resetTime = new Date() } = before;
        throw tooMany(Math.max(1, Math.ceil((resetTime.getTime() - Date.now()) / 1_000)));
      }
      try {
        return await ask();
      } catch (error) {
        // Who shows nothing guesses nothing.
        if (error instanceof Problem && error.status === 401 && error.code !== 'token_missing')
          await guesses.increment(from);
        throw error;
      }
    },
  };
}

const tooMany = (seconds: number) =>
  new Problem('too_many_requests', { headers: { 'retry-after': String(seconds) } });
