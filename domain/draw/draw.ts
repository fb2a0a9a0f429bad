/**
 * A draw, from the wishes to the arms. Nothing here looks at a clock, at chance or at the order in which people are
 * handed over: the same register and seed give the same arms, today and to whoever makes the draw again.
 * docs/draw.md says the same in words.
 */
import type * as z from 'zod';
import type { Instant } from '../calendar';
import type { Problem } from '../enrolment';
import type { Arm } from '../pathway';
import { stream } from './generator';
import { commitmentTo, drawKey, registerHash } from './hashes';
import {
  type Allocation,
  algorithm,
  canonical,
  type Drawn,
  type DrawRecord,
  drawnSchema,
  type Entry,
  type Fraction,
  type Frozen,
  format,
  frozenSchema,
  type Kept,
  LARGEST_BLOCK,
  type LogEntry,
  ONE_STRATUM,
  type Registered,
  type Rules,
  rulesSchema,
  type SiteRules,
} from './record';

/** Somebody who wishes to enter the wave and was never drawn. */
export interface Candidate {
  /** Opaque and in small letters, as all ids here. */
  readonly id: string;
  readonly site: string;
  /** Orders the wishes; equal ones by id. It is not published. */
  readonly wishedAt: Instant;
}

/** What a register is frozen from, people in any order. */
export interface Wave
  extends Pick<Frozen, 'draw' | 'wave' | 'commitment' | 'committedAt' | 'rules' | 'frozenAt'> {
  readonly candidates: readonly Candidate[];
  readonly kept: readonly Kept[];
}

/** Nothing was made: `problems` says which field, why, and what to do. */
export interface Refused {
  readonly problems: readonly Problem[];
}

/** What is wrong with rules alone, for whoever writes them; empty when a register can be frozen under them. */
export function rulesProblems(rules: unknown): Problem[] {
  const read = rulesSchema.safeParse(rules);
  return read.success ? contradictions(read.data, '') : unreadable(read.error, '');
}

/**
 * Freezes a register: numbers the wishes in their order, writes everything in its one order.
 * @returns the frozen register, the text to publish and that text's SHA-256
 */
export function freeze(wave: Wave): { frozen: Frozen; text: string; hash: string } | Refused {
  const rules = rulesSchema.safeParse(wave.rules);
  if (!rules.success) return { problems: unreadable(rules.error, '/rules') };
  const wishes = wave.candidates.map((c) => ({ ...c, wished: Date.parse(c.wishedAt) }));
  const unordered = wishes.flatMap(({ wished }, i) =>
    Number.isNaN(wished)
      ? [
          problem(
            `/candidates/${i}/wishedAt`,
            'date_unreadable',
            'is not an instant: write 2026-03-04T22:59:59.999Z',
          ),
        ]
      : [],
  );
  if (unordered.length > 0) return { problems: unordered };
  const frozen: Frozen = {
    format,
    draw: wave.draw,
    wave: wave.wave,
    algorithm,
    commitment: wave.commitment,
    committedAt: wave.committedAt,
    rules: { ...rules.data, sites: rules.data.sites.toSorted(by((s) => s.site)) },
    register: wishes
      .sort((a, b) => a.wished - b.wished || by<Candidate>((c) => c.id)(a, b))
      .map(({ id, site }, i) => ({ id, site, n: i + 1 })),
    kept: wave.kept.toSorted(by((k) => k.id)),
    frozenAt: wave.frozenAt,
  };
  const problems = frozenProblems(frozen);
  if (problems.length > 0) return { problems };
  const text = canonical(frozen);
  return { frozen, text, hash: registerHash(frozen) };
}

/**
 * What is wrong with a frozen register; empty when it can be drawn. Pointers are those of the frozen register, whose
 * people stand in their published order.
 */
export function frozenProblems(frozen: unknown): Problem[] {
  const read = frozenSchema.safeParse(frozen);
  if (!read.success) return unreadable(read.error, '');
  const { rules, register, kept, draw, committedAt, frozenAt } = read.data;
  const problems = contradictions(rules, '/rules');
  const add = (pointer: string, code: string, message: string) =>
    problems.push(problem(pointer, code, message));

  if (frozenAt <= committedAt)
    add('/frozenAt', 'too_early', 'the seed was not committed before: freeze the register afterwards');
  if (rules.publicNumber && rules.publicNumber.notBefore <= frozenAt)
    add(
      '/rules/publicNumber/notBefore',
      'too_early',
      'the number may be known when the register is frozen: name one that comes later',
    );
  const sites = new Set(rules.sites.map((s) => s.site));
  const met = new Set<string>();
  const look = (list: string, people: readonly { id: string; site: string }[]) =>
    people.forEach(({ id, site }, i) => {
      if (met.has(id))
        add(`/${list}/${i}/id`, 'met_twice', 'stands in the register already: each person stands there once');
      met.add(id);
      if (!sites.has(site))
        add(`/${list}/${i}/site`, 'site_without_rules', `the rules have no site ${site}: add its rules`);
    });
  look('register', register);
  look('kept', kept);
  register.forEach(({ n }, i) => {
    if (n !== i + 1)
      add(`/register/${i}/n`, 'out_of_order', `is ${n} where ${i + 1} follows: number without gaps`);
  });
  kept.forEach((k, i) => {
    if (k.firstDraw === draw)
      add(
        `/kept/${i}/firstDraw`,
        'not_earlier',
        'is this very draw: somebody kept was drawn in an earlier one',
      );
    if (i > 0 && k.id < (kept[i - 1] as Kept).id)
      add(`/kept/${i}/id`, 'out_of_order', 'comes before the id above it: sort by id');
  });
  return problems;
}

