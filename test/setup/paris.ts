/**
 * Days and deadlines counted a second time, by other means than domain/calendar.ts: the holidays of the package
 * date-holidays, the time zone of Intl. Tests hold what was recorded against it.
 */
import Holidays from 'date-holidays';

const holidays = new Holidays('FR', { types: ['public'] });

type Delay = { workingDays: number } | { days: number } | { weeks: number } | { months: number };

/** The Paris day ('YYYY-MM-DD') it is at an instant. */
export function parisDay(instant: string): string {
  // Swedish dates are ISO 8601.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris' }).format(new Date(instant));
}

export function isOpen(day: string): boolean {
  const noon = new Date(`${day}T12:00:00Z`);
  return noon.getUTCDay() % 6 !== 0 && !holidays.isHoliday(`${day} 12:00:00`);
}

function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The open day at or after a day (at or before it, for -1). */
function openDay(day: string, direction: 1 | -1 = 1): string {
  let found = day;
  while (!isOpen(found)) found = shifted(found, direction);
  return found;
}

/** The open day that a delay leads to; counted back for negative numbers. `roll` -1: never later than the delay says. */
export function dayAfter(day: string, delay: Delay, roll: 1 | -1 | 0 = 1): string {
  if ('workingDays' in delay) {
    const direction = delay.workingDays < 0 ? -1 : 1;
    let found = day;
    for (let left = Math.abs(delay.workingDays); left > 0; left--)
      found = openDay(shifted(found, direction), direction);
    return found;
  }
  let found: string;
  if ('months' in delay) {
    const date = new Date(`${day}T12:00:00Z`);
    date.setUTCMonth(date.getUTCMonth() + delay.months);
    // A month that is too short has run over into the next: back to its last day.
    if (date.getUTCDate() !== Number(day.slice(8))) date.setUTCDate(0);
    found = date.toISOString().slice(0, 10);
  } else found = shifted(day, 'days' in delay ? delay.days : delay.weeks * 7);
  return roll === 0 ? found : openDay(found, roll);
}

/** The last millisecond of a Paris day. */
export function endOfDay(day: string): string {
  return new Date(Date.parse(startOfDay(shifted(day, 1))) - 1).toISOString();
}

/** The first millisecond of a Paris day. */
export function startOfDay(day: string): string {
  const [winter, summer] = ['+01:00', '+02:00'].map((offset) => new Date(`${day}T00:00:00${offset}`));
  const isMidnight = (at: Date) =>
    new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Paris',
      dateStyle: 'short',
      timeStyle: 'medium',
    }).format(at) === `${day} 00:00:00`;
  return (isMidnight(winter as Date) ? winter : summer)?.toISOString() as string;
}
