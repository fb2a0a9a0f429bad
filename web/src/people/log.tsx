/** What the pages of who sees what have in common: a list by day, more of it, and what was read in words. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import type { ReactNode } from 'react';
import { readingLabels } from '../../../domain/labels';
import type { Reading } from '../api/types';
import { Failure, Waiting } from '../layout/states';
import { parisDay, useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';
import './log.css';
import type { usePages } from './use-pages';

const w = inBoth({
  fr: { none: 'Rien pour le moment.', more: 'Voir plus' },
  en: { none: 'Nothing so far.', more: 'See more' },
});

interface Props<T> {
  readonly list: ReturnType<typeof usePages<T>>;
  readonly keyOf: (item: T) => string;
  readonly atOf: (item: T) => string;
  /** Level of the days' headings. */
  readonly dayAs?: 'h2' | 'h3';
  readonly children: (item: T) => ReactNode;
}

export function Log<T>({ list, keyOf, atOf, dayAs: Day = 'h2', children }: Props<T>) {
  const words = useWords(w);
  const { longDay } = useDates();
  const { items } = list;
  const days = new Map<string, T[]>();
  for (const item of items ?? []) {
    const day = parisDay(atOf(item));
    days.set(day, [...(days.get(day) ?? []), item]);
  }
  return (
    <>
      {list.isPending && <Waiting />}
      {list.error && <Failure error={list.error} retry={() => void list.refetch()} />}
      {items?.length === 0 && <p>{words.none}</p>}
      {[...days].map(([day, its]) => (
        <section key={day}>
          <Day className="fr-h6 log__day">{longDay(day)}</Day>
          <ul className="log">
            {its.map((item) => (
              <li key={keyOf(item)} className="log__one">
                {children(item)}
              </li>
            ))}
          </ul>
        </section>
      ))}
      {list.hasNextPage && (
        <Button
          priority="secondary"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
    </>
  );
}

/** As one reads a record: its page first. */
const parts = Object.keys(readingLabels) as (keyof typeof readingLabels)[];

/** @returns which parts of a record were read, and how often: "fiche du jeune (2), notes" */
export function useWhatWasRead(): (what: Reading['what']) => string {
  const labelOf = useLabel();
  return (what) =>
    parts
      .flatMap((part) => what.filter((read) => read.what === part))
      .map(({ what, count }) => `${labelOf(readingLabels[what])}${count > 1 ? ` (${count})` : ''}`)
      .join(', ');
}
