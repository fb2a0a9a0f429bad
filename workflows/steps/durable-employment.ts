/** Step 5 · Insérer et pérenniser en emploi durable */
import type { ContractRecord, EmploymentRecord } from '../../domain/journal';
import type { Accompaniment } from '../accompaniment';
import { beside, endOf } from '../asking';
import { accompanyContract } from '../contract';
import { hardToReach } from '../hard-to-reach';
import { patched } from '../patches';
import { exit, to, type Way } from '../state';

export async function durableEmployment(p: Accompaniment): Promise<Way> {
  // Who looked for a job from the start has no contract.
  const contract = p.contract;
  return Promise.race([
    plan(p),
    jobs(p),
    finalReview(p, contract),
    jobSearch(p, contract),
    ...(contract ? [beside(lastOfContract(p, contract))] : []),
  ]);
}

async function plan(p: Accompaniment): Promise<Way> {
  const employment = await p.ask('employment_plan');
  switch (employment.outcome) {
    case 'further_study':
      return exit('further_study', employment);
    case 'new_apprenticeship':
      p.once('contract', () => p.signContract(employment));
      return to('securing');
    default:
      return beside(Promise.resolve());
  }
}

async function lastOfContract(p: Accompaniment, contract: ContractRecord): Promise<void> {
  await Promise.race([
    p.until('contract_ends', contract.endsOn),
    beside(p.askAt('employer_intention', { of: contract, anchor: contract.endsOn, before: true })),
    beside(accompanyContract(p, contract)),
  ]);
  p.contractEnded(contract);
}

/** Every 14 days after the end of the contract, as long as there is no job; missed twice in a row, somebody decides. */
async function jobSearch(p: Accompaniment, contract: ContractRecord | null): Promise<Way> {
  const start: string = contract?.endsOn ?? p.state.stepEnteredAt;
  let anchor = start;
  let missed = 0;
  let decisions = 0;
  for (let round = 1; ; round++) {
    if (p.job !== null && !p.wasAsked('job_search_follow_up', { round })) {
      await p.when(() => p.job === null);
      // A job that was left: the search starts again.
      anchor = p.now > start ? p.now : start;
    }
    const followUp = await p.askUnless('job_search_follow_up', { round, anchor }, () => p.job !== null);
    anchor = endOf(p.asked('job_search_follow_up', { round }));
    missed = followUp?.outcome === 'missed' ? missed + 1 : 0;
    if (missed < p.rules.missedInARow) continue;
    const question = { round: decisions + 1 };
    // Who went on to the next follow-up before this was asked is not asked for what is long past.
    const wentOn =
      p.wasAsked('job_search_follow_up', { round: round + 1 }) &&
      !p.wasAsked('hard_to_reach_decision', question);
    if (wentOn || !patched('job-search-missed')) continue;
    missed = 0;
    decisions++;
    const way = await hardToReach(p, question);
    if (way) return way;
    // A hold may have lasted for months.
    anchor = p.now;
  }
}

/** Each job is checked at one, three and six months; a durable one ends the pathway. */
async function jobs(p: Accompaniment): Promise<Way> {
  for (;;) {
    await p.when(() => p.job !== null);
    const job = p.job as EmploymentRecord;
    const way = await checks(p, job);
    if (way) return way;
    await p.when(() => p.job !== job);
  }
}

async function checks(p: Accompaniment, job: EmploymentRecord): Promise<Way | null> {
  const anotherJob = () => p.job !== job;
  for (let round = 1; round <= p.rules.employmentChecks; round++) {
    const question = { of: job, round, anchor: job.startsOn };
    let check = await p.askUnless('employment_check', question, anotherJob);
    const last = round === p.rules.employmentChecks;
    // All of its milestones lie before the import: nobody leaves the pathway unasked.
    if (last && check?.outcome === 'passed_over') {
      check = await p.askUnless(
        'employment_check',
        { ...question, subject: 'late', on: tomorrow(p) },
        anotherJob,
      );
    }
    if (check === null) return null;
    if (check.outcome === 'left') {
      p.once('left', () => p.leftJob(job), job);
      return null;
    }
    if (last && job.durable && check.outcome === 'still_there') return exit('durable_employment', check);
  }
  return null;
}

/** The UTC day after, which is never a day of the past in Paris. */
const tomorrow = (p: Accompaniment) => new Date(Date.parse(p.now) + 86_400_000).toISOString().slice(0, 10);

/** Twelve months after the end of the contract without durable employment. */
async function finalReview(p: Accompaniment, contract: ContractRecord | null): Promise<Way> {
  let anchor: string = contract?.endsOn ?? p.state.stepEnteredAt;
  const durable = () => p.job?.durable === true;
  for (let round = 1; ; round++) {
    if (!p.wasAsked('final_review', { round })) await p.when(() => !durable());
    const review = await p.askUnless('final_review', { round, anchor }, durable);
    // Withdrawn for a durable job: asked again if it is left.
    if (review === null || review.outcome === 'passed_over') continue;
    if (review.outcome !== 'continue') return exit(review.outcome, review);
    anchor = endOf(p.asked('final_review', { round }));
  }
}
