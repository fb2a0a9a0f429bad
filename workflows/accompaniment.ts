/** What happens to a young person's pathway, and what follows from it wherever the pathway is. */
import type { Told } from '../domain/broadcasts';
import type { Day, Instant } from '../domain/calendar';
import {
  type CancelReason,
  type ContractRecord,
  type EmploymentRecord,
  type MediationRecord,
  type PathwaySnapshot,
  type TaskRecord,
  type TimelineEvent,
  type WaitName,
  waitsForSilence,
} from '../domain/journal';
import type { MediationCause, MediationResult } from '../domain/mediation';
import { type Arm, type Obstacle, phaseOf, type Status } from '../domain/pathway';
import { definitionOf, type TaskKind } from '../domain/tasks';
import { Asking, type Owner, type Round, scopeOfKey } from './asking';
import type { MediationAnswer, MediationQuestion, NewContract } from './messages';
import type { State, Way } from './state';

/** Tasks that follow from what happened, not from a step. */
const askedByEvents: readonly TaskKind[] = ['offer_feedback', 'alert_follow_up'];

const msOfDay = 86_400_000;

export class Accompaniment extends Asking {
  private turn: Way | null = null;

  /** The contract that runs, or null. */
  get contract(): ContractRecord | null {
    const last = this.state.contracts.at(-1);
    return last && !last.terminated ? last : null;
  }

  /** The job that the young person has, or null. */
  get job(): EmploymentRecord | null {
    const last = this.state.employments.at(-1);
    return last && !last.left ? last : null;
  }

  /** Before the contract, or from it on. */
  get phase(): 1 | 2 {
    return phaseOf(this.state.step);
  }

  /** There is an employer to mediate with: of the contract until its end, or of a job. */
  get hasEmployer(): boolean {
    const { contract } = this;
    return (contract !== null && contract.endsOn >= this.now.slice(0, 10)) || this.job !== null;
  }

  /** The mediation that is open, or null. */
  get mediation(): MediationRecord | null {
    const last = this.state.mediations.at(-1);
    return last && !last.result ? last : null;
  }

  // ---- leaving a step

  /** What happened turns the pathway away from its step. */
  turnTo(way: Way): void {
    this.turn = way;
    // It is a change of its own: who caused it is answered when what follows is recorded.
    this.journal.note(() => {});
  }

  /** Waits for something that turns the pathway away from its step. */
  async turned(): Promise<Way> {
    await this.when(() => this.turn !== null);
    return this.turn as Way;
  }

  /** An exit was said in this activation, and has not happened yet. */
  get exiting(): boolean {
    return this.turn !== null && 'exit' in this.turn;
  }

  // ---- the referent, and changes at the site

  assignReferent(referentId: string): void {
    this.state.referentId = referentId;
    this.event({ type: 'referent_assigned', data: { referentId } });
  }

  /** Another referent, with all that the former one had to do for this young person. @param until for a time only */
  transfer(
    referentId: string | null,
    by: string,
    { until, wordsId }: { until?: Day; wordsId?: string } = {},
  ): void {
    const { referentId: former, transfer } = this.state;
    this.dropWait('transfer_ends', { of: 'pathway' });
    this.state.referentId = referentId;
    // A transfer out of a transfer comes back to whom it was first taken from.
    this.state.transfer = until ? { back: transfer?.back ?? former, until } : null;
    if (until) this.expect('transfer_ends', until, { of: 'pathway' });
    this.event({
      type: 'referent_transferred',
      by,
      data: { from: former, to: referentId, ...(until && { until }), ...(wordsId && { wordsId }) },
    });
    if (former) this.giveTasks(former, referentId, (task) => definitionOf(task.kind).who !== 'coordinator');
  }

  /** The time of a transfer is over. */
  transferBack(): void {
    const { transfer, referentId: deputy } = this.state;
    if (!transfer) return;
    this.dropWait('transfer_ends', { of: 'pathway' });
    this.state.transfer = null;
    this.state.referentId = transfer.back;
    this.event({ type: 'referent_transferred', data: { from: deputy, to: transfer.back } });
    if (deputy) this.giveTasks(deputy, transfer.back);
  }

