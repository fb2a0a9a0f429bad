/** What may happen in any step: nobody is lost from sight, people are away, mediations, a pathway on hold. */
import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Told } from '../domain/broadcasts';
import type { TaskRecord } from '../domain/journal';
import type { TaskKind } from '../domain/tasks';
import { everyOutcome, exitedAs, nothingElse, type OutcomeTest } from '../test/setup/outcomes';
import { dayAfter, endOfDay, isOpen, parisDay, startOfDay } from '../test/setup/paris';
import { PathwayWorld, person, refusalOf, type YoungPerson } from '../test/setup/pathways';
import {
  assignTask,
  exitPathway,
  holdPathway,
  mediationWorkflowId,
  pathwayWorkflowId,
  raiseAlert,
  recordContact,
  recordTermination,
  resumePathway,
  tell,
  transferReferent,
} from './messages';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterEach(async () => {
  await world.forgetAll();
  await world.pool.query('delete from absences; delete from duty_turns; delete from site_settings');
});
afterAll(() => world.end());

const opened = (task: { openedAt?: string }) => parisDay(task.openedAt as string);
/** When it is seen that a task was not done in time. */
const morningAfter = ({ instants }: TaskRecord) =>
  startOfDay(dayAfter(parisDay(instants?.dueAt as string), { workingDays: 1 }));
const apprentice = (w: PathwayWorld) => w.enrolInto('securing');
const alert = (young: YoungPerson, level: 'low' | 'high') =>
  young.send(raiseAlert, { level, source: 'cfa', wordsId: randomUUID() });

async function triedEnough(w: PathwayWorld) {
  const young = await w.enrol();
  await young.contact('not_reached', 'phone');
  await young.contact('message_left', 'phone');
  await young.contact('not_reached', 'sms');
  return young;
}
const silent = (kind: TaskKind) => async (w: PathwayWorld) => {
  const young = await w.enrolInto('contract_search');
  await young.untilOpen(kind);
  return young;
};
/** The open mediation's question of a kind, what it asks before answered as usual. */
const mediated = (kind: TaskKind) => async (w: PathwayWorld) => {
  const young = await apprentice(w);
  await alert(young, 'high');
  const answers: [TaskKind, string, object?][] =
    kind === 'name_mediator'
      ? [['accept_mediation', 'declined']]
      : [
          ['accept_mediation', 'accepted'],
          ['meet_parties', 'agreement', { on: await w.day() }],
        ];
  for (const [asked, outcome, fields] of answers) {
    if (asked === kind) break;
    await young.complete(asked, outcome as never, fields as Record<string, unknown>);
  }
  await young.untilOpen(kind);
  return young;
};
const mediationOf = async (young: YoungPerson) => (await young.settled()).mediations.at(-1);
/** The mediation's own workflow is over, with this result. */
const mediationOver =
  (result: string): OutcomeTest['follows'] =>
  async (young) => {
    const handle = world.env.client.workflow.getHandle(mediationWorkflowId(young.pathwayId, 1));
    expect(await handle.result()).toBe(result);
    const { mediations, pathway, tasks } = await young.settled();
    expect(mediations).toMatchObject([{ number: 1, cause: 'high_alert', result }]);
    expect(pathway).toMatchObject({ status: 'active', mediationId: null });
    expect(tasks.filter((t) => t.key.startsWith('mediation-'))).toEqual([]);
    expect(await young.timeline('mediation_ended')).toMatchObject([{ data: { result } }]);
  };
/** Nobody answers: before the contract the coordinator decides. */
const coordinatorDecides: OutcomeTest['follows'] = async (young) => {
  expect(await young.open()).toContain('hard_to_reach_decision');
};
const watchedAgain =
  (wait: string): OutcomeTest['follows'] =>
  async (young) =>
    expect((await young.settled()).waits.map((w) => w.name)).toContain(wait);
const asksNext =
  (kind: TaskKind): OutcomeTest['follows'] =>
  async (young) => {
    const { tasks } = await young.settled();
    expect(tasks.map((t) => t.kind)).toContain(kind);
  };

