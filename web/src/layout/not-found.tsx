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
  },
  en: {
    title: 'Page not found',
    why: 'This address leads nowhere, or to something that you may not see.',
    home: 'Back to the start',
    failed: 'This page cannot be shown',
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

export function PageFailure() {
  const words = useWords(w);
  const error = useRouteError();
  return (
    <Page title={words.failed}>
      <Failure error={error} retry={() => location.reload()} />
    </Page>
  );
}