/**
 * Draws a frozen register.
 * @param seed that of the commitment, 64 hexadecimal digits
 * @param publicNumber what the rules' source published, as it stands there; null where they name none
 */
export function draw(
  frozen: Frozen,
  { seed, publicNumber, drawnAt }: Pick<Drawn, 'seed' | 'publicNumber' | 'drawnAt'>,
): { drawn: Drawn; hash: string } | Refused {
  const given = drawnSchema
    .pick({ seed: true, publicNumber: true, drawnAt: true })
    .safeParse({ seed, publicNumber, drawnAt });
  const problems = [...frozenProblems(frozen), ...(given.success ? [] : unreadable(given.error, ''))];
  if (problems.length > 0) return { problems };
  const add = (pointer: string, code: string, message: string) =>
    problems.push(problem(pointer, code, message));

  const { rules } = frozen;
  if (commitmentTo(seed) !== frozen.commitment)
    add('/seed', 'other_seed', 'is not the seed that was committed to: its SHA-256 is not the commitment');
  if (rules.publicNumber && publicNumber === null)
    add('/publicNumber', 'missing', `is missing: look it up as the rules say (${rules.publicNumber.source})`);
  if (!rules.publicNumber && publicNumber !== null)
    add('/publicNumber', 'not_in_rules', 'the rules name no public number: leave it out');
  if (drawnAt <= frozen.frozenAt)
    add('/drawnAt', 'too_early', 'the register was not frozen before: draw afterwards');
  if (rules.publicNumber && drawnAt < rules.publicNumber.notBefore)
    add('/drawnAt', 'too_early', `the public number is not known before ${rules.publicNumber.notBefore}`);
  if (problems.length > 0) return { problems };

  const hash = registerHash(frozen);
  const outcome = outcomeOf(frozen, drawKey(seed, hash, publicNumber));
  return { drawn: { seed, publicNumber, drawnAt, ...outcome }, hash };
}

/** The record to publish. @param log the programme's, up to this draw's `drawn` */
export function recordOf(
  frozen: Frozen,
  { drawn, hash }: { drawn: Drawn; hash: string },
  log: readonly LogEntry[],
): DrawRecord {
  return { ...frozen, registerHash: hash, ...drawn, log: [...log] };
}

/** Who enters, who waits, who gets which arm. @param key of 32 bytes (`drawKey`) */
export function outcomeOf(
  { rules, register }: Pick<Frozen, 'rules' | 'register'>,
  key: Uint8Array,
): Pick<Drawn, 'entries' | 'allocations'> {
  const entries = new Map<string, Entry>();
  const allocations = new Map<string, Allocation>();

  const passed = new Set<string>();
  const sites = new Map<string, { wishes: number; places: number }>();
  for (const { site, places: most } of rules.sites) {
    const wishes = register.filter((r) => r.site === site);
    const places = Math.min(most ?? wishes.length, wishes.length);
    sites.set(site, { wishes: wishes.length, places });
    const order = places < wishes.length ? stream(key, `rush:${site}`).shuffle(wishes) : wishes;
    for (const { id } of order.slice(0, places)) passed.add(id);
  }

  for (const { stratum, of, ratio, block, misfits } of strataOf(rules)) {
    const inStratum = (r: Registered) => of.includes(r.site);
    const entered = register.filter((r) => inStratum(r) && passed.has(r.id));
    const over = entered.length % block;
    const waiting = new Set<string>();
    if (misfits === 'next_wave' && over > 0)
      for (const { id } of stream(key, `misfits:${stratum}`).shuffle(entered).slice(0, over)) waiting.add(id);
    // Of those who pass the rush of their site, so many are drawn.
    const drawn = entered.length - waiting.size;
    for (const { id, site } of register.filter(inStratum)) {
      const { wishes, places } = sites.get(site) as { wishes: number; places: number };
      const entering = fraction(places * drawn, wishes * entered.length);
      const fate = !passed.has(id) ? 'rush' : waiting.has(id) ? 'misfit' : 'drawn';
      entries.set(id, { id, fate, entering });
    }

    const inBlocks = entered.filter((r) => !waiting.has(r.id));
    const probability = fraction(ratio.servicePlus, ratio.of);
    for (let k = 1; (k - 1) * block < inBlocks.length; k++) {
      const people = inBlocks.slice((k - 1) * block, k * block);
      const chance = stream(key, people.length === block ? `block:${stratum}:${k}` : `misfits:${stratum}`);
      // Whole in a full block. Of misfits, what is left over decides by chance whether one more gets service plus.
      const plus = people.length * ratio.servicePlus;
      const rest = plus % ratio.of;
      const more = rest > 0 && chance.below(ratio.of) < rest ? 1 : 0;
      const given = Math.floor(plus / ratio.of) + more;
      const order = chance.shuffle(people.map((_, i): Arm => (i < given ? 'service_plus' : 'standard')));
      people.forEach(({ id }, i) => {
        const { entering } = entries.get(id) as Entry;
        allocations.set(id, { id, stratum, block: k, arm: order[i] as Arm, probability, entering });
      });
    }
  }

  const inOrder = <T>(of: ReadonlyMap<string, T>) =>
    register.flatMap(({ id }) => (of.has(id) ? [of.get(id) as T] : []));
  return { entries: inOrder(entries), allocations: inOrder(allocations) };
}

