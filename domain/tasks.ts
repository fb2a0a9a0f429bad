/**
 * The task catalogue: one definition for each kind of task. Validation, the OpenAPI document, the form on screen,
 * the site settings' defaults and the tests all come from it. PATHWAY.md, "The five steps", is its source.
 */
import * as z from 'zod';
import { day, field, id, isWords, type Label, oneOf, optionalWords, words } from './forms';
import {
  channelLabels,
  discoveryActionLabels,
  obstacleLabels,
  searchTopicLabels,
  taskLabels,
} from './labels';
import type { Role, Step } from './pathway';
import type { Timing } from './settings';

/** An outcome that a task may have: its label, what follows from it, and what must be said with it. */
export interface Outcome {
  readonly label: Label;
  readonly then: Label;
  /** A function, because the worker freezes what all workflows share and zod's schemas complete themselves when used. */
  readonly fields: () => z.ZodRawShape;
}

export interface TaskDefinition {
  /** null: it may be asked in any step. */
  readonly step: Step | null;
  readonly label: Label;
  /**
   * `referent`: the young person's one referent once there is one, any counsellor of the site before. `duty`: whoever
   * the site's duty roster names on the day it opens, else the referent.
   */
  readonly who: 'referent' | 'duty' | Extract<Role, 'counsellor' | 'coordinator' | 'mediator'>;
  /** Other roles that may take the task and complete it. */
  readonly orWho?: readonly Role[];
  readonly timing: Timing;
  /** Due on a day that counts from the past or from an event: passed over when a pathway is imported later. */
  readonly milestone?: true;
  /** A last day: on a closed day it is due on the open day before, not after. It runs on while the pathway is on hold. */
  readonly notAfter?: true;
  /** Something follows when it is not done in time. */
  readonly lateMatters?: true;
  /** The outcomes by which the young person was met or spoken with: contact, for the contact watch and the summer. */
  readonly contact?: readonly string[];
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

const label = (fr: string, en: string): Label => ({ fr, en });
function outcome<F extends z.ZodRawShape>(name: Label, then: Label, fields: F) {
  return { label: name, then, fields: () => fields };
}
const exits = label(
  'Sortie du parcours, qui peut être annulée pendant un temps',
  'Exit from the pathway, which can be undone for a time',
);
const stays = label('La tâche est faite, le parcours continue', 'The task is done, the pathway goes on');
const comment = optionalWords('Commentaire', 'Comment');
const silent = label(
  'Le coordonnateur décide ; s’il y a un employeur, une médiation s’ouvre',
  'The coordinator decides; where there is an employer a mediation opens',
);
const mediationGoesOn = label(
  'Des suivis de médiation s’ouvrent à leurs dates',
  'Mediation follow-ups open on their dates',
);
const mediationEnds = label('La médiation est close', 'The mediation is over');

const action = field(oneOf(discoveryActionLabels), 'Action', 'Action');
const count = (fr: string, en: string) => field(z.int().min(0).max(500), fr, en);

/** What is recorded of an apprenticeship contract. Dates are checked together: see `contractProblem`. */
const contractShape = () => ({
  signedOn: field(day(), 'Signé le', 'Signed on'),
  startsOn: field(day(), 'Début', 'Starts on'),
  endsOn: field(day(), 'Fin', 'Ends on'),
  legalRepresentativeSigned: field(
    z.boolean().default(false),
    'Signature du représentant légal (mineur)',
    'Legal representative’s signature (minor)',
  ),
  employer: words('Employeur', 'Employer', 200),
  master: optionalWords('Maître d’apprentissage', 'Apprenticeship master', 200),
  cfa: words('CFA', 'CFA', 200),
  trade: words('Métier', 'Trade', 200),
  diploma: words('Diplôme préparé', 'Diploma', 200),
});
export const contractFields = contractShape();

const back = {
  reoriented: outcome(label('Réorienté', 'Reoriented'), exits, { comment }),
  back_to_school: outcome(label('Retour en formation initiale', 'Back to school'), exits, { comment }),
};
const declined = outcome(label('Ne souhaite pas d’accompagnement', 'Declines support'), exits, { comment });

function followUp() {
  return {
    done: outcome(
      label('Entretien réalisé', 'Held'),
      label('Prochain suivi programmé', 'The next follow-up is planned'),
      {
        applications: count('Candidatures envoyées', 'Applications sent'),
        interviews: count('Entretiens obtenus', 'Interviews obtained'),
        mood: field(z.int().min(1).max(5), 'Moral (1 bas à 5 haut)', 'Mood (1 low to 5 high)'),
        comment,
      },
    ),
    missed: outcome(
      label('Manqué', 'Missed'),
      label(
        'Deux manqués de suite : décision du coordonnateur',
        'Two missed in a row: the coordinator decides',
      ),
      { comment },
    ),
  };
}

function defineTasks<const T extends Record<string, TaskDefinition>>(definitions: T): T {
  return definitions;
}

export const tasks = defineTasks({
  // 1 welcome
  first_contact: {
    step: 'welcome',
    label: taskLabels.first_contact,
    who: 'counsellor',
    timing: { due: { workingDays: 3 } },
    contact: ['reached'],
    outcomes: {
      reached: outcome(
        label('Joint', 'Reached'),
        label('Un référent est désigné', 'A referent is assigned'),
        {
          channel: field(oneOf(channelLabels), 'Canal', 'Channel'),
          comment,
        },
      ),
    },
  },
  hard_to_reach_decision: {
    step: null,
    label: taskLabels.hard_to_reach_decision,
    who: 'coordinator',
    timing: { due: { workingDays: 5 }, opensAfter: { days: 15 } },
    outcomes: {
      try_again: outcome(
        label('Essayer autrement', 'Try again'),
        label('Les tentatives reprennent', 'Attempts start again'),
        { channel: field(oneOf(channelLabels), 'Par quel canal', 'By which channel'), comment },
      ),
      put_on_hold: outcome(
        label('Mettre en attente jusqu’à une date', 'Put on hold until a date'),
        label('Le parcours reprend à cette date', 'The pathway resumes on that day'),
        { until: field(day(), 'Jusqu’au', 'Until'), comment },
      ),
      lost_contact: outcome(label('Perdu de vue', 'Lost contact'), exits, { comment }),
    },
  },
  assign_referent: {
    step: 'welcome',
    label: taskLabels.assign_referent,
    who: 'coordinator',
    timing: { due: { workingDays: 2 } },
    outcomes: {
      assigned: outcome(
        label('Référent désigné', 'Assigned'),
        label(
          'L’information, la rencontre avec la famille et l’entretien s’ouvrent',
          'Information, family and interview open',
        ),
        { referentId: field(id(), 'Référent', 'Referent', { 'x-people': 'counsellor' }) },
      ),
    },
  },
  information_session: {
    step: 'welcome',
    label: taskLabels.information_session,
    who: 'referent',
    timing: { due: { days: 15 } },
    contact: ['attended'],
    outcomes: {
      attended: outcome(label('Présent', 'Attended'), stays, { comment }),
      absent: outcome(
        label('Absent', 'Absent'),
        label('Invité à nouveau, deux fois au plus', 'Invited again, twice at most'),
        {
          comment,
        },
      ),
      not_needed: outcome(label('Non nécessaire', 'Not needed'), stays, { comment }),
    },
  },
  family_information: {
    step: 'welcome',
    label: taskLabels.family_information,
    who: 'referent',
    timing: { due: { days: 15 } },
    outcomes: {
      met: outcome(label('Famille rencontrée', 'Met'), stays, { comment }),
      declined: outcome(label('Refusé', 'Declined'), stays, { comment }),
      not_possible: outcome(label('Impossible', 'Not possible'), stays, { comment }),
    },
  },
  entry_interview: {
    step: 'welcome',
    label: taskLabels.entry_interview,
    who: 'referent',
    timing: { due: { workingDays: 10 } },
    contact: [
      'information_only',
      'project_to_validate',
      'project_ready',
      'contract_signed',
      'looking_for_job',
      'reoriented',
    ],
    outcomes: interview(),
  },

  // 2 project_validation
  plan_discovery: {
    step: 'project_validation',
    label: taskLabels.plan_discovery,
    who: 'referent',
    timing: { due: { workingDays: 5 } },
    outcomes: {
      planned: outcome(
        label('Actions choisies', 'Planned'),
        label('Chaque action ouvre une tâche à sa date', 'Each action opens a task on its date'),
        {
          actions: field(
            z
              .array(
                z.strictObject({
                  action,
                  on: field(day(), 'Date', 'Date'),
                  partnerId: field(id().optional(), 'Partenaire', 'Partner', { 'x-people': 'partner' }),
                }),
              )
              .min(1)
              .max(12),
            'Actions du catalogue',
            'Actions of the catalogue',
          ),
          comment,
        },
      ),
    },
  },
  discovery_action: {
    step: 'project_validation',
    label: taskLabels.discovery_action,
    who: 'referent',
    orWho: ['partner'],
    timing: { due: { workingDays: 3 } },
    contact: ['done'],
    outcomes: {
      done: outcome(label('Réalisée', 'Done'), stays, {
        startedOn: field(day().optional(), 'Du (immersion)', 'From (immersion)'),
        endedOn: field(day().optional(), 'Au (immersion)', 'To (immersion)'),
        company: optionalWords('Entreprise d’accueil (immersion)', 'Company (immersion)', 200),
        review: optionalWords('Bilan', 'Review'),
      }),
      absent: outcome(label('Absent', 'Absent'), stays, { comment }),
      cancelled: outcome(label('Annulée', 'Cancelled'), stays, { comment }),
    },
  },
  basic_skills_assessment: {
    step: 'project_validation',
    label: taskLabels.basic_skills_assessment,
    who: 'referent',
    timing: { due: { days: 20 } },
    contact: ['sufficient', 'to_strengthen'],
    outcomes: {
      sufficient: outcome(label('Acquis', 'Sufficient'), stays, { comment }),
      to_strengthen: outcome(
        label('À renforcer', 'To strengthen'),
        label('Peut ouvrir une action du catalogue', 'May open an action of the catalogue'),
        {
          action: action.optional(),
          on: field(day().optional(), 'Date de l’action', 'Date of the action'),
          comment,
        },
      ),
    },
  },
  validate_project: {
    step: 'project_validation',
    label: taskLabels.validate_project,
    who: 'referent',
    timing: { due: { weeks: 4 } },
    contact: ['validated', 'redefine'],
    outcomes: {
      validated: outcome(
        label('Projet validé', 'Validated'),
        label('Étape 3, recherche de contrat', 'Step 3, contract search'),
        {
          coSignedBy: field(id(), 'Partenaire cosignataire (CFA ou CMA)', 'Co-signing partner (CFA or CMA)', {
            'x-people': 'partner',
          }),
          trade: words('Métier', 'Trade', 200),
          diploma: words('Diplôme', 'Diploma', 200),
          cfa: words('CFA', 'CFA', 200),
        },
      ),
      redefine: outcome(
        label('Projet à redéfinir', 'Redefine'),
        label(
          'À valider à nouveau ; revue par le coordonnateur à partir de la deuxième fois',
          'To validate again; reviewed by the coordinator from the second time',
        ),
        { comment },
      ),
      ...back,
    },
  },
  project_review: {
    step: 'project_validation',
    label: taskLabels.project_review,
    who: 'coordinator',
    timing: { due: { workingDays: 5 }, opensAfter: { weeks: 8 } },
    milestone: true,
    outcomes: {
      continue: outcome(label('Poursuivre la validation', 'Continue'), stays, { comment }),
      project_ready: outcome(
        label('Projet prêt', 'Project ready'),
        label('Étape 3, recherche de contrat', 'Step 3, contract search'),
        { comment },
      ),
      ...back,
      declined,
    },
  },

  // 3 contract_search
  remove_obstacle: {
    step: 'contract_search',
    label: taskLabels.remove_obstacle,
    who: 'referent',
    timing: { due: { days: 20 } },
    outcomes: {
      solved: outcome(label('Résolu', 'Solved'), stays, { comment }),
      in_progress: outcome(
        label('En cours', 'In progress'),
        label('La tâche est rouverte', 'The task opens again'),
        {
          comment,
        },
      ),
      cannot_be_solved: outcome(label('Ne peut être résolu', 'Cannot be solved'), stays, { comment }),
    },
  },
  search_workshop: {
    step: 'contract_search',
    label: taskLabels.search_workshop,
    who: 'referent',
    orWho: ['partner'],
    timing: { due: { days: 15 } },
    contact: ['attended'],
    outcomes: {
      attended: outcome(label('Présent', 'Attended'), stays, {
        topics: field(z.array(oneOf(searchTopicLabels)).min(1), 'Thèmes', 'Topics'),
        comment,
      }),
      absent: outcome(
        label('Absent', 'Absent'),
        label('Invité à nouveau, deux fois au plus', 'Invited again, twice at most'),
        {
          comment,
        },
      ),
      not_needed: outcome(label('Non nécessaire', 'Not needed'), stays, { comment }),
    },
  },
  search_follow_up: {
    step: 'contract_search',
    label: taskLabels.search_follow_up,
    who: 'referent',
    timing: { due: { days: 14 }, opensBefore: { days: 7 } },
    milestone: true,
    contact: ['done'],
    outcomes: followUp(),
  },
  offer_feedback: {
    step: 'contract_search',
    label: taskLabels.offer_feedback,
    who: 'referent',
    timing: { due: { days: 7 } },
    contact: ['applied', 'interview', 'hired'],
    outcomes: {
      applied: outcome(label('A candidaté', 'Applied'), stays, { comment }),
      refused: outcome(label('Refusée', 'Refused'), stays, { comment }),
      interview: outcome(label('Entretien', 'Interview'), stays, { comment }),
      hired: outcome(
        label('Embauché', 'Hired'),
        label('Enregistrez maintenant le contrat', 'Now record the contract'),
        {
          comment,
        },
      ),
    },
  },
  search_review: {
    step: 'contract_search',
    label: taskLabels.search_review,
    who: 'coordinator',
    timing: { due: { workingDays: 5 }, opensAfter: [{ months: 3 }, { months: 6 }] },
    milestone: true,
    outcomes: {
      continue: outcome(label('Poursuivre la recherche', 'Continue'), stays, { comment }),
      redefine: outcome(
        label('Redéfinir le projet', 'Redefine'),
        label('Retour à l’étape 2, validation du projet', 'Back to step 2, project validation'),
        { comment },
      ),
      ...back,
      declined,
    },
  },

  // 4 securing
  start_check: {
    step: 'securing',
    label: taskLabels.start_check,
    who: 'referent',
    timing: { due: { days: 7 }, opensBefore: { days: 7 } },
    milestone: true,
    outcomes: {
      started: outcome(label('A démarré', 'Started'), stays, { comment }),
      postponed: outcome(
        label('Reporté', 'Postponed'),
        label('Vérifié à nouveau après cette date', 'Checked again after that day'),
        {
          startsOn: field(day(), 'Nouvelle date de début', 'New start'),
          comment,
        },
      ),
      never_started: outcome(
        label('N’a jamais démarré', 'Never started'),
        label('Entretien de rebond', 'Rebound interview'),
        { comment },
      ),
    },
  },
  company_visit: {
    step: 'securing',
    label: taskLabels.company_visit,
    who: 'referent',
    timing: { due: { days: 30 }, opensBefore: { days: 20 } },
    milestone: true,
    contact: ['visited'],
    outcomes: {
      visited: outcome(label('Visite réalisée', 'Visited'), stays, {
        on: field(day(), 'Date de la visite', 'Date of the visit'),
        withPartnerId: field(id().optional(), 'Partenaire du binôme', 'Partner of the pair', {
          'x-people': 'partner',
        }),
        report: words('Compte rendu (lu aussi par le CFA)', 'Report (also read by the CFA)'),
      }),
      not_possible: outcome(label('Impossible', 'Not possible'), stays, { reason: words('Motif', 'Reason') }),
    },
  },
  trial_review: {
    step: 'securing',
    label: taskLabels.trial_review,
    who: 'referent',
    // Before the 45th day in the company (art. L6222-18 of the Labour Code), which cannot come before the 45th day.
    timing: { due: { days: 43 }, opensBefore: { days: 14 } },
    milestone: true,
    notAfter: true,
    contact: ['fine', 'fragile', 'alert'],
    outcomes: {
      fine: outcome(label('Tout va bien', 'Fine'), stays, { daysInCompany: daysInCompany(), comment }),
      fragile: outcome(label('Fragile', 'Fragile'), label('Suivi rapproché', 'Closer follow-up'), {
        daysInCompany: daysInCompany(),
        comment,
      }),
      alert: outcome(
        label('Alerte', 'Alert'),
        label('Un suivi d’alerte s’ouvre', 'An alert follow-up opens'),
        {
          daysInCompany: daysInCompany(),
          comment,
        },
      ),
    },
  },
  tripartite_meeting: {
    step: 'securing',
    label: taskLabels.tripartite_meeting,
    who: 'referent',
    timing: { due: { months: 2 }, opensBefore: { days: 21 } },
    milestone: true,
    contact: ['held'],
    outcomes: {
      held: outcome(label('Tenue', 'Held'), stays, { on: field(day(), 'Date', 'Date'), comment }),
      refused: outcome(label('Refusée', 'Refused'), stays, { comment }),
      postponed: outcome(
        label('Reportée', 'Postponed'),
        label('Ouverte à nouveau pour cette date', 'Opens again for that day'),
        {
          until: field(day(), 'Nouvelle date', 'New date'),
          comment,
        },
      ),
    },
  },
  apprentice_follow_up: {
    step: 'securing',
    label: taskLabels.apprentice_follow_up,
    who: 'referent',
    timing: { due: [{ months: 1 }, { months: 1 }, { months: 1 }, { months: 2 }], opensBefore: { days: 10 } },
    milestone: true,
    contact: ['fine', 'difficulty'],
    outcomes: {
      fine: outcome(
        label('Tout va bien', 'Fine'),
        label('Prochain suivi programmé', 'The next follow-up is planned'),
        { comment },
      ),
      difficulty: outcome(label('Difficulté', 'Difficulty'), label('Ouvre une alerte', 'Raises an alert'), {
        comment,
      }),
      missed: outcome(
        label('Manqué', 'Missed'),
        label('Deux manqués de suite ouvrent une médiation', 'Two missed in a row open a mediation'),
        {
          comment,
        },
      ),
    },
  },
  closer_follow_up: {
    step: 'securing',
    label: taskLabels.closer_follow_up,
    who: 'referent',
    timing: { due: { days: 14 }, opensBefore: { days: 7 } },
    contact: ['fine', 'difficulty'],
    outcomes: {
      fine: outcome(label('Tout va bien', 'Fine'), stays, { comment }),
      difficulty: outcome(label('Difficulté', 'Difficulty'), label('Ouvre une alerte', 'Raises an alert'), {
        comment,
      }),
      missed: outcome(
        label('Manqué', 'Missed'),
        label('Proposé à nouveau plus tard', 'Offered again later'),
        { comment },
      ),
    },
  },
  skills_review: {
    step: 'securing',
    label: taskLabels.skills_review,
    who: 'referent',
    orWho: ['partner'],
    timing: { due: { months: 6 }, opensBefore: { days: 21 } },
    milestone: true,
    contact: ['reviewed'],
    outcomes: {
      reviewed: outcome(
        label('Réalisé', 'Reviewed'),
        label('Versé au e-portfolio', 'Kept for the e-portfolio'),
        {
          skills: words('Compétences acquises', 'Acquired skills'),
        },
      ),
      not_possible: outcome(label('Impossible', 'Not possible'), stays, { comment }),
    },
  },
  alert_follow_up: {
    step: null,
    label: taskLabels.alert_follow_up,
    who: 'referent',
    timing: { due: { workingDays: 2 } },
    lateMatters: true,
    outcomes: {
      handled: outcome(label('Traitée', 'Handled'), stays, {
        report: words('Ce qui a été fait', 'What was done'),
      }),
    },
  },
  rebound_interview: {
    step: 'securing',
    label: taskLabels.rebound_interview,
    who: 'referent',
    timing: { due: { workingDays: 5 } },
    contact: ['search_again', 'new_project'],
    outcomes: {
      search_again: outcome(
        label('Chercher un autre employeur', 'Look for another employer'),
        label('Étape 3, recherche de contrat', 'Step 3, contract search'),
        { comment },
      ),
      new_project: outcome(
        label('Revoir le projet', 'Review the project'),
        label('Étape 2, validation du projet', 'Step 2, project validation'),
        { comment },
      ),
      ...back,
      declined,
    },
  },

  // at any time
  re_establish_contact: {
    step: null,
    label: taskLabels.re_establish_contact,
    who: 'referent',
    timing: { due: { workingDays: 5 } },
    contact: ['reached'],
    outcomes: {
      reached: outcome(label('Joint', 'Reached'), stays, {
        channel: field(oneOf(channelLabels), 'Canal', 'Channel'),
        comment,
      }),
      not_reached: outcome(label('Non joint', 'Not reached'), silent, { comment }),
    },
  },
  summer_check_in: {
    step: null,
    label: taskLabels.summer_check_in,
    who: 'duty',
    timing: { due: { workingDays: 5 } },
    contact: ['reached'],
    outcomes: {
      reached: outcome(label('Joint', 'Reached'), stays, {
        channel: field(oneOf(channelLabels), 'Canal', 'Channel'),
        comment,
      }),
      not_reached: outcome(
        label('Non joint', 'Not reached'),
        label(
          'Un nouveau point suit ; manqués de suite : décision du coordonnateur, ou médiation s’il y a un employeur',
          'Another one follows; missed in a row: the coordinator decides, or a mediation where there is an employer',
        ),
        { comment },
      ),
    },
  },
  return_to_term: {
    step: null,
    label: taskLabels.return_to_term,
    who: 'referent',
    timing: { due: { workingDays: 5 } },
    contact: ['back'],
    outcomes: {
      back: outcome(label('De retour', 'Back'), stays, { comment }),
      not_back: outcome(label('Sans nouvelles', 'No news'), silent, { comment }),
    },
  },

  // mediation
  accept_mediation: {
    step: null,
    label: taskLabels.accept_mediation,
    who: 'mediator',
    timing: { due: { workingDays: 2 } },
    lateMatters: true,
    outcomes: {
      accepted: outcome(
        label('Acceptée', 'Accepted'),
        label('Vous rencontrez les parties, avec le CFA', 'You meet the parties, with the CFA'),
        { comment },
      ),
      declined: outcome(
        label('Je ne peux pas', 'I cannot'),
        label('Le coordonnateur désigne un médiateur', 'The coordinator names a mediator'),
        { comment },
      ),
    },
  },
  name_mediator: {
    step: null,
    label: taskLabels.name_mediator,
    who: 'coordinator',
    timing: { due: { workingDays: 2 } },
    outcomes: {
      named: outcome(
        label('Médiateur désigné', 'Named'),
        label('Le médiateur rencontre les parties', 'The mediator meets the parties'),
        { mediatorId: field(id(), 'Médiateur', 'Mediator', { 'x-people': 'mediator' }) },
      ),
    },
  },
  meet_parties: {
    step: null,
    label: taskLabels.meet_parties,
    who: 'mediator',
    timing: { due: { workingDays: 10 } },
    contact: ['agreement', 'no_agreement'],
    outcomes: {
      agreement: outcome(label('Accord', 'Agreement'), mediationGoesOn, {
        on: field(day(), 'Date de la rencontre', 'Date of the meeting'),
        withPartnerId: field(id().optional(), 'Partenaire du binôme', 'Partner of the pair', {
          'x-people': 'partner',
        }),
        report: words('Compte rendu', 'Report'),
      }),
      no_agreement: outcome(label('Pas d’accord', 'No agreement'), mediationGoesOn, {
        on: field(day(), 'Date de la rencontre', 'Date of the meeting'),
        withPartnerId: field(id().optional(), 'Partenaire du binôme', 'Partner of the pair', {
          'x-people': 'partner',
        }),
        report: words('Compte rendu', 'Report'),
      }),
    },
  },
  mediation_follow_up: {
    step: null,
    label: taskLabels.mediation_follow_up,
    who: 'mediator',
    timing: { due: [{ days: 15 }, { days: 45 }], opensBefore: { days: 7 } },
    outcomes: {
      continues: outcome(
        label('À suivre encore', 'To be followed up again'),
        label('Prochain suivi programmé', 'The next follow-up is planned'),
        { comment },
      ),
      resolved: outcome(label('Résolue', 'Resolved'), mediationEnds, { comment }),
      terminated: outcome(
        label('Rupture du contrat', 'Contract terminated'),
        label(
          'La médiation est close ; demandez au référent d’enregistrer la rupture',
          'The mediation is over; ask the referent to record the termination',
        ),
        { comment },
      ),
      passed_on: outcome(label('Transmise', 'Passed on'), mediationEnds, {
        to: words('À qui', 'To whom', 200),
      }),
    },
  },

  // 5 durable_employment
  employment_plan: {
    step: 'durable_employment',
    label: taskLabels.employment_plan,
    who: 'referent',
    timing: { due: { days: 15 } },
    contact: ['kept_by_employer', 'looking', 'further_study', 'new_apprenticeship'],
    outcomes: {
      kept_by_employer: outcome(
        label('Gardé par l’employeur', 'Kept by the employer'),
        label('Enregistrez l’emploi quand il est signé', 'Record the employment once signed'),
        { comment },
      ),
      looking: outcome(
        label('Cherche un emploi', 'Looking'),
        label('Des suivis de recherche d’emploi s’ouvrent', 'Job search follow-ups open'),
        { comment },
      ),
      further_study: outcome(label('Poursuite d’études', 'Further study'), exits, { comment }),
      new_apprenticeship: outcome(
        label('Nouvel apprentissage', 'New apprenticeship'),
        label('Étape 4 avec ce contrat', 'Step 4 with this contract'),
        contractShape(),
      ),
    },
  },
  employer_intention: {
    step: 'durable_employment',
    label: taskLabels.employer_intention,
    who: 'referent',
    timing: { due: { days: 60 }, opensBefore: { days: 14 } },
    milestone: true,
    notAfter: true,
    outcomes: {
      keeps: outcome(label('Garde', 'Keeps'), stays, { comment }),
      does_not: outcome(label('Ne garde pas', 'Does not'), stays, { comment }),
      unknown: outcome(label('Ne sait pas', 'Unknown'), stays, { comment }),
    },
  },
  job_search_follow_up: {
    step: 'durable_employment',
    label: taskLabels.job_search_follow_up,
    who: 'referent',
    timing: { due: { days: 14 }, opensBefore: { days: 7 } },
    milestone: true,
    contact: ['done'],
    outcomes: followUp(),
  },
  employment_check: {
    step: 'durable_employment',
    label: taskLabels.employment_check,
    who: 'referent',
    timing: { due: [{ months: 1 }, { months: 3 }, { months: 6 }], opensBefore: { days: 7 } },
    milestone: true,
    contact: ['still_there', 'left'],
    outcomes: {
      still_there: outcome(
        label('Toujours en poste', 'Still there'),
        label(
          'À la dernière vérification, un emploi durable termine le parcours',
          'At the last check a durable job ends the pathway',
        ),
        { comment },
      ),
      left: outcome(label('A quitté', 'Left'), label('La recherche reprend', 'The search starts again'), {
        comment,
      }),
    },
  },
  final_review: {
    step: 'durable_employment',
    label: taskLabels.final_review,
    who: 'coordinator',
    timing: { due: { workingDays: 10 }, opensAfter: { months: 12 } },
    outcomes: {
      continue: outcome(
        label('Poursuivre un an', 'Continue'),
        label('Revue à nouveau plus tard', 'Reviewed again later'),
        {
          comment,
        },
      ),
      contract_completed: outcome(label('Contrat mené à son terme', 'Contract completed'), exits, {
        comment,
      }),
      lost_contact: outcome(label('Perdu de vue', 'Lost contact'), exits, { comment }),
      ...back,
      declined,
    },
  },
});

export type TaskKind = keyof typeof tasks;
export const taskKinds = Object.keys(tasks) as TaskKind[];
export type OutcomeOf<K extends TaskKind> = keyof (typeof tasks)[K]['outcomes'] & string;

/** What was decided, without its words: what the workflow decides by. */
export type DecisionOf<K extends TaskKind> = {
  [O in OutcomeOf<K>]: { outcome: O; wordsId?: string } & ((typeof tasks)[K]['outcomes'][O] extends {
    fields: () => infer F extends z.ZodRawShape;
  }
    ? z.infer<z.ZodObject<F>>
    : never);
}[OutcomeOf<K>];
export type Decision = { outcome: string; wordsId?: string } & Record<string, unknown>;

export const definitionOf = (kind: TaskKind): TaskDefinition => tasks[kind];

const forms = new Map<string, z.ZodType>();

/** What the API takes to complete a task of this kind: the outcome and its fields, words included. */
export function formOf(kind: TaskKind) {
  return schemaOf(kind, true);
}

/** What the workflow takes: the same without the words, which are in PostgreSQL under `wordsId`. */
export function decisionSchemaOf(kind: TaskKind) {
  return schemaOf(kind, false);
}

function schemaOf(kind: TaskKind, withWords: boolean): z.ZodType<Decision> {
  const key = `${kind} ${withWords}`;
  let schema = forms.get(key) as z.ZodType<Decision> | undefined;
  if (!schema) {
    const branches = Object.entries(definitionOf(kind).outcomes).map(([code, { fields, label: l }]) => {
      const shape = Object.fromEntries(Object.entries(fields()).filter(([, s]) => withWords || !isWords(s)));
      const outcomeField = field(z.literal(code), l.fr, l.en);
      return z.strictObject(
        withWords
          ? { outcome: outcomeField, ...shape }
          : { outcome: outcomeField, ...shape, wordsId: id().optional() },
      );
    });
    schema = z.discriminatedUnion('outcome', branches as never) as unknown as z.ZodType<Decision>;
    forms.set(key, schema);
  }
  return schema;
}

/** Parts a valid form into what the workflow decides by and the words that go to PostgreSQL (null: none). */
export function splitWords(
  fields: z.ZodRawShape,
  form: Record<string, unknown>,
): { decision: Record<string, unknown>; words: Record<string, string> | null } {
  const decision: Record<string, unknown> = {};
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(form)) {
    const schema = fields[name];
    if (schema && isWords(schema)) {
      if (value !== undefined) found[name] = value as string;
    } else if (value !== undefined) decision[name] = value;
  }
  return { decision, words: Object.keys(found).length ? found : null };
}

