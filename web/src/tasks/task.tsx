/** One task: what it is, who has it, what may come of it; then the next one. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { useParams } from 'react-router';
import { read, write } from '../api/client';
import { ApiProblem, isProblem } from '../api/problem';
import type { TaskDetails } from '../api/types';
import { NotFound } from '../layout/not-found';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { readAnew, useLive } from '../live/live';
import { AlertsAndMediations } from '../pathway/support';
import { usePathway } from '../pathway/use-pathway';
import { useMe } from '../session/session';
import { useSubject } from '../words/subject';
import { inBoth, useLabel, useWords } from '../words/words';
import { After } from './after';
import { Changes } from './changes';
import { Comments } from './comments';
import { type CompletedTask, Completing, useTyped } from './completing';
import { saveDrafts, typeInto, useSavedOnLeaving } from './drafts';
import { Facts } from './facts';
import { Files } from './files';
import { isHeldFrom } from './held';
import { History } from './history';
import { Holding } from './holding';
import { Closed, Kept } from './outcome';
import { Reach } from './reach';
import { caseOf, Refusal } from './refusal';
import '../pathway/pathway.css';
import './task.css';
import { useWays } from './ways';

const w = inBoth({
  fr: {
    task: 'Tâche',
    back: 'Retour aux tâches',
    next: 'Tâche suivante',
    about: 'Autour de la tâche',
    outcomes: 'Ce qui pourra en résulter',
    follows: (label: string, then: string) => `${label} : ${then}`,
    planned: 'Cette tâche n’est pas encore ouverte.',
  },
  en: {
    task: 'Task',
    back: 'Back to the tasks',
    next: 'Next task',
    about: 'Around the task',
    outcomes: 'What may come of it',
    follows: (label: string, then: string) => `${label}: ${then}`,
    planned: 'This task is not open yet.',
  },
});

export function Component() {
  const { id = '' } = useParams();
  return <TaskPage key={id} id={id} />;
}

function TaskPage({ id }: { id: string }) {
  const words = useWords(w);
  const task = useQuery({
    queryKey: ['task', id],
    queryFn: ({ signal }) => read<TaskDetails>(`/api/tasks/${id}`, signal),
    // Whoever comes back finds it as it is then, their own draft among it.
    gcTime: 0,
  });
  useSavedOnLeaving(id);
  const { data, refetch } = task;
  const again = useCallback(() => refetch(), [refetch]);
  useLive({
    changed: ({ tasks }) => {
      if (tasks.includes(id)) void readAnew(task);
    },
    mayHaveMissed: () => void readAnew(task),
  });
  // What is read anew after somebody has signed in again: what could not be saved before can be now.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time it was read
  useEffect(() => saveDrafts(), [task.dataUpdatedAt]);

  if (data) return <Loaded task={data.body} etag={data.etag} again={again} />;
  if (isProblem(task.error, 'not_found')) return <NotFound />;
  return (
    <Page title={words.task}>
      {task.error ? <Failure error={task.error} retry={() => void again()} /> : <Waiting />}
    </Page>
  );
}

/** Whoever mediates has to know what happened. */
const ofMediation: readonly TaskDetails['kind'][] = [
  'accept_mediation',
  'name_mediator',
  'meet_parties',
  'mediation_follow_up',
];
function WhyMediation({ pathwayId }: { pathwayId: string }) {
  const { data } = usePathway(pathwayId);
  return data ? <AlertsAndMediations pathway={data.body} /> : null;
}

interface LoadedProps {
  readonly task: TaskDetails;
  readonly etag: string | null;
  again(): Promise<{ data?: { body: TaskDetails } }>;
}

