/** Who of the staff is away and who stands in, and who is on duty in summer. */
import type { PoolClient } from 'pg';
import * as z from 'zod';
import {
  type AbsenceRow,
  absenceById,
  absencesSince,
  addAbsence,
  addDutyTurn,
  dutySince,
  dutyTurnById,
  giveNotice,
  lockAbsences,
  removeAbsence,
  removeDutyTurn,
} from '../../db/absences';
import { dropBroadcasts, insertBroadcast } from '../../db/broadcasts';
import { hashId } from '../../db/hash-id';
import { asActor } from '../../db/pool';
import { siteRules } from '../../db/settings';
import { type StaffPerson, staffByIds } from '../../db/staff';
import { type Day, dayOf, endOfDay, startOfDay } from '../../domain/calendar';
import { longDay } from '../../domain/days';
import { type Absence, type Duty, dutyGaps, isUncovered } from '../../domain/duty';
import type { Label } from '../../domain/forms';
import { type Action, mayHold, mayStandIn, type PolicySubject, verdict } from '../../domain/policy';
import { type Found, refuseFound } from '../checks';
import { derivedId } from '../deciding';
import type { Person } from '../identity';
import { once } from '../once';
import { type Language, Problem } from '../problems';
import { route } from '../routing';
import * as shape from '../shapes';

/** Nobody plans, or is away, for longer: a date beyond is a slip of the finger. */
const longestDays = 1_100;
const earlier = (a: Day, b: Day) => [a, b].sort()[0] as Day;
const later = (a: Day, b: Day) => [a, b].sort()[1] as Day;
const daysBetween = (from: Day, to: Day) => (Date.parse(to) - Date.parse(from)) / 86_400_000;

function period({ from, to }: { from: Day; to: Day }): Label {
  const [a, b] = [longDay(from), longDay(to)];
  return { fr: `entre ${a.fr} et ${b.fr}`, en: `from ${a.en} to ${b.en}` };
}

const found = (pointer: string, code: Found['code'], fr: string, en: string): Found => ({
  pointer,
  code,
  message: { fr, en },
});

/** @throws Problem when the two days are no time to come */
function refusePeriod({ from, to }: { from: Day; to: Day }, today: Day, language: Language): void {
  const wrong =
    to < from
      ? found(
          '/to',
          'dates_contradict',
          'la fin est avant le début : corrigez une des deux dates',
          'it ends before it begins: correct one of the two dates',
        )
      : to < today
        ? found(
            '/to',
            'date_in_past',
            'c’est déjà passé : corrigez les dates',
            'it is over: correct the dates',
          )
        : daysBetween(today, to) > longestDays || daysBetween(from, to) > longestDays
          ? found(
              '/to',
              'date_too_far',
              'c’est à plus de trois ans : corrigez la date',
              'that is more than three years: correct the date',
            )
          : null;
  if (wrong) refuseFound([wrong], language);
}

/** @throws Problem not_found, forbidden */
export function refuseUnless(actor: Person, action: Action, subject: PolicySubject | null): void {
  const allowed = subject ? verdict(actor, action, subject) : 'unseen';
  if (allowed === 'unseen') throw new Problem('not_found');
  if (allowed === 'forbidden') throw new Problem('forbidden');
}

// ---- absences

const absence = z
  .object({
    id: z.uuid(),
    staff: shape.personRef,
    from: shape.day(),
    to: shape.day(),
    substitute: shape.personRef.nullable(),
    uncovered: z.boolean().meta({
      description: 'on some day of it, today or later, nobody stands in: the tasks are the team’s',
    }),
  })
  .meta({ id: 'Absence' });

const coverAnswer = z.object({ id: z.uuid(), uncovered: absence.shape.uncovered });

type Known = Absence & { readonly id: string };
const dutyOf = (absences: readonly Absence[]): Duty => ({ absences, roster: [] });

