/** The settings of a site by the API: what is refused, what a change would move, and that it moves just that. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import pino from 'pino';
import { insertBroadcast } from '../db/broadcasts';
import { reconcile } from '../db/reconcile';
import { addDelay, type Day, dayOf, endOfDay, isWorkingDay } from '../domain/calendar';
import { defaultSettings, type Settings } from '../domain/settings';
import { type ApiWorld, createApiWorld, idOf } from '../test/setup/api-world';
import { readWorkflow } from '../worker/read-workflow';
import { runStarter } from '../worker/starter';
import { holdPathway, pathwayWorkflowId } from '../workflows/messages';
import { frenchOf } from './problems';

jest.setTimeout(60_000);

let w: ApiWorld;
const stopping = new AbortController();
let starter: Promise<void>;

beforeAll(async () => {
  w = await createApiWorld();
  starter = runStarter({
    owner: w.owner,
    temporal: w.deps.temporal,
    taskQueue: w.deps.config.TEMPORAL_TASK_QUEUE,
    log: pino({ level: 'silent' }),
    signal: stopping.signal,
  });
});
afterAll(async () => {
  stopping.abort();
  await starter;
  await w.end();
});

type Headers = Record<string, string>;
const url = (site: string, part = 'settings') => `/api/admin/sites/${site}/${part}`;
const read = async (site: string, part?: string) =>
  (await w.call(`coordinator.${site}`, 'get', url(site, part))).body;
const put = (site: string, body: unknown, headers: Headers = {}, part?: string) =>
  w.call(`coordinator.${site}`, 'put', url(site, part), { body, headers });
const preview = async (site: string, body: unknown, part?: string) =>
  (await w.call(`coordinator.${site}`, 'put', `${url(site, part)}?preview=true`, { body })).body;

const inDays = (from: Day, days: number) => addDelay(from, { days }, defaultSettings.calendar, 'none').day;

/** The settings of the programme with something changed. */
function settings(change: (s: Settings) => void): Settings {
  const changed = structuredClone(defaultSettings);
  change(changed);
  return changed;
}

async function told(broadcastId: string): Promise<number> {
  for (let n = 0; n < 600; n++) {
    const { body } = await w.call('admin', 'get', `/api/admin/broadcasts/${broadcastId}`);
    if (body.status === 'done') return body.told;
    await sleep(50);
  }
  throw new Error('the pathways are not told');
}

