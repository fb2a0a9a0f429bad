/**
 * Ten years of one pathway, a week at a time: people decide, are silent, away and on hold, contracts follow one another,
 * and every timer comes. No run grows long, and nothing is lost or doubled where one run ends and the next begins.
 */
import { randomUUID } from 'node:crypto';
import { defaultPayloadConverter, type UpdateDefinition } from '@temporalio/common';
import { type RecordedEntry, reconcile } from '../db/reconcile';
import type { Told } from '../domain/broadcasts';
import {
  completeEntry,
  type MediationRecord,
  type PathwayState,
  type TaskRecord,
  type WaitRecord,
} from '../domain/journal';
import { mediationResults } from '../domain/mediation';
import { steps } from '../domain/pathway';
import { type Decision, definitionOf, type TaskKind } from '../domain/tasks';
import { readWorkflow } from '../worker/read-workflow';
import {
  claimTask,
  completeTask,
  exitPathway,
  holdPathway,
  proposeOffer,
  type Recorded,
  raiseAlert,
  recordContact,
  recordContract,
  recordEmployment,
  recordTermination,
  resumePathway,
  tell,
  transferReferent,
  undoExit,
} from '../workflows/messages';
import { rememberedRequests, type State } from '../workflows/state';
import { dayAfter, parisDay } from './setup/paris';
import { PathwayWorld, person, type YoungPerson } from './setup/pathways';
import { recordedAccount, workflowAccount } from './setup/read-model';

const years = 10;
const weeks = years * 52 + 2;
const week = 7 * 86_400_000;
/** A run ends at the first quiet point after the release's number of events. */
const longestRun = 2_100;

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create({ mediationsStayOpen: true });
}, 60_000);
afterAll(() => world.end());

/** The same numbers from 0 to below 1 in each run of the test (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Answers = readonly (string | [outcome: string, fields: (today: string) => object])[];
const later = (days: number) => (today: string) => dayAfter(today, { days }, 0);
const until = (days: number) => (today: string) => ({ until: later(days)(today) });
const met = (today: string) => ({ on: today });
const mood = () => ({ applications: 4, interviews: 1, mood: 3 });
const inCompany = () => ({ daysInCompany: 25 });
const byPhone = () => ({ channel: 'phone' });
/** A contract of a year. */
const year = (today: string) => ({ signedOn: today, startsOn: later(10)(today), endsOn: later(375)(today) });

/** What comes of each kind, one after the other and then again from the first. Nobody leaves by it. */
const answers: { readonly [K in TaskKind]: Answers } = {
  first_contact: [['reached', byPhone]],
  hard_to_reach_decision: [
    ['try_again', byPhone],
    ['put_on_hold', until(24)],
  ],
  assign_referent: [['assigned', () => ({ referentId: person('counsellor.tours') })]],
  information_session: ['absent', 'attended'],
  family_information: ['met'],
  entry_interview: [['project_to_validate', () => ({ obstacles: ['mobility', 'budget'] })]],
  plan_discovery: [
    [
      'planned',
      (today) => ({
        actions: [
          { action: 'immersion', on: later(20)(today) },
          { action: 'open_day', on: later(34)(today) },
        ],
      }),
    ],
  ],
  discovery_action: ['done', 'absent'],
  basic_skills_assessment: ['sufficient'],
  validate_project: ['redefine', ['validated', () => ({ coSignedBy: person('partner.tours') })]],
  project_review: ['continue'],
  remove_obstacle: ['in_progress', 'solved', 'cannot_be_solved'],
  search_workshop: ['absent', ['attended', () => ({ topics: ['budget'] })]],
  search_follow_up: [['done', mood], 'missed', ['done', mood]],
  offer_feedback: ['applied', 'refused', 'interview'],
  search_review: ['continue'],
  start_check: ['started', ['postponed', (today) => ({ startsOn: later(12)(today) })], 'started'],
  company_visit: [['visited', met], 'not_possible'],
  trial_review: [
    ['fragile', inCompany],
    ['fine', inCompany],
    ['alert', inCompany],
  ],
  tripartite_meeting: [['postponed', until(30)], ['held', met], 'refused'],
  apprentice_follow_up: ['fine', 'difficulty', 'fine', 'missed', 'missed', 'fine'],
  closer_follow_up: ['missed', 'difficulty', 'fine'],
  skills_review: ['reviewed', 'not_possible'],
  alert_follow_up: ['handled'],
  rebound_interview: ['search_again', 'new_project'],
  re_establish_contact: ['not_reached', ['reached', byPhone]],
  summer_check_in: ['not_reached', 'not_reached', ['reached', byPhone]],
  return_to_term: ['back', 'not_back', 'back'],
  accept_mediation: ['accepted', 'declined'],
  name_mediator: [['named', () => ({ mediatorId: person('mediator.tours') })]],
  meet_parties: [
    ['agreement', met],
    ['no_agreement', met],
  ],
  mediation_follow_up: ['continues', 'resolved', 'passed_on', 'continues', 'terminated'],
  employment_plan: [['new_apprenticeship', year], 'looking', 'kept_by_employer'],
  employer_intention: ['keeps', 'unknown', 'does_not'],
  job_search_follow_up: [['done', mood], 'missed'],
  employment_check: ['still_there', 'left'],
  final_review: ['continue'],
};
/** What comes of it while nobody reaches the young person; what is not here is left to wait. */
const silently: Partial<Record<TaskKind, Answers>> = {
  hard_to_reach_decision: [['try_again', byPhone]],
  search_follow_up: ['missed'],
  job_search_follow_up: ['missed'],
  apprentice_follow_up: ['missed'],
  re_establish_contact: ['not_reached'],
  summer_check_in: ['not_reached'],
  return_to_term: ['not_back'],
  accept_mediation: answers.accept_mediation,
  name_mediator: answers.name_mediator,
};

