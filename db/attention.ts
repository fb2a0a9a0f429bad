/** What is stuck now, and the cases that figures count: counts for who steers, lists for the team of a site (migration 0016). */
import type { PoolClient } from 'pg';
import type { CaseGroup, RiskReason } from '../domain/attention';
import type { AttentionRow, CaseCell } from '../domain/attention-counts';
import type { Day, Instant } from '../domain/calendar';
import { longStayLimit } from '../domain/long-stays';
import type { Status, Step } from '../domain/pathway';
import { defaultSettings, type Settings, settingsSchema } from '../domain/settings';
import type { Observation } from '../domain/survival';
import type { TaskKind } from '../domain/tasks';
import type { PersonRef } from './tasks';

interface AppliedSettings {
  readonly siteId: string;
  readonly siteName: string;
  readonly version: number;
  /** null: the defaults, in force from the beginning */
  readonly appliedAt: Instant | null;
  readonly settings: Settings;
}

/** Every version of each site's settings, the newest first, down to the defaults; of one site or all, by name. */
export async function appliedSettings(client: PoolClient, siteId: string | null): Promise<AppliedSettings[]> {
  const { rows } = await client.query<Omit<AppliedSettings, 'settings'> & { settings: unknown }>(
    `select s.id as "siteId", s.name as "siteName", v.version, iso(v.applied_at) as "appliedAt", v.settings
     from sites s
     cross join lateral (
       select version, applied_at, settings from site_settings where site_id = s.id
       union all
       select 1, null, null where not exists (select from site_settings where site_id = s.id and version = 1)
     ) v
     where $1::text is null or s.id = $1 order by s.name, v.version desc`,
    [siteId],
  );
  return rows.map((row) => ({
    ...row,
    settings: row.settings === null ? defaultSettings : settingsSchema.parse(row.settings),
  }));
}

/** The days that a stay in a step is long beyond, by site; a step of which too few stays are over has none. */
export type StayLimits = ReadonlyMap<string, Readonly<Partial<Record<Step, number>>>>;

/** As the stays were at an instant. @param siteId null: of all sites */
export async function stayLimits(
  client: PoolClient,
  asOf: Instant,
  siteId: string | null,
): Promise<StayLimits> {
  const { rows } = await client.query<{
    siteId: string;
    step: Step;
    days: number;
    ended: number;
    going: number;
  }>('select site_id as "siteId", step, days, ended, going from steering_step_stays($1, $2)', [asOf, siteId]);
  const stays = new Map<string, Map<Step, Observation[]>>();
  for (const { siteId: id, step, days, ended, going } of rows) {
    const ofSite = stays.get(id) ?? new Map<Step, Observation[]>();
    const ofStep = ofSite.get(step) ?? [];
    for (let n = 0; n < ended; n++) ofStep.push({ days, event: true });
    for (let n = 0; n < going; n++) ofStep.push({ days, event: false });
    stays.set(id, ofSite.set(step, ofStep));
  }
  return new Map(
    [...stays].map(([id, ofSite]) => {
      const limits = [...ofSite].flatMap(([step, of]) => {
        const limit = longStayLimit(of);
        return limit === null ? [] : [[step, limit] as const];
      });
      return [id, Object.fromEntries(limits)];
    }),
  );
}

/** By which a young person of a site is at risk. */
export interface RiskRule {
  readonly siteId: string;
  readonly missedInARow: number;
  readonly limits: Readonly<Partial<Record<Step, number>>>;
}
const asJson = (rules: readonly RiskRule[]) =>
  JSON.stringify(
    rules.map(({ siteId, missedInARow, limits }) => ({ site_id: siteId, missed: missedInARow, limits })),
  );

/** @param siteId null: of all sites */
export async function countAttention(
  client: PoolClient,
  at: { now: Instant; weekEnds: Instant },
  siteId: string | null,
  rules: readonly RiskRule[],
): Promise<AttentionRow[]> {
  const { rows } = await client.query<AttentionRow>(
    'select site_id as "siteId", count_of as figure, n from steering_attention($1, $2, $3, $4)',
    [at.now, at.weekEnds, siteId, asJson(rules)],
  );
  return rows;
}

export interface AtRiskRow {
  readonly pathwayId: string;
  readonly siteId: string;
  readonly person: { readonly lastName: string; readonly firstName: string };
  readonly step: Step;
  readonly stepEnteredAt: Instant;
  readonly enteredAt: Instant;
  readonly referent: PersonRef | null;
  readonly lastContactAt: Instant | null;
  /** How many reasons there are, and since when the oldest is. */
  readonly reasons: number;
  readonly since: Instant;
  readonly silence: {
    readonly at: Instant;
    readonly by: 'contact_watch_phase_1' | 'contact_watch_phase_2' | 'hard_to_reach_decision';
    readonly settingsVersion: number | null;
  } | null;
  readonly overdue: {
    readonly dueAt: Instant;
    readonly tasks: number;
    readonly kind: TaskKind;
    readonly settingsVersion: number;
  } | null;
  readonly missed: { readonly at: Instant; readonly kind: TaskKind; readonly times: number } | null;
  readonly stay: { readonly since: Instant; readonly days: number; readonly limit: number } | null;
}

