import fc from 'fast-check';
import { jsonMistakeAt } from './json-position';

test.each([
  ['{"a": }', 6],
  ['{"a": 1,}', 8],
  ['{"a" 1}', 5],
  ['{a: 1}', 1],
  ['[1 2]', 3],
  ['[1,]', 3],
  ['{"a": [1, {"b": nul}]}', 16],
  ['{"a": "x\ny"}', 6],
  ['{"a": "\\x"}', 6],
  ['{"a": 01}', 7],
  ['{"a": 1', 7],
  ['', 0],
  ['  ', 2],
  ['{} x', 3],
  [']', 0],
])('%j stops being JSON at %i', (text, at) => {
  expect(jsonMistakeAt(text)).toBe(at);
});

test('whatever is JSON has no mistake, and what JSON.parse refuses has one', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom('', '}', ',', '"', 'x', ' '), (json, n, extra) => {
      expect(jsonMistakeAt(json)).toBeNull();
      const at = n % (json.length + 1);
      const changed = json.slice(0, at) + extra + json.slice(at + 1);
      const valid = (() => {
        try {
          JSON.parse(changed);
          return true;
        } catch {
          return false;
        }
      })();
      expect([changed, jsonMistakeAt(changed) === null]).toEqual([changed, valid]);
    }),
    { numRuns: 1_000 },
  );
});
