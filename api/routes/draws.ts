/** Draws: announced by the administration, and what is published of each, for everybody signed in. */
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import * as z from 'zod';
import {
  awaitingCount,
  drawById,
  drawOfWave,
  drawSites,
  insertDraw,
  listDraws,
  lockDraws,
  readDraw,
  readLog,
} from '../../db/draws';
import { asActor } from '../../db/pool';
import type { Instant } from '../../domain/calendar';
import { countsBySite, rulesProblems } from '../../domain/draw/draw';
import {
  algorithm,
  drawnSchema,
  format,
  frozenSchema,
  logEntrySchema,
  type Rules,
  recordSchema,
  rulesSchema,
} from '../../domain/draw/record';
import type { Label } from '../../domain/forms';
import {
  drawWorkflowId,
  type NumberRefusal,
  numberRefusals,
  tellPublicNumber,
} from '../../workflows/messages';
import { isUnanswered } from '../../workflows/unanswered';
import { derivedId } from '../deciding';
import { once } from '../once';
import { type FieldError, type Language, Problem } from '../problems';
import { type Context, route } from '../routing';
import * as shape from '../shapes';

const MINUTE = 60_000;
/** A draw farther ahead is a slip of the pen. */
const FARTHEST_DAYS = 731;

const moment = () => z.iso.datetime({ offset: true });

const announcement = z.strictObject({
  wave: frozenSchema.shape.wave.meta({ description: 'its name; each wave is drawn once' }),
  rules: z
    .strictObject({
      ...rulesSchema.shape,
      publicNumber: z
        .strictObject({ ...rulesSchema.shape.publicNumber.unwrap().shape, notBefore: moment() })
        .nullable()
        .default(null)
        .meta({
          description:
            'a number that goes into the draw: who publishes it, and from when on it can be known: after freezeAt, not after drawAt',
        }),
    })
    .meta({ description: 'see docs/draw.md' }),
  freezeAt: moment().meta({ description: 'when the register is closed and published' }),
  drawAt: moment().meta({ description: 'when it is drawn; later, while the public number is awaited' }),
});

export const states = ['announced', 'committed', 'frozen', 'drawn'] as const;
type State = (typeof states)[number];

const hash = () => z.string().nullable();
const facts = {
  id: z.uuid(),
  wave: z.string(),
  state: z.enum(states),
  rules: rulesSchema.meta({ id: 'DrawRules' }),
  freezeAt: shape.instant(),
  drawAt: shape.instant(),
  announcedBy: shape.personRef,
  announcedAt: shape.instant(),
  algorithm: z.string(),
  commitment: hash().meta({ description: 'SHA-256 of the seed' }),
  committedAt: shape.instant().nullable(),
  registerHash: hash().meta({ description: 'SHA-256 of what was frozen' }),
  frozenAt: shape.instant().nullable(),
  publicNumber: z.string().nullable(),
  drawnAt: shape.instant().nullable(),
} as const;
export const drawSummary = z.object(facts).meta({ id: 'Draw' });

const counted = z.int();
export const drawOne = z
  .object({
    ...facts,
    sites: z
      .array(
        z.object({
          siteId: z.string(),
          registered: counted.meta({ description: 'wishes of people never drawn before' }),
          kept: counted.meta({ description: 'met again, with the arm of an earlier draw' }),
          servicePlus: counted,
          standard: counted,
          rush: counted.meta({ description: 'wait for the next wave: more wishes than places' }),
          misfit: counted.meta({ description: 'wait for the next wave: did not fill a block' }),
        }),
      )
      .nullable()
      .meta({ description: 'null until the register is frozen' }),
  })
  .meta({ id: 'DrawWithCounts' });

const log = z.array(logEntrySchema);
const { format: _format, draw: _draw, wave, commitment, committedAt } = frozenSchema.shape;
const published = z
  .union([
    recordSchema.meta({ id: 'DrawRecord' }),
    z
      .strictObject({ ...frozenSchema.shape, registerHash: drawnSchema.shape.seed, log })
      .meta({ id: 'DrawFrozen', description: 'from the freezing to the draw' }),
    z
      .strictObject({
        ...{ format: _format, draw: _draw, wave, algorithm: frozenSchema.shape.algorithm },
        ...{ commitment, committedAt, log },
      })
      .meta({ id: 'DrawCommitted', description: 'from the commitment to the freezing' }),
  ])
  .meta({ description: 'as docs/draw.md says; verifier/verify-draw.mjs checks the whole record' });

