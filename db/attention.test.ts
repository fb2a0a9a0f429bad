/** Who is at risk and why, and each case that figures count, on rows made by hand: each alone, together, and its opposite. */
import type { Pool } from 'pg';
import { type CaseGroup, riskReasons } from '../domain/attention';
import { attentionOf, casesOf } from '../domain/attention-counts';
import { dayOf, endOfDay, startOfDay } from '../domain/calendar';
import { ByHand, type HandMade } from '../test/setup/hand-made';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import {
  appliedSettings,
  countAttention,
  countCases,
  listAtRisk,
  listCases,
  listLoad,
  type RiskRule,
  stayLimits,
} from './attention';
import { apiPool, asActor, ownerPool } from './pool';
import { demonstrationPerson, seedDemonstration } from './seed';
import { countStates } from './steering';

// Noon: no day is another one for the change of the clocks.
const now = new Date('2026-11-25T12:00:00Z');
let database: TestDatabase;
let owner: Pool;
let api: Pool;
let made: ByHand;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  owner = ownerPool(database.url, { name: 'test owner' });
  api = apiPool(database.url, { name: 'test api' });
  made = new ByHand(owner, now);
}, 60_000);
afterAll(async () => {
  await Promise.all([owner.end(), api.end()]);
  await database.drop();
});
/** Each test begins with nobody. */
afterEach(async () => {
  await owner.query(
    'truncate people, enrolments, pathways, step_intervals, tasks, timeline, mediations, contracts cascade',
  );
});

const as = <T>(subject: string, work: Parameters<typeof asActor<T>>[2]) =>
  asActor(api, demonstrationPerson(subject), work);
const at = { now: now.toISOString(), weekEnds: new Date(now.getTime() + 7 * 86_400_000).toISOString() };
const ruleOf = (siteId: string, limits: RiskRule['limits'] = {}): RiskRule => ({
  siteId,
  missedInARow: 2,
  limits,
});

const atRisk = (rule: RiskRule, more: Partial<Parameters<typeof listAtRisk>[1]> = {}, limit = 100) =>
  as(`counsellor.${rule.siteId}`, (client) => listAtRisk(client, { now: at.now, rule, ...more }, { limit }));

/** The reasons of each who is at risk, by id. */
async function reasons(rule = ruleOf('tours')): Promise<Record<string, string[]>> {
  return Object.fromEntries(
    (await atRisk(rule)).map((row) => [
      row.pathwayId,
      [
        ...(row.silence ? ['no_contact'] : []),
        ...(row.overdue ? ['overdue'] : []),
        ...(row.missed ? ['two_missed'] : []),
        ...(row.stay ? ['long_stay'] : []),
      ],
    ]),
  );
}

const silent = (young: HandMade, days: number) =>
  made.event(young, 'day_came', made.ago(days), { name: 'contact_watch_phase_1' });
const missed = (
  young: HandMade,
  round: number,
  days: number,
  kind: 'search_follow_up' | 'apprentice_follow_up' = 'search_follow_up',
) => made.task(young, kind, { round, outcome: 'missed', closedAt: made.ago(days) });

