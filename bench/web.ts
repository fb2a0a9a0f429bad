/** How much code a browser fetches for the inbox: scripts and style sheets, gzipped, from the manifest of the build. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { projectRoot } from '../embedded/processes';
import { type Measure, measure } from './measure';

const folder = path.join(projectRoot(), 'dist', 'web');

/** What vite writes of a file it made (https://vite.dev/guide/backend-integration). */
interface Chunk {
  readonly file: string;
  readonly name?: string;
  readonly src?: string;
  /** Keys of the manifest. */
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
  readonly css?: readonly string[];
}

const isDesignSystem = ({ name, src }: Chunk) => name === 'dsfr' || src?.includes('@codegouvfr/react-dsfr/');

/** @returns bytes of what is ours (with React and the other libraries), and of the design system */
export function inboxCode(): { ours: number; designSystem: number } {
  const manifest: Record<string, Chunk> = JSON.parse(
    readFileSync(path.join(folder, '.vite', 'manifest.json'), 'utf8'),
  );
  const chunks = new Set<Chunk>();
  const add = (key: string) => {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`The build has no ${key}`);
    if (chunks.has(chunk)) return;
    chunks.add(chunk);
    chunk.imports?.forEach(add);
    // The design system fetches the rest of itself when it starts; our other pages are fetched when they are opened.
    if (isDesignSystem(chunk)) chunk.dynamicImports?.forEach(add);
  };
  for (const key of ['index.html', 'src/inbox/inbox.tsx']) add(key);
  const files = { ours: new Set<string>(), designSystem: new Set<string>() };
  for (const chunk of chunks) {
    const part = isDesignSystem(chunk) ? files.designSystem : files.ours;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) part.add(file);
  }
  return { ours: gzipped(files.ours), designSystem: gzipped(files.designSystem) };
}

function gzipped(files: ReadonlySet<string>): number {
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(folder, file))).length, 0);
}

export function web(): Measure[] {
  const { ours, designSystem } = inboxCode();
  return [
    measure('web code of the inbox, gzipped', 'kB', ours / 1000, null, '≤ 250'),
    measure('the design system’s beside it', 'kB', designSystem / 1000, null, null),
  ];
}
