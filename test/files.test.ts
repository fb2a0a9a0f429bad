/** Files on tasks, on real servers: what is taken and comes back, what is refused and leaves nothing, and who may. */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type request from 'supertest';
import { dayOf } from '../domain/calendar';
import type { FileType } from '../domain/files';
import { type ApiWorld, createApiWorld, idOf } from './setup/api-world';
import { archive, type Entry } from './setup/archive';

let w: ApiWorld;
let server: http.Server;
/** Of Tours; `shared` is partner.tours’s, `beside` of the same young person and not. */
let task: string;
let shared: string;
let beside: string;

beforeAll(async () => {
  w = await createApiWorld();
  server = http.createServer(w.app).listen(0, '127.0.0.1');
  task = await newTask();
  const pathwayId = await w.enrol('tours', {
    start: { step: 'project_validation', since: today(), referentId: idOf('counsellor.tours') },
  });
  const planned = await w.call(
    'counsellor.tours',
    'post',
    `/api/tasks/${await w.task(pathwayId, 'plan_discovery')}/complete`,
    {
      body: {
        outcome: 'planned',
        actions: [
          { action: 'cfa_visit', on: today(), partnerId: idOf('partner.tours') },
          { action: 'immersion', on: today() },
        ],
      },
    },
  );
  [shared, beside] = planned.body.opened;
}, 60_000);
afterAll(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await w?.end();
});

const today = () => dayOf(new Date());
const newTask = async () => w.task(await w.enrol('tours'), 'first_contact');

interface Sent {
  readonly person?: string;
  readonly to?: string;
  readonly name?: string;
  readonly type?: string;
  readonly headers?: Record<string, string>;
}

function add(content: Buffer | string, sent: Sent = {}): Promise<request.Response> {
  const { person = 'counsellor.tours', to = task, name = 'note.txt', type = 'text/plain', headers } = sent;
  return w.call(person, 'post', `/api/tasks/${to}/files`, {
    body: content,
    headers: { 'content-type': type, 'x-file-name': encodeURIComponent(name), ...headers },
  });
}
const remove = (person: string, id: string, headers = {}) =>
  w.call(person, 'delete', `/api/files/${id}`, { headers });

