import * as fc from 'fast-check';
import { demonstrationPeople } from '../../db/seed';
import { ageOn, type Day } from '../../domain/calendar';
import { enrolmentProblems, enrolmentSchema, externalNumberKey, nameKey } from '../../domain/enrolment';
import { steps } from '../../domain/pathway';
import { contractProblem } from '../../domain/tasks';
import { rosterCsv } from './csv';
import { generateRoster, monthsOfEntries, mostPeople, type RosterPerson } from './generator';
import { rosterSites } from './sites';
import { addDays, addMonths, monthOf } from './timeline';

const asAt = '2026-10-31';
const roster = generateRoster({ seed: 112, asAt, people: 1500 });
const contracts = roster.flatMap((p) => p.start.contract ?? []);
const staff = new Map(demonstrationPeople().map((s) => [s.subject, s]));

/** The enrolment that an import makes of a row: the referent found by its subject. */
function enrolmentOf({ start: { referent, ...start }, ...person }: RosterPerson) {
  const referentId = referent === undefined ? undefined : staff.get(referent)?.id;
  return enrolmentSchema.parse({ ...person, start: { ...start, referentId } });
}

function problemsOf(person: RosterPerson, today: Day): string[] {
  const enrolment = enrolmentOf(person);
  const problems = enrolmentProblems(enrolment, today).map((p) => `${p.pointer} ${p.code}`);
  const contract = enrolment.start?.contract && contractProblem(enrolment.start.contract);
  return contract ? [...problems, contract.message] : problems;
}

function share<T>(list: readonly T[], is: (value: T) => boolean): number {
  return list.filter(is).length / list.length;
}

