/** What is stuck and how service plus is carried out, by the API: what each role reads, and that each list has whom its figure counts. */
import type request from 'supertest';
import { attentionFigures, figuresOf, riskReasons } from '../domain/attention';
import { addWorkingDays, dayOf, isWorkingDay } from '../domain/calendar';
import { defaultSettings } from '../domain/settings';
import { type ApiWorld, createApiWorld, idOf } from './setup/api-world';
import { Documentation } from './setup/documented';
import { ByHand, type HandMade } from './setup/hand-made';

let w: ApiWorld;
let made: ByHand;
const documentation = new Documentation();
const { calendar } = defaultSettings;

async function get(person: string, url: string, headers?: Record<string, string>): Promise<request.Response> {
  const response = await w.call(person, 'get', `/api${url}`, { headers });
  documentation.hold('get', `/api${url}`, response);
  return response;
}
async function post(person: string, url: string, body: object): Promise<void> {
  const response = await w.call(person, 'post', `/api${url}`, { body });
  expect([url, response.status < 300 || response.body]).toEqual([url, true]);
}

/** Everybody of a list, by pages. */
async function everybody(person: string, path: string, limit = 100): Promise<{ pathwayId: string }[]> {
  const all: { pathwayId: string }[] = [];
  for (let cursor = ''; ; ) {
    const { status, body } = await get(
      person,
      `${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor}`,
    );
    expect([path, status]).toEqual([path, 200]);
    all.push(...body.items);
    if (!body.next) return all;
    cursor = `&cursor=${body.next}`;
  }
}

/** Of Tours: with every reason, overdue alone, silent in truth. */
let all: HandMade;
let late: HandMade;
let lost: string;
const today = dayOf(new Date());
/** The working days of this year's summer. */
const lastSummer = Number(today.slice(0, 4)) - 1;

beforeAll(async () => {
  w = await createApiWorld();
  made = new ByHand(w.owner, new Date());
  // Stays of 1 to 20 days that are over, so that 60 days are long.
  for (let days = 1; days <= 20; days++) {
    await made.youngPerson('tours', {
      ...{ enteredAt: made.ago(100), step: 'contract_search', stepEnteredAt: made.ago(100 - days) },
      ...{ status: 'exited', exitedAt: made.ago(90 - days) },
    });
  }
  await w.owner.query(
    'update step_intervals set left_at = p.exited_at from pathways p where p.id = pathway_id and step_intervals.interval = 2',
  );
  all = await made.youngPerson('tours', {
    ...{ enteredAt: made.ago(200), step: 'contract_search' },
    ...{ stepEnteredAt: made.ago(90), lastContactAt: made.ago(80) },
  });
  await made.event(all, 'day_came', made.ago(50), { name: 'contact_watch_phase_1' });
  await made.task(all, 're_establish_contact', { plannedAt: made.ago(50), dueAt: made.ago(43) });
  for (const [round, days] of [
    [1, 60],
    [2, 40],
  ] as const)
    await made.task(all, 'search_follow_up', {
      round,
      outcome: 'missed',
      closedAt: made.ago(days),
      dueAt: made.ago(days),
    });
  late = await made.youngPerson('tours', { lastContactAt: made.ago(1), referent: null });
  await made.task(late, 'entry_interview', { dueAt: made.ago(2), assignee: 'counsellor.tours' });
  for (let n = 0; n < 6; n++) {
    const young = await made.youngPerson('blois', { lastContactAt: made.ago(1) });
    await made.task(young, 'entry_interview', { dueAt: made.ago(2) });
    await made.task(young, 'search_follow_up', {
      outcome: n < 5 ? 'done' : 'missed',
      closedAt: made.ago(31),
      dueAt: made.ago(30),
    });
  }
  await made.mediation(all, 'missed_follow_ups', made.ago(30));
  lost = await w.enrol('tours');
  for (const channel of ['phone', 'sms', 'letter'])
    await post('counsellor.tours', `/pathways/${lost}/contacts`, { channel, result: 'not_reached' });
  await w.task(lost, 'hard_to_reach_decision');
}, 60_000);
afterAll(() => w?.end());

const firstWords = (sentence: string) => sentence.split(';')[0]?.trim();

test('a coordinator reads what is stuck, and each figure has its list', async () => {
  const { status, body } = await get('coordinator.tours', '/steering/attention');
  expect([status, body.masked]).toEqual([200, false]);
  expect(body.sites).toHaveLength(1);
  expect(body.total).toMatchObject({
    ...{ active: 3, at_risk: 3, no_contact: 2, overdue: 2, two_missed: 1, long_stay: 1 },
    ...{ without_referent: 2, tasks_overdue: 2 },
  });
  const { siteId, siteName, ...counts } = body.sites[0];
  expect([siteId, siteName, counts]).toEqual(['tours', 'Tours', body.total]);
  for (const reason of ['', ...riskReasons]) {
    const listed = await everybody('counsellor.tours', `/steering/at-risk${reason && `?reason=${reason}`}`);
    expect([reason, listed.length]).toEqual([reason, body.total[reason || 'at_risk']]);
  }
  const overview = await get('coordinator.tours', '/steering/overview');
  expect(overview.body.total.figures).toMatchObject({
    overdue: body.total.overdue,
    unreachable: body.total.no_contact,
  });
  const open = await everybody('coordinator.tours', '/tasks?status=open&assignee=team');
  expect(body.total.tasks_open).toBe(open.length);
});

