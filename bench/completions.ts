/** Completing a task by HTTP over a bare Update with one ordinary activity that does nothing. */
import { touch } from './bare/workflows';
import { calm, invented } from './enrolments';
import { load, type Measure, measure, median } from './measure';
import type { System } from './system';

const rounds = 3;

export async function completions(
  system: System,
  tokens: { coordinator: string; counsellor: string },
): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const [concurrency, count] of [
    [1, 40],
    [16, 160],
    [50, 250],
  ] as const) {
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const ids: string[] = [];
      await load(count, 16, async () => {
        const { body } = await system.call(tokens.coordinator, 'POST', '/api/enrolments', invented());
        ids.push((body as { id: string }).id);
      });
      const handles = await Promise.all(Array.from({ length: count }, () => system.startBare()));
      await calm(system);
      const touched = await load(count, concurrency, (i) =>
        (handles[i] as (typeof handles)[0]).executeUpdate(touch),
      );
      const completed = await load(count, concurrency, (i) =>
        // The first task of a pathway is the first contact.
        system.call(tokens.counsellor, 'POST', `/api/tasks/${ids[i]}.1/complete`, {
          outcome: 'reached',
          channel: 'phone',
        }),
      );
      if (round === 0) continue;
      ours.push(median(completed.times));
      bare.push(median(touched.times));
    }
    measures.push(
      measure(`task completion p50, concurrency ${concurrency}`, 'ms', median(ours), median(bare), '≤ 1.3'),
    );
  }
  return measures;
}
