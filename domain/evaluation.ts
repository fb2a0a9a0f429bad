/**
 * What leaves for the evaluation: the columns of its export, each with its meaning, unit, source and what an empty
 * cell says. The file's header, its check, the API's document, the dictionary on the page and docs/evaluation.md come from here.
 */
import type { Label } from './forms';
import { arms, exitCodes, type origins, situations } from './pathway';

/** Whatever changes what a column means gets another name. */
export const exportFormat = 'service-plus-evaluation/1';

/** What the arms are called where they are masked. */
export const maskedArms = ['A', 'B'] as const;
export type MaskedArm = (typeof maskedArms)[number];

/** A survey that was not answered after so many days is a missing one. */
export const SURVEY_CLOSES_DAYS = 60;

/** Who oriented the young person, coarsely: which of twelve it was says more of one person than the evaluation asks. */
export const originCategories = [
  'mission_locale',
  'training_centre',
  'chamber',
  'guidance',
  'school',
  'own_or_family',
  'other',
] as const;
export type OriginCategory = (typeof originCategories)[number];
const categories: Readonly<Record<(typeof origins)[number], OriginCategory>> = {
  mission_locale: 'mission_locale',
  cfa: 'training_centre',
  cma: 'chamber',
  cci: 'chamber',
  cad: 'guidance',
  cio: 'guidance',
  mgi: 'guidance',
  school: 'school',
  open_day: 'own_or_family',
  family: 'own_or_family',
  self: 'own_or_family',
  other: 'other',
};
export const categoryOf = (origin: string): OriginCategory =>
  categories[origin as keyof typeof categories] ?? 'other';

export const columnTypes = ['pseudonym', 'code', 'text', 'integer', 'number', 'yes_no', 'days'] as const;
type ColumnType = (typeof columnTypes)[number];

export interface Column {
  readonly name: string;
  readonly label: Label;
  readonly type: ColumnType;
  /** Of a code: which there are. */
  readonly codes?: readonly string[];
  readonly unit: Label | null;
  /** Where it comes from. */
  readonly source: Label;
  /** What an empty cell says; null: there is none. */
  readonly missing: Label | null;
  /** Whether it leaves where the arms are masked: what only service plus brings about would tell the arm. */
  readonly masked: boolean;
}

const say = (fr: string, en: string): Label => ({ fr, en });
const years = say('années révolues', 'completed years');
const days = say('jours', 'days');
const sinceDraw = say('jours depuis le tirage', 'days since the draw');
const count = say('nombre', 'count');
const probability = say('probabilité, de 0 à 1', 'probability, from 0 to 1');
const enrolment = say('inscription qui a été tirée', 'enrolment that was drawn');
const theDraw = say('registre du tirage', 'record of the draw');
const journal = say('journal du parcours', 'journal of the pathway');
const theSurveys = say('réglages du site', 'settings of the site');
const notYet = say(
  'n’a pas eu lieu à la date demandée, ou n’est pas observé ici : en droit commun, voir Parcours 3',
  'had not happened by the date asked for, or is not observed here: in the usual service, see Parcours 3',
);

type Entry = Partial<Pick<Column, 'codes' | 'unit' | 'missing'>>;
const column = (
  name: string,
  type: ColumnType,
  label: Label,
  source: Label,
  masked: boolean,
  { codes, unit = null, missing = null }: Entry = {},
) => ({ name, label, type, ...(codes && { codes }), unit, source, missing, masked }) satisfies Column;

