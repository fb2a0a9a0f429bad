/** The demonstration roster: made-up young people of the seven sites, with where each stands on a day. */
import { ageOn, type Day, isDay } from '../../domain/calendar';
import { type Enrolment, nameKey, oldestAge, youngestAge } from '../../domain/enrolment';
import { ages, entriesByMonth, originsIn, situationsIn } from './distributions';
import { boys, elders, girls, streets, surnames } from './names';
import { Random } from './random';
import { type RosterSite, rosterSites, siteCounts } from './sites';
import { addDays, addMonths, monthOf, type Timeline, timelineOf, workingDay } from './timeline';
import { chooseTrade, chooseTraining } from './trades';

type Start = NonNullable<Enrolment['start']>;

/** An enrolment in the middle of the pathway whose referent is named by the subject of a demonstration person. */
export interface RosterPerson extends Omit<Enrolment, 'start'> {
  enrolledOn: Day;
  start: Omit<Start, 'referentId'> & { referent?: string };
}

export interface RosterRequest {
  /** Whole number from 0 to 4294967295: the same seed and day give the same people. */
  seed: number;
  /** The steps are those of the end of this day. */
  asAt: Day;
  /** How many in all, 1 to `mostPeople`. */
  people: number;
  /** How many of them are written down once more, at another site and spelled otherwise (0 if absent). */
  duplicates?: number;
}

/** ARCEP keeps 10,000 mobile numbers for fiction, and some families need one too. */
export const mostPeople = 5000;

/** Entries are spread over this many months before the day. */
export const monthsOfEntries = 18;

/**
 * The roster, site by site and by day of entry; likely duplicates come last. Whoever has left the programme by
 * `asAt` is not in it. Throws RangeError naming a request that cannot be met.
 */
export function generateRoster(request: RosterRequest): RosterPerson[] {
  const { seed, asAt, people, duplicates = 0 } = request;
  if (!isDay(asAt)) throw new RangeError(`'${asAt}' is not a day: give the day of the roster as YYYY-MM-DD.`);
  if (!Number.isInteger(people) || people < 1 || people > mostPeople) {
    throw new RangeError(`The roster holds 1 to ${mostPeople} young people, not ${people}.`);
  }
  const random = new Random(seed);
  const taken = new Taken(random);
  const roster: RosterPerson[] = [];
  for (const site of rosterSites) {
    const here: RosterPerson[] = [];
    for (let left = siteCounts(people).get(site.id) as number; left > 0; ) {
      const entrant = drawEntrant(random, site, addMonths(asAt, -monthsOfEntries), asAt);
      const timeline = timelineOf(random, entrant, asAt);
      if (timeline.leftOn) continue;
      here.push(personOf(random, taken, site, entrant, timeline));
      left--;
    }
    roster.push(
      ...here.sort((a, b) => (a.enrolledOn < b.enrolledOn ? -1 : a.enrolledOn > b.enrolledOn ? 1 : 0)),
    );
  }
  return [...roster, ...writtenAgain(random, roster, duplicates, asAt)];
}

/** Somebody who enters a site after `from` and up to `to`, before anything has happened. */
export function drawEntrant(random: Random, site: RosterSite, from: Day, to: Day) {
  const [enrolledOn, situation, origin] = drawEntry(random, from, to);
  const birthDate = bornOn(random, enrolledOn, random.weighted(ages[situation]));
  const trade = chooseTrade(random, site);
  return {
    enrolledOn,
    situation,
    origin,
    birthDate,
    apprentice: situation === 'apprentice',
    training: (signedOn: Day, again: boolean) =>
      chooseTraining(random, site, trade, ageOn(birthDate, signedOn), again),
  };
}

type DrawnEntrant = ReturnType<typeof drawEntrant>;

function drawEntry(random: Random, from: Day, to: Day) {
  const most = Math.max(...entriesByMonth);
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
  for (;;) {
    const drawn = addDays(from, random.int(1, days));
    if (!random.chance((entriesByMonth[monthOf(drawn) - 1] as number) / most)) continue;
    const situation = random.weighted(situationsIn(monthOf(drawn)));
    const origin = random.weighted(originsIn(monthOf(drawn), situation));
    // Open days are held on Saturdays; the sites are open on working days.
    const weekday = new Date(drawn).getUTCDay();
    const enrolledOn = origin === 'open_day' ? addDays(drawn, 6 - weekday) : workingDay(drawn, 'next');
    if (enrolledOn <= to) return [enrolledOn, situation, origin] as const;
  }
}

/** A birth date that makes somebody this many years old on a day. */
function bornOn(random: Random, day: Day, age: number): Day {
  for (;;) {
    const birthDate = addDays(addMonths(day, -12 * age), -random.int(0, 364));
    if (ageOn(birthDate, day) === age) return birthDate;
  }
}

