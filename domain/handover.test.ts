/** What somebody had is shared out evenly. */
import fc from 'fast-check';
import { shareOut } from './handover';

const person = (id: string, load: number) => ({ id, load });

test('each pathway goes to whoever has the least when its turn comes', () => {
  const shared = shareOut(['p1', 'p2', 'p3', 'p4'], [person('anne', 3), person('bruno', 5)]);
  expect([...shared].map(([pathway, { id }]) => [pathway, id])).toEqual([
    ['p1', 'anne'],
    ['p2', 'anne'],
    ['p3', 'anne'],
    ['p4', 'bruno'],
  ]);
});

test('with nobody there, nothing is shared out', () => {
  expect(shareOut(['p1'], []).size).toBe(0);
});

test('every pathway has somebody, and nobody gets one while another has less', () => {
  const people = fc
    .array(fc.nat(60), { minLength: 1, maxLength: 8 })
    .map((loads) => loads.map((n, i) => person(`${i}`, n)));
  fc.assert(
    fc.property(people, fc.nat(120), (staff, n) => {
      const pathways = Array.from({ length: n }, (_, i) => `p${i}`);
      const shared = shareOut(pathways, staff);
      expect([...shared.keys()]).toEqual(pathways);
      const got = (id: string) => [...shared.values()].filter((p) => p.id === id).length;
      const after = staff.map((p) => p.load + got(p.id));
      const most = Math.max(...staff.map((p, i) => (got(p.id) > 0 ? (after[i] as number) : 0)));
      expect(most - Math.min(...after)).toBeLessThanOrEqual(1);
    }),
  );
});