/** One life: who says what, and what was answered. */
class Life {
  readonly said: string[] = [];
  /** Every request that was answered, in their order. */
  readonly requests: { requestId: string; recorded: Recorded; again: () => Promise<Recorded> }[] = [];
  private readonly random = dice(1_122_010);
  private readonly rounds = new Map<TaskKind, number>();
  today = '';

  constructor(readonly young: YoungPerson) {}

  chance(of: number): boolean {
    return this.random() < of;
  }

  /** Says it, and waits until all that follows is recorded. */
  async say<R extends { requestId: string; by: string }>(
    update: UpdateDefinition<Recorded, [R]>,
    what: Omit<R, 'requestId' | 'by'> & { by?: string },
  ): Promise<PathwayState> {
    const requestId = randomUUID();
    const again = () => this.young.send(update, { ...what, requestId });
    this.said.push(`${this.today} ${update.name} ${JSON.stringify(what)}`);
    this.requests.push({ requestId, recorded: await again(), again });
    return this.young.settled();
  }

  /** Tells what changed at the site. */
  async tell(told: Told): Promise<PathwayState> {
    this.said.push(`${this.today} is told ${JSON.stringify(told)}`);
    await this.young.handle.signal(tell, told);
    return this.young.settled();
  }

  /** Whoever should, completes a task, if somebody comes to it this week. */
  async complete(
    { id: taskId, kind, assigneeId }: TaskRecord,
    silent: boolean,
  ): Promise<PathwayState | null> {
    const list = silent ? silently[kind] : answers[kind];
    if (!list || !this.chance(0.6)) return null;
    const round = this.rounds.get(kind) ?? 0;
    this.rounds.set(kind, round + 1);
    const answer = list[round % list.length] as Answers[number];
    const [outcome, fields] = typeof answer === 'string' ? [answer] : answer;
    const decision: Decision = { outcome, ...fields?.(this.today) };
    const mediates = definitionOf(kind).who === 'mediator';
    const by = assigneeId ?? (mediates ? person('mediator.tours') : this.young.coordinator);
    if (!assigneeId && mediates) await this.say(claimTask, { taskId, by });
    return this.say(completeTask, { taskId, by, decision });
  }
}

/** What comes once in this life: in the first week from `week` on in which it may. */
interface Turn {
  readonly week: number;
  readonly may?: (state: PathwayState) => boolean;
  readonly happens: (life: Life) => Promise<PathwayState>;
}

const running = ({ contracts, pathway }: PathwayState) =>
  contracts.find((c) => c.id === pathway.contractId) ?? null;
const inPhase2 = ({ pathway }: PathwayState) =>
  pathway.step === 'securing' || pathway.step === 'durable_employment';
const active = ({ pathway }: PathwayState) => pathway.status === 'active';

async function changeSettings(life: Life, version: number, settings: object) {
  await world.pool.query(
    `insert into site_settings (site_id, version, settings, applied_at) values ('tours', $1, $2, now())`,
    [version, JSON.stringify(settings)],
  );
  return life.tell({ kind: 'settings', version });
}

