/** Step 4: the contract is accompanied from its start on; where it is terminated, a rebound is sought. */
import type { TaskKind } from '../../domain/tasks';
import { everyOutcome, exitedAs, inStep, nothingElse, type OutcomeTest } from '../../test/setup/outcomes';
import { dayAfter, endOfDay, parisDay, startOfDay } from '../../test/setup/paris';
import { PathwayWorld, person, type YoungPerson } from '../../test/setup/pathways';
import { recordContract, recordTermination } from '../messages';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterEach(() => world.forgetAll());
afterAll(() => world.end());

const entered = (w: PathwayWorld) => w.enrolInto('securing');
const arrived = (kind: TaskKind) => async (w: PathwayWorld) => {
  const young = await entered(w);
  await young.untilOpen(kind);
  return young;
};
const terminated = async (w: PathwayWorld) => {
  const young = await entered(w);
  await young.pass('50 days');
  await terminate(young);
  return young;
};
async function terminate(young: YoungPerson) {
  const on = await world.day({ days: -1 });
  await young.send(recordTermination, { on, initiator: 'apprentice', reason: 'conflict' });
}
const contractOf = async (young: YoungPerson) => {
  const { contracts } = await young.settled();
  const last = contracts.at(-1);
  if (!last) throw new Error('there is no contract');
  return last;
};
const opened = (task: { openedAt?: string }) => parisDay(task.openedAt as string);
const counted = { daysInCompany: 25 };

const raisesAlert: OutcomeTest['follows'] = async (young) => {
  const alert = await young.task('alert_follow_up');
  expect(alert.instants?.dueAt).toBe(endOfDay(dayAfter(opened(alert), { workingDays: 2 })));
};

everyOutcome('securing', () => world, {
  start_check: {
    arrive: arrived('start_check'),
    due: async (young) => dayAfter((await contractOf(young)).startsOn, { days: 7 }),
    outcomes: {
      started: { follows: nothingElse },
      postponed: {
        fields: async () => ({ startsOn: await world.day({ days: 45 }) }),
        follows: async (young) => {
          const { startsOn } = await contractOf(young);
          expect(startsOn).toBe(await world.day({ days: 45 }));
          const again = await young.plannedTask('start_check');
          expect(again.instants?.dueAt).toBe(endOfDay(dayAfter(startsOn, { days: 7 })));
          const visit = await young.plannedTask('company_visit');
          expect(visit.instants?.dueAt).toBe(endOfDay(dayAfter(startsOn, { days: 30 })));
        },
      },
      never_started: {
        follows: async (young) => {
          expect((await contractOf(young)).terminated).toMatchObject({ reason: 'never_started' });
          expect(await young.open()).toEqual(['rebound_interview']);
          expect(await young.planned()).toEqual([]);
        },
      },
    },
  },
  company_visit: {
    arrive: arrived('company_visit'),
    due: async (young) => dayAfter((await contractOf(young)).startsOn, { days: 30 }),
    outcomes: {
      visited: {
        fields: async () => ({ on: await world.day(), withPartnerId: person('partner.tours') }),
        follows: nothingElse,
      },
      not_possible: { follows: nothingElse },
    },
  },
  trial_review: {
    arrive: arrived('trial_review'),
    // The last open day before the 45th.
    due: async (young) => dayAfter((await contractOf(young)).startsOn, { days: 43 }, -1),
    outcomes: {
      fine: { fields: counted, follows: nothingElse },
      fragile: {
        fields: counted,
        follows: async (young) => {
          const closer = await young.plannedTask('closer_follow_up');
          expect(closer.instants?.dueAt).toBe(endOfDay(dayAfter(parisDay(closer.plannedAt), { days: 14 })));
        },
      },
      alert: { fields: counted, follows: raisesAlert },
    },
  },
  tripartite_meeting: {
    arrive: arrived('tripartite_meeting'),
    due: async (young) => dayAfter((await contractOf(young)).startsOn, { months: 2 }),
    outcomes: {
      held: { fields: async () => ({ on: await world.day() }), follows: nothingElse },
      refused: { follows: nothingElse },
      postponed: {
        fields: async () => ({ until: await world.day({ days: 60 }) }),
        follows: async (young) => {
          const again = await young.plannedTask('tripartite_meeting');
          const due = dayAfter(await world.day({ days: 60 }), { days: 0 });
          expect(again).toMatchObject({ round: 2, instants: { dueAt: endOfDay(due) } });
        },
      },
    },
  },
  apprentice_follow_up: {
    arrive: arrived('apprentice_follow_up'),
    due: async (young) => dayAfter((await contractOf(young)).startsOn, { months: 1 }),
    outcomes: {
      fine: {
        follows: async (young) => {
          const next = await young.plannedTask('apprentice_follow_up');
          const first = dayAfter((await contractOf(young)).startsOn, { months: 1 }, 0);
          expect(next.instants?.dueAt).toBe(endOfDay(dayAfter(first, { months: 1 })));
        },
      },
      difficulty: { follows: raisesAlert },
      missed: {
        follows: async (young) => {
          expect(await young.plannedTask('apprentice_follow_up')).toMatchObject({ round: 2 });
          expect(await young.open()).not.toContain('alert_follow_up');
        },
      },
    },
  },
  closer_follow_up: {
    arrive: async (w) => {
      const young = await arrived('trial_review')(w);
      await young.complete('trial_review', 'fragile', counted);
      await young.untilOpen('closer_follow_up');
      return young;
    },
    due: (_, task) => dayAfter(parisDay(task.plannedAt), { days: 14 }),
    outcomes: {
      fine: { follows: nothingElse },
      difficulty: { follows: raisesAlert },
      missed: {
        follows: async (young) =>
          expect(await young.plannedTask('closer_follow_up')).toMatchObject({ round: 2 }),
      },
    },
  },
  skills_review: {
    arrive: arrived('skills_review'),
    due: async (young) => dayAfter((await contractOf(young)).startsOn, { months: 6 }),
    outcomes: {
      reviewed: {
        follows: async (young) => {
          const next = await young.plannedTask('skills_review');
          const first = dayAfter((await contractOf(young)).startsOn, { months: 6 }, 0);
          expect(next.instants?.dueAt).toBe(endOfDay(dayAfter(first, { months: 6 })));
        },
      },
      not_possible: {
        follows: async (young) =>
          expect(await young.plannedTask('skills_review')).toMatchObject({ round: 2 }),
      },
    },
  },
  rebound_interview: {
    arrive: terminated,
    due: (_, task) => dayAfter(opened(task), { workingDays: 5 }),
    outcomes: {
      search_again: { follows: inStep('contract_search') },
      new_project: { follows: inStep('project_validation') },
      reoriented: { follows: exitedAs('reoriented') },
      back_to_school: { follows: exitedAs('back_to_school') },
      declined: { follows: exitedAs('declined') },
    },
  },
});

