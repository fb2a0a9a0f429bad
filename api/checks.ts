/** What a form's schema cannot see: dates that contradict each other or the calendar, people and actions of the site. */
import type { PoolClient } from 'pg';
import { siteRules } from '../db/settings';
import { staffByIds } from '../db/staff';
import { ageOn, type Day, type Instant } from '../domain/calendar';
import { isOutOfReach, type Label, yearsInReach } from '../domain/forms';
import type { Role } from '../domain/pathway';
import { contractProblem } from '../domain/tasks';
import { type Language, Problem, type ProblemCode } from './problems';

export interface Found {
  readonly pointer: string;
  readonly code:
    | 'date_in_future'
    | 'date_in_past'
    | 'dates_contradict'
    | 'end_missing'
    | 'exit_words_missing'
    | 'person_unknown'
    | 'substitute_absent'
    | 'date_too_far'
    | 'referent_missing'
    | 'pathway_not_theirs'
    | 'action_not_offered'
    | 'legal_representative_missing';
  readonly message: Label;
}

type Form = Readonly<Record<string, unknown>>;

const say = (fr: string, en: string): Label => ({ fr, en });

/**
 * The time it is for a pathway: ours, or that of its last record when its own clock runs ahead (the demonstration skips
 * time for one pathway). What is told of it may have happened until then.
 */
export function timeOf(pathway: { readonly recordedAt: Instant }, now: Date): Date {
  return new Date(Math.max(now.getTime(), Date.parse(pathway.recordedAt)));
}

/** The fields of forms and events that hold a day or an instant, wherever they are. */
const timeFields: ReadonlySet<string> = new Set([
  'at',
  'on',
  'until',
  'signedOn',
  'startsOn',
  'endsOn',
  'startedOn',
  'endedOn',
  'proposedOn',
]);

/** Days of another age, in a form valid by its schema. */
function farProblems(form: object, today: Day, path = ''): Found[] {
  return Object.entries(form).flatMap(([name, value]): Found[] => {
    const pointer = `${path}/${name}`;
    if (value && typeof value === 'object') return farProblems(value, today, pointer);
    if (!timeFields.has(name) || typeof value !== 'string' || !isOutOfReach(value, today)) return [];
    const [first, last] = yearsInReach(today);
    const message = say(
      `cette année n’est pas entre ${first} et ${last} : corrigez la date`,
      `this year is not between ${first} and ${last}: correct the date`,
    );
    return [{ pointer, code: 'date_too_far', message }];
  });
}

/** Days that tell of something that has happened. */
const past = ['signedOn', 'startedOn', 'endedOn', 'proposedOn'] as const;

/**
 * @param form valid by its schema: a task's form or an event's body
 */
export function dateProblems(form: Form, today: Day): Found[] {
  const found = farProblems(form, today);
  if (found.length > 0) return found;
  const inFuture = (field: string) =>
    found.push({
      pointer: `/${field}`,
      code: 'date_in_future',
      message: say('cette date est dans le futur : corrigez-la', 'this date is in the future: correct it'),
    });
  const contradict = (field: string, message: Label) =>
    found.push({ pointer: `/${field}`, code: 'dates_contradict', message });

  for (const field of [...past, 'on'] as const) {
    const day = form[field];
    // Where an action is named, `on` is the day it is planned for.
    if (typeof day === 'string' && day > today && !(field === 'on' && 'action' in form)) inFuture(field);
  }
  if (typeof form.until === 'string' && form.until <= today) {
    found.push({
      pointer: '/until',
      code: 'date_in_past',
      message: say(
        "cette date n'est plus à venir : donnez un jour futur",
        'this day has passed: give a day to come',
      ),
    });
  }
  const { signedOn, startsOn, endsOn, startedOn, endedOn } = form as Record<string, string | undefined>;
  if (signedOn && startsOn && endsOn) {
    const wrong = contractProblem({ signedOn, startsOn, endsOn });
    if (wrong) {
      const fr =
        endsOn <= startsOn
          ? 'le contrat finit avant de commencer, ou le même jour : corrigez une des deux dates'
          : 'le contrat finit avant sa signature : corrigez une des deux dates';
      contradict(wrong.field, say(fr, wrong.message));
    }
  } else if (startsOn && endsOn && endsOn <= startsOn) {
    contradict(
      'endsOn',
      say(
        "l'emploi finit avant de commencer, ou le même jour : corrigez une des deux dates",
        'the job ends on or before the day it starts: correct one of the two dates',
      ),
    );
  }
  if (startedOn && endedOn && endedOn < startedOn) {
    contradict(
      'endedOn',
      say(
        "l'immersion finit avant de commencer : corrigez une des deux dates",
        'the immersion ends before it starts: correct one of the two dates',
      ),
    );
  }
  if ((form.kind === 'fixed_term' || form.kind === 'agency') && !endsOn) {
    found.push({
      pointer: '/endsOn',
      code: 'end_missing',
      message: say(
        'un emploi à durée déterminée a une fin : donnez-la, elle décide si l’emploi est durable',
        'a fixed-term job has an end: give it, it decides whether the job is durable',
      ),
    });
  }
  return found;
}

