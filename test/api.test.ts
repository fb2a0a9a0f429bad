/** The API on real servers: each role on each route, each documented answer, and what people and programmes get wrong. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Express } from 'express';
import type request from 'supertest';
import { drawActivities } from '../activities/draws';
import { createApp } from '../api/app';
import { createIdentity } from '../api/identity';
import { routes } from '../api/routes';
import { isWrite, type Route } from '../api/routing';
import { apiPool } from '../db/pool';
import { dayOf } from '../domain/calendar';
import { roles } from '../domain/pathway';
import { type PolicySubject, scopeOf, verdict } from '../domain/policy';
import { defaultSettings } from '../domain/settings';
import type { TaskKind } from '../domain/tasks';
import openApiSchema from './data/openapi-3.1.json';
import { type ApiWorld, createApiWorld, idOf, type Method, people, youngPerson } from './setup/api-world';
import { Cut } from './setup/cut';
import { Documentation } from './setup/documented';
import { writeEvaluated } from './setup/evaluated';
import { testAudience, testIssuer } from './setup/token';

let w: ApiWorld;
const documentation = new Documentation();
const workerWay = new Cut();

type Options = { body?: unknown; headers?: Record<string, string>; app?: Express };

/** A request whose answer must be as documented. */
async function ask(
  person: string,
  method: Method,
  url: string,
  options: Options = {},
): Promise<request.Response> {
  const response = await w.call(person, method, url, options);
  documentation.hold(method, url, response);
  return response;
}
const get = (person: string, url: string, options?: Options) => ask(person, 'get', `/api${url}`, options);
/** As `get`, for who is sought. */
const seek = (person: string, url: string, name: string) =>
  get(person, url, { headers: { 'x-search': encodeURIComponent(name) } });
const post = (person: string, url: string, body?: unknown, options?: Options) =>
  ask(person, 'post', `/api${url}`, { ...options, body });

const today = () => dayOf(new Date());
const inDays = (n: number) => dayOf(Date.now() + n * 86_400_000);

async function done(person: string, taskId: string, form: object): Promise<request.Response> {
  const response = await post(person, `/tasks/${taskId}/complete`, form);
  expect(response.body).toMatchObject({ revision: expect.any(Number) });
  return response;
}

/** A pathway of Tours after the first interview. */
async function interviewed(outcome: string, more: object = {}): Promise<string> {
  const id = await w.enrol('tours', more);
  await done('counsellor.tours', await w.task(id, 'first_contact'), { outcome: 'reached', channel: 'phone' });
  await done('coordinator.tours', await w.task(id, 'assign_referent'), {
    outcome: 'assigned',
    referentId: idOf('counsellor.tours'),
  });
  await done('counsellor.tours', await w.task(id, 'information_session'), { outcome: 'not_needed' });
  await done('counsellor.tours', await w.task(id, 'family_information'), { outcome: 'declined' });
  await done('counsellor.tours', await w.task(id, 'entry_interview'), { outcome });
  return id;
}

const contract = () => ({
  signedOn: today(),
  startsOn: inDays(5),
  endsOn: inDays(700),
  employer: 'Boulangerie Rivière',
  cfa: 'CFA de Tours',
  trade: 'boulanger',
  diploma: 'CAP',
});

/** A task shared with the partner of Tours, and one beside it that is not. */
let shared: { pathwayId: string; taskId: string; otherTaskId: string };
/** A pathway of Tours in its first step. */
let first: { pathwayId: string; taskId: string };
/** A pathway in contract search. */
let searching: string;
let importId: string;
/** What the policy looks at of the shared task, but whose it is. */
const sharedTask = { kind: 'discovery_action' as TaskKind, assigneeId: null };

beforeAll(async () => {
  w = await createApiWorld({ worker: workerWay });
  const [a, b, c] = await Promise.all([
    interviewed('project_to_validate'),
    w.enrol('tours'),
    interviewed('project_ready'),
  ]);
  const planned = await done('counsellor.tours', await w.task(a, 'plan_discovery'), {
    outcome: 'planned',
    actions: [
      { action: 'cfa_visit', on: today(), partnerId: idOf('partner.tours') },
      { action: 'immersion', on: today() },
    ],
  });
  const [taskId, otherTaskId] = planned.body.opened;
  shared = { pathwayId: a, taskId, otherTaskId };
  first = { pathwayId: b, taskId: await w.task(b, 'first_contact') };
  searching = c;
}, 60_000);
afterAll(() => w?.end());

const addFile = (person: string, taskId: string, body = 'Vu avec le CFA', options: Options = {}) =>
  post(person, `/tasks/${taskId}/files`, body, {
    headers: { 'content-type': 'text/plain', 'x-file-name': 'cfa.txt', ...options.headers },
  });

const csv = (text: string): Options => ({ body: text, headers: { 'content-type': 'text/csv' } });