everyOutcome(null, () => world, {
  hard_to_reach_decision: {
    arrive: triedEnough,
    due: (_, task) => dayAfter(opened(task), { workingDays: 5 }),
    outcomes: {
      try_again: {
        fields: { channel: 'family' },
        follows: async (young) => {
          expect(await young.open()).toEqual(['first_contact']);
          const again = await young.plannedTask('hard_to_reach_decision');
          const opens = dayAfter(parisDay(again.plannedAt), { days: 15 });
          expect(again).toMatchObject({ round: 2, instants: { opensAt: startOfDay(opens) } });
          expect(again.instants?.dueAt).toBe(endOfDay(dayAfter(opens, { workingDays: 5 })));
        },
      },
      put_on_hold: {
        fields: async () => ({ until: await world.day({ days: 40 }) }),
        follows: async (young) => {
          const { pathway, tasks } = await young.settled();
          const waits = await young.waits();
          expect(pathway.status).toBe('on_hold');
          expect(tasks).toEqual([]);
          const until = dayAfter(pathway.holdUntil as string, { days: 0 });
          expect(waits).toMatchObject([{ name: 'hold_ends', at: startOfDay(until) }]);
        },
      },
      lost_contact: { follows: exitedAs('lost_contact') },
    },
  },
  alert_follow_up: {
    arrive: async (w) => {
      const young = await apprentice(w);
      await alert(young, 'low');
      return young;
    },
    due: (_, task) => dayAfter(opened(task), { workingDays: 2 }),
    outcomes: { handled: { follows: nothingElse } },
  },
  re_establish_contact: {
    arrive: silent('re_establish_contact'),
    due: (_, task) => dayAfter(opened(task), { workingDays: 5 }),
    outcomes: {
      reached: { fields: { channel: 'phone' }, follows: watchedAgain('contact_watch_phase_1') },
      not_reached: { follows: coordinatorDecides },
    },
  },
  summer_check_in: {
    arrive: silent('summer_check_in'),
    due: (_, task) => dayAfter(opened(task), { workingDays: 5 }),
    outcomes: {
      reached: { fields: { channel: 'sms' }, follows: watchedAgain('summer_check') },
      not_reached: { follows: watchedAgain('summer_check') },
    },
  },
  return_to_term: {
    arrive: silent('return_to_term'),
    due: (_, task) => dayAfter(opened(task), { workingDays: 5 }),
    outcomes: {
      back: { follows: watchedAgain('term_starts') },
      not_back: { follows: coordinatorDecides },
    },
  },
  accept_mediation: {
    arrive: mediated('accept_mediation'),
    due: (_, task) => dayAfter(opened(task), { workingDays: 2 }),
    outcomes: {
      accepted: { follows: asksNext('meet_parties') },
      declined: { follows: asksNext('name_mediator') },
    },
  },
  name_mediator: {
    arrive: mediated('name_mediator'),
    due: (_, task) => dayAfter(opened(task), { workingDays: 2 }),
    outcomes: {
      named: {
        fields: { mediatorId: person('mediator.tours') },
        follows: async (young) => {
          const meeting = await young.task('meet_parties');
          expect(meeting.assigneeId).toBe(person('mediator.tours'));
          expect(await mediationOf(young)).toMatchObject({ mediatorId: person('mediator.tours') });
        },
      },
    },
  },
  meet_parties: {
    arrive: mediated('meet_parties'),
    due: (_, task) => dayAfter(opened(task), { workingDays: 10 }),
    outcomes: {
      agreement: {
        fields: async () => ({ on: await world.day() }),
        follows: asksNext('mediation_follow_up'),
      },
      no_agreement: {
        fields: async () => ({ on: await world.day() }),
        follows: asksNext('mediation_follow_up'),
      },
    },
  },
  mediation_follow_up: {
    arrive: mediated('mediation_follow_up'),
    due: (_, task) => dayAfter(parisDay(task.schedule.anchor as string), { days: 15 }),
    outcomes: {
      continues: {
        follows: async (young, before) => {
          const next = await young.plannedTask('mediation_follow_up');
          expect(next).toMatchObject({ round: 2, status: 'planned' });
          const meeting = parisDay(before.schedule.anchor as string);
          expect(next.instants?.dueAt).toBe(endOfDay(dayAfter(meeting, { days: 45 })));
        },
      },
      resolved: { follows: mediationOver('resolved') },
      terminated: { follows: mediationOver('terminated') },
      passed_on: { follows: mediationOver('passed_on') },
    },
  },
});

