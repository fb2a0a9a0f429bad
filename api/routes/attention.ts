/** What those who steer look at first: who is at risk and why, loads, the summer, mediations, what was promised and offered. */
import type { Pool, PoolClient } from 'pg';
import * as z from 'zod';
import {
  type AtRiskRow,
  appliedSettings,
  countAttention,
  countCases,
  dutyDays,
  listAtRisk,
  listCases,
  listLoad,
  type RiskRule,
  type StayLimits,
  stayLimits,
} from '../../db/attention';
import { asActor } from '../../db/pool';
import { listSites } from '../../db/staff';
import {
  allCaseFigures,
  allMarks,
  allResults,
  attentionDefinitions,
  attentionFigures,
  type CaseGroup,
  caseGroupNames,
  figuresOf,
  marksOf,
  type RiskReason,
  resultsOf,
  riskReasons,
} from '../../domain/attention';
import { attentionOf, casesOf } from '../../domain/attention-counts';
import {
  addDelay,
  type Day,
  dayOf,
  endOfDay,
  type Instant,
  isWorkingDay,
  startOfDay,
} from '../../domain/calendar';
import { caseGroupDefinitions } from '../../domain/case-definitions';
import type { Label } from '../../domain/forms';
import { scopeOf } from '../../domain/policy';
import { riskSentences } from '../../domain/risk-sentences';
import { delayOf, type Settings } from '../../domain/settings';
import { cursorQuery, page, pageOf, readCursor } from '../cursor';
import type { Person } from '../identity';
import { type FieldError, type Language, Problem } from '../problems';
import { route } from '../routing';
import * as shape from '../shapes';
import { siteOf } from './steering';
import { dueBounds } from './tasks';

type Applied = Awaited<ReturnType<typeof appliedSettings>>;

const noClosures = { alsaceMoselle: false, closures: [] };
const after = (day: Day, days: number): Day => addDelay(day, { days }, noClosures, 'none').day;

/** Which sites somebody reads of, and how. */
interface Asked {
  readonly names: ReadonlyMap<string, string>;
  /** The one that was asked for; null: all that the reader reads. */
  readonly ofSite: string | null;
  /** The one that is counted; null: all, for what one reads of all sites is masked of all of them together. */
  readonly counting: string | null;
  readonly siteIds: readonly string[];
  readonly masked: boolean;
}

/** @throws Problem not_found */
async function sitesAsked(api: Pool, actor: Person, site: string | undefined): Promise<Asked> {
  const ofSite = siteOf(actor, 'steering.overview', site);
  const names = new Map((await listSites(api)).map(({ id, name }) => [id, name]));
  if (ofSite !== null && !names.has(ofSite)) throw new Problem('not_found');
  const masked = actor.role === 'committee' || actor.role === 'national_committee';
  const together = masked && scopeOf(actor.role, 'steering.overview') === 'all';
  const counting = together ? null : ofSite;
  return { names, ofSite, counting, siteIds: counting === null ? [...names.keys()] : [counting], masked };
}

/** The answer of what was counted: the site that was asked for, or all of them. */
function answered<S extends { siteId: string }, T>(
  { names, ofSite }: Asked,
  counted: { sites: readonly S[]; total: T },
  totalOf: (site: S) => T,
) {
  const of = counted.sites.filter(({ siteId }) => ofSite === null || siteId === ofSite);
  const [one] = of;
  return {
    sites: of.map((site) => ({ ...site, siteName: names.get(site.siteId) })),
    total: ofSite !== null && one ? totalOf(one) : counted.total,
  };
}

// ---- now

/** The long stays of a day, by the database they are of: a limit that moved as one reads would put people on the list and off. */
const limitsOfDay = new WeakMap<Pool, { day: Day; bySite: Map<string, StayLimits> }>();

