/**
 * What a step speaks with: it asks people, waits for days and for what happens, and leaves. A step's function starts
 * again from its top in each run, so every question and every wait has a stable key and is opened once; what was
 * answered is answered at once.
 */
import { log, sleep } from '@temporalio/workflow';
import type { Day, Instant } from '../domain/calendar';
import {
  adoptInstants,
  type CancelReason,
  type ContractRecord,
  type EmploymentRecord,
  type JournalAnswer,
  type JournalEntry,
  type PathwaySnapshot,
  type Schedule,
  type TaskRecord,
  type TimelineEvent,
  type WaitName,
} from '../domain/journal';
import type { Obstacle } from '../domain/pathway';
import type { Rules } from '../domain/settings';
import { type DecisionOf, definitionOf, type TaskKind } from '../domain/tasks';
import { Journal, type Journalled } from './journal';
import type { NewContract } from './messages';
import type { State, Way } from './state';
import { Waiting } from './waiting';

/** What was decided, and the key of the task in which it was. */
export type Answer<K extends TaskKind> = DecisionOf<K> & { readonly taskKey: string };
/** The day a milestone was due lies before the pathway came into this software. */
export interface PassedOver {
  readonly outcome: 'passed_over';
}

/** What a question or a wait belongs to when it outlives the stay in a step. */
export type Owner = ContractRecord | EmploymentRecord | 'pathway';

export interface Question extends Schedule {
  /** From 1; a question asked again is the next round. */
  readonly round?: number;
  /** What it is about where several of one kind are open: an obstacle, an action. */
  readonly subject?: string;
  /** Absent: it belongs to the stay in the step. */
  readonly of?: Owner;
  readonly partnerId?: string;
}

/** Tasks that follow from what happened, not from a step. */
const askedByEvents: readonly TaskKind[] = ['offer_feedback', 'alert_follow_up'];

export class Accompaniment implements Journalled {
  readonly journal: Journal;
  /** What a step waits for. */
  readonly waiting = new Waiting();
  private turn: Way | null = null;
  /** Tasks that opened with the last entry. */
  opened: string[] = [];
  /** The timers that are set, each as the epoch milliseconds of its instant. */
  private readonly alarms = new Set<number>();

  constructor(readonly state: State) {
    this.journal = new Journal(state.revision, () => this.waiting.look());
  }

  // ---- what a step knows

  get now(): Instant {
    return new Date().toISOString();
  }
  get rules(): Rules {
    return this.state.rules;
  }
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

  // ---- asking people

  /** Asks, and waits for the answer however long it takes. */
  async ask<K extends TaskKind>(kind: K, question: Question = {}): Promise<Answer<K>> {
    const task = this.open(kind, question);
    await this.when(() => task.status === 'done');
    return this.answerOf(task);
  }

  /** Asks at a milestone, which is passed over when it lies before the pathway was imported. */
  async askAt<K extends TaskKind>(kind: K, question: Question): Promise<Answer<K> | PassedOver> {
    const task = this.open(kind, question);
    await this.when(() => task.status === 'done' || task.cancelReason === 'before_import');
    return task.status === 'done' ? this.answerOf(task) : { outcome: 'passed_over' };
  }

  /** Asks until `needless`; then the task is withdrawn and the answer is null. */
  async askUnless<K extends TaskKind>(
    kind: K,
    question: Question,
    needless: () => boolean,
    reason: CancelReason = 'no_longer_needed',
  ): Promise<Answer<K> | PassedOver | null> {
    const task = this.open(kind, question);
    await this.when(() => task.status === 'done' || task.status === 'cancelled' || needless());
    if (task.status === 'done') return this.answerOf(task);
    if (task.cancelReason === 'before_import') return { outcome: 'passed_over' };
    this.withdraw(task, reason);
    return null;
  }

