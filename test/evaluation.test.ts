/** The evaluation by the API: files that can be made again and name nobody, who reads an arm and from when. */
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import request from 'supertest';
import { createApp } from '../api/app';
import { routes } from '../api/routes';
import { keyIdOf, pseudonymOf } from '../db/pseudonym';
import { columns, columnsOf } from '../domain/evaluation';
import { rowSchema } from '../domain/evaluation-row';
import { type ApiWorld, createApiWorld } from './setup/api-world';
import { Documentation } from './setup/documented';
import { asOf, autumn, idOf, spring, writeEvaluated, young } from './setup/evaluated';

let w: ApiWorld;
const documentation = new Documentation();
const key = 'e7'.repeat(32);

beforeAll(async () => {
  w = await createApiWorld();
  await writeEvaluated(w.owner);
}, 60_000);
afterAll(() => w?.end());

async function ask(
  person: string,
  method: 'get' | 'post',
  url: string,
  options: { body?: unknown; headers?: Record<string, string>; app?: ApiWorld['app'] } = {},
) {
  const response = await w.call(person, method, `/api${url}`, options);
  documentation.hold(method, `/api${url}`, response);
  return response;
}
const get = (person: string, url: string) => ask(person, 'get', url);
const post = (person: string, url: string, body: object) => ask(person, 'post', url, { body });

/** A file as it came, of whatever type. */
async function file(person: string, url: string, app = w.app) {
  const response = await request(app)
    .get(`/api${url}`)
    .set('authorization', `Bearer ${await w.tokenOf(person)}`)
    .buffer(true)
    .parse((answer, done) => {
      void text(answer as unknown as IncomingMessage).then((body) => done(null, body));
    });
  expect([url, response.status, response.status === 200 || response.body]).toEqual([url, 200, true]);
  return { text: response.body as string, headers: response.headers as Record<string, string> };
}
const exported = async (query: string) => file('evaluator', `/evaluation/export?${query}`);
const rowsIn = (csv: string) => parse(csv, { columns: true }) as Record<string, string>[];
const at = `asOf=${asOf}`;

test('one file with the same instants is the same, in both forms, and names nobody', async () => {
  const csv = await exported(at);
  const again = await exported(`asOf=${csv.headers['x-as-of']}&knownAt=${csv.headers['x-known-at']}`);
  expect(again.text).toBe(csv.text);
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(csv.headers['content-disposition']).toBe(
    `attachment; filename="evaluation-open-2026-10-01-${keyIdOf(key)}.csv"`,
  );
  expect(csv.text.split('\r\n')[0]).toBe(columns.map((c) => c.name).join(','));
  const lines = (await exported(`${at}&format=ndjson`)).text.trimEnd().split('\n');
  const rows = lines.map((line) => JSON.parse(line));
  expect(rows).toHaveLength(9);
  for (const row of rows) expect(rowSchema(false).safeParse(row).error).toBeUndefined();
  expect(rowsIn(csv.text).map((row) => row.pseudonym)).toEqual(rows.map((row) => row.pseudonym));
  const p1 = rows.find((row) => row.pseudonym === pseudonymOf(key, 'open', idOf('p1')));
  expect(p1).toMatchObject({ wave: autumn.wave, contract_day: 30, survey_days: [181, 365, 546, 730] });
  expect(rowsIn(csv.text).find((row) => row.pseudonym === p1.pseudonym)).toMatchObject({
    ...{
      minor: '1',
      exit_day: '',
      weight: '2',
      survey_days: '181 365 546 730',
      survey_answer_days: '- - - -',
    },
  });
  // No name, birth date, telephone, mail, number of Parcours 3 or id of anybody; no day of a calendar.
  const everything = csv.text + lines.join();
  expect(everything).not.toMatch(
    /secret|0655555555|example\.org|P3-\d|\d{4}-\d\d-\d\d|[0-9a-f]{8}-[0-9a-f]{4}-/i,
  );
  for (const name of Object.keys(young)) {
    expect(everything).not.toContain(idOf(name));
    expect(everything).not.toContain(idOf(name).replaceAll('-', ''));
  }
  const { text: ofSpring } = await exported(`${at}&wave=${spring.wave}`);
  expect(rowsIn(ofSpring).map((row) => row.wave)).toEqual([spring.wave, spring.wave]);
});

