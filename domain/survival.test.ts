/** Survival figures: published examples, other programs on random samples (test/data), and laws by property. */
import fc from 'fast-check';
import reference from '../test/data/survival-reference.json';
import {
  type CompetingObservation,
  type Curve,
  chiSquareTail,
  cumulativeIncidence,
  isWatched,
  kaplanMeier,
  logRank,
  median,
  numberAtRisk,
  type Observation,
  quantile,
  restrictedMean,
  stratifiedLogRank,
  survivalAt,
} from './survival';

/** Times as the books print them: '+' where censored. */
const times = (text: string): Observation[] =>
  text.split(/\s+/).map((time) => ({ days: Number.parseFloat(time), event: !time.endsWith('+') }));

/**
 * Remission in weeks of 42 children with acute leukaemia, 6-MP and placebo. Freireich et al., Blood 21 (1963)
 * 699–716; as printed in Cox and Oakes, Analysis of Survival Data (1984), table 1.1.
 */
const sixMp = times('6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+');
const placebo = times('1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23');

/**
 * Weeks until relapse in acute myelogenous leukaemia, with maintenance chemotherapy and without. Miller, Survival
 * Analysis (1981); the data set `aml` of R's package survival.
 */
const maintained = times('9 13 13+ 18 23 28+ 31 34 45+ 48 161+');
const notMaintained = times('5 5 8 8 12 16+ 23 27 30 33 43 45');

/**
 * Days of life with lung cancer by type of cell, the trial of the US Veterans Administration. Kalbfleisch and
 * Prentice, The Statistical Analysis of Failure Time Data (1980); `veteran` in R's package survival.
 */
const veterans = {
  squamous: times(
    '72 411 228 126 118 10 82 110 314 100+ 42 8 144 25+ 11 999 112 87+ 231+ 242 991 111 1 587 389 33 25 357 467 ' +
      '201 1 30 44 283 15',
  ),
  smallCell: times(
    '30 384 4 54 13 123+ 97+ 153 59 117 16 151 22 56 21 18 139 20 31 52 287 18 51 122 27 54 7 63 392 10 25 103+ 21 ' +
      '13 87 2 20 7 24 99 8 99 61 25 95 80 51 29',
  ),
  adeno: times('8 92 35 117 132 12 162 3 95 24 18 83+ 31 51 90 52 73 8 36 48 7 140 186 84 19 45 80'),
  large: times(
    '177 162 216 553 278 12 260 200 156 182+ 143 105 103 250 100 52 164 19 53 15 43 340 133 111 231 378 49',
  ),
};

const eventSteps = (curve: Curve) => curve.steps.filter((step) => step.events > 0);
const rounded = (x: number, digits: number) => Number(x.toFixed(digits));

