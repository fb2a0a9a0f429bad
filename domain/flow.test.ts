/** Flow and durations: that counts add up, that nobody is counted as watched who was not, and what a committee reads. */
import fc from 'fast-check';
import { flowDefinitions, stages } from './figures';
import {
  type CurvePoint,
  durationsOf,
  type Flow,
  type FunnelRow,
  funnelOf,
  regularTimes,
  type StayRow,
  survivalOf,
  type TimeRow,
} from './flow';
import { steps } from './pathway';
import { kaplanMeier, logRank, survivalAt } from './survival';

const siteIds = ['tours', 'blois', 'ain'];
const sum = (numbers: readonly (number | null)[]) => numbers.reduce<number>((all, n) => all + (n ?? 0), 0);
const small = (n: number) => n > 0 && n < 5;

const funnelRow = fc
  .record({
    siteId: fc.constantFrom(...siteIds),
    cohort: fc.constantFrom('2025-Q4', '2026-Q1', '2026-Q2'),
    started: fc.nat(30),
    takenOver: fc.nat(9),
    shares: fc.array(fc.nat(100), { minLength: stages.length, maxLength: stages.length }),
  })
  .map(({ siteId, cohort, started, takenOver, shares }): FunnelRow => {
    const fromStart = stages.map((_, i) => Math.floor((started * (shares[i] as number)) / 100));
    // Some of those who were not taken over await a draw.
    fromStart[0] = Math.max(...fromStart);
    // Who was six months in a contract had one.
    fromStart[6] = Math.min(fromStart[6] as number, fromStart[5] as number);
    const enteredThere = stages.map((_, i) =>
      i === 0 ? 0 : Math.floor((takenOver * (shares[i] as number)) / 100),
    );
    const reached = fromStart.map((n, i) => n + (enteredThere[i] as number));
    return { siteId, cohort, entered: started + takenOver, takenOver, reached, fromStart, enteredThere };
  });
/** One row for each site and cohort, as they are counted. */
const funnelRows = fc.uniqueArray(funnelRow, { selector: (row) => `${row.siteId} ${row.cohort}` });

const numbersOf = (flow: Flow) => [
  flow.entered,
  flow.takenOver,
  ...flow.stages.flatMap((s) => [s.reached, s.fromStart, s.enteredThere]),
];

test('the funnel of all is the sum of its sites and of its cohorts, and of one site or cohort a part of it', () => {
  fc.assert(
    fc.property(funnelRows, (rows) => {
      const { sites, cohorts, total } = funnelOf(rows, siteIds, { masked: false });
      expect(cohorts.map((one) => one.cohort)).toEqual([...new Set(rows.map((r) => r.cohort))].sort());
      numbersOf(total).forEach((n, i) => {
        expect(n).toBe(sum(sites.map((site) => numbersOf(site)[i] as number)));
        expect(n).toBe(sum(cohorts.map((one) => numbersOf(one)[i] as number)));
      });
      const one = funnelOf(rows, siteIds, { masked: false, cohort: '2026-Q1' });
      const { cohort: _, ...same } = cohorts.find((c) => c.cohort === '2026-Q1') ?? {
        ...{ cohort: '', entered: 0, takenOver: 0 },
        stages: stages.map((stage) => ({ stage, reached: 0, fromStart: 0, enteredThere: 0 })),
      };
      expect(one.total).toEqual(same);
    }),
  );
});

test('a committee reads no small count of the funnel, nor one that subtraction gives', () => {
  fc.assert(
    fc.property(funnelRows, (rows) => {
      const masked = funnelOf(rows, siteIds, { masked: true });
      const plain = funnelOf(rows, siteIds, { masked: false });
      const truths = [plain.total, ...plain.sites, ...plain.cohorts];
      [masked.total, ...masked.sites, ...masked.cohorts].forEach((flow, i) => {
        const truth = truths[i] as Flow;
        flow.stages.forEach(({ reached, fromStart, enteredThere }, s) => {
          expect([reached, enteredThere]).toEqual([null, null]);
          if (fromStart === null) return;
          expect([small(fromStart), fromStart]).toEqual([false, truth.stages[s]?.fromStart]);
          // Who did not come so far is a count too.
          const { entered, takenOver } = flow;
          if (entered !== null && takenOver !== null)
            expect(small(entered - takenOver - fromStart)).toBe(false);
          const welcome = flow.stages[0]?.fromStart ?? null;
          if (welcome !== null) expect(small(welcome - fromStart)).toBe(false);
        });
        for (const n of [flow.entered, flow.takenOver]) expect(small(n ?? 0)).toBe(false);
      });
    }),
    { numRuns: 15 },
  );
});

