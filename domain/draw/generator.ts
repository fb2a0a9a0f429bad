/**
 * The draw's only source of chance, version `sha256-counter/1` (record.ts names it): SHA-256 over a key, a label and a
 * counter. Whoever has the key gets the same numbers in any language; who has not cannot foresee one.
 */
import { createHash } from 'node:crypto';

/** A stream of numbers: the same key and label always give the same one. */
export interface Stream {
  /** The next 32 bits, as a whole number from 0 to 2³² − 1. */
  word(): number;
  /** A whole number from 0 to n − 1, each as likely as the others. @param n from 1 to 2³² */
  below(n: number): number;
  /** The items in an order drawn at random, every order as likely as the others. */
  shuffle<T>(items: readonly T[]): T[];
}

const words = 2 ** 32;

/**
 * @param key 32 bytes
 * @param label what is drawn, e.g. `rush:tours`: what is drawn under one label says nothing about another's
 */
export function stream(key: Uint8Array, label: string): Stream {
  if (key.length !== 32) throw new RangeError(`a key has 32 bytes, not ${key.length}`);
  const name = Buffer.from(label, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  const counter = Buffer.alloc(8);
  let blocks = 0n;
  let block = Buffer.alloc(0);
  let at = 0;

  function word() {
    if (at === block.length) {
      counter.writeBigUInt64BE(blocks++);
      block = createHash('sha256').update(key).update(length).update(name).update(counter).digest();
      at = 0;
    }
    const next = block.readUInt32BE(at);
    at += 4;
    return next;
  }

  function below(n: number) {
    if (!Number.isInteger(n) || n < 1 || n > words)
      throw new RangeError(`a whole number from 1 to 2^32 is needed, not ${n}`);
    // Beyond the last whole multiple of n the small results would come once too often: drawn again.
    const limit = words - (words % n);
    let drawn = word();
    while (drawn >= limit) drawn = word();
    return drawn % n;
  }

  function shuffle<T>(items: readonly T[]) {
    const order = [...items];
    // Fisher–Yates, from the last place down.
    for (let i = order.length - 1; i > 0; i--) {
      const j = below(i + 1);
      [order[i], order[j]] = [order[j] as T, order[i] as T];
    }
    return order;
  }

  return { word, below, shuffle };
}
