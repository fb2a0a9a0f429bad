/** Who gets which e-mail and when, with a real PostgreSQL and a real SMTP server; each test has its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { answer } from '../test/setup/mailbox';
import { addressOf, idOf, Office } from '../test/setup/office';

/** Tuesday 10 March 2026, 8:00 in Paris. */
const tuesday = '2026-03-10T07:00:00Z';
const wednesday = '2026-03-11T07:00:00Z';

let office: Office;
beforeEach(async () => {
  office = await Office.open(tuesday);
});
afterEach(() => office.close());

const own = (subject: string, dueOn: string, more: object = {}) => ({
  assigneeId: idOf(subject),
  dueOn,
  ...more,
});
/** Opened long before the last digest. */
const earlier = { openedAt: '2026-03-02T09:00:00.000Z' };

const away = (subject: string, from: string, to: string, substitute?: string) =>
  office.pool.query(
    `insert into absences (id, staff_id, first_day, last_day, substitute_id, recorded_by, recorded_at)
     values (gen_random_uuid(), $1, $2, $3, $4, $1, $5)`,
    [idOf(subject), from, to, substitute ? idOf(substitute) : null, office.now],
  );
const switchOff = (subject: string, kind: string) =>
  office.pool.query('insert into notification_choices (staff_id, kind, email) values ($1, $2, false)', [
    idOf(subject),
    kind,
  ]);
const later = (minutes: number) => {
  office.now = new Date(Date.parse(office.now) + minutes * 60_000).toISOString();
};

