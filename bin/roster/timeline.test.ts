import { drawEntrant } from './generator';
import { Random } from './random';
import { rosterSites } from './sites';
import { addDays, addMonths, type Timeline, timelineOf } from './timeline';

/** Everybody who entered in one year, those who left included, as they stand some months after each one's entry. */
function cohort(months: number): { enrolledOn: string; apprentice: boolean; timeline: Timeline }[] {
  const random = new Random(2010);
  return Array.from({ length: 4000 }, (_, i) => {
    const site = rosterSites[i % rosterSites.length] as (typeof rosterSites)[number];
    const entrant = drawEntrant(random, site, '2024-12-31', '2025-12-31');
    const timeline = timelineOf(random, entrant, addMonths(entrant.enrolledOn, months));
    return { enrolledOn: entrant.enrolledOn, apprentice: entrant.apprentice, timeline };
  });
}

describe('the way of a cohort', () => {
  const withoutContract = cohort(9).filter((e) => !e.apprentice);
  const signedWithin = (days: number) =>
    withoutContract.filter(
      ({ enrolledOn, timeline: { contracts } }) =>
        contracts[0] && contracts[0].signedOn <= addDays(enrolledOn, days),
    ).length / withoutContract.length;

  it('has signed a contract in about 57 % of the cases six to nine months after the entry', () => {
    expect(signedWithin(183)).toBeLessThan(0.57);
    expect(signedWithin(274)).toBeGreaterThan(0.57);
    expect(Math.abs(signedWithin(228) - 0.57)).toBeLessThan(0.03);
  });

  it('leaves for one in four within nine months (4 points either way)', () => {
    const left = withoutContract.filter((e) => e.timeline.leftOn !== undefined).length;
    expect(Math.abs(left / withoutContract.length - 0.24)).toBeLessThan(0.04);
  });

  it('has its events in order: entry, step, end of the day it is looked at; one contract at a time', () => {
    for (const { enrolledOn, timeline } of withoutContract) {
      expect(timeline.since >= enrolledOn && timeline.since <= addMonths(enrolledOn, 9)).toBe(true);
      timeline.contracts.slice(1).forEach((later, i) => {
        const earlier = timeline.contracts[i];
        expect(later.signedOn >= (earlier?.terminatedOn ?? earlier?.endsOn ?? '')).toBe(true);
      });
    }
  });

  it('sees 19 to 26 % of its contracts terminated in their first nine months', () => {
    const contracts = cohort(24)
      .filter((e) => !e.apprentice)
      .flatMap((e) =>
        e.timeline.contracts.slice(0, 1).filter((c) => c.signedOn <= addMonths(e.enrolledOn, 9)),
      );
    const early = contracts.filter((c) => c.terminatedOn && c.terminatedOn <= addMonths(c.startsOn, 9));
    expect(contracts.length).toBeGreaterThan(1500);
    expect(early.length / contracts.length).toBeGreaterThan(0.19);
    expect(early.length / contracts.length).toBeLessThan(0.26);
  });
});
