/** The CONSORT flow as boxes in the order of time, both arms side by side, and all of its numbers as a table. */
import { Accordion } from '@codegouvfr/react-dsfr/Accordion';
import type { ReactNode } from 'react';
import { flowTerms, reasonLabels } from '../../../domain/evaluation';
import { armLabels, exitLabels } from '../../../domain/labels';
import type { ConsortFlow } from '../api/types';
import { inBoth, useLabel, useWords } from '../words/words';
import { Table } from './table';

const w = inBoth({
  fr: {
    title: 'Diagramme de flux CONSORT 2025',
    masked: 'masqué',
    enrolment: 'Inclusion',
    allocation: 'Attribution',
    followUp: 'Suivi',
    analysis: 'Analyse',
    survey: (n: number) => `Enquête ${n}`,
    answered: (answered: string, due: string) => `${answered} réponses sur ${due} venues à échéance`,
    asTable: 'Le diagramme en tableau',
    how: 'Comment c’est compté',
    what: 'Nombre',
    both: 'Ensemble',
    pair: (name: string, what: string) => `${name} : ${what}`,
  },
  en: {
    title: 'CONSORT 2025 flow diagram',
    masked: 'masked',
    enrolment: 'Enrolment',
    allocation: 'Allocation',
    followUp: 'Follow-up',
    analysis: 'Analysis',
    survey: (n: number) => `Survey ${n}`,
    answered: (answered: string, due: string) => `${answered} answered of ${due} due`,
    asTable: 'The diagram as a table',
    how: 'How it is counted',
    what: 'Number',
    both: 'Together',
    pair: (name: string, what: string) => `${name}: ${what}`,
  },
});

type Shown = number | null;
type ArmFlow = ConsortFlow['arms'][number];

/** One number with its name; what it is made of below it. */
function Line({ name, n, children }: { name: string; n: string; children?: ReactNode }) {
  return (
    <li>
      {name} <strong>(n = {n})</strong>
      {children}
    </li>
  );
}