test('where arms are masked neither letter, pseudonym nor column tells which it is', async () => {
  const [open, masked] = [
    rowsIn((await exported(at)).text),
    rowsIn((await exported(`${at}&arms=masked`)).text),
  ];
  expect(Object.keys(masked[0] ?? {})).toEqual(columnsOf(true).map((c) => c.name));
  const sizes = (rows: Record<string, string>[]) =>
    [...new Set(rows.map((row) => row.arm))]
      .map((arm) => rows.filter((row) => row.arm === arm).length)
      .sort();
  expect(sizes(masked)).toEqual(sizes(open));
  expect([...new Set(masked.map((row) => row.arm))].sort()).toEqual(['A', 'B']);
  const names = new Set(open.map((row) => row.pseudonym));
  expect(masked.filter((row) => names.has(row.pseudonym))).toEqual([]);
  expect(JSON.stringify(masked)).not.toMatch(/service_plus|standard/);
  // The letter is the same for everybody of an arm, and by the key: among many keys either arm is A.
  const armsOf = async (evaluationKey: string) => {
    const app = createApp({ ...w.deps, config: { ...w.deps.config, EVALUATION_KEY: evaluationKey } });
    const { text: csv } = await file('evaluator', `/evaluation/export?${at}&arms=masked`, app);
    const of = (name: string) =>
      rowsIn(csv).find((row) => row.pseudonym === pseudonymOf(evaluationKey, 'masked', idOf(name)))?.arm;
    expect([of('p1'), of('p2')]).toEqual([of('b5'), of('q2')]);
    return `${of('p1')}${of('p2')}`;
  };
  const seen = new Set<string>();
  for (let n = 16; n < 32; n++) seen.add(await armsOf(n.toString(16).repeat(32)));
  expect([...seen].sort()).toEqual(['AB', 'BA']);
});

test('who took what is kept, for the evaluation and the administration; sites read nothing of it', async () => {
  await exported(`${at}&wave=${autumn.wave}&arms=masked&format=ndjson`);
  const [last] = (await get('evaluator', '/evaluation/releases')).body.items;
  expect(last).toMatchObject({
    ...{ what: 'evaluation', rows: 7, staff: { displayName: expect.any(String) } },
    filters: {
      wave: autumn.wave,
      arms: 'masked',
      format: 'ndjson',
      key: keyIdOf(key),
      asOf,
      knownAt: expect.any(String),
    },
  });
  const first = await get('admin', '/evaluation/releases?limit=1');
  expect(first.body.items).toEqual([last]);
  const second = await get('admin', `/evaluation/releases?limit=1&cursor=${first.body.next}`);
  expect(second.body.items[0].madeAt <= last.madeAt).toBe(true);
  expect((await get('coordinator.tours', '/exports')).body.items).toEqual([]);
});

test('the matching file is the administration’s, with a reason that is kept', async () => {
  const reason = 'Appariement Parcours 3, convention de mars';
  const made = await post('admin', '/evaluation/matching', { reason, wave: autumn.wave });
  const rows = rowsIn(made.text);
  expect(Object.keys(rows[0] ?? {})).toEqual(['pseudonym', 'external_number']);
  const numbers = new Map(rows.map((row) => [row.pseudonym, row.external_number]));
  expect(numbers.size).toBe(7);
  expect(numbers.get(pseudonymOf(key, 'open', idOf('p1')))).toBe('P3-0001');
  expect(numbers.get(pseudonymOf(key, 'open', idOf('b2')))).toBe('');
  const ofMasked = await post('admin', '/evaluation/matching', { reason, arms: 'masked' });
  expect(ofMasked.text).toContain(`${pseudonymOf(key, 'masked', idOf('b1'))},P3-0002`);
  const [, kept] = (await get('admin', '/evaluation/releases')).body.items;
  expect(kept).toMatchObject({
    what: 'evaluation_matching',
    rows: 7,
    filters: { reason, wave: autumn.wave },
  });
  const without = await post('admin', '/evaluation/matching', { reason: 'court' });
  expect([without.status, without.body.errors[0].pointer]).toEqual([422, '/reason']);
  expect((await post('evaluator', '/evaluation/matching', { reason })).status).toBe(403);
  expect((await ask('admin', 'get', `/evaluation/export?${at}`)).status).toBe(403);
});

