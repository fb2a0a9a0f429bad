/** Reading another site's young person for a reason: asking for it, and what was asked. Row-level security holds both. */
import type { PoolClient } from 'pg';
import type { Day, Instant } from '../domain/calendar';
import type { ReadingKind } from '../domain/readings';
import type { StaffPerson } from './staff';

/** By which somebody is found, exactly: see domain/enrolment.ts. */
export type SoughtKeys =
  | { readonly nameKey: string; readonly birthDate: Day }
  | { readonly externalNumberKey: string };

/** @returns false when this person has asked too often in the last hour: nothing was sought */
export async function openGlass(
  client: PoolClient,
  request: { readonly id: string; readonly sought: SoughtKeys; readonly reason: string },
): Promise<boolean> {
  const { id, sought, reason } = request;
  const keys =
    'nameKey' in sought ? [sought.nameKey, sought.birthDate, null] : [null, null, sought.externalNumberKey];
  const { rows } = await client.query<{ taken: boolean }>({
    name: 'glass_open',
    text: 'select glass_open($1, $2, $3, $4, $5) as taken',
    values: [id, ...keys, reason],
  });
  return (rows[0] as { taken: boolean }).taken;
}

export interface Opening {
  readonly pathwayId: string;
  readonly site: { readonly id: string; readonly name: string };
  /** null: of the asker's own site, who reads it anyway */
  readonly until: Instant | null;
}

/** What a request of the caller's found. */
export async function openingsOf(client: PoolClient, requestId: string): Promise<Opening[]> {
  const { rows } = await client.query<Opening>(
    `select o.pathway_id as "pathwayId", json_build_object('id', s.id, 'name', s.name) as site, iso(o.until) as until
     from glass_openings o join sites s on s.id = o.site_id
     where o.request_id = $1 order by o.site_id, o.pathway_id`,
    [requestId],
  );
  return rows;
}

export interface GlassRequest {
  readonly id: string;
  readonly askedAt: Instant;
  readonly staff: Omit<StaffPerson, 'active'>;
  /** Theirs, when they asked. */
  readonly site: { readonly id: string; readonly name: string };
  readonly by: 'name' | 'number';
  readonly reason: string;
  readonly openings: readonly (Opening & {
    /** Of the reader's site; null: of another one. */
    readonly person: { readonly lastName: string; readonly firstName: string } | null;
    readonly read: readonly { readonly what: ReadingKind; readonly count: number }[] | null;
  })[];
}

/** What the people of a site asked for, and what others asked about its young people; the latest first. */
export async function listGlassRequests(
  client: PoolClient,
  siteId: string,
  of: { after?: readonly [askedAt: Instant, id: string]; limit: number },
): Promise<GlassRequest[]> {
  const [at, id] = of.after ?? [null, null];
  const { rows } = await client.query<GlassRequest>(
    `select r.id, iso(r.asked_at) as "askedAt", r.by, r.reason,
       json_build_object('id', a.id, 'displayName', a.display_name, 'role', a.role, 'siteId', a.site_id,
         'organisation', a.organisation) as staff,
       json_build_object('id', f.id, 'name', f.name) as site,
       (select coalesce(json_agg(json_build_object('pathwayId', o.pathway_id,
           'site', json_build_object('id', s.id, 'name', s.name), 'until', iso(o.until),
           'person', case when o.site_id = $1 then (
             select json_build_object('lastName', y.last_name, 'firstName', y.first_name)
             from enrolments e join people y on y.id = e.person_id where e.id = o.pathway_id) end,
           'read', case when o.site_id = $1 then (
             select coalesce(json_agg(json_build_object('what', l.what, 'count', l.n) order by l.what), '[]')
             from (select what, count(*)::int as n from reading_log
               where pathway_id = o.pathway_id and actor_id = r.actor_id and glass
                 and read_at between r.asked_at and o.until group by what) l) end
         ) order by o.site_id, o.pathway_id), '[]')
         from glass_openings o join sites s on s.id = o.site_id where o.request_id = r.id) as openings
     from glass_requests r join staff a on a.id = r.actor_id join sites f on f.id = r.site_id
     where ($2::timestamptz is null or (date_trunc('milliseconds', r.asked_at), r.id) < ($2, $3::uuid))
     order by date_trunc('milliseconds', r.asked_at) desc, r.id desc limit $4`,
    [siteId, at, id, of.limit],
  );
  return rows;
}
