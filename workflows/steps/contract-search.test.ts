/** Step 3: obstacles are removed, an employer is looked for, and somebody asks every fortnight how it goes. */
import { randomUUID } from 'node:crypto';
import { everyOutcome, exitedAs, inStep, nothingElse } from '../../test/setup/outcomes';
import { dayAfter, endOfDay, parisDay, startOfDay } from '../../test/setup/paris';
import { PathwayWorld, type YoungPerson } from '../../test/setup/pathways';
import { proposeOffer, recordContract } from '../messages';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterEach(() => world.forgetAll());
afterAll(() => world.end());

const entered = (w: PathwayWorld) => w.enrolInto('contract_search');
const arrived = (kind: 'search_follow_up' | 'search_review') => async (w: PathwayWorld) => {
  const young = await entered(w);
  await young.untilOpen(kind);
  return young;
};
const withOffer = async (w: PathwayWorld) => {
  const young = await entered(w);
  await young.send(proposeOffer, { proposedOn: await w.day({ days: -2 }), wordsId: randomUUID() });
  return young;
};
const enteredOn = async (young: YoungPerson) => parisDay((await young.settled()).pathway.stepEnteredAt);
const opened = (task: { openedAt?: string }) => parisDay(task.openedAt as string);
const search = { applications: 4, interviews: 1, mood: 3 };

async function follow(young: YoungPerson, outcome: 'done' | 'missed') {
  await young.untilOpen('search_follow_up');
  await young.complete('search_follow_up', outcome, outcome === 'done' ? search : {});
  await young.settled();
}
const missedTwice = async () => {
  const young = await entered(world);
  await follow(young, 'missed');
  await follow(young, 'missed');
  return young;
};

everyOutcome('contract_search', () => world, {
  remove_obstacle: {
    arrive: async (w) => {
      const young = await w.enrol();
      await young.welcomed('project_ready', { obstacles: ['housing'] });
      return young;
    },
    due: (_, task) => dayAfter(opened(task), { days: 20 }),
    outcomes: {
      solved: { follows: nothingElse },
      in_progress: {
        follows: async (young) => {
          const again = await young.task('remove_obstacle', 'housing');
          expect(again.round).toBe(2);
          expect(again.instants?.dueAt).toBe(endOfDay(dayAfter(opened(again), { days: 20 })));
        },
      },
      cannot_be_solved: { follows: nothingElse },
    },
  },
  search_workshop: {
    arrive: entered,
    due: (_, task) => dayAfter(opened(task), { days: 15 }),
    outcomes: {
      attended: { fields: { topics: ['employer_search', 'budget'] }, follows: nothingElse },
      absent: {
        follows: async (young) => expect(await young.task('search_workshop')).toMatchObject({ round: 2 }),
      },
      not_needed: { follows: nothingElse },
    },
  },
  search_follow_up: {
    arrive: arrived('search_follow_up'),
    due: async (young) => dayAfter(await enteredOn(young), { days: 14 }),
    outcomes: {
      done: {
        fields: search,
        follows: async (young) => {
          const next = await young.plannedTask('search_follow_up');
          expect(next.round).toBe(2);
          expect(next.instants?.dueAt).toBe(endOfDay(dayAfter(parisDay(next.plannedAt), { days: 14 })));
        },
      },
      missed: {
        follows: async (young) => {
          expect(await young.plannedTask('search_follow_up')).toMatchObject({ round: 2 });
          expect(await young.open()).not.toContain('hard_to_reach_decision');
        },
      },
    },
  },
  offer_feedback: {
    arrive: withOffer,
    due: async () => dayAfter(await world.day({ days: -2 }), { days: 7 }),
    outcomes: {
      applied: { follows: nothingElse },
      refused: { follows: nothingElse },
      interview: { follows: nothingElse },
      hired: { follows: nothingElse },
    },
  },
  search_review: {
    arrive: arrived('search_review'),
    due: async (young) =>
      dayAfter(dayAfter(await enteredOn(young), { months: 3 }), {
        workingDays: 5,
      }),
    outcomes: {
      continue: {
        follows: async (young, task, recorded) => {
          await inStep('contract_search')(young, task, recorded);
          const next = await young.plannedTask('search_review');
          expect(next.instants?.opensAt).toBe(startOfDay(dayAfter(await enteredOn(young), { months: 6 })));
        },
      },
      redefine: { follows: inStep('project_validation') },
      reoriented: { follows: exitedAs('reoriented') },
      back_to_school: { follows: exitedAs('back_to_school') },
      declined: { follows: exitedAs('declined') },
    },
  },
});

test('each obstacle that the interview found is removed on its own', async () => {
  const young = await world.enrol();
  await young.welcomed('project_ready', { obstacles: ['health', 'mobility'] });
  expect(await young.open()).toEqual([
    'remove_obstacle: health',
    'remove_obstacle: mobility',
    'search_workshop',
  ]);
  await young.complete('remove_obstacle', 'solved', {}, 'health');
  expect(await young.open()).toEqual(['remove_obstacle: mobility', 'search_workshop']);
});

