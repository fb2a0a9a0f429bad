import fc from 'fast-check';
import { type Digest, type DigestTask, digestOf, messageKinds, messageKindsOf } from './notifications';
import { roles } from './pathway';
import { taskKinds } from './tasks';

test('each role may switch off what it may be told of; committees of their report, evaluators of nothing', () => {
  expect(Object.fromEntries(roles.map((role) => [role, messageKindsOf(role)]))).toEqual({
    coordinator: messageKinds.filter((kind) => kind !== 'report_ready'),
    counsellor: ['digest', 'high_alert', 'mediation_opened', 'cfa_warning'],
    mediator: ['digest', 'mediation_opened'],
    partner: ['digest'],
    committee: ['report_ready'],
    national_committee: ['report_ready'],
    evaluator: [],
    admin: [],
  });
});

describe('a digest', () => {
  const today = '2026-03-29';
  const since = '2026-03-28T06:30:00.000Z';
  /** Around the day on which the clocks change. */
  const instant = fc
    .integer({ min: -96, max: 96 })
    .map((hours) => new Date(Date.parse('2026-03-28T23:00:00Z') + hours * 3_600_000).toISOString());
  const task = fc.record<DigestTask>({
    id: fc.uuid(),
    kind: fc.constantFrom(...taskKinds),
    dueAt: instant,
    openedAt: instant,
    whose: fc.constantFrom('own', 'free', 'escalated'),
  });
  const lists = ({ overdue, today, fresh, escalated }: Digest) => [overdue, today, fresh, escalated];

  test('names no task twice and leaves out none that is late, due today or new', () => {
    fc.assert(
      fc.property(fc.array(task), (tasks) => {
        const said = tasks.filter(
          (t) => t.whose === 'escalated' || t.dueAt < '2026-03-29T22:00:00.000Z' || t.openedAt > since,
        );
        const digest = digestOf(tasks, today, since);
        if (!digest) return said.length === 0;
        const named = lists(digest).flat();
        expect(new Set(named).size).toBe(named.length);
        expect(new Set(named)).toEqual(new Set(said.filter((t) => t.whose !== 'free')));
        const { overdue, today: dueToday, fresh } = digest.free;
        expect(overdue + dueToday + fresh).toBe(said.filter((t) => t.whose === 'free').length);
        for (const list of lists(digest)) {
          expect(list.map((t) => t.dueAt)).toEqual(list.map((t) => t.dueAt).sort());
        }
        return true;
      }),
    );
  });

  test('parts late from due today at the midnights of Paris', () => {
    const due = (...at: string[]) =>
      digestOf(
        at.map((dueAt, i) => ({ id: `${i}`, kind: 'first_contact', dueAt, openedAt: since, whose: 'own' })),
        today,
        since,
      );
    expect(due('2026-03-28T22:59:59.999Z')).toMatchObject({ overdue: [{ id: '0' }], today: [] });
    expect(due('2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z')).toMatchObject({
      overdue: [],
      today: [{ id: '0' }, { id: '1' }],
    });
    expect(due('2026-03-29T22:00:00.000Z')).toBeNull();
  });
});
