/** What accompanies a contract from its start to its end, through steps 4 and 5. */
import type { ContractRecord } from '../domain/journal';
import { type Accompaniment, beatOf } from './accompaniment';

/** Monthly for three months, then every two months until the end of the contract. */
export async function apprenticeFollowUps(p: Accompaniment, contract: ContractRecord): Promise<void> {
  let anchor = firstAnchor(p, contract);
  let missed = 0;
  for (let round = 1; ; round++) {
    const question = { of: contract, round, anchor };
    const { outcome } = await p.askAt('apprentice_follow_up', question);
    anchor = beatOf(p.asked('apprentice_follow_up', question));
    missed = outcome === 'missed' ? missed + 1 : 0;
    const silent = missed >= p.rules.missedInARow;
    if (silent) missed = 0;
    if (silent || outcome === 'difficulty') {
      p.once(`alert of follow-up ${round}`, () => p.followUpAlert(), contract);
    }
  }
}

/** Every six months: what was learned, for the e-portfolio. */
export async function skillsReviews(p: Accompaniment, contract: ContractRecord): Promise<void> {
  let anchor = firstAnchor(p, contract);
  for (let round = 1; ; round++) {
    const question = { of: contract, round, anchor };
    await p.askAt('skills_review', question);
    anchor = beatOf(p.asked('skills_review', question));
  }
}

/** A contract recorded long after its start is followed from then on; an import knows what it passes over. */
function firstAnchor(p: Accompaniment, contract: ContractRecord): string {
  const imported = p.state.imported && contract.number === 1;
  const recordedOn = contract.recordedAt.slice(0, 10);
  return imported || contract.startsOn >= recordedOn ? contract.startsOn : recordedOn;
}
