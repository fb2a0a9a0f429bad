/** The figures as at an instant by the API: what each role reads, and that each list has whom its figure counts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type request from 'supertest';
import { dayOf } from '../domain/calendar';
import { figures } from '../domain/figures';
import type { Counts } from '../domain/steering';
import { type ApiWorld, createApiWorld } from './setup/api-world';
import { Documentation } from './setup/documented';

let w: ApiWorld;
const documentation = new Documentation();

async function get(person: string, url: string, headers?: Record<string, string>): Promise<request.Response> {
  const response = await w.call(person, 'get', `/api${url}`, { headers });
  documentation.hold('get', `/api${url}`, response);
  return response;
}
async function post(person: string, url: string, body: object = {}): Promise<request.Response> {
  const response = await w.call(person, 'post', `/api${url}`, { body });
  expect([url, response.status < 300 || response.body]).toEqual([url, true]);
  return response;
}
const now = () => new Date().toISOString();
const inDays = (n: number) => dayOf(Date.now() + n * 86_400_000);

/** Everybody of the list behind a count. */
async function everybody(person: string, query: string, limit = 200): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  for (let cursor = ''; ; ) {
    const { status, body } = await get(person, `/steering/states?limit=${limit}${query}${cursor}`);
    expect([query, status]).toEqual([query, 200]);
    all.push(...body.items);
    if (!body.next) return all;
    cursor = `&cursor=${body.next}`;
  }
}

/** By what happened to them. */
const young: Record<string, string> = {};
/** Before the exit of one of them was undone. */
let between: string;

beforeAll(async () => {
  w = await createApiWorld();
  for (const what of ['declined', 'moved', 'undone', 'held', 'lost', 'late', 'mediated', 'new'])
    young[what] = await w.enrol('tours');
  for (let n = 0; n < 6; n++) await w.enrol('blois');
  const of = (what: string) => `/pathways/${young[what]}`;
  await post('counsellor.tours', `${of('declined')}/exit`, { code: 'declined' });
  await post('counsellor.tours', `${of('moved')}/exit`, { code: 'moved_away' });
  await post('counsellor.tours', `${of('undone')}/exit`, { code: 'declined' });
  await post('counsellor.tours', `${of('held')}/hold`, { until: inDays(20) });
  for (const channel of ['phone', 'sms', 'letter'])
    await post('counsellor.tours', `${of('lost')}/contacts`, { channel, result: 'not_reached' });
  await post('counsellor.tours', `${of('mediated')}/contracts`, {
    ...{ signedOn: inDays(0), startsOn: inDays(5), endsOn: inDays(700) },
    ...{ employer: 'Boulangerie Rivière', cfa: 'CFA de Tours', trade: 'boulanger', diploma: 'CAP' },
  });
  await post('counsellor.tours', `${of('mediated')}/alerts`, {
    level: 'high',
    source: 'cfa',
    what: 'Absences',
  });
  await w.owner.query(
    "update tasks set due_at = now() - interval '1 day' where pathway_id = $1 and status = 'open'",
    [young.late],
  );
  // Due instants are set back only now: this is when a task of theirs was overdue.
  await sleep(20);
  between = now();
  await sleep(20);
  expect((await w.call('counsellor.tours', 'delete', `/api${of('undone')}/exit`)).status).toBe(200);
}, 60_000);
afterAll(() => w?.end());

test('a coordinator reads the figures of the site, and each list has whom its figure counts', async () => {
  const { status, body } = await get('coordinator.tours', '/steering/overview');
  expect(status).toBe(200);
  expect(body.masked).toBe(false);
  expect(body.arms).toBeUndefined();
  expect(body.sites).toHaveLength(1);
  const [site] = body.sites as (Counts & { siteId: string })[];
  expect(site).toMatchObject({
    siteId: 'tours',
    figures: { entered: 8, currently_in: 6, overdue: 1, in_mediation: 1, on_hold: 1, unreachable: 1 },
    exits: { all: 2, phase1: 2, phase2: 0 },
  });
  expect(body.total).toEqual({ figures: site?.figures, steps: site?.steps, exits: site?.exits });
  const at = `&asOf=${body.asOf}&knownAt=${body.knownAt}`;
  const who = async (query: string) =>
    (await everybody('counsellor.tours', `${at}${query}`)).map((s) => s.pathwayId);
  for (const figure of figures) {
    expect([figure, (await who(`&figure=${figure}`)).length]).toEqual([figure, site?.figures[figure]]);
  }
  expect(await who('&figure=on_hold')).toEqual([young.held]);
  expect(await who('&figure=unreachable')).toEqual([young.lost]);
  expect(await who('&figure=overdue')).toEqual([young.late]);
  expect(await who('&figure=in_mediation')).toEqual([young.mediated]);
  for (const { step, youngPeople } of site?.steps ?? []) {
    const query = `&figure=currently_in&step=${step ?? 'unknown'}`;
    expect([step, (await who(query)).length]).toEqual([step, youngPeople]);
  }
  for (const { code, phase1, phase2 } of site?.exits.byCode ?? []) {
    expect([code, (await who(`&exit=${code}&phase=1`)).length]).toEqual([code, phase1]);
    expect([code, (await who(`&exit=${code}&phase=2`)).length]).toEqual([code, phase2]);
  }
  expect((await who('&figure=exited')).sort()).toEqual([young.declined, young.moved].sort());
});

