/** The verifier accepts what the programme draws and tells a forged record, naming what is wrong with it. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { commitmentTo, contentOf, nextLine, registerHash } from '../domain/draw/hashes';
import {
  type DrawRecord,
  drawnSchema,
  type Frozen,
  frozenSchema,
  type Kept,
  type LogEntry,
} from '../domain/draw/record';
import type { Plan } from '../test/setup/draws';
import {
  aPlan,
  candidatesOf,
  drawnRecord,
  hashOfWords,
  instantOf,
  recordFrom,
  seedOf,
  siteRules,
  uuidOf,
} from '../test/setup/draws';
import { type Beforehand, main, readRecord, verify } from './verify-draw.mjs';

type Forged = { -readonly [K in keyof DrawRecord]: DrawRecord[K] };
type Someone<L extends keyof DrawRecord> = DrawRecord[L] extends readonly (infer T)[] ? T : never;

const first: Plan = {
  words: 'first',
  rules: {
    strata: 'site',
    sites: [
      siteRules('blois', { ratio: { servicePlus: 3, of: 5 }, block: 5, places: 12 }),
      siteRules('tours', { ratio: { servicePlus: 1, of: 2 }, block: 4, misfits: 'next_wave' }),
    ],
    publicNumber: null,
  },
  candidates: candidatesOf({ blois: 16, tours: 14 }),
};
const firstRecord = drawnRecord(first);
const again = firstRecord.allocations.slice(0, 3);
const second: Plan = {
  ...first,
  words: 'second',
  candidates: [
    ...candidatesOf({ blois: 9, tours: 9 }, 'newcomer'),
    // Who waited in the first wave wishes again.
    ...firstRecord.entries
      .filter((e) => e.fate !== 'drawn')
      .map(({ id }) => ({ id, site: 'tours', wishedAt: instantOf(-1) })),
  ],
  kept: again.map(({ id, arm }, i) => ({
    // One of them enrolled at another site, under another id.
    id: i === 0 ? uuidOf('met again elsewhere') : id,
    site: 'tours',
    arm,
    firstDraw: firstRecord.draw,
    firstId: id,
  })),
  log: firstRecord.log,
  from: 1000,
};
const secondRecord = drawnRecord(second);
const published = ({ commitment, registerHash }: DrawRecord): Beforehand => ({
  commitment,
  register: registerHash,
});

const copyOf = (record: DrawRecord) => structuredClone(record) as Forged;
const at = <T>(list: readonly T[], i: number) => list.at(i) as T;
const told = (record: unknown, beforehand: Beforehand = {}) =>
  verify(record, beforehand).problems.map((p) => `${p.check} ${p.where} ${p.en}`);
const frozenOf = (record: DrawRecord): Frozen =>
  frozenSchema.parse(
    Object.fromEntries(Object.keys(frozenSchema.shape).map((k) => [k, record[k as 'draw']])),
  );

/** A forger who computes every hash again, so that only what is false in itself is left to be told. */
function rehashed(record: Forged, before: readonly LogEntry[] = []): Forged {
  const frozen = frozenOf(record);
  record.registerHash = registerHash(frozen);
  const drawn = drawnSchema.parse(
    Object.fromEntries(Object.keys(drawnSchema.shape).map((k) => [k, record[k as 'draw']])),
  );
  record.log = [...before];
  for (const [what, instant, content] of [
    ['committed', record.committedAt, contentOf.committed(record)],
    ['frozen', record.frozenAt, contentOf.frozen(frozen)],
    ['drawn', record.drawnAt, contentOf.drawn(drawn, record.registerHash)],
  ] as const)
    record.log.push(nextLine(record.log.at(-1) ?? null, { at: instant, draw: record.draw, what, content }));
  return record;
}

test('a true record is valid, alone, against what was published beforehand and after earlier draws', () => {
  expect(told(firstRecord)).toEqual([]);
  expect(told(firstRecord, { ...published(firstRecord), lines: firstRecord.log.map((l) => l.hash) })).toEqual(
    [],
  );
  expect(told(secondRecord, { ...published(secondRecord), previous: [firstRecord] })).toEqual([]);
  // Written for people or for machines: the spaces between are nothing.
  expect(told(readRecord(JSON.stringify(secondRecord, null, 2)))).toEqual([]);
});

