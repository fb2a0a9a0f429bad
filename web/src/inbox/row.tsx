/** The parts of a task in the inbox, the same in the table and on a card. */
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { createContext, useContext } from 'react';
import { Link } from 'react-router';
import type { CancelReason } from '../../../domain/journal';
import { cancelReasonLabels, rungLabels } from '../../../domain/labels';
import type { Task } from '../api/types';
import type { FromList } from '../tasks/ways';
import { daysBetween, parisDay, useDates } from '../words/dates';
import { nameOf } from '../words/listed';
import { useSubject } from '../words/subject';
import { inBoth, useLabel, useWords } from '../words/words';
import type { Change } from './change';
import { dueOf } from './due';
import type { Due } from './filters';

const w = inBoth({
  fr: {
    late: (days: number) => `en retard de ${days} ${days > 1 ? 'jours' : 'jour'}`,
    today: 'aujourd’hui',
    tomorrow: 'demain',
    closed: (day: string) => `close le ${day}`,
    free: 'à prendre',
    otherRole: 'à prendre, par un autre rôle',
    mine: 'vous',
    standsInFor: (name: string) => `remplace ${name}`,
    nobodyStandsIn: (name: string) => `${name} est absent, personne ne remplace`,
    partner: (name: string) => `avec ${name}`,
    noReferent: 'pas encore désigné',
    round: (n: number) => `${n}ᵉ fois`,
    claim: 'Prendre',
    claimOf: (name: string) => `Prendre la tâche de ${name}`,
    release: 'Rendre à l’équipe',
    releaseOf: (name: string) => `Rendre à l’équipe la tâche de ${name}`,
    select: (name: string, kind: string) => `Sélectionner ${name}, ${kind}`,
    gone: 'N’est plus dans vos tâches',
    done: 'Faite',
    doneBy: (name: string) => `Faite par ${name}`,
    doneByYou: 'Faite par vous',
    cancelled: (why: string) => `Annulée : ${why}`,
    takenBy: (name: string) => `Prise par ${name}`,
    takenByYou: 'Vous l’avez prise',
    released: 'De nouveau à prendre',
  },
  en: {
    late: (days: number) => `${days} ${days === 1 ? 'day' : 'days'} late`,
    today: 'today',
    tomorrow: 'tomorrow',
    closed: (day: string) => `closed on ${day}`,
    free: 'free',
    otherRole: 'free, for another role',
    mine: 'you',
    standsInFor: (name: string) => `stands in for ${name}`,
    nobodyStandsIn: (name: string) => `${name} is away, nobody stands in`,
    partner: (name: string) => `with ${name}`,
    noReferent: 'none yet',
    round: (n: number) => `time no. ${n}`,
    claim: 'Take',
    claimOf: (name: string) => `Take the task of ${name}`,
    release: 'Give back to team',
    releaseOf: (name: string) => `Give back to team the task of ${name}`,
    select: (name: string, kind: string) => `Select ${name}, ${kind}`,
    gone: 'No longer among your tasks',
    done: 'Done',
    doneBy: (name: string) => `Done by ${name}`,
    doneByYou: 'Done by you',
    cancelled: (why: string) => `Cancelled: ${why}`,
    takenBy: (name: string) => `Taken by ${name}`,
    takenByYou: 'You took it',
    released: 'Free again',
  },
});

export interface Row {
  /** Where it stands in the list. */
  readonly readDueAt: string;
  /** As it is now, as far as it was heard. */
  readonly task: Task;
  readonly change: Change | null;
  readonly isOver: boolean;
  readonly isSelected: boolean;
  /** Claimed or given back, and no answer yet. */
  readonly isPending: boolean;
  /** Why what was asked for it was refused. */
  readonly refusal: string | undefined;
}

/** What all rows of a list share. */
export interface RowContext {
  readonly readAt: Date;
  readonly readerId: string;
  /** What the page of a task is told: where the list is, and which tasks are on it. */
  readonly state: FromList;
  select(id: string, how: { range: boolean }): void;
  claimOrRelease(row: Row): void;
  leaveFor(id: string): void;
}
const Context = createContext<RowContext | null>(null);
export const Rows = Context.Provider;
export function useRows(): RowContext {
  const rows = useContext(Context);
  if (!rows) throw new Error('there is no list here');
  return rows;
}

export function SelectBox({ row: { task, isSelected } }: { row: Row }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { select } = useRows();
  const id = `select-${task.id}`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the box inside is what one acts on
    <div
      className="fr-checkbox-group fr-checkbox-group--sm"
      // With the shift key the browser would select the text in between.
      onMouseDown={(event) => event.shiftKey && event.preventDefault()}
    >
      <input
        type="checkbox"
        id={id}
        checked={isSelected}
        onClick={({ shiftKey }) => select(task.id, { range: shiftKey })}
        // The click has done it: it knows of the shift key.
        onChange={() => {}}
      />
      <label className="fr-label" htmlFor={id}>
        <span className="fr-sr-only">{words.select(nameOf(task), labelOf(task.label))}</span>
      </label>
    </div>
  );
}

export function PersonLink({ row: { task } }: { row: Row }) {
  const { leaveFor } = useRows();
  return (
    <Link className="inbox__person" to={`/pathways/${task.pathwayId}`} onClick={() => leaveFor(task.id)}>
      {nameOf(task)}
    </Link>
  );
}

