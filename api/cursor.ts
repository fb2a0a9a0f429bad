/** Where the next page of a list starts: opaque to the caller, the sort key and id of the last item to us. */
import * as z from 'zod';
import { Problem } from './problems';

export const cursorQuery = {
  cursor: z.string().max(400).optional().meta({ description: '`next` of the page before' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .meta({ description: 'items of a page, 200 at most' }),
};

export const pageOf = <S extends z.ZodType>(item: S) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: '`cursor` of the next page, null on the last one' }),
  });

/** @throws Problem cursor_invalid */
export function readCursor<S extends z.ZodType>(
  cursor: string | undefined,
  shape: S,
): z.output<S> | undefined {
  if (cursor === undefined) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {}
  const read = shape.safeParse(parts);
  // Only what we would have written ourselves: base64url and JSON know several writings of the same.
  if (!read.success || writeCursor(parts as unknown[]) !== cursor) throw new Problem('cursor_invalid');
  return read.data;
}

export function writeCursor(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @param rows one more than `limit` were asked for: it says whether there is a next page */
export function page<T>(rows: readonly T[], limit: number, keyOf: (row: T) => readonly unknown[]) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? writeCursor(keyOf(last)) : null };
}
