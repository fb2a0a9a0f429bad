/** Completing a task: what may come of it and what follows, the fields of the outcome chosen, the draft meanwhile. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { RadioButtons } from '@codegouvfr/react-dsfr/RadioButtons';
import { useRef, useState } from 'react';
import { write } from '../api/client';
import { ApiProblem } from '../api/problem';
import type { Accepted, Recorded, TaskDetails } from '../api/types';
import { SchemaFields } from '../form/fields';
import type { ObjectSchema, Typed } from '../form/schema';
import { useSchemaForm } from '../form/use-schema-form';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';
import { type Draft, forgetDraft, saveDrafts, stopSaving, typeInto, useDraft } from './drafts';
import { variantOf } from './outcome';
import { Refusal } from './refusal';

const w = inBoth({
  fr: {
    title: 'Terminer la tâche',
    which: 'Qu’en est-il ?',
    only: (label: string) => `Issue : ${label}`,
    follows: (what: string) => `Ce qui suit : ${what}`,
    chooseFirst: 'Choisissez ce qu’il en est',
    complete: 'Terminer la tâche',
    completing: 'Enregistrement…',
    shortcut: 'ou Ctrl + Entrée',
    notReached: 'Pas encore joint ?',
    attempt: 'Noter une tentative',
    attemptHow:
      'La tâche reste ouverte ; la coordination est sollicitée après plusieurs tentatives sans réponse.',
    draft: {
      unsaved: 'Brouillon en cours…',
      saving: 'Brouillon en cours…',
      waiting:
        'Brouillon pas encore enregistré : il reste dans cette page et sera enregistré dès que possible.',
      refused: 'Ce brouillon ne peut être enregistré : il reste dans cette page tant qu’elle est ouverte.',
      savedAt: (time: string) => `Brouillon enregistré à ${time}`,
      found: (when: string) => `Brouillon du ${when} retrouvé`,
    },
  },
  en: {
    title: 'Complete the task',
    which: 'What came of it?',
    only: (label: string) => `Outcome: ${label}`,
    follows: (what: string) => `What follows: ${what}`,
    chooseFirst: 'Choose what came of it',
    complete: 'Complete the task',
    completing: 'Recording…',
    shortcut: 'or Ctrl + Enter',
    notReached: 'Not reached yet?',
    attempt: 'Record an attempt',
    attemptHow: 'The task stays open; the coordinator is asked after several attempts without answer.',
    draft: {
      unsaved: 'Draft being kept…',
      saving: 'Draft being kept…',
      waiting: 'Draft not kept yet: it stays in this page and is kept as soon as possible.',
      refused: 'This draft cannot be kept: it stays in this page as long as it is open.',
      savedAt: (time: string) => `Draft kept at ${time}`,
      found: (when: string) => `Draft of ${when} found again`,
    },
  },
});

const nothingYet: ObjectSchema = { properties: {} };

/** What has been typed into the form of a task, here or elsewhere. */
export function useTyped(task: TaskDetails): { typed: Typed; draft: Draft | null } {
  const draft = useDraft(task.id);
  return { typed: draft?.typed ?? (task.draft?.form as Typed | undefined) ?? {}, draft };
}

export interface CompletedTask {
  readonly answer: Recorded | Accepted;
  readonly outcome: TaskDetails['outcomes'][number];
}

interface Props {
  readonly task: TaskDetails;
  readonly etag: string | null;
  /** Something else is being done with the task. */
  readonly busy: boolean;
  /** Wraps what is done, so that its own effect is not told as somebody else's. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Why the last attempt did not succeed. */
  readonly problem: ApiProblem | null;
  onProblem(problem: ApiProblem | null): void;
  onCompleted(completed: CompletedTask): void;
  onChanged(): void;
  onReach(): void;
}

