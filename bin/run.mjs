/** `npm run NAME -- …`: on a fresh clone installs and builds first, then runs dist/bin/NAME.js or dist/bench/NAME.js. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { build, checkNode, install, root } from './prepare.mjs';

checkNode();
// What a command prints may be read by another programme (npm run token): installing and building speak on stderr.
const { log } = console;
console.log = console.error;
install();
build();
console.log = log;
const [name, ...args] = process.argv.slice(2);
const script = ['bin', 'bench']
  .map((folder) => path.join(root, 'dist', folder, `${name}.js`))
  .find((file) => existsSync(file));
const { status } = spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' });
process.exit(status ?? 1);
