/** What the timeline says: every type of event has its words, in both languages, and says who did it. */
import { eventGroups, eventTypes } from './event-groups';
import { eventSentence, peopleIn, type Told } from './event-sentences';
import type { TimelineEvent } from './journal';

const ana = '00000000-0000-4000-8000-00000000000a';
const leo = '00000000-0000-4000-8000-00000000000b';
const names = new Map([
  [ana, 'Ana Petit'],
  [leo, 'Léo Roux'],
]);
const told = (event: Told) => eventSentence(event, (id) => names.get(id));

const task = { taskId: 'x.1', kind: 'first_contact' };
const by = 'Ana Petit';

/** One event of each type as the workflow writes it, and what is said of it. */
const sentences: Record<TimelineEvent['type'], [Omit<Told, 'type'>, fr: string, en: string]> = {
  enrolled: [{ by }, 'Inscrit par Ana Petit', 'Enrolled by Ana Petit'],
  arm_drawn: [
    { data: { arm: 'service_plus', drawId: 'd' } },
    'Tirage au sort : service plus',
    'Drawn: service plus',
  ],
  imported: [{ by }, 'Parcours repris en cours par Ana Petit', 'Pathway taken over as it ran by Ana Petit'],
  step_entered: [
    { data: { step: 'contract_search', interval: 3 } },
    'Entre dans l’étape 3, chercher un contrat',
    'Enters step 3, contract search',
  ],
  step_left: [
    { data: { step: 'welcome', interval: 1, to: 'contract_search' } },
    'Quitte l’étape 1, accueillir et informer',
    'Leaves step 1, welcome',
  ],
  task_planned: [{ data: task }, '« Premier contact » est prévue', '"First contact" is planned'],
  task_opened: [{ data: task }, '« Premier contact » est à faire', '"First contact" is to be done'],
  task_claimed: [
    { by, data: { ...task, assigneeId: ana } },
    '« Premier contact » est prise par Ana Petit',
    '"First contact" is taken by Ana Petit',
  ],
  task_released: [
    { by, data: task },
    '« Premier contact » est rendue à l’équipe par Ana Petit',
    '"First contact" is given back to the team by Ana Petit',
  ],
  task_assigned: [
    { by, data: { ...task, assigneeId: leo } },
    '« Premier contact » est confiée à Léo Roux par Ana Petit',
    '"First contact" is given to Léo Roux by Ana Petit',
  ],
  task_reminded: [{ data: task }, '« Premier contact » est rappelée', '"First contact" is reminded'],
  task_escalated: [
    { data: task },
    '« Premier contact » est signalée à la coordination',
    '"First contact" is escalated to the coordinator',
  ],
  task_flagged: [
    { data: task },
    '« Premier contact » est signalée au comité local',
    '"First contact" is flagged to the local committee',
  ],
  task_late: [
    { data: task },
    '« Premier contact » n’est pas faite à temps',
    '"First contact" is not done in time',
  ],
  task_completed: [
    { by, subject: 'mobility', data: { taskId: 'x.1', kind: 'remove_obstacle', outcome: 'solved' } },
    '« Lever un frein » (mobilité) faite par Ana Petit : résolu',
    '"Remove an obstacle" (mobility) done by Ana Petit: solved',
  ],
  task_cancelled: [
    { data: { ...task, reason: 'step_left' } },
    '« Premier contact » n’est plus demandée : l’étape est terminée',
    '"First contact" is no longer asked: the step was left',
  ],
  contact: [
    { by, data: { channel: 'sms', result: 'message_left' } },
    'Message laissé par Ana Petit (SMS)',
    'Message left by Ana Petit (SMS)',
  ],
  referent_assigned: [{ data: { referentId: leo } }, 'Référent : Léo Roux', 'Referent: Léo Roux'],
  referent_transferred: [
    { by, data: { from: ana, to: leo, until: '2026-07-14' } },
    'Référent changé par Ana Petit : Léo Roux après Ana Petit jusqu’au 14 juillet 2026',
    'Referent changed by Ana Petit: Léo Roux after Ana Petit until 14 July 2026',
  ],
  deadline_moved: [
    {
      data: {
        ...task,
        which: 'dueAt',
        from: '2026-03-31T21:59:59.999Z',
        to: '2026-04-01T21:59:59.999Z',
        settingsVersion: 2,
      },
    },
    'Échéance déplacée : « Premier contact » est à faire le 1er avril 2026 au lieu du 31 mars 2026',
    'Deadline moved: "First contact" is due 1 April 2026 instead of 31 March 2026',
  ],
  stood_in: [
    { data: { ...task, assigneeId: leo, standsInFor: ana } },
    '« Premier contact » est faite par Léo Roux en l’absence de Ana Petit',
    '"First contact" is with Léo Roux while Ana Petit is away',
  ],
  came_back: [
    { data: { ...task, assigneeId: ana } },
    '« Premier contact » revient à Ana Petit',
    '"First contact" is back with Ana Petit',
  ],
  mediation_opened: [
    { by, data: { mediationId: 'x.mediation-1', cause: 'high_alert' } },
    'Médiation ouverte par Ana Petit : alerte forte',
    'Mediation opened by Ana Petit: high alert',
  ],
  mediation_ended: [
    { data: { mediationId: 'x.mediation-1', result: 'passed_on' } },
    'La médiation est terminée : transmise',
    'The mediation is over: passed on',
  ],
  contract_recorded: [
    { by, data: { contractId: 'x.contract-1' } },
    'Contrat d’apprentissage enregistré par Ana Petit',
    'Apprenticeship contract recorded by Ana Petit',
  ],
  contract_terminated: [
    { by, data: { contractId: 'x.contract-1', on: '2026-07-14', initiator: 'cfa', reason: 'conflict' } },
    'Contrat rompu le 14 juillet 2026 (le CFA, conflit), enregistré par Ana Petit',
    'Contract terminated on 14 July 2026 (the CFA, conflict), recorded by Ana Petit',
  ],
  contract_start_postponed: [
    { data: { contractId: 'x.contract-1', startsOn: '2026-09-01' } },
    'Le contrat commence plus tard : le 1er septembre 2026',
    'The contract starts later: 1 September 2026',
  ],
  employment_recorded: [
    { by, data: { employmentId: 'x.job-1', kind: 'permanent', durable: true } },
    'Emploi enregistré par Ana Petit : CDI, emploi durable',
    'Job recorded by Ana Petit: Permanent (CDI), durable',
  ],
  employment_left: [{ data: { employmentId: 'x.job-1' } }, 'A quitté l’emploi', 'Left the job'],
  offer_proposed: [
    { by, data: { proposedOn: '2026-07-14', wordsId: ana } },
    'Offre proposée le 14 juillet 2026 par Ana Petit',
    'Offer proposed on 14 July 2026 by Ana Petit',
  ],
  alert_raised: [
    { by, data: { level: 'high', source: 'employer' } },
    'Alerte forte (l’employeur), enregistrée par Ana Petit',
    'High alert (the employer), recorded by Ana Petit',
  ],
  follow_ups_missed: [{}, 'Deux suivis manqués de suite', 'Two follow-ups missed in a row'],
  hold_started: [
    { by, data: { until: '2026-09-01' } },
    'Mis en attente jusqu’au 1er septembre 2026 par Ana Petit',
    'Put on hold until 1 September 2026 by Ana Petit',
  ],
  hold_ended: [
    { by },
    'Le parcours reprend, décidé par Ana Petit',
    'The pathway resumes, decided by Ana Petit',
  ],
  day_came: [{ data: { name: 'contract_ends' } }, 'Le contrat se termine', 'The contract ends'],
  exited: [
    { by, data: { code: 'moved_away' } },
    'Sortie enregistrée par Ana Petit : a déménagé',
    'Exit recorded by Ana Petit: moved away',
  ],
  exit_undone: [
    { by, data: { code: 'moved_away' } },
    'Sortie annulée par Ana Petit',
    'Exit undone by Ana Petit',
  ],
  closed: [{}, 'La sortie est définitive', 'The exit is final'],
};
const each = Object.entries(sentences) as [TimelineEvent['type'], [Omit<Told, 'type'>, string, string]][];