  /** The tasks that were one person's are another's, or the team's. */
  private giveTasks(
    from: string,
    to: string | null,
    which: (task: TaskRecord) => boolean = () => true,
  ): void {
    for (const task of this.unfinished()) {
      if ((task.standsInFor ?? task.assigneeId) !== from || !which(task)) continue;
      delete task.standsInFor;
      if (to) Object.assign(task, { assigneeId: to, askHolder: true });
      else delete task.assigneeId;
      this.mediatesFromNowOn(task, to);
      this.tell(task, 'task_assigned', { data: { assigneeId: to } });
    }
  }

  /** Acts upon a change at the site. */
  protected heed(told: Told): void {
    if (this.state.status === 'closed') return;
    switch (told.kind) {
      case 'settings':
        if (told.version <= this.state.countedVersion) return;
        this.state.countedVersion = told.version;
        this.countAllAnew(told.version);
        break;
      case 'staff': {
        // Somebody may stand in for a substitute: whatever is stood in for is looked at.
        const theirs = this.unfinished().filter(
          (t) => (t.status === 'open' || !t.instants) && (t.standsInFor || t.assigneeId === told.staffId),
        );
        if (theirs.length === 0) return;
        for (const task of theirs) task.askHolder = true;
        this.journal.note((c) => {
          for (const task of theirs) c.tasks.add(task);
          c.fresh = true;
        });
        break;
      }
      case 'drawn':
        this.drawn(told.arm, told.drawId);
        break;
      case 'hand_over': {
        const { from, to, by } = told;
        const { transfer } = this.state;
        if (transfer?.back === from) {
          this.state.transfer = to ? { ...transfer, back: to } : null;
          // Nobody was named to come back: whoever is referent for a time stays.
          if (!to) this.dropWait('transfer_ends', { of: 'pathway' });
        }
        if (this.state.referentId === from) this.transfer(to, by, { until: this.state.transfer?.until });
        this.giveTasks(from, to);
      }
    }
  }

  // ---- contact

  /** The young person was met or spoken with. */
  contacted(at: Instant): void {
    if (this.state.lastContactAt && this.state.lastContactAt >= at) return;
    this.state.lastContactAt = at;
    this.state.summer.missed = 0;
    const { hold, status } = this.state;
    // A contact of before the hold is no news.
    if (status === 'on_hold' && hold?.lost && at > hold.since) this.resume();
    else this.countSilenceAnew();
  }

  /** Since when there was no contact. */
  get silentSince(): Instant {
    const { lastContactAt, silentSince } = this.state;
    return lastContactAt && lastContactAt > silentSince ? lastContactAt : silentSince;
  }

  /** Somebody looked after the silence: it is counted anew from here. */
  countSilenceFrom(instant: Instant): void {
    this.state.silentSince = instant;
    this.countSilenceAnew();
  }

  private countSilenceAnew(): void {
    const since = this.silentSince;
    for (const wait of Object.values(this.state.waits)) {
      if (waitsForSilence.includes(wait.name) && !wait.passed && wait.anchor < since)
        this.waitAnew(wait, since);
    }
  }

  /** Attempts to reach the young person are counted anew from here. */
  forgetAttempts(): void {
    this.state.attempts = [];
  }

  /** The round of what comes again, through all steps. */
  round(of: keyof State['rounds']): Round {
    return `${of}-${this.state.rounds[of]}`;
  }

  /** The round is over; the next one begins. */
  nextRound(of: keyof State['rounds']): void {
    this.cancelScope(this.round(of), 'no_longer_needed');
    this.forgetScope(this.round(of));
    this.state.rounds[of]++;
  }

  // ---- alerts and mediation

  /**
   * A low alert is followed up by the referent; repeated within the site's time it opens a mediation, once there is an
   * employer to mediate with.
   * @returns what was opened for it
   */
  lowAlert(by?: string): TaskRecord | MediationRecord {
    const { lowAlertAt } = this.state;
    this.state.lowAlertAt = this.now;
    const within = this.rules.repeatedAlertWithinDays * msOfDay;
    const repeated = lowAlertAt !== null && this.runtime.now() - Date.parse(lowAlertAt) <= within;
    if (repeated && this.mayMediate) return this.openMediation('repeated_alert', by);
    return this.open('alert_follow_up', { of: 'pathway', round: ++this.state.alerts });
  }

