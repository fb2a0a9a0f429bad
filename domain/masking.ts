/**
 * Counts made fit to be published: small ones are masked, and with them whatever would give them away.
 *
 * The rule. A count of 1 to 4 is masked, be it a cell or a total. A total over four or more cells above zero is
 * masked as well while it is their number or one more: 1 + 1 + 1 + 1 = 4, all masked, could be nothing else.
 * A zero is always published: it says something about nobody, and masked it would protect nothing where
 * readers know that it must be one (a category a site cannot have). So readers know that a masked count is at
 * least 1, and that is reckoned with.
 *
 * The promise. Who knows every number published, all the sums, that counts are whole, and this rule, finds at
 * least two values for each masked count.
 *
 * The method. Counts are put in classes: 0, 1–4, 5–19, 20–99, 100 and more.
 * 1. Each small count gets a way round: a change of masked counts that leaves all sums true and what is
 *    published as it is. Counts are added to the masked ones so that it exists, at the least cost: a linear
 *    program, where a total costs more than its parts and a higher class more than a lower one. The choice
 *    knows the classes only, so that it says nothing of the numbers within them.
 * 2. The way round is tried on the numbers: each masked count must have another value, all masked ones being
 *    1 or more. That value must also be one for which step 1 masks the same, so that knowing the method does
 *    not help either. Where there is none (1 + 1 = 2), more is masked, again at the least cost.
 * 3. Where no more helps, or the change does not come out in whole numbers, all is masked, but the zeros, that
 *    sums tie to the count in question; nothing further is tried then.
 *
 * Limits. The cost is the least for one count after another, not for all together. Where step 2 had to add
 * something, that it had to excludes some tables for a reader who runs this program over all candidates. The
 * tests do that for all tables of one row up to five columns and of two by two, and nothing is given away; of
 * larger ones drawn at random, half small counts, a search left some cell without a second such value in about
 * one of a hundred (2 × 3) to one of twenty-five (3 × 4). What is published together must be masked together:
 * a second publication (the month after, another split) that overlaps the first is not seen here. A row of
 * which only one count is above zero says that all of them are in that category: no masking hides that.
 */

/** Counts below this are small. */
export const SMALLEST_SHOWN = 5;

/** One sum that readers know or can work out: the total is the sum of its parts, each named by its id. */
export interface Sum {
  total: string;
  parts: readonly string[];
}
/** A count, or null where it is masked. */
export type Shown = number | null;

/** The lowest counts of the classes above that which begins with the smallest shown. */
const HIGHER_CLASSES = [20, 100];
/** What a total costs compared with its parts. */
const DEARER = 4;
/** What a count costs that is masked already: next to nothing, so that changes are short and come out whole. */
const MASKED_COST = 0.01;
/** More than any set of counts costs: reaching the aim comes before sparing counts. */
const AIM = 1e7;
/** By how much a count is moved, one after the other, until the change comes out whole. */
const DISTANCES = [1, 2, 6];
/** Totals of totals that are told apart. */
const MOST_LEVELS = 6;
/** What the reckoning may be off. */
const NEAR = 1e-6;
/** Stands for no limit to a change. */
const FAR = 1e6;

/**
 * Masks counts that are published together. `counts` holds every number of the publication by its id, totals
 * too, and `sums` every relation between them, including those between tables (national = sum of the sites).
 * A sum of one part says that two counts are the same. Gives each id its count or null.
 * Throws RangeError for a count that is not whole or negative, an unknown id, or a sum that is not true.
 */
export function maskCounts(counts: ReadonlyMap<string, number>, sums: readonly Sum[]): Map<string, Shown> {
  const publication = new Publication(counts, sums);
  const masked = publication.mask();
  return new Map([...counts].map(([id, count]) => [id, masked.has(id) ? null : count]));
}

/** A table of counts with its totals; rows and columns keep their order. */
export interface Table<Count> {
  cells: Count[][];
  rows: Count[];
  columns: Count[];
  all: Count;
}

/** The ids that the counts of a table have in `tableCounts`. */
export const idOf = {
  cell: (name: string, row: number, column: number) => `${name}/${row}/${column}`,
  row: (name: string, row: number) => `${name}/${row}/all`,
  column: (name: string, column: number) => `${name}/all/${column}`,
  all: (name: string) => `${name}/all/all`,
};

