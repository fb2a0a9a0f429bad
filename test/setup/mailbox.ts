/** A real SMTP server that keeps what it is given, and can be told to refuse it. */
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail {
  /** Of the envelope. */
  readonly to: string[];
  readonly from: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subject: string;
  readonly text: string;
}

export class Mailbox {
  readonly received: ReceivedMail[] = [];
  /** Called with each message before the server says that it has it; what it throws is the server's answer. */
  onMail: (mail: ReceivedMail) => void | Promise<void> = () => {};

  private readonly sockets = new Set<Socket>();

  readonly port: number;

  private constructor(private readonly server: SMTPServer) {
    this.port = (server.server.address() as AddressInfo).port;
    server.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** @param port 0: any free one */
  static async open(options: SMTPServerOptions = {}, port = 0): Promise<Mailbox> {
    let mailbox: Mailbox;
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      closeTimeout: 50,
      onData(stream, session, callback) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          const mail = read(Buffer.concat(chunks).toString('latin1'), {
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map((r) => r.address),
          });
          Promise.resolve()
            .then(() => mailbox.onMail(mail))
            .then(() => {
              mailbox.received.push(mail);
              callback();
            }, callback);
        });
      },
      ...options,
    });
    // A client that is killed in the middle is no error here.
    server.on('error', () => {});
    await new Promise<void>((resolve, reject) => {
      server.server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve());
    });
    mailbox = new Mailbox(server);
    return mailbox;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  to(address: string): ReceivedMail[] {
    return this.received.filter((mail) => mail.to.includes(address));
  }

  /** As a power cut would: whoever is connected hears nothing more. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

/** What the answer of the server is, when `onMail` throws it. */
export function answer(responseCode: number): Error {
  return Object.assign(new Error('as the test says'), { responseCode });
}

function read(raw: string, envelope: Pick<ReceivedMail, 'from' | 'to'>): ReceivedMail {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const body = raw.slice(end + 4);
  const encoding = headers['content-transfer-encoding'];
  const bytes =
    encoding === 'base64'
      ? Buffer.from(body, 'base64')
      : Buffer.from(
          encoding === 'quoted-printable' ? unquoted(body.replaceAll('=\r\n', '')) : body,
          'latin1',
        );
  const subject = (headers.subject ?? '')
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?Q\?(.*?)\?=/gi, (_, q: string) => unquoted(q.replaceAll('_', ' ')))
    .replaceAll(/=\?UTF-8\?B\?(.*?)\?=/gi, (_, b: string) => Buffer.from(b, 'base64').toString('latin1'));
  return {
    ...envelope,
    headers,
    subject: Buffer.from(subject, 'latin1').toString('utf8'),
    text: bytes.toString('utf8').replaceAll('\r\n', '\n'),
  };
}

function unquoted(text: string): string {
  return text.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