describe('who is at risk', () => {
  test('nobody without a reason', async () => {
    const young = await made.youngPerson('tours', { lastContactAt: made.ago(2) });
    await made.task(young, 'first_contact', { dueAt: made.ago(-1) });
    expect(await reasons(ruleOf('tours', { welcome: 10 }))).toEqual({});
  });

  test('no contact since the watch came to its day, until there is one', async () => {
    const never = await made.youngPerson('tours', { enteredAt: made.ago(40) });
    await silent(never, 3);
    const since = await made.youngPerson('tours', { enteredAt: made.ago(90), lastContactAt: made.ago(35) });
    await silent(since, 5);
    const asked = await made.youngPerson('tours', { enteredAt: made.ago(30) });
    await made.event(asked, 'task_opened', made.ago(2), { kind: 'hard_to_reach_decision' });
    // Their opposites: reached since, and on hold.
    const reached = await made.youngPerson('tours', { enteredAt: made.ago(90), lastContactAt: made.ago(1) });
    await silent(reached, 5);
    const held = await made.youngPerson('tours', { enteredAt: made.ago(90), status: 'on_hold' });
    await silent(held, 5);
    const rows = await atRisk(ruleOf('tours'));
    expect(Object.fromEntries(rows.map((row) => [row.pathwayId, row.silence]))).toEqual({
      [never.id]: { at: made.ago(3), by: 'contact_watch_phase_1', settingsVersion: null },
      [since.id]: { at: made.ago(5), by: 'contact_watch_phase_1', settingsVersion: null },
      [asked.id]: { at: made.ago(2), by: 'hard_to_reach_decision', settingsVersion: null },
    });
    expect(rows.every((row) => row.overdue === null && row.missed === null && row.stay === null)).toBe(true);
    expect(rows.find((row) => row.pathwayId === since.id)?.lastContactAt).toBe(made.ago(35));
  });

  test('the version of the settings is that of what was asked when the silence was too long', async () => {
    const young = await made.youngPerson('tours', { enteredAt: made.ago(60) });
    await made.task(young, 're_establish_contact', {
      ...{
        plannedAt: made.ago(70),
        dueAt: made.ago(60),
        outcome: 'reached',
        closedAt: made.ago(61),
        settingsVersion: 1,
      },
    });
    await silent(young, 8);
    await made.task(young, 're_establish_contact', { plannedAt: made.ago(8), settingsVersion: 3 });
    const [row] = await atRisk(ruleOf('tours'));
    expect(row?.silence?.settingsVersion).toBe(3);
  });

  test('an open task whose due date has passed: since the first, and how many', async () => {
    const young = await made.youngPerson('tours', { lastContactAt: made.ago(1) });
    await made.task(young, 'family_information', { dueAt: made.ago(3), settingsVersion: 2 });
    await made.task(young, 'entry_interview', { dueAt: made.ago(7), settingsVersion: 4 });
    await made.task(young, 'information_session', { dueAt: made.ago(9), outcome: 'attended' });
    await made.task(young, 'assign_referent', { dueAt: made.ago(9), status: 'planned' });
    const held = await made.youngPerson('tours', { status: 'on_hold' });
    await made.task(held, 'entry_interview', { dueAt: made.ago(7) });
    const [row, ...more] = await atRisk(ruleOf('tours'));
    expect(more).toEqual([]);
    expect(row).toMatchObject({
      pathwayId: young.id,
      reasons: 1,
      since: made.ago(7),
      overdue: { dueAt: made.ago(7), tasks: 2, kind: 'entry_interview', settingsVersion: 4 },
    });
  });

  test('follow-ups of one kind missed in a row, as many as the setting says', async () => {
    const two = await made.youngPerson('tours', { step: 'contract_search', lastContactAt: made.ago(80) });
    await made.task(two, 'search_follow_up', { round: 1, outcome: 'done', closedAt: made.ago(80) });
    await missed(two, 2, 60);
    await missed(two, 3, 40);
    await missed(two, 4, 20);
    const apart = await made.youngPerson('tours', { step: 'contract_search', lastContactAt: made.ago(50) });
    await missed(apart, 1, 60);
    await made.task(apart, 'search_follow_up', { round: 2, outcome: 'done', closedAt: made.ago(50) });
    await missed(apart, 3, 40);
    const ofTwoKinds = await made.youngPerson('tours', { step: 'securing', lastContactAt: made.ago(90) });
    await missed(ofTwoKinds, 1, 60);
    await missed(ofTwoKinds, 2, 40, 'apprentice_follow_up');
    const metSince = await made.youngPerson('tours', {
      step: 'contract_search',
      lastContactAt: made.ago(10),
    });
    await missed(metSince, 1, 60);
    await missed(metSince, 2, 40);
    const summer = await made.youngPerson('tours', { step: 'contract_search', lastContactAt: made.ago(60) });
    for (const [days, scope] of [
      [30, 'summer-1'],
      [15, 'summer-2'],
    ] as const)
      await made.task(summer, 'summer_check_in', { scope, outcome: 'not_reached', closedAt: made.ago(days) });
    const rows = await atRisk(ruleOf('tours'));
    expect(Object.fromEntries(rows.map((row) => [row.pathwayId, row.missed]))).toEqual({
      // Too many since the second.
      [two.id]: { at: made.ago(40), kind: 'search_follow_up', times: 3 },
      [summer.id]: { at: made.ago(15), kind: 'summer_check_in', times: 2 },
    });
    const three = await reasons({ ...ruleOf('tours'), missedInARow: 3 });
    expect(three).toEqual({ [two.id]: ['two_missed'] });
  });

  test('a stay in the step beyond what nine stays in ten of the site last', async () => {
    // Twenty stays of 1 to 20 days are over: nine in ten last 18 days at most.
    for (let days = 1; days <= 20; days++) {
      await made.youngPerson('tours', {
        ...{ enteredAt: made.ago(100), stepEnteredAt: made.ago(100 - days) },
        ...{ step: 'contract_search', status: 'exited', exitedAt: made.ago(100 - days) },
      });
    }
    await owner.query(
      "update step_intervals set left_at = entered_at + interval '1 day' where step = 'contract_search'",
    );
    const limits = await as('counsellor.tours', (client) =>
      stayLimits(client, startOfDay(dayOf(now)), 'tours'),
    );
    expect(limits.get('tours')?.welcome).toBe(18);
    const all = await as('committee.national', (client) => stayLimits(client, startOfDay(dayOf(now)), null));
    expect(all.get('tours')).toEqual(limits.get('tours'));
    const rule = ruleOf('tours', limits.get('tours'));
    const [long, short] = [
      await made.youngPerson('tours', { enteredAt: made.ago(19) }),
      await made.youngPerson('tours', { enteredAt: made.ago(18) }),
    ];
    expect(await reasons(rule)).toEqual({ [long.id]: ['long_stay'] });
    const [row] = await atRisk(rule);
    expect(row?.stay).toEqual({ since: made.ago(19), days: 19, limit: 18 });
    expect(short.id).not.toBe(row?.pathwayId);
    // Another site has too few stays for a limit.
    const elsewhere = await as('counsellor.blois', (client) => stayLimits(client, at.now, 'blois'));
    expect(elsewhere.get('blois')).toBeUndefined();
  });

  test('all reasons together come first, of as many the oldest, in pages that lose and repeat nobody', async () => {
    const all = await made.youngPerson('tours', {
      step: 'contract_search',
      enteredAt: made.ago(200),
      stepEnteredAt: made.ago(90),
      lastContactAt: made.ago(80),
    });
    await silent(all, 50);
    await made.task(all, 'search_workshop', { dueAt: made.ago(3) });
    await missed(all, 1, 60);
    await missed(all, 2, 40);
    const ones: HandMade[] = [];
    for (const days of [9, 5, 7]) {
      const young = await made.youngPerson('tours', { lastContactAt: made.ago(1) });
      await made.task(young, 'entry_interview', { dueAt: made.ago(days) });
      ones.push(young);
    }
    const rule = ruleOf('tours', { contract_search: 60 });
    const order = [all, ones[0], ones[2], ones[1]].map((young) => young?.id);
    const whole = await atRisk(rule);
    expect(whole.map((row) => row.pathwayId)).toEqual(order);
    expect(whole[0]).toMatchObject({ reasons: 4, since: made.ago(90), stay: { days: 90, limit: 60 } });
    const paged: string[] = [];
    let after: readonly [number, string, string] | undefined;
    for (;;) {
      const [row] = await as('coordinator.tours', (client) =>
        listAtRisk(client, { now: at.now, rule }, { ...(after && { after }), limit: 1 }),
      );
      if (!row) break;
      paged.push(row.pathwayId);
      after = [row.reasons, row.since, row.pathwayId];
    }
    expect(paged).toEqual(order);
    for (const reason of riskReasons) {
      const having = (await atRisk(rule, { reason })).map((row) => row.pathwayId);
      expect([reason, having]).toEqual([reason, reason === 'overdue' ? order : [all.id]]);
    }
  });

  test('counts of each site are those of its list, and agree with the figures as at now', async () => {
    for (const site of ['tours', 'tours', 'blois']) {
      const young = await made.youngPerson(site, {
        enteredAt: made.ago(60),
        referent: site === 'blois' ? null : undefined,
      });
      await silent(young, 4);
      await made.task(young, 'entry_interview', { dueAt: made.ago(2) });
      await made.task(young, 'family_information', { dueAt: made.ago(-3), assignee: `counsellor.${site}` });
      await made.task(young, 'information_session', { dueAt: made.ago(-30) });
    }
    await made.youngPerson('tours');
    const rules = [ruleOf('tours'), ruleOf('blois')];
    const counted = await as('committee.national', (client) => countAttention(client, at, null, rules));
    const { sites, total } = attentionOf(counted, ['blois', 'tours'], false);
    expect(sites[1]).toMatchObject({
      ...{ siteId: 'tours', active: 3, at_risk: 2, no_contact: 2, overdue: 2, two_missed: 0, long_stay: 0 },
      ...{ without_referent: 0, tasks_open: 6, tasks_overdue: 2, tasks_week: 2, tasks_unassigned: 4 },
    });
    expect(sites[0]).toMatchObject({ at_risk: 1, without_referent: 1 });
    expect(total).toMatchObject({ active: 4, at_risk: 3, tasks_open: 9 });
    expect(await atRisk(ruleOf('tours'))).toHaveLength(2);
    const own = await as('committee.tours', (client) =>
      countAttention(client, at, 'tours', [ruleOf('tours')]),
    );
    expect(attentionOf(own, ['tours'], false).sites[0]).toEqual(sites[1]);
    const { known } = await as('committee.tours', (client) =>
      countStates(client, { asOf: at.now, knownAt: at.now }, 'tours'),
    );
    const sum = (of: 'overdue' | 'unreachable') => known.reduce((n, cell) => n + cell[of], 0);
    expect([sum('overdue'), sum('unreachable')]).toEqual([2, 2]);
  });
});

