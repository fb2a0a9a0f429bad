/** The young people one may see, by name: found by a name, a step, a referent. */
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'react-router';
import { exitLabels, numberedStep, statusLabels } from '../../../domain/labels';
import { steps } from '../../../domain/pathway';
import { get, queryOf, seeking } from '../api/client';
import type { Page as Paged, PathwaySummary, Staff } from '../api/types';
import { Page } from '../layout/page';
import { useRoom } from '../layout/room';
import { Failure, Waiting } from '../layout/states';
import { ExportButton } from '../people/exports';
import { useMay } from '../session/session';
import { useDates } from '../words/dates';
import { useDue } from '../words/due';
import { nameOf } from '../words/listed';
import { inBoth, useLabel, useWords } from '../words/words';
import './pathway.css';

const w = inBoth({
  fr: {
    title: 'Jeunes',
    search: 'Nom, prénom ou numéro',
    seek: 'Rechercher',
    forget: 'Effacer la recherche',
    filters: 'Filtres',
    step: 'Étape',
    anyStep: 'Toutes les étapes',
    status: 'Situation',
    accompanied: 'Accompagnés',
    outside: 'Hors étapes (tirage attendu, droit commun)',
    gone: 'Sortis',
    everyone: 'Tous',
    referent: 'Référent',
    anyReferent: 'Tous les référents',
    me: 'Moi',
    noReferent: 'Sans référent',
    none: 'Personne ne correspond. Vérifiez l’orthographe, ou montrez aussi les jeunes sortis.',
    nobody: 'Aucun jeune pour l’instant.',
    name: 'Nom',
    lastContact: 'Dernier contact',
    never: 'aucun',
    nextDue: 'Prochaine échéance',
    nothingDue: 'rien d’ouvert',
    tasks: (n: number) => `${n} ${n > 1 ? 'tâches ouvertes' : 'tâche ouverte'}`,
    until: (day: string) => `jusqu’au ${day}`,
    more: 'Voir la suite',
    list: 'Liste des jeunes, par nom',
    shown: (n: number, more: boolean) =>
      `${n} ${n > 1 ? 'jeunes affichés' : 'jeune affiché'}${more ? ', il y en a d’autres' : ''}`,
  },
  en: {
    title: 'Young people',
    search: 'Last name, first name or number',
    seek: 'Search',
    forget: 'Clear the search',
    filters: 'Filters',
    step: 'Step',
    anyStep: 'All steps',
    status: 'Standing',
    accompanied: 'Accompanied',
    outside: 'Outside the steps (draw awaited, usual service)',
    gone: 'Exited',
    everyone: 'All',
    referent: 'Referent',
    anyReferent: 'All referents',
    me: 'Me',
    noReferent: 'Without referent',
    none: 'Nobody fits. Check the spelling, or show those who have exited too.',
    nobody: 'No young person so far.',
    name: 'Name',
    lastContact: 'Last contact',
    never: 'none',
    nextDue: 'Next due',
    nothingDue: 'nothing open',
    tasks: (n: number) => `${n} open ${n === 1 ? 'task' : 'tasks'}`,
    until: (day: string) => `until ${day}`,
    more: 'See more',
    list: 'List of young people, by name',
    shown: (n: number, more: boolean) => `${n} shown${more ? ', there are more' : ''}`,
  },
});

const standings = {
  accompanied: ['active', 'on_hold'],
  outside: ['awaiting_draw', 'usual_service'],
  gone: ['exited', 'closed'],
  everyone: undefined,
} as const;
type Standing = keyof typeof standings;

