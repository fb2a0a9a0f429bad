/** Staff who are away, stand in, hand over and mediate, on real servers: tasks that move, and come back. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type request from 'supertest';
import { absencesSince, addAbsence, removeAbsence } from '../db/absences';
import { asActor } from '../db/pool';
import { dayOf } from '../domain/calendar';
import { runStarter } from '../worker/starter';
import { type ApiWorld, createApiWorld, idOf, type Method } from './setup/api-world';
import { Documentation } from './setup/documented';

let w: ApiWorld;
const documentation = new Documentation();
const stopping = new AbortController();
let starting: Promise<void>;

beforeAll(async () => {
  w = await createApiWorld();
  starting = runStarter({
    owner: w.owner,
    temporal: w.deps.temporal,
    taskQueue: w.deps.config.TEMPORAL_TASK_QUEUE,
    log: pino({ level: 'silent' }),
    signal: stopping.signal,
    everyMs: 200,
  });
}, 60_000);
afterAll(async () => {
  stopping.abort();
  await starting;
  await w?.end();
});

type Options = { headers?: Record<string, string> };
async function ask(
  person: string,
  method: Method,
  url: string,
  body?: unknown,
  options: Options = {},
): Promise<request.Response> {
  const response = await w.call(person, method, `/api${url}`, { body, ...options });
  documentation.hold(method, `/api${url}`, response);
  return response;
}
const get = (person: string, url: string) => ask(person, 'get', url);
const post = (person: string, url: string, body?: unknown, options?: Options) =>
  ask(person, 'post', url, body, options);
const remove = (person: string, url: string, options?: Options) =>
  ask(person, 'delete', url, undefined, options);

const today = () => dayOf(new Date());
const inDays = (n: number) => dayOf(Date.now() + n * 86_400_000);
const ref = (subject: string) => expect.objectContaining({ id: idOf(subject) });

/** @throws when it does not come true within 15 seconds */
async function until<T>(look: () => Promise<T>, isTrue: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const seen = await look();
    if (isTrue(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`never so: ${JSON.stringify(seen)}`);
    await sleep(50);
  }
}

interface ShownTask {
  id: string;
  kind: string;
  assignee: { id: string } | null;
  standsInFor: { id: string } | null;
}
const openTasks = async (site: string, pathwayId: string): Promise<ShownTask[]> =>
  (await get(`coordinator.${site}`, `/tasks?pathway=${pathwayId}`)).body.items;
/** Once all open tasks of a pathway are somebody's (null: nobody's), and whose they are really. */
const untilHeld = (site: string, pathwayId: string, by: string | null, standsInFor: string | null = null) =>
  until(
    () => openTasks(site, pathwayId),
    (tasks) =>
      tasks.length > 0 &&
      tasks.every(
        (t) =>
          (t.assignee?.id ?? null) === (by && idOf(by)) &&
          (t.standsInFor?.id ?? null) === (standsInFor && idOf(standsInFor)),
      ),
  );

async function complete(person: string, taskId: string, form: object): Promise<void> {
  const response = await post(person, `/tasks/${taskId}/complete`, form);
  expect([response.status, response.body.code]).toEqual([200, undefined]);
}

/** A pathway whose referent has three open tasks. */
async function accompanied(site: string, referent = `counsellor.${site}`): Promise<string> {
  const id = await w.enrol(site);
  await complete(referent, await w.task(id, 'first_contact'), { outcome: 'reached', channel: 'phone' });
  const assigned = { outcome: 'assigned', referentId: idOf(referent) };
  await complete(`coordinator.${site}`, await w.task(id, 'assign_referent'), assigned);
  return id;
}

const timelineOf = async (site: string, id: string, type: string) =>
  (await get(`coordinator.${site}`, `/pathways/${id}/timeline?type=${type}`)).body.items;

