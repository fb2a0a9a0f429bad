/** What would come for a young person if nobody did anything. Asked for when one opens it. */
import { Accordion } from '@codegouvfr/react-dsfr/Accordion';
import { SegmentedControl } from '@codegouvfr/react-dsfr/SegmentedControl';
import { useState } from 'react';
import type { Foreseen } from '../api/types';
import { Failure, Waiting } from '../layout/states';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useWords } from '../words/words';
import { usePart } from './use-pathway';

const w = inBoth({
  fr: {
    title: 'Si personne ne fait rien',
    over: 'Sur combien de jours',
    days: (n: number) => `${n} jours`,
    none: 'Rien ne viendrait de lui-même.',
  },
  en: {
    title: 'If nobody does anything',
    over: 'Over how many days',
    days: (n: number) => `${n} days`,
    none: 'Nothing would come by itself.',
  },
});

const spans = [30, 60, 90] as const;

export function Forecast({ pathwayId }: { pathwayId: string }) {
  const words = useWords(w);
  const labelOf = useLabel();
  const { comingDay } = useDates();
  const [shown, setShown] = useState(false);
  const [days, setDays] = useState<number>(30);
  const asked = usePart<{ items: Foreseen[] }>(pathwayId, 'forecast', { days }, shown);
  return (
    <Accordion
      className="young__part"
      label={words.title}
      titleAs="h2"
      expanded={shown}
      onExpandedChange={setShown}
    >
      <SegmentedControl
        legend={words.over}
        small
        segments={
          spans.map((n) => ({
            label: words.days(n),
            nativeInputProps: { checked: days === n, onChange: () => setDays(n) },
          })) as never
        }
      />
      {asked.isPending && shown && <Waiting />}
      {asked.error && <Failure error={asked.error} retry={() => void asked.refetch()} />}
      {asked.data?.items.length === 0 && <p className="fr-mt-2w">{words.none}</p>}
      <ul className="coming fr-mt-2w">
        {asked.data?.items.map((foreseen) => (
          <li key={`${foreseen.at} ${foreseen.what} ${foreseen.taskId} ${foreseen.kind} ${foreseen.name}`}>
            <time dateTime={foreseen.at} className="coming__day">
              {comingDay(foreseen.at)}
            </time>
            <span className="coming__what">{labelOf(foreseen.sentence)}</span>
          </li>
        ))}
      </ul>
    </Accordion>
  );
}