export function Component() {
  const words = useWords(w);
  const labelOf = useLabel();
  const may = useMay();
  const [params, setParams] = useSearchParams();
  // Whom one looks for is in the history, not in the address: there it would be written down.
  const { state } = useLocation();
  const sought: string = state?.sought ?? '';
  const [typed, setTyped] = useState(sought);
  const step = params.get('step') ?? '';
  const referent = params.get('referent') ?? '';
  const standing: Standing =
    (params.get('status') ?? '') in standings ? (params.get('status') as Standing) : 'accompanied';
  const hasRoom = useRoom();
  // On a telephone whom one looks for comes first.
  const [isOpen, setOpen] = useState(Boolean(step || referent || standing !== 'accompanied'));
  const query = { step, referent, status: standings[standing], limit: 50 };
  const list = useInfiniteQuery({
    queryKey: ['pathways', query, sought],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      get<Paged<PathwaySummary>>(
        `/api/pathways${queryOf({ ...query, cursor: pageParam })}`,
        signal,
        seeking(sought),
      ),
    getNextPageParam: ({ next }) => next ?? undefined,
  });
  const counsellors = useQuery({
    queryKey: ['staff', 'counsellor'],
    queryFn: ({ signal }) => get<{ items: Staff[] }>('/api/staff?role=counsellor', signal),
    enabled: may('staff.list'),
  });
  const narrow = (name: string, value: string) => {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    setParams(next, { state: { sought }, replace: true });
  };
  const seek = (name: string) => setParams(params, { state: { sought: name.trim() }, replace: true });
  const items = list.data?.pages.flatMap((page) => page.items);
  return (
    <Page
      title={words.title}
      actions={
        // A file has no name that was sought: it would be kept with the filters.
        may('export.make') &&
        !sought && (
          <ExportButton
            what="pathways"
            filters={{
              ...(step && { step }),
              ...(referent && { referent }),
              ...(standings[standing] && { status: standings[standing] }),
            }}
          />
        )
      }
    >
      <search className="young-filters">
        <form
          className="young-filters__search"
          onSubmit={(e: FormEvent) => {
            e.preventDefault();
            seek(typed);
          }}
        >
          <Input
            label={words.search}
            nativeInputProps={{
              type: 'search',
              value: typed,
              maxLength: 100,
              autoComplete: 'off',
              onChange: (e) => {
                setTyped(e.target.value);
                // Its own cross empties a search field.
                if (e.target.value === '') seek('');
              },
            }}
          />
          <Button type="submit">{words.seek}</Button>
        </form>
        <details
          className="young-filters__more"
          open={hasRoom || isOpen}
          onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
        >
          <summary className="fr-icon-filter-line">{words.filters}</summary>
          <div className="young-filters__selects">
            <Select
              label={words.status}
              nativeSelectProps={{
                value: standing,
                onChange: (e) => narrow('status', e.target.value === 'accompanied' ? '' : e.target.value),
              }}
            >
              {(Object.keys(standings) as Standing[]).map((one) => (
                <option key={one} value={one}>
                  {words[one]}
                </option>
              ))}
            </Select>
            <Select
              label={words.step}
              nativeSelectProps={{ value: step, onChange: (e) => narrow('step', e.target.value) }}
            >
              <option value="">{words.anyStep}</option>
              {steps.map((one) => (
                <option key={one} value={one}>
                  {labelOf(numberedStep(one))}
                </option>
              ))}
            </Select>
            {counsellors.data && (
              <Select
                label={words.referent}
                nativeSelectProps={{ value: referent, onChange: (e) => narrow('referent', e.target.value) }}
              >
                <option value="">{words.anyReferent}</option>
                <option value="me">{words.me}</option>
                <option value="none">{words.noReferent}</option>
                {counsellors.data.items.map(({ id, displayName }) => (
                  <option key={id} value={id}>
                    {displayName}
                  </option>
                ))}
              </Select>
            )}
          </div>
        </details>
      </search>
      {list.isPending && <Waiting />}
      {list.error && <Failure error={list.error} retry={() => void list.refetch()} />}
      <p role="status" className="fr-hint-text">
        {items && items.length > 0 && words.shown(items.length, list.hasNextPage)}
        {items?.length === 0 && (sought || step || referent ? words.none : words.nobody)}
      </p>
      {items && items.length > 0 && <List items={items} />}
      {list.hasNextPage && (
        <Button
          className="fr-mt-2w"
          priority="secondary"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
    </Page>
  );
}

function List({ items }: { items: readonly PathwaySummary[] }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { day } = useDates();
  const { due, isLate, ago } = useDue();
  return (
    <table className="people">
      <caption className="fr-sr-only">{words.list}</caption>
      <thead>
        <tr>
          {[words.name, words.step, words.referent, words.lastContact, words.nextDue].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((p) => (
          <tr key={p.id}>
            <th scope="row">
              <Link to={`/pathways/${p.id}`}>{nameOf(p)}</Link>
            </th>
            <td data-label={words.step}>
              {p.step && labelOf(numberedStep(p.step))}
              {p.status !== 'active' && (
                <>
                  {' '}
                  <Badge noIcon small severity={p.status === 'on_hold' ? 'warning' : undefined}>
                    {labelOf(statusLabels[p.status])}
                  </Badge>{' '}
                  <span className="fr-hint-text">
                    {p.exitCode
                      ? labelOf(exitLabels[p.exitCode])
                      : p.holdUntil && words.until(day(p.holdUntil))}
                  </span>
                </>
              )}
            </td>
            <td data-label={words.referent}>{p.referent?.displayName ?? words.noReferent}</td>
            <td data-label={words.lastContact}>{p.lastContactAt ? ago(p.lastContactAt) : words.never}</td>
            <td data-label={words.nextDue}>
              {p.nextDueAt ? (
                <>
                  <Badge noIcon small severity={isLate(p.nextDueAt) ? 'error' : 'info'}>
                    {due(p.nextDueAt)}
                  </Badge>{' '}
                  <span className="fr-hint-text">{words.tasks(p.openTasks)}</span>
                </>
              ) : (
                words.nothingDue
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
