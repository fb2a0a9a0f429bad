/** The journal: one entry for what one activation sets off, and nothing lost while the database is away. */

import type { PathwayState } from '../domain/journal';
import { PathwayWorld, refusalOf, type YoungPerson } from '../test/setup/pathways';
import { claimTask, exitPathway, type Recorded } from './messages';

let world: PathwayWorld;
beforeAll(async () => {
  world = await PathwayWorld.create();
}, 60_000);
afterEach(() => world.forgetAll());
afterAll(() => world.end());

const revisionsOf = async (young: YoungPerson) => {
  const { rows } = await world.pool.query(
    'select revision, array_agg(type order by position) as types from timeline where pathway_id = $1 group by revision order by revision',
    [young.pathwayId],
  );
  return rows as { revision: number; types: string[] }[];
};

test('an answer and all that follows from it are one entry', async () => {
  const young = await world.enrol();
  const { revision } = await young.complete('first_contact', 'reached', { channel: 'phone' });
  expect((await revisionsOf(young)).at(-1)).toEqual({
    revision,
    types: ['task_completed', 'task_cancelled', 'task_opened'],
  });
  expect(revision).toBe(2);
});

test('the answer leaves when the read model has it', async () => {
  const young = await world.enrol();
  const { revision, opened } = await young.complete('first_contact', 'reached', { channel: 'phone' });
  const { rows } = await world.pool.query(
    `select p.revision, t.id from pathways p join tasks t on t.pathway_id = p.id and t.status = 'open' where p.id = $1`,
    [young.pathwayId],
  );
  expect(rows).toEqual([{ revision, id: opened[0] }]);
});

describe('while the database is away', () => {
  /** Takes decisions without a database, then gives it back and waits for their answers. */
  async function duringAnOutage(decide: (say: (answer: Promise<Recorded>) => void) => Promise<void>) {
    const answers: Promise<Recorded>[] = [];
    await world.databaseAnswers(false);
    try {
      await decide((answer) => void answers.push(answer));
    } finally {
      await world.databaseAnswers(true);
    }
    // The next attempt is up to a minute away.
    await world.env.sleep('2 minutes');
    return Promise.all(answers);
  }
  /** The workflow has decided, and the journal has nothing of it. */
  async function decided(young: YoungPerson, is: (state: PathwayState) => boolean) {
    let state = await young.state();
    for (; !is(state); state = await young.state()) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(state.pending).toBe(true);
  }

  test('decisions are taken, kept, and recorded afterwards in few entries', async () => {
    const young = await world.enrol();
    const { id: taskId } = await young.task('first_contact');
    const before = await young.state();
    const recorded = await duringAnOutage(async (say) => {
      say(young.send(claimTask, { taskId }));
      // What is sent together comes in any order, and who is reached has no first contact to claim any more.
      await decided(young, ({ tasks }) => tasks.some((t) => t.id === taskId && t.assigneeId !== undefined));
      say(young.contact('not_reached', 'phone'));
      say(young.contact('not_reached', 'sms'));
      say(young.contact('message_left', 'email'));
      say(young.contact('reached', 'family'));
      await decided(young, ({ tasks }) => tasks.every((t) => t.kind !== 'first_contact'));
    });
    const entries = (await revisionsOf(young)).filter((e) => e.revision > before.revision);
    expect(entries.length).toBeLessThanOrEqual(3);
    expect(entries.map((e) => e.revision)).toEqual(expect.arrayContaining(recorded.map((r) => r.revision)));
    expect(entries.flatMap((e) => e.types).filter((type) => type === 'contact')).toHaveLength(4);
    expect(await young.open()).toEqual(['assign_referent']);
    expect((await young.task('assign_referent')).instants?.settingsVersion).toBe(1);
  });

  test('what the workflow does not allow is refused at once', async () => {
    const young = await world.enrol();
    await duringAnOutage(async (say) => {
      say(young.send(exitPathway, { code: 'declined' }));
      await decided(young, ({ pathway }) => pathway.status === 'exited');
      expect((await refusalOf(young.contact('reached'))).type).toBe('pathway_exited');
    });
    expect(await young.recorded('first_contact')).toMatchObject([{ cancelReason: 'exited' }]);
  });

  test('an exit may come, be undone and come again, all told in one entry', async () => {
    const young = await world.enrol();
    const before = await young.state();
    await duringAnOutage(async (say) => {
      for (const code of ['declined', 'moved_away'] as const) {
        say(young.send(exitPathway, { code }));
        await decided(young, ({ pathway }) => pathway.exit?.code === code);
        say(young.undoExit());
        await decided(young, ({ pathway }) => pathway.status === 'active');
      }
    });
    expect((await revisionsOf(young)).filter((e) => e.revision > before.revision).length).toBeLessThanOrEqual(
      2,
    );
    expect(await young.intervals()).toEqual([{ interval: 1, step: 'welcome', left: false }]);
    expect(await young.open()).toEqual(['first_contact']);
  });

  test('days come as they would, and are told with their own instants', async () => {
    const young = await world.enrol();
    const { instants } = await young.task('first_contact');
    await young.passTo(new Date(Date.parse(instants?.escalateAt as string) - 600_000).toISOString());
    await world.databaseAnswers(false);
    await world.env.sleep('15 minutes');
    expect((await young.state()).pending).toBe(true);
    await world.databaseAnswers(true);
    await young.pass(120_000);
    const [escalated] = (await young.timeline('task_escalated')).filter(
      (e) => e.data?.kind === 'first_contact',
    );
    const lateness = Date.parse(escalated?.at as string) - Date.parse(instants?.escalateAt as string);
    expect(lateness).toBeLessThan(2_000);
  });
});
