/** The evaluation: who was drawn, what became of them, whether the arms are alike, what can be taken away, who may see what. */
import { Accordion } from '@codegouvfr/react-dsfr/Accordion';
import { Alert } from '@codegouvfr/react-dsfr/Alert';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { baselineVariables, columns, originCategoryLabels } from '../../../domain/evaluation';
import { armLabels, situationLabels } from '../../../domain/labels';
import { get, queryOf } from '../api/client';
import type { Balance, Blinding, ConsortFlow } from '../api/types';
import { useSiteName } from '../draws/use-sites';
import { Page } from '../layout/page';
import { Failure, Waiting } from '../layout/states';
import { useMay } from '../session/session';
import { parisDay, useDates } from '../words/dates';
import { inBoth, useLabel, useLanguage, useWords } from '../words/words';
import { Matching, Releases, Taking, Unblinding } from './files';
import { Diagram } from './flow';
import { Table } from './table';
import './evaluation.css';

const w = inBoth({
  fr: {
    title: 'Évaluation',
    lead: 'Les deux groupes du tirage au sort, sans aucun nom : du premier souhait à l’enquête.',
    asOf: 'Au',
    asOfHint: 'Un jour vaut sa fin. Sans date : maintenant',
    wave: 'Vague',
    allWaves: 'Tout le programme',
    asAt: (instant: string, known: string) =>
      `État au ${instant}, d’après ce qui était enregistré le ${known}.`,
    masked: 'Les nombres de 1 à 4 sont masqués, et avec eux ceux qui permettraient de les retrouver.',
    blind: 'Les groupes ne sont pas encore montrés',
    blindWhy:
      'Tant que l’analyse n’est pas faite, les comités ne lisent aucun chiffre par groupe. L’administration lève l’aveugle, une fois pour toutes.',
    unblinded: (what: string, day: string) => `Aveugle levé pour ${what} le ${day}`,
    theProgramme: 'tout le programme',
    nobody: 'Personne n’a encore été tiré au sort.',
    balance: 'Équilibre des groupes au tirage',
    balanceHow:
      'Moyennes et parts pondérées par l’inverse de la probabilité du groupe ; écart type (ET) sans pondération. Écart standardisé : différence des moyennes rapportée à l’écart type commun ; il ne se teste pas, le sort en est seul cause.',
    variable: 'Variable',
    difference: 'Écart standardisé',
    people: 'Personnes',
    sd: (sd: string) => `ET ${sd}`,
    dictionary: 'Dictionnaire des données',
    columns: {
      name: 'Colonne',
      meaning: 'Signification',
      unit: 'Unité',
      source: 'Source',
      missing: 'Case vide',
    },
    never: 'jamais',
    pair: (name: string, what: string) => `${name} : ${what}`,
  },
  en: {
    title: 'Evaluation',
    lead: 'Both arms of the draw, without a name: from the first wish to the survey.',
    asOf: 'As at',
    asOfHint: 'A day means its end. Without a date: now',
    wave: 'Wave',
    allWaves: 'The whole programme',
    asAt: (instant: string, known: string) => `State as at ${instant}, by what was recorded by ${known}.`,
    masked: 'Numbers from 1 to 4 are masked, and with them those that would give them away.',
    blind: 'The arms are not shown yet',
    blindWhy:
      'Until the analysis is done, committees read no figure of an arm. The administration unblinds, once and for all.',
    unblinded: (what: string, day: string) => `Unblinded for ${what} on ${day}`,
    theProgramme: 'the whole programme',
    nobody: 'Nobody has been randomised yet.',
    balance: 'Balance of the arms at the draw',
    balanceHow:
      'Means and shares weighted by the inverse of the arm’s probability; standard deviation (SD) unweighted. Standardised difference: of the means, over the common standard deviation; it is not tested, chance alone made it.',
    variable: 'Variable',
    difference: 'Standardised difference',
    people: 'People',
    sd: (sd: string) => `SD ${sd}`,
    dictionary: 'Data dictionary',
    columns: { name: 'Column', meaning: 'Meaning', unit: 'Unit', source: 'Source', missing: 'Empty cell' },
    never: 'never',
    pair: (name: string, what: string) => `${name}: ${what}`,
  },
});

/** What is asked for, which is the address. */
function useAskedFor() {
  const [params, setParams] = useSearchParams();
  const [day, wave] = ['asOf', 'wave'].map((name) => params.get(name) ?? '') as [string, string];
  // While a year is typed it is the year 2, 20 and 202 first.
  const asOf = /^[2-9]\d{3}-\d\d-\d\d$/.test(day) ? day : '';
  return {
    ...{ day, asOf, wave },
    narrow(name: 'asOf' | 'wave', value: string) {
      const next = new URLSearchParams(params);
      if (value) next.set(name, value);
      else next.delete(name);
      setParams(next, { replace: true });
    },
  };
}

