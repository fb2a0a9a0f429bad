/** What a worker's memory grows by for each pathway that waits in its cache. */
import { calm } from './enrolments';
import { load, type Measure, measure } from './measure';
import { startPathways } from './pathways';
import type { System } from './system';

/** Call it first: memory that was used once is not given back. */
export async function memory(system: System, sizes: readonly number[]): Promise<Measure[]> {
  const measures: Measure[] = [];
  const empty = { worker: system.memoryOf('worker'), bare: system.memoryOf('bare') };
  let waiting = 0;
  for (const size of sizes) {
    const more = size - waiting;
    waiting = size;
    await load(more, 16, () => system.startBare());
    await startPathways(system, more);
    await calm(system);
    const grown = (part: 'worker' | 'bare') => (system.memoryOf(part) - empty[part]) / 1024 / 1024;
    measures.push(
      measure(`worker memory, ${size} waiting pathways`, 'MiB', grown('worker'), grown('bare'), null),
      measure(
        `  of which for one pathway`,
        'KiB',
        (grown('worker') * 1024) / size,
        (grown('bare') * 1024) / size,
        null,
      ),
    );
  }
  return measures;
}
