/** Days and lengths of time as people read them in a sentence. */
import type { Day, Delay } from './calendar';
import type { Label } from './forms';

const inFrench = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'long', timeZone: 'UTC' });
const inEnglish = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** "le 14 juillet 2026", "14 July 2026" */
export function longDay(day: Day): Label {
  const date = new Date(`${day}T00:00:00Z`);
  return { fr: `le ${inFrench.format(date).replace(/^1 /, '1er ')}`, en: inEnglish.format(date) };
}

const units: Readonly<Record<string, readonly [one: Label, more: Label]>> = {
  workingDays: [
    { fr: 'jour ouvré', en: 'working day' },
    { fr: 'jours ouvrés', en: 'working days' },
  ],
  days: [
    { fr: 'jour', en: 'day' },
    { fr: 'jours', en: 'days' },
  ],
  weeks: [
    { fr: 'semaine', en: 'week' },
    { fr: 'semaines', en: 'weeks' },
  ],
  months: [
    { fr: 'mois', en: 'month' },
    { fr: 'mois', en: 'months' },
  ],
};

/** "30 jours", "30 days" */
export function lengthOf(delay: Delay): Label {
  const [unit, n] = Object.entries(delay)[0] as [string, number];
  const [one, more] = units[unit] as readonly [Label, Label];
  return { fr: `${n} ${(n < 2 ? one : more).fr}`, en: `${n} ${(n === 1 ? one : more).en}` };
}
