/** Whether somebody else has a task. */
import type { TaskDetails } from '../api/types';

/** A partner completes what was planned with them, though the referent has it. */
export const isHeldFrom = (
  { assignee, partner }: Pick<TaskDetails, 'assignee' | 'partner'>,
  readerId: string,
): boolean => assignee !== null && assignee.id !== readerId && partner?.id !== readerId;
