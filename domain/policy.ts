/**
 * Who may do what: one table of role × action. The API asks it before anything else, row-level security
 * (db/migrations/0002) is the second wall behind it.
 */
import type { Role } from './pathway';
import { definitionOf, type TaskKind, taskKinds } from './tasks';

/**
 * How far an action reaches: `all` of the programme, the own `site`, at the own site the tasks that the role may
 * take (`takeable`), the pathways with a task that is or was theirs (`shared`), what is `own`.
 */
export type Scope = 'all' | 'site' | 'takeable' | 'shared' | 'own';

type Reach = Partial<Record<Role, Scope>>;

const everyone: Reach = {
  coordinator: 'all',
  counsellor: 'all',
  mediator: 'all',
  partner: 'all',
  committee: 'all',
  national_committee: 'all',
  evaluator: 'all',
  admin: 'all',
};
const team: Reach = { coordinator: 'site', counsellor: 'site', mediator: 'site' };
const accompanying: Reach = { coordinator: 'site', counsellor: 'site' };
const takers: Reach = { coordinator: 'site', counsellor: 'takeable', mediator: 'takeable', partner: 'own' };

/** A role that is not named may not. */
export const policy = {
  'me.read': everyone,
  'notification.choose': {
    ...{ coordinator: 'own', counsellor: 'own', mediator: 'own', partner: 'own' },
    ...{ committee: 'own', national_committee: 'own' },
  },
  'calendar.feed': { coordinator: 'own', counsellor: 'own', mediator: 'own', partner: 'own' },
  'site.list': everyone,
  'staff.list': { ...team, admin: 'all' },

  'enrolment.create': { coordinator: 'site' },
  'enrolment.read': team,
  'enrolment.import': { coordinator: 'site', admin: 'all' },
  'import.read': { coordinator: 'own', admin: 'own' },
  'export.make': { coordinator: 'site' },
  'export.list': { coordinator: 'site' },

  'pathway.list': { ...team, partner: 'shared' },
  'pathway.read': { ...team, partner: 'shared' },
  // It tells what every role would be asked.
  'pathway.forecast': team,
  'note.read': team,
  'note.write': team,
  'reading.list': { coordinator: 'site' },
  // Another site's young person, named exactly and for a reason: see `glassReads`.
  'glass.open': { coordinator: 'all', counsellor: 'all', mediator: 'all' },
  'glass.list': { coordinator: 'site' },
  'contact.record': team,
  'contract.record': accompanying,
  'termination.record': accompanying,
  'employment.record': accompanying,
  'offer.propose': accompanying,
  'alert.raise': { ...team, partner: 'shared' },
  'pathway.exit': accompanying,
  'exit.undo': accompanying,
  'pathway.hold': accompanying,
  'pathway.transfer': { coordinator: 'site' },

  'task.list': { ...team, partner: 'own' },
  'task.read': { ...team, partner: 'own' },
  'task.claim': takers,
  'task.release': takers,
  'task.assign': { coordinator: 'site' },
  'task.complete': takers,
  'task.draft': takers,
  'task.comment': { ...accompanying, mediator: 'takeable', partner: 'own' },
  'file.read': { ...team, partner: 'own' },
  'file.add': { ...accompanying, mediator: 'takeable', partner: 'own' },
  'file.remove': { coordinator: 'site', counsellor: 'own', mediator: 'own', partner: 'own' },
  // Which of them, each task decides.
  'task.bulk': takers,

  // One's own; the site's shared ones are written by who may share.
  'view.list': { ...team, partner: 'own' },
  'view.save': { coordinator: 'own', counsellor: 'own', mediator: 'own', partner: 'own' },
  'view.share': { coordinator: 'site' },

  'settings.read': { ...team, admin: 'all' },
  'settings.change': { coordinator: 'site', admin: 'all' },
  'broadcast.read': { coordinator: 'site', counsellor: 'own', mediator: 'own', admin: 'all' },

  'absence.list': team,
  'absence.record': { coordinator: 'site', counsellor: 'own', mediator: 'own' },
  'duty.list': team,
  'duty.plan': { coordinator: 'site' },
  'staff.hand_over': { coordinator: 'site' },

  // What is published of a draw names nobody: its ids say nothing.
  'draw.read': everyone,
  'draw.announce': { admin: 'all' },

  // Counts and no names; whoever accompanies also reads whom a count counts.
  'steering.overview': {
    ...accompanying,
    committee: 'site',
    national_committee: 'all',
    evaluator: 'all',
  },
  'steering.list': accompanying,
  // The funnel, times and curves: counts too.
  'steering.flow': {
    ...accompanying,
    committee: 'site',
    national_committee: 'all',
    evaluator: 'all',
  },
  // Until it is unblinded, what of a figure is by arm is for the evaluation alone.
  'steering.arms': { evaluator: 'all' },
  // The national committee once the programme is unblinded.
  'steering.curves_by_arm': { national_committee: 'all', evaluator: 'all' },

  // Rows without a name are for those who analyse them; who a pseudonym is, for those who hold the names anyway. Nobody has both.
  'evaluation.export': { evaluator: 'all' },
  'evaluation.answer': { evaluator: 'all' },
  'evaluation.balance': { evaluator: 'all' },
  'evaluation.match': { admin: 'all' },
  // Committees read the arms once they are unblinded.
  'evaluation.flow': { evaluator: 'all', committee: 'all', national_committee: 'all' },
  'evaluation.read': { evaluator: 'all', committee: 'all', national_committee: 'all', admin: 'all' },
  'evaluation.unblind': { admin: 'all' },
  'evaluation.log': { evaluator: 'all', admin: 'all' },
  // A national role those of the national committee.
  'meeting.list': {
    ...accompanying,
    committee: 'site',
    national_committee: 'own',
    evaluator: 'own',
    admin: 'all',
  },
  'meeting.plan': { coordinator: 'site', admin: 'all' },
} as const satisfies Record<string, Reach>;

