/** Queries about browsers that are signed in. All go by the hash of a cookie: the API's role sees nothing else of them. */
import type { Pool } from 'pg';
import type { StaffPerson } from './staff';

export interface SessionRow {
  readonly person: StaffPerson;
  /** It ends then at the latest. */
  readonly expiresAt: Date;
  /** It ends then, if it is not used before. */
  readonly idleAt: Date;
}

/**
 * Begins a session.
 * @param idToken sealed
 * @returns false when the person's access has ended: nothing was begun
 */
export async function beginSession(
  db: Pool,
  idHash: Buffer,
  { staffId, at, expiresAt, idToken }: { staffId: string; at: Date; expiresAt: Date; idToken: Buffer },
): Promise<boolean> {
  const { rows } = await db.query<{ begun: boolean }>('select session_begin($1, $2, $3, $4, $5) as begun', [
    idHash,
    staffId,
    at,
    expiresAt,
    idToken,
  ]);
  return rows[0]?.begun ?? false;
}

/**
 * @param idleMs how long a session lives unused
 * @param touch whether this is a use of it; noted to the minute
 * @returns null when it is over or never was
 */
export async function liveSession(
  db: Pool,
  idHash: Buffer,
  { at, idleMs, touch }: { at: Date; idleMs: number; touch: boolean },
): Promise<SessionRow | null> {
  const { rows } = await db.query<StaffPerson & { expiresAt: Date; idleAt: Date }>({
    name: 'live_session',
    text: 'select * from session_use($1, $2, make_interval(secs => $3), $4)',
    values: [idHash, at, idleMs / 1_000, touch],
  });
  if (!rows[0]) return null;
  const { expiresAt, idleAt, ...person } = rows[0];
  return { person, expiresAt, idleAt };
}

/** Ends a session for good. @returns its sealed id_token; null when it had ended before */
export async function endSession(db: Pool, idHash: Buffer, at: Date): Promise<Buffer | null> {
  const { rows } = await db.query<{ idToken: Buffer | null }>('select session_end($1, $2) as "idToken"', [
    idHash,
    at,
  ]);
  return rows[0]?.idToken ?? null;
}