describe('enrolling', () => {
  test('a young person is enrolled and their pathway starts', async () => {
    const response = await post('coordinator.tours', '/enrolments', youngPerson('tours'));
    expect(response.status).toBe(201);
    expect(response.headers.location).toBe(`/api/enrolments/${response.body.id}`);
    const read = () => get('counsellor.tours', `/enrolments/${response.body.id}`);
    let enrolment = await read();
    // Starts are noted together, a moment later.
    for (let n = 0; n < 40 && enrolment.body.startedAt === null; n++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      enrolment = await read();
    }
    expect(enrolment.body).toMatchObject({ siteId: 'tours', startedAt: expect.any(String) });
    expect(enrolment.body.person.birthDate).toMatch(/-01-15$/);
  });

  test('the same request again enrols nobody a second time, another one with its key is refused', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = youngPerson('tours');
    const once = await post('coordinator.tours', '/enrolments', body, { headers });
    const again = await post('coordinator.tours', '/enrolments', body, { headers });
    expect([once.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(once.body);
    const other = await post('coordinator.tours', '/enrolments', youngPerson('tours'), { headers });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('who may be enrolled already is named without a word about the person', async () => {
    const body = youngPerson('blois');
    const before = await post('coordinator.blois', '/enrolments', body);
    const response = await post('coordinator.tours', '/enrolments', { ...body, siteId: 'tours' });
    expect([response.status, response.body.code]).toEqual([409, 'possible_duplicate']);
    expect(response.body.candidates).toEqual([
      expect.objectContaining({ enrolmentId: before.body.id, siteId: 'blois' }),
    ]);
    expect(JSON.stringify(response.body)).not.toContain(body.lastName);
    const compared = { ...body, siteId: 'tours', notSameAs: [before.body.id] };
    expect((await post('coordinator.tours', '/enrolments', compared)).status).toBe(201);
  });

  test('a day that no calendar takes is refused, before a pathway waits for it', async () => {
    const start = {
      ...{ step: 'securing', since: today(), referentId: idOf('counsellor.tours') },
      contract: { ...contract(), endsOn: '9999-12-31' },
    };
    const response = await post('coordinator.tours', '/enrolments', youngPerson('tours', { start }));
    expect([response.status, response.body.errors]).toEqual([
      422,
      [
        {
          pointer: '/start/contract/endsOn',
          code: 'date_too_far',
          message: expect.stringMatching(/d'un autre temps/),
        },
      ],
    ]);
  });

  test('an unknown site is refused in the language asked for', async () => {
    const ask = (language: string) =>
      post('coordinator.tours', '/enrolments', youngPerson('atlantis'), {
        headers: { 'accept-language': language },
      });
    const [fr, en] = [await ask('fr'), await ask('en-GB,fr;q=0.5')];
    expect(fr.body.errors).toContainEqual({
      pointer: '/siteId',
      code: 'unknown_site',
      message: expect.stringMatching(/site/),
    });
    expect(fr.headers['content-language']).toBe('fr');
    expect(en.body.title).toMatch(/^The enrolment is not valid/);
    expect(en.headers['content-language']).toBe('en');
  });

  test('a spreadsheet enrols who is valid and gives back the others to correct', async () => {
    const template = await get('coordinator.tours', '/enrolments/template');
    expect(template.headers['content-type']).toMatch(/text\/csv/);
    const header = template.text.replace(/^\ufeff/, '').trim();
    const young = youngPerson('tours') as Record<string, string>;
    const value = (name: string) =>
      ({
        site: 'tours',
        nom: young.lastName,
        prenom: young.firstName,
        telephone: '0612345678',
        situation: 'seeking_job',
        prescripteur: 'cfa',
        date_naissance: young.birthDate,
        date_consentement: young.consentOn,
      })[name] ?? '';
    const good = header.split(';').map(value).join(';');
    const bad = good.replace('0612345678', 'nobody');
    const file = csv(`${header}\r\n${good}\r\n${bad}\r\n`);
    const dry = await ask('coordinator.tours', 'post', '/api/enrolments/import?dryRun=true', file);
    expect(dry.body).toMatchObject({ dryRun: true, rows: 2, accepted: 1, rejected: 1 });
    const response = await ask('coordinator.tours', 'post', '/api/enrolments/import', file);
    expect(response.body).toMatchObject({ dryRun: false, accepted: 1, rejected: 1, rejectsAvailable: true });
    importId = response.body.importId;
    const rejects = await get('coordinator.tours', `/enrolments/imports/${importId}/rejects`);
    expect(rejects.text).toContain('erreur');
    expect((await get('coordinator.blois', `/enrolments/imports/${importId}/rejects`)).status).toBe(404);
  });

  test('a file that is no table is refused with its reason, one too large with its limit', async () => {
    const refused = await ask('admin', 'post', '/api/enrolments/import', csv('a;b\r\n1;2\r\n'));
    expect([refused.status, refused.body.code]).toEqual([422, 'file_refused']);
    const large = await ask('admin', 'post', '/api/enrolments/import', csv('x'.repeat(300_000)));
    expect([large.status, large.body.code]).toEqual([413, 'body_too_large']);
  });
});

describe('who may do what', () => {
  const subjects: Record<string, { own: string; elsewhere?: string }> = {
    coordinator: { own: 'coordinator.tours', elsewhere: 'coordinator.blois' },
    counsellor: { own: 'counsellor.tours', elsewhere: 'counsellor.blois' },
    mediator: { own: 'mediator.tours', elsewhere: 'mediator.blois' },
    partner: { own: 'partner.tours', elsewhere: 'partner2.tours' },
    committee: { own: 'committee.tours' },
    national_committee: { own: 'committee.national' },
    evaluator: { own: 'evaluator' },
    admin: { own: 'admin' },
  };

  /** What a route is asked with: valid, but for If-Match, which lets nothing be decided. */
  const bodies: Record<string, unknown> = {
    '/enrolments': {},
    '/enrolments/import': 'a;b',
    '/tasks/{id}/assign': { assigneeId: idOf('counsellor.tours') },
    '/tasks/{id}/complete': { outcome: 'done' },
    '/tasks/{id}/draft': { form: {} },
    '/tasks/{id}/comments': { body: 'Vu avec le CFA' },
    '/tasks/{id}/files': 'Vu avec le CFA',
    '/tasks/bulk': {},
    '/views': { name: 'Cette semaine', filters: { due: 'week' } },
    '/views/{id}': { name: 'Cette semaine', filters: { due: 'week' } },
    '/glass': {
      ...{ by: 'name', lastName: 'Personne', firstName: 'Ailleurs', birthDate: '2005-01-15' },
      reason: 'Se présente à notre accueil, dit être suivi ailleurs',
    },
    '/exports': { what: 'pathways', filters: {} },
    '/steering/meetings': { day: inDays(30), asOf: inDays(-1) },
    '/me/notifications': { email: { digest: true } },
    '/pathways/{id}/contacts': { channel: 'phone', result: 'reached' },
    '/pathways/{id}/contracts': {
      signedOn: '2026-01-05',
      startsOn: '2026-02-01',
      endsOn: '2028-01-31',
      employer: 'a',
      cfa: 'b',
      trade: 'c',
      diploma: 'd',
    },
    '/pathways/{id}/terminations': { on: '2026-03-01', initiator: 'mutual', reason: 'other' },
    '/pathways/{id}/employments': { kind: 'permanent', startsOn: '2026-03-01', employer: 'a' },
    '/pathways/{id}/alerts': { level: 'low', source: 'cfa', what: 'a' },
    '/pathways/{id}/offers': { offer: 'a' },
    '/pathways/{id}/exit': { code: 'declined' },
    '/pathways/{id}/notes': { body: 'Une note' },
    '/pathways/{id}/hold': { until: '2099-01-01' },
    '/pathways/{id}/transfer': { referentId: idOf('counsellor2.tours') },
    '/draws': {},
    '/draws/{id}/number': { number: '7' },
    '/evaluation/answers': {},
    '/evaluation/matching': {},
    '/evaluation/unblinding': {},
    '/absences': { from: inDays(900), to: inDays(901) },
    '/absences/{id}/substitute': { substituteId: null },
    '/duty': { staffId: idOf('counsellor.tours'), from: inDays(900), to: inDays(901) },
    '/staff/{id}/handover': { to: 'proposal' },
    '/admin/sites/{id}/settings': defaultSettings,
    '/admin/sites/{id}/closures': defaultSettings.calendar,
    '/admin/sites/{id}/actions': { actions: defaultSettings.actions },
  };

  /** The subject of a route: a task shared with partner.tours, a file of theirs on it, its pathway, an enrolment. */
  const subjectOf = async (
    route: Route,
    actorId: string,
  ): Promise<{ id: string; facts: PolicySubject } | null> => {
    const site = { siteId: 'tours' };
    if (route.path === '/files/{id}') {
      const partnerId = idOf('partner.tours');
      const { body } = await get('partner.tours', `/tasks/${shared.taskId}`);
      const [file] = body.files.filter((f: { author: { id: string } }) => f.author.id === partnerId);
      const { id } = file ?? (await addFile('partner.tours', shared.taskId)).body;
      // Whose it is counts for those who see its task.
      const seen = actorId !== idOf('partner2.tours');
      const facts = seen && route.method === 'delete' ? { staffId: partnerId } : {};
      return { id, facts: { ...site, task: { ...sharedTask, partnerId }, ...facts } };
    }
    if (route.path.startsWith('/admin/sites/{id}')) return { id: 'tours', facts: site };
    if (route.path.startsWith('/tasks/{id}')) {
      return {
        id: shared.taskId,
        facts: { ...site, task: { ...sharedTask, partnerId: idOf('partner.tours') } },
      };
    }
    if (route.path.startsWith('/pathways/{id}') || route.path === '/enrolments/{id}') {
      return { id: shared.pathwayId, facts: { ...site, shared: actorId === idOf('partner.tours') } };
    }
    return null;
  };

  const cases = routes.flatMap((route) =>
    roles.flatMap((role) =>
      (['own', 'elsewhere'] as const).flatMap((where) => {
        const subject = subjects[role]?.[where];
        return subject ? [[`${route.method.toUpperCase()} ${route.path}`, subject, route] as const] : [];
      }),
    ),
  );

  test.each(cases)('%s by %s is as the table says', async (_name, subject, route) => {
    const actor = people[subject] as (typeof people)[string];
    const about = await subjectOf(route, actor.id);
    const text = route.stream?.find((type) => type.startsWith('text/'));
    const headers: Record<string, string> = {
      ...(route.ifMatch && { 'if-match': '"999999"' }),
      ...(text && { 'content-type': text }),
      ...(route.named && { 'x-file-name': 'cfa.txt' }),
    };
    const url = `/api${route.path.replace('{id}', about?.id ?? randomUUID())}`;
    const response = await ask(subject, route.method, url, { body: bodies[route.path], headers });

    const expected = (() => {
      if (scopeOf(actor.role, route.action) === null) return 'forbidden';
      if (about)
        return { allowed: 'done', forbidden: 'forbidden', unseen: 'not_found' }[
          verdict(actor, route.action, about.facts)
        ];
      // An import that nobody made, an absence of nobody.
      return route.path.includes('{id}') ? 'not_found' : 'done';
    })();
    // Committees may, from the day on which they are unblinded.
    const blinded = response.body.code === 'still_blinded' && actor.role.endsWith('committee');
    const got =
      response.status < 400 || [412, 422].includes(response.status) || blinded ? 'done' : response.body.code;
    expect(got).toBe(expected);
    if (route.ifMatch && expected === 'done') expect(response.status).toBe(412);
  });

  test('a counsellor does not take a task of the coordinator, and nobody sees the task of another site', async () => {
    const id = await w.enrol('tours');
    await done('counsellor.tours', await w.task(id, 'first_contact'), { outcome: 'reached', channel: 'sms' });
    const task = await w.task(id, 'assign_referent');
    expect((await post('counsellor.tours', `/tasks/${task}/claim`)).status).toBe(403);
    expect((await post('coordinator.blois', `/tasks/${task}/claim`)).status).toBe(404);
    expect((await post('coordinator.tours', `/tasks/${task}/claim`)).status).toBe(200);
  });

  test('a partner sees its task, not the one beside it, and of the young person what it needs to reach them', async () => {
    expect((await get('partner.tours', `/tasks/${shared.taskId}`)).status).toBe(200);
    expect((await get('partner.tours', `/tasks/${shared.otherTaskId}`)).status).toBe(404);
    const tasks = await get('partner.tours', '/tasks');
    expect(tasks.body.items.map((t: { id: string }) => t.id)).toEqual([shared.taskId]);
    const pathway = await get('partner.tours', `/pathways/${shared.pathwayId}`);
    expect(Object.keys(pathway.body.person).sort()).toEqual(['email', 'firstName', 'lastName', 'phone']);
    expect((await get('partner2.tours', '/pathways')).body.items).toEqual([]);
  });

  test('who read which record is kept', async () => {
    await get('mediator.tours', `/pathways/${first.pathwayId}`);
    await get('mediator.tours', `/pathways/${first.pathwayId}/timeline`);
    await get('mediator.tours', `/pathways/${first.pathwayId}/notes`);
    await get('mediator.tours', `/enrolments/${first.pathwayId}`);
    await get('mediator.tours', `/tasks/${first.taskId}`);
    const file = await addFile('counsellor.tours', first.taskId);
    await get('mediator.tours', `/files/${file.body.id}`);
    const { rows } = await w.owner.query(
      'select what from reading_log where actor_id = $1 and pathway_id = $2 order by id',
      [idOf('mediator.tours'), first.pathwayId],
    );
    expect(rows.map((r) => r.what)).toEqual(['pathway', 'timeline', 'notes', 'enrolment', 'task', 'file']);
  });
});

describe('every route', () => {
  const urlOf = (route: Route) =>
    `/api${route.path.replace('{id}', route.path.startsWith('/tasks') ? first.taskId : first.pathwayId)}`;
  /** Somebody who may, of the programme or of Tours. */
  const allowed = (route: Route) => {
    const role = roles.find((r) => scopeOf(r, route.action)) as string;
    return `${role}.tours` in people ? `${role}.tours` : role;
  };
  const each = routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const);

  test.each(each)('%s asks who it is', async (_, route) => {
    const nobody = await ask('', route.method, urlOf(route));
    expect([nobody.status, nobody.body.code]).toEqual([401, 'token_missing']);
    const stranger = await ask('somebody.else', route.method, urlOf(route));
    expect([stranger.status, stranger.body.code]).toEqual([403, 'unknown_person']);
  });

  test.each(each)('%s names an unknown query parameter', async (_, route) => {
    const response = await ask(allowed(route), route.method, `${urlOf(route)}?colour=blue`);
    expect([response.status, response.body.code]).toEqual([400, 'query_invalid']);
    expect(response.body.errors).toEqual([
      { pointer: '/colour', code: 'unknown_field', message: expect.any(String) },
    ]);
  });

  const withBody = each.filter(([, route]) => route.body || route.stream);
  test.each(withBody)(
    '%s takes its media types alone, no more than fits, and only its own fields',
    async (_, route) => {
      const other = await ask(allowed(route), route.method, urlOf(route), {
        body: 'x',
        headers: { 'content-type': 'text/html' },
      });
      expect([other.status, other.body.code]).toEqual([415, route.otherType ?? 'media_type_unsupported']);
      if (route.stream) return;
      const headers = { 'content-type': 'application/json' };
      const large = await ask(allowed(route), route.method, urlOf(route), {
        body: JSON.stringify({ a: 'x'.repeat(1_100_000) }),
        headers,
      });
      expect([large.status, large.body.code]).toEqual([413, 'body_too_large']);
      const unknown = await ask(allowed(route), route.method, urlOf(route), {
        body: { colour: 'blue' },
      });
      expect([unknown.status, unknown.body.code]).toEqual([422, 'body_invalid']);
      expect(unknown.body.errors[0].pointer).toMatch(/^\//);
      const broken = await ask(allowed(route), route.method, urlOf(route), { body: '{"a": }', headers });
      expect([broken.status, broken.body.code, broken.body.detail]).toEqual([
        400,
        'json_invalid',
        'Au caractère 7',
      ]);
    },
  );

  test('every route has a limit to what one person asks in a minute', async () => {
    const app = createApp({ ...w.deps, requestsPerMinute: 1 });
    expect((await get('coordinator.tours', '/me', { app })).status).toBe(200);
    for (const route of routes) {
      const response = await ask('coordinator.tours', route.method, urlOf(route), { app });
      expect([route.path, response.status, response.body.code]).toEqual([
        route.path,
        429,
        'too_many_requests',
      ]);
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    }
  });

  test('every route says so when the database is away', async () => {
    const api = apiPool('postgresql://nobody@127.0.0.1:1/nothing', { name: 'away' });
    const identity = createIdentity({ issuer: testIssuer, audience: testAudience, pool: api, keys: w.keys });
    const app = createApp({ ...w.deps, api, identity });
    for (const route of routes) {
      const response = await ask('coordinator.tours', route.method, urlOf(route), { app });
      expect([route.path, response.status, response.body.code]).toEqual([route.path, 503, 'database_away']);
      expect(response.headers['retry-after']).toBe('5');
    }
    await api.end();
  });

  test('an address that is none is 404, a method that is none 405 with those there are', async () => {
    const none = await w.call('admin', 'get', '/api/nothing');
    expect([none.status, none.body.code]).toEqual([404, 'not_found']);
    expect((await w.call('admin', 'get', '/api/tasks/%ff')).status).toBe(404);
    const wrong = await w.call('admin', 'patch', '/api/enrolments');
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'POST']);
    expect((await w.call('admin', 'post', '/api/me')).headers.allow).toBe('GET, HEAD');
  });

  test('an answer is not kept by anybody on the way, and carries the id of its request', async () => {
    const response = await get('admin', '/me', { headers: { 'x-request-id': 'screen-7' } });
    expect(response.headers['cache-control']).toBe('no-store');
    expect(response.headers['x-request-id']).toBe('screen-7');
    expect(response.headers['content-security-policy']).toContain("default-src 'none'");
    expect(response.headers['x-powered-by']).toBeUndefined();
  });
});

describe('a task', () => {
  const claim = (person: string, id: string, options?: Options) =>
    post(person, `/tasks/${id}/claim`, undefined, options);

  async function opened(): Promise<string> {
    return w.task(await w.enrol('tours'), 'first_contact');
  }

  test('that somebody holds is theirs: another one is told who it is', async () => {
    const id = await opened();
    expect((await claim('counsellor.tours', id)).body).toMatchObject({ subjectId: id, opened: [] });
    for (const response of [
      await claim('counsellor2.tours', id),
      await post('counsellor2.tours', `/tasks/${id}/complete`, { outcome: 'reached', channel: 'phone' }),
      await post('counsellor2.tours', `/tasks/${id}/release`),
    ]) {
      expect([response.status, response.body.code]).toEqual([409, 'task_held']);
      expect(response.body.heldBy).toEqual({ id: idOf('counsellor.tours'), displayName: 'Conseil 1 Tours' });
    }
    expect(
      (await post('coordinator.tours', `/tasks/${id}/assign`, { assigneeId: idOf('counsellor2.tours') }))
        .status,
    ).toBe(200);
    expect(
      (await get('counsellor2.tours', '/tasks?assignee=me')).body.items.map((t: { id: string }) => t.id),
    ).toContain(id);
    // A coordinator gives back what others hold.
    expect((await post('coordinator.tours', `/tasks/${id}/release`)).status).toBe(200);
    const free = await post('counsellor.tours', `/tasks/${id}/release`);
    expect([free.status, free.body.code]).toEqual([409, 'task_not_held']);
  });

  test('is given to nobody of another site, and to no role that does not take it', async () => {
    const id = await opened();
    for (const person of ['counsellor.blois', 'mediator.tours', 'partner.tours']) {
      const response = await post('coordinator.tours', `/tasks/${id}/assign`, { assigneeId: idOf(person) });
      expect([response.status, response.body.errors[0].pointer]).toEqual([422, '/assigneeId']);
    }
  });

  test('is completed once', async () => {
    const id = await opened();
    const form = { outcome: 'reached', channel: 'phone', comment: 'Au téléphone, 12 minutes' };
    const response = await done('counsellor.tours', id, form);
    expect(response.body.opened).toHaveLength(1);
    expect(response.headers.etag).toBe(`"${response.body.revision}"`);
    for (const again of [
      await post('counsellor.tours', `/tasks/${id}/complete`, form),
      await claim('counsellor.tours', id),
      await post('coordinator.tours', `/tasks/${id}/assign`, { assigneeId: idOf('counsellor.tours') }),
    ]) {
      expect([again.status, again.body.code]).toEqual([409, 'task_closed']);
    }
    const read = await get('counsellor.tours', `/tasks/${id}`);
    expect(read.body).toMatchObject({ status: 'done', outcome: 'reached', words: { comment: form.comment } });
    const timeline = await get(
      'counsellor.tours',
      `/pathways/${read.body.pathwayId}/timeline?type=task_completed`,
    );
    expect(timeline.body.items).toEqual([
      expect.objectContaining({
        type: 'task_completed',
        words: { comment: form.comment },
        by: { id: idOf('counsellor.tours'), displayName: 'Conseil 1 Tours' },
      }),
    ]);
    // The task's own history tells of nothing else.
    const own = await get('counsellor.tours', `/pathways/${read.body.pathwayId}/timeline?task=${id}`);
    expect(own.body.items.map((e: { type: string }) => e.type)).toEqual(['task_completed', 'task_opened']);
  });

  test('asked twice with one key counts once and is answered the same', async () => {
    const id = await opened();
    const headers = { 'idempotency-key': 'a screen, retrying' };
    const form = { outcome: 'reached', channel: 'phone', comment: 'Une fois' };
    const [one, other] = await Promise.all(
      [1, 2].map(() => post('counsellor.tours', `/tasks/${id}/complete`, form, { headers })),
    );
    expect([one?.status, other?.status]).toEqual([200, 200]);
    expect(one?.body).toEqual(other?.body);
    const later = await post('counsellor.tours', `/tasks/${id}/complete`, form, {
      headers: { ...headers, 'if-match': '"1"' },
    });
    expect(later.body).toEqual(one?.body);
    const { rows } = await w.owner.query('select count(*) as n from words where pathway_id = $1', [
      id.split('.')[0],
    ]);
    expect(rows[0].n).toBe(1);
  });

  test('is not decided by whoever read it before it changed', async () => {
    const id = await opened();
    const read = await get('counsellor.tours', `/tasks/${id}`);
    await claim('counsellor.tours', id);
    const stale = await post('counsellor.tours', `/tasks/${id}/release`, undefined, {
      headers: { 'if-match': read.headers.etag as string },
    });
    expect([stale.status, stale.body.code]).toEqual([412, 'stale']);
    const fresh = (await get('counsellor.tours', `/tasks/${id}`)).headers.etag as string;
    expect(
      (await post('counsellor.tours', `/tasks/${id}/release`, undefined, { headers: { 'if-match': fresh } }))
        .status,
    ).toBe(200);
    const wrong = await claim('counsellor.tours', id, { headers: { 'if-match': 'yesterday' } });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'header_invalid']);
    expect(
      (await claim('counsellor.tours', id, { headers: { 'idempotency-key': 'x'.repeat(201) } })).body.code,
    ).toBe('header_invalid');
  });

  test('has no outcome but its own, and its words do not stay when it is refused', async () => {
    const id = await opened();
    const words = async () =>
      (await w.owner.query('select fields from words where pathway_id = $1', [id.split('.')[0]])).rows.length;
    const none = await post('counsellor.tours', `/tasks/${id}/complete`, { outcome: 'hired', comment: 'x' });
    expect([none.status, none.body.code, none.body.errors[0].pointer]).toEqual([
      422,
      'outcome_invalid',
      '/outcome',
    ]);
    const wrong = await post('counsellor.tours', `/tasks/${id}/complete`, {
      outcome: 'reached',
      channel: 'pigeon',
    });
    expect(wrong.body.errors[0].pointer).toBe('/channel');
    await claim('counsellor.tours', id);
    const held = await post('counsellor2.tours', `/tasks/${id}/complete`, {
      outcome: 'reached',
      channel: 'phone',
      comment: 'Trop tard',
    });
    expect(held.body.code).toBe('task_held');
    expect(await words()).toBe(0);
  });

  test('takes text without NUL and of a length, and says which field and where', async () => {
    const id = await opened();
    const nul = await post('counsellor.tours', `/tasks/${id}/complete`, {
      outcome: 'reached',
      channel: 'phone',
      comment: 'a\u0000b',
    });
    expect([nul.status, nul.body.errors[0].pointer]).toEqual([422, '/comment']);
    const half = await ask('counsellor.tours', 'put', `/api/tasks/${id}/draft`, {
      body: '{"form": {"comment": "\\ud800"}}',
      headers: { 'content-type': 'application/json' },
    });
    expect([half.status, half.body.errors[0].pointer]).toEqual([422, '/form/comment']);
    const long = await post('counsellor.tours', `/tasks/${id}/complete`, {
      outcome: 'reached',
      channel: 'phone',
      comment: 'x'.repeat(4001),
    });
    expect(long.body.errors[0].pointer).toBe('/comment');
    const huge = await ask('counsellor.tours', 'post', `/api/tasks/${id}/complete`, {
      body: JSON.stringify({ outcome: 'reached', comment: 'x'.repeat(10 * 1024 * 1024) }),
      headers: { 'content-type': 'application/json' },
    });
    expect(huge.status).toBe(413);
  });

  test('that is planned, of another pathway or of none is not decided', async () => {
    const pathwayId = await w.enrol('tours');
    const planned = await w.task(pathwayId, 'hard_to_reach_decision', 'planned');
    const early = await post('coordinator.tours', `/tasks/${planned}/complete`, { outcome: 'lost_contact' });
    expect([early.status, early.body.code]).toEqual([409, 'task_planned']);
    expect((await claim('counsellor.tours', `${pathwayId}.99`)).status).toBe(404);
    expect((await claim('counsellor.tours', 'not-a-task')).status).toBe(404);
  });

  test('tells its form, what follows from each outcome, and for a referent the least loaded first', async () => {
    const pathwayId = await w.enrol('tours');
    await done('counsellor.tours', await w.task(pathwayId, 'first_contact'), {
      outcome: 'reached',
      channel: 'phone',
    });
    const id = await w.task(pathwayId, 'assign_referent');
    const { body } = await get('coordinator.tours', `/tasks/${id}`);
    expect(body.outcomes).toEqual([
      {
        code: 'assigned',
        label: { fr: 'Référent désigné', en: 'Assigned' },
        follows: expect.objectContaining({ fr: expect.any(String) }),
      },
    ]);
    const loads = body.proposals.counsellor.map((p: { load: number }) => p.load);
    expect(loads).toEqual([...loads].sort((a, b) => a - b));
    expect(body.proposals.counsellor.at(-1)).toMatchObject({ id: idOf('counsellor.tours') });
    expect(body.deadlines).toContainEqual(
      expect.objectContaining({
        name: 'task_due',
        at: body.dueAt,
        sentence: { fr: expect.stringContaining('parce que'), en: expect.stringContaining('because') },
      }),
    );
    const form = new Ajv2020({ strict: false });
    addFormats(form);
    expect(form.validate(body.form, { outcome: 'assigned', referentId: idOf('counsellor.tours') })).toBe(
      true,
    );
    expect(form.validate(body.form, { outcome: 'reached' })).toBe(false);
    const partner = await post('coordinator.tours', `/tasks/${id}/complete`, {
      outcome: 'assigned',
      referentId: idOf('partner.tours'),
    });
    expect([partner.status, partner.body.errors[0]]).toEqual([
      422,
      { pointer: '/referentId', code: 'person_unknown', message: expect.any(String) },
    ]);
  });

  test('tells each reader what they may do with it, and a coordinator to whom it can be given', async () => {
    const id = await w.task(await w.enrol('tours'), 'first_contact');
    const { actions, assignees } = (await get('coordinator.tours', `/tasks/${id}`)).body;
    expect(actions).toContain('task.assign');
    const roles = assignees.map((p: { role: string }) => p.role);
    expect([...new Set(roles)].sort()).toEqual(['coordinator', 'counsellor']);
    const counsellor = (await get('counsellor.tours', `/tasks/${id}`)).body;
    expect(counsellor.actions).toEqual([
      'task.claim',
      'task.release',
      'task.complete',
      'task.draft',
      'task.comment',
    ]);
    expect(counsellor.assignees).toEqual([]);
    expect((await get('mediator.tours', `/tasks/${id}`)).body.actions).toEqual([]);
  });

  test('keeps a draft for its author until it is completed, and comments for all', async () => {
    const id = await opened();
    const form = { outcome: 'reached', comment: 'à moitié écr' };
    const kept = await ask('counsellor.tours', 'put', `/api/tasks/${id}/draft`, { body: { form } });
    expect(kept.status).toBe(200);
    expect((await get('counsellor.tours', `/tasks/${id}`)).body.draft).toEqual({
      form,
      savedAt: kept.body.savedAt,
    });
    expect((await get('counsellor2.tours', `/tasks/${id}`)).body.draft).toBeNull();
    const headers = { 'idempotency-key': 'once' };
    const body = { body: 'Rappeler après 18 h' };
    const one = await post('counsellor2.tours', `/tasks/${id}/comments`, body, { headers });
    const again = await post('counsellor2.tours', `/tasks/${id}/comments`, body, { headers });
    expect([one.status, again.body]).toEqual([201, one.body]);
    expect((await get('counsellor.tours', `/tasks/${id}`)).body.comments).toHaveLength(1);
    await done('counsellor.tours', id, { outcome: 'reached', channel: 'phone' });
    const { rows } = await w.owner.query('select count(*) as n from task_drafts where task_id = $1', [id]);
    expect(rows[0].n).toBe(0);
  });

  test('among many is decided on its own: a result for each', async () => {
    const ids = await Promise.all([opened(), opened(), opened()]);
    await claim('counsellor2.tours', ids[1] as string);
    const unknown = `${randomUUID()}.1`;
    const bulk = await post('counsellor.tours', '/tasks/bulk', {
      action: 'complete',
      taskIds: [...ids, unknown],
      form: { outcome: 'reached', channel: 'visit', comment: 'À la réunion' },
    });
    expect(bulk.status).toBe(200);
    expect(
      bulk.body.results.map(
        (r: { status: number; problem?: { code: string } }) => r.problem?.code ?? r.status,
      ),
    ).toEqual([200, 'task_held', 200, 'not_found']);
    const { rows } = await w.owner.query('select pathway_id from words where pathway_id = any($1)', [
      ids.map((id) => id.split('.')[0]),
    ]);
    expect(rows).toHaveLength(2);
    const assigned = await post('counsellor.tours', '/tasks/bulk', {
      action: 'assign',
      taskIds: ids,
      assigneeId: idOf('counsellor.tours'),
    });
    expect(assigned.body.results.map((r: { status: number }) => r.status)).toEqual([403, 403, 403]);
    const claimed = await post('counsellor.tours', '/tasks/bulk', {
      action: 'claim',
      taskIds: [await opened()],
    });
    expect(claimed.body.results[0].recorded.revision).toBeGreaterThan(1);
    const released = await post('counsellor.tours', '/tasks/bulk', {
      action: 'release',
      taskIds: [claimed.body.results[0].taskId, ids[1]],
    });
    expect(
      released.body.results.map(
        (r: { status: number; problem?: { code: string } }) => r.problem?.code ?? r.status,
      ),
    ).toEqual([200, 'task_held']);
    const twice = await post('counsellor.tours', '/tasks/bulk', {
      action: 'claim',
      taskIds: [ids[0], ids[0]],
    });
    expect(twice.status).toBe(422);
    const many = await post('counsellor.tours', '/tasks/bulk', {
      action: 'claim',
      taskIds: Array.from({ length: 201 }, (_, n) => `${randomUUID()}.${n + 1}`),
    });
    expect(many.status).toBe(422);
  });
});

