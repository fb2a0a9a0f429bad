/** How PostgreSQL answers a query, as somebody behind row-level security. */
import type { Pool, PoolClient } from 'pg';
import { asActor } from '../../db/pool';
import { demonstrationPerson } from '../../db/seed';

/** A node of `explain (analyze, buffers)`. */
export interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

export type Query = (client: PoolClient) => Promise<unknown>;

/** The plans of the statements that `query` sends, which are answered all the same. */
export async function plansOf(api: Pool, subject: string, query: Query): Promise<Plan[]> {
  const plans: Plan[] = [];
  await asActor(api, demonstrationPerson(subject), async (client) => {
    const explained = {
      query: async (text: string, values: unknown[]) => {
        const { rows } = await client.query(`explain (analyze, buffers, format json) ${text}`, values);
        plans.push(rows[0]['QUERY PLAN'][0].Plan);
        return client.query(text, values);
      },
    } as PoolClient;
    await query(explained);
  });
  return plans;
}

/** What they read: each scan, by node type and index, and its rows. */
export async function scansOf(api: Pool, subject: string, query: Query): Promise<Plan[]> {
  const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
  const plans = await plansOf(api, subject, query);
  return plans.flatMap(nodes).filter((n) => n['Relation Name'] || n['Index Name']);
}
