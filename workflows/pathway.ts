/** One young person's pathway through the five steps, from the enrolment until an exit can no longer be undone. */
import { allHandlersFinished, condition, continueAsNew, patched, workflowInfo } from '@temporalio/workflow';
import { Accompaniment } from './accompaniment';
import { accompany } from './accompany';
import { hearPeople } from './hear';
import type { PathwayInput } from './messages';
import { initialState, type State, upToDate } from './state';
import { temporalRuntime } from './temporal';

/**
 * A run is followed by the next at this many events, well below the 4,096 at which Temporal suggests it: a worker
 * that takes over a pathway replays its run from the first event.
 */
const eventsOfARun = 2_000;

/** @param carried the state that the run before handed over */
export async function pathway(input: PathwayInput, carried?: State): Promise<void> {
  const runtime = temporalRuntime();
  // Runs that began before the watches, mediations and holds decide as they did, and go on in a new run soon.
  const wholeTime = patched('whole-time');
  const now = new Date().toISOString();
  const state = carried ? upToDate(carried, input, now) : initialState(input, now);
  const p = new Accompaniment(state, runtime, wholeTime);
  // What arrives together with the start is heard as the handlers are set: by a pathway that has begun and asked its first
  // question. One that goes on has asked already, and its old runs heard before they picked up.
  if (carried) hearPeople(p);
  const recording = p.journal.keep(p);
  if (carried) p.pickUp();
  else begin(p, input);
  const going = accompany(p);
  if (!carried) hearPeople(p);
  await Promise.race([going, recording, untilTheNextRun()]);
  await condition(() => quiet());
  if (p.state.status !== 'closed') await continueAsNew<typeof pathway>(input, p.state);

  function quiet(): boolean {
    return !p.journal.pending && allHandlersFinished() && runtime.sending === 0;
  }
  function untilTheNextRun(): Promise<void> {
    return condition(() => {
      const { historyLength, continueAsNewSuggested } = workflowInfo();
      const long = historyLength >= eventsOfARun || continueAsNewSuggested;
      // Asked last: where a run is replayed it is answered with what was done then.
      return quiet() && (long || (!wholeTime && patched('next-run-has-whole-time')));
    });
  }
}

function begin(p: Accompaniment, { enrolledBy, keeps, start }: PathwayInput): void {
  p.enrolled(enrolledBy);
  if (keeps) p.drawn(keeps.arm, keeps.drawId);
  else if (!p.state.awaitsDraw) p.enterFirstStep();
  if (start?.referentId) p.assignReferent(start.referentId);
  if (start?.contract) p.signContract(start.contract, enrolledBy);
}