// What a file may be is in test/files.test.ts.
describe('a file', () => {
  test('is kept once, is of a size and a name, and one of twenty', async () => {
    const task = await w.task(await w.enrol('tours'), 'first_contact');
    const headers = { 'idempotency-key': 'a screen, retrying' };
    const one = await addFile('counsellor.tours', task, 'Une fois', { headers });
    const again = await addFile('counsellor.tours', task, 'Une fois', { headers });
    expect([one.status, again.status, again.body]).toEqual([201, 201, one.body]);
    const other = await addFile('counsellor.tours', task, 'Une autre', { headers });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
    const large = await addFile('counsellor.tours', task, 'x'.repeat(3_000_001));
    expect([large.status, large.body.code]).toEqual([413, 'file_too_large']);
    for (let n = 1; n < 20; n++) expect((await addFile('counsellor.tours', task)).status).toBe(201);
    const full = await addFile('counsellor.tours', task);
    expect([full.status, full.body.code]).toEqual([409, 'too_many_files']);
  });
});

describe('the inbox', () => {
  test('is by due date, in pages that lose and repeat nothing', async () => {
    const whole = (await get('coordinator.tours', '/tasks?limit=200')).body.items;
    expect(whole.length).toBeGreaterThan(6);
    const paged: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await get('coordinator.tours', `/tasks?limit=3${cursor}`);
      paged.push(...body.items);
      cursor = body.next && `&cursor=${body.next}`;
    } while (cursor);
    expect(paged).toEqual(whole);
    const dues = whole.map((t: { dueAt: string }) => t.dueAt);
    expect(dues).toEqual([...dues].sort());
  });

  test('parts the open tasks: each is due once', async () => {
    const { body: counts } = await get('coordinator.tours', '/tasks/counts');
    for (const whose of ['me', 'unassigned', 'team'] as const) {
      const { total, ...parts } = counts[whose];
      expect(Object.values(parts as Record<string, number>).reduce((a, b) => a + b)).toBe(total);
      for (const [due, n] of Object.entries(parts)) {
        const { body } = await get('coordinator.tours', `/tasks?limit=200&assignee=${whose}&due=${due}`);
        expect([whose, due, body.items.length]).toEqual([whose, due, n]);
      }
    }
  });

  test('offers of nobody’s tasks those that one’s role may take, and those asked for by kind', async () => {
    const id = await w.enrol('tours');
    await done('counsellor.tours', await w.task(id, 'first_contact'), {
      outcome: 'reached',
      channel: 'phone',
    });
    const forCoordinator = await w.task(id, 'assign_referent');
    const of = async (person: string, query = '') => {
      const list = await get(person, `/tasks?limit=200&assignee=unassigned${query}`);
      const { body: counts } = await get(person, `/tasks/counts?${query.slice(1)}`);
      expect([person, counts.unassigned.total]).toEqual([person, list.body.items.length]);
      return list.body.items as { id: string; kind: string; takeable: boolean }[];
    };
    for (const person of ['counsellor.tours', 'mediator.tours']) {
      const items = await of(person);
      expect([person, items.every((t) => t.takeable)]).toEqual([person, true]);
      expect(items.map((t) => t.id)).not.toContain(forCoordinator);
    }
    expect((await of('counsellor.tours')).length).toBeGreaterThan(0);
    expect((await of('coordinator.tours')).map((t) => t.id)).toContain(forCoordinator);
    const asked = await of('counsellor.tours', '&kind=assign_referent');
    expect(asked.map((t) => [t.kind, t.takeable])).toContainEqual(['assign_referent', false]);
  });

  test('is narrowed by step, kind, pathway, person, status and site', async () => {
    const { pathwayId } = shared;
    const of = async (query: string) => (await get('coordinator.tours', `/tasks?${query}`)).body.items;
    expect(
      new Set(
        (await of(`pathway=${pathwayId}&step=project_validation`)).map(
          (t: { pathwayId: string }) => t.pathwayId,
        ),
      ),
    ).toEqual(new Set([pathwayId]));
    expect((await of('kind=discovery_action')).map((t: { id: string }) => t.id).sort()).toEqual(
      [shared.taskId, shared.otherTaskId].sort(),
    );
    expect(
      (await of(`status=done&assignee=${idOf('counsellor.tours')}&pathway=${pathwayId}`)).length,
    ).toBeGreaterThan(0);
    expect(await of('site=blois')).toEqual([]);
  });

  test('finds the tasks of a young person by name or number, without accents, case or order', async () => {
    const id = await w.enrol('tours', {
      lastName: 'Çelik-Noël',
      firstName: 'Zoé Anaïs',
      externalNumber: 'P3-0815',
    });
    const sought = async (person: string, q: string) => {
      const { body } = await seek(person, '/tasks', q);
      return [...new Set(body.items.map((t: { pathwayId: string }) => t.pathwayId))];
    };
    for (const q of ['celik', 'ÇELIK NOEL zoe', 'zoé anais celik', 'Zoe', 'p30815']) {
      expect([q, await sought('counsellor.tours', q)]).toEqual([q, [id]]);
    }
    expect(await sought('counsellor.tours', 'noel')).toEqual([]);
    expect(await sought('counsellor.tours', '%')).toEqual([]);
    expect(await sought('counsellor.blois', 'celik')).toEqual([]);
    expect(await sought('partner.tours', 'celik')).toEqual([]);
    const { body: counts } = await seek('counsellor.tours', '/tasks/counts', 'celik');
    const { body: list } = await seek('counsellor.tours', '/tasks', 'celik');
    expect(counts.team.total).toBe(list.items.length);
    expect(list.items[0].person).toEqual({ lastName: 'Çelik-Noël', firstName: 'Zoé Anaïs' });
  });

  test('is narrowed by several kinds and by the referent, whose name each task tells, and counted alike', async () => {
    const of = async (query: string) =>
      (await get('coordinator.tours', `/tasks?limit=200&${query}`)).body.items as {
        kind: string;
        referent: { id: string } | null;
      }[];
    const referent = idOf('counsellor.tours');
    for (const [query, holds] of [
      ['kind=first_contact', (t) => t.kind === 'first_contact'],
      ['kind=first_contact&kind=discovery_action', (t) => /^(first_contact|discovery_action)$/.test(t.kind)],
      [`referent=${referent}`, (t) => t.referent?.id === referent],
      ['referent=none', (t) => t.referent === null],
      ['step=welcome&referent=none', (t) => t.referent === null],
    ] as [string, (t: Awaited<ReturnType<typeof of>>[number]) => boolean][]) {
      const items = await of(query);
      expect([query, items.length > 0, items.every(holds)]).toEqual([query, true, true]);
      const { body } = await get('coordinator.tours', `/tasks/counts?${query}`);
      expect([query, body.team.total]).toEqual([query, items.length]);
    }
    expect(new Set((await of('kind=first_contact&kind=discovery_action')).map((t) => t.kind)).size).toBe(2);
    expect(await of('referent=me')).toEqual([]);
    const wrong = await get('coordinator.tours', '/tasks?kind=first_contact&kind=tea');
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([400, '/kind/1']);
  });

  test('tells what has become of tasks that are shown: who did one, and whether the reader could take one', async () => {
    const id = await w.enrol('tours');
    const contact = await w.task(id, 'first_contact');
    await done('counsellor.tours', contact, { outcome: 'reached', channel: 'phone' });
    const next = await w.task(id, 'assign_referent');
    const named = `id=${contact}&id=${next}`;
    const of = async (person: string, query: string) =>
      (await get(person, `/tasks?${query}`)).body.items as {
        id: string;
        status: string;
        closedBy: { id: string } | null;
        takeable: boolean;
      }[];
    const now = new Map((await of('counsellor.tours', named)).map((t) => [t.id, t]));
    expect([now.get(contact)?.status, now.get(contact)?.closedBy?.id]).toEqual([
      'done',
      idOf('counsellor.tours'),
    ]);
    expect([now.get(next)?.status, now.get(next)?.takeable]).toEqual(['open', false]);
    expect((await of('coordinator.tours', `id=${next}`))[0]?.takeable).toBe(true);
    // Which of them are in a list: its filters hold.
    expect((await of('counsellor.tours', `status=open&${named}`)).map((t) => t.id)).toEqual([next]);
    expect(await of('counsellor.tours', `assignee=me&kind=assign_referent&${named}`)).toEqual([]);
    expect(await of('counsellor.blois', named)).toEqual([]);
    const many = Array.from({ length: 101 }, (_, n) => `id=${id}.${n + 1}`).join('&');
    const refused = await get('counsellor.tours', `/tasks?${many}`);
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/id']);
  });

  test('can be assigned to people of the site, those with the fewest young people first', async () => {
    const { body } = await get('coordinator.tours', '/tasks/assignees');
    const people = body.items as { id: string; role: string; load: number; absentUntil: string | null }[];
    expect(people.map((p) => p.id)).toEqual(
      expect.arrayContaining(['counsellor.tours', 'mediator.tours', 'partner2.tours'].map(idOf)),
    );
    expect(people.map((p) => p.id)).not.toContain(idOf('counsellor.blois'));
    expect(people.map((p) => p.role)).not.toContain('committee');
    const loads = people.filter((p) => p.absentUntil === null).map((p) => p.load);
    expect(loads).toEqual([...loads].sort((a, b) => a - b));
  });

  test('refuses a cursor that it did not write', async () => {
    const { body } = await get('coordinator.tours', '/tasks?limit=1');
    const [due, id] = JSON.parse(Buffer.from(body.next, 'base64url').toString());
    const written = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    for (const [url, cursor] of [
      ['/tasks', `${body.next}A`],
      ['/tasks', 'garbage'],
      ['/tasks', written([id, due])],
      ['/pathways', body.next],
      ['/pathways', written(["' or true"])],
      [`/pathways/${first.pathwayId}/timeline`, written([1e12, 1])],
      [`/pathways/${first.pathwayId}/notes`, written(['yesterday', id])],
      [`/pathways/${first.pathwayId}/readings`, written([due, id])],
      ['/readings', body.next],
      ['/glass', body.next],
      ['/exports', written(['2026-03-02', randomUUID()])],
    ] as const) {
      const response = await get('coordinator.tours', `${url}?cursor=${encodeURIComponent(cursor)}`);
      expect([url, response.status, response.body.code]).toEqual([url, 400, 'cursor_invalid']);
    }
  });
});