describe('the contact watch', () => {
  test('opens 30 days after the last contact before the contract, and a contact in time moves it', async () => {
    const young = await world.enrolInto('contract_search');
    const watch = async () =>
      (await young.settled()).waits.find((w) => w.name === 'contact_watch_phase_1')?.at;
    expect(await watch()).toBe(startOfDay(dayAfter(await world.day(), { days: 30 })));
    await young.pass('20 days');
    await young.contact('reached');
    expect(await watch()).toBe(startOfDay(dayAfter(await world.day(), { days: 30 })));
    await young.contact('not_reached');
    await young.passTo((await watch()) as string);
    expect(await young.task('re_establish_contact')).toMatchObject({ status: 'open' });
  });

  test('counts 45 days once there is a contract', async () => {
    const young = await apprentice(world);
    const { waits } = await young.settled();
    expect(waits.filter((w) => w.name.startsWith('contact_watch'))).toMatchObject([
      { name: 'contact_watch_phase_2', at: startOfDay(dayAfter(await world.day(), { days: 45 })) },
    ]);
  });

  test('is withdrawn when a contact is noted meanwhile', async () => {
    const young = await silent('re_establish_contact')(world);
    await young.contact('reached');
    expect(await young.recorded('re_establish_contact')).toMatchObject([
      { status: 'cancelled', cancelReason: 'reached' },
    ]);
  });

  test('does not ask the coordinator twice at a time', async () => {
    const young = await silent('re_establish_contact')(world);
    await young.complete('re_establish_contact', 'not_reached');
    const open = async () => (await young.open()).filter((k) => k === 'hard_to_reach_decision');
    expect(await open()).toHaveLength(1);
    for (let round = 0; round < 2; round++) {
      await young.untilOpen('search_follow_up');
      await young.complete('search_follow_up', 'missed');
    }
    expect(await open()).toHaveLength(1);
  });
});

test('who is reached while the first contact is only being opened has had it', async () => {
  const journal = await world.pool.connect();
  await journal.query('begin; lock table tasks in exclusive mode');
  const arrivals = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const young = await world.enrol({}, { settled: false });
      // Its first task cannot come into the journal before this is heard.
      const reached = await young.handle.startUpdate(recordContact, {
        args: [
          {
            requestId: randomUUID(),
            by: young.counsellor,
            channel: 'phone',
            result: 'reached',
            at: await world.now(),
          },
        ],
        waitForStage: 'ACCEPTED',
      });
      return { young, reached };
    }),
  );
  await journal.query('commit');
  journal.release();
  for (const { young, reached } of arrivals) {
    await reached.result();
    expect(await young.open()).toEqual(['assign_referent']);
    expect(await young.recorded('first_contact')).toMatchObject([{ outcome: 'reached' }]);
  }
});

test('who is reached in the moment of the start has had the first contact', async () => {
  const input = await world.newcomer();
  const by = person('counsellor.tours');
  await world.env.client.workflow.executeUpdateWithStart(recordContact, {
    args: [{ requestId: randomUUID(), by, channel: 'phone', result: 'reached', at: await world.now() }],
    startWorkflowOperation: new WithStartWorkflowOperation('pathway', {
      workflowId: pathwayWorkflowId(input.pathwayId),
      taskQueue: world.taskQueue,
      args: [input],
      workflowIdConflictPolicy: 'FAIL',
    }),
  });
  const young = world.follow(input);
  expect(await young.open()).toEqual(['assign_referent']);
  expect(await young.recorded('first_contact')).toMatchObject([{ outcome: 'reached' }]);
});

test('who was taken over in welcome is looked after by the welcome until reached', async () => {
  const since = await world.now();
  const young = await world.enrol({ start: { step: 'welcome', since } });
  await young.pass('40 days');
  expect(await young.open()).toContain('hard_to_reach_decision');
  expect(await young.recorded('re_establish_contact')).toEqual([]);
});

