/** The fields that forms are made of: a label in both languages, and which of them are words. */
import * as z from 'zod';

export interface Label {
  readonly fr: string;
  readonly en: string;
}

/** Gives a field its label: French as JSON Schema's `title`, English as `x-title-en`. */
export function field<S extends z.ZodType>(schema: S, fr: string, en: string, more: object = {}): S {
  return schema.meta({ title: fr, 'x-title-en': en, ...more });
}

/** One of some codes, each with its label: JSON Schema's `x-labels`. */
export function oneOf<const C extends string>(labels: Readonly<Record<C, Label>>) {
  return z.enum(Object.keys(labels) as [C, ...C[]]).meta({ 'x-labels': labels });
}

// PostgreSQL cannot store NUL, and no other control character belongs in what a person wrote.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
export const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((s) => !control.test(s), { error: 'contains a control character (for example NUL): remove it' });

/**
 * Words are whatever a person types freely. They are stored in PostgreSQL before the decision is taken and the
 * workflow knows only their id (invariant 2).
 */
export const words = (fr: string, en: string, max = 4000) => field(text(max), fr, en, { 'x-words': true });
export const optionalWords = (fr: string, en: string, max = 4000) =>
  field(text(max).optional(), fr, en, { 'x-words': true });

export function isWords(schema: z.core.$ZodType): boolean {
  return (schema as z.ZodType).meta()?.['x-words'] === true;
}

// zod's own formats share one regular expression, which the worker freezes with the rest of what workflows share: each
// use has one of its own.
/** A calendar day, YYYY-MM-DD, in Europe/Paris. */
export const day = () =>
  z
    .string()
    .regex(new RegExp(z.regexes.date), 'is not a day of the calendar: write it as 2026-03-31')
    .meta({ format: 'date' });
const firstYear = 1900;
/** The years that days of a pathway lie in, both included. @param today a day, 'YYYY-MM-DD' */
export const yearsInReach = (today: string): readonly [number, number] => [
  firstYear,
  Number(today.slice(0, 4)) + 20,
];
/** A day or instant of another age: a slip, and some of them no calendar and no database takes. */
export function isOutOfReach(time: string, today: string): boolean {
  const year = Number(time.slice(0, 4));
  const [first, last] = yearsInReach(today);
  return year < first || year > last;
}

/** The opaque id of a person, a contract, a text. */
export const id = () =>
  z
    .string()
    .regex(new RegExp(z.regexes.uuid()), 'is not an id (UUID)')
    .toLowerCase()
    .meta({ format: 'uuid' });
