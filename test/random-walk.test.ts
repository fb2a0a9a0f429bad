/**
 * Random walks: decisions that the catalogue allows, events and time passing, in any order, with runs of a few events
 * only. After each one, what is true of every pathway must be true. A walk that fails prints its decisions, and
 * `seed` and `path` of the report give it again: RANDOM_SEED=… RANDOM_PATH=… npx jest test/random-walk.
 */
import fc from 'fast-check';
import { reconcile } from '../db/reconcile';
import type { PathwayState, TaskRecord } from '../domain/journal';
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
  proposeOffer,
  raiseAlert,
  recordContract,
  recordEmployment,
  recordTermination,
  releaseTask,
} from '../workflows/messages';
import { asDecision, contractDays, decisionOf, settle } from './setup/decisions';
import { dayAfter, parisDay } from './setup/paris';
import { PathwayWorld, person, type YoungPerson } from './setup/pathways';
import { recordedAccount, workflowAccount } from './setup/read-model';

const walks = Number(process.env.RANDOM_WALKS ?? 25);
const seed = Number(process.env.RANDOM_SEED ?? 1122010);
const path = process.env.RANDOM_PATH;
const stepsOfAWalk = 25;

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create({ eventsOfARun: 90 });
}, 60_000);
afterAll(() => world.end());

const people = {
  counsellor: [person('counsellor.tours'), person('counsellor2.tours')],
  partner: [person('partner.tours'), person('partner2.tours')],
};

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
const decisions = Object.fromEntries(taskKinds.map((kind) => [kind, decisionOf(kind, people)])) as Record<
  TaskKind,
  ReturnType<typeof decisionOf>
>;
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
      const decision = asDecision(await sent(draw(() => decisions[task.kind])));
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
      const [taskId, who] = [task.id, draw(fc.constantFrom, ...people.counsellor)];
      const update = draw(fc.constantFrom, 'claim', 'release', 'assign');
      if (update === 'assign' || (update === 'claim' && task.assigneeId))
        await young.send(assignTask, { taskId, by: young.coordinator, assigneeId: who });
      else if (update === 'release' && task.assigneeId)
        await young.send(releaseTask, { taskId, by: young.coordinator, force: true });
      else await young.send(claimTask, { taskId, by: task.assigneeId ?? who });
      return `${update} ${task.key}`;
    },
  },
  {
    name: 'time',
    weight: 7,
    may: () => true,
    make: async (draw, young) => {
      const days = draw(fc.constantFrom, 0.04, 1, 3, 8, 16, 35, 80);
      await world.env.sleep(days * 86_400_000);
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

interface Row {
  id: string;
  status: string;
  row: unknown;
}

/** What is true of every pathway at every moment. */
async function holds(young: YoungPerson, closedBefore: Map<string, unknown>): Promise<PathwayState> {
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
  const held = waits.some((w) => w.name === 'hold_ends');
  expect([held, pathway.holdUntil !== null]).toEqual(Array(2).fill(pathway.status === 'on_hold'));

  const late = new Date((await world.env.currentTimeMs()) - 2_000).toISOString();
  expect(waits.filter((w) => !w.settingsVersion || !w.anchor || !w.at || w.at < late)).toEqual([]);
  expect(new Set(tasks.map((t) => t.key)).size).toBe(tasks.length);
  for (const task of tasks) {
    const { instants, rungs, key, kind } = task;
    if (!instants) throw new Error(`${key} has no instants`);
    expect(instants.settingsVersion).toBe(1);
    expect(instants.countedFrom).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(instants.opensAt <= instants.remindAt && instants.dueAt < instants.escalateAt).toBe(true);
    if (task.status === 'planned') expect(instants.opensAt > late && rungs.length === 0).toBe(true);
    else {
      const { remindAt, escalateAt, committeeAt } = instants;
      const due = [remindAt, escalateAt, committeeAt].filter((at) => at < late).length;
      expect(rungs.length).toBeGreaterThanOrEqual(due);
      expect(rungs).toEqual(['reminded', 'escalated', 'flagged'].slice(0, rungs.length));
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
    } else expect([scope, kind]).toEqual(['pathway', 'alert_follow_up']);
  }

  const { rows } = await world.pool.query<Row>(
    'select id, status, to_jsonb(t) as row from tasks t where pathway_id = $1',
    [young.pathwayId],
  );
  const closed = new Map(
    rows.filter((r) => r.status === 'done' || r.status === 'cancelled').map((r) => [r.id, r.row]),
  );
  for (const [id, row] of closedBefore) expect(closed.get(id)).toEqual(row);
  for (const [id, row] of closed) closedBefore.set(id, row);

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

async function walk(draw: fc.GeneratorValue): Promise<void> {
  const said: string[] = [`enrolled on ${await world.day()}`];
  const young = await world.enrol();
  try {
    const closed = new Map<string, unknown>();
    let state = await holds(young, closed);
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
      state = await holds(young, closed);
    }
    expect(
      await reconcile(
        world.pool,
        young.pathwayId,
        () => readWorkflow(world.env.client, young.pathwayId),
        false,
      ),
    ).toEqual({ result: 'equal', differences: [] });
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\nThe walk:\n${said.join('\n')}`, { cause: error });
  } finally {
    await world.forgetAll();
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
