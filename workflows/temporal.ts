/** The world of a pathway that lives: its timers, its one activity, and its mediations as child workflows. */
import {
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  ParentClosePolicy,
  proxyActivities,
  sleep,
  startChild,
} from '@temporalio/workflow';
import type { JournalActivities } from '../activities/journal';
import { mediationTold, mediationWorkflowId } from './messages';
import type { Runtime } from './runtime';

const { record } = proxyActivities<JournalActivities>({
  // It is one statement, and doing it twice does nothing: what a worker took down with it is tried again soon.
  startToCloseTimeout: '5 seconds',
  // The database may be away for hours: what is recorded waits for it, and no attempt is the last.
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

export interface TemporalRuntime extends Runtime {
  /** Messages to mediations that have not left yet. */
  readonly sending: number;
}

export function temporalRuntime(): TemporalRuntime {
  let sending = 0;
  function send(work: Promise<unknown>, what: string): void {
    sending++;
    const sent = () => {
      sending--;
    };
    work.then(sent, (error: Error) => {
      sent();
      // A mediation that is over already hears nothing more.
      if (!isCancellation(error)) log.info(`${what} was not there to hear`, { reason: error.name });
    });
  }
  return {
    get sending() {
      return sending;
    },
    now: () => Date.now(),
    wakeAt(at, wake) {
      sleep(Math.max(1, at - Date.now())).then(wake, () =>
        log.debug('the timer was cancelled with the workflow'),
      );
    },
    record,
    everythingElse,
    startMediation(input) {
      send(
        startChild('mediation', {
          workflowId: mediationWorkflowId(input.pathwayId, input.number),
          args: [input],
          // It outlives the pathway's run, which is followed by another one; the pathway ends it when it should end.
          parentClosePolicy: ParentClosePolicy.ABANDON,
        }),
        'the mediation',
      );
    },
    tellMediation(pathwayId, number, message) {
      const mediation = getExternalWorkflowHandle(mediationWorkflowId(pathwayId, number));
      send(mediation.signal(mediationTold, message), 'the mediation');
    },
  };
}

/** A condition is looked at when it is made, and again when nothing is left to run. */
function everythingElse(): Promise<void> {
  let looks = 0;
  return condition(() => looks++ > 0);
}
