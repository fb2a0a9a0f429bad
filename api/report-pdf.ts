/**
 * The report as a PDF on A4: tagged with its language, titles, tables with their headers, and charts with what they show in
 * words. French signs are kept on the line of the word before them.
 */
import { readFileSync } from 'node:fs';
import { create as openFont } from 'fontkit';
import PDFDocument from 'pdfkit';
import type { Label } from '../domain/forms';
import { type Cell, type Column, hashOf, type Report, type Table } from '../domain/report';
import {
  apart,
  cellText,
  lineDashes,
  maskedWhy,
  momentText,
  questionText,
  reportTitle,
} from '../domain/report-words';
import type { Language } from './problems';

type Parent = PDFKit.PDFStructureElement;

const words = {
  fr: {
    locale: 'fr-FR',
    definitions: 'Comment c’est compté',
    page: (n: number, of: number) => `Page ${n} sur ${of}`,
    foot: (asOf: string, knownAt: string) => `État au ${asOf}, connu le ${knownAt}`,
    hash: 'Empreinte (SHA-256) :',
    bars: (title: string) => `Graphique en barres : ${title}. Les nombres sont dans le tableau.`,
    curve: (title: string) => `Courbe : ${title}. Les nombres sont dans le tableau.`,
  },
  en: {
    locale: 'en-GB',
    definitions: 'How it is counted',
    page: (n: number, of: number) => `Page ${n} of ${of}`,
    foot: (asOf: string, knownAt: string) => `State as at ${asOf}, known on ${knownAt}`,
    hash: 'Hash (SHA-256):',
    bars: (title: string) => `Bar chart: ${title}. The numbers are in the table.`,
    curve: (title: string) => `Curve: ${title}. The numbers are in the table.`,
  },
};

const font = (style: '400Regular' | '600SemiBold') =>
  readFileSync(require.resolve(`@expo-google-fonts/source-sans-3/${style}/SourceSans3_${style}.ttf`));
let fonts: { regular: Buffer; bold: Buffer } | undefined;

const ink = '#161616';
const grey = '#666666';
const line = '#b0b0b0';
const fill = '#3a5a98';
const margin = 50;
const barStep = 15;
const curveHeight = 150;
/** Room for what stands at the foot of each page. */
const foot = 70;

/** No sign begins a line, no quotation mark ends one. The typeface has no narrow space. */
export const typeset = (text: string, language: Language): string =>
  language === 'en'
    ? text
    : text
        .replace(/\u202f/g, '\u00a0')
        .replace(/ ([;:!?%»])/g, '\u00a0$1')
        .replace(/« /g, '«\u00a0')
        .replace(/(\d) (?=\d{3}\b)/g, '$1\u00a0');

/** @returns the bytes of the file: of the same report in the same language always the same */
export function reportPdf(report: Report, language: Language): Promise<Uint8Array> {
  return new Writer(report, language).write();
}

class Writer {
  private readonly doc: PDFKit.PDFDocument;
  private readonly hash: string;

  constructor(
    private readonly report: Report,
    private readonly language: Language,
  ) {
    this.hash = hashOf(report);
    const title = [reportTitle[language], ...questionText(report, language).slice(0, 2)].join(', ');
    this.doc = new PDFDocument({
      size: 'A4',
      margins: { top: margin, left: margin, right: margin, bottom: foot },
      pdfVersion: '1.7',
      subset: 'PDF/UA',
      tagged: true,
      displayTitle: true,
      lang: words[language].locale,
      bufferPages: true,
      // Not when the file is made: the same report is the same file.
      info: {
        Title: this.text(title),
        Creator: 'Service plus',
        Producer: 'Service plus',
        CreationDate: new Date(report.knownAt),
        ModDate: new Date(report.knownAt),
      },
    } as unknown as PDFKit.PDFDocumentOptions);
    fonts ??= { regular: font('400Regular'), bold: font('600SemiBold') };
    // Open: pdfkit would open bytes anew for each cell of a table. For this document alone, since a glyph remembers of which
    // characters it was first asked.
    for (const [name, bytes] of Object.entries(fonts))
      this.doc.registerFont(name, openFont(bytes) as unknown as PDFKit.Mixins.PDFFontSource);
  }

