/** What a reader can work out of masked tables: by hand, by all tables of small shapes, and by search. */
import fc from 'fast-check';
import { idOf, maskCounts, maskTable, type Shown, type Sum, shownTable, tableCounts } from './masking';

type Counts = ReadonlyMap<string, number>;

/** A table as text: `x` where it is masked, the totals at the right and at the bottom. */
function drawn(cells: readonly (readonly number[])[]): string[] {
  const shown = maskTable(cells);
  const lines = [
    ...shown.cells.map((line, row) => [...line, shown.rows[row] ?? null]),
    [...shown.columns, shown.all],
  ];
  return lines.map((line) => line.map((count) => count ?? 'x').join(' '));
}

const published = (shown: ReadonlyMap<string, Shown>) => [...shown.values()].map((n) => n ?? 'x').join();

/**
 * Tables that a reader must hold possible: counts that agree with all that is published, true to the sums, and 1
 * or more where masked. Those at most `far` away from the real ones, cell by cell; `found` may end the search.
 */
function search(counts: Counts, sums: readonly Sum[], far: number, found: (other: Counts) => boolean): void {
  const shown = maskCounts(counts, sums);
  const totals = new Map<string, string[][]>();
  for (const { total, parts } of sums) totals.set(total, [...(totals.get(total) ?? []), [...parts]]);
  const cellsOf = (id: string): string[] => totals.get(id)?.[0]?.flatMap(cellsOf) ?? [id];
  const hidden = [...counts.keys()].filter((id) => !totals.has(id) && shown.get(id) === null);
  // Each published total holds the sum of the hidden cells under it.
  const held = [...totals.keys()]
    .filter((id) => shown.get(id) !== null)
    .map((id) => hidden.map((cell) => cellsOf(id).filter((under) => under === cell).length))
    .map((factors) => ({ factors, last: factors.findLastIndex((factor) => factor !== 0) }));
  const change = hidden.map(() => 0);
  const steps = Array.from({ length: 2 * far + 1 }, (_, i) => (i % 2 ? -1 : 1) * Math.ceil(i / 2));
  const place = (at: number): boolean => {
    if (at === hidden.length) {
      const other = new Map(counts);
      hidden.forEach((id, i) => {
        other.set(id, (counts.get(id) ?? 0) + (change[i] ?? 0));
      });
      for (const id of totals.keys()) {
        other.set(
          id,
          cellsOf(id).reduce((sum, cell) => sum + (other.get(cell) ?? 0), 0),
        );
      }
      return found(other);
    }
    return steps.some((step) => {
      if ((counts.get(hidden[at] ?? '') ?? 0) + step < 1) return false;
      change[at] = step;
      const kept = held.every(
        ({ factors, last }) =>
          last !== at || factors.reduce((sum, f, i) => sum + f * (change[i] ?? 0), 0) === 0,
      );
      return kept && place(at + 1);
    });
  };
  place(0);
}

/** The masked counts for which no other value was found. */
function givenAway(counts: Counts, sums: readonly Sum[], far: number): string[] {
  const shown = maskCounts(counts, sums);
  const left = new Set([...shown.keys()].filter((id) => shown.get(id) === null));
  if (left.size === 0) return [];
  search(counts, sums, far, (other) => {
    for (const id of left) if (other.get(id) !== counts.get(id)) left.delete(id);
    return left.size === 0;
  });
  return [...left];
}

const aCount = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 4, arbitrary: fc.integer({ min: 5, max: 30 }) },
  { weight: 1, arbitrary: fc.integer({ min: 90, max: 200 }) },
);
const aTable = (height: number, width: number) =>
  fc.array(fc.array(aCount, { minLength: width, maxLength: width }), {
    minLength: height,
    maxLength: height,
  });

