/** The report's sections of flow and durations: every number is that of the page, and what is not known is not a masked one. */
import { durationsOf, type FunnelRow, funnelOf, survivalOf, type TimeRow } from './flow';
import { hashOf, type Section, type Table } from './report';
import { curvesSection, durationsSection, flowTerms, funnelSection } from './report-flow';

const siteIds = ['tours', 'blois'];
const names = new Map([
  ['tours', 'Tours'],
  ['blois', 'Blois'],
]);
const tableOf = ({ tables }: Section, id: string) => tables.find((one) => one.id === id) as Table;
const cellsOf = (table: Table, row: string) => table.rows.find(({ id }) => id === row)?.cells.slice(1);
const column = (table: Table, id: string) =>
  table.rows.map(({ cells }) => cells[table.columns.findIndex((one) => one.id === id)]);
/** Each row has a cell of each column, and a number where the column is of numbers. */
function holdTogether({ tables }: Section) {
  for (const { columns, rows, chart } of tables) {
    for (const { cells } of rows) expect(cells).toHaveLength(columns.length);
    const ids = columns.map(({ id }) => id);
    if (chart?.kind === 'bars') expect(ids).toContain(chart.of);
    if (chart?.kind === 'curve') expect(ids).toEqual(expect.arrayContaining([chart.over, ...chart.of]));
  }
}

const funnelRow = (siteId: string, cohort: string, fromStart: number[], takenOver = 0): FunnelRow => ({
  ...{ siteId, cohort, takenOver, fromStart, reached: fromStart },
  ...{ entered: (fromStart[0] ?? 0) + takenOver, enteredThere: fromStart.map(() => 0) },
});

test('the funnel tells who was followed from welcome, by site and quarter, and shares of them', () => {
  const rows = [
    funnelRow('tours', '2026-Q1', [40, 30, 20, 10, 5, 12, 8, 6], 7),
    funnelRow('blois', '2026-Q2', [10, 9, 8, 7, 6, 9, 8, 6]),
  ];
  const section = funnelSection(funnelOf(rows, siteIds, { masked: false }), names);
  holdTogether(section);
  expect(cellsOf(tableOf(section, 'funnel'), 'contract')).toEqual([21, 21 / 50]);
  expect(cellsOf(tableOf(section, 'funnel_by_site'), 'tours')?.slice(0, 3)).toEqual([47, 7, 40]);
  expect(cellsOf(tableOf(section, 'funnel_by_site'), 'all')?.slice(0, 3)).toEqual([57, 7, 50]);
  const byCohort = tableOf(section, 'funnel_by_cohort');
  expect(byCohort.rows.map(({ id, cells: [label] }) => [id, label])).toEqual([
    ['2026-Q1', { fr: '2026 T1', en: '2026 Q1' }],
    ['2026-Q2', { fr: '2026 T2', en: '2026 Q2' }],
    ['all', { fr: 'Tous les sites', en: 'All sites' }],
  ]);
  // Of one site in one quarter there is nothing more to tell.
  const one = funnelSection(funnelOf(rows.slice(0, 1), ['tours'], { masked: false }), names);
  expect(one.tables.map(({ id }) => id)).toEqual(['funnel']);
  // A masked number has no share.
  const few = [funnelRow('tours', '2026-Q1', [40, 30, 20, 10, 5, 3, 3, 3])];
  const masked = funnelSection(funnelOf(few, ['tours'], { masked: true }), names);
  expect(cellsOf(tableOf(masked, 'funnel'), 'contract')).toEqual([null, null]);
});

test('a time that is not known yet is no masked number', () => {
  const stay = { siteId: 'tours', step: 'welcome' as const, from: 0, count: 6 };
  const rows = [
    { ...stay, days: 10, ended: 'step' as const },
    { ...stay, days: 20, ended: 'exit' as const },
    { ...stay, days: 30, ended: 'open' as const },
  ];
  for (const masked of [false, true]) {
    const section = durationsSection(durationsOf(rows, siteIds, { masked }), names);
    holdTogether(section);
    const table = tableOf(section, 'durations');
    expect(cellsOf(table, 'welcome')).toEqual(
      masked ? [14, 21, '', 18, 6, 6, 6, 0] : [10, 20, '', 18, 6, 6, 6, 0],
    );
    expect(cellsOf(table, 'securing')?.slice(0, 3)).toEqual(['', '', '']);
    const medians = tableOf(section, 'medians_by_site');
    expect(column(medians, 'welcome')).toEqual(masked ? [21, '', 21] : [20, '', 20]);
  }
});

