/** How far a day is, as people say it: "dans 3 jours", "en retard de 2 jours". */
import { daysBetween } from './dates';
import { inBoth, useWords } from './words';

const w = inBoth({
  fr: {
    today: 'aujourd’hui',
    tomorrow: 'demain',
    inDays: (n: number) => `dans ${n} jours`,
    late: (n: number) => `en retard de ${n} ${n > 1 ? 'jours' : 'jour'}`,
    yesterday: 'hier',
    ago: (n: number) => `il y a ${n} jours`,
  },
  en: {
    today: 'today',
    tomorrow: 'tomorrow',
    inDays: (n: number) => `in ${n} days`,
    late: (n: number) => `${n} ${n === 1 ? 'day' : 'days'} late`,
    yesterday: 'yesterday',
    ago: (n: number) => `${n} days ago`,
  },
});

/** @param now what time it is for whoever this is about */
export function useDue(now: string = new Date().toISOString()) {
  const words = useWords(w);
  return {
    isLate: (due: string) => due < now,
    /** Of what is to be done by then. */
    due(due: string): string {
      const days = daysBetween(now, due);
      if (days < 0 || due < now) return words.late(Math.max(1, -days));
      return days === 0 ? words.today : days === 1 ? words.tomorrow : words.inDays(days);
    },
    /** Of what has been. */
    ago(then: string): string {
      const days = daysBetween(then, now);
      return days <= 0 ? words.today : days === 1 ? words.yesterday : words.ago(days);
    },
  };
}
