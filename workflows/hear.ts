/**
 * Hears the people: one handler for each Update. A validator refuses what the state does not allow, before anything
 * is changed; a request heard before is answered as before; the answer leaves when the journal has recorded it.
 */
import type { UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { Instant } from '../domain/calendar';
import { type EventKind, type NotNow, whyNotNow } from '../domain/events';
import type { ContractRecord, TaskRecord } from '../domain/journal';
import { type EmploymentKind, lastingKinds } from '../domain/pathway';
import type { Rules } from '../domain/settings';
import { contractProblem, type Decision, decisionSchemaOf, definitionOf } from '../domain/tasks';
import type { Accompaniment } from './accompaniment';
import {
  assignTask,
  claimTask,
  completeTask,
  exitPathway,
  holdPathway,
  mediationAsks,
  mediationEnded,
  pathwayState,
  proposeOffer,
  type Recorded,
  type Refusal,
  raiseAlert,
  recordContact,
  recordContract,
  recordEmployment,
  recordTermination,
  releaseTask,
  resumePathway,
  tell,
  transferReferent,
  undoExit,
} from './messages';
import { carriedState, exit, rememberedRequests, to } from './state';

export function hearPeople(p: Accompaniment): void {
  const { state } = p;
  const answered = new Map(state.answered);

  function hear<R extends { requestId: string; by: string }>(
    update: UpdateDefinition<Recorded, [R]>,
    refuse: (request: R) => void,
    act: (request: R) => string | undefined,
  ): void {
    setHandler(
      update,
      async (request) => {
        const before = answered.get(request.requestId);
        if (before) return before;
        if (isUnsettled(request)) {
          // Its answer is on the way: whoever read the read model knows already that it is open.
          await p.journal.recorded();
          refuse(request);
        }
        const subjectId = act(request);
        await p.journal.recorded();
        const recorded: Recorded = {
          revision: state.revision,
          ...(subjectId && { subjectId }),
          opened: p.opened,
        };
        answered.set(request.requestId, recorded);
        state.answered.push([request.requestId, recorded]);
        if (state.answered.length > rememberedRequests)
          answered.delete((state.answered.shift() as [string, Recorded])[0]);
        return recorded;
      },
      {
        validator: (request) => {
          if (!answered.has(request.requestId) && !isUnsettled(request)) refuse(request);
        },
      },
    );
  }

  // ---- tasks

  hear(
    claimTask,
    ({ taskId, by }) => {
      const task = openTask(taskId);
      if (isHeldFrom(task, by)) refused('task_held', `the task is held by someone else`, held(task));
    },
    ({ taskId, by }) => assign(taskId, by, by, 'task_claimed'),
  );
  hear(
    releaseTask,
    ({ taskId, by, force }) => {
      const task = openTask(taskId);
      if (!task.assigneeId) refused('task_not_held', 'nobody holds the task: there is nothing to release');
      if (task.assigneeId !== by && !force)
        refused('task_held', 'the task is held by someone else', held(task));
    },
    ({ taskId, by }) => {
      const task = openTask(taskId);
      delete task.assigneeId;
      delete task.standsInFor;
      delete task.askHolder;
      p.tell(task, 'task_released', { by });
      return task.id;
    },
  );
  hear(
    assignTask,
    ({ taskId }) => void openTask(taskId),
    ({ taskId, by, assigneeId }) => assign(taskId, assigneeId, by, 'task_assigned'),
  );
  hear(
    completeTask,
    ({ taskId, by, decision }) => {
      const task = openTask(taskId);
      if (isHeldFrom(task, by)) refused('task_held', 'the task is held by someone else', held(task));
      const form = decisionSchemaOf(task.kind).safeParse(decision);
      if (!form.success) {
        const [issue] = form.error.issues;
        refused('outcome_invalid', `${issue?.path.join('/') || 'outcome'}: ${issue?.message}`, {
          field: `/${issue?.path.join('/') || 'outcome'}`,
        });
      }
      if (typeof decision.endsOn === 'string' && 'signedOn' in decision) refuseContract(decision as never);
    },
    ({ taskId, by, decision }) => {
      const task = openTask(taskId);
      // Parsed, so that what the catalogue defaults is there.
      return complete(task, by, decisionSchemaOf(task.kind).parse(decision), {
        outcome: decision.outcome,
        ...(decision.wordsId && { wordsId: decision.wordsId }),
      });
    },
  );

  // ---- what happens beside tasks

  hear(
    recordContact,
    () => refuseNotNow('contact'),
    ({ by, channel, result, at = p.now, wordsId }) => {
      state.attempts.push({ at, channel, result });
      if (result === 'reached') p.contacted(at);
      p.event({ type: 'contact', at, by, data: { channel, result, ...(wordsId && { wordsId }) } });
      const firstContact = Object.values(state.tasks).find(
        (t) => t.kind === 'first_contact' && t.status === 'open',
      );
      if (result !== 'reached' || !firstContact) return undefined;
      // Whoever reached the young person has done what the task asks.
      const decision = { outcome: 'reached', channel, ...(wordsId && { wordsId }) };
      return complete(firstContact, by, decision, { outcome: 'reached' }, at);
    },
  );
  hear(
    recordContract,
    (request) => {
      refuseNotNow('contract');
      refuseContract(request);
    },
    ({ requestId: _, by, ...terms }) => {
      // Who signs a contract is back.
      if (state.status === 'on_hold') p.resume(by);
      p.turnTo(to('securing'));
      return p.signContract(terms, by).id;
    },
  );
  hear(
    recordTermination,
    ({ on }) => {
      refuseNotNow('termination');
      const contract = p.contract as ContractRecord;
      if (on < contract.signedOn || on > contract.endsOn) {
        refused(
          'dates_contradict',
          'the termination is not between the signature and the end of the contract',
          {
            field: '/on',
          },
        );
      }
    },
    ({ by, on, initiator, reason, wordsId }) => {
      // Step 5 goes back to securing, where a rebound is sought; securing starts again from its top.
      p.turnTo(state.step === 'securing' ? { again: true } : to('securing'));
      return p.terminateContract({ on, initiator, reason }, by, wordsId);
    },
  );
  hear(
    recordEmployment,
    ({ startsOn, endsOn }) => {
      refuseNotNow('employment');
      if (endsOn && endsOn <= startsOn) {
        refused('dates_contradict', 'the job ends on or before the day it starts', { field: '/endsOn' });
      }
    },
    ({ by, kind, startsOn, endsOn, wordsId }) => {
      const number = state.employments.length + 1;
      const job = {
        id: `${state.pathwayId}.job-${number}`,
        number,
        kind,
        startsOn,
        ...(endsOn && { endsOn }),
        durable: isDurable(kind, startsOn, endsOn, p.rules),
        ...(wordsId && { wordsId }),
      };
      state.employments.push(job);
      p.journal.note((c) => c.employments.add(job));
      p.event({
        type: 'employment_recorded',
        by,
        data: { employmentId: job.id, kind, durable: job.durable },
      });
      // An apprentice stays in securing until the contract nears its end.
      if (state.step !== 'durable_employment' && !p.contract) p.turnTo(to('durable_employment'));
      return job.id;
    },
  );
  hear(
    proposeOffer,
    () => refuseNotNow('offer'),
    ({ by, proposedOn, wordsId }) => {
      const number = ++state.offers;
      p.event({ type: 'offer_proposed', by, data: { proposedOn, wordsId } });
      return p.open('offer_feedback', { round: number, subject: wordsId, anchor: proposedOn }).id;
    },
  );
  hear(
    raiseAlert,
    () => refuseNotNow('alert'),
    ({ by, level, source, wordsId }) => {
      p.event({ type: 'alert_raised', by, data: { level, source, wordsId } });
      return (level === 'high' ? p.highAlert(by) : p.lowAlert(by)).id;
    },
  );
  hear(
    holdPathway,
    () => refuseNotNow('hold'),
    ({ by, until, wordsId }) => {
      p.hold(until, { by, wordsId });
      return undefined;
    },
  );
  hear(
    resumePathway,
    () => refuseNotNow('resume'),
    ({ by }) => {
      p.resume(by);
      return undefined;
    },
  );
  hear(
    transferReferent,
    ({ referentId }) => {
      refuseNotNow('transfer');
      if (referentId === state.referentId)
        refused('referent_already', 'this person is the referent already', { field: '/referentId' });
    },
    ({ by, referentId, until, wordsId }) => {
      p.transfer(referentId, by, { until, wordsId });
      return undefined;
    },
  );
  hear(
    exitPathway,
    ({ code, wordsId }) => {
      refuseNotNow('exit');
      if (code === 'other' && !wordsId) {
        refused('exit_words_missing', 'the exit "other" needs words: say what it is', { field: '/comment' });
      }
    },
    ({ by, code, wordsId }) => {
      p.turnTo({ ...exit(code), by, ...(wordsId && { wordsId }) });
      return undefined;
    },
  );
  hear(
    undoExit,
    () => refuseNotNow('undo_exit'),
    ({ by }) => {
      p.undoExit(by);
      return undefined;
    },
  );

  setHandler(pathwayState, () => ({
    pathwayId: state.pathwayId,
    revision: state.revision,
    pending: p.journal.pending,
    pathway: p.snapshot(),
    tasks: Object.values(state.tasks).filter((t) => t.status === 'open' || t.status === 'planned'),
    waits: p.openWaits(),
    contracts: state.contracts,
    employments: state.employments,
    mediations: state.mediations,
  }));
  setHandler(carriedState, () => state);
  setHandler(tell, (told) => p.hear(told));
  setHandler(mediationAsks, ({ number, question }) => p.mediationAsks(number, question));
  setHandler(mediationEnded, ({ number, result }) => p.mediationEnds(number, result, null));

  // ----

  /**
   * About a task that the journal has not answered for: whether it is open is not known here yet. Who was reached has
   * had the first contact.
   */
  function isUnsettled(request: object): boolean {
    const taskId = 'taskId' in request && request.taskId;
    const reached = 'result' in request && request.result === 'reached';
    const task = Object.values(state.tasks).find(
      (t) => t.id === taskId || (reached && t.kind === 'first_contact' && t.status === 'planned'),
    );
    return Boolean(task && task.status === 'planned' && !task.instants);
  }

  function openTask(taskId: string): TaskRecord {
    const task = Object.values(state.tasks).find((t) => t.id === taskId);
    if (task?.status === 'open') return task;
    if (task?.status === 'planned') return refused('task_planned', 'the task is not open yet');
    const number = Number(taskId.slice(state.pathwayId.length + 1));
    const existed = taskId.startsWith(`${state.pathwayId}.`) && number >= 1 && number <= state.taskCount;
    return existed
      ? refused('task_closed', 'the task is closed: nothing was changed')
      : refused('task_unknown', 'this pathway has no such task');
  }

  /** @param metAt when the young person was met, where that is told by itself; absent: now, if the outcome says so */
  function complete(task: TaskRecord, by: string, decision: Decision, data: object, metAt?: Instant): string {
    task.status = 'done';
    task.decision = decision;
    task.closedAt = p.now;
    task.closedBy = by;
    const met = definitionOf(task.kind).contact?.includes(decision.outcome);
    if (met) p.contacted(metAt ?? p.now);
    p.tell(task, 'task_completed', { by, data: { ...data, ...(met && !metAt && { met: true }) } });
    return task.id;
  }

  function assign(
    taskId: string,
    assigneeId: string,
    by: string,
    type: 'task_claimed' | 'task_assigned',
  ): string {
    const task = openTask(taskId);
    task.assigneeId = assigneeId;
    // Somebody chose: nobody stands in any more, and nobody is asked.
    delete task.standsInFor;
    delete task.askHolder;
    p.mediatesFromNowOn(task, assigneeId);
    p.tell(task, type, { by, data: { assigneeId } });
    return task.id;
  }

  function refuseNotNow(kind: EventKind): void {
    const why = whyNotNow(kind, {
      exited: state.exit !== null || (p.exiting && kind !== 'undo_exit'),
      closed: state.status === 'closed',
      onHold: state.status === 'on_hold',
      step: p.isInSteps ? state.step : null,
      contractRuns: Boolean(p.contract),
    });
    if (why) refused(why, notNowMessages[why]);
  }
}

const notNowMessages: Readonly<Record<NotNow, string>> = {
  pathway_exited: 'the pathway has exited: undo the exit first',
  pathway_closed: 'the time in which the exit could be undone is over',
  contract_running: 'a contract is running: record its termination before a new contract',
  contract_missing: 'no contract is running: there is none to terminate',
  not_in_the_steps:
    'the five steps do not accompany this young person: before the draw, or in the usual service, only a contact and an exit are recorded',
  not_in_this_step: 'offers are proposed while a contract is sought (step contract_search)',
  not_on_hold: 'the pathway is not on hold: there is nothing to resume',
  not_exited: 'the pathway has not exited: there is nothing to undo',
};

function refuseContract(terms: { signedOn: string; startsOn: string; endsOn: string }): void {
  const problem = contractProblem(terms);
  if (problem) refused('dates_contradict', problem.message, { field: `/${problem.field}` });
}

/** PATHWAY.md, step 5: of the site's kinds; fixed-term and agency from the site's months on. */
function isDurable(
  kind: EmploymentKind,
  startsOn: string,
  endsOn: string | undefined,
  { durableKinds = lastingKinds, durableFromMonths }: Rules,
): boolean {
  if (!durableKinds.includes(kind)) return false;
  if (kind !== 'fixed_term' && kind !== 'agency') return true;
  if (!endsOn) return false;
  const threshold = new Date(`${startsOn}T00:00:00Z`);
  threshold.setUTCMonth(threshold.getUTCMonth() + durableFromMonths);
  // The last day counts: 1 January to 30 June is six months.
  threshold.setUTCDate(threshold.getUTCDate() - 1);
  return endsOn >= threshold.toISOString().slice(0, 10);
}

/** A partner may take and complete what was planned with them, though the referent holds it. */
const isHeldFrom = (task: TaskRecord, by: string) =>
  task.assigneeId !== undefined && task.assigneeId !== by && task.partnerId !== by;

const held = (task: TaskRecord) => ({ heldBy: task.assigneeId });

function refused(type: Refusal, message: string, details: { heldBy?: string; field?: string } = {}): never {
  throw ApplicationFailure.create({ type, message, nonRetryable: true, details: [{ message, ...details }] });
}
