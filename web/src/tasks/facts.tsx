/** What a task is: of whom, about what, when it is due and why then. */
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { rungLabels, stepLabels } from '../../../domain/labels';
import type { TaskDetails } from '../api/types';
import { useDates } from '../words/dates';
import { useDue } from '../words/due';
import { useSubject } from '../words/subject';
import { inBoth, useLabel, useWords } from '../words/words';

const w = inBoth({
  fr: {
    person: 'Jeune',
    step: 'Étape',
    subject: 'À propos de',
    due: 'Échéance',
    opens: 'S’ouvre le',
    why: 'Pourquoi à cette date, et ensuite',
    referent: 'Référent',
    noReferent: 'pas encore désigné',
    partner: 'Partagée avec',
    rungs: 'Relances',
    asked: 'Demandée',
    round: (n: number) => `pour la ${n}ᵉ fois`,
  },
  en: {
    person: 'Young person',
    step: 'Step',
    subject: 'About',
    due: 'Due',
    opens: 'Opens on',
    why: 'Why on that day, and what then',
    referent: 'Referent',
    noReferent: 'not assigned yet',
    partner: 'Shared with',
    rungs: 'Reminders',
    asked: 'Asked',
    round: (n: number) => `time no. ${n}`,
  },
});

/** @param children under what is known */
export function Facts({ task, children }: { task: TaskDetails; children?: ReactNode }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const subjectOf = useSubject();
  const { longDay } = useDates();
  const { due, isLate } = useDue();
  const { firstName, lastName } = task.person;
  const subject = [subjectOf(task.subject), ...Object.values(task.subjectWords ?? {})].filter(Boolean);
  const deadlines = [...task.deadlines].sort((a, b) => (a.at < b.at ? -1 : 1));
  return (
    <section className="task-facts">
      <dl>
        <div>
          <dt>{words.person}</dt>
          <dd>
            <Link to={`/pathways/${task.pathwayId}`}>
              <strong>
                {firstName} {lastName}
              </strong>
            </Link>
          </dd>
        </div>
        {subject.length > 0 && (
          <div>
            <dt>{words.subject}</dt>
            <dd className="task-facts__words">{subject.join(' – ')}</dd>
          </div>
        )}
        <div>
          <dt>{words.due}</dt>
          <dd>
            {task.status === 'open' && (
              <>
                {isLate(task.dueAt) ? (
                  <Badge severity="error" small>
                    {due(task.dueAt)}
                  </Badge>
                ) : (
                  <strong>{due(task.dueAt)}</strong>
                )}
                <br />
              </>
            )}
            {longDay(task.dueAt)}
          </dd>
        </div>
        {task.status === 'planned' && (
          <div>
            <dt>{words.opens}</dt>
            <dd>{longDay(task.opensAt)}</dd>
          </div>
        )}
        <div>
          <dt>{words.step}</dt>
          <dd>{labelOf(stepLabels[task.step])}</dd>
        </div>
        {task.round > 1 && (
          <div>
            <dt>{words.asked}</dt>
            <dd>{words.round(task.round)}</dd>
          </div>
        )}
        <div>
          <dt>{words.referent}</dt>
          <dd>{task.referent?.displayName ?? words.noReferent}</dd>
        </div>
        {task.partner && (
          <div>
            <dt>{words.partner}</dt>
            <dd>{task.partner.displayName}</dd>
          </div>
        )}
        {task.rungs.length > 0 && (
          <div>
            <dt>{words.rungs}</dt>
            <dd>{task.rungs.map((rung) => labelOf(rungLabels[rung])).join(', ')}</dd>
          </div>
        )}
      </dl>
      {children}
      {deadlines.length > 0 && (
        <details className="task-why">
          <summary>{words.why}</summary>
          <ul>
            {deadlines.map(({ name, sentence }) => (
              <li key={name}>{labelOf(sentence)}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