test('the list tells the state of each, by name, in pages of the same two instants', async () => {
  const whole = await everybody('coordinator.tours', '');
  const names = whole.map((s) => (s.person as { lastName: string }).lastName.toLowerCase());
  expect(names).toEqual([...names].sort());
  const pages = await everybody('coordinator.tours', '', 3);
  expect(pages).toEqual(whole);
  const state = whole.find((s) => s.pathwayId === young.mediated);
  expect(state).toMatchObject({
    ...{
      siteId: 'tours',
      step: 'securing',
      status: 'active',
      inMediation: true,
      exit: null,
      corrections: [],
    },
    contract: {
      id: `${young.mediated}.contract-1`,
      signedOn: inDays(0),
      startsOn: inDays(5),
      endsOn: inDays(700),
    },
  });
  const first = await get('coordinator.tours', '/steering/states?limit=1');
  const next = await get('coordinator.tours', `/steering/states?limit=1&cursor=${first.body.next}`);
  expect([next.body.asOf, next.body.knownAt]).toEqual([first.body.asOf, first.body.knownAt]);
  expect((await get('coordinator.tours', '/steering/states?cursor=x')).body.code).toBe('cursor_invalid');
});

test('an exit that was undone is corrected since, with both instants; by what was known then it is an exit', async () => {
  const then = await get('coordinator.tours', `/steering/overview?asOf=${between}&knownAt=${between}`);
  expect(then.body.total).toMatchObject({ figures: { currently_in: 5 }, exits: { phase1: 3 } });
  expect(then.body.corrected).toEqual({ youngPeople: 0, changes: [] });
  const since = await get('coordinator.tours', `/steering/overview?asOf=${between}`);
  expect(since.body.total).toMatchObject({ figures: { currently_in: 6 }, exits: { phase1: 2 } });
  expect(since.body.corrected.youngPeople).toBe(1);
  expect(since.body.corrected.changes).toContainEqual({
    ...{ siteId: 'tours', count: 'exits/declined/phase1', knownThen: 2, knownNow: 1 },
  });
  const [state, ...more] = await everybody('coordinator.tours', `&asOf=${between}&figure=corrected`);
  expect(more).toEqual([]);
  expect(state).toMatchObject({
    pathwayId: young.undone,
    status: 'active',
    corrections: expect.arrayContaining([
      { type: 'exit_undone', occurredAt: expect.any(String), recordedAt: expect.any(String) },
    ]),
  });
});

test('committees read counts alone, masked; each its own site, the national one all', async () => {
  const local = await get('committee.tours', '/steering/overview');
  expect(local.body.masked).toBe(true);
  expect(local.body.sites.map((s: { siteId: string }) => s.siteId)).toEqual(['tours']);
  // Two have exited: that is masked, and so is one of those who entered and who are in.
  expect(local.body.total.exits.phase1).toBeNull();
  expect(local.body.total.figures.unreachable).toBeNull();
  expect([local.body.total.figures.entered, local.body.total.figures.currently_in]).toContain(null);
  const national = await get('committee.national', '/steering/overview');
  expect(national.body.sites).toHaveLength(7);
  expect(national.body.arms).toBeUndefined();
  const one = await get('committee.national', '/steering/overview?site=blois');
  expect(one.body.sites).toHaveLength(1);
  expect(one.body.total.figures).toMatchObject({ entered: 6, currently_in: 6 });
  expect(JSON.stringify([local.body, national.body, one.body])).not.toMatch(
    /Martin|Camille|[0-9a-f]{8}-[0-9a-f]{4}/,
  );
  const corrected = await get('committee.tours', `/steering/overview?asOf=${between}`);
  expect(corrected.body.corrected.youngPeople).toBeNull();
  expect(corrected.body.corrected.changes).toContainEqual({
    ...{ siteId: 'tours', count: 'figures/currently_in', knownThen: null, knownNow: null },
  });
  for (const person of [
    'committee.tours',
    'committee.national',
    'evaluator',
    'partner.tours',
    'mediator.tours',
    'admin',
  ])
    expect([person, (await get(person, '/steering/states')).status]).toEqual([person, 403]);
});

