/** What the API answers when it does not do what was asked (RFC 9457), and what stands for it when it does not answer. */
import type { z } from 'zod';
import type { problemSchema } from '../../../api/problems';

type Body = z.output<typeof problemSchema>;

export class ApiProblem extends Error {
  constructor(
    /** 0: no answer came */
    readonly status: number,
    readonly body: Body,
  ) {
    super(body.title);
  }

  /** Stable: the page decides by it. `no_answer`: the network or the server is away. */
  get code(): string {
    return this.body.code;
  }

  /** Of a field, by JSON pointer (`/actions/0/on`). */
  errorAt(pointer: string): string | undefined {
    return this.body.errors?.find((e) => e.pointer === pointer)?.message;
  }
}

export const isProblem = (error: unknown, ...codes: string[]): error is ApiProblem =>
  error instanceof ApiProblem && (codes.length === 0 || codes.includes(error.code));