describe('by hand', () => {
  test.each([
    [
      'zeros are published',
      [
        [0, 0],
        [0, 0],
      ],
      ['0 0 0', '0 0 0', '0 0 0'],
    ],
    ['five is the smallest shown', [[5, 6]], ['5 6 11', '5 6 11']],
    ['one small count hides its total', [[3]], ['x x', 'x x']],
    ['a small count takes the cheapest of its row along', [[1, 7, 9]], ['x x 9 17', 'x x 9 17']],
    ['two of 1 would show, for none is 0: a third goes along', [[1, 1, 8]], ['x x x 10', 'x x x 10']],
    ['two of 4: for 3 and 5 another 5 would be masked', [[5, 4, 4]], ['x x x 13', 'x x x 13']],
    ['four of 1 make a total that could be nothing else', [[1, 1, 1, 2]], ['x x x x x', 'x x x x x']],
    [
      'lone counts are their totals',
      [
        [3, 0],
        [0, 7],
      ],
      ['x 0 x', '0 x x', 'x x 10'],
    ],
    [
      'a circle of four',
      [
        [1, 20, 30],
        [12, 0, 44],
        [20, 30, 2],
      ],
      ['x 20 x 51', '12 0 44 56', 'x 30 x 52', '33 50 76 159'],
    ],
  ])('%s', (_, cells, lines) => {
    expect(drawn(cells)).toEqual(lines);
  });

  test('a margin that the caller adds is protected too', () => {
    const counts = new Map(Object.entries({ a: 6, b: 2, c: 9, d: 20, ab: 8, all: 37 }));
    const sums = [
      { total: 'all', parts: ['a', 'b', 'c', 'd'] },
      { total: 'ab', parts: ['a', 'b'] },
    ];
    const shown = maskCounts(counts, sums);
    expect([...shown]).toEqual(Object.entries({ a: null, b: null, c: 9, d: 20, ab: 8, all: 37 }));
    // Without the margin the row alone would do; with b = 8 − a it does as well, and nothing more is lost.
    expect(givenAway(counts, sums, 1)).toEqual([]);
  });

  test.each([
    ['A count is whole', { a: 1.5 }, []],
    ['not negative', { a: -1 }, []],
    ["'b', which is no count", { a: 1 }, [{ total: 'a', parts: ['b'] }]],
    ["'a' is 3, and its parts sum to 2", { a: 3, b: 2 }, [{ total: 'a', parts: ['b'] }]],
  ])('refused: %s', (message, counts: Record<string, number>, sums) => {
    const mask = () => maskCounts(new Map(Object.entries(counts)), sums);
    expect(mask).toThrow(RangeError);
    expect(mask).toThrow(message);
  });

  test('a table without cells or with rows of several lengths is refused', () => {
    for (const cells of [[], [[]], [[1], [1, 2]]]) expect(() => maskTable(cells)).toThrow(RangeError);
  });
});

describe('a reader who runs the program over all tables there are', () => {
  test.each([
    [1, 1, 30],
    [1, 2, 22],
    [1, 3, 14],
    [1, 4, 7],
    [1, 5, 5],
    [2, 2, 9],
  ])('finds two values or more for each masked count: %d × %d, cells up to %d', (height, width, most) => {
    const alike = new Map<string, { first: number[]; same: Set<number> }>();
    const cells = new Array<number>(height * width).fill(0);
    const next = () => {
      const place = cells.findIndex((count) => count < most);
      if (place >= 0) cells.fill(0, 0, place)[place] = (cells[place] ?? 0) + 1;
      return place >= 0;
    };
    do {
      const table = Array.from({ length: height }, (_, row) => cells.slice(row * width, (row + 1) * width));
      const { counts, sums } = tableCounts('t', table);
      const shown = maskCounts(counts, sums);
      // Tables with larger cells are not among these: only what is published of a total bounds the others.
      const all = shown.get(idOf.all('t')) ?? 0;
      if (all > most) continue;
      const numbers = [...counts.values()];
      const masked = [...shown.values()].flatMap((count, place) => (count === null ? [place] : []));
      const known = alike.get(published(shown)) ?? { first: numbers, same: new Set(masked) };
      for (const place of known.same) if (known.first[place] !== numbers[place]) known.same.delete(place);
      alike.set(published(shown), known);
    } while (next());
    expect([...alike].filter(([, { same }]) => same.size > 0)).toEqual([]);
  });
});

