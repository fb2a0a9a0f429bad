/** The report as a workbook: what it is of on the first sheet, then one sheet a table, whose numbers are numbers. */
import { unzipSync, type Zippable, zipSync } from 'fflate';
import writeExcelFile, { type Sheet, type Cell as SheetCell } from 'write-excel-file/node';
import { type Cell, type Column, hashOf, type Report, type Table } from '../domain/report';
import { cellText, maskedWhy, questionText, reportTitle } from '../domain/report-words';
import type { Language } from './problems';

type Line = SheetCell[];

const words = {
  fr: { definitions: 'Comment c’est compté', hash: 'Empreinte (SHA-256)' },
  en: { definitions: 'How it is counted', hash: 'Hash (SHA-256)' },
};

/** Of every file in the archive: the time at which it is made would make each of them another one. */
const noTime = new Date(1980, 0, 1);

const bold = { fontWeight: 'bold' } as const;
/** A text is typed as one: whatever it begins with, it is no formula. */
const textCell = (value: string, more: object = {}): SheetCell => ({ type: String, value, ...more });

const formats = { count: '#,##0', change: '+#,##0;-#,##0;0', share: '0.0%', number: '0.0000' } as const;

function cellOf(cell: Cell | undefined, { type }: Column, language: Language, more: object): SheetCell {
  if (typeof cell === 'number' && type !== 'text' && type !== 'day')
    return { type: Number, value: cell, format: formats[type], ...more };
  if (typeof cell === 'string' && type === 'day' && cell !== '')
    return { type: Date, value: new Date(`${cell}T00:00:00Z`), format: 'dd/mm/yyyy', ...more };
  if (cell === '' || cell === undefined) return null;
  return textCell(cellText(cell, type, language), { ...(type !== 'text' && { align: 'right' }), ...more });
}

/** What a sheet may be called: 31 characters, none of those that stand for something, each once. */
function sheetNames(): (title: string) => string {
  const taken = new Set<string>();
  return (title) => {
    const plain = title
      .replace(/[[\]:*?/\\']/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
    for (let n = 1; ; n++) {
      const end = n === 1 ? '' : ` ${n}`;
      const name = plain.slice(0, 31 - end.length).trim() + end;
      if (taken.has(name.toLowerCase())) continue;
      taken.add(name.toLowerCase());
      return name;
    }
  };
}

function sheetOf(table: Table, nameOf: (title: string) => string, language: Language): Sheet<Buffer> {
  const head: Line = table.columns.map(({ label, type }) =>
    textCell(label[language], { ...bold, wrap: true, ...(type !== 'text' && { align: 'right' }) }),
  );
  const lines = table.rows.map(
    (row): Line =>
      table.columns.map((column, n) => cellOf(row.cells[n], column, language, row.total ? bold : {})),
  );
  const longest = (n: number, column: Column) =>
    Math.max(...table.rows.map((row) => cellText(row.cells[n], column.type, language).length), 0);
  return {
    sheet: nameOf(table.title[language]),
    data: [head, ...lines],
    stickyRowsCount: 1,
    columns: table.columns.map((column, n) => ({
      width: Math.min(
        60,
        Math.max(12, longest(n, column) + 2, Math.ceil(column.label[language].length / 2) + 2),
      ),
    })),
  };
}

/** @returns the bytes of the file: of the same report in the same language always the same */
export async function reportXlsx(report: Report, language: Language): Promise<Uint8Array> {
  const { definitions, hash } = words[language];
  const nameOf = sheetNames();
  const about: Line[] = [
    [textCell(reportTitle[language], { ...bold, fontSize: 16 })],
    ...questionText(report, language).map((line): Line => [textCell(line, { wrap: true })]),
    [textCell(`${hash} : ${hashOf(report)}`)],
    ...(report.masked ? [[textCell(maskedWhy[language], { wrap: true })]] : []),
    ...report.sections.flatMap((section) =>
      section.words.map((line): Line => [textCell(line[language], { wrap: true })]),
    ),
    [null],
    [textCell(definitions, bold)],
    ...report.definitions.map(
      (one): Line => [
        textCell(one.label[language], { ...bold, wrap: true }),
        textCell(one.definition[language], { wrap: true }),
      ],
    ),
  ];
  const sheets: Sheet<Buffer>[] = [
    { sheet: nameOf(reportTitle[language]), data: about, columns: [{ width: 75 }, { width: 90 }] },
    ...report.sections.flatMap(({ tables }) => tables.map((table) => sheetOf(table, nameOf, language))),
  ];
  const made = await writeExcelFile(sheets).toBuffer();
  const files = unzipSync(new Uint8Array(made));
  const timeless: Zippable = Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => [path, [bytes, { mtime: noTime }]]),
  );
  return zipSync(timeless);
}
