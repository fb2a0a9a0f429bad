/** What leaves for the evaluation, who took what, and the two things that the administration alone does. */
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Checkbox } from '@codegouvfr/react-dsfr/Checkbox';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { exportLabels } from '../../../domain/labels';
import { download, queryOf, write } from '../api/client';
import type { Blinding, Export } from '../api/types';
import { Failure } from '../layout/states';
import { Log } from '../people/log';
import { usePages } from '../people/use-pages';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';

const w = inBoth({
  fr: {
    taking: 'Emporter les données',
    takingWhat:
      'Une ligne par personne tirée au sort, sous pseudonyme, à la date et pour la vague choisies ci-dessus. Qui l’emporte, quand et combien de lignes est gardé.',
    noKey: 'Cette installation n’a pas de clé pour les pseudonymes : l’exploitant définit EVALUATION_KEY.',
    arms: 'Groupes',
    open: 'Service plus et droit commun',
    masked: 'Masqués : A et B',
    format: 'Format',
    download: 'Télécharger',
    releases: 'Ce qui a été emporté',
    rows: (n: number) => (n > 1 ? `${n} lignes` : `${n} ligne`),
    at: (time: string) => `à ${time}`,
    wave: 'Vague',
    programme: 'Tout le programme',
    reason: 'Motif',
    reasonHint: 'Pour qui et pour quoi, 10 caractères au moins ; aucun nom de jeune',
    matching: 'Fichier d’appariement',
    matchingWhat:
      'Pseudonyme et numéro Parcours 3 de chaque personne tirée au sort, pour qui apparie et n’analyse pas. Le motif est gardé.',
    taken: 'Le fichier est enregistré.',
    unblinding: 'Lever l’aveugle',
    unblindingWhat:
      'Les comités lisent ensuite les chiffres par groupe, de cette vague ou de tout le programme. Cela ne s’annule pas, et ce qui est levé par vague ne l’est plus pour tout le programme.',
    sure: 'L’analyse est faite ; je sais que cela ne s’annule pas',
    unblind: 'Lever l’aveugle',
    unblinded: 'L’aveugle est levé.',
  },
  en: {
    taking: 'Take the data away',
    takingWhat:
      'One row for each person randomised, under a pseudonym, as at the date and of the wave chosen above. Who takes it, when and how many rows is kept.',
    noKey: 'This installation has no key for pseudonyms: whoever runs it sets EVALUATION_KEY.',
    arms: 'Arms',
    open: 'Service plus and usual service',
    masked: 'Masked: A and B',
    format: 'Format',
    download: 'Download',
    releases: 'What was taken away',
    rows: (n: number) => (n === 1 ? `${n} row` : `${n} rows`),
    at: (time: string) => `at ${time}`,
    wave: 'Wave',
    programme: 'The whole programme',
    reason: 'Reason',
    reasonHint: 'For whom and for what, at least 10 characters; no young person’s name',
    matching: 'Matching file',
    matchingWhat:
      'Pseudonym and Parcours 3 number of each person randomised, for who matches and does not analyse. The reason is kept.',
    taken: 'The file is saved.',
    unblinding: 'Unblind',
    unblindingWhat:
      'Committees then read the figures of the arms, of this wave or of the whole programme. It cannot be undone, and what is unblinded wave by wave is no longer unblinded for the whole programme.',
    sure: 'The analysis is done; I know that this cannot be undone',
    unblind: 'Unblind',
    unblinded: 'It is unblinded.',
  },
});

/** @param query as at when, of which wave */
export function Taking({ query, hasKey }: { query: Readonly<Record<string, string>>; hasKey: boolean }) {
  const words = useWords(w);
  const [arms, setArms] = useState('open');
  const [format, setFormat] = useState('csv');
  return (
    <section className="evaluation-part" aria-labelledby="taking">
      <h2 id="taking">{words.taking}</h2>
      <p>{words.takingWhat}</p>
      {hasKey ? (
        <div className="evaluation-filters">
          <Select
            label={words.arms}
            nativeSelectProps={{ value: arms, onChange: (e) => setArms(e.target.value) }}
          >
            <option value="open">{words.open}</option>
            <option value="masked">{words.masked}</option>
          </Select>
          <Select
            label={words.format}
            nativeSelectProps={{ value: format, onChange: (e) => setFormat(e.target.value) }}
          >
            <option value="csv">CSV</option>
            <option value="ndjson">NDJSON</option>
          </Select>
          {/* A link, so that a file of any size goes to the disk and not through the page. */}
          <a
            className="fr-btn fr-btn--icon-left fr-icon-download-line"
            href={`/api/evaluation/export${queryOf({ ...query, arms, format })}`}
            download
          >
            {words.download}
          </a>
        </div>
      ) : (
        <Alert severity="warning" small description={words.noKey} />
      )}
    </section>
  );
}

