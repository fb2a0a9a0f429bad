/** How a pathway ends and comes back, and how one that was accompanied before is taken over in the middle. */
import { randomUUID } from 'node:crypto';
import { type ExitCode, exitCodes, type Step } from '../domain/pathway';
import { dayAfter, endOfDay, parisDay, startOfDay } from '../test/setup/paris';
import { PathwayWorld, person, type YoungPerson } from '../test/setup/pathways';
import { exitPathway, proposeOffer, raiseAlert, recordContract, recordEmployment } from './messages';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterEach(() => world.forgetAll());
afterAll(() => world.end());

async function leave(young: YoungPerson, code: ExitCode = 'moved_away') {
  await young.send(exitPathway, { code, ...(code === 'other' && { wordsId: randomUUID() }) });
}

describe('an exit', () => {
  test.each(exitCodes)('as %s closes what is open, with the reason', async (code) => {
    const young = await world.enrol();
    await leave(young, code);
    const { pathway, tasks } = await young.settled();
    expect(pathway).toMatchObject({ status: 'exited', exit: { code, from: 'welcome' } });
    expect(tasks).toEqual([]);
    expect(await young.recorded('first_contact')).toEqual([
      { round: 1, status: 'cancelled', outcome: null, cancelReason: 'exited' },
    ]);
    expect(await young.intervals()).toEqual([{ interval: 1, step: 'welcome', left: true }]);
  });

  test('becomes final after thirty days, and the workflow ends', async () => {
    const young = await world.enrolInto('contract_search');
    await leave(young);
    const waits = await young.waits();
    const finalAt = endOfDay(dayAfter(await world.day(), { days: 30 }));
    expect(waits).toMatchObject([{ name: 'exit_becomes_final', at: finalAt }]);
    await world.env.sleep(Date.parse(finalAt) - (await world.env.currentTimeMs()) - 60_000);
    expect((await young.handle.describe()).status.name).toBe('RUNNING');
    await world.env.sleep(120_000);
    await young.handle.result();
    const { rows } = await world.pool.query('select status, exit_code from pathways where id = $1', [
      young.pathwayId,
    ]);
    expect(rows).toEqual([{ status: 'closed', exit_code: 'moved_away' }]);
    expect((await young.timeline()).at(-1)?.type).toBe('closed');
    await expect(young.undoExit()).rejects.toThrow();
  });

  test('undone on the last day is undone', async () => {
    const young = await world.enrol();
    await leave(young);
    const [wait] = await young.waits();
    await world.env.sleep(Date.parse(wait?.at as string) - (await world.env.currentTimeMs()) - 60_000);
    await young.undoExit();
    await young.pass('2 days');
    expect((await young.settled()).pathway).toMatchObject({ status: 'active', exit: null, step: 'welcome' });
  });

  test.each<Step>(['welcome', 'project_validation', 'contract_search', 'securing', 'durable_employment'])(
    'from %s is undone: the same is asked again, and the stay in the step goes on',
    async (step) => {
      const young = await world.enrolInto(step);
      const asked = async () => ({ open: await young.open(), planned: await young.planned() });
      const waits = async () => await young.waits();
      const before = { ...(await asked()), waits: await waits(), intervals: await young.intervals() };
      await leave(young);
      await young.undoExit();
      expect({ ...(await asked()), waits: await waits(), intervals: await young.intervals() }).toEqual(
        before,
      );
    },
  );

  test('undone brings back the alerts and the offers too', async () => {
    const young = await world.enrolInto('contract_search');
    const wordsId = randomUUID();
    await young.send(raiseAlert, { level: 'low', source: 'cfa', wordsId: randomUUID() });
    await young.send(proposeOffer, { proposedOn: await world.day(), wordsId });
    await leave(young);
    await young.undoExit();
    expect(await young.open()).toEqual(['alert_follow_up', `offer_feedback: ${wordsId}`, 'search_workshop']);
    await young.complete('offer_feedback', 'applied');
    await young.complete('alert_follow_up', 'handled');
    expect(await young.open()).toEqual(['search_workshop']);
  });

  test('from a hold is undone into the hold', async () => {
    const young = await world.enrol();
    for (const channel of ['phone', 'sms', 'email'] as const) await young.contact('not_reached', channel);
    const until = await world.day({ days: 60 });
    await young.complete('hard_to_reach_decision', 'put_on_hold', { until });
    await leave(young);
    expect((await young.settled()).pathway.holdUntil).toBeNull();
    await young.undoExit();
    expect((await young.settled()).pathway).toMatchObject({ status: 'on_hold', holdUntil: until });
    await young.contact('reached');
    expect((await young.settled()).pathway.status).toBe('active');
    await leave(young);
    await young.undoExit();
    expect((await young.settled()).pathway).toMatchObject({ status: 'active', holdUntil: null });
    expect(await young.open()).toEqual(['assign_referent']);
  });

  test('may come again after it was undone', async () => {
    const young = await world.enrol();
    for (const code of ['declined', 'moved_away'] as const) {
      await leave(young, code);
      await young.undoExit();
    }
    await leave(young, 'deceased');
    expect((await young.timeline('exited')).map((e) => e.data?.code)).toEqual([
      'declined',
      'moved_away',
      'deceased',
    ]);
    expect(await young.intervals()).toEqual([{ interval: 1, step: 'welcome', left: true }]);
  });
});

