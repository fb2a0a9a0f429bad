/** A row of the evaluation's export: made of what the database tells, and held to the columns before it leaves. */
import * as z from 'zod';
import { type Column, categoryOf, columnsOf, type columnTypes, type MaskedArm } from './evaluation';
import type { Arm, ExitCode } from './pathway';

export type Cell = string | number | boolean | null | readonly (number | null)[];
export type EvaluationRow = Readonly<Record<string, Cell>>;

function cellSchema({ type, codes, missing }: Column): z.ZodType {
  const whole = z.int();
  const of: Readonly<Record<(typeof columnTypes)[number], z.ZodType>> = {
    pseudonym: z.string().regex(/^[0-9a-f]{32}$/),
    code: z.enum((codes ?? []) as string[]),
    text: z.string().min(1).max(60),
    integer: whole,
    number: z.number().positive(),
    yes_no: z.boolean(),
    days: z.array(whole.nullable()),
  };
  return missing ? of[type].nullable() : of[type];
}

/** What a row is held to before it leaves: these columns and no others. */
export const rowSchema = (masked: boolean) =>
  z.strictObject(Object.fromEntries(columnsOf(masked).map((c) => [c.name, cellSchema(c)])));
const schemas = { open: rowSchema(false), masked: rowSchema(true) };

/** A person as the database tells them: see evaluation_rows. */
export interface EvaluatedPerson {
  readonly pseudonym: string;
  readonly site: string;
  readonly wave: string;
  readonly stratum: string;
  readonly age: number;
  readonly situation: string;
  readonly origin: string;
  readonly waited_days: number;
  readonly arm: Arm;
  readonly weight: number;
  readonly service_plus_probability: number;
  readonly entering_probability: number;
  readonly observed_days: number;
  readonly exit_day: number | null;
  readonly exit_code: ExitCode | null;
  readonly in_steps: boolean;
  readonly contract_day: number | null;
  readonly termination_day: number | null;
  readonly contracts: number;
  readonly durable_employment_day: number | null;
  readonly contacts: number;
  readonly contact_attempts: number;
  readonly follow_ups_done: number;
  readonly follow_ups_missed: number;
  readonly mediations: number;
  readonly survey_days: readonly number[];
  readonly answer_days: readonly (number | null)[];
}

/**
 * The row that leaves.
 * @param maskedArm what an arm is called where the arms are masked; null: they are open
 * @throws when it is not as the columns say: nothing leaves that is not in the dictionary
 */
export function rowOf(person: EvaluatedPerson, maskedArm: ((arm: Arm) => MaskedArm) | null): EvaluationRow {
  const { answer_days, origin, arm, ...rest } = person;
  const whole: Readonly<Record<string, Cell>> = {
    ...rest,
    minor: person.age < 18,
    origin: categoryOf(origin),
    arm: maskedArm ? maskedArm(arm) : arm,
    survey_answer_days: answer_days,
  };
  const masked = maskedArm !== null;
  const row = Object.fromEntries(columnsOf(masked).map(({ name }) => [name, whole[name] as Cell]));
  return (masked ? schemas.masked : schemas.open).parse(row) as EvaluationRow;
}

/** A cell as the CSV file has it: numbers with a point, yes and no as 1 and 0, nothing for what is missing. */
export function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  if (typeof cell === 'object') return cell.map((day) => day ?? '-').join(' ');
  return String(cell);
}
