/** That the figures are defined once: docs/figures.md prints what pages and reports print. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { figureDefinitions, flowDefinitions, termDefinitions } from './figures';

test('docs/figures.md has each figure and term as pages and reports have them', () => {
  const printed = [figureDefinitions, termDefinitions, flowDefinitions]
    .flatMap((definitions) => Object.values(definitions))
    .map(
      ({ label, definition }) => `- **${label.fr}** · ${label.en}\n  ${definition.fr}\n  _${definition.en}_`,
    );
  const document = readFileSync(path.join(__dirname, '../docs/figures.md'), 'utf8');
  expect(document.match(/^- \*\*[\s\S]*?_$/gm)).toEqual(printed);
});