export function KindOf({ row: { task } }: { row: Row }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { state, leaveFor } = useRows();
  const about = useSubject()(task.subject);
  return (
    <>
      <Link
        className="inbox__kind"
        to={`/tasks/${task.id}`}
        state={state}
        onClick={() => leaveFor(task.id)}
        data-open
      >
        {labelOf(task.label)}
        <span className="fr-sr-only"> ({nameOf(task)})</span>
      </Link>
      {about && <span className="inbox__about"> · {about}</span>}
      {task.round > 1 && <span className="inbox__about"> · {words.round(task.round)}</span>}
      {task.partner && <span className="inbox__about"> · {words.partner(task.partner.displayName)}</span>}
      {task.status === 'open' &&
        task.rungs
          .filter((rung) => rung !== 'reminded')
          .map((rung) => (
            <Badge key={rung} as="span" small severity={rung === 'flagged' ? 'error' : 'warning'}>
              {labelOf(rungLabels[rung])}
            </Badge>
          ))}
    </>
  );
}

const dueIcons: Readonly<Record<Due, string>> = {
  overdue: 'fr-icon-error-warning-fill',
  today: 'fr-icon-time-fill',
  week: 'fr-icon-calendar-line',
  later: 'fr-icon-calendar-line',
};

export function DueOf({ row: { task } }: { row: Row }) {
  const words = useWords(w);
  const dates = useDates();
  const { readAt } = useRows();
  if (task.closedAt) return <span className="inbox__due">{words.closed(dates.day(task.closedAt))}</span>;
  const days = daysBetween(readAt, task.dueAt);
  const due = dueOf(task.dueAt, readAt);
  const said =
    days < 0
      ? words.late(-days)
      : days === 0
        ? words.today
        : days === 1
          ? words.tomorrow
          : dates.comingDay(task.dueAt, readAt);
  return (
    <time
      className={`inbox__due inbox__due--${due} ${dueIcons[due]}`}
      dateTime={parisDay(task.dueAt)}
      title={dates.longDay(task.dueAt)}
    >
      {said}
    </time>
  );
}

export function ReferentOf({ row: { task } }: { row: Row }) {
  const words = useWords(w);
  return task.referent ? task.referent.displayName : <span className="inbox__none">{words.noReferent}</span>;
}

export function AssigneeOf({ row: { task } }: { row: Row }) {
  const words = useWords(w);
  const { readerId } = useRows();
  const { assignee, standsInFor, status } = task;
  if (assignee)
    return (
      <>
        {assignee.id === readerId ? <strong>{words.mine}</strong> : assignee.displayName}
        {standsInFor && <span className="inbox__about"> ({words.standsInFor(standsInFor.displayName)})</span>}
      </>
    );
  if (status !== 'open') return null;
  return (
    <>
      <span className="inbox__free">{task.takeable ? words.free : words.otherRole}</span>
      {standsInFor && (
        <span className="inbox__about"> ({words.nobodyStandsIn(standsInFor.displayName)})</span>
      )}
    </>
  );
}

/** What happened while one looked, or why what one asked for was not done. */
export function NewsOf({ row: { change, refusal } }: { row: Row }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { readerId } = useRows();
  const said = (() => {
    switch (change?.what) {
      case 'gone':
        return words.gone;
      case 'done':
        if (!change.by) return words.done;
        return change.by.id === readerId ? words.doneByYou : words.doneBy(change.by.displayName);
      case 'cancelled':
        return words.cancelled(labelOf(cancelReasonLabels[change.because as CancelReason]));
      case 'taken':
        return change.by.id === readerId ? words.takenByYou : words.takenBy(change.by.displayName);
      case 'released':
        return words.released;
      default:
        return null;
    }
  })();
  return (
    // Always there: a screen reader hears what comes into it.
    <span role="status" className="inbox__news">
      {said && (
        <span className={change?.what === 'done' ? 'fr-icon-check-line' : 'fr-icon-information-line'}>
          {said}
        </span>
      )}
      {refusal && <span className="inbox__refusal fr-icon-error-line">{refusal}</span>}
    </span>
  );
}

/** What can be done with a task at one go: take a free one, give one's own back. */
export const quickActionOf = ({ task, change }: Row, readerId: string): 'claim' | 'release' | null => {
  if (task.status !== 'open' || change?.what === 'gone') return null;
  if (task.assignee?.id === readerId) return 'release';
  return task.assignee === null && task.takeable ? 'claim' : null;
};

export function QuickAction({ row }: { row: Row }) {
  const words = useWords(w);
  const { readerId, claimOrRelease } = useRows();
  const action = quickActionOf(row, readerId);
  if (!action) return null;
  const name = nameOf(row.task);
  return (
    <Button
      size="small"
      priority={action === 'claim' ? 'secondary' : 'tertiary no outline'}
      // Not disabled: the focus would be lost.
      nativeButtonProps={{
        'aria-disabled': row.isPending,
        'aria-label': action === 'claim' ? words.claimOf(name) : words.releaseOf(name),
      }}
      onClick={() => claimOrRelease(row)}
    >
      {words[action]}
    </Button>
  );
}
