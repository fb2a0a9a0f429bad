/** The inbox of a programme with a million open tasks: its queries beside the same written by hand, and its pages by HTTP. */
import type { Pool, PoolClient } from 'pg';
import { writeCursor } from '../api/cursor';
import { dueBounds, kindsOfNobodys } from '../api/routes/tasks';
import { asActor } from '../db/pool';
import { demonstrationPerson } from '../db/seed';
import { countTasks, listTasks, type TabCounts, type TaskFilter } from '../db/tasks';
import { writeManyTasks } from './many-tasks';
import { load, type Measure, measure, median, percentile95 } from './measure';
import type { System } from './system';

/** Each with ten open tasks. */
const PATHWAYS = 100_000;
const LIMIT = 50;
const ROUNDS = 60;
/** The first are not counted: connections, caches and the compiler's work. */
const WARM_UP = 10;

const me = demonstrationPerson('counsellor.tours');
const partner = demonstrationPerson('partner.tours');
/** That a counsellor may take. */
const takeable = kindsOfNobodys(me) ?? [];

/** What somebody asks of their inbox: in our words, by hand, and by HTTP. */
interface Question {
  readonly name: string;
  readonly filter: Partial<TaskFilter>;
  /** A condition, and its values from $1 on. */
  readonly byHand: readonly [condition: string, ...values: unknown[]];
  readonly query: string;
  readonly asker?: typeof me;
}

/** @param tokens of the people who ask, by sign-in name */
export async function inbox(
  system: System,
  tokens: Readonly<Record<'counsellor.tours' | 'partner.tours', string>>,
): Promise<Measure[]> {
  const now = new Date();
  // Half of the tasks are overdue.
  const firstDue = new Date(now.getTime() - 60 * 86_400_000).toISOString().slice(0, 10);
  await writeManyTasks(system.pool, PATHWAYS, firstDue);
  // So much is written to the disk now, not while somebody waits.
  await system.pool.query('checkpoint');

  const bounds = dueBounds(now);
  const measures: Measure[] = [];
  const pages: number[] = [];
  for (const { name, asker = me, filter, byHand, query } of await questions(system.pool, bounds)) {
    const asked: TaskFilter = { scope: { siteId: 'tours' }, status: 'open', limit: LIMIT + 1, ...filter };
    const sql = await inTurns(
      system.pool,
      asker,
      async (client) => (await listTasks(client, asked)).map((task) => task.id),
      (client) => listByHand(client, byHand),
    );
    const http = await requested(
      system,
      tokens[asker.subject as keyof typeof tokens],
      `/api/tasks?limit=${LIMIT}&${query}`,
      filter.sought,
    );
    pages.push(...http);
    measures.push(
      measure(`inbox, ${name}: SQL p50 over the same by hand`, 'ms', sql.ours, sql.byHand, '≤ 1.5'),
      measure('the same by HTTP, p50', 'ms', median(http), null, '≤ 25'),
    );
  }

  const sql = await inTurns(
    system.pool,
    me,
    (client) => countTasks(client, me.id, { scope: { siteId: 'tours' }, kindsOfNobodys: takeable }, bounds),
    (client) => countByHand(client, bounds),
  );
  const counts = await requested(system, tokens['counsellor.tours'], '/api/tasks/counts');
  measures.push(
    measure('inbox, counts by tab: SQL p50 over the same by hand', 'ms', sql.ours, sql.byHand, '≤ 1.5'),
    measure('the same by HTTP, p50', 'ms', median(counts), null, '≤ 25'),
    measure('inbox pages by HTTP, p95 of all', 'ms', percentile95(pages), null, null),
    measure('counts by HTTP, p95', 'ms', percentile95(counts), null, null),
  );
  return measures;
}

