/** Types of verify-draw.mjs for the tests; who verifies needs the one file only. */
export interface Told {
  readonly fr: string;
  readonly en: string;
}

export interface Beforehand {
  readonly commitment?: string;
  readonly register?: string;
  readonly lines?: readonly string[];
  readonly previous?: readonly unknown[];
}

export function readRecord(text: string): unknown;

export function verify(
  record: unknown,
  beforehand?: Beforehand,
): {
  readonly valid: boolean;
  readonly problems: readonly (Told & { readonly check: string; readonly where: string })[];
  readonly notes: readonly Told[];
  /** Checks that were not made: for want of what to compare with, or because another one failed before. */
  readonly unchecked: readonly string[];
};

/** @returns the exit code */
export function main(args: readonly string[], print?: (text: string) => void): number;
