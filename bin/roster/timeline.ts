/** One made-up young person's way through the five steps, week by week up to a day. */
import { addDelay, type Day, type SiteCalendar } from '../../domain/calendar';
import { phaseOf, type Step } from '../../domain/pathway';
import { defaultSettings } from '../../domain/settings';
import {
  afterContract,
  afterTermination,
  afterWelcome,
  signingSeason,
  validationDays,
  weekly,
  welcomeDays,
} from './distributions';
import type { Random } from './random';
import type { Training } from './trades';

const openAllYear: SiteCalendar = { alsaceMoselle: false, closures: [] };

export const addDays = (day: Day, days: number): Day => addDelay(day, { days }, openAllYear, 'none').day;
export const addMonths = (day: Day, months: number): Day =>
  addDelay(day, { months }, openAllYear, 'none').day;
/** The day itself when it is a working day, else the next or the previous one. */
export const workingDay = (day: Day, roll: 'next' | 'previous'): Day =>
  addDelay(day, { days: 0 }, openAllYear, roll).day;
/** 1 to 12. */
export const monthOf = (day: Day): number => Number(day.slice(5, 7));
const yearOf = (day: Day): number => Number(day.slice(0, 4));

export interface Entrant {
  readonly enrolledOn: Day;
  /** Comes with a contract: signed before the entry. */
  readonly apprentice: boolean;
  /** What a contract signed that day would be for; `again` after a contract that was completed. */
  readonly training: (signedOn: Day, again: boolean) => Training;
}

export interface TimelineContract extends Training {
  readonly signedOn: Day;
  readonly startsOn: Day;
  readonly endsOn: Day;
}

export interface Timeline {
  readonly step: Step;
  readonly since: Day;
  /** The contract that runs or ran last; none in phase 1. */
  readonly contract?: TimelineContract;
  /** All of them, oldest first, with those that ended. */
  readonly contracts: readonly (TimelineContract & { readonly terminatedOn?: Day })[];
  /** No longer accompanied since: `step` and `since` tell where they were. */
  readonly leftOn?: Day;
}

/** The way of a young person who entered on or before `asAt`, as it stands at the end of that day. */
export function timelineOf(random: Random, entrant: Entrant, asAt: Day): Timeline {
  let step = 'welcome' as Step;
  let since = entrant.enrolledOn;
  let contract: TimelineContract | undefined;
  const contracts: (TimelineContract & { terminatedOn?: Day })[] = [];
  let leftOn: Day | undefined;
  let contractFollowedUp = false;
  let decidedOn = workingDay(addDays(since, random.int(...welcomeDays)), 'next');

  const enter = (next: Step, on: Day) => {
    step = next;
    since = on;
    if (next === 'project_validation') {
      decidedOn = workingDay(addDays(on, random.int(...validationDays)), 'next');
    }
    if (phaseOf(next) === 1) contract = undefined;
  };
  const sign = (on: Day, again: boolean) => {
    contract = contractSignedOn(random, on, entrant.training(on, again));
    contracts.push(contract);
    contractFollowedUp = false;
    enter('securing', on);
  };
  const goOn = (next: 'project_validation' | 'contract_search' | 'exit', on: Day) => {
    if (next === 'exit') leftOn = on;
    else enter(next, on);
  };
  /** Steps that end on a day known beforehand. */
  const advance = (on: Day) => {
    if (step === 'welcome' && decidedOn <= on) {
      if (contract) enter('securing', decidedOn);
      else goOn(random.weighted(afterWelcome), decidedOn);
    }
    if (step === 'project_validation' && decidedOn <= on) enter('contract_search', decidedOn);
    if (step === 'securing' && contract) {
      const nearEnd = addDays(contract.endsOn, -daysOf(defaultSettings.periods.employmentBeforeEnd));
      // biome-ignore lint/complexity/useMathMinMax: days are text
      if (nearEnd <= on) enter('durable_employment', nearEnd < since ? since : nearEnd);
    }
  };

  if (entrant.apprentice) {
    // Met at the CFA, some of them in their last months.
    do {
      const signedOn = workingDay(addDays(entrant.enrolledOn, -random.int(20, 730)), 'previous');
      contract = contractSignedOn(random, signedOn, entrant.training(signedOn, false));
    } while (contract.endsOn <= addDays(entrant.enrolledOn, 60));
    contracts.push(contract);
  }

  for (let week = addDays(entrant.enrolledOn, random.int(7, 13)); !leftOn; week = addDays(week, 7)) {
    const on = workingDay(week, 'next');
    if (on > asAt) break;
    advance(on);
    if (leftOn) break;
    if (step === 'securing') {
      if (contract && contract.startsOn <= on && random.chance(terminationChance(contract, on))) {
        contracts.splice(-1, 1, { ...contract, terminatedOn: on });
        goOn(random.weighted(afterTermination), on);
      }
    } else if (step === 'durable_employment') {
      if (!contract || on < contract.endsOn) continue;
      if (contractFollowedUp) {
        if (random.chance(weekly.leavingAfterContract)) leftOn = on;
        continue;
      }
      contractFollowedUp = true;
      const next = random.weighted(afterContract);
      if (next === 'exit') leftOn = on;
      else if (next === 'new_contract') sign(on, true);
    } else {
      const summer = monthOf(on) === 7 || monthOf(on) === 8 ? weekly.leavingInSummer : 1;
      const season = signingSeason[monthOf(on) - 1] as number;
      if (random.chance(weekly.leaving[step] * summer)) leftOn = on;
      else if (!contract && random.chance(weekly.signing[step] * season)) {
        sign(on, false);
      }
    }
  }
  if (!leftOn) advance(asAt);
  return {
    step,
    since,
    contract: phaseOf(step) === 2 ? contract : undefined,
    contracts,
    leftOn,
  };
}

function terminationChance(contract: TimelineContract, on: Day): number {
  if (on < addDays(contract.startsOn, 13 * 7)) return weekly.terminationFirst13Weeks;
  return on < addDays(contract.startsOn, 39 * 7) ? weekly.terminationUntil39Weeks : weekly.terminationLater;
}

/** The dates of a contract: starts after its signature, mostly from August to October, and ends with a school year. */
function contractSignedOn(random: Random, signedOn: Day, training: Training): TimelineContract {
  const startsOn = workingDay(startAfter(random, signedOn), 'next');
  const lastDay = random.chance(0.7) ? '08-31' : '06-30';
  // What is left of a school year counts as a year when it is worth nine months.
  let year = yearOf(startsOn) + training.years - (monthOf(startsOn) >= 7 ? 0 : 1);
  if (`${year}-${lastDay}` < addMonths(startsOn, 9)) year++;
  // No longer than three years (Code du travail, L6222-7-1).
  const endsOn = `${year}-${lastDay}` > addMonths(startsOn, 36) ? `${year}-06-30` : `${year}-${lastDay}`;
  return { ...training, signedOn, startsOn, endsOn };
}

function startAfter(random: Random, signedOn: Day): Day {
  const month = monthOf(signedOn);
  const waitsForTerm = month >= 4 && month <= 7 ? 0.85 : month === 3 ? 0.5 : 0;
  if (random.chance(waitsForTerm)) return addDays(`${yearOf(signedOn)}-08-20`, random.int(0, 45));
  return addDays(signedOn, random.int(2, 18));
}

/** Days of a delay that is set in days: the roster follows the programme's own default. */
function daysOf(delay: typeof defaultSettings.periods.employmentBeforeEnd): number {
  if ('days' in delay) return delay.days;
  throw new RangeError(
    'The roster needs the delay before the end of a contract in calendar days: give it in days.',
  );
}
