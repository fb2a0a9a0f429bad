/** Draws by the API: announced, published as they come, told to the pathways, checked by whoever doubts. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import type request from 'supertest';
import { createApp } from '../api/app';
import { states } from '../api/routes/draws';
import type { Allocation, DrawRecord } from '../domain/draw/record';
import { type Role, roles } from '../domain/pathway';
import { defaultSettings } from '../domain/settings';
import { runStarter } from '../worker/starter';
import { type ApiWorld, createApiWorld, youngPerson } from './setup/api-world';
import { Documentation } from './setup/documented';
import { siteRules } from './setup/draws';

jest.setTimeout(120_000);

let w: ApiWorld;
const documentation = new Documentation();
const stop = new AbortController();
let starter: Promise<void>;
let folder: string;

async function ask(
  person: string,
  method: 'get' | 'post' | 'put',
  url: string,
  options: { body?: unknown; headers?: Record<string, string>; app?: ApiWorld['app'] } = {},
): Promise<request.Response> {
  const response = await w.call(person, method, `/api${url}`, options);
  documentation.hold(method, `/api${url}`, response);
  return response;
}
const get = (person: string, url: string) => ask(person, 'get', url);
const post = (person: string, url: string, body: unknown, headers?: Record<string, string>) =>
  ask(person, 'post', url, { body, ...(headers && { headers }) });

beforeAll(async () => {
  w = await createApiWorld();
  folder = mkdtempSync(path.join(os.tmpdir(), 'draws-'));
  starter = runStarter({
    ...{ owner: w.owner, temporal: w.deps.temporal, taskQueue: w.deps.config.TEMPORAL_TASK_QUEUE },
    ...{ log: pino({ level: 'silent' }), signal: stop.signal, everyMs: 200 },
  });
  for (const site of ['tours', 'blois', 'orleans', 'ain'])
    expect(
      (
        await ask('admin', 'put', `/admin/sites/${site}/settings`, {
          body: { ...defaultSettings, draw: true },
        })
      ).status,
    ).toBe(200);
});
afterAll(async () => {
  stop.abort();
  await starter;
  await w.end();
  rmSync(folder, { recursive: true, force: true });
});

const inSeconds = (n: number) => new Date(Date.now() + n * 1000).toISOString();

const announcement = (more: object = {}, rules: object = {}) => ({
  wave: `Vague ${randomUUID()}`,
  rules: { strata: 'site', sites: [siteRules('tours')], publicNumber: null, ...rules },
  freezeAt: inSeconds(1),
  drawAt: inSeconds(2),
  ...more,
});

/** Announces a draw that must be taken. */
async function announced(more: object = {}, rules: object = {}): Promise<string> {
  const response = await post('admin', '/draws', announcement(more, rules));
  expect([response.status, response.body]).toEqual([201, expect.objectContaining({ state: 'announced' })]);
  return response.body.id;
}

/** Waits until a draw has come so far, or farther. */
async function until(id: string, state: (typeof states)[number]) {
  for (;;) {
    const { body } = await get('evaluator', `/draws/${id}`);
    if (states.indexOf(body.state) >= states.indexOf(state)) return body;
    await sleep(30);
  }
}
const recordOf = async (person: string, id: string) => (await get(person, `/draws/${id}/record`)).body;

async function statusOf(site: string, id: string, not = 'awaiting_draw'): Promise<string> {
  for (;;) {
    const { body } = await get(`counsellor.${site}`, `/pathways/${id}`);
    if (body.status !== not) return body.status;
    await sleep(30);
  }
}

function verified(record: DrawRecord, ...more: string[]) {
  const file = path.join(folder, `${record.draw}.json`);
  writeFileSync(file, JSON.stringify(record));
  return spawnSync(
    process.execPath,
    [path.join(__dirname, '../verifier/verify-draw.mjs'), file, '--lang', 'en', ...more],
    { encoding: 'utf8' },
  );
}

