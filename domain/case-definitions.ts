/** What the figures of the groups of cases count (domain/attention.ts), in words; pages and docs/figures.md print them. */
import type { CaseGroup } from './attention';
import { type Definition, define } from './figures';
import type { Label } from './forms';
import { discoveryActionLabels, taskLabels } from './labels';
import { causeLabels, resultLabels } from './mediation';

const label = (fr: string, en: string): Label => ({ fr, en });
const inTime = label(
  'Compte ce qui devait avoir lieu dans la période et n’a pas été retiré avant ; ce qui n’a été enregistré qu’après son échéance ne compte pas.',
  'Counts what was due in the period and was not withdrawn before; what was recorded only after it was due does not count.',
);
const followUp = (step: number, fr: string, en: string) =>
  define(
    [
      `Suivi tenu, étape ${step}`,
      `${fr} eu lieu au plus tard à son échéance (rythme du site), sur tous ceux qui devaient avoir lieu. ${inTime.fr}`,
    ],
    [
      `Follow-up kept, step ${step}`,
      `${en} held by its due date (the site’s rhythm), of all that were due. ${inTime.en}`,
    ],
  );
const practice = (name: Label): Definition =>
  define(
    [name.fr, `« ${name.fr} » : fois où cette action a été proposée et close dans la période, par résultat.`],
    [name.en, `“${name.en}”: times this was offered and closed in the period, by result.`],
  );

/** Of each group what it says as a whole, then its figures. */
export const caseGroupDefinitions: Readonly<Record<CaseGroup, Definition>> = {
  fidelity: define(
    [
      'Service plus rendu',
      'Part de ce qui était promis dans la période et a été fait comme promis : fait ÷ dû. Ce qui est encore à venir ne compte pas. Un site sans rien de dû n’a pas de part.',
    ],
    [
      'Service plus as promised',
      'The share of what was promised in the period that was done as promised: done ÷ due. What is still to come does not count. A site with nothing due has no share.',
    ],
  ),
  practices: define(
    [
      'Pratiques',
      'Les actions du catalogue et les prestations du site, closes dans la période. Ce qui a suivi décrit ce qui s’est passé : ce n’est pas un effet, car les jeunes qui font une action ne sont pas les mêmes que les autres.',
    ],
    [
      'Practices',
      'The actions of the catalogue and what else the site offers, closed in the period. What followed describes what happened: it is no effect, as the young people who do something are not the same as the others.',
    ],
  ),
  summer: define(
    [
      'Couverture de l’été',
      'Du premier au dernier jour de l’été du site (réglage en vigueur), jusqu’à maintenant s’il n’est pas fini.',
    ],
    [
      'Coverage of the summer',
      'From the first day of the site’s summer to the last (setting in force), until now if it is not over.',
    ],
  ),
  mediations: define(
    ['Médiations', 'Les médiations entre un jeune et son employeur.'],
    ['Mediations', 'Mediations between a young person and the employer.'],
  ),
};

export const caseDefinitions: Readonly<Record<CaseGroup, Readonly<Record<string, Definition>>>> = {
  fidelity: {
    referent: define(
      [
        'Référent à temps',
        'Jeunes entrés à l’étape 1 qui ont eu un référent au plus tard au terme des délais du site pour le premier contact puis pour la désignation (réglage en vigueur le jour de l’entrée), sur ceux dont ce terme tombe dans la période. Ni les parcours repris en cours, ni les jeunes sortis avant ce terme sans référent.',
      ],
      [
        'Referent in time',
        'Young people who entered step 1 and had a referent by the end of the site’s delays for the first contact and then for assigning one (setting in force on the day of entry), of those for whom that end lies in the period. Neither pathways taken over as they ran nor young people who left before it without a referent.',
      ],
    ),
    contact: define(
      [
        'Contact régulier',
        'Jeunes présents à un moment de la période pour qui la veille de contact (30 jours en phase 1, 45 en phase 2, réglage du site) n’y est jamais arrivée à son terme. Le temps en attente est suspendu. Avant le premier contact il n’y a pas de veille : ces jeunes ne comptent pas.',
      ],
      [
        'Regular contact',
        'Young people in at some time of the period for whom the contact watch (30 days in phase 1, 45 in phase 2, a setting of the site) never came to its day in it. It stands still on hold. Before the first contact there is no watch: those young people do not count.',
      ],
    ),
    follow_up_step_3: followUp(3, 'Suivis de la recherche de contrat ayant', 'Contract search follow-ups'),
    follow_up_step_4: followUp(4, 'Suivis de l’apprenti ayant', 'Apprentice follow-ups'),
    follow_up_step_5: followUp(5, 'Suivis de la recherche d’emploi ayant', 'Job search follow-ups'),
    visit_in_pair: define(
      [
        'Visite en binôme',
        `Visites en entreprise faites avec un partenaire (CFA) au plus tard à leur échéance, d’après la date de la visite, sur toutes celles qui devaient avoir lieu. ${inTime.fr}`,
      ],
      [
        'Visit in pair',
        `Company visits made with a partner (CFA) by their due date, by the date of the visit, of all that were due. ${inTime.en}`,
      ],
    ),
    trial_review: define(
      [
        'Bilan avant le 45e jour',
        `Bilans de la période d’essai faits avant le 45e jour de présence en entreprise, d’après les jours saisis (à l’échéance si aucun ne l’est), sur tous ceux qui devaient avoir lieu. ${inTime.fr}`,
      ],
      [
        'Review before day 45',
        `Trial reviews made before the 45th day present in the company, by the days entered (by the due date if none are), of all that were due. ${inTime.en}`,
      ],
    ),
    tripartite_meeting: define(
      [
        'Rencontre tripartite',
        `Contrats pour lesquels la rencontre du jeune, du CFA et de l’employeur s’est tenue au plus tard à sa première échéance, même reportée ensuite. ${inTime.fr}`,
      ],
      [
        'Tripartite meeting',
        `Contracts for which the meeting of the young person, the CFA and the employer was held by its first due date, even if it was postponed afterwards. ${inTime.en}`,
      ],
    ),
  },
  practices: {
    ...Object.fromEntries(
      Object.entries(discoveryActionLabels).map(([code, name]) => [code, practice(name)]),
    ),
    information_session: practice(taskLabels.information_session),
    family_information: practice(taskLabels.family_information),
    basic_skills_assessment: practice(taskLabels.basic_skills_assessment),
    search_workshop: practice(taskLabels.search_workshop),
  },
  summer: {
    present: define(
      [
        'Jeunes de l’été',
        'Jeunes entrés avant la fin de l’été et non sortis avant son début ; « contactés » : au moins un contact a abouti pendant l’été.',
      ],
      [
        'Young people of the summer',
        'Young people who entered before the end of the summer and had not left before it began; “contacted”: at least one contact succeeded in it.',
      ],
    ),
    check_in: define(
      [
        'Points d’été',
        'Points d’été ouverts pendant l’été, par ce qu’ils sont devenus ; « joint » : aussi quand le jeune a été joint autrement.',
      ],
      [
        'Summer check-ins',
        'Check-ins that opened in the summer, by what became of them; “reached”: also when the young person was reached by another way.',
      ],
    ),
  },
  mediations: {
    open: define(
      [
        'Médiations ouvertes',
        'Médiations ouvertes maintenant de jeunes présents, par ce qui est à faire ; « en retard » : l’échéance de cette étape est passée.',
      ],
      [
        'Open mediations',
        'Mediations open now of young people who are in, by what is to be done; “overdue”: that stage’s due date has passed.',
      ],
    ),
    opened: define(
      ['Médiations ouvertes dans la période', 'Médiations ouvertes dans la période, par cause.'],
      ['Mediations opened in the period', 'Mediations opened in the period, by cause.'],
    ),
    ended: define(
      ['Médiations closes dans la période', 'Médiations closes dans la période, par résultat.'],
      ['Mediations ended in the period', 'Mediations that ended in the period, by result.'],
    ),
  },
};