test('who of the team has how much, and who is away', async () => {
  const young = await made.youngPerson('tours');
  await made.youngPerson('tours', { status: 'on_hold' });
  await made.youngPerson('tours', { status: 'exited', exitedAt: made.ago(0) });
  for (const due of [2, -0.0001, -3, -30]) {
    await made.task(young, 'entry_interview', { dueAt: made.ago(due), assignee: 'counsellor.tours' });
  }
  await owner.query(
    `insert into absences (id, staff_id, first_day, last_day, substitute_id, recorded_by, recorded_at)
     values (gen_random_uuid(), $1, $2::date - 9, $2::date - 1, null, $1, now()),
       (gen_random_uuid(), $1, $2::date + 1, $2::date + 4, $3, $1, now())`,
    [demonstrationPerson('counsellor.tours').id, dayOf(now), demonstrationPerson('counsellor2.tours').id],
  );
  const bounds = { ...at, todayEnds: new Date(now.getTime() + 86_400_000).toISOString(), today: dayOf(now) };
  const load = await as('coordinator.tours', (client) => listLoad(client, 'tours', bounds));
  const [one, other] = ['counsellor.tours', 'counsellor2.tours'].map((subject) =>
    load.find(({ id }) => id === demonstrationPerson(subject).id),
  );
  expect(one).toMatchObject({ youngPeople: 2, open: 4, overdue: 1, today: 1, week: 1 });
  expect(one?.absence?.substitute?.id).toBe(demonstrationPerson('counsellor2.tours').id);
  expect(other).toMatchObject({ youngPeople: 0, open: 0, absence: null });
  expect(load.some(({ role }) => role === 'partner' || role === 'committee')).toBe(false);
  await owner.query('delete from absences');
});

