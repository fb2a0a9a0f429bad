/** Files of many young people, against a real PostgreSQL through the API's door. */
import { createReadStream, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { type Actor, apiPool, ownerPool } from '../db/pool';
import { startOfDay } from '../domain/calendar';
import { nameKey } from '../domain/enrolment';
import { type Code, columns, messages, templateCsv, unprotect } from '../domain/enrolment-csv';
import { origins, situations } from '../domain/pathway';
import {
  admin,
  anEnrolment,
  coordinatorOfBlois,
  coordinatorOfTours,
  counsellorOfTours,
  insertStaff,
  now,
} from '../test/data/enrolling';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { EnrolmentRefused, enrol } from './enrolling';
import { ImportRefused, type ImportReport, importEnrolments, rejectFile } from './enrolment-import';

let database: TestDatabase;
let owner: Pool;
let pool: Pool;
const spoolDir = mkdtempSync(path.join(os.tmpdir(), 'spool-'));

beforeAll(async () => {
  database = await createTestDatabase();
  owner = ownerPool(database.url, { name: 'test' });
  pool = apiPool(database.url, { name: 'test' });
  await insertStaff(owner);
});
beforeEach(() => owner.query('truncate people, idempotency_keys, imports cascade'));
afterEach(() => expect(readdirSync(spoolDir)).toEqual([]));
afterAll(async () => {
  rmSync(spoolDir, { recursive: true });
  await Promise.all([pool.end(), owner.end()]);
  await database.drop();
});

interface Options {
  actor?: Actor;
  dryRun?: boolean;
  maxBytes?: number;
  idempotencyKey?: string;
  now?: Date;
}
function imported(file: string | Buffer | Readable, options: Options = {}): Promise<ImportReport> {
  const stream = file instanceof Readable ? file : Readable.from([Buffer.from(file)]);
  return importEnrolments({
    pool,
    actor: coordinatorOfTours,
    dryRun: false,
    spoolDir,
    now,
    ...options,
    stream,
  });
}
const fixture = (name: string) =>
  createReadStream(path.join(__dirname, '../test/data', name), { highWaterMark: 7 });
const refusalOf = async (work: Promise<unknown>): Promise<ImportRefused> => {
  const error = await work.then(
    () => new Error('imported'),
    (e: Error) => e,
  );
  if (!(error instanceof ImportRefused)) throw error;
  return error;
};
const refusedAt = async (work: Promise<unknown>) => {
  const { problems } = await refusalOf(work);
  return problems.map((p) => `${p.row} ${p.column} ${p.code}`);
};
const told = (report: ImportReport) => report.problems.map((p) => `${p.row} ${p.column} ${p.code}`);
const count = async (table: string) =>
  (await owner.query(`select count(*) as n from ${table}`)).rows[0].n as number;
const names = async () =>
  (await owner.query('select last_name from people order by last_name')).rows.map((r) => r.last_name);
async function rejectsOf(report: ImportReport, actor: Actor = coordinatorOfTours): Promise<string> {
  const pieces = await rejectFile(pool, actor, report.importId, new Date());
  if (!pieces) return '';
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

type Cells = Partial<Record<string, string>>;
const someone: Cells = {
  site: 'Tours',
  nom: 'Martin',
  prenom: 'Hugo',
  date_naissance: '31/12/2008',
  telephone: '06 12 34 56 78',
  situation: 'scolarisé',
  prescripteur: 'mission locale',
  date_consentement: '20/11/2026',
};
/** A file of these people, each differing from `someone`, in the template's columns. */
function roster(...people: Cells[]): string {
  const rows = people.map((cells) => columns.map(({ header }) => ({ ...someone, ...cells })[header] ?? ''));
  return stringify([columns.map((c) => c.header), ...rows], { delimiter: ';' });
}

describe('a file as Excel saves it', () => {
  test('in Windows-1252 is read with its accents, quotes and numbers', async () => {
    const report = await imported(fixture('roster-excel-windows-1252.csv'));
    expect(report).toEqual({
      importId: expect.any(String),
      dryRun: false,
      encoding: 'windows-1252',
      separator: ';',
      rows: 3,
      accepted: 3,
      rejected: 0,
      duplicates: 0,
      problems: [],
      problemsTotal: 0,
      rejectsAvailable: false,
    });
    const { rows } = await owner.query(
      `select last_name, first_name, phone, address, e.import_row, e.import_id from people p
       join enrolments e on e.person_id = p.id order by e.import_row`,
    );
    const { importId: import_id } = report;
    expect(rows).toEqual([
      {
        last_name: 'Lecœur',
        first_name: 'Zoé',
        phone: '0612345678',
        address: '12 rue de l’Œuvre 37000 Tours',
        import_row: 2,
        import_id,
      },
      {
        last_name: 'Dubois',
        first_name: 'Noël',
        phone: '06 98 76 54 32',
        address: 'Chez M. & Mme « Été » ; 5 €',
        import_row: 3,
        import_id,
      },
      {
        last_name: 'Ÿvès',
        first_name: 'Šárka',
        phone: '+33711223344',
        address: null,
        import_row: 5,
        import_id,
      },
    ]);
    expect(await rejectFile(pool, coordinatorOfTours, report.importId, new Date())).toBeNull();
  });

  test('as UTF-8 begins with a mark, which is not part of the first column', async () => {
    const report = await imported(`\ufeff${roster({})}`);
    expect([report.encoding, report.accepted]).toEqual(['utf-8', 1]);
  });
});

test('a file as LibreOffice saves it has commas, quotes, several lines in a cell and an empty line', async () => {
  const report = await imported(fixture('roster-libreoffice.csv'), { actor: coordinatorOfBlois });
  expect(report).toMatchObject({ encoding: 'utf-8', separator: ',', rows: 3, accepted: 2, rejected: 1 });
  // Row 5 of the sheet, whatever the lines in the text file.
  expect(told(report)).toEqual(['5 prenom required']);
  const { rows } = await owner.query("select address from people where last_name = 'N''Guyen'");
  expect(rows[0].address).toBe('Résidence "Les Lilas"\nbâtiment B\n41000 Blois');
});

test('a file with tabs, or with the line ends of an old Mac, is read too', async () => {
  const tabs = roster({ nom: 'Tab' }).replaceAll(';', '\t').replaceAll('\n', '\r');
  expect(await imported(tabs)).toMatchObject({ separator: '\t', accepted: 1 });
});

describe('a running caseload', () => {
  test('is taken up in each of the five steps, with its dates, referents and contracts', async () => {
    const report = await imported(fixture('roster-running-caseload.csv'));
    expect(told(report)).toEqual([]);
    const { rows } = await owner.query(
      `select p.last_name, e.id, e.start_input as i, w.id as words_id, w.fields from people p
       join enrolments e on e.person_id = p.id left join words w on w.pathway_id = e.id order by e.import_row`,
    );
    const enrolledAt = startOfDay('2026-09-01');
    const since = startOfDay('2026-10-05');
    const referentId = counsellorOfTours;
    expect(rows.map((r) => [r.last_name, r.i.pathwayId === r.id, r.i.enrolledAt, r.i.start])).toEqual([
      ['Un', true, enrolledAt, { step: 'welcome', since: enrolledAt }],
      ['Deux', true, enrolledAt, { step: 'project_validation', since, referentId }],
      ['Trois', true, enrolledAt, { step: 'contract_search', since, referentId }],
      [
        'Quatre',
        true,
        enrolledAt,
        {
          step: 'securing',
          since,
          referentId,
          contract: {
            signedOn: '2026-09-30',
            startsOn: '2026-10-05',
            endsOn: '2028-08-31',
            legalRepresentativeSigned: true,
            wordsId: rows[3].words_id,
          },
        },
      ],
      [
        'Cinq',
        true,
        startOfDay('2024-09-01'),
        {
          step: 'durable_employment',
          since: enrolledAt,
          referentId,
          contract: {
            signedOn: '2024-09-01',
            startsOn: '2024-09-09',
            endsOn: '2026-11-30',
            legalRepresentativeSigned: false,
            wordsId: rows[4].words_id,
          },
        },
      ],
    ]);
    expect(rows[3].fields).toEqual({
      employer: 'Boulangerie Petit',
      master: 'Mme Petit',
      cfa: 'CFA de Tours',
      trade: 'Boulanger',
      diploma: 'CAP',
    });
    expect(rows.map((r) => r.words_id !== null)).toEqual([false, false, false, true, true]);
  });
});

describe('a file that cannot be read', () => {
  const line = 'tours;Martin;Hugo;31/12/2008;0612345678;in_school;cfa;20/11/2026';
  const head = 'site;nom;prenom;date_naissance;telephone;situation;prescripteur;date_consentement';
  const many = Array.from({ length: 1200 }, (_, i) => line.replace('Martin', `N${i.toString(2)}`)).join('\n');

  const wrong: [Code, string, () => string | Buffer, string][] = [
    ['empty_file', 'nothing in it', () => '', '1  empty_file'],
    ['empty_file', 'empty lines only', () => '\r\n\r\n', '1  empty_file'],
    ['empty_file', 'a header only', () => `${head}\n;;;;;;;\n`, '1  empty_file'],
    [
      'encoding_utf16',
      'UTF-16 with a mark',
      () => Buffer.from(`\ufeff${head}`, 'utf16le'),
      '1  encoding_utf16',
    ],
    ['encoding_utf16', 'UTF-16 without', () => Buffer.from(head, 'utf16le'), '1  encoding_utf16'],
    [
      'encoding_utf16',
      'UTF-16 the other way round',
      () => Buffer.from(`\ufeff${head}`, 'utf16le').swap16(),
      '1  encoding_utf16',
    ],
    [
      'encoding_unknown',
      'letters of an old Mac',
      // ê and è of Mac Roman
      () =>
        Buffer.concat([
          Buffer.from(`${head}\n${line}\nTours;R`),
          Buffer.from([0x90, 0x8f]),
          Buffer.from(`\n`),
        ]),
      '3  encoding_unknown',
    ],
    ['nul_byte', 'a NUL byte', () => `${head}\n${many}\n${line}\0\n`, '1202  nul_byte'],
    ['missing_column', 'no names', () => `${head.replace(';nom', '')}\n`, '1 nom missing_column'],
    [
      'unknown_column',
      'one column too many',
      () => `${head};pointure\n${line};42`,
      '1 pointure unknown_column',
    ],
    [
      'duplicate_column',
      'a column twice',
      () => `${head};Téléphone\n${line};`,
      '1 Téléphone duplicate_column',
    ],
    [
      'quote_not_closed',
      'a quote that swallows all that follows',
      () => `${head}\n${many}\n${line.replace('Hugo', '"Hugo')}\n${many}\n${many}`,
      '1202  quote_not_closed',
    ],
    [
      'quote_not_closed',
      'a quote open at its end',
      () => `${head}\n${line.replace('Hugo', '"Hugo')}\n${line}`,
      '2  quote_not_closed',
    ],
    ['quote_not_closed', 'a quote open in its header', () => `"${head}\n${line}`, '1  quote_not_closed'],
    [
      'quote_misplaced',
      'a quote within a value',
      () => `${head}\n${line.replace('Hugo', 'Hu"g"o')}`,
      '2  quote_misplaced',
    ],
    [
      'quote_misplaced',
      'a value behind a quote',
      () => `${head}\n${line.replace('Hugo', '"Hu"go')}`,
      '2  quote_misplaced',
    ],
    ['row_too_long', 'a line without end', () => `${head}\n${line}${'x'.repeat(70_000)}`, '2  row_too_long'],
  ];

  test.each(wrong)('is refused with %s: %s', async (_, __, file, expected) => {
    expect(await refusedAt(imported(file()))).toEqual([expected]);
    for (const table of ['people', 'enrolments', 'imports', 'import_rejects']) {
      expect([table, await count(table)]).toEqual([table, 0]);
    }
  });

  test('is refused when its quote is closed rows later by the quote of another', async () => {
    expect(await refusedAt(imported(fixture('roster-quote-not-closed.csv')))).toEqual([
      '3  quote_not_closed',
    ]);
    expect(await count('people')).toBe(0);
  });

  test('is refused when larger than allowed, and the rest of the upload is left to the caller', async () => {
    const stream = Readable.from([Buffer.from(head), Buffer.from(`\n${line}`), Buffer.from('\n')]);
    expect(await refusedAt(imported(stream, { maxBytes: 100 }))).toEqual(['1  file_too_large']);
    expect(stream.destroyed).toBe(false);
  });

  test('is refused without a word of the person, even when a person stands where the header should be', async () => {
    for (const file of [many, `${head}\n${line.replace('Hugo', 'Hu"go')}`, `${head}\n"${line}`]) {
      const error = await refusalOf(imported(file));
      expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/Martin|Hu.?go|2008|N1/);
    }
  });

  test('is not kept when the upload breaks off', async () => {
    const broken = new Readable({ read() {} });
    broken.push(`${head}\n${line}\n`);
    const work = imported(broken);
    broken.destroy(new Error('aborted by the browser'));
    await expect(work).rejects.toThrow('aborted by the browser');
    expect(await count('people')).toBe(0);
  });

  test('has a test here for each way of refusing', () => {
    const ofTheFile = Object.keys(messages).slice(0, Object.keys(messages).indexOf('wrong_number_of_fields'));
    expect(new Set([...wrong.map(([code]) => code), 'file_too_large'])).toEqual(new Set(ofTheFile));
  });
});

describe('rows that are refused', () => {
  const started: Cells = {
    date_entree: '01/09/2026',
    etape: '4',
    depuis_le: '01/10/2026',
    referent: 'a.moreau@tours.fr',
    contrat_signe_le: '01/10/2026',
    contrat_debut: '05/10/2026',
    contrat_fin: '31/08/2028',
    signature_representant_legal: 'oui',
    employeur: 'x',
    cfa: 'x',
    metier: 'x',
    diplome: 'x',
  };
  const noContract = Object.fromEntries(
    Object.keys(started)
      .slice(4)
      .map((name) => [name, '']),
  );
  const somebody = '00000000-0000-4000-8000-000000000099';
  const wrong: [Code, Cells, string][] = [
    ['required', { nom: '' }, 'nom'],
    ['too_long', { vague: 'x'.repeat(61) }, 'vague'],
    ['control_character', { adresse: 'a\u0007' }, 'adresse'],
    ['invalid_date', { date_naissance: '31/02/2008' }, 'date_naissance'],
    ['date_ambiguous', { date_naissance: '31/12/08' }, 'date_naissance'],
    ['invalid_phone', { telephone: '6,12346E+08' }, 'telephone'],
    ['invalid_email', { courriel: 'hugo' }, 'courriel'],
    ['invalid_external_number', { numero_externe: 'n° 3' }, 'numero_externe'],
    ['unknown_value', { situation: 'heureux' }, 'situation'],
    ['unknown_site', { site: 'Paris' }, 'site'],
    ['site_not_allowed', { site: 'Blois' }, 'site'],
    ['unknown_referent', { ...started, referent: 'b.petit@blois.fr' }, 'referent'],
    ['date_in_future', { date_consentement: '24/11/2026' }, 'date_consentement'],
    ['date_too_far', { ...started, contrat_fin: '31/12/9999' }, 'contrat_fin'],
    ['age_outside_programme', { date_naissance: '31/12/1999' }, 'date_naissance'],
    ['no_way_to_reach', { telephone: '' }, 'telephone'],
    ['start_missing', { date_entree: '01/09/2026' }, 'date_entree'],
    ['dates_contradict', { ...started, contrat_fin: '05/10/2026' }, 'contrat_fin'],
    ['dates_contradict', { ...started, depuis_le: '31/08/2026' }, 'depuis_le'],
    ['referent_missing', { ...started, ...noContract, etape: '2', referent: '' }, 'referent'],
    ['contract_missing', { ...started, ...noContract }, 'contrat_signe_le'],
    ['contract_too_early', { ...started, etape: '3' }, 'contrat_signe_le'],
    [
      'legal_representative_missing',
      { ...started, signature_representant_legal: 'non' },
      'signature_representant_legal',
    ],
    ['not_recognised', { le_meme_que: somebody }, 'le_meme_que'],
    ['same_and_not_same', { le_meme_que: somebody, pas_le_meme_que: somebody }, 'le_meme_que'],
  ];

  test('say where and why, each in its row and column', async () => {
    const report = await imported(roster(...wrong.map(([, cells]) => cells)));
    expect(told(report)).toEqual(wrong.map(([code, , column], i) => `${i + 2} ${column} ${code}`));
    expect(report).toMatchObject({ rows: wrong.length, accepted: 0, rejected: wrong.length, duplicates: 0 });
    expect(report).toMatchObject({ problemsTotal: wrong.length, rejectsAvailable: true });
    expect(await count('people')).toBe(0);
    const rejects = await rejectsOf(report);
    for (const [code] of wrong) expect(rejects.replaceAll('""', '"')).toContain(messages[code].fr);
  });

  test('may have too many cells or too few', async () => {
    const [head, row] = roster({}).trim().split('\n');
    const report = await imported([head, `${row};`, row, row?.replace(';', ''), 'x'].join('\n'));
    expect(told(report)).toEqual([2, 4, 5].map((n) => `${n}  wrong_number_of_fields`));
    expect(report.accepted).toBe(1);
    // They come back as they were.
    expect((await rejectsOf(report)).split('\r\n')[3]).toMatch(/;5;x$/);
  });

  test('are told two hundred times at most and counted all', async () => {
    const people = Array.from({ length: 1100 }, (_, i) => ({ nom: `N${i}`, prenom: i % 2 ? '' : 'Hugo' }));
    const report = await imported(roster(...people));
    expect(report).toMatchObject({ rows: 1100, accepted: 550, rejected: 550, problemsTotal: 550 });
    expect(report.problems.map((p) => p.row)).toEqual(Array.from({ length: 200 }, (_, i) => 3 + 2 * i));
    expect((await rejectsOf(report)).trim().split('\r\n')).toHaveLength(551);
  });

  test('have tests here for every code of a row', () => {
    const ofARow = Object.keys(messages).slice(Object.keys(messages).indexOf('wrong_number_of_fields'));
    const others = ['wrong_number_of_fields', 'possible_duplicate', 'invalid_value'];
    expect(new Set([...wrong.map(([code]) => code), ...others])).toEqual(new Set(ofARow));
  });

  test('do not put a value of a person into the report', async () => {
    const report = await imported(
      roster(...wrong.map(([, cells]) => ({ ...cells, nom: 'SECRET', prenom: `SECRET${'x'.repeat(200)}` }))),
    );
    expect(report.rejected).toBe(wrong.length);
    expect(JSON.stringify(report)).not.toMatch(/SECRET|heureux|Paris|hugo/);
  });
});

describe('the reject file', () => {
  test('is the upload with the errors in front, and once corrected all of it is accepted', async () => {
    const report = await imported(
      roster({ nom: 'Un' }, { nom: 'Deux', date_naissance: '31/12/08' }, { nom: 'Trois', prenom: '' }),
    );
    expect(report).toMatchObject({ accepted: 1, rejected: 2 });
    const rejects = await rejectsOf(report);
    const lines = rejects.split('\r\n');
    expect(lines[0]).toBe(`\ufefferreur;ligne;${templateCsv().slice(1).trim()}`);
    expect(lines[1]).toMatch(
      /^date_naissance : l'année n'a que deux chiffres.*;3;Tours;;Deux;Hugo;31\/12\/08;/,
    );

    const corrected = rejects.replace('31/12/08', '31/12/2008').replace(';Trois;;', ';Trois;Zoé;');
    expect(await imported(corrected)).toMatchObject({ rows: 2, accepted: 2, rejected: 0 });
    expect(await names()).toEqual(['Deux', 'Trois', 'Un']);
  });

  test('of a reject file has one column of errors, the new ones', async () => {
    const first = await rejectsOf(await imported(roster({ prenom: '' })));
    const second = await rejectsOf(await imported(first));
    expect(second.replace(';2;', ';N;')).toBe(first.replace(';2;', ';N;'));
  });

  test('keeps the separator and the names of the upload', async () => {
    const file =
      'Site,Last name,First name,Birth date,Phone,Situation,Origin,Consent on\nTours,"Mar,tin",,2008-12-31,,in_school,cfa,2026-11-20\n';
    const [head, row] = (await rejectsOf(await imported(file))).split('\r\n');
    expect(head).toBe(
      '\ufefferreur,ligne,Site,Last name,First name,Birth date,Phone,Situation,Origin,Consent on',
    );
    expect(row).toBe(
      `First name : ${messages.required.fr},2,Tours,"Mar,tin",,2008-12-31,,in_school,cfa,2026-11-20`,
    );
  });

  test('never holds a formula, and gives each value back as it was', async () => {
    const nasty = [
      '=cmd|"/c calc"!A1',
      '+33 1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      "'=1",
      "''=1",
      ' =1',
      '\r=1',
      "'t Hooft",
      '＝1',
    ];
    const people = nasty.map((adresse, i) => ({
      nom: `N${'abcdefghijklm'[i]}`,
      adresse,
      date_naissance: '',
    }));
    const rejects = await rejectsOf(await imported(roster(...people)));
    const cells = (parse(rejects, { delimiter: ';', bom: true }) as string[][]).flat();
    expect(cells.filter((cell) => /^\s*[=+\-@＝]|^[\t\r]/.test(cell))).toEqual([]);

    const again = await rejectsOf(await imported(rejects));
    const values = (text: string) => text.replace(/;\d+;/g, ';N;');
    expect(values(again)).toBe(values(rejects));
    await imported(rejects.replaceAll(/;Hugo;;/g, ';Hugo;31/12/2008;'));
    const { rows } = await owner.query('select last_name, address from people order by last_name');
    // A leading apostrophe before a sign is the mark of text; spaces around a value were never part of it.
    expect(rows.map((r) => r.address)).toEqual([
      '=cmd|"/c calc"!A1',
      '+33 1',
      '-1',
      '@SUM(A1)',
      '=1',
      '=1',
      "'=1",
      '=1',
      '=1',
      "'t Hooft",
      '＝1',
    ]);
  });

  test('is for the person who sent the file, and for nobody when there is no such import', async () => {
    const report = await imported(roster({ prenom: '' }));
    expect(await rejectsOf(report, coordinatorOfBlois)).toBe('');
    expect(await rejectsOf(report, admin)).toBe('');
    expect(await rejectFile(pool, coordinatorOfTours, admin.id, new Date())).toBeNull();
    expect(await rejectsOf(report)).not.toBe('');
  });

  test('comes in pieces when it is long, and none of its characters is cut', async () => {
    const people = Array.from({ length: 2600 }, (_, i) => ({
      nom: `É${i}`,
      prenom: '',
      adresse: 'é'.repeat(100),
    }));
    const report = await imported(roster(...people));
    expect(await count('import_rejects')).toBeGreaterThan(2);
    const lines = (await rejectsOf(report)).trim().split('\r\n');
    expect(lines).toHaveLength(2601);
    expect(lines.slice(1).every((line) => line.includes(`;${'é'.repeat(100)};`))).toBe(true);
  });
});

describe('the same person', () => {
  test('twice in one file is enrolled once, until the second is said to be somebody else', async () => {
    const file = (said: string) => roster({}, { prenom: 'HUGO', pas_le_meme_que: said }, { nom: 'Petit' });
    const dry = await imported(file(''), { dryRun: true });
    expect(told(dry)).toEqual(['3 nom possible_duplicate']);
    expect(dry).toMatchObject({ accepted: 2, rejected: 1, duplicates: 1 });
    // A dry run has no number that lasts: the row is named.
    expect(dry.problems[0]?.messageFr).toContain('ligne 2 (Tours)');
    const report = await imported(file('ligne 2'));
    expect(report).toMatchObject({ accepted: 3, duplicates: 0 });
    const { rows } = await owner.query('select id, not_same_as from enrolments order by import_row');
    expect(rows[1].not_same_as).toEqual([rows[0].id]);
  });

  test('twice in one file is found however far apart, by the external number too', async () => {
    const others = Array.from({ length: 1100 }, (_, i) => ({ nom: `N${i}` }));
    const report = await imported(
      roster({ numero_externe: 'IM-1' }, ...others, { nom: 'MARTIN' }, { nom: 'X', numero_externe: 'im1' }),
    );
    expect(told(report)).toEqual(['1103 nom possible_duplicate', '1104 numero_externe possible_duplicate']);
    expect(report).toMatchObject({ accepted: 1101, duplicates: 2 });
  });

  test('is told once with all who it may be', async () => {
    const first = await imported(roster({ numero_externe: 'IM1' }, { nom: 'X', numero_externe: 'IM2' }));
    expect(first.accepted).toBe(2);
    const report = await imported(roster({ numero_externe: 'IM2' }));
    const { rows } = await owner.query('select id from enrolments order by import_row');
    expect(report.problemsTotal).toBe(1);
    for (const { id } of rows) expect(report.problems[0]?.messageFr).toContain(`${id} (Tours)`);
  });

  test('in two files sent at the same time is enrolled once', async () => {
    const reports = await Promise.all([1, 2, 3].map(() => imported(roster({}, { nom: 'Petit' }))));
    expect(reports.map((r) => r.accepted).sort()).toEqual([0, 0, 2]);
    expect(await names()).toEqual(['Martin', 'Petit']);
  });

  test('in a file and enrolled alone at the same time is enrolled once', async () => {
    const people = Array.from({ length: 1500 }, (_, i) => ({ nom: `N${i}` }));
    const alone = anEnrolment({ lastName: 'N1499', firstName: 'Hugo', birthDate: '2008-12-31' });
    await Promise.allSettled([
      imported(roster(...people)),
      ...Array.from({ length: 4 }, () => enrol(pool, coordinatorOfTours, alone, null, now)),
    ]);
    const { rows } = await owner.query("select count(*) as n from people where name_key = 'n1499 hugo'");
    expect(rows[0].n).toBe(1);
  });

  test('at another site is shown by number and site, and enrolled once the reject file says it is somebody else', async () => {
    const { enrolmentId } = await enrol(
      pool,
      coordinatorOfBlois,
      anEnrolment({ siteId: 'blois', lastName: 'Martin', firstName: 'Hugo', birthDate: '2008-12-31' }),
      null,
      now,
    );
    const report = await imported(roster({}));
    expect(report).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(report.problems[0]?.message).toContain(`${enrolmentId} (Blois)`);
    const rejects = await rejectsOf(report);
    expect(rejects).toContain(`${enrolmentId} (Blois)`);
    const width = columns.findIndex((c) => c.header === 'pas_le_meme_que');
    const corrected = rejects
      .split('\r\n')
      .map((line, i) => {
        // The error is in quotes and may hold the separator.
        const cells = line.match(/("[^"]*"|[^;]*)(;|$)/g) ?? [];
        if (i === 1) cells[width + 2] = `${enrolmentId};`;
        return cells.join('');
      })
      .join('\r\n');
    expect(await imported(corrected)).toMatchObject({ rows: 1, accepted: 1 });
  });
});

describe('who imports', () => {
  test('is a coordinator for their own site or an admin for all', async () => {
    const file = roster({ nom: 'Un' }, { nom: 'Deux', site: 'blois' });
    const report = await imported(file);
    expect(told(report)).toEqual(['3 site site_not_allowed']);
    expect(await imported(file, { actor: coordinatorOfBlois })).toMatchObject({ accepted: 1, rejected: 1 });
    const more = roster(
      { nom: 'Trois' },
      { nom: 'Quatre', site: 'LE MANS' },
      { nom: 'Cinq', site: 'orléans' },
    );
    expect(await imported(more, { actor: admin })).toMatchObject({ accepted: 3, rejected: 0 });
  });
});

describe('a dry run', () => {
  test('reports and rejects as the import does, and enrols nobody', async () => {
    const file = roster({}, { nom: 'Deux', prenom: '' }, { nom: 'Trois', numero_externe: '?' });
    const dry = await imported(file, { dryRun: true });
    expect(await count('people')).toBe(0);
    expect(await count('enrolments')).toBe(0);
    const rejects = await rejectsOf(dry);
    const real = await imported(file);
    expect({ ...dry, importId: '', dryRun: false }).toEqual({ ...real, importId: '' });
    expect(rejects).toBe(await rejectsOf(real));
    const { rows } = await owner.query('select id, dry_run, report from imports order by dry_run');
    expect(rows).toEqual([
      { id: real.importId, dry_run: false, report: real },
      { id: dry.importId, dry_run: true, report: dry },
    ]);
  });
});

describe('a file sent with a key', () => {
  const file = roster({}, { nom: 'Deux', prenom: '' });

  test('and sent again gives the same report and enrols nobody twice', async () => {
    const first = await imported(file, { idempotencyKey: 'k' });
    const later = new Date('2027-11-23T10:00:00Z');
    expect(await imported(file, { idempotencyKey: 'k', now: later })).toEqual(first);
    expect(await names()).toEqual(['Martin']);
    expect(await count('imports')).toBe(1);
  });

  test('and sent several times at once gives one report', async () => {
    const reports = await Promise.all([1, 2, 3].map(() => imported(file, { idempotencyKey: 'k' })));
    expect(reports[1]).toEqual(reports[0]);
    expect(reports[2]).toEqual(reports[0]);
    expect(reports[0]?.accepted).toBe(1);
  });

  test('is refused when the key came with another file, another purpose or an enrolment', async () => {
    await imported(file, { idempotencyKey: 'k', dryRun: true });
    for (const again of [
      imported(file, { idempotencyKey: 'k' }),
      imported(`${file}\n`, { idempotencyKey: 'k', dryRun: true }),
    ]) {
      const error = await again.catch((e: unknown) => e);
      expect(error).toBeInstanceOf(EnrolmentRefused);
      expect(error).toMatchObject({ code: 'idempotency_key_reused' });
    }
    expect(await names()).toEqual([]);
  });

  test('may be sent again when it was refused', async () => {
    await refusalOf(imported(`${file}"`, { idempotencyKey: 'k' }));
    expect(await imported(file, { idempotencyKey: 'k' })).toMatchObject({ accepted: 1 });
  });
});

test('when the database fails in the middle nobody is enrolled, and the error holds no value', async () => {
  await owner.query("alter table people add constraint no_late check (last_name <> 'N700')");
  try {
    const people = Array.from({ length: 1200 }, (_, i) => ({ nom: `N${i}`, adresse: 'SECRET' }));
    const error = await imported(roster(...people)).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'DatabaseRefusal', sqlState: '23514' });
    expect(`${(error as Error).message} ${JSON.stringify(error)}`).toContain('no_late');
    expect(`${(error as Error).stack} ${JSON.stringify(error)}`).not.toMatch(/SECRET|N700/);
    expect(await count('people')).toBe(0);
    expect(await imported(roster({}))).toMatchObject({ accepted: 1 });
  } finally {
    await owner.query('alter table people drop constraint no_late');
  }
});

