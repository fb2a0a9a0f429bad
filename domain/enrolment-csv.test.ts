/** How a spreadsheet's cells are read, and that no cell of the reject file is run as a formula. */
import fc from 'fast-check';
import {
  atColumn,
  cellProblem,
  columns,
  fold,
  type Header,
  headerOf,
  messages,
  protect,
  readHeader,
  readRow,
  templateCsv,
  unprotect,
} from './enrolment-csv';

const referentId = '7d1f0a52-64f5-4bd5-9a0d-2f6f4b2c1a01';
const directory = {
  siteId: (words: string) => ({ tours: 'tours', lemans: 'le-mans' })[fold(words)],
  referentId: (words: string, siteId: string) =>
    words === 'a.moreau@tours.fr' && siteId === 'tours' ? referentId : undefined,
};
const template = readHeader(columns.map((c) => c.header)).header;

const valid: Record<string, string> = {
  site: 'Tours',
  nom: 'Le Goff',
  prenom: 'Anne-Laure',
  date_naissance: '31/12/2008',
  telephone: '06 12 34 56 78',
  situation: 'scolarisée',
  prescripteur: 'mission locale',
  date_consentement: '01/10/2026',
};
const read = (change: Record<string, string> = {}, header: Header = template) => {
  const values: Record<string, string> = { ...valid, ...change };
  return readRow(
    header.columns.map((c) => values[c?.header ?? ''] ?? ''),
    header,
    directory,
  );
};
const codesOf = (change: Record<string, string>) => read(change).problems.map((p) => `${p.column} ${p.code}`);

describe('the header', () => {
  test('of the template is read without problems, and the template begins with the mark of UTF-8', () => {
    expect(templateCsv()).toMatch(/^\ufeffsite;vague;nom;prenom;.*;diplome\r\n$/);
    const { header, problems } = readHeader(templateCsv().slice(1).trim().split(';'));
    expect(problems).toEqual([]);
    expect(header.columns).toEqual(columns);
  });

  test('may be in English, with accents, spaces, capitals and the labels of the form', () => {
    const names = ['Site', 'Last name', 'firstName', 'DATE DE NAISSANCE', 'E-mail', 'Situation', 'Origin'];
    const { header, problems } = readHeader([...names, 'consent_on', 'Phone', 'family name', 'Prénom ']);
    expect(problems).toEqual([
      {
        column: 'Prénom',
        code: 'duplicate_column',
        message: messages.duplicate_column.en,
        messageFr: messages.duplicate_column.fr,
      },
    ]);
    expect(header.columns.map((c) => c?.pointer)).toEqual([
      '/siteId',
      '/lastName',
      '/firstName',
      '/birthDate',
      '/email',
      '/situation',
      '/origin',
      '/consentOn',
      '/phone',
      '/familyContact/name',
      '/firstName',
    ]);
  });

  test('has one meaning for each name', () => {
    const meanings = new Map<string, Set<string>>();
    for (const c of columns) {
      for (const name of [c.header, ...c.also]) {
        meanings.set(fold(name), (meanings.get(fold(name)) ?? new Set()).add(c.pointer));
      }
    }
    expect([...meanings].filter(([name, pointers]) => pointers.size > 1 || name === '')).toEqual([]);
  });

  test('names the required columns that are missing', () => {
    const { problems } = readHeader(['site', 'nom', 'prenom', 'situation', 'prescripteur']);
    expect(problems.map((p) => [p.code, p.column])).toEqual([
      ['missing_column', 'date_naissance'],
      ['missing_column', 'date_consentement'],
    ]);
  });

  test('gives the nearest name of a column that is not known', () => {
    const { problems } = readHeader([...columns.map((c) => c.header), 'telefone']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'unknown_column', column: 'telefone' });
    expect(problems[0]?.messageFr).toContain('« telephone »');
  });

  test('that is a person is not repeated', () => {
    const { problems } = readHeader(['Tours', 'Le Goff', 'Anne', '31/12/2008', 'scolarisé', '01/10/2026']);
    expect(new Set(problems.map((p) => p.code))).toEqual(new Set(['missing_column']));
    expect(JSON.stringify(problems)).not.toMatch(/Goff|Anne|2008/);
  });

  test('may have empty columns on its right and the columns of a reject file, which are not read', () => {
    const { header, problems } = readHeader(['erreur', 'ligne', ...columns.map((c) => c.header), '', '']);
    expect(problems).toEqual([]);
    expect(header.columns.filter((c) => c === null)).toHaveLength(4);
    const gap = readHeader(['site', '', ...columns.slice(1).map((c) => c.header)]);
    expect(gap.problems.map((p) => p.code)).toEqual(['unknown_column']);
  });
});