test.each(each)('%s is told in words', (type, [event, fr, en]) => {
  const said = told({ type, ...event });
  expect({ ...said, fr: said.fr.replaceAll('\u00a0', ' ') }).toEqual({ fr, en });
});

test('each type of event is in one group of the timeline', () => {
  expect([...eventTypes].sort()).toEqual(Object.keys(sentences).sort());
  for (const { label } of Object.values(eventGroups)) expect(label.fr).not.toBe('');
});

test('what happened by itself names nobody', () => {
  expect(told({ type: 'hold_ended', by: null }).fr).toBe('Le parcours reprend');
  expect(
    told({
      type: 'contract_terminated',
      data: { on: '2026-07-14', initiator: null, reason: 'never_started' },
    }),
  ).toEqual({
    fr: 'Contrat rompu le 14 juillet 2026 (n’a jamais commencé)',
    en: 'Contract terminated on 14 July 2026 (never started)',
  });
  expect(told({ type: 'stood_in', data: { ...task, assigneeId: null, standsInFor: ana } }).en).toBe(
    '"First contact" is the team’s while Ana Petit is away',
  );
});

test('an event of a kind or a person that is no longer known is still told', () => {
  expect(told({ type: 'task_completed', data: { kind: 'tea_party', outcome: 'held' } }).en).toBe(
    '"tea_party" done: held',
  );
  expect(
    told({ type: 'referent_transferred', data: { from: null, to: '00000000-0000-4000-8000-00000000000c' } })
      .en,
  ).toBe('Referent changed: ? after nobody');
});

test('the people whom an event names are looked up, days that moved are none', () => {
  expect(peopleIn({ data: { from: ana, to: leo } })).toEqual([ana, leo]);
  expect(peopleIn({ data: { from: '2026-03-31T21:59:59.999Z', to: null, assigneeId: ana } })).toEqual([ana]);
});
