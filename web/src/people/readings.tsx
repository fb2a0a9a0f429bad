/** Who read which young person's record; also from another site, and what left in a file. */
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { Tabs } from '@codegouvfr/react-dsfr/Tabs';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { readingLabels, roleLabels } from '../../../domain/labels';
import { get } from '../api/client';
import type { Reading, Staff } from '../api/types';
import { Page } from '../layout/page';
import { parisDay, useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';
import { Exports } from './exports';
import { GlassRequests } from './glass-requests';
import { Log, useWhatWasRead } from './log';
import { usePages } from './use-pages';

const w = inBoth({
  fr: {
    title: 'Qui a vu quoi',
    what: 'Chaque lecture d’un jeune de votre site est gardée. Une ligne réunit ce qu’une personne a lu d’un jeune en un jour.',
    tabs: 'Ce qui est gardé',
    readings: 'Consultations',
    otherSite: 'Autres sites',
    exports: 'Fichiers téléchargés',
    person: 'Personne',
    everybody: 'Toutes',
    part: 'Partie consultée',
    everything: 'Toutes',
    from: 'Du',
    fromHint: 'Sans date : 30 jours avant la fin',
    to: 'Au',
    toHint: 'Sans date : aujourd’hui',
    elsewhere: 'Autre site',
    last: (time: string) => `dernière fois à ${time}`,
  },
  en: {
    title: 'Who saw what',
    what: 'Each reading of a young person of your site is kept. One line holds what one person read of one young person on one day.',
    tabs: 'What is kept',
    readings: 'Readings',
    otherSite: 'Other sites',
    exports: 'Files downloaded',
    person: 'Person',
    everybody: 'All',
    part: 'Part that was read',
    everything: 'All',
    from: 'From',
    fromHint: 'Without a day: 30 days before the end',
    to: 'To',
    toHint: 'Without a day: today',
    elsewhere: 'Another site',
    last: (time: string) => `last at ${time}`,
  },
});

/** By their name in the address, which e-mails lead to (domain/links.ts). */
const tabs = { readings: SiteReadings, 'other-site': GlassRequests, exports: Exports } as const;
type Tab = keyof typeof tabs;

export function Component() {
  const words = useWords(w);
  const [params, setParams] = useSearchParams();
  const asked = params.get('tab') ?? '';
  const tab: Tab = asked in tabs ? (asked as Tab) : 'readings';
  const Shown = tabs[tab];
  return (
    <Page title={words.title}>
      <Tabs
        label={words.tabs}
        selectedTabId={tab}
        tabs={[
          { tabId: 'readings', label: words.readings },
          { tabId: 'other-site', label: words.otherSite },
          { tabId: 'exports', label: words.exports },
        ]}
        onTabChange={(tabId) => setParams(tabId === 'readings' ? {} : { tab: tabId }, { replace: true })}
      >
        <Shown />
      </Tabs>
    </Page>
  );
}

const keyOf = (r: Reading) => `${r.lastAt} ${r.staff.id} ${r.pathwayId} ${r.glass}`;

function SiteReadings() {
  const words = useWords(w);
  const labelOf = useLabel();
  const [params, setParams] = useSearchParams();
  const [staff, what, from, to] = ['staff', 'what', 'from', 'to'].map((name) => params.get(name) ?? '');
  const list = usePages<Reading>('/readings', { staff, what, from, to });
  const people = useQuery({
    queryKey: ['staff'],
    queryFn: ({ signal }) => get<{ items: Staff[] }>('/api/staff', signal),
  });
  const narrow = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    setParams(next, { replace: true });
  };
  const today = parisDay();
  return (
    <>
      <p>{words.what}</p>
      <search className="log-filters">
        <Select
          label={words.person}
          nativeSelectProps={{ value: staff, onChange: (e) => narrow('staff', e.target.value) }}
        >
          <option value="">{words.everybody}</option>
          {people.data?.items.map(({ id, displayName }) => (
            <option key={id} value={id}>
              {displayName}
            </option>
          ))}
        </Select>
        <Select
          label={words.part}
          nativeSelectProps={{ value: what, onChange: (e) => narrow('what', e.target.value) }}
        >
          <option value="">{words.everything}</option>
          {Object.entries(readingLabels).map(([code, label]) => (
            <option key={code} value={code}>
              {labelOf(label)}
            </option>
          ))}
        </Select>
        <Input
          label={words.from}
          hintText={words.fromHint}
          nativeInputProps={{
            type: 'date',
            value: from,
            max: to || today,
            onChange: (e) => narrow('from', e.target.value),
          }}
        />
        <Input
          label={words.to}
          hintText={words.toHint}
          nativeInputProps={{
            type: 'date',
            value: to,
            min: from,
            max: today,
            onChange: (e) => narrow('to', e.target.value),
          }}
        />
      </search>
      <Log list={list} keyOf={keyOf} atOf={(r) => r.lastAt}>
        {(r) => <One reading={r} young />}
      </Log>
    </>
  );
}

/** Who read the record of one young person: for a page of theirs. */
export function Readings({ pathwayId }: { pathwayId: string }) {
  const list = usePages<Reading>(`/pathways/${pathwayId}/readings`, { limit: 20 });
  return (
    <Log list={list} keyOf={keyOf} atOf={(r) => r.lastAt} dayAs="h3">
      {(r) => <One reading={r} />}
    </Log>
  );
}

/** @param young names whose record it was */
function One({ reading, young = false }: { reading: Reading; young?: boolean }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { time } = useDates();
  const read = useWhatWasRead();
  const { staff, pathwayId, person, glass, what, lastAt } = reading;
  return (
    <>
      <p>
        <strong>{staff.displayName}</strong>{' '}
        <span className="log__aside">{labelOf(roleLabels[staff.role])}</span>{' '}
        {glass && (
          <Badge severity="warning" noIcon small>
            {words.elsewhere}
          </Badge>
        )}
      </p>
      {young && (
        <p>
          <Link to={`/pathways/${pathwayId}`}>
            {person.lastName} {person.firstName}
          </Link>
        </p>
      )}
      <p>{read(what)}</p>
      <p className="log__aside">
        <time dateTime={lastAt}>{words.last(time(lastAt))}</time>
      </p>
    </>
  );
}
