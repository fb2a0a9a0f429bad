/** What people call the codes of the pathway: one name for each, in French and English, for forms, pages and prints. */
import type { Label } from './forms';
import type { CancelReason, Rung, TaskStatus, WaitName } from './journal';
import {
  type Arm,
  type alertLevels,
  type alertSources,
  type Channel,
  type ContactResult,
  type discoveryActions,
  type EmploymentKind,
  type ExitCode,
  type Obstacle,
  type origins,
  type Role,
  type Status,
  type Step,
  type searchTopics,
  type situations,
  steps,
  type terminationInitiators,
  type terminationReasons,
} from './pathway';
import type { ExportKind, ReadingKind } from './readings';
import type { Settings, Timing } from './settings';
import type { TaskKind } from './tasks';

type Names<C extends string> = Readonly<Record<C, Label>>;
type OneOf<T extends readonly string[]> = T[number];
const name = (fr: string, en: string): Label => ({ fr, en });

/** Of each kind of task: `domain/tasks.ts` defines the rest. */
export const taskLabels = {
  first_contact: name('Premier contact', 'First contact'),
  hard_to_reach_decision: name('Décision : jeune difficile à joindre', 'Decision: hard to reach'),
  assign_referent: name('Désigner le référent unique', 'Assign the referent'),
  information_session: name('Information collective', 'Information session'),
  family_information: name('Information de la famille', 'Family information'),
  entry_interview: name('Entretien d’entrée', 'Entry interview'),
  plan_discovery: name('Planifier la découverte des métiers', 'Plan the discovery'),
  discovery_action: name('Action de découverte', 'Discovery action'),
  basic_skills_assessment: name('Évaluation des savoirs de base', 'Basic skills assessment'),
  validate_project: name('Valider le projet professionnel', 'Validate the project'),
  project_review: name('Revue du projet', 'Project review'),
  remove_obstacle: name('Lever un frein', 'Remove an obstacle'),
  search_workshop: name('Atelier de recherche', 'Search workshop'),
  search_follow_up: name('Suivi de la recherche', 'Search follow-up'),
  offer_feedback: name('Retour sur une offre', 'Feedback on an offer'),
  search_review: name('Revue de la recherche', 'Search review'),
  start_check: name('Vérifier le démarrage', 'Start check'),
  company_visit: name('Visite en entreprise, en binôme avec le CFA', 'Company visit, in pair with the CFA'),
  trial_review: name('Point de période d’essai', 'Trial period review'),
  tripartite_meeting: name('Rencontre tripartite', 'Tripartite meeting'),
  apprentice_follow_up: name('Suivi de l’apprenti', 'Apprentice follow-up'),
  closer_follow_up: name('Suivi rapproché', 'Closer follow-up'),
  skills_review: name('Bilan de compétences acquises', 'Skills review'),
  alert_follow_up: name('Suivi d’alerte', 'Alert follow-up'),
  rebound_interview: name('Entretien de rebond', 'Rebound interview'),
  re_establish_contact: name('Reprendre contact', 'Re-establish contact'),
  summer_check_in: name('Point d’été', 'Summer check-in'),
  return_to_term: name('Retour de rentrée', 'Return to term'),
  accept_mediation: name('Accepter la médiation', 'Accept the mediation'),
  name_mediator: name('Désigner un médiateur', 'Name a mediator'),
  meet_parties: name(
    'Rencontrer les parties, en binôme avec le CFA',
    'Meet the parties, in pair with the CFA',
  ),
  mediation_follow_up: name('Suivi de médiation', 'Mediation follow-up'),
  employment_plan: name('Plan d’insertion durable', 'Employment plan'),
  employer_intention: name('Intention de l’employeur', 'Employer’s intention'),
  job_search_follow_up: name('Suivi de la recherche d’emploi', 'Job search follow-up'),
  employment_check: name('Vérification de l’emploi', 'Employment check'),
  final_review: name('Revue finale', 'Final review'),
} as const satisfies Record<string, Label>;

export const stepLabels: Names<Step> = {
  welcome: name('Accueillir et informer', 'Welcome'),
  project_validation: name('Valider un projet', 'Project validation'),
  contract_search: name('Chercher un contrat', 'Contract search'),
  securing: name('Sécuriser le parcours', 'Securing'),
  durable_employment: name('Emploi durable', 'Durable employment'),
};

/** With its number, as people speak of it. */
export const numberedStep = (step: Step): Label => ({
  fr: `${steps.indexOf(step) + 1}. ${stepLabels[step].fr}`,
  en: `${steps.indexOf(step) + 1}. ${stepLabels[step].en}`,
});
/** The step of who is in none. */
export const noStep = name('Aucune', 'None');