test('a draw is published as it comes, told to the pathways, and verified by whoever kept what was published', async () => {
  const tours = await Promise.all(Array.from({ length: 6 }, () => w.enrol('tours')));
  const blois = await Promise.all(Array.from({ length: 5 }, () => w.enrol('blois')));
  const waitingNow = await get('counsellor.tours', '/pathways?status=awaiting_draw');
  expect(waitingNow.body.items).toHaveLength(6);
  expect(waitingNow.body.items[0]).toMatchObject({ status: 'awaiting_draw', step: null });
  expect((await get('counsellor.tours', `/pathways/${tours[0]}/forecast?days=60`)).body.items).toEqual([]);

  const sites = [
    siteRules('tours', { ratio: { servicePlus: 2, of: 3 }, block: 3 }),
    siteRules('blois', { misfits: 'next_wave' }),
  ];
  const asked = announcement(
    // Time enough for a machine that has much else to do.
    { wave: 'Automne', freezeAt: inSeconds(6), drawAt: inSeconds(17) },
    { sites, publicNumber: { source: 'Loto du 3 mars', notBefore: inSeconds(16) } },
  );
  const key = { 'idempotency-key': randomUUID() };
  const { status, body: draw, headers } = await post('admin', '/draws', asked, key);
  expect([status, headers.location]).toEqual([201, `/api/draws/${draw.id}`]);
  expect(draw).toMatchObject({ wave: 'Automne', state: 'announced', algorithm: 'sha256-counter/1' });
  expect(draw.rules.sites.map((s: { site: string }) => s.site)).toEqual(['blois', 'tours']);
  // The same request again is the same draw, another one of the wave is refused.
  const again = await post('admin', '/draws', asked, key);
  expect([again.status, again.body.id]).toEqual([201, draw.id]);
  const twice = await post('admin', '/draws', announcement({ wave: 'Automne' }));
  expect([twice.status, twice.body.code]).toEqual([409, 'wave_drawn']);
  const other = await post('admin', '/draws', { ...asked, wave: 'Hiver' }, key);
  expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);

  const tell = (number: string) => post('admin', `/draws/${draw.id}/number`, { number });
  const committed = await until(draw.id, 'committed');
  const first = await recordOf('committee.national', draw.id);
  expect(Object.keys(first).sort()).toEqual(
    'algorithm commitment committedAt draw format log wave'.split(' '),
  );
  expect(committed).toMatchObject({ commitment: first.commitment, sites: null, registerHash: null });
  const early = await tell('1 2 3');
  expect([early.status, early.body.code]).toEqual([409, 'number_too_early']);

  const frozen = await until(draw.id, 'frozen');
  const register = await recordOf('partner.blois', draw.id);
  expect(register).toMatchObject({ registerHash: frozen.registerHash, commitment: first.commitment });
  expect(register.register).toHaveLength(11);
  for (const later of ['seed', 'entries', 'allocations', 'publicNumber', 'drawnAt'])
    expect(register).not.toHaveProperty(later);
  // Nobody sees the seed before, in whatever role of the API.
  await expect(w.deps.api.query('select * from draw_seeds')).rejects.toThrow(/permission denied/);
  while (Date.now() < Date.parse(asked.drawAt) + 300) await sleep(50);
  expect((await get('evaluator', `/draws/${draw.id}`)).body.state).toBe('frozen');

  expect((await tell('3 14 15')).status).toBe(200);
  const drawn = await until(draw.id, 'drawn');
  expect(drawn).toMatchObject({ publicNumber: '3 14 15', wave: 'Automne' });
  // Two of three in whole blocks; at Blois one in four waits for the next wave.
  expect(drawn.sites).toEqual([
    { siteId: 'blois', registered: 5, kept: 0, servicePlus: 2, standard: 2, rush: 0, misfit: 1 },
    { siteId: 'tours', registered: 6, kept: 0, servicePlus: 4, standard: 2, rush: 0, misfit: 0 },
  ]);
  // Told again it is the same; another number is too late.
  expect((await tell('3 14 15')).body).toEqual({ publicNumber: '3 14 15' });
  const changed = await tell('3 14 16');
  expect([changed.status, changed.body.code]).toEqual([409, 'number_told']);

  const record: DrawRecord = await recordOf('committee.tours', draw.id);
  for (const role of roles) {
    const person: Record<Role, string> = {
      ...{ coordinator: 'coordinator.tours', counsellor: 'counsellor.tours', mediator: 'mediator.tours' },
      ...{ partner: 'partner.tours', committee: 'committee.tours', national_committee: 'committee.national' },
      ...{ evaluator: 'evaluator', admin: 'admin' },
    };
    expect(await recordOf(person[role], draw.id)).toEqual(record);
  }
  const beforehand = ['--commitment', first.commitment, '--register', register.registerHash];
  const good = verified(record, ...beforehand);
  expect([good.status, good.stderr]).toEqual([0, '']);
  const [one] = record.allocations as [Allocation];
  const swapped = { ...one, arm: one.arm === 'standard' ? 'service_plus' : 'standard' } as Allocation;
  expect(verified({ ...record, allocations: [swapped, ...record.allocations.slice(1)] }).status).toBe(1);

  // Each pathway has its arm.
  const arms = new Map(record.allocations.map(({ id, arm }) => [id, arm]));
  for (const [site, ids] of [
    ['tours', tours],
    ['blois', blois],
  ] as const)
    for (const id of ids) {
      const arm = arms.get(id);
      if (arm) expect(await statusOf(site, id)).toBe(arm === 'service_plus' ? 'active' : 'usual_service');
    }
  const waits = blois.filter((id) => !arms.has(id));
  expect(waits).toHaveLength(1);
  expect((await get('counsellor.blois', `/pathways/${waits[0]}`)).body).toMatchObject({
    ...{ status: 'awaiting_draw', step: null, interval: 0 },
  });

  // What the team of the site reads of an arm, nobody else does.
  const standard = tours.find((id) => arms.get(id) === 'standard') as string;
  const seen = (await get('counsellor.tours', `/pathways/${standard}`)).body;
  expect(seen).toMatchObject({ status: 'usual_service', step: null });
  expect(seen.tasks).toEqual([]);
  expect(seen.deadlines.map((d: { name: string }) => d.name)).toEqual(['evaluation_survey']);
  const timeline = await get('counsellor.tours', `/pathways/${standard}/timeline`);
  expect(timeline.body.items.map((e: { type: string }) => e.type)).toEqual(['arm_drawn', 'enrolled']);
  for (const person of ['counsellor.blois', 'partner.tours'])
    expect((await get(person, `/pathways/${standard}`)).status).toBe(404);
  for (const person of ['committee.tours', 'evaluator', 'admin'])
    expect((await get(person, `/pathways/${standard}`)).status).toBe(403);
  const surveys = (await get('counsellor.tours', `/pathways/${standard}/forecast?days=400`)).body.items;
  expect(surveys.map((i: { name: string }) => i.name)).toEqual(['evaluation_survey', 'evaluation_survey']);

  // Nothing of the steps happens to them.
  const contract = {
    ...{ signedOn: '2026-01-05', startsOn: '2026-02-01', endsOn: '2028-01-31' },
    ...{ employer: 'a', cfa: 'b', trade: 'c', diploma: 'd' },
  };
  const refused = await post('counsellor.tours', `/pathways/${standard}/contracts`, contract);
  expect([refused.status, refused.body.code]).toEqual([409, 'not_in_the_steps']);
  const contact = { channel: 'phone', result: 'reached' };
  expect((await post('counsellor.tours', `/pathways/${standard}/contacts`, contact)).status).toBe(201);

  // The figures count everybody, and arms for the evaluation alone.
  const figures = (await get('evaluator', '/steering/overview?site=tours')).body;
  expect(figures.total.figures).toMatchObject({ entered: 6, currently_in: 6 });
  expect(figures.total.steps).toContainEqual({ step: null, youngPeople: 2 });
  expect(
    figures.arms.map((a: { arm: string | null; figures: { entered: number } }) => [a.arm, a.figures.entered]),
  ).toEqual([
    ['service_plus', 4],
    ['standard', 2],
    [null, 0],
  ]);
  const states = (await get('counsellor.tours', '/steering/states?step=unknown')).body.items;
  expect(states.map((s: { status: string }) => s.status)).toEqual(['usual_service', 'usual_service']);
  expect((await get('committee.tours', '/steering/overview')).body.arms).toBeUndefined();
});