export const list = route({
  method: 'get',
  path: '/absences',
  action: 'absence.list',
  tag: 'absences',
  summary: { fr: 'Les absences du site, par premier jour', en: 'The absences of the site, by first day' },
  query: z.strictObject({
    from: shape.listDay().optional().meta({ description: 'today if absent' }),
    to: shape.listDay().optional(),
    staff: shape.uuid.optional(),
  }),
  answers: {
    200: {
      description: 'Those that touch the time asked for',
      schema: z.object({ items: z.array(absence) }),
    },
  },
  async handle({ api }, { actor, query, now }) {
    const today = dayOf(now);
    const { from = today, to, staff } = query;
    const all = await asActor(api, actor, (client) =>
      absencesSince(client, actor.siteId as string, earlier(from, today)),
    );
    const duty = dutyOf(all);
    const items = all
      .filter(
        (a) =>
          from <= a.to && (to === undefined || a.from <= to) && (staff === undefined || a.staffId === staff),
      )
      .map((a) => ({
        ...{ id: a.id, staff: a.staff, from: a.from, to: a.to, substitute: a.substitute },
        uncovered: isUncovered(a, today, duty),
      }));
    return { status: 200, body: { items } };
  },
});

const newAbsence = z.strictObject({
  staffId: shape.uuid.optional().meta({ description: 'who is away; me if absent' }),
  from: shape.day(),
  to: shape.day().meta({ description: 'the last day away' }),
  substituteId: shape.uuid.optional().meta({ description: 'none: the tasks go to the team' }),
});

export const record = route({
  method: 'post',
  path: '/absences',
  action: 'absence.record',
  tag: 'absences',
  summary: {
    fr: 'Déclarer une absence : les tâches vont au remplaçant et reviennent après',
    en: 'Record an absence: the tasks go to the substitute and come back after it',
  },
  body: newAbsence,
  answers: {
    201: {
      description: 'Recorded; the tasks move when it begins',
      schema: coverAnswer,
    },
  },
  problems: ['absence_overlaps', 'dates_contradict', 'idempotency_key_reused'],
  async handle({ api }, call) {
    const { actor, body, language, now, requestId } = call;
    const { from, to, staffId = actor.id, substituteId = null } = body;
    const siteId = actor.siteId as string;
    const today = dayOf(now);
    refuseUnless(actor, 'absence.record', { siteId, staffId });
    const id = derivedId(requestId, 'absence');
    const answer = await asActor(api, actor, async (client) => {
      await once(client, call, id, async () => {
        refusePeriod(body, today, language);
        await lockAbsences(client, siteId);
        const before = await absencesSince(client, siteId, earlier(from, today));
        const mine = { staffId, from, to, substituteId };
        await refusePeople(client, siteId, mine, before, language);
        refuseOverlap(mine, before);
        await addAbsence(client, { id, ...mine, by: actor.id, now });
        await tellWhenStaffChanges(client, { id, siteId, staffId, from, to }, actor, now);
        const after = [...before, { id, ...mine }];
        await tellWhoeverLosesCover(client, siteId, { before, after, cause: id }, now);
      });
      return coverOf(client, siteId, id, today);
    });
    return { status: 201, body: answer };
  },
});

