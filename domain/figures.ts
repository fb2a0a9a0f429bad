/**
 * The figures of the programme: what each counts, in words, the same for every site; the page, the report and docs/figures.md
 * print them from here.
 */
import type { Label } from './forms';
import { steps } from './pathway';

export interface Definition {
  readonly label: Label;
  readonly definition: Label;
}
export const define = (fr: [label: string, definition: string], en: [label: string, definition: string]) => ({
  label: { fr: fr[0], en: en[0] },
  definition: { fr: fr[1], en: en[1] },
});

export const figures = [
  'entered',
  'currently_in',
  'overdue',
  'in_mediation',
  'on_hold',
  'unreachable',
] as const;
export type Figure = (typeof figures)[number];

export const figureDefinitions: Readonly<Record<Figure, Definition>> = {
  entered: define(
    [
      'Entrés',
      'Jeunes inscrits à cette date ou avant, sortis ou non. Un jeune inscrit deux fois compte deux fois.',
    ],
    [
      'Entered',
      'Young people enrolled on or before that date, whether they have left or not. Enrolled twice counts twice.',
    ],
  ),
  currently_in: define(
    [
      'Présents',
      'Jeunes entrés et non sortis à cette date ; ceux mis en attente en font partie. Entrés = présents + sortis.',
    ],
    [
      'Currently in',
      'Young people who had entered and not left by that date; those on hold are among them. Entered = currently in + exited.',
    ],
  ),
  overdue: define(
    [
      'En retard',
      'Jeunes présents et non en attente pour lesquels au moins une tâche était ouverte alors que son échéance, telle qu’elle était fixée à cette date, était passée.',
    ],
    [
      'Overdue',
      'Young people in and not on hold for whom at least one task was open although its due date, as it was set on that date, had passed.',
    ],
  ),
  in_mediation: define(
    ['En médiation', 'Jeunes présents pour lesquels une médiation était ouverte et non terminée.'],
    ['In mediation', 'Young people in for whom a mediation had been opened and was not over.'],
  ),
  on_hold: define(
    ['En attente', 'Jeunes présents dont le parcours était suspendu jusqu’à une date.'],
    ['On hold', 'Young people in whose pathway was on hold until a day.'],
  ),
  unreachable: define(
    [
      'Injoignables',
      'Jeunes présents avec qui aucun contact n’a abouti depuis que la veille de contact est arrivée à son terme (30 jours sans contact en phase 1, 45 en phase 2, réglage du site) ou depuis qu’une décision « jeune difficile à joindre » a été demandée.',
    ],
    [
      'Unreachable',
      'Young people in with whom no contact has succeeded since the contact watch came to its day (30 days without contact in phase 1, 45 in phase 2, a setting of the site) or since a decision about a young person hard to reach was asked for.',
    ],
  ),
};

/** What else the page and the report count by. */
export const termDefinitions = {
  as_of: define(
    ['Au', 'L’instant dont l’état est compté ; un jour vaut sa fin, heure de Paris : « au 31 décembre ».'],
    ['As at', 'The instant whose state is counted; a day means its end in Paris: “as at 31 December”.'],
  ),
  known_at: define(
    [
      'Connu le',
      'L’instant jusqu’auquel ce qui a été enregistré compte. Avec les deux mêmes instants, la réponse ne change jamais.',
    ],
    [
      'Known at',
      'The instant up to which what was recorded counts. With the same two instants the answer never changes.',
    ],
  ),
  corrected: define(
    [
      'Corrigé depuis',
      'Jeunes dont l’état à la date demandée n’est plus celui qui était connu à cette date : un évènement a été enregistré après coup, ou une sortie annulée.',
    ],
    [
      'Corrected since',
      'Young people whose state on the date asked for is no longer the one known on that date: something was recorded afterwards, or an exit was undone.',
    ],
  ),
  step: define(
    [
      'Étape',
      'L’étape du parcours où était le jeune. « Inconnue » : un parcours repris en cours, avant l’entrée dans l’étape où il a été repris.',
    ],
    [
      'Step',
      'The step of the pathway that the young person was in. “Unknown”: a pathway taken over as it ran, before it entered the step it came in.',
    ],
  ),
  exits: define(
    ['Sorties', 'Jeunes entrés et sortis à cette date, par motif de la liste unique.'],
    ['Exits', 'Young people who had entered and left by that date, by the one list of exits.'],
  ),
  phase_1_exits: define(
    [
      'Sorties de phase 1',
      'Jeunes sortis pendant une des étapes 1 à 3, y compris ceux qui y étaient revenus après une rupture, par motif de la liste unique. Une sortie annulée n’a jamais eu lieu.',
    ],
    [
      'Phase-1 exits',
      'Young people who left during one of steps 1 to 3, those who were back there after a termination too, by the one list of exits. An exit that was undone never was.',
    ],
  ),
  phase_2_exits: define(
    ['Sorties de phase 2', 'Jeunes sortis pendant l’étape 4 ou 5, par motif de la liste unique.'],
    ['Phase-2 exits', 'Young people who left during step 4 or 5, by the one list of exits.'],
  ),
  arm: define(
    [
      'Groupe',
      'Le groupe du tirage au sort : service plus ou droit commun. « Sans tirage » : aucun n’a eu lieu à cette date. Compté pour l’évaluation seule.',
    ],
    [
      'Arm',
      'The arm of the draw: service plus or the usual service. “No draw”: there was none by that date. Counted for the evaluation alone.',
    ],
  ),
} as const satisfies Readonly<Record<string, Definition>>;

export const arms = ['service_plus', 'standard'] as const;
export type Arm = (typeof arms)[number];

/** A null step: before the one that a pathway was taken over in. */
export const stepsCounted = [...steps, null] as const;

/** What a list behind a count shows, of the query's words. */
export const listedFigures = [...figures, 'exited', 'corrected'] as const;
export type ListedFigure = (typeof listedFigures)[number];
