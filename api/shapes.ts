/** The JSON shapes that several routes answer with or take. */
import * as z from 'zod';
import { rungs } from '../domain/journal';
import { exitCodes, roles, statuses, steps } from '../domain/pathway';
import { type TaskKind, taskKinds } from '../domain/tasks';
import type { Documented } from './routing';

export const label = z.object({ fr: z.string(), en: z.string() }).meta({ id: 'Label' });
export const instant = () => z.iso.datetime().meta({ description: 'UTC' });
export const day = () => z.iso.date().meta({ description: 'a day in Europe/Paris' });
/** Yes or no in a query; absent: no. */
export const flag = (description: string) =>
  z
    .enum(['true', 'false'])
    .default('false')
    .transform((given) => given === 'true')
    .meta({ description });
/** A day that a list can be asked for. */
export const listDay = () => day().refine((on) => on >= '2000-01-01', { error: 'lies before 2000-01-01' });
export const kind = z.enum(taskKinds as [TaskKind, ...TaskKind[]]).meta({ id: 'TaskKind' });
export const step = z.enum(steps).meta({ id: 'Step' });
export const status = z.enum(statuses).meta({ id: 'PathwayStatus' });
export const role = z.enum(roles).meta({ id: 'Role' });
export const taskStatuses = ['planned', 'open', 'done', 'cancelled'] as const;
export const taskStatus = z.enum(taskStatuses).meta({ id: 'TaskStatus' });
export const exitCode = z.enum(exitCodes).meta({ id: 'ExitCode' });

export const personRef = z.object({ id: z.uuid(), displayName: z.string() }).meta({ id: 'StaffRef' });
export const standsInFor = personRef.nullable().meta({
  description:
    'whose task it is, while that person is away; without assignee nobody stands in, it is the team’s',
});
export const words = z
  .record(z.string(), z.string())
  .nullable()
  .meta({ description: 'what people typed, by field' });

export const staff = z
  .object({
    id: z.uuid(),
    displayName: z.string(),
    role,
    siteId: z.string().nullable().meta({ description: 'null: national' }),
    organisation: z.string().nullable(),
  })
  .meta({ id: 'Staff' });

export const site = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Site' });

/** Of a young person: what the reader's role may see is present. */
export const identity = z
  .object({
    lastName: z.string(),
    firstName: z.string(),
    birthDate: day().optional(),
    phone: z.string().nullable(),
    email: z.string().nullable(),
    address: z.string().nullable().optional(),
    family: z.object({ name: z.string(), phone: z.string().nullable() }).nullable().optional(),
    externalNumber: z.string().nullable().optional(),
  })
  .meta({ id: 'YoungPerson' });

export const task = z
  .object({
    id: z.string(),
    pathwayId: z.uuid(),
    siteId: z.string(),
    kind,
    label,
    step,
    status: taskStatus,
    round: z.int(),
    subject: z.string().nullable().meta({ description: 'what it is about: an obstacle, an action' }),
    assignee: personRef.nullable(),
    standsInFor,
    partner: personRef.nullable(),
    referent: personRef.nullable().meta({ description: 'of the young person' }),
    opensAt: instant(),
    dueAt: instant(),
    openedAt: instant().nullable(),
    closedAt: instant().nullable(),
    closedBy: personRef
      .nullable()
      .meta({ description: 'who completed it; null also when no person closed it' }),
    outcome: z.string().nullable(),
    cancelReason: z.string().nullable(),
    rungs: z.array(z.enum(rungs)),
    takeable: z.boolean().meta({
      description: 'the reader’s role may take tasks of this kind; whether it is free, `assignee` says',
    }),
    revision: z.int(),
    person: z.object({ lastName: z.string(), firstName: z.string() }),
  })
  .meta({ id: 'Task' });

export const recorded = z
  .object({
    pathwayId: z.uuid(),
    revision: z.int().meta({ description: 'the read model has it at this revision' }),
    subjectId: z.string().optional().meta({ description: 'the task, contract… it was about or created' }),
    opened: z.array(z.string()).meta({ description: 'tasks that opened in consequence' }),
  })
  .meta({ id: 'Recorded' });

export const accepted = z
  .object({ status: z.literal('accepted'), pathwayId: z.uuid(), requestId: z.string() })
  .meta({ id: 'Accepted' });

/** The answers of a decision: recorded, or accepted while the database is away. */
export function decisionAnswers(status: 200 | 201): Record<number, Documented> {
  return {
    [status]: { description: 'Decided and recorded', schema: recorded },
    202: {
      description: 'Accepted by the pathway; it is recorded when the database is back',
      schema: accepted,
    },
  };
}

export const uuid = z.uuid().toLowerCase();
export const uuidParams = z.object({ id: uuid });
/** The id of a task: its pathway's and a number. */
export const taskParams = z.object({
  id: z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[1-9][0-9]{0,8}$/),
});
export const taskId = taskParams.shape.id;

/** One of a query's values is a list too. */
export const several = (given: unknown) => (given === undefined || Array.isArray(given) ? given : [given]);