  /** Two questions of which one answer settles both: the other is withdrawn. */
  async askEither<A extends TaskKind, B extends TaskKind>(
    first: A,
    second: B,
    question: Question,
    /** Why each is withdrawn when the other was answered. */
    reasons: readonly [ofFirst: CancelReason, ofSecond: CancelReason],
  ): Promise<{ [K in A | B]: { kind: K; answer: Answer<K> } }[A | B]> {
    const keys = [this.keyOf(first, question), this.keyOf(second, question)];
    const done = () => keys.map((key) => this.state.tasks[key]).find((task) => task?.status === 'done');
    if (!done()) for (const kind of [first, second]) this.open(kind, question);
    await this.when(() => done() !== undefined);
    const answered = done() as TaskRecord;
    keys.forEach((key, i) => {
      const other = this.state.tasks[key];
      if (other && other !== answered) this.withdraw(other, reasons[i] as CancelReason);
    });
    return { kind: answered.kind, answer: this.answerOf(answered) } as never;
  }

  /** A task that was asked, with what became of it. */
  asked(kind: TaskKind, question: Question = {}): TaskRecord {
    return this.state.tasks[this.keyOf(kind, question)] as TaskRecord;
  }

  wasAsked(kind: TaskKind, question: Question = {}): boolean {
    return this.keyOf(kind, question) in this.state.tasks;
  }

  /** Opens a task, or plans it when its day has not come. The same question again is the same task. */
  open(kind: TaskKind, question: Question = {}): TaskRecord {
    const { round = 1, subject, partnerId, anchor, before, on, atOnce } = question;
    const key = this.keyOf(kind, question);
    const known = this.state.tasks[key];
    if (known) return known;
    const definition = definitionOf(kind);
    const task: TaskRecord = {
      id: `${this.state.pathwayId}.${++this.state.taskCount}`,
      key,
      kind,
      round,
      ...(subject !== undefined && { subject }),
      step: definition.step,
      interval: this.state.interval,
      status: 'planned',
      ...(definition.who === 'referent' && this.state.referentId && { assigneeId: this.state.referentId }),
      ...(partnerId && { partnerId }),
      schedule: {
        ...(anchor && { anchor }),
        ...(before && { before }),
        ...(on && { on }),
        ...(atOnce && { atOnce }),
      },
      plannedAt: this.now,
      rungs: [],
    };
    this.state.tasks[key] = task;
    this.tell(task, 'task_planned');
    return task;
  }

  /** A planned task opens now: its day is counted anew from now. */
  openNow(task: TaskRecord): void {
    if (task.status !== 'planned' || task.schedule.atOnce) return;
    task.schedule = { atOnce: true };
    delete task.instants;
    this.tell(task, 'task_planned');
  }

  withdraw(task: TaskRecord, reason: CancelReason): void {
    if (task.status === 'done' || task.status === 'cancelled') return;
    task.status = 'cancelled';
    task.cancelReason = reason;
    task.closedAt = this.now;
    this.tell(task, 'task_cancelled', { data: { reason } });
  }

  // ---- waiting for days and for what happens

  /** Waits for a named day, counted from `anchor` with the site's settings. */
  async until(
    name: WaitName,
    anchor: Day | Instant,
    more: { of?: Owner; round?: number } = {},
  ): Promise<void> {
    const key = this.expect(name, anchor, more);
    await this.when(() => this.state.waits[key]?.passed === true);
  }

  /** Shows a named day and tells when it has come, without waiting for it. */
  expect(name: WaitName, anchor: Day | Instant, more: { of?: Owner; round?: number } = {}): string {
    const key = this.waitKey(name, more);
    if (!this.state.waits[key]) {
      this.state.waits[key] = { key, name, anchor };
      this.waitsChanged();
    }
    return key;
  }

  /** Whether a named day has come, or is waited for no longer. */
  passed(name: WaitName, more: { of?: Owner; round?: number } = {}): boolean {
    return this.state.waits[this.waitKey(name, more)]?.passed === true;
  }

  /** What the day was waited for has happened before it came. */
  stopWaiting(name: WaitName, more: { of?: Owner; round?: number } = {}): void {
    const wait = this.state.waits[this.waitKey(name, more)];
    if (!wait || wait.passed) return;
    wait.passed = true;
    this.waitsChanged();
  }