/** Why these dates cannot be those of one contract, or null. */
export function contractProblem(c: { signedOn: string; startsOn: string; endsOn: string }): {
  field: 'startsOn' | 'endsOn';
  message: string;
} | null {
  if (c.endsOn <= c.startsOn) {
    return {
      field: 'endsOn',
      message: 'the contract ends on or before the day it starts: correct one of the two dates',
    };
  }
  // A contract may be signed after the start by a few days, never after its end.
  if (c.signedOn >= c.endsOn) {
    return {
      field: 'endsOn',
      message: 'the contract ends before it was signed: correct one of the two dates',
    };
  }
  return null;
}

function daysInCompany() {
  return field(
    z.int().min(0).max(300),
    'Jours de présence en entreprise depuis le début (hors CFA et arrêts maladie)',
    'Days present in the company since the start (without CFA days and sick leave)',
  );
}

function interview() {
  const found = {
    obstacles: field(z.array(oneOf(obstacleLabels)).max(5).default([]), 'Freins repérés', 'Obstacles found'),
    comment,
  };
  const to = (fr: string, en: string) => label(fr, en);
  return {
    information_only: outcome(label('Information seulement', 'Information only'), exits, found),
    project_to_validate: outcome(
      label('Projet à valider', 'Project to validate'),
      to('Étape 2, validation du projet', 'Step 2, project validation'),
      found,
    ),
    project_ready: outcome(
      label('Projet prêt', 'Project ready'),
      to('Étape 3, recherche de contrat', 'Step 3, contract search'),
      found,
    ),
    contract_signed: outcome(
      label('Contrat signé', 'Contract signed'),
      to('Étape 4, sécurisation', 'Step 4, securing'),
      {
        ...found,
        ...contractShape(),
      },
    ),
    looking_for_job: outcome(
      label('Cherche un emploi', 'Looking for a job'),
      to('Étape 5, emploi durable', 'Step 5, durable employment'),
      found,
    ),
    reoriented: outcome(label('Réorientation', 'Reorientation'), exits, found),
  };
}
