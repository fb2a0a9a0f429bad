/** What is counted of what is stuck and of cases: that it adds up, and what of it a committee reads. */
import fc from 'fast-check';
import { attentionFigures, caseGroupNames, figuresOf, marksOf, resultsOf, riskReasons } from './attention';
import { type AttentionRow, attentionOf, type CaseCell, casesOf } from './attention-counts';
import {
  caseDefinition,
  caseDefinitions,
  caseResultLabels,
  markDefinition,
  resultLabel,
} from './case-definitions';

const siteIds = ['tours', 'blois', 'ain'];
const sum = (numbers: readonly (number | null)[]) => numbers.reduce<number>((all, n) => all + (n ?? 0), 0);

/** Counts of a site that can be. */
const site = fc
  .record({
    active: fc.nat(40),
    atRisk: fc.nat(40),
    reasons: fc.tuple(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(40)),
    withoutReferent: fc.nat(40),
    tasks: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)),
    unassigned: fc.nat(30),
  })
  .map(({ active, atRisk, reasons, withoutReferent, tasks: [overdue, week, later], unassigned }) => {
    const risk = Math.min(active, atRisk, sum(reasons));
    const each = reasons.map((n) => Math.min(n, risk));
    // Each is at risk for a reason at least.
    each[0] = Math.max(each[0] as number, risk - sum(each.slice(1)));
    const open = overdue + week + later;
    return {
      ...{ active, at_risk: risk },
      ...Object.fromEntries(riskReasons.map((reason, i) => [reason, each[i] as number])),
      ...{ without_referent: Math.min(active, withoutReferent), tasks_open: open, tasks_overdue: overdue },
      ...{ tasks_week: week, tasks_unassigned: Math.min(open, unassigned) },
    } as Record<(typeof attentionFigures)[number], number>;
  });
const rowsOf = (sites: readonly Record<(typeof attentionFigures)[number], number>[]): AttentionRow[] =>
  sites.flatMap((counts, i) =>
    attentionFigures.map((figure) => ({ siteId: siteIds[i] as string, figure, n: counts[figure] })),
  );

test('what is stuck is the sum of the sites, and for committees no count of 1 to 4 nor one that gives it away', () => {
  fc.assert(
    fc.property(fc.array(site, { minLength: 3, maxLength: 3 }), (sites) => {
      const open = attentionOf(rowsOf(sites), siteIds, false);
      for (const figure of attentionFigures)
        expect(open.total[figure]).toBe(sum(open.sites.map((one) => one[figure])));
      const shown = attentionOf(rowsOf(sites), siteIds, true);
      const told = [...shown.sites, shown.total];
      const known = [...open.sites, open.total];
      for (const [i, counts] of told.entries()) {
        for (const figure of attentionFigures) {
          const n = known[i]?.[figure] as number;
          expect([n, counts[figure]]).toEqual([n, counts[figure] === null ? null : n]);
          if (n > 0 && n < 5) expect(counts[figure]).toBeNull();
        }
        // Who is not at risk for a reason, among those who are, is found by subtracting.
        for (const figure of riskReasons) {
          const others = (known[i]?.at_risk as number) - (known[i]?.[figure] as number);
          if (others > 0 && others < 5) expect([counts.at_risk, counts[figure]]).toContain(null);
        }
      }
      // A site that is masked alone would be told by the others.
      for (const figure of attentionFigures) {
        const hidden = told.filter((counts, i) => counts[figure] === null && known[i]?.[figure] !== 0);
        expect([figure, hidden.length]).not.toEqual([figure, 1]);
      }
    }),
    { numRuns: 40 },
  );
});

const cells = (group: (typeof caseGroupNames)[number]) =>
  fc.array(
    fc
      .record({
        siteId: fc.constantFrom(...siteIds),
        figure: fc.constantFrom(...figuresOf(group)),
        result: fc.nat(20),
        mark: fc.nat(3),
        n: fc.integer({ min: 1, max: 9 }),
      })
      .map(({ result, mark, ...cell }): CaseCell => {
        const results = resultsOf(group, cell.figure);
        const code = results[result % results.length] as string;
        const all = marksOf(group, cell.figure);
        const may = all.length > 0 && (group === 'mediations' || code === 'done');
        // Of practices `watched` comes with each of the others.
        const marks =
          !may || mark === 0 ? [] : [...new Set([all[0] as string, all[mark % all.length] as string])];
        return { ...cell, result: code, marks };
      }),
    { maxLength: 25 },
  );

test.each(caseGroupNames)(
  'cases of %s have one result each, and small counts are masked with their rests',
  (group) => {
    fc.assert(
      fc.property(cells(group), (given) => {
        const open = casesOf(group, given, siteIds, false);
        const shown = casesOf(group, given, siteIds, true);
        for (const [i, figure] of open.total.entries()) {
          expect(figure.of).toBe(sum(figure.results.map(({ n }) => n)));
          expect(figure.of).toBe(sum(open.sites.map(({ figures }) => figures[i]?.of ?? null)));
          const places = (of: typeof open) => [...of.sites.map(({ figures }) => figures[i]), of.total[i]];
          for (const [at, told] of places(shown).entries()) {
            const known = places(open)[at];
            const pairs = [
              [known?.of, told?.of],
              ...(known?.results ?? []).map(({ n }, r) => [n, told?.results[r]?.n]),
              ...(known?.marks ?? []).map(({ n }, m) => [n, told?.marks[m]?.n]),
            ];
            for (const [n, read] of pairs) {
              expect([n, read]).toEqual([
                n,
                (n as number) > 0 && (n as number) < 5 ? null : (read ?? null) === null ? null : n,
              ]);
            }
            const hidden = (known?.results ?? []).filter(
              ({ n }, r) => n !== 0 && told?.results[r]?.n === null,
            );
            if (told?.of !== null) expect(hidden).not.toHaveLength(1);
          }
        }
      }),
      { numRuns: 30 },
    );
  },
);

test('every figure, result and mark has its words', () => {
  for (const group of caseGroupNames) {
    expect(Object.keys(caseDefinitions[group])).toEqual(figuresOf(group));
    for (const figure of figuresOf(group)) {
      expect(caseDefinition(group, figure).definition.fr.length).toBeGreaterThan(20);
      for (const result of resultsOf(group, figure)) expect(resultLabel(result).en).not.toBe('');
      for (const mark of marksOf(group, figure)) expect(markDefinition(mark).label.fr).not.toBe('');
    }
  }
  const used = caseGroupNames.flatMap((group) =>
    figuresOf(group).flatMap((figure) => resultsOf(group, figure)),
  );
  expect(Object.keys(caseResultLabels).sort()).toEqual([...new Set(used)].sort());
  expect(() => resultLabel('tea')).toThrow("'tea' is not defined.");
});
