/** Tells a Temporal server that did not answer from one that refused. Not part of the workflow bundle. */
import { isGrpcServiceError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';

/** Temporal gave no answer, so nobody knows: too late, or it is away or sheds load. */
export function isUnanswered(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  const cause = grpcCause(error);
  // CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE
  return cause !== undefined && [1, 2, 4, 8, 10, 13, 14].includes(cause.code);
}

function grpcCause(error: unknown): { code: number } | undefined {
  if (isGrpcServiceError(error)) return error;
  const { cause } = (error ?? {}) as { cause?: unknown };
  return isGrpcServiceError(cause) ? cause : undefined;
}
