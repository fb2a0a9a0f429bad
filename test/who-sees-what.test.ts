/** Who sees what, on real servers: the log of readings, another site's young person for a reason, files that leave. */
import { parse } from 'csv-parse/sync';
import { dayOf } from '../domain/calendar';
import { type ApiWorld, createApiWorld, idOf, type Method } from './setup/api-world';
import { Mailbox } from './setup/mailbox';
import { sendNotices } from './setup/notices';

let w: ApiWorld;
let mailbox: Mailbox;
/** A young person of Blois. */
let pathwayId: string;

const young = { lastName: 'Le Gôff-Martin', firstName: 'Anaïs', externalNumber: 'P3-77-12' };
const birthDate = `${Number(dayOf(new Date()).slice(0, 4)) - 20}-01-15`;
const reason = 'Elle se présente à notre accueil et dit être suivie à Blois';
const sought = { by: 'name', lastName: 'LE GOFF MARTIN', firstName: 'anais', birthDate, reason };

const ask = (person: string, method: Method, path: string, body?: unknown) =>
  w.call(person, method, `/api${path}`, { body });
const get = (person: string, path: string) => ask(person, 'get', path);
const post = (person: string, path: string, body?: unknown) => ask(person, 'post', path, body);

beforeAll(async () => {
  [w, mailbox] = await Promise.all([createApiWorld(), Mailbox.open()]);
  await w.owner.query("update staff set email = subject || '@staff.test'");
  pathwayId = await w.enrol('blois', young);
  await post('counsellor.blois', `/pathways/${pathwayId}/notes`, { body: 'Préfère être appelée le matin' });
}, 60_000);
afterAll(async () => {
  await mailbox?.close();
  await w?.end();
});

async function mailsTo(address: string) {
  await sendNotices(w, mailbox);
  return mailbox.to(address);
}

