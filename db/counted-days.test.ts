/** Days that were counted once answer as if they had not been, whatever became known since and however late it came. */
import type { Pool } from 'pg';
import { writeManyPathways } from '../bench/many-pathways';
import { createTestDatabase, type TestDatabase } from '../test/setup/servers';
import { countDay, daysToCount } from './counted-days';
import { apiPool, asActor, ownerPool } from './pool';
import { demonstrationPerson, seedDemonstration } from './seed';
import { countStates } from './steering';

let database: TestDatabase;
let owner: Pool;
let api: Pool;
beforeEach(async () => {
  database = await createTestDatabase();
  await seedDemonstration(database.url);
  owner = ownerPool(database.url, { name: 'test owner' });
  api = apiPool(database.url, { name: 'test api' });
  await writeManyPathways(owner, 700, new Date(Date.now() - 20 * 86_400_000));
}, 60_000);
afterEach(async () => {
  await Promise.all([owner.end(), api.end()]);
  await database.drop();
});

const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const counted = (asOf: string, knownAt: string, subject = 'evaluator', siteId: string | null = null) =>
  asActor(api, demonstrationPerson(subject), (client) => countStates(client, { asOf, knownAt }, siteId));
/** Every question that a kept day may answer, of all and of one site, for who reads arms and who does not. */
async function answers(asOf: string, knownAts: readonly string[]) {
  const found = [];
  for (const knownAt of knownAts)
    for (const [subject, siteId] of [
      ['evaluator', null],
      ['evaluator', 'tours'],
      ['committee.national', null],
      ['committee.tours', 'tours'],
    ] as const)
      found.push(await counted(asOf, knownAt, subject, siteId));
  return found;
}

/** Written as the journal writes: an event of a pathway, at the end of its timeline. */
async function tell(type: string, data: object, at: { occurred: string; recorded: string; where: string }) {
  const { rowCount } = await owner.query(
    `insert into timeline (pathway_id, revision, position, type, occurred_at, recorded_at, data)
     select p.id, (select max(revision) + 1 from timeline l where l.pathway_id = p.id), 1, $1, $2, $3,
       case when $1 = 'contract_recorded' then $4::jsonb || jsonb_build_object('contractId', p.id || '.contract-9') else $4::jsonb end
     from pathways p where ${at.where}`,
    [type, at.occurred, at.recorded, JSON.stringify(data)],
  );
  expect(rowCount).toBeGreaterThan(0);
}

test('each day that is over is counted once, the latest first, for who reads arms and who does not', async () => {
  const { rows } = await owner.query<{ days: number }>(
    `select (now() at time zone 'Europe/Paris')::date - (min(enrolled_at) at time zone 'Europe/Paris')::date as days from pathways`,
  );
  const days = await daysToCount(owner);
  expect(days).toHaveLength(2 * (rows[0] as { days: number }).days);
  expect(days.map(({ asOf }) => asOf)).toEqual(
    days
      .map(({ asOf }) => asOf)
      .toSorted()
      .toReversed(),
  );
  expect(Date.parse(days[0]?.asOf as string)).toBeLessThan(Date.now());
  for (const day of days.slice(0, 6)) expect(await countDay(owner, day)).toBe(true);
  expect(await daysToCount(owner)).toEqual(days.slice(6));
}, 60_000);

