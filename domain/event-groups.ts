/** The timeline in parts that people look for: each type of event is in one of them. */
import type { Label } from './forms';
import type { TimelineEvent } from './journal';

type EventType = TimelineEvent['type'];

interface EventGroup {
  readonly label: Label;
  readonly types: readonly EventType[];
}

export const eventGroups = {
  contacts: { label: { fr: 'Contacts', en: 'Contacts' }, types: ['contact'] },
  steps: {
    label: { fr: 'Étapes et décisions', en: 'Steps and decisions' },
    types: [
      'enrolled',
      'imported',
      'arm_drawn',
      'step_entered',
      'step_left',
      'hold_started',
      'hold_ended',
      'exited',
      'exit_undone',
      'closed',
    ],
  },
  done: { label: { fr: 'Tâches faites', en: 'Tasks done' }, types: ['task_completed'] },
  contract: {
    label: { fr: 'Offres, contrat, emploi', en: 'Offers, contract, job' },
    types: [
      'offer_proposed',
      'contract_recorded',
      'contract_start_postponed',
      'contract_terminated',
      'employment_recorded',
      'employment_left',
    ],
  },
  alerts: {
    label: { fr: 'Alertes et médiations', en: 'Alerts and mediations' },
    types: ['alert_raised', 'follow_ups_missed', 'mediation_opened', 'mediation_ended'],
  },
  people: {
    label: { fr: 'Référent et remplacements', en: 'Referent and substitutes' },
    types: [
      'referent_assigned',
      'referent_transferred',
      'stood_in',
      'came_back',
      'task_claimed',
      'task_released',
      'task_assigned',
    ],
  },
  deadlines: {
    label: { fr: 'Échéances et rappels', en: 'Deadlines and reminders' },
    types: [
      'task_planned',
      'task_opened',
      'task_cancelled',
      'task_reminded',
      'task_escalated',
      'task_flagged',
      'task_late',
      'deadline_moved',
      'day_came',
    ],
  },
} as const satisfies Record<string, EventGroup>;

export type EventGroupName = keyof typeof eventGroups;

export const eventTypes = Object.values(eventGroups).flatMap(({ types }): readonly EventType[] => types);
