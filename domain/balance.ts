/** Whether the draw made two groups alike: each baseline variable by arm, with its standardised mean difference. */
import { type BaselineVariable, baselineVariables, categoryOf } from './evaluation';
import { type Arm, arms } from './pathway';

/** How many people of an arm have a value, and their weights (inverse probabilities of the arm) together. */
export interface BaselineCount {
  readonly arm: Arm;
  readonly variable: string;
  readonly value: string;
  readonly youngPeople: number;
  readonly weight: number;
}

export interface BalanceArm {
  readonly arm: Arm;
  /** Weighted by the inverse of the probability of the arm: of a code its share. null: nobody is in the arm. */
  readonly mean: number | null;
  /** Unweighted. null: fewer than two people. */
  readonly sd: number | null;
  /** People with this code, or of whom there is a number. */
  readonly youngPeople: number;
}
export interface BalanceLine {
  readonly variable: BaselineVariable;
  /** Of `codes`. */
  readonly code: string | null;
  readonly arms: readonly BalanceArm[];
  /** null: nothing to compare, or nobody differs from anybody. */
  readonly difference: number | null;
}
export interface Balance {
  readonly arms: readonly { readonly arm: Arm; readonly youngPeople: number }[];
  readonly lines: readonly BalanceLine[];
}

/**
 * The standardised mean difference of service plus and the usual service: the weighted means' difference over
 * √((s₁² + s₀²) / 2). The variances are those of the people as they are, unweighted, so that weighting cannot widen the
 * measure it is judged by; of a number with n − 1, of a share p it is p(1 − p).
 */
export function balanceOf(counted: readonly BaselineCount[]): Balance {
  const counts = counted.map((c) => (c.variable === 'origin' ? { ...c, value: categoryOf(c.value) } : c));
  const of = (variable: string, arm: Arm) => counts.filter((c) => c.variable === variable && c.arm === arm);
  const peopleIn = (arm: Arm) => sum(of('age', arm).map((c) => c.youngPeople));
  const lines = (Object.keys(baselineVariables) as BaselineVariable[]).flatMap((variable): BalanceLine[] => {
    const { kind } = baselineVariables[variable];
    if (kind === 'number')
      return [
        line(
          variable,
          null,
          arms.map((arm) => ({ arm, ...momentsOf(of(variable, arm)) })),
        ),
      ];
    const codes =
      kind === 'yes_no'
        ? ['true']
        : [...new Set(counts.filter((c) => c.variable === variable).map((c) => c.value))].sort();
    return codes.map((code) =>
      line(
        variable,
        kind === 'codes' ? code : null,
        arms.map((arm) => ({ arm, ...shareOf(of(variable, arm), code) })),
      ),
    );
  });
  return { arms: arms.map((arm) => ({ arm, youngPeople: peopleIn(arm) })), lines };
}

type Moments = Omit<BalanceArm, 'arm'> & { readonly variance: number | null };

function line(
  variable: BaselineVariable,
  code: string | null,
  of: readonly (Moments & { arm: Arm })[],
): BalanceLine {
  const [plus, standard] = [of[0] as Moments, of[1] as Moments];
  const spread =
    plus.variance === null || standard.variance === null
      ? 0
      : Math.sqrt((plus.variance + standard.variance) / 2);
  return {
    variable,
    code,
    arms: of.map(({ variance: _, ...arm }) => arm),
    difference:
      plus.mean === null || standard.mean === null || spread === 0
        ? null
        : (plus.mean - standard.mean) / spread,
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, n) => all + n, 0);

function momentsOf(counts: readonly BaselineCount[]): Moments {
  const n = sum(counts.map((c) => c.youngPeople));
  const weight = sum(counts.map((c) => c.weight));
  if (n === 0) return { mean: null, sd: null, youngPeople: 0, variance: null };
  const plain = sum(counts.map((c) => c.youngPeople * Number(c.value))) / n;
  const squares = sum(counts.map((c) => c.youngPeople * (Number(c.value) - plain) ** 2));
  const variance = n < 2 ? null : squares / (n - 1);
  return {
    mean: sum(counts.map((c) => c.weight * Number(c.value))) / weight,
    sd: variance === null ? null : Math.sqrt(variance),
    youngPeople: n,
    variance,
  };
}

function shareOf(counts: readonly BaselineCount[], code: string): Moments {
  const n = sum(counts.map((c) => c.youngPeople));
  const having = counts.filter((c) => c.value === code);
  const youngPeople = sum(having.map((c) => c.youngPeople));
  if (n === 0) return { mean: null, sd: null, youngPeople, variance: null };
  const plain = youngPeople / n;
  const mean = sum(having.map((c) => c.weight)) / sum(counts.map((c) => c.weight));
  return { mean, sd: Math.sqrt(plain * (1 - plain)), youngPeople, variance: plain * (1 - plain) };
}