describe('while a counsellor is away', () => {
  test('the substitute has their tasks, and new ones; withdrawn, all come back', async () => {
    const id = await accompanied('tours');
    const given = await w.task(id, 'family_information');
    await post('coordinator.tours', `/tasks/${given}/release`);
    const taken = await post('counsellor3.tours', `/tasks/${given}/claim`);
    expect(taken.status).toBe(200);

    const absence = { from: today(), to: inDays(10), substituteId: idOf('counsellor2.tours') };
    const recorded = await post('counsellor.tours', '/absences', absence);
    expect([recorded.status, recorded.body]).toEqual([201, { id: expect.any(String), uncovered: false }]);

    const moved = await until(
      () => openTasks('tours', id),
      (tasks) => tasks.filter((t) => t.standsInFor).length === 2,
    );
    // What somebody else had taken stays theirs.
    expect(moved.find((t) => t.id === given)).toMatchObject({
      assignee: ref('counsellor3.tours'),
      standsInFor: null,
    });
    for (const task of moved.filter((t) => t.id !== given)) {
      expect(task).toMatchObject({
        assignee: ref('counsellor2.tours'),
        standsInFor: ref('counsellor.tours'),
      });
    }
    const inbox = await get('counsellor2.tours', '/tasks?assignee=me');
    expect(inbox.body.items).toContainEqual(
      expect.objectContaining({ pathwayId: id, standsInFor: ref('counsellor.tours') }),
    );
    const shown = await get('counsellor.tours', `/pathways/${id}`);
    expect(shown.body.referent).toEqual(ref('counsellor.tours'));
    expect(shown.body.tasks).toContainEqual(
      expect.objectContaining({ kind: 'entry_interview', standsInFor: ref('counsellor.tours') }),
    );
    expect(await timelineOf('tours', id, 'stood_in')).toHaveLength(2);

    const session = await w.task(id, 'information_session');
    const away = await post('counsellor.tours', `/tasks/${session}/complete`, { outcome: 'attended' });
    expect([away.status, away.body.code, away.body.heldBy]).toEqual([
      409,
      'task_held',
      ref('counsellor2.tours'),
    ]);
    await complete('counsellor2.tours', session, { outcome: 'attended' });
    const alert = await post('counsellor2.tours', `/pathways/${id}/alerts`, {
      ...{ level: 'low', source: 'referent', what: 'Hésite' },
    });
    const [followUp] = alert.body.opened;
    expect((await get('counsellor2.tours', `/tasks/${followUp}`)).body).toMatchObject({
      kind: 'alert_follow_up',
      assignee: ref('counsellor2.tours'),
      standsInFor: ref('counsellor.tours'),
    });

    const assigned = await post('coordinator.tours', `/tasks/${given}/assign`, {
      assigneeId: idOf('counsellor.tours'),
    });
    expect([assigned.status, assigned.body.code]).toEqual([409, 'assignee_absent']);
    expect(assigned.body.detail).toMatch(/^De retour après le .*; Conseil 2 Tours la remplace$/);

    expect((await remove('counsellor.tours', `/absences/${recorded.body.id}`)).status).toBe(200);
    await until(
      () => openTasks('tours', id),
      (tasks) =>
        tasks.every((t) => !t.standsInFor) &&
        tasks.filter((t) => t.assignee?.id === idOf('counsellor.tours')).length === 2,
    );
    expect(await timelineOf('tours', id, 'came_back')).toHaveLength(2);
    expect((await get('counsellor.tours', '/absences')).body.items).toEqual([]);
    const again = await remove('counsellor.tours', `/absences/${recorded.body.id}`);
    expect([again.status, again.body.code]).toEqual([404, 'not_found']);
    // Back, the tasks may be theirs again.
    const now = await post('coordinator.tours', `/tasks/${given}/assign`, {
      assigneeId: idOf('counsellor.tours'),
    });
    expect(now.status).toBe(200);
  });

  test('without a substitute the team has the tasks, and they come back the day after the last one', async () => {
    const id = await accompanied('le-mans');
    const absence = { staffId: idOf('counsellor.le-mans'), from: inDays(-2), to: today() };
    const recorded = await post('coordinator.le-mans', '/absences', absence);
    expect(recorded.body).toEqual({ id: expect.any(String), uncovered: true });
    await untilHeld('le-mans', id, null, 'counsellor.le-mans');
    // Somebody is found, falls ill, and nobody is.
    const cover = (substituteId: string | null) =>
      ask('coordinator.le-mans', 'put', `/absences/${recorded.body.id}/substitute`, { substituteId });
    const found = await cover(idOf('counsellor3.le-mans'));
    expect([found.status, found.body]).toEqual([200, { id: recorded.body.id, uncovered: false }]);
    await untilHeld('le-mans', id, 'counsellor3.le-mans', 'counsellor.le-mans');
    expect((await cover(null)).body.uncovered).toBe(true);
    const [task] = await untilHeld('le-mans', id, null, 'counsellor.le-mans');
    const told = await w.owner.query("select id from outbox where site_id = 'le-mans'");
    expect(told.rows).toHaveLength(2);
    // Whoever of the team takes one keeps it.
    expect((await post('counsellor2.le-mans', `/tasks/${task?.id}/claim`)).status).toBe(200);
    const other = await until(
      () => openTasks('le-mans', id),
      (tasks) => tasks.some((t) => t.id === task?.id && t.assignee),
    );
    expect(other.find((t) => t.id === task?.id)?.standsInFor).toBeNull();
    // The days pass.
    await w.owner.query(
      'update absences set first_day = first_day - 3, last_day = last_day - 3 where id = $1',
      [recorded.body.id],
    );
    const { rowCount } = await w.owner.query(
      "update broadcasts set due_at = now() where started_at is null and site_id = 'le-mans'",
    );
    expect(rowCount).toBe(1);
    await until(
      () => openTasks('le-mans', id),
      (tasks) =>
        tasks.every((t) => !t.standsInFor) &&
        tasks.filter((t) => t.assignee?.id === idOf('counsellor.le-mans')).length === 2,
    );
    const over = await remove('counsellor.le-mans', `/absences/${recorded.body.id}`);
    expect([over.status, over.body.code]).toEqual([409, 'absence_over']);
  });
});

