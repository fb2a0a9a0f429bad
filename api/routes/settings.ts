/** What a site has set: all of it, and its closures and catalogue by themselves; and how far a change has been told. */
import * as z from 'zod';
import { readBroadcast } from '../../db/broadcasts';
import { asActor } from '../../db/pool';
import { appliedVersions, settingsInForce } from '../../db/settings-versions';
import type { Label } from '../../domain/forms';
import { waitNames } from '../../domain/journal';
import { type Action, scopeOf, verdict } from '../../domain/policy';
import { type Settings, settingsSchema } from '../../domain/settings';
import { movable, wholeCalendar, wholeSettings } from '../../domain/settings-change';
import type { Person } from '../identity';
import { Problem } from '../problems';
import { type Route, route } from '../routing';
import { applySettings, movesNamed, previewSettings } from '../settings-change';
import * as shape from '../shapes';

const siteParams = z.object({ id: z.string().regex(/^[a-z0-9-]{1,40}$/) });

/** @throws Problem: another site's settings are not there for this person */
function allow(actor: Person, action: Action, siteId: string): void {
  if (verdict(actor, action, { siteId }) !== 'allowed') throw new Problem('not_found');
}

const applied = {
  version: z.int().meta({ description: 'also the ETag; 1 is the defaults of the programme' }),
  appliedAt: shape.instant().nullable(),
  appliedBy: shape.personRef.nullable(),
};

const change = z.object({
  version: z.int().meta({ description: 'in force now' }),
  broadcastId: z.uuid().nullable().meta({
    description: 'by it the pathways are told (GET /admin/broadcasts/{id}); null: nothing was changed',
  }),
});

const preview = z
  .object({
    moves: z
      .array(
        z.object({
          pathwayId: z.uuid(),
          taskId: z.string().optional(),
          kind: shape.kind.optional(),
          name: z.enum(waitNames).optional().meta({ description: 'of a wait that is no task' }),
          which: z.enum(movable),
          from: shape.instant(),
          to: shape.instant(),
          alreadyPast: z.boolean().meta({
            description: 'it would lie in the past: what follows from it follows at once',
          }),
        }),
      )
      .meta({ description: `at most ${movesNamed}, the earliest by \`from\`` }),
    count: z.int().meta({ description: 'of all moves' }),
    pathways: z.int().meta({ description: 'how many pathways have one' }),
  })
  .meta({ id: 'SettingsPreview' });

/** A part of a site's settings that is read and replaced by itself. */
interface Part<T> {
  /** Behind /admin/sites/{id}. */
  readonly path: string;
  readonly read: Label;
  readonly replace: Label;
  /** The part as it is given, whole. */
  readonly body: z.ZodType<T>;
  readonly of: (settings: Settings) => T;
  readonly into: (settings: Settings, part: T) => Settings;
  /** How it is answered: its members beside the version's. */
  readonly shown: z.ZodRawShape;
  readonly show: (part: T) => object;
}

function routesOf<T>(part: Part<T>): Route[] {
  const path = `/admin/sites/{id}/${part.path}`;
  const get = route({
    method: 'get',
    path,
    action: 'settings.read',
    tag: 'settings',
    summary: part.read,
    params: siteParams,
    answers: {
      200: {
        description: 'In force now; ETag is the version',
        schema: z.object({ ...applied, ...part.shown }),
      },
    },
    async handle({ api }, { actor, params }) {
      allow(actor, 'settings.read', params.id);
      const inForce = await asActor(api, actor, (client) => settingsInForce(client, params.id));
      if (!inForce) throw new Problem('not_found');
      const { settings, ...version } = inForce;
      return {
        status: 200,
        body: { ...version, ...part.show(part.of(settings)) },
        headers: { etag: `"${version.version}"` },
      };
    },
  });
  const put = route({
    method: 'put',
    path,
    action: 'settings.change',
    tag: 'settings',
    summary: part.replace,
    params: siteParams,
    query: z.strictObject({
      preview: shape.flag('nothing is changed: answers which open deadlines would move, from when to when'),
    }),
    body: part.body,
    ifMatch: true,
    answers: {
      200: {
        description: 'Applied, the pathways are told of it a few seconds later; or what would move',
        schema: z.union([change, preview]),
      },
    },
    problems: ['idempotency_key_reused'],
    async handle({ api }, call) {
      const { actor, params, query, body, ifMatch, now } = call;
      allow(actor, 'settings.change', params.id);
      const make = (inForce: Settings) => part.into(inForce, body);
      const asked = { siteId: params.id, make, ifMatch, now };
      if (query.preview) {
        const moves = await asActor(api, actor, (client) => previewSettings(client, asked));
        return { status: 200, body: moves };
      }
      const done = await asActor(api, actor, (client) => applySettings(client, call, asked));
      return { status: 200, body: done, headers: { etag: `"${done.version}"` } };
    },
  });
  return [get, put];
}