async function limitsFor(api: Pool, client: PoolClient, today: Day, siteId: string | null) {
  let known = limitsOfDay.get(api);
  if (known?.day !== today) {
    known = { day: today, bySite: new Map() };
    limitsOfDay.set(api, known);
  }
  const found = known.bySite.get(siteId ?? '') ?? (await stayLimits(client, startOfDay(today), siteId));
  known.bySite.set(siteId ?? '', found);
  return found;
}

/** Each site's settings in force: the first of the versions, which come the newest first. */
const inForce = (applied: Applied) =>
  applied.filter(({ siteId }, i) => applied.findIndex((one) => one.siteId === siteId) === i);

async function riskRules(api: Pool, client: PoolClient, now: Date, siteId: string | null) {
  const applied = await appliedSettings(client, siteId);
  const limits = await limitsFor(api, client, dayOf(now), siteId);
  const rules = inForce(applied).map(
    ({ siteId: id, settings }): RiskRule => ({
      siteId: id,
      missedInARow: settings.counts.missedInARow,
      limits: limits.get(id) ?? {},
    }),
  );
  return { applied, rules };
}

const siteQuery = { site: z.string().max(40).optional() };
const shown = () => z.int().nullable().meta({ description: 'null: masked' });
const attentionCounts = z
  .object(
    Object.fromEntries(attentionFigures.map((figure) => [figure, shown()])) as Record<
      (typeof attentionFigures)[number],
      z.ZodNullable<z.ZodInt>
    >,
  )
  .meta({
    id: 'AttentionCounts',
    description: attentionFigures
      .map((figure) => `${figure}: ${attentionDefinitions[figure].definition.en}`)
      .join(' '),
  });
const masked = z
  .boolean()
  .meta({ description: 'counts of 1 to 4 are null for the reader, with what would give them away' });

export const attention = z
  .object({
    asOf: shape.instant(),
    masked,
    sites: z.array(attentionCounts.extend({ siteId: z.string(), siteName: z.string() })),
    total: attentionCounts,
  })
  .meta({ id: 'Attention' });

const readAttention = route({
  method: 'get',
  path: '/steering/attention',
  action: 'steering.overview',
  tag: 'steering',
  summary: {
    fr: 'Ce qui est bloqué maintenant, par site : jeunes à surveiller et raisons, sans référent, tâches ouvertes, en retard, à faire sous 7 jours',
    en: 'What is stuck now, by site: young people at risk and why, without referent, tasks open, overdue, due within 7 days',
  },
  query: z.strictObject(siteQuery),
  answers: {
    200: { description: 'The counts; those of 1 to 4 are masked for committees', schema: attention },
  },
  problems: ['not_found'],
  async handle({ api }, { actor, query, now }) {
    const asked = await sitesAsked(api, actor, query.site);
    const bounds = dueBounds(now);
    const rows = await asActor(api, actor, async (client) => {
      const { rules } = await riskRules(api, client, now, asked.counting);
      return countAttention(client, bounds, asked.counting, rules);
    });
    const counted = attentionOf(rows, asked.siteIds, asked.masked);
    const body = answered(asked, counted, ({ siteId: _, ...total }) => total);
    return { status: 200, body: { asOf: bounds.now, masked: asked.masked, ...body } };
  },
});

export const atRisk = z
  .object({
    pathwayId: z.uuid(),
    siteId: z.string(),
    person: z.object({ lastName: z.string(), firstName: z.string() }),
    step: shape.step,
    stepEnteredAt: shape.instant(),
    referent: shape.personRef.nullable(),
    lastContactAt: shape.instant().nullable(),
    since: shape.instant().meta({ description: 'of the oldest reason' }),
    reasons: z.array(
      z.object({
        code: z.enum(riskReasons),
        label: shape.label,
        since: shape.instant(),
        sentence: shape.label.meta({ description: 'since when, and by which rule and setting' }),
      }),
    ),
  })
  .meta({ id: 'AtRisk' });

