/** Step 5: from the end of the contract into a job that lasts. */
import type { EmploymentKind } from '../../domain/pathway';
import { everyOutcome, exitedAs, inStep, nothingElse } from '../../test/setup/outcomes';
import { dayAfter, endOfDay, parisDay, startOfDay } from '../../test/setup/paris';
import { PathwayWorld, person, type YoungPerson } from '../../test/setup/pathways';
import { recordContract, recordEmployment, recordTermination } from '../messages';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterEach(() => world.forgetAll());
afterAll(() => world.end());

/** Looking for a job from the start: there was no contract. */
const looking = (w: PathwayWorld) => w.enrolInto('durable_employment');
/** At the end of an apprenticeship. */
const ending = async (w: PathwayWorld) => {
  const young = await w.enrolInto('securing');
  const [wait] = await young.waits();
  await young.passTo(wait?.at as string);
  return young;
};
const employed = (kind: EmploymentKind) => async (w: PathwayWorld) => {
  const young = await looking(w);
  await young.send(recordEmployment, { kind, startsOn: await w.day() });
  return young;
};
const enteredOn = async (young: YoungPerson) => parisDay((await young.settled()).pathway.stepEnteredAt);
const opened = (task: { openedAt?: string }) => parisDay(task.openedAt as string);
const startOfJob = async (young: YoungPerson) =>
  (await young.settled()).employments.at(-1)?.startsOn as string;
const endOfContract = async (young: YoungPerson) =>
  (await young.settled()).contracts.at(-1)?.endsOn as string;
const untilCheck = async (young: YoungPerson, outcome: 'still_there' | 'left') => {
  const { round } = await young.untilOpen('employment_check');
  await young.complete('employment_check', outcome);
  return round;
};
const search = { applications: 2, interviews: 0, mood: 4 };

everyOutcome('durable_employment', () => world, {
  employment_plan: {
    arrive: ending,
    due: async (young) => dayAfter(await enteredOn(young), { days: 15 }),
    outcomes: {
      kept_by_employer: { follows: nothingElse },
      looking: { follows: nothingElse },
      further_study: { follows: exitedAs('further_study') },
      new_apprenticeship: {
        fields: (young) => young.terms(),
        follows: async (young, task, recorded) => {
          await inStep('securing')(young, task, recorded);
          const { contracts } = await young.settled();
          expect(contracts).toHaveLength(2);
          expect(await young.planned()).toContain('start_check');
        },
      },
    },
  },
  employer_intention: {
    arrive: async (w) => {
      const young = await ending(w);
      await young.untilOpen('employer_intention');
      return young;
    },
    due: async (young) => dayAfter(await endOfContract(young), { days: -60 }, -1),
    outcomes: {
      keeps: { follows: nothingElse },
      does_not: { follows: nothingElse },
      unknown: { follows: nothingElse },
    },
  },
  job_search_follow_up: {
    arrive: async (w) => {
      const young = await looking(w);
      await young.untilOpen('job_search_follow_up');
      return young;
    },
    due: async (young) => dayAfter(await enteredOn(young), { days: 14 }),
    outcomes: {
      done: {
        fields: search,
        follows: async (young) => {
          const next = await young.plannedTask('job_search_follow_up');
          expect(next.instants?.dueAt).toBe(endOfDay(dayAfter(await world.day(), { days: 14 })));
        },
      },
      missed: {
        follows: async (young) =>
          expect(await young.plannedTask('job_search_follow_up')).toMatchObject({ round: 2 }),
      },
    },
  },
  employment_check: {
    arrive: async (w) => {
      const young = await employed('permanent')(w);
      await young.untilOpen('employment_check');
      return young;
    },
    due: async (young) => dayAfter(await startOfJob(young), { months: 1 }),
    outcomes: {
      still_there: {
        follows: async (young) => {
          const next = await young.plannedTask('employment_check');
          expect(next.instants?.dueAt).toBe(endOfDay(dayAfter(await startOfJob(young), { months: 3 })));
        },
      },
      left: {
        follows: async (young) => {
          expect((await young.settled()).employments).toMatchObject([{ left: true }]);
          const next = await young.plannedTask('job_search_follow_up');
          expect(next.instants?.dueAt).toBe(endOfDay(dayAfter(await world.day(), { days: 14 })));
          expect(await young.planned()).not.toContain('employment_check');
        },
      },
    },
  },
  final_review: {
    arrive: async (w) => {
      const young = await looking(w);
      const { instants } = await young.plannedTask('final_review');
      expect(instants?.opensAt).toBe(startOfDay(dayAfter(await enteredOn(young), { months: 12 })));
      await young.passTo(instants?.opensAt as string);
      return young;
    },
    due: (_, task) => dayAfter(opened(task), { workingDays: 10 }),
    outcomes: {
      continue: {
        follows: async (young) => {
          const next = await young.plannedTask('final_review');
          expect(next.instants?.opensAt).toBe(startOfDay(dayAfter(parisDay(next.plannedAt), { months: 12 })));
        },
      },
      contract_completed: { follows: exitedAs('contract_completed') },
      lost_contact: { follows: exitedAs('lost_contact') },
      reoriented: { follows: exitedAs('reoriented') },
      back_to_school: { follows: exitedAs('back_to_school') },
      declined: { follows: exitedAs('declined') },
    },
  },
});

