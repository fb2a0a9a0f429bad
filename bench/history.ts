/** How many events a person's decision and a whole pathway leave in Temporal's history. */
import { Api } from '../bin/demo/api';
import { skipTime } from '../bin/demo/skip-time';
import { tellStory } from '../bin/demo/story';
import { Telling } from '../bin/demo/telling';
import { tokenOf } from '../bin/token';
import { pathwayWorkflowId } from '../workflows/messages';
import { type Measure, measure, median } from './measure';
import type { System } from './system';

/** Plays the demonstration's story of five steps, by the API, and reads what it left. */
export async function history(system: System): Promise<Measure[]> {
  const api = new Api({ base: system.url, language: 'en', tokenOf: (person) => tokenOf(person, system.url) });
  const telling = new Telling('en', { write: () => true, isTTY: false });
  const skip = (id: string, until: number) => skipTime(system.temporal, pathwayWorkflowId(id), until);
  const id = await tellStory(api, skip, telling, 112);
  const { events = [] } = await system.temporal.workflow.getHandle(pathwayWorkflowId(id)).fetchHistory();
  const decisions = perDecision(events ?? []);
  return [
    measure('history events of a decision, median', 'events', median(decisions), null, '≤ 12'),
    measure('the same, largest', 'events', Math.max(...decisions), null, '≤ 12'),
    measure('history events of a whole pathway of five steps', 'events', events?.length ?? 0, null, null),
    measure('its decisions', 'decisions', decisions.length, null, null),
  ];
}

type Events = NonNullable<
  Awaited<ReturnType<ReturnType<System['temporal']['workflow']['getHandle']>['fetchHistory']>>['events']
>;

/**
 * The events of each Update: from the workflow task that took it to the one before anything else happened (a timer, the
 * next Update).
 */
function perDecision(events: Events): number[] {
  const counts: number[] = [];
  let from = -1;
  let taken = false;
  events.forEach((event, i) => {
    const starts = event.workflowTaskScheduledEventAttributes && !taken;
    if (event.workflowExecutionUpdateAcceptedEventAttributes) taken = true;
    if (starts) from = i;
    if (event.workflowExecutionUpdateCompletedEventAttributes) {
      // A timer set with the answer is the decision's too.
      const timer = events[i + 1]?.timerStartedEventAttributes ? 1 : 0;
      counts.push(i + 1 + timer - from);
      taken = false;
    }
  });
  return counts;
}