// ---- cases

interface Asked {
  readonly rules?: readonly object[];
  readonly since?: string;
  readonly until?: string;
}
const query = (group: CaseGroup, { rules = [], since, until }: Asked = {}) => ({
  group,
  since: since ?? made.ago(200),
  until: until ?? at.now,
  now: at.now,
  siteId: 'tours',
  rules,
});

/** Of each young person the results of a figure, and that the counts are those of the list. */
async function results(group: CaseGroup, figure: string, asked?: Asked): Promise<Record<string, string[]>> {
  const rows = await as('counsellor.tours', (client) =>
    listCases(client, { ...query(group, asked), figure }, { limit: 500 }),
  );
  const cells = await as('committee.tours', (client) => countCases(client, query(group, asked)));
  const counted = casesOf(group, cells, ['tours'], false).total.find((one) => one.figure === figure);
  expect([figure, counted?.of]).toEqual([figure, rows.length]);
  for (const { result, n } of counted?.results ?? [])
    expect([result, n]).toEqual([result, rows.filter((row) => row.result === result).length]);
  for (const { mark, n } of counted?.marks ?? [])
    expect([mark, n]).toEqual([mark, rows.filter((row) => row.marks.includes(mark)).length]);
  const found: Record<string, string[]> = {};
  for (const { pathwayId, result, marks } of rows)
    found[pathwayId] = [...(found[pathwayId] ?? []), [result, ...marks].join(' ')];
  return found;
}

