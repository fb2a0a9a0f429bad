/**
 * Enrols all the young people of a spreadsheet: read as a stream whatever its size, written in one transaction, and what
 * is refused given back as a file to correct and send again.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, type Options, parse } from 'csv-parse';
import { CsvError as CsvErrorAtOnce, parse as parseAtOnce } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { Pool, PoolClient } from 'pg';
import {
  activeCounsellors,
  duplicatesOf,
  type EnrollingSite,
  enrollingSites,
  firstArms,
  importReport,
  insertEnrolments,
  insertImport,
  insertRejects,
  keyed,
  lockForImport,
  lockKey,
  type Match,
  type NewEnrolment,
  type PersonKeys,
  personKeys,
  rejectChunk,
  rememberKey,
  withoutValues,
} from '../db/enrolments';
import { logExport } from '../db/exports';
import { type Actor, asActor } from '../db/pool';
import { type Day, dayOf } from '../domain/calendar';
import type { Enrolment } from '../domain/enrolment';
import {
  atColumn,
  byteOrderMark,
  type CellProblem,
  type Code,
  cellProblem,
  type Directory,
  fold,
  type Header,
  headerOf,
  isRejectColumn,
  messages,
  protect,
  readHeader,
  readRow,
  recognised,
  rejectColumns,
  type Separator,
  separators,
  unprotect,
} from '../domain/enrolment-csv';
import { datesAndSiteProblems, EnrolmentRefused, notRecognised, partMatches, recordsOf } from './enrolling';

/** `row` as a spreadsheet numbers it: the header is 1. No value of a person is repeated. */
export interface RowProblem extends CellProblem {
  readonly row: number;
}

export interface ImportReport {
  readonly importId: string;
  readonly dryRun: boolean;
  readonly encoding: 'utf-8' | 'windows-1252';
  readonly separator: Separator;
  /** accepted + rejected: rows with nothing in them do not count. */
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Of the rejected, those who may be somebody already enrolled. */
  readonly duplicates: number;
  /** The first 200 of `problemsTotal`, in the order of the file. */
  readonly problems: readonly RowProblem[];
  readonly problemsTotal: number;
  /** Whether `rejectFile` has something to give. */
  readonly rejectsAvailable: boolean;
}

/** The file as a whole cannot be read; nothing was enrolled. `column` is empty where none is meant. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused';
  constructor(readonly problems: readonly [RowProblem, ...RowProblem[]]) {
    const [{ row, code }] = problems;
    // Not the column: logs need not tell what a person called it.
    super(`the file was refused at line ${row} (${code}): ${messages[code].en}`);
  }
  get code(): Code {
    return this.problems[0].code;
  }
}

export interface ImportRequest {
  /** The API's door. */
  readonly pool: Pool;
  readonly actor: Actor;
  /** The bytes of the file. It is left as it is when the file is refused before its end. */
  readonly stream: Readable;
  /** The same work and the same report, but nobody is enrolled. */
  readonly dryRun: boolean;
  /** Where the upload is kept while it is read: personal data, gone from the folder as soon as it is opened. */
  readonly spoolDir: string;
  /** Default: 1 GB. */
  readonly maxBytes?: number;
  /** The same key with the same file gives the same report and enrols nobody again. */
  readonly idempotencyKey?: string;
  /** The instant of the request; its Paris day is "today". */
  readonly now: Date;
}

const BATCH = 500;
const MOST_PROBLEMS_TOLD = 200;
/** An enrolment has some 4,000 characters at most: what is longer is a quote that swallows the file. */
const LONGEST_ROW = 65_536;
const GIGABYTE = 2 ** 30;

/**
 * Enrols the rows of a CSV file that are valid and nobody's duplicate, all in one transaction.
 * @throws ImportRefused when the file cannot be read; EnrolmentRefused `idempotency_key_reused`; DatabaseRefusal.
 * Nobody is enrolled then.
 */
