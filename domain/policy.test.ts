/** The policy read as sentences: the table itself is held against every route in test/api.test.ts. */
import { roles } from './pathway';
import {
  type Action,
  actions,
  mayHold,
  mayStandIn,
  type PolicyActor,
  scopeOf,
  sees,
  verdict,
} from './policy';
import { taskKinds, tasks } from './tasks';

const actor = (role: PolicyActor['role'], siteId: string | null = 'tours'): PolicyActor => ({
  id: 'me',
  role,
  siteId,
});
const task = (kind: keyof typeof tasks, more: object = {}) => ({
  siteId: 'tours',
  task: { kind, assigneeId: null, partnerId: null, ...more },
});

describe('a young person of another site', () => {
  const elsewhere = {
    siteId: 'blois',
    task: { kind: 'first_contact' as const, assigneeId: 'me', partnerId: null },
  };
  const personal = actions.filter((a) =>
    /^(pathway|task|note|contact|contract|termination|employment|offer|alert|exit|file)\./.test(a),
  );

  test.each(['coordinator', 'counsellor', 'mediator'] as const)('is not there for a %s', (role) => {
    for (const action of personal) {
      if (scopeOf(role, action))
        expect([action, verdict(actor(role), action, elsewhere)]).toEqual([action, 'unseen']);
    }
  });

  test.each(['coordinator', 'counsellor', 'mediator'] as const)(
    'is read by a %s who gave a reason, and nothing of it is changed',
    (role) => {
      const opened = { siteId: 'blois', glassUntil: '2026-03-02T13:00:00.000Z' };
      const reads = ['pathway.read', 'pathway.forecast', 'note.read'];
      for (const action of personal.filter((a) => scopeOf(role, a))) {
        const allowed = reads.includes(action) ? 'allowed' : 'forbidden';
        expect([action, verdict(actor(role), action, opened)]).toEqual([action, allowed]);
      }
      expect(verdict(actor(role), 'enrolment.read', opened)).toBe('forbidden');
    },
  );
});

test('committees, evaluators and the administration reach nobody', () => {
  const reached = (role: PolicyActor['role']) => actions.filter((action) => scopeOf(role, action));
  const published = ['me.read', 'site.list', 'draw.read', 'steering.overview'];
  for (const role of ['committee', 'national_committee'] as const)
    expect(reached(role)).toEqual([
      ...['me.read', 'notification.choose', 'site.list', 'draw.read', 'steering.overview', 'steering.flow'],
      ...(role === 'national_committee' ? ['steering.curves_by_arm'] : []),
      ...['evaluation.flow', 'evaluation.read', 'meeting.list'],
    ]);
  // Who is in which arm is for the evaluation alone.
  expect(reached('evaluator')).toEqual([
    ...published,
    ...['steering.flow', 'steering.arms', 'steering.curves_by_arm'],
    ...['evaluation.export', 'evaluation.answer', 'evaluation.balance', 'evaluation.flow', 'evaluation.read'],
    ...['evaluation.log', 'meeting.list'],
  ]);
  expect(reached('admin')).toEqual([
    'me.read',
    'site.list',
    'staff.list',
    'enrolment.import',
    'import.read',
    'settings.read',
    'settings.change',
    'broadcast.read',
    'draw.read',
    'draw.announce',
    'evaluation.match',
    'evaluation.read',
    'evaluation.unblind',
    'evaluation.log',
    'meeting.list',
    'meeting.plan',
  ]);
  for (const role of roles)
    expect(sees(role, 'birthDate')).toBe(['coordinator', 'counsellor', 'mediator'].includes(role));
});

test('nobody has the rows of the evaluation and who is whom in them', () => {
  const having = (action: 'evaluation.export' | 'evaluation.answer' | 'evaluation.match') =>
    roles.filter((role) => scopeOf(role, action));
  expect(having('evaluation.export')).toEqual(['evaluator']);
  expect(having('evaluation.answer')).toEqual(['evaluator']);
  expect(having('evaluation.match')).toEqual(['admin']);
});

test('a counsellor takes what is a counsellor’s, the referent’s or of who is on duty, never what others decide', () => {
  const own = actor('counsellor');
  for (const kind of taskKinds) {
    const others = ['coordinator', 'mediator'].includes(tasks[kind].who);
    expect([kind, verdict(own, 'task.complete', task(kind))]).toEqual([
      kind,
      others ? 'forbidden' : 'allowed',
    ]);
  }
  expect(verdict(own, 'task.assign', task('first_contact'))).toBe('forbidden');
});

test('a coordinator decides every task of the site and nothing elsewhere', () => {
  const own = actor('coordinator');
  for (const kind of taskKinds) expect(verdict(own, 'task.complete', task(kind))).toBe('allowed');
  expect(verdict(actor('coordinator', 'blois'), 'task.assign', task('first_contact'))).toBe('unseen');
});

