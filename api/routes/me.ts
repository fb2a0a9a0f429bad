/** What the signed-in person wants to be told by e-mail, and the calendar of their deadlines. */
import * as z from 'zod';
import { calendarFeedSince, dropCalendarFeed, setCalendarFeed } from '../../db/calendar-feeds';
import { chooseNotifications, ownNotifications } from '../../db/notifications';
import { asActor } from '../../db/pool';
import { messageKinds, messageKindsOf, messageLabels } from '../../domain/notifications';
import { calendarUrl, newCalendarSecret } from '../calendar-feed';
import type { Person } from '../identity';
import { type Context, route } from '../routing';
import * as shape from '../shapes';

const kind = z.enum(messageKinds).meta({ id: 'MessageKind' });

export const notificationsShape = z
  .object({
    hasAddress: z.boolean().meta({ description: 'false: no e-mail address is recorded, so none is sent' }),
    kinds: z
      .array(z.object({ kind, label: shape.label, email: z.boolean() }))
      .meta({ description: 'what this person may be told of, and whether they are' }),
    recent: z
      .array(
        z.object({
          kind,
          status: z.enum(['waiting', 'sending', 'sent', 'unsure', 'failed', 'dropped']).meta({
            description:
              'unsure: perhaps sent, and not sent again; dropped: there was nothing to say any more, or it was switched off',
          }),
          createdAt: shape.instant(),
          sentAt: shape.instant().nullable(),
        }),
      )
      .meta({ description: 'the last 20 messages to this person, the newest first' }),
  })
  .meta({ id: 'Notifications' });

async function shown({ api }: Context, actor: Person) {
  const { hasAddress, switchedOff, recent } = await asActor(api, actor, (client) =>
    ownNotifications(client, actor.id),
  );
  const kinds = messageKindsOf(actor.role).map((of) => ({
    kind: of,
    label: messageLabels[of],
    email: !switchedOff.includes(of),
  }));
  return { status: 200, body: { hasAddress, kinds, recent } };
}

const answers = { 200: { description: 'What comes by e-mail', schema: notificationsShape } };

const notifications = route({
  method: 'get',
  path: '/me/notifications',
  action: 'notification.choose',
  tag: 'people',
  summary: { fr: 'Ce que je reçois par courriel', en: 'What I am told by e-mail' },
  answers,
  handle: (context, { actor }) => shown(context, actor),
});

const choose = route({
  method: 'put',
  path: '/me/notifications',
  action: 'notification.choose',
  tag: 'people',
  summary: {
    fr: 'Choisir ce que je reçois par courriel ; ce qui n’est pas nommé reste tel quel',
    en: 'Choose what I am told by e-mail; what is not named stays as it is',
  },
  body: z.strictObject({ email: z.partialRecord(kind, z.boolean()) }),
  answers,
  async handle(context, { actor, body }) {
    await asActor(context.api, actor, (client) => chooseNotifications(client, actor.id, body.email));
    return shown(context, actor);
  },
});

export const calendarShape = z
  .object({ since: shape.instant().nullable().meta({ description: 'null: there is no feed' }) })
  .meta({ id: 'CalendarFeed' });

export const calendarMade = z
  .object({ url: z.url(), since: shape.instant() })
  .meta({ id: 'CalendarFeedMade' });

const calendar = route({
  method: 'get',
  path: '/me/calendar',
  action: 'calendar.feed',
  tag: 'people',
  summary: { fr: 'Mon agenda a-t-il une adresse secrète ?', en: 'Has my calendar a secret address?' },
  answers: { 200: { description: 'Since when; never the address itself', schema: calendarShape } },
  async handle({ api }, { actor }) {
    const since = await asActor(api, actor, (client) => calendarFeedSince(client, actor.id));
    return { status: 200, body: { since } };
  },
});

const makeCalendar = route({
  method: 'post',
  path: '/me/calendar',
  action: 'calendar.feed',
  tag: 'people',
  summary: {
    fr: 'Une nouvelle adresse secrète pour mes échéances (iCal) ; la précédente ne vaut plus rien',
    en: 'A new secret address for my deadlines (iCal); the one before is worth nothing any more',
  },
  answers: {
    201: {
      description:
        'The address, told this once: only its hash is kept, so the same Idempotency-Key again makes another one',
      schema: calendarMade,
    },
  },
  async handle({ api, publicUrl }, { actor, now }) {
    const { secret, hash } = newCalendarSecret();
    await asActor(api, actor, (client) => setCalendarFeed(client, actor.id, hash, now));
    return { status: 201, body: { url: calendarUrl(publicUrl, secret), since: now.toISOString() } };
  },
});

const revokeCalendar = route({
  method: 'delete',
  path: '/me/calendar',
  action: 'calendar.feed',
  tag: 'people',
  summary: { fr: 'Révoquer l’adresse secrète de mon agenda', en: 'Revoke the secret address of my calendar' },
  answers: { 200: { description: 'There is no feed any more', schema: calendarShape } },
  async handle({ api }, { actor }) {
    await asActor(api, actor, (client) => dropCalendarFeed(client, actor.id));
    return { status: 200, body: { since: null } };
  },
});

export const meRoutes = [notifications, choose, calendar, makeCalendar, revokeCalendar];
