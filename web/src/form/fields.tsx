/** Fields made from a JSON Schema: what a form asks is written once, in the domain. */
import { Button } from '@codegouvfr/react-dsfr/Button';
import { Checkbox } from '@codegouvfr/react-dsfr/Checkbox';
import { Input } from '@codegouvfr/react-dsfr/Input';
import { RadioButtons } from '@codegouvfr/react-dsfr/RadioButtons';
import { Select } from '@codegouvfr/react-dsfr/Select';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Proposed } from '../api/types';
import { useDates } from '../words/dates';
import { inBoth, useLabel, useLanguage, useWords } from '../words/words';
import './form.css';
import { chosenOf, type FieldSchema, type ObjectSchema, rowsOf, sortOf, type Typed } from './schema';

/** Who of the site could be named. */

const w = inBoth({
  fr: {
    starred: 'Les champs suivis de * sont obligatoires.',
    required: '(obligatoire)',
    optional: '(facultatif)',
    choose: 'Choisissez',
    none: 'Aucun choix',
    left: (n: number) => `Encore ${n} ${n > 1 ? 'caractères possibles' : 'caractère possible'}`,
    over: (n: number) => `${n} ${n > 1 ? 'caractères' : 'caractère'} de trop`,
    load: (n: number) => `${n} ${n > 1 ? 'jeunes accompagnés' : 'jeune accompagné'}`,
    absent: (day: string) => `absence jusqu’au ${day}`,
    nobody: 'Personne du site ne peut être proposé : voyez avec la coordination.',
    leastLoaded: 'Qui accompagne le moins de jeunes est en tête de liste.',
    number: (n: number) => `N° ${n}`,
    add: 'Ajouter une ligne',
    remove: (n: number) => `Retirer le n° ${n}`,
    between: (from: number, to: number) => `De ${from} à ${to}`,
  },
  en: {
    starred: 'Fields followed by * are required.',
    required: '(required)',
    optional: '(optional)',
    choose: 'Choose',
    none: 'No choice',
    left: (n: number) => `${n} more ${n === 1 ? 'character' : 'characters'} possible`,
    over: (n: number) => `${n} ${n === 1 ? 'character' : 'characters'} too many`,
    load: (n: number) => `accompanies ${n} young ${n === 1 ? 'person' : 'people'}`,
    absent: (day: string) => `away until ${day}`,
    nobody: 'Nobody of the site can be proposed: see with the coordinator.',
    leastLoaded: 'Who accompanies the fewest comes first.',
    number: (n: number) => `No. ${n}`,
    add: 'Add a line',
    remove: (n: number) => `Remove no. ${n}`,
    between: (from: number, to: number) => `From ${from} to ${to}`,
  },
});

/** So few are shown all at once. */
const FEW = 5;
/** Words longer than this are written on several lines. */
const SHORT_WORDS = 200;
/** From this many characters before the limit on, the writer is told. */
const NEAR_LIMIT = 200;

type ErrorAt = (pointer: string) => string | undefined;
type Proposals = Readonly<Record<string, readonly Proposed[]>>;

interface FieldsProps {
  readonly schema: ObjectSchema;
  readonly value: Typed;
  onChange(value: Record<string, unknown>): void;
  /** By the role that the schema asks for, the least loaded first. */
  readonly proposals?: Proposals;
  readonly errorAt?: ErrorAt;
  /** Fields that are not shown. */
  readonly without?: readonly string[];
  /** Of the ids of the fields: another form of the page has another. */
  readonly idPrefix: string;
}

export function SchemaFields(props: FieldsProps) {
  const words = useWords(w);
  const { schema, without = [] } = props;
  const starred = Object.entries(schema.properties).some(
    ([name, field]) =>
      !without.includes(name) && sortOf(field) !== 'fixed' && isRequired(schema, name, field),
  );
  return (
    <div className="schema-fields">
      {starred && <p className="fr-hint-text">{words.starred}</p>}
      <Fields {...props} pointer="" />
    </div>
  );
}

const isRequired = ({ required = [] }: FieldSchema, name: string, field: FieldSchema) =>
  field.type !== 'boolean' && required.includes(name);

function Fields({
  schema,
  value,
  onChange,
  without = [],
  pointer,
  ...shared
}: FieldsProps & { pointer: string }) {
  return Object.entries(schema.properties)
    .filter(([name, field]) => !without.includes(name) && sortOf(field) !== 'fixed')
    .map(([name, field]) => (
      <Field
        key={name}
        {...shared}
        name={name}
        field={field}
        pointer={`${pointer}/${name}`}
        required={isRequired(schema, name, field)}
        typed={value[name]}
        onTyped={(typed) => onChange({ ...value, [name]: typed })}
      />
    ));
}

interface FieldProps {
  readonly name: string;
  readonly field: FieldSchema;
  readonly pointer: string;
  readonly required: boolean;
  readonly typed: unknown;
  onTyped(typed: unknown): void;
  readonly proposals?: Proposals;
  readonly errorAt?: ErrorAt;
  readonly idPrefix: string;
}

