/** The report's files, read back: what stands in them, that nothing masked does, and that no text becomes a formula. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import readWorkbook from 'read-excel-file/node';
import { canonical, hashOf, type Report, sameFigures } from '../domain/report';
import { comparisonSection, overviewDefinitions, overviewSections } from '../domain/report-overview';
import { cellText } from '../domain/report-words';
import { type Cell, overviewOf } from '../domain/steering';
import { readPdf, readPdfs } from '../test/setup/pdf';
import { reportCsv } from './report-csv';
import { reportPdf, typeset } from './report-pdf';
import { reportXlsx } from './report-xlsx';

const hostile = ['=HYPERLINK("http://evil.test")', '+cmd|calc', '@SUM(A1)', '-2+3', '\t=1', 'Tours ; "été"'];
const siteIds = ['a', 'b', 'c'];
const names = (of: readonly string[] = ['Tours', 'Blois', 'Ain']) =>
  new Map(siteIds.map((id, n) => [id, of[n] as string]));

const cell = (siteId: string, more: Partial<Cell> = {}): Cell => ({
  ...{ siteId, step: 'welcome', exitCode: null, arm: null, youngPeople: 10 },
  ...{ overdue: 0, inMediation: 0, onHold: 0, unreachable: 0 },
  ...more,
});

function reportOf(
  cells: readonly Cell[],
  {
    masked = true,
    sites = names(),
    before,
  }: { masked?: boolean; sites?: Map<string, string>; before?: readonly Cell[] } = {},
): Report {
  const of = (known: readonly Cell[]) =>
    overviewOf({ known, before: [], after: [], changed: 0 }, siteIds, { masked, arms: false });
  const now = of(cells);
  return {
    ...{ asOf: '2026-12-31T22:59:59.999Z', knownAt: '2027-01-08T06:30:00.000Z', masked, site: null },
    compareTo: before ? '2026-06-30T21:59:59.999Z' : null,
    sections: [
      ...overviewSections(now, sites, masked),
      ...(before ? [comparisonSection(now, of(before), sites, masked)] : []),
    ],
    definitions: overviewDefinitions(false),
  };
}

/** The number cells of a report, as they are shown on the page. */
const shownCells = (report: Report) =>
  report.sections.flatMap(({ tables }) =>
    tables.flatMap((table) =>
      table.rows.flatMap((row) =>
        table.columns.flatMap(({ type }, n) => (type === 'text' ? [] : [{ type, value: row.cells[n] }])),
      ),
    ),
  );

const rowsOf = (text: string) =>
  parse(text, { bom: true, delimiter: ';', relaxColumnCount: false }) as string[][];
const sheetsOf = (bytes: Uint8Array) => readWorkbook(Buffer.from(bytes));

const some = [
  cell('a', { youngPeople: 30, overdue: 6 }),
  cell('b', { youngPeople: 1_500, step: 'securing' }),
  cell('b', { youngPeople: 3, exitCode: 'declined' }),
  cell('c', { youngPeople: 8, exitCode: 'back_to_school', step: 'project_validation' }),
];

test('the hash is of the question and the figures, not of the language, a name or the words', () => {
  const report = reportOf(some);
  expect(hashOf(report)).toMatch(/^[0-9a-f]{64}$/);
  expect(hashOf(reportOf(some, { sites: names(hostile) }))).toBe(hashOf(report));
  expect(canonical(report)).not.toMatch(/Tours|Entrés|Entered/);
  for (const other of [
    { ...report, asOf: '2026-12-30T22:59:59.999Z' },
    { ...report, knownAt: '2027-01-08T06:30:00.001Z' },
    { ...report, compareTo: '2026-06-30T21:59:59.999Z' },
    { ...report, site: { id: 'a', name: 'Tours' } },
    reportOf([...some, cell('a', { youngPeople: 1 })]),
  ])
    expect(hashOf(other)).not.toBe(hashOf(report));
  expect(sameFigures(report, { ...report, knownAt: '2030-01-01T00:00:00.000Z' })).toBe(true);
  expect(sameFigures(report, reportOf([...some, cell('c', { youngPeople: 40 })]))).toBe(false);
});

test('the same report is the same bytes, whenever and how often it is made', async () => {
  const report = reportOf(some, { before: some.slice(0, 2) });
  for (const language of ['fr', 'en'] as const) {
    for (const make of [reportPdf, reportXlsx]) {
      const [one, two] = [await make(report, language), await make(report, language)];
      expect(Buffer.from(one).equals(Buffer.from(two))).toBe(true);
    }
  }
  const { info } = readPdf(await reportPdf(report, 'fr'));
  expect(info).toMatchObject({ CreationDate: 'D:20270108063000Z', ModDate: 'D:20270108063000Z' });
});

