/** How a pathway goes: from step to step, and out, wherever it runs (pathway.ts lives it, api/forecast.ts looks ahead). */
import type { Step } from '../domain/pathway';
import type { Accompaniment } from './accompaniment';
import { beside } from './asking';
import { contactWatch, returnToTerm, summerCheckIns } from './contact-watch';
import { answerMediation, unhandledAlerts } from './mediating';
import { again, type Way } from './state';
import { contractSearch } from './steps/contract-search';
import { durableEmployment } from './steps/durable-employment';
import { projectValidation } from './steps/project-validation';
import { securing } from './steps/securing';
import { welcome } from './steps/welcome';
import { surveys } from './surveys';

const steps: Record<Step, (p: Accompaniment) => Promise<Way>> = {
  welcome,
  project_validation: projectValidation,
  contract_search: contractSearch,
  securing,
  durable_employment: durableEmployment,
};

/** Until the exit is final. */
export async function accompany(p: Accompaniment): Promise<void> {
  for (;;) {
    if (p.state.exit === null) p.leaveStep(await walk(p));
    if (p.state.exit !== null && !(await exitUndone(p))) return p.close();
  }
}

/**
 * Walks through the step the pathway is in, until its function says where to, or something turns the pathway. Beside
 * the step goes on what may happen at any time.
 */
async function walk(p: Accompaniment): Promise<Way> {
  const { awaitsDraw, arm } = p.state;
  if (awaitsDraw || arm === 'standard') {
    const way = await Promise.race([
      p.turned(),
      awaitsDraw ? p.when(() => !p.state.awaitsDraw).then(() => again) : beside(surveys(p)),
    ]);
    p.waiting.forget();
    return way;
  }
  if (!p.isInSteps) p.enterFirstStepNow();
  const way = await Promise.race([
    steps[p.state.step](p),
    p.turned(),
    ...(p.wholeTime
      ? [contactWatch(p), summerCheckIns(p), returnToTerm(p), unhandledAlerts(p), answerMediation(p)]
      : []),
    ...(arm ? [beside(surveys(p))] : []),
  ]);
  // What the step still waits for is over.
  p.waiting.forget();
  return way;
}

/** Waits as long as an exit can be undone. */
async function exitUndone(p: Accompaniment): Promise<boolean> {
  const undone = await Promise.race([
    p.until('exit_becomes_final', p.state.exit?.at as string).then(() => false),
    p.when(() => p.state.exit === null).then(() => true),
  ]);
  p.waiting.forget();
  return undone;
}
