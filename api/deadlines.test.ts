import type { PathwayTask } from '../db/pathways';
import { endOfDay, startOfDay } from '../domain/calendar';
import { defaultSettings, type Settings } from '../domain/settings';
import { deadlinesOf } from './deadlines';

const tours = { id: 'tours', name: 'Tours' };
const version3 = (version: number) => (version === 3 ? defaultSettings : undefined);

function aTask(more: Partial<PathwayTask>): PathwayTask {
  return {
    id: 'p.1',
    kind: 'search_review',
    round: 1,
    subject: null,
    step: 'contract_search',
    status: 'planned',
    assignee: null,
    standsInFor: null,
    partnerId: null,
    schedule: {},
    countedFrom: '2026-04-14',
    opensAt: startOfDay('2026-07-15'),
    dueAt: endOfDay('2026-07-22'),
    remindAt: startOfDay('2026-07-21'),
    escalateAt: endOfDay('2026-07-27'),
    committeeAt: endOfDay('2026-08-05'),
    settingsVersion: 3,
    movedFrom: null,
    rungs: [],
    ...more,
  };
}
const sentences = (tasks: PathwayTask[], settingsOf: (v: number) => Settings | undefined = version3) =>
  deadlinesOf(tasks, [], tours, settingsOf, startOfDay('2026-05-01'), false).map((d) => d.sentence.fr);

test('a planned task says when it opens and is due, and from which day and setting that was counted', () => {
  expect(sentences([aTask({})])).toEqual([
    '« Revue de la recherche » s’ouvre le 15 juillet 2026, parce que c’est 3 mois après le 14 avril 2026 ; le 14 juillet 2026 est fermé (jour férié) (réglage « délai avant qu’elle s’ouvre » de Tours, version 3)',
    '« Revue de la recherche » est à faire au plus tard le 22 juillet 2026, parce que c’est 5 jours ouvrés après le 15 juillet 2026 (réglage « délai pour la faire » de Tours, version 3)',
  ]);
});

test('a follow-up opens some days before it is due', () => {
  const task = aTask({
    kind: 'search_follow_up',
    countedFrom: '2026-05-01',
    opensAt: startOfDay('2026-05-08'),
    dueAt: endOfDay('2026-05-15'),
  });
  expect(sentences([task])[0]).toBe(
    '« Suivi de la recherche » s’ouvre le 8 mai 2026, parce que c’est 7 jours avant le 15 mai 2026 (réglage « avance à laquelle elle s’ouvre » de Tours, version 3)',
  );
});

test('a day moved from a closed one says which and why', () => {
  const task = aTask({
    kind: 'company_visit',
    countedFrom: '2026-05-14',
    opensAt: startOfDay('2026-05-25'),
    dueAt: endOfDay('2026-06-15'),
    movedFrom: { day: '2026-06-13', because: 'weekend' },
  });
  expect(sentences([task])[1]).toContain(
    '30 jours après le 14 mai 2026 ; le 13 juin 2026 est fermé (week-end)',
  );
});

test('an open task says its reminder and what follows if it stays open; what has passed is left out', () => {
  const open = aTask({ status: 'open', kind: 'first_contact', countedFrom: '2026-07-17' });
  const names = (now: string) => deadlinesOf([open], [], tours, version3, now, false).map((d) => d.name);
  expect(names(startOfDay('2026-07-16'))).toEqual([
    'task_reminder',
    'task_due',
    'task_escalation',
    'task_committee',
  ]);
  expect(names(startOfDay('2026-07-28'))).toEqual(['task_due', 'task_committee']);
});

test('what stood still says how long the pathway was on hold', () => {
  const task = aTask({
    status: 'open',
    kind: 'entry_interview',
    schedule: { paused: 21 },
    countedFrom: '2026-06-01',
    opensAt: startOfDay('2026-06-01'),
  });
  expect(sentences([task]).find((s) => s.includes('à faire'))).toContain(
    '10 jours ouvrés après le 1er juin 2026 ; le parcours a été en attente 21 jours, qui ne comptent pas (réglage',
  );
});

