/** Who did what with a task, and when. */
import { useQuery } from '@tanstack/react-query';
import { cancelReasonLabels } from '../../../domain/labels';
import { get, queryOf } from '../api/client';
import type { Page, TaskDetails, TimelineEvent } from '../api/types';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';

const w = inBoth({
  fr: {
    title: 'Qui a fait quoi',
    by: (who: string) => `par ${who}`,
    nothing: 'Rien n’est encore noté.',
    types: {
      task_planned: 'Tâche prévue',
      task_opened: 'Tâche ouverte',
      task_claimed: 'Tâche prise',
      task_released: 'Tâche rendue à l’équipe',
      task_assigned: 'Tâche confiée',
      task_completed: 'Tâche terminée',
      task_cancelled: 'Tâche annulée',
      task_reminded: 'Rappel envoyé',
      task_escalated: 'Signalée à la coordination',
      task_flagged: 'Signalée au comité',
      task_late: 'Échéance passée',
      stood_in: 'Remplacement pendant une absence',
      came_back: 'Fin du remplacement',
      deadline_moved: 'Échéance déplacée',
    },
  },
  en: {
    title: 'Who did what',
    by: (who: string) => `by ${who}`,
    nothing: 'Nothing is recorded yet.',
    types: {
      task_planned: 'Task planned',
      task_opened: 'Task opened',
      task_claimed: 'Task taken',
      task_released: 'Task given back to the team',
      task_assigned: 'Task assigned',
      task_completed: 'Task completed',
      task_cancelled: 'Task cancelled',
      task_reminded: 'Reminder sent',
      task_escalated: 'Told to the coordinator',
      task_flagged: 'Told to the committee',
      task_late: 'Due day passed',
      stood_in: 'Somebody stands in during an absence',
      came_back: 'The absence is over',
      deadline_moved: 'Due day moved',
    },
  },
});

export function History({ task }: { task: TaskDetails }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { instant } = useDates();
  const query = queryOf({ task: task.id, limit: 100 });
  const { data } = useQuery({
    queryKey: ['task', task.id, 'history', task.revision],
    queryFn: ({ signal }) =>
      get<Page<TimelineEvent>>(`/api/pathways/${task.pathwayId}/timeline${query}`, signal),
  });
  const named = (id: unknown) =>
    [task.assignee, task.standsInFor, task.closedBy, ...task.assignees].find((p) => p?.id === id)
      ?.displayName;
  const told = ({ type, data }: TimelineEvent): string => {
    const name = words.types[type as keyof typeof words.types] ?? type;
    const outcome = task.outcomes.find(({ code }) => code === data?.outcome);
    const reason = cancelReasonLabels[data?.reason as keyof typeof cancelReasonLabels];
    const more = outcome ? labelOf(outcome.label) : reason ? labelOf(reason) : named(data?.assigneeId);
    return more ? `${name} (${more})` : name;
  };
  return (
    <section aria-labelledby="history" className="task-part">
      <h2 id="history" className="fr-h6">
        {words.title}
      </h2>
      {data?.items.length === 0 && <p className="fr-hint-text">{words.nothing}</p>}
      <ol className="task-history">
        {data?.items.map((event) => (
          <li key={`${event.revision}.${event.position}`}>
            <time dateTime={event.at}>{instant(event.at)}</time>
            <span>
              {told(event)}
              {event.by && `, ${words.by(event.by.displayName)}`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