describe('a saved view', () => {
  const filters = { assignee: 'unassigned', due: 'week', kind: ['first_contact'], referent: 'none' };
  const save = (person: string, body: object, options?: Options) => post(person, '/views', body, options);
  const change = (person: string, id: string, body: object) =>
    ask(person, 'put', `/api/views/${id}`, { body });
  const drop = (person: string, id: string) => ask(person, 'delete', `/api/views/${id}`);
  const seen = async (person: string) =>
    (await get(person, '/views')).body.items.map((v: { name: string }) => v.name);

  test('is one’s own: nobody else sees, changes or deletes it', async () => {
    const headers = { 'idempotency-key': 'saved twice' };
    const body = { name: 'À prendre', filters: { ...filters, kind: 'first_contact' } };
    const saved = await save('mediator.roanne', body, { headers });
    expect(saved.body).toMatchObject({
      name: 'À prendre',
      shared: false,
      filters: { ...filters, status: 'open' },
    });
    expect((await save('mediator.roanne', body, { headers })).body).toEqual(saved.body);
    expect(await seen('mediator.roanne')).toEqual(['À prendre']);
    const { id } = saved.body;
    for (const person of ['coordinator.roanne', 'counsellor.roanne', 'partner.roanne', 'mediator.orleans']) {
      expect(await seen(person)).toEqual([]);
      expect((await change(person, id, { name: 'x', filters: {} })).status).toBe(404);
      expect((await drop(person, id)).status).toBe(404);
    }
    const changed = await change('mediator.roanne', id, { name: 'Tout', filters: {} });
    expect(changed.body).toMatchObject({ id, name: 'Tout', filters: { assignee: 'team', status: 'open' } });
    expect((await drop('mediator.roanne', id)).body).toEqual({ id });
    expect(await seen('mediator.roanne')).toEqual([]);
  });

  test('is shared with the team of a site by its coordinators', async () => {
    const body = { name: 'Sans référent', filters, shared: true };
    for (const person of ['counsellor.ain', 'partner.ain']) {
      expect([person, (await save(person, body)).body.code]).toEqual([person, 'forbidden']);
    }
    const { id } = (await save('coordinator.ain', body)).body;
    expect(await seen('counsellor.ain')).toEqual(['Sans référent']);
    for (const person of ['partner.ain', 'coordinator.orleans']) expect(await seen(person)).toEqual([]);
    expect((await change('counsellor.ain', id, { name: 'Mienne', filters })).status).toBe(403);
    expect((await drop('counsellor.ain', id)).status).toBe(403);
    expect((await drop('coordinator.orleans', id)).status).toBe(404);
    expect((await change('coordinator.ain', id, { ...body, shared: false })).body.shared).toBe(false);
    expect(await seen('counsellor.ain')).toEqual([]);
  });

  test('keeps filters of the inbox, and no name that was sought', async () => {
    for (const [wrong, pointer] of [
      [{ q: 'martin' }, '/filters/q'],
      [{ due: 'someday' }, '/filters/due'],
      [{ kind: ['tea'] }, '/filters/kind/0'],
    ] as const) {
      const response = await save('counsellor.ain', { name: 'Non', filters: wrong });
      expect([response.status, response.body.errors[0].pointer]).toEqual([422, pointer]);
    }
  });

  test('is one of a hundred at most', async () => {
    await w.owner.query(
      `insert into views (id, owner_id, site_id, name, filters, shared, saved_at)
       select gen_random_uuid(), $1, 'ain', n::text, '{"assignee": "team", "status": "open"}', false, now()
       from generate_series(1, 100) n`,
      [idOf('counsellor2.ain')],
    );
    const full = await save('counsellor2.ain', { name: 'Une de trop', filters: {} });
    expect([full.status, full.body.code]).toEqual([409, 'views_full']);
  });
});

