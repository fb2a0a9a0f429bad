/** Hands messages to an SMTP server, and says of each whether the server has it. */
import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SMTPConnection from 'nodemailer/lib/smtp-connection';

export interface OutgoingMail {
  /** The same for every attempt: the Message-ID is made of it. */
  readonly id: string;
  /** One address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly date: Date;
}

/**
 * Where a message is after it was handed over; `code` is the server's (550) or the socket's (ECONNREFUSED).
 * `accepted`: the server has it. `refused`: it will never take it. `put_off`: not this one now. `away`: none now, it did
 * not get this one. `unsure`: it was sent, and no answer came.
 */
export type Handover =
  | { readonly is: 'accepted' }
  | { readonly is: 'refused' | 'put_off' | 'away' | 'unsure'; readonly code: string };

/** In milliseconds. Together less than a message is thought to be in hand (worker/notifier.ts). */
const timeouts = {
  dnsTimeout: 10_000,
  connectionTimeout: 20_000,
  greetingTimeout: 20_000,
  socketTimeout: 30_000,
} as const;

export class MailServer {
  private connection?: SMTPConnection;
  private readonly sender: { readonly name: string; readonly address: string };

  /**
   * Connects when a message is handed over, and stays connected for the next.
   * @param url smtp://user:password@host:port or smtps://…; with `?requireTLS=true` it speaks to no server without TLS
   * @param from `address` or `Name <address>`
   */
  constructor(
    private readonly url: string,
    from: string,
  ) {
    const [, name = '', address = from] = /^(.*?)\s*<(.+)>$/.exec(from) ?? [];
    this.sender = { name, address };
  }

  /**
   * One message at a time. Never rejects.
   * @param signal ends the wait for the server, unless the message has begun to go out
   */
  async hand(mail: OutgoingMail, signal: AbortSignal): Promise<Handover> {
    if (signal.aborted) return { is: 'away', code: 'stopped' };
    // The message is read, so sent, when the server has asked for it (354): before that it cannot have it.
    let begun = false;
    const over = new AbortController();
    try {
      const message = await this.compose(mail);
      const body = Readable.from(
        (function* () {
          begun = true;
          yield message;
        })(),
      );
      const stopped = new Promise<never>((_, reject) => {
        const stop = () => {
          if (begun) return;
          this.drop();
          reject(Object.assign(new Error('stopped'), { code: 'stopped' }));
        };
        signal.addEventListener('abort', stop, { signal: over.signal });
      });
      await Promise.race([this.send([mail.to], body), stopped]);
      return { is: 'accepted' };
    } catch (error) {
      this.drop();
      return whatHappened(error as SmtpError, begun);
    } finally {
      over.abort();
    }
  }

  /** Takes leave of the server, if it is connected. */
  close(): void {
    this.connection?.quit();
    this.connection = undefined;
  }

  private drop(): void {
    this.connection?.close();
    this.connection = undefined;
  }

  private compose({ id, to, subject, text, date }: OutgoingMail): Promise<Buffer> {
    return new MailComposer({
      from: this.sender,
      to: { name: '', address: to },
      subject,
      text,
      date,
      messageId: `<${id}@${this.sender.address.split('@').at(-1)}>`,
      // RFC 3834: no out-of-office reply, please.
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    })
      .compile()
      .build();
  }

  private async send(to: string[], body: Readable): Promise<void> {
    const connection = await this.connected();
    await new Promise<void>((resolve, reject) => {
      connection.send({ from: this.sender.address, to }, body, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  private async connected(): Promise<SMTPConnection> {
    if (this.connection) return this.connection;
    const { auth, ...server } = parseConnectionUrl(this.url);
    const connection = new SMTPConnection({ ...server, ...timeouts });
    this.connection = connection;
    await new Promise<void>((resolve, reject) => {
      // Also for what goes wrong between two messages, where nobody waits.
      connection.on('error', reject);
      connection.once('end', () => {
        if (this.connection === connection) this.connection = undefined;
        reject(new Error('the server closed the connection'));
      });
      connection.connect(() => {
        if (!auth) return resolve();
        connection.login(auth, (error) => (error ? reject(error) : resolve()));
      });
    });
    return connection;
  }
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly permanent?: boolean;
}

function whatHappened(error: SmtpError, begun: boolean): Handover {
  const { responseCode, command = '', permanent } = error;
  if (responseCode) {
    const code = String(responseCode);
    // What a server answers to the connection, to who signs in or to the sender is about none of the messages.
    if (!['RCPT TO', 'DATA'].includes(command)) return { is: 'away', code };
    return { is: permanent ? 'refused' : 'put_off', code };
  }
  const code = error.originalCode ?? error.code ?? 'closed';
  if (begun) return { is: 'unsure', code };
  // An address that cannot be written into a command.
  return { is: code === 'EENVELOPE' ? 'refused' : 'away', code };
}
