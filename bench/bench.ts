/**
 * `npm run bench -- [NAME…] [--json FILE]`: each measure beside a baseline of the same run on the same servers. Names:
 * memory, enrolments, completions, history. About ten minutes for all, on a machine with nothing else to do.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { tokenOf } from '../bin/token';
import { completions } from './completions';
import { enrolments } from './enrolments';
import { history } from './history';
import { type Measure, table } from './measure';
import { memory } from './memory';
import { type System, startSystem } from './system';

const benches: Record<string, (system: System) => Promise<Measure[]>> = {
  // First: a process does not give back the memory it has used.
  memory: (system) => memory(system, [1_000, 10_000]),
  enrolments: async (system) => enrolments(system, await tokenOf('coordinator.tours', system.url)),
  completions: async (system) =>
    completions(system, {
      coordinator: await tokenOf('coordinator.tours', system.url),
      counsellor: await tokenOf('counsellor.tours', system.url),
    }),
  history,
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'string' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !(name in benches));
  if (unknown.length) {
    throw new Error(
      `There is no benchmark ${unknown.join(', ')}: choose from ${Object.keys(benches).join(', ')}.`,
    );
  }
  const names = positionals.length ? positionals : Object.keys(benches);
  const measures: Measure[] = [];
  for (const name of Object.keys(benches).filter((n) => names.includes(n))) {
    // Servers of its own, so that none pays for what another left behind.
    const system = await startSystem();
    try {
      measures.push(...((await benches[name]?.(system)) ?? []));
    } finally {
      await system.stop();
    }
    console.error(`${name}: done`);
  }
  console.log(table(measures));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(measures, null, 2)}\n`);
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
