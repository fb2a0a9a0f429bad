/** Who did what with a task, and when. */
import { useQuery } from '@tanstack/react-query';
import { get, queryOf } from '../api/client';
import type { Page, TaskDetails, TimelineEvent } from '../api/types';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';

const w = inBoth({
  fr: {
    title: 'Qui a fait quoi',
    nothing: 'Rien n’est encore noté.',
  },
  en: {
    title: 'Who did what',
    nothing: 'Nothing is recorded yet.',
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
            {labelOf(event.sentence)}
          </li>
        ))}
      </ol>
    </section>
  );
}
