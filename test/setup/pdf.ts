/** What a PDF holds, as a reader of another make finds it. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

export interface ReadPdf {
  readonly info: Readonly<Record<string, unknown>>;
  /** The text of each page. */
  readonly pages: readonly string[];
  /** Of its structure: H1, Table, TH… */
  readonly roles: readonly string[];
  /** What its pictures show, in words. */
  readonly alts: readonly string[];
}

/** @throws when it is no PDF */
export function readPdf(bytes: Uint8Array): ReadPdf {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(__dirname, 'read-pdf.mjs')], {
    input: bytes,
    maxBuffer: 50_000_000,
  });
  if (status !== 0) throw new Error(String(stderr));
  return JSON.parse(String(stdout));
}