describe('in summer', () => {
  test('two check-ins missed before the contract: the coordinator decides', async () => {
    const young = await silent('summer_check_in')(world);
    await young.complete('summer_check_in', 'not_reached');
    const again = dayAfter(await world.day(), { days: 14 });
    const wait = (await young.settled()).waits.find((w) => w.name === 'summer_check');
    expect(wait?.at).toBe(startOfDay(again));
    await young.passTo(wait?.at as string);
    await young.complete('summer_check_in', 'not_reached');
    expect(await young.open()).toContain('hard_to_reach_decision');
  });

  test('two check-ins missed after it: a mediation', async () => {
    const young = await apprentice(world);
    for (let round = 0; round < 2; round++) {
      await young.untilOpen('summer_check_in');
      await young.complete('summer_check_in', 'not_reached');
    }
    await young.task('accept_mediation');
    expect(await mediationOf(young)).toMatchObject({ cause: 'silent_summer' });
  });

  test('a check-in is for whoever is on duty, never for somebody absent', async () => {
    const young = await world.enrolInto('contract_search');
    const onDuty = person('coordinator.tours');
    await away(young.counsellor, null, 400);
    await world.pool.query(
      `insert into duty_turns (id, site_id, staff_id, first_day, last_day, recorded_by, recorded_at)
       values ($1, 'tours', $2, '2000-01-01', '2100-01-01', $2, now())`,
      [randomUUID(), onDuty],
    );
    // The worker keeps for two seconds what it knew of a site.
    await told(young, { kind: 'staff', staffId: young.counsellor });
    const task = await young.untilOpen('summer_check_in');
    expect(task).toMatchObject({ status: 'open', assigneeId: onDuty });
    expect(parisDay(task.openedAt as string).slice(5) >= '07-01').toBe(true);
  });
});

describe('on hold', () => {
  test('nothing is due, and what stood still goes on as many days later', async () => {
    const young = await world.enrolInto('contract_search');
    const before = await young.plannedTask('search_follow_up');
    const until = dayAfter(await world.day({ days: 40 }), { days: 0 });
    await young.send(holdPathway, { until });
    expect((await young.settled()).pathway).toMatchObject({ status: 'on_hold', holdUntil: until });
    await young.pass('30 days');
    expect((await young.plannedTask('search_follow_up')).instants).toEqual(before.instants);
    expect(await young.timeline('task_reminded', 'task_escalated')).toEqual([]);
    await young.passTo(startOfDay(until));
    expect((await young.settled()).pathway).toMatchObject({ status: 'active', holdUntil: null });
    const after = await young.plannedTask('search_follow_up');
    const paused = after.schedule.paused as number;
    expect(paused).toBeGreaterThan(35);
    expect(after.instants?.dueAt).toBe(
      endOfDay(
        dayAfter(dayAfter(before.instants?.countedFrom as string, { days: 14 + paused }, 0), { days: 0 }),
      ),
    );
    expect(await young.timeline('deadline_moved')).toContainEqual(
      expect.objectContaining({
        data: expect.objectContaining({ kind: 'search_follow_up', to: after.instants?.dueAt }),
      }),
    );
  });

  test('a day that was agreed does not move', async () => {
    const young = await apprentice(world);
    await young.untilOpen('tripartite_meeting');
    const until = dayAfter(await world.day({ days: 60 }), { days: 0 });
    await young.complete('tripartite_meeting', 'postponed', { until });
    await young.send(holdPathway, { until: await world.day({ days: 20 }) });
    await young.send(resumePathway, {});
    const meeting = await young.plannedTask('tripartite_meeting');
    expect(meeting.instants?.dueAt).toBe(endOfDay(until));
    await young.send(holdPathway, { until: await world.day({ days: 20 }) });
    await young.pass('25 days');
    expect((await young.settled()).pathway.status).toBe('active');
    expect((await young.plannedTask('tripartite_meeting')).instants?.dueAt).toBe(endOfDay(until));
  });

  test('a contact of before it is no reason to end it', async () => {
    const young = await triedEnough(world);
    const before = await world.now();
    await young.pass('1 days');
    await young.complete('hard_to_reach_decision', 'put_on_hold', { until: await world.day({ days: 40 }) });
    await young.send(recordContact, { channel: 'phone', result: 'reached', at: before });
    expect((await young.settled()).pathway.status).toBe('on_hold');
    await young.contact('reached');
    expect((await young.settled()).pathway.status).toBe('active');
  });

  test('legal dates run on', async () => {
    const young = await apprentice(world);
    const trial = (await young.plannedTask('trial_review')).instants;
    await young.send(holdPathway, { until: await world.day({ days: 200 }) });
    await young.passTo(trial?.opensAt as string);
    expect(await young.open()).toContain('trial_review');
    await young.send(resumePathway, {});
    expect((await young.task('trial_review')).instants).toEqual(trial);
  });

  test('can be ended before its day, and only once', async () => {
    const young = await world.enrolInto('contract_search');
    await young.send(holdPathway, { until: await world.day({ days: 20 }) });
    await young.send(resumePathway, {});
    expect((await young.settled()).pathway.status).toBe('active');
    expect(await refusalOf(young.send(resumePathway, {}))).toMatchObject({ type: 'not_on_hold' });
  });
});