/** As a browser downloads it. */
async function download(person: string, id: string, method = 'GET') {
  const response = await fetch(`${base()}/api/files/${id}`, {
    method,
    headers: { authorization: `Bearer ${await w.tokenOf(person)}` },
  });
  return {
    ...response,
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}
const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const filesOf = async (taskId: string, person = 'counsellor.tours') =>
  (await w.call(person, 'get', `/api/tasks/${taskId}`)).body.files;
const kept = async (taskId: string) =>
  (await w.owner.query('select count(*) as n from files where task_id = $1', [taskId])).rows[0].n;
const why = ({ status, body }: request.Response) => [status, body.code, body.errors?.[0].code];

const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const excel = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const writer = 'application/vnd.oasis.opendocument.text';
const calc = 'application/vnd.oasis.opendocument.spreadsheet';

const types = (main: string): Entry => ({
  name: '[Content_Types].xml',
  content: `<?xml version="1.0" encoding="UTF-8"?><Types><Override PartName="/main.xml" ContentType="${main}"/></Types>`,
});
const openXml = (type: string, ...more: Entry[]) =>
  archive([types(`${type}.main+xml`), { name: 'main.xml', content: '<w/>' }, ...more]);
const openDocument = (type: string, ...more: Entry[]) =>
  archive([{ name: 'mimetype', content: type }, { name: 'content.xml', content: '<office/>' }, ...more]);

const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffdb0004ffd9', 'hex');
const webp = Buffer.from('UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAwA0JaQAA3AA/vuUAAA=', 'base64');

const samples: Readonly<Record<FileType, readonly [name: string, content: Buffer]>> = {
  'application/pdf': ['Convention signée.PDF', pdf],
  'image/png': ['plan.png', png],
  'image/jpeg': ['photo.jpeg', jpeg],
  'image/webp': ['photo.webp', webp],
  [word]: ['CV.docx', openXml(word)],
  [excel]: ['budget.xlsx', openXml(excel)],
  [writer]: ['lettre.odt', openDocument(writer)],
  [calc]: ['heures.ods', openDocument(calc)],
  'text/plain': ['note.txt', Buffer.from('Rappeler après 18 h — d’accord ?')],
};

describe('what is taken', () => {
  test.each(Object.entries(samples))(
    'comes back as it was, to save and never to show: %s',
    async (type, [name, content]) => {
      const added = await add(content, { name, type });
      expect([added.status, Object.keys(added.body).sort()]).toEqual([201, ['createdAt', 'id']]);
      const { status, headers, bytes } = await download('mediator.tours', added.body.id);
      expect([status, bytes.equals(content)]).toEqual([200, true]);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
        'content-length': String(content.length),
        'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'repr-digest': `sha-256=:${createHash('sha256').update(content).digest('base64')}:`,
      });
      expect(await filesOf(task)).toContainEqual({
        id: added.body.id,
        name,
        mediaType: type,
        size: content.length,
        author: { id: idOf('counsellor.tours'), displayName: 'Conseil 1 Tours' },
        createdAt: added.body.createdAt,
        mayRemove: true,
      });
      const { rows } = await w.owner.query(
        'select what from reading_log where actor_id = $1 order by id desc limit 1',
        [idOf('mediator.tours')],
      );
      expect(rows).toEqual([{ what: 'file' }]);
      await remove('counsellor.tours', added.body.id);
    },
  );

  test('of several pieces comes back whole', async () => {
    const content = Buffer.from('é'.repeat(1_300_000));
    const { body } = await add(content);
    expect((await download('counsellor.tours', body.id)).bytes.equals(content)).toBe(true);
    const head = await download('counsellor.tours', body.id, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(content.length)]);
    await remove('counsellor.tours', body.id);
  });

  test('asked twice at once with one key is kept once', async () => {
    const to = await newTask();
    const sent = { to, headers: { 'idempotency-key': 'a screen, retrying' } };
    const answers = await Promise.all([1, 2, 3].map(() => add('Une fois', sent)));
    expect(answers.map((a) => a.status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map((a) => JSON.stringify(a.body))).size).toBe(1);
    expect(await kept(to)).toBe(1);
    for (const other of [{ name: 'autre.txt' }, {}]) {
      const response = await add(other.name ? 'Une fois' : 'Une autre fois', { ...sent, ...other });
      expect(why(response).slice(0, 2)).toEqual([422, 'idempotency_key_reused']);
    }
  });

  test('is twenty at most on one task, also when more come at once', async () => {
    const to = await newTask();
    const answers = await Promise.all(Array.from({ length: 25 }, (_, n) => add(`Page ${n}`, { to })));
    expect(answers.filter((a) => a.status === 201)).toHaveLength(20);
    expect(answers.filter((a) => a.body.code === 'too_many_files')).toHaveLength(5);
    const [first] = await filesOf(to);
    await remove('counsellor.tours', first.id);
    expect((await add('Une de plus', { to })).status).toBe(201);
  });
});

