/** Asks people and waits, for months and over many runs: tasks, days waited for, and the one timer that wakes them. */
import type { Told } from '../domain/broadcasts';
import type { Day, Instant } from '../domain/calendar';
import {
  adoptAnswer,
  adoptInstant,
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
  type WaitRecord,
  waitsForSilence,
} from '../domain/journal';
import type { Rules } from '../domain/settings';
import { type DecisionOf, definitionOf, type TaskKind } from '../domain/tasks';
import { Journal, type Journalled } from './journal';
import type { Runtime } from './runtime';
import type { State } from './state';
import { Waiting } from './waiting';

/** What was decided, and the key of the task in which it was. */
export type Answer<K extends TaskKind> = DecisionOf<K> & { readonly taskKey: string };
/** The day a milestone was due lies before the pathway came into this software. */
export interface PassedOver {
  readonly outcome: 'passed_over';
}

/** A round of what goes on through all steps, or a mediation. */
export type Round = `${'watch' | 'summer' | 'term' | 'mediation'}-${number}`;

/** What a question or a wait belongs to when it outlives the stay in a step. */
export type Owner = ContractRecord | EmploymentRecord | 'pathway' | Round;

export interface Question extends Schedule {
  /** From 1; a question asked again is the next round. */
  readonly round?: number;
  /** What it is about where several of one kind are open: an obstacle, an action. */
  readonly subject?: string;
  /** Absent: it belongs to the stay in the step. */
  readonly of?: Owner;
  /** Absent: whoever the kind says. */
  readonly assigneeId?: string;
  readonly partnerId?: string;
}

export abstract class Asking implements Journalled {
  readonly journal: Journal;
  /** What a step waits for. */
  readonly waiting = new Waiting();
  /** Tasks that opened with the last entry. */
  opened: string[] = [];
  /** The timers that are set, each as the epoch milliseconds of its instant. */
  private readonly alarms = new Set<number>();
  /** What was told while an entry was on its way, which may be answered with what was true before. */
  private readonly toldInBetween: Told[] = [];

  /**
   * @param wholeTime false: a run that began before watches, mediations and time that stands still (see pathway.ts); it
   *   decides as it did then
   */
  constructor(
    readonly state: State,
    protected readonly runtime: Runtime,
    readonly wholeTime = true,
  ) {
    this.journal = new Journal(state.revision, () => this.waiting.look(), runtime);
  }

  get now(): Instant {
    return new Date(this.runtime.now()).toISOString();
  }

