/** What a benchmark tells: our figure and the baseline's from the same run, and their ratio held against a goal. */

export interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** null: there is nothing to compare with; the goal then holds for our figure. */
  readonly baseline: number | null;
  readonly ratio: number | null;
  /** `≥ 0.8`, `≤ 1.3`; null: told for information. */
  readonly goal: string | null;
  readonly met: boolean | null;
}

export function measure(
  name: string,
  unit: string,
  ours: number,
  baseline: number | null,
  goal: string | null,
): Measure {
  const ratio = baseline === null ? null : ours / baseline;
  const [sense, bound] = goal?.split(' ') ?? [];
  const held = ratio ?? ours;
  const met = goal === null ? null : sense === '≥' ? held >= Number(bound) : held <= Number(bound);
  return { name, unit, ours, baseline, ratio, goal, met };
}

/** A Markdown table, as kept in docs/performance.md. */
export function table(measures: readonly Measure[]): string {
  const figure = (n: number | null) => (n === null ? '' : n >= 100 ? n.toFixed(0) : n.toPrecision(3));
  const rows = measures.map((m) => [
    m.name,
    `${figure(m.ours)} ${m.unit}`,
    m.baseline === null ? '' : `${figure(m.baseline)} ${m.unit}`,
    m.ratio === null ? '' : m.ratio.toFixed(2),
    m.goal ?? '',
    m.met === null ? '' : m.met ? 'yes' : 'no',
  ]);
  const all = [
    ['measure', 'ours', 'baseline', 'ratio', 'goal', 'met'],
    ['---', '---', '---', '---', '---', '---'],
    ...rows,
  ];
  return all.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.95)] ?? median(sorted);
}

/**
 * Does `work` `count` times, at most `concurrency` at once.
 * @returns the time of each in milliseconds, and all together in seconds
 */
export async function load(
  count: number,
  concurrency: number,
  work: (i: number) => Promise<unknown>,
): Promise<{ times: number[]; seconds: number; perSecond: number }> {
  const times: number[] = [];
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < count) {
        const i = next++;
        const before = performance.now();
        await work(i);
        times.push(performance.now() - before);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  return { times, seconds, perSecond: count / seconds };
}
