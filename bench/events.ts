/** Live events to many open browsers: how soon all of them are told of a change, and whether each is told of every one. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSessions } from '../api/sessions';
import { writeManyTasks } from './many-tasks';
import { type Measure, measure, median } from './measure';
import type { System } from './system';

const BROWSERS = 500;
/** Of one person: as many as the API takes. */
const OF_ONE = 10;
const CHANGES = 50;
const STORM = { perSecond: 50, seconds: 10 };
/** How long is waited for what should have been told. */
const PATIENCE_MS = 60_000;

/** Everybody is of the team of Tours, so that every browser is told of every change there. */
export async function events(system: System): Promise<Measure[]> {
  await writeManyTasks(system.pool, 7 * STORM.perSecond * STORM.seconds);
  const { rows } = await system.pool.query<{ id: string }>(
    `select id from pathways where site_id = 'tours' order by id`,
  );
  const pathways = rows.map((row) => row.id);
  const cookies = await signIn(system, BROWSERS / OF_ONE);

  const first = await Browser.open(system.url, cookies[0] as string);
  const one: number[] = [];
  for (let n = -5; n < CHANGES; n++) {
    const took = await untilTold(system, [first], pathways[n + 5] as string);
    if (n >= 0) one.push(took);
  }
  first.close();

  const before = system.memoryOf('api');
  const browsers: Browser[] = [];
  for (const cookie of cookies) {
    const its = Array.from({ length: OF_ONE }, () => Browser.open(system.url, cookie));
    browsers.push(...(await Promise.all(its)));
  }
  const all: number[] = [];
  for (let n = 0; n < CHANGES; n++) all.push(await untilTold(system, browsers, pathways[n] as string));

  const idle = system.processorOf('api');
  const storm = await changesFor(system, browsers, pathways);
  const perChange = ((system.processorOf('api') - idle) * 1000) / (STORM.perSecond * STORM.seconds);
  const lost = browsers.filter((browser) => browser.over).length;
  const grown = (system.memoryOf('api') - before) / 2 ** 20;
  for (const browser of browsers) browser.close();
  return [
    measure(
      `${BROWSERS} browsers told of a change, p50, over one browser`,
      'ms',
      median(all),
      median(one),
      null,
    ),
    measure('the same, slowest', 'ms', Math.max(...all), null, '≤ 1000'),
    measure(`told late at ${STORM.perSecond} changes a second, slowest`, 'ms', storm.slowest, null, '≤ 1000'),
    measure('changes that a browser was not told of', '', storm.missed, null, '≤ 0'),
    measure('streams lost or reset', '', lost + storm.resets, null, '≤ 0'),
    measure('API processor time of a change meanwhile', 'ms', perChange, null, null),
    measure(`API memory for ${BROWSERS} browsers, after all that`, 'MiB', grown, null, null),
  ];
}

/** So many new counsellors of Tours, each with a session. @returns their cookies */
async function signIn(system: System, count: number): Promise<string[]> {
  const sessions = createSessions({ api: system.pool, publicUrl: system.url, now: () => new Date() });
  const cookies: string[] = [];
  for (let n = 1; n <= count; n++) {
    const id = randomUUID();
    await system.pool.query(
      `insert into staff (id, subject, display_name, role, site_id) values ($1, $2, $3, 'counsellor', 'tours')`,
      [id, id, `Conseil ${n}`],
    );
    const person = {
      id,
      displayName: `Conseil ${n}`,
      role: 'counsellor',
      siteId: 'tours',
      organisation: null,
      active: true,
    } as const;
    const [cookie = ''] = (await sessions.begin(person, 'none')).split(';');
    cookies.push(cookie);
  }
  return cookies;
}

/** What EventSource does, as far as it matters here: a connection of its own that reads. It does not come again. */
class Browser {
  /** Pathways of which something was told, and when: the latest. */
  readonly told = new Map<string, number>();
  resets = 0;
  over = false;
  private text = '';
  private heard: (() => void) | undefined;

  private constructor(private readonly answer: IncomingMessage) {
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => this.take(chunk));
    answer.on('error', () => {});
    answer.on('close', () => {
      this.over = true;
    });
  }

  /** @returns it when it was told that it is told of everything from now on */
  static async open(url: string, cookie: string): Promise<Browser> {
    const request = get(`${url}/api/events`, { headers: { cookie }, agent: false });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    if (answer.statusCode !== 200) throw new Error(`GET /api/events: ${answer.statusCode}`);
    const browser = new Browser(answer);
    await browser.hears('');
    return browser;
  }

  private take(chunk: string): void {
    this.text += chunk;
    const now = performance.now();
    const parts = this.text.split('\n\n');
    this.text = parts.pop() as string;
    for (const part of parts) {
      if (part.includes('event: reset')) this.resets++;
      if (part.includes('event: ready')) this.told.set('', now);
      const pathwayId = /"pathwayId":"([^"]+)"/.exec(part)?.[1];
      if (pathwayId) this.told.set(pathwayId, now);
    }
    this.heard?.();
  }

  /** Waits until it is told of a pathway. */
  hears(pathwayId: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('a browser was not told')), PATIENCE_MS);
      this.heard = () => {
        if (!this.told.has(pathwayId)) return;
        clearTimeout(late);
        this.heard = undefined;
        resolve();
      };
      this.heard();
    });
  }

  close(): void {
    this.answer.destroy();
  }
}

/**
 * Records a change of a pathway's tasks as the journal does: rows, and in the same transaction a notification.
 * @returns when it was committed
 */
async function change({ pool }: System, pathwayId: string): Promise<number> {
  await pool.query(
    `with entry as (update pathways set revision = revision + 1 where id = $1 returning id, site_id, revision),
       task as (update tasks t set revision = entry.revision from entry where t.id = entry.id || '.1')
     select pg_notify('recorded', site_id || ' ' || id || ' ' || revision) from entry`,
    [pathwayId],
  );
  return performance.now();
}

/** @returns milliseconds from the commit until the last of the browsers is told */
async function untilTold(system: System, browsers: readonly Browser[], pathwayId: string): Promise<number> {
  for (const browser of browsers) browser.told.delete(pathwayId);
  const heard = Promise.all(browsers.map((browser) => browser.hears(pathwayId)));
  const committed = await change(system, pathwayId);
  await heard;
  // The API rests between two look-ups: the next change finds it at rest.
  await sleep(100);
  return Math.max(0, ...browsers.map((browser) => (browser.told.get(pathwayId) as number) - committed));
}

/** Changes at a steady pace, each of another pathway. */
async function changesFor(system: System, browsers: readonly Browser[], pathways: readonly string[]) {
  for (const browser of browsers) browser.told.clear();
  const committed = new Map<string, number>();
  const began = performance.now();
  for (let n = 0; n < STORM.perSecond * STORM.seconds; n++) {
    await sleep(began + (n * 1000) / STORM.perSecond - performance.now());
    committed.set(pathways[n] as string, await change(system, pathways[n] as string));
  }
  const deadline = performance.now() + PATIENCE_MS;
  // Of nothing else was there anything to tell.
  const missing = () => browsers.reduce((sum, { told }) => sum + committed.size - told.size, 0);
  while (missing() > 0 && performance.now() < deadline) await sleep(50);
  const late = browsers.flatMap(({ told }) =>
    [...told].map(([id, at]) => at - (committed.get(id) as number)),
  );
  return {
    missed: missing(),
    slowest: late.reduce((most, ms) => Math.max(most, ms), 0),
    resets: browsers.reduce((sum, browser) => sum + browser.resets, 0),
  };
}
