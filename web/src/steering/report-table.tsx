/** A table of the report, with its chart: what a chart shows, its table says in numbers. */
import { apart, cellText, lineDashes } from '../../../domain/report-words';
import type { Report } from '../api/types';
import { useLabel, useLanguage } from '../words/words';

type Table = Report['sections'][number]['tables'][number];
type Row = Table['rows'][number];

const numberOf = (cell: Row['cells'][number] | undefined) => (typeof cell === 'number' ? cell : 0);

/** @param of the section it stands in: its name alone another table may have too */
export function ReportTable({ table, of }: { table: Table; of: string }) {
  const labelOf = useLabel();
  const language = useLanguage();
  const { title, columns, rows, chart } = table;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by the keyboard */}
      <section className="counts-room" aria-label={`${of}, ${labelOf(title)}`} tabIndex={0}>
        <table className="counts">
          <caption>{labelOf(title)}</caption>
          <thead>
            <tr>
              {columns.map(({ id, label, type }) => (
                <th key={id} scope="col" className={type === 'text' ? 'counts__words' : undefined}>
                  {labelOf(label)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id} className={row.total ? 'counts__total' : undefined}>
                {columns.map(({ id, type }, n) => {
                  const text = cellText(row.cells[n], type, language);
                  if (n === 0)
                    return (
                      <th key={id} scope="row">
                        {text}
                      </th>
                    );
                  return (
                    <td key={id} className={type === 'text' ? 'counts__words' : undefined}>
                      {row.cells[n] === null ? <span className="masked">{text}</span> : text}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {chart?.kind === 'bars' && <Bars table={table} of={chart.of} />}
      {chart?.kind === 'curve' && <Curve table={table} over={chart.over} of={chart.of} />}
    </>
  );
}

/** One bar a row, its number beside it. The table above has told it: it is not read a second time. */
function Bars({ table: { columns, rows }, of }: { table: Table; of: string }) {
  const language = useLanguage();
  const n = columns.findIndex(({ id }) => id === of);
  const type = columns[n]?.type ?? 'count';
  const parts = rows.filter(({ total }) => !total);
  const most = Math.max(...parts.map((row) => numberOf(row.cells[n])), 0);
  if (most === 0) return null;
  return (
    <div className="bars" aria-hidden="true">
      {parts.map((row) => (
        <div key={row.id} className="bars__row">
          <span className="bars__name">{cellText(row.cells[0], 'text', language)}</span>
          <span className="bars__room">
            <span className="bars__bar" style={{ inlineSize: `${(numberOf(row.cells[n]) / most) * 80}%` }} />
            <span>{cellText(row.cells[n], type, language)}</span>
          </span>
        </div>
      ))}
    </div>
  );
}

const [width, height, edge] = [600, 220, 30];

/** A line a column, told apart by its dashes and named where it ends; broken where a value is masked. */
function Curve({
  table: { columns, rows },
  over,
  of,
}: {
  table: Table;
  over: string;
  of: readonly string[];
}) {
  const labelOf = useLabel();
  const language = useLanguage();
  const at = (id: string) => columns.findIndex((column) => column.id === id);
  const x = at(over);
  const most = {
    x: Math.max(...rows.map((row) => numberOf(row.cells[x])), 1),
    y: Math.max(...of.flatMap((id) => rows.map((row) => numberOf(row.cells[at(id)]))), 0),
  };
  if (most.y === 0) return null;
  const place = (row: Row, n: number) =>
    [
      edge + (numberOf(row.cells[x]) / most.x) * (width - 170),
      height - edge - (numberOf(row.cells[n]) / most.y) * (height - 2 * edge),
    ] as const;
  const lines = of.map((id, s) => {
    const n = at(id);
    let open = false;
    let path = '';
    let end: readonly [number, number] = [edge, height - edge];
    for (const row of rows) {
      const there = typeof row.cells[n] === 'number';
      if (there) {
        end = place(row, n);
        path += `${open ? 'L' : 'M'}${end.map((c) => c.toFixed(1)).join(' ')}`;
      }
      open = there;
    }
    return { id, label: columns[n]?.label, path, end, dashes: lineDashes[s % lineDashes.length]?.join(' ') };
  });
  const names = apart(
    lines.map(({ end }) => end[1]),
    14,
  );
  return (
    <svg className="curve" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path className="curve__axes" d={`M${edge} ${edge}V${height - edge}H${width - 140}`} />
      <text x={edge} y={edge - 8}>
        {cellText(most.y, columns[at(of[0] ?? '')]?.type ?? 'count', language)}
      </text>
      <text x={width - 140} y={height - 8} textAnchor="end">
        {`${labelOf(columns[x]?.label ?? { fr: '', en: '' })} : ${cellText(most.x, 'count', language)}`}
      </text>
      {lines.map(({ id, label, path, dashes }, i) => (
        <g key={id}>
          <path className="curve__line" d={path} strokeDasharray={dashes} />
          <path className="curve__line" d={`M${width - 130} ${names[i]}h24`} strokeDasharray={dashes} />
          <text x={width - 100} y={(names[i] ?? 0) + 4}>
            {label && labelOf(label)}
          </text>
        </g>
      ))}
    </svg>
  );
}
