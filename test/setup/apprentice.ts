/** A young person whose contract runs: what one meets with an employer there is, without walking there step by step. */
import { dayOf } from '../../domain/calendar';
import { type ApiWorld, idOf } from './api-world';

/** @returns the day so many days from today, in Paris */
export const inDays = (days: number): string => dayOf(Date.now() + days * 86_400_000);

export const employer = 'Boulangerie Perrin';

/**
 * Enrols a young person taken over forty days after the start of the contract: the trial review is open.
 * @param more of the enrolment
 * @returns the pathway's id
 */
export function apprentice(world: ApiWorld, site: string, more: object = {}): Promise<string> {
  return world.enrol(site, {
    enrolledOn: inDays(-90),
    consentOn: inDays(-90),
    ...more,
    start: {
      step: 'securing',
      since: inDays(-50),
      referentId: idOf(`counsellor.${site}`),
      contract: {
        signedOn: inDays(-50),
        startsOn: inDays(-40),
        endsOn: inDays(650),
        employer,
        master: 'Gaëlle Perrin',
        cfa: 'CFA des métiers',
        trade: 'Boulangère',
        diploma: 'CAP boulanger',
      },
    },
  });
}
