/** What narrows the list: tabs, when due, whom one seeks, and the filters. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { Tag } from '@codegouvfr/react-dsfr/Tag';
import { useQuery } from '@tanstack/react-query';
import { type RefObject, useEffect, useId, useRef, useState } from 'react';
import { Link, type LinkProps } from 'react-router';
import { stepLabels, taskLabels, taskStatusLabels } from '../../../domain/labels';
import { type Step, steps } from '../../../domain/pathway';
import { get } from '../api/client';
import type { Staff, Task, TaskCounts } from '../api/types';
import { useMay, useMe } from '../session/session';
import { nameOf } from '../words/listed';
import { inBoth, useLabel, useLanguage, useWords } from '../words/words';
import { dues, type Filters, kinds, type Tab, type TaskKind, tabOf, tabs, taskStatuses } from './filters';
import { Views } from './views';
import { dueWords, tabWords } from './words';

const w = inBoth({
  fr: {
    whose: 'À qui sont les tâches',
    due: 'Échéance',
    all: 'Toutes',
    counted: (name: string, n: number | undefined) => (n === undefined ? name : `${name} (${n})`),
    search: 'Chercher un jeune par nom ou par numéro',
    placeholder: 'Nom ou numéro',
    filters: (n: number) => (n === 0 ? 'Filtres' : `Filtres (${n})`),
    step: 'Étape',
    anyStep: 'Toutes les étapes',
    kind: 'Types de tâche',
    anyKind: 'Tous les types',
    anotherKind: 'Ajouter un type…',
    referent: 'Référent du jeune',
    anyReferent: 'Tous les référents',
    me: 'Moi',
    none: 'Pas encore désigné',
    assignee: 'Attribuée à',
    anybody: 'Toute l’équipe',
    status: 'État',
    chosen: 'Filtres choisis',
    clear: 'Tout effacer',
    remove: (what: string) => `Retirer le filtre : ${what}`,
    referentIs: (name: string) => `Référent : ${name}`,
    assigneeIs: (name: string) => `Attribuée à : ${name}`,
    siteIs: (name: string) => `Site : ${name}`,
    onePathway: 'Un seul jeune',
    somebody: 'une personne',
  },
  en: {
    whose: 'Whose tasks',
    due: 'Due',
    all: 'All',
    counted: (name: string, n: number | undefined) => (n === undefined ? name : `${name} (${n})`),
    search: 'Look for a young person by name or number',
    placeholder: 'Name or number',
    filters: (n: number) => (n === 0 ? 'Filters' : `Filters (${n})`),
    step: 'Step',
    anyStep: 'All steps',
    kind: 'Kinds of task',
    anyKind: 'All kinds',
    anotherKind: 'Add a kind…',
    referent: 'The young person’s referent',
    anyReferent: 'All referents',
    me: 'Me',
    none: 'None yet',
    assignee: 'Assigned to',
    anybody: 'The whole team',
    status: 'State',
    chosen: 'Chosen filters',
    clear: 'Clear all',
    remove: (what: string) => `Remove the filter: ${what}`,
    referentIs: (name: string) => `Referent: ${name}`,
    assigneeIs: (name: string) => `Assigned to: ${name}`,
    siteIs: (name: string) => `Site: ${name}`,
    onePathway: 'One young person',
    somebody: 'somebody',
  },
});

interface Props {
  readonly filters: Filters;
  readonly counts: TaskCounts | undefined;
  /** Other filters, from the first page on. */
  choose(filters: Filters): void;
}

/** @param addressOf where a tab is, with what narrows it */
export function TabBar({
  filters,
  counts,
  addressOf,
}: Omit<Props, 'choose'> & { addressOf: (tab: Tab) => LinkProps }) {
  const words = useWords(w);
  const names = useWords(tabWords);
  const current = tabOf(filters);
  return (
    <nav className="inbox__tabs" aria-label={words.whose}>
      {tabs.map((tab) => (
        <Link key={tab} {...addressOf(tab)} aria-current={tab === current ? 'page' : undefined}>
          {words.counted(names[tab], counts?.[tab].total)}
        </Link>
      ))}
    </nav>
  );
}

