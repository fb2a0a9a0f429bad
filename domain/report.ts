/**
 * The report that committees read ("note d'étape") as data: sections in order, each with its words, tables and charts. What
 * makes it a page, a PDF, a workbook or a CSV file reads this and nothing else, so all of them say the same. Adding a
 * section: one module that makes it, one line in db/report.ts.
 */
import * as z from 'zod';
import { sha256 } from './draw/hashes';
import type { Label } from './forms';

const label = z.object({ fr: z.string(), en: z.string() });
const instant = z.iso.datetime();

export const columnTypes = ['text', 'count', 'change', 'share', 'number', 'day'] as const;

const column = z.object({
  id: z.string(),
  label,
  type: z.enum(columnTypes).meta({
    description:
      'text: what the row is, or words; count: whole and not negative; change: whole; share: 0 to 1; number: with decimals; day: YYYY-MM-DD',
  }),
});

const cell = z
  .union([label, z.string(), z.number(), z.null()])
  .meta({ description: 'null: masked; an empty text: there is nothing to say' });

const row = z.object({
  /** A code: what the row is in every language. */
  id: z.string(),
  cells: z.array(cell),
  total: z.boolean().optional().meta({ description: 'the sum of the rows above' }),
});

const chart = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('bars'), of: z.string() }),
    z.object({ kind: z.literal('curve'), over: z.string(), of: z.array(z.string()) }),
  ])
  .meta({ description: 'bars: one a row, as long as its column `of`; curve: columns `of` over a column' });

const table = z
  .object({
    id: z.string(),
    title: label,
    columns: z.array(column),
    rows: z.array(row),
    chart: chart.optional(),
  })
  .meta({ id: 'ReportTable' });

const section = z
  .object({ id: z.string(), title: label, words: z.array(label), tables: z.array(table) })
  .meta({ id: 'ReportSection' });

/** What is kept of a note too: fields are added, none changes its meaning. */
export const reportSchema = z.object({
  asOf: instant.meta({ description: 'whose state it tells' }),
  knownAt: instant.meta({ description: 'by what was recorded until then' }),
  compareTo: instant.nullable().meta({ description: 'the earlier instant it is compared with' }),
  site: z.object({ id: z.string(), name: z.string() }).nullable().meta({ description: 'null: of all sites' }),
  masked: z.boolean().meta({ description: 'counts of 1 to 4 are null, with what would give them away' }),
  sections: z.array(section),
  definitions: z.array(z.object({ label, definition: label })),
});

export type Report = z.infer<typeof reportSchema>;
export type Section = z.infer<typeof section>;
export type Table = z.infer<typeof table>;
export type Column = z.infer<typeof column>;
export type Row = z.infer<typeof row>;
export type Cell = z.infer<typeof cell>;
export type Chart = z.infer<typeof chart>;

export const textColumn = (id: string, label: Label): Column => ({ id, label, type: 'text' });
export const countColumn = (id: string, label: Label): Column => ({ id, label, type: 'count' });
export const shareColumn = (id: string, label: Label): Column => ({ id, label, type: 'share' });

/** The figures of a report, one row a line, without any language: codes and numbers. */
function figureLines({ sections }: Report): string[] {
  return sections.flatMap(({ id, tables }) => [
    JSON.stringify(['section', id]),
    ...tables.flatMap((one) => {
      // What is text names the row, whose code is there already.
      const told = one.columns.flatMap(({ type }, n) => (type === 'text' ? [] : [n]));
      return [
        JSON.stringify(['table', one.id, ...told.map((n) => one.columns[n]?.id)]),
        ...one.rows.map((r) => JSON.stringify(['row', r.id, ...told.map((n) => r.cells[n])])),
      ];
    }),
  ]);
}

/**
 * The text whose hash names a report: which question it answers, then every figure. Words, names and the language are not in
 * it: a corrected translation is the same report.
 */
export function canonical(report: Report): string {
  const { asOf, knownAt, compareTo, site, masked } = report;
  const question = {
    format: 'service-plus-report/1',
    asOf,
    knownAt,
    compareTo,
    site: site?.id ?? null,
    masked,
  };
  return `${[JSON.stringify(question), ...figureLines(report)].join('\n')}\n`;
}

/** SHA-256 of the canonical text, in small hexadecimal digits. */
export const hashOf = (report: Report): string => sha256(canonical(report));

/**
 * Whether what a kept report says is the same today, whenever it was known. A table that reports have had only since is no
 * correction of those that were made before.
 */
export function sameFigures(kept: Report, today: Report): boolean {
  const tables = new Set(kept.sections.flatMap((one) => one.tables.map(({ id }) => `${one.id}/${id}`)));
  const sections = today.sections
    .map((one) => ({ ...one, tables: one.tables.filter(({ id }) => tables.has(`${one.id}/${id}`)) }))
    .filter(({ id }) => kept.sections.some((one) => one.id === id));
  return figureLines(kept).join('\n') === figureLines({ ...today, sections }).join('\n');
}

/** The share of a whole: masked where either is, since the other number with it would tell; '' of nothing. */
export function shareOf(part: number | null, whole: number | null): number | null | '' {
  if (part === null || whole === null) return null;
  return whole === 0 ? '' : part / whole;
}
