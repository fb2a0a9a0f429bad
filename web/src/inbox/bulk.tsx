/** What is done with many tasks at one go, and what became of each. */
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { createModal } from '@codegouvfr/react-dsfr/Modal';
import { useIsModalOpen } from '@codegouvfr/react-dsfr/Modal/useIsModalOpen';
import { RadioButtons } from '@codegouvfr/react-dsfr/RadioButtons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type RefObject, useState } from 'react';
import { Link } from 'react-router';
import { roleLabels } from '../../../domain/labels';
import { get, write } from '../api/client';
import { ApiProblem } from '../api/problem';
import type { BulkResult, Proposed, Task, TaskDetails } from '../api/types';
import { SchemaFields } from '../form/fields';
import type { ObjectSchema, Typed } from '../form/schema';
import { useSchemaForm } from '../form/use-schema-form';
import { Failure, Waiting } from '../layout/states';
import { useMay } from '../session/session';
import { useDates } from '../words/dates';
import { nameOf } from '../words/listed';
import { inBoth, useLabel, useWords } from '../words/words';
import { useRows } from './row';

const w = inBoth({
  fr: {
    selected: (n: number) => `${n} ${n > 1 ? 'tâches sélectionnées' : 'tâche sélectionnée'}`,
    bar: 'Tâches sélectionnées',
    claim: 'Prendre',
    release: 'Rendre',
    assign: 'Confier…',
    complete: 'Terminer…',
    unselect: 'Tout désélectionner',
    oneKind: 'Pour terminer plusieurs tâches, sélectionnez-en d’un seul type.',
    assignTitle: (n: number) => `Confier ${n} ${n > 1 ? 'tâches' : 'tâche'}`,
    to: 'À qui ?',
    load: (n: number) => `${n} ${n > 1 ? 'jeunes accompagnés' : 'jeune accompagné'}`,
    absent: (day: string) => `en absence jusqu’au ${day}`,
    assignNow: 'Confier',
    chooseSomebody: 'Choisissez une personne',
    completeTitle: (n: number, kind: string) => `Terminer ${n} ${n > 1 ? 'tâches' : 'tâche'} : ${kind}`,
    sameForAll: 'Ce que vous saisissez vaut pour chacune.',
    outcome: 'Que s’est-il passé ?',
    chooseOutcome: 'Choisissez ce qui s’est passé',
    completeNow: 'Terminer',
    results: 'Résultat',
    done: {
      claim: (n: number) => `${n} ${n > 1 ? 'tâches prises' : 'tâche prise'}`,
      release: (n: number) => `${n} ${n > 1 ? 'tâches rendues' : 'tâche rendue'}`,
      assign: (n: number) => `${n} ${n > 1 ? 'tâches confiées' : 'tâche confiée'}`,
      complete: (n: number) => `${n} ${n > 1 ? 'tâches terminées' : 'tâche terminée'}`,
    },
    refused: (n: number) =>
      `${n} ${n > 1 ? 'refusées, toujours sélectionnées' : 'refusée, toujours sélectionnée'}`,
    isDone: 'Fait',
    accepted: 'Accepté, enregistré dès que possible',
    see: 'Voir le résultat',
    close: 'Fermer',
  },
  en: {
    selected: (n: number) => `${n} ${n === 1 ? 'task' : 'tasks'} selected`,
    bar: 'Selected tasks',
    claim: 'Take',
    release: 'Give back',
    assign: 'Assign…',
    complete: 'Complete…',
    unselect: 'Unselect all',
    oneKind: 'To complete several tasks, select tasks of one kind.',
    assignTitle: (n: number) => `Assign ${n} ${n === 1 ? 'task' : 'tasks'}`,
    to: 'To whom?',
    load: (n: number) => `accompanies ${n} young ${n === 1 ? 'person' : 'people'}`,
    absent: (day: string) => `away until ${day}`,
    assignNow: 'Assign',
    chooseSomebody: 'Choose a person',
    completeTitle: (n: number, kind: string) => `Complete ${n} ${n === 1 ? 'task' : 'tasks'}: ${kind}`,
    sameForAll: 'What you enter holds for each of them.',
    outcome: 'What happened?',
    chooseOutcome: 'Choose what happened',
    completeNow: 'Complete',
    results: 'Result',
    done: {
      claim: (n: number) => `${n} ${n === 1 ? 'task' : 'tasks'} taken`,
      release: (n: number) => `${n} ${n === 1 ? 'task' : 'tasks'} given back`,
      assign: (n: number) => `${n} ${n === 1 ? 'task' : 'tasks'} assigned`,
      complete: (n: number) => `${n} ${n === 1 ? 'task' : 'tasks'} completed`,
    },
    refused: (n: number) => `${n} refused, still selected`,
    isDone: 'Done',
    accepted: 'Accepted, recorded as soon as possible',
    see: 'See the result',
    close: 'Close',
  },
});

