/**
 * A draw by wave: the commitment to the seed, then the frozen register, then the draw, each published before the next.
 * Nobody can do any of it by hand.
 */
import { ApplicationFailure, condition, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { DrawActivities } from '../activities/draws';
import type { Instant } from '../domain/calendar';
import { type DrawInput, tellPublicNumber } from './messages';

const { commitDraw, freezeDraw, carryOutDraw } = proxyActivities<DrawActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

const now = (): Instant => new Date().toISOString();

export async function draw({ drawId, freezeAt, drawAt, numberNotBefore }: DrawInput): Promise<void> {
  let publicNumber: string | null = null;
  setHandler(
    tellPublicNumber,
    ({ number }) => {
      publicNumber ??= number;
    },
    {
      validator: ({ number }) => {
        if (numberNotBefore === null) refuse('number_not_awaited', 'this draw takes no public number');
        if (now() < (numberNotBefore as Instant))
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
  await carryOutDraw({ drawId, at: now(), publicNumber });
}

async function until(instant: Instant): Promise<void> {
  const ms = Date.parse(instant) - Date.now();
  if (ms > 0) await sleep(ms);
}

function refuse(type: string, message: string): never {
  throw ApplicationFailure.create({ type, message, nonRetryable: true });
}
