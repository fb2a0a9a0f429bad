/** What somebody finds whose role has no inbox: who they are here, and what they may do. */
import { roleLabels } from '../../../domain/labels';
import { Page } from '../layout/page';
import { useMe } from '../session/session';
import { inBoth, useLabel, useWords } from '../words/words';

const w = inBoth({
  fr: {
    title: 'Bienvenue',
    as: (name: string, role: string) => `Vous êtes connecté : ${name} (${role}).`,
    noPerson:
      'Votre rôle ne voit aucun jeune : les personnes et leurs tâches sont vues par l’équipe de leur site et, pour ce qu’ils partagent, par les partenaires.',
    api: 'Ce que votre rôle peut faire par l’API est décrit dans sa référence.',
    reference: 'Référence de l’API',
  },
  en: {
    title: 'Welcome',
    as: (name: string, role: string) => `You are signed in: ${name} (${role}).`,
    noPerson:
      'Your role sees no young person: people and their tasks are seen by the team of their site and, for what they share, by partners.',
    api: 'What your role may do by the API is described in its reference.',
    reference: 'API reference',
  },
});

export function Component() {
  const words = useWords(w);
  const labelOf = useLabel();
  const { displayName, role } = useMe();
  return (
    <Page title={words.title}>
      <p className="fr-text--lead">{words.as(displayName, labelOf(roleLabels[role]))}</p>
      <p>{words.noPerson}</p>
      <p>
        {words.api} <a href="/api/docs">{words.reference}</a>
      </p>
    </Page>
  );
}