test('a committee that asks for one site or one cohort reads the part of what it reads of all; not both at once', () => {
  const rows = fc.sample(funnelRows, { numRuns: 1, seed: 7 })[0] as FunnelRow[];
  const all = funnelOf(rows, siteIds, { masked: true });
  const site = funnelOf(rows, siteIds, { masked: true, siteId: 'blois' });
  expect(site.sites).toEqual(all.sites.filter((one) => one.siteId === 'blois'));
  expect({ siteId: 'blois', ...site.total }).toEqual(site.sites[0]);
  expect(site.cohorts).toEqual([]);
  const cohort = funnelOf(rows, siteIds, { masked: true, cohort: '2026-Q1' });
  expect(cohort.cohorts).toEqual(all.cohorts.filter((one) => one.cohort === '2026-Q1'));
  expect(cohort.sites).toEqual([]);
  const both = funnelOf(rows, siteIds, { masked: true, siteId: 'blois', cohort: '2026-Q1' });
  expect(new Set(numbersOf(both.total))).toEqual(new Set([null]));
  // The committee of a site reads its cohorts.
  const own = rows.filter((row) => row.siteId === 'blois');
  const local = funnelOf(own, ['blois'], { masked: true });
  expect(local.cohorts).toHaveLength(own.length);
  expect({ siteId: 'blois', ...local.total }).toEqual(local.sites[0]);
});

const stayRow: fc.Arbitrary<StayRow> = fc.record({
  siteId: fc.constantFrom(...siteIds),
  step: fc.constantFrom(...steps.slice(0, 2)),
  days: fc.nat(60),
  from: fc.oneof(fc.constant(0), fc.nat(30)),
  ended: fc.constantFrom('step', 'exit', 'open'),
  count: fc.integer({ min: 1, max: 9 }),
});

test('stays watched moved on, left or go on; the others are counted apart; quartiles are those of Kaplan–Meier', () => {
  fc.assert(
    fc.property(fc.array(stayRow, { maxLength: 30 }), (rows) => {
      const { sites, total } = durationsOf(rows, siteIds, { masked: false });
      total.forEach((one, i) => {
        expect(one.stays).toBe(sum([one.movedOn, one.exited, one.stillIn]));
        expect(one.stays).toBe(sum(sites.map((site) => site.steps[i]?.stays as number)));
        const of = rows.filter((row) => row.step === one.step);
        expect(sum([one.stays, one.unwatched])).toBe(sum(of.map((row) => row.count)));
        const curve = kaplanMeier(of.map(({ ended, ...row }) => ({ ...row, event: ended !== 'open' })));
        const { first, median, third } = one.quartiles;
        for (const [days, left] of [
          [first, 0.75],
          [median, 0.5],
          [third, 0.25],
        ] as const)
          if (days !== null) expect(survivalAt(curve, [days])[0]?.survival).toBeLessThanOrEqual(left + 1e-9);
      });
    }),
  );
});

test('a committee reads durations in weeks, of enough who ended and who did not, and no small count', () => {
  const stays = (more: Partial<StayRow>): StayRow => ({
    ...{ siteId: 'tours', step: 'welcome', days: 10, from: 0, ended: 'step', count: 1, ...more },
  });
  const rows = [
    stays({ days: 10, count: 5 }),
    stays({ days: 31, count: 5 }),
    stays({ days: 40, ended: 'open', count: 6 }),
  ];
  const quartiles = (of: readonly StayRow[]) =>
    durationsOf(of, ['tours'], { masked: true }).total[0]?.quartiles;
  expect(quartiles(rows)).toEqual({ first: 14, median: 35, third: null, medianInterval: null });
  // Four have ended by then.
  expect(
    quartiles([stays({ days: 10, count: 4 }), stays({ days: 40, ended: 'open', count: 4 })]),
  ).toMatchObject({
    ...{ first: null, median: null },
  });
  fc.assert(
    fc.property(fc.array(stayRow, { maxLength: 30 }), (some) => {
      const { sites, total } = durationsOf(some, siteIds, { masked: true });
      for (const one of [...total, ...sites.flatMap((site) => site.steps)])
        for (const n of [one.stays, one.movedOn, one.exited, one.stillIn, one.unwatched])
          expect(small(n ?? 0)).toBe(false);
    }),
    { numRuns: 25 },
  );
});

