/** That the figures are defined once: docs/figures.md prints what pages and reports print. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { attentionDefinitions } from './attention';
import {
  caseDefinitions,
  caseGroupDefinitions,
  caseMarkDefinitions,
  coverageDefinitions,
} from './case-definitions';
import { figureDefinitions, flowDefinitions, termDefinitions } from './figures';

test('docs/figures.md has each figure and term as pages and reports have them', () => {
  const printed = [
    figureDefinitions,
    termDefinitions,
    flowDefinitions,
    attentionDefinitions,
    { fidelity: caseGroupDefinitions.fidelity },
    caseDefinitions.fidelity,
    { practices: caseGroupDefinitions.practices },
    caseDefinitions.practices,
    caseMarkDefinitions,
    { mediations: caseGroupDefinitions.mediations },
    caseDefinitions.mediations,
    { summer: caseGroupDefinitions.summer },
    caseDefinitions.summer,
    coverageDefinitions,
  ]
    .flatMap((definitions) => Object.values(definitions))
    .map(
      ({ label, definition }) => `- **${label.fr}** · ${label.en}\n  ${definition.fr}\n  _${definition.en}_`,
    );
  const document = readFileSync(path.join(__dirname, '../docs/figures.md'), 'utf8');
  expect(document.match(/^- \*\*[\s\S]*?_$/gm)).toEqual(printed);
});