test('whatever the rules and the register, the record is valid', () => {
  fc.assert(
    fc.property(aPlan, (plan) => {
      const record = drawnRecord(plan);
      expect(told(record, published(record))).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

describe('forged in one place', () => {
  const plus = firstRecord.allocations.findIndex((a) => a.arm === 'service_plus');
  const standard = firstRecord.allocations.findIndex((a) => a.arm === 'standard');
  const waits = firstRecord.entries.findIndex((e) => e.fate === 'rush');
  const enters = firstRecord.entries.findIndex((e, i) => e.fate === 'drawn' && i > waits);

  /** What is done, what must be told, and what when the register's hash was computed anew. */
  const forgeries: [string, (r: Forged) => unknown, RegExp, RegExp?][] = [
    [
      'two arms swapped',
      (r) => {
        at(r.allocations, plus).arm = 'standard';
        at(r.allocations, standard).arm = 'service_plus';
      },
      new RegExp(
        `^arms /allocations/${plus}/arm for .* the draw gives "service_plus", the record says: "standard"`,
      ),
    ],
    ['another seed', (r) => (r.seed = hashOfWords('other')), /^commitment \/seed is not the seed/],
    [
      'a person added to the register',
      (r) => r.register.push({ id: uuidOf('friend'), site: 'tours', n: r.register.length + 1 }),
      /^registerHash \/registerHash the register or its rules were changed/,
      /^fates \/register\/30 this person has no fate/,
    ],
    [
      'a person taken out of the register',
      (r) => r.register.splice(4, 1),
      /^registerHash /,
      /^register \/register\/4\/n should be 5/,
    ],
    [
      'a probability',
      (r) => (at(r.allocations, 2).probability = { num: 4, den: 5 }),
      /^probabilities \/allocations\/2\/probability .*the record says: {"num":4,"den":5}/,
    ],
    [
      'a probability that is not in lowest terms',
      (r) => (at(r.allocations, 0).probability = { num: 6, den: 10 }),
      /^probabilities \/allocations\/0\/probability/,
    ],
    [
      'a probability of entering',
      (r) => (at(r.entries, 0).entering = { num: 1, den: 1 }),
      /^probabilities \/entries\/0\/entering/,
    ],
    [
      'a ratio',
      (r) => (at(r.rules.sites, 0).ratio = { servicePlus: 4, of: 5 }),
      /^registerHash /,
      /^arms |^probabilities /,
    ],
    ['a block size', (r) => (at(r.rules.sites, 1).block = 6), /^registerHash /, /^arms |^rush /],
    [
      'the rule for misfits',
      (r) => (at(r.rules.sites, 1).misfits = 'proportional'),
      /^registerHash /,
      /^rush /,
    ],
    ['places', (r) => (at(r.rules.sites, 0).places = 13), /^registerHash /, /^rush /],
    [
      'a person moved into another stratum',
      (r) => {
        const other = r.allocations.find((a) => a.stratum === 'tours') as Someone<'allocations'>;
        other.stratum = 'blois';
      },
      /^arms \/allocations\/\d+\/stratum .*gives "tours", the record says: "blois"/,
    ],
    [
      'a person at another site',
      (r) => (at(r.register, 0).site = at(r.register, 0).site === 'tours' ? 'blois' : 'tours'),
      /^registerHash /,
      /^(arms|rush|probabilities) /,
    ],
    [
      'two wishes in another order',
      (r) => {
        const [a, b] = [at(r.register, 0).id, at(r.register, 1).id];
        at(r.register, 0).id = b;
        at(r.register, 1).id = a;
      },
      /^registerHash /,
      /^fates .* out of the order of the register/,
    ],
    [
      'a rush entry by hand',
      (r) => {
        const { id } = at(r.entries, waits);
        at(r.entries, waits).fate = 'drawn';
        const out = at(r.entries, enters);
        out.fate = 'rush';
        const i = r.allocations.findIndex((a) => a.id === out.id);
        at(r.allocations, i).id = id;
        const order = new Map(r.register.map((p) => [p.id, p.n]));
        r.allocations.sort((a, b) => (order.get(a.id) as number) - (order.get(b.id) as number));
      },
      new RegExp(`^rush /entries/${waits}/fate for .* the draw gives "rush", the record says: "drawn"`),
    ],
    [
      'somebody who waits gets an arm',
      (r) => r.allocations.push({ ...at(r.allocations, -1), id: at(r.entries, waits).id }),
      new RegExp(`^fates /entries/${waits} waits and yet has an arm`),
    ],
    [
      'somebody who was drawn is left out',
      (r) => r.allocations.splice(plus, 1),
      /^fates \/entries\/\d+ enters the wave but has no arm/,
    ],
    ['somebody has no fate', (r) => r.entries.splice(0, 1), /^fates \/register\/0 this person has no fate/],
    [
      'somebody is drawn into two arms',
      (r) => r.allocations.splice(plus, 0, { ...at(r.allocations, plus), arm: 'standard' }),
      /^fates \/allocations\/\d+\/id stands twice/,
    ],
    [
      'somebody is drawn who is not in the register',
      (r) => (at(r.allocations, 0).id = uuidOf('friend')),
      /^fates \/allocations\/0\/id this person is not in the register/,
    ],
    [
      'another wave',
      (r) => (r.wave = 'Autumn'),
      /^registerHash /,
      /^log \/log\/0\/content the commitment is not/,
    ],
    ['drawn before it was frozen', (r) => (r.drawnAt = r.frozenAt), /^instants \/drawnAt/],
    ['frozen before the commitment', (r) => (r.frozenAt = instantOf(-1)), /^instants \/frozenAt/],
    ['a public number where none was named', (r) => (r.publicNumber = '7'), /^instants \/publicNumber/],
    [
      'an extra field',
      (r) => Object.assign(at(r.allocations, 0), { note: 'by phone' }),
      /^form \/allocations\/0\/note is an unknown field/,
    ],
    [
      'an extra field of the record',
      (r) => Object.assign(r, { redrawn: 1 }),
      /^form \/redrawn is an unknown field/,
    ],
    ['a missing field', (r) => Reflect.deleteProperty(r, 'seed'), /^form \/seed is missing/],
    ['another algorithm', (r) => Object.assign(r, { algorithm: 'sha256-counter/2' }), /^form \/algorithm/],
    [
      'an arm that does not exist',
      (r) => Object.assign(at(r.allocations, 0), { arm: 'both' }),
      /^form \/allocations\/0\/arm/,
    ],
  ];

  test.each(forgeries)('%s', (...[, forge, first, second]) => {
    const forged = copyOf(firstRecord);
    forge(forged);
    const problems = told(forged);
    expect(problems).toContainEqual(expect.stringMatching(first));

    // All hashes made anew: what was published beforehand tells it, and mostly the record itself.
    if (problems.some((p) => p.startsWith('form')) || forged.frozenAt < forged.committedAt) return;
    rehashed(forged);
    const left = told(forged);
    if (!first.source.startsWith('^registerHash')) expect(left).toContainEqual(expect.stringMatching(first));
    else if (!second?.source.includes('commitment is not'))
      expect(left).toContainEqual(expect.stringMatching(second ?? first));
    const line = at(firstRecord.log, 2).hash;
    expect(told(forged, { ...published(firstRecord), lines: [line] })).toContainEqual(
      expect.stringMatching(/^beforehand /),
    );
  });

  test('rules that allow no draw are told, however well they are hashed', () => {
    const rules = (change: (rules: DrawRecord['rules']) => unknown) => {
      const forged = copyOf(firstRecord);
      change(forged.rules);
      return told(rehashed(forged)).filter((problem) => problem.startsWith('rules'));
    };
    expect(rules((r) => (at(r.sites, 0).ratio = { servicePlus: 5, of: 5 }))).toEqual([
      'rules /rules/sites/0/ratio everybody would get service plus',
    ]);
    expect(rules((r) => (at(r.sites, 1).block = 5))).toEqual([
      'rules /rules/sites/1/block is not a multiple of 2: 5',
    ]);
    expect(rules((r) => r.sites.reverse())).toEqual([
      'rules /rules/sites/1/site stands twice or out of order: "blois"',
    ]);
    expect(rules((r) => (r.strata = 'none'))).toEqual([
      'rules /rules/sites/1 differs from the first site, in one stratum',
    ]);
    const none = copyOf(firstRecord);
    none.rules.sites = [];
    expect(told(none)).toContainEqual('rules /rules/sites there is no site');
  });

  test('no line of the log is removed, moved, changed, back-dated or put in', () => {
    const log = (forge: (log: LogEntry[]) => unknown) => {
      const forged = copyOf(secondRecord);
      forge(forged.log);
      return told(forged);
    };
    const chained = (lines: LogEntry[]) => {
      const made: LogEntry[] = [];
      for (const l of lines) made.push(nextLine(made.at(-1) ?? null, l));
      return made;
    };
    const replace = (list: LogEntry[], by: LogEntry[]) => list.splice(0, list.length, ...by);
    expect(log((l) => l.splice(4, 1))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^log \/log\/4\/n a line is missing or was moved: should be 4/),
        expect.stringMatching(/^log \/log\/4\/previous is not the hash of the line before/),
        expect.stringMatching(/^log \/log the line "frozen" of this draw is missing/),
      ]),
    );
    expect(log((l) => l.splice(0, 2, at(l, 1), at(l, 0)))).toContainEqual(
      expect.stringMatching(/^log \/log\/0\/n a line is missing or was moved/),
    );
    expect(log((l) => (at(l, 4).at = instantOf(30)))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^log \/log\/4\/hash the line was changed/),
        expect.stringMatching(/^log \/log\/4\/at the line is back-dated/),
      ]),
    );
    // With the chain made anew after it.
    expect(log((l) => replace(l, chained(l.filter((_, i) => i !== 4))))).toContainEqual(
      expect.stringMatching(/^log \/log the line "frozen" of this draw is missing/),
    );
    expect(
      log((l) => replace(l, chained([at(l, 0), at(l, 1), at(l, 2), at(l, 3), at(l, 4), at(l, 4), at(l, 5)]))),
    ).toContainEqual(expect.stringMatching(/^log \/log\/5\/what for this draw should be drawn: "frozen"/));
    expect(log((l) => l.push(nextLine(at(l, 5), at(l, 5))))).toContainEqual(
      expect.stringMatching(/^log \/log\/6\/what nothing may follow/),
    );
    expect(
      log((l) => replace(l, chained(l.map((line) => ({ ...line, at: instantOf(2000) }))))),
    ).toContainEqual(expect.stringMatching(/^log \/log\/4\/at is not the instant in the record/));
    const other = { at: at(firstRecord.log, 2).at, draw: uuidOf('other'), what: 'committed' as const };
    const after = copyOf(firstRecord);
    after.log.push(nextLine(at(after.log, 2), { ...other, content: hashOfWords('other') }));
    expect(told(after)).toEqual(['log /log the log must end with this draw']);
    expect(log((l) => l.splice(0))).toContainEqual(
      expect.stringMatching(/the line "drawn" of this draw is missing/),
    );
    // The draw of the people met again is no longer there.
    const alone = rehashed(copyOf(secondRecord));
    expect(told(alone)).toContainEqual(
      expect.stringMatching(/^log \/kept\/0\/firstDraw by the log, this draw had not/),
    );
  });
});