describe('a mediation', () => {
  test('is opened by a low alert repeated within 30 days, not by one after', async () => {
    const young = await apprentice(world);
    await alert(young, 'low');
    await young.complete('alert_follow_up', 'handled');
    await young.pass('35 days');
    await alert(young, 'low');
    expect(await mediationOf(young)).toBeUndefined();
    await alert(young, 'low');
    expect(await mediationOf(young)).toMatchObject({ cause: 'repeated_alert' });
  });

  test('is opened by a low alert that nobody handled in time', async () => {
    const young = await apprentice(world);
    await alert(young, 'low');
    await young.passTo(morningAfter(await young.task('alert_follow_up')));
    expect(await mediationOf(young)).toMatchObject({ cause: 'unhandled_alert' });
    expect(await young.open()).toContain('alert_follow_up');
  });

  test('is opened on an open day, though a follow-up was due the evening before closed ones', async () => {
    const due = async () => dayAfter(await world.day(), { workingDays: 2 });
    while (isOpen(dayAfter(await due(), { days: 1 }, 0))) await world.env.sleep('1 day');
    const young = await apprentice(world);
    await alert(young, 'low');
    const followUp = await young.task('alert_follow_up');
    const monday = morningAfter(followUp);
    await young.passTo(followUp.instants?.dueAt as string);
    await young.pass('24 hours');
    expect(await mediationOf(young)).toBeUndefined();
    await young.passTo(monday);
    expect(await mediationOf(young)).toMatchObject({ cause: 'unhandled_alert' });
    expect(opened(await young.task('accept_mediation'))).toBe(parisDay(monday));
  });

  test('is opened by two follow-ups missed in a row', async () => {
    const young = await apprentice(world);
    for (let round = 0; round < 2; round++) {
      expect(await mediationOf(young)).toBeUndefined();
      await young.untilOpen('apprentice_follow_up');
      await young.complete('apprentice_follow_up', 'missed');
    }
    expect(await mediationOf(young)).toMatchObject({ cause: 'missed_follow_ups' });
  });

  test('is one at a time: another alert is followed up by the referent', async () => {
    const young = await apprentice(world);
    await alert(young, 'high');
    await alert(young, 'high');
    expect((await young.settled()).mediations).toHaveLength(1);
    expect(await young.open()).toContain('alert_follow_up');
  });

  test('goes to the coordinator when no mediator accepts in time', async () => {
    const young = await apprentice(world);
    await alert(young, 'high');
    await young.passTo(morningAfter(await young.task('accept_mediation')));
    await young.task('name_mediator');
    expect(await young.recorded('accept_mediation')).toMatchObject([
      { status: 'cancelled', cancelReason: 'not_in_time' },
    ]);
  });

  test('never blocks the follow-up of the pathway', async () => {
    const young = await mediated('meet_parties')(world);
    await young.untilOpen('start_check');
    await young.complete('start_check', 'started');
    expect(await young.open()).toContain('meet_parties');
  });

  test.each([
    ['the contract is terminated', 'terminated', 'contract_ended'],
    ['the pathway exits', 'pathway_exited', 'exited'],
  ])('ends when %s', async (_, result, reason) => {
    const young = await mediated('meet_parties')(world);
    if (result === 'terminated') {
      await young.send(recordTermination, { on: await world.day(), initiator: 'mutual', reason: 'conflict' });
    } else await young.send(exitPathway, { code: 'moved_away' });
    const handle = world.env.client.workflow.getHandle(mediationWorkflowId(young.pathwayId, 1));
    expect(await handle.result()).toBe(result);
    expect(await mediationOf(young)).toMatchObject({ result });
    expect(await young.recorded('meet_parties')).toMatchObject([{ cancelReason: reason }]);
  });

  test('goes on with whoever it was handed over to', async () => {
    const young = await mediated('meet_parties')(world);
    const [mediator, successor] = [person('mediator.tours'), person('coordinator.tours')];
    const { id: taskId } = await young.task('meet_parties');
    await young.send(assignTask, { taskId, assigneeId: mediator });
    expect(await mediationOf(young)).toMatchObject({ mediatorId: mediator });
    await told(young, { kind: 'hand_over', from: mediator, to: successor, by: young.coordinator });
    await young.complete('meet_parties', 'agreement', { on: await world.day() });
    expect((await young.plannedTask('mediation_follow_up')).assigneeId).toBe(successor);
    expect(await mediationOf(young)).toMatchObject({ mediatorId: successor });
  });

  test('whose mediator left without successor is free for the team to take', async () => {
    const young = await mediated('meet_parties')(world);
    const mediator = person('mediator.tours');
    const { id: taskId } = await young.task('meet_parties');
    await young.send(assignTask, { taskId, assigneeId: mediator });
    await told(young, { kind: 'hand_over', from: mediator, to: null, by: young.coordinator });
    expect((await young.task('meet_parties')).assigneeId).toBeUndefined();
    await young.complete('meet_parties', 'agreement', { on: await world.day() });
    expect((await young.plannedTask('mediation_follow_up')).assigneeId).toBeUndefined();
  });

  test('that was told of its end before it was there hears it when it asks', async () => {
    const young = await mediated('meet_parties')(world);
    await young.send(exitPathway, { code: 'moved_away' });
    const handle = world.env.client.workflow.getHandle(mediationWorkflowId(young.pathwayId, 7));
    await world.env.client.workflow.start('mediation', {
      workflowId: handle.workflowId,
      taskQueue: world.taskQueue,
      args: [{ pathwayId: young.pathwayId, number: 7, cause: 'high_alert' }],
    });
    expect(await handle.result()).toBe('pathway_exited');
  });

  test('is opened again when the exit that ended it is undone', async () => {
    const young = await mediated('meet_parties')(world);
    await young.send(exitPathway, { code: 'moved_away' });
    await young.undoExit();
    expect((await young.settled()).mediations).toMatchObject([
      { number: 1, result: 'pathway_exited' },
      { number: 2, cause: 'high_alert' },
    ]);
    await young.task('accept_mediation');
  });

  test.each(['contract_search', 'durable_employment'] as const)(
    'needs an employer to mediate with: without one, in %s, an alert is followed up',
    async (step) => {
      const young = await world.enrolInto(step);
      await alert(young, 'high');
      expect(await mediationOf(young)).toBeUndefined();
      expect(await young.open()).toContain('alert_follow_up');
    },
  );
});

