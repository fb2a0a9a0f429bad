/** The inbox: what is due, for whom and whose, and what can be done about it in the ten minutes between two meetings. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useLocation, useNavigate, useNavigationType, useSearchParams } from 'react-router';
import { write } from '../api/client';
import { ApiProblem } from '../api/problem';
import { Page } from '../layout/page';
import { Failure } from '../layout/states';
import { ExportButton } from '../people/exports';
import { useMay, useMe } from '../session/session';
import type { BackToList } from '../tasks/ways';
import { useDates } from '../words/dates';
import { inBoth, useWords } from '../words/words';
import { Bulk } from './bulk';
import { changeOf, isOver } from './change';
import { DueBar, FilterBar, SearchBox, TabBar } from './filter-bar';
import { type Filters, filtersIn, isNarrowed, searchOf, type Tab, tabOf } from './filters';
import { Help, help, useShortcutsOn } from './help';
import './inbox.css';
import { type Command, heard, isTyping } from './keys';
import { Skeleton, TaskList } from './list';
import { quickActionOf, type Row, type RowContext, Rows } from './row';
import { useInbox } from './use-inbox';

const w = inBoth({
  fr: {
    title: 'Tâches',
    shown: (n: number, of: number, at: string) =>
      `${n} ${n > 1 ? 'tâches' : 'tâche'}${n < of ? ` sur ${of}` : ''}, à jour à ${at}`,
    loading: 'Chargement des tâches…',
    fresh: (n: number) => `${n} ${n > 1 ? 'nouvelles tâches' : 'nouvelle tâche'}`,
    show: 'Afficher',
    again: 'Actualiser',
    selectPage: 'Sélectionner la page',
    keys: 'Aide clavier (?)',
    failed: 'Les tâches ne peuvent s’afficher',
    pages: 'Pages',
    firstPage: 'Première page',
    previousPage: 'Page précédente',
    nextPage: 'Page suivante',
    empty: {
      narrowed: 'Aucune tâche avec ces filtres.',
      sought: 'Aucune tâche pour ce nom ou ce numéro dans cet onglet.',
      me: 'Vous n’avez aucune tâche ouverte.',
      unassigned: 'Aucune tâche à prendre : tout est attribué.',
      team: 'Aucune tâche ouverte.',
      closed: 'Aucune tâche dans cet état.',
    },
    hint: {
      narrowed: 'Retirez un filtre, ou cherchez dans un autre onglet.',
      sought: 'Vérifiez l’orthographe (le début du nom suffit), ou cherchez dans toute l’équipe.',
      me: 'Les nouvelles tâches s’annoncent ici. En attendant, voyez ce qui est à prendre.',
      unassigned: 'Les nouvelles tâches s’annoncent ici.',
      team: 'Les nouvelles tâches s’annoncent ici.',
      closed: 'Choisissez un autre état dans les filtres.',
    },
    clear: 'Effacer les filtres',
    toTeam: 'Chercher dans toute l’équipe',
    toFree: (n: number) => (n > 1 ? `Voir les ${n} tâches à prendre` : 'Voir les tâches à prendre'),
    seeTeam: 'Voir les tâches de l’équipe',
    toLate: (n: number) => `Voir les retards de l’équipe (${n})`,
  },
  en: {
    title: 'Tasks',
    shown: (n: number, of: number, at: string) =>
      `${n} ${n < of ? `of ${of} ` : ''}${n === 1 ? 'task' : 'tasks'}, up to date at ${at}`,
    loading: 'Loading the tasks…',
    fresh: (n: number) => `${n} new ${n === 1 ? 'task' : 'tasks'}`,
    show: 'Show',
    again: 'Refresh',
    selectPage: 'Select the page',
    keys: 'Keyboard help (?)',
    failed: 'The tasks cannot be shown',
    pages: 'Pages',
    firstPage: 'First page',
    previousPage: 'Previous page',
    nextPage: 'Next page',
    empty: {
      narrowed: 'No task with these filters.',
      sought: 'No task for this name or number in this tab.',
      me: 'You have no open task.',
      unassigned: 'No free task: all are assigned.',
      team: 'No open task.',
      closed: 'No task in this state.',
    },
    hint: {
      narrowed: 'Remove a filter, or look in another tab.',
      sought: 'Check the spelling (the beginning of the name is enough), or look in the whole team.',
      me: 'New tasks are announced here. Meanwhile, see what is free.',
      unassigned: 'New tasks are announced here.',
      team: 'New tasks are announced here.',
      closed: 'Choose another state in the filters.',
    },
    clear: 'Clear the filters',
    toTeam: 'Look in the whole team',
    toFree: (n: number) => (n > 1 ? `See the ${n} free tasks` : 'See the free tasks'),
    seeTeam: 'See the team’s tasks',
    toLate: (n: number) => `See what the team is late with (${n})`,
  },
});

/** What the browser's history keeps beside the address. */
interface Kept extends Partial<BackToList> {
  /** Of the pages before this one, null the first. */
  readonly before?: readonly (string | null)[];
}

