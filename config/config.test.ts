import { type ConfigName, configSchema, describe as describeVariable, loadConfig } from './config';

describe('configuration', () => {
  it('has a default for a machine where nothing is set', () => {
    expect(loadConfig({})).toEqual({
      PORT: 3000,
      HOST: '127.0.0.1',
      DATA_DIR: '.data',
      LOG_LEVEL: 'info',
      POSTGRES_PORT: 0,
      TEMPORAL_PORT: 0,
      TEMPORAL_NAMESPACE: 'default',
      TEMPORAL_TASK_QUEUE: 'pathways',
      TEMPORAL_TLS: false,
      OIDC_AUDIENCE: 'service-plus',
      API_WRITE_TIMEOUT_MS: 5000,
      API_REQUESTS_PER_MINUTE: 6000,
      IMPORT_MAX_BYTES: 1_073_741_824,
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
