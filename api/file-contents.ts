/**
 * Whether the bytes of a file are what its type says, and bring no programme with them. They are kept as they are and never
 * shown in a browser; what this keeps out is what harms whoever opens the file after downloading it.
 */
import { buffer } from 'node:stream/consumers';
import { type Entry, fromBufferPromise } from 'yauzl';
import type { FileType } from '../domain/files';
import type { Label } from '../domain/forms';

export const contentRefusals = {
  empty: { fr: 'Le fichier est vide : choisissez-en un autre', en: 'The file is empty: choose another' },
  content_differs: {
    fr: 'Le contenu n’est pas celui d’un fichier de ce type, ou il est abîmé : enregistrez-le à nouveau dans ce format',
    en: 'The content is not that of a file of this type, or it is damaged: save it again in this format',
  },
  not_utf8: {
    fr: 'Ce texte n’est pas codé en UTF-8 : enregistrez-le en UTF-8, ou en PDF',
    en: 'This text is not encoded in UTF-8: save it as UTF-8, or as PDF',
  },
  active_content: {
    fr: 'Le document contient des macros ou un autre programme : enregistrez-le sans, ou en PDF',
    en: 'The document contains macros or another programme: save it without, or as PDF',
  },
  locked: {
    fr: 'Le document est protégé par un mot de passe, personne d’autre ne pourrait le lire : retirez-le',
    en: 'The document is protected by a password, nobody else could read it: remove the password',
  },
  unpacks_too_large: {
    fr: 'Le document est trop grand une fois décompressé : réduisez-le',
    en: 'The document is too large when it is unpacked: make it smaller',
  },
} as const satisfies Record<string, Label>;

export type ContentRefusal = keyof typeof contentRefusals;

type Check = (bytes: Buffer, type: FileType) => ContentRefusal | null | Promise<ContentRefusal | null>;

/** @returns why the bytes are refused, null: they are not */
export async function contentRefusal(bytes: Buffer, type: FileType): Promise<ContentRefusal | null> {
  return bytes.length === 0 ? 'empty' : checks[type](bytes, type);
}

const openXml = office(
  '[content_types].xml',
  // Without what could spell a word in another way.
  (text, type) => text.includes(`"${type}.main+xml"`) && !/&#|<!/.test(text),
);
const openDocument = office('mimetype', (text, type) => text === type);

/** Each begins as its format does, from the first byte on, and ends so where the format has an end: nothing is hung on. */
const checks: Readonly<Record<FileType, Check>> = {
  'application/pdf': plain(
    (bytes) => has(bytes, 0, '%PDF-') && bytes.subarray(-1024).includes('%%EOF', 0, 'latin1'),
  ),
  'image/png': plain(
    (bytes) => has(bytes, 0, '\x89PNG\r\n\x1a\n') && has(bytes, bytes.length - 12, '\0\0\0\0IEND\xaeB`\x82'),
  ),
  // Cameras write more behind the picture's end.
  'image/jpeg': plain((bytes) => has(bytes, 0, '\xff\xd8\xff') && bytes.includes('\xff\xd9', 3, 'latin1')),
  'image/webp': plain(
    (bytes) => has(bytes, 0, 'RIFF') && has(bytes, 8, 'WEBP') && bytes.readUInt32LE(4) + 8 === bytes.length,
  ),
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': openXml,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': openXml,
  'application/vnd.oasis.opendocument.text': openDocument,
  'application/vnd.oasis.opendocument.spreadsheet': openDocument,
  'text/plain': (bytes) => (utf8(bytes)?.includes('\0') === false ? null : 'not_utf8'),
};

/** Whether these bytes stand there, written as Latin-1. */
function has(bytes: Buffer, at: number, signature: string): boolean {
  return bytes.toString('latin1', at, at + signature.length) === signature;
}

function utf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function plain(isOne: (bytes: Buffer) => boolean): Check {
  return (bytes) => (isOne(bytes) && !isArchiveToo(bytes) ? null : 'content_differs');
}

const END_OF_DIRECTORY = Buffer.from('PK\x05\x06', 'latin1');
const END_SIZE = 22;
const LONGEST_COMMENT = 65_535;

/** An archive is read from its end, whatever the file begins with. */
function isArchiveToo(bytes: Buffer): boolean {
  const from = Math.max(0, bytes.length - END_SIZE - LONGEST_COMMENT);
  for (
    let at = bytes.indexOf(END_OF_DIRECTORY, from);
    at >= 0;
    at = bytes.indexOf(END_OF_DIRECTORY, at + 1)
  ) {
    const end = at + END_SIZE;
    if (end <= bytes.length && end + bytes.readUInt16LE(end - 2) === bytes.length) return true;
  }
  return false;
}

/** Where office documents keep macros, controls that run, and scripts. */
const active = /(^|\/)(vbaproject|vbadata|activex|macrosheets?)\b|^(basic|scripts)\/./;
const activeType = /macroEnabled|vbaProject|activeX/i;

const MOST_ENTRIES = 10_000;
/** Twenty times what may be uploaded is packed well; more is packed to harm. */
const MOST_UNPACKED = 200 * 1024 * 1024;
const LONGEST_PART = 1024 * 1024;

/**
 * An archive of which one part says what the document is.
 * @param part its name, in small letters: readers do not look at the case
 */
function office(part: string, says: (text: string, type: FileType) => boolean): Check {
  return async (bytes, type) => {
    if (!has(bytes, 0, 'PK\x03\x04')) return 'content_differs';
    try {
      const archive = await fromBufferPromise(bytes);
      if (archive.entryCount > MOST_ENTRIES) return 'unpacks_too_large';
      const entries = new Map<string, Entry>();
      let unpacked = 0;
      for await (const entry of archive.eachEntry()) {
        const name = entry.fileName.toLowerCase();
        if (entry.isEncrypted() || name === 'encrypted-package') return 'locked';
        if (active.test(name)) return 'active_content';
        unpacked += entry.uncompressedSize;
        if (unpacked > MOST_UNPACKED) return 'unpacks_too_large';
        // Of two with one name, each reader takes its own.
        if (entries.has(name)) return 'content_differs';
        entries.set(name, entry);
      }
      const entry = entries.get(part);
      if (!entry || entry.uncompressedSize > LONGEST_PART) return 'content_differs';
      const text = utf8(await buffer(await archive.openReadStreamPromise(entry)));
      if (text === null) return 'content_differs';
      if (activeType.test(text)) return 'active_content';
      return says(text, type) ? null : 'content_differs';
    } catch {
      // Not an archive, or one that contradicts itself.
      return 'content_differs';
    }
  };
}
