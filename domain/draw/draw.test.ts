/** What a register and a seed give, by example and whatever the register; and what is refused. */
import fc from 'fast-check';
import {
  aPlan,
  candidatesOf,
  drawnRecord,
  instantOf,
  made,
  seedOf,
  siteRules,
  uuidOf,
  waveOf,
} from '../../test/setup/draws';
import {
  countsBySite,
  draw,
  freeze,
  frozenProblems,
  type Refused,
  rulesProblems,
  type SiteCounts,
  type Wave,
} from './draw';
import { commitmentTo, sha256 } from './hashes';
import { canonical, type Rules, recordSchema, type SiteRules } from './record';

const oneSite = (more: Partial<SiteRules> = {}): Rules => ({
  strata: 'site',
  sites: [siteRules('tours', more)],
  publicNumber: null,
});
const plan = { words: 'spring', rules: oneSite(), candidates: candidatesOf({ tours: 10 }) };
const problemsOf = (result: object) => ('problems' in result ? (result as Refused).problems : []);
const told = (result: object) => problemsOf(result).map((p) => `${p.pointer} ${p.code}`);

test('a whole draw, as it was made once: nobody may change what a seed gives under this version', () => {
  const record = drawnRecord({
    words: 'example',
    rules: {
      strata: 'site',
      sites: [
        siteRules('tours', { ratio: { servicePlus: 3, of: 5 }, block: 5, places: 7 }),
        siteRules('blois', { ratio: { servicePlus: 2, of: 3 }, block: 3, misfits: 'next_wave' }),
      ],
      publicNumber: { source: 'Loto', notBefore: instantOf(90) },
    },
    candidates: candidatesOf({ tours: 9, blois: 5 }),
  });
  expect(record.registerHash).toBe('dcc6e2191fa9cdb445ff2a5e5f9b6972b9f4bcf967ef730d41cefb19a3b95e42');
  const arms = new Map(record.allocations.map((a) => [a.id, `${a.stratum} ${a.block} ${a.arm}`]));
  expect(record.entries.map((e) => arms.get(e.id) ?? e.fate)).toEqual([
    'tours 1 service_plus',
    'misfit',
    'blois 1 standard',
    'rush',
    'tours 1 standard',
    'misfit',
    'blois 1 service_plus',
    'tours 1 service_plus',
    'rush',
    'blois 1 service_plus',
    'tours 1 standard',
    'tours 1 service_plus',
    'tours 2 service_plus',
    'tours 2 service_plus',
  ]);
  const entering = new Map(record.entries.map((e) => [e.id, e.entering]));
  expect(record.register.map(({ id, site }) => [site, entering.get(id)])).toEqual(
    record.register.map(({ site }) => [site, site === 'tours' ? { num: 7, den: 9 } : { num: 3, den: 5 }]),
  );
});

test('the canonical text has sorted keys and no spaces, and refuses what has no one text', () => {
  expect(canonical({ b: [1, null, 'é"\n'], a: { d: 0, c: '' } })).toBe(
    '{"a":{"c":"","d":0},"b":[1,null,"é\\"\\n"]}',
  );
  for (const value of [1.5, Number.NaN, undefined, true, 2 ** 53])
    expect(() => canonical({ value })).toThrow('a record holds texts, whole numbers and null');
});

test('the wishes are numbered in their order, equal ones by id, whatever order they are handed over in', () => {
  const people: Wave['candidates'] = [
    { id: uuidOf('c'), site: 'tours', wishedAt: instantOf(-5) },
    { id: uuidOf('b'), site: 'tours', wishedAt: instantOf(-9) },
    // The same instant, written in another way.
    { id: uuidOf('a'), site: 'tours', wishedAt: instantOf(-9).replace('.000Z', 'Z') },
  ];
  const { frozen, text, hash } = made(freeze({ ...waveOf(plan), candidates: people }));
  expect(frozen.register.map((r) => r.id)).toEqual([...[uuidOf('a'), uuidOf('b')].sort(), uuidOf('c')]);
  expect(frozen.register.map((r) => r.n)).toEqual([1, 2, 3]);
  expect(hash).toBe(sha256(text));
  expect(text).not.toContain('wishedAt');
});