export function DueBar({ filters, counts, choose }: Props) {
  const words = useWords(w);
  const names = useWords(dueWords);
  const ofTab = filters.assignee === tabOf(filters) ? counts?.[tabOf(filters)] : undefined;
  const chips = [undefined, ...dues] as const;
  return (
    <ul className="inbox__dues" aria-label={words.due}>
      {chips.map((due) => (
        <li key={due ?? 'all'}>
          <Tag
            pressed={filters.due === due}
            nativeButtonProps={{ onClick: () => choose({ ...filters, due }) }}
          >
            {due ? words.counted(names[due], ofTab?.[due]) : words.counted(words.all, ofTab?.total)}
          </Tag>
        </li>
      ))}
    </ul>
  );
}

/** A name is sought when it is typed, not at each letter. Milliseconds. */
const TYPED_MS = 300;

/** @param place where the keyboard goes by `/` */
export function SearchBox({
  sought,
  seek,
  place,
}: {
  sought: string;
  seek: (sought: string) => void;
  place: RefObject<HTMLInputElement | null>;
}) {
  const words = useWords(w);
  const id = useId();
  const [typed, setTyped] = useState(sought);
  const sent = useRef(sought);
  // One came back to a list where another was sought.
  useEffect(() => {
    if (sought === sent.current) return;
    sent.current = sought;
    setTyped(sought);
  }, [sought]);
  const send = (text: string) => {
    if (text.trim() === sent.current) return;
    sent.current = text.trim();
    seek(text.trim());
  };
  const latest = useRef(send);
  latest.current = send;
  useEffect(() => {
    const timer = setTimeout(() => latest.current(typed), TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <search className="inbox__search">
      <label className="fr-sr-only" htmlFor={id}>
        {words.search}
      </label>
      <div className="fr-input-wrap fr-icon-search-line">
        <input
          ref={place}
          id={id}
          className="fr-input"
          type="search"
          maxLength={100}
          autoComplete="off"
          placeholder={words.placeholder}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
          onKeyDown={({ key }) => key === 'Enter' && send(typed)}
        />
      </div>
    </search>
  );
}

/** @param tasks that are shown: they name the one young person whose tasks alone are asked for */
export function FilterBar({ filters, choose, tasks }: Props & { tasks: readonly Task[] }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const language = useLanguage();
  const may = useMay();
  const me = useMe();
  // The tasks come first; what narrows them is told beside the word.
  const [isOpen, setOpen] = useState(false);
  const { data: staff } = useQuery({
    queryKey: ['staff', me.siteId],
    queryFn: ({ signal }) => get<{ items: Staff[] }>('/api/staff', signal),
    enabled: may('staff.list'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data: sites } = useQuery({
    queryKey: ['sites'],
    queryFn: ({ signal }) => get<{ items: { id: string; name: string }[] }>('/api/sites', signal),
    enabled: filters.site !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const working = (staff?.items ?? []).filter(({ role }) => role !== 'committee');
  const personName = (id: string) =>
    id === me.id ? words.me : (working.find((one) => one.id === id)?.displayName ?? words.somebody);
  const without = (name: keyof Filters) => choose({ ...filters, [name]: undefined });
  const { step, kind = [], referent, assignee, site, pathway, status } = filters;
  const isPerson = assignee !== tabOf(filters);
  const team = () => choose({ ...filters, assignee: 'team' });

  const chosen: { key: string; text: string; remove(): void }[] = [
    ...(step ? [{ key: 'step', text: labelOf(stepLabels[step]), remove: () => without('step') }] : []),
    ...kind.map((one) => ({
      key: one,
      text: labelOf(taskLabels[one]),
      remove: () => choose({ ...filters, kind: kind.length > 1 ? kind.filter((k) => k !== one) : undefined }),
    })),
    ...(referent
      ? [
          {
            key: 'referent',
            text: words.referentIs(
              referent === 'me' ? words.me : referent === 'none' ? words.none : personName(referent),
            ),
            remove: () => without('referent'),
          },
        ]
      : []),
    ...(isPerson ? [{ key: 'assignee', text: words.assigneeIs(personName(assignee)), remove: team }] : []),
    ...(site
      ? [
          {
            key: 'site',
            text: words.siteIs(sites?.items.find(({ id }) => id === site)?.name ?? site),
            remove: () => without('site'),
          },
        ]
      : []),
    ...(pathway
      ? [
          {
            key: 'pathway',
            text: tasks[0]?.pathwayId === pathway ? nameOf(tasks[0]) : words.onePathway,
            remove: () => without('pathway'),
          },
        ]
      : []),
  ];
  const byName = (all: readonly TaskKind[]) =>
    [...all].sort((a, b) => labelOf(taskLabels[a]).localeCompare(labelOf(taskLabels[b]), language));

  return (
    <div className="inbox__filters" data-keeps-focus="summary">
      <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary className="inbox__summary fr-icon-filter-line">{words.filters(chosen.length)}</summary>
        <div className="inbox__selects">
          <Select
            label={words.step}
            nativeSelectProps={{
              value: step ?? '',
              onChange: ({ target }) =>
                choose({ ...filters, step: (target.value || undefined) as Step | undefined }),
            }}
          >
            <option value="">{words.anyStep}</option>
            {steps.map((one) => (
              <option key={one} value={one}>
                {labelOf(stepLabels[one])}
              </option>
            ))}
          </Select>
          <Select
            label={words.kind}
            nativeSelectProps={{
              value: '',
              onChange: ({ target }) =>
                choose({ ...filters, kind: [...kind, target.value as TaskKind].sort() }),
            }}
          >
            <option value="">{kind.length > 0 ? words.anotherKind : words.anyKind}</option>
            {byName(kinds.filter((one) => !kind.includes(one))).map((one) => (
              <option key={one} value={one}>
                {labelOf(taskLabels[one])}
              </option>
            ))}
          </Select>
          {may('staff.list') && (
            <>
              <Select
                label={words.referent}
                nativeSelectProps={{
                  value: referent ?? '',
                  onChange: ({ target }) => choose({ ...filters, referent: target.value || undefined }),
                }}
              >
                <option value="">{words.anyReferent}</option>
                <option value="me">{words.me}</option>
                <option value="none">{words.none}</option>
                {working
                  .filter(({ id, role }) => role === 'counsellor' && id !== me.id)
                  .map(({ id, displayName }) => (
                    <option key={id} value={id}>
                      {displayName}
                    </option>
                  ))}
              </Select>
              {tabOf(filters) === 'team' && (
                <Select
                  label={words.assignee}
                  nativeSelectProps={{
                    value: isPerson ? assignee : '',
                    onChange: ({ target }) => choose({ ...filters, assignee: target.value || 'team' }),
                  }}
                >
                  <option value="">{words.anybody}</option>
                  {working
                    .filter(({ id }) => id !== me.id)
                    .map(({ id, displayName }) => (
                      <option key={id} value={id}>
                        {displayName}
                      </option>
                    ))}
                </Select>
              )}
            </>
          )}
          <Select
            label={words.status}
            nativeSelectProps={{
              value: status,
              onChange: ({ target }) => choose({ ...filters, status: target.value as Filters['status'] }),
            }}
          >
            {taskStatuses.map((one) => (
              <option key={one} value={one}>
                {labelOf(taskStatusLabels[one])}
              </option>
            ))}
          </Select>
          <Views filters={filters} choose={choose} />
        </div>
      </details>
      {chosen.length > 0 && (
        <ul className="inbox__chosen" aria-label={words.chosen}>
          {chosen.map(({ key, text, remove }) => (
            <li key={key}>
              <Tag
                small
                dismissible
                nativeButtonProps={{ onClick: remove, 'aria-label': words.remove(text) }}
              >
                {text}
              </Tag>
            </li>
          ))}
          <li>
            <Button
              size="small"
              priority="tertiary no outline"
              onClick={() => choose({ assignee: tabOf(filters), status })}
            >
              {words.clear}
            </Button>
          </li>
        </ul>
      )}
    </div>
  );
}