describe('the pathways', () => {
  test('are found by either name in any order, without accents or case, and by number', async () => {
    const id = await w.enrol('tours', {
      lastName: 'Le Goff-Château',
      firstName: 'Anne-Laure',
      externalNumber: 'P3-4711',
    });
    for (const q of [
      'le goff',
      'LE GOFF CHATEAU anne laure',
      'anne le goff',
      'Anne-Laure',
      'chât',
      'p34711',
      'Château',
    ]) {
      const { body } = await seek('counsellor.tours', '/pathways', q);
      const found = body.items.map((p: { id: string }) => p.id);
      expect([q, found.includes(id)]).toEqual([q, !q.toLowerCase().startsWith('ch')]);
    }
    expect((await seek('counsellor.blois', '/pathways', 'le goff')).body.items).toEqual([]);
    expect((await seek('counsellor.tours', '/pathways', '%')).body.items).toEqual([]);
  });

  test('are not sought by what is no text, nor by a name in the address', async () => {
    for (const given of ['%E9', '%00', '%20', 'a'.repeat(101)]) {
      const { status, body } = await get('counsellor.tours', '/pathways', { headers: { 'x-search': given } });
      expect([given, status, body.code]).toEqual([given, 400, 'header_invalid']);
    }
    const { status, body } = await get('counsellor.tours', '/pathways?q=martin');
    expect([status, body.errors[0].pointer]).toEqual([400, '/q']);
  });

  test('are narrowed by step, status, referent and site, and come in pages', async () => {
    const of = async (query: string) => (await get('coordinator.tours', `/pathways?${query}`)).body;
    const steps = (await of('step=project_validation&status=active')).items.map(
      (p: { step: string }) => p.step,
    );
    expect(new Set(steps)).toEqual(new Set(['project_validation']));
    expect((await of(`referent=${idOf('counsellor.tours')}`)).items.length).toBeGreaterThan(0);
    expect((await of('referent=me')).items).toEqual([]);
    expect((await of('referent=none&limit=200')).items.map((p: { id: string }) => p.id)).toContain(
      first.pathwayId,
    );
    expect((await of('site=blois')).items).toEqual([]);
    const whole = (await of('limit=200')).items;
    const half = await of('limit=2');
    expect((await of(`limit=200&cursor=${half.next}`)).items).toEqual(whole.slice(2));
    const some = (await of('limit=200&status=active&status=on_hold')).items;
    expect(some).toEqual(whole.filter((p: { status: string }) => ['active', 'on_hold'].includes(p.status)));
  });

  test('are in the order of their names, which stand in no cursor', async () => {
    const people = await Promise.all(
      ['Zabulon', 'Èze', 'aaron'].map(async (lastName) => {
        const young = youngPerson('limousin', { lastName: `${lastName} ${'x'.repeat(3)}` });
        const { body } = await post('coordinator.limousin', '/enrolments', young);
        await w.task(body.id, 'first_contact');
        return { id: body.id as string, lastName: young.lastName as string };
      }),
    );
    const { body } = await get('coordinator.limousin', '/pathways');
    expect(body.items.map((p: { person: { lastName: string } }) => p.person.lastName)).toEqual(
      [2, 1, 0].map((n) => people[n]?.lastName),
    );
    const { next } = (await get('coordinator.limousin', '/pathways?limit=1')).body;
    expect(Buffer.from(next, 'base64url').toString()).toBe(JSON.stringify([people[2]?.id]));
  });

  test('say what may be recorded now, with its form, and why something may not', async () => {
    const formsOf = async (person: string, id: string) =>
      (await get(person, `/pathways/${id}/forms`)).body.items as {
        event: string;
        path: string;
        method: string;
        form: object;
        notNow: { code: string; reason: { fr: string } } | null;
        proposals: Record<string, { id: string }[]>;
      }[];
    const why = (items: Awaited<ReturnType<typeof formsOf>>) =>
      Object.fromEntries(items.map(({ event, notNow }) => [event, notNow?.code ?? null]));
    const id = await w.enrol('tours');
    const now = { contact: null, contract: null, employment: null, alert: null, exit: null, hold: null };
    const not = { termination: 'contract_missing', offer: 'not_in_this_step', undo_exit: 'not_exited' };
    expect(why(await formsOf('counsellor.tours', id))).toEqual({ ...now, ...not, resume: 'not_on_hold' });

    // What a role does not record is not named at all.
    expect(why(await formsOf('mediator.tours', id))).toEqual({ contact: null, alert: null });
    expect(why(await formsOf('partner.tours', shared.pathwayId))).toEqual({ alert: null });
    const transfer = (await formsOf('coordinator.tours', id)).find(({ event }) => event === 'transfer');
    expect(transfer?.proposals.counsellor?.map((p) => p.id)).toContain(idOf('counsellor2.tours'));

    expect(why(await formsOf('counsellor.tours', searching))).toMatchObject({ offer: null });
    await post('counsellor.tours', `/pathways/${id}/contracts`, contract());
    expect(why(await formsOf('counsellor.tours', id))).toMatchObject({
      contract: 'contract_running',
      termination: null,
    });
    await post('counsellor.tours', `/pathways/${id}/hold`, { until: inDays(9) });
    expect(why(await formsOf('counsellor.tours', id))).toMatchObject({ resume: null });
    await post('counsellor.tours', `/pathways/${id}/exit`, { code: 'moved_away' });
    expect(why(await formsOf('counsellor.tours', id))).toMatchObject({
      contact: 'pathway_exited',
      contract: 'pathway_exited',
      termination: 'pathway_exited',
      resume: 'not_on_hold',
      undo_exit: null,
    });
    await w.owner.query("update pathways set status = 'closed' where id = $1", [id]);
    const closed = Object.values(why(await formsOf('counsellor.tours', id)));
    expect(new Set(closed)).toEqual(new Set(['pathway_closed']));
  });

  test('are recorded of with the form that they tell', async () => {
    const { body } = await get('counsellor.tours', `/pathways/${first.pathwayId}/forms`);
    const alert = body.items.find((form: { event: string }) => form.event === 'alert');
    const form = new Ajv2020({ strict: false });
    addFormats(form);
    const filled = { level: 'low', source: 'cfa', what: 'Absences' };
    expect(form.validate(alert.form, filled)).toBe(true);
    expect(form.validate(alert.form, { level: 'low' })).toBe(false);
    expect((await ask('counsellor.tours', alert.method, `/api${alert.path}`, { body: filled })).status).toBe(
      201,
    );
  });

  test('tell in words what happened, by what one looks for', async () => {
    const id = await w.enrol('tours');
    await post('counsellor.tours', `/pathways/${id}/contacts`, { channel: 'sms', result: 'not_reached' });
    await post('counsellor.tours', `/pathways/${id}/alerts`, {
      level: 'low',
      source: 'cfa',
      what: 'Absences',
    });
    const of = async (query: string) =>
      (await get('counsellor.tours', `/pathways/${id}/timeline?${query}`)).body.items.map(
        (e: { type: string; sentence: { en: string } }) => [e.type, e.sentence.en],
      );
    expect(await of('type=contact&type=alert_raised')).toEqual([
      ['alert_raised', 'Low alert (the CFA), recorded by Conseil 1 Tours'],
      ['contact', 'Not reached by Conseil 1 Tours (SMS)'],
    ]);
    expect(await of('type=contact')).toHaveLength(1);
    const task = await w.task(id, 'first_contact');
    await post('coordinator.tours', `/tasks/${task}/assign`, { assigneeId: idOf('counsellor2.tours') });
    expect(await of('type=task_assigned')).toEqual([
      ['task_assigned', '"First contact" is given to Conseil 2 Tours by Coordination Tours'],
    ]);
    const { status, body } = await get('counsellor.tours', `/pathways/${id}/timeline?type=tea`);
    expect([status, body.errors[0].pointer]).toEqual([400, '/type/0']);
  });

  test('tell of the obstacles that were found, each with what became of it, of skills, follow-ups and age', async () => {
    const id = await w.enrol('tours');
    await done('counsellor.tours', await w.task(id, 'first_contact'), {
      outcome: 'reached',
      channel: 'phone',
    });
    await done('coordinator.tours', await w.task(id, 'assign_referent'), {
      outcome: 'assigned',
      referentId: idOf('counsellor.tours'),
    });
    await done('counsellor.tours', await w.task(id, 'information_session'), { outcome: 'not_needed' });
    await done('counsellor.tours', await w.task(id, 'family_information'), { outcome: 'declined' });
    await done('counsellor.tours', await w.task(id, 'entry_interview'), {
      outcome: 'project_ready',
      obstacles: ['mobility', 'budget'],
    });
    const { body: tasks } = await get('counsellor.tours', `/tasks?pathway=${id}&kind=remove_obstacle`);
    const mobility = tasks.items.find((t: { subject: string }) => t.subject === 'mobility');
    await done('counsellor.tours', mobility.id, { outcome: 'solved' });
    const { body } = await get('counsellor.tours', `/pathways/${id}`);
    expect(body.obstacles).toEqual([
      {
        obstacle: 'mobility',
        task: expect.objectContaining({ status: 'done', outcomeLabel: { fr: 'Résolu', en: 'Solved' } }),
      },
      { obstacle: 'budget', task: expect.objectContaining({ status: 'open', outcome: null }) },
    ]);
    expect(body).toMatchObject({ followUps: [], skills: [], referentAway: null });
    expect(body.person.age).toBe(20);
  });

  test('tell what was done with the company, the skills acquired, and who stands in for the referent', async () => {
    const terms = { ...contract(), signedOn: inDays(-180), startsOn: inDays(-170), endsOn: inDays(500) };
    const referentId = idOf('counsellor.limousin');
    const start = { step: 'securing', since: inDays(-180), referentId, contract: terms };
    const since = inDays(-180);
    const id = await w.enrol('limousin', { enrolledOn: since, consentOn: since, start });
    const absence = {
      ...{ staffId: referentId, from: today(), to: inDays(3) },
      substituteId: idOf('counsellor2.limousin'),
    };
    const review = await w.task(id, 'skills_review');
    await done('counsellor.limousin', review, { outcome: 'reviewed', skills: 'Pétrir, façonner' });
    expect((await post('coordinator.limousin', '/absences', absence)).status).toBe(201);
    const { body } = await get('mediator.limousin', `/pathways/${id}`);
    expect(body).toMatchObject({
      referentAway: { until: inDays(3), substitute: { displayName: 'Conseil 2 Limousin' } },
      skills: [{ taskId: review, words: { skills: 'Pétrir, façonner' } }],
      followUps: [{ taskId: review, kind: 'skills_review', outcomeLabel: { fr: 'Réalisé' } }],
    });
  });

  test('say what comes next and why, in both languages', async () => {
    const { body, headers } = await get('counsellor.tours', `/pathways/${first.pathwayId}`);
    expect(headers.etag).toBe(`"${body.revision}"`);
    const opens = body.deadlines.find((d: { name: string }) => d.name === 'task_opens');
    expect(opens).toMatchObject({
      kind: 'hard_to_reach_decision',
      reason: {
        code: 'counted_after',
        setting: 'tasks.hard_to_reach_decision.opensAfter',
        settingsVersion: 1,
        siteId: 'tours',
        anchor: today(),
      },
    });
    expect(opens.sentence.fr).toMatch(
      /s’ouvre le .*, parce que c’est 15 jours après le .* \(réglage « délai avant qu’elle s’ouvre » de Tours, version 1\)$/,
    );
    expect(opens.sentence.en).toMatch(/opens on .*, because that is 15 days after /);
  });

  test('keep notes, the latest first', async () => {
    const { pathwayId } = first;
    for (const body of ['Première', 'Deuxième', 'Troisième']) {
      expect((await post('mediator.tours', `/pathways/${pathwayId}/notes`, { body })).status).toBe(201);
    }
    const { body } = await get('counsellor.tours', `/pathways/${pathwayId}/notes?limit=2`);
    expect(body.items.map((n: { body: string }) => n.body)).toEqual(['Troisième', 'Deuxième']);
    const rest = await get('counsellor.tours', `/pathways/${pathwayId}/notes?cursor=${body.next}`);
    expect(rest.body.items[0].body).toBe('Première');
  });
});

