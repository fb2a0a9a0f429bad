/** A young person who cannot be reached: the coordinator decides, in whichever step it happens. */
import type { Accompaniment } from './accompaniment';
import type { Answer, Question } from './asking';
import { patched } from './patches';
import { exit, type Way } from './state';

/** Whether enough was tried, over enough channels, that somebody must decide. */
export function triedEnough(p: Accompaniment): boolean {
  const { attempts } = p.state;
  const usedChannels = new Set(attempts.map((a) => a.channel));
  return attempts.length >= p.rules.contactAttempts && usedChannels.size >= p.rules.contactChannels;
}

/**
 * What follows from the coordinator's decision.
 * @param question the one it answers
 * @returns null: the attempts go on
 */
export async function afterDecision(
  p: Accompaniment,
  decision: Answer<'hard_to_reach_decision'>,
  { of, round = 1 }: Pick<Question, 'of' | 'round'>,
): Promise<Way | null> {
  if (decision.outcome === 'lost_contact') return exit('lost_contact', decision);
  if (decision.outcome === 'put_on_hold') {
    p.once(`hold ${round}`, () => p.hold(decision.until, { lost: true, round }), of);
    // Until the day, or until the young person is reached.
    await p.when(() => p.state.status !== 'on_hold');
  }
  return null;
}

/** The coordinator decides now, unless the young person is reached meanwhile. */
export async function hardToReach(
  p: Accompaniment,
  question: Pick<Question, 'of' | 'round'>,
): Promise<Way | null> {
  const known = p.wasAsked('hard_to_reach_decision', question);
  const asked = p.open('hard_to_reach_decision', { ...question, atOnce: true });
  const since = asked.plannedAt;
  // One question to the coordinator is enough, for whatever reason it is asked.
  const others = p.unfinished().filter((t) => t.kind === asked.kind && t !== asked);
  // A step's function that starts again from its top comes by what was asked before them.
  const stay = known && others.length > 0 && patched('later-question-stays');
  if (!stay) for (const other of others) p.withdraw(other, 'no_longer_needed');
  const decision = await p.askUnless(
    'hard_to_reach_decision',
    question,
    () => reachedSince(p, since),
    'reached',
  );
  return decision && decision.outcome !== 'passed_over' ? afterDecision(p, decision, question) : null;
}

/** Whether a contact reached the young person after an instant. */
export function reachedSince(p: Accompaniment, instant: string): boolean {
  return p.state.lastContactAt !== null && p.state.lastContactAt > instant;
}
