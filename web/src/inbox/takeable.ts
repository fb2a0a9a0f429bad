/**
 * Which kinds of task a role may take: what the catalogue says (domain/tasks.ts), without its forms, which a browser need
 * not have. The test holds the two together.
 */
import type { Role } from '../../../domain/pathway';
import { kinds, type TaskKind } from './filters';

const ofMediators: readonly TaskKind[] = ['accept_mediation', 'meet_parties', 'mediation_follow_up'];
const ofCoordinators: readonly TaskKind[] = [
  'hard_to_reach_decision',
  'assign_referent',
  'project_review',
  'search_review',
  'name_mediator',
  'final_review',
];

/** @returns null: all of them */
export function takeableBy(role: Role): readonly TaskKind[] | null {
  if (role === 'mediator') return ofMediators;
  if (role !== 'counsellor') return null;
  return kinds.filter((kind) => !ofMediators.includes(kind) && !ofCoordinators.includes(kind));
}