type Row = Awaited<ReturnType<typeof listDraws>>[number];

function stateOf({ commitment, frozenAt, drawnAt }: Row): State {
  if (drawnAt) return 'drawn';
  if (frozenAt) return 'frozen';
  return commitment ? 'committed' : 'announced';
}

const shown = (row: Row) => ({
  ...{ id: row.id, wave: row.wave, state: stateOf(row), rules: row.rules },
  ...{ freezeAt: row.freezeAt, drawAt: row.drawAt, announcedBy: row.announcedBy, announcedAt: row.createdAt },
  ...{ algorithm, commitment: row.commitment, committedAt: row.committedAt },
  ...{ registerHash: row.registerHash, frozenAt: row.frozenAt },
  ...{ publicNumber: row.publicNumber, drawnAt: row.drawnAt },
});

const announce = route({
  method: 'post',
  path: '/draws',
  action: 'draw.announce',
  tag: 'draws',
  summary: {
    fr: 'Annoncer le tirage au sort d’une vague : ses règles et ses dates ne changent plus',
    en: 'Announce the draw of a wave: its rules and dates no longer change',
  },
  body: announcement,
  answers: {
    201: { description: 'Announced; the seed is committed to a moment later', schema: drawSummary },
  },
  problems: ['wave_drawn', 'wave_empty', 'idempotency_key_reused'],
  async handle(context, call) {
    const { actor, body, requestId, now, language } = call;
    const id = derivedId(requestId, 'draw');
    const rules: Rules = {
      ...body.rules,
      sites: body.rules.sites.toSorted((a, b) => (a.site < b.site ? -1 : a.site > b.site ? 1 : 0)),
      publicNumber: body.rules.publicNumber && {
        ...body.rules.publicNumber,
        notBefore: utc(body.rules.publicNumber.notBefore),
      },
    };
    const asked = { wave: body.wave, rules, freezeAt: utc(body.freezeAt), drawAt: utc(body.drawAt) };
    const row = await asActor(context.api, actor, async (client) => {
      await once(client, call, id, async () => {
        const found = [
          ...timeErrors(asked, context.config, now, language),
          ...ruleErrors(rules, body.rules.sites, language),
          ...siteErrors(await drawSites(client), body.rules.sites, language),
        ];
        if (found.length > 0) throw new Problem('body_invalid', { errors: found });
        await lockDraws(client);
        if (await drawOfWave(client, asked.wave)) throw new Problem('wave_drawn');
        if ((await awaitingCount(client, asked)) === 0) throw new Problem('wave_empty');
        await insertDraw(client, { id, ...asked, createdBy: actor.id, createdAt: now });
      });
      return readDraw(client, id);
    });
    return {
      status: 201,
      body: shown(row as NonNullable<typeof row>),
      headers: { location: `/api/draws/${id}` },
    };
  },
});

/** The instant as the programme writes it. */
const utc = (given: string): Instant => new Date(given).toISOString();

const say = (fr: string, en: string): Label => ({ fr, en });