test('the earliest end of the trial is shown: 45 days in the company, those to come counted from what people entered', async () => {
  const young = await entered(world);
  const earliest = async () => (await young.settled()).waits.find((w) => w.name === 'trial_can_end')?.at;
  const { startsOn } = await contractOf(young);
  expect(await earliest()).toBe(endOfDay(dayAfter(startsOn, { days: 44 }, 0)));
  await young.untilOpen('trial_review');
  await young.complete('trial_review', 'fine', { daysInCompany: 20 });
  expect(await earliest()).toBe(endOfDay(dayAfter(await world.day(), { days: 25 }, 0)));
});

test('the follow-ups come monthly for three months, then every two months', async () => {
  const young = await entered(world);
  const { startsOn } = await contractOf(young);
  let beat = startsOn;
  for (const [round, months] of [1, 1, 1, 2, 2].entries()) {
    beat = dayAfter(beat, { months }, 0);
    const task = await young.untilOpen('apprentice_follow_up');
    expect(task.round).toBe(round + 1);
    expect(task.instants?.dueAt).toBe(endOfDay(dayAfter(beat, { days: 0 })));
    await young.complete('apprentice_follow_up', 'fine');
  }
});

test('a follow-up held late moves the next ones', async () => {
  const young = await arrived('apprentice_follow_up')(world);
  await young.pass('25 days');
  await young.complete('apprentice_follow_up', 'fine');
  const next = await young.plannedTask('apprentice_follow_up');
  expect(next.instants?.dueAt).toBe(endOfDay(dayAfter(await world.day(), { months: 1 })));
});

test('what was due before the contract was recorded goes up the ladder from then on, not to its top at once', async () => {
  const young = await world.enrolInto('contract_search');
  const [startsOn, endsOn] = [await world.day({ days: -64 }), await world.day({ days: 300 })];
  await young.send(recordContract, { signedOn: startsOn, startsOn, endsOn });
  const check = await young.task('start_check');
  expect(check.rungs).toEqual([]);
  const today = dayAfter(await world.day(), { days: 0 });
  expect(check.instants?.escalateAt).toBe(endOfDay(dayAfter(today, { workingDays: 3 })));
  expect(check.instants?.committeeAt).toBe(endOfDay(dayAfter(today, { workingDays: 10 })));
});

test('a contract signed after its start is followed from the day it was recorded', async () => {
  const young = await world.enrolInto('contract_search');
  const startsOn = await world.day({ days: -40 });
  const endsOn = await world.day({ days: 320 });
  await young.send(recordContract, { signedOn: startsOn, startsOn, endsOn });
  const next = await young.plannedTask('apprentice_follow_up');
  expect(next.instants?.dueAt).toBe(endOfDay(dayAfter(await world.day(), { months: 1 })));
  expect(await young.open()).toContain('company_visit');
});