  get rules(): Rules {
    return this.state.rules;
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
    const { round = 1, subject, assigneeId, partnerId, anchor, before, on, atOnce } = question;
    const key = this.keyOf(kind, question);
    const known = this.state.tasks[key];
    if (known) return known;
    const definition = definitionOf(kind);
    const forReferent = definition.who === 'referent' || definition.who === 'duty';
    const holder = assigneeId ?? (forReferent ? this.state.referentId : null);
    const task: TaskRecord = {
      id: `${this.state.pathwayId}.${++this.state.taskCount}`,
      key,
      kind,
      round,
      ...(subject !== undefined && { subject }),
      step: definition.step ?? this.state.step,
      interval: this.state.interval,
      status: 'planned',
      ...(holder && { assigneeId: holder }),
      ...(mayHaveAnother(kind, holder) && { askHolder: true as const }),
      ...(partnerId && { partnerId }),
      schedule: {
        ...(anchor && { anchor }),
        ...(before && { before }),
        ...(on && { on }),
        ...(atOnce && { atOnce }),
      },
      ...(definition.milestone &&
        this.state.imported &&
        this.state.interval === 1 && { passOver: true as const }),
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
    task.plannedAt = this.now;
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

  /** Open and planned tasks. */
  unfinished(): TaskRecord[] {
    return Object.values(this.state.tasks).filter((t) => t.status === 'open' || t.status === 'planned');
  }

  // ---- waiting for days and for what happens

  /**
   * Waits for a named day, counted from `anchor` with the site's settings.
   * @returns its instant
   */
  async until(
    name: WaitName,
    anchor: Day | Instant,
    more: { of?: Owner; round?: number } = {},
  ): Promise<Instant> {
    const key = this.expect(name, anchor, more);
    await this.when(() => this.state.waits[key]?.passed === true);
    return this.state.waits[key]?.at as Instant;
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

  /** A day that counts from something else now is no longer waited for. */
  dropWait(name: WaitName, more: { of?: Owner; round?: number } = {}): void {
    const key = this.waitKey(name, more);
    if (!this.state.waits[key]) return;
    delete this.state.waits[key];
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

  /** Whether something was done once. */
  wasDone(name: string, of?: Owner): boolean {
    return this.state.done[`${this.scopeOf(of)}/${name}`] === true;
  }

  // ---- telling the journal

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
    this.runtime.wakeAt(next, () => {
      this.alarms.delete(next);
      this.wake();
    });
  }

  private nextInstant(): number {
    let next: Instant | null = null;
    const consider = (at: Instant | undefined) => {
      if (at && (next === null || at < next)) next = at;
    };
    for (const task of this.unfinished()) {
      if (this.standsStill(task)) continue;
      if (task.status === 'planned') consider(task.instants?.opensAt);
      else {
        consider(nextRung(task)?.at);
        if (this.wholeTime && canBeLate(task)) consider(lateAt(task));
      }
    }
    for (const wait of Object.values(this.state.waits))
      if (!wait.passed && !this.waitStandsStill(wait)) consider(wait.at);
    return next === null ? Infinity : Date.parse(next);
  }

  /** On hold nothing is due but what the law sets. */
  private standsStill(task: TaskRecord): boolean {
    return this.wholeTime && this.state.status === 'on_hold' && !definitionOf(task.kind).notAfter;
  }

  private waitStandsStill(wait: WaitRecord): boolean {
    return this.state.status === 'on_hold' && waitsForSilence.includes(wait.name);
  }

  /** Does all that has come due. */
  private wake(): void {
    const now = this.now;
    for (const task of this.unfinished()) {
      if (this.standsStill(task)) continue;
      if (task.status === 'planned' && task.instants && task.instants.opensAt <= now) {
        task.status = 'open';
        task.openedAt = now;
        // Somebody may be away on the day.
        if (mayHaveAnother(task.kind, task.assigneeId)) task.askHolder = true;
        this.tell(task, 'task_opened');
      }
      if (task.status !== 'open') continue;
      for (let rung = nextRung(task); rung && rung.at <= now; rung = nextRung(task)) {
        task.rungs.push(rung.name);
        this.tell(task, `task_${rung.name}`);
      }
      const late = lateAt(task);
      if (this.wholeTime && canBeLate(task) && late && late <= now) {
        task.late = true;
        this.tell(task, 'task_late');
      }
    }
    for (const wait of Object.values(this.state.waits)) {
      if (wait.passed || !wait.at || wait.at > now || this.waitStandsStill(wait)) continue;
      wait.passed = true;
      this.event({ type: 'day_came', data: { name: wait.name } });
      this.waitsChanged();
      this.dayCame(wait.name);
    }
    this.setAlarm();
  }

  /** What was counted with settings older than this version is asked for again, and what follows from the new ones. */
  protected countAllAnew(version: number): void {
    const older = (counted: number | undefined) => counted !== undefined && counted < version;
    for (const task of this.unfinished()) if (older(task.instants?.settingsVersion)) this.countAnew(task);
    for (const wait of Object.values(this.state.waits))
      if (!wait.passed && wait.at && older(wait.settingsVersion)) this.waitAnew(wait);
    this.journal.note((c) => {
      c.fresh = true;
    });
  }

  /** A task's instants are asked for again. */
  protected countAnew(task: TaskRecord): void {
    if (task.instants) task.recounted = task.instants;
    delete task.instants;
    // It may open by it, and somebody may be away.
    if (task.status === 'planned' && mayHaveAnother(task.kind, task.assigneeId)) task.askHolder = true;
    this.journal.note((c) => c.tasks.add(task));
  }

  /** @param anchor another day that it counts from */
  protected waitAnew(wait: WaitRecord, anchor?: Instant): void {
    // A day that counts from the last contact moves with it: only a change of settings is told.
    if (anchor) wait.anchor = anchor;
    else wait.recounted = wait.at;
    delete wait.at;
    this.waitsChanged();
  }

  /** Hears of a change at the site: at once, or when the entry on its way is answered. */
  hear(told: Told): void {
    if (this.journal.underWay) this.toldInBetween.push(told);
    else this.heed(told);
  }

  /** What is told is acted upon. */
  protected abstract heed(told: Told): void;

  // ---- the journal's side

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
      mediations: [...changes.mediations].map((m) => ({ ...m })),
      ...(changes.fresh && { fresh: true as const }),
      events: changes.events,
    };
  }

  adopt(entry: JournalEntry, answer: JournalAnswer): void {
    this.state.revision = entry.revision;
    this.opened = [];
    for (const recorded of entry.tasks) {
      const task = this.state.tasks[recorded.key];
      // It may have been closed, forgotten or asked anew while the entry was on its way.
      if (!task || task.id !== recorded.id) continue;
      // Counted from something else meanwhile: it is asked again with the next entry.
      const { atOnce, paused } = recorded.schedule;
      const same = task.schedule.atOnce === atOnce && task.schedule.paused === paused;
      const asked = !recorded.instants && !task.instants && same;
      const wasPlanned = task.status === 'planned';
      if (asked) {
        const adopted = adoptAnswer({ ...recorded, status: task.status }, answer, entry);
        for (const part of ['instants', 'status', 'openedAt', 'cancelReason', 'closedAt'] as const)
          if (adopted[part] !== undefined) Object.assign(task, { [part]: adopted[part] });
        delete task.recounted;
        delete task.passOver;
        if (wasPlanned && task.status === 'open') this.opened.push(task.id);
      }
      // Whoever took it while the entry was on its way has it.
      const holder = answer.holders?.[task.id];
      if (task.askHolder && holder && task.assigneeId === recorded.assigneeId) {
        delete task.askHolder;
        if (task.status === 'open') {
          delete task.assigneeId;
          delete task.standsInFor;
          Object.assign(task, holder);
        }
      }
    }
    for (const recorded of entry.waits ?? []) {
      const wait = this.state.waits[recorded.key];
      if (!wait || wait.at || recorded.at || wait.anchor !== recorded.anchor) continue;
      Object.assign(wait, adoptInstant(recorded, answer));
      delete wait.recounted;
    }
    if (answer.rules) this.state.rules = answer.rules;
    for (const told of this.toldInBetween.splice(0)) this.heed(told);
    // What was passed over is waited for no longer.
    this.waiting.look();
    this.wake();
  }

  openWaits() {
    return Object.values(this.state.waits).filter((w) => !w.passed);
  }

  /** Asks the journal for every instant that is not known. */
  askAgain(): void {
    const unknown = this.unfinished().filter((t) => !t.instants);
    if (unknown.length === 0 && Object.values(this.state.waits).every((w) => w.passed || w.at)) return;
    this.journal.note((c) => {
      for (const task of unknown) c.tasks.add(task);
      c.waits = true;
    });
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

  // ---- scopes: what belongs to the stay in the step, to the contract, to the job

  protected keyOf(kind: TaskKind, { of, subject, round = 1 }: Question): string {
    return [this.scopeOf(of), kind, subject, round].filter((part) => part !== undefined).join('/');
  }

  private waitKey(name: WaitName, { of, round = 1 }: { of?: Owner; round?: number }): string {
    return `${this.scopeOf(of)}/${name}/${round}`;
  }

  protected scopeOf(of?: Owner): string {
    if (typeof of === 'string') return of;
    if (of) return 'signedOn' in of ? `contract-${of.number}` : `job-${of.number}`;
    return this.state.status === 'exited' ? 'exit' : `step-${this.state.interval}`;
  }

  protected scopes(): Set<string> {
    return new Set([...Object.keys(this.state.tasks), ...Object.keys(this.state.waits)].map(scopeOfKey));
  }

  protected cancelScope(scope: string, reason: CancelReason): void {
    for (const task of Object.values(this.state.tasks))
      if (scopeOfKey(task.key) === scope) this.withdraw(task, reason);
    for (const [key, wait] of Object.entries(this.state.waits)) {
      if (scopeOfKey(key) !== scope || wait.passed) continue;
      delete this.state.waits[key];
      this.waitsChanged();
    }
  }

  /** What was asked and answered in a scope that is over is not carried on. */
  protected forgetScope(scope: string): void {
    for (const things of [this.state.tasks, this.state.waits, this.state.done]) {
      for (const key of Object.keys(things)) if (scopeOfKey(key) === scope) delete things[key];
    }
  }

  protected answerOf<K extends TaskKind>(task: TaskRecord): Answer<K> {
    return { ...task.decision, taskKey: task.key } as unknown as Answer<K>;
  }

  /** The pathway's row. */
  abstract snapshot(): PathwaySnapshot;

  /** A day that was waited for has come. */
  protected abstract dayCame(name: WaitName): void;
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

/** Whether the journal is asked who has a task: its holder may be away, or somebody on duty has it. */
const mayHaveAnother = (kind: TaskKind, holder: string | null | undefined): boolean =>
  Boolean(holder) || definitionOf(kind).who === 'duty';

const canBeLate = ({ kind, status, late }: TaskRecord): boolean =>
  status === 'open' && !late && definitionOf(kind).lateMatters === true;

/** Instants of before closed days were passed over have no day of their own for it. */
const lateAt = ({ instants }: TaskRecord): Instant | undefined => instants?.lateAt ?? instants?.dueAt;

export function scopeOfKey(key: string): string {
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
