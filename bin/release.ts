/**
 * `npm run release -- BUILD_ID`: waits for a worker of that build, then gives it the pathways. `-- --status` shows the
 * builds; `-- --unversioned` goes back to workers without one. The steps of a release: docs/operations.md.
 */
import { parseArgs } from 'node:util';
import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import { configSchema, loadConfig } from '../config/config';
import { temporalConnection } from '../config/temporal';
import { runningServers } from '../embedded/running';
import { type Build, type BuildStatus, makeCurrent, named, releases } from '../worker/release';

const usage = 'npm run release -- BUILD_ID [--wait SECONDS] | --unversioned [--wait SECONDS] | --status';

/**
 * @param say told each line of what was done
 * @throws Error of one sentence; nothing was changed then
 */
export async function release(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<void> {
  const asked = read(args);
  const config = loadConfig(env);
  const address = config.TEMPORAL_ADDRESS ?? runningServers(config).temporalAddress;
  const connection = await Connection.connect({
    ...temporalConnection({ ...config, TEMPORAL_ADDRESS: address }),
    connectTimeout: '5 seconds',
  }).catch((error: Error) => {
    throw new Error(`Temporal does not answer at ${address}: ${error.message}.`);
  });
  const deployment = {
    client: new Client({ connection, namespace: config.TEMPORAL_NAMESPACE }),
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    name: config.WORKER_DEPLOYMENT_NAME,
  };
  try {
    if (asked === 'status') {
      for (const line of table(await releases(deployment))) say(line);
      return;
    }
    const before = await makeCurrent(deployment, asked.build, asked.withinMs);
    const current = `Current of ${deployment.name}: ${named(asked.build)}`;
    if (before === asked.build) return say(`${current}, as before.`);
    say(`${current}. Before: ${named(before)}.`);
    say('New pathways begin with it; each pathway under way goes on with it from its next task.');
  } catch (error) {
    throw isGrpcServiceError(error) ? new Error(`Temporal refused: ${error.details}.`) : error;
  } finally {
    await connection.close();
  }
}

function read(args: readonly string[]): 'status' | { build: Build; withinMs: number } {
  const wrong = (why: string) => new Error(`${why}: ${usage}`);
  const options = {
    status: { type: 'boolean', default: false },
    unversioned: { type: 'boolean', default: false },
    wait: { type: 'string', default: '120' },
  } as const;
  const parsed = (() => {
    try {
      return parseArgs({ args: [...args], options, allowPositionals: true });
    } catch (error) {
      throw wrong((error as Error).message);
    }
  })();
  const { status, unversioned, wait } = parsed.values;
  const [buildId, ...more] = parsed.positionals;
  if (more.length || Number(status) + Number(unversioned) + Number(buildId !== undefined) !== 1)
    throw wrong('Give one build, or --unversioned, or --status');
  if (status) return 'status';
  if (!/^\d{1,5}$/.test(wait)) throw wrong(`--wait ${wait} is not a number of seconds`);
  const build = unversioned ? null : configSchema.shape.WORKER_BUILD_ID.safeParse(buildId);
  if (build?.success === false) throw wrong(`${buildId} is no WORKER_BUILD_ID`);
  return { build: build?.data ?? null, withinMs: Number(wait) * 1000 };
}

function table(builds: readonly BuildStatus[]): string[] {
  const rows = [
    ['BUILD', 'STATUS', 'CURRENT SINCE', 'WORKERS', 'OPEN PATHWAYS', 'OLDER RUNS'],
    ...builds.map((b) => [
      b.build ?? '(none)',
      b.status,
      b.since?.toISOString().slice(0, 19).concat('Z') ?? '-',
      String(b.workers),
      String(b.openPathways),
      b.olderRuns === null ? '-' : String(b.olderRuns),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  );
}

if (require.main === module) {
  release(process.argv.slice(2), process.env, (line) => console.log(line)).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
