/** Words in both languages, typed so that what is missing in one does not compile. French is read first. */
import { useSyncExternalStore } from 'react';
import type { Label } from '../../../domain/forms';

export const languages = ['fr', 'en'] as const;
export type Language = (typeof languages)[number];

/** The same words as another language has: a text, a text made from values, or a group of them. */
type SameAs<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...values: infer V) => string
      ? (...values: V) => string
      : SameAs<T[K]>;
};

export interface Both<T> {
  readonly fr: T;
  readonly en: SameAs<T>;
}

/** Words of one part of the application. */
export const inBoth = <T extends object>(both: Both<T>): Both<T> => both;

const kept = 'language';
const listeners = new Set<() => void>();
let current: Language = stored();

function stored(): Language {
  try {
    return localStorage.getItem(kept) === 'en' ? 'en' : 'fr';
  } catch {
    // A browser that keeps nothing: French.
    return 'fr';
  }
}

export const language = (): Language => current;

export function choose(chosen: Language): void {
  current = chosen;
  try {
    localStorage.setItem(kept, chosen);
  } catch {
    // It holds until the page is left.
  }
  document.documentElement.lang = chosen;
  for (const tell of listeners) tell();
}

export function useLanguage(): Language {
  return useSyncExternalStore((tell) => {
    listeners.add(tell);
    return () => listeners.delete(tell);
  }, language);
}

export function useWords<T>(both: Both<T>): SameAs<T> {
  return both[useLanguage()] as SameAs<T>;
}

/** @returns the text of a label in the language that is shown */
export function useLabel(): (label: Label) => string {
  const shown = useLanguage();
  return (label) => label[shown];
}
