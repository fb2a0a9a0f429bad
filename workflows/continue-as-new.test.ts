/** A pathway that goes on in a new run loses nothing, opens nothing twice, and waits where it waited. */
import { randomUUID } from 'node:crypto';
import { PathwayWorld, type YoungPerson } from '../test/setup/pathways';
import { testTemporalAddress } from '../test/setup/servers';
import {
  claimTask,
  completeTask,
  exitPathway,
  mediationWorkflowId,
  proposeOffer,
  raiseAlert,
  recordEmployment,
  recordTermination,
} from './messages';

/** Attempts without success change nothing but the number of events; up to eight at a time. */
async function contactsUntilTheNextRun(young: YoungPerson) {
  const { runId } = await young.handle.describe();
  for (let contacts = 0; contacts < 2_000; contacts += 8) {
    await Promise.all(Array.from({ length: 8 }, () => young.contact('not_reached')));
    if ((await young.handle.describe()).runId !== runId) return;
  }
  throw new Error('the pathway does not continue as new');
}

/** What must be the same before and after. */
async function carried(young: YoungPerson) {
  const { revision, pathway, tasks, waits, contracts, employments, mediations } = await young.settled();
  const told = (await young.timeline()).filter((e) => e.type !== 'contact').map((e) => e.type);
  const byId = [...tasks].sort((a, b) => a.id.localeCompare(b.id));
  return { revision, carried: { pathway, tasks: byId, waits, contracts, employments, mediations, told } };
}

describe('the release', () => {
  let world: PathwayWorld;
  beforeAll(async () => {
    world = await PathwayWorld.create();
  }, 60_000);
  afterAll(() => world.end());

  test('continues a pathway after two thousand events, with its tasks, waits, contract and requests', async () => {
    const young = await world.enrolInto('securing');
    await young.send(raiseAlert, { level: 'low', source: 'referent', wordsId: randomUUID() });
    const { id: taskId } = await young.task('alert_follow_up');
    await young.send(claimTask, { taskId });
    const before = await carried(young);
    const first = await young.handle.fetchHistory();
    expect(first.events?.length).toBeLessThan(200);

    await contactsUntilTheNextRun(young);
    const after = await carried(young);
    expect(after.carried).toEqual(before.carried);
    expect(after.revision).toBeGreaterThan(before.revision);
  }, 60_000);
});