/**
 * The counts and sums of a table of rows × columns (one of each or more) with row totals, column totals and
 * the grand total: to be put together with those of other tables and further sums for `maskCounts`.
 * Throws RangeError when rows differ in length or there are none.
 */
export function tableCounts(name: string, cells: readonly (readonly number[])[]) {
  const width = cells[0]?.length ?? 0;
  if (width === 0 || cells.some((row) => row.length !== width)) {
    throw new RangeError('A table has at least one row and one column, and rows of one length.');
  }
  const counts = new Map<string, number>();
  const sums: Sum[] = [];
  const sum = (total: string, parts: string[]) => {
    counts.set(
      total,
      parts.reduce((count, part) => count + (counts.get(part) ?? 0), 0),
    );
    sums.push({ total, parts });
  };
  const rows = cells.map((_, row) => row);
  const columns = Array.from({ length: width }, (_, column) => column);
  cells.forEach((line, row) => {
    line.forEach((count, column) => {
      counts.set(idOf.cell(name, row, column), count);
    });
  });
  for (const row of rows) {
    sum(
      idOf.row(name, row),
      columns.map((column) => idOf.cell(name, row, column)),
    );
  }
  for (const column of columns) {
    sum(
      idOf.column(name, column),
      rows.map((row) => idOf.cell(name, row, column)),
    );
  }
  sum(
    idOf.all(name),
    rows.map((row) => idOf.row(name, row)),
  );
  sums.push({ total: idOf.all(name), parts: columns.map((column) => idOf.column(name, column)) });
  return { counts, sums };
}

/** A table of `tableCounts` out of what `maskCounts` gave. */
export function shownTable(name: string, height: number, width: number, shown: ReadonlyMap<string, Shown>) {
  const take = (id: string) => shown.get(id) ?? null;
  const rows = Array.from({ length: height }, (_, row) => row);
  const columns = Array.from({ length: width }, (_, column) => column);
  const table: Table<Shown> = {
    cells: rows.map((row) => columns.map((column) => take(idOf.cell(name, row, column)))),
    rows: rows.map((row) => take(idOf.row(name, row))),
    columns: columns.map((column) => take(idOf.column(name, column))),
    all: take(idOf.all(name)),
  };
  return table;
}

/** Masks one table that is published alone, with the totals worked out here. Throws as `maskCounts` does. */
export function maskTable(cells: readonly (readonly number[])[]): Table<Shown> {
  const { counts, sums } = tableCounts('table', cells);
  return shownTable('table', cells.length, cells[0]?.length ?? 0, maskCounts(counts, sums));
}

/** How a count is seen when what protects the small ones is chosen; it stays so from `least` to `most`. */
interface Seen {
  least: number;
  most: number;
  small: boolean;
  cost: number;
}
/** How far each count may fall and rise. */
interface Room {
  down: number;
  up: number;
}

/** What a change is looked for with, each by place. */
interface Given {
  masked: ReadonlySet<number>;
  seen: readonly Seen[];
  room: readonly Room[];
}

/** The counts above zero (each known by its place) and the sums between them. */
class Publication {
  private readonly ids: string[] = [];
  private readonly numbers: number[] = [];
  private readonly levels: number[] = [];
  /** the least a count can be when every count above zero is 1 or more */
  private readonly floors: number[] = [];
  /** each sum as a row of factors by place: 1 for the total, −1 for a part */
  private readonly rows: Map<number, number>[] = [];

