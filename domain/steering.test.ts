/** The figures of the programme: that they add up whatever was counted, and what of them a committee reads. */
import fc from 'fast-check';
import { figureDefinitions, figures, termDefinitions } from './figures';
import { exitCodes, steps } from './pathway';
import { type Cell, type Counts, countNames, countsOf, ofOneSite, overviewOf } from './steering';

const cell = (more: Partial<Cell>): Cell => ({
  ...{ siteId: 'tours', step: 'welcome', exitCode: null, arm: null },
  ...{ youngPeople: 1, overdue: 0, inMediation: 0, onHold: 0, unreachable: 0 },
  ...more,
});
const counted = (known: readonly Cell[]) => ({ known, before: [], after: [], changed: 0 });
const open = { masked: false, arms: false };

const cells = fc.array(
  fc
    .record({
      siteId: fc.constantFrom('tours', 'blois', 'ain'),
      step: fc.constantFrom(...steps, null),
      exitCode: fc.option(fc.constantFrom(...exitCodes.slice(0, 4))),
      arm: fc.constantFrom('service_plus', 'standard', null),
      youngPeople: fc.integer({ min: 1, max: 12 }),
      overdue: fc.nat(12),
      inMediation: fc.nat(12),
      onHold: fc.nat(12),
      unreachable: fc.nat(12),
    })
    .map((c) => {
      const among = (n: number) => (c.exitCode === null ? Math.min(n, c.youngPeople) : 0);
      return cell({
        ...(c as Cell),
        overdue: among(c.overdue),
        inMediation: among(c.inMediation),
        onHold: among(c.onHold),
        unreachable: among(c.unreachable),
      });
    }),
  { maxLength: 30 },
);
const sum = (numbers: readonly (number | null)[]) => numbers.reduce<number>((all, n) => all + (n ?? 0), 0);

test('who entered is in or has exited, in one step or by one exit of one phase, at one site, in one arm or none', () => {
  fc.assert(
    fc.property(cells, (known) => {
      const { sites, total, arms } = overviewOf(counted(known), ['tours', 'blois', 'ain'], {
        masked: false,
        arms: true,
      });
      for (const { figures: f, steps: inSteps, exits } of [...sites, total]) {
        expect(f.entered).toBe(sum([f.currently_in, exits.all]));
        expect(f.currently_in).toBe(sum(inSteps.map((s) => s.youngPeople)));
        expect(exits.all).toBe(sum([exits.phase1, exits.phase2]));
        expect(exits.phase1).toBe(sum(exits.byCode.map((e) => e.phase1)));
        expect(exits.phase2).toBe(sum(exits.byCode.map((e) => e.phase2)));
      }
      for (const figure of figures) {
        expect(total.figures[figure]).toBe(sum(sites.map((s) => s.figures[figure])));
        expect(total.figures[figure]).toBe(sum((arms ?? []).map((a) => a.figures[figure])));
      }
    }),
  );
});

test('a committee reads no count of 1 to 4, and none that gives one away by what all read', () => {
  const byName = ({ figures: f, steps: inSteps, exits }: Counts) => [
    ...Object.values(f),
    ...inSteps.map((s) => s.youngPeople),
    ...[exits.all, exits.phase1, exits.phase2],
    ...exits.byCode.flatMap((e) => [e.phase1, e.phase2]),
  ];
  fc.assert(
    fc.property(cells, (known) => {
      const siteIds = ['tours', 'blois', 'ain'];
      const masked = overviewOf(counted(known), siteIds, { masked: true, arms: false });
      const plain = overviewOf(counted(known), siteIds, open);
      expect(masked.arms).toBeUndefined();
      [...masked.sites, masked.total].forEach((site, i) => {
        const truth = byName([...plain.sites, plain.total][i] as Counts);
        byName(site).forEach((shown, at) => {
          const n = truth[at] as number;
          if (shown !== null) expect([n > 0 && n < 5, shown]).toEqual([false, n]);
        });
        // Who of those in is not in a figure is a count too.
        for (const figure of ['overdue', 'in_mediation', 'on_hold', 'unreachable'] as const) {
          const [all, some] = [site.figures.currently_in, site.figures[figure]];
          if (all !== null && some !== null) expect(all - some > 0 && all - some < 5).toBe(false);
        }
      });
    }),
    { numRuns: 25 },
  );
});

test('what was corrected is named with what was known then and now; a committee is told which counts, not by how much', () => {
  const known = [cell({ youngPeople: 8 }), cell({ exitCode: 'declined', youngPeople: 2 })];
  const corrections = {
    known,
    before: [cell({})],
    after: [cell({ exitCode: 'declined' })],
    changed: 1,
  };
  const { corrected } = overviewOf(corrections, ['tours', 'blois'], open);
  expect(corrected).toEqual({
    youngPeople: 1,
    changes: [
      { siteId: 'tours', count: 'figures/currently_in', knownThen: 9, knownNow: 8 },
      { siteId: 'tours', count: 'steps/welcome', knownThen: 9, knownNow: 8 },
      { siteId: 'tours', count: 'exits/all', knownThen: 1, knownNow: 2 },
      { siteId: 'tours', count: 'exits/phase1', knownThen: 1, knownNow: 2 },
      { siteId: 'tours', count: 'exits/declined/phase1', knownThen: 1, knownNow: 2 },
    ],
  });
  const told = overviewOf(corrections, ['tours', 'blois'], { masked: true, arms: false }).corrected;
  expect(told.youngPeople).toBeNull();
  expect(told.changes).toEqual(corrected.changes.map((c) => ({ ...c, knownThen: null, knownNow: null })));
});

test('one site out of all is masked as all are', () => {
  const known = [
    cell({ youngPeople: 3 }),
    cell({ siteId: 'blois', youngPeople: 9 }),
    cell({ siteId: 'ain', youngPeople: 20 }),
  ];
  const siteIds = ['tours', 'blois', 'ain'];
  const all = overviewOf(counted(known), siteIds, { masked: true, arms: false });
  for (const siteId of siteIds) {
    const one = ofOneSite(all, siteId);
    expect(one.sites).toEqual(all.sites.filter((site) => site.siteId === siteId));
    expect({ siteId, ...one.total }).toEqual(one.sites[0]);
  }
  // Another one, or the sum, hides the three: alone it would be told.
  const hidden = siteIds.filter((siteId) => ofOneSite(all, siteId).total.figures.entered === null);
  expect(hidden).toHaveLength(all.total.figures.entered === null ? 1 : 2);
});

test('every figure is defined in both languages, and every count has one name', () => {
  for (const { label, definition } of [
    ...Object.values(figureDefinitions),
    ...Object.values(termDefinitions),
  ])
    for (const text of [label.fr, label.en, definition.fr, definition.en])
      expect(text.length).toBeGreaterThan(1);
  expect(new Set(countNames).size).toBe(countNames.length);
  expect([...countsOf([]).keys()]).toEqual([...countNames]);
});
