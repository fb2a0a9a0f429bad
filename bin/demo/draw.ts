/**
 * The story of a draw, by the API alone: two sites begin to draw, made-up young people wish to enter, a wave is announced,
 * its seed committed to, its register frozen, drawn, and the published record checked by whoever doubts.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { siteNames } from '../../db/seed';
import { ageOn, type Day, dayOf, type Instant } from '../../domain/calendar';
import type { DrawRecord, Rules } from '../../domain/draw/record';
import { oldestAge, youngestAge } from '../../domain/enrolment';
import type { Label } from '../../domain/forms';
import { projectRoot } from '../../embedded/processes';
import { generateRoster, type RosterPerson } from '../roster/generator';
import { type Api, Refused } from './api';
import type { Telling } from './telling';

/** One site with a block that is not filled, one with more wishes than places. */
const sites: Rules['sites'] = [
  { site: 'blois', ratio: { servicePlus: 1, of: 2 }, block: 4, places: null, misfits: 'next_wave' },
  { site: 'orleans', ratio: { servicePlus: 2, of: 3 }, block: 6, places: 24, misfits: 'proportional' },
];
const wishesOfASite = 30;

/** Time to read what was announced and then what was frozen, before the next comes. */
const FREEZE_AFTER_MS = 5_000;
const DRAW_AFTER_MS = 10_000;

const LOOK_EVERY_MS = 200;
const WITHIN_MS = 120_000;

/** Of GET /draws/{id}, what the story looks at. */
interface Draw {
  readonly id: string;
  readonly wave: string;
  readonly commitment: string | null;
  readonly registerHash: string | null;
  readonly drawnAt: Instant | null;
  readonly sites: readonly SiteCounts[] | null;
}
interface SiteCounts {
  readonly siteId: string;
  readonly registered: number;
  readonly servicePlus: number;
  readonly standard: number;
  readonly rush: number;
  readonly misfit: number;
}

const t = (fr: string, en: string): Label => ({ fr, en });
const coordinatorOf = (site: string) => `coordinator.${site}`;
const siteIds = sites.map(({ site }) => site);
const names = siteIds.map((site) => siteNames[site]);

/**
 * Tells the draw of the next wave of the demonstration: “Démonstration 1”, 2 when told again…
 * @param folder where the records are put, for whoever wants to check them too
 * @returns the id of the draw; null where sites must be told longer before, which is said
 * @throws Refused; Error when the verifier finds something wrong, or nobody carries the draw out
 */