  constructor(counts: ReadonlyMap<string, number>, sums: readonly Sum[]) {
    refuseWrong(counts, sums);
    const place = new Map<string, number>();
    for (const [id, count] of counts) {
      if (count === 0) continue;
      place.set(id, this.ids.length);
      this.ids.push(id);
      this.numbers.push(count);
      this.levels.push(0);
      this.floors.push(1);
    }
    const placed = sums.flatMap(({ total, parts }) => {
      const whole = place.get(total);
      return whole === undefined ? [] : [{ whole, parts: parts.flatMap((part) => place.get(part) ?? []) }];
    });
    for (const { whole, parts } of placed) {
      const row = new Map([[whole, 1]]);
      for (const part of parts) row.set(part, (row.get(part) ?? 0) - 1);
      this.rows.push(row);
    }
    // From the bottom up; the rounds end, as equal counts that are each other's only part never raise one.
    for (let round = 0; round < MOST_LEVELS; round++) {
      for (const { whole, parts } of placed) {
        const level = 1 + Math.max(...parts.map((part) => this.levels[part] ?? 0));
        const floor = parts.reduce((sum, part) => sum + (this.floors[part] ?? 1), 0);
        this.levels[whole] = Math.min(MOST_LEVELS, Math.max(this.levels[whole] ?? 0, level));
        this.floors[whole] = Math.max(this.floors[whole] ?? 1, floor);
      }
    }
  }

  mask(): Set<string> {
    const masked = this.holdAgainstNumbers(
      this.giveWaysRound(this.numbers.map((n, place) => this.see(n, place))),
    );
    return new Set([...masked].map((place) => this.ids[place] ?? ''));
  }

  private see(count: number, place: number): Seen {
    const floor = this.floors[place] ?? 1;
    const second = floor >= SMALLEST_SHOWN - 1 ? Math.max(SMALLEST_SHOWN, floor + 2) : SMALLEST_SHOWN;
    const starts = [1, second, ...HIGHER_CLASSES.filter((start) => start > second)];
    const rank = starts.findLastIndex((start) => count >= start);
    return {
      least: starts[rank] ?? 1,
      most: (starts[rank + 1] ?? Number.POSITIVE_INFINITY) - 1,
      small: rank === 0,
      cost: rank * DEARER ** (this.levels[place] ?? 0),
    };
  }

  /** Step 1: the small ones and what gives each a way round. Knows the classes only. */
  private giveWaysRound(seen: readonly Seen[]): Set<number> {
    const anyRoom = seen.map(() => ({ down: FAR, up: FAR }));
    const masked = new Set(seen.flatMap(({ small }, place) => (small ? [place] : [])));
    const safe = new Set<number>();
    for (const place of [...masked]) {
      if (safe.has(place)) continue;
      const change = this.cheapestChange(place, 1, { masked, seen, room: anyRoom });
      change?.forEach((by, other) => {
        if (Math.abs(by) < 1e-7) return;
        masked.add(other);
        safe.add(other);
      });
    }
    return masked;
  }

  /** Step 2, and 3 where it finds no way. */
  private holdAgainstNumbers(chosen: ReadonlySet<number>): Set<number> {
    const seen = this.numbers.map((count, place) => this.see(count, place));
    const roomFrom = (limits: (place: Seen) => { least: number; most: number }): Room[] =>
      this.numbers.map((count, place) => {
        const { least, most } = limits(seen[place] as Seen);
        return { down: count - least, up: Math.min(most - count, FAR) };
      });
    const inClass = roomFrom((place) => place);
    const smallStaySmall = roomFrom(({ small, most }) => ({ least: 1, most: small ? most : FAR }));
    const aboveZero = roomFrom(() => ({ least: 1, most: FAR }));
    const masked = new Set(chosen);

    /** A change that masks nothing more, and whose outcome is masked the same; else the cheapest that does. */
    const otherValue = (place: number): { moved: number[]; masks: Iterable<number> } | undefined => {
      let cheapest: { moved: number[]; masks: Set<number>; cost: number } | undefined;
      for (const room of [inClass, smallStaySmall, aboveZero]) {
        for (const way of [1, -1]) {
          const change = this.wholeChange(place, way, { masked, seen, room });
          if (!change) continue;
          const moved = [...change.keys()].filter((other) => change[other] !== 0);
          const masks = new Set(moved);
          if (costOf(moved, masked, seen) === 0) {
            if (room === inClass) return { moved, masks };
            const instead = this.chosenAfter(change);
            if (same(instead, chosen) || same(instead, masked)) return { moved, masks };
            // When what would be masked instead is masked too, it no longer tells the two apart.
            for (const other of instead) masks.add(other);
          }
          const cost = costOf([...masks], masked, seen);
          if (cost > 0 && !(cheapest && cheapest.cost <= cost)) cheapest = { moved, masks, cost };
        }
      }
      return cheapest;
    };

    const safe = new Set<number>();
    // Comes to those too that are masked on the way.
    for (const place of masked) {
      if (safe.has(place)) continue;
      const tied = this.tiedTo(place);
      const { moved, masks } = otherValue(place) ?? { moved: tied, masks: tied };
      for (const other of moved) safe.add(other);
      for (const other of masks) masked.add(other);
    }
    return masked;
  }

