/** What the pages of the figures are asked for: which date, by what was known when, which site. All of it is the address. */
import { useSearchParams } from 'react-router';
import { parisDay } from '../words/dates';

export function useAsked() {
  const [params, setParams] = useSearchParams();
  const [day, known, site, compared] = ['asOf', 'known', 'site', 'compareTo'].map(
    (name) => params.get(name) ?? '',
  ) as [string, string, string, string];
  const today = parisDay();
  // While a year is typed it is the year 2, 20 and 202 first.
  const typed = (one: string) => (/^[2-9]\d{3}-\d\d-\d\d$/.test(one) ? one : '');
  const asOf = typed(day);
  const then = known === 'then' && asOf !== '' && asOf < today;
  return {
    ...{ params, asOf, then, site, today },
    /** The earlier date to compare with; '': none. */
    compareTo: typed(compared),
    /** As it was typed. */
    day,
    /** As the API takes it. */
    query: { asOf, knownAt: then ? asOf : '', site },
    /** As the pages take it. */
    address: { asOf, known: then ? 'then' : '', site },
    narrow(name: 'asOf' | 'known' | 'site' | 'cohort' | 'of' | 'by' | 'compareTo', value: string) {
      const next = new URLSearchParams(params);
      if (value) next.set(name, value);
      else next.delete(name);
      setParams(next, { replace: true });
    },
  };
}