const reasonColumn: Readonly<Record<RiskReason, string>> = {
  no_contact: 'silent_at',
  overdue: 'overdue_since',
  two_missed: 'missed_since',
  long_stay: 'stay_since',
};
const columns = Object.values(reasonColumn);

/** Those with most reasons first, of as many those whose oldest reason is the oldest, then by id. */
export async function listAtRisk(
  client: PoolClient,
  f: { now: Instant; rule: RiskRule; reason?: RiskReason },
  of: { after?: readonly [reasons: number, since: Instant, id: string]; limit: number },
): Promise<AtRiskRow[]> {
  const values: unknown[] = [f.now, f.rule.siteId, asJson([f.rule])];
  const $ = (value: unknown) => `$${values.push(value)}`;
  const where = [f.reason ? `r.${reasonColumn[f.reason]} is not null` : 'true'];
  if (of.after) {
    const [reasons, since, id] = of.after;
    // Cut off as it was told: what is in between is no later page's.
    where.push(
      `(-r.reasons, r.since, r.pathway_id) > (${$(-reasons)}::int, ${$(since)}::timestamptz, ${$(id)}::uuid)`,
    );
  }
  const { rows } = await client.query<AtRiskRow>(
    `with page as materialized (
       select * from (
         select r.*, ${columns.map((column) => `(r.${column} is not null)::int`).join(' + ')} as reasons,
           date_trunc('milliseconds', least(${columns.map((column) => `r.${column}`).join(', ')})) as since
         from steering_at_risk($1, $2, $3) r
       ) r
       where ${where.join(' and ')} order by -r.reasons, r.since, r.pathway_id limit ${$(of.limit)}
     )
     select r.pathway_id as "pathwayId", r.site_id as "siteId",
       json_build_object('lastName', y.last_name, 'firstName', y.first_name) as person,
       p.step, iso(p.step_entered_at) as "stepEnteredAt", iso(p.enrolled_at) as "enteredAt",
       case when s.id is not null then json_build_object('id', s.id, 'displayName', s.display_name) end as referent,
       iso(p.last_contact_at) as "lastContactAt", r.reasons, iso(r.since) as since,
       case when r.silent_at is not null then json_build_object('at', iso(r.silent_at),
         'by', coalesce(silence.name, 'hard_to_reach_decision'), 'settingsVersion', silence.version) end as silence,
       case when r.overdue_since is not null then json_build_object('dueAt', iso(r.overdue_since),
         'tasks', r.overdue_tasks, 'kind', late.kind, 'settingsVersion', late.settings_version) end as overdue,
       case when r.missed_since is not null then json_build_object('at', iso(r.missed_since), 'kind', r.missed_kind,
         'times', r.missed_times) end as missed,
       case when r.stay_since is not null then json_build_object('since', iso(r.stay_since), 'days', r.stay_days,
         'limit', r.stay_limit) end as stay
     from page r join pathways p on p.id = r.pathway_id
     join enrolments e on e.id = r.pathway_id join people y on y.id = e.person_id
     left join staff s on s.id = p.referent_id
     left join lateral (
       select l.data->>'name' as name,
         -- What was asked when the day came was counted with the settings of that day.
         (select t.settings_version from tasks t where t.pathway_id = r.pathway_id
            and t.kind in ('re_establish_contact', 'hard_to_reach_decision') and t.planned_at >= r.silent_at
            order by t.planned_at limit 1) as version
       from timeline l where l.pathway_id = r.pathway_id and l.fact = 'silence' and l.occurred_at = r.silent_at
       order by l.revision desc, l.position desc limit 1) silence on true
     left join lateral (
       select t.kind, t.settings_version from tasks t
       where t.pathway_id = r.pathway_id and t.status = 'open' and t.due_at = r.overdue_since order by t.id limit 1) late on true
     order by -r.reasons, r.since, r.pathway_id`,
    values,
  );
  return rows;
}

export interface LoadRow extends PersonRef {
  readonly role: string;
  readonly youngPeople: number;
  readonly open: number;
  readonly overdue: number;
  readonly today: number;
  readonly week: number;
  /** Those that are not over: the first one, or the one that goes on. */
  readonly absence: { readonly from: Day; readonly to: Day; readonly substitute: PersonRef | null } | null;
}

