/** One page for the tripartite meeting: what young person, company and CFA may all read. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { useParams } from 'react-router';
import { isProblem } from '../api/problem';
import type { Pathway } from '../api/types';
import { NotFound } from '../layout/not-found';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { parisDay, useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';
import './pathway.css';
import { Facts } from './facts';
import { usePathway } from './use-pathway';

const w = inBoth({
  fr: {
    title: 'Rencontre tripartite',
    print: 'Imprimer',
    back: 'Revenir au parcours',
    leftOut:
      'Cette fiche est lue par l’employeur : elle laisse de côté les notes, les commentaires et comptes rendus, les freins, les alertes, les médiations, la famille et les coordonnées.',
    on: 'Fiche éditée le',
    met: 'Date de la rencontre',
    youngPerson: 'Jeune',
    company: 'Entreprise',
    cfa: 'CFA',
    contract: 'Contrat d’apprentissage',
    noContract: 'Aucun contrat en cours.',
    trade: 'Métier',
    diploma: 'Diplôme',
    master: 'Maître d’apprentissage',
    signed: 'Signé le',
    dates: 'Dates',
    span: (from: string, to: string) => `du ${from} au ${to}`,
    referent: 'Référent unique',
    noReferent: 'pas encore désigné',
    site: 'Site',
    followUps: 'Suivis réalisés',
    noFollowUp: 'Aucun suivi depuis le début du contrat.',
    skills: 'Compétences acquises',
    noSkills: 'Pas encore de bilan.',
    next: 'Prochains rendez-vous',
    by: (what: string, day: string) => `${what} : avant le ${day}`,
    points: 'Points à aborder et décisions',
    pointsOf: ['Le jeune', 'L’entreprise', 'Le CFA'],
    signatures: 'Signatures',
    signing: ['Le jeune', 'L’entreprise', 'Le CFA', 'Le référent'],
  },
  en: {
    title: 'Tripartite meeting',
    print: 'Print',
    back: 'Back to the pathway',
    leftOut:
      'The employer reads this sheet: it leaves out the notes, comments and reports, obstacles, alerts, mediations, family and contact details.',
    on: 'Sheet printed on',
    met: 'Date of the meeting',
    youngPerson: 'Young person',
    company: 'Company',
    cfa: 'CFA',
    contract: 'Apprenticeship contract',
    noContract: 'No contract is running.',
    trade: 'Trade',
    diploma: 'Diploma',
    master: 'Apprenticeship master',
    signed: 'Signed on',
    dates: 'Dates',
    span: (from: string, to: string) => `${from} to ${to}`,
    referent: 'Referent',
    noReferent: 'not assigned yet',
    site: 'Site',
    followUps: 'Follow-ups held',
    noFollowUp: 'No follow-up since the contract began.',
    skills: 'Acquired skills',
    noSkills: 'No review yet.',
    next: 'Next meetings',
    by: (what: string, day: string) => `${what}: before ${day}`,
    points: 'Points to discuss and decisions',
    pointsOf: ['The young person', 'The company', 'The CFA'],
    signatures: 'Signatures',
    signing: ['The young person', 'The company', 'The CFA', 'The referent'],
  },
});

export function Component() {
  const { id } = useParams() as { id: string };
  const words = useWords(w);
  const asked = usePathway(id);
  if (isProblem(asked.error, 'not_found')) return <NotFound />;
  return (
    <Page
      title={words.title}
      actions={
        <>
          <Button iconId="fr-icon-printer-line" onClick={() => window.print()} disabled={!asked.data}>
            {words.print}
          </Button>
          <Button priority="tertiary" linkProps={{ to: `/pathways/${id}` }}>
            {words.back}
          </Button>
        </>
      }
    >
      {asked.data ? (
        <Sheet pathway={asked.data.body} />
      ) : asked.error ? (
        <Failure error={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <Waiting />
      )}
    </Page>
  );
}

/** What has been held with the company: how it went is for the conversation, not for the sheet. */
const held: Readonly<Partial<Record<Pathway['followUps'][number]['kind'], readonly string[]>>> = {
  start_check: ['started'],
  company_visit: ['visited'],
  trial_review: ['fine', 'fragile', 'alert'],
  tripartite_meeting: ['held'],
  apprentice_follow_up: ['fine', 'difficulty'],
  skills_review: ['reviewed'],
};

function Sheet({ pathway }: { pathway: Pathway }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { day, longDay } = useDates();
  const { person, referent } = pathway;
  const contract = pathway.contracts.find(({ id }) => id === pathway.contractId);
  const its = contract?.words;
  const followUps = pathway.followUps.filter(
    ({ kind, outcome, closedAt }) =>
      held[kind]?.includes(outcome) && contract && parisDay(closedAt) >= contract.signedOn,
  );
  const coming = pathway.tasks.filter(({ kind }) => kind in held).slice(0, 4);
  const [latest] = pathway.skills;
  return (
    <>
      <p className="sheet__left-out">{words.leftOut}</p>
      <article className="sheet">
        <Facts
          facts={[
            [words.youngPerson, `${person.firstName} ${person.lastName}`],
            [words.company, its?.employer],
            [words.cfa, its?.cfa],
            [words.referent, referent?.displayName ?? words.noReferent],
            [words.site, pathway.siteName],
            [words.met, '…………………………'],
            [words.on, longDay(parisDay())],
          ]}
        />
        <div className="sheet__columns">
          <section>
            <h2 className="fr-h6">{words.contract}</h2>
            {contract ? (
              <Facts
                facts={[
                  [words.master, its?.master],
                  [words.trade, its?.trade],
                  [words.diploma, its?.diploma],
                  [words.dates, words.span(day(contract.startsOn), day(contract.endsOn))],
                  [words.signed, day(contract.signedOn)],
                ]}
              />
            ) : (
              words.noContract
            )}
            <h2 className="fr-h6 fr-mt-2w">{words.next}</h2>
            <ul>
              {coming.map((task) => (
                <li key={task.id}>{words.by(labelOf(task.label), longDay(task.dueAt))}</li>
              ))}
            </ul>
          </section>
          <section>
            <h2 className="fr-h6">{words.followUps}</h2>
            {followUps.length === 0 && <p>{words.noFollowUp}</p>}
            <ul>
              {followUps.slice(-8).map((f) => (
                <li key={f.taskId}>
                  {day(f.closedAt)} · {labelOf(f.label)}
                </li>
              ))}
            </ul>
            <h2 className="fr-h6 fr-mt-2w">{words.skills}</h2>
            <p className="words">{latest?.words?.skills ?? words.noSkills}</p>
          </section>
        </div>
        <h2 className="fr-h6">{words.points}</h2>
        <div className="sheet__boxes">
          {words.pointsOf.map((who) => (
            <div key={who} className="sheet__box sheet__box--points">
              {who}
            </div>
          ))}
        </div>
        <h2 className="fr-h6">{words.signatures}</h2>
        <div className="sheet__boxes">
          {words.signing.map((who) => (
            <div key={who} className="sheet__box">
              {who}
            </div>
          ))}
        </div>
      </article>
    </>
  );
}
