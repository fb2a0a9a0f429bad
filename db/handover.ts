/** What somebody who leaves has: the young people they accompany and the tasks that are theirs. */
import type { PoolClient } from 'pg';
import type { Instant } from '../domain/calendar';
import type { TaskStatus } from '../domain/journal';
import type { Status, Step } from '../domain/pathway';
import type { TaskKind } from '../domain/tasks';

interface Name {
  readonly lastName: string;
  readonly firstName: string;
}

export interface HeldPathway {
  readonly id: string;
  readonly status: Status;
  readonly step: Step | null;
  readonly person: Name;
}

export interface HeldTask {
  readonly id: string;
  readonly pathwayId: string;
  readonly kind: TaskKind;
  readonly status: TaskStatus;
  readonly dueAt: Instant;
  readonly person: Name;
}

const name = `json_build_object('lastName', y.last_name, 'firstName', y.first_name) as person`;

/** The pathways whose referent they are, in the order of their ids; those that are closed need nobody any more. */
export async function pathwaysOf(client: PoolClient, staffId: string): Promise<HeldPathway[]> {
  const { rows } = await client.query<HeldPathway>({
    name: 'pathways_of',
    text: `select p.id, p.status, p.step, ${name}
           from pathways p join enrolments e on e.id = p.id join people y on y.id = e.person_id
           where p.referent_id = $1 and p.status <> 'closed' order by p.id`,
    values: [staffId],
  });
  return rows;
}

/** Their tasks, open and planned, by due date; those too that somebody stands in for while they are away. */
export async function tasksOf(client: PoolClient, staffId: string): Promise<HeldTask[]> {
  const { rows } = await client.query<HeldTask>({
    name: 'tasks_of',
    text: `select t.id, t.pathway_id as "pathwayId", t.kind, t.status, iso(t.due_at) as "dueAt", ${name}
           from tasks t join enrolments e on e.id = t.pathway_id join people y on y.id = e.person_id
           where coalesce(t.stands_in_for, t.assignee_id) = $1 and t.status in ('open', 'planned')
           order by t.due_at, t.id`,
    values: [staffId],
  });
  return rows;
}

/** How many pathways a hand-over gives to others; null: there is no such broadcast. */
export async function handedOver(client: PoolClient, broadcastId: string): Promise<number | null> {
  const { rows } = await client.query<{ pathways: number }>(
    `select (select count(*)::int from jsonb_object_keys(message->'to')) as pathways from broadcasts where id = $1`,
    [broadcastId],
  );
  return rows[0]?.pathways ?? null;
}
