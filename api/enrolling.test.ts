/** One young person enrolled, against a real PostgreSQL through the API's door. */
import { createHash, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { DatabaseRefusal } from '../db/enrolments';
import { apiPool, ownerPool } from '../db/pool';
import { startOfDay } from '../domain/calendar';
import type { Enrolment } from '../domain/enrolment';
import { defaultSettings, rulesOf, settingsSchema } from '../domain/settings';
import {
  admin,
  anEnrolment,
  coordinatorOfBlois,
  coordinatorOfTours,
  counsellorOfBlois,
  counsellorOfTours,
  formerCounsellorOfTours,
  insertStaff,
  now,
} from '../test/data/enrolling';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { EnrolmentRefused, enrol } from './enrolling';

let database: TestDatabase;
let owner: Pool;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = ownerPool(database.url, { name: 'test' });
  pool = apiPool(database.url, { name: 'test' });
  await insertStaff(owner);
});
beforeEach(() => owner.query('truncate people, idempotency_keys cascade'));
afterAll(async () => {
  await Promise.all([pool.end(), owner.end()]);
  await database.drop();
});

const enrolAtTours = (change: Partial<Enrolment> = {}) =>
  enrol(pool, coordinatorOfTours, anEnrolment(change), null, now);
const refusal = async (work: Promise<unknown>): Promise<EnrolmentRefused> => {
  const error = await work.then(
    () => new Error('enrolled'),
    (e: Error) => e,
  );
  if (!(error instanceof EnrolmentRefused)) throw error;
  return error;
};
const codesOf = async (work: Promise<unknown>) =>
  (await refusal(work)).problems.map((p) => `${p.pointer} ${p.code}`);
const count = async (table: string) =>
  (await owner.query(`select count(*) as n from ${table}`)).rows[0].n as number;

const contract = {
  signedOn: '2026-09-01',
  startsOn: '2026-09-07',
  endsOn: '2028-08-31',
  legalRepresentativeSigned: true,
  employer: 'Boulangerie "Au Bon \\ Pain"',
  cfa: 'CFA de Tours',
  trade: 'Boulanger',
  diploma: 'CAP',
};
const inSecuring = {
  enrolledOn: '2026-03-29',
  start: { step: 'securing', since: '2026-09-01', referentId: counsellorOfTours, contract },
} as const;

describe('an enrolment of today', () => {
  test('writes the person, the enrolment and what the workflow is started with', async () => {
    const body = anEnrolment({
      wave: '2026-A',
      email: 'anne@exemple.fr',
      address: '3 rue des Lilas\n37000 Tours',
      familyContact: { name: 'Mme "Le Goff" \\ {mère}', phone: '02 47 00 00 00' },
      externalNumber: 'im-0042',
      derogation: 'NULL',
    });
    const { status, enrolmentId } = await enrol(pool, coordinatorOfTours, body, null, now);
    expect(status).toBe('created');
    const { rows } = await owner.query(
      'select * from people p join enrolments e on e.person_id = p.id where e.id = $1',
      [enrolmentId],
    );
    expect(rows).toEqual([
      expect.objectContaining({
        last_name: 'Le Goff',
        first_name: 'Anne-Laure',
        birth_date: '2009-03-04',
        phone: '06 12 34 56 78',
        email: 'anne@exemple.fr',
        address: '3 rue des Lilas\n37000 Tours',
        family_name: 'Mme "Le Goff" \\ {mère}',
        family_phone: '02 47 00 00 00',
        name_key: 'legoff annelaure',
        external_number: 'im-0042',
        external_number_key: 'IM0042',
        site_id: 'tours',
        wave: '2026-A',
        situation: 'seeking_training',
        origin: 'mission_locale',
        consent_on: '2026-11-20',
        derogation: 'NULL',
        enrolled_on: '2026-11-23',
        created_by: coordinatorOfTours.id,
        created_at: now,
        started_at: null,
        not_same_as: [],
        import_id: null,
        import_row: null,
        start_input: {
          pathwayId: enrolmentId,
          siteId: 'tours',
          minor: true,
          rules: rulesOf(defaultSettings, 1),
          enrolledBy: coordinatorOfTours.id,
        },
      }),
    ]);
  });

  test('holds no word about the person in what Temporal will see', async () => {
    await enrolAtTours({ ...inSecuring, externalNumber: 'IM0042', email: 'anne@exemple.fr', wave: 'Vague' });
    const { rows } = await owner.query('select start_input::text as input from enrolments');
    expect(rows[0].input).not.toMatch(/Goff|Anne|2009|06 12|IM0042|exemple|Vague|Boulang|CFA|CAP/);
  });

  test('leaves out what was not given', async () => {
    await enrolAtTours();
    const { rows } = await owner.query(
      'select email, address, family_name, family_phone, external_number, external_number_key from people',
    );
    expect(new Set(Object.values(rows[0]))).toEqual(new Set([null]));
  });

  test('of an adult is not one of a minor: 18 on the day of enrolment', async () => {
    await enrolAtTours({ birthDate: '2008-11-23' });
    await enrolAtTours({ birthDate: '2008-11-24' });
    const { rows } = await owner.query(
      `select p.birth_date, e.start_input->'minor' as minor from people p join enrolments e on e.person_id = p.id
       order by birth_date`,
    );
    expect(rows).toEqual([
      { birth_date: '2008-11-23', minor: false },
      { birth_date: '2008-11-24', minor: true },
    ]);
  });

  test("decides by the newest version of its site's settings", async () => {
    const settings = settingsSchema.parse({ counts: { contactAttempts: 5 } });
    await owner.query(
      `insert into site_settings (site_id, version, settings, applied_at)
       values ('tours', 8, $1, $2), ('tours', 7, '{}', $2), ('blois', 9, '{}', $2)`,
      [settings, now],
    );
    try {
      await enrolAtTours();
      const { rows } = await owner.query("select start_input->'rules' as rules from enrolments");
      expect(rows[0].rules).toEqual(rulesOf(settings, 8));
      expect(rows[0].rules.contactAttempts).toBe(5);
    } finally {
      await owner.query('delete from site_settings where version in (7, 8, 9)');
    }
  });
});

