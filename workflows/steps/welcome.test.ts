/** Step 1: who is enrolled is reached, informed and heard; the interview says where the pathway goes. */
import { everyOutcome, exitedAs, inStep, nothingElse } from '../../test/setup/outcomes';
import { dayAfter, parisDay, startOfDay } from '../../test/setup/paris';
import { PathwayWorld, type YoungPerson } from '../../test/setup/pathways';
import { recordContract } from '../messages';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterEach(() => world.forgetAll());
afterAll(() => world.end());

const enrolled = (w: PathwayWorld) => w.enrol();
const reached = async (w: PathwayWorld, more: { minor?: boolean } = {}) => {
  const young = await w.enrol(more);
  await young.complete('first_contact', 'reached', { channel: 'phone' });
  return young;
};
const withReferent = async (w: PathwayWorld, more: { minor?: boolean } = {}) => {
  const young = await reached(w, more);
  await young.complete('assign_referent', 'assigned', { referentId: young.counsellor });
  return young;
};
const informed = async (w: PathwayWorld) => {
  const young = await withReferent(w);
  await young.complete('information_session', 'attended');
  await young.complete('family_information', 'met');
  return young;
};
const triedEnough = async (w: PathwayWorld) => {
  const young = await w.enrol();
  await tryToReach(young);
  return young;
};
async function tryToReach(young: YoungPerson) {
  await young.contact('not_reached', 'phone');
  await young.contact('message_left', 'phone');
  await young.contact('not_reached', 'sms');
}
const opened = (task: { openedAt?: string }) => parisDay(task.openedAt as string);

everyOutcome('welcome', () => world, {
  first_contact: {
    arrive: enrolled,
    due: (_, task) => dayAfter(opened(task), { workingDays: 3 }),
    outcomes: {
      reached: {
        fields: { channel: 'visit' },
        follows: async (young) => {
          expect(await young.open()).toEqual(['assign_referent']);
          expect(await young.recorded('hard_to_reach_decision')).toEqual([
            { round: 1, status: 'cancelled', outcome: null, cancelReason: 'reached' },
          ]);
        },
      },
    },
  },
  assign_referent: {
    arrive: reached,
    due: (_, task) => dayAfter(opened(task), { workingDays: 2 }),
    outcomes: {
      assigned: {
        fields: async (young) => ({ referentId: young.counsellor }),
        follows: async (young, _, recorded) => {
          const { pathway, tasks } = await young.settled();
          expect(pathway.referentId).toBe(young.counsellor);
          expect(await young.open()).toEqual([
            'entry_interview',
            'family_information',
            'information_session',
          ]);
          expect(recorded.opened).toEqual(tasks.map((t) => t.id));
          expect(tasks.every((t) => t.assigneeId === young.counsellor)).toBe(true);
        },
      },
    },
  },
  information_session: {
    arrive: withReferent,
    due: (_, task) => dayAfter(opened(task), { days: 15 }),
    outcomes: {
      attended: { follows: nothingElse },
      absent: {
        follows: async (young) => {
          expect(await young.task('information_session')).toMatchObject({ round: 2 });
        },
      },
      not_needed: { follows: nothingElse },
    },
  },
  family_information: {
    arrive: withReferent,
    due: (_, task) => dayAfter(opened(task), { days: 15 }),
    outcomes: {
      met: { follows: nothingElse },
      declined: { follows: nothingElse },
      not_possible: { follows: nothingElse },
    },
  },
  entry_interview: {
    arrive: informed,
    due: (_, task) => dayAfter(opened(task), { workingDays: 10 }),
    outcomes: {
      information_only: { follows: exitedAs('information_only') },
      project_to_validate: { follows: inStep('project_validation') },
      project_ready: {
        fields: { obstacles: ['mobility', 'budget'] },
        follows: async (young, task, recorded) => {
          await inStep('contract_search')(young, task, recorded);
          expect(await young.open()).toEqual(
            expect.arrayContaining(['remove_obstacle: budget', 'remove_obstacle: mobility']),
          );
        },
      },
      contract_signed: {
        fields: (young) => young.terms(),
        follows: async (young, task, recorded) => {
          await inStep('securing')(young, task, recorded);
          expect((await young.settled()).contracts).toHaveLength(1);
        },
      },
      looking_for_job: { follows: inStep('durable_employment') },
      reoriented: { follows: exitedAs('reoriented') },
    },
  },
});

