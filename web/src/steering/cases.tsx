/** Whom a figure of fidelity, practices, summer or mediations counts, each as often as it counts them. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Link } from 'react-router';
import { allMarks, caseGroupNames, figuresOf, resultsOf } from '../../../domain/attention';
import { caseDefinition, markDefinition, resultLabel } from '../../../domain/case-definitions';
import { numberedStep } from '../../../domain/labels';
import { queryOf } from '../api/client';
import type { Case } from '../api/types';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { usePages } from '../people/use-pages';
import { useDates } from '../words/dates';
import { nameOf } from '../words/listed';
import { inBoth, useLabel, useWords } from '../words/words';
import { useNarrowing } from './narrowing';
import '../pathway/pathway.css';

const w = inBoth({
  fr: {
    title: (what: string) => `Jeunes comptés : ${what.toLowerCase()}`,
    stuck: 'Retour à ce qui est à surveiller',
    practices: 'Retour au service rendu et aux pratiques',
    list: 'Liste des jeunes, par nom',
    name: 'Nom',
    result: 'Ce qu’il en est',
    due: 'À faire au plus tard',
    at: 'Le',
    step: 'Étape',
    referent: 'Référent',
    noReferent: 'Sans référent',
    none: '–',
    shown: (n: number, more: boolean) =>
      `${n} ${n > 1 ? 'lignes affichées' : 'ligne affichée'}${more ? ', il y en a d’autres' : ''}`,
    nobody: 'Personne n’est compté ici.',
    more: 'Voir la suite',
  },
  en: {
    title: (what: string) => `Young people counted: ${what.toLowerCase()}`,
    stuck: 'Back to what needs attention',
    practices: 'Back to the service as promised and the practices',
    list: 'List of young people, by name',
    name: 'Name',
    result: 'What became of it',
    due: 'Due by',
    at: 'On',
    step: 'Step',
    referent: 'Referent',
    noReferent: 'Without referent',
    none: '–',
    shown: (n: number, more: boolean) =>
      `${n} ${n === 1 ? 'line' : 'lines'} shown${more ? ', there are more' : ''}`,
    nobody: 'Nobody is counted here.',
    more: 'See more',
  },
});

export function Component() {
  const words = useWords(w);
  const labelOf = useLabel();
  const { day } = useDates();
  const { given, period } = useNarrowing();
  const group = caseGroupNames.find((one) => one === given('group')) ?? 'fidelity';
  const figure = figuresOf(group).find((one) => one === given('figure')) ?? (figuresOf(group)[0] as string);
  const [result, mark, year] = [given('result'), given('mark'), given('year')];
  const list = usePages<Case>('/steering/cases', { ...period, group, figure, result, mark, year, limit: 50 });
  const { items } = list;
  const { label, definition } = caseDefinition(group, figure);
  const narrowed = [
    labelOf(label),
    ...(resultsOf(group, figure).includes(result) ? [labelOf(resultLabel(result))] : []),
    ...(allMarks.includes(mark) ? [labelOf(markDefinition(mark).label)] : []),
  ].join(', ');
  const columns = [words.name, words.result, words.due, words.at, words.step, words.referent];
  const page = group === 'fidelity' || group === 'practices' ? 'practices' : 'stuck';
  return (
    <Page title={words.title(narrowed)}>
      <p>
        <Link className="fr-link" to={`/steering/${page}${queryOf({ ...period, year })}`}>
          {words[page]}
        </Link>
      </p>
      <p className="fr-hint-text">{labelOf(definition)}</p>
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
              {columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((one, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one young person may be counted several times, in an order that stays
              <tr key={i}>
                <th scope="row">
                  <Link to={`/pathways/${one.pathwayId}`}>{nameOf(one)}</Link>
                </th>
                <td data-label={words.result}>
                  {[
                    labelOf(resultLabel(one.result)),
                    ...one.marks.map((code) => labelOf(markDefinition(code).label)),
                  ].join(', ')}
                </td>
                <td data-label={words.due}>{one.dueAt ? day(one.dueAt) : words.none}</td>
                <td data-label={words.at}>{one.at ? day(one.at) : words.none}</td>
                <td data-label={words.step}>{labelOf(numberedStep(one.step))}</td>
                <td data-label={words.referent}>{one.referent?.displayName ?? words.noReferent}</td>
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
