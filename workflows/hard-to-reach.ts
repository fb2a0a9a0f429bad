/** A young person who cannot be reached: the coordinator decides, in whichever step it happens. */
import type { Accompaniment, Answer } from './accompaniment';
import { exit, type Way } from './state';

/** Whether enough was tried, over enough channels, that somebody must decide. */
export function triedEnough(p: Accompaniment): boolean {
  const { attempts } = p.state;
  const usedChannels = new Set(attempts.map((a) => a.channel));
  return attempts.length >= p.rules.contactAttempts && usedChannels.size >= p.rules.contactChannels;
}

/**
 * What follows from the coordinator's decision.
 * @param round makes a hold one of its own
 * @returns null: the attempts go on
 */
export async function afterDecision(
  p: Accompaniment,
  decision: Answer<'hard_to_reach_decision'>,
  round: number,
): Promise<Way | null> {
  if (decision.outcome === 'lost_contact') return exit('lost_contact', decision);
  if (decision.outcome === 'put_on_hold' && !p.passed('hold_ends', { round })) {
    // Held already in a new run; not yet, or no longer, when an exit from the hold was undone.
    if (p.state.status !== 'on_hold') p.hold(decision.until);
    await Promise.race([p.until('hold_ends', decision.until, { round }), reachedAgain(p, decision)]);
    p.stopWaiting('hold_ends', { round });
    p.resume();
  }
  return null;
}

/** The coordinator decides now, unless the young person is reached meanwhile. */
export async function hardToReach(p: Accompaniment, round: number): Promise<Way | null> {
  const since = p.open('hard_to_reach_decision', { round, atOnce: true }).plannedAt;
  const decision = await p.askUnless(
    'hard_to_reach_decision',
    { round },
    () => reachedSince(p, since),
    'reached',
  );
  return decision && decision.outcome !== 'passed_over' ? afterDecision(p, decision, round) : null;
}

function reachedAgain(p: Accompaniment, decision: Answer<'hard_to_reach_decision'>): Promise<void> {
  const decidedAt = p.state.tasks[decision.taskKey]?.closedAt as string;
  return p.when(() => reachedSince(p, decidedAt));
}

/** Whether a contact reached the young person after an instant. */
export function reachedSince(p: Accompaniment, instant: string): boolean {
  return p.state.lastContactAt !== null && p.state.lastContactAt > instant;
}
