/** Step 4 · Sécuriser le parcours de l'apprenti. A termination starts it again from its top: a rebound is sought. */
import type { ContractRecord } from '../../domain/journal';
import { type Accompaniment, beside } from '../accompaniment';
import { apprenticeFollowUps, skillsReviews } from '../contract';
import { again, exit, to, type Way } from '../state';

export async function securing(p: Accompaniment): Promise<Way> {
  const contract = p.contract;
  if (!contract) return rebound(p, p.state.contracts.at(-1) as ContractRecord);
  return Promise.race([
    startCheck(p, contract),
    beside(companyVisit(p, contract)),
    beside(trialReview(p, contract)),
    beside(tripartiteMeeting(p, contract)),
    beside(apprenticeFollowUps(p, contract)),
    beside(skillsReviews(p, contract)),
    employmentStep(p, contract),
  ]);
}

async function startCheck(p: Accompaniment, contract: ContractRecord): Promise<Way> {
  const check = await p.askAt('start_check', { of: contract, anchor: contract.startsOn });
  switch (check.outcome) {
    case 'postponed':
      p.postponeStart(contract, check.startsOn);
      return again;
    case 'never_started':
      p.terminateContract({ on: contract.startsOn, initiator: null, reason: 'never_started' });
      return again;
    default:
      return beside(Promise.resolve());
  }
}

/** By the referent and the CFA in pair: employers know the CFA. */
async function companyVisit(p: Accompaniment, contract: ContractRecord): Promise<void> {
  await p.askAt('company_visit', { of: contract, anchor: contract.startsOn });
}

/** Before the 45th day in the company; the day itself is entered by people, the due date is the earliest it can be. */
async function trialReview(p: Accompaniment, contract: ContractRecord): Promise<void> {
  const review = await p.askAt('trial_review', { of: contract, anchor: contract.startsOn });
  if (review.outcome === 'alert') p.once('alert of trial review', () => p.followUpAlert(), contract);
  if (review.outcome !== 'fragile') return;
  for (let round = 1; ; round++) {
    const { outcome } = await p.ask('closer_follow_up', { of: contract, round });
    if (outcome === 'difficulty')
      p.once(`alert of closer follow-up ${round}`, () => p.followUpAlert(), contract);
    if (outcome !== 'missed') return;
  }
}

async function tripartiteMeeting(p: Accompaniment, contract: ContractRecord): Promise<void> {
  let meeting = await p.askAt('tripartite_meeting', { of: contract, anchor: contract.startsOn });
  for (let round = 2; meeting.outcome === 'postponed'; round++) {
    meeting = await p.askAt('tripartite_meeting', { of: contract, round, on: meeting.until });
  }
}

/** Step 5 starts before the contract ends, beside its last follow-ups. */
async function employmentStep(p: Accompaniment, contract: ContractRecord): Promise<Way> {
  await p.until('employment_step_starts', contract.endsOn, { of: contract });
  return to('durable_employment');
}

async function rebound(p: Accompaniment, contract: ContractRecord): Promise<Way> {
  const interview = await p.ask('rebound_interview', { of: contract });
  switch (interview.outcome) {
    case 'search_again':
      return to('contract_search');
    case 'new_project':
      return to('project_validation');
    default:
      return exit(interview.outcome, interview);
  }
}