export async function tellDraw(
  api: Api,
  telling: Telling,
  { seed, folder }: { seed: number; folder: string },
): Promise<string | null> {
  const { items: earlier } = await api.get<{ items: Draw[] }>('admin', '/draws');
  const numbers = earlier.map(({ wave }) => Number(/^Démonstration (\d+)$/.exec(wave)?.[1] ?? 0));
  const number = Math.max(0, ...numbers) + 1;
  const wave = `Démonstration ${number}`;
  telling.say();
  telling.say(t(`Le tirage au sort · vague « ${wave} »`, `The draw · wave “${wave}”`));

  for (const site of siteIds) await beginToDraw(api, site);
  telling.say(
    t(
      `À ${names.join(' et ')}, qui s’inscrit attend le tirage (réglage « draw » du site) ; les parcours déjà en cours continuent. [admin]`,
      `At ${names.join(' and ')}, whoever is enrolled awaits the draw (the site’s setting “draw”); pathways that run go on. [admin]`,
    ),
  );
  const waited = (await awaiting(api)).length;
  const ids = await enrol(api, wave, seed + 1_000 * number);
  await eventually('the pathways have not begun', async () => {
    const waiting = new Set(await awaiting(api));
    return ids.every((id) => waiting.has(id));
  });
  telling.say(
    t(
      `${ids.length} jeunes inventés sont inscrits${waited ? `, ${waited} attendaient déjà` : ''} : ni étape ni tâche avant le tirage. [${siteIds.map(coordinatorOf).join(', ')}]`,
      `${ids.length} made-up young people are enrolled${waited ? `, ${waited} were waiting already` : ''}: no step and no task before the draw. [${siteIds.map(coordinatorOf).join(', ')}]`,
    ),
  );

  const announced = await announce(api, telling, wave);
  if (!announced) return null;
  const { id } = announced;
  const read = () => api.get<Draw>('committee.national', `/draws/${id}`);
  const { commitment } = await eventually('nobody has committed to a seed', async () => {
    const draw = await read();
    return draw.commitment && { commitment: draw.commitment };
  });
  telling.say(
    t(
      '1. La promesse. Empreinte de la graine, encore secrète :',
      '1. The promise. Fingerprint of the seed, still secret:',
    ),
  );
  telling.say(`   ${commitment}`);
  const frozen = await eventually('the register was not frozen', async () => {
    const { registerHash, sites: counts } = await read();
    return registerHash && counts && { registerHash, counts };
  });
  const registered = frozen.counts.reduce((sum, { registered: n }) => sum + n, 0);
  telling.say(
    t(
      `2. Le registre est clos : ${registered} souhaits dans leur ordre, aucun nom. Son empreinte :`,
      `2. The register is frozen: ${registered} wishes in their order, no name. Its fingerprint:`,
    ),
  );
  telling.say(`   ${frozen.registerHash}`);
  const drawn = await eventually('the wave was not drawn', async () => {
    const draw = await read();
    return draw.drawnAt && draw.sites;
  });
  telling.say(t('3. Le tirage, la graine est publiée :', '3. The draw, the seed is published:'));
  for (const site of drawn) telling.say(resultOf(site));

  const check = {
    ...{ id, folder, commitment, register: frozen.registerHash },
    previous: earlier.flatMap((draw) => (draw.drawnAt ? [draw.id] : [])),
  };
  const { allocations } = await verify(api, telling, check);

  await eventually('the pathways were not told', async () => {
    const waiting = new Set(await awaiting(api));
    return !allocations.some((allocation) => waiting.has(allocation.id));
  });
  const waits = drawn.reduce((sum, { rush, misfit }) => sum + rush + misfit, 0);
  const of = (arm: 'servicePlus' | 'standard') => drawn.reduce((sum, site) => sum + site[arm], 0);
  telling.say(
    t(
      `Chaque parcours apprend son groupe : ${of('servicePlus')} entrent à l’étape 1, ${of('standard')} restent en droit commun, ${waits} attendent la vague suivante.`,
      `Each pathway hears its arm: ${of('servicePlus')} enter step 1, ${of('standard')} stay in the usual service, ${waits} wait for the next wave.`,
    ),
  );
  telling.say(
    t(
      `À lire : /draws/${id} et /evaluation [evaluator]`,
      `To read: /draws/${id} and /evaluation [evaluator]`,
    ),
  );
  return id;
}

/** Switches the setting on; a site that draws is left as it is. */
async function beginToDraw(api: Api, site: string): Promise<void> {
  const url = `/admin/sites/${site}/settings`;
  const { settings } = await api.get<{ settings: { draw: boolean } }>('admin', url);
  if (!settings.draw) await api.put('admin', url, { ...settings, draw: true });
}

/**
 * Each site's coordinator enrols those of the wave; who is enrolled already, by a telling that was broken off, is not again.
 * @returns the ids of the new enrolments
 */
async function enrol(api: Api, wave: string, seed: number): Promise<string[]> {
  const today = dayOf(new Date());
  const people = generateRoster({ seed: seed % 2 ** 32, asAt: today, people: 1500 });
  const ids = await Promise.all(
    siteIds.map(async (siteId) => {
      const made: string[] = [];
      for (const person of people
        .filter((p) => p.siteId === siteId && wishes(p, today))
        .slice(0, wishesOfASite)) {
        const { start: _start, enrolledOn: _enrolledOn, derogation: _derogation, ...rest } = person;
        try {
          const body = { ...rest, wave, consentOn: today };
          const { id } = await api.post<{ id: string }>(coordinatorOf(siteId), '/enrolments', body);
          made.push(id);
        } catch (error) {
          if (!(error instanceof Refused) || error.code !== 'possible_duplicate') throw error;
        }
      }
      return made;
    }),
  );
  return ids.flat();
}

/** The roster tells who entered over months: whoever had no contract then and is of the programme's age today. */
function wishes({ situation, birthDate }: RosterPerson, today: Day): boolean {
  const age = ageOn(birthDate, today);
  return situation !== 'apprentice' && age >= youngestAge && age <= oldestAge;
}

/** Ids of the pathways of these sites that await a draw. */
async function awaiting(api: Api): Promise<string[]> {
  const lists = await Promise.all(
    siteIds.map((site) => api.all<{ id: string }>(coordinatorOf(site), '/pathways?status=awaiting_draw')),
  );
  return lists.flat().map(({ id }) => id);
}