test('who is at risk comes with the reasons, most first, each with a sentence that says since when and by which rule', async () => {
  const { body } = await get('coordinator.tours', '/steering/at-risk');
  expect(body.items.map((one: { pathwayId: string }) => one.pathwayId)).toEqual([all.id, late.id, lost]);
  const [first, second, third] = body.items;
  expect(first.reasons.map((one: { code: string }) => one.code)).toEqual(riskReasons);
  expect(first.reasons[0].sentence.fr).toMatch(
    /^Aucun contact depuis le .* ; veille de contact de 30 jours, réglage de Tours, version 1$/,
  );
  expect(first.reasons[2].sentence.en).toMatch(
    /missed 2 times in a row, .*; 2 in a row, setting of Tours, version 1$/,
  );
  expect(first.reasons[3].sentence.fr).toMatch(
    /90 jours ; à Tours, neuf séjours sur dix n’y dépassent pas \d+ jours$/,
  );
  expect(first).toMatchObject({ since: made.ago(90), step: 'contract_search', lastContactAt: made.ago(80) });
  expect(first.referent.id).toBe(idOf('counsellor.tours'));
  expect(second.reasons.map((one: { label: { en: string } }) => one.label.en)).toEqual(['Task overdue']);
  expect(second.referent).toBeNull();
  expect(firstWords(third.reasons[0].sentence.en)).toMatch(/^No contact since the entry, /);
  expect(third.reasons[0].sentence.en).toContain('Decision: hard to reach');
  expect(await everybody('coordinator.tours', '/steering/at-risk', 1)).toEqual(body.items);
  const page = (await get('coordinator.tours', '/steering/at-risk?limit=1')).body;
  const next = await get('coordinator.tours', `/steering/at-risk?limit=1&cursor=${page.next}`);
  expect(next.body.asOf).toBe(page.asOf);
  expect((await get('coordinator.tours', '/steering/at-risk?cursor=x')).body.code).toBe('cursor_invalid');
  expect((await get('coordinator.tours', '/steering/at-risk?reason=tea')).body.errors[0].pointer).toBe(
    '/reason',
  );
});

test('the team reads who has how much', async () => {
  const { body } = await get('counsellor.tours', '/steering/load');
  const one = body.items.find((person: { id: string }) => person.id === idOf('counsellor.tours'));
  expect(one).toMatchObject({
    role: 'counsellor',
    youngPeople: 1,
    open: 1,
    overdue: 1,
    today: 0,
    absence: null,
  });
  expect(body.items.map((person: { role: string }) => person.role)).toContain('coordinator');
});

test('what was promised, offered and mediated is counted over a period, with the list behind each count', async () => {
  for (const group of ['fidelity', 'practices', 'mediations'] as const) {
    const { status, body } = await get('coordinator.tours', `/steering/${group}`);
    expect([group, status, body.to]).toEqual([group, 200, today]);
    expect(body.total.map((one: { figure: string }) => one.figure)).toEqual(figuresOf(group));
    for (const { figure, of, results, marks } of body.total) {
      const list = (narrowed = '') =>
        everybody('counsellor.tours', `/steering/cases?group=${group}&figure=${figure}${narrowed}`);
      expect([figure, (await list()).length]).toEqual([figure, of]);
      for (const { result, n } of results.filter((one: { n: number }) => one.n > 0))
        expect([figure, result, (await list(`&result=${result}`)).length]).toEqual([figure, result, n]);
      for (const { mark, n } of marks.filter((one: { n: number }) => one.n > 0))
        expect([figure, mark, (await list(`&mark=${mark}`)).length]).toEqual([figure, mark, n]);
    }
  }
  const { body } = await get('coordinator.tours', '/steering/fidelity');
  const rhythm = body.total.find((one: { figure: string }) => one.figure === 'follow_up_step_3');
  expect([rhythm.of, rhythm.results]).toEqual([
    2,
    expect.arrayContaining([
      { result: 'refused', n: 2 },
      { result: 'kept', n: 0 },
    ]),
  ]);
  // Only the one of 60 days ago was due until then.
  const until = dayOf(made.ago(50));
  const before = await get('coordinator.tours', `/steering/fidelity?from=${dayOf(made.ago(70))}&to=${until}`);
  expect(before.body.total.find((one: { figure: string }) => one.figure === 'follow_up_step_3').of).toBe(1);
  const [mediated] = await everybody('counsellor.tours', '/steering/cases?group=mediations&figure=open');
  expect(mediated).toMatchObject({ pathwayId: all.id, result: 'unknown', at: made.ago(30), marks: [] });
  const firstPage = (await get('counsellor.tours', '/steering/cases?group=fidelity&limit=2')).body;
  expect(await everybody('counsellor.tours', '/steering/cases?group=fidelity', 2)).toHaveLength(
    body.total.reduce((n: number, one: { of: number }) => n + one.of, 0),
  );
  expect(Buffer.from(firstPage.next, 'base64url').toString()).not.toMatch(/nom\d/);
});

