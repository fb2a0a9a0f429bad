/** Starts a pathway from outside. Not part of the workflow bundle. */
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { type PathwayInput, pathwayWorkflowId } from './messages';

/**
 * Starts a pathway; one that was started before is fine.
 * @param withinMs how long Temporal may take
 */
export async function startPathway(
  temporal: Client,
  taskQueue: string,
  input: PathwayInput,
  withinMs: number,
): Promise<void> {
  try {
    await temporal.withDeadline(Date.now() + withinMs, () =>
      temporal.workflow.start('pathway', {
        workflowId: pathwayWorkflowId(input.pathwayId),
        taskQueue,
        args: [input],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
