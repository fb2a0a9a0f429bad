/** Enrols one young person: all that is checked, then person, enrolment and the key of the request in one transaction. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import {
  activeCounsellors,
  duplicatesOf,
  type EnrollingSite,
  enrollingSites,
  firstArms,
  insertEnrolments,
  keyed,
  lockForPerson,
  lockKey,
  type Match,
  type MatchedOn,
  type NewEnrolment,
  type PersonKeys,
  personKeys,
  rememberKey,
  withoutValues,
} from '../db/enrolments';
import { type Actor, asActor } from '../db/pool';
import { ageOn, type Day, dayOf, startOfDay } from '../domain/calendar';
import { type Enrolment, enrolmentProblems, type Problem } from '../domain/enrolment';
import { rulesOf } from '../domain/settings';
import { contractFields, contractProblem, splitWords } from '../domain/tasks';
import type { PathwayInput } from '../workflows/messages';

/** Who it may be: enough to ask their site, and no word about the person. */
export interface Candidate {
  readonly enrolmentId: string;
  readonly siteId: string;
  readonly siteName: string;
  /** The site of the new enrolment. */
  readonly sameSite: boolean;
  readonly matchedOn: readonly MatchedOn[];
}

/**
 * Why nobody was enrolled. `invalid_enrolment`: see `problems`. `possible_duplicate`: see `candidates`, each to be named
 * in `notSameAs` when it is somebody else. `idempotency_key_reused`: the key came before with another request.
 */
export class EnrolmentRefused extends Error {
  override readonly name = 'EnrolmentRefused';
  constructor(
    readonly code: 'invalid_enrolment' | 'possible_duplicate' | 'idempotency_key_reused',
    readonly problems: readonly Problem[] = [],
    readonly candidates: readonly Candidate[] = [],
  ) {
    super(
      {
        invalid_enrolment: 'the enrolment is not valid: correct the fields that are named',
        possible_duplicate:
          'this person may be enrolled already: compare, and if it is somebody else say so in notSameAs',
        idempotency_key_reused:
          'this Idempotency-Key came before with another request: take a new key for a new request',
      }[code],
    );
  }
}

/**
 * Enrols a young person on behalf of `actor`; the starter takes it from there.
 * @param pool the API's door
 * @param body parsed by enrolmentSchema
 * @param key of the request, hashed as it came; the same again gives the same enrolment. null: the request has none
 * @param now the instant of the request; its Paris day is "today"
 * @throws EnrolmentRefused, and nothing is written; DatabaseRefusal when PostgreSQL refuses
 */
export async function enrol(
  pool: Pool,
  actor: Actor,
  body: Enrolment,
  key: { idempotencyKey: string; requestHash: Buffer } | null,
  now: Date,
): Promise<{ status: 'created' | 'repeated'; enrolmentId: string; input: PathwayInput | null }> {
  return withoutValues(() =>
    asActor(pool, actor, async (client) => {
      if (key) {
        await lockKey(client, actor.id, key.idempotencyKey);
        const before = await keyed(client, actor.id, key.idempotencyKey);
        if (before) {
          if (!before.requestHash.equals(key.requestHash))
            throw new EnrolmentRefused('idempotency_key_reused');
          return { status: 'repeated', enrolmentId: before.resourceId, input: null };
        }
      }
      const today = dayOf(now);
      const sites = await enrollingSites(client);
      const site = sites.find((s) => s.id === body.siteId);
      const problems = datesAndSiteProblems(body, today, actor);
      if (!site) problems.push(unknownSite);
      const referentId = body.start?.referentId;
      if (referentId) {
        const counsellors = await activeCounsellors(client);
        if (!counsellors.some((c) => c.id === referentId && c.siteId === body.siteId))
          problems.push(unknownReferent);
      }
      if (problems.length || !site) throw new EnrolmentRefused('invalid_enrolment', problems);

      const person = personKeys(body);
      await lockForPerson(client, person);
      const [matches = []] = await duplicatesOf(client, [person]);
      const { compared, open, same } = partMatches(matches, body);
      if (body.samePersonAs && !same) throw new EnrolmentRefused('invalid_enrolment', [notRecognised]);
      if (open.length) {
        throw new EnrolmentRefused(
          'possible_duplicate',
          [],
          open.map((m) => candidateOf(m, body.siteId, sites)),
        );
      }

      const arms = await firstArms(client, same ? [same.firstId] : []);
      const met = same && { firstId: same.firstId, kept: arms.get(same.firstId) };
      const enrolment = recordsOf(body, person, { site, actor, today, notSameAs: compared, met });
      await insertEnrolments(client, [enrolment], { actorId: actor.id, now });
      if (key) {
        const { idempotencyKey, requestHash } = key;
        const resourceId = enrolment.id;
        await rememberKey(client, { actorId: actor.id, key: idempotencyKey, requestHash, resourceId, now });
      }
      return { status: 'created', enrolmentId: enrolment.id, input: JSON.parse(enrolment.start_input) };
    }),
  );
}

/** Of a `samePersonAs` that names nobody who looks the same. */
export const notRecognised: Problem = {
  pointer: '/samePersonAs',
  code: 'not_recognised',
  message:
    'no enrolment with this id has the same name and birth date, or the same external number: correct it, or leave it out',
};
const unknownSite: Problem = {
  pointer: '/siteId',
  code: 'unknown_site',
  message: 'there is no such site: choose one of the sites',
};
const unknownReferent: Problem = {
  pointer: '/start/referentId',
  code: 'unknown_referent',
  message: 'the referent is not an active counsellor of this site: choose one of its counsellors',
};

