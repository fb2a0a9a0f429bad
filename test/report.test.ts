/** The report by the API: who reads which, that it can be asked again, its files, and the meetings it is kept for. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type request from 'supertest';
import { makeAndKeep } from '../db/meetings';
import { dayOf } from '../domain/calendar';
import type { Report } from '../domain/report';
import { type ApiWorld, createApiWorld, idOf } from './setup/api-world';
import { Documentation } from './setup/documented';
import { readPdf } from './setup/pdf';

let w: ApiWorld;
const documentation = new Documentation();

async function get(person: string, url: string): Promise<request.Response> {
  const response = await w.call(person, 'get', `/api${url}`);
  documentation.hold('get', `/api${url}`, response);
  return response;
}
async function post(person: string, url: string, body: object, headers = {}): Promise<request.Response> {
  const response = await w.call(person, 'post', `/api${url}`, { body, headers });
  documentation.hold('post', `/api${url}`, response);
  return response;
}
async function drop(person: string, id: string): Promise<request.Response> {
  const response = await w.call(person, 'delete', `/api/steering/meetings/${id}`);
  documentation.hold('delete', `/api/steering/meetings/${id}`, response);
  return response;
}
const now = () => new Date().toISOString();
const inDays = (n: number) => dayOf(Date.now() + n * 86_400_000);
const codes = ({ status, body }: request.Response) => [
  status,
  body.code,
  ...(body.errors ?? []).map((e: { pointer: string; code: string }) => `${e.pointer} ${e.code}`),
];
/** A row of a table. */
const row = (report: Report, section: string, table: string, id: string) =>
  report.sections
    .find((one) => one.id === section)
    ?.tables.find((one) => one.id === table)
    ?.rows.find((one) => one.id === id)?.cells;

/** Before anybody was enrolled, and after. */
let before: string;
let after: string;

beforeAll(async () => {
  w = await createApiWorld();
  before = now();
  await sleep(20);
  for (let n = 0; n < 7; n++) await w.enrol('tours');
  for (let n = 0; n < 6; n++) await w.enrol('blois');
  const left = await w.enrol('tours');
  await w.call('counsellor.tours', 'post', `/api/pathways/${left}/exit`, { body: { code: 'declined' } });
  await sleep(20);
  after = now();
}, 60_000);
afterAll(() => w?.end());

