/**
 * What somebody has typed into tasks and not yet sent: kept on the server as a draft a moment after each change, and here
 * until the server has it, also when the page of the task is left, the network is away or the session has ended.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { write } from '../api/client';
import { isProblem } from '../api/problem';
import type { Typed } from '../form/schema';

export interface Draft {
  readonly typed: Typed;
  /** `unsaved`: not yet; `waiting`: it could not be, and is tried again; `refused`: it never will be. */
  readonly state: 'unsaved' | 'saving' | 'saved' | 'waiting' | 'refused';
  /** When the server last took it. */
  readonly savedAt: string | null;
}

/** After the last key that was pressed, in milliseconds. */
const SAVE_AFTER_MS = 1_000;
const TRY_AGAIN_MS = 10_000;

/** Of one task. */
class Keeper {
  draft: Draft;
  /** The page of the task is not shown any more: what the server has need not be here too. */
  left = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private underWay: Promise<void> | undefined;

  constructor(
    private readonly taskId: string,
    typed: Typed,
    private readonly changed: () => void,
  ) {
    this.draft = { typed, state: 'unsaved', savedAt: null };
  }

  type(typed: Typed): void {
    this.become({ typed, state: 'unsaved' });
    this.saveIn(SAVE_AFTER_MS);
  }

  /** Now, unless the server has it already. */
  save(keepalive = false): void {
    if (this.draft.state === 'saved' || this.draft.state === 'refused' || this.underWay) return;
    clearTimeout(this.timer);
    const { typed } = this.draft;
    this.become({ state: 'saving' });
    this.underWay = write<{ savedAt: string }>(
      'PUT',
      `/api/tasks/${this.taskId}/draft`,
      { form: typed },
      { keepalive },
    )
      .then(
        ({ body }) => this.answered(typed, 'saved', body.savedAt),
        (error: unknown) => this.answered(typed, isFinal(error) ? 'refused' : 'waiting'),
      )
      .finally(() => {
        this.underWay = undefined;
        if (this.left && !isUnsaved(this)) keepers.delete(this.taskId);
        if (this.draft.state === 'unsaved') this.saveIn(SAVE_AFTER_MS);
        if (this.draft.state === 'waiting') this.saveIn(TRY_AGAIN_MS);
      });
  }

  /** Nothing is saved any more, nor under way. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    await this.underWay;
    clearTimeout(this.timer);
  }

  private answered(sent: Typed, state: Draft['state'], savedAt = this.draft.savedAt): void {
    // What was typed meanwhile is still to be saved.
    this.become({ savedAt, state: this.draft.typed === sent ? state : 'unsaved' });
  }

  private saveIn(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), ms);
  }

  private become(more: Partial<Draft>): void {
    this.draft = { ...this.draft, ...more };
    this.changed();
  }
}

/** The task is not there or not theirs: the same draft would be refused again. */
const isFinal = (error: unknown) =>
  isProblem(error, 'not_found', 'forbidden', 'body_invalid', 'body_too_large');

const keepers = new Map<string, Keeper>();
const listeners = new Set<() => void>();
const changed = () => {
  for (const tell of listeners) tell();
};

/** Saves what is not saved yet: before it might be lost, and when it could not be saved before. */
export function saveDrafts(keepalive = false): void {
  for (const keeper of keepers.values()) keeper.save(keepalive);
}

const isUnsaved = ({ draft: { state } }: Keeper) => state !== 'saved' && state !== 'refused';

// For as long as the browser tab lives: also where another page is shown.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') saveDrafts(true);
});
window.addEventListener('online', () => saveDrafts());
window.addEventListener('beforeunload', (event) => {
  if ([...keepers.values()].some(isUnsaved)) event.preventDefault();
});

/** What is shown of a task is this from now on, and is saved a moment later. */
export function typeInto(taskId: string, typed: Typed): void {
  let keeper = keepers.get(taskId);
  if (!keeper) {
    keeper = new Keeper(taskId, typed, changed);
    keepers.set(taskId, keeper);
  }
  keeper.type(typed);
}

/** Before the task is completed: a draft that is saved afterwards would outlive it. */
export const stopSaving = async (taskId: string): Promise<void> => keepers.get(taskId)?.stop();

/** The task is completed, or what was typed given up. */
export function forgetDraft(taskId: string): void {
  keepers.delete(taskId);
  changed();
}

/** Of the page of a task: what was typed there is saved when it is left, and found on the server when one comes back. */
export function useSavedOnLeaving(taskId: string): void {
  useEffect(() => {
    const known = keepers.get(taskId);
    if (known) known.left = false;
    return () => {
      const keeper = keepers.get(taskId);
      if (!keeper) return;
      keeper.left = true;
      if (isUnsaved(keeper)) keeper.save();
      else keepers.delete(taskId);
    };
  }, [taskId]);
}

/** What was typed into a task since its page was opened; null: nothing. */
export function useDraft(taskId: string): Draft | null {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => keepers.get(taskId)?.draft ?? null,
  );
}
