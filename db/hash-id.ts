/** Ids that everybody who has the same words finds again: a hash in the form of a UUID (RFC 9562, version 8). */
import { createHash } from 'node:crypto';

export function hashId(text: string): string {
  const h = createHash('sha256').update(text).digest('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-8${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20, 32)}`;
}
