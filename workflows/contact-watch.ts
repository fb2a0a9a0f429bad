/** At any time: nobody is lost from sight. Contact is watched all year, closer in summer, and everybody's return to term. */
import type { Accompaniment } from './accompaniment';
import type { Round } from './asking';
import { hardToReach, reachedSince } from './hard-to-reach';
import type { Way } from './state';

/** No contact for a time that differs by phase: contact is to be re-established. */
export async function contactWatch(p: Accompaniment): Promise<Way> {
  await p.when(() => watched(p));
  for (;;) {
    const of = p.round('watch');
    if (!p.wasAsked('re_establish_contact', { of })) {
      // The phase may have changed since it was last looked at.
      p.dropWait(p.phase === 1 ? 'contact_watch_phase_2' : 'contact_watch_phase_1', { of });
      await p.until(p.phase === 1 ? 'contact_watch_phase_1' : 'contact_watch_phase_2', p.silentSince, { of });
    }
    const asked = p.open('re_establish_contact', { of });
    const answer = await p.askUnless(
      're_establish_contact',
      { of },
      () => reachedSince(p, asked.plannedAt),
      'reached',
    );
    if (answer?.outcome === 'not_reached') {
      const way = await nobodyAnswers(p, of);
      if (way) return way;
    }
    p.countSilenceFrom(p.now);
    p.nextRound('watch');
  }
}

/** In summer already after a shorter silence, by whoever is on duty; missed in a row, somebody must act. */
export async function summerCheckIns(p: Accompaniment): Promise<Way> {
  await p.when(() => watched(p));
  for (;;) {
    const of = p.round('summer');
    const { summer } = p.state;
    if (!p.wasAsked('summer_check_in', { of })) {
      const since = summer.checkedAt && summer.checkedAt > p.silentSince ? summer.checkedAt : p.silentSince;
      await p.until('summer_check', since, { of });
    }
    const asked = p.open('summer_check_in', { of });
    const answer = await p.askUnless(
      'summer_check_in',
      { of },
      () => reachedSince(p, asked.plannedAt),
      'reached',
    );
    if (answer?.outcome === 'not_reached') p.once('missed', () => summer.missed++, of);
    if (answer && summer.missed >= p.rules.missedInARow) {
      const way = await nobodyAnswers(p, of);
      if (way) return way;
      summer.missed = 0;
    }
    summer.checkedAt = p.now;
    p.nextRound('summer');
  }
}

/** The first days after the summer: everybody is asked whether they are back. */
export async function returnToTerm(p: Accompaniment): Promise<Way> {
  await p.when(() => watched(p));
  for (;;) {
    const of = p.round('term');
    await p.until('term_starts', p.state.termSince, { of });
    await p.when(() => p.state.status !== 'on_hold');
    const answer = await p.ask('return_to_term', { of });
    if (answer.outcome === 'not_back') {
      const way = await nobodyAnswers(p, of);
      if (way) return way;
    }
    p.state.termSince = p.now;
    p.nextRound('term');
  }
}

/** Before the first contact the welcome itself looks after it. */
const watched = (p: Accompaniment) => p.state.lastContactAt !== null || p.state.step !== 'welcome';

/** With an employer a mediation looks for the young person too; without one the coordinator decides what to do. */
async function nobodyAnswers(p: Accompaniment, of: Round): Promise<Way | null> {
  if (p.hasEmployer) {
    p.openMediation(of.startsWith('watch') ? 'no_contact' : 'silent_summer');
    return null;
  }
  // One question to the coordinator is enough.
  const decided = () =>
    !p.unfinished().some((t) => t.kind === 'hard_to_reach_decision' && t.status === 'open');
  if (!decided() && !p.wasAsked('hard_to_reach_decision', { of })) {
    await p.when(decided);
    return null;
  }
  return hardToReach(p, { of });
}