describe('wherever a pathway is when its run ends, the next goes on from there:', () => {
  let world: PathwayWorld;
  beforeAll(async () => {
    world = await PathwayWorld.create({ eventsOfARun: 60 });
  }, 60_000);
  afterEach(() => world.forgetAll());
  afterAll(() => world.end());

  const hardToReach = async () => {
    const young = await world.enrol();
    for (const channel of ['sms', 'sms', 'visit'] as const) await young.contact('not_reached', channel);
    return young;
  };
  const onHold = async () => {
    const young = await hardToReach();
    const until = await world.day({ days: 40 });
    await young.complete('hard_to_reach_decision', 'put_on_hold', { until });
    return young;
  };
  const counted = { daysInCompany: 20 };

  const places: [string, () => Promise<YoungPerson>, (young: YoungPerson) => Promise<void>][] = [
    [
      'tried again',
      async () => {
        const young = await hardToReach();
        await young.complete('hard_to_reach_decision', 'try_again', { channel: 'phone' });
        return young;
      },
      async (young) => {
        await young.contact('not_reached', 'visit');
        expect(await young.task('hard_to_reach_decision')).toMatchObject({ round: 2 });
        await young.complete('first_contact', 'reached', { channel: 'phone' });
        expect(await young.open()).toEqual(['assign_referent']);
      },
    ],
    [
      'on hold until a day',
      onHold,
      async (young) => {
        await young.pass('45 days');
        expect((await young.settled()).pathway.status).toBe('active');
        expect(await young.task('first_contact')).toMatchObject({ round: 2 });
      },
    ],
    [
      'on hold, and then reached',
      onHold,
      async (young) => {
        await young.contact('reached');
        expect((await young.settled()).pathway.status).toBe('active');
        await contactsUntilTheNextRun(young);
        expect(await young.waits()).toEqual([]);
        expect(await young.open()).toEqual(['assign_referent']);
      },
    ],
    [
      'heard, and waiting for the family',
      async () => {
        const young = await world.enrol({ minor: true });
        await young.complete('first_contact', 'reached', { channel: 'phone' });
        await young.complete('assign_referent', 'assigned', { referentId: young.counsellor });
        await young.complete('information_session', 'absent');
        await young.complete('entry_interview', 'project_ready', { obstacles: ['health'] });
        await young.complete('information_session', 'attended');
        return young;
      },
      async (young) => {
        await young.complete('family_information', 'met');
        expect(await young.open()).toEqual(['remove_obstacle: health', 'search_workshop']);
      },
    ],
    [
      'with a project redefined twice, and actions planned',
      async () => {
        const young = await world.enrolInto('project_validation');
        const on = await world.day({ days: 20 });
        await young.complete('plan_discovery', 'planned', { actions: [{ action: 'immersion', on }] });
        for (let i = 0; i < 2; i++) await young.complete('validate_project', 'redefine');
        return young;
      },
      async (young) => {
        await young.complete('project_review', 'continue');
        expect(await young.task('validate_project')).toMatchObject({ round: 3 });
        await young.complete('discovery_action', 'done');
        expect(await young.recorded('discovery_action')).toHaveLength(1);
      },
    ],
    [
      'searching, with one follow-up missed and an offer proposed',
      async () => {
        const young = await world.enrolInto('contract_search');
        await young.untilOpen('search_follow_up');
        await young.complete('search_follow_up', 'missed');
        await young.send(proposeOffer, { proposedOn: await world.day(), wordsId: randomUUID() });
        return young;
      },
      async (young) => {
        await young.complete('offer_feedback', 'refused');
        await young.untilOpen('search_follow_up');
        await young.complete('search_follow_up', 'missed');
        expect(await young.open()).toContain('hard_to_reach_decision');
      },
    ],
    [
      'an apprentice whose trial is fragile, with a meeting put off and an alert',
      async () => {
        const young = await world.enrolInto('securing');
        await young.untilOpen('trial_review');
        await young.complete('trial_review', 'fragile', counted);
        await young.untilOpen('tripartite_meeting');
        await young.complete('tripartite_meeting', 'postponed', { until: await world.day({ days: 60 }) });
        await young.complete('apprentice_follow_up', 'difficulty');
        return young;
      },
      async (young) => {
        await young.complete('alert_follow_up', 'handled');
        await young.untilOpen('closer_follow_up');
        await young.complete('closer_follow_up', 'difficulty');
        // The second alert within a month.
        expect((await young.settled()).mediations).toMatchObject([{ cause: 'repeated_alert' }]);
        expect(await young.untilOpen('tripartite_meeting')).toMatchObject({ round: 2 });
      },
    ],
    [
      'an apprentice whose contract was terminated',
      async () => {
        const young = await world.enrolInto('securing');
        const on = await world.day({ days: 20 });
        await young.send(recordTermination, { on, initiator: 'employer', reason: 'misconduct' });
        return young;
      },
      async (young) => {
        await young.complete('rebound_interview', 'search_again');
        expect(await young.waits()).toHaveLength(3);
      },
    ],
    [
      'of whom the coordinator is asked again, after a decision that the follow-ups had asked for',
      async () => {
        const young = await world.enrolInto('contract_search');
        for (let round = 0; round < 2; round++) {
          await young.untilOpen('search_follow_up');
          await young.complete('search_follow_up', 'missed');
        }
        await young.complete('hard_to_reach_decision', 'try_again', { channel: 'family' });
        await young.untilOpen('re_establish_contact');
        await young.complete('re_establish_contact', 'not_reached');
        return young;
      },
      async (young) => {
        const decision = await young.task('hard_to_reach_decision');
        expect(decision.key).toMatch(/^watch-/);
        await young.complete('hard_to_reach_decision', 'lost_contact');
        expect((await young.settled()).pathway.exit?.code).toBe('lost_contact');
      },
    ],
    [
      'who has missed a follow-up of the job search',
      async () => {
        const young = await world.enrolInto('durable_employment');
        await young.untilOpen('job_search_follow_up');
        await young.complete('job_search_follow_up', 'missed');
        return young;
      },
      async (young) => {
        await young.untilOpen('job_search_follow_up');
        await young.complete('job_search_follow_up', 'missed');
        expect(await young.open()).toContain('hard_to_reach_decision');
      },
    ],
    [
      'who has left a job and found another',
      async () => {
        const young = await world.enrolInto('durable_employment');
        await young.send(recordEmployment, { kind: 'permanent', startsOn: await world.day() });
        await young.untilOpen('employment_check');
        await young.complete('employment_check', 'left');
        await young.send(recordEmployment, { kind: 'agency', startsOn: await world.day() });
        return young;
      },
      async (young) => {
        await young.untilOpen('employment_check');
        await young.complete('employment_check', 'left');
        const search = await young.plannedTask('job_search_follow_up');
        expect(search.instants?.countedFrom).toBe(await world.day());
      },
    ],
  ];

  test.each(places)('%s', async (_, arrive, goesOn) => {
    const young = await arrive();
    const before = await carried(young);
    await contactsUntilTheNextRun(young);
    const after = await carried(young);
    expect(after.carried).toEqual(before.carried);
    expect(after.revision).toBeGreaterThan(before.revision);
    await goesOn(young);
    const kinds = (await young.settled()).tasks.map((t) => t.key);
    expect(new Set(kinds).size).toBe(kinds.length);
  });

  test('exited, and undone in the next run', async () => {
    const young = await world.enrolInto('contract_search');
    await young.send(raiseAlert, { level: 'low', source: 'cfa', wordsId: randomUUID() });
    const { runId } = await young.handle.describe();
    for (;;) {
      await young.send(exitPathway, { code: 'declined' });
      await young.settled();
      if ((await young.handle.describe()).runId !== runId) break;
      await young.undoExit();
    }
    expect(await young.open()).toEqual([]);
    await young.undoExit();
    expect(await young.open()).toEqual(['alert_follow_up', 'search_workshop']);
    await young.pass('8 days');
    expect(await young.open()).toContain('search_follow_up');
  });

  test('a request of an earlier run is answered again as it was then', async () => {
    const young = await world.enrol();
    const { id: taskId } = await young.task('first_contact');
    const decision = { outcome: 'reached', channel: 'phone' };
    const requestId = randomUUID();
    const answered = await young.send(completeTask, { requestId, taskId, decision });
    await contactsUntilTheNextRun(young);
    expect(await young.send(completeTask, { requestId, taskId, decision })).toEqual(answered);
    // The same decision as a request of its own is too late.
    await expect(young.send(completeTask, { taskId, decision })).rejects.toThrow();
  });

  test('nothing that is said while a run ends is lost', async () => {
    const young = await world.enrol();
    const said = 120;
    for (let sent = 0; sent < said; sent += 8) {
      await Promise.all(Array.from({ length: 8 }, () => young.contact('not_reached')));
    }
    expect(await young.timeline('contact')).toHaveLength(said);
    const { rows } = await world.pool.query(
      'select count(distinct revision)::int as revisions, max(revision) as last from timeline where pathway_id = $1',
      [young.pathwayId],
    );
    expect(rows[0].revisions).toBe(rows[0].last);
  });
});

