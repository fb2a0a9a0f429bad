/** What somebody finds whose role has no inbox: who they are here, and what they may do. */
import { Link, Navigate } from 'react-router';
import { roleLabels } from '../../../domain/labels';
import type { Action } from '../../../domain/policy';
import { Page } from '../layout/page';
import { useMay, useMe } from '../session/session';
import { inBoth, useLabel, useWords } from '../words/words';

const w = inBoth({
  fr: {
    title: 'Bienvenue',
    as: (name: string, role: string) => `Votre connexion : ${name} (${role}).`,
    noPerson:
      'Votre rôle ne voit aucun jeune : les personnes et leurs tâches sont vues par l’équipe de leur site et, pour ce qu’ils partagent, par les partenaires.',
    may: 'Ce que vous pouvez faire',
    byApi: 'Par l’API, votre rôle permet :',
    sites: 'de lire la liste des sites',
    meetings: 'Prévoir les réunions des comités de pilotage et leurs notes d’étape',
    figures: 'de lire les chiffres du programme à une date',
    staff: 'de lire la liste des équipes',
    enrol: 'd’inscrire des jeunes à partir d’un tableur (CSV)',
    readSettings: 'de lire les réglages de chaque site, ses fermetures et ses prestations',
    changeSettings: 'de les changer, et de voir auparavant quelles échéances bougeraient',
    readDraws: 'de lire les tirages au sort et de les vérifier',
    announceDraws: 'd’annoncer le tirage d’une vague',
    match: 'de faire le fichier d’appariement de l’évaluation, et de lire ce qui en est parti',
    unblind: 'de lever l’aveugle quand l’analyse est faite',
    reference: 'Référence de l’API',
  },
  en: {
    title: 'Welcome',
    as: (name: string, role: string) => `You are signed in as ${name} (${role}).`,
    noPerson:
      'Your role sees no young person: people and their tasks are seen by the team of their site and, for what they share, by partners.',
    may: 'What you may do',
    byApi: 'By the API, your role may:',
    sites: 'read the list of the sites',
    meetings: 'Plan the meetings of the steering committees and their progress reports',
    figures: 'read the figures of the programme as at a date',
    staff: 'read the list of the teams',
    enrol: 'enrol young people from a spreadsheet (CSV)',
    readSettings: 'read the settings of each site, its closures and its actions',
    changeSettings: 'change them, and see beforehand which deadlines would move',
    readDraws: 'read the draws and check them',
    announceDraws: 'announce the draw of a wave',
    match: 'make the matching file of the evaluation, and read what left of it',
    unblind: 'unblind when the analysis is done',
    reference: 'API reference',
  },
});

/** What the roles without an inbox may do, by the action of the policy. */
const ways = [
  ['site.list', 'sites'],
  ['steering.overview', 'figures'],
  ['staff.list', 'staff'],
  ['enrolment.import', 'enrol'],
  ['settings.read', 'readSettings'],
  ['settings.change', 'changeSettings'],
  ['draw.read', 'readDraws'],
  ['draw.announce', 'announceDraws'],
  ['evaluation.match', 'match'],
  ['evaluation.unblind', 'unblind'],
] as const satisfies readonly (readonly [Action, string])[];

export function Component() {
  const words = useWords(w);
  const labelOf = useLabel();
  const may = useMay();
  const { displayName, role } = useMe();
  // It is not said to who has an inbox.
  if (may('task.list')) return <Navigate to="/tasks" replace />;
  return (
    <Page title={words.title}>
      <p className="fr-text--lead">{words.as(displayName, labelOf(roleLabels[role]))}</p>
      <p>{words.noPerson}</p>
      <h2 className="fr-h4">{words.may}</h2>
      {may('meeting.plan') && (
        <p>
          <Link className="fr-link" to="/steering/report">
            {words.meetings}
          </Link>
        </p>
      )}
      <p>{words.byApi}</p>
      <ul>
        {ways
          .filter(([action]) => may(action))
          .map(([action, name]) => (
            <li key={action}>{words[name]}</li>
          ))}
      </ul>
      <p>
        <a className="fr-link" href="/api/docs">
          {words.reference}
        </a>
      </p>
    </Page>
  );
}
