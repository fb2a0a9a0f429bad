/** The seven sites as the demonstration shows them: real towns, generic names of CFA. */
import type { TradeFamily } from './trades';

export interface RosterSite {
  readonly id: string;
  /** Where young people live: postcode and town. */
  readonly towns: readonly string[];
  /** Range of the region that ARCEP keeps for works of fiction. */
  readonly landline: string;
  readonly cfa: Partial<Readonly<Record<TradeFamily, string>>>;
  /** How much more often than elsewhere a family of trades is wished for. */
  readonly more?: Partial<Readonly<Record<TradeFamily, number>>>;
}

/** In the order of the note. */
export const rosterSites: readonly RosterSite[] = [
  {
    id: 'tours',
    towns: [
      '37000 Tours',
      '37100 Tours',
      '37200 Tours',
      '37300 Joué-lès-Tours',
      '37700 Saint-Pierre-des-Corps',
      '37540 Saint-Cyr-sur-Loire',
      '37520 La Riche',
      '37170 Chambray-lès-Tours',
      '37270 Montlouis-sur-Loire',
    ],
    landline: '02 61 91',
    cfa: {
      food: "CFA de l'artisanat, Joué-lès-Tours",
      automotive: "CFA de l'artisanat, Joué-lès-Tours",
      hair: "CFA de l'artisanat, Joué-lès-Tours",
      building: 'CFA du bâtiment, Saint-Pierre-des-Corps',
      hospitality: 'CFA des métiers de la table, Tours',
      retail: 'CFA du commerce, Tours',
      green: 'CFA agricole, Fondettes',
      care: 'CFA du commerce, Tours',
    },
  },
  {
    id: 'blois',
    towns: [
      '41000 Blois',
      '41350 Vineuil',
      '41260 La Chaussée-Saint-Victor',
      '41500 Mer',
      '41100 Vendôme',
      '41200 Romorantin-Lanthenay',
      '41400 Montrichard Val de Cher',
    ],
    landline: '02 61 91',
    cfa: {
      food: 'CFA interprofessionnel, Blois',
      automotive: 'CFA interprofessionnel, Blois',
      hair: 'CFA interprofessionnel, Blois',
      hospitality: 'CFA interprofessionnel, Blois',
      retail: 'CFA interprofessionnel, Blois',
      building: 'CFA du bâtiment, Blois',
      green: 'CFA agricole, Vendôme',
    },
    more: { hospitality: 2 },
  },
  {
    id: 'orleans',
    towns: [
      '45000 Orléans',
      '45100 Orléans',
      '45400 Fleury-les-Aubrais',
      '45160 Olivet',
      '45140 Saint-Jean-de-la-Ruelle',
      '45800 Saint-Jean-de-Braye',
      '45770 Saran',
      '45380 La Chapelle-Saint-Mesmin',
    ],
    landline: '02 61 91',
    cfa: {
      building: 'CFA du bâtiment, Orléans',
      food: "CFA de l'artisanat, Orléans",
      automotive: "CFA de l'artisanat, Orléans",
      hair: "CFA de l'artisanat, Orléans",
      hospitality: 'CFA hôtelier, Orléans',
      retail: 'CFA du commerce, Olivet',
      industry: "CFA de l'industrie, La Chapelle-Saint-Mesmin",
      care: 'CFA du commerce, Olivet',
    },
    // The site's project is called "Pass Bat".
    more: { building: 3 },
  },
  {
    id: 'le-mans',
    towns: [
      '72000 Le Mans',
      '72100 Le Mans',
      '72700 Allonnes',
      '72190 Coulaines',
      '72230 Arnage',
      '72400 La Ferté-Bernard',
      '72200 La Flèche',
      '72300 Sablé-sur-Sarthe',
    ],
    landline: '02 61 91',
    cfa: {
      food: "CFA de l'artisanat, Le Mans",
      hair: "CFA de l'artisanat, Le Mans",
      hospitality: "CFA de l'artisanat, Le Mans",
      automotive: "CFA de l'automobile, Le Mans",
      building: 'CFA du bâtiment, Le Mans',
      retail: 'CFA du commerce, Le Mans',
      industry: "CFA de l'industrie, Le Mans",
    },
    more: { automotive: 2 },
  },
  {
    id: 'limousin',
    towns: [
      '87000 Limoges',
      '87100 Limoges',
      '87200 Saint-Junien',
      '87500 Saint-Yrieix-la-Perche',
      '19000 Tulle',
      '19100 Brive-la-Gaillarde',
      '19200 Ussel',
      '19300 Égletons',
      '19140 Uzerche',
    ],
    landline: '05 36 49',
    cfa: {
      food: "CFA de l'artisanat, Tulle",
      hair: "CFA de l'artisanat, Tulle",
      automotive: "CFA de l'artisanat, Limoges",
      retail: "CFA de l'artisanat, Limoges",
      hospitality: 'CFA hôtelier, Brive-la-Gaillarde',
      building: 'CFA du bâtiment, Égletons',
      green: 'CFA agricole, Limoges',
    },
  },
  {
    id: 'ain',
    towns: [
      '01000 Bourg-en-Bresse',
      '01960 Péronnas',
      '01440 Viriat',
      '01100 Oyonnax',
      '01500 Ambérieu-en-Bugey',
      '01300 Belley',
      '01200 Valserhône',
      '01400 Châtillon-sur-Chalaronne',
    ],
    landline: '04 65 71',
    cfa: {
      food: "CFA de l'artisanat, Bourg-en-Bresse",
      automotive: "CFA de l'artisanat, Bourg-en-Bresse",
      hair: "CFA de l'artisanat, Bourg-en-Bresse",
      hospitality: "CFA de l'artisanat, Bourg-en-Bresse",
      retail: 'CFA du commerce, Bourg-en-Bresse',
      building: 'CFA du bâtiment, Bourg-en-Bresse',
      industry: 'CFA de la plasturgie, Oyonnax',
      green: 'CFA agricole, Bourg-en-Bresse',
    },
    more: { industry: 3 },
  },
  {
    id: 'roanne',
    towns: [
      '42300 Roanne',
      '42300 Mably',
      '42153 Riorges',
      '42120 Le Coteau',
      '42190 Charlieu',
      '42640 Saint-Germain-Lespinasse',
    ],
    landline: '04 65 71',
    cfa: {
      food: 'CFA interprofessionnel, Mably',
      hair: 'CFA interprofessionnel, Mably',
      automotive: 'CFA interprofessionnel, Mably',
      retail: 'CFA interprofessionnel, Mably',
      hospitality: 'CFA hôtelier, Roanne',
      building: 'CFA du bâtiment, Roanne',
      industry: "CFA de l'industrie, Roanne",
    },
  },
];

/** The site with 130 young people: the note does not say which one it was. */
export const smallestSite = 'roanne';

/**
 * How many young people each site has. The note: 200 each, one site 130, "près de 1500" in all, which is 1,330. Here the
 * smallest site keeps 130 of 1,500 and the six others share the rest evenly, the first ones taking the remainder.
 */
export function siteCounts(people: number): Map<string, number> {
  const small = Math.round((people * 130) / 1500);
  const others = rosterSites.length - 1;
  const each = Math.floor((people - small) / others);
  let remainder = (people - small) % others;
  return new Map(
    rosterSites.map(({ id }) => {
      if (id === smallestSite) return [id, small];
      return [id, remainder-- > 0 ? each + 1 : each];
    }),
  );
}
