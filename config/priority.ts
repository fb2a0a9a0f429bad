/** Who comes first where processes share a machine. */
import os from 'node:os';

/**
 * Who waits for an answer comes before what the clock sets off for thousands. On Linux a priority is a thread's own and
 * is handed down to the threads it begins: to be said before a process has begun its others.
 * @param pid 0: this process
 */
export function yieldToPeople(pid = 0): void {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some systems do not let a process say so, or it has ended: it goes on as it is.
  }
}
