/** Lists that leave in a file, and who took which. */
import { stringify } from 'csv-stringify/sync';
import type { PoolClient } from 'pg';
import * as z from 'zod';
import { listExports, logExport } from '../../db/exports';
import { countPathways, listPathways, type PathwaySummary } from '../../db/pathways';
import { asActor } from '../../db/pool';
import { countListed, listTasks, type TaskRow } from '../../db/tasks';
import { dayOf, type Instant } from '../../domain/calendar';
import { byteOrderMark, protect } from '../../domain/enrolment-csv';
import type { Label } from '../../domain/forms';
import { exitLabels, statusLabels, stepLabels, taskStatusLabels } from '../../domain/labels';
import { exportKinds } from '../../domain/readings';
import { definitionOf } from '../../domain/tasks';
import { cursorQuery, page, pageOf, readCursor } from '../cursor';
import type { Person } from '../identity';
import type { Language } from '../problems';
import { route } from '../routing';
import * as shape from '../shapes';
import { pathwayFilters, listed as pathwaysListed } from './pathways';
import { listed as tasksListed, viewFilters } from './tasks';

type Column<R> = readonly [name: Label, value: (row: R, language: Language) => string | null | undefined];
const column = <R>(fr: string, en: string, value: Column<R>[1]): Column<R> => [{ fr, en }, value];

/** As spreadsheets read a day in France. */
const day = (at: Instant | null) => at && dayOf(at).split('-').reverse().join('/');

const pathwayColumns: readonly Column<PathwaySummary>[] = [
  column('Nom', 'Last name', (p) => p.person.lastName),
  column('Prénom', 'First name', (p) => p.person.firstName),
  column('Statut', 'Status', (p, language) => statusLabels[p.status][language]),
  column('Étape', 'Step', (p, language) => p.step && stepLabels[p.step][language]),
  column('Dans l’étape depuis le', 'In the step since', (p) => day(p.stepEnteredAt)),
  column('Référent', 'Referent', (p) => p.referent?.displayName),
  column('Dernier contact', 'Last contact', (p) => day(p.lastContactAt)),
  column('Tâches ouvertes', 'Open tasks', (p) => String(p.openTasks)),
  column('Prochaine échéance', 'Next due', (p) => day(p.nextDueAt)),
  column('Sortie', 'Exit', (p, language) => p.exitCode && exitLabels[p.exitCode][language]),
];

const taskColumns: readonly Column<TaskRow>[] = [
  column('Nom', 'Last name', (t) => t.person.lastName),
  column('Prénom', 'First name', (t) => t.person.firstName),
  column('Tâche', 'Task', (t, language) => definitionOf(t.kind).label[language]),
  column('Étape', 'Step', (t, language) => stepLabels[t.step][language]),
  column('Statut', 'Status', (t, language) => taskStatusLabels[t.status][language]),
  column('Échéance', 'Due', (t) => day(t.dueAt)),
  column('Chez', 'Held by', (t) => t.assignee?.displayName),
  column('Partenaire', 'Partner', (t) => t.partner?.displayName),
  column('Référent', 'Referent', (t) => t.referent?.displayName),
  column('Close le', 'Closed on', (t) => day(t.closedAt)),
  column('Issue', 'Outcome', (t, language) =>
    t.outcome ? definitionOf(t.kind).outcomes[t.outcome]?.label[language] : null,
  ),
];

/** A list as a file is made of it. */
interface Exported<R> {
  readonly name: string;
  readonly columns: readonly Column<R>[];
  readonly count: (client: PoolClient) => Promise<number>;
  /** The rows that come after this one, in the order of the list. */
  readonly after: (client: PoolClient, last: R | undefined, limit: number) => Promise<R[]>;
}

function exportedPathways(actor: Person, filters: z.output<typeof pathwayFilters>): Exported<PathwaySummary> {
  const filter = pathwaysListed(actor, filters);
  return {
    name: 'jeunes',
    columns: pathwayColumns,
    count: (client) => countPathways(client, filter),
    after: (client, last, limit) => listPathways(client, { ...filter, after: last?.id, limit }),
  };
}

