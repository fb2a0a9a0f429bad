/** One young person's pathway through the five steps, from the enrolment until an exit can no longer be undone. */
import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { Step } from '../domain/pathway';
import { Accompaniment } from './accompaniment';
import { hearPeople } from './hear';
import type { PathwayInput } from './messages';
import { initialState, type State, type Way } from './state';
import { contractSearch } from './steps/contract-search';
import { durableEmployment } from './steps/durable-employment';
import { projectValidation } from './steps/project-validation';
import { securing } from './steps/securing';
import { welcome } from './steps/welcome';

const steps: Record<Step, (p: Accompaniment) => Promise<Way>> = {
  welcome,
  project_validation: projectValidation,
  contract_search: contractSearch,
  securing,
  durable_employment: durableEmployment,
};

/**
 * A run is followed by the next at this many events, well below the 4,096 at which Temporal suggests it: a worker
 * that takes over a pathway replays its run from the first event.
 */
const eventsOfARun = 2_000;

/** @param carried the state that the run before handed over */
export async function pathway(input: PathwayInput, carried?: State): Promise<void> {
  const p = new Accompaniment(carried ?? initialState(input, new Date().toISOString()));
  hearPeople(p);
  const recording = p.journal.keep(p);
  if (carried) p.pickUp();
  else begin(p, input);
  await Promise.race([accompany(p), recording, untilTheNextRun()]);
  await condition(() => quiet());
  if (p.state.status !== 'closed') await continueAsNew<typeof pathway>(input, p.state);

  function quiet(): boolean {
    return !p.journal.pending && allHandlersFinished();
  }
  function untilTheNextRun(): Promise<void> {
    return condition(() => {
      const { historyLength, continueAsNewSuggested } = workflowInfo();
      return (historyLength >= eventsOfARun || continueAsNewSuggested) && quiet();
    });
  }
}

function begin(p: Accompaniment, { enrolledBy, start }: PathwayInput): void {
  p.enterFirstStep(enrolledBy);
  if (start?.referentId) p.assignReferent(start.referentId);
  if (start?.contract) p.signContract(start.contract, enrolledBy);
}

async function accompany(p: Accompaniment): Promise<void> {
  for (;;) {
    if (p.state.exit === null) p.leaveStep(await walk(p));
    if (p.state.exit !== null && !(await exitUndone(p))) return p.close();
  }
}

/** Walks through the step the pathway is in, until its function says where to, or something turns the pathway. */
async function walk(p: Accompaniment): Promise<Way> {
  const way = await Promise.race([steps[p.state.step](p), p.turned()]);
  // What the step still waits for is over.
  p.waiting.forget();
  return way;
}

/** Waits as long as an exit can be undone. */
async function exitUndone(p: Accompaniment): Promise<boolean> {
  const undone = await Promise.race([
    p.until('exit_becomes_final', p.state.exit?.at as string).then(() => false),
    p.when(() => p.state.exit === null).then(() => true),
  ]);
  p.waiting.forget();
  return undone;
}
