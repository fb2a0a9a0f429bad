import * as z from 'zod';
import { eventFields } from '../../../domain/events';
import { formOf, type TaskKind, taskKinds } from '../../../domain/tasks';
import { type ObjectSchema, parisInstant, sortOf, toSent, valueAt, wrongIn } from './schema';

const variants = (kind: TaskKind) =>
  (z.toJSONSchema(formOf(kind), { io: 'input' }) as unknown as { oneOf: ObjectSchema[] }).oneOf;
const variant = (kind: TaskKind, outcome: string) =>
  variants(kind).find((v) => v.properties.outcome?.const === outcome) as ObjectSchema;
const id = '0b8e5f7e-1f0a-4c1e-9a51-6f2f0f4a7d11';

describe('what was typed becomes what is sent', () => {
  test('an empty field, one of blanks and one of another outcome are not sent', () => {
    const typed = { channel: 'phone', comment: '  ', report: 'of another outcome', outcome: 'fine' };
    expect(toSent(variant('first_contact', 'reached'), typed)).toEqual({
      outcome: 'reached',
      channel: 'phone',
    });
  });

  test('a number is typed as text and sent as a number, zero included', () => {
    const typed = { applications: '0', interviews: ' 2 ', mood: '3', comment: ' Va bien ' };
    expect(toSent(variant('search_follow_up', 'done'), typed)).toEqual({
      outcome: 'done',
      applications: 0,
      interviews: 2,
      mood: 3,
      comment: 'Va bien',
    });
  });

  test('no box ticked is nothing, and boxes go in the order of the form', () => {
    const schema = variant('entry_interview', 'project_ready');
    expect(toSent(schema, { obstacles: [] })).toEqual({ outcome: 'project_ready' });
    expect(toSent(schema, { obstacles: ['health', 'mobility', 'unknown'] }).obstacles).toEqual([
      'mobility',
      'health',
    ]);
  });

  test('each action of a plan is sent with its day, its partner only where one was chosen', () => {
    const typed = {
      actions: [
        { action: 'cfa_visit', on: '2026-12-01', partnerId: '' },
        { action: 'immersion', on: '2026-12-08', partnerId: id },
      ],
    };
    expect(toSent(variant('plan_discovery', 'planned'), typed)).toEqual({
      outcome: 'planned',
      actions: [
        { action: 'cfa_visit', on: '2026-12-01' },
        { action: 'immersion', on: '2026-12-08', partnerId: id },
      ],
    });
  });

  test('a time is one of Paris, in winter, in summer and beside the change of the clock', () => {
    expect(parisInstant('2026-01-15T09:30')).toBe('2026-01-15T08:30:00.000Z');
    expect(parisInstant('2026-07-15T09:30')).toBe('2026-07-15T07:30:00.000Z');
    expect(parisInstant('2026-03-29T03:30')).toBe('2026-03-29T01:30:00.000Z');
    expect(parisInstant('2026-10-25T03:30')).toBe('2026-10-25T02:30:00.000Z');
    const contact = z.toJSONSchema(z.strictObject(eventFields.contact), { io: 'input' });
    expect(toSent(contact as unknown as ObjectSchema, { at: '2026-07-15T09:30' })).toEqual({
      at: '2026-07-15T07:30:00.000Z',
    });
  });
});

describe('what is wrong before anything is sent', () => {
  test('required fields without an answer are named, in the order of the form', () => {
    const wrong = wrongIn(variant('entry_interview', 'contract_signed'), {
      employer: ' ',
      cfa: 'CFA des Douets',
    });
    expect([...wrong]).toEqual(
      ['/signedOn', '/startsOn', '/endsOn', '/employer', '/trade', '/diploma'].map((at) => [
        at,
        { what: 'missing' },
      ]),
    );
  });

  test('a plan asks for one action at least, and for each its kind and its day', () => {
    const schema = variant('plan_discovery', 'planned');
    expect([...wrongIn(schema, {}).keys()]).toEqual(['/actions/0/action', '/actions/0/on']);
    expect([...wrongIn(schema, { actions: [{ action: 'open_day', on: '2026-12-01' }, {}] }).keys()]).toEqual([
      '/actions/1/action',
      '/actions/1/on',
    ]);
  });

  test('numbers are whole and within their bounds', () => {
    const wrong = wrongIn(variant('search_follow_up', 'done'), {
      applications: '1,5',
      interviews: '3',
      mood: '6',
    });
    expect([...wrong]).toEqual([
      ['/applications', { what: 'not_a_number' }],
      ['/mood', { what: 'out_of_range', from: 1, to: 5 }],
    ]);
  });

  test('of words too long it says by how much', () => {
    const wrong = wrongIn(variant('offer_feedback', 'applied'), { comment: 'a'.repeat(4012) });
    expect([...wrong]).toEqual([['/comment', { what: 'too_long', by: 12 }]]);
  });

  test('where boxes are to be ticked, one at least', () => {
    const schema = variant('search_workshop', 'attended');
    expect(wrongIn(schema, {}).get('/topics')).toEqual({ what: 'not_chosen' });
    expect(wrongIn(schema, { topics: ['budget'] }).size).toBe(0);
  });
});

describe('every form of the catalogue', () => {
  /** An answer to every field, as somebody would type it. */
  const answers = ({ properties }: ObjectSchema): Record<string, unknown> =>
    Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, answerTo(field)]));
  const answerTo = (field: ObjectSchema['properties'][string]): unknown =>
    ({
      fixed: undefined,
      people: id,
      choice: field.enum?.[0],
      choices: [field.items?.enum?.[0]],
      groups: field.items?.properties && [answers(field.items as ObjectSchema)],
      group: field.properties && answers(field as ObjectSchema),
      yes_no: true,
      whole_number: String(field.minimum),
      day: '2026-11-20',
      instant: '2026-11-20T10:00',
      text: 'Des mots',
    })[sortOf(field)];

  const all = taskKinds.flatMap((kind) => variants(kind).map((schema) => [kind, schema] as const));

  test.each(all.map(([kind, schema]) => [kind, schema.properties.outcome?.const, schema] as const))(
    '%s, %s: filled in, it is what the API takes, and what is required is said when nothing is filled in',
    (kind, _outcome, schema) => {
      const typed = answers(schema);
      expect(wrongIn(schema, typed).size).toBe(0);
      expect(formOf(kind).safeParse(toSent(schema, typed)).error).toBeUndefined();
      const empty = formOf(kind).safeParse(toSent(schema, {}));
      expect(wrongIn(schema, {}).size === 0).toBe(empty.success);
    },
  );

  test('every field has its name in both languages', () => {
    const unnamed = (schema: ObjectSchema): string[] =>
      Object.entries(schema.properties).flatMap(([name, field]) => [
        ...(field.title && field['x-title-en'] ? [] : [name]),
        ...(field.items?.properties ? unnamed(field.items as ObjectSchema) : []),
      ]);
    expect(all.flatMap(([, schema]) => unnamed(schema))).toEqual([]);
  });
});

test('a pointer finds what was typed, and nothing where nothing is', () => {
  const typed = { actions: [{ on: '2026-12-01' }] };
  expect(valueAt(typed, '/actions/0/on')).toBe('2026-12-01');
  expect(valueAt(typed, '/actions/1/on')).toBeUndefined();
});
