/**
 * Random walks: decisions that the catalogue allows, events, people away, other settings and time passing, in any order,
 * with runs of a few events only. After each one, what is true of every pathway must be true. A walk that fails prints its decisions, and
 * `seed` and `path` of the report give it again: RANDOM_SEED=… RANDOM_PATH=… npx jest test/random-walk.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { reconcile } from '../db/reconcile';
import { siteNames } from '../db/seed';
import type { Absence } from '../domain/duty';
import { rungs as ladder, type PathwayState, type TaskRecord, waitsForSilence } from '../domain/journal';
import {
  alertLevels,
  alertSources,
  channels,
  contactResults,
  employmentKinds,
  exitCodes,
  terminationInitiators,
  terminationReasons,
} from '../domain/pathway';
import { definitionOf, type TaskKind, taskKinds } from '../domain/tasks';
import { readWorkflow } from '../worker/read-workflow';
import {
  assignTask,
  claimTask,
  completeTask,
  exitPathway,
  holdPathway,
  proposeOffer,
  raiseAlert,
  recordContract,
  recordEmployment,
  recordTermination,
  releaseTask,
  resumePathway,
  tell,
  transferReferent,
} from '../workflows/messages';
import { asDecision, contractDays, decisionOf, settle } from './setup/decisions';
import { dayAfter, isOpen, parisDay, startOfDay } from './setup/paris';
import { PathwayWorld, person, type YoungPerson } from './setup/pathways';
import { recordedAccount, workflowAccount } from './setup/read-model';
import { holdTimeline, keepEveryVersion } from './setup/states';

const walks = Number(process.env.RANDOM_WALKS ?? 25);
const seed = Number(process.env.RANDOM_SEED ?? 1122010);
const path = process.env.RANDOM_PATH;
const stepsOfAWalk = 25;

let world: PathwayWorld;
async function newWorld(): Promise<PathwayWorld> {
  const made = await PathwayWorld.create({ eventsOfARun: 90 });
  await made.pool.query(keepEveryVersion);
  return made;
}
beforeAll(async () => {
  world = await newWorld();
}, 60_000);
afterAll(() => world.end());

/** The site while one walk lasts. */
let site: {
  id: string;
  people: { counsellor: string[]; partner: string[] };
  decisions: Record<TaskKind, ReturnType<typeof decisionOf>>;
  /** Of its settings. */
  version: number;
  settings: object;
  closures: { from: string; to: string; label: string }[];
  absences: Absence[];
  /** The tasks that somebody gave to a person by name, with that person. */
  named: Map<string, string>;
};

/** Each walk is at the next one: the worker keeps for two seconds what it knew of a site. */
const sites = Object.keys(siteNames);
let walked = 0;
function nextSite(): typeof site {
  const id = sites[walked++ % sites.length] as string;
  const people = {
    counsellor: [person(`counsellor.${id}`), person(`counsellor2.${id}`)],
    partner: [person(`partner.${id}`), person(`partner2.${id}`)],
  };
  const decisions = Object.fromEntries(
    taskKinds.map((kind) => [kind, decisionOf(kind, people)]),
  ) as typeof site.decisions;
  return { id, people, decisions, version: 1, settings: {}, closures: [], absences: [], named: new Map() };
}

/** What may happen, how often in comparison, and when it may. */
interface Move {
  readonly name: string;
  readonly weight: number;
  readonly may: (state: PathwayState) => boolean;
  readonly make: (draw: fc.GeneratorValue, young: YoungPerson, state: PathwayState) => Promise<string>;
}

const open = (state: PathwayState) => state.tasks.filter((t) => t.status === 'open');
const active = (state: PathwayState) => state.pathway.exit === null;
const running = (state: PathwayState) => {
  const last = state.contracts.at(-1);
  return last && !last.terminated ? last : null;
};
/** Of the site, on a day. */
const isClosed = (day: string) => !isOpen(day) || site.closures.some((c) => c.from <= day && day <= c.to);
const isAway = (staffId: string, day: string) =>
  site.absences.some((a) => a.staffId === staffId && a.from <= day && day <= a.to);