describe('the morning’s digest', () => {
  test('says what is overdue, due today and new, in both languages, with a link to each', async () => {
    const a = await office.pathway('tours', {
      tasks: [
        own('counsellor.tours', '2026-03-09', earlier),
        own('counsellor.tours', '2026-03-10', { kind: 'information_session', ...earlier }),
        own('counsellor.tours', '2026-03-13', { kind: 'entry_interview' }),
        own('counsellor.tours', '2026-03-12', { kind: 'family_information', ...earlier }),
      ],
    });
    await office.work();
    expect(office.mailsTo('counsellor.tours')).toEqual([
      expect.objectContaining({
        to: [addressOf('counsellor.tours')],
        subject: "Service plus, 10/03/2026 : 1 en retard, 1 pour aujourd'hui, 1 nouvelle",
        text: `Bonjour,

EN RETARD (1)
- Premier contact, échéance le 09/03/2026
  https://service-plus.test/tasks/${a}.1

POUR AUJOURD'HUI (1)
- Information collective, échéance le 10/03/2026
  https://service-plus.test/tasks/${a}.2

NOUVELLES (1)
- Entretien d’entrée, échéance le 13/03/2026
  https://service-plus.test/tasks/${a}.3

English: 1 overdue (First contact), 1 due today (Information session), 1 new (Entry interview). The links above lead to each.

Ne plus recevoir ces messages / Stop these messages: https://service-plus.test/me/notifications
`,
      }),
    ]);
    expect(office.recipients).toEqual(['counsellor.tours']);
  });

  test('comes once though two workers run, and looks again and again', async () => {
    await office.pathway('tours', { tasks: [own('counsellor.tours', '2026-03-10')] });
    await office.pathway('blois', { tasks: [own('counsellor.blois', '2026-03-10')] });
    await Promise.all([office.work(), office.work(), office.work()]);
    later(1);
    await office.work();
    expect(office.recipients).toEqual(['counsellor.blois', 'counsellor.tours']);
  });

  test('tells what is new since the last one, and on a day with nothing to say there is none', async () => {
    await office.pathway('tours', { tasks: [own('counsellor.tours', '2026-03-20')] });
    await office.work();
    expect(office.mailsTo('counsellor.tours')).toHaveLength(1);
    office.now = wednesday;
    await office.work();
    expect(office.mailsTo('counsellor.tours')).toEqual([]);
    later(60);
    await office.pathway('tours', { tasks: [own('counsellor.tours', '2026-03-23')] });
    office.now = '2026-03-12T07:00:00Z';
    await office.work();
    expect(office.mailsTo('counsellor.tours').map((m) => m.subject)).toEqual([
      'Service plus, 12/03/2026 : 1 nouvelle',
    ]);
  });

  test.each([
    ['a Saturday', '2026-03-14T09:00:00Z', '2026-03-16T09:00:00Z'],
    ['a public holiday', '2026-07-14T09:00:00Z', '2026-07-15T09:00:00Z'],
    ['a day on which the site is closed', '2026-03-12T09:00:00Z', '2026-03-16T09:00:00Z'],
  ])('does not come on %s', async (_, now, open) => {
    office.now = now;
    await office.pool.query(
      `insert into site_settings (site_id, version, settings, applied_at) values ('tours', 2, $1, $2)`,
      [
        { calendar: { closures: [{ from: '2026-03-12', to: '2026-03-13', label: 'Séminaire' }] } },
        '2026-03-01T00:00:00Z',
      ],
    );
    await office.pathway('tours', { tasks: [own('counsellor.tours', '2026-03-09', earlier)] });
    await office.work();
    expect(office.recipients).toEqual([]);
    office.now = open;
    await office.work();
    expect(office.recipients).toEqual(['counsellor.tours']);
  });

  test.each([
    ['winter', '2026-03-10T06:29:59Z', '2026-03-10T06:30:00Z'],
    ['summer', '2026-04-07T05:29:59Z', '2026-04-07T05:30:00Z'],
  ])('comes at half past seven of Paris, in %s too', async (_, before, at) => {
    office.now = before;
    await office.pathway('tours', { tasks: [own('counsellor.tours', '2026-03-09', earlier)] });
    await office.work();
    expect(office.recipients).toEqual([]);
    office.now = at;
    await office.work();
    expect(office.recipients).toEqual(['counsellor.tours']);
  });

  test('leaves out who is away, whose substitute reads of what they stand in for', async () => {
    await away('counsellor.tours', '2026-03-09', '2026-03-11', 'counsellor2.tours');
    const standsInFor = idOf('counsellor.tours');
    await office.pathway('tours', {
      tasks: [
        own('counsellor.tours', '2026-03-10'),
        own('counsellor2.tours', '2026-03-10', { standsInFor, ...earlier }),
      ],
    });
    await office.work();
    expect(office.recipients).toEqual(['counsellor2.tours']);
  });

  test('tells who may take them how many tasks nobody has, and a coordinator what was escalated', async () => {
    await office.pathway('tours', {
      tasks: [
        { dueOn: '2026-03-09', ...earlier },
        { dueOn: '2026-03-10', kind: 'assign_referent', ...earlier },
      ],
    });
    await office.work();
    const counsellors = ['counsellor.tours', 'counsellor2.tours', 'counsellor3.tours'];
    expect(office.recipients).toEqual(['coordinator.tours', ...counsellors]);
    expect(office.mailsTo('counsellor2.tours')[0]?.text).toContain(
      "À PRENDRE DANS L'ÉQUIPE (1) : 1 en retard\nhttps://service-plus.test/tasks?assignee=unassigned",
    );
    expect(office.mailsTo('coordinator.tours')[0]?.text).toContain(
      "À PRENDRE DANS L'ÉQUIPE (2) : 1 en retard, 1 pour aujourd'hui\n",
    );

    office.now = wednesday;
    await office.pool.query('delete from tasks where assignee_id is null');
    const id = await office.pathway('tours', {
      tasks: [own('counsellor.tours', '2026-03-05', { rungs: ['reminded', 'escalated'], ...earlier })],
    });
    await office.pool.query(
      `insert into timeline (pathway_id, revision, position, type, occurred_at, recorded_at, data)
       values ($1, 1, 1, 'task_escalated', $2, $2, $3)`,
      [id, '2026-03-10T22:59:59.999Z', { taskId: `${id}.1`, kind: 'first_contact' }],
    );
    await office.work();
    const [mail] = office.mailsTo('coordinator.tours');
    expect(mail?.subject).toBe('Service plus, 11/03/2026 : 1 signalée');
    expect(mail?.text).toContain(`https://service-plus.test/tasks/${id}.1`);
    office.now = '2026-03-12T07:00:00Z';
    await office.work();
    expect(office.mailsTo('coordinator.tours')).toEqual([]);
    expect(office.mailsTo('counsellor.tours')).toHaveLength(3);
  });

  test('tells a partner of the tasks that are shared with it', async () => {
    await office.pathway('tours', {
      tasks: [
        {
          kind: 'discovery_action',
          dueOn: '2026-03-10',
          assigneeId: idOf('counsellor.tours'),
          partnerId: idOf('partner.tours'),
        },
      ],
    });
    await office.work();
    expect(office.recipients).toEqual(['counsellor.tours', 'partner.tours']);
  });

  test('names fifteen of many, and says how many more there are', async () => {
    await office.pathway('tours', {
      tasks: Array.from({ length: 17 }, (_, i) => own('counsellor.tours', '2026-03-10', { key: `${i}` })),
    });
    await office.work();
    const [mail] = office.mailsTo('counsellor.tours');
    expect(mail?.text.match(/https:\/\/service-plus.test\/tasks\/\S+/g)).toHaveLength(15);
    expect(mail?.text).toContain('- et 2 de plus');
    expect(mail?.text).toContain('17 due today (First contact 17)');
  });

  test('that did not leave on its day does not leave on the next, whose own says all that is new', async () => {
    await office.pathway('tours', { tasks: [own('counsellor.tours', '2026-03-20')] });
    await office.work({ mailServer: null });
    expect(await office.statuses()).toEqual({ waiting: 1 });
    office.now = wednesday;
    await office.work();
    expect(office.mailsTo('counsellor.tours').map((m) => m.subject)).toEqual([
      'Service plus, 11/03/2026 : 1 nouvelle',
    ]);
    expect(await office.statuses()).toEqual({ dropped: 1, sent: 1 });
  });

  test('says what is true when it leaves', async () => {
    const id = await office.pathway('tours', { tasks: [own('counsellor.tours', '2026-03-10')] });
    await office.work({ mailServer: null });
    await office.pool.query("update tasks set status = 'done' where pathway_id = $1", [id]);
    await office.work();
    expect(office.recipients).toEqual([]);
    expect(await office.statuses()).toEqual({ dropped: 1 });
  });
});