const timeRow: fc.Arbitrary<TimeRow> = fc.record({
  siteId: fc.constantFrom(...siteIds),
  arm: fc.constantFrom('service_plus', 'standard', null),
  days: fc.integer({ min: -5, max: 300 }),
  from: fc.oneof(fc.constant(0), fc.nat(90)),
  ended: fc.constantFrom('event', 'other', 'open'),
  count: fc.integer({ min: 1, max: 6 }),
});
const timeRows = fc.array(timeRow, { maxLength: 40 });
const observed = (rows: readonly TimeRow[]) =>
  rows
    .filter((row) => row.days >= 0)
    .map(({ days, from, count, ended }) => ({ days, from, count, event: ended === 'event' }));

test('curves are those of the observations, with shares that make one; those not watched are counted apart', () => {
  fc.assert(
    fc.property(timeRows, (rows) => {
      const { groups, logRank: test } = survivalOf(rows, siteIds, { masked: false, by: 'site' });
      expect(groups.map((group) => group.siteId)).toEqual([...siteIds, null]);
      for (const group of groups) {
        const of = rows.filter((row) => group.siteId === null || row.siteId === group.siteId);
        const curve = kaplanMeier(observed(of));
        expect(group.youngPeople).toBe(sum([group.events, group.others, group.open]));
        expect(sum([group.youngPeople, group.unwatched])).toBe(sum(of.map((row) => row.count)));
        for (const point of group.points ?? []) {
          const at = curve.steps.find((step) => step.days === point.days);
          expect(point.survival).toBeCloseTo(at?.survival as number, 5);
          expect(point.interval.low).toBeLessThanOrEqual(point.survival);
          expect(point.interval.high).toBeGreaterThanOrEqual(point.survival);
          expect(point.event + point.other).toBeLessThanOrEqual(1 + 1e-5);
        }
        const lowered = (group.points ?? []).filter((p, i, all) => p.survival < (all[i - 1]?.survival ?? 1));
        expect(lowered.length).toBeLessThanOrEqual(group.events as number);
      }
      const expected = logRank(siteIds.map((id) => observed(rows.filter((row) => row.siteId === id))));
      expect(test?.degreesOfFreedom ?? 0).toBe(expected.degreesOfFreedom);
      if (test) expect(test.chiSquare).toBeCloseTo(expected.chiSquare, 9);
    }),
  );
});

test('arms are compared within sites, and who was not drawn is in neither', () => {
  const row = (
    siteId: string,
    arm: TimeRow['arm'],
    days: number,
    ended: TimeRow['ended'],
    count: number,
  ): TimeRow => ({
    ...{ siteId, arm, days, from: 0, ended, count },
  });
  // At one site all are slow, at the other all quick, and more of the quick were drawn into one arm.
  const rows = [
    row('tours', 'service_plus', 200, 'event', 10),
    row('tours', 'standard', 200, 'event', 40),
    row('blois', 'service_plus', 20, 'event', 40),
    row('blois', 'standard', 20, 'event', 10),
    row('ain', null, 5, 'event', 50),
  ];
  const { groups, logRank: test } = survivalOf(rows, siteIds, { masked: false, by: 'arm' });
  expect(groups.map((group) => [group.arm, group.siteId, group.youngPeople])).toEqual([
    ['service_plus', null, 50],
    ['standard', null, 50],
  ]);
  expect(test).toBeNull();
  const mixed = [...rows, row('tours', 'service_plus', 100, 'event', 8)];
  expect(survivalOf(mixed, siteIds, { masked: false, by: 'arm' }).logRank).toMatchObject({
    ...{ degreesOfFreedom: 1, withinSites: true },
  });
});

