import { heard, isTyping } from './keys';

const press = (key: string, more: object = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

test('a key is its command, in capitals too', () => {
  expect(heard(press('j'), [])).toBe('next');
  expect(heard(press('K'), [])).toBe('previous');
  expect(heard(press('?'), [])).toBe('help');
});

test('with Ctrl, Alt or the command key it is the browser’s', () => {
  for (const held of ['ctrlKey', 'altKey', 'metaKey'])
    expect(heard(press('c', { [held]: true }), [])).toEqual([]);
});

test('g waits for the tab; another key afterwards is heard by itself', () => {
  expect(heard(press('g'), [])).toEqual(['g']);
  expect(heard(press('u'), ['g'])).toBe('unassigned');
  expect(heard(press('j'), ['g'])).toBe('next');
  expect(heard(press('z'), ['g'])).toEqual([]);
  expect(heard(press('u'), [])).toEqual([]);
});

test('what is typed into a field is no command, a box that is ticked is no field', () => {
  expect(isTyping({ tagName: 'INPUT', type: 'search' })).toBe(true);
  expect(isTyping({ tagName: 'SELECT' })).toBe(true);
  expect(isTyping({ tagName: 'DIV', isContentEditable: true })).toBe(true);
  expect(isTyping({ tagName: 'INPUT', type: 'checkbox' })).toBe(false);
  expect(isTyping({ tagName: 'A' })).toBe(false);
});