test('answers are taken by pseudonym, all or none, and each that cannot be is named', async () => {
  const answer = (name: string, more: object = {}) => ({
    ...{ pseudonym: pseudonymOf(key, 'masked', idOf(name)), survey: 1, answeredOn: '2026-08-03' },
    ...more,
  });
  const record = (answers: object[], more: object = { arms: 'masked' }) =>
    post('evaluator', '/evaluation/answers', { answers, ...more });
  const wrong = await record([
    answer('p2'),
    answer('p3', { answeredOn: '2026-01-02' }),
    answer('p4', { pseudonym: 'f'.repeat(32) }),
  ]);
  expect([
    wrong.status,
    wrong.body.errors.map((e: { pointer: string; code: string }) => `${e.pointer} ${e.code}`),
  ]).toEqual([422, ['/answers/1/answeredOn dates_contradict', '/answers/2/pseudonym unknown_pseudonym']]);
  const late = await record([answer('p2', { answeredOn: '2999-01-01' })]);
  expect(late.body.errors[0]).toMatchObject({ pointer: '/answers/0/answeredOn', code: 'date_in_future' });
  // A pseudonym of the other releases is nobody's.
  expect((await record([answer('p2')], {})).body.errors[0].code).toBe('unknown_pseudonym');
  const answered = async () =>
    rowsIn((await exported('')).text).filter((r) => /\d/.test(r.survey_answer_days ?? ''));
  expect(await answered()).toEqual([]);
  expect((await record([answer('p2'), answer('p4')])).body).toEqual({ answers: 2 });
  expect((await record([answer('p2')])).status).toBe(200);
  expect((await record([answer('p2', { answeredOn: '2026-08-04' })])).body.errors[0].code).toBe(
    'answered_another_day',
  );
  const rows = await answered();
  expect(rows.map((row) => row.survey_answer_days)).toEqual(['200 - - -', '200 - - -']);
  const { body } = await get('evaluator', '/evaluation/consort');
  expect(body.arms[1].surveys[0]).toMatchObject({ survey: 1, answered: 2 });
});

test('the flow and the balance are as at a day, of a wave or all; what is not there is named', async () => {
  const flow = (await get('evaluator', `/evaluation/consort?asOf=2026-03-01&wave=${autumn.wave}`)).body;
  expect(flow).toMatchObject({ wave: autumn.wave, masked: false, assessed: 9, randomised: 7 });
  const { body } = await get('evaluator', '/evaluation/balance?asOf=2026-10-01');
  expect(body.arms).toEqual([
    { arm: 'service_plus', youngPeople: 5 },
    { arm: 'standard', youngPeople: 4 },
  ]);
  // 3 of weight 3, 6 of 9 at Tours: people count by the inverse of their probability.
  expect(body.lines.find((l: { code: string }) => l.code === 'blois').arms[1]).toMatchObject({
    mean: 1 / 3,
    youngPeople: 1,
  });
  for (const path of ['consort', 'balance', 'export']) {
    const nowhere = await get('evaluator', `/evaluation/${path}?wave=Hiver`);
    expect([path, nowhere.status, nowhere.body.errors?.[0]]).toEqual([
      ...[path, 400],
      { pointer: '/wave', code: 'unknown_wave', message: expect.stringContaining('') },
    ]);
    const future = await get('evaluator', `/evaluation/${path}?asOf=2999-01-01`);
    expect([path, future.body.errors?.[0]?.code]).toEqual([path, 'date_in_future']);
  }
  const { body: dictionary } = await get('evaluator', '/evaluation/dictionary');
  expect(dictionary.columns).toEqual(JSON.parse(JSON.stringify(columns)));
  expect(Object.keys(dictionary.rows.open.properties)).toEqual(columns.map((c) => c.name));
});

/** Who reads something of an arm where, of all that can be read; of one young person it is no figure. */
async function whoReadsArms() {
  const people = [
    ...['coordinator.tours', 'counsellor.tours', 'mediator.tours', 'partner.tours', 'committee.tours'],
    ...['committee.national', 'evaluator', 'admin'],
  ];
  const ids = [idOf('p1'), idOf('q2'), autumn.draw, 'tours'];
  const found: Record<string, string[]> = {};
  for (const { method, path } of routes) {
    // The stream has ids of tasks alone.
    if (method !== 'get' || path === '/events') continue;
    // They print what the report's CSV file holds: api/report-files.test.ts.
    if (/\.(pdf|xlsx)$/.test(path)) continue;
    for (const person of people) {
      const urls = path.includes('{id}') ? ids.map((id) => path.replace('{id}', id)) : [path];
      for (const url of urls) {
        const { status, body, text: told } = await w.call(person, 'get', `/api${url}`);
        const answer = status === 200 ? (told ?? JSON.stringify(body)) : '';
        if (/service_plus|usual_service|"standard"|,standard,|droit commun/i.test(answer))
          found[path] = [...new Set([...(found[path] ?? []), person])];
      }
    }
  }
  return found;
}

