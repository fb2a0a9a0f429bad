/** Where a draw must be announced long before; test/demo.test.ts tells one to its end. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { createApp } from '../../api/app';
import { type ApiWorld, createApiWorld } from '../../test/setup/api-world';
import { Api } from './api';
import { tellDraw } from './draw';
import { Telling } from './telling';

let world: ApiWorld;
let server: http.Server;
let api: Api;

beforeAll(async () => {
  world = await createApiWorld();
  const config = { ...world.deps.config, DRAW_NOTICE_MINUTES: 1440, DRAW_FROZEN_MINUTES: 1440 };
  server = http.createServer(createApp({ ...world.deps, config }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = new Api({ base, language: 'en', tokenOf: world.tokenOf });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await world.end();
});

async function told(): Promise<string> {
  let text = '';
  const write = (chunk: string) => {
    text += chunk;
    return true;
  };
  const telling = new Telling('en', { isTTY: false, write } as unknown as NodeJS.WriteStream);
  expect(await tellDraw(api, telling, { seed: 1, folder: os.tmpdir() })).toBeNull();
  return text;
}

test('a server that wants a day of notice announces nothing, says why, and enrols the wave only once', async () => {
  const first = await told();
  expect(first).toContain('60 made-up young people are enrolled: no step and no task before the draw.');
  expect(first).toMatch(/\/freezeAt: is too near: sites are told 1440 minutes before/);
  expect(first).toContain('where DRAW_NOTICE_MINUTES and DRAW_FROZEN_MINUTES are 0');
  const again = await told();
  expect(again).toContain('0 made-up young people are enrolled, 60 were waiting already');
  expect((await api.get<{ items: unknown[] }>('admin', '/draws')).items).toEqual([]);
});
