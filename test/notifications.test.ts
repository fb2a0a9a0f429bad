/** From the API to the e-mail and the calendar: PostgreSQL, Temporal, a worker, the API and a mail server. */

import { dayOf } from '../domain/calendar';
import { tasks as catalogue } from '../domain/tasks';
import { type ApiWorld, createApiWorld, idOf } from './setup/api-world';
import { Mailbox } from './setup/mailbox';
import { sendNotices } from './setup/notices';

let w: ApiWorld;
let mailbox: Mailbox;
/** A pathway of Tours in contract search: its referent has tasks open and planned. */
let pathwayId: string;

const young = {
  lastName: 'Delarivière',
  firstName: 'Maëlys',
  phone: '06 39 98 45 67',
  email: 'maelys@jeune.test',
};

async function done(person: string, kind: string, form: object): Promise<void> {
  const id = await w.task(pathwayId, kind);
  const { status, body } = await w.call(person, 'post', `/api/tasks/${id}/complete`, { body: form });
  expect([status, body.code]).toEqual([200, undefined]);
}

beforeAll(async () => {
  [w, mailbox] = await Promise.all([createApiWorld(), Mailbox.open()]);
  await w.owner.query("update staff set email = subject || '@staff.test'");
  pathwayId = await w.enrol('tours', young);
  await done('counsellor.tours', 'first_contact', { outcome: 'reached', channel: 'phone' });
  await done('coordinator.tours', 'assign_referent', {
    outcome: 'assigned',
    referentId: idOf('counsellor.tours'),
  });
  await done('counsellor.tours', 'information_session', { outcome: 'not_needed' });
  await done('counsellor.tours', 'family_information', { outcome: 'declined' });
  await done('counsellor.tours', 'entry_interview', { outcome: 'project_ready', obstacles: ['housing'] });
  await w.task(pathwayId, 'search_follow_up', 'planned');
}, 60_000);
afterAll(async () => {
  await mailbox?.close();
  await w?.end();
});

const send = () => sendNotices(w, mailbox);

test('an alert raised with the API is in the referent’s and the coordinator’s mailbox, without a word of it', async () => {
  const { status } = await w.call('partner.tours', 'post', `/api/pathways/${pathwayId}/alerts`, {
    body: { level: 'high', source: 'cfa', what: 'Altercation avec le maître d’apprentissage' },
  });
  expect(status).toBe(404);
  const raised = await w.call('counsellor3.tours', 'post', `/api/pathways/${pathwayId}/alerts`, {
    body: { level: 'high', source: 'cfa', what: 'Altercation avec le maître d’apprentissage' },
  });
  expect(raised.status).toBe(201);
  await send();
  await send();
  expect(mailbox.received.flatMap((mail) => mail.to).sort()).toEqual([
    'coordinator.tours@staff.test',
    'counsellor.tours@staff.test',
  ]);
  for (const mail of mailbox.received) {
    expect(mail.text).toContain(`${w.deps.publicUrl}/pathways/${pathwayId}`);
    for (const words of [...Object.values(young), 'Altercation'])
      expect(JSON.stringify(mail)).not.toContain(words);
  }
  expect(JSON.stringify(w.logged)).not.toContain('staff.test');
});

describe('what one is told', () => {
  const own = async (person: string) => (await w.call(person, 'get', '/api/me/notifications')).body;
  const chosen = (body: { kinds: { kind: string; email: boolean }[] }) =>
    Object.fromEntries(body.kinds.map((k) => [k.kind, k.email]));

  test('is listed by role, and what was sent to oneself only', async () => {
    const coordinator = await own('coordinator.tours');
    expect(coordinator).toMatchObject({
      hasAddress: true,
      recent: [{ kind: 'high_alert', status: 'sent', sentAt: expect.any(String) }],
    });
    expect(chosen(coordinator)).toEqual({
      digest: true,
      high_alert: true,
      mediation_opened: true,
      cfa_warning: true,
      no_substitute: true,
      glass_opened: true,
    });
    expect(await own('mediator.tours')).toMatchObject({ recent: [] });
    expect(chosen(await own('mediator.tours'))).toEqual({ digest: true, mediation_opened: true });
    expect(chosen(await own('partner.tours'))).toEqual({ digest: true });
  });

  test('is switched off and on again, each kind for itself and each person for themselves', async () => {
    const choose = (email: object) =>
      w.call('coordinator.tours', 'put', '/api/me/notifications', { body: { email } });
    expect(chosen((await choose({ high_alert: false })).body)).toMatchObject({
      digest: true,
      high_alert: false,
    });
    expect(chosen((await choose({ digest: false })).body)).toMatchObject({
      digest: false,
      high_alert: false,
    });
    expect(chosen((await choose({ high_alert: true })).body)).toMatchObject({
      digest: false,
      high_alert: true,
    });
    expect(chosen(await own('coordinator.blois'))).toMatchObject({ digest: true });
    const wrong = await choose({ moon_landing: false });
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/email/moon_landing']);
  });

  test('is counted in the metrics by state, never by person', async () => {
    const { text } = await w.call('', 'get', '/metrics');
    expect(text).toContain('notification_messages{status="sent"} 2');
  });
});