describe('what is refused leaves nothing:', () => {
  const html = '<!doctype html><script>alert(1)</script>';
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
  const exe = Buffer.from('MZ\x90\x00\x03\x00\x00\x00', 'latin1');
  const macros = { name: 'word/vbaProject.bin', content: 'Sub AutoOpen()' };
  const embedded = archive([{ name: 'index.html', content: html }]);
  const claims = (type: string, name: string, content: Buffer | string) => [type, name, content] as const;

  test.each([
    ['a page', claims('text/html', 'page.html', html)],
    ['a drawing that runs', claims('image/svg+xml', 'logo.svg', svg)],
    ['a programme', claims('application/vnd.microsoft.portable-executable', 'setup.exe', exe)],
    ['any bytes', claims('application/octet-stream', 'cv.pdf', pdf)],
    ['an archive', claims('application/zip', 'cv.zip', embedded)],
    [
      'a document with macros',
      claims('application/vnd.ms-word.document.macroEnabled.12', 'cv.docm', openXml(word)),
    ],
    ['a form of a page', claims('multipart/form-data; boundary=x', 'cv.pdf', pdf)],
  ])('by its type, %s', async (_, [type, name, content]) => {
    const response = await add(content, { type, name });
    expect(why(response).slice(0, 2)).toEqual([415, 'file_type_unsupported']);
    expect(response.body.detail).toContain('application/pdf');
    expect(await kept(task)).toBe(0);
  });

  const typeOf = {
    pdf: 'application/pdf',
    png: 'image/png',
    jpg: 'image/jpeg',
    webp: 'image/webp',
    docx: word,
    xlsx: excel,
    odt: writer,
    ods: calc,
    txt: 'text/plain',
  };
  const joined = (...parts: (Buffer | string)[]) => Buffer.concat(parts.map((p) => Buffer.from(p as string)));
  // Each at its place: a PDF is read by its beginning and its last lines, an archive by its end.
  const pdfAndArchive = joined(pdf, embedded.subarray(0, -2), Buffer.from([6, 0]), '%%EOF\n');
  const bomb = { name: 'word/media/a.bmp', content: '0', claimedSize: 300 * 1024 * 1024 };
  const disguised = archive([
    {
      ...types(''),
      content: `<Types><Override ContentType="application/vnd.ms-word.document.macroEn&#97;bled.main+xml"/><!-- "${word}.main+xml" --></Types>`,
    },
  ]);

  test.each<[string, keyof typeof typeOf, Buffer | string, string]>([
    ['nothing', 'pdf', '', 'empty'],
    ['a page that says it is a PDF', 'pdf', html, 'content_differs'],
    ['a page before a PDF', 'pdf', joined(html, pdf), 'content_differs'],
    ['a PDF that was cut off', 'pdf', pdf.subarray(0, 20), 'content_differs'],
    ['a PDF that is an archive too', 'pdf', pdfAndArchive, 'content_differs'],
    ['a page that says it is a picture', 'png', html, 'content_differs'],
    ['a drawing that says it is a picture', 'png', svg, 'content_differs'],
    ['a picture with a page behind it', 'png', joined(png, html), 'content_differs'],
    ['a picture with an archive behind it', 'jpg', joined(jpeg, embedded), 'content_differs'],
    ['a picture of another type', 'jpg', png, 'content_differs'],
    ['a picture with a page behind it', 'webp', joined(webp, html), 'content_differs'],
    ['a sound', 'webp', joined('RIFF', webp.subarray(4, 8), 'WAVE', webp.subarray(12)), 'content_differs'],
    ['a programme that says it is a document', 'docx', exe, 'content_differs'],
    ['an archive that says it is a document', 'docx', embedded, 'content_differs'],
    ['a table that says it is a document', 'docx', openXml(excel), 'content_differs'],
    ['a document that says it is a table', 'ods', openDocument(writer), 'content_differs'],
    ['a PDF before a document', 'docx', joined(pdf, openXml(word)), 'content_differs'],
    ['a document that was cut off', 'odt', openDocument(writer).subarray(0, -30), 'content_differs'],
    [
      'a document with a way out of its folder',
      'docx',
      openXml(word, { name: '../../x', content: '' }),
      'content_differs',
    ],
    ['a document with one part twice', 'docx', openXml(word, types(`${excel}.main+xml`)), 'content_differs'],
    [
      'a document whose part is not as large as it says',
      'odt',
      archive([{ name: 'mimetype', content: writer, claimedSize: 5 }]),
      'content_differs',
    ],
    ['a document with macros', 'docx', openXml(word, macros), 'active_content'],
    [
      'a document of the type with macros',
      'docx',
      archive([types('application/vnd.ms-word.document.macroEnabled.main+xml')]),
      'active_content',
    ],
    [
      'a document whose macros have another name',
      'docx',
      archive([
        { ...types(`${word}.main+xml"/><Override ContentType="application/vnd.ms-office.vbaProject`) },
      ]),
      'active_content',
    ],
    ['a document that spells its type in another way', 'docx', disguised, 'content_differs'],
    [
      'a table with a control that runs',
      'xlsx',
      openXml(excel, { name: 'xl/activeX/activeX1.xml', content: '' }),
      'active_content',
    ],
    [
      'a table with a sheet of macros',
      'xlsx',
      openXml(excel, { name: 'xl/macrosheets/sheet1.xml', content: '' }),
      'active_content',
    ],
    [
      'an open document with macros',
      'odt',
      openDocument(writer, { name: 'Basic/Standard/Module1.xml', content: '' }),
      'active_content',
    ],
    [
      'an open table with a script',
      'ods',
      openDocument(calc, { name: 'Scripts/python/x.py', content: '' }),
      'active_content',
    ],
    [
      'a document with a password',
      'docx',
      openXml(word, { name: 'a', content: '', encrypted: true }),
      'locked',
    ],
    [
      'an open document with a password',
      'odt',
      openDocument(writer, { name: 'encrypted-package', content: '' }),
      'locked',
    ],
    ['a document that fills the disk', 'docx', openXml(word, bomb), 'unpacks_too_large'],
    ['a text that is not UTF-8', 'txt', Buffer.from('déjà', 'latin1'), 'not_utf8'],
    ['a text with NUL', 'txt', 'a\0b', 'not_utf8'],
  ])('by its content, %s (%s)', async (_, extension, content, reason) => {
    const response = await add(content, { name: `fichier.${extension}`, type: typeOf[extension] });
    expect(why(response)).toEqual([422, 'file_unsafe', reason]);
    expect(response.body.errors[0].pointer).toBe('');
    expect(await kept(task)).toBe(0);
  });

  test.each([
    ['none at all', '', 'name_missing'],
    ['spaces', '   ', 'name_missing'],
    ['one that leads elsewhere', '../../etc/passwd.pdf', 'name_character'],
    ['one that leads elsewhere on Windows', 'C:\\cv.pdf', 'name_character'],
    ['one with a header in it', 'cv\r\nSet-Cookie: a=b.pdf', 'name_character'],
    ['one with NUL', 'cv\0.pdf', 'name_character'],
    ['one that reads the other way round', 'cv\u202efdp.exe.pdf', 'name_character'],
    ['one with an invisible mark of direction', 'cv\u200f.pdf', 'name_character'],
    ['one of two lines', 'cv\u2028.pdf', 'name_character'],
    ['a long one', `${'x'.repeat(197)}.pdf`, 'name_too_long'],
    ['one of a programme', 'cv.exe', 'name_extension'],
    ['one of another type', 'cv.docx', 'name_extension'],
    ['an extension alone', '.pdf', 'name_extension'],
    ['one with a stop at its end', 'cv.pdf.', 'name_extension'],
  ])('by its name, %s', async (_, name, reason) => {
    const response = await add(pdf, { name, type: 'application/pdf' });
    expect(why(response)).toEqual([422, 'file_name_invalid', reason]);
    expect(response.body.errors[0].pointer).toBe('X-File-Name');
    expect(await kept(task)).toBe(0);
  });

  test('by a header that cannot be read', async () => {
    const broken = await add(pdf, { type: 'application/pdf', headers: { 'x-file-name': '%E9.pdf' } });
    expect(why(broken)).toEqual([422, 'file_name_invalid', 'name_missing']);
  });

  test('by its size, a gigabyte, which is not kept in memory', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 0x41);
    const sending = await upload(1024 * megabyte.length);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let n = 0; n < 1024; n++) {
      if (!sending.write(megabyte)) await once(sending, 'drain');
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    const [answer] = await once(sending, 'data');
    sending.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1.1 413 [\s\S]*"detail":"Au plus 2,9 Mo"/);
    expect(String(answer)).toContain('"code":"file_too_large"');
    expect(most).toBeLessThan(100 * 1024 * 1024);
    expect(await kept(task)).toBe(0);
  });

  test('when whoever sends it goes away in the middle, and that is no error', async () => {
    w.logged.length = 0;
    const sending = await upload(1000);
    sending.write('Une moitié');
    await sleep(100);
    sending.destroy();
    while (!w.logged.some((line) => line.route === '/tasks/{id}/files')) await sleep(10);
    expect(w.logged).toEqual([expect.objectContaining({ route: '/tasks/{id}/files', status: 499 })]);
    expect(await kept(task)).toBe(0);
  });

  /** A file whose bytes are still to be sent, by somebody who reads the answer only afterwards. */
  async function upload(size: number): Promise<Socket> {
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    const head = [
      `POST /api/tasks/${task}/files HTTP/1.1`,
      'Host: service-plus.test',
      `Authorization: Bearer ${await w.tokenOf('counsellor.tours')}`,
      'Content-Type: text/plain',
      'X-File-Name: long.txt',
      `Content-Length: ${size}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    return socket;
  }
});

describe('the name', () => {
  test.each([
    ['L\'été; filename="x.exe".pdf', 'L\'été; filename="x.exe".pdf'],
    ['  Convention n° 12 (Éloïse).pdf ', 'Convention n° 12 (Éloïse).pdf'],
    ['e\u0301te\u0301.pdf', 'été.pdf'],
    [`${'é'.repeat(196)}.pdf`, `${'é'.repeat(196)}.pdf`],
    ['契約 🎓.pdf', '契約 🎓.pdf'],
  ])('%j is kept, and stands in the download’s header without breaking out of it', async (given, name) => {
    const { body } = await add(pdf, { name: given, type: 'application/pdf' });
    expect((await filesOf(task)).map((f: { name: string }) => f.name)).toEqual([name]);
    const said = (await download('counsellor.tours', body.id)).headers.get('content-disposition') as string;
    const [, encoded] = /^attachment; filename\*=UTF-8''([\w!#$&+.^`|~%-]+)$/.exec(said) ?? [];
    expect(decodeURIComponent(encoded as string)).toBe(name);
    await remove('counsellor.tours', body.id);
  });

  test('is in no log and no measure', async () => {
    w.logged.length = 0;
    const letters = randomUUID().replace(/[^a-f]/g, '');
    const { body } = await add(pdf, { name: `CV de Kervoëlen ${letters}.pdf`, type: 'application/pdf' });
    await add(pdf, { name: `CV de Kervoëlen ${letters}/.pdf`, type: 'application/pdf' });
    await download('counsellor.tours', body.id);
    await remove('counsellor.tours', body.id);
    expect(w.logged.length).toBeGreaterThanOrEqual(4);
    const measures = (await w.call('', 'get', '/metrics')).text;
    expect(measures).toContain('route="/files/{id}"');
    for (const told of [JSON.stringify(w.logged), measures]) {
      expect(told).not.toContain(letters);
      expect(told).not.toContain('Kervo');
    }
  });
});

