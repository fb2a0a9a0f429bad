/** What a workflow says of a pathway: its state, and the entries it handed to its journal. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { RecordedEntry } from '../db/reconcile';
import { pathwayState, pathwayWorkflowId } from '../workflows/messages';

/** The state of the workflow, and the entries in the histories of its runs, as far back as they are kept. */
export async function readWorkflow(client: Client, pathwayId: string) {
  const workflowId = pathwayWorkflowId(pathwayId);
  const state = await client.workflow.getHandle(workflowId).query(pathwayState);
  const runs: RecordedEntry[][] = [];
  let runId: string | undefined;
  do {
    const history: History | null = await client.workflow
      .getHandle(workflowId, runId)
      .fetchHistory()
      .catch((error: unknown) => {
        // An earlier run, past the retention of the namespace.
        if (error instanceof WorkflowNotFoundError && runs.length) return null;
        throw error;
      });
    if (!history) break;
    runs.unshift(entriesOf(history.events ?? []));
    runId =
      history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  } while (runId);
  return { state, entries: runs.flat() };
}

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;

function entriesOf(events: NonNullable<History['events']>): RecordedEntry[] {
  const asked = new Map<string, RecordedEntry['entry']>();
  const recorded: RecordedEntry[] = [];
  for (const event of events) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled?.activityType?.name === 'record') {
      asked.set(String(event.eventId), payload(scheduled.input?.payloads?.[0]));
    }
    const completed = event.activityTaskCompletedEventAttributes;
    const entry = completed && asked.get(String(completed.scheduledEventId));
    if (entry) recorded.push({ entry, answer: payload(completed.result?.payloads?.[0]) });
  }
  return recorded;
}

function payload<T>(encoded: Parameters<typeof defaultPayloadConverter.fromPayload>[0] | undefined): T {
  if (!encoded) throw new Error('an event of the history has no payload');
  return defaultPayloadConverter.fromPayload(encoded);
}
