/** The report as CSV: one value a line, so that a spreadsheet filters and sums it; UTF-8 with a mark and semicolons. */
import { stringify } from 'csv-stringify/sync';
import { byteOrderMark, protect } from '../domain/enrolment-csv';
import { type Cell, type Column, hashOf, type Report } from '../domain/report';
import { cellText, maskedWhy, questionText, reportTitle } from '../domain/report-words';
import type { Language } from './problems';

const heads = {
  fr: ['Partie', 'Tableau', 'Ligne', 'Colonne', 'Valeur'],
  en: ['Section', 'Table', 'Row', 'Column', 'Value'],
};

/** A number as spreadsheets of that language read it; everything else in words that are no formula. */
function inFile(cell: Cell | undefined, type: Column['type'], language: Language): string {
  if (typeof cell !== 'number')
    return cell === '' || cell === undefined ? '' : protect(cellText(cell, type, language));
  if (type === 'number') return language === 'fr' ? String(cell).replace('.', ',') : String(cell);
  if (type !== 'share') return String(cell);
  const percent = (cell * 100).toFixed(1);
  return `${language === 'fr' ? percent.replace('.', ',') : percent}%`;
}

/** @returns the text of the file */
export function reportCsv(report: Report, language: Language): string {
  const title = reportTitle[language];
  const lines: string[][] = [heads[language]];
  const about = [...questionText(report, language), `SHA-256 ${hashOf(report)}`];
  if (report.masked) about.push(maskedWhy[language]);
  for (const words of about) lines.push([title, '', '', '', protect(words)]);
  for (const section of report.sections) {
    const name = protect(section.title[language]);
    for (const words of section.words) lines.push([name, '', '', '', protect(words[language])]);
    for (const table of section.tables) {
      // The first says which row it is, with what else comes before the numbers.
      const first = table.columns.findIndex(({ type }) => type !== 'text');
      const names = first < 0 ? table.columns.length : Math.max(1, first);
      for (const row of table.rows) {
        const rowName = row.cells
          .slice(0, names)
          .map((cell) => cellText(cell, 'text', language))
          .join(', ');
        for (const [n, column] of table.columns.entries()) {
          if (n < names) continue;
          lines.push([
            name,
            protect(table.title[language]),
            protect(rowName),
            protect(column.label[language]),
            inFile(row.cells[n], column.type, language),
          ]);
        }
      }
    }
  }
  return (
    byteOrderMark + stringify(lines, { delimiter: ';', record_delimiter: '\r\n', quoted_match: /[\r\n]/ })
  );
}