test('a committee reads a curve at months since which nothing small happened, in whole per cent', () => {
  fc.assert(
    fc.property(fc.array(timeRow, { minLength: 20, maxLength: 60 }), (rows) => {
      const { groups, times } = survivalOf(rows, siteIds, { masked: true, by: 'site' });
      for (const group of groups) {
        for (const n of [group.youngPeople, group.events, group.others, group.open, group.unwatched])
          expect(small(n ?? 0)).toBe(false);
        if (group.youngPeople === null || group.events === null) expect(group.points).toBeNull();
        group.atRisk.forEach((n, i) => {
          if (n === null) return;
          expect(n % 5).toBe(0);
          expect(group.points?.some((point) => point.days === times[i])).toBe(true);
        });
        const of = rows.filter(
          (row) =>
            (group.siteId === null || row.siteId === group.siteId) &&
            row.days >= 0 &&
            (!row.from || row.days > row.from),
        );
        let before = -1;
        for (const { days, ...shares } of group.points ?? []) {
          expect(days % 30).toBe(0);
          for (const share of [shares.survival, shares.event, shares.other])
            expect(Math.abs(share * 100 - Math.round(share * 100))).toBeLessThan(1e-9);
          for (const ended of ['event', 'other', 'open']) {
            const since = of.filter((row) => row.ended === ended && row.days > before && row.days <= days);
            expect([days, ended, small(sum(since.map((row) => row.count)))]).toEqual([days, ended, false]);
          }
          const left = of.filter((row) => row.days > days && (!row.from || row.from < days));
          expect(sum(left.map((row) => row.count))).toBeGreaterThanOrEqual(5);
          before = days;
        }
      }
    }),
    { numRuns: 40 },
  );
});

test('once arms are told, those and the sites are masked so that neither gives the other away', () => {
  let hidden = 0;
  fc.assert(
    fc.property(fc.array(timeRow, { minLength: 10, maxLength: 40 }), (rows) => {
      const told = (by: 'site' | 'arm') => survivalOf(rows, siteIds, { masked: true, by, arms: true }).groups;
      const [sites, ofArms] = [told('site'), told('arm')];
      const all = sites.find((group) => group.siteId === null);
      for (const name of ['youngPeople', 'events', 'others', 'open', 'unwatched'] as const) {
        const left = (of: readonly (number | null | undefined)[]) =>
          all?.[name] === null || of.includes(null) ? null : (all?.[name] ?? 0) - sum(of as number[]);
        // Who was not drawn is told by whoever subtracts.
        expect(small(left(ofArms.map((group) => group[name])) ?? 0)).toBe(false);
        for (const group of [...sites, ...ofArms]) expect(small(group[name] ?? 0)).toBe(false);
        // One number hidden among the sites, all of them told, is no longer hidden.
        const ofSites = sites.filter((group) => group.siteId !== null).map((group) => group[name]);
        if (all?.[name] !== null) expect(ofSites.filter((n) => n === null)).not.toHaveLength(1);
      }
      hidden += ofArms.filter((group) => group.youngPeople === null).length;
    }),
    { numRuns: 40 },
  );
  expect(hidden).toBeGreaterThan(0);
});

test('a committee’s curve is that of all rounded, and one site out of all is the same', () => {
  const rows = siteIds.flatMap((siteId): TimeRow[] =>
    [20, 50, 80, 110].map((days) => ({ siteId, arm: null, days, from: 0, ended: 'event', count: 6 })),
  );
  const all = survivalOf(rows, siteIds, { masked: true, by: 'site' });
  const [tours] = all.groups;
  expect(tours).toMatchObject({ youngPeople: 24, events: 24, others: 0, open: 0 });
  expect(tours?.points?.map((point: CurvePoint) => [point.days, point.survival])).toEqual([
    [0, 1],
    [30, 0.75],
    [60, 0.5],
    [90, 0.25],
  ]);
  expect(tours?.median).toEqual({ days: 60, interval: null });
  const one = survivalOf(rows, siteIds, { masked: true, by: 'site', siteId: 'tours' });
  expect(one.groups).toEqual([tours]);
  expect(one.logRank).toBeNull();
  // One site with four is told no curve of.
  const few = survivalOf(
    [{ siteId: 'tours', arm: null, days: 9, from: 0, ended: 'event', count: 4 }],
    ['tours'],
    {
      ...{ masked: true, by: 'site' },
    },
  );
  expect(few.groups[0]).toMatchObject({ youngPeople: null, events: null, points: null, median: null });
});

test('times are regular, begin at 0, are nine at most and not beyond the longest', () => {
  fc.assert(
    fc.property(fc.nat(5000), (longest) => {
      const times = regularTimes(longest);
      expect(times[0]).toBe(0);
      expect(times.length).toBeLessThanOrEqual(9);
      expect(times.at(-1)).toBeLessThanOrEqual(longest);
      expect(times.every((time) => time % 30 === 0)).toBe(true);
    }),
  );
});

test('every stage and time is defined in both languages', () => {
  for (const { label, definition } of Object.values(flowDefinitions))
    for (const text of [label.fr, label.en, definition.fr, definition.en])
      expect(text.length).toBeGreaterThan(1);
  for (const stage of stages.filter((one) => !(steps as readonly string[]).includes(one)))
    expect(flowDefinitions).toHaveProperty(stage);
});
