/** The only writer of the read model: one statement, so one transaction, for each journal entry. */
import type { Pool, PoolClient } from 'pg';
import type { JournalAnswer, JournalEntry } from '../domain/journal';
import type { Notice } from '../domain/notices';
import { CHANNEL } from './changes';

/**
 * The guard is the pathway's row: it takes the entry only when its revision is newer, and everything else is written
 * only when the guard took it. Who listens (db/changes.ts) is told with the commit, or not at all. Foreign keys are
 * checked at the end of the statement.
 */
const applyEntry = `
with entry as (select $1::jsonb as e, $2::jsonb as notices),
p as (
  select (e->>'pathwayId')::uuid as id, (e->>'revision')::int as revision,
         (e->>'recordedAt')::timestamptz as recorded_at, e->'pathway' as s, e, notices
  from entry
),
guard as (
  insert into pathways as old (id, revision, site_id, status, arm, step, interval, step_entered_at, enrolled_at, referent_id,
    last_contact_at, exit_code, exited_at, exit_words_id, hold_until, mediation_id, contract_id, settings_version,
    recorded_at)
  select id, revision, s->>'siteId', s->>'status', s->>'arm', s->>'step', (s->>'interval')::int,
    (s->>'stepEnteredAt')::timestamptz, (s->>'enrolledAt')::timestamptz, (s->>'referentId')::uuid,
    (s->>'lastContactAt')::timestamptz, s#>>'{exit,code}', (s#>>'{exit,at}')::timestamptz,
    (s#>>'{exit,wordsId}')::uuid, (s->>'holdUntil')::date, s->>'mediationId', s->>'contractId',
    (s->>'settingsVersion')::int, recorded_at
  from p
  on conflict (id) do update set
    revision = excluded.revision, site_id = excluded.site_id, status = excluded.status, arm = excluded.arm,
    step = excluded.step, interval = excluded.interval, step_entered_at = excluded.step_entered_at, enrolled_at = excluded.enrolled_at,
    referent_id = excluded.referent_id, last_contact_at = excluded.last_contact_at, exit_code = excluded.exit_code,
    exited_at = excluded.exited_at, exit_words_id = excluded.exit_words_id, hold_until = excluded.hold_until,
    mediation_id = excluded.mediation_id, contract_id = excluded.contract_id,
    settings_version = excluded.settings_version, recorded_at = excluded.recorded_at
  where old.revision < excluded.revision
  returning id
),
taken as (select p.* from p join guard using (id)),
tasks_written as (
  insert into tasks as old (id, pathway_id, site_id, key, kind, round, subject, step, interval, status, assignee_id,
    stands_in_for, partner_id, schedule, counted_from, planned_at, opens_at, due_at, remind_at, escalate_at, committee_at, settings_version,
    moved_from, past, opened_at, closed_at, closed_by, outcome, decision, cancel_reason, rungs, late, revision)
  select t.id, taken.id, s->>'siteId', t.key, t.kind, t.round, t.subject, t.step, t.interval, t.status, t."assigneeId",
    t."standsInFor", t."partnerId", t.schedule, (t.instants->>'countedFrom')::date, t."plannedAt", (t.instants->>'opensAt')::timestamptz,
    (t.instants->>'dueAt')::timestamptz, (t.instants->>'remindAt')::timestamptz,
    (t.instants->>'escalateAt')::timestamptz, (t.instants->>'committeeAt')::timestamptz,
    (t.instants->>'settingsVersion')::int, t.instants->'movedFrom', (t.instants->>'past')::boolean, t."openedAt", t."closedAt", t."closedBy",
    t.decision->>'outcome', t.decision, t."cancelReason",
    array(select jsonb_array_elements_text(t.rungs)), t.late, taken.revision
  from taken, jsonb_to_recordset(e->'tasks') as t(id text, key text, kind text, round int, subject text, step text,
    interval int, status text, "assigneeId" uuid, "standsInFor" uuid, "partnerId" uuid, schedule jsonb, instants jsonb,
    "plannedAt" timestamptz, "openedAt" timestamptz, "closedAt" timestamptz, "closedBy" uuid, decision jsonb,
    "cancelReason" text, rungs jsonb, late boolean)
  on conflict (id) do update set
    status = excluded.status, assignee_id = excluded.assignee_id, stands_in_for = excluded.stands_in_for,
    schedule = excluded.schedule, counted_from = excluded.counted_from, opens_at = excluded.opens_at,
    due_at = excluded.due_at, remind_at = excluded.remind_at, escalate_at = excluded.escalate_at,
    committee_at = excluded.committee_at, settings_version = excluded.settings_version,
    moved_from = excluded.moved_from, past = excluded.past, opened_at = excluded.opened_at, closed_at = excluded.closed_at,
    closed_by = excluded.closed_by, outcome = excluded.outcome, decision = excluded.decision,
    cancel_reason = excluded.cancel_reason, rungs = excluded.rungs, late = excluded.late, revision = excluded.revision
),
waits_gone as (
  delete from waits using taken
  where waits.pathway_id = taken.id and jsonb_typeof(e->'waits') = 'array'
    and not exists (select from jsonb_array_elements(e->'waits') w where w->>'key' = waits.key)
),
waits_written as (
  insert into waits (pathway_id, key, name, anchor, at, settings_version)
  select taken.id, w.key, w.name, w.anchor, w.at, w."settingsVersion"
  from taken, jsonb_to_recordset(coalesce(e->'waits', '[]')) as w(key text, name text, anchor date, at timestamptz,
    "settingsVersion" int)
  on conflict (pathway_id, key) do update set
    name = excluded.name, anchor = excluded.anchor, at = excluded.at, settings_version = excluded.settings_version
),
contracts_written as (
  insert into contracts (id, pathway_id, number, signed_on, starts_on, ends_on, terminated_on, termination_initiator,
    termination_reason, words_id, recorded_at)
  select c.id, taken.id, c.number, c."signedOn", c."startsOn", c."endsOn", (c.terminated->>'on')::date,
    c.terminated->>'initiator', c.terminated->>'reason', c."wordsId", c."recordedAt"
  from taken, jsonb_to_recordset(e->'contracts') as c(id text, number int, "signedOn" date, "startsOn" date,
    "endsOn" date, terminated jsonb, "wordsId" uuid, "recordedAt" timestamptz)
  on conflict (id) do update set
    starts_on = excluded.starts_on, terminated_on = excluded.terminated_on,
    termination_initiator = excluded.termination_initiator, termination_reason = excluded.termination_reason
),
employments_written as (
  insert into employments (id, pathway_id, number, kind, starts_on, ends_on, durable, left_job, words_id)
  select j.id, taken.id, j.number, j.kind, j."startsOn", j."endsOn", j.durable, coalesce(j."left", false), j."wordsId"
  from taken, jsonb_to_recordset(e->'employments') as j(id text, number int, kind text, "startsOn" date,
    "endsOn" date, durable boolean, "left" boolean, "wordsId" uuid)
  on conflict (id) do update set left_job = excluded.left_job
),
mediations_written as (
  insert into mediations (id, pathway_id, number, cause, opened_at, mediator_id, ended_at, result)
  select m.id, taken.id, m.number, m.cause, m."openedAt", m."mediatorId", m."endedAt", m.result
  from taken, jsonb_to_recordset(e->'mediations') as m(id text, number int, cause text, "openedAt" timestamptz,
    "mediatorId" uuid, "endedAt" timestamptz, result text)
  on conflict (id) do update set
    mediator_id = excluded.mediator_id, ended_at = excluded.ended_at, result = excluded.result
),
notices_written as (
  insert into outbox (id, kind, site_id, pathway_id, data, recorded_at)
  select n.id, n.kind, s->>'siteId', taken.id, n.data, taken.recorded_at
  from taken, jsonb_to_recordset(notices) as n(id text, kind text, data jsonb)
  on conflict (id) do nothing
),
intervals_written as (
  insert into step_intervals (pathway_id, interval, step, entered_at, left_at)
  select taken.id, (ev.event#>>'{data,interval}')::int, min(ev.event#>>'{data,step}'), min((ev.event->>'at')::timestamptz),
    -- Left, and entered again when an exit was undone: what came last counts.
    (array_agg(case ev.event->>'type' when 'step_left' then (ev.event->>'at')::timestamptz end
      order by ev.position desc))[1]
  from taken, jsonb_array_elements(e->'events') with ordinality as ev(event, position)
  where ev.event->>'type' in ('step_entered', 'step_left')
  group by taken.id, (ev.event#>>'{data,interval}')::int
  on conflict (pathway_id, interval) do update set left_at = excluded.left_at
),
timeline_written as (
  insert into timeline (pathway_id, revision, position, type, occurred_at, recorded_at, actor_id, data)
  select taken.id, taken.revision, ev.position, ev.event->>'type', (ev.event->>'at')::timestamptz, taken.recorded_at,
    (ev.event->>'by')::uuid, ev.event->'data'
  from taken, jsonb_array_elements(e->'events') with ordinality as ev(event, position)
)
select (select count(*)::int from guard) as taken,
  (select count(pg_notify('${CHANNEL}', concat_ws(' ', s->>'siteId', id, revision))) from taken) as told`;