const highAlert = { type: 'alert_raised', data: { level: 'high', source: 'cfa', wordsId: 'x' } } as const;
const mediation = {
  type: 'mediation_opened',
  data: { mediationId: 'm', cause: 'missed_follow_ups' },
} as const;

describe('what cannot wait', () => {
  // Before the morning's digest.
  beforeEach(() => {
    office.now = '2026-03-10T05:00:00Z';
  });

  test('a high alert is told to the referent and the coordinator at once, by a link to the pathway', async () => {
    const id = await office.pathway('tours', { events: [highAlert], referent: 'counsellor2.tours' });
    await Promise.all([office.work(), office.work()]);
    await office.work();
    expect(office.recipients).toEqual(['coordinator.tours', 'counsellor2.tours']);
    const [mail] = office.mailsTo('counsellor2.tours');
    expect(mail?.subject).toBe('Service plus : alerte forte / high alert');
    expect(mail?.text).toMatch(/^Bonjour,\n\nUne alerte forte a été signalée le 10\/03\/2026 .* Tours\./);
    expect(mail?.text).toContain(`\nhttps://service-plus.test/pathways/${id}\n`);
    expect(mail?.text).toContain('English: a high alert was raised on 2026-03-10 ');
  });

  test('a low alert waits for the morning', async () => {
    await office.pathway('tours', {
      events: [{ ...highAlert, data: { ...highAlert.data, level: 'low' } }],
      referent: 'counsellor.tours',
    });
    await office.work();
    expect(office.recipients).toEqual([]);
  });

  test('a mediation is told to the mediators of the site too', async () => {
    await office.pathway('tours', { events: [mediation], referent: 'counsellor.tours' });
    await office.work();
    expect(office.recipients).toEqual(['coordinator.tours', 'counsellor.tours', 'mediator.tours']);
    expect(office.mailsTo('mediator.tours')[0]?.subject).toBe(
      'Service plus : une médiation s’ouvre / a mediation opens',
    );
  });

  test('that the CFA soon keeps an apprentice no longer is told to the referent and the coordinator', async () => {
    const came = (name: string) => ({ type: 'day_came' as const, at: office.now, data: { name } });
    const events = [came('cfa_first_warning'), came('contract_ends')];
    await office.pathway('tours', { events, referent: 'counsellor.tours' });
    await office.work();
    expect(office.recipients).toEqual(['coordinator.tours', 'counsellor.tours']);
    expect(office.mailsTo('counsellor.tours')[0]?.subject).toBe(
      'Service plus : fin prochaine de l’accueil au CFA / the CFA soon keeps an apprentice no longer',
    );
  });

  test('whoever stands in is told instead of who is away, and all who are away when nobody is left', async () => {
    await away('counsellor.tours', '2026-03-09', '2026-03-11', 'counsellor2.tours');
    await away('coordinator.tours', '2026-03-10', '2026-03-10');
    await office.pathway('tours', { events: [highAlert], referent: 'counsellor.tours' });
    await office.work();
    expect(office.recipients).toEqual(['counsellor2.tours']);
    await office.pathway('tours', { events: [highAlert] });
    await office.work();
    expect(office.recipients).toEqual(['coordinator.tours', 'counsellor2.tours']);
  });

  test('an absence without substitute is told to the coordinator', async () => {
    await office.pool.query(
      `insert into outbox (id, kind, site_id, data, recorded_at) values ('absence/1', 'no_substitute', 'tours', $1, $2)`,
      [{ staffId: idOf('counsellor.tours'), from: '2026-03-16', to: '2026-03-20' }, office.now],
    );
    await office.work();
    expect(office.recipients).toEqual(['coordinator.tours']);
    const [mail] = office.mailsTo('coordinator.tours');
    expect(mail?.subject).toBe('Service plus : absence sans remplaçant / absence without substitute');
    expect(mail?.text).toContain('Conseil 1 Tours (Tours) sera en absence du 16/03/2026 au 20/03/2026');
  });
});

