import { type ConfigName, configSchema, describe as describeVariable, loadConfig } from './config';

describe('configuration', () => {
  it('has a default for a machine where nothing is set', () => {
    expect(loadConfig({})).toEqual({
      PORT: 3000,
      HOST: '127.0.0.1',
      BRAND: '',
      DATA_DIR: '.data',
      LOG_LEVEL: 'info',
      POSTGRES_PORT: 0,
      TEMPORAL_PORT: 0,
      TEMPORAL_NAMESPACE: 'default',
      TEMPORAL_TASK_QUEUE: 'pathways',
      TEMPORAL_TLS: false,
      OIDC_AUDIENCE: 'service-plus',
      OIDC_CLIENT_ID: 'service-plus-web',
      DIGEST_AT: '07:30',
      API_WRITE_TIMEOUT_MS: 5000,
      DRAW_NOTICE_MINUTES: 1440,
      DRAW_FROZEN_MINUTES: 1440,
      API_REQUESTS_PER_MINUTE: 6000,
      IMPORT_MAX_BYTES: 1_073_741_824,
      TRUSTED_PROXIES: 0,
      REPORT_DAYS_BEFORE: 7,
      FILE_MAX_BYTES: 10_485_760,
      WORKER_DEPLOYMENT_NAME: 'service-plus',
    });
  });

  it('takes numbers, switches and addresses as they are written in an environment', () => {
    expect(
      loadConfig({
        PORT: '8080',
        TEMPORAL_TLS: 'true',
        TEMPORAL_ADDRESS: 'pathways.a1b2c.tmprl.cloud:7233',
        DATABASE_URL: 'postgresql://me:secret@db:5432/service_plus',
        OTHER: 'left alone',
      }),
    ).toMatchObject({
      PORT: 8080,
      TEMPORAL_TLS: true,
      TEMPORAL_ADDRESS: 'pathways.a1b2c.tmprl.cloud:7233',
      DATABASE_URL: 'postgresql://me:secret@db:5432/service_plus',
    });
  });

  it.each(['2026-11-23.1', 'v1.2.3', '9311d76', 'a_b'])('takes %s as a build', (WORKER_BUILD_ID) => {
    expect(loadConfig({ WORKER_BUILD_ID })).toMatchObject({ WORKER_BUILD_ID });
  });

  it.each([
    ['WORKER_BUILD_ID', 'service-plus:2', /WORKER_BUILD_ID: expected letters/],
    ['WORKER_BUILD_ID', '__unversioned__', /WORKER_BUILD_ID: expected letters/],
    ['WORKER_BUILD_ID', 'b'.repeat(101), /WORKER_BUILD_ID: expected letters/],
    ['WORKER_DEPLOYMENT_NAME', 'service.plus', /WORKER_DEPLOYMENT_NAME: expected no dot/],
  ])('refuses a %s that Temporal would not take: %s', (name, value, reason) => {
    expect(() => loadConfig({ [name]: value })).toThrow(reason);
  });

  it('takes an empty string as unset', () => {
    expect(loadConfig({ PORT: '', SMTP_URL: '', OIDC_ISSUER: '' })).toEqual(loadConfig({}));
  });

  it('names every wrong variable in one sentence', () => {
    const read = () =>
      loadConfig({
        PORT: '99999',
        OIDC_ISSUER: 'keycloak',
        TEMPORAL_ADDRESS: 'http://temporal:7233',
        LOG_LEVEL: 'loud',
      });
    expect(read).toThrow(
      /^Wrong configuration: .*PORT: .*LOG_LEVEL: .*TEMPORAL_ADDRESS: expected host:port.*OIDC_ISSUER: expected an http or https URL.*\.$/,
    );
  });

  it('never shows a wrong value, which may be a password', () => {
    let message = '';
    try {
      loadConfig({ DATABASE_URL: 'mysql://me:hunter2@db/x', SMTP_URL: 'hunter3' });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/DATABASE_URL: .*SMTP_URL: /);
    expect(message).not.toMatch(/hunter/);
  });

  it('asks a certificate and its key together', () => {
    expect(() => loadConfig({ TEMPORAL_TLS_CERT: 'client.pem' })).toThrow(
      'TEMPORAL_TLS_KEY: expected with TEMPORAL_TLS_CERT',
    );
  });

  it.each(['service-plus@site.fr', 'Service plus <service-plus@site.fr>'])(
    'takes %s as the sender of mail',
    (MAIL_FROM) => {
      expect(loadConfig({ SMTP_URL: 'smtp://mail:25', MAIL_FROM })).toMatchObject({ MAIL_FROM });
    },
  );

  it.each([
    ['MAIL_FROM', 'Service plus', /MAIL_FROM: expected address or Name <address>/],
    ['MAIL_FROM', 'a@site.fr\r\nBcc: b@site.fr', /MAIL_FROM: expected address or Name <address>/],
    ['DIGEST_AT', '7h30', /DIGEST_AT: expected HH:MM/],
    ['DIGEST_AT', '24:00', /DIGEST_AT: expected HH:MM/],
    ['SMTP_URL', 'smtp://mail:25', /MAIL_FROM: expected with SMTP_URL/],
  ])('refuses what mail cannot be sent with: %s %j', (name, value, reason) => {
    expect(() => loadConfig({ [name]: value })).toThrow(reason);
  });

  it('lets a process ask for what it cannot work without', () => {
    expect(() => loadConfig({}, ['DATABASE_URL', 'TEMPORAL_ADDRESS'])).toThrow(
      /DATABASE_URL: expected .*; TEMPORAL_ADDRESS: expected /,
    );
    const url: string = loadConfig({ DATABASE_URL: 'postgresql://db/x' }, ['DATABASE_URL']).DATABASE_URL;
    expect(url).toBe('postgresql://db/x');
  });

  it.each(Object.keys(configSchema.shape) as ConfigName[])('says what %s means', (name) => {
    expect(describeVariable(name).description).toMatch(/^\S.{10,}/);
  });
});
