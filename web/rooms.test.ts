/** Which rooms the web application may enter: the codes and names of domain/, of the API its types alone. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const src = path.join(__dirname, 'src');
const imports = readdirSync(src, { recursive: true, encoding: 'utf8' })
  // A test may hold what is shown against the rules.
  .filter((file) => /(?<!\.test)\.tsx?$/.test(file))
  .flatMap((file) =>
    [...readFileSync(path.join(src, file), 'utf8').matchAll(/^import (type )?[^;]*?from '(\.[^']+)'/gms)].map(
      ([, type, from]) => ({
        file,
        isType: type !== undefined,
        room: path.relative(
          path.join(__dirname, '..'),
          path.resolve(src, path.dirname(file), from as string),
        ),
      }),
    ),
  );

/** What a browser gets of the others: the programme's rules are not to be worked out there a second time. */
const mayRun = [
  'domain/attention',
  'domain/case-definitions',
  'domain/evaluation',
  'domain/event-groups',
  'domain/figures',
  'domain/files',
  'domain/labels',
  'domain/pathway',
  'domain/report-words',
];

test('of the other rooms a browser gets names and codes, and everything else as types', () => {
  const others = imports.filter(({ room }) => !room.startsWith('web/'));
  expect(others.length).toBeGreaterThan(5);
  const run = others.filter(({ isType, room }) => !isType && !mayRun.includes(room));
  expect(run.map(({ file, room }) => `${file} imports ${room}`)).toEqual([]);
});
