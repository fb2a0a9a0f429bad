/** The CONSORT flow: the numbers that the database counts, which of them add up to which, and the shape they are told in. */
import { excludedReasons, waitingReasons } from './evaluation';
import type { Shown } from './masking';
import { type Arm, arms, type ExitCode, exitCodes } from './pathway';

/** A number of the flow as the database counts it: see evaluation_flow. */
export interface FlowCount {
  readonly part: 'enrolment' | 'excluded' | 'waiting' | 'arm' | 'exit' | 'survey_due' | 'survey_answered';
  readonly arm: Arm | null;
  readonly name: string;
  readonly youngPeople: number;
}

export interface ArmFlow {
  readonly arm: Arm;
  readonly allocated: Shown;
  readonly received: Shown;
  readonly notReceived: Shown;
  readonly stillIn: Shown;
  readonly exits: readonly { readonly code: ExitCode; readonly youngPeople: Shown }[];
  readonly surveys: readonly { readonly survey: number; readonly due: Shown; readonly answered: Shown }[];
  readonly lost: Shown;
  readonly followed: Shown;
  readonly analysed: Shown;
  readonly notAsked: Shown;
  readonly notAnswered: Shown;
}
export interface Flow {
  readonly enrolled: Shown;
  readonly noDraw: Shown;
  readonly assessed: Shown;
  readonly excluded: readonly {
    readonly reason: (typeof excludedReasons)[number];
    readonly youngPeople: Shown;
  }[];
  readonly waiting: readonly {
    readonly reason: (typeof waitingReasons)[number];
    readonly youngPeople: Shown;
  }[];
  readonly randomised: Shown;
  readonly arms: readonly ArmFlow[];
}

const idOf = (part: string, arm: Arm | null, name: string) => `${part}/${arm ?? ''}/${name}`;

/** Every number of the flow by its id, zeros too. */
export function flowCounts(counted: readonly FlowCount[]): Map<string, number> {
  const told = new Map(
    counted.map(({ part, arm, name, youngPeople }) => [idOf(part, arm, name), youngPeople]),
  );
  const surveys = surveysIn(counted);
  const ids = [
    ...['enrolled', 'no_draw', 'assessed', 'randomised'].map((name) => idOf('enrolment', null, name)),
    ...excludedReasons.map((reason) => idOf('excluded', null, reason)),
    ...waitingReasons.map((reason) => idOf('waiting', null, reason)),
    ...arms.flatMap((arm) => [
      ...armNames.map((name) => idOf('arm', arm, name)),
      ...exitCodes.map((code) => idOf('exit', arm, code)),
      ...surveys.flatMap((n) => [idOf('survey_due', arm, n), idOf('survey_answered', arm, n)]),
    ]),
  ];
  return new Map(ids.map((id) => [id, told.get(id) ?? 0]));
}
const armNames = [
  'allocated',
  'received',
  'not_received',
  'still_in',
  'lost',
  'followed',
  'analysed',
  'not_asked',
  'not_answered',
];
const surveysIn = (counted: readonly Pick<FlowCount, 'part' | 'name'>[]) =>
  [...new Set(counted.filter(({ part }) => part.startsWith('survey')).map(({ name }) => name))].sort(
    (a, b) => Number(a) - Number(b),
  );

/** Which numbers add up to which. `whole: false`: the rest is not told. */
export function flowSums(
  counted: readonly FlowCount[],
): { total: string; parts: string[]; whole: boolean }[] {
  const whole = true;
  const enrolment = (name: string) => idOf('enrolment', null, name);
  return [
    { total: enrolment('enrolled'), parts: [enrolment('no_draw'), enrolment('assessed')], whole },
    {
      total: enrolment('assessed'),
      parts: [
        ...excludedReasons.map((reason) => idOf('excluded', null, reason)),
        ...waitingReasons.map((reason) => idOf('waiting', null, reason)),
        enrolment('randomised'),
      ],
      whole,
    },
    { total: enrolment('randomised'), parts: arms.map((arm) => idOf('arm', arm, 'allocated')), whole },
    ...arms.flatMap((arm) => {
      const of = (name: string) => idOf('arm', arm, name);
      return [
        { total: of('allocated'), parts: [of('received'), of('not_received')], whole },
        {
          total: of('allocated'),
          parts: [of('still_in'), ...exitCodes.map((code) => idOf('exit', arm, code))],
          whole,
        },
        { total: of('allocated'), parts: [of('lost'), of('followed')], whole },
        { total: of('allocated'), parts: [of('analysed'), of('not_asked'), of('not_answered')], whole },
        ...surveysIn(counted).flatMap((n) => [
          { total: of('allocated'), parts: [idOf('survey_due', arm, n)], whole: false },
          { total: idOf('survey_due', arm, n), parts: [idOf('survey_answered', arm, n)], whole: false },
        ]),
      ];
    }),
  ];
}

/** The numbers in their shape; reasons that count nobody are left out, exits never. */
export function flowOf(counts: ReadonlyMap<string, Shown>): Flow {
  const take = (part: string, arm: Arm | null, name: string): Shown =>
    counts.get(idOf(part, arm, name)) ?? null;
  const some = <R extends string>(part: string, reasons: readonly R[]) =>
    reasons
      .map((reason) => ({ reason, youngPeople: take(part, null, reason) }))
      .filter(({ youngPeople }) => youngPeople !== 0);
  const surveys = surveysIn(
    [...counts.keys()].map((id) => {
      const [part, , name] = id.split('/') as [FlowCount['part'], string, string];
      return { part, name };
    }),
  );
  return {
    enrolled: take('enrolment', null, 'enrolled'),
    noDraw: take('enrolment', null, 'no_draw'),
    assessed: take('enrolment', null, 'assessed'),
    excluded: some('excluded', excludedReasons),
    waiting: some('waiting', waitingReasons),
    randomised: take('enrolment', null, 'randomised'),
    arms: arms.map((arm) => ({
      arm,
      allocated: take('arm', arm, 'allocated'),
      received: take('arm', arm, 'received'),
      notReceived: take('arm', arm, 'not_received'),
      stillIn: take('arm', arm, 'still_in'),
      exits: exitCodes.map((code) => ({ code, youngPeople: take('exit', arm, code) })),
      surveys: surveys.map((n) => ({
        survey: Number(n),
        due: take('survey_due', arm, n),
        answered: take('survey_answered', arm, n),
      })),
      lost: take('arm', arm, 'lost'),
      followed: take('arm', arm, 'followed'),
      analysed: take('arm', arm, 'analysed'),
      notAsked: take('arm', arm, 'not_asked'),
      notAnswered: take('arm', arm, 'not_answered'),
    })),
  };
}