const sent = async (values: object) => {
  const today = await world.day();
  return settle(values as never, (days) => dayAfter(today, { days }, 0));
};

const moves: readonly Move[] = [
  {
    name: 'complete',
    weight: 12,
    may: (state) => open(state).length > 0,
    make: async (draw, young, state) => {
      const task = draw(fc.constantFrom, ...open(state)) as TaskRecord;
      const decision = asDecision(await sent(draw(() => site.decisions[task.kind])));
      await young.send(completeTask, { taskId: task.id, by: task.assigneeId ?? young.coordinator, decision });
      return `${task.key} ${JSON.stringify(decision)}`;
    },
  },
  {
    name: 'take',
    weight: 2,
    may: (state) => open(state).length > 0,
    make: async (draw, young, state) => {
      const task = draw(fc.constantFrom, ...open(state)) as TaskRecord;
      const [taskId, who] = [task.id, draw(fc.constantFrom, ...site.people.counsellor)];
      const update = draw(fc.constantFrom, 'claim', 'release', 'assign');
      if (update === 'release' && task.assigneeId)
        await young.send(releaseTask, { taskId, by: young.coordinator, force: true });
      else {
        if (update === 'claim' && !task.assigneeId) await young.send(claimTask, { taskId, by: who });
        else await young.send(assignTask, { taskId, by: young.coordinator, assigneeId: who });
        site.named.set(taskId, who);
      }
      return `${update} ${task.key}`;
    },
  },
  {
    name: 'time',
    weight: 7,
    may: () => true,
    make: async (draw, young) => {
      const days = draw(fc.constantFrom, 0.04, 1, 3, 8, 16, 35, 80);
      await pass(young, days * 86_400_000);
      return `${days} days pass: ${parisDay(await world.now())} ${young.pathwayId}`;
    },
  },
  {
    name: 'contact',
    weight: 3,
    may: active,
    make: async (draw, young) => {
      const channel = draw(fc.constantFrom, ...channels);
      const result = draw(fc.constantFrom, ...contactResults);
      await young.contact(result, channel);
      return `${channel} ${result}`;
    },
  },
  {
    name: 'contract',
    weight: 1,
    may: (state) => active(state) && !(running(state) && state.pathway.step === 'securing'),
    make: async (draw, young) => {
      const terms = (await sent(draw(() => contractDays))) as Parameters<typeof young.send>[1] & object;
      await young.send(recordContract, terms as never);
      return JSON.stringify(terms);
    },
  },
  {
    name: 'termination',
    weight: 1,
    may: (state) => active(state) && running(state) !== null,
    make: async (draw, young, state) => {
      const { signedOn, endsOn } = running(state) as { signedOn: string; endsOn: string };
      const today = await world.day();
      const on = [signedOn, today, endsOn].sort()[1] as string;
      const initiator = draw(fc.constantFrom, ...terminationInitiators);
      const reason = draw(fc.constantFrom, ...terminationReasons);
      await young.send(recordTermination, { on, initiator, reason });
      return `${on} ${initiator} ${reason}`;
    },
  },
  {
    name: 'employment',
    weight: 1,
    may: active,
    make: async (draw, young) => {
      const kind = draw(fc.constantFrom, ...employmentKinds);
      const startsOn = await world.day({ days: draw(fc.integer, { min: -60, max: 60 }) });
      const months = draw(fc.constantFrom, undefined, 2, 6, 12);
      const endsOn = months === undefined ? undefined : dayAfter(startsOn, { months }, 0);
      await young.send(recordEmployment, { kind, startsOn, ...(endsOn && { endsOn }) });
      return `${kind} ${startsOn} ${endsOn}`;
    },
  },
  {
    name: 'offer',
    weight: 1,
    may: (state) => active(state) && state.pathway.step === 'contract_search',
    make: async (draw, young) => {
      await young.send(proposeOffer, { proposedOn: await world.day(), wordsId: draw(fc.uuid) });
      return '';
    },
  },
  {
    name: 'alert',
    weight: 1,
    may: active,
    make: async (draw, young) => {
      const level = draw(fc.constantFrom, ...alertLevels);
      await young.send(raiseAlert, {
        level,
        source: draw(fc.constantFrom, ...alertSources),
        wordsId: draw(fc.uuid),
      });
      return level;
    },
  },
  {
    name: 'hold',
    weight: 1,
    may: active,
    make: async (draw, young) => {
      const until = await world.day({ days: draw(fc.integer, { min: 1, max: 60 }) });
      await young.send(holdPathway, { until });
      return until;
    },
  },
  {
    name: 'resume',
    weight: 3,
    may: (state) => state.pathway.status === 'on_hold',
    make: async (_, young) => {
      await young.send(resumePathway, {});
      return '';
    },
  },
  {
    name: 'transfer',
    weight: 1,
    may: active,
    make: async (draw, young, state) => {
      const others = site.people.counsellor.filter((id) => id !== state.pathway.referentId);
      const referentId = draw(fc.constantFrom, ...others);
      const days = draw(fc.constantFrom, undefined, 3, 12, 40);
      const until = days && (await world.day({ days }));
      await young.send(transferReferent, { referentId, ...(until && { until }) });
      return until ? `until ${until}` : 'for good';
    },
  },
  {
    name: 'absence',
    weight: 2,
    may: () => true,
    make: async (draw, young, state) => {
      const staffId = draw(fc.constantFrom, ...site.people.counsellor);
      const from = await world.day();
      const to = await world.day({ days: draw(fc.integer, { min: 0, max: 30 }) });
      const others = site.people.counsellor.filter((id) => id !== staffId);
      const substituteId = draw(fc.constantFrom, null, ...others);
      // Nobody has two absences on one day.
      if (site.absences.some((a) => a.staffId === staffId && from <= a.to)) return 'none: it is known';
      await world.pool.query(
        `insert into absences (id, staff_id, first_day, last_day, substitute_id, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $2, now())`,
        [randomUUID(), staffId, from, to, substituteId],
      );
      site.absences.push({ staffId, from, to, substituteId });
      await young.handle.signal(tell, { kind: 'staff', staffId });
      // Whom it does not concern looks nothing up: a broadcast waits until no worker knows the former absences.
      if (!open(state).some((t) => [t.assigneeId, t.standsInFor].includes(staffId))) await publish(young);
      return `of ${staffId} until ${to}, substitute ${substituteId}`;
    },
  },
  {
    name: 'settings',
    weight: 1,
    may: () => true,
    make: async (draw, young) => {
      const settings = draw(() => changedSettings);
      const [from, to] = await Promise.all(settings.closed.map((days) => world.day({ days })));
      site.closures.push({ from: from as string, to: to as string, label: 'Travaux' });
      const { tasks, ladder: rungsAfter, periods } = settings;
      site.settings = { tasks, ladder: rungsAfter, periods, calendar: { closures: site.closures } };
      await publish(young);
      return JSON.stringify(site.settings);
    },
  },
  {
    name: 'exit',
    weight: 1,
    may: active,
    make: async (draw, young) => {
      const code = draw(fc.constantFrom, ...exitCodes);
      await young.send(exitPathway, { code, wordsId: draw(fc.uuid) });
      return code;
    },
  },
  {
    name: 'undo',
    weight: 30,
    may: (state) => state.pathway.status === 'exited',
    make: async (_, young) => {
      await young.undoExit();
      return '';
    },
  },
];

