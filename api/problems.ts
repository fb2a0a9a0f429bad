/** Every error the API answers (RFC 9457): a stable code, its status, and its sentence in French and English. */
import type { Request } from 'express';
import * as z from 'zod';
import type { Label } from '../domain/forms';
import type { Refusal } from '../workflows/messages';

export type Language = 'fr' | 'en';

/** The one a request asks for; French unless it prefers English. */
export function languageOf(req: Request): Language {
  return (req.acceptsLanguages('fr', 'en') || 'fr') as Language;
}

interface ProblemKind {
  readonly status: number;
  readonly title: Label;
}

const kind = (status: number, fr: string, en: string): ProblemKind => ({ status, title: { fr, en } });

/** Says what is wrong and what to do; `detail` adds the particulars where there are any. */
export const problemKinds = {
  json_invalid: kind(
    400,
    'Le corps n’est pas du JSON valide : corrigez-le',
    'The body is not valid JSON: correct it',
  ),
  query_invalid: kind(
    400,
    'Un paramètre de l’adresse est inconnu ou invalide : corrigez-le',
    'A query parameter is unknown or invalid: correct it',
  ),
  cursor_invalid: kind(
    400,
    'Ce curseur ne vient pas de cette liste : reprenez `next` de la page précédente, ou repartez sans curseur',
    'This cursor is not of this list: take `next` of the page before, or start without one',
  ),
  header_invalid: kind(400, 'Un en-tête est invalide : corrigez-le', 'A header is invalid: correct it'),
  token_missing: kind(
    401,
    'Connectez-vous : ni session ni en-tête Authorization: Bearer',
    'Sign in: there is neither a session nor the header Authorization: Bearer',
  ),
  session_expired: kind(
    401,
    'Votre session est terminée : connectez-vous à nouveau',
    'Your session is over: sign in again',
  ),
  token_expired: kind(
    401,
    'La session a expiré : connectez-vous à nouveau',
    'The session has expired: sign in again',
  ),
  token_invalid: kind(
    401,
    'Ce jeton n’est pas de cet émetteur ou pas pour ce service : connectez-vous à nouveau',
    'This token is not of this issuer or not for this service: sign in again',
  ),
  sign_in_failed: kind(
    400,
    'La connexion n’a pas abouti ou a pris trop de temps : recommencez',
    'Signing in did not succeed or took too long: start again',
  ),
  csrf_token_invalid: kind(
    403,
    'L’en-tête X-CSRF-Token manque ou n’est pas de cette session : reprenez csrfToken de /auth/session',
    'The header X-CSRF-Token is missing or not of this session: take csrfToken of /auth/session',
  ),
  origin_refused: kind(
    403,
    'Cette demande vient d’un autre site : faites-la depuis l’application',
    'This request comes from another site: make it from the application',
  ),
  unknown_person: kind(
    403,
    'Vous êtes connecté mais inconnu ici : demandez à l’administration de vous ajouter',
    'You are signed in but not known here: ask the administration to add you',
  ),
  inactive_person: kind(
    403,
    'Votre accès est fermé : demandez à l’administration de le rouvrir',
    'Your access is closed: ask the administration to open it again',
  ),
  forbidden: kind(
    403,
    'Votre rôle ne permet pas cette action : adressez-vous à la coordination du site',
    'Your role does not allow this: turn to the coordinator of the site',
  ),
  not_found: kind(404, 'Introuvable : vérifiez l’adresse', 'Not found: check the address'),
  method_not_allowed: kind(
    405,
    'Cette adresse ne connaît pas cette méthode : voyez l’en-tête Allow',
    'This address does not know this method: see the Allow header',
  ),

  task_held: kind(
    409,
    'Cette tâche est prise par une autre personne : voyez avec elle ou avec la coordination',
    'Somebody else holds this task: see with them or with the coordinator',
  ),
  task_closed: kind(
    409,
    'Cette tâche est déjà close : rechargez la liste',
    'This task is closed already: reload the list',
  ),
  task_planned: kind(
    409,
    'Cette tâche n’est pas encore ouverte : attendez sa date d’ouverture',
    'This task is not open yet: wait for the day it opens',
  ),
  task_not_held: kind(
    409,
    'Vous n’avez pas pris cette tâche : prenez-la d’abord',
    'You do not hold this task: claim it first',
  ),
  contract_running: kind(
    409,
    'Un contrat est déjà en cours : enregistrez d’abord sa rupture',
    'A contract is running already: record its termination first',
  ),
  contract_missing: kind(
    409,
    'Aucun contrat n’est en cours : enregistrez d’abord le contrat',
    'No contract is running: record the contract first',
  ),
  pathway_exited: kind(
    409,
    'Le jeune est sorti du parcours : annulez d’abord la sortie',
    'The young person has exited: undo the exit first',
  ),
  pathway_closed: kind(
    409,
    'Ce parcours est clos : la sortie ne peut plus être annulée',
    'This pathway is closed: the exit can no longer be undone',
  ),
  not_exited: kind(409, 'Ce parcours n’a pas de sortie à annuler', 'This pathway has no exit to undo'),
  not_in_the_steps: kind(
    409,
    'Les cinq étapes n’accompagnent pas ce jeune : avant le tirage ou en droit commun, seuls un contact et une sortie s’enregistrent',
    'The five steps do not accompany this young person: before the draw or in the usual service only a contact and an exit are recorded',
  ),
  not_in_this_step: kind(
    409,
    'Une offre se propose pendant la recherche de contrat (étape 3) : le jeune n’y est pas',
    'An offer is proposed while a contract is sought (step 3): the young person is not there',
  ),
  not_on_hold: kind(
    409,
    'Ce parcours n’est pas en attente : il n’y a rien à reprendre',
    'This pathway is not on hold: there is nothing to resume',
  ),
  referent_already: kind(
    409,
    'Cette personne est déjà le référent : choisissez-en une autre',
    'This person is the referent already: choose another one',
  ),
  views_full: kind(
    409,
    'Vous avez déjà cent vues enregistrées, celles du site comprises : supprimez-en une d’abord',
    'You have a hundred saved views already, those of the site included: delete one first',
  ),
  too_many_files: kind(
    409,
    'Cette tâche a déjà vingt fichiers : supprimez-en un d’abord',
    'This task has twenty files already: remove one first',
  ),
  absence_overlaps: kind(
    409,
    'Cette personne est déjà absente pendant cette période : changez les dates ou retirez l’autre absence',
    'This person is away already in that time: change the dates or withdraw the other absence',
  ),
  absence_over: kind(
    409,
    'Cette absence est terminée : il n’y a rien à retirer',
    'This absence is over: there is nothing to withdraw',
  ),
  meeting_over: kind(
    409,
    'Cette réunion a eu lieu : elle ne peut plus être annulée',
    'This meeting has taken place: it can no longer be cancelled',
  ),
  assignee_absent: kind(
    409,
    'Cette personne est absente : confiez la tâche à une autre',
    'This person is away: assign the task to somebody else',
  ),
  nobody_to_take_over: kind(
    409,
    'Aucun autre conseiller du site n’est présent : nommez vous-même un référent pour chaque parcours',
    'No other counsellor of the site is there: name a referent for each pathway yourself',
  ),
  possible_duplicate: kind(
    409,
    'Ce jeune est peut-être déjà inscrit : comparez, puis indiquez dans notSameAs que ce n’est pas la même personne, ou dans samePersonAs que c’est elle',
    'This young person may be enrolled already: compare, then say in notSameAs that it is not the same person, or in samePersonAs that it is',
  ),
  wave_drawn: kind(
    409,
    'Cette vague a déjà son tirage, fait ou annoncé : une vague n’est tirée qu’une fois, donnez-en une autre',
    'This wave has its draw already, made or announced: a wave is drawn once, name another one',
  ),
  evaluation_key_missing: kind(
    409,
    'Cette installation n’a pas de clé pour les pseudonymes : l’exploitant définit EVALUATION_KEY',
    'This installation has no key for pseudonyms: whoever runs it sets EVALUATION_KEY',
  ),
  still_blinded: kind(
    403,
    'Les groupes ne sont pas encore montrés aux comités : l’administration lève l’aveugle quand l’analyse est faite',
    'Arms are not shown to committees yet: the administration unblinds when the analysis is done',
  ),
  already_unblinded: kind(
    409,
    'L’aveugle est déjà levé pour cela, ou l’a été autrement (par vague, ou pour le programme) : rien n’a changé',
    'This is unblinded already, or was in the other way (by wave, or for the programme): nothing has changed',
  ),
  wave_empty: kind(
    409,
    'Personne n’attend ce tirage dans ces sites : inscrivez d’abord les jeunes',
    'Nobody awaits this draw at these sites: enrol the young people first',
  ),
  number_not_awaited: kind(
    409,
    'Ce tirage ne prend pas de nombre public : il n’y a rien à donner',
    'This draw takes no public number: there is nothing to give',
  ),
  number_too_early: kind(
    409,
    'Ce nombre ne peut pas encore être connu : attendez l’instant que disent les règles',
    'This number cannot be known yet: wait for the instant that the rules name',
  ),
  number_told: kind(
    409,
    'Un autre nombre a déjà été donné pour ce tirage : il reste',
    'Another number was given for this draw already: it stays',
  ),
  stale: kind(
    412,
    'Ce que vous aviez lu a changé depuis : rechargez puis recommencez',
    'What you had read has changed since: reload and try again',
  ),
  body_too_large: kind(
    413,
    'Le corps est trop grand : réduisez-le',
    'The body is too large: make it smaller',
  ),
  file_too_large: kind(
    413,
    'Le fichier est trop grand : réduisez-le ou partagez-le en plusieurs',
    'The file is too large: make it smaller or divide it',
  ),
  media_type_unsupported: kind(
    415,
    'Ce type de contenu n’est pas accepté ici : corrigez l’en-tête Content-Type',
    'This media type is not taken here: correct the Content-Type header',
  ),
  file_type_unsupported: kind(
    415,
    'Ce type de fichier n’est pas accepté : enregistrez-le en PDF, image, document ou tableur (docx, xlsx, odt, ods) ou texte',
    'This type of file is not taken: save it as PDF, picture, document or spreadsheet (docx, xlsx, odt, ods) or text',
  ),

  body_invalid: kind(
    422,
    'Des champs sont invalides : corrigez ceux que `errors` nomme',
    'Some fields are invalid: correct those that `errors` names',
  ),
  invalid_enrolment: kind(
    422,
    'L’inscription n’est pas valide : corrigez les champs que `errors` nomme',
    'The enrolment is not valid: correct the fields that `errors` names',
  ),
  file_unsafe: kind(
    422,
    'Ce fichier ne peut être joint : `errors` dit pourquoi et que faire',
    'This file cannot be added: `errors` says why and what to do',
  ),
  file_name_invalid: kind(
    422,
    'Le nom du fichier ne convient pas : `errors` dit pourquoi, renommez-le',
    'The name of the file does not do: `errors` says why, rename it',
  ),
  file_refused: kind(
    422,
    'Le fichier ne peut être lu : corrigez ce que `errors` nomme et renvoyez-le',
    'The file cannot be read: correct what `errors` names and send it again',
  ),
  outcome_invalid: kind(
    422,
    'Cette issue ne convient pas à cette tâche : choisissez-en une de son formulaire et remplissez ses champs',
    'This outcome does not fit this task: choose one of its form and fill in its fields',
  ),
  dates_contradict: kind(
    422,
    'Deux dates se contredisent : corrigez l’une des deux',
    'Two dates contradict each other: correct one of them',
  ),
  legal_representative_missing: kind(
    422,
    'Le jeune est mineur : le contrat porte la signature de son représentant légal, cochez-la',
    'The young person is a minor: the contract bears the legal representative’s signature, tick it',
  ),
  exit_words_missing: kind(
    422,
    'La sortie « autre » demande une précision : remplissez le commentaire',
    'The exit "other" needs words: fill in the comment',
  ),
  idempotency_key_reused: kind(
    422,
    'Cette Idempotency-Key a déjà servi à une autre demande : prenez-en une nouvelle',
    'This Idempotency-Key served another request already: take a new one',
  ),
  too_many_requests: kind(
    429,
    'Trop de demandes à la fois : réessayez après le délai de Retry-After',
    'Too many requests at once: try again after Retry-After',
  ),
  too_many_streams: kind(
    429,
    'Trop de pages suivent déjà les changements en direct : fermez-en une, ou réessayez après Retry-After',
    'Too many pages follow the changes live already: close one, or try again after Retry-After',
  ),
  internal: kind(
    500,
    'Une erreur inattendue s’est produite : réessayez, puis signalez `requestId`',
    'Something unexpected went wrong: try again, then report `requestId`',
  ),
  pathway_beginning: kind(
    503,
    'Le jeune est inscrit et son parcours commence : revenez dans un moment',
    'The young person is enrolled and the pathway is beginning: come back in a moment',
  ),
  database_away: kind(
    503,
    'La base de données ne répond pas : réessayez dans un moment',
    'The database does not answer: try again in a moment',
  ),
  temporal_away: kind(
    503,
    'Rien n’a été enregistré pour l’instant : répétez la demande avec la même Idempotency-Key',
    'Nothing has been recorded so far: repeat the request with the same Idempotency-Key',
  ),
  issuer_away: kind(
    503,
    'Le service de connexion ne répond pas : réessayez dans un moment',
    'The sign-in service does not answer: try again in a moment',
  ),
} as const satisfies Record<string, ProblemKind> & Record<Exclude<Refusal, 'task_unknown'>, ProblemKind>;

