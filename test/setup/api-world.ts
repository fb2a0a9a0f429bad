/** A whole API for tests: PostgreSQL, Temporal, a worker and the application in process, with its own database and queue. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Express } from 'express';
import type { JWTVerifyGetKey } from 'jose';
import type { Pool } from 'pg';
import pino from 'pino';
import request from 'supertest';
import { createApp } from '../../api/app';
import { createIdentity } from '../../api/identity';
import { LiveEvents } from '../../api/live-events';
import type { Deps } from '../../api/routing';
import { apiPool, ownerPool } from '../../db/pool';
import { type DemonstrationPerson, demonstrationPeople, seedDemonstration } from '../../db/seed';
import { dayOf } from '../../domain/calendar';
import { createWorker } from '../../worker/worker';
import { pathwayState, pathwayWorkflowId } from '../../workflows/messages';
import type { Cut } from './cut';
import { createTestDatabase, testTemporalAddress, testWorkflowBundle } from './servers';
import { createTestTokens, testAudience, testIssuer } from './token';

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'ERROR' } },
});

export const people = Object.fromEntries(demonstrationPeople().map((p) => [p.subject, p])) as Record<
  string,
  DemonstrationPerson
>;
export const idOf = (subject: string) => (people[subject] as DemonstrationPerson).id;

export type Method = 'get' | 'post' | 'put' | 'delete' | 'patch';

export interface ApiWorld {
  readonly app: Express;
  readonly deps: Deps;
  readonly owner: Pool;
  readonly databaseUrl: string;
  readonly logged: Record<string, unknown>[];
  /** Of the issuer of its tokens. */
  readonly keys: JWTVerifyGetKey;
  tokenOf(subject: string, claims?: { exp?: number; iss?: string; aud?: string }): Promise<string>;
  /** A request of a person (empty: of nobody). */
  call(
    person: string,
    method: Method,
    url: string,
    options?: { body?: unknown; headers?: Record<string, string>; app?: Express },
  ): Promise<request.Response>;
  /** The id of a new pathway, once the read model has it. */
  enrol(site: string, more?: object): Promise<string>;
  /** A task of a pathway, once the read model has it. */
  task(pathwayId: string, kind: string, status?: string): Promise<string>;
  end(): Promise<void>;
}

/** An enrolment that is valid today; every call is another young person. */
export function youngPerson(site: string, more: object = {}): Record<string, unknown> {
  const today = dayOf(new Date());
  return {
    siteId: site,
    lastName: `Martin ${letters()}`,
    firstName: `Camille ${letters()}`,
    birthDate: `${Number(today.slice(0, 4)) - 20}-01-15`,
    phone: '06 12 34 56 78',
    situation: 'seeking_training',
    origin: 'mission_locale',
    consentOn: today,
    ...more,
  };
}

const letters = () => randomUUID().replace(/[^a-f]/g, '');

/** What a stream begins with, which does not end by itself; of a problem all. */
const beginningOf: Parameters<request.Test['parse']>[0] = (answer, done) => {
  // The answer of Node's own client, whatever the types of superagent call it.
  const incoming = answer as unknown as IncomingMessage;
  if (incoming.headers['content-type'] !== 'text/event-stream') {
    void text(incoming).then((body) => done(null, JSON.parse(body)));
    return;
  }
  incoming.once('data', (chunk) => {
    done(null, String(chunk));
    incoming.destroy();
  });
};

