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

export function createWorker({
  pool,
  maxConcurrentActivities = 20,
  ...options
}: WorkerParts): Promise<Worker> {
  return Worker.create({
    ...options,
    activities: journalActivities(pool),
    // More would only wait for a connection to the database.
    maxConcurrentActivityTaskExecutions: maxConcurrentActivities,
    reuseV8Context: true,
    shutdownGraceTime: '5 seconds',
  });
}