export const caseResultLabels: Readonly<Record<string, Label>> = {
  kept: label('Comme promis', 'As promised'),
  late: label('Plus tard', 'Later'),
  alone: label('Sans partenaire', 'Without a partner'),
  refused: label('Manqué, refusé ou impossible', 'Missed, refused or impossible'),
  not_done: label('Pas fait', 'Not done'),
  done: label('Réalisé', 'Done'),
  absent: label('Absent', 'Absent'),
  cancelled: label('Annulé, décliné', 'Cancelled, declined'),
  contacted: label('Contactés', 'Contacted'),
  silent: label('Sans contact', 'No contact'),
  reached: label('Joint', 'Reached'),
  missed: label('Non joint', 'Not reached'),
  open: label('À faire', 'To be done'),
  accept_mediation: taskLabels.accept_mediation,
  name_mediator: taskLabels.name_mediator,
  meet_parties: taskLabels.meet_parties,
  mediation_follow_up: taskLabels.mediation_follow_up,
  unknown: label('Rien n’est planifié', 'Nothing is planned'),
  ...causeLabels,
  ...resultLabels,
};

export const caseMarkDefinitions: Readonly<Record<string, Definition>> = {
  watched: define(
    [
      'Suivis 90 jours',
      'Réalisés pour lesquels 90 jours sont passés : eux seuls peuvent dire ce qui a suivi.',
    ],
    ['Watched for 90 days', 'Done and 90 days have passed: they alone can tell what followed.'],
  ),
  validated: define(
    [
      'Projet validé ensuite',
      'Parmi ceux suivis 90 jours : le projet du jeune a été validé dans les 90 jours qui ont suivi.',
    ],
    [
      'Project validated after',
      'Of those watched for 90 days: the young person’s project was validated within the 90 days after.',
    ],
  ),
  signed: define(
    [
      'Contrat signé ensuite',
      'Parmi ceux suivis 90 jours : un contrat d’apprentissage a été signé dans les 90 jours qui ont suivi.',
    ],
    [
      'Contract signed after',
      'Of those watched for 90 days: an apprenticeship contract was signed within the 90 days after.',
    ],
  ),
  overdue: define(
    ['En retard', 'L’échéance de ce qui est à faire est passée.'],
    ['Overdue', 'The due date of what is to be done has passed.'],
  ),
};

/** What cannot be counted as a case. */
export const coverageDefinitions = {
  duty_gaps: define(
    [
      'Jours sans permanence',
      'Jours ouvrés de l’été du site pour lesquels le planning ne nomme personne, ou seulement des absents.',
    ],
    [
      'Days without duty',
      'Working days of the site’s summer for which the roster names nobody, or only people who are away.',
    ],
  ),
} as const;

/** @throws when there is no such figure */
export function caseDefinition(group: CaseGroup, figure: string): Definition {
  return known(caseDefinitions[group][figure], figure);
}
/** @throws when there is no such result */
export function resultLabel(result: string): Label {
  return known(caseResultLabels[result], result);
}
/** @throws when there is no such mark */
export function markDefinition(mark: string): Definition {
  return known(caseMarkDefinitions[mark], mark);
}
function known<T>(found: T | undefined, code: string): T {
  if (found === undefined) throw new RangeError(`'${code}' is not defined.`);
  return found;
}