/** @param ways by which the API and the worker reach PostgreSQL, so that a test can cut them off */
export async function createApiWorld(ways: { api?: Cut; worker?: Cut } = {}): Promise<ApiWorld> {
  const [database, address, workflowBundle, tokens] = await Promise.all([
    createTestDatabase(),
    testTemporalAddress(),
    testWorkflowBundle(),
    createTestTokens(),
  ]);
  await seedDemonstration(database.url);
  const owner = ownerPool(database.url, { name: 'test owner' });
  const [apiUrl, workerUrl] = await Promise.all(
    [ways.api, ways.worker].map(async (way) => (await way?.through(database.url)) ?? database.url),
  );
  const api = apiPool(apiUrl as string, { name: 'test api' });
  const workers = ownerPool(workerUrl as string, { name: 'test worker' });
  const taskQueue = `test-${randomUUID()}`;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const temporal = new Client({ connection });
  const worker = await createWorker({
    connection: native,
    namespace: 'default',
    taskQueue,
    pool: workers,
    temporal,
    workflowBundle,
  });
  const running = worker.run();

  const logged: Record<string, unknown>[] = [];
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'service-plus-test-'));
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const liveEvents = new LiveEvents({ pool: api, databaseUrl: apiUrl as string, log, heartbeatMs: 300 });
  const deps: Deps = {
    api,
    temporal,
    config: {
      TEMPORAL_NAMESPACE: 'default',
      TEMPORAL_TASK_QUEUE: taskQueue,
      API_WRITE_TIMEOUT_MS: 5_000,
      DRAW_NOTICE_MINUTES: 0,
      DRAW_FROZEN_MINUTES: 0,
      EVALUATION_KEY: 'e7'.repeat(32),
      IMPORT_MAX_BYTES: 200_000,
      FILE_MAX_BYTES: 3_000_000,
      DATA_DIR: dataDir,
      TRUSTED_PROXIES: 0,
      DIGEST_AT: '07:30',
      REPORT_DAYS_BEFORE: 7,
    },
    identity: createIdentity({ issuer: testIssuer, audience: testAudience, pool: api, keys: tokens.keys }),
    oidc: { issuer: testIssuer, clientId: 'service-plus-web' },
    publicUrl: 'http://service-plus.test',
    liveEvents,
    log,
    now: () => new Date(),
    requestsPerMinute: 0,
  };
  const app = createApp(deps);

  const bearer = new Map<string, Promise<string>>();
  const call: ApiWorld['call'] = async (person, method, url, { body, headers = {}, app: of = app } = {}) => {
    if (!bearer.has(person)) bearer.set(person, tokens.tokenOf(person));
    const asked = request(of)[method](url).set(headers);
    if (url.startsWith('/api/events')) asked.buffer(true).parse(beginningOf);
    if (person && !headers.authorization) asked.set('authorization', `Bearer ${await bearer.get(person)}`);
    return body === undefined ? asked : asked.send(body as object);
  };

  async function until<T>(sql: string, values: unknown[]): Promise<T> {
    const deadline = Date.now() + 15_000;
    for (;;) {
      const { rows } = await owner.query(sql, values);
      if (rows[0]) return rows[0] as T;
      if (Date.now() > deadline) throw new Error(`never in the read model: ${sql} ${JSON.stringify(values)}`);
      await sleep(20);
    }
  }

  return {
    app,
    deps,
    owner,
    databaseUrl: database.url,
    logged,
    keys: tokens.keys,
    tokenOf: tokens.tokenOf,
    call,
    async enrol(site, more) {
      const response = await call(`coordinator.${site}`, 'post', '/api/enrolments', {
        body: youngPerson(site, more),
      });
      if (response.status !== 201) throw new Error(`not enrolled: ${JSON.stringify(response.body)}`);
      await until('select id from pathways where id = $1', [response.body.id]);
      return response.body.id;
    },
    async task(pathwayId, kind, status = 'open') {
      const sql =
        'select id from tasks where pathway_id = $1 and kind = $2 and status = $3 order by round desc';
      const { id } = await until<{ id: string }>(sql, [pathwayId, kind, status]);
      // The read model has it a moment before the workflow knows that it has.
      const handle = deps.temporal.workflow.getHandle(pathwayWorkflowId(pathwayId));
      while ((await handle.query(pathwayState)).pending) await sleep(5);
      return id;
    },
    async end() {
      worker.shutdown();
      await Promise.all([running, liveEvents.close()]);
      await Promise.all([api.end(), owner.end(), workers.end(), connection.close(), native.close()]);
      await Promise.all([ways.api?.cut(), ways.worker?.cut()]);
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
