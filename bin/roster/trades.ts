/** Trades, the diplomas prepared for them and the names of their employers. */

import { signs } from './names';
import type { Random, Weighted } from './random';
import type { RosterSite } from './sites';

export type TradeFamily =
  | 'food'
  | 'hospitality'
  | 'building'
  | 'automotive'
  | 'hair'
  | 'retail'
  | 'green'
  | 'industry'
  | 'care';

interface Trade {
  readonly family: TradeFamily;
  readonly name: string;
  /** Level 3, two years, or one for those who have another diploma. */
  readonly first: string;
  /** Level 4, two years after the first. */
  readonly next: string;
  readonly employers: readonly string[];
}

const trade = (
  family: TradeFamily,
  name: string,
  first: string,
  next: string,
  ...employers: string[]
): Trade => ({
  family,
  name,
  first,
  next,
  employers,
});

const trades: readonly Trade[] = [
  trade('food', 'Boulangerie', 'CAP Boulanger', 'BP Boulanger', 'Boulangerie', 'Fournil'),
  trade('food', 'Pâtisserie', 'CAP Pâtissier', 'BTM Pâtissier', 'Pâtisserie', 'Boulangerie-pâtisserie'),
  trade('food', 'Boucherie', 'CAP Boucher', 'BP Boucher', 'Boucherie'),
  trade(
    'food',
    'Charcuterie-traiteur',
    'CAP Charcutier-traiteur',
    'BP Charcutier-traiteur',
    'Charcuterie',
    'Traiteur',
  ),
  trade(
    'hospitality',
    'Cuisine',
    'CAP Cuisine',
    'BP Arts de la cuisine',
    'Restaurant',
    'Auberge',
    'Brasserie',
  ),
  trade(
    'hospitality',
    'Service en restauration',
    'CAP Commercialisation et services en hôtel-café-restaurant',
    'BP Arts du service et commercialisation en restauration',
    'Hôtel-restaurant',
    'Brasserie',
  ),
  trade('building', 'Maçonnerie', 'CAP Maçon', 'BP Maçon', 'Maçonnerie', 'Entreprise générale'),
  trade('building', 'Menuiserie', 'CAP Menuisier fabricant', 'BP Menuisier', 'Menuiserie', 'Atelier bois'),
  trade('building', 'Électricité', 'CAP Électricien', 'BP Électricien', 'Électricité'),
  trade(
    'building',
    'Plomberie',
    'CAP Monteur en installations sanitaires',
    'BP Monteur en installations du génie climatique et sanitaire',
    'Plomberie',
    'Chauffage-plomberie',
  ),
  trade(
    'building',
    'Peinture',
    'CAP Peintre applicateur de revêtements',
    'BP Peintre applicateur de revêtements',
    'Peinture et décoration',
  ),
  trade('building', 'Couverture', 'CAP Couvreur', 'BP Couvreur', 'Couverture-zinguerie'),
  trade(
    'automotive',
    'Mécanique automobile',
    'CAP Maintenance des véhicules',
    'Bac pro Maintenance des véhicules',
    'Garage',
    'Auto-services',
  ),
  trade(
    'automotive',
    'Carrosserie',
    'CAP Carrossier automobile',
    'Bac pro Carrossier peintre automobile',
    'Carrosserie',
  ),
  trade('hair', 'Coiffure', 'CAP Métiers de la coiffure', 'BP Coiffure', 'Salon', 'Coiffure'),
  trade(
    'hair',
    'Esthétique',
    'CAP Esthétique cosmétique parfumerie',
    'BP Esthétique cosmétique parfumerie',
    'Institut',
  ),
  trade(
    'retail',
    'Vente',
    'CAP Équipier polyvalent du commerce',
    'Bac pro Métiers du commerce et de la vente',
    'Supérette',
    'Comptoir',
  ),
  trade('retail', 'Fleuristerie', 'CAP Fleuriste', 'BP Fleuriste', 'Fleurs'),
  trade(
    'green',
    'Paysage',
    'CAP agricole Jardinier paysagiste',
    'BP Aménagements paysagers',
    'Jardins',
    'Paysages',
  ),
  trade(
    'industry',
    'Chaudronnerie',
    'CAP Réalisations industrielles en chaudronnerie ou soudage',
    'Bac pro Technicien en chaudronnerie industrielle',
    'Chaudronnerie',
    'Métallerie',
  ),
  trade(
    'industry',
    'Conduite de production',
    "CAP Conducteur d'installations de production",
    'Bac pro Pilote de ligne de production',
    'Ateliers',
    'Plastiques',
  ),
  trade(
    'care',
    'Petite enfance',
    'CAP Accompagnant éducatif petite enfance',
    'Bac pro Accompagnement, soins et services à la personne',
    'Crèche',
    'Micro-crèche',
  ),
];

/** What the young people of a programme for CAP wish for, before what a site has more of (assumption). */
const wishes: Weighted<TradeFamily> = [
  ['food', 24],
  ['hospitality', 15],
  ['building', 20],
  ['automotive', 12],
  ['hair', 10],
  ['retail', 9],
  ['green', 4],
  ['industry', 4],
  ['care', 2],
];

/** What an apprentice learns, and where. */
export interface Training {
  readonly trade: string;
  readonly diploma: string;
  /** School years. */
  readonly years: number;
  readonly cfa: string;
  readonly employer: string;
}

/** A young person's project: a trade that a CFA of the site teaches. */
export function chooseTrade(random: Random, site: RosterSite): Trade {
  const taught = wishes.flatMap(([family, weight]): [TradeFamily, number][] =>
    site.cfa[family] ? [[family, weight * (site.more?.[family] ?? 1)]] : [],
  );
  const family = random.weighted(taught);
  return random.pick(trades.filter((t) => t.family === family));
}

/** What the contract prepares for, by the age (years) at its signature; `again` after a first diploma. */
export function chooseTraining(
  random: Random,
  site: RosterSite,
  t: Trade,
  age: number,
  again: boolean,
): Training {
  const [diploma, years] = again
    ? ([t.next, 2] as const)
    : random.weighted<readonly [string, number]>(
        age < 18
          ? [
              [[t.first, 2], 84],
              [[t.first, 1], 4],
              // A Bac pro is open after 3e, a BP only after a CAP: for those the CAP in three years, adapted.
              [[t.next.startsWith('Bac pro') ? t.next : t.first, 3], 12],
            ]
          : [
              [[t.first, 2], 46],
              [[t.first, 1], 36],
              [[t.next, 2], 18],
            ],
      );
  return {
    trade: t.name,
    diploma,
    years,
    cfa: site.cfa[t.family] as string,
    employer: `${random.pick(t.employers)} ${random.pick(signs)}`,
  };
}
