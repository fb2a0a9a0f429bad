/** What the pages of the draws say alike. */
import { inBoth } from '../words/words';

export const drawWords = inBoth({
  fr: {
    states: {
      announced: 'Annoncé',
      committed: 'Graine engagée',
      frozen: 'Registre clos',
      drawn: 'Tiré',
    },
    wave: 'Vague',
    sites: 'Sites',
    freezeAt: 'Clôture du registre',
    drawAt: 'Tirage',
    servicePlus: 'Service plus',
    ratio: (n: number, of: number) => `${n} sur ${of}`,
    misfits: {
      proportional: 'les derniers sont tirés dans la même proportion',
      next_wave: 'les derniers, désignés par le sort, attendent la vague suivante',
    },
  },
  en: {
    states: {
      announced: 'Announced',
      committed: 'Seed committed to',
      frozen: 'Register frozen',
      drawn: 'Drawn',
    },
    wave: 'Wave',
    sites: 'Sites',
    freezeAt: 'Register frozen',
    drawAt: 'Draw',
    servicePlus: 'Service plus',
    ratio: (n: number, of: number) => `${n} of ${of}`,
    misfits: {
      proportional: 'the last ones are drawn in the same proportion',
      next_wave: 'the last ones, chosen by chance, wait for the next wave',
    },
  },
});
