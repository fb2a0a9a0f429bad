/** Requests that write to PostgreSQL alone and may come again: each is done once. */
import { createHash } from 'node:crypto';
import type { PoolClient } from 'pg';
import { keyed as before, lockKey, rememberKey } from '../db/enrolments';
import { Problem } from './problems';
import type { Call } from './routing';

/**
 * Does the work of a request, unless the same request came before with its Idempotency-Key.
 * @param client in whose transaction the work is done
 * @param resourceId of what the request makes or removes
 * @throws Problem idempotency_key_reused: the key came before with another body
 */
export async function once(
  client: PoolClient,
  { actor, keyed, requestId, body, now }: Call,
  resourceId: string,
  work: () => Promise<void>,
): Promise<void> {
  if (!keyed) return work();
  const requestHash = createHash('sha256')
    .update(JSON.stringify(body ?? null))
    .digest();
  await lockKey(client, actor.id, requestId);
  const done = await before(client, actor.id, requestId);
  if (done && !done.requestHash.equals(requestHash)) throw new Problem('idempotency_key_reused');
  if (done) return;
  await work();
  await rememberKey(client, { actorId: actor.id, key: requestId, requestHash, resourceId, now });
}
