/**
 * The figures of the programme: what each counts, in words, the same for every site; the page, the report and docs/figures.md
 * print them from here.
 */
import type { Label } from './forms';
import { exitLabels, noStep, numberedStep } from './labels';
import { exitCodes, type Step, steps } from './pathway';

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
      'Jeunes entrés et non sortis à cette date ; ceux mis en attente, ceux qui attendent le tirage et ceux du droit commun en font partie. Entrés = présents + sortis.',
    ],
    [
      'Currently in',
      'Young people who had entered and not left by that date; those on hold, those who await the draw and those in the usual service are among them. Entered = currently in + exited.',
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
      'L’étape du parcours où était le jeune. « Aucune » : avant le tirage au sort, en droit commun, ou, pour un parcours repris en cours, avant l’entrée dans l’étape où il a été repris.',
    ],
    [
      'Step',
      'The step of the pathway that the young person was in. “None”: before the draw, in the usual service, or, of a pathway taken over as it ran, before it entered the step it came in.',
    ],
  ),
  exits: define(
    ['Sorties', 'Jeunes entrés et sortis à cette date, par motif de la liste unique.'],
    ['Exits', 'Young people who had entered and left by that date, by the one list of exits.'],
  ),
  phase_1_exits: define(
    [
      'Sorties de phase 1',
      'Jeunes sortis pendant une des étapes 1 à 3 ou sans être dans une étape, y compris ceux qui y étaient revenus après une rupture, par motif de la liste unique. Une sortie annulée n’a jamais eu lieu.',
    ],
    [
      'Phase-1 exits',
      'Young people who left during one of steps 1 to 3 or in no step, those who were back there after a termination too, by the one list of exits. An exit that was undone never was.',
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

/** How far a young person may come: the five steps, and what they are for. */
export const stages = [...steps, 'contract', 'six_months', 'lasting_job'] as const;
export type Stage = (typeof stages)[number];

/** What is waited for with a curve. */
export const survived = ['contract', 'termination'] as const;
export type Survived = (typeof survived)[number];

/** Of flow and durations: from when to when is counted, what counts as come, and who is left out. */
export const flowDefinitions = {
  cohort: define(
    [
      'Cohorte',
      'Jeunes inscrits pendant un même trimestre civil (heure de Paris). Par mois, un site en aurait moins de dix : presque tout serait masqué, et le hasard l’emporterait.',
    ],
    [
      'Cohort',
      'Young people enrolled in one calendar quarter (Paris). By month a site would have fewer than ten of them: nearly all would be masked, and chance would rule.',
    ],
  ),
  reached: define(
    [
      'Ont atteint',
      'Jeunes entrés au moins une fois dans l’étape à la date demandée, ou pour qui le résultat était acquis. Une étape peut être sautée ou reprise : le nombre d’une étape peut dépasser celui de la précédente.',
    ],
    [
      'Reached',
      'Young people who had entered the step at least once by the date asked for, or for whom the result had come. A step may be skipped or entered again: a step may have more than the one before it.',
    ],
  ),
  from_start: define(
    [
      'Suivis depuis l’accueil',
      'Jeunes dont le parcours a commencé ici par l’étape 1. Les parts sont calculées sur eux seuls.',
    ],
    ['Followed from welcome', 'Young people whose pathway began here with step 1. Shares are of them alone.'],
  ),
  entered_there: define(
    [
      'Déjà là à la reprise',
      'Jeunes repris en cours de parcours, dans une étape postérieure à l’accueil : ce qu’ils avaient atteint à la reprise. Les étapes d’avant n’ont pas été observées ici, ils n’y sont pas comptés.',
    ],
    [
      'There when taken over',
      'Young people taken over as their pathway ran, in a later step than welcome: what they had when they were taken over. Nobody here saw the steps before, so they are not counted in them.',
    ],
  ),
  contract: define(
    [
      'Contrat signé',
      'Jeunes dont au moins un contrat d’apprentissage était signé à cette date, rompu depuis ou non.',
    ],
    [
      'Contract signed',
      'Young people of whom at least one apprenticeship contract was signed by that date, terminated since or not.',
    ],
  ),
  six_months: define(
    [
      'Six mois en contrat',
      'Jeunes dont un même contrat, six mois après son début, n’était ni rompu ni arrivé à son terme, le jeune étant encore accompagné. Deux contrats ne s’ajoutent pas.',
    ],
    [
      'Six months in contract',
      'Young people of whom one contract, six months after its start, was neither terminated nor over while they were still accompanied. Two contracts are not added up.',
    ],
  ),
  lasting_job: define(
    [
      'Emploi durable',
      'Jeunes sortis par « emploi durable » : encore dans un emploi durable à la vérification des six mois.',
    ],
    [
      'Durable employment',
      'Young people who left by the exit “durable employment”: still in a durable job when it was checked at six months.',
    ],
  ),
  stay: define(
    [
      'Durée dans une étape',
      'Jours de l’entrée dans l’étape à l’entrée dans une autre ou à la sortie. Ceux qui y sont encore, en attente ou non, comptent comme durant au moins jusque-là (censurés), et non comme terminés. Une étape reprise est un nouveau séjour ; une sortie annulée n’en interrompt aucun.',
    ],
    [
      'Time in a step',
      'Days from entering the step to entering another one or to the exit. Those still in it, on hold or not, count as lasting at least until then (censored), not as ended. A step entered again is a new stay; an exit that was undone interrupts none.',
    ],
  ),
  quartiles: define(
    [
      'Médiane et quartiles',
      'Le nombre de jours au bout duquel la moitié (un quart, trois quarts) des séjours est terminée, par Kaplan–Meier. Absent tant que la courbe n’est pas descendue jusque-là.',
    ],
    [
      'Median and quartiles',
      'The number of days after which half (a quarter, three quarters) of the stays have ended, by Kaplan–Meier. Absent as long as the curve has not come down so far.',
    ],
  ),
  watched: define(
    [
      'Observé à partir de',
      'Le jour où l’inscription ou la reprise a été enregistrée. Qui avait fini avant n’aurait pas été repris : chacun ne compte parmi les exposés qu’après ce jour (entrée tardive), et ce qui était terminé avant est compté à part, « non observé ».',
    ],
    [
      'Watched from',
      'The day the enrolment or the take-over was recorded. Whoever had ended before would not have been taken over: each counts as at risk after that day only (late entry), and what was over before is counted apart, as “not watched”.',
    ],
  ),
  time_to_contract: define(
    [
      'Signature d’un contrat',
      'Jours de l’inscription à la signature du premier contrat. Une sortie sans contrat est un évènement concurrent : après elle, on ne signe plus ici. Censurés : ceux qui attendent encore à la date demandée, en attente ou non. Qui avait signé avant son inscription n’est pas compté.',
    ],
    [
      'Signature of a contract',
      'Days from the enrolment to the signature of the first contract. An exit without a contract is a competing event: nobody signs here after it. Censored: those still waiting on the date asked for, on hold or not. Whoever had signed before the enrolment is not counted.',
    ],
  ),
  time_to_termination: define(
    [
      'Rupture du contrat',
      'Jours du début du premier contrat connu à sa rupture. Le premier seul : le test suppose que chaque jeune compte une fois, et un rebond suit une rupture. Rompu avant son début ou jamais commencé : 0 jour. Le terme prévu, ou le contrat suivant, est un évènement concurrent. Censurés : les contrats en cours, et ceux de jeunes sortis du parcours, dont la suite n’est pas connue. Un début reporté compte à son nouveau jour ; un contrat qui n’a pas commencé n’est pas compté.',
    ],
    [
      'Termination of the contract',
      'Days from the start of the first contract known to its termination. The first alone: the test supposes that each young person counts once, and a rebound follows a termination. Terminated before its start or never started: 0 days. Its end as agreed, or the next contract, is a competing event. Censored: contracts that run, and those of young people who left the pathway, of which nothing more is known. A start that was postponed counts as of its new day; a contract that has not started is not counted.',
    ],
  ),
  survival: define(
    [
      'Courbe de Kaplan–Meier',
      'La part pour qui l’évènement n’est pas encore venu, jour après jour. Les évènements concurrents y sont traités comme des censures : la courbe dit ce qui serait si ceux qui sont partis avaient été comme ceux qui restent. Intervalles à 95 % par la variance de Greenwood, transformation log-log.',
    ],
    [
      'Kaplan–Meier curve',
      'The share to whom the event has not come yet, day by day. Competing events are taken as censored: the curve says what would be if those who left had been like those who stay. Intervals of 95 % by Greenwood’s variance, log-log transformed.',
    ],
  ),
  incidence: define(
    [
      'Part réelle (Aalen–Johansen)',
      'La part pour qui l’évènement est venu, et celle pour qui l’évènement concurrent est venu, avec ceux qui restent 100 %. C’est ce qui s’est passé : la part signée est plus petite que ce que la courbe de Kaplan–Meier a perdu. Sans intervalle.',
    ],
    [
      'Actual share (Aalen–Johansen)',
      'The share to whom the event came, and to whom the competing one came; with those left, 100 %. It is what happened: the share signed is smaller than what the Kaplan–Meier curve lost. Without interval.',
    ],
  ),
  at_risk: define(
    [
      'Exposés',
      'Ceux qui étaient observés à ce jour et pour qui rien n’était encore venu. Là où ils sont peu, la courbe est incertaine ; avec des entrées tardives, ils peuvent être peu au début aussi.',
    ],
    [
      'At risk',
      'Those watched on that day to whom nothing had come yet. Where they are few the curve is uncertain; with late entries they may be few at its beginning too.',
    ],
  ),
  log_rank: define(
    [
      'Test du log-rank',
      'Compare les courbes des sites, ou celles des groupes du tirage à l’intérieur de chaque site. La valeur p est la probabilité d’un écart au moins aussi grand si les courbes étaient les mêmes. Entre sites, un écart ne dit pas pourquoi : leurs jeunes ne sont pas les mêmes.',
    ],
    [
      'Log-rank test',
      'Compares the curves of the sites, or those of the arms of the draw within each site. The p-value is the probability of a difference as large or larger if the curves were the same. Between sites a difference does not say why: their young people are not the same.',
    ],
  ),
  masked_curves: define(
    [
      'Courbes pour les comités',
      'Un pas de la courbe dit le jour d’un jeune. Un comité lit donc une courbe là où ses nombres ne sont pas masqués, à des mois entiers (30 jours) depuis lesquels chaque façon de finir et d’entrer en compte aucune ou au moins cinq, tant que cinq sont encore observés ; en pour cent entiers, les exposés arrondis à cinq près. Les durées sont en semaines entières, avec au moins cinq séjours en deçà et cinq au-delà. L’entonnoir est par site et par cohorte, non croisé.',
    ],
    [
      'Curves for committees',
      'A step of the curve tells the day of one young person. So a committee reads a curve where its numbers are not masked, at whole months (30 days) since which each way to end and to come in had none or at least five, as long as five are still watched; in whole per cent, those at risk to the nearest five. Durations are in whole weeks, with at least five stays below and five above. The funnel is by site and by cohort, not crossed.',
    ],
  ),
} as const satisfies Readonly<Record<string, Definition>>;

/** A null step: before the draw, in the usual service, or before the one that a pathway was taken over in. */
export const stepsCounted = [...steps, null] as const;

/** What a list behind a count shows, of the query's words. */
export const listedFigures = [...figures, 'exited', 'corrected'] as const;
export type ListedFigure = (typeof listedFigures)[number];

/** What a count of the overview is called: by its name, `exits/declined/phase1`. */
export function countLabel(id: string): Label {
  const [group, what = '', phase = what] = id.split('/');
  if (group === 'figures') return figureDefinitions[what as Figure].label;
  if (group === 'steps') {
    const found = steps.find((one) => one === what);
    const step = found ? numberedStep(found) : noStep;
    return {
      fr: `${termDefinitions.step.label.fr} : ${step.fr}`,
      en: `${termDefinitions.step.label.en}: ${step.en}`,
    };
  }
  const { label } = {
    all: termDefinitions.exits,
    phase1: termDefinitions.phase_1_exits,
    phase2: termDefinitions.phase_2_exits,
  }[phase as 'all' | 'phase1' | 'phase2'];
  const code = exitCodes.find((one) => one === what);
  if (!code) return label;
  return { fr: `${label.fr}, ${exitLabels[code].fr}`, en: `${label.en}, ${exitLabels[code].en}` };
}

/** What a stage of the funnel is called. */
export function stageLabel(stage: Stage): Label {
  const step = steps.find((one) => one === stage);
  return step ? numberedStep(step) : flowDefinitions[stage as Exclude<Stage, Step>].label;
}
