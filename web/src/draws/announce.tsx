/** Announcing a draw: what is said here is published and no longer changes. */
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Checkbox } from '@codegouvfr/react-dsfr/Checkbox';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { RadioButtons } from '@codegouvfr/react-dsfr/RadioButtons';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import type { SiteRules } from '../../../domain/draw/record';
import { write } from '../api/client';
import { ApiProblem } from '../api/problem';
import type { DrawSummary } from '../api/types';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { parisInstant } from '../words/dates';
import { inBoth, useWords } from '../words/words';
import { useSites } from './use-sites';
import { drawWords } from './words';
import './draws.css';

const w = inBoth({
  fr: {
    title: 'Annoncer un tirage',
    stays: 'Une fois annoncé, rien de ceci ne change plus',
    staysWhy:
      'Les règles et les dates sont publiées, la graine est choisie aussitôt. Vérifiez-les avec le comité de pilotage.',
    waveHint: 'Une vague n’est tirée qu’une fois : « Automne 2027 »',
    freezeAt: 'Clôture du registre (heure de Paris)',
    freezeHint: 'Qui attend le tirage à cet instant figure au registre',
    drawAt: 'Tirage (heure de Paris)',
    drawHint: 'Le registre est publié avant : laissez à chacun le temps de le garder',
    strata: 'Comment tirer',
    bySite: 'Chaque site à part',
    together: 'Tous les sites ensemble, avec la même règle',
    sites: 'Quels sites',
    rulesOf: (site: string) => `Règles de ${site}`,
    servicePlus: 'Service plus pour',
    of: 'sur',
    block: 'Personnes par bloc',
    blockHint: 'Un multiple du nombre précédent : dans chaque bloc la proportion est exacte',
    places: 'Places dans la vague',
    placesHint: 'Vide : tous ceux qui le souhaitent entrent',
    misfits: 'Qui ne remplit pas un bloc',
    proportional: 'Tiré dans la même proportion',
    next_wave: 'Attend la vague suivante',
    withNumber: 'Le tirage prend un nombre public',
    numberHint:
      'Le résultat d’une loterie, par exemple : pour convaincre ceux qui n’ont pas confiance dans la graine',
    source: 'Sa source, telle que chacun la retrouve',
    notBefore: 'Ne peut être connu avant (heure de Paris)',
    announce: 'Annoncer le tirage',
    nothing: 'Choisissez au moins un site.',
  },
  en: {
    title: 'Announce a draw',
    stays: 'Once announced, nothing of this changes any more',
    staysWhy: 'Rules and dates are published, the seed is chosen at once. Check them with the committee.',
    waveHint: 'A wave is drawn once: “Autumn 2027”',
    freezeAt: 'Register frozen (time in Paris)',
    freezeHint: 'Who awaits the draw at this instant stands in the register',
    drawAt: 'Draw (time in Paris)',
    drawHint: 'The register is published before: leave everybody the time to keep it',
    strata: 'How to draw',
    bySite: 'Each site apart',
    together: 'All sites together, by the same rule',
    sites: 'Which sites',
    rulesOf: (site: string) => `Rules of ${site}`,
    servicePlus: 'Service plus for',
    of: 'of',
    block: 'People in a block',
    blockHint: 'A multiple of the number before: in each block the proportion is exact',
    places: 'Places in the wave',
    placesHint: 'Empty: everybody who wishes enters',
    misfits: 'Who does not fill a block',
    proportional: 'Drawn in the same proportion',
    next_wave: 'Waits for the next wave',
    withNumber: 'The draw takes a public number',
    numberHint: 'A lottery’s result, say: to convince those who do not trust the seed',
    source: 'Its source, as everybody finds it',
    notBefore: 'Cannot be known before (time in Paris)',
    announce: 'Announce the draw',
    nothing: 'Choose at least one site.',
  },
});

/** What is typed for a site: numbers as text, until they are sent. */
interface Typed {
  readonly servicePlus: string;
  readonly of: string;
  readonly block: string;
  readonly places: string;
  readonly misfits: SiteRules['misfits'];
}
const usual: Typed = { servicePlus: '1', of: '2', block: '4', places: '', misfits: 'proportional' };

/** What is no number is said to be none by the API, which names the field. */
const numberOf = (typed: string) => (typed.trim() === '' ? null : Number(typed));