describe('what happens to a young person', () => {
  const happen = (id: string, what: string, body?: unknown, options?: Options) =>
    post('counsellor.tours', `/pathways/${id}/${what}`, body, options);
  const undo = (id: string) => ask('counsellor.tours', 'delete', `/api/pathways/${id}/exit`);
  const alert = { level: 'low', source: 'cfa', what: 'Absences au CFA' };
  const employment = { kind: 'permanent', startsOn: '2026-09-01', employer: 'Garage du Cher' };
  const offer = { offer: 'Boulangerie Rivière, Tours, apprenti boulanger' };
  const termination = () => ({
    on: today(),
    initiator: 'mutual',
    reason: 'trade_unsuited',
    comment: 'Allergie à la farine',
  });

  test('is recorded with its words, from contact to contract, termination, alert, job and exit', async () => {
    const id = await w.enrol('tours');
    expect(
      (await happen(id, 'contacts', { channel: 'phone', result: 'reached', comment: 'Rappelle lundi' }))
        .status,
    ).toBe(201);
    expect((await happen(id, 'contracts', contract())).body.subjectId).toBe(`${id}.contract-1`);
    const again = await happen(id, 'contracts', contract());
    expect([again.status, again.body.code]).toEqual([409, 'contract_running']);
    expect((await happen(id, 'alerts', alert)).body.opened).toHaveLength(1);
    expect((await happen(id, 'terminations', termination())).status).toBe(201);
    const gone = await happen(id, 'terminations', termination());
    expect([gone.status, gone.body.code]).toEqual([409, 'contract_missing']);
    expect((await happen(id, 'employments', employment)).status).toBe(201);
    const exit = await happen(id, 'exit', { code: 'other', comment: 'Parti en mer' });
    expect(exit.status).toBe(200);

    const { body } = await get('counsellor.tours', `/pathways/${id}`);
    expect(body).toMatchObject({
      status: 'exited',
      exit: { code: 'other', words: { comment: 'Parti en mer' } },
      contracts: [
        {
          words: { employer: 'Boulangerie Rivière', trade: 'boulanger' },
          terminated: { initiator: 'mutual' },
        },
      ],
      employments: [{ kind: 'permanent', durable: true, words: { employer: 'Garage du Cher' } }],
    });
    expect(body.deadlines.find((d: { name: string }) => d.name === 'exit_becomes_final').sentence.fr).toMatch(
      /^La sortie devient définitive le .* 30 jours après /,
    );
    const { body: timeline } = await get('counsellor.tours', `/pathways/${id}/timeline?limit=200`);
    const told = timeline.items.map((e: { words: object | null }) => JSON.stringify(e.words)).join();
    for (const words of ['Rappelle lundi', 'Absences au CFA', 'Allergie à la farine', 'Parti en mer'])
      expect(told).toContain(words);
  });

  test('does not happen after the exit, until it is undone', async () => {
    const id = await w.enrol('tours');
    const early = await undo(id);
    expect([early.status, early.body.code]).toEqual([409, 'not_exited']);
    expect((await happen(id, 'exit', { code: 'moved_away' })).status).toBe(200);
    for (const [what, body] of [
      ['contacts', { channel: 'sms', result: 'reached' }],
      ['contracts', contract()],
      ['terminations', termination()],
      ['employments', employment],
      ['alerts', alert],
      ['offers', offer],
      ['exit', { code: 'declined' }],
      ['hold', { until: inDays(30), comment: 'En voyage' }],
    ] as const) {
      const response = await happen(id, what, body);
      expect([what, response.status, response.body.code]).toEqual([what, 409, 'pathway_exited']);
    }
    const transfer = { referentId: idOf('counsellor2.tours'), comment: 'Départ' };
    const transferred = await post('coordinator.tours', `/pathways/${id}/transfer`, transfer);
    expect([transferred.status, transferred.body.code]).toEqual([409, 'pathway_exited']);
    expect((await w.owner.query('select from words where pathway_id = $1', [id])).rows).toHaveLength(0);
    expect((await undo(id)).status).toBe(200);
    expect((await get('counsellor.tours', `/pathways/${id}`)).body.status).toBe('active');
  });

  test('is put on hold and resumed, and gets another referent', async () => {
    const id = await w.enrol('tours');
    expect((await happen(id, 'hold', { until: inDays(30) })).status).toBe(200);
    const resume = () => ask('counsellor.tours', 'delete', `/api/pathways/${id}/hold`);
    expect((await resume()).status).toBe(200);
    expect([(await resume()).status, (await resume()).body.code]).toEqual([409, 'not_on_hold']);
    const transfer = (body: object) => post('coordinator.tours', `/pathways/${id}/transfer`, body);
    expect((await transfer({ referentId: idOf('counsellor2.tours'), until: inDays(30) })).status).toBe(200);
    for (const [body, pointer, code] of [
      [{ referentId: idOf('counsellor.blois') }, '/referentId', 'person_unknown'],
      [{ referentId: idOf('counsellor.tours'), until: today() }, '/until', 'date_in_past'],
    ] as const) {
      const response = await transfer(body);
      expect([response.status, response.body.errors]).toEqual([
        422,
        [{ pointer, code, message: expect.any(String) }],
      ]);
    }
  });

  test('an offer is proposed while a contract is sought', async () => {
    const early = await happen(first.pathwayId, 'offers', offer);
    expect([early.status, early.body.code]).toEqual([409, 'not_in_this_step']);
    const proposed = await happen(searching, 'offers', offer);
    const task = await get('counsellor.tours', `/tasks/${proposed.body.subjectId}`);
    expect(task.body).toMatchObject({ kind: 'offer_feedback', subjectWords: offer });
  });

  test('dates that contradict each other or the calendar are named', async () => {
    const { pathwayId: id } = first;
    const now = Date.now();
    for (const [what, body, pointer, code] of [
      [
        'contacts',
        { channel: 'sms', result: 'reached', at: new Date(now + 3_600_000).toISOString() },
        '/at',
        'date_in_future',
      ],
      [
        'contracts',
        { ...contract(), startsOn: inDays(30), endsOn: inDays(20) },
        '/endsOn',
        'dates_contradict',
      ],
      ['contracts', { ...contract(), signedOn: inDays(2) }, '/signedOn', 'date_in_future'],
      ['contracts', { ...contract(), startsOn: '2027-02-30' }, '/startsOn', 'invalid_format'],
      ['terminations', { ...termination(), on: inDays(1) }, '/on', 'date_in_future'],
      ['employments', { ...employment, kind: 'fixed_term' }, '/endsOn', 'end_missing'],
      ['employments', { ...employment, endsOn: '2026-08-01' }, '/endsOn', 'dates_contradict'],
      ['offers', { ...offer, proposedOn: inDays(1) }, '/proposedOn', 'date_in_future'],
      ['exit', { code: 'other' }, '/comment', 'exit_words_missing'],
      // What no calendar and no database takes would stop the pathway for ever.
      ['contacts', { channel: 'sms', result: 'reached', at: '0000-01-01T00:00:00Z' }, '/at', 'date_too_far'],
      ['contracts', { ...contract(), signedOn: '0000-01-01' }, '/signedOn', 'date_too_far'],
      ['contracts', { ...contract(), endsOn: '9999-12-31' }, '/endsOn', 'date_too_far'],
      ['hold', { until: '9999-12-31' }, '/until', 'date_too_far'],
    ] as const) {
      const response = await happen(id, what, body);
      expect([what, response.status, response.body.errors]).toEqual([
        what,
        422,
        [{ pointer, code, message: expect.any(String) }],
      ]);
    }
  });

  test('a minor’s contract bears the legal representative’s signature', async () => {
    const birthDate = `${Number(today().slice(0, 4)) - 17}${today().slice(4).replace('-02-29', '-02-28')}`;
    const id = await w.enrol('tours', { birthDate });
    const alone = await happen(id, 'contracts', contract());
    expect([alone.status, alone.body.code]).toEqual([422, 'legal_representative_missing']);
    const signed = await happen(id, 'contracts', { ...contract(), legalRepresentativeSigned: true });
    expect(signed.status).toBe(201);
  });

  test('the same contact sent twice with one key is one contact', async () => {
    const id = await w.enrol('tours');
    const options = { headers: { 'idempotency-key': 'a phone in a tunnel' } };
    const contact = { channel: 'sms', result: 'message_left', comment: 'Message laissé' };
    const answers = [
      await happen(id, 'contacts', contact, options),
      await happen(id, 'contacts', contact, options),
    ];
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    const { body } = await get('counsellor.tours', `/pathways/${id}/timeline?type=contact`);
    expect(body.items).toHaveLength(1);
  });

  test('a partner reads of words only its own and those of its tasks', async () => {
    const { pathwayId, taskId } = shared;
    await happen(pathwayId, 'contacts', {
      channel: 'phone',
      result: 'reached',
      comment: 'Confidence au référent',
    });
    await post('partner.tours', `/pathways/${pathwayId}/alerts`, { ...alert, what: 'Vu par le CFA' });
    // It is the referent's until they give it back.
    await post('counsellor.tours', `/tasks/${taskId}/release`);
    await post('partner.tours', `/tasks/${taskId}/claim`);
    const done = await post('partner.tours', `/tasks/${taskId}/complete`, {
      outcome: 'done',
      review: 'Belle visite',
    });
    expect([done.status, done.body.code]).toEqual([200, undefined]);
    const { body } = await get('partner.tours', `/pathways/${pathwayId}/timeline?limit=200`);
    const told = JSON.stringify(body);
    expect(told).toContain('Vu par le CFA');
    expect(told).toContain('Belle visite');
    expect(told).not.toContain('Confidence');
  });

  test('nothing of a person is in the logs, and nothing that people typed is in Temporal', async () => {
    const logs = JSON.stringify(w.logged);
    const { rows } = await w.owner.query<{ words: string }>(
      `select last_name as words from people union select first_name from people union select phone from people
       union select v from words, jsonb_each_text(fields) as f(k, v) union select body from comments`,
    );
    for (const { words } of rows) if (words && words.length > 3) expect(logs.includes(words)).toBe(false);
    const histories = await Promise.all(
      [first.pathwayId, shared.pathwayId, searching].map((id) =>
        w.deps.temporal.workflow.getHandle(`pathway-${id}`).fetchHistory(),
      ),
    );
    const payloads: string[] = [];
    const look = (value: unknown): void => {
      if (ArrayBuffer.isView(value)) payloads.push(Buffer.from(value as Uint8Array).toString('utf8'));
      else if (value && typeof value === 'object') Object.values(value).forEach(look);
      else if (typeof value === 'string') payloads.push(value);
    };
    look(histories);
    const all = payloads.join();
    expect(all).toContain(shared.pathwayId);
    for (const { words } of rows)
      if (words && words.length > 3) expect([words, all.includes(words)]).toEqual([words, false]);
  });
});