export type Action = keyof typeof policy;
export const actions = Object.keys(policy) as Action[];

export interface PolicyActor {
  readonly id: string;
  readonly role: Role;
  readonly siteId: string | null;
}

/** What an action is about, as far as the policy looks at it. */
export interface PolicySubject {
  readonly siteId: string;
  /** A task of this pathway is or was the actor's. */
  readonly shared?: boolean;
  /** Another site's pathway that the actor gave a reason for may be read until then. */
  readonly glassUntil?: string | null;
  /** Whose absence or file it is. */
  readonly staffId?: string;
  readonly task?: {
    readonly kind: TaskKind;
    readonly assigneeId: string | null;
    readonly partnerId: string | null;
  };
}

/** What may be read of another site's young person who is met here; nothing of it may be changed. */
const glassReads: ReadonlySet<Action> = new Set(['pathway.read', 'pathway.forecast', 'note.read']);

/** How far the action reaches for this role, null: it has not the action at all. */
export function scopeOf(role: Role, action: Action): Scope | null {
  return (policy[action] as Reach)[role] ?? null;
}

/**
 * May this person do this to that? `unseen`: the answer must not even say that it exists (another site's person).
 */
export function verdict(
  actor: PolicyActor,
  action: Action,
  subject: PolicySubject,
): 'allowed' | 'forbidden' | 'unseen' {
  const scope = scopeOf(actor.role, action);
  if (scope === null) return 'forbidden';
  if (scope === 'all') return 'allowed';
  // A partner is held by its tasks, wherever they are.
  const atSite = scope !== 'shared' && (scope !== 'own' || actor.role !== 'partner');
  if (atSite && subject.siteId !== actor.siteId) {
    if (!subject.glassUntil) return 'unseen';
    return glassReads.has(action) ? 'allowed' : 'forbidden';
  }
  const { task } = subject;
  switch (scope) {
    case 'site':
      return 'allowed';
    case 'takeable':
      return !task || mayHold(actor.role, task.kind) ? 'allowed' : 'forbidden';
    case 'shared':
      return subject.shared ? 'allowed' : 'unseen';
    case 'own':
      // That it is there is no secret: absences to the team of the site, files to whoever sees their task.
      if (subject.staffId !== undefined) return subject.staffId === actor.id ? 'allowed' : 'forbidden';
      return task && (task.assigneeId === actor.id || task.partnerId === actor.id) ? 'allowed' : 'unseen';
  }
}

/** Whether a person of this role may have a task of this kind: a coordinator may have every one of the site. */
export function mayHold(role: Role, kind: TaskKind): boolean {
  const { who, orWho = [] } = definitionOf(kind);
  if (role === 'coordinator' || orWho.includes(role)) return true;
  if (role === 'mediator') return who === 'mediator';
  return role === 'counsellor' && (who === 'counsellor' || who === 'referent' || who === 'duty');
}

/** Whether somebody of one role can stand in for somebody of another: they may have all tasks that the other may. */
export function mayStandIn(role: Role, absent: Role): boolean {
  return taskKinds.every((kind) => mayHold(role, kind) || !mayHold(absent, kind));
}

/** What of a young person's identity a role sees: a partner what it needs to reach them, no family, no birth date. */
const partnerSees = ['lastName', 'firstName', 'phone', 'email'] as const;
export function sees(role: Role, identityField: string): boolean {
  return role === 'partner' ? (partnerSees as readonly string[]).includes(identityField) : role in team;
}