describe('a pathway that was accompanied before', () => {
  test('starts with its dates in Paris, its referent and its contract, whose words are in PostgreSQL', async () => {
    const { enrolmentId } = await enrolAtTours(inSecuring);
    const { rows: enrolments } = await owner.query('select start_input, enrolled_on from enrolments');
    const { rows: words } = await owner.query('select * from words');
    expect(words).toEqual([
      {
        id: expect.any(String),
        pathway_id: enrolmentId,
        author_id: coordinatorOfTours.id,
        created_at: now,
        fields: {
          employer: 'Boulangerie "Au Bon \\ Pain"',
          cfa: 'CFA de Tours',
          trade: 'Boulanger',
          diploma: 'CAP',
        },
      },
    ]);
    expect(enrolments[0].enrolled_on).toBe('2026-03-29');
    expect(enrolments[0].start_input).toMatchObject({
      // The night of the change to summer time.
      enrolledAt: startOfDay('2026-03-29'),
      start: {
        step: 'securing',
        since: '2026-08-31T22:00:00.000Z',
        referentId: counsellorOfTours,
        contract: {
          signedOn: '2026-09-01',
          startsOn: '2026-09-07',
          endsOn: '2028-08-31',
          legalRepresentativeSigned: true,
          wordsId: words[0].id,
        },
      },
    });
  });

  test('enrolled today has no instant of enrolment: the workflow takes its own', async () => {
    await enrolAtTours({ enrolledOn: '2026-11-23', start: { step: 'welcome', since: '2026-11-23' } });
    const { rows } = await owner.query('select start_input from enrolments');
    expect(rows[0].start_input).not.toHaveProperty('enrolledAt');
    expect(rows[0].start_input.start).toEqual({ step: 'welcome', since: '2026-11-22T23:00:00.000Z' });
  });

  test.each<[string, string, Partial<typeof contract>]>([
    ['endsOn dates_contradict', 'ends before it starts', { endsOn: '2026-09-07' }],
    ['endsOn dates_contradict', 'ends before it was signed', { signedOn: '2028-08-31' }],
    ['signedOn date_in_future', 'is signed tomorrow', { signedOn: '2026-11-24' }],
    [
      'legalRepresentativeSigned legal_representative_missing',
      'of a minor is not signed by the legal representative',
      { legalRepresentativeSigned: false },
    ],
  ])('is refused with %s when the contract %s', async (problem, _, change) => {
    const start = { ...inSecuring.start, contract: { ...contract, ...change } };
    expect(await codesOf(enrolAtTours({ ...inSecuring, start }))).toContain(`/start/contract/${problem}`);
    expect(await count('people')).toBe(0);
  });

  test('needs no legal representative when the contract was signed at 18', async () => {
    const start = { ...inSecuring.start, contract: { ...contract, legalRepresentativeSigned: false } };
    await enrolAtTours({ ...inSecuring, start, birthDate: '2008-09-01' });
    expect(await count('enrolments')).toBe(1);
  });

  test.each([
    ['of another site', counsellorOfBlois],
    ['who has left', formerCounsellorOfTours],
    ['who is a coordinator', coordinatorOfTours.id],
    ['nobody knows', randomUUID()],
  ])('is refused with a referent %s', async (_, referentId) => {
    const start = { ...inSecuring.start, referentId };
    expect(await codesOf(enrolAtTours({ ...inSecuring, start }))).toEqual([
      '/start/referentId unknown_referent',
    ]);
  });
});