describe('a date', () => {
  test.each([
    '31/12/2008',
    '31-12-2008',
    '31.12.2008',
    '2008-12-31',
    '31/12/2008 00:00:00',
    '2008-12-31T00:00',
  ])('may be written %s', (words) => {
    expect(read({ date_naissance: words }).enrolment?.birthDate).toBe('2008-12-31');
  });
  test('may have one digit for day and month', () => {
    expect(read({ date_naissance: '1/2/2008' }).enrolment?.birthDate).toBe('2008-02-01');
  });
  test.each(['31/12/08', '1-2-08'])('of two digits for the year is ambiguous: %s', (words) => {
    expect(codesOf({ date_naissance: words })).toEqual(['date_naissance date_ambiguous']);
  });
  test.each(['31/02/2008', '12/31/2008', '2008-13-01', '39813', 'décembre 2008', '31/12/208'])(
    'that does not exist is refused: %s',
    (words) => {
      expect(codesOf({ date_naissance: words })).toEqual(['date_naissance invalid_date']);
    },
  );
});

describe('a telephone number', () => {
  test.each([
    ['612345678', '0612345678'],
    ['6 12 34 56 78', '0612345678'],
    ['33612345678', '+33612345678'],
    ['06/12/34/56/78', '06 12 34 56 78'],
    ['06\u00a012\u202f34 56 78', '06 12 34 56 78'],
    ['+33 (0)6 12 34 56 78', '+33 6 12 34 56 78'],
    ["'+33 6 12 34 56 78", '+33 6 12 34 56 78'],
  ])('written %s is %s', (words, phone) => {
    expect(read({ telephone: words }).enrolment?.phone).toBe(phone);
  });
  test('that a spreadsheet has rounded is refused', () => {
    expect(codesOf({ telephone: '6,12346E+08' })).toEqual(['telephone invalid_phone']);
  });
});

describe('a value of a list', () => {
  test.each([
    ['situation', 'in_school', ['in_school', 'Scolarisé', 'SCOLARISEE', 'scolarisé(e)']],
    ['situation', 'left_school', ['sorti de scolarité', 'Sortie de scolarité']],
    ['situation', 'seeking_training', ['en recherche de formation']],
    ['situation', 'seeking_job', ["en recherche d'emploi", 'en recherche d’emploi']],
    ['situation', 'apprentice', ['apprenti', 'Apprentie', 'apprenti(e)']],
  ])('%s %s may be written as its code or a French label', (column, code, ways) => {
    for (const words of ways) expect(read({ [column]: words }).enrolment?.situation).toBe(code);
  });

  test('of steps is a number, a code or a French name', () => {
    const step = (etape: string) =>
      read({ etape, depuis_le: '02/11/2026', referent: 'a.moreau@tours.fr' }).enrolment?.start?.step;
    expect(['1', 'Accueil', 'welcome'].map(step)).toEqual(['welcome', 'welcome', 'welcome']);
    expect(['2', '3', '4', '5'].map(step)).toEqual([
      'project_validation',
      'contract_search',
      'securing',
      'durable_employment',
    ]);
    expect(step('Sécuriser le parcours de l’apprenti')).toBe('securing');
    expect(codesOf({ etape: '6', depuis_le: '02/11/2026' })).toEqual(['etape unknown_value']);
  });

  test('that is not in it is refused, and so is a site or a counsellor nobody knows', () => {
    expect(codesOf({ situation: 'autre', prescripteur: '?', site: 'Paris' })).toEqual([
      'site unknown_site',
      'situation unknown_value',
      'prescripteur unknown_value',
    ]);
    const start = { etape: '2', depuis_le: '02/11/2026' };
    expect(codesOf({ ...start, referent: 'x' })).toEqual(['referent unknown_referent']);
    expect(codesOf({ ...start, referent: 'a.moreau@tours.fr', site: 'LE MANS' })).toEqual([
      'referent unknown_referent',
    ]);
    expect(read({ ...start, referent: 'a.moreau@tours.fr' }).enrolment?.start?.referentId).toBe(referentId);
  });
});

