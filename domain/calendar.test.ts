/** Days and deadlines: known dates by hand, laws by property, and two oracles, date-holidays and Intl. */
import Holidays from 'date-holidays';
import fc from 'fast-check';
import {
  addDelay,
  addWorkingDays,
  ageOn,
  type Closure,
  closedBecause,
  type Day,
  type Delay,
  dayOf,
  endOfDay,
  isDay,
  isWorkingDay,
  publicHolidays,
  type SiteCalendar,
  startOfDay,
  workingDaysBetween,
} from './calendar';

const MS_PER_DAY = 86_400_000;
const plain: SiteCalendar = { alsaceMoselle: false, closures: [] };
const closedOn = (...closures: Closure[]): SiteCalendar => ({ alsaceMoselle: false, closures });
const summer: Closure = { from: '2026-08-03', to: '2026-08-21', label: 'Fermeture d’été' };

const plusDays = (day: Day, days: number): Day =>
  new Date(Date.parse(day) + days * MS_PER_DAY).toISOString().slice(0, 10);
const daysBetween = (from: Day, to: Day): number => (Date.parse(to) - Date.parse(from)) / MS_PER_DAY;

const aDay = (from: Day = '2010-01-01', to: Day = '2040-12-31') =>
  fc.integer({ min: 0, max: daysBetween(from, to) }).map((days) => plusDays(from, days));
/** Closures of up to five weeks, dense enough to meet and overlap; never a year without a working day. */
const aCalendar = fc.record({
  alsaceMoselle: fc.boolean(),
  closures: fc.array(
    fc
      .tuple(aDay('2025-11-01', '2027-02-28'), fc.nat(35))
      .map(([from, length]) => ({ from, to: plusDays(from, length), label: `Fermeture du ${from}` })),
    { maxLength: 6 },
  ),
});
const aDayNearClosures = aDay('2025-10-01', '2027-03-31');
const aCount = fc.integer({ min: 1, max: 40 });
const aCalendarDelay: fc.Arbitrary<Delay> = fc.oneof(
  fc.record({ days: fc.integer({ min: -120, max: 120 }) }),
  fc.record({ weeks: fc.integer({ min: -20, max: 20 }) }),
  fc.record({ months: fc.integer({ min: -30, max: 30 }) }),
);

/** The clock on the wall in Paris, by another way than the code under test. */
const wall = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Europe/Paris',
  dateStyle: 'short',
  timeStyle: 'medium',
});