describe('a young person of another site', () => {
  const reads = () => ['', '/timeline', '/forecast', '/notes'].map((part) => `/pathways/${pathwayId}${part}`);
  const statuses = async (person: string) =>
    Promise.all(reads().map(async (path) => (await get(person, path)).status));

  test('is not there before, is found by the exact name and birth date, and is then read but not changed', async () => {
    expect(await statuses('counsellor.tours')).toEqual([404, 404, 404, 404]);
    const { status, body } = await post('counsellor.tours', '/glass', sought);
    expect([status, body]).toEqual([
      201,
      {
        id: expect.any(String),
        pathways: [{ pathwayId, site: { id: 'blois', name: 'Blois' }, until: expect.any(String) }],
      },
    ]);
    const hours = (Date.parse(body.pathways[0].until) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(3.9);
    expect(hours).toBeLessThan(4.1);

    expect(await statuses('counsellor.tours')).toEqual([200, 200, 200, 200]);
    const { body: pathway } = await get('counsellor.tours', `/pathways/${pathwayId}`);
    expect(pathway).toMatchObject({
      glassUntil: body.pathways[0].until,
      person: { lastName: young.lastName, birthDate },
      tasks: expect.arrayContaining([expect.objectContaining({ kind: 'first_contact' })]),
    });
    const { body: notes } = await get('counsellor.tours', `/pathways/${pathwayId}/notes`);
    expect(notes.items).toEqual([expect.objectContaining({ body: 'Préfère être appelée le matin' })]);
    expect((await get('counsellor.blois', `/pathways/${pathwayId}`)).body.glassUntil).toBeNull();

    for (const [path, words] of [
      ['notes', { body: 'Une note' }],
      ['contacts', { channel: 'visit', result: 'reached' }],
      ['exit', { code: 'declined' }],
      ['alerts', { level: 'low', source: 'cfa', what: 'Une alerte' }],
    ] as const) {
      const refused = await post('counsellor.tours', `/pathways/${pathwayId}/${path}`, words);
      expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'forbidden']);
    }
    const task = await w.task(pathwayId, 'first_contact');
    expect((await get('counsellor.tours', `/tasks/${task}`)).status).toBe(404);
    expect((await post('counsellor.tours', `/tasks/${task}/claim`)).status).toBe(404);
    expect((await get('counsellor.tours', `/enrolments/${pathwayId}`)).status).toBe(404);
  });

  test('is open to who asked alone, and in no list of theirs', async () => {
    for (const person of [
      'counsellor2.tours',
      'coordinator.tours',
      'counsellor.ain',
      'partner.tours',
      'admin',
    ])
      expect([person, (await get(person, `/pathways/${pathwayId}`)).status]).not.toEqual([person, 200]);
    for (const list of ['/pathways', '/tasks']) {
      const { body } = await get('counsellor.tours', list);
      expect(JSON.stringify(body)).not.toContain(pathwayId);
    }
    const found = await w.call('counsellor.tours', 'get', '/api/pathways', {
      headers: { 'x-search': 'Le%20Goff' },
    });
    expect(found.body.items).toEqual([]);
  });

  test('its site’s coordinators are told at once, once also when asked twice, and not who it is', async () => {
    const again = await post('counsellor.tours', '/glass', sought);
    const { rows } = await w.owner.query('select distinct until from glass_openings where pathway_id = $1', [
      pathwayId,
    ]);
    // Asking again does not prolong it.
    expect(rows.map((r) => r.until.toISOString())).toEqual([again.body.pathways[0].until]);
    const mails = await mailsTo('coordinator.blois@staff.test');
    expect(mails).toHaveLength(1);
    expect(mails[0]?.text).toContain('Conseil 1 Tours (Tours)');
    expect(mails[0]?.text).toContain(`${w.deps.publicUrl}/readings?tab=other-site`);
    for (const words of [young.lastName, young.firstName, 'Goff', young.externalNumber, reason, pathwayId])
      expect(JSON.stringify(mails)).not.toContain(words);
    expect(await mailsTo('coordinator.tours@staff.test')).toEqual([]);
  });

  test('is told to its coordinators with who, why, when and what was read, and marked in the log', async () => {
    const { body } = await get('coordinator.blois', '/glass');
    const [latest, first] = body.items;
    expect(latest).toMatchObject({
      staff: { id: idOf('counsellor.tours') },
      site: { id: 'tours' },
      by: 'name',
      reason,
      openings: [{ pathwayId, person: { lastName: young.lastName, firstName: young.firstName } }],
    });
    expect(first.openings[0].read).toEqual([
      { what: 'forecast', count: 1 },
      { what: 'notes', count: 2 },
      { what: 'pathway', count: 2 },
      { what: 'timeline', count: 1 },
    ]);
    const { body: log } = await get('coordinator.blois', `/pathways/${pathwayId}/readings`);
    const byHand = log.items.map((r: { staff: { id: string }; glass: boolean; count: number }) => [
      r.staff.id,
      r.glass,
      r.count,
    ]);
    expect(byHand).toContainEqual([idOf('counsellor.tours'), true, 6]);
    expect(byHand).toContainEqual([idOf('counsellor.blois'), false, 1]);
    // The asker's coordinator hears that they asked, and of nobody's name.
    const { body: ours } = await get('coordinator.tours', '/glass');
    expect(ours.items[0]).toMatchObject({ reason, openings: [{ pathwayId, person: null, read: null }] });
    expect(JSON.stringify(ours)).not.toContain(young.lastName);
    expect((await get('coordinator.ain', '/glass')).body.items).toEqual([]);
  });

  test('is closed after four hours, and told again when it is opened again', async () => {
    const { body } = await post('mediator.ain', '/glass', { by: 'number', externalNumber: 'p37712', reason });
    expect(body.pathways).toEqual([expect.objectContaining({ pathwayId })]);
    expect(await statuses('mediator.ain')).toEqual([200, 200, 200, 200]);
    await w.owner.query("update glass_openings set until = until - interval '4 hours' where actor_id = $1", [
      idOf('mediator.ain'),
    ]);
    expect(await statuses('mediator.ain')).toEqual([404, 404, 404, 404]);
    const before = (await mailsTo('coordinator.blois@staff.test')).length;
    await post('mediator.ain', '/glass', { by: 'number', externalNumber: 'p37712', reason });
    expect(await mailsTo('coordinator.blois@staff.test')).toHaveLength(before + 1);
  });

  test('is found by nothing but the whole name with the birth date, and each request is kept', async () => {
    for (const wrong of [
      { ...sought, lastName: 'Le Goff' },
      { ...sought, firstName: 'Ana' },
      { ...sought, birthDate: birthDate.replace('-01-15', '-01-16') },
      { ...sought, lastName: '%' },
      { by: 'number', externalNumber: 'P3-77', reason },
    ]) {
      const { status, body } = await post('coordinator.roanne', '/glass', wrong);
      expect([status, body.pathways]).toEqual([201, []]);
    }
    const { body } = await get('coordinator.roanne', '/glass');
    expect(body.items.map((r: { openings: unknown[] }) => r.openings)).toEqual([[], [], [], [], []]);
    const { rows } = await w.owner.query('select * from glass_requests where actor_id = $1', [
      idOf('coordinator.roanne'),
    ]);
    expect(JSON.stringify(rows)).not.toMatch(/goff/i);
  });

  test('of one’s own site is named without being opened or told', async () => {
    const { body } = await post('counsellor.blois', '/glass', sought);
    expect(body.pathways).toEqual([{ pathwayId, site: { id: 'blois', name: 'Blois' }, until: null }]);
    const { rows } = await w.owner.query(
      "select from outbox where kind = 'glass_opened' and data->>'staffId' = $1",
      [idOf('counsellor.blois')],
    );
    expect(rows).toEqual([]);
  });

  test('is asked for ten times an hour at most, also by several requests at once', async () => {
    const nobody = { ...sought, lastName: 'Personne' };
    const asked = await Promise.all(
      Array.from({ length: 12 }, () => post('counsellor.limousin', '/glass', nobody)),
    );
    expect(asked.map((a) => a.status).sort()).toEqual([...Array(10).fill(201), 429, 429]);
    const refused = asked.find((a) => a.status === 429);
    expect([refused?.body.code, refused?.headers['retry-after']]).toEqual(['too_many_requests', '3600']);
    expect((await post('counsellor2.limousin', '/glass', nobody)).status).toBe(201);
    await w.owner.query("update glass_requests set asked_at = asked_at - interval '1 hour'");
    expect((await post('counsellor.limousin', '/glass', nobody)).status).toBe(201);
  });

  test('is asked for with a reason, and by nobody who does not accompany', async () => {
    for (const [body, pointer] of [
      [{ ...sought, reason: 'Trop court' }, '/reason'],
      [{ ...sought, reason: 'x'.repeat(501) }, '/reason'],
      [{ ...sought, birthDate: '15/01/2006' }, '/birthDate'],
      [{ by: 'number', reason }, '/externalNumber'],
    ] as const) {
      const answer = await post('counsellor.orleans', '/glass', body);
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
    }
    for (const person of ['partner.tours', 'committee.tours', 'committee.national', 'evaluator', 'admin'])
      expect([person, (await post(person, '/glass', sought)).status]).toEqual([person, 403]);
  });
});