async function questions(
  pool: Pool,
  { now, todayEnds, weekEnds }: ReturnType<typeof dueBounds>,
): Promise<Question[]> {
  const { rows } = await pool.query<{ id: string; dueAt: string; name: string }>(
    `select t.id, iso(t.due_at) as "dueAt", left(y.name_key, 4) as name
     from tasks t join people y on y.id = t.pathway_id
     where t.site_id = 'tours' and t.status = 'open' order by t.due_at, t.id offset 5000 limit 1`,
  );
  const { id, dueAt, name } = rows[0] as (typeof rows)[0];
  // As many-tasks.ts pairs them: the one step has tasks of this kind, the other has none.
  const [kind, step, otherStep] = ['first_contact', 'project_validation', 'welcome'] as const;
  return [
    {
      name: 'mine',
      filter: { assigneeId: me.id },
      byHand: [`t.site_id = 'tours' and t.assignee_id = $1`, me.id],
      query: 'assignee=me',
    },
    {
      name: 'nobody’s',
      filter: { assigneeId: null, kinds: takeable },
      byHand: [`t.site_id = 'tours' and t.assignee_id is null and t.kind = any($1)`, takeable],
      query: 'assignee=unassigned',
    },
    {
      name: 'the team’s',
      filter: {},
      byHand: [`t.site_id = 'tours'`],
      query: 'assignee=team',
    },
    {
      name: 'overdue',
      filter: { dueBefore: now },
      byHand: [`t.site_id = 'tours' and t.due_at < $1`, now],
      query: 'due=overdue',
    },
    {
      name: 'this week',
      filter: { dueFrom: todayEnds, dueBefore: weekEnds },
      byHand: [`t.site_id = 'tours' and t.due_at >= $1 and t.due_at < $2`, todayEnds, weekEnds],
      query: 'due=week',
    },
    {
      name: 'mine this week',
      filter: { assigneeId: me.id, dueFrom: todayEnds, dueBefore: weekEnds },
      byHand: [
        `t.site_id = 'tours' and t.assignee_id = $1 and t.due_at >= $2 and t.due_at < $3`,
        me.id,
        todayEnds,
        weekEnds,
      ],
      query: 'assignee=me&due=week',
    },
    {
      name: 'a later page',
      filter: { after: [dueAt, id] },
      byHand: [`t.site_id = 'tours' and (t.due_at, t.id) > ($1::timestamptz, $2)`, dueAt, id],
      query: `cursor=${writeCursor([dueAt, id])}`,
    },
    {
      name: 'one kind and step',
      filter: { kinds: [kind], step },
      byHand: [`t.site_id = 'tours' and t.kind = $1 and t.step = $2`, kind, step],
      query: `kind=${kind}&step=${step}`,
    },
    {
      name: 'a kind and a step that have nothing',
      filter: { kinds: [kind], step: otherStep },
      byHand: [`t.site_id = 'tours' and t.kind = $1 and t.step = $2`, kind, otherStep],
      query: `kind=${kind}&step=${otherStep}`,
    },
    {
      name: 'of one referent',
      filter: { referentId: me.id },
      byHand: [
        `t.site_id = 'tours' and t.pathway_id in (select id from pathways where referent_id = $1)`,
        me.id,
      ],
      query: 'referent=me',
    },
    {
      name: 'without referent',
      filter: { referentId: null },
      byHand: [`t.site_id = 'tours' and t.pathway_id in (select id from pathways where referent_id is null)`],
      query: 'referent=none',
    },
    {
      name: 'sought by name',
      filter: { sought: name },
      byHand: [
        `t.site_id = 'tours' and t.pathway_id in (select e.id from enrolments e join people y on y.id = e.person_id
          where y.name_key like $1 or y.first_name_key like $1)`,
        `${name}%`,
      ],
      query: '',
    },
    {
      name: 'a partner’s',
      asker: partner,
      filter: { scope: { partnerId: partner.id } },
      byHand: ['(t.assignee_id = $1 or t.partner_id = $1)', partner.id],
      query: '',
    },
  ];
}

