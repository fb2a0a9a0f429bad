/** Saved views: filters under a name, one's own and those shared with the site. Whom one sought is never in them. */
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Checkbox } from '@codegouvfr/react-dsfr/Checkbox';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { createModal } from '@codegouvfr/react-dsfr/Modal';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { get, write } from '../api/client';
import { ApiProblem } from '../api/problem';
import type { View } from '../api/types';
import { Failure } from '../layout/states';
import { useMay } from '../session/session';
import { inBoth, useWords } from '../words/words';
import { type Filters, same } from './filters';

const w = inBoth({
  fr: {
    views: 'Vues enregistrées',
    choose: 'Choisir une vue',
    none: 'Aucune vue enregistrée',
    own: 'Mes vues',
    shared: 'Vues du site',
    manage: 'Enregistrer ou gérer les vues',
    save: 'Enregistrer les filtres affichés',
    name: 'Nom de la vue',
    nameHint: 'Par exemple : En retard, étape 3. Pas de nom de jeune.',
    nameMissing: 'Donnez un nom à la vue',
    share: 'Partager avec l’équipe du site',
    saveIt: 'Enregistrer',
    saved: (name: string) => `« ${name} » est enregistrée.`,
    isShared: 'partagée',
    rename: 'Renommer',
    renameOf: (name: string) => `Renommer « ${name} »`,
    newName: (name: string) => `Nouveau nom de « ${name} »`,
    remove: 'Supprimer',
    removeOf: (name: string) => `Supprimer « ${name} »`,
    removeReally: (name: string) => `Supprimer « ${name} » pour de bon ?`,
    yesRemove: 'Oui, supprimer',
    cancel: 'Annuler',
  },
  en: {
    views: 'Saved views',
    choose: 'Choose a view',
    none: 'No saved view',
    own: 'My views',
    shared: 'Views of the site',
    manage: 'Save or manage views',
    save: 'Save the filters that are shown',
    name: 'Name of the view',
    nameHint: 'For example: Overdue, step 3. Not a young person’s name.',
    nameMissing: 'Give the view a name',
    share: 'Share with the team of the site',
    saveIt: 'Save',
    saved: (name: string) => `“${name}” is saved.`,
    isShared: 'shared',
    rename: 'Rename',
    renameOf: (name: string) => `Rename “${name}”`,
    newName: (name: string) => `New name of “${name}”`,
    remove: 'Delete',
    removeOf: (name: string) => `Delete “${name}”`,
    removeReally: (name: string) => `Delete “${name}” for good?`,
    yesRemove: 'Yes, delete',
    cancel: 'Cancel',
  },
});

const dialog = createModal({ id: 'views', isOpenedByDefault: false });

interface Props {
  readonly filters: Filters;
  choose(filters: Filters): void;
}