  async write(): Promise<Uint8Array> {
    const { doc, report, language } = this;
    const chunks: Buffer[] = [];
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise((resolve) => doc.on('end', resolve));

    const root = doc.struct('Document');
    doc.addStructure(root);
    this.say(root, 'H1', reportTitle[language], { size: 22, bold: true });
    for (const words of questionText(report, language)) this.say(root, 'P', words, { size: 11 });
    this.say(root, 'P', `${words[language].hash} ${this.hash}`, { size: 8, color: grey });
    if (report.masked) this.say(root, 'P', maskedWhy[language], { size: 9 });
    for (const section of report.sections) {
      // A title stands with its words and what they are of.
      const [first] = section.tables;
      this.room(60 + this.wordsHeight(section.words) + (first ? this.measured(first).whole : 0));
      doc.moveDown(0.6);
      this.say(root, 'H2', section.title[language], { size: 15, bold: true });
      for (const words of section.words) this.say(root, 'P', words[language]);
      for (const table of section.tables) this.table(root, table);
    }
    this.definitions(root);
    root.end();
    this.feet();
    doc.end();
    await ended;
    return Buffer.concat(chunks);
  }

  private text(words: string): string {
    return typeset(words, this.language);
  }

  private get width(): number {
    return this.doc.page.width - 2 * margin;
  }

  private get bottom(): number {
    return this.doc.page.height - foot;
  }

  /** A new page unless there is so much room on this one; for what fills more than a page, room for its beginning. */
  private room(height: number): void {
    const page = this.bottom - margin;
    const needed = height > page ? page / 3 : height;
    if (this.doc.y + needed > this.bottom && this.doc.y > margin) this.doc.addPage();
  }

  private wordsHeight(said: readonly Label[]): number {
    this.doc.font('regular').fontSize(10);
    return said.reduce(
      (sum, one) => sum + this.doc.heightOfString(this.text(one[this.language]), { width: this.width }) + 6,
      0,
    );
  }

  /** A table's texts and sizes. `whole`: the height of its title, all its rows and its chart. */
  private measured(table: Table) {
    const { doc, language } = this;
    const size = table.columns.length > 6 ? 7.5 : 9;
    const widths = this.widths(table, size);
    const cells = table.rows.map((row) =>
      table.columns.map(({ type }, n) => this.text(cellText(row.cells[n], type, language))),
    );
    const heads = table.columns.map(({ label }) => this.text(label[language]));
    const height = (texts: readonly string[]) => {
      doc.font('regular').fontSize(size);
      return (
        Math.max(...texts.map((text, n) => doc.heightOfString(text, { width: (widths[n] ?? 0) - 8 }))) + 6
      );
    };
    const rows = cells.reduce((sum, row) => sum + height(row), height(heads));
    const chart = { bars: table.rows.length * barStep + 20, curve: curveHeight + 40, none: 0 };
    const whole = rows + 40 + chart[table.chart?.kind ?? 'none'];
    return { size, widths, cells, heads, height, whole };
  }

  private say(
    parent: Parent,
    type: string,
    text: string,
    how: { size?: number; bold?: boolean; color?: string } = {},
  ): void {
    const { size = 10, bold = false, color = ink } = how;
    this.doc
      .font(bold ? 'bold' : 'regular')
      .fontSize(size)
      .fillColor(color)
      .text(this.text(text), margin, this.doc.y, {
        width: this.width,
        structParent: parent,
        structType: type,
      });
    this.doc.moveDown(0.3);
  }

  private table(parent: Parent, table: Table): void {
    const { doc, language } = this;
    const { size, widths, cells, heads, height, whole } = this.measured(table);
    this.room(whole);
    doc.moveDown(0.4);
    this.say(parent, 'H3', table.title[language], { size: 11, bold: true });
    doc.font('regular').fontSize(size).fillColor(ink);
    const head = heads.map((text, n) => ({
      text,
      type: 'TH' as const,
      scope: 'Column',
      font: { src: 'bold', size },
      align: {
        x: n > 0 && table.columns[n]?.type !== 'text' ? ('right' as const) : ('left' as const),
        y: 'bottom' as const,
      },
    }));
    const begin = () => {
      const grid = doc.table({
        position: { x: margin, y: doc.y },
        columnStyles: widths.map((width) => ({ width })),
        defaultStyle: {
          border: { top: 0, left: 0, right: 0, bottom: 0.5 },
          borderColor: { top: line, left: line, right: line, bottom: line },
          padding: { top: 2, bottom: 2, left: 4, right: 4 },
          textColor: ink,
        },
        structParent: parent,
      } as unknown as PDFKit.Mixins.TableOptions);
      grid.row(head);
      return grid;
    };
    let grid = begin();
    for (const [r, row] of table.rows.entries()) {
      // What goes on on the next page has its heads there too.
      if (doc.y + height(cells[r] as string[]) > this.bottom) {
        grid.end();
        doc.addPage();
        grid = begin();
      }
      grid.row(
        (cells[r] as string[]).map((text, n) => ({
          text,
          ...(n === 0 ? { type: 'TH' as const, scope: 'Row' } : { type: 'TD' as const }),
          font: { src: row.total ? 'bold' : 'regular', size },
          align: {
            x: n === 0 || table.columns[n]?.type === 'text' ? ('left' as const) : ('right' as const),
            y: 'top' as const,
          },
        })),
      );
    }
    grid.end();
    doc.x = margin;
    doc.moveDown(0.6);
    if (table.chart?.kind === 'bars') this.bars(parent, table, table.chart.of);
    if (table.chart?.kind === 'curve') this.curve(parent, table, table.chart.over, table.chart.of);
  }

