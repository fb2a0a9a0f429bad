/** Live events on real servers: who is told what, what happens when something is away, and how much many streams cost. */
import { once } from 'node:events';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createApp } from '../api/app';
import { LiveEvents } from '../api/live-events';
import { writeManyTasks } from '../bench/many-tasks';
import { demonstrationPeople } from '../db/seed';
import { type ApiWorld, createApiWorld, idOf, people } from './setup/api-world';
import { Cut } from './setup/cut';

let w: ApiWorld;
const way = new Cut();
let server: http.Server;

beforeAll(async () => {
  w = await createApiWorld({ api: way });
  server = await listening(http.createServer(w.app));
}, 60_000);
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});
afterAll(async () => {
  server?.close();
  await w?.end();
});

async function listening(it: http.Server): Promise<http.Server> {
  it.listen(0, '127.0.0.1');
  await once(it, 'listening');
  return it;
}

interface Told {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly pathwayId?: string; readonly revision?: number; readonly tasks?: string[] };
}

/** An entry in the journal of a task's pathway. */
interface Entry {
  readonly id: string;
  readonly revision: number;
}

const readers: Reader[] = [];

/** A browser's EventSource, as far as it matters here; it does not come again by itself. */
class Reader {
  readonly told: Told[] = [];
  /** Of the last event or heartbeat. */
  lastId = '';
  private text = '';
  private moved: () => void = () => {};

  private constructor(
    private readonly request: ClientRequest,
    readonly answer: IncomingMessage,
  ) {
    readers.push(this);
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => this.take(chunk));
    for (const end of ['close', 'error'] as const) answer.on(end, () => this.moved());
  }

  static async open(
    person: string,
    more: { lastEventId?: string; token?: string; of?: http.Server } = {},
  ): Promise<Reader> {
    const { port } = (more.of ?? server).address() as AddressInfo;
    const token = more.token ?? (await tokenOf(person));
    const headers = {
      authorization: `Bearer ${token}`,
      ...(more.lastEventId && { 'last-event-id': more.lastEventId }),
    };
    // A socket of its own.
    const request = http.get({ host: '127.0.0.1', port, path: '/api/events', headers, agent: false });
    request.on('error', () => {});
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return new Reader(request, answer);
  }

  private take(chunk: string): void {
    this.text += chunk;
    const blocks = this.text.split('\n\n');
    this.text = blocks.pop() as string;
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      this.lastId = field('id') ?? this.lastId;
      const data = field('data');
      if (data) this.told.push({ id: this.lastId, event: field('event') as string, data: JSON.parse(data) });
    }
    this.moved();
  }

  /** Waits until something holds; the test's own limit is how long. */
  async until<T>(look: () => T | undefined | false): Promise<T> {
    for (;;) {
      const found = look();
      if (found) return found;
      if (this.ended) throw new Error(`the stream ended: ${JSON.stringify(this.told)}`);
      await new Promise<void>((resolve) => {
        this.moved = resolve;
      });
    }
  }

  /** The first event of this type that was not asked for before. */
  async next(type: string): Promise<Told> {
    const found = await this.until(() => this.told.find((t) => t.event === type));
    this.told.splice(0, this.told.indexOf(found) + 1);
    return found;
  }

  /** Waits until it is told of this entry of the task's pathway. */
  hears({ id, revision }: Entry): Promise<Told> {
    return this.until(() =>
      this.told.find((t) => t.data.pathwayId === id.split('.')[0] && t.data.revision === revision),
    );
  }

  /** The tasks it was told of since its last `next`. */
  get tasks(): string[] {
    return this.told.flatMap((t) => t.data.tasks ?? []);
  }

  get ended(): boolean {
    return this.answer.closed || this.answer.readableEnded;
  }

  close(): void {
    this.request.destroy();
  }
}

const tokens = new Map<string, Promise<string>>();
function tokenOf(person: string): Promise<string> {
  if (!tokens.has(person)) tokens.set(person, w.tokenOf(person));
  return tokens.get(person) as Promise<string>;
}

async function ready(person: string, more?: Parameters<typeof Reader.open>[1]): Promise<Reader> {
  const reader = await Reader.open(person, more);
  await reader.next('ready');
  return reader;
}

async function streamsGone(left = 0): Promise<void> {
  while (w.deps.liveEvents.open > left) await sleep(10);
}

async function opened(site = 'tours'): Promise<string> {
  return w.task(await w.enrol(site), 'first_contact');
}

async function claim(person: string, id: string): Promise<Entry> {
  const { status, body } = await w.call(person, 'post', `/api/tasks/${id}/claim`);
  expect([status, body.code]).toEqual([200, undefined]);
  return { id, revision: body.revision };
}

