/**
 * A draw by wave: the commitment to the seed, then the frozen register, then the draw, each published before the next.
 * Nobody can do any of it by hand.
 */
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { DrawActivities } from '../activities/draws';
import type { Instant } from '../domain/calendar';
import { type DrawInput, type NumberRefusal, tellPublicNumber } from './messages';

// A register of 100,000 is drawn and written within a few seconds.
const { commitDraw, freezeDraw, takePublicNumber, carryOutDraw } = proxyActivities<DrawActivities>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

const now = (): Instant => new Date().toISOString();

export async function draw({ drawId, freezeAt, drawAt, numberNotBefore }: DrawInput): Promise<void> {
  let publicNumber: string | null = null;
  setHandler(
    tellPublicNumber,
    async ({ number }) => {
      publicNumber ??= number;
      await takePublicNumber({ drawId, number });
    },
    {
      validator: ({ number }) => {
        if (numberNotBefore === null) refuse('number_not_awaited', 'this draw takes no public number');
        if (now() < numberNotBefore)
          refuse('number_too_early', `nobody can know the number before ${numberNotBefore}`);
        if (publicNumber !== null && publicNumber !== number)
          refuse('number_told', 'another number was told before: it stays');
      },
    },
  );

  await commitDraw({ drawId, at: now() });
  await until(freezeAt);
  await freezeDraw({ drawId, at: now() });
  await until(drawAt);
  await condition(() => numberNotBefore === null || publicNumber !== null);
  await condition(allHandlersFinished);
  await carryOutDraw({ drawId, at: now(), publicNumber });
  await condition(allHandlersFinished);
}

async function until(instant: Instant): Promise<void> {
  const ms = Date.parse(instant) - Date.now();
  if (ms > 0) await sleep(ms);
}

function refuse(type: NumberRefusal, message: string): never {
  throw ApplicationFailure.create({ type, message, nonRetryable: true });
}