/** Who is away is of the team, and whoever stands in can and is there. @throws Problem naming the field */
async function refusePeople(
  client: PoolClient,
  siteId: string,
  { staffId, from, to, substituteId }: Absence,
  others: readonly AbsenceRow[],
  language: Language,
): Promise<void> {
  const people = await staffByIds(client, substituteId ? [staffId, substituteId] : [staffId]);
  const ofTheTeam = (id: string): StaffPerson | undefined =>
    people.find((p) => p.id === id && p.active && p.siteId === siteId && mayBeAway.has(p.role));
  const person = ofTheTeam(staffId);
  if (!person) {
    const wrong = found(
      '/staffId',
      'person_unknown',
      'cette personne n’est pas de l’équipe de ce site : choisissez-en une',
      'this person is not of the team of this site: choose one who is',
    );
    return refuseFound([wrong], language);
  }
  if (!substituteId) return;
  const substitute = ofTheTeam(substituteId);
  if (!substitute || substituteId === staffId || !mayStandIn(substitute.role, person.role)) {
    const wrong = found(
      '/substituteId',
      'person_unknown',
      'ce n’est pas une autre personne de ce site dont le rôle prend les mêmes tâches : choisissez-en une',
      'this is no other person of this site whose role takes the same tasks: choose one',
    );
    return refuseFound([wrong], language);
  }
  const away = others.find((a) => a.staffId === substituteId && a.from <= to && from <= a.to);
  if (!away) return;
  const when = period(away);
  const wrong = found(
    '/substituteId',
    'substitute_absent',
    `cette personne est elle-même absente ${when.fr} : choisissez-en une autre ou partagez l’absence en deux`,
    `this person is away too, ${when.en}: choose somebody else or part the absence in two`,
  );
  refuseFound([wrong], language);
}

const mayBeAway: ReadonlySet<string> = new Set(['coordinator', 'counsellor', 'mediator']);

function refuseOverlap({ staffId, from, to }: Absence, others: readonly AbsenceRow[]): void {
  const other = others.find((a) => a.staffId === staffId && a.from <= to && from <= a.to);
  if (other) throw new Problem('absence_overlaps', { detail: period(other) });
}

const beginsId = (absenceId: string) => hashId(`absence ${absenceId} begins`);
const endsId = (absenceId: string) => hashId(`absence ${absenceId} ends`);

/** The day after a last day, when the tasks come back. */
const afterwards = (to: Day) => new Date(Date.parse(endOfDay(to)) + 1).toISOString();

/** The pathways look again for who has the person's tasks: when the absence begins, and when it is over. */
async function tellWhenStaffChanges(
  client: PoolClient,
  { id, siteId, staffId, from, to }: { id: string; siteId: string; staffId: string; from: Day; to: Day },
  actor: Person,
  now: Date,
): Promise<void> {
  const of = { siteId, message: { kind: 'staff', staffId }, createdBy: actor.id } as const;
  const begins = from <= dayOf(now) ? undefined : startOfDay(from);
  await insertBroadcast(client, { id: beginsId(id), ...of, dueAt: begins });
  await insertBroadcast(client, { id: endsId(id), ...of, dueAt: afterwards(to) });
}

/**
 * The coordinators are told of every absence that nobody covers now and was covered, or not recorded, before.
 * @param cause names what took the cover away: the same absence may lose it again, by something else
 */
async function tellWhoeverLosesCover(
  client: PoolClient,
  siteId: string,
  { before, after, cause }: { before: readonly Known[]; after: readonly Known[]; cause: string },
  now: Date,
): Promise<void> {
  const today = dayOf(now);
  for (const a of after) {
    if (!isUncovered(a, today, dutyOf(after))) continue;
    const was = before.find((b) => b.id === a.id);
    if (was && isUncovered(was, today, dutyOf(before))) continue;
    const { staffId, from, to } = a;
    const id = was ? `absence/${a.id}/${cause}` : `absence/${a.id}`;
    await giveNotice(client, siteId, { id, kind: 'no_substitute', data: { staffId, from, to } }, now);
  }
}

/** Whether it is uncovered as it stands now; one that is gone is not. */
async function coverOf(client: PoolClient, siteId: string, id: string, today: Day) {
  const all = await absencesSince(client, siteId, today);
  const known = all.find((a) => a.id === id);
  return { id, uncovered: known !== undefined && isUncovered(known, today, dutyOf(all)) };
}