describe('what was promised', () => {
  const day = (days: number) => dayOf(made.ago(days));

  test('a referent by the end of the delays that were in force on the day of entry', async () => {
    const rules = [{ site_id: 'tours', day: day(50), due: endOfDay(day(43)) }];
    const enter = async (referentDays: number | null, more: object = {}) => {
      const young = await made.youngPerson('tours', { enteredAt: made.ago(50), ...more });
      if (referentDays !== null) {
        await made.event(young, 'referent_assigned', made.ago(referentDays), { referentId: 'x' });
        // A later one does not make it late.
        await made.event(young, 'referent_transferred', made.ago(1), { to: 'y' });
      }
      return young.id;
    };
    const [kept, late, none] = [await enter(45), await enter(40), await enter(null)];
    await enter(null, { status: 'exited', exitedAt: made.ago(48) });
    const leftLater = await enter(null, { status: 'exited', exitedAt: made.ago(20) });
    await enter(null, { imported: true });
    await enter(49, { enteredAt: made.ago(51) });
    expect(await results('fidelity', 'referent', { rules })).toEqual({
      [kept]: ['kept'],
      [late]: ['late'],
      [none]: ['not_done'],
      [leftLater]: ['not_done'],
    });
  });

  test.each([
    ['follow_up_step_3', 'search_follow_up', 'done'],
    ['follow_up_step_4', 'apprentice_follow_up', 'fine'],
    ['follow_up_step_5', 'job_search_follow_up', 'done'],
  ] as const)('the rhythm of %s', async (figure, kind, outcome) => {
    const young = await made.youngPerson('tours', { step: 'securing', lastContactAt: made.ago(1) });
    const task = (more: object) => made.task(young, kind, { dueAt: made.ago(30), ...more });
    await task({ round: 1, outcome, closedAt: made.ago(31) });
    await task({ round: 2, outcome, closedAt: made.ago(29) });
    await task({ round: 3, outcome: 'missed', closedAt: made.ago(31) });
    await task({ round: 4 });
    await task({ round: 5, cancelReason: 'exited', closedAt: made.ago(20) });
    // Not due in the period, to come, withdrawn before it was due, passed over, recorded only afterwards.
    await task({ round: 6, dueAt: made.ago(300), outcome, closedAt: made.ago(301) });
    await task({ round: 7, dueAt: made.ago(-2) });
    await task({ round: 8, cancelReason: 'step_left', closedAt: made.ago(35) });
    await task({ round: 9, cancelReason: 'before_import', closedAt: made.ago(10) });
    await task({ round: 10, plannedAt: made.ago(10), outcome, closedAt: made.ago(9) });
    const held = await made.youngPerson('tours', { step: 'securing', status: 'on_hold' });
    await made.task(held, kind, { dueAt: made.ago(30) });
    const { [young.id]: found, ...others } = await results('fidelity', figure);
    expect(others).toEqual({});
    expect(found?.toSorted()).toEqual(['kept', 'late', 'not_done', 'not_done', 'refused']);
  });

  test('a visit to the company in pair, by the day of the visit', async () => {
    const young = await made.youngPerson('tours', { step: 'securing' });
    const visit = (decision: object, more: object = {}) =>
      made.task(young, 'company_visit', {
        ...{ dueAt: endOfDay(day(30)), outcome: 'visited', closedAt: made.ago(5), decision },
        ...more,
      });
    const withPartnerId = demonstrationPerson('partner.tours').id;
    // It is recorded late, and was in time.
    await visit({ on: day(30), withPartnerId }, { scope: 'contract-1' });
    await visit({ on: day(29), withPartnerId }, { scope: 'contract-2' });
    await visit({ on: day(31) }, { scope: 'contract-3' });
    await visit({}, { scope: 'contract-4', outcome: 'not_possible' });
    await made.task(young, 'company_visit', { scope: 'contract-5', dueAt: made.ago(3) });
    const found = await results('fidelity', 'visit_in_pair');
    expect(found[young.id]?.toSorted()).toEqual(['alone', 'kept', 'late', 'not_done', 'refused']);
  });

  test('a trial review before the 45th day in the company', async () => {
    const young = await made.youngPerson('tours', { step: 'securing' });
    const review = (scope: string, more: object) =>
      made.task(young, 'trial_review', { scope, dueAt: made.ago(30), outcome: 'fine', ...more });
    // After its due date, and before the 45th day: CFA days do not count.
    await review('contract-1', { closedAt: made.ago(20), decision: { daysInCompany: 44 } });
    await review('contract-2', { closedAt: made.ago(31), decision: { daysInCompany: 45 } });
    await review('contract-3', { closedAt: made.ago(31) });
    await review('contract-4', { closedAt: made.ago(29) });
    await made.task(young, 'trial_review', { scope: 'contract-5', dueAt: made.ago(3) });
    const found = await results('fidelity', 'trial_review');
    expect(found[young.id]?.toSorted()).toEqual(['kept', 'kept', 'late', 'late', 'not_done']);
  });

  test('a meeting of three once a contract, by the day it was first due on', async () => {
    const young = await made.youngPerson('tours', { step: 'securing' });
    const meet = (scope: string, round: number, more: object) =>
      made.task(young, 'tripartite_meeting', {
        scope,
        round,
        dueAt: endOfDay(day(30)),
        closedAt: made.ago(9),
        ...more,
      });
    await meet('contract-1', 1, { outcome: 'held', decision: { on: day(30) } });
    await meet('contract-2', 1, { outcome: 'postponed', decision: { until: day(20) } });
    await meet('contract-2', 2, { outcome: 'held', decision: { on: day(20) }, dueAt: endOfDay(day(20)) });
    await meet('contract-3', 1, { outcome: 'refused' });
    await meet('contract-4', 1, { outcome: 'postponed', decision: { until: day(-10) } });
    const found = await results('fidelity', 'tripartite_meeting');
    expect(found[young.id]?.toSorted()).toEqual(['kept', 'late', 'not_done', 'refused']);
  });

  test('never without contact for as long as the watch allows', async () => {
    const young = (more: object = {}) =>
      made.youngPerson('tours', { enteredAt: made.ago(300), lastContactAt: made.ago(250), ...more });
    const [kept, broken, before, after] = [await young(), await young(), await young(), await young()];
    await silent(broken, 100);
    await silent(broken, 60);
    await silent(before, 220);
    await silent(after, 2);
    const left = await young({ status: 'exited', exitedAt: made.ago(210) });
    const never = await made.youngPerson('tours', { enteredAt: made.ago(300), lastContactAt: null });
    const found = await results('fidelity', 'contact', { since: made.ago(200), until: made.ago(10) });
    expect(found).toEqual({
      ...{ [kept.id]: ['kept'], [broken.id]: ['not_done'], [before.id]: ['kept'], [after.id]: ['kept'] },
    });
    expect([left.id in found, never.id in found]).toEqual([false, false]);
  });
});