describe('who cannot be reached', () => {
  test('three attempts over two channels bring the decision forward', async () => {
    const young = await world.enrol();
    await young.contact('not_reached', 'phone');
    await young.contact('not_reached', 'phone');
    expect(await young.open()).toEqual(['first_contact']);
    await young.contact('not_reached', 'email');
    expect(await young.open()).toEqual(['first_contact', 'hard_to_reach_decision']);
  });

  test('attempts over one channel only do not, however many', async () => {
    const young = await world.enrol();
    for (let i = 0; i < 4; i++) await young.contact('not_reached', 'phone');
    expect(await young.open()).toEqual(['first_contact']);
  });

  test('after fifteen days without attempts, the coordinator decides', async () => {
    const young = await world.enrol();
    const planned = await young.plannedTask('hard_to_reach_decision');
    const opens = dayAfter(parisDay(planned.plannedAt), { days: 15 });
    expect(planned.instants?.opensAt).toBe(startOfDay(opens));
    await young.passTo(planned.instants?.opensAt as string);
    expect(await young.open()).toEqual(['first_contact', 'hard_to_reach_decision']);
  });

  test('a contact that reaches the young person settles the question', async () => {
    const young = await world.enrol();
    await tryToReach(young);
    await young.contact('reached', 'family');
    expect(await young.open()).toEqual(['assign_referent']);
    expect(await young.recorded('hard_to_reach_decision')).toMatchObject([{ cancelReason: 'reached' }]);
    expect(await young.recorded('first_contact')).toMatchObject([{ status: 'done', outcome: 'reached' }]);
  });

  test('after "try again" the attempts are counted anew', async () => {
    const young = await triedEnough(world);
    await young.complete('hard_to_reach_decision', 'try_again', { channel: 'visit' });
    await young.contact('not_reached', 'visit');
    await young.contact('not_reached', 'visit');
    expect(await young.open()).toEqual(['first_contact']);
    await young.contact('not_reached', 'letter');
    expect(await young.task('hard_to_reach_decision')).toMatchObject({ round: 2 });
  });

  test('who was put on hold is tried again on the day that was set', async () => {
    const young = await triedEnough(world);
    await young.complete('hard_to_reach_decision', 'put_on_hold', { until: await world.day({ days: 60 }) });
    await young.pass('58 days');
    expect((await young.settled()).pathway.status).toBe('on_hold');
    await young.pass('6 days');
    expect((await young.settled()).pathway).toMatchObject({ status: 'active', holdUntil: null });
    expect(await young.open()).toEqual(['first_contact']);
    expect(await young.planned()).toEqual(['hard_to_reach_decision']);
  });

  test('who is reached while on hold goes on at once, without another first contact', async () => {
    const young = await triedEnough(world);
    await young.complete('hard_to_reach_decision', 'put_on_hold', { until: await world.day({ days: 60 }) });
    await young.pass('10 days');
    await young.contact('not_reached', 'phone');
    expect((await young.settled()).pathway.status).toBe('on_hold');
    await young.contact('reached', 'phone');
    const { pathway } = await young.settled();
    const waits = await young.waits();
    expect(pathway).toMatchObject({ status: 'active', holdUntil: null });
    expect(waits).toEqual([]);
    expect(await young.open()).toEqual(['assign_referent']);
  });
});

describe('the invitation to the information session', () => {
  test('is repeated twice at most', async () => {
    const young = await withReferent(world);
    for (let round = 1; round <= 3; round++) {
      expect(await young.task('information_session')).toMatchObject({ round });
      await young.complete('information_session', 'absent');
    }
    expect(await young.open()).toEqual(['entry_interview', 'family_information']);
  });
});

describe('after the interview', () => {
  test("a minor's next step begins when session and family are settled", async () => {
    const young = await withReferent(world, { minor: true });
    await young.complete('entry_interview', 'project_to_validate', { obstacles: [] });
    expect((await young.settled()).pathway.step).toBe('welcome');
    await young.complete('information_session', 'not_needed');
    expect((await young.settled()).pathway.step).toBe('welcome');
    await young.complete('family_information', 'declined');
    expect((await young.settled()).pathway.step).toBe('project_validation');
  });

  test("an adult's next step waits for the session alone: the family's information was offered", async () => {
    const young = await withReferent(world);
    await young.complete('entry_interview', 'project_to_validate', { obstacles: [] });
    expect((await young.settled()).pathway.step).toBe('welcome');
    await young.complete('information_session', 'not_needed');
    expect((await young.settled()).pathway.step).toBe('project_validation');
    expect(await young.recorded('family_information')).toMatchObject([{ cancelReason: 'step_left' }]);
  });

  test.each(['information_only', 'reoriented'] as const)('"%s" waits for nothing', async (outcome) => {
    const young = await withReferent(world);
    await young.complete('entry_interview', outcome, { obstacles: [] });
    expect((await young.settled()).pathway.status).toBe('exited');
    expect(await young.recorded('family_information')).toMatchObject([{ cancelReason: 'exited' }]);
  });

  test('a signed contract waits for nothing', async () => {
    const young = await withReferent(world);
    await young.complete('entry_interview', 'contract_signed', await young.terms());
    expect((await young.settled()).pathway.step).toBe('securing');
    expect(await young.recorded('information_session')).toMatchObject([{ cancelReason: 'step_left' }]);
  });

  test('an exit undone asks the interview again, and what it finds then counts', async () => {
    const young = await informed(world);
    await young.complete('entry_interview', 'information_only', { obstacles: [] });
    await young.undoExit();
    expect(await young.open()).toEqual(['entry_interview']);
    await young.complete('entry_interview', 'project_ready', { obstacles: ['housing'] });
    expect(await young.open()).toContain('remove_obstacle: housing');
  });
});

test.each([
  ['before anybody was reached', enrolled],
  ['before there is a referent', reached],
  ['before the interview', withReferent],
])('a contract recorded %s leads to securing', async (_, arrive) => {
  const young = await arrive(world);
  await young.send(recordContract, await young.terms());
  const { pathway } = await young.settled();
  expect(pathway).toMatchObject({ step: 'securing', interval: 2 });
  expect(await young.intervals()).toEqual([
    { interval: 1, step: 'welcome', left: true },
    { interval: 2, step: 'securing', left: false },
  ]);
});
