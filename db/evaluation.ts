/** What the evaluation reads: people drawn, pseudonymised, the flow, the baseline; and what its surveys bring back. */
import type { PoolClient } from 'pg';
import type { BaselineCount } from '../domain/balance';
import { addDelay, type Day, dayOf, type Instant } from '../domain/calendar';
import type { FlowCount } from '../domain/consort';
import { SURVEY_CLOSES_DAYS } from '../domain/evaluation';
import type { EvaluatedPerson } from '../domain/evaluation-row';
import { defaultSettings, type Settings, settingsSchema } from '../domain/settings';
import { patiently } from './pool';
import type { Pads } from './pseudonym';
import type { Instants } from './steering';
import type { PersonRef } from './tasks';

/** Of the people drawn in a wave, or in all: null. */
export interface Asked extends Instants {
  readonly wave: string | null;
}

/** Of each draw and site the days of the surveys, counted from the draw. */
export type SurveyPlan = readonly {
  readonly draw: string;
  readonly site: string;
  readonly days: readonly number[];
}[];

/** By the settings of each site that were in force at `knownAt`. */
export async function surveyPlan(client: PoolClient, knownAt: Instant): Promise<SurveyPlan> {
  const { rows } = await client.query<{ draw: string; site: string; drawnAt: Instant; settings: unknown }>(
    `select d.id as draw, r->>'site' as site, iso(d.drawn_at) as "drawnAt",
       (select s.settings from site_settings s where s.site_id = r->>'site' and s.applied_at <= $1
        order by s.version desc limit 1) as settings
     from draws d cross join lateral jsonb_array_elements(d.rules->'sites') r where d.drawn_at is not null`,
    [knownAt],
  );
  return rows.map(({ draw, site, drawnAt, settings }) => ({
    ...{ draw, site },
    days: surveyDays(dayOf(drawnAt), settings === null ? defaultSettings : settingsSchema.parse(settings)),
  }));
}

/** Each counts from the day of the one before, as the pathways wait for them (workflows/surveys.ts). */
export function surveyDays(drawnOn: Day, { counts, periods, calendar }: Settings): number[] {
  const days: number[] = [];
  for (let on = drawnOn; days.length < counts.evaluationSurveys; ) {
    on = addDelay(on, periods.evaluationSurvey, calendar, 'none').day;
    days.push(Math.round((Date.parse(on) - Date.parse(drawnOn)) / 86_400_000));
  }
  return days;
}

/** How many people the export has. @throws insufficient_privilege but for the evaluation */
export async function countEvaluated(client: PoolClient, { asOf, wave }: Asked): Promise<number> {
  const { rows } = await client.query<{ n: number }>('select evaluation_count($1, $2) as n', [asOf, wave]);
  return rows[0]?.n ?? 0;
}

/**
 * A piece of the export, in the order of the pseudonyms.
 * @param after the last pseudonym of the piece before; empty: from the beginning
 */
export async function evaluatedPeople(
  client: PoolClient,
  { asOf, knownAt, wave }: Asked,
  plan: SurveyPlan,
  pads: Pads,
  after: string,
  most: number,
): Promise<EvaluatedPerson[]> {
  return patiently<EvaluatedPerson>(client, 'select * from evaluation_rows($1, $2, $3, $4, $5, $6, $7, $8)', [
    ...[asOf, knownAt, wave, JSON.stringify(plan), pads.inner, pads.outer, after, most],
  ]);
}

/** @throws insufficient_privilege but for the evaluation, and for committees once they are unblinded */
export async function countFlow(
  client: PoolClient,
  { asOf, knownAt, wave }: Asked,
  plan: SurveyPlan,
): Promise<FlowCount[]> {
  return patiently<FlowCount>(
    client,
    'select part, arm, name, young_people as "youngPeople" from evaluation_flow($1, $2, $3, $4, $5)',
    [asOf, knownAt, wave, JSON.stringify(plan), SURVEY_CLOSES_DAYS],
  );
}

export async function countBaseline(
  client: PoolClient,
  asOf: Instant,
  wave: string | null,
): Promise<BaselineCount[]> {
  return patiently<BaselineCount>(
    client,
    `select arm, variable, value, young_people as "youngPeople", weight from evaluation_baseline($1, $2)`,
    [asOf, wave],
  );
}

export interface Match {
  readonly pseudonym: string;
  /** Parcours 3 or i-milo; null: none was recorded. */
  readonly external_number: string | null;
}

/** In the order of the pseudonyms. @throws insufficient_privilege but for the administration */
export async function matches(client: PoolClient, wave: string | null, pads: Pads): Promise<Match[]> {
  return patiently<Match>(client, 'select * from evaluation_matching($1, $2, $3)', [
    wave,
    pads.inner,
    pads.outer,
  ]);
}

export interface SurveyAnswer {
  readonly pseudonym: string;
  /** From 1. */
  readonly survey: number;
  readonly answeredOn: Day;
}
/** Why an answer cannot be: nobody has this pseudonym, before the draw, or another day was recorded before. */
export type AnswerRefusal = 'unknown' | 'before' | 'differs';

/** Keeps answers. @returns which of them, from 0, cannot be: take the transaction back then */
export async function keepAnswers(
  client: PoolClient,
  answers: readonly SurveyAnswer[],
  pads: Pads,
  now: Date,
): Promise<{ item: number; refused: AnswerRefusal }[]> {
  const { rows } = await client.query('select * from evaluation_answer($1, $2, $3, $4)', [
    ...[JSON.stringify(answers), pads.inner, pads.outer, now],
  ]);
  return rows;
}

export interface Unblinding {
  /** null: the programme. */
  readonly wave: string | null;
  readonly reason: string;
  readonly by: PersonRef;
  readonly at: Instant;
}

/** The first first. */
export async function listUnblindings(client: PoolClient): Promise<Unblinding[]> {
  const { rows } = await client.query<Unblinding>(
    `select u.wave, u.reason, json_build_object('id', s.id, 'displayName', s.display_name) as by, iso(u.made_at) as at
     from unblindings u join staff s on s.id = u.made_by order by u.made_at, u.id`,
  );
  return rows;
}

/** One after the other: whether there was one before decides whether there may be this one. */
export async function lockUnblindings(client: PoolClient): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtext('service-plus unblindings'))");
}

export async function insertUnblinding(
  client: PoolClient,
  of: { id: string; wave: string | null; reason: string; madeBy: string; now: Date },
): Promise<void> {
  await client.query(
    'insert into unblindings (id, wave, reason, made_by, made_at) values ($1, $2, $3, $4, $5)',
    [of.id, of.wave, of.reason, of.madeBy, of.now],
  );
}
