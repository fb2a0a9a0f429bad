/**
 * What is stuck and how service plus is carried out: why a young person is at risk, and cases (each of one young person)
 * of which every other figure is a count. What each counts, in words, stands here; pages and docs/figures.md print it.
 * db/migrations/0016 finds them.
 */
import { define } from './figures';
import { mediationCauses, mediationResults } from './mediation';
import { discoveryActions } from './pathway';

// ---- who is at risk, and what there is to do

export const riskReasons = ['no_contact', 'overdue', 'two_missed', 'long_stay'] as const;
export type RiskReason = (typeof riskReasons)[number];

/** What is counted of a site as it is now. */
export const attentionFigures = [
  'active',
  'at_risk',
  ...riskReasons,
  'without_referent',
  'tasks_open',
  'tasks_overdue',
  'tasks_week',
  'tasks_unassigned',
] as const;
export type AttentionFigure = (typeof attentionFigures)[number];

export const attentionDefinitions = {
  active: define(
    ['Actifs', 'Jeunes présents et non en attente, maintenant.'],
    ['Active', 'Young people in and not on hold, now.'],
  ),
  at_risk: define(
    [
      'À surveiller',
      'Jeunes actifs pour lesquels il y a au moins une raison parmi les quatre qui suivent. Un jeune à plusieurs raisons compte une fois ici et une fois sous chacune.',
    ],
    [
      'At risk',
      'Active young people with at least one of the four reasons below. Who has several counts once here and once under each.',
    ],
  ),
  no_contact: define(
    [
      'Sans contact',
      'Jeunes actifs avec qui aucun contact n’a abouti depuis que la veille de contact est arrivée à son terme (réglage du site) ou depuis qu’une décision « jeune difficile à joindre » a été demandée : les injoignables qui ne sont pas en attente.',
    ],
    [
      'No contact',
      'Active young people with whom no contact has succeeded since the contact watch came to its day (a setting of the site) or since a decision about a young person hard to reach was asked for: the unreachable who are not on hold.',
    ],
  ),
  overdue: define(
    ['Tâche en retard', 'Jeunes actifs pour lesquels au moins une tâche est ouverte et son échéance passée.'],
    ['Task overdue', 'Active young people with at least one open task whose due date has passed.'],
  ),
  two_missed: define(
    [
      'Suivis manqués de suite',
      'Jeunes actifs dont les derniers suivis d’une même sorte (recherche de contrat, apprenti, recherche d’emploi, point d’été) ont été manqués de suite, autant que le réglage du site en fixe (deux), sans contact depuis le dernier.',
    ],
    [
      'Follow-ups missed in a row',
      'Active young people whose last follow-ups of one kind (contract search, apprentice, job search, summer check-in) were missed in a row, as many as the site’s setting says (two), without a contact since the last one.',
    ],
  ),
  long_stay: define(
    [
      'Séjour long',
      'Jeunes actifs depuis plus longtemps dans leur étape que neuf séjours sur dix dans cette étape au même site (séjours en cours comptés comme tels, méthode de Kaplan-Meier, au début du jour). Sans limite tant que moins de dix séjours sont terminés. Le temps en attente compte.',
    ],
    [
      'Long stay',
      'Active young people who have been in their step for longer than nine in ten stays in that step at the same site (stays going on counted as such, Kaplan–Meier, as at the start of the day). No limit while fewer than ten stays are over. Time on hold counts.',
    ],
  ),
  without_referent: define(
    ['Sans référent', 'Jeunes actifs qui n’ont pas de référent maintenant.'],
    ['Without referent', 'Active young people who have no referent now.'],
  ),
  tasks_open: define(
    ['Tâches ouvertes', 'Tâches ouvertes du site, quels que soient leur échéance et qui les a.'],
    ['Open tasks', 'Open tasks of the site, whenever they are due and whoever has them.'],
  ),
  tasks_overdue: define(
    ['Tâches en retard', 'Tâches ouvertes dont l’échéance est passée.'],
    ['Overdue tasks', 'Open tasks whose due date has passed.'],
  ),
  tasks_week: define(
    [
      'Tâches dues sous 7 jours',
      'Tâches ouvertes à faire d’ici la fin du sixième jour après aujourd’hui, aujourd’hui compris.',
    ],
    ['Tasks due within 7 days', 'Open tasks due by the end of the sixth day after today, today among them.'],
  ),
  tasks_unassigned: define(
    ['Tâches à attribuer', 'Tâches ouvertes que personne n’a prises.'],
    ['Unassigned tasks', 'Open tasks that nobody has.'],
  ),
} as const satisfies Record<AttentionFigure, unknown>;

const promise = ['kept', 'late', 'alone', 'refused', 'not_done'] as const;
const offer = ['done', 'absent', 'cancelled'] as const;
export const prestations = [
  'information_session',
  'family_information',
  'basic_skills_assessment',
  'search_workshop',
] as const;

/** The groups of figures, each figure with the results that its cases have: every case has one. */
export const caseGroups = {
  fidelity: {
    referent: promise,
    contact: promise,
    follow_up_step_3: promise,
    follow_up_step_4: promise,
    follow_up_step_5: promise,
    visit_in_pair: promise,
    trial_review: promise,
    tripartite_meeting: promise,
  },
  practices: Object.fromEntries(
    [...discoveryActions, ...prestations].map((practice) => [practice, offer]),
  ) as Readonly<Record<(typeof discoveryActions)[number] | (typeof prestations)[number], typeof offer>>,
  summer: {
    present: ['contacted', 'silent'],
    check_in: ['reached', 'missed', 'open', 'cancelled'],
  },
  mediations: {
    open: ['accept_mediation', 'name_mediator', 'meet_parties', 'mediation_follow_up', 'unknown'],
    opened: mediationCauses,
    ended: mediationResults,
  },
} as const satisfies Record<string, Readonly<Record<string, readonly string[]>>>;
export type CaseGroup = keyof typeof caseGroups;
export const caseGroupNames = Object.keys(caseGroups) as CaseGroup[];

/** What may be said of a case besides its result, and among which cases: those of a result, or of another mark. */
export const caseMarks = {
  fidelity: {},
  practices: { watched: 'done', validated: 'watched', signed: 'watched' },
  summer: {},
  mediations: { overdue: 'open' },
} as const satisfies Record<CaseGroup, Readonly<Record<string, string>>>;

export const figuresOf = (group: CaseGroup): readonly string[] => Object.keys(caseGroups[group]);
export const resultsOf = (group: CaseGroup, figure: string): readonly string[] =>
  (caseGroups[group] as Readonly<Record<string, readonly string[]>>)[figure] ?? [];
/** The marks that cases of a figure may have. */
export const marksOf = (group: CaseGroup, figure: string): readonly string[] =>
  group === 'mediations' && figure !== 'open' ? [] : Object.keys(caseMarks[group]);
export const allResults = [
  ...new Set(caseGroupNames.flatMap((group) => Object.values(caseGroups[group]).flat())),
] as [string, ...string[]];
export const allMarks = [...new Set(caseGroupNames.flatMap((group) => Object.keys(caseMarks[group])))] as [
  string,
  ...string[],
];
export const allCaseFigures = [...new Set(caseGroupNames.flatMap(figuresOf))] as [string, ...string[]];