test('the same register and seed give the same record, in whatever order people and sites come', () => {
  fc.assert(
    fc.property(aPlan, fc.infiniteStream(fc.nat()), (p, chance) => {
      const mixed = <T>(list: readonly T[]) =>
        list
          .map((item) => [chance.next().value as number, item] as const)
          .sort(([a], [b]) => a - b)
          .map(([, item]) => item);
      const again = {
        ...p,
        candidates: mixed(p.candidates),
        kept: mixed(p.kept ?? []),
        rules: { ...p.rules, sites: mixed(p.rules.sites) },
      };
      expect(canonical(drawnRecord(again))).toBe(canonical(drawnRecord(p)));
    }),
    { numRuns: 60 },
  );
});

test('whatever the register: everybody has one fate, places hold, blocks hold their ratio, time is balanced', () => {
  fc.assert(
    fc.property(aPlan, (p) => {
      const record = drawnRecord(p);
      expect(recordSchema.parse(record)).toEqual(record);
      const { register, entries, allocations, rules, kept } = record;
      const ids = register.map((r) => r.id);
      expect(entries.map((e) => e.id)).toEqual(ids);
      const fates = new Map(entries.map((e) => [e.id, e.fate]));
      expect(allocations.map((a) => a.id)).toEqual(ids.filter((id) => fates.get(id) === 'drawn'));
      for (const { id } of kept) expect(fates.has(id)).toBe(false);

      for (const { site, places } of rules.sites) {
        const people = register.filter((r) => r.site === site);
        const rush = people.filter((r) => fates.get(r.id) === 'rush').length;
        expect(rush).toBe(Math.max(0, people.length - (places ?? people.length)));
      }
      const strata = rules.strata === 'none' ? [{ ...rules.sites[0], site: 'all' }] : rules.sites;
      for (const { site: stratum, ratio, block, misfits } of strata as SiteRules[]) {
        const people = register.filter((r) => stratum === 'all' || r.site === stratum);
        const passed = people.filter((r) => fates.get(r.id) !== 'rush').length;
        const waiting = people.filter((r) => fates.get(r.id) === 'misfit').length;
        expect(waiting).toBe(misfits === 'next_wave' ? passed % block : 0);
        const drawn = allocations.filter((a) => a.stratum === stratum);
        expect(drawn).toHaveLength(passed - waiting);
        const p = ratio.servicePlus / ratio.of;
        let plus = 0;
        drawn.forEach(({ block: k, arm, probability }, i) => {
          expect(k).toBe(Math.floor(i / block) + 1);
          expect(probability.num * ratio.of).toBe(probability.den * ratio.servicePlus);
          if (arm === 'service_plus') plus++;
          // Never farther from the ratio than the worst order of one block.
          expect(Math.abs(plus - p * (i + 1))).toBeLessThan(block * p * (1 - p) + 1);
          if ((i + 1) % block === 0) expect(plus).toBe(p * (i + 1));
        });
        expect(Math.abs(plus - p * drawn.length)).toBeLessThan(1);
      }
    }),
    { numRuns: 150 },
  );
});

