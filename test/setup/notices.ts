/** Sends the mails that cannot wait, as a worker's notifier does. */
import { dayOf, startOfDay } from '../../domain/calendar';
import { MailServer } from '../../worker/mail-server';
import { notify } from '../../worker/notifier';
import type { ApiWorld } from './api-world';
import type { Mailbox } from './mailbox';

/** At midnight, before any digest: only what cannot wait. */
export async function sendNotices(w: ApiWorld, mailbox: Mailbox): Promise<void> {
  await notify({
    owner: w.owner,
    mailServer: new MailServer(mailbox.url, 'service-plus@site.test'),
    publicUrl: w.deps.publicUrl,
    now: () => new Date(startOfDay(dayOf(new Date()))),
    digestAt: '07:30',
    log: w.deps.log,
    signal: new AbortController().signal,
  });
}
