/** What people are told of at once by e-mail: a high alert, a mediation. Everything else waits for the morning. */
import type { JournalEntry } from './journal';

export const noticeKinds = ['high_alert', 'mediation_opened', 'no_substitute'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

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
    return [];
  });
}
