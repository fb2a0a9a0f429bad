/** Addresses that lead nowhere, and pages that failed. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useRouteError } from 'react-router';
import { inBoth, useWords } from '../words/words';
import { Page } from './page';
import { Failure } from './states';

const w = inBoth({
  fr: {
    title: 'Page introuvable',
    why: 'Cette adresse ne mène à rien, ou à quelque chose que vous ne pouvez pas voir.',
    home: 'Revenir à l’accueil',
    failed: 'Cette page ne peut s’afficher',
    renewed: 'Rechargez la page',
    renewedWhy:
      'Service plus a sans doute été mis à jour depuis que vous l’avez ouvert, ou la connexion est coupée. Ce que vous aviez enregistré est gardé.',
    reload: 'Recharger la page',
  },
  en: {
    title: 'Page not found',
    why: 'This address leads nowhere, or to something that you may not see.',
    home: 'Back to the start',
    failed: 'This page cannot be shown',
    renewed: 'Reload the page',
    renewedWhy:
      'Service plus was probably updated since you opened it, or the connection is down. What you had recorded is kept.',
    reload: 'Reload the page',
  },
});

export function NotFound() {
  const words = useWords(w);
  return (
    <Page title={words.title}>
      <p>{words.why}</p>
      <Button linkProps={{ to: '/' }}>{words.home}</Button>
    </Page>
  );
}

/** The code of a page could not be fetched: each browser says so in its own words, all of them of importing. */
const isOfBefore = (error: unknown) =>
  error instanceof Error && /import(ed|ing) module|importing a module|preload/i.test(error.message);

export function PageFailure() {
  const words = useWords(w);
  const error = useRouteError();
  if (isOfBefore(error))
    return (
      <Page title={words.renewed}>
        <p>{words.renewedWhy}</p>
        <Button onClick={() => location.reload()}>{words.reload}</Button>
      </Page>
    );
  return (
    <Page title={words.failed}>
      <Failure error={error} retry={() => location.reload()} />
    </Page>
  );
}