describe('a roster of any seed and day', () => {
  const request = fc.record({
    seed: fc.integer({ min: 0, max: 0xffff_ffff }),
    asAt: fc
      .date({ min: new Date('2024-01-01'), max: new Date('2031-12-31'), noInvalidDate: true })
      .map((d) => d.toISOString().slice(0, 10)),
    people: fc.integer({ min: 1, max: 120 }),
  });

  it('holds only people whom an import on that day accepts', () => {
    fc.assert(
      fc.property(request, (r) => {
        const people = generateRoster(r);
        expect(people).toHaveLength(r.people);
        for (const person of people) expect(problemsOf(person, r.asAt)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('is the same again, byte for byte', () => {
    fc.assert(
      fc.property(request, (r) => {
        expect(rosterCsv(generateRoster(r))).toBe(rosterCsv(generateRoster(r)));
      }),
      { numRuns: 10 },
    );
  });
});

describe('the roster of 1,500', () => {
  it('is another one for another seed', () => {
    const other = generateRoster({ seed: 113, asAt, people: 1500 });
    expect(rosterCsv(other)).not.toBe(rosterCsv(roster));
  });

  it('gives one site 130 young people and shares the others evenly', () => {
    const counts = Object.fromEntries(
      rosterSites.map(({ id }) => [id, roster.filter((p) => p.siteId === id).length]),
    );
    expect(counts).toEqual({
      tours: 229,
      blois: 229,
      orleans: 228,
      'le-mans': 228,
      limousin: 228,
      ain: 228,
      roanne: 130,
    });
  });

  it('holds only people whom an import accepts', () => {
    for (const person of roster) expect(problemsOf(person, asAt)).toEqual([]);
  });

  it('holds nobody twice, by name and birth date, external number, mobile or e-mail', () => {
    const keys = [
      roster.map((p) => `${nameKey(p.lastName, p.firstName)} ${p.birthDate}`),
      roster.flatMap((p) => (p.externalNumber ? externalNumberKey(p.externalNumber) : [])),
      roster.flatMap((p) => p.phone ?? []),
      roster.flatMap((p) => p.email ?? []),
    ];
    for (const list of keys) {
      expect(list.length).toBeGreaterThan(900);
      expect(new Set(list).size).toBe(list.length);
    }
  });

  it('writes to nobody: only numbers kept for fiction and reserved domains', () => {
    for (const { phone, email, familyContact } of roster) {
      for (const number of [phone, familyContact?.phone]) {
        if (number !== undefined) expect(number).toMatch(/^(06 39 98|02 61 91|05 36 49|04 65 71) \d\d \d\d$/);
      }
      if (email !== undefined) expect(email).toMatch(/@(example\.org|example\.net|courriel\.invalid)$/);
    }
  });

  it('gives every minor a family contact, and the signature of the legal representative to their contract', () => {
    const minors = roster.filter((p) => ageOn(p.birthDate, p.enrolledOn) < 18);
    expect(minors.length).toBeGreaterThan(500);
    for (const p of minors) expect(p.familyContact?.phone).toBeDefined();
    for (const { birthDate, start } of roster) {
      if (!start.contract) continue;
      expect(start.contract.legalRepresentativeSigned).toBe(ageOn(birthDate, start.contract.signedOn) < 18);
    }
  });

  it('names a demonstration counsellor of the same site for everybody beyond welcome', () => {
    for (const { siteId, start } of roster) {
      if (start.step !== 'welcome') expect(start.referent).toBeDefined();
      if (start.referent === undefined) continue;
      expect(staff.get(start.referent)).toMatchObject({ role: 'counsellor', siteId });
    }
  });

  it('says why somebody under 16 or over 25 was let in, and only then', () => {
    for (const p of roster) {
      const age = ageOn(p.birthDate, p.enrolledOn);
      expect(p.derogation !== undefined).toBe(age < 16 || age > 25);
    }
    expect(share(roster, (p) => p.derogation !== undefined)).toBeGreaterThan(0.005);
    expect(share(roster, (p) => p.derogation !== undefined)).toBeLessThan(0.04);
  });

  it('has entered over the last 18 months, most in the first quarter and at the start of term', () => {
    for (const { enrolledOn } of roster) {
      expect(enrolledOn > addMonths(asAt, -monthsOfEntries) && enrolledOn <= asAt).toBe(true);
    }
    const in2026 = (from: number, to: number) =>
      roster.filter(
        (p) =>
          p.enrolledOn.startsWith('2026') && monthOf(p.enrolledOn) >= from && monthOf(p.enrolledOn) <= to,
      ).length;
    expect(in2026(1, 3)).toBeGreaterThan(1.2 * in2026(4, 6));
    expect(in2026(9, 9)).toBeGreaterThan(2 * in2026(7, 7));
    const openDays = roster.filter((p) => p.origin === 'open_day');
    expect(openDays.length).toBeGreaterThan(75);
    for (const { enrolledOn } of openDays) {
      // The Saturday of a week that began in March may be in April.
      expect(enrolledOn.slice(5) < '04-07').toBe(true);
      expect(new Date(enrolledOn).getUTCDay()).toBe(6);
    }
  });

  it('is for two thirds pupils and early leavers, most of them 16 to 18 (65 % and 68 %, 5 points either way)', () => {
    const early = roster.filter((p) => p.situation === 'in_school' || p.situation === 'left_school');
    expect(Math.abs(early.length / roster.length - 0.65)).toBeLessThan(0.05);
    const young = share(roster, (p) => ageOn(p.birthDate, p.enrolledOn) <= 18);
    expect(Math.abs(young - 0.68)).toBeLessThan(0.05);
    expect(share(early, (p) => ageOn(p.birthDate, p.enrolledOn) <= 18)).toBeGreaterThan(0.8);
  });

  it('stands at every step, in the shares that docs/roster.md gives (4 points either way)', () => {
    const shares = Object.fromEntries(
      steps.map((step) => [step, share(roster, (p) => p.start.step === step)]),
    ) as Record<(typeof steps)[number], number>;
    const documented = {
      welcome: 0.08,
      project_validation: 0.05,
      contract_search: 0.19,
      securing: 0.64,
      durable_employment: 0.03,
    };
    for (const step of steps) {
      expect(shares[step]).toBeGreaterThan(0.01);
      expect(Math.abs(shares[step] - documented[step])).toBeLessThan(0.04);
    }
  });

  it('has contracts that start mostly from August to October and end with a school year', () => {
    expect(contracts.length).toBeGreaterThan(900);
    expect(share(contracts, (c) => monthOf(c.startsOn) >= 8 && monthOf(c.startsOn) <= 10)).toBeGreaterThan(
      0.65,
    );
    for (const { signedOn, startsOn, endsOn } of contracts) {
      expect(signedOn < startsOn && signedOn <= asAt).toBe(true);
      expect(endsOn).toMatch(/-(08-31|06-30)$/);
      expect(endsOn >= addMonths(startsOn, 9) && endsOn <= addMonths(startsOn, 36)).toBe(true);
    }
  });

  it.each([
    asAt,
    // When many contracts are about to end.
    '2026-07-15',
  ])('has in the last step those whose contract ends within 90 days or has ended, as at %s', (day) => {
    const people = generateRoster({ seed: 112, asAt: day, people: 1500 });
    for (const { start } of people) {
      const nearEnd = start.contract && start.contract.endsOn <= addDays(day, 90);
      if (start.step === 'durable_employment') expect(nearEnd).toBe(true);
      if (start.step === 'securing') expect(nearEnd).toBe(false);
    }
  });
});

describe('likely duplicates', () => {
  const written = generateRoster({ seed: 112, asAt, people: 1500, duplicates: 300 });

  it('come after the same roster, each somebody of another site under another spelling', () => {
    expect(written.slice(0, 1500)).toEqual(roster);
    const again = written.slice(1500);
    expect(again).toHaveLength(300);
    const key = (p: RosterPerson) => `${nameKey(p.lastName, p.firstName)} ${p.birthDate}`;
    const known = new Map(roster.map((p) => [key(p), p]));
    for (const person of again) {
      const first = known.get(key(person));
      expect(first).toBeDefined();
      expect(person.siteId).not.toBe(first?.siteId);
      expect(person.lastName).not.toBe(first?.lastName);
      expect(problemsOf(person, asAt)).toEqual([]);
    }
    expect(new Set(again.map(key)).size).toBe(300);
  });
});

describe('a request that cannot be met', () => {
  it.each([
    [{ seed: -1 }, /The seed must be/],
    [{ seed: Number('x') }, /The seed must be/],
    [{ asAt: '2026-02-30' }, /'2026-02-30' is not a day/],
    [{ people: 0 }, /1 to 5000 young people/],
    [{ people: mostPeople + 1 }, /1 to 5000 young people/],
    [{ people: 7, duplicates: 8 }, /can be written again, not 8/],
  ])('says what is wrong with %j', (wrong, message) => {
    expect(() => generateRoster({ seed: 1, asAt, people: 7, ...wrong })).toThrow(message);
  });

  it('does not come from the greatest number of people', () => {
    expect(generateRoster({ seed: 1, asAt, people: mostPeople })).toHaveLength(mostPeople);
  });
});