describe('the coordinators are told', () => {
  const notices = async (site: string) =>
    (
      await w.owner.query(
        "select id, data from outbox where kind = 'no_substitute' and site_id = $1 order by recorded_at, id",
        [site],
      )
    ).rows;
  const broadcasts = async (site: string) =>
    (await w.owner.query('select message from broadcasts where site_id = $1 and started_at is null', [site]))
      .rows;

  test('when somebody is away without a substitute, and when a substitute will be away', async () => {
    const anne = { from: inDays(10), to: inDays(20), substituteId: idOf('counsellor2.blois') };
    const covered = await post('counsellor.blois', '/absences', anne);
    expect(covered.body.uncovered).toBe(false);
    expect(await notices('blois')).toEqual([]);

    const bruno = { from: inDays(15), to: inDays(16) };
    const alone = await post('counsellor2.blois', '/absences', bruno);
    expect(alone.body.uncovered).toBe(true);
    const data = (subject: string, { from, to }: { from: string; to: string }) => ({
      staffId: idOf(subject),
      from,
      to,
    });
    expect(await notices('blois')).toEqual(
      expect.arrayContaining([
        { id: `absence/${alone.body.id}`, data: data('counsellor2.blois', bruno) },
        { id: `absence/${covered.body.id}/${alone.body.id}`, data: data('counsellor.blois', anne) },
      ]),
    );
    const list = await get('mediator.blois', `/absences?to=${inDays(30)}`);
    expect(list.body.items).toEqual([
      {
        id: covered.body.id,
        staff: ref('counsellor.blois'),
        ...{ from: anne.from, to: anne.to },
        substitute: ref('counsellor2.blois'),
        uncovered: true,
      },
      expect.objectContaining({ id: alone.body.id, substitute: null, uncovered: true }),
    ]);
    // A third one changes nothing for them: nobody is told twice.
    const third = { from: inDays(15), to: inDays(16), substituteId: idOf('coordinator.blois') };
    expect((await post('counsellor3.blois', '/absences', third)).body.uncovered).toBe(false);
    expect(await notices('blois')).toHaveLength(2);

    // Not begun yet: what was to be told is not.
    expect(await broadcasts('blois')).toHaveLength(6);
    expect((await remove('coordinator.blois', `/absences/${alone.body.id}`)).status).toBe(200);
    expect(await broadcasts('blois')).toHaveLength(4);
    const one = await get(
      'counsellor.blois',
      `/absences?from=${inDays(12)}&staff=${idOf('counsellor.blois')}`,
    );
    expect(one.body.items).toEqual([expect.objectContaining({ id: covered.body.id, uncovered: false })]);
    expect((await get('counsellor.blois', `/absences?from=${inDays(21)}`)).body.items).toEqual([]);
    expect((await get('counsellor.blois', `/absences?to=${inDays(9)}`)).body.items).toEqual([]);
    expect((await get('counsellor.tours', '/absences')).body.items).toEqual([]);
  });
});

