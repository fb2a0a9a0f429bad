/** The workflows of the worker's bundle. */
export { pathway } from './pathway';