test('the workshop is offered three times at most', async () => {
  const young = await entered(world);
  for (let round = 1; round <= 3; round++) await young.complete('search_workshop', 'absent');
  expect(await young.open()).not.toContain('search_workshop');
});

test('after six months the search is reviewed a second time, and not a third', async () => {
  const young = await entered(world);
  for (const round of [1, 2]) {
    expect(await young.untilOpen('search_review')).toMatchObject({ round });
    await young.complete('search_review', 'continue');
  }
  expect((await young.settled()).tasks.filter((t) => t.kind === 'search_review')).toEqual([]);
});

describe('two follow-ups missed in a row', () => {
  test('let the coordinator decide, and the follow-ups wait for that', async () => {
    const young = await missedTwice();
    expect(await young.open()).toContain('hard_to_reach_decision');
    expect(await young.planned()).not.toContain('search_follow_up');
    const decision = await young.task('hard_to_reach_decision');
    expect(decision.instants?.dueAt).toBe(endOfDay(dayAfter(opened(decision), { workingDays: 5 })));
  });

  test('are not two missed with one held between', async () => {
    const young = await entered(world);
    for (const outcome of ['missed', 'done', 'missed'] as const) await follow(young, outcome);
    expect(await young.open()).not.toContain('hard_to_reach_decision');
  });

  test('are settled by a contact that reaches the young person', async () => {
    const young = await missedTwice();
    await young.contact('not_reached');
    expect(await young.open()).toContain('hard_to_reach_decision');
    await young.contact('reached');
    expect(await young.recorded('hard_to_reach_decision')).toMatchObject([
      { cancelReason: 'reached' },
      { cancelReason: 'reached' },
    ]);
    expect(await young.plannedTask('search_follow_up')).toMatchObject({ round: 3 });
  });

  test('may end as a lost contact', async () => {
    const young = await missedTwice();
    await young.complete('hard_to_reach_decision', 'lost_contact');
    expect((await young.settled()).pathway.exit?.code).toBe('lost_contact');
  });

  test('may be followed by another try', async () => {
    const young = await missedTwice();
    await young.complete('hard_to_reach_decision', 'try_again', { channel: 'family' });
    const next = await young.plannedTask('search_follow_up');
    expect(next.instants?.dueAt).toBe(endOfDay(dayAfter(parisDay(next.plannedAt), { days: 14 })));
    await follow(young, 'missed');
    await follow(young, 'missed');
    expect(await young.task('hard_to_reach_decision')).toMatchObject({ round: 2 });
  });

  test('may put the search on hold; the next follow-up is a fortnight after it ends', async () => {
    const young = await missedTwice();
    await young.complete('hard_to_reach_decision', 'put_on_hold', { until: await world.day({ days: 90 }) });
    const { pathway } = await young.settled();
    const waits = await young.waits();
    expect(pathway.status).toBe('on_hold');
    await young.passTo(waits.find((w) => w.name === 'hold_ends')?.at as string);
    expect((await young.settled()).pathway).toMatchObject({ status: 'active', holdUntil: null });
    const next = await young.plannedTask('search_follow_up');
    expect(next.instants?.dueAt).toBe(endOfDay(dayAfter(await world.day(), { days: 14 })));
    expect(next.rungs).toEqual([]);
  });

  test('put on hold, a contract still leads to securing', async () => {
    const young = await missedTwice();
    await young.complete('hard_to_reach_decision', 'put_on_hold', { until: await world.day({ days: 90 }) });
    await young.send(recordContract, await young.terms());
    const { pathway } = await young.settled();
    const waits = await young.waits();
    expect(pathway).toMatchObject({ step: 'securing', status: 'active', holdUntil: null });
    expect(waits.map((w) => w.name)).not.toContain('hold_ends');
  });
});

test('several offers are followed up side by side', async () => {
  const young = await entered(world);
  const words = [randomUUID(), randomUUID()];
  for (const wordsId of words) await young.send(proposeOffer, { proposedOn: await world.day(), wordsId });
  expect(await young.open()).toEqual(expect.arrayContaining(words.map((id) => `offer_feedback: ${id}`)));
  await young.complete('offer_feedback', 'refused', {}, words[0]);
  expect(await young.open()).not.toContain(`offer_feedback: ${words[0]}`);
  expect(await young.open()).toContain(`offer_feedback: ${words[1]}`);
});

test('a contract recorded leads to securing, whatever is still open', async () => {
  const young = await withOffer(world);
  await young.send(recordContract, await young.terms());
  await inStep('securing')(young, {} as never, {} as never);
  expect(await young.recorded('offer_feedback')).toMatchObject([{ cancelReason: 'step_left' }]);
});
