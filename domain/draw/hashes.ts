/** The hashes that are published before and after a draw, and the log that chains them. */
import { createHash } from 'node:crypto';
import { algorithm, canonical, type Drawn, type Frozen, format, type LogEntry } from './record';

/** SHA-256 in small hexadecimal digits; of a text, of its UTF-8. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** What is published of a seed before the register is frozen. @param seed 64 hexadecimal digits */
export function commitmentTo(seed: string): string {
  return sha256(Buffer.from(seed, 'hex'));
}

/** The register's hash: of everything that is fixed before the draw. */
export function registerHash(frozen: Frozen): string {
  return sha256(canonical(frozen));
}

/** The key of all of a draw's streams: 32 bytes of the seed, the register's hash and the public number. */
export function drawKey(seed: string, hash: string, publicNumber: string | null): Uint8Array {
  return createHash('sha256')
    .update(Buffer.from(seed, 'hex'))
    .update(Buffer.from(hash, 'hex'))
    .update(publicNumber ?? '', 'utf8')
    .digest();
}

/** The `content` of each line of the log. */
export const contentOf = {
  committed: ({ draw, wave, commitment, committedAt }: Commitment) =>
    sha256(canonical({ format, draw, wave, algorithm, commitment, committedAt })),
  frozen: registerHash,
  drawn: (drawn: Drawn, hash: string) => sha256(canonical({ registerHash: hash, ...drawn })),
};

export type Commitment = Pick<Frozen, 'draw' | 'wave' | 'commitment' | 'committedAt'>;

const NOTHING_BEFORE = '0'.repeat(64);

/**
 * The line that follows in the programme's log.
 * @param last the log's last line, of whichever draw; null when there is none
 * @param said its `at` is an instant not before the last line's: the later of the two clocks
 */
export function nextLine(
  last: LogEntry | null,
  { at, draw, what, content }: Pick<LogEntry, 'at' | 'draw' | 'what' | 'content'>,
): LogEntry {
  if (last && at < last.at) throw new RangeError(`the log is at ${last.at}: nothing is written at ${at}`);
  const line = { n: last ? last.n + 1 : 0, at, draw, what, content, previous: last?.hash ?? NOTHING_BEFORE };
  return { ...line, hash: sha256(canonical(line)) };
}
