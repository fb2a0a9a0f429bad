/**
 * Histories of every released shape are replayed by this release: what a pathway has decided, it decides again. How
 * histories are recorded: test/histories/README.md.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { PathwayWorld } from './setup/pathways';
import { recordedPathways } from './setup/recorded-pathways';
import { testWorkflowBundle } from './setup/servers';

const folder = path.join(__dirname, 'histories');
const { History } = temporal.api.history.v1;
type History = temporal.api.history.v1.IHistory;
/** As JSON: numbers of 64 bits and names of enumerations as text, bytes as base64. */
const readable = { longs: String, enums: String, bytes: String };
type Recorded = { workflowId: string; history: History };

function read(file: string): Recorded {
  const json = gunzipSync(readFileSync(path.join(folder, file))).toString();
  return { workflowId: file, history: History.fromObject(JSON.parse(json)) };
}

/** How each history is replayed, by its file: null, or why it is not. */
async function replay(histories: Recorded[]): Promise<Record<string, Error | null>> {
  const results = Worker.runReplayHistories({ workflowBundle: await testWorkflowBundle() }, histories);
  const found: Record<string, Error | null> = {};
  for await (const { workflowId, error } of results) found[workflowId] = error ?? null;
  return found;
}

const allFine = (histories: Recorded[]) =>
  Object.fromEntries(histories.map(({ workflowId }) => [workflowId, null]));

/** The folder of the release that is worked on; those of earlier ones stay as they were recorded. */
const thisRelease = 'time';
const releases = ['spine', thisRelease];

test.each(releases)(
  'every history recorded by the release "%s" is replayed as it was',
  async (release) => {
    const histories = readdirSync(path.join(folder, release)).map((file) => read(`${release}/${file}`));
    // A pathway that continued as new has more than one.
    expect(histories.length).toBeGreaterThan(5);
    expect(await replay(histories)).toEqual(allFine(histories));
  },
  60_000,
);

describe('what no longer decides the same is found:', () => {
  const recorded = () => read(`${thisRelease}/through-five-steps.1.json.gz`);
  const changes: [string, (history: History) => void][] = [
    [
      'an activity of another name',
      ({ events }) => {
        const scheduled = events?.find((e) => e.activityTaskScheduledEventAttributes);
        const type = scheduled?.activityTaskScheduledEventAttributes?.activityType;
        if (type) type.name = 'remember';
      },
    ],
    [
      'a decision that is not the one that was taken',
      ({ events }) => {
        for (const event of events ?? []) {
          const input = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
          const [payload] = input?.args?.payloads ?? [];
          const said = payload?.data && Buffer.from(payload.data).toString();
          if (payload && said?.includes('project_to_validate'))
            payload.data = Buffer.from(said.replace('project_to_validate', 'information_only'));
        }
      },
    ],
  ];

  test.each(changes)('%s', async (_, change) => {
    const changed = recorded();
    change(changed.history);
    const { [changed.workflowId]: error } = await replay([changed]);
    expect(error).toBeInstanceOf(DeterminismViolationError);
  });
});

describe('what this release records, it replays', () => {
  let world: PathwayWorld;
  beforeAll(async () => {
    world = await PathwayWorld.create();
  }, 60_000);
  afterAll(() => world.end());

  test.each(Object.entries(recordedPathways))(
    '%s',
    async (name, walk) => {
      const young = await walk(world);
      const histories = (await young.histories()).map((history, run) => ({
        workflowId: `${name}.${run + 1}.json.gz`,
        history,
      }));
      expect(await replay(histories)).toEqual(allFine(histories));

      if (!process.env.RECORD_HISTORIES) return;
      for (const { workflowId, history } of histories) {
        const json = JSON.stringify(anonymous(History.toObject(History.create(history), readable)), null, 1);
        mkdirSync(path.join(folder, thisRelease), { recursive: true });
        writeFileSync(path.join(folder, thisRelease, workflowId), gzipSync(json, { level: 9 }));
      }
    },
    60_000,
  );
});

/** The SDK names the machine and the process of workers and clients. */
function anonymous(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(anonymous);
  if (typeof value !== 'object' || value === null) return value;
  const renamed = Object.entries(value).map(([key, v]) => [
    key,
    key === 'identity' ? 'recorded' : anonymous(v),
  ]);
  return Object.fromEntries(renamed);
}
