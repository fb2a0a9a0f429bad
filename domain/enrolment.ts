/** The record that starts a pathway: what is asked, what is refused, and how the same person is recognised. */
import * as z from 'zod';
import { ageOn, type Day } from './calendar';
import { day, field, id, isOutOfReach, oneOf, text } from './forms';
import { originLabels, situationLabels, stepLabels } from './labels';
import { contractFields } from './tasks';

export const youngestAge = 16;
export const oldestAge = 25;

const phone = z
  .string()
  .trim()
  .regex(/^\+?[0-9][0-9 .-]{7,18}$/, 'is not a telephone number: write 06 12 34 56 78 or +33 6 12 34 56 78');

export const enrolmentShape = {
  siteId: field(z.string().trim().min(1).max(40), 'Site', 'Site'),
  wave: field(text(60).optional(), 'Vague', 'Wave'),
  lastName: field(text(100), 'Nom', 'Last name'),
  firstName: field(text(100), 'Prénom', 'First name'),
  birthDate: field(day(), 'Date de naissance', 'Birth date'),
  phone: field(phone.optional(), 'Téléphone', 'Phone'),
  email: field(z.email().max(200).optional(), 'Courriel', 'E-mail'),
  address: field(text(300).optional(), 'Adresse', 'Address'),
  familyContact: field(
    z.strictObject({ name: text(200), phone: phone.optional() }).optional(),
    'Contact dans la famille',
    'Family contact',
  ),
  situation: field(oneOf(situationLabels), 'Situation', 'Situation'),
  origin: field(oneOf(originLabels), 'Prescripteur', 'Origin'),
  externalNumber: field(
    z
      .string()
      .trim()
      .regex(
        /^[A-Za-z0-9-]{3,30}$/,
        'is not a Parcours 3 or i-milo number: 3 to 30 letters, digits or hyphens',
      )
      .optional(),
    'Numéro Parcours 3 ou i-milo',
    'Parcours 3 or i-milo number',
  ),
  /** The day the young person (and for a minor the legal representative) agreed. */
  consentOn: field(day(), 'Date du consentement', 'Consent given on'),
  derogation: field(text(500).optional(), "Motif de dérogation d'âge", 'Reason for an age derogation'),
  /** Enrolments that a likely duplicate was compared with and found not to be the same person. */
  notSameAs: field(
    z.array(id()).max(20).default([]),
    "N'est pas la même personne que",
    'Not the same person as',
  ),
  /** An earlier enrolment of the same person, at whichever site: the arm that was drawn for it is kept. */
  samePersonAs: field(id().optional(), 'Est la même personne que', 'Same person as'),
  enrolledOn: field(
    day().optional(),
    "Date d'entrée (aujourd'hui si absente)",
    'Enrolled on (today if absent)',
  ),
} as const;

/** Where a pathway stands that was accompanied before this software: its timers count from these dates. */
export const startShape = {
  step: field(oneOf(stepLabels), 'Étape', 'Step'),
  since: field(day(), 'Depuis le', 'Since'),
  referentId: field(id().optional(), 'Référent', 'Referent'),
  contract: field(z.strictObject(contractFields).optional(), 'Contrat', 'Contract'),
};

export const enrolmentSchema = z.strictObject({
  ...enrolmentShape,
  start: z.strictObject(startShape).optional(),
});
export type Enrolment = z.infer<typeof enrolmentSchema>;

export interface Problem {
  /** JSON pointer of the field (RFC 6901). */
  readonly pointer: string;
  readonly code: string;
  /** Which field, why, what to do; no value of the person is repeated. */
  readonly message: string;
}

/**
 * What the schema cannot see: ages and dates that contradict each other. `today` is the Paris day of the request.
 * An unknown site, a referent of another site and duplicates are found by the database.
 */
export function enrolmentProblems(e: Enrolment, today: Day): Problem[] {
  const problems: Problem[] = [];
  const add = (pointer: string, code: string, message: string) => problems.push({ pointer, code, message });
  const enrolledOn = e.enrolledOn ?? today;
  const contract = e.start?.contract;
  for (const [pointer, time] of Object.entries({
    '/birthDate': e.birthDate,
    '/enrolledOn': e.enrolledOn,
    '/consentOn': e.consentOn,
    '/start/since': e.start?.since,
    '/start/contract/signedOn': contract?.signedOn,
    '/start/contract/startsOn': contract?.startsOn,
    '/start/contract/endsOn': contract?.endsOn,
  })) {
    if (time && isOutOfReach(time, today))
      add(pointer, 'date_too_far', 'the year is of another age: correct it');
  }
  if (e.birthDate > today) {
    add('/birthDate', 'date_in_future', 'the birth date is in the future: correct it');
  } else {
    const age = ageOn(e.birthDate, enrolledOn);
    if ((age < youngestAge || age > oldestAge) && !e.derogation) {
      add(
        '/birthDate',
        'age_outside_programme',
        `the programme is for ${youngestAge} to ${oldestAge} years on the day of enrolment: correct the date or state a derogation`,
      );
    }
  }
  if (e.samePersonAs && e.notSameAs.some((other) => other.toLowerCase() === e.samePersonAs?.toLowerCase())) {
    add(
      '/samePersonAs',
      'same_and_not_same',
      'the same enrolment stands in notSameAs: it is one person or two, leave one out',
    );
  }
  if (enrolledOn > today) add('/enrolledOn', 'date_in_future', 'the enrolment is in the future: correct it');
  if (e.consentOn > today) add('/consentOn', 'date_in_future', 'the consent is in the future: correct it');
  if (!e.phone && !e.email && !e.address && !e.familyContact) {
    add(
      '/phone',
      'no_way_to_reach',
      'no way to reach the young person: give a phone, e-mail, address or family contact',
    );
  }
  const start = e.start;
  if (!start) {
    if (enrolledOn < today) {
      add(
        '/enrolledOn',
        'start_missing',
        'an enrolment in the past needs the step the young person is in and since when',
      );
    }
    return problems;
  }
  if (start.since > today)
    add('/start/since', 'date_in_future', 'the step was entered in the future: correct it');
  if (start.since < enrolledOn) {
    add(
      '/start/since',
      'dates_contradict',
      'the step was entered before the enrolment: correct one of the two dates',
    );
  }
  if (start.step !== 'welcome' && !start.referentId) {
    add(
      '/start/referentId',
      'referent_missing',
      'a young person beyond welcome has a referent: name the counsellor',
    );
  }
  if (start.step === 'securing' && !start.contract) {
    add('/start/contract', 'contract_missing', 'securing starts with a contract: give its dates');
  }
  if (start.contract && start.step !== 'securing' && start.step !== 'durable_employment') {
    add(
      '/start/contract',
      'contract_too_early',
      'a contract belongs to securing or durable employment: correct the step',
    );
  }
  return problems;
}

/**
 * Names as they are compared: without accents, case, hyphens, apostrophes and spaces, so that
 * "LE GOFF, Anne-Laure" and "Le Goff Anne Laure" are the same person.
 */
export function nameKey(lastName: string, firstName: string): string {
  const plain = (s: string) =>
    s
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/œ/g, 'oe')
      .replace(/æ/g, 'ae')
      .replace(/ß/g, 'ss')
      .replace(/ø/g, 'o')
      .replace(/ı/g, 'i')
      .replace(/ł/g, 'l')
      .replace(/[^\p{L}\p{N}]/gu, '');
  return `${plain(lastName)} ${plain(firstName)}`;
}

/** External numbers as they are compared: upper case, without hyphens. */
export function externalNumberKey(number: string): string {
  return number.toUpperCase().replace(/-/g, '');
}
