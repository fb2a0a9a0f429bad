/** What people are told of by e-mail, who is told, and what a morning's digest holds. */
import { type Day, dayOf, type Instant } from './calendar';
import { type Duty, holderOn } from './duty';
import type { Label } from './forms';
import { type NoticeKind, noticeKinds } from './notices';
import type { Role } from './pathway';
import type { TaskKind } from './tasks';

export const messageKinds = ['digest', ...noticeKinds] as const;
export type MessageKind = (typeof messageKinds)[number];

export const messageLabels: Readonly<Record<MessageKind, Label>> = {
  digest: {
    fr: 'Le point du matin : vos tâches du jour, les jours ouvrés',
    en: 'The morning digest: your tasks of the day, on working days',
  },
  high_alert: { fr: 'Alerte forte, aussitôt', en: 'High alert, at once' },
  mediation_opened: { fr: 'Ouverture d’une médiation, aussitôt', en: 'A mediation opens, at once' },
  cfa_warning: {
    fr: 'Fin prochaine de l’accueil au CFA sans employeur',
    en: 'The CFA soon no longer keeps an apprentice without employer',
  },
  no_substitute: { fr: 'Absence sans remplaçant, aussitôt', en: 'Absence without substitute, at once' },
  glass_opened: {
    fr: 'Lecture d’un parcours par un autre site, aussitôt',
    en: 'A pathway read by another site, at once',
  },
  report_ready: {
    fr: 'Note d’étape prête avant une réunion du comité',
    en: 'Progress report ready before a meeting of the committee',
  },
};

/** Who may have a task. */
export const digestRoles: readonly Role[] = ['coordinator', 'counsellor', 'mediator', 'partner'];

/** Whom of the site a notice concerns, beside the pathway's referent where it says so. */
const concerned: Readonly<
  Record<NoticeKind, { readonly roles: readonly Role[]; readonly referent: boolean }>
> = {
  high_alert: { roles: ['coordinator'], referent: true },
  mediation_opened: { roles: ['coordinator', 'mediator'], referent: true },
  cfa_warning: { roles: ['coordinator'], referent: true },
  no_substitute: { roles: ['coordinator'], referent: false },
  glass_opened: { roles: ['coordinator'], referent: false },
  report_ready: { roles: ['committee', 'national_committee'], referent: false },
};

/** What somebody of this role may be told of, and switch off. */
export function messageKindsOf(role: Role): MessageKind[] {
  return messageKinds.filter((kind) => {
    if (kind === 'digest') return digestRoles.includes(role);
    // A referent is a counsellor.
    return concerned[kind].roles.includes(role) || (concerned[kind].referent && role === 'counsellor');
  });
}

/**
 * Who is told of a notice: those it concerns, and for whoever is away that day their substitute. When nobody is left
 * all whom it concerns are told although they are away: a notice reaches somebody.
 * @param colleagues the active people of the site, or of no site
 * @returns staff ids, each once
 */
export function recipientsOf(
  kind: NoticeKind,
  of: {
    readonly referentId: string | null;
    readonly colleagues: readonly { readonly id: string; readonly role: Role }[];
    readonly duty: Duty;
    readonly today: Day;
  },
): string[] {
  const { roles, referent } = concerned[kind];
  const named = of.colleagues.filter((c) => roles.includes(c.role)).map((c) => c.id);
  if (referent && of.referentId) named.push(of.referentId);
  const present = named.flatMap((id) => holderOn(of.today, { assigneeId: id }, of.duty).assigneeId ?? []);
  return [...new Set(present.length ? present : named)];
}

/** An open task as a digest sees it. */
export interface DigestTask {
  readonly id: string;
  readonly kind: TaskKind;
  readonly dueAt: Instant;
  readonly openedAt: Instant;
  /** `own`: the reader's; `free`: nobody has it and the reader may take it; `escalated`: another's, newly escalated. */
  readonly whose: 'own' | 'free' | 'escalated';
}

/** Each task in one place, by due date. */
export interface Digest {
  readonly overdue: readonly DigestTask[];
  readonly today: readonly DigestTask[];
  /** Opened since the last digest, due later. */
  readonly fresh: readonly DigestTask[];
  /** Of those that nobody has: how many. */
  readonly free: { readonly overdue: number; readonly today: number; readonly fresh: number };
  readonly escalated: readonly DigestTask[];
}

/**
 * @param since what opened after it is new
 * @returns null when there is nothing to say
 */
export function digestOf(tasks: readonly DigestTask[], today: Day, since: Instant): Digest | null {
  const sorted = tasks.toSorted((a, b) => (a.dueAt < b.dueAt ? -1 : a.dueAt > b.dueAt ? 1 : 0));
  const when = (task: DigestTask): 'overdue' | 'today' | 'fresh' | null => {
    const due = dayOf(task.dueAt);
    if (due < today) return 'overdue';
    if (due === today) return 'today';
    return task.openedAt > since ? 'fresh' : null;
  };
  const of = (whose: DigestTask['whose'], place: ReturnType<typeof when>) =>
    sorted.filter((t) => t.whose === whose && when(t) === place);
  const digest: Digest = {
    overdue: of('own', 'overdue'),
    today: of('own', 'today'),
    fresh: of('own', 'fresh'),
    free: {
      overdue: of('free', 'overdue').length,
      today: of('free', 'today').length,
      fresh: of('free', 'fresh').length,
    },
    escalated: sorted.filter((t) => t.whose === 'escalated'),
  };
  const said = [
    ...[digest.overdue, digest.today, digest.fresh, digest.escalated].map((list) => list.length),
    ...Object.values(digest.free),
  ];
  return said.some((n) => n > 0) ? digest : null;
}