/** The name of a field in the language that is shown. */
function useTitle(): (name: string, field: FieldSchema) => string {
  const shown = useLanguage();
  return (name, field) => (shown === 'en' ? field['x-title-en'] : field.title) ?? field.title ?? name;
}

function Field(props: FieldProps) {
  const { field, pointer, errorAt, idPrefix } = props;
  const error = errorAt?.(pointer);
  const id = idPrefix + pointer.replaceAll('/', '-');
  return (
    <div className={`field field--${sortOf(field)}`} data-pointer={pointer} data-wrong={error && ''}>
      <Control {...props} id={id} error={error} />
    </div>
  );
}

type ControlProps = FieldProps & { readonly id: string; readonly error: string | undefined };

function Control(props: ControlProps) {
  switch (sortOf(props.field)) {
    case 'people':
      return <People {...props} />;
    case 'choice':
      return props.required && (props.field.enum ?? []).length <= FEW ? (
        <FewChoices {...props} />
      ) : (
        <ManyChoices {...props} />
      );
    case 'choices':
      return <Choices {...props} />;
    case 'groups':
      return <Groups {...props} />;
    case 'group':
      return <Group {...props} />;
    case 'yes_no':
      return <YesNo {...props} />;
    default:
      return <Line {...props} />;
  }
}

function useLegend({ name, field, required }: ControlProps): ReactNode {
  const words = useWords(w);
  const title = useTitle()(name, field);
  return (
    <>
      {title}
      {required ? (
        <>
          <span aria-hidden="true"> *</span>
          <span className="fr-sr-only"> {words.required}</span>
        </>
      ) : (
        ` ${words.optional}`
      )}
    </>
  );
}

/** As the design system's components take an error. */
const shownAs = (error: string | undefined) =>
  error === undefined ? {} : ({ state: 'error', stateRelatedMessage: error } as const);

const inputTypes: Partial<Record<ReturnType<typeof sortOf>, object>> = {
  day: { type: 'date', max: '9999-12-31' },
  instant: { type: 'datetime-local', max: '9999-12-31T23:59' },
  // Not type=number: it loses what it cannot read, and the wheel changes it.
  whole_number: { inputMode: 'numeric', autoComplete: 'off' },
};

/** What is written on one line or on several. */
function Line(props: ControlProps) {
  const words = useWords(w);
  const { field, required, typed, onTyped, id, error } = props;
  const legend = useLegend(props);
  const text = typed === undefined || typed === null ? '' : String(typed);
  const sort = sortOf(field);
  const { maxLength, minimum, maximum } = field;
  const left = (maxLength ?? Infinity) - text.trim().length;
  const counted = left <= Math.min(NEAR_LIMIT, (maxLength ?? 0) / 2);
  const native = {
    id,
    value: text,
    required,
    'aria-invalid': error !== undefined,
    'aria-describedby': counted ? `${id}-count` : undefined,
    onChange: (e: { target: { value: string } }) => onTyped(e.target.value),
  };
  const long = sort === 'text' && (maxLength ?? Infinity) > SHORT_WORDS;
  const hintText =
    sort === 'whole_number' && minimum !== undefined && maximum !== undefined
      ? words.between(minimum, maximum)
      : undefined;
  return (
    <>
      {long ? (
        <Input
          label={legend}
          textArea
          {...shownAs(error)}
          nativeTextAreaProps={{ ...native, rows: Math.min(12, 3 + text.split('\n').length) }}
        />
      ) : (
        <Input
          label={legend}
          hintText={hintText}
          {...shownAs(error)}
          nativeInputProps={{ ...native, ...inputTypes[sort] }}
        />
      )}
      {counted && (
        <p id={`${id}-count`} className="fr-hint-text field__count">
          {left < 0 ? words.over(-left) : words.left(left)}
        </p>
      )}
    </>
  );
}

function FewChoices(props: ControlProps) {
  const { field, typed, onTyped, id, error } = props;
  const labelOf = useLabel();
  const legend = useLegend(props);
  return (
    <RadioButtons
      id={id}
      legend={legend}
      small
      {...shownAs(error)}
      options={(field.enum ?? []).map((code) => ({
        label: nameOf(field, code, labelOf),
        nativeInputProps: { value: code, checked: typed === code, onChange: () => onTyped(code) },
      }))}
    />
  );
}

const nameOf = (field: FieldSchema, code: string, labelOf: ReturnType<typeof useLabel>) => {
  const label = field['x-labels']?.[code];
  return label ? labelOf(label) : code;
};