/** Why, each reason with its sentence. */
function reasonsOf(row: AtRiskRow, applied: Applied, current: Applied[number]) {
  const { silence, overdue, missed, stay } = row;
  const site = { name: current.siteName };
  const settingsOf = (version: number | null): Settings | undefined =>
    applied.find((one) => one.version === version)?.settings;
  const reason = (code: RiskReason, since: Instant, sentence: Label) => ({
    ...{ code, label: attentionDefinitions[code].label },
    ...{ since, sentence },
  });
  const found: ReturnType<typeof reason>[] = [];
  if (silence) {
    const facts = { ...silence, lastContactAt: row.lastContactAt, enteredAt: row.enteredAt };
    const settings = settingsOf(silence.settingsVersion);
    found.push(reason('no_contact', silence.at, riskSentences.no_contact(facts, site, settings)));
  }
  if (overdue) {
    const settings = settingsOf(overdue.settingsVersion);
    found.push(reason('overdue', overdue.dueAt, riskSentences.overdue(overdue, site, settings)));
  }
  if (missed) {
    const facts = { ...missed, settingsVersion: current.version };
    found.push(reason('two_missed', missed.at, riskSentences.two_missed(facts, site, current.settings)));
  }
  if (stay) found.push(reason('long_stay', stay.since, riskSentences.long_stay(stay, site, undefined)));
  return found;
}

const readAtRisk = route({
  method: 'get',
  path: '/steering/at-risk',
  action: 'steering.list',
  tag: 'steering',
  summary: {
    fr: 'Les jeunes à surveiller du site, chacun avec ses raisons : depuis quand, par quelle règle',
    en: 'The young people of the site who are at risk, each with the reasons: since when, by which rule',
  },
  query: z.strictObject({
    ...siteQuery,
    reason: z.enum(riskReasons).optional().meta({ description: 'with this reason; absent: with any' }),
    ...cursorQuery,
  }),
  answers: {
    200: {
      description:
        'A page of them: most reasons first, of as many the oldest reason first, then by pathwayId; a later page is as at the same instant',
      schema: pageOf(atRisk).extend({ asOf: shape.instant() }),
    },
  },
  problems: ['cursor_invalid', 'not_found'],
  async handle({ api }, { actor, query, now }) {
    const cursor = readCursor(
      query.cursor,
      z.tuple([z.iso.datetime(), z.int().min(1).max(riskReasons.length), z.iso.datetime(), z.uuid()]),
    );
    const siteId = siteOf(actor, 'steering.list', query.site) as string;
    const asOf = cursor?.[0] ?? now.toISOString();
    return asActor(api, actor, async (client) => {
      const { applied, rules } = await riskRules(api, client, new Date(asOf), siteId);
      const [rule, current] = [rules[0] as RiskRule, applied[0] as Applied[number]];
      const rows = await listAtRisk(
        client,
        { now: asOf, rule, reason: query.reason },
        {
          ...(cursor && { after: [cursor[1], cursor[2], cursor[3]] as const }),
          limit: query.limit + 1,
        },
      );
      const { items, next } = page(rows, query.limit, (row) => [asOf, row.reasons, row.since, row.pathwayId]);
      return {
        status: 200,
        body: {
          asOf,
          items: items.map((row) => {
            const { pathwayId, person, step, stepEnteredAt, referent, lastContactAt, since } = row;
            const reasons = reasonsOf(row, applied, current);
            return {
              ...{ pathwayId, siteId: row.siteId, person, step, stepEnteredAt },
              ...{ referent, lastContactAt, since, reasons },
            };
          }),
          next,
        },
      };
    });
  },
});

export const load = z
  .object({
    ...shape.personRef.shape,
    role: shape.role,
    youngPeople: z.int().meta({ description: 'active or on hold, whose referent they are' }),
    open: z.int(),
    overdue: z.int(),
    today: z.int().meta({ description: 'due today, and not overdue' }),
    week: z.int().meta({ description: 'due after today, by the end of the sixth day' }),
    absence: z
      .object({ from: shape.day(), to: shape.day(), substitute: shape.personRef.nullable() })
      .nullable()
      .meta({ description: 'the first that is not over' }),
  })
  .meta({ id: 'Load' });

