/**
 * The evaluation: rows of both arms under pseudonyms, the CONSORT flow, the balance of the arms, what surveys brought
 * back, who is whom for who matches data, and when the arms were shown to who was blind to them. docs/evaluation.md.
 */
import { stringify } from 'csv-stringify/sync';
import type { PoolClient } from 'pg';
import * as z from 'zod';
import { listDraws } from '../../db/draws';
import {
  type Asked,
  countBaseline,
  countEvaluated,
  countFlow,
  evaluatedPeople,
  insertUnblinding,
  keepAnswers,
  listUnblindings,
  lockUnblindings,
  matches,
  surveyPlan,
  type Unblinding,
} from '../../db/evaluation';
import { listExports, logExport } from '../../db/exports';
import { asActor } from '../../db/pool';
import { keyIdOf, maskedArmOf, padsOf } from '../../db/pseudonym';
import { balanceOf } from '../../domain/balance';
import { dayOf } from '../../domain/calendar';
import { flowCounts, flowOf, flowSums } from '../../domain/consort';
import { protect } from '../../domain/enrolment-csv';
import {
  baselineVariables,
  columns,
  columnsOf,
  columnTypes,
  excludedReasons,
  exportFormat,
  flowTerms,
  waitingReasons,
} from '../../domain/evaluation';
import { csvCell, rowOf, rowSchema } from '../../domain/evaluation-row';
import { text } from '../../domain/forms';
import { maskCounts, type Shown, type Sum } from '../../domain/masking';
import { type Arm, arms } from '../../domain/pathway';
import { cursorQuery, page, pageOf, readCursor } from '../cursor';
import { derivedId } from '../deciding';
import { once } from '../once';
import { type FieldError, type Language, Problem } from '../problems';
import { type Call, type Context, route } from '../routing';
import * as shape from '../shapes';
import { exportRow } from './exports';
import { instants, instantsOf } from './steering';

const { asOf, knownAt } = instants;
const wave = z.string().min(1).max(60);
const asked = {
  ...{ asOf, knownAt },
  wave: wave.optional().meta({ description: 'of those drawn in this wave; absent: in all' }),
};
const masked = (description: string) => z.boolean().meta({ description });

/** Rows that are read at once: each piece is a transaction of its own, so a slow reader holds no connection. */
const PIECE = 2000;

function keyFrom({ config }: Context): string {
  if (!config.EVALUATION_KEY) throw new Problem('evaluation_key_missing');
  return config.EVALUATION_KEY;
}

/** @throws Problem: a wave that there is not */
async function knownWave(
  client: PoolClient,
  given: string | null | undefined,
  refused: 'query_invalid' | 'body_invalid',
  language: Language,
): Promise<string | null> {
  if (given === undefined || given === null) return null;
  if ((await listDraws(client)).some((draw) => draw.wave === given && draw.frozenAt)) return given;
  const message = {
    fr: 'cette vague n’a pas de registre clos : choisissez-en une, ou retirez le paramètre',
    en: 'this wave has no frozen register: choose one, or leave it out',
  }[language];
  throw new Problem(refused, { errors: [{ pointer: '/wave', code: 'unknown_wave', message }] });
}

// ---- the export

const column = z.object({
  name: z.string(),
  label: shape.label,
  type: z.enum(columnTypes),
  codes: z.array(z.string()).optional(),
  unit: shape.label.nullable(),
  source: shape.label,
  missing: shape.label.nullable().meta({ description: 'what an empty cell says; null: there is none' }),
  masked: masked('also where arms are masked'),
});
export const dictionary = z
  .object({
    format: z.string(),
    columns: z.array(column),
    rows: z
      .object({ open: z.record(z.string(), z.unknown()), masked: z.record(z.string(), z.unknown()) })
      .meta({ description: 'JSON Schema of a row of the export, as application/x-ndjson has it' }),
  })
  .meta({ id: 'EvaluationDictionary' });

const jsonSchemas = {
  open: z.toJSONSchema(rowSchema(false)),
  masked: z.toJSONSchema(rowSchema(true)),
};

const readDictionary = route({
  method: 'get',
  path: '/evaluation/dictionary',
  action: 'evaluation.read',
  tag: 'evaluation',
  summary: {
    fr: 'Le dictionnaire des données : chaque colonne, son unité, sa source, ce que dit une case vide',
    en: 'The data dictionary: each column, its unit, its source, what an empty cell says',
  },
  answers: { 200: { description: 'In the order of the file', schema: dictionary } },
  async handle() {
    return { status: 200, body: { format: exportFormat, columns, rows: jsonSchemas } };
  },
});