test('a PDF tells its title and language, its parts to who cannot see it, and each number', async () => {
  const report = reportOf(some, { before: some.slice(0, 2) });
  const { info, pages, roles, alts } = readPdf(await reportPdf(report, 'fr'));
  expect(info).toMatchObject({
    Language: 'fr-FR',
    Title: 'Note d’étape, Tous les sites, État au 31 décembre 2026',
  });
  const all = pages.join('\n');
  for (const words of ['Les chiffres', 'Comparaison des deux dates', 'Comment c’est compté', 'masqué'])
    expect(all).toContain(words);
  expect(all).toMatch(/Blois 1\s500 1\s503 \+3/);
  expect(pages.length).toBeGreaterThan(1);
  pages.forEach((page, n) => {
    expect(page).toContain(`Page ${n + 1} sur ${pages.length}`);
    expect(page).toContain(`SHA-256 ${hashOf(report)}`);
    expect(page).toContain('État au 31 décembre 2026, connu le 8 janvier 2027 à 07:30:00');
  });
  expect(roles).toEqual(expect.arrayContaining(['H1', 'H2', 'H3', 'P', 'Table', 'TR', 'TH', 'TD']));
  // Where all is masked or zero there is nothing to draw.
  expect(alts).toEqual([]);
  const drawn = readPdf(await reportPdf(reportOf(some, { masked: false }), 'fr'));
  expect(drawn.roles).toContain('Figure');
  expect(drawn.alts).toContain(
    'Graphique en barres\u00a0: Dans quelle étape, Jeunes. Les nombres sont dans le tableau.',
  );
});

