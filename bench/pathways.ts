/** Pathways by the thousand: straight into the tables and to Temporal, since the API's part is measured elsewhere. */
import { randomUUID } from 'node:crypto';
import { demonstrationPerson } from '../db/seed';
import { defaultSettings, rulesOf } from '../domain/settings';
import { type PathwayInput, pathwayWorkflowId } from '../workflows/messages';
import { load } from './measure';
import type { System } from './system';

/**
 * At the site of Blois.
 * @param start where they stand; absent: just enrolled
 * @returns their ids
 */
export async function startPathways(
  system: System,
  count: number,
  start?: PathwayInput['start'],
): Promise<string[]> {
  const enrolledBy = demonstrationPerson('coordinator.blois').id;
  const rules = rulesOf(defaultSettings, 1);
  const inputs = Array.from({ length: count }, (): PathwayInput => {
    const pathwayId = randomUUID();
    return { pathwayId, siteId: 'blois', minor: false, rules, enrolledBy, ...(start && { start }) };
  });
  await system.pool.query(
    `with e as (select e->>'pathwayId' as id, e from jsonb_array_elements($1) e),
       p as (insert into people (id, last_name, first_name, birth_date, name_key)
         select id::uuid, 'Essai', id, '2008-01-01', 'essai ' || id from e)
     insert into enrolments (id, person_id, site_id, name_key, situation, origin, consent_on, enrolled_on, created_by, created_at, start_input, started_at)
     select id::uuid, id::uuid, 'blois', 'essai ' || id, 'in_school', 'cfa', current_date, current_date, $2, now(), e, now() from e`,
    [JSON.stringify(inputs), enrolledBy],
  );
  await load(count, 16, (i) => {
    const input = inputs[i] as PathwayInput;
    return system.temporal.workflow.start('pathway', {
      taskQueue: 'pathways',
      workflowId: pathwayWorkflowId(input.pathwayId),
      workflowTaskTimeout: '5 seconds',
      args: [input],
    });
  });
  return inputs.map((i) => i.pathwayId);
}

/** Where somebody stands who has searched for a contract since now, with a referent. */
export function searching(): NonNullable<PathwayInput['start']> {
  const referentId = demonstrationPerson('counsellor.blois').id;
  return { step: 'contract_search', since: new Date().toISOString(), referentId };
}
