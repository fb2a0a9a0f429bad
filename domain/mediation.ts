/** What opens a mediation and what comes of it, as people read it. */
import type { Label } from './forms';

export const mediationCauses = [
  'high_alert',
  'repeated_alert',
  'unhandled_alert',
  'missed_follow_ups',
  'silent_summer',
  'no_contact',
] as const;
export type MediationCause = (typeof mediationCauses)[number];

/** `terminated`: the contract was; `pathway_exited`: there is nobody left to mediate for. */
export const mediationResults = ['resolved', 'terminated', 'passed_on', 'pathway_exited'] as const;
export type MediationResult = (typeof mediationResults)[number];

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
