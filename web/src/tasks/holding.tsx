/** Who has a task, and taking it, giving it back or giving it to somebody. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { useRef, useState } from 'react';
import { roleLabels } from '../../../domain/labels';
import type { TaskDetails } from '../api/types';
import { usePersonLine } from '../form/fields';
import { useMe } from '../session/session';
import { inBoth, useLabel, useWords } from '../words/words';
import { isHeldFrom } from './held';

const w = inBoth({
  fr: {
    title: 'Qui s’en charge',
    nobody: 'Personne n’a encore pris cette tâche.',
    freeToComplete: 'Vous pouvez la prendre, ou la terminer directement.',
    mine: 'Vous avez cette tâche.',
    shared: 'Elle est partagée avec vous : vous pouvez la terminer.',
    theirs: (who: string) => `${who} a cette tâche.`,
    standIn: (who: string) => `en remplacement de ${who}`,
    nobodyStandsIn: (who: string) => `${who}, en absence, n’a pas de remplaçant.`,
    claim: 'Prendre la tâche',
    release: 'Rendre la tâche à l’équipe',
    assign: 'Confier à quelqu’un…',
    to: 'À qui',
    choose: 'Choisissez',
    give: 'Confier',
    cancel: 'Annuler',
  },
  en: {
    title: 'Who takes care of it',
    nobody: 'Nobody has taken this task yet.',
    freeToComplete: 'You can take it, or complete it right away.',
    mine: 'You have this task.',
    shared: 'It is shared with you: you can complete it.',
    theirs: (who: string) => `${who} has this task.`,
    standIn: (who: string) => `standing in for ${who}`,
    nobodyStandsIn: (who: string) => `${who} is away and nobody stands in.`,
    claim: 'Take the task',
    release: 'Give it back to the team',
    assign: 'Give it to somebody…',
    to: 'To whom',
    choose: 'Choose',
    give: 'Give it',
    cancel: 'Cancel',
  },
});

export type HoldingAct = (what: 'claim' | 'release' | 'assign', body?: object) => Promise<void>;

export function Holding({ task, busy, act }: { task: TaskDetails; busy: boolean; act: HoldingAct }) {
  const words = useWords(w);
  const me = useMe();
  const [assigning, setAssigning] = useState(false);
  const said = useRef<HTMLParagraphElement>(null);
  // The button that was pressed is gone: what it changed is read next.
  const press = (what: 'claim' | 'release') => act(what).then(() => said.current?.focus());
  const { assignee, standsInFor, actions } = task;
  const mine = assignee?.id === me.id;
  const standIn = standsInFor && assignee ? `, ${words.standIn(standsInFor.displayName)}` : '';
  const whose = !assignee
    ? words.nobody
    : mine
      ? `${words.mine.slice(0, -1)}${standIn}.`
      : `${words.theirs(assignee.displayName).slice(0, -1)}${standIn}.`;
  const mayRelease =
    assignee && actions.includes('task.release') && (mine || actions.includes('task.assign'));
  return (
    <section className="task-holding" aria-labelledby="holding">
      <h2 id="holding" className="fr-sr-only">
        {words.title}
      </h2>
      <p ref={said} tabIndex={-1}>
        {whose}
        {!assignee && standsInFor && ` ${words.nobodyStandsIn(standsInFor.displayName)}`}
        {!assignee && actions.includes('task.complete') && ` ${words.freeToComplete}`}
        {assignee && !mine && !isHeldFrom(task, me.id) && ` ${words.shared}`}
      </p>
      <div className="task-buttons">
        {!assignee && actions.includes('task.claim') && (
          <Button size="small" disabled={busy} onClick={() => void press('claim')}>
            {words.claim}
          </Button>
        )}
        {mayRelease && (
          <Button size="small" priority="secondary" disabled={busy} onClick={() => void press('release')}>
            {words.release}
          </Button>
        )}
        {task.assignees.length > 0 && (
          <Button
            size="small"
            priority="secondary"
            aria-expanded={assigning}
            aria-controls="assigning"
            onClick={() => setAssigning(!assigning)}
          >
            {words.assign}
          </Button>
        )}
      </div>
      <div id="assigning">
        {assigning && (
          <Assigning
            task={task}
            busy={busy}
            onDone={() => {
              setAssigning(false);
              said.current?.focus();
            }}
            assign={(assigneeId) => act('assign', { assigneeId })}
          />
        )}
      </div>
    </section>
  );
}

function Assigning({
  task,
  busy,
  assign,
  onDone,
}: {
  task: TaskDetails;
  busy: boolean;
  assign: (to: string) => Promise<void>;
  onDone: () => void;
}) {
  const words = useWords(w);
  const labelOf = useLabel();
  const personOf = usePersonLine();
  const [to, setTo] = useState('');
  const roles = [...new Set(task.assignees.map(({ role }) => role))];
  return (
    <form
      className="task-assigning"
      onSubmit={(e) => {
        e.preventDefault();
        if (to && !busy) void assign(to).then(onDone);
      }}
    >
      <Select
        label={words.to}
        nativeSelectProps={{
          value: to,
          required: true,
          autoFocus: true,
          onChange: (e) => setTo(e.target.value),
        }}
      >
        <option value="" disabled>
          {words.choose}
        </option>
        {roles.map((role) => (
          <optgroup key={role} label={labelOf(roleLabels[role])}>
            {task.assignees
              .filter((p) => p.role === role)
              .map((p) => (
                <option key={p.id} value={p.id} disabled={p.id === task.assignee?.id}>
                  {personOf(p, role)}
                </option>
              ))}
          </optgroup>
        ))}
      </Select>
      <div className="task-buttons">
        <Button size="small" type="submit" disabled={busy || !to}>
          {words.give}
        </Button>
        <Button size="small" type="button" priority="tertiary" onClick={onDone}>
          {words.cancel}
        </Button>
      </div>
    </form>
  );
}