const turns: readonly Turn[] = [
  { week: 60, may: active, happens: (life) => life.say(holdPathway, until(33)(life.today)) },
  {
    week: 118,
    may: active,
    happens: (life) =>
      life.say(transferReferent, { referentId: person('counsellor2.tours'), ...until(40)(life.today) }),
  },
  {
    week: 170,
    may: active,
    happens: async (life) => {
      const { counsellor, coordinator } = life.young;
      await world.pool.query(
        `insert into absences (id, staff_id, first_day, last_day, substitute_id, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $2, now())`,
        [randomUUID(), counsellor, life.today, later(20)(life.today), coordinator],
      );
      return life.tell({ kind: 'staff', staffId: counsellor });
    },
  },
  { week: 173, happens: (life) => life.tell({ kind: 'staff', staffId: life.young.counsellor }) },
  {
    week: 220,
    happens: (life) => changeSettings(life, 2, { periods: { contactWatchPhase2: { days: 38 } } }),
  },
  {
    week: 250,
    may: (state) => active(state) && inPhase2(state) && state.pathway.mediationId === null,
    happens: (life) => life.say(raiseAlert, { level: 'high', source: 'young_person', wordsId: randomUUID() }),
  },
  {
    week: 251,
    may: (state) => active(state) && state.pathway.mediationId !== null,
    happens: (life) => life.say(exitPathway, { code: 'moved_away' }),
  },
  { week: 253, may: ({ pathway }) => pathway.exit !== null, happens: (life) => life.say(undoExit, {}) },
  { week: 300, may: active, happens: (life) => life.say(holdPathway, until(60)(life.today)) },
  {
    week: 303,
    may: ({ pathway }) => pathway.status === 'on_hold',
    happens: (life) => life.say(resumePathway, {}),
  },
  {
    week: 330,
    happens: (life) =>
      changeSettings(life, 3, {
        tasks: { search_follow_up: { due: { days: 21 }, opensBefore: { days: 7 } } },
      }),
  },
  {
    week: 380,
    may: active,
    happens: (life) => life.say(transferReferent, { referentId: person('counsellor3.tours') }),
  },
];

/** In some weeks nobody reaches the young person: a spring, and every second summer until the end of September. */
function isSilent(today: string, week: number): boolean {
  const summer = '06-10' <= today.slice(5) && today.slice(5) <= '09-30';
  return (week >= 90 && week < 100) || (summer && Number(today.slice(0, 4)) % 2 === 0);
}

/** What people decide in a week, besides the turns. */
async function decide(life: Life, before: PathwayState, silent: boolean): Promise<void> {
  let state = before;
  const { contracts, pathway } = state;
  const { today } = life;
  const contract = running(state);
  const stayedFor = (days: number) => pathway.stepEnteredAt < later(-days)(today);
  const words = () => ({ wordsId: randomUUID() });

  if (!silent && life.chance(0.15)) {
    const result = life.chance(0.7) ? 'reached' : 'not_reached';
    state = await life.say(recordContact, { channel: 'sms', result });
  }
  const searching = pathway.step === 'contract_search' || pathway.step === 'durable_employment';
  if (searching && !contract && stayedFor(pathway.step === 'contract_search' ? 100 : 420)) {
    state = await life.say(recordContract, year(today));
  } else if (pathway.step === 'contract_search' && life.chance(0.15)) {
    state = await life.say(proposeOffer, { proposedOn: today, ...words() });
  } else if (pathway.step === 'securing' && contract && life.chance(0.05)) {
    const level = life.chance(0.4) ? 'high' : 'low';
    state = await life.say(raiseAlert, { level, source: 'cfa', ...words() });
  } else if (pathway.step === 'durable_employment' && !contract && life.chance(0.05)) {
    const job = { kind: 'fixed_term', startsOn: today, endsOn: later(120)(today) } as const;
    state = await life.say(recordEmployment, job);
  }
  // The first two contracts, and every third then, do not come to their end.
  const fails = contract && (contracts.length <= 2 || contracts.length % 3 === 0);
  if (fails && pathway.step === 'securing' && contract.startsOn < later(-200)(today)) {
    state = await life.say(recordTermination, { on: today, initiator: 'mutual', reason: 'conflict' });
  }

  const seen = new Set<string>();
  for (;;) {
    const task = state.tasks.find((t) => t.status === 'open' && !seen.has(t.id));
    if (!task) return;
    seen.add(task.id);
    state = (await life.complete(task, silent)) ?? state;
  }
}

