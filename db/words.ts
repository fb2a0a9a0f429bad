/** Words: what people type freely, kept here and nowhere else. A decision refers to them by id. */
import type { PoolClient } from 'pg';

export interface Words {
  readonly id: string;
  readonly pathwayId: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** @returns the ids that were new: the same request may have brought its words before */
export async function keepWords(
  client: PoolClient,
  authorId: string,
  words: readonly Words[],
  now: Date,
): Promise<Set<string>> {
  const { rows } = await client.query<{ id: string }>({
    name: 'keep_words',
    text: `insert into words (id, pathway_id, author_id, fields, created_at)
           select id, "pathwayId", $2, fields, $3
           from jsonb_to_recordset($1) as w(id uuid, "pathwayId" uuid, fields jsonb)
           on conflict do nothing returning id`,
    values: [JSON.stringify(words), authorId, now],
  });
  return new Set(rows.map((r) => r.id));
}

export async function withdrawWords(client: PoolClient, ids: readonly string[]): Promise<void> {
  await client.query('delete from words where id = any($1)', [ids]);
}
