/** Why somebody is at risk, as it is read. */
import { riskSentences } from './risk-sentences';
import { defaultSettings, settingsSchema } from './settings';

const blois = { name: 'Blois' };
const at = (day: string) => `${day}T10:00:00.000Z`;

test('a silence says since when, how long the watch is and which setting says so', () => {
  const facts = {
    ...{ lastContactAt: at('2026-10-03'), enteredAt: at('2026-09-01'), at: at('2026-11-02') },
    ...{ by: 'contact_watch_phase_1' as const, settingsVersion: 3 },
  };
  expect(riskSentences.no_contact(facts, blois, defaultSettings)).toEqual({
    fr: 'Aucun contact depuis le 3 octobre 2026 ; veille de contact de 30 jours, réglage de Blois, version 3',
    en: 'No contact since 3 October 2026; contact watch of 30 days, setting of Blois, version 3',
  });
  const phase2 = { ...facts, by: 'contact_watch_phase_2' as const };
  expect(riskSentences.no_contact(phase2, blois, defaultSettings).fr).toContain('de 45 jours');
  // A version that is not known any more says no length.
  expect(riskSentences.no_contact({ ...phase2, settingsVersion: null }, blois, undefined).en).toBe(
    'No contact since 3 October 2026; contact watch',
  );
  const asked = { ...facts, lastContactAt: null, by: 'hard_to_reach_decision' as const };
  expect(riskSentences.no_contact(asked, blois, undefined)).toEqual({
    fr: 'Aucun contact depuis l’entrée, le 1er septembre 2026 ; « Décision : jeune difficile à joindre » demandée le 2 novembre 2026',
    en: 'No contact since the entry, 1 September 2026; “Decision: hard to reach” asked for on 2 November 2026',
  });
});

test('a task that is overdue says by when it was due, and how many others are', () => {
  const facts = { dueAt: at('2026-10-12'), kind: 'entry_interview' as const, tasks: 1, settingsVersion: 2 };
  expect(riskSentences.overdue(facts, blois, undefined)).toEqual({
    fr: '« Entretien d’entrée » à faire au plus tard le 12 octobre 2026 ; échéance comptée par le réglage de Blois, version 2',
    en: '“Entry interview” was due by 12 October 2026; due date counted with the setting of Blois, version 2',
  });
  expect(riskSentences.overdue({ ...facts, tasks: 2 }, blois, undefined).fr).toContain(
    ', et 1 autre en retard ;',
  );
  expect(riskSentences.overdue({ ...facts, tasks: 4 }, blois, undefined).en).toContain(
    ', and 3 others overdue;',
  );
});

test('follow-ups that were missed say how many, since when it is too many, and the setting', () => {
  const facts = { at: at('2026-10-12'), kind: 'search_follow_up' as const, times: 3, settingsVersion: 4 };
  const settings = settingsSchema.parse({ counts: { missedInARow: 3 } });
  expect(riskSentences.two_missed(facts, blois, settings)).toEqual({
    fr: '« Suivi de la recherche » manqué 3 fois de suite, trop depuis le 12 octobre 2026 ; 3 de suite, réglage de Blois, version 4',
    en: '“Search follow-up” missed 3 times in a row, too many since 12 October 2026; 3 in a row, setting of Blois, version 4',
  });
});

test('a long stay says how long others stay', () => {
  expect(riskSentences.long_stay({ since: at('2026-03-03'), days: 92, limit: 60 }, blois, undefined)).toEqual(
    {
      fr: 'Dans cette étape depuis le 3 mars 2026, 92 jours ; à Blois, neuf séjours sur dix n’y dépassent pas 60 jours',
      en: 'In this step since 3 March 2026, 92 days; in Blois nine stays in ten last 60 days at most',
    },
  );
});
