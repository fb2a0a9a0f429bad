/** The API's process: starts even while PostgreSQL or Temporal are away, and stops when its requests are answered. */
import http from 'node:http';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import { loadConfig, publicUrlOf } from '../config/config';
import { temporalConnection } from '../config/temporal';
import { apiPool } from '../db/pool';
import { projectRoot } from '../embedded/processes';
import { createApp } from './app';
import { clientId } from './demo-client';
import { createIdentity } from './identity';
import { LiveEvents } from './live-events';

/** How long a stop waits for requests under way. */
const GRACE_MS = 15_000;

function main(): void {
  const config = loadConfig(process.env, ['DATABASE_URL', 'TEMPORAL_ADDRESS']);
  const log = pino({ level: config.LOG_LEVEL, base: { part: 'api' } });
  const api = apiPool(config.DATABASE_URL, { name: 'service-plus api' });
  const connection = Connection.lazy(temporalConnection(config));
  const temporal = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });

  const audience = config.OIDC_AUDIENCE;
  // Loaded only where it is used: production has neither the issuer nor its code.
  const demo = config.OIDC_ISSUER
    ? undefined
    : (require('./demo-issuer') as typeof import('./demo-issuer')).createDemoIssuer({
        publicUrl: publicUrlOf(config),
        audience,
        dataDir: config.DATA_DIR,
      });
  const issuer = demo?.issuer ?? (config.OIDC_ISSUER as string);
  const identity = createIdentity({
    issuer,
    audience,
    pool: api,
    keys: demo?.keys,
  });

  const liveEvents = new LiveEvents({ pool: api, databaseUrl: config.DATABASE_URL, log });
  const app = createApp(
    {
      api,
      temporal,
      config,
      identity,
      oidc: demo
        ? { issuer, clientId }
        : { issuer, clientId: config.OIDC_CLIENT_ID, clientSecret: config.OIDC_CLIENT_SECRET },
      liveEvents,
      publicUrl: publicUrlOf(config),
      log,
      now: () => new Date(),
      requestsPerMinute: config.API_REQUESTS_PER_MINUTE,
    },
    {
      before: (express) => demo?.mountOn(express),
      web: {
        folder: path.join(projectRoot(), 'dist', 'web'),
        brand: config.BRAND,
        demonstration: demo !== undefined,
      },
    },
  );
  const server = http.createServer(app);
  server.once('error', (error: NodeJS.ErrnoException) => {
    log.fatal(
      { err: error },
      error.code === 'EADDRINUSE'
        ? `Port ${config.PORT} is already in use: stop the programme that listens there, or set PORT to another one.`
        : `The API cannot listen on ${config.HOST}:${config.PORT}: ${error.message}`,
    );
    process.exit(1);
  });
  server.listen(config.PORT, config.HOST, () => {
    log.info(`The API listens on ${config.HOST}:${config.PORT}`);
    process.send?.({ ready: true });
  });

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(0), GRACE_MS).unref();
    // Streams would never end by themselves.
    const silent = liveEvents.close();
    server.close(async () => {
      await Promise.all([api.end(), silent]);
      process.exit(0);
    });
    server.closeIdleConnections();
  };
  process.on('SIGTERM', stop);
  // npm start is gone: what it started goes too.
  process.on('disconnect', stop);
}

try {
  main();
} catch (error) {
  pino({ base: { part: 'api' } }).fatal((error as Error).message);
  process.exit(1);
}
