/** A change of a site's settings: what it would move, and how it is applied. */
import { isDeepStrictEqual } from 'node:util';
import type { PoolClient } from 'pg';
import { insertBroadcast, readBroadcast } from '../db/broadcasts';
import { insertSettings, lockSettings, openDeadlines, settingsInForce } from '../db/settings-versions';
import type { Settings } from '../domain/settings';
import { type Move, movesUnder } from '../domain/settings-change';
import { derivedId } from './deciding';
import { once } from './once';
import { Problem } from './problems';
import type { Call } from './routing';

export interface SettingsChange {
  readonly siteId: string;
  /** The settings as they are to be, from those in force. */
  readonly make: (inForce: Settings) => Settings;
  /** The version that the caller had read; null: whichever it is. */
  readonly ifMatch: number | null;
  readonly now: Date;
}

async function toChange(client: PoolClient, { siteId, ifMatch }: SettingsChange) {
  const inForce = await settingsInForce(client, siteId);
  if (!inForce) throw new Problem('not_found');
  if (ifMatch !== null && ifMatch !== inForce.version) throw new Problem('stale');
  return inForce;
}

/**
 * Applies new settings: the next version, and the broadcast by which the pathways are told. The same settings as in
 * force change nothing, the same request again is answered as before.
 * @returns the version in force now; `broadcastId` is null where nothing was changed
 * @throws Problem: not_found, stale, idempotency_key_reused; nothing is changed then
 */
export async function applySettings(
  client: PoolClient,
  call: Call,
  change: SettingsChange,
): Promise<{ version: number; broadcastId: string | null }> {
  const { siteId, make, now } = change;
  const broadcastId = derivedId(call.requestId, 'settings');
  await once(client, call, broadcastId, async () => {
    await lockSettings(client, siteId);
    const inForce = await toChange(client, change);
    const settings = make(inForce.settings);
    if (isDeepStrictEqual(settings, inForce.settings)) return;
    const [version, createdBy] = [inForce.version + 1, call.actor.id];
    await insertSettings(client, { siteId, version, settings, appliedAt: now, appliedBy: createdBy });
    const message = { kind: 'settings', version } as const;
    await insertBroadcast(client, { id: broadcastId, siteId, message, createdBy });
  });
  const told = await readBroadcast(client, broadcastId);
  if (told?.message.kind === 'settings') return { version: told.message.version, broadcastId };
  return { version: (await toChange(client, { ...change, ifMatch: null })).version, broadcastId: null };
}

export interface Preview {
  /** The earliest of them, by the instant they move from. */
  readonly moves: readonly Move[];
  /** How many there are, and of how many pathways. */
  readonly count: number;
  readonly pathways: number;
}

/** How many moves a preview names. */
export const movesNamed = 500;
/** Pathways read and counted at once; other requests are answered between two pages. */
const PAGE = 100;

/**
 * What new settings would move now, changing nothing.
 * @throws Problem: not_found, stale
 */
export async function previewSettings(client: PoolClient, change: SettingsChange): Promise<Preview> {
  const { siteId, make, now } = change;
  const { settings, version } = await toChange(client, change);
  const site = { settings: make(settings), version: version + 1 };
  let moves: Move[] = [];
  let count = 0;
  let pathways = 0;
  let after: string | null = null;
  for (;;) {
    const page = await openDeadlines(client, siteId, after, PAGE);
    for (const pathway of page) {
      const its = movesUnder(site, pathway, now.toISOString());
      if (its.length === 0) continue;
      pathways++;
      count += its.length;
      moves.push(...its);
    }
    // No more is kept than is named.
    moves = moves.sort(byInstant).slice(0, movesNamed);
    after = page.at(-1)?.pathwayId ?? null;
    if (page.length < PAGE) return { moves, count, pathways };
  }
}

function byInstant(a: Move, b: Move): number {
  const key = ({ from, pathwayId, taskId, name, which }: Move) =>
    [from, pathwayId, taskId ?? name, which].join();
  const [one, other] = [key(a), key(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}