test('a referent is to be there by the delays in force on the day of entry', async () => {
  // Three and two working days are the defaults; the change counts for who enters from now on.
  const enteredAt = made.ago(20);
  const due = addWorkingDays(addWorkingDays(dayOf(enteredAt), 3, calendar), 2, calendar);
  const young = await made.youngPerson('roanne', { enteredAt });
  const tasks = { assign_referent: { due: { workingDays: 60 } } };
  const settings = await w.call('coordinator.roanne', 'put', '/api/admin/sites/roanne/settings', {
    body: { ...defaultSettings, tasks: { ...defaultSettings.tasks, ...tasks } },
  });
  expect(settings.status).toBe(200);
  const fidelity = await get('committee.national', '/steering/fidelity?site=roanne');
  expect(fidelity.body.sites).toHaveLength(1);
  const [missed] = await everybody('coordinator.roanne', '/steering/cases?group=fidelity&figure=referent');
  expect(missed).toMatchObject({ pathwayId: young.id, result: 'not_done' });
  expect(dayOf((missed as unknown as { dueAt: string }).dueAt)).toBe(due);
});

test('a summer has its young people, check-ins and the days without duty by week', async () => {
  const [monday] = ['07-01', '07-02', '07-03', '07-04', '07-05', '07-06', '07-07', '07-08']
    .map((d) => `${lastSummer}-${d}`)
    .filter((d) => isWorkingDay(d, calendar));
  await w.owner.query(
    `insert into duty_turns (id, site_id, staff_id, first_day, last_day, recorded_by, recorded_at)
     values (gen_random_uuid(), 'tours', $1, $2::date, $3::date, $1, now())`,
    [idOf('counsellor.tours'), `${lastSummer}-07-01`, `${lastSummer}-08-20`],
  );
  await w.owner.query(
    `insert into absences (id, staff_id, first_day, last_day, recorded_by, recorded_at)
     values (gen_random_uuid(), $1, $2::date, $2::date, $1, now())`,
    [idOf('counsellor.tours'), monday],
  );
  for (const person of ['coordinator.tours', 'committee.tours']) {
    const { body } = await get(person, `/steering/summer?year=${lastSummer}`);
    expect(body.year).toBe(lastSummer);
    const [site] = body.sites;
    expect([site.from, site.to]).toEqual([`${lastSummer}-07-01`, `${lastSummer}-08-31`]);
    const gaps = site.weeks.flatMap((week: { gaps: string[] }) => week.gaps);
    expect(gaps[0]).toBe(monday);
    // Then from 21 August on, each working day.
    const expected = [];
    for (
      let day = `${lastSummer}-08-21`;
      day <= `${lastSummer}-08-31`;
      day = dayOf(Date.parse(day) + 36 * 3_600_000)
    )
      if (isWorkingDay(day, calendar)) expected.push(day);
    expect(gaps.slice(1)).toEqual(expected);
    expect(site.weeks.at(0).from).toBe(`${lastSummer}-07-01`);
    expect(site.weeks.at(-1).to).toBe(`${lastSummer}-08-31`);
  }
  const { body: mine } = await get('coordinator.tours', `/steering/summer?year=${lastSummer}`);
  for (const { figure, of } of mine.total) {
    const listed = await everybody(
      'counsellor.tours',
      `/steering/cases?group=summer&figure=${figure}&year=${lastSummer}`,
    );
    expect([figure, listed.length]).toEqual([figure, of]);
  }
  // One that is to come has no young people yet, and its roster can be seen to.
  const coming = await get('coordinator.tours', `/steering/summer?year=${lastSummer + 2}`);
  expect(coming.body.total.map((one: { of: number }) => one.of)).toEqual([0, 0]);
  expect(coming.body.sites[0].weeks[0].gaps.length).toBeGreaterThan(0);
  const far = await get('coordinator.tours', `/steering/summer?year=${lastSummer + 3}`);
  expect([far.status, far.body.errors[0].pointer, far.body.errors[0].code]).toEqual([
    400,
    '/year',
    'date_too_far',
  ]);
});