describe('the log of readings', () => {
  /** Of Orléans. */
  let id: string;
  const rowsOf = async (query: string) => (await get('coordinator.orleans', `/readings${query}`)).body.items;

  beforeAll(async () => {
    id = await w.enrol('orleans');
    const other = await w.enrol('orleans');
    for (const [person, path] of [
      ['counsellor.orleans', `/pathways/${id}`],
      ['counsellor.orleans', `/pathways/${id}/timeline`],
      ['counsellor.orleans', `/pathways/${id}`],
      ['mediator.orleans', `/pathways/${id}/notes`],
      ['counsellor.orleans', `/pathways/${other}`],
    ] as const)
      expect((await get(person, path)).status).toBe(200);
    // The day before yesterday.
    await get('counsellor2.orleans', `/pathways/${id}`);
    await w.owner.query("update reading_log set read_at = read_at - interval '2 days' where actor_id = $1", [
      idOf('counsellor2.orleans'),
    ]);
  });

  test('is one row for each person, young person and day, with what was read and how often', async () => {
    const rows = await rowsOf('');
    expect(
      rows.map((r: { staff: { displayName: string }; count: number }) => [r.staff.displayName, r.count]),
    ).toEqual([
      ['Conseil 1 Orléans', 1],
      ['Médiation Orléans', 1],
      ['Conseil 1 Orléans', 3],
      ['Conseil 2 Orléans', 1],
    ]);
    expect(rows[2]).toMatchObject({
      day: dayOf(new Date()),
      pathwayId: id,
      person: { lastName: expect.stringMatching(/^Martin/) },
      glass: false,
      what: [
        { what: 'pathway', count: 2 },
        { what: 'timeline', count: 1 },
      ],
    });
  });

  test('is narrowed by person, day and what, and comes in pages that lose and repeat nothing', async () => {
    expect(await rowsOf(`?staff=${idOf('counsellor.orleans')}`)).toHaveLength(2);
    expect(await rowsOf('?what=notes')).toHaveLength(1);
    expect(await rowsOf(`?from=${dayOf(new Date())}`)).toHaveLength(3);
    const before = dayOf(Date.now() - 86_400_000);
    expect(await rowsOf(`?to=${before}`)).toHaveLength(1);
    expect(await rowsOf(`?to=${dayOf(Date.now() - 3 * 86_400_000)}`)).toEqual([]);
    const paged: unknown[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await get('coordinator.orleans', `/readings?limit=1${cursor}`);
      paged.push(...body.items);
      if (!body.next) break;
      cursor = `&cursor=${body.next}`;
    }
    expect(paged).toEqual(await rowsOf(''));
  });

  test('is of one’s own site, and of one young person for theirs', async () => {
    const { body } = await get('coordinator.orleans', `/pathways/${id}/readings`);
    expect(body.items).toHaveLength(3);
    expect((await get('coordinator.ain', `/pathways/${id}/readings`)).status).toBe(404);
    expect((await get('coordinator.ain', '/readings')).body.items).toEqual([]);
    expect((await get('counsellor.orleans', '/readings')).status).toBe(403);
  });
});

