/** Where a young person is in the five steps, and since when. */
import { Link } from 'react-router';
import { stepLabels } from '../../../domain/labels';
import { type Step, steps } from '../../../domain/pathway';
import type { Pathway } from '../api/types';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';

const w = inBoth({
  fr: {
    title: 'Les cinq étapes',
    since: (day: string) => `depuis le ${day}`,
    leftOn: (day: string) => `quittée le ${day}`,
    here: 'Étape actuelle',
    last: 'Dernière étape',
    again: (n: number) => `${n} passages`,
    notYet: 'pas encore',
    skipped: 'pas passée',
    before: 'avant la reprise du parcours',
    awaits:
      'L’accompagnement se décide par tirage au sort : les étapes commencent, ou non, le jour du tirage.',
    draws: 'Voir les tirages',
    usual: 'Les cinq étapes n’accompagnent pas ce jeune : le droit commun suit son cours.',
    never: 'Ce jeune n’est entré dans aucune étape.',
  },
  en: {
    title: 'The five steps',
    since: (day: string) => `since ${day}`,
    leftOn: (day: string) => `left on ${day}`,
    here: 'Current step',
    last: 'Last step',
    again: (n: number) => `${n} times`,
    notYet: 'not yet',
    skipped: 'not passed through',
    before: 'before the pathway was taken over',
    awaits: 'Who is accompanied is drawn: the steps begin, or do not, on the day of the draw.',
    draws: 'See the draws',
    usual: 'The five steps do not accompany this young person: the usual service takes its course.',
    never: 'This young person entered no step.',
  },
});

export function Steps({ pathway }: { pathway: Pathway }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { day } = useDates();
  if (pathway.step === null) {
    const { status } = pathway;
    const why = status === 'awaiting_draw' ? 'awaits' : status === 'usual_service' ? 'usual' : 'never';
    return (
      <p className="fr-text--lead">
        {words[why]} {why === 'awaits' && <Link to="/draws">{words.draws}</Link>}
      </p>
    );
  }
  const now = steps.indexOf(pathway.step);
  const [first] = pathway.steps;
  const beganAt = first ? steps.indexOf(first.step) : 0;
  const over = pathway.status === 'exited' || pathway.status === 'closed';
  const told = (step: Step, n: number): string => {
    if (n === now) return words.since(day(pathway.stepEnteredAt));
    const stays = pathway.steps.filter((stay) => stay.step === step);
    const left = stays.at(-1)?.leftAt;
    if (!left && n < beganAt) return words.before;
    if (!left) return n < now ? words.skipped : words.notYet;
    const leftOn = words.leftOn(day(left));
    return stays.length > 1 ? `${leftOn}, ${words.again(stays.length)}` : leftOn;
  };
  return (
    <section aria-labelledby="steps">
      <h2 id="steps" className="fr-sr-only">
        {words.title}
      </h2>
      <ol className="steps">
        {steps.map((step, n) => (
          <li
            key={step}
            className={`steps__one ${n < now ? 'steps__one--before' : ''} ${n === now ? 'steps__one--now' : ''}`}
            aria-current={n === now ? 'step' : undefined}
          >
            <span className="steps__number" aria-hidden="true">
              {n + 1}
            </span>
            <span className="steps__name">
              {n === now && <span className="fr-sr-only">{over ? words.last : words.here} : </span>}
              {labelOf(stepLabels[step])}
            </span>
            <span className="steps__told">{told(step, n)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
