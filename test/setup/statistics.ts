/** Tests of evenness. Their seeds are fixed, so their answer is the same each time. */

/** Standard deviations that a normal variable passes, on one side, once in a million. */
export const ONCE_IN_A_MILLION = 4.7534;

export const chiSquare = {
  /** How far counts are from their expected ones (by default all the same). */
  of(counts: readonly number[], expected?: readonly number[]): number {
    const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
    return counts.reduce((sum, n, i) => {
      const e = expected?.[i] ?? mean;
      return sum + (n - e) ** 2 / e;
    }, 0);
  },
  /** What a fair source passes once in a million (Wilson and Hilferty's approximation of the quantile). */
  bound(freedom: number, z = ONCE_IN_A_MILLION): number {
    const v = 2 / (9 * freedom);
    return freedom * Math.max(0, 1 - v + z * Math.sqrt(v)) ** 3;
  },
};

/**
 * Whether a fair source gives such counts: neither farther from even, nor (but for two counts, which may be equal)
 * nearer to it, than once in a million runs. Among some hundred tests a fair source fails none but once in ten
 * thousand choices of seeds, while any bias that matters here is thousands of standard deviations away.
 */
export function even(counts: readonly number[]): boolean {
  const freedom = counts.length - 1;
  const far = chiSquare.of(counts);
  return (
    far < chiSquare.bound(freedom) && (freedom === 1 || far > chiSquare.bound(freedom, -ONCE_IN_A_MILLION))
  );
}
