/**
 * `patched()` and `deprecatePatch()` of the SDK (docs/operations.md) for what a forecast plays forward too
 * (api/forecast.ts): there is no history there, and what is still to come comes by the newest code.
 */
import * as workflow from '@temporalio/workflow';

export const patched = (change: string): boolean => !workflow.inWorkflowContext() || workflow.patched(change);

export function deprecatePatch(change: string): void {
  if (workflow.inWorkflowContext()) workflow.deprecatePatch(change);
}
