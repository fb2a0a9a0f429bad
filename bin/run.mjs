/** `node bin/run.mjs config`, `token` …: runs dist/bin/NAME.js; on a fresh clone installs and builds first. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { build, checkNode, install, root } from './prepare.mjs';

checkNode();
install();
build();
// The programme sees its own arguments only.
const [name] = process.argv.splice(2, 1);
createRequire(import.meta.url)(path.join(root, 'dist', 'bin', `${name}.js`));