/** Other delays than the defaults; `closed`: from and to, in days from today. */
const changedSettings = fc
  .record({
    followUp: fc.integer({ min: 3, max: 40 }),
    opens: fc.integer({ min: 0, max: 12 }),
    alert: fc.integer({ min: 1, max: 6 }),
    reminder: fc.integer({ min: 0, max: 3 }),
    escalation: fc.integer({ min: 1, max: 6 }),
    committee: fc.integer({ min: 7, max: 15 }),
    silence: fc.integer({ min: 7, max: 60 }),
    closedFrom: fc.integer({ min: 1, max: 25 }),
    closedFor: fc.integer({ min: 0, max: 8 }),
  })
  .map((n) => ({
    tasks: Object.fromEntries([
      ...['search_follow_up', 'apprentice_follow_up', 'job_search_follow_up'].map((kind) => [
        kind,
        { due: { days: n.followUp }, opensBefore: { days: n.opens } },
      ]),
      ...['alert_follow_up', 'accept_mediation'].map((kind) => [kind, { due: { workingDays: n.alert } }]),
    ]),
    ladder: {
      reminderBefore: { workingDays: n.reminder },
      escalationAfter: { workingDays: n.escalation },
      committeeAfter: { workingDays: n.committee },
    },
    periods: { contactWatchPhase1: { days: n.silence }, summerSilence: { days: Math.ceil(n.silence / 3) } },
    closed: [n.closedFrom, n.closedFrom + n.closedFor],
  }));

