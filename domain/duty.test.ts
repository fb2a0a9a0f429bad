/** Who has a task when people are away: by example, and by what holds for all absences and rosters. */
import fc from 'fast-check';
import { addWorkingDays, type Day, isWorkingDay } from './calendar';
import { type Duty, dutyGaps, holderOn, isAbsent, isUncovered, onDuty } from './duty';
import { defaultSettings, settingsSchema } from './settings';

const away = (staffId: string, from: Day, to: Day, substituteId: string | null = null) => ({
  ...{ staffId, from, to, substituteId },
});
const duty = (absences: Duty['absences'], roster: Duty['roster'] = []): Duty => ({ absences, roster });

describe('a task of somebody who is away', () => {
  const august = duty([away('anne', '2026-08-03', '2026-08-21', 'bruno')]);

  test('is the substitute’s from the first day to the last, and comes back after it', () => {
    const own = { assigneeId: 'anne' };
    const stoodIn = { assigneeId: 'bruno', standsInFor: 'anne' };
    expect(holderOn('2026-08-02', own, august)).toEqual(own);
    expect(holderOn('2026-08-03', own, august)).toEqual(stoodIn);
    expect(holderOn('2026-08-21', stoodIn, august)).toEqual(stoodIn);
    expect(holderOn('2026-08-22', stoodIn, august)).toEqual(own);
  });

  test('is the team’s when nobody stands in, and comes back all the same', () => {
    const alone = duty([away('anne', '2026-08-03', '2026-08-21')]);
    expect(holderOn('2026-08-10', { assigneeId: 'anne' }, alone)).toEqual({ standsInFor: 'anne' });
    expect(holderOn('2026-08-22', { standsInFor: 'anne' }, alone)).toEqual({ assigneeId: 'anne' });
  });

  test('goes on to the substitute’s substitute while that one is away too', () => {
    const chain = duty([
      away('anne', '2026-08-03', '2026-08-21', 'bruno'),
      away('bruno', '2026-08-10', '2026-08-14', 'chloe'),
    ]);
    const on = (day: Day) => holderOn(day, { assigneeId: 'anne' }, chain).assigneeId;
    expect(['2026-08-09', '2026-08-10', '2026-08-14', '2026-08-15'].map(on)).toEqual([
      'bruno',
      'chloe',
      'chloe',
      'bruno',
    ]);
  });

  test('is the team’s when those who stand in for each other are away together', () => {
    const circle = duty([
      away('anne', '2026-08-03', '2026-08-21', 'bruno'),
      away('bruno', '2026-08-03', '2026-08-21', 'anne'),
    ]);
    expect(holderOn('2026-08-10', { assigneeId: 'bruno' }, circle)).toEqual({ standsInFor: 'bruno' });
  });

  test('that nobody has stays nobody’s', () => {
    expect(holderOn('2026-08-10', {}, august)).toEqual({});
  });
});

describe('an absence is uncovered', () => {
  const anne = away('anne', '2026-08-03', '2026-08-21', 'bruno');

  test('when nobody stands in, or whoever does is away on one of its days', () => {
    expect(isUncovered(anne, '2026-07-01', duty([anne]))).toBe(false);
    expect(
      isUncovered(
        { ...anne, substituteId: null },
        '2026-07-01',
        duty([away('anne', '2026-08-03', '2026-08-21')]),
      ),
    ).toBe(true);
    const bruno = away('bruno', '2026-08-21', '2026-08-28');
    expect(isUncovered(anne, '2026-07-01', duty([anne, bruno]))).toBe(true);
    expect(isUncovered(anne, '2026-07-01', duty([anne, { ...bruno, substituteId: 'chloe' }]))).toBe(false);
    expect(isUncovered(anne, '2026-07-01', duty([anne, { ...bruno, from: '2026-08-22' }]))).toBe(false);
  });

  test('by days to come only', () => {
    const bruno = away('bruno', '2026-08-03', '2026-08-07');
    expect(isUncovered(anne, '2026-08-07', duty([anne, bruno]))).toBe(true);
    expect(isUncovered(anne, '2026-08-08', duty([anne, bruno]))).toBe(false);
  });
});

describe('on duty', () => {
  const roster = [
    { staffId: 'bruno', from: '2026-07-01', to: '2026-07-31' },
    { staffId: 'chloe', from: '2026-07-15', to: '2026-08-14' },
  ];

  test('are those of the day’s turns who are there, and without any the referent or whoever stands in', () => {
    const absences = [
      away('chloe', '2026-07-20', '2026-07-24'),
      away('anne', '2026-08-17', '2026-08-21', 'bruno'),
    ];
    const on = (day: Day, spread = 0.9) =>
      onDuty(day, spread, { assigneeId: 'anne' }, duty(absences, roster));
    expect(on('2026-07-10')).toEqual({ assigneeId: 'bruno' });
    expect(on('2026-07-16')).toEqual({ assigneeId: 'chloe' });
    expect(on('2026-07-16', 0.1)).toEqual({ assigneeId: 'bruno' });
    expect(on('2026-07-20')).toEqual({ assigneeId: 'bruno' });
    expect(on('2026-08-15')).toEqual({ assigneeId: 'anne' });
    expect(on('2026-08-17')).toEqual({ assigneeId: 'bruno', standsInFor: 'anne' });
  });

  test('is nobody on the working days of summer that no turn covers by somebody who is there', () => {
    const absences = [away('bruno', '2026-07-02', '2026-07-03')];
    // Friday 14 August is chloe's last day; 15 August a Saturday; summer ends on Monday 31 August.
    const gaps = dutyGaps('2026-06-25', '2026-09-10', defaultSettings, duty(absences, roster));
    expect(gaps.slice(0, 3)).toEqual(['2026-07-02', '2026-07-03', '2026-08-17']);
    expect(gaps.at(-1)).toBe('2026-08-31');
    expect(gaps).toHaveLength(2 + 11);
  });

  test('is looked for on no day that the site is closed', () => {
    const closures = [{ from: '2026-08-03', to: '2026-08-21', label: 'Fermeture annuelle' }];
    const settings = settingsSchema.parse({ calendar: { closures } });
    const gaps = dutyGaps('2026-07-13', '2026-08-24', settings, duty([], roster.slice(0, 1)));
    expect(gaps).toEqual(['2026-08-24']);
  });
});

