/** Forms as a page builds them: the JSON Schema of what a request takes, and who of the site it may name. */
import type { PoolClient } from 'pg';
import * as z from 'zod';
import { type Proposed, peopleByLoad } from '../db/tasks';
import type { Day } from '../domain/calendar';
import * as shape from './shapes';

export const jsonSchema = z.record(z.string(), z.unknown());

export const proposed = z.object({
  ...shape.personRef.shape,
  role: shape.role,
  organisation: z.string().nullable(),
  load: z.int().meta({ description: 'young people they accompany now' }),
  absentUntil: shape.day().nullable().meta({ description: 'null: they are there today' }),
});

export const proposals = z.record(z.string(), z.array(proposed)).meta({
  description:
    'by role that the form asks for (`x-people`): who of the site could be named, least loaded first, who is away last',
});

export interface FormSchema {
  readonly schema: Record<string, unknown>;
  /** Roles of the people it asks for. */
  readonly people: readonly string[];
}

const known = new WeakMap<z.ZodType, FormSchema>();

export function formSchemaOf(form: z.ZodType): FormSchema {
  let found = known.get(form);
  if (!found) {
    const schema = z.toJSONSchema(form, { io: 'input' }) as Record<string, unknown>;
    const people = new Set<string>();
    JSON.stringify(schema, (name, value) => {
      if (name === 'x-people') people.add(value);
      return value;
    });
    found = { schema, people: [...people] };
    known.set(form, found);
  }
  return found;
}

/** Who of the site a form could name, by role. */
export async function proposalsFor(
  client: PoolClient,
  siteId: string,
  { people }: FormSchema,
  today: Day,
): Promise<Record<string, Proposed[]>> {
  const found: Record<string, Proposed[]> = {};
  for (const role of people) found[role] = await peopleByLoad(client, siteId, [role], today);
  return found;
}