test('arms are counted for the evaluation alone', async () => {
  const { body } = await get('evaluator', '/steering/overview');
  expect(body.masked).toBe(false);
  expect(body.arms.map((a: { arm: string | null }) => a.arm)).toEqual(['service_plus', 'standard', null]);
  expect(body.arms[2].figures).toEqual(body.total.figures);
});

test('another site is not there, and no site neither', async () => {
  for (const [person, path] of [
    ['coordinator.tours', '/steering/overview?site=blois'],
    ['committee.tours', '/steering/overview?site=blois'],
    ['counsellor.tours', '/steering/states?site=blois'],
    ['committee.national', '/steering/overview?site=atlantis'],
  ] as const)
    expect([path, (await get(person, path)).body.code]).toEqual([path, 'not_found']);
  expect(await everybody('coordinator.blois', '&site=blois')).toHaveLength(6);
});

test('a day means its end, today means now, and what is to come is refused', async () => {
  const asked = (query: string) => get('coordinator.tours', `/steering/overview?${query}`);
  const yesterday = (await asked(`asOf=${inDays(-1)}&knownAt=${inDays(-1)}`)).body;
  expect(yesterday.asOf).toBe(yesterday.knownAt);
  expect(dayOf(yesterday.asOf)).toBe(inDays(-1));
  expect(dayOf(new Date(Date.parse(yesterday.asOf) + 1))).toBe(inDays(0));
  expect(yesterday.total.figures.entered).toBe(0);
  expect(yesterday.sites).toHaveLength(1);
  const today = (await asked(`asOf=${inDays(0)}`)).body;
  expect(today.asOf <= now()).toBe(true);
  expect(today.total.figures.entered).toBe(8);
  // The same instant as another clock writes it.
  const there = await asked(`asOf=${encodeURIComponent(between.replace('Z', '+00:00'))}`);
  expect(there.body.asOf).toBe(between);
  const codes = async (query: string) => {
    const { status, body } = await asked(query);
    return [
      status,
      body.code,
      body.errors?.map((e: { pointer: string; code: string }) => `${e.pointer} ${e.code}`),
    ];
  };
  expect(await codes(`asOf=${inDays(1)}`)).toEqual([400, 'query_invalid', ['/asOf date_in_future']]);
  expect(await codes('asOf=2099-12-31&knownAt=2099-12-31')).toEqual([
    400,
    'query_invalid',
    ['/asOf date_in_future', '/knownAt date_in_future'],
  ]);
  expect(await codes(`asOf=${between}&knownAt=${inDays(-1)}`)).toEqual([
    400,
    'query_invalid',
    ['/knownAt known_before'],
  ]);
  expect(await codes('asOf=9999-12-31T23:59:59-23:00')).toEqual([
    400,
    'query_invalid',
    ['/asOf date_in_future'],
  ]);
  expect(await codes('asOf=1899-12-31')).toEqual([400, 'query_invalid', ['/asOf date_too_far']]);
  expect((await codes('asOf=31/12/2025'))[1]).toBe('query_invalid');
  const french = await get('coordinator.tours', `/steering/overview?asOf=${inDays(1)}`, {
    'accept-language': 'fr',
  });
  expect(french.body.errors[0].message).toBe('est dans le futur : corrigez-le');
});

