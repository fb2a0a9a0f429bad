/** Files on tasks: of which types, how they are named, how many. */
import type { Label } from './forms';

/** What people exchange about an apprenticeship, and the extensions a name of that type ends with. */
export const fileTypes = {
  'application/pdf': ['pdf'],
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/webp': ['webp'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['xlsx'],
  'application/vnd.oasis.opendocument.text': ['odt'],
  'application/vnd.oasis.opendocument.spreadsheet': ['ods'],
  'text/plain': ['txt'],
} as const satisfies Record<string, readonly string[]>;

export type FileType = keyof typeof fileTypes;
export const mediaTypes = Object.keys(fileTypes) as FileType[];

/** Of one task. */
export const MOST_FILES = 20;
const LONGEST_NAME = 200;

/** Control characters, ends of lines, separators of paths, and what turns the direction of writing round. */
const unfit = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}/\\]/u;

export const nameRefusals = {
  name_missing: {
    fr: 'il manque ou ne peut être lu : donnez le nom du fichier, codé comme par encodeURIComponent',
    en: 'it is missing or cannot be read: give the name of the file, encoded as by encodeURIComponent',
  },
  name_too_long: {
    fr: `il est trop long : ${LONGEST_NAME} caractères au plus`,
    en: `it is too long: ${LONGEST_NAME} characters at most`,
  },
  name_character: {
    fr: 'il contient un caractère interdit (/, \\, caractère de contrôle ou sens d’écriture) : retirez-le',
    en: 'it contains a forbidden character (/, \\, a control character or direction of writing): remove it',
  },
  name_extension: {
    fr: 'son extension n’est pas celle de ce type de fichier : corrigez-la',
    en: 'its extension is not one of this type of file: correct it',
  },
} as const satisfies Record<string, Label>;

/** The name as it is kept, or why it cannot be. */
export function checkedName(
  given: string,
  type: FileType,
): { readonly name: string } | { readonly refused: keyof typeof nameRefusals } {
  // macOS takes accents apart.
  const name = given.trim().normalize('NFC');
  if (!name) return { refused: 'name_missing' };
  if ([...name].length > LONGEST_NAME) return { refused: 'name_too_long' };
  if (unfit.test(name)) return { refused: 'name_character' };
  const dot = name.lastIndexOf('.');
  const extensions: readonly string[] = fileTypes[type];
  if (dot < 1 || !extensions.includes(name.slice(dot + 1).toLowerCase()))
    return { refused: 'name_extension' };
  return { name };
}
