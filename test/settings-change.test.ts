/** A change of the settings over some hundred live pathways; the worker is killed while they are told of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultSettings } from '../domain/settings';
import { RunningSystem } from './setup/system';

jest.setTimeout(180_000);

let system: RunningSystem;
let coordinator: string;
beforeAll(async () => {
  system = await RunningSystem.create();
  coordinator = await system.token('coordinator.roanne');
});
afterAll(() => system.stop());

/** A page of pathways and a part of the next. */
const young = 220;

/** A name of letters for each number. */
const name = (n: number) => [...`${1000 + n}`].map((digit) => 'bcdfghjklm'[Number(digit)]).join('a');

async function enrolMany(): Promise<void> {
  const template = await fetch(`${system.url}/api/enrolments/template`, {
    headers: { authorization: `Bearer ${coordinator}` },
  });
  const [header = ''] = (await template.text()).replace(/^\ufeff/, '').split(/\r?\n/);
  const values = (n: number): Record<string, string> => ({
    site: 'roanne',
    nom: `Martin ${name(n)}`,
    prenom: 'Camille',
    telephone: '0639981234',
    situation: 'seeking_job',
    prescripteur: 'cfa',
    date_naissance: '2008-03-14',
    date_consentement: '2026-11-02',
  });
  const rows = Array.from({ length: young }, (_, n) =>
    header
      .split(';')
      .map((column) => values(n)[column] ?? '')
      .join(';'),
  );
  const answer = await fetch(`${system.url}/api/enrolments/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${coordinator}`, 'content-type': 'text/csv' },
    body: [header, ...rows].join('\r\n'),
  });
  expect(await answer.json()).toMatchObject({ accepted: young });
}

interface Answer {
  readonly count: number;
  readonly pathways: number;
  readonly broadcastId: string;
  readonly status: string;
  readonly told: number;
}
const settings = structuredClone(defaultSettings);
settings.tasks.first_contact.due = { workingDays: 9 };
const url = '/api/admin/sites/roanne/settings';

async function call(method: string, to: string, body?: unknown): Promise<Answer> {
  const answer = await system.call(coordinator, method, to, body);
  expect(answer.status).toBe(200);
  return answer.body as unknown as Answer;
}
/** What the change would still move. */
const left = () => call('PUT', `${url}?preview=true`, settings);

test('each deadline moves once, although the worker is killed in between', async () => {
  await enrolMany();
  while ((await left()).pathways < young) await sleep(200);
  const { count } = await left();
  // Of each pathway the due day of one task, and the three rungs of its ladder.
  expect(count).toBe(4 * young);

  const { broadcastId } = await call('PUT', url, settings);
  const told = () => call('GET', `/api/admin/broadcasts/${broadcastId}`);
  while ((await left()).count === count) await sleep(5);
  system.signal('worker', 'SIGKILL');
  const remaining = (await left()).count;
  expect(remaining).toBeGreaterThan(0);
  expect((await told()).status).toBe('running');

  await system.recovered('worker');
  while ((await told()).status !== 'done') await sleep(100);
  expect((await told()).told).toBe(young);
  while ((await left()).count > 0) await sleep(100);

  // Of every pathway, in pages: one moved deadline.
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const { status, body } = await system.call(coordinator, 'GET', `/api/pathways?limit=200${cursor}`);
    expect(status).toBe(200);
    const { items, next } = body as unknown as { items: { id: string }[]; next: string | null };
    ids.push(...items.map((p) => p.id));
    if (!next) break;
    cursor = `&cursor=${next}`;
  }
  expect(ids).toHaveLength(young);
  for (const id of ids) {
    const moved = await system.call(coordinator, 'GET', `/api/pathways/${id}/timeline?type=deadline_moved`);
    expect([id, (moved.body.items as unknown as unknown[]).length]).toEqual([id, 1]);
  }
  const { exit, output } = await system.run('reconcile', '--check');
  expect(output).toMatch(new RegExp(`^${young} equal$`, 'm'));
  expect(exit).toBe(0);
});
