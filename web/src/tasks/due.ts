/** When a task is due, in words: whether it is late is read, not only seen. */
import { daysBetween, useDates } from '../words/dates';
import { inBoth, useWords } from '../words/words';

const w = inBoth({
  fr: {
    late: (n: number) => `En retard de ${n} ${n > 1 ? 'jours' : 'jour'}`,
    today: 'À faire aujourd’hui',
    tomorrow: 'À faire avant demain soir',
    within: (n: number) => `À faire sous ${n} jours`,
  },
  en: {
    late: (n: number) => `${n} ${n === 1 ? 'day' : 'days'} late`,
    today: 'Due today',
    tomorrow: 'Due by tomorrow evening',
    within: (n: number) => `Due within ${n} days`,
  },
});

export interface Due {
  readonly late: boolean;
  /** « En retard de 3 jours » */
  readonly inWords: string;
  /** « mardi 17 novembre 2026 » */
  readonly day: string;
}

export function useDue(): (dueAt: string) => Due {
  const words = useWords(w);
  const { longDay } = useDates();
  return (dueAt) => {
    const days = daysBetween(new Date(), dueAt);
    const inWords =
      days < 0
        ? words.late(-days)
        : days === 0
          ? words.today
          : days === 1
            ? words.tomorrow
            : words.within(days);
    return { late: days < 0, inWords, day: longDay(dueAt) };
  };
}
