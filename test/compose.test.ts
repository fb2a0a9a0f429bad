/**
 * The container deployment, read and not run: is docker-compose.yml (alone, and with deploy/demonstration.yml) valid,
 * does everything it names exist, and does it keep its secrets? A table of mistakes shows that each check can fail.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are compose's
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { parse } from 'yaml';
import { callbackPath } from '../api/demo-client';
import { type ConfigName, configSchema, describe as describeVariable, loadConfig } from '../config/config';
import { demonstrationPeople } from '../db/seed';

const root = join(__dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Service {
  image: string;
  build?: { context: string; dockerfile: string; target: string };
  user?: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  networks: string[] | Record<string, { aliases?: string[] }>;
  expose?: string[];
  ports?: string[];
  restart: string;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  deploy?: { replicas: number };
}
interface Compose {
  services: Record<string, Service>;
  networks: Record<string, unknown>;
  volumes: Record<string, unknown>;
}
interface Realm {
  realm: string;
  clients: {
    clientId: string;
    publicClient: boolean;
    secret: string;
    redirectUris: string[];
    standardFlowEnabled: boolean;
    implicitFlowEnabled: boolean;
    directAccessGrantsEnabled: boolean;
    attributes: Record<string, string>;
    protocolMappers: { protocolMapper: string; config: Record<string, string> }[];
  }[];
  users?: { id: string; username: string; credentials: { value: string }[] }[];
}
interface Deployment {
  compose: Compose;
  dockerfile: string;
  dockerignore: string;
  envExample: string;
  realm: Realm;
  demonstrationRealm: Realm;
}

// ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** As compose lays a second file over the first: mappings merge, lists grow, the rest is replaced. */
function overlay(below: unknown, above: unknown): unknown {
  if (Array.isArray(below) && Array.isArray(above)) return [...below, ...above];
  if (!isMapping(below) || !isMapping(above)) return above;
  const merged = { ...below };
  for (const [key, value] of Object.entries(above))
    merged[key] = key in below ? overlay(below[key], value) : value;
  return merged;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const readYaml = (path: string) => parse(read(path), { merge: true });

function deployment(compose: unknown): Deployment {
  return {
    compose: compose as Compose,
    dockerfile: read('Dockerfile'),
    dockerignore: read('.dockerignore'),
    envExample: read('deploy/.env.example'),
    realm: JSON.parse(read('deploy/keycloak/service-plus-realm.json')),
    demonstrationRealm: JSON.parse(read('deploy/keycloak/service-plus-demonstration-realm.json')),
  };
}

const plain = () => deployment(readYaml('docker-compose.yml'));
const demonstration = () =>
  deployment(overlay(readYaml('docker-compose.yml'), readYaml('deploy/demonstration.yml')));

const services = ({ compose }: Deployment) => Object.entries(compose.services);
const environment = (service: Service) => Object.entries(service.environment ?? {});
const networksOf = ({ networks }: Service) => (Array.isArray(networks) ? networks : Object.keys(networks));
const mountsOf = (service: Service) =>
  (service.volumes ?? []).map((text) => {
    const [source = '', target = '', mode] = text.split(':');
    return { source, target, mode, isFile: source.startsWith('.') };
  });

function everyString(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(everyString) : [];
}

/** `$$`, `${NAME}`, `${NAME:-default}`, `${NAME:?why}` and `$NAME`. */
const variable = /\$(?:\$|\{(\w+)(?:(:?[-?+])([^}]*))?\}|(\w+))/g;

interface Variable {
  name: string;
  required: boolean;
  byDefault?: string;
}
function variablesIn(text: string): Variable[] {
  return [...text.matchAll(variable)]
    .filter(([all]) => all !== '$$')
    .map(([, braced, operator, word, bare]) => ({
      name: (braced ?? bare) as string,
      required: operator === ':?',
      byDefault: operator === ':-' ? word : undefined,
    }));
}

/** What a container gets when every required variable is set and no other. */
function filledIn(text: string): string {
  return text.replace(variable, (all, _braced, operator, word) => {
    if (all === '$$') return '$';
    // What every secret may be: one of them must be digits of a key.
    return operator === ':-' ? word : 'a1'.repeat(32);
  });
}