describe('a reader who knows the numbers published, the sums, and that masked is 1 or more', () => {
  test.each([
    [1, 5],
    [4, 1],
    [2, 3],
    [3, 3],
    [3, 4],
    [4, 4],
  ])('finds two values or more for each masked count: %d × %d', (height, width) => {
    fc.assert(
      fc.property(aTable(height, width), (cells) => {
        const { counts, sums } = tableCounts('t', cells);
        expect(givenAway(counts, sums, 1).length && givenAway(counts, sums, 2).length).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  test('… of two arms and both together, by site and category: each cell in four sums', () => {
    fc.assert(
      fc.property(aTable(2, 3), aTable(2, 3), (one, other) => {
        const both = one.map((line, row) => line.map((count, column) => count + (other[row]?.[column] ?? 0)));
        const tables = [tableCounts('both', both), tableCounts('one', one), tableCounts('other', other)];
        const counts = new Map(tables.flatMap((table) => [...table.counts]));
        const across = [...tableCounts('', both).counts.keys()].map((id) => ({
          total: `both${id}`,
          parts: [`one${id}`, `other${id}`],
        }));
        // The search takes a total apart by the first sum that is given of it.
        const sums = [...across, ...tables.flatMap((table) => table.sums)];
        expect(givenAway(counts, sums, 1).length && givenAway(counts, sums, 2).length).toBe(0);
        const shown = maskCounts(counts, sums);
        expect(shownTable('one', 2, 3, shown).all).toBe(shown.get('one/all/all'));
      }),
      { numRuns: 60 },
    );
  });
});

describe('always', () => {
  test('what is small is masked, what is zero is not, and what is shown is true', () => {
    fc.assert(
      fc.property(aTable(4, 5), (cells) => {
        const { counts, sums } = tableCounts('t', cells);
        for (const [id, shown] of maskCounts(counts, sums)) {
          const count = counts.get(id) ?? 0;
          if (count === 0) expect(shown).toBe(0);
          if (count >= 1 && count < 5) expect(shown).toBeNull();
          if (shown !== null) expect(shown).toBe(count);
        }
      }),
    );
  });

  test('a table with no small count loses nothing', () => {
    const large = fc.array(fc.array(fc.integer({ min: 21, max: 300 }), { minLength: 4, maxLength: 4 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(large, (cells) => {
        expect(maskTable(cells).cells).toEqual(cells);
      }),
    );
  });

  test('seven sites by eleven exits: quick, and most of what is not small is kept', () => {
    const cells = Array.from({ length: 7 }, (_, row) =>
      Array.from({ length: 11 }, (_, column) => (row * 7919 + column * 104_729) % 37),
    );
    const { counts, sums } = tableCounts('t', cells);
    const shown = [...maskCounts(counts, sums)];
    const small = shown.filter(([id]) => (counts.get(id) ?? 0) > 0 && (counts.get(id) ?? 0) < 5).length;
    const masked = shown.filter(([, count]) => count === null).length;
    expect(masked).toBeLessThanOrEqual(3 * small);
    expect(givenAway(counts, sums, 1)).toEqual([]);
  });

  test('seven sites and the country, two arms by eleven exits: in seconds, and far from all is lost', () => {
    const sites = Array.from({ length: 7 }, (_, site) =>
      [0, 1].map((arm) =>
        Array.from({ length: 11 }, (_, exit) => (site * 7919 + arm * 31_337 + exit * 104_729) % 29),
      ),
    );
    const country = [0, 1].map((arm) =>
      Array.from({ length: 11 }, (_, exit) => sites.reduce((sum, site) => sum + (site[arm]?.[exit] ?? 0), 0)),
    );
    const tables = [country, ...sites].map((cells, i) => tableCounts(`${i}`, cells));
    const counts = new Map(tables.flatMap((table) => [...table.counts]));
    const across = [...tableCounts('', country).counts.keys()].map((id) => ({
      total: `0${id}`,
      parts: sites.map((_, site) => `${site + 1}${id}`),
    }));
    const shown = maskCounts(counts, [...across, ...tables.flatMap((table) => table.sums)]);
    const small = [...counts.values()].filter((count) => count > 0 && count < 5).length;
    const masked = [...shown.values()].filter((count) => count === null).length;
    expect(small).toBeGreaterThan(10);
    expect(masked).toBeLessThanOrEqual(4 * small);
    expect(shown.get('0/all/all')).toBe(counts.get('0/all/all'));
  });
});
