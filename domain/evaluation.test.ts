/** What leaves for the evaluation is defined once, and docs/evaluation.md says so. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { categoryOf, columns, columnsOf, flowTerms, originCategories } from './evaluation';
import { csvCell, rowSchema } from './evaluation-row';
import { origins } from './pathway';

const document = readFileSync(path.join(__dirname, '../docs/evaluation.md'), 'utf8');

test('docs/evaluation.md has the dictionary as the API and the page have it', () => {
  const printed = columns.map(({ name, label, type, codes, unit, source, missing, masked }) => {
    const facts = [
      type + (codes ? ` (${codes.join(', ')})` : ''),
      ...(unit ? [`${unit.fr} · ${unit.en}`] : []),
      `${source.fr} · ${source.en}`,
      ...(missing ? [`vide · empty: ${missing.fr} · ${missing.en}`] : []),
      ...(masked ? [] : ['not where arms are masked']),
    ];
    return `- \`${name}\` ${label.fr}\n  _${label.en}_\n  ${facts.join('; ')}`;
  });
  expect(document.match(/^- `[\s\S]*?\n {2}_[\s\S]*?_\n {2}.*$/gm)).toEqual(printed);
});

test('docs/evaluation.md has each number of the flow as the page has it', () => {
  const printed = Object.values(flowTerms).map(
    ({ label, definition }) => `- **${label.fr}** · ${label.en}\n  ${definition.fr}\n  _${definition.en}_`,
  );
  expect(document.match(/^- \*\*[^\n]*\*\* · [\s\S]*?_$/gm)).toEqual(printed);
});

test('every origin has a category, every category an origin', () => {
  expect([...new Set(origins.map(categoryOf))].sort()).toEqual([...originCategories].sort());
});

test('where arms are masked no column is left that only one arm can have', () => {
  const names = columnsOf(true).map((c) => c.name);
  expect(names).toEqual([
    ...[
      'pseudonym',
      'site',
      'wave',
      'stratum',
      'age',
      'minor',
      'situation',
      'origin',
      'waited_days',
      'arm',
      'weight',
    ],
    ...['entering_probability', 'observed_days', 'survey_days', 'survey_answer_days'],
  ]);
  expect(columnsOf(false)).toEqual(columns);
});

test('a row has its columns, no others, and what is missing only where the dictionary says what that means', () => {
  const row: Record<string, unknown> = Object.fromEntries(
    columns.map(({ name, type, codes, missing }) => [
      name,
      missing
        ? null
        : {
            ...{ pseudonym: 'a'.repeat(32), code: codes?.[0], text: 'tours', integer: 3, number: 0.5 },
            ...{ yes_no: true, days: [181, null] },
          }[type],
    ]),
  );
  const takes = (more: object) => rowSchema(false).safeParse({ ...row, ...more }).success;
  expect(takes({})).toBe(true);
  expect(takes({ lastName: 'Secretnom' })).toBe(false);
  for (const { name, missing } of columns) {
    expect([name, takes({ [name]: null })]).toEqual([name, missing !== null]);
    expect([name, takes({ [name]: { a: 1 } })]).toEqual([name, false]);
    expect([name, takes({ [name]: '2008-01-01T00:00' })]).toEqual([
      name,
      ['site', 'wave', 'stratum'].includes(name),
    ]);
  }
});

test('cells are written as statistics programmes read them', () => {
  expect([null, true, false, -3, 1.5, [181, null, 546], 'tours'].map(csvCell)).toEqual([
    ...['', '1', '0', '-3', '1.5', '181 - 546', 'tours'],
  ]);
});
