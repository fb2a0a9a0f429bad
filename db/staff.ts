/** Queries about the people who work with the pathways, and the sites. No row-level security: it is reference data. */
import type { Pool, PoolClient } from 'pg';
import type { Role } from '../domain/pathway';

export interface StaffPerson {
  readonly id: string;
  readonly displayName: string;
  readonly role: Role;
  /** null: national */
  readonly siteId: string | null;
  readonly organisation: string | null;
  readonly active: boolean;
}

const columns = `id, display_name as "displayName", role, site_id as "siteId", organisation, active`;

export async function staffBySubject(db: Pool, subject: string): Promise<StaffPerson | null> {
  const { rows } = await db.query<StaffPerson>({
    name: 'staff_by_subject',
    text: `select ${columns} from staff where subject = $1`,
    values: [subject],
  });
  return rows[0] ?? null;
}

export async function staffByIds(db: Pool | PoolClient, ids: readonly string[]): Promise<StaffPerson[]> {
  const { rows } = await db.query<StaffPerson>({
    name: 'staff_by_ids',
    text: `select ${columns} from staff where id = any($1)`,
    values: [ids],
  });
  return rows;
}

/** Active people, of a site (null: of none) and role where given, by name. */
export async function listStaff(
  db: Pool | PoolClient,
  of: { siteId?: string | null; role?: Role },
): Promise<StaffPerson[]> {
  const { rows } = await db.query<StaffPerson>({
    name: 'list_staff',
    text: `select ${columns} from staff
           where active and ($1::text is null or site_id = $1) and ($2::text is null or role = $2)
             and (not $3 or site_id is null)
           order by site_id, role, display_name, id`,
    values: [of.siteId ?? null, of.role ?? null, of.siteId === null],
  });
  return rows;
}

export async function listSites(db: Pool | PoolClient): Promise<{ id: string; name: string }[]> {
  const { rows } = await db.query<{ id: string; name: string }>('select id, name from sites order by name');
  return rows;
}