describe('an absence', () => {
  const written = async () =>
    (
      await w.owner.query(
        `select (select count(*) from absences) as absences, (select count(*) from broadcasts) as broadcasts,
           (select count(*) from outbox) as outbox`,
      )
    ).rows[0];

  test('that cannot be is refused with the field and the reason, and nothing is written', async () => {
    const later = { from: inDays(40), to: inDays(50) };
    const theirs = await post('counsellor2.ain', '/absences', {
      ...later,
      substituteId: idOf('counsellor3.ain'),
    });
    expect(theirs.status).toBe(201);
    const before = await written();
    const refused: [string, object, string, string][] = [
      ['counsellor.ain', { from: inDays(5), to: inDays(4) }, '/to', 'dates_contradict'],
      ['counsellor.ain', { from: inDays(-5), to: inDays(-1) }, '/to', 'date_in_past'],
      ['counsellor.ain', { from: inDays(5), to: '9999-12-31' }, '/to', 'date_too_far'],
      ['counsellor.ain', { from: '0000-01-01', to: inDays(5) }, '/to', 'date_too_far'],
      ['counsellor.ain', { from: '2027-02-30', to: '2027-03-02' }, '/from', 'invalid_format'],
      [
        'counsellor.ain',
        { ...later, substituteId: idOf('counsellor2.ain') },
        '/substituteId',
        'substitute_absent',
      ],
      [
        'counsellor.ain',
        { ...later, substituteId: idOf('counsellor.ain') },
        '/substituteId',
        'person_unknown',
      ],
      ['counsellor.ain', { ...later, substituteId: idOf('mediator.ain') }, '/substituteId', 'person_unknown'],
      [
        'counsellor.ain',
        { ...later, substituteId: idOf('counsellor.blois') },
        '/substituteId',
        'person_unknown',
      ],
      ['mediator.ain', { ...later, substituteId: idOf('counsellor.ain') }, '/substituteId', 'person_unknown'],
      ['coordinator.ain', { ...later, staffId: idOf('partner.ain') }, '/staffId', 'person_unknown'],
      ['coordinator.ain', { ...later, staffId: idOf('counsellor.blois') }, '/staffId', 'person_unknown'],
      ['coordinator.ain', { ...later, staffId: randomUUID() }, '/staffId', 'person_unknown'],
    ];
    for (const [person, body, pointer, code] of refused) {
      const response = await post(person, '/absences', body);
      expect([body, response.status, response.body.errors]).toEqual([
        body,
        422,
        [{ pointer, code, message: expect.any(String) }],
      ]);
    }
    const absent = await post('counsellor.ain', '/absences', {
      ...later,
      substituteId: idOf('counsellor2.ain'),
    });
    expect(absent.body.errors[0].message).toMatch(/^cette personne est elle-même absente entre le .* et le /);
    const overlaps = await post('counsellor2.ain', '/absences', { from: inDays(50), to: inDays(60) });
    expect([overlaps.status, overlaps.body.code]).toEqual([409, 'absence_overlaps']);
    const others = await post('counsellor.ain', '/absences', { ...later, staffId: idOf('counsellor3.ain') });
    expect([others.status, others.body.code]).toEqual([403, 'forbidden']);
    for (const [person, code] of [
      ['counsellor.ain', 'forbidden'],
      ['coordinator.tours', 'not_found'],
    ] as const) {
      const url = `/absences/${theirs.body.id}/substitute`;
      expect((await ask(person, 'put', url, { substituteId: null })).body.code).toBe(code);
    }
    const unfit = await ask('counsellor2.ain', 'put', `/absences/${theirs.body.id}/substitute`, {
      substituteId: idOf('mediator.ain'),
    });
    expect([unfit.status, unfit.body.errors[0].pointer]).toEqual([422, '/substituteId']);
    const withdrawn = await remove('counsellor.ain', `/absences/${theirs.body.id}`);
    expect([withdrawn.status, withdrawn.body.code]).toEqual([403, 'forbidden']);
    expect((await remove('coordinator.blois', `/absences/${theirs.body.id}`)).status).toBe(404);
    expect(await written()).toEqual(before);
  });

  test('is refused by the database too, whatever the API let through', async () => {
    const counsellor = { id: idOf('counsellor.tours'), role: 'counsellor', siteId: 'tours' } as const;
    const coordinator = { id: idOf('coordinator.blois'), role: 'coordinator', siteId: 'blois' } as const;
    const absence = { from: inDays(100), to: inDays(101), substituteId: null, now: new Date() };
    const recordAs = (actor: typeof counsellor | typeof coordinator, staff: string) =>
      asActor(w.deps.api, actor, (client) =>
        addAbsence(client, { ...absence, id: randomUUID(), staffId: idOf(staff), by: actor.id }),
      );
    await expect(recordAs(counsellor, 'counsellor2.tours')).rejects.toThrow(/row-level security/);
    await expect(recordAs(coordinator, 'counsellor.tours')).rejects.toThrow(/row-level security/);
    await recordAs(counsellor, 'counsellor.tours');
    const seenBy = (actor: typeof counsellor | typeof coordinator) =>
      asActor(w.deps.api, actor, (client) => absencesSince(client, 'tours', inDays(100)));
    const [own] = await seenBy(counsellor);
    expect(own).toMatchObject({ staffId: idOf('counsellor.tours') });
    expect(await seenBy(coordinator)).toEqual([]);
    await asActor(w.deps.api, coordinator, (client) => removeAbsence(client, own?.id as string));
    expect(await seenBy(counsellor)).toHaveLength(1);
  });

  test('sent twice with one key is one absence; withdrawn twice it is answered the same', async () => {
    const headers = { 'idempotency-key': 'holidays' };
    const body = { from: inDays(70), to: inDays(80) };
    const before = await written();
    const [one, other] = await Promise.all(
      [1, 2].map(() => post('counsellor.limousin', '/absences', body, { headers })),
    );
    expect([one?.status, other?.status]).toEqual([201, 201]);
    expect(other?.body).toEqual(one?.body);
    const after = await written();
    expect([after.absences - before.absences, after.broadcasts - before.broadcasts]).toEqual([1, 2]);
    expect(after.outbox - before.outbox).toBe(1);
    const reused = await post('counsellor.limousin', '/absences', { ...body, to: inDays(81) }, { headers });
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused']);
    for (const n of [1, 2]) {
      const gone = await remove('counsellor.limousin', `/absences/${one?.body.id}`, { headers });
      expect([n, gone.status, gone.body]).toEqual([n, 200, { id: one?.body.id }]);
    }
    expect((await written()).absences).toBe(before.absences);
  });
});