describe('a pathway that is taken over', () => {
  const ago = async (days: number) => endOfDay(await world.day({ days: -days }));
  const takenOver = async (step: Step, days: number, contract?: { startsOn: string; endsOn: string }) =>
    world.enrol({
      enrolledAt: await ago(days + 60),
      start: {
        step,
        since: await ago(days),
        referentId: person('counsellor.tours'),
        ...(contract && { contract: { signedOn: contract.startsOn, ...contract } }),
      },
    });
  const passedOver = async (young: YoungPerson) => {
    const { rows } = await world.pool.query(
      `select kind, count(*)::int from tasks where pathway_id = $1 and cancel_reason = 'before_import'
       group by kind order by kind`,
      [young.pathwayId],
    );
    return Object.fromEntries(rows.map((r) => [r.kind, r.count]));
  };
  const dueOn = (task: { instants?: { dueAt: string } }) => parisDay(task.instants?.dueAt as string);

  test('in welcome starts with the first contact, now', async () => {
    const young = await takenOver('welcome', 40);
    expect(await young.open()).toEqual(['first_contact']);
    expect(dueOn(await young.task('first_contact'))).toBe(dayAfter(await world.day(), { workingDays: 3 }));
    await young.complete('first_contact', 'reached', { channel: 'phone' });
    expect(await young.open()).toEqual(['entry_interview', 'family_information', 'information_session']);
  });

  test('tells when it was enrolled and when it entered its step', async () => {
    const young = await takenOver('project_validation', 40);
    const { pathway } = await young.settled();
    expect(parisDay(pathway.stepEnteredAt)).toBe(await world.day({ days: -40 }));
    expect(parisDay(pathway.enrolledAt)).toBe(await world.day({ days: -100 }));
    expect((await young.timeline()).slice(0, 2).map((e) => [e.type, parisDay(e.at)])).toEqual([
      ['imported', await world.day({ days: -100 })],
      ['step_entered', await world.day({ days: -40 })],
    ]);
  });

  test('in project validation counts the weeks from the day it was entered', async () => {
    const young = await takenOver('project_validation', 40);
    const since = await world.day({ days: -40 });
    expect(dueOn(await young.task('validate_project'))).toBe(dayAfter(since, { weeks: 4 }));
    const review = await young.plannedTask('project_review');
    expect(review.instants?.opensAt).toBe(startOfDay(dayAfter(since, { weeks: 8 })));
  });

  test('in project validation passes over the review that lies in the past', async () => {
    const young = await takenOver('project_validation', 70);
    expect(await passedOver(young)).toEqual({ project_review: 1 });
    expect(await young.planned()).toEqual(['project_review']);
    expect(await young.open()).not.toContain('project_review');
  });

  test('in contract search keeps the rhythm of the follow-ups, and waits for the second review', async () => {
    const young = await takenOver('contract_search', 100);
    const since = await world.day({ days: -100 });
    expect(await passedOver(young)).toMatchObject({ search_review: 1 });
    const { tasks } = await young.settled();
    const review = tasks.find((t) => t.kind === 'search_review');
    expect(review?.instants?.opensAt).toBe(startOfDay(dayAfter(since, { months: 6 })));
    let next = since;
    let missed = -1;
    for (; next < (await world.day()); missed++) next = dayAfter(next, { days: 14 });
    expect((await passedOver(young)).search_follow_up).toBe(missed);
    const followUp = tasks.find((t) => t.kind === 'search_follow_up');
    expect(dueOn(followUp as never)).toBe(next);
    expect(tasks.every((t) => t.rungs.length === 0)).toBe(true);
  });

  test('in securing passes over what the contract has behind it', async () => {
    const startsOn = await world.day({ days: -100 });
    const endsOn = await world.day({ days: 500 });
    const young = await takenOver('securing', 110, { startsOn, endsOn });
    expect(await passedOver(young)).toEqual({
      apprentice_follow_up: 3,
      company_visit: 1,
      start_check: 1,
      trial_review: 1,
      tripartite_meeting: 1,
    });
    let beat = startsOn;
    for (const months of [1, 1, 1, 2]) beat = dayAfter(beat, { months }, 0);
    const followUp = await young.plannedTask('apprentice_follow_up');
    expect(dueOn(followUp)).toBe(dayAfter(beat, { days: 0 }));
    expect(followUp.assigneeId).toBe(person('counsellor.tours'));
    expect(dueOn(await young.plannedTask('skills_review'))).toBe(dayAfter(startsOn, { months: 6 }));
    const waits = await young.waits();
    expect(waits).toMatchObject([
      { name: 'employment_step_starts', at: startOfDay(dayAfter(endsOn, { days: -90 })) },
    ]);
  });

  test('in durable employment, after the contract, goes on with the search of a job', async () => {
    const startsOn = await world.day({ days: -400 });
    const endsOn = await world.day({ days: -30 });
    const young = await takenOver('durable_employment', 120, { startsOn, endsOn });
    expect(await young.open()).toEqual(['employment_plan']);
    const { tasks } = await young.settled();
    const waits = await young.waits();
    expect(waits).toEqual([]);
    expect(tasks.map((t) => t.kind).sort()).toEqual([
      'employment_plan',
      'final_review',
      'job_search_follow_up',
    ]);
    const review = tasks.find((t) => t.kind === 'final_review');
    expect(review?.instants?.opensAt).toBe(startOfDay(dayAfter(endsOn, { months: 12 })));
  });

  test('in contract search follows a contract recorded later as any other', async () => {
    const young = await takenOver('contract_search', 20);
    const startsOn = await world.day({ days: -50 });
    await young.send(recordContract, {
      signedOn: startsOn,
      startsOn,
      endsOn: await world.day({ days: 400 }),
    });
    expect(dueOn(await young.plannedTask('apprentice_follow_up'))).toBe(
      dayAfter(await world.day(), { months: 1 }),
    );
    expect(await young.open()).toContain('company_visit');
  });
});

test('a pathway through all five steps ends in durable employment', async () => {
  const young = await world.enrol({ minor: true });
  await young.welcomed('project_to_validate');
  await young.complete('validate_project', 'validated', { coSignedBy: person('partner.tours') });
  await young.complete('search_workshop', 'attended', { topics: ['employer_search'] });
  await young.send(recordContract, await young.terms());
  await young.untilOpen('start_check');
  await young.complete('start_check', 'started');
  await young.untilOpen('employment_plan');
  await young.complete('employment_plan', 'kept_by_employer');
  await young.send(recordEmployment, { kind: 'permanent', startsOn: await world.day({ days: 90 }) });
  for (let check = 1; check <= 3; check++) {
    await young.untilOpen('employment_check');
    await young.complete('employment_check', 'still_there');
  }
  await young.settled();
  expect((await young.intervals()).map((i) => i.step)).toEqual([
    'welcome',
    'project_validation',
    'contract_search',
    'securing',
    'durable_employment',
  ]);
  expect((await young.timeline('exited')).map((e) => e.data?.code)).toEqual(['durable_employment']);
});