export function Diagram({ flow }: { flow: ConsortFlow }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const show = (n: Shown) => (n === null ? words.masked : String(n));
  const term = (name: keyof typeof flowTerms) => labelOf(flowTerms[name].label);
  const reasonOf = (reason: string) =>
    reason in reasonLabels
      ? labelOf(reasonLabels[reason as keyof typeof reasonLabels])
      : labelOf(exitLabels[reason as keyof typeof exitLabels]);
  const reasons = (of: readonly { reason: string; youngPeople: Shown }[]) =>
    of.length > 0 && (
      <ul>
        {of.map(({ reason, youngPeople }) => (
          <Line key={reason} name={reasonOf(reason)} n={show(youngPeople)} />
        ))}
      </ul>
    );
  const total = (of: readonly { youngPeople: Shown }[]) =>
    show(of.reduce((sum: Shown, { youngPeople: n }) => (sum === null || n === null ? null : sum + n), 0));
  const exitsOf = (arm: ArmFlow) => arm.exits.filter(({ youngPeople }) => youngPeople !== 0);

  return (
    <>
      <h2>{words.title}</h2>
      <div className="flow">
        <section className="flow__box" aria-labelledby="flow-enrolment">
          <h3 id="flow-enrolment">{words.enrolment}</h3>
          <ul>
            <Line name={term('enrolled')} n={show(flow.enrolled)} />
            <Line name={term('no_draw')} n={show(flow.noDraw)} />
            <Line name={term('assessed')} n={show(flow.assessed)} />
            <Line name={term('excluded')} n={total(flow.excluded)}>
              {reasons(flow.excluded)}
            </Line>
            <Line name={term('waiting')} n={total(flow.waiting)}>
              {reasons(flow.waiting)}
            </Line>
            <Line name={term('randomised')} n={show(flow.randomised)} />
          </ul>
        </section>
        <div className="flow__arms">
          {flow.arms.map((arm) => (
            <section key={arm.arm} className="flow__arm" aria-labelledby={`flow-${arm.arm}`}>
              <h3 id={`flow-${arm.arm}`}>{labelOf(armLabels[arm.arm])}</h3>
              <div className="flow__box">
                <h4>{words.allocation}</h4>
                <ul>
                  <Line name={term('allocated')} n={show(arm.allocated)} />
                  <Line name={term('received')} n={show(arm.received)} />
                  <Line name={term('not_received')} n={show(arm.notReceived)} />
                </ul>
              </div>
              <div className="flow__box">
                <h4>{words.followUp}</h4>
                <ul>
                  <Line name={term('still_in')} n={show(arm.stillIn)} />
                  {exitsOf(arm).map(({ code, youngPeople }) => (
                    <Line
                      key={code}
                      name={words.pair(term('exits'), labelOf(exitLabels[code]))}
                      n={show(youngPeople)}
                    />
                  ))}
                  {arm.surveys.map(({ survey, due, answered }) => (
                    <li key={survey}>
                      {words.pair(words.survey(survey), words.answered(show(answered), show(due)))}
                    </li>
                  ))}
                  <Line name={term('lost')} n={show(arm.lost)} />
                  <Line name={term('followed')} n={show(arm.followed)} />
                </ul>
              </div>
              <div className="flow__box">
                <h4>{words.analysis}</h4>
                <ul>
                  <Line name={term('analysed')} n={show(arm.analysed)} />
                  <Line name={term('not_asked')} n={show(arm.notAsked)} />
                  <Line name={term('not_answered')} n={show(arm.notAnswered)} />
                </ul>
              </div>
            </section>
          ))}
        </div>
      </div>
      <Accordion label={words.asTable} titleAs="h3">
        <Table
          caption={words.asTable}
          columns={[words.what, words.both, ...flow.arms.map(({ arm }) => labelOf(armLabels[arm]))]}
          rows={[
            [term('enrolled'), show(flow.enrolled), '', ''],
            [term('no_draw'), show(flow.noDraw), '', ''],
            [term('assessed'), show(flow.assessed), '', ''],
            ...flow.excluded.map((e) => [
              words.pair(term('excluded'), reasonOf(e.reason)),
              show(e.youngPeople),
              '',
              '',
            ]),
            ...flow.waiting.map((e) => [
              words.pair(term('waiting'), reasonOf(e.reason)),
              show(e.youngPeople),
              '',
              '',
            ]),
            [term('randomised'), show(flow.randomised), '', ''],
            ...(
              [
                ['allocated', 'allocated'],
                ['received', 'received'],
                ['not_received', 'notReceived'],
                ['still_in', 'stillIn'],
              ] as const
            ).map(([name, field]) => [term(name), '', ...flow.arms.map((arm) => show(arm[field]))]),
            ...(flow.arms[0]?.exits ?? []).map(({ code }, i) => [
              words.pair(term('exits'), labelOf(exitLabels[code])),
              '',
              ...flow.arms.map((arm) => show(arm.exits[i]?.youngPeople ?? null)),
            ]),
            ...(flow.arms[0]?.surveys ?? []).map(({ survey }, i) => [
              words.survey(survey),
              '',
              ...flow.arms.map((arm) => {
                const of = arm.surveys[i];
                return words.answered(show(of?.answered ?? null), show(of?.due ?? null));
              }),
            ]),
            ...(
              [
                ['lost', 'lost'],
                ['followed', 'followed'],
                ['analysed', 'analysed'],
                ['not_asked', 'notAsked'],
                ['not_answered', 'notAnswered'],
              ] as const
            ).map(([name, field]) => [term(name), '', ...flow.arms.map((arm) => show(arm[field]))]),
          ]}
        />
      </Accordion>
      <Accordion label={words.how} titleAs="h3">
        <dl className="evaluation-terms">
          {Object.entries(flowTerms).map(([name, { label, definition }]) => (
            <div key={name}>
              <dt>{labelOf(label)}</dt>
              <dd>{labelOf(definition)}</dd>
            </div>
          ))}
        </dl>
      </Accordion>
    </>
  );
}