/** Somebody is away from now for so many days. */
async function away(staffId: string, substituteId: string | null, days: number): Promise<void> {
  await world.pool.query(
    `insert into absences (id, staff_id, first_day, last_day, substitute_id, recorded_by, recorded_at)
     values ($1, $2, $3, $4, $5, $2, now())`,
    [randomUUID(), staffId, await world.day(), await world.day({ days }), substituteId],
  );
}
const told = (young: YoungPerson, message: Told) => young.handle.signal(tell, message);

describe('an absent referent', () => {
  const colleague = person('coordinator.tours');

  test('has a substitute: open tasks move, new ones open there, and all come back', async () => {
    const young = await world.enrolInto('contract_search');
    await away(young.counsellor, colleague, 20);
    await told(young, { kind: 'staff', staffId: young.counsellor });
    const workshop = await young.task('search_workshop');
    expect(workshop).toMatchObject({ assigneeId: colleague, standsInFor: young.counsellor });
    const followUp = await young.untilOpen('search_follow_up');
    expect(followUp).toMatchObject({ assigneeId: colleague, standsInFor: young.counsellor });
    await young.pass('25 days');
    await told(young, { kind: 'staff', staffId: young.counsellor });
    for (const kind of ['search_workshop', 'search_follow_up'] as const) {
      const task = await young.task(kind);
      expect(task.assigneeId).toBe(young.counsellor);
      expect(task.standsInFor).toBeUndefined();
    }
    // On some days of the year a check of summer or of the new term opens meanwhile, and moves too.
    const kinds = async (type: string) =>
      (await young.timeline(type))
        .map(({ data }) => data?.kind)
        .filter((kind) => /^search_/.test(String(kind)));
    expect(await kinds('stood_in')).toEqual(['search_workshop', 'search_follow_up']);
    expect((await kinds('came_back')).toSorted()).toEqual(['search_follow_up', 'search_workshop']);
  });

  test('whose substitute is away too has another one, and the first again when that one is back', async () => {
    const young = await world.enrolInto('contract_search');
    const [first, second] = [colleague, person('counsellor2.tours')];
    await away(young.counsellor, first, 60);
    await told(young, { kind: 'staff', staffId: young.counsellor });
    await away(first, second, 20);
    await told(young, { kind: 'staff', staffId: first });
    expect(await young.task('search_workshop')).toMatchObject({
      assigneeId: second,
      standsInFor: young.counsellor,
    });
    await world.pool.query('delete from absences where staff_id = $1', [first]);
    await told(young, { kind: 'staff', staffId: first });
    expect(await young.task('search_workshop')).toMatchObject({
      assigneeId: first,
      standsInFor: young.counsellor,
    });
  });

  test('without a substitute leaves the tasks to the team', async () => {
    const young = await world.enrolInto('contract_search');
    await away(young.counsellor, null, 20);
    await told(young, { kind: 'staff', staffId: young.counsellor });
    const workshop = await young.task('search_workshop');
    expect(workshop).toMatchObject({ standsInFor: young.counsellor });
    expect(workshop.assigneeId).toBeUndefined();
  });

  test('does not get back what a colleague was given by name', async () => {
    const young = await world.enrolInto('contract_search');
    await away(young.counsellor, null, 20);
    await told(young, { kind: 'staff', staffId: young.counsellor });
    const { id: taskId } = await young.task('search_workshop');
    await young.send(assignTask, { taskId, assigneeId: colleague });
    await world.pool.query('delete from absences');
    await told(young, { kind: 'staff', staffId: young.counsellor });
    expect((await young.task('search_workshop')).assigneeId).toBe(colleague);
  });
});