test('a forgery without a flaw in itself is told by what was published beforehand, and by nothing else', () => {
  const forgers: Record<string, () => Forged> = {
    'seed and commitment both replaced': () => {
      const seed = hashOfWords('a seed that suits');
      return recordFrom(
        { ...frozenOf(firstRecord), commitment: commitmentTo(seed) },
        seed,
        [],
        firstRecord.drawnAt,
      );
    },
    'one more in the register, all drawn anew': () => {
      const frozen = frozenOf(firstRecord);
      const register = [
        ...frozen.register,
        { id: uuidOf('friend'), site: 'tours', n: frozen.register.length + 1 },
      ];
      return recordFrom({ ...frozen, register }, seedOf(first), [], firstRecord.drawnAt);
    },
    'a rule that suits': () => {
      const { rules, ...frozen } = frozenOf(firstRecord);
      const sites = rules.sites.map((s) => ({ ...s, misfits: 'proportional' as const }));
      return recordFrom({ ...frozen, rules: { ...rules, sites } }, seedOf(first), [], firstRecord.drawnAt);
    },
  };
  for (const forge of Object.values(forgers)) {
    const forged = forge();
    // Nobody can tell it from the record alone, and the verifier says so.
    expect(told(forged)).toEqual([]);
    expect(verify(forged).notes[0]?.en).toContain(
      'A record made anew from end to end is told by nothing else',
    );
    expect(told(forged, { register: firstRecord.registerHash })).toEqual([
      expect.stringMatching(/^beforehand \/registerHash before the draw .* the register was replaced/),
    ]);
    expect(told(forged, { lines: [at(firstRecord.log, 1).hash] })).toEqual([
      expect.stringMatching(/^beforehand \/log line .* the log was made anew/),
    ]);
  }
  expect(
    told(forgers['seed and commitment both replaced']?.(), { commitment: firstRecord.commitment }),
  ).toEqual([expect.stringMatching(/^beforehand \/commitment before the draw .* the seed was replaced/)]);
});

