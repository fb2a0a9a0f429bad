/**
 * The API asked all that its document allows, and much that it forbids, by four people on real servers: no server error,
 * no answer outside the document, and nothing taken that the document refuses.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openApiDocument } from '../api/openapi';
import { routes } from '../api/routes';
import { dayOf } from '../domain/calendar';
import { type ApiWorld, createApiWorld, idOf } from './setup/api-world';
import { schemathesis } from './setup/schemathesis';
import { type Served, serve } from './setup/served';

let w: ApiWorld;
let served: Served;
let folder: string;

/** What there is, by the beginning of the paths with `{id}`. */
async function known(): Promise<[string, string[]][]> {
  const at = (step: string) =>
    w.enrol('tours', { start: { step, since: dayOf(new Date()), referentId: idOf('counsellor.tours') } });
  const pathways = await Promise.all(['project_validation', 'project_validation', 'contract_search'].map(at));
  const [planned, ...tasks] = await Promise.all([
    w.task(pathways[0] as string, 'plan_discovery'),
    w.task(pathways[1] as string, 'plan_discovery'),
  ]);
  // Shared with the partner.
  const { body } = await w.call('counsellor.tours', 'post', `/api/tasks/${planned}/complete`, {
    body: {
      outcome: 'planned',
      actions: [{ action: 'cfa_visit', on: dayOf(new Date()), partnerId: idOf('partner.tours') }],
    },
  });
  return [
    ['/tasks/', [...body.opened, ...tasks]],
    ['/pathways/', pathways],
    ['/enrolments/', pathways],
    ['/admin/sites/', ['tours']],
    ['/staff/', [idOf('counsellor3.tours')]],
  ];
}

/**
 * The document as it is scanned: without what it says of any other status, since what is not named is not allowed here;
 * and with ids that there are, since of others every answer would be 404.
 */
async function scanned(): Promise<object> {
  const { paths = {}, ...rest } = openApiDocument(routes);
  const ids = await known();
  for (const [at, operations] of Object.entries(paths)) {
    const [, values] = ids.find(([prefix]) => at.startsWith(`${prefix}{id}`)) ?? [];
    for (const { responses, parameters = [] } of Object.values(operations) as Operation[]) {
      delete responses.default;
      for (const { name, schema } of parameters) if (name === 'id' && values) schema.enum = values;
    }
  }
  return { ...rest, paths };
}
interface Operation {
  readonly responses: Record<string, unknown>;
  readonly parameters?: readonly { readonly name: string; readonly schema: { enum?: string[] } }[];
}

const settings = `
# Nothing of a former run.
[cache]
enabled = false

[checks.negative_data_rejection]
expected-statuses = ["4xx"]

# Whatever it is by now: nobody here has read it before.
[parameters]
"header.If-Match" = "*"

# Another method is 405, which test/api.test.ts asks of each path.
[phases.coverage]
unexpected-methods = []

# Thousands of ways to have one of hundreds of fields wrong, all held by one schema: some of them are enough.
[[operations]]
include-operation-id = ["putAdminSitesIdSettings", "postTasksIdComplete"]
[operations.phases.coverage]
enabled = false
`;

beforeAll(async () => {
  w = await createApiWorld();
  served = await serve(w);
  folder = mkdtempSync(path.join(os.tmpdir(), 'service-plus-scan-'));
  writeFileSync(path.join(folder, 'openapi.json'), JSON.stringify(await scanned()));
  writeFileSync(path.join(folder, 'schemathesis.toml'), settings);
}, 120_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await served?.end();
  await w?.end();
});

const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
];

test.each([
  // Every value at the edge of what a field takes, by the role that may do most; the others, and again, at random.
  ['coordinator.tours', 'coverage,fuzzing'],
  ['counsellor.tours', 'fuzzing'],
  ['partner.tours', 'fuzzing'],
  ['admin', 'fuzzing'],
])(
  'the API answers %s as its document says, whatever it is asked',
  async (person, phases) => {
    const { found, said } = await schemathesis([
      ...['--config-file', path.join(folder, 'schemathesis.toml')],
      ...['run', path.join(folder, 'openapi.json'), '--url', `${served.base}/api`],
      ...['--header', `Authorization: Bearer ${await w.tokenOf(person)}`],
      ...['--checks', checks.join(), '--phases', phases, '--max-examples', '5', '--generation-deterministic'],
      // A stream of events does not end: there is no answer to judge. test/events.test.ts reads it.
      ...['--exclude-path', '/events'],
      ...['--continue-on-failure', '--no-color'],
    ]);
    // It did ask.
    expect(said).toMatch(/\d{3,} generated/);
    if (found) throw new Error(said);
  },
  600_000,
);
