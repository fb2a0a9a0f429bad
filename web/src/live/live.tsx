/** What changes while one looks: the API's server-sent events, one stream a browser tab. */
import { createContext, type ReactNode, useContext, useEffect, useRef } from 'react';

/** Tasks of a pathway changed: read them anew. */
export interface Changed {
  readonly pathwayId: string;
  readonly revision: number;
  readonly tasks: readonly string[];
}

export interface LiveListener {
  readonly changed?: (changed: Changed) => void;
  /** Everything from now on is told, and something before may have been missed: read what is shown anew. */
  readonly mayHaveMissed?: () => void;
}

const Listeners = createContext<Set<LiveListener> | null>(null);

/** Many browsers are told at once that they may have missed something: they do not all ask at once. Milliseconds. */
const SPREAD_MS = 5_000;
/** A stream that was refused is not opened again by the browser itself. Milliseconds. */
const REOPEN_MS = 15_000;

/** @param children what may listen */
export function Live({ children }: { children: ReactNode }) {
  const listeners = useRef(new Set<LiveListener>()).current;
  useEffect(() => {
    let source: EventSource;
    let later: ReturnType<typeof setTimeout> | undefined;
    let opened = false;
    const missed = () => {
      for (const { mayHaveMissed } of listeners) mayHaveMissed?.();
    };
    const open = () => {
      source = new EventSource('/api/events');
      source.addEventListener('ready', () => {
        // What was read before the stream began may be of before.
        if (!opened) missed();
        opened = true;
      });
      source.addEventListener('reset', () => {
        later = setTimeout(missed, Math.random() * SPREAD_MS);
      });
      source.addEventListener('tasks', ({ data }) => {
        const changed: Changed = JSON.parse(data);
        for (const listener of listeners) listener.changed?.(changed);
      });
      source.addEventListener('error', () => {
        if (source.readyState !== EventSource.CLOSED) return;
        opened = false;
        later = setTimeout(open, REOPEN_MS);
      });
    };
    open();
    return () => {
      clearTimeout(later);
      source.close();
    };
  }, [listeners]);
  return <Listeners value={listeners}>{children}</Listeners>;
}

/** @param listener called with what changes as long as the component is shown; may be another one at each render */
export function useLive(listener: LiveListener): void {
  const listeners = useContext(Listeners);
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const entry: LiveListener = {
      changed: (changed) => latest.current.changed?.(changed),
      mayHaveMissed: () => latest.current.mayHaveMissed?.(),
    };
    listeners?.add(entry);
    return () => void listeners?.delete(entry);
  }, [listeners]);
}

/**
 * Reads again what has changed. A first answer that is still on its way may be of before the change, and to ask again
 * meanwhile would only wait for it: it is asked after it.
 */
export async function readAnew<T>(asked: { readonly data: unknown; refetch(): Promise<T> }): Promise<T> {
  if (asked.data === undefined) await asked.refetch();
  return asked.refetch();
}
