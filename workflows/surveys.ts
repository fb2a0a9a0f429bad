/** The surveys of the evaluation: asked by the evaluators, of both arms, on the same days after the draw. */
import type { Accompaniment } from './accompaniment';

/** Shows the day of each and tells when it has come; it is no task of anybody here. */
export async function surveys(p: Accompaniment): Promise<void> {
  const { surveys } = p.state;
  while (surveys.done < (p.rules.evaluationSurveys ?? 0)) {
    const came = await p.until('evaluation_survey', surveys.since, {
      of: 'pathway',
      round: surveys.done + 1,
    });
    surveys.done++;
    // The day itself, whenever it was noticed: both arms keep the same days.
    surveys.since = came;
  }
}
