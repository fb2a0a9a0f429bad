/** What was answered to a form, to be read. */

import type { Proposed } from '../api/types';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useLanguage, useWords } from '../words/words';
import './form.css';
import { type FieldSchema, sortOf, type Typed } from './schema';

const w = inBoth({
  fr: {
    yes: 'Oui',
    no: 'Non',
    somebody: 'une personne qui n’est plus du site',
    number: (n: number) => `N° ${n}`,
  },
  en: {
    yes: 'Yes',
    no: 'No',
    somebody: 'somebody who is no longer of the site',
    number: (n: number) => `No. ${n}`,
  },
});

interface Props {
  readonly schema: FieldSchema;
  readonly answers: Typed;
  readonly proposals?: Readonly<Record<string, readonly Proposed[]>>;
}

export function Answers({ schema, answers, proposals }: Props) {
  const words = useWords(w);
  const labelOf = useLabel();
  const language = useLanguage();
  const { longDay, instant } = useDates();
  const name = (field: FieldSchema, code: unknown) => {
    const label = field['x-labels']?.[String(code)];
    return label ? labelOf(label) : String(code);
  };
  const said = (field: FieldSchema, answer: unknown) => {
    switch (sortOf(field)) {
      case 'people': {
        const people = proposals?.[field['x-people'] as string] ?? [];
        return people.find((p) => p.id === answer)?.displayName ?? words.somebody;
      }
      case 'choice':
        return name(field, answer);
      case 'choices':
        return (answer as unknown[]).map((code) => name(field.items ?? {}, code)).join(', ');
      case 'groups':
        return (answer as Typed[]).map((row, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what was answered does not change
          <section key={n} aria-label={words.number(n + 1)} className="field-group__row">
            <Answers schema={field.items ?? {}} answers={row} proposals={proposals} />
          </section>
        ));
      case 'group':
        return <Answers schema={field} answers={answer as Typed} proposals={proposals} />;
      case 'yes_no':
        return answer ? words.yes : words.no;
      case 'day':
        return longDay(String(answer));
      case 'instant':
        return instant(String(answer));
      default:
        return String(answer);
    }
  };
  const shown = Object.entries(schema.properties ?? {}).filter(([field, its]) => {
    const answer = answers[field];
    return sortOf(its) !== 'fixed' && answer !== undefined && answer !== null && String(answer) !== '';
  });
  if (shown.length === 0) return null;
  return (
    <dl className="answers">
      {shown.map(([field, its]) => (
        <div key={field}>
          <dt>{(language === 'en' ? its['x-title-en'] : its.title) ?? field}</dt>
          <dd>{said(its, answers[field])}</dd>
        </div>
      ))}
    </dl>
  );
}