export type ProblemCode = keyof typeof problemKinds;

export interface FieldError {
  /** JSON pointer of the field (RFC 6901); of a query parameter or header: its name. */
  readonly pointer: string;
  readonly code: string;
  /** Which field, why, what to do. */
  readonly message: string;
}

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'Always about:blank: `code` says what it is' }),
    title: z.string().meta({
      description:
        'What is wrong and what to do, in the language asked for (French unless English is preferred)',
    }),
    status: z.int(),
    code: z.string().meta({ description: 'Stable: programmes decide by it' }),
    detail: z.string().optional().meta({ description: 'The particulars of this case' }),
    requestId: z.string().meta({ description: 'Also in the header X-Request-Id and in the log' }),
    errors: z
      .array(z.object({ pointer: z.string(), code: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Each invalid field, by JSON pointer' }),
    heldBy: z.object({ id: z.uuid(), displayName: z.string() }).optional(),
    candidates: z.array(z.unknown()).optional().meta({ description: 'Who it may be (possible_duplicate)' }),
  })
  .meta({ id: 'Problem' });

interface More {
  readonly detail?: Label | string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the answer. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Thrown by whoever finds the problem; api/app.ts answers it. */
export class Problem extends Error {
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    readonly more: More = {},
  ) {
    super(problemKinds[code].title.en, { cause: more.cause });
    this.status = problemKinds[code].status;
  }

  toBody(language: Language, requestId: string) {
    const { detail, errors, members } = this.more;
    return {
      type: 'about:blank',
      title: problemKinds[this.code].title[language],
      status: this.status,
      code: this.code,
      ...(detail && { detail: typeof detail === 'string' ? detail : detail[language] }),
      requestId,
      ...(errors && { errors }),
      ...members,
    };
  }
}

const locales = { fr: z.locales.fr().localeError, en: z.locales.en().localeError };

/**
 * Holds data against a schema. Field errors are in the language asked for and never repeat a value.
 * @throws Problem with `code` and the field errors
 */
export function checked<S extends z.ZodType>(
  schema: S,
  data: unknown,
  language: Language,
  code: ProblemCode,
): z.output<S> {
  const result = schema.safeParse(data, { error: locales[language] });
  if (result.success) return result.data;
  throw new Problem(code, {
    errors: result.error.issues.flatMap(nearest).flatMap((issue) => fieldErrors(issue, language)),
  });
}

/** Of what fits no alternative, what is wrong with the one that was meant, where its fields tell which that is. */
function nearest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors
    .map((alternative) => alternative.flatMap(nearest))
    .filter((its) => its.every((i) => i.path.length > 0 && i.code !== 'unrecognized_keys'));
  if (meant.length !== 1) return [issue];
  return (meant[0] as z.core.$ZodIssue[]).map((i) => ({ ...i, path: [...issue.path, ...i.path] }));
}