const time = (siteId: string, more: Partial<TimeRow>): TimeRow => ({
  ...{ siteId, arm: null, days: 100, from: 0, ended: 'event', count: 10 },
  ...more,
});

test('a curve says nothing where nobody is watched any more, and is drawn of all where lines would be too many', () => {
  const rows = [
    time('tours', { days: 45 }),
    time('tours', { days: 300, ended: 'open' }),
    time('blois', { days: 45, ended: 'open' }),
  ];
  const section = curvesSection(
    'contract',
    survivalOf(rows, siteIds, { masked: false, by: 'site' }),
    names,
    false,
  );
  holdTogether(section);
  const curve = tableOf(section, 'curve_contract');
  expect(column(curve, 'days')).toEqual([0, 60, 120, 180, 240, 300]);
  expect(column(curve, 'tours')).toEqual([1, 0.5, 0.5, 0.5, 0.5, 0.5]);
  expect(column(curve, 'blois')).toEqual([1, '', '', '', '', '']);
  expect(cellsOf(tableOf(section, 'numbers_contract'), 'all')).toEqual([30, 10, 0, 20, 0, '']);
  const test = cellsOf(tableOf(section, 'log_rank_contract'), 'sites');
  expect(test?.[1]).toBe(1);
  expect(test?.[2]).toBeGreaterThan(0.0001);

  const many = Array.from({ length: 8 }, (_, n) => `site${n}`);
  const all = survivalOf(
    many.map((siteId) => time(siteId, {})),
    many,
    { masked: false, by: 'site' },
  );
  const told = curvesSection('termination', all, new Map(), false);
  expect(tableOf(told, 'curve_termination').columns.map(({ id }) => id)).toEqual(['days', 'all']);
  expect(tableOf(told, 'numbers_termination').rows).toHaveLength(9);
});

test('a committee’s curve is masked where the page masks it', () => {
  const rows = [
    time('tours', { days: 50, count: 20 }),
    time('tours', { days: 100, count: 20 }),
    time('tours', { days: 130, count: 2 }),
    time('tours', { days: 200, ended: 'open', count: 20 }),
    time('blois', { count: 3 }),
    time('ain', { count: 4 }),
  ];
  // Of two sites one would give the other away.
  const found = survivalOf(rows, [...siteIds, 'ain'], { masked: true, by: 'site' });
  const curve = tableOf(curvesSection('contract', found, names, true), 'curve_contract');
  const points = new Map(found.groups[0]?.points?.map((point) => [point.days, point.survival]));
  expect(points.size).toBeGreaterThan(2);
  const days = column(curve, 'days') as number[];
  expect(column(curve, 'tours')).toEqual(days.map((day) => points.get(day) ?? null));
  expect(curve.columns.map(({ id }) => id)).toEqual(['days', 'tours', 'all']);
  // Of too few there is none, and it is said.
  const few = survivalOf([time('tours', { count: 4 })], siteIds, { masked: true, by: 'site' });
  const none = curvesSection('contract', few, names, true);
  expect(none.tables.map(({ id }) => id)).toEqual(['numbers_contract']);
  expect(none.words.map(({ fr }) => fr)).toContain('Trop peu de jeunes pour une courbe.');
});

test('curves of the arms are of them alone, compared within sites', () => {
  const rows = siteIds.flatMap((siteId) => [
    time(siteId, { arm: 'service_plus', days: 50 }),
    time(siteId, { arm: 'standard', days: 90 }),
  ]);
  const found = survivalOf(rows, siteIds, { masked: false, by: 'arm' });
  const section = curvesSection('contract', found, names, false);
  holdTogether(section);
  expect(section.id).toBe('curve_contract_by_arm');
  expect(tableOf(section, 'numbers_contract_by_arm').rows.map(({ id }) => id)).toEqual([
    'service_plus',
    'standard',
  ]);
  expect(cellsOf(tableOf(section, 'log_rank_contract_by_arm'), 'arms')?.[1]).toBe(1);
});

test('words are told with the sections, those of masked curves to whom they are masked', () => {
  expect(flowTerms(true)).toHaveLength(flowTerms(false).length + 1);
  const report = (sections: Section[]) => ({
    ...{ asOf: '2026-12-31T22:59:59.999Z', knownAt: '2027-01-08T06:30:00.000Z', compareTo: null },
    ...{ site: null, masked: false, sections, definitions: [] },
  });
  const section = (n: number) =>
    curvesSection(
      'contract',
      survivalOf([time('tours', { count: n })], siteIds, { masked: false, by: 'site' }),
      names,
      false,
    );
  expect(hashOf(report([section(9)]))).not.toBe(hashOf(report([section(8)])));
});
