/** What people say to each other about a task. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { type FormEvent, useRef, useState } from 'react';
import { write } from '../api/client';
import { ApiProblem } from '../api/problem';
import type { TaskDetails } from '../api/types';
import { useDates } from '../words/dates';
import { inBoth, useWords } from '../words/words';

const w = inBoth({
  fr: {
    title: (n: number) => (n > 0 ? `Commentaires (${n})` : 'Commentaires'),
    none: 'Aucun commentaire.',
    label: 'Ajouter un commentaire',
    hint: 'Lu par celles et ceux qui voient la tâche. Il ne termine pas la tâche.',
    add: 'Ajouter',
    added: 'Commentaire ajouté',
    long: (by: number) => `Texte trop long : retirez ${by} ${by > 1 ? 'caractères' : 'caractère'}`,
  },
  en: {
    title: (n: number) => (n > 0 ? `Comments (${n})` : 'Comments'),
    none: 'No comment.',
    label: 'Add a comment',
    hint: 'Read by those who see the task. It does not complete the task.',
    add: 'Add',
    added: 'Comment added',
    long: (by: number) => `Too long: remove ${by} ${by === 1 ? 'character' : 'characters'}`,
  },
});

/** As the API takes it. */
const MAX = 4000;

interface Props {
  readonly task: TaskDetails;
  /** What is being written: another part of the page may put something there. */
  readonly text: string;
  onText(text: string): void;
  onAdded(): Promise<unknown>;
}

export function Comments({ task, text, onText, onAdded }: Props) {
  const words = useWords(w);
  const { instant } = useDates();
  const attempt = useRef<{ body: string; key: string } | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [state, setState] = useState<'' | 'adding' | 'added'>('');
  const body = text.trim();
  const over = body.length - MAX;

  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (!body) document.getElementById('comment')?.focus();
    if (!body || over > 0 || state === 'adding') return;
    setState('adding');
    setProblem(null);
    if (attempt.current?.body !== body) attempt.current = { body, key: crypto.randomUUID() };
    try {
      await write('POST', `/api/tasks/${task.id}/comments`, { body }, { key: attempt.current.key });
      attempt.current = null;
      onText('');
      await onAdded();
      setState('added');
    } catch (error) {
      setState('');
      if (!(error instanceof ApiProblem)) throw error;
      setProblem(error);
    }
  };

  const error = over > 0 ? words.long(over) : (problem?.errorAt('/body') ?? problem?.body.title);
  return (
    <section aria-labelledby="comments" className="task-part">
      <h2 id="comments" className="fr-h6">
        {words.title(task.comments.length)}
      </h2>
      {task.comments.length === 0 && <p className="fr-hint-text">{words.none}</p>}
      <ul className="task-comments">
        {task.comments.map(({ id, author, body, createdAt }) => (
          <li key={id}>
            <p className="task-comments__who">
              {author.displayName}, <time dateTime={createdAt}>{instant(createdAt)}</time>
            </p>
            <p className="task-comments__body">{body}</p>
          </li>
        ))}
      </ul>
      {task.actions.includes('task.comment') && (
        <form onSubmit={(e) => void add(e)}>
          <Input
            label={words.label}
            hintText={words.hint}
            textArea
            {...(error ? ({ state: 'error', stateRelatedMessage: error } as const) : {})}
            nativeTextAreaProps={{
              id: 'comment',
              value: text,
              rows: 3,
              onChange: (e) => {
                onText(e.target.value);
                setState('');
              },
            }}
          />
          <Button type="submit" priority="secondary" size="small" disabled={state === 'adding'}>
            {words.add}
          </Button>
          <span role="status" className="task-said">
            {state === 'added' && words.added}
          </span>
        </form>
      )}
    </section>
  );
}
