/** Step 1 · Accueillir et informer */
import type { Accompaniment } from '../accompaniment';
import { beside, endOf } from '../asking';
import { afterDecision, reachedSince, triedEnough } from '../hard-to-reach';
import { invite } from '../invite';
import { exit, to, type Way } from '../state';

export async function welcome(p: Accompaniment): Promise<Way> {
  const lost = await firstContact(p);
  if (lost) return lost;

  if (!p.state.referentId) {
    // Whom the pathway was transferred to meanwhile is the referent.
    const assigned = await p.askUnless('assign_referent', {}, () => p.state.referentId !== null);
    if (assigned?.outcome === 'assigned') p.once('referent', () => p.assignReferent(assigned.referentId));
  }

  // A minor's family is always informed before the next step; that of an adult is offered it.
  const family = p.ask('family_information');
  const informed = Promise.all([invite(p, 'information_session'), p.state.minor ? family : undefined]);
  const interview = await Promise.race([p.ask('entry_interview'), beside(informed)]);
  // Not once: after an exit undone the interview is asked again.
  p.foundObstacles(interview.obstacles);
  switch (interview.outcome) {
    case 'information_only':
      return exit('information_only', interview);
    case 'reoriented':
      return exit('reoriented', interview);
    case 'contract_signed':
      p.once('contract', () => p.signContract(interview));
      return to('securing');
  }

  await informed;
  switch (interview.outcome) {
    case 'project_to_validate':
      return to('project_validation');
    case 'project_ready':
      return to('contract_search');
    case 'looking_for_job':
      return to('durable_employment');
  }
}

/** @returns null once the young person is reached */
async function firstContact(p: Accompaniment): Promise<Way | null> {
  for (let round = 1; ; round++) {
    p.once(`attempts ${round}`, () => p.forgetAttempts());
    const { kind, answer } = await Promise.race([
      p.askEither('first_contact', 'hard_to_reach_decision', { round }, ['hard_to_reach', 'reached']),
      beside(decideWhenTriedEnough(p, round)),
    ]);
    if (kind === 'first_contact') return null;
    const way = await afterDecision(p, answer, { round });
    if (way) return way;
    // Whoever reached the young person while on hold has done what the next first contact would ask.
    if (reachedSince(p, endOf(p.asked('hard_to_reach_decision', { round })))) return null;
  }
}

/** The decision is due after 15 days without contact, or at once when enough was tried. */
async function decideWhenTriedEnough(p: Accompaniment, round: number): Promise<void> {
  await p.when(() => triedEnough(p));
  p.openNow(p.open('hard_to_reach_decision', { round }));
}
