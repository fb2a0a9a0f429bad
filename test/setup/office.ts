/** Sites whose people have e-mail addresses, a mail server, young people with deadlines, and a clock: for notifications. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import pino from 'pino';
import { journalActivities } from '../../activities/journal';
import { ownerPool } from '../../db/pool';
import { demonstrationPerson, seedDemonstration } from '../../db/seed';
import type { JournalEntry, TaskRecord, TimelineEvent } from '../../domain/journal';
import { MailServer } from '../../worker/mail-server';
import { type NotifierParts, notify } from '../../worker/notifier';
import { Mailbox, type ReceivedMail } from './mailbox';
import { createTestDatabase, type TestDatabase } from './servers';

export const idOf = (subject: string) => demonstrationPerson(subject).id;
export const addressOf = (subject: string) => `${subject}@staff.test`;

/** What may stand in no mail and no log line. */
const young = {
  lastName: 'Delarivière',
  firstName: 'Maëlys',
  phone: '06 39 98 45 67',
  email: 'maelys@jeune.test',
} as const;

export class Office {
  private readonly running = new AbortController();
  private readonly logged: string[] = [];
  private readonly mailServers: MailServer[] = [];
  private readonly mailboxes: Mailbox[];

  private constructor(
    readonly database: TestDatabase,
    readonly pool: Pool,
    readonly mailbox: Mailbox,
    /** What time it is for the worker. */
    public now: string,
  ) {
    this.mailboxes = [mailbox];
  }

  /** @param now an instant */
  static async open(now: string): Promise<Office> {
    const [database, mailbox] = await Promise.all([createTestDatabase(), Mailbox.open()]);
    await seedDemonstration(database.url);
    const pool = ownerPool(database.url, { name: 'office' });
    await pool.query("update staff set email = subject || '@staff.test'");
    return new Office(database, pool, mailbox, now);
  }

  /** A mail server on a port where one was before, or is not yet. */
  async openMailbox(port: number): Promise<Mailbox> {
    const mailbox = await Mailbox.open({}, port);
    this.mailboxes.push(mailbox);
    return mailbox;
  }

  parts(more: Partial<NotifierParts> = {}): NotifierParts {
    const mailServer = new MailServer(this.mailbox.url, 'Service plus <service-plus@site.test>');
    this.mailServers.push(mailServer);
    return {
      owner: this.pool,
      mailServer,
      publicUrl: 'https://service-plus.test',
      digestAt: '07:30',
      log: pino({ level: 'trace' }, { write: (line: string) => void this.logged.push(line) }),
      signal: this.running.signal,
      now: () => new Date(this.now),
      ...more,
    };
  }

  /** A worker does all that there is to do now. */
  work(more?: Partial<NotifierParts>): Promise<void> {
    return notify(this.parts(more));
  }

  /** Mails to somebody since the last time this was asked. */
  mailsTo(subject: string): ReceivedMail[] {
    const all = this.mailboxes.flatMap((mailbox) => mailbox.to(addressOf(subject)));
    return all.slice(this.asked(subject, all.length));
  }
  private readonly before = new Map<string, number>();
  private asked(subject: string, now: number): number {
    const then = this.before.get(subject) ?? 0;
    this.before.set(subject, now);
    return then;
  }

  /** All who got a mail since the start, by sign-in name, in order. */
  get recipients(): string[] {
    const all = this.mailboxes.flatMap((mailbox) => mailbox.received.flatMap((mail) => mail.to));
    return all.map((address) => address.replace('@staff.test', '')).sort();
  }

  async statuses(): Promise<Record<string, number>> {
    const { rows } = await this.pool.query<{ status: string; n: number }>(
      'select status, count(*)::int as n from messages group by status order by status',
    );
    return Object.fromEntries(rows.map((r) => [r.status, r.n]));
  }

  /** A pathway as its first entry tells it. @returns its id */
  async pathway(
    site: string,
    {
      tasks = [],
      events = [],
      referent,
    }: {
      tasks?: readonly (Partial<TaskRecord> & { dueOn: string; openedAt?: string })[];
      events?: readonly Omit<TimelineEvent, 'at'>[];
      referent?: string;
    },
  ): Promise<string> {
    const id = randomUUID();
    await this.pool.query(
      `with p as (insert into people (id, last_name, first_name, birth_date, phone, email, name_key)
         values (gen_random_uuid(), $3, $4, '2008-01-01', $5, $6, 'x') returning id, name_key)
       insert into enrolments (id, person_id, site_id, name_key, situation, origin, consent_on, enrolled_on, created_by, created_at, start_input)
       select $1, id, $2, name_key, 'in_school', 'cfa', '2026-03-02', '2026-03-02', $7, '2026-03-02T09:00:00Z', '{}' from p`,
      [id, site, young.lastName, young.firstName, young.phone, young.email, idOf(`coordinator.${site}`)],
    );
    const recordedAt = new Date(this.now).toISOString();
    const entry: JournalEntry = {
      pathwayId: id,
      revision: 1,
      recordedAt,
      pathway: {
        siteId: site,
        status: 'active',
        step: 'welcome',
        interval: 1,
        stepEnteredAt: recordedAt,
        enrolledAt: recordedAt,
        referentId: referent ? idOf(referent) : null,
        lastContactAt: null,
        exit: null,
        holdUntil: null,
        mediationId: null,
        contractId: null,
        settingsVersion: 1,
      },
      tasks: tasks.map(({ dueOn, openedAt = recordedAt, ...more }, i) => ({
        id: `${id}.${i + 1}`,
        key: `step-1/first_contact/${i + 1}`,
        kind: 'first_contact',
        round: 1,
        step: 'welcome',
        interval: 1,
        status: 'open',
        schedule: { on: dueOn },
        plannedAt: openedAt,
        openedAt,
        rungs: [],
        ...more,
      })),
      contracts: [],
      employments: [],
      mediations: [],
      events: events.map((event) => ({ ...event, at: recordedAt })),
    };
    await journalActivities(this.pool).record(entry);
    return id;
  }

  /** @throws when a young person is named in a mail, or anybody's address is in a log line */
  async close(): Promise<void> {
    this.running.abort();
    for (const server of this.mailServers) server.close();
    await Promise.all(this.mailboxes.map((mailbox) => mailbox.close()));
    await this.pool.end();
    await this.database.drop();
    const mails = this.mailboxes.flatMap((mailbox) => mailbox.received.map((mail) => JSON.stringify(mail)));
    for (const words of Object.values(young)) {
      expect(mails.filter((mail) => mail.includes(words))).toEqual([]);
    }
    expect(this.logged.filter((line) => line.includes('@'))).toEqual([]);
  }
}