const assignDialog = createModal({ id: 'bulk-assign', isOpenedByDefault: false });
const completeDialog = createModal({ id: 'bulk-complete', isOpenedByDefault: false });
const resultsDialog = createModal({ id: 'bulk-results', isOpenedByDefault: false });

type Decision =
  | { readonly action: 'claim' | 'release' }
  | { readonly action: 'assign'; readonly assigneeId: string }
  | { readonly action: 'complete'; readonly form: Record<string, unknown> };

interface Done {
  readonly action: Decision['action'];
  readonly results: readonly BulkResult[];
  /** As they were when they were selected. */
  readonly tasks: ReadonlyMap<string, Task>;
}

interface Props {
  readonly selected: readonly Task[];
  /** These alone stay selected. */
  keep(ids: readonly string[]): void;
  /** These were decided on: see what they are now. */
  decided(ids: readonly string[]): void;
  /** The bar goes: the keyboard is back at the row that was selected last. */
  leave(): void;
}

const isRefused = (result: BulkResult) => 'problem' in result;

export function Bulk({ selected, keep, decided, leave }: Props) {
  const words = useWords(w);
  const may = useMay();
  const [done, setDone] = useState<Done | null>(null);
  const decide = useMutation({
    mutationFn: (decision: Decision) =>
      write<{ results: BulkResult[] }>('POST', '/api/tasks/bulk', {
        ...decision,
        taskIds: selected.map(({ id }) => id),
      }),
    onSuccess: ({ body: { results } }, { action }) => {
      const refused = results.filter(isRefused).map(({ taskId }) => taskId);
      setDone({ action, results, tasks: new Map(selected.map((task) => [task.id, task])) });
      keep(refused);
      decided(results.map(({ taskId }) => taskId));
      assignDialog.close();
      completeDialog.close();
      // What went well needs no answer from the person.
      if (refused.length > 0) setTimeout(() => resultsDialog.open());
    },
  });
  const kinds = new Set(selected.map(({ kind }) => kind));
  const first = kinds.size === 1 ? selected[0] : undefined;
  const refused = done?.results.filter(isRefused).length ?? 0;
  const summary =
    done &&
    [
      words.done[done.action](done.results.length - refused),
      ...(refused > 0 ? [words.refused(refused)] : []),
    ].join(' · ');

  return (
    <>
      {(selected.length > 0 || done) && (
        <section className="inbox__bulk" aria-label={words.bar}>
          {selected.length > 0 && (
            <>
              <strong>{words.selected(selected.length)}</strong>
              <div className="inbox__bulk-actions">
                {(['claim', 'release'] as const).map((action) => (
                  <Button
                    key={action}
                    size="small"
                    priority="secondary"
                    disabled={decide.isPending}
                    onClick={() => decide.mutate({ action })}
                  >
                    {words[action]}
                  </Button>
                ))}
                {may('task.assign') && (
                  <Button size="small" priority="secondary" onClick={() => assignDialog.open()}>
                    {words.assign}
                  </Button>
                )}
                <Button
                  size="small"
                  priority="secondary"
                  disabled={!first}
                  title={first ? undefined : words.oneKind}
                  onClick={() => completeDialog.open()}
                >
                  {words.complete}
                </Button>
                <Button
                  size="small"
                  priority="tertiary no outline"
                  onClick={() => {
                    keep([]);
                    setDone(null);
                    leave();
                  }}
                >
                  {words.unselect}
                </Button>
              </div>
              {!first && <p className="fr-hint-text">{words.oneKind}</p>}
            </>
          )}
          <div role="status" className="inbox__bulk-result">
            {summary && (
              <span className={refused ? 'fr-icon-warning-line' : 'fr-icon-check-line'}>{summary}</span>
            )}
          </div>
          {done && (
            <>
              <Button size="small" priority="tertiary" onClick={() => resultsDialog.open()}>
                {words.see}
              </Button>
              {selected.length === 0 && (
                <Button
                  size="small"
                  priority="tertiary no outline"
                  onClick={() => {
                    setDone(null);
                    leave();
                  }}
                >
                  {words.close}
                </Button>
              )}
            </>
          )}
          {decide.error && <Failure error={decide.error} />}
        </section>
      )}
      <assignDialog.Component title={words.assignTitle(selected.length)}>
        {may('task.assign') && selected.length > 0 && (
          <Assign
            isPending={decide.isPending}
            error={decide.error}
            assign={(assigneeId) => decide.mutate({ action: 'assign', assigneeId })}
          />
        )}
      </assignDialog.Component>
      <CompleteDialog
        first={first}
        count={selected.length}
        isPending={decide.isPending}
        complete={(form) => decide.mutateAsync({ action: 'complete', form })}
      />
      <resultsDialog.Component title={summary ?? words.results}>
        {done && <Results done={done} />}
      </resultsDialog.Component>
    </>
  );
}

