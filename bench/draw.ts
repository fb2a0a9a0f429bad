/** A draw of as many people as a register holds: frozen, drawn and published as the worker does it, then verified. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { drawActivities } from '../activities/draws';
import { insertDraw, readDraw } from '../db/draws';
import { demonstrationPerson } from '../db/seed';
import { MOST_REGISTERED, type Rules } from '../domain/draw/record';
import { projectRoot } from '../embedded/processes';
import { type Measure, measure } from './measure';
import type { System } from './system';

const SITES = ['ain', 'blois', 'le-mans', 'limousin', 'orleans', 'roanne', 'tours'];

/** With a rush at every site and misfits of both kinds, so that all there is to draw is drawn. */
const rules: Rules = {
  strata: 'site',
  sites: SITES.map((site, i) => ({
    ...{ site, ratio: { servicePlus: 3, of: 5 }, block: 10, places: 14_001 },
    misfits: i % 2 ? 'next_wave' : 'proportional',
  })),
  publicNumber: null,
};

export async function draw({ pool }: System): Promise<Measure[]> {
  await pool.query(
    `with n as (select i, gen_random_uuid() as id, ($1::text[])[1 + i % $2] as site from generate_series(1, $3) i),
     p as (insert into people (id, last_name, first_name, birth_date, name_key)
       select id, 'Martin', 'Camille', '2009-01-15', 'martin camille' from n),
     e as (insert into enrolments (id, person_id, site_id, name_key, situation, origin, consent_on, enrolled_on, created_by,
         created_at, start_input, started_at)
       select id, id, site, 'martin camille', 'seeking_training', 'cfa', current_date, current_date, $4, now(), '{}', now() from n)
     insert into pathways (id, revision, site_id, status, interval, step_entered_at, enrolled_at, settings_version, recorded_at)
       select id, 1, site, 'awaiting_draw', 0, now(), now(), 1, now() from n`,
    [SITES, SITES.length, MOST_REGISTERED, demonstrationPerson('admin').id],
  );
  await pool.query('analyze people, enrolments, pathways');
  await pool.query('checkpoint');

  const drawId = randomUUID();
  const now = () => new Date().toISOString();
  const client = await pool.connect();
  await client.query('begin');
  await insertDraw(client, {
    ...{ id: drawId, wave: 'Banc d’essai', rules, freezeAt: now(), drawAt: now() },
    ...{ createdBy: demonstrationPerson('admin').id, createdAt: new Date() },
  });
  // Its workflow is not what is measured, nor the telling of pathways that are rows alone.
  await client.query('update draws set started_at = now()');
  await client.query('commit');
  const activities = drawActivities(pool);
  await activities.commitDraw({ drawId, at: now() });
  const began = performance.now();
  await activities.freezeDraw({ drawId, at: now() });
  await activities.carryOutDraw({ drawId, at: now(), publicNumber: null });
  const drawn = (performance.now() - began) / 1000;
  await client.query('delete from broadcasts');

  const record = (await readDraw(client, drawId))?.record;
  client.release();
  if (record?.entries.length !== MOST_REGISTERED) throw new Error('not everybody stands in the record');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'draw-'));
  const file = path.join(folder, 'record.json');
  writeFileSync(file, JSON.stringify(record));
  const verifier = path.join(projectRoot(), 'verifier', 'verify-draw.mjs');
  const verifying = performance.now();
  const { status, stdout } = spawnSync(
    process.execPath,
    [verifier, file, '--commitment', record.commitment, '--register', record.registerHash],
    { encoding: 'utf8' },
  );
  const verified = (performance.now() - verifying) / 1000;
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(`the record is not verified: ${stdout}`);
  return [
    measure('draw of 100000, frozen, drawn and published', 's', drawn, null, '≤ 10'),
    measure('its record verified, over the draw', 's', verified, drawn, '≤ 1'),
  ];
}
