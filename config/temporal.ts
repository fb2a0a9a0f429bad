/** How this installation reaches Temporal: plain, by TLS, or with the API key of Temporal Cloud. */
import { readFileSync } from 'node:fs';
import type { TLSConfig } from '@temporalio/common/lib/internal-non-workflow';
import type { Config } from './config';

/** Options for Connection.connect and NativeConnection.connect. `TEMPORAL_ADDRESS` must be set. */
export function temporalConnection(config: Config & { TEMPORAL_ADDRESS: string }) {
  return {
    address: config.TEMPORAL_ADDRESS,
    ...((config.TEMPORAL_TLS || config.TEMPORAL_API_KEY) && { tls: tls(config) }),
    ...(config.TEMPORAL_API_KEY && {
      apiKey: config.TEMPORAL_API_KEY,
      metadata: { 'temporal-namespace': config.TEMPORAL_NAMESPACE },
    }),
  };
}

function tls(config: Config): TLSConfig {
  return {
    ...(config.TEMPORAL_TLS_CA && { serverRootCACertificate: readFileSync(config.TEMPORAL_TLS_CA) }),
    ...(config.TEMPORAL_TLS_CERT &&
      config.TEMPORAL_TLS_KEY && {
        clientCertPair: {
          crt: readFileSync(config.TEMPORAL_TLS_CERT),
          key: readFileSync(config.TEMPORAL_TLS_KEY),
        },
      }),
  };
}
