/**
 * Sends people their e-mails: at once what the journal wrote to the outbox, on the mornings of working days a digest.
 * Several workers share the work by the rows they lock. Why it is a loop, and why a message that may have been sent is
 * not sent again: docs/decisions/2026-11-23-a-mail-at-most-once.md.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import type { Logger } from 'pino';
import { isAway } from '../db/away';
import {
  addressNotice,
  digestReaders,
  digestTasks,
  type MessageToSend,
  markSending,
  messageToSend,
  noticeToAddress,
  type Settled,
  settle,
  sitesWithoutMorning,
  takeMorning,
  tidyMessages,
  writeDigest,
} from '../db/notifications';
import { siteRules } from '../db/settings';
import { listStaff } from '../db/staff';
import { dayOf, type Instant, isWorkingDay, startOfDay } from '../domain/calendar';
import { isAbsent } from '../domain/duty';
import { type Links, linksTo } from '../domain/links';
import { digestMail, type Mail, noticeMail } from '../domain/mails';
import { digestOf, digestRoles, recipientsOf } from '../domain/notifications';
import type { Handover, MailServer } from './mail-server';

export interface NotifierParts {
  /** The tables' owner: the notifier writes to everybody. */
  readonly owner: Pool;
  /** null: messages wait until there is one. */
  readonly mailServer: Pick<MailServer, 'hand' | 'close'> | null;
  /** For the links in messages, without a slash at its end. */
  readonly publicUrl: string;
  /** When the digests are written, HH:MM in Europe/Paris. */
  readonly digestAt: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly now?: () => Date;
  /** How often it looks. */
  readonly everyMs?: number;
}

type Running = NotifierParts & { readonly now: () => Date; readonly links: Links };

const EVERY_MS = 5_000;
const MINUTE_MS = 60_000;
/** Handing one message over takes less: whatever is in hand for longer, its worker has died. */
const IN_HAND_MS = 10 * MINUTE_MS;
const LONGEST_PAUSE_MS = 15 * MINUTE_MS;
/** A message that the server puts off again and again. */
const GIVEN_UP_AFTER_MS = 3 * 24 * 60 * MINUTE_MS;

