/** A time that somebody types is a time in Paris, wherever the browser is. */
import { parisInstant, parisTime } from './dates';

test.each([
  ['2027-01-15T09:00', '2027-01-15T08:00:00.000Z'],
  ['2027-07-15T09:00', '2027-07-15T07:00:00.000Z'],
  ['2027-07-14T00:30', '2027-07-13T22:30:00.000Z'],
  // The night in which the clock is put forward, and the one in which it is put back.
  ['2027-03-28T01:59', '2027-03-28T00:59:00.000Z'],
  ['2027-03-28T03:00', '2027-03-28T01:00:00.000Z'],
  ['2027-10-31T01:30', '2027-10-30T23:30:00.000Z'],
  ['2027-10-31T03:30', '2027-10-31T02:30:00.000Z'],
])('%s in Paris is %s', (local, instant) => {
  expect(parisInstant(local)).toBe(instant);
  expect(parisTime(instant)).toBe(local);
});