describe('over several waves', () => {
  const forged = (change: (frozen: Frozen) => Frozen, before = firstRecord.log) =>
    recordFrom(change(frozenOf(secondRecord)), seedOf(second), before, secondRecord.drawnAt);
  const previous = [firstRecord];

  test('a person met again who gets another arm is told by the first record', () => {
    const record = forged((f) => ({
      ...f,
      kept: f.kept.map((k, i) =>
        i === 1 ? { ...k, arm: k.arm === 'standard' ? ('service_plus' as const) : ('standard' as const) } : k,
      ),
    }));
    expect(told(record)).toEqual([]);
    expect(told(record, { previous })).toEqual([
      expect.stringMatching(/^previous .*\/kept\/1\/arm this person does not keep the first arm/),
    ]);
  });

  test('a person drawn again is told: by the earlier record, and a kept one by the record itself', () => {
    const back = at(firstRecord.allocations, 5);
    const record = forged((f) => ({
      ...f,
      register: [...f.register, { id: back.id, site: 'tours', n: f.register.length + 1 }],
      rules: {
        ...f.rules,
        sites: f.rules.sites.map((s) => ({ ...s, misfits: 'proportional' as const, places: null })),
      },
    }));
    expect(told(record, { previous })).toEqual([
      expect.stringMatching(new RegExp(`^previous .* this person is drawn twice: "${back.id}"`)),
    ]);
    const kept = copyOf(secondRecord);
    at(kept.allocations, 0).id = at(kept.kept, 0).id;
    expect(told(kept)).toContainEqual(
      expect.stringMatching(/^fates \/allocations\/0\/id this person keeps an arm and was not to be drawn/),
    );
    // Also under the id that a later wave knew them by.
    const third = drawnRecord({
      ...second,
      words: 'third',
      candidates: [{ id: uuidOf('met again elsewhere'), site: 'blois', wishedAt: instantOf(0) }],
      kept: [],
      log: secondRecord.log,
      from: 2000,
    });
    expect(told(third, { previous: [firstRecord, secondRecord] })).toEqual([
      expect.stringMatching(/^previous .* this person is drawn twice/),
    ]);
    const both = copyOf(secondRecord);
    both.register.push({ id: at(both.kept, 0).id, site: 'tours', n: both.register.length + 1 });
    expect(told(both)).toContainEqual(
      expect.stringMatching(/^register \/kept\/0\/id this person stands here already/),
    );
  });

  test('somebody is not kept who was never drawn, and nobody under two names', () => {
    const never = forged((f) => ({ ...f, kept: f.kept.map((k) => ({ ...k, firstId: uuidOf('nobody') })) }));
    expect(told(never, { previous })).toContainEqual(
      expect.stringMatching(/^previous .* the first draw does not know this person/),
    );
    const other = (k: Kept) => firstRecord.allocations.findLast((a) => a.arm === k.arm)?.id as string;
    const renamed = (which: (k: Kept) => boolean) =>
      told(
        forged((f) => ({ ...f, kept: f.kept.map((k) => (which(k) ? { ...k, firstId: other(k) } : k)) })),
        { previous },
      );
    const own = secondRecord.kept.find((k) => k.id === k.firstId)?.id;
    expect(renamed((k) => k.id === own)).toEqual([
      expect.stringMatching(new RegExp(`^previous .* this person is drawn twice: "${own}"`)),
    ]);
    // Whose the two ids are is known to the programme alone: the record shows that the arm is that of the first.
    expect(renamed((k) => k.id !== k.firstId)).toEqual([]);
  });

  test('no draw is left out, none has a log of its own, none is redrawn unseen', () => {
    const third = drawnRecord({
      ...first,
      words: 'third',
      candidates: candidatesOf({ tours: 4 }, 'late'),
      log: secondRecord.log,
      from: 2000,
    });
    expect(told(third, { previous: [secondRecord, firstRecord] })).toEqual([]);
    expect(told(third, { previous: [secondRecord] })).toContainEqual(
      expect.stringMatching(new RegExp(`^previous /log the record of draw ${firstRecord.draw} is missing`)),
    );
    const apart = drawnRecord({
      ...first,
      words: 'apart',
      candidates: candidatesOf({ tours: 40 }, 'late'),
      from: 2000,
    });
    expect(told(apart, { previous })).toContainEqual(
      expect.stringMatching(/^previous .* the log does not go on from that of draw/),
    );
    expect(told(firstRecord, { previous: [secondRecord] })).not.toEqual([]);
    const broken = copyOf(firstRecord);
    at(broken.allocations, 0).block = 2;
    expect(told(secondRecord, { previous: [broken] })[0]).toContain('this earlier record is not valid');
    expect(told(secondRecord, { previous: [null] })[0]).toContain('this earlier record is not valid');

    // A draw that was frozen and then thrown away stays in the log.
    const thrown = drawnRecord({ ...first, words: 'thrown away' });
    const later = drawnRecord({ ...first, words: 'later', log: thrown.log.slice(0, 2), from: 500 });
    expect(told(later)).toEqual([]);
    expect(verify(later).notes.map((n) => n.en)).toContainEqual(
      expect.stringContaining(
        `Draw ${thrown.draw}, committed at ${thrown.committedAt}, has no outcome by then`,
      ),
    );
  });
});