describe('an enrolment that is not valid', () => {
  test('is told all its problems and writes nothing', async () => {
    const body = anEnrolment({ siteId: 'paris', birthDate: '1990-01-01', phone: undefined });
    expect(await codesOf(enrol(pool, admin, body, null, now))).toEqual([
      '/birthDate age_outside_programme',
      '/phone no_way_to_reach',
      '/siteId unknown_site',
    ]);
    expect(await count('people')).toBe(0);
  });

  test('at another site than the coordinator’s is refused, an admin may enrol anywhere', async () => {
    expect(await codesOf(enrolAtTours({ siteId: 'blois' }))).toEqual(['/siteId site_not_allowed']);
    await enrol(pool, admin, anEnrolment({ siteId: 'blois' }), null, now);
    expect(await count('enrolments')).toBe(1);
  });

  test('by a role that does not enrol is refused by the database itself, without a value in the message', async () => {
    const counsellor = { id: counsellorOfTours, role: 'counsellor', siteId: 'tours' } as const;
    const error = await enrol(pool, counsellor, anEnrolment(), null, now).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DatabaseRefusal);
    expect(error).toMatchObject({ sqlState: '42501' });
    expect(`${(error as Error).message} ${JSON.stringify(error)}`).not.toMatch(/Goff|2009|06 12/);
    expect(await count('people')).toBe(0);
  });
});

describe('a young person who may be enrolled already', () => {
  test('is shown by ids and site, the name written in another way', async () => {
    const { enrolmentId } = await enrolAtTours();
    const error = await refusal(
      enrolAtTours({ lastName: 'LE GOFF', firstName: 'Anné Laure', phone: '0600000000' }),
    );
    expect(error.code).toBe('possible_duplicate');
    expect(error.candidates).toEqual([
      { enrolmentId, siteId: 'tours', siteName: 'Tours', sameSite: true, matchedOn: ['name_and_birth_date'] },
    ]);
    expect(await count('people')).toBe(1);
  });

  test('is found at another site, with nothing more than ids and the site', async () => {
    const { enrolmentId } = await enrolAtTours({ externalNumber: 'IM-42' });
    const body = anEnrolment({ siteId: 'blois', externalNumber: 'im42' });
    const error = await refusal(enrol(pool, coordinatorOfBlois, body, null, now));
    expect(error.candidates).toEqual([
      {
        enrolmentId,
        siteId: 'tours',
        siteName: 'Tours',
        sameSite: false,
        matchedOn: ['name_and_birth_date', 'external_number'],
      },
    ]);
  });

  test('is found by the external number alone', async () => {
    await enrolAtTours({ externalNumber: 'IM-42' });
    const error = await refusal(enrolAtTours({ lastName: 'Martin', externalNumber: 'IM42' }));
    expect(error.candidates.map((c) => c.matchedOn)).toEqual([['external_number']]);
  });

  test('is not somebody born on another day or without an external number', async () => {
    await enrolAtTours();
    await enrolAtTours({ birthDate: '2009-03-05' });
    await enrolAtTours({ lastName: 'Martin' });
    expect(await count('enrolments')).toBe(3);
  });

  test('is enrolled once each of those compared is said to be somebody else', async () => {
    const first = await enrolAtTours();
    const second = await enrolAtTours({ notSameAs: [first.enrolmentId.toUpperCase()] });
    const error = await refusal(enrolAtTours({ notSameAs: [first.enrolmentId, randomUUID()] }));
    expect(error.candidates.map((c) => c.enrolmentId)).toEqual([second.enrolmentId]);
    const notSameAs = [second.enrolmentId, first.enrolmentId, randomUUID()];
    const third = await enrolAtTours({ notSameAs });
    const { rows } = await owner.query('select not_same_as from enrolments where id = $1', [
      third.enrolmentId,
    ]);
    // Only those that were in question.
    expect(rows[0].not_same_as.sort()).toEqual([first.enrolmentId, second.enrolmentId].sort());
  });

  test('is enrolled once when two ask at the same time', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 6 }, (_, i) => enrolAtTours({ firstName: i % 2 ? 'Anne Laure' : 'ANNE-LAURE' })),
    );
    expect(answers.filter((a) => a.status === 'fulfilled')).toHaveLength(1);
    for (const a of answers) if (a.status === 'rejected') expect(a.reason.code).toBe('possible_duplicate');
    expect(await count('people')).toBe(1);
  });

  test('is compared without two requests waiting for each other for ever', async () => {
    // Crossed: the name of one with the number of the other.
    const crossed = Array.from({ length: 8 }, (_, i) =>
      enrolAtTours({
        lastName: i % 2 ? 'Martin' : 'Durand',
        externalNumber: i % 4 < 2 ? 'IM-1' : 'IM-2',
        birthDate: `2009-03-0${1 + (i % 2)}`,
      }),
    );
    const answers = await Promise.allSettled(crossed);
    for (const a of answers) if (a.status === 'rejected') expect(a.reason).toBeInstanceOf(EnrolmentRefused);
    expect(answers.some((a) => a.status === 'fulfilled')).toBe(true);
  });
});

