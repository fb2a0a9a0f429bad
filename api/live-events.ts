/**
 * What changes, told as it happens: one connection of the process listens to what the journal records, reads once which
 * tasks that was about, and tells each open stream what the policy lets its person see. What cannot be told (the
 * database was away, a reader was too long elsewhere) is said: `reset`, read your lists anew.
 */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { type Changed, changedTasks, Listening, type Recorded } from '../db/changes';
import { scopeOf, verdict } from '../domain/policy';
import type { Person } from './identity';
import { Problem } from './problems';

/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 20_000;
/** Streams of one person: their tabs, on a few machines. And of the whole process. */
const MOST_OF_ONE = 10;
const MOST = 2_000;
/** Bytes that may wait for a reader that is slow; one that is slower is dropped and comes again. */
const MOST_WAITING = 64 * 1024;
/** Changes kept for readers that come again, or waiting to be looked up: beyond, a reset says it shorter. */
const KEPT = 1_000;
/** Rest between two look-ups: however many changes there are in a second, look-ups are twenty. */
const REST_MS = 50;
/** Changes told in one go; then those who read get to read. */
const IN_ONE_GO = 20;
/** How long the first stream waits to be connected. */
const CONNECT_MS = 3_000;
/** When a reader whose stream ended comes again. */
const RETRY_MS = 2_000;

export interface LiveEventsOptions {
  readonly pool: Pool;
  /** The same database: listening needs a connection of its own. */
  readonly databaseUrl: string;
  readonly log: Logger;
  readonly heartbeatMs?: number;
}

interface Opening {
  readonly actor: Person;
  /** Of the last event that the reader has; undefined: it has none. */
  readonly lastEventId: string | undefined;
  /**
   * Asked at each heartbeat: whose stream it is now.
   * @throws Problem when it is nobody's any more
   */
  readonly whoNow: () => Promise<Person>;
}

/** What is written into one response. Its buffer is all the memory a reader costs. */
class Stream extends Readable {
  private over = false;

  constructor(readonly opening: Opening) {
    super({ highWaterMark: MOST_WAITING });
  }

  override _read(): void {}

  tell(text: string): void {
    if (this.over || this.destroyed) return;
    if (this.readableLength + text.length > MOST_WAITING) this.destroy();
    else this.push(text);
  }

  /** Ends the response: its reader comes again by itself. */
  close(): void {
    if (this.over || this.destroyed) return;
    this.over = true;
    this.push(null);
  }
}

