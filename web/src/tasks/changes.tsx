/** What somebody else did with a task while one had it before one: said in place, nothing that was typed moves. */
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { cancelReasonLabels, rungLabels } from '../../../domain/labels';
import type { TaskDetails } from '../api/types';
import { useMe } from '../session/session';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';

const w = inBoth({
  fr: {
    title: 'La tâche vient de changer',
    taken: (who: string) => `${who} a maintenant cette tâche.`,
    yours: 'Cette tâche vous est maintenant confiée.',
    free: 'Plus personne n’a cette tâche : elle est à l’équipe.',
    due: (day: string) => `L’échéance est maintenant le ${day}.`,
    done: (who: string, outcome: string) => `${who} a terminé la tâche : ${outcome}.`,
    somebody: 'Quelqu’un',
    cancelled: (reason: string) => `La tâche est annulée : ${reason}.`,
    opened: 'La tâche est maintenant ouverte.',
    referent: (who: string) => `Le référent du jeune est maintenant ${who}.`,
  },
  en: {
    title: 'The task has just changed',
    taken: (who: string) => `${who} now has this task.`,
    yours: 'This task is now assigned to you.',
    free: 'Nobody has this task any more: it is the team’s.',
    due: (day: string) => `It is now due on ${day}.`,
    done: (who: string, outcome: string) => `${who} completed the task: ${outcome}.`,
    somebody: 'Somebody',
    cancelled: (reason: string) => `The task is cancelled: ${reason}.`,
    opened: 'The task is open now.',
    referent: (who: string) => `The young person’s referent is now ${who}.`,
  },
});

interface Props {
  /** As the reader knows it. */
  readonly before: TaskDetails;
  readonly now: TaskDetails;
  /** They are doing something themselves. */
  readonly quiet: boolean;
  onSeen(): void;
}

export function Changes({ before, now, quiet, onSeen }: Props) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { longDay } = useDates();
  const me = useMe();
  const said: string[] = [];
  if (now.status !== before.status) {
    const outcome = now.outcomes.find(({ code }) => code === now.outcome);
    const reason = cancelReasonLabels[now.cancelReason as keyof typeof cancelReasonLabels];
    if (now.status === 'done')
      said.push(
        words.done(now.closedBy?.displayName ?? words.somebody, outcome ? labelOf(outcome.label) : ''),
      );
    if (now.status === 'cancelled') said.push(words.cancelled(reason ? labelOf(reason) : ''));
    if (now.status === 'open') said.push(words.opened);
  } else if (now.assignee?.id !== before.assignee?.id) {
    said.push(
      !now.assignee
        ? words.free
        : now.assignee.id === me.id
          ? words.yours
          : words.taken(now.assignee.displayName),
    );
  }
  if (now.dueAt !== before.dueAt) said.push(words.due(longDay(now.dueAt)));
  if (now.referent && now.referent.id !== before.referent?.id)
    said.push(words.referent(now.referent.displayName));
  for (const rung of now.rungs) if (!before.rungs.includes(rung)) said.push(`${labelOf(rungLabels[rung])}.`);
  return (
    <div className="task-changes">
      {!quiet && said.length > 0 && (
        <Alert
          severity="info"
          as="h2"
          role="status"
          title={words.title}
          description={said.join(' ')}
          closable
          onClose={onSeen}
          isClosed={false}
        />
      )}
    </div>
  );
}
