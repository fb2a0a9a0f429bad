/** Who is signed in, the sites, and the people who work there. */
import * as z from 'zod';
import { listSites, listStaff, type StaffPerson } from '../../db/staff';
import { type Action, actions, scopeOf } from '../../domain/policy';
import { Problem } from '../problems';
import { route } from '../routing';
import * as shape from '../shapes';

const shown = ({ active: _, ...person }: StaffPerson) => person;

export const me = route({
  method: 'get',
  path: '/me',
  action: 'me.read',
  tag: 'people',
  summary: {
    fr: 'La personne connectée et ce que son rôle permet',
    en: 'Who is signed in and what their role allows',
  },
  answers: {
    200: {
      description: 'The person; `actions` says how far each action of their role reaches',
      schema: z.object({
        ...shape.staff.shape,
        actions: z.partialRecord(z.enum(actions as [Action, ...Action[]]), z.string()),
      }),
    },
  },
  async handle(_, { actor }) {
    const reach = actions.flatMap((action) => {
      const scope = scopeOf(actor.role, action);
      return scope ? [[action, scope]] : [];
    });
    return { status: 200, body: { ...shown(actor), actions: Object.fromEntries(reach) } };
  },
});

export const sites = route({
  method: 'get',
  path: '/sites',
  action: 'site.list',
  tag: 'people',
  summary: { fr: 'Les sites du programme', en: 'The sites of the programme' },
  answers: {
    200: {
      description: 'All sites, by name',
      schema: z.object({
        items: z.array(shape.site),
      }),
    },
  },
  async handle({ api }) {
    return { status: 200, body: { items: await listSites(api) } };
  },
});

export const staff = route({
  method: 'get',
  path: '/staff',
  action: 'staff.list',
  tag: 'people',
  summary: { fr: 'Les personnes d’un site', en: 'The people of a site' },
  query: z.strictObject({ site: z.string().max(40).optional(), role: shape.role.optional() }),
  answers: {
    200: {
      description: 'Active people, by site, role and name',
      schema: z.object({ items: z.array(shape.staff) }),
    },
  },
  problems: ['not_found'],
  async handle({ api }, { actor, query }) {
    const { site, role } = query;
    const own = scopeOf(actor.role, 'staff.list') === 'site' ? (actor.siteId as string) : undefined;
    if (own && site && site !== own) throw new Problem('not_found');
    return { status: 200, body: { items: (await listStaff(api, { siteId: own ?? site, role })).map(shown) } };
  },
});

export const peopleRoutes = [me, sites, staff];