test('two people on one task see each other’s change', async () => {
  const id = await opened();
  const [one, other] = await Promise.all([ready('counsellor.tours'), ready('counsellor2.tours')]);
  expect(one.answer.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
  });
  const claimed = await claim('counsellor.tours', id);
  const told = await other.hears(claimed);
  const { revision } = claimed;
  expect(told.event).toBe('tasks');
  expect(told.data).toEqual({ type: 'tasks', pathwayId: id.split('.')[0], revision, tasks: [id] });
  const { body } = await w.call('counsellor2.tours', 'get', `/api/tasks/${id}`);
  expect(body).toMatchObject({ revision, assignee: { id: idOf('counsellor.tours') } });
  // Who does something hears of it too: their other tab.
  await one.hears(claimed);
  const assigned = await w.call('coordinator.tours', 'post', `/api/tasks/${id}/assign`, {
    body: { assigneeId: idOf('counsellor2.tours') },
  });
  for (const reader of [one, other]) {
    expect((await reader.hears({ id, revision: assigned.body.revision })).data.tasks).toEqual([id]);
  }
});

test('a partner is told of its tasks only, and nobody of another site’s', async () => {
  const [its, others, elsewhere] = await Promise.all([opened(), opened(), opened('blois')]);
  await w.owner.query('update tasks set partner_id = $1 where id = $2', [idOf('partner.tours'), its]);
  await w.owner.query('update tasks set partner_id = $1 where id = $2', [idOf('partner2.tours'), others]);
  const partner = await ready('partner.tours');
  const other = await ready('partner2.tours');
  const blois = await ready('counsellor.blois');
  const entries = [
    await claim('counsellor.tours', its),
    await claim('counsellor.tours', others),
    await claim('counsellor2.blois', elsewhere),
    // What each of them hears last is theirs: all that went before was told by then.
    await claim('counsellor2.tours', await shared('partner.tours')),
    await claim('counsellor2.tours', await shared('partner2.tours')),
    await claim('counsellor2.blois', await opened('blois')),
  ] as const;
  await Promise.all([partner.hears(entries[3]), other.hears(entries[4]), blois.hears(entries[5])]);
  expect(new Set(partner.tasks)).toEqual(new Set([its, entries[3].id]));
  expect(partner.told.filter((t) => t.data.tasks?.length === 0)).toEqual([]);
  expect(new Set(other.tasks)).toEqual(new Set([others, entries[4].id]));
  const sites = await w.owner.query('select distinct site_id from tasks where id = any($1)', [blois.tasks]);
  expect(sites.rows).toEqual([{ site_id: 'blois' }]);
});

/** A task of Tours that is a partner's too. */
async function shared(partner: string): Promise<string> {
  const id = await opened();
  await w.owner.query('update tasks set partner_id = $1 where id = $2', [idOf(partner), id]);
  return id;
}

test('the team hears of what left the tasks as they were: a page of the young person shows it', async () => {
  const id = (await opened()).split('.')[0] as string;
  const reader = await ready('mediator.tours');
  const contact = { channel: 'sms', result: 'message_left' };
  const { body } = await w.call('counsellor.tours', 'post', `/api/pathways/${id}/contacts`, {
    body: contact,
  });
  await reader.hears({ id, revision: body.revision });
});

test('a reader that comes again gets what it missed, or is told that nobody knows', async () => {
  const ids = [await opened(), await opened()] as const;
  await streamsGone();
  const stays = await ready('coordinator.tours');
  const leaves = await ready('counsellor.tours');
  leaves.close();
  await streamsGone(1);
  const missed = [await claim('counsellor.tours', ids[0]), await claim('counsellor.tours', ids[1])];
  for (const entry of missed) await stays.hears(entry);

  const back = await Reader.open('counsellor.tours', { lastEventId: leaves.lastId });
  await back.until(() => back.told.some((t) => t.event === 'ready'));
  const told = back.told.filter((t) => t.event === 'tasks').slice(-2);
  expect(told.map(({ data }) => ({ id: data.tasks?.[0], revision: data.revision }))).toEqual(missed);
  const { id } = await back.next('ready');
  const again = await Reader.open('counsellor.tours', { lastEventId: id });
  await again.until(() => again.told.length > 0);
  expect(again.told.map((t) => t.event)).toEqual(['ready']);

  for (const lastEventId of ['another.7', `${id}9`, 'nonsense']) {
    const lost = await Reader.open('counsellor.tours', { lastEventId });
    await lost.until(() => lost.told.length > 0);
    expect([lastEventId, lost.told.map((t) => t.event)]).toEqual([lastEventId, ['reset']]);
    lost.close();
  }
});

test('what happened while nobody listened is not resumed from', async () => {
  const id = await opened();
  await streamsGone();
  const last = await ready('counsellor.tours');
  last.close();
  await streamsGone();
  await claim('counsellor.tours', id);
  const back = await Reader.open('counsellor.tours', { lastEventId: last.lastId });
  await back.next('reset');
});

test('a silent stream stays open by its heartbeat, which carries the position', async () => {
  const [reader, other] = await Promise.all([ready('partner.tours'), ready('counsellor.tours')]);
  const told = await other.hears(await claim('counsellor.tours', await opened()));
  const [era, position] = told.id.split('.') as [string, string];
  await reader.until(() => {
    const [itsEra, itsPosition] = reader.lastId.split('.');
    return itsEra === era && Number(itsPosition) >= Number(position);
  });
  expect(reader.told).toEqual([]);
});