export const statusLabels: Names<Status> = {
  awaiting_draw: name('Attend le tirage', 'Awaits the draw'),
  active: name('En cours', 'Active'),
  on_hold: name('En attente', 'On hold'),
  usual_service: name('Droit commun', 'Usual service'),
  exited: name('Sorti', 'Exited'),
  closed: name('Clos', 'Closed'),
};

export const armLabels: Names<Arm> = {
  service_plus: { fr: 'Service plus', en: 'Service plus' },
  standard: { fr: 'Droit commun', en: 'Usual service' },
};

export const exitLabels: Names<ExitCode> = {
  durable_employment: name('Emploi durable', 'Durable employment'),
  contract_completed: name('Contrat mené à son terme', 'Contract completed'),
  further_study: name('Poursuite d’études', 'Further study'),
  back_to_school: name('Retour en formation initiale', 'Back to school'),
  reoriented: name('Réorienté', 'Reoriented'),
  information_only: name('Information seule', 'Information only'),
  declined: name('Ne souhaite pas d’accompagnement', 'Declined'),
  lost_contact: name('Perdu de vue', 'Lost contact'),
  moved_away: name('A déménagé', 'Moved away'),
  deceased: name('Décédé', 'Deceased'),
  other: name('Autre (à préciser)', 'Other (say what)'),
};

export const roleLabels: Names<Role> = {
  coordinator: name('Coordination', 'Coordinator'),
  counsellor: name('Conseil', 'Counsellor'),
  mediator: name('Médiation', 'Mediator'),
  partner: name('Partenaire', 'Partner'),
  committee: name('Comité de pilotage local', 'Local steering committee'),
  national_committee: name('Comité de pilotage national', 'National steering committee'),
  evaluator: name('Évaluation', 'Evaluator'),
  admin: name('Administration', 'Administrator'),
};

export const situationLabels: Names<OneOf<typeof situations>> = {
  in_school: name('Scolarisé', 'In school'),
  left_school: name('Sorti du système scolaire', 'Left school'),
  seeking_training: name('En recherche de formation', 'Looking for training'),
  seeking_job: name('En recherche d’emploi', 'Looking for a job'),
  apprentice: name('Apprenti', 'Apprentice'),
};

export const originLabels: Names<OneOf<typeof origins>> = {
  mission_locale: name('Mission locale', 'Mission locale'),
  cfa: name('CFA', 'CFA'),
  cma: name('Chambre de métiers (CMA)', 'Chamber of trades (CMA)'),
  cci: name('Chambre de commerce (CCI)', 'Chamber of commerce (CCI)'),
  cad: name('Centre d’aide à la décision (CAD)', 'Guidance centre of the CMA (CAD)'),
  cio: name('Centre d’information et d’orientation (CIO)', 'School guidance centre (CIO)'),
  mgi: name('Mission générale d’insertion (MGI)', 'School integration service (MGI)'),
  school: name('Établissement scolaire', 'School'),
  open_day: name('Portes ouvertes', 'Open day'),
  family: name('Famille', 'Family'),
  self: name('De lui-même', 'Came by themselves'),
  other: name('Autre', 'Other'),
};

export const channelLabels: Names<Channel> = {
  phone: name('Téléphone', 'Phone'),
  sms: name('SMS', 'SMS'),
  email: name('Courriel', 'E-mail'),
  letter: name('Courrier', 'Letter'),
  family: name('Famille', 'Family'),
  visit: name('Rencontre ou visite', 'Meeting or visit'),
};

export const contactResultLabels: Names<ContactResult> = {
  reached: name('Joint', 'Reached'),
  not_reached: name('Pas joint', 'Not reached'),
  message_left: name('Message laissé', 'Message left'),
};

export const obstacleLabels: Names<Obstacle> = {
  mobility: name('Mobilité', 'Mobility'),
  housing: name('Logement', 'Housing'),
  budget: name('Budget', 'Budget'),
  health: name('Santé', 'Health'),
  basic_skills: name('Savoirs de base', 'Basic skills'),
};

export const searchTopicLabels: Names<OneOf<typeof searchTopics>> = {
  employer_search: name('Recherche d’employeur', 'Looking for an employer'),
  budget: name('Budget', 'Budget'),
  health: name('Santé', 'Health'),
};

export const discoveryActionLabels: Names<OneOf<typeof discoveryActions>> = {
  cfa_visit: name('Visite d’un CFA', 'CFA visit'),
  open_day: name('Portes ouvertes', 'Open day'),
  immersion: name('Immersion en entreprise', 'Immersion in a company'),
  workshop_with_apprentices: name('Atelier avec des apprentis', 'Workshop with apprentices'),
  collective_work: name('Travail collectif', 'Collective work'),
};

