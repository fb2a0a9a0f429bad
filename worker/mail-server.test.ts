/** Messages handed to a real SMTP server, and what is known of each when that goes wrong. */
import net from 'node:net';
import type { SMTPServerOptions } from 'smtp-server';
import { answer, Mailbox } from '../test/setup/mailbox';
import { MailServer } from './mail-server';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close();
});

async function mailbox(options?: SMTPServerOptions): Promise<Mailbox> {
  const made = await Mailbox.open(options);
  opened.push(made);
  return made;
}

function server(url: string, from = 'Service plus <service-plus@site.test>'): MailServer {
  const made = new MailServer(url, from);
  opened.push(made);
  return made;
}

const never = new AbortController().signal;
const mail = (more: object = {}) => ({
  id: '0f3a',
  to: 'referent@site.test',
  subject: 'Service plus : une médiation s’ouvre',
  text: 'Bonjour,\n\nEnglish: a mediation opens.\n',
  date: new Date('2026-03-10T06:30:00Z'),
  ...more,
});

test('a message arrives as it was written, and says that nobody need answer it', async () => {
  const box = await mailbox();
  expect(await server(box.url).hand(mail(), never)).toEqual({ is: 'accepted' });
  expect(box.received).toEqual([
    {
      from: 'service-plus@site.test',
      to: ['referent@site.test'],
      subject: 'Service plus : une médiation s’ouvre',
      text: 'Bonjour,\n\nEnglish: a mediation opens.\n',
      headers: expect.objectContaining({
        from: 'Service plus <service-plus@site.test>',
        'message-id': '<0f3a@site.test>',
        'auto-submitted': 'auto-generated',
        date: 'Tue, 10 Mar 2026 06:30:00 +0000',
      }),
    },
  ]);
});

test('several messages share a connection, and one that breaks meanwhile is made anew', async () => {
  let connections = 0;
  const box = await mailbox({
    onConnect(_session, callback) {
      connections++;
      callback();
    },
  });
  const to = server(box.url);
  for (const id of ['1', '2', '3']) expect(await to.hand(mail({ id }), never)).toEqual({ is: 'accepted' });
  expect(connections).toBe(1);
  to.close();
  expect(await to.hand(mail({ id: '4' }), never)).toEqual({ is: 'accepted' });
  expect(box.received).toHaveLength(4);
  expect(connections).toBe(2);
});

test('signs in with the name and password of the address', async () => {
  const options: SMTPServerOptions = {
    authOptional: false,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, callback) {
      if (password !== 'p@ss') callback(new Error('no'));
      else callback(null, { user: username });
    },
  };
  const box = await mailbox(options);
  const url = (password: string) => box.url.replace('//', `//me:${password}@`);
  expect(await server(url('p%40ss')).hand(mail(), never)).toEqual({ is: 'accepted' });
  // A wrong password is about none of the messages: they wait until it is put right.
  expect(await server(url('wrong')).hand(mail(), never)).toEqual({ is: 'away', code: '535' });
  expect(box.received).toHaveLength(1);
});

test.each([
  [550, 'refused'],
  [552, 'refused'],
  [451, 'put_off'],
  [452, 'put_off'],
] as const)('a recipient answered with %s is %s', async (code, is) => {
  const box = await mailbox({ onRcptTo: (_address, _session, callback) => callback(answer(code)) });
  expect(await server(box.url).hand(mail(), never)).toEqual({ is, code: String(code) });
});

test.each([
  [554, 'refused'],
  [451, 'put_off'],
] as const)('a message answered with %s after it was sent is %s, and the next one goes', async (code, is) => {
  const box = await mailbox();
  box.onMail = () => {
    throw answer(code);
  };
  const to = server(box.url);
  expect(await to.hand(mail(), never)).toEqual({ is, code: String(code) });
  box.onMail = () => {};
  expect(await to.hand(mail({ id: 'next' }), never)).toEqual({ is: 'accepted' });
});

test('a sender that the server does not take is about none of the messages', async () => {
  const box = await mailbox({ onMailFrom: (_address, _session, callback) => callback(answer(553)) });
  expect(await server(box.url).hand(mail(), never)).toEqual({ is: 'away', code: '553' });
});

test('a server that is not there, or sends everybody away, has got nothing', async () => {
  expect(await server('smtp://127.0.0.1:1').hand(mail(), never)).toEqual({
    is: 'away',
    code: 'ECONNREFUSED',
  });
  const box = await mailbox({ onConnect: (_session, callback) => callback(answer(421)) });
  expect(await server(box.url).hand(mail(), never)).toEqual({ is: 'away', code: '421' });
});

test('a server that goes before it says anything to the message has perhaps got it', async () => {
  const box = await mailbox();
  box.onMail = () => box.cut();
  expect(await server(box.url).hand(mail(), never)).toEqual({ is: 'unsure', code: 'ECONNECTION' });
});

test('an address that would be two commands is refused before anything is sent', async () => {
  const box = await mailbox();
  const to = 'a@site.test>\r\nRCPT TO:<b@site.test';
  expect(await server(box.url).hand(mail({ to }), never)).toMatchObject({ is: 'refused' });
  expect(box.received).toEqual([]);
});

test('a stop ends the wait for a server that does not answer, and not a message on its way', async () => {
  const silent = net.createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  opened.push(silent);
  const stopping = new AbortController();
  silent.once('connection', (socket) => {
    opened.push({ close: () => socket.destroy() });
    stopping.abort();
  });
  const { port } = silent.address() as net.AddressInfo;
  expect(await server(`smtp://127.0.0.1:${port}`).hand(mail(), stopping.signal)).toEqual({
    is: 'away',
    code: 'stopped',
  });

  const box = await mailbox();
  const late = new AbortController();
  box.onMail = () => late.abort();
  expect(await server(box.url).hand(mail(), late.signal)).toEqual({ is: 'accepted' });
  expect(await server(box.url).hand(mail(), late.signal)).toEqual({ is: 'away', code: 'stopped' });
});
