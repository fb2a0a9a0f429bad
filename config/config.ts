/** Every environment variable the programme reads: one schema, its defaults and its meaning in words. */
import { z } from 'zod';

declare module 'zod' {
  interface GlobalMeta {
    /** Never printed. */
    secret?: true;
  }
}

const port = z.coerce.number().int().min(1).max(65_535);
/** 0 lets the machine choose; the choice is remembered in DATA_DIR. */
const embeddedPort = z.coerce.number().int().min(0).max(65_535).default(0);
const atLeastOne = z.coerce.number().int().min(1);
const words = z.string();
const webAddress = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });
const hostAndPort = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:/]+):\d{1,5}$/, 'expected host:port, without a protocol');
/** What Temporal takes as a name, and a shell as one word. */
const label = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.-]{0,99}$/,
    'expected letters, digits, dots, hyphens and underscores, 100 at most, a letter or digit first',
  );

const sender = z
  .string()
  .regex(/^(?:[^<>@]* <[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, 'expected address or Name <address>');

export const configSchema = z
  .object({
    PORT: port.default(3000).meta({ description: 'TCP port of the API and the web application' }),
    HOST: words.default('127.0.0.1').meta({ description: 'address the API listens on; 0.0.0.0 for all' }),
    PUBLIC_URL: webAddress
      .optional()
      .meta({ description: 'URL by which browsers reach the API; unset: http://127.0.0.1:PORT' }),
    BRAND: words.default('').meta({
      description:
        'lines of the State’s brand block, separated by |, for who is entitled to it: République|Française; unset: none',
    }),
    DATA_DIR: words
      .default('.data')
      .meta({ description: 'folder of the embedded PostgreSQL and Temporal servers, and of the logs' }),
    LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
      .default('info')
      .meta({ description: 'least severe log line written' }),

    DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/, error: 'expected postgresql://user:password@host:port/database' })
      .optional()
      .meta({ description: 'PostgreSQL database; unset: npm start runs its own', secret: true }),
    POSTGRES_PORT: embeddedPort.meta({
      description: 'port of the embedded PostgreSQL; 0: any free one, kept',
    }),

    TEMPORAL_ADDRESS: hostAndPort
      .optional()
      .meta({ description: 'host:port of the Temporal server; unset: npm start runs its own' }),
    TEMPORAL_PORT: embeddedPort.meta({ description: 'port of the embedded Temporal; 0: any free one, kept' }),
    TEMPORAL_NAMESPACE: words.default('default').meta({ description: 'Temporal namespace of the pathways' }),
    TEMPORAL_TASK_QUEUE: words
      .default('pathways')
      .meta({ description: 'task queue shared by the API and the workers' }),
    TEMPORAL_TLS: z.stringbool().default(false).meta({ description: 'speak TLS to Temporal' }),
    TEMPORAL_TLS_CERT: words
      .optional()
      .meta({ description: 'path of the client certificate (PEM) for Temporal' }),
    TEMPORAL_TLS_KEY: words.optional().meta({ description: 'path of the key (PEM) of that certificate' }),
    TEMPORAL_TLS_CA: words
      .optional()
      .meta({ description: 'path of the authority (PEM) that signed the server’s certificate' }),
    TEMPORAL_API_KEY: words.optional().meta({ description: 'API key of Temporal Cloud', secret: true }),

    OIDC_ISSUER: webAddress
      .optional()
      .meta({ description: 'OpenID Connect issuer; unset: an embedded one with demonstration people' }),
    OIDC_AUDIENCE: words.default('service-plus').meta({ description: 'audience expected in access tokens' }),
    OIDC_CLIENT_ID: words
      .default('service-plus-web')
      .meta({ description: 'how the issuer knows the application in which people sign in' }),
    OIDC_CLIENT_SECRET: words
      .optional()
      .meta({ description: 'its secret at the issuer; unset: a public client', secret: true }),
    SMTP_URL: z
      .url({ protocol: /^smtps?$/, error: 'expected smtp://user:password@host:port' })
      .optional()
      .meta({ description: 'mail server; unset: no mail leaves, messages wait', secret: true }),
    MAIL_FROM: sender
      .optional()
      .meta({ description: 'address that mail comes from: address or Name <address>; needed with SMTP_URL' }),
    DIGEST_AT: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected HH:MM')
      .default('07:30')
      .meta({
        description:
          'when the morning’s digests are sent on working days, and committees’ reports made, in Europe/Paris',
      }),

    REPORT_DAYS_BEFORE: z.coerce.number().int().min(0).max(60).default(7).meta({
      description:
        'days before a committee’s meeting at which its report is made, unless the meeting says another number',
    }),

    API_WRITE_TIMEOUT_MS: atLeastOne
      .default(5000)
      .meta({ description: 'milliseconds a write waits for its pathway before answering 202' }),
    API_REQUESTS_PER_MINUTE: z.coerce
      .number()
      .int()
      .min(0)
      .default(6000)
      .meta({ description: 'requests a minute and person that the API takes; 0: no limit' }),
    TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0).meta({
      description:
        'reverse proxies before the API, whose X-Forwarded-For is believed; 0: limits by address count all together behind one',
    }),
    DRAW_NOTICE_MINUTES: z.coerce
      .number()
      .int()
      .min(0)
      .default(24 * 60)
      .meta({
        description:
          'minutes between the announcement of a draw and its register, at least; npm start without OIDC_ISSUER and DATABASE_URL: 0',
      }),
    DRAW_FROZEN_MINUTES: z.coerce
      .number()
      .int()
      .min(0)
      .default(24 * 60)
      .meta({
        description:
          'minutes that a register is published before it is drawn, at least; npm start without OIDC_ISSUER and DATABASE_URL: 0',
      }),
    EVALUATION_KEY: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'expected 64 hexadecimal digits (openssl rand -hex 32)')
      .transform((digits) => digits.toLowerCase())
      .optional()
      .meta({
        description:
          'key of the evaluation’s pseudonyms, 64 hexadecimal digits; another one makes other pseudonyms; unset: no export',
        secret: true,
      }),
    IMPORT_MAX_BYTES: atLeastOne
      .default(1024 * 1024 * 1024)
      .meta({ description: 'largest CSV file an import takes, in bytes' }),
    FILE_MAX_BYTES: atLeastOne
      .default(10 * 1024 * 1024)
      .meta({ description: 'largest file that can be added to a task, in bytes' }),

    WORKER_MAX_CACHED_WORKFLOWS: z.coerce
      .number()
      .int()
      .min(0)
      .optional()
      .meta({ description: 'pathways a worker keeps in memory; unset: by the memory there is' }),
    WORKER_MAX_CONCURRENT_ACTIVITIES: atLeastOne
      .optional()
      .meta({ description: 'activities a worker runs at once; unset: the SDK’s own limit' }),
    WORKER_DEPLOYMENT_NAME: label
      .regex(/^[^.]*$/, 'expected no dot')
      .default('service-plus')
      .meta({ description: 'name under which Temporal keeps the builds of the workers' }),
    WORKER_BUILD_ID: label
      .optional()
      .meta({ description: 'build of a worker, given work once npm run release says so; unset: at once' }),
    WORKER_METRICS_PORT: port
      .optional()
      .meta({ description: 'port of the worker’s Prometheus metrics; unset: none' }),
  })
  .superRefine((value, context) => {
    for (const [given, missing] of [
      ['TEMPORAL_TLS_CERT', 'TEMPORAL_TLS_KEY'],
      ['TEMPORAL_TLS_KEY', 'TEMPORAL_TLS_CERT'],
      ['SMTP_URL', 'MAIL_FROM'],
    ] as const) {
      if (value[given] !== undefined && value[missing] === undefined)
        context.addIssue({ code: 'custom', path: [missing], message: `expected with ${given}` });
    }
  });

