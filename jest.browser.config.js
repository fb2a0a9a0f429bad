/** `npm run browser`: the pages in a real browser, apart from the tests because it takes as long as all of them. */
module.exports = {
  ...require('./jest.config'),
  testMatch: ['<rootDir>/test/browser/*.test.ts'],
  testPathIgnorePatterns: [],
};
