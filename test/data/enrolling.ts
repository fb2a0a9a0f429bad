/** People to enrol and people who enrol them. */
import type { Pool } from 'pg';
import type { Actor } from '../../db/pool';
import { type Enrolment, enrolmentSchema } from '../../domain/enrolment';

/** A Monday, 11:00 in Paris. */
export const now = new Date('2026-11-23T10:00:00Z');

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const admin: Actor = { id: uuid(1), role: 'admin', siteId: null };
export const coordinatorOfTours: Actor = { id: uuid(2), role: 'coordinator', siteId: 'tours' };
export const coordinatorOfBlois: Actor = { id: uuid(3), role: 'coordinator', siteId: 'blois' };
export const counsellorOfTours = uuid(4);
export const counsellorOfBlois = uuid(5);
export const formerCounsellorOfTours = uuid(6);

export async function insertStaff(pool: Pool): Promise<void> {
  const staff = [
    [admin.id, 'admin', 'admin@programme.fr', 'admin', null, true],
    [coordinatorOfTours.id, 'coordinator.tours', 'c@tours.fr', 'coordinator', 'tours', true],
    [coordinatorOfBlois.id, 'coordinator.blois', 'c@blois.fr', 'coordinator', 'blois', true],
    [counsellorOfTours, 'counsellor.tours', 'A.Moreau@tours.fr', 'counsellor', 'tours', true],
    [counsellorOfBlois, 'counsellor.blois', 'b.petit@blois.fr', 'counsellor', 'blois', true],
    [formerCounsellorOfTours, 'counsellor.tours.2', 'd.roux@tours.fr', 'counsellor', 'tours', false],
  ];
  for (const values of staff) {
    await pool.query(
      `insert into staff (id, subject, display_name, email, role, site_id, active) values ($1, $2, $2, $3, $4, $5, $6)`,
      values,
    );
  }
}

/** Somebody of 17, enrolled today; `change` replaces fields. */
export function anEnrolment(change: Partial<Enrolment> = {}): Enrolment {
  return enrolmentSchema.parse({
    siteId: 'tours',
    lastName: 'Le Goff',
    firstName: 'Anne-Laure',
    birthDate: '2009-03-04',
    phone: '06 12 34 56 78',
    situation: 'seeking_training',
    origin: 'mission_locale',
    consentOn: '2026-11-20',
    ...change,
  });
}
