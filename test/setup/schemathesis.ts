/** Schemathesis (PyPI), which asks an API everything that its OpenAPI document allows and much that it does not. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../embedded/processes';

const run = promisify(execFile);

/** With all it needs, each of one version. */
const requirements = path.join(__dirname, '../data/schemathesis-requirements.txt');

/** @returns the folder of its packages, brought once. @throws Error of one sentence when pip cannot bring them */
export async function findSchemathesis(): Promise<string> {
  const [, version] = /^schemathesis==(\S+)$/m.exec(readFileSync(requirements, 'utf8')) ?? [];
  const cache = path.join(projectRoot(), '.cache');
  const target = path.join(cache, `schemathesis-${version}`);
  if (existsSync(target)) return target;
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(path.join(cache, 'schemathesis-'));
  try {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
    await run('python3', [...pip, '--only-binary=:all:', '--no-deps', '--target', draft, '-r', requirements]);
    renameSync(draft, target);
    return target;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(
      `The scan of the API needs python3 (3.10 or later) with pip, and PyPI: ${(stderr?.trim() || message).split('\n').at(-1)}`,
    );
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Runs it. @returns what it says, and whether it found nothing */
export async function schemathesis(args: readonly string[]): Promise<{ found: boolean; said: string }> {
  const packages = await findSchemathesis();
  const env = { ...process.env, PYTHONPATH: packages, PYTHONUNBUFFERED: '1' };
  const start = 'from schemathesis.cli import schemathesis; schemathesis()';
  return run('python3', ['-c', start, ...args], { env, maxBuffer: 1e9 }).then(
    ({ stdout }) => ({ found: false, said: stdout }),
    ({ stdout, stderr }) => ({ found: true, said: `${stdout}${stderr}` }),
  );
}
