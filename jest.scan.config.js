/** `npm run scan`: random requests held against the API's document, apart from the tests because it takes two minutes. */
module.exports = { ...require('./jest.config'), testMatch: ['<rootDir>/test/**/*.scan.ts'] };