export function Component() {
  const words = useWords(w);
  const may = useMay();
  const { instant, day: dayIn } = useDates();
  const { day, asOf, wave, narrow } = useAskedFor();
  const blinding = useQuery({
    queryKey: ['evaluation', 'blinding'],
    queryFn: ({ signal }) => get<Blinding>('/api/evaluation/blinding', signal),
  });
  const told = blinding.data;
  const seesArms = may('evaluation.export');
  // Who was blind reads what was unblinded, and nothing beside it.
  const open = told?.unblindings.map((u) => u.wave) ?? [];
  const waves = seesArms ? (told?.waves ?? []) : open.filter((one) => one !== null);
  const whole = seesArms || open.includes(null);
  const chosen = wave === '' && !whole ? (waves[0] ?? '') : wave;
  const shows = may('evaluation.flow') && (seesArms || open.length > 0);
  const query = { asOf, wave: chosen };
  const flow = useQuery({
    queryKey: ['evaluation', 'consort', query],
    queryFn: ({ signal }) => get<ConsortFlow>(`/api/evaluation/consort${queryOf(query)}`, signal),
    placeholderData: keepPreviousData,
    enabled: shows,
  });
  const balance = useQuery({
    queryKey: ['evaluation', 'balance', query],
    queryFn: ({ signal }) => get<Balance>(`/api/evaluation/balance${queryOf(query)}`, signal),
    placeholderData: keepPreviousData,
    enabled: may('evaluation.balance'),
  });

  return (
    <Page title={words.title}>
      <p className="fr-text--lead">{words.lead}</p>
      {blinding.isPending && <Waiting />}
      {blinding.error && <Failure error={blinding.error} retry={() => void blinding.refetch()} />}
      {told?.unblindings.map((u) => (
        <p key={u.at} className="fr-hint-text">
          {words.unblinded(u.wave ?? words.theProgramme, dayIn(u.at))}
        </p>
      ))}
      {told && may('evaluation.flow') && !shows && (
        <Alert severity="info" title={words.blind} description={words.blindWhy} as="h2" />
      )}
      {told && may('evaluation.unblind') && (
        <>
          <Unblinding blinding={told} />
          <Matching blinding={told} />
        </>
      )}
      {shows && (
        <>
          <search className="evaluation-filters">
            <Input
              label={words.asOf}
              hintText={words.asOfHint}
              nativeInputProps={{
                type: 'date',
                value: day,
                min: '2000-01-01',
                max: parisDay(),
                onChange: (e) => narrow('asOf', e.target.value),
              }}
            />
            <Select
              label={words.wave}
              nativeSelectProps={{ value: chosen, onChange: (e) => narrow('wave', e.target.value) }}
            >
              {whole && <option value="">{words.allWaves}</option>}
              {waves.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </Select>
          </search>
          {flow.isPending && <Waiting />}
          {flow.error && <Failure error={flow.error} retry={() => void flow.refetch()} />}
          {flow.data && !flow.error && (
            <>
              <p role="status">{words.asAt(instant(flow.data.asOf), instant(flow.data.knownAt))}</p>
              {flow.data.masked && <p className="fr-hint-text">{words.masked}</p>}
              <Diagram flow={flow.data} />
            </>
          )}
        </>
      )}
      {balance.error && <Failure error={balance.error} retry={() => void balance.refetch()} />}
      {balance.data && <BalanceTable balance={balance.data} />}
      {seesArms && told && <Taking query={query} hasKey={told.key !== null} />}
      {may('evaluation.log') && <Releases />}
      <Dictionary />
    </Page>
  );
}

/** A code of a variable, as people read it. */
function useCodeLabel() {
  const labelOf = useLabel();
  const siteName = useSiteName();
  return (variable: string, code: string) => {
    if (variable === 'site') return siteName(code);
    if (variable === 'origin' && code in originCategoryLabels)
      return labelOf(originCategoryLabels[code as keyof typeof originCategoryLabels]);
    if (variable === 'situation' && code in situationLabels)
      return labelOf(situationLabels[code as keyof typeof situationLabels]);
    return code.replaceAll('_', ' ');
  };
}

function BalanceTable({ balance }: { balance: Balance }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const nameOf = useCodeLabel();
  const language = useLanguage();
  const figure = (n: number, digits: number) =>
    n.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const share = (n: number) => n.toLocaleString(language, { style: 'percent', maximumFractionDigits: 1 });
  if (balance.arms.every((arm) => arm.youngPeople === 0)) return <p>{words.nobody}</p>;
  const cell = ({ variable }: Balance['lines'][number], arm: Balance['lines'][number]['arms'][number]) => {
    if (arm.mean === null) return '–';
    if (baselineVariables[variable].kind !== 'number') return `${arm.youngPeople} (${share(arm.mean)})`;
    return `${figure(arm.mean, 1)}${arm.sd === null ? '' : ` (${words.sd(figure(arm.sd, 1))})`}`;
  };
  return (
    <>
      <h2>{words.balance}</h2>
      <p className="fr-hint-text">{words.balanceHow}</p>
      <Table
        caption={words.balance}
        columns={[
          words.variable,
          ...balance.arms.map(({ arm }) => labelOf(armLabels[arm])),
          words.difference,
        ]}
        rows={[
          [words.people, ...balance.arms.map((arm) => String(arm.youngPeople)), ''],
          ...balance.lines.map((line) => {
            const name = labelOf(baselineVariables[line.variable].label);
            return [
              line.code === null ? name : words.pair(name, nameOf(line.variable, line.code)),
              ...line.arms.map((arm) => cell(line, arm)),
              line.difference === null ? '–' : figure(line.difference, 3),
            ];
          }),
        ]}
      />
    </>
  );
}

function Dictionary() {
  const words = useWords(w);
  const labelOf = useLabel();
  return (
    <Accordion label={words.dictionary} titleAs="h2">
      <Table
        caption={words.dictionary}
        words
        columns={Object.values(words.columns)}
        rows={columns.map((column) => [
          column.name,
          labelOf(column.label),
          column.unit ? labelOf(column.unit) : '–',
          labelOf(column.source),
          column.missing ? labelOf(column.missing) : words.never,
        ])}
      />
    </Accordion>
  );
}
