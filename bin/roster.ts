/** `npm run roster -- --seed 112 --as-at 2026-10-31 --people 1500 --out FILE`: writes the demonstration roster (docs/roster.md). */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { dayOf } from '../domain/calendar';
import { rosterCsv } from './roster/csv';
import { generateRoster } from './roster/generator';

const usage =
  'npm run roster -- [--seed 112] [--as-at YYYY-MM-DD, today if absent] [--people 1500] [--duplicates 0] [--out FILE]';

try {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '112' },
      'as-at': { type: 'string', default: dayOf(new Date()) },
      people: { type: 'string', default: '1500' },
      duplicates: { type: 'string', default: '0' },
      out: { type: 'string' },
    },
  });
  const people = generateRoster({
    seed: Number(values.seed),
    asAt: values['as-at'],
    people: Number(values.people),
    duplicates: Number(values.duplicates),
  });
  if (values.out) {
    try {
      writeFileSync(values.out, rosterCsv(people));
    } catch (cause) {
      throw new Error(`The roster cannot be written: ${(cause as Error).message}. Choose another --out.`, {
        cause,
      });
    }
    console.log(`${people.length} made-up young people as at ${values['as-at']} are in ${values.out}.`);
  } else {
    process.stdout.write(rosterCsv(people));
  }
} catch (error) {
  console.error(`${(error as Error).message}\n${usage}`);
  process.exitCode = 1;
}