const readLoad = route({
  method: 'get',
  path: '/steering/load',
  action: 'steering.list',
  tag: 'steering',
  summary: {
    fr: 'La charge de chaque personne du site : jeunes, tâches, retards, absence',
    en: 'What each person of the site has: young people, tasks, what is overdue, absence',
  },
  query: z.strictObject(siteQuery),
  answers: {
    200: { description: 'By name', schema: z.object({ asOf: shape.instant(), items: z.array(load) }) },
  },
  problems: ['not_found'],
  async handle({ api }, { actor, query, now }) {
    const siteId = siteOf(actor, 'steering.list', query.site) as string;
    const bounds = dueBounds(now);
    const items = await asActor(api, actor, (client) =>
      listLoad(client, siteId, { ...bounds, today: dayOf(now) }),
    );
    return { status: 200, body: { asOf: bounds.now, items } };
  },
});

// ---- over a period

const LONGEST_YEARS = 3;
const period = {
  from: shape.listDay().optional().meta({ description: 'first day; absent: a year before the last one' }),
  to: shape
    .listDay()
    .optional()
    .meta({ description: `last day, at most ${LONGEST_YEARS} years after the first; absent: today` }),
};
interface Period {
  readonly from: Day;
  readonly to: Day;
}

/** @throws Problem for days that are no period, or one to come */
function periodOf(query: { from?: Day; to?: Day }, now: Date, language: Language): Period {
  const today = dayOf(now);
  const to = query.to ?? today;
  const from = query.from ?? after(addDelay(to, { months: -12 }, noClosures, 'none').day, 1);
  const errors: FieldError[] = [];
  const refuse = (field: string, code: string, message: Label) =>
    errors.push({ pointer: `/${field}`, code, message: message[language] });
  if (to > today) {
    refuse('to', 'date_in_future', {
      fr: 'est dans le futur : corrigez-le',
      en: 'is in the future: correct it',
    });
  }
  if (from > to) {
    refuse('from', 'dates_contradict', {
      fr: 'est après le dernier jour : corrigez l’un des deux',
      en: 'is after the last day: correct one of the two',
    });
  } else if (addDelay(from, { months: 12 * LONGEST_YEARS }, noClosures, 'none').day < to) {
    refuse('from', 'period_too_long', {
      fr: `la période dure plus de ${LONGEST_YEARS} ans : demandez-en une plus courte`,
      en: `the period is longer than ${LONGEST_YEARS} years: ask for a shorter one`,
    });
  }
  if (errors.length > 0) throw new Problem('query_invalid', { errors });
  return { from, to };
}

const yearQuery = {
  year: z.coerce
    .number()
    .int()
    .min(2000)
    .max(2100)
    .optional()
    .meta({ description: 'of the summer; absent: this year. The next one at most' }),
};

/** @throws Problem for a summer that is too far */
function yearOf(given: number | undefined, now: Date, language: Language): number {
  const current = Number(dayOf(now).slice(0, 4));
  if (given !== undefined && given > current + 1) {
    const message = { fr: 'est trop loin : l’an prochain au plus', en: 'is too far: next year at most' };
    throw new Problem('query_invalid', {
      errors: [{ pointer: '/year', code: 'date_too_far', message: message[language] }],
    });
  }
  return given ?? current;
}

/** What the cases of a group are found by, and since when until when they are counted. */
interface Sought {
  readonly since: Instant;
  readonly until: Instant;
  readonly rules: readonly object[];
}

const earlier = (a: Instant, b: Instant) => (a < b ? a : b);

/** Until when somebody who entered on a day was to have a referent: the first contact, then the assignment. */
function referentDue(day: Day, settings: Settings): Day {
  const delay = (from: Day, kind: 'first_contact' | 'assign_referent') =>
    addDelay(from, delayOf(settings.tasks[kind].due, 1), settings.calendar, 'next').day;
  return delay(delay(day, 'first_contact'), 'assign_referent');
}