export function Component() {
  const words = useWords(w);
  const said = useWords(drawWords);
  const sites = useSites();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [wave, setWave] = useState('');
  const [freezeAt, setFreezeAt] = useState('');
  const [drawAt, setDrawAt] = useState('');
  const [strata, setStrata] = useState<'site' | 'none'>('site');
  const [chosen, setChosen] = useState<Readonly<Record<string, Typed>>>({});
  const [number, setNumber] = useState<{ source: string; notBefore: string } | null>(null);
  const ids = (sites.data?.items ?? []).flatMap(({ id }) => (chosen[id] ? [id] : []));
  const announcing = useMutation({
    mutationFn: () =>
      write<DrawSummary>('POST', '/api/draws', {
        wave: wave.trim(),
        freezeAt: parisInstant(freezeAt),
        drawAt: parisInstant(drawAt),
        rules: {
          strata,
          publicNumber: number && {
            source: number.source.trim(),
            notBefore: parisInstant(number.notBefore),
          },
          sites: ids.map((site) => {
            const { servicePlus, of, block, places, misfits } = chosen[site] as Typed;
            const ratio = { servicePlus: numberOf(servicePlus), of: numberOf(of) };
            return { site, ratio, block: numberOf(block), places: numberOf(places), misfits };
          }),
        },
      }),
    onSuccess: ({ body }) => {
      void cache.invalidateQueries({ queryKey: ['draws'] });
      void navigate(`/draws/${body.id}`);
    },
  });
  const problem = announcing.error instanceof ApiProblem ? announcing.error : null;
  const wrongAt = (...pointers: string[]) => {
    const message = pointers.map((pointer) => problem?.errorAt(pointer)).find(Boolean);
    return message ? { state: 'error' as const, stateRelatedMessage: message } : {};
  };
  const change = (site: string, more: Partial<Typed>) =>
    setChosen({ ...chosen, [site]: { ...(chosen[site] ?? usual), ...more } });
  const announce = (event: FormEvent) => {
    event.preventDefault();
    announcing.mutate();
  };
  if (!sites.data)
    return (
      <Page title={words.title}>
        {sites.error ? <Failure error={sites.error} retry={() => void sites.refetch()} /> : <Waiting />}
      </Page>
    );
  return (
    <Page title={words.title}>
      <form onSubmit={announce} className="announce">
        <Alert
          className="fr-mb-3w"
          severity="info"
          as="h2"
          title={words.stays}
          description={words.staysWhy}
        />
        <Input
          label={said.wave}
          hintText={words.waveHint}
          {...wrongAt('/wave')}
          nativeInputProps={{
            value: wave,
            required: true,
            maxLength: 60,
            onChange: (e) => setWave(e.target.value),
          }}
        />
        <div className="announce__pair">
          {(
            [
              ['/freezeAt', words.freezeAt, words.freezeHint, freezeAt, setFreezeAt],
              ['/drawAt', words.drawAt, words.drawHint, drawAt, setDrawAt],
            ] as const
          ).map(([pointer, label, hint, value, set]) => (
            <Input
              key={pointer}
              label={label}
              hintText={hint}
              {...wrongAt(pointer)}
              nativeInputProps={{
                type: 'datetime-local',
                value,
                required: true,
                onChange: (e) => set(e.target.value),
              }}
            />
          ))}
        </div>
        <RadioButtons
          legend={words.strata}
          options={(['site', 'none'] as const).map((way) => ({
            label: { site: words.bySite, none: words.together }[way],
            nativeInputProps: { checked: strata === way, onChange: () => setStrata(way) },
          }))}
        />
        <Checkbox
          legend={words.sites}
          {...(problem?.errorAt('/rules/sites') && {
            state: 'error' as const,
            stateRelatedMessage: words.nothing,
          })}
          options={sites.data.items.map(({ id, name }) => ({
            label: name,
            nativeInputProps: {
              checked: id in chosen,
              onChange: () => {
                const { [id]: known, ...others } = chosen;
                setChosen(known ? others : { ...chosen, [id]: Object.values(chosen).at(-1) ?? usual });
              },
            },
          }))}
        />
        {ids.map((id, i) => {
          const typed = chosen[id] as Typed;
          const at = `/rules/sites/${i}`;
          const field = (name: 'servicePlus' | 'of' | 'block' | 'places', ...pointers: string[]) => ({
            ...wrongAt(...pointers.map((pointer) => `${at}${pointer}`)),
            nativeInputProps: {
              value: typed[name],
              inputMode: 'numeric' as const,
              required: name !== 'places',
              onChange: (e: { target: { value: string } }) => change(id, { [name]: e.target.value }),
            },
          });
          const name = sites.data.items.find((site) => site.id === id)?.name ?? id;
          return (
            <fieldset key={id} className="announce__site">
              <legend>{words.rulesOf(name)}</legend>
              {problem?.errorAt(`${at}/site`) && (
                <p className="fr-error-text">{problem.errorAt(`${at}/site`)}</p>
              )}
              <div className="announce__pair">
                <Input label={words.servicePlus} {...field('servicePlus', '/ratio/servicePlus', '/ratio')} />
                <Input label={words.of} {...field('of', '/ratio/of')} />
                <Input label={words.block} hintText={words.blockHint} {...field('block', '/block')} />
                <Input label={words.places} hintText={words.placesHint} {...field('places', '/places')} />
              </div>
              <Select
                label={words.misfits}
                {...wrongAt(`${at}/misfits`)}
                nativeSelectProps={{
                  value: typed.misfits,
                  onChange: (e) => change(id, { misfits: e.target.value as Typed['misfits'] }),
                }}
              >
                {(['proportional', 'next_wave'] as const).map((rule) => (
                  <option key={rule} value={rule}>
                    {words[rule]}
                  </option>
                ))}
              </Select>
            </fieldset>
          );
        })}
        <Checkbox
          options={[
            {
              label: words.withNumber,
              hintText: words.numberHint,
              nativeInputProps: {
                checked: number !== null,
                onChange: () => setNumber(number ? null : { source: '', notBefore: '' }),
              },
            },
          ]}
        />
        {number && (
          <div className="announce__pair">
            <Input
              label={words.source}
              {...wrongAt('/rules/publicNumber/source')}
              nativeInputProps={{
                value: number.source,
                required: true,
                maxLength: 500,
                onChange: (e) => setNumber({ ...number, source: e.target.value }),
              }}
            />
            <Input
              label={words.notBefore}
              {...wrongAt('/rules/publicNumber/notBefore')}
              nativeInputProps={{
                type: 'datetime-local',
                value: number.notBefore,
                required: true,
                onChange: (e) => setNumber({ ...number, notBefore: e.target.value }),
              }}
            />
          </div>
        )}
        <Button type="submit" disabled={announcing.isPending}>
          {words.announce}
        </Button>
        {announcing.error && (
          <div className="fr-mt-2w">
            <Failure error={announcing.error} />
          </div>
        )}
      </form>
    </Page>
  );
}
