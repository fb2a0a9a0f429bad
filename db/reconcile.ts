/**
 * Holds the read model of a pathway against its workflow. What should be recorded is made by the journal's own
 * statement, from the entries in the workflow's history and from its state, inside a transaction: so there is no
 * second opinion of how an entry is applied, and a repair is that transaction, committed.
 */
import type { Pool, PoolClient } from 'pg';
import { completeEntry, type JournalAnswer, type JournalEntry, type PathwayState } from '../domain/journal';
import { apply } from './journal';

/** An entry that a workflow handed to its journal, with the answer it got. */
export interface RecordedEntry {
  readonly entry: JournalEntry;
  readonly answer: JournalAnswer;
}

export interface Difference {
  readonly table: string;
  readonly key: string;
  /** `missing`: the workflow has it, the read model not; `surplus`: the other way round; else the columns that differ. */
  readonly what: 'missing' | 'surplus' | readonly string[];
}

/** `busy`: the pathway was moving all the while; `ahead`: the read model knows more than the workflow. */
export type Comparison =
  | { readonly result: 'equal' | 'busy' | 'ahead'; readonly differences: readonly [] }
  | { readonly result: 'different' | 'repaired'; readonly differences: readonly Difference[] };

/** The tables of the read model and what identifies a row of a pathway. */
const tables = {
  pathways: 'id',
  step_intervals: 'interval',
  tasks: 'id',
  waits: 'key',
  contracts: 'id',
  employments: 'id',
  mediations: 'id',
  timeline: "revision || '/' || position",
} as const;

/**
 * @param read asks the workflow, with the pathway's row locked: its state, and the entries of the runs whose history
 *   is still kept, in order
 * @param repair false: nothing is changed
 */
export async function reconcile(
  pool: Pool,
  pathwayId: string,
  read: () => Promise<{ state: PathwayState; entries: readonly RecordedEntry[] }>,
  repair: boolean,
): Promise<Comparison> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    // The journal cannot write this pathway meanwhile: the first entry needs the enrolment's row, all others its own.
    await client.query('select from enrolments where id = $1 for update', [pathwayId]);
    const { rows } = await client.query<{ revision: number }>(
      'select revision from pathways where id = $1 for update',
      [pathwayId],
    );
    const recorded = rows[0]?.revision ?? 0;
    const { state, entries } = await read();
    // An entry is on its way, or written and not yet acknowledged.
    if (state.pending) return { result: 'busy', differences: [] };
    if (recorded > state.revision) return { result: 'ahead', differences: [] };

    const before = await rowsOf(client, pathwayId);
    await rebuild(client, state, entries);
    const differences = compare(before, await rowsOf(client, pathwayId));
    if (differences.length === 0) return { result: 'equal', differences: [] };
    if (!repair) return { result: 'different', differences };
    await client.query('commit');
    return { result: 'repaired', differences };
  } finally {
    await client.query('rollback');
    client.release();
  }
}

async function rebuild(
  client: PoolClient,
  state: PathwayState,
  entries: readonly RecordedEntry[],
): Promise<void> {
  const { pathwayId, revision } = state;
  const first = entries[0]?.entry.revision ?? revision;
  if (first === 1) {
    await client.query('delete from pathways where id = $1', [pathwayId]);
  } else {
    // Earlier runs are no longer kept: what they told stays as it is recorded.
    await client.query('delete from timeline where pathway_id = $1 and revision >= $2', [pathwayId, first]);
    await turnBack(client, pathwayId, first - 1);
  }
  for (const { entry, answer } of entries) await apply(client, completeEntry(entry, answer));

  // The state itself, for what changed before the kept runs.
  await turnBack(client, pathwayId, revision - 1);
  await client.query(
    `delete from tasks where pathway_id = $1 and status in ('open', 'planned') and not id = any($2)`,
    [pathwayId, state.tasks.map((t) => t.id)],
  );
  const { rows } = await client.query<{ id: string; revision: number; recorded_at: Date }>(
    'select t.id, t.revision, p.recorded_at from pathways p left join tasks t on t.pathway_id = p.id where p.id = $1',
    [pathwayId],
  );
  await apply(client, {
    pathwayId,
    revision,
    recordedAt: (rows[0]?.recorded_at ?? new Date(state.pathway.stepEnteredAt)).toISOString(),
    pathway: state.pathway,
    tasks: state.tasks,
    waits: state.waits,
    contracts: state.contracts,
    employments: state.employments,
    mediations: state.mediations,
    events: [],
  });
  // A task's revision is that of the entry that changed it last, which the state does not say.
  await client.query(
    `update tasks t set revision = r.revision from jsonb_to_recordset($2) as r(id text, revision int)
     where t.pathway_id = $1 and t.id = r.id and r.revision is not null`,
    [pathwayId, JSON.stringify(rows)],
  );
}

async function turnBack(client: PoolClient, pathwayId: string, revision: number): Promise<void> {
  await client.query('update pathways set revision = $2 where id = $1', [pathwayId, revision]);
}

type Rows = Map<string, Record<string, unknown>>;

async function rowsOf(client: PoolClient, pathwayId: string): Promise<Rows> {
  const found: Rows = new Map();
  for (const [table, key] of Object.entries(tables)) {
    const owner = table === 'pathways' ? 'id' : 'pathway_id';
    const { rows } = await client.query<{ key: string; row: Record<string, unknown> }>(
      `select (${key})::text as key, to_jsonb(t) as row from ${table} t where ${owner} = $1`,
      [pathwayId],
    );
    for (const { key: id, row } of rows) found.set(`${table} ${id}`, row);
  }
  return found;
}

function compare(recorded: Rows, expected: Rows): Difference[] {
  const differences: Difference[] = [];
  for (const name of new Set([...recorded.keys(), ...expected.keys()])) {
    const [table, key] = [name.slice(0, name.indexOf(' ')), name.slice(name.indexOf(' ') + 1)];
    const is = recorded.get(name);
    const should = expected.get(name);
    if (!is) differences.push({ table, key, what: 'missing' });
    else if (!should) differences.push({ table, key, what: 'surplus' });
    else {
      const columns = Object.keys(should).filter((c) => JSON.stringify(is[c]) !== JSON.stringify(should[c]));
      if (columns.length) differences.push({ table, key, what: columns });
    }
  }
  return differences;
}