function personOf(
  random: Random,
  taken: Taken,
  site: RosterSite,
  entrant: DrawnEntrant,
  timeline: Timeline,
): RosterPerson {
  const { enrolledOn, situation, origin } = entrant;
  const person = taken.newPerson(entrant.birthDate);
  const age = ageOn(entrant.birthDate, enrolledOn);
  const town = random.pick(site.towns);
  const { step, since, contract } = timeline;
  return {
    siteId: site.id,
    wave: waveOf(enrolledOn),
    ...person,
    phone: random.chance(0.94) ? taken.newNumber('06 39 98') : undefined,
    email: random.chance(0.85) ? taken.newAddress(person.firstName, person.lastName) : undefined,
    address: `${random.int(1, 98)} ${random.pick(streets)}, ${town}`,
    familyContact:
      age < 18 || random.chance(0.35)
        ? {
            name: `${random.pick(elders)} ${random.chance(0.75) ? person.lastName : random.pick(surnames)}`,
            phone: taken.newNumber(random.chance(0.6) ? '06 39 98' : site.landline),
          }
        : undefined,
    situation,
    origin,
    externalNumber:
      origin === 'mission_locale' || random.chance(0.6)
        ? taken.newExternalNumber(town.slice(0, 2))
        : undefined,
    consentOn: random.chance(0.7)
      ? enrolledOn
      : workingDay(addDays(enrolledOn, -random.int(1, 14)), 'previous'),
    derogation: derogationFor(age),
    notSameAs: [],
    enrolledOn,
    start: {
      step,
      since,
      referent: step !== 'welcome' || random.chance(0.4) ? drawReferent(random, site) : undefined,
      contract: contract && {
        signedOn: contract.signedOn,
        startsOn: contract.startsOn,
        endsOn: contract.endsOn,
        legalRepresentativeSigned: ageOn(entrant.birthDate, contract.signedOn) < 18,
        employer: contract.employer,
        master: `${random.pick(elders)} ${random.pick(surnames)}`,
        cfa: contract.cfa,
        trade: contract.trade,
        diploma: contract.diploma,
      },
    },
  };
}

/** A wave is a quarter: 2026-T1. */
function waveOf(day: Day): string {
  return `${day.slice(0, 4)}-T${Math.ceil(monthOf(day) / 3)}`;
}

function drawReferent(random: Random, site: RosterSite): string {
  return `${random.pick(['counsellor', 'counsellor2', 'counsellor3'])}.${site.id}`;
}

function derogationFor(age: number): string | undefined {
  if (age < youngestAge)
    return 'A 15 ans révolus et achève la classe de troisième (Code du travail, article L6222-1)';
  if (age > oldestAge)
    return "L'apprentissage lui est ouvert jusqu'à 29 ans révolus (Code du travail, article L6222-1)";
  return undefined;
}

/** People of the roster met again at another site in the last weeks, under another spelling of their name. */
function writtenAgain(
  random: Random,
  roster: readonly RosterPerson[],
  count: number,
  asAt: Day,
): RosterPerson[] {
  const enrolledOn = workingDay(asAt, 'previous');
  const candidates = roster.filter(
    (p) => p.enrolledOn < enrolledOn && ageOn(p.birthDate, enrolledOn) <= oldestAge,
  );
  if (!Number.isInteger(count) || count < 0 || count > candidates.length) {
    throw new RangeError(
      `0 to ${candidates.length} of these young people can be written again, not ${count}.`,
    );
  }
  return Array.from({ length: count }, () => {
    const [first] = candidates.splice(random.int(0, candidates.length - 1), 1) as [RosterPerson];
    const site = random.pick(rosterSites.filter((s) => s.id !== first.siteId));
    return {
      ...first,
      siteId: site.id,
      wave: waveOf(enrolledOn),
      lastName: capitals(first.lastName),
      firstName: capitals(first.firstName),
      // Another site asks again and has no number of its own yet.
      externalNumber: undefined,
      consentOn: enrolledOn,
      enrolledOn,
      start: { step: 'welcome', since: enrolledOn },
    };
  });
}

/** As people type names into old software: capitals without accents or hyphens. */
function capitals(name: string): string {
  return plain(name).replace(/[-']/g, ' ').toUpperCase();
}

function plain(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '');
}

/** What no two people of a roster may share. */
class Taken {
  private readonly values = new Set<string>();

  constructor(private readonly random: Random) {}

  newPerson(birthDate: Day): Pick<RosterPerson, 'lastName' | 'firstName' | 'birthDate'> {
    const draw = () => ({
      lastName: this.random.pick(surnames),
      // About five apprentices in eight are boys.
      firstName: this.random.pick(this.random.chance(0.62) ? boys : girls),
      birthDate,
    });
    return this.first(draw, (p) => `person ${nameKey(p.lastName, p.firstName)} ${birthDate}`);
  }

  /** In a range of 10,000 numbers, given by its first six digits. */
  newNumber(range: string): string {
    const draw = () => {
      const last = String(this.random.int(0, 9999)).padStart(4, '0');
      return `${range} ${last.slice(0, 2)} ${last.slice(2)}`;
    };
    return this.first(draw, (n) => n);
  }

  newAddress(firstName: string, lastName: string): string {
    const name = `${plain(firstName)}.${plain(lastName)}`.toLowerCase().replace(/[^a-z.]/g, '');
    return this.first(
      () =>
        `${name}${this.random.int(1, 999)}@${this.random.pick(['example.org', 'example.net', 'courriel.invalid'])}`,
      (address) => address,
    );
  }

  /** As Parcours 3 and i-milo numbers are told apart by their department. */
  newExternalNumber(department: string): string {
    return this.first(
      () => `${department}-${String(this.random.int(0, 9_999_999)).padStart(7, '0')}`,
      (n) => n,
    );
  }

  private first<T>(draw: () => T, keyOf: (value: T) => string): T {
    for (;;) {
      const value = draw();
      const key = keyOf(value);
      if (this.values.has(key)) continue;
      this.values.add(key);
      return value;
    }
  }
}