/** For each site and day of entry by when there was to be a referent, where that lies in the period. */
function referentRules(
  applied: Applied,
  { from, to }: Period,
): { site_id: string; day: Day; due: Instant }[] {
  return [...new Set(applied.map(({ siteId }) => siteId))].flatMap((siteId) => {
    const versions = applied.filter((one) => one.siteId === siteId);
    const longest = Math.max(
      ...versions.map(({ settings }) => Date.parse(referentDue(from, settings)) - Date.parse(from)),
    );
    const rules: { site_id: string; day: Day; due: Instant }[] = [];
    // Closed days may make it longer before the period than in it.
    for (let day = after(from, -Math.ceil(longest / 86_400_000) - 30); day <= to; day = after(day, 1)) {
      const ended = endOfDay(day);
      const known = versions.find(({ appliedAt }) => appliedAt === null || appliedAt <= ended);
      const due = referentDue(day, (known ?? (versions.at(-1) as Applied[number])).settings);
      if (from <= due && due <= to) rules.push({ site_id: siteId, day, due: endOfDay(due) });
    }
    return rules;
  });
}

const summerOf = ({ summer }: Settings, year: number) => ({
  from: `${year}-${summer.from}`,
  to: `${year}-${summer.to}`,
});

function sought(group: CaseGroup, applied: Applied, of: Period & { year: number }, now: Instant): Sought {
  const since = startOfDay(of.from);
  const until = earlier(endOfDay(of.to), now);
  if (group === 'summer') {
    const rules = inForce(applied).flatMap(({ siteId, settings }) => {
      const { from, to } = summerOf(settings, of.year);
      const begins = startOfDay(from);
      return begins > now ? [] : [{ site_id: siteId, since: begins, until: earlier(endOfDay(to), now) }];
    });
    return { since, until, rules };
  }
  const rules = group === 'fidelity' ? referentRules(applied, of).filter(({ due }) => due <= until) : [];
  return { since, until, rules };
}

const caseFigure = z
  .object({
    figure: z.string(),
    of: z.int().nullable().meta({ description: 'all cases; null: masked' }),
    results: z
      .array(z.object({ result: z.string(), n: shown() }))
      .meta({ description: 'each case has one of them' }),
    marks: z
      .array(z.object({ mark: z.string(), n: shown() }))
      .meta({ description: 'what is said of some cases besides' }),
  })
  .meta({ id: 'CaseFigure' });

const caseSite = z.object({ siteId: z.string(), siteName: z.string(), figures: z.array(caseFigure) });
export const caseCounts = z
  .object({
    ...{ asOf: shape.instant(), from: shape.day(), to: shape.day() },
    masked,
    sites: z.array(caseSite),
    total: z.array(caseFigure),
  })
  .meta({ id: 'CaseCounts' });

async function countGroup(
  group: CaseGroup,
  api: Pool,
  { actor, site, now }: { actor: Person; site: string | undefined; now: Date },
  of: Period & { year: number },
) {
  const asked = await sitesAsked(api, actor, site);
  const asOf = now.toISOString();
  const { cells, applied, present } = await asActor(api, actor, async (client) => {
    const versions = await appliedSettings(client, asked.counting);
    const query = { group, ...sought(group, versions, of, asOf), now: asOf, siteId: asked.counting };
    const { from, to } = { from: `${of.year}-01-01`, to: `${of.year}-12-31` };
    return {
      applied: versions,
      cells: await countCases(client, query),
      present: group === 'summer' ? await dutyDays(client, from, to, asked.counting) : new Map(),
    };
  });
  const counted = casesOf(group, cells, asked.siteIds, asked.masked);
  return { asOf, asked, applied, present, body: answered(asked, counted, ({ figures }) => figures) };
}

