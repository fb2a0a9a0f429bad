/** Starts workflows from outside, each once. Not part of the workflow bundle. */
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  broadcastWorkflowId,
  type DrawInput,
  drawWorkflowId,
  type MeetingInput,
  meetingWorkflowId,
  type PathwayInput,
  pathwayWorkflowId,
} from './messages';

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
  await startOnce(temporal, taskQueue, 'pathway', pathwayWorkflowId(input.pathwayId), input, withinMs);
}

/** Starts to tell a broadcast; one that was started before is fine. */
export async function startBroadcast(
  temporal: Client,
  taskQueue: string,
  broadcastId: string,
  withinMs: number,
): Promise<void> {
  const workflowId = broadcastWorkflowId(broadcastId);
  await startOnce(temporal, taskQueue, 'broadcast', workflowId, { broadcastId }, withinMs);
}

/** Starts a draw; one that was started before is fine. */
export async function startDraw(
  temporal: Client,
  taskQueue: string,
  input: DrawInput,
  withinMs: number,
): Promise<void> {
  await startOnce(temporal, taskQueue, 'draw', drawWorkflowId(input.drawId), input, withinMs);
}

/** Starts to wait for the day of a meeting's report; one that was started before is fine. */
export async function startMeeting(
  temporal: Client,
  taskQueue: string,
  input: MeetingInput,
  withinMs: number,
): Promise<void> {
  await startOnce(temporal, taskQueue, 'meeting', meetingWorkflowId(input.meetingId), input, withinMs);
}

async function startOnce(
  temporal: Client,
  taskQueue: string,
  type: string,
  workflowId: string,
  input: object,
  withinMs: number,
): Promise<void> {
  try {
    await temporal.withDeadline(Date.now() + withinMs, () =>
      temporal.workflow.start(type, {
        workflowId,
        taskQueue,
        args: [input],
        // What a worker took down with it goes to another one after this.
        workflowTaskTimeout: '5 seconds',
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
