/** Where one goes from a task: back to the list it was opened from, and on to the next one. */
import { useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { get, queryOf } from '../api/client';
import { isProblem } from '../api/problem';
import type { Page, Task, TaskDetails } from '../api/types';

/** What a list gives with the way to a task: in the state of the address, never in the address itself. */
export interface FromList {
  /** The list's address. */
  readonly list: string;
  /** The tasks of its page, in its order. */
  readonly ids: readonly string[];
  /** Whom one sought there. */
  readonly sought?: string;
}

function isFromList(state: unknown): state is FromList {
  const { list, ids } = (state ?? {}) as Partial<FromList>;
  return typeof list === 'string' && list.startsWith('/') && Array.isArray(ids);
}

/** What a task gives with the way back to its list: the rows that one would go on with, the first that is there. */
export interface BackToList {
  readonly sought?: string;
  readonly goOnWith: readonly string[];
}

export interface Ways {
  /** To the list, at the row that one left or the one after it. */
  readonly back: { readonly to: string; readonly state: BackToList };
  /** The list has another one after this. */
  readonly hasNext: boolean;
  goToNext(): void;
  /** It is looking for the next. */
  readonly looking: boolean;
  /** There is none. */
  readonly none: boolean;
}

/** @returns the first of them that is still open */
async function firstOpen(ids: readonly string[]): Promise<string | undefined> {
  for (const id of ids) {
    try {
      const { status } = await get<TaskDetails>(`/api/tasks/${id}`);
      if (status === 'open') return id;
    } catch (error) {
      // It went to somebody else's site or partner.
      if (!isProblem(error, 'not_found')) throw error;
    }
  }
}

/** @returns the most urgent one of their own */
async function firstOfMine(except: string): Promise<string | undefined> {
  const { items } = await get<Page<Task>>(`/api/tasks${queryOf({ assignee: 'me', limit: 2 })}`);
  return items.find(({ id }) => id !== except)?.id;
}

export function useWays(taskId: string): Ways {
  const { state } = useLocation();
  const navigate = useNavigate();
  const [looking, setLooking] = useState(false);
  const [none, setNone] = useState(false);
  const from = isFromList(state) ? state : null;
  const after = from ? from.ids.slice(from.ids.indexOf(taskId) + 1) : [];
  return {
    back: { to: from?.list ?? '/tasks', state: { sought: from?.sought, goOnWith: [taskId, ...after] } },
    hasNext: after.length > 0,
    looking,
    none,
    goToNext() {
      setLooking(true);
      void (from ? firstOpen(after) : firstOfMine(taskId))
        .then((next) => (next ? navigate(`/tasks/${next}`, { state: from }) : setNone(true)))
        // No answer: the button is there to be pressed again.
        .catch(() => {})
        .finally(() => setLooking(false));
    },
  };
}
