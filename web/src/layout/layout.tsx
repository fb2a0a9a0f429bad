/** What is around every page: header with the ways to go, language, signing out; footer. */
import { Footer } from '@codegouvfr/react-dsfr/Footer';
import { Header } from '@codegouvfr/react-dsfr/Header';
import { SkipLinks } from '@codegouvfr/react-dsfr/SkipLinks';
import type { ReactNode } from 'react';
import { useLocation } from 'react-router';
import { roleLabels } from '../../../domain/labels';
import type { Action } from '../../../domain/policy';
import type { Me } from '../api/types';
import { brand } from '../installation';
import { signOut } from '../session/sign-out';
import { choose, inBoth, useLabel, useLanguage, useWords } from '../words/words';

const w = inBoth({
  fr: {
    content: 'Contenu',
    home: 'Accueil – Service plus',
    tagline: 'Accompagner chaque jeune vers et dans l’apprentissage',
    menu: 'Menu principal',
    tasks: 'Tâches',
    youngPeople: 'Jeunes',
    steering: 'Chiffres',
    draws: 'Tirages',
    evaluation: 'Évaluation',
    notifications: 'Mes rappels',
    otherSite: 'Jeune d’un autre site',
    readings: 'Qui a vu quoi',
    signOut: 'Se déconnecter',
    otherLanguage: 'English',
    reference: 'Référence de l’API',
    about: 'Service plus est un logiciel libre.',
    licence:
      'Licence AGPL-3.0-or-later : le code de cette installation est à la disposition de qui l’utilise.',
  },
  en: {
    content: 'Content',
    home: 'Home – Service plus',
    tagline: 'Accompanying every young person into apprenticeship and through it',
    menu: 'Main menu',
    tasks: 'Tasks',
    youngPeople: 'Young people',
    steering: 'Figures',
    draws: 'Draws',
    evaluation: 'Evaluation',
    notifications: 'My reminders',
    otherSite: 'Another site’s young person',
    readings: 'Who saw what',
    signOut: 'Sign out',
    otherLanguage: 'Français',
    reference: 'API reference',
    about: 'Service plus is free software.',
    licence: 'Licence AGPL-3.0-or-later: the source of this installation is there for whoever uses it.',
  },
});

/** The ways to go, each for those whose role has the action. */
const ways = [
  ['/tasks', 'tasks', 'task.list'],
  ['/pathways', 'youngPeople', 'pathway.list'],
  ['/steering', 'steering', 'steering.overview'],
  ['/draws', 'draws', 'draw.read'],
  ['/evaluation', 'evaluation', 'evaluation.read'],
  ['/other-site', 'otherSite', 'glass.open'],
  ['/readings', 'readings', 'reading.list'],
  ['/me/notifications', 'notifications', 'notification.choose'],
] as const satisfies readonly (readonly [path: string, name: string, Action])[];

/** @param me null: nobody is signed in */
export function Layout({ me, children }: { me: Me | null; children: ReactNode }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const language = useLanguage();
  const { pathname } = useLocation();
  const other = language === 'fr' ? 'en' : 'fr';
  return (
    <div className={brand.length > 0 ? 'layout' : 'layout layout--own-brand'}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the link inside is what one acts on */}
      <div
        onClick={(event) => {
          // To the browser a hash is another address: what one sought, and from where one came, would be forgotten.
          event.preventDefault();
          document.querySelector<HTMLElement>('#content h1')?.focus();
        }}
      >
        <SkipLinks links={[{ label: words.content, anchor: '#content' }]} />
      </div>
      <Header
        brandTop={brand.map((line, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines never change
          <span key={n} className="brand-line">
            {line}
          </span>
        ))}
        homeLinkProps={{ to: '/', title: words.home }}
        serviceTitle="Service plus"
        serviceTagline={words.tagline}
        quickAccessItems={[
          ...(me
            ? [
                <span key="me" className="who">
                  {me.displayName}
                  {me.displayName !== labelOf(roleLabels[me.role]) && (
                    <span className="who__role"> · {labelOf(roleLabels[me.role])}</span>
                  )}
                </span>,
              ]
            : []),
          {
            iconId: 'fr-icon-translate-2',
            text: words.otherLanguage,
            buttonProps: { onClick: () => choose(other), lang: other },
          },
          ...(me
            ? [
                {
                  iconId: 'fr-icon-logout-box-r-line' as const,
                  text: words.signOut,
                  buttonProps: { onClick: () => void signOut() },
                },
              ]
            : []),
        ]}
        navigation={
          me
            ? ways
                .filter(([, , action]) => action in me.actions)
                .map(([path, name]) => ({
                  text: words[name],
                  linkProps: { to: path },
                  isActive: pathname === path || pathname.startsWith(`${path}/`),
                }))
            : undefined
        }
      />
      {children}
      <Footer
        accessibility="partially compliant"
        homeLinkProps={{ to: '/', title: words.home }}
        brandTop={brand.join(' ')}
        contentDescription={words.about}
        // The State's own sites, and the licence of what they publish, belong beside its marks.
        domains={brand.length > 0 ? undefined : []}
        license={brand.length > 0 ? undefined : words.licence}
        bottomItems={[{ text: words.reference, linkProps: { to: '/api/docs', reloadDocument: true } }]}
      />
    </div>
  );
}
