/** How what a page shows is counted, in the words of domain/. */
import { Accordion } from '@codegouvfr/react-dsfr/Accordion';
import type { Definition } from '../../../domain/figures';
import { inBoth, useLabel, useWords } from '../words/words';
import './steering.css';

const w = inBoth({ fr: { how: 'Comment c’est compté' }, en: { how: 'How it is counted' } });

export function Definitions({ of }: { of: readonly Definition[] }) {
  const words = useWords(w);
  const labelOf = useLabel();
  return (
    <Accordion label={words.how} titleAs="h2">
      <dl className="definitions">
        {of.map(({ label, definition }) => (
          <div key={label.fr}>
            <dt>{labelOf(label)}</dt>
            <dd>{labelOf(definition)}</dd>
          </div>
        ))}
      </dl>
    </Accordion>
  );
}