describe('a row', () => {
  test('is told all that is wrong at once, each in its column and never with its value', () => {
    const { enrolment, problems } = read({
      nom: '',
      prenom: 'x'.repeat(101),
      date_naissance: '',
      telephone: 'SECRET',
      courriel: 'SECRET',
      numero_externe: 'SE CRET',
      adresse: 'SE\u0007CRET',
      signature_representant_legal: 'SECRET',
      pas_le_meme_que: 'SECRET',
      contrat_fin: '01/09/2028',
    });
    expect(enrolment).toBeNull();
    expect(problems.map((p) => `${p.column} ${p.code}`).sort()).toEqual([
      'adresse control_character',
      'cfa required',
      'contrat_debut required',
      'contrat_signe_le required',
      'courriel invalid_email',
      'date_naissance required',
      'depuis_le required',
      'diplome required',
      'employeur required',
      'etape required',
      'metier required',
      'nom required',
      'numero_externe invalid_external_number',
      'pas_le_meme_que unknown_value',
      'prenom too_long',
      'signature_representant_legal unknown_value',
      'telephone invalid_phone',
    ]);
    expect(JSON.stringify(problems)).not.toMatch(/SECRET|CRET|xxx/);
  });

  test('says whom it is not: enrolments by id, rows of the same file by number', () => {
    const id = '0B6C2A10-7C1F-4A6B-8C7E-0B8D3C2E1F00';
    const { enrolment, notSameRows } = read({ pas_le_meme_que: `${id}, ligne 12;Ligne 7` });
    expect(enrolment?.notSameAs).toEqual([id.toLowerCase()]);
    expect(notSameRows).toEqual([12, 7]);
  });

  test('has a problem of the whole enrolment told at the header of the file', () => {
    const { header } = readHeader(['Phone', 'site']);
    const problem = { pointer: '/phone', code: 'no_way_to_reach', message: 'no way' };
    expect(atColumn(problem, header)).toEqual({
      column: 'Phone',
      code: 'no_way_to_reach',
      message: 'no way',
      messageFr: messages.no_way_to_reach.fr,
    });
    expect(headerOf('/start/contract', header)).toBe('contrat_signe_le');
    expect(atColumn({ ...problem, code: 'new_one' }, header).code).toBe('invalid_value');
  });
});

describe('a cell of the reject file', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc
      .array(fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '\n', ' ', 'a', '1', '＝'), {
        maxLength: 6,
      })
      .map((parts) => parts.join('')),
  );

  test('never begins as a formula', () => {
    fc.assert(fc.property(cell, (value) => expect(protect(value)).not.toMatch(/^\s*[=+\-@\t\r＝＋－＠]/)));
  });

  test('is read as what it was, and writing what was read changes nothing', () => {
    fc.assert(
      fc.property(cell, (value) => {
        expect(unprotect(protect(value))).toBe(value);
        expect(unprotect(protect(unprotect(value)))).toBe(unprotect(value));
      }),
    );
  });

  test('of a name with an apostrophe stays as it is', () => {
    for (const name of ["'t Hooft", "L'Hôte", "d'Arc", ''])
      expect([protect(name), unprotect(name)]).toEqual([name, name]);
  });
});

test('every message says in both languages what to do', () => {
  for (const [code, { fr, en }] of Object.entries(messages)) {
    if (code === 'possible_duplicate') continue;
    expect([code, fr]).toEqual([code, expect.stringMatching(/ : .+|demande/)]);
    expect([code, en]).toEqual([code, expect.stringMatching(/: .+|needs/)]);
  }
  expect(cellProblem('nom', 'required', { fr: ' !', en: '!' }).messageFr).toMatch(/ !$/);
});
