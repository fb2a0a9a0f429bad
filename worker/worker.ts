/** A worker: runs the workflows and the activities of one task queue. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Pool } from 'pg';
import { broadcastActivities, type TellPathway } from '../activities/broadcasts';
import { drawActivities } from '../activities/draws';
import { journalActivities } from '../activities/journal';
import { meetingActivities } from '../activities/meetings';
import { pathwayWorkflowId, tell } from '../workflows/messages';

export interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly pool: Pool;
  /** Of the same namespace: activities speak to pathways by it. */
  readonly temporal: Client;
  readonly workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  readonly maxCachedWorkflows?: number;
  readonly maxConcurrentActivities?: number;
  /** The build this worker is; absent: it takes work as soon as it polls (docs/operations.md, a release). */
  readonly version?: { readonly deploymentName: string; readonly buildId: string };
}

/** Activities at once: each is one short statement, and more would only wait for a connection. */
export const defaultActivities = 20;

/** How long Temporal may take to take a signal. */
const SIGNAL_MS = 5_000;

export function createWorker({
  pool,
  temporal,
  maxConcurrentActivities = defaultActivities,
  version,
  ...options
}: WorkerParts): Promise<Worker> {
  return Worker.create({
    ...options,
    // Every pathway goes on with the build that is current: docs/decisions/2026-11-23-every-pathway-upgrades.md.
    workerDeploymentOptions: version && {
      version,
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
    activities: {
      ...journalActivities(pool),
      ...broadcastActivities(pool, tellPathways(temporal)),
      ...drawActivities(pool),
      ...meetingActivities(pool),
    },
    maxConcurrentActivityTaskExecutions: maxConcurrentActivities,
    reuseV8Context: true,
    // A worker that is gone keeps nobody waiting for longer than this.
    stickyQueueScheduleToStartTimeout: '5 seconds',
    shutdownGraceTime: '5 seconds',
  });
}

function tellPathways(temporal: Client): TellPathway {
  return async (pathwayId, told) => {
    const pathway = temporal.workflow.getHandle(pathwayWorkflowId(pathwayId));
    try {
      await temporal.withDeadline(Date.now() + SIGNAL_MS, () => pathway.signal(tell, told));
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  };
}
