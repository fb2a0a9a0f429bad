/** After a task was completed: what was recorded, what opened, and where to go on. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { get, queryOf } from '../api/client';
import type { Page, Task, TaskDetails } from '../api/types';
import { readAnew, useLive } from '../live/live';
import { useDates } from '../words/dates';
import { useSubject } from '../words/subject';
import { inBoth, useLabel, useWords } from '../words/words';
import type { CompletedTask } from './completing';
import type { Ways } from './ways';

const w = inBoth({
  fr: {
    recorded: 'C’est enregistré',
    accepted: 'C’est pris en compte',
    acceptedHow:
      'La base de données ne répond pas en ce moment : votre décision est gardée et sera enregistrée d’elle-même. Vous n’avez rien à refaire ; la tâche peut rester affichée quelques minutes parmi les autres.',
    opened: 'Ce qui s’ouvre maintenant',
    nothing:
      'Aucune nouvelle tâche ne s’ouvre maintenant : ce qui est prévu s’ouvrira de soi-même, à sa date ou quand le reste sera fait.',
    rest: 'Ce qui reste à faire avec ce jeune',
    others: (n: number) => `${n} ${n > 1 ? 'tâches s’ouvrent' : 'tâche s’ouvre'} pour d’autres personnes.`,
    nobody: 'à prendre',
    next: 'Tâche suivante',
    looking: 'Recherche…',
    none: 'Il n’y a plus de tâche à la suite : la liste est terminée.',
    inbox: 'Retour aux tâches',
    person: (name: string) => `Page de suivi : ${name}`,
  },
  en: {
    recorded: 'Recorded',
    accepted: 'Taken into account',
    acceptedHow:
      'The database does not answer at the moment: your decision is kept and will be recorded by itself. There is nothing to do again; the task may stay among the others for a few minutes.',
    opened: 'What opens now',
    nothing:
      'No new task opens now: what is planned will open by itself, on its day or when the rest is done.',
    rest: 'What is left to do with this young person',
    others: (n: number) => `${n} ${n === 1 ? 'task opens' : 'tasks open'} for other people.`,
    nobody: 'to be taken',
    next: 'Next task',
    looking: 'Looking…',
    none: 'There is no task after this one: the list is done.',
    inbox: 'Back to the tasks',
    person: (name: string) => `Page of ${name}`,
  },
});

export function After({
  task,
  completed,
  ways,
}: {
  task: TaskDetails;
  completed: CompletedTask;
  ways: Ways;
}) {
  const words = useWords(w);
  const labelOf = useLabel();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { answer, outcome } = completed;
  const { firstName, lastName } = task.person;
  const isRecorded = 'opened' in answer;
  return (
    <section className="task-after" aria-labelledby="after">
      <h2 id="after" ref={heading} tabIndex={-1} className="fr-h4">
        {isRecorded ? words.recorded : words.accepted}
      </h2>
      <p>
        <strong>{labelOf(outcome.label)}</strong>. {labelOf(outcome.follows)}.
      </p>
      {isRecorded ? <Opened task={task} ids={answer.opened} /> : <p>{words.acceptedHow}</p>}
      <div className="task-buttons">
        <Button disabled={ways.looking} onClick={ways.goToNext}>
          {ways.looking ? words.looking : words.next}
        </Button>
        <Button priority="secondary" linkProps={ways.back}>
          {words.inbox}
        </Button>
        <Button priority="tertiary" linkProps={{ to: `/pathways/${task.pathwayId}` }}>
          {words.person(`${firstName} ${lastName}`)}
        </Button>
      </div>
      <p role="status">{ways.none && words.none}</p>
    </section>
  );
}

function Opened({ task, ids }: { task: TaskDetails; ids: readonly string[] }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const subjectOf = useSubject();
  const { longDay } = useDates();
  const query = queryOf({ pathway: task.pathwayId, limit: 50 });
  const asked = useQuery({
    queryKey: ['tasks', 'opened', task.id],
    queryFn: ({ signal }) => get<Page<Task>>(`/api/tasks${query}`, signal),
  });
  useLive({
    changed: ({ pathwayId }) => {
      if (pathwayId === task.pathwayId) void readAnew(asked);
    },
    mayHaveMissed: () => void readAnew(asked),
  });
  const { data } = asked;
  if (!data) return null;
  const { closedAt } = task;
  const isNew = ({ id, openedAt }: Task) =>
    // A mediation asks its next question a moment after the answer.
    ids.includes(id) || (closedAt !== null && openedAt !== null && openedAt >= closedAt);
  const seen = data.items.filter(isNew);
  const others = ids.filter((id) => !seen.some((one) => one.id === id)).length;
  const rest = data.items.filter((one) => one.id !== task.id && !seen.includes(one));
  const list = (of: readonly Task[]) => (
    <ul>
      {of.map((one) => {
        const subject = subjectOf(one.subject);
        return (
          <li key={one.id}>
            <Link to={`/tasks/${one.id}`}>
              {labelOf(one.label)}
              {subject && ` (${subject})`}
            </Link>{' '}
            – {one.assignee?.displayName ?? words.nobody} – {longDay(one.dueAt)}
          </li>
        );
      })}
    </ul>
  );
  return (
    <>
      {seen.length + others === 0 ? <p>{words.nothing}</p> : <h3 className="fr-h6">{words.opened}</h3>}
      {seen.length > 0 && list(seen)}
      {others > 0 && <p>{words.others(others)}</p>}
      {/* A step may wait for it. */}
      {rest.length > 0 && (
        <>
          <h3 className="fr-h6">{words.rest}</h3>
          {list(rest)}
        </>
      )}
    </>
  );
}