describe('published figures', () => {
  test('6-MP: the Kaplan–Meier table with Greenwood’s standard errors', () => {
    // Kleinbaum and Klein, Survival Analysis (2012), chapter 2; summary(survfit()) of R prints the same.
    const table = eventSteps(kaplanMeier(sixMp)).map((step) => [
      step.days,
      step.atRisk,
      step.events,
      rounded(step.survival, 3),
      rounded(Math.sqrt(step.variance), 4),
    ]);
    expect(table).toEqual([
      [6, 21, 3, 0.857, 0.0764],
      [7, 17, 1, 0.807, 0.0869],
      [10, 15, 1, 0.753, 0.0963],
      [13, 12, 1, 0.69, 0.1068],
      [16, 11, 1, 0.627, 0.1141],
      [22, 7, 1, 0.538, 0.1282],
      [23, 6, 1, 0.448, 0.1346],
    ]);
    expect(median(kaplanMeier(sixMp)).days).toBe(23);
    expect(median(kaplanMeier(placebo)).days).toBe(8);
  });

  test('6-MP against placebo: log-rank 16.79, expected 19.25 and 10.75', () => {
    // Kleinbaum and Klein, chapter 2; survdiff() of R.
    const { chiSquare, degreesOfFreedom, pValue, groups } = logRank([sixMp, placebo]);
    expect(rounded(chiSquare, 2)).toBe(16.79);
    expect(degreesOfFreedom).toBe(1);
    expect(pValue.toPrecision(3)).toBe('0.0000417');
    expect(groups.map(({ observed, expected }) => [observed, rounded(expected, 2)])).toEqual([
      [9, 19.25],
      [21, 10.75],
    ]);
  });

  test('aml: table, median, restricted mean and log-rank', () => {
    // summary(survfit(Surv(time, status) ~ x, aml)), print(…, print.rmean = TRUE) and survdiff() of R.
    const curve = kaplanMeier(maintained);
    const table = eventSteps(curve).map((step) => [
      step.days,
      step.atRisk,
      rounded(step.survival, 3),
      rounded(Math.sqrt(step.variance), 4),
    ]);
    expect(table).toEqual([
      [9, 11, 0.909, 0.0867],
      [13, 10, 0.818, 0.1163],
      [18, 8, 0.716, 0.1397],
      [23, 7, 0.614, 0.1526],
      [31, 5, 0.491, 0.1642],
      [34, 4, 0.368, 0.1627],
      [48, 2, 0.184, 0.1535],
    ]);
    const other = kaplanMeier(notMaintained);
    expect([median(curve).days, median(other).days]).toEqual([31, 23]);
    const means = [restrictedMean(curve, 161), restrictedMean(other, 161)];
    expect(means.map((mean) => [mean?.days.toFixed(1), mean?.standardError.toFixed(2)])).toEqual([
      ['52.6', '19.83'],
      ['22.7', '4.18'],
    ]);
    const { chiSquare, pValue, groups } = logRank([maintained, notMaintained]);
    expect(chiSquare.toFixed(1)).toBe('3.4');
    expect(pValue.toFixed(4)).toBe('0.0653');
    expect(groups.map(({ expected }) => rounded(expected, 2))).toEqual([10.69, 7.31]);
  });

  test('veterans: four groups at once, chi-square 25.4 with 3 degrees of freedom', () => {
    // survdiff(Surv(time, status) ~ celltype, veteran) of R.
    const { chiSquare, degreesOfFreedom, pValue, groups } = logRank(Object.values(veterans));
    expect(chiSquare.toFixed(1)).toBe('25.4');
    expect(degreesOfFreedom).toBe(3);
    expect(pValue.toPrecision(3)).toBe('0.0000127');
    expect(groups.map((g) => [g.count, g.observed, rounded(g.expected, 1)])).toEqual([
      [35, 31, 47.7],
      [48, 45, 30.1],
      [27, 26, 15.7],
      [27, 26, 34.5],
    ]);
  });

  test.each([
    // Tables of the chi-square distribution, e.g. NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4.
    [3.841, 1, 0.05],
    [6.635, 1, 0.01],
    [10.828, 1, 0.001],
    [5.991, 2, 0.05],
    [7.815, 3, 0.05],
    [18.307, 10, 0.05],
    [23.209, 10, 0.01],
    [43.773, 30, 0.05],
    [124.342, 100, 0.05],
  ])('the chi-square tail beyond %d with %d degrees of freedom is %d', (x, degrees, probability) => {
    expect(Math.abs(chiSquareTail(x, degrees) / probability - 1)).toBeLessThan(4e-4);
  });
});

