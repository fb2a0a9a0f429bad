/** Why something could not be done with a task, in words, and what one can do then. */
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import type { ApiProblem } from '../api/problem';
import type { TaskDetails } from '../api/types';
import { useMe } from '../session/session';
import { useDates } from '../words/dates';
import { inBoth, useWords } from '../words/words';
import { isHeldFrom } from './held';

const w = inBoth({
  fr: {
    kept: 'Ce que vous avez saisi est toujours là.',
    somebody: 'une autre personne',
    held: (who: string) => `La tâche est maintenant entre les mains de ${who}`,
    heldHow: (who: string) =>
      `Rien n’a été enregistré. Voyez avec ${who}, ou demandez à la coordination de vous confier la tâche ; un commentaire sur la tâche est lu par tous.`,
    closed: 'La tâche a été terminée entre-temps',
    closedHow: 'Rien n’a été enregistré une seconde fois. Voyez ci-dessous qui l’a terminée, et comment.',
    stale: 'La tâche a changé pendant que vous l’aviez sous les yeux',
    staleHow:
      'Rien n’a été enregistré. La page montre maintenant ce qui a changé : relisez, puis recommencez.',
    planned: (day: string) => `La tâche n’est pas encore ouverte : elle s’ouvre le ${day}`,
    exited: 'Le jeune est sorti du parcours',
    exitedHow: 'Pour aller plus loin, annulez d’abord la sortie sur sa page.',
    over: 'Ce parcours est clos',
    overHow: 'Plus rien ne peut y être enregistré.',
    person: 'Page du jeune',
    noAnswer: 'Le serveur n’a pas répondu',
    noAnswerHow:
      'Nous ne savons pas encore si c’est enregistré. Recommencez sans crainte : rien ne sera enregistré deux fois.',
    wrong: 'Certains champs sont à corriger',
    signedOut: 'Votre session est terminée',
    signedOutHow: 'Reconnectez-vous par le bandeau en haut de la page, puis recommencez ici.',
    again: 'Revoir la tâche',
  },
  en: {
    kept: 'What you typed is still there.',
    somebody: 'somebody else',
    held: (who: string) => `${who} now has this task`,
    heldHow: (who: string) =>
      `Nothing was recorded. See with ${who}, or ask the coordinator to assign the task to you; a comment on the task is read by all.`,
    closed: 'The task has been completed meanwhile',
    closedHow: 'Nothing was recorded a second time. See below who completed it, and how.',
    stale: 'The task changed while you had it before you',
    staleHow: 'Nothing was recorded. The page now shows what has changed: read it, then try again.',
    planned: (day: string) => `The task is not open yet: it opens on ${day}`,
    exited: 'The young person has left the pathway',
    exitedHow: 'To go further, first undo the exit on their page.',
    over: 'This pathway is closed',
    overHow: 'Nothing more can be recorded in it.',
    person: 'Young person’s page',
    noAnswer: 'The server did not answer',
    noAnswerHow: 'We do not know yet whether it is recorded. Try again safely: nothing is recorded twice.',
    wrong: 'Some fields are to be corrected',
    signedOut: 'Your session has ended',
    signedOutHow: 'Sign in again by the banner at the top of the page, then try again here.',
    again: 'See the task again',
  },
});

/**
 * What is the matter with the task: one that changed under the reader's hands may by now be somebody else's, or closed.
 */
export function caseOf({ code }: ApiProblem, task: TaskDetails, readerId: string): string {
  if (code !== 'stale') return code;
  if (task.status === 'done' || task.status === 'cancelled') return 'task_closed';
  return isHeldFrom(task, readerId) ? 'task_held' : code;
}

/** @param typed there is something typed that could be thought lost */
export function Refusal({
  problem,
  task,
  typed,
  onSeeAgain,
}: {
  problem: ApiProblem;
  task: TaskDetails;
  typed: boolean;
  onSeeAgain: () => void;
}) {
  const words = useWords(w);
  const { longDay } = useDates();
  const place = useRef<HTMLDivElement>(null);
  // Fields that are named get the focus themselves.
  const { body } = problem;
  const code = caseOf(problem, task, useMe().id);
  useEffect(() => {
    if (!problem.body.errors?.length) place.current?.focus();
  }, [problem]);
  const holder = (body.heldBy ?? task.assignee)?.displayName ?? words.somebody;
  const sayings: Readonly<Record<string, readonly [title: string, how?: string]>> = {
    task_held: [words.held(holder), words.heldHow(holder)],
    task_closed: [words.closed, words.closedHow],
    stale: [words.stale, words.staleHow],
    task_planned: [words.planned(longDay(task.opensAt))],
    pathway_exited: [words.exited, words.exitedHow],
    pathway_closed: [words.over, words.overHow],
    no_answer: [words.noAnswer, words.noAnswerHow],
    temporal_away: [words.noAnswer, words.noAnswerHow],
  };
  const [title, how] =
    sayings[code] ??
    (problem.status === 401
      ? [words.signedOut, words.signedOutHow]
      : body.errors?.length
        ? [words.wrong, body.title]
        : [body.title, body.detail]);
  const ofPathway = code === 'pathway_exited' || code === 'pathway_closed';
  return (
    <div ref={place} tabIndex={-1} className="task-refusal">
      <Alert
        severity={code === 'no_answer' || code === 'temporal_away' ? 'warning' : 'error'}
        as="h2"
        title={title}
        description={
          <>
            {how && <p>{how}</p>}
            {body.errors
              ?.filter(({ pointer }) => pointer === '' || pointer === '/outcome')
              .map((e) => (
                <p key={e.pointer}>{e.message}</p>
              ))}
            {typed && <p>{words.kept}</p>}
            {ofPathway && (
              <p>
                <Link to={`/pathways/${task.pathwayId}`}>{words.person}</Link>
              </p>
            )}
          </>
        }
      />
      {code === 'task_held' && (
        <Button priority="secondary" className="fr-mt-2w" onClick={onSeeAgain}>
          {words.again}
        </Button>
      )}
    </div>
  );
}
