/** What is typed into a form made from a schema, what is wrong with it, and where. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { ApiProblem } from '../api/problem';
import { inBoth, useWords } from '../words/words';
import { type ObjectSchema, type Typed, toSent, valueAt, type Wrong, wrongIn } from './schema';

const w = inBoth({
  fr: {
    missing: 'Remplissez ce champ',
    not_chosen: 'Faites un choix',
    not_a_number: 'Écrivez un nombre entier, par exemple 12',
    too_long: (by: number) => `Texte trop long : retirez ${by} ${by > 1 ? 'caractères' : 'caractère'}`,
    out_of_range: (from: number, to: number) => `Donnez un nombre de ${from} à ${to}`,
    unreadable: 'Cette date est incomplète ou n’existe pas : corrigez-la',
  },
  en: {
    missing: 'Fill in this field',
    not_chosen: 'Make a choice',
    not_a_number: 'Write a whole number, for example 12',
    too_long: (by: number) => `Too long: remove ${by} ${by === 1 ? 'character' : 'characters'}`,
    out_of_range: (from: number, to: number) => `Give a number from ${from} to ${to}`,
    unreadable: 'This date is incomplete or does not exist: correct it',
  },
});

/** What was found wrong with a field, as long as it stays what it was. */
interface Found {
  readonly message: string;
  readonly was: unknown;
}

export interface SchemaForm {
  /** Of the element around the fields: the first wrong one gets the focus. */
  readonly place: RefObject<HTMLElement | null>;
  errorAt(pointer: string): string | undefined;
  /** @returns what is sent, or null: something is wrong, and is shown */
  check(): Record<string, unknown> | null;
  /** The API refused it: each field that it names says why. */
  refused(problem: ApiProblem): void;
}

/** @param typed what the fields show; see `SchemaFields` */
export function useSchemaForm(schema: ObjectSchema, typed: Typed): SchemaForm {
  const words = useWords(w);
  const place = useRef<HTMLElement | null>(null);
  const [checked, setChecked] = useState(false);
  const [found, setFound] = useState<ReadonlyMap<string, Found>>(new Map());
  // Counts the attempts, so that the focus moves once for each.
  const [wrongAttempts, setWrongAttempts] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt, another move of the focus
  useEffect(() => {
    const first = place.current?.querySelector('[data-wrong]:not(:has([data-wrong]))');
    first?.querySelector<HTMLElement>('input, select, textarea, button')?.focus();
  }, [wrongAttempts]);

  const say = (wrong: Wrong): string => {
    switch (wrong.what) {
      case 'too_long':
        return words.too_long(wrong.by);
      case 'out_of_range':
        return words.out_of_range(wrong.from, wrong.to);
      default:
        return words[wrong.what];
    }
  };
  const wrong = checked ? wrongIn(schema, typed) : new Map<string, Wrong>();
  const show = (more: ReadonlyMap<string, Found>) => {
    setFound(more);
    setWrongAttempts((n) => n + 1);
  };

  return {
    place,
    errorAt(pointer) {
      const said = found.get(pointer);
      if (said && valueAt(typed, pointer) === said.was) return said.message;
      const its = wrong.get(pointer);
      return its && say(its);
    },
    check() {
      setChecked(true);
      // A date that is half typed has no value: it must not be taken for one that was left out.
      const unreadable = [
        ...(place.current?.querySelectorAll<HTMLInputElement>('[data-pointer] input') ?? []),
      ].filter((input) => input.validity.badInput);
      const pointers = unreadable.map(
        (input) => input.closest<HTMLElement>('[data-pointer]')?.dataset.pointer ?? '',
      );
      if (wrongIn(schema, typed).size === 0 && pointers.length === 0) {
        setFound(new Map());
        return toSent(schema, typed);
      }
      show(new Map(pointers.map((at) => [at, { message: words.unreadable, was: valueAt(typed, at) }])));
      return null;
    },
    refused({ body }) {
      show(
        new Map(
          (body.errors ?? []).map((e) => [e.pointer, { message: e.message, was: valueAt(typed, e.pointer) }]),
        ),
      );
    },
  };
}
