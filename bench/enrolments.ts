/** Enrolments by HTTP over bare workflow starts, on the same server, in turns. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { load, type Measure, measure, median } from './measure';
import type { System } from './system';

const rounds = 3;

export async function enrolments(system: System, token: string): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const [concurrency, count] of [
    [1, 60],
    [16, 320],
    [50, 500],
  ] as const) {
    const ours: number[] = [];
    const bare: number[] = [];
    const oursWhole: number[] = [];
    const bareWhole: number[] = [];
    // One round of each is not counted: connections, caches and the compiler's work.
    for (let round = 0; round <= rounds; round++) {
      const start = await turn(count, concurrency, () => system.startBare());
      const enrol = await turn(count, concurrency, () =>
        system.call(token, 'POST', '/api/enrolments', invented()),
      );
      if (round === 0) continue;
      ours.push(enrol.answered);
      bare.push(start.answered);
      oursWhole.push(enrol.recorded);
      bareWhole.push(start.recorded);
    }
    measures.push(
      measure(`enrolments, concurrency ${concurrency}`, '/s', median(ours), median(bare), '≥ 0.8'),
      measure(`the same until all are recorded`, '/s', median(oursWhole), median(bareWhole), null),
    );
  }
  return measures;

  /** A rate until the last is answered, and one until the workers have nothing left to do. */
  async function turn(count: number, concurrency: number, work: () => Promise<unknown>) {
    const began = performance.now();
    const { perSecond } = await load(count, concurrency, work);
    await calm(system);
    return { answered: perSecond, recorded: (count * 1000) / (performance.now() - began) };
  }
}

/** An invented young person whom nobody else resembles. */
export function invented(): object {
  const letters =
    randomUUID().replace(/[^a-f]/g, '') +
    Math.random()
      .toString(36)
      .replace(/[^a-z]/g, '');
  return {
    siteId: 'tours',
    lastName: `Essai ${letters}`,
    firstName: 'Camille',
    birthDate: `${new Date().getUTCFullYear() - 18}-01-15`,
    phone: '06 39 98 00 00',
    situation: 'seeking_training',
    origin: 'cfa',
    consentOn: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10),
  };
}

/**
 * Waits until the workers have nothing left to do, so that a turn does not pay for the one before.
 * @param until epoch milliseconds: throws when they still have then
 */
export async function calm(system: System, until = Infinity): Promise<void> {
  for (;;) {
    const { rows } = await system.pool.query<{ left: number }>(
      'select count(*) as left from enrolments e where not exists (select from pathways p where p.id = e.id)',
    );
    if (rows[0]?.left === 0 && (await system.bareLeft()) === 0) return;
    if (Date.now() > until) throw new Error('not all were started and recorded in time');
    await sleep(50);
  }
}
