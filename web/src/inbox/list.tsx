/** The tasks, parted by when they are due: a table where there is room, else cards. */
import { type ReactNode, useId } from 'react';
import { stepLabels } from '../../../domain/labels';
import type { DueCounts } from '../api/types';
import { useRoom } from '../layout/room';
import { inBoth, useLabel, useWords } from '../words/words';
import { grouped } from './due';
import type { Due } from './filters';
import {
  AssigneeOf,
  DueOf,
  KindOf,
  NewsOf,
  PersonLink,
  QuickAction,
  ReferentOf,
  type Row,
  SelectBox,
  useRows,
} from './row';
import { dueWords } from './words';

const w = inBoth({
  fr: {
    tasks: 'Tâches',
    selection: 'Sélection',
    person: 'Jeune',
    kind: 'Tâche',
    step: 'Étape',
    due: 'Échéance',
    referent: 'Référent',
    assignee: 'Attribuée à',
    action: 'Action',
    count: (name: string, n: number) => `${name} (${n})`,
    referentIs: 'Référent : ',
    assigneeIs: 'Attribuée à : ',
  },
  en: {
    tasks: 'Tasks',
    selection: 'Selection',
    person: 'Young person',
    kind: 'Task',
    step: 'Step',
    due: 'Due',
    referent: 'Referent',
    assignee: 'Assigned to',
    action: 'Action',
    count: (name: string, n: number) => `${name} (${n})`,
    referentIs: 'Referent: ',
    assigneeIs: 'Assigned to: ',
  },
});

interface Props {
  readonly rows: readonly Row[];
  /** How many there are in all; null: only what is shown is known */
  readonly counts: DueCounts | null;
  /** Closed ones are not late. */
  readonly parted: boolean;
}

interface Group {
  readonly title: ReactNode;
  readonly key: Due | 'all';
  readonly rows: readonly Row[];
}

export function TaskList({ rows, counts, parted }: Props) {
  const words = useWords(w);
  const dueWord = useWords(dueWords);
  const { readAt } = useRows();
  const byId = new Map(rows.map((row) => [row.task.id, row]));
  const groups: Group[] = parted
    ? grouped(
        // As they were read: another due date moves nothing.
        rows.map(({ task, readDueAt }) => ({ id: task.id, dueAt: readDueAt })),
        readAt,
      ).map(({ due, tasks }) => ({
        key: due,
        title: words.count(dueWord[due], counts?.[due] ?? tasks.length),
        rows: tasks.map(({ id }) => byId.get(id) as Row),
      }))
    : [{ key: 'all', title: null, rows }];
  const hasRoom = useRoom();
  return hasRoom ? <Table groups={groups} /> : <Cards groups={groups} />;
}

const rowClass = ({ isOver, isSelected }: Row) =>
  `inbox__row${isOver ? ' inbox__row--over' : ''}${isSelected ? ' inbox__row--selected' : ''}`;

function Table({ groups }: { groups: readonly Group[] }) {
  const words = useWords(w);
  const labelOf = useLabel();
  return (
    <table className="inbox__table">
      <caption className="fr-sr-only">{words.tasks}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span className="fr-sr-only">{words.selection}</span>
          </th>
          <th scope="col">{words.person}</th>
          <th scope="col">{words.kind}</th>
          <th scope="col">{words.due}</th>
          <th scope="col">{words.assignee}</th>
          <th scope="col">{words.referent}</th>
          <th scope="col">{words.step}</th>
          <th scope="col">
            <span className="fr-sr-only">{words.action}</span>
          </th>
        </tr>
      </thead>
      {groups.map(({ key, title, rows }) => (
        <tbody key={key}>
          {title && (
            <tr>
              <th scope="rowgroup" colSpan={8} className="inbox__group">
                {title}
              </th>
            </tr>
          )}
          {rows.map((row) => (
            <tr
              key={row.task.id}
              className={rowClass(row)}
              data-task={row.task.id}
              data-keeps-focus="[data-open]"
            >
              <td>
                <SelectBox row={row} />
              </td>
              <th scope="row">
                <PersonLink row={row} />
              </th>
              <td>
                <KindOf row={row} />
              </td>
              <td>
                <DueOf row={row} />
              </td>
              <td>
                <AssigneeOf row={row} />
              </td>
              <td>
                <ReferentOf row={row} />
              </td>
              <td className="inbox__step">
                {row.change === null && !row.refusal && labelOf(stepLabels[row.task.step])}
                <NewsOf row={row} />
              </td>
              <td>
                <QuickAction row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Cards({ groups }: { groups: readonly Group[] }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const id = useId();
  return groups.map(({ key, title, rows }) => (
    <section key={key} aria-labelledby={title ? `${id}-${key}` : undefined}>
      {title && (
        <h2 id={`${id}-${key}`} className="inbox__group">
          {title}
        </h2>
      )}
      <ul className="inbox__cards">
        {rows.map((row) => (
          <li
            key={row.task.id}
            className={rowClass(row)}
            data-task={row.task.id}
            data-keeps-focus="[data-open]"
          >
            <SelectBox row={row} />
            <div className="inbox__card">
              <p className="inbox__card-head">
                <PersonLink row={row} />
                <DueOf row={row} />
              </p>
              <p>
                <KindOf row={row} />
                <span className="inbox__about"> · {labelOf(stepLabels[row.task.step])}</span>
              </p>
              <p className="inbox__people">
                <span>
                  {words.assigneeIs}
                  <AssigneeOf row={row} />
                </span>
                <span>
                  {words.referentIs}
                  <ReferentOf row={row} />
                </span>
              </p>
              <div className="inbox__card-foot">
                <NewsOf row={row} />
                <QuickAction row={row} />
              </div>
            </div>
          </li>
        ))}
      </ul>
    </section>
  ));
}

/** As many lines as a screen shows: what comes moves nothing. */
const SKELETON_LINES = 12;
export function Skeleton() {
  return (
    <div className="inbox__skeleton" aria-hidden="true">
      {Array.from({ length: SKELETON_LINES }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines that are all the same
        <div key={line} />
      ))}
    </div>
  );
}
