/**
 * How a mediation goes: somebody accepts it, meets the parties in pair with the CFA, and follows up until it has a
 * result. It asks people through its pathway, wherever it runs: see mediation.ts and api/forecast.ts.
 */
import type { MediationResult } from '../domain/mediation';
import type { MediationAnswer, MediationQuestion } from './messages';

export type AskParty = (question: MediationQuestion) => Promise<MediationAnswer>;

export async function mediate(ask: AskParty): Promise<MediationResult> {
  const mediatorId = await findMediator(ask);
  const meeting = await ask({ kind: 'meet_parties', round: 1, assigneeId: mediatorId });
  let last = meeting;
  for (let round = 1; ; round++) {
    // At 15 and at 45 days after the meeting, then as long after the one before.
    const anchor = round <= 2 ? meeting.at : last.at;
    last = await ask({ kind: 'mediation_follow_up', round, assigneeId: mediatorId, anchor });
    if (last.outcome !== 'continues') return last.outcome as MediationResult;
  }
}

/** A mediator accepts in time, or the coordinator names one. */
async function findMediator(ask: AskParty): Promise<string> {
  const accepted = await ask({ kind: 'accept_mediation', round: 1 });
  if (accepted.outcome === 'accepted') return accepted.by as string;
  const named = await ask({ kind: 'name_mediator', round: 1 });
  return named.mediatorId as string;
}
