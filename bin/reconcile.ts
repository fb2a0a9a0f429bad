/**
 * `npm run reconcile`: compares every read model with its workflow and repairs what differs. `-- --check` only tells;
 * `-- --pathway ID` looks at one. Exit code 0: all are equal or repaired.
 */
import { parseArgs } from 'node:util';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { loadConfig } from '../config/config';
import { temporalConnection } from '../config/temporal';
import { ownerPool } from '../db/pool';
import { reconcile } from '../db/reconcile';
import { runningServers } from '../embedded/running';
import { readWorkflow } from '../worker/read-workflow';

/** A pathway that is being worked on is looked at again, this often, after this many milliseconds. */
const looks = 10;
const pause = 500;

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: { check: { type: 'boolean', default: false }, pathway: { type: 'string' } },
  });
  const config = loadConfig(process.env);
  const { databaseUrl, temporalAddress } = runningServers(config);
  const pool = ownerPool(databaseUrl, { name: 'service-plus reconcile', max: 2 });
  const connection = await Connection.connect(
    temporalConnection({ ...config, TEMPORAL_ADDRESS: temporalAddress }),
  );
  const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  const counts: Record<string, number> = {};
  try {
    for await (const id of enrolled(values.pathway)) {
      const { result, differences } = await look(id);
      counts[result] = (counts[result] ?? 0) + 1;
      for (const { table, key, what } of differences) {
        console.log(
          `${id}: ${table} ${key}: ${typeof what === 'string' ? what : `differs in ${what.join(', ')}`}`,
        );
      }
      if (result === 'ahead')
        console.log(`${id}: the read model is ahead of the workflow: was Temporal restored?`);
      if (result === 'busy') console.log(`${id}: entries are on their way: is the worker running?`);
      if (result === 'not started') console.log(`${id}: no workflow: the worker's starter will begin it`);
    }
  } finally {
    await connection.close();
    await pool.end();
  }
  console.log(
    Object.entries(counts)
      .map(([result, n]) => `${n} ${result}`)
      .join(', ') || 'there are no pathways',
  );
  return Object.keys(counts).every((result) => result === 'equal' || result === 'repaired');

  async function* enrolled(only: string | undefined): AsyncGenerator<string> {
    for (let last = '00000000-0000-0000-0000-000000000000'; ; ) {
      const { rows } = await pool.query<{ id: string }>(
        'select id from enrolments where id > $1 and ($2::uuid is null or id = $2) order by id limit 500',
        [last, only ?? null],
      );
      for (const { id } of rows) yield id;
      if (rows.length < 500) return;
      last = (rows.at(-1) as { id: string }).id;
    }
  }

  async function look(id: string) {
    for (let n = 1; ; n++) {
      try {
        const comparison = await reconcile(pool, id, () => readWorkflow(client, id), !values.check);
        if (comparison.result !== 'busy' || n === looks) return comparison;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError)
          return { result: 'not started', differences: [] } as const;
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

main().then(
  (well) => process.exit(well ? 0 : 1),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