describe('duty', () => {
  test('is planned by the coordinator, who sees which days of the summer are not covered', async () => {
    const year = Number(today().slice(0, 4)) + 1;
    const summer = `from=${year}-06-20&to=${year}-09-10`;
    const gaps = async () => (await get('counsellor.orleans', `/duty/gaps?${summer}`)).body.items as string[];
    const whole = await gaps();
    expect(whole.length).toBeGreaterThan(40);
    expect([whole[0]?.slice(0, 8), whole.at(-1)?.slice(0, 8)]).toEqual([`${year}-07-`, `${year}-08-`]);
    expect(whole).not.toContain(`${year}-07-14`);

    const plan = (staff: string, from: string, to: string) =>
      post('coordinator.orleans', '/duty', { staffId: idOf(staff), from, to });
    const july = await plan('counsellor.orleans', `${year}-07-01`, `${year}-07-31`);
    const august = await plan('coordinator.orleans', `${year}-08-01`, `${year}-08-31`);
    expect([july.status, august.status]).toEqual([201, 201]);
    expect(await gaps()).toEqual([]);
    // Whoever is on duty and away covers nothing.
    const away = { from: `${year}-07-05`, to: `${year}-07-09`, substituteId: idOf('counsellor2.orleans') };
    await post('counsellor.orleans', '/absences', away);
    expect(await gaps()).toEqual(whole.filter((day) => away.from <= day && day <= away.to));

    const list = await get('mediator.orleans', `/duty?from=${year}-07-31&to=${year}-07-31`);
    expect(list.body.items).toEqual([
      { id: july.body.id, staff: ref('counsellor.orleans'), from: `${year}-07-01`, to: `${year}-07-31` },
    ]);
    expect((await remove('coordinator.tours', `/duty/${july.body.id}`)).status).toBe(404);
    expect((await remove('coordinator.orleans', `/duty/${july.body.id}`)).status).toBe(200);
    expect(await gaps()).toEqual(whole.filter((day) => day < `${year}-08-01`));

    for (const [body, pointer] of [
      [{ staffId: idOf('mediator.orleans'), from: inDays(1), to: inDays(2) }, '/staffId'],
      [{ staffId: idOf('counsellor.tours'), from: inDays(1), to: inDays(2) }, '/staffId'],
      [{ staffId: idOf('counsellor.orleans'), from: inDays(2), to: inDays(1) }, '/to'],
    ] as const) {
      const response = await post('coordinator.orleans', '/duty', body);
      expect([body, response.status, response.body.errors?.[0].pointer]).toEqual([body, 422, pointer]);
    }
    for (const query of [
      'from=2027-08-01&to=2027-07-01',
      'from=2027-01-01&to=2028-06-01',
      'from=0000-01-01',
    ]) {
      const response = await get('coordinator.orleans', `/duty/gaps?${query}`);
      expect([query, response.status, response.body.code]).toEqual([query, 400, 'query_invalid']);
    }
  });
});

