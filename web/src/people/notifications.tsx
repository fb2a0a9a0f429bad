/** What somebody is told by e-mail, each kind on or off, and the secret address of their deadlines for a calendar. */
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { ToggleSwitch } from '@codegouvfr/react-dsfr/ToggleSwitch';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { get, write } from '../api/client';
import type { CalendarFeed, CalendarFeedMade, Notifications } from '../api/types';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { useMay } from '../session/session';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';

const w = inBoth({
  fr: {
    title: 'Mes rappels',
    mails: 'Ce que je reçois par courriel',
    noAddress: 'Aucune adresse de courriel n’est connue pour vous',
    askFor: 'Rien ne peut vous être envoyé : demandez à votre coordination de l’ajouter.',
    noName: 'Aucun courriel ne nomme un jeune : il dit quel type de tâche attend et y mène.',
    kept: 'Enregistré',
    calendar: 'Mes échéances dans mon agenda',
    what: 'Une adresse secrète montre vos échéances dans votre agenda (Outlook, Google, téléphone) : types de tâche, jours et liens, sans aucun nom. Qui a cette adresse voit ces échéances : ne la donnez à personne.',
    none: 'Aucune adresse n’existe pour le moment.',
    since: (day: string) =>
      `Une adresse existe depuis le ${day}. Elle ne peut être montrée à nouveau. Si vous la remplacez ou la révoquez, l’ancienne ne vaut plus rien.`,
    make: 'Créer l’adresse',
    replace: 'Remplacer l’adresse',
    revoke: 'Révoquer l’adresse',
    once: 'Copiez cette adresse maintenant : elle n’est montrée qu’une fois',
    address: 'Adresse à donner à votre agenda',
    copy: 'Copier',
    copied: 'Adresse copiée',
    notCopied: 'Votre navigateur n’a pas copié l’adresse : sélectionnez-la et copiez-la vous-même.',
    revoked: 'Adresse révoquée : votre agenda ne reçoit plus rien',
  },
  en: {
    title: 'My reminders',
    mails: 'What I am told by e-mail',
    noAddress: 'No e-mail address is known for you',
    askFor: 'Nothing can be sent to you: ask your coordinator to add one.',
    noName: 'No e-mail names a young person: it says which kind of task is waiting, and leads there.',
    kept: 'Saved',
    calendar: 'My deadlines in my calendar',
    what: 'A secret address shows your deadlines in your calendar (Outlook, Google, telephone): kinds of task, days and links, no name. Whoever has the address sees these deadlines: give it to nobody.',
    none: 'There is no address at the moment.',
    since: (day: string) =>
      `There has been an address since ${day}. It cannot be shown again. When you replace or revoke it, the former one is worth nothing any more.`,
    make: 'Make the address',
    replace: 'Replace the address',
    revoke: 'Revoke the address',
    once: 'Copy this address now: it is shown once',
    address: 'Address to give to your calendar',
    copy: 'Copy',
    copied: 'Address copied',
    notCopied: 'Your browser did not copy the address: select it and copy it yourself.',
    revoked: 'Address revoked: your calendar is told nothing any more',
  },
});

export function Component() {
  const words = useWords(w);
  const may = useMay();
  return (
    <Page title={words.title}>
      <Mails />
      {may('calendar.feed') && <Calendar />}
    </Page>
  );
}

function Mails() {
  const words = useWords(w);
  const labelOf = useLabel();
  const cache = useQueryClient();
  const key = ['notifications'];
  const asked = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => get<Notifications>('/api/me/notifications', signal),
  });
  const choosing = useMutation({
    mutationFn: (email: Record<string, boolean>) =>
      write<Notifications>('PUT', '/api/me/notifications', { email }),
    onSuccess: ({ body }) => cache.setQueryData(key, body),
  });
  if (!asked.data)
    return asked.error ? <Failure error={asked.error} retry={() => void asked.refetch()} /> : <Waiting />;
  // What was just chosen is shown at once, and what was before when it could not be kept.
  const chosen = choosing.isPending ? choosing.variables : {};
  return (
    <section aria-labelledby="mails" className="fr-mb-6w">
      <h2 id="mails" className="fr-h4">
        {words.mails}
      </h2>
      {!asked.data.hasAddress && (
        <Alert
          severity="warning"
          small={false}
          title={words.noAddress}
          description={words.askFor}
          as="h3"
          className="fr-mb-2w"
        />
      )}
      <p>{words.noName}</p>
      {asked.data.kinds.map(({ kind, label, email }) => (
        <ToggleSwitch
          key={kind}
          className="fr-mb-2w"
          label={labelOf(label)}
          labelPosition="right"
          inputTitle={labelOf(label)}
          checked={chosen[kind] ?? email}
          onChange={(on) => choosing.mutate({ [kind]: on })}
        />
      ))}
      <p role="status" className="fr-hint-text">
        {choosing.isSuccess && words.kept}
      </p>
      {choosing.error && <Failure error={choosing.error} />}
    </section>
  );
}

function Calendar() {
  const words = useWords(w);
  const dates = useDates();
  const cache = useQueryClient();
  const key = ['calendar'];
  const [url, setUrl] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const asked = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => get<CalendarFeed>('/api/me/calendar', signal),
  });
  const making = useMutation({
    mutationFn: () => write<CalendarFeedMade>('POST', '/api/me/calendar'),
    onSuccess({ body }) {
      setUrl(body.url);
      setSaid('');
      cache.setQueryData(key, { since: body.since });
    },
  });
  const revoking = useMutation({
    mutationFn: () => write<CalendarFeed>('DELETE', '/api/me/calendar'),
    onSuccess({ body }) {
      setUrl(null);
      setSaid(words.revoked);
      cache.setQueryData(key, body);
    },
  });
  if (!asked.data)
    return asked.error ? <Failure error={asked.error} retry={() => void asked.refetch()} /> : <Waiting />;
  const { since } = asked.data;
  const error = making.error ?? revoking.error;
  const copy = async (address: string) => {
    try {
      await navigator.clipboard.writeText(address);
      setSaid(words.copied);
    } catch {
      // Not every browser lets a page, and none does on a page that came by http.
      setSaid(words.notCopied);
    }
  };
  const busy = making.isPending || revoking.isPending;
  return (
    <section aria-labelledby="calendar">
      <h2 id="calendar" className="fr-h4">
        {words.calendar}
      </h2>
      <p>{words.what}</p>
      {url ? (
        <>
          <Alert severity="success" small description={words.once} className="fr-mb-2w" />
          <Input
            label={words.address}
            nativeInputProps={{ value: url, readOnly: true, onFocus: (e) => e.currentTarget.select() }}
          />
        </>
      ) : (
        <p>{since ? words.since(dates.day(since)) : words.none}</p>
      )}
      <div className="page__actions">
        {url && (
          <Button onClick={() => void copy(url)} iconId="fr-icon-clipboard-line">
            {words.copy}
          </Button>
        )}
        <Button priority="secondary" disabled={busy} onClick={() => making.mutate()}>
          {since ? words.replace : words.make}
        </Button>
        {since && (
          <Button priority="tertiary" disabled={busy} onClick={() => revoking.mutate()}>
            {words.revoke}
          </Button>
        )}
      </div>
      <p role="status" className="fr-hint-text fr-mt-1w">
        {said}
      </p>
      {error && <Failure error={error} />}
    </section>
  );
}
