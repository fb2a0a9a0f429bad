/** What people get over many draws is what the record says they had: nobody's chance is another than the stated one. */
import { candidatesOf, drawnRecord, keyOf, made, siteRules, waveOf } from '../../test/setup/draws';
import { even } from '../../test/setup/statistics';
import { freeze, outcomeOf } from './draw';
import type { Rules } from './record';

const draws = 20_000;
/**
 * A frequency over n draws strays from a probability p by more than five standard deviations, √(p(1 − p)/n), less than
 * once in a million; at one half and 20,000 draws that is 0.018. Some 200 frequencies are looked at, of fixed keys.
 */
const deviations = 5;
const near = (seen: number, of: number, p: number) =>
  Math.abs(seen - of * p) <= deviations * Math.sqrt(of * p * (1 - p)) + 1e-9;

const mixed: Rules = {
  strata: 'site',
  sites: [
    // A rush, and two who do not fill a block: 1.2 of them get service plus on average.
    siteRules('ain', { ratio: { servicePlus: 3, of: 5 }, block: 5, places: 7 }),
    // One alone after two blocks.
    siteRules('blois', { ratio: { servicePlus: 1, of: 2 }, block: 4 }),
    // A rush, then misfits that wait.
    siteRules('roanne', { ratio: { servicePlus: 2, of: 3 }, block: 6, places: 8, misfits: 'next_wave' }),
    // Nobody fills a block of ten.
    siteRules('tours', { ratio: { servicePlus: 3, of: 5 }, block: 10 }),
  ],
  publicNumber: null,
};
const together: Rules = {
  strata: 'none',
  sites: ['ain', 'blois', 'tours'].map((site) =>
    siteRules(site, { ratio: { servicePlus: 2, of: 3 }, block: 3, places: 5, misfits: 'next_wave' }),
  ),
  publicNumber: null,
};

test.each([
  ['strata by site', mixed, candidatesOf({ ain: 11, blois: 9, roanne: 10, tours: 7 }, 'mixed'), draws],
  ['one stratum', together, candidatesOf({ ain: 8, blois: 5, tours: 3 }, 'together'), draws],
] as const)(
  'each person enters and gets service plus as often as stated, %s',
  (name, rules, candidates, n) => {
    const plan = { words: name, rules, candidates };
    const { frozen } = made(freeze(waveOf(plan)));
    const stated = drawnRecord(plan);
    const rule = new Map(rules.sites.map((s) => [s.site, s.ratio.servicePlus / s.ratio.of]));
    const entered = new Map<string, number>();
    const plus = new Map<string, number>();
    const inEvery = new Map<string, number>();
    for (let i = 0; i < n; i++) {
      const { allocations } = outcomeOf(frozen, keyOf(`${name} ${i}`));
      const perStratum = new Map<string, number>();
      for (const { id, arm, stratum } of allocations) {
        entered.set(id, (entered.get(id) ?? 0) + 1);
        if (arm !== 'service_plus') continue;
        plus.set(id, (plus.get(id) ?? 0) + 1);
        perStratum.set(stratum, (perStratum.get(stratum) ?? 0) + 1);
      }
      for (const [stratum, count] of perStratum) {
        const key = `${stratum} ${count}`;
        inEvery.set(key, (inEvery.get(key) ?? 0) + 1);
      }
    }
    for (const [i, { id, entering }] of stated.entries.entries()) {
      const e = entering.num / entering.den;
      const p = rule.get(stated.register[i]?.site as string) as number;
      expect(near(entered.get(id) ?? 0, n, e)).toBe(true);
      expect(near(plus.get(id) ?? 0, n, e * p)).toBe(true);
      expect(near(plus.get(id) ?? 0, entered.get(id) ?? 0, p)).toBe(true);
    }
    // How many in all is not chance, but for the one more that the fraction of the misfits decides.
    const counts = (stratum: string) => [...inEvery].filter(([key]) => key.startsWith(`${stratum} `)).sort();
    if (rules === together) {
      expect(counts('all')).toEqual([['all 8', n]]);
    } else {
      expect(counts('roanne')).toEqual([['roanne 4', n]]);
      expect(counts('ain').map(([key]) => key)).toEqual(['ain 4', 'ain 5']);
      expect(near(inEvery.get('ain 5') ?? 0, n, 1 / 5)).toBe(true);
      expect(counts('blois').map(([key]) => key)).toEqual(['blois 4', 'blois 5']);
      expect(near(inEvery.get('blois 5') ?? 0, n, 1 / 2)).toBe(true);
      expect(near(inEvery.get('tours 5') ?? 0, n, 1 / 5)).toBe(true);
    }
  },
);