/**
 * @param notices what people are told of by e-mail, in the same transaction; none when an entry is applied again
 * @returns whether the entry was newer than what is recorded; false: nothing was changed.
 */
export async function apply(
  db: Pool | PoolClient,
  entry: JournalEntry,
  notices: readonly Notice[] = [],
): Promise<boolean> {
  const { rows } = await db.query<{ taken: number }>({
    name: 'apply_entry',
    text: applyEntry,
    values: [JSON.stringify(entry), JSON.stringify(notices)],
  });
  return rows[0]?.taken === 1;
}

/** What was answered for the tasks and waits of an entry that is already recorded. */
export async function recordedAnswer(
  db: Pool | PoolClient,
  entry: JournalEntry,
): Promise<Pick<JournalAnswer, 'tasks' | 'holders' | 'waits'>> {
  const { rows } = await db.query<{
    tasks: JournalAnswer['tasks'] | null;
    holders: JournalAnswer['holders'] | null;
    waits: JournalAnswer['waits'] | null;
  }>({
    name: 'recorded_answer',
    text: `select
      (select jsonb_object_agg(id, jsonb_strip_nulls(jsonb_build_object(
          'opensAt', iso(opens_at), 'dueAt', iso(due_at), 'remindAt', iso(remind_at), 'escalateAt', iso(escalate_at),
          'committeeAt', iso(committee_at), 'countedFrom', counted_from, 'settingsVersion', settings_version, 'movedFrom', moved_from, 'past', past)))
        from tasks where pathway_id = $1 and id = any($2)) as tasks,
      (select jsonb_object_agg(id, jsonb_strip_nulls(jsonb_build_object('assigneeId', assignee_id, 'standsInFor', stands_in_for)))
        from tasks where pathway_id = $1 and id = any($4)) as holders,
      (select jsonb_object_agg(key, jsonb_build_object('anchor', anchor, 'at', iso(at), 'settingsVersion', settings_version))
        from waits where pathway_id = $1 and key = any($3)) as waits`,
    values: [
      entry.pathwayId,
      entry.tasks.map((t) => t.id),
      (entry.waits ?? []).map((w) => w.key),
      entry.tasks.filter((t) => t.askHolder).map((t) => t.id),
    ],
  });
  return { tasks: rows[0]?.tasks ?? {}, holders: rows[0]?.holders ?? {}, waits: rows[0]?.waits ?? {} };
}
