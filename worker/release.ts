/** Releases of workflow code: which build of the workers Temporal gives the pathways to. The steps: docs/operations.md. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { tsToDate } from '@temporalio/common/lib/time';

/** The workers of one installation, as Temporal knows them. */
export interface Deployment {
  /** Of the installation's namespace. */
  readonly client: Client;
  readonly taskQueue: string;
  /** WORKER_DEPLOYMENT_NAME */
  readonly name: string;
}

/** WORKER_BUILD_ID of a worker; null: the workers without one. */
export type Build = string | null;

export interface BuildStatus {
  readonly build: Build;
  /** `inactive`: it never was current. `draining`, `drained`: it was, and gets nothing any more. */
  readonly status: 'current' | 'ramping' | 'inactive' | 'draining' | 'drained';
  /** When it became current the last time; null: never, or unknown to Temporal. */
  readonly since: Date | null;
  /** Processes that poll. Temporal counts one that has ended for five minutes more. */
  readonly workers: number;
  /** Open pathways whose last task it did. One that waits is counted with the build before until it is worked on. */
  readonly openPathways: number;
  /**
   * Open runs of any workflow that began before it was first current, or within the hour after: while there are any,
   * what it brought with `patched()` stays. Null: it never was current.
   */
  readonly olderRuns: number | null;
}

/** Temporal tells its task queues one after the other of a new current build: far longer than that takes. */
const ROUTING_HOUR_MS = 3_600_000;
const LOOK_MS = 250;
/** Of Temporal's enumerations, which the client shows as numbers. */
const taskQueueTypes = { workflows: 1, activities: 2 } as const;
const versioned = 2;
const routingInProgress = 1;
const statuses = ['inactive', 'inactive', 'current', 'ramping', 'draining', 'drained', 'inactive'] as const;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

/**
 * Waits until a worker of the build polls, then makes it current: it gets every new pathway, and each one under way
 * with its next task. Resolves when Temporal has told all of its task queues. The same build again changes nothing.
 * @param withinMs how long a worker of it may take to poll
 * @returns the build that was current before
 * @throws Error of one sentence when no worker polls, or none for all that the build before does; nothing is changed
 */
export async function makeCurrent(of: Deployment, build: Build, withinMs: number): Promise<Build> {
  const deadline = Date.now() + withinMs;
  const before = await currentBuild(of);
  for (;;) {
    const obstacle = await tryToMakeCurrent(of, build);
    if (!obstacle) break;
    if (Date.now() >= deadline) throw new Error(`${obstacle} (waited ${Math.round(withinMs / 1000)} s).`);
    await sleep(LOOK_MS);
  }
  while ((await routing(of)).inProgress) await sleep(LOOK_MS);
  return before;
}

/** @returns a sentence that says what is missing, or null when it is current */
async function tryToMakeCurrent(of: Deployment, build: Build): Promise<string | null> {
  const { connection, options } = of.client;
  if (!(await polls(of, build)))
    return build === null
      ? `No worker without a build polls ${of.taskQueue}: start one without WORKER_BUILD_ID, then repeat`
      : `No worker of build ${build} of ${of.name} polls ${of.taskQueue}: start one with WORKER_BUILD_ID=${build}, then repeat`;
  if ((await currentBuild(of)) === build) return null;
  try {
    await connection.workflowService.setWorkerDeploymentCurrentVersion({
      namespace: options.namespace,
      deploymentName: of.name,
      buildId: build ?? '',
      identity: options.identity,
    });
    return null;
  } catch (error) {
    // A worker that has just come is not known to all of Temporal yet.
    if (isGrpcServiceError(error) && [NOT_FOUND, FAILED_PRECONDITION].includes(error.code))
      return `Temporal does not take ${named(build)} as current: ${error.details}`;
    throw error;
  }
}

/** The build that gets the pathways. */
export async function currentBuild(of: Deployment): Promise<Build> {
  return (await routing(of)).current;
}

