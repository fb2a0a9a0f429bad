/** What accompanies a contract from its start to its end, through steps 4 and 5. */
import type { ContractRecord } from '../domain/journal';
import type { Accompaniment } from './accompaniment';
import { beatOf } from './asking';

export async function accompanyContract(p: Accompaniment, contract: ContractRecord): Promise<void> {
  await Promise.all([
    companyVisit(p, contract),
    trialReview(p, contract),
    tripartiteMeeting(p, contract),
    apprenticeFollowUps(p, contract),
    skillsReviews(p, contract),
  ]);
}

/** By the referent and the CFA in pair: employers know the CFA. */
async function companyVisit(p: Accompaniment, contract: ContractRecord): Promise<void> {
  await p.askAt('company_visit', { of: contract, anchor: contract.startsOn });
}

/** Before the 45th day in the company; the day itself is entered by people, the due date is the earliest it can be. */
async function trialReview(p: Accompaniment, contract: ContractRecord): Promise<void> {
  // It is a day that people should see; nothing follows from it by itself.
  if (p.wholeTime) p.expect('trial_can_end', contract.startsOn, { of: contract });
  const review = await p.askAt('trial_review', { of: contract, anchor: contract.startsOn });
  if (p.wholeTime && 'daysInCompany' in review) {
    p.once('days in the company', () => p.trialCounted(contract, review.daysInCompany), contract);
  }
  if (review.outcome === 'alert') p.once('alert of trial review', () => p.lowAlert(), contract);
  if (review.outcome !== 'fragile') return;
  for (let round = 1; ; round++) {
    const { outcome } = await p.ask('closer_follow_up', { of: contract, round });
    if (outcome === 'difficulty') p.once(`alert of closer follow-up ${round}`, () => p.lowAlert(), contract);
    if (outcome !== 'missed') return;
  }
}

async function tripartiteMeeting(p: Accompaniment, contract: ContractRecord): Promise<void> {
  let meeting = await p.askAt('tripartite_meeting', { of: contract, anchor: contract.startsOn });
  for (let round = 2; meeting.outcome === 'postponed'; round++) {
    meeting = await p.askAt('tripartite_meeting', { of: contract, round, on: meeting.until });
  }
}

/** Monthly for three months, then every two months until the end of the contract. */
async function apprenticeFollowUps(p: Accompaniment, contract: ContractRecord): Promise<void> {
  let anchor = firstAnchor(p, contract);
  let missed = 0;
  for (let round = 1; ; round++) {
    const question = { of: contract, round, anchor };
    const { outcome } = await p.askAt('apprentice_follow_up', question);
    anchor = beatOf(p.asked('apprentice_follow_up', question));
    missed = outcome === 'missed' ? missed + 1 : 0;
    if (outcome === 'difficulty') p.once(`alert of follow-up ${round}`, () => p.lowAlert(), contract);
    if (missed < p.rules.missedInARow) continue;
    missed = 0;
    p.once(
      `mediation of follow-up ${round}`,
      () => (p.wholeTime ? p.openMediation('missed_follow_ups') : p.lowAlert()),
      contract,
    );
  }
}

/** Every six months: what was learned, for the e-portfolio. */
async function skillsReviews(p: Accompaniment, contract: ContractRecord): Promise<void> {
  let anchor = firstAnchor(p, contract);
  for (let round = 1; ; round++) {
    const question = { of: contract, round, anchor };
    await p.askAt('skills_review', question);
    anchor = beatOf(p.asked('skills_review', question));
  }
}

/** A contract recorded long after its start is followed from then on; an import knows what it passes over. */
function firstAnchor(p: Accompaniment, contract: ContractRecord): string {
  const imported = p.state.imported && p.state.interval === 1;
  const { startsOn, recordedAt } = contract;
  return imported || startsOn >= recordedAt.slice(0, 10) ? startsOn : recordedAt;
}