/** @returns null where the least times of this server are longer, which is told */
async function announce(api: Api, telling: Telling, wave: string): Promise<{ id: string } | null> {
  const [freezeAt, drawAt] = [FREEZE_AFTER_MS, DRAW_AFTER_MS].map((ms) =>
    new Date(Date.now() + ms).toISOString(),
  );
  const body = { wave, rules: { strata: 'site', sites, publicNumber: null }, freezeAt, drawAt };
  try {
    const announced = await api.post<{ id: string }>('admin', '/draws', body);
    const ratios = sites.map(({ ratio, places }, i) => ({
      fr: `${names[i]} ${ratio.servicePlus} sur ${ratio.of}${places ? ` pour ${places} places` : ''}`,
      en: `${names[i]} ${ratio.servicePlus} of ${ratio.of}${places ? ` for ${places} places` : ''}`,
    }));
    telling.say(
      t(
        `Annonce : ${ratios.map(({ fr }) => fr).join(', ')}. Registre clos dans ${FREEZE_AFTER_MS / 1000} s, tirage dans ${DRAW_AFTER_MS / 1000} s ; rien n’en change plus. [admin]`,
        `Announced: ${ratios.map(({ en }) => en).join(', ')}. Register frozen in ${FREEZE_AFTER_MS / 1000} s, drawn in ${DRAW_AFTER_MS / 1000} s; nothing of it changes any more. [admin]`,
      ),
    );
    return announced;
  } catch (error) {
    if (!(error instanceof Refused) || !error.details.some((d) => d.endsWith('(too_early)'))) throw error;
    for (const detail of error.details) telling.say(`  ${detail}`);
    telling.say(
      t(
        'Ce serveur n’accepte pas un tirage aussi proche : npm run demo le raconte là où DRAW_NOTICE_MINUTES et DRAW_FROZEN_MINUTES valent 0.',
        'This server takes no draw that is so near: npm run demo tells it where DRAW_NOTICE_MINUTES and DRAW_FROZEN_MINUTES are 0.',
      ),
    );
    return null;
  }
}

function resultOf({ siteId, registered, servicePlus, standard, rush, misfit }: SiteCounts): Label {
  const name = (siteNames[siteId] as string).padEnd(8);
  const [fr, en]: [string[], string[]] = [
    [`${registered} souhaits`, `${servicePlus} service plus`, `${standard} droit commun`],
    [`${registered} wishes`, `${servicePlus} service plus`, `${standard} usual service`],
  ];
  if (rush) {
    fr.push(`${rush} attendent (plus de souhaits que de places)`);
    en.push(`${rush} wait (more wishes than places)`);
  }
  if (misfit) {
    fr.push(`${misfit} attendent (bloc incomplet)`);
    en.push(`${misfit} wait (block not full)`);
  }
  return t(`   ${name} ${fr.join(' · ')}`, `   ${name} ${en.join(' · ')}`);
}

/**
 * What a member of a committee does who kept both hashes: the record is read, and the draw made again by the one file.
 * @returns the record
 */
async function verify(
  api: Api,
  telling: Telling,
  asked: { id: string; folder: string; commitment: string; register: string; previous: readonly string[] },
): Promise<DrawRecord> {
  mkdirSync(asked.folder, { recursive: true });
  const take = async (id: string) => {
    const record = await api.get<DrawRecord>('committee.national', `/draws/${id}/record`);
    const file = path.join(asked.folder, `draw-${id}.json`);
    writeFileSync(file, JSON.stringify(record));
    return { record, file };
  };
  const { record, file } = await take(asked.id);
  const previous = await Promise.all(asked.previous.map(take));
  const args = [
    ...[path.join('verifier', 'verify-draw.mjs'), file],
    ...['--commitment', asked.commitment, '--register', asked.register],
    ...previous.flatMap((earlier) => ['--previous', earlier.file]),
    ...['--lang', telling.language],
  ];
  telling.say(
    t(
      'Vérifié par qui a gardé les deux empreintes [committee.national] :',
      'Checked by somebody who kept both fingerprints [committee.national]:',
    ),
  );
  telling.say(`   node ${args.map((arg) => (/\s/.test(arg) ? JSON.stringify(arg) : arg)).join(' ')}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: projectRoot(),
    encoding: 'utf8',
  });
  for (const line of stdout.trimEnd().split('\n')) telling.say(`   ${line}`.trimEnd());
  if (status !== 0) throw new Error(`The verifier does not agree with the record: ${stderr || stdout}`);
  return record;
}

async function eventually<T>(
  missing: string,
  look: () => Promise<T>,
): Promise<Exclude<T, null | '' | false>> {
  for (const giveUpAt = Date.now() + WITHIN_MS; ; await sleep(LOOK_EVERY_MS)) {
    const found = await look();
    if (found) return found as Exclude<T, null | '' | false>;
    if (Date.now() > giveUpAt)
      throw new Error(
        `The draw: ${missing}, after ${WITHIN_MS / 1000} s: see what the worker says in its log.`,
      );
  }
}
