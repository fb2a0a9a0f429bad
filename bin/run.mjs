/** `npm run NAME -- …`: on a fresh clone installs and builds first, then runs dist/bin/NAME.js or dist/bench/NAME.js. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build, checkNode, install, root } from './prepare.mjs';

checkNode();
// What a command prints may be read by another programme (npm run token): installing and building speak on stderr.
const { log } = console;
console.log = console.error;
install();
build();
console.log = log;
// The programme sees its own arguments only.
const [name] = process.argv.splice(2, 1);
const script = ['bin', 'bench']
  .map((folder) => path.join(root, 'dist', folder, `${name}.js`))
  .find(existsSync);
createRequire(import.meta.url)(script);