test('a mediator reads the site, records contacts, notes and alerts, and decides the tasks of mediations', () => {
  const own = actor('mediator');
  for (const action of [
    'pathway.read',
    'task.read',
    'contact.record',
    'note.write',
    'alert.raise',
  ] as const) {
    expect([action, verdict(own, action, task('company_visit'))]).toEqual([action, 'allowed']);
  }
  for (const action of ['task.claim', 'task.complete', 'pathway.exit', 'contract.record'] as const) {
    expect([action, verdict(own, action, task('company_visit'))]).toEqual([action, 'forbidden']);
  }
  expect(taskKinds.filter((kind) => verdict(own, 'task.complete', task(kind)) === 'allowed')).toEqual([
    'accept_mediation',
    'meet_parties',
    'mediation_follow_up',
  ]);
  expect(verdict(own, 'task.comment', task('meet_parties'))).toBe('allowed');
});

test('everybody of the team records their own absence, the coordinator anybody’s of the site', () => {
  const of = (staffId: string) => ({ siteId: 'tours', staffId });
  for (const role of ['counsellor', 'mediator'] as const) {
    expect(verdict(actor(role), 'absence.record', of('me'))).toBe('allowed');
    expect(verdict(actor(role), 'absence.record', of('another'))).toBe('forbidden');
  }
  expect(verdict(actor('coordinator'), 'absence.record', of('another'))).toBe('allowed');
  expect(verdict(actor('coordinator', 'blois'), 'absence.record', of('another'))).toBe('unseen');
});

test('a file is removed by who added it and by the coordinator of the site', () => {
  const of = (staffId: string, siteId = 'tours') => ({ siteId, staffId });
  for (const role of ['counsellor', 'mediator', 'partner'] as const) {
    expect(verdict(actor(role), 'file.remove', of('me'))).toBe('allowed');
    expect(verdict(actor(role), 'file.remove', of('another'))).toBe('forbidden');
  }
  expect(verdict(actor('coordinator'), 'file.remove', of('another'))).toBe('allowed');
  expect(verdict(actor('coordinator'), 'file.remove', of('another', 'blois'))).toBe('unseen');
});

test('whoever stands in may have all that the absent person may', () => {
  const standsInFor = (absent: PolicyActor['role']) => roles.filter((role) => mayStandIn(role, absent));
  expect(standsInFor('counsellor')).toEqual(['coordinator', 'counsellor']);
  expect(standsInFor('mediator')).toEqual(['coordinator', 'mediator']);
  expect(standsInFor('coordinator')).toEqual(['coordinator']);
});

test('the figures of a site are for who accompanies there and its committee, of all sites for the national roles', () => {
  const reach = (action: Action) =>
    Object.fromEntries(roles.map((role) => [role, scopeOf(role, action)]).filter(([, scope]) => scope));
  for (const action of ['steering.overview', 'steering.flow'] as const)
    expect(reach(action)).toEqual({
      coordinator: 'site',
      counsellor: 'site',
      committee: 'site',
      national_committee: 'all',
      evaluator: 'all',
    });
  expect(reach('steering.arms')).toEqual({ evaluator: 'all' });
  // Whom a figure counts: nobody who may not see young people.
  expect(reach('steering.list')).toEqual({ coordinator: 'site', counsellor: 'site' });
  const blois = { siteId: 'blois' };
  for (const role of ['coordinator', 'counsellor', 'committee'] as const)
    expect([role, verdict(actor(role), 'steering.overview', blois)]).toEqual([role, 'unseen']);
  expect(verdict(actor('coordinator'), 'steering.list', blois)).toBe('unseen');
  for (const role of ['national_committee', 'evaluator'] as const)
    expect([role, verdict(actor(role, null), 'steering.overview', blois)]).toEqual([role, 'allowed']);
});

test('a partner reaches its own tasks and the pathways they are of', () => {
  const cfa = actor('partner');
  expect(verdict(cfa, 'task.complete', task('discovery_action', { partnerId: 'me' }))).toBe('allowed');
  expect(verdict(cfa, 'task.complete', task('discovery_action', { partnerId: 'another' }))).toBe('unseen');
  expect(verdict(cfa, 'pathway.read', { siteId: 'tours', shared: true })).toBe('allowed');
  expect(verdict(cfa, 'pathway.read', { siteId: 'tours', shared: false })).toBe('unseen');
  expect(verdict(cfa, 'alert.raise', { siteId: 'tours', shared: true })).toBe('allowed');
  expect(verdict(cfa, 'contact.record', { siteId: 'tours', shared: true })).toBe('forbidden');
  expect(taskKinds.filter((kind) => mayHold('partner', kind))).toEqual(
    taskKinds.filter((kind) =>
      ('orWho' in tasks[kind] ? (tasks[kind].orWho as readonly string[]) : []).includes('partner'),
    ),
  );
});
