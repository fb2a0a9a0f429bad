/** Draws of made-up registers, complete with their log: the same words give the same draw. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type Candidate, draw, freeze, type Refused, recordOf, type Wave } from '../../domain/draw/draw';
import { commitmentTo, contentOf, nextLine } from '../../domain/draw/hashes';
import type { DrawRecord, Frozen, Kept, LogEntry, Rules, SiteRules } from '../../domain/draw/record';

export const hashOfWords = (words: string) => createHash('sha256').update(words).digest('hex');
export const keyOf = (words: string) => createHash('sha256').update(words).digest();

export function uuidOf(words: string): string {
  const h = hashOfWords(words);
  return [h.slice(0, 8), h.slice(8, 12), `4${h.slice(13, 16)}`, `8${h.slice(17, 20)}`, h.slice(20, 32)].join(
    '-',
  );
}

export const instantOf = (minutes: number) =>
  new Date(Date.parse('2026-01-05T08:00:00.000Z') + minutes * 60_000).toISOString();

export const siteRules = (site: string, more: Partial<SiteRules> = {}): SiteRules => ({
  site,
  ratio: { servicePlus: 1, of: 2 },
  block: 4,
  places: null,
  misfits: 'proportional',
  ...more,
});

/** So many people at each site, whose wishes come in turn. */
export function candidatesOf(sizes: Readonly<Record<string, number>>, words = 'somebody'): Candidate[] {
  return Object.entries(sizes).flatMap(([site, size]) =>
    Array.from({ length: size }, (_, i) => ({
      id: uuidOf(`${words} ${site} ${i}`),
      site,
      wishedAt: instantOf(i - 10_000),
    })),
  );
}

export interface Plan {
  readonly words: string;
  readonly rules: Rules;
  readonly candidates: readonly Candidate[];
  readonly kept?: readonly Kept[];
  /** The programme's log before this draw. */
  readonly log?: readonly LogEntry[];
  /** From when, in minutes: committed then, frozen an hour later, drawn two hours later. */
  readonly from?: number;
}

export const seedOf = (plan: Plan) => hashOfWords(`seed of ${plan.words}`);

export function waveOf(plan: Plan): Wave {
  const from = plan.from ?? 0;
  return {
    draw: uuidOf(`draw ${plan.words}`),
    wave: `Vague « ${plan.words} »`,
    commitment: commitmentTo(seedOf(plan)),
    committedAt: instantOf(from),
    rules: plan.rules,
    candidates: plan.candidates,
    kept: plan.kept ?? [],
    frozenAt: instantOf(from + 60),
  };
}

export function made<T>(result: T | Refused): T {
  if (typeof result === 'object' && result !== null && 'problems' in result)
    throw new Error(JSON.stringify(result.problems));
  return result as T;
}

/** The record that an honest draw of this plan publishes. */
export function drawnRecord(plan: Plan): DrawRecord {
  const { frozen } = made(freeze(waveOf(plan)));
  return recordFrom(frozen, seedOf(plan), plan.log ?? [], instantOf((plan.from ?? 0) + 120));
}

/** Everything that follows from a register and a seed: also what a forger recomputes who has both. */
export function recordFrom(
  frozen: Frozen,
  seed: string,
  before: readonly LogEntry[],
  drawnAt: string,
): DrawRecord {
  const publicNumber = frozen.rules.publicNumber && '3 14 15 92 65';
  const outcome = made(draw(frozen, { seed, publicNumber, drawnAt }));
  const log = [...before];
  const { draw: id } = frozen;
  for (const [what, at, content] of [
    ['committed', frozen.committedAt, contentOf.committed(frozen)],
    ['frozen', frozen.frozenAt, contentOf.frozen(frozen)],
    ['drawn', drawnAt, contentOf.drawn(outcome.drawn, outcome.hash)],
  ] as const)
    log.push(nextLine(log.at(-1) ?? null, { at, draw: id, what, content }));
  return recordOf(frozen, outcome, log);
}

/** Any rules and any register that can be drawn under them. */
export const aPlan: fc.Arbitrary<Plan> = fc
  .record({
    words: fc.uuid(),
    strata: fc.constantFrom('site' as const, 'none' as const),
    publicNumber: fc.boolean(),
    keptCount: fc.nat(3),
    sites: fc.array(
      fc.record({
        ratio: fc
          .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }))
          .map(([servicePlus, more]) => ({ servicePlus, of: servicePlus + more })),
        blocks: fc.integer({ min: 1, max: 3 }),
        places: fc.option(fc.integer({ min: 1, max: 30 })),
        misfits: fc.constantFrom('proportional' as const, 'next_wave' as const),
        size: fc.nat(25),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ words, strata, publicNumber, keptCount, sites }) => {
    const [first] = sites as [(typeof sites)[number]];
    const code = (i: number) => `site-${i}`;
    const candidates = candidatesOf(Object.fromEntries(sites.map((s, i) => [code(i), s.size])), words);
    const ids = Array.from({ length: keptCount }, (_, i) => uuidOf(`${words} kept ${i}`));
    // The arms of people met again come from an earlier draw, which the log knows.
    const earlier =
      keptCount === 0
        ? undefined
        : drawnRecord({
            words: `before ${words}`,
            rules: { strata: 'site', sites: [siteRules(code(0))], publicNumber: null },
            candidates: ids.map((id, i) => ({ id, site: code(0), wishedAt: instantOf(i - 9000) })),
            from: -1000,
          });
    return {
      words,
      candidates,
      ...(earlier && {
        log: earlier.log,
        kept: earlier.allocations.map(({ id, arm }) => ({
          id,
          site: code(sites.length - 1),
          arm,
          firstDraw: earlier.draw,
          firstId: id,
        })),
      }),
      rules: {
        strata,
        sites: sites.map((s, i) => {
          const { ratio, blocks, misfits } = strata === 'none' ? first : s;
          return { site: code(i), ratio, block: blocks * ratio.of, places: s.places, misfits };
        }),
        publicNumber: publicNumber
          ? { source: 'Loto, les cinq numéros dans l’ordre croissant', notBefore: instantOf(90) }
          : null,
      },
    };
  });