export const columns: readonly Column[] = [
  column(
    'pseudonym',
    'pseudonym',
    say(
      'Pseudonyme de la personne, le même dans toutes les livraisons de même clé',
      'Pseudonym of the person, the same in all releases of one key',
    ),
    say('HMAC-SHA-256 de l’identifiant de la personne', 'HMAC-SHA-256 of the person’s id'),
    true,
  ),
  column(
    'site',
    'text',
    say('Site où la personne a été tirée', 'Site at which the person was drawn'),
    enrolment,
    true,
  ),
  column(
    'wave',
    'text',
    say(
      'Vague du premier tirage ; qui est rencontré à nouveau garde la sienne',
      'Wave of the first draw; who is met again keeps theirs',
    ),
    theDraw,
    true,
  ),
  column(
    'stratum',
    'text',
    say('Strate du tirage, dans la vague', 'Stratum of the draw, within the wave'),
    theDraw,
    true,
  ),
  column('age', 'integer', say('Âge le jour du tirage', 'Age on the day of the draw'), enrolment, true, {
    unit: years,
  }),
  column(
    'minor',
    'yes_no',
    say('Mineur le jour du tirage', 'A minor on the day of the draw'),
    enrolment,
    true,
  ),
  column(
    'situation',
    'code',
    say('Situation à l’inscription', 'Situation at the enrolment'),
    enrolment,
    true,
    {
      codes: situations,
    },
  ),
  column(
    'origin',
    'code',
    say('Prescripteur, par catégorie', 'Who oriented the person, by category'),
    enrolment,
    true,
    { codes: originCategories },
  ),
  column(
    'waited_days',
    'integer',
    say('De l’inscription au tirage', 'From the enrolment to the draw'),
    enrolment,
    true,
    { unit: days },
  ),
  column(
    'arm',
    'code',
    say(
      'Groupe tiré au sort ; A ou B où les groupes sont masqués',
      'Arm that was drawn; A or B where arms are masked',
    ),
    theDraw,
    true,
    { codes: [...arms, ...maskedArms] },
  ),
  column(
    'weight',
    'number',
    say(
      'Inverse de la probabilité du groupe qui a été tiré',
      'Inverse of the probability of the arm that was drawn',
    ),
    theDraw,
    true,
    { unit: say('sans unité', 'no unit') },
  ),
  column(
    'service_plus_probability',
    'number',
    say(
      'Probabilité de service plus, une fois entré dans la vague',
      'Probability of service plus, once entered into the wave',
    ),
    theDraw,
    false,
    { unit: probability },
  ),
  column(
    'entering_probability',
    'number',
    say(
      'Probabilité d’entrer dans la vague et de ne pas attendre',
      'Probability of entering the wave and not waiting',
    ),
    theDraw,
    true,
    { unit: probability },
  ),
  column(
    'observed_days',
    'integer',
    say('Du tirage à la date demandée', 'From the draw to the date asked for'),
    theDraw,
    true,
    { unit: days },
  ),
  column(
    'exit_day',
    'integer',
    say(
      'Sortie de tous les parcours de la personne, la dernière ; annulée, elle n’a pas eu lieu',
      'Exit from all pathways of the person, the last one; undone, it never was',
    ),
    journal,
    false,
    {
      unit: sinceDraw,
      missing: say('pas sorti à la date demandée', 'had not exited by the date asked for'),
    },
  ),
  column('exit_code', 'code', say('Motif de cette sortie', 'Reason of that exit'), journal, false, {
    codes: exitCodes,
    missing: say('pas sorti à la date demandée', 'had not exited by the date asked for'),
  }),
  column(
    'in_steps',
    'yes_no',
    say('Entré dans l’étape 1 de service plus', 'Entered step 1 of service plus'),
    journal,
    false,
  ),
  column(
    'contract_day',
    'integer',
    say(
      'Signature du premier contrat d’apprentissage ; négatif, s’il est d’avant le tirage',
      'Signature of the first apprenticeship contract; negative, if before the draw',
    ),
    journal,
    false,
    { unit: sinceDraw, missing: notYet },
  ),
  column(
    'termination_day',
    'integer',
    say('Rupture de ce premier contrat', 'Termination of that first contract'),
    journal,
    false,
    { unit: sinceDraw, missing: notYet },
  ),
  column(
    'contracts',
    'integer',
    say('Contrats d’apprentissage signés', 'Apprenticeship contracts signed'),
    journal,
    false,
    { unit: count },
  ),
  column(
    'durable_employment_day',
    'integer',
    say('Début du premier emploi durable', 'Beginning of the first durable employment'),
    journal,
    false,
    { unit: sinceDraw, missing: notYet },
  ),
  column(
    'contacts',
    'integer',
    say(
      'Contacts aboutis depuis le tirage, par un contact ou une tâche où la personne a été rencontrée',
      'Contacts since the draw that succeeded, by a contact or a task in which the person was met',
    ),
    journal,
    false,
    { unit: count },
  ),
  column(
    'contact_attempts',
    'integer',
    say(
      'Tentatives de contact sans succès depuis le tirage',
      'Attempts since the draw to reach the person in vain',
    ),
    journal,
    false,
    { unit: count },
  ),
  column(
    'follow_ups_done',
    'integer',
    say(
      'Suivis faits (recherche, apprentissage, rapproché, emploi)',
      'Follow-ups done (search, apprenticeship, closer, job)',
    ),
    journal,
    false,
    { unit: count },
  ),
  column('follow_ups_missed', 'integer', say('Suivis manqués', 'Follow-ups missed'), journal, false, {
    unit: count,
  }),
  column('mediations', 'integer', say('Médiations ouvertes', 'Mediations opened'), journal, false, {
    unit: count,
  }),
  column(
    'survey_days',
    'days',
    say(
      'Jour de chaque enquête, dans l’ordre, séparés par des espaces ; les mêmes dans les deux groupes',
      'Day of each survey, in order, separated by spaces; the same in both arms',
    ),
    theSurveys,
    true,
    { unit: sinceDraw },
  ),
  column(
    'survey_answer_days',
    'days',
    say(
      'Jour de la réponse à chacune, dans le même ordre ; « - » sans réponse',
      'Day of the answer to each, in the same order; “-” without an answer',
    ),
    say('réponses que les enquêteurs ont rapportées', 'answers that those who ask brought back'),
    true,
    { unit: sinceDraw },
  ),
];

