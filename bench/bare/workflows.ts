/** The least that a pathway could be: it records once with an activity that does nothing, and so does each Update. */
import { condition, defineUpdate, proxyActivities, setHandler } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing(of: 'start' | 'touch'): Promise<void> }>({
  startToCloseTimeout: '30 seconds',
});

export const touch = defineUpdate<number>('touch');

export async function bare(): Promise<void> {
  let touched = 0;
  setHandler(touch, async () => {
    await nothing('touch');
    return ++touched;
  });
  await nothing('start');
  await condition(() => false);
}
