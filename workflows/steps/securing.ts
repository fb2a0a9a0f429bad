/** Step 4 · Sécuriser le parcours de l'apprenti. A termination starts it again from its top: a rebound is sought. */
import type { ContractRecord } from '../../domain/journal';
import type { Accompaniment } from '../accompaniment';
import { beside } from '../asking';
import { accompanyContract } from '../contract';
import { again, exit, to, type Way } from '../state';

export async function securing(p: Accompaniment): Promise<Way> {
  const contract = p.contract;
  if (!contract) return rebound(p);
  return Promise.race([
    startCheck(p, contract),
    beside(accompanyContract(p, contract)),
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

/** Step 5 starts before the contract ends, beside its last follow-ups. */
async function employmentStep(p: Accompaniment, contract: ContractRecord): Promise<Way> {
  await p.until('employment_step_starts', contract.endsOn, { of: contract });
  return to('durable_employment');
}

async function rebound(p: Accompaniment): Promise<Way> {
  const interview = await p.ask('rebound_interview');
  switch (interview.outcome) {
    case 'search_again':
      return to('contract_search');
    case 'new_project':
      return to('project_validation');
    default:
      return exit(interview.outcome, interview);
  }
}
