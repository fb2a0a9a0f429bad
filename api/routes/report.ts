/** The report of the committees, on screen and as files, and the meetings that it is made and kept for. */
import type { PoolClient } from 'pg';
import * as z from 'zod';
import { logExport } from '../../db/exports';
import {
  addMeeting,
  cancelMeeting,
  keptReport,
  listMeetings,
  type Meeting,
  meetingById,
} from '../../db/meetings';
import { asActor } from '../../db/pool';
import { makeReport, type ReportQuestion } from '../../db/report';
import { listSites } from '../../db/staff';
import { type Day, dayOf, type Instant, startOfDay } from '../../domain/calendar';
import type { Label } from '../../domain/forms';
import { hashOf, type Report, reportSchema, sameFigures } from '../../domain/report';
import { cursorQuery, page, pageOf, readCursor } from '../cursor';
import { derivedId } from '../deciding';
import type { Person } from '../identity';
import { once } from '../once';
import { type FieldError, type Language, Problem } from '../problems';
import { reportCsv } from '../report-csv';
import { reportPdf } from '../report-pdf';
import { reportXlsx } from '../report-xlsx';
import { type Context, route } from '../routing';
import * as shape from '../shapes';
import { refuseUnless } from './absences';
import { instantOf, instants, instantsOf, moment, readerOf, siteOf } from './steering';

const query = z.strictObject({
  ...instants,
  compareTo: moment.optional().meta({
    description: 'the earlier instant to compare with, written like `asOf` and before it',
  }),
  meeting: z.uuid().optional().meta({
    description:
      'the report that this meeting was given, as it was; it says all else, so nothing else is given',
  }),
});

export const shownReport = reportSchema
  .extend({
    hash: z.string().meta({ description: 'SHA-256 of its question and figures, in any language the same' }),
    kept: z
      .object({
        meetingId: z.uuid(),
        day: shape.day(),
        madeAt: shape.instant(),
        correctedSince: z.boolean().meta({
          description: 'by what is known today at least one of the numbers shown is another one',
        }),
      })
      .nullable()
      .meta({ description: 'of a report that was kept for a meeting' }),
  })
  .meta({ id: 'SteeringReport' });

type Query = z.output<typeof query>;
interface Found {
  readonly report: Report;
  readonly hash: string;
  readonly kept: z.output<typeof shownReport>['kept'];
}

/** @throws Problem for an instant to come, a comparison with a later one, or a meeting beside anything else */
function questionOf(
  { actor, query, now, language }: { actor: Person; query: Query; now: Date; language: Language },
  siteId: string | null,
): ReportQuestion {
  const at = instantsOf(query, now, language);
  const errors: FieldError[] = [];
  const refuse = (code: string, message: Label) => {
    errors.push({ pointer: '/compareTo', code, message: message[language] });
  };
  const compareTo = query.compareTo === undefined ? null : instantOf(query.compareTo, now, refuse);
  if (errors.length === 0 && compareTo !== null && compareTo >= at.asOf) {
    refuse('compare_not_before', {
      fr: 'n’est pas avant asOf : donnez une date antérieure',
      en: 'does not lie before asOf: give an earlier date',
    });
  }
  if (errors.length > 0) throw new Problem('query_invalid', { errors });
  return { ...at, ...readerOf(actor), siteId, compareTo };
}

/** @throws Problem for what else is given beside a meeting */
function refuseMore(query: Query, language: Language): void {
  const errors = (['asOf', 'knownAt', 'site', 'compareTo'] as const)
    .filter((name) => query[name] !== undefined)
    .map((name) => ({
      pointer: `/${name}`,
      code: 'meeting_says_it',
      message: {
        fr: 'est dit par la réunion : retirez ce paramètre, ou meeting',
        en: 'is said by the meeting: leave it out, or leave out meeting',
      }[language],
    }));
  if (errors.length > 0) throw new Problem('query_invalid', { errors });
}

