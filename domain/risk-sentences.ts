/** Why a young person is at risk, as a coordinator reads it: since when, and by which rule and setting. */
import type { RiskReason } from './attention';
import { type Day, dayOf, type Instant } from './calendar';
import { lengthOf, longDay } from './days';
import type { Label } from './forms';
import type { Settings } from './settings';
import { definitionOf, type TaskKind } from './tasks';

export interface Site {
  readonly name: string;
}

/** What is known of each reason, by its code. */
export interface RiskFacts {
  readonly no_contact: {
    /** null: never since the entry */
    readonly lastContactAt: Instant | null;
    readonly enteredAt: Instant;
    /** What said that it was too long: the watch of a phase, or a decision that was asked for. */
    readonly by: 'contact_watch_phase_1' | 'contact_watch_phase_2' | 'hard_to_reach_decision';
    readonly at: Instant;
    readonly settingsVersion: number | null;
  };
  readonly overdue: {
    readonly dueAt: Instant;
    readonly kind: TaskKind;
    readonly tasks: number;
    readonly settingsVersion: number;
  };
  readonly two_missed: {
    readonly at: Instant;
    readonly kind: TaskKind;
    readonly times: number;
    readonly settingsVersion: number;
  };
  readonly long_stay: {
    readonly since: Instant;
    readonly days: number;
    readonly limit: number;
  };
}

type Sentences = {
  readonly [R in RiskReason]: (facts: RiskFacts[R], site: Site, settings: Settings | undefined) => Label;
};

/** "réglage de Blois, version 3" */
const source = ({ name }: Site, version: number): Label => ({
  fr: `réglage de ${name}, version ${version}`,
  en: `setting of ${name}, version ${version}`,
});
const on = (instant: Instant): Label => longDay(dayOf(instant) as Day);

export const riskSentences: Sentences = {
  no_contact({ lastContactAt, enteredAt, by, at, settingsVersion }, site, settings) {
    const since = on(lastContactAt ?? enteredAt);
    const silent = lastContactAt
      ? { fr: `Aucun contact depuis ${since.fr}`, en: `No contact since ${since.en}` }
      : { fr: `Aucun contact depuis l’entrée, ${since.fr}`, en: `No contact since the entry, ${since.en}` };
    if (by === 'hard_to_reach_decision') {
      const { fr, en } = definitionOf(by).label;
      const asked = on(at);
      return {
        fr: `${silent.fr} ; « ${fr} » demandée ${asked.fr}`,
        en: `${silent.en}; “${en}” asked for on ${asked.en}`,
      };
    }
    const watch =
      settings?.periods[by === 'contact_watch_phase_1' ? 'contactWatchPhase1' : 'contactWatchPhase2'];
    const length = watch && lengthOf(watch);
    const from = settingsVersion === null ? null : source(site, settingsVersion);
    return {
      fr: `${silent.fr} ; veille de contact${length ? ` de ${length.fr}` : ''}${from ? `, ${from.fr}` : ''}`,
      en: `${silent.en}; contact watch${length ? ` of ${length.en}` : ''}${from ? `, ${from.en}` : ''}`,
    };
  },

  overdue({ dueAt, kind, tasks, settingsVersion }, site) {
    const { fr, en } = definitionOf(kind).label;
    const [due, from, others] = [on(dueAt), source(site, settingsVersion), tasks - 1];
    return {
      fr: `« ${fr} » à faire au plus tard ${due.fr}${others > 0 ? `, et ${others} autre${others > 1 ? 's' : ''} en retard` : ''} ; échéance comptée par le ${from.fr}`,
      en: `“${en}” was due by ${due.en}${others > 0 ? `, and ${others} other${others > 1 ? 's' : ''} overdue` : ''}; due date counted with the ${from.en}`,
    };
  },

  two_missed({ at, kind, times, settingsVersion }, site, settings) {
    const { fr, en } = definitionOf(kind).label;
    const [since, from] = [on(at), source(site, settingsVersion)];
    const many = settings?.counts.missedInARow;
    return {
      fr: `« ${fr} » manqué ${times} fois de suite, trop depuis ${since.fr}${many ? ` ; ${many} de suite` : ''}, ${from.fr}`,
      en: `“${en}” missed ${times} times in a row, too many since ${since.en}${many ? `; ${many} in a row` : ''}, ${from.en}`,
    };
  },

  long_stay({ since, days, limit }, { name }) {
    const from = on(since);
    return {
      fr: `Dans cette étape depuis ${from.fr}, ${days} jours ; à ${name}, neuf séjours sur dix n’y dépassent pas ${limit} jours`,
      en: `In this step since ${from.en}, ${days} days; in ${name} nine stays in ten last ${limit} days at most`,
    };
  },
};