  /** A high alert opens a mediation at once. @returns what was opened for it */
  highAlert(by?: string): TaskRecord | MediationRecord {
    if (this.mayMediate) return this.openMediation('high_alert', by);
    // Without an employer there is nobody to mediate with; beside an open mediation somebody must still act.
    return this.open('alert_follow_up', { of: 'pathway', round: ++this.state.alerts });
  }

  /** There is no mediation yet. */
  private get mayMediate(): boolean {
    return this.wholeTime && this.hasEmployer && !this.mediation;
  }

  /** One at a time: while one is open, its mediator hears of what else happens by the timeline. */
  openMediation(cause: MediationCause, by?: string): MediationRecord {
    if (this.mediation) return this.mediation;
    const { pathwayId, mediations } = this.state;
    const number = mediations.length + 1;
    const mediation = { id: `${pathwayId}.mediation-${number}`, number, cause, openedAt: this.now };
    mediations.push(mediation);
    this.mediationChanged(mediation);
    this.event({
      type: 'mediation_opened',
      ...(by && { by }),
      data: { mediationId: mediation.id, cause },
    });
    this.runtime.startMediation({ pathwayId, number, cause });
    return mediation;
  }

  /** The mediation asks somebody. The same question again is the same task. */
  mediationAsks(number: number, { kind, round, assigneeId, anchor }: MediationQuestion): void {
    const { mediation } = this;
    if (mediation?.number !== number) {
      // It was not there yet when it was told that it is over.
      const { result = 'pathway_exited' } = this.state.mediations.find((m) => m.number === number) ?? {};
      this.runtime.tellMediation(this.state.pathwayId, number, { over: result });
      return;
    }
    // Whoever accepted it may have handed it over since.
    const holder = assigneeId && (mediation.mediatorId ?? null);
    this.open(kind, {
      of: `mediation-${number}`,
      round,
      ...(holder && { assigneeId: holder }),
      ...(anchor && { anchor }),
    });
  }

  /** Who is given a mediation's task goes on with it; null: whoever of the team takes the next one. */
  mediatesFromNowOn(task: TaskRecord, mediatorId: string | null): void {
    const { mediation } = this;
    if (!mediation || scopeOfKey(task.key) !== `mediation-${mediation.number}`) return;
    if (task.kind !== 'meet_parties' && task.kind !== 'mediation_follow_up') return;
    if (mediatorId) mediation.mediatorId = mediatorId;
    else delete mediation.mediatorId;
    this.mediationChanged(mediation);
  }

  /** Answers of people that the mediation has not been told, and questions that nobody answered in time. */
  mediationNews(): TaskRecord | undefined {
    const { mediation } = this;
    if (!mediation) return undefined;
    const of: Round = `mediation-${mediation.number}`;
    return Object.values(this.state.tasks).find(
      (t) =>
        scopeOfKey(t.key) === of &&
        (t.status === 'done' || (t.status === 'open' && t.late)) &&
        !this.wasDone(`told ${t.key}`, of),
    );
  }

  tellMediation(task: TaskRecord): void {
    const mediation = this.mediation as MediationRecord;
    const { key, kind, closedBy, decision } = task;
    this.once(`told ${key}`, () => {}, `mediation-${mediation.number}`);
    if (task.status !== 'done') this.withdraw(task, 'not_in_time');
    const named = kind === 'accept_mediation' && decision?.outcome === 'accepted' ? closedBy : undefined;
    const mediatorId = named ?? (decision?.mediatorId as string | undefined);
    if (mediatorId) {
      mediation.mediatorId = mediatorId;
      this.mediationChanged(mediation);
    }
    this.runtime.tellMediation(this.state.pathwayId, mediation.number, { answer: toldOf(task) });
  }

  /** What a mediation was told already of a question. */
  answered(
    number: number,
    { kind, round }: Pick<MediationQuestion, 'kind' | 'round'>,
  ): MediationAnswer | null {
    const of: Round = `mediation-${number}`;
    const task = this.state.tasks[this.keyOf(kind, { of, round })];
    return task && this.wasDone(`told ${task.key}`, of) ? toldOf(task) : null;
  }