describe('a transfer', () => {
  const successor = person('coordinator.tours');

  test('for good moves referent, open and planned tasks', async () => {
    const young = await world.enrolInto('contract_search');
    await young.send(transferReferent, { referentId: successor });
    const { pathway, tasks } = await young.settled();
    expect(pathway.referentId).toBe(successor);
    expect(tasks.filter((t) => t.assigneeId === young.counsellor)).toEqual([]);
    expect(await refusalOf(young.send(transferReferent, { referentId: successor }))).toMatchObject({
      type: 'referent_already',
    });
  });

  test('to a referent while nobody was assigned settles who it is', async () => {
    const young = await world.enrol();
    await young.contact('reached');
    await young.send(transferReferent, { referentId: successor });
    expect(await young.open()).not.toContain('assign_referent');
    expect((await young.task('entry_interview')).assigneeId).toBe(successor);
  });

  test('until a day comes back on it', async () => {
    const young = await world.enrolInto('contract_search');
    const until = dayAfter(await world.day({ days: 10 }), { days: 0 });
    await young.send(transferReferent, { referentId: successor, until });
    expect((await young.settled()).pathway.referentId).toBe(successor);
    await young.passTo(startOfDay(until));
    const { pathway, tasks } = await young.settled();
    expect(pathway.referentId).toBe(young.counsellor);
    expect(tasks.filter((t) => t.assigneeId === successor)).toEqual([]);
  });

  test('of all that somebody had who leaves for good, told twice, happens once', async () => {
    const young = await world.enrolInto('contract_search');
    const message: Told = { kind: 'hand_over', from: young.counsellor, to: successor, by: young.coordinator };
    await told(young, message);
    await told(young, message);
    const { pathway, tasks } = await young.settled();
    expect(pathway.referentId).toBe(successor);
    expect(tasks.filter((t) => t.assigneeId === young.counsellor)).toEqual([]);
    expect(await young.timeline('referent_transferred')).toHaveLength(1);
  });
});