function timeErrors(
  { freezeAt, drawAt, rules }: { freezeAt: Instant; drawAt: Instant; rules: Rules },
  config: Context['config'],
  now: Date,
  language: Language,
): FieldError[] {
  const errors: FieldError[] = [];
  const add = (pointer: string, code: string, message: Label) =>
    errors.push({ pointer, code, message: message[language] });
  const [freeze, draw] = [Date.parse(freezeAt), Date.parse(drawAt)];
  const inMinutes = (n: number) => new Date(now.getTime() + n * MINUTE).toISOString();
  if (freeze < now.getTime())
    add(
      '/freezeAt',
      'date_in_past',
      say('est passé : donnez un instant à venir', 'has passed: give an instant to come'),
    );
  else if (freeze < now.getTime() + config.DRAW_NOTICE_MINUTES * MINUTE)
    add(
      '/freezeAt',
      'too_early',
      say(
        `est trop proche : les sites sont prévenus ${config.DRAW_NOTICE_MINUTES} minutes avant, donnez un instant après ${inMinutes(config.DRAW_NOTICE_MINUTES)}`,
        `is too near: sites are told ${config.DRAW_NOTICE_MINUTES} minutes before, give an instant after ${inMinutes(config.DRAW_NOTICE_MINUTES)}`,
      ),
    );
  if (draw <= freeze)
    add(
      '/drawAt',
      'dates_contradict',
      say(
        'n’est pas après freezeAt : le registre est publié avant le tirage',
        'is not after freezeAt: the register is published before the draw',
      ),
    );
  else if (draw < freeze + config.DRAW_FROZEN_MINUTES * MINUTE)
    add(
      '/drawAt',
      'too_early',
      say(
        `est trop proche de freezeAt : le registre reste publié ${config.DRAW_FROZEN_MINUTES} minutes avant le tirage`,
        `is too near to freezeAt: the register is published for ${config.DRAW_FROZEN_MINUTES} minutes before the draw`,
      ),
    );
  if (draw > now.getTime() + FARTHEST_DAYS * 24 * 60 * MINUTE)
    add(
      '/drawAt',
      'date_too_far',
      say('est dans plus de deux ans : corrigez-le', 'is more than two years ahead: correct it'),
    );
  const notBefore = rules.publicNumber?.notBefore;
  const pointer = '/rules/publicNumber/notBefore';
  if (notBefore && Date.parse(notBefore) <= freeze)
    add(
      pointer,
      'too_early',
      say(
        'n’est pas après freezeAt : le nombre pourrait être connu quand le registre est clos',
        'is not after freezeAt: the number may be known when the register is frozen',
      ),
    );
  if (notBefore && Date.parse(notBefore) > draw)
    add(
      pointer,
      'dates_contradict',
      say(
        'est après drawAt : le tirage viendrait avant le nombre, corrigez l’un des deux',
        'is after drawAt: the draw would come before the number, correct one of the two',
      ),
    );
  return errors;
}

const frenchOfRules: Readonly<Record<string, string>> = {
  no_draw: 'tout le monde aurait service plus : écrivez servicePlus plus petit que of',
  not_a_multiple: 'un bloc ne peut contenir ce rapport exactement : écrivez un multiple de of',
  met_twice: 'ce site a déjà ses règles : retirez l’une des deux',
  differs_in_stratum:
    'diffère du premier site alors que tous forment une strate : écrivez la même chose, ou strata: site',
};

/** Contradictions of the rules, told where they stand in the request, whose sites are in any order. */
function ruleErrors(rules: Rules, given: Rules['sites'], language: Language): FieldError[] {
  return rulesProblems(rules).map(({ pointer, code, message }) => {
    const [, index = '', field = ''] = /^\/sites\/(\d+)(.*)$/.exec(pointer) ?? [];
    const at = given.indexOf(rules.sites[Number(index)] as Rules['sites'][number]);
    return {
      pointer: index === '' ? `/rules${pointer}` : `/rules/sites/${at}${field}`,
      code,
      message: (language === 'fr' && frenchOfRules[code]) || message,
    };
  });
}

function siteErrors(
  known: ReadonlyMap<string, { draws: boolean }>,
  given: Rules['sites'],
  language: Language,
): FieldError[] {
  return given.flatMap(({ site }, i) => {
    const found = known.get(site);
    if (found?.draws) return [];
    const [code, message] = found
      ? ([
          'site_without_draw',
          say(
            'ce site n’a pas de tirage : activez d’abord son réglage « draw »',
            'this site has no draw: switch its setting “draw” on first',
          ),
        ] as const)
      : ([
          'unknown_site',
          say('ce site n’existe pas : choisissez-en un', 'there is no such site: choose one'),
        ] as const);
    return [{ pointer: `/rules/sites/${i}/site`, code, message: message[language] }];
  });
}

const list = route({
  method: 'get',
  path: '/draws',
  action: 'draw.read',
  tag: 'draws',
  summary: { fr: 'Les tirages au sort', en: 'The draws' },
  answers: {
    200: { description: 'The last announced first', schema: z.object({ items: z.array(drawSummary) }) },
  },
  async handle({ api }, { actor }) {
    return { status: 200, body: { items: (await asActor(api, actor, listDraws)).map(shown) } };
  },
});