export interface SiteCounts {
  readonly siteId: string;
  readonly registered: number;
  readonly kept: number;
  readonly servicePlus: number;
  readonly standard: number;
  readonly rush: number;
  readonly misfit: number;
}

/** How many of each site of the rules, in their order. @param drawn null before the draw */
export function countsBySite(
  { rules, register, kept }: Pick<Frozen, 'rules' | 'register' | 'kept'>,
  drawn: Pick<Drawn, 'entries' | 'allocations'> | null,
): SiteCounts[] {
  const fates = new Map(drawn?.entries.map(({ id, fate }) => [id, fate]));
  const arms = new Map(drawn?.allocations.map(({ id, arm }) => [id, arm]));
  return rules.sites.map(({ site }) => {
    const here = register.filter((one) => one.site === site);
    const of = (arm: Arm) => here.filter(({ id }) => arms.get(id) === arm).length;
    const waiting = (fate: Entry['fate']) => here.filter(({ id }) => fates.get(id) === fate).length;
    return {
      siteId: site,
      registered: here.length,
      kept: kept.filter((one) => one.site === site).length,
      servicePlus: of('service_plus'),
      standard: of('standard'),
      rush: waiting('rush'),
      misfit: waiting('misfit'),
    };
  });
}

/** The strata of a draw with the sites and the rules of each. */
function strataOf(rules: Rules) {
  const [first] = rules.sites as [SiteRules];
  return rules.strata === 'none'
    ? [{ ...first, stratum: ONE_STRATUM, of: rules.sites.map((s) => s.site) }]
    : rules.sites.map((s) => ({ ...s, stratum: s.site, of: [s.site] }));
}

/** What each rule alone cannot show. */
function contradictions({ strata, sites }: Rules, at: string): Problem[] {
  const problems: Problem[] = [];
  const add = (pointer: string, code: string, message: string) =>
    problems.push(problem(`${at}/sites/${pointer}`, code, message));
  const [first] = sites as [SiteRules];
  sites.forEach((s, i) => {
    if (s.ratio.servicePlus >= s.ratio.of)
      add(
        `${i}/ratio`,
        'no_draw',
        `${s.site}: everybody would get service plus: write fewer than ${s.ratio.of}`,
      );
    if (s.block % s.ratio.of !== 0)
      add(
        `${i}/block`,
        'not_a_multiple',
        `${s.site}: a block of ${s.block} cannot hold ${s.ratio.servicePlus} of ${s.ratio.of}: write a multiple of ${s.ratio.of} up to ${LARGEST_BLOCK}`,
      );
    const before = sites[i - 1];
    if (before && s.site === before.site) add(`${i}/site`, 'met_twice', `${s.site} has rules already`);
    if (before && s.site < before.site)
      add(`${i}/site`, 'out_of_order', `${s.site} comes before ${before.site}: sort by code`);
    // One stratum is one series of blocks: it has one ratio, or the probabilities are not those of the rules.
    if (strata === 'none')
      for (const field of ['ratio', 'block', 'misfits'] as const)
        if (canonical(s[field]) !== canonical(first[field]))
          add(
            `${i}/${field}`,
            'differs_in_stratum',
            `${s.site}: differs from ${first.site}, but all sites are one stratum: write the same, or strata by site`,
          );
  });
  return problems;
}

function unreadable(error: z.ZodError, at: string): Problem[] {
  return error.issues.flatMap(({ path, message, code, ...more }) => {
    const fields = code === 'unrecognized_keys' ? (more as { keys: string[] }).keys : [undefined];
    return fields.map((field) =>
      problem(
        [at, ...path, ...(field === undefined ? [] : [field])].map(String).join('/'),
        field === undefined ? 'invalid' : 'unknown_field',
        field === undefined ? message : 'is no field of a draw: leave it out',
      ),
    );
  });
}

function problem(pointer: string, code: string, message: string): Problem {
  return { pointer, code, message };
}

function fraction(num: number, den: number): Fraction {
  let [a, b] = [num, den];
  while (b > 0) [a, b] = [b, a % b];
  return { num: num / a, den: den / a };
}

function by<T>(of: (t: T) => string) {
  return (a: T, b: T) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0);
}