describe('the end of the contract', () => {
  test('ends what the contract had asked, and starts the search of a job', async () => {
    const young = await ending(world);
    const endsOn = await endOfContract(young);
    const waits = await young.waits();
    expect(waits).toMatchObject([{ name: 'contract_ends', at: endOfDay(endsOn) }]);
    expect((await young.plannedTask('job_search_follow_up')).instants?.dueAt).toBe(
      endOfDay(dayAfter(endsOn, { days: 14 })),
    );
    await young.passTo(endOfDay(endsOn));
    expect(await young.waits()).toEqual([]);
    expect(await young.recorded('company_visit')).toMatchObject([{ cancelReason: 'contract_ended' }]);
    expect([...(await young.open()), ...(await young.planned())].sort()).toEqual([
      'employment_plan',
      'final_review',
      'job_search_follow_up',
    ]);
    expect((await young.plannedTask('final_review')).instants?.opensAt).toBe(
      startOfDay(dayAfter(endsOn, { months: 12 })),
    );
  });

  test('a termination before it sends back to securing, where a rebound is sought', async () => {
    const young = await ending(world);
    const on = await world.day();
    await young.send(recordTermination, { on, initiator: 'employer', reason: 'economic' });
    expect((await young.settled()).pathway).toMatchObject({ step: 'securing', interval: 4 });
    expect(await young.open()).toEqual(['rebound_interview']);
  });

  test('another contract leads back to securing', async () => {
    const young = await ending(world);
    await young.send(recordContract, await young.terms());
    expect((await young.settled()).pathway).toMatchObject({ step: 'securing', interval: 4 });
    expect(await young.recorded('trial_review')).toMatchObject([
      { cancelReason: 'contract_ended' },
      { status: 'planned' },
    ]);
  });
});

describe('a job', () => {
  test('that is durable is checked at one, three and six months, and ends the pathway', async () => {
    const young = await employed('permanent')(world);
    const startsOn = await startOfJob(young);
    for (const [round, months] of [1, 3, 6].entries()) {
      const check = await young.untilOpen('employment_check');
      expect(check).toMatchObject({ round: round + 1 });
      expect(check.instants?.dueAt).toBe(endOfDay(dayAfter(startsOn, { months })));
      await young.complete('employment_check', 'still_there');
    }
    expect((await young.settled()).pathway).toMatchObject({
      status: 'exited',
      exit: { code: 'durable_employment' },
    });
    await young.undoExit();
    await young.complete('employment_check', 'left');
    expect((await young.settled()).pathway.status).toBe('active');
    expect(await young.planned()).toContain('job_search_follow_up');
  });

  test('that is not durable leaves the pathway open after six months', async () => {
    const young = await employed('other')(world);
    for (const round of [1, 2, 3]) expect(await untilCheck(young, 'still_there')).toBe(round);
    expect((await young.settled()).pathway).toMatchObject({ status: 'active', step: 'durable_employment' });
    expect(await young.planned()).not.toContain('employment_check');
  });

  test('stops the search; who has left it searches again from that day', async () => {
    const young = await looking(world);
    await young.untilOpen('job_search_follow_up');
    await young.send(recordEmployment, { kind: 'permanent', startsOn: await world.day() });
    expect(await young.open()).not.toContain('job_search_follow_up');
    await untilCheck(young, 'still_there');
    await untilCheck(young, 'left');
    const again = await young.plannedTask('job_search_follow_up');
    expect(again.instants?.dueAt).toBe(endOfDay(dayAfter(await world.day(), { days: 14 })));
    expect(again.rungs).toEqual([]);
    // The next job is checked from its own start.
    await young.send(recordEmployment, { kind: 'civil_service', startsOn: await world.day() });
    expect(await untilCheck(young, 'still_there')).toBe(1);
  });

  test('that follows another takes over the checks', async () => {
    const young = await employed('agency')(world);
    await young.untilOpen('employment_check');
    await young.send(recordEmployment, { kind: 'permanent', startsOn: await world.day({ days: 10 }) });
    expect(await young.recorded('employment_check')).toMatchObject([
      { status: 'cancelled', cancelReason: 'no_longer_needed' },
      { status: 'planned' },
    ]);
  });

  test('that is durable makes the final review needless, until it is left', async () => {
    const young = await employed('permanent')(world);
    expect(await young.planned()).not.toContain('final_review');
    await untilCheck(young, 'left');
    expect((await young.plannedTask('final_review')).instants?.opensAt).toBe(
      startOfDay(dayAfter(await enteredOn(young), { months: 12 })),
    );
  });

  test('recorded while a contract is sought leads to step 5', async () => {
    const young = await world.enrolInto('contract_search');
    await young.send(recordEmployment, { kind: 'fixed_term', startsOn: await world.day() });
    expect((await young.settled()).pathway.step).toBe('durable_employment');
    expect(await young.planned()).toContain('employment_check');
  });

  test('recorded during the contract waits for step 5', async () => {
    const young = await world.enrolInto('securing');
    await young.send(recordEmployment, { kind: 'permanent', startsOn: await world.day({ days: 379 }) });
    expect((await young.settled()).pathway.step).toBe('securing');
    const wait = (await young.waits()).find((w) => w.name === 'employment_step_starts');
    await young.passTo(wait?.at as string);
    expect(await young.planned()).toContain('employment_check');
    expect(await young.planned()).not.toContain('job_search_follow_up');
  });
});

