/** Who the young person is, how to reach them, and who accompanies them. */
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import type { Pathway } from '../api/types';
import { useDates } from '../words/dates';
import { useDue } from '../words/due';
import { inBoth, useWords } from '../words/words';
import { type Fact, Facts } from './facts';

const w = inBoth({
  fr: {
    title: 'Coordonnées et référent',
    born: (day: string, age: number) => `${age} ans, né(e) le ${day}`,
    minor: 'Mineur',
    phone: 'Téléphone',
    email: 'Courriel',
    address: 'Adresse',
    family: 'Famille',
    number: 'N° externe',
    referent: 'Référent unique',
    noReferent: 'Pas encore désigné',
    site: 'Site',
    enrolled: 'Inscrit le',
    lastContact: 'Dernier contact',
    never: 'Aucun contact noté',
    unknown: 'Non renseigné',
    away: (until: string) => `absent jusqu’au ${until}`,
    standsIn: (name: string) => `remplacé par ${name}`,
    nobody: 'personne ne remplace : l’équipe',
    call: (name: string) => `Appeler ${name}`,
  },
  en: {
    title: 'How to reach them, and referent',
    born: (day: string, age: number) => `${age} years old, born ${day}`,
    minor: 'Minor',
    phone: 'Phone',
    email: 'E-mail',
    address: 'Address',
    family: 'Family',
    number: 'External number',
    referent: 'Referent',
    noReferent: 'Not assigned yet',
    site: 'Site',
    enrolled: 'Enrolled on',
    lastContact: 'Last contact',
    never: 'No contact recorded',
    unknown: 'Not known',
    away: (until: string) => `away until ${until}`,
    standsIn: (name: string) => `${name} stands in`,
    nobody: 'nobody stands in: the team',
    call: (name: string) => `Call ${name}`,
  },
});

/** As somebody reads a number aloud: +33612345678 is 06 12 34 56 78. */
const spoken = (phone: string) =>
  phone.replace(/^\+33/, '0').replace(/^(0\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1 $2 $3 $4 $5');

function Phone({ number, whose }: { number: string; whose: string }) {
  const words = useWords(w);
  const text = spoken(number);
  return (
    <a href={`tel:${number}`} className="fr-link who__phone" aria-label={`${words.call(whose)}, ${text}`}>
      {text}
    </a>
  );
}

/** By which means the young person is reached, as far as the reader may know. */
export function useWaysToReach({ person }: Pick<Pathway, 'person'>): readonly Fact[] {
  const words = useWords(w);
  const { family } = person;
  return [
    [
      words.phone,
      person.phone ? <Phone key="phone" number={person.phone} whose={person.firstName} /> : words.unknown,
    ],
    [
      words.email,
      person.email ? (
        <a key="mail" className="fr-link" href={`mailto:${person.email}`}>
          {person.email}
        </a>
      ) : (
        words.unknown
      ),
    ],
    family !== undefined && [
      words.family,
      family ? (
        <span key="family">
          {family.name}
          {family.phone && (
            <>
              {' '}
              <Phone number={family.phone} whose={family.name} />
            </>
          )}
        </span>
      ) : (
        words.unknown
      ),
    ],
  ];
}

export function Who({ pathway, now }: { pathway: Pathway; now: string }) {
  const words = useWords(w);
  const { day } = useDates();
  const { ago } = useDue(now);
  const { person, referent, referentAway } = pathway;
  const { birthDate, age, externalNumber, address } = person;
  const facts: readonly Fact[] = [
    ...useWaysToReach(pathway),
    address !== undefined && [words.address, address ?? words.unknown],
    [
      words.referent,
      <span key="referent">
        {referent?.displayName ?? words.noReferent}
        {referentAway && (
          <span className="who__away">
            {' '}
            ({words.away(day(referentAway.until))} ;{' '}
            {referentAway.substitute ? words.standsIn(referentAway.substitute.displayName) : words.nobody})
          </span>
        )}
      </span>,
    ],
    [
      words.lastContact,
      pathway.lastContactAt ? `${day(pathway.lastContactAt)} (${ago(pathway.lastContactAt)})` : words.never,
    ],
    [words.enrolled, day(pathway.enrolledAt)],
    [words.site, pathway.siteName],
    Boolean(externalNumber) && [words.number, externalNumber],
  ];
  return (
    <section className="young__box" aria-labelledby="who">
      <h2 id="who" className="fr-h5">
        {words.title}
      </h2>
      {birthDate && age !== undefined && (
        <p>
          {words.born(day(birthDate), age)}{' '}
          {age < 18 && (
            <Badge severity="info" noIcon small>
              {words.minor}
            </Badge>
          )}
        </p>
      )}
      <Facts facts={facts} />
    </section>
  );
}