test('committees read counts alone, masked; nobody else a list', async () => {
  const own = await get('committee.tours', '/steering/attention');
  expect([own.body.masked, own.body.sites.length]).toEqual([true, 1]);
  for (const figure of attentionFigures)
    expect([figure, own.body.total[figure]]).toEqual([figure, own.body.total[figure] === 0 ? 0 : null]);
  const national = await get('committee.national', '/steering/attention');
  expect(national.body.sites).toHaveLength(7);
  const blois = await get('committee.national', '/steering/attention?site=blois');
  expect(blois.body.sites).toHaveLength(1);
  // Two are overdue at Tours: with the six of Blois and the eight of both they would be told, so one of these is not.
  const overdue = [blois.body.total.overdue, national.body.total.overdue];
  expect(overdue).toContain(null);
  const told = Object.values(national.body.total).filter((n) => typeof n === 'number' && n > 0) as number[];
  expect(told.length).toBeGreaterThan(0);
  expect(Math.min(...told)).toBeGreaterThanOrEqual(5);
  // Asked alone it says no more than among all.
  const { siteId, siteName, ...among } = national.body.sites.find(
    (one: { siteId: string }) => one.siteId === 'blois',
  );
  expect([siteName, blois.body.total]).toEqual(['Blois', among]);
  // One of six was missed: that and another are masked, and all is what is left.
  const fidelity = await get('committee.national', '/steering/fidelity?site=blois');
  const rhythm = fidelity.body.total.find((one: { figure: string }) => one.figure === 'follow_up_step_3');
  expect(rhythm.results.find((one: { result: string }) => one.result === 'refused').n).toBeNull();
  expect([rhythm.of, rhythm.results.find((one: { result: string }) => one.result === 'kept').n]).toContain(
    null,
  );
  const bodies = [];
  for (const person of ['committee.tours', 'committee.national', 'evaluator'])
    for (const path of ['attention', 'fidelity', 'practices', 'mediations', 'summer'])
      bodies.push((await get(person, `/steering/${path}`)).body);
  expect(JSON.stringify(bodies)).not.toMatch(/nom\d|[0-9a-f]{8}-[0-9a-f]{4}/);
  for (const person of [
    'committee.tours',
    'committee.national',
    'evaluator',
    'mediator.tours',
    'partner.tours',
    'admin',
  ])
    for (const path of ['at-risk', 'load', 'cases'])
      expect([person, path, (await get(person, `/steering/${path}`)).status]).toEqual([person, path, 403]);
});

test('another site is not there, and no site neither', async () => {
  for (const path of ['attention', 'fidelity', 'practices', 'mediations', 'summer']) {
    expect([path, (await get('committee.tours', `/steering/${path}?site=blois`)).status]).toEqual([
      path,
      404,
    ]);
    expect([path, (await get('evaluator', `/steering/${path}?site=atlantis`)).status]).toEqual([path, 404]);
  }
  for (const path of ['at-risk', 'load', 'cases'])
    expect([path, (await get('counsellor.tours', `/steering/${path}?site=blois`)).status]).toEqual([
      path,
      404,
    ]);
  expect(await everybody('coordinator.blois', '/steering/at-risk?site=blois')).toHaveLength(6);
});

test('a period that is none, and words that do not go together, are refused by name', async () => {
  const refusal = async (query: string) => {
    const { status, body } = await get('coordinator.tours', `/steering/${query}`);
    return [
      status,
      body.code,
      body.errors?.map((e: { pointer: string; code: string }) => `${e.pointer} ${e.code}`),
    ];
  };
  const tomorrow = dayOf(Date.now() + 86_400_000 * 2);
  expect(await refusal(`fidelity?to=${tomorrow}`)).toEqual([400, 'query_invalid', ['/to date_in_future']]);
  expect(await refusal('fidelity?from=2020-05-02&to=2020-05-01')).toEqual([
    400,
    'query_invalid',
    ['/from dates_contradict'],
  ]);
  expect(await refusal('practices?from=2015-01-01&to=2020-01-01')).toEqual([
    400,
    'query_invalid',
    ['/from period_too_long'],
  ]);
  expect(await refusal('cases?group=summer&figure=referent')).toEqual([
    400,
    'query_invalid',
    ['/figure unknown_value'],
  ]);
  expect(await refusal('cases?group=fidelity&figure=contact&result=resolved&mark=overdue')).toEqual([
    400,
    'query_invalid',
    ['/result unknown_value', '/mark unknown_value'],
  ]);
  expect((await refusal('cases?group=tea'))[1]).toBe('query_invalid');
  const french = await get('coordinator.tours', `/steering/fidelity?to=${tomorrow}`, {
    'accept-language': 'fr',
  });
  expect(french.body.errors[0].message).toBe('est dans le futur : corrigez-le');
});
