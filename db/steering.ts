/** States as at any instant, by what was known at another: counts for those who steer, and the list behind a count. */
import type { PoolClient } from 'pg';
import type { Day, Instant } from '../domain/calendar';
import type { ListedFigure } from '../domain/figures';
import type { TimelineEvent } from '../domain/journal';
import type { ExitCode, Status, Step } from '../domain/pathway';
import { type Cell, type Counted, type Overview, ofOneSite, overviewOf } from '../domain/steering';
import type { PersonRef } from './tasks';

/** The two instants: when it was so, and when that was known. */
export interface Instants {
  readonly asOf: Instant;
  readonly knownAt: Instant;
}

/**
 * @param siteId null: of all sites, for the national roles
 * @throws insufficient_privilege for a role that steers nothing, or another site's
 */
export async function countStates(
  client: PoolClient,
  { asOf, knownAt }: Instants,
  siteId: string | null,
): Promise<Counted> {
  const { rows } = await client.query<Cell & { version: 'known' | 'before' | 'after' | 'changed' }>(
    `select version, site_id as "siteId", step, exit_code as "exitCode", arm, young_people as "youngPeople", overdue,
       in_mediation as "inMediation", on_hold as "onHold", unreachable
     from steering_counts($1, $2, $3)`,
    [asOf, knownAt, siteId],
  );
  const of = (version: string): Cell[] =>
    rows.filter((row) => row.version === version).map(({ version: _, ...cell }) => cell);
  return {
    known: of('known'),
    before: of('before'),
    after: of('after'),
    changed: of('changed').reduce((sum, { youngPeople }) => sum + youngPeople, 0),
  };
}

/** Who reads an overview, as far as it bears on what is told. */
export interface OverviewReader {
  /** Small counts are masked for them. */
  readonly masked: boolean;
  /** Arms are counted for them. */
  readonly arms: boolean;
  /** They may ask of every site: what one reader may read is masked together. */
  readonly national: boolean;
}

/**
 * The overview as this reader may read it.
 * @param of.siteId null: of all sites
 * @param of.siteIds of the programme
 */
export async function overviewFor(
  client: PoolClient,
  at: Instants,
  {
    siteId,
    siteIds,
    masked,
    arms,
    national,
  }: OverviewReader & { siteId: string | null; siteIds: readonly string[] },
): Promise<Overview> {
  const counting = masked && national ? null : siteId;
  const counted = await countStates(client, at, counting);
  const whole = overviewOf(counted, counting === null ? siteIds : [counting], { masked, arms });
  return counting === null && siteId !== null ? ofOneSite(whole, siteId) : whole;
}

export interface StateFilter extends Instants {
  readonly siteId: string;
  readonly figure?: ListedFigure;
  /** null: not known on that date */
  readonly step?: Step | null;
  readonly exitCode?: ExitCode;
  /** The steps that an exit of one phase was from. */
  readonly exitedFrom?: readonly (Step | null)[];
}

export interface StateRow {
  readonly pathwayId: string;
  readonly siteId: string;
  readonly person: { readonly lastName: string; readonly firstName: string };
  readonly enteredAt: Instant;
  readonly step: Step | null;
  readonly stepEnteredAt: Instant | null;
  readonly status: Status;
  readonly exit: { readonly code: ExitCode; readonly at: Instant } | null;
  readonly holdUntil: Day | null;
  readonly referent: PersonRef | null;
  readonly contract: {
    readonly id: string;
    readonly signedOn: Day;
    readonly startsOn: Day;
    readonly endsOn: Day;
  } | null;
  readonly inMediation: boolean;
  readonly lastContactAt: Instant | null;
  readonly unreachable: boolean;
  readonly overdue: boolean;
  /** What became known after the one instant, until the other, about the time before. */
  readonly corrections: readonly {
    readonly type: TimelineEvent['type'];
    readonly occurredAt: Instant;
    readonly recordedAt: Instant;
  }[];
}