function Selection({
  options,
  hint,
  ...props
}: ControlProps & { options: readonly (readonly [value: string, label: string])[]; hint?: string }) {
  const words = useWords(w);
  const { required, typed, onTyped, id, error } = props;
  const legend = useLegend(props);
  return (
    <Select
      label={legend}
      hint={hint}
      {...shownAs(error)}
      nativeSelectProps={{
        id,
        value: typeof typed === 'string' ? typed : '',
        required,
        'aria-invalid': error !== undefined,
        onChange: (e) => onTyped(e.target.value),
      }}
    >
      <option value="">{required ? words.choose : words.none}</option>
      {options.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </Select>
  );
}

function ManyChoices(props: ControlProps) {
  const labelOf = useLabel();
  const { field } = props;
  return (
    <Selection {...props} options={(field.enum ?? []).map((code) => [code, nameOf(field, code, labelOf)])} />
  );
}

function People(props: ControlProps) {
  const words = useWords(w);
  const personOf = usePersonLine();
  const role = props.field['x-people'] as string;
  const people = props.proposals?.[role] ?? [];
  const hint = people.length === 0 ? words.nobody : role === 'counsellor' ? words.leastLoaded : undefined;
  return <Selection {...props} hint={hint} options={people.map((p) => [p.id, personOf(p, role)])} />;
}

/** A person as a list of people names them: what tells them apart, and whether they are there. */
export function usePersonLine(): (person: Proposed, role: string) => string {
  const words = useWords(w);
  const { day } = useDates();
  return ({ displayName, organisation, load, absentUntil }, role) =>
    [
      organisation ? `${displayName} (${organisation})` : displayName,
      // Only counsellors are referents.
      role === 'counsellor' && words.load(load),
      absentUntil && words.absent(day(absentUntil)),
    ]
      .filter(Boolean)
      .join(' – ');
}

function Choices(props: ControlProps) {
  const { field, typed, onTyped, id, error } = props;
  const labelOf = useLabel();
  const legend = useLegend(props);
  const chosen = chosenOf(field, typed);
  return (
    <Checkbox
      id={id}
      legend={legend}
      small
      {...shownAs(error)}
      options={(field.items?.enum ?? []).map((code) => ({
        label: nameOf(field.items as FieldSchema, code, labelOf),
        nativeInputProps: {
          value: code,
          checked: chosen.includes(code),
          onChange: (e) =>
            onTyped(e.target.checked ? [...chosen, code] : chosen.filter((other) => other !== code)),
        },
      }))}
    />
  );
}

function YesNo({ name, field, typed, onTyped, id, error }: ControlProps) {
  const title = useTitle()(name, field);
  return (
    <Checkbox
      id={id}
      small
      {...shownAs(error)}
      options={[
        {
          label: title,
          nativeInputProps: {
            checked: typed === true,
            'aria-invalid': error !== undefined,
            onChange: (e) => onTyped(e.target.checked),
          },
        },
      ]}
    />
  );
}

function Group(props: ControlProps) {
  const { field, typed, onTyped, ...shared } = props;
  const title = useTitle()(props.name, field);
  return (
    <fieldset className="field-group">
      <legend className="field-group__legend">{title}</legend>
      <Fields {...shared} schema={field as ObjectSchema} value={(typed ?? {}) as Typed} onChange={onTyped} />
    </fieldset>
  );
}

/** The same fields as often as one likes. */
function Groups(props: ControlProps) {
  const words = useWords(w);
  const legend = useLegend(props);
  const { field, typed, onTyped, id, error, required: _, ...shared } = props;
  const rows = rowsOf(field, typed);
  const { minItems = 0, maxItems = Infinity, items } = field;
  const place = useRef<HTMLFieldSetElement>(null);
  // A row that was added is where one goes on.
  const shown = useRef(rows.length);
  useEffect(() => {
    if (rows.length > shown.current) {
      const added = place.current?.querySelector(`[data-row="${rows.length - 1}"]`);
      added?.querySelector<HTMLElement>('input, select, textarea')?.focus();
    }
    shown.current = rows.length;
  }, [rows.length]);
  return (
    <fieldset className="field-group" ref={place} id={id} aria-describedby={error && `${id}-error`}>
      <legend className="field-group__legend">{legend}</legend>
      {rows.map((row, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and their fields hold no state
        <fieldset key={n} className="field-group__row" data-row={n}>
          <legend className="field-group__legend">{words.number(n + 1)}</legend>
          <Fields
            {...shared}
            pointer={`${props.pointer}/${n}`}
            schema={items as ObjectSchema}
            value={row}
            onChange={(changed) => onTyped(rows.with(n, changed))}
          />
          {rows.length > minItems && (
            <Button
              type="button"
              priority="tertiary"
              size="small"
              iconId="fr-icon-delete-line"
              onClick={() => {
                onTyped(rows.filter((_, other) => other !== n));
                place.current?.querySelector<HTMLElement>('[data-add]')?.focus();
              }}
            >
              {words.remove(n + 1)}
            </Button>
          )}
        </fieldset>
      ))}
      {rows.length < maxItems && (
        <Button
          type="button"
          priority="secondary"
          size="small"
          iconId="fr-icon-add-line"
          onClick={() => onTyped([...rows, {}])}
          nativeButtonProps={{ 'data-add': '' }}
        >
          {words.add}
        </Button>
      )}
      {error && (
        <p id={`${id}-error`} className="fr-message fr-message--error">
          {error}
        </p>
      )}
    </fieldset>
  );
}
