/** What a forecast says of each thing that would happen; what is of no use to a reader is left out. */
import type { Label } from '../domain/forms';
import { type WaitName, waitsForSilence } from '../domain/journal';
import { waitSubjects } from '../domain/labels';
import { steps } from '../domain/pathway';
import type { Foreseen } from './forecast';

/** Of a task, after its name; or of the pathway, a sentence of its own. */
const sentences = {
  task_opened: { fr: 's’ouvrirait', en: 'would open' },
  task_due: { fr: 'serait à faire au plus tard', en: 'would be due' },
  task_reminded: { fr: 'serait rappelée', en: 'would be reminded' },
  task_escalated: { fr: 'passerait à la coordination', en: 'would go to the coordinator' },
  task_flagged: { fr: 'serait signalée au comité local', en: 'would be flagged to the local committee' },
  task_cancelled: { fr: 'ne serait plus demandée', en: 'would no longer be asked' },
  mediation_opened: { fr: 'Une médiation s’ouvrirait', en: 'A mediation would open' },
  hold_ended: { fr: 'Le parcours reprendrait', en: 'The pathway would resume' },
  referent_transferred: { fr: 'Le référent changerait', en: 'The referent would change' },
  closed: { fr: 'La sortie serait définitive', en: 'The exit would be final' },
} as const satisfies Record<string, Label>;

const opensTask: readonly WaitName[] = [...waitsForSilence, 'term_starts'];

export const foreseenTypes = [
  ...(Object.keys(sentences) as (keyof typeof sentences)[]),
  'day_came',
  'step_entered',
] as const;

/** @returns null: it is not told */
export function eventSentence(event: Foreseen): Label | null {
  const data = (event.data ?? {}) as { name?: WaitName; step?: (typeof steps)[number] };
  // The days that open a task are told by its opening.
  if (event.type === 'day_came')
    return data.name && !opensTask.includes(data.name) ? waitSubjects[data.name] : null;
  if (event.type === 'step_entered') {
    const number = data.step ? steps.indexOf(data.step) + 1 : 0;
    return { fr: `L’étape ${number} commencerait`, en: `Step ${number} would begin` };
  }
  return event.type in sentences ? sentences[event.type as keyof typeof sentences] : null;
}