const read = route({
  method: 'get',
  path: '/draws/{id}',
  action: 'draw.read',
  tag: 'draws',
  summary: {
    fr: 'Un tirage au sort : ses trois moments, ses empreintes, ses comptes par site',
    en: 'A draw: its three moments, its hashes, its counts by site',
  },
  params: shape.uuidParams,
  answers: { 200: { description: 'What is published of it, counted', schema: drawOne } },
  async handle({ api }, { actor, params }) {
    const row = await asActor(api, actor, (client) => readDraw(client, params.id));
    if (!row) throw new Problem('not_found');
    const sites = row.frozen && countsBySite(row.frozen, row.record);
    return { status: 200, body: { ...shown(row), sites } };
  },
});

const record = route({
  method: 'get',
  path: '/draws/{id}/record',
  action: 'draw.read',
  tag: 'draws',
  summary: {
    fr: 'Ce qui est publié d’un tirage, à garder et à vérifier : la graine seulement une fois tiré',
    en: 'What is published of a draw, to keep and to check: the seed only once it is drawn',
  },
  params: shape.uuidParams,
  answers: { 200: { description: 'As far as the draw has come', schema: published } },
  async handle({ api }, { actor, params }) {
    const found = await asActor(api, actor, async (client) => {
      const row = await readDraw(client, params.id);
      return row?.commitment ? { row, log: await readLog(client) } : null;
    });
    // Until the commitment nothing is published.
    if (!found) throw new Problem('not_found');
    const { row, log } = found;
    const { id, wave, commitment, committedAt, frozen, registerHash } = row;
    const body =
      row.record ??
      (frozen
        ? { ...frozen, registerHash, log }
        : { format, draw: id, wave, algorithm, commitment, committedAt, log });
    return {
      status: 200,
      body,
      headers: { 'content-disposition': `attachment; filename="draw-${id}.json"` },
    };
  },
});

const number = route({
  method: 'post',
  path: '/draws/{id}/number',
  action: 'draw.announce',
  tag: 'draws',
  summary: {
    fr: 'Donner le nombre public que les règles d’un tirage nomment : il ne change plus',
    en: 'Give the public number that the rules of a draw name: it no longer changes',
  },
  params: shape.uuidParams,
  body: z.strictObject({
    number: drawnSchema.shape.publicNumber.unwrap().meta({ description: 'as its source published it' }),
  }),
  answers: { 200: { description: 'Taken', schema: z.object({ publicNumber: z.string() }) } },
  problems: [...numberRefusals, 'temporal_away'],
  async handle(context, { actor, params, body, requestId }) {
    const { api, temporal, config } = context;
    const told = await asActor(api, actor, (client) => drawById(client, params.id));
    if (!told) throw new Problem('not_found');
    // Told before, perhaps by the attempt whose answer was lost: a draw that is made answers no more.
    if (told.publicNumber !== null && told.publicNumber !== body.number) throw new Problem('number_told');
    if (told.publicNumber !== null) return { status: 200, body: { publicNumber: body.number } };
    try {
      await temporal.withDeadline(Date.now() + config.API_WRITE_TIMEOUT_MS, () =>
        temporal.workflow
          .getHandle(drawWorkflowId(params.id))
          .executeUpdate(tellPublicNumber, { args: [body], updateId: requestId }),
      );
    } catch (error) {
      throw numberProblem(error);
    }
    return { status: 200, body: { publicNumber: body.number } };
  },
});

/** Why a number was not taken. */
function numberProblem(error: unknown): unknown {
  if (isUnanswered(error))
    return new Problem('temporal_away', { headers: { 'retry-after': '5' }, cause: error });
  // It is over and took none.
  if (error instanceof WorkflowNotFoundError) return new Problem('number_not_awaited', { cause: error });
  const failure = error instanceof WorkflowUpdateFailedError ? error.cause : null;
  const type = failure instanceof ApplicationFailure ? failure.type : undefined;
  return numberRefusals.includes(type as NumberRefusal)
    ? new Problem(type as NumberRefusal, { cause: error })
    : error;
}

export const drawRoutes = [announce, list, read, record, number];