describe('other programs on random samples', () => {
  const observed = (list: readonly number[][]): Observation[] =>
    list.map(([days = 0, event]) => ({ days, event: event === 1 }));

  test.each(reference.curves.map((expected, i) => [i + 1, expected] as const))('curve %d', (_, expected) => {
    const curve = kaplanMeier(observed(expected.observations));
    expect(curve.steps.map(({ days, atRisk, events, censored }) => [days, atRisk, events, censored])).toEqual(
      expected.steps.map(({ days, atRisk, events, censored }) => [days, atRisk, events, censored]),
    );
    expected.steps.forEach((step, i) => {
      const found = curve.steps[i];
      expect(found?.survival).toBeCloseTo(step.survival, 9);
      if (step.low !== null) expect(found?.interval.low).toBeCloseTo(step.low, 9);
      if (step.high !== null) expect(found?.interval.high).toBeCloseTo(step.high, 9);
      if (step.standardError !== null) {
        expect(Math.sqrt(found?.variance ?? -1)).toBeCloseTo(step.standardError, 9);
      }
    });
    const last = curve.steps.at(-1);
    for (const [share, { days, low, high }] of Object.entries(expected.quantiles)) {
      // lifelines has an upper limit of 0 where the curve is at 0, so that its upper end is the last time there.
      const end = last?.survival === 0 && high === last.days ? null : high;
      expect(quantile(curve, Number(share))).toEqual({ days, interval: { low, high: end } });
    }
    expect(restrictedMean(curve, expected.horizon)?.days).toBeCloseTo(expected.restrictedMean, 9);
  });

  test.each(reference.tests.map((expected, i) => [i + 1, expected] as const))('test %d', (_, expected) => {
    const count = 1 + Math.max(...expected.observations.map(([, , group = 0]) => group));
    const strata = [...new Set(expected.strata ?? [0])].map((stratum) =>
      Array.from({ length: count }, (_, group) =>
        observed(
          expected.observations.filter(
            ([, , g], i) => g === group && (expected.strata?.[i] ?? stratum) === stratum,
          ),
        ),
      ),
    );
    const found = expected.strata ? stratifiedLogRank(strata) : logRank(strata[0] ?? []);
    expect(found.chiSquare).toBeCloseTo(expected.chiSquare, 9);
    expect(found.degreesOfFreedom).toBe(count - 1);
    expect(Math.abs(found.pValue / expected.pValue - 1)).toBeLessThan(1e-9);
  });

  const lateOnes = (list: readonly number[][]): Observation[] =>
    list.map(([days = 0, event, from]) => ({ days, event: event === 1, from }));

  test.each(reference.late.curves.map((expected, i) => [i + 1, expected] as const))(
    'curve %d with late entries',
    (_, expected) => {
      const curve = kaplanMeier(lateOnes(expected.observations));
      expect(expected.steps.length).toBeGreaterThan(5);
      for (const [days, survival, low, high] of expected.steps) {
        const step = curve.steps.find((one) => one.days === days);
        expect(step?.survival).toBeCloseTo(survival as number, 9);
        expect(step?.interval.low).toBeCloseTo(low as number, 9);
        expect(step?.interval.high).toBeCloseTo(high as number, 9);
      }
    },
  );

  test.each(reference.late.tests.map((expected, i) => [i + 1, expected] as const))(
    'test %d with late entries',
    (_, expected) => {
      const count = 1 + Math.max(...expected.observations.map(([, , , group = 0]) => group));
      const groups = Array.from({ length: count }, (_, group) =>
        lateOnes(expected.observations.filter(([, , , g]) => g === group)),
      );
      const found = logRank(groups);
      expect(found.chiSquare).toBeCloseTo(expected.chiSquare, 9);
      expect(found.degreesOfFreedom).toBe(count - 1);
      // Whoever takes the late ones for people watched from their beginning finds something else.
      const blind = logRank(groups.map((group) => group.map(({ from: _, ...rest }) => rest)));
      expect(Math.abs(blind.chiSquare - expected.chiSquare)).toBeGreaterThan(0.01);
    },
  );

  test.each(reference.incidences.map((expected, i) => [i + 1, expected] as const))(
    'shares of competing events %d',
    (_, expected) => {
      const found = cumulativeIncidence(
        expected.observations.map(([days = 0, cause, from]) => ({
          ...{ days, event: cause === 1, other: cause === 2, from },
        })),
      );
      const steps = new Map(expected.steps.map(([days, event, other]) => [days, [event, other]]));
      expect(found.length).toBeGreaterThan(5);
      for (const { days, event, other } of found) {
        expect(event).toBeCloseTo(steps.get(days)?.[0] as number, 9);
        expect(other).toBeCloseTo(steps.get(days)?.[1] as number, 9);
      }
    },
  );

  test('tails of the chi-square distribution', () => {
    for (const [x = 0, degrees = 0, tail = 0] of reference.tails) {
      const found = chiSquareTail(x, degrees);
      // To ten digits, and absolutely where the tail is nearly all.
      expect(Math.abs(found - tail)).toBeLessThan(1e-10 * Math.max(tail, 1e-200));
    }
  });
});