// ── Checks: each answers what is wrong, in sentences ───────────────────────────────────────────────────────────────

const validate = new Ajv({ strict: false, allErrors: true }).compile(
  JSON.parse(read('test/data/compose-spec.json')),
);

function followsTheSpecification({ compose }: Deployment): string[] {
  if (validate(compose)) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** What each program of ours cannot do without, although the schema leaves it open. */
const needed: Record<string, ConfigName[]> = {
  api: ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'OIDC_ISSUER', 'PUBLIC_URL', 'SMTP_URL'],
  worker: ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'SMTP_URL', 'WORKER_METRICS_PORT'],
  migrate: ['DATABASE_URL'],
};

function speaksTheConfiguration(d: Deployment): string[] {
  return services(d).flatMap(([name, service]) => {
    if (!service.build) return [];
    const unknown = environment(service)
      .filter(([key]) => !(key in configSchema.shape))
      .map(([key]) => `${name} sets ${key}, which config/config.ts does not know`);
    const given = Object.fromEntries(environment(service).map(([key, value]) => [key, filledIn(value)]));
    try {
      loadConfig(given, needed[service.build.target]);
      return unknown;
    } catch (error) {
      return [...unknown, `${name}: ${(error as Error).message}`];
    }
  });
}

const looksSecret = (name: string) =>
  /PASSWORD|PASSWD|_PWD|SECRET|TOKEN|CREDENTIAL|PRIVATE|API_KEY|_KEY$/.test(name);

function asksForEverySecret(d: Deployment): string[] {
  const problems: string[] = [];
  for (const [name, service] of services(d)) {
    for (const [key, value] of environment(service)) {
      const isAskedFor = /^\$\{\w+:\?[^}]+\}$/.test(value);
      if (looksSecret(key) && !isAskedFor)
        problems.push(`${name}: ${key} is a secret and must be \${NAME:?what to set}`);
      const isSecretUrl = key in configSchema.shape && describeVariable(key as ConfigName).secret;
      const isUrl = /^[a-z0-9+:]+:\/\//.test(filledIn(value));
      if (isSecretUrl && !isUrl && !isAskedFor)
        problems.push(`${name}: ${key} is a secret and must not be written here`);
      const literal = value.replace(variable, '').match(/:\/\/[^/@\s]*:([^/@\s]+)@/);
      if (literal) problems.push(`${name}: ${key} has a password in its URL`);
    }
  }
  for (const { name, byDefault } of variablesIn(everyString(d.compose).join('\n')))
    if (looksSecret(name) && byDefault !== undefined) problems.push(`${name} is a secret and has a default`);
  for (const line of d.envExample.split('\n'))
    if (/^\w+=./.test(line)) problems.push(`deploy/.env.example gives ${line.split('=')[0]} a value`);
  return problems;
}

