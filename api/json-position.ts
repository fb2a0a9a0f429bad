/** Where a text stops being JSON. JSON.parse says it only for some mistakes, and then quotes the text. */

const space = /[ \t\n\r]*/y;
const token =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON refuses them in strings
  /([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

type Place = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | 'after';

/** @returns the offset of the first character that cannot stand there, the length of the text when it ends too early, null when it is JSON */
export function jsonMistakeAt(text: string): number | null {
  const open: ('{' | '[')[] = [];
  let place: Place = 'value';
  let at = 0;
  for (;;) {
    space.lastIndex = at;
    space.test(text);
    const start = space.lastIndex;
    token.lastIndex = start;
    const found = token.exec(text);
    if (!found) return start === text.length && place === 'after' && open.length === 0 ? null : start;
    const [whole, mark, string] = found;
    at = start + whole.length;
    const scalar = mark === undefined;
    if (place === 'after') {
      const inside = open.at(-1);
      if (mark === ',' && inside) place = inside === '{' ? 'key' : 'value';
      else if ((mark === '}' && inside === '{') || (mark === ']' && inside === '[')) open.pop();
      else return start;
    } else if (place === ':') {
      if (mark !== ':') return start;
      place = 'value';
    } else if (place === 'key' || place === 'key or }') {
      if (string !== undefined) place = ':';
      else if (mark === '}' && place === 'key or }') {
        open.pop();
        place = 'after';
      } else return start;
    } else if (scalar) place = 'after';
    else if (mark === '{' || mark === '[') {
      open.push(mark);
      place = mark === '{' ? 'key or }' : 'value or ]';
    } else if (mark === ']' && place === 'value or ]') {
      open.pop();
      place = 'after';
    } else return start;
  }
}