test('a workbook has a sheet a table, with numbers as numbers and the first line kept in sight', async () => {
  const report = reportOf(some, { masked: false });
  const bytes = await reportXlsx(report, 'fr');
  const sheets = await sheetsOf(bytes);
  const tables = report.sections.flatMap((section) => section.tables);
  expect(sheets.map(({ sheet }) => sheet)).toEqual([
    'Note d’étape',
    'Combien de jeunes',
    'Par site',
    'Dans quelle étape',
    'Par étape et par site',
    'Sorties de phase 1, par motif',
    'Sorties de phase 1, par motif e',
    'Sorties de phase 2, par motif',
    'Jeunes dont l’état a été corrig',
  ]);
  expect(sheets).toHaveLength(tables.length + 1);
  tables.forEach((table, n) => {
    const [head, ...lines] = (sheets[n + 1] as { data: unknown[][] }).data;
    expect(head).toEqual(table.columns.map(({ label }) => label.fr));
    expect(lines).toEqual(
      table.rows.map((row) =>
        table.columns.map(({ type }, c) => {
          const value = row.cells[c];
          return typeof value === 'number' ? value : value === '' ? null : cellText(value, type, 'fr');
        }),
      ),
    );
  });
  const files = unzipSync(bytes);
  const xml = (path: string) => new TextDecoder().decode(files[path]);
  expect(xml('xl/worksheets/sheet2.xml')).toMatch(/<pane [^>]*ySplit="1"[^>]*state="frozen"/);
  expect(xml('xl/worksheets/sheet2.xml')).toMatch(/<col [^>]*width="/);
  const flat = sheets[0]?.data.flat().join('\n');
  expect(flat).toContain(hashOf(report));
});

test.each(['fr', 'en'] as const)('no text becomes a formula, in %s', async (language) => {
  for (const name of hostile) {
    const report = reportOf(some, { sites: names([name, name, name]) });
    report.site = { id: 'a', name };
    for (const section of report.sections) section.words.push({ fr: name, en: name });
    for (const value of rowsOf(reportCsv(report, language)).flat())
      if (!/^-?\d+$/.test(value)) expect(value).not.toMatch(/^[\s]*[=+\-@\t\r]/);
    const files = unzipSync(await reportXlsx(report, language));
    const sheets = Object.entries(files).filter(([path]) => path.startsWith('xl/worksheets/'));
    expect(sheets.length).toBeGreaterThan(3);
    for (const [, bytes] of sheets) expect(new TextDecoder().decode(bytes)).not.toMatch(/<f[ >]/);
  }
});

test('nothing that is masked on the page stands in any file, and never as zero', async () => {
  const few = fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 12, 40);
  const cells = fc
    .array(fc.tuple(few, few, fc.constantFrom('welcome', 'securing', 'contract_search'), fc.boolean()), {
      minLength: 3,
      maxLength: 9,
    })
    .map((drawn) =>
      drawn.map(([youngPeople, overdue, step, left], n) =>
        cell(siteIds[n % 3] as string, {
          ...{ youngPeople, step: step as Cell['step'] },
          ...(left ? { exitCode: 'declined' as const } : { overdue: Math.min(overdue, youngPeople) }),
        }),
      ),
    );
  let hidden = 0;
  const made: { report: Report; pdf: Uint8Array }[] = [];
  await fc.assert(
    fc.asyncProperty(cells, cells, async (now, before) => {
      const report = reportOf(now, { before });
      const shown = shownCells(report);
      hidden += shown.filter(({ value }) => value === null).length;

      const csv = rowsOf(reportCsv(report, 'en'))
        .filter((line) => line[3] !== '')
        .slice(1);
      expect(csv.map((line) => line[4])).toEqual(
        shown.map(({ type, value }) =>
          value === null
            ? 'masked'
            : value === ''
              ? ''
              : type === 'share'
                ? `${((value as number) * 100).toFixed(1)}%`
                : String(value),
        ),
      );

      const sheets = await sheetsOf(await reportXlsx(report, 'en'));
      const inSheets = sheets.slice(1).flatMap(({ data }, n) => {
        const table = report.sections.flatMap(({ tables }) => tables)[n];
        return (data as unknown[][])
          .slice(1)
          .flatMap((line) =>
            table?.columns.flatMap(({ type }, c) => (type === 'text' ? [] : [line[c] ?? ''])),
          );
      });
      expect(inSheets).toEqual(shown.map(({ value }) => (value === null ? 'masked' : value)));

      made.push({ report, pdf: await reportPdf(report, 'en') });
    }),
    { numRuns: 12 },
  );
  const read = readPdfs(made.map(({ pdf }) => pdf));
  for (const [n, { report }] of made.entries()) {
    const text = read[n]?.pages.join('\n') ?? '';
    // Each number stands in its table; a bar says a number that its table says.
    const told = (text.match(/masked/g) ?? []).length;
    const masked = shownCells(report).filter(({ value }) => value === null);
    expect(told).toBeGreaterThanOrEqual(masked.length);
    for (const { title, rows, columns } of report.sections.flatMap(({ tables }) => tables))
      for (const row of rows) {
        const line = columns.map(({ type }, c) => cellText(row.cells[c], type, 'en')).join(' ');
        const squeezed = (words: string) => words.replace(/\s+/g, '');
        expect([title.en, squeezed(text).includes(squeezed(line))]).toEqual([title.en, true]);
      }
  }
  expect(hidden).toBeGreaterThan(50);
}, 120_000);

test('a curve is drawn broken where it is masked, and tells in words what it shows', async () => {
  const report = reportOf(some);
  const label = (words: string) => ({ fr: words, en: words });
  report.sections.push({
    ...{ id: 'later', title: label('Later'), words: [] },
    tables: [
      {
        ...{
          id: 'curve',
          title: label('Still in'),
          chart: { kind: 'curve', over: 'day', of: ['one', 'two'] },
        },
        columns: [
          { id: 'name', label: label('When'), type: 'text' },
          { id: 'day', label: label('Days'), type: 'count' },
          { id: 'one', label: label('One'), type: 'share' },
          { id: 'two', label: label('Two'), type: 'share' },
        ],
        rows: [
          { id: '0', cells: [label('start'), 0, 1, 1] },
          { id: '30', cells: [label('a month'), 30, null, 0.8] },
          { id: '60', cells: [label('two'), 60, 0.5, ''] },
        ],
      },
    ],
  });
  const text = readPdf(await reportPdf(report, 'en')).pages.join('\n');
  expect(text).toMatch(/a month 30 masked 80.0%/);
  expect(text).toMatch(/Days : 60/);
});

test('French signs stay with the word before them', () => {
  expect(typeset('Motif : 12 % de « présents » ; 1 500 !', 'fr')).toBe(
    'Motif\u00a0: 12\u00a0% de «\u00a0présents\u00a0»\u00a0; 1\u00a0500\u00a0!',
  );
  expect(typeset('Why: 12%', 'en')).toBe('Why: 12%');
});