/** What the people of a site have: those who have young people or tasks, and everybody who could, by name. */
export async function listLoad(
  client: PoolClient,
  siteId: string,
  at: { now: Instant; todayEnds: Instant; weekEnds: Instant; today: Day },
): Promise<LoadRow[]> {
  const { rows } = await client.query<LoadRow>(
    `select s.id, s.display_name as "displayName", s.role, coalesce(p.n, 0) as "youngPeople", coalesce(t.open, 0) as open,
       coalesce(t.overdue, 0) as overdue, coalesce(t.today, 0) as today, coalesce(t.week, 0) as week, away.absence
     from staff s
     left join (select referent_id, count(*)::int as n from pathways where site_id = $1 and status in ('active', 'on_hold')
       group by 1) p on p.referent_id = s.id
     left join (select assignee_id, count(*)::int as open, count(*) filter (where due_at < $2)::int as overdue,
         count(*) filter (where due_at >= $2 and due_at < $3)::int as today,
         count(*) filter (where due_at >= $3 and due_at < $4)::int as week
       from tasks where site_id = $1 and status = 'open' group by 1) t on t.assignee_id = s.id
     left join lateral (
       select json_build_object('from', a.first_day, 'to', a.last_day, 'substitute',
           case when b.id is not null then json_build_object('id', b.id, 'displayName', b.display_name) end) as absence
       from absences a left join staff b on b.id = a.substitute_id
       where a.staff_id = s.id and a.last_day >= $5 order by a.first_day, a.id limit 1) away on true
     where s.site_id = $1 and ((s.active and s.role in ('coordinator', 'counsellor', 'mediator'))
       or p.n > 0 or (t.open > 0 and s.role <> 'partner'))
     order by s.display_name, s.id`,
    [siteId, at.now, at.todayEnds, at.weekEnds, at.today],
  );
  return rows;
}

/** What cases of a group are found by; see cases_of in migration 0016. */
export interface CaseQuery {
  readonly group: CaseGroup;
  readonly since: Instant;
  readonly until: Instant;
  readonly now: Instant;
  /** null: of all sites */
  readonly siteId: string | null;
  readonly rules: readonly object[];
}
const inOrder = (q: CaseQuery) => [q.group, q.since, q.until, q.now, q.siteId, JSON.stringify(q.rules)];

export async function countCases(client: PoolClient, query: CaseQuery): Promise<CaseCell[]> {
  const { rows } = await client.query<CaseCell>(
    'select site_id as "siteId", figure, result, marks, n from steering_case_counts($1, $2, $3, $4, $5, $6)',
    inOrder(query),
  );
  return rows;
}

export interface CaseRow {
  readonly pathwayId: string;
  readonly siteId: string;
  readonly person: { readonly lastName: string; readonly firstName: string };
  readonly step: Step;
  readonly status: Status;
  readonly referent: PersonRef | null;
  readonly figure: string;
  readonly result: string;
  readonly marks: readonly string[];
  /** When it was done or happened; null: it was not. */
  readonly at: Instant | null;
  /** By when it was promised; null: there is no such day. */
  readonly dueAt: Instant | null;
}

/**
 * The cases of a group or one figure of it, by name, and of one young person by what is due first.
 * @param of.after the last one of the page before: whose it is, and which of theirs
 */
export async function listCases(
  client: PoolClient,
  query: CaseQuery & { figure?: string; result?: string; mark?: string },
  of: { after?: readonly [pathwayId: string, nth: number]; limit: number },
): Promise<(CaseRow & { nth: number })[]> {
  const values: unknown[] = [
    ...inOrder(query),
    query.figure ?? null,
    query.result ?? null,
    query.mark ?? null,
    of.limit,
  ];
  const $ = (value: unknown) => `$${values.push(value)}`;
  let behind = 'true';
  if (of.after) {
    // A name in a cursor would stand in an address.
    const id = $(of.after[0]);
    behind = `(c.name_key, c.pathway_id, c.nth) > ((select b.name_key from enrolments b where b.id = ${id}), ${id}::uuid, ${$(of.after[1])}::int)`;
  }
  const { rows } = await client.query<CaseRow & { nth: number }>(
    `with page as materialized (
       select * from (
         select c.*, e.name_key, e.person_id,
           (row_number() over (partition by c.pathway_id order by c.due_at nulls last, c.at nulls last, c.result))::int as nth
         from steering_cases($1, $2, $3, $4, $5, $6) c join enrolments e on e.id = c.pathway_id
         where ($7::text is null or c.figure = $7) and ($8::text is null or c.result = $8) and ($9::text is null or $9 = any (c.marks))
       ) c where ${behind} order by c.name_key, c.pathway_id, c.nth limit $10
     )
     select c.pathway_id as "pathwayId", c.site_id as "siteId",
       json_build_object('lastName', y.last_name, 'firstName', y.first_name) as person, p.step, p.status,
       case when s.id is not null then json_build_object('id', s.id, 'displayName', s.display_name) end as referent,
       c.figure, c.result, c.marks, iso(c.at) as at, iso(c.due_at) as "dueAt", c.nth
     from page c join pathways p on p.id = c.pathway_id join people y on y.id = c.person_id
     left join staff s on s.id = p.referent_id
     order by c.name_key, c.pathway_id, c.nth`,
    values,
  );
  return rows;
}

/** The days on which somebody of a site's roster is there, by site. @param siteId null: of all sites */
export async function dutyDays(
  client: PoolClient,
  from: Day,
  to: Day,
  siteId: string | null,
): Promise<Map<string, Set<Day>>> {
  const { rows } = await client.query<{ siteId: string; day: Day }>(
    'select site_id as "siteId", day from steering_duty_days($1, $2, $3)',
    [from, to, siteId],
  );
  const days = new Map<string, Set<Day>>();
  for (const { siteId: id, day } of rows) days.set(id, (days.get(id) ?? new Set()).add(day));
  return days;
}
