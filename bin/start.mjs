/** `npm start`: on a fresh clone installs and builds, then starts everything that is not given by environment. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { build, checkNode, install, root } from './prepare.mjs';

checkNode();
install();
build();
createRequire(import.meta.url)(path.join(root, 'dist', 'bin', 'start.js'));