  /** Numbers as wide as they need, words share the rest. */
  private widths(table: Table, size: number): number[] {
    const { doc, language } = this;
    const wide = (text: string) => doc.font('bold').fontSize(size).widthOfString(text) + 10;
    const longestWord = (text: string) => Math.max(...text.split(/[ -]/).map(wide));
    const numbers = table.columns.map(({ type, label }, n) =>
      type === 'text'
        ? 0
        : Math.max(
            longestWord(this.text(label[language])),
            ...table.rows.map((row) => wide(this.text(cellText(row.cells[n], type, language)))),
            table.columns.length > 6 ? 0 : 70,
          ),
    );
    const isText = (n: number) => table.columns[n]?.type === 'text';
    const texts = numbers.filter((_, n) => isText(n)).length;
    const given = numbers.reduce((sum, width) => sum + width, 0);
    const least = 70 * texts;
    // Too many numbers for the page: all narrower alike.
    const scale = Math.min(1, (this.width - least) / Math.max(given, 1));
    const most = Math.min((this.width - given * scale) / Math.max(texts, 1), 260);
    const longest = (n: number) =>
      Math.max(
        ...table.rows.map((row) => wide(this.text(cellText(row.cells[n], 'text', language)))),
        least / texts,
      );
    const fitted = numbers.map((width, n) => (isText(n) ? Math.min(longest(n), most) : width * scale));
    // What words leave is the numbers': their heads need fewer lines.
    const spare =
      (this.width - fitted.reduce((sum, width) => sum + width, 0)) / Math.max(1, numbers.length - texts);
    return fitted.map((width, n) => (isText(n) ? width : Math.max(width, Math.min(width + spare, 72))));
  }

  /** One bar a row: its name, as long as its number, the number beside it. A masked one says so and has none. */
  private bars(parent: Parent, table: Table, of: string): void {
    const { doc, language } = this;
    const n = table.columns.findIndex(({ id }) => id === of);
    const column = table.columns[n] as Column;
    const rows = table.rows.filter(({ total }) => !total);
    const most = Math.max(...rows.map((row) => numberOf(row.cells[n])), 0);
    if (most === 0) return;
    const [step, labelWidth] = [barStep, 150];
    this.room(rows.length * step + 20);
    const top = doc.y;
    this.drawn(parent, words[language].bars(`${table.title[language]}, ${column.label[language]}`), () => {
      const longest = this.width - labelWidth - 60;
      for (const [r, row] of rows.entries()) {
        const y = top + r * step;
        doc.font('regular').fontSize(8).fillColor(ink);
        const name = this.text(cellText(row.cells[0], 'text', language));
        doc.text(name, margin, y + 1, {
          width: labelWidth - 8,
          height: step,
          align: 'right',
          ellipsis: true,
          lineBreak: false,
        });
        const length = (numberOf(row.cells[n]) / most) * longest;
        if (length > 0) doc.rect(margin + labelWidth, y, length, step - 5).fill(fill);
        doc
          .fillColor(ink)
          .text(
            this.text(cellText(row.cells[n], column.type, language)),
            margin + labelWidth + length + 4,
            y + 1,
            { lineBreak: false },
          );
      }
    });
    doc.x = margin;
    doc.y = top + rows.length * step + 8;
  }

