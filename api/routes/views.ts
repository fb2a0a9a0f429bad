/** Saved views of the inbox: one's own, and those that coordinators share with their site. */
import * as z from 'zod';
import { asActor } from '../../db/pool';
import { listViews, removeView, saveView, type ViewRow, viewById } from '../../db/views';
import { text } from '../../domain/forms';
import { scopeOf } from '../../domain/policy';
import { derivedId } from '../deciding';
import type { Person } from '../identity';
import { once } from '../once';
import { Problem } from '../problems';
import { route } from '../routing';
import * as shape from '../shapes';
import { viewFilters } from './tasks';

/** Own and shared ones that somebody sees: more is no choice any more. */
const MOST = 100;

const body = z.strictObject({
  name: text(80),
  filters: viewFilters,
  shared: z.boolean().default(false).meta({ description: 'with the team of the site; by its coordinators' }),
});

export const view = z
  .object({
    id: z.uuid(),
    name: z.string(),
    filters: viewFilters,
    shared: z.boolean(),
    owner: shape.personRef.meta({ description: 'of a shared one: who saved it last' }),
    savedAt: shape.instant(),
  })
  .meta({ id: 'View' });

const list = route({
  method: 'get',
  path: '/views',
  action: 'view.list',
  tag: 'tasks',
  summary: {
    fr: 'Mes vues enregistrées et celles du site, par nom',
    en: 'My saved views and those of the site, by name',
  },
  answers: { 200: { description: 'The views', schema: z.object({ items: z.array(view) }) } },
  async handle({ api }, { actor }) {
    return { status: 200, body: { items: await asActor(api, actor, listViews) } };
  },
});

const create = route({
  method: 'post',
  path: '/views',
  action: 'view.save',
  tag: 'tasks',
  summary: { fr: 'Enregistrer une vue', en: 'Save a view' },
  body,
  answers: { 201: { description: 'Saved', schema: view } },
  problems: ['views_full', 'idempotency_key_reused'],
  async handle({ api }, call) {
    const { actor, body, now, requestId } = call;
    const id = derivedId(requestId, 'view');
    refuseSharing(actor, body.shared);
    const saved = await asActor(api, actor, async (client) => {
      await once(client, call, id, async () => {
        if ((await listViews(client)).length >= MOST) throw new Problem('views_full');
        await saveView(client, { id, ownerId: actor.id, siteId: actor.siteId, ...body, now });
      });
      return viewById(client, id);
    });
    if (!saved) throw new Problem('not_found');
    return { status: 201, body: saved };
  },
});

const replace = route({
  method: 'put',
  path: '/views/{id}',
  action: 'view.save',
  tag: 'tasks',
  summary: { fr: 'Changer une vue', en: 'Change a view' },
  params: shape.uuidParams,
  body,
  answers: { 200: { description: 'As it is now', schema: view } },
  async handle({ api }, { actor, params: { id }, body, now }) {
    const saved = await asActor(api, actor, async (client) => {
      refuseOthers(actor, await viewById(client, id));
      refuseSharing(actor, body.shared);
      await saveView(client, { id, ownerId: actor.id, siteId: actor.siteId, ...body, now });
      return viewById(client, id);
    });
    return { status: 200, body: saved };
  },
});

const remove = route({
  method: 'delete',
  path: '/views/{id}',
  action: 'view.save',
  tag: 'tasks',
  summary: { fr: 'Supprimer une vue', en: 'Delete a view' },
  params: shape.uuidParams,
  answers: { 200: { description: 'Deleted', schema: z.object({ id: z.uuid() }) } },
  async handle({ api }, call) {
    const { actor, params } = call;
    await asActor(api, actor, (client) =>
      once(client, call, params.id, async () => {
        refuseOthers(actor, await viewById(client, params.id));
        await removeView(client, params.id);
      }),
    );
    return { status: 200, body: { id: params.id } };
  },
});

/** What somebody does not see is not there; a shared one is changed by whoever may share. */
function refuseOthers(actor: Person, found: ViewRow | null): void {
  if (!found) throw new Problem('not_found');
  refuseSharing(actor, found.shared);
}

function refuseSharing(actor: Person, shared: boolean): void {
  if (shared && !scopeOf(actor.role, 'view.share')) throw new Problem('forbidden');
}

export const viewRoutes = [list, create, replace, remove];
