/** The workflows of the worker's bundle. */
export { broadcast } from './broadcast';
export { draw } from './draw';
export { mediation } from './mediation';
export { meeting } from './meeting';
export { pathway } from './pathway';