export const employmentKindLabels: Names<EmploymentKind> = {
  permanent: name('CDI', 'Permanent (CDI)'),
  fixed_term: name('CDD', 'Fixed-term'),
  agency: name('Intérim', 'Agency work'),
  civil_service: name('Fonction publique', 'Civil service'),
  own_business: name('Création d’entreprise', 'Own business'),
  other: name('Autre', 'Other'),
};

export const initiatorLabels: Names<OneOf<typeof terminationInitiators>> = {
  apprentice: name('L’apprenti', 'The apprentice'),
  employer: name('L’employeur', 'The employer'),
  mutual: name('Commun accord', 'Mutual agreement'),
  cfa: name('Le CFA', 'The CFA'),
  court: name('Le conseil de prud’hommes', 'The labour court'),
};

export const terminationReasonLabels: Names<OneOf<typeof terminationReasons>> = {
  conflict: name('Conflit', 'Conflict'),
  working_conditions: name('Conditions de travail', 'Working conditions'),
  health: name('Santé', 'Health'),
  trade_unsuited: name('Métier qui ne convient pas', 'Trade does not suit'),
  mobility_or_housing: name('Mobilité ou logement', 'Mobility or housing'),
  personal: name('Raisons personnelles', 'Personal'),
  economic: name('Motif économique', 'Economic'),
  misconduct: name('Faute', 'Misconduct'),
  never_started: name('N’a jamais commencé', 'Never started'),
  other: name('Autre', 'Other'),
};

export const alertLevelLabels: Names<OneOf<typeof alertLevels>> = {
  low: name('Faible : le référent fait le point sous 2 jours', 'Low: the referent follows up within 2 days'),
  high: name('Forte : une médiation s’ouvre aussitôt', 'High: a mediation opens at once'),
};

export const alertSourceLabels: Names<OneOf<typeof alertSources>> = {
  young_person: name('Le jeune', 'The young person'),
  referent: name('Le référent', 'The referent'),
  cfa: name('Le CFA', 'The CFA'),
  employer: name('L’employeur', 'The employer'),
};

export const taskStatusLabels: Names<TaskStatus> = {
  planned: name('Prévue', 'Planned'),
  open: name('Ouverte', 'Open'),
  done: name('Faite', 'Done'),
  cancelled: name('Annulée', 'Cancelled'),
};

export const rungLabels: Names<Rung> = {
  reminded: name('Rappel envoyé', 'Reminded'),
  escalated: name('Signalée à la coordination', 'Escalated to the coordinator'),
  flagged: name('Signalée au comité', 'Flagged to the committee'),
};

/** What of a young person's record somebody read. */
export const readingLabels: Names<ReadingKind> = {
  pathway: name('fiche du jeune', 'the young person’s page'),
  timeline: name('historique', 'timeline'),
  notes: name('notes', 'notes'),
  forecast: name('prévisions', 'forecast'),
  task: name('tâche', 'task'),
  file: name('fichier', 'file'),
  enrolment: name('inscription', 'enrolment'),
};

export const exportLabels: Names<ExportKind> = {
  pathways: name('Les jeunes du site', 'The young people of the site'),
  tasks: name('Les tâches du site', 'The tasks of the site'),
  import_rejects: name('Les lignes refusées d’un import', 'The refused rows of an import'),
  evaluation: name('Les données de l’évaluation', 'The data of the evaluation'),
  evaluation_matching: name('L’appariement avec Parcours 3', 'The matching with Parcours 3'),
  report: name('La note d’étape', 'The progress report'),
};
/** What a task is about, beside the obstacles and the actions. */
const subjectLabels: Readonly<Record<string, Label>> = {
  ...obstacleLabels,
  ...discoveryActionLabels,
  late: name('dernier bilan', 'last check'),
  redefined: name('projet redéfini plusieurs fois', 'project redefined several times'),
};

/** What a task is about, as its subject says by code; null: it says it by other means (words, a contract) or not at all. */
export function subjectLabel(subject: string | null): Label | null {
  if (subject === null) return null;
  // An action that the assessment of the basic skills asked for.
  const [code = '', because] = subject.split(' (');
  const about = subjectLabels[code];
  if (!about) return null;
  return because ? name(`${about.fr} (savoirs de base)`, `${about.en} (basic skills)`) : about;
}