test('on hold, what stands still has no day; legal dates and the day it ends are told', () => {
  const waits = [
    { name: 'hold_ends' as const, anchor: '2026-12-25', at: startOfDay('2026-12-28') },
    { name: 'contact_watch_phase_1' as const, anchor: '2026-06-01', at: startOfDay('2026-07-01') },
  ].map((wait) => ({ ...wait, key: wait.name, settingsVersion: 3 }));
  const tasks = [aTask({ kind: 'trial_review' }), aTask({ kind: 'company_visit' })];
  const found = deadlinesOf(tasks, waits, tours, version3, startOfDay('2026-05-01'), true);
  expect(new Set(found.map((d) => d.kind ?? d.name))).toEqual(new Set(['trial_review', 'hold_ends']));
  expect(found.at(-1)?.sentence.fr).toBe(
    'Le parcours reprend le 28 décembre 2026, parce que c’est le jour prévu, le 25 décembre 2026 ; le 25 décembre 2026 est fermé (jour férié)',
  );
});

test('a contact watch that would open on a closed day says so', () => {
  const wait = { key: 'a', name: 'contact_watch_phase_1' as const, settingsVersion: 3 };
  const [found] = deadlinesOf(
    [],
    [{ ...wait, anchor: '2026-06-18', at: startOfDay('2026-07-20') }],
    tours,
    version3,
    startOfDay('2026-05-01'),
    false,
  );
  expect(found?.sentence.fr).toContain('soit 30 jours ; le 18 juillet 2026 est fermé (week-end)');
});

test('a task planned for a day says that day', () => {
  const task = aTask({ kind: 'company_visit', schedule: { on: '2026-07-22' } });
  expect(sentences([task])[1]).toBe(
    '« Visite en entreprise, en binôme avec le CFA »' +
      ' est à faire au plus tard le 22 juillet 2026, parce que c’est le jour prévu',
  );
});

test('settings that are not known any more are named without a length', () => {
  expect(sentences([aTask({ settingsVersion: 2 })])[0]).toContain(
    'parce que c’est le délai du site après le 14 avril 2026',
  );
});

test('the waits of a termination: the CFA’s last day and its warnings', () => {
  const anchor = '2026-01-31';
  const waits = [
    {
      key: 'a',
      name: 'cfa_keeps_apprentice' as const,
      anchor,
      at: endOfDay('2026-07-31'),
      settingsVersion: 3,
    },
    {
      key: 'b',
      name: 'cfa_first_warning' as const,
      anchor,
      at: startOfDay('2026-06-01'),
      settingsVersion: 3,
    },
  ];
  const found = deadlinesOf([], waits, tours, version3, startOfDay('2026-02-01'), false);
  expect(found.map((d) => d.sentence)).toEqual([
    {
      fr: 'Premier avertissement avant la fin de l’accueil au CFA : le 1er juin 2026, parce que le CFA accueille le jeune 6 mois après la rupture, le 31 janvier 2026, et avertit 60 jours avant (réglage « premier avertissement avant la fin de l’accueil au CFA » de Tours, version 3)',
      en: 'First warning before the CFA no longer keeps the apprentice: 1 June 2026, because the CFA keeps the apprentice 6 months after the termination, 31 January 2026, and warns 60 days before (setting "first warning before the end of the stay at the CFA" of Tours, version 3)',
    },
    {
      fr: 'Le CFA cesse d’accueillir le jeune sans employeur le 31 juillet 2026, parce que c’est 6 mois après le 31 janvier 2026 (réglage « accueil au CFA sans employeur » de Tours, version 3)',
      en: 'The CFA no longer keeps the apprentice without an employer on 31 July 2026, because that is 6 months after 31 January 2026 (setting "stay at the CFA without an employer" of Tours, version 3)',
    },
  ]);
  expect(found[1]?.reason).toEqual({
    code: 'counted_after',
    anchor,
    setting: 'periods.cfaKeepsApprentice',
    settingsVersion: 3,
    siteId: 'tours',
  });
});
