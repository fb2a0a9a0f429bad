/** Step 2: trades are discovered, and a project is validated with a partner, redefined or given up. */
import { everyOutcome, exitedAs, inStep, nothingElse } from '../../test/setup/outcomes';
import { dayAfter, endOfDay, parisDay, startOfDay } from '../../test/setup/paris';
import { PathwayWorld, person, type YoungPerson } from '../../test/setup/pathways';
import { recordContract } from '../messages';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterEach(() => world.forgetAll());
afterAll(() => world.end());

const partner = person('partner.tours');
const entered = (w: PathwayWorld) => w.enrolInto('project_validation');
const opened = (task: { openedAt?: string }) => parisDay(task.openedAt as string);
const redefine = async (young: YoungPerson, times: number) => {
  for (let i = 0; i < times; i++) await young.complete('validate_project', 'redefine');
};
const redefinedTwice = async (w: PathwayWorld) => {
  const young = await entered(w);
  await redefine(young, 2);
  return young;
};

everyOutcome('project_validation', () => world, {
  plan_discovery: {
    arrive: entered,
    due: (_, task) => dayAfter(opened(task), { workingDays: 5 }),
    outcomes: {
      planned: {
        fields: async () => ({
          actions: [
            { action: 'cfa_visit', on: await world.day({ days: 10 }), partnerId: partner },
            { action: 'immersion', on: await world.day({ days: 20 }) },
          ],
        }),
        follows: async (young, _, recorded) => {
          expect(recorded.opened).toHaveLength(2);
          for (const [action, days] of [
            ['cfa_visit', 10],
            ['immersion', 20],
          ] as const) {
            const task = await young.task('discovery_action', action);
            const due = dayAfter(await world.day({ days }), { workingDays: 3 });
            expect(task.instants?.dueAt).toBe(endOfDay(due));
            expect(task.partnerId).toBe(action === 'cfa_visit' ? partner : undefined);
          }
        },
      },
    },
  },
  discovery_action: {
    arrive: async (w) => {
      const young = await entered(w);
      const on = await w.day({ days: 8 });
      await young.complete('plan_discovery', 'planned', { actions: [{ action: 'open_day', on }] });
      return young;
    },
    due: async () => dayAfter(await world.day({ days: 8 }), { workingDays: 3 }),
    outcomes: {
      done: {
        fields: async () => ({ startedOn: await world.day(), endedOn: await world.day({ days: 4 }) }),
        follows: nothingElse,
      },
      absent: { follows: nothingElse },
      cancelled: { follows: nothingElse },
    },
  },
  basic_skills_assessment: {
    arrive: entered,
    due: (_, task) => dayAfter(opened(task), { days: 20 }),
    outcomes: {
      sufficient: { follows: nothingElse },
      to_strengthen: {
        fields: async () => ({ action: 'collective_work', on: await world.day({ days: 12 }) }),
        follows: async (young) => {
          const action = await young.task('discovery_action');
          expect(action.subject).toContain('collective_work');
          const due = dayAfter(await world.day({ days: 12 }), { workingDays: 3 });
          expect(action.instants?.dueAt).toBe(endOfDay(due));
        },
      },
    },
  },
  validate_project: {
    arrive: entered,
    due: (_, task) => dayAfter(opened(task), { weeks: 4 }),
    outcomes: {
      validated: { fields: { coSignedBy: partner }, follows: inStep('contract_search') },
      redefine: {
        follows: async (young) => {
          const again = await young.task('validate_project');
          expect(again.round).toBe(2);
          expect(again.instants?.dueAt).toBe(endOfDay(dayAfter(opened(again), { weeks: 4 })));
        },
      },
      reoriented: { follows: exitedAs('reoriented') },
      back_to_school: { follows: exitedAs('back_to_school') },
    },
  },
  project_review: {
    arrive: redefinedTwice,
    due: (_, task) => dayAfter(opened(task), { workingDays: 5 }),
    outcomes: {
      continue: {
        follows: async (young) => {
          expect(await young.task('validate_project')).toMatchObject({ round: 3 });
          expect(await young.planned()).toEqual(['project_review']);
        },
      },
      project_ready: { follows: inStep('contract_search') },
      reoriented: { follows: exitedAs('reoriented') },
      back_to_school: { follows: exitedAs('back_to_school') },
      declined: { follows: exitedAs('declined') },
    },
  },
});

test('whoever enters has discovery, basic skills and the project ahead, and a review after eight weeks', async () => {
  const young = await entered(world);
  expect(await young.open()).toEqual(['basic_skills_assessment', 'plan_discovery', 'validate_project']);
  const review = await young.plannedTask('project_review');
  const { pathway } = await young.settled();
  expect(review.instants?.opensAt).toBe(startOfDay(dayAfter(parisDay(pathway.stepEnteredAt), { weeks: 8 })));
});

test('basic skills may be strengthened without an action of the catalogue', async () => {
  const young = await entered(world);
  await young.complete('basic_skills_assessment', 'to_strengthen');
  expect(await young.open()).toEqual(['plan_discovery', 'validate_project']);
});

test('the coordinator reviews from the second redefinition on, each time', async () => {
  const young = await entered(world);
  await redefine(young, 1);
  expect(await young.open()).not.toContain('project_review: redefined');
  await redefine(young, 1);
  expect(await young.open()).toContain('project_review: redefined');
  expect(await young.open()).not.toContain('validate_project');
  await young.complete('project_review', 'continue');
  await redefine(young, 1);
  expect(await young.task('project_review', 'redefined')).toMatchObject({ round: 3 });
});

test('who is still here after eight weeks is reviewed, and again eight weeks after the review', async () => {
  const young = await entered(world);
  const { instants } = await young.plannedTask('project_review');
  await young.passTo(instants?.opensAt as string);
  const review = await young.task('project_review');
  expect(review.instants?.dueAt).toBe(endOfDay(dayAfter(opened(review), { workingDays: 5 })));
  await young.complete('project_review', 'continue');
  const next = await young.plannedTask('project_review');
  expect(next.instants?.opensAt).toBe(startOfDay(dayAfter(parisDay(next.plannedAt), { weeks: 8 })));
});

test('a step that is left cancels what was asked in it, and one entered again starts anew', async () => {
  const young = await entered(world);
  await young.complete('plan_discovery', 'planned', {
    actions: [{ action: 'immersion', on: await world.day({ days: 30 }) }],
  });
  await young.complete('validate_project', 'validated', { coSignedBy: partner });
  expect(await young.recorded('discovery_action')).toMatchObject([{ cancelReason: 'step_left' }]);
  await young.untilOpen('search_review');
  await young.complete('search_review', 'redefine');
  expect((await young.settled()).pathway).toMatchObject({ step: 'project_validation', interval: 4 });
  expect(await young.open()).toEqual(['basic_skills_assessment', 'plan_discovery', 'validate_project']);
});

test('a contract recorded meanwhile leads to securing', async () => {
  const young = await entered(world);
  await young.send(recordContract, await young.terms());
  expect((await young.settled()).pathway).toMatchObject({ step: 'securing', interval: 3 });
  expect(await young.recorded('validate_project')).toMatchObject([{ cancelReason: 'step_left' }]);
});

test('an exit undone asks for the project again', async () => {
  const young = await redefinedTwice(world);
  await young.complete('project_review', 'declined');
  await young.undoExit();
  expect(await young.open()).toContain('project_review: redefined');
  await young.complete('project_review', 'continue');
  expect(await young.task('validate_project')).toMatchObject({ round: 3 });
});