describe('a mediation outlives the run of its pathway that started it:', () => {
  let world: PathwayWorld;
  beforeAll(async () => {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const address = await testTemporalAddress();
    world = await PathwayWorld.create({
      temporal: () => TestWorkflowEnvironment.createFromExistingServer({ address }),
      eventsOfARun: 60,
    });
    // No time is skipped here: what is asked opens on the day.
    await world.pool.query(
      `insert into site_settings (site_id, version, settings, applied_at) values ('tours', 2, $1, now())`,
      [JSON.stringify({ tasks: { mediation_follow_up: { due: { days: 15 } } } })],
    );
  }, 60_000);
  afterEach(() => world.forgetAll());
  afterAll(() => world.end());

  const mediationOf = (young: YoungPerson) =>
    world.env.client.workflow.getHandle(mediationWorkflowId(young.pathwayId, 1));

  /** Accepted, and the pathway goes on in a new run. */
  async function mediatedInTheNextRun(): Promise<YoungPerson> {
    const young = await world.enrolInto('securing');
    await young.send(raiseAlert, { level: 'high', source: 'cfa', wordsId: randomUUID() });
    await young.complete('accept_mediation', 'accepted');
    const before = await carried(young);
    expect(before.carried).toMatchObject({ mediations: [{ number: 1, cause: 'high_alert' }] });
    await contactsUntilTheNextRun(young);
    expect((await carried(young)).carried).toEqual(before.carried);
    return young;
  }

  test('it asks the next run, hears its answers, and ends with its result', async () => {
    const young = await mediatedInTheNextRun();
    await young.complete('meet_parties', 'agreement', { on: await world.day() });
    await young.task('mediation_follow_up');
    await contactsUntilTheNextRun(young);
    await young.complete('mediation_follow_up', 'resolved');
    expect(await mediationOf(young).result()).toBe('resolved');
    const { mediations, pathway, tasks } = await young.settled();
    expect(mediations).toMatchObject([{ number: 1, result: 'resolved' }]);
    expect(pathway).toMatchObject({ status: 'active', mediationId: null });
    expect(tasks.filter((t) => t.key.startsWith('mediation-'))).toEqual([]);
    expect(await young.timeline('mediation_opened', 'mediation_ended')).toHaveLength(2);
  });

  test.each([
    ['an exit', 'pathway_exited', 'exited'],
    ['a termination', 'terminated', 'contract_ended'],
  ])('%s in the next run closes it', async (_, result, reason) => {
    const young = await mediatedInTheNextRun();
    if (result === 'pathway_exited') await young.send(exitPathway, { code: 'moved_away' });
    else {
      const on = await world.day();
      await young.send(recordTermination, { on, initiator: 'mutual', reason: 'conflict' });
    }
    expect(await mediationOf(young).result()).toBe(result);
    expect((await young.settled()).mediations).toMatchObject([{ number: 1, result }]);
    expect(await young.recorded('meet_parties')).toMatchObject([{ cancelReason: reason }]);
  });
});
