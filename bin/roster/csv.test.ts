import { parse } from 'csv-parse/sync';
import { rosterCsv } from './csv';
import { generateRoster } from './generator';

const roster = generateRoster({ seed: 112, asAt: '2026-10-31', people: 300 });
const csv = rosterCsv(roster);

describe('the roster as CSV', () => {
  const rows: Record<string, string>[] = parse(csv, { bom: true, delimiter: ';', columns: true });

  it('starts with a BOM and the French headers', () => {
    expect(csv.split('\r\n')[0]).toBe(
      '\uFEFFsite;vague;nom;prenom;date_naissance;telephone;courriel;adresse;famille_nom;famille_telephone;situation;' +
        'prescripteur;numero_externe;date_consentement;derogation;pas_le_meme_que;date_entree;etape;depuis_le;referent;' +
        'contrat_signe_le;contrat_debut;contrat_fin;signature_representant_legal;employeur;maitre_apprentissage;cfa;' +
        'metier;diplome',
    );
  });

  it('parses back to the same people', () => {
    const iso = (day: string | undefined) =>
      day?.replace(/^(\d\d)\/(\d\d)\/(\d{4})$/, '$3-$2-$1') || undefined;
    const back = rows.map((r) => ({
      siteId: r.site,
      wave: r.vague,
      lastName: r.nom,
      firstName: r.prenom,
      birthDate: iso(r.date_naissance),
      phone: r.telephone || undefined,
      email: r.courriel || undefined,
      address: r.adresse,
      familyContact: r.famille_nom ? { name: r.famille_nom, phone: r.famille_telephone } : undefined,
      situation: r.situation,
      origin: r.prescripteur,
      externalNumber: r.numero_externe || undefined,
      consentOn: iso(r.date_consentement),
      derogation: r.derogation || undefined,
      notSameAs: r.pas_le_meme_que ? r.pas_le_meme_que.split(' ') : [],
      enrolledOn: iso(r.date_entree),
      start: {
        step: r.etape,
        since: iso(r.depuis_le),
        referent: r.referent || undefined,
        contract: r.contrat_signe_le
          ? {
              signedOn: iso(r.contrat_signe_le),
              startsOn: iso(r.contrat_debut),
              endsOn: iso(r.contrat_fin),
              legalRepresentativeSigned: r.signature_representant_legal === 'oui',
              employer: r.employeur,
              master: r.maitre_apprentissage,
              cfa: r.cfa,
              trade: r.metier,
              diploma: r.diplome,
            }
          : undefined,
      },
    }));
    expect(back).toEqual(roster);
  });

  it('leaves every contract cell empty when there is no contract', () => {
    const without = rows.filter((r) => r.etape === 'contract_search');
    expect(without.length).toBeGreaterThan(20);
    for (const r of without) {
      const cells = [
        r.contrat_signe_le,
        r.contrat_debut,
        r.contrat_fin,
        r.signature_representant_legal,
        r.employeur,
      ];
      expect(cells).toEqual(['', '', '', '', '']);
    }
  });
});