  /** It came to its end, by itself or because there is nothing left to mediate. */
  mediationEnds(number: number, result: MediationResult, over: CancelReason | null): void {
    const { mediation } = this;
    if (mediation?.number !== number) return;
    mediation.result = result;
    mediation.endedAt = this.now;
    this.mediationChanged(mediation);
    const of: Round = `mediation-${number}`;
    this.cancelScope(of, over ?? 'no_longer_needed');
    this.forgetScope(of);
    this.event({ type: 'mediation_ended', data: { mediationId: mediation.id, result } });
    if (over) this.runtime.tellMediation(this.state.pathwayId, number, { over: result });
  }

  private mediationChanged(mediation: MediationRecord): void {
    this.journal.note((c) => c.mediations.add(mediation));
  }

  // ---- contracts, jobs and obstacles

  foundObstacles(obstacles: readonly Obstacle[]): void {
    this.state.obstacles = [...obstacles];
  }

  signContract(terms: NewContract, by?: string): ContractRecord {
    const scope = `contract-${this.state.contracts.length}`;
    this.cancelScope(scope, 'contract_ended');
    this.forgetScope(scope);
    const number = this.state.contracts.length + 1;
    const contract: ContractRecord = {
      id: `${this.state.pathwayId}.contract-${number}`,
      number,
      signedOn: terms.signedOn,
      startsOn: terms.startsOn,
      endsOn: terms.endsOn,
      recordedAt: this.now,
      ...(terms.wordsId && { wordsId: terms.wordsId }),
    };
    this.state.contracts.push(contract);
    const { id: contractId, signedOn, startsOn, endsOn } = contract;
    this.contractChanged(contract, {
      type: 'contract_recorded',
      by,
      data: { contractId, signedOn, startsOn, endsOn },
    });
    return contract;
  }

  terminateContract(
    terminated: NonNullable<ContractRecord['terminated']>,
    by?: string,
    wordsId?: string,
  ): string {
    const contract = this.contract as ContractRecord;
    contract.terminated = terminated;
    this.cancelScope(this.scopeOf(contract), 'contract_ended');
    if (this.mediation) this.mediationEnds(this.mediation.number, 'terminated', 'contract_ended');
    this.expectLastDayAtCfa(contract, terminated.on);
    this.contractChanged(contract, {
      type: 'contract_terminated',
      by,
      data: { contractId: contract.id, ...terminated, ...(wordsId && { wordsId }) },
    });
    return contract.id;
  }

  /** The CFA keeps an apprentice without employer for a time: its last day is shown wherever the pathway goes next. */
  private expectLastDayAtCfa(contract: ContractRecord, terminatedOn: Day): void {
    for (const name of ['cfa_first_warning', 'cfa_last_warning', 'cfa_keeps_apprentice'] as const) {
      this.expect(name, terminatedOn, { of: contract });
    }
  }

  /** So many of the trial's days were spent in the company by today: the others are all still to come. */
  trialCounted(contract: ContractRecord, daysInCompany: number): void {
    this.dropWait('trial_can_end', { of: contract });
    const asIfStarted = new Date(this.runtime.now() - (daysInCompany - 1) * msOfDay).toISOString();
    this.expect('trial_can_end', asIfStarted, { of: contract });
  }

  /** What was asked because of the contract is asked anew, from the new day. */
  postponeStart(contract: ContractRecord, startsOn: Day): void {
    this.cancelScope(this.scopeOf(contract), 'no_longer_needed');
    this.forgetScope(this.scopeOf(contract));
    contract.startsOn = startsOn;
    this.contractChanged(contract, {
      type: 'contract_start_postponed',
      data: { contractId: contract.id, startsOn },
    });
  }

  /** The contract has come to its end: what was asked because of it is no longer asked. */
  contractEnded(contract: ContractRecord): void {
    this.cancelScope(this.scopeOf(contract), 'contract_ended');
  }

  private contractChanged(contract: ContractRecord, event: Omit<TimelineEvent, 'at'>): void {
    this.journal.note((c) => c.contracts.add(contract));
    this.event(event);
  }

  leftJob(job: EmploymentRecord): void {
    job.left = true;
    this.journal.note((c) => c.employments.add(job));
    this.event({ type: 'employment_left', data: { employmentId: job.id } });
  }

  // ---- on hold

