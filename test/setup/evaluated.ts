/** A programme small enough to be counted by hand: two waves, people met again, waiting, excluded and outside the experiment. */
import type { Pool } from 'pg';
import { demonstrationPerson } from '../../db/seed';
import type { Arm } from '../../domain/pathway';
import { uuidOf } from './draws';

export const autumn = {
  wave: 'Automne-2026',
  draw: uuidOf('draw of autumn'),
  drawnAt: '2026-01-15T10:00:00.000Z',
};
export const spring = {
  wave: 'Printemps-2026',
  draw: uuidOf('draw of spring'),
  drawnAt: '2026-06-01T10:00:00.000Z',
};
/** After the first survey of the first wave has closed, and before the first of the second wave. */
export const asOf = '2026-10-01T21:59:59.999Z';

/** An event so many days after the draw of its wave; `with`: of the same activation as the one before. */
interface Happening {
  readonly type: string;
  readonly day: number;
  readonly data?: object;
  readonly recorded?: number;
  readonly with?: true;
}
const happening = (type: string, day: number, data?: object, more: Partial<Happening> = {}): Happening => ({
  ...{ type, day },
  ...(data && { data }),
  ...more,
});

interface Person {
  readonly site: string;
  readonly born?: string;
  readonly situation?: string;
  readonly origin?: string;
  readonly number?: string;
  readonly wave?: typeof autumn;
  readonly status?: string;
  readonly step?: string;
  readonly samePersonAs?: string;
  readonly events?: readonly Happening[];
  readonly enrolled?: string;
}

const reached = (day: number) => happening('contact', day, { channel: 'phone', result: 'reached' });
const inVain = (day: number) => happening('contact', day, { channel: 'sms', result: 'not_reached' });
const entered = (day: number) => happening('step_entered', day, { step: 'welcome', interval: 1 });
const followUp = (day: number, outcome: 'done' | 'missed', met = outcome === 'done') =>
  happening('task_completed', day, { taskId: 'x', kind: 'search_follow_up', outcome, ...(met && { met }) });

/** By a name of the test's own. Days count from the draw of the wave. */
export const young: Readonly<Record<string, Person>> = {
  // Contract, termination, another contract after being met again; two pathways, of which one goes on.
  p1: {
    ...{ site: 'tours', born: '2008-02-01', number: 'P3-0001', wave: autumn, step: 'contract_search' },
    events: [
      // Before the draw: no service of it.
      reached(-3),
      entered(0),
      reached(2),
      happening(
        'task_completed',
        2,
        { taskId: 'y', kind: 'first_contact', outcome: 'reached', met: true },
        { with: true },
      ),
      happening('contract_recorded', 31, { contractId: 'p1.contract-1', signedOn: '2026-02-14' }),
      happening('contract_terminated', 61, { contractId: 'p1.contract-1', on: '2026-03-16' }),
    ],
  },
  p2: {
    ...{ site: 'tours', born: '2005-05-05', wave: autumn, status: 'exited', situation: 'left_school' },
    events: [reached(5), happening('exited', 40, { code: 'lost_contact' })],
  },
  // Never reached, and an exit that was undone.
  p3: {
    ...{ site: 'tours', born: '2004-01-15', wave: autumn, step: 'welcome', origin: 'family' },
    events: [
      entered(0),
      inVain(1),
      inVain(3),
      happening('exited', 20, { code: 'declined' }),
      happening('exit_undone', 25, { code: 'declined' }),
    ],
  },
  // An exit that became known late.
  p4: {
    ...{ site: 'tours', born: '2003-01-16', wave: autumn, status: 'exited', origin: 'cad' },
    events: [happening('exited', 50, { code: 'moved_away' }, { recorded: 100 })],
  },
  b1: {
    ...{ site: 'blois', born: '2007-09-09', number: 'P3-0002', wave: autumn, step: 'contract_search' },
    events: [
      ...[entered(0), reached(4), followUp(20, 'done'), followUp(34, 'missed'), followUp(48, 'done')],
      happening('mediation_opened', 60, { mediationId: 'b1.mediation-1', cause: 'high_alert' }),
      happening('employment_recorded', 100, {
        ...{ employmentId: 'b1.employment-1', kind: 'permanent', durable: true },
      }),
    ],
  },
  b2: { site: 'blois', born: '2006-06-06', wave: autumn, events: [] },
  b3: { site: 'blois', born: '2006-07-07', wave: autumn, status: 'usual_service', events: [] },
  // Waits still; drawn in the second wave.
  b4: { site: 'blois', status: 'awaiting_draw' },
  b5: { site: 'blois', born: '2005-01-01', wave: spring, step: 'welcome', events: [entered(0), reached(9)] },
  q2: { site: 'tours', born: '2005-02-02', wave: spring, status: 'usual_service', events: [] },
  // The first person, met again at another site in the second wave: days of that wave.
  p1again: {
    ...{
      site: 'blois',
      born: '2008-02-01',
      samePersonAs: 'p1',
      step: 'securing',
      wave: spring,
      number: 'P3-0001',
    },
    events: [
      entered(0),
      happening('contract_recorded', 30, { contractId: 'p1again.contract-1', signedOn: '2026-07-01' }),
      happening('exited', 40, { code: 'contract_completed' }),
    ],
  },
  x1: {
    ...{ site: 'tours', status: 'exited' },
    events: [happening('exited', 3, { code: 'back_to_school' })],
  },
  w1: { site: 'tours', status: 'awaiting_draw' },
  y1: { site: 'orleans', step: 'welcome', events: [entered(0)] },
  z1: { site: 'tours', step: 'securing', events: [happening('imported', -10)] },
};

export const idOf = (name: string) => uuidOf(`evaluated ${name}`);

