/**
 * `npm run demo`: beside a running `npm start`, by the API: imports the roster, tells a draw, plans a meeting of the national
 * committee and tells the story of one young person.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { loadConfig } from '../config/config';
import { temporalConnection } from '../config/temporal';
import { runningServers } from '../embedded/running';
import { pathwayWorkflowId } from '../workflows/messages';
import { Api, Refused } from './demo/api';
import { tellDraw } from './demo/draw';
import { importRoster } from './demo/import-roster';
import { planMeeting } from './demo/meeting';
import { skipTime } from './demo/skip-time';
import { tellStory } from './demo/story';
import { Telling } from './demo/telling';
import { tokenOf } from './token';

const usage =
  'npm run demo -- [--people 1500] [--seed 112] [--no-roster] [--no-draw] [--no-meeting] [--no-story] [--lang fr|en] (beside a running npm start)';

function optionsOf(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      allowNegative: true,
      options: {
        people: { type: 'string', default: '1500' },
        seed: { type: 'string', default: '112' },
        roster: { type: 'boolean', default: true },
        draw: { type: 'boolean', default: true },
        meeting: { type: 'boolean', default: true },
        story: { type: 'boolean', default: true },
        lang: { type: 'string', default: 'fr' },
      },
    });
    const { lang, roster, draw, meeting, story } = values;
    if (lang !== 'fr' && lang !== 'en') throw new Error(`--lang is fr or en, not ${lang}.`);
    return {
      ...{ roster, draw, meeting, story },
      language: lang,
      people: Number(values.people),
      seed: Number(values.seed),
    } as const;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${usage}`, { cause: error });
  }
}

async function main(): Promise<void> {
  const { roster, draw, meeting, story, language, people, seed } = optionsOf(process.argv.slice(2));
  const config = loadConfig(process.env);
  if (config.OIDC_ISSUER)
    throw new Error(
      `The demonstration signs its people in itself, and people sign in at ${config.OIDC_ISSUER}: run it beside an npm start without OIDC_ISSUER.`,
    );
  const base = (config.PUBLIC_URL ?? `http://127.0.0.1:${config.PORT}`).replace(/\/$/, '');
  const api = new Api({ base, language, tokenOf: (person) => tokenOf(person, base) });
  const telling = new Telling(language);

  if (roster) await importRoster(api, telling, { people, seed });
  if (draw) await tellDraw(api, telling, { seed, folder: path.join(path.resolve(config.DATA_DIR), 'draws') });
  if (meeting) await planMeeting(api, telling);
  if (!story) return;
  const { temporalAddress } = runningServers(config);
  const connection = await Connection.connect(
    temporalConnection({ ...config, TEMPORAL_ADDRESS: temporalAddress }),
  );
  const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  try {
    await tellStory(api, (id, until) => skipTime(client, pathwayWorkflowId(id), until), telling, seed);
  } finally {
    await connection.close();
  }
}

main().catch((error: Error) => {
  if (error instanceof Refused) {
    console.error(
      [`${error.message} (${error.status} ${error.code})`, ...error.details.map((d) => `  ${d}`)].join('\n'),
    );
  } else console.error(error.message);
  process.exitCode = 1;
});
