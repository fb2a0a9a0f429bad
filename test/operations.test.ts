/** What docs/operations.md names is there, and what it asks of PostgreSQL and Temporal they understand. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Connection, Client as Temporal } from '@temporalio/client';
import { Client } from 'pg';
import { configSchema } from '../config/config';
import { createTestDatabase, testTemporalAddress } from './setup/servers';

const root = path.join(__dirname, '..');
const document = readFileSync(path.join(root, 'docs/operations.md'), 'utf8');

/** Each once; some at least, so that a form that has changed is noticed. */
function named(form: RegExp, atLeast: number): string[] {
  const found = [...new Set([...document.matchAll(form)].map(([, name]) => name as string))];
  expect(found.length).toBeGreaterThanOrEqual(atLeast);
  return found;
}

test('every script of npm exists', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named(/npm run (\w+)/g, 5)));
});

test('every programme, file and document exists', () => {
  const files = [
    ...named(/node dist\/([\w/.-]+)\.js/g, 4).map((programme) => `${programme}.ts`),
    ...named(/npx jest (test\/\w+)/g, 1).map((start) => `${start}.test.ts`),
    ...named(/`(test\/[\w/.-]+\.ts)`/g, 1),
    ...named(/\]\(([^)#]+)\)/g, 3).map((link) => path.join('docs', link)),
  ];
  expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});

test('every variable is one of the configuration', () => {
  const ofTests = ['RECORD_HISTORIES'];
  const known = [...Object.keys(configSchema.shape), ...ofTests];
  expect(known).toEqual(expect.arrayContaining(named(/\b([A-Z]+(?:_[A-Z]+)+)\b/g, 8)));
});

test('the questions to PostgreSQL are answered', async () => {
  const database = await createTestDatabase();
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    for (const sql of named(/`(select [^`]+)`/g, 2)) {
      expect((await client.query(sql)).rows).toEqual([{ count: '0' }]);
    }
  } finally {
    await client.end();
    await database.drop();
  }
});

test('the question to Temporal is answered', async () => {
  const [query = ''] = named(/--query "([^"]+)"/g, 1);
  const connection = await Connection.connect({ address: await testTemporalAddress() });
  try {
    expect(await new Temporal({ connection }).workflow.count(query)).toMatchObject({
      count: expect.any(Number),
    });
  } finally {
    await connection.close();
  }
});