// What comes of it is in test/absences.test.ts.
describe('who is away, on duty, or leaves', () => {
  const absences = (person: string, body: object) => post(person, '/absences', body);

  test('is recorded and withdrawn until it is over', async () => {
    const days = { from: inDays(30), to: inDays(31) };
    const { status, body } = await absences('counsellor3.blois', days);
    expect(status).toBe(201);
    const overlaps = await absences('counsellor3.blois', days);
    expect([overlaps.status, overlaps.body.code]).toEqual([409, 'absence_overlaps']);
    const cover = (id: string, name: string) =>
      ask('counsellor3.blois', 'put', `/api/absences/${id}/substitute`, {
        body: { substituteId: idOf(name) },
      });
    expect((await cover(body.id, 'counsellor2.blois')).body).toEqual({ id: body.id, uncovered: false });
    expect((await cover(body.id, 'mediator.blois')).body.errors[0].pointer).toBe('/substituteId');
    expect((await ask('coordinator.blois', 'delete', `/api/absences/${body.id}`)).status).toBe(200);
    const over = await absences('counsellor3.blois', days);
    await w.owner.query(
      "update absences set first_day = '2020-01-06', last_day = '2020-01-10' where id = $1",
      [over.body.id],
    );
    const late = await ask('counsellor3.blois', 'delete', `/api/absences/${over.body.id}`);
    expect([late.status, late.body.code]).toEqual([409, 'absence_over']);
    expect((await cover(over.body.id, 'counsellor2.blois')).body.code).toBe('absence_over');
  });

  test('is planned for duty, and handed over', async () => {
    const turn = { staffId: idOf('counsellor.blois'), from: inDays(10), to: inDays(11) };
    const planned = await post('coordinator.blois', '/duty', turn);
    expect(planned.status).toBe(201);
    expect((await ask('coordinator.blois', 'delete', `/api/duty/${planned.body.id}`)).status).toBe(200);
    const url = `/staff/${idOf('counsellor3.ain')}/handover`;
    expect((await get('coordinator.ain', url)).body).toMatchObject({ pathways: [], tasks: [] });
    expect((await post('coordinator.ain', url, { to: 'proposal' })).body).toMatchObject({ pathways: 0 });
    const id = await w.enrol('ain');
    const transfer = { referentId: idOf('counsellor3.ain') };
    await post('coordinator.ain', `/pathways/${id}/transfer`, transfer);
    await w.owner.query(
      "update staff set active = false where subject in ('counsellor.ain', 'counsellor2.ain')",
    );
    const nobody = await post('coordinator.ain', url, { to: 'proposal' });
    expect([nobody.status, nobody.body.code]).toEqual([409, 'nobody_to_take_over']);
  });
});

// What comes of a change is in api/settings.test.ts.
describe('the settings of a site', () => {
  test('are changed as a whole or in part, and the change is told', async () => {
    const change = (part: string, body: unknown) =>
      ask('coordinator.roanne', 'put', `/api/admin/sites/roanne/${part}`, { body });
    const closure = { from: '2030-12-24', to: '2030-12-31', label: 'Fin d’année' };
    const closed = await change('closures', { alsaceMoselle: false, closures: [closure] });
    expect(closed.body).toMatchObject({ version: 2, broadcastId: expect.any(String) });
    expect((await change('actions', { actions: ['cfa_visit'] })).body.version).toBe(3);
    expect((await change('settings?preview=true', defaultSettings)).body).toMatchObject({ count: 0 });
    expect((await change('settings', defaultSettings)).body.version).toBe(4);
    const { body } = await get('coordinator.roanne', `/admin/broadcasts/${closed.body.broadcastId}`);
    expect(body.status).toBe('waiting');
    expect((await get('coordinator.tours', `/admin/broadcasts/${closed.body.broadcastId}`)).status).toBe(404);
  });
});

describe('the figures as at an instant', () => {
  test('are of the own site, and so is the list behind them', async () => {
    const overview = await get('coordinator.tours', '/steering/overview');
    const { entered } = overview.body.total.figures;
    expect(entered).toBeGreaterThan(2);
    const at = `asOf=${overview.body.asOf}&knownAt=${overview.body.knownAt}&limit=200`;
    expect((await get('counsellor.tours', `/steering/states?${at}`)).body.items).toHaveLength(entered);
    for (const path of ['funnel', 'durations', 'survival'])
      expect([path, (await get('coordinator.tours', `/steering/${path}`)).status]).toEqual([path, 200]);
    for (const path of ['overview', 'states', 'funnel', 'durations', 'survival'])
      expect((await get('coordinator.tours', `/steering/${path}?site=blois`)).status).toBe(404);
  });

  test('the report in each form is of the own site, and so are the meetings it is made for', async () => {
    for (const end of ['', '.csv', '.xlsx', '.pdf'])
      expect((await get('coordinator.tours', `/steering/report${end}?site=blois`)).status).toBe(404);
    const plan = (more: object) =>
      post('coordinator.tours', '/steering/meetings', { day: inDays(30), asOf: inDays(-1), ...more });
    expect((await plan({ siteId: 'blois' })).status).toBe(404);
    const { id } = (await plan({})).body;
    const drop = () => ask('coordinator.tours', 'delete', `/api/steering/meetings/${id}`);
    expect((await drop()).status).toBe(200);
    await w.owner.query('update meetings set day = $2 where id = $1', [id, inDays(-1)]);
    expect((await drop()).body.code).toBe('meeting_over');
  });
});

// What comes of a draw is in test/draws.test.ts.
describe('a draw', () => {
  const asked = () => ({
    wave: 'Printemps',
    rules: {
      strata: 'site',
      sites: [
        {
          ...{ site: 'le-mans', ratio: { servicePlus: 1, of: 2 }, block: 2, places: null },
          misfits: 'proportional',
        },
      ],
      publicNumber: { source: 'Loto', notBefore: inSeconds(600) },
    },
    ...{ freezeAt: inSeconds(300), drawAt: inSeconds(900) },
  });
  const inSeconds = (n: number) => new Date(Date.now() + n * 1000).toISOString();

  test('is announced once for a wave, read by everybody, and takes its number', async () => {
    await ask('admin', 'put', '/api/admin/sites/le-mans/settings', {
      body: { ...defaultSettings, draw: true },
    });
    const empty = await post('admin', '/draws', asked());
    expect([empty.status, empty.body.code]).toEqual([409, 'wave_empty']);
    await w.enrol('le-mans');
    const { status, body: draw } = await post('admin', '/draws', asked());
    expect(status).toBe(201);
    const twice = await post('admin', '/draws', asked());
    expect([twice.status, twice.body.code]).toEqual([409, 'wave_drawn']);
    // As the worker does it.
    const worker = drawActivities(w.owner);
    await worker.commitDraw({ drawId: draw.id, at: new Date().toISOString() });
    await worker.takePublicNumber({ drawId: draw.id, number: '3 14 15' });
    const number = (number: string) => post('admin', `/draws/${draw.id}/number`, { number });
    expect((await number('3 14 15')).body).toEqual({ publicNumber: '3 14 15' });
    expect((await number('7')).body.code).toBe('number_told');
    for (const person of ['committee.national', 'partner.tours']) {
      expect((await get(person, '/draws')).body.items).toHaveLength(1);
      expect((await get(person, `/draws/${draw.id}`)).body).toMatchObject({ wave: 'Printemps' });
      expect((await get(person, `/draws/${draw.id}/record`)).body).toMatchObject({ draw: draw.id });
    }
  });
});

// What is told is in test/evaluation.test.ts.
describe('the evaluation', () => {
  const reason = 'Appariement de la vague par la DARES';

  test('has its rows, its flow and its log; who is whom, and unblinding, are the administration’s', async () => {
    await writeEvaluated(w.owner);
    for (const path of ['/dictionary', '/consort', '/balance', '/export', '/releases', '/blinding'])
      expect([path, (await get('evaluator', `/evaluation${path}`)).status]).toEqual([path, 200]);
    expect((await get('evaluator', '/evaluation/releases?cursor=x')).body.code).toBe('cursor_invalid');
    const { text } = await get('evaluator', '/evaluation/export');
    const pseudonym = text.split('\r\n')[1]?.slice(0, 32);
    const answers = [{ pseudonym, survey: 1, answeredOn: today() }];
    expect((await post('evaluator', '/evaluation/answers', { answers })).body).toEqual({ answers: 1 });
    expect((await post('admin', '/evaluation/matching', { reason })).status).toBe(200);
    const unblinding = () => post('admin', '/evaluation/unblinding', { wave: null, reason });
    expect((await get('committee.tours', '/evaluation/consort')).body.code).toBe('still_blinded');
    expect((await unblinding()).status).toBe(200);
    expect((await unblinding()).body.code).toBe('already_unblinded');
    const key = { headers: { 'idempotency-key': 'unblind' } };
    expect((await post('admin', '/evaluation/unblinding', { wave: null, reason }, key)).status).toBe(409);
    expect((await get('committee.tours', '/evaluation/consort')).status).toBe(200);
  });

  test('has no export without a key', async () => {
    const app = createApp({ ...w.deps, config: { ...w.deps.config, EVALUATION_KEY: undefined } });
    const answers = [{ pseudonym: '0'.repeat(32), survey: 1, answeredOn: today() }];
    for (const { body } of [
      await get('evaluator', '/evaluation/export', { app }),
      await post('evaluator', '/evaluation/answers', { answers }, { app }),
      await post('admin', '/evaluation/matching', { reason }, { app }),
    ])
      expect(body.code).toBe('evaluation_key_missing');
    expect((await get('evaluator', '/evaluation/blinding', { app })).body.key).toBeNull();
  });

  test('and what is stuck is of the own site too', async () => {
    for (const path of [
      'attention',
      'at-risk',
      'load',
      'fidelity',
      'practices',
      'mediations',
      'summer',
      'cases',
    ]) {
      expect([path, (await get('coordinator.tours', `/steering/${path}`)).status]).toEqual([path, 200]);
      const elsewhere = await get('coordinator.tours', `/steering/${path}?site=blois`);
      expect([path, elsewhere.status]).toEqual([path, 404]);
    }
  });
});

