/** What a PDF holds, as a reader of another make finds it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
export const readPdf = (bytes: Uint8Array): ReadPdf => readPdfs([bytes])[0] as ReadPdf;

/** Several at once: to start their reader takes longer than to read one. @throws when one is no PDF */
export function readPdfs(all: readonly Uint8Array[]): ReadPdf[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'pdf-'));
  try {
    const files = all.map((bytes, n) => {
      const file = path.join(folder, `${n}.pdf`);
      writeFileSync(file, bytes);
      return file;
    });
    const reader = path.join(__dirname, 'read-pdf.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [reader, ...files], {
      maxBuffer: 50_000_000,
    });
    if (status !== 0) throw new Error(String(stderr));
    return JSON.parse(String(stdout));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