export class LiveEvents {
  private readonly streams = new Set<Stream>();
  private readonly pending = new Map<string, Recorded>();
  private kept: { readonly position: number; readonly changed: Changed }[] = [];
  /** Positions count within an era: what came before its beginning is not known. */
  private era = newEra();
  private position = 0;
  private lookingUp = false;
  private asking = false;
  private listening: Listening | undefined;
  private connected: Promise<void> | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: LiveEventsOptions) {}

  /** Streams that are open. */
  get open(): number {
    return this.streams.size;
  }

  /**
   * Opens a stream of server-sent events.
   * @throws Problem too_many_streams
   */
  async stream(opening: Opening): Promise<Readable> {
    if (!this.closed) await this.connect();
    const own = [...this.streams].filter((s) => s.opening.actor.id === opening.actor.id).length;
    if (this.closed || own >= MOST_OF_ONE || this.streams.size >= MOST) {
      throw new Problem('too_many_streams', { headers: { 'retry-after': '30' } });
    }
    const stream = new Stream(opening);
    stream.once('close', () => this.streams.delete(stream));
    this.streams.add(stream);
    this.greet(stream);
    return stream;
  }

  /** Ends every stream and stops listening. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.heartbeat);
    for (const stream of this.streams) stream.close();
    await this.listening?.end();
  }

  /** Listens from the first stream on; without a database the streams are told later, by a reset. */
  private connect(): Promise<void> {
    if (!this.connected) {
      let heard: () => void = () => {};
      const listens = new Promise<void>((resolve) => {
        heard = resolve;
      });
      this.listening = new Listening(this.options.databaseUrl, {
        onListening: () => {
          this.reset();
          heard();
        },
        onRecorded: (recorded) => this.heard(recorded),
      });
      void this.listening.start();
      this.heartbeat = setInterval(() => void this.beat(), this.options.heartbeatMs ?? HEARTBEAT_MS);
      this.heartbeat.unref();
      this.connected = Promise.race([listens, sleep(CONNECT_MS, undefined, { ref: false })]);
    }
    return this.connected;
  }

  // ---- what is told

  private get id(): string {
    return this.idOf(this.position);
  }

  private idOf(position: number): string {
    return `${this.era}.${position}`;
  }

  /** Where the reader stands; and what it missed, or that nobody knows what it missed. */
  private greet(stream: Stream): void {
    const { actor, lastEventId } = stream.opening;
    const missed = lastEventId === undefined ? '' : this.missed(actor, lastEventId);
    stream.tell(
      `retry: ${RETRY_MS}\n${missed ?? ''}${event(this.id, missed === null ? 'reset' : 'ready', {})}`,
    );
  }

  /** @returns null: nobody knows, or it is more than a list read anew */
  private missed(actor: Person, lastEventId: string): string | null {
    const [, era, digits] = /^([\w-]+)\.(\d{1,15})$/.exec(lastEventId) ?? [];
    const seen = Number(digits);
    const first = this.kept[0]?.position ?? this.position + 1;
    if (era !== this.era || seen < first - 1 || seen > this.position) return null;
    const missed = this.kept
      .slice(seen + 1 - first)
      .map((k) => eventFor(actor, this.idOf(k.position), k.changed));
    const text = missed.join('');
    return text.length > MOST_WAITING / 2 ? null : text;
  }

  private reset(): void {
    this.era = newEra();
    this.position = 0;
    this.kept = [];
    this.pending.clear();
    for (const stream of this.streams) stream.tell(event(this.id, 'reset', {}));
  }

  private async beat(): Promise<void> {
    // With the position, so that a reader of whom nothing was can resume as well.
    for (const stream of this.streams) stream.tell(`: still here\nid: ${this.id}\n\n`);
    if (this.asking) return;
    this.asking = true;
    // One after the other: the people of 500 streams are not asked for at once.
    for (const stream of this.streams) {
      const { actor, whoNow } = stream.opening;
      try {
        const now = await whoNow();
        if (now.id !== actor.id || now.role !== actor.role || now.siteId !== actor.siteId) stream.close();
      } catch (error) {
        // Who cannot be asked about now is asked about at the next beat.
        if (!(error instanceof Problem) || error.status >= 500) break;
        // Signed out, expired, access closed: the answer to the next attempt says which.
        stream.close();
      }
    }
    this.asking = false;
  }

  // ---- what is heard

  private heard(recorded: Recorded): void {
    const before = this.pending.get(recorded.pathwayId);
    if (!before || recorded.revision < before.revision) this.pending.set(recorded.pathwayId, recorded);
    // Nobody to tell: and whoever comes again is not told what nobody looked up.
    if (this.streams.size === 0 || this.pending.size > KEPT) this.reset();
    else if (!this.lookingUp) void this.lookUp();
  }

  private async lookUp(): Promise<void> {
    this.lookingUp = true;
    try {
      while (this.pending.size > 0 && !this.closed) {
        const recorded = [...this.pending.values()];
        this.pending.clear();
        const { era } = this;
        const all = await changedTasks(this.options.pool, recorded);
        for (let n = 0; n < all.length && era === this.era; n += IN_ONE_GO) {
          for (const changed of all.slice(n, n + IN_ONE_GO)) this.changed(changed);
          await new Promise(setImmediate);
        }
        await sleep(REST_MS);
      }
    } catch (err) {
      this.options.log.warn({ err }, 'what changed could not be looked up: all are told to read anew');
      this.reset();
    } finally {
      this.lookingUp = false;
    }
  }

  private changed(changed: Changed): void {
    this.position++;
    this.kept.push({ position: this.position, changed });
    if (this.kept.length > KEPT) this.kept.shift();
    // The team of a site is told the same, word for word.
    const texts = new Map<string, string>();
    for (const stream of this.streams) {
      const { actor } = stream.opening;
      const who = scopeOf(actor.role, 'task.list') === 'site' ? `team of ${actor.siteId}` : actor.id;
      const text = texts.get(who) ?? eventFor(actor, this.id, changed);
      texts.set(who, text);
      if (text) stream.tell(text);
    }
  }
}

const newEra = () => randomBytes(6).toString('base64url');

const event = (id: string, type: string, data: object) =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

/**
 * What one person is told of a change, nothing: empty. The team of a site is told of each change there, also of one
 * that left the tasks as they were; a partner of the tasks that are theirs.
 */
function eventFor(actor: Person, id: string, { siteId, pathwayId, revision, tasks }: Changed): string {
  const seen = tasks.filter((task) => verdict(actor, 'task.list', { siteId, task }) === 'allowed');
  const team = scopeOf(actor.role, 'task.list') === 'site' && actor.siteId === siteId;
  if (!team && seen.length === 0) return '';
  return event(id, 'tasks', { type: 'tasks', pathwayId, revision, tasks: seen.map((task) => task.id) });
}