describe('while a part is away', () => {
  const quick = (more: object = {}) =>
    createApp({ ...w.deps, config: { ...w.deps.config, API_WRITE_TIMEOUT_MS: 400 }, ...more });

  test('a decision that the workflow took before the database is back is accepted', async () => {
    const app = quick();
    const [claimed, other, happening, exited, held] = await Promise.all(
      [1, 2, 3, 4, 5].map(() => w.enrol('tours')),
    );
    const task = await w.task(claimed as string, 'first_contact');
    const second = await w.task(other as string, 'first_contact');
    await post('counsellor.tours', `/pathways/${exited}/exit`, { code: 'declined' });
    await post('counsellor.tours', `/pathways/${held}/hold`, { until: inDays(10) });
    await workerWay.cut();

    const asked: [string, unknown?][] = [
      [`/tasks/${task}/claim`],
      [`/tasks/${task}/assign`, { assigneeId: idOf('counsellor2.tours') }],
      [`/tasks/${task}/release`],
      [`/tasks/${second}/complete`, { outcome: 'reached', channel: 'phone', comment: 'Pendant la panne' }],
      [`/pathways/${searching}/offers`, { offer: 'Garage du Cher' }],
      [`/pathways/${happening}/contacts`, { channel: 'sms', result: 'message_left' }],
      [`/pathways/${happening}/alerts`, { level: 'high', source: 'employer', what: 'Retards' }],
      [`/pathways/${happening}/contracts`, contract()],
      [`/pathways/${happening}/terminations`, { on: today(), initiator: 'employer', reason: 'economic' }],
      [
        `/pathways/${happening}/employments`,
        { kind: 'permanent', startsOn: today(), employer: 'Garage du Cher' },
      ],
      [`/pathways/${happening}/transfer`, { referentId: idOf('counsellor2.tours') }],
      [`/pathways/${happening}/hold`, { until: inDays(10) }],
      [`/pathways/${happening}/exit`, { code: 'durable_employment' }],
    ];
    for (const [url, body] of asked) {
      const response = await post('coordinator.tours', url, body, { app });
      expect([url, response.status, response.body.status]).toEqual([url, 202, 'accepted']);
    }
    const undone = await ask('coordinator.tours', 'delete', `/api/pathways/${exited}/exit`, { app });
    const resumed = await ask('coordinator.tours', 'delete', `/api/pathways/${held}/hold`, { app });
    expect([undone.status, resumed.status]).toEqual([202, 202]);

    await workerWay.mend();
    const deadline = Date.now() + 20_000;
    for (;;) {
      const { rows } = await w.owner.query(
        'select id, status from pathways where id = any($1) order by id = $2',
        [[happening, exited], exited],
      );
      const words = (await get('counsellor.tours', `/tasks/${second}`)).body.words;
      if (rows.map((r) => r.status).join() === 'exited,active' && words) break;
      if (Date.now() > deadline) throw new Error(`not recorded: ${JSON.stringify(rows)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await get('counsellor.tours', `/tasks/${second}`)).body.words).toEqual({
      comment: 'Pendant la panne',
    });
  });

  test('a decision without words is taken while the API has no database, where what it needs was seen lately', async () => {
    const way = new Cut();
    const api = apiPool(await way.through(w.databaseUrl), { name: 'cut' });
    const identity = createIdentity({ issuer: testIssuer, audience: testAudience, pool: api, keys: w.keys });
    const app = createApp({ ...w.deps, api, identity });
    const [known, unknown] = await Promise.all(
      [1, 2].map(async () => w.task(await w.enrol('tours'), 'first_contact')),
    );
    expect((await get('counsellor.tours', `/tasks/${known}`, { app })).status).toBe(200);
    expect((await get('counsellor.tours', `/pathways/${known?.split('.')[0]}`, { app })).status).toBe(200);
    expect((await get('counsellor.blois', '/me', { app })).status).toBe(200);
    await way.cut();
    const claim = (person: string, id: string | undefined) =>
      post(person, `/tasks/${id}/claim`, undefined, { app });
    expect((await claim('counsellor.tours', known)).status).toBe(200);
    expect((await claim('counsellor.blois', known)).status).toBe(404);
    const never = await claim('counsellor.tours', unknown);
    expect([never.status, never.body.code]).toEqual([503, 'database_away']);
    const contact = { channel: 'sms', result: 'message_left' };
    const url = `/pathways/${known?.split('.')[0]}/contacts`;
    expect((await post('counsellor.tours', url, contact, { app })).status).toBe(201);
    expect((await post('counsellor.tours', url, { ...contact, comment: 'Rien' }, { app })).status).toBe(503);
    const form = { outcome: 'reached', channel: 'phone' };
    expect(
      (await post('counsellor.tours', `/tasks/${known}/complete`, { ...form, comment: 'Oui' }, { app }))
        .status,
    ).toBe(503);
    expect((await post('counsellor.tours', `/tasks/${known}/complete`, form, { app })).status).toBe(200);
    const health = await w.call('', 'get', '/health/ready', { app });
    expect([health.status, health.body.checks]).toEqual([
      503,
      { database: 'PostgreSQL does not answer (ECONNREFUSED)', temporal: 'up' },
    ]);
    await way.mend();
    expect((await w.call('', 'get', '/health/ready', { app })).status).toBe(200);
    await api.end();
    await way.cut();
  });

  test('what Temporal did not take is to be repeated with the same key, and an enrolment waits for its start', async () => {
    const connection = Connection.lazy({ address: '127.0.0.1:1' });
    const app = quick({ temporal: new Client({ connection }) });
    const task = await w.task(await w.enrol('tours'), 'first_contact');
    const headers = { 'idempotency-key': randomUUID() };
    const form = { outcome: 'reached', channel: 'phone', comment: 'Deux fois envoyé' };
    const away = await post('counsellor.tours', `/tasks/${task}/complete`, form, { app, headers });
    expect([away.status, away.body.code, away.headers['retry-after']]).toEqual([503, 'temporal_away', '5']);
    const back = await post('counsellor.tours', `/tasks/${task}/complete`, form, { headers });
    expect(back.status).toBe(200);
    expect((await get('counsellor.tours', `/tasks/${task}`)).body.words).toEqual({
      comment: 'Deux fois envoyé',
    });
    const enrolled = await post('coordinator.tours', '/enrolments', youngPerson('tours'), { app });
    expect(enrolled.status).toBe(201);
    const health = await w.call('', 'get', '/health/ready', { app });
    expect(health.body.checks.temporal).toMatch(/^Temporal does not answer/);
    expect((await w.call('', 'get', '/health/live', { app })).status).toBe(200);
  });

  test('a pathway that is closed takes nothing more', async () => {
    const id = await w.enrol('tours');
    await w.deps.temporal.workflow.getHandle(`pathway-${id}`).terminate('the test plays its end');
    const response = await post('counsellor.tours', `/pathways/${id}/contacts`, {
      channel: 'sms',
      result: 'reached',
      comment: 'x',
    });
    expect([response.status, response.body.code]).toEqual([409, 'pathway_closed']);
    expect((await w.owner.query('select from words where pathway_id = $1', [id])).rows).toHaveLength(0);
  });
});

describe('signing in', () => {
  const with_ = (authorization: string) => w.call('', 'get', '/api/me', { headers: { authorization } });

  test('needs a token of the issuer for this service that has not expired', async () => {
    const past = Math.floor(Date.now() / 1000) - 60;
    for (const [token, code] of [
      [await w.tokenOf('admin', { exp: past }), 'token_expired'],
      [await w.tokenOf('admin', { iss: 'http://elsewhere.test' }), 'token_invalid'],
      [await w.tokenOf('admin', { aud: 'another service' }), 'token_invalid'],
      [`${await w.tokenOf('admin')}x`, 'token_invalid'],
      // alg none
      [
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"admin"}').toString('base64url')}.`,
        'token_invalid',
      ],
      ['no token at all', 'token_missing'],
    ] as const) {
      const response = await with_(`Bearer ${token}`);
      expect([response.status, response.body.code]).toEqual([401, code]);
      expect(response.headers['www-authenticate']).toMatch(/^Bearer realm="service-plus"/);
    }
  });

  test('is for people whose access is open', async () => {
    await w.owner.query("update staff set active = false where subject = 'counsellor3.roanne'");
    const response = await get('counsellor3.roanne', '/me');
    expect([response.status, response.body.code]).toEqual([403, 'inactive_person']);
  });

  test('tells who one is and what one may', async () => {
    const { body } = await get('committee.national', '/me');
    expect(body).toMatchObject({
      role: 'national_committee',
      siteId: null,
      actions: { 'me.read': 'all', 'site.list': 'all' },
    });
    const staff = await get('counsellor.tours', '/staff?role=counsellor');
    expect(staff.body.items.map((p: { siteId: string }) => p.siteId)).toEqual(['tours', 'tours', 'tours']);
    expect((await get('counsellor.tours', '/staff?site=blois')).status).toBe(404);
    expect((await get('admin', '/staff?site=blois&role=mediator')).body.items).toHaveLength(1);
  });
});

describe('the documentation', () => {
  test('is a valid OpenAPI 3.1 document whose every schema is a JSON Schema', async () => {
    const { body } = await w.call('', 'get', '/api/openapi.json');
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(ajv);
    ajv.addFormat('media-range', true);
    const valid = ajv.validate(openApiSchema, body);
    expect(ajv.errors).toBeNull();
    expect(valid).toBe(true);
    ajv.addSchema(body, 'document');
    for (const name of Object.keys(body.components.schemas)) {
      expect(ajv.compile({ $ref: `document#/components/schemas/${name}` })).toBeInstanceOf(Function);
    }
    const documented = Object.entries(body.paths).flatMap(([path, item]) =>
      Object.keys(item as object).map((m) => `${m} ${path}`),
    );
    expect(documented.sort()).toEqual(routes.map((r) => `${r.method} ${r.path}`).sort());
    for (const path of Object.values(body.paths) as Record<
      string,
      { operationId: string; parameters?: unknown[] }
    >[]) {
      for (const [method, operation] of Object.entries(path)) {
        if (method !== 'get') expect(JSON.stringify(operation.parameters)).toContain('Idempotency-Key');
      }
    }
    const ids = JSON.stringify(body).match(/"operationId":"\w+"/g) ?? [];
    expect(new Set(ids).size).toBe(routes.length);
    expect(routes.filter(isWrite).length).toBeGreaterThan(15);
  });

  test('is shown without anything from elsewhere', async () => {
    const page = await w.call('', 'get', '/api/docs');
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/https?:/);
    const sources = [...page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((m) => m[1] as string);
    expect(sources).toHaveLength(3);
    for (const source of sources) expect((await w.call('', 'get', source)).status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
  });

  test('measures by route, never by person', async () => {
    const { text } = await w.call('', 'get', '/metrics');
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/tasks\/\{id\}",status="200"\} \d+/,
    );
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  // The last test: it looks back on all answers above.
  test('has no answer that this run has not seen', () => {
    expect(documentation.unseen()).toEqual([]);
  });
});
