/** What the forms read of JSON Schema, and how what was typed becomes what is sent. Free of React. */
import type { Label } from '../../../domain/forms';

/** One field, as z.toJSONSchema writes it from the domain's (domain/forms.ts). */
export interface FieldSchema {
  readonly type?: string;
  readonly title?: string;
  readonly 'x-title-en'?: string;
  readonly 'x-labels'?: Readonly<Record<string, Label>>;
  /** A person of the site, of this role. */
  readonly 'x-people'?: string;
  readonly 'x-words'?: boolean;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: FieldSchema;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

/** One variant of a form. */
export interface ObjectSchema extends FieldSchema {
  readonly properties: Readonly<Record<string, FieldSchema>>;
}

/** What somebody typed so far: numbers as text, what is empty as it comes. A draft keeps it as it is. */
export type Typed = Readonly<Record<string, unknown>>;

/** What a field is on screen. */
export type FieldSort =
  | 'fixed'
  | 'people'
  | 'choice'
  | 'choices'
  | 'groups'
  | 'group'
  | 'yes_no'
  | 'whole_number'
  | 'day'
  | 'instant'
  | 'text';

export function sortOf(field: FieldSchema): FieldSort {
  if (field.const !== undefined) return 'fixed';
  if (field['x-people']) return 'people';
  if (field.enum) return 'choice';
  if (field.type === 'array') return field.items?.properties ? 'groups' : 'choices';
  if (field.properties) return 'group';
  if (field.type === 'boolean') return 'yes_no';
  if (field.type === 'integer') return 'whole_number';
  if (field.format === 'date') return 'day';
  if (field.format === 'date-time') return 'instant';
  return 'text';
}

const textOf = (typed: unknown): string =>
  typeof typed === 'string' ? typed.trim() : typeof typed === 'number' ? String(typed) : '';
const objectOf = (typed: unknown): Typed =>
  typed !== null && typeof typed === 'object' && !Array.isArray(typed) ? (typed as Typed) : {};
const listOf = (typed: unknown): readonly unknown[] => (Array.isArray(typed) ? typed : []);

/** The rows of a repeatable group: where at least one is asked for, an empty one stands ready. */
export function rowsOf(field: FieldSchema, typed: unknown): readonly Typed[] {
  const rows = listOf(typed).map(objectOf);
  return rows.length === 0 && field.minItems ? [{}] : rows;
}

/** The codes that are chosen of those on offer. */
export const chosenOf = (field: FieldSchema, typed: unknown): readonly string[] =>
  (field.items?.enum ?? []).filter((code) => listOf(typed).includes(code));

/** What is sent of one field; undefined: nothing. */
function sentOf(field: FieldSchema, typed: unknown): unknown {
  switch (sortOf(field)) {
    case 'fixed':
      return field.const;
    case 'choices': {
      const chosen = chosenOf(field, typed);
      return chosen.length > 0 ? chosen : undefined;
    }
    case 'groups': {
      const rows = rowsOf(field, typed).map((row) => toSent(field.items ?? {}, row));
      return rows.length > 0 ? rows : undefined;
    }
    case 'group':
      return toSent(field, objectOf(typed));
    case 'yes_no':
      return typed === undefined ? undefined : typed === true;
    case 'whole_number':
      return isWhole(textOf(typed)) ? Number(textOf(typed)) : undefined;
    case 'instant':
      return textOf(typed) ? parisInstant(textOf(typed)) : undefined;
    default:
      return textOf(typed) || undefined;
  }
}

/** What is sent of what was typed: only fields of the schema, and nothing empty. */
export function toSent({ properties = {} }: FieldSchema, typed: Typed): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties)
      .map(([name, field]) => [name, sentOf(field, typed[name])] as const)
      .filter(([, sent]) => sent !== undefined),
  );
}

export type Wrong =
  | { readonly what: 'missing' | 'not_chosen' | 'not_a_number' }
  | { readonly what: 'too_long'; readonly by: number }
  | { readonly what: 'out_of_range'; readonly from: number; readonly to: number };

const isWhole = (text: string) => /^-?\d{1,9}$/.test(text);

/**
 * What is wrong before anything is sent, by JSON pointer and in the order of the fields: what can be seen without
 * knowing more than the schema.
 */
export function wrongIn(
  { properties = {}, required = [] }: FieldSchema,
  typed: Typed,
  path = '',
): ReadonlyMap<string, Wrong> {
  const found = new Map<string, Wrong>();
  for (const [name, field] of Object.entries(properties)) {
    const pointer = `${path}/${name}`;
    const sort = sortOf(field);
    if (sort === 'group') {
      for (const [at, wrong] of wrongIn(field, objectOf(typed[name]), pointer)) found.set(at, wrong);
    } else if (sort === 'groups') {
      const rows = rowsOf(field, typed[name]);
      for (const [n, row] of rows.entries())
        for (const [at, wrong] of wrongIn(field.items ?? {}, row, `${pointer}/${n}`)) found.set(at, wrong);
    } else {
      const wrong = wrongOf(field, sort, typed[name], required.includes(name));
      if (wrong) found.set(pointer, wrong);
    }
  }
  return found;
}

function wrongOf(field: FieldSchema, sort: FieldSort, typed: unknown, isRequired: boolean): Wrong | null {
  const text = textOf(typed);
  switch (sort) {
    case 'fixed':
    case 'yes_no':
      return null;
    case 'choices':
      return (isRequired || field.minItems) && chosenOf(field, typed).length === 0
        ? { what: 'not_chosen' }
        : null;
    case 'choice':
    case 'people':
      return isRequired && !text ? { what: 'not_chosen' } : null;
    case 'whole_number': {
      if (!text) return isRequired ? { what: 'missing' } : null;
      if (!isWhole(text)) return { what: 'not_a_number' };
      const { minimum: from = -Infinity, maximum: to = Infinity } = field;
      return Number(text) < from || Number(text) > to ? { what: 'out_of_range', from, to } : null;
    }
    default: {
      if (!text) return isRequired ? { what: 'missing' } : null;
      const by = text.length - (field.maxLength ?? Infinity);
      return by > 0 ? { what: 'too_long', by } : null;
    }
  }
}

const inParis = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Paris',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** @param local a time in Paris as a browser gives it: 2026-03-31T09:30 @returns the instant in UTC */
export function parisInstant(local: string): string {
  const asUtc = Date.parse(`${local}Z`);
  const aheadAt = (at: number) => Date.parse(`${inParis.format(at).replace(' ', 'T')}Z`) - at;
  // What Paris is ahead there, not what it is ahead at the same figures in UTC: between the two the clock may change.
  const about = asUtc - aheadAt(asUtc);
  return new Date(asUtc - aheadAt(about)).toISOString();
}

/** The value at a JSON pointer; undefined where there is none. */
export function valueAt(typed: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (value, name) =>
        value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[name] : undefined,
      typed,
    );
}