function exportedTasks(actor: Person, filters: z.output<typeof viewFilters>, now: Date): Exported<TaskRow> {
  const filter = tasksListed(actor, filters, undefined, now);
  return {
    name: 'taches',
    columns: taskColumns,
    count: (client) => countListed(client, filter),
    after: (client, last, limit) =>
      listTasks(client, { ...filter, ...(last && { after: [last.dueAt, last.id] }), limit }),
  };
}

/** Rows that are read at once. */
const PIECE = 500;

const csv = (lines: readonly (readonly string[])[]) =>
  stringify(
    lines.map((line) => line.map(protect)),
    { delimiter: ';', record_delimiter: '\r\n', quoted_match: /[\r\n]/ },
  );

// Not who is sought: the filters are kept, and a name in them would outlast the young person's erasure.
const body = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('pathways'), filters: pathwayFilters }),
  z.strictObject({ what: z.literal('tasks'), filters: viewFilters }),
]);
type Body = z.output<typeof body>;

const make = route({
  method: 'post',
  path: '/exports',
  action: 'export.make',
  tag: 'who sees what',
  summary: {
    fr: 'Emporter une liste du site dans un tableur (CSV) : qui, quoi et combien est gardé',
    en: 'Take a list of the site away as a spreadsheet (CSV): who, what and how many is kept',
  },
  body,
  answers: { 200: { description: 'What the list shows, with the same filters', schema: ['text/csv'] } },
  async handle({ api }, { actor, body, language, now }) {
    /** That it leaves is kept before the first row does, and no more rows leave than were kept. */
    async function leaving<R>({ what, filters }: Body, { name, columns, count, after }: Exported<R>) {
      // A transaction for each piece: a slow reader holds no connection.
      const piece = (last: R | undefined, limit: number) =>
        asActor(api, actor, (client) => after(client, last, limit));
      const { rows, first } = await asActor(api, actor, async (client) => {
        const rows = await count(client);
        await logExport(client, actor, { what, filters, rows }, now);
        return { rows, first: await after(client, undefined, Math.min(PIECE, rows)) };
      });
      async function* lines() {
        yield byteOrderMark + csv([columns.map(([label]) => label[language])]);
        let left = rows;
        for (let read = first; read.length > 0; ) {
          yield csv(read.map((row) => columns.map(([, value]) => value(row, language) ?? '')));
          left -= read.length;
          read = await piece(read.at(-1), Math.min(PIECE, left));
        }
      }
      const file = `${name}-${actor.siteId}-${dayOf(now)}.csv`;
      return {
        status: 200,
        body: lines(),
        contentType: 'text/csv; charset=utf-8',
        headers: { 'content-disposition': `attachment; filename="${file}"` },
      };
    }
    return body.what === 'pathways'
      ? leaving(body, exportedPathways(actor, body.filters))
      : leaving(body, exportedTasks(actor, body.filters, now));
  },
});

export const exportRow = z
  .object({
    id: z.uuid(),
    madeAt: shape.instant(),
    staff: shape.personRef,
    what: z.enum(exportKinds),
    filters: z.record(z.string(), z.unknown()),
    rows: z.int(),
  })
  .meta({ id: 'Export' });

const list = route({
  method: 'get',
  path: '/exports',
  action: 'export.list',
  tag: 'who sees what',
  summary: {
    fr: 'Les fichiers qui ont été emportés, le plus récent d’abord',
    en: 'The files that were taken away, the latest first',
  },
  query: z.strictObject(cursorQuery),
  answers: { 200: { description: 'A page of exports', schema: pageOf(exportRow) } },
  problems: ['cursor_invalid'],
  async handle({ api }, { actor, query }) {
    const after = readCursor(query.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
    const rows = await asActor(api, actor, (client) =>
      listExports(client, { after, limit: query.limit + 1 }),
    );
    return { status: 200, body: page(rows, query.limit, (row) => [row.madeAt, row.id]) };
  },
});

export const exportRoutes = [make, list];
