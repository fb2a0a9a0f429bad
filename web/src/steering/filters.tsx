/** What the pages of figures are asked for, as one chooses it: which date, by what was known when, which site. */
import { Input } from '@codegouvfr/react-dsfr/Input';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { get } from '../api/client';
import { useMe } from '../session/session';
import { inBoth, useWords } from '../words/words';
import { useAsked } from './asked';

const w = inBoth({
  fr: {
    asOf: 'Au',
    asOfHint: 'Un jour vaut sa fin. Sans date : maintenant',
    known: 'Ce qui compte',
    knownNow: 'Ce qui est connu aujourd’hui',
    knownThen: 'Ce qui était connu à cette date',
    site: 'Site',
    allSites: 'Tous les sites',
    compareTo: 'Comparer au',
    compareHint: 'Une date antérieure ; facultatif',
  },
  en: {
    asOf: 'As at',
    asOfHint: 'A day means its end. Without a date: now',
    known: 'What counts',
    knownNow: 'What is known today',
    knownThen: 'What was known on that date',
    site: 'Site',
    allSites: 'All sites',
    compareTo: 'Compare with',
    compareHint: 'An earlier date; optional',
  },
});

/** @param children what else a page is asked for */
export function Filters({ children }: { children?: ReactNode }) {
  const words = useWords(w);
  const { day, asOf, then, site, today, narrow } = useAsked();
  return (
    <search className="steering-filters">
      <Input
        label={words.asOf}
        hintText={words.asOfHint}
        nativeInputProps={{
          type: 'date',
          value: day,
          min: '2000-01-01',
          max: today,
          onChange: (e) => narrow('asOf', e.target.value),
        }}
      />
      <Select
        label={words.known}
        disabled={asOf === '' || asOf >= today}
        nativeSelectProps={{
          value: then ? 'then' : '',
          onChange: (e) => narrow('known', e.target.value),
        }}
      >
        <option value="">{words.knownNow}</option>
        <option value="then">{words.knownThen}</option>
      </Select>
      <SiteChoice site={site} choose={(id) => narrow('site', id)} />
      {children}
    </search>
  );
}

/** The earlier date that the state is compared with. */
export function CompareTo() {
  const words = useWords(w);
  const { params, asOf, today, narrow } = useAsked();
  return (
    <Input
      label={words.compareTo}
      hintText={words.compareHint}
      nativeInputProps={{
        ...{ type: 'date', value: params.get('compareTo') ?? '', min: '2000-01-01', max: asOf || today },
        onChange: (e) => narrow('compareTo', e.target.value),
      }}
    />
  );
}

/** For who reads all sites: one of them, or all. @param site '': all */
export function SiteChoice({ site, choose }: { site: string; choose: (id: string) => void }) {
  const words = useWords(w);
  const me = useMe();
  const sites = useQuery({
    queryKey: ['sites'],
    queryFn: ({ signal }) => get<{ items: { id: string; name: string }[] }>('/api/sites', signal),
    enabled: me.actions['steering.overview'] === 'all',
  });
  if (!sites.data) return null;
  return (
    <Select label={words.site} nativeSelectProps={{ value: site, onChange: (e) => choose(e.target.value) }}>
      <option value="">{words.allSites}</option>
      {sites.data.items.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </Select>
  );
}
