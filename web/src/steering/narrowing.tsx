/** What the pages of what is stuck are asked for: a site, a period, a year. All of it is the address. */
import { Input } from '@codegouvfr/react-dsfr/Input';
import { useSearchParams } from 'react-router';
import { parisDay } from '../words/dates';
import { inBoth, useWords } from '../words/words';

const w = inBoth({
  fr: {
    from: 'Du',
    fromHint: 'Sans date : un an avant',
    to: 'Au',
    toHint: 'Sans date : aujourd’hui',
  },
  en: {
    from: 'From',
    fromHint: 'Without a date: a year before',
    to: 'To',
    toHint: 'Without a date: today',
  },
});

const isDay = (text: string) => /^[2-9]\d{3}-\d\d-\d\d$/.test(text);

export function useNarrowing() {
  const [params, setParams] = useSearchParams();
  const given = (name: string) => params.get(name) ?? '';
  // While a year is typed it is the year 2, 20 and 202 first.
  const day = (name: string) => (isDay(given(name)) ? given(name) : '');
  return {
    given,
    /** As the API takes it. */
    period: { site: given('site'), from: day('from'), to: day('to') },
    site: given('site'),
    narrow(name: string, value: string) {
      const next = new URLSearchParams(params);
      if (value) next.set(name, value);
      else next.delete(name);
      setParams(next, { replace: true, preventScrollReset: true });
    },
  };
}

export function PeriodChoice({ of: { given, narrow } }: { of: ReturnType<typeof useNarrowing> }) {
  const words = useWords(w);
  const max = parisDay();
  const day = (name: 'from' | 'to', hint: string) => (
    <Input
      label={words[name]}
      hintText={hint}
      nativeInputProps={{
        type: 'date',
        value: given(name),
        min: '2000-01-01',
        max,
        onChange: (e) => narrow(name, e.target.value),
      }}
    />
  );
  return (
    <>
      {day('from', words.fromHint)}
      {day('to', words.toHint)}
    </>
  );
}