function fieldErrors(issue: z.core.$ZodIssue, language: Language): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      code: 'unknown_field',
      message: language === 'fr' ? 'champ inconnu : retirez-le' : 'unknown field: remove it',
    }));
  }
  // What a schema says in words of its own it says in English.
  const message = (language === 'fr' && frenchOf[issue.message]) || issue.message;
  return [{ pointer: pointerOf(issue.path), code: issue.code, message }];
}

export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The French of the sentences that schemas of domain/ say in English. */
export const frenchOf: Readonly<Record<string, string>> = {
  'contains a control character (for example NUL): remove it':
    'contient un caractère de contrôle (par exemple NUL) : retirez-le',
  'is not a telephone number: write 06 12 34 56 78 or +33 6 12 34 56 78':
    'n’est pas un numéro de téléphone : écrivez 06 12 34 56 78 ou +33 6 12 34 56 78',
  'is not a Parcours 3 or i-milo number: 3 to 30 letters, digits or hyphens':
    'n’est pas un numéro Parcours 3 ou i-milo : 3 à 30 lettres, chiffres ou tirets',
  'is not a day of the calendar: write it as 2026-03-31':
    'n’est pas un jour du calendrier : écrivez-le 2026-03-31',
  'is not an id (UUID)': 'n’est pas un identifiant (UUID)',
  'names a task twice: remove one': 'nomme deux fois une tâche : retirez-en une',
  'a day of every year is written MM-DD: 07-01 is 1 July':
    'un jour de chaque année s’écrit MM-JJ : 07-01 est le 1er juillet',
  'the committee would hear of it before the coordinator: correct one of the two delays':
    'le comité serait averti avant la coordination : corrigez un des deux délais',
  'the last warning would come before the first: correct one of the two delays':
    'le dernier avertissement viendrait avant le premier : corrigez un des deux délais',
  'the warning would come before the termination: correct one of the two delays':
    'l’avertissement viendrait avant la rupture : corrigez un des deux délais',
  'the summer ends before it begins: correct one of the two days':
    'l’été finit avant de commencer : corrigez l’un des deux jours',
  'the closure ends before it begins: correct one of the two days':
    'la fermeture finit avant de commencer : corrigez l’un des deux jours',
  'a closure lasts at most 90 days: give it in parts with open days between them':
    'une fermeture dure 90 jours au plus : donnez-la en parties séparées par des jours ouverts',
  'with its neighbours it shuts the site for more than 100 days on end: leave open days between them':
    'avec ses voisines elle ferme le site plus de 100 jours de suite : laissez des jours ouverts entre elles',
  'is not the code of a site: 1 to 40 small letters, digits, hyphens or underscores':
    'n’est pas le code d’un site : 1 à 40 petites lettres, chiffres, traits d’union ou de soulignement',
  'begins or ends with a space, or contains a control character: remove it':
    'commence ou finit par une espace, ou contient un caractère de contrôle : retirez-le',
  'is no delay: give one of workingDays, days, weeks and months':
    'n’est pas un délai : donnez un seul de workingDays, days, weeks et months',
};
