/** Days as people read them in a sentence. */
import type { Day } from './calendar';
import type { Label } from './forms';

const inFrench = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'long', timeZone: 'UTC' });
const inEnglish = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** "le 14 juillet 2026", "14 July 2026" */
export function longDay(day: Day): Label {
  const date = new Date(`${day}T00:00:00Z`);
  return { fr: `le ${inFrench.format(date).replace(/^1 /, '1er ')}`, en: inEnglish.format(date) };
}
