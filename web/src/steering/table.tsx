/** A table of figures, scrolled by itself where it is wider than the window. */
import type { ReactNode } from 'react';
import './steering.css';

/** Numbers by name. @param sums the last row is the sum of those above */
export function Table({
  caption,
  first,
  columns,
  rows,
  sums = true,
}: {
  caption: string;
  first: string;
  columns: readonly string[];
  rows: readonly (readonly [string, ...ReactNode[]])[];
  sums?: boolean;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by the keyboard
    <section className="counts-room" aria-label={caption} tabIndex={0}>
      <table className="counts">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {[first, ...columns].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...counts], i) => (
            <tr key={name} className={sums && i === rows.length - 1 ? 'counts__total' : undefined}>
              <th scope="row">{name}</th>
              {counts.map((count, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the columns never change places
                <td key={n}>{count}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