describe('what a site offers', () => {
  test('by result, and what followed within 90 days where they have passed', async () => {
    const offer = (young: HandMade, days: number, outcome = 'done', more: object = {}) =>
      made.task(young, 'discovery_action', {
        ...{
          subject: 'immersion',
          dueAt: made.ago(days),
          closedAt: made.ago(days),
          outcome,
          scope: `step-${days}`,
        },
        ...more,
      });
    const young = () => made.youngPerson('tours', { step: 'project_validation', enteredAt: made.ago(300) });
    const [both, later, recent, absent] = [await young(), await young(), await young(), await young()];
    await offer(both, 150);
    await made.task(both, 'validate_project', { outcome: 'validated', closedAt: made.ago(140) });
    await made.contract(both, dayOf(made.ago(70)));
    await offer(later, 150, 'done', { subject: 'immersion (basic skills)' });
    await made.task(later, 'validate_project', { outcome: 'redefine', closedAt: made.ago(140) });
    await made.task(later, 'validate_project', { round: 2, outcome: 'validated', closedAt: made.ago(59) });
    await made.contract(later, dayOf(made.ago(151)));
    await offer(recent, 89);
    await made.task(recent, 'validate_project', { outcome: 'validated', closedAt: made.ago(80) });
    await offer(absent, 150, 'absent');
    await offer(absent, 120, 'cancelled');
    await made.task(absent, 'discovery_action', { subject: 'immersion', dueAt: made.ago(3) });
    await offer(absent, 250);
    expect(await results('practices', 'immersion')).toEqual({
      [both.id]: ['done watched validated signed'],
      [later.id]: ['done watched'],
      [recent.id]: ['done'],
      [absent.id]: ['absent', 'cancelled'],
    });
    expect(await results('practices', 'cfa_visit')).toEqual({});
  });

  test.each([
    ['information_session', { attended: 'done', absent: 'absent' }],
    ['family_information', { met: 'done', declined: 'cancelled', not_possible: 'cancelled' }],
    ['basic_skills_assessment', { sufficient: 'done', to_strengthen: 'done' }],
    ['search_workshop', { attended: 'done', absent: 'absent' }],
  ] as const)('%s, but where it was not needed', async (kind, outcomes) => {
    const young = await made.youngPerson('tours');
    let scope = 0;
    for (const outcome of [...Object.keys(outcomes), 'not_needed'])
      await made.task(young, kind, { outcome, scope: `step-${++scope}`, closedAt: made.ago(10) });
    await made.task(young, kind, { scope: 'step-9', cancelReason: 'exited', closedAt: made.ago(10) });
    const found = await results('practices', kind);
    expect(found[young.id]?.toSorted()).toEqual(Object.values(outcomes).toSorted());
  });
});