test('a bias of two in a hundred for one person would be seen', () => {
  expect(near(draws * 0.62, draws, 0.6)).toBe(false);
});

test('every order of a block comes as often as the others, whatever came in the block before or at another site', () => {
  const rules: Rules = {
    strata: 'site',
    sites: ['blois', 'tours'].map((site) => siteRules(site, { ratio: { servicePlus: 3, of: 5 }, block: 5 })),
    publicNumber: null,
  };
  const { frozen } = made(
    freeze(waveOf({ words: 'blocks', rules, candidates: candidatesOf({ blois: 5, tours: 10 }) })),
  );
  const pairs = {
    'tours 1 tours 2': new Map<string, number>(),
    'blois 1 tours 1': new Map<string, number>(),
  };
  for (let i = 0; i < draws; i++) {
    const orders = new Map<string, string>();
    for (const { stratum, block, arm } of outcomeOf(frozen, keyOf(`blocks ${i}`)).allocations) {
      const key = `${stratum} ${block}`;
      orders.set(key, (orders.get(key) ?? '') + (arm === 'service_plus' ? '+' : '-'));
    }
    for (const [names, seen] of Object.entries(pairs)) {
      const [, a, b] = /^(\S+ \d) (\S+ \d)$/.exec(names) as unknown as [string, string, string];
      const both = `${orders.get(a)} ${orders.get(b)}`;
      seen.set(both, (seen.get(both) ?? 0) + 1);
    }
  }
  // Ten orders of three among five, in pairs.
  for (const seen of Object.values(pairs)) {
    expect(seen.size).toBe(100);
    expect(even([...seen.values()])).toBe(true);
  }
});

test('early and late wishes are served alike: at no moment has a site strayed from its ratio by more than its block allows', () => {
  const rules: Rules = {
    strata: 'site',
    sites: [siteRules('tours', { ratio: { servicePlus: 3, of: 5 }, block: 5 })],
    publicNumber: null,
  };
  const { frozen } = made(freeze(waveOf({ words: 'time', rules, candidates: candidatesOf({ tours: 200 }) })));
  const quarters = [0, 0, 0, 0];
  let farthest = 0;
  for (let d = 0; d < 500; d++) {
    let plus = 0;
    outcomeOf(frozen, keyOf(`time ${d}`)).allocations.forEach(({ arm }, i) => {
      if (arm === 'service_plus') {
        plus++;
        (quarters[Math.floor(i / 50)] as number)++;
      }
      farthest = Math.max(farthest, Math.abs(plus - 0.6 * (i + 1)));
    });
  }
  // Exactly as many in each quarter, and the worst order of one block in between: 3 − 3 × 0.6 people.
  expect(quarters).toEqual([15_000, 15_000, 15_000, 15_000]);
  expect(farthest).toBeCloseTo(1.2, 9);
});

test('who waits in a rush has nothing to do with who wished first, nor with who waits at the other site', () => {
  const rules: Rules = {
    strata: 'site',
    sites: ['blois', 'tours'].map((site) => siteRules(site, { block: 2, places: 2 })),
    publicNumber: null,
  };
  const { frozen } = made(
    freeze(waveOf({ words: 'rush', rules, candidates: candidatesOf({ blois: 4, tours: 4 }) })),
  );
  const site = new Map(frozen.register.map((r) => [r.id, r.site]));
  const seen = new Map<string, number>();
  for (let i = 0; i < draws; i++) {
    const passed = { blois: '', tours: '' } as Record<string, string>;
    for (const { id, fate } of outcomeOf(frozen, keyOf(`rush ${i}`)).entries)
      passed[site.get(id) as string] += fate === 'drawn' ? '+' : '-';
    const both = `${passed.blois} ${passed.tours}`;
    seen.set(both, (seen.get(both) ?? 0) + 1);
  }
  expect(seen.size).toBe(36);
  expect(even([...seen.values()])).toBe(true);
});
