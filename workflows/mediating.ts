/** The pathway's side of its mediations: what opens one by itself, and the answers it is told. */
import type { TaskRecord } from '../domain/journal';
import type { Accompaniment } from './accompaniment';

/** An alert that nobody handled in time opens a mediation, once there is an employer to mediate with. */
export async function unhandledAlerts(p: Accompaniment): Promise<never> {
  const unhandled = () =>
    p
      .unfinished()
      .find((t) => t.kind === 'alert_follow_up' && t.late && !p.wasDone(`unhandled ${t.key}`, 'pathway'));
  for (;;) {
    await p.when(() => p.hasEmployer && unhandled() !== undefined);
    const { key } = unhandled() as TaskRecord;
    p.once(`unhandled ${key}`, () => p.openMediation('unhandled_alert'), 'pathway');
  }
}

/** Tells the open mediation each answer, once. */
export async function answerMediation(p: Accompaniment): Promise<never> {
  for (;;) {
    await p.when(() => p.mediationNews() !== undefined);
    p.tellMediation(p.mediationNews() as TaskRecord);
  }
}