/** What was kept, and whether the same figures are known today. */
async function keptFor(client: PoolClient, meetingId: string, now: Date): Promise<Found> {
  const meeting = await meetingById(client, meetingId);
  const kept = meeting && (await keptReport(client, meetingId));
  if (!kept) throw new Problem('not_found');
  const { report, hash, madeAt } = kept;
  const today = await makeReport(client, {
    ...{ asOf: report.asOf, knownAt: now.toISOString(), compareTo: report.compareTo },
    ...{ siteId: meeting.siteId, masked: true, arms: false, national: meeting.siteId === null },
    maskedAt: report.knownAt,
  });
  const correctedSince = !sameFigures(report, today);
  return { report, hash, kept: { meetingId, day: meeting.day, madeAt, correctedSince } };
}

async function find(
  { api }: Context,
  call: { actor: Person; query: Query; now: Date; language: Language },
  and: (client: PoolClient, found: Found) => Promise<void> = async () => {},
): Promise<Found> {
  const { actor, query, now, language } = call;
  const meetingId = query.meeting;
  if (meetingId !== undefined) refuseMore(query, language);
  const asked =
    meetingId === undefined ? questionOf(call, siteOf(actor, 'steering.overview', query.site)) : undefined;
  return asActor(api, actor, async (client) => {
    let found: Found;
    if (asked === undefined) found = await keptFor(client, meetingId as string, now);
    else {
      const unknown =
        asked.siteId !== null && !(await listSites(client)).some(({ id }) => id === asked.siteId);
      if (unknown) throw new Problem('not_found');
      const report = await makeReport(client, asked);
      found = { report, hash: hashOf(report), kept: null };
    }
    await and(client, found);
    return found;
  });
}

const readReport = route({
  method: 'get',
  path: '/steering/report',
  action: 'steering.overview',
  tag: 'steering',
  summary: {
    fr: 'La note d’étape à une date, par parties : mots, tableaux, graphiques, définitions, empreinte',
    en: 'The progress report as at a date, by sections: words, tables, charts, definitions, hash',
  },
  query,
  answers: {
    200: {
      description: 'With the same asOf, knownAt, site and compareTo the figures and the hash stay the same',
      schema: shownReport,
    },
  },
  problems: ['not_found'],
  async handle(context, call) {
    const { report, hash, kept } = await find(context, call);
    return { status: 200, body: { ...report, hash, kept } };
  },
});

const formats = {
  csv: {
    mediaType: 'text/csv',
    make: async (report: Report, language: Language) => Buffer.from(reportCsv(report, language)),
  },
  xlsx: {
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    make: reportXlsx,
  },
  pdf: { mediaType: 'application/pdf', make: reportPdf },
} as const;

const rowsOf = ({ sections }: Report): number =>
  sections.reduce((sum, { tables }) => sum + tables.reduce((rows, table) => rows + table.rows.length, 0), 0);

const files = (Object.keys(formats) as (keyof typeof formats)[]).map((format) => {
  const { mediaType, make } = formats[format];
  return route({
    method: 'get',
    path: `/steering/report.${format}`,
    action: 'steering.overview',
    tag: 'steering',
    summary: {
      fr: `La note d’étape en ${format.toUpperCase()} ; qu’elle a été emportée est gardé`,
      en: `The progress report as ${format.toUpperCase()}; that it was taken away is kept`,
    },
    query: query.extend({
      lang: z.enum(['fr', 'en']).optional().meta({ description: 'absent: by Accept-Language' }),
    }),
    answers: {
      200: { description: 'With the same question the same bytes', schema: [mediaType] },
    },
    problems: ['not_found'],
    async handle(context, call) {
      const { actor, now, query } = call;
      const { report } = await find(context, call, async (client, { report }) => {
        const { asOf, knownAt, compareTo } = report;
        const filters = {
          ...{ format, asOf, knownAt },
          ...(report.site && { site: report.site.id }),
          ...(compareTo && { compareTo }),
          ...(query.meeting && { meeting: query.meeting }),
        };
        await logExport(client, actor, { what: 'report', filters, rows: rowsOf(report) }, now);
      });
      const scope = report.site?.id ?? 'national';
      return {
        status: 200,
        body: [await make(report, query.lang ?? call.language)],
        contentType: format === 'csv' ? `${mediaType}; charset=utf-8` : mediaType,
        headers: {
          'content-disposition': `attachment; filename="note-etape-${scope}-${dayOf(report.asOf)}.${format}"`,
        },
      };
    },
  });
});

