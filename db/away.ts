/** Tells a database that does not answer from one that refuses. */
import { types } from 'node:util';

/** Classes 08 (connection) and 57P (shutdown, crash, starting up), a statement that took too long, too many connections. */
const sqlStates = /^(08...|57P0[1-5]|57014|53300)$/;
/** The socket's own. */
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);
/** pg gives these no code. */
const sentences =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;

export function isAway(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.some(isAway);
  const { code = '' } = error as Error & { code?: string };
  return sqlStates.test(code) || socketCodes.has(code) || sentences.test(error.message);
}
