/** What the journal has just recorded, as PostgreSQL tells whoever listens, and which tasks that is about. */
import { Client, type Pool } from 'pg';
import type { TaskKind } from '../domain/tasks';

/** The journal's statement notifies here, in its transaction: site, pathway and revision, nothing else. */
export const CHANNEL = 'recorded';

/** How often the connection is asked whether it is still there: a network may lose it without a word. */
const ASK_MS = 15_000;
/** How soon it is opened again, at first and at most. */
const AGAIN_MS = [200, 5_000] as const;

/** One entry of one pathway's journal. */
export interface Recorded {
  readonly siteId: string;
  readonly pathwayId: string;
  readonly revision: number;
}

export interface Listener {
  /** It hears of everything from this moment on; called after each time it was (re)connected. */
  onListening(): void;
  onRecorded(recorded: Recorded): void;
}

/** Keeps one connection that listens, whatever happens to the database, until it is ended. */
export class Listening {
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private pause: number = AGAIN_MS[0];
  private ended = false;

  /** @param databaseUrl of the API: the connection takes its role */
  constructor(
    private readonly databaseUrl: string,
    private readonly listener: Listener,
  ) {}

  /** Connects; once, whether or not the database answers. */
  async start(): Promise<void> {
    const client = new Client({
      connectionString: this.databaseUrl,
      application_name: 'service-plus live events',
      options: '-c role=service_plus_api',
      connectionTimeoutMillis: 3_000,
      query_timeout: 3_000,
      keepAlive: true,
    });
    this.client = client;
    client.on('notification', ({ payload = '' }) => {
      const [siteId, pathwayId, revision] = payload.split(' ');
      if (siteId && pathwayId && revision) {
        this.listener.onRecorded({ siteId, pathwayId, revision: Number(revision) });
      }
    });
    // Whatever breaks it, it is lost once.
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
    } catch {
      return this.lost(client);
    }
    if (this.client !== client) return;
    this.pause = AGAIN_MS[0];
    this.listener.onListening();
    this.later(ASK_MS, () => this.ask(client));
  }

  private ask(client: Client): void {
    client.query('select 1').then(
      () => this.client === client && this.later(ASK_MS, () => this.ask(client)),
      () => this.lost(client),
    );
  }

  private lost(client: Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    void client.end().catch(() => {});
    if (this.ended) return;
    this.later(this.pause, () => void this.start());
    this.pause = Math.min(this.pause * 2, AGAIN_MS[1]);
  }

  private later(ms: number, work: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(work, ms);
    this.timer.unref();
  }

  async end(): Promise<void> {
    this.ended = true;
    clearTimeout(this.timer);
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => {});
  }
}

export interface ChangedTask {
  readonly id: string;
  readonly kind: TaskKind;
  readonly assigneeId: string | null;
  readonly partnerId: string | null;
}

export interface Changed extends Recorded {
  /** Those that these entries, or later ones, wrote. */
  readonly tasks: readonly ChangedTask[];
}

/** Reads for many entries at once what they were about; not on behalf of anybody: the caller says who is told what. */
export async function changedTasks(pool: Pool, recorded: readonly Recorded[]): Promise<Changed[]> {
  const { rows } = await pool.query<Changed>({
    name: 'changed_tasks',
    text: `select pathway_id as "pathwayId", site_id as "siteId", revision, tasks from app_changed_tasks($1, $2)`,
    values: [recorded.map((r) => r.pathwayId), recorded.map((r) => r.revision)],
  });
  return rows;
}