test('any single change of a record is told', () => {
  type Place = { readonly holder: Record<string, unknown> | unknown[]; readonly key: string | number };
  const placesOf = (value: unknown): Place[] =>
    value === null || typeof value !== 'object'
      ? []
      : Object.entries(value).flatMap(([key, inner]) => [
          { holder: value as Place['holder'], key: Array.isArray(value) ? Number(key) : key },
          ...placesOf(inner),
        ]);
  const changed = (value: unknown, chance: number): unknown => {
    if (typeof value === 'number') return chance % 2 ? value + 1 : value - 1;
    if (typeof value === 'string' && value !== '') {
      const i = chance % value.length;
      const other = value[i] === '1' ? '2' : '1';
      return value.slice(0, i) + other + value.slice(i + 1);
    }
    return value === null ? 1 : null;
  };
  fc.assert(
    fc.property(
      aPlan,
      fc.nat(),
      fc.nat(),
      fc.constantFrom('change', 'remove', 'repeat', 'swap', 'add'),
      (plan, where, chance, how) => {
        const record = drawnRecord(plan);
        const forged = structuredClone(record) as object;
        const places = placesOf(forged);
        const { holder, key } = places[where % places.length] as Place;
        const list = Array.isArray(holder) ? holder : undefined;
        const i = Number(key);
        if (how === 'remove' && list) list.splice(i, 1);
        else if (how === 'remove') Reflect.deleteProperty(holder, key);
        else if (how === 'repeat' && list) list.splice(i, 0, structuredClone(list[i]));
        else if (how === 'swap' && list && list.length > 1) {
          const j = (i + 1) % list.length;
          [list[i], list[j]] = [list[j], list[i]];
        } else if (how === 'add' && !list) Reflect.set(holder, 'extra', chance);
        else Reflect.set(holder, key, changed(Reflect.get(holder, key), chance));
        expect(forged).not.toEqual(record);
        expect(verify(forged).valid).toBe(false);
      },
    ),
    { numRuns: 400 },
  );
});

