/** Words that several parts of the inbox use. */
import { inBoth } from '../words/words';

export const tabWords = inBoth({
  fr: { me: 'Mes tâches', unassigned: 'À prendre', team: 'Équipe' },
  en: { me: 'My tasks', unassigned: 'Free', team: 'Team' },
});

export const dueWords = inBoth({
  fr: { overdue: 'En retard', today: 'Aujourd’hui', week: 'Sous 7 jours', later: 'Plus tard' },
  en: { overdue: 'Overdue', today: 'Today', week: 'Within 7 days', later: 'Later' },
});