describe('a pathway', () => {
  test('is put on hold until a day, and resumed', async () => {
    const id = await accompanied('tours');
    const held = await post('counsellor.tours', `/pathways/${id}/hold`, {
      until: inDays(30),
      comment: 'Hospitalisé jusque-là',
    });
    expect(held.status).toBe(200);
    const { body } = await get('counsellor.tours', `/pathways/${id}`);
    expect(body).toMatchObject({ status: 'on_hold', holdUntil: inDays(30) });
    expect(body.deadlines.map((d: { name: string }) => d.name)).toContain('hold_ends');
    const [event] = await timelineOf('tours', id, 'hold_started');
    expect(event).toMatchObject({ by: ref('counsellor.tours'), words: { comment: 'Hospitalisé jusque-là' } });
    const past = await post('counsellor.tours', `/pathways/${id}/hold`, { until: today() });
    expect([past.status, past.body.errors[0]]).toEqual([
      422,
      { pointer: '/until', code: 'date_in_past', message: expect.any(String) },
    ]);
    expect((await remove('coordinator.tours', `/pathways/${id}/hold`)).status).toBe(200);
    expect((await get('counsellor.tours', `/pathways/${id}`)).body).toMatchObject({
      status: 'active',
      holdUntil: null,
    });
    const again = await remove('coordinator.tours', `/pathways/${id}/hold`);
    expect([again.status, again.body.code]).toEqual([409, 'not_on_hold']);
  });

  test('gets another referent, with the tasks of the one before', async () => {
    const id = await accompanied('tours');
    const transfer = (body: object) => post('coordinator.tours', `/pathways/${id}/transfer`, body);
    const same = await transfer({ referentId: idOf('counsellor.tours') });
    expect([same.status, same.body.code]).toEqual([409, 'referent_already']);
    const mediator = await transfer({ referentId: idOf('mediator.tours') });
    expect([mediator.status, mediator.body.errors[0].pointer]).toEqual([422, '/referentId']);
    const moved = await transfer({
      ...{ referentId: idOf('counsellor2.tours'), until: inDays(20), comment: 'Le temps du congé' },
    });
    expect(moved.status).toBe(200);
    await untilHeld('tours', id, 'counsellor2.tours');
    const { body } = await get('counsellor.tours', `/pathways/${id}`);
    expect(body.referent).toEqual(ref('counsellor2.tours'));
    expect(body.deadlines.map((d: { name: string }) => d.name)).toContain('transfer_ends');
    const [event] = await timelineOf('tours', id, 'referent_transferred');
    expect(event.words).toEqual({ comment: 'Le temps du congé' });
    const own = await post('counsellor2.tours', `/pathways/${id}/transfer`, {
      referentId: idOf('counsellor.tours'),
    });
    expect(own.status).toBe(403);
  });

  test('whose new referent is away has its tasks done by the substitute', async () => {
    const id = await accompanied('limousin');
    const absence = { from: today(), to: inDays(3), substituteId: idOf('counsellor3.limousin') };
    await post('counsellor2.limousin', '/absences', absence);
    await post('coordinator.limousin', `/pathways/${id}/transfer`, {
      referentId: idOf('counsellor2.limousin'),
    });
    await untilHeld('limousin', id, 'counsellor3.limousin', 'counsellor2.limousin');
  });
});

