/** Brings a database to the schema of this release: the SQL files of db/migrations, each once, in order. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

// Compiled code runs from dist/, the SQL stays beside the sources.
const folder = [join(__dirname, 'migrations'), join(__dirname, '../../db/migrations')].find((f) => {
  try {
    return readdirSync(f).some((n) => n.endsWith('.sql'));
  } catch {
    return false;
  }
}) as string;

/**
 * Applies what is missing, in one transaction, one process at a time (an advisory lock).
 * @throws when the database knows a migration this release does not (a newer schema), or when one was changed
 * after it was applied; nothing is changed then.
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name), 'utf8');
      return { name, sql, hash: createHash('sha256').update(sql).digest('hex') };
    });
  const client = new Client({ connectionString: databaseUrl, application_name: 'migrate' });
  await client.connect();
  try {
    await client.query('begin');
    await client.query("select pg_advisory_xact_lock(hashtext('service-plus migrations'))");
    await client.query(
      'create table if not exists migrations (name text primary key, hash text not null, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ name: string; hash: string }>('select name, hash from migrations');
    const applied = new Map(rows.map((r) => [r.name, r.hash]));
    const unknown = rows.filter((r) => !files.some((f) => f.name === r.name)).map((r) => r.name);
    if (unknown.length) {
      throw new Error(
        `the database has a newer schema than this release (${unknown.sort().join(', ')}): start the release that made it, or a later one`,
      );
    }
    for (const file of files) {
      const before = applied.get(file.name);
      if (before === file.hash) continue;
      if (before)
        throw new Error(`the migration ${file.name} was changed after it was applied: add a new one instead`);
      await client.query(file.sql);
      await client.query('insert into migrations (name, hash) values ($1, $2)', [file.name, file.hash]);
    }
    await client.query('commit');
  } finally {
    await client.end();
  }
}