describe('the calendar', () => {
  const make = async (person: string) => {
    const { status, body } = await w.call(person, 'post', '/api/me/calendar');
    expect(status).toBe(201);
    return new URL(body.url).pathname;
  };
  const read = (at: string) => w.call('', 'get', at);
  const since = async (person: string) => (await w.call(person, 'get', '/api/me/calendar')).body.since;

  /** Each event's properties, lines unfolded (RFC 5545, 3.1). */
  function events(text: string): Record<string, string>[] {
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    const lines = text.replaceAll(/\r\n[ \t]/g, '').split('\r\n');
    expect([lines[0], lines[1], lines.at(-1) || lines.at(-2)]).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'END:VCALENDAR',
    ]);
    const found: Record<string, string>[] = [];
    for (const line of lines) {
      if (line === 'BEGIN:VEVENT') found.push({});
      const [, name, value] = /^([A-Z-]+(?:;[^:]*)?):(.*)$/.exec(line) ?? [];
      if (name && found.length) (found.at(-1) as Record<string, string>)[name] = value as string;
    }
    return found;
  }

  test('has each open and planned task of its owner on the day it is due, and nobody’s name', async () => {
    const response = await read(await make('counsellor.tours'));
    expect([response.status, response.headers['content-type'], response.headers['cache-control']]).toEqual([
      200,
      'text/calendar; charset=utf-8',
      'no-store',
    ]);
    const { rows } = await w.owner.query<{
      id: string;
      kind: keyof typeof catalogue;
      due_at: Date;
      status: string;
    }>(
      "select id, kind, due_at, status from tasks where assignee_id = $1 and status in ('open', 'planned')",
      [idOf('counsellor.tours')],
    );
    expect(new Set(rows.map((r) => r.status))).toEqual(new Set(['open', 'planned']));
    const shown = events(response.text).map((e) => ({
      uid: e.UID,
      on: e['DTSTART;VALUE=DATE'],
      summary: e.SUMMARY,
      url: e['URL;VALUE=URI'],
    }));
    const byId = (a: { uid?: string }, b: { uid?: string }) => String(a.uid).localeCompare(String(b.uid));
    expect(shown.sort(byId)).toEqual(
      rows
        .map(({ id, kind, due_at }) => ({
          uid: `${id}@service-plus`,
          on: dayOf(due_at).replaceAll('-', ''),
          summary: catalogue[kind].label.fr.replaceAll(/[,;]/g, '\\$&'),
          url: `${w.deps.publicUrl}/tasks/${id}`,
        }))
        .sort(byId),
    );
    for (const words of Object.values(young)) expect(response.text).not.toContain(words);
  });

  test('is the same when nothing has changed, so that a calendar programme moves nothing', async () => {
    const at = await make('counsellor.tours');
    expect((await read(at)).text).toBe((await read(at)).text);
  });

  test('shows nobody the tasks of another, and none of who has none', async () => {
    expect(events((await read(await make('counsellor2.tours'))).text)).toEqual([]);
    expect(events((await read(await make('partner.tours'))).text)).toEqual([]);
  });

  test('is behind an address that is told once, replaced by the next and revoked', async () => {
    expect(await since('mediator.tours')).toBeNull();
    const first = await make('mediator.tours');
    expect((await read(first)).status).toBe(200);
    expect(await since('mediator.tours')).toEqual(expect.any(String));
    const second = await make('mediator.tours');
    expect((await read(first)).status).toBe(404);
    expect((await read(second)).status).toBe(200);
    const revoked = await w.call('mediator.tours', 'delete', '/api/me/calendar');
    expect(revoked.body).toEqual({ since: null });
    const gone = await read(second);
    expect([gone.status, gone.body.code]).toEqual([404, 'not_found']);
  });

  test('is closed to who has left, and nothing is stored or logged that would open it', async () => {
    const at = await make('counsellor3.tours');
    const secret = /^\/calendar\/([\w-]{43})\.ics$/.exec(at)?.[1] as string;
    await w.owner.query("update staff set active = false where subject = 'counsellor3.tours'");
    expect((await read(at)).status).toBe(404);
    const { rows } = await w.owner.query('select * from calendar_feeds');
    expect(JSON.stringify(rows)).not.toContain(secret);
    expect(rows.map((r) => r.secret_hash.toString('base64url'))).not.toContain(secret);
    const logs = JSON.stringify(w.logged);
    expect(logs).toContain('"route":"/calendar/{secret}.ics"');
    expect(logs).not.toContain(secret);
    expect((await w.call('', 'get', '/metrics')).text).not.toContain(secret);
  });

  test('is nobody’s behind an address that is none', async () => {
    for (const at of ['a', 'a'.repeat(43), `${'a'.repeat(43)}b`, '%00', "'or'1'='1"])
      expect([at, (await read(`/calendar/${at}.ics`)).status]).toEqual([at, 404]);
  });

  test('has a limit to what is asked of it from one place', async () => {
    const at = await make('counsellor.tours');
    let answered = 200;
    let asked = 0;
    for (; answered === 200 && asked < 200; asked++) answered = (await read(at)).status;
    expect(answered).toBe(429);
    expect((await read(at)).body.code).toBe('too_many_requests');
  });
});