describe('two follow-ups of the job search missed in a row', () => {
  const missedTwice = async () => {
    const young = await looking(world);
    for (let round = 0; round < 2; round++) {
      expect(await young.open()).not.toContain('hard_to_reach_decision');
      await young.untilOpen('job_search_follow_up');
      await young.complete('job_search_follow_up', 'missed');
    }
    return young;
  };

  test('let the coordinator decide, as while a contract is sought; the follow-ups wait for that', async () => {
    const young = await missedTwice();
    expect(await young.open()).toContain('hard_to_reach_decision');
    expect(await young.planned()).not.toContain('job_search_follow_up');
    await young.complete('hard_to_reach_decision', 'try_again', { channel: 'family' });
    const next = await young.plannedTask('job_search_follow_up');
    expect(next.instants?.dueAt).toBe(endOfDay(dayAfter(await world.day(), { days: 14 })));
  });

  test('may end as a lost contact', async () => {
    const young = await missedTwice();
    await young.complete('hard_to_reach_decision', 'lost_contact');
    expect((await young.settled()).pathway.exit?.code).toBe('lost_contact');
  });

  test('are not two missed with one held between', async () => {
    const young = await looking(world);
    for (const outcome of ['missed', 'done', 'missed'] as const) {
      await young.untilOpen('job_search_follow_up');
      await young.complete('job_search_follow_up', outcome, outcome === 'done' ? search : {});
    }
    expect(await young.open()).not.toContain('hard_to_reach_decision');
  });
});

test.each<[string, EmploymentKind, string | undefined, boolean]>([
  ['a permanent job', 'permanent', undefined, true],
  ['the civil service', 'civil_service', undefined, true],
  ['an own business', 'own_business', undefined, true],
  ['a fixed term of six months to the day', 'fixed_term', '2027-09-30', true],
  ['a fixed term of a day less', 'fixed_term', '2027-09-29', false],
  ['agency work for a year', 'agency', '2028-03-31', true],
  ['agency work with no known end', 'agency', undefined, false],
  ['anything else', 'other', '2029-03-31', false],
])('%s: durable or not', async (_, kind, endsOn, durable) => {
  const young = await looking(world);
  await young.send(recordEmployment, { kind, startsOn: '2027-04-01', ...(endsOn && { endsOn }) });
  expect((await young.settled()).employments).toMatchObject([{ kind, durable }]);
});

test('which jobs are durable, and from how many months on, is said by the site', async () => {
  const settings = { durableKinds: ['permanent', 'fixed_term'], durableFromMonths: 12 };
  await world.pool.query(
    `insert into site_settings (site_id, version, settings, applied_at) values ('roanne', 2, $1, now())`,
    [JSON.stringify(settings)],
  );
  const start = { step: 'durable_employment', since: await world.now() } as const;
  const young = await world.enrol({ siteId: 'roanne', start });
  for (const [kind, endsOn] of [
    ['own_business'],
    ['fixed_term', '2028-03-30'],
    ['fixed_term', '2028-03-31'],
    ['permanent'],
  ] as const)
    await young.send(recordEmployment, { kind, startsOn: '2027-04-01', ...(endsOn && { endsOn }) });
  const { employments } = await young.settled();
  expect(employments.map(({ durable }) => durable)).toEqual([false, false, true, true]);
});

test('nobody who is taken over with a job of long ago leaves the pathway unasked', async () => {
  const since = new Date((await world.env.currentTimeMs()) - 300 * 86_400_000).toISOString();
  const young = await world.enrol({
    enrolledAt: since,
    start: { step: 'durable_employment', since, referentId: person('counsellor.tours') },
  });
  const startsOn = await world.day({ days: -250 });
  await young.send(recordEmployment, { kind: 'permanent', startsOn });
  expect((await young.settled()).pathway.status).toBe('active');
  const check = await young.untilOpen('employment_check');
  expect(check).toMatchObject({ round: 3, subject: 'late' });
  await young.complete('employment_check', 'still_there', {}, 'late');
  expect((await young.settled()).pathway.exit).toMatchObject({ code: 'durable_employment' });
});
