/** The story up to its first wait, on a whole API; test/demo.test.ts tells it to the end. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApiWorld, createApiWorld } from '../../test/setup/api-world';
import { Api, Refused } from './api';
import { NoTimeSkipping } from './skip-time';
import { tellStory } from './story';
import { Telling } from './telling';

let world: ApiWorld;
let server: http.Server;
let api: Api;

beforeAll(async () => {
  world = await createApiWorld();
  server = http.createServer(world.app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = new Api({ base, language: 'en', tokenOf: world.tokenOf });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await world.end();
});

function listening(): { telling: Telling; heard: () => string } {
  let text = '';
  const write = (chunk: string) => {
    text += chunk;
    return true;
  };
  const to = { isTTY: false, write } as unknown as NodeJS.WriteStream;
  return { telling: new Telling('en', to), heard: () => text };
}

const cannotSkip = async () => {
  throw new NoTimeSkipping('too old');
};

test('where time cannot be skipped the story is told up to its first wait, and says why it stops', async () => {
  const { telling, heard } = listening();
  const id = await tellStory(api, cannotSkip, telling, 1);
  const pathway = await api.get<{ status: string; step: string }>('coordinator.tours', `/pathways/${id}`);
  expect(pathway).toMatchObject({ status: 'active', step: 'welcome' });
  const lines = heard().trimEnd().split('\n');
  expect(lines).toContainEqual(
    expect.stringMatching(/^\d{4}-\d\d-\d\d {2}A first call: no answer\. \[counsellor\.tours\]$/),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^ +→ "First contact" is due on .+, because that is 3 working days after /),
  );
  expect(lines.at(-1)).toMatch(/this Temporal server cannot move the clock of one pathway \(too old\)\.$/);
});

test('told again it is the story of somebody else', async () => {
  const ids = [];
  for (let n = 0; n < 2; n++) ids.push(await tellStory(api, cannotSkip, listening().telling, 2));
  const [first, second] = await Promise.all(
    ids.map((id) => api.get<{ person: object }>('coordinator.tours', `/pathways/${id}`)),
  );
  expect(first?.person).not.toEqual(second?.person);
});

test('what fails while time is skipped is no story', async () => {
  const broken = async () => {
    throw new Error('the server has gone');
  };
  await expect(tellStory(api, broken, listening().telling, 3)).rejects.toThrow('the server has gone');
});

test('a refusal tells its code and each field', async () => {
  const refused = await api
    .post<Refused>('coordinator.tours', '/enrolments', { siteId: 'tours' })
    .catch((e: Refused) => e as Refused);
  expect(refused).toBeInstanceOf(Refused);
  expect(refused).toMatchObject({ status: 422, code: 'body_invalid' });
  expect(refused.details).toContainEqual(expect.stringMatching(/^\/lastName: .+ \(invalid_type\)$/));
});

test('another programme that answers there is not taken for the API', async () => {
  const other = http.createServer((_, response) => response.end('<html>'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const lost = new Api({ base, language: 'en', tokenOf: world.tokenOf });
  await expect(lost.get('admin', '/me')).rejects.toMatchObject({ code: 'not_the_api', status: 200 });
  other.close();
});
