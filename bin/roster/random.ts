/** Chance for the demonstration roster: seeded, so that a seed always gives the same young people. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Values with their weights: whole numbers, of which only the proportions count. */
export type Weighted<T> = readonly (readonly [value: T, weight: number])[];

export const largestSeed = 0xffff_ffff;

/** xoroshiro128+ as `pure-rand` implements it. */
export class Random {
  private readonly generator;

  /** Throws RangeError when the seed is not a whole number from 0 to `largestSeed`. */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed > largestSeed) {
      throw new RangeError(`The seed must be a whole number from 0 to ${largestSeed}, not ${seed}.`);
    }
    this.generator = xoroshiro128plus(seed);
  }

  /** A whole number, both ends included. */
  int(from: number, to: number): number {
    return uniformInt(this.generator, from, to);
  }

  chance(probability: number): boolean {
    return uniformFloat64(this.generator) < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)] as T;
  }

  weighted<T>(values: Weighted<T>): T {
    let left = this.int(1, total(values));
    for (const [value, weight] of values) {
      left -= weight;
      if (left <= 0) return value;
    }
    throw new RangeError('No value can be drawn: give at least one whole weight above 0.');
  }
}

export function total(values: Weighted<unknown>): number {
  return values.reduce((sum, [, weight]) => sum + weight, 0);
}
