/** `npm run config`: every environment variable, its default and meaning, and what is set now. */
import { type ConfigName, configSchema, describe, loadConfig } from '../config/config';

const names = Object.keys(configSchema.shape) as ConfigName[];
const width = Math.max(...names.map((name) => name.length));
const lines = names.map((name) => {
  const { default: byDefault, description, secret } = describe(name);
  const value = process.env[name];
  const now = value === undefined || value === '' ? '' : ` [now: ${secret ? 'set, not shown' : value}]`;
  return `${name.padEnd(width)}  ${(byDefault || '-').padEnd(12)}  ${description}${now}`;
});
console.log([`${'NAME'.padEnd(width)}  ${'DEFAULT'.padEnd(12)}  MEANING`, ...lines].join('\n'));

try {
  loadConfig(process.env);
} catch (error) {
  console.error(`\n${(error as Error).message}`);
  process.exitCode = 1;
}