export type Config = z.infer<typeof configSchema>;
export type ConfigName = keyof Config;

/** By which browsers reach the application, without a slash at its end. */
export function publicUrlOf({ PUBLIC_URL, PORT }: Pick<Config, 'PUBLIC_URL' | 'PORT'>): string {
  return (PUBLIC_URL ?? `http://127.0.0.1:${PORT}`).replace(/\/$/, '');
}

/**
 * Reads the configuration.
 * @param env usually `process.env`; an empty string counts as unset
 * @param required variables without which this process cannot work although the schema leaves them open
 * @throws Error of one sentence that names each wrong variable and never shows a value
 */
export function loadConfig<Name extends ConfigName = never>(
  env: NodeJS.ProcessEnv,
  required: readonly Name[] = [],
): Config & { [name in Name]-?: NonNullable<Config[name]> } {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = configSchema.safeParse(set);
  const wrong = new Map<string, string>();
  for (const issue of result.error?.issues ?? []) {
    const name = String(issue.path[0]);
    if (!wrong.has(name)) wrong.set(name, reason(issue));
  }
  for (const name of required)
    if (set[name] === undefined && !wrong.has(name) && result.data?.[name] === undefined)
      wrong.set(name, `expected (${describe(name).description})`);
  if (wrong.size > 0 || !result.success) {
    const list = [...wrong].map(([name, why]) => `${name}: ${why}`).join('; ');
    throw new Error(`Wrong configuration: ${list} (npm run config lists every variable).`);
  }
  return result.data as ReturnType<typeof loadConfig<Name>>;
}

/** zod's sentence without its opening, and never the value: it may be a password. */
function reason(issue: z.core.$ZodIssue): string {
  const message = issue.message.replace(/^Invalid (input|option): /, '');
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** The schema and the words of one variable. `default` is what applies when it is unset. */
export function describe(name: ConfigName): { default: string; description: string; secret: boolean } {
  const schema = configSchema.shape[name];
  const { description = '', secret = false } = schema.meta() ?? {};
  const value = schema.safeParse(undefined).data;
  return { default: value === undefined ? '' : String(value), description, secret };
}