  /** What step 1 chooses after a change. */
  private chosenAfter(change: readonly number[]): Set<number> {
    return this.giveWaysRound(
      this.numbers.map((count, place) => this.see(count + (change[place] ?? 0), place)),
    );
  }

  /** The cheapest change, or its least multiple, that is whole; a longer one where sums of sums need it. */
  private wholeChange(place: number, way: number, given: Given): number[] | null {
    for (const distance of DISTANCES) {
      const change = this.cheapestChange(place, way, given, distance);
      if (!change) return null;
      for (const times of [1, 2, 3, 4, 6]) {
        const multiple = change.map((by) => nearWhole(by * times));
        if (this.holds(multiple, place, given.room)) return multiple;
      }
    }
    return null;
  }

  /** Whether a change moves this count, keeps the sums and stays in the room. */
  private holds(change: readonly number[], place: number, room: readonly Room[]): boolean {
    const inRoom = change.every(
      (by, other) => -by <= (room[other]?.down ?? 0) && by <= (room[other]?.up ?? 0),
    );
    const keepsSums = this.rows.every((row) => {
      let sum = 0;
      for (const [other, factor] of row) sum += factor * (change[other] ?? 0);
      return sum === 0;
    });
    return change[place] !== 0 && change.every(Number.isInteger) && inRoom && keepsSums;
  }

  /** Every count above zero that sums tie to this one, directly or through others. */
  private tiedTo(place: number): Set<number> {
    const tied = new Set([place]);
    for (let before = 0; before < tied.size; ) {
      before = tied.size;
      for (const row of this.rows) {
        if ([...row.keys()].some((other) => tied.has(other))) for (const other of row.keys()) tied.add(other);
      }
    }
    return tied;
  }

  /**
   * The change by place that moves one count up or down (`way`) by the distance, or as far as it can from 1 on,
   * keeps every sum, stays in the room, and costs least; null when there is none.
   */
  private cheapestChange(place: number, way: number, given: Given, distance = 1): number[] | null {
    // Each change is a rise less a fall, so that both are at least 0 and each costs.
    const count = this.ids.length;
    const price = given.seen.map(({ cost }, other) => (given.masked.has(other) ? -MASKED_COST : -cost));
    const gain = [...price, ...price];
    const limit = [...given.room.map(({ up }) => up), ...given.room.map(({ down }) => down)];
    const [aim, opposite] = way > 0 ? [place, place + count] : [place + count, place];
    gain[aim] = AIM;
    limit[aim] = Math.min(distance, limit[aim] ?? 0);
    limit[opposite] = 0;
    const rows = this.rows.map((row) => {
      const line = new Float64Array(2 * count);
      for (const [other, factor] of row) {
        line[other] = factor;
        line[other + count] = -factor;
      }
      return line;
    });
    const best = maximise(gain, limit, rows);
    if (!best || (best[aim] ?? 0) < 1 - NEAR) return null;
    return this.ids.map((_, other) => nearWhole((best[other] ?? 0) - (best[other + count] ?? 0)));
  }
}

/** What a change masks that is not masked yet. */
function costOf(places: readonly number[], masked: ReadonlySet<number>, seen: readonly Seen[]): number {
  return places.reduce((sum, place) => sum + (masked.has(place) ? 0 : (seen[place]?.cost ?? 0)), 0);
}

function same(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  return one.size === other.size && [...one].every((place) => other.has(place));
}

function nearWhole(x: number): number {
  const whole = Math.round(x);
  return Math.abs(x - whole) < NEAR ? whole : x;
}