/** Publishes the site's settings as its next version. */
async function publish(young: YoungPerson): Promise<void> {
  await world.pool.query(
    'insert into site_settings (site_id, version, settings, applied_at) values ($1, $2, $3, now())',
    [site.id, ++site.version, JSON.stringify(site.settings)],
  );
  await young.handle.signal(tell, { kind: 'settings', version: site.version });
}

/** Lets time pass, and tells when somebody is back. */
async function pass(young: YoungPerson, ms: number): Promise<void> {
  const end = (await world.env.currentTimeMs()) + ms;
  for (;;) {
    const now = await world.env.currentTimeMs();
    // A second later than the timers of that morning: a query must not come while they fire.
    const backAt = ({ to }: Absence) => Date.parse(startOfDay(dayAfter(to, { days: 1 }, 0))) + 1_000;
    const [next] = site.absences
      .filter((a) => backAt(a) <= end + 1_000)
      .sort((a, b) => backAt(a) - backAt(b));
    await world.env.sleep(Math.max(1, (next ? backAt(next) : end) - now));
    if (!next) return;
    await young.settled();
    site.absences.splice(site.absences.indexOf(next), 1);
    await young.handle.signal(tell, { kind: 'staff', staffId: next.staffId });
    await young.settled();
  }
}

interface Row {
  id: string;
  status: string;
  row: unknown;
}

/** What a walk has looked at already. */
interface Seen {
  /** The rows of the tasks that were closed. */
  readonly closed: Map<string, unknown>;
  /** How many events the timeline had. */
  events: number;
}

/** Nobody who is away has a task, unless somebody gave it to them by name; nobody stands in for who is there. */
function expectPresent({ id, key, assigneeId, standsInFor }: TaskRecord, today: string): void {
  const away = assigneeId && site.named.get(id) !== assigneeId && isAway(assigneeId, today);
  expect([key, away ? `with ${assigneeId}, who is away` : 'fine']).toEqual([key, 'fine']);
  const present = standsInFor && !isAway(standsInFor, today);
  expect([key, present ? `kept from ${standsInFor}, who is there` : 'fine']).toEqual([key, 'fine']);
}

