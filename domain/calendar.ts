/**
 * Days and deadlines as the sites count them: working days, French public holidays, closures, Europe/Paris.
 * Pure, but it knows the time zone database: for activities and the API, never for workflow code.
 */
import { Temporal } from 'temporal-polyfill';

/** A calendar day in Europe/Paris, 'YYYY-MM-DD', years 0000 to 9999. */
export type Day = string;
/** ISO 8601 in UTC with milliseconds, e.g. '2026-03-04T22:59:59.999Z'. */
export type Instant = string;
/** Days on which a site is shut, both ends included. */
export interface Closure {
  from: Day;
  to: Day;
  label: string;
}
export interface SiteCalendar {
  alsaceMoselle: boolean;
  closures: readonly Closure[];
}
/** A whole number of units; negative counts back. */
export type Delay = { workingDays: number } | { days: number } | { weeks: number } | { months: number };
/** Where a day computed in calendar days goes when it is closed. */
export type Roll = 'next' | 'previous' | 'none';
export type ClosedReason =
  | { reason: 'weekend' }
  | { reason: 'public_holiday'; name: string }
  | { reason: 'closure'; label: string };
export interface DelayedDay {
  day: Day;
  /** the closed day the delay led to and why it is closed, when that changed the day */
  moved: null | { from: Day; because: ClosedReason };
}

const ZONE = 'Europe/Paris';
const MS_PER_DAY = 86_400_000;
/** Longer than any real closure: what comes after is a mistake in the settings, not a deadline. */
const MOST_CLOSED_DAYS_IN_A_ROW = 400;

/** Days are counted from 1970-01-01 in what follows: whole numbers keep the loops cheap. */
type DayNumber = number;
const FIRST_DAY: DayNumber = monthStart(0, 0);
const LAST_DAY: DayNumber = monthStart(10_000, 0) - 1;

/** The first day of a month; months count from 0 and may run over into other years. */
function monthStart(year: number, month: number): DayNumber {
  // Not Date.UTC(year…), which takes the years 0 to 99 for 1900 to 1999.
  return new Date(0).setUTCFullYear(year, month, 1) / MS_PER_DAY;
}

/** The number of a day, or NaN when the text is not a real date written 'YYYY-MM-DD'. */
function parseDay(text: string): DayNumber {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return Number.NaN;
  // Not Date.parse, which carries 30 February over to March and takes '0001-13-13' for a day of 2013.
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const date = Number(text.slice(8));
  const number = monthStart(year, month - 1) + date - 1;
  const real = month >= 1 && month <= 12 && date >= 1 && number < monthStart(year, month);
  return real ? number : Number.NaN;
}

function numberOf(day: Day): DayNumber {
  const number = parseDay(day);
  if (Number.isNaN(number)) {
    throw new RangeError(`'${day}' is not a day: give a date of the calendar written YYYY-MM-DD.`);
  }
  return number;
}

function textOf(number: DayNumber): Day {
  if (!(number >= FIRST_DAY && number <= LAST_DAY)) {
    throw new RangeError('The day lies outside the years 0000 to 9999: correct the date or the delay.');
  }
  return new Date(number * MS_PER_DAY).toISOString().slice(0, 10);
}

function whole(count: number, what: string): number {
  if (!Number.isSafeInteger(count)) throw new RangeError(`${what} must be a whole number, not ${count}.`);
  return count;
}

/** Whether the text is a real date written 'YYYY-MM-DD'. */
export function isDay(text: string): boolean {
  return !Number.isNaN(parseDay(text));
}

/**
 * The day it is in Europe/Paris at an instant (ISO 8601 with 'Z' or an offset, Date, or epoch milliseconds).
 * Throws RangeError naming a value that is no instant.
 */
export function dayOf(instant: Instant | Date | number): Day {
  const ms = epochMs(instant);
  // Paris has never been behind UTC.
  const number = Math.floor(ms / MS_PER_DAY);
  return textOf(ms < startInMs(number + 1) ? number : number + 1);
}

function epochMs(instant: Instant | Date | number): number {
  // As this programme writes instants; what else is one, Temporal knows.
  if (typeof instant === 'string' && instant.length === 24) {
    const date = new Date(instant);
    if (!Number.isNaN(date.valueOf()) && date.toISOString() === instant) return date.valueOf();
  }
  try {
    return typeof instant === 'string'
      ? Temporal.Instant.from(instant).epochMilliseconds
      : Temporal.Instant.fromEpochMilliseconds(instant.valueOf()).epochMilliseconds;
  } catch (cause) {
    const help = 'give ISO 8601 with a time zone, such as 2026-03-04T22:59:59.999Z';
    throw new RangeError(`'${instant}' is not an instant: ${help}.`, { cause });
  }
}