  /** Waits for something to have happened. */
  when(happened: () => boolean): Promise<void> {
    return this.waiting.until(happened);
  }

  /** Does something once, however often the step's function starts from its top. */
  once(name: string, deed: () => void, of?: Owner): void {
    const key = `${this.scopeOf(of)}/${name}`;
    if (this.state.done[key]) return;
    this.state.done[key] = true;
    deed();
  }

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

  // ---- what happens to a pathway

  assignReferent(referentId: string): void {
    this.state.referentId = referentId;
    this.event({ type: 'referent_assigned', data: { referentId } });
  }

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
    this.contractChanged(contract, { type: 'contract_recorded', by, data: { contractId: contract.id } });
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

  /** Attempts to reach the young person are counted anew from here. */
  forgetAttempts(): void {
    this.state.attempts = [];
  }

  followUpAlert(): TaskRecord {
    return this.open('alert_follow_up', { of: 'pathway', round: ++this.state.alerts });
  }

  hold(until: Day): void {
    this.state.status = 'on_hold';
    this.state.holdUntil = until;
    this.event({ type: 'hold_started', data: { until } });
  }

  resume(): void {
    this.state.status = 'active';
    this.state.holdUntil = null;
    this.event({ type: 'hold_ended' });
  }

  // ---- moving through the steps

  enterFirstStep(by: string): void {
    const { step, imported, enrolledAt, stepEnteredAt } = this.state;
    this.event({ type: imported ? 'imported' : 'enrolled', at: enrolledAt, by });
    this.event({ type: 'step_entered', at: stepEnteredAt, data: { step, interval: 1 } });
  }

