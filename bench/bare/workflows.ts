/** The least that a pathway could be: it records once with an activity that does nothing, and so does each Update. */
import { condition, defineUpdate, proxyActivities, setHandler, sleep } from '@temporalio/workflow';

const { nothing } = proxyActivities<{ nothing(of: 'start' | 'touch' | 'timer'): Promise<void> }>({
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

/** Waits for an instant (epoch milliseconds) and records with an activity that does nothing. */
export async function sleeper(at: number): Promise<void> {
  await nothing('start');
  await sleep(Math.max(1, at - Date.now()));
  await nothing('timer');
  await condition(() => false);
}
