/** What the clock sets off: for thousands within a minute, over a year for one, and a change of settings for all. */
import { setTimeout as sleep } from 'node:timers/promises';
import { skipTime } from '../bin/demo/skip-time';
import { defaultSettings, type Settings } from '../domain/settings';
import { pathwayWorkflowId } from '../workflows/messages';
import { calm } from './enrolments';
import { load, type Measure, measure, percentile95 } from './measure';
import { searching, startPathways } from './pathways';
import type { System } from './system';

const MINUTE = 60_000;
/** Longer than a benchmark lasts. */
const NEVER = 30 * 24 * 60 * MINUTE;
/** Between the last record and the minute: the workflows take the answers in and set their timers. */
const REST = 10_000;

/**
 * Lets so many wait for one minute.
 * @param start starts so many, which wait for the minute that begins at an instant; null: for none that comes
 * @returns when the minute begins: epoch milliseconds, all are waiting by then
 */
async function allWaiting(
  system: System,
  count: number,
  start: (count: number, at: number | null) => Promise<unknown>,
): Promise<number> {
  // How long it takes is seen from some that do not count. Twice that long: the more there are, the slower it is.
  const some = Math.ceil(count / 20);
  const began = Date.now();
  await start(some, null);
  await calm(system);
  const at = Date.now() + (2 * count * (Date.now() - began)) / some + 2 * REST;
  await start(count, at);
  await calm(system, at - REST);
  return at;
}

const startBurst = (system: System) => (count: number, at: number | null) => {
  if (at !== null) system.sayBurstAt(at);
  return startPathways(system, count, searching());
};

/** So many pathways whose summer begins within one minute, over so many bare timers; and the inbox meanwhile. */
export async function burst(system: System, token: string, count: number): Promise<Measure[]> {
  const at = await allWaiting(system, count, startBurst(system));
  const idle: number[] = [];
  while (Date.now() < at - 500) idle.push(await inbox(system, token));
  await sleep(Math.max(0, at - Date.now()));
  const busy: number[] = [];
  const ours = await rate(count, at, async () => {
    busy.push(await inbox(system, token));
    return opened(system);
  });
  await noneTwice(system, count);

  const bareAt = await allWaiting(system, count, (some, minute) =>
    load(some, 16, () => system.startSleeper((minute ?? Date.now() + NEVER) + Math.random() * MINUTE)),
  );
  await sleep(bareAt - Date.now());
  // What is asked meanwhile costs processor time, so it is asked of both.
  const bare = await rate(count, bareAt, async () => {
    await inbox(system, token);
    await opened(system);
    return system.bareFired();
  });
  return [
    measure(`tasks opened by ${count} timers of one minute`, '/s', ours, bare, '≥ 0.8'),
    measure('inbox p95 meanwhile, over idle', 'ms', percentile95(busy), percentile95(idle), '≤ 2'),
  ];
}

/** The worker is killed when half of them have opened, and another one started. */
export async function killed(system: System, count: number): Promise<Measure[]> {
  const at = await allWaiting(system, count, startBurst(system));
  while ((await opened(system)) < count / 2) await sleep(20);
  await system.replaceWorker();
  const began = Date.now();
  // Those whose moment has not come yet are not late.
  const last = Math.max(began, at + MINUTE);
  await rate(count, began, () => opened(system));
  const seconds = Math.max(0, Date.now() - last) / 1000;
  await noneTwice(system, count);
  return [
    measure(
      `worker killed amid ${count} timers: seconds until every task exists`,
      's',
      seconds,
      null,
      '≤ 10',
    ),
  ];
}

/** A year in which nobody does anything for one young person. */
export async function idleYear(system: System): Promise<Measure[]> {
  const [id] = (await startPathways(system, 1, searching())) as [string];
  await calm(system);
  const handle = system.temporal.workflow.getHandle(pathwayWorkflowId(id));
  const before = (await handle.fetchHistory()).events?.length ?? 0;
  await skipTime(system.temporal, pathwayWorkflowId(id), Date.now() + 365 * 24 * 60 * MINUTE);
  const events = (await handle.fetchHistory()).events ?? [];
  const fired = events.filter((e) => e.timerFiredEventAttributes).length;
  const { rows } = await system.pool.query<{ deadlines: number }>(
    `select count(distinct date_trunc('minute', occurred_at + interval '30 seconds'))::int as deadlines from timeline
     where pathway_id = $1 and revision > 1`,
    [id],
  );
  const deadlines = rows[0]?.deadlines ?? 0;
  return [
    measure('timers of an idle year, over its deadlines', '', fired, deadlines, '≤ 1.0'),
    measure('history events of an idle year', 'events', events.length - before, null, null),
  ];
}

/** A change of the site's settings, until every open and planned task of so many pathways is counted with it. */
export async function settingsChange(system: System, token: string, count: number): Promise<Measure[]> {
  await startPathways(system, count, searching());
  await calm(system);
  const url = '/api/admin/sites/blois/settings';
  const settings: Settings = structuredClone(defaultSettings);
  settings.ladder.escalationAfter = { workingDays: 4 };
  const began = Date.now();
  await system.call(token, 'PUT', url, settings);
  for (;;) {
    const { rows } = await system.pool.query<{ left: number }>(
      `select count(*)::int as left from tasks where status in ('open', 'planned') and settings_version < 2`,
    );
    if (rows[0]?.left === 0) break;
    await sleep(100);
  }
  const seconds = (Date.now() - began) / 1000;
  const handles = await Promise.all(Array.from({ length: count }, () => system.startBare()));
  await calm(system);
  const bareBegan = Date.now();
  await load(count, 10, (i) => (handles[i] as (typeof handles)[0]).executeUpdate('touch'));
  const bare = (Date.now() - bareBegan) / 1000;
  return [
    measure(`settings changed for ${count} pathways, over as many bare Updates`, 's', seconds, bare, null),
  ];
}

/** One page, as a counsellor opens it. @returns milliseconds */
async function inbox(system: System, token: string): Promise<number> {
  const began = performance.now();
  await system.call(token, 'GET', '/api/tasks?assignee=team&limit=25');
  const took = performance.now() - began;
  await sleep(Math.max(0, 100 - took));
  return took;
}

/** How many a second from `at` until all `count` are there. */
async function rate(count: number, at: number, done: () => Promise<number>): Promise<number> {
  while ((await done()) < count) await sleep(20);
  return (count * 1000) / (Date.now() - at);
}

async function opened(system: System): Promise<number> {
  const { rows } = await system.pool.query<{ n: number }>(
    `select count(*)::int as n from tasks where kind = 'summer_check_in' and status = 'open'`,
  );
  return rows[0]?.n ?? 0;
}

async function noneTwice(system: System, count: number): Promise<void> {
  const { rows } = await system.pool.query<{ tasks: number; pathways: number; told: number }>(
    `select count(*)::int as tasks, count(distinct pathway_id)::int as pathways,
       (select count(*)::int from timeline where type = 'task_opened' and data->>'kind' = 'summer_check_in') as told
     from tasks where kind = 'summer_check_in'`,
  );
  const [found] = rows;
  if (found?.tasks !== count || found.pathways !== count || found.told !== count)
    throw new Error(`not one summer check-in for each of ${count} pathways: ${JSON.stringify(found)}`);
}
