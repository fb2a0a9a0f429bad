/** Shares as people read them: 45 %. */
import { useLanguage } from '../words/words';

const format = (locale: string) =>
  new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
const formats = { fr: format('fr-FR'), en: format('en-GB') };

export function usePercent(): (share: number) => string {
  const made = formats[useLanguage()];
  return (share) => made.format(share);
}
