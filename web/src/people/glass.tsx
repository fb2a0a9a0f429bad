/** A young person who says that another site accompanies them: reading their pathway for four hours, for a reason. */
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { RadioButtons } from '@codegouvfr/react-dsfr/RadioButtons';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { write } from '../api/client';
import { ApiProblem } from '../api/problem';
import type { GlassAnswer } from '../api/types';
import { Page } from '../layout/page';
import { Failure } from '../layout/states';
import { parisDay, useDates } from '../words/dates';
import { inBoth, useWords } from '../words/words';
import './log.css';

const w = inBoth({
  fr: {
    title: 'Jeune d’un autre site',
    lead: 'Un jeune que vous recevez dit être accompagné par un autre site ? Vous pouvez lire son parcours pendant quatre heures, sans rien y modifier.',
    before: 'Ce qui sera gardé et dit',
    kept: 'Votre demande est gardée avec votre nom, l’heure et votre raison, même si personne n’est trouvé.',
    told: 'La coordination du site du jeune est avertie aussitôt et voit ce que vous lisez. La vôtre voit votre demande.',
    exact:
      'Seul un nom exact avec la date de naissance, ou un numéro exact, trouve quelqu’un. Les accents et les majuscules ne comptent pas.',
    often: 'Dix recherches par heure au plus.',
    by: 'Chercher par',
    byName: 'Nom et date de naissance',
    byNumber: 'Numéro Parcours 3 ou i-milo',
    lastName: 'Nom',
    firstName: 'Prénom',
    birthDate: 'Date de naissance',
    number: 'Numéro',
    reason: 'Pourquoi avez-vous besoin de lire ce parcours ?',
    reasonHint: 'De 20 à 500 caractères, lus par les deux coordinations.',
    ask: 'Chercher et ouvrir la lecture',
    nobody: 'Personne n’est accompagné sous ces données',
    check: 'Vérifiez-les avec le jeune : l’orthographe du nom, la date. Votre demande a été gardée.',
    found: (site: string) => `Ce jeune est accompagné à ${site}`,
    until: (time: string) => `Vous pouvez lire son parcours jusqu’à ${time}. Sa coordination est avertie.`,
    own: 'C’est un jeune de votre site : rien n’a été ouvert ni signalé.',
    read: 'Lire le parcours',
  },
  en: {
    title: 'Another site’s young person',
    lead: 'A young person whom you meet says that another site accompanies them? You can read their pathway for four hours, and change nothing.',
    before: 'What will be kept and told',
    kept: 'Your request is kept with your name, the time and your reason, even if nobody is found.',
    told: 'The coordinators of the young person’s site are told at once and see what you read. Yours see your request.',
    exact:
      'Only an exact name with the birth date, or an exact number, finds somebody. Accents and capitals do not matter.',
    often: 'Ten searches an hour at most.',
    by: 'Search by',
    byName: 'Name and birth date',
    byNumber: 'Parcours 3 or i-milo number',
    lastName: 'Last name',
    firstName: 'First name',
    birthDate: 'Birth date',
    number: 'Number',
    reason: 'Why do you need to read this pathway?',
    reasonHint: '20 to 500 characters, read by the coordinators of both sites.',
    ask: 'Search and open for reading',
    nobody: 'Nobody is accompanied under these data',
    check: 'Check them with the young person: the spelling of the name, the date. Your request was kept.',
    found: (site: string) => `This young person is accompanied at ${site}`,
    until: (time: string) => `You can read their pathway until ${time}. Its coordinators are told.`,
    own: 'This is a young person of your site: nothing was opened or told.',
    read: 'Read the pathway',
  },
});

type By = 'name' | 'number';
const fieldsOf = {
  name: ['lastName', 'firstName', 'birthDate'],
  number: ['externalNumber'],
} as const;
type Field = (typeof fieldsOf)[By][number];
const REASON = { least: 20, most: 500 };

export function Component() {
  const words = useWords(w);
  const [by, setBy] = useState<By>('name');
  // In the page's memory alone: a name is in no address and no storage.
  const [typed, setTyped] = useState<Readonly<Record<Field, string>>>({
    lastName: '',
    firstName: '',
    birthDate: '',
    externalNumber: '',
  });
  const [reason, setReason] = useState('');
  const asking = useMutation({
    mutationFn: () => {
      const sought = Object.fromEntries(fieldsOf[by].map((name) => [name, typed[name].trim()]));
      return write<GlassAnswer>('POST', '/api/glass', { by, ...sought, reason: reason.trim() });
    },
  });
  const problem = asking.error instanceof ApiProblem ? asking.error : null;
  const wrongAt = (name: string) => {
    const message = problem?.errorAt(`/${name}`);
    return message ? { state: 'error' as const, stateRelatedMessage: message } : {};
  };
  const labels: Readonly<Record<Field, string>> = { ...words, externalNumber: words.number };
  const ask = (event: FormEvent) => {
    event.preventDefault();
    asking.mutate();
  };
  return (
    <Page title={words.title}>
      <div className="glass">
        <p className="fr-text--lead">{words.lead}</p>
        <section aria-labelledby="before" className="glass__before">
          <h2 id="before" className="fr-h6">
            {words.before}
          </h2>
          <ul>
            {[words.kept, words.told, words.exact, words.often].map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
        <form onSubmit={ask}>
          <RadioButtons
            legend={words.by}
            orientation="vertical"
            options={(['name', 'number'] as const).map((way) => ({
              label: { name: words.byName, number: words.byNumber }[way],
              nativeInputProps: { checked: by === way, onChange: () => setBy(way) },
            }))}
          />
          {fieldsOf[by].map((name) => (
            <Input
              key={name}
              label={labels[name]}
              {...wrongAt(name)}
              nativeInputProps={{
                value: typed[name],
                required: true,
                autoComplete: 'off',
                ...(name === 'birthDate' && { type: 'date', max: parisDay() }),
                onChange: (e) => setTyped({ ...typed, [name]: e.target.value }),
              }}
            />
          ))}
          <Input
            textArea
            label={words.reason}
            hintText={words.reasonHint}
            {...wrongAt('reason')}
            nativeTextAreaProps={{
              value: reason,
              required: true,
              minLength: REASON.least,
              maxLength: REASON.most,
              rows: 4,
              onChange: (e) => setReason(e.target.value),
            }}
          />
          <Button type="submit" disabled={asking.isPending}>
            {words.ask}
          </Button>
        </form>
        {asking.error && <Failure error={asking.error} />}
        {asking.data && <Found key={asking.data.body.id} answer={asking.data.body} />}
      </div>
    </Page>
  );
}

/** What was found; the keyboard and a screen reader go on here. */
function Found({ answer }: { answer: GlassAnswer }) {
  const words = useWords(w);
  const { time } = useDates();
  const found = useRef<HTMLDivElement>(null);
  useEffect(() => found.current?.focus(), []);
  return (
    <div ref={found} tabIndex={-1} className="glass__found fr-mt-4w">
      {answer.pathways.length === 0 && (
        <Alert severity="info" as="h2" title={words.nobody} description={words.check} />
      )}
      {answer.pathways.map(({ pathwayId, site, until }) => (
        <Alert
          key={pathwayId}
          className="fr-mb-2w"
          severity="success"
          as="h2"
          title={words.found(site.name)}
          description={
            <>
              <p>{until ? words.until(time(until)) : words.own}</p>
              <Button priority="secondary" linkProps={{ to: `/pathways/${pathwayId}` }}>
                {words.read}
              </Button>
            </>
          }
        />
      ))}
    </div>
  );
}