/** Whom one thinks of first; of one role the least loaded, as the API has them. */
const rolesInOrder: readonly Proposed['role'][] = ['counsellor', 'mediator', 'coordinator', 'partner'];
const inOrder = (people: readonly Proposed[]) =>
  rolesInOrder.flatMap((role) => people.filter((person) => person.role === role));

function Assign({
  isPending,
  error,
  assign,
}: {
  isPending: boolean;
  error: unknown;
  assign: (id: string) => void;
}) {
  const words = useWords(w);
  const labelOf = useLabel();
  const dates = useDates();
  const [chosen, choose] = useState<string>();
  const [isMissing, setMissing] = useState(false);
  const people = useQuery({
    queryKey: ['assignees'],
    queryFn: ({ signal }) => get<{ items: Proposed[] }>('/api/tasks/assignees', signal),
  });
  if (people.error && !people.data)
    return <Failure error={people.error} retry={() => void people.refetch()} />;
  if (!people.data) return <Waiting />;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setMissing(!chosen);
        if (chosen) assign(chosen);
      }}
    >
      <RadioButtons
        legend={words.to}
        small
        state={isMissing && !chosen ? 'error' : 'default'}
        stateRelatedMessage={isMissing && !chosen ? words.chooseSomebody : undefined}
        options={inOrder(people.data.items).map(({ id, displayName, role, load, absentUntil }) => ({
          label: displayName,
          hintText: [
            labelOf(roleLabels[role]),
            ...(role === 'counsellor' ? [words.load(load)] : []),
            ...(absentUntil ? [words.absent(dates.day(absentUntil))] : []),
          ].join(' · '),
          nativeInputProps: { checked: chosen === id, onChange: () => choose(id) },
        }))}
      />
      <Button type="submit" disabled={isPending}>
        {words.assignNow}
      </Button>
      {error ? <Failure error={error} /> : null}
    </form>
  );
}

interface CompleteProps {
  readonly first: Task | undefined;
  readonly count: number;
  readonly isPending: boolean;
  complete(form: Record<string, unknown>): Promise<unknown>;
}

function CompleteDialog(props: CompleteProps) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { first, count } = props;
  return (
    <completeDialog.Component
      size="large"
      title={first ? words.completeTitle(count, labelOf(first.label)) : words.complete}
    >
      {first && <Complete key={first.kind} {...props} first={first} />}
    </completeDialog.Component>
  );
}