export const meetingShape = z
  .object({
    id: z.uuid(),
    siteId: z.string().nullable().meta({ description: 'null: of the national committee' }),
    day: shape.day(),
    asOf: shape.day().meta({ description: 'whose state its report tells' }),
    compareTo: shape.day().nullable(),
    makeAt: shape.instant().meta({ description: 'when the report is made and its members are told' }),
    madeAt: shape.instant().nullable().meta({ description: 'null: not yet' }),
    cancelledAt: shape.instant().nullable(),
  })
  .meta({ id: 'CommitteeMeeting' });

const newMeeting = z
  .strictObject({
    siteId: z.string().max(40).nullable().optional().meta({
      description: 'null: the national committee, by the administration. Absent: one’s own site, or national',
    }),
    day: shape.day(),
    asOf: shape.day().meta({ description: 'before the day on which the report is made' }),
    compareTo: shape.day().nullable().optional(),
    daysBefore: z
      .int()
      .min(0)
      .max(60)
      .optional()
      .meta({ description: 'so many days before the meeting the report is made; REPORT_DAYS_BEFORE' }),
  })
  .meta({ id: 'NewCommitteeMeeting' });
type NewMeeting = z.output<typeof newMeeting>;

/** So many days after today a meeting may be. */
const furthest = 730;
const first = '2000-01-01';

const plus = (day: Day, days: number): Day =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

/**
 * When a meeting's report is made: on the morning of its day, or now where that has come.
 * @throws Problem naming each field that does not fit
 */
function makingOf(
  { day, asOf, compareTo, daysBefore }: NewMeeting & { daysBefore: number },
  { digestAt, now, language }: { digestAt: string; now: Date; language: Language },
): Instant {
  const today = dayOf(now);
  const errors: FieldError[] = [];
  const refuse = (pointer: string, code: string, fr: string, en: string) =>
    errors.push({ pointer, code, message: { fr, en }[language] });
  if (day < today)
    refuse('/day', 'date_in_past', 'est passé : donnez un jour à venir', 'is past: give a day to come');
  if (day > plus(today, furthest))
    refuse(
      '/day',
      'date_too_far',
      'est dans plus de deux ans : corrigez-le',
      'is more than two years away: correct it',
    );
  if (asOf < first)
    refuse('/asOf', 'date_too_far', 'est avant 2000 : corrigez-le', 'lies before 2000: correct it');
  if (compareTo && compareTo < first)
    refuse('/compareTo', 'date_too_far', 'est avant 2000 : corrigez-le', 'lies before 2000: correct it');
  else if (compareTo && compareTo >= asOf)
    refuse(
      '/compareTo',
      'compare_not_before',
      'n’est pas avant asOf : donnez une date antérieure',
      'does not lie before asOf: give an earlier date',
    );
  if (errors.length > 0) throw new Problem('body_invalid', { errors });
  const wanted = plus(day, -daysBefore);
  const on = [wanted, today].sort().at(-1) as Day;
  if (asOf >= on) {
    refuse(
      '/asOf',
      'as_of_not_before_making',
      `n’est pas avant le jour où la note est faite (${on}) : donnez une date antérieure, ou moins de jours avant`,
      `does not lie before the day on which the report is made (${on}): give an earlier date, or fewer days before`,
    );
    throw new Problem('body_invalid', { errors });
  }
  const [hours, minutes] = digestAt.split(':').map(Number) as [number, number];
  const at = Date.parse(startOfDay(wanted)) + (hours * 60 + minutes) * 60_000;
  return new Date(Math.max(at, now.getTime())).toISOString();
}