describe('a day', () => {
  test.each(['2026-03-04', '2024-02-29', '2000-02-29', '0050-12-31', '9999-12-31'])('%s is one', (text) => {
    expect(isDay(text)).toBe(true);
  });

  test.each([
    '2026-02-29',
    '1900-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-01-32',
    '2026-1-1',
    '04/03/2026',
    '2026-03-04T00:00:00Z',
    ' 2026-03-04',
    '2026-03-04\n',
    '+002026-03-04',
    '',
  ])('%j is not one', (text) => {
    expect(isDay(text)).toBe(false);
  });

  test('is one when its month has that many days', () => {
    const wrong: string[] = [];
    const years = [...Array(140).keys(), ...Array.from({ length: 210 }, (_, i) => 1895 + i)];
    for (const year of years) {
      const february = year % 4 || (year % 100 === 0 && year % 400) ? 28 : 29;
      const lengths = [0, 31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0];
      for (const [month, length] of lengths.entries()) {
        for (let date = 0; date < 34; date++) {
          const [y, m, d] = [
            String(year).padStart(4, '0'),
            ...[month, date].map((n) => String(n).padStart(2, '0')),
          ];
          if (isDay(`${y}-${m}-${d}`) !== (date >= 1 && date <= length)) wrong.push(`${y}-${m}-${d}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each<[string, () => unknown]>([
    ['to count working days from', () => addWorkingDays('2026-02-30', 1, plain)],
    ['to count a delay from', () => addDelay('2026-02-30', { days: 1 }, plain, 'none')],
    ['to count no working day from', () => addDelay('2026-02-30', { workingDays: 0 }, plain, 'none')],
    ['to look up', () => closedBecause('2026-02-30', plain)],
    [
      'to start a closure',
      () => closedBecause('2026-03-04', closedOn({ from: '2026-02-30', to: '2026-03-02', label: 'x' })),
    ],
    [
      'to end a closure',
      () => closedBecause('2026-03-04', closedOn({ from: '2026-02-01', to: '2026-02-30', label: 'x' })),
    ],
    ['to count from', () => workingDaysBetween('2026-02-30', '2026-03-01', plain)],
    ['to count up to', () => workingDaysBetween('2026-02-01', '2026-02-30', plain)],
    ['to start', () => startOfDay('2026-02-30')],
    ['to end', () => endOfDay('2026-02-30')],
    ['to be born on', () => ageOn('2026-02-30', '2026-03-01')],
    ['to be of an age on', () => ageOn('2008-01-01', '2026-02-30')],
  ])('%s is refused by its name when it does not exist', (_, call) => {
    expect(call).toThrow(RangeError);
    expect(call).toThrow("'2026-02-30' is not a day");
  });
});

describe('the day in Paris', () => {
  test('ends at 23:00 UTC in winter and 22:00 UTC in summer', () => {
    expect(endOfDay('2026-03-04')).toBe('2026-03-04T22:59:59.999Z');
    expect(endOfDay('2026-07-14')).toBe('2026-07-14T21:59:59.999Z');
    expect(startOfDay('2026-07-14')).toBe('2026-07-13T22:00:00.000Z');
  });

  test('has 23 hours on the last Sunday of March and 25 on the last Sunday of October', () => {
    expect([startOfDay('2026-03-29'), endOfDay('2026-03-29')]).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T21:59:59.999Z',
    ]);
    expect([startOfDay('2026-10-25'), endOfDay('2026-10-25')]).toEqual([
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T22:59:59.999Z',
    ]);
    const lastSunday = (year: number, month: string): Day =>
      [31, 30, 29, 28, 27, 26, 25]
        .map((date) => `${year}-${month}-${date}`)
        .find((day) => new Date(day).getUTCDay() === 0) as Day;
    for (let year = 2010; year <= 2040; year++) {
      for (const [month, hours] of [
        ['03', 23],
        ['10', 25],
      ] as const) {
        const day = lastSunday(year, month);
        const length = Date.parse(endOfDay(day)) + 1 - Date.parse(startOfDay(day));
        expect([day, length / 3_600_000]).toEqual([day, hours]);
      }
    }
  });

  test('starts and ends when the clock on the wall says so', () => {
    const changes = fc.constantFrom('2026-03-28', '2026-03-29', '2026-10-24', '2026-10-25', '2027-10-31');
    fc.assert(
      fc.property(fc.oneof(aDay('1950-01-01', '2100-12-31'), changes), (day) => {
        expect(wall.format(new Date(startOfDay(day)))).toBe(`${day} 00:00:00`);
        expect(wall.format(new Date(endOfDay(day)))).toBe(`${day} 23:59:59`);
        expect(endOfDay(day)).toMatch(/\.999Z$/);
        expect(Date.parse(endOfDay(day)) + 1).toBe(Date.parse(startOfDay(plusDays(day, 1))));
      }),
    );
  });

  test('is the day of its first and of its last millisecond', () => {
    fc.assert(
      fc.property(aDay('1900-01-01', '2100-12-31'), (day) => {
        expect(dayOf(startOfDay(day))).toBe(day);
        expect(dayOf(endOfDay(day))).toBe(day);
      }),
    );
  });

  test('is the one on the wall, whichever way the instant is given', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1950-01-01'), max: new Date('2100-12-31'), noInvalidDate: true }),
        (date) => {
          const day = wall.format(date).slice(0, 10);
          expect([dayOf(date), dayOf(date.getTime()), dayOf(date.toISOString())]).toEqual([day, day, day]);
        },
      ),
    );
    expect(dayOf('2026-03-04T23:30:00Z')).toBe('2026-03-05');
    expect(dayOf('2026-03-05T00:30:00+01:00')).toBe('2026-03-05');
  });

  test.each(['2026-03-04', '2026-02-30T00:00:00Z', '2026-03-04T10:00:00', 'hier', ''])(
    'cannot be told from %j, which is no instant',
    (text) => {
      expect(() => dayOf(text)).toThrow(new RegExp(`^'${text}' is not an instant: give ISO 8601`));
      expect(() => dayOf(text)).toThrow(RangeError);
    },
  );

  test('cannot be told from an invalid date, a broken number or a year beyond 9999', () => {
    expect(() => dayOf(new Date(Number.NaN))).toThrow("'Invalid Date' is not an instant");
    expect(() => dayOf(1.5)).toThrow("'1.5' is not an instant");
    expect(() => dayOf(new Date('+010000-01-02'))).toThrow('outside the years 0000 to 9999');
    expect(() => endOfDay('9999-12-31')).toThrow('outside the years 0000 to 9999');
  });
});

describe('public holidays', () => {
  test('of 2026, in order and in French', () => {
    const general = [
      ['2026-01-01', 'Jour de l’An'],
      ['2026-04-06', 'Lundi de Pâques'],
      ['2026-05-01', 'Fête du Travail'],
      ['2026-05-08', 'Victoire 1945'],
      ['2026-05-14', 'Ascension'],
      ['2026-05-25', 'Lundi de Pentecôte'],
      ['2026-07-14', 'Fête nationale'],
      ['2026-08-15', 'Assomption'],
      ['2026-11-01', 'Toussaint'],
      ['2026-11-11', 'Armistice 1918'],
      ['2026-12-25', 'Noël'],
    ];
    expect(publicHolidays(2026, false).map(({ day, name }) => [day, name])).toEqual(general);
    expect(publicHolidays(2026, true).map(({ day, name }) => [day, name])).toEqual([
      general[0],
      ['2026-04-03', 'Vendredi saint'],
      ...general.slice(1),
      ['2026-12-26', 'Second jour de Noël'],
    ]);
  });

  test.each([
    ['France', false, undefined],
    ['Moselle', true, '57'],
    ['Bas-Rhin', true, '67'],
    ['Haut-Rhin', true, '68'],
  ])('of %s agree with date-holidays from 1982 to 2100', (_, alsaceMoselle, department) => {
    const oracle = department ? new Holidays('FR', department) : new Holidays('FR');
    for (let year = 1982; year <= 2100; year++) {
      const theirs = oracle
        .getHolidays(year)
        .filter(({ type }) => type === 'public')
        .map(({ date }) => date.slice(0, 10))
        .sort();
      expect(publicHolidays(year, alsaceMoselle).map(({ day }) => day)).toEqual(theirs);
    }
  });

  test('follow Easter to its earliest and latest days', () => {
    const easterMonday = (year: number) =>
      publicHolidays(year, false).find(({ name }) => name === 'Lundi de Pâques')?.day;
    // 22 March 1818, 25 April 1943 and 2038, and the two exceptions of the computus, 1954 and 1981.
    expect([1818, 1943, 1954, 1981, 2038].map(easterMonday)).toEqual([
      '1818-03-23',
      '1943-04-26',
      '1954-04-19',
      '1981-04-20',
      '2038-04-26',
    ]);
  });

  test('may fall together: 1 May 2008 was Ascension too', () => {
    const names = publicHolidays(2008, false).filter(({ day }) => day === '2008-05-01');
    expect(names.map(({ name }) => name)).toEqual(['Fête du Travail', 'Ascension']);
    expect(closedBecause('2008-05-01', plain)).toEqual({ reason: 'public_holiday', name: 'Fête du Travail' });
  });

  test('given out can be changed by the caller without harm', () => {
    for (const holiday of publicHolidays(2026, false)) holiday.day = '2026-01-02';
    publicHolidays(2026, false).length = 0;
    expect(isWorkingDay('2026-07-14', plain)).toBe(false);
    expect(isWorkingDay('2026-01-02', plain)).toBe(true);
  });

  test('need a whole year', () => {
    expect(() => publicHolidays(2026.5, false)).toThrow('A year must be a whole number, not 2026.5.');
  });
});

describe('a site', () => {
  test('is closed for a reason it can show', () => {
    const site = closedOn(summer);
    expect(closedBecause('2026-11-21', site)).toEqual({ reason: 'weekend' });
    expect(closedBecause('2026-11-22', site)).toEqual({ reason: 'weekend' });
    expect(closedBecause('2026-05-14', site)).toEqual({ reason: 'public_holiday', name: 'Ascension' });
    expect(closedBecause('2026-05-25', site)).toEqual({
      reason: 'public_holiday',
      name: 'Lundi de Pentecôte',
    });
    expect(closedBecause('2026-08-12', site)).toEqual({ reason: 'closure', label: 'Fermeture d’été' });
    expect(closedBecause('2026-11-23', site)).toBeNull();
  });

  test('is closed on both ends of a closure and open around it', () => {
    const site = closedOn({ from: '2026-08-04', to: '2026-08-06', label: 'Pont' });
    const open = ['2026-08-03', '2026-08-04', '2026-08-05', '2026-08-06', '2026-08-07'];
    expect(open.map((day) => isWorkingDay(day, site))).toEqual([true, false, false, false, true]);
  });

  test('gives weekend before public holiday before closure when several hold', () => {
    const site = closedOn({ from: '2026-08-10', to: '2026-08-16', label: 'Pont' });
    expect(closedBecause('2026-08-15', site)).toEqual({ reason: 'weekend' });
    expect(
      closedBecause('2026-07-14', closedOn({ from: '2026-07-14', to: '2026-07-14', label: 'x' })),
    ).toEqual({
      reason: 'public_holiday',
      name: 'Fête nationale',
    });
  });

  test('keeps Good Friday and 26 December only in Alsace-Moselle', () => {
    const alsace = { alsaceMoselle: true, closures: [] };
    expect(isWorkingDay('2026-04-03', plain)).toBe(true);
    expect(closedBecause('2026-04-03', alsace)).toEqual({ reason: 'public_holiday', name: 'Vendredi saint' });
    // 26 December 2025 was a Friday.
    expect(isWorkingDay('2025-12-26', plain)).toBe(true);
    expect(closedBecause('2025-12-26', alsace)).toEqual({
      reason: 'public_holiday',
      name: 'Second jour de Noël',
    });
  });

  test('has weekends in every century', () => {
    fc.assert(
      fc.property(aDay('1900-01-01', '2100-12-31'), (day) => {
        const weekend = [0, 6].includes(new Date(day).getUTCDay());
        expect(closedBecause(day, plain)?.reason === 'weekend').toBe(weekend);
      }),
    );
  });

  test('refuses a closure that ends before it starts', () => {
    const site = closedOn({ from: '2026-08-21', to: '2026-08-03', label: 'Été' });
    expect(() => isWorkingDay('2026-01-05', site)).toThrow(RangeError);
    expect(() => isWorkingDay('2026-01-05', site)).toThrow(
      "The closure 'Été' ends on 2026-08-03, before it starts on 2026-08-21",
    );
  });
});

describe('working days', () => {
  test.each([
    // Friday; Monday 6 April is Easter Monday.
    ['2026-04-03', 3, '2026-04-09'],
    // Wednesday before Ascension.
    ['2026-05-13', 1, '2026-05-15'],
    ['2026-11-23', 10, '2026-12-07'],
    ['2026-11-21', 1, '2026-11-23'],
    ['2026-12-31', 1, '2027-01-04'],
    ['2026-04-09', -3, '2026-04-03'],
    ['2026-11-22', -1, '2026-11-20'],
    ['2026-11-23', 0, '2026-11-23'],
    ['2026-11-21', 0, '2026-11-23'],
    ['2026-04-04', 0, '2026-04-07'],
  ])('from %s, %i of them lead to %s', (day, n, expected) => {
    expect(addWorkingDays(day, n, plain)).toBe(expected);
  });

  test('skip the closures of the site', () => {
    expect(addWorkingDays('2026-07-31', 1, closedOn(summer))).toBe('2026-08-24');
    expect(addWorkingDays('2026-08-24', -1, closedOn(summer))).toBe('2026-07-31');
    expect(addWorkingDays('2026-08-05', 0, closedOn(summer))).toBe('2026-08-24');
  });

  test('added lead to an open day, with exactly as many of them between', () => {
    fc.assert(
      fc.property(aDayNearClosures, aCount, aCalendar, (day, n, site) => {
        const due = addWorkingDays(day, n, site);
        expect(due > day).toBe(true);
        expect(isWorkingDay(due, site)).toBe(true);
        let open = 0;
        for (let at = plusDays(day, 1); at <= due; at = plusDays(at, 1)) if (isWorkingDay(at, site)) open++;
        expect(open).toBe(n);
        expect(workingDaysBetween(day, due, site)).toBe(n);
      }),
    );
  });

  test('taken off lead to an open day, with exactly as many of them from there', () => {
    fc.assert(
      fc.property(aDayNearClosures, aCount, aCalendar, (day, n, site) => {
        const before = addWorkingDays(day, -n, site);
        expect(isWorkingDay(before, site)).toBe(true);
        expect(before < day).toBe(true);
        let open = 0;
        for (let at = before; at < day; at = plusDays(at, 1)) if (isWorkingDay(at, site)) open++;
        expect(open).toBe(n);
      }),
    );
  });

  test('never come earlier from a later day, nor for more of them', () => {
    fc.assert(
      fc.property(
        aDayNearClosures,
        fc.nat(30),
        fc.integer({ min: -20, max: 20 }),
        fc.nat(10),
        aCalendar,
        (day, later, n, more, site) => {
          const due = addWorkingDays(day, n, site);
          expect(addWorkingDays(plusDays(day, later), n, site) >= due).toBe(true);
          expect(addWorkingDays(day, n + more, site) >= due).toBe(true);
        },
      ),
    );
  });

  test('go there and back from an open day, and add up', () => {
    fc.assert(
      fc.property(aDayNearClosures, aCount, aCount, aCalendar, (any, n, m, site) => {
        const day = addWorkingDays(any, 0, site);
        expect(addWorkingDays(addWorkingDays(day, n, site), -n, site)).toBe(day);
        expect(addWorkingDays(addWorkingDays(day, -n, site), n, site)).toBe(day);
        expect(addWorkingDays(addWorkingDays(day, n, site), m, site)).toBe(addWorkingDays(day, n + m, site));
      }),
    );
  });

  test('for none stay on an open day and leave a closed one for the next open one', () => {
    fc.assert(
      fc.property(aDayNearClosures, aCalendar, (day, site) => {
        const expected = isWorkingDay(day, site) ? day : addWorkingDays(day, 1, site);
        expect(addWorkingDays(day, 0, site)).toBe(expected);
      }),
    );
  });

  test('between two days are counted after the first up to and including the second', () => {
    expect(workingDaysBetween('2026-04-03', '2026-04-09', plain)).toBe(3);
    expect(workingDaysBetween('2026-04-03', '2026-04-03', plain)).toBe(0);
    expect(workingDaysBetween('2026-11-20', '2026-11-22', plain)).toBe(0);
    expect(workingDaysBetween('2026-11-22', '2026-11-20', plain)).toBe(0);
    expect(workingDaysBetween('2026-11-22', '2026-11-23', plain)).toBe(1);
    expect(workingDaysBetween('2026-04-09', '2026-04-03', plain)).toBe(-3);
    // 365 days, 104 of them in weekends, and 9 of the 11 holidays from Monday to Friday.
    expect(workingDaysBetween('2025-12-31', '2026-12-31', plain)).toBe(365 - 104 - 9);
  });

  test('between days add up, in whichever order the days come', () => {
    fc.assert(
      fc.property(aDayNearClosures, aDayNearClosures, aDayNearClosures, aCalendar, (a, b, c, site) => {
        const sum = workingDaysBetween(a, b, site) + workingDaysBetween(b, c, site);
        expect(sum).toBe(workingDaysBetween(a, c, site));
      }),
    );
  });

  test('are not looked for beyond 400 closed days, in either direction', () => {
    const shut = closedOn({ from: '2026-01-01', to: '2030-12-31', label: 'Fermé' });
    const forward = () => addWorkingDays('2025-12-31', 1, shut);
    expect(forward).toThrow(RangeError);
    expect(forward).toThrow('closed more than 400 days in a row from 2026-01-01. Correct its closures.');
    const backward = () => addWorkingDays('2031-01-01', -1, shut);
    expect(backward).toThrow(RangeError);
    expect(backward).toThrow('closed more than 400 days in a row up to 2030-12-31. Correct its closures.');
    expect(() => addWorkingDays('2027-06-01', 0, shut)).toThrow('No working day can be found');
    expect(() => addDelay('2025-12-31', { months: 6 }, shut, 'next')).toThrow('No working day can be found');
    // Closures that follow each other count as one, whatever their order.
    const halves = closedOn(
      { from: '2026-10-01', to: '2027-06-30', label: 'b' },
      { from: '2026-01-01', to: '2026-09-30', label: 'a' },
    );
    expect(() => addWorkingDays('2025-12-31', 1, halves)).toThrow('No working day can be found');
  });

  test('are found after a closure of a year', () => {
    const year = closedOn({ from: '2026-01-01', to: '2026-12-31', label: 'Travaux' });
    expect(addWorkingDays('2025-12-31', 1, year)).toBe('2027-01-04');
    expect(addWorkingDays('2027-01-04', -1, year)).toBe('2025-12-31');
  });

  test('may be so many that more than 400 closed days are crossed on the way, a few at a time', () => {
    expect(workingDaysBetween('2026-01-01', addWorkingDays('2026-01-01', 1500, plain), plain)).toBe(1500);
  });

  test('must be a whole number that stays within the calendar', () => {
    expect(() => addWorkingDays('2026-01-05', 1.5, plain)).toThrow('must be a whole number, not 1.5');
    expect(() => addWorkingDays('2026-01-05', Number.NaN, plain)).toThrow('must be a whole number, not NaN');
    expect(() => addWorkingDays('9999-12-30', 5, plain)).toThrow('outside the years 0000 to 9999');
    expect(() => addWorkingDays('0000-01-05', -9, plain)).toThrow('outside the years 0000 to 9999');
    // Ends at once rather than after 10¹⁵ turns.
    expect(() => addWorkingDays('9999-01-01', 1e15, plain)).toThrow('outside the years 0000 to 9999');
  });
});

describe('a delay', () => {
  test.each<[Day, Delay, Day]>([
    ['2026-01-31', { months: 1 }, '2026-02-28'],
    ['2028-01-31', { months: 1 }, '2028-02-29'],
    ['2026-03-31', { months: -1 }, '2026-02-28'],
    ['2026-10-31', { months: 4 }, '2027-02-28'],
    ['2026-01-15', { months: -1 }, '2025-12-15'],
    ['0050-01-31', { months: 1 }, '0050-02-28'],
    ['2026-08-31', { months: 6 }, '2027-02-28'],
    ['2026-11-23', { months: 12 }, '2027-11-23'],
    ['2028-02-29', { months: 12 }, '2029-02-28'],
    ['2026-11-23', { months: 0 }, '2026-11-23'],
    ['2026-11-23', { weeks: 8 }, '2027-01-18'],
    ['2026-11-23', { weeks: -1 }, '2026-11-16'],
    ['2026-03-20', { days: 15 }, '2026-04-04'],
    ['2027-08-31', { days: -60 }, '2027-07-02'],
    ['2026-04-03', { workingDays: 3 }, '2026-04-09'],
    ['2026-04-09', { workingDays: -3 }, '2026-04-03'],
  ])('from %s of %j leads to %s', (day, delay, expected) => {
    expect(addDelay(day, delay, plain, 'none')).toEqual({ day: expected, moved: null });
  });

  test('that leads to a closed day moves as told, and says why', () => {
    const because = { reason: 'public_holiday', name: 'Ascension' };
    const from = '2026-05-14';
    expect(addDelay('2026-04-14', { months: 1 }, plain, 'next')).toEqual({
      day: '2026-05-15',
      moved: { from, because },
    });
    expect(addDelay('2026-04-14', { months: 1 }, plain, 'previous')).toEqual({
      day: '2026-05-13',
      moved: { from, because },
    });
    expect(addDelay('2026-04-14', { months: 1 }, plain, 'none')).toEqual({ day: from, moved: null });
    expect(addDelay('2026-07-20', { days: 15 }, closedOn(summer), 'next')).toEqual({
      day: '2026-08-24',
      moved: { from: '2026-08-04', because: { reason: 'closure', label: 'Fermeture d’été' } },
    });
  });

  test('of no working day leaves a closed day for the next open one, and says why', () => {
    const moved = { from: '2026-11-21', because: { reason: 'weekend' } };
    for (const roll of ['next', 'previous', 'none'] as const) {
      expect(addDelay('2026-11-21', { workingDays: 0 }, plain, roll)).toEqual({ day: '2026-11-23', moved });
    }
    expect(addDelay('2026-11-23', { workingDays: 0 }, plain, 'next')).toEqual({
      day: '2026-11-23',
      moved: null,
    });
  });

  test('goes to the nearest open day on the side it rolls to, and moves only from a closed day', () => {
    fc.assert(
      fc.property(aDayNearClosures, aCalendarDelay, aCalendar, (day, delay, site) => {
        const { day: unmoved, moved: never } = addDelay(day, delay, site, 'none');
        expect(never).toBeNull();
        for (const [roll, step] of [
          ['next', 1],
          ['previous', -1],
        ] as const) {
          const due = addDelay(day, delay, site, roll);
          let nearest = unmoved;
          while (!isWorkingDay(nearest, site)) nearest = plusDays(nearest, step);
          expect(due.day).toBe(nearest);
          const because = closedBecause(unmoved, site);
          expect(due.moved).toEqual(because && { from: unmoved, because });
        }
      }),
    );
  });

  test('in working days is the count of working days, and moves nothing', () => {
    fc.assert(
      fc.property(aDayNearClosures, aCount, aCalendar, (day, n, site) => {
        for (const workingDays of [n, -n]) {
          const due = { day: addWorkingDays(day, workingDays, site), moved: null };
          expect(addDelay(day, { workingDays }, site, 'next')).toEqual(due);
        }
      }),
    );
  });

  test('in months keeps the day of the month, or ends on the last day of a shorter month', () => {
    fc.assert(
      fc.property(aDay(), fc.integer({ min: -240, max: 240 }), (day, months) => {
        const [year, month, date] = day.split('-').map(Number) as [number, number, number];
        const { day: due } = addDelay(day, { months }, plain, 'none');
        const [dueYear, dueMonth, dueDate] = due.split('-').map(Number) as [number, number, number];
        expect(dueYear * 12 + dueMonth).toBe(year * 12 + month + months);
        const isLastOfMonth = plusDays(due, 1).endsWith('-01');
        expect(dueDate === date || (dueDate < date && isLastOfMonth)).toBe(true);
      }),
    );
  });

  test('in days and weeks goes there and back', () => {
    fc.assert(
      fc.property(aDay(), fc.integer({ min: -500, max: 500 }), (day, n) => {
        const there = addDelay(day, { days: n }, plain, 'none').day;
        expect(daysBetween(day, there)).toBe(n);
        expect(addDelay(there, { days: -n }, plain, 'none').day).toBe(day);
        const weeks = addDelay(day, { weeks: n }, plain, 'none');
        expect(weeks).toEqual(addDelay(day, { days: 7 * n }, plain, 'none'));
      }),
    );
  });

  test.each<[Delay, string]>([
    [{ days: 0.5 }, 'A delay in days must be a whole number, not 0.5.'],
    [{ weeks: Number.POSITIVE_INFINITY }, 'A delay in weeks must be a whole number, not Infinity.'],
    [{ months: 1.5 }, 'A delay in months must be a whole number, not 1.5.'],
    [{ workingDays: 0.5 }, 'A delay in working days must be a whole number, not 0.5.'],
    [{ days: 1e12 }, 'The day lies outside the years 0000 to 9999'],
    [{ months: 1e12 }, 'The day lies outside the years 0000 to 9999'],
  ])('of %p is refused', (delay, sentence) => {
    expect(() => addDelay('2026-11-23', delay, plain, 'next')).toThrow(sentence);
    expect(() => addDelay('2026-11-23', delay, plain, 'next')).toThrow(RangeError);
  });
});

describe('age', () => {
  test.each([
    ['2008-11-23', '2026-11-22', 17],
    ['2008-11-23', '2026-11-23', 18],
    ['2008-11-23', '2026-11-24', 18],
    ['2008-11-23', '2008-11-23', 0],
    ['2008-11-23', '2008-11-22', -1],
    // Born on 29 February: older on 1 March in common years, on the day itself in leap years.
    ['2008-02-29', '2026-02-28', 17],
    ['2008-02-29', '2026-03-01', 18],
    ['2008-02-29', '2024-02-28', 15],
    ['2008-02-29', '2024-02-29', 16],
  ])('of someone born on %s is, on %s, %i', (birthDate, on, age) => {
    expect(ageOn(birthDate, on)).toBe(age);
  });

  test('grows by one a year, on the birthday', () => {
    fc.assert(
      fc.property(aDay('1985-01-01', '2010-12-31'), fc.integer({ min: 1, max: 60 }), (birthDate, years) => {
        const birthday = birthDate.endsWith('02-29')
          ? plusDays(`${Number(birthDate.slice(0, 4)) + years}-02-28`, 1)
          : `${Number(birthDate.slice(0, 4)) + years}${birthDate.slice(4)}`;
        expect(ageOn(birthDate, birthday)).toBe(years);
        expect(ageOn(birthDate, plusDays(birthday, -1))).toBe(years - 1);
      }),
    );
  });
});