export function Releases() {
  const words = useWords(w);
  const labelOf = useLabel();
  const { time } = useDates();
  const list = usePages<Export>('/evaluation/releases');
  return (
    <section className="evaluation-part" aria-labelledby="releases">
      <h2 id="releases">{words.releases}</h2>
      <Log list={list} keyOf={(x) => x.id} atOf={(x) => x.madeAt}>
        {({ staff, what, rows, madeAt }) => (
          <>
            <p>
              <strong>{staff.displayName}</strong>
            </p>
            <p>{labelOf(exportLabels[what])}</p>
            <p>{words.rows(rows)}</p>
            <p className="log__aside">
              <time dateTime={madeAt}>{words.at(time(madeAt))}</time>
            </p>
          </>
        )}
      </Log>
    </section>
  );
}

/** Which wave, and why. */
function Why({
  blinding,
  wave,
  reason,
  setWave,
  setReason,
}: {
  blinding: Blinding;
  wave: string;
  reason: string;
  setWave: (wave: string) => void;
  setReason: (reason: string) => void;
}) {
  const words = useWords(w);
  return (
    <>
      <Select
        label={words.wave}
        nativeSelectProps={{ value: wave, onChange: (e) => setWave(e.target.value) }}
      >
        <option value="">{words.programme}</option>
        {blinding.waves.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </Select>
      <Input
        label={words.reason}
        hintText={words.reasonHint}
        nativeInputProps={{
          value: reason,
          required: true,
          minLength: 10,
          maxLength: 300,
          onChange: (e) => setReason(e.target.value),
        }}
      />
    </>
  );
}

export function Matching({ blinding }: { blinding: Blinding }) {
  const words = useWords(w);
  const cache = useQueryClient();
  const [wave, setWave] = useState('');
  const [reason, setReason] = useState('');
  const taking = useMutation({
    mutationFn: () => download('/api/evaluation/matching', { reason, wave: wave || null }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['/evaluation/releases'] }),
  });
  return (
    <section className="evaluation-part" aria-labelledby="matching">
      <h2 id="matching">{words.matching}</h2>
      <p>{words.matchingWhat}</p>
      {blinding.key === null ? (
        <Alert severity="warning" small description={words.noKey} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            taking.mutate();
          }}
        >
          <Why {...{ blinding, wave, setWave, reason, setReason }} />
          <Button type="submit" priority="secondary" disabled={taking.isPending}>
            {words.download}
          </Button>
          <p role="status" className="fr-hint-text">
            {taking.isSuccess && words.taken}
          </p>
          {taking.error && <Failure error={taking.error} />}
        </form>
      )}
    </section>
  );
}

export function Unblinding({ blinding }: { blinding: Blinding }) {
  const words = useWords(w);
  const cache = useQueryClient();
  const [wave, setWave] = useState('');
  const [reason, setReason] = useState('');
  const [sure, setSure] = useState(false);
  const unblinding = useMutation({
    mutationFn: () => write('POST', '/api/evaluation/unblinding', { reason, wave: wave || null }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['evaluation', 'blinding'] }),
  });
  return (
    <section className="evaluation-part" aria-labelledby="unblinding">
      <h2 id="unblinding">{words.unblinding}</h2>
      <p>{words.unblindingWhat}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          unblinding.mutate();
        }}
      >
        <Why {...{ blinding, wave, setWave, reason, setReason }} />
        <Checkbox
          options={[
            {
              label: words.sure,
              nativeInputProps: {
                checked: sure,
                required: true,
                onChange: (e) => setSure(e.target.checked),
              },
            },
          ]}
        />
        <Button type="submit" priority="secondary" disabled={unblinding.isPending}>
          {words.unblind}
        </Button>
        <p role="status" className="fr-hint-text">
          {unblinding.isSuccess && words.unblinded}
        </p>
        {unblinding.error && <Failure error={unblinding.error} />}
      </form>
    </section>
  );
}