  /** One line a column, told apart by its dashes and its name at the end; broken where a value is masked. */
  private curve(parent: Parent, table: Table, over: string, of: readonly string[]): void {
    const { doc, language } = this;
    const at = (id: string) => table.columns.findIndex((column) => column.id === id);
    const x = at(over);
    const most = {
      x: Math.max(...table.rows.map((row) => numberOf(row.cells[x])), 1),
      y: Math.max(...of.flatMap((id) => table.rows.map((row) => numberOf(row.cells[at(id)]))), 0),
    };
    if (most.y === 0) return;
    const [height, left, right] = [curveHeight, 50, 110];
    this.room(height + 40);
    const top = doc.y + 6;
    const wide = this.width - left - right;
    const place = (row: Table['rows'][number], n: number): readonly [number, number] => [
      margin + left + (numberOf(row.cells[x]) / most.x) * wide,
      top + height - (numberOf(row.cells[n]) / most.y) * height,
    ];
    this.drawn(parent, words[language].curve(table.title[language]), () => {
      const [x0, y0] = [margin + left, top + height];
      doc
        .lineWidth(0.5)
        .strokeColor(line)
        .moveTo(x0, top)
        .lineTo(x0, y0)
        .lineTo(x0 + wide, y0)
        .stroke();
      doc.font('regular').fontSize(8).fillColor(ink);
      const type = table.columns[at(of[0] as string)]?.type ?? 'count';
      doc.text(this.text(cellText(most.y, type, language)), margin, top, {
        width: left - 6,
        align: 'right',
        lineBreak: false,
      });
      doc.text(this.text(cellText(0, type, language)), margin, y0 - 8, {
        width: left - 6,
        align: 'right',
        lineBreak: false,
      });
      doc.text(
        this.text(`${table.columns[x]?.label[language]} : ${cellText(most.x, 'count', language)}`),
        x0,
        y0 + 4,
        {
          ...{ width: wide, align: 'right', lineBreak: false },
        },
      );
      const dashed = (s: number, draw: () => void) => {
        const dashes = lineDashes[s % lineDashes.length] as number[];
        doc.lineWidth(1.2).strokeColor(ink);
        if (dashes.length > 0) (doc as unknown as { dash(lengths: number[]): void }).dash(dashes);
        draw();
        doc.stroke().undash();
      };
      const ends = of.map((id, s) => {
        const n = at(id);
        let last: readonly [number, number] | undefined;
        let open = false;
        dashed(s, () => {
          for (const row of table.rows) {
            const there = typeof row.cells[n] === 'number' && typeof row.cells[x] === 'number';
            if (there) {
              last = place(row, n);
              if (open) doc.lineTo(...last);
              else doc.moveTo(...last);
            }
            open = there;
          }
        });
        return { s, name: table.columns[n]?.label[language] ?? '', y: last?.[1] };
      });
      const named = ends.filter((end): end is typeof end & { y: number } => end.y !== undefined);
      const places = apart(
        named.map(({ y }) => y),
        11,
      );
      for (const [i, { s, name }] of named.entries()) {
        const y = places[i] as number;
        dashed(s, () => doc.moveTo(x0 + wide + 6, y).lineTo(x0 + wide + 28, y));
        doc.fillColor(ink).text(this.text(name), x0 + wide + 32, y - 5, {
          ...{ width: right - 32, height: 10, ellipsis: true, lineBreak: false },
        });
      }
    });
    doc.x = margin;
    doc.y = top + height + 24;
  }

  /** What is drawn, and what it shows in words. */
  private drawn(parent: Parent, alt: string, draw: () => void): void {
    const figure = this.doc.struct('Figure', { alt: this.text(alt) }, [draw]);
    parent.add(figure);
    figure.end();
  }

  private definitions(root: Parent): void {
    this.room(100);
    this.doc.moveDown(0.6);
    this.say(root, 'H2', words[this.language].definitions, { size: 15, bold: true });
    for (const { label, definition } of this.report.definitions) {
      this.room(40);
      this.say(
        root,
        'P',
        `${label[this.language]}${this.language === 'fr' ? ' ' : ''}: ${definition[this.language]}`,
        {
          size: 9,
        },
      );
    }
  }

  /** What stands at the foot of each page; no part of what is read. */
  private feet(): void {
    const { doc, language, report } = this;
    const { page, foot: known } = words[language];
    const { start, count } = doc.bufferedPageRange();
    const at = (instant: string) => momentText(instant, language);
    for (let n = start; n < start + count; n++) {
      doc.switchToPage(n);
      // Below the margin nothing more begins a page.
      doc.page.margins.bottom = 0;
      const y = doc.page.height - 48;
      doc.markContent('Artifact', { type: 'Pagination' });
      doc.font('regular').fontSize(7.5).fillColor(grey);
      doc.text(this.text(known(at(report.asOf), at(report.knownAt))), margin, y, { lineBreak: false });
      doc.text(this.text(page(n - start + 1, count)), margin, y, {
        width: this.width,
        align: 'right',
        lineBreak: false,
      });
      doc.text(`SHA-256 ${this.hash}`, margin, y + 11, { lineBreak: false });
      doc.endMarkedContent();
    }
  }
}

const numberOf = (cell: Cell | undefined): number => (typeof cell === 'number' ? cell : 0);
