/** What the timeline says of each event, in words that a person reads: what happened, and who did it. */
import { dayOf } from './calendar';
import { longDay } from './days';
import type { Label } from './forms';
import type { CancelReason, TimelineEvent, WaitName } from './journal';
import {
  type alertLevelLabels,
  alertSourceLabels,
  armLabels,
  cancelReasonLabels,
  channelLabels,
  contactResultLabels,
  discoveryActionLabels,
  employmentKindLabels,
  exitLabels,
  initiatorLabels,
  obstacleLabels,
  stepLabels,
  terminationReasonLabels,
  waitSubjects,
} from './labels';
import type { MediationCause, MediationResult } from './mediation';
import { causeLabels, resultLabels } from './mediation';
import { type Step, steps } from './pathway';
import { definitionOf, type TaskKind, tasks } from './tasks';

export interface Told {
  readonly type: TimelineEvent['type'];
  readonly data?: Readonly<Record<string, unknown>> | null;
  /** Who did it. */
  readonly by?: string | null;
  /** Of the task it tells of. */
  readonly subject?: string | null;
}

/** @returns the name of a person of the staff; undefined: nobody knows it any more */
export type NameOf = (staffId: string) => string | undefined;

/** An event, with what its sentences are made of at hand. */
class Facts {
  readonly #data: Readonly<Record<string, unknown>>;
  constructor(
    readonly event: Told,
    readonly nameOf: NameOf,
  ) {
    this.#data = event.data ?? {};
  }

  /** " par Conseil 1 Tours"; nothing for what happened by itself. */
  get by(): Label {
    const { by } = this.event;
    return by ? { fr: ` par ${by}`, en: ` by ${by}` } : nothing;
  }

  get task(): Label {
    const kind = this.#data.kind as TaskKind;
    // Of a kind that the catalogue had once.
    const { fr, en } = kind in tasks ? definitionOf(kind).label : { fr: kind, en: kind };
    const about = this.event.subject ? subjects[this.event.subject] : undefined;
    return about
      ? { fr: `« ${fr} » (${within(about).fr})`, en: `"${en}" (${within(about).en})` }
      : { fr: `« ${fr} »`, en: `"${en}"` };
  }

  get outcome(): Label {
    const outcome = this.text('outcome');
    const kind = this.#data.kind as TaskKind;
    return (kind in tasks && definitionOf(kind).outcomes[outcome]?.label) || { fr: outcome, en: outcome };
  }