test('what became known since is added: contracts told late, exits undone, contacts, people taken over', async () => {
  // Three days of the time in which things happened, from before what is told to just over.
  const days = (await daysToCount(owner)).filter((_, n) => n % 220 < 2).slice(0, 6);
  const [latest, ...asked] = [...new Set(days.map(({ asOf }) => asOf))];
  const told = async () => {
    await tell(
      'contract_recorded',
      { signedOn: ago(200).slice(0, 10), startsOn: ago(190).slice(0, 10), endsOn: '2030-01-01' },
      { occurred: ago(0.001), recorded: ago(0.001), where: `p.site_id in ('tours', 'ain')` },
    );
    await tell(
      'contact',
      { channel: 'phone', result: 'reached' },
      {
        ...{ occurred: ago(100), recorded: ago(0.001), where: `p.site_id <> 'tours'` },
      },
    );
    await tell(
      'exit_undone',
      { code: 'declined' },
      {
        ...{
          occurred: ago(0.001),
          recorded: ago(0.001),
          where: `p.status = 'exited' and p.site_id in ('tours', 'blois')`,
        },
      },
    );
  };
  await told();
  const truth = [];
  const knownAts = [ago(0)];
  for (const asOf of [latest as string, ...asked]) truth.push(await answers(asOf, [...knownAts, asOf]));

  // The same, told after the days were counted.
  await owner.query('delete from timeline where recorded_at > $1', [ago(1)]);
  const before = [];
  for (const asOf of [latest as string, ...asked]) before.push(await answers(asOf, [...knownAts, asOf]));
  expect(before).not.toEqual(truth);
  for (const day of days) expect(await countDay(owner, day)).toBe(true);
  await told();
  const { rows } = await owner.query('select count(*)::int as n from counted_days where cells is not null');
  expect(rows).toEqual([{ n: days.length }]);
  const kept = [];
  for (const asOf of [latest as string, ...asked]) kept.push(await answers(asOf, [...knownAts, asOf]));
  expect(kept).toEqual(truth);
  // Of where much was told, days are counted anew, and answer as before.
  await owner.query("update counted_days set known_at = known_at - interval '8 days'");
  expect(await daysToCount(owner)).toEqual(expect.arrayContaining(days));
}, 60_000);

test('an entry that comes into the database long after its instant takes away the days that lack it', async () => {
  const [day, other] = await daysToCount(owner);
  for (const one of [day, other]) expect(await countDay(owner, one as typeof day & object)).toBe(true);
  const kept = () =>
    owner.query('select 1 from counted_days where cells is not null').then(({ rowCount }) => rowCount);
  // As it came in time: recorded after what the days know.
  await tell(
    'contact',
    { channel: 'phone', result: 'reached' },
    {
      ...{ occurred: ago(3), recorded: ago(0), where: `p.site_id = 'tours'` },
    },
  );
  expect(await kept()).toBe(2);
  await tell(
    'contact',
    { channel: 'phone', result: 'reached' },
    {
      ...{ occurred: ago(3), recorded: ago(2), where: `p.site_id = 'tours'` },
    },
  );
  expect(await kept()).toBe(0);
}, 60_000);

test('who was writing when a day was announced is waited for, and who writes meanwhile takes it away', async () => {
  const [day] = await daysToCount(owner);
  const writer = await owner.connect();
  await writer.query('begin');
  await writer.query(
    `insert into timeline (pathway_id, revision, position, type, occurred_at, recorded_at, data)
     select id, 999, 1, 'contact', $1, $1, '{"channel": "phone", "result": "reached"}' from pathways where site_id = 'tours'`,
    [ago(2)],
  );
  const counting = countDay(owner, day as typeof day & object);
  // It cannot have been counted as long as the other has not ended.
  const { rows } = await owner.query('select count(*)::int as n from counted_days where cells is not null');
  expect(rows).toEqual([{ n: 0 }]);
  await writer.query('commit');
  writer.release();
  const truth = async () => {
    const found = await counted((day as { asOf: string }).asOf, ago(0), 'committee.national');
    await owner.query('delete from counted_days');
    expect(found).toEqual(await counted((day as { asOf: string }).asOf, ago(0), 'committee.national'));
  };
  await counting;
  await truth();
}, 60_000);

test('nothing is kept of a pathway that is gone', async () => {
  const [day] = await daysToCount(owner);
  expect(await countDay(owner, day as typeof day & object)).toBe(true);
  await owner.query(`delete from pathways where site_id = 'tours'`);
  expect((await owner.query('select 1 from counted_days')).rowCount).toBe(0);
}, 60_000);
