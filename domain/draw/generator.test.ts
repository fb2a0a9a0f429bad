/** The generator gives the published numbers, and numbers that no test of evenness tells from chance. */
import { keyOf } from '../../test/setup/draws';
import { chiSquare, even } from '../../test/setup/statistics';
import { stream } from './generator';
import { bounds, vectors } from './generator.vectors.json';

test('it gives the words, bounded numbers and orders that another program computed from the same description', () => {
  expect(vectors).toHaveLength(18);
  for (const vector of vectors) {
    const key = Buffer.from(vector.key, 'hex');
    const words = stream(key, vector.label);
    expect(vector.words.map(() => words.word())).toEqual(vector.words);
    const numbers = stream(key, vector.label);
    expect(bounds.map((n) => numbers.below(n))).toEqual(vector.below);
    const people = Array.from({ length: 25 }, (_, i) => i);
    expect(stream(key, vector.label).shuffle(people)).toEqual(vector.shuffle);
  }
});

test('its first words are the SHA-256 of 32 zero bytes, a length, a label and a counter, as any tool computes it', () => {
  // (head -c 32 /dev/zero; printf '\0\0\0\1a'; head -c 8 /dev/zero) | sha256sum
  const { word } = stream(new Uint8Array(32), 'a');
  const hex = [0, 1, 2, 3, 4, 5, 6, 7].map(() => word().toString(16).padStart(8, '0')).join('');
  expect(hex).toBe('854375836c653ad3d7fa11a9b594ec61cde9a7faf05247d27db881a9ff6c30a3');
});

test('a wrong key and a wrong bound are refused, a list is left as it was', () => {
  expect(() => stream(new Uint8Array(31), 'a')).toThrow('a key has 32 bytes, not 31');
  const { below, shuffle } = stream(new Uint8Array(32), 'a');
  for (const n of [0, -1, 1.5, Number.NaN, 2 ** 32 + 1]) expect(() => below(n)).toThrow('from 1 to 2^32');
  const list = Object.freeze([1, 2, 3]);
  expect(shuffle(list).sort()).toEqual([1, 2, 3]);
  expect(shuffle([])).toEqual([]);
});

test('every number below n is as likely as the others, whether n divides 2^32 or not', () => {
  for (const n of [2, 3, 5, 6, 7, 10, 16, 100, 1000]) {
    const { below } = stream(keyOf('below'), `n ${n}`);
    const seen = new Array<number>(n).fill(0);
    for (let i = 0; i < 60_000; i++) (seen[below(n)] as number)++;
    expect(even(seen)).toBe(true);
  }
});

test('no remainder comes too often where taking one without rejection would show most', () => {
  const n = 3 * 2 ** 30;
  const thirds = (draw: () => number) => {
    const seen = [0, 0, 0];
    for (let i = 0; i < 20_000; i++) (seen[Math.floor(draw() / 2 ** 30)] as number)++;
    return seen;
  };
  const { below, word } = stream(keyOf('thirds'), 'thirds');
  expect(even(thirds(() => below(n)))).toBe(true);
  // The same test tells the biased way: there the first third comes twice as often.
  expect(even(thirds(() => word() % n))).toBe(false);
});

test('every order of 4 and of 5 people is as likely as the others, and the test would tell a careless shuffle', () => {
  const orders = (n: number, shuffle: (list: number[]) => number[]) => {
    const seen = new Map<string, number>();
    const list = Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < 48_000; i++) {
      const order = shuffle(list).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    return [...seen.values()];
  };
  const { shuffle, below } = stream(keyOf('shuffle'), 'orders');
  for (const [n, all] of [
    [4, 24],
    [5, 120],
  ] as const) {
    const seen = orders(n, shuffle);
    expect(seen).toHaveLength(all);
    expect(even(seen)).toBe(true);
  }
  const careless = (list: number[]) => {
    const order = [...list];
    for (let i = 0; i < order.length; i++) {
      const j = below(order.length);
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    return order;
  };
  expect(even(orders(4, careless))).toBe(false);
});

test('neither bits, nor neighbours, nor labels or keys next to each other have anything to do with each other', () => {
  const { word } = stream(keyOf('bits'), 'bits');
  const bits = new Array<number>(32).fill(0);
  const n = 40_000;
  for (let i = 0; i < n; i++) {
    const w = word();
    for (let b = 0; b < 32; b++) (bits[b] as number) += (w >>> b) & 1;
  }
  for (const ones of bits) expect(even([ones, n - ones])).toBe(true);

  const pairs = (next: (i: number) => readonly [number, number]) => {
    const seen = new Array<number>(64).fill(0);
    for (let i = 0; i < 30_000; i++) {
      const [a, b] = next(i);
      (seen[a * 8 + b] as number)++;
    }
    return seen;
  };
  const { below } = stream(keyOf('pairs'), 'pairs');
  expect(even(pairs(() => [below(8), below(8)]))).toBe(true);
  const key = keyOf('labels');
  expect(
    even(pairs((i) => [stream(key, `block:a:${i}`).below(8), stream(key, `block:a:${i + 1}`).below(8)])),
  ).toBe(true);
  expect(
    even(pairs((i) => [stream(keyOf(`${i}`), 'x').below(8), stream(keyOf(`${i + 1}`), 'x').below(8)])),
  ).toBe(true);
});

test('the bounds of the tests of evenness are those of chi-square, a little wider where there are few counts', () => {
  // What a chi-square variable passes once in a million, by integrating its density.
  for (const [freedom, quantile] of [
    [1, 23.928],
    [9, 44.811],
    [119, 207.199],
    [999, 1226.046],
  ] as const) {
    const wider = chiSquare.bound(freedom) / quantile;
    expect(wider).toBeGreaterThan(0.9999);
    expect(wider).toBeLessThan(1.15);
  }
});