export const cover = route({
  method: 'put',
  path: '/absences/{id}/substitute',
  action: 'absence.record',
  tag: 'absences',
  summary: {
    fr: 'Désigner un autre remplaçant : si l’absence a commencé, les tâches passent tout de suite',
    en: 'Name another substitute: if the absence has begun, the tasks move at once',
  },
  params: shape.uuidParams,
  body: z.strictObject({
    substituteId: shape.uuid.nullable().meta({ description: 'null: the tasks go to the team' }),
  }),
  answers: { 200: { description: 'Named', schema: coverAnswer } },
  problems: ['absence_over', 'idempotency_key_reused'],
  async handle({ api }, call) {
    const { actor, params, body, language, now, requestId } = call;
    const today = dayOf(now);
    const { id } = params;
    const answer = await asActor(api, actor, async (client) => {
      await once(client, call, id, async () => {
        await lockAbsences(client, actor.siteId as string);
        const row = await absenceById(client, id);
        refuseUnless(actor, 'absence.record', row);
        const { siteId, staffId, from, to } = row as AbsenceRow;
        if (to < today) throw new Problem('absence_over');
        const before = await absencesSince(client, siteId, today);
        const others = before.filter((a) => a.id !== id);
        const named = { id, staffId, from, to, substituteId: body.substituteId };
        await refusePeople(client, siteId, { ...named, from: later(from, today) }, others, language);
        await removeAbsence(client, id);
        await addAbsence(client, { ...named, by: actor.id, now });
        if (from <= today) {
          const message = { kind: 'staff', staffId } as const;
          await insertBroadcast(client, { siteId, message, createdBy: actor.id });
        }
        const after = [...others, named];
        await tellWhoeverLosesCover(client, siteId, { before, after, cause: requestId }, now);
      });
      return coverOf(client, actor.siteId as string, id, today);
    });
    return { status: 200, body: answer };
  },
});

export const withdraw = route({
  method: 'delete',
  path: '/absences/{id}',
  action: 'absence.record',
  tag: 'absences',
  summary: {
    fr: 'Retirer une absence : si elle a commencé, les tâches reviennent tout de suite',
    en: 'Withdraw an absence: if it has begun, the tasks come back at once',
  },
  params: shape.uuidParams,
  answers: { 200: { description: 'Withdrawn', schema: z.object({ id: z.uuid() }) } },
  problems: ['absence_over'],
  async handle({ api }, call) {
    const { actor, params, now } = call;
    const today = dayOf(now);
    await asActor(api, actor, (client) =>
      once(client, call, params.id, async () => {
        const row = await absenceById(client, params.id);
        refuseUnless(actor, 'absence.record', row);
        const { siteId, staffId, from, to } = row as AbsenceRow;
        if (to < today) throw new Problem('absence_over');
        await removeAbsence(client, params.id);
        await dropBroadcasts(client, [beginsId(params.id), endsId(params.id)]);
        if (from > today) return;
        const message = { kind: 'staff', staffId } as const;
        await insertBroadcast(client, { siteId, message, createdBy: actor.id });
      }),
    );
    return { status: 200, body: { id: params.id } };
  },
});

// ---- duty

const turn = z
  .object({ id: z.uuid(), staff: shape.personRef, from: shape.day(), to: shape.day() })
  .meta({ id: 'DutyTurn' });

export const duty = route({
  method: 'get',
  path: '/duty',
  action: 'duty.list',
  tag: 'absences',
  summary: {
    fr: 'Les permanences du site, par premier jour',
    en: 'The turns of duty of the site, by first day',
  },
  query: z.strictObject({
    from: shape.listDay().optional().meta({ description: 'today if absent' }),
    to: shape.listDay().optional(),
  }),
  answers: {
    200: { description: 'Those that touch the time asked for', schema: z.object({ items: z.array(turn) }) },
  },
  async handle({ api }, { actor, query, now }) {
    const { from = dayOf(now), to } = query;
    const all = await asActor(api, actor, (client) => dutySince(client, actor.siteId as string, from));
    const items = all
      .filter((t) => to === undefined || t.from <= to)
      .map(({ id, staff, from, to }) => ({ id, staff, from, to }));
    return { status: 200, body: { items } };
  },
});

