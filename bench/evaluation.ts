/** The evaluation's export of 100,000 people drawn, with 30 events each, by HTTP: its time and memory beside those of a tenth. */
import { randomUUID } from 'node:crypto';
import { demonstrationPerson } from '../db/seed';
import { writeManyPathways } from './many-pathways';
import { type Measure, measure, median } from './measure';
import type { System } from './system';

const PATHWAYS = 100_000;
const SITES = ['ain', 'blois', 'le-mans', 'limousin', 'orleans', 'roanne', 'tours'];
/** A tenth of them in each; one of these is read first. */
const WAVES = ['Rodage', ...Array.from({ length: 9 }, (_, i) => `Vague ${i + 1}`)];

/** @param token of the evaluator */
export async function evaluation({ pool, url, memoryOf }: System, token: string): Promise<Measure[]> {
  const now = new Date();
  await writeManyPathways(pool, PATHWAYS, now);
  for (const [n, wave] of WAVES.entries()) {
    const draw = randomUUID();
    await pool.query(
      `insert into draws (id, wave, rules, freeze_at, draw_at, created_by, created_at, commitment, committed_at, frozen,
         register_hash, frozen_at, record, drawn_at)
       values ($1, $2, $3, $4, $4, $5, $4, 'c', $4, '{"register": [], "kept": []}', 'h', $4, '{"entries": []}', $4)`,
      [
        ...[draw, wave, { strata: 'site', sites: SITES.map((site) => ({ site })), publicNumber: null }],
        ...[new Date(now.getTime() - 900 * 86_400_000), demonstrationPerson('admin').id],
      ],
    );
    await pool.query(
      `insert into allocations (enrolment_id, draw_id, person, arm, stratum, block, probability_num, probability_den,
         entering_num, entering_den)
       select id, $1, id, case when hashtext(id::text) % 2 = 0 then 'service_plus' else 'standard' end, site_id, 1, 1, 2, 1, 1
       from (select id, site_id, row_number() over (order by id) as i from enrolments) e where i % 10 = $2`,
      [draw, n],
    );
  }
  await pool.query('vacuum analyze allocations, draws');
  await pool.query('checkpoint');

  /** Reads a file as it comes. @returns its rows, how many MB, the seconds, and the most that the API held meanwhile */
  const read = async (query: string) => {
    const began = performance.now();
    const response = await fetch(`${url}/api/evaluation/export?${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (response.status !== 200 || !response.body)
      throw new Error(`the export was answered ${response.status}`);
    let [rows, bytes, most] = [0, 0, 0];
    for await (const chunk of response.body) {
      bytes += chunk.length;
      for (const byte of chunk) if (byte === 10) rows++;
      most = Math.max(most, memoryOf('api'));
    }
    return { rows, megabytes: bytes / 1e6, seconds: (performance.now() - began) / 1000, most };
  };
  /** @returns the median of five, in milliseconds */
  const asked = async (path: string) => {
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const began = performance.now();
      const response = await fetch(`${url}/api/evaluation/${path}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      await response.json();
      if (response.status !== 200) throw new Error(`${path} was answered ${response.status}`);
      times.push(performance.now() - began);
    }
    return median(times);
  };
  const [wave] = WAVES;
  const tables = [];
  for (const [what, path] of [
    ['the flow of all that was drawn', 'consort'],
    ['the balance of the arms', 'balance'],
  ] as const)
    tables.push(
      measure(
        `evaluation, ${what}, by HTTP over a tenth, p50`,
        'ms',
        await asked(path),
        await asked(`${path}?wave=${wave}`),
        null,
      ),
    );
  const tenth = await read(`format=ndjson&wave=${WAVES[0]}`);
  const whole = await read('format=ndjson');
  if (whole.rows !== PATHWAYS) throw new Error(`the export had ${whole.rows} rows, not ${PATHWAYS}`);
  return [
    ...tables,
    measure(
      `evaluation, export of ${PATHWAYS} people drawn, over a tenth`,
      's',
      whole.seconds,
      tenth.seconds,
      null,
    ),
    measure('its file, over that of a tenth', 'MB', whole.megabytes, tenth.megabytes, null),
    measure(
      'the most memory of the API meanwhile, its heap held to 128 MB',
      'MiB',
      whole.most / 1024 / 1024,
      tenth.most / 1024 / 1024,
      '≤ 1.3',
    ),
  ];
}
