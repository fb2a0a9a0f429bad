/** Young people whose rows are written by hand: for figures, each thing that happened is said by the test itself. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { demonstrationPerson } from '../../db/seed';
import type { Instant } from '../../domain/calendar';
import type { Step } from '../../domain/pathway';
import type { TaskKind } from '../../domain/tasks';

export interface HandMade {
  readonly id: string;
  readonly siteId: string;
}

/** @param now what days are counted back from */
export class ByHand {
  private names = 0;
  private tasks = 0;
  constructor(
    private readonly pool: Pool,
    readonly now: Date,
  ) {}

  /** So many days ago, to the millisecond; negative: in so many days. */
  ago(days: number): Instant {
    return new Date(this.now.getTime() - days * 86_400_000).toISOString();
  }

  async youngPerson(
    siteId: string,
    more: {
      readonly enteredAt?: Instant;
      readonly step?: Step;
      readonly stepEnteredAt?: Instant;
      readonly status?: 'active' | 'on_hold' | 'exited';
      readonly exitedAt?: Instant;
      readonly referent?: string | null;
      readonly lastContactAt?: Instant | null;
      readonly imported?: true;
    } = {},
  ): Promise<HandMade> {
    const id = randomUUID();
    const enteredAt = more.enteredAt ?? this.ago(1);
    const { step = 'welcome', status = 'active', exitedAt = null, lastContactAt = null } = more;
    const stepEnteredAt = more.stepEnteredAt ?? enteredAt;
    const referent = more.referent === undefined ? `counsellor.${siteId}` : more.referent;
    const name = `nom${String(++this.names).padStart(4, '0')}`;
    await this.pool.query(
      "insert into people (id, last_name, first_name, birth_date, name_key) values ($1, $2, 'Prenom', '2008-01-01', $2 || ' prenom')",
      [id, name],
    );
    await this.pool.query(
      `insert into enrolments (id, person_id, site_id, name_key, situation, origin, consent_on, enrolled_on, created_by, created_at, start_input)
       values ($1, $1, $2, $3 || ' prenom', 'in_school', 'cfa', $4::timestamptz::date, $4::timestamptz::date, $5, $4, '{}')`,
      [id, siteId, name, enteredAt, demonstrationPerson(`coordinator.${siteId}`).id],
    );
    await this.pool.query(
      `insert into pathways (id, revision, site_id, status, step, interval, step_entered_at, enrolled_at, referent_id,
         last_contact_at, exit_code, exited_at, settings_version, recorded_at)
       values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, case when $10::timestamptz is not null then 'declined' end, $10, 1, $7)`,
      [
        ...[id, siteId, status, step, step === 'welcome' ? 1 : 2, stepEnteredAt, enteredAt],
        ...[referent && demonstrationPerson(referent).id, lastContactAt, exitedAt],
      ],
    );
    const young = { id, siteId };
    await this.stay(young, 1, 'welcome', enteredAt, step === 'welcome' ? null : stepEnteredAt);
    if (step !== 'welcome') await this.stay(young, 2, step, stepEnteredAt, null);
    await this.event(young, more.imported ? 'imported' : 'enrolled', enteredAt);
    return young;
  }

  async stay(young: HandMade, interval: number, step: Step, enteredAt: Instant, leftAt: Instant | null) {
    await this.pool.query(
      'insert into step_intervals (pathway_id, interval, step, entered_at, left_at) values ($1, $2, $3, $4, $5)',
      [young.id, interval, step, enteredAt, leftAt],
    );
  }

  async event(young: HandMade, type: string, at: Instant, data: object = {}): Promise<void> {
    await this.pool.query(
      `insert into timeline (pathway_id, revision, position, type, occurred_at, recorded_at, data)
       select $1, coalesce(max(revision), 0) + 1, 1, $2, $3, $3, $4 from timeline where pathway_id = $1`,
      [young.id, type, at, JSON.stringify(data)],
    );
  }

  /** A task that was opened; done where it has an outcome, cancelled where it has a reason. */
  async task(
    young: HandMade,
    kind: TaskKind,
    more: {
      readonly dueAt?: Instant;
      readonly plannedAt?: Instant;
      readonly openedAt?: Instant;
      readonly closedAt?: Instant;
      readonly outcome?: string;
      readonly decision?: object;
      readonly cancelReason?: string;
      readonly round?: number;
      readonly scope?: string;
      readonly subject?: string;
      readonly assignee?: string;
      readonly status?: 'planned';
      readonly settingsVersion?: number;
    } = {},
  ): Promise<string> {
    const { round = 1, scope = 'step-2', subject = null, outcome = null, cancelReason = null } = more;
    const plannedAt = more.plannedAt ?? this.ago(400);
    const closedAt = more.closedAt ?? (outcome ? this.ago(1) : null);
    const id = `${young.id}.${++this.tasks}`;
    const key = [scope, kind, subject, round].filter((part) => part !== null).join('/');
    const status = more.status ?? (outcome ? 'done' : cancelReason ? 'cancelled' : 'open');
    await this.pool.query(
      `insert into tasks (id, pathway_id, site_id, key, kind, round, subject, step, interval, status, assignee_id, schedule,
         counted_from, planned_at, opens_at, due_at, remind_at, escalate_at, committee_at, settings_version, opened_at,
         closed_at, outcome, decision, cancel_reason, rungs, revision)
       values ($1, $2, $3, $4, $5, $6, $7, 'contract_search', 2, $8, $9, '{}', $10::timestamptz::date, $10, $11, $12, $12,
         $12, $12, $13, $11, $14, $15, $16, $17, '{}', 1)`,
      [
        ...[id, young.id, young.siteId, key, kind, round, subject, status],
        ...[more.assignee ? demonstrationPerson(more.assignee).id : null, plannedAt],
        ...[more.openedAt ?? plannedAt, more.dueAt ?? this.ago(-5), more.settingsVersion ?? 1, closedAt],
        ...[outcome, outcome && JSON.stringify({ outcome, ...more.decision }), cancelReason],
      ],
    );
    return id;
  }

  async mediation(
    young: HandMade,
    cause: string,
    openedAt: Instant,
    ended?: { readonly at: Instant; readonly result: string },
  ): Promise<void> {
    const id = `${young.id}.mediation-1`;
    await this.pool.query(
      'insert into mediations (id, pathway_id, number, cause, opened_at, ended_at, result) values ($1, $2, 1, $3, $4, $5, $6)',
      [id, young.id, cause, openedAt, ended?.at ?? null, ended?.result ?? null],
    );
    if (!ended) await this.pool.query('update pathways set mediation_id = $2 where id = $1', [young.id, id]);
  }

  async contract(young: HandMade, signedOn: string): Promise<void> {
    await this.pool.query(
      `insert into contracts (id, pathway_id, number, signed_on, starts_on, ends_on, recorded_at)
       values ($1, $2, 1, $3, $3, $3::date + 700, $3::date)`,
      [`${young.id}.contract-1`, young.id, signedOn],
    );
  }
}
