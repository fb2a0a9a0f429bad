/** What came of a task, or what somebody meant to say came of it. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useState } from 'react';
import { cancelReasonLabels } from '../../../domain/labels';
import type { TaskDetails } from '../api/types';
import { Answers } from '../form/answers';
import { type ObjectSchema, sortOf, type Typed } from '../form/schema';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useLanguage, useWords } from '../words/words';

const w = inBoth({
  fr: {
    done: 'Tâche terminée',
    doneBy: (who: string | undefined, when: string) => (who ? `Par ${who}, ${when}.` : `${when}.`),
    cancelled: 'Tâche annulée',
    because: (reason: string, when: string) => `${when} : ${reason}.`,
    yours: 'Ce que vous aviez saisi',
    notSent: 'Rien n’en a été enregistré. Vous pouvez le garder : copiez-le, ou reprenez-le en commentaire.',
    copy: 'Copier',
    copied: 'Copié',
    comment: 'Reprendre en commentaire',
    discard: 'Effacer',
    colon: ' : ',
  },
  en: {
    done: 'Task completed',
    doneBy: (who: string | undefined, when: string) => (who ? `By ${who}, ${when}.` : `${when}.`),
    cancelled: 'Task cancelled',
    because: (reason: string, when: string) => `${when}: ${reason}.`,
    yours: 'What you had typed',
    notSent: 'None of it was recorded. You can keep it: copy it, or make it a comment.',
    copy: 'Copy',
    copied: 'Copied',
    comment: 'Make it a comment',
    discard: 'Discard',
    colon: ': ',
  },
});

/** What the form of a task asks where this came of it. */
export const variantOf = ({ form }: TaskDetails, outcome: unknown): ObjectSchema | undefined =>
  (form as { oneOf: readonly ObjectSchema[] }).oneOf.find(
    (variant) => variant.properties.outcome?.const === outcome,
  );

/** Of a task that is closed. */
export function Closed({ task }: { task: TaskDetails }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { instant } = useDates();
  const when = task.closedAt ? instant(task.closedAt) : '';
  if (task.status === 'cancelled') {
    const reason = cancelReasonLabels[task.cancelReason as keyof typeof cancelReasonLabels];
    return (
      <section className="task-closed" aria-labelledby="closed">
        <h2 id="closed" className="fr-h5">
          {words.cancelled}
        </h2>
        <p>{words.because(reason ? labelOf(reason) : '', when)}</p>
      </section>
    );
  }
  const outcome = task.outcomes.find(({ code }) => code === task.outcome);
  const variant = variantOf(task, task.outcome);
  return (
    <section className="task-closed" aria-labelledby="closed">
      <h2 id="closed" className="fr-h5">
        {words.done}
        {outcome && `${words.colon}${labelOf(outcome.label)}`}
      </h2>
      <p>{words.doneBy(task.closedBy?.displayName, when)}</p>
      {variant && (
        <Answers schema={variant} answers={{ ...task.decision, ...task.words }} proposals={task.proposals} />
      )}
    </section>
  );
}

/** What was typed and can no longer be sent. @param onComment absent: nothing can be added to the task */
export function Kept({
  task,
  typed,
  onComment,
  onDiscard,
}: {
  task: TaskDetails;
  typed: Typed;
  onComment?: (text: string) => void;
  onDiscard: () => void;
}) {
  const words = useWords(w);
  const language = useLanguage();
  const labelOf = useLabel();
  const [copied, setCopied] = useState(false);
  const variant = variantOf(task, typed.outcome);
  const outcome = task.outcomes.find(({ code }) => code === typed.outcome);
  if (!variant || !outcome) return null;
  const lines = Object.entries(variant.properties).flatMap(([name, field]) => {
    const said = typed[name];
    if (sortOf(field) !== 'text' || typeof said !== 'string' || !said.trim()) return [];
    return [`${(language === 'en' ? field['x-title-en'] : field.title) ?? name}${words.colon}${said.trim()}`];
  });
  const text = [labelOf(outcome.label), ...lines].join('\n');
  return (
    <section className="task-kept" aria-labelledby="kept">
      <h2 id="kept" className="fr-h6">
        {words.yours}
      </h2>
      <p>{words.notSent}</p>
      <p>
        <strong>{labelOf(outcome.label)}</strong>
      </p>
      <Answers schema={variant} answers={typed} proposals={task.proposals} />
      <div className="task-buttons">
        <Button
          priority="secondary"
          iconId={copied ? 'fr-icon-check-line' : 'fr-icon-clipboard-line'}
          onClick={() =>
            void navigator.clipboard.writeText(text).then(
              () => setCopied(true),
              // A browser that does not let us: it can be selected.
              () => setCopied(false),
            )
          }
        >
          {copied ? words.copied : words.copy}
        </Button>
        {onComment && (
          <Button priority="secondary" iconId="fr-icon-chat-3-line" onClick={() => onComment(text)}>
            {words.comment}
          </Button>
        )}
        <Button priority="tertiary" iconId="fr-icon-delete-line" onClick={onDiscard}>
          {words.discard}
        </Button>
      </div>
    </section>
  );
}
