/**
 * `npm test`, `npm run browser`, `npm run scan`: installs and builds what is missing or changed, once for all tests, and a
 * browser for those that need one; arguments go to jest.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { browser } from './browser.mjs';
import { build, checkNode, install, root } from './prepare.mjs';

checkNode();
install();
build();
const chromium = process.argv.includes('jest.browser.config.js') && browser();
const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const { status } = spawnSync(process.execPath, [jest, ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: root,
  env: { ...process.env, ...(chromium && { CHROMIUM: chromium }) },
});
process.exit(status ?? 1);
