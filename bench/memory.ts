/** What a worker's memory grows by for each pathway that waits in its cache. */
import { randomUUID } from 'node:crypto';
import { demonstrationPerson } from '../db/seed';
import { defaultSettings, rulesOf } from '../domain/settings';
import { type PathwayInput, pathwayWorkflowId } from '../workflows/messages';
import { calm } from './enrolments';
import { load, type Measure, measure } from './measure';
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

/** Straight into the tables and to Temporal: the API's part is measured elsewhere. */
async function startPathways(system: System, count: number): Promise<void> {
  const enrolledBy = demonstrationPerson('coordinator.blois').id;
  const rules = rulesOf(defaultSettings, 1);
  const inputs = Array.from({ length: count }, (): PathwayInput => {
    return { pathwayId: randomUUID(), siteId: 'blois', minor: false, rules, enrolledBy };
  });
  await system.pool.query(
    `with e as (select e->>'pathwayId' as id, e from jsonb_array_elements($1) e),
       p as (insert into people (id, last_name, first_name, birth_date, name_key)
         select id::uuid, 'Essai', id, '2008-01-01', 'essai ' || id from e)
     insert into enrolments (id, person_id, site_id, situation, origin, consent_on, enrolled_on, created_by, created_at, start_input, started_at)
     select id::uuid, id::uuid, 'blois', 'in_school', 'cfa', current_date, current_date, $2, now(), e, now() from e`,
    [JSON.stringify(inputs), enrolledBy],
  );
  await load(count, 16, (i) => {
    const input = inputs[i] as PathwayInput;
    return system.temporal.workflow.start('pathway', {
      taskQueue: 'pathways',
      workflowId: pathwayWorkflowId(input.pathwayId),
      args: [input],
    });
  });
}
