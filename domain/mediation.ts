/** What opens a mediation and what comes of it, as people read it. */
import type { Label } from './forms';
import type { MediationCause, MediationResult } from './journal';

export const causeLabels: Readonly<Record<MediationCause, Label>> = {
  high_alert: { fr: 'Alerte forte', en: 'High alert' },
  repeated_alert: { fr: 'Alerte répétée', en: 'Repeated alert' },
  unhandled_alert: { fr: 'Alerte non traitée à temps', en: 'Alert not handled in time' },
  missed_follow_ups: { fr: 'Suivis manqués', en: 'Missed follow-ups' },
  silent_summer: {
    fr: 'Sans nouvelles l’été ou à la rentrée',
    en: 'No news in summer or at the start of term',
  },
  no_contact: { fr: 'Contact perdu', en: 'No contact' },
};

export const resultLabels: Readonly<Record<MediationResult, Label>> = {
  resolved: { fr: 'Résolue', en: 'Resolved' },
  terminated: { fr: 'Contrat rompu', en: 'Contract terminated' },
  passed_on: { fr: 'Transmise', en: 'Passed on' },
  pathway_exited: { fr: 'Close avec la sortie du parcours', en: 'Closed with the exit of the pathway' },
};