test('the report says what the overview says, to each what is theirs to read', async () => {
  const { status, body } = await get('coordinator.tours', `/steering/report?asOf=${after}&knownAt=${after}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ asOf: after, knownAt: after, compareTo: null, masked: false, kept: null },
    site: { id: 'tours', name: 'Tours' },
  });
  expect(body.sections.map((s: { id: string }) => s.id)).toEqual([
    ...['figures', 'steps', 'exits', 'corrected'],
    ...['funnel', 'durations', 'curve_contract', 'curve_termination'],
  ]);
  expect(row(body, 'figures', 'figures', 'entered')?.[1]).toBe(8);
  expect(row(body, 'steps', 'steps', 'welcome')?.slice(1)).toEqual([7, 1]);
  expect(row(body, 'exits', 'exits_phase1', 'declined')?.slice(1)).toEqual([1, 1]);

  const committee = await get('committee.tours', `/steering/report?asOf=${after}&knownAt=${after}`);
  expect(committee.body.masked).toBe(true);
  expect(row(committee.body, 'exits', 'exits_phase1', 'declined')?.slice(1)).toEqual([null, null]);
  expect(committee.body.hash).not.toBe(body.hash);

  const national = await get('committee.national', `/steering/report?asOf=${after}&knownAt=${after}`);
  expect(row(national.body, 'figures', 'figures_by_site', 'blois')?.slice(1, 3)).toEqual([6, 6]);
  const evaluator = await get('evaluator', `/steering/report?asOf=${after}&knownAt=${after}`);
  expect(evaluator.body.sections.map((s: { id: string }) => s.id)).toContain('arms');
  for (const { body } of [national, committee]) {
    expect(body.sections.map((s: { id: string }) => s.id)).not.toContain('arms');
    expect(JSON.stringify(body)).not.toMatch(/Martin|Camille|[0-9a-f]{8}-[0-9a-f]{4}-/);
  }
  for (const person of ['partner.tours', 'mediator.tours', 'admin'])
    expect([person, (await get(person, '/steering/report')).status]).toEqual([person, 403]);
});

test('with the same two instants figures and hash stay, whatever is recorded later', async () => {
  const url = `/steering/report?asOf=${after}&knownAt=${after}`;
  const first = await get('coordinator.blois', url);
  await w.enrol('blois');
  const again = await get('coordinator.blois', url);
  expect(again.body).toEqual(first.body);
  const later = await get('coordinator.blois', `/steering/report?asOf=${now()}`);
  expect(row(later.body, 'figures', 'figures', 'entered')?.[1]).toBe(7);
  expect(later.body.hash).not.toBe(first.body.hash);
});

test('two dates are compared by what is known at one instant', async () => {
  const { body } = await get(
    'coordinator.tours',
    `/steering/report?asOf=${after}&knownAt=${after}&compareTo=${before}`,
  );
  expect(body.compareTo).toBe(before);
  expect(row(body, 'comparison', 'compared_figures', 'entered')?.slice(1)).toEqual([0, 8, 8]);
  expect(row(body, 'comparison', 'compared_exits', 'declined')?.slice(1)).toEqual([0, 1, 1]);
  const national = await get('committee.national', `/steering/report?asOf=${after}&compareTo=${before}`);
  expect(row(national.body, 'comparison', 'compared_entered', 'blois')?.slice(1)).toEqual([0, 6, 6]);
  // A change from zero to a masked number would be that number.
  const masked = await get('committee.tours', `/steering/report?asOf=${after}&compareTo=${before}`);
  expect(row(masked.body, 'comparison', 'compared_exits', 'declined')?.slice(1)).toEqual([0, null, null]);
});

test('what is no question is refused by name', async () => {
  const asked = async (query: string, person = 'coordinator.tours') =>
    codes(await get(person, `/steering/report${query}`));
  expect(await asked(`?asOf=${inDays(1)}`)).toEqual([400, 'query_invalid', '/asOf date_in_future']);
  expect(await asked(`?compareTo=${inDays(1)}`)).toEqual([400, 'query_invalid', '/compareTo date_in_future']);
  expect(await asked(`?asOf=${inDays(-9)}&compareTo=${inDays(-9)}`)).toEqual([
    ...[400, 'query_invalid', '/compareTo compare_not_before'],
  ]);
  expect((await asked('?asOf=31/12/2025'))[1]).toBe('query_invalid');
  expect(await asked(`?meeting=${randomUUID()}&site=tours`)).toEqual([
    ...[400, 'query_invalid', '/site meeting_says_it'],
  ]);
  expect(await asked('?site=blois')).toEqual([404, 'not_found']);
  expect(await asked('?site=atlantis', 'committee.national')).toEqual([404, 'not_found']);
  expect(await asked(`?meeting=${randomUUID()}`)).toEqual([404, 'not_found']);
  for (const format of ['csv', 'xlsx', 'pdf']) {
    const of = (query: string) => get('committee.national', `/steering/report.${format}${query}`);
    expect(codes(await of('?site=atlantis'))).toEqual([404, 'not_found']);
    expect(codes(await of(`?asOf=${inDays(1)}`))).toEqual([400, 'query_invalid', '/asOf date_in_future']);
    expect((await of('?lang=de')).body.code).toBe('query_invalid');
  }
});

test('a file has a plain name, the same bytes for the same question, and is kept in the list of exports', async () => {
  const query = `?asOf=${after}&knownAt=${after}&compareTo=${before}`;
  const bytes = async (url: string) => {
    const token = await w.tokenOf('committee.tours');
    const response = await w
      .call('committee.tours', 'get', url, { headers: { authorization: `Bearer ${token}`, 'x-raw': '1' } })
      .then((r) => r);
    return {
      response,
      body: Buffer.isBuffer(response.body) ? response.body : Buffer.from(response.text ?? ''),
    };
  };
  const types = {
    csv: 'text/csv; charset=utf-8',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    pdf: 'application/pdf',
  };
  for (const [format, type] of Object.entries(types)) {
    const one = await bytes(`/api/steering/report.${format}${query}`);
    expect(one.response.status).toBe(200);
    expect(one.response.headers['content-type']).toBe(type);
    expect(one.response.headers['content-disposition']).toBe(
      `attachment; filename="note-etape-tours-${dayOf(after)}.${format}"`,
    );
    documentation.hold('get', `/api/steering/report.${format}`, one.response);
    const two = await bytes(`/api/steering/report.${format}${query}`);
    expect(one.body.length).toBeGreaterThan(1_000);
    expect(two.body.equals(one.body)).toBe(true);
    const english = await bytes(`/api/steering/report.${format}${query}&lang=en`);
    expect(english.body.equals(one.body)).toBe(false);
    if (format === 'pdf') {
      const { hash } = (await get('committee.tours', `/steering/report${query}`)).body;
      expect(readPdf(one.body).pages.join()).toContain(hash);
      expect(readPdf(english.body).info.Language).toBe('en-GB');
    }
  }
  const { rows } = await w.owner.query(
    `select site_id, what, filters, rows > 20 as some from exports where actor_id = $1 order by made_at`,
    [idOf('committee.tours')],
  );
  expect(rows).toHaveLength(9);
  expect(rows[0]).toEqual({
    ...{ site_id: 'tours', what: 'report', some: true },
    filters: { format: 'csv', asOf: after, knownAt: after, compareTo: before, site: 'tours' },
  });
  const seen = await w.call('coordinator.tours', 'get', '/api/exports');
  expect(seen.body.items.map((x: { what: string }) => x.what)).toContain('report');
});

describe('meetings', () => {
  const plan = (person: string, body: object, headers = {}) =>
    post(person, '/steering/meetings', body, headers);
  /** Somebody who is taken over as they are since three days ago. */
  const enrolledBefore = () =>
    w.enrol('tours', {
      ...{ enrolledOn: inDays(-3), consentOn: inDays(-3) },
      start: { step: 'contract_search', since: inDays(-2), referentId: idOf('counsellor.tours') },
    });
  const next = (more: object = {}) => ({ day: inDays(30), asOf: inDays(-1), ...more });

  test('are planned by the coordination for its committee, by the administration for any, once', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const mine = await plan('coordinator.tours', next(), headers);
    expect(mine.status).toBe(201);
    expect(mine.body).toMatchObject({
      ...{ siteId: 'tours', day: inDays(30), asOf: inDays(-1), compareTo: null },
      ...{ madeAt: null, cancelledAt: null },
    });
    expect(dayOf(mine.body.makeAt)).toBe(inDays(23));
    const again = await plan('coordinator.tours', next(), headers);
    expect(again.body).toEqual(mine.body);
    expect(codes(await plan('coordinator.tours', next({ day: inDays(31) }), headers))).toEqual([
      ...[422, 'idempotency_key_reused'],
    ]);
    const national = await plan('admin', next({ siteId: null, daysBefore: 2 }));
    expect([national.body.siteId, dayOf(national.body.makeAt)]).toEqual([null, inDays(28)]);
    const elsewhere = await plan('admin', next({ siteId: 'blois' }));
    const ids = async (person: string) =>
      (await get(person, '/steering/meetings')).body.items.map((m: { id: string }) => m.id).sort();
    expect(await ids('committee.tours')).toEqual([mine.body.id]);
    expect(await ids('counsellor.tours')).toEqual([mine.body.id]);
    expect(await ids('committee.national')).toEqual([national.body.id]);
    expect(await ids('evaluator')).toEqual([national.body.id]);
    expect(await ids('admin')).toEqual([mine, national, elsewhere].map((r) => r.body.id).sort());
    const first = await get('admin', '/steering/meetings?limit=2');
    const rest = await get('admin', `/steering/meetings?limit=2&cursor=${first.body.next}`);
    expect([...first.body.items, ...rest.body.items].map((m) => m.id).sort()).toEqual(await ids('admin'));
    expect(codes(await get('admin', '/steering/meetings?cursor=x'))).toEqual([400, 'cursor_invalid']);
  });

  test('that cannot be are refused by name, and nothing is kept', async () => {
    const count = async () => (await w.owner.query('select count(*) as n from meetings')).rows[0].n;
    const were = await count();
    const refused = async (body: object, person = 'admin') => codes(await plan(person, body));
    expect(await refused(next({ day: inDays(-1) }))).toEqual([422, 'body_invalid', '/day date_in_past']);
    expect(await refused(next({ day: '9999-12-31' }))).toEqual([422, 'body_invalid', '/day date_too_far']);
    expect(await refused(next({ asOf: '1999-12-31' }))).toEqual([422, 'body_invalid', '/asOf date_too_far']);
    expect(await refused(next({ asOf: inDays(23) }))).toEqual([
      ...[422, 'body_invalid', '/asOf as_of_not_before_making'],
    ]);
    expect(await refused(next({ compareTo: inDays(-1) }))).toEqual([
      ...[422, 'body_invalid', '/compareTo compare_not_before'],
    ]);
    expect(await refused(next({ siteId: 'atlantis' }))).toEqual([
      422,
      'body_invalid',
      '/siteId unknown_site',
    ]);
    expect((await refused(next({ day: '31/12/2026' })))[1]).toBe('body_invalid');
    expect((await refused(next({ daysBefore: 61 })))[1]).toBe('body_invalid');
    expect(await refused(next({ siteId: 'blois' }), 'coordinator.tours')).toEqual([404, 'not_found']);
    expect(await refused(next({ siteId: null }), 'coordinator.tours')).toEqual([404, 'not_found']);
    expect(await refused(next(), 'committee.tours')).toEqual([403, 'forbidden']);
    expect(await count()).toBe(were);
  });

  test('are cancelled by who plans them, until they have taken place', async () => {
    const { id } = (await plan('coordinator.tours', next())).body;
    expect(codes(await drop('coordinator.blois', id))).toEqual([404, 'not_found']);
    expect(codes(await drop('committee.tours', id))).toEqual([403, 'forbidden']);
    expect((await drop('coordinator.tours', id)).body.cancelledAt).toEqual(expect.any(String));
    expect(await makeAndKeep(w.owner, id, new Date())).toBe(false);
    const over = (await plan('coordinator.tours', next())).body.id;
    await w.owner.query('update meetings set day = $2 where id = $1', [over, inDays(-1)]);
    expect(codes(await drop('coordinator.tours', over))).toEqual([409, 'meeting_over']);
  });

  test('keep the report that they were given as it was read, and say when it was corrected since', async () => {
    await enrolledBefore();
    const { id } = (await plan('coordinator.tours', next())).body;
    expect(codes(await get('committee.tours', `/steering/report?meeting=${id}`))).toEqual([404, 'not_found']);
    expect(await makeAndKeep(w.owner, id, new Date())).toBe(true);
    // Again, and by another worker: once.
    const twice = await Promise.all([1, 2].map(() => makeAndKeep(w.owner, id, new Date())));
    expect(twice).toEqual([false, false]);
    const { rows } = await w.owner.query('select count(*)::int as n from outbox where id = $1', [
      `meeting/${id}`,
    ]);
    expect(rows).toEqual([{ n: 1 }]);

    const kept = await get('committee.tours', `/steering/report?meeting=${id}`);
    expect(kept.body).toMatchObject({
      ...{ masked: true, site: { id: 'tours' } },
      kept: { meetingId: id, day: inDays(30), correctedSince: false },
    });
    const own = await get(
      'committee.tours',
      `/steering/report?asOf=${kept.body.asOf}&knownAt=${kept.body.knownAt}`,
    );
    expect([own.body.hash, own.body.sections]).toEqual([kept.body.hash, kept.body.sections]);
    // A coordinator reads it as the committee did.
    expect((await get('coordinator.tours', `/steering/report?meeting=${id}`)).body).toEqual(kept.body);
    for (const person of ['committee.blois', 'committee.national', 'evaluator'])
      expect(codes(await get(person, `/steering/report?meeting=${id}`))).toEqual([404, 'not_found']);
    expect(codes(await get('admin', `/steering/report?meeting=${id}`))).toEqual([403, 'forbidden']);

    // Five more become known afterwards, of three days ago.
    for (let n = 0; n < 5; n++) await enrolledBefore();
    const since = await get('committee.tours', `/steering/report?meeting=${id}`);
    expect(since.body).toEqual({ ...kept.body, kept: { ...kept.body.kept, correctedSince: true } });
    const file = await get('committee.tours', `/steering/report.csv?meeting=${id}&lang=fr`);
    expect(file.text).toContain(kept.body.hash);
    for (const change of [
      `update kept_reports set hash = repeat('0', 64)`,
      'delete from kept_reports',
      'truncate kept_reports',
    ])
      await expect(w.owner.query(change)).rejects.toThrow('neither changed nor removed');
  });

  test('of the national committee are given all sites, masked together', async () => {
    const { id } = (await plan('admin', next({ siteId: null, compareTo: inDays(-5) }))).body;
    await makeAndKeep(w.owner, id, new Date());
    const { body } = await get('committee.national', `/steering/report?meeting=${id}`);
    expect(body).toMatchObject({ site: null, masked: true, kept: { correctedSince: false } });
    const own = await get(
      'committee.national',
      `/steering/report?asOf=${body.asOf}&knownAt=${body.knownAt}&compareTo=${body.compareTo}`,
    );
    expect(own.body.hash).toBe(body.hash);
    expect((await get('evaluator', `/steering/report?meeting=${id}`)).body.hash).toBe(body.hash);
    for (const person of ['committee.tours', 'coordinator.tours'])
      expect(codes(await get(person, `/steering/report?meeting=${id}`))).toEqual([404, 'not_found']);
  });
});
