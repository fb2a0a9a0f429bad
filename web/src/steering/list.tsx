/** Whom a figure counts: the state of each as at the date, and what was corrected since. */
import { Badge } from '@codegouvfr/react-dsfr/Badge';
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Link } from 'react-router';
import { figureDefinitions, figures, termDefinitions } from '../../../domain/figures';
import { exitLabels, noStep, numberedStep, statusLabels } from '../../../domain/labels';
import { queryOf } from '../api/client';
import type { StateAsAt } from '../api/types';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { usePages } from '../people/use-pages';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';
import { useAsked } from './asked';
import '../pathway/pathway.css';

const w = inBoth({
  fr: {
    title: (what: string) => `Jeunes comptés : ${what.toLowerCase()}`,
    back: 'Retour aux chiffres',
    asAt: (day: string) => `État au ${day}.`,
    now: 'État d’aujourd’hui.',
    list: 'Liste des jeunes, par nom',
    name: 'Nom',
    referent: 'Référent',
    noReferent: 'Sans référent',
    contract: 'Contrat',
    none: 'aucun',
    signed: (day: string) => `signé le ${day}`,
    unknown: 'Aucune',
    corrected: 'Corrigé depuis',
    late: (on: string, recorded: string) => `évènement du ${on}, enregistré le ${recorded}`,
    shown: (n: number, more: boolean) =>
      `${n} ${n > 1 ? 'jeunes affichés' : 'jeune affiché'}${more ? ', il y en a d’autres' : ''}`,
    nobody: 'Personne n’est compté ici.',
    more: 'Voir la suite',
  },
  en: {
    title: (what: string) => `Young people counted: ${what.toLowerCase()}`,
    back: 'Back to the figures',
    asAt: (day: string) => `State as at ${day}.`,
    now: 'State of today.',
    list: 'List of young people, by name',
    name: 'Name',
    referent: 'Referent',
    noReferent: 'Without referent',
    contract: 'Contract',
    none: 'none',
    signed: (day: string) => `signed on ${day}`,
    unknown: 'None',
    corrected: 'Corrected since',
    late: (on: string, recorded: string) => `something of ${on}, recorded on ${recorded}`,
    shown: (n: number, more: boolean) => `${n} shown${more ? ', there are more' : ''}`,
    nobody: 'Nobody is counted here.',
    more: 'See more',
  },
});

export function Component() {
  const words = useWords(w);
  const labelOf = useLabel();
  const { day, instant } = useDates();
  const { params, asOf, query, address } = useAsked();
  const [figure, step, exit, phase] = ['figure', 'step', 'exit', 'phase'].map(
    (name) => params.get(name) ?? '',
  );
  const list = usePages<StateAsAt>('/steering/states', { ...query, figure, step, exit, phase, limit: 50 });
  const { items } = list;
  const counted = figures.find((one) => one === figure);
  const what =
    figure === 'corrected'
      ? termDefinitions.corrected
      : figure === 'exited'
        ? ({ 1: termDefinitions.phase_1_exits, 2: termDefinitions.phase_2_exits }[phase ?? ''] ??
          termDefinitions.exits)
        : figureDefinitions[counted ?? 'entered'];
  const stepOf = (state: StateAsAt) => labelOf(state.step ? numberedStep(state.step) : noStep);
  return (
    <Page title={words.title(labelOf(what.label))}>
      <p>
        <Link className="fr-link" to={`/steering${queryOf(address)}`}>
          {words.back}
        </Link>
      </p>
      <p>{asOf ? words.asAt(day(asOf)) : words.now}</p>
      <p className="fr-hint-text">{labelOf(what.definition)}</p>
      {list.isPending && <Waiting />}
      {list.error && <Failure error={list.error} retry={() => void list.refetch()} />}
      <p role="status" className="fr-hint-text">
        {items && (items.length > 0 ? words.shown(items.length, list.hasNextPage) : words.nobody)}
      </p>
      {items && items.length > 0 && (
        <table className="people">
          <caption className="fr-sr-only">{words.list}</caption>
          <thead>
            <tr>
              {[
                words.name,
                labelOf(termDefinitions.step.label),
                words.referent,
                words.contract,
                words.corrected,
              ].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((state) => (
              <tr key={state.pathwayId}>
                <th scope="row">
                  <Link to={`/pathways/${state.pathwayId}`}>
                    {state.person.lastName} {state.person.firstName}
                  </Link>
                </th>
                <td data-label={labelOf(termDefinitions.step.label)}>
                  {stepOf(state)}
                  {state.status !== 'active' && (
                    <>
                      {' '}
                      <Badge noIcon small severity={state.status === 'on_hold' ? 'warning' : undefined}>
                        {labelOf(statusLabels[state.status])}
                      </Badge>{' '}
                      <span className="fr-hint-text">
                        {state.exit && `${labelOf(exitLabels[state.exit.code])}, ${day(state.exit.at)}`}
                      </span>
                    </>
                  )}
                </td>
                <td data-label={words.referent}>{state.referent?.displayName ?? words.noReferent}</td>
                <td data-label={words.contract}>
                  {state.contract ? words.signed(day(state.contract.signedOn)) : words.none}
                </td>
                <td data-label={words.corrected}>
                  {state.corrections.length === 0
                    ? words.none
                    : state.corrections.map((c) => (
                        <div key={`${c.type} ${c.recordedAt}`}>
                          {words.late(instant(c.occurredAt), instant(c.recordedAt))}
                        </div>
                      ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {list.hasNextPage && (
        <Button
          className="fr-mt-2w"
          priority="secondary"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
    </Page>
  );
}