const whole = routesOf<Settings>({
  path: 'settings',
  read: { fr: 'Les réglages d’un site et leur schéma', en: 'The settings of a site, and their schema' },
  replace: {
    fr: 'Changer les réglages d’un site : ses échéances en cours se déplacent',
    en: 'Change the settings of a site: its open deadlines move',
  },
  body: wholeSettings,
  of: (settings) => settings,
  into: (_, settings) => settings,
  shown: {
    settings: wholeSettings,
    schema: z
      .record(z.string(), z.unknown())
      .meta({ description: 'JSON Schema of `settings`, which a PUT takes whole' }),
  },
  show: (settings) => ({ settings, schema: settingsJsonSchema }),
});

const settingsJsonSchema = z.toJSONSchema(wholeSettings);

const closures = routesOf<Settings['calendar']>({
  path: 'closures',
  read: { fr: 'Les fermetures d’un site', en: 'The closures of a site' },
  replace: {
    fr: 'Changer les fermetures d’un site : ses échéances en cours se déplacent',
    en: 'Change the closures of a site: its open deadlines move',
  },
  body: wholeCalendar,
  of: ({ calendar }) => calendar,
  into: (settings, calendar) => ({ ...settings, calendar }),
  shown: settingsSchema.shape.calendar.unwrap().shape,
  show: (calendar) => calendar,
});

const wholeActions = z.strictObject({ actions: settingsSchema.shape.actions.unwrap() });

const actions = routesOf<z.infer<typeof wholeActions>>({
  path: 'actions',
  read: { fr: 'Le catalogue d’actions d’un site', en: 'The catalogue of actions of a site' },
  replace: {
    fr: 'Changer le catalogue d’actions d’un site',
    en: 'Change the catalogue of actions of a site',
  },
  body: wholeActions,
  of: (settings) => ({ actions: settings.actions }),
  into: (settings, part) => ({ ...settings, ...part }),
  shown: wholeActions.shape,
  show: (part) => part,
});

const versions = route({
  method: 'get',
  path: '/admin/sites/{id}/settings/versions',
  action: 'settings.read',
  tag: 'settings',
  summary: {
    fr: 'Qui a changé les réglages d’un site, et quand',
    en: 'Who changed the settings of a site, and when',
  },
  params: siteParams,
  answers: {
    200: {
      description: 'Every version, the newest first',
      schema: z.object({ items: z.array(z.object(applied).meta({ id: 'SettingsVersion' })) }),
    },
  },
  async handle({ api }, { actor, params }) {
    allow(actor, 'settings.read', params.id);
    const items = await asActor(api, actor, (client) => appliedVersions(client, params.id));
    if (!items) throw new Problem('not_found');
    return { status: 200, body: { items } };
  },
});

const broadcast = route({
  method: 'get',
  path: '/admin/broadcasts/{id}',
  action: 'broadcast.read',
  tag: 'settings',
  summary: {
    fr: 'Où en est l’annonce d’un changement aux parcours',
    en: 'How far the pathways have been told of a change',
  },
  params: shape.uuidParams,
  answers: {
    200: {
      description: 'Waiting for its day, under way, or done',
      schema: z.object({
        status: z.enum(['waiting', 'running', 'done']),
        told: z.int().nullable().meta({ description: 'how many pathways, once it is done' }),
        doneAt: shape.instant().nullable(),
      }),
    },
  },
  async handle({ api }, { actor, params }) {
    const found = await asActor(api, actor, (client) => readBroadcast(client, params.id));
    if (!found || !mayRead(actor, found)) throw new Problem('not_found');
    const { startedAt, doneAt, told } = found;
    const status = doneAt ? 'done' : startedAt ? 'running' : 'waiting';
    return { status: 200, body: { status, told, doneAt } };
  },
});

function mayRead(actor: Person, { siteId, createdBy }: { siteId: string; createdBy: string }): boolean {
  if (scopeOf(actor.role, 'broadcast.read') === 'own') return createdBy === actor.id;
  return verdict(actor, 'broadcast.read', { siteId }) === 'allowed';
}

export const settingsRoutes = [...whole, versions, ...closures, ...actions, broadcast];
