/** What is true of every deadline, whatever the day, the calendar and the kind of task; and how summer is spread. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { addDelay, closedBecause, dayOf, endOfDay, isWorkingDay, startOfDay } from './calendar';
import { type SiteTime, spreadOf, taskInstants, waitRules } from './deadlines';
import { defaultSettings, type Settings } from './settings';
import { definitionOf, taskKinds } from './tasks';

const msOfDay = 86_400_000;
const first = Date.parse('2010-01-01T00:00:00Z');
const last = Date.parse('2040-12-31T00:00:00Z');
const anInstant = fc.integer({ min: first, max: last }).map((ms) => new Date(ms).toISOString());

const site = (settings: Partial<Settings> = {}): SiteTime => ({
  settings: { ...defaultSettings, ...settings },
  version: 3,
});
/** Closed for a time in the middle of what is counted, at a site of Alsace-Moselle or not. */
const aSite = (around: string) =>
  fc
    .record({ alsaceMoselle: fc.boolean(), after: fc.nat(40), length: fc.nat(20) })
    .map(({ alsaceMoselle, after, length }) => {
      const [from, to] = [after, after + length].map((days) =>
        dayOf(new Date(Date.parse(around) + days * msOfDay)),
      ) as [string, string];
      return site({ calendar: { alsaceMoselle, closures: [{ from, to, label: 'Fermeture' }] } });
    });
const aTask = anInstant.chain((plannedAt) =>
  fc.record({
    plannedAt: fc.constant(plannedAt),
    at: aSite(plannedAt),
    kind: fc.constantFrom(...taskKinds),
    round: fc.integer({ min: 1, max: 6 }),
  }),
);

test('a task opens, is due and goes up its ladder in this order, and never falls due on a closed day', () => {
  fc.assert(
    fc.property(aTask, ({ plannedAt, at, kind, round }) => {
      const { calendar } = at.settings;
      const i = taskInstants(kind, round, {}, plannedAt, at);
      expect(isWorkingDay(dayOf(i.dueAt), calendar)).toBe(true);
      expect(i.dueAt).toBe(endOfDay(dayOf(i.dueAt)));
      for (const rung of [i.escalateAt, i.committeeAt]) {
        expect(isWorkingDay(dayOf(rung), calendar)).toBe(true);
        expect(rung).toBe(endOfDay(dayOf(rung)));
      }
      // Now, because somebody has just asked for it; or on the morning of an open day.
      if (i.opensAt !== plannedAt) {
        expect(i.opensAt).toBe(startOfDay(dayOf(i.opensAt)));
        expect(isWorkingDay(dayOf(i.opensAt), calendar)).toBe(true);
      }
      expect(i.opensAt >= plannedAt && i.opensAt <= i.remindAt && i.opensAt <= i.dueAt).toBe(true);
      expect(i.remindAt <= i.dueAt && i.dueAt < i.escalateAt && i.escalateAt < i.committeeAt).toBe(true);
      if (i.lateAt) expect(i.lateAt > i.dueAt && isWorkingDay(dayOf(i.lateAt), calendar)).toBe(true);
      expect(i.settingsVersion).toBe(3);
    }),
    { numRuns: 500 },
  );
});

test('a follow-up that falls on a closed day moves to the next open one and says which day and why; what may not be late, to the one before', () => {
  const byDays = taskKinds.filter((kind) => {
    const { due, opensAfter } = defaultSettings.tasks[kind];
    return !opensAfter && !Array.isArray(due) && !('workingDays' in due);
  });
  let moved = 0;
  fc.assert(
    fc.property(aTask, fc.constantFrom(...byDays), ({ plannedAt, at }, kind) => {
      const { calendar, tasks } = at.settings;
      const due = tasks[kind].due as { days: number };
      const meant = addDelay(dayOf(plannedAt), due, calendar, 'none').day;
      const { dueAt, movedFrom } = taskInstants(kind, 1, {}, plannedAt, at);
      const because = closedBecause(meant, calendar);
      expect(movedFrom).toEqual(because ? { day: meant, because: because.reason } : undefined);
      if (!because) expect(dayOf(dueAt)).toBe(meant);
      else {
        moved++;
        expect(dayOf(dueAt) < meant).toBe(definitionOf(kind).notAfter === true);
      }
    }),
    { numRuns: 1_000 },
  );
  expect(moved).toBeGreaterThan(100);
});

describe('what summer opens for every pathway at once', () => {
  const ids = Array.from({ length: 10_000 }, (_, i) =>
    createHash('sha256')
      .update(String(i))
      .digest('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5'),
  );
  const hour = 3_600_000;

  test.each([
    // 1 July 2028 is a Saturday; 1 September 2029 too.
    ['summer_check', '2028-05-02', '2028-07-03'],
    ['term_starts', '2029-07-20', '2029-09-03'],
  ] as const)('%s: opens over six hours of the first working day, evenly', (name, anchor, openDay) => {
    const begins = Date.parse(startOfDay(openDay));
    const slots = new Array<number>(36).fill(0);
    for (const id of ids) {
      const at = Date.parse(waitRules[name].at(anchor, site(), spreadOf(id)));
      const slot = Math.floor((at - begins) / (hour / 6));
      slots[slot] = (slots[slot] ?? 0) + 1;
    }
    // Every one is within the six hours, and no ten minutes have half as many again as their share.
    expect(slots).toHaveLength(36);
    expect(slots.reduce((a, b) => a + b)).toBe(ids.length);
    expect(Math.max(...slots)).toBeLessThan((ids.length / 36) * 1.5);
    expect(Math.min(...slots)).toBeGreaterThan((ids.length / 36) * 0.5);
  });

  test('opens for one pathway at the same time of day each year, over as many hours as the site says', () => {
    const summer = { ...defaultSettings.summer, from: '06-15', openOverHours: 2 };
    fc.assert(
      fc.property(fc.constantFrom(...ids), fc.integer({ min: 2010, max: 2040 }), (id, year) => {
        const at = Date.parse(waitRules.summer_check.at(`${year}-04-01`, site({ summer }), spreadOf(id)));
        const day = addDelay(`${year}-06-15`, { days: 0 }, defaultSettings.calendar, 'next').day;
        expect(at - Date.parse(startOfDay(day))).toBe(Math.floor(spreadOf(id) * 2 * hour));
      }),
    );
  });

  test('a silence that begins in summer is asked about after fourteen days, on an open day; one too late, next summer', () => {
    const check = (since: string) => waitRules.summer_check.at(since, site(), 0);
    expect(check('2026-07-06')).toBe(startOfDay('2026-07-20'));
    // The fourteenth day is Sunday 2 August.
    expect(check('2026-07-19')).toBe(startOfDay('2026-08-03'));
    expect(check('2026-08-20')).toBe(startOfDay('2027-07-01'));
  });
});