/** The required ones stand empty in deploy/.env.example, the others as a comment with their default. */
function listsEveryVariable(d: Deployment): string[] {
  const problems: string[] = [];
  const listed = new Map<string, { commented: boolean; value: string }>();
  for (const [, hash, name, value] of d.envExample.matchAll(/^(#?)([A-Z_]+)=(.*)$/gm))
    listed.set(name as string, { commented: hash === '#', value: value as string });

  const used = everyString(d.compose).flatMap(variablesIn);
  for (const { name, required, byDefault } of used) {
    const line = listed.get(name);
    if (!line) problems.push(`deploy/.env.example does not list ${name}`);
    else if (required && line.commented)
      problems.push(`deploy/.env.example comments ${name}, which is required`);
    else if (!required && byDefault === undefined)
      problems.push(`${name} has neither a default nor a word on what to set`);
    else if (byDefault !== undefined && line.value !== byDefault)
      problems.push(`deploy/.env.example gives ${name} another default than ${byDefault}`);
  }
  for (const name of listed.keys())
    if (!everyVariable.has(name)) problems.push(`deploy/.env.example lists ${name}, which nothing reads`);
  return problems;
}
/** Of both files: one example serves the two. */
const everyVariable = new Set(
  ['docker-compose.yml', 'deploy/demonstration.yml']
    .flatMap((path) => everyString(readYaml(path)).flatMap(variablesIn))
    .map(({ name }) => name),
);

interface Stage {
  name: string;
  from: string;
  lines: string[];
}
function stagesOf(dockerfile: string): Stage[] {
  const stages: Stage[] = [];
  for (const line of dockerfile.replace(/\\\n/g, ' ').split('\n')) {
    const start = /^FROM\s+(\S+)\s+AS\s+(\S+)/i.exec(line);
    if (start) stages.push({ from: start[1] as string, name: start[2] as string, lines: [] });
    else if (line.trim() && !line.startsWith('#')) stages.at(-1)?.lines.push(line.trim());
  }
  return stages;
}

/** The lines of a stage after those of the stages it is made from. */
function inherited(stages: Stage[], name: string): string[] {
  const stage = stages.find((one) => one.name === name);
  return stage ? [...inherited(stages, stage.from), ...stage.lines] : [];
}

const commandIn = (lines: string[]): string[] =>
  JSON.parse(lines.findLast((line) => line.startsWith('CMD '))?.slice('CMD '.length) ?? '[]');

function missingPrograms(who: string, command: string[]): string[] {
  return [...command.join(' ').matchAll(/dist\/([\w/.-]+)\.js/g)]
    .filter(([, program]) => !existsSync(join(root, `${program}.ts`)))
    .map(([all, program]) => `${who} runs ${all}, and there is no ${program}.ts`);
}

function namesWhatExists(d: Deployment): string[] {
  const problems: string[] = [];
  const stages = stagesOf(d.dockerfile);
  for (const [name, service] of services(d)) {
    const mounts = mountsOf(service);
    for (const { source, mode, isFile } of mounts) {
      if (isFile && !existsSync(join(root, source)))
        problems.push(`${name} mounts ${source}, which is not there`);
      if (isFile && mode !== 'ro') problems.push(`${name} could change ${source}`);
      if (!isFile && !(source in d.compose.volumes))
        problems.push(`${name} mounts the unknown volume ${source}`);
    }
    for (const network of networksOf(service))
      if (!(network in d.compose.networks)) problems.push(`${name} is in the unknown network ${network}`);

    // Files of ours inside the container: scripts, and what *_FILE_PATH names.
    const inside = [
      ...[...(service.entrypoint ?? []), ...(service.command ?? [])].filter((word) => word.endsWith('.sh')),
      ...environment(service).flatMap(([key, value]) => (key.endsWith('_FILE_PATH') ? [value] : [])),
    ];
    for (const path of inside) {
      const found = mounts.some(({ source, target, isFile }) => {
        const rest = posix.relative(target, path);
        return isFile && !rest.startsWith('..') && existsSync(join(root, source, rest));
      });
      if (!found) problems.push(`${name} uses ${path}, which nothing mounts there`);
    }

    if (service.build) {
      const { context, dockerfile, target } = service.build;
      if (!existsSync(join(root, context, dockerfile)))
        problems.push(`${name} is built from ${dockerfile}: not there`);
      if (!stages.some((stage) => stage.name === target))
        problems.push(`the Dockerfile has no target ${target}`);
      const command = service.command ?? commandIn(inherited(stages, target));
      if (command.length === 0) problems.push(`${name} has no command`);
      problems.push(...missingPrograms(name, command));
    }
  }

  const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;
  for (const { lines } of stages)
    for (const line of lines) {
      for (const [, script] of line.matchAll(/npm run ([\w:-]+)/g))
        if (!scripts[script as string])
          problems.push(`the Dockerfile runs the script ${script}: not in package.json`);
      if (!line.startsWith('COPY ')) continue;
      const words = line.split(/\s+/).slice(1, -1);
      const sources = words
        .filter((word) => !word.startsWith('--'))
        .map((word) => word.replace(/^\/app\//, ''));
      for (const source of sources)
        if (!/^(dist|node_modules)$/.test(source) && !existsSync(join(root, source)))
          problems.push(`the Dockerfile copies ${source}, which is not there`);
    }
  return problems;
}

function pinsEveryImage(d: Deployment): string[] {
  const stages = stagesOf(d.dockerfile);
  const named = [
    ...services(d).map(([, service]) => service.image),
    ...stages.map(({ from }) => from).filter((from) => !stages.some((stage) => stage.name === from)),
  ];
  return named
    .filter((image) => !/:v?\d+\.\d+(\.\d+)?([.-][\w.-]+)?$/.test(image))
    .map((image) => `${image} is not pinned`);
}

function watchesHealth(d: Deployment): string[] {
  const problems: string[] = [];
  for (const [name, service] of services(d)) {
    if (service.restart === 'unless-stopped') {
      if (!service.healthcheck) problems.push(`${name} runs for long and has no health check`);
    } else if (!service.restart?.startsWith('on-failure'))
      problems.push(`${name} is not started again when it fails`);
    if (['api', 'worker'].includes(name))
      for (const before of ['migrate', 'temporal-namespace'])
        if (!service.depends_on?.[before]) problems.push(`${name} does not wait for ${before}`);

    const port = service.healthcheck?.test.join(' ').match(/127\.0\.0\.1[:/ ](\d+)/)?.[1];
    if (port && !service.expose?.includes(port))
      problems.push(`the health of ${name} is asked on port ${port}`);

    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const it = d.compose.services[other];
      if (!it) problems.push(`${name} waits for ${other}, which is not there`);
      else if (condition === 'service_healthy' ? !it.healthcheck : it.restart === 'unless-stopped')
        problems.push(`${name} waits in vain for ${other} to be ${condition}`);
    }
  }
  if ((d.compose.services.worker?.deploy?.replicas ?? 1) < 2) problems.push('there is a single worker');
  return problems;
}

function staysOnThisHost(d: Deployment): string[] {
  return services(d).flatMap(([name, service]) =>
    (service.ports ?? []).flatMap((port) => {
      const [, address, inside = ''] = /^(?:([\d.]+):)?\d+:(\d+)$/.exec(port) ?? [];
      if (address !== '127.0.0.1') return [`${name} publishes ${port} to other machines`];
      if (['postgres', 'temporal'].includes(name)) return [`${name} needs no port on the host`];
      return service.expose?.includes(inside) ? [] : [`${name} publishes ${inside}, where nothing listens`];
    }),
  );
}

/** Every host and port in an environment is another service's, in a network that both are in. */
function reachesWhatItNames(d: Deployment): string[] {
  const problems: string[] = [];
  const find = (host: string) =>
    services(d).find(([name, { networks }]) => {
      const aliases = Array.isArray(networks)
        ? []
        : Object.values(networks).flatMap((one) => one.aliases ?? []);
      return name === host || aliases.includes(host);
    });
  for (const [name, service] of services(d)) {
    const given = Object.fromEntries(environment(service).map(([key, value]) => [key, filledIn(value)]));
    const peers = Object.values(given).flatMap((value) => {
      const match = /^(?:[a-z:]+:\/\/(?:[^/@]*@)?)?([a-z][a-z.-]*):(\d+)(?:\/|$)/.exec(value);
      return match ? [[match[1], match[2]]] : [];
    });
    for (const [host, port] of [
      [given.SQL_HOST, given.SQL_PORT],
      [given.POSTGRES_SEEDS, given.DB_PORT],
    ])
      if (host) peers.push([host, port]);
    for (const [host = '', port = ''] of peers) {
      if (host === 'localhost') continue;
      const [, peer] = find(host) ?? [];
      if (!peer) problems.push(`${name} names ${host}, which is no service`);
      else if (!peer.expose?.includes(port)) problems.push(`${name} names port ${port} of ${host}`);
      else if (!networksOf(peer).some((network) => networksOf(service).includes(network)))
        problems.push(`${name} shares no network with ${host}`);
    }
  }
  for (const [name, key] of [
    ['api', 'PORT'],
    ['worker', 'WORKER_METRICS_PORT'],
  ] as const) {
    const service = d.compose.services[name];
    if (!service?.expose?.includes(service.environment?.[key] ?? ''))
      problems.push(`${name} does not listen on the port it exposes`);
  }
  return problems;
}

/** Keycloak alone may write: at its start it builds itself anew. */
const mayWrite = ['keycloak'];

function givesAwayNoRights(d: Deployment): string[] {
  const problems: string[] = [];
  for (const [name, service] of services(d)) {
    if (!service.user || /^(root|0)(:|$)/.test(service.user)) problems.push(`${name} runs as root`);
    if (!service.cap_drop?.includes('ALL')) problems.push(`${name} keeps capabilities`);
    if (!service.security_opt?.includes('no-new-privileges:true'))
      problems.push(`${name} may gain privileges`);
    if (!service.read_only && !mayWrite.includes(name)) problems.push(`${name} may write`);
  }
  const stages = stagesOf(d.dockerfile);
  for (const target of ['api', 'worker', 'migrate'])
    if (inherited(stages, target).findLast((line) => line.startsWith('USER ')) !== 'USER node')
      problems.push(`the image of ${target} runs as root`);
  for (const path of ['**/.env', '.data', '.git', 'node_modules'])
    if (!d.dockerignore.split('\n').includes(path)) problems.push(`${path} gets into the image`);
  return problems;
}

function signsPeopleInSafely(d: Deployment): string[] {
  const problems: string[] = [];
  const audience = d.compose.services.api?.environment?.OIDC_AUDIENCE;
  const clientId = filledIn(d.compose.services.api?.environment?.OIDC_CLIENT_ID ?? '');
  for (const { realm, clients } of [d.realm, d.demonstrationRealm])
    for (const client of clients) {
      if (client.publicClient || !client.standardFlowEnabled || client.implicitFlowEnabled)
        problems.push(`${realm}: ${client.clientId} is not a server's client by authorisation code`);
      if (client.secret !== '${OIDC_CLIENT_SECRET}')
        problems.push(`${realm}: ${client.clientId} has a secret of its own`);
      if (client.redirectUris.join() !== `\${PUBLIC_URL}${callbackPath}`)
        problems.push(`${realm}: ${client.clientId} may be sent elsewhere than back to the api`);
      if (client.clientId !== clientId)
        problems.push(`${realm}: ${client.clientId} is not what the api calls itself`);
      if (client.directAccessGrantsEnabled)
        problems.push(`${realm}: ${client.clientId} takes passwords itself`);
      if (client.attributes['pkce.code.challenge.method'] !== 'S256')
        problems.push(`${realm}: ${client.clientId} does without PKCE`);
      if (!client.protocolMappers.some(({ config }) => config['included.custom.audience'] === audience))
        problems.push(`${realm}: the tokens of ${client.clientId} are not for the audience ${audience}`);
    }
  if (JSON.stringify(d.realm.clients) !== JSON.stringify(d.demonstrationRealm.clients))
    problems.push('the two realms have different clients');

  if (d.realm.users?.length) problems.push('the realm without demonstration has people');
  const people = d.demonstrationRealm.users ?? [];
  // The staff of the api are found by `sub`, which is the id.
  const expected = demonstrationPeople().map(({ subject }) => subject);
  if (people.map(({ id }) => id).join() !== expected.join())
    problems.push('the realm has other people than the staff');
  for (const { username, credentials } of people)
    if (credentials.some(({ value }) => value !== '${DEMONSTRATION_PASSWORD}'))
      problems.push(`${username} has a password of their own`);

  const keycloak = d.compose.services.keycloak as Service;
  for (const [file, content] of [
    ['service-plus-realm.json', d.realm],
    ['service-plus-demonstration-realm.json', d.demonstrationRealm],
  ] as const) {
    if (file !== `${content.realm}-realm.json`) problems.push(`${file} is not named after its realm`);
    const mount = mountsOf(keycloak).find(({ source }) => source.endsWith(`/${file}`));
    if (!mount) continue;
    if (mount.target !== `/opt/keycloak/data/import/${file}`)
      problems.push(`${file} is mounted where it is not read`);
    for (const { name } of everyString(content).flatMap(variablesIn))
      if (!keycloak.environment?.[name]) problems.push(`keycloak does not get ${name}, which ${file} names`);
  }
  const issuer = filledIn(d.compose.services.api?.environment?.OIDC_ISSUER ?? '');
  const realm = issuer.split('/realms/')[1];
  if (!mountsOf(keycloak).some(({ source }) => source.endsWith(`/${realm}-realm.json`)))
    problems.push(`the api believes the realm ${realm}, which keycloak does not import`);
  return problems;
}

const checks = {
  followsTheSpecification,
  speaksTheConfiguration,
  asksForEverySecret,
  listsEveryVariable,
  namesWhatExists,
  pinsEveryImage,
  watchesHealth,
  staysOnThisHost,
  reachesWhatItNames,
  givesAwayNoRights,
  signsPeopleInSafely,
};
type Check = keyof typeof checks;

// ── Mistakes that each check finds ─────────────────────────────────────────────────────────────────────────────────

/** What is put at that path of the deployment: undefined removes, a function replaces what was there. */
type Mistake = [what: string, path: string, put: unknown, found: RegExp];
const replace = (from: string, to: string) => (text: string) => text.replaceAll(from, to);

const mistakes: Record<Check, Mistake[]> = {
  followsTheSpecification: [
    [
      'an option that compose lacks',
      'compose/services/api/health_check',
      {},
      /api must NOT have unevaluated/,
    ],
    ['a service without a form', 'compose/services/api', 'node', /services\/api must be object/],
  ],
  speaksTheConfiguration: [
    ['a misspelt variable', 'compose/services/worker/environment/TEMPORAL_ADRESS', 'temporal:7233', /ADRESS/],
    ['a value of the wrong form', 'compose/services/api/environment/PORT', 'three thousand', /api: .*PORT/],
    ['an issuer left out', 'compose/services/api/environment/OIDC_ISSUER', undefined, /api: .*OIDC_ISSUER/],
  ],
  asksForEverySecret: [
    [
      'a password that works by default',
      'compose/services/postgres/environment/POSTGRES_PASSWORD',
      '${POSTGRES_PASSWORD:-postgres}',
      /POSTGRES_PASSWORD is a secret and has a default/,
    ],
    [
      'a password written down',
      'compose/services/temporal/environment/POSTGRES_PWD',
      'x',
      /POSTGRES_PWD is a secret/,
    ],
    [
      'a password written into a URL',
      'compose/services/api/environment/DATABASE_URL',
      'postgresql://service_plus:secret@postgres:5432/service_plus',
      /DATABASE_URL has a password in its URL/,
    ],
    [
      'an API key written down',
      'compose/services/api/environment/TEMPORAL_API_KEY',
      'x',
      /TEMPORAL_API_KEY is a/,
    ],
    ['an example with a password', 'envExample', replace('APP_DB_PASSWORD=', 'APP_DB_PASSWORD=x'), /a value/],
  ],
  listsEveryVariable: [
    [
      'one that the example forgets',
      'compose/services/api/environment/LOG_LEVEL',
      '${LEVEL:-info}',
      /not list LEVEL/,
    ],
    [
      'a required one in a comment',
      'envExample',
      replace('\nAPP_DB', '\n#APP_DB'),
      /comments APP_DB_PASSWORD/,
    ],
    [
      'neither default nor demand',
      'compose/services/api/environment/LOG_LEVEL',
      '${LOG_LEVEL}',
      /has neither/,
    ],
    [
      'an example with another default',
      'envExample',
      replace('=info', '=debug'),
      /another default than info/,
    ],
    [
      'one that nothing reads',
      'envExample',
      replace('# --- Logs', 'CASSANDRA_SEEDS='),
      /CASSANDRA_SEEDS, which/,
    ],
  ],
  namesWhatExists: [
    ['a file to mount', 'compose/services/api/volumes', ['./deploy/tls:/tls:ro'], /tls, which is not there/],
    ['a mount to write to', 'compose/services/api/volumes', ['./deploy:/deploy'], /api could change/],
    ['an undeclared volume', 'compose/volumes/postgres-data', undefined, /unknown volume postgres-data/],
    ['an undeclared network', 'compose/networks/pathways', undefined, /unknown network pathways/],
    [
      'a script',
      'compose/services/temporal-schema/entrypoint',
      ['sh', '/scripts/x.sh'],
      /uses \/scripts\/x\.sh/,
    ],
    [
      'a settings file mounted elsewhere',
      'compose/services/temporal/environment/DYNAMIC_CONFIG_FILE_PATH',
      '/etc/temporal/docker.yaml',
      /temporal uses \/etc\/temporal\/docker\.yaml/,
    ],
    ['a Dockerfile', 'compose/services/api/build/dockerfile', 'Dockerfile.api', /Dockerfile\.api: not there/],
    ['a target', 'compose/services/api/build/target', 'web', /no target web/],
    [
      'a program to run',
      'compose/services/migrate/command',
      ['node', 'dist/bin/move.js'],
      /no bin\/move\.ts/,
    ],
    [
      'a program in an image',
      'dockerfile',
      replace('dist/bin/migrate.js', 'dist/db/run.js'),
      /runs dist\/db\/run/,
    ],
    ['a file to copy', 'dockerfile', replace('COPY package.json', 'COPY .npmrc'), /copies \.npmrc/],
    ['a script of npm', 'dockerfile', replace('npm run build', 'npm run compile'), /script compile/],
  ],
  pinsEveryImage: [
    ['no tag', 'compose/services/mailpit/image', 'axllent/mailpit', /mailpit is not pinned/],
    ['the latest', 'compose/services/mailpit/image', 'axllent/mailpit:latest', /latest is not pinned/],
    ['a major version', 'compose/services/postgres/image', 'postgres:18-trixie', /18-trixie is not pinned/],
    [
      'a build on whatever Node is new',
      'dockerfile',
      replace('20.20.2', '20'),
      /node:20-bookworm-slim is not/,
    ],
  ],
  watchesHealth: [
    [
      'a service unwatched',
      'compose/services/worker/healthcheck',
      undefined,
      /worker runs for long and has no/,
    ],
    ['a service that stays down', 'compose/services/api/restart', 'no', /api is not started again/],
    [
      'another port',
      'compose/services/temporal/healthcheck/test/4',
      '7234',
      /temporal is asked on port 7234/,
    ],
    [
      'an api before its tables',
      'compose/services/api/depends_on/migrate',
      undefined,
      /api does not wait for migrate/,
    ],
    [
      'waiting for the end of what does not end',
      'compose/services/api/depends_on/keycloak/condition',
      'service_completed_successfully',
      /api waits in vain for keycloak/,
    ],
    [
      'waiting for nobody',
      'compose/services/api/depends_on/redis',
      { condition: 'service_healthy' },
      /redis, which/,
    ],
    ['a single worker', 'compose/services/worker/deploy/replicas', 1, /single worker/],
  ],
  staysOnThisHost: [
    [
      'a screen for everybody',
      'compose/services/temporal-ui/ports',
      ['8080:8080'],
      /publishes 8080:8080 to other/,
    ],
    [
      'a published database',
      'compose/services/postgres/ports',
      ['127.0.0.1:5432:5432'],
      /postgres needs no port/,
    ],
    [
      'a port where nothing listens',
      'compose/services/api/ports',
      ['127.0.0.1:3000:8000'],
      /api publishes 8000/,
    ],
  ],
  reachesWhatItNames: [
    [
      'an unknown server',
      'compose/services/worker/environment/TEMPORAL_ADDRESS',
      'frontend:7233',
      /no service/,
    ],
    [
      'a wrong port',
      'compose/services/worker/environment/TEMPORAL_ADDRESS',
      'temporal:7234',
      /7234 of temporal/,
    ],
    ['a wrong port, apart', 'compose/services/temporal/environment/DB_PORT', '5433', /5433 of postgres/],
    [
      'another network',
      'compose/services/worker/networks',
      ['pathways'],
      /worker shares no network with postgres/,
    ],
    [
      'an issuer known to browsers only',
      'compose/services/keycloak/networks',
      ['published'],
      /keycloak\.localhost/,
    ],
    [
      'other metrics',
      'compose/services/worker/environment/WORKER_METRICS_PORT',
      '9090',
      /worker does not listen/,
    ],
  ],
  givesAwayNoRights: [
    ['root', 'compose/services/mailpit/user', undefined, /mailpit runs as root/],
    ['capabilities', 'compose/services/api/cap_drop', undefined, /api keeps capabilities/],
    ['privileges', 'compose/services/api/security_opt', undefined, /api may gain privileges/],
    ['a system to write to', 'compose/services/worker/read_only', undefined, /worker may write/],
    ['an image of root', 'dockerfile', replace('USER node', 'USER root'), /image of worker runs as root/],
    ['secrets in the image', 'dockerignore', replace('**/.env\n', ''), /\.env gets into the image/],
  ],
  signsPeopleInSafely: [
    ['no PKCE', 'realm/clients/0/attributes/pkce.code.challenge.method', undefined, /does without PKCE/],
    ['passwords taken by us', 'realm/clients/0/directAccessGrantsEnabled', true, /takes passwords itself/],
    ['a client without a secret', 'realm/clients/0/publicClient', true, /not a server's client/],
    ['a secret written down', 'realm/clients/0/secret', 'x', /has a secret of its own/],
    [
      'any address to come back to',
      'realm/clients/0/redirectUris',
      ['${PUBLIC_URL}/*'],
      /sent elsewhere than back/,
    ],
    [
      'an api of another name',
      'compose/services/api/environment/OIDC_CLIENT_ID',
      'other',
      /not what the api calls itself/,
    ],
    ['the implicit flow', 'realm/clients/0/implicitFlowEnabled', true, /not a server's client/],
    [
      'another audience',
      'compose/services/api/environment/OIDC_AUDIENCE',
      'other',
      /not for the audience other/,
    ],
    ['another demonstration', 'demonstrationRealm/clients/0/clientId', 'other', /different clients/],
    ['people in the empty realm', 'realm/users', [{ id: 'a' }], /without demonstration has people/],
    ['people unknown to the staff', 'demonstrationRealm/users/0/id', 'x', /other people than the staff/],
    [
      'a working password',
      'demonstrationRealm/users/0/credentials/0/value',
      'x',
      /tours has a password of their own/,
    ],
    ['a file of another name', 'realm/realm', 'other', /not named after its realm/],
    [
      'a placeholder that nothing fills',
      'compose/services/keycloak/environment/DEMONSTRATION_PASSWORD',
      undefined,
      /does not get DEMONSTRATION_PASSWORD/,
    ],
    ['no realm imported', 'compose/services/keycloak/volumes', [], /which keycloak does not import/],
    [
      'a realm where Keycloak does not look',
      'compose/services/keycloak/volumes/0',
      replace('/data/import/', '/data/'),
      /mounted where it is not read/,
    ],
  ],
};

/** Puts it there, adding what the path lacks. */
function make(mistaken: Deployment, path: string, put: unknown): void {
  const keys = path.split('/');
  const last = keys.pop() as string;
  let at = mistaken as unknown as Record<string, Record<string, never>>;
  for (const key of keys) {
    at[key] ??= {};
    at = at[key];
  }
  const there = at as Record<string, unknown>;
  if (put === undefined) delete there[last];
  else there[last] = typeof put === 'function' ? put(there[last]) : put;
}

// ── Tests ──────────────────────────────────────────────────────────────────────────────────────────────────────────

describe.each([
  ['docker-compose.yml', plain],
  ['docker-compose.yml with deploy/demonstration.yml', demonstration],
])('%s', (_name, deployed) => {
  test.each(Object.entries(checks))('%s', (_check, check) => {
    expect(check(deployed())).toEqual([]);
  });
});

const everyMistake = Object.entries(mistakes).flatMap(([check, list]) =>
  list.map((mistake) => [check as Check, ...mistake] as const),
);

test.each(everyMistake)('%s finds a mistake: %s', (check, _what, path, put, expected) => {
  const mistaken = demonstration();
  const before = checks[check](mistaken);
  make(mistaken, path, put);
  const found = checks[check](mistaken).filter((problem) => !before.includes(problem));
  expect(found).toContainEqual(expect.stringMatching(expected));
});

test('deploy/demonstration.yml is valid by the specification on its own too', () => {
  expect(followsTheSpecification(deployment(readYaml('deploy/demonstration.yml')))).toEqual([]);
});