test('a stream ends with the right to it', async () => {
  // A verified token counts for a few seconds more, for clocks that differ.
  const token = await w.tokenOf('counsellor3.tours', { exp: Math.floor(Date.now() / 1000) - 3 });
  const reader = await ready('counsellor3.tours', { token });
  await once(reader.answer, 'end');
  const { status, body } = await w.call('', 'get', '/api/events', {
    headers: { authorization: `Bearer ${token}` },
  });
  expect([status, body.code]).toEqual([401, 'token_expired']);
});

test('a database that was away is followed by a reset, and then by what changes', async () => {
  const id = await opened();
  const reader = await ready('counsellor.tours');
  const before = reader.lastId;
  await way.cut();
  await way.mend();
  const reset = await reader.next('reset');
  expect(reset.id.split('.')[0]).not.toBe(before.split('.')[0]);
  const told = await reader.hears(await claim('counsellor2.tours', id));
  expect(told.data.tasks).toEqual([id]);
  const late = await Reader.open('counsellor2.tours', { lastEventId: before });
  await late.next('reset');
});

test('a reader that does not read is dropped, one that does hears everything', async () => {
  const pathways = 1_400;
  const site = pathways / 7;
  await writeManyTasks(w.owner, pathways);
  const { api: pool, log } = w.deps;
  const live = new LiveEvents({ pool, databaseUrl: w.databaseUrl, log });
  const actor = {
    ...(people['counsellor.tours'] as (typeof people)[string]),
    organisation: null,
    active: true,
  };
  const opening = { actor, lastEventId: undefined, whoNow: async () => actor };
  const [asleep, awake] = [await live.stream(opening), await live.stream(opening)];
  let heard = '';
  awake.on('data', (chunk) => {
    heard += chunk;
  });
  const [dropped, ended] = [once(asleep, 'close'), once(awake, 'close')];
  await w.owner.query(
    `select pg_notify('recorded', concat_ws(' ', site_id, id, revision)) from pathways
     where revision = 9 and site_id = 'tours'`,
  );
  await dropped;
  const events = () => heard.split('event: tasks').length - 1;
  while (events() < site) await sleep(10);
  expect(events()).toBe(site);
  expect(live.open).toBe(1);
  await live.close();
  await ended;
  expect(live.open).toBe(0);
});

test('asking for its headers alone opens no stream', async () => {
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}/api/events`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${await tokenOf('counsellor.tours')}` },
  });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  await streamsGone();
});

test('a stop ends the streams, so that the process can end', async () => {
  const { api: pool, log } = w.deps;
  const liveEvents = new LiveEvents({ pool, databaseUrl: w.databaseUrl, log });
  const stopping = await listening(http.createServer(createApp({ ...w.deps, liveEvents })));
  const reader = await ready('counsellor.tours', { of: stopping });
  const [closed, ended] = [once(stopping, 'close'), once(reader.answer, 'end')];
  await liveEvents.close();
  stopping.close();
  await Promise.all([closed, ended]);
  expect(reader.answer.complete).toBe(true);
});

test('five hundred open streams are told of a change within a bounded memory, and nobody has more than ten', async () => {
  await w.owner.query(
    `insert into staff (id, subject, display_name, role, site_id)
     values (gen_random_uuid(), 'fiftieth', 'Conseil 4 Tours', 'counsellor', 'tours')`,
  );
  const id = await opened();
  await streamsGone();
  const who = demonstrationPeople().filter((p) => /^(coordinator|counsellor|mediator|partner)$/.test(p.role));
  const subjects = [...who.map((p) => p.subject), 'fiftieth'];
  expect(subjects).toHaveLength(50);
  const before = used();
  const all: { subject: string; reader: Reader }[] = [];
  for (const subject of subjects) {
    const its = await Promise.all(Array.from({ length: 10 }, () => ready(subject)));
    all.push(...its.map((reader) => ({ subject, reader })));
  }
  expect(w.deps.liveEvents.open).toBe(500);
  // Both ends of each stream are in this process.
  expect(used() - before).toBeLessThan(100);

  const more = await w.call('counsellor.tours', 'get', '/api/events');
  expect([more.status, more.body.code, more.headers['retry-after']]).toEqual([429, 'too_many_streams', '30']);

  const claimed = await claim('counsellor.tours', id);
  const tours = /^(fiftieth|(coordinator|counsellor\d?|mediator)\.tours)$/;
  const team = all.filter(({ subject }) => tours.test(subject));
  expect(team).toHaveLength(60);
  for (const { reader } of team) expect((await reader.hears(claimed)).data.tasks).toEqual([id]);
  const others = all.filter((one) => !team.includes(one));
  expect(others.flatMap(({ reader }) => reader.told)).toEqual([]);
  const { text } = await w.call('', 'get', '/metrics');
  expect(text).toMatch(/^live_event_streams 500$/m);
}, 60_000);

/** Megabytes of memory in use, without what could be collected. */
function used(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}
