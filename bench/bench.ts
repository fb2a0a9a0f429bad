/**
 * `npm run bench -- [NAME…] [--burst COUNT] [--json FILE]`: each measure beside a baseline of the same run on the same servers. Names:
 * memory, enrolments, completions, history, settings, year, killed, burst, inbox, steering, draw, evaluation, events, web. About an hour for all, on a
 * machine with nothing else to do.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { tokenOf } from '../bin/token';
import { completions } from './completions';
import { draw } from './draw';
import { enrolments } from './enrolments';
import { evaluation } from './evaluation';
import { events } from './events';
import { history } from './history';
import { inbox } from './inbox';
import { type Measure, table } from './measure';
import { memory } from './memory';
import { steering } from './steering';
import { type System, startSystem } from './system';
import { burst, idleYear, killed, settingsChange } from './time';
import { web } from './web';

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
  settings: async (system) => settingsChange(system, await tokenOf('coordinator.blois', system.url), 1_500),
  year: idleYear,
  killed: (system) => killed(system, bursts.killed as number),
  burst: async (system) =>
    burst(system, await tokenOf('counsellor.blois', system.url), bursts.burst as number),
  inbox: async (system) =>
    inbox(system, {
      'counsellor.tours': await tokenOf('counsellor.tours', system.url),
      'partner.tours': await tokenOf('partner.tours', system.url),
    }),
  steering: async (system) =>
    steering(system, {
      evaluator: await tokenOf('evaluator', system.url),
      'coordinator.tours': await tokenOf('coordinator.tours', system.url),
    }),
  draw,
  evaluation: async (system) => evaluation(system, await tokenOf('evaluator', system.url)),
  events,
};

/** What is measured of the build alone. */
const withoutServers: Record<string, () => Measure[]> = { web };
const all = [...Object.keys(benches), ...Object.keys(withoutServers)];

/** A heap that is given no more takes no more: of one that is not held, memory tells what was not yet given back. */
const ofApi: Readonly<Record<string, NodeJS.ProcessEnv>> = {
  evaluation: { NODE_OPTIONS: '--max-old-space-size=128' },
};

/** How many wait for the same minute, with a worker that is told when it is. */
const bursts: Record<string, number> = { killed: 2_000, burst: 10_000 };

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'string' }, burst: { type: 'string', default: '10000' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !all.includes(name));
  if (unknown.length) {
    throw new Error(`There is no benchmark ${unknown.join(', ')}: choose from ${all.join(', ')}.`);
  }
  bursts.burst = Number(values.burst);
  const names = positionals.length ? positionals : all;
  const measures: Measure[] = [];
  let failed = false;
  for (const name of Object.keys(benches).filter((n) => names.includes(n))) {
    // Servers of its own, so that none pays for what another left behind.
    const system = await startSystem(name in bursts ? './burst-worker.js' : undefined, ofApi[name]);
    try {
      measures.push(...((await benches[name]?.(system)) ?? []));
    } catch (error) {
      // What the others measured is not lost.
      failed = true;
      console.error(`${name}: ${(error as Error).message}`);
    } finally {
      await system.stop();
    }
    console.error(`${name}: over`);
  }
  for (const name of names) measures.push(...(withoutServers[name]?.() ?? []));
  console.log(table(measures));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(measures, null, 2)}\n`);
  if (failed) throw new Error('Not all was measured.');
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
