/** The meetings of the committee: the report that each was given, and for who may, planning and cancelling one. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link } from 'react-router';
import { get, write } from '../api/client';
import { isProblem } from '../api/problem';
import type { CommitteeMeeting } from '../api/types';
import { Failure, Waiting } from '../layout/states';
import { usePages } from '../people/use-pages';
import { useMay, useMe } from '../session/session';
import { parisDay, useDates } from '../words/dates';
import { inBoth, useWords } from '../words/words';

const w = inBoth({
  fr: {
    title: 'Réunions du comité de pilotage',
    none: 'Aucune réunion n’est prévue.',
    list: 'Réunions, la plus lointaine d’abord',
    day: 'Réunion du',
    state: 'État au',
    report: 'Note d’étape',
    site: 'Comité',
    national: 'National',
    read: (day: string) => `Lire la note remise le ${day}`,
    made: (at: string) => `faite le ${at}`,
    planned: (at: string) => `sera faite le ${at}`,
    cancelled: 'réunion annulée',
    cancel: 'Annuler',
    cancelOf: (day: string) => `Annuler la réunion du ${day}`,
    more: 'Voir la suite',
    plan: 'Prévoir une réunion',
    planHint:
      'La note est faite à l’avance, gardée telle quelle, et annoncée par courriel aux membres du comité, sans aucun chiffre dans le message.',
    dayOf: 'Jour de la réunion',
    asOf: 'État au (jour)',
    asOfHint: 'Avant le jour où la note est faite',
    compareTo: 'Comparé au (facultatif)',
    daysBefore: 'Note faite tant de jours avant',
    daysHint: 'De 0 à 60. Vide : le réglage de l’installation, 7 jours en général',
    submit: 'Prévoir la réunion',
    done: 'La réunion est prévue.',
  },
  en: {
    title: 'Meetings of the steering committee',
    none: 'No meeting is planned.',
    list: 'Meetings, the latest first',
    day: 'Meeting of',
    state: 'State as at',
    report: 'Progress report',
    site: 'Committee',
    national: 'National',
    read: (day: string) => `Read the report given on ${day}`,
    made: (at: string) => `made on ${at}`,
    planned: (at: string) => `will be made on ${at}`,
    cancelled: 'meeting cancelled',
    cancel: 'Cancel',
    cancelOf: (day: string) => `Cancel the meeting of ${day}`,
    more: 'See more',
    plan: 'Plan a meeting',
    planHint:
      'The report is made in advance, kept as it is, and announced by e-mail to the members of the committee, without any figure in the message.',
    dayOf: 'Day of the meeting',
    asOf: 'State as at (day)',
    asOfHint: 'Before the day on which the report is made',
    compareTo: 'Compared with (optional)',
    daysBefore: 'Report made so many days before',
    daysHint: 'From 0 to 60. Empty: the setting of the installation, 7 days in general',
    submit: 'Plan the meeting',
    done: 'The meeting is planned.',
  },
});

const key = '/steering/meetings';

export function Meetings() {
  const words = useWords(w);
  const may = useMay();
  const me = useMe();
  const list = usePages<CommitteeMeeting>(key);
  const sites = useQuery({
    queryKey: ['sites'],
    queryFn: ({ signal }) => get<{ items: { id: string; name: string }[] }>('/api/sites', signal),
    enabled: me.actions['meeting.list'] === 'all',
  });
  const { items } = list;
  const today = parisDay();
  return (
    <section className="report__left-out fr-mt-6w" aria-labelledby="meetings">
      <h2 id="meetings">{words.title}</h2>
      {list.isPending && <Waiting />}
      {list.error && <Failure error={list.error} retry={() => void list.refetch()} />}
      {items?.length === 0 && <p>{words.none}</p>}
      {items && items.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by the keyboard
        <section className="counts-room" aria-label={words.list} tabIndex={0}>
          <table className="counts meetings">
            <caption className="fr-sr-only">{words.list}</caption>
            <thead>
              <tr>
                <th scope="col">{words.day}</th>
                {sites.data && <th scope="col">{words.site}</th>}
                <th scope="col">{words.state}</th>
                <th scope="col">{words.report}</th>
                {may('meeting.plan') && <th scope="col">{words.cancel}</th>}
              </tr>
            </thead>
            <tbody>
              {items.map((meeting) => (
                <Meeting
                  key={meeting.id}
                  meeting={meeting}
                  committee={
                    sites.data &&
                    (sites.data.items.find(({ id }) => id === meeting.siteId)?.name ?? words.national)
                  }
                  today={today}
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {list.hasNextPage && (
        <Button
          priority="secondary"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
      {may('meeting.plan') && <Plan sites={sites.data?.items} today={today} />}
    </section>
  );
}

function Meeting({
  meeting,
  committee,
  today,
}: {
  meeting: CommitteeMeeting;
  committee: string | undefined;
  today: string;
}) {
  const words = useWords(w);
  const may = useMay();
  const { day, instant } = useDates();
  const cache = useQueryClient();
  const cancelling = useMutation({
    mutationFn: () => write('DELETE', `/api/steering/meetings/${meeting.id}`),
    onSettled: () => cache.invalidateQueries({ queryKey: [key] }),
  });
  const { madeAt, makeAt, cancelledAt } = meeting;
  return (
    <tr>
      <th scope="row">{day(meeting.day)}</th>
      {committee !== undefined && <td>{committee}</td>}
      <td>{day(meeting.asOf)}</td>
      <td>
        {madeAt && may('steering.overview') ? (
          <Link to={`/steering/report?meeting=${meeting.id}`}>{words.read(day(meeting.day))}</Link>
        ) : madeAt ? (
          words.made(instant(madeAt))
        ) : (
          !cancelledAt && words.planned(instant(makeAt))
        )}
        {cancelledAt && <span className="meetings__cancelled">{words.cancelled}</span>}
      </td>
      {may('meeting.plan') && (
        <td>
          {!cancelledAt && meeting.day >= today && (
            <Button
              size="small"
              priority="tertiary"
              aria-label={words.cancelOf(day(meeting.day))}
              disabled={cancelling.isPending}
              onClick={() => cancelling.mutate()}
            >
              {words.cancel}
            </Button>
          )}
          {cancelling.error && <Failure error={cancelling.error} />}
        </td>
      )}
    </tr>
  );
}

const empty = { siteId: '', day: '', asOf: '', compareTo: '', daysBefore: '' };

/** @param sites whose committees one may plan for beside the national one; undefined: the own site's alone */
function Plan({
  sites,
  today,
}: {
  sites: readonly { id: string; name: string }[] | undefined;
  today: string;
}) {
  const words = useWords(w);
  const cache = useQueryClient();
  const [typed, setTyped] = useState(empty);
  // The same form sent twice is one meeting.
  const [sending, setSending] = useState(() => crypto.randomUUID());
  const planning = useMutation({
    mutationFn: () => {
      const { siteId, day, asOf, compareTo, daysBefore } = typed;
      const body = {
        ...{ day, asOf },
        ...(sites && { siteId: siteId || null }),
        ...(compareTo && { compareTo }),
        ...(daysBefore && { daysBefore: Number(daysBefore) }),
      };
      return write('POST', '/api/steering/meetings', body, { key: sending });
    },
    onSuccess: () => {
      setTyped(empty);
      setSending(crypto.randomUUID());
      return cache.invalidateQueries({ queryKey: [key] });
    },
    onError: () => setSending(crypto.randomUUID()),
  });
  const problem = isProblem(planning.error, 'body_invalid') ? planning.error : undefined;
  const field = (name: keyof typeof empty) => {
    const wrong = problem?.errorAt(`/${name}`);
    return {
      state: wrong ? ('error' as const) : ('default' as const),
      stateRelatedMessage: wrong,
      nativeInputProps: {
        value: typed[name],
        onChange: (e: { target: { value: string } }) => setTyped({ ...typed, [name]: e.target.value }),
      },
    };
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    planning.mutate();
  };
  const date = (name: 'day' | 'asOf' | 'compareTo', more: object = {}) => {
    const of = field(name);
    return { ...of, nativeInputProps: { ...of.nativeInputProps, type: 'date', ...more } };
  };
  return (
    <form className="meetings__form" onSubmit={send}>
      <h3>{words.plan}</h3>
      <p className="fr-hint-text">{words.planHint}</p>
      {planning.error && !problem && <Failure error={planning.error} />}
      <div className="steering-filters">
        {sites && (
          <Select
            label={words.site}
            nativeSelectProps={{
              value: typed.siteId,
              onChange: (e) => setTyped({ ...typed, siteId: e.target.value }),
            }}
          >
            <option value="">{words.national}</option>
            {sites.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        )}
        <Input label={words.dayOf} {...date('day', { required: true, min: today })} />
        <Input label={words.asOf} hintText={words.asOfHint} {...date('asOf', { required: true })} />
        <Input label={words.compareTo} {...date('compareTo')} />
        <Input
          label={words.daysBefore}
          hintText={words.daysHint}
          {...field('daysBefore')}
          nativeInputProps={{ ...field('daysBefore').nativeInputProps, type: 'number', min: 0, max: 60 }}
        />
      </div>
      <Button type="submit" disabled={planning.isPending}>
        {words.submit}
      </Button>
      <p role="status" className="fr-hint-text">
        {planning.isSuccess && words.done}
      </p>
    </form>
  );
}