test('who was there in a summer and was reached, and what became of check-ins', async () => {
  const rules = [{ site_id: 'tours', since: made.ago(100), until: made.ago(40) }];
  const young = (more: object = {}) => made.youngPerson('tours', { enteredAt: made.ago(200), ...more });
  const [met, silentOne, gone, later] = [
    await young(),
    await young(),
    await young({ status: 'exited', exitedAt: made.ago(110) }),
    await young({ enteredAt: made.ago(30) }),
  ];
  await made.event(met, 'contact', made.ago(60), { result: 'reached' });
  await made.event(silentOne, 'contact', made.ago(60), { result: 'not_reached' });
  await made.event(silentOne, 'contact', made.ago(20), { result: 'reached' });
  const checkIn = (scope: string, more: object) =>
    made.task(met, 'summer_check_in', { scope, openedAt: made.ago(70), ...more });
  await checkIn('summer-1', { outcome: 'reached' });
  await checkIn('summer-2', { cancelReason: 'reached', closedAt: made.ago(60) });
  await checkIn('summer-3', { outcome: 'not_reached' });
  await checkIn('summer-4', {});
  await checkIn('summer-5', { cancelReason: 'exited', closedAt: made.ago(60) });
  await checkIn('summer-6', { outcome: 'reached', openedAt: made.ago(120) });
  expect(await results('summer', 'present', { rules })).toEqual({
    [met.id]: ['contacted'],
    [silentOne.id]: ['silent'],
  });
  const found = await results('summer', 'check_in', { rules });
  expect(found[met.id]?.toSorted()).toEqual(['cancelled', 'missed', 'open', 'reached', 'reached']);
  expect([gone.id in found, later.id in found]).toEqual([false, false]);
});

