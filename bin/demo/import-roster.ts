/** Brings the roster into the running system by one upload, and watches its pathways begin. */
import { setTimeout as sleep } from 'node:timers/promises';
import { dayOf } from '../../domain/calendar';
import { rosterCsv } from '../roster/csv';
import { generateRoster } from '../roster/generator';
import { rosterSites } from '../roster/sites';
import type { Api } from './api';
import type { Telling } from './telling';

interface Report {
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly duplicates: number;
  /** The first 200. */
  readonly problems: readonly {
    row: number;
    column: string;
    code: string;
    message: string;
    messageFr: string;
  }[];
}

/** How often the lists are read while the pathways begin. */
const LOOK_EVERY_MS = 1_000;
/** Without a new pathway for so long, nobody begins them. */
const PATIENCE_MS = 60_000;

/**
 * The administrator imports for all sites; each site's coordinator then sees its pathways appear.
 * @throws Refused; Error when a row is refused that is nobody's duplicate, or when the pathways do not begin
 */
export async function importRoster(
  api: Api,
  telling: Telling,
  { people, seed }: { people: number; seed: number },
): Promise<void> {
  const asAt = dayOf(new Date());
  const csv = rosterCsv(generateRoster({ seed, asAt, people }));
  telling.say({
    fr: `Un tableur de ${people} jeunes inventés, dans les sept sites, tel qu’il est le ${asAt} (npm run roster).`,
    en: `A spreadsheet of ${people} made-up young people at the seven sites, as at ${asAt} (npm run roster).`,
  });

  const before = await countPathways(api);
  const sentAt = Date.now();
  const report = await api.postCsv<Report>('admin', '/enrolments/import', csv);
  const tookMs = Date.now() - sentAt;
  const { rows, accepted, duplicates, rejected, problems } = report;
  if (rejected > duplicates) {
    const told = problems
      .filter((p) => p.code !== 'possible_duplicate')
      .slice(0, 5)
      .map((p) => `  ${p.row} ${p.column}: ${telling.language === 'fr' ? p.messageFr : p.message}`);
    throw new Error([`${rejected - duplicates} of ${rows} rows were refused:`, ...told].join('\n'));
  }
  if (duplicates) {
    telling.say({
      fr: `${duplicates} de ces ${rows} jeunes sont déjà inscrits : aucun ne l’est deux fois.`,
      en: `${duplicates} of these ${rows} young people are enrolled already: nobody is enrolled twice.`,
    });
  }
  if (!accepted) return;
  telling.say({
    fr: `${accepted} inscriptions en ${seconds(tookMs)} s (${perSecond(rows, tookMs)} lignes par seconde). Les parcours commencent.`,
    en: `${accepted} enrolments in ${seconds(tookMs)} s (${perSecond(rows, tookMs)} rows a second). The pathways begin.`,
  });

  let begun = 0;
  let seenAt = Date.now();
  while (begun < accepted) {
    const now = Math.max(0, (await countPathways(api)) - before);
    if (now > begun) seenAt = Date.now();
    else if (Date.now() - seenAt > PATIENCE_MS) {
      throw new Error(
        `Only ${begun} of ${accepted} pathways have begun and no other for ${PATIENCE_MS / 1000} s: see what the worker says in its log.`,
      );
    }
    begun = now;
    telling.progress({ fr: 'parcours commencés', en: 'pathways have begun' }, begun, accepted);
    if (begun < accepted) await sleep(LOOK_EVERY_MS);
  }
  const allMs = Date.now() - sentAt;
  telling.say({
    fr: `Les ${accepted} parcours suivent leur cours ${seconds(allMs)} s après l’envoi du tableur.`,
    en: `All ${accepted} pathways are on their way ${seconds(allMs)} s after the spreadsheet was sent.`,
  });
}

const seconds = (ms: number) => (ms / 1000).toFixed(1);
const perSecond = (rows: number, ms: number) => Math.round((rows * 1000) / Math.max(ms, 1));

/** Pathways of all sites in the read model. Each coordinator sees those of their own. */
async function countPathways(api: Api): Promise<number> {
  const lists = await Promise.all(rosterSites.map(({ id }) => api.all(`coordinator.${id}`, '/pathways')));
  return lists.reduce((sum, list) => sum + list.length, 0);
}