/** Every build that Temporal knows, the newest first, then the workers without one. */
export async function releases(of: Deployment): Promise<BuildStatus[]> {
  const [{ current, versions }, polling] = await Promise.all([routing(of), pollers(of, 'workflows')]);
  const age = ({ createTime }: (typeof versions)[number]) =>
    createTime ? tsToDate(createTime).getTime() : 0;
  const builds = await Promise.all(
    versions
      .toSorted((a, b) => age(b) - age(a))
      .map(async ({ status, deploymentVersion, firstActivationTime, lastCurrentTime }) => {
        const build = deploymentVersion?.buildId as string;
        const first = firstActivationTime && tsToDate(firstActivationTime).getTime();
        return {
          build,
          status: statuses[status ?? 0] ?? 'inactive',
          since: lastCurrentTime ? tsToDate(lastCurrentTime) : null,
          workers: polling.filter((p) => p.build === build).length,
          openPathways: await openPathways(of, build),
          olderRuns: first ? await runsBegunBefore(of, new Date(first + ROUTING_HOUR_MS)) : null,
        };
      }),
  );
  return [
    ...builds,
    {
      build: null,
      status: current === null ? 'current' : 'inactive',
      since: null,
      workers: polling.filter((p) => p.build === null).length,
      openPathways: await openPathways(of, null),
      olderRuns: null,
    },
  ];
}

/** A build in a sentence. */
export function named(build: Build): string {
  return build === null ? 'workers without a build' : `build ${build}`;
}

async function routing({ client, name }: Deployment) {
  try {
    const { workerDeploymentInfo: info } = await client.connection.workflowService.describeWorkerDeployment({
      namespace: client.options.namespace,
      deploymentName: name,
    });
    return {
      current: info?.routingConfig?.currentDeploymentVersion?.buildId || null,
      inProgress: info?.routingConfigUpdateState === routingInProgress,
      versions: info?.versionSummaries ?? [],
    };
  } catch (error) {
    // No worker with a build has ever polled.
    if (isGrpcServiceError(error) && error.code === NOT_FOUND)
      return { current: null, inProgress: false, versions: [] };
    throw error;
  }
}

async function polls(of: Deployment, build: Build): Promise<boolean> {
  const each = await Promise.all([pollers(of, 'workflows'), pollers(of, 'activities')]);
  return each.every((some) => some.some((poller) => poller.build === build));
}

/** The processes that poll, each once. */
async function pollers(
  { client, name, taskQueue }: Deployment,
  of: keyof typeof taskQueueTypes,
): Promise<{ build: Build; identity: string }[]> {
  const { pollers } = await client.connection.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: taskQueueTypes[of],
  });
  const found = new Map<string, { build: Build; identity: string }>();
  for (const { identity, deploymentOptions } of pollers) {
    const { workerVersioningMode, deploymentName, buildId } = deploymentOptions ?? {};
    const isVersioned = workerVersioningMode === versioned;
    if (isVersioned && deploymentName !== name) continue;
    const build = isVersioned ? (buildId as string) : null;
    found.set(`${identity} ${build}`, { build, identity: identity ?? '' });
  }
  return [...found.values()];
}

async function openPathways(of: Deployment, build: Build): Promise<number> {
  const version = 'TemporalWorkerDeploymentVersion';
  return open(
    of,
    `WorkflowType = 'pathway' AND ${version} ${build === null ? 'IS NULL' : `= ${quoted(`${of.name}:${build}`)}`}`,
  );
}

async function runsBegunBefore(of: Deployment, instant: Date): Promise<number> {
  return open(of, `StartTime < ${quoted(instant.toISOString())}`);
}

async function open({ client, taskQueue }: Deployment, which: string): Promise<number> {
  const { count } = await client.workflow.count(
    `TaskQueue = ${quoted(taskQueue)} AND ExecutionStatus = 'Running' AND ${which}`,
  );
  return count;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