describe('settings that cannot be', () => {
  const refused: [string, (s: Settings) => unknown, pointer: string, code: string][] = [
    ['an unknown key', (s) => ({ ...s, colour: 'blue' }), '/colour', 'unknown_field'],
    [
      'an unknown task',
      (s) => ({ ...s, tasks: { ...s.tasks, nap: { due: { days: 1 } } } }),
      '/tasks/nap',
      'unknown_field',
    ],
    ['a part left out', ({ ladder: _, ...s }) => s, '/ladder', 'invalid_type'],
    [
      'a delay left out',
      (s) => ({ ...s, ladder: { ...s.ladder, reminderBefore: undefined } }),
      '/ladder/reminderBefore',
      'invalid_union',
    ],
    [
      'a negative delay',
      (s) => ({ ...s, tasks: { ...s.tasks, first_contact: { due: { workingDays: -1 } } } }),
      '/tasks/first_contact/due/workingDays',
      'too_small',
    ],
    [
      'a delay that is no number',
      (s) => ({ ...s, periods: { ...s.periods, undoExit: { days: 'thirty' } } }),
      '/periods/undoExit/days',
      'invalid_type',
    ],
    [
      'a delay of two units',
      (s) => ({ ...s, periods: { ...s.periods, undoExit: { days: 1, weeks: 1 } } }),
      '/periods/undoExit',
      'invalid_union',
    ],
    [
      'a summer that ends before it begins',
      (s) => ({ ...s, summer: { ...s.summer, to: '06-30' } }),
      '/summer/to',
      'custom',
    ],
    [
      'a summer from no day',
      (s) => ({ ...s, summer: { ...s.summer, from: '02-30' } }),
      '/summer/from',
      'custom',
    ],
    [
      'a closure that ends before it begins',
      closed(['2027-05-10', '2027-05-09']),
      '/calendar/closures/0/to',
      'custom',
    ],
    [
      'a closure of a day that is none',
      closed(['2027-02-30', '2027-03-01']),
      '/calendar/closures/0/from',
      'invalid_format',
    ],
    ['a closure of half a year', closed(['2027-01-01', '2027-06-30']), '/calendar/closures/0/to', 'custom'],
    [
      'closures that leave no open day between them',
      closed(['2027-01-01', '2027-03-20'], ['2027-03-22', '2027-06-10']),
      '/calendar/closures/0',
      'custom',
    ],
    [
      'a committee that hears of it before the coordinator',
      (s) => ({ ...s, ladder: { ...s.ladder, committeeAfter: { days: 2 } } }),
      '/ladder/committeeAfter',
      'custom',
    ],
    [
      'a last warning before the first',
      (s) => ({ ...s, periods: { ...s.periods, cfaLastWarningBefore: { days: 70 } } }),
      '/periods/cfaLastWarningBefore',
      'custom',
    ],
    [
      'a warning before the termination itself',
      (s) => ({ ...s, periods: { ...s.periods, cfaFirstWarningBefore: { months: 8 } } }),
      '/periods/cfaFirstWarningBefore',
      'custom',
    ],
    ['no action at all', (s) => ({ ...s, actions: [] }), '/actions', 'too_small'],
  ];
  function closed(...days: [from: Day, to: Day][]) {
    return (s: Settings) => ({
      ...s,
      calendar: { ...s.calendar, closures: days.map(([from, to]) => ({ from, to, label: 'Fermé' })) },
    });
  }

  test.each(refused)(
    '%s is refused, and the field is named in both languages',
    async (_, change, pointer, code) => {
      const body = change(structuredClone(defaultSettings));
      const [fr, en] = await Promise.all(
        ['fr', 'en'].map((language) => put('ain', body, { 'accept-language': language })),
      );
      for (const answer of [fr, en]) {
        expect([answer?.status, answer?.body.code]).toEqual([422, 'body_invalid']);
        expect(answer?.body.errors).toContainEqual({ pointer, code, message: expect.any(String) });
      }
      const [french, english] = [fr, en].map((a) => a?.body.errors[0].message);
      expect(french).not.toBe(english);
      if (code === 'custom') expect(frenchOf[english]).toBe(french);
      expect((await read('ain')).version).toBe(1);
    },
  );

  test('a closure is refused by itself as it is among all settings', async () => {
    const closures = [{ from: '2027-05-10', to: '2027-05-09', label: 'Pont' }];
    const answer = await put('ain', { alsaceMoselle: false, closures }, {}, 'closures');
    expect(answer.body.errors).toEqual([
      {
        pointer: '/closures/0/to',
        code: 'custom',
        message: 'la fermeture finit avant de commencer : corrigez l’un des deux jours',
      },
    ]);
  });
});