/** Looks again and again. Resolves after `signal`, never rejects. */
export async function runNotifier(parts: NotifierParts): Promise<void> {
  const { signal, everyMs = EVERY_MS } = parts;
  while (!signal.aborted) {
    await notify(parts);
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

/** Does all that there is to do now. Never rejects: what fails is logged, and done the next time. */
export async function notify(parts: NotifierParts): Promise<void> {
  const running: Running = { now: () => new Date(), ...parts, links: linksTo(parts.publicUrl) };
  for (const step of [addressNotices, writeMornings, tidy, sendWaiting]) {
    if (parts.signal.aborted) return;
    await step(running).catch((error: unknown) => {
      // The code alone: what a server or PostgreSQL says may quote an address.
      parts.log.warn({ step: step.name, code: codeOf(error) }, 'e-mails wait: next try in a few seconds');
    });
  }
}

const codeOf = (error: unknown) => (error as { code?: string }).code ?? (error as Error).name;

async function inTransaction<T>(owner: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await owner.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((e: Error) => {
      broken = e;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

// ---- who is told

async function addressNotices({ owner, log, now, signal }: Running): Promise<void> {
  // One that cannot be addressed does not hold up the others.
  const troublesome: string[] = [];
  let more = true;
  while (more && !signal.aborted) {
    let id: string | undefined;
    try {
      more = await inTransaction(owner, async (client) => {
        const notice = await noticeToAddress(client, troublesome);
        if (!notice) return false;
        id = notice.id;
        const { siteId, kind, referentId } = notice;
        const rules = siteId === null ? null : await siteRules(client, siteId);
        const colleagues = await listStaff(client, { siteId });
        const duty = rules?.duty ?? { absences: [], roster: [] };
        const recipients = recipientsOf(kind, { referentId, colleagues, duty, today: dayOf(now()) });
        await addressNotice(client, notice, recipients, now());
        return true;
      });
    } catch (error) {
      if (id === undefined || isAway(error)) throw error;
      troublesome.push(id);
      log.error({ noticeId: id, code: codeOf(error) }, 'a notice could not be addressed');
    }
  }
}

async function writeMornings({ owner, log, now, digestAt }: Running): Promise<void> {
  const [at, today] = [now(), dayOf(now())];
  const [hours, minutes] = digestAt.split(':').map(Number) as [number, number];
  // The clocks change on Sundays: counted from midnight it is the local time of every working day.
  if (at.getTime() < Date.parse(startOfDay(today)) + (hours * 60 + minutes) * MINUTE_MS) return;
  for (const siteId of await sitesWithoutMorning(owner, today)) {
    await inTransaction(owner, (client) => writeMorning(client, siteId, at)).catch((error: unknown) => {
      if (isAway(error)) throw error;
      log.error({ siteId, code: codeOf(error) }, 'the digests of a site could not be written');
    });
  }
}

async function writeMorning(client: PoolClient, siteId: string, at: Date): Promise<void> {
  const today = dayOf(at);
  if (!(await takeMorning(client, siteId, today, at))) return;
  const rules = await siteRules(client, siteId);
  if (!rules || !isWorkingDay(today, rules.settings.calendar)) return;
  for (const reader of await digestReaders(client, siteId, digestRoles, at)) {
    if (isAbsent(reader.id, today, rules.duty)) continue;
    if (digestOf(await digestTasks(client, reader, reader.since), today, reader.since))
      await writeDigest(client, reader, today, at);
  }
}

// ---- sending

async function tidy({ owner, log, now }: Running): Promise<void> {
  const unsure = await tidyMessages(owner, dayOf(now()), new Date(now().getTime() - IN_HAND_MS));
  for (const messageId of unsure) log.warn({ messageId }, 'a message was perhaps sent: it is not sent again');
}

async function sendWaiting(running: Running): Promise<void> {
  const { mailServer, signal, log, now } = running;
  if (!mailServer) return;
  try {
    while (!signal.aborted) {
      const next = await inTransaction(running.owner, (client) => claim(client, running));
      if (next === 'none') return;
      if (next === 'settled') continue;
      const { message, mail } = next;
      const handover = await mailServer.hand(
        { id: message.id, to: message.to.email as string, ...mail, date: now() },
        signal,
      );
      await keep(running, message.id, afterHandover(message, handover, now()));
      if (handover.is === 'refused' || handover.is === 'unsure')
        log.warn(
          { messageId: message.id, kind: message.kind, ...handover },
          'a message did not arrive for certain',
        );
      if (handover.is === 'away') {
        log.warn({ code: handover.code }, 'the mail server does not take messages now: they wait');
        return;
      }
    }
  } finally {
    mailServer.close();
  }
}

/**
 * Takes the next message in hand, so that nobody sends it beside us and, once it is committed, nobody after us either.
 * @returns `settled` for one that needs no sending any more
 */
async function claim(
  client: PoolClient,
  { now, links, log }: Running,
): Promise<{ message: MessageToSend; mail: Mail } | 'none' | 'settled'> {
  const message = await messageToSend(client, now());
  if (!message) return 'none';
  const say = async (settled: Settled) => {
    await settle(client, message.id, settled);
    return 'settled' as const;
  };
  if (!message.to.reachable) return say({ status: 'dropped', error: 'not_wanted' });
  let mail: Mail | null;
  try {
    mail = message.notice ? noticeMail(message.notice, links) : await digestNow(client, message, links);
  } catch (error) {
    if (error instanceof DatabaseError || isAway(error)) throw error;
    log.error({ messageId: message.id, code: codeOf(error) }, 'the text of a message could not be made');
    const nextAttemptAt = new Date(now().getTime() + LONGEST_PAUSE_MS);
    return say({ status: 'waiting', nextAttemptAt, error: 'no_text' });
  }
  if (!mail) return say({ status: 'dropped', error: 'nothing_to_say' });
  await markSending(client, message.id, now());
  return { message, mail };
}

/** What there is to say now, which may be less than in the morning. */
async function digestNow(client: PoolClient, message: MessageToSend, links: Links): Promise<Mail | null> {
  const [day, since] = [message.day as string, message.since as Instant];
  const digest = digestOf(await digestTasks(client, message.to, since), day, since);
  return digest && digestMail(digest, day, links);
}

function afterHandover({ attempts, createdAt }: MessageToSend, handover: Handover, now: Date): Settled {
  if (handover.is === 'accepted') return { status: 'sent', at: now };
  const { code: error } = handover;
  if (handover.is === 'refused') return { status: 'failed', error };
  if (handover.is === 'unsure') return { status: 'unsure', error };
  if (handover.is === 'put_off' && now.getTime() - Date.parse(createdAt) > GIVEN_UP_AFTER_MS)
    return { status: 'failed', error };
  const pause = Math.min(MINUTE_MS * 2 ** attempts, LONGEST_PAUSE_MS);
  return { status: 'waiting', nextAttemptAt: new Date(now.getTime() + pause), error };
}

/** The database may be away just now; if it stays so until we are stopped, the message becomes unsure. */
async function keep(
  { owner, signal, everyMs = EVERY_MS }: Running,
  id: string,
  settled: Settled,
): Promise<void> {
  for (;;) {
    try {
      return await settle(owner, id, settled);
    } catch (error) {
      if (!isAway(error) || signal.aborted) throw error;
      await sleep(everyMs, undefined, { signal }).catch(() => {});
    }
  }
}