describe("a change of the site's settings", () => {
  // A version never comes again, also from one test to the next: the worker keeps for moments what it has read.
  let version = 1;

  async function change(settings: object): Promise<void> {
    await world.pool.query(
      `insert into site_settings (site_id, version, settings, applied_at) values ('tours', $1, $2, now())`,
      [++version, JSON.stringify(settings)],
    );
  }

  test('moves what is open and planned, once, and says from when to when', async () => {
    const young = await world.enrolInto('contract_search');
    const before = await young.plannedTask('search_follow_up');
    await change({ tasks: { search_follow_up: { due: { days: 21 }, opensBefore: { days: 7 } } } });
    await told(young, { kind: 'settings', version });
    const after = await young.plannedTask('search_follow_up');
    expect(after.instants).toMatchObject({ settingsVersion: version });
    const from = before.instants?.countedFrom as string;
    expect(after.instants?.dueAt).toBe(endOfDay(dayAfter(from, { days: 21 })));
    const moved = await young.timeline('deadline_moved');
    expect(moved).toMatchObject([
      {
        data: {
          kind: 'search_follow_up',
          which: 'dueAt',
          from: before.instants?.dueAt,
          to: after.instants?.dueAt,
        },
      },
    ]);
    const { revision } = await young.settled();
    await told(young, { kind: 'settings', version });
    expect((await young.settled()).revision).toBe(revision);
    expect((await young.settled()).pathway.settingsVersion).toBe(version);
  });

  test('does not drop a deadline that lies in the past then: it is escalated once', async () => {
    const young = await world.enrolInto('contract_search');
    await young.pass('10 days');
    await change({ tasks: { search_workshop: { due: { days: 2 } } } });
    await told(young, { kind: 'settings', version });
    const task = await young.task('search_workshop');
    expect(task.instants?.dueAt && task.instants.dueAt < (await world.now())).toBe(true);
    expect(task.rungs).toEqual(['reminded', 'escalated']);
    expect(await young.timeline('task_escalated')).toHaveLength(1);
  });

  test('opens at once what should have opened meanwhile, and tells it', async () => {
    const young = await world.enrolInto('contract_search');
    await young.pass('4 days');
    await change({ tasks: { search_follow_up: { due: { days: 14 }, opensBefore: { days: 12 } } } });
    await told(young, { kind: 'settings', version });
    const task = await young.task('search_follow_up');
    expect(task.status).toBe('open');
    const openings = await young.timeline('task_opened');
    expect(openings.filter((e) => e.data?.taskId === task.id)).toHaveLength(1);
  });

  test('a closure moves what was due on it to the next open day, and says why', async () => {
    let young = await world.enrolInto('contract_search');
    // On a day that no weekend has moved already.
    while ((await young.task('search_workshop')).instants?.movedFrom) {
      await young.pass('1 days');
      young = await world.enrolInto('contract_search');
    }
    const before = await young.task('search_workshop');
    const due = parisDay(before.instants?.dueAt as string);
    await change({ calendar: { closures: [{ from: due, to: due, label: 'Travaux' }] } });
    await told(young, { kind: 'settings', version });
    const after = await young.task('search_workshop');
    expect(parisDay(after.instants?.dueAt as string)).toBe(dayAfter(due, { workingDays: 1 }));
    expect(after.instants?.movedFrom?.because).toBe('closure');
  });
});