describe('is refused, and nothing is changed:', () => {
  const draws = async () => (await w.owner.query('select count(*)::int as n from draws')).rows[0].n;
  const number = (notBefore: string) => ({ publicNumber: { source: 'Loto', notBefore } });
  const oneSite = (more: object) => ({ sites: [{ ...siteRules('tours'), ...more }] });
  const site = '/rules/sites/0';
  const cases: [string, object, object, string[]][] = [
    [
      'a ratio of 0',
      {},
      oneSite({ ratio: { servicePlus: 0, of: 2 } }),
      [`${site}/ratio/servicePlus too_small`],
    ],
    ['a ratio of all', {}, oneSite({ ratio: { servicePlus: 2, of: 2 } }), [`${site}/ratio no_draw`]],
    ['a block that holds no ratio', {}, oneSite({ block: 5 }), [`${site}/block not_a_multiple`]],
    ['no places', {}, oneSite({ places: 0 }), [`${site}/places too_small`]],
    ['an unknown rule for misfits', {}, oneSite({ misfits: 'none' }), [`${site}/misfits invalid_value`]],
    ['no site', {}, { sites: [] }, ['/rules/sites too_small']],
    [
      'a site twice',
      {},
      { sites: [siteRules('tours'), siteRules('tours')] },
      ['/rules/sites/1/site met_twice'],
    ],
    [
      'sites of one stratum that differ, named where they stand',
      {},
      { strata: 'none', sites: [siteRules('tours', { block: 6 }), siteRules('blois')] },
      ['/rules/sites/0/block differs_in_stratum'],
    ],
    ['a site that there is not', {}, { sites: [siteRules('nantes')] }, [`${site}/site unknown_site`]],
    ['a site without draw', {}, { sites: [siteRules('roanne')] }, [`${site}/site site_without_draw`]],
    ['a past freezing', { freezeAt: '2026-01-01T00:00:00Z' }, {}, ['/freezeAt date_in_past']],
    ['a draw before the freezing', { drawAt: inSeconds(0) }, {}, ['/drawAt dates_contradict']],
    ['a draw in years', { drawAt: '2099-01-01T00:00:00Z' }, {}, ['/drawAt date_too_far']],
    ['no instant', { drawAt: '3 mars' }, {}, ['/drawAt invalid_format']],
    [
      'a number that may be known before',
      {},
      number(inSeconds(-1)),
      ['/rules/publicNumber/notBefore too_early'],
    ],
    [
      'a number that comes after the draw',
      {},
      number(inSeconds(3600)),
      ['/rules/publicNumber/notBefore dates_contradict'],
    ],
    ['a wave without name', { wave: '' }, {}, ['/wave too_small']],
    ['an unknown field', { seed: 'a'.repeat(64) }, {}, ['/seed unknown_field']],
  ];
  test.each(cases)('%s', async (_, more, rules, errors) => {
    const before = await draws();
    for (const language of ['fr', 'en']) {
      const headers = { 'accept-language': language };
      const { status, body } = await post('admin', '/draws', announcement(more, rules), headers);
      expect([status, body.code]).toEqual([422, 'body_invalid']);
      expect(body.errors.map((e: { pointer: string; code: string }) => `${e.pointer} ${e.code}`)).toEqual(
        errors,
      );
      for (const { message } of body.errors) expect(message).toMatch(/\w{3}/);
    }
    expect(await draws()).toBe(before);
  });

  test('dates that are too near for those who must be told', async () => {
    const config = { ...w.deps.config, DRAW_NOTICE_MINUTES: 60, DRAW_FROZEN_MINUTES: 30 };
    const app = createApp({ ...w.deps, config });
    const asked = announcement({ freezeAt: inSeconds(3540), drawAt: inSeconds(3540 + 1700) });
    const { status, body } = await ask('admin', 'post', '/draws', { body: asked, app });
    expect(status).toBe(422);
    expect(body.errors.map((e: { pointer: string; code: string }) => `${e.pointer} ${e.code}`)).toEqual([
      '/freezeAt too_early',
      '/drawAt too_early',
    ]);
    expect(body.errors[0].message).toMatch(/est trop proche : les sites sont prévenus 60 minutes avant/);
  });

  test('an empty wave', async () => {
    const before = await draws();
    const empty = async () => {
      const { status, body } = await post('admin', '/draws', announcement({}, { sites: [siteRules('ain')] }));
      expect([status, body.code]).toEqual([409, 'wave_empty']);
    };
    await empty();
    // Who wishes to enter a later wave does not enter this one.
    await w.enrol('ain', { wave: 'Été' });
    await empty();
    expect(await draws()).toBe(before);
  });

  test('whoever is not of the administration', async () => {
    const before = await draws();
    for (const person of ['coordinator.tours', 'committee.national', 'evaluator']) {
      const { status, body } = await post(person, '/draws', announcement());
      expect([status, body.code]).toEqual([403, 'forbidden']);
      expect((await post(person, `/draws/${randomUUID()}/number`, { number: '7' })).status).toBe(403);
    }
    expect(await draws()).toBe(before);
  });
});

