/** Step 3 · Accompagner les jeunes dans leur démarche. A recorded contract turns the pathway to step 4. */
import type { Obstacle } from '../../domain/pathway';
import type { Accompaniment } from '../accompaniment';
import { beside, endOf } from '../asking';
import { hardToReach } from '../hard-to-reach';
import { invite } from '../invite';
import { exit, to, type Way } from '../state';

export async function contractSearch(p: Accompaniment): Promise<Way> {
  return Promise.race([
    followUps(p),
    reviews(p),
    beside(invite(p, 'search_workshop')),
    beside(Promise.all(p.state.obstacles.map((obstacle) => removeObstacle(p, obstacle)))),
  ]);
}

async function removeObstacle(p: Accompaniment, obstacle: Obstacle): Promise<void> {
  for (let round = 1; ; round++) {
    const { outcome } = await p.ask('remove_obstacle', { subject: obstacle, round });
    if (outcome !== 'in_progress') return;
  }
}

/** Every 14 days; missed twice in a row, somebody decides. */
async function followUps(p: Accompaniment): Promise<Way> {
  let anchor = p.state.stepEnteredAt;
  let missed = 0;
  let decisions = 0;
  for (let round = 1; ; round++) {
    const { outcome } = await p.askAt('search_follow_up', { round, anchor });
    anchor = endOf(p.asked('search_follow_up', { round }));
    missed = outcome === 'missed' ? missed + 1 : 0;
    if (missed < p.rules.missedInARow) continue;
    missed = 0;
    const way = await hardToReach(p, { round: ++decisions });
    if (way) return way;
    // A hold may have lasted for months.
    anchor = p.now;
  }
}

/** At three and at six months. */
async function reviews(p: Accompaniment): Promise<Way> {
  for (let round = 1; round <= p.rules.searchReviews; round++) {
    const review = await p.askAt('search_review', { round, anchor: p.state.stepEnteredAt });
    switch (review.outcome) {
      case 'redefine':
        return to('project_validation');
      case 'reoriented':
      case 'back_to_school':
      case 'declined':
        return exit(review.outcome, review);
    }
  }
  return beside(Promise.resolve());
}