const formats = ['csv', 'ndjson'] as const;
const csvLines = (lines: readonly (readonly string[])[]) =>
  stringify(lines as string[][], { record_delimiter: '\r\n' });

const makeExport = route({
  method: 'get',
  path: '/evaluation/export',
  action: 'evaluation.export',
  tag: 'evaluation',
  summary: {
    fr: 'Les deux groupes sous pseudonyme, une ligne par personne tirée au sort : qui, quand et combien est gardé',
    en: 'Both arms under pseudonyms, one row for each person randomised: who, when and how many is kept',
  },
  query: z.strictObject({
    ...asked,
    format: z.enum(formats).default('csv'),
    arms: z.enum(['open', 'masked']).default('open').meta({
      description: 'masked: arms as A and B, other pseudonyms, and no column that only one arm can have',
    }),
  }),
  answers: {
    200: {
      description: `In the order of the pseudonyms; X-As-Of and X-Known-At ask for the same file again. Columns (masked: those with *): ${columns.map((c) => c.name + (c.masked ? '*' : '')).join(', ')}`,
      schema: ['text/csv', 'application/x-ndjson'],
    },
  },
  problems: ['evaluation_key_missing'],
  async handle(context, { actor, query, now, language }) {
    const { api } = context;
    const key = keyFrom(context);
    const at = instantsOf(query, now, language);
    const isMasked = query.arms === 'masked';
    const pads = padsOf(key, query.arms);
    const found = await asActor(api, actor, async (client) => {
      const of: Asked = { ...at, wave: await knownWave(client, query.wave, 'query_invalid', language) };
      const [rows, plan] = [await countEvaluated(client, of), await surveyPlan(client, at.knownAt)];
      const first = await evaluatedPeople(client, of, plan, pads, '', Math.min(PIECE, rows));
      const { format, arms } = query;
      const filters = { ...of, format, arms, key: keyIdOf(key), schema: exportFormat };
      await logExport(client, actor, { what: 'evaluation', filters, rows }, now);
      return { of, rows, plan, first };
    });
    const maskedArm = isMasked ? (arm: Arm) => maskedArmOf(key, arm) : null;
    const names = columnsOf(isMasked).map((c) => c.name);
    const written = (people: typeof found.first): string => {
      const rows = people.map((person) => rowOf(person, maskedArm));
      if (query.format === 'ndjson') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      return csvLines(
        rows.map((row) =>
          columnsOf(isMasked).map(({ name, type }) => {
            const cell = csvCell(row[name] ?? null);
            return type === 'text' ? protect(cell) : cell;
          }),
        ),
      );
    };
    async function* lines() {
      if (query.format === 'csv') yield csvLines([names]);
      let left = found.rows;
      for (let piece = found.first; piece.length > 0; ) {
        yield written(piece);
        left -= piece.length;
        const after = piece.at(-1)?.pseudonym as string;
        piece =
          left > 0
            ? await asActor(api, actor, (client) =>
                evaluatedPeople(client, found.of, found.plan, pads, after, Math.min(PIECE, left)),
              )
            : [];
      }
    }
    const file = `evaluation-${query.arms}-${dayOf(at.asOf)}-${keyIdOf(key)}.${query.format}`;
    return {
      status: 200,
      body: lines(),
      contentType: query.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
      headers: {
        'content-disposition': `attachment; filename="${file}"`,
        'x-as-of': at.asOf,
        'x-known-at': at.knownAt,
      },
    };
  },
});

const matching = route({
  method: 'post',
  path: '/evaluation/matching',
  action: 'evaluation.match',
  tag: 'evaluation',
  summary: {
    fr: 'Le fichier d’appariement : pseudonyme et numéro Parcours 3, pour qui apparie et n’analyse pas ; le motif est gardé',
    en: 'The matching file: pseudonym and Parcours 3 number, for who matches and does not analyse; the reason is kept',
  },
  body: z.strictObject({
    reason: text(300)
      .min(10)
      .meta({ description: 'for whom and for what it is made; names nobody of the young people' }),
    wave: wave.nullable().default(null).meta({ description: 'null: all' }),
    arms: z
      .enum(['open', 'masked'])
      .default('open')
      .meta({ description: 'of which exports: their pseudonyms differ' }),
  }),
  answers: {
    200: {
      description: 'One row for each person randomised; without a number, an empty cell',
      schema: ['text/csv'],
    },
  },
  problems: ['evaluation_key_missing'],
  async handle(context, { actor, body, now, language }) {
    const { api } = context;
    const key = keyFrom(context);
    const pads = padsOf(key, body.arms);
    const found = await asActor(api, actor, async (client) => {
      const of = await knownWave(client, body.wave, 'body_invalid', language);
      const { reason, arms } = body;
      const filters = { wave: of, arms, reason, key: keyIdOf(key) };
      const rows = await matches(client, of, pads);
      await logExport(client, actor, { what: 'evaluation_matching', filters, rows: rows.length }, now);
      return rows;
    });
    return {
      status: 200,
      body: csvLines([
        ['pseudonym', 'external_number'],
        ...found.map((m) => [m.pseudonym, protect(m.external_number ?? '')]),
      ]),
      contentType: 'text/csv; charset=utf-8',
      headers: {
        'content-disposition': `attachment; filename="matching-${body.arms}-${dayOf(now)}-${keyIdOf(key)}.csv"`,
      },
    };
  },
});

