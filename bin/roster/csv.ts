/** The roster as sites keep it in a spreadsheet: semicolons, French headers and dates, UTF-8 with BOM. */
import { stringify } from 'csv-stringify/sync';
import type { Day } from '../../domain/calendar';
import type { RosterPerson } from './generator';

const columns: Readonly<Record<string, (person: RosterPerson) => string | undefined>> = {
  site: (p) => p.siteId,
  vague: (p) => p.wave,
  nom: (p) => p.lastName,
  prenom: (p) => p.firstName,
  date_naissance: (p) => frenchDay(p.birthDate),
  telephone: (p) => p.phone,
  courriel: (p) => p.email,
  adresse: (p) => p.address,
  famille_nom: (p) => p.familyContact?.name,
  famille_telephone: (p) => p.familyContact?.phone,
  situation: (p) => p.situation,
  prescripteur: (p) => p.origin,
  numero_externe: (p) => p.externalNumber,
  date_consentement: (p) => frenchDay(p.consentOn),
  derogation: (p) => p.derogation,
  pas_le_meme_que: (p) => p.notSameAs.join(' '),
  date_entree: (p) => frenchDay(p.enrolledOn),
  etape: (p) => p.start.step,
  depuis_le: (p) => frenchDay(p.start.since),
  referent: (p) => p.start.referent,
  contrat_signe_le: (p) => frenchDay(p.start.contract?.signedOn),
  contrat_debut: (p) => frenchDay(p.start.contract?.startsOn),
  contrat_fin: (p) => frenchDay(p.start.contract?.endsOn),
  signature_representant_legal: (p) =>
    p.start.contract && (p.start.contract.legalRepresentativeSigned ? 'oui' : 'non'),
  employeur: (p) => p.start.contract?.employer,
  maitre_apprentissage: (p) => p.start.contract?.master,
  cfa: (p) => p.start.contract?.cfa,
  metier: (p) => p.start.contract?.trade,
  diplome: (p) => p.start.contract?.diploma,
};

/** One line a person after the header, lines ending in CRLF; an absent value is an empty cell. */
export function rosterCsv(people: readonly RosterPerson[]): string {
  const rows = people.map((person) => Object.values(columns).map((cell) => cell(person) ?? ''));
  return stringify([Object.keys(columns), ...rows], {
    bom: true,
    delimiter: ';',
    record_delimiter: 'windows',
  });
}

/** 31/12/2010 */
function frenchDay(day: Day | undefined): string | undefined {
  return day?.split('-').reverse().join('/');
}
