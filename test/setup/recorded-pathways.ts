/** The pathways whose histories test/replay.test.ts replays: each goes through what a release must not forget. */
import { randomUUID } from 'node:crypto';
import {
  exitPathway,
  proposeOffer,
  raiseAlert,
  recordContract,
  recordEmployment,
  recordTermination,
  tell,
} from '../../workflows/messages';
import { type PathwayWorld, person, type YoungPerson } from './pathways';

/** By the name of what it went through. */
export const recordedPathways: Record<string, (world: PathwayWorld) => Promise<YoungPerson>> = {
  'through-five-steps': async (world) => {
    const young = await world.enrol({ minor: true });
    await young.contact('not_reached', 'phone');
    await young.complete('first_contact', 'reached', { channel: 'sms' });
    await young.complete('assign_referent', 'assigned', { referentId: young.counsellor });
    await young.complete('information_session', 'absent');
    await young.complete('information_session', 'attended');
    await young.complete('family_information', 'met');
    await young.complete('entry_interview', 'project_to_validate', { obstacles: ['mobility'] });
    const on = await world.day({ days: 12 });
    await young.complete('plan_discovery', 'planned', { actions: [{ action: 'immersion', on }] });
    await young.complete('discovery_action', 'done');
    for (let i = 0; i < 2; i++) await young.complete('validate_project', 'redefine');
    await young.complete('project_review', 'continue');
    await young.complete('validate_project', 'validated', { coSignedBy: person('partner.tours') });
    await young.complete('remove_obstacle', 'in_progress', {}, 'mobility');
    await young.send(proposeOffer, { proposedOn: await world.day(), wordsId: randomUUID() });
    await young.untilOpen('search_follow_up');
    await young.complete('search_follow_up', 'done', { applications: 3, interviews: 1, mood: 4 });
    await young.complete('offer_feedback', 'hired');
    await young.send(recordContract, await young.terms());
    await young.untilOpen('start_check');
    await young.complete('start_check', 'started');
    await young.untilOpen('trial_review');
    await young.complete('trial_review', 'fragile', { daysInCompany: 21 });
    await young.untilOpen('apprentice_follow_up');
    await young.complete('apprentice_follow_up', 'difficulty');
    await young.complete('alert_follow_up', 'handled');
    await young.untilOpen('employment_plan');
    await young.complete('employment_plan', 'looking');
    await young.send(recordEmployment, { kind: 'permanent', startsOn: await world.day({ days: 95 }) });
    for (let check = 1; check <= 3; check++) {
      await young.untilOpen('employment_check');
      await young.complete('employment_check', 'still_there');
    }
    await young.settled();
    await world.env.sleep('40 days');
    return young;
  },
  'hard-to-reach-and-held': async (world) => {
    const young = await world.enrol();
    for (const channel of ['phone', 'sms', 'letter'] as const) await young.contact('not_reached', channel);
    await young.complete('hard_to_reach_decision', 'try_again', { channel: 'family' });
    await young.untilOpen('hard_to_reach_decision');
    await young.complete('hard_to_reach_decision', 'put_on_hold', { until: await world.day({ days: 30 }) });
    await young.pass('35 days');
    await young.untilOpen('hard_to_reach_decision');
    await young.complete('hard_to_reach_decision', 'put_on_hold', { until: await world.day({ days: 90 }) });
    await young.pass('20 days');
    await young.contact('reached', 'family');
    await young.complete('assign_referent', 'assigned', { referentId: young.counsellor });
    await young.settled();
    return young;
  },
  'terminated-and-rebounded': async (world) => {
    const young = await world.enrolInto('securing');
    await young.untilOpen('start_check');
    await young.complete('start_check', 'postponed', { startsOn: await world.day({ days: 20 }) });
    await young.untilOpen('start_check');
    await young.complete('start_check', 'started');
    await young.send(raiseAlert, { level: 'high', source: 'young_person', wordsId: randomUUID() });
    const on = await world.day();
    await young.send(recordTermination, { on, initiator: 'employer', reason: 'conflict' });
    await young.complete('rebound_interview', 'declined');
    await young.undoExit();
    await young.complete('rebound_interview', 'search_again');
    await young.pass('160 days');
    await young.send(recordContract, await young.terms());
    await young.pass('60 days');
    return young;
  },
  'taken-over-in-securing': async (world) => {
    const [since, startsOn, endsOn] = await Promise.all([-110, -100, 300].map((days) => world.day({ days })));
    const young = await world.enrol({
      enrolledAt: `${await world.day({ days: -300 })}T21:59:59.999Z`,
      start: {
        step: 'securing',
        since: `${since}T21:59:59.999Z`,
        referentId: person('counsellor.tours'),
        contract: { signedOn: since as string, startsOn: startsOn as string, endsOn: endsOn as string },
      },
    });
    await young.untilOpen('apprentice_follow_up');
    await young.complete('apprentice_follow_up', 'missed');
    await young.pass('240 days');
    await young.send(exitPathway, { code: 'moved_away' });
    return young;
  },
  'lost-while-looking-for-a-job': async (world) => {
    const young = await world.enrolInto('durable_employment');
    for (const decision of ['try_again', 'lost_contact'] as const) {
      for (let round = 0; round < 2; round++) {
        await young.untilOpen('job_search_follow_up');
        await young.complete('job_search_follow_up', 'missed');
      }
      const fields = decision === 'try_again' ? { channel: 'family' } : {};
      await young.complete('hard_to_reach_decision', decision, fields);
    }
    return young;
  },
  'drawn-into-service-plus': async (world) => {
    const young = await world.enrol({ awaitsDraw: true });
    await young.contact('not_reached', 'phone');
    await young.contact('reached', 'family');
    await young.pass('40 days');
    await young.handle.signal(tell, { kind: 'drawn', drawId: randomUUID(), arm: 'service_plus' });
    await young.settled();
    await young.welcomed('project_ready');
    await young.pass('200 days');
    await young.send(exitPathway, { code: 'moved_away' });
    await young.undoExit();
    await young.pass('10 days');
    return young;
  },
  'drawn-into-the-usual-service': async (world) => {
    const young = await world.enrol({ awaitsDraw: true });
    await young.send(exitPathway, { code: 'declined' });
    await young.undoExit();
    await young.pass('20 days');
    await young.handle.signal(tell, { kind: 'drawn', drawId: randomUUID(), arm: 'standard' });
    await young.settled();
    for (let year = 0; year < 3; year++) {
      await young.pass('180 days');
      await young.contact('reached', 'phone');
      await young.pass('185 days');
    }
    await young.send(exitPathway, { code: 'moved_away' });
    await young.undoExit();
    await young.send(exitPathway, { code: 'other', wordsId: randomUUID() });
    await young.settled();
    await world.env.sleep('40 days');
    return young;
  },
  'continued-as-new': async (world) => {
    const young = await world.enrolInto('contract_search');
    await young.untilOpen('search_follow_up');
    await young.complete('search_follow_up', 'missed');
    await young.send(proposeOffer, { proposedOn: await world.day(), wordsId: randomUUID() });
    const { runId } = await young.handle.describe();
    while ((await young.handle.describe()).runId === runId)
      await Promise.all(Array.from({ length: 8 }, () => young.contact('not_reached')));
    await young.complete('offer_feedback', 'interview');
    await young.untilOpen('search_follow_up');
    await young.complete('search_follow_up', 'missed');
    await young.complete('hard_to_reach_decision', 'lost_contact');
    return young;
  },
};