const releases = route({
  method: 'get',
  path: '/evaluation/releases',
  action: 'evaluation.log',
  tag: 'evaluation',
  summary: {
    fr: 'Ce qui est parti pour l’évaluation, le plus récent d’abord',
    en: 'What left for the evaluation, the latest first',
  },
  query: z.strictObject(cursorQuery),
  answers: { 200: { description: 'A page of exports and matching files', schema: pageOf(exportRow) } },
  problems: ['cursor_invalid'],
  async handle({ api }, { actor, query }) {
    const after = readCursor(query.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
    // Which there are for this role, the database holds.
    const rows = await asActor(api, actor, (client) =>
      listExports(client, { after, limit: query.limit + 1 }),
    );
    return { status: 200, body: page(rows, query.limit, (row) => [row.madeAt, row.id]) };
  },
});

// ---- what surveys brought back

const answersBody = z.strictObject({
  answers: z
    .array(
      z.strictObject({
        pseudonym: z.string().regex(/^[0-9a-f]{32}$/, 'is not a pseudonym: 32 hexadecimal digits'),
        survey: z.int().min(1).max(20).meta({ description: 'which of the surveys, from 1' }),
        answeredOn: shape.listDay(),
      }),
    )
    .min(1)
    .max(2000),
  arms: z
    .enum(['open', 'masked'])
    .default('open')
    .meta({ description: 'of which exports the pseudonyms are' }),
});

const refusals = {
  unknown: {
    pointer: 'pseudonym',
    code: 'unknown_pseudonym',
    fr: 'personne n’a ce pseudonyme : vérifiez la clé et la livraison',
    en: 'nobody has this pseudonym: check the key and the release',
  },
  before: {
    pointer: 'answeredOn',
    code: 'dates_contradict',
    fr: 'est avant le tirage de cette personne : corrigez-le',
    en: 'lies before this person’s draw: correct it',
  },
  differs: {
    pointer: 'answeredOn',
    code: 'answered_another_day',
    fr: 'une autre date est enregistrée pour cette enquête : la première reste',
    en: 'another day is recorded for this survey: the first one stays',
  },
} as const;

const recordAnswers = route({
  method: 'post',
  path: '/evaluation/answers',
  action: 'evaluation.answer',
  tag: 'evaluation',
  summary: {
    fr: 'Enregistrer quelles enquêtes ont une réponse, par pseudonyme : toutes ou aucune ; deux fois la même est une fois',
    en: 'Record which surveys were answered, by pseudonym: all or none; the same one twice counts once',
  },
  body: answersBody,
  answers: { 200: { description: 'Kept', schema: z.object({ answers: z.int() }) } },
  problems: ['evaluation_key_missing'],
  async handle(context, { actor, body, now, language }) {
    const pads = padsOf(keyFrom(context), body.arms);
    const late: FieldError[] = body.answers.flatMap(({ answeredOn }, i) =>
      answeredOn > dayOf(now)
        ? [
            {
              pointer: `/answers/${i}/answeredOn`,
              code: 'date_in_future',
              message: {
                fr: 'est dans le futur : corrigez-le',
                en: 'is in the future: correct it',
              }[language],
            },
          ]
        : [],
    );
    if (late.length > 0) throw new Problem('body_invalid', { errors: late });
    await asActor(context.api, actor, async (client) => {
      const refused = await keepAnswers(client, body.answers, pads, now);
      if (refused.length === 0) return;
      const errors = refused.map(({ item, refused: why }): FieldError => {
        const { pointer, code, [language]: message } = refusals[why];
        return { pointer: `/answers/${item}/${pointer}`, code, message };
      });
      throw new Problem('body_invalid', { errors });
    });
    return { status: 200, body: { answers: body.answers.length } };
  },
});

// ---- the flow and the balance

const n = (term: keyof typeof flowTerms) =>
  z
    .int()
    .nullable()
    .meta({ description: `${flowTerms[term].definition.en} null: masked` });
const reasonCounts = <R extends readonly [string, ...string[]]>(reasons: R, description: string) =>
  z
    .array(z.object({ reason: z.enum(reasons), youngPeople: z.int().nullable() }))
    .meta({ description: `${description} Without those that count nobody` });
export const flow = z
  .object({
    asOf: shape.instant(),
    knownAt: shape.instant(),
    wave: z.string().nullable(),
    masked: masked('counts of 1 to 4 are null for the reader, with what would give them away'),
    enrolled: n('enrolled'),
    noDraw: n('no_draw'),
    assessed: n('assessed'),
    excluded: reasonCounts(excludedReasons, flowTerms.excluded.definition.en),
    waiting: reasonCounts(waitingReasons, flowTerms.waiting.definition.en),
    randomised: n('randomised'),
    arms: z.array(
      z.object({
        arm: z.enum(arms),
        allocated: n('allocated'),
        received: n('received'),
        notReceived: n('not_received'),
        stillIn: n('still_in'),
        exits: z
          .array(z.object({ code: shape.exitCode, youngPeople: z.int().nullable() }))
          .meta({ description: flowTerms.exits.definition.en }),
        surveys: z
          .array(z.object({ survey: z.int(), due: z.int().nullable(), answered: z.int().nullable() }))
          .meta({ description: flowTerms.surveys.definition.en }),
        lost: n('lost'),
        followed: n('followed'),
        analysed: n('analysed'),
        notAsked: n('not_asked'),
        notAnswered: n('not_answered'),
      }),
    ),
  })
  .meta({ id: 'ConsortFlow' });

/** Where only a part of a sum is told, the rest is known to who subtracts. */
function maskFlow(
  counts: ReadonlyMap<string, number>,
  told: ReturnType<typeof flowSums>,
): Map<string, Shown> {
  const all = new Map(counts);
  const sums = told.map(({ total, parts, whole }): Sum => {
    if (whole) return { total, parts };
    const rest = `${total} without ${parts.join(' ')}`;
    const of = (id: string) => counts.get(id) ?? 0;
    all.set(
      rest,
      parts.reduce((left, part) => left - of(part), of(total)),
    );
    return { total, parts: [...parts, rest] };
  });
  const shown = maskCounts(all, sums);
  return new Map([...counts.keys()].map((id) => [id, shown.get(id) ?? null]));
}

const readFlow = route({
  method: 'get',
  path: '/evaluation/consort',
  action: 'evaluation.flow',
  tag: 'evaluation',
  summary: {
    fr: 'Le diagramme de flux CONSORT 2025, compté d’après les évènements ; pour les comités une fois l’aveugle levé',
    en: 'The CONSORT 2025 flow, counted from the events; for committees once they are unblinded',
  },
  query: z.strictObject(asked),
  answers: { 200: { description: 'The numbers of the diagram', schema: flow } },
  problems: ['still_blinded'],
  async handle({ api }, { actor, query, now, language }) {
    const at = instantsOf(query, now, language);
    const isMasked = actor.role !== 'evaluator';
    return asActor(api, actor, async (client) => {
      const ofWave = await knownWave(client, query.wave, 'query_invalid', language);
      if (isMasked && !(await listUnblindings(client)).some((u) => u.wave === ofWave))
        throw new Problem('still_blinded');
      const plan = await surveyPlan(client, at.knownAt);
      const counted = await countFlow(client, { ...at, wave: ofWave }, plan);
      const counts = flowCounts(counted);
      const shown = isMasked ? maskFlow(counts, flowSums(counted)) : counts;
      return { status: 200, body: { ...at, wave: ofWave, masked: isMasked, ...flowOf(shown) } };
    });
  },
});

const number = () => z.number().nullable();
export const balance = z
  .object({
    asOf: shape.instant(),
    wave: z.string().nullable(),
    arms: z.array(z.object({ arm: z.enum(arms), youngPeople: z.int() })),
    lines: z.array(
      z.object({
        variable: z.enum(Object.keys(baselineVariables) as [keyof typeof baselineVariables]),
        code: z.string().nullable(),
        arms: z.array(
          z.object({
            arm: z.enum(arms),
            mean: number().meta({
              description: 'weighted by the inverse of the arm’s probability; of a code, its share',
            }),
            sd: number().meta({ description: 'unweighted' }),
            youngPeople: z.int(),
          }),
        ),
        difference: number().meta({
          description:
            'standardised mean difference: (mean of service plus − mean of the usual service) / √((s₁² + s₀²) / 2)',
        }),
      }),
    ),
  })
  .meta({ id: 'BalanceTable' });

const readBalance = route({
  method: 'get',
  path: '/evaluation/balance',
  action: 'evaluation.balance',
  tag: 'evaluation',
  summary: {
    fr: 'L’équilibre des groupes au tirage : chaque variable, et l’écart standardisé',
    en: 'The balance of the arms at the draw: each variable, and the standardised difference',
  },
  query: z.strictObject({ asOf: asked.asOf, wave: asked.wave }),
  answers: { 200: { description: 'Of all who were drawn by then', schema: balance } },
  async handle({ api }, { actor, query, now, language }) {
    const at = instantsOf(query, now, language);
    return asActor(api, actor, async (client) => {
      const ofWave = await knownWave(client, query.wave, 'query_invalid', language);
      const counted = await countBaseline(client, at.asOf, ofWave);
      return { status: 200, body: { asOf: at.asOf, wave: ofWave, ...balanceOf(counted) } };
    });
  },
});

// ---- who may see the arms

export const blinding = z
  .object({
    key: z.string().nullable().meta({ description: 'names the key of the pseudonyms; null: none is set' }),
    waves: z.array(z.string()).meta({ description: 'that have a frozen register, the first first' }),
    unblindings: z.array(
      z.object({
        wave: z.string().nullable().meta({ description: 'null: the programme' }),
        reason: z.string(),
        by: shape.personRef,
        at: shape.instant(),
      }),
    ),
  })
  .meta({ id: 'Blinding' });

const blindingNow = async (context: Context, client: PoolClient): Promise<z.input<typeof blinding>> => ({
  key: context.config.EVALUATION_KEY ? keyIdOf(context.config.EVALUATION_KEY) : null,
  waves: (await listDraws(client)).flatMap((draw) => (draw.frozenAt ? [draw.wave] : [])).reverse(),
  unblindings: await listUnblindings(client),
});

const readBlinding = route({
  method: 'get',
  path: '/evaluation/blinding',
  action: 'evaluation.read',
  tag: 'evaluation',
  summary: {
    fr: 'Ce qui est montré des groupes, à qui et depuis quand',
    en: 'What is shown of the arms, to whom and since when',
  },
  answers: { 200: { description: 'As it is now', schema: blinding } },
  async handle(context, { actor }) {
    const body = await asActor(context.api, actor, (client) => blindingNow(context, client));
    return { status: 200, body };
  },
});

/** Of everything at once, or wave by wave; what is done is not undone. */
const isSettled = (before: readonly Unblinding[], ofWave: string | null) =>
  before.some((u) => u.wave === ofWave || u.wave === null || ofWave === null);

const unblind = route({
  method: 'post',
  path: '/evaluation/unblinding',
  action: 'evaluation.unblind',
  tag: 'evaluation',
  summary: {
    fr: 'Lever l’aveugle : les comités lisent désormais les groupes ; cela ne s’annule pas',
    en: 'Unblind: committees read the arms from now on; it cannot be undone',
  },
  body: z.strictObject({
    wave: wave.nullable().meta({
      description:
        'null: the programme. Wave by wave or the programme, never both: one would give away what is masked of the other',
    }),
    reason: text(300).min(10).meta({ description: 'why now; names nobody of the young people' }),
  }),
  answers: { 200: { description: 'As it is now', schema: blinding } },
  problems: ['already_unblinded', 'idempotency_key_reused'],
  async handle(context: Context, call) {
    const { actor, body, requestId, now, language } = call;
    const id = derivedId(requestId, 'unblinding');
    const told = await asActor(context.api, actor, async (client) => {
      await once(client, call as Call, id, async () => {
        const ofWave = await knownWave(client, body.wave, 'body_invalid', language);
        await lockUnblindings(client);
        if (isSettled(await listUnblindings(client), ofWave)) throw new Problem('already_unblinded');
        await insertUnblinding(client, { id, wave: ofWave, reason: body.reason, madeBy: actor.id, now });
      });
      return blindingNow(context, client);
    });
    return { status: 200, body: told };
  },
});

export const evaluationRoutes = [
  readDictionary,
  readFlow,
  readBalance,
  makeExport,
  recordAnswers,
  releases,
  matching,
  readBlinding,
  unblind,
];
