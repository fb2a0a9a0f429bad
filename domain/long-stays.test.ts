/** The limit beyond which a stay is long, with stays that go on. */
import fc from 'fast-check';
import { isLongStay, longStayLimit } from './long-stays';
import type { Observation } from './survival';

const ended = (...days: number[]): Observation[] => days.map((time) => ({ days: time, event: true }));
const goingOn = (...days: number[]): Observation[] => days.map((time) => ({ days: time, event: false }));
const tens = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

test('of ten stays that ended, nine do not exceed it', () => {
  expect(longStayLimit(ended(...tens))).toBe(90);
  expect(tens.filter((days) => isLongStay(days, 90))).toEqual([100]);
});

test('stays that go on raise it: without them it would be too low', () => {
  expect(longStayLimit([...ended(...tens), ...goingOn(15, 25, 95)])).toBe(100);
});

test('none when too many go on, or too few have ended', () => {
  expect(longStayLimit([...ended(...tens), ...goingOn(200, 200, 200)])).toBeNull();
  expect(longStayLimit(ended(...tens.slice(1)))).toBeNull();
  expect(longStayLimit(ended(...tens.slice(1)), 0.9, 9)).toBe(100);
  expect(longStayLimit([])).toBeNull();
  expect(isLongStay(10_000, null)).toBe(false);
});

test('of stays that all ended, no more than the rest are beyond it', () => {
  const stays = fc.array(fc.nat(400), { minLength: 10, maxLength: 80 });
  fc.assert(
    fc.property(stays, fc.integer({ min: 50, max: 100 }), (days, percent) => {
      const limit = longStayLimit(ended(...days), percent / 100);
      expect(limit).not.toBeNull();
      const beyond = days.filter((time) => isLongStay(time, limit)).length;
      expect(beyond / days.length).toBeLessThanOrEqual(1 - percent / 100 + 1e-9);
    }),
  );
});

test('a stay that goes on longer never lowers it', () => {
  const some = fc.array(fc.record({ days: fc.nat(100), event: fc.boolean() }), { maxLength: 40 });
  fc.assert(
    fc.property(some, fc.integer({ min: 101, max: 400 }), (stays, days) => {
      const before = longStayLimit(stays) ?? Number.POSITIVE_INFINITY;
      const after = longStayLimit([...stays, ...goingOn(days)]) ?? Number.POSITIVE_INFINITY;
      expect(after).toBeGreaterThanOrEqual(before);
    }),
  );
});