/** The form of the kind, which the first of the tasks tells. */
function Complete({ first, isPending, complete }: CompleteProps & { first: Task }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const isOpen = useIsModalOpen(completeDialog);
  const details = useQuery({
    queryKey: ['task-form', first.kind],
    queryFn: ({ signal }) => get<TaskDetails>(`/api/tasks/${first.id}`, signal),
    // Who opens a task is written down: not for having selected it.
    enabled: isOpen,
    staleTime: 60_000,
  });
  const [outcome, choose] = useState<string>();
  const [isMissing, setMissing] = useState(false);
  if (details.error && !details.data)
    return <Failure error={details.error} retry={() => void details.refetch()} />;
  if (!details.data) return <Waiting />;
  const { form, outcomes, proposals } = details.data;
  const schema = (form.oneOf as ObjectSchema[]).find(
    ({ properties }) => properties.outcome?.const === outcome,
  );
  return (
    <>
      <p>{words.sameForAll}</p>
      <RadioButtons
        legend={words.outcome}
        small
        state={isMissing && !outcome ? 'error' : 'default'}
        stateRelatedMessage={isMissing && !outcome ? words.chooseOutcome : undefined}
        options={outcomes.map(({ code, label, follows }) => ({
          label: labelOf(label),
          hintText: labelOf(follows),
          nativeInputProps: { checked: outcome === code, onChange: () => choose(code) },
        }))}
      />
      {schema && outcome ? (
        <OutcomeForm key={outcome} {...{ schema, outcome, proposals, isPending, complete }} />
      ) : (
        <Button onClick={() => setMissing(true)}>{words.completeNow}</Button>
      )}
    </>
  );
}

function OutcomeForm({
  schema,
  outcome,
  proposals,
  isPending,
  complete,
}: {
  schema: ObjectSchema;
  outcome: string;
  proposals: TaskDetails['proposals'];
} & Pick<CompleteProps, 'isPending' | 'complete'>) {
  const words = useWords(w);
  const [typed, setTyped] = useState<Typed>({ outcome });
  const form = useSchemaForm(schema, typed);
  const [error, setError] = useState<unknown>();
  return (
    <form
      noValidate
      ref={form.place as RefObject<HTMLFormElement>}
      onSubmit={(event) => {
        event.preventDefault();
        const sent = form.check();
        if (!sent) return;
        setError(undefined);
        complete(sent).catch((problem) => {
          setError(problem);
          if (problem instanceof ApiProblem) form.refused(problem);
        });
      }}
    >
      <SchemaFields
        schema={schema}
        value={typed}
        onChange={setTyped}
        proposals={proposals}
        errorAt={form.errorAt}
        idPrefix="bulk"
      />
      <Button type="submit" disabled={isPending}>
        {words.completeNow}
      </Button>
      {error ? <Failure error={error} /> : null}
    </form>
  );
}

function Results({ done: { results, tasks } }: { done: Done }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { state, leaveFor } = useRows();
  // What needs somebody comes first.
  const ordered = [...results].sort((a, b) => Number(isRefused(b)) - Number(isRefused(a)));
  return (
    <ul className="inbox__results">
      {ordered.map((result) => {
        const task = tasks.get(result.taskId) as Task;
        return (
          <li key={task.id}>
            <Link
              to={`/tasks/${task.id}`}
              state={state}
              onClick={() => {
                resultsDialog.close();
                leaveFor(task.id);
              }}
            >
              {nameOf(task)}
            </Link>{' '}
            · {labelOf(task.label)}
            {'problem' in result ? (
              <Alert
                small
                severity="error"
                description={[result.problem.title, result.problem.detail, result.problem.heldBy?.displayName]
                  .filter(Boolean)
                  .join(' – ')}
              />
            ) : (
              <span className="inbox__done fr-icon-check-line">
                {result.status === 202 ? words.accepted : words.isDone}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