test('any valid roster is enrolled as it is, in each encoding, separator and way of cutting it up', async () => {
  const letters = fc.string({
    unit: fc.constantFrom(..."aàâçéèêëîïôœùûüÿ'- zZÉŒ"),
    minLength: 1,
    maxLength: 12,
  });
  const aName = letters.map((s) => `N${s}`.trim());
  const aText = fc
    .string({ unit: fc.constantFrom(...'aé ;,\t"\n\'=+-@€’…x0'), minLength: 1, maxLength: 30 })
    .map((s) => s.trim())
    // An apostrophe before a sign is what marks text in a spreadsheet: not part of the value.
    .filter((s) => s !== '' && unprotect(s) === s);
  const aDay = (from: string, to: string) =>
    fc
      .date({ min: new Date(from), max: new Date(to), noInvalidDate: true })
      .map((d) => d.toISOString().slice(0, 10));
  const aPerson = fc.record({
    lastName: aName,
    firstName: aName,
    birthDate: aDay('2001-12-01', '2010-11-01'),
    address: aText,
    email: fc.option(fc.constantFrom('a.b@exemple.fr', 'x+y@exemple.org'), { nil: undefined }),
    wave: fc.option(aText, { nil: undefined }),
    derogation: fc.option(aText, { nil: undefined }),
    situation: fc.constantFrom(...situations),
    origin: fc.constantFrom(...origins),
    consentOn: aDay('2025-01-01', '2026-11-23'),
  });
  const headers = {
    site: () => 'tours',
    nom: (p) => p.lastName,
    prenom: (p) => p.firstName,
    date_naissance: (p) => p.birthDate.split('-').reverse().join('/'),
    adresse: (p) => p.address,
    courriel: (p) => p.email ?? '',
    vague: (p) => p.wave ?? '',
    derogation: (p) => p.derogation ?? '',
    situation: (p) => p.situation,
    prescripteur: (p) => p.origin,
    date_consentement: (p) => p.consentOn,
    numero_externe: (_, i) => `IM-${i}`,
  } satisfies Record<string, (p: Person, i: number) => string>;
  type Person = typeof aPerson extends fc.Arbitrary<infer P> ? P : never;
  const windows1252 = (text: string) =>
    Buffer.from(
      [...text].map(
        (c) => ({ '€': 0x80, '…': 0x85, Œ: 0x8c, '’': 0x92, œ: 0x9c, ÿ: 0xff })[c] ?? c.charCodeAt(0),
      ),
    );

  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(aPerson, {
        minLength: 1,
        maxLength: 30,
        selector: (p) => `${nameKey(p.lastName, p.firstName)} ${p.birthDate}`,
      }),
      fc.constantFrom(';', ',', '\t'),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.integer({ min: 1, max: 500 }),
      async (people, delimiter, record_delimiter, utf8, size) => {
        await owner.query('truncate people cascade');
        const rows = people.map((p, i) => Object.values(headers).map((cell) => cell(p, i)));
        const text = stringify([Object.keys(headers), ...rows], {
          delimiter,
          record_delimiter,
          quoted: true,
        });
        const bytes = utf8 ? Buffer.from(text) : windows1252(text);
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        const report = await imported(Readable.from(pieces));
        expect(told(report)).toEqual([]);
        const { rows: stored } = await owner.query(
          `select last_name, first_name, birth_date, address, email, wave, derogation, situation, origin, consent_on
           from people p join enrolments e on e.person_id = p.id order by import_row`,
        );
        expect(stored).toEqual(
          people.map((p) => ({
            last_name: p.lastName,
            first_name: p.firstName,
            birth_date: p.birthDate,
            address: p.address,
            email: p.email ?? null,
            wave: p.wave ?? null,
            derogation: p.derogation ?? null,
            situation: p.situation,
            origin: p.origin,
            consent_on: p.consentOn,
          })),
        );
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test('the spool is a folder made when needed, and holds nothing while a file is read', async () => {
  const folder = path.join(spoolDir, 'new');
  let seen: string[] | undefined;
  const stream = Readable.from(
    (async function* () {
      yield Buffer.from(roster({}));
      seen = existsSync(folder) ? readdirSync(folder) : undefined;
      yield Buffer.from('\n');
    })(),
  );
  await importEnrolments({ pool, actor: coordinatorOfTours, dryRun: false, spoolDir: folder, now, stream });
  expect(seen).toEqual([]);
  rmSync(folder, { recursive: true });
});
