/**
 * Every outcome of every task kind of a step is a test, named by the catalogue's own words. A step's tests say how a
 * task of each kind comes to be open and what each outcome leads to; an outcome without a test does not compile.
 */
import type { TaskRecord } from '../../domain/journal';
import type { Step } from '../../domain/pathway';
import { definitionOf, type OutcomeOf, type TaskKind, taskKinds, type tasks } from '../../domain/tasks';
import type { Recorded } from '../../workflows/messages';
import { endOfDay, parisDay } from './paris';
import type { PathwayWorld, YoungPerson } from './pathways';

type KindOf<S extends Step | null> = {
  [K in TaskKind]: (typeof tasks)[K]['step'] extends S ? K : never;
}[TaskKind];

export interface OutcomeTest {
  /** What is said with the outcome. */
  readonly fields?: object | ((young: YoungPerson) => Promise<object>);
  /** Holds what follows. `task`: as it was before the decision. */
  readonly follows: (young: YoungPerson, task: TaskRecord, recorded: Recorded) => Promise<void>;
}

export interface KindTest<K extends TaskKind> {
  /** Leads a young person to the open task. */
  readonly arrive: (world: PathwayWorld) => Promise<YoungPerson>;
  /** The Paris day on which it is due, counted by test/setup/paris.ts. */
  readonly due: (young: YoungPerson, task: TaskRecord) => Promise<string> | string;
  readonly outcomes: { readonly [O in OutcomeOf<K>]: OutcomeTest };
}

/** Declares the tests of a step's catalogue; null: of what may be asked in any step. */
export function everyOutcome<S extends Step | null>(
  step: S,
  world: () => PathwayWorld,
  kinds: { readonly [K in KindOf<S>]: KindTest<K> },
): void {
  const ofStep = taskKinds.filter((kind) => definitionOf(kind).step === step);

  describe.each(ofStep)('%s', (kind) => {
    const { arrive, due, outcomes } = (kinds as unknown as Record<TaskKind, KindTest<TaskKind>>)[kind];

    test.each(
      Object.entries(definitionOf(kind).outcomes).map(([code, { then }]) => ({ code, next: then.en })),
    )('$code → $next', async ({ code }) => {
      const young = await arrive(world());
      const task = await young.task(kind);
      const dueAt = endOfDay(await due(young, task));
      expect({ dueOn: parisDay(task.instants?.dueAt as string), dueAt: task.instants?.dueAt }).toEqual({
        dueOn: parisDay(dueAt),
        dueAt,
      });
      const { fields = {}, follows } = (outcomes as Record<string, OutcomeTest>)[code] as OutcomeTest;
      const said = typeof fields === 'function' ? await fields(young) : fields;
      const recorded = await young.complete(kind, code as never, said as Record<string, unknown>);
      expect(recorded.subjectId).toBe(task.id);
      await young.settled();
      await follows(young, task, recorded);
    });
  });

  test('every outcome of the catalogue was decided and recorded', async () => {
    const { rows } = await world().pool.query(
      `select kind, array_agg(distinct outcome order by outcome) as outcomes from tasks
       where kind = any($1) and status = 'done' group by kind`,
      [ofStep],
    );
    const decided = Object.fromEntries(rows.map((r) => [r.kind, r.outcomes]));
    expect(decided).toEqual(
      Object.fromEntries(ofStep.map((k) => [k, Object.keys(definitionOf(k).outcomes).sort()])),
    );
  });
}

// ---- what follows, as it is said most often

/** The pathway is in this step, and goes on. */
export const inStep =
  (step: Step): OutcomeTest['follows'] =>
  async (young) => {
    const { pathway } = await young.settled();
    expect(pathway).toMatchObject({ step, status: 'active', exit: null });
    expect((await young.intervals()).filter((i) => !i.left).map((i) => i.step)).toEqual([step]);
  };

/** The pathway has exited this way, by this answer: nothing is asked any more. */
export const exitedAs =
  (code: string): OutcomeTest['follows'] =>
  async (young, task) => {
    const { pathway, tasks: left } = await young.settled();
    const waits = await young.waits();
    expect(pathway).toMatchObject({ status: 'exited', exit: { code, taskKey: task.key } });
    expect(left).toEqual([]);
    expect(waits.map((w) => w.name)).toEqual(['exit_becomes_final']);
    expect((await young.intervals()).filter((i) => !i.left)).toEqual([]);
  };

/** The task is done, and nothing else has changed. */
export const nothingElse: OutcomeTest['follows'] = async (young, task, recorded) => {
  expect(recorded.opened).toEqual([]);
  const { pathway, tasks: left } = await young.settled();
  expect(pathway).toMatchObject({ step: task.step, status: 'active' });
  expect(left.filter((t) => t.kind === task.kind)).toEqual([]);
};