  has = (name: string): boolean => this.#data[name] !== undefined && this.#data[name] !== null;
  text = (name: string): string => String(this.#data[name] ?? '');

  label(labels: Readonly<Record<string, Label>>, name: string): Label {
    const code = this.text(name);
    return labels[code] ?? { fr: code, en: code };
  }

  person(name: string): Label {
    return { fr: this.#person(name) ?? 'personne', en: this.#person(name) ?? 'nobody' };
  }
  #person(name: string): string | undefined {
    return this.has(name) ? (this.nameOf(this.text(name)) ?? '?') : undefined;
  }

  /** Of a day or an instant: "le 14 juillet 2026" */
  day(name: string): Label {
    const time = this.text(name);
    return longDay(time.length === 10 ? time : dayOf(time));
  }

  step(name: string): Label {
    const step = this.text(name) as Step;
    const { fr, en } = stepLabels[step];
    const number = steps.indexOf(step) + 1;
    return { fr: `étape ${number}, ${fr.toLowerCase()}`, en: `step ${number}, ${en.toLowerCase()}` };
  }
}

const nothing: Label = { fr: '', en: '' };
const subjects: Readonly<Record<string, Label>> = { ...obstacleLabels, ...discoveryActionLabels };

const say = (fr: string, en: string): Label => ({ fr, en });
/** Within a sentence: without its capital, but CFA and CDI keep theirs. */
const within = ({ fr, en }: Label): Label => {
  const small = (s: string) => s.replace(/^\p{Lu}(?!\p{Lu})/u, (first) => first.toLowerCase());
  return { fr: small(fr), en: small(en) };
};
/** Until a day, where one is given. */
const until = (e: Facts): Label =>
  e.has('until') ? say(` jusqu’au ${e.day('until').fr.slice(3)}`, ` until ${e.day('until').en}`) : nothing;

const ofTask =
  (fr: string, en: string, by = false) =>
  (e: Facts): Label =>
    say(`${e.task.fr} ${fr}${by ? e.by.fr : ''}`, `${e.task.en} ${en}${by ? e.by.en : ''}`);

const sentences: Readonly<Record<TimelineEvent['type'], (e: Facts) => Label>> = {
  enrolled: ({ by }) => say(`Inscrit${by.fr}`, `Enrolled${by.en}`),
  imported: ({ by }) => say(`Parcours repris en cours${by.fr}`, `Pathway taken over as it ran${by.en}`),
  arm_drawn: (e) => {
    const arm = e.label(armLabels, 'arm');
    return say(`Tirage au sort : ${within(arm).fr}`, `Drawn: ${within(arm).en}`);
  },
  step_entered: (e) =>
    e.has('again')
      ? say(`De nouveau à l’${e.step('step').fr}`, `Back in ${e.step('step').en}`)
      : say(`Entre dans l’${e.step('step').fr}`, `Enters ${e.step('step').en}`),
  step_left: (e) => say(`Quitte l’${e.step('step').fr}`, `Leaves ${e.step('step').en}`),
  task_planned: ofTask('est prévue', 'is planned'),
  task_opened: ofTask('est à faire', 'is to be done'),
  task_claimed: ofTask('est prise', 'is taken', true),
  task_released: ofTask('est rendue à l’équipe', 'is given back to the team', true),
  task_assigned: (e) =>
    say(
      `${e.task.fr} est confiée à ${e.person('assigneeId').fr}${e.by.fr}`,
      `${e.task.en} is given to ${e.person('assigneeId').en}${e.by.en}`,
    ),
  task_reminded: ofTask('est rappelée', 'is reminded'),
  task_escalated: ofTask('est signalée à la coordination', 'is escalated to the coordinator'),
  task_flagged: ofTask('est signalée au comité local', 'is flagged to the local committee'),
  task_late: ofTask('n’est pas faite à temps', 'is not done in time'),
  task_completed: (e) =>
    say(
      `${e.task.fr} faite${e.by.fr} : ${within(e.outcome).fr}`,
      `${e.task.en} done${e.by.en}: ${within(e.outcome).en}`,
    ),
  task_cancelled: (e) => {
    const why = e.label(cancelReasonLabels satisfies Record<CancelReason, Label>, 'reason');
    return say(`${e.task.fr} n’est plus demandée : ${why.fr}`, `${e.task.en} is no longer asked: ${why.en}`);
  },
  contact: (e) => {
    const [how, result] = [e.label(channelLabels, 'channel'), e.label(contactResultLabels, 'result')];
    return say(`${result.fr}${e.by.fr} (${within(how).fr})`, `${result.en}${e.by.en} (${within(how).en})`);
  },
  referent_assigned: (e) =>
    say(`Référent : ${e.person('referentId').fr}`, `Referent: ${e.person('referentId').en}`),
  referent_transferred: (e) =>
    say(
      `Référent changé${e.by.fr} : ${e.person('to').fr} après ${e.person('from').fr}${until(e).fr}`,
      `Referent changed${e.by.en}: ${e.person('to').en} after ${e.person('from').en}${until(e).en}`,
    ),
  deadline_moved: (e) => {
    const what = e.has('name')
      ? e.label(waitSubjects, 'name')
      : e.text('which') === 'opensAt'
        ? say(`${e.task.fr} s’ouvre`, `${e.task.en} opens`)
        : say(`${e.task.fr} est à faire`, `${e.task.en} is due`);
    return say(
      `Échéance déplacée : ${what.fr} ${e.day('to').fr} au lieu de ${e.day('from').fr}`.replace(
        'au lieu de le ',
        'au lieu du ',
      ),
      `Deadline moved: ${what.en} ${e.day('to').en} instead of ${e.day('from').en}`,
    );
  },
  stood_in: (e) =>
    e.has('assigneeId')
      ? say(
          `${e.task.fr} est faite par ${e.person('assigneeId').fr} en l’absence de ${e.person('standsInFor').fr}`,
          `${e.task.en} is with ${e.person('assigneeId').en} while ${e.person('standsInFor').en} is away`,
        )
      : say(
          `${e.task.fr} est à l’équipe en l’absence de ${e.person('standsInFor').fr}`,
          `${e.task.en} is the team’s while ${e.person('standsInFor').en} is away`,
        ),
  came_back: (e) =>
    say(
      `${e.task.fr} revient à ${e.person('assigneeId').fr}`,
      `${e.task.en} is back with ${e.person('assigneeId').en}`,
    ),
  mediation_opened: (e) => {
    const cause = e.label(causeLabels satisfies Record<MediationCause, Label>, 'cause');
    return say(
      `Médiation ouverte${e.by.fr} : ${within(cause).fr}`,
      `Mediation opened${e.by.en}: ${within(cause).en}`,
    );
  },
  mediation_ended: (e) => {
    const result = e.label(resultLabels satisfies Record<MediationResult, Label>, 'result');
    return say(
      `La médiation est terminée : ${within(result).fr}`,
      `The mediation is over: ${within(result).en}`,
    );
  },
  contract_recorded: ({ by }) =>
    say(`Contrat d’apprentissage enregistré${by.fr}`, `Apprenticeship contract recorded${by.en}`),
  contract_terminated: (e) => {
    const [who, why] = [e.label(initiatorLabels, 'initiator'), e.label(terminationReasonLabels, 'reason')];
    const by = e.has('initiator')
      ? say(` (${within(who).fr}, ${within(why).fr})`, ` (${within(who).en}, ${within(why).en})`)
      : say(` (${within(why).fr})`, ` (${within(why).en})`);
    return say(
      `Contrat rompu ${e.day('on').fr}${by.fr}, enregistré${e.by.fr}`.replace(/, enregistré$/, ''),
      `Contract terminated on ${e.day('on').en}${by.en}, recorded${e.by.en}`.replace(/, recorded$/, ''),
    );
  },
  contract_start_postponed: (e) =>
    say(
      `Le contrat commence plus tard : ${e.day('startsOn').fr}`,
      `The contract starts later: ${e.day('startsOn').en}`,
    ),
  employment_recorded: (e) => {
    const kind = e.label(employmentKindLabels, 'kind');
    const durable =
      e.text('durable') === 'true'
        ? say(', emploi durable', ', durable')
        : say(', non durable', ', not durable');
    return say(
      `Emploi enregistré${e.by.fr} : ${kind.fr}${durable.fr}`,
      `Job recorded${e.by.en}: ${kind.en}${durable.en}`,
    );
  },
  employment_left: () => say('A quitté l’emploi', 'Left the job'),
  offer_proposed: (e) =>
    say(
      `Offre proposée ${e.day('proposedOn').fr}${e.by.fr}`,
      `Offer proposed on ${e.day('proposedOn').en}${e.by.en}`,
    ),
  alert_raised: (e) => {
    const source = e.label(alertSourceLabels, 'source');
    const high = e.text('level') === ('high' satisfies keyof typeof alertLevelLabels);
    return say(
      `Alerte ${high ? 'forte' : 'faible'} (${within(source).fr}), enregistrée${e.by.fr}`,
      `${high ? 'High' : 'Low'} alert (${within(source).en}), recorded${e.by.en}`,
    );
  },
  follow_ups_missed: () => say('Deux suivis manqués de suite', 'Two follow-ups missed in a row'),
  hold_started: (e) => say(`Mis en attente${until(e).fr}${e.by.fr}`, `Put on hold${until(e).en}${e.by.en}`),
  hold_ended: ({ by }) =>
    say(
      `Le parcours reprend${by.fr && `, décidé${by.fr}`}`,
      `The pathway resumes${by.en && `, decided${by.en}`}`,
    ),
  day_came: (e) => e.label(waitSubjects satisfies Record<WaitName, Label>, 'name'),
  exited: (e) => {
    const why = e.label(exitLabels, 'code');
    return say(
      `Sortie${e.by.fr && ` enregistrée${e.by.fr}`} : ${within(why).fr}`,
      `Exit${e.by.en && ` recorded${e.by.en}`}: ${within(why).en}`,
    );
  },
  exit_undone: ({ by }) => say(`Sortie annulée${by.fr}`, `Exit undone${by.en}`),
  closed: () => say('La sortie est définitive', 'The exit is final'),
};

/** What happened, in both languages. */
export function eventSentence(event: Told, nameOf: NameOf): Label {
  return sentences[event.type](new Facts(event, nameOf));
}

/** The people that an event names beside who did it. */
export function peopleIn({ data }: Pick<Told, 'data'>): string[] {
  return ['assigneeId', 'standsInFor', 'referentId', 'from', 'to']
    .map((name) => data?.[name])
    .filter((id): id is string => typeof id === 'string' && uuid.test(id));
}
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
