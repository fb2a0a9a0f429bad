/**
 * Enrolments as rows of a spreadsheet: the columns, how people write their values, what is said of a row that is
 * refused. Pure; api/enrolment-import.ts reads the file and asks the database.
 */
import type { Day } from './calendar';
import { isDay } from './calendar';
import { type Enrolment, enrolmentSchema, enrolmentShape, type Problem, startShape } from './enrolment';
import type { Label } from './forms';
import { origins, situations, steps } from './pathway';
import { contractFields } from './tasks';

export const separators = [';', ',', '\t'] as const;
export type Separator = (typeof separators)[number];

type Kind =
  | 'text'
  | 'day'
  | 'phone'
  | 'yes_no'
  | 'site'
  | 'referent'
  | 'not_same'
  | ReadonlyMap<string, string>;

export interface Column {
  /** As in the template. */
  readonly header: string;
  /** Other ways it is written; accents, case, spaces and underscores do not matter. */
  readonly also: readonly string[];
  /** Of the field in the enrolment (RFC 6901). */
  readonly pointer: string;
  readonly path: readonly string[];
  readonly kind: Kind;
  readonly required: boolean;
}

/** Words as they are compared: without accents, case, spaces and signs. */
export function fold(words: string): string {
  return words
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** What may be written for each code: the code itself and its French labels, apprentie and apprenti(e) as well. */
function codes<C extends string>(
  list: readonly C[],
  labels: Record<C, readonly string[]>,
): Map<string, string> {
  return new Map(
    list.flatMap((code) => [code, ...labels[code]].map((words) => [fold(words), code] as const)),
  );
}

const situationCodes = codes(situations, {
  in_school: ['scolarisé', 'scolarisée', 'en scolarité'],
  left_school: [
    'sorti de scolarité',
    'sortie de scolarité',
    'sorti(e) de scolarité',
    'déscolarisé',
    'déscolarisée',
  ],
  seeking_training: ['en recherche de formation', 'recherche de formation'],
  seeking_job: ["en recherche d'emploi", "recherche d'emploi", "demandeur d'emploi", "demandeuse d'emploi"],
  apprentice: ['apprenti', 'apprentie', 'apprenti(e)'],
});
const originCodes = codes(origins, {
  mission_locale: ['mission locale'],
  cfa: ["centre de formation d'apprentis"],
  cma: ['chambre de métiers', "chambre de métiers et de l'artisanat"],
  cci: ['chambre de commerce', "chambre de commerce et d'industrie"],
  cad: ["centre d'aide à la décision"],
  cio: ["centre d'information et d'orientation"],
  mgi: ["mission générale d'insertion"],
  school: ['école', 'établissement scolaire', 'collège', 'lycée'],
  open_day: ['portes ouvertes', 'journée portes ouvertes'],
  family: ['famille'],
  self: ['lui-même', 'elle-même', 'démarche personnelle', 'spontané'],
  other: ['autre'],
});
const stepCodes = codes(steps, {
  welcome: ['1', 'étape 1', 'accueil', 'accueillir et informer'],
  project_validation: [
    '2',
    'étape 2',
    'validation du projet',
    'découvrir et faire valider un projet professionnel',
  ],
  contract_search: ['3', 'étape 3', 'recherche de contrat', 'accompagner les jeunes dans leur démarche'],
  securing: ['4', 'étape 4', 'sécurisation', "sécuriser le parcours de l'apprenti"],
  durable_employment: ['5', 'étape 5', 'emploi durable', 'insérer et pérenniser en emploi durable'],
});
const yesNo = new Map(
  Object.entries({ oui: true, o: true, yes: true, y: true, vrai: true, true: true, x: true, 1: true }).concat(
    Object.entries({ non: false, n: false, no: false, faux: false, false: false, 0: false }),
  ),
);

function column(header: string, pointer: string, kind: Kind, also: string[], required?: 'required'): Column {
  const path = pointer.slice(1).split('/');
  // The field's own name, except the family's: "name" and "phone" alone are not theirs.
  if (path[0] !== 'familyContact') also.push(path.at(-1) as string);
  return {
    header,
    also,
    pointer,
    path,
    kind,
    required: required !== undefined,
  };
}
const label = (schema: { meta(): { title?: string } | undefined }) => schema.meta()?.title ?? '';

/** In the order of the template. */
export const columns: readonly Column[] = [
  column('site', '/siteId', 'site', ['site_id'], 'required'),
  column('vague', '/wave', 'text', []),
  column('nom', '/lastName', 'text', ['nom de famille'], 'required'),
  column('prenom', '/firstName', 'text', [], 'required'),
  column('date_naissance', '/birthDate', 'day', [label(enrolmentShape.birthDate)], 'required'),
  column('telephone', '/phone', 'phone', []),
  column('courriel', '/email', 'text', ['e-mail', 'mail']),
  column('adresse', '/address', 'text', []),
  column('famille_nom', '/familyContact/name', 'text', ['family_name', label(enrolmentShape.familyContact)]),
  column('famille_telephone', '/familyContact/phone', 'phone', ['family_phone']),
  column('situation', '/situation', situationCodes, [], 'required'),
  column('prescripteur', '/origin', originCodes, [], 'required'),
  column('numero_externe', '/externalNumber', 'text', [label(enrolmentShape.externalNumber)]),
  column('date_consentement', '/consentOn', 'day', [label(enrolmentShape.consentOn)], 'required'),
  column('derogation', '/derogation', 'text', [label(enrolmentShape.derogation)]),
  column('pas_le_meme_que', '/notSameAs', 'not_same', [label(enrolmentShape.notSameAs)]),
  column('le_meme_que', '/samePersonAs', 'text', [label(enrolmentShape.samePersonAs)]),
  column('date_entree', '/enrolledOn', 'day', ["date d'entrée", "date d'inscription"]),
  column('etape', '/start/step', stepCodes, []),
  column('depuis_le', '/start/since', 'day', []),
  column('referent', '/start/referentId', 'referent', [label(startShape.referentId)]),
  column('contrat_signe_le', '/start/contract/signedOn', 'day', ['contract_signed_on']),
  column('contrat_debut', '/start/contract/startsOn', 'day', ['contract_starts_on', 'contract_start']),
  column('contrat_fin', '/start/contract/endsOn', 'day', ['contract_ends_on', 'contract_end']),
  column('signature_representant_legal', '/start/contract/legalRepresentativeSigned', 'yes_no', [
    label(contractFields.legalRepresentativeSigned),
  ]),
  column('employeur', '/start/contract/employer', 'text', []),
  column('maitre_apprentissage', '/start/contract/master', 'text', [label(contractFields.master)]),
  column('cfa', '/start/contract/cfa', 'text', []),
  column('metier', '/start/contract/trade', 'text', []),
  column('diplome', '/start/contract/diploma', 'text', [label(contractFields.diploma)]),
];

/** Columns that the reject file puts first; an upload may still hold them. */
export const rejectColumns = ['erreur', 'ligne'] as const;
const rejectNames = new Set([...rejectColumns, 'error', 'line'].map(fold));
export const isRejectColumn = (name: string) => rejectNames.has(fold(name));

const columnByName = new Map(
  columns.flatMap((c) => [c.header, ...c.also].map((name) => [fold(name), c] as const)),
);
const columnByPointer = new Map(columns.map((c) => [c.pointer, c]));

/**
 * Every way in which a file or a row is refused. None repeats a value of the person: reports are logged and shown,
 * the values are in the reject file only.
 */
export const messages = {
  // The file
  empty_file: {
    fr: "le fichier n'a pas de ligne sous l'en-tête : partez du modèle",
    en: 'the file has no row under its header: start from the template',
  },
  file_too_large: {
    fr: 'le fichier dépasse la taille permise : partagez-le en plusieurs fichiers',
    en: 'the file is larger than allowed: split it into several files',
  },
  encoding_utf16: {
    fr: 'le fichier est en UTF-16 : enregistrez-le en « CSV UTF-8 »',
    en: "the file is in UTF-16: save it as 'CSV UTF-8'",
  },
  encoding_unknown: {
    fr: "le fichier n'est ni en UTF-8 ni en Windows-1252 : enregistrez-le en « CSV UTF-8 »",
    en: "the file is neither in UTF-8 nor in Windows-1252: save it as 'CSV UTF-8'",
  },
  nul_byte: {
    fr: "la ligne contient un octet nul : le fichier est abîmé ou n'est pas un CSV, exportez-le à nouveau",
    en: 'the line holds a NUL byte: the file is damaged or not a CSV, export it again',
  },
  quote_not_closed: {
    fr: "un guillemet ouvert sur cette ligne n'est jamais refermé : refermez-le, ou doublez-le s'il fait partie du texte",
    en: 'a quote opened on this line is never closed: close it, or double it if it is part of the text',
  },
  quote_misplaced: {
    fr: "un guillemet se trouve au milieu d'une valeur : mettez la valeur entre guillemets et doublez celui-ci",
    en: 'a quote stands in the middle of a value: put the value in quotes and double this one',
  },
  row_too_long: {
    fr: 'la ligne est trop longue pour une inscription : vérifiez les fins de ligne et les guillemets',
    en: 'the line is too long for an enrolment: check the line ends and the quotes',
  },
  missing_column: {
    fr: "cette colonne obligatoire manque dans l'en-tête : ajoutez-la",
    en: 'this required column is missing from the header: add it',
  },
  unknown_column: {
    fr: "cette colonne n'est pas connue : corrigez son nom ou supprimez-la",
    en: 'this column is not known: correct its name or remove it',
  },
  duplicate_column: {
    fr: "cette colonne se trouve deux fois dans l'en-tête : gardez-en une",
    en: 'this column is in the header twice: keep one of them',
  },
  // The row
  wrong_number_of_fields: {
    fr: "la ligne n'a pas autant de cellules que l'en-tête : vérifiez les séparateurs et les guillemets",
    en: 'the row has not as many cells as the header: check separators and quotes',
  },
  required: { fr: 'cette valeur est obligatoire : remplissez-la', en: 'this value is required: fill it in' },
  too_long: {
    fr: 'cette valeur est trop longue : raccourcissez-la',
    en: 'this value is too long: shorten it',
  },
  control_character: {
    fr: 'cette valeur contient un caractère de contrôle : supprimez-le',
    en: 'this value contains a control character: remove it',
  },
  invalid_date: {
    fr: "ce n'est pas une date du calendrier : écrivez jj/mm/aaaa ou aaaa-mm-jj",
    en: 'this is not a date of the calendar: write dd/mm/yyyy or yyyy-mm-dd',
  },
  date_ambiguous: {
    fr: "l'année n'a que deux chiffres : écrivez les quatre, jj/mm/aaaa",
    en: 'the year has two digits only: write all four, dd/mm/yyyy',
  },
  invalid_phone: {
    fr: "ce n'est pas un numéro de téléphone : écrivez 06 12 34 56 78 ou +33 6 12 34 56 78",
    en: 'this is not a telephone number: write 06 12 34 56 78 or +33 6 12 34 56 78',
  },
  invalid_email: {
    fr: "ce n'est pas une adresse électronique : écrivez prenom.nom@exemple.fr",
    en: 'this is not an e-mail address: write first.last@example.org',
  },
  invalid_external_number: {
    fr: "ce n'est pas un numéro Parcours 3 ou i-milo : 3 à 30 lettres, chiffres ou tirets",
    en: 'this is not a Parcours 3 or i-milo number: 3 to 30 letters, digits or hyphens',
  },
  unknown_value: {
    fr: "cette valeur n'est pas dans la liste : choisissez-en une de la liste",
    en: 'this value is not in the list: choose one of the list',
  },
  unknown_site: {
    fr: "ce site n'existe pas : écrivez son nom ou son identifiant",
    en: 'there is no such site: write its name or its id',
  },
  site_not_allowed: {
    fr: "ce site n'est pas le vôtre : son coordonnateur doit faire cette inscription",
    en: 'this site is not yours: its coordinator must make this enrolment',
  },
  unknown_referent: {
    fr: "ce n'est pas un conseiller en activité de ce site : donnez le courriel ou l'identifiant d'un conseiller du site",
    en: 'this is not an active counsellor of this site: give the e-mail or the id of one',
  },
  date_in_future: {
    fr: 'cette date est dans le futur : corrigez-la',
    en: 'this date is in the future: correct it',
  },
  date_too_far: {
    fr: "l'année est d'un autre temps : corrigez-la",
    en: 'the year is of another age: correct it',
  },
  age_outside_programme: {
    fr: "le programme s'adresse aux 16 à 25 ans au jour de l'entrée : corrigez la date ou motivez une dérogation",
    en: 'the programme is for 16 to 25 years on the day of enrolment: correct the date or state a derogation',
  },
  no_way_to_reach: {
    fr: 'aucun moyen de joindre le jeune : donnez un téléphone, un courriel, une adresse ou un contact dans la famille',
    en: 'no way to reach the young person: give a phone, e-mail, address or family contact',
  },
  start_missing: {
    fr: "une entrée dans le passé demande l'étape où en est le jeune et depuis quand",
    en: 'an enrolment in the past needs the step the young person is in and since when',
  },
  dates_contradict: {
    fr: "cette date en contredit une autre (entrée, étape ou contrat) : corrigez l'une des deux",
    en: 'this date contradicts another one (enrolment, step or contract): correct one of the two',
  },
  referent_missing: {
    fr: "un jeune au-delà de l'accueil a un référent : nommez le conseiller",
    en: 'a young person beyond welcome has a referent: name the counsellor',
  },
  contract_missing: {
    fr: "l'étape 4 commence par un contrat : donnez ses dates",
    en: 'securing starts with a contract: give its dates',
  },
  contract_too_early: {
    fr: "un contrat appartient à l'étape 4 ou 5 : corrigez l'étape",
    en: 'a contract belongs to securing or durable employment: correct the step',
  },
  legal_representative_missing: {
    fr: 'le contrat d’un mineur porte la signature de son représentant légal : inscrivez « oui » une fois signé',
    en: "a minor's contract bears the legal representative's signature: say yes once it is signed",
  },
  possible_duplicate: {
    fr: 'cette personne est peut-être déjà inscrite',
    en: 'this person may be enrolled already',
  },
  same_and_not_same: {
    fr: 'la même inscription est dite la même personne et une autre : retirez l’une des deux',
    en: 'the same enrolment is said to be the same person and another one: leave one out',
  },
  not_recognised: {
    fr: 'aucune inscription de ce numéro n’a le même nom et la même date de naissance, ou le même numéro externe : corrigez-le ou retirez-le',
    en: 'no enrolment with this id has the same name and birth date, or the same external number: correct it, or leave it out',
  },
  invalid_value: {
    fr: "cette valeur n'est pas valable : corrigez-la",
    en: 'this value is not valid: correct it',
  },
} as const satisfies Record<string, Label>;
export type Code = keyof typeof messages;

/** What is wrong in a cell. `column` is the header as the file has it. */
export interface CellProblem {
  readonly column: string;
  readonly code: Code;
  readonly message: string;
  readonly messageFr: string;
}

export function cellProblem(column: string, code: Code, more: Label = { fr: '', en: '' }): CellProblem {
  return { column, code, message: messages[code].en + more.en, messageFr: messages[code].fr + more.fr };
}

/** The columns of a file: for each cell of a row what it is, null where nothing is read. */
export interface Header {
  readonly names: readonly string[];
  readonly columns: readonly (Column | null)[];
}

/** Reads the header's cells. What a file with `problems` would bring is not to be trusted: it is refused. */
export function readHeader(cells: readonly string[]): { header: Header; problems: CellProblem[] } {
  const names = cells.map((cell) => unprotect(cell).trim());
  const problems: CellProblem[] = [];
  // Without a header the first row is a person, whose values must not be repeated as names of columns.
  const isHeader = recognised(names) * 2 >= names.filter((name) => name !== '').length;
  const found = new Set<Column>();
  const read = names.map((name, at) => {
    // Spreadsheets leave empty columns behind on the right.
    if (isRejectColumn(name) || (name === '' && names.slice(at).every((n) => n === ''))) return null;
    const known = columnByName.get(fold(name));
    if (!known && isHeader) {
      const near = nearest(fold(name));
      const hint = { fr: ` (la plus proche est « ${near} »)`, en: ` (the nearest is '${near}')` };
      problems.push(cellProblem(name, 'unknown_column', hint));
    } else if (known && found.has(known)) problems.push(cellProblem(name, 'duplicate_column'));
    else if (known) found.add(known);
    return known ?? null;
  });
  for (const c of columns) {
    if (c.required && !found.has(c)) problems.push(cellProblem(c.header, 'missing_column'));
  }
  return { header: { names, columns: read }, problems };
}

/** How many columns are recognised: tells the right separator from the wrong ones. */
export function recognised(cells: readonly string[]): number {
  return cells.filter((cell) => columnByName.has(fold(cell)) || isRejectColumn(cell)).length;
}

function nearest(name: string): string {
  const near = { header: columns[0]?.header ?? '', distance: Number.POSITIVE_INFINITY };
  for (const [known, { header }] of columnByName) {
    // Levenshtein; a header of thousands of characters is no misspelling.
    const other = name.slice(0, 60);
    let row = Array.from({ length: other.length + 1 }, (_, i) => i);
    for (let i = 1; i <= known.length; i++) {
      const above = row;
      row = [i];
      for (let j = 1; j <= other.length; j++) {
        const change = (above[j - 1] as number) + (known[i - 1] === other[j - 1] ? 0 : 1);
        row.push(Math.min(change, (above[j] as number) + 1, (row[j - 1] as number) + 1));
      }
    }
    const distance = row.at(-1) as number;
    if (distance < near.distance) Object.assign(near, { header, distance });
  }
  return near.header;
}

/** What only the database knows of a row's words; undefined: unknown. */
export interface Directory {
  /** By id or name. */
  siteId(words: string): string | undefined;
  /** An active counsellor of the site, by e-mail, subject or id. */
  referentId(words: string, siteId: string): string | undefined;
}

export interface ReadRow {
  /** Valid by the schema; null when there are problems. */
  readonly enrolment: Enrolment | null;
  /** Rows of the same file that this one was said not to be the same person as. */
  readonly notSameRows: readonly number[];
  readonly problems: readonly CellProblem[];
}

/** Reads a row of as many cells as the header has. Ages, dates that contradict and duplicates are seen later. */
export function readRow(cells: readonly string[], header: Header, directory: Directory): ReadRow {
  const draft: Record<string, unknown> = {};
  const problems: CellProblem[] = [];
  let wrong: Set<string> | undefined;
  let notSameRows: readonly number[] = [];
  let referentAt = -1;
  const put = (c: Column, value: unknown) => {
    let place = draft;
    for (let i = 0; i < c.path.length - 1; i++) {
      const part = c.path[i] as string;
      place[part] ??= {};
      place = place[part] as Record<string, unknown>;
    }
    place[c.path.at(-1) as string] = value;
  };
  const refuse = (at: number, c: Column, code: Code) => {
    problems.push(cellProblem(header.names[at] as string, code));
    wrong ??= new Set();
    wrong.add(c.pointer);
    // What was said, even wrongly, was not left out.
    put(c, undefined);
  };

  for (let at = 0; at < cells.length; at++) {
    const c = header.columns[at];
    if (!c) continue;
    const cell = unprotect(cells[at] as string).trim();
    if (cell === '') continue;
    if (c.kind === 'text') put(c, cell);
    else if (c.kind === 'day') {
      const day = readDay(cell);
      if (day === 'invalid_date' || day === 'date_ambiguous') refuse(at, c, day);
      else put(c, day);
    } else if (c.kind === 'phone') put(c, readPhone(cell));
    else if (c.kind === 'yes_no') {
      const said = yesNo.get(fold(cell));
      if (said === undefined) refuse(at, c, 'unknown_value');
      else put(c, said);
    } else if (c.kind === 'site') {
      const siteId = directory.siteId(cell);
      if (siteId === undefined) refuse(at, c, 'unknown_site');
      else put(c, siteId);
    } else if (c.kind === 'referent') {
      referentAt = at;
      put(c, undefined);
    } else if (c.kind === 'not_same') {
      const said = readNotSame(cell);
      if (!said) refuse(at, c, 'unknown_value');
      else {
        put(c, said.ids);
        notSameRows = said.rows;
      }
    } else {
      const code = c.kind.get(cell) ?? c.kind.get(fold(cell));
      if (code === undefined) refuse(at, c, 'unknown_value');
      else put(c, code);
    }
  }
  // After the others: whose counsellor it must be is in the site's cell. Without a site nothing can be said of it.
  if (referentAt >= 0) {
    const c = header.columns[referentAt] as Column;
    if (typeof draft.siteId === 'string') {
      const referentId = directory.referentId(unprotect(cells[referentAt] as string).trim(), draft.siteId);
      if (referentId === undefined) refuse(referentAt, c, 'unknown_referent');
      else put(c, referentId);
    }
  }

  const parsed = enrolmentSchema.safeParse(draft);
  if (parsed.success) {
    return { enrolment: problems.length ? null : parsed.data, notSameRows, problems };
  }
  for (const issue of parsed.error.issues) {
    // An item of a list is told at its list.
    const pointer = `/${issue.path.filter((part) => typeof part === 'string').join('/')}`;
    if (wrong?.has(pointer)) continue;
    problems.push(cellProblem(headerOf(pointer, header), codeOf(issue, pointer, draft)));
  }
  return { enrolment: null, notSameRows, problems };
}

/** A problem of the enrolment, told at the file's column. */
export function atColumn(problem: Problem, header: Header): CellProblem {
  const code = problem.code in messages ? (problem.code as Code) : 'invalid_value';
  return {
    column: headerOf(problem.pointer, header),
    code,
    message: problem.message,
    messageFr: messages[code].fr,
  };
}

/** The file's header of a field, the template's where the file has none. */
export function headerOf(pointer: string, header: Header): string {
  const c =
    columnByPointer.get(pointer) ?? columns.find((other) => other.pointer.startsWith(`${pointer}/`)) ?? null;
  const at = c ? header.columns.indexOf(c) : -1;
  return at >= 0 ? (header.names[at] as string) : (c?.header ?? '');
}

function codeOf(
  issue: { code?: string; format?: string; path: PropertyKey[] },
  pointer: string,
  draft: object,
): Code {
  switch (issue.code) {
    case 'invalid_type':
    case 'invalid_value': {
      let value: unknown = draft;
      for (const part of issue.path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
      if (value === undefined) return 'required';
      return issue.code === 'invalid_value' ? 'unknown_value' : 'invalid_value';
    }
    case 'too_small':
      return 'required';
    case 'too_big':
      return 'too_long';
    case 'custom':
      return 'control_character';
    case 'invalid_format':
      if (issue.format === 'email') return 'invalid_email';
      if (issue.format === 'date') return 'invalid_date';
      if (pointer === '/externalNumber') return 'invalid_external_number';
      return pointer.endsWith('/phone') ? 'invalid_phone' : 'invalid_value';
    default:
      return 'invalid_value';
  }
}

/** 31/12/2010, 31-12-2010, 31.12.2010 and 2010-12-31, with the midnight that exports add. */
function readDay(cell: string): Day | 'invalid_date' | 'date_ambiguous' {
  const words = cell.replace(/[ T]00:00(:00(\.0+)?)?$/, '');
  if (/^\d{4}-\d\d-\d\d$/.test(words)) return isDay(words) ? words : 'invalid_date';
  const [, date = '', month = '', year = ''] =
    /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$/.exec(words) ?? [];
  if (year.length === 2) return 'date_ambiguous';
  const day = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  return isDay(day) ? day : 'invalid_date';
}

/** Spreadsheets take a telephone number for a number: the first zero or the plus sign is gone. */
function readPhone(cell: string): string {
  const words = cell
    .replace(/\(0\)/g, '')
    .replace(/[\s./-]+/g, ' ')
    .trim();
  const digits = words.replace(/ /g, '');
  if (/^[1-9]\d{8}$/.test(digits)) return `0${digits}`;
  if (/^33[1-9]\d{8}$/.test(digits)) return `+${digits}`;
  return words;
}

/** Enrolments by id and rows of the same file ("ligne 12"), separated by commas; null when something else is said. */
function readNotSame(cell: string): { ids: string[]; rows: number[] } | null {
  const ids: string[] = [];
  const rows: number[] = [];
  for (const part of cell.split(/[,;|\n]/)) {
    const words = part.trim();
    const [, row] = /^(?:ligne|line|row)\s*(\d{1,9})$/i.exec(words) ?? [];
    if (row) rows.push(Number(row));
    else if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(words)) ids.push(words.toLowerCase());
    else if (words) return null;
  }
  return { ids, rows };
}

// A cell that begins so would be run as a formula when the reject file is opened. The apostrophe makes it text; one
// that was there before gets another, so that reading takes off exactly what writing put on.
const formula = /^[\s']*[=+\-@\t\r\n＝＋－＠]/;

/** A cell of a file that is opened in a spreadsheet. */
export function protect(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

/** The cell that `protect` was given. */
export function unprotect(cell: string): string {
  return cell[0] === "'" && formula.test(cell) ? cell.slice(1) : cell;
}

/** UTF-8 needs this mark for spreadsheets to know it. */
export const byteOrderMark = '\ufeff';

/** The empty file to fill in: UTF-8 with a mark, semicolons as French spreadsheets expect them. */
export function templateCsv(): string {
  return `${byteOrderMark}${columns.map((c) => c.header).join(';')}\r\n`;
}