/** A Tuesday morning in January, the same weekdays and leap years in whatever year the test runs. */
async function untilTheBeginning(): Promise<void> {
  const now = await world.env.currentTimeMs();
  let begin = 2030;
  while (Date.UTC(begin, 0, 8, 9) <= now) begin += 28;
  await world.env.sleep(Date.UTC(begin, 0, 8, 9) - now);
}

async function live(life: Life): Promise<void> {
  const { young } = life;
  const turnsLeft = [...turns];
  let run = (await young.handle.describe()).runId;
  let lastOfRun = life.requests.at(-1);
  for (let number = 0; number < weeks; number++) {
    let state = await young.settled();
    life.today = await world.day();
    const { runId } = await young.handle.describe();
    if (runId !== run) {
      // A request of the run before, repeated, is answered as it was and changes nothing.
      expect(await lastOfRun?.again()).toEqual(lastOfRun?.recorded);
      expect((await young.settled()).revision).toBe(state.revision);
      run = runId;
    }
    lastOfRun = life.requests.at(-1);

    for (const turn of turnsLeft.filter((t) => t.week <= number && (t.may?.(state) ?? true))) {
      turnsLeft.splice(turnsLeft.indexOf(turn), 1);
      state = await turn.happens(life);
    }
    if (active(state)) await decide(life, state, isSilent(life.today, number));
    await world.env.sleep(week);
  }
  expect(turnsLeft).toEqual([]);
}

type Event = NonNullable<Awaited<ReturnType<YoungPerson['histories']>>[number]['events']>[number];

/** What a run is handed by the one before. */
function handedOver([started]: readonly Event[]): State {
  const [, carried] = started?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return defaultPayloadConverter.fromPayload(carried as never);
}

/** What a run recorded or started of its own, before a timer came or anybody said anything. */
function doneAtOnce(events: readonly Event[]): Event[] {
  const heard = events.findIndex(
    (e) =>
      e.timerFiredEventAttributes ||
      e.workflowExecutionUpdateAcceptedEventAttributes ||
      e.workflowExecutionSignaledEventAttributes,
  );
  return events
    .slice(0, heard)
    .filter(
      (e) =>
        e.activityTaskScheduledEventAttributes ||
        e.startChildWorkflowExecutionInitiatedEventAttributes ||
        e.signalExternalWorkflowExecutionInitiatedEventAttributes,
    );
}

const byKey = <T extends { key: string }>(things: Iterable<T>) =>
  [...things].sort((a, b) => (a.key < b.key ? -1 : 1));
const isUnfinished = ({ status }: TaskRecord) => status === 'open' || status === 'planned';

/** What entries of the journal tell, one after the other. */
function told(entries: readonly RecordedEntry[]) {
  const tasks = new Map<string, TaskRecord>();
  const mediations = new Map<string, MediationRecord>();
  let waits: readonly WaitRecord[] = [];
  for (const { entry, answer } of entries) {
    const complete = completeEntry(entry, answer);
    for (const task of complete.tasks) tasks.set(task.id, task);
    for (const mediation of complete.mediations) mediations.set(mediation.id, mediation);
    waits = complete.waits ?? waits;
  }
  return {
    tasks: byKey([...tasks.values()].filter(isUnfinished)),
    waits: byKey(waits),
    mediations: [...mediations.values()],
  };
}

/** The state handed over has all that was recorded, and nothing else; and every request that may be repeated. */
function expectNothingLost(carried: State, entries: readonly RecordedEntry[], life: Life): void {
  const { revision, answered } = carried;
  expect({
    tasks: byKey(Object.values(carried.tasks).filter(isUnfinished)),
    waits: byKey(Object.values(carried.waits).filter((w) => !w.passed)),
    mediations: carried.mediations,
  }).toEqual(told(entries.filter(({ entry }) => entry.revision <= revision)));
  const last = life.requests.findIndex(({ recorded }) => recorded.revision > revision);
  const requests = life.requests.slice(0, last).slice(-rememberedRequests);
  expect(answered).toEqual(requests.map(({ requestId, recorded }) => [requestId, recorded]));
}

/** An id is one task's for ever, and what is closed stays closed. */
function expectNothingDoubled(entries: readonly RecordedEntry[]): void {
  const known = new Map<string, TaskRecord>();
  for (const { entry, answer } of entries) {
    for (const task of completeEntry(entry, answer).tasks) {
      const before = known.get(task.id);
      expect(before ? before.key : task.key).toBe(task.key);
      if (before && !isUnfinished(before)) expect(task.status).toBe(before.status);
      known.set(task.id, task);
    }
  }
  const numbers = [...known.keys()].map((id) => Number(id.split('.')[1])).sort((a, b) => a - b);
  expect(numbers).toEqual(numbers.map((_, i) => i + 1));
}

