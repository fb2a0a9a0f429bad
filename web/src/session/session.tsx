/** Who is signed in, and what happens when they are not any more: nothing that was typed is lost. */

import { Button } from '@codegouvfr/react-dsfr/Button';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { Action } from '../../../domain/policy';
import { get, session, whenSignedOut } from '../api/client';
import { isProblem } from '../api/problem';
import type { Me } from '../api/types';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { inBoth, useWords } from '../words/words';

const w = inBoth({
  fr: {
    over: 'Votre session est terminée.',
    kept: 'Ce que vous avez saisi est toujours là. Reconnectez-vous dans un nouvel onglet, puis continuez ici.',
    again: 'Se reconnecter (nouvel onglet)',
    signedIn: 'Vous êtes reconnecté',
    back: 'Fermez cet onglet et revenez à celui où vous étiez : ce que vous y avez saisi vous attend.',
    home: 'Ou commencez ici',
  },
  en: {
    over: 'Your session has ended.',
    kept: 'What you typed is still there. Sign in again in a new tab, then go on here.',
    again: 'Sign in again (new tab)',
    signedIn: 'You are signed in again',
    back: 'Close this tab and go back to the one you were in: what you typed there is waiting.',
    home: 'Or start here',
  },
});

const CurrentPerson = createContext<Me | null>(null);

/** Who is signed in. */
export function useMe(): Me {
  const me = useContext(CurrentPerson);
  if (!me) throw new Error('nobody is signed in here');
  return me;
}

/** Whether the role of who is signed in has an action; how far it reaches the API says. */
export function useMay(): (action: Action) => boolean {
  const { actions } = useMe();
  return (action) => action in actions;
}

/** Each tab that finds somebody signed in tells the others. */
const otherTabs = new BroadcastChannel('session');
/** Where the tab in which one signs in again ends (see App). */
export const signedInPath = '/signed-in';

/** Shown where somebody has signed in again: the tab that was waiting has been told. */
export function SignedIn() {
  const words = useWords(w);
  // A browser may keep it open: after a form of an issuer elsewhere the tab is no longer one that a page opened.
  useEffect(() => window.close(), []);
  return (
    <Page title={words.signedIn}>
      <p>{words.back}</p>
      <Button priority="secondary" linkProps={{ to: '/' }}>
        {words.home}
      </Button>
    </Page>
  );
}

/**
 * @param children the application, for somebody who is signed in
 * @param signedOut what everybody else sees
 */
export function SessionGate({ children, signedOut }: { children: ReactNode; signedOut: ReactNode }) {
  const cache = useQueryClient();
  const asked = useQuery({ queryKey: ['session'], queryFn: session, retry: false, staleTime: Infinity });
  const person = asked.data?.person.id;
  const me = useQuery({
    queryKey: ['me', person],
    queryFn: ({ signal }) => get<Me>('/api/me', signal),
    enabled: person !== undefined,
    staleTime: Infinity,
  });
  const [over, setOver] = useState(false);
  useEffect(() => whenSignedOut(() => setOver(true)), []);
  useEffect(() => {
    if (person !== undefined) otherTabs.postMessage('signed_in');
  }, [person]);
  const { refetch } = asked;
  useEffect(() => {
    const askAnew = async () => {
      const { isSuccess } = await refetch();
      if (!isSuccess || !over) return;
      setOver(false);
      void cache.invalidateQueries();
    };
    otherTabs.addEventListener('message', askAnew);
    // One may have signed in again where no word of it comes from.
    if (over) window.addEventListener('focus', askAnew);
    return () => {
      otherTabs.removeEventListener('message', askAnew);
      window.removeEventListener('focus', askAnew);
    };
  }, [cache, over, refetch]);

  if (me.data)
    return (
      <CurrentPerson value={me.data}>
        {over && <SessionOver />}
        {children}
      </CurrentPerson>
    );
  if (isProblem(asked.error) && asked.error.status === 401) return signedOut;
  const error = asked.error ?? me.error;
  if (error) return <Failure error={error} retry={() => void (asked.error ? asked : me).refetch()} />;
  return <Waiting />;
}

function SessionOver() {
  const words = useWords(w);
  return (
    <div className="session-over" role="alertdialog" aria-modal="false" aria-labelledby="session-over">
      <p id="session-over">
        <strong>{words.over}</strong> {words.kept}
      </p>
      <Button
        linkProps={{
          to: `/auth/login?returnTo=${signedInPath}`,
          reloadDocument: true,
          target: '_blank',
          rel: 'opener',
        }}
      >
        {words.again}
      </Button>
    </div>
  );
}
