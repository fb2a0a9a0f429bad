/** Holds what the timeline tells of a past instant against what the read model showed then. */
import type { Pool } from 'pg';
import type { Instant } from '../../domain/calendar';

/** Each row of the read model as it was at each revision: what was shown then. */
export const keepEveryVersion = `
  create table pathways_then as select * from pathways;
  create table tasks_then as select *, now() as recorded_at from tasks;
  create function keep_pathway() returns trigger language plpgsql as $$
    begin insert into pathways_then select new.*; return null; end $$;
  create function keep_task() returns trigger language plpgsql as $$
    begin insert into tasks_then select new.*, (select p.recorded_at from pathways p where p.id = new.pathway_id); return null; end $$;
  create trigger keep after insert or update on pathways for each row execute function keep_pathway();
  create constraint trigger keep after insert or update on tasks deferrable initially deferred
    for each row execute function keep_task();`;

/** A state, by the names of its parts. */
export type State = Readonly<Record<string, unknown>>;

/** What the read model said of a pathway at an instant. */
export async function shownAt(pool: Pool, id: string, at: Instant): Promise<State | undefined> {
  const { rows } = await pool.query<{ state: State }>({
    name: 'shown_then',
    text: `select jsonb_build_object('step', p.step, 'stepEnteredAt', case when p.step is not null then iso(p.step_entered_at) end,
        'enteredAt', iso(p.enrolled_at), 'status', p.status, 'exitCode', p.exit_code, 'exitedAt', iso(p.exited_at), 'holdUntil', p.hold_until,
        'referentId', p.referent_id, 'contractId', p.contract_id, 'mediationId', p.mediation_id,
        'lastContactAt', iso(p.last_contact_at),
        'overdue', p.status = 'active' and exists (
          select from (select distinct on (t.id) t.* from tasks_then t where t.pathway_id = p.id and t.recorded_at <= $2
            order by t.id, t.revision desc) t where t.status = 'open' and t.due_at < $2)) as state
      from pathways_then p where p.id = $1 and p.recorded_at <= $2 order by p.revision desc limit 1`,
    values: [id, at],
  });
  return rows[0]?.state;
}

/** The same, as the timeline tells it. */
export async function toldAt(pool: Pool, id: string, at: Instant, knownAt = at): Promise<State | undefined> {
  const { rows } = await pool.query<{ state: State }>({
    name: 'told_now',
    text: `select jsonb_build_object('step', step, 'stepEnteredAt', iso(step_entered_at), 'enteredAt', iso(entered_at),
        'status', status, 'exitCode', exit_code, 'exitedAt', iso(exited_at), 'holdUntil', hold_until,
        'referentId', referent_id, 'contractId', contract_id, 'mediationId', mediation_id,
        'lastContactAt', iso(last_contact_at), 'overdue', overdue) as state
      from states_at($2, $3, array[$1::uuid])`,
    values: [id, at, knownAt],
  });
  return rows[0]?.state;
}

/** The instants at which something was recorded of a pathway, and one between each two of them. */
export async function instantsOf(pool: Pool, id: string): Promise<Instant[]> {
  const { rows } = await pool.query<{ at: Instant }>(
    'select distinct iso(recorded_at) as at from pathways_then where id = $1 order by at',
    [id],
  );
  return rows.flatMap(({ at }, i) => {
    const next = rows[i + 1]?.at ?? new Date(Date.parse(at) + 86_400_000).toISOString();
    return [at, new Date((Date.parse(at) + Date.parse(next)) / 2).toISOString()];
  });
}

/**
 * At every instant the timeline tells what was shown then; and where it tells something else by what is known at
 * `now`, that is among the corrections.
 * @returns what it told at each
 */
export async function holdTimeline(pool: Pool, id: string, now: Instant): Promise<State[]> {
  const told: State[] = [];
  for (const at of await instantsOf(pool, id)) {
    const then = await toldAt(pool, id, at);
    expect({ at, ...then }).toEqual({ at, ...(await shownAt(pool, id, at)) });
    told.push(then as State);
    if (at > now) continue;
    const since = await toldAt(pool, id, at, now);
    if (JSON.stringify(since) === JSON.stringify(then)) continue;
    const { rowCount } = await pool.query('select from corrections($1, $2) where pathway_id = $3', [
      at,
      now,
      id,
    ]);
    expect({ at, then, since, corrected: rowCount !== 0 }).toMatchObject({ corrected: true });
  }
  return told;
}