export async function importEnrolments(request: ImportRequest): Promise<ImportReport> {
  const { pool, actor, dryRun, now, idempotencyKey } = request;
  // An upload that breaks off before it is read: the reading throws it.
  request.stream.on('error', () => {});
  const upload = await temporaryFile(request.spoolDir);
  const rejects = await temporaryFile(request.spoolDir);
  try {
    const file = await receive(request, upload);
    const importId = randomUUID();
    return await withoutValues(() =>
      asActor(pool, actor, async (client) => {
        if (idempotencyKey !== undefined) {
          await lockKey(client, actor.id, idempotencyKey);
          const before = await keyed(client, actor.id, idempotencyKey);
          if (before) {
            const report = before.requestHash.equals(file.hash)
              ? await importReport<ImportReport>(client, actor.id, before.resourceId)
              : null;
            if (!report) throw new EnrolmentRefused('idempotency_key_reused');
            return report;
          }
        }
        if (dryRun) await client.query('savepoint dry_run');
        else await lockForImport(client);
        const run = await ImportRun.start(client, request, file, rejects, importId);
        await run.all();
        if (dryRun) await client.query('rollback to savepoint dry_run');

        const report = run.report();
        await insertImport(client, { id: importId, actorId: actor.id, now, dryRun, report });
        let position = 0;
        for await (const chunk of rejects.createReadStream({ ...fromStart, encoding: 'utf8' })) {
          await insertRejects(client, importId, position++, chunk);
        }
        if (idempotencyKey !== undefined) {
          const key = { actorId: actor.id, key: idempotencyKey, requestHash: file.hash };
          await rememberKey(client, { ...key, resourceId: importId, now });
        }
        return report;
      }),
    );
  } finally {
    await Promise.all([upload.close(), rejects.close()]);
  }
}

/**
 * The rejected rows of an import of this person, in pieces: the columns of the upload behind `erreur` and `ligne`. That
 * they leave is kept before the first piece.
 * @returns null when it is not theirs or rejected nothing
 */
export async function rejectFile(
  pool: Pool,
  actor: Actor,
  importId: string,
  now: Date,
): Promise<AsyncIterable<string> | null> {
  // A transaction for each piece: a slow reader holds no connection.
  const piece = (position: number) =>
    asActor(pool, actor, (client) => rejectChunk(client, actor.id, importId, position));
  const first = await asActor(pool, actor, async (client) => {
    const report = await importReport<ImportReport>(client, actor.id, importId);
    const chunk = await rejectChunk(client, actor.id, importId, 0);
    if (!report || chunk === null) return null;
    const left = { what: 'import_rejects', filters: { importId }, rows: report.rejected } as const;
    await logExport(client, actor, left, now);
    return chunk;
  });
  if (first === null) return null;
  return (async function* () {
    let chunk: string | null = first;
    for (let position = 1; chunk !== null; position++) {
      yield chunk;
      chunk = await piece(position);
    }
  })();
}

const fromStart = { start: 0, autoClose: false, highWaterMark: 262_144 };

/** A file that only its handle reaches: nothing is left of it, even by a process that is killed. */
async function temporaryFile(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = path.join(folder, randomUUID());
  const handle = await open(name, 'wx+', 0o600);
  await unlink(name);
  return handle;
}

function refused(row: number, code: Code): ImportRefused {
  return new ImportRefused([{ row, ...cellProblem('', code) }]);
}

interface Upload {
  readonly handle: FileHandle;
  readonly encoding: ImportReport['encoding'];
  /** Where the text begins, behind a byte order mark. */
  readonly start: number;
  /** Of the file and of what is asked of it. */
  readonly hash: Buffer;
  readonly separator: Separator;
  readonly header: Header;
}

