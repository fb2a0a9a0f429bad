/** What changes, as it happens. */
import { route } from '../routing';

export const events = route({
  method: 'get',
  path: '/events',
  action: 'task.list',
  tag: 'tasks',
  summary: {
    fr: 'Les tâches qui changent, en direct (server-sent events)',
    en: 'The tasks that change, as it happens (server-sent events)',
  },
  resumes: true,
  answers: {
    200: {
      description:
        'A stream that does not end. `ready`: all that changes from now on will be told, read your lists now. `tasks`: {type, pathwayId, revision, tasks}, the ids of the tasks that changed and that you see. `reset`: something may have been missed, read your lists anew',
      schema: ['text/event-stream'],
    },
  },
  problems: ['too_many_streams'],
  async handle({ liveEvents }, { actor, lastEventId, whoNow }) {
    return {
      status: 200,
      contentType: 'text/event-stream',
      body: await liveEvents.stream({ actor, lastEventId, whoNow }),
      // nginx would keep it until its buffer is full.
      headers: { 'x-accel-buffering': 'no' },
    };
  },
});
