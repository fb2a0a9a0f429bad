/** The contracts of a young person in a row, and their jobs. */
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import { employmentKindLabels, initiatorLabels, terminationReasonLabels } from '../../../domain/labels';
import type { Pathway } from '../api/types';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';
import { type Fact, Facts } from './facts';

const w = inBoth({
  fr: {
    title: 'Contrat et employeur',
    none: 'Aucun contrat enregistré.',
    running: 'En cours',
    toCome: 'À venir',
    ended: 'Terminé',
    terminated: 'Rompu',
    employer: 'Employeur',
    unnamed: 'Employeur non renseigné',
    ofTheTeam: 'Employeur : connu de l’équipe du site',
    master: 'Maître d’apprentissage',
    cfa: 'CFA',
    trade: 'Métier',
    diploma: 'Diplôme',
    signed: 'Signé le',
    dates: 'Du – au',
    span: (from: string, to: string) => `${from} – ${to}`,
    end: 'Rupture',
    cfaKeeps: (day: string) => `Le CFA accueille le jeune sans employeur jusqu’au ${day}.`,
    jobs: 'Emplois',
    durable: 'Emploi durable',
    notDurable: 'Non durable',
    left: 'Quitté',
    from: (day: string) => `depuis le ${day}`,
    fromTo: (from: string, to: string) => `du ${from} au ${to}`,
  },
  en: {
    title: 'Contract and employer',
    none: 'No contract recorded.',
    running: 'Running',
    toCome: 'To come',
    ended: 'Ended',
    terminated: 'Terminated',
    employer: 'Employer',
    unnamed: 'Employer not known',
    ofTheTeam: 'Employer: known to the team of the site',
    master: 'Apprenticeship master',
    cfa: 'CFA',
    trade: 'Trade',
    diploma: 'Diploma',
    signed: 'Signed on',
    dates: 'From – to',
    span: (from: string, to: string) => `${from} – ${to}`,
    end: 'Termination',
    cfaKeeps: (day: string) => `The CFA keeps the apprentice without an employer until ${day}.`,
    jobs: 'Jobs',
    durable: 'Durable job',
    notDurable: 'Not durable',
    left: 'Left',
    from: (day: string) => `since ${day}`,
    fromTo: (from: string, to: string) => `${from} to ${to}`,
  },
});

type Contract = Pathway['contracts'][number];

const stateOf = ({ terminated, startsOn, endsOn }: Contract, today: string) =>
  terminated ? 'terminated' : endsOn < today ? 'ended' : startsOn > today ? 'toCome' : 'running';
const severities = { terminated: 'error', ended: undefined, toCome: 'info', running: 'success' } as const;

export function Contracts({ pathway, today }: { pathway: Pathway; today: string }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { day } = useDates();
  const keeps = pathway.deadlines.find(({ name }) => name === 'cfa_keeps_apprentice');
  const { contracts, employments } = pathway;
  return (
    <section className="young__part" aria-labelledby="contract">
      <h2 id="contract">{words.title}</h2>
      {contracts.length === 0 && <p>{words.none}</p>}
      {keeps && <p className="fr-text--bold">{words.cfaKeeps(day(keeps.at))}</p>}
      <ol className="cards">
        {contracts.toReversed().map((contract) => {
          const state = stateOf(contract, today);
          const { terminated, words: its } = contract;
          const facts: readonly Fact[] = [
            [words.master, its?.master],
            [words.cfa, its?.cfa],
            [words.trade, its?.trade],
            [words.diploma, its?.diploma],
            [words.dates, words.span(day(contract.startsOn), day(contract.endsOn))],
            [words.signed, day(contract.signedOn)],
            [
              words.end,
              terminated &&
                [
                  day(terminated.on),
                  terminated.initiator && labelOf(initiatorLabels[terminated.initiator]),
                  labelOf(terminationReasonLabels[terminated.reason]),
                ]
                  .filter(Boolean)
                  .join(', '),
            ],
          ];
          return (
            <li key={contract.id} className="cards__one">
              <p className="cards__title">
                {its ? (its.employer ?? words.unnamed) : words.ofTheTeam}{' '}
                <Badge severity={severities[state]} noIcon small>
                  {words[state]}
                </Badge>
              </p>
              <Facts facts={facts} />
            </li>
          );
        })}
      </ol>
      {employments.length > 0 && (
        <>
          <h3 className="fr-h5">{words.jobs}</h3>
          <ul className="lines">
            {employments.toReversed().map((job) => (
              <li key={job.id}>
                <strong>{job.words ? (job.words.employer ?? words.unnamed) : words.ofTheTeam}</strong> ·{' '}
                {labelOf(employmentKindLabels[job.kind])},{' '}
                {job.endsOn
                  ? words.fromTo(day(job.startsOn), day(job.endsOn))
                  : words.from(day(job.startsOn))}{' '}
                <Badge severity={job.durable ? 'success' : 'info'} noIcon small>
                  {job.durable ? words.durable : words.notDurable}
                </Badge>{' '}
                {job.left && (
                  <Badge noIcon small>
                    {words.left}
                  </Badge>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