describe('who leaves for good', () => {
  test('hands everything over in one request, shared out by load', async () => {
    const theirs = await Promise.all([1, 2, 3].map(() => accompanied('roanne')));
    const lent = await accompanied('roanne');
    const deputy = { referentId: idOf('counsellor2.roanne'), until: inDays(20) };
    await post('coordinator.roanne', `/pathways/${lent}/transfer`, deputy);
    const taken = await w.task(await w.enrol('roanne'), 'first_contact');
    await post('counsellor.roanne', `/tasks/${taken}/claim`);
    const url = `/staff/${idOf('counsellor.roanne')}/handover`;

    const { body: proposal } = await get('coordinator.roanne', url);
    expect(proposal.pathways.map((p: { id: string }) => p.id)).toEqual([...theirs].sort());
    // One has the lent pathway, so the other gets two of the three.
    expect(proposal.people).toEqual([
      { ...people('counsellor3.roanne', 'Conseil 3 Roanne'), load: 0, loadAfter: 2 },
      { ...people('counsellor2.roanne', 'Conseil 2 Roanne'), load: 1, loadAfter: 2 },
    ]);
    expect(proposal.tasks).toHaveLength(3 * 3 + 1);
    const team = proposal.tasks.find((t: { id: string }) => t.id === taken);
    expect(team).toMatchObject({ kind: 'first_contact', proposed: null });
    expect((await get('coordinator.blois', url)).status).toBe(404);
    expect((await get('counsellor2.roanne', url)).status).toBe(403);

    const [one, two, three] = theirs as [string, string, string];
    const other = idOf('counsellor2.roanne');
    for (const [to, pointer, code] of [
      [{ [one]: other, [two]: other }, `/to/${three}`, 'referent_missing'],
      [{ [one]: other, [two]: other, [three]: idOf('mediator.roanne') }, `/to/${three}`, 'person_unknown'],
      [{ [one]: other, [two]: other, [three]: idOf('counsellor.roanne') }, `/to/${three}`, 'person_unknown'],
      [{ [one]: other, [two]: other, [three]: other, [lent]: other }, `/to/${lent}`, 'pathway_not_theirs'],
    ] as const) {
      const response = await post('coordinator.roanne', url, { to });
      expect([response.status, response.body.errors]).toEqual([
        422,
        [{ pointer, code, message: expect.any(String) }],
      ]);
    }

    const headers = { 'idempotency-key': 'the last day' };
    const done = await post('coordinator.roanne', url, { to: 'proposal' }, { headers });
    expect([done.status, done.body]).toEqual([202, { broadcastId: expect.any(String), pathways: 3 }]);
    for (const { id, proposed } of proposal.pathways) {
      const { body } = await until(
        () => get('coordinator.roanne', `/pathways/${id}`),
        ({ body }) => body.referent?.id === proposed.id,
      );
      expect(new Set(body.tasks.map((t: ShownTask) => t.assignee?.id))).toEqual(new Set([proposed.id]));
    }
    await until(
      () => get('coordinator.roanne', `/tasks/${taken}`),
      ({ body }) => body.assignee === null,
    );
    // It would have come back to them: whoever has it for a time keeps it.
    const kept = await until(
      () => get('coordinator.roanne', `/pathways/${lent}`),
      ({ body }) => !body.deadlines.some((d: { name: string }) => d.name === 'transfer_ends'),
    );
    expect(kept.body.referent).toEqual(ref('counsellor2.roanne'));
    const after = await get('coordinator.roanne', url);
    expect([after.body.pathways, after.body.tasks]).toEqual([[], []]);

    const again = await post('coordinator.roanne', url, { to: 'proposal' }, { headers });
    expect([again.status, again.body]).toEqual([202, done.body]);
    const { rows } = await w.owner.query("select from broadcasts where message->>'kind' = 'hand_over'");
    expect(rows).toHaveLength(1);
  });

  const people = (subject: string, displayName: string) => ({ id: idOf(subject), displayName });

  test('hands over to nobody who is away today, unless the coordinator names them', async () => {
    const id = await accompanied('le-mans', 'counsellor3.le-mans');
    for (const subject of ['counsellor.le-mans', 'counsellor2.le-mans']) {
      const absence = {
        staffId: idOf(subject),
        from: today(),
        to: inDays(1),
        substituteId: idOf('coordinator.le-mans'),
      };
      expect((await post('coordinator.le-mans', '/absences', absence)).status).toBe(201);
    }
    const young = await w.enrol('le-mans');
    const reached = { outcome: 'reached', channel: 'phone' };
    await complete('counsellor3.le-mans', await w.task(young, 'first_contact'), reached);
    const assign = await get('coordinator.le-mans', `/tasks/${await w.task(young, 'assign_referent')}`);
    expect(
      assign.body.proposals.counsellor.map((p: { displayName: string; absentUntil: string | null }) => [
        p.displayName,
        p.absentUntil,
      ]),
    ).toEqual([
      ['Conseil 3 Le Mans', null],
      ['Conseil 2 Le Mans', inDays(1)],
      ['Conseil 1 Le Mans', inDays(1)],
    ]);

    const url = `/staff/${idOf('counsellor3.le-mans')}/handover`;
    const { body } = await get('coordinator.le-mans', url);
    expect([body.people, body.pathways[0].proposed]).toEqual([[], null]);
    const nobody = await post('coordinator.le-mans', url, { to: 'proposal' });
    expect([nobody.status, nobody.body.code]).toEqual([409, 'nobody_to_take_over']);
    const named = await post('coordinator.le-mans', url, { to: { [id]: idOf('counsellor2.le-mans') } });
    expect(named.status).toBe(202);
    await untilHeld('le-mans', id, 'coordinator.le-mans', 'counsellor2.le-mans');
  });
});

