/**
 * A person's deadlines as iCal, behind an address that is their secret: calendar programmes cannot sign in. Who has the
 * address sees what there is to do and when, and links that ask who they are; never who a young person is.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import ical, { ICalCalendarMethod, ICalEventTransparency } from 'ical-generator';
import { type CalendarTask, calendarFeedOwner, calendarTasks } from '../db/calendar-feeds';
import { asActor } from '../db/pool';
import { staffByIds } from '../db/staff';
import { dayOf } from '../domain/calendar';
import { type Links, linksTo } from '../domain/links';
import { definitionOf } from '../domain/tasks';
import { limited } from './limits';
import { Problem } from './problems';
import type { Deps } from './routing';

/** As Express and the log have it: the secret stays out of both. */
export const calendarPath = '/calendar/:secret.ics';
const loggedPath = '/calendar/{secret}.ics';

/**
 * Calendar programmes ask every quarter of an hour or less often. Counted by where requests come from: an office, or a
 * calendar in the cloud, is everybody together, and this is still three times what 500 people's calendars ask.
 */
const REQUESTS_PER_MINUTE = 120;

export interface CalendarSecret {
  /** 256 bits at random, as they stand in the address. */
  readonly secret: string;
  /** sha256: what is stored. */
  readonly hash: Buffer;
}

export function newCalendarSecret(): CalendarSecret {
  const secret = randomBytes(32).toString('base64url');
  return { secret, hash: hashOf(secret) };
}

// Looked up by its hash: how long that takes says nothing about a secret.
const hashOf = (secret: string) => createHash('sha256').update(secret).digest();

export function calendarUrl(publicUrl: string, secret: string): string {
  return `${publicUrl}/calendar/${secret}.ics`;
}

/** Answers the feed, or 404 for an address that is unknown or revoked. */
export function calendarFeed({ api, publicUrl }: Pick<Deps, 'api' | 'publicUrl'>): RequestHandler[] {
  const links = linksTo(publicUrl);
  return [
    (_req, res, next) => {
      res.locals.route = loggedPath;
      res.setHeader('cache-control', 'no-store');
      res.setHeader('x-robots-tag', 'noindex');
      next();
    },
    limited(REQUESTS_PER_MINUTE),
    async (req, res) => {
      const { secret } = req.params as { secret: string };
      const owner = /^[\w-]{43}$/.test(secret) ? await calendarFeedOwner(api, hashOf(secret)) : null;
      const [person] = owner ? await staffByIds(api, [owner]) : [];
      if (!person) throw new Problem('not_found');
      const tasks = await asActor(api, person, (client) => calendarTasks(client, person));
      res.type('text/calendar; charset=utf-8').send(calendarOf(tasks, links));
    },
  ];
}

/** One all-day event for each task, on the day it is due in Europe/Paris. */
export function calendarOf(tasks: readonly CalendarTask[], links: Links): string {
  const calendar = ical({
    name: 'Service plus : échéances',
    prodId: { company: 'service-plus', product: 'deadlines', language: 'FR' },
    method: ICalCalendarMethod.PUBLISH,
    // Asked of those who read it, in seconds.
    ttl: 3600,
  });
  for (const { id, kind, dueAt, revision, recordedAt } of tasks) {
    const { label } = definitionOf(kind);
    calendar.createEvent({
      // The same for good: a deadline that moves is moved in the calendar too.
      id: `${id}@service-plus`,
      sequence: revision,
      stamp: new Date(recordedAt),
      // A day of Paris, without time or zone: the library writes the date that it is in UTC.
      start: new Date(`${dayOf(dueAt)}T00:00:00Z`),
      allDay: true,
      summary: label.fr,
      description: `${label.en}\n${links.task(id)}`,
      url: links.task(id),
      // A deadline does not take the day.
      transparency: ICalEventTransparency.TRANSPARENT,
    });
  }
  return calendar.toString();
}
