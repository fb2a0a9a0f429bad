/** An invitation to something held for many: who was absent is invited again, a number of times that the site sets. */
import type { Accompaniment } from './accompaniment';

export async function invite(
  p: Accompaniment,
  kind: 'information_session' | 'search_workshop',
): Promise<void> {
  for (let round = 1; round <= 1 + p.rules.invitationsAgain; round++) {
    const { outcome } = await p.ask(kind, { round });
    if (outcome !== 'absent') return;
  }
}