/** A group of figures over a period. */
const periodRoute = (group: Exclude<CaseGroup, 'summer'>, summary: Label) =>
  route({
    method: 'get',
    path: `/steering/${group}`,
    action: 'steering.overview',
    tag: 'steering',
    summary,
    query: z.strictObject({ ...siteQuery, ...period }),
    answers: {
      200: {
        description: `${caseGroupDefinitions[group].definition.en} Counts of 1 to 4 are masked for committees`,
        schema: caseCounts,
      },
    },
    problems: ['not_found'],
    async handle({ api }, { actor, query, now, language }) {
      const of = { ...periodOf(query, now, language), year: 0 };
      const { asOf, asked, body } = await countGroup(group, api, { actor, site: query.site, now }, of);
      return {
        status: 200,
        body: { asOf, from: of.from, to: of.to, masked: asked.masked, ...body },
      };
    },
  });

const readFidelity = periodRoute('fidelity', {
  fr: 'Le service plus rendu, par site : ce qui était promis dans la période, et ce qui a été fait comme promis',
  en: 'Service plus as promised, by site: what was promised in the period and what was done as promised',
});
const readPractices = periodRoute('practices', {
  fr: 'Les pratiques de chaque site : actions et prestations, leurs résultats et ce qui a suivi',
  en: 'The practices of each site: actions and what else it offers, their results and what followed',
});
const readMediations = periodRoute('mediations', {
  fr: 'Les médiations, par site : ouvertes maintenant par étape, ouvertes et closes dans la période',
  en: 'Mediations by site: open now by stage, opened and ended in the period',
});

const summerSite = caseSite.extend({
  from: shape.day().meta({ description: 'first day of the site’s summer' }),
  to: shape.day(),
  weeks: z
    .array(
      z.object({
        ...{ from: shape.day(), to: shape.day() },
        workingDays: z.int(),
        gaps: z.array(shape.day()).meta({ description: 'working days with nobody of the roster there' }),
      }),
    )
    .meta({ description: 'from Monday to Sunday, the first and the last cut at the summer’s ends' }),
});
export const summerCoverage = z
  .object({
    ...{ asOf: shape.instant(), year: z.int(), masked },
    sites: z.array(summerSite),
    total: z.array(caseFigure),
  })
  .meta({ id: 'SummerCoverage' });

/** The weeks of a site's summer with the working days on which nobody of its roster is there. */
function weeksOf(settings: Settings, year: number, present: ReadonlySet<Day>) {
  const { from, to } = summerOf(settings, year);
  const weeks: { from: Day; to: Day; workingDays: number; gaps: Day[] }[] = [];
  for (let day = from; day <= to; day = after(day, 1)) {
    const monday = new Date(`${day}T00:00:00Z`).getUTCDay() === 1;
    if (monday || weeks.length === 0) weeks.push({ from: day, to: day, workingDays: 0, gaps: [] });
    const week = weeks.at(-1) as (typeof weeks)[number];
    week.to = day;
    if (!isWorkingDay(day, settings.calendar)) continue;
    week.workingDays++;
    if (!present.has(day)) week.gaps.push(day);
  }
  return weeks;
}

const readSummer = route({
  method: 'get',
  path: '/steering/summer',
  action: 'steering.overview',
  tag: 'steering',
  summary: {
    fr: 'La couverture d’un été, par site : jeunes, contacts, points d’été, jours sans permanence par semaine',
    en: 'The coverage of a summer, by site: young people, contacts, check-ins, days without duty by week',
  },
  query: z.strictObject({ ...siteQuery, ...yearQuery }),
  answers: {
    200: { description: 'Counts of 1 to 4 are masked for committees; days are not', schema: summerCoverage },
  },
  problems: ['not_found'],
  async handle({ api }, { actor, query, now, language }) {
    const today = dayOf(now);
    const year = yearOf(query.year, now, language);
    const of = { from: today, to: today, year };
    const { asOf, asked, applied, present, body } = await countGroup(
      'summer',
      api,
      { actor, site: query.site, now },
      of,
    );
    const sites = body.sites.map((site) => {
      const { settings } = applied.find(({ siteId }) => siteId === site.siteId) as Applied[number];
      const weeks = weeksOf(settings, year, present.get(site.siteId) ?? new Set());
      return { ...site, ...summerOf(settings, year), weeks };
    });
    return { status: 200, body: { asOf, year, masked: asked.masked, sites, total: body.total } };
  },
});