const anObservation = fc.record({ days: fc.nat(60), event: fc.boolean() });
const someObservations = fc.array(anObservation, { maxLength: 40 });
const aGroup = fc.array(anObservation, { minLength: 1, maxLength: 25 });

describe('by property', () => {
  test('the curve falls from 1, stays within 0 and 1 and within its limits, and is never NaN', () => {
    fc.assert(
      fc.property(someObservations, fc.nat(70), (observations, at) => {
        const curve = kaplanMeier(observations);
        let before = 1;
        for (const step of curve.steps) {
          expect(step.survival).toBeLessThanOrEqual(before);
          before = step.survival;
          for (const { low, high } of [step.interval, step.plainInterval]) {
            expect(low).toBeGreaterThanOrEqual(0);
            expect(low).toBeLessThanOrEqual(step.survival);
            expect(high).toBeGreaterThanOrEqual(step.survival);
            expect(high).toBeLessThanOrEqual(1);
          }
        }
        const figures = [curve, survivalAt(curve, [at]), median(curve), restrictedMean(curve, at)];
        const numbers = JSON.stringify(figures, (_, value) => (Number.isNaN(value) ? 'NaN' : value));
        expect(numbers).not.toContain('NaN');
      }),
    );
  });

  test('without censoring it is the share that lasted longer, with the binomial variance', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { minLength: 1, maxLength: 40 }), (days) => {
        const curve = kaplanMeier(days.map((time) => ({ days: time, event: true })));
        for (const step of curve.steps) {
          const share = days.filter((time) => time > step.days).length / days.length;
          expect(step.survival).toBeCloseTo(share, 12);
          expect(step.variance).toBeCloseTo((share * (1 - share)) / days.length, 12);
        }
        const mean = days.reduce((sum, time) => sum + time, 0) / days.length;
        expect(restrictedMean(curve, 30)?.days).toBeCloseTo(mean, 9);
      }),
    );
  });

  test('the order of the observations changes nothing', () => {
    const shuffled = aGroup.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, shuffled, ([one, oneMixed], [other, otherMixed]) => {
        expect(kaplanMeier(oneMixed)).toEqual(kaplanMeier(one));
        expect(logRank([oneMixed, otherMixed])).toEqual(logRank([one, other]));
      }),
    );
  });

  test('nor does the order of the groups, or of the strata', () => {
    fc.assert(
      fc.property(aGroup, aGroup, aGroup, (a, b, c) => {
        const [one, other] = [logRank([a, b, c]), logRank([c, a, b])];
        expect(other.chiSquare).toBeCloseTo(one.chiSquare, 8);
        expect(other.degreesOfFreedom).toBe(one.degreesOfFreedom);
        const strata = [
          [a, b],
          [b, c],
        ];
        const [first, second] = [stratifiedLogRank(strata), stratifiedLogRank(strata.toReversed())];
        expect(second.chiSquare).toBeCloseTo(first.chiSquare, 8);
      }),
    );
  });

  test('observed and expected events are as many, and one stratum is no stratum', () => {
    fc.assert(
      fc.property(aGroup, aGroup, aGroup, (a, b, c) => {
        const test = logRank([a, b, c]);
        const sum = (what: 'observed' | 'expected') => test.groups.reduce((all, g) => all + g[what], 0);
        expect(sum('expected')).toBeCloseTo(sum('observed'), 9);
        expect(test.pValue).toBeGreaterThanOrEqual(0);
        expect(test.pValue).toBeLessThanOrEqual(1);
        expect(
          stratifiedLogRank([
            [a, b, c],
            [[], [], []],
          ]),
        ).toEqual(test);
      }),
    );
  });

  test('the same group twice does not differ', () => {
    fc.assert(
      fc.property(aGroup, (group) => {
        expect(logRank([group, group]).chiSquare).toBeCloseTo(0, 12);
      }),
    );
  });

  test('the quantile is the first time at which so many have ended', () => {
    fc.assert(
      fc.property(aGroup, fc.integer({ min: 1, max: 100 }), (group, percent) => {
        const curve = kaplanMeier(group);
        const { days } = quantile(curve, percent / 100);
        const reached = curve.steps.filter((step) => step.survival <= 1 - percent / 100 + 1e-9);
        expect(days).toBe(reached[0]?.days ?? null);
      }),
    );
  });
});