// Kept for good, as the holidays are: to ask the time zone takes longer than all the rest of a deadline.
const starts = new Map<DayNumber, number>();

function startInMs(number: DayNumber): number {
  let start = starts.get(number);
  if (start === undefined) {
    const date = new Date(number * MS_PER_DAY);
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    start = Temporal.PlainDate.from({ year, month, day }).toZonedDateTime(ZONE).epochMilliseconds;
    starts.set(number, start);
  }
  return start;
}

/** The first millisecond of a day in Europe/Paris. Throws RangeError for an invalid day. */
export function startOfDay(day: Day): Instant {
  return new Date(startInMs(numberOf(day))).toISOString();
}

/** The last millisecond of a day in Europe/Paris, 23 or 25 hours after its start when the clocks change. */
export function endOfDay(day: Day): Instant {
  const next = numberOf(day) + 1;
  // Refuses the last day of all, whose end is in the year 10000.
  textOf(next);
  return new Date(startInMs(next) - 1).toISOString();
}

/** Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher). */
function easter(year: number): DayNumber {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const n = h + l - 7 * m + 114;
  return monthStart(year, Math.floor(n / 31) - 1) + (n % 31);
}

interface Holiday {
  number: DayNumber;
  name: string;
}

// Kept for good: a site's deadlines fall in a handful of years.
const holidaysByYear = { general: new Map<number, Holiday[]>(), alsaceMoselle: new Map<number, Holiday[]>() };

function holidaysOf(year: number, alsaceMoselle: boolean): Holiday[] {
  const known = alsaceMoselle ? holidaysByYear.alsaceMoselle : holidaysByYear.general;
  let holidays = known.get(year);
  if (!holidays) {
    const on = (month: number, date: number) => monthStart(year, month - 1) + date - 1;
    const sunday = easter(year);
    // Code du travail, L3133-1.
    holidays = [
      { number: on(1, 1), name: 'Jour de l’An' },
      { number: on(5, 1), name: 'Fête du Travail' },
      { number: on(5, 8), name: 'Victoire 1945' },
      { number: on(7, 14), name: 'Fête nationale' },
      { number: on(8, 15), name: 'Assomption' },
      { number: on(11, 1), name: 'Toussaint' },
      { number: on(11, 11), name: 'Armistice 1918' },
      { number: on(12, 25), name: 'Noël' },
      { number: sunday + 1, name: 'Lundi de Pâques' },
      { number: sunday + 39, name: 'Ascension' },
      { number: sunday + 50, name: 'Lundi de Pentecôte' },
    ];
    if (alsaceMoselle) {
      // Code du travail, L3134-13. Not called Saint-Étienne, which a reader would take for the town.
      holidays.push({ number: sunday - 2, name: 'Vendredi saint' });
      holidays.push({ number: on(12, 26), name: 'Second jour de Noël' });
    }
    holidays.sort((a, b) => a.number - b.number);
    known.set(year, holidays);
  }
  return holidays;
}

/**
 * The public holidays of a year in metropolitan France, in order, named in French: the list in force since 1982.
 * Two of them may share a day (1 May 2008 was Ascension too).
 */
export function publicHolidays(year: number, alsaceMoselle: boolean): { day: Day; name: string }[] {
  return holidaysOf(whole(year, 'A year'), alsaceMoselle).map(({ number, name }) => ({
    day: textOf(number),
    name,
  }));
}

interface ClosedSpan {
  from: DayNumber;
  to: DayNumber;
  label: string;
}

// A site's closures are read once for all of its deadlines: a list that was given is not changed afterwards.
const spansRead = new WeakMap<readonly Closure[], ClosedSpan[]>();

function spansOf(closures: readonly Closure[]): ClosedSpan[] {
  const known = spansRead.get(closures);
  if (known) return known;
  const spans = closures.map(({ from, to, label }) => {
    const span = { from: numberOf(from), to: numberOf(to), label };
    if (span.to < span.from) {
      throw new RangeError(`The closure '${label}' ends on ${to}, before it starts on ${from}: correct it.`);
    }
    return span;
  });
  spansRead.set(closures, spans);
  return spans;
}

/** Answers why a day is closed. */
function closedDays(calendar: SiteCalendar): (number: DayNumber) => ClosedReason | null {
  const closures = spansOf(calendar.closures);
  return (number) => {
    // 1970-01-01 was a Thursday: 0 is Monday here, also for the days before 1970.
    if ((((number + 3) % 7) + 7) % 7 >= 5) return { reason: 'weekend' };
    const year = new Date(number * MS_PER_DAY).getUTCFullYear();
    for (const holiday of holidaysOf(year, calendar.alsaceMoselle)) {
      if (holiday.number === number) return { reason: 'public_holiday', name: holiday.name };
    }
    for (const { from, to, label } of closures) {
      if (from <= number && number <= to) return { reason: 'closure', label };
    }
    return null;
  };
}