/** The same columns, as one asks for them who knows the tables and their indexes and needs no protection. */
async function listByHand(client: PoolClient, [condition, ...values]: Question['byHand']): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `with page as materialized (
       select t.id from tasks t where t.status = 'open' and ${condition} order by t.due_at, t.id limit ${LIMIT + 1}
     )
     select t.id, t.pathway_id, t.site_id, t.kind, t.step, t.status, t.round, t.subject, iso(t.opens_at), iso(t.due_at),
       iso(t.opened_at), iso(t.closed_at), t.outcome, t.cancel_reason, t.rungs, t.revision,
       json_build_object('lastName', y.last_name, 'firstName', y.first_name) as person,
       ${['assignee', 'absent', 'partner', 'referent']
         .map((who) => `json_build_object('id', ${who}.id, 'displayName', ${who}.display_name) as ${who}`)
         .join(', ')}
     from page join tasks t using (id) join pathways p on p.id = t.pathway_id join enrolments e on e.id = p.id
       join people y on y.id = e.person_id
       left join staff assignee on assignee.id = t.assignee_id left join staff absent on absent.id = t.stands_in_for
       left join staff partner on partner.id = t.partner_id left join staff referent on referent.id = p.referent_id
     order by t.due_at, t.id`,
    values,
  );
  return rows.map((row) => row.id);
}

async function countByHand(
  client: PoolClient,
  { now, todayEnds, weekEnds }: ReturnType<typeof dueBounds>,
): Promise<TabCounts> {
  const { rows } = await client.query<{ due: Date; me: number; unassigned: number; team: number }>(
    `select due_at as due, count(*) filter (where assignee_id = $1) as me,
       count(*) filter (where assignee_id is null and kind = any($2)) as unassigned, count(*) as team
     from tasks where site_id = 'tours' and status = 'open' group by due_at`,
    [me.id, takeable],
  );
  const tab = (name: 'me' | 'unassigned' | 'team') => {
    const between = (from: string, to: string) =>
      rows
        .filter(({ due }) => due.toISOString() >= from && due.toISOString() < to)
        .reduce((sum, row) => sum + row[name], 0);
    return {
      total: between('', '9'),
      overdue: between('', now),
      today: between(now, todayEnds),
      week: between(todayEnds, weekEnds),
      later: between(weekEnds, '9'),
    };
  };
  return { me: tab('me'), unassigned: tab('unassigned'), team: tab('team') };
}

/**
 * Both on one connection, in turns: ours in the API's role on behalf of `asker`, the other as the tables' owner.
 * @returns the median of each, in milliseconds
 * @throws Error when they do not answer the same
 */
function inTurns<T>(
  pool: Pool,
  asker: typeof me,
  ours: (client: PoolClient) => Promise<T>,
  byHand: (client: PoolClient) => Promise<T>,
): Promise<{ ours: number; byHand: number }> {
  return asActor(pool, asker, async (client) => {
    const times = { ours: [] as number[], byHand: [] as number[] };
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      await client.query('set local role service_plus_api');
      let began = performance.now();
      const answered = await ours(client);
      if (round >= 0) times.ours.push(performance.now() - began);
      await client.query('reset role');
      began = performance.now();
      const expected = await byHand(client);
      if (round >= 0) times.byHand.push(performance.now() - began);
      if (JSON.stringify(answered) !== JSON.stringify(expected)) {
        throw new Error(`not the same as by hand: ${JSON.stringify({ answered, expected })}`);
      }
    }
    return { ours: median(times.ours), byHand: median(times.byHand) };
  });
}

/** @returns the milliseconds of each request, one after the other */
async function requested(system: System, token: string, path: string, sought?: string): Promise<number[]> {
  const headers: Record<string, string> =
    sought === undefined ? {} : { 'x-search': encodeURIComponent(sought) };
  const { times } = await load(WARM_UP + ROUNDS, 1, () =>
    system.call(token, 'GET', path, undefined, headers),
  );
  return times.slice(WARM_UP);
}
