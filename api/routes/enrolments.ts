/** How a young person comes in: one by one, or by a spreadsheet. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { enrolmentsChannel } from '../../db/enrolments';
import { logReading, readEnrolment } from '../../db/pathways';
import { asActor } from '../../db/pool';
import { enrolmentSchema } from '../../domain/enrolment';
import { messages, templateCsv } from '../../domain/enrolment-csv';
import { origins, situations } from '../../domain/pathway';
import { verdict } from '../../domain/policy';
import { EnrolmentRefused, enrol } from '../enrolling';
import { ImportRefused, importEnrolments, rejectFile } from '../enrolment-import';
import { type FieldError, type Language, Problem } from '../problems';
import { route } from '../routing';
import * as shape from '../shapes';
import { seenBy } from './pathways';

const enrolled = z.object({
  id: z.uuid().meta({ description: 'of the enrolment and of its pathway' }),
});

export const create = route({
  method: 'post',
  path: '/enrolments',
  action: 'enrolment.create',
  tag: 'enrolments',
  summary: {
    fr: 'Inscrire un jeune : son parcours commence',
    en: 'Enrol a young person: their pathway starts',
  },
  body: enrolmentSchema,
  answers: {
    201: { description: 'Enrolled; Location is the enrolment', schema: enrolled },
    200: { description: 'The same request again: nobody was enrolled a second time', schema: enrolled },
  },
  problems: ['invalid_enrolment', 'possible_duplicate', 'idempotency_key_reused'],
  async handle(context, { actor, body, keyed, key, language, now }) {
    const requestHash = createHash('sha256').update(JSON.stringify(body)).digest();
    const { status, enrolmentId, input } = await enrol(
      context.api,
      actor,
      body,
      keyed ? { idempotencyKey: key, requestHash } : null,
      now,
    ).catch((error: unknown) => {
      throw error instanceof EnrolmentRefused ? enrolmentProblem(error, language) : error;
    });
    if (input) context.beginnings.beginSoon(actor, input);
    return {
      status: status === 'created' ? 201 : 200,
      body: { id: enrolmentId },
      headers: { location: `/api/enrolments/${enrolmentId}` },
    };
  },
});

function enrolmentProblem(refused: EnrolmentRefused, language: Language): Problem {
  return new Problem(refused.code, {
    ...(refused.problems.length && {
      errors: refused.problems.map(({ pointer, code, message }) => ({
        pointer,
        code,
        message: language === 'fr' ? (messages[code as keyof typeof messages]?.fr ?? message) : message,
      })),
    }),
    ...(refused.candidates.length && { members: { candidates: refused.candidates } }),
    cause: refused,
  });
}

const identifiedEnrolment = z
  .object({
    id: z.uuid(),
    siteId: z.string(),
    person: shape.identity,
    situation: z.enum(situations),
    origin: z.enum(origins),
    wave: z.string().nullable(),
    consentOn: shape.day(),
    derogation: z.string().nullable(),
    enrolledOn: shape.day(),
    notSameAs: z.array(z.uuid()),
    samePersonAs: z
      .uuid()
      .nullable()
      .meta({ description: 'the first enrolment of somebody met again, whose arm is kept' }),
    createdBy: shape.personRef,
    createdAt: shape.instant(),
    startedAt: shape
      .instant()
      .nullable()
      .meta({ description: 'when Temporal had taken the start of the pathway' }),
  })
  .meta({ id: 'Enrolment' });

export const read = route({
  method: 'get',
  path: '/enrolments/{id}',
  action: 'enrolment.read',
  tag: 'enrolments',
  summary: { fr: 'Une inscription', en: 'An enrolment' },
  params: shape.uuidParams,
  answers: { 200: { description: 'The enrolment', schema: identifiedEnrolment } },
  async handle({ api }, { actor, params }) {
    const row = await asActor(api, actor, async (client) => {
      const found = await readEnrolment(client, params.id);
      if (!found || verdict(actor, 'enrolment.read', found) !== 'allowed') return null;
      await logReading(client, actor.id, found.id, 'enrolment');
      return found;
    });
    if (!row) throw new Problem('not_found');
    return { status: 200, body: { ...row, person: seenBy(actor, row.person) } };
  },
});

const rowProblem = z.object({
  row: z.int().meta({ description: 'as a spreadsheet numbers it: the header is 1' }),
  column: z.string(),
  code: z.string(),
  message: z.string(),
  messageFr: z.string(),
});

const report = z
  .object({
    importId: z.uuid(),
    dryRun: z.boolean(),
    encoding: z.string(),
    separator: z.string(),
    rows: z.int(),
    accepted: z.int(),
    rejected: z.int(),
    duplicates: z.int(),
    problems: z.array(rowProblem).meta({ description: 'the first 200' }),
    problemsTotal: z.int(),
    rejectsAvailable: z.boolean(),
  })
  .meta({ id: 'ImportReport' });

export const importFile = route({
  method: 'post',
  path: '/enrolments/import',
  action: 'enrolment.import',
  tag: 'enrolments',
  summary: {
    fr: 'Inscrire les jeunes d’un tableur (CSV) ; ce qui est refusé revient à corriger',
    en: 'Enrol the young people of a spreadsheet (CSV); what is refused comes back to correct',
  },
  query: z.strictObject({
    dryRun: shape.flag('the same checks and report, nobody is enrolled'),
  }),
  stream: ['text/csv'],
  answers: { 200: { description: 'What was enrolled and what was not', schema: report } },
  problems: ['file_refused', 'idempotency_key_reused', 'body_too_large'],
  async handle({ api, config }, { actor, query, stream, key, keyed, language, now }) {
    try {
      const body = await importEnrolments({
        pool: api,
        actor,
        stream,
        dryRun: query.dryRun,
        spoolDir: path.join(config.DATA_DIR, 'imports'),
        maxBytes: config.IMPORT_MAX_BYTES,
        ...(keyed && { idempotencyKey: key }),
        now,
      });
      // The starter looks every few seconds anyway.
      if (body.accepted && !body.dryRun) await api.query(`notify ${enrolmentsChannel}`).catch(() => {});
      return { status: 200, body };
    } catch (error) {
      if (error instanceof EnrolmentRefused) throw enrolmentProblem(error, language);
      if (!(error instanceof ImportRefused)) throw error;
      if (error.code === 'file_too_large') throw new Problem('body_too_large', { cause: error });
      throw new Problem('file_refused', {
        errors: error.problems.map((p) => fieldError(p, language)),
        cause: error,
      });
    }
  },
});

function fieldError(
  {
    row,
    column,
    code,
    message,
    messageFr,
  }: { row: number; column: string; code: string; message: string; messageFr: string },
  language: Language,
): FieldError {
  return {
    pointer: `/${row}${column && `/${column}`}`,
    code,
    message: language === 'fr' ? messageFr : message,
  };
}

export const rejects = route({
  method: 'get',
  path: '/enrolments/imports/{id}/rejects',
  action: 'import.read',
  tag: 'enrolments',
  summary: {
    fr: 'Les lignes refusées d’un import, à corriger',
    en: 'The refused rows of an import, to correct',
  },
  params: shape.uuidParams,
  answers: { 200: { description: 'The columns of the upload behind the reason', schema: ['text/csv'] } },
  async handle({ api }, { actor, params, now }) {
    const body = await rejectFile(api, actor, params.id, now);
    if (!body) throw new Problem('not_found');
    return csv(body, 'lignes-refusees.csv');
  },
});

export const template = route({
  method: 'get',
  path: '/enrolments/template',
  action: 'enrolment.import',
  tag: 'enrolments',
  summary: { fr: 'Le modèle du tableur à importer', en: 'The template of the spreadsheet to import' },
  answers: { 200: { description: 'The header and an example', schema: ['text/csv'] } },
  async handle() {
    return csv(templateCsv(), 'inscriptions.csv');
  },
});

const csv = (body: unknown, filename: string) => ({
  status: 200,
  body,
  contentType: 'text/csv; charset=utf-8',
  headers: { 'content-disposition': `attachment; filename="${filename}"` },
});

export const enrolmentRoutes = [create, template, importFile, rejects, read];