function Loaded({ task, etag, again }: LoadedProps) {
  const words = useWords(w);
  const labelOf = useLabel();
  const subject = useSubject()(task.subject);
  const ways = useWays(task.id);
  const me = useMe();
  const title = labelOf(task.label);
  // What the reader knows: whatever differs from it was somebody else's doing.
  const [known, setKnown] = useState(task);
  const [doing, setDoing] = useState(0);
  const [completed, setCompleted] = useState<CompletedTask | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [comment, setComment] = useState('');
  const [reaching, setReaching] = useState(false);
  // What was just noted may have closed the task: it is still said.
  const [wasOpen] = useState(task.status === 'open');

  const knowAgain = async () => {
    const { data } = await again();
    if (data) setKnown(data.body);
  };
  const during = async <T,>(work: () => Promise<T>): Promise<T> => {
    setDoing((n) => n + 1);
    try {
      return await work();
    } finally {
      setDoing((n) => n - 1);
    }
  };
  const act = (what: 'claim' | 'release' | 'assign', body?: object) =>
    during(async () => {
      setRefused(null);
      try {
        await write('POST', `/api/tasks/${task.id}/${what}`, body, { ifMatch: etag });
        await knowAgain();
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error;
        setRefused({ problem: error, what: 'holding' });
        void again();
      }
    });

  return (
    <Page title={subject ? `${title} (${subject})` : title}>
      <nav className="task-ways" aria-label={words.about}>
        <Button priority="tertiary no outline" iconId="fr-icon-arrow-left-line" linkProps={ways.back}>
          {words.back}
        </Button>
        {ways.hasNext && !completed && (
          <Button
            priority="tertiary no outline"
            iconId="fr-icon-arrow-right-line"
            iconPosition="right"
            disabled={ways.looking}
            onClick={ways.goToNext}
          >
            {words.next}
          </Button>
        )}
      </nav>
      <Facts task={task}>
        {wasOpen && (
          <Reach
            task={task}
            open={reaching}
            onOpen={setReaching}
            during={(work) =>
              during(async () => {
                await work();
                await knowAgain();
              })
            }
          />
        )}
      </Facts>
      <div className="task-columns">
        <div className="task-main" data-keeps-focus="h2">
          {ofMediation.includes(task.kind) && <WhyMediation pathwayId={task.pathwayId} />}
          {completed ? (
            <After task={task} completed={completed} ways={ways} />
          ) : (
            <>
              <Changes
                before={known}
                now={task}
                quiet={doing > 0 || (refused !== null && toldBy(refused.problem, task, me.id))}
                onSeen={() => setKnown(task)}
              />
              <Doing
                {...{ task, etag, act, during, refused }}
                onRefused={(next) => {
                  if (!next) setKnown(task);
                  setRefused(next);
                }}
                busy={doing > 0}
                onCompleted={(done) => {
                  setCompleted(done);
                  void again();
                }}
                onChanged={() => void again()}
                onComment={(text) => {
                  setComment(text);
                  document.getElementById('comment')?.focus();
                }}
                onReach={() => {
                  setReaching(true);
                  document.getElementById('reach')?.focus();
                }}
              />
            </>
          )}
        </div>
        <aside className="task-aside" aria-label={words.about}>
          <Comments task={task} text={comment} onText={setComment} onAdded={again} />
          <Files task={task} onChanged={again} />
          <History task={task} />
        </aside>
      </div>
    </Page>
  );
}

/** Why something was not done, and with what. */
interface Refused {
  readonly problem: ApiProblem;
  readonly what: 'holding' | 'completing';
}

/** The refusal itself says what changed. */
const toldBy = (problem: ApiProblem, task: TaskDetails, readerId: string) =>
  ['task_held', 'task_closed'].includes(caseOf(problem, task, readerId));

interface DoingProps {
  readonly task: TaskDetails;
  readonly etag: string | null;
  readonly busy: boolean;
  act: Parameters<typeof Holding>[0]['act'];
  during<T>(work: () => Promise<T>): Promise<T>;
  readonly refused: Refused | null;
  onRefused(refused: Refused | null): void;
  onCompleted(completed: CompletedTask): void;
  onChanged(): void;
  onComment(text: string): void;
  /** They want to note that they tried to reach the young person. */
  onReach(): void;
}

/** What can be done with the task as it is: complete it, take it, or read what came of it. */
function Doing(props: DoingProps) {
  const { task, etag, busy, act, during, refused, onRefused, onCompleted, onChanged, onComment, onReach } =
    props;
  const words = useWords(w);
  const labelOf = useLabel();
  const me = useMe();
  const { typed, draft } = useTyped(task);
  const isOpen = task.status === 'open';
  const mayComplete = isOpen && !isHeldFrom(task, me.id) && task.actions.includes('task.complete');
  const isClosed = task.status === 'done' || task.status === 'cancelled';
  const wasTyping = !mayComplete && (draft !== null || task.draft !== null);
  return (
    <>
      {refused && (refused.what === 'holding' || !mayComplete) && (
        <Refusal
          problem={refused.problem}
          task={task}
          typed={refused.what === 'completing'}
          onSeeAgain={() => {
            onRefused(null);
            onChanged();
          }}
        />
      )}
      {isClosed && <Closed task={task} />}
      {wasTyping && (
        <Kept
          task={task}
          typed={typed}
          onComment={task.actions.includes('task.comment') ? onComment : undefined}
          onDiscard={() => typeInto(task.id, {})}
        />
      )}
      {task.status === 'planned' && <p>{words.planned}</p>}
      {isOpen && <Holding task={task} busy={busy} act={act} />}
      {mayComplete ? (
        <Completing
          {...{ task, etag, busy, during, onCompleted, onChanged, onReach }}
          problem={refused?.what === 'completing' ? refused.problem : null}
          onProblem={(problem) => onRefused(problem && { problem, what: 'completing' })}
        />
      ) : (
        !isClosed && (
          <section aria-labelledby="outcomes">
            <h2 id="outcomes" className="fr-h5">
              {words.outcomes}
            </h2>
            <ul>
              {task.outcomes.map(({ code, label, follows }) => (
                <li key={code}>{words.follows(labelOf(label), labelOf(follows))}</li>
              ))}
            </ul>
          </section>
        )
      )}
    </>
  );
}