export const plan = route({
  method: 'post',
  path: '/duty',
  action: 'duty.plan',
  tag: 'absences',
  summary: {
    fr: 'Inscrire une permanence : les points d’été de ces jours vont à cette personne',
    en: 'Plan a turn of duty: the summer check-ins of those days go to that person',
  },
  body: z.strictObject({ staffId: shape.uuid, from: shape.day(), to: shape.day() }),
  answers: { 201: { description: 'Planned', schema: z.object({ id: z.uuid() }) } },
  problems: ['dates_contradict', 'idempotency_key_reused'],
  async handle({ api }, call) {
    const { actor, body, language, now, requestId } = call;
    const siteId = actor.siteId as string;
    const id = derivedId(requestId, 'duty');
    await asActor(api, actor, (client) =>
      once(client, call, id, async () => {
        refusePeriod(body, dayOf(now), language);
        const [person] = await staffByIds(client, [body.staffId]);
        if (!person?.active || person.siteId !== siteId || !mayHold(person.role, 'summer_check_in')) {
          const wrong = found(
            '/staffId',
            'person_unknown',
            'ce n’est pas une personne de ce site qui prend les points d’été : choisissez-en une',
            'this is nobody of this site who takes summer check-ins: choose one',
          );
          refuseFound([wrong], language);
        }
        await addDutyTurn(client, { id, siteId, ...body, by: actor.id, now });
      }),
    );
    return { status: 201, body: { id } };
  },
});

export const unplan = route({
  method: 'delete',
  path: '/duty/{id}',
  action: 'duty.plan',
  tag: 'absences',
  summary: { fr: 'Retirer une permanence', en: 'Take a turn of duty back' },
  params: shape.uuidParams,
  answers: { 200: { description: 'Taken back', schema: z.object({ id: z.uuid() }) } },
  async handle({ api }, call) {
    const { actor, params } = call;
    await asActor(api, actor, (client) =>
      once(client, call, params.id, async () => {
        refuseUnless(actor, 'duty.plan', await dutyTurnById(client, params.id));
        await removeDutyTurn(client, params.id);
      }),
    );
    return { status: 200, body: { id: params.id } };
  },
});

export const gaps = route({
  method: 'get',
  path: '/duty/gaps',
  action: 'duty.list',
  tag: 'absences',
  summary: {
    fr: 'Les jours ouvrés de l’été sans personne de permanence',
    en: 'The working days of the summer with nobody on duty',
  },
  query: z
    .strictObject({
      from: shape.listDay().optional().meta({ description: 'today if absent' }),
      to: shape.listDay().optional().meta({ description: 'a year after `from` if absent, at most' }),
    })
    .refine(({ from, to }) => !from || !to || (from <= to && daysBetween(from, to) <= 366), {
      path: ['to'],
      error: 'is before `from`, or more than a year after it',
    }),
  answers: {
    200: {
      description: 'The days, by the summer and the calendar of the site’s settings',
      schema: z.object({ items: z.array(shape.day()), settingsVersion: z.int() }),
    },
  },
  async handle({ api }, { actor, query, now }) {
    const from = query.from ?? dayOf(now);
    const to = query.to ?? dayOf(Date.parse(from) + 365 * 86_400_000);
    const siteId = actor.siteId as string;
    const rules = await asActor(api, actor, (client) => siteRules(client, siteId));
    if (!rules) throw new Error(`there is no site ${siteId}`);
    const items = dutyGaps(from, to, rules.settings, rules.duty);
    return { status: 200, body: { items, settingsVersion: rules.version } };
  },
});

export const absenceRoutes = [list, record, cover, withdraw, duty, gaps, plan, unplan];