/** Why a task was closed without having been done. */
export const cancelReasonLabels: Names<CancelReason> = {
  step_left: name('l’étape est terminée', 'the step was left'),
  exited: name('sortie du parcours', 'exit from the pathway'),
  reached: name('le jeune a été joint', 'the young person was reached'),
  hard_to_reach: name('jeune difficile à joindre', 'hard to reach'),
  contract_ended: name('le contrat est fini', 'the contract has ended'),
  before_import: name('avant la reprise du parcours', 'before the pathway was taken over'),
  not_in_time: name('pas faite à temps', 'not done in time'),
  no_longer_needed: name('plus nécessaire', 'no longer needed'),
};

/** What each wait brings, in the present. */
export const waitSubjects: Names<WaitName> = {
  hold_ends: name('Le parcours reprend', 'The pathway resumes'),
  exit_becomes_final: name('La sortie devient définitive', 'The exit becomes final'),
  employment_step_starts: name('L’étape 5, emploi durable, commence', 'Step 5, durable employment, starts'),
  contract_ends: name('Le contrat se termine', 'The contract ends'),
  cfa_keeps_apprentice: name(
    'Le CFA cesse d’accueillir le jeune sans employeur',
    'The CFA no longer keeps the apprentice without an employer',
  ),
  cfa_first_warning: name(
    'Premier avertissement avant la fin de l’accueil au CFA',
    'First warning before the CFA no longer keeps the apprentice',
  ),
  cfa_last_warning: name(
    'Dernier avertissement avant la fin de l’accueil au CFA',
    'Last warning before the CFA no longer keeps the apprentice',
  ),
  contact_watch_phase_1: name('« Reprendre contact » s’ouvre', '"Re-establish contact" opens'),
  contact_watch_phase_2: name('« Reprendre contact » s’ouvre', '"Re-establish contact" opens'),
  summer_check: name('« Point d’été » s’ouvre', '"Summer check-in" opens'),
  term_starts: name('« Retour de rentrée » s’ouvre', '"Return to term" opens'),
  trial_can_end: name(
    'La période d’essai ne peut être finie avant la fin du jour',
    'The trial period cannot be over before the end of the day',
  ),
  evaluation_survey: name('Enquête de l’évaluation', 'Survey of the evaluation'),
  transfer_ends: name(
    'Le référent d’avant le transfert revient',
    'The referent from before the transfer is back',
  ),
};

/** What a delay of a site's settings is for. Of a kind of task, which is named beside it: */
const timingLabels: Names<keyof Timing & string> = {
  due: name('délai pour la faire', 'time to do it'),
  opensAfter: name('délai avant qu’elle s’ouvre', 'time before it opens'),
  opensBefore: name('avance à laquelle elle s’ouvre', 'time ahead at which it opens'),
};
/** and of the whole site. */
const siteSettingLabels: Names<
  `ladder.${keyof Settings['ladder']}` | `periods.${keyof Settings['periods']}` | 'summer.to'
> = {
  'ladder.reminderBefore': name('rappel avant l’échéance', 'reminder before the due date'),
  'ladder.escalationAfter': name('retard signalé à la coordination', 'delay until the coordinator is told'),
  'ladder.committeeAfter': name('retard signalé au comité', 'delay until the committee is told'),
  'periods.undoExit': name('temps pour annuler une sortie', 'time to undo an exit'),
  'periods.employmentBeforeEnd': name(
    'début de l’étape 5 avant la fin du contrat',
    'start of step 5 before the end of the contract',
  ),
  'periods.cfaKeepsApprentice': name('accueil au CFA sans employeur', 'stay at the CFA without an employer'),
  'periods.cfaFirstWarningBefore': name(
    'premier avertissement avant la fin de l’accueil au CFA',
    'first warning before the end of the stay at the CFA',
  ),
  'periods.cfaLastWarningBefore': name(
    'dernier avertissement avant la fin de l’accueil au CFA',
    'last warning before the end of the stay at the CFA',
  ),
  'periods.contactWatchPhase1': name('silence avant le contrat', 'silence before the contract'),
  'periods.contactWatchPhase2': name('silence pendant le contrat', 'silence during the contract'),
  'periods.summerSilence': name('silence en été', 'silence in summer'),
  'periods.evaluationSurvey': name('enquêtes de l’évaluation', 'surveys of the evaluation'),
  'summer.to': name('fin de l’été', 'end of the summer'),
};

/** Where a setting that deadlines are counted with stands among a site's settings: `tasks.first_contact.due`. */
export type SettingPath = keyof typeof siteSettingLabels | `tasks.${TaskKind}.${keyof Timing & string}`;

/** What people call a setting; of a kind of task without the kind, which is named beside it. */
export function settingLabel(path: SettingPath): Label {
  const [, , timing] = path.split('.');
  return timing
    ? timingLabels[timing as keyof typeof timingLabels]
    : siteSettingLabels[path as keyof typeof siteSettingLabels];
}