/** The columns of a release. */
export const columnsOf = (masked: boolean): readonly Column[] =>
  masked ? columns.filter((c) => c.masked) : columns;

// ---- the flow

/** The lines of the flow, in its order, each with what it counts. The unit is the person. */
export const flowTerms = {
  enrolled: {
    label: say('Inscrits', 'Enrolled'),
    definition: say(
      'Personnes inscrites à la date demandée, une fois chacune ; d’une vague : personnes de son registre et personnes rencontrées à nouveau.',
      'People enrolled by the date asked for, each once; of a wave: people in its register and people met again.',
    ),
  },
  no_draw: {
    label: say('Hors de l’expérimentation', 'Outside the experiment'),
    definition: say(
      'Inscrits dans un site sans tirage, ou repris en cours de parcours.',
      'Enrolled at a site without a draw, or taken over as their pathway ran.',
    ),
  },
  assessed: {
    label: say('Examinés pour le tirage', 'Assessed for the draw'),
    definition: say(
      'Inscrits qui ont attendu ou attendent un tirage. Examinés = exclus + en attente + tirés au sort.',
      'Enrolled who awaited or await a draw. Assessed = excluded + waiting + randomised.',
    ),
  },
  excluded: {
    label: say('Exclus avant le tirage', 'Excluded before the draw'),
    definition: say(
      'Sortis avant tout tirage, par motif ; d’une vague : rencontrés à nouveau, comptés dans leur première vague.',
      'Left before any draw, by reason; of a wave: met again, counted in their first wave.',
    ),
  },
  waiting: {
    label: say('En attente', 'Waiting'),
    definition: say(
      'Non tirés au sort à cette date : pas encore de tirage, plus de demandes que de places (afflux), ou bloc incomplet (reste).',
      'Not randomised by that date: no draw yet, more wishes than places (rush), or a block that was not full (misfit).',
    ),
  },
  randomised: {
    label: say('Tirés au sort', 'Randomised'),
    definition: say(
      'Personnes à qui un premier tirage a donné un groupe. Tirés au sort = somme des groupes.',
      'People whom a first draw gave an arm. Randomised = sum of the arms.',
    ),
  },
  allocated: {
    label: say('Attribués au groupe', 'Allocated to the arm'),
    definition: say(
      'Par le premier tirage, quoi qu’il arrive ensuite (intention de traiter).',
      'By the first draw, whatever happens then (intention to treat).',
    ),
  },
  received: {
    label: say('Ont reçu ce qui leur revenait', 'Received what was allocated'),
    definition: say(
      'Service plus : entrés dans l’étape 1 et au moins un contact abouti depuis le tirage. Droit commun : jamais entrés dans une étape.',
      'Service plus: entered step 1, and at least one contact since the draw succeeded. Usual service: never entered a step.',
    ),
  },
  not_received: {
    label: say('Ne l’ont pas reçu', 'Did not receive it'),
    definition: say('Attribués − reçu.', 'Allocated − received.'),
  },
  still_in: {
    label: say('Non sortis', 'Not exited'),
    definition: say(
      'Au moins un parcours de la personne n’est pas sorti. Attribués = non sortis + sorties par motif.',
      'At least one pathway of the person has not exited. Allocated = not exited + exits by reason.',
    ),
  },
  exits: {
    label: say('Sortis', 'Exited'),
    definition: say(
      'Sortis de tous leurs parcours, par motif du dernier.',
      'Out of all their pathways, by the reason of the last.',
    ),
  },
  surveys: {
    label: say('Enquêtes', 'Surveys'),
    definition: say(
      'De chaque enquête : combien ont atteint son jour ou y ont répondu avant, combien y ont répondu.',
      'Of each survey: how many have come to its day or answered before, how many have answered.',
    ),
  },
  lost: {
    label: say('Perdus de vue', 'Lost to follow-up'),
    definition: say(
      `La dernière enquête dont le jour est passé de ${SURVEY_CLOSES_DAYS} jours est sans réponse.`,
      `The last survey whose day is ${SURVEY_CLOSES_DAYS} days past was not answered.`,
    ),
  },
  followed: {
    label: say('Suivis', 'Followed up'),
    definition: say('Attribués − perdus de vue.', 'Allocated − lost to follow-up.'),
  },
  analysed: {
    label: say('Analysés', 'Analysed'),
    definition: say(
      'Au moins une enquête avec réponse. Attribués = analysés + non analysés.',
      'At least one survey answered. Allocated = analysed + not analysed.',
    ),
  },
  not_asked: {
    label: say('Aucune enquête à ce jour', 'No survey yet'),
    definition: say(
      'Non analysés : le jour de la première enquête n’est pas venu.',
      'Not analysed: the day of the first survey has not come.',
    ),
  },
  not_answered: {
    label: say('Aucune réponse', 'No answer'),
    definition: say(
      'Non analysés : le jour d’une enquête est venu, aucune n’a de réponse.',
      'Not analysed: the day of a survey has come, none was answered.',
    ),
  },
} as const satisfies Readonly<Record<string, { label: Label; definition: Label }>>;
export type FlowTerm = keyof typeof flowTerms;