const aLateOne = fc.record({
  days: fc.nat(30),
  event: fc.boolean(),
  from: fc.nat(20),
  count: fc.integer({ min: 1, max: 4 }),
});
const lateGroup = fc.array(aLateOne, { minLength: 1, maxLength: 20 });
const aCompetingOne = fc
  .record({ days: fc.nat(30), way: fc.nat(2), from: fc.nat(9) })
  .map(({ days, way, from }): CompetingObservation => ({ days, event: way === 1, other: way === 2, from }));

describe('by property, of many alike, late ones and competing ones', () => {
  test('so many of one observation are so many observations', () => {
    const spread = (group: readonly Observation[]) =>
      group.flatMap(({ count = 1, ...one }) => Array.from({ length: count }, () => one));
    fc.assert(
      fc.property(lateGroup, lateGroup, (one, other) => {
        expect(kaplanMeier(one)).toEqual(kaplanMeier(spread(one)));
        expect(logRank([one, other])).toEqual(logRank([spread(one), spread(other)]));
        expect(numberAtRisk(one, [0, 7, 30])).toEqual(numberAtRisk(spread(one), [0, 7, 30]));
      }),
    );
  });

  test('who had ended when the watch began changes nothing', () => {
    fc.assert(
      fc.property(lateGroup, lateGroup, (one, other) => {
        const seen = (group: readonly Observation[]) => group.filter(isWatched);
        expect(kaplanMeier(one)).toEqual(kaplanMeier(seen(one)));
        expect(logRank([one, other])).toEqual(logRank([seen(one), seen(other)]));
        expect(kaplanMeier(one).count).toBe(seen(one).reduce((sum, { count = 1 }) => sum + count, 0));
      }),
    );
  });

  test('at risk are those who came before and have not ended, as the steps of the curve have them', () => {
    fc.assert(
      fc.property(lateGroup, (group) => {
        const { steps } = kaplanMeier(group);
        const at = steps.map((step) => step.days);
        expect(numberAtRisk(group, at)).toEqual(steps.map((step) => step.atRisk));
        for (const step of steps) expect(step.atRisk).toBeGreaterThanOrEqual(step.events + step.censored);
      }),
    );
  });

  test('event, other thing and those left make one; without the other thing it is what Kaplan–Meier lost', () => {
    fc.assert(
      fc.property(fc.array(aCompetingOne, { minLength: 1, maxLength: 40 }), (group) => {
        const left = kaplanMeier(
          group.map(({ other, event, ...one }) => ({ ...one, event: event || !!other })),
        );
        const curve = kaplanMeier(group);
        for (const { days, event, other } of cumulativeIncidence(group)) {
          const survival = left.steps.findLast((step) => step.days <= days)?.survival ?? 1;
          expect(event + other + survival).toBeCloseTo(1, 9);
          // Those to whom the other thing came are not among those to whom the event may still come.
          const complement = 1 - (curve.steps.findLast((step) => step.days <= days)?.survival ?? 1);
          expect(event).toBeLessThanOrEqual(complement + 1e-9);
        }
        const alone = group.map(({ other: _, ...one }) => one);
        for (const { days, event } of cumulativeIncidence(alone)) {
          const survival = kaplanMeier(alone).steps.find((step) => step.days === days)?.survival ?? 1;
          expect(event).toBeCloseTo(1 - survival, 9);
        }
      }),
    );
  });
});