/** Each summer somebody asked or heard the young person; each September everybody is asked whether they are back. */
async function expectEveryYear(young: YoungPerson): Promise<void> {
  const events = await young.timeline('contact', 'task_opened', 'task_completed', 'hold_ended');
  const days = (type: string, of: Record<string, unknown>) =>
    events
      .filter((e) => e.type === type && Object.entries(of).every(([name, value]) => e.data?.[name] === value))
      .map((e) => parisDay(e.at));
  const lookedAfter = [
    ...days('contact', { result: 'reached' }),
    ...days('task_opened', { kind: 'summer_check_in' }),
  ];
  const asked = days('task_opened', { kind: 'return_to_term' });
  const held = events.filter((e) => e.type === 'hold_ended').map((e) => parisDay(e.at));
  const firstYear = Number(events[0]?.at.slice(0, 4));
  for (let year = firstYear; year < firstYear + years; year++) {
    expect([year, lookedAfter.some((day) => `${year}-07-01` <= day && day <= `${year}-08-31`)]).toEqual([
      year,
      true,
    ]);
    const [day = '', ...more] = asked.filter((d) => d.startsWith(`${year}`));
    expect([year, more]).toEqual([year, []]);
    // On the first open day of the term, or when a hold is over.
    expect([dayAfter(`${year}-09-01`, { days: 0 }), ...held.filter((d) => d > `${year}-09-01`)]).toContain(
      day,
    );
  }
}

test('ten years of one pathway: no run is long, nothing is lost or doubled, no summer and no September is left out', async () => {
  await untilTheBeginning();
  const life = new Life(await world.enrol({ minor: true }));
  const { young } = life;
  try {
    await live(life);

    // It was a long life, through everything.
    const state = await young.settled();
    expect(state.contracts.length).toBeGreaterThanOrEqual(3);
    expect([...new Set(state.mediations.map((m) => m.result))].sort()).toEqual([...mediationResults].sort());
    expect([...new Set((await young.intervals()).map((i) => i.step))].sort()).toEqual([...steps].sort());

    const runs = (await young.histories()).map(({ events }) => events as Event[]);
    expect(runs.length).toBeGreaterThanOrEqual(3);
    const { entries } = await readWorkflow(world.env.client, young.pathwayId);
    expect(entries.map(({ entry }) => entry.revision)).toEqual(entries.map((_, i) => i + 1));
    runs.forEach((events, i) => {
      expect(events.length).toBeLessThan(longestRun);
      if (i < runs.length - 1) expect(events.length).toBeGreaterThanOrEqual(world.eventsOfARun);
      if (i === 0) return;
      expect(doneAtOnce(events)).toEqual([]);
      expectNothingLost(handedOver(events), entries, life);
    });
    expect(world.eventsOfARun).toBe(2_000);
    expectNothingDoubled(entries);
    await expectEveryYear(young);

    // The read model tells it all, and as the workflow has it.
    const { rows } = await world.pool.query(
      'select distinct revision from timeline where pathway_id = $1 order by revision',
      [young.pathwayId],
    );
    const eventful = entries.filter(({ entry, answer }) => completeEntry(entry, answer).events.length > 0);
    expect(rows.map((r) => r.revision)).toEqual(eventful.map(({ entry }) => entry.revision));
    expect(workflowAccount(state)).toEqual(await recordedAccount(world.pool, young.pathwayId));
    const read = () => readWorkflow(world.env.client, young.pathwayId);
    expect(await reconcile(world.pool, young.pathwayId, read, false)).toEqual({
      result: 'equal',
      differences: [],
    });
  } catch (error) {
    const lived = [await eventsOfTheYears(young), ...life.said].join('\n');
    throw new Error(`${(error as Error).message}\n\nThe life:\n${lived}`, { cause: error });
  }
}, 180_000);

/** How many events its histories have of each year. */
async function eventsOfTheYears(young: YoungPerson): Promise<string> {
  const counts: Record<string, number> = {};
  for (const { events } of await young.histories())
    for (const { eventTime } of events ?? []) {
      const year = new Date(Number(eventTime?.seconds) * 1_000).getUTCFullYear();
      counts[year] = (counts[year] ?? 0) + 1;
    }
  return `events of the history by year: ${JSON.stringify(counts)}`;
}
