/** One draw: its three moments with what was published at each, its rules in words, its counts, and how to check it. */
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useParams } from 'react-router';
import { get, write } from '../api/client';
import { ApiProblem } from '../api/problem';
import type { Draw } from '../api/types';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { useMay } from '../session/session';
import { useDates } from '../words/dates';
import { inBoth, useWords } from '../words/words';
import { useSiteName } from './use-sites';
import { drawWords } from './words';
import './draws.css';

const w = inBoth({
  fr: {
    title: (wave: string) => `Tirage : ${wave}`,
    moments: 'Les trois moments',
    promise: 'La promesse',
    promiseWhat:
      'Un nombre secret, la graine, est choisi et son empreinte publiée : il ne peut plus être remplacé.',
    commitment: 'Empreinte de la graine',
    register: 'Le registre clos',
    registerWhat:
      'Tous ceux qui souhaitent entrer y figurent, sans nom, avec les règles : ni une personne ni une règle ne peut plus changer.',
    registerHash: 'Empreinte du registre',
    draw: 'Le tirage',
    drawWhat: 'La graine est publiée avec le résultat : chacun peut refaire le tirage.',
    planned: (when: string) => `prévu le ${when}`,
    done: (when: string) => `le ${when}`,
    soon: 'dans un instant',
    number: 'Nombre public',
    numberAwaited: (source: string, when: string) =>
      `Le tirage prend aussi un nombre public, que personne ne peut connaître avant le ${when} : ${source}`,
    copy: (what: string) => `Copier : ${what}`,
    copied: 'Copié',
    notCopied: 'Sélectionnez l’empreinte et copiez-la',
    rules: 'Les règles',
    bySite: 'Chaque site est tiré à part.',
    together: 'Tous les sites sont tirés ensemble.',
    rule: (site: string, ratio: string, block: number, places: string, misfits: string) =>
      `${site} : service plus pour ${ratio}, par blocs de ${block} ; ${places} ; ${misfits}.`,
    places: (n: number | null) =>
      n === null ? 'tous ceux qui le souhaitent entrent' : `${n} ${n > 1 ? 'places' : 'place'}`,
    first:
      'Une personne déjà tirée garde son premier groupe. Rien n’est jamais libéré ni tiré une seconde fois.',
    counts: 'Les nombres, par site',
    site: 'Site',
    registered: 'Inscrits au registre',
    kept: 'Revenus, gardent leur groupe',
    standard: 'Droit commun',
    rush: 'Attendent : plus de souhaits que de places',
    misfit: 'Attendent : bloc incomplet',
    check: 'Vérifier',
    checkWhy:
      'Gardez les empreintes dès qu’elles paraissent : par exemple, envoyez-les-vous par courriel. Puis, avec Node et le seul fichier verify-draw.mjs du code source, sans réseau :',
    take: 'Télécharger ce qui est publié (JSON)',
    giveNumber: 'Donner le nombre public',
    numberHint: 'Tel que sa source l’a publié : il ne pourra plus être changé.',
    give: 'Donner',
    given: 'Le nombre est pris : le tirage suit.',
  },
  en: {
    title: (wave: string) => `Draw: ${wave}`,
    moments: 'The three moments',
    promise: 'The promise',
    promiseWhat:
      'A secret number, the seed, is chosen and its fingerprint published: it can no longer be replaced.',
    commitment: 'Fingerprint of the seed',
    register: 'The frozen register',
    registerWhat:
      'Everybody who wishes to enter stands in it, without a name, with the rules: neither a person nor a rule can change any more.',
    registerHash: 'Fingerprint of the register',
    draw: 'The draw',
    drawWhat: 'The seed is published with the result: anybody can make the draw again.',
    planned: (when: string) => `planned for ${when}`,
    done: (when: string) => `on ${when}`,
    soon: 'in a moment',
    number: 'Public number',
    numberAwaited: (source: string, when: string) =>
      `The draw also takes a public number that nobody can know before ${when}: ${source}`,
    copy: (what: string) => `Copy: ${what}`,
    copied: 'Copied',
    notCopied: 'Select the fingerprint and copy it',
    rules: 'The rules',
    bySite: 'Each site is drawn apart.',
    together: 'All sites are drawn together.',
    rule: (site: string, ratio: string, block: number, places: string, misfits: string) =>
      `${site}: service plus for ${ratio}, in blocks of ${block}; ${places}; ${misfits}.`,
    places: (n: number | null) =>
      n === null ? 'everybody who wishes enters' : `${n} ${n === 1 ? 'place' : 'places'}`,
    first: 'Who was drawn once keeps the first arm. Nothing is ever freed or drawn a second time.',
    counts: 'The numbers, by site',
    site: 'Site',
    registered: 'In the register',
    kept: 'Met again, keep their arm',
    standard: 'Usual service',
    rush: 'Wait: more wishes than places',
    misfit: 'Wait: block not full',
    check: 'Checking it',
    checkWhy:
      'Keep the fingerprints as they appear: send them to yourself by e-mail, say. Then, with Node and the one file verify-draw.mjs of the source, without a network:',
    take: 'Download what is published (JSON)',
    giveNumber: 'Give the public number',
    numberHint: 'As its source published it: it can no longer be changed.',
    give: 'Give',
    given: 'The number is taken: the draw follows.',
  },
});