describe('a mediation', () => {
  test('is the mediators’, is named after a refusal, and is shown with its cause and its result', async () => {
    const id = await w.enrol('tours');
    await post('counsellor.tours', `/pathways/${id}/contracts`, {
      ...{ signedOn: today(), startsOn: inDays(5), endsOn: inDays(700) },
      ...{ employer: 'Garage du Cher', cfa: 'CFA de Tours', trade: 'mécanicien', diploma: 'CAP' },
    });
    const alert = { level: 'high', source: 'employer', what: 'Ne vient plus' };
    expect((await post('counsellor.tours', `/pathways/${id}/alerts`, alert)).status).toBe(201);
    const shown = async () => (await get('counsellor.tours', `/pathways/${id}`)).body.mediations;
    expect(await shown()).toEqual([
      {
        ...{ id: `${id}.mediation-1`, number: 1, cause: 'high_alert' },
        causeLabel: { fr: 'Alerte forte', en: 'High alert' },
        ...{ openedAt: expect.any(String), mediator: null, endedAt: null, result: null, resultLabel: null },
      },
    ]);

    const accept = await w.task(id, 'accept_mediation');
    const mine = await get('mediator.tours', '/tasks?assignee=unassigned&kind=accept_mediation');
    expect(mine.body.items.map((t: ShownTask) => t.id)).toContain(accept);
    expect((await post('counsellor.tours', `/tasks/${accept}/claim`)).status).toBe(403);
    expect((await post('mediator.tours', `/tasks/${accept}/claim`)).status).toBe(200);
    expect(
      (await post('mediator.tours', `/tasks/${accept}/comments`, { body: 'Déjà trois en cours' })).status,
    ).toBe(201);
    const draft = { form: { outcome: 'declined' } };
    expect((await ask('mediator.tours', 'put', `/tasks/${accept}/draft`, draft)).status).toBe(200);
    await complete('mediator.tours', accept, { outcome: 'declined' });

    const name = await w.task(id, 'name_mediator');
    const form = await get('coordinator.tours', `/tasks/${name}`);
    expect(form.body.proposals.mediator).toEqual([expect.objectContaining({ id: idOf('mediator.tours') })]);
    const wrong = await post('coordinator.tours', `/tasks/${name}/complete`, {
      outcome: 'named',
      mediatorId: idOf('counsellor.tours'),
    });
    expect([wrong.status, wrong.body.errors]).toEqual([
      422,
      [{ pointer: '/mediatorId', code: 'person_unknown', message: expect.stringMatching(/médiateur/) }],
    ]);
    await complete('coordinator.tours', name, { outcome: 'named', mediatorId: idOf('mediator.tours') });
    const meeting = await w.task(id, 'meet_parties');
    expect(
      (await get('mediator.tours', '/tasks?assignee=me')).body.items.map((t: ShownTask) => t.id),
    ).toContain(meeting);

    await post('counsellor.tours', `/pathways/${id}/terminations`, {
      ...{ on: today(), initiator: 'employer', reason: 'conflict' },
    });
    expect(await shown()).toEqual([
      expect.objectContaining({
        ...{ mediator: ref('mediator.tours'), result: 'terminated', endedAt: expect.any(String) },
        resultLabel: { fr: 'Contrat rompu', en: 'Contract terminated' },
      }),
    ]);

    // Its own page: what was asked and decided in it, and nothing else of the pathway.
    const page = await get('counsellor.tours', `/pathways/${id}/timeline?mediation=1&limit=200`);
    const told = page.body.items.map((e: { type: string }) => e.type).reverse();
    expect([told[0], told.at(-1)]).toEqual(['mediation_opened', 'mediation_ended']);
    const kinds = page.body.items.flatMap((e: { data: { kind?: string } }) => e.data.kind ?? []);
    expect(new Set(kinds)).toEqual(new Set(['accept_mediation', 'name_mediator', 'meet_parties']));
    const none = await get('counsellor.tours', `/pathways/${id}/timeline?mediation=2`);
    expect(none.body.items).toEqual([]);
  });
});
