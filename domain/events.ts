/** What may happen to a pathway beside its tasks, as the API takes it: contact, contract, termination, job, exit… */
import * as z from 'zod';
import { day, field, id, oneOf, optionalWords, words } from './forms';
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
} as const satisfies Record<string, z.ZodRawShape>;

export type EventKind = keyof typeof eventFields;