test('the counts of each site are those of its people in the record, and before the draw of its register', () => {
  fc.assert(
    fc.property(aPlan, (plan) => {
      const record = drawnRecord(plan);
      const counts = countsBySite(record, record);
      expect(counts.map(({ siteId }) => siteId)).toEqual(record.rules.sites.map(({ site }) => site));
      const total = (of: keyof Omit<SiteCounts, 'siteId'>) => counts.reduce((sum, site) => sum + site[of], 0);
      for (const { registered, servicePlus, standard, rush, misfit } of counts)
        expect(servicePlus + standard + rush + misfit).toBe(registered);
      expect([total('registered'), total('kept')]).toEqual([record.register.length, record.kept.length]);
      const drawn = (arm: string) => record.allocations.filter((a) => a.arm === arm).length;
      expect([total('servicePlus'), total('standard')]).toEqual([drawn('service_plus'), drawn('standard')]);
      expect(total('rush')).toBe(record.entries.filter(({ fate }) => fate === 'rush').length);
      const before = countsBySite(record, null);
      expect(before).toEqual(
        counts.map((site) => ({ ...site, servicePlus: 0, standard: 0, rush: 0, misfit: 0 })),
      );
    }),
    { numRuns: 50 },
  );
});

test('the register is the draw’s: one person more, another wave or another public number, and all is drawn anew', () => {
  const record = (more: object) => drawnRecord({ ...plan, candidates: candidatesOf({ tours: 40 }), ...more });
  const arms = (r: ReturnType<typeof record>) => r.allocations.slice(0, 40).map((a) => a.arm);
  const same = arms(record({}));
  expect(arms(record({}))).toEqual(same);
  expect(arms(record({ candidates: candidatesOf({ tours: 41 }) }))).not.toEqual(same);
  const { frozen } = made(
    freeze(
      waveOf({
        ...plan,
        rules: { ...oneSite(), publicNumber: { source: 'Loto', notBefore: instantOf(90) } },
      }),
    ),
  );
  const results = ['1', '2'].map((publicNumber) =>
    made(draw(frozen, { seed: seedOf(plan), publicNumber, drawnAt: instantOf(100) })),
  );
  expect(results[0]?.drawn.allocations).not.toEqual(results[1]?.drawn.allocations);
});

test('rules that cannot be drawn are refused by the field that must change', () => {
  const of = (...sites: SiteRules[]): Rules => ({ strata: 'site', sites, publicNumber: null });
  const at = (rules: unknown) => rulesProblems(rules).map((p) => `${p.pointer} ${p.code}`);
  expect(at(of(siteRules('blois'), siteRules('tours')))).toEqual([]);
  expect(at(of(siteRules('tours', { ratio: { servicePlus: 2, of: 2 } })))).toEqual([
    '/sites/0/ratio no_draw',
  ]);
  expect(at(of(siteRules('tours', { block: 5 })))).toEqual(['/sites/0/block not_a_multiple']);
  expect(at(of(siteRules('tours', { places: 0 })))).toEqual(['/sites/0/places invalid']);
  expect(at(of(siteRules('Le Mans')))).toEqual(['/sites/0/site invalid']);
  expect(at(of(siteRules('tours'), siteRules('tours')))).toEqual(['/sites/1/site met_twice']);
  expect(at(of(siteRules('tours'), siteRules('blois')))).toEqual(['/sites/1/site out_of_order']);
  expect(at(of())).toEqual(['/sites invalid']);
  expect(at({ ...of(siteRules('tours')), hand: 'picked' })).toEqual(['/hand unknown_field']);
  expect(at(null)).toEqual([' invalid']);
  const different = of(
    siteRules('blois'),
    siteRules('tours', { ratio: { servicePlus: 2, of: 4 }, block: 8, misfits: 'next_wave' }),
  );
  expect(at(different)).toEqual([]);
  expect(at({ ...different, strata: 'none' })).toEqual([
    '/sites/1/ratio differs_in_stratum',
    '/sites/1/block differs_in_stratum',
    '/sites/1/misfits differs_in_stratum',
  ]);
});

