/** The browser that tests drive: found on this machine, or brought onto it where that needs nobody's leave. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

// The first has no windows to draw: the same pages for three quarters of the processor's time.
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/** @returns its path; null, with the reason on standard error: there is none, and only the tests that need it fail */
export function browser() {
  const given = process.env.CHROMIUM;
  if (given) return given;
  const before = onPath(...names);
  if (before) return before;
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    console.error('Installing Chromium (apt-get), once');
    const apt = (...args) =>
      spawnSync('apt-get', ['-qq', ...args], {
        stdio: ['ignore', process.stderr.fd, 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    apt('update');
    for (const name of names.slice(0, 2)) {
      apt('install', '--yes', '--no-install-recommends', name);
      const installed = onPath(name);
      if (installed) return installed;
    }
  }
  console.error(
    'No browser on this machine, and the tests in a browser need one: install Chromium, or set CHROMIUM to where it is.',
  );
  return null;
}

function onPath(...wanted) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  for (const name of wanted)
    for (const folder of folders) {
      const file = path.join(folder, name);
      if (existsSync(file)) return file;
    }
  return undefined;
}
