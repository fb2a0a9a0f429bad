/** Changes that many pathways are told of, each once for every pathway however often the telling is repeated. */
import type { Arm } from './pathway';

/**
 * `settings`: the site's settings are of this version now. `staff`: somebody is away from now on, or back: who has
 * their tasks is looked up again. `hand_over`: somebody leaves for good, these pathways and tasks are others' now.
 * `drawn`: a draw has decided their arms.
 */
export type Broadcast =
  | { readonly kind: 'settings'; readonly version: number }
  | { readonly kind: 'staff'; readonly staffId: string }
  | {
      readonly kind: 'hand_over';
      readonly from: string;
      readonly by: string;
      /** The new referent of each pathway; tasks of other pathways go to the team. */
      readonly to: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'drawn'; readonly drawId: string };

/** What one pathway is told of a broadcast. `to` of a hand-over is null where nobody was named. */
export type Told =
  | Exclude<Broadcast, { kind: 'hand_over' | 'drawn' }>
  | { readonly kind: 'hand_over'; readonly from: string; readonly by: string; readonly to: string | null }
  | { readonly kind: 'drawn'; readonly drawId: string; readonly arm: Arm };