test('a register is not frozen with somebody twice, of an unknown site, before the commitment or with known chance', () => {
  const wave = waveOf(plan);
  const [someone, other] = wave.candidates as [Wave['candidates'][number], Wave['candidates'][number]];
  const kept = {
    id: uuidOf('k'),
    site: 'tours',
    arm: 'standard' as const,
    firstDraw: uuidOf('d'),
    firstId: uuidOf('k'),
  };
  expect(told(freeze({ ...wave, candidates: [someone, other, someone] }))).toEqual([
    '/register/1/id met_twice',
  ]);
  expect(told(freeze({ ...wave, kept: [{ ...kept, id: someone.id }] }))).toEqual(['/kept/0/id met_twice']);
  expect(told(freeze({ ...wave, candidates: [{ ...someone, site: 'blois' }] }))).toEqual([
    '/register/0/site site_without_rules',
  ]);
  expect(told(freeze({ ...wave, candidates: [{ ...someone, wishedAt: 'soon' }] }))).toEqual([
    '/candidates/0/wishedAt date_unreadable',
  ]);
  expect(told(freeze({ ...wave, kept: [{ ...kept, firstDraw: wave.draw }] }))).toEqual([
    '/kept/0/firstDraw not_earlier',
  ]);
  expect(told(freeze({ ...wave, frozenAt: wave.committedAt }))).toEqual(['/frozenAt too_early']);
  const publicNumber = { source: 'Loto', notBefore: wave.frozenAt };
  expect(told(freeze({ ...wave, rules: { ...wave.rules, publicNumber } }))).toEqual([
    '/rules/publicNumber/notBefore too_early',
  ]);
  expect(told(freeze({ ...wave, rules: oneSite({ block: 3 }) }))).toEqual([
    '/rules/sites/0/block not_a_multiple',
  ]);
  expect(told(freeze({ ...wave, rules: {} as Rules }))).toContain('/rules/sites invalid');
  expect(told(freeze({ ...wave, wave: ' spring' }))).toEqual(['/wave invalid']);
  expect(told(freeze({ ...wave, draw: wave.draw.toUpperCase() }))).toEqual(['/draw invalid']);
  for (const p of problemsOf(freeze({ ...wave, rules: oneSite({ block: 3 }) })))
    expect(p.message).toBe('tours: a block of 3 cannot hold 1 of 2: write a multiple of 2 up to 1000');
  const { frozen } = made(freeze({ ...wave, kept: [kept, { ...kept, id: uuidOf('l') }] }));
  expect(frozenProblems({ ...frozen, register: frozen.register.toReversed() })).toHaveLength(10);
  expect(told({ problems: frozenProblems({ ...frozen, kept: frozen.kept.toReversed() }) })).toEqual([
    '/kept/1/id out_of_order',
  ]);
});

test('nothing is drawn with another seed, too early, or without the number that the rules name', () => {
  const { frozen } = made(freeze(waveOf(plan)));
  const given = { seed: seedOf(plan), publicNumber: null, drawnAt: instantOf(120) };
  expect(told(draw(frozen, given))).toEqual([]);
  expect(told(draw(frozen, { ...given, seed: seedOf({ ...plan, words: 'other' }) }))).toEqual([
    '/seed other_seed',
  ]);
  expect(told(draw(frozen, { ...given, seed: 'chance' }))).toEqual(['/seed invalid']);
  expect(told(draw(frozen, { ...given, drawnAt: frozen.frozenAt }))).toEqual(['/drawnAt too_early']);
  expect(told(draw(frozen, { ...given, publicNumber: '7' }))).toEqual(['/publicNumber not_in_rules']);
  expect(told(draw({ ...frozen, commitment: commitmentTo('00') }, given))).toEqual(['/seed other_seed']);
  expect(told(draw({ ...frozen, rules: oneSite({ block: 3 }) }, given))).toEqual([
    '/rules/sites/0/block not_a_multiple',
  ]);
  const rules = { ...oneSite(), publicNumber: { source: 'Loto', notBefore: instantOf(90) } };
  const named = made(freeze(waveOf({ ...plan, rules }))).frozen;
  expect(told(draw(named, { ...given, drawnAt: instantOf(80) }))).toEqual([
    '/publicNumber missing',
    '/drawnAt too_early',
  ]);
});