function refuseWrong(counts: ReadonlyMap<string, number>, sums: readonly Sum[]): void {
  for (const [id, count] of counts) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(`A count is whole and not negative; '${id}' is ${count}.`);
    }
  }
  for (const { total, parts } of sums) {
    const [expected, ...found] = [total, ...parts].map((id) => {
      const count = counts.get(id);
      if (count === undefined) throw new RangeError(`A sum names '${id}', which is no count here.`);
      return count;
    });
    const sum = found.reduce((all, count) => all + count, 0);
    if (sum !== expected) throw new RangeError(`'${total}' is ${expected}, and its parts sum to ${sum}.`);
  }
}

/**
 * The x within 0 ≤ x ≤ limit and rows · x = 0 with the greatest gain · x; null when it was not found in a great
 * many steps. The simplex method with bounded variables; it starts from x = 0, which always fits. `rows` is
 * used up.
 */
function maximise(gain: number[], limit: number[], rows: Float64Array[]): number[] | null {
  const EPS = 1e-9;
  const width = gain.length;
  const reduced = Float64Array.from(gain);
  const atLimit = new Uint8Array(width);
  // A basic variable from `width` on stands for a row whose sum is not held by another yet: it can only be 0.
  const basis = rows.map((_, row) => width + row);
  const isBasic = new Uint8Array(width);
  const value = new Float64Array(rows.length);
  const boundOf = (variable: number) => (variable < width ? (limit[variable] ?? 0) : 0);

  const patience = 200 + 10 * rows.length;
  for (let step = 0; step < 20 * patience; step++) {
    // The steepest first; when that goes round in circles, the first by number, which never does (Bland).
    let entering = -1;
    let steepest = NEAR;
    for (let variable = 0; variable < width; variable++) {
      if (isBasic[variable] || limit[variable] === 0) continue;
      const slope = (reduced[variable] ?? 0) * (atLimit[variable] ? -1 : 1);
      if (slope > steepest) {
        entering = variable;
        if (step > patience) break;
        steepest = slope;
      }
    }
    if (entering < 0) {
      const x = Array.from({ length: width }, (_, variable) => (atLimit[variable] ? boundOf(variable) : 0));
      basis.forEach((variable, row) => {
        if (variable < width) x[variable] = value[row] ?? 0;
      });
      return x;
    }

    const way = atLimit[entering] ? -1 : 1;
    let length = boundOf(entering);
    let leaving = -1;
    rows.forEach((line, row) => {
      const fall = (line[entering] ?? 0) * way;
      if (Math.abs(fall) < EPS) return;
      const variable = basis[row] ?? 0;
      const now = value[row] ?? 0;
      const reach = Math.max(0, fall > 0 ? now / fall : (boundOf(variable) - now) / -fall);
      const tie = leaving >= 0 && Math.abs(reach - length) < EPS && variable < (basis[leaving] ?? 0);
      if (reach < length - EPS || tie) {
        length = reach;
        leaving = row;
      }
    });
    rows.forEach((line, row) => {
      value[row] = (value[row] ?? 0) - (line[entering] ?? 0) * way * length;
    });
    if (leaving < 0) {
      atLimit[entering] = atLimit[entering] ? 0 : 1;
      continue;
    }

    const pivotRow = rows[leaving] as Float64Array;
    const left = basis[leaving] ?? 0;
    const pivot = pivotRow[entering] ?? 1;
    if (left < width) {
      isBasic[left] = 0;
      atLimit[left] = pivot * way > 0 ? 0 : 1;
    }
    value[leaving] = (atLimit[entering] ? boundOf(entering) : 0) + way * length;
    basis[leaving] = entering;
    isBasic[entering] = 1;
    atLimit[entering] = 0;
    const columns: number[] = [];
    for (let column = 0; column < width; column++) {
      if (pivotRow[column] === 0) continue;
      pivotRow[column] = (pivotRow[column] ?? 0) / pivot;
      columns.push(column);
    }
    for (const line of [...rows, reduced]) {
      const factor = line[entering] ?? 0;
      if (line === pivotRow || Math.abs(factor) < EPS) continue;
      for (const column of columns) line[column] = (line[column] ?? 0) - factor * (pivotRow[column] ?? 0);
    }
  }
  return null;
}
