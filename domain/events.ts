/**
 * What may happen to a pathway beside its tasks: contact, contract, termination, job, exit… What people call it, the
 * fields it is recorded with, and when it may not be. The workflow refuses by it, the page offers by it.
 */
import * as z from 'zod';
import { day, field, id, type Label, oneOf, optionalWords, words } from './forms';
import {
  alertLevelLabels,
  alertSourceLabels,
  channelLabels,
  contactResultLabels,
  employmentKindLabels,
  exitLabels,
  initiatorLabels,
  terminationReasonLabels,
} from './labels';
import type { Step } from './pathway';
import { contractFields } from './tasks';

const comment = optionalWords('Commentaire', 'Comment');

export const eventFields = {
  contact: {
    channel: field(oneOf(channelLabels), 'Canal', 'Channel'),
    result: field(oneOf(contactResultLabels), 'Résultat', 'Result'),
    at: field(
      z.iso.datetime({ offset: true }).optional(),
      'Quand (maintenant si absent)',
      'When (now if absent)',
    ),
    comment,
  },
  contract: contractFields,
  termination: {
    on: field(day(), 'Date de la rupture', 'Date of the termination'),
    initiator: field(oneOf(initiatorLabels), 'À l’initiative de', 'Initiated by'),
    reason: field(oneOf(terminationReasonLabels), 'Motif', 'Reason'),
    comment,
  },
  employment: {
    kind: field(oneOf(employmentKindLabels), 'Nature de l’emploi', 'Kind of employment'),
    startsOn: field(day(), 'Début', 'Starts on'),
    endsOn: field(day().optional(), 'Fin (si à durée déterminée)', 'Ends on (if fixed-term)'),
    employer: words('Employeur', 'Employer', 200),
    comment,
  },
  alert: {
    level: field(oneOf(alertLevelLabels), 'Niveau', 'Level'),
    source: field(oneOf(alertSourceLabels), 'Signalée par', 'Raised by'),
    what: words('Ce qui se passe', 'What is happening'),
  },
  offer: {
    offer: words('L’offre : employeur, métier, lieu', 'The offer: employer, trade, place', 1000),
    proposedOn: field(
      day().optional(),
      'Proposée le (aujourd’hui si absent)',
      'Proposed on (today if absent)',
    ),
  },
  hold: {
    until: field(day(), 'Jusqu’au', 'Until'),
    comment,
  },
  transfer: {
    referentId: field(id(), 'Nouveau référent', 'New referent', { 'x-people': 'counsellor' }),
    until: field(day().optional(), 'Jusqu’au (définitif si absent)', 'Until (for good if absent)'),
    comment,
  },
  exit: {
    code: field(oneOf(exitLabels), 'Motif de sortie', 'Exit'),
    comment: optionalWords('Précision (obligatoire pour « autre »)', 'Details (required for "other")'),
  },
  resume: {},
  undo_exit: {},
} as const satisfies Record<string, z.ZodRawShape>;

export type EventKind = keyof typeof eventFields;

export const eventLabels: Readonly<Record<EventKind, Label>> = {
  contact: { fr: 'Enregistrer un contact ou une tentative', en: 'Record a contact or an attempt' },
  contract: { fr: 'Enregistrer un contrat d’apprentissage', en: 'Record an apprenticeship contract' },
  termination: { fr: 'Enregistrer une rupture', en: 'Record a termination' },
  employment: { fr: 'Enregistrer un emploi', en: 'Record an employment' },
  alert: { fr: 'Signaler une alerte', en: 'Raise an alert' },
  offer: { fr: 'Proposer une offre', en: 'Propose an offer' },
  hold: { fr: 'Mettre en attente jusqu’à une date', en: 'Put on hold until a day' },
  transfer: { fr: 'Changer de référent', en: 'Change the referent' },
  exit: { fr: 'Sortir du parcours', en: 'Exit from the pathway' },
  resume: { fr: 'Reprendre le parcours', en: 'Resume the pathway' },
  undo_exit: { fr: 'Annuler la sortie', en: 'Undo the exit' },
};

/** Of a pathway, what decides whether something can be recorded now. */
export interface PathwayNow {
  /** It has exited, or is about to. */
  readonly exited: boolean;
  /** The time in which an exit can be undone is over. */
  readonly closed: boolean;
  readonly onHold: boolean;
  /** null: in none, before the draw or in the usual service. */
  readonly step: Step | null;
  readonly contractRuns: boolean;
}

export type NotNow =
  | 'pathway_exited'
  | 'pathway_closed'
  | 'contract_running'
  | 'contract_missing'
  | 'not_in_the_steps'
  | 'not_in_this_step'
  | 'not_on_hold'
  | 'not_exited';

const unlessExited = ({ exited }: PathwayNow): NotNow | null => (exited ? 'pathway_exited' : null);

const notNow: Partial<Record<EventKind, (now: PathwayNow) => NotNow | null>> = {
  // A new contract may follow the one that ends: step 5 is beside its last months.
  contract: (now) =>
    unlessExited(now) ?? (now.contractRuns && now.step === 'securing' ? 'contract_running' : null),
  termination: (now) => unlessExited(now) ?? (now.contractRuns ? null : 'contract_missing'),
  offer: (now) => unlessExited(now) ?? (now.step === 'contract_search' ? null : 'not_in_this_step'),
  resume: ({ onHold }) => (onHold ? null : 'not_on_hold'),
  undo_exit: ({ exited }) => (exited ? null : 'not_exited'),
};

/** What may happen to somebody whom the five steps do not accompany. */
const outsideTheSteps: readonly EventKind[] = ['contact', 'exit', 'undo_exit'];

/** Why this cannot be recorded now, null: it can. */
export function whyNotNow(kind: EventKind, now: PathwayNow): NotNow | null {
  if (now.closed) return 'pathway_closed';
  if (now.step === null && !outsideTheSteps.includes(kind)) return 'not_in_the_steps';
  return (notNow[kind] ?? unlessExited)(now);
}
