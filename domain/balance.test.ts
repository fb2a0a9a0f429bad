/** The balance table against tableone and statsmodels (test/data/balance-reference.py), and of people counted by hand. */
import reference from '../test/data/balance-reference.json';
import { type BaselineCount, balanceOf } from './balance';
import { baselineVariables } from './evaluation';
import { type Arm, arms } from './pathway';

type Observed = readonly [arm: string, weight: number, age: number, waited: number];

/** As the database counts them. */
function counted(people: readonly Observed[]): BaselineCount[] {
  const counts = new Map<string, { youngPeople: number; weight: number }>();
  for (const [arm, weight, age, waited] of people) {
    const values = {
      ...{ age, minor: age < 18, waited_days: waited, situation: 'in_school' },
      ...{ origin: age < 20 ? 'cio' : 'mgi', site: age % 2 ? 'tours' : 'blois' },
    };
    for (const [variable, value] of Object.entries(values)) {
      const id = JSON.stringify([arm, variable, String(value)]);
      const before = counts.get(id) ?? { youngPeople: 0, weight: 0 };
      counts.set(id, { youngPeople: before.youngPeople + 1, weight: before.weight + weight });
    }
  }
  return [...counts].map(([id, count]) => {
    const [arm, variable, value] = JSON.parse(id) as [Arm, string, string];
    return { arm, variable, value, ...count };
  });
}

const lineOf = (people: readonly Observed[], variable: string, code: string | null = null) =>
  balanceOf(counted(people)).lines.find((l) => l.variable === variable && l.code === code);

test.each(reference.map((r) => [r.people.length, r] as const))(
  'of %i people means, spread and differences are those of tableone and statsmodels',
  (_, { people, difference, weighted }) => {
    const observed = people as unknown as Observed[];
    // tableone does not weight: its differences are those of people who all weigh alike.
    const alike = observed.map(([arm, , age, waited]): Observed => [arm, 1, age, waited]);
    for (const variable of ['age', 'minor', 'waited_days'] as const) {
      const found = lineOf(alike, variable);
      expect(Math.abs(found?.difference ?? Number.NaN)).toBeCloseTo(difference[variable], 9);
      const [plus, standard] = [found?.arms[0]?.mean ?? 0, found?.arms[1]?.mean ?? 0];
      expect(Math.sign(found?.difference as number)).toBe(Math.sign(plus - standard));
      for (const arm of arms) {
        const of = lineOf(observed, variable)?.arms.find((a) => a.arm === arm);
        expect(of?.mean).toBeCloseTo(weighted[arm][variable], 9);
        if (variable === 'age') expect(of?.sd).toBeCloseTo(weighted[arm].sd_age, 9);
      }
    }
  },
);

test('of weights the means take account, the spread does not', () => {
  const people: Observed[] = [
    ['service_plus', 1.5, 16, 10],
    ['service_plus', 3, 22, 10],
    ['standard', 2, 18, 10],
    ['standard', 2, 20, 10],
  ];
  const age = lineOf(people, 'age');
  expect(age?.arms.map((a) => [a.mean, a.sd, a.youngPeople])).toEqual([
    [20, Math.sqrt(18), 2],
    [19, Math.sqrt(2), 2],
  ]);
  expect(age?.difference).toBeCloseTo(1 / Math.sqrt(10), 12);
  // Nobody differs: there is nothing to divide by.
  expect(lineOf(people, 'waited_days')?.difference).toBeNull();
  // Two origins of one category are one line.
  expect(lineOf(people, 'origin', 'guidance')?.arms.map((a) => a.mean)).toEqual([1, 1]);
  expect(lineOf(people, 'minor')?.arms.map((a) => a.youngPeople)).toEqual([1, 0]);
});

test('of nobody nothing is said, and of one person no spread', () => {
  const nobody = balanceOf([]);
  expect(nobody.arms.map((a) => a.youngPeople)).toEqual([0, 0]);
  expect(nobody.lines.every((l) => l.difference === null)).toBe(true);
  const one = lineOf([['standard', 2, 18, 1]], 'age');
  expect(one).toMatchObject({ difference: null, arms: [{ mean: null }, { mean: 18, sd: null }] });
  const variables = balanceOf(counted([['standard', 2, 18, 1]])).lines.map((l) => l.variable);
  expect([...new Set(variables)]).toEqual(Object.keys(baselineVariables));
});