/** A minor on the day of the signature does not sign alone. */
export function signatureProblems(form: Form, birthDate: Day | null): Found[] {
  const { signedOn, legalRepresentativeSigned } = form;
  if (typeof signedOn !== 'string' || legalRepresentativeSigned || !birthDate || birthDate > signedOn)
    return [];
  if (ageOn(birthDate, signedOn) >= 18) return [];
  return [
    {
      pointer: '/legalRepresentativeSigned',
      code: 'legal_representative_missing',
      message: say(
        'le jeune est mineur à la signature : le contrat porte la signature de son représentant légal',
        'the young person is a minor on that day: the contract bears the legal representative’s signature',
      ),
    },
  ];
}

type NamedRole = Extract<Role, 'counsellor' | 'mediator' | 'partner'>;

interface Named {
  readonly people: { pointer: string; id: string; role: NamedRole }[];
  readonly actions: { pointer: string; action: string }[];
}

const peopleFields: Readonly<Record<string, NamedRole>> = {
  referentId: 'counsellor',
  coSignedBy: 'partner',
  withPartnerId: 'partner',
  partnerId: 'partner',
  mediatorId: 'mediator',
};

/** A person of the site was to be named, and this is none. */
const notOfTheSite: Readonly<Record<NamedRole, Label>> = {
  counsellor: say(
    'ce n’est pas un conseiller de ce site : choisissez-en un',
    'this is no counsellor of this site: choose one',
  ),
  mediator: say(
    'ce n’est pas un médiateur de ce site : choisissez-en un',
    'this is no mediator of this site: choose one',
  ),
  partner: say(
    'ce n’est pas un partenaire de ce site : choisissez-en un',
    'this is no partner of this site: choose one',
  ),
};

/** The people and the actions of the site's catalogue that a form names. */
export function namedIn(form: Form): Named {
  const named: Named = { people: [], actions: [] };
  const look = (value: unknown, pointer: string) => {
    // An array's entries too: its indexes are their names.
    if (value && typeof value === 'object')
      for (const [k, v] of Object.entries(value)) field(k, v, `${pointer}/${k}`);
  };
  const field = (name: string, value: unknown, pointer: string) => {
    const role = peopleFields[name];
    if (role && typeof value === 'string') named.people.push({ pointer, id: value, role });
    else if (name === 'action' && typeof value === 'string') named.actions.push({ pointer, action: value });
    else look(value, pointer);
  };
  look(form, '');
  return named;
}

export const namesNothing = ({ people, actions }: Named) => people.length === 0 && actions.length === 0;

/** Which of them this site does not have. */
export async function directoryProblems(client: PoolClient, siteId: string, named: Named): Promise<Found[]> {
  const found: Found[] = [];
  if (named.people.length) {
    const staff = await staffByIds(
      client,
      named.people.map((p) => p.id),
    );
    for (const { pointer, id, role } of named.people) {
      const person = staff.find((s) => s.id === id.toLowerCase());
      if (person?.active && person.role === role && person.siteId === siteId) continue;
      found.push({ pointer, code: 'person_unknown', message: notOfTheSite[role] });
    }
  }
  if (named.actions.length) {
    const rules = await siteRules(client, siteId);
    for (const { pointer, action } of named.actions) {
      if ((rules?.settings.actions as readonly string[] | undefined)?.includes(action)) continue;
      found.push({
        pointer,
        code: 'action_not_offered',
        message: say(
          'cette action n’est pas au catalogue du site : choisissez-en une autre',
          'this action is not in the catalogue of the site: choose another',
        ),
      });
    }
  }
  return found;
}

/** @throws Problem when something was found, with each field named */
export function refuseFound(found: readonly Found[], language: Language): void {
  const [first] = found;
  if (!first) return;
  const own: readonly ProblemCode[] = [
    'dates_contradict',
    'exit_words_missing',
    'legal_representative_missing',
  ];
  const code = found.every((f) => f.code === first.code) && own.includes(first.code as ProblemCode);
  throw new Problem(code ? (first.code as ProblemCode) : 'body_invalid', {
    errors: found.map(({ pointer, code, message }) => ({ pointer, code, message: message[language] })),
  });
}