/** All that can be said of a valid enrolment without the database: ages, dates, the contract, whose site it is. */
export function datesAndSiteProblems(e: Enrolment, today: Day, actor: Actor): Problem[] {
  const problems = enrolmentProblems(e, today);
  const add = (pointer: string, code: string, message: string) => problems.push({ pointer, code, message });
  if (actor.siteId !== null && actor.siteId !== e.siteId) {
    add('/siteId', 'site_not_allowed', 'this site is not yours: its coordinator must make this enrolment');
  }
  const contract = e.start?.contract;
  if (!contract) return problems;
  const wrong = contractProblem(contract);
  if (wrong) add(`/start/contract/${wrong.field}`, 'dates_contradict', wrong.message);
  if (contract.signedOn > today) {
    add(
      '/start/contract/signedOn',
      'date_in_future',
      'the contract is signed in the future: correct the date',
    );
  }
  // Who was of age on the day of the signature signed alone, however young at the enrolment.
  const minor = e.birthDate <= contract.signedOn && ageOn(e.birthDate, contract.signedOn) < 18;
  if (minor && !contract.legalRepresentativeSigned) {
    add(
      '/start/contract/legalRepresentativeSigned',
      'legal_representative_missing',
      "a minor's contract bears the legal representative's signature: say yes once it is signed",
    );
  }
  return problems;
}

/**
 * Parts the matches into those a person has compared and said to be somebody else, and those still open. `same` is the
 * one said to be the same person, whose other enrolments are no longer open either.
 */
export function partMatches<M extends Pick<Match, 'enrolmentId' | 'firstId'>>(
  matches: readonly M[],
  { notSameAs, samePersonAs }: Pick<Enrolment, 'notSameAs' | 'samePersonAs'>,
): { compared: string[]; open: M[]; same: M | undefined } {
  const said = new Set(notSameAs.map((id) => id.toLowerCase()));
  const same = matches.find((m) => m.enrolmentId === samePersonAs?.toLowerCase());
  return {
    compared: matches.filter((m) => said.has(m.enrolmentId)).map((m) => m.enrolmentId),
    open: matches.filter((m) => !said.has(m.enrolmentId) && m.firstId !== same?.firstId),
    same,
  };
}

function candidateOf(match: Match, siteId: string, sites: readonly EnrollingSite[]): Candidate {
  return {
    enrolmentId: match.enrolmentId,
    siteId: match.siteId,
    siteName: sites.find((s) => s.id === match.siteId)?.name ?? match.siteId,
    sameSite: match.siteId === siteId,
    matchedOn: match.matchedOn,
  };
}

/** What is written for a valid enrolment, with all that its workflow will be started with. */
export function recordsOf(
  e: Enrolment,
  keys: PersonKeys,
  of: {
    site: EnrollingSite;
    actor: Actor;
    today: Day;
    notSameAs: readonly string[];
    /** Somebody met again: their first enrolment, and the arm that was drawn for it. */
    met?: { firstId: string; kept: PathwayInput['keeps'] } | undefined;
    importRow?: number;
  },
): NewEnrolment {
  const id = randomUUID();
  const enrolledOn = e.enrolledOn ?? of.today;
  const contract = e.start?.contract;
  const { words } = contract ? splitWords(contractFields, contract) : { words: null };
  const wordsId = words ? randomUUID() : undefined;
  const startInput: PathwayInput = {
    pathwayId: id,
    siteId: of.site.id,
    minor: ageOn(e.birthDate, enrolledOn) < 18,
    rules: rulesOf(of.site.settings, of.site.settingsVersion),
    enrolledBy: of.actor.id,
    enrolledAt: enrolledOn < of.today ? startOfDay(enrolledOn) : undefined,
    ...armOf(e, of.site, of.met?.kept),
    start: e.start && {
      step: e.start.step,
      since: startOfDay(e.start.since),
      referentId: e.start.referentId,
      contract: contract && {
        signedOn: contract.signedOn,
        startsOn: contract.startsOn,
        endsOn: contract.endsOn,
        legalRepresentativeSigned: contract.legalRepresentativeSigned,
        wordsId,
      },
    },
  };
  return {
    id,
    person_id: randomUUID(),
    last_name: e.lastName,
    first_name: e.firstName,
    birth_date: e.birthDate,
    phone: e.phone,
    email: e.email,
    address: e.address,
    family_name: e.familyContact?.name,
    family_phone: e.familyContact?.phone,
    name_key: keys.nameKey,
    external_number: e.externalNumber,
    external_number_key: keys.externalNumberKey,
    site_id: of.site.id,
    wave: e.wave,
    situation: e.situation,
    origin: e.origin,
    consent_on: e.consentOn,
    derogation: e.derogation,
    enrolled_on: enrolledOn,
    start_input: JSON.stringify(startInput),
    not_same_as: of.notSameAs,
    same_person_as: of.met?.firstId,
    import_row: of.importRow,
    words_id: wordsId,
    words: words ?? undefined,
  };
}

/** Whether a pathway waits for the draw, or has the arm that its person keeps; one that was accompanied before has none. */
function armOf(
  e: Enrolment,
  { settings }: EnrollingSite,
  kept: PathwayInput['keeps'],
): Pick<PathwayInput, 'awaitsDraw' | 'keeps'> {
  if (e.start) return {};
  // In a site that draws it stands in the register of the wave, as somebody who keeps the first arm.
  if (settings.draw) return { awaitsDraw: true };
  return kept ? { keeps: kept } : {};
}