describe('a file that leaves', () => {
  const made = async (what: 'pathways' | 'tasks', filters: object = {}) => {
    const { status, text, headers } = await post('coordinator.roanne', '/exports', { what, filters });
    expect([status, headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    const name = /^attachment; filename="(jeunes|taches)-roanne-\d{4}-\d\d-\d\d\.csv"$/;
    expect(headers['content-disposition']).toMatch(name);
    expect(text.charCodeAt(0)).toBe(0xfeff);
    return {
      text,
      rows: parse(text, { delimiter: ';', bom: true, columns: true }) as Record<string, string>[],
    };
  };
  const logged = async (person: string) => (await get(person, '/exports')).body.items;

  beforeAll(async () => {
    await w.enrol('roanne', { lastName: '=HYPERLINK("http://x")', firstName: '+33' });
    await w.enrol('roanne', { lastName: 'Après', firstName: 'Léo; fils' });
    await w.enrol('ain');
  });

  test('has what the list of the site shows, as a French spreadsheet reads it, and no formula', async () => {
    const { text, rows } = await made('pathways');
    expect(text).toMatch(/^\ufeffNom;Prénom;Statut;/);
    const today = dayOf(new Date()).split('-').reverse().join('/');
    expect(rows.map((r) => r.Nom).sort()).toEqual(['\'=HYPERLINK("http://x")', 'Après']);
    expect(rows.find((r) => r.Nom === 'Après')).toMatchObject({
      Prénom: 'Léo; fils',
      Étape: 'Accueillir et informer',
      'Dans l’étape depuis le': today,
    });
    expect(rows.map((r) => r.Prénom)).toContain("'+33");
    const { rows: tasks } = await made('tasks', { assignee: 'unassigned' });
    expect(new Set(tasks.map((t) => t.Tâche))).toEqual(new Set(['Premier contact']));
    expect(tasks[0]?.Échéance).toMatch(/^\d\d\/\d\d\/\d{4}$/);
  });

  test('is kept with who, what, its filters and how many rows, for the coordinators of the site', async () => {
    await made('tasks', { step: 'welcome', kind: ['first_contact'] });
    const [latest] = await logged('coordinator.roanne');
    expect(latest).toMatchObject({
      staff: { id: idOf('coordinator.roanne') },
      what: 'tasks',
      filters: { step: 'welcome', kind: ['first_contact'] },
      rows: 2,
    });
    expect(await logged('coordinator.ain')).toEqual([]);
    const named = await post('coordinator.roanne', '/exports', { what: 'tasks', filters: { q: 'Après' } });
    expect([named.status, named.body.errors[0].pointer]).toEqual([422, '/filters/q']);
    for (const person of ['counsellor.roanne', 'partner.roanne', 'committee.roanne', 'evaluator', 'admin'])
      expect([person, (await post(person, '/exports', { what: 'tasks', filters: {} })).status]).toEqual([
        person,
        403,
      ]);
  });

  test('of many rows is whole and repeats none', async () => {
    await w.owner.query(
      `insert into tasks select (jsonb_populate_record(t, jsonb_build_object('id', (t).pathway_id || '.' || 1000 + n,
         'key', 'many/' || n, 'due_at', timestamptz '2026-03-02' + make_interval(mins => n / 2)))).*
       from (select x as t from tasks x where site_id = 'roanne' and kind = 'first_contact' limit 1) one(t), generate_series(1, 1203) n`,
    );
    const { rows } = await made('tasks');
    const [latest] = await logged('coordinator.roanne');
    const { rows: counted } = await w.owner.query(
      "select count(*)::int as n from tasks where site_id = 'roanne' and status = 'open'",
    );
    expect([rows.length, latest.rows]).toEqual([counted[0].n, counted[0].n]);
    expect(rows.length).toBeGreaterThan(1203);
  });

  test('of refused rows of an import is kept too', async () => {
    const header = 'site;nom;prenom;date_naissance;telephone;situation;prescripteur;date_consentement';
    const file = `${header}\r\nroanne;Durand;Zoé;${birthDate};nobody;seeking_job;cfa;${dayOf(new Date())}\r\n`;
    const imported = await w.call('coordinator.roanne', 'post', '/api/enrolments/import', {
      body: file,
      headers: { 'content-type': 'text/csv' },
    });
    expect(imported.body).toMatchObject({ rejected: 1 });
    const { importId } = imported.body;
    expect((await get('coordinator.roanne', `/enrolments/imports/${importId}/rejects`)).status).toBe(200);
    expect((await logged('coordinator.roanne'))[0]).toMatchObject({
      what: 'import_rejects',
      filters: { importId },
      rows: 1,
    });
  });
});

test('nothing of what was sought or given as a reason is in the logs', () => {
  const logs = JSON.stringify(w.logged);
  for (const words of ['Goff', 'GOFF', 'Anaïs', reason, 'P3-77']) expect(logs).not.toContain(words);
});