describe('after a termination', () => {
  test('what the contract had asked is withdrawn, and the last day at the CFA is shown', async () => {
    const young = await terminated(world);
    expect(await young.open()).toEqual(['rebound_interview']);
    expect(await young.planned()).toEqual([]);
    const contract = await contractOf(young);
    const lastDay = dayAfter(contract.terminated?.on as string, { months: 6 }, 0);
    const warning = (days: number) => startOfDay(dayAfter(dayAfter(lastDay, { days }, 0), { days: 0 }, -1));
    const waits = await young.waits();
    expect(Object.fromEntries(waits.map((w) => [w.name, w.at]))).toEqual({
      cfa_keeps_apprentice: endOfDay(lastDay),
      cfa_first_warning: warning(-60),
      cfa_last_warning: warning(-30),
    });
  });

  test('the warnings come while the search goes on', async () => {
    const young = await terminated(world);
    await young.complete('rebound_interview', 'search_again');
    await young.pass('190 days');
    const told = (await young.timeline('day_came')).map((e) => e.data?.name);
    expect(told.filter((name) => String(name).startsWith('cfa'))).toEqual([
      'cfa_first_warning',
      'cfa_last_warning',
      'cfa_keeps_apprentice',
    ]);
  });

  test('an exit undone shows the last day at the CFA again', async () => {
    const young = await terminated(world);
    const before = await young.waits();
    await young.complete('rebound_interview', 'declined');
    await young.undoExit();
    expect(await young.open()).toEqual(['rebound_interview']);
    expect(await young.waits()).toEqual(before);
  });

  test('a new contract is accompanied from its start, and the CFA needs to wait no longer', async () => {
    const young = await terminated(world);
    await young.complete('rebound_interview', 'search_again');
    await young.send(recordContract, await young.terms());
    const { pathway, contracts } = await young.settled();
    const waits = await young.waits();
    expect(pathway).toMatchObject({ step: 'securing', contractId: `${young.pathwayId}.contract-2` });
    expect(contracts).toMatchObject([{ number: 1, terminated: { reason: 'conflict' } }, { number: 2 }]);
    expect(waits.map((w) => w.name)).toEqual(['employment_step_starts']);
    expect(await young.untilOpen('start_check')).toMatchObject({
      round: 1,
      key: expect.stringContaining('contract-2'),
    });
  });

  test('a new contract may be recorded instead of the interview', async () => {
    const young = await terminated(world);
    await young.send(recordContract, await young.terms());
    expect((await young.settled()).pathway).toMatchObject({ step: 'securing', interval: 3 });
    expect(await young.open()).not.toContain('rebound_interview');
    expect(await young.planned()).toContain('start_check');
  });

  test('of the second contract, a second rebound is sought', async () => {
    const young = await terminated(world);
    await young.send(recordContract, await young.terms());
    await young.pass('30 days');
    await terminate(young);
    expect(await young.open()).toEqual(['rebound_interview']);
    await young.complete('rebound_interview', 'new_project');
    expect((await young.settled()).pathway.step).toBe('project_validation');
  });
});

describe('a start that is put off', () => {
  test('is checked again, as often as it takes', async () => {
    const young = await arrived('start_check')(world);
    for (const days of [30, 40]) {
      await young.complete('start_check', 'postponed', { startsOn: await world.day({ days }) });
      const { instants } = await young.plannedTask('start_check');
      const due = dayAfter(await world.day({ days }), { days: 7 });
      expect(instants?.dueAt).toBe(endOfDay(due));
      await young.untilOpen('start_check');
    }
    await young.complete('start_check', 'started');
    expect((await young.timeline('contract_start_postponed')).length).toBe(2);
    expect(await young.planned()).toContain('company_visit');
  });
});

describe('ninety days before the contract ends', () => {
  test('step 5 begins beside the last follow-ups', async () => {
    const young = await entered(world);
    const { endsOn } = await contractOf(young);
    const [wait] = await young.waits();
    const starts = startOfDay(dayAfter(endsOn, { days: -90 }));
    expect(wait).toMatchObject({ name: 'employment_step_starts', at: starts });
    await young.passTo(starts);
    expect((await young.settled()).pathway).toMatchObject({ step: 'durable_employment', interval: 3 });
    expect(await young.open()).toEqual(
      expect.arrayContaining(['apprentice_follow_up', 'employment_plan', 'skills_review']),
    );
  });

  test('a meeting put off is still asked for in step 5', async () => {
    const young = await world.enrolInto('contract_search');
    const startsOn = await world.day({ days: -50 });
    const endsOn = await world.day({ days: 80 });
    await young.send(recordContract, { signedOn: startsOn, startsOn, endsOn });
    expect((await young.settled()).pathway.step).toBe('durable_employment');
    await young.untilOpen('tripartite_meeting');
    await young.complete('tripartite_meeting', 'postponed', { until: await world.day({ days: 40 }) });
    expect(await young.plannedTask('tripartite_meeting')).toMatchObject({ round: 2 });
  });
});