describe('who may', () => {
  test('another site neither adds, reads nor removes, and is not told that it is there', async () => {
    const { body } = await add('Un mot');
    const before = await kept(task);
    for (const person of ['coordinator.blois', 'counsellor.blois', 'mediator.blois', 'partner.blois']) {
      const answers = [
        await add('Un autre', { person }),
        await w.call(person, 'get', `/api/files/${body.id}`),
        await remove(person, body.id),
      ];
      expect([person, ...answers.map((a) => a.body.code)]).toEqual([person, ...Array(3).fill('not_found')]);
    }
    for (const person of ['committee.tours', 'committee.national', 'evaluator', 'admin']) {
      const answers = [
        await add('Un autre', { person }),
        await w.call(person, 'get', `/api/files/${body.id}`),
        await remove(person, body.id),
      ];
      expect([person, ...answers.map((a) => a.body.code)]).toEqual([person, ...Array(3).fill('forbidden')]);
    }
    expect(await kept(task)).toBe(before);
  });

  test('a partner adds to its own task and reads there, not beside it', async () => {
    const own = await add('Visite faite', { person: 'partner.tours', to: shared });
    const team = await add('À lire', { to: shared });
    expect([own.status, team.status]).toEqual([201, 201]);
    const names = (await filesOf(shared, 'partner.tours')).map((f: { mayRemove: boolean }) => f.mayRemove);
    expect(names).toEqual([true, false]);
    expect((await download('partner.tours', team.body.id)).status).toBe(200);
    expect((await remove('partner.tours', team.body.id)).body.code).toBe('forbidden');
    expect((await remove('partner.tours', own.body.id)).status).toBe(200);

    const elsewhere = await add('Pas pour le CFA', { to: beside });
    expect((await add('Un autre', { person: 'partner.tours', to: beside })).body.code).toBe('not_found');
    for (const [person, file] of [
      ['partner.tours', elsewhere],
      ['partner2.tours', team],
    ] as const) {
      expect((await download(person, file.body.id)).status).toBe(404);
      expect((await remove(person, file.body.id)).body.code).toBe('not_found');
    }
  });

  test('a mediator adds to the tasks of mediations, and reads the others', async () => {
    const { body } = await add('Un mot', { to: beside });
    expect((await add('Un mot', { person: 'mediator.tours', to: beside })).body.code).toBe('forbidden');
    expect((await download('mediator.tours', body.id)).status).toBe(200);
  });

  test('who added it removes it, or the coordinator of the site; then its bytes are gone', async () => {
    const to = await newTask();
    const [first, second] = [await add('Un', { to }), await add('Deux', { to })];
    const may = async (person: string) =>
      (await filesOf(to, person)).map((f: { mayRemove: boolean }) => f.mayRemove);
    expect(await may('counsellor.tours')).toEqual([true, true]);
    expect(await may('counsellor2.tours')).toEqual([false, false]);
    expect(await may('coordinator.tours')).toEqual([true, true]);
    expect((await remove('counsellor2.tours', first.body.id)).body.code).toBe('forbidden');
    expect(await kept(to)).toBe(2);

    const headers = { 'idempotency-key': 'removed, and again' };
    for (let n = 0; n < 2; n++) {
      const removed = await remove('counsellor.tours', first.body.id, headers);
      expect([removed.status, removed.body]).toEqual([200, { id: first.body.id }]);
    }
    expect((await remove('coordinator.tours', second.body.id)).status).toBe(200);
    expect((await remove('coordinator.tours', second.body.id)).status).toBe(404);
    expect((await download('counsellor.tours', first.body.id)).status).toBe(404);
    expect(await kept(to)).toBe(0);
  });
});
