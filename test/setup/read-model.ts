/** Holds the rows of the read model against what the workflow says of itself, field by field. */
import type { Pool } from 'pg';
import type { PathwayState, TaskRecord } from '../../domain/journal';

/** What both sides can say of a pathway, in one shape. */
interface Account {
  readonly pathway: object;
  readonly tasks: readonly object[];
  readonly waits: readonly object[];
  readonly contracts: readonly object[];
  readonly employments: readonly object[];
  readonly mediations: readonly object[];
}

/** What the rows of the pathway say, with its open and planned tasks only. */
export async function recordedAccount(pool: Pool, pathwayId: string): Promise<Account> {
  const { rows } = await pool.query<{ account: Account }>({
    name: 'recorded_account',
    text: `select jsonb_build_object(
      'pathway', (select jsonb_build_object(
          'revision', revision, 'siteId', site_id, 'status', status, 'arm', arm, 'step', step, 'interval', interval,
          'stepEnteredAt', iso(step_entered_at), 'enrolledAt', iso(enrolled_at), 'referentId', referent_id,
          'lastContactAt', iso(last_contact_at), 'holdUntil', hold_until, 'mediationId', mediation_id, 'contractId', contract_id,
          'settingsVersion', settings_version, 'exitCode', exit_code, 'exitedAt', iso(exited_at),
          'exitWordsId', exit_words_id)
        from pathways where id = $1),
      'tasks', (select coalesce(jsonb_agg(jsonb_build_object(
          'id', id, 'key', key, 'kind', kind, 'round', round, 'subject', subject, 'step', step, 'interval', interval,
          'status', status, 'assigneeId', assignee_id, 'standsInFor', stands_in_for, 'late', late, 'partnerId', partner_id, 'schedule', schedule,
          'plannedAt', iso(planned_at), 'openedAt', iso(opened_at), 'rungs', rungs,
          'opensAt', iso(opens_at), 'dueAt', iso(due_at), 'remindAt', iso(remind_at), 'escalateAt', iso(escalate_at),
          'committeeAt', iso(committee_at), 'countedFrom', counted_from, 'taskSettingsVersion', settings_version,
          'movedFrom', moved_from, 'past', past) order by id), '[]')
        from tasks where pathway_id = $1 and status in ('open', 'planned')),
      'waits', (select coalesce(jsonb_agg(jsonb_build_object(
          'key', key, 'name', name, 'anchor', anchor, 'at', iso(at), 'settingsVersion', settings_version)
          order by key), '[]')
        from waits where pathway_id = $1),
      'contracts', (select coalesce(jsonb_agg(jsonb_build_object(
          'id', id, 'number', number, 'signedOn', signed_on, 'startsOn', starts_on, 'endsOn', ends_on,
          'terminatedOn', terminated_on, 'initiator', termination_initiator, 'reason', termination_reason,
          'wordsId', words_id, 'recordedAt', iso(recorded_at)) order by number), '[]')
        from contracts where pathway_id = $1),
      'employments', (select coalesce(jsonb_agg(jsonb_build_object(
          'id', id, 'number', number, 'kind', kind, 'startsOn', starts_on, 'endsOn', ends_on, 'durable', durable,
          'left', left_job, 'wordsId', words_id) order by number), '[]')
        from employments where pathway_id = $1),
      'mediations', (select coalesce(jsonb_agg(jsonb_build_object(
          'id', id, 'number', number, 'cause', cause, 'openedAt', iso(opened_at), 'mediatorId', mediator_id,
          'endedAt', iso(ended_at), 'result', result) order by number), '[]')
        from mediations where pathway_id = $1)) as account`,
    values: [pathwayId],
  });
  return (rows[0] as { account: Account }).account;
}

/** The same, as the workflow has it. */
export function workflowAccount(state: PathwayState): Account {
  const { exit, ...snapshot } = state.pathway;
  return {
    pathway: {
      arm: null,
      ...snapshot,
      revision: state.revision,
      exitCode: exit?.code ?? null,
      exitedAt: exit?.at ?? null,
      exitWordsId: exit?.wordsId ?? null,
    },
    tasks: state.tasks.map(taskAccount).sort(by('id')),
    waits: state.waits.map((w) => ({ ...w })).sort(by('key')),
    contracts: state.contracts.map(({ terminated, wordsId = null, ...contract }) => ({
      ...contract,
      wordsId,
      terminatedOn: terminated?.on ?? null,
      initiator: terminated?.initiator ?? null,
      reason: terminated?.reason ?? null,
    })),
    employments: state.employments.map(({ left = false, endsOn = null, wordsId = null, ...job }) => ({
      ...job,
      left,
      endsOn,
      wordsId,
    })),
    mediations: state.mediations.map(
      ({ mediatorId = null, endedAt = null, result = null, ...mediation }) => ({
        ...mediation,
        mediatorId,
        endedAt,
        result,
      }),
    ),
  };
}

function taskAccount(task: TaskRecord) {
  const { instants, subject = null, partnerId = null, openedAt = null, ...said } = task;
  const { assigneeId = null, standsInFor = null, late = null, ...more } = said;
  if (!instants) throw new Error(`${task.key} has no instants`);
  const {
    settingsVersion: taskSettingsVersion,
    movedFrom = null,
    past = null,
    lateAt: _,
    ...days
  } = instants;
  return {
    ...more,
    subject,
    assigneeId,
    standsInFor,
    late,
    partnerId,
    openedAt,
    ...days,
    taskSettingsVersion,
    movedFrom,
    past,
  };
}

// Compared as PostgreSQL's C collation does.
const by =
  <K extends string>(key: K) =>
  (a: { [key in K]: string }, b: { [key in K]: string }) =>
    a[key] < b[key] ? -1 : 1;
