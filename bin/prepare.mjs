/**
 * What every command does first on a fresh clone: check Node, install, build. Plain JavaScript without dependencies,
 * since nothing is installed yet. What it says goes to standard error: a command's output is its own.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Ends the process with one sentence when this Node is too old to load the packages (require of ES modules). */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  console.error(
    `service-plus needs Node 20.19, 22.12 or later and this is Node ${version}: install a newer one.`,
  );
  process.exit(1);
}

/** Installs the packages when they are missing or not those of package-lock.json. */
export function install() {
  if (isInstalled()) return;
  console.error('Installing the packages (npm), once');
  // Not `npm ci`: it refuses a lock file that lacks an optional package made for another machine, which is what npm
  // writes where the registry at hand does not have it. This takes the versions of the lock file all the same.
  // The compiler is a development package: it is needed even where NODE_ENV is production.
  runNpm(['install', '--no-save', '--include=dev', '--no-fund', '--no-audit']);
}

/** npm writes what it installed into node_modules, in the form of package-lock.json: the two are compared. */
function isInstalled() {
  const asked = readLock('package-lock.json');
  const got = readLock('node_modules/.package-lock.json');
  if (!asked || !got) return Boolean(got);
  return Object.entries(asked).every(([place, entry]) => {
    if (!place.startsWith('node_modules/') && !place.includes('/node_modules/')) return true;
    const present = got[place];
    // Optional: made for another machine, for instance.
    if (!present) return entry.optional || entry.peer;
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

function readLock(name) {
  try {
    return JSON.parse(readFileSync(path.join(root, name), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Builds into dist/ when a source has changed since. */
export function build() {
  const stamp = path.join(root, 'dist', '.built-from');
  const sources = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  console.error('Building');
  rmSync(stamp, { force: true });
  runNpm(['run', '--silent', 'build']);
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, sources);
}

/** Name, size and time of every source: the folders of tsconfig.json, the web application, what builds them. */
function fingerprint() {
  const { include } = JSON.parse(readFileSync(path.join(root, 'tsconfig.build.json'), 'utf8'));
  const hash = createHash('sha256');
  const visit = (name) => {
    const file = path.join(root, name);
    if (!existsSync(file) || /(^|\/)(node_modules|dist|\..*|.*\.test\.ts)$/.test(name)) return;
    const { mtimeMs, size } = statSync(file);
    if (!statSync(file).isDirectory()) hash.update(`${name} ${size} ${mtimeMs}\n`);
    else for (const entry of readdirSync(file).sort()) visit(path.join(name, entry));
  };
  for (const name of [
    ...include,
    'web',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
  ])
    visit(name);
  return hash.digest('hex');
}

function runNpm(args) {
  const { status, signal, error } = spawnSync('npm', args, {
    cwd: root,
    stdio: ['inherit', process.stderr.fd, 'inherit'],
  });
  if (status === 0) return;
  // Ctrl-C reaches npm too.
  if (signal === 'SIGINT' || status === 130) process.exit(130);
  console.error(
    `npm ${args.join(' ')} did not succeed (${error?.message ?? signal ?? `exit code ${status}`}): see above.`,
  );
  process.exit(1);
}