export function Views({ filters, choose }: Props) {
  const words = useWords(w);
  const { data } = useQuery({
    queryKey: ['views'],
    queryFn: ({ signal }) => get<{ items: View[] }>('/api/views', signal),
    staleTime: 60_000,
  });
  const views = data?.items ?? [];
  const groups = [
    [words.own, views.filter((view) => !view.shared)],
    [words.shared, views.filter((view) => view.shared)],
  ] as const;
  return (
    <div className="inbox__views">
      <Select
        label={words.views}
        nativeSelectProps={{
          value: views.find((view) => same(view.filters, filters))?.id ?? '',
          onChange: ({ target }) => {
            const view = views.find(({ id }) => id === target.value);
            if (view) choose(view.filters);
          },
        }}
      >
        <option value="">{views.length > 0 ? words.choose : words.none}</option>
        {groups
          .filter(([, its]) => its.length > 0)
          .map(([label, its]) => (
            <optgroup key={label} label={label}>
              {its.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </optgroup>
          ))}
      </Select>
      <Button
        priority="tertiary"
        iconId="fr-icon-bookmark-line"
        title={words.manage}
        onClick={() => dialog.open()}
      />
      <dialog.Component title={words.views}>
        <SaveView filters={filters} />
        {views.length > 0 && (
          <ul className="inbox__view-list">
            {views.map((view) => (
              <OneView key={view.id} view={view} />
            ))}
          </ul>
        )}
      </dialog.Component>
    </div>
  );
}

function SaveView({ filters }: { filters: Filters }) {
  const words = useWords(w);
  const may = useMay();
  const cache = useQueryClient();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const [isMissing, setMissing] = useState(false);
  const save = useMutation({
    mutationFn: () => write<View>('POST', '/api/views', { name, filters, shared }),
    onSuccess: () => {
      setName('');
      setShared(false);
      return cache.invalidateQueries({ queryKey: ['views'] });
    },
  });
  const wrong = isMissing
    ? words.nameMissing
    : save.error instanceof ApiProblem
      ? save.error.errorAt('/name')
      : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setMissing(!name.trim());
    if (name.trim()) save.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <h2 className="fr-h6">{words.save}</h2>
      <Input
        label={words.name}
        hintText={words.nameHint}
        state={wrong ? 'error' : 'default'}
        stateRelatedMessage={wrong}
        nativeInputProps={{
          value: name,
          maxLength: 80,
          required: true,
          onChange: ({ target }) => {
            setName(target.value);
            setMissing(false);
          },
        }}
      />
      {may('view.share') && (
        <Checkbox
          options={[
            {
              label: words.share,
              nativeInputProps: { checked: shared, onChange: ({ target }) => setShared(target.checked) },
            },
          ]}
        />
      )}
      <Button type="submit" className="fr-mt-2w" disabled={save.isPending}>
        {words.saveIt}
      </Button>
      {save.error && !wrong && <Failure error={save.error} />}
      <div role="status">
        {save.data && (
          <Alert
            small
            severity="success"
            description={words.saved(save.data.body.name)}
            className="fr-mt-2w"
          />
        )}
      </div>
    </form>
  );
}

function OneView({ view }: { view: View }) {
  const words = useWords(w);
  const may = useMay();
  const cache = useQueryClient();
  const [doing, setDoing] = useState<'nothing' | 'renaming' | 'removing'>('nothing');
  const [name, setName] = useState(view.name);
  const change = useMutation({
    mutationFn: (how: 'rename' | 'remove') =>
      how === 'remove'
        ? write('DELETE', `/api/views/${view.id}`)
        : write('PUT', `/api/views/${view.id}`, { name, filters: view.filters, shared: view.shared }),
    onSuccess: () => {
      setDoing('nothing');
      return cache.invalidateQueries({ queryKey: ['views'] });
    },
  });
  const mayChange = !view.shared || may('view.share');
  return (
    <li data-keeps-focus="input, .fr-btn--secondary, .fr-btn--tertiary-no-outline">
      <div className="inbox__view">
        <span>
          {view.name}{' '}
          {view.shared && (
            <Badge as="span" small noIcon severity="info">
              {words.isShared}
            </Badge>
          )}
        </span>
        {mayChange && doing === 'nothing' && (
          <>
            <Button
              size="small"
              priority="tertiary no outline"
              nativeButtonProps={{ 'aria-label': words.renameOf(view.name) }}
              onClick={() => setDoing('renaming')}
            >
              {words.rename}
            </Button>
            <Button
              size="small"
              priority="tertiary no outline"
              nativeButtonProps={{ 'aria-label': words.removeOf(view.name) }}
              onClick={() => setDoing('removing')}
            >
              {words.remove}
            </Button>
          </>
        )}
      </div>
      {doing === 'renaming' && (
        <form
          className="inbox__view"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) change.mutate('rename');
          }}
        >
          <Input
            label={words.newName(view.name)}
            nativeInputProps={{
              value: name,
              maxLength: 80,
              required: true,
              onChange: ({ target }) => setName(target.value),
            }}
          />
          <Button size="small" type="submit" disabled={change.isPending}>
            {words.rename}
          </Button>
          <Button size="small" priority="secondary" type="button" onClick={() => setDoing('nothing')}>
            {words.cancel}
          </Button>
        </form>
      )}
      {doing === 'removing' && (
        <div className="inbox__view">
          <span>{words.removeReally(view.name)}</span>
          <Button size="small" disabled={change.isPending} onClick={() => change.mutate('remove')}>
            {words.yesRemove}
          </Button>
          <Button size="small" priority="secondary" onClick={() => setDoing('nothing')}>
            {words.cancel}
          </Button>
        </div>
      )}
      {change.error && <Failure error={change.error} />}
    </li>
  );
}