  /** From now on nothing is due until the day, but legal dates run on. @param lost nobody can reach the young person */
  hold(until: Day, more: { lost?: boolean; round?: number; by?: string; wordsId?: string } = {}): void {
    const { lost = false, round = 1, by, wordsId } = more;
    const before = this.state.hold;
    if (before) this.dropWait('hold_ends', this.holdWait(before));
    this.state.status = 'on_hold';
    const hold = { since: before?.since ?? this.now, until, lost, round };
    this.state.hold = hold;
    this.event({ type: 'hold_started', ...(by && { by }), data: { until, ...(wordsId && { wordsId }) } });
    this.expect('hold_ends', until, this.holdWait(hold));
  }

  private holdWait({ round }: { round: number }): { of?: Owner; round?: number } {
    return this.wholeTime ? { of: 'pathway' } : { round };
  }

  /** What stood still goes on: due as many days later as the pathway was on hold. */
  resume(by?: string): void {
    const { hold } = this.state;
    if (!hold) return;
    this.state.status = 'active';
    this.state.hold = null;
    this.dropWait('hold_ends', this.holdWait(hold));
    this.event({ type: 'hold_ended', ...(by && { by }) });
    if (!this.wholeTime) return;
    for (const task of this.unfinished()) {
      if (definitionOf(task.kind).notAfter) continue;
      const { on, anchor, paused = 0 } = task.schedule;
      // A day to come that was agreed, or that counting begins at, has not stood still.
      const from = [task.plannedAt, hold.since, on, anchor].map((day) => (day ? Date.parse(day) : 0));
      const days = Math.round((this.runtime.now() - Math.max(...from)) / msOfDay);
      if (days <= 0) continue;
      task.schedule = { ...task.schedule, paused: paused + days };
      this.countAnew(task);
    }
    this.countSilenceFrom(this.now);
  }

  // ---- moving through the steps

  enrolled(by: string): void {
    const { imported, enrolledAt } = this.state;
    this.event({ type: imported ? 'imported' : 'enrolled', at: enrolledAt, by });
  }

  /** Which arm it is in decides where it goes: into the steps, or on in the usual service. The first draw counts. */
  drawn(arm: Arm, drawId: string): void {
    const { state } = this;
    if (!state.awaitsDraw) return;
    Object.assign(state, { awaitsDraw: false, arm, surveys: { done: 0, since: this.now } });
    this.event({ type: 'arm_drawn', data: { arm, drawId } });
    if (state.status === 'awaiting_draw') state.status = this.standing;
  }

  /** The five steps accompany the young person, or did until the exit. */
  get isInSteps(): boolean {
    return this.state.interval > 0;
  }

  enterFirstStep(): void {
    const { step, stepEnteredAt } = this.state;
    this.state.interval = 1;
    this.event({ type: 'step_entered', at: stepEnteredAt, data: { step, interval: 1 } });
  }

  /** What is counted in the steps is counted from here, not from the enrolment. */
  enterFirstStepNow(): void {
    Object.assign(this.state, { stepEnteredAt: this.now, silentSince: this.now, termSince: this.now });
    this.enterFirstStep();
  }

  /** What the pathway is while it has not exited. */
  private get standing(): Status {
    const { awaitsDraw, arm, hold } = this.state;
    if (awaitsDraw) return 'awaiting_draw';
    if (arm === 'standard') return 'usual_service';
    return hold ? 'on_hold' : 'active';
  }

  leaveStep(way: Way): void {
    if (way === this.turn) this.turn = null;
    if ('again' in way) return;
    const { step, interval } = this.state;
    const at = this.now;
    if ('exit' in way) {
      if (this.isInSteps) this.event({ type: 'step_left', at, data: { step, interval, exit: way.exit } });
      if (this.mediation) this.mediationEnds(this.mediation.number, 'pathway_exited', 'exited');
      for (const scope of this.scopes()) this.cancelScope(scope, 'exited');
      this.state.status = 'exited';
      this.state.exit = {
        code: way.exit,
        at,
        from: this.isInSteps ? step : null,
        ...(way.taskKey && { taskKey: way.taskKey }),
        ...(way.wordsId && { wordsId: way.wordsId }),
      };
      this.turn = null;
      this.event({
        type: 'exited',
        at,
        ...(way.by && { by: way.by }),
        data: {
          code: way.exit,
          ...(this.isInSteps && { step }),
          ...(way.wordsId && { wordsId: way.wordsId }),
        },
      });
    } else {
      this.event({ type: 'step_left', at, data: { step, interval, to: way.to } });
      this.cancelScope(this.scopeOf(), 'step_left');
      this.forgetScope(this.scopeOf());
      this.leaveJobs();
      this.state.step = way.to;
      this.state.interval++;
      this.state.stepEnteredAt = at;
      this.event({ type: 'step_entered', at, data: { step: way.to, interval: this.state.interval } });
    }
  }

