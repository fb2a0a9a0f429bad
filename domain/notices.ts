/** What people are told of at once by e-mail: a high alert, a mediation, a legal day that comes near. Everything else waits for the morning. */
import type { JournalEntry, WaitName } from './journal';

export const noticeKinds = [
  'high_alert',
  'mediation_opened',
  'cfa_warning',
  'no_substitute',
  'glass_opened',
  'report_ready',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** Days that nobody has a task for, and somebody must know of. */
const warnings: readonly unknown[] = ['cfa_first_warning', 'cfa_last_warning'] satisfies WaitName[];

export interface Notice {
  /** Of its cause: the same cause again is the same notice. */
  readonly id: string;
  readonly kind: NoticeKind;
  /** Codes and ids only. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** The notices that an entry gives rise to. */
export function noticesOf({ pathwayId, revision, events }: JournalEntry): Notice[] {
  return events.flatMap(({ type, data = {} }, position): Notice[] => {
    const id = `${pathwayId}/${revision}/${position}`;
    if (type === 'alert_raised' && data.level === 'high') return [{ id, kind: 'high_alert', data }];
    if (type === 'mediation_opened') return [{ id, kind: 'mediation_opened', data }];
    if (type === 'day_came' && warnings.includes(data.name)) return [{ id, kind: 'cfa_warning', data }];
    return [];
  });
}