const everybody = [
  ...['coordinator.tours', 'counsellor.tours', 'mediator.tours', 'partner.tours', 'committee.tours'],
  ...['committee.national', 'evaluator', 'admin'],
];
const whileBlind = {
  // Published by design: opaque ids, and nothing of what became of anybody.
  '/draws/{id}/record': everybody,
  // Of one young person, to the team that serves them.
  ...Object.fromEntries(
    ['/pathways', '/pathways/{id}', '/pathways/{id}/forms', '/pathways/{id}/timeline'].map((path) => [
      path,
      ['coordinator.tours', 'counsellor.tours', 'mediator.tours'],
    ]),
  ),
  // The words, no figure.
  '/evaluation/dictionary': ['committee.tours', 'committee.national', 'evaluator', 'admin'],
  // A status beside each name.
  '/steering/states': ['coordinator.tours', 'counsellor.tours'],
  '/steering/overview': ['evaluator'],
  // The words of a definition: in no step is who awaits the draw or has the usual service. Figures are in the files.
  '/steering/report': [
    ...['coordinator.tours', 'counsellor.tours', 'committee.tours', 'committee.national', 'evaluator'],
  ],
  '/steering/report.csv': ['evaluator'],
  '/evaluation/consort': ['evaluator'],
  '/evaluation/balance': ['evaluator'],
  '/evaluation/export': ['evaluator'],
};

test('whoever is blind reads no arm anywhere, until the administration unblinds, once', async () => {
  expect(await whoReadsArms()).toEqual(whileBlind);
  const blind = await get('committee.national', '/evaluation/consort');
  expect([blind.status, blind.body.code]).toEqual([403, 'still_blinded']);

  const unblind = (wave: string | null, headers?: Record<string, string>) =>
    ask('admin', 'post', '/evaluation/unblinding', {
      body: { wave, reason: 'Analyse finale enregistrée' },
      ...(headers && { headers }),
    });
  expect(
    (
      await ask('evaluator', 'post', '/evaluation/unblinding', {
        body: { wave: null, reason: 'Analyse finale' },
      })
    ).status,
  ).toBe(403);
  expect((await unblind('Hiver')).body.errors[0]).toMatchObject({ pointer: '/wave', code: 'unknown_wave' });
  const same = { 'idempotency-key': 'unblind' };
  const { status, body } = await unblind(autumn.wave, same);
  expect([status, body.unblindings]).toEqual([200, [expect.objectContaining({ wave: autumn.wave })]]);
  expect(body.waves).toEqual([autumn.wave, spring.wave]);
  // The same request again is the same; another one has nothing to do.
  expect((await unblind(autumn.wave, same)).status).toBe(200);
  expect((await unblind(spring.wave, same)).body.code).toBe('idempotency_key_reused');
  for (const wave of [autumn.wave, null]) expect((await unblind(wave)).body.code).toBe('already_unblinded');

  const told = (await get('committee.tours', `/evaluation/consort?wave=${autumn.wave}`)).body;
  expect(told.masked).toBe(true);
  expect(told.arms.map((a: { arm: string }) => a.arm)).toEqual(['service_plus', 'standard']);
  // 4 and 3 were allocated: neither is told, nor what would tell them.
  expect(told.arms.map((a: { allocated: number | null }) => a.allocated)).toEqual([null, null]);
  for (const shown of Object.values(told.arms[0]))
    if (typeof shown === 'number') expect([0, 5, 6, 7]).toContain(shown);
  for (const query of ['', `?wave=${spring.wave}`])
    expect((await get('committee.national', `/evaluation/consort${query}`)).body.code).toBe('still_blinded');
  // Of what was not unblinded nothing more is read.
  expect(await whoReadsArms()).toEqual(whileBlind);
  expect((await get('evaluator', '/evaluation/blinding')).body.unblindings).toHaveLength(1);
});

test('curves by arm are read by the national committee once the programme is unblinded, and masked with those by site', async () => {
  const curves = (person: string, by: string) => get(person, `/steering/survival?of=contract&by=${by}`);
  // Of the unblinding of a wave they are no part.
  expect((await curves('committee.national', 'arm')).body.code).toBe('still_blinded');
  await w.owner.query(
    `insert into unblindings (id, wave, reason, made_by, made_at)
     select gen_random_uuid(), null, 'Analyse finale enregistrée', id, now() from staff where role = 'admin' limit 1`,
  );
  const exact = (await curves('evaluator', 'arm')).body;
  const { status, body } = await curves('committee.national', 'arm');
  expect([status, body.masked, body.by]).toEqual([200, true, 'arm']);
  expect(body.groups.map((group: { arm: string }) => group.arm)).toEqual(['service_plus', 'standard']);
  type Group = { youngPeople: number | null; points: unknown[] | null };
  const shown = (of: { groups: Group[] }) => of.groups.map(({ youngPeople }) => youngPeople);
  expect(Math.max(...(shown(exact) as number[]))).toBeGreaterThan(0);
  for (const [i, n] of shown(body).entries()) if (n !== null) expect([0, shown(exact)[i]]).toContain(n);
  for (const n of shown(body)) expect([1, 2, 3, 4]).not.toContain(n);
  expect((await curves('committee.national', 'site')).status).toBe(200);
  for (const person of ['committee.tours', 'coordinator.tours', 'counsellor.tours'])
    expect([person, (await curves(person, 'arm')).body.code]).toEqual([person, 'forbidden']);
});