  leaveStep(way: Way): void {
    if (way === this.turn) this.turn = null;
    if ('again' in way) return;
    const { step, interval } = this.state;
    const at = this.now;
    if ('exit' in way) {
      this.event({ type: 'step_left', at, data: { step, interval, exit: way.exit } });
      for (const scope of this.scopes()) this.cancelScope(scope, 'exited');
      this.state.status = 'exited';
      this.state.holdUntil = null;
      this.state.exit = {
        code: way.exit,
        at,
        from: step,
        ...(way.taskKey && { taskKey: way.taskKey }),
        ...(way.wordsId && { wordsId: way.wordsId }),
      };
      this.turn = null;
      this.event({
        type: 'exited',
        at,
        ...(way.by && { by: way.by }),
        data: { code: way.exit, step, ...(way.wordsId && { wordsId: way.wordsId }) },
      });
    } else {
      this.event({ type: 'step_left', at, data: { step, interval, to: way.to } });
      this.cancelScope(this.scopeOf(), 'step_left');
      this.forgetScope(this.scopeOf());
      this.leaveJobs();
      if (this.state.status === 'on_hold') this.resume();
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
    this.state.status = 'active';
    this.event({ type: 'exit_undone', by, data: { code: exit?.code } });
    this.event({ type: 'step_entered', at: this.state.stepEnteredAt, data: { step, interval, again: true } });
    // What no step asks.
    for (const { kind, key, round, subject, schedule } of cancelled) {
      if (!askedByEvents.includes(kind)) continue;
      const of = scopeOfKey(key) === 'pathway' ? 'pathway' : undefined;
      this.open(kind, { ...schedule, round, subject, of });
    }
    const contract = this.state.contracts.at(-1);
    if (contract?.terminated) this.expectLastDayAtCfa(contract, contract.terminated.on);
  }

  /** Goes on in a new run where the one before stopped. */
  pickUp(): void {
    // Closed tasks of no step are waited for by nobody, unless an exit that closed them is undone.
    for (const task of Object.values(this.state.tasks)) {
      const closed =
        task.status === 'done' || (task.status === 'cancelled' && task.cancelReason !== 'exited');
      if (closed && scopeOfKey(task.key) === 'pathway') delete this.state.tasks[task.key];
    }
    this.wake();
  }

  close(): void {
    this.state.status = 'closed';
    this.event({ type: 'closed' });
  }

  event(event: Omit<TimelineEvent, 'at'> & { at?: Instant }): void {
    this.journal.note((c) => c.events.push({ at: this.now, ...event }));
  }

  /** Notes a task's change for the journal and tells it on the timeline. */
  tell(task: TaskRecord, type: TimelineEvent['type'], more: { by?: string; data?: object } = {}): void {
    this.journal.note((c) => c.tasks.add(task));
    this.event({
      type,
      ...(more.by && { by: more.by }),
      data: { taskId: task.id, kind: task.kind, ...more.data },
    });
  }

  private waitsChanged(): void {
    this.journal.note((c) => {
      c.waits = true;
    });
  }

  // ---- time

  /** Sets a timer for the next instant anything waits for, unless one is set that comes before it. */
  private setAlarm(): void {
    const next = this.nextInstant();
    if (next === Infinity) return;
    for (const alarm of this.alarms) if (alarm <= next) return;
    this.alarms.add(next);
    // A timer that is no longer needed is left to fire, once: cancelling it and starting another would cost each
    // decision of a person two events, and an instant nothing waits for any more costs five, once.
    sleep(Math.max(1, next - Date.now())).then(
      () => {
        this.alarms.delete(next);
        this.wake();
      },
      () => log.debug('the timer was cancelled with the workflow'),
    );
  }

  private nextInstant(): number {
    let next: Instant | null = null;
    const consider = (at: Instant | undefined) => {
      if (at && (next === null || at < next)) next = at;
    };
    for (const task of Object.values(this.state.tasks)) {
      if (task.status === 'planned') consider(task.instants?.opensAt);
      if (task.status === 'open') consider(nextRung(task)?.at);
    }
    for (const wait of Object.values(this.state.waits)) if (!wait.passed) consider(wait.at);
    return next === null ? Infinity : Date.parse(next);
  }

  /** Does all that has come due. */
  private wake(): void {
    const now = this.now;
    for (const task of Object.values(this.state.tasks)) {
      if (task.status === 'planned' && task.instants && task.instants.opensAt <= now) {
        task.status = 'open';
        task.openedAt = now;
        // The referent may have changed since it was planned.
        if (definitionOf(task.kind).who === 'referent' && this.state.referentId)
          task.assigneeId = this.state.referentId;
        this.tell(task, 'task_opened');
      }
      if (task.status !== 'open') continue;
      for (let rung = nextRung(task); rung && rung.at <= now; rung = nextRung(task)) {
        task.rungs.push(rung.name);
        this.tell(task, `task_${rung.name}`);
      }
    }
    for (const wait of Object.values(this.state.waits)) {
      if (wait.passed || !wait.at || wait.at > now) continue;
      wait.passed = true;
      this.event({ type: 'day_came', data: { name: wait.name } });
      this.waitsChanged();
    }
    this.setAlarm();
  }

  // ---- the journal's side

  snapshot(): PathwaySnapshot {
    const s = this.state;
    return {
      siteId: s.siteId,
      status: s.status,
      step: s.step,
      interval: s.interval,
      stepEnteredAt: s.stepEnteredAt,
      enrolledAt: s.enrolledAt,
      referentId: s.referentId,
      lastContactAt: s.lastContactAt,
      exit: s.exit,
      holdUntil: s.holdUntil,
      contractId: this.contract?.id ?? null,
      settingsVersion: s.rules.version,
    };
  }

  openWaits() {
    return Object.values(this.state.waits).filter((w) => !w.passed);
  }

  entry(revision: number, changes: Parameters<Journalled['entry']>[1]): JournalEntry {
    return {
      pathwayId: this.state.pathwayId,
      revision,
      recordedAt: this.now,
      pathway: this.snapshot(),
      tasks: [...changes.tasks].map((t) => ({ ...t, rungs: [...t.rungs] })),
      ...(changes.waits && { waits: this.openWaits().map((w) => ({ ...w })) }),
      contracts: [...changes.contracts].map((c) => ({ ...c })),
      employments: [...changes.employments].map((j) => ({ ...j })),
      events: changes.events,
    };
  }

  adopt(entry: JournalEntry, answer: JournalAnswer): void {
    this.state.revision = entry.revision;
    this.opened = [];
    for (const recorded of entry.tasks) {
      const task = this.state.tasks[recorded.key];
      // It may have been closed, forgotten or asked anew while the entry was on its way.
      if (!task || task.id !== recorded.id || task.instants) continue;
      if (task.schedule.atOnce !== recorded.schedule.atOnce) continue;
      const adopted = adoptInstants(task, answer.tasks[recorded.id], entry.recordedAt);
      Object.assign(task, adopted);
      if (
        adopted.instants?.past &&
        definitionOf(task.kind).milestone &&
        this.state.imported &&
        this.state.interval === 1
      ) {
        this.withdraw(task, 'before_import');
      } else if (adopted.status === 'open') this.opened.push(task.id);
    }
    for (const recorded of entry.waits ?? []) {
      const wait = this.state.waits[recorded.key];
      if (wait && !wait.at) Object.assign(wait, answer.waits[recorded.key]);
    }
    if (answer.rules) this.state.rules = answer.rules;
    this.wake();
  }

  // ---- scopes: what belongs to the stay in the step, to the contract, to the job

  private keyOf(kind: TaskKind, { of, subject, round = 1 }: Question): string {
    return [this.scopeOf(of), kind, subject, round].filter((part) => part !== undefined).join('/');
  }

  private waitKey(name: WaitName, { of, round = 1 }: { of?: Owner; round?: number }): string {
    return `${this.scopeOf(of)}/${name}/${round}`;
  }

  private scopeOf(of?: Owner): string {
    if (of === 'pathway') return of;
    if (of) return 'signedOn' in of ? `contract-${of.number}` : `job-${of.number}`;
    return this.state.status === 'exited' ? 'exit' : `step-${this.state.interval}`;
  }

  private scopes(): Set<string> {
    return new Set([...Object.keys(this.state.tasks), ...Object.keys(this.state.waits)].map(scopeOfKey));
  }

  private cancelScope(scope: string, reason: CancelReason): void {
    for (const task of Object.values(this.state.tasks))
      if (scopeOfKey(task.key) === scope) this.withdraw(task, reason);
    for (const [key, wait] of Object.entries(this.state.waits)) {
      if (scopeOfKey(key) !== scope || wait.passed) continue;
      delete this.state.waits[key];
      this.waitsChanged();
    }
  }

  /** What was asked and answered in a scope that is over is not carried on. */
  private forgetScope(scope: string): void {
    for (const things of [this.state.tasks, this.state.waits, this.state.done]) {
      for (const key of Object.keys(things)) if (scopeOfKey(key) === scope) delete things[key];
    }
  }

  private answerOf<K extends TaskKind>(task: TaskRecord): Answer<K> {
    return { ...task.decision, taskKey: task.key } as unknown as Answer<K>;
  }
}

/** When a round was over: held, withdrawn, or due where it was passed over. */
export function endOf(task: TaskRecord): Instant {
  return task.cancelReason === 'before_import'
    ? (task.instants as { dueAt: Instant }).dueAt
    : (task.closedAt as Instant);
}

/** Where the next round is counted from so that a rhythm is kept: the day it was due, or held when that was later. */
export function beatOf(task: TaskRecord): Day | Instant {
  const { dueAt, movedFrom } = task.instants as NonNullable<TaskRecord['instants']>;
  const end = endOf(task);
  return end > dueAt ? end : (movedFrom?.day ?? dueAt);
}

/** Something that goes on beside what decides: it never answers, but its failure is one. */
export async function beside(work: Promise<unknown>): Promise<never> {
  await work;
  return new Promise<never>(() => {});
}

function scopeOfKey(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

function nextRung(task: TaskRecord): { name: 'reminded' | 'escalated' | 'flagged'; at: Instant } | null {
  const { instants, rungs } = task;
  if (!instants) return null;
  if (!rungs.includes('reminded')) return { name: 'reminded', at: instants.remindAt };
  if (!rungs.includes('escalated')) return { name: 'escalated', at: instants.escalateAt };
  if (!rungs.includes('flagged')) return { name: 'flagged', at: instants.committeeAt };
  return null;
}