describe('flow and durations', () => {
  const paths = [
    '/steering/funnel',
    '/steering/durations',
    '/steering/survival',
    '/steering/survival?of=termination',
  ];

  test('a coordinator reads who came how far, how long steps last and the curve of the site', async () => {
    const funnel = (await get('coordinator.tours', '/steering/funnel')).body;
    expect(funnel).toMatchObject({ masked: false, cohort: null, total: { entered: 8, takenOver: 0 } });
    expect(funnel.sites.map((s: { siteName: string }) => s.siteName)).toEqual(['Tours']);
    const reached = Object.fromEntries(
      funnel.total.stages.map((s: { stage: string; reached: number }) => [s.stage, s.reached]),
    );
    expect(reached).toMatchObject({
      welcome: 8,
      contract_search: 0,
      securing: 1,
      contract: 1,
      six_months: 0,
    });
    expect(funnel.cohorts).toHaveLength(1);
    const { cohort } = funnel.cohorts[0];
    const one = (await get('coordinator.tours', `/steering/funnel?cohort=${cohort}`)).body;
    expect([one.cohort, one.total]).toEqual([cohort, funnel.total]);
    expect((await get('coordinator.tours', '/steering/funnel?cohort=2001-Q1')).body.total.entered).toBe(0);

    const { total } = (await get('counsellor.tours', '/steering/durations')).body;
    // One was undone: that stay goes on. One moved on, two left.
    expect(total[0]).toMatchObject({
      step: 'welcome',
      stays: 8,
      movedOn: 1,
      exited: 2,
      stillIn: 5,
      unwatched: 0,
    });
    expect(total[3]).toMatchObject({ step: 'securing', stays: 1, stillIn: 1 });

    const survival = (await get('coordinator.tours', '/steering/survival')).body;
    expect(survival).toMatchObject({ of: 'contract', by: 'site', times: [0], logRank: null });
    expect(survival.groups).toMatchObject([
      { siteId: 'tours', siteName: 'Tours', youngPeople: 8, events: 1, others: 2, open: 5, atRisk: [8] },
    ]);
    expect(survival.groups[0].points).toMatchObject([
      { days: 0, survival: 0.875, event: 0.125, other: 0.25 },
    ]);
    const termination = (await get('coordinator.tours', '/steering/survival?of=termination')).body;
    // Its contract has not started.
    expect(termination.groups[0]).toMatchObject({ youngPeople: 0, unwatched: 0, points: [] });
  });

  test('an exit that was undone is one by what was known then', async () => {
    const at = `asOf=${between}&knownAt=${between}`;
    const then = (await get('coordinator.tours', `/steering/survival?${at}`)).body.groups[0];
    expect(then).toMatchObject({ others: 3, open: 4 });
    const since = (await get('coordinator.tours', `/steering/survival?asOf=${between}`)).body.groups[0];
    expect(since).toMatchObject({ others: 2, open: 5 });
  });

  test('the evaluation reads all sites and arms, nobody else reads arms', async () => {
    const { groups } = (await get('evaluator', '/steering/survival')).body;
    expect(groups).toHaveLength(8);
    expect(groups.at(-1)).toMatchObject({ siteId: null, siteName: null, youngPeople: 14 });
    const byArm = await get('evaluator', '/steering/survival?by=arm');
    expect(
      byArm.body.groups.map((g: { arm: string; youngPeople: number }) => [g.arm, g.youngPeople]),
    ).toEqual([
      ['service_plus', 0],
      ['standard', 0],
    ]);
    for (const person of ['coordinator.tours', 'counsellor.tours', 'committee.tours', 'committee.national']) {
      const refused = await get(person, '/steering/survival?by=arm');
      // The national committee reads them once the programme is unblinded: test/evaluation.test.ts.
      const code = person === 'committee.national' ? 'still_blinded' : 'forbidden';
      expect([person, refused.status, refused.body.code]).toEqual([person, 403, code]);
    }
  });

  test('committees read it masked, each its own site, the national one all; nobody else but the team reads it', async () => {
    for (const path of paths) {
      for (const person of ['committee.tours', 'committee.national']) {
        const { status, body } = await get(person, path);
        expect([path, person, status, body.masked]).toEqual([path, person, 200, true]);
        const told = JSON.stringify(body, (key, value) =>
          ['days', 'degreesOfFreedom', 'times', 'survival', 'event', 'other', 'low', 'high'].includes(key)
            ? undefined
            : value,
        );
        expect([path, person, told.match(/:[1-4][,}\]]/g)]).toEqual([path, person, null]);
        expect(told).not.toMatch(/Martin|Camille|[0-9a-f]{8}-[0-9a-f]{4}/);
      }
      for (const person of ['partner.tours', 'mediator.tours', 'admin'])
        expect([person, (await get(person, path)).status]).toEqual([person, 403]);
    }
    const national = (await get('committee.national', '/steering/funnel')).body;
    expect(national.sites).toHaveLength(7);
    const one = (await get('committee.national', '/steering/funnel?site=blois')).body;
    expect(one.sites).toEqual(national.sites.filter((s: { siteId: string }) => s.siteId === 'blois'));
    expect((await get('committee.national', '/steering/survival?site=blois')).body.groups).toHaveLength(1);
    expect((await get('committee.national', '/steering/durations?site=blois')).body.sites).toHaveLength(1);
  });

  test('another site is not there, and what is asked wrongly is refused with its name', async () => {
    for (const path of ['/steering/funnel', '/steering/durations', '/steering/survival']) {
      for (const [person, site] of [
        ['coordinator.tours', 'blois'],
        ['committee.national', 'atlantis'],
      ])
        expect([path, (await get(person as string, `${path}?site=${site}`)).body.code]).toEqual([
          path,
          'not_found',
        ]);
      const { body } = await get('evaluator', `${path}?asOf=${inDays(1)}`);
      expect([body.code, body.errors[0].pointer]).toEqual(['query_invalid', '/asOf']);
    }
    for (const [query, pointer] of [
      ['funnel?cohort=2026-Q5', '/cohort'],
      ['funnel?cohort=2026-03', '/cohort'],
      ['survival?of=happiness', '/of'],
      ['survival?by=trade', '/by'],
    ]) {
      const { status, body } = await get('evaluator', `/steering/${query}`);
      expect([query, status, body.errors?.[0].pointer]).toEqual([query, 400, pointer]);
    }
  });
});
