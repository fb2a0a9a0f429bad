/** A worker: runs the workflows and the activities of one task queue. */
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Pool } from 'pg';
import { journalActivities } from '../activities/journal';

export interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly pool: Pool;
  readonly workflowBundle: NonNullable<WorkerOptions['workflowBundle']>;
  readonly maxCachedWorkflows?: number;
  readonly maxConcurrentActivities?: number;
}

/** Activities at once: each is one short statement, and more would only wait for a connection. */
export const defaultActivities = 20;

export function createWorker({
  pool,
  maxConcurrentActivities = defaultActivities,
  ...options
}: WorkerParts): Promise<Worker> {
  return Worker.create({
    ...options,
    activities: journalActivities(pool),
    maxConcurrentActivityTaskExecutions: maxConcurrentActivities,
    reuseV8Context: true,
    shutdownGraceTime: '5 seconds',
  });
}