/** Until it is drawn, a page that is left open looks again. */
const LOOK_AGAIN_MS = 15_000;

export function Component() {
  const { id = '' } = useParams();
  const words = useWords(w);
  const asked = useQuery({
    queryKey: ['draws', id],
    queryFn: ({ signal }) => get<Draw>(`/api/draws/${id}`, signal),
    refetchInterval: ({ state }) => (state.data?.state === 'drawn' ? false : LOOK_AGAIN_MS),
  });
  const draw = asked.data;
  if (!draw)
    return (
      <Page title={words.title('…')}>
        {asked.error ? <Failure error={asked.error} retry={() => void asked.refetch()} /> : <Waiting />}
      </Page>
    );
  return <One draw={draw} />;
}

function One({ draw }: { draw: Draw }) {
  const words = useWords(w);
  const said = useWords(drawWords);
  const may = useMay();
  const { instant } = useDates();
  const nameOf = useSiteName();
  const { rules } = draw;
  const when = (at: string | null, planned?: string) =>
    at ? words.done(instant(at)) : planned ? words.planned(instant(planned)) : words.soon;
  return (
    <Page title={words.title(draw.wave)}>
      <p>
        <Badge noIcon severity={draw.state === 'drawn' ? 'success' : 'info'}>
          {said.states[draw.state]}
        </Badge>
      </p>
      {draw.sites && draw.drawnAt && <Counts draw={draw} sites={draw.sites} />}
      <section aria-labelledby="moments">
        <h2 id="moments" className="fr-h4">
          {words.moments}
        </h2>
        <ol className="moments">
          <Moment name={words.promise} what={words.promiseWhat} when={when(draw.committedAt)}>
            <Hash name={words.commitment} value={draw.commitment} />
          </Moment>
          <Moment name={words.register} what={words.registerWhat} when={when(draw.frozenAt, draw.freezeAt)}>
            <Hash name={words.registerHash} value={draw.registerHash} />
          </Moment>
          <Moment name={words.draw} what={words.drawWhat} when={when(draw.drawnAt, draw.drawAt)}>
            {rules.publicNumber && (
              <p>{words.numberAwaited(rules.publicNumber.source, instant(rules.publicNumber.notBefore))}</p>
            )}
            {draw.publicNumber !== null && (
              <p>
                {words.number} : <strong>{draw.publicNumber}</strong>
              </p>
            )}
          </Moment>
        </ol>
        {may('draw.announce') &&
          rules.publicNumber &&
          draw.publicNumber === null &&
          draw.state === 'frozen' && <GiveNumber id={draw.id} />}
      </section>
      <section aria-labelledby="rules">
        <h2 id="rules" className="fr-h4">
          {words.rules}
        </h2>
        <p>{rules.strata === 'site' ? words.bySite : words.together}</p>
        <ul>
          {rules.sites.map(({ site, ratio, block, places, misfits }) => (
            <li key={site}>
              {words.rule(
                nameOf(site),
                said.ratio(ratio.servicePlus, ratio.of),
                block,
                words.places(places),
                said.misfits[misfits],
              )}
            </li>
          ))}
        </ul>
        <p>{words.first}</p>
      </section>
      {draw.sites && !draw.drawnAt && <Counts draw={draw} sites={draw.sites} />}
      {draw.commitment && (
        <section aria-labelledby="check">
          <h2 id="check" className="fr-h4">
            {words.check}
          </h2>
          <p>{words.checkWhy}</p>
          <pre className="command">
            <code>
              {[
                `node verify-draw.mjs draw-${draw.id}.json`,
                `--commitment ${draw.commitment}`,
                ...(draw.registerHash ? [`--register ${draw.registerHash}`] : []),
              ].join(' ')}
            </code>
          </pre>
          <p>
            <a className="fr-link fr-link--download" href={`/api/draws/${draw.id}/record`} download>
              {words.take}
            </a>
          </p>
        </section>
      )}
    </Page>
  );
}