test('a number is not awaited by every draw, and is to be given again when Temporal did not answer', async () => {
  await w.enrol('orleans');
  const sites = [siteRules('orleans')];
  const id = await announced({}, { sites });
  await until(id, 'committed');
  const needless = await post('admin', `/draws/${id}/number`, { number: '7' });
  expect([needless.status, needless.body.code]).toEqual([409, 'number_not_awaited']);
  await until(id, 'drawn');
  const late = await post('admin', `/draws/${id}/number`, { number: '7' });
  expect([late.status, late.body.code]).toEqual([409, 'number_not_awaited']);
  const app = createApp({
    ...w.deps,
    temporal: new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) }),
    config: { ...w.deps.config, API_WRITE_TIMEOUT_MS: 400 },
  });
  const away = await ask('admin', 'post', `/draws/${id}/number`, { body: { number: '7' }, app });
  expect([away.status, away.body.code]).toEqual([503, 'temporal_away']);
  expect((await get('admin', `/draws/${randomUUID()}/record`)).status).toBe(404);
  const listed = (await get('counsellor.ain', '/draws')).body.items;
  expect(listed[0]).toMatchObject({ id, state: 'drawn', announcedBy: { displayName: expect.any(String) } });
});

describe('somebody met again', () => {
  const person = (more: object = {}) => youngPerson('orleans', more);

  test('is named by the earlier enrolment, which must look the same', async () => {
    const body = person();
    const earlier = await post('coordinator.orleans', '/enrolments', body);
    const there = { ...body, siteId: 'blois' };
    const asked = await post('coordinator.blois', '/enrolments', there);
    expect([asked.status, asked.body.code]).toEqual([409, 'possible_duplicate']);
    const [candidate] = asked.body.candidates;
    expect(candidate.enrolmentId).toBe(earlier.body.id);
    for (const [more, pointer, code] of [
      [{ samePersonAs: randomUUID() }, '/samePersonAs', 'not_recognised'],
      [
        { samePersonAs: candidate.enrolmentId, notSameAs: [candidate.enrolmentId] },
        '/samePersonAs',
        'same_and_not_same',
      ],
    ] as const) {
      const wrong = await post('coordinator.blois', '/enrolments', { ...there, ...more });
      expect([wrong.status, wrong.body.errors]).toEqual([
        422,
        [{ pointer, code, message: expect.stringMatching(/personne|inscription/) }],
      ]);
    }
    const same = await post('coordinator.blois', '/enrolments', {
      ...there,
      samePersonAs: candidate.enrolmentId.toUpperCase(),
    });
    expect(same.status).toBe(201);
    const read = await get('counsellor.blois', `/enrolments/${same.body.id}`);
    expect(read.body.samePersonAs).toBe(candidate.enrolmentId);

    // Named by the second enrolment, it is the first all the same; the others of the person are no longer asked about.
    const third = await post('coordinator.orleans', '/enrolments', { ...body, samePersonAs: same.body.id });
    expect(third.status).toBe(201);
    const { rows } = await w.owner.query('select same_person_as from enrolments where id = $1', [
      third.body.id,
    ]);
    expect(rows[0].same_person_as).toBe(candidate.enrolmentId);
  });

  test('keeps the first arm, in the next draw and where nobody draws, also by a spreadsheet', async () => {
    const bodies = Array.from({ length: 8 }, () => person());
    const ids: string[] = [];
    for (const body of bodies) {
      const { body: made } = await post('coordinator.orleans', '/enrolments', body);
      ids.push(made.id);
      while ((await get('counsellor.orleans', `/pathways/${made.id}`)).status !== 200) await sleep(30);
    }
    const sites = [siteRules('orleans', { block: 2 })];
    const draw = await announced({}, { sites });
    await until(draw, 'drawn');
    const record: DrawRecord = await recordOf('evaluator', draw);
    // Of eight in turn at least three make a block with each other.
    const of = (arm: string) =>
      ids.filter((id) => record.allocations.some((a) => a.id === id && a.arm === arm));
    const [standard, alsoStandard] = of('standard') as [string, string];
    const again = async (site: string, id: string) => {
      const body = { ...bodies[ids.indexOf(id)], siteId: site, samePersonAs: id };
      const made = await post(`coordinator.${site}`, '/enrolments', body);
      expect(made.status).toBe(201);
      return made.body.id as string;
    };

    // Limousin does not draw: the arm is kept from the first day.
    const elsewhere = await again('limousin', standard);
    while ((await get('counsellor.limousin', `/pathways/${elsewhere}`)).status !== 200) await sleep(30);
    expect((await get('counsellor.limousin', `/pathways/${elsewhere}`)).body).toMatchObject({
      ...{ status: 'usual_service', step: null, tasks: [] },
    });
    const { lastName, firstName, birthDate, consentOn } = bodies[ids.indexOf(alsoStandard)] as Record<
      string,
      string
    >;
    const csv = [
      'site;nom;prenom;date_naissance;telephone;situation;prescripteur;date_consentement;le_meme_que',
      `limousin;${lastName};${firstName};${birthDate};06 12 34 56 78;seeking_training;cfa;${consentOn};${alsoStandard}`,
      `limousin;Autre;Personne;${birthDate};06 12 34 56 78;seeking_training;cfa;${consentOn};${alsoStandard}`,
    ].join('\n');
    const imported = await ask('coordinator.limousin', 'post', '/enrolments/import', {
      body: csv,
      headers: { 'content-type': 'text/csv' },
    });
    expect(imported.body).toMatchObject({ accepted: 1, rejected: 1 });
    expect(imported.body.problems).toMatchObject([{ row: 3, column: 'le_meme_que', code: 'not_recognised' }]);
    const usual = () => get('counsellor.limousin', '/pathways?status=usual_service');
    while ((await usual()).body.items.length < 2) await sleep(30);

    // Blois draws: who is met again stands in its register, apart from the wishes.
    const met = await again('blois', standard);
    await statusOf('blois', met, '');
    const newcomer = await w.enrol('blois');
    const next = await announced({}, { sites: [siteRules('blois', { block: 2 })] });
    await until(next, 'drawn');
    const second: DrawRecord = await recordOf('evaluator', next);
    expect(second.kept).toContainEqual({
      ...{ id: met, site: 'blois', arm: 'standard', firstDraw: draw, firstId: standard },
    });
    expect(second.register.map(({ id }) => id)).toContain(newcomer);
    expect(second.register.map(({ id }) => id)).not.toContain(met);
    // Whoever gives all earlier records has it checked that nobody was drawn twice and that arms were kept.
    const { items } = (await get('evaluator', '/draws')).body;
    const earlier: DrawRecord[] = await Promise.all(
      items.flatMap(({ id }: { id: string }) => (id === next ? [] : [recordOf('evaluator', id)])),
    );
    const files = earlier.map((one) => {
      const file = path.join(folder, `earlier-${one.draw}.json`);
      writeFileSync(file, JSON.stringify(one));
      return file;
    });
    const checked = verified(second, ...files.flatMap((file) => ['--previous', file]));
    expect([checked.status, checked.stdout]).toEqual([0, expect.stringContaining('✓ Earlier draws')]);
    expect(await statusOf('blois', met)).toBe('usual_service');
  });
});
