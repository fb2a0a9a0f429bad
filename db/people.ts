/** How a young person is sought by what somebody typed: the same for the list of pathways and for the inbox. */
import { externalNumberKey, nameKey } from '../domain/enrolment';

/**
 * A condition on `people y`: what was typed may be a beginning of either name, in either order, or the external
 * number; accents and case do not matter.
 * @param $ adds a parameter to the statement and names it
 */
export function whereSought(q: string, $: (value: unknown) => string): string {
  const ways: string[] = [];
  const words = q.split(/[\s,]+/).filter((word) => key(word) !== '');
  // Each way to part the words into two names: "anne le goff" is anne | le goff too.
  for (let n = 0; n <= words.length; n++) {
    const one = key(words.slice(0, n).join(' '));
    const other = key(words.slice(n).join(' '));
    if (one === '' && other === '') continue;
    if (one !== '') ways.push(named(one, other, $));
    if (other !== '') ways.push(one === '' ? begins('y.first_name_key', other, $) : named(other, one, $));
  }
  const number = externalNumberKey(q.trim());
  if (/^[A-Z0-9]*\d[A-Z0-9]*$/.test(number)) ways.push(`y.external_number_key = ${$(number)}`);
  return ways.length ? `(${ways.join(' or ')})` : 'false';
}

function named(last: string, first: string, $: (value: unknown) => string): string {
  const one = begins('y.name_key', last, $);
  return first === '' ? one : `(${one} and ${begins('y.first_name_key', first, $)})`;
}

/**
 * What LIKE would do, with operators that row-level security lets an index answer (db/migrations/0008). Keys hold
 * letters, digits and a space: nothing in them comes after U+10FFFF, byte by byte.
 */
const begins = (column: string, beginning: string, $: (value: unknown) => string) =>
  `(${column} ~>=~ ${$(beginning)} and ${column} ~<~ ${$(`${beginning}\u{10ffff}`)})`;

const key = (name: string) => nameKey(name, '').trim();
