/** What somebody sees who is not signed in: the way in; in the demonstration one click for each role. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { roleLabels } from '../../../domain/labels';
import type { Role } from '../../../domain/pathway';
import { demonstration } from '../installation';
import { Page } from '../layout/page';
import { inBoth, useLabel, useWords } from '../words/words';

const w = inBoth({
  fr: {
    title: 'Se connecter',
    what: 'Service plus accompagne les jeunes vers l’apprentissage et pendant l’apprentissage.',
    signIn: 'Se connecter',
    demonstration: 'Démonstration : entrez d’un clic',
    invented: 'Ces personnes, du site de Tours, sont inventées.',
    others: 'Toutes les personnes et tous les sites',
  },
  en: {
    title: 'Sign in',
    what: 'Service plus accompanies young people into apprenticeship and through it.',
    signIn: 'Sign in',
    demonstration: 'Demonstration: enter with one click',
    invented: 'These people, of the site of Tours, are invented.',
    others: 'All people and all sites',
  },
});

/** One demonstration person for each role, as `npm run token` names them. */
const demonstrationPeople: readonly [Role, string][] = [
  ['counsellor', 'counsellor.tours'],
  ['coordinator', 'coordinator.tours'],
  ['mediator', 'mediator.tours'],
  ['partner', 'partner.tours'],
  ['committee', 'committee.tours'],
  ['national_committee', 'committee.national'],
  ['evaluator', 'evaluator'],
  ['admin', 'admin'],
];

/** Where one goes on afterwards is where one was. */
const signInAs = (person?: string) => {
  const query = new URLSearchParams({ returnTo: `${location.pathname}${location.search}` });
  if (person) query.set('hint', person);
  return `/auth/login?${query}`;
};

export function SignIn() {
  const words = useWords(w);
  const labelOf = useLabel();
  return (
    <Page title={words.title}>
      <p className="fr-text--lead">{words.what}</p>
      {demonstration ? (
        <>
          <h2 className="fr-h4">{words.demonstration}</h2>
          <p>{words.invented}</p>
          <ul className="fr-btns-group fr-btns-group--inline-sm sign-in-people">
            {demonstrationPeople.map(([role, person]) => (
              <li key={role}>
                <Button
                  priority={role === 'counsellor' ? 'primary' : 'secondary'}
                  linkProps={{ to: signInAs(person), reloadDocument: true }}
                >
                  {labelOf(roleLabels[role])}
                </Button>
              </li>
            ))}
          </ul>
          <p>
            <a className="fr-link" href={signInAs()}>
              {words.others}
            </a>
          </p>
        </>
      ) : (
        <Button linkProps={{ to: signInAs(), reloadDocument: true }}>{words.signIn}</Button>
      )}
    </Page>
  );
}
