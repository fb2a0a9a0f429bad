/**
 * A mediation between the young person and the employer, from its cause to its result: a workflow of its own, with its
 * own history, beside the pathway that it never blocks. The pathway asks its questions, since one author writes one
 * young person's record and one inbox shows the tasks.
 */
import { condition, getExternalWorkflowHandle, log, setHandler } from '@temporalio/workflow';
import type { MediationResult } from '../domain/mediation';
import { mediate } from './mediate';
import {
  type MediationAnswer,
  type MediationInput,
  type MediationQuestion,
  mediationAsks,
  mediationEnded,
  mediationTold,
  pathwayWorkflowId,
} from './messages';

export async function mediation({ pathwayId, number }: MediationInput): Promise<MediationResult> {
  const answers = new Map<string, MediationAnswer>();
  let over: MediationResult | undefined;
  setHandler(mediationTold, (message) => {
    if ('over' in message) over = message.over;
    else answers.set(keyOf(message.answer), message.answer);
  });
  const pathway = getExternalWorkflowHandle(pathwayWorkflowId(pathwayId));

  async function ask(question: MediationQuestion): Promise<MediationAnswer> {
    await pathway.signal(mediationAsks, { number, question });
    await condition(() => answers.has(keyOf(question)));
    return answers.get(keyOf(question)) as MediationAnswer;
  }

  const ended = condition(() => over !== undefined).then(() => over as MediationResult);
  const result = await Promise.race([mediate(ask), ended]);
  if (over === undefined) {
    await pathway
      .signal(mediationEnded, { number, result })
      .catch(() => log.info('the pathway is closed: nobody is told'));
  }
  return result;
}

const keyOf = ({ kind, round }: Pick<MediationQuestion, 'kind' | 'round'>) => `${kind}/${round}`;