/** By figure: the condition on state `s`. */
const conditions: Readonly<Record<ListedFigure, string>> = {
  entered: 'true',
  currently_in: 's.exit_code is null',
  overdue: 's.overdue',
  in_mediation: 's.mediation_id is not null and s.exit_code is null',
  on_hold: "s.status = 'on_hold'",
  unreachable: 's.unreachable',
  exited: "s.status in ('exited', 'closed')",
  corrected: 's.corrected',
};

/** By name, and of one name by id. @param of.after the last one of the page before */
export async function listStates(
  client: PoolClient,
  f: StateFilter,
  of: { after?: string; limit: number },
): Promise<StateRow[]> {
  const values: unknown[] = [f.asOf, f.knownAt, f.siteId];
  const $ = (value: unknown) => `$${values.push(value)}`;
  const where = [conditions[f.figure ?? 'entered']];
  if (f.step !== undefined) where.push(`s.step is not distinct from ${$(f.step)}`);
  if (f.exitCode) where.push(`s.exit_code = ${$(f.exitCode)}`);
  if (f.exitedFrom) {
    const known = f.exitedFrom.filter((step) => step !== null);
    const unknown = known.length < f.exitedFrom.length ? ' or s.step is null' : '';
    where.push(`s.exit_code is not null and (s.step = any (${$(known)})${unknown})`);
  }
  if (of.after) {
    // A name in a cursor would stand in an address.
    const id = $(of.after);
    where.push(
      `(e.name_key, e.id) > ((select b.name_key from enrolments b where b.id = ${id}), ${id}::uuid)`,
    );
  }
  const { rows } = await client.query<StateRow>(
    `with page as materialized (
       select s.*, e.site_id, e.person_id, e.name_key
       from steering_states($1, $2, $3) s join enrolments e on e.id = s.pathway_id
       where ${where.join(' and ')} order by e.name_key, e.id limit ${$(of.limit)}
     )
     select s.pathway_id as "pathwayId", s.site_id as "siteId",
       json_build_object('lastName', y.last_name, 'firstName', y.first_name) as person,
       iso(s.entered_at) as "enteredAt", s.step, iso(s.step_entered_at) as "stepEnteredAt", s.status,
       case when s.exit_code is not null then json_build_object('code', s.exit_code, 'at', iso(s.exited_at)) end as exit,
       s.hold_until as "holdUntil",
       case when r.id is not null then json_build_object('id', r.id, 'displayName', r.display_name) end as referent,
       case when c.id is not null then json_build_object('id', c.id, 'signedOn', c.signed_on, 'endsOn', c.ends_on,
         -- It may have been postponed since.
         'startsOn', coalesce((select l.data->>'startsOn' from timeline l
           where l.pathway_id = s.pathway_id and l.type in ('contract_recorded', 'contract_start_postponed')
             and l.data->>'contractId' = c.id and l.recorded_at <= $2
             and (l.occurred_at <= $1 or l.type = 'contract_recorded')
           order by l.revision desc, l.position desc limit 1), c.starts_on::text)) end as contract,
       s.mediation_id is not null as "inMediation", iso(s.last_contact_at) as "lastContactAt", s.unreachable, s.overdue,
       (select coalesce(json_agg(json_build_object('type', l.type, 'occurredAt', iso(l.occurred_at),
            'recordedAt', iso(l.recorded_at)) order by l.revision, l.position), '[]')
          from timeline l where s.corrected and l.pathway_id = s.pathway_id
            and l.recorded_at > $1 and l.recorded_at <= $2 and l.fact is not null
            and (l.occurred_at <= $1 or l.type = 'exit_undone' or l.fact = 'contract'
              and left(l.told, 10) <= to_char($1::timestamptz at time zone 'Europe/Paris', 'YYYY-MM-DD'))) as corrections
     from page s join people y on y.id = s.person_id
     left join staff r on r.id::text = s.referent_id
     left join contracts c on c.id = s.contract_id
     order by s.name_key, s.pathway_id`,
    values,
  );
  return rows;
}