describe('for all absences and rosters', () => {
  const people = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const person = fc.constantFrom(...people);
  const days = Array.from({ length: 40 }, (_, n) =>
    new Date(Date.UTC(2026, 6, 1 + n)).toISOString().slice(0, 10),
  );
  const day = fc.constantFrom(...days);
  const period = fc.tuple(day, day).map(([x, y]) => (x < y ? { from: x, to: y } : { from: y, to: x }));
  const absence = fc
    .record({ staffId: person, substituteId: fc.option(person), period })
    .map(({ period: p, ...a }) => ({ ...a, ...p }))
    .filter((a) => a.staffId !== a.substituteId);
  const turn = fc.record({ staffId: person, period }).map(({ staffId, period: p }) => ({ staffId, ...p }));
  const anyDuty = fc.record({
    absences: fc.array(absence, { maxLength: 12 }),
    roster: fc.array(turn, { maxLength: 8 }),
  });
  const holder = fc.oneof(
    fc.constant({}),
    person.map((assigneeId) => ({ assigneeId })),
    person.map((standsInFor) => ({ standsInFor })),
    fc.tuple(person, person).map(([assigneeId, standsInFor]) => ({ assigneeId, standsInFor })),
  );
  const spread = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  test('nobody who is away has a task, be it their own, stood in for, or of who is on duty', () => {
    fc.assert(
      fc.property(anyDuty, holder, day, spread, (d, held, on, s) => {
        for (const { assigneeId } of [holderOn(on, held, d), onDuty(on, s, held, d)])
          if (assigneeId) expect(isAbsent(assigneeId, on, d)).toBe(false);
      }),
    );
  });

  test('a task is forgotten by nobody: whose it is stays known, and it comes back when they are there', () => {
    fc.assert(
      fc.property(anyDuty, person, fc.array(day, { minLength: 1, maxLength: 20 }), (d, own, path) => {
        let held: { assigneeId?: string; standsInFor?: string } = { assigneeId: own };
        for (const on of path.sort()) {
          held = holderOn(on, held, d);
          expect(held.standsInFor ?? held.assigneeId).toBe(own);
          if (!isAbsent(own, on, d)) expect(held).toEqual({ assigneeId: own });
          else expect(held.standsInFor).toBe(own);
        }
      }),
    );
  });

  test('asked again on the same day, the answer is the same', () => {
    fc.assert(
      fc.property(anyDuty, holder, day, (d, held, on) => {
        const once = holderOn(on, held, d);
        expect(holderOn(on, once, d)).toEqual(once);
      }),
    );
  });

  test('an absence is uncovered when on some day of it nobody has what is theirs', () => {
    fc.assert(
      fc.property(anyDuty, absence, day, (d, a, since) => {
        // As recorded: nobody has two absences on one day.
        const all = { absences: [a], roster: [] };
        for (const b of d.absences)
          if (!all.absences.some((c) => c.staffId === b.staffId && c.from <= b.to && b.from <= c.to))
            all.absences.push(b);
        const nobody = days.some(
          (on) =>
            a.from <= on &&
            on <= a.to &&
            since <= on &&
            holderOn(on, { assigneeId: a.staffId }, all).assigneeId === undefined,
        );
        expect(isUncovered(a, since, all)).toBe(nobody);
      }),
    );
  });

  test('duty is spread evenly over the pathways', () => {
    fc.assert(
      fc.property(anyDuty, day, (d, on) => {
        const present = [
          ...new Set(d.roster.filter((t) => t.from <= on && on <= t.to).map((t) => t.staffId)),
        ].filter((id) => !isAbsent(id, on, d));
        fc.pre(present.length > 0);
        const counts = new Map(present.map((id) => [id, 0]));
        for (let n = 0; n < 100 * present.length; n++) {
          const { assigneeId } = onDuty(on, n / (100 * present.length), {}, d);
          counts.set(assigneeId as string, (counts.get(assigneeId as string) ?? NaN) + 1);
        }
        for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('a gap is a working day of summer on which whoever is asked finds nobody on duty', () => {
    fc.assert(
      fc.property(anyDuty, period, (d, { from, to }) => {
        const gaps = new Set(dutyGaps(from, to, defaultSettings, d));
        for (const on of days.filter(
          (x) => from <= x && x <= to && isWorkingDay(x, defaultSettings.calendar),
        ))
          expect(gaps.has(on)).toBe(onDuty(on, 0, {}, d).assigneeId === undefined);
        for (const on of gaps) expect(addWorkingDays(on, 0, defaultSettings.calendar)).toBe(on);
      }),
    );
  });
});