test('whatever is not a record is told and never believed', () => {
  for (const value of [
    null,
    1,
    'record',
    [],
    {},
    { ...firstRecord, register: {} },
    { ...firstRecord, rules: null },
  ])
    expect(told(value)).toContainEqual(expect.stringMatching(/^form /));
  const text = JSON.stringify(firstRecord);
  expect(readRecord(text)).toEqual(firstRecord);
  // The first seed is what a reader sees, the second what JSON.parse takes.
  expect(() => readRecord(text.replace('"seed":', `"seed":"${hashOfWords('shown')}","seed":`))).toThrow(
    'stands twice',
  );
  expect(() => readRecord(text.replace('"n":1,', '"n":1.0,').replace('"n":1}', '"n":1.0}'))).toThrow(
    'unusual',
  );
});

describe('the command', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'draw-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, value: unknown) => {
    const at = path.join(folder, name);
    writeFileSync(at, typeof value === 'string' ? value : JSON.stringify(value, null, 2));
    return at;
  };
  const run = (...args: string[]) => {
    const lines: string[] = [];
    const code = main(args, (line) => lines.push(line));
    return { code, out: lines.join('\n') };
  };

  test('alone in a folder, with nothing but Node, it says in French what it checked and answers by its exit code', () => {
    const alone = path.join(folder, 'verify-draw.mjs');
    copyFileSync(path.join(__dirname, 'verify-draw.mjs'), alone);
    const good = spawnSync(
      process.execPath,
      [
        alone,
        file('second.json', secondRecord),
        '--previous',
        file('first.json', firstRecord),
        '--commitment',
        secondRecord.commitment,
        '--register',
        secondRecord.registerHash,
      ],
      { encoding: 'utf8', cwd: folder },
    );
    expect(good.stderr).toBe('');
    expect(good.stdout).toContain('✓ Tirages précédents');
    expect(good.stdout).toContain('VALABLE : rien ne contredit');
    expect(good.stdout).not.toMatch(/✗|–/);
    expect(good.status).toBe(0);
    const forged = { ...secondRecord, seed: hashOfWords('other') };
    const bad = spawnSync(process.execPath, [alone, file('forged.json', forged)], { encoding: 'utf8' });
    expect(bad.stdout).toContain(
      "✗ Engagement sur la graine\n    /seed la graine n'est pas celle de l'engagement",
    );
    // From another seed nobody's arm can be told right or wrong.
    expect(bad.stdout).toContain('– Blocs et groupes : non vérifié');
    expect(bad.stdout).toContain('NON VALABLE.');
    expect(bad.status).toBe(1);
  });

  test('in English, it says what it could not check', () => {
    const { code, out } = run(file('second.json', secondRecord), '--lang', 'en');
    expect(code).toBe(0);
    expect(out).toContain('– What was published beforehand: not checked');
    expect(out).toContain('– Earlier draws: not checked');
    expect(out).toContain(
      `Compare yourself, or give --commitment and --register, with what was published BEFORE the draw`,
    );
    expect(out).toContain('! There were other draws');
    expect(out).toMatch(/blois: \d+ wishes, places 12, 3 of 5 in blocks of 5/);
    expect(out).toContain('VALID IN ITSELF: it remains to be compared');
  });

  test('a file that cannot be read, an unknown option and no file at all are not valid', () => {
    expect(run(file('broken.json', '{'), '--lang', 'en')).toMatchObject({
      code: 1,
      out: expect.stringContaining('broken.json'),
    });
    expect(run(path.join(folder, 'absent.json')).code).toBe(1);
    expect(run(file('empty.json', {}))).toMatchObject({
      code: 1,
      out: expect.stringContaining('✗ Forme du procès-verbal'),
    });
    for (const args of [[], ['--help'], ['a.json', 'b.json'], ['a.json', '--commitment']])
      expect(run(...args)).toMatchObject({
        code: 1,
        out: expect.stringContaining('node verify-draw.mjs record.json'),
      });
  });
});