interface Allocation {
  readonly who: string;
  readonly arm: Arm;
  readonly site: string;
  readonly p: readonly [number, number];
}
const half = [1, 2] as const;
const drawn: Readonly<Record<string, readonly Allocation[]>> = {
  [autumn.draw]: [
    { who: 'p1', arm: 'service_plus', site: 'tours', p: half },
    { who: 'p2', arm: 'standard', site: 'tours', p: half },
    { who: 'p3', arm: 'service_plus', site: 'tours', p: half },
    { who: 'p4', arm: 'standard', site: 'tours', p: half },
    { who: 'b1', arm: 'service_plus', site: 'blois', p: [2, 3] },
    { who: 'b2', arm: 'service_plus', site: 'blois', p: [2, 3] },
    { who: 'b3', arm: 'standard', site: 'blois', p: [2, 3] },
  ],
  [spring.draw]: [
    { who: 'b5', arm: 'service_plus', site: 'blois', p: half },
    { who: 'q2', arm: 'standard', site: 'tours', p: half },
  ],
};
const waiting: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [autumn.draw]: { b4: 'rush', b5: 'misfit' },
  [spring.draw]: { b4: 'rush' },
};

const after = (at: string, days: number) => new Date(Date.parse(at) + days * 86_400_000).toISOString();

/** Writes all of it into a database with the demonstration people. */
export async function writeEvaluated(owner: Pool): Promise<void> {
  const by = demonstrationPerson('admin').id;
  for (const [name, person] of Object.entries(young)) {
    const of = person.wave ?? autumn;
    const [id, enrolled] = [idOf(name), person.enrolled ?? after(of.drawnAt, -10)];
    await owner.query(
      `insert into people (id, last_name, first_name, birth_date, phone, email, external_number, name_key)
       values ($1, $2, 'Secretprenom', $3, '0655555555', 'secret@example.org', $4, 'secretnom')`,
      [id, `Secretnom ${name}`, person.born ?? '2006-01-01', person.number ?? null],
    );
    await owner.query(
      `insert into enrolments (id, person_id, site_id, name_key, situation, origin, consent_on, enrolled_on, created_by,
         created_at, start_input, started_at, same_person_as)
       values ($1, $1, $2, 'secretnom', $3, $4, $5::date, $5::date, $6, $5, '{}', $5, $7)`,
      [
        ...[id, person.site, person.situation ?? 'in_school', person.origin ?? 'cfa', enrolled, by],
        person.samePersonAs ? idOf(person.samePersonAs) : null,
      ],
    );
    await owner.query(
      `insert into pathways (id, revision, site_id, status, step, interval, step_entered_at, enrolled_at, settings_version, recorded_at)
       values ($1, 50, $2, $3, $4, 0, $5, $5, 1, $5)`,
      [id, person.site, person.status ?? 'active', person.step ?? null, enrolled],
    );
    const events = person.events ?? [];
    const arm = Object.values(drawn)
      .flat()
      .find((a) => a.who === (person.samePersonAs ?? name))?.arm;
    const told = [
      ...(events.some(({ type }) => type === 'imported') ? [] : [happening('enrolled', -10)]),
      ...(arm ? [happening('arm_drawn', 0, { arm, drawId: of.draw })] : []),
      ...events,
    ];
    let [revision, position] = [0, 0];
    for (const event of told) {
      [revision, position] = event.with ? [revision, position + 1] : [revision + 1, 1];
      await owner.query('insert into timeline values ($1, $2, $3, $4, $5, $6, null, $7)', [
        ...[id, revision, position, event.type, after(of.drawnAt, event.day)],
        ...[after(of.drawnAt, event.recorded ?? event.day), event.data ?? null],
      ]);
    }
  }
  await owner.query(
    `insert into employments (id, pathway_id, number, kind, starts_on, durable)
     values ('b1.employment-1', $1, 1, 'permanent', '2026-05-01', true)`,
    [idOf('b1')],
  );
  for (const { wave, draw, drawnAt } of [autumn, spring]) {
    const register = [...(drawn[draw] ?? []).map((a) => a.who), ...Object.keys(waiting[draw] ?? {})].map(
      (name, i) => ({ id: idOf(name), site: young[name]?.site, n: i + 1 }),
    );
    const kept = draw === spring.draw ? [{ id: idOf('p1again'), site: 'blois', arm: 'service_plus' }] : [];
    const entries = register.map(({ id }) => ({
      id,
      fate: Object.entries(waiting[draw] ?? {}).find(([name]) => idOf(name) === id)?.[1] ?? 'drawn',
    }));
    const allocations = (drawn[draw] ?? []).map(({ who, arm }) => ({ id: idOf(who), arm }));
    await owner.query(
      `insert into draws (id, wave, rules, freeze_at, draw_at, created_by, created_at, commitment, committed_at, frozen,
         register_hash, frozen_at, record, drawn_at)
       values ($1, $2, $3, $4, $5, $6, $4, 'c', $4, $7, 'h', $4, $8, $5)`,
      [
        ...[
          draw,
          wave,
          { strata: 'site', sites: [{ site: 'tours' }, { site: 'blois' }], publicNumber: null },
        ],
        ...[after(drawnAt, -1), drawnAt, by, { register, kept }, { register, kept, entries, allocations }],
      ],
    );
    for (const { who, arm, site, p } of drawn[draw] ?? [])
      await owner.query('insert into allocations values ($1, $2, $1, null, $3, $4, 1, $5, $6, 3, 4)', [
        idOf(who),
        draw,
        arm,
        site,
        ...p,
      ]);
  }
  await owner.query(
    `insert into allocations (enrolment_id, draw_id, person, first_enrolment_id, arm) values ($1, $2, $3, $3, 'service_plus')`,
    [idOf('p1again'), spring.draw, idOf('p1')],
  );
}
