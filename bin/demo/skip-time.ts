/**
 * Moves the clock of one workflow forward on a Temporal server that can (1.32 and later, switched on by
 * `frontend.WorkflowTimeSkippingEnabled`): its timers fire in their order, everybody else's time stays as it is.
 */
import { randomUUID } from 'node:crypto';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { msToTs, optionalTsToMs } from '@temporalio/common/lib/time';

/** This server cannot skip the time of one workflow, or is not allowed to. */
export class NoTimeSkipping extends Error {
  override readonly name = 'NoTimeSkipping';
}

/** gRPC: a method or a feature that is not there (UNIMPLEMENTED), a mask that is not known (INVALID_ARGUMENT). */
const unable: readonly number[] = [12, 3];

/** FAST_FORWARD_POLLING_RESULT_…; the enumeration itself is in a package of the SDK that is not ours to import. */
const polled = { timeout: 1, completed: 2 };

/** Follow-ups of years in one go are some dozens of skips; the server's own limit of 100 is for endless retries. */
const mostSkips = 1_000;

/** A skip takes about a second for each timer on its way; what never comes waits for a worker. */
const PATIENCE_MS = 180_000;

/** The time it is for this workflow, in epoch milliseconds: the machine's as long as nothing was skipped. */
export async function timeOf(client: Client, workflowId: string): Promise<number> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return optionalTsToMs(raw.workflowExtendedInfo?.timeSkippingInfo?.currentTime) ?? Date.now();
}

/**
 * Returns once it is `until` (epoch milliseconds) for this workflow; at once when it is later already. What its
 * activities do on the way takes the time it takes.
 * @throws NoTimeSkipping; Error when the workflow ended before, or nobody does what stands in the way
 */
export async function skipTime(client: Client, workflowId: string, until: number): Promise<void> {
  const { workflowService } = client.connection;
  const execution = { namespace: client.options.namespace, workflowExecution: { workflowId } };
  const duration = until - (await timeOf(client, workflowId));
  if (duration <= 0) return;
  const id = randomUUID();
  try {
    await workflowService.updateWorkflowExecutionOptions({
      ...execution,
      workflowExecutionOptions: {
        timeSkippingConfig: {
          enabled: true,
          fastForwardConfig: { id, duration: msToTs(duration) },
          maxSessionSkipCount: mostSkips,
        },
      },
      updateMask: { paths: ['time_skipping_config'] },
    });
    for (const giveUpAt = Date.now() + PATIENCE_MS; ; ) {
      const { fastForwardPollingResult, failedReason } =
        await workflowService.pollWorkflowExecutionTimeSkipping({ ...execution, fastForwardId: id });
      if (fastForwardPollingResult === polled.completed) return;
      if (fastForwardPollingResult !== polled.timeout) {
        throw new Error(`The time of ${workflowId} could not be skipped: ${failedReason}`);
      }
      if (Date.now() > giveUpAt) {
        throw new Error(
          `The time of ${workflowId} has not come after ${PATIENCE_MS / 60_000} minutes: see what the worker says in its log.`,
        );
      }
    }
  } catch (error) {
    if (!isGrpcServiceError(error) || !unable.includes(error.code)) throw error;
    throw new NoTimeSkipping(error.details, { cause: error });
  }
}
