/** A process that sends messages and nothing else, to be killed: DATABASE_URL, SMTP_URL, NOW. */
import pino from 'pino';
import { ownerPool } from '../../db/pool';
import { MailServer } from '../../worker/mail-server';
import { runNotifier } from '../../worker/notifier';

const { DATABASE_URL, SMTP_URL, NOW } = process.env as Record<string, string>;

void runNotifier({
  owner: ownerPool(DATABASE_URL as string, { name: 'notifier to be killed' }),
  mailServer: new MailServer(SMTP_URL as string, 'service-plus@site.test'),
  publicUrl: 'https://service-plus.test',
  digestAt: '07:30',
  log: pino({ level: 'silent' }),
  signal: new AbortController().signal,
  now: () => new Date(NOW as string),
  everyMs: 50,
});
