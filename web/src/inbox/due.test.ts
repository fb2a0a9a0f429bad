import { daysBetween } from '../words/dates';
import { dueOf, grouped } from './due';

/** A task is due at the last millisecond of its day in Paris. */
const endOf = { sunday: '2026-10-25T22:59:59.999Z', saturday: '2026-10-24T21:59:59.999Z' };

test('days are those of Paris, also when the clock is put back', () => {
  const lateOnSaturday = new Date('2026-10-24T21:30:00Z');
  expect(daysBetween(lateOnSaturday, endOf.saturday)).toBe(0);
  expect(daysBetween(lateOnSaturday, endOf.sunday)).toBe(1);
  // Half past midnight in Paris, still the day before in Greenwich.
  expect(daysBetween(new Date('2026-10-24T22:30:00Z'), endOf.saturday)).toBe(-1);
});

test.each([
  ['2026-11-23T22:59:59.999Z', 'overdue'],
  ['2026-11-24T22:59:59.999Z', 'today'],
  ['2026-11-25T22:59:59.999Z', 'week'],
  ['2026-11-30T22:59:59.999Z', 'week'],
  ['2026-12-01T22:59:59.999Z', 'later'],
] as const)('on 24 November what is due at %s is %s', (dueAt, due) => {
  expect(dueOf(dueAt, new Date('2026-11-24T07:00:00Z'))).toBe(due);
});

test('a sorted list is parted in its own order, and what is empty has no part', () => {
  const tasks = ['2026-11-20', '2026-11-21', '2026-12-24'].map((day) => ({ dueAt: `${day}T22:59:59.999Z` }));
  const groups = grouped(tasks, new Date('2026-11-24T07:00:00Z'));
  expect(groups.map(({ due, tasks }) => [due, tasks.length])).toEqual([
    ['overdue', 2],
    ['later', 1],
  ]);
});
