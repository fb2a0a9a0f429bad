/** The words of the pathway as codes: steps, statuses, exits, roles, channels. PATHWAY.md is their source. */

export const steps = [
  'welcome',
  'project_validation',
  'contract_search',
  'securing',
  'durable_employment',
] as const;
export type Step = (typeof steps)[number];

/** Phase 1 comes before the signature of the apprenticeship contract, phase 2 after it. */
export function phaseOf(step: Step): 1 | 2 {
  return step === 'securing' || step === 'durable_employment' ? 2 : 1;
}

/**
 * `awaiting_draw`: before the steps, until the arm is drawn. `usual_service`: drawn into `standard`, outside the steps.
 * `closed`: exited, and the 30 days in which an exit can be undone are over.
 */
export const statuses = ['awaiting_draw', 'active', 'on_hold', 'usual_service', 'exited', 'closed'] as const;
export type Status = (typeof statuses)[number];

/** What the draw decides: the reinforced service, or the usual one (droit commun), which opens none of its tasks. */
export const arms = ['service_plus', 'standard'] as const;
export type Arm = (typeof arms)[number];

/** One list for every site, so that sites count exits the same way. `other` needs words. */
export const exitCodes = [
  'durable_employment',
  'contract_completed',
  'further_study',
  'back_to_school',
  'reoriented',
  'information_only',
  'declined',
  'lost_contact',
  'moved_away',
  'deceased',
  'other',
] as const;
export type ExitCode = (typeof exitCodes)[number];

export const roles = [
  'coordinator',
  'counsellor',
  'mediator',
  'partner',
  'committee',
  'national_committee',
  'evaluator',
  'admin',
] as const;
export type Role = (typeof roles)[number];

export const situations = [
  'in_school',
  'left_school',
  'seeking_training',
  'seeking_job',
  'apprentice',
] as const;

/** Who oriented the young person (prescripteur). */
export const origins = [
  'mission_locale',
  'cfa',
  'cma',
  'cci',
  'cad',
  'cio',
  'mgi',
  'school',
  'open_day',
  'family',
  'self',
  'other',
] as const;

export const channels = ['phone', 'sms', 'email', 'letter', 'family', 'visit'] as const;
export type Channel = (typeof channels)[number];

export const contactResults = ['reached', 'not_reached', 'message_left'] as const;
export type ContactResult = (typeof contactResults)[number];

/** What may stand between a young person and apprenticeship (entry interview). */
export const obstacles = ['mobility', 'housing', 'budget', 'health', 'basic_skills'] as const;
export type Obstacle = (typeof obstacles)[number];

/** What a search workshop is about. */
export const searchTopics = ['employer_search', 'budget', 'health'] as const;

/** Kinds of employment that can be durable; nothing else can. */
export const lastingKinds = ['permanent', 'fixed_term', 'agency', 'civil_service', 'own_business'] as const;
export const employmentKinds = [...lastingKinds, 'other'] as const;
export type EmploymentKind = (typeof employmentKinds)[number];

export const terminationInitiators = ['apprentice', 'employer', 'mutual', 'cfa', 'court'] as const;
export const terminationReasons = [
  'conflict',
  'working_conditions',
  'health',
  'trade_unsuited',
  'mobility_or_housing',
  'personal',
  'economic',
  'misconduct',
  'never_started',
  'other',
] as const;

export const alertLevels = ['low', 'high'] as const;
export const alertSources = ['young_person', 'referent', 'cfa', 'employer'] as const;

/** The site's catalogue of discovery actions holds a choice of these (site settings). */
export const discoveryActions = [
  'cfa_visit',
  'open_day',
  'immersion',
  'workshop_with_apprentices',
  'collective_work',
] as const;