export const caseRow = z
  .object({
    pathwayId: z.uuid(),
    siteId: z.string(),
    person: z.object({ lastName: z.string(), firstName: z.string() }),
    step: shape.step,
    status: shape.status,
    referent: shape.personRef.nullable(),
    figure: z.string(),
    result: z.string(),
    marks: z.array(z.string()),
    at: shape.instant().nullable().meta({ description: 'when it was done or happened; null: it was not' }),
    dueAt: shape.instant().nullable().meta({ description: 'by when it was promised' }),
  })
  .meta({ id: 'Case' });

const caseQuery = {
  group: z.enum(caseGroupNames).default('mediations'),
  figure: z.enum(allCaseFigures).optional().meta({ description: 'of the group; absent: any of them' }),
  result: z.enum(allResults).optional(),
  mark: z.enum(allMarks).optional(),
};

/** @throws Problem for words that do not go together */
function refuseOthers(
  { group, figure, result, mark }: { group: CaseGroup; figure?: string; result?: string; mark?: string },
  language: Language,
): void {
  const figures = figure === undefined ? figuresOf(group) : [figure];
  const known: readonly (readonly [field: string, given: string | undefined, of: readonly string[]])[] = [
    ['figure', figure, figuresOf(group)],
    ['result', result, figures.flatMap((one) => resultsOf(group, one))],
    ['mark', mark, figures.flatMap((one) => marksOf(group, one))],
  ];
  const message = { fr: 'n’existe pas dans ce groupe', en: 'is none of this group' };
  const errors = known
    .filter(([, given, of]) => given !== undefined && !of.includes(given))
    .map(([field]) => ({ pointer: `/${field}`, code: 'unknown_value', message: message[language] }));
  if (errors.length > 0) throw new Problem('query_invalid', { errors });
}

const readCases = route({
  method: 'get',
  path: '/steering/cases',
  action: 'steering.list',
  tag: 'steering',
  summary: {
    fr: 'Les jeunes derrière un chiffre du service rendu, des pratiques, de l’été ou des médiations',
    en: 'The young people behind a figure of fidelity, practices, summer or mediations',
  },
  query: z.strictObject({ ...siteQuery, ...caseQuery, ...period, ...yearQuery, ...cursorQuery }),
  answers: {
    200: {
      description:
        'A page of them, by name; each as often as it is counted. A later page is as at the same instant',
      schema: pageOf(caseRow).extend({ asOf: shape.instant() }),
    },
  },
  problems: ['cursor_invalid', 'not_found'],
  async handle({ api }, { actor, query, now, language }) {
    const cursor = readCursor(query.cursor, z.tuple([z.iso.datetime(), z.uuid(), z.int().min(1)]));
    refuseOthers(query, language);
    const siteId = siteOf(actor, 'steering.list', query.site) as string;
    const asOf = cursor?.[0] ?? now.toISOString();
    const of = {
      ...periodOf(query, new Date(asOf), language),
      year: yearOf(query.year, new Date(asOf), language),
    };
    const { group, figure, result, mark } = query;
    const rows = await asActor(api, actor, async (client) => {
      const applied = await appliedSettings(client, siteId);
      return listCases(
        client,
        { group, ...sought(group, applied, of, asOf), now: asOf, siteId, figure, result, mark },
        { ...(cursor && { after: [cursor[1], cursor[2]] as const }), limit: query.limit + 1 },
      );
    });
    const { items, next } = page(rows, query.limit, (row) => [asOf, row.pathwayId, row.nth]);
    return { status: 200, body: { asOf, items: items.map(({ nth: _, ...row }) => row), next } };
  },
});

export const attentionRoutes = [
  readAttention,
  readAtRisk,
  readLoad,
  readFidelity,
  readPractices,
  readMediations,
  readSummer,
  readCases,
];