describe('a request with a key', () => {
  const hashed = (idempotencyKey: string, text = 'body') => ({
    idempotencyKey,
    requestHash: createHash('sha256').update(text).digest(),
  });

  test('that comes again is answered the same', async () => {
    const first = await enrol(pool, coordinatorOfTours, anEnrolment(), hashed('k'), now);
    const later = new Date('2027-11-23T10:00:00Z');
    expect(await enrol(pool, coordinatorOfTours, anEnrolment(), hashed('k'), later)).toEqual({
      status: 'repeated',
      enrolmentId: first.enrolmentId,
      input: null,
    });
    expect(await count('people')).toBe(1);
  });

  test('that comes several times at once enrols once, and all get it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => enrol(pool, coordinatorOfTours, anEnrolment(), hashed('k'), now)),
    );
    expect(new Set(answers.map((a) => a.enrolmentId)).size).toBe(1);
    expect(answers.filter((a) => a.status === 'created')).toHaveLength(1);
    expect(await count('enrolments')).toBe(1);
  });

  test('is refused when the key came with another body, and is free for another person', async () => {
    await enrol(pool, coordinatorOfTours, anEnrolment(), hashed('k'), now);
    const other = anEnrolment({ lastName: 'Martin' });
    const error = await refusal(enrol(pool, coordinatorOfTours, other, hashed('k', 'other'), now));
    expect(error.code).toBe('idempotency_key_reused');
    await enrol(pool, admin, other, hashed('k', 'other'), now);
    expect(await count('enrolments')).toBe(2);
  });

  test('that was refused may come again once corrected', async () => {
    const { enrolmentId } = await enrolAtTours();
    await refusal(enrol(pool, coordinatorOfTours, anEnrolment(), hashed('k'), now));
    const corrected = anEnrolment({ notSameAs: [enrolmentId] });
    const answer = await enrol(pool, coordinatorOfTours, corrected, hashed('k', 'corrected'), now);
    expect(answer.status).toBe('created');
  });
});

test('text with half a character is stored with the sign for what cannot be read', async () => {
  const half = { ...contract, employer: 'Fournil \ud83e' };
  await enrolAtTours({
    ...inSecuring,
    address: 'rue \ud83e',
    start: { ...inSecuring.start, contract: half },
  });
  const { rows } = await owner.query("select address, fields->>'employer' as employer from people, words");
  expect(rows).toEqual([{ address: 'rue \ufffd', employer: 'Fournil \ufffd' }]);
});