function Moment({
  name,
  what,
  when,
  children,
}: {
  name: string;
  what: string;
  when: string;
  children: ReactNode;
}) {
  return (
    <li>
      <h3 className="fr-h6">
        {name}, {when}
      </h3>
      <p className="fr-hint-text">{what}</p>
      {children}
    </li>
  );
}

/** What somebody keeps, to compare later. */
function Hash({ name, value }: { name: string; value: string | null }) {
  const words = useWords(w);
  const [told, setTold] = useState('');
  if (value === null) return null;
  const copy = () =>
    void navigator.clipboard.writeText(value).then(
      () => setTold(words.copied),
      // Not every browser lets a page.
      () => setTold(words.notCopied),
    );
  return (
    <div className="hash">
      <p>
        {name}
        <br />
        <code>{value}</code>
      </p>
      <Button
        priority="tertiary"
        size="small"
        iconId={told === words.copied ? 'fr-icon-check-line' : 'fr-icon-clipboard-line'}
        onClick={copy}
      >
        {words.copy(name)}
      </Button>
      <span role="status" className="fr-hint-text">
        {told}
      </span>
    </div>
  );
}

function Counts({ draw, sites }: { draw: Draw; sites: NonNullable<Draw['sites']> }) {
  const words = useWords(w);
  const said = useWords(drawWords);
  const nameOf = useSiteName();
  const columns = [
    [words.registered, 'registered'],
    ...(draw.drawnAt
      ? ([
          [said.servicePlus, 'servicePlus'],
          [words.standard, 'standard'],
          [words.rush, 'rush'],
          [words.misfit, 'misfit'],
        ] as const)
      : []),
    [words.kept, 'kept'],
  ] as const;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by the keyboard
    <section className="draw-counts" aria-label={words.counts} tabIndex={0}>
      <table>
        <caption>{words.counts}</caption>
        <thead>
          <tr>
            <th scope="col">{words.site}</th>
            {columns.map(([name]) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sites.map((site) => (
            <tr key={site.siteId}>
              <th scope="row">{nameOf(site.siteId)}</th>
              {columns.map(([name, count]) => (
                <td key={name}>{site[count]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function GiveNumber({ id }: { id: string }) {
  const words = useWords(w);
  const cache = useQueryClient();
  const [number, setNumber] = useState('');
  const giving = useMutation({
    mutationFn: () => write('POST', `/api/draws/${id}/number`, { number: number.trim() }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ['draws'] }),
  });
  const wrong = giving.error instanceof ApiProblem ? giving.error.errorAt('/number') : undefined;
  const give = (event: FormEvent) => {
    event.preventDefault();
    giving.mutate();
  };
  return (
    <form onSubmit={give} className="draw-number">
      <h3 className="fr-h6">{words.giveNumber}</h3>
      <Input
        label={words.number}
        hintText={words.numberHint}
        {...(wrong && { state: 'error' as const, stateRelatedMessage: wrong })}
        nativeInputProps={{
          value: number,
          required: true,
          maxLength: 200,
          autoComplete: 'off',
          onChange: (e) => setNumber(e.target.value),
        }}
      />
      <Button type="submit" disabled={giving.isPending}>
        {words.give}
      </Button>
      <div role="status">
        {giving.isSuccess && (
          <Alert className="fr-mt-2w" severity="success" small description={words.given} />
        )}
      </div>
      {giving.error && <Failure error={giving.error} />}
    </form>
  );
}