  /** A job is checked in its step only: what was asked of it is asked again when that step is entered again. */
  private leaveJobs(): void {
    for (const task of Object.values(this.state.tasks)) {
      if (!task.key.startsWith('job-') || task.status === 'done') continue;
      this.withdraw(task, 'step_left');
      delete this.state.tasks[task.key];
    }
  }

  undoExit(by: string): void {
    const { exit, step, interval } = this.state;
    this.cancelScope('exit', 'no_longer_needed');
    this.forgetScope('exit');
    // What the exit cancelled is asked again by the step's function.
    const cancelled = Object.values(this.state.tasks).filter((t) => t.cancelReason === 'exited');
    for (const task of cancelled) delete this.state.tasks[task.key];
    // The question whose answer was the exit is asked again, and what that answer made needless.
    const cause = exit?.taskKey ? this.state.tasks[exit.taskKey] : undefined;
    if (cause) {
      delete this.state.tasks[cause.key];
      for (const task of Object.values(this.state.tasks)) {
        if (task.status === 'cancelled' && task.closedAt === cause.closedAt)
          delete this.state.tasks[task.key];
      }
    }
    this.state.exit = null;
    this.state.status = this.standing;
    // Its day may have come meanwhile: then it ends at once.
    if (this.state.hold) this.expect('hold_ends', this.state.hold.until, this.holdWait(this.state.hold));
    if (this.state.transfer) this.expect('transfer_ends', this.state.transfer.until, { of: 'pathway' });
    this.event({ type: 'exit_undone', by, data: { code: exit?.code } });
    if (this.isInSteps)
      this.event({
        type: 'step_entered',
        at: this.state.stepEnteredAt,
        data: { step, interval, again: true },
      });
    // What no step asks.
    for (const { kind, key, round, subject, schedule } of cancelled) {
      if (!askedByEvents.includes(kind)) continue;
      const of = scopeOfKey(key) === 'pathway' ? 'pathway' : undefined;
      delete this.state.done[`pathway/unhandled ${key}`];
      this.open(kind, { ...schedule, round, subject, of });
    }
    const contract = this.state.contracts.at(-1);
    if (contract?.terminated) this.expectLastDayAtCfa(contract, contract.terminated.on);
    const mediation = this.state.mediations.at(-1);
    if (mediation?.result === 'pathway_exited' && mediation.endedAt === exit?.at)
      this.openMediation(mediation.cause, by);
  }

  close(): void {
    this.state.status = 'closed';
    this.event({ type: 'closed' });
  }

  snapshot(): PathwaySnapshot {
    const s = this.state;
    return {
      siteId: s.siteId,
      status: s.status,
      ...(s.arm && { arm: s.arm }),
      step: this.isInSteps ? s.step : null,
      interval: s.interval,
      stepEnteredAt: s.stepEnteredAt,
      enrolledAt: s.enrolledAt,
      referentId: s.referentId,
      lastContactAt: s.lastContactAt,
      exit: s.exit,
      holdUntil: s.status === 'on_hold' ? (s.hold?.until ?? null) : null,
      mediationId: this.mediation?.id ?? null,
      contractId: this.contract?.id ?? null,
      settingsVersion: s.rules.version,
    };
  }

  protected dayCame(name: WaitName): void {
    if (name === 'hold_ends' && this.state.status === 'on_hold') this.resume();
    if (name === 'transfer_ends') this.transferBack();
  }
}

/** A closed task, as its mediation is told. */
function toldOf({ kind, round, decision, closedBy, closedAt }: TaskRecord): MediationAnswer {
  const mediatorId = decision?.mediatorId as string | undefined;
  return {
    kind: kind as MediationQuestion['kind'],
    round,
    outcome: decision?.outcome ?? 'late',
    ...(closedBy && { by: closedBy }),
    ...(mediatorId && { mediatorId }),
    at: closedAt as Instant,
  };
}