describe('the settings of a site', () => {
  test('are those of the programme until somebody changes them, and come with their schema', async () => {
    const { schema, ...body } = await read('limousin');
    expect(body).toEqual({ version: 1, settings: defaultSettings, appliedAt: null, appliedBy: null });
    const ajv = addFormats(new Ajv2020({ strict: false }));
    const fits = ajv.compile(schema);
    expect(fits(body.settings)).toBe(true);
    expect(fits({ ...body.settings, colour: 'blue' })).toBe(false);
    const { ladder: _, ...without } = body.settings;
    expect(fits(without)).toBe(false);
  });

  test('are changed as a new version, which says who and when', async () => {
    const first = settings((s) => {
      s.counts.contactAttempts = 4;
    });
    const { body, headers } = await put('blois', first, { 'if-match': '"1"' });
    expect([body.version, headers.etag]).toEqual([2, '"2"']);
    const byAdmin = await w.call('admin', 'put', url('blois', 'actions'), {
      body: { actions: ['immersion'] },
    });
    expect(byAdmin.body.version).toBe(3);
    const now = await read('blois');
    expect(now).toMatchObject({
      version: 3,
      settings: { ...first, actions: ['immersion'] },
      appliedBy: { id: idOf('admin') },
    });
    expect(await read('blois', 'actions')).toMatchObject({ version: 3, actions: ['immersion'] });
    const { items } = (await w.call('counsellor.blois', 'get', url('blois', 'settings/versions'))).body;
    expect(items).toEqual([
      {
        version: 3,
        appliedAt: now.appliedAt,
        appliedBy: { id: idOf('admin'), displayName: 'Administration' },
      },
      {
        version: 2,
        appliedAt: expect.any(String),
        appliedBy: { id: idOf('coordinator.blois'), displayName: 'Coordination Blois' },
      },
      { version: 1, appliedAt: null, appliedBy: null },
    ]);
    // Versions that were in force stay as they were.
    const { rows } = await w.owner.query(
      `select settings from site_settings where site_id = 'blois' order by version`,
    );
    expect(rows.map((r) => r.settings)).toEqual([first, now.settings]);
  });

  test('that are in force already change nothing, and tell nobody', async () => {
    const now = await read('orleans');
    const { status, body } = await put('orleans', now.settings);
    expect([status, body]).toEqual([200, { version: 1, broadcastId: null }]);
    const { rows } = await w.owner.query("select from broadcasts where site_id = 'orleans'");
    expect(rows).toHaveLength(0);
  });

  test('are changed once by a request that comes twice, and its key serves no other', async () => {
    const headers = { 'idempotency-key': randomUUID(), 'if-match': '"1"' };
    const body = { alsaceMoselle: true, closures: [] };
    const answers = await Promise.all([1, 2].map(() => put('le-mans', body, headers, 'closures')));
    expect(answers.map((a) => a.body)).toEqual([answers[0]?.body, answers[0]?.body]);
    expect(answers[0]?.body.version).toBe(2);
    await put('le-mans', { ...body, alsaceMoselle: false }, {}, 'closures');
    expect((await put('le-mans', body, headers, 'closures')).body).toEqual(answers[0]?.body);
    expect((await read('le-mans')).version).toBe(3);
    const other = await put('le-mans', { ...body, alsaceMoselle: false }, headers, 'closures');
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('are changed by one of two who read the same version; the other reads again', async () => {
    const answers = await Promise.all(
      [5, 6].map((attempts) =>
        put(
          'roanne',
          settings((s) => {
            s.counts.contactAttempts = attempts;
          }),
          { 'if-match': '"1"' },
        ),
      ),
    );
    expect(answers.map((a) => a.status).sort()).toEqual([200, 412]);
    expect((await read('roanne')).version).toBe(2);
  });

  test('of no site are not there, and of another site neither', async () => {
    expect((await w.call('admin', 'get', url('atlantis'))).status).toBe(404);
    expect((await w.call('admin', 'put', url('atlantis'), { body: defaultSettings })).status).toBe(404);
    expect((await w.call('admin', 'get', url('atlantis', 'settings/versions'))).status).toBe(404);
    expect((await w.call('coordinator.blois', 'get', url('tours'))).status).toBe(404);
    expect((await w.call('counsellor.tours', 'put', url('tours'), { body: defaultSettings })).status).toBe(
      403,
    );
  });
});

test('a change of the ladder alone is foreseen, of the rungs that have not come', async () => {
  const id = await w.enrol('blois');
  await w.task(id, 'first_contact');
  const later = structuredClone(defaultSettings);
  later.ladder.escalationAfter = { workingDays: 6 };
  const { moves }: { moves: { pathwayId: string; which: string }[] } = await preview('blois', later);
  expect(moves.map((m) => [m.pathwayId, m.which])).toEqual([[id, 'escalateAt']]);
});

describe('a change of the settings', () => {
  const done = (person: string, taskId: string, body: object) =>
    w.call(person, 'post', `/api/tasks/${taskId}/complete`, { body });

  /** With a referent, who is to invite them. */
  async function invited(): Promise<string> {
    const id = await w.enrol('tours');
    await done('counsellor.tours', await w.task(id, 'first_contact'), {
      outcome: 'reached',
      channel: 'phone',
    });
    await done('coordinator.tours', await w.task(id, 'assign_referent'), {
      outcome: 'assigned',
      referentId: idOf('counsellor.tours'),
    });
    await w.task(id, 'information_session');
    return id;
  }

  async function onHold(): Promise<string> {
    const id = await w.enrol('tours');
    const requestId = randomUUID();
    await w.deps.temporal.workflow.getHandle(pathwayWorkflowId(id)).executeUpdate(holdPathway, {
      updateId: requestId,
      args: [
        {
          requestId,
          by: idOf('coordinator.tours'),
          until: inDays(dayOf(new Date()), 60),
        },
      ],
    });
    return id;
  }

  type Moved = {
    pathwayId: string;
    taskId?: string;
    name?: string;
    which?: string;
    from: string;
    to: string;
  };

  /** What the timelines tell of it. */
  async function moved(ids: readonly string[], version: number): Promise<Moved[]> {
    const { rows } = await w.owner.query(
      `select pathway_id as "pathwayId", data->>'taskId' as "taskId", data->>'name' as name, data->>'which' as which,
         data->>'from' as "from", data->>'to' as to
       from timeline where type = 'deadline_moved' and pathway_id = any($1) and (data->>'settingsVersion')::int = $2`,
      [ids, version],
    );
    return rows.map(strip).sort(byText);
  }
  const strip = ({ pathwayId, taskId, name, which, from, to }: Moved): Moved => ({
    pathwayId,
    ...(taskId ? { taskId, which } : { name }),
    from,
    to,
  });
  const byText = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

  const revisions = async () =>
    (await w.owner.query("select id, revision from pathways where site_id = 'tours' order by id")).rows;

  let ids: string[];
  let change: Settings;
  let foreseen: { moves: (Moved & { alreadyPast: boolean })[]; count: number; pathways: number };
  let closedDay: Day;
  let broadcastId: string;

  beforeAll(async () => {
    ids = await Promise.all([w.enrol('tours'), invited(), onHold()]);
    const exited = await w.enrol('tours');
    await w.call('counsellor.tours', 'post', `/api/pathways/${exited}/exit`, { body: { code: 'declined' } });
    ids.push(exited);
    // An open day, so that it is the closure that shuts it.
    const today = dayOf(new Date());
    let days = 16;
    while (!isWorkingDay(inDays(today, days), defaultSettings.calendar)) days++;
    closedDay = inDays(today, days);
    change = settings((s) => {
      s.tasks.first_contact.due = { workingDays: 6 };
      s.tasks.information_session.due = { days };
      s.tasks.hard_to_reach_decision.opensAfter = { days: 0 };
      s.periods.contactWatchPhase1 = { days: 20 };
      s.periods.undoExit = { days: 45 };
      s.calendar.closures = [{ from: closedDay, to: closedDay, label: 'Formation de l’équipe' }];
    });
  });

  test('is foreseen: which deadlines of which pathways would move, from when to when; nothing is changed', async () => {
    const before = await revisions();
    foreseen = await preview('tours', change);
    const of = (id: string | undefined) =>
      foreseen.moves
        .filter((m) => m.pathwayId === id)
        .map((m) => `${(m as { kind?: string }).kind ?? m.name} ${m.which}`)
        .sort();
    const [first, asked, held, exited] = ids;
    const early = [
      ...['committeeAt', 'dueAt', 'escalateAt', 'remindAt'].map((which) => `first_contact ${which}`),
      ...['hard_to_reach_decision dueAt', 'hard_to_reach_decision opensAt'],
    ];
    expect(of(first)).toEqual(early);
    expect(of(held)).toEqual(early);
    expect(of(asked)).toEqual(
      expect.arrayContaining(['contact_watch_phase_1 at', 'information_session dueAt']),
    );
    expect(of(exited)).toEqual(['exit_becomes_final at']);
    expect([foreseen.count, foreseen.pathways]).toEqual([foreseen.moves.length, 4]);
    expect(foreseen.moves.map((m) => m.from)).toEqual(foreseen.moves.map((m) => m.from).sort());
    // It would have opened already.
    const past = foreseen.moves.filter((m) => m.alreadyPast);
    expect(past.map((m) => [m.pathwayId, m.which]).sort()).toEqual(
      [first, held].map((id) => [id, 'opensAt']).sort(),
    );
    // An admin, who sees no pathway, is told the same.
    const { body } = await w.call('admin', 'put', `${url('tours')}?preview=true`, { body: change });
    expect(body).toEqual(foreseen);
    expect(await revisions()).toEqual(before);
    expect((await read('tours')).version).toBe(1);
  });

  test('moves just what was foreseen, in every pathway, and each timeline tells it once', async () => {
    const { body } = await put('tours', change, { 'if-match': '"1"' });
    broadcastId = body.broadcastId;
    expect(body).toEqual({ version: 2, broadcastId: expect.any(String) });
    const waiting = await w.call('coordinator.tours', 'get', `/api/admin/broadcasts/${broadcastId}`);
    expect(waiting.body).toEqual({ status: 'waiting', told: null, doneAt: null });
    expect(await told(broadcastId)).toBe(4);
    await allRecorded();
    // A task that moves with its opening is told by its due date; its ladder goes by what is told.
    const due = new Set(foreseen.moves.filter((m) => m.which === 'dueAt').map((m) => m.taskId));
    const toldOf = ({ which, taskId }: Moved) =>
      which === 'dueAt' || which === 'at' || (which === 'opensAt' && !due.has(taskId));
    const expected = foreseen.moves.filter(toldOf);
    expect(await moved(ids, 2)).toEqual(expected.map(strip).sort(byText));
    // The pathway that is on hold opens nothing.
    const { rows } = await w.owner.query(
      `select pathway_id as id, status from tasks where kind = 'hard_to_reach_decision' and pathway_id = any($1)`,
      [[ids[0], ids[2]]],
    );
    expect(rows.find((r) => r.id === ids[0]).status).toBe('open');
    expect(rows.find((r) => r.id === ids[2]).status).toBe('planned');
    expect(await preview('tours', change)).toEqual({ moves: [], count: 0, pathways: 0 });
  });

  test('leaves its version with each deadline, and its reason where a day is closed now', async () => {
    const { rows } = await w.owner.query(
      `select distinct settings_version as v from tasks where pathway_id = any($1) and status in ('open', 'planned')
       union select settings_version from waits where pathway_id = any($1)
       union select settings_version from pathways where id = any($1)`,
      [ids],
    );
    expect(rows).toEqual([{ v: 2 }]);
    const { body } = await w.call('counsellor.tours', 'get', `/api/pathways/${ids[1]}`);
    const due = body.deadlines.find(
      (d: { name: string; kind: string }) => d.name === 'task_due' && d.kind === 'information_session',
    );
    expect(due.at).toBe(
      endOfDay(addDelay(closedDay, { workingDays: 1 }, defaultSettings.calendar, 'next').day),
    );
    expect(due.sentence.fr).toMatch(
      / est fermé \(fermeture du site\) \(réglage « délai pour la faire » de Tours, version 2\)$/,
    );
    expect(due.sentence.en).toMatch(/ is closed \(closure of the site\) /);
  });

  test('told again changes nothing', async () => {
    const before = await revisions();
    const client = await w.owner.connect();
    const message = { kind: 'settings', version: 2 } as const;
    const again = await insertBroadcast(client, {
      siteId: 'tours',
      message,
      createdBy: idOf('coordinator.tours'),
    });
    client.release();
    expect(await told(again)).toBe(4);
    await allRecorded();
    expect(await revisions()).toEqual(before);
  });

  test('counts for who is enrolled afterwards, from the first deadline', async () => {
    const id = await w.enrol('tours');
    const { rows } = await w.owner.query(
      'select distinct settings_version as v from tasks where pathway_id = $1',
      [id],
    );
    expect(rows).toEqual([{ v: 2 }]);
  });

  test('leaves every read model equal to its workflow', async () => {
    for (const id of ids) {
      const found = await reconcile(w.owner, id, () => readWorkflow(w.deps.temporal, id), false);
      expect([id, found]).toEqual([id, { result: 'equal', differences: [] }]);
    }
  });

  test('names at most 500 moves, the earliest, and says how many there are', async () => {
    await w.owner.query(
      `insert into waits (pathway_id, key, name, anchor, at, settings_version)
       select $1, 'test/' || n, 'contract_ends', '2030-01-01'::date + n, '2030-01-01T12:00:00Z'::timestamptz + n * interval '1 day', 1
       from generate_series(1, 700) n`,
      [ids[0]],
    );
    const { moves, count, pathways } = await preview('tours', change);
    expect([moves.length, count, pathways]).toEqual([500, 700, 1]);
    expect(moves[499].from).toBe('2031-05-16T12:00:00.000Z');
    await w.owner.query("delete from waits where key like 'test/%'");
  });

  async function allRecorded(): Promise<void> {
    for (const id of ids) {
      const { state } = await readWorkflow(w.deps.temporal, id);
      if (state.pending) return sleep(20).then(allRecorded);
    }
  }
});