describe('at the edges', () => {
  const open = { days: null, interval: { low: null, high: null } };

  test('nobody: no steps, and nothing is estimated', () => {
    const curve = kaplanMeier([]);
    expect(curve).toEqual({ count: 0, events: 0, steps: [] });
    expect(survivalAt(curve, [0, 9])).toEqual([
      { days: 0, atRisk: 0, survival: null, interval: null },
      { days: 9, atRisk: 0, survival: null, interval: null },
    ]);
    expect(median(curve)).toEqual(open);
    expect(restrictedMean(curve, 10)).toBeNull();
  });

  test('all censored: 1 as long as someone is watched, then unknown', () => {
    const curve = kaplanMeier(times('3+ 8+'));
    const limits = { low: 1, high: 1 };
    expect(survivalAt(curve, [0, 3, 4, 8, 9])).toEqual([
      { days: 0, atRisk: 2, survival: 1, interval: limits },
      { days: 3, atRisk: 2, survival: 1, interval: limits },
      { days: 4, atRisk: 1, survival: 1, interval: limits },
      { days: 8, atRisk: 1, survival: 1, interval: limits },
      { days: 9, atRisk: 0, survival: null, interval: null },
    ]);
    expect(median(curve)).toEqual(open);
    expect(restrictedMean(curve, 8)).toEqual({ days: 8, standardError: 0, interval: { low: 8, high: 8 } });
    expect(restrictedMean(curve, 9)).toBeNull();
  });

  test('all at one time: from 1 to 0 there', () => {
    const curve = kaplanMeier(times('5 5 5'));
    const [step] = curve.steps;
    const limits = { low: 0, high: 1 };
    expect(curve.steps).toHaveLength(1);
    expect(step).toMatchObject({ days: 5, atRisk: 3, events: 3, survival: 0, variance: 0, interval: limits });
    expect(survivalAt(curve, [4, 5, 99]).map((at) => at.survival)).toEqual([1, 0, 0]);
    expect(median(curve)).toEqual({ days: 5, interval: { low: 5, high: null } });
    expect(restrictedMean(curve, 99)).toMatchObject({ days: 5, standardError: 0 });
  });

  test('a time of 0 counts: the event lowers the curve at 0, the censored one was at risk there', () => {
    const curve = kaplanMeier(times('0 0+ 4 6'));
    expect(curve.steps.map((step) => [step.days, step.atRisk, step.survival])).toEqual([
      [0, 4, 0.75],
      [4, 2, 0.375],
      [6, 1, 0],
    ]);
    expect(restrictedMean(curve, 0)).toMatchObject({ days: 0 });
  });

  test('event and censored at the same time: the censored one was at risk', () => {
    expect(kaplanMeier(times('2 2+')).steps).toMatchObject([
      { atRisk: 2, events: 1, censored: 1, survival: 0.5 },
    ]);
  });

  test.each([
    ['no groups', []],
    ['one group', [sixMp]],
    ['no events', [times('1+ 2+'), times('3+')]],
    ['empty groups', [[], []]],
    ['one group of two empty', [sixMp, []]],
    ['one group gone before the first event', [times('1+ 2+'), times('3 4 5+')]],
    ['all at the same time', [times('3 3'), times('3')]],
  ])('nothing to compare (%s): chi-square 0, p-value 1', (_, groups) => {
    expect(logRank(groups)).toMatchObject({ chiSquare: 0, degreesOfFreedom: 0, pValue: 1 });
  });

  test('an empty group takes a degree of freedom away and nothing else', () => {
    const [with_, without] = [logRank([sixMp, [], placebo]), logRank([sixMp, placebo])];
    expect(with_.chiSquare).toBeCloseTo(without.chiSquare, 12);
    expect(with_.degreesOfFreedom).toBe(1);
  });

  test('what cannot be is refused', () => {
    for (const days of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => kaplanMeier([{ days, event: true }])).toThrow(RangeError);
      expect(() => logRank([[{ days, event: true }]])).toThrow(RangeError);
      expect(() => restrictedMean(kaplanMeier(sixMp), days)).toThrow(RangeError);
      expect(() => kaplanMeier([{ days: 9, event: true, from: days }])).toThrow(RangeError);
    }
    for (const count of [0, -1, 1.5, Number.NaN])
      expect(() => cumulativeIncidence([{ days: 9, event: true, count }])).toThrow(RangeError);
    for (const share of [0, -0.1, 1.1, Number.NaN]) {
      expect(() => quantile(kaplanMeier(sixMp), share)).toThrow(RangeError);
    }
    expect(() => stratifiedLogRank([[sixMp, placebo], [sixMp]])).toThrow(RangeError);
    expect(() => chiSquareTail(-1, 1)).toThrow(RangeError);
    expect(() => chiSquareTail(1, 0)).toThrow(RangeError);
    expect(chiSquareTail(0, 4)).toBe(1);
    expect(chiSquareTail(Number.POSITIVE_INFINITY, 4)).toBe(0);
  });
});