export const waitingReasons = ['first', 'rush', 'misfit'] as const;
export const excludedReasons = ['met_again', ...exitCodes] as const;
export const reasonLabels: Readonly<Record<(typeof waitingReasons)[number] | 'met_again', Label>> = {
  first: say('pas encore de tirage', 'no draw yet'),
  rush: say('afflux : plus de demandes que de places', 'rush: more wishes than places'),
  misfit: say('reste : bloc incomplet', 'misfit: a block that was not full'),
  met_again: say('rencontrés à nouveau', 'met again'),
};

// ---- the balance

/** In the order of the table. `number`: mean and SD; `yes_no`: the share of yes; `codes`: the share of each. */
export const baselineVariables = {
  age: { label: say('Âge au tirage (années)', 'Age at the draw (years)'), kind: 'number' },
  minor: { label: say('Mineur', 'Minor'), kind: 'yes_no' },
  waited_days: {
    label: say('De l’inscription au tirage (jours)', 'From enrolment to draw (days)'),
    kind: 'number',
  },
  situation: { label: say('Situation', 'Situation'), kind: 'codes' },
  origin: { label: say('Prescripteur', 'Origin'), kind: 'codes' },
  site: { label: say('Site', 'Site'), kind: 'codes' },
} as const satisfies Readonly<Record<string, { label: Label; kind: 'number' | 'yes_no' | 'codes' }>>;
export type BaselineVariable = keyof typeof baselineVariables;

/** Where the young person came from, as people read it. */
export const originCategoryLabels: Readonly<Record<OriginCategory, Label>> = {
  mission_locale: say('Mission locale', 'Mission locale'),
  training_centre: say('CFA', 'Training centre (CFA)'),
  chamber: say('Chambre (CMA, CCI)', 'Chamber (CMA, CCI)'),
  guidance: say('Orientation (CAD, CIO, MGI)', 'Guidance (CAD, CIO, MGI)'),
  school: say('Établissement scolaire', 'School'),
  own_or_family: say('Démarche personnelle ou famille', 'Of their own accord, or family'),
  other: say('Autre', 'Other'),
};
