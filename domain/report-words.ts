/** How the values and the question of a report are written, the same on the page and in every file. */
import type { Label } from './forms';
import type { Cell, Column, Report } from './report';

type Language = keyof Label;

export const reportTitle: Label = { fr: 'Note d’étape', en: 'Progress report' };
export const masked: Label = { fr: 'masqué', en: 'masked' };
export const maskedWhy: Label = {
  fr: '« masqué » : les nombres de 1 à 4 ne sont pas montrés, ni ceux qui permettraient de les retrouver. Ce n’est jamais zéro.',
  en: '“masked”: numbers from 1 to 4 are not shown, nor are those that would give them away. It never means zero.',
};
export const allSites: Label = { fr: 'Tous les sites', en: 'All sites' };

/** The lines of a chart, told apart in black and white also where several cross: lengths of stroke and gap. */
export const lineDashes: readonly (readonly number[])[] = [
  [],
  [7, 4],
  [2, 3],
  [12, 4, 2, 4],
  [12, 3],
  [7, 3, 2, 3, 2, 3],
  [1, 5],
  [18, 5],
];
/** Where names stand that are to be at these heights: one below the other, so far apart at least. */
export function apart(heights: readonly number[], least: number): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => (heights[a] as number) - (heights[b] as number));
  const placed = [...heights];
  order.forEach((one, n) => {
    const above = placed[order[n - 1] as number] ?? Number.NEGATIVE_INFINITY;
    placed[one] = Math.max(placed[one] as number, above + least);
  });
  return placed;
}

/** A space that a line does not end at. */
const space = '\u00a0';
const minus = '\u2212';

const whole = (n: number, language: Language) =>
  String(Math.abs(n)).replace(/\B(?=(\d{3})+$)/g, language === 'fr' ? space : ',');

/** As people read a cell; '–' where there is nothing to say. */
export function cellText(cell: Cell | undefined, type: Column['type'], language: Language): string {
  if (cell === null) return masked[language];
  if (cell === undefined || cell === '') return '–';
  if (typeof cell === 'object') return cell[language];
  if (typeof cell === 'string')
    return type === 'day' && language === 'fr' ? cell.split('-').reverse().join('/') : cell;
  if (type === 'share') {
    const percent = (cell * 100).toFixed(1);
    return language === 'fr' ? `${percent.replace('.', ',')}${space}%` : `${percent}%`;
  }
  if (type === 'number') {
    const decimal = String(Number(cell.toFixed(4)));
    return language === 'fr' ? decimal.replace('.', ',') : decimal;
  }
  const sign = cell < 0 ? minus : type === 'change' && cell > 0 ? '+' : '';
  return `${sign}${whole(cell, language)}`;
}

const zone = { timeZone: 'Europe/Paris' } as const;
const days = {
  fr: new Intl.DateTimeFormat('fr-FR', { ...zone, day: 'numeric', month: 'long', year: 'numeric' }),
  en: new Intl.DateTimeFormat('en-GB', { ...zone, day: 'numeric', month: 'long', year: 'numeric' }),
};
const clock = new Intl.DateTimeFormat('fr-FR', {
  ...zone,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** An instant in Paris; the end of a day is that day: `31 décembre 2026`, `1er juin 2026 à 09:30:12`. */
export function momentText(instant: string, language: Language): string {
  const date = new Date(instant);
  const day = days[language].format(date).replace(/^1 /, language === 'fr' ? '1er ' : '1 ');
  const time = clock.format(date);
  if (time === '23:59:59' && instant.endsWith('.999Z')) return day;
  return language === 'fr' ? `${day} à ${time}` : `${day}, ${time}`;
}

/** What a report is of, one line each: as at, known at, compared with. */
export function questionText(
  report: Pick<Report, 'asOf' | 'knownAt' | 'compareTo' | 'site'>,
  language: Language,
) {
  const { asOf, knownAt, compareTo, site } = report;
  const at = (instant: string) => momentText(instant, language);
  const words = {
    fr: {
      scope: site ? `Site : ${site.name}` : allSites.fr,
      asOf: `État au ${at(asOf)}`,
      knownAt: `D’après ce qui était enregistré le ${at(knownAt)} (heure de Paris)`,
      compareTo: compareTo && `Comparé à l’état au ${at(compareTo)}`,
    },
    en: {
      scope: site ? `Site: ${site.name}` : allSites.en,
      asOf: `State as at ${at(asOf)}`,
      knownAt: `By what was recorded by ${at(knownAt)} (time in Paris)`,
      compareTo: compareTo && `Compared with the state as at ${at(compareTo)}`,
    },
  }[language];
  return [words.scope, words.asOf, ...(words.compareTo ? [words.compareTo] : []), words.knownAt];
}