const planMeeting = route({
  method: 'post',
  path: '/steering/meetings',
  action: 'meeting.plan',
  tag: 'steering',
  summary: {
    fr: 'Prévoir une réunion de comité : sa note d’étape est faite, gardée et annoncée à ses membres',
    en: 'Plan a meeting of a committee: its report is made, kept and announced to its members',
  },
  body: newMeeting,
  answers: { 201: { description: 'Planned', schema: meetingShape } },
  problems: ['not_found', 'idempotency_key_reused'],
  async handle({ api, config }, call) {
    const { actor, body, language, now, requestId } = call;
    const siteId = body.siteId === undefined ? actor.siteId : body.siteId;
    // The national committee is of no site: for a coordinator it is not there.
    refuseUnless(actor, 'meeting.plan', { siteId: siteId ?? '' });
    const id = derivedId(requestId, 'meeting');
    const meeting = await asActor(api, actor, async (client) => {
      await once(client, call, id, async () => {
        const daysBefore = body.daysBefore ?? config.REPORT_DAYS_BEFORE;
        const makeAt = makingOf({ ...body, daysBefore }, { digestAt: config.DIGEST_AT, now, language });
        if (siteId !== null && !(await listSites(client)).some((site) => site.id === siteId)) {
          const message = {
            fr: 'n’est pas un site : prenez-en un de la liste des sites',
            en: 'is no site: take one of the list of sites',
          }[language];
          throw new Problem('body_invalid', {
            errors: [{ pointer: '/siteId', code: 'unknown_site', message }],
          });
        }
        const { day, asOf, compareTo = null } = body;
        await addMeeting(client, { id, siteId, day, asOf, compareTo, makeAt }, { actorId: actor.id, now });
      });
      return meetingById(client, id);
    });
    return { status: 201, body: meeting };
  },
});

const readMeetings = route({
  method: 'get',
  path: '/steering/meetings',
  action: 'meeting.list',
  tag: 'steering',
  summary: {
    fr: 'Les réunions du comité, la plus lointaine d’abord',
    en: 'The meetings of the committee, the latest first',
  },
  query: z.strictObject(cursorQuery),
  answers: { 200: { description: 'A page of them', schema: pageOf(meetingShape) } },
  problems: ['cursor_invalid'],
  async handle({ api }, { actor, query }) {
    const after = readCursor(query.cursor, z.tuple([z.iso.date(), z.uuid()]));
    const rows = await asActor(api, actor, (client) =>
      listMeetings(client, { after, limit: query.limit + 1 }),
    );
    return { status: 200, body: page(rows, query.limit, (row) => [row.day, row.id]) };
  },
});

const dropMeeting = route({
  method: 'delete',
  path: '/steering/meetings/{id}',
  action: 'meeting.plan',
  tag: 'steering',
  summary: {
    fr: 'Annuler une réunion de comité ; une note déjà faite est gardée',
    en: 'Cancel a meeting of a committee; a report that was made is kept',
  },
  params: shape.uuidParams,
  answers: { 200: { description: 'Cancelled', schema: meetingShape } },
  problems: ['meeting_over'],
  async handle({ api }, call) {
    const { actor, params, now } = call;
    const meeting = await asActor(api, actor, async (client) => {
      await once(client, call, params.id, async () => {
        const { siteId, day } = (await meetingById(client, params.id)) ?? notThere();
        refuseUnless(actor, 'meeting.plan', { siteId: siteId ?? '' });
        if (day < dayOf(now)) throw new Problem('meeting_over');
        await cancelMeeting(client, params.id, { actorId: actor.id, now });
      });
      return meetingById(client, params.id);
    });
    return { status: 200, body: meeting };
  },
});

const notThere = (): Meeting => {
  throw new Problem('not_found');
};

export const reportRoutes = [readReport, ...files, planMeeting, readMeetings, dropMeeting];