/**
 * Why the site is closed that day, or null when it is a working day. A day with several reasons gives the
 * first of weekend, public holiday, closure. Throws RangeError for an invalid day or closure, as all below.
 */
export function closedBecause(day: Day, calendar: SiteCalendar): ClosedReason | null {
  return closedDays(calendar)(numberOf(day));
}

export function isWorkingDay(day: Day, calendar: SiteCalendar): boolean {
  return closedBecause(day, calendar) === null;
}

/** The count-th open day after (direction 1) or before (-1) a day, itself not counted. */
function walk(
  start: DayNumber,
  direction: 1 | -1,
  count: number,
  closed: (number: DayNumber) => ClosedReason | null,
): DayNumber {
  let number = start;
  let closedInARow = 0;
  for (let left = count; left > 0; ) {
    number += direction;
    if (number < FIRST_DAY || number > LAST_DAY) break;
    if (closed(number) === null) {
      left--;
      closedInARow = 0;
    } else if (++closedInARow > MOST_CLOSED_DAYS_IN_A_ROW) {
      const [side, edge] = direction === 1 ? ['from', -1] : ['up to', 1];
      const since = textOf(number + edge * MOST_CLOSED_DAYS_IN_A_ROW);
      throw new RangeError(
        `No working day can be found: the site is closed more than ${MOST_CLOSED_DAYS_IN_A_ROW} days in a row ` +
          `${side} ${since}. Correct its closures.`,
      );
    }
  }
  return number;
}

/**
 * The n-th working day after a day (n > 0) or before it (n < 0), the day itself not counted. For n = 0 the
 * same day if it is open, else the next open one. Throws RangeError when the closures met on the way leave
 * no working day for more than 400 days.
 */
export function addWorkingDays(day: Day, n: number, calendar: SiteCalendar): Day {
  whole(n, 'A delay in working days');
  const closed = closedDays(calendar);
  const start = numberOf(day);
  if (n === 0) return closed(start) === null ? day : textOf(walk(start, 1, 1, closed));
  return textOf(walk(start, n > 0 ? 1 : -1, Math.abs(n), closed));
}

/** The same day of the month some months later, or the last day of a month that is too short for it. */
function addMonths(start: DayNumber, months: number): DayNumber {
  const date = new Date(start * MS_PER_DAY);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + months;
  return Math.min(monthStart(year, month) + date.getUTCDate() - 1, monthStart(year, month + 1) - 1);
}

/**
 * The day a delay leads to. A delay in days, weeks or months that leads to a closed day goes to the next or
 * the previous open one as `roll` says ('none' keeps it), and `moved` tells so; a delay in working days ends
 * on an open day by itself. Months keep the day of the month: 31 January and one month is the last day of February.
 */
export function addDelay(day: Day, delay: Delay, calendar: SiteCalendar, roll: Roll): DelayedDay {
  if ('workingDays' in delay) {
    const because = delay.workingDays === 0 ? closedBecause(day, calendar) : null;
    return {
      day: addWorkingDays(day, delay.workingDays, calendar),
      moved: because && { from: day, because },
    };
  }
  const start = numberOf(day);
  let target: DayNumber;
  if ('days' in delay) target = start + whole(delay.days, 'A delay in days');
  else if ('weeks' in delay) target = start + whole(delay.weeks, 'A delay in weeks') * 7;
  else target = addMonths(start, whole(delay.months, 'A delay in months'));

  const from = textOf(target);
  const closed = closedDays(calendar);
  const because = roll === 'none' ? null : closed(target);
  if (because === null) return { day: from, moved: null };
  return { day: textOf(walk(target, roll === 'next' ? 1 : -1, 1, closed)), moved: { from, because } };
}

/**
 * How many working days come after `a` up to and including `b`. Negative when `b` is before `a` (the working
 * days after `b` up to and including `a`), so that counts add up: a to c is a to b and b to c.
 */
export function workingDaysBetween(a: Day, b: Day, calendar: SiteCalendar): number {
  const closed = closedDays(calendar);
  const [first, last] = [numberOf(a), numberOf(b)].sort((x, y) => x - y) as [DayNumber, DayNumber];
  let count = 0;
  for (let number = first + 1; number <= last; number++) if (closed(number) === null) count++;
  // Never -0, which is not the 0 that comparisons in tests look for.
  return a <= b || count === 0 ? count : -count;
}

/**
 * Age in whole years. Someone born on 29 February grows older on 1 March in common years, as French civil
 * practice has it. Negative before the birth.
 */
export function ageOn(birthDate: Day, on: Day): number {
  numberOf(birthDate);
  numberOf(on);
  const years = Number(on.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return on.slice(5) < birthDate.slice(5) ? years - 1 : years;
}
