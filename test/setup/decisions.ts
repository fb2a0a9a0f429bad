/** Any valid decision of the catalogue: its fields are drawn from the shapes of their zod schemas. */
import fc from 'fast-check';
import type * as z from 'zod';
import { isWords } from '../../domain/forms';
import { type Decision, definitionOf, type TaskKind } from '../../domain/tasks';

/** A day, as so many days after the day on which the decision is taken. */
export class DayAhead {
  constructor(readonly days: number) {}
}
export type Drawn = string | number | boolean | DayAhead | undefined | Drawn[] | { [field: string]: Drawn };

/** The people that an id in a form may stand for. */
export interface People {
  readonly counsellor: readonly string[];
  readonly partner: readonly string[];
}

/** A decision on a task of this kind; its days are `DayAhead`. */
export function decisionOf(kind: TaskKind, people: People): fc.Arbitrary<{ [field: string]: Drawn }> {
  const branches = Object.entries(definitionOf(kind).outcomes).map(([outcome, { fields }]) => {
    const shape = Object.entries(fields()).filter(([, schema]) => !isWords(schema));
    const drawn = Object.fromEntries(
      shape.map(([name, s]) => [name, valueFor(name, s as z.ZodType, people)]),
    );
    if ('signedOn' in drawn) Object.assign(drawn, { signedOn: fc.constant(null) });
    return fc
      .record({ ...drawn, wordsId: fc.option(fc.uuid(), { nil: undefined }) })
      .chain((values) =>
        'signedOn' in values
          ? contractDays.map((days): { [field: string]: Drawn } => ({ ...values, ...days }) as never)
          : fc.constant(values as { [field: string]: Drawn }),
      )
      .map((values) => ({ outcome, ...values }));
  });
  return fc.oneof(...branches);
}

/** The days of a contract that do not contradict each other. */
export const contractDays = fc
  .record({ start: fc.integer({ min: -40, max: 60 }), length: fc.integer({ min: 30, max: 760 }) })
  .map(({ start, length }) => ({
    signedOn: new DayAhead(Math.min(start, 0)),
    startsOn: new DayAhead(start),
    endsOn: new DayAhead(start + length),
  }));

/** The values as they are sent, with the days that `dayAhead` names. */
export function settle(values: Drawn, dayAhead: (days: number) => string): unknown {
  if (values instanceof DayAhead) return dayAhead(values.days);
  if (Array.isArray(values)) return values.map((v) => settle(v, dayAhead));
  if (typeof values !== 'object') return values;
  const sent = Object.entries(values).filter(([, v]) => v !== undefined);
  return Object.fromEntries(sent.map(([name, v]) => [name, settle(v, dayAhead)]));
}

export const asDecision = (values: unknown) => values as Decision;

function valueFor(name: string, schema: z.ZodType, people: People): fc.Arbitrary<Drawn> {
  const def = schema.def as unknown as {
    type: string;
    innerType: z.ZodType;
    element: z.ZodType;
    shape: z.ZodRawShape;
    entries: Record<string, string>;
  };
  const inner = () => valueFor(name, def.innerType, people);
  switch (def.type) {
    case 'optional':
    case 'default':
      return fc.option(inner(), { nil: undefined });
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries));
    case 'boolean':
      return fc.boolean();
    case 'number':
      return fc.integer({ min: 1, max: 5 });
    case 'array':
      return fc.uniqueArray(valueFor(name, def.element, people), { minLength: 1, maxLength: 3 });
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(def.shape).map(([n, s]) => [n, valueFor(n, s as z.ZodType, people)]),
        ),
      ) as fc.Arbitrary<Drawn>;
    case 'string': {
      const format = schema.meta()?.format;
      if (format === 'date') {
        // What a hold and what is put off wait for lies ahead.
        const min = name === 'until' || name === 'startsOn' ? 1 : -20;
        return fc.integer({ min, max: 90 }).map((days) => new DayAhead(days));
      }
      if (format === 'uuid')
        return fc.constantFrom(...people[name === 'referentId' ? 'counsellor' : 'partner']);
      break;
    }
  }
  throw new Error(`nobody has said how ${name} (${def.type}) is drawn`);
}
