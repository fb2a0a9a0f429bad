/** A table that is wider than the window is scrolled by itself, not with the page. */
interface Props {
  readonly caption: string;
  readonly columns: readonly string[];
  /** The first cell names the row. */
  readonly rows: readonly (readonly string[])[];
  /** Texts rather than numbers. */
  readonly words?: boolean;
}

export function Table({ caption, columns, rows, words }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by the keyboard
    <section className="evaluation-room" aria-label={caption} tabIndex={0}>
      <table className={words ? 'evaluation-table evaluation-table--words' : 'evaluation-table'}>
        <caption className="fr-sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the columns never change places
                <td key={n}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