/** Keeps the upload in `handle` and finds out how it is written. */
async function receive(request: ImportRequest, handle: FileHandle): Promise<Upload> {
  const { stream, dryRun, maxBytes = GIGABYTE } = request;
  const hash = createHash('sha256').update(`import of enrolments, dry run ${dryRun}\n`);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let utf8 = true;
  const decode = (chunk?: Buffer) => {
    try {
      if (utf8) decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      utf8 = false;
    }
  };
  let size = 0;
  let line = 1;
  // Not destroyed when we refuse: the answer goes out on the same connection.
  for await (const piece of stream.iterator({ destroyOnReturn: false })) {
    const chunk: Buffer = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
    size += chunk.length;
    if (size > maxBytes) throw refused(1, 'file_too_large');
    const nul = chunk.indexOf(0);
    if (nul >= 0) {
      // Every second byte of our letters is NUL in UTF-16; with its mark the first one is already telling.
      await handle.appendFile(chunk.subarray(0, nul + 1));
      const { buffer } = await handle.read({ buffer: Buffer.alloc(2), position: 0 });
      const utf16 = ['fffe', 'feff'].includes(buffer.toString('hex')) || size - chunk.length + nul < 2;
      if (utf16) throw refused(1, 'encoding_utf16');
      throw refused(line + linesIn(chunk.subarray(0, nul)), 'nul_byte');
    }
    line += linesIn(chunk);
    hash.update(chunk);
    decode(chunk);
    await handle.appendFile(chunk);
  }
  decode();
  const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(LONGEST_ROW), position: 0 });
  const encoding = utf8 ? 'utf-8' : 'windows-1252';
  const start = utf8 && buffer.subarray(0, 3).equals(Buffer.from(byteOrderMark)) ? 3 : 0;
  const head = buffer.subarray(start, bytesRead);
  const { separator, header } = readHead(utf8 ? head.toString('utf8') : fromWindows1252(head));
  return { handle, encoding, start, hash: hash.digest(), separator, header };
}

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}

const csvOptions = (separator: Separator): Options => ({
  delimiter: separator,
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  max_record_size: LONGEST_ROW,
});

/** The separator is the one by which most columns are recognised. */
function readHead(head: string): { separator: Separator; header: Header } {
  let best: { separator: Separator; cells: string[]; known: number } | undefined;
  let failure: unknown;
  for (const separator of separators) {
    try {
      const options = { ...csvOptions(separator), to: 1, skip_empty_lines: true };
      const [cells] = parseAtOnce(head, options) as string[][];
      if (!cells) throw refused(1, 'empty_file');
      const known = recognised(cells);
      if (known > (best?.known ?? -1)) best = { separator, cells, known };
    } catch (error) {
      failure ??= error instanceof CsvErrorAtOnce ? refused(1, codeOf(error)) : error;
    }
  }
  if (!best) throw failure;
  const { header, problems } = readHeader(best.cells);
  const [first, ...others] = problems.map((p) => ({ row: 1, ...p }));
  if (first) throw new ImportRefused([first, ...others]);
  return { separator: best.separator, header };
}

/** Why csv-parse stopped; its own message may quote a value. */
function codeOf(error: CsvError): Code {
  // One line for each row until a quoted value spans several.
  const spansLines = Number(error.lines) > Number(error.records) + 1;
  switch (error.code as string) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'quote_not_closed';
    // The next quote of the file, lines below, was taken for the closing one, or none came.
    case 'CSV_INVALID_CLOSING_QUOTE':
      return spansLines ? 'quote_not_closed' : 'quote_misplaced';
    case 'CSV_MAX_RECORD_SIZE':
      return spansLines ? 'quote_not_closed' : 'row_too_long';
    default:
      return 'quote_misplaced';
  }
}

// Node's own decoder takes windows-1252 for latin1 in several of the versions we run on (0x80 to 0x9F come out as
// control characters). U+FFFD: not assigned, a text with it is in some other encoding.
const windows1252 = '€�‚ƒ„…†‡ˆ‰Š‹Œ�Ž��‘’“”•–—˜™š›œ�žŸ';