/** Each rung came once and not too late; timers open on open days, and on hold only what the law sets. */
async function expectTimely(young: YoungPerson, seen: Seen, byTimers: boolean): Promise<void> {
  const events = await young.timeline();
  const climbed: Record<string, string[]> = {};
  let held = false;
  let everHeld = false;
  for (const [i, { type, at, data }] of events.entries()) {
    if (type === 'hold_started') held = everHeld = true;
    if (type === 'hold_ended') held = false;
    const rung = ladder.find((name) => type === `task_${name}`);
    if (rung) climbed[data?.taskId as string] = [...(climbed[data?.taskId as string] ?? []), rung];
    if (i < seen.events || (!rung && !(byTimers && type === 'task_opened'))) continue;
    const what = `${data?.kind} ${type} on ${parisDay(at)}`;
    if (held && !definitionOf(data?.kind as TaskKind).notAfter)
      throw new Error(`${what}, while the pathway was on hold`);
    if (type === 'task_opened' && isClosed(parisDay(at))) throw new Error(`${what}, a closed day`);
  }
  seen.events = events.length;

  const { rows } = await world.pool.query<{ id: string; key: string; rungs: string[]; missing: boolean }>(
    `select id, key, rungs,
       coalesce(closed_at > (array[remind_at, escalate_at, committee_at])[cardinality(rungs) + 1] + interval '1 second', false) as missing
     from tasks where pathway_id = $1 and opened_at is not null`,
    [young.pathwayId],
  );
  expect(Object.fromEntries(rows.filter((r) => r.rungs.length).map((r) => [r.id, r.rungs]))).toEqual(climbed);
  if (!everHeld) expect(rows.filter((r) => r.missing)).toEqual([]);
}

/** What is asked in any step, by the scope it belongs to. */
const anyTime: Record<string, string[]> = {
  pathway: ['alert_follow_up'],
  watch: ['re_establish_contact', 'hard_to_reach_decision'],
  summer: ['summer_check_in', 'hard_to_reach_decision'],
  term: ['return_to_term', 'hard_to_reach_decision'],
};

/** @param byTimers what has opened since the last look was opened by a timer, not by a person's decision */
async function holds(young: YoungPerson, seen: Seen, byTimers: boolean): Promise<PathwayState> {
  const state = await young.settled();
  const { pathway, tasks, waits, contracts, employments, revision } = state;

  expect(workflowAccount(state)).toEqual(await recordedAccount(world.pool, young.pathwayId));

  const exited = pathway.exit !== null;
  expect(exited).toBe(pathway.status === 'exited' || pathway.status === 'closed');
  const stays = (await young.intervals()).filter((i) => !i.left);
  expect(stays).toEqual(exited ? [] : [{ interval: pathway.interval, step: pathway.step, left: false }]);
  if (exited) expect(tasks).toEqual([]);
  // Nobody is forgotten: there is always something that somebody must do, or a day that comes.
  if (pathway.status !== 'closed') expect(tasks.length + waits.length).toBeGreaterThan(0);
  const onHold = pathway.status === 'on_hold';
  const standsStill = (kind: TaskKind) => onHold && !definitionOf(kind).notAfter;
  const held = waits.some((w) => w.name === 'hold_ends');
  expect([held, pathway.holdUntil !== null]).toEqual(Array(2).fill(onHold));
  expect(state.mediations.filter((m) => !m.result).length).toBeLessThanOrEqual(1);

  const late = new Date((await world.env.currentTimeMs()) - 2_000).toISOString();
  expect(waits.filter((w) => w.settingsVersion !== site.version || !w.anchor || !w.at)).toEqual([]);
  const counting = waits.filter((w) => !(onHold && waitsForSilence.includes(w.name)));
  expect(counting.filter((w) => (w.at as string) < late)).toEqual([]);
  expect(new Set(tasks.map((t) => t.key)).size).toBe(tasks.length);
  for (const task of tasks) {
    const { instants, rungs, key, kind } = task;
    if (!instants) throw new Error(`${key} has no instants`);
    expect(instants.settingsVersion).toBe(site.version);
    expect(instants.countedFrom).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(instants.opensAt <= instants.remindAt && instants.dueAt < instants.escalateAt).toBe(true);
    if (task.status === 'planned') {
      expect([key, rungs]).toEqual([key, []]);
      expect([key, standsStill(kind) || instants.opensAt > late]).toEqual([key, true]);
    } else {
      expectPresent(task, parisDay(late));
      const { remindAt, escalateAt, committeeAt } = instants;
      const due = [remindAt, escalateAt, committeeAt].filter((at) => at < late).length;
      if (!standsStill(kind)) expect([key, rungs.length]).toEqual([key, Math.max(rungs.length, due)]);
      expect(rungs).toEqual(ladder.slice(0, rungs.length));
    }
    const [scope = '', number] = key.split('/')[0]?.split('-') ?? [];
    if (scope === 'step') {
      expect(Number(number)).toBe(pathway.interval);
      if (kind !== 'hard_to_reach_decision') expect(definitionOf(kind).step).toBe(pathway.step);
    } else if (scope === 'contract') {
      expect(Number(number)).toBe(contracts.length);
      expect(['securing', 'durable_employment']).toContain(pathway.step);
    } else if (scope === 'job') {
      expect(Number(number)).toBe(employments.length);
      expect(pathway.step).toBe('durable_employment');
    } else if (scope === 'mediation') {
      expect(key.startsWith(`mediation-${state.mediations.length}/`)).toBe(true);
      expect(pathway.mediationId).toBe(state.mediations.at(-1)?.id);
    } else expect(anyTime[scope]).toContain(kind);
  }

  const { rows } = await world.pool.query<Row>(
    'select id, status, to_jsonb(t) as row from tasks t where pathway_id = $1',
    [young.pathwayId],
  );
  const closed = new Map(
    rows.filter((r) => r.status === 'done' || r.status === 'cancelled').map((r) => [r.id, r.row]),
  );
  for (const [id, row] of seen.closed) expect(closed.get(id)).toEqual(row);
  for (const [id, row] of closed) seen.closed.set(id, row);
  await expectTimely(young, seen, byTimers);

  const told = await world.pool.query<{ entries: number; last: number }>(
    'select count(distinct revision)::int as entries, max(revision) as last from timeline where pathway_id = $1',
    [young.pathwayId],
  );
  expect(told.rows[0]?.entries).toBeLessThanOrEqual(revision);
  expect(told.rows[0]?.last).toBeLessThanOrEqual(revision);
  return state;
}

