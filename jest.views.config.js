/**
 * `npm run views`: the pages of each role in the two views that `npm test` leaves out (test/setup/chromium.ts), apart from the
 * tests because it takes some minutes.
 */
process.env.VIEWS = 'others';
module.exports = { ...require('./jest.config'), testMatch: ['<rootDir>/test/browser/*.test.ts'] };
