/** What is due next for a young person, and why: what is open first, then what will come by itself. */
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Pathway } from '../api/types';
import { useMe } from '../session/session';
import { useDates } from '../words/dates';
import { useDue } from '../words/due';
import { useSubject } from '../words/subject';
import { inBoth, useLabel, useWords } from '../words/words';

const w = inBoth({
  fr: {
    title: 'À faire maintenant',
    nothing: 'Rien n’est à faire pour l’instant.',
    dueOn: (day: string) => `pour le ${day}`,
    mine: 'vous',
    team: 'à l’équipe',
    standsFor: (name: string) => `en l’absence de ${name}`,
    afterwards: 'Ce qui vient ensuite',
    none: 'Rien n’est prévu ensuite.',
    more: (n: number) => (n > 1 ? `Afficher les ${n} autres échéances` : 'Afficher une autre échéance'),
    fewer: 'En afficher moins',
    why: 'Pourquoi cette date',
    paused: 'en pause',
  },
  en: {
    title: 'To do now',
    nothing: 'Nothing is to be done for now.',
    dueOn: (day: string) => `by ${day}`,
    mine: 'you',
    team: 'the team',
    standsFor: (name: string) => `while ${name} is away`,
    afterwards: 'What comes next',
    none: 'Nothing is planned after this.',
    more: (n: number) => (n === 1 ? 'Show one more deadline' : `Show the other ${n} deadlines`),
    fewer: 'Show fewer',
    why: 'Why this date',
    paused: 'paused',
  },
});

/** What a task that stays open goes through is told with the task itself, not as something to come. */
const ladder = ['task_reminder', 'task_escalation', 'task_committee'];
const SHOWN = 4;

export function Next({ pathway, now }: { pathway: Pathway; now: string }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { comingDay } = useDates();
  const { due, isLate } = useDue(now);
  const me = useMe();
  const subjectOf = useSubject();
  const [all, setAll] = useState(false);
  const open = pathway.tasks.filter(({ status }) => status === 'open');
  const isOpen = new Set(open.map(({ id }) => id));
  const coming = pathway.deadlines.filter(
    ({ name, taskId }) => !ladder.includes(name) && !(taskId && isOpen.has(taskId)),
  );
  const shown = all ? coming : coming.slice(0, SHOWN);
  return (
    <section className="young__part" aria-labelledby="next">
      <h2 id="next">{words.title}</h2>
      {open.length === 0 && <p>{words.nothing}</p>}
      <ul className="due">
        {open.map((task) => {
          const about = subjectOf(task.subject);
          const named = `${labelOf(task.label)}${about ? ` (${about})` : ''}`;
          const why = pathway.deadlines.find((d) => d.name === 'task_due' && d.taskId === task.id);
          // On hold, what still runs is told among the deadlines.
          const standsStill = pathway.status === 'on_hold' && !why;
          const holder =
            task.assignee?.id === me.id ? words.mine : (task.assignee?.displayName ?? words.team);
          return (
            <li key={task.id} className="due__one">
              {pathway.glassUntil ? (
                <span className="due__name">{named}</span>
              ) : (
                <Link className="due__name" to={`/tasks/${task.id}`}>
                  {named}
                </Link>
              )}
              {standsStill ? (
                <Badge noIcon small>
                  {words.paused}
                </Badge>
              ) : (
                <Badge severity={isLate(task.dueAt) ? 'error' : 'info'} noIcon small>
                  {due(task.dueAt)}
                </Badge>
              )}
              <span className="due__by">
                {!standsStill && `${words.dueOn(comingDay(task.dueAt, now))} · `}
                {holder}
                {task.standsInFor && `, ${words.standsFor(task.standsInFor.displayName)}`}
              </span>
              {why && (
                <details className="due__why">
                  <summary>{words.why}</summary>
                  {labelOf(why.sentence)}
                </details>
              )}
            </li>
          );
        })}
      </ul>
      <h3 className="fr-h5">{words.afterwards}</h3>
      {coming.length === 0 && <p>{words.none}</p>}
      <ul className="coming" id="coming">
        {shown.map((deadline) => (
          <li key={`${deadline.name} ${deadline.taskId ?? ''} ${deadline.at}`}>
            <time dateTime={deadline.at} className="coming__day">
              {comingDay(deadline.at, now)}
            </time>
            <span className="coming__what">{labelOf(deadline.sentence)}</span>
          </li>
        ))}
      </ul>
      {coming.length > SHOWN && (
        <Button
          priority="tertiary no outline"
          size="small"
          onClick={() => setAll(!all)}
          nativeButtonProps={{ 'aria-expanded': all, 'aria-controls': 'coming' }}
        >
          {all ? words.fewer : words.more(coming.length - SHOWN)}
        </Button>
      )}
    </section>
  );
}