/** A pathway that does not answer must not hide how it came to that. */
async function answered<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer within 20 seconds')), 20_000);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** After some thirty walks the time-skipping server has been seen to skip no time any more: it gets a new one before. */
const walksOfAWorld = 10;

async function walk(draw: fc.GeneratorValue): Promise<void> {
  if (walked > 0 && walked % walksOfAWorld === 0) {
    await world.end();
    world = await newWorld();
  }
  const said: string[] = [`enrolled on ${await world.day()}`];
  site = nextSite();
  const young = await world.enrol({ siteId: site.id });
  try {
    const seen: Seen = { closed: new Map(), events: 0 };
    let state = await holds(young, seen, false);
    for (let step = 0; step < stepsOfAWalk; step++) {
      const possible = moves.filter((move) => move.may(state));
      const name = draw(
        fc.constantFrom,
        ...possible.flatMap((move) => Array<string>(move.weight).fill(move.name)),
      );
      const move = moves.find((m) => m.name === name) as Move;
      said.push(`${state.pathway.step}: ${name}`);
      said[said.length - 1] += ` ${await answered(move.make(draw, young, state))}`;
      // The exit has become final while time passed: the walk is over.
      if ((await young.handle.describe()).status.name === 'COMPLETED') break;
      state = await holds(young, seen, name === 'time');
    }
    expect(
      await reconcile(
        world.pool,
        young.pathwayId,
        () => readWorkflow(world.env.client, young.pathwayId),
        false,
      ),
    ).toEqual({ result: 'equal', differences: [] });
    // Whatever was true at an instant can be told ever after.
    await holdTimeline(world.pool, young.pathwayId, await world.now());
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\nThe walk:\n${said.join('\n')}`, { cause: error });
  } finally {
    await world.forgetAll();
    await world.pool.query('delete from absences; delete from site_settings');
  }
}

test(`what is true of every pathway is true after each decision of ${walks} random walks`, async () => {
  await fc.assert(fc.asyncProperty(fc.gen(), walk), {
    numRuns: walks,
    seed,
    ...(path && { path }),
    // A walk takes a second: the decisions are printed instead of being made fewer.
    endOnFailure: true,
  });
}, 600_000);
