/** The people of the demonstration: one for each role and site, and two more counsellors. Never in production. */
import { Client } from 'pg';
import type { Role } from '../domain/pathway';
import { hashId } from './hash-id';

export interface DemonstrationPerson {
  readonly id: string;
  /** Also the sign-in name: `counsellor.tours`. */
  readonly subject: string;
  readonly displayName: string;
  readonly role: Role;
  readonly siteId: string | null;
  readonly organisation: string | null;
}

/** The sites of the programme by id, as migration 0001 has them. */
export const siteNames: Readonly<Record<string, string>> = {
  tours: 'Tours',
  blois: 'Blois',
  orleans: 'Orléans',
  'le-mans': 'Le Mans',
  limousin: 'Limousin',
  ain: 'Ain',
  roanne: 'Roanne',
};

const local: [name: string, Role, title: string, organisation: string | null][] = [
  ['coordinator', 'coordinator', 'Coordination', null],
  ['counsellor', 'counsellor', 'Conseil 1', null],
  ['counsellor2', 'counsellor', 'Conseil 2', null],
  ['counsellor3', 'counsellor', 'Conseil 3', null],
  ['mediator', 'mediator', 'Médiation', null],
  ['partner', 'partner', 'CFA', 'CFA'],
  ['partner2', 'partner', 'CMA', 'CMA'],
  ['committee', 'committee', 'Comité de pilotage', null],
];

export function demonstrationPeople(): DemonstrationPerson[] {
  const person = (
    subject: string,
    displayName: string,
    role: Role,
    siteId: string | null,
    organisation: string | null,
  ) => ({
    // The same person has the same id on every machine.
    id: hashId(`service-plus demonstration ${subject}`),
    subject,
    displayName,
    role,
    siteId,
    organisation,
  });
  return [
    ...Object.entries(siteNames).flatMap(([site, siteName]) =>
      local.map(([name, role, title, organisation]) =>
        person(`${name}.${site}`, `${title} ${siteName}`, role, site, organisation),
      ),
    ),
    person('committee.national', 'Comité de pilotage national', 'national_committee', null, null),
    person('evaluator', 'Évaluation', 'evaluator', null, null),
    person('admin', 'Administration', 'admin', null, null),
  ];
}

/** @param subject the sign-in name: `counsellor.tours` */
export function demonstrationPerson(subject: string): DemonstrationPerson {
  const person = demonstrationPeople().find((p) => p.subject === subject);
  if (!person) throw new Error(`there is no demonstration person ${subject}`);
  return person;
}

/** Adds the people of the demonstration that are missing. */
export async function seedDemonstration(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'seed' });
  await client.connect();
  try {
    await client.query(
      `insert into staff (id, subject, display_name, email, role, site_id, organisation)
       select id, subject, "displayName", subject || '@demonstration.invalid', role, "siteId", organisation
       from jsonb_to_recordset($1) as p(id uuid, subject text, "displayName" text, role text, "siteId" text, organisation text)
       on conflict (subject) do nothing`,
      [JSON.stringify(demonstrationPeople())],
    );
  } finally {
    await client.end();
  }
}
