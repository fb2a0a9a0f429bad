/** Days and instants as people read them, in Europe/Paris wherever the browser is. */
import { type Language, useLanguage } from './words';

const timeZone = 'Europe/Paris';
const locales: Record<Language, string> = { fr: 'fr-FR', en: 'en-GB' };

function formats(language: Language) {
  const format = (options: Intl.DateTimeFormatOptions) => {
    const made = new Intl.DateTimeFormat(locales[language], { timeZone, ...options });
    // A day without time is the day itself, not midnight somewhere: noon is the same day in Paris.
    return (time: string) => {
      const text = made.format(new Date(time.length === 10 ? `${time}T12:00:00Z` : time));
      // French alone writes the first of a month so.
      return language === 'fr' ? text.replace(/(?<!\d)1 (?=\p{L})/u, '1er ') : text;
    };
  };
  /** 14 juil. 2026 */
  const day = format({ day: 'numeric', month: 'short', year: 'numeric' });
  /** mar. 14 juil. */
  const shortDay = format({ weekday: 'short', day: 'numeric', month: 'short' });
  return {
    day,
    /** mardi 14 juillet 2026 */
    longDay: format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
    shortDay,
    /** Of what is to come: its day of the week, or the year where it is another one. */
    comingDay: (time: string, now: string | Date = new Date()) =>
      (parisDay(time).slice(0, 4) === parisDay(now).slice(0, 4) ? shortDay : day)(time),
    /** 14 juil. 2026, 09:30 */
    instant: format({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }),
    /** 09:30 */
    time: format({ hour: '2-digit', minute: '2-digit' }),
  };
}
const made = { fr: formats('fr'), en: formats('en') };

export function useDates() {
  return made[useLanguage()];
}

const isoDay = new Intl.DateTimeFormat('sv-SE', { timeZone });
/** @returns the day it is in Paris at an instant: YYYY-MM-DD */
export const parisDay = (instant: string | Date = new Date()): string => isoDay.format(new Date(instant));

/** @returns how many days in Paris one instant is after another; negative: before it */
export const daysBetween = (from: string | Date, to: string | Date): number =>
  (Date.parse(parisDay(to)) - Date.parse(parisDay(from))) / 86_400_000;

const isoMinute = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
/** @returns the day and time it is in Paris at an instant, as a field takes it: YYYY-MM-DDTHH:MM */
export const parisTime = (instant: string | Date): string =>
  isoMinute.format(new Date(instant)).replace(' ', 'T');

/** @param local a day and a time in Paris, as a field gives it: YYYY-MM-DDTHH:MM @returns its instant */
export function parisInstant(local: string): string {
  const wanted = Date.parse(`${local}Z`);
  // How far Paris is ahead is asked of a moment that is an hour or two off, and then of the one found.
  let at = wanted;
  for (let tries = 0; tries < 2; tries++) at -= Date.parse(`${parisTime(new Date(at))}Z`) - wanted;
  return new Date(at).toISOString();
}