describe('a message', () => {
  test('does not come to who switched its kind off, has no address or has left', async () => {
    await switchOff('coordinator.tours', 'high_alert');
    await office.pool.query("update staff set active = false where subject = 'coordinator.blois'");
    await office.pool.query("update staff set email = null where subject = 'coordinator.ain'");
    for (const site of ['tours', 'blois', 'ain', 'roanne'])
      await office.pathway(site, { events: [highAlert] });
    await office.pathway('tours', { events: [mediation], tasks: [own('coordinator.tours', '2026-03-10')] });
    await office.work();
    // The mediation and the digest still do.
    expect(office.recipients).toEqual([
      'coordinator.roanne',
      'coordinator.tours',
      'coordinator.tours',
      'mediator.tours',
    ]);
  });

  test('that was switched off while it waited is not sent', async () => {
    await office.pathway('tours', { events: [highAlert], referent: 'counsellor.tours' });
    await office.work({ mailServer: null });
    await switchOff('counsellor.tours', 'high_alert');
    await office.work();
    expect(office.recipients).toEqual(['coordinator.tours']);
    expect(await office.statuses()).toEqual({ dropped: 1, sent: 1 });
  });

  test('waits for as long as there is no mail server, and is lost by nobody', async () => {
    await office.pathway('tours', { events: [highAlert] });
    await office.work({ mailServer: null });
    office.now = '2026-03-24T05:00:00Z';
    await office.work({ mailServer: null });
    expect(await office.statuses()).toEqual({ waiting: 1 });
    await office.work();
    expect(office.mailsTo('coordinator.tours')[0]?.text).toContain('le 10/03/2026');
  });

  test('leaves once when the mail server is back', async () => {
    const { port } = office.mailbox;
    await office.mailbox.close();
    await office.pathway('tours', { events: [highAlert], referent: 'counsellor.tours' });
    for (let n = 0; n < 4; n++) {
      await office.work();
      later(1);
    }
    expect(await office.statuses()).toEqual({ waiting: 2 });
    const { rows } = await office.pool.query('select distinct last_error from messages');
    expect(rows).toEqual([{ last_error: 'ECONNREFUSED' }]);
    await office.openMailbox(port);
    later(15);
    await Promise.all([office.work(), office.work()]);
    expect(office.recipients).toEqual(['coordinator.tours', 'counsellor.tours']);
  });

  test('that the server puts off is tried again with the same Message-ID, one that it refuses is not', async () => {
    const tried: string[] = [];
    let say: number | undefined = 451;
    office.mailbox.onMail = ({ headers }) => {
      tried.push(headers['message-id'] as string);
      if (say) throw answer(say);
    };
    await office.pathway('tours', { events: [highAlert] });
    await office.work();
    await office.work();
    expect(tried).toHaveLength(1);
    later(2);
    say = undefined;
    await office.work();
    expect(tried).toHaveLength(2);
    expect(new Set(tried).size).toBe(1);
    say = 550;
    await office.pathway('tours', { events: [highAlert] });
    await office.work();
    later(60);
    await office.work();
    expect(tried).toHaveLength(3);
    const { rows } = await office.pool.query('select status, last_error from messages order by status');
    expect(rows).toEqual([
      { status: 'failed', last_error: '550' },
      { status: 'sent', last_error: null },
    ]);
  });

  test('is not sent twice when its worker is killed after the server took it, and is known to be unsure', async () => {
    await office.pathway('tours', { events: [highAlert] });
    const child = fork(path.join(__dirname, '../test/setup/notifier-process.ts'), [], {
      execArgv: ['--require', path.join(__dirname, '../test/setup/typescript.cjs')],
      env: {
        ...process.env,
        DATABASE_URL: office.database.url,
        SMTP_URL: office.mailbox.url,
        NOW: office.now,
      },
    });
    const killed = once(child, 'exit');
    office.mailbox.onMail = async () => {
      child.kill('SIGKILL');
      await killed;
    };
    expect(await killed).toEqual([null, 'SIGKILL']);
    office.mailbox.onMail = () => {};
    await office.work();
    expect(await office.statuses()).toEqual({ sending: 1 });
    later(11);
    await office.work();
    await office.work();
    expect(await office.statuses()).toEqual({ unsure: 1 });
    expect(office.recipients).toEqual(['coordinator.tours']);
  });

  test('that got no answer is unsure at once, and the next morning’s digest leaves as ever', async () => {
    office.mailbox.onMail = () => office.mailbox.cut();
    await office.pathway('tours', { tasks: [own('counsellor.tours', '2026-03-20')] });
    await office.work();
    expect(await office.statuses()).toEqual({ unsure: 1 });
    office.mailbox.onMail = () => {};
    office.now = wednesday;
    await office.work();
    // What the first one may not have said is new still.
    expect(office.mailsTo('counsellor.tours').at(-1)?.subject).toBe('Service plus, 11/03/2026 : 1 nouvelle');
  });

  test('whose text cannot be made holds up no other, nor does a notice of a later release', async () => {
    await office.pool.query(
      `insert into outbox (id, kind, site_id, data, recorded_at)
       values ('broken', 'no_substitute', 'tours', '{}', $1), ('later', 'moon_landing', 'tours', '{}', $1)`,
      [office.now],
    );
    later(1);
    await office.pathway('tours', { events: [highAlert] });
    await office.work();
    expect(office.mailsTo('coordinator.tours').map((m) => m.subject)).toEqual([
      'Service plus : alerte forte / high alert',
    ]);
    expect(await office.statuses()).toEqual({ sent: 1, waiting: 1 });
  });
});