/** From which row one left each list, by its entry in the history: there one comes back to. */
const leftFrom = new Map<string, string>();

const rowOf = (id: string) => document.querySelector<HTMLElement>(`[data-task="${CSS.escape(id)}"]`);
const linkIn = (row: Element | null | undefined) => row?.querySelector<HTMLElement>('[data-open]');

export function Component() {
  const words = useWords(w);
  const dates = useDates();
  const me = useMe();
  const may = useMay();
  const navigate = useNavigate();
  const location = useLocation();
  const how = useNavigationType();
  const [search] = useSearchParams();
  // Who sees their own tasks alone has no others to part them from.
  const hasTabs = me.actions['task.list'] !== 'own';
  const firstTab: Tab = hasTabs ? 'me' : 'team';
  const filters = filtersIn(search, firstTab);
  const cursor = search.get('cursor');
  // Whom one seeks is here: a name stands in no address.
  const { sought = '', before = [], goOnWith } = (location.state ?? {}) as Kept;
  const inbox = useInbox({ filters, cursor, sought });
  const { tasks, now } = inbox;
  const next = inbox.page?.next ?? null;

  const go = useCallback(
    (
      chosen: Filters,
      kept: Kept,
      { cursor, replace = false }: { cursor?: string | null; replace?: boolean } = {},
    ) => {
      const to = searchOf(chosen, firstTab);
      if (cursor) to.set('cursor', cursor);
      // Another page begins at its top; other filters leave the page where it is.
      const preventScrollReset = cursor === undefined;
      navigate({ search: to.toString() }, { state: kept, replace, preventScrollReset });
    },
    [navigate, firstTab],
  );
  const choose = (chosen: Filters) => go(chosen, { sought });
  // Who turned the page begins with its first row: the button may be gone.
  const turned = useRef(false);
  const turn = (to: string | null, its: NonNullable<Kept['before']>) => {
    turned.current = true;
    go(filters, { sought, before: its }, { cursor: to });
  };
  const toTab = (tab: Tab) => choose({ ...filters, assignee: tab });

  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string>(undefined);
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set());
  const [refusals, setRefusals] = useState<ReadonlyMap<string, string>>(new Map());
  // Another list: what was selected in the one before is out of sight.
  const listIs = `${search} ${sought}`;
  const [wasList, setWasList] = useState(listIs);
  if (wasList !== listIs) {
    setWasList(listIs);
    setSelected(new Set());
    setRefusals(new Map());
  }

  const rows = tasks.map((read): Row => {
    const change = changeOf(read, now.get(read.id));
    return {
      task: now.get(read.id) ?? read,
      readDueAt: read.dueAt,
      change,
      isOver: isOver(change, filters, me.id),
      isSelected: selected.has(read.id),
      isPending: pending.has(read.id),
      refusal: refusals.get(read.id),
    };
  });
  const ids = tasks.map(({ id }) => id);

  const select = (id: string, { range }: { range: boolean }) => {
    const from = anchor.current === undefined ? -1 : ids.indexOf(anchor.current);
    const to = ids.indexOf(id);
    const turnedOn = !selected.has(id);
    const meant = range && from >= 0 ? ids.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
    const next = new Set(selected);
    for (const one of meant) {
      if (turnedOn || range) next.add(one);
      else next.delete(one);
    }
    anchor.current = id;
    setSelected(next);
  };

  const claimOrRelease = async (row: Row) => {
    const action = quickActionOf(row, me.id);
    const { id } = row.task;
    if (!action || pending.has(id)) return;
    setPending((all) => new Set(all).add(id));
    setRefusals((all) => new Map([...all].filter(([one]) => one !== id)));
    try {
      await write('POST', `/api/tasks/${id}/${action}`);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      setRefusals((all) => new Map(all).set(id, error.body.title));
    }
    // Also when it was refused: the row then says who was quicker.
    await inbox.check([id]).catch(() => {});
    setPending((all) => new Set([...all].filter((one) => one !== id)));
  };

  const context: RowContext = {
    readAt: inbox.readAt,
    readerId: me.id,
    state: { list: `${location.pathname}${location.search}`, ids, sought },
    select,
    claimOrRelease: (row) => void claimOrRelease(row),
    leaveFor: (id) => leftFrom.set(location.key, id),
  };

  // Who comes back is where they left.
  const isShown = tasks.length > 0 && !inbox.isOld;
  const cameBack = useRef<string>(undefined);
  useEffect(() => {
    if (!isShown || cameBack.current === location.key) return;
    cameBack.current = location.key;
    const left = how === 'POP' ? leftFrom.get(location.key) : undefined;
    const row = (left ? [left] : (goOnWith ?? [])).map(rowOf).find((found) => found !== null);
    if (row) linkIn(row)?.focus();
    else if (turned.current) linkIn(document.querySelector('[data-task]'))?.focus();
    turned.current = false;
  }, [isShown, location.key, how, goOnWith]);

  const searchBox = useRef<HTMLInputElement>(null);
  const lastRow = useRef<string>(undefined);
  const move = (by: 1 | -1) => {
    const at = currentId();
    const from = at === undefined ? (by === 1 ? -1 : 0) : ids.indexOf(at);
    const next = ids[Math.min(Math.max(from + by, 0), ids.length - 1)];
    if (next === undefined) return;
    linkIn(rowOf(next))?.focus();
  };
  /** The row that has the focus, or had it last. */
  const currentId = () =>
    document.activeElement?.closest<HTMLElement>('[data-task]')?.dataset.task ??
    (lastRow.current !== undefined && ids.includes(lastRow.current) ? lastRow.current : undefined);
  const currentRow = () => rows.find(({ task }) => task.id === currentId());
  const does: Readonly<Record<Command, () => void>> = {
    next: () => move(1),
    previous: () => move(-1),
    open: () => linkIn(rowOf(currentId() ?? ''))?.click(),
    select: () => {
      const id = currentId();
      if (id) select(id, { range: false });
    },
    claim: () => {
      const row = currentRow();
      if (row) void claimOrRelease(row);
    },
    search: () => searchBox.current?.focus(),
    me: () => hasTabs && toTab('me'),
    unassigned: () => hasTabs && toTab('unassigned'),
    team: () => hasTabs && toTab('team'),
    help: () => help.open(),
  };
  const [shortcutsOn, setShortcutsOn] = useShortcutsOn();
  const pressed = useRef<readonly string[]>([]);
  const hear = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (!shortcutsOn || event.defaultPrevented || isTyping(target) || document.querySelector('dialog[open]'))
      return;
    const said = heard(event, pressed.current);
    pressed.current = Array.isArray(said) ? said : [];
    if (typeof said !== 'string') return;
    // Enter on a link or a button is theirs.
    if (said === 'open' && target.closest('a, button, summary')) return;
    event.preventDefault();
    does[said]();
  };
  const latestHear = useRef(hear);
  latestHear.current = hear;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => latestHear.current(event);
    const focused = ({ target }: FocusEvent) => {
      const row = (target as Element).closest<HTMLElement>('[data-task]');
      if (row) lastRow.current = row.dataset.task;
    };
    document.addEventListener('keydown', listener);
    document.addEventListener('focusin', focused);
    return () => {
      document.removeEventListener('keydown', listener);
      document.removeEventListener('focusin', focused);
    };
  }, []);

  const readAnew = async () => {
    await inbox.readAnew();
    setRefusals(new Map());
  };
  const tab = tabOf(filters);
  const tabCounts = filters.assignee === tab && filters.status === 'open' ? inbox.counts?.[tab] : undefined;
  const total = filters.due ? tabCounts?.[filters.due] : tabCounts?.total;
  const free = inbox.counts?.unassigned.total;
  const emptiness = sought
    ? 'sought'
    : isNarrowed(filters)
      ? 'narrowed'
      : filters.status !== 'open'
        ? 'closed'
        : tab;

  return (
    <Page
      title={words.title}
      wide
      actions={
        <Button
          size="small"
          priority="tertiary no outline"
          className="inbox__help"
          iconId="fr-icon-keyboard-line"
          onClick={() => help.open()}
        >
          {words.keys}
        </Button>
      }
    >
      <div className="inbox">
        {hasTabs && (
          <TabBar
            filters={filters}
            counts={inbox.counts}
            addressOf={(one) => ({
              to: { search: searchOf({ ...filters, assignee: one }, firstTab).toString() },
              state: { sought } satisfies Kept,
              preventScrollReset: true,
            })}
          />
        )}
        <div className="inbox__tools">
          <SearchBox
            sought={sought}
            seek={(text) => go(filters, { sought: text }, { replace: true })}
            place={searchBox}
          />
          {filters.status === 'open' && <DueBar filters={filters} counts={inbox.counts} choose={choose} />}
        </div>
        <FilterBar filters={filters} counts={inbox.counts} choose={choose} tasks={tasks} />
        <Rows value={context}>
          <div className="inbox__state">
            {tasks.length > 0 && may('task.bulk') && (
              <div className="fr-checkbox-group fr-checkbox-group--sm">
                <input
                  type="checkbox"
                  id="select-page"
                  checked={ids.every((id) => selected.has(id))}
                  onChange={({ target }) => setSelected(new Set(target.checked ? ids : []))}
                />
                <label className="fr-label" htmlFor="select-page">
                  {words.selectPage}
                </label>
              </div>
            )}
            <p role="status">
              {inbox.isLoading || inbox.isOld
                ? words.loading
                : inbox.page &&
                  words.shown(tasks.length, total ?? tasks.length, dates.time(inbox.readAt.toISOString()))}
            </p>
            <div role="status" className="inbox__fresh">
              {inbox.fresh > 0 && <strong>{words.fresh(inbox.fresh)}</strong>}
            </div>
            {inbox.page && (
              <Button
                size="small"
                priority={inbox.fresh > 0 ? 'primary' : 'tertiary no outline'}
                iconId="fr-icon-refresh-line"
                onClick={() => void readAnew()}
              >
                {inbox.fresh > 0 ? words.show : words.again}
              </Button>
            )}
          </div>
          {inbox.error && (
            <Failure error={inbox.error} title={words.failed} retry={() => void inbox.readAnew()} />
          )}
          {inbox.isLoading && <Skeleton />}
          {inbox.page && (
            <div
              className={inbox.isOld ? 'inbox__list inbox__list--old' : 'inbox__list'}
              aria-busy={inbox.isOld}
              data-keeps-focus="[data-open]"
            >
              {tasks.length > 0 ? (
                <TaskList
                  rows={rows}
                  counts={filters.due || !tabCounts ? null : tabCounts}
                  parted={filters.status === 'open'}
                />
              ) : (
                <div className="inbox__empty">
                  <p className="fr-text--lead">{words.empty[emptiness]}</p>
                  <p>{words.hint[emptiness === 'me' && free === 0 ? 'unassigned' : emptiness]}</p>
                  {emptiness === 'narrowed' && (
                    <Button onClick={() => choose({ assignee: tab, status: filters.status })}>
                      {words.clear}
                    </Button>
                  )}
                  {emptiness === 'sought' && hasTabs && filters.assignee !== 'team' && (
                    <Button onClick={() => toTab('team')}>{words.toTeam}</Button>
                  )}
                  {emptiness === 'me' && (
                    <div className="inbox__onwards">
                      {free === 0 ? (
                        <Button onClick={() => toTab('team')}>{words.seeTeam}</Button>
                      ) : (
                        <Button onClick={() => toTab('unassigned')}>{words.toFree(free ?? 0)}</Button>
                      )}
                      {may('task.assign') && (inbox.counts?.team.overdue ?? 0) > 0 && (
                        <Button
                          priority="secondary"
                          onClick={() => choose({ ...filters, assignee: 'team', due: 'overdue' })}
                        >
                          {words.toLate(inbox.counts?.team.overdue ?? 0)}
                        </Button>
                      )}
                    </div>
                  )}
                </div>
              )}
              {(cursor || next) && (
                <nav className="inbox__pages" aria-label={words.pages}>
                  {cursor && (
                    <Button priority="tertiary" onClick={() => turn(null, [])}>
                      {words.firstPage}
                    </Button>
                  )}
                  {before.length > 0 && (
                    <Button
                      priority="secondary"
                      onClick={() => turn(before.at(-1) ?? null, before.slice(0, -1))}
                    >
                      {words.previousPage}
                    </Button>
                  )}
                  {next && <Button onClick={() => turn(next, [...before, cursor])}>{words.nextPage}</Button>}
                </nav>
              )}
            </div>
          )}
          {/* A file has no name that was sought: it would be kept with the filters. */}
          {may('export.make') && !sought && tasks.length > 0 && (
            <div className="inbox__export">
              <ExportButton what="tasks" filters={filters} />
            </div>
          )}
          {may('task.bulk') && (
            <Bulk
              selected={rows.filter(({ isSelected }) => isSelected).map(({ task }) => task)}
              keep={(some) => setSelected(new Set(some))}
              decided={(some) => void inbox.check(some).catch(() => {})}
              leave={() => linkIn(rowOf(anchor.current ?? ids[0] ?? ''))?.focus()}
            />
          )}
        </Rows>
        <Help
          isOn={shortcutsOn}
          setOn={setShortcutsOn}
          without={hasTabs ? [] : ['me', 'unassigned', 'team']}
        />
      </div>
    </Page>
  );
}