function fromWindows1252(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (c) => windows1252[c.charCodeAt(0) - 0x80] as string);
}

/** Text of the upload from its start, in pieces. */
async function* textOf(upload: Upload, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer | string> {
  let line = 1;
  for await (const chunk of bytes) {
    if (upload.encoding === 'utf-8') yield chunk;
    else {
      const text = fromWindows1252(chunk);
      const strange = text.indexOf('\ufffd');
      if (strange >= 0) throw refused(line + linesIn(chunk.subarray(0, strange)), 'encoding_unknown');
      line += linesIn(chunk);
      yield text;
    }
  }
}

/** A row on its way: refused once it has problems. */
interface Row {
  readonly row: number;
  readonly cells: readonly string[];
  /** null: with problems. */
  readonly valid: Valid | null;
  problems: readonly CellProblem[];
}

interface Valid {
  readonly enrolment: Enrolment;
  readonly keys: PersonKeys;
  /** Ready to be written: the database need not wait while they are made. */
  readonly records: NewEnrolment;
  readonly notSameRows: readonly number[];
}

/** One import from its first row to its last. */
class ImportRun {
  private rows = 0;
  private accepted = 0;
  private duplicates = 0;
  private problemsTotal = 0;
  private rejectsBegun = false;
  private readonly problems: RowProblem[] = [];
  private readonly siteById: ReadonlyMap<string, EnrollingSite>;

  private constructor(
    private readonly client: PoolClient,
    private readonly request: ImportRequest,
    private readonly upload: Upload,
    private readonly rejects: FileHandle,
    private readonly importId: string,
    sites: readonly EnrollingSite[],
    private readonly directory: Directory,
    private readonly today: Day,
  ) {
    this.siteById = new Map(sites.map((s) => [s.id, s]));
  }

  static async start(
    client: PoolClient,
    request: ImportRequest,
    upload: Upload,
    rejects: FileHandle,
    importId: string,
  ): Promise<ImportRun> {
    const sites = await enrollingSites(client);
    const directory = await readDirectory(client, sites);
    return new ImportRun(client, request, upload, rejects, importId, sites, directory, dayOf(request.now));
  }

  /** Reads the next batch while the one before is written. */
  async all(): Promise<void> {
    let batch: Row[] = [];
    let writing = Promise.resolve();
    const next = async () => {
      await writing;
      writing = this.write(batch);
      // Awaited above or below; until then a failure is not unhandled.
      writing.catch(() => {});
      batch = [];
    };
    try {
      await this.parse(async (row) => {
        batch.push(row);
        if (batch.length === BATCH) await next();
      });
      await next();
    } finally {
      await writing;
    }
    if (this.rows === 0) throw refused(1, 'empty_file');
  }

  private async parse(take: (row: Row) => Promise<void>): Promise<void> {
    const bytes = this.upload.handle.createReadStream({
      ...fromStart,
      start: this.upload.start,
      highWaterMark: 16_384,
    });
    try {
      await pipeline(
        bytes,
        (chunks: AsyncIterable<Buffer>) => textOf(this.upload, chunks),
        parse(csvOptions(this.upload.separator)),
        async (records: AsyncIterable<string[]>) => {
          let row = 0;
          let inHead = true;
          for await (const cells of records) {
            row++;
            // The header was read before: it is the first line that is not empty.
            if (inHead) inHead = cells.length === 1 && cells[0] === '';
            else if (cells.some((cell) => cell.trim() !== '')) await take(this.read(row, cells));
          }
        },
      );
    } catch (error) {
      if (error instanceof CsvError) throw refused(Number(error.records) + 1, codeOf(error));
      throw error;
    }
  }

  private read(row: number, cells: string[]): Row {
    const { header } = this.upload;
    const width = header.names.length;
    const nameless = (at: number) => header.columns[at] === null && header.names[at] === '';
    if (cells.length !== width || cells.some((cell, at) => nameless(at) && cell.trim() !== '')) {
      return { row, cells, valid: null, problems: [cellProblem('', 'wrong_number_of_fields')] };
    }
    const { enrolment, notSameRows, problems } = readRow(cells, header, this.directory);
    if (!enrolment) return { row, cells, valid: null, problems };
    const { today } = this;
    const { actor } = this.request;
    const found = datesAndSiteProblems(enrolment, today, actor);
    if (found.length) {
      return { row, cells, valid: null, problems: found.map((p) => atColumn(p, header)) };
    }
    const keys = personKeys(enrolment);
    const site = this.siteById.get(enrolment.siteId) as EnrollingSite;
    const records = recordsOf(enrolment, keys, { site, actor, today, notSameAs: [], importRow: row });
    return { row, cells, valid: { enrolment, keys, records, notSameRows }, problems };
  }

  private async write(batch: readonly Row[]): Promise<void> {
    const { actor, now } = this.request;
    const people = batch.flatMap((r) => r.valid?.keys ?? []);
    const stored = people.length ? await duplicatesOf(this.client, people, this.importId) : [];
    const inBatch = new People();
    const accepted: NewEnrolment[] = [];
    let asked = 0;
    for (const row of batch) {
      if (!row.valid) continue;
      const { enrolment, keys, records, notSameRows } = row.valid;
      const matches = [...(stored[asked++] ?? []), ...inBatch.like(keys)];
      const { samePersonAs } = enrolment;
      const saidByRow = matches.filter((m) => m.importRow !== null && notSameRows.includes(m.importRow));
      const said = [...enrolment.notSameAs, ...saidByRow.map((m) => m.enrolmentId)];
      const { compared, open, same } = partMatches(matches, { notSameAs: said, samePersonAs });
      if (samePersonAs && !same) {
        row.problems = [atColumn(notRecognised, this.upload.header)];
      } else if (open.length) {
        this.duplicates++;
        row.problems = [this.duplicateProblem(open)];
      } else {
        const met = same && (await this.metAgain(row.row, row.valid, same.firstId));
        accepted.push({ ...(met ?? records), not_same_as: compared });
        inBatch.add(keys, {
          enrolmentId: (met ?? records).id,
          firstId: same?.firstId ?? records.id,
          siteId: records.site_id,
          importRow: row.row,
        });
      }
    }
    await insertEnrolments(this.client, accepted, { actorId: actor.id, now, importId: this.importId });
    await this.tell(batch);
  }

  /** What is written of somebody met again, who keeps the first arm. */
  private async metAgain(row: number, { enrolment, keys }: Valid, firstId: string): Promise<NewEnrolment> {
    const kept = (await firstArms(this.client, [firstId])).get(firstId);
    const site = this.siteById.get(enrolment.siteId) as EnrollingSite;
    const { actor } = this.request;
    const { today } = this;
    return recordsOf(enrolment, keys, {
      ...{ site, actor, today, notSameAs: [], importRow: row },
      met: { firstId, kept },
    });
  }

  private duplicateProblem(open: readonly Match[]): CellProblem {
    const { header } = this.upload;
    const byName = open.some((m) => m.matchedOn.includes('name_and_birth_date'));
    const list = (row: string) =>
      open
        .map((m) => {
          // What a dry run has enrolled is gone after it: only the row of the same file can be named.
          const name = m.importRow !== null && this.request.dryRun ? `${row} ${m.importRow}` : m.enrolmentId;
          return `${name} (${this.siteById.get(m.siteId)?.name ?? m.siteId})`;
        })
        .join(', ');
    const notSame = headerOf('/notSameAs', header);
    return cellProblem(headerOf(byName ? '/lastName' : '/externalNumber', header), 'possible_duplicate', {
      fr: ` : ${list('ligne')} ; comparez, et si c'est quelqu'un d'autre, recopiez ce numéro dans ${notSame}`,
      en: `: ${list('line')}; compare, and if it is somebody else, copy this number into ${notSame}`,
    });
  }

  /** Counts what was written and keeps what was refused, in the order of the file. */
  private async tell(batch: readonly Row[]): Promise<void> {
    const { header, separator } = this.upload;
    const lines: string[][] = [];
    // Columns of an earlier reject file are not repeated: its errors are no longer true.
    const kept = (_: string, at: number) => !isRejectColumn(header.names[at] ?? '');
    for (const { row, cells, problems } of batch) {
      this.rows++;
      if (problems.length === 0) {
        this.accepted++;
        continue;
      }
      this.problemsTotal += problems.length;
      for (const p of problems)
        if (this.problems.length < MOST_PROBLEMS_TOLD) this.problems.push({ row, ...p });
      const error = problems
        .map((p) => (p.column ? `${p.column} : ${p.messageFr}` : p.messageFr))
        .join(' | ');
      lines.push([error, String(row), ...cells.filter(kept)]);
    }
    if (lines.length === 0) return;
    const first = this.rejectsBegun ? [] : [[...rejectColumns, ...header.names.filter(kept)]];
    const csv = stringify(
      [...first, ...lines].map((line) => line.map((cell) => protect(unprotect(cell)))),
      {
        delimiter: separator,
        record_delimiter: '\r\n',
        quoted_match: /[\r\n]/,
      },
    );
    await this.rejects.appendFile(this.rejectsBegun ? csv : byteOrderMark + csv);
    this.rejectsBegun = true;
  }

  report(): ImportReport {
    const { encoding, separator } = this.upload;
    return {
      importId: this.importId,
      dryRun: this.request.dryRun,
      encoding,
      separator,
      rows: this.rows,
      accepted: this.accepted,
      rejected: this.rows - this.accepted,
      duplicates: this.duplicates,
      problems: this.problems,
      problemsTotal: this.problemsTotal,
      rejectsAvailable: this.rejectsBegun,
    };
  }
}

/** The people accepted in one batch, who are not in the database yet. */
class People {
  private readonly byName = new Map<string, Omit<Match, 'matchedOn'>[]>();
  private readonly byNumber = new Map<string, Omit<Match, 'matchedOn'>[]>();

  add({ nameKey, birthDate, externalNumberKey }: PersonKeys, enrolment: Omit<Match, 'matchedOn'>): void {
    append(this.byName, `${nameKey} ${birthDate}`, enrolment);
    if (externalNumberKey) append(this.byNumber, externalNumberKey, enrolment);
  }

  like({ nameKey, birthDate, externalNumberKey }: PersonKeys): Match[] {
    const named = this.byName.get(`${nameKey} ${birthDate}`) ?? [];
    const numbered = (externalNumberKey && this.byNumber.get(externalNumberKey)) || [];
    return [...new Set([...named, ...numbered])].map((enrolment) => ({
      ...enrolment,
      matchedOn: [
        ...(named.includes(enrolment) ? (['name_and_birth_date'] as const) : []),
        ...(numbered.includes(enrolment) ? (['external_number'] as const) : []),
      ],
    }));
  }
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

async function readDirectory(client: PoolClient, sites: readonly EnrollingSite[]): Promise<Directory> {
  const siteIds = new Map(sites.flatMap((s) => [s.id, s.name].map((words) => [fold(words), s.id] as const)));
  // null: two counsellors of the site share it, so it names neither.
  const referents = new Map<string, string | null>();
  for (const { id, subject, email, siteId } of await activeCounsellors(client)) {
    for (const words of new Set([id, subject, ...(email ? [email] : [])].map((w) => w.toLowerCase()))) {
      const key = `${siteId} ${words}`;
      referents.set(key, referents.has(key) ? null : id);
    }
  }
  return {
    siteId: (words) => siteIds.get(fold(words)),
    referentId: (words, siteId) => referents.get(`${siteId} ${words.toLowerCase()}`) ?? undefined,
  };
}
