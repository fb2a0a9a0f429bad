/**
 * The published record of a draw: one JSON document from which anybody can make the draw again. It holds opaque ids,
 * sites, arms and instants, and nothing else of a person. Workflow code may import this file: it hashes nothing.
 */
import * as z from 'zod';
import { arms } from '../pathway';

export const format = 'service-plus-draw/1';
export const algorithm = 'sha256-counter/1';

/** The most people a register holds: products of two counts stay exact, with room to spare. */
export const MOST_REGISTERED = 100_000;
export const LARGEST_BLOCK = 1000;
/** The stratum of everybody where the strata are `none`. */
export const ONE_STRATUM = 'all';

const uuid = () =>
  z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'is not an id (UUID in small letters)');
const site = () =>
  z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9_-]{0,39}$/,
      'is not the code of a site: 1 to 40 small letters, digits, hyphens or underscores',
    );
/** 32 bytes: a seed or a hash. */
const hex32 = () => z.string().regex(/^[0-9a-f]{64}$/, 'is not 64 hexadecimal digits in small letters');
const instant = () =>
  z.string().refine(isInstant, {
    error: 'is not an instant in UTC with milliseconds: write 2026-03-04T22:59:59.999Z',
  });
const count = (least: number, most: number) =>
  z.number().int(`is not a whole number from ${least} to ${most}`).min(least).max(most);
/** Published with the record and hashed: said once, as it is, on one line. */
const line = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((s) => s === s.trim() && !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(s), {
      error: 'begins or ends with a space, or contains a control character: remove it',
    });

/** Written as the calendar's `Instant` is. */
function isInstant(s: string): boolean {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(s) ? Date.parse(s) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString() === s;
}

/** In lowest terms. */
export const fractionSchema = z.strictObject({
  num: count(0, Number.MAX_SAFE_INTEGER),
  den: count(1, Number.MAX_SAFE_INTEGER),
});
export type Fraction = z.infer<typeof fractionSchema>;

/** What becomes of the people who do not fill a block. */
export const misfitRules = ['proportional', 'next_wave'] as const;

export const siteRulesSchema = z.strictObject({
  site: site(),
  /** So many of so many get service plus: 3 of 5. */
  ratio: z.strictObject({ servicePlus: count(1, 99), of: count(2, 100) }),
  /** People of a block: a multiple of the ratio's `of`. */
  block: count(2, LARGEST_BLOCK),
  /** How many may enter the wave; null: everybody who wishes. People met again do not count. */
  places: count(1, MOST_REGISTERED).nullable(),
  misfits: z.enum(misfitRules),
});
export type SiteRules = z.infer<typeof siteRulesSchema>;

export const rulesSchema = z.strictObject({
  /** `site`: each site is drawn apart. `none`: all sites together, which then have the same ratio, block and misfits. */
  strata: z.enum(['site', 'none']),
  /** Of each site of the wave, in the order of their codes. */
  sites: z.array(siteRulesSchema).min(1).max(1000),
  /**
   * A number that nobody can know or choose when the register is frozen, and that everybody can look up afterwards
   * (a lottery's result): it goes into the draw, so that not even who knows the seed can fit a register to it.
   */
  publicNumber: z.strictObject({ source: line(500), notBefore: instant() }).nullable(),
});
export type Rules = z.infer<typeof rulesSchema>;

/** Somebody the draw is about. `n` counts the wishes of the whole register from 1, in the order they were made. */
export const registeredSchema = z.strictObject({ id: uuid(), site: site(), n: count(1, MOST_REGISTERED) });
export type Registered = z.infer<typeof registeredSchema>;

/** Somebody met again: not drawn, keeps the arm that `firstDraw` gave to them as `firstId` (often the same id). */
export const keptSchema = z.strictObject({
  id: uuid(),
  site: site(),
  arm: z.enum(arms),
  firstDraw: uuid(),
  firstId: uuid(),
});
export type Kept = z.infer<typeof keptSchema>;

const frozenShape = {
  format: z.literal(format),
  draw: uuid(),
  wave: line(60),
  algorithm: z.literal(algorithm),
  /** SHA-256 of the seed's 32 bytes, and when it was published. */
  commitment: hex32(),
  committedAt: instant(),
  rules: rulesSchema,
  /** In the order of `n`, which leaves out none. */
  register: z.array(registeredSchema).max(MOST_REGISTERED),
  /** In the order of `id`. */
  kept: z.array(keptSchema).max(MOST_REGISTERED),
  frozenAt: instant(),
} as const;

/** What is published before the draw; the register's hash is SHA-256 of its canonical text. */
export const frozenSchema = z.strictObject(frozenShape);
export type Frozen = z.infer<typeof frozenSchema>;

/**
 * What became of a wish: `drawn` into an arm, or waiting for the next wave because there were more wishes than places
 * (`rush`) or because a block was not full (`misfit`).
 */
export const fates = ['drawn', 'rush', 'misfit'] as const;
/** `entering`: the probability, before the draw, of being drawn into an arm and not waiting. */
export const entrySchema = z.strictObject({ id: uuid(), fate: z.enum(fates), entering: fractionSchema });
export type Entry = z.infer<typeof entrySchema>;

export const allocationSchema = z.strictObject({
  id: uuid(),
  stratum: site(),
  /** From 1 within the stratum. */
  block: count(1, MOST_REGISTERED),
  arm: z.enum(arms),
  /** Of getting service plus, once entered. */
  probability: fractionSchema,
  /** As in the person's entry. */
  entering: fractionSchema,
});
export type Allocation = z.infer<typeof allocationSchema>;

const drawnShape = {
  seed: hex32(),
  /** As it was published by the source that the rules name; null where they name none. */
  publicNumber: line(200).nullable(),
  drawnAt: instant(),
  /** One of everybody in the register, in its order. */
  entries: z.array(entrySchema).max(MOST_REGISTERED),
  /** One of everybody drawn, in the register's order. */
  allocations: z.array(allocationSchema).max(MOST_REGISTERED),
} as const;
export const drawnSchema = z.strictObject(drawnShape);
export type Drawn = z.infer<typeof drawnSchema>;

export const logEvents = ['committed', 'frozen', 'drawn'] as const;
/** One line of the programme's log: all draws are in the one chain, so that none can be made twice unseen. */
export const logEntrySchema = z.strictObject({
  /** From 0, without a gap. */
  n: count(0, Number.MAX_SAFE_INTEGER),
  /** Never earlier than the line before. */
  at: instant(),
  draw: uuid(),
  what: z.enum(logEvents),
  /** Hash of what was published. */
  content: hex32(),
  /** `hash` of the line before; of the first line, 64 zeros. */
  previous: hex32(),
  /** SHA-256 of the canonical text of the line without this field. */
  hash: hex32(),
});
export type LogEntry = z.infer<typeof logEntrySchema>;

/** The whole record: what was frozen, its hash, what was drawn, and the programme's log up to this draw. */
export const recordSchema = z.strictObject({
  ...frozenShape,
  registerHash: hex32(),
  ...drawnShape,
  log: z.array(logEntrySchema).min(3),
});
export type DrawRecord = z.infer<typeof recordSchema>;

/**
 * The one text of a value: JSON without spaces, keys sorted, as RFC 8785 writes strings and whole numbers, which with
 * null are all there is in a record. So the same content has the same hash, whoever writes it.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`).join(',')}}`;
  }
  if (value === null || typeof value === 'string' || Number.isSafeInteger(value))
    return JSON.stringify(value);
  throw new TypeError(`a record holds texts, whole numbers and null, not ${String(value)}`);
}