export function Completing(props: Props) {
  const { task, etag, busy, during, problem, onProblem, onCompleted, onChanged, onReach } = props;
  const words = useWords(w);
  const labelOf = useLabel();
  const { typed, draft } = useTyped(task);
  const [only] = task.outcomes.length === 1 ? task.outcomes : [];
  const outcome = only?.code ?? typed.outcome;
  const variant = variantOf(task, outcome);
  const form = useSchemaForm(variant ?? nothingYet, typed);
  const [unchosen, setUnchosen] = useState(false);
  const attempt = useRef<{ body: string; key: string } | null>(null);
  const underWay = useRef(false);

  const type = (next: Typed) => typeInto(task.id, only ? { ...next, outcome: only.code } : next);

  const complete = async () => {
    // A second click arrives before the button is shown as disabled.
    if (underWay.current || busy) return;
    const chosen = task.outcomes.find(({ code }) => code === outcome);
    setUnchosen(!chosen);
    if (!chosen) {
      form.place.current?.querySelector<HTMLElement>('input[type=radio]')?.focus();
      return;
    }
    const sent = form.check();
    if (!sent) return;
    underWay.current = true;
    onProblem(null);
    try {
      await during(async () => {
        await stopSaving(task.id);
        const body = JSON.stringify(sent);
        // The same again, after an answer that did not come, is the same request.
        if (attempt.current?.body !== body) attempt.current = { body, key: crypto.randomUUID() };
        const { key } = attempt.current;
        const { body: answer } = await write<Recorded | Accepted>(
          'POST',
          `/api/tasks/${task.id}/complete`,
          sent,
          { key, ifMatch: etag },
        );
        forgetDraft(task.id);
        onCompleted({ answer, outcome: chosen });
      });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (error.status >= 400 && error.status < 500) attempt.current = null;
      onProblem(error);
      if (error.body.errors) form.refused(error);
      saveDrafts();
      if (error.status === 409 || error.status === 412) onChanged();
    } finally {
      underWay.current = false;
    }
  };

  return (
    <form
      noValidate
      className="task-form"
      aria-labelledby="completing"
      ref={(element) => {
        form.place.current = element;
      }}
      onSubmit={(e) => {
        e.preventDefault();
        void complete();
      }}
      onKeyDown={(e) => {
        if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
          e.preventDefault();
          void complete();
        }
      }}
    >
      <h2 id="completing" className="fr-h5">
        {words.title}
      </h2>
      {only ? (
        <p className="task-only">
          <strong>{words.only(labelOf(only.label))}</strong>
          <br />
          {words.follows(labelOf(only.follows))}
        </p>
      ) : (
        <RadioButtons
          legend={words.which}
          {...(unchosen && !variant
            ? ({ state: 'error', stateRelatedMessage: words.chooseFirst } as const)
            : {})}
          options={task.outcomes.map(({ code, label, follows }) => ({
            label: labelOf(label),
            hintText: words.follows(labelOf(follows)),
            nativeInputProps: {
              value: code,
              checked: outcome === code,
              onChange: () => type({ ...typed, outcome: code }),
            },
          }))}
        />
      )}
      {task.kind === 'first_contact' && (
        <div className="task-hint">
          <p>
            {words.notReached} {words.attemptHow}
          </p>
          <Button type="button" size="small" priority="secondary" onClick={onReach}>
            {words.attempt}
          </Button>
        </div>
      )}
      {variant && (
        <SchemaFields
          key={String(outcome)}
          idPrefix="task"
          schema={variant}
          value={typed}
          onChange={type}
          proposals={task.proposals}
          errorAt={form.errorAt}
        />
      )}
      {problem && (
        <Refusal
          problem={problem}
          task={task}
          typed
          onSeeAgain={() => {
            onProblem(null);
            onChanged();
          }}
        />
      )}
      <div className="task-complete">
        <Button type="submit" disabled={busy}>
          {busy ? words.completing : words.complete}
        </Button>
        <span className="task-shortcut fr-hint-text">{words.shortcut}</span>
        <DraftState draft={draft} found={task.draft?.savedAt ?? null} />
      </div>
    </form>
  );
}

function DraftState({ draft, found }: { draft: Draft | null; found: string | null }) {
  const { draft: words } = useWords(w);
  const { time, instant } = useDates();
  const said = !draft
    ? found && words.found(instant(found))
    : draft.state === 'saved' && draft.savedAt
      ? words.savedAt(time(draft.savedAt))
      : draft.state === 'saved'
        ? ''
        : words[draft.state];
  return (
    <p className="task-draft" role="status">
      {said}
    </p>
  );
}