test('mediations open now by what is to be done, opened and ended in a period', async () => {
  const young = () => made.youngPerson('tours', { step: 'securing' });
  const [late, planned, bare, ended, old] = [
    await young(),
    await young(),
    await young(),
    await young(),
    await young(),
  ];
  for (const one of [late, planned, bare]) await made.mediation(one, 'high_alert', made.ago(20));
  await made.task(late, 'accept_mediation', { dueAt: made.ago(2) });
  await made.task(planned, 'accept_mediation', { outcome: 'accepted', closedAt: made.ago(15) });
  await made.task(planned, 'mediation_follow_up', { status: 'planned', dueAt: made.ago(-10) });
  await made.mediation(ended, 'no_contact', made.ago(300), { at: made.ago(50), result: 'resolved' });
  await made.mediation(old, 'no_contact', made.ago(300), { at: made.ago(250), result: 'passed_on' });
  expect(await results('mediations', 'open')).toEqual({
    [late.id]: ['accept_mediation overdue'],
    [planned.id]: ['mediation_follow_up'],
    [bare.id]: ['unknown'],
  });
  expect(Object.keys(await results('mediations', 'opened')).toSorted()).toEqual(
    [late.id, planned.id, bare.id].toSorted(),
  );
  expect(await results('mediations', 'ended')).toEqual({ [ended.id]: ['resolved'] });
});

test('lists come by name in pages that lose and repeat nobody, narrowed by result and mark', async () => {
  const young = await made.youngPerson('tours', { step: 'contract_search' });
  const other = await made.youngPerson('tours', { step: 'contract_search' });
  for (const [of, round, outcome] of [
    [other, 1, 'done'],
    [young, 1, 'done'],
    [young, 2, 'missed'],
    [young, 3, 'done'],
  ] as const)
    await made.task(of, 'search_follow_up', {
      round,
      outcome,
      dueAt: made.ago(30 - round),
      closedAt: made.ago(40),
    });
  const list = (more: object, of: Parameters<typeof listCases>[2]) =>
    as('counsellor.tours', (client) =>
      listCases(client, { ...query('fidelity'), figure: 'follow_up_step_3', ...more }, of),
    );
  const whole = await list({}, { limit: 10 });
  expect(whole.map(({ pathwayId, result }) => [pathwayId, result])).toEqual([
    [young.id, 'kept'],
    [young.id, 'refused'],
    [young.id, 'kept'],
    [other.id, 'kept'],
  ]);
  const paged = [];
  for (let after: [string, number] | undefined; ; ) {
    const [row] = await list({}, { ...(after && { after }), limit: 1 });
    if (!row) break;
    paged.push(row);
    after = [row.pathwayId, row.nth];
  }
  expect(paged).toEqual(whole);
  expect(await list({ result: 'refused' }, { limit: 10 })).toHaveLength(1);
  expect(await list({ mark: 'watched' }, { limit: 10 })).toEqual([]);
});

test('settings come with every version, the newest first, and the defaults where there was none', async () => {
  const versions = await as('committee.national', (client) => appliedSettings(client, null));
  expect(
    versions.filter(({ siteId }) => siteId === 'blois').map(({ version, appliedAt }) => [version, appliedAt]),
  ).toEqual([[1, null]]);
  expect(new Set(versions.map(({ siteId }) => siteId)).size).toBe(7);
});
