/**
 * The world a pathway runs in: Temporal when it lives (temporal.ts), a clock of its own when a forecast looks ahead
 * (api/forecast.ts). Everything a pathway does to the outside goes through here.
 */
import type { JournalActivities } from '../activities/journal';
import type { MediationInput, MediationMessage } from './messages';

export interface Runtime {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back at an instant of epoch milliseconds, not in this activation. */
  wakeAt(at: number, wake: () => void): void;
  readonly record: JournalActivities['record'];
  /** Waits until all else in the activation has run as far as it can. */
  everythingElse(): Promise<void>;
  startMediation(input: MediationInput): void;
  tellMediation(pathwayId: string, number: number, message: MediationMessage): void;
}
